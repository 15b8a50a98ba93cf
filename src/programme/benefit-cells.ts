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

/** A signed-off benefit below EBIT, as interest on working capital. */
export interface MemoBenefit {
  readonly useCase: string;
  readonly businessUnit: string | null;
  readonly attributedMinor: bigint;
}

/** An overlap between claims on one benefit pool, taken out once; what is taken out is positive. */
export interface BenefitElimination {
  readonly poolCode: string;
  /** Whose benefit it is taken off. */
  readonly businessUnit: string;
  readonly amountMinor: bigint;
  readonly nonCashableMinor: bigint;
}

/** What a month recognises of benefits, and the use cases that define a benefit of which nothing is decided for it. */
export interface BenefitsOfMonth {
  readonly recognised: readonly RecognisedBenefit[];
  readonly memo: readonly MemoBenefit[];
  readonly eliminations: readonly BenefitElimination[];
  readonly undecided: ReadonlyArray<Pick<MemoBenefit, "useCase" | "businessUnit">>;
}

const LINES: Readonly<Record<BenefitKind, PnlLeaf>> = { COST_REDUCTION: "A1_COST_REDUCTION", MARGIN: "A2_MARGIN", OTHER_EBIT: "A3_OTHER_EBIT" };
const BENEFIT_LINES: readonly PnlLeaf[] = [...Object.values(LINES), "MEMO_NON_CASHABLE", "MEMO_WORKING_CAPITAL_INTEREST"];

/** Recognised benefits by line; eliminations stand with the programme. */
export function benefitCells({ recognised, memo, eliminations }: BenefitsOfMonth): PnlCell[] {
  const own = { businessUnit: null, useCase: null };
  return [
    ...recognised.flatMap(({ useCase, businessUnit, kind, cashableMinor, nonCashableMinor }): PnlCell[] => [
      { line: LINES[kind], businessUnit, useCase, amountMinor: cashableMinor }, { line: "MEMO_NON_CASHABLE", businessUnit, useCase, amountMinor: nonCashableMinor },
    ]),
    ...memo.map(({ useCase, businessUnit, attributedMinor }): PnlCell => ({ line: "MEMO_WORKING_CAPITAL_INTEREST", businessUnit, useCase, amountMinor: attributedMinor })),
    ...eliminations.flatMap(({ amountMinor, nonCashableMinor }): PnlCell[] => [
      { line: "F_ELIMINATIONS", ...own, amountMinor: -amountMinor }, { line: "MEMO_NON_CASHABLE", ...own, amountMinor: -nonCashableMinor },
    ]),
  ];
}

/** What of a month's eliminations is taken off one unit's benefits, by line. Minor units, as in the statement. */
export interface EliminatedCell {
  readonly line: "F_ELIMINATIONS" | "MEMO_NON_CASHABLE";
  readonly businessUnit: string;
  readonly amountMinor: bigint;
}

/** True for the programme's own cell of what is eliminated: nothing else of these lines stands without a unit. */
export const isEliminated = ({ line, businessUnit }: PnlCell): boolean => businessUnit === null && (line === "F_ELIMINATIONS" || line === "MEMO_NON_CASHABLE");

/** A month's eliminations by the unit that they are taken off; what comes to nothing falls away. */
export function eliminatedCells(eliminations: readonly BenefitElimination[]): EliminatedCell[] {
  const sums = new Map<string, EliminatedCell>();
  const add = (cell: EliminatedCell): void => {
    const key = `${cell.line} ${cell.businessUnit}`;
    sums.set(key, { ...cell, amountMinor: (sums.get(key)?.amountMinor ?? 0n) + cell.amountMinor });
  };
  for (const { businessUnit, amountMinor, nonCashableMinor } of eliminations) {
    add({ line: "F_ELIMINATIONS", businessUnit, amountMinor: -amountMinor });
    add({ line: "MEMO_NON_CASHABLE", businessUnit, amountMinor: -nonCashableMinor });
  }
  return [...sums.values()].filter(({ amountMinor }) => amountMinor !== 0n);
}

/** A use case that defines a benefit of which finance decided nothing for the month: its benefit is unknown, not nothing. */
export function undecidedGap(period: string, { useCase, businessUnit }: Pick<MemoBenefit, "useCase" | "businessUnit">): PnlGap {
  return { lines: BENEFIT_LINES, businessUnit, useCase, reason: `A: ${useCase} defines a benefit and finance decided on no claim of it for ${period}. Claim it and have it signed off or rejected.` };
}
