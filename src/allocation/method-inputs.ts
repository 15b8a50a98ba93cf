import { DriverKeyed, driverKey } from "./driver";
import { AllocationPart, AllocationRule, PolicyDocument } from "./policy";

/** Quantities that finance booked, in force in the period or, for a key with `@`, added up since a month. */
export interface BookedQuantities {
  readonly key: string;
  readonly quantities: ReadonlyArray<{ readonly of: string; readonly useCase: string | null; readonly quantity: string }>;
}

/** What earlier months, each as its newest run posted it, charged of a pool since a month. */
export interface PriorCharges {
  readonly pool: string;
  readonly since: string;
  readonly months: readonly string[];
  readonly poolMinor: string;
  readonly charges: ReadonlyArray<{ readonly businessUnit: string; readonly useCase: string; readonly minor: string }>;
}

/** The facts that only a policy by methods depends on, in the order of their codes. They are kept with the run as they stand here. */
export interface MethodInputs {
  /** Unit and the unit above it; empty unless the policy settles from the top down. */
  readonly parents: ReadonlyArray<{ readonly businessUnit: string; readonly parent: string }>;
  /** Direct cost of units; empty unless a part divides by it. */
  readonly directCosts: ReadonlyArray<{ readonly businessUnit: string; readonly minor: string }>;
  readonly booked: readonly BookedQuantities[];
  readonly priors: readonly PriorCharges[];
}

/** What of these facts a policy asks for. */
export interface NeededInputs {
  readonly hierarchy: boolean;
  readonly directCosts: boolean;
  /** Keys of booked drivers. */
  readonly booked: readonly string[];
  readonly priors: ReadonlyArray<{ readonly pool: string; readonly since: string }>;
}

/** Names a measured driver with the first month that counts, when more than the period does. */
export function measuredKey(part: DriverKeyed & Pick<AllocationPart, "since">): string {
  return part.since === undefined ? driverKey(part) : `${driverKey(part)}@${part.since}`;
}

/** The same of a booked driver. */
export function bookedKey(part: Pick<AllocationPart, "bookedDriver" | "since">): string {
  return part.since === undefined ? part.bookedDriver! : `${part.bookedDriver!}@${part.since}`;
}

/** Whether the month before stands in when a part's driver is zero for everybody. */
export function fallsBack(rule: AllocationRule, part: AllocationPart): boolean {
  return rule.zeroDriver === "PRIOR_PERIOD" && part.zeroDriver === undefined && part.driver !== null && part.since === undefined;
}

/** How the use cases of a unit are told apart where a method measured nothing. */
export function useCasePart({ settings }: PolicyDocument): AllocationPart {
  return { fraction: "1", driver: settings!.useCaseDriver, channels: [{ channel: "VOICE", weight: "1" }], minimumSeconds: 0, incrementSeconds: settings!.useCaseDriver === "BILLED_MINUTES" ? 60 : 0 };
}

export function neededInputs(policy: PolicyDocument): NeededInputs {
  const parts = policy.rules.flatMap((rule) => rule.parts.map((part) => ({ ...part, pool: rule.pool })));
  const keys = parts.flatMap((part) => [...(part.bookedDriver === undefined ? [] : [bookedKey(part)]), ...(part.capacityDriver === undefined ? [] : [part.capacityDriver])]);
  const priors = new Map(parts.flatMap(({ pool, since }) => (since === undefined ? [] : [[`${pool} ${since}`, { pool, since }] as const])));
  return {
    hierarchy: policy.settings!.hierarchy,
    directCosts: parts.some((part) => part.method === "DIRECT_COST" || part.zeroDriver === "DIRECT_COST" || part.idle === "BY_DIRECT_COST"),
    booked: [...new Set(keys)].sort(),
    priors: [...priors.keys()].sort().map((key) => priors.get(key)!),
  };
}
