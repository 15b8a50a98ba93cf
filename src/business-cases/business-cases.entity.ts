import { EntitySchema } from "typeorm";
import { Columns, instant, json as document, key, numberKey as number, optional, text, textKey, uuid, whole } from "../kernel/entity-columns";

const table = (entity: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name: entity, schema: "business_cases", tableName, columns: { programme_id: key, ...columns } });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const businessCaseEntities: readonly EntitySchema[] = [
  table("CasePlan", "plan", { use_case_id: key, version: number, document, document_hash: text, investment_minor: whole, proposed_by: text, proposed_at: instant }),
  table("CasePlanApproval", "plan_approval", { use_case_id: key, version: number, approved_by: text, approved_at: instant }),
  table("CaseRetirement", "retirement", { use_case_id: key, reason: text, retired_by: text, retired_at: instant }),
  table("CaseTranche", "tranche", { use_case_id: key, gate: textKey, request: number, evidence: document, amount_minor: whole, plan_version: optional({ type: "integer" }), requested_by: text, requested_at: instant }),
  table("CaseTrancheRelease", "tranche_release", { use_case_id: key, gate: textKey, request: { type: "integer" }, released_by: text, released_at: instant }),
  table("CaseCommitment", "commitment", { use_case_id: key, external_id: textKey, amount_minor: whole, settles: optional(text), description: optional(text), booked_by: text, booked_at: instant }),
  table("CaseGrant", "case_grant", { id: key, use_case_id: uuid, subject: text, valid_from: instant, valid_to: instant, reason: text, granted_by: text, granted_at: instant }),
  table("CaseGrantRevocation", "grant_revocation", { grant_id: key, reason: text, revoked_by: text, revoked_at: instant }),
];
