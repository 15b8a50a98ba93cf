import { compareCodes } from "../kernel/apportion";
import { Canonical } from "../kernel/canonical";
import { Fraction, formatFraction } from "../kernel/fraction";
import { hashOf } from "../kernel/hash";
import { shiftPeriod } from "../kernel/period";
import { Refusal, invariant } from "../kernel/refusal";
import { DividedPool, DivisionFacts, Line, Receivers, dividePool } from "./divide-pool";
import { PoolByMethods, allocateByMethods } from "./allocate-by-methods";
import { DriverVector, driverKey } from "./driver";
import { MethodInputs, fallsBack, measuredKey, useCasePart } from "./method-inputs";
import { AllocationRule, PolicyDocument } from "./policy";

/** A pool of the period that is shared. */
export interface PoolAmount {
  readonly code: string;
  readonly amountMinor: bigint;
}

/** Everything that an allocation depends on: the same facts give the same bytes. */
export interface AllocationFacts {
  readonly period: string;
  readonly currency: string;
  readonly pools: readonly PoolAmount[];
  readonly policy: PolicyDocument | null;
  readonly receivers: Receivers;
  /** Vectors of the period, by driver key. */
  readonly drivers: ReadonlyMap<string, DriverVector>;
  /** Vectors of the month before, for the rules that fall back on it. */
  readonly priorDrivers: ReadonlyMap<string, DriverVector>;
  /** What only a policy by methods depends on; there if and only if the policy is one. */
  readonly method?: MethodInputs;
}

export interface AllocatedPool extends DividedPool {
  readonly pool: string;
  readonly amountMinor: bigint;
  readonly rule: AllocationRule | null;
  /** Only under a policy by methods. Own + received = allocated + passed + unallocated, which holds the variance. */
  readonly byMethods?: PoolByMethods;
}

export interface AllocationResult {
  readonly pools: readonly AllocatedPool[];
  readonly totalMinor: bigint;
  readonly allocatedMinor: bigint;
  /** All that the programme carries. */
  readonly unallocatedMinor: bigint;
  /** The part of it that is a variance of stated rates. */
  readonly varianceMinor: bigint;
  readonly inputHash: string;
  readonly resultHash: string;
}

/** The driver keys that a policy needs for some pools, and those it may need of the month before. */
export function neededDrivers(policy: PolicyDocument | null, pools: readonly PoolAmount[]): { period: string[]; prior: string[] } {
  if (policy?.settings) return neededByMethods(policy);
  const booked = new Set(pools.map((pool) => pool.code));
  const rules = (policy?.rules ?? []).filter((rule) => booked.has(rule.pool));
  const keys = (wanted: readonly AllocationRule[]): string[] => [...new Set(wanted.flatMap((rule) => rule.parts.map(driverKey)))].sort();
  return { period: keys(rules), prior: keys(rules.filter((rule) => rule.zeroDriver === "PRIOR_PERIOD")) };
}

/** Pools without cost of their own may receive, so every rule counts. */
function neededByMethods(policy: PolicyDocument): { period: string[]; prior: string[] } {
  const measured = policy.rules.flatMap((rule) => rule.parts.filter((part) => part.driver !== null).map((part) => ({ rule, part })));
  const sorted = (keys: readonly string[]): string[] => [...new Set(keys)].sort();
  return {
    period: sorted([...measured.map(({ part }) => measuredKey(part)), measuredKey(useCasePart(policy))]),
    prior: sorted(measured.filter(({ rule, part }) => fallsBack(rule, part)).map(({ part }) => measuredKey(part))),
  };
}

/** Divides every shared pool of a period by its rule. Pure: no clock, no ids, no cut-off. */
export function allocate(facts: AllocationFacts): AllocationResult {
  const pools = facts.policy?.settings ? allocateByMethods(facts) : allocateInProportion(facts);
  const total = (pick: (pool: AllocatedPool) => bigint): bigint => pools.reduce((sum, pool) => sum + pick(pool), 0n);
  return {
    pools,
    totalMinor: total((pool) => pool.amountMinor),
    allocatedMinor: total((pool) => pool.allocatedMinor),
    unallocatedMinor: total((pool) => pool.unallocatedMinor),
    varianceMinor: total((pool) => pool.byMethods?.varianceMinor ?? 0n),
    inputHash: hashInputs(facts),
    resultHash: hashResult(facts.period, facts.currency, pools),
  };
}

/** The same for a month that is still filling up: where a policy by methods cannot divide what there is so far, why not. */
export function allocateSoFar(facts: AllocationFacts): { readonly result: AllocationResult } | { readonly missing: string } {
  try {
    return { result: allocate(facts) };
  } catch (error) {
    if (error instanceof Refusal && error.code === "NOT_READY") return { missing: error.message };
    throw error;
  }
}

function allocateInProportion(facts: AllocationFacts): AllocatedPool[] {
  const rules = new Map((facts.policy?.rules ?? []).map((rule) => [rule.pool, rule]));
  const divisionFacts: DivisionFacts = {
    vector: (key) => vectorOf(facts.drivers, key, facts.period),
    priorVector: (key) => vectorOf(facts.priorDrivers, key, shiftPeriod(facts.period, -1)),
    receivers: facts.receivers,
  };
  return [...facts.pools]
    .sort((a, b) => compareCodes(a.code, b.code))
    .map((pool) => {
      const rule = rules.get(pool.code) ?? null;
      return { pool: pool.code, amountMinor: pool.amountMinor, rule, ...dividePool(pool.amountMinor, rule, divisionFacts) };
    });
}

function vectorOf(vectors: ReadonlyMap<string, DriverVector>, key: string, period: string): DriverVector {
  const vector = vectors.get(key);
  invariant(vector, `the driver ${key} of ${period} was not measured`);
  return vector;
}

/** SHA-256 over codes, amounts, quantities and the policy's text; see `canonicalText`. */
export function hashInputs(facts: AllocationFacts): string {
  const vectors = (drivers: ReadonlyMap<string, DriverVector>): Canonical =>
    [...drivers].sort(([a], [b]) => compareCodes(a, b)).map(([key, vector]) => [
      key,
      sortedTuples(vector.quantities.map((q) => [q.businessUnit, q.useCase, q.channel, q.quantity.toString()])),
      vector.unitQuantities === null ? null : sortedTuples(vector.unitQuantities.map((q) => [q.businessUnit, q.channel, q.quantity.toString()])),
    ]);
  return hashOf({
    period: facts.period,
    currency: facts.currency,
    pools: sortedTuples(facts.pools.map((pool) => [pool.code, pool.amountMinor.toString()])),
    rules: facts.policy === null ? null : (facts.policy.rules as unknown as Canonical),
    receivers: sortedTuples([...facts.receivers].flatMap(([unit, useCases]) => useCases.map((useCase) => [unit, useCase]))),
    drivers: vectors(facts.drivers),
    priorDrivers: vectors(facts.priorDrivers),
    // Absent for a proportional policy, whose hashes are as old as its runs.
    settings: (facts.policy?.settings ?? undefined) as unknown as Canonical,
    method: facts.method as unknown as Canonical,
  });
}

/** What a result is hashed from: every line with its exact share. */
export interface HashedPool {
  readonly pool: string;
  readonly amountMinor: bigint;
  readonly unallocatedMinor: bigint;
  readonly lines: ReadonlyArray<Pick<Line, "part" | "businessUnit" | "useCase" | "channel" | "share" | "amountMinor"> & { readonly byMethods?: { readonly exact: Fraction } }>;
  readonly byMethods?: PoolByMethods;
}

/** SHA-256 over the pools and lines by code; recomputed from stored lines it must be the same. */
export function hashResult(period: string, currency: string, pools: readonly HashedPool[]): string {
  return hashOf({
    period,
    currency,
    pools: [...pools].sort((a, b) => compareCodes(a.pool, b.pool)).map((pool) => () => ({
      pool: pool.pool,
      amountMinor: pool.amountMinor.toString(),
      unallocatedMinor: pool.unallocatedMinor.toString(),
      lines: sortedTuples(pool.lines.map((line) => [
        line.businessUnit, line.useCase, line.channel, String(line.part), formatFraction(line.share), line.amountMinor.toString(), ...(line.byMethods ? [formatFraction(line.byMethods.exact)] : []),
      ])),
      methods: pool.byMethods && hashedMethods(pool.byMethods),
    })),
  });
}

function hashedMethods({ step, receivedMinor, passedMinor, varianceMinor, links }: PoolByMethods): Canonical {
  const text = (figure: Fraction | null): string => (figure === null ? "" : formatFraction(figure));
  return {
    step, received: receivedMinor.toString(), passed: passedMinor.toString(), variance: varianceMinor.toString(),
    links: sortedTuples(links.map((link) => [link.toPool ? "pool" : "unit", link.to, String(link.part ?? ""), link.leg ?? "", link.driverName ?? "", text(link.quantity), text(link.total), text(link.share), text(link.rate), text(link.amount)])),
  };
}

function sortedTuples(tuples: ReadonlyArray<readonly string[]>): ReadonlyArray<readonly string[]> {
  return [...tuples].sort((a, b) => {
    for (let index = 0; index < a.length; index += 1) {
      const difference = compareCodes(a[index]!, b[index]!);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}
