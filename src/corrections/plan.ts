import { compareCodes } from "../kernel/apportion";
import { Canonical } from "../kernel/canonical";
import { hashOf } from "../kernel/hash";
import { CorrectionKind } from "./correction";

/** A leg that a correction concerns, as it stands when it is planned. Keys are UUIDs. */
export interface PlannedLeg {
  readonly legKey: string;
  /** The row by which it counts; null of a leg that a backfill adds. */
  readonly eventKey: string | null;
  /** The use case that somebody attributed it to by hand before; null when nobody did. */
  readonly useCaseBefore: string | null;
}

/** What a correction sets, in a form that can be hashed: the patch, the use case, or the batch. */
export type PlanContent = { readonly [key: string]: Canonical };

/**
 * SHA-256 over what a correction does and to which rows, in whatever order they were found. The same hash later means that
 * nothing happened to these legs in between.
 */
export function hashPlan(kind: CorrectionKind, content: PlanContent, legs: readonly PlannedLeg[]): string {
  const rows = legs.map(({ legKey, eventKey, useCaseBefore }) => [legKey, eventKey ?? "", useCaseBefore ?? ""]).sort(([a], [b]) => compareCodes(a!, b!));
  return hashOf({ kind, content, rows });
}
