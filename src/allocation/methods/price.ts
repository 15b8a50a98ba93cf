import { Fraction, ZERO, add, compare, multiply, subtract } from "../../kernel/fraction";
import { Tier, TierRule } from "./method";

/** What a quantity costs by tiers: band by band, or all of it at the rate of the band that it reaches. Below zero it costs nothing. */
export function priceByTiers(quantity: Fraction, tiers: readonly Tier[], rule: TierRule): Fraction {
  // Stryker disable next-line EqualityOperator: nothing costs nothing at any rate.
  if (quantity.numerator <= 0n) return ZERO;
  let price = ZERO;
  let from = ZERO;
  for (const { upTo, rate } of tiers) {
    const reached = upTo === null || compare(quantity, upTo) <= 0;
    if (rule === "ALL_UNITS" && reached) return multiply(quantity, rate);
    const until = reached ? quantity : upTo;
    price = add(price, multiply(subtract(until, from), rate));
    from = until;
  }
  return price;
}
