import { UseCaseOwnership, ownerAt } from "../../tenancy";
import { UnattributedReason } from "../usage-event";

/** The codes that a batch mentions, as the programme knows them. */
export interface Directory {
  readonly unitIdByCode: ReadonlyMap<string, string>;
  readonly useCaseIdByCode: ReadonlyMap<string, string>;
  readonly ownerships: readonly UseCaseOwnership[];
}

/** Where a leg belongs; or that it is held until somebody says; or why it is refused. */
export type Attribution =
  | { readonly kind: "ATTRIBUTED"; readonly businessUnitId: string; readonly useCaseId: string }
  | { readonly kind: "HELD"; readonly reason: UnattributedReason }
  | { readonly kind: "REFUSED"; readonly code: "NOT_FOUND" | "BAD_USER_INPUT"; readonly message: string };

/**
 * Decides where a leg belongs, at the instant it ended. A unit that does not exist and one that the sender may not write
 * get the same answer. A use case that is absent, unknown, or (with no unit named) not the sender's is held.
 */
export function attribute(
  event: { readonly businessUnit: string | null; readonly useCase: string | null; readonly endedAtMs: number },
  directory: Directory,
  mayWrite: (businessUnitId: string) => boolean,
): Attribution {
  const unitId = event.businessUnit === null ? null : directory.unitIdByCode.get(event.businessUnit);
  if (unitId === undefined || (unitId !== null && !mayWrite(unitId))) {
    return { kind: "REFUSED", code: "NOT_FOUND", message: `There is no business unit ${event.businessUnit} that this token may write.` };
  }
  if (event.useCase === null) return { kind: "HELD", reason: "USE_CASE_MISSING" };
  const useCaseId = directory.useCaseIdByCode.get(event.useCase);
  const ownerId = useCaseId === undefined ? null : ownerAt(directory.ownerships, useCaseId, event.endedAtMs);
  if (useCaseId === undefined || ownerId === null) return { kind: "HELD", reason: "USE_CASE_UNKNOWN" };
  if (unitId !== null && unitId !== ownerId) {
    return { kind: "REFUSED", code: "BAD_USER_INPUT", message: `The use case ${event.useCase} does not belong to the business unit ${event.businessUnit}.` };
  }
  if (!mayWrite(ownerId)) return { kind: "HELD", reason: "USE_CASE_UNKNOWN" };
  return { kind: "ATTRIBUTED", businessUnitId: ownerId, useCaseId };
}
