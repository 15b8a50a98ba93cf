import { EntitySchema } from "typeorm";
import { Columns, count, exact, instant, key, numberKey as number, optional, text, uuid, whole } from "../kernel/entity-columns";

const table = (entity: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name: entity, schema: "rating", tableName, columns: { programme_id: key, ...columns } });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const ratingEntities: readonly EntitySchema[] = [
  table("RatingRules", "rating_rules", { version: number, reported_pool: optional(text), tolerance_basis_points: count, tolerance_minor: whole, reason: text, set_by: text, set_at: instant }),
  table("RateCard", "rate_card", {
    version: number, vendor: text, component: text, effective_from: text, effective_to: optional(text), replaces: optional(count), document: { type: "jsonb" }, document_hash: text,
    idempotency_key: optional(text), proposed_by: text, proposed_at: instant,
  }),
  table("RateCardApproval", "rate_card_approval", { version: number, approved_by: text, approved_at: instant }),
  table("RatingRun", "run", {
    id: key, period_key: text, sequence: count, currency: text, cutoff: instant, cards: { type: "integer", array: true }, exchange_rates: { type: "jsonb" }, rules_version: count, method: text, input_hash: text, result_hash: text,
    created_at: instant, created_by: text,
  }),
  table("RatingLine", "line", {
    run_id: key, position: number, kind: text, vendor: text, component: text, basis: text, card_version: optional(count), rate_line: text, pool_id: optional(uuid), business_unit_id: uuid, use_case_id: uuid,
    calls: whole, exempt_calls: whole, measured_ms: whole, unit: optional(text), measured_numerator: exact, measured_denominator: exact, billed_numerator: exact, billed_denominator: exact,
    original_currency: text, amount_numerator: exact, amount_denominator: exact, amount_minor: whole,
    first_day: optional(text), last_day: optional(text),
  }),
  table("RatingPosting", "posting", {
    run_id: key, position: number, period_key: text, kind: text, vendor: text, component: text, pool_id: uuid, business_unit_id: optional(uuid), use_case_id: uuid, external_id: text, amount_minor: whole,
  }),
  table("VendorStatement", "vendor_statement", {
    id: key, vendor: text, period_key: text, kind: text, external_id: text, payload_hash: text, currency: text, total: exact, lines: count, recorded_at: instant, recorded_by: text, replaces: optional(uuid),
  }),
  table("VendorStatementLine", "vendor_statement_line", {
    statement_id: key, position: number, description: text, component: optional(text), call_ref: optional(text), quantity: optional(exact), unit: optional(text), amount: exact,
  }),
  table("VarianceExplanation", "variance_explanation", {
    id: key, vendor: text, period_key: text, variance_minor: whole, figures_hash: text, reason: text, explained_by: text, explained_at: instant,
  }),
];
