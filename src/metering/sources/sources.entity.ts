import { EntitySchema, EntitySchemaColumnOptions } from "typeorm";

type Columns = Record<string, EntitySchemaColumnOptions>;

const text: EntitySchemaColumnOptions = { type: "text" };
const maybe = (type: EntitySchemaColumnOptions["type"], more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions => ({ type, nullable: true, ...more });
const count: EntitySchemaColumnOptions = { type: "integer" };
const instant: EntitySchemaColumnOptions = { type: "timestamptz" };

const table = (name: string, tableName: string, columns: Columns): EntitySchema =>
  new EntitySchema({ name, schema: "metering", tableName, columns: { programme_id: { type: "uuid", primary: true }, ...columns } });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const sourceEntities: readonly EntitySchema[] = [
  table("SourceRegistration", "source_registration", {
    source_id: { type: "integer", primary: true }, version: { type: "integer", primary: true }, name: text, owner: text, contact: maybe("text"), kind: text, status: text,
    types: maybe("text", { array: true }), channels: maybe("text", { array: true }), business_unit_ids: maybe("uuid", { array: true }), use_case_ids: maybe("uuid", { array: true }),
    subjects: maybe("text", { array: true }), expected_every_seconds: maybe("integer"), active_days: maybe("text", { array: true }), active_from: maybe("text"), active_to: maybe("text"),
    expected_from: maybe("timestamptz"), late_window_days: maybe("integer"), registered_by: text, registered_at: instant,
  }),
  table("SourceRules", "source_rules", { version: { type: "integer", primary: true }, require_registered_sources: { type: "boolean" }, reason: text, set_by: text, set_at: instant }),
  table("Delivery", "delivery", {
    source_id: { type: "integer", primary: true }, received_at: { type: "timestamptz", primary: true }, id: { type: "bigint", primary: true }, subject: text, unit_ids: { type: "uuid", array: true },
    accepted: count, duplicate: count, superseded: count, conflict: count, rejected: count, held: count, rejects: { type: "jsonb" },
    first_ended_at: maybe("timestamptz"), last_ended_at: maybe("timestamptz"), lag_min_ms: maybe("bigint"), lag_max_ms: maybe("bigint"), lag_sum_ms: maybe("bigint"),
    lag_histogram: maybe("integer", { array: true }),
  }),
  table("SilenceAcknowledgement", "silence_acknowledgement", {
    source_id: { type: "integer", primary: true }, period_key: { type: "text", primary: true }, covers_until: { type: "timestamptz", primary: true },
    reason: text, acknowledged_by: text, acknowledged_at: instant,
  }),
];
