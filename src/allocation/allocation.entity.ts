import { EntitySchema, EntitySchemaColumnOptions } from "typeorm";

type Columns = Record<string, EntitySchemaColumnOptions>;

const key: EntitySchemaColumnOptions = { type: "uuid", primary: true };
const text: EntitySchemaColumnOptions = { type: "text" };
const optional: EntitySchemaColumnOptions = { type: "text", nullable: true };
const instant: EntitySchemaColumnOptions = { type: "timestamptz" };
const minor: EntitySchemaColumnOptions = { type: "bigint" };
const exact: EntitySchemaColumnOptions = { type: "numeric" };

const table = (name: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name, schema: "allocation", tableName, columns: { programme_id: key, ...columns } });

const exactOrNot: EntitySchemaColumnOptions = { type: "numeric", nullable: true };
const id: EntitySchemaColumnOptions = { type: "uuid" };
const idOrNot: EntitySchemaColumnOptions = { type: "uuid", nullable: true };

const share: Columns = {
  driver: optional, driver_quantity: exactOrNot, driver_total: exactOrNot, share_numerator: exactOrNot, share_denominator: exactOrNot, adjustment_minor: minor, amount_minor: minor,
  exact_numerator: exactOrNot, exact_denominator: exactOrNot,
};

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const allocationEntities: readonly EntitySchema[] = [
  table("Policy", "policy", {
    version: { type: "integer", primary: true }, effective_from: text, note: optional, rules: { type: "jsonb" }, settings: { type: "jsonb", nullable: true }, document_hash: text, idempotency_key: optional, proposed_by: text, proposed_at: instant,
  }),
  table("PolicyApproval", "policy_approval", { version: { type: "integer", primary: true }, approved_by: text, approved_at: instant }),
  table("Run", "run", {
    id: key, period_key: text, sequence: { type: "integer" }, policy_version: { type: "integer" }, currency: text, cutoff: instant, input_hash: text, result_hash: text, created_at: instant, created_by: text,
  }),
  table("RunPool", "run_pool", {
    run_id: key, pool_id: key, amount_minor: minor, allocated_minor: minor, unallocated_minor: minor, unallocated_reason: optional,
    step: { type: "smallint", nullable: true }, received_minor: minor, passed_minor: minor, variance_minor: minor,
  }),
  table("DriverQuantity", "driver_quantity", {
    run_id: key, driver_key: { type: "text", primary: true }, channel: { type: "text", primary: true }, business_unit_id: key, use_case_id: key, quantity: exact,
  }),
  table("UnitShare", "unit_share", { run_id: key, pool_id: key, part: { type: "smallint", primary: true }, business_unit_id: key, ...share }),
  table("Line", "line", {
    run_id: key, pool_id: key, part: { type: "smallint", primary: true }, business_unit_id: key, use_case_id: key, channel: { type: "text", primary: true }, ...share,
    split: optional, split_driver: optional, split_quantity: exactOrNot, split_total: exactOrNot,
  }),
  table("RunInputs", "run_inputs", { run_id: key, inputs: { type: "jsonb" } }),
  table("ChainLink", "chain_link", {
    run_id: key, position: { type: "integer", primary: true }, pool_id: id, part: { type: "smallint", nullable: true }, leg: optional, to_unit_id: idOrNot, to_pool_id: idOrNot,
    driver: optional, driver_name: optional, quantity: optional, total: optional, share: optional, rate: optional, amount: text,
  }),
  table("DriverBooking", "driver_booking", {
    id: key, driver: text, period_key: text, version: { type: "integer" }, kind: text, unit: text, holds: text, reason: text, payload_hash: text, recorded_by: text, recorded_at: instant,
  }),
  table("BookedQuantity", "booked_quantity", { booking_id: key, position: { type: "integer", primary: true }, unit_id: idOrNot, use_case_id: idOrNot, pool_id: idOrNot, quantity: exact }),
];

