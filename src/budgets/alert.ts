import { Fraction, compare, fraction } from "../kernel/fraction";
import { BudgetPlace } from "./budget";

export const ALERT_BASES = ["ACTUAL", "FORECAST"] as const;
/** ACTUAL: what the month cost so far. FORECAST: what it will have cost at its end. */
export type AlertBasis = (typeof ALERT_BASES)[number];

/** A threshold of a budget that was reached. One per place, month, basis and threshold, for ever. */
export interface AlertDraft extends BudgetPlace {
  readonly period: string;
  readonly budgetId: string;
  readonly budgetVersion: number;
  readonly budgetMinor: bigint;
  readonly basis: AlertBasis;
  /** Percent of the budget. */
  readonly threshold: number;
  /** The cost that reached it, whole minor units. */
  readonly amountMinor: bigint;
}

export interface BudgetAlert extends AlertDraft {
  readonly id: string;
  readonly businessUnitId: string | null;
  readonly useCaseId: string | null;
  readonly raisedAt: Date;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: Date | null;
  readonly note: string | null;
}

/** The thresholds that a cost has reached: cost x 100 >= threshold x budget, both exact. Nothing reaches one without cost. */
export function reachedThresholds(thresholds: readonly number[], budgetMinor: bigint, cost: Fraction): number[] {
  if (compare(cost, fraction(0n)) <= 0) return [];
  return thresholds.filter((threshold) => compare(fraction(cost.numerator * 100n, cost.denominator), fraction(BigInt(threshold) * budgetMinor)) >= 0);
}
