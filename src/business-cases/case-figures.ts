import { Fraction, compare, fraction, multiply, roundHalfUp, subtract } from "../kernel/fraction";
import { monthsApart } from "../kernel/period";
import { Flow } from "./discounting";
import { MetricFacts, Metrics, metricsOf, npv } from "./metrics";
import { CASE_BENEFITS, CaseBenefit, CaseCategory, CasePlan, PlanLine, daysBetween, isBenefit, rateOfPlan, sumOf } from "./plan";

/** What figures of a case are worked out from: a plan, or an outlook in its place. */
export type Planned = Pick<CasePlan, "startMonth" | "lines" | "discountRatePercent" | "containmentDriven">;

const signed = ({ category, amountMinor }: PlanLine): bigint => (isBenefit(category) ? amountMinor : -amountMinor);

export function factsOf({ startMonth, lines }: Planned): MetricFacts {
  const flows = (some: readonly PlanLine[], sign: (line: PlanLine) => bigint): Flow[] => some.map((line) => ({ at: monthsApart(startMonth, line.period), minor: sign(line) }));
  return {
    net: flows(lines, signed), netByDay: lines.map((line) => ({ at: daysBetween(startMonth, line.period), minor: signed(line) })),
    investment: flows(lines.filter(({ category }) => category === "IMPLEMENTATION"), ({ amountMinor }) => amountMinor),
    benefitsMinor: sumOf(lines, CASE_BENEFITS) - sumOf(lines, ["PLATFORM_SHARE"]), costsMinor: sumOf(lines, ["IMPLEMENTATION", "RUN_COST"]),
  };
}

/** The figures of a plan. Benefits are net of the platform share, which is no part of the sponsor's budget. */
export function figuresOf(plan: Planned): Metrics {
  return metricsOf(factsOf(plan), rateOfPlan(plan));
}

const npvOf = (plan: Planned, rate: Fraction): Fraction => npv(factsOf(plan).net, rate, 12);

/** A plan with the amounts of some categories multiplied, each to the nearest minor unit, halves away from zero. */
export function scaled(plan: Planned, categories: readonly CaseCategory[], factor: Fraction): Planned {
  return { ...plan, lines: plan.lines.map((line) => (categories.includes(line.category) ? { ...line, amountMinor: roundHalfUp(multiply(fraction(line.amountMinor), factor)) } : line)) };
}

export interface ContainmentCase { readonly factor: Fraction; readonly npv: Fraction }

/** Net present value with the benefits that depend on containment at half, all and twice of what is planned. */
export function containmentCases(plan: Planned): ContainmentCase[] {
  const driven: readonly CaseBenefit[] = plan.containmentDriven;
  return [fraction(1n, 2n), fraction(1n), fraction(2n)].map((factor) => ({ factor, npv: npvOf(scaled(plan, driven, factor), rateOfPlan(plan)) }));
}

export const TORNADO_DRIVERS = ["BENEFITS", "IMPLEMENTATION", "RUN_COST", "PLATFORM_SHARE", "DISCOUNT_RATE"] as const;
export type TornadoDriver = (typeof TORNADO_DRIVERS)[number];

/** Net present value with one driver lower and higher, all else as planned. */
export interface TornadoBar {
  readonly driver: TornadoDriver;
  readonly npvAtLower: Fraction;
  readonly npvAtHigher: Fraction;
  /** Distance between the two. */
  readonly swing: Fraction;
}

/** One driver at a time, lower and higher by so many percent; the widest swing first, equal ones in the order of drivers. */
export function tornado(plan: Planned, percent: number): TornadoBar[] {
  const [lower, higher] = [fraction(BigInt(100 - percent), 100n), fraction(BigInt(100 + percent), 100n)];
  const rate = rateOfPlan(plan);
  const at = (driver: TornadoDriver, factor: Fraction): Fraction =>
    driver === "DISCOUNT_RATE" ? npvOf(plan, multiply(rate, factor)) : npvOf(scaled(plan, driver === "BENEFITS" ? CASE_BENEFITS : [driver], factor), rate);
  const bars = TORNADO_DRIVERS.map((driver) => {
    const [npvAtLower, npvAtHigher] = [at(driver, lower), at(driver, higher)];
    const difference = subtract(npvAtHigher, npvAtLower);
    return { driver, npvAtLower, npvAtHigher, swing: difference.numerator < 0n ? subtract(npvAtLower, npvAtHigher) : difference };
  });
  return bars.sort((a, b) => compare(b.swing, a.swing));
}
