import { ExactDecimal, formatUnits } from "./decimal";
import { invariant } from "./refusal";

/** An exact fraction; `denominator` is always above zero. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };
export const ONE: Fraction = { numerator: 1n, denominator: 1n };

// Stryker disable next-line EqualityOperator: zero has no sign.
const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Greatest common divisor of the magnitudes; gcd(0, n) = n. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [abs(a), abs(b)];
  // Stryker disable next-line all: the other order costs one step, and the steps below are right for any two; they are only quicker.
  while (x >= LONG && y >= LONG) [x, y] = manySteps(x, y);
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** From here on many steps of Euclid are taken at once. */
const LONG = 1n << 128n;
const LEADING_DIGITS = 12;
const MOST_FACTOR = 2 ** 22;

/**
 * Some steps of Euclid on two long numbers by their leading bits (Lehmer). The quotients that these give are put together to
 * whole factors with the determinant 1 or -1, which leave the greatest common divisor as it is, whatever the leading bits
 * hid. With 45 bits and factors of 22 at most the numbers become at least as much shorter.
 */
function manySteps(x: bigint, y: bigint): [bigint, bigint] {
  // Stryker disable ConditionalExpression,EqualityOperator,LogicalOperator,ArithmeticOperator: which steps are taken, and how many, decides the time alone.
  if (x < y) return [y, x];
  const hidden = BigInt((x.toString(16).length - LEADING_DIGITS) * 4);
  let [p, q] = [Number(x >> hidden), Number(y >> hidden)];
  let [a, b, c, d] = [1, 0, 0, 1];
  while (q !== 0) {
    const quotient = Math.floor(p / q);
    const [e, f] = [a - quotient * c, b - quotient * d];
    if (Math.abs(e) > MOST_FACTOR || Math.abs(f) > MOST_FACTOR) break;
    [a, b, c, d, p, q] = [c, d, e, f, q, p - quotient * q];
  }
  // Stryker restore all
  // Stryker disable next-line ConditionalExpression: one plain step of Euclid will do, too.
  return b === 0 ? [y, x % y] : [abs(BigInt(a) * x + BigInt(b) * y), abs(BigInt(c) * x + BigInt(d) * y)];
}

/** `numerator / denominator` in lowest terms with a positive denominator. A zero denominator is a broken belief. */
export function fraction(numerator: bigint, denominator = 1n): Fraction {
  invariant(denominator !== 0n, "a fraction with denominator zero");
  const divisor = gcd(numerator, denominator);
  // Stryker disable next-line EqualityOperator: no denominator is zero.
  const sign = denominator < 0n ? -1n : 1n;
  return { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor };
}

/** The exact fraction that a decimal stands for. */
export function fromDecimal(decimal: ExactDecimal): Fraction {
  return fraction(decimal.units, 10n ** BigInt(decimal.scale));
}

export function add(a: Fraction, b: Fraction): Fraction {
  // Stryker disable next-line ConditionalExpression: two unlike denominators, multiplied, give the same sum; this is only quicker.
  if (a.denominator === b.denominator) return fraction(a.numerator + b.numerator, a.denominator);
  return fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function negate(a: Fraction): Fraction {
  return { numerator: -a.numerator, denominator: a.denominator };
}

export function subtract(a: Fraction, b: Fraction): Fraction {
  return add(a, negate(b));
}

export function multiply(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** As `multiply` for two fractions in lowest terms; much quicker when one of them is small and the other is very long. */
export function scale(a: Fraction, b: Fraction): Fraction {
  const [left, right] = [gcd(a.numerator, b.denominator), gcd(b.numerator, a.denominator)];
  return { numerator: (a.numerator / left) * (b.numerator / right), denominator: (a.denominator / right) * (b.denominator / left) };
}

/** `a / b`; dividing by zero is a broken belief. */
export function divide(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** Sum of any number of fractions; zero for none. Over one common denominator, so that only the sum is reduced. */
export function sum(fractions: Iterable<Fraction>): Fraction {
  let [numerator, common] = [0n, 1n];
  for (const each of fractions) {
    // Stryker disable next-line ConditionalExpression: a factor of one changes nothing; this is only quicker.
    if (each.denominator !== common) {
      // Stryker disable next-line ArithmeticOperator: any common denominator gives the same sum; the least one is quick.
      const factor = each.denominator / gcd(common, each.denominator);
      numerator *= factor;
      common *= factor;
    }
    numerator += each.numerator * (common / each.denominator);
  }
  return fraction(numerator, common);
}

/** Below zero, zero or above zero as a is less than, equal to or greater than b. */
export function compare(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The whole part, towards zero. */
export function truncate(value: Fraction): bigint {
  return value.numerator / value.denominator;
}

/** "n/d" in lowest terms, or "n" when it is whole. */
export function formatFraction(value: Fraction): string {
  const { numerator, denominator } = fraction(value.numerator, value.denominator);
  return denominator === 1n ? numerator.toString() : `${numerator}/${denominator}`;
}

/** A rounded picture of the fraction for reading: `places` decimals, half away from zero. Never used in arithmetic. */
export function roundForDisplay(value: Fraction, places: number): string {
  return formatUnits(roundHalfUp({ numerator: value.numerator * 10n ** BigInt(places), denominator: value.denominator }), places);
}

/** The nearest whole number; halves go away from zero, so that a credit is the mirror of its charge. */
export function roundHalfUp(value: Fraction): bigint {
  const magnitude = (abs(value.numerator) * 2n + value.denominator) / (value.denominator * 2n);
  // Stryker disable next-line EqualityOperator: zero has no sign.
  return value.numerator < 0n ? -magnitude : magnitude;
}

/** The next whole number at or above the value. */
export function ceiling(value: Fraction): bigint {
  const whole = truncate(value);
  return value.numerator > whole * value.denominator ? whole + 1n : whole;
}
