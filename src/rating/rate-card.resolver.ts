import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { Page, requirePageSize } from "../kernel/paging";
import { payload } from "../kernel/user-error.type";
import { Allow } from "../tenancy/access";
import { TenantTransaction } from "../tenancy/database.store";
import { RequestContext } from "../tenancy/request-context";
import { approveRateCard } from "./approve-rate-card";
import { proposeRateCard } from "./propose-rate-card";
import { alarmsOfCard } from "./plausibility-of-card";
import { RateCard } from "./rate-card";
import { rateCardStore } from "./rate-card.store";
import { ApproveRateCardInput, ProposeRateCardInput, RateCardConnection, RateCardPayload, RateCardType, RateCardWhere } from "./rate-card.type";
import { approveRateCardPorts, proposeRateCardPorts } from "./rating-ports.store";
import { toCardView } from "./rating-view.type";

@Resolver()
export class RateCardResolver {
  @Allow("FINANCE", "AUDITOR")
  @Query(() => RateCardConnection, { description: "Versions of rate cards, oldest first." })
  async rateCards(
    @Ctx() context: RequestContext,
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after?: string,
    @Arg("where", () => RateCardWhere, { nullable: true }) where?: RateCardWhere,
  ): Promise<Page<RateCardType>> {
    const page = { first: requirePageSize(first), after };
    const found = await context.withTenant((tx) => rateCardStore(tx).list(where ?? {}, page));
    return { ...found, edges: found.edges.map(({ node, cursor }) => ({ cursor, node: toCardView(node) })) };
  }

  @Allow("FINANCE")
  @Mutation(() => RateCardPayload, { description: "Proposes what a vendor asks for a component. It takes effect when a second person approves it. BAD_USER_INPUT names the fault of a tier or a price; CONFLICT a card that it overlaps or leaves a gap to; alarms a price out of all proportion to the card before it." })
  async proposeRateCard(@Ctx() context: RequestContext, @Arg("input", () => ProposeRateCardInput) input: ProposeRateCardInput): Promise<RateCardPayload> {
    return withAlarms(context, (tx) => proposeRateCard(proposeRateCardPorts(tx, context.record), input, input.idempotencyKey ?? null));
  }

  @Allow("FINANCE")
  @Mutation(() => RateCardPayload, { description: "Approves a proposed card; SAME_PERSON for its proposer, CONFLICT when another one took its months meanwhile. Naturally idempotent." })
  async approveRateCard(@Ctx() context: RequestContext, @Arg("input", () => ApproveRateCardInput) input: ApproveRateCardInput): Promise<RateCardPayload> {
    return withAlarms(context, (tx) => approveRateCard(approveRateCardPorts(tx, context.record), input.version));
  }
}

/** What became of a card, with the prices that are out of all proportion to those of the card before it. */
async function withAlarms(context: RequestContext, verb: (tx: TenantTransaction) => Promise<RateCard>): Promise<RateCardPayload> {
  const answer = await payload(() => context.withTenant(async (tx) => {
    const card = await verb(tx);
    return { card: toCardView(card), alarms: alarmsOfCard(card, await rateCardStore(tx).approvedCards(card.vendor, card.component)) };
  }));
  return { ...answer, alarms: answer.alarms ?? [] };
}
