import { EntitySchema } from "typeorm";
import { Columns, count, instant, key, optional, text, textKey as name, uuid, whole } from "../kernel/entity-columns";

const table = (entity: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name: entity, schema: "corrections", tableName, columns });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const correctionEntities: readonly EntitySchema[] = [
  table("CorrectionRules", "correction_rules", { programme_id: key, version: { type: "integer", primary: true }, most_legs: whole, most_minor: whole, reason: text, set_by: text, set_at: instant }),
  table("Backfill", "backfill", { programme_id: key, name, source: text, made_by: text, made_at: instant }),
  table("BackfillEvent", "backfill_event", {
    programme_id: key, backfill: name, event_key: key, leg_key: uuid, position: count, event: { type: "jsonb" }, content_hash: text, added_by: text, added_at: instant,
  }),
  table("Correction", "correction", {
    programme_id: key, id: key, kind: text, reason: text, evidence: optional(text), use_case_id: optional(uuid), patch: optional({ type: "jsonb" }), backfill: optional(text), plan_hash: text,
    legs: whole, moved_minor: optional(whole), effect: { type: "jsonb" }, needs_second_person: { type: "boolean" }, rules_version: count, idempotency_key: optional(text), payload_hash: text,
    proposed_by: text, proposed_at: instant,
  }),
  table("CorrectionStep", "correction_step", { programme_id: key, correction_id: key, sequence: { type: "integer", primary: true }, step: text, subject: text, reason: optional(text), recorded_at: instant }),
  table("CorrectionLeg", "correction_leg", { programme_id: key, correction_id: key, leg_key: key, position: count, event_key: optional(uuid), use_case_before: optional(uuid) }),
  table("CorrectionRow", "correction_row", { programme_id: key, event_key: key, correction_id: uuid, leg_key: uuid }),
];
