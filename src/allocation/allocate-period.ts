import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { AllocationFacts, AllocationResult, allocate } from "./allocate";
import { AllocationPolicy } from "./policy";

export const RUN_STATUSES = ["DRAFT", "FINAL", "SUPERSEDED"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A stored allocation of a period. */
export interface AllocationRun {
  readonly id: string;
  readonly periodKey: string;
  readonly sequence: number;
  readonly status: RunStatus;
  readonly policyVersion: number;
  readonly currency: string;
  readonly cutoff: Date;
  readonly inputHash: string;
  readonly resultHash: string;
  readonly createdAt: Date;
}

export interface AllocatePeriodPorts {
  /** Locks the period for this transaction alone and fixes the cut-off; NOT_FOUND and PERIOD_CLOSED as it finds it. */
  freeze(period: string): Promise<Date>;
  approvedPolicy(period: string): Promise<AllocationPolicy | null>;
  gatherFacts(period: string, policy: AllocationPolicy): Promise<AllocationFacts>;
  latestRun(period: string): Promise<AllocationRun | null>;
  /** Stores run, driver snapshot and lines, and proves inside the transaction that lines + unallocated = pool. */
  saveRun(facts: AllocationFacts, result: AllocationResult, policy: AllocationPolicy, cutoff: Date): Promise<AllocationRun>;
  audit(run: AllocationRun, result: AllocationResult, before: AllocationRun | null): Promise<void>;
}

export interface AllocatedPeriod {
  readonly run: AllocationRun;
  readonly facts: AllocationFacts;
  readonly result: AllocationResult;
}

/** Whether there is anything to divide: a month without shared cost has no run. */
export function hasCost({ policy, pools }: AllocationFacts): boolean {
  return policy?.settings ? pools.some(({ amountMinor }) => amountMinor !== 0n) : pools.length > 0;
}

/**
 * Divides the shared cost of a period by the policy approved for it. The same facts answer the run that is there;
 * callers at the same moment wait for each other and get one run. A dry run stores nothing and answers a DRAFT.
 */
export async function allocatePeriod(ports: AllocatePeriodPorts, input: { readonly period: string; readonly dryRun?: boolean | null }): Promise<AllocatedPeriod> {
  const period = requirePeriodKey(input.period);
  const cutoff = await ports.freeze(period);
  const policy = await ports.approvedPolicy(period);
  if (!policy) throw new Refusal("NOT_READY", `No approved allocation policy is in effect in ${period}. Propose one and have a second person approve it.`, ["period"]);
  const facts = await ports.gatherFacts(period, policy);
  if (!hasCost(facts)) throw new Refusal("NOT_READY", `No shared cost is booked in ${period}. Book it first.`, ["period"]);
  const result = allocate(facts);
  const latest = await ports.latestRun(period);
  if (latest && latest.inputHash === result.inputHash && latest.policyVersion === policy.version) return { run: latest, facts, result };
  if (input.dryRun) {
    const draft: AllocationRun = {
      id: "draft", periodKey: period, sequence: (latest?.sequence ?? 0) + 1, status: "DRAFT", policyVersion: policy.version, currency: facts.currency,
      cutoff, inputHash: result.inputHash, resultHash: result.resultHash, createdAt: cutoff,
    };
    return { run: draft, facts, result };
  }
  const run = await ports.saveRun(facts, result, policy, cutoff);
  await ports.audit(run, result, latest);
  return { run, facts, result };
}
