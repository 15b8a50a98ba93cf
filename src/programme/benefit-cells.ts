import { PnlCell, PnlGap } from "./pnl";
import { PnlLeaf } from "./pnl-line";

export type BenefitKind = "COST_REDUCTION" | "MARGIN" | "OTHER_EBIT";

/** A signed-off row of the attribution ladder, of a use case that a unit owns. Minor units. */
export interface RecognisedBenefit {
  readonly useCase: string;
  readonly businessUnit: string | null;
  readonly kind: BenefitKind;
  readonly cashableMinor: bigint;
  readonly nonCashableMinor: bigint;
}

/** An overlap between claims on one benefit pool, taken out once; what is taken out is positive. */
export interface BenefitElimination {
  readonly poolCode: string;
  readonly amountMinor: bigint;
}

const LINES: Readonly<Record<BenefitKind, PnlLeaf>> = { COST_REDUCTION: "A1_COST_REDUCTION", MARGIN: "A2_MARGIN", OTHER_EBIT: "A3_OTHER_EBIT" };
export const BENEFIT_LINES: readonly PnlLeaf[] = [...Object.values(LINES), "MEMO_NON_CASHABLE"];

/** Recognised benefits by line; eliminations stand with the programme. */
export function benefitCells(benefits: readonly RecognisedBenefit[], eliminations: readonly BenefitElimination[]): PnlCell[] {
  return [
    ...benefits.flatMap(({ useCase, businessUnit, kind, cashableMinor, nonCashableMinor }): PnlCell[] => [
      { line: LINES[kind], businessUnit, useCase, amountMinor: cashableMinor }, { line: "MEMO_NON_CASHABLE", businessUnit, useCase, amountMinor: nonCashableMinor },
    ]),
    ...eliminations.map(({ amountMinor }): PnlCell => ({ line: "F_ELIMINATIONS", businessUnit: null, useCase: null, amountMinor: -amountMinor })),
  ];
}

/** A use case that defines a benefit of which nothing is signed off for the month: its benefit is unknown, not nothing. */
export function unsignedGap(period: string, useCase: string, businessUnit: string | null): PnlGap {
  return { lines: BENEFIT_LINES, businessUnit, useCase, reason: `A: ${useCase} defines a benefit and has none signed off for ${period}. Have finance sign the claim off, or a claim of nothing.` };
}
