import { Fraction, ZERO, add, compare, fraction, multiply, sum } from "../kernel/fraction";
import { chargeOf } from "./charge";
import { Measure, measureOf } from "./measure";
import { basePerUnit } from "./rate-card";
import { shareOf } from "./rate-card-dates";
import { minorOf, stretchesOf } from "./rate-usage";
import { RatingFacts } from "./rating-facts";

/** A leg of ours, with every id that the vendor may know it by. */
export interface OurLeg {
  readonly refs: readonly string[];
  /** A voice leg that connected. */
  readonly isCall: boolean;
  /** A leg of another channel that was completed. */
  readonly isMessage: boolean;
  /** What cards charge of it, a part for each kind of token. */
  readonly charges: readonly LegCharge[];
  /** Cost that came with it and counts, minor units of the programme's currency. */
  readonly items: ReadonlyArray<{ readonly component: string; readonly amount: Fraction }>;
}

/** Base units on a line of a card's version, after exemption, minimum and increment. */
export interface LegCharge {
  readonly version: number;
  readonly line: string;
  readonly base: Fraction;
}

/** A card of a month with what one base unit (a millisecond, a call, a token) costs on each line that was billed, minor units of the programme's currency. */
export interface PricedCard {
  readonly component: string;
  readonly measure: Measure | null;
  readonly rates: ReadonlyMap<string, Fraction>;
  /** Billed units for one unit measured: above 1 only where the month is rounded as a whole. */
  readonly stretch: Fraction;
}

/** What a component of a leg costs by what is known here; minor units of the programme's currency. */
export interface LegCost {
  readonly component: string;
  readonly amount: Fraction;
  /** What a card counts it in, how many base units it bills, and what one of them costs; null where the amount came with the leg or has no single price. */
  readonly priced: { readonly measure: Measure; readonly billed: Fraction; readonly rate: Fraction } | null;
}

/** The cards of a month by version, each at what its month charges a base unit, so that the legs of a line add up to it. */
export function pricedCards(facts: RatingFacts): Map<number, PricedCard> {
  const toMinor = minorOf(facts);
  return new Map(facts.cards.map((each) => {
    const { version, component, unit, currency } = each.card;
    const month = chargeOf(each.card, stretchesOf(each), ZERO, shareOf(each.span ?? null));
    const perBase = multiply(toMinor(currency), fraction(1n, basePerUnit(unit)));
    return [version, { component, measure: measureOf(unit), rates: new Map(month.lines.flatMap(({ line, rate }) => (rate === null ? [] : [[line, multiply(rate, perBase)] as const]))), stretch: month.stretch }];
  }));
}

/** What a leg costs, component by component: what cards charge of it and what came with it. */
export function costsOfLeg({ charges, items }: OurLeg, cards: ReadonlyMap<number, PricedCard>): LegCost[] {
  const costs = new Map<string, LegCost>();
  const put = (cost: LegCost): void => {
    const known = costs.get(cost.component);
    costs.set(cost.component, known ? { component: cost.component, amount: add(known.amount, cost.amount), priced: null } : cost);
  };
  for (const version of new Set(charges.map((each) => each.version))) put(costBy(cards.get(version)!, charges.filter((each) => each.version === version)));
  for (const { component, amount } of items) put({ component, amount, priced: null });
  return [...costs.values()];
}

function costBy({ component, measure, rates, stretch }: PricedCard, charges: readonly LegCharge[]): LegCost {
  // A line that nothing was billed on has no rate.
  const parts = charges.map(({ line, base }) => ({ billed: multiply(base, stretch), rate: rates.get(line) ?? null }));
  const amount = sum(parts.map(({ billed, rate }) => (rate === null ? ZERO : multiply(billed, rate))));
  // Kinds of tokens that the leg did not use say nothing of its price; where all of it is exempt, all of them do.
  const used = parts.filter(({ billed }) => billed.numerator !== 0n);
  const [first, ...others] = used.length > 0 ? used : parts;
  const rate = first?.rate ?? null;
  const isOnePrice = rate !== null && others.every((each) => each.rate !== null && compare(each.rate, rate) === 0);
  return { component, amount, priced: measure !== null && isOnePrice ? { measure, billed: sum(parts.map(({ billed }) => billed)), rate } : null };
}
