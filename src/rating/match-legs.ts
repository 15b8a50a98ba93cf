import { Fraction, ZERO, add, compare, fraction, multiply } from "../kernel/fraction";
import { chargeOf } from "./charge";
import { basePerUnit, exact, isTimed } from "./rate-card";
import { shareOf } from "./rate-card-dates";
import { minorOf, stretchesOf } from "./rate-usage";
import { RatingFacts } from "./rating-facts";
import { MatchedLegs } from "./reconcile";

/** A line of a vendor that names a call; money in minor units of the programme's currency. */
export interface VendorCall {
  readonly callRef: string;
  /** Null where the line does not say it in minutes or seconds. */
  readonly ms: Fraction | null;
  readonly amount: Fraction;
}

/** A leg of ours, with every id that the vendor may know it by. */
export interface OurLeg {
  readonly refs: readonly string[];
  readonly connectedMs: bigint;
  /** What cards charge of it: base units on a line of a version, after exemption, minimum and increment. */
  readonly charges: ReadonlyArray<{ readonly version: number; readonly line: string; readonly base: Fraction }>;
  /** Cost that came with it and counts, minor units of the programme's currency. */
  readonly items: readonly Fraction[];
}

/** A card of the vendor with what one base unit (a millisecond, a call, a token) costs on each of its lines, minor units of the programme's currency. */
export interface PricedCard {
  readonly isTimed: boolean;
  readonly rates: ReadonlyMap<string, Fraction>;
}

/**
 * What every card of a month charges for one base unit, by version. What rounding the month as a whole adds is in the price,
 * so that the legs of a line add up to it.
 */
export function pricedCards(facts: RatingFacts): Map<number, PricedCard> {
  const toMinor = minorOf(facts);
  return new Map(facts.cards.map((each) => {
    const month = chargeOf(each.card, stretchesOf(each), ZERO, shareOf(each.span ?? null));
    const perBase = multiply(multiply(month.stretch, fraction(1n, basePerUnit(each.card.unit))), toMinor(each.card.currency));
    return [each.card.version, { isTimed: isTimed(each.card.unit), rates: new Map(month.lines.flatMap(({ line, rate }) => (rate === null ? [] : [[line, multiply(rate, perBase)] as const]))) }];
  }));
}

/** Holds a vendor's calls against our legs, one by one. A second line of the same call is VENDOR_AGAIN; the order of the lines decides which is first. */
export function matchLegs(calls: readonly VendorCall[], legs: readonly OurLeg[], cards: ReadonlyMap<number, PricedCard>): MatchedLegs[] {
  const byRef = new Map<string, OurLeg>();
  for (const leg of legs) for (const ref of leg.refs) if (!byRef.has(ref)) byRef.set(ref, leg);
  const taken = new Set<OurLeg>();
  const matched = calls.map((call): MatchedLegs => {
    const leg = byRef.get(call.callRef);
    const alone = { rate: null, otherPrice: false, otherQuantity: false, legs: 1, ourQuantity: ZERO, theirQuantity: ZERO, ours: ZERO, theirs: call.amount, refs: [call.callRef] };
    if (!leg) return { ...alone, kind: "VENDOR_ONLY" };
    if (taken.has(leg)) return { ...alone, kind: "VENDOR_AGAIN" };
    taken.add(leg);
    return both(call, leg, cards);
  });
  const without = legs.filter((leg) => !taken.has(leg)).map((leg): MatchedLegs => ({
    kind: "OURS_ONLY", rate: null, otherPrice: false, otherQuantity: false, legs: 1, ourQuantity: ZERO, theirQuantity: ZERO, ours: costOf(leg, cards).amount, theirs: ZERO, refs: leg.refs.slice(0, 1),
  }));
  return [...matched, ...without];
}

function both(call: VendorCall, leg: OurLeg, cards: ReadonlyMap<number, PricedCard>): MatchedLegs {
  const { amount: ours, billedMs, rate } = costOf(leg, cards);
  const theirQuantity = call.ms ?? fraction(billedMs);
  const common = { kind: "BOTH" as const, legs: 1, ourQuantity: fraction(billedMs), theirQuantity, ours, theirs: call.amount, refs: [call.callRef] };
  const otherQuantity = compare(theirQuantity, common.ourQuantity) !== 0;
  // Ours is a price of a card for time alone: their price of the same time can be told from their rounding.
  if (rate === null) return { ...common, rate, otherQuantity: false, otherPrice: compare(ours, call.amount) !== 0 };
  return { ...common, rate, otherQuantity, otherPrice: compare(multiply(theirQuantity, rate), call.amount) !== 0 };
}

/** What a leg costs by the vendor's cards and what came with it; `rate` is the price of a millisecond where nothing else makes up the cost. */
function costOf({ connectedMs, charges, items }: OurLeg, cards: ReadonlyMap<number, PricedCard>): { amount: Fraction; billedMs: bigint; rate: Fraction | null } {
  let amount = items.reduce(add, ZERO), billedMs = connectedMs, rate: Fraction | null = null, parts = items.length;
  for (const { version, line, base } of charges) {
    const card = cards.get(version);
    const price = card?.rates.get(line) ?? ZERO;
    amount = add(amount, multiply(base, price));
    if (card?.isTimed || base.numerator !== 0n) parts += 1;
    if (card?.isTimed) [billedMs, rate] = [base.numerator / base.denominator, price];
  }
  return { amount, billedMs, rate: parts === 1 ? rate : null };
}

/** A quantity of a vendor's line in milliseconds; null where its unit is no time. */
export function asMs(quantity: string | null, unit: string | null): Fraction | null {
  if (quantity === null || (unit !== "MINUTE" && unit !== "SECOND")) return null;
  return multiply(exact(quantity), fraction(unit === "MINUTE" ? 60_000n : 1_000n));
}
