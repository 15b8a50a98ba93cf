import { Fraction, formatFraction, fraction, multiply } from "../kernel/fraction";
import { AllocationMethod } from "./methods/method";
import { ALLOCATION_DRIVERS, AllocationDriver, AllocationRule } from "./policy";

/** A flow of the chain as it is kept; exact figures are "n/d" or "n", amounts and rates in minor units. */
export interface StoredLink {
  readonly step: number;
  readonly pool: string;
  readonly part: number | null;
  readonly leg: string | null;
  /** Null: to the unit that is explained. */
  readonly toPool: string | null;
  readonly driver: string | null;
  readonly driverName: string | null;
  readonly quantity: string | null;
  readonly total: string | null;
  readonly share: string | null;
  readonly rate: string | null;
  readonly amount: string;
}

/** A step of the way from the pools to a charge, in words and figures for people. */
export interface ChainStep {
  readonly step: number;
  readonly pool: string;
  readonly part: number | null;
  readonly method: AllocationMethod | null;
  readonly leg: string | null;
  readonly toPool: string | null;
  readonly driver: AllocationDriver | null;
  readonly bookedDriver: string | null;
  readonly driverText: string | null;
  readonly quantity: string | null;
  readonly driverTotal: string | null;
  readonly share: string | null;
  readonly rate: string | null;
  readonly exactAmount: string;
}

/**
 * The chain behind what a unit bears of a pool: the flows from the pool to the unit, and all flows between pools that feed
 * the pool, from the first pool on. `major` is what a minor unit is of a major one.
 */
export function chainOf(pool: string, links: readonly StoredLink[], rules: readonly AllocationRule[], major: Fraction): ChainStep[] {
  const feeding = new Set([pool]);
  for (let size = 0; size !== feeding.size; ) {
    size = feeding.size;
    for (const link of links) if (link.toPool !== null && feeding.has(link.toPool)) feeding.add(link.pool);
  }
  const ownStep = links.find((link) => link.pool === pool)?.step;
  const inCircle = (link: StoredLink): boolean => link.step === ownStep;
  return links
    .filter((link) => (link.toPool === null ? link.pool === pool || (inCircle(link) && feeding.has(link.pool)) : feeding.has(link.toPool)))
    .sort((a, b) => a.step - b.step || Number(a.toPool === null) - Number(b.toPool === null))
    .map((link) => toStep(link, rules, major));
}

function toStep(link: StoredLink, rules: readonly AllocationRule[], major: Fraction): ChainStep {
  const { step, pool, part, leg, toPool, quantity, total, share } = link;
  const measured = ALLOCATION_DRIVERS.find((each) => each === link.driverName) ?? null;
  return {
    step, pool, part, leg, toPool, driver: measured, bookedDriver: measured === null && link.driverName !== "DIRECT_COST" ? link.driverName : null, driverText: link.driver,
    method: part === null ? null : (rules.find((rule) => rule.pool === pool)?.parts[part]?.method ?? null),
    quantity, driverTotal: total, share, rate: link.rate === null ? null : inMajor(link.rate, major), exactAmount: inMajor(link.amount, major),
  };
}

/** What a proportional policy does, in the same words: one step from the pool to the unit. */
export function proportionalStep(pool: string, part: number, figures: { readonly driver: AllocationDriver | null; readonly driverQuantity: string | null; readonly driverTotal: string | null }, share: string | null, exactAmount: string): ChainStep {
  return {
    step: 1, pool, part, method: "PROPORTIONAL", leg: null, toPool: null, driver: figures.driver, bookedDriver: null, driverText: figures.driver,
    quantity: figures.driverQuantity, driverTotal: figures.driverTotal, share, rate: null, exactAmount,
  };
}

function inMajor(minor: string, major: Fraction): string {
  const [numerator, denominator = "1"] = minor.split("/");
  return formatFraction(multiply(fraction(BigInt(numerator!), BigInt(denominator)), major));
}
