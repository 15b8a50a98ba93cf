import { isCode, requireText } from "../kernel/code";
import { requireDecimal, trimDecimal } from "../kernel/decimal";
import { Fraction, divide, fraction, fromDecimal } from "../kernel/fraction";
import { given } from "../kernel/given";
import { Currency, toMinor } from "../kernel/money";
import { requirePeriodKey, shiftPeriod } from "../kernel/period";
import { Refusal } from "../kernel/refusal";

export const CASE_BENEFITS = ["COST_REDUCTION", "MARGIN", "OTHER_EBIT"] as const;
export type CaseBenefit = (typeof CASE_BENEFITS)[number];
export const CASE_COSTS = ["IMPLEMENTATION", "RUN_COST", "PLATFORM_SHARE"] as const;
export const CASE_CATEGORIES = [...CASE_COSTS, ...CASE_BENEFITS] as const;
/** What a planned flow is. Costs and benefits alike are written as amounts above zero: the category says which way money goes. */
export type CaseCategory = (typeof CASE_CATEGORIES)[number];

export const isBenefit = (category: CaseCategory): category is CaseBenefit => (CASE_BENEFITS as readonly string[]).includes(category);

/** One planned amount. */
export interface PlanLine {
  readonly period: string;
  readonly category: CaseCategory;
  readonly amountMinor: bigint;
}

/** What a sponsor promises: frozen when it is approved. */
export interface CasePlan {
  readonly useCase: string;
  readonly currency: string;
  readonly startMonth: string;
  /** Last month with a flow. */
  readonly endMonth: string;
  /** Effective annual rate in percent, plain text. */
  readonly discountRatePercent: string;
  readonly sponsor: string;
  readonly budgetHolder: string;
  readonly problem: string;
  readonly problemMetric: string;
  /** Benefits that grow and shrink with containment. */
  readonly containmentDriven: readonly CaseBenefit[];
  /** By month, then category. */
  readonly lines: readonly PlanLine[];
  readonly reason: string | null;
}

export interface CasePlanInput {
  readonly useCase: string;
  readonly currency: string;
  readonly startMonth: string;
  readonly discountRatePercent: string;
  readonly sponsor: string;
  readonly budgetHolder: string;
  readonly problem: string;
  readonly problemMetric: string;
  readonly containmentDriven?: readonly CaseBenefit[] | null;
  readonly flows: ReadonlyArray<{ readonly period: string; readonly category: CaseCategory; readonly amount: string; readonly currency?: string | null }>;
  readonly reason?: string | null;
}

/** A plan reaches so many months at the most. */
export const LONGEST_PLAN_MONTHS = 120;

const bad = (message: string, ...field: string[]): Refusal => new Refusal("BAD_USER_INPUT", message, field);

/** The plan that an input stands for; a refusal names the flow that is wrong. */
export function readPlan(input: CasePlanInput, currency: Currency): CasePlan {
  if (!isCode(input.useCase)) throw new Refusal("NOT_FOUND", "There is no such use case.", ["useCase"]);
  const mixed = [input.currency, ...input.flows.map((flow) => flow.currency ?? input.currency)].findIndex((code) => code !== currency.code);
  if (mixed >= 0) throw new Refusal("CURRENCY_MISMATCH", `This programme is kept in ${currency.code}: a case is planned in it, every flow. Convert the amounts first.`, mixed === 0 ? ["currency"] : ["flows", String(mixed - 1), "currency"]);
  const startMonth = requirePeriodKey(input.startMonth, ["startMonth"]);
  const rate = requireDecimal(input.discountRatePercent, ["discountRatePercent"]);
  if (rate.units < 0n || rate.units > 100n * 10n ** BigInt(rate.scale) || rate.scale > 6) throw bad("The discount rate is 0 to 100 percent a year, with at most 6 decimals.", "discountRatePercent");
  if (input.flows.length === 0) throw bad("A case without flows promises nothing. Add them by month.", "flows");
  const last = shiftPeriod(startMonth, LONGEST_PLAN_MONTHS - 1);
  const lines = input.flows.map(({ period, category, amount }, index): PlanLine => {
    const at = String(index);
    requirePeriodKey(period, ["flows", at, "period"]);
    if (period < startMonth || period > last) throw bad(`${period} is outside the plan: it runs from ${startMonth} for at most ${LONGEST_PLAN_MONTHS} months.`, "flows", at, "period");
    if (input.flows.findIndex((each) => each.period === period && each.category === category) !== index) throw bad(`${category} of ${period} is given twice: write one amount.`, "flows", at);
    const amountMinor = toMinor(amount, currency, ["flows", at, "amount"]);
    if (amountMinor <= 0n) throw bad(`${category} is written as an amount above zero, cost or benefit: the category says which way the money goes. Leave out what is nothing.`, "flows", at, "amount");
    return { period, category, amountMinor };
  });
  lines.sort((a, b) => (a.period < b.period ? -1 : a.period > b.period ? 1 : CASE_CATEGORIES.indexOf(a.category) - CASE_CATEGORIES.indexOf(b.category)));
  return {
    useCase: input.useCase, currency: currency.code, startMonth, endMonth: lines.at(-1)!.period, discountRatePercent: trimDecimal(input.discountRatePercent.replace(/^\+/, "")),
    sponsor: requireText(input.sponsor, ["sponsor"]), budgetHolder: requireText(input.budgetHolder, ["budgetHolder"]), problem: requireText(input.problem, ["problem"], 500), problemMetric: requireText(input.problemMetric, ["problemMetric"]),
    containmentDriven: CASE_BENEFITS.filter((kind) => (input.containmentDriven ?? ["COST_REDUCTION"]).includes(kind)), lines, reason: given(input.reason) ? requireText(input.reason, ["reason"], 500) : null,
  };
}

/** The annual rate as a fraction of one. */
export function rateOfPlan({ discountRatePercent }: Pick<CasePlan, "discountRatePercent">): Fraction {
  return divide(fromDecimal(requireDecimal(discountRatePercent, ["discountRatePercent"])), fraction(100n));
}

/** Days from the first day of one month to that of another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}-01T00:00:00Z`) - Date.parse(`${from}-01T00:00:00Z`)) / 86_400_000);
}

export function sumOf(lines: readonly PlanLine[], categories: readonly CaseCategory[]): bigint {
  return lines.reduce((sum, { category, amountMinor }) => (categories.includes(category) ? sum + amountMinor : sum), 0n);
}

/** What is approved to be invested: implementation cost, which tranches release. */
export function investmentOf({ lines }: Pick<CasePlan, "lines">): bigint {
  return sumOf(lines, ["IMPLEMENTATION"]);
}
