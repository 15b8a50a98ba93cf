import { EntitySchema, EntitySchemaColumnOptions } from "typeorm";

type Columns = Record<string, EntitySchemaColumnOptions>;

const key = { type: "uuid", primary: true } as const;
const month = { type: "text", primary: true } as const;
const whole = { type: "bigint" } as const;
const number = { type: "integer", primary: true } as const;

const table = (name: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name, schema: "chargeback", tableName, columns });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const adjustmentEntities: readonly EntitySchema[] = [
  table("Adjustment", "adjustment", {
    programme_id: key, period_key: month, origin_period_key: month, run_id: { type: "uuid", nullable: true }, late_from: { type: "timestamptz" }, late_to: { type: "timestamptz" },
    late_events: whole, late_cost_entries: whole, input_hash: { type: "text" }, result_hash: { type: "text" }, recorded_at: { type: "timestamptz" }, recorded_by: { type: "text" },
  }),
  table("AdjustmentPool", "adjustment_pool", { programme_id: key, period_key: month, origin_period_key: month, pool_id: key, amount_minor: whole, allocated_minor: whole, unallocated_minor: whole, variance_minor: whole }),
  table("AdjustmentLine", "adjustment_line", { programme_id: key, period_key: month, origin_period_key: month, pool_id: key, business_unit_id: key, use_case_id: key, amount_minor: whole }),
  table("RestatementRequest", "restatement_request", {
    programme_id: key, period_key: month, sequence: { type: "integer", primary: true }, kind: { type: "text" }, reason: { type: "text" }, recorded_at: { type: "timestamptz" }, recorded_by: { type: "text" },
  }),
  table("Restatement", "restatement", {
    programme_id: key, period_key: month, version: { type: "integer", primary: true }, run_id: { type: "uuid", nullable: true }, late_from: { type: "timestamptz" }, late_to: { type: "timestamptz" },
    late_events: whole, late_cost_entries: whole, input_hash: { type: "text" }, previous_hash: { type: "text" }, hash: { type: "text" }, reason: { type: "text" }, requested_by: { type: "text" },
    requested_at: { type: "timestamptz" }, restated_by: { type: "text" }, restated_at: { type: "timestamptz" },
  }),
  table("RestatementPool", "restatement_pool", {
    programme_id: key, period_key: month, version: { type: "integer", primary: true }, pool_id: key, before_minor: whole, before_unallocated_minor: whole, after_minor: whole, after_unallocated_minor: whole,
    before_variance_minor: whole, after_variance_minor: whole,
  }),
  table("RestatementCell", "restatement_cell", {
    programme_id: key, period_key: month, version: { type: "integer", primary: true }, pool_id: key, business_unit_id: key, use_case_id: key, before_minor: whole, cost_minor: whole, usage_minor: whole, after_minor: whole,
  }),
  table("TrueUp", "true_up", {
    programme_id: key, number, pool_id: { type: "uuid" }, from_period_key: { type: "text" }, to_period_key: { type: "text" }, amount_minor: whole, hash: { type: "text" }, reason: { type: "text" },
    proposed_by: { type: "text" }, proposed_at: { type: "timestamptz" },
  }),
  table("TrueUpPosting", "true_up_posting", { programme_id: key, number, pool_id: { type: "uuid" }, period_key: { type: "text" }, proposed_by: { type: "text" }, posted_by: { type: "text" }, posted_at: { type: "timestamptz" } }),
  table("TrueUpMonth", "true_up_month", { programme_id: key, number, pool_id: { type: "uuid" }, period_key: month, figures_version: { type: "integer" }, cost_minor: whole, recovered_minor: whole, variance_minor: whole }),
  table("TrueUpLine", "true_up_line", { programme_id: key, number, business_unit_id: key, use_case_id: key, charged_minor: whole, amount_minor: whole }),
];
