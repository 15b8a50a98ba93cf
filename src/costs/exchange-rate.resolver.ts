import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../kernel/paging";
import { payload } from "../kernel/user-error.type";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { bookExchangeRates } from "./book-exchange-rates";
import { bookExchangeRatesPorts } from "./costs-ports.store";
import { StoredExchangeRate, exchangeRateStore } from "./exchange-rate.store";
import { BookExchangeRatesInput, BookExchangeRatesPayload, ExchangeRateConnection, ExchangeRateType, ExchangeRateWhere } from "./exchange-rate.type";

@Resolver()
export class ExchangeRateResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => ExchangeRateConnection, { description: "Exchange rates by day, currency, kind and revision." })
  async exchangeRates(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => ExchangeRateWhere, { nullable: true }) where?: ExchangeRateWhere,
  ): Promise<Page<StoredExchangeRate>> {
    const page = { first: requirePageSize(first), after };
    return context.withTenant((tx) => exchangeRateStore(tx).list(where ?? {}, page));
  }

  @Allow("FINANCE")
  @Mutation(() => BookExchangeRatesPayload, { description: "Books rates to the programme's currency, all or none. The same again answers what is there; another value under the same revision is CONFLICT." })
  async bookExchangeRates(@Ctx() context: RequestContext, @Arg("input", () => BookExchangeRatesInput) input: BookExchangeRatesInput): Promise<BookExchangeRatesPayload> {
    const answer = await payload(async () => ({ rates: [...(await context.withTenant((tx) => bookExchangeRates(bookExchangeRatesPorts(tx, context.record), input)))] as ExchangeRateType[] }));
    return { ...answer, rates: answer.rates ?? [] };
  }
}
