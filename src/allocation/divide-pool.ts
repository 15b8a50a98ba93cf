import { apportion, compareCodes } from "../kernel/apportion";
import { parseDecimal } from "../kernel/decimal";
import { Fraction, ONE, ZERO, add, fraction, multiply, sum, truncate } from "../kernel/fraction";
import { groupBy } from "../kernel/group-by";
import { invariant } from "../kernel/refusal";
import { DriverVector, WeightedDriver, driverKey, weigh } from "./driver";
import { AllocationRule, fractionOf } from "./policy";
import type { UseCaseShare } from "./split-unit";

/** Who shares a pool when nothing was measured: each unit with its use cases. */
export type Receivers = ReadonlyMap<string, readonly string[]>;

/** The facts that a pool is divided by. */
export interface DivisionFacts {
  /** The period's vector of a driver key. */
  vector(key: string): DriverVector;
  /** The vector of the month before; asked only when a rule falls back on it. */
  priorVector(key: string): DriverVector;
  readonly receivers: Receivers;
}

/** An exact share of a pool and what was posted for it. */
export interface Share {
  readonly part: number;
  readonly businessUnit: string;
  /** Base units after channel weights: counts or milliseconds. */
  readonly driverQuantity: Fraction;
  readonly driverTotal: Fraction;
  /** Exact fraction of the whole pool. */
  readonly share: Fraction;
  readonly amountMinor: bigint;
  /** Posted amount less the exact amount cut off towards zero. */
  readonly adjustmentMinor: bigint;
  /** Only where a policy by methods divided the pool. */
  readonly byMethods?: MethodFigures;
}

/** What a share by methods says beside its figures. */
export interface MethodFigures {
  /** In minor units, of what was posted to the pool: the share alone does not say it when that is zero. */
  readonly exact: Fraction;
  /** The one driver that says what is borne; null when there is none or more than one, and then the quantities mean nothing. */
  readonly driver: string | null;
  /** False when the pool with what it received is zero: then no share of it means anything. */
  readonly hasShare: boolean;
  /** How the use case was told apart from others of its unit; lines only. */
  readonly split?: UseCaseShare;
}

export interface Line extends Share {
  readonly useCase: string;
  readonly channel: string;
}

export interface DividedPool {
  readonly lines: readonly Line[];
  readonly unitShares: readonly Share[];
  readonly allocatedMinor: bigint;
  readonly unallocatedMinor: bigint;
  readonly unallocatedReason: string | null;
}

/** A cell that takes part in the division: one part of the rule, one use case, one channel. */
interface Cell {
  readonly part: number;
  readonly businessUnit: string;
  readonly useCase: string;
  readonly channel: string;
  readonly quantity: Fraction;
  readonly total: Fraction;
  readonly share: Fraction;
}

const NOT_ALLOCATED = "\uffff";

/**
 * Divides one pool: over the units by their exact shares, each unit's amount over its use cases, each use case's amount
 * over its parts and channels; largest remainder at every level. Lines + unallocated = pool, exactly.
 */
export function dividePool(amountMinor: bigint, rule: AllocationRule | null, facts: DivisionFacts): DividedPool {
  if (rule === null) return untouched(amountMinor, "The policy has no rule for this pool.");
  const cells: Cell[] = [];
  const unitQuantities = new Map<string, { quantity: Fraction; total: Fraction }>();
  const idle: string[] = [];
  rule.parts.forEach((part, index) => {
    const found = partCells(rule, index, facts);
    if (found === null) {
      idle.push(`${part.driver} is zero for everyone who bears this pool`);
      return;
    }
    for (const cell of found.cells) cells.push(cell);
    for (const [unit, quantity] of found.unitQuantities) unitQuantities.set(`${index}/${unit}`, { quantity, total: found.total });
  });

  const allocatedShare = sum(cells.map((cell) => cell.share));
  const idleShare = add(ONE, { numerator: -allocatedShare.numerator, denominator: allocatedShare.denominator });
  const byUnit = groupBy(cells, (cell) => cell.businessUnit);
  const units = [...byUnit.keys()].sort(compareCodes);
  const claims = units.map((code) => ({ code, weight: sum(byUnit.get(code)!.map((cell) => cell.share)) }));
  claims.push({ code: NOT_ALLOCATED, weight: idleShare });
  const unitAmounts = apportion(amountMinor, claims);

  const lines: Line[] = [];
  units.forEach((unit, position) => lines.push(...divideUnit(unitAmounts[position]!, byUnit.get(unit)!, amountMinor)));
  const unallocatedMinor = unitAmounts[units.length]!;
  const allocatedMinor = lines.reduce((total, line) => total + line.amountMinor, 0n);
  // Stryker disable next-line all: every level is apportioned, which leaves nothing over.
  invariant(allocatedMinor + unallocatedMinor === amountMinor, "lines and unallocated do not make the pool");
  return { lines, unitShares: unitSharesOf(lines, unitQuantities, amountMinor), allocatedMinor, unallocatedMinor, unallocatedReason: idle.length > 0 ? `${idle.join("; ")}.` : null };
}

function untouched(amountMinor: bigint, reason: string): DividedPool {
  return { lines: [], unitShares: [], allocatedMinor: 0n, unallocatedMinor: amountMinor, unallocatedReason: reason };
}

/** The cells of one part; null when its driver is zero and the rule does not say who pays then. */
function partCells(rule: AllocationRule, index: number, facts: DivisionFacts): { cells: Cell[]; unitQuantities: Map<string, Fraction>; total: Fraction } | null {
  const part = rule.parts[index]!;
  const key = driverKey(part);
  let driver = weigh(facts.vector(key), part, rule.exclude);
  if (driver.total.numerator === 0n && rule.zeroDriver === "PRIOR_PERIOD") driver = weigh(facts.priorVector(key), part, rule.exclude);
  if (driver.total.numerator === 0n && rule.zeroDriver === "EVEN") return evenCells(rule, index, facts.receivers);
  if (driver.total.numerator === 0n) return null;
  return { cells: proportionalCells(driver, index, fractionOf(part)), unitQuantities: new Map([...driver.byUnit].map(([unit, { quantity }]) => [unit, quantity])), total: driver.total };
}

function proportionalCells(driver: WeightedDriver, part: number, partFraction: Fraction): Cell[] {
  const cells: Cell[] = [];
  for (const [businessUnit, unit] of driver.byUnit) {
    const unitShare = multiply(partFraction, fraction(unit.quantity.numerator * driver.total.denominator, unit.quantity.denominator * driver.total.numerator));
    for (const [useCase, entry] of unit.byUseCase) {
      for (const [channel, quantity] of entry.byChannel) {
        const within = fraction(quantity.numerator * unit.useCaseTotal.denominator, quantity.denominator * unit.useCaseTotal.numerator);
        cells.push({ part, businessUnit, useCase, channel, quantity, total: driver.total, share: multiply(unitShare, within) });
      }
    }
  }
  return cells;
}

function evenCells(rule: AllocationRule, index: number, receivers: Receivers): { cells: Cell[]; unitQuantities: Map<string, Fraction>; total: Fraction } | null {
  const units = [...receivers].filter(([unit, useCases]) => useCases.length > 0 && !rule.exclude.includes(unit));
  if (units.length === 0) return null;
  const part = rule.parts[index]!;
  const channel = part.channels.find(({ weight }) => parseDecimal(weight)!.units > 0n)!.channel;
  const unitShare = multiply(fractionOf(part), fraction(1n, BigInt(units.length)));
  const cells = units.flatMap(([businessUnit, useCases]) =>
    useCases.map((useCase) => ({
      part: index, businessUnit, useCase, channel, quantity: ZERO, total: ZERO,
      share: multiply(unitShare, fraction(1n, BigInt(useCases.length))),
    })),
  );
  return { cells, unitQuantities: new Map(units.map(([unit]) => [unit, ZERO])), total: ZERO };
}

/** A unit's amount over its use cases, and each of those over parts and channels. */
function divideUnit(unitAmount: bigint, cells: readonly Cell[], poolMinor: bigint): Line[] {
  const byUseCase = groupBy(cells, (cell) => cell.useCase);
  const useCases = [...byUseCase.keys()].sort(compareCodes);
  const amounts = apportion(unitAmount, useCases.map((code) => ({ code, weight: sum(byUseCase.get(code)!.map((cell) => cell.share)) })));
  return useCases.flatMap((useCase, position) => {
    const own = [...byUseCase.get(useCase)!].sort((a, b) => a.part - b.part || compareCodes(a.channel, b.channel));
    // Stryker disable next-line StringLiteral: claims of one code would keep the order that they stand in, which is the same.
    const parts = apportion(amounts[position]!, own.map((cell) => ({ code: `${String(cell.part).padStart(3, "0")}/${cell.channel}`, weight: cell.share })));
    return own.map((cell, index) => ({
      part: cell.part, businessUnit: cell.businessUnit, useCase, channel: cell.channel, driverQuantity: cell.quantity, driverTotal: cell.total, share: cell.share,
      amountMinor: parts[index]!, adjustmentMinor: parts[index]! - truncate(multiply(fraction(poolMinor), cell.share)),
    }));
  });
}

/** What each unit bears by each part: the same lines, one level up. */
function unitSharesOf(lines: readonly Line[], quantities: ReadonlyMap<string, { quantity: Fraction; total: Fraction }>, poolMinor: bigint): Share[] {
  const groups = groupBy(lines, (line) => `${line.part}/${line.businessUnit}`);
  return [...groups.values()].map((group) => {
    const { part, businessUnit } = group[0]!;
    const { quantity, total } = quantities.get(`${part}/${businessUnit}`)!;
    const share = sum(group.map((line) => line.share));
    const amountMinor = group.reduce((all, line) => all + line.amountMinor, 0n);
    return { part, businessUnit, driverQuantity: quantity, driverTotal: total, share, amountMinor, adjustmentMinor: amountMinor - truncate(multiply(fraction(poolMinor), share)) };
  });
}
