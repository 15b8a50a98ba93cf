import { Refusal } from "../kernel/refusal";
import { CorrectionEffect } from "./effect";

export const CORRECTION_KINDS = ["VOID", "AMEND", "BACKFILL", "ATTRIBUTE"] as const;
export type CorrectionKind = (typeof CORRECTION_KINDS)[number];

export const CORRECTION_STATUSES = ["PROPOSED", "APPLIED", "REJECTED", "REVERTED"] as const;
export type CorrectionStatus = (typeof CORRECTION_STATUSES)[number];

/** What can happen to a correction. A requested revert leaves it applied until a second person does it, or refuses. */
export const CORRECTION_STEPS = ["PROPOSED", "APPLIED", "REJECTED", "REVERT_REQUESTED", "REVERT_REFUSED", "REVERTED"] as const;
export type CorrectionStepName = (typeof CORRECTION_STEPS)[number];

/** Who did what to a correction, when and why; written once. */
export interface CorrectionStep {
  readonly step: CorrectionStepName;
  readonly subject: string;
  readonly reason: string | null;
  readonly recordedAt: Date;
}

/** A document that says what of the stored usage is wrong, and what holds instead. Never changed; what becomes of it are steps. */
export interface Correction {
  readonly id: string;
  readonly kind: CorrectionKind;
  readonly reason: string;
  readonly evidence: string | null;
  /** Id of the use case that legs are attributed to; null for the other kinds. */
  readonly useCaseId: string | null;
  /** What an AMEND sets, by field of the canonical event; null for the other kinds. */
  readonly patch: Readonly<Record<string, unknown>> | null;
  /** Name of the batch of a BACKFILL; null for the other kinds. */
  readonly backfill: string | null;
  /** Of kind, content, and every leg with the row by which it counted: when it differs, this is no longer what was previewed. */
  readonly planHash: string;
  readonly legs: number;
  /** Minor units that move between use cases, or to and from what nobody bears; null when that could not be worked out. */
  readonly movedMinor: bigint | null;
  readonly effect: CorrectionEffect;
  readonly needsSecondPerson: boolean;
  /** The version of the rules that it was judged by; 0: the defaults. */
  readonly rulesVersion: number;
  readonly payloadHash: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  /** Oldest first; never empty. */
  readonly steps: readonly CorrectionStep[];
}

/** The correction of an opaque id, with every other one of the programme held back until the transaction ends; null when there is none. */
export type LockCorrection = (id: string) => Promise<Correction | null>;

/** Where a correction stands after some steps. */
export function statusOf(steps: readonly Pick<CorrectionStep, "step">[]): CorrectionStatus {
  const last = steps.at(-1)?.step ?? "PROPOSED";
  return last === "REVERT_REQUESTED" || last === "REVERT_REFUSED" ? "APPLIED" : last;
}

/** The request to revert that waits for a second person; null when none does. */
export function openRevertRequest(steps: readonly CorrectionStep[]): CorrectionStep | null {
  const last = steps.at(-1);
  return last?.step === "REVERT_REQUESTED" ? last : null;
}

/** The correction itself, or NOT_FOUND. */
export function requireCorrection(found: Correction | null): Correction {
  if (!found) throw new Refusal("NOT_FOUND", "There is no such correction.", ["correction"]);
  return found;
}

/** CONFLICT unless the correction stands where it must for what is asked. */
export function requireStatus({ steps }: Pick<Correction, "steps">, wanted: CorrectionStatus, toDo: string): void {
  const status = statusOf(steps);
  if (status !== wanted) throw new Refusal("CONFLICT", `This correction is ${status} and not ${wanted}: ${toDo}`, ["correction"]);
}
