import { Fraction, fraction, multiply, roundHalfUp, subtract } from "../kernel/fraction";

/** Of cost: more than the budget is adverse. */
export type VarianceDirection = "ADVERSE" | "FAVOURABLE" | "NONE";

export const VARIANCE_DIRECTIONS: readonly VarianceDirection[] = ["ADVERSE", "FAVOURABLE", "NONE"];

export function directionOf(minor: bigint): VarianceDirection {
  return minor > 0n ? "ADVERSE" : minor < 0n ? "FAVOURABLE" : "NONE";
}

/** A difference by its causes, in minor units. */
export interface VarianceParts {
  /** (actual quantity - planned quantity) x planned rate, exact. */
  readonly volume: Fraction;
  /** (actual rate - planned rate) x actual quantity, exact; so also where nothing was used and there is no actual rate. */
  readonly rate: Fraction;
  readonly volumeMinor: bigint;
  /** With what rounding to whole minor units moves, so that both make the whole difference. */
  readonly rateMinor: bigint;
}

/**
 * Splits actual - budget into what the volume and what the rate caused. Actual rate x actual quantity is the actual cost, so
 * the rate's part needs no division: actual - planned rate x actual quantity.
 */
export function splitVariance(budget: { readonly amountMinor: bigint; readonly quantity: Fraction; readonly rateMinor: Fraction }, actual: { readonly amountMinor: bigint; readonly quantity: Fraction }): VarianceParts {
  const volume = multiply(subtract(actual.quantity, budget.quantity), budget.rateMinor);
  const rate = subtract(fraction(actual.amountMinor), multiply(actual.quantity, budget.rateMinor));
  const volumeMinor = roundHalfUp(volume);
  return { volume, rate, volumeMinor, rateMinor: actual.amountMinor - budget.amountMinor - volumeMinor };
}
