import { Fraction, ZERO, add, compare, divide, fraction, multiply } from "../kernel/fraction";
import { billedOfCall } from "./charge";
import { RateCard, basePerUnit, exact, isTimed } from "./rate-card";
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
  readonly direction: string;
  readonly connectedMs: bigint;
  readonly spam: boolean;
  /** Cost that came with it, minor units of the programme's currency, by component; the best basis of each. */
  readonly items: ReadonlyArray<{ readonly component: string; readonly reported: boolean; readonly amount: Fraction }>;
}

/** A card of the vendor with what one unit costs on each of its lines, minor units of the programme's currency. */
export interface PricedCard {
  readonly card: RateCard;
  readonly rates: ReadonlyMap<string, Fraction>;
}

/** Holds a vendor's calls against our legs, one by one. A second line of the same call is VENDOR_AGAIN; the order of the lines decides which is first. */
export function matchLegs(calls: readonly VendorCall[], legs: readonly OurLeg[], cards: readonly PricedCard[]): MatchedLegs[] {
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

function both(call: VendorCall, leg: OurLeg, cards: readonly PricedCard[]): MatchedLegs {
  const { amount: ours, billedMs, rate } = costOf(leg, cards);
  const theirQuantity = call.ms ?? fraction(billedMs);
  const common = { kind: "BOTH" as const, legs: 1, ourQuantity: fraction(billedMs), theirQuantity, ours, theirs: call.amount, refs: [call.callRef] };
  const otherQuantity = compare(theirQuantity, common.ourQuantity) !== 0;
  // Ours is a price of a card for time alone: their price of the same time can be told from their rounding.
  if (rate === null) return { ...common, rate, otherQuantity: false, otherPrice: compare(ours, call.amount) !== 0 };
  return { ...common, rate, otherQuantity, otherPrice: compare(multiply(theirQuantity, rate), call.amount) !== 0 };
}

/** What a leg costs by the vendor's cards and what came with it; `rate` is the price of a millisecond where nothing else makes up the cost. */
function costOf(leg: OurLeg, cards: readonly PricedCard[]): { amount: Fraction; billedMs: bigint; rate: Fraction | null } {
  let amount = ZERO, billed = leg.connectedMs, rate: Fraction | null = null, parts = 0;
  const rated = new Set<string>();
  for (const { card, rates } of cards) {
    if (!isTimed(card.unit) && card.unit !== "CALL") continue;
    if (leg.items.some(({ component, reported }) => reported && component === card.component)) continue;
    rated.add(card.component);
    const line = card.lines.find(({ direction }) => direction === leg.direction)?.code ?? card.lines.find(({ direction }) => direction === null)?.code ?? "";
    const { ms, exempt } = billedOfCall(card, leg);
    const perBase = divide(rates.get(line) ?? ZERO, fraction(basePerUnit(card.unit)));
    amount = add(amount, isTimed(card.unit) ? multiply(fraction(ms), perBase) : exempt ? ZERO : perBase);
    parts += 1;
    if (isTimed(card.unit)) [billed, rate] = [ms, perBase];
    else parts += 1;
  }
  for (const item of leg.items) {
    if (rated.has(item.component)) continue;
    amount = add(amount, item.amount);
    parts += 1;
  }
  return { amount, billedMs: billed, rate: parts === 1 ? rate : null };
}

/** A quantity of a vendor's line in milliseconds; null where its unit is no time. */
export function asMs(quantity: string | null, unit: string | null): Fraction | null {
  if (quantity === null || (unit !== "MINUTE" && unit !== "SECOND")) return null;
  return multiply(exact(quantity), fraction(unit === "MINUTE" ? 60_000n : 1_000n));
}
