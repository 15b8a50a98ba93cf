import { requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";
import { BusinessUnit } from "./business-unit";
import { OwnershipChange, OwnershipChangeKind, OwnershipMove, UnitClosing } from "./ownership";
import { UseCase, UseCaseOwnership } from "./use-case";

/** What every change of owners says beside whom it moves. */
export interface OwnershipInput {
  /** A day of the programme's zone, "2025-11-01": from its first instant on. */
  readonly effectiveFrom: string;
  readonly reason: string;
  readonly idempotencyKey?: string | null;
}

export interface ChangeOwnershipPorts {
  newId(): string;
  /** SHA-256 of what was asked for. */
  hash(content: Readonly<Record<string, string | readonly string[] | null>>): string;
  findBusinessUnits(codes: readonly string[]): Promise<readonly BusinessUnit[]>;
  findUseCases(codes: readonly string[]): Promise<readonly UseCase[]>;
  /** First instant of a day in the programme's zone. */
  startOfDay(date: string): Promise<Date>;
  findChange(idempotencyKey: string): Promise<OwnershipChange | null>;
  changeById(id: string): Promise<OwnershipChange | null>;
  /** The change that made the unit the use case's owner from exactly this instant on; null when none did. */
  changeThatMade(useCaseId: string, atMs: number): Promise<OwnershipChange | null>;
  closings(unitIds: readonly string[]): Promise<readonly UnitClosing[]>;
  /** Use cases that these units own at the instant or come to own after it. */
  ownedFrom(unitIds: readonly string[], from: Date): Promise<readonly string[]>;
  /**
   * Holds the use cases, the open months from the instant on and who owns what, until the transaction ends: nobody stores
   * usage of them, closes or allocates in between.
   */
  hold(useCaseIds: readonly string[], from: Date): Promise<void>;
  /** PERIOD_CLOSED, naming the earliest day that may be chosen, when a month that ends after the instant is closed. */
  requireOpenFrom(from: Date): Promise<void>;
  /** The ownerships that hold, one per use case and instant. */
  ownerships(useCaseIds: readonly string[]): Promise<readonly UseCaseOwnership[]>;
  saveMoves(moves: readonly OwnershipMove[], changeId: string): Promise<void>;
  saveClosings(closings: readonly UnitClosing[]): Promise<void>;
  /** Brings stored usage of the use cases that ended at or after the instant to whoever owned them then; answers how many legs moved. */
  followOwners(useCaseIds: readonly string[], from: Date): Promise<number>;
  saveChange(change: Pick<OwnershipChange, "id" | "kind" | "effectiveFrom" | "reason" | "movedLegs" | "payloadHash">, idempotencyKey: string | null): Promise<OwnershipChange>;
  audit(change: OwnershipChange, moves: readonly OwnershipMove[], subject: { readonly kind: string; readonly key: string }): Promise<void>;
}

/** A change as it was asked for, checked. */
export interface SoundChange {
  readonly kind: OwnershipChangeKind;
  readonly effectiveFrom: Date;
  readonly reason: string;
  readonly idempotencyKey: string | null;
  readonly payloadHash: string;
  /** The change that this very request made before; it is answered instead of being made again. */
  readonly made: OwnershipChange | null;
}

/** Checks what every change says. BAD_USER_INPUT; CONFLICT when the idempotency key stands for another request. */
export async function readChange(ports: ChangeOwnershipPorts, kind: OwnershipChangeKind, input: OwnershipInput, content: Readonly<Record<string, string | readonly string[] | null>>): Promise<SoundChange> {
  const reason = requireText(input.reason, ["reason"], 500);
  const idempotencyKey = input.idempotencyKey ? requireText(input.idempotencyKey, ["idempotencyKey"]) : null;
  const payloadHash = ports.hash({ kind, effectiveFrom: input.effectiveFrom, reason, ...content });
  const made = idempotencyKey === null ? null : await ports.findChange(idempotencyKey);
  if (made && made.payloadHash !== payloadHash) throw new Refusal("CONFLICT", "This idempotencyKey was used for another change of owners. Choose a new key.", ["idempotencyKey"]);
  return { kind, effectiveFrom: await ports.startOfDay(input.effectiveFrom), reason, idempotencyKey, payloadHash, made };
}

/** The unit of a code; NOT_FOUND. */
export async function requireUnit(ports: Pick<ChangeOwnershipPorts, "findBusinessUnits">, code: string, field: readonly string[]): Promise<BusinessUnit> {
  const [unit] = await ports.findBusinessUnits([code]);
  if (!unit) throw new Refusal("NOT_FOUND", `There is no business unit ${code.slice(0, 64)}.`, field);
  return unit;
}

/** CONFLICT when the unit was merged into another: it takes nothing new. Asked under the lock of `hold`. */
export async function requireNotMerged(ports: Pick<ChangeOwnershipPorts, "closings">, unit: BusinessUnit, field: readonly string[]): Promise<void> {
  const [closing] = await ports.closings([unit.id]);
  if (closing) throw new Refusal("CONFLICT", `${unit.code} was merged into another unit from ${closing.closedFrom.toISOString()} on and takes no use cases. Name its successor.`, field);
}

/** Writes a change: its moves, the usage that follows them, and the audit trail. PERIOD_CLOSED. The caller holds the use cases. */
export async function recordChange(ports: ChangeOwnershipPorts, change: SoundChange, moves: readonly OwnershipMove[], subject: { readonly kind: string; readonly key: string }, closed: ReadonlyArray<{ readonly unitId: string; readonly successorId: string }> = []): Promise<OwnershipChange> {
  await ports.requireOpenFrom(change.effectiveFrom);
  const id = ports.newId();
  await ports.saveMoves(moves, id);
  await ports.saveClosings(closed.map(({ unitId, successorId }) => ({ businessUnitId: unitId, closedFrom: change.effectiveFrom, successorUnitId: successorId, changeId: id })));
  const movedLegs = await ports.followOwners([...new Set(moves.map(({ useCaseId }) => useCaseId))], change.effectiveFrom);
  const saved = await ports.saveChange({ id, kind: change.kind, effectiveFrom: change.effectiveFrom, reason: change.reason, movedLegs, payloadHash: change.payloadHash }, change.idempotencyKey);
  await ports.audit(saved, moves, subject);
  return saved;
}
