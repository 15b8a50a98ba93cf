import { AllocationFacts, AllocationResult, allocate } from "../allocate";
import { Refusal } from "../../kernel/refusal";
import { DriverVector } from "../driver";
import { MethodInputs } from "../method-inputs";
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
  const own = { ...without, drivers: ownFrom(without.drivers, kept.drivers, unit), priorDrivers: ownFrom(without.priorDrivers, kept.priorDrivers, unit), method: bookedFrom(from.method, to.method, (code) => code === unit) };
  return divided(from, ["OWNERSHIP", ...SHARED_STEPS], [without, own, ...laterFacts(from, to, kept), to]);
}

/** The divisions between two runs, for everybody: use, cost of the pools, policy, owners. */
export function swapForAll(compared: ComparedFacts): { readonly before: AllocationResult; readonly steps: ReadonlyArray<Swapped<RunStep>> } {
  const { from, to } = compared;
  return divided(from, RUN_STEPS, [...laterFacts(from, to, keptVectors(compared)), to]);
}

/** Facts on the way that no policy can divide (a method may refuse what never was) change nothing yet: their change is told with the next step. */
function divided<Step extends string>(from: AllocationFacts, steps: readonly Step[], facts: readonly AllocationFacts[]): { readonly before: AllocationResult; readonly steps: ReadonlyArray<Swapped<Step>> } {
  const before = allocate(from);
  let result = before;
  return {
    before,
    steps: steps.map((step, index) => {
      try {
        result = allocate(facts[index]!);
      } catch (error) {
        if (!(error instanceof Refusal) || index === steps.length - 1) throw error;
      }
      return { step, result };
    }),
  };
}

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
  const used = { ...from, ...kept, method: bookedFrom(from.method, to.method, () => true) };
  return [used, { ...used, pools: to.pools, policy: rulesOfBoth(from, to), method: from.policy === null ? to.method : withBookedOf(used.method, to.method) }, { ...to, ...kept, receivers: from.receivers }];
}

/**
 * The old rules, and for pools that were not there before the new ones: such a pool is a cost, not a change of policy. Where
 * one policy is by methods and the other is not, rules of both do not make a policy: a new pool is then told with the policy.
 */
function rulesOfBoth(from: AllocationFacts, to: AllocationFacts): PolicyDocument | null {
  const document = from.policy ?? to.policy;
  if (document === null) return null;
  if (from.policy !== null && to.policy !== null && !from.policy.settings !== !to.policy.settings) return from.policy;
  const there = new Set([...from.pools, ...(from.policy?.settings ? from.policy.rules.map(({ pool }) => ({ code: pool })) : [])].map(({ code }) => code));
  const rules = (facts: AllocationFacts, old: boolean): PolicyDocument["rules"] => (facts.policy?.rules ?? []).filter(({ pool }) => there.has(pool) === old);
  const added = rules(to, false);
  const order = document.settings?.order;
  return { ...document, rules: [...rules(from, true), ...added], ...(order ? { settings: { ...document.settings!, order: [...order, ...added.map(({ pool }) => pool).filter((pool) => !order.includes(pool))] } } : {}) };
}

/** Facts of methods with what was booked for some, and their direct cost, as it stands on the other side. What only one side divides by stays. */
function bookedFrom(inputs: MethodInputs | undefined, other: MethodInputs | undefined, whose: (code: string) => boolean): MethodInputs | undefined {
  if (!inputs || !other) return inputs;
  const both = <T>(mine: readonly T[], theirs: readonly T[], code: (row: T) => string): T[] => [...mine.filter((row) => !whose(code(row))), ...theirs.filter((row) => whose(code(row)))];
  return {
    ...inputs,
    directCosts: inputs.directCosts.length === 0 ? inputs.directCosts : both(inputs.directCosts, other.directCosts, ({ businessUnit }) => businessUnit),
    booked: inputs.booked.map((each) => {
      const there = other.booked.find(({ key }) => key === each.key);
      return there ? { key: each.key, quantities: both(each.quantities, there.quantities, ({ of }) => of) } : each;
    }),
  };
}

/** The same with the booked drivers that only the other side's rules divide by. */
function withBookedOf(inputs: MethodInputs | undefined, other: MethodInputs | undefined): MethodInputs | undefined {
  if (!inputs || !other) return inputs;
  const known = new Set(inputs.booked.map(({ key }) => key));
  return { ...inputs, booked: [...inputs.booked, ...other.booked.filter(({ key }) => !known.has(key))] };
}

/** The vectors of one side with the quantities that one unit has on the other. */
function ownFrom(vectors: Vectors, other: Vectors, unit: string): Map<string, DriverVector> {
  return new Map([...vectors].map(([key, vector]) => {
    const own = other.get(key);
    const both = <T extends { readonly businessUnit: string }>(theirs: readonly T[], ours: readonly T[]): T[] => [...theirs.filter(({ businessUnit }) => businessUnit !== unit), ...ours.filter(({ businessUnit }) => businessUnit === unit)];
    return [key, { quantities: both(vector.quantities, own?.quantities ?? []), unitQuantities: vector.unitQuantities && both(vector.unitQuantities, own?.unitQuantities ?? []) }];
  }));
}
