import { AllocationFacts, AllocationResult, allocate } from "../allocate";
import { DriverVector } from "../driver";
import { PolicyDocument } from "../policy";
import { Vectors, keepOwners } from "./keep-owners";

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

/** What is swapped, in this order. The unit's own quantities first, at the old use of everybody else. */
export const SHARED_STEPS = ["VOLUME", "MIX", "RATE", "POLICY", "OWNERSHIP"] as const;
export type SharedStep = (typeof SHARED_STEPS)[number];

/** The same for a whole programme, where everybody's use is swapped at once. */
export const RUN_STEPS = ["USAGE", "POOL_COST", "POLICY", "OWNERSHIP"] as const;
export type RunStep = (typeof RUN_STEPS)[number];

/**
 * The divisions between two runs, as one unit sees them: its own quantities, those of the others, the cost of the pools, the
 * policy, and last of all who owns which use case. The first is the old run, the last one the new: what the steps change adds
 * up to the whole change, whatever the method is.
 */
export function swapForUnit(compared: ComparedFacts, unit: string): { readonly before: AllocationResult; readonly steps: ReadonlyArray<Swapped<SharedStep>> } {
  const { from, to } = compared;
  const kept = keptVectors(compared);
  const own = { ...from, drivers: ownFrom(from.drivers, kept.drivers, unit), priorDrivers: ownFrom(from.priorDrivers, kept.priorDrivers, unit) };
  const [mix, rate, policy] = laterFacts(from, to, kept);
  return { before: allocate(from), steps: divided(SHARED_STEPS, [own, mix, rate, policy, to]) };
}

/** The divisions between two runs, for everybody: use, cost of the pools, policy, owners. */
export function swapForAll(compared: ComparedFacts): { readonly before: AllocationResult; readonly steps: ReadonlyArray<Swapped<RunStep>> } {
  const { from, to } = compared;
  return { before: allocate(from), steps: divided(RUN_STEPS, [...laterFacts(from, to, keptVectors(compared)), to]) };
}

const divided = <Step extends string>(steps: readonly Step[], facts: readonly AllocationFacts[]): Array<Swapped<Step>> => steps.map((step, index) => ({ step, result: allocate(facts[index]!) }));

type Kept = Pick<AllocationFacts, "drivers" | "priorDrivers">;

function keptVectors({ from, to, measured }: ComparedFacts): Kept {
  return {
    drivers: keepOwners(from.drivers, new Map([...measured.drivers, ...to.drivers])),
    priorDrivers: keepOwners(from.priorDrivers, new Map([...measured.priorDrivers, ...to.priorDrivers])),
  };
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
