import { randomUUID } from "node:crypto";
import { invariant } from "../kernel/refusal";
import { AuditNote } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { ChainLink, ChainedEntry, FIRST_PREVIOUS_HASH, chainEntry } from "./audit-chain";
import { AuditEntry } from "./audit-entry";

const json = (value: Record<string, unknown> | null | undefined): string | null => (value ? JSON.stringify(value) : null);

/** The audit trail; `record` writes in the same transaction as the fact it speaks of: both stand or neither. */
export function auditStore(tx: TenantTransaction) {
  const { principal, programme } = tx.scope;
  return {
    /**
     * Adds an entry to the programme's chain. From here to the end of the transaction nobody else adds one: it is the last
     * thing that a verb does, so that the wait is short and always comes after the other locks. Needs the reach of the
     * whole programme.
     */
    record: async (note: AuditNote): Promise<void> => {
      const { head, ...noted } = await lockHead(tx, json(note.before), json(note.after));
      const entry = chainEntry(head, {
        programmeId: programme.id, id: randomUUID(), subject: principal.subject, role: principal.role,
        action: note.action, subjectKind: note.subjectKind, subjectKey: note.subjectKey, reason: note.reason ?? null, ...noted,
      });
      await append(tx, entry);
    },
    /** The last entry of the programme's chain; null when there is none. */
    head: (): Promise<ChainLink | null> => findHead(tx),
    /** Oldest first; `after` is the sequence of the last entry seen. */
    list: async (after: string | null, limit: number): Promise<AuditEntry[]> => {
      const rows = await tx.query<Omit<AuditEntry, "sequence"> & { sequence: string }>(
        `select id, sequence, recorded_at as "recordedAt", subject, role, action, subject_kind as "subjectKind", subject_key as "subjectKey", reason, before, after,
           previous_hash as "previousHash", hash
         from governance.audit_entry where programme_id = $1 and ($2::bigint is null or sequence > $2) order by sequence limit $3`,
        [programme.id, after, limit],
      );
      return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
    },
  };
}

/** Where the chain ends; null when there is no entry. */
export async function findHead(tx: TenantTransaction): Promise<ChainLink | null> {
  const [head] = await tx.query<{ sequence: string; hash: string }>("select sequence, hash from governance.audit_head where programme_id = $1 and sequence > 0", [tx.scope.programme.id]);
  return head ? { sequence: Number(head.sequence), hash: head.hash } : null;
}

type Locked = Pick<ChainedEntry, "recordedAtMicros" | "beforeJson" | "afterJson"> & { readonly head: ChainLink | null };

/**
 * The end of the chain, held for this transaction alone, with the time of the database and the JSON as it will write it.
 * The lock stands in a query of its own inside the statement, so that the clock is read after the wait and not before.
 */
async function lockHead(tx: TenantTransaction, before: string | null, after: string | null): Promise<Locked> {
  const lock = (): Promise<Array<Omit<Locked, "head"> & { sequence: string; hash: string }>> =>
    tx.query(
      `with head as materialized (select sequence, hash from governance.audit_head where programme_id = $1 for update)
       select sequence, hash, trunc(extract(epoch from clock_timestamp()) * 1000000)::text as "recordedAtMicros", $2::jsonb::text as "beforeJson", $3::jsonb::text as "afterJson" from head`,
      [tx.scope.programme.id, before, after],
    );
  let [locked] = await lock();
  if (!locked) {
    // The programme's first entry. Whoever makes the row at the same moment is waited for.
    await tx.query("insert into governance.audit_head (programme_id, sequence, hash) values ($1, 0, $2) on conflict do nothing", [tx.scope.programme.id, FIRST_PREVIOUS_HASH]);
    [locked] = await lock();
  }
  invariant(locked, "the head of an audit chain that was just made is not there");
  const { sequence, hash, ...noted } = locked;
  return { ...noted, head: { sequence: Number(sequence), hash } };
}

/** Adds the entry and moves the head, both or neither. */
async function append(tx: TenantTransaction, entry: ChainedEntry): Promise<void> {
  const added = await tx.query(
    `with moved as (update governance.audit_head set sequence = $2, hash = $4 where programme_id = $1 and sequence = $2::bigint - 1 and hash = $3 returning 1)
     insert into governance.audit_entry (programme_id, sequence, previous_hash, hash, id, recorded_at, subject, role, action, subject_kind, subject_key, reason, before, after)
     select $1, $2, $3, $4, $5, timestamptz 'epoch' + $6::bigint * interval '1 microsecond', $7, $8, $9, $10, $11, $12, $13, $14 from moved
     returning 1`,
    [
      entry.programmeId, entry.sequence, entry.previousHash, entry.hash, entry.id, entry.recordedAtMicros, entry.subject, entry.role,
      entry.action, entry.subjectKind, entry.subjectKey, entry.reason, entry.beforeJson, entry.afterJson,
    ],
  );
  invariant(added.length === 1, "the head of an audit chain moved while it was held");
}
