import { EntitySchema } from "typeorm";
import { Columns, count, exact, instant, key, numberKey as number, optional, text, uuid, whole } from "../kernel/entity-columns";

const table = (entity: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name: entity, schema: "budgets", tableName, columns: { programme_id: key, ...columns } });
const approval = { version: number, approved_by: text, approved_at: instant };

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const budgetEntities: readonly EntitySchema[] = [
  table("Budget", "budget", {
    id: key, business_unit_id: optional(uuid), use_case_id: optional(uuid), period_key: text, version: count, amount_minor: whole, volume_unit: optional(text), volume_quantity: optional(exact), volume_rate: optional(exact),
    thresholds: { type: "integer", array: true }, reason: optional(text), set_by: text, set_at: instant,
  }),
  table("BudgetAlert", "alert", {
    id: key, business_unit_id: optional(uuid), use_case_id: optional(uuid), period_key: text, budget_id: uuid, basis: text, threshold: count, amount_minor: whole, raised_by: text, raised_at: instant,
  }),
  table("BudgetAlertAcknowledgement", "alert_acknowledgement", { alert_id: key, business_unit_id: optional(uuid), note: optional(text), acknowledged_by: text, acknowledged_at: instant }),
  table("BudgetModelComponent", "model_component", { version: number, component: text, statement: text, proposed_by: text, proposed_at: instant }),
  table("BudgetModelApproval", "model_approval", approval),
  table("Funding", "funding", { version: number, use_case_id: optional(uuid), effective_from: text, lines: { type: "jsonb" }, note: optional(text), document_hash: text, proposed_by: text, proposed_at: instant }),
  table("FundingApproval", "funding_approval", approval),
];
