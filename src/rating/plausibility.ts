import { Fraction, compare, divide, fraction, multiply, roundForDisplay, sum } from "../kernel/fraction";
import { DIRECTIONS } from "../metering";
import { RateCard, RateCardDocument, basePerUnit, exact, isFee, priceOf } from "./rate-card";
import { minorOf } from "./rate-usage";
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
 * Cost that came with the usage whose price per unit of the approved card of the same vendor and component is out of all
 * proportion to that card, in words. Compares the sum of the card's days in the programme's currency with the prices of its
 * first tier: it is implausible where it is so to each of them.
 */
export function plausibilityAlarms(facts: RatingFacts): string[] {
  const toMinor = minorOf(facts);
  return facts.cards.flatMap(({ card, span }) => {
    if (isFee(card.unit)) return [];
    const reported = facts.items.filter((item) => item.vendor === card.vendor && item.component === card.component && item.basis === "REPORTED" && item.span?.first === span?.first);
    const base = sum(reported.map(({ counted }) => exact(counted ?? "0")));
    if (base.numerator === 0n) return [];
    const price = divide(multiply(sum(reported.map(({ amount, currency }) => multiply(exact(amount), toMinor(currency)))), fraction(basePerUnit(card.unit))), base);
    const references = pricesPerUnit(card, toMinor);
    return isOffEach(price, references) ? [alarm(card, price, references[0]!, facts)] : [];
  });
}

/** Prices of a card's first tier above zero, in minor units of the programme's currency. */
export function pricesPerUnit(card: RateCardDocument, toMinor: (currency: string) => Fraction): Fraction[] {
  return firstPrices(card).filter(({ numerator }) => numerator > 0n).map((each) => multiply(each, toMinor(card.currency)));
}

/** True where a price is out of all proportion to each of some others; without any nothing can be said. */
export function isOffEach(price: Fraction, references: readonly Fraction[]): boolean {
  return references.length > 0 && references.every((reference) => isImplausible(price, reference));
}

/** Prices of the first tier that usage can be charged at: the tier's own only where some usage is on no line, or on a line without one. */
function firstPrices(card: RateCardDocument): Fraction[] {
  const unconditional = card.lines.filter(({ attribute }) => attribute === undefined);
  const leavesNothing = unconditional.some(({ direction }) => direction === null) || DIRECTIONS.every((each) => unconditional.some(({ direction }) => direction === each));
  return [...(leavesNothing ? [] : [priceOf(card.tiers[0]!, "")]), ...card.lines.map(({ code }) => priceOf(card.tiers[0]!, code))];
}

function alarm(card: RateCard, price: Fraction, reference: Fraction, { currency }: RatingFacts): string {
  const major = (minor: Fraction): string => roundForDisplay(multiply(minor, fraction(1n, 10n ** BigInt(currency.exponent))), 6);
  return `${card.vendor} ${card.component}: reported at ${major(price)} ${currency.code} per ${card.unit}, card ${card.version} says ${major(reference)}: more than a factor of ${IMPLAUSIBLE_FACTOR} apart. Are cents taken for a major unit, or minutes for seconds?`;
}
