import { EntitySchema, EntitySchemaColumnOptions } from "typeorm";

type Columns = Record<string, EntitySchemaColumnOptions>;

const key: EntitySchemaColumnOptions = { type: "uuid", primary: true };
const uuid: EntitySchemaColumnOptions = { type: "uuid" };
const optionalUuid: EntitySchemaColumnOptions = { type: "uuid", nullable: true };
const text: EntitySchemaColumnOptions = { type: "text" };
const optional: EntitySchemaColumnOptions = { type: "text", nullable: true };
const whole: EntitySchemaColumnOptions = { type: "integer" };
const minor: EntitySchemaColumnOptions = { type: "bigint" };
const instant: EntitySchemaColumnOptions = { type: "timestamptz" };

const table = (name: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name, schema: "chargeback", tableName, columns: { programme_id: key, ...columns } });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const statementEntities: readonly EntitySchema[] = [
  table("Statement", "statement", {
    id: key, business_unit_id: uuid, period_key: text, version: whole, mode: text, currency: text, total_minor: minor, hash: text, previous_hash: optional, resolution_id: optionalUuid, restatement_version: { type: "integer", nullable: true }, issued_at: instant, issued_by: text,
  }),
  table("StatementLine", "statement_line", {
    statement_id: key, line_id: key, business_unit_id: uuid, position: whole, kind: text, use_case_id: optionalUuid, pool_id: optionalUuid, origin_period_key: text, run_id: optionalUuid, resolution_id: optionalUuid,
    amount_minor: minor, description: optional,
  }),
  table("StatementEvent", "statement_event", {
    statement_id: key, sequence: { type: "integer", primary: true }, business_unit_id: uuid, status: text, subject: text, reason: optional, recorded_at: instant,
    disputable_until: { type: "date", nullable: true }, rules_version: { type: "integer", nullable: true }, by_silence: { type: "boolean" },
  }),
  table("StatementRules", "statement_rules", {
    version: { type: "integer", primary: true }, dispute_days: { type: "integer", nullable: true }, answer_days: { type: "integer", nullable: true }, silence: text, reason: text, set_by: text, set_at: instant,
  }),
  table("DisputeMessage", "dispute_message", {
    dispute_id: key, sequence: { type: "integer", primary: true }, business_unit_id: uuid, side: text, text, evidence: { type: "jsonb" }, idempotency_key: optional, payload_hash: text, written_by: text, written_at: instant,
  }),
  table("Dispute", "dispute", {
    id: key, business_unit_id: uuid, statement_id: uuid, line_id: uuid, reason: text, evidence: { type: "jsonb" }, expected_minor: { type: "bigint", nullable: true }, idempotency_key: optional, payload_hash: text,
    raised_by: text, raised_at: instant, answer_by: { type: "date", nullable: true },
  }),
  table("Resolution", "resolution", {
    id: key, business_unit_id: uuid, statement_id: uuid, outcome: text, reason: text, idempotency_key: optional, payload_hash: text, resolved_by: text, resolved_at: instant,
  }),
  table("DisputeResolution", "dispute_resolution", { dispute_id: key, business_unit_id: uuid, resolution_id: uuid }),
  table("ProgrammeLine", "programme_line", { resolution_id: key, position: { type: "integer", primary: true }, use_case_id: optionalUuid, pool_id: optionalUuid, amount_minor: minor, description: optional }),
];
