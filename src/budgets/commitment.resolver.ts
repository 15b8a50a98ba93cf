import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { multiply, fraction, roundForDisplay, roundHalfUp } from "../kernel/fraction";
import { toMoney } from "../kernel/money";
import { PeriodKeyScalar } from "../kernel/scalars";
import { rateCardStore } from "../rating/rate-card.store";
import { linesOfRun } from "../rating/rating-lines.query";
import { ratingRunStore } from "../rating/rating-run.store";
import { programmeCurrency } from "../tenancy";
import { Allow } from "../tenancy/access";
import { RequestContext } from "../tenancy/request-context";
import { commitmentUses } from "./commitment";
import { CommitmentReportType } from "./commitment.type";

@Resolver()
export class CommitmentResolver {
  @Allow("FINANCE", "STEERING", "AUDITOR")
  @Query(() => CommitmentReportType, { nullable: true, description: "Whether to expand or renew what was committed to vendors: how far a rated month filled it. Null where the month was never rated." })
  async commitmentReport(@Ctx() context: RequestContext, @Arg("period", () => PeriodKeyScalar) period: string): Promise<CommitmentReportType | null> {
    return context.withTenant(async (tx) => {
      const run = await ratingRunStore(tx).latestRun(period);
      if (!run) return null;
      const currency = programmeCurrency(tx.scope.programme);
      const cards = (await rateCardStore(tx).cardsOfMonth(period)).filter(({ card }) => run.cards.includes(card.version));
      const uses = commitmentUses(period, cards, await linesOfRun(tx, run.id), new Map(run.exchangeRates.map(({ from, rate }) => [from, rate])), currency);
      return {
        period, asOf: run.cutoff,
        rows: uses.map(({ card, committed, usedMinor, unusedMinor, utilisation, prompts, missing }) => ({
          vendor: card.vendor, component: card.component, card: card.version, committed: committed && toMoney(roundHalfUp(committed), currency), used: toMoney(usedMinor, currency), unused: toMoney(unusedMinor, currency),
          utilisationPercent: utilisation && roundForDisplay(multiply(utilisation, fraction(100n)), 2), effectiveTo: card.effectiveTo, prompts: [...prompts], missing: [...missing],
        })),
      };
    }, { isolation: "REPEATABLE READ" });
  }
}
