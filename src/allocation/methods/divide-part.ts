import { Fraction, ONE, ZERO, add, compare, divide, formatFraction, multiply, scale, subtract, sum } from "../../kernel/fraction";
import { Refusal, invariant } from "../../kernel/refusal";
import { AllocationMethod, Part } from "./method";
import { priceByTiers } from "./price";
import { Bearers, NOBODY_SHARES, Shares, addTo, byDirectCost, byDriver, even, fixedShares, magnitudeOf, proportional } from "./shares";

/** Which leg of a method a flow belongs to. */
export type Leg = "FIXED" | "VARIABLE" | "USED" | "IDLE" | "CHARGE" | "CUMULATIVE" | "PRIOR" | "LIMIT";

/** Cost that goes from a part to somebody, exact, in minor units. */
export interface Flow {
  readonly to: string;
  readonly leg: Leg | null;
  readonly driver: string | null;
  readonly quantity: Fraction | null;
  readonly total: Fraction | null;
  readonly share: Fraction | null;
  /** Minor units for one unit of the driver. */
  readonly rate: Fraction | null;
  readonly amount: Fraction;
}

/** A divided part: flows + unallocated + variance = the part, exactly. */
export interface DividedPart {
  readonly flows: readonly Flow[];
  readonly unallocated: Fraction;
  /** What stated rates recovered too little (above zero) or too much. */
  readonly variance: Fraction;
  readonly reasons: readonly string[];
}

/** Methods whose shares do not depend on the amount: only these can stand in a circle of pools. */
const LINEAR: ReadonlySet<AllocationMethod> = new Set(["DIRECT", "PROPORTIONAL", "FIXED_SHARES", "EVEN", "DIRECT_COST", "PRACTICAL_CAPACITY", "TIERS", "KEEP"]);

export const isLinear = (part: Part): boolean => LINEAR.has(part.method);

/** Divides an exact amount by a part. A credit gives the mirror image of the charge. */
export function dividePart(amount: Fraction, part: Part, bearers: Bearers, path: readonly string[]): DividedPart {
  const divided = divideBy(amount, part, bearers, path);
  const whole = sum([...divided.flows.map((flow) => flow.amount), divided.unallocated, divided.variance]);
  // Stryker disable next-line all: every method divides all of it.
  invariant(compare(whole, amount) === 0, "flows, unallocated and variance do not make the part");
  return divided;
}

function divideBy(amount: Fraction, part: Part, bearers: Bearers, path: readonly string[]): DividedPart {
  const measured = (driver: string): Shares => byDriver(driver, bearers, part.negative, part.zeroDriver, path);
  switch (part.method) {
    case "KEEP": return shared(amount, NOBODY_SHARES, null, "Kept by the programme.");
    case "DIRECT":
    case "EVEN": return shared(amount, someone(even(part.to ? part.to.filter((code) => bearers.mayBear(code)) : bearers.receivers), path), null);
    case "DIRECT_COST": return shared(amount, byDirectCost(bearers), null, "Nobody who may bear it has direct cost.");
    case "FIXED_SHARES": return shared(amount, someone(fixedShares(part.shares!, bearers), path), null);
    case "PROPORTIONAL": return shared(amount, measured(part.driver!), null, `Driver ${part.driver} is zero for everyone who may bear it.`);
    case "TIERS": return shared(amount, tiered(part, measured(part.driver!)), null, `Driver ${part.driver} is zero for everyone who may bear it.`);
    case "PRACTICAL_CAPACITY": return byCapacity(amount, part, measured(part.driver!), bearers, path);
    case "COMMITMENT": return byCommitment(amount, part, measured(part.driver!), bearers, path);
    case "RATE": return join(amount, [charges(amount, part, part.rate, measured(part.driver!), "CHARGE")]);
    case "DUAL_RATE": return byDualRate(amount, part, measured(part.driver!), measured(part.capacityDriver!), path);
    case "CUMULATIVE": return cumulative(amount, part, measured(part.driver!));
  }
}

function someone(shares: Shares, path: readonly string[]): Shares {
  if (shares.claimants.length === 0) throw new Refusal("BAD_USER_INPUT", "This part names nobody who may bear it. Name a receiver, or a pool that is still open, and look at exclude.", path);
  return shares;
}

/** Flows in proportion to shares; the whole stays with the programme, for a stated reason, when there are none. */
// Stryker disable next-line StringLiteral: without a reason it is called only where somebody shares.
function shared(amount: Fraction, shares: Shares, leg: Leg | null, reason = ""): DividedPart {
  if (shares.claimants.length === 0) return { flows: [], unallocated: amount, variance: ZERO, reasons: amount.numerator === 0n ? [] : [reason] };
  const rate = shares.driver === null ? null : divide(amount, shares.total);
  const flows = shares.claimants.map(({ to, quantity, share }) => ({
    to, leg, driver: shares.driver, quantity: shares.driver === null ? null : quantity, total: shares.driver === null ? null : shares.total, share, rate, amount: scale(amount, share),
  }));
  return { flows, unallocated: ZERO, variance: ZERO, reasons: [] };
}

/** Legs put together; what they do not cover of the amount is a variance that the programme bears. */
function join(amount: Fraction, legs: readonly DividedPart[]): DividedPart {
  const flows = legs.flatMap((leg) => leg.flows);
  const unallocated = sum(legs.map((leg) => leg.unallocated));
  const variance = subtract(amount, add(sum(flows.map((flow) => flow.amount)), unallocated));
  const reasons = legs.flatMap((leg) => leg.reasons);
  if (variance.numerator !== 0n) reasons.push(`The stated rates do not recover the amount exactly: the programme bears ${formatFraction(variance)} minor units.`);
  return { flows, unallocated, variance, reasons };
}

/** Quantities priced by tiers, as the driver: who uses more pays the rates of the higher bands for it. */
function tiered(part: Part, measured: Shares): Shares {
  if (measured.driver === null) return measured;
  return proportional(new Map(measured.claimants.map(({ to, quantity }) => [to, priceByTiers(quantity, part.tiers, part.tierRule)])), measured.driver);
}

/** Each quantity at the stated rate, or by the tiers; a negative amount is credited at it. */
function charges(amount: Fraction, part: Part, rate: Fraction | null, measured: Shares, leg: Leg): DividedPart {
  const { sign } = magnitudeOf(amount);
  const flows = measured.driver === null ? [] : measured.claimants.map(({ to, quantity }): Flow => {
    const price = rate === null ? priceByTiers(quantity, part.tiers, part.tierRule) : multiply(quantity, rate);
    return { to, leg, driver: measured.driver, quantity, total: measured.total, share: null, rate: rate === null ? null : multiply(sign, rate), amount: multiply(sign, price) };
  });
  return { flows, unallocated: ZERO, variance: ZERO, reasons: [] };
}

/** Used capacity at amount / capacity; the idle rest by the rule. Use above the capacity is divided by use, use below zero is none. */
function byCapacity(amount: Fraction, part: Part, used: Shares, bearers: Bearers, path: readonly string[]): DividedPart {
  const capacity = part.capacity ?? sum(bearersOnly(part, bearers).values());
  const use = usedTotal(used);
  const busy = compare(use, capacity) >= 0 ? ONE : divide(use, capacity);
  const usedLeg = use.numerator === 0n ? NOTHING : shared(multiply(amount, busy), used, "USED");
  const idle = use.numerator === 0n ? amount : multiply(amount, subtract(ONE, busy));
  return together([usedLeg, idleLeg(idle, part, used, bearers, path, "Idle capacity")]);
}

/** Use at the stated rate; what the commitment costs beyond it by the rule. Without a shortfall the amount follows use; use below zero is none. */
function byCommitment(amount: Fraction, part: Part, used: Shares, bearers: Bearers, path: readonly string[]): DividedPart {
  const { magnitude, sign } = magnitudeOf(amount);
  const use = multiply(usedTotal(used), part.rate!);
  // Stryker disable next-line EqualityOperator: where both are the same, either is it.
  const covered = compare(use, magnitude) >= 0 ? magnitude : use;
  const usedLeg = covered.numerator === 0n ? NOTHING : shared(multiply(sign, covered), used, "USED");
  return together([usedLeg, idleLeg(multiply(sign, subtract(magnitude, covered)), part, used, bearers, path, "Unused commitment")]);
}

/** What was used of capacity or commitment; scaled quantities may sum below zero, which uses nothing and makes nothing idle twice. */
function usedTotal(used: Shares): Fraction {
  // Stryker disable next-line EqualityOperator: a total of zero is zero.
  return used.driver === null || used.total.numerator < 0n ? ZERO : used.total;
}

const NOTHING: DividedPart = { flows: [], unallocated: ZERO, variance: ZERO, reasons: [] };

function together(legs: readonly DividedPart[]): DividedPart {
  return { flows: legs.flatMap((leg) => leg.flows), unallocated: sum(legs.map((leg) => leg.unallocated)), variance: ZERO, reasons: legs.flatMap((leg) => leg.reasons) };
}

/** What nobody used: kept by the programme, or spread. */
function idleLeg(amount: Fraction, part: Part, used: Shares, bearers: Bearers, path: readonly string[], name: string): DividedPart {
  if (amount.numerator === 0n) return NOTHING;
  const spread = (): Shares => {
    switch (part.idle) {
      case "KEEP": return NOBODY_SHARES;
      case "EVEN": return even(bearers.receivers);
      case "BY_USE": return used;
      case "BY_CAPACITY": return byDriver(part.capacityDriver!, bearers, "REFUSE", "UNALLOCATED", path);
      case "BY_DIRECT_COST": return byDirectCost(bearers);
    }
  };
  return shared(amount, spread(), "IDLE", `${name}, kept by the programme.`);
}

function bearersOnly(part: Part, bearers: Bearers): ReadonlyMap<string, Fraction> {
  return new Map([...bearers.quantities(part.capacityDriver!)].filter(([code]) => bearers.mayBear(code)));
}

/** The fixed cost by what was budgeted or reserved, the variable by what was used; each divided, or charged at a rate. */
function byDualRate(amount: Fraction, part: Part, used: Shares, budgeted: Shares, path: readonly string[]): DividedPart {
  const { magnitude, sign } = magnitudeOf(amount);
  if (part.fixedAmount && compare(part.fixedAmount, magnitude) > 0) throw new Refusal("BAD_USER_INPUT", `The fixed cost is ${formatFraction(part.fixedAmount)} minor units, more than the ${formatFraction(magnitude)} that are divided.`, [...path, "fixedAmount"]);
  const fixed = part.fixedAmount
    ? shared(multiply(sign, part.fixedAmount), budgeted, "FIXED", `Driver ${part.capacityDriver} is zero for everyone who may bear it.`)
    : charges(amount, part, part.fixedRate, budgeted, "FIXED");
  const rest = subtract(amount, add(sum(fixed.flows.map((flow) => flow.amount)), fixed.unallocated));
  const variable = part.rate || part.tiers.length > 0
    ? charges(amount, part, part.rate, used, "VARIABLE")
    : shared(rest, used, "VARIABLE", `Driver ${part.driver} is zero for everyone who may bear it.`);
  return join(amount, [fixed, variable]);
}

/** The pools to date by the quantities to date, less what was charged before: months smooth out and cents do not drift. */
function cumulative(amount: Fraction, part: Part, toDate: Shares): DividedPart {
  const charged = sum(part.prior.values());
  const pools = add(part.priorPool ?? charged, amount);
  const whole = shared(pools, toDate, "CUMULATIVE", `Driver ${part.driver} is zero for everyone who may bear it.`);
  const before = [...part.prior].filter(([, prior]) => prior.numerator !== 0n).map(([to, prior]): Flow => ({
    to, leg: "PRIOR", driver: null, quantity: null, total: null, share: null, rate: null, amount: multiply({ numerator: -1n, denominator: 1n }, prior),
  }));
  const flows = [...whole.flows, ...before];
  return { flows, unallocated: subtract(amount, sum(flows.map((flow) => flow.amount))), variance: ZERO, reasons: whole.reasons };
}

/** The flows of several parts by receiver. */
export function totalsOf(flows: readonly Flow[]): Map<string, Fraction> {
  const totals = new Map<string, Fraction>();
  for (const { to, amount } of flows) addTo(totals, to, amount);
  return totals;
}
