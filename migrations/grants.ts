/**
 * What the API's role may do, table by table. Facts are insert-only by privilege: no update, no delete, no truncate.
 * Only the period's status, the audit head, the leg heads and the totals, which are all derived, may be updated.
 */
const PRIVILEGES: Readonly<Record<string, string>> = {
  "tenancy.programme": "select, insert",
  "tenancy.business_unit": "select, insert",
  "tenancy.use_case": "select, insert",
  "tenancy.use_case_ownership": "select, insert",
  "tenancy.ownership_change": "select, insert",
  "tenancy.business_unit_closing": "select, insert",
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
  "metering.usage_daily_total": "select, insert, update",
  "metering.usage_period_total": "select, insert, update",
  "costs.cost_pool": "select, insert",
  "costs.cost_entry": "select, insert",
  "costs.exchange_rate": "select, insert",
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
  "metering.late_event": "select, insert",
  "metering.attribution_rule": "select, insert",
  "metering.attribution_rule_retirement": "select, insert",
  "closing.close_rules": "select, insert",
  "chargeback.adjustment": "select, insert",
  "chargeback.adjustment_pool": "select, insert",
  "chargeback.adjustment_line": "select, insert",
  "chargeback.statement": "select, insert",
  "chargeback.statement_line": "select, insert",
  "chargeback.statement_event": "select, insert",
  "chargeback.dispute": "select, insert",
  "chargeback.resolution": "select, insert",
  "chargeback.dispute_resolution": "select, insert",
  "chargeback.programme_line": "select, insert",
  "corrections.correction_rules": "select, insert",
  "corrections.backfill": "select, insert",
  "corrections.backfill_event": "select, insert",
  "corrections.correction": "select, insert",
  "corrections.correction_step": "select, insert",
  "corrections.correction_leg": "select, insert",
  "corrections.correction_row": "select, insert",
};

export const SCHEMAS: readonly string[] = [...new Set(Object.keys(PRIVILEGES).map((table) => table.split(".")[0]!))];

/** The statements that give the API's role exactly the privileges above, whatever it had before. */
export function grantsFor(role: string): string[] {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role)) throw new Error(`"${role}" is not a plain role name; use lower-case letters, digits and underscores.`);
  return [
    ...SCHEMAS.map((schema) => `grant usage on schema ${schema} to "${role}"`),
    ...SCHEMAS.map((schema) => `revoke all on all tables in schema ${schema} from "${role}"`),
    ...Object.entries(PRIVILEGES).map(([table, privileges]) => `grant ${privileges} on ${table} to "${role}"`),
  ];
}
