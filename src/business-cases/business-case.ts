import { Refusal } from "../kernel/refusal";
import { Tranche } from "./gates";
import { CasePlan } from "./plan";

/** A version of a case's plan. Written once; what is approved stands as it was approved. */
export interface PlanVersion {
  readonly version: number;
  readonly plan: CasePlan;
  /** SHA-256 of the plan in canonical form. */
  readonly documentHash: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
}

/** Money promised to somebody for the implementation; one that settles another takes that much of it away again. */
export interface CaseCommitment {
  readonly externalId: string;
  /** Above zero; below zero for a settlement. */
  readonly amountMinor: bigint;
  /** externalId of the commitment that this one settles. */
  readonly settles: string | null;
  readonly description: string | null;
  readonly bookedBy: string;
  readonly bookedAt: Date;
}

export interface CaseRetirement {
  readonly reason: string;
  readonly retiredBy: string;
  readonly retiredAt: Date;
}

/** The investment case of one use case, with everything that was ever written of it. */
export interface CaseRecord {
  readonly useCaseId: string;
  readonly useCase: string;
  /** Oldest first; empty where nobody proposed a plan. */
  readonly versions: readonly PlanVersion[];
  /** The newest request of each gate. */
  readonly tranches: readonly Tranche[];
  readonly commitments: readonly CaseCommitment[];
  readonly retirement: CaseRetirement | null;
}

export const CASE_STATUSES = ["DRAFT", "APPROVED", "SUPERSEDED", "RETIRED"] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

/** The plan that holds: the newest that was approved; null before the first. */
export function approvedPlan({ versions }: Pick<CaseRecord, "versions">): PlanVersion | null {
  return versions.filter(({ approvedBy }) => approvedBy !== null).at(-1) ?? null;
}

/** The version that is asked for; without one the plan that holds, else the newest. Null where there is none. */
export function versionOf(record: CaseRecord, version: number | null): PlanVersion | null {
  if (version !== null) return record.versions.find((each) => each.version === version) ?? null;
  return approvedPlan(record) ?? record.versions.at(-1) ?? null;
}

export function statusOf(record: CaseRecord, { version, approvedBy }: PlanVersion): CaseStatus {
  if (record.retirement !== null) return "RETIRED";
  if (approvedBy === null) return "DRAFT";
  return approvedPlan(record)?.version === version ? "APPROVED" : "SUPERSEDED";
}

export const committedOf = (commitments: readonly CaseCommitment[]): bigint => commitments.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

export const noUseCase = (): Refusal => new Refusal("NOT_FOUND", "There is no such use case.", ["useCase"]);
export const noCase = ({ useCase }: CaseRecord): Refusal => new Refusal("NOT_FOUND", `${useCase} has no business case. Propose one with proposeBusinessCase.`, ["useCase"]);

/** CONFLICT for a case that is over. */
export function requireRunning({ retirement, useCase }: CaseRecord): void {
  if (retirement !== null) throw new Refusal("CONFLICT", `The case of ${useCase} is retired since ${retirement.retiredAt.toISOString().slice(0, 10)} (${retirement.reason}): nothing more is planned, released or committed.`, ["useCase"]);
}

/** What every verb on a case needs. */
export interface CasePorts {
  readonly subject: string;
  /** The case of a use case that the caller may write for, with everything of it; others who write wait until this transaction ends. Null: no such use case. */
  holdCase(useCase: string): Promise<CaseRecord | null>;
}

/** The case with at least one version. NOT_FOUND without. */
export async function holdExisting(ports: CasePorts, useCase: string): Promise<CaseRecord> {
  const record = await ports.holdCase(useCase);
  if (!record) throw noUseCase();
  if (record.versions.length === 0) throw noCase(record);
  return record;
}
