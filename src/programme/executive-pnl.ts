import { compareCodes } from "../kernel/apportion";
import { WHOLE } from "./disclose";
import { PNL_LINES, PnlLine } from "./pnl-line";
import { Aggregate } from "./sign-programme-pnl";

/** What executives see of a month: the stored aggregate of a signed version, without units. */
export interface SeenMonth { readonly period: string; readonly aggregates: readonly Aggregate[] | null }

export interface ExecutiveRow {
  readonly period: string | null;
  readonly group: string | null;
  readonly groupName: string | null;
  readonly amounts: ReadonlyMap<PnlLine, bigint | null>;
  readonly missing: readonly string[];
}

/** What the cost side of the statement is: without benefits and results. */
export const COST_SIDE: ReadonlySet<PnlLine> = new Set(PNL_LINES.filter((line) => /^[BCDEGHI]_|^[BC]\d|^MEMO_CAPEX/.test(line)));

/**
 * Rows of aggregates: of the programme, or by group, of the range or by month. Figures are sums of what is stored, and a line
 * that one month leaves out is left out of the range: nothing is worked out here that the stored figures do not say.
 */
export function executiveRows(months: readonly SeenMonth[], groupBy: { readonly period: boolean; readonly group: boolean }, only: ReadonlySet<PnlLine> | null): ExecutiveRow[] {
  const spans = groupBy.period ? months.map((month) => [month]) : [months];
  return spans.flatMap((span) => {
    const names = new Map(span.flatMap(({ aggregates }) => aggregates ?? []).filter(({ group }) => group !== WHOLE).map(({ group, groupName }) => [group, groupName]));
    const groups = groupBy.group ? [...names.keys()].sort(compareCodes) : [WHOLE];
    return groups.map((group): ExecutiveRow => {
      const unsigned = span.filter(({ aggregates }) => aggregates === null).map(({ period }) => `${period} is not signed.`);
      const absent = span.filter(({ aggregates }) => aggregates !== null && !aggregates.some((each) => each.group === group)).map(({ period }) => `${group} was no group in ${period}.`);
      const amounts = new Map<PnlLine, bigint | null>();
      const hidden: string[] = [];
      for (const line of PNL_LINES) {
        if (only !== null && !only.has(line)) continue;
        const found = span.map(({ aggregates }) => aggregates?.find((each) => each.group === group && each.line === line)?.amountMinor ?? null);
        const amount = found.some((each) => each === null) ? null : found.reduce<bigint>((sum, each) => sum + each!, 0n);
        amounts.set(line, amount);
        if (amount === null && unsigned.length + absent.length === 0) hidden.push(line);
      }
      const left = hidden.length === 0 ? [] : [`${hidden.join(", ")}: left out, for together with what is shown it would tell fewer than three business units, or stands for none.`];
      return { period: groupBy.period ? span[0]!.period : null, group: group === WHOLE ? null : group, groupName: names.get(group) ?? null, amounts, missing: [...unsigned, ...absent, ...left] };
    });
  });
}
