import { compareCodes } from "../../kernel/apportion";
import { Fraction, ZERO, add, divide, fraction, multiply, subtract, sum } from "../../kernel/fraction";
import { invariant } from "../../kernel/refusal";
import { AllocatedPool, AllocationResult } from "../allocate";
import { ComparedFacts, SharedStep, swapForUnit } from "./swap-facts";

/** What a use case of the unit bears of a pool by one part of its rule. */
export interface ShareBasis {
  /** AllocationDriver, or the code of a booked one. */
  readonly driver: string;
  readonly poolMinor: bigint;
  /** Base units of the driver after channel weights: of the use case (of the unit where it was booked for that alone), of the whole unit, of everybody who bears the pool. */
  readonly quantity: Fraction;
  readonly unitQuantity: Fraction;
  readonly total: Fraction;
  /** Exact minor units for one base unit of the driver; null where it used none. */
  readonly rate: Fraction | null;
}

/** What one step changes of a use case's part of a pool, and what that stood on before and after it. */
export interface SharedEffect {
  readonly step: SharedStep;
  readonly pool: string;
  readonly useCase: string;
  readonly amountMinor: bigint;
  readonly before: readonly ShareBasis[];
  readonly after: readonly ShareBasis[];
  /** The pool on both sides of the step, also where the unit bears nothing of it; null where it is not booked. */
  readonly poolBefore: Pick<AllocatedPool, "amountMinor" | "rule"> | null;
  readonly poolAfter: Pick<AllocatedPool, "amountMinor" | "rule"> | null;
}

/** A unit's part of a pool by use case, in minor units. */
export interface SharedCharge {
  readonly pool: string;
  readonly useCase: string;
  readonly amountMinor: bigint;
}

export interface BridgedShares {
  readonly from: readonly SharedCharge[];
  readonly to: readonly SharedCharge[];
  readonly effects: readonly SharedEffect[];
}

/** Splits the change of a unit's shared cost between two runs into the steps of `swapForUnit`: exact, by pool and use case. */
export function bridgeShares(compared: ComparedFacts, unit: string): BridgedShares {
  const { before, steps } = swapForUnit(compared, unit);
  const effects: SharedEffect[] = [];
  let earlier = before;
  for (const { step, result } of steps) {
    effects.push(...changed(step, earlier, result, unit));
    earlier = result;
  }
  const [from, to] = [chargesOf(before, unit), chargesOf(earlier, unit)];
  const total = (all: ReadonlyArray<{ readonly amountMinor: bigint }>): bigint => all.reduce((all, { amountMinor }) => all + amountMinor, 0n);
  invariant(total(from) + total(effects) === total(to), "the effects do not make up the change");
  return { from, to, effects };
}

/** What of the pools a unit bears in a division, by pool and use case, without zeros. */
export function chargesOf(result: AllocationResult, unit: string): SharedCharge[] {
  const charges = new Map<string, SharedCharge>();
  for (const { pool, lines } of result.pools) {
    for (const { businessUnit, useCase, amountMinor } of lines) {
      if (businessUnit !== unit) continue;
      const key = `${pool}/${useCase}`;
      charges.set(key, { pool, useCase, amountMinor: (charges.get(key)?.amountMinor ?? 0n) + amountMinor });
    }
  }
  return [...charges.values()].filter(({ amountMinor }) => amountMinor !== 0n).sort((a, b) => compareCodes(a.pool, b.pool) || compareCodes(a.useCase, b.useCase));
}

function changed(step: SharedStep, before: AllocationResult, after: AllocationResult, unit: string): SharedEffect[] {
  const sides = [chargesOf(before, unit), chargesOf(after, unit)] as const;
  const cells = new Map<string, { pool: string; useCase: string; amountMinor: bigint }>();
  sides.forEach((charges, side) => {
    for (const { pool, useCase, amountMinor } of charges) {
      const key = `${pool}/${useCase}`;
      cells.set(key, { pool, useCase, amountMinor: (cells.get(key)?.amountMinor ?? 0n) + (side === 0 ? -amountMinor : amountMinor) });
    }
  });
  const poolOf = (result: AllocationResult, code: string): AllocatedPool | null => result.pools.find(({ pool }) => pool === code) ?? null;
  return [...cells.values()].filter(({ amountMinor }) => amountMinor !== 0n).sort((a, b) => compareCodes(a.pool, b.pool) || compareCodes(a.useCase, b.useCase)).map((cell) => {
    const [old, now] = [poolOf(before, cell.pool), poolOf(after, cell.pool)];
    return { ...cell, step, before: basesOf(old, unit, cell.useCase), after: basesOf(now, unit, cell.useCase), poolBefore: old, poolAfter: now };
  });
}

/** One basis per part of the pool's rule that divides anything; under methods one, where a single driver says what is borne. */
function basesOf(pool: AllocatedPool | null, unit: string, useCase: string): ShareBasis[] {
  if (pool?.byMethods) return basisByMethods(pool, pool.byMethods.receivedMinor, unit, useCase);
  return (pool?.rule?.parts ?? []).flatMap(({ driver }, part) => {
    if (driver === null) return [];
    const shares = pool!.unitShares.filter((each) => each.part === part);
    if (shares.length === 0) return [];
    const lines = pool!.lines.filter((each) => each.part === part && each.businessUnit === unit && each.useCase === useCase);
    const quantity = lines.reduce((all, line) => add(all, line.driverQuantity), ZERO);
    const exact = multiply(fraction(pool!.amountMinor), sum(lines.map(({ share }) => share)));
    return [{
      driver, poolMinor: pool!.amountMinor, quantity, unitQuantity: shares.find(({ businessUnit }) => businessUnit === unit)?.driverQuantity ?? ZERO, total: shares[0]!.driverTotal,
      rate: quantity.numerator === 0n ? null : divide(exact, quantity),
    }];
  });
}

function basisByMethods({ amountMinor, unitShares, lines }: AllocatedPool, receivedMinor: bigint, unit: string, useCase: string): ShareBasis[] {
  const share = unitShares.find(({ businessUnit }) => businessUnit === unit) ?? unitShares[0];
  const driver = share?.byMethods?.driver ?? null;
  if (driver === null) return [];
  const own = lines.filter((each) => each.businessUnit === unit && each.useCase === useCase);
  const mine = share!.businessUnit === unit ? share! : null;
  // A driver that was booked for the unit alone says nothing of its use cases: theirs is the unit's quantity and rate.
  const ofUnit = mine !== null && own.some(({ byMethods }) => byMethods?.driver !== driver);
  const quantity = ofUnit ? mine.driverQuantity : sum(own.map(({ driverQuantity }) => driverQuantity));
  const exact = ofUnit ? mine.byMethods!.exact : sum(own.map(({ byMethods }) => byMethods!.exact));
  return [{
    driver, poolMinor: amountMinor + receivedMinor, quantity, unitQuantity: mine?.driverQuantity ?? ZERO, total: share!.driverTotal,
    rate: quantity.numerator === 0n ? null : divide(exact, quantity),
  }];
}

/** What everybody but the unit used. */
export const othersOf = (basis: ShareBasis): Fraction => subtract(basis.total, basis.unitQuantity);
