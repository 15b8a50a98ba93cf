import { Fraction, ONE, ZERO, add, ceiling, compare, divide, fraction, multiply, subtract, sum } from "../kernel/fraction";
import { RateCardDocument, basePerUnit, exact, isFee, isTimed, priceOf } from "./rate-card";

/**
 * Milliseconds that a call is billed: max(minimum, ceil(connected / increment) x increment). A plan is written
 * minimum/increment; an increment of 0 leaves the time as it is.
 */
export function billedMs(connectedMs: bigint, minimumSeconds: number, incrementSeconds: number): bigint {
  const increment = BigInt(incrementSeconds) * 1_000n, minimum = BigInt(minimumSeconds) * 1_000n;
  const rounded = increment === 0n ? connectedMs : ((connectedMs + increment - 1n) / increment) * increment;
  // Stryker disable next-line EqualityOperator: of two equal times it is either.
  return rounded > minimum ? rounded : minimum;
}

/** What a card bills a call in milliseconds: nothing when it is exempt, the time as it is when the card rounds the month. */
export function billedOfCall(card: RateCardDocument, call: { readonly connectedMs: bigint; readonly spam: boolean }): { readonly ms: bigint; readonly exempt: boolean } {
  if (call.connectedMs < BigInt(card.exemptUnderSeconds) * 1_000n || (card.exemptSpam && call.spam)) return { ms: 0n, exempt: true };
  return { ms: card.rounding === "PER_PERIOD" ? call.connectedMs : billedMs(call.connectedMs, card.minimumSeconds, card.incrementSeconds), exempt: false };
}

/** Billed usage of one line of a card in base units (milliseconds, calls, tokens), in the order in which it was used. */
export interface Stretch {
  readonly line: string;
  readonly base: Fraction;
}

/** What one line of a card costs in a month: units, charge, and the blended rate that every tenant's share is charged at. */
export interface LineCharge {
  readonly line: string;
  readonly quantity: Fraction;
  readonly charge: Fraction;
  /** Charge of one unit; null where nothing was billed. */
  readonly rate: Fraction | null;
}

/** A card's month in major units of its currency, exact. */
export interface CardCharge {
  readonly lines: readonly LineCharge[];
  readonly quantity: Fraction;
  readonly usage: Fraction;
  /** What the commitment leaves over: max(0, commitment - usage - what the vendor reported itself). */
  readonly shortfall: Fraction;
  /** Billed units for one unit measured: above 1 only where the month is rounded as a whole, below it only of a fee for a part of the month. */
  readonly stretch: Fraction;
}

/** True when the order of use decides the charge: bands of a volume that lines with prices of their own fill together. */
export function dependsOnOrder(card: RateCardDocument): boolean {
  return card.tierMode === "GRADUATED" && card.tiers.length > 1 && card.lines.length > 0;
}

/**
 * The charge of a month. GRADUATED: each band at its own price, filled in the order of use, all lines together. ALL_UNITS:
 * every unit at the price of the band that the month reaches. Every tenant is charged its line's blended rate, so that
 * nobody's price depends on the clock. `reported`: what the vendor itself said its usage costs, major units of the card's
 * currency; it is no usage of the card, and fills the commitment all the same. `share`: what of the month the card was in
 * effect, by its days: a fee is worked out for the whole month and charged by it, a commitment is so much of itself; tiers
 * stay as they are, and are filled by what was used on these days alone.
 */
export function chargeOf(card: RateCardDocument, stretches: readonly Stretch[], reported: Fraction = ZERO, share: Fraction = ONE): CardCharge {
  const measured = sum(stretches.map(({ base }) => base));
  const stretch = stretchOf(card, measured);
  const part = isFee(card.unit) ? share : ONE;
  const toUnits = multiply(stretch, fraction(1n, basePerUnit(card.unit)));
  const charges = new Map<string, { quantity: Fraction; charge: Fraction }>();
  const total = multiply(measured, toUnits);
  const reached = card.tiers.findIndex(({ upTo }) => upTo === null || compare(total, exact(upTo)) <= 0);
  let used = ZERO;
  for (const { line, base } of stretches) {
    const quantity = multiply(base, toUnits);
    const known = charges.get(line) ?? { quantity: ZERO, charge: ZERO };
    const charge = card.tierMode === "ALL_UNITS" ? multiply(quantity, priceOf(card.tiers[reached]!, line)) : graduated(card, line, used, quantity);
    charges.set(line, { quantity: add(known.quantity, quantity), charge: add(known.charge, charge) });
    used = add(used, quantity);
  }
  const lines = [...charges].map(([line, whole]) => ({ line, quantity: multiply(whole.quantity, part), charge: multiply(whole.charge, part) })).map(({ line, quantity, charge }) => ({ line, quantity, charge, rate: quantity.numerator === 0n ? null : divide(charge, quantity) }));
  const usage = sum(lines.map(({ charge }) => charge));
  const commitment = card.minimumCommitment === null ? ZERO : multiply(exact(card.minimumCommitment), share);
  const spent = add(usage, reported);
  // Stryker disable next-line EqualityOperator: a commitment that is spent exactly leaves zero either way.
  return { lines, quantity: multiply(total, part), usage, shortfall: compare(commitment, spent) > 0 ? subtract(commitment, spent) : ZERO, stretch: multiply(stretch, part) };
}

/** Charge of the units from `used` on, band by band. */
function graduated(card: RateCardDocument, line: string, used: Fraction, quantity: Fraction): Fraction {
  let charge = ZERO, from = used, left = quantity;
  for (const tier of card.tiers) {
    const room = tier.upTo === null ? left : subtract(exact(tier.upTo), from);
    // Stryker disable next-line EqualityOperator: a band without room takes nothing either way.
    if (room.numerator <= 0n) continue;
    // Stryker disable next-line EqualityOperator: of two equal quantities it is either.
    const here = compare(room, left) < 0 ? room : left;
    charge = add(charge, multiply(here, priceOf(tier, line)));
    from = add(from, here);
    left = subtract(left, here);
  }
  return charge;
}

/** PER_PERIOD: the month's time is rounded once, and each part of it carries its proportion of what that adds. */
function stretchOf(card: RateCardDocument, measured: Fraction): Fraction {
  if (card.rounding !== "PER_PERIOD" || !isTimed(card.unit) || measured.numerator === 0n) return fraction(1n);
  return divide(fraction(billedMs(ceiling(measured), card.minimumSeconds, card.incrementSeconds)), measured);
}
