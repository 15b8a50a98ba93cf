import { EntitySchema, EntitySchemaColumnOptions } from "typeorm";

type Columns = Record<string, EntitySchemaColumnOptions>;

const key: EntitySchemaColumnOptions = { type: "uuid", primary: true };
const text: EntitySchemaColumnOptions = { type: "text" };
const optional: EntitySchemaColumnOptions = { type: "text", nullable: true };
const instant: EntitySchemaColumnOptions = { type: "timestamptz" };
const minor: EntitySchemaColumnOptions = { type: "bigint" };
const exact: EntitySchemaColumnOptions = { type: "numeric" };

const table = (name: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name, schema: "allocation", tableName, columns: { programme_id: key, ...columns } });

const share: Columns = {
  driver: text, driver_quantity: exact, driver_total: exact, share_numerator: exact, share_denominator: exact, adjustment_minor: minor, amount_minor: minor,
};

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const allocationEntities: readonly EntitySchema[] = [
  table("Policy", "policy", {
    version: { type: "integer", primary: true }, effective_from: text, note: optional, rules: { type: "jsonb" }, document_hash: text, idempotency_key: optional, proposed_by: text, proposed_at: instant,
  }),
  table("PolicyApproval", "policy_approval", { version: { type: "integer", primary: true }, approved_by: text, approved_at: instant }),
  table("Run", "run", {
    id: key, period_key: text, sequence: { type: "integer" }, policy_version: { type: "integer" }, currency: text, cutoff: instant, input_hash: text, result_hash: text, created_at: instant, created_by: text,
  }),
  table("RunPool", "run_pool", { run_id: key, pool_id: key, amount_minor: minor, allocated_minor: minor, unallocated_minor: minor, unallocated_reason: optional }),
  table("DriverQuantity", "driver_quantity", {
    run_id: key, driver_key: { type: "text", primary: true }, channel: { type: "text", primary: true }, business_unit_id: key, use_case_id: key, quantity: exact,
  }),
  table("UnitShare", "unit_share", { run_id: key, pool_id: key, part: { type: "smallint", primary: true }, business_unit_id: key, ...share }),
  table("Line", "line", { run_id: key, pool_id: key, part: { type: "smallint", primary: true }, business_unit_id: key, use_case_id: key, channel: { type: "text", primary: true }, ...share }),
];

