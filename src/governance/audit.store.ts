import { randomUUID } from "node:crypto";
import { AuditNote } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { AuditEntry } from "./audit-entry";

const json = (value: Record<string, unknown> | null | undefined): string | null => (value ? JSON.stringify(value) : null);

/** The audit trail; `record` writes in the same transaction as the fact it speaks of: both stand or neither. */
export function auditStore(tx: TenantTransaction) {
  const { principal, programme } = tx.scope;
  return {
    record: async (note: AuditNote): Promise<void> => {
      await tx.query(
        `insert into governance.audit_entry (programme_id, id, subject, role, action, subject_kind, subject_key, reason, before, after)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [programme.id, randomUUID(), principal.subject, principal.role, note.action, note.subjectKind, note.subjectKey, note.reason ?? null, json(note.before), json(note.after)],
      );
    },
    /** Oldest first; `after` is the position (recorded at, id) of the last entry seen. */
    list: (after: readonly string[] | null, limit: number): Promise<AuditEntry[]> =>
      tx.query<AuditEntry>(
        `select id, recorded_at as "recordedAt", subject, role, action, subject_kind as "subjectKind", subject_key as "subjectKey", reason, before, after,
           to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
         from governance.audit_entry
         where programme_id = $1 and ($2::timestamptz is null or (recorded_at, id) > ($2, $3::uuid))
         order by recorded_at, id limit $4`,
        [programme.id, after?.[0] ?? null, after?.[1] ?? null, limit],
      ),
  };
}
