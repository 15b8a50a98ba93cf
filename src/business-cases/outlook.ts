import { Fraction, ONE, compare, fraction, multiply, roundHalfUp } from "../kernel/fraction";
import { monthsBetween } from "../kernel/period";
import { CASE_BENEFITS, CaseCategory, CasePlan, PlanLine, isBenefit } from "./plan";

/** What the ledgers say of a closed month. Minor units, above zero; credits below. */
export interface ActualMonth {
  readonly period: string;
  readonly amounts: Readonly<Record<CaseCategory, bigint>>;
  /** Attributed benefit that is no cash: part of what is realised, none of a flow. */
  readonly nonCashableMinor: bigint;
  /** False while finance has not decided on every benefit that is due: what the month brought is not known. */
  readonly knowsBenefits: boolean;
}

/** A case needs to be approved anew when it realises less of its plan than this... */
export const REALISATION_FLOOR: Fraction = fraction(4n, 5n);
/** ...in so many whole quarters one after the other. */
export const QUARTERS_BELOW = 2;

export interface Realisation {
  /** "2025-Q2", or null for everything to date. */
  readonly quarter: string | null;
  readonly plannedMinor: bigint;
  /** Null while what one of the months brought is not known. */
  readonly attributedMinor: bigint | null;
  /** Attributed / planned; null where nothing was planned or the attributed is not known. */
  readonly rate: Fraction | null;
}

const planned = (lines: readonly PlanLine[], periods: ReadonlySet<string>): bigint => lines.reduce((sum, { period, category, amountMinor }) => (isBenefit(category) && periods.has(period) ? sum + amountMinor : sum), 0n);
const attributed = (months: readonly ActualMonth[]): bigint | null => (months.some(({ knowsBenefits }) => !knowsBenefits) ? null : months.reduce((sum, { amounts, nonCashableMinor }) => CASE_BENEFITS.reduce((part, kind) => part + amounts[kind], sum + nonCashableMinor), 0n));

function realisationOf(quarter: string | null, plan: Pick<CasePlan, "lines">, months: readonly ActualMonth[]): Realisation {
  const plannedMinor = planned(plan.lines, new Set(months.map(({ period }) => period)));
  const attributedMinor = attributed(months);
  return { quarter, plannedMinor, attributedMinor, rate: plannedMinor === 0n || attributedMinor === null ? null : fraction(attributedMinor, plannedMinor) };
}

/** What was attributed of what was planned in closed months of the plan; null before one is closed. `months` holds every closed one, in order. */
export function realisationToDate(plan: CasePlan, months: readonly ActualMonth[]): Realisation | null {
  const closed = inPlan(plan, months);
  return closed.length === 0 ? null : realisationOf(null, plan, closed);
}

const inPlan = ({ startMonth, endMonth }: CasePlan, months: readonly ActualMonth[]): ActualMonth[] => months.filter(({ period }) => period >= startMonth && period <= endMonth);

/** The same by calendar quarter, for quarters whose three months are closed and in the plan. */
export function realisationByQuarter(plan: CasePlan, months: readonly ActualMonth[]): Realisation[] {
  const quarters = new Map<string, ActualMonth[]>();
  for (const month of inPlan(plan, months)) {
    const quarter = `${month.period.slice(0, 4)}-Q${Math.ceil(Number(month.period.slice(5)) / 3)}`;
    quarters.set(quarter, [...(quarters.get(quarter) ?? []), month]);
  }
  return [...quarters].filter(([, some]) => some.length === 3).sort(([a], [b]) => (a < b ? -1 : 1)).map(([quarter, some]) => realisationOf(quarter, plan, some));
}

/** True when the last two whole quarters, one after the other, both realised less than 80 % of what was planned. */
export function needsReapproval(quarters: readonly Realisation[]): boolean {
  const last = quarters.slice(-QUARTERS_BELOW);
  const [first, second] = last;
  if (!first || !second || nextQuarter(first.quarter!) !== second.quarter) return false;
  return last.every(({ rate }) => rate !== null && compare(rate, REALISATION_FLOOR) < 0);
}

function nextQuarter(quarter: string): string {
  const year = Number(quarter.slice(0, 4)), number = Number(quarter.slice(6));
  return number === 4 ? `${year + 1}-Q1` : `${year}-Q${number + 1}`;
}

/**
 * What the case will have come to: closed months as the ledgers have them, with planned benefits where those are not known; the
 * others as planned, their benefits times the realisation rate to date (as planned while that is not known). Cost that is still to come stays as planned.
 */
export function outlookLines(plan: CasePlan, months: readonly ActualMonth[], rate: Fraction | null): PlanLine[] {
  const closed = new Set(months.map(({ period }) => period));
  const past = inPlan(plan, months).map((month) => (month.knowsBenefits ? month : withPlannedBenefits(plan, month))).flatMap(({ period, amounts }) => (Object.entries(amounts) as Array<[CaseCategory, bigint]>).filter(([, amountMinor]) => amountMinor !== 0n).map(([category, amountMinor]) => ({ period, category, amountMinor })));
  const factor = rate ?? ONE;
  const coming = plan.lines.filter(({ period }) => !closed.has(period)).map((line) => (isBenefit(line.category) ? { ...line, amountMinor: roundHalfUp(multiply(fraction(line.amountMinor), factor)) } : line));
  return [...past, ...coming];
}

function withPlannedBenefits({ lines }: CasePlan, month: ActualMonth): ActualMonth {
  const planned = CASE_BENEFITS.map((kind) => [kind, lines.find(({ period, category }) => period === month.period && category === kind)?.amountMinor ?? 0n] as const);
  return { ...month, amounts: { ...month.amounts, ...Object.fromEntries(planned) } };
}

/** Every month of a plan, first to last. */
export function monthsOf({ startMonth, endMonth }: Pick<CasePlan, "startMonth" | "endMonth">): string[] {
  return monthsBetween(startMonth, endMonth);
}
