import { Fraction, add, compare, divide, fraction } from "../kernel/fraction";
import { Flow, StepsPerYear, discount, factorOfZero, inOrder, presentValue, rateOf, stepFactor } from "./discounting";

/** A figure, or why there is none; `warning` says what to bear in mind of one that there is. */
export interface Metric {
  readonly value: Fraction | null;
  readonly reason: string | null;
  readonly warning: string | null;
}

const known = (value: Fraction, warning: string | null = null): Metric => ({ value, reason: null, warning });
const unknown = (reason: string): Metric => ({ value: null, reason, warning: null });

/** Rates are looked for between these: -99.99 % and 1,000,000 % a year. */
const LOWEST: Fraction = fraction(-9_999n, 10_000n);
const HIGHEST: Fraction = fraction(10_000n);

/** Net present value in minor units: each flow divided by (1 + annual rate) ^ (steps / steps a year). */
export function npv(flows: readonly Flow[], rate: Fraction, steps: StepsPerYear): Fraction {
  return presentValue(flows, stepFactor(rate, steps));
}

/**
 * The annual rate at which the present value is nothing. Null when the flows have one sign, or when more than one rate could
 * do it: by Descartes' rule one change of sign has exactly one rate, and by Norstrom's one change in the sums has exactly one
 * above zero, which is then given with a warning. With days as steps (ACT/365) it is XIRR.
 */
export function irr(flows: readonly Flow[], steps: StepsPerYear): Metric {
  const ordered = inOrder(flows);
  const changes = signChanges(ordered.map(({ minor }) => minor));
  if (changes === 0) return unknown(ordered.length === 0 ? "There are no flows." : "The flows never change sign: no rate makes their present value nothing.");
  const high = stepFactor(LOWEST, steps);
  if (changes === 1) return within(ordered, stepFactor(HIGHEST, steps), high, steps, null);
  const sums = cumulative(ordered.map(({ minor }) => minor));
  if (signChanges(sums) === 1 && sums.at(-1) !== 0n) {
    return within(ordered, stepFactor(HIGHEST, steps), stepFactor(fraction(0n), steps), steps, `The flows change sign ${changes} times: this is the only rate above zero, one below may exist.`);
  }
  return unknown(`The flows change sign ${changes} times: more than one rate may make their present value nothing. Judge by the net present value.`);
}

function within(flows: readonly Flow[], low: bigint, high: bigint, steps: StepsPerYear, warning: string | null): Metric {
  const factor = factorOfZero(flows, low, high);
  return factor === null ? unknown("The rate lies below -99.99 % or above 1,000,000 % a year.") : known(rateOf(factor, steps), warning);
}

function signChanges(values: readonly bigint[]): number {
  // Stryker disable next-line EqualityOperator: none of them is zero, and which sign is called which does not matter.
  const signs = values.filter((value) => value !== 0n).map((value) => value > 0n);
  return signs.filter((sign, index) => index > 0 && sign !== signs[index - 1]).length;
}

function cumulative(values: readonly bigint[]): bigint[] {
  let sum = 0n;
  // Stryker disable next-line AssignmentOperator: the mirror image changes sign as often, and ends at zero just so.
  return values.map((value) => (sum += value));
}

/** Years until what came back makes up for what was paid: the first moment, between two flows in proportion. */
export function payback(flows: readonly Flow[], steps: StepsPerYear): Metric {
  return firstEven(inOrder(flows).map(({ at, minor }) => ({ at, value: minor })), steps);
}

/** The same with every flow at its present value. */
export function discountedPayback(flows: readonly Flow[], rate: Fraction, steps: StepsPerYear): Metric {
  return firstEven(discount(flows, stepFactor(rate, steps)).map(({ at, scaled }) => ({ at, value: scaled })), steps);
}

function firstEven(flows: ReadonlyArray<{ readonly at: number; readonly value: bigint }>, steps: StepsPerYear): Metric {
  let [sum, at] = [0n, 0];
  for (const [index, flow] of flows.entries()) {
    const before = sum;
    sum += flow.value;
    // Stryker disable next-line EqualityOperator: no flow is zero.
    if (index === 0 && sum >= 0n) return unknown("Nothing is paid before money comes in: there is nothing to pay back.");
    if (sum >= 0n) return known(fraction(BigInt(at) * (sum - before) + BigInt(flow.at - at) * -before, (sum - before) * BigInt(steps)));
    at = flow.at;
  }
  return unknown(flows.length === 0 ? "There are no flows." : "It is not paid back within the plan.");
}

/** (benefits - costs) / costs. */
export function roi(benefitsMinor: bigint, costsMinor: bigint): Metric {
  return costsMinor === 0n ? unknown("Nothing is spent.") : known(fraction(benefitsMinor - costsMinor, costsMinor));
}

/** Present value of everything after the investment / present value of the investment. Both in minor units, the investment above zero. */
export function profitabilityIndex(net: Fraction, investment: Fraction): Metric {
  return compare(investment, fraction(0n)) === 0 ? unknown("Nothing is invested.") : known(divide(add(net, investment), investment));
}

/** A plan's figures in numbers of one kind. */
export interface Metrics {
  readonly npv: Fraction;
  readonly irr: Metric;
  readonly xirr: Metric;
  readonly paybackYears: Metric;
  readonly discountedPaybackYears: Metric;
  readonly roi: Metric;
  readonly profitabilityIndex: Metric;
}

/** What the figures are made of: flows by month, the same by day, and the parts that ratios speak of. Costs above zero. */
export interface MetricFacts {
  readonly net: readonly Flow[];
  readonly netByDay: readonly Flow[];
  /** Implementation, as paid: above zero. */
  readonly investment: readonly Flow[];
  /** Benefits less the platform share. */
  readonly benefitsMinor: bigint;
  /** What the sponsor spends: implementation and run cost. */
  readonly costsMinor: bigint;
}

export function metricsOf(facts: MetricFacts, rate: Fraction): Metrics {
  const net = npv(facts.net, rate, 12);
  return {
    npv: net, irr: irr(facts.net, 12), xirr: irr(facts.netByDay, 365), paybackYears: payback(facts.net, 12), discountedPaybackYears: discountedPayback(facts.net, rate, 12),
    roi: roi(facts.benefitsMinor, facts.costsMinor), profitabilityIndex: profitabilityIndex(net, npv(facts.investment, rate, 12)),
  };
}

