import { randomUUID } from "node:crypto";
import { hashOf } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { AuditNote } from "./audit-note";
import { ChangeOwnershipPorts } from "./change-ownership";
import { TenantTransaction } from "./database.store";
import { OwnershipChange, OwnershipMove, UnitClosing } from "./ownership";
import { CHANGE_COLUMNS, ChangeRow, USE_CASE_OWNERSHIP_SQL, toChange, toOwnerships, useCasesOwnedFrom } from "./ownership.query";
import { tenancyStore } from "./tenancy.store";

const MOST_NOTED = 100;

/**
 * Who owns what, over one transaction. What needs more than names and owners (holding months, moving usage) is the
 * business of whoever keeps it.
 */
export function ownershipStore(tx: TenantTransaction): Omit<ChangeOwnershipPorts, "hold" | "requireOpenFrom" | "followOwners" | "audit"> {
  const { programme, principal } = tx.scope;
  const { findBusinessUnits, findUseCases } = tenancyStore(tx);
  const changeWhere = async (condition: string, values: readonly unknown[]): Promise<OwnershipChange | null> => {
    const [row] = await tx.query<ChangeRow>(`select ${CHANGE_COLUMNS} from tenancy.ownership_change c where c.programme_id = $1 and ${condition}`, [programme.id, ...values]);
    return row ? toChange(row) : null;
  };
  return {
    newId: randomUUID,
    hash: hashOf,
    findBusinessUnits,
    findUseCases,
    startOfDay: async (date) => {
      const [row] = await tx.query<{ from: Date }>(`select $1::date::timestamp at time zone $2 as "from"`, [date, programme.timeZone]);
      return row!.from;
    },
    findChange: (idempotencyKey) => changeWhere("c.idempotency_key = $2", [idempotencyKey]),
    changeById: (id) => changeWhere("c.id = $2", [id]),
    changeThatMade: (useCaseId, atMs) =>
      changeWhere(
        "c.id = (select o.change_id from tenancy.use_case_ownership o where o.programme_id = $1 and o.use_case_id = $2 and o.effective_from = $3 order by o.version desc limit 1)",
        [useCaseId, new Date(atMs)],
      ),
    closings: (unitIds) => findClosings(tx, unitIds),
    ownedFrom: (unitIds, from) => useCasesOwnedFrom(tx, unitIds, from),
    ownerships: async (useCaseIds) => toOwnerships(await tx.query(USE_CASE_OWNERSHIP_SQL, [programme.id, useCaseIds])),
    saveMoves: async (moves, changeId) => {
      await tx.query(
        `insert into tenancy.use_case_ownership (programme_id, use_case_id, effective_from, version, business_unit_id, previous_unit_id, change_id)
         select $1, m.use_case_id, m.effective_from,
           coalesce((select max(o.version) from tenancy.use_case_ownership o where o.programme_id = $1 and o.use_case_id = m.use_case_id and o.effective_from = m.effective_from), 0) + 1,
           m.to_unit, m.from_unit, $6
         from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[]) m (use_case_id, effective_from, to_unit, from_unit)`,
        [programme.id, moves.map((move) => move.useCaseId), moves.map((move) => new Date(move.effectiveFromMs)), moves.map((move) => move.toUnitId), moves.map((move) => move.fromUnitId), changeId],
      );
    },
    saveClosings: async (closings) => {
      if (closings.length === 0) return;
      await tx.query(
        `insert into tenancy.business_unit_closing (programme_id, business_unit_id, closed_from, successor_unit_id, change_id)
         select $1, k.unit, k.closed_from, k.successor, k.change from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[]) k (unit, closed_from, successor, change)`,
        [programme.id, closings.map((each) => each.businessUnitId), closings.map((each) => each.closedFrom), closings.map((each) => each.successorUnitId), closings.map((each) => each.changeId)],
      );
    },
    saveChange: async (change, idempotencyKey) => {
      await tx.query(
        `insert into tenancy.ownership_change (programme_id, id, kind, effective_from, reason, moved_legs, idempotency_key, payload_hash, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [programme.id, change.id, change.kind, change.effectiveFrom, change.reason, change.movedLegs, idempotencyKey, change.payloadHash, principal.subject],
      );
      const saved = await changeWhere("c.id = $2", [change.id]);
      if (!saved) throw new Refusal("UNAVAILABLE", "The change cannot be read back. Send it again.");
      return saved;
    },
  };
}

/** The closings of some units; units that were not merged have none. */
export function findClosings(tx: TenantTransaction, unitIds: readonly string[]): Promise<UnitClosing[]> {
  return tx.query<UnitClosing>(
    `select business_unit_id as "businessUnitId", closed_from as "closedFrom", successor_unit_id as "successorUnitId", change_id as "changeId"
     from tenancy.business_unit_closing where programme_id = $1 and business_unit_id = any($2::uuid[]) order by business_unit_id`,
    [tx.scope.programme.id, unitIds],
  );
}

/** What the audit trail says of a change: who owned each use case before and who owns it from then on, by their codes. */
export async function changeNote(tx: TenantTransaction, change: OwnershipChange, moves: readonly OwnershipMove[], subject: { readonly kind: string; readonly key: string }): Promise<AuditNote> {
  const programmeId = tx.scope.programme.id;
  const names = async (table: "business_unit" | "use_case", ids: readonly string[]): Promise<Map<string, string>> =>
    new Map((await tx.query<{ id: string; code: string }>(`select id, code from tenancy.${table} where programme_id = $1 and id = any($2::uuid[])`, [programmeId, ids])).map(({ id, code }) => [id, code]));
  const units = await names("business_unit", moves.flatMap(({ fromUnitId, toUnitId }) => [fromUnitId, toUnitId]));
  const noted = moves.slice(0, MOST_NOTED);
  const useCases = await names("use_case", noted.map(({ useCaseId }) => useCaseId));
  const owners = (pick: (move: OwnershipMove) => string) => noted.map((move) => ({ useCase: useCases.get(move.useCaseId), businessUnit: units.get(pick(move)), effectiveFrom: new Date(move.effectiveFromMs).toISOString() }));
  return {
    action: { MOVE: "moveUseCase", MERGE: "mergeBusinessUnits", SPLIT: "splitBusinessUnit" }[change.kind], subjectKind: subject.kind, subjectKey: subject.key, reason: change.reason,
    before: { owners: owners((move) => move.fromUnitId) },
    after: { effectiveFrom: change.effectiveFrom.toISOString(), moves: moves.length, owners: owners((move) => move.toUnitId), movedLegs: change.movedLegs },
  };
}

/** Parts that use cases are held in: a batch never takes more locks than this, and two use cases rarely share one. */
const PARTS = 64;

/**
 * Holds use cases until this transaction ends: shared by whoever stores usage of them, so that none of it ends up with
 * yesterday's owner; alone by whoever gives them to another. Taken before every other lock, in one order.
 */
export async function holdUseCases(tx: TenantTransaction, useCaseIds: readonly string[], how: "shared" | "alone"): Promise<void> {
  if (useCaseIds.length === 0) return;
  await tx.prepared(
    `select pg_advisory_xact_lock${how === "shared" ? "_shared" : ""}(hashtextextended($1 || '/' || p.part, 6))
     from (select distinct hashtext(u) & ${PARTS - 1} as part from unnest($2::text[]) u order by 1) p`,
    [tx.scope.programme.id, useCaseIds],
  );
}
