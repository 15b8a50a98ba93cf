import { parseDecimal, trimDecimal } from "../kernel/decimal";
import { Fraction, ZERO, add, fraction, fromDecimal, multiply, roundForDisplay } from "../kernel/fraction";
import { invariant } from "../kernel/refusal";
import { AllocationDriver, AllocationPart } from "./policy";

/**
 * What was measured for one driver, per use case and channel, in whole base units: calls and contacts as counts,
 * durations in milliseconds.
 */
export interface DriverQuantity {
  readonly businessUnit: string;
  readonly useCase: string;
  readonly channel: string;
  readonly quantity: bigint;
}

/** All quantities of one driver over a period. */
export interface DriverVector {
  readonly quantities: readonly DriverQuantity[];
  /**
   * Quantities of whole units, where they are not the sum over the unit's use cases (a contact counts once in each use
   * case and once in the unit). Null for drivers that add up.
   */
  readonly unitQuantities: ReadonlyArray<{ readonly businessUnit: string; readonly channel: string; readonly quantity: bigint }> | null;
}

/** Drivers whose unit figure is not the sum of its use cases. */
export function countsContacts(key: string): boolean {
  return /^(RESOLVED_)?CONTACTS(@|$)/.test(key);
}

export type DriverKeyed = Pick<AllocationPart, "driver" | "minimumSeconds" | "incrementSeconds">;

/** Names a measured driver with everything that changes its quantities; channel weights do not. */
export function driverKey(part: DriverKeyed): string {
  invariant(part.driver !== null, "a part that is divided by nothing that was measured");
  return part.driver === "BILLED_MINUTES" ? `BILLED_MINUTES/${part.minimumSeconds}/${part.incrementSeconds}` : part.driver;
}

const BASE_PER_UNIT: Readonly<Record<AllocationDriver, bigint>> = { CALLS: 1n, CONNECTED_SECONDS: 1_000n, BILLED_MINUTES: 60_000n, CONTACTS: 1n, RESOLVED_CONTACTS: 1n };

/** Base units in one unit of a driver: milliseconds of a second or of a minute; a booked driver is kept in its own. */
export function basePerUnit(driver: string): bigint {
  return BASE_PER_UNIT[driver as AllocationDriver] ?? 1n;
}

/** A quantity in the driver's own unit (calls, seconds, minutes, contacts, or what finance books) as decimal text; at most nine decimals. */
export function displayQuantity(driver: string, base: Fraction): string {
  // Not in lowest terms: a common divisor for each of thousands of rows costs more than it tidies.
  const inUnits = { numerator: base.numerator, denominator: base.denominator * basePerUnit(driver) };
  // Stryker disable next-line ConditionalExpression,ArithmeticOperator: a whole number, rounded and trimmed, reads the same; this is only quicker.
  return inUnits.numerator % inUnits.denominator === 0n ? String(inUnits.numerator / inUnits.denominator) : trimDecimal(roundForDisplay(inUnits, 9));
}

/** A driver's quantities after the weights of the part's channels, at every level that a pool is divided on. */
export interface WeightedDriver {
  readonly total: Fraction;
  readonly byUnit: ReadonlyMap<string, WeightedUnit>;
}

export interface WeightedUnit {
  readonly quantity: Fraction;
  /** Sum over the use cases: the unit's quantity for drivers that add up. */
  readonly useCaseTotal: Fraction;
  readonly byUseCase: ReadonlyMap<string, { readonly quantity: Fraction; readonly byChannel: ReadonlyMap<string, Fraction> }>;
}

/** Weighs a vector for one part; units in `exclude` take no part, neither do channels that the part does not name. */
export function weigh(vector: DriverVector, part: AllocationPart, exclude: readonly string[]): WeightedDriver {
  const weights = new Map(part.channels.map(({ channel, weight }) => [channel as string, fromDecimal(parseDecimal(weight)!)]));
  const out = new Set(exclude);
  const units = new Map<string, { quantity: Fraction; useCaseTotal: Fraction; byUseCase: Map<string, { quantity: Fraction; byChannel: Map<string, Fraction> }> }>();
  for (const { businessUnit, useCase, channel, quantity } of vector.quantities) {
    const weight = weights.get(channel);
    if (!weight || weight.numerator === 0n || quantity === 0n || out.has(businessUnit)) continue;
    const weighted = multiply(fraction(quantity), weight);
    const unit = units.get(businessUnit) ?? { quantity: ZERO, useCaseTotal: ZERO, byUseCase: new Map() };
    units.set(businessUnit, unit);
    const entry = unit.byUseCase.get(useCase) ?? { quantity: ZERO, byChannel: new Map<string, Fraction>() };
    unit.byUseCase.set(useCase, entry);
    entry.quantity = add(entry.quantity, weighted);
    entry.byChannel.set(channel, add(entry.byChannel.get(channel) ?? ZERO, weighted));
    unit.useCaseTotal = add(unit.useCaseTotal, weighted);
  }
  for (const unit of units.values()) unit.quantity = vector.unitQuantities ? ZERO : unit.useCaseTotal;
  // Stryker disable next-line ArrayDeclaration: what is no quantity is of no channel.
  for (const { businessUnit, channel, quantity } of vector.unitQuantities ?? []) {
    const weight = weights.get(channel);
    const unit = units.get(businessUnit);
    if (weight && unit) unit.quantity = add(unit.quantity, multiply(fraction(quantity), weight));
  }
  let total = ZERO;
  for (const unit of units.values()) total = add(total, unit.quantity);
  return { total, byUnit: units };
}
