import { UseCaseOwnership, ownerAt } from "../../tenancy";
import { UnattributedReason } from "../usage-event";

/** Says what an unknown code means from an instant on: usage reported under it belongs to a use case. */
export interface AttributionRule {
  /** Counts the programme's rules, from 1. */
  readonly version: number;
  readonly reportedUseCase: string;
  /** Only where this unit was reported; null for any, and for none. */
  readonly reportedBusinessUnit: string | null;
  /** Only from this source; null for any. */
  readonly source: string | null;
  readonly useCaseId: string;
  readonly effectiveFromMs: number;
  /** Legs that ended from this instant on are not its business any more; null while it stands. */
  readonly effectiveUntilMs: number | null;
}

/** The codes that a batch mentions, as the programme knows them. */
export interface Directory {
  readonly unitIdByCode: ReadonlyMap<string, string>;
  readonly useCaseIdByCode: ReadonlyMap<string, string>;
  readonly ownerships: readonly UseCaseOwnership[];
  /** Rules for the batch's unknown codes and its source. */
  readonly rules?: readonly AttributionRule[];
}

/** Where a leg belongs; or that it is held until somebody says; or why it is refused. */
export type Attribution =
  | { readonly kind: "ATTRIBUTED"; readonly businessUnitId: string; readonly useCaseId: string }
  | { readonly kind: "HELD"; readonly reason: UnattributedReason }
  | { readonly kind: "REFUSED"; readonly code: "NOT_FOUND" | "BAD_USER_INPUT"; readonly message: string };

/**
 * Decides where a leg belongs, at the instant it ended. A unit that does not exist and one that the sender may not write
 * get the same answer. A use case that is absent, unknown, or (with no unit named) not the sender's is held; an unknown one
 * goes where a standing rule says, if the sender may write there.
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
  if (useCaseId === undefined) return byRule(event.useCase, event, directory, mayWrite);
  const ownerId = ownerAt(directory.ownerships, useCaseId, event.endedAtMs);
  if (ownerId === null) return { kind: "HELD", reason: "USE_CASE_UNKNOWN" };
  if (unitId !== null && unitId !== ownerId) {
    return { kind: "REFUSED", code: "BAD_USER_INPUT", message: `The use case ${event.useCase} does not belong to the business unit ${event.businessUnit}.` };
  }
  if (!mayWrite(ownerId)) return { kind: "HELD", reason: "USE_CASE_UNKNOWN" };
  return { kind: "ATTRIBUTED", businessUnitId: ownerId, useCaseId };
}

function byRule(reportedUseCase: string, event: { readonly businessUnit: string | null; readonly endedAtMs: number }, directory: Directory, mayWrite: (businessUnitId: string) => boolean): Attribution {
  const rule = ruleAt(directory.rules ?? [], reportedUseCase, event.businessUnit, event.endedAtMs);
  const ownerId = rule && ownerAt(directory.ownerships, rule.useCaseId, event.endedAtMs);
  if (!rule || !ownerId || !mayWrite(ownerId)) return { kind: "HELD", reason: "USE_CASE_UNKNOWN" };
  return { kind: "ATTRIBUTED", businessUnitId: ownerId, useCaseId: rule.useCaseId };
}

/**
 * The rule that holds for a reported code at an instant; null when none does. One that names source and unit goes before
 * one that names the source, then the unit, then neither. Of equals the newest that has begun holds, at one instant the
 * higher version; when that is retired by then, it leaves the question to the less particular.
 */
export function ruleAt(rules: readonly AttributionRule[], reportedUseCase: string, reportedBusinessUnit: string | null, atMs: number): AttributionRule | null {
  const begun = rules.filter((rule) => rule.reportedUseCase === reportedUseCase && rule.effectiveFromMs <= atMs && (rule.reportedBusinessUnit === null || rule.reportedBusinessUnit === reportedBusinessUnit));
  for (const [source, unit] of [[true, true], [true, false], [false, true], [false, false]]) {
    const equals = begun.filter((rule) => (rule.source !== null) === source && (rule.reportedBusinessUnit !== null) === unit);
    const [newest] = equals.sort((a, b) => b.effectiveFromMs - a.effectiveFromMs || b.version - a.version);
    if (newest && (newest.effectiveUntilMs === null || atMs < newest.effectiveUntilMs)) return newest;
  }
  return null;
}
