import { EntitySchema } from "typeorm";
import { Columns, count, instant, json, key, numberKey as number, optional, text, textKey, uuid, whole } from "../kernel/entity-columns";

const table = (entity: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name: entity, schema: "programme", tableName, columns: { programme_id: key, ...columns } });
const version = { period_key: textKey, version: number };

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const programmeEntities: readonly EntitySchema[] = [
  table("ProgrammePlan", "plan", { kind: textKey, version: number, body: json, note: optional(text), document_hash: text, proposed_by: text, proposed_at: instant }),
  table("ProgrammePlanApproval", "plan_approval", { kind: textKey, version: number, approved_by: text, approved_at: instant }),
  table("ProgrammeStatement", "statement", { ...version, currency: text, hash: text, sources: json, groups_version: optional(count), for_executives: { type: "boolean" }, signed_by: text, signed_at: instant }),
  table("ProgrammeStatementCell", "statement_cell", { ...version, position: number, line: text, business_unit_id: optional(uuid), use_case_id: optional(uuid), amount_minor: whole }),
  table("ProgrammeStatementAggregate", "statement_aggregate", { ...version, group_code: textKey, group_name: text, line: textKey, amount_minor: optional(whole) }),
  table("UnitPnlGrant", "unit_grant", { id: key, subject: text, business_unit_id: uuid, from_period: text, to_period: text, reason: text, granted_by: text, granted_at: instant }),
  table("UnitPnlGrantEnd", "unit_grant_end", { grant_id: key, reason: text, revoked_by: text, revoked_at: instant }),
];
