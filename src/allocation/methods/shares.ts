import { compareCodes } from "../../kernel/apportion";
import { Fraction, ONE, ZERO, add, compare, divide, fraction, negate, subtract, sum } from "../../kernel/fraction";
import { Refusal } from "../../kernel/refusal";
import { EmptyDriverRule, NegativeDriverRule } from "./method";

/** One who takes part in a division: a quantity and the exact share that it stands for. */
export interface Claimant {
  readonly to: string;
  readonly quantity: Fraction;
  readonly share: Fraction;
}

/** Shares and the driver they come from; together they are one, or nothing at all. */
export interface Shares {
  readonly claimants: readonly Claimant[];
  readonly driver: string | null;
  readonly total: Fraction;
}

export const NOBODY_SHARES: Shares = { claimants: [], driver: null, total: ZERO };

/** Who may bear a part, and what the fallbacks divide by. */
export interface Bearers {
  /** Receivers at the foot of the hierarchy that may bear it. */
  readonly receivers: readonly string[];
  /** True for a receiver or a pool that may bear it. */
  mayBear(code: string): boolean;
  readonly directCosts: ReadonlyMap<string, Fraction>;
  readonly quantities: (driver: string) => ReadonlyMap<string, Fraction>;
}

/** Shares in proportion to quantities; nothing when they sum to zero. */
export function proportional(quantities: ReadonlyMap<string, Fraction>, driver: string | null): Shares {
  const total = sum(quantities.values());
  if (total.numerator === 0n) return { ...NOBODY_SHARES, driver };
  const codes = [...quantities.keys()].sort(compareCodes);
  return { claimants: codes.map((to) => ({ to, quantity: quantities.get(to)!, share: divide(quantities.get(to)!, total) })), driver, total };
}

/** The same share for each. */
export function even(codes: readonly string[]): Shares {
  return proportional(new Map(codes.map((code) => [code, ONE])), null);
}

/** Shares that were agreed. What falls on those who do not bear goes to the others in their proportion. */
export function fixedShares(shares: ReadonlyMap<string, Fraction>, bearers: Bearers): Shares {
  return proportional(new Map([...shares].filter(([code]) => bearers.mayBear(code))), null);
}

export function byDirectCost(bearers: Bearers): Shares {
  return proportional(new Map(bearers.receivers.flatMap((code) => {
    const cost = bearers.directCosts.get(code) ?? ZERO;
    return cost.numerator > 0n ? [[code, cost] as const] : [];
  })), "DIRECT_COST");
}

/** Shares by a driver: of those who may bear, after the rule for negative quantities, else by the rule for an empty driver. */
export function byDriver(driver: string, bearers: Bearers, negative: NegativeDriverRule, empty: EmptyDriverRule, path: readonly string[]): Shares {
  const own = new Map([...bearers.quantities(driver)].filter(([code]) => bearers.mayBear(code)));
  const shares = proportional(scaleNegatives(driver, own, negative, path), driver);
  if (shares.claimants.length > 0) return shares;
  if (empty === "REFUSE") throw new Refusal("BAD_USER_INPUT", `Driver ${driver} is zero for everyone who may bear this pool. Give quantities, or say with zeroDriver who bears it then.`, path);
  if (empty === "EVEN") return even(bearers.receivers);
  if (empty === "DIRECT_COST") return { ...byDirectCost(bearers), driver: null };
  return shares;
}

/**
 * Quantities with those below zero dealt with. STANDARD_SCALING: when the sum is zero or more, the lowest becomes zero and
 * the others are raised by as much; when it is below zero, the highest becomes zero and the others are lowered by as much, unless
 * all are below zero. So all have one sign and the distances between them stay.
 */
function scaleNegatives(driver: string, quantities: ReadonlyMap<string, Fraction>, rule: NegativeDriverRule, path: readonly string[]): ReadonlyMap<string, Fraction> {
  const below = [...quantities].filter(([, quantity]) => quantity.numerator < 0n).map(([code]) => code).sort(compareCodes);
  if (below.length === 0 || rule === "UNSCALED") return quantities;
  if (rule === "REFUSE") throw new Refusal("BAD_USER_INPUT", `Driver ${driver} is below zero for ${below.slice(0, 5).join(", ")}. Correct it, or say with negative: STANDARD_SCALING or UNSCALED what that means.`, path);
  const values = [...quantities.values()];
  const positive = sum(values).numerator >= 0n;
  // Stryker disable next-line EqualityOperator: of equal quantities each is the edge.
  const edge = values.reduce((found, each) => ((positive ? compare(each, found) < 0 : compare(each, found) > 0) ? each : found));
  // Stryker disable next-line EqualityOperator: an edge of zero moves nobody.
  if (!positive && edge.numerator < 0n) return quantities;
  return new Map([...quantities].map(([code, quantity]) => [code, subtract(quantity, edge)]));
}

/** Exact amounts by code, added up. */
export function addTo(sums: Map<string, Fraction>, code: string, amount: Fraction): void {
  const known = sums.get(code);
  sums.set(code, known ? add(known, amount) : amount);
}

/** The amount without its sign, and the sign as -1 or 1. */
export function magnitudeOf(amount: Fraction): { magnitude: Fraction; sign: Fraction } {
  return amount.numerator < 0n ? { magnitude: negate(amount), sign: fraction(-1n) } : { magnitude: amount, sign: ONE };
}
