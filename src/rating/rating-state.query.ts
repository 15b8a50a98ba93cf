import { Refusal } from "../kernel/refusal";
import { periodStore } from "../governance/period.store";
import { TenantTransaction } from "../tenancy/database.store";
import { rateCardStore } from "./rate-card.store";
import { rateUsage } from "./rate-usage";
import { RATING_METHOD, hashFacts, standsOn } from "./rating-hash";
import { cameWithCost, gatherRatingFacts } from "./rating-facts.query";
import { instantAfterNow } from "./rating-ports.store";
import { ratingRulesStore } from "./rating-rules.store";
import { ratingRunStore } from "./rating-run.store";

/** Why the newest rating of a month does not stand on the facts as they are, in words; null when it does, or when there is nothing to rate. */
export async function unratedReason(tx: TenantTransaction, period: string): Promise<string | null> {
  const run = await ratingRunStore(tx).latestRun(period);
  // Most months have nothing to rate, and their usage need not be summed to know it.
  const rules = await ratingRulesStore(tx).currentRules();
  if (!run && rules.reportedPool === null && (await rateCardStore(tx).cardsOfMonth(period)).length === 0) {
    // Who neither has cards nor rules does not rate: its cost is what finance books, and the close does not wait for another.
    if (rules.version === 0 && !(await rateCardStore(tx).hasCards())) return null;
    if (!(await cameWithCost(tx, period, await instantAfterNow(tx)))) return null;
    return `Usage of ${period} came with its cost, and nothing says where that goes. Approve a rate card, or name a DIRECT pool with setRatingRules (reportedPool).`;
  }
  const facts = await gatherRatingFacts(tx, period, await instantAfterNow(tx));
  if (!run && facts.cards.length === 0 && facts.items.length === 0) return null;
  try {
    rateUsage(facts);
    if (!run) return `The usage of ${period} has not been rated.`;
    const isClosed = (await periodStore(tx).find(period))?.status === "CLOSED";
    if (standsOn(run, facts, isClosed)) return null;
    return run.method !== RATING_METHOD && run.inputHash === hashFacts(facts, run.method) ? `Rating ${run.sequence} was made in an earlier way (${run.method}).` : `Facts changed after rating ${run.sequence}.`;
  } catch (error) {
    if (error instanceof Refusal) return `The usage of ${period} cannot be rated: ${error.message}`;
    throw error;
  }
}

/**
 * The same for a month that is to close and for the closed months before it that were rated and got usage or cost since: a
 * late fact moves no closed figure, but what it costs is posted by rating its month again. Null when every one stands.
 */
export async function unratedUntil(tx: TenantTransaction, period: string): Promise<string | null> {
  const late = await tx.query<{ period: string }>(
    `select p.key as period from governance.period p
       join lateral (select r.cutoff from rating.run r where r.programme_id = $1 and r.period_key = p.key order by r.sequence desc limit 1) rated on true
     where p.programme_id = $1 and p.key < $2 and p.status = 'CLOSED'
       and exists (select from metering.late_event l where l.programme_id = $1 and l.period_key = p.key and l.recorded_at >= rated.cutoff)
     order by p.key`,
    [tx.scope.programme.id, period],
  );
  const reasons: string[] = [];
  for (const month of [...late.map((each) => each.period), period]) {
    const reason = await unratedReason(tx, month);
    if (reason !== null) reasons.push(month === period ? reason : `${month} is closed and got usage since: ${reason}`);
  }
  return reasons.length === 0 ? null : reasons.join(" ");
}
