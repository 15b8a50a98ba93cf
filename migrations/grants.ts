import { READERS, Reader, readingRoleOf } from "../src/tenancy/reading-role";

/**
 * What the API's role may do, table by table. Facts are insert-only by privilege: no update, no delete, no truncate.
 * Only the period's status, the audit head, the leg heads and the totals, which are all derived, may be updated; and a secret
 * is sealed anew when the installation's key changes.
 */
const PRIVILEGES: Readonly<Record<string, string>> = {
  "tenancy.programme": "select, insert",
  "tenancy.business_unit": "select, insert",
  "tenancy.use_case": "select, insert",
  "tenancy.use_case_ownership": "select, insert",
  "tenancy.ownership_change": "select, insert",
  "tenancy.business_unit_closing": "select, insert",
  "tenancy.business_unit_parent": "select, insert",
  "governance.period": "select, insert, update (status, close_requested_by, close_requested_at, closed_at, closed_by, cutoff, hash, audit_head)",
  "governance.audit_entry": "select, insert",
  "governance.audit_head": "select, insert, update (sequence, hash)",
  "metering.source": "select, insert",
  "metering.source_registration": "select, insert",
  "metering.source_rules": "select, insert",
  "metering.delivery": "select, insert",
  "metering.silence_acknowledgement": "select, insert",
  "metering.usage_event": "select, insert",
  "metering.usage_leg": "select, insert, update",
  "metering.usage_superseded": "select, insert",
  "metering.call_link": "select, insert",
  "metering.telephony_call": "select, insert, update",
  "metering.provider_connection": "select, insert",
  "metering.provider_mapping": "select, insert",
  "metering.provider_key": "select, insert, update (sealed)",
  "metering.provider_key_end": "select, insert",
  "metering.provider_refusal": "select, insert, update",
  "metering.usage_daily_total": "select, insert, update",
  "metering.usage_period_total": "select, insert, update",
  "costs.cost_pool": "select, insert",
  "costs.cost_entry": "select, insert",
  "costs.exchange_rate": "select, insert",
  "costs.accrual": "select, insert",
  "costs.accrual_reversal": "select, insert",
  "costs.accrual_answer": "select, insert",
  "costs.capitalisation_policy": "select, insert",
  "costs.capitalisation_policy_approval": "select, insert",
  "costs.implementation_cost": "select, insert",
  "costs.asset": "select, insert",
  "costs.asset_retirement": "select, insert",
  "rating.rating_rules": "select, insert",
  "rating.rate_card": "select, insert",
  "rating.rate_card_approval": "select, insert",
  "rating.run": "select, insert",
  "rating.line": "select, insert",
  "rating.posting": "select, insert",
  "rating.vendor_statement": "select, insert",
  "rating.vendor_statement_line": "select, insert",
  "rating.variance_explanation": "select, insert",
  "allocation.policy": "select, insert",
  "allocation.policy_approval": "select, insert",
  "allocation.run": "select, insert",
  "allocation.run_pool": "select, insert",
  "allocation.driver_quantity": "select, insert",
  "allocation.unit_share": "select, insert",
  "allocation.line": "select, insert",
  "allocation.run_inputs": "select, insert",
  "allocation.chain_link": "select, insert",
  "allocation.driver_booking": "select, insert",
  "allocation.booked_quantity": "select, insert",
  "metering.late_event": "select, insert",
  "metering.attribution_rule": "select, insert",
  "metering.attribution_rule_retirement": "select, insert",
  "closing.close_rules": "select, insert",
  "closing.check_assignment": "select, insert",
  "closing.check_sign_off": "select, insert",
  "chargeback.adjustment": "select, insert",
  "chargeback.adjustment_pool": "select, insert",
  "chargeback.adjustment_line": "select, insert",
  "chargeback.restatement_request": "select, insert",
  "chargeback.restatement": "select, insert",
  "chargeback.restatement_pool": "select, insert",
  "chargeback.restatement_cell": "select, insert",
  "chargeback.statement": "select, insert",
  "chargeback.statement_line": "select, insert",
  "chargeback.statement_event": "select, insert",
  "chargeback.dispute": "select, insert",
  "chargeback.resolution": "select, insert",
  "chargeback.dispute_resolution": "select, insert",
  "chargeback.programme_line": "select, insert",
  "budgets.budget": "select, insert",
  "budgets.alert": "select, insert",
  "budgets.alert_acknowledgement": "select, insert",
  "budgets.model_component": "select, insert",
  "budgets.model_approval": "select, insert",
  "budgets.funding": "select, insert",
  "budgets.funding_approval": "select, insert",
  "benefits.baseline": "select, insert",
  "benefits.baseline_lock": "select, insert",
  "benefits.pool": "select, insert",
  "benefits.pool_maximum": "select, insert",
  "benefits.attribution_model": "select, insert",
  "benefits.attribution_approval": "select, insert",
  "benefits.benefit": "select, insert",
  "benefits.claim": "select, insert",
  "benefits.claim_decision": "select, insert",
  "benefits.elimination": "select, insert",
  "programme.plan": "select, insert",
  "programme.plan_approval": "select, insert",
  "programme.statement": "select, insert",
  "programme.statement_cell": "select, insert",
  "programme.statement_aggregate": "select, insert",
  "programme.unit_grant": "select, insert",
  "programme.unit_grant_end": "select, insert",
  "corrections.correction_rules": "select, insert",
  "corrections.backfill": "select, insert",
  "corrections.backfill_event": "select, insert",
  "corrections.correction": "select, insert",
  "corrections.correction_step": "select, insert",
  "corrections.correction_leg": "select, insert",
  "corrections.correction_row": "select, insert",
  "journals.account_mapping": "select, insert",
  "journals.account_mapping_approval": "select, insert",
  "journals.journal": "select, insert",
  "journals.journal_statement": "select, insert",
  "journals.journal_line": "select, insert",
  "journals.journal_line_source": "select, insert",
  "journals.journal_file": "select, insert",
};

/** What both reports stand on: what a figure is made of, and no secret, no single call and no entry of the audit trail. */
const LEDGERS = [
  "tenancy", "governance.period", "costs", "rating", "allocation", "chargeback", "budgets", "benefits",
  "metering.usage_daily_total", "metering.usage_period_total",
];

/** The schemas and tables that a report may read; it may write nothing. */
const READS: Readonly<Record<Reader, readonly string[]>> = {
  CASES: [...LEDGERS],
  PROGRAMME: [...LEDGERS, "closing", "programme"],
};

export const SCHEMAS: readonly string[] = [...new Set(Object.keys(PRIVILEGES).map((table) => table.split(".")[0]!))];

/** The statements that give the API's role and its reading roles exactly the privileges above, whatever they had before. */
export function grantsFor(role: string): string[] {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role)) throw new Error(`"${role}" is not a plain role name; use lower-case letters, digits and underscores.`);
  return [
    ...SCHEMAS.map((schema) => `grant usage on schema ${schema} to "${role}"`),
    ...SCHEMAS.map((schema) => `revoke all on all tables in schema ${schema} from "${role}"`),
    ...Object.entries(PRIVILEGES).map(([table, privileges]) => `grant ${privileges} on ${table} to "${role}"`),
    ...READERS.flatMap((reader) => readingGrants(readingRoleOf(role, reader), READS[reader])),
  ];
}

function readingGrants(role: string, reads: readonly string[]): string[] {
  const tables = Object.keys(PRIVILEGES).filter((table) => reads.includes(table) || reads.includes(table.split(".")[0]!));
  return [
    ...SCHEMAS.flatMap((schema) => [`revoke all on all tables in schema ${schema} from "${role}"`, `revoke all on schema ${schema} from "${role}"`]),
    `grant usage on schema ${[...new Set(tables.map((table) => table.split(".")[0]!))].join(", ")} to "${role}"`,
    `grant select on ${tables.join(", ")} to "${role}"`,
  ];
}
