import { EntitySchema } from "typeorm";
import { Columns, count, instant, key, numberKey as version, optional, text, uuid, whole } from "../../kernel/entity-columns";

const recorded: Columns = { recorded_at: instant, recorded_by: text };

const table = (entity: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name: entity, schema: "costs", tableName, columns: { programme_id: key, ...columns } });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const capitalisationEntities: readonly EntitySchema[] = [
  table("CapitalisationPolicy", "capitalisation_policy", { version, framework: text, effective_from: text, treatments: { type: "jsonb" }, note: optional(text), document_hash: text, proposed_by: text, proposed_at: instant }),
  table("CapitalisationPolicyApproval", "capitalisation_policy_approval", { version, approved_by: text, approved_at: instant }),
  table("ImplementationCost", "implementation_cost", {
    id: key, external_id: text, use_case_id: uuid, period_key: text, category: text, treatment: text, policy_version: count, amount_minor: whole, description: optional(text), vendor: optional(text), invoice: optional(text), payload_hash: text, ...recorded,
  }),
  table("Asset", "asset", { id: key, use_case_id: uuid, go_live: text, useful_months: count, contract_months: count, ...recorded }),
  table("AssetRetirement", "asset_retirement", { asset_id: key, period_key: text, reason: text, ...recorded }),
];
