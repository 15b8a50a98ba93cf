import { Fraction, divide, sum } from "../kernel/fraction";

export const SPLITS = ["MEASURED", "BOOKED", "EVEN", "PRIOR", "SEVERAL"] as const;
/** What told the use cases of a unit apart: quantities, what they were charged before, several of these, or nothing. */
export type Split = (typeof SPLITS)[number];

/** What tells the use cases of a unit apart. */
export interface UseCaseBasis {
  readonly split: Split;
  /** Name of the driver; null when there is none. */
  readonly driver: string | null;
  readonly weights: ReadonlyMap<string, Fraction>;
  /** Sum of the weights, which is not zero. */
  readonly total: Fraction;
  /** Exact part of each use case in what is divided; they sum to one. */
  readonly shares: ReadonlyMap<string, Fraction>;
}

/** A basis of these weights; null when they sum to nothing. */
export function basisBy(split: Split, driver: string | null, weights: ReadonlyMap<string, Fraction>): UseCaseBasis | null {
  const total = sum(weights.values());
  if (total.numerator === 0n) return null;
  return { split, driver, weights, total, shares: new Map([...weights].map(([useCase, weight]) => [useCase, divide(weight, total)])) };
}
