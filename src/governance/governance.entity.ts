import { EntitySchema } from "typeorm";
import { ChainLink } from "./audit-chain";
import { AuditEntry } from "./audit-entry";
import { Period } from "./period";

export const PeriodEntity = new EntitySchema<Period & { programmeId: string; createdAt: Date }>({
  name: "Period", schema: "governance", tableName: "period",
  columns: {
    programmeId: { type: "uuid", name: "programme_id", primary: true },
    key: { type: "text", primary: true },
    from: { type: "timestamptz", name: "starts_at" },
    to: { type: "timestamptz", name: "ends_at" },
    status: { type: "text" },
    createdAt: { type: "timestamptz", name: "created_at", insert: false, default: () => "now()" },
    closeRequestedBy: { type: "text", name: "close_requested_by", nullable: true },
    closeRequestedAt: { type: "timestamptz", name: "close_requested_at", nullable: true },
    closedAt: { type: "timestamptz", name: "closed_at", nullable: true },
    closedBy: { type: "text", name: "closed_by", nullable: true },
    cutoff: { type: "timestamptz", nullable: true },
    hash: { type: "text", nullable: true },
    auditHead: { type: "text", name: "audit_head", nullable: true },
  },
});

export const AuditEntryEntity = new EntitySchema<AuditEntry & { programmeId: string }>({
  name: "AuditEntry", schema: "governance", tableName: "audit_entry",
  columns: {
    programmeId: { type: "uuid", name: "programme_id", primary: true },
    id: { type: "uuid", primary: true },
    sequence: { type: "bigint" },
    recordedAt: { type: "timestamptz", name: "recorded_at", insert: false, default: () => "clock_timestamp()" },
    subject: { type: "text" },
    role: { type: "text" },
    action: { type: "text" },
    subjectKind: { type: "text", name: "subject_kind" },
    subjectKey: { type: "text", name: "subject_key" },
    reason: { type: "text", nullable: true },
    before: { type: "jsonb", nullable: true },
    after: { type: "jsonb", nullable: true },
    previousHash: { type: "text", name: "previous_hash" },
    hash: { type: "text" },
  },
});

export const AuditHeadEntity = new EntitySchema<ChainLink & { programmeId: string }>({
  name: "AuditHead", schema: "governance", tableName: "audit_head",
  columns: {
    programmeId: { type: "uuid", name: "programme_id", primary: true },
    sequence: { type: "bigint" },
    hash: { type: "text" },
  },
});
