import { Fraction, ONE, add, compare, fraction } from "../kernel/fraction";

/** Decimals that every power and root is carried to. Nothing is rounded to money before the end. */
export const PLACES = 50;
const SCALE = 10n ** BigInt(PLACES);

/** A flow of money; `at` counts steps of time from the start: months, years or days. */
export interface Flow {
  readonly at: number;
  /** Minor units; received above zero, paid below. */
  readonly minor: bigint;
}

/** How many steps a year has: 12 months, 365 days (ACT/365) or 1. */
export type StepsPerYear = 1 | 12 | 365;

function power(base: bigint, exponent: number): bigint {
  let [result, square, left] = [SCALE, base, exponent];
  while (left > 0) {
    if (left % 2 === 1) result = (result * square) / SCALE;
    left = Math.floor(left / 2);
    // Stryker disable next-line ConditionalExpression,EqualityOperator: the last square is not used; this is only quicker.
    if (left > 0) square = (square * square) / SCALE;
  }
  return result;
}

/** What one unit of money is worth one step earlier, scaled: (1 + annual rate) ^ (-1 / steps). `rate` is above -1. */
export function stepFactor(rate: Fraction, steps: StepsPerYear): bigint {
  const growth = add(ONE, rate);
  const yearly = (growth.denominator * SCALE) / growth.numerator;
  // Stryker disable next-line ConditionalExpression: the first root of a number is found below, too; this is only quicker.
  if (steps === 1) return yearly;
  // Stryker disable next-line EqualityOperator: of two equal numbers it is either.
  let [low, high] = [0n, yearly > SCALE ? yearly : SCALE];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (power(middle, steps) <= yearly) low = middle;
    else high = middle;
  }
  // Exactly one step of no discount stays one.
  return power(high, steps) === yearly ? high : low;
}

/** The yearly rate that a step factor stands for. */
export function rateOf(factor: bigint, steps: StepsPerYear): Fraction {
  return fraction(SCALE - power(factor, steps), power(factor, steps));
}

/** Each flow as it is worth at the start, in the order of time. Scaled: `scaled / 10^50` minor units. */
export function discount(flows: readonly Flow[], factor: bigint): Array<{ readonly at: number; readonly scaled: bigint }> {
  let [at, worth] = [0, SCALE];
  return inOrder(flows).map((flow) => {
    worth = (worth * power(factor, flow.at - at)) / SCALE;
    at = flow.at;
    return { at, scaled: flow.minor * worth };
  });
}

/** Net present value in minor units, not rounded. */
export function presentValue(flows: readonly Flow[], factor: bigint): Fraction {
  return fraction(discount(flows, factor).reduce((sum, { scaled }) => sum + scaled, 0n), SCALE);
}

/** Flows by time, those of one moment added up, without those that are nothing. */
export function inOrder(flows: readonly Flow[]): Flow[] {
  const sums = new Map<number, bigint>();
  for (const { at, minor } of flows) sums.set(at, (sums.get(at) ?? 0n) + minor);
  return [...sums].filter(([, minor]) => minor !== 0n).sort(([a], [b]) => a - b).map(([at, minor]) => ({ at, minor }));
}

/** Halves an interval of step factors until its ends are next to each other; null when the present value has one sign at both. */
export function factorOfZero(flows: readonly Flow[], low: bigint, high: bigint): bigint | null {
  const sign = (factor: bigint): number => compare(presentValue(flows, factor), fraction(0n));
  let [from, to] = [low, high];
  const first = sign(from);
  if (first === 0) return from;
  const last = sign(to);
  if (last === 0) return to;
  // Stryker disable next-line EqualityOperator: neither is zero.
  if (first > 0 === last > 0) return null;
  while (to - from > 1n) {
    const middle = (from + to) / 2n;
    const here = sign(middle);
    if (here === 0) return middle;
    // Stryker disable next-line EqualityOperator: neither is zero.
    if (here > 0 === first > 0) from = middle;
    else to = middle;
  }
  return from;
}
