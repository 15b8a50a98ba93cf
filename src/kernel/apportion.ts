import { Fraction, gcd } from "./fraction";
import { invariant } from "./refusal";

/** Somebody who takes part in a division: a code that settles ties and a weight that is zero or more. */
export interface Claim {
  readonly code: string;
  readonly weight: Fraction;
}

/** From here on the units of a text and its bytes (UTF-8) may sort differently. */
const LATE_UNITS = /[\ud800-\uffff]/;

/** Codes compare bytewise (UTF-8), so the order never depends on a locale. */
export function compareCodes(a: string, b: string): number {
  // Stryker disable next-line ConditionalExpression: bytes of the same text compare as equal anyway; this is only quicker.
  if (a === b) return 0;
  // Stryker disable next-line ConditionalExpression,LogicalOperator,EqualityOperator: comparing bytes is always right, this is only quicker; late units of one text alone sort it last either way, and equal texts are answered above.
  return LATE_UNITS.test(a) || LATE_UNITS.test(b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : a < b ? -1 : 1;
}

/**
 * Divides a whole number of units over the claims in proportion to their weights, by largest remainder.
 *
 * Promises: the parts sum to `total` exactly; each part lies within one unit of its exact share; the order of the
 * claims does not matter; `-total` gives the mirror image. Remainders compare as exact fractions and ties go to the
 * code that sorts first bytewise (Hamilton's method, as used for apportioning seats).
 * The weights must not all be zero: what then happens is a decision of the policy, not of arithmetic.
 */
export function apportion(total: bigint, claims: readonly Claim[]): bigint[] {
  const weights = toCommonIntegers(claims.map((claim) => claim.weight));
  const sumOfWeights = weights.reduce((sum, weight) => sum + weight, 0n);
  invariant(weights.every((weight) => weight >= 0n), "a negative weight");
  invariant(sumOfWeights > 0n, "nothing to divide by: all weights are zero");
  // Stryker disable next-line EqualityOperator: zero has no sign.
  const sign = total < 0n ? -1n : 1n;
  const magnitude = sign * total;
  const parts = weights.map((weight) => (magnitude * weight) / sumOfWeights);
  const remainders = weights.map((weight) => (magnitude * weight) % sumOfWeights);
  let left = magnitude - parts.reduce((sum, part) => sum + part, 0n);
  const order = claims.map((_, index) => index).sort((a, b) => {
    if (remainders[a]! > remainders[b]!) return -1;
    if (remainders[a]! < remainders[b]!) return 1;
    return compareCodes(claims[a]!.code, claims[b]!.code);
  });
  for (const index of order) {
    if (left === 0n) break;
    parts[index]! += 1n;
    left -= 1n;
  }
  // Stryker disable next-line all: no input breaks this belief.
  invariant(left === 0n, "largest remainder left units over");
  return parts.map((part) => sign * part);
}

/** The same proportions as whole numbers over one common denominator. */
function toCommonIntegers(weights: readonly Fraction[]): bigint[] {
  let common = 1n;
  // Stryker disable next-line ArithmeticOperator: any common multiple gives the same proportions; the least one is quick.
  for (const { denominator } of weights) common *= denominator / gcd(common, denominator);
  return weights.map(({ numerator, denominator }) => numerator * (common / denominator));
}

/** Sorts by code, bytewise; a copy. */
export function sortByCode<T extends { readonly code: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => compareCodes(a.code, b.code));
}

