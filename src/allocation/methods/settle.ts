import { compareCodes } from "../../kernel/apportion";
import { Fraction, ZERO, add, truncate } from "../../kernel/fraction";
import { invariant } from "../../kernel/refusal";

/** Somebody with an exact amount in minor units, of any sign. */
export interface ExactAmount {
  readonly code: string;
  readonly exact: Fraction;
}

/**
 * Whole amounts that sum to `total`, each less than one unit from its exact one, which may be of any sign; `total` is the
 * sum of the exact amounts or a neighbouring whole number.
 *
 * Cut off towards zero, then give what is left over, one unit each, to those who lost most in its direction; ties go to
 * the code that sorts first bytewise. For amounts of one sign this is the largest remainder; a credit mirrors its charge.
 */
export function settle(total: bigint, amounts: readonly ExactAmount[]): bigint[] {
  const parts = amounts.map(({ exact }) => truncate(exact));
  let left = total - parts.reduce((all, part) => all + part, 0n);
  // Stryker disable next-line ConditionalExpression: with nothing left nobody gets anything below either; this is only quicker.
  if (left === 0n) return parts;
  // Stryker disable next-line EqualityOperator: nothing left has returned.
  const direction = left > 0n ? 1n : -1n;
  // Stryker disable next-line ArithmeticOperator: dividing by one or minus one is multiplying by it.
  const lost = amounts.map(({ exact }, index) => (exact.numerator - parts[index]! * exact.denominator) * direction);
  const losers = amounts.map((_, index) => index).filter((index) => lost[index]! > 0n);
  losers.sort((a, b) => {
    const [ofA, ofB] = [lost[a]! * amounts[b]!.exact.denominator, lost[b]! * amounts[a]!.exact.denominator];
    if (ofA > ofB) return -1;
    if (ofA < ofB) return 1;
    return compareCodes(amounts[a]!.code, amounts[b]!.code);
  });
  for (const index of losers) {
    if (left === 0n) break;
    parts[index]! += direction;
    left -= direction;
  }
  invariant(left === 0n, "exact amounts that do not sum to what is settled");
  return parts;
}

/** The unit above each code; codes that stand at the top are not in it. */
export type Parents = ReadonlyMap<string, string>;

/** Stands above all that stand at the top, and bears nothing itself. No code is empty. */
// Stryker disable next-line StringLiteral: any text that is no code does as well.
const TOP = "";

/**
 * Settles from the top of a hierarchy down: the whole over those at the top, what each got over itself and those below it.
 * So every level adds up, and each figure of each level lies within one unit of its exact one.
 */
export function settleHierarchy(total: bigint, amounts: readonly ExactAmount[], parents: Parents): Map<string, bigint> {
  // Stryker disable next-line all: a hierarchy of one level settles to the same; this is only quicker.
  if (parents.size === 0) {
    const flat = settle(total, amounts);
    return new Map(amounts.map(({ code }, index) => [code, flat[index]!]));
  }
  const own = new Map(amounts.map(({ code, exact }) => [code, exact]));
  const tree = rollUp(own, parents);
  const below = new Map<string, string[]>();
  for (const code of tree.keys()) {
    const above = parents.get(code) ?? TOP;
    below.set(above, [...(below.get(above) ?? []), code]);
  }
  const settled = new Map<string, bigint>();
  const descend = (above: string, whole: bigint): void => {
    const codes = below.get(above) ?? [];
    // What a unit bears itself, beside those below it, sorts as its own code.
    const claims = [...codes.map((code) => ({ code, exact: tree.get(code)! })), { code: above, exact: own.get(above) ?? ZERO }];
    const parts = settle(whole, claims);
    codes.forEach((code, index) => descend(code, parts[index]!));
    settled.set(above, parts[codes.length]!);
  };
  descend(TOP, total);
  return new Map(amounts.map(({ code }) => [code, settled.get(code)!]));
}

/** For each code, and each above one, the sum of its own amount and of all below it. */
export function rollUp(own: ReadonlyMap<string, Fraction>, parents: Parents): Map<string, Fraction> {
  const sums = new Map<string, Fraction>();
  for (const [code, exact] of own) {
    for (let at: string | undefined = code; at !== undefined; at = parents.get(at)) sums.set(at, add(sums.get(at) ?? ZERO, exact));
  }
  return sums;
}

