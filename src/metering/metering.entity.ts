import { EntitySchema, EntitySchemaColumnOptions } from "typeorm";
import { CHANNELS, DIRECTIONS, LEG_STATUSES, OUTCOMES, SENTIMENTS, TRANSPORTS, UNATTRIBUTED_REASONS, USAGE_EVENT_TYPES } from "./usage-event";
import { USAGE_EVENT_FIELDS } from "./usage-event-fields";

type Columns = Record<string, EntitySchemaColumnOptions>;

const uuid = (more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions => ({ type: "uuid", ...more });
const key = uuid({ primary: true });
const choice = (name: string, values: readonly string[], more: Partial<EntitySchemaColumnOptions> = {}): EntitySchemaColumnOptions => ({ type: "enum", enum: [...values], enumName: name, ...more });

const ENUMS: Readonly<Record<string, [string, readonly string[]]>> = {
  type: ["event_type", USAGE_EVENT_TYPES], channel: ["channel", CHANNELS], transport: ["transport", TRANSPORTS], direction: ["direction", DIRECTIONS],
  status: ["leg_status", LEG_STATUSES], outcome: ["outcome", OUTCOMES], sentiment: ["sentiment", SENTIMENTS],
};
const SMALL: Readonly<Record<string, EntitySchemaColumnOptions["type"]>> = { csat: "smallint", messages: "integer", segments: "integer", writes_required: "integer", writes_succeeded: "integer" };
const FIELD_TYPES = { text: "text", instant: "timestamptz", boolean: "boolean", attributes: "jsonb" } as const;

/** Columns of the canonical event, from its field table: the two cannot drift apart. */
function payloadColumns(): Columns {
  const columns: Columns = {};
  for (const field of USAGE_EVENT_FIELDS) {
    const nullable = !field.required && field.fallback === undefined && field.column !== "occurred_at";
    if (field.kind === "enum") columns[field.column] = choice(...ENUMS[field.column]!, { nullable });
    else if (field.kind === "whole") columns[field.column] = { type: SMALL[field.column] ?? "bigint", nullable };
    // An array of the composite metering.cost_item, which TypeORM has no word for.
    else if (field.kind === "costItems") columns[field.column] = { type: "text", array: true, nullable };
    else columns[field.column] = { type: FIELD_TYPES[field.kind], nullable };
  }
  return columns;
}

const table = (name: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name, schema: "metering", tableName, columns });

const figures: Columns = { legs: { type: "bigint" }, connected_legs: { type: "bigint" }, connected_ms: { type: "bigint" } };

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const meteringEntities: readonly EntitySchema[] = [
  table("Source", "source", { programme_id: key, id: { type: "integer", primary: true }, uri: { type: "text" }, created_at: { type: "timestamptz" } }),
  table("UsageEvent", "usage_event", {
    programme_id: key, event_key: key, leg_key: uuid(), contact_key: uuid(), payload_hash: { type: "bytea" }, received_at: { type: "timestamptz" },
    period_key: { type: "text" }, day: { type: "date" }, business_unit_id: uuid({ nullable: true }), use_case_id: uuid({ nullable: true }),
    unattributed_reason: choice("unattributed_reason", UNATTRIBUTED_REASONS, { nullable: true }), derived_from: uuid({ nullable: true }), opens_leg: { type: "boolean" },
    duration_mismatch: { type: "boolean" }, source_id: { type: "integer" }, facet: choice("facet", ["LEG", "COST", "OUTCOME"]), ...payloadColumns(),
  }),
  table("UsageLeg", "usage_leg", {
    programme_id: key, leg_key: key, head_event_key: uuid({ nullable: true }), override_use_case_id: uuid({ nullable: true }), leg_event_key: uuid({ nullable: true }),
    cost_event_key: uuid({ nullable: true }), outcome_event_key: uuid({ nullable: true }), correction_event_key: uuid({ nullable: true }), carried_by: uuid({ nullable: true }),
  }),
  table("UsageSuperseded", "usage_superseded", {
    programme_id: key, event_key: key, business_unit_id: uuid({ nullable: true }), by_event_key: uuid(), cause: { type: "text" }, recorded_at: { type: "timestamptz" },
  }),
  table("CallLink", "call_link", { programme_id: key, telephony_ref: { type: "text", primary: true }, leg_key: key, source_id: { type: "integer" } }),
  table("TelephonyCall", "telephony_call", { programme_id: key, telephony_ref: { type: "text", primary: true } }),
  table("LateEvent", "late_event", { programme_id: key, period_key: { type: "text", primary: true }, event_key: key, business_unit_id: uuid({ nullable: true }), recorded_at: { type: "timestamptz" } }),
  table("AttributionRule", "attribution_rule", {
    programme_id: key, id: key, version: { type: "integer" }, reported_use_case: { type: "text" }, reported_business_unit: { type: "text", nullable: true }, source: { type: "text", nullable: true },
    use_case_id: uuid(), effective_from: { type: "timestamptz" }, reason: { type: "text" }, attributed: { type: "bigint" }, recorded_by: { type: "text" }, recorded_at: { type: "timestamptz" },
  }),
  table("AttributionRuleRetirement", "attribution_rule_retirement", {
    programme_id: key, rule_id: key, effective_until: { type: "timestamptz" }, reason: { type: "text" }, recorded_by: { type: "text" }, recorded_at: { type: "timestamptz" },
  }),
  table("UsageDailyTotal", "usage_daily_total", {
    programme_id: key, business_unit_id: key, use_case_id: key, day: { type: "date", primary: true }, channel: choice("channel", CHANNELS, { primary: true }),
    direction: choice("direction", DIRECTIONS, { primary: true }), provider: { type: "text", primary: true }, outcome: { type: "text", primary: true }, ...figures,
  }),
  table("UsagePeriodTotal", "usage_period_total", {
    programme_id: key, business_unit_id: key, use_case_id: key, period_key: { type: "text", primary: true }, ...figures, contacts: { type: "bigint" },
  }),
];
