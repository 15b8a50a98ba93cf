import { fraction, roundForDisplay } from "../../kernel/fraction";
import { trimDecimal } from "../../kernel/decimal";

/** Which duration of a leg; CONNECTED is that of calls, the others are of every leg that carries the value. */
export const DURATION_MEASURES = ["CONNECTED", "QUEUE", "AI", "HUMAN", "HOLD", "WRAP"] as const;
export type DurationMeasure = (typeof DURATION_MEASURES)[number];

/** The share of legs, in hundredths, that last at most as long as the percentile of that name. */
export const PERCENTILES = [50, 75, 90, 95, 99] as const;

/** A whole number of milliseconds divided by a count, rounded half up to three decimals for reading; null of none. */
export function averageText(sumMs: number, count: number): string | null {
  return count === 0 ? null : trimDecimal(roundForDisplay(fraction(BigInt(sumMs), BigInt(count)), 3));
}
