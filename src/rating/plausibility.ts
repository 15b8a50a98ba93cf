import { Fraction, compare, divide, fraction, multiply, roundForDisplay, sum } from "../kernel/fraction";
import { RateCard, isTimed, priceOf } from "./rate-card";
import { RatedLine, minorOf } from "./rate-usage";
import { RatingFacts } from "./rating-facts";

/** A unit price further off the card's than by this factor is more likely a wrong unit than a price: cents taken for dollars are a factor of 100. */
export const IMPLAUSIBLE_FACTOR = 20n;

/** True when a price lies above `factor` times another, or below one `factor`-th of it. Zero on either side says nothing. */
export function isImplausible(price: Fraction, reference: Fraction): boolean {
  if (price.numerator <= 0n || reference.numerator <= 0n) return false;
  const factor = fraction(IMPLAUSIBLE_FACTOR);
  return compare(price, multiply(reference, factor)) > 0 || compare(multiply(price, factor), reference) < 0;
}

/**
 * Cost that came with the usage whose price per minute or call is out of all proportion to the approved card of the same vendor and
 * component, in words. Compares the sum of the month in the programme's currency with the card's first tier.
 */
export function plausibilityAlarms(facts: RatingFacts, lines: readonly RatedLine[]): string[] {
  return facts.cards.flatMap(({ card, span }) => {
    const reported = lines.filter((line) => line.vendor === card.vendor && line.component === card.component && line.basis === "REPORTED" && line.cardVersion === null && line.span?.first === span?.first);
    const units = card.unit === "CALL" ? reported.reduce((total, { calls }) => total + calls, 0n) : isTimed(card.unit) ? reported.reduce((total, { measuredMs }) => total + measuredMs, 0n) : 0n;
    if (units === 0n) return [];
    const perUnit = card.unit === "MINUTE" ? 60_000n : card.unit === "SECOND" ? 1_000n : 1n;
    const price = divide(sum(reported.map(({ amount }) => amount)), fraction(units, perUnit));
    const reference = multiply(priceOf(card.tiers[0]!, ""), minorOf(facts)(card.currency));
    return isImplausible(price, reference) ? [alarm(card, price, reference, facts)] : [];
  });
}

function alarm(card: RateCard, price: Fraction, reference: Fraction, { currency }: RatingFacts): string {
  const major = (minor: Fraction): string => roundForDisplay(multiply(minor, fraction(1n, 10n ** BigInt(currency.exponent))), 6);
  return `${card.vendor} ${card.component}: reported at ${major(price)} ${currency.code} per ${card.unit}, card ${card.version} says ${major(reference)}: more than a factor of ${IMPLAUSIBLE_FACTOR} apart. Are cents taken for a major unit, or minutes for seconds?`;
}
