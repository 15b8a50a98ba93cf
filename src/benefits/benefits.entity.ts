import { EntitySchema } from "typeorm";
import { Columns, count, exact, flag, instant, json, key, numberKey as number, optional, text, textKey as code, uuid, whole } from "../kernel/entity-columns";

const table = (entity: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name: entity, schema: "benefits", tableName, columns: { programme_id: key, ...columns } });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const benefitEntities: readonly EntitySchema[] = [
  table("BenefitBaseline", "baseline", {
    id: key, use_case_id: uuid, business_unit_id: uuid, version: count, window_from: text, window_to: text, go_live: optional(text), reconstructed: flag, measures: json, evidence: text, reason: optional(text),
    document_hash: text, captured_by: text, captured_on: text, captured_at: instant,
  }),
  table("BenefitBaselineLock", "baseline_lock", { baseline_id: key, business_unit_id: uuid, locked_by: text, locked_at: instant }),
  table("BenefitPool", "pool", { code, name: text, defined_by: text, defined_at: instant }),
  table("BenefitPoolMaximum", "pool_maximum", { pool_code: code, version: number, effective_from: text, maximum_minor: whole, evidence: text, set_by: text, set_at: instant }),
  table("AttributionModel", "attribution_model", { version: number, pool_code: text, effective_from: text, shares: json, evidence: text, document_hash: text, proposed_by: text, proposed_at: instant }),
  table("AttributionApproval", "attribution_approval", { version: number, approved_by: text, approved_at: instant }),
  table("Benefit", "benefit", {
    id: key, sequence: count, code: text, name: text, use_case_id: uuid, business_unit_id: uuid, kind: text, pool_code: text, step: text, project: text, plan: optional(json), defined_by: text, defined_at: instant,
  }),
  table("BenefitClaim", "claim", {
    id: key, benefit_id: uuid, business_unit_id: uuid, period_key: text, version: count, method: text, mode: optional(text), figures: json, baseline_version: count, reconstructed: flag, model_version: count, tier: text,
    counterfactual_minor: optional(whole), residual_minor: optional(whole), gross_minor: whole, share: exact, confidence: exact, attributed_minor: whole, cashable_share: exact, cashable_minor: whole, non_cashable_minor: whole,
    ledger_line: optional(text), note: optional(text), reason: optional(text), hash: text, proposed_by: text, proposed_at: instant,
  }),
  table("BenefitClaimDecision", "claim_decision", {
    claim_id: key, business_unit_id: uuid, decision: text, recognised_in: optional(text), cashable_minor: whole, non_cashable_minor: whole, note: optional(text), decided_by: text, decided_at: instant,
  }),
  table("BenefitElimination", "elimination", {
    claim_id: key, benefit_id: key, business_unit_id: uuid, pool_code: text, origin_period: text, period_key: text, overlap_minor: whole, cashable_minor: whole, non_cashable_minor: whole, recorded_at: instant,
  }),
];
