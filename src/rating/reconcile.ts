import { Fraction, ZERO, add, multiply, roundHalfUp, subtract } from "../kernel/fraction";
import { RatingRules, isTolerated } from "./rating-rules";

export const VARIANCE_CAUSES = ["MISSING_LEG", "DOUBLED_LEG", "NOT_BILLED", "ROUNDING", "PRICE_CHANGE", "UNMATCHED"] as const;
export type VarianceCause = (typeof VARIANCE_CAUSES)[number];

/** Legs of one kind of match between a vendor's lines and ours, summed; money in minor units of the programme's currency. */
export interface MatchedLegs {
  readonly kind: "BOTH" | "VENDOR_ONLY" | "VENDOR_AGAIN" | "OURS_ONLY";
  /** What one unit costs by our card, minor units; null where ours is a reported amount. */
  readonly rate: Fraction | null;
  /** Vendor's unit price is not ours. */
  readonly otherPrice: boolean;
  /** Vendor's billed quantity is not ours. */
  readonly otherQuantity: boolean;
  readonly legs: number;
  readonly ourQuantity: Fraction;
  readonly theirQuantity: Fraction;
  readonly ours: Fraction;
  readonly theirs: Fraction;
  /** A few of the vendor's ids of these calls. */
  readonly refs: readonly string[];
}

/** Why a vendor's total is not ours: legs concerned, and minor units of the programme's currency, vendor's less ours. */
export interface Variance {
  readonly cause: VarianceCause;
  readonly legs: number;
  readonly amount: Fraction;
  readonly refs: readonly string[];
}

/**
 * Tells a difference by its causes; they sum to it exactly. Of legs on both sides rounding = (their quantity - ours) x our price
 * and price change = their amount - their quantity x our price, as usage variances split. What no call id tells is UNMATCHED.
 */
export function varianceByCause(matched: readonly MatchedLegs[], difference: Fraction): Variance[] {
  const causes = new Map<VarianceCause, { legs: number; amount: Fraction; refs: string[] }>();
  const note = (cause: VarianceCause, legs: number, amount: Fraction, refs: readonly string[]): void => {
    const known = causes.get(cause) ?? { legs: 0, amount: ZERO, refs: [] };
    causes.set(cause, { legs: known.legs + legs, amount: add(known.amount, amount), refs: [...known.refs, ...refs].slice(0, MOST_REFS) });
  };
  for (const each of matched) {
    const difference = subtract(each.theirs, each.ours);
    if (each.kind === "VENDOR_ONLY") note("MISSING_LEG", each.legs, difference, each.refs);
    else if (each.kind === "VENDOR_AGAIN") note("DOUBLED_LEG", each.legs, difference, each.refs);
    else if (each.kind === "OURS_ONLY") note("NOT_BILLED", each.legs, difference, each.refs);
    else if (each.rate === null || !each.otherQuantity) {
      if (difference.numerator !== 0n || each.otherPrice) note("PRICE_CHANGE", each.legs, difference, each.refs);
    } else {
      const rounding = multiply(subtract(each.theirQuantity, each.ourQuantity), each.rate);
      note("ROUNDING", each.legs, rounding, each.refs);
      if (each.otherPrice) note("PRICE_CHANGE", each.legs, subtract(difference, rounding), each.refs);
    }
  }
  const told = [...causes.values()].reduce((sum, { amount }) => add(sum, amount), ZERO);
  const rest = subtract(difference, told);
  if (rest.numerator !== 0n) note("UNMATCHED", 0, rest, []);
  return VARIANCE_CAUSES.flatMap((cause) => {
    const found = causes.get(cause);
    return found ? [{ cause, ...found }] : [];
  });
}

export const MOST_REFS = 20;

export interface Totals {
  /** Minor units of the programme's currency. */
  readonly ours: Fraction;
  readonly theirs: Fraction;
}

/** The difference in whole minor units, vendor's less ours, and whether it is small enough that nobody needs to explain it. */
export function judge({ ours, theirs }: Totals, rules: RatingRules): { readonly varianceMinor: bigint; readonly tolerated: boolean } {
  const varianceMinor = roundHalfUp(theirs) - roundHalfUp(ours);
  return { varianceMinor, tolerated: isTolerated(rules, varianceMinor, roundHalfUp(theirs)) };
}
