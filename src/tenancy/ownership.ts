import { UseCaseOwnership, ownerAt } from "./use-case";

export const OWNERSHIP_CHANGE_KINDS = ["MOVE", "MERGE", "SPLIT"] as const;
export type OwnershipChangeKind = (typeof OWNERSHIP_CHANGE_KINDS)[number];

export const OWNERSHIP_VIEWS = ["AS_WAS", "AS_IS"] as const;
/** AS_WAS: under the unit that owned the use case when the leg ended, which was charged. AS_IS: under the unit that owns it now. */
export type OwnershipView = (typeof OWNERSHIP_VIEWS)[number];

/** From an instant on, a use case belongs to another unit than before. */
export interface OwnershipMove {
  readonly useCaseId: string;
  readonly fromUnitId: string;
  readonly toUnitId: string;
  /** Milliseconds since 1970. */
  readonly effectiveFromMs: number;
}

/** A recorded change of owners. */
export interface OwnershipChange {
  readonly id: string;
  readonly kind: OwnershipChangeKind;
  readonly effectiveFrom: Date;
  readonly reason: string;
  /** Legs that were stored before and followed their use case. */
  readonly movedLegs: number;
  readonly payloadHash: string;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

/** A unit that was merged into another: from an instant on it owns nothing. */
export interface UnitClosing {
  readonly businessUnitId: string;
  readonly closedFrom: Date;
  readonly successorUnitId: string;
  readonly changeId: string;
}

/**
 * What has to be moved so that `into` owns, from an instant on, whatever the units `from` own then or would come to own
 * later. `ownerships` are those that hold, one per use case and instant.
 */
export function movesOfMerge(ownerships: readonly UseCaseOwnership[], from: ReadonlySet<string>, into: string, effectiveFromMs: number): OwnershipMove[] {
  const useCases = [...new Set(ownerships.map(({ useCaseId }) => useCaseId))].sort();
  return useCases.flatMap((useCaseId) => {
    const owner = ownerAt(ownerships, useCaseId, effectiveFromMs);
    const now: OwnershipMove[] = owner !== null && from.has(owner) ? [{ useCaseId, fromUnitId: owner, toUnitId: into, effectiveFromMs }] : [];
    const later = ownerships
      .filter((each) => each.useCaseId === useCaseId && each.effectiveFromMs > effectiveFromMs && from.has(each.businessUnitId))
      .sort((a, b) => a.effectiveFromMs - b.effectiveFromMs)
      .map((each): OwnershipMove => ({ useCaseId, fromUnitId: each.businessUnitId, toUnitId: into, effectiveFromMs: each.effectiveFromMs }));
    return [...now, ...later];
  });
}
