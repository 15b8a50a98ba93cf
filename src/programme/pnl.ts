import { Canonical } from "../kernel/canonical";
import { compareCodes } from "../kernel/apportion";
import { hashOf } from "../kernel/hash";
import { PeriodStatus } from "../governance";
import { EBIT_LEAVES, PNL_LINES, PnlLeaf, PnlLine, isBalance, leavesOf } from "./pnl-line";

/** One amount of a month's statement: of a use case and the unit that owns it, or (both null) of the programme alone. Minor units, benefits positive, costs negative. */
export interface PnlCell {
  readonly line: PnlLeaf;
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly amountMinor: bigint;
}

/** What is not known of a month: lines that have no figure, of one use case or (null) of all. */
export interface PnlGap {
  readonly lines: readonly PnlLeaf[];
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly reason: string;
}

/** Where a month's figures come from. */
export interface PnlSources {
  readonly runId: string | null;
  readonly resultHash: string | null;
  readonly policyVersion: number | null;
  readonly ratingRunId: string | null;
  readonly ratingHash: string | null;
  readonly capitalisationPolicy: number | null;
}

export const NO_SOURCES: PnlSources = { runId: null, resultHash: null, policyVersion: null, ratingRunId: null, ratingHash: null, capitalisationPolicy: null };

/** A month's statement, cell by cell. */
export interface PnlMonth {
  readonly period: string;
  readonly status: PeriodStatus | null;
  readonly cells: readonly PnlCell[];
  readonly gaps: readonly PnlGap[];
  readonly sources: PnlSources;
  /** ACTUAL, or the plan that it was taken from: "BUDGET 1", "FORECAST 2". */
  readonly source: string;
}

export const PNL_DIMENSIONS = ["PERIOD", "BUSINESS_UNIT", "USE_CASE", "GROUP"] as const;
export type PnlDimension = (typeof PNL_DIMENSIONS)[number];

/** A column of the statement. A line without a figure is null and says why in `missing`. */
export interface PnlRow {
  readonly period: string | null;
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly amounts: ReadonlyMap<PnlLine, bigint | null>;
  readonly missing: readonly string[];
}

/** Sums cells of the same line and place; zeros fall away. In a fixed order, so that the same facts are the same text. */
export function mergeCells(cells: readonly PnlCell[]): PnlCell[] {
  const sums = new Map<string, PnlCell>();
  for (const cell of cells) {
    const key = JSON.stringify([cell.line, cell.businessUnit, cell.useCase]);
    sums.set(key, { ...cell, amountMinor: (sums.get(key)?.amountMinor ?? 0n) + cell.amountMinor });
  }
  const order = (cell: PnlCell): string => JSON.stringify([PNL_LINES.indexOf(cell.line) + 100, cell.businessUnit ?? "", cell.useCase ?? ""]);
  return [...sums.values()].filter(({ amountMinor }) => amountMinor !== 0n).sort((a, b) => compareCodes(order(a), order(b)));
}

/** SHA-256 of a month's figures and of what is missing of them; no ids and no clock. */
export function hashOfMonth({ period, cells, gaps }: Pick<PnlMonth, "period" | "cells" | "gaps">, currency: string): string {
  const body = {
    period, currency, cells: mergeCells(cells).map(({ line, businessUnit, useCase, amountMinor }) => ({ line, businessUnit, useCase, amountMinor })),
    gaps: gaps.map(({ lines, businessUnit, useCase, reason }) => ({ lines: [...lines], businessUnit, useCase, reason })),
  };
  return hashOf(body as unknown as Canonical);
}

/** The rows of months, grouped; every cell stands in exactly one row, so that rows sum to the row without groups. */
export function pnlRows(months: readonly PnlMonth[], groupBy: readonly PnlDimension[]): PnlRow[] {
  const [byPeriod, byUnit, byUseCase] = [groupBy.includes("PERIOD"), groupBy.includes("BUSINESS_UNIT"), groupBy.includes("USE_CASE")];
  const placed = (period: string, { businessUnit, useCase }: Pick<PnlCell, "businessUnit" | "useCase">) => ({ period: byPeriod ? period : null, businessUnit: byUnit ? businessUnit : null, useCase: byUseCase ? useCase : null });
  const places = new Map<string, ReturnType<typeof placed>>();
  const note = (place: ReturnType<typeof placed>): void => void places.set(JSON.stringify(place), place);
  for (const { period, cells, gaps } of months) {
    note(placed(period, { businessUnit: null, useCase: null }));
    for (const each of [...cells, ...gaps]) note(placed(period, each));
  }
  const last = months.map(({ period }) => period).sort().at(-1) ?? "";
  return [...places].sort(([, a], [, b]) => compareCodes(a.period ?? "", b.period ?? "") || compareUnits(a.businessUnit, b.businessUnit) || compareUnits(a.useCase, b.useCase)).map(([key, place]) => {
    const cells = months.flatMap((month) => month.cells.filter((cell) => JSON.stringify(placed(month.period, cell)) === key).map((cell) => ({ ...cell, period: month.period })));
    const gaps = months.flatMap((month) => month.gaps.filter((gap) => (gap.useCase === null ? place.period === null || place.period === month.period : JSON.stringify(placed(month.period, gap)) === key)));
    return { ...place, ...amountsOf(cells, gaps, place.period ?? last) };
  });
}

/** The programme's own row stands after the units'. */
const compareUnits = (a: string | null, b: string | null): number => (a === b ? 0 : a === null ? 1 : b === null ? -1 : compareCodes(a, b));

function amountsOf(cells: ReadonlyArray<PnlCell & { readonly period: string }>, gaps: readonly PnlGap[], last: string): Pick<PnlRow, "amounts" | "missing"> {
  const unknown = new Set(gaps.flatMap(({ lines }) => lines));
  const amounts = new Map<PnlLine, bigint | null>();
  for (const line of PNL_LINES) {
    const leaves = leavesOf(line);
    const counted = cells.filter((cell) => leaves.includes(cell.line) && (!isBalance(line) || cell.period === last));
    amounts.set(line, leaves.some((leaf) => unknown.has(leaf)) ? null : counted.reduce((sum, { amountMinor }) => sum + amountMinor, 0n));
  }
  return { amounts, missing: [...new Set(gaps.map(({ reason }) => reason))] };
}

/** Why a month has no Programme EBIT; none: it has one. */
export function missingForEbit(gaps: readonly PnlGap[]): string[] {
  return gaps.filter(({ lines }) => lines.some((line) => EBIT_LEAVES.includes(line))).map(({ reason }) => reason);
}
