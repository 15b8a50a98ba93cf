import { Fraction, fraction, multiply, roundForDisplay } from "../kernel/fraction";
import { IMPLAUSIBLE_FACTOR, isImplausible } from "./plausibility";
import { RateCardDocument, RateUnit, priceOf, seriesOf } from "./rate-card";
import { firstDayOf, standing } from "./rate-card-dates";

type Priced = RateCardDocument & { readonly version: number };

/**
 * Prices of a card that are out of all proportion to those of the card whose place or turn it takes, in words: the first tier,
 * line by line. Says nothing where there is none before it, or where that is of another currency or unit of another kind.
 */
export function alarmsOfCard(card: RateCardDocument, approved: readonly Priced[]): string[] {
  const cards = standing(approved).filter(({ unit, version }) => seriesOf(unit) === seriesOf(card.unit) && version !== (card as Partial<Priced>).version);
  const before = card.replaces === null ? cards.filter((each) => firstDayOf(each) < firstDayOf(card)).at(-1) : approved.find(({ version }) => version === card.replaces);
  if (!before || before.currency !== card.currency) return [];
  const factor = inUnitsOf(before.unit, card.unit);
  if (factor === null) return [];
  return ["", ...card.lines.map(({ code }) => code)].flatMap((line) => {
    const [price, reference] = [priceOf(card.tiers[0]!, line), multiply(priceOf(before.tiers[0]!, line), factor)];
    if (!isImplausible(price, reference)) return [];
    const of = line === "" ? "" : ` on line ${line}`;
    return [`${card.vendor} ${card.component}${of}: ${roundForDisplay(price, 6)} ${card.currency} per ${card.unit}, card ${before.version} before it says ${roundForDisplay(reference, 6)}: more than a factor of ${IMPLAUSIBLE_FACTOR} apart. Are cents taken for a major unit, or minutes for seconds?`];
  });
}

/** What a price per one unit is multiplied by to be one per another; null where they measure different things. */
function inUnitsOf(from: RateUnit, to: RateUnit): Fraction | null {
  if (from === to) return fraction(1n);
  if (from === "MINUTE" && to === "SECOND") return fraction(1n, 60n);
  if (from === "SECOND" && to === "MINUTE") return fraction(60n);
  return null;
}
