import { given } from "../kernel/given";
import { isCode, requireText } from "../kernel/code";
import { Currency, toMinor } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { CostPool } from "../costs";

/** How a programme rates and what it tolerates of vendors. Versions are only ever added. */
export interface RatingRules {
  /** 0 until finance sets rules of its own. */
  readonly version: number;
  /** Code of the DIRECT pool for cost that came with the usage where no card names one; null: none yet. */
  readonly reportedPool: string | null;
  /** A vendor's total may be off by so many hundredths of a percent of itself ... */
  readonly toleranceBasisPoints: number;
  /** ... or by so many minor units of the programme's currency, whichever is more. */
  readonly toleranceMinor: bigint;
}

/** One percent, or nothing. */
export const DEFAULT_RATING_RULES: RatingRules = { version: 0, reportedPool: null, toleranceBasisPoints: 100, toleranceMinor: 0n };

/** True when a difference is small enough that nobody needs to explain it. */
export function isTolerated(rules: RatingRules, varianceMinor: bigint, totalMinor: bigint): boolean {
  const size = varianceMinor < 0n ? -varianceMinor : varianceMinor;
  const total = totalMinor < 0n ? -totalMinor : totalMinor;
  return size <= rules.toleranceMinor || size * 10_000n <= total * BigInt(rules.toleranceBasisPoints);
}

export interface SetRatingRulesInput {
  readonly reportedPool?: string | null;
  readonly toleranceBasisPoints?: number | null;
  readonly toleranceAmount?: string | null;
  readonly reason: string;
}

export interface SetRatingRulesPorts {
  readonly currency: Currency;
  /** The rules in force, held until the transaction ends. */
  holdRules(): Promise<RatingRules>;
  findPool(code: string): Promise<CostPool | null>;
  saveRules(rules: RatingRules, reason: string): Promise<void>;
  audit(before: RatingRules, after: RatingRules, reason: string): Promise<void>;
}

/** Sets the rules from now on; what is left out stays as it is. The same rules again change nothing. */
export async function setRatingRules(ports: SetRatingRulesPorts, input: SetRatingRulesInput): Promise<RatingRules> {
  const reason = requireText(input.reason, ["reason"], 500);
  const { reportedPool, toleranceBasisPoints } = input;
  if (given(toleranceBasisPoints) && (!Number.isInteger(toleranceBasisPoints) || toleranceBasisPoints < 0 || toleranceBasisPoints > 10_000)) throw new Refusal("BAD_USER_INPUT", "toleranceBasisPoints must be whole hundredths of a percent, 0 to 10,000.", ["toleranceBasisPoints"]);
  const tolerance = !given(input.toleranceAmount) ? null : toMinor(input.toleranceAmount, ports.currency, ["toleranceAmount"]);
  if (tolerance !== null && tolerance < 0n) throw new Refusal("BAD_USER_INPUT", "toleranceAmount must be 0 or more.", ["toleranceAmount"]);
  if (given(reportedPool)) {
    const pool = isCode(reportedPool) ? await ports.findPool(reportedPool) : null;
    if (!pool) throw new Refusal("NOT_FOUND", `There is no cost pool ${reportedPool.slice(0, 64)}.`, ["reportedPool"]);
    if (pool.kind !== "DIRECT") throw new Refusal("BAD_USER_INPUT", `${pool.code} is ${pool.kind}: cost that came with a use case's usage goes to a DIRECT pool.`, ["reportedPool"]);
  }
  const before = await ports.holdRules();
  const after: RatingRules = {
    version: before.version + 1, reportedPool: reportedPool ?? before.reportedPool, toleranceBasisPoints: toleranceBasisPoints ?? before.toleranceBasisPoints, toleranceMinor: tolerance ?? before.toleranceMinor,
  };
  if (after.reportedPool === before.reportedPool && after.toleranceBasisPoints === before.toleranceBasisPoints && after.toleranceMinor === before.toleranceMinor) return before;
  await ports.saveRules(after, reason);
  await ports.audit(before, after, reason);
  return after;
}
