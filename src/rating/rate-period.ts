import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { Posting, PostingKey, planPostings } from "./plan-postings";
import { plausibilityAlarms } from "./plausibility";
import { RatingResult, rateUsage } from "./rate-usage";
import { RatingFacts } from "./rating-facts";
import { RatingMethod, standsOn } from "./rating-hash";

/** A stored rating of a period. */
export interface RatingRun {
  readonly id: string;
  readonly periodKey: string;
  readonly sequence: number;
  readonly currency: string;
  readonly cutoff: Date;
  /** Versions of the cards that were in effect. */
  readonly cards: readonly number[];
  readonly exchangeRates: ReadonlyArray<{ readonly from: string; readonly to: string; readonly kind: string; readonly date: string; readonly rate: string; readonly source: string; readonly revision: number }>;
  readonly rulesVersion: number;
  /** The way in which it was rated. */
  readonly method: RatingMethod;
  readonly inputHash: string;
  readonly resultHash: string;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export interface RatePeriodPorts {
  /** Locks the period for this transaction alone and fixes the cut-off; NOT_FOUND where nothing fell into it. */
  freeze(period: string): Promise<{ readonly cutoff: Date; readonly isClosed: boolean }>;
  gatherFacts(period: string, cutoff: Date): Promise<RatingFacts>;
  latestRun(period: string): Promise<RatingRun | null>;
  posted(period: string): Promise<ReadonlyArray<PostingKey & { readonly amountMinor: bigint }>>;
  /** Stores run, lines and postings; each posting is a cost entry of its own. */
  saveRun(facts: RatingFacts, result: RatingResult, postings: readonly Posting[], cutoff: Date): Promise<RatingRun>;
  audit(run: RatingRun, result: RatingResult, postings: readonly Posting[], before: RatingRun | null): Promise<void>;
}

export interface RatedPeriod {
  readonly run: RatingRun;
  /** False: the facts are those of the run that was there. */
  readonly isNew: boolean;
  readonly postings: readonly Posting[];
  readonly alarms: readonly string[];
}

/**
 * Rates a month and posts its direct usage cost. The same facts answer the run that is there and post nothing; callers at
 * the same moment wait for each other and get one run. What came late since is posted as the difference: into a closed
 * month it is late cost, which the next month that closes charges, and no closed figure moves. A month that was rated in an earlier way is rated anew while it is open, and posts the difference. NOT_READY where some cost
 * has no pool; CURRENCY_MISMATCH where an exchange rate is missing.
 */
export async function ratePeriod(ports: RatePeriodPorts, input: { readonly period: string }): Promise<RatedPeriod> {
  const period = requirePeriodKey(input.period);
  const { cutoff, isClosed } = await ports.freeze(period);
  const facts = await ports.gatherFacts(period, cutoff);
  const result = rateUsage(facts);
  const alarms = plausibilityAlarms(facts);
  const homeless = result.lines.find(({ pool, amount }) => pool === null && amount.numerator !== 0n);
  if (homeless) throw new Refusal("NOT_READY", `${homeless.vendor || "Usage without a provider"} reports cost of ${homeless.component}, and no pool takes it. Approve a rate card for it, or name a DIRECT pool with setRatingRules (reportedPool).`, ["period"]);
  const latest = await ports.latestRun(period);
  if (latest && standsOn(latest, facts, isClosed)) return { run: latest, isNew: false, postings: [], alarms };
  const postings = planPostings(period, result.lines, await ports.posted(period));
  const run = await ports.saveRun(facts, result, postings, cutoff);
  await ports.audit(run, result, postings, latest);
  return { run, isNew: true, postings, alarms };
}
