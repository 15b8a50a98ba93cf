import { CaseBenefit } from "./plan";

/** A benefit that finance signed off, in the month whose result it is part of, before eliminations. Minor units. */
export interface SignedBenefit {
  readonly period: string;
  readonly useCase: string;
  readonly kind: CaseBenefit;
  readonly cashableMinor: bigint;
  readonly nonCashableMinor: bigint;
}

/** What is taken off it in a month because others claim the same: above zero, and below where it is given back. Minor units. */
export interface TakenOff {
  readonly period: string;
  readonly useCase: string;
  readonly kind: CaseBenefit;
  /** Of the cashable part. */
  readonly amountMinor: bigint;
  readonly nonCashableMinor: bigint;
}

export interface Attributed {
  readonly cashable: Readonly<Record<CaseBenefit, bigint>>;
  readonly nonCashableMinor: bigint;
}

/** What a use case keeps of a month's benefits: an overlap is borne by the use case whose claim was reduced. */
export function attributedTo(useCase: string, period: string, signed: readonly SignedBenefit[], eliminated: readonly TakenOff[]): Attributed {
  const cashable: Record<CaseBenefit, bigint> = { COST_REDUCTION: 0n, MARGIN: 0n, OTHER_EBIT: 0n };
  let nonCashableMinor = 0n;
  const isOurs = (row: { readonly period: string; readonly useCase: string }): boolean => row.useCase === useCase && row.period === period;
  for (const row of signed.filter(isOurs)) {
    cashable[row.kind] += row.cashableMinor;
    nonCashableMinor += row.nonCashableMinor;
  }
  for (const row of eliminated.filter(isOurs)) {
    cashable[row.kind] -= row.amountMinor;
    nonCashableMinor -= row.nonCashableMinor;
  }
  return { cashable, nonCashableMinor };
}
