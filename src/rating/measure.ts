import { Fraction, fraction, multiply } from "../kernel/fraction";
import { RateUnit, exact } from "./rate-card";

/** What a quantity counts, in base units: milliseconds, calls, messages, segments, tokens, characters, resolutions. */
export const MEASURES = ["TIME", "CALL", "MESSAGE", "SEGMENT", "TOKEN", "CHARACTER", "RESOLUTION"] as const;
export type Measure = (typeof MEASURES)[number];

/** So many base units of a measure. */
export interface Quantity {
  readonly measure: Measure;
  readonly base: Fraction;
}

const OF_UNIT: Readonly<Record<RateUnit, Measure | null>> = {
  MINUTE: "TIME", SECOND: "TIME", CALL: "CALL", MESSAGE: "MESSAGE", SEGMENT: "SEGMENT", TOKEN_1M: "TOKEN", CHARACTER: "CHARACTER", RESOLUTION: "RESOLUTION", MONTH: null, CONCURRENCY_MONTH: null,
};

/** What a card's unit counts; null for fees. */
export function measureOf(unit: RateUnit): Measure | null {
  return OF_UNIT[unit];
}

const OF_WORD: Readonly<Record<string, readonly [Measure, bigint]>> = {
  MINUTE: ["TIME", 60_000n], SECOND: ["TIME", 1_000n], CALL: ["CALL", 1n], MESSAGE: ["MESSAGE", 1n], SEGMENT: ["SEGMENT", 1n], TOKEN: ["TOKEN", 1n], TOKEN_1M: ["TOKEN", 1_000_000n], CHARACTER: ["CHARACTER", 1n], RESOLUTION: ["RESOLUTION", 1n],
};

/** A quantity of a vendor's line, in one or many, whatever its capitals; null where its unit is none of ours. */
export function quantityOf(quantity: string | null, unit: string | null): Quantity | null {
  const word = (unit ?? "").toUpperCase();
  const found = OF_WORD[word] ?? OF_WORD[word.replace(/S$/, "")];
  return quantity === null || found === undefined ? null : { measure: found[0], base: multiply(exact(quantity), fraction(found[1])) };
}
