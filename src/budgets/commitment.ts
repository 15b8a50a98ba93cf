import { Fraction, compare, divide, fraction, fromDecimal, multiply } from "../kernel/fraction";
import { parseDecimal } from "../kernel/decimal";
import { Currency } from "../kernel/money";
import { shiftPeriod } from "../kernel/period";
import { CardOfMonth, RateCard, RatedLine, lastDayInEffect, shareOf } from "../rating";

export const COMMITMENT_PROMPTS = ["EXPAND", "RENEW"] as const;
/** EXPAND: more than 90 % of the commitment is used. RENEW: the card ends within three months. */
export type CommitmentPrompt = (typeof COMMITMENT_PROMPTS)[number];

/** More than so much of a commitment used asks whether to expand the contract. */
export const EXPAND_ABOVE: Fraction = fraction(9n, 10n);
/** A card that ends so many months after the one looked at, or sooner, asks to be renewed. */
export const RENEW_WITHIN_MONTHS = 3;

/** How much of what was committed to a vendor for a month its usage filled. Minor units of the programme's currency. */
export interface CommitmentUse {
  readonly card: RateCard;
  readonly committed: Fraction | null;
  /** Usage and fees of the vendor's component, whether rated or reported by the vendor. */
  readonly usedMinor: bigint;
  /** Posted for what was not used. */
  readonly unusedMinor: bigint;
  /** used / committed. */
  readonly utilisation: Fraction | null;
  readonly prompts: readonly CommitmentPrompt[];
  readonly missing: readonly string[];
}

/** Holds the lines of a rated month against the commitments of its cards, each for its days of the month; `rates` are major units of the programme's currency for one of another. */
export function commitmentUses(period: string, cards: ReadonlyArray<CardOfMonth<RateCard>>, lines: readonly RatedLine[], rates: ReadonlyMap<string, string>, currency: Currency): CommitmentUse[] {
  return cards.flatMap(({ card, span }) => {
    if (card.minimumCommitment === null) return [];
    // Cost that the vendor reported belongs to no card: where two share the month, it cannot be told whose it filled.
    const all = lines.filter(({ vendor, component, cardVersion }) => vendor === card.vendor && component === card.component && (cardVersion === null || cardVersion === card.version));
    const own = span === null ? all : all.filter(({ cardVersion }) => cardVersion !== null);
    const sum = (some: readonly RatedLine[]): bigint => some.reduce((total, { amountMinor }) => total + amountMinor, 0n);
    const [usedMinor, unusedMinor] = [sum(own.filter(({ kind }) => kind !== "UNUSED_COMMITMENT")), sum(own.filter(({ kind }) => kind === "UNUSED_COMMITMENT"))];
    const whole = inProgramme(card, rates, currency);
    const committed = whole && multiply(whole, shareOf(span));
    const utilisation = committed === null || committed.numerator === 0n ? null : divide(fraction(usedMinor), committed);
    return [{
      card, committed, usedMinor, unusedMinor, utilisation, prompts: promptsOf(period, card, utilisation),
      missing: [
        ...(committed === null ? [`committed, utilisation: the rating of ${period} holds no rate of ${card.currency}.`] : utilisation === null ? ["utilisation: nothing is committed."] : []),
        ...(own.length < all.length ? ["used: what the vendor reported itself is left out, for the card is not in effect on every day of the month."] : []),
      ],
    }];
  });
}

function inProgramme({ minimumCommitment, currency }: RateCard, rates: ReadonlyMap<string, string>, programme: Currency): Fraction | null {
  const rate = currency === programme.code ? "1" : rates.get(currency);
  if (rate === undefined) return null;
  const decimal = (text: string): Fraction => fromDecimal(parseDecimal(text)!);
  return multiply(multiply(decimal(minimumCommitment!), decimal(rate)), fraction(10n ** BigInt(programme.exponent)));
}

function promptsOf(period: string, card: RateCard, utilisation: Fraction | null): CommitmentPrompt[] {
  const last = lastDayInEffect(card)?.slice(0, 7);
  return [
    ...(utilisation !== null && compare(utilisation, EXPAND_ABOVE) > 0 ? (["EXPAND"] as const) : []),
    ...(last !== undefined && last <= shiftPeriod(period, RENEW_WITHIN_MONTHS) ? (["RENEW"] as const) : []),
  ];
}
