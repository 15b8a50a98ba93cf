import { AllocationFacts, AllocationResult, allocate } from "../allocate";
import { DriverVector } from "../driver";
import { PolicyDocument } from "../policy";
import { Vectors, keepOwners, movedCases } from "./keep-owners";

/** The facts of two divisions. `measured` holds what the later period used by drivers that only the earlier policy divides by. */
export interface ComparedFacts {
  readonly from: AllocationFacts;
  readonly to: AllocationFacts;
  readonly measured: { readonly drivers: Vectors; readonly priorDrivers: Vectors };
}

/** A division on the way from one set of facts to the other, and what was swapped to get there from the one before. */
export interface Swapped<Step extends string> {
  readonly step: Step;
  readonly result: AllocationResult;
}

/** What is swapped, in this order: the unit's own quantities first, at the old use of everybody else. Use cases that left it go before all of that. */
export const SHARED_STEPS = ["VOLUME", "MIX", "RATE", "POLICY", "OWNERSHIP"] as const;
export type SharedStep = (typeof SHARED_STEPS)[number];

/** The same for a whole programme, where everybody's use is swapped at once. */
export const RUN_STEPS = ["USAGE", "POOL_COST", "POLICY", "OWNERSHIP"] as const;
export type RunStep = (typeof RUN_STEPS)[number];

/**
 * The divisions between two runs, as one unit sees them: its own quantities, those of the others, the cost of the pools, the
 * policy, and who owns which use case. The first is the old run, the last one the new: what the steps change adds up to the
 * whole change, whatever the method is. A use case that left the unit goes first, with what the unit itself used of it; one
 * that came goes last, with what the unit uses of it now: so it learns nothing of what another unit used of the same.
 */
export function swapForUnit(compared: ComparedFacts, unit: string): { readonly before: AllocationResult; readonly steps: ReadonlyArray<Swapped<SharedStep>> } {
  const { from, to } = compared;
  const now = latest(compared);
  const { left, came } = movedCases(unit, from.drivers, now.drivers);
  const kept = { drivers: keepOwners(from.drivers, now.drivers, (useCase) => came.has(useCase)), priorDrivers: keepOwners(from.priorDrivers, now.priorDrivers, (useCase) => came.has(useCase)) };
  const without = {
    ...from,
    drivers: keepOwners(now.drivers, from.drivers, (useCase) => left.has(useCase)),
    priorDrivers: keepOwners(now.priorDrivers, from.priorDrivers, (useCase) => left.has(useCase)),
  };
  const own = { ...without, drivers: ownFrom(without.drivers, kept.drivers, unit), priorDrivers: ownFrom(without.priorDrivers, kept.priorDrivers, unit) };
  return { before: allocate(from), steps: divided(["OWNERSHIP", ...SHARED_STEPS], [without, own, ...laterFacts(from, to, kept), to]) };
}

/** The divisions between two runs, for everybody: use, cost of the pools, policy, owners. */
export function swapForAll(compared: ComparedFacts): { readonly before: AllocationResult; readonly steps: ReadonlyArray<Swapped<RunStep>> } {
  const { from, to } = compared;
  return { before: allocate(from), steps: divided(RUN_STEPS, [...laterFacts(from, to, keptVectors(compared)), to]) };
}

const divided = <Step extends string>(steps: readonly Step[], facts: readonly AllocationFacts[]): Array<Swapped<Step>> => steps.map((step, index) => ({ step, result: allocate(facts[index]!) }));

type Kept = Pick<AllocationFacts, "drivers" | "priorDrivers">;

/** What the later period used, by every driver that either policy divides by. */
const latest = ({ to, measured }: ComparedFacts): Kept => ({ drivers: new Map([...measured.drivers, ...to.drivers]), priorDrivers: new Map([...measured.priorDrivers, ...to.priorDrivers]) });

/** The same as if every use case were with the units that it was with before. */
function keptVectors(compared: ComparedFacts): Kept {
  const now = latest(compared);
  return { drivers: keepOwners(compared.from.drivers, now.drivers), priorDrivers: keepOwners(compared.from.priorDrivers, now.priorDrivers) };
}

/** Everybody's use, then the pools, then the policy and everything else but the owners. */
function laterFacts(from: AllocationFacts, to: AllocationFacts, kept: Kept): [AllocationFacts, AllocationFacts, AllocationFacts] {
  const used = { ...from, ...kept };
  return [used, { ...used, pools: to.pools, policy: rulesOfBoth(from, to) }, { ...to, ...kept, receivers: from.receivers }];
}

/** The old rules, and for pools that were not there before the new ones: such a pool is a cost, not a change of policy. */
function rulesOfBoth(from: AllocationFacts, to: AllocationFacts): PolicyDocument | null {
  const document = from.policy ?? to.policy;
  if (document === null) return null;
  const there = new Set(from.pools.map(({ code }) => code));
  const rules = (facts: AllocationFacts, old: boolean): PolicyDocument["rules"] => (facts.policy?.rules ?? []).filter(({ pool }) => there.has(pool) === old);
  return { ...document, rules: [...rules(from, true), ...rules(to, false)] };
}

/** The vectors of one side with the quantities that one unit has on the other. */
function ownFrom(vectors: Vectors, other: Vectors, unit: string): Map<string, DriverVector> {
  return new Map([...vectors].map(([key, vector]) => {
    const own = other.get(key);
    const both = <T extends { readonly businessUnit: string }>(theirs: readonly T[], ours: readonly T[]): T[] => [...theirs.filter(({ businessUnit }) => businessUnit !== unit), ...ours.filter(({ businessUnit }) => businessUnit === unit)];
    return [key, { quantities: both(vector.quantities, own?.quantities ?? []), unitQuantities: vector.unitQuantities && both(vector.unitQuantities, own?.unitQuantities ?? []) }];
  }));
}
