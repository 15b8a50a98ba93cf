import { Fraction, compare, divide, fraction, multiply, roundForDisplay, sum } from "../kernel/fraction";
import { DIRECTIONS } from "../metering";
import { RateCard, RateCardDocument, isTimed, priceOf } from "./rate-card";
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
 * component, in words. Compares the sum of the month in the programme's currency with the prices of the card's first tier: it
 * is implausible where it is so to each of them.
 */
export function plausibilityAlarms(facts: RatingFacts, lines: readonly RatedLine[]): string[] {
  return facts.cards.flatMap(({ card, span }) => {
    const reported = lines.filter((line) => line.vendor === card.vendor && line.component === card.component && line.basis === "REPORTED" && line.cardVersion === null && line.span?.first === span?.first);
    const units = card.unit === "CALL" ? reported.reduce((total, { calls }) => total + calls, 0n) : isTimed(card.unit) ? reported.reduce((total, { measuredMs }) => total + measuredMs, 0n) : 0n;
    if (units === 0n) return [];
    const perUnit = card.unit === "MINUTE" ? 60_000n : card.unit === "SECOND" ? 1_000n : 1n;
    const price = divide(sum(reported.map(({ amount }) => amount)), fraction(units, perUnit));
    const references = firstPrices(card).filter(({ numerator }) => numerator > 0n).map((each) => multiply(each, minorOf(facts)(card.currency)));
    return references.length > 0 && references.every((reference) => isImplausible(price, reference)) ? [alarm(card, price, references[0]!, facts)] : [];
  });
}

/** Prices of the first tier that usage can be charged at: the tier's own only where some usage is on no line, or on a line without one. */
export function firstPrices(card: RateCardDocument): Fraction[] {
  const unconditional = card.lines.filter(({ attribute }) => attribute === undefined);
  const leavesNothing = unconditional.some(({ direction }) => direction === null) || DIRECTIONS.every((each) => unconditional.some(({ direction }) => direction === each));
  return [...(leavesNothing ? [] : [priceOf(card.tiers[0]!, "")]), ...card.lines.map(({ code }) => priceOf(card.tiers[0]!, code))];
}

function alarm(card: RateCard, price: Fraction, reference: Fraction, { currency }: RatingFacts): string {
  const major = (minor: Fraction): string => roundForDisplay(multiply(minor, fraction(1n, 10n ** BigInt(currency.exponent))), 6);
  return `${card.vendor} ${card.component}: reported at ${major(price)} ${currency.code} per ${card.unit}, card ${card.version} says ${major(reference)}: more than a factor of ${IMPLAUSIBLE_FACTOR} apart. Are cents taken for a major unit, or minutes for seconds?`;
}
