import { compareCodes } from "../../kernel/apportion";
import { fraction, roundHalfUp } from "../../kernel/fraction";
import { monthsApart, shiftPeriod } from "../../kernel/period";

/** What is known of a use case's asset, each fact with the first month whose figures it can still be in (`knownFrom`): its own or a later one. */
export interface AssetFacts {
  readonly assetId: string;
  readonly useCaseId: string;
  readonly goLive: string;
  readonly usefulMonths: number;
  /** The first month that knew of the asset. */
  readonly knownFrom: string;
  readonly costs: ReadonlyArray<{ readonly period: string; readonly knownFrom: string; readonly amountMinor: bigint }>;
  /** The last month of use; what is not amortised by then is written off. */
  readonly retirement: { readonly period: string; readonly knownFrom: string } | null;
}

/** What a month takes to profit of an asset. Minor units, positive is cost. */
export interface Amortisation {
  readonly period: string;
  readonly useCaseId: string;
  readonly assetId: string;
  readonly amortisationMinor: bigint;
  readonly impairmentMinor: bigint;
}

interface Standing { readonly amortisedMinor: bigint; readonly impairedMinor: bigint }

/**
 * What is taken to profit by the end of a month, as that month knows the facts. A cost is spread evenly from the go-live month,
 * or from its own month when that is later, to the end of the useful months; what comes after them is taken at once. Costs that
 * begin together are one amount: cumulative amounts are rounded to whole minor units, so that the months sum to it exactly.
 */
function standingAt(asset: AssetFacts, month: string): Standing {
  if (asset.knownFrom > month) return { amortisedMinor: 0n, impairedMinor: 0n };
  const end = shiftPeriod(asset.goLive, asset.usefulMonths - 1);
  const retired = asset.retirement !== null && asset.retirement.knownFrom <= month ? asset.retirement.period : null;
  const until = retired ?? month;
  const byStart = new Map<string, bigint>();
  let totalMinor = 0n;
  for (const cost of asset.costs) {
    if (cost.knownFrom > month) continue;
    // Stryker disable next-line EqualityOperator: of one month it is either.
    const start = cost.period > asset.goLive ? cost.period : asset.goLive;
    byStart.set(start, (byStart.get(start) ?? 0n) + cost.amountMinor);
    totalMinor += cost.amountMinor;
  }
  let amortisedMinor = 0n;
  for (const [start, amountMinor] of byStart) {
    const months = Math.max(1, monthsApart(start, end) + 1);
    const over = Math.min(months, Math.max(0, monthsApart(start, until) + 1));
    amortisedMinor += roundHalfUp(fraction(amountMinor * BigInt(over), BigInt(months)));
  }
  return { amortisedMinor, impairedMinor: retired === null ? 0n : totalMinor - amortisedMinor };
}

/**
 * Amortisation and impairment of months. A month's amount is what stands at its end less what stood at the end of the month
 * before, each as that month knew the facts: a closed month never changes, and what came late is caught up in the first month
 * that knows of it.
 */
export function amortise(assets: readonly AssetFacts[], months: readonly string[]): Amortisation[] {
  return [...months].sort(compareCodes).flatMap((period) => assets.flatMap((asset) => {
    const [now, before] = [standingAt(asset, period), standingAt(asset, shiftPeriod(period, -1))];
    const [amortisationMinor, impairmentMinor] = [now.amortisedMinor - before.amortisedMinor, now.impairedMinor - before.impairedMinor];
    return amortisationMinor === 0n && impairmentMinor === 0n ? [] : [{ period, useCaseId: asset.useCaseId, assetId: asset.assetId, amortisationMinor, impairmentMinor }];
  }));
}

/** When closed months stopped taking facts, oldest first. */
export type CutOffs = ReadonlyArray<{ readonly key: string; readonly cutoff: Date }>;

/** The first month whose figures a fact of a month can still be in: its own, or the first one after it that was not closed when the fact was recorded. */
export function knownFrom(period: string, recordedAt: Date, cutOffs: CutOffs): string {
  let known = period;
  for (const { key, cutoff } of cutOffs) if (key >= known && recordedAt >= cutoff) known = shiftPeriod(key, 1);
  return known;
}
