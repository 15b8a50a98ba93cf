import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from "type-graphql";
import { formatUnits, trimDecimal } from "../kernel/decimal";
import { Fraction, divide, formatFraction, fraction, multiply, roundForDisplay } from "../kernel/fraction";
import { Money, connectionOf } from "../kernel/graph.type";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { Page, requirePageSize } from "../kernel/paging";
import { CurrencyCodeScalar, DecimalScalar, LongScalar } from "../kernel/scalars";
import { ExchangeRateType } from "../costs/exchange-rate.type";
import { toUsageEvent } from "../metering/usage-view.type";
import { UsageEventType } from "../metering/usage.type";
import { RequestContext } from "../tenancy/request-context";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { CostComponentEnum } from "../metering/usage-input.type";
import { RateCard, exact, isTimed } from "./rate-card";
import { RateCardType, RateUnitEnum } from "./rate-card.type";
import { toCardView } from "./rating-view.type";
import { RatingRun } from "./rate-period";
import { RatedLine } from "./rate-usage";
import { listRatedCalls } from "./rated-calls.query";
import { UsageCostBasisEnum, UsageCostKindEnum } from "./rating.type";

@ObjectType({ simpleResolvers: true, description: "A leg and what it costs." })
export class UsageCostCall {
  @Field(() => UsageEventType) event: UsageEventType;
  @Field(() => DecimalScalar, { nullable: true, description: "After minimum and increment; where the card charges time." }) billedSeconds: string | null;
  @Field(() => Boolean, { description: "Exempt by the card: it costs nothing." }) exempt: boolean;
  @Field(() => String, { nullable: true, description: "In major units of originalCurrency: a whole number, or a fraction n/d in lowest terms. Null where the cost is of the whole and not of a leg (tokens, messages)." }) exactAmount: string | null;
}

export const UsageCostCallConnection = connectionOf(UsageCostCall, "UsageCostCall");

@ObjectType("UsageCostExplanation", { simpleResolvers: true, description: "How one figure came about: measured, billed, priced, converted, rounded. One per stored line." })
export class UsageCostExplanationType {
  @Field(() => UsageCostKindEnum) kind: string;
  @Field(() => UsageCostBasisEnum) basis: string;
  @Field(() => String) vendor: string;
  @Field(() => CostComponentEnum) component: string;
  @Field(() => BusinessUnitType, { nullable: true }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true }) useCase: UseCaseType | null;
  @Field(() => RateCardType, { nullable: true, description: "What it was rated by; null for cost that came with the usage." }) card: RateCardType | null;
  @Field(() => String, { nullable: true, description: "Code of the card's line; null where it has none." }) rateLine: string | null;
  @Field(() => LongScalar) calls: bigint;
  @Field(() => LongScalar) exemptCalls: bigint;
  @Field(() => LongScalar, { description: "Milliseconds as they were." }) measuredMs: bigint;
  @Field(() => RateUnitEnum, { nullable: true }) unit: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "To twelve decimals." }) measuredQuantity: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "To twelve decimals." }) billedQuantity: string | null;
  @Field(() => String, { nullable: true, description: "Blended price of one unit in originalCurrency, exact: every use case of the line is charged the same, so that nobody's price depends on the clock." }) blendedRate: string | null;
  @Field(() => CurrencyCodeScalar) originalCurrency: string;
  @Field(() => ExchangeRateType, { nullable: true, description: "Null where originalCurrency is the programme's." }) exchangeRate: ExchangeRateType | null;
  @Field(() => String, { description: "In major units of the programme's currency: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
  @Field(() => Money, { description: "Whole minor units, by largest remainder over the lines of vendor, component, basis and kind." }) amount: MoneyAmount;
}

/** An explanation, and what its calls are found by. */
export interface UsageCostExplanation extends UsageCostExplanationType {
  readonly line: RatedLine;
  readonly run: RatingRun;
  readonly ofCard: RateCard | null;
  readonly rate: Fraction | null;
}

const PLACES = 12;
export const quantityText = (value: Fraction): string => trimDecimal(roundForDisplay(value, PLACES));
export const majorText = (minor: Fraction, currency: Currency): string => formatFraction(multiply(minor, fraction(1n, 10n ** BigInt(currency.exponent))));

/** How a stored line came about. */
export function explainLine(line: RatedLine, run: RatingRun, card: RateCard | null, currency: Currency, places: { unit: BusinessUnitType | null; useCase: UseCaseType | null }): UsageCostExplanation {
  const exchangeRate = run.exchangeRates.find(({ from }) => from === line.originalCurrency) ?? null;
  const inOriginal = divide(multiply(line.amount, fraction(1n, 10n ** BigInt(currency.exponent))), exchangeRate ? exact(exchangeRate.rate) : fraction(1n));
  const rate = card && line.kind !== "UNUSED_COMMITMENT" && line.billed.numerator > 0n ? divide(inOriginal, line.billed) : null;
  return {
    kind: line.kind, basis: line.basis, vendor: line.vendor, component: line.component, businessUnit: places.unit, useCase: places.useCase, card: card && toCardView(card), rateLine: line.rateLine || null,
    calls: line.calls, exemptCalls: line.exemptCalls, measuredMs: line.measuredMs, unit: line.unit, measuredQuantity: line.unit && quantityText(line.measured), billedQuantity: line.unit && quantityText(line.billed),
    blendedRate: rate && formatFraction(rate), originalCurrency: line.originalCurrency, exchangeRate: exchangeRate as ExchangeRateType | null, exactAmount: majorText(line.amount, currency), amount: toMoney(line.amountMinor, currency),
    line, run, ofCard: card, rate,
  };
}

@Resolver(() => UsageCostExplanationType)
export class UsageCostExplanationResolver {
  @FieldResolver(() => UsageCostCallConnection, { description: "The legs behind it, as they counted at the run's cut-off; none of fees and commitments." })
  async legs(
    @Root() { line, run, ofCard, rate }: UsageCostExplanation,
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
  ): Promise<Page<UsageCostCall>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant((tx) => listRatedCalls(tx, line, ofCard, run, page));
    const perUnit = fraction(1n, ofCard?.unit === "MINUTE" ? 60_000n : 1_000n);
    const costOf = (billedMs: string | null, exempt: boolean, reported: string | null): string | null => {
      if (reported !== null) return formatFraction(exact(reported));
      if (ofCard && !isTimed(ofCard.unit) && ofCard.unit !== "CALL") return null;
      if (exempt || rate === null) return "0";
      return formatFraction(billedMs === null ? rate : multiply(multiply(fraction(BigInt(billedMs)), perUnit), rate));
    };
    const edges = await Promise.all(found.edges.map(async ({ node, cursor }) => ({
      cursor,
      node: {
        event: await toUsageEvent(context, node), billedSeconds: node.billedMs === null ? null : trimDecimal(formatUnits(BigInt(node.billedMs), 3)), exempt: node.exempt, exactAmount: costOf(node.billedMs, node.exempt, node.reported),
      },
    })));
    return { ...found, edges };
  }
}
