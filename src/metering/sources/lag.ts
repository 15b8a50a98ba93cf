/**
 * Lag is the time from the end of a leg to its arrival. It is kept as a histogram of fixed buckets, because histograms of
 * many batches can be added up and percentiles of many batches can not.
 */
const SECOND = 1_000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** Upper bounds of the buckets in milliseconds, each inclusive; one more bucket holds what lies above the last. Never changed: stored histograms stand on them. */
export const LAG_BOUNDS: readonly number[] = [
  SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 31 * DAY, 93 * DAY,
];
export const LAG_BUCKETS = LAG_BOUNDS.length + 1;

/** How percentiles are told. */
export const LAG_METHOD = "nearest rank over a histogram of fixed buckets: the exact value lies within the bounds, both inclusive";

/** Lags of some events, exact but for the shape between the bounds. Milliseconds; below 0 when a sender's clock is ahead. */
export interface LagTally {
  readonly minMs: number;
  readonly maxMs: number;
  readonly sumMs: bigint;
  /** Events per bucket. */
  readonly histogram: readonly number[];
}

/** Bounds that a percentile certainly lies within, both inclusive. */
export interface LagBounds {
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

/** The tally of some lags; null of none. */
export function tallyLags(lags: Iterable<number>): LagTally | null {
  const histogram = new Array<number>(LAG_BUCKETS).fill(0);
  let minMs = Infinity, maxMs = -Infinity, sumMs = 0n;
  for (const lag of lags) {
    if (lag < minMs) minMs = lag;
    if (lag > maxMs) maxMs = lag;
    sumMs += BigInt(lag);
    histogram[bucketOf(lag)]! += 1;
  }
  return minMs > maxMs ? null : { minMs, maxMs, sumMs, histogram };
}

function bucketOf(lag: number): number {
  let bucket = 0;
  while (bucket < LAG_BOUNDS.length && lag > LAG_BOUNDS[bucket]!) bucket += 1;
  return bucket;
}

/** Where the value of rank ceil(percent x n / 100) lies; the tally holds at least one event. */
export function percentileBounds(tally: Pick<LagTally, "minMs" | "maxMs" | "histogram">, percent: number): LagBounds {
  const count = tally.histogram.reduce((sum, each) => sum + each, 0);
  const rank = Math.ceil((count * percent) / 100);
  let seen = 0, bucket = 0;
  for (; bucket < LAG_BUCKETS - 1; bucket += 1) {
    seen += tally.histogram[bucket]!;
    if (seen >= rank) break;
  }
  const above = bucket === 0 ? tally.minMs : LAG_BOUNDS[bucket - 1]! + 1;
  return { atLeastMs: Math.max(above, tally.minMs), atMostMs: Math.min(LAG_BOUNDS[bucket] ?? tally.maxMs, tally.maxMs) };
}
