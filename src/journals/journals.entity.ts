import { EntitySchema, EntitySchemaColumnOptions } from "typeorm";

type Columns = Record<string, EntitySchemaColumnOptions>;

const key: EntitySchemaColumnOptions = { type: "uuid", primary: true };
const position: EntitySchemaColumnOptions = { type: "integer", primary: true };
const optionalUuid: EntitySchemaColumnOptions = { type: "uuid", nullable: true };
const text: EntitySchemaColumnOptions = { type: "text" };
const optional: EntitySchemaColumnOptions = { type: "text", nullable: true };
const whole: EntitySchemaColumnOptions = { type: "integer" };
const minor: EntitySchemaColumnOptions = { type: "bigint" };
const json: EntitySchemaColumnOptions = { type: "jsonb" };
const instant: EntitySchemaColumnOptions = { type: "timestamptz" };

const table = (name: string, tableName: string, columns: Columns): EntitySchema => new EntitySchema({ name, schema: "journals", tableName, columns: { programme_id: key, ...columns } });

/** Mapped so that migrations and entities can be compared; reads and writes of these tables are SQL of our own. */
export const journalEntities: readonly EntitySchema[] = [
  table("AccountMapping", "account_mapping", { version: position, effective_from: text, document: json, document_hash: text, idempotency_key: optional, proposed_by: text, proposed_at: instant }),
  table("AccountMappingApproval", "account_mapping_approval", { version: position, approved_by: text, approved_at: instant }),
  table("Journal", "journal", {
    id: key, external_id: text, period_key: text, version: whole, kind: text, reverses_id: optionalUuid, mapping_version: whole, currency: text, posting_date: text, source_hash: text, line_count: whole, total_minor: minor,
    hash: text, generated_at: instant, generated_by: text,
  }),
  table("JournalStatement", "journal_statement", { journal_id: key, statement_id: key }),
  table("JournalLine", "journal_line", {
    journal_id: key, line_no: position, charged_unit_id: optionalUuid, use_case_id: optionalUuid, pool_id: optionalUuid, kind: optional, origin_period_key: optional, run_id: optionalUuid, account: text, cost_centre: optional,
    segments: json, entity: optional, intercompany_entity: optional, debit_minor: minor, credit_minor: minor, description: text,
  }),
  table("JournalLineSource", "journal_line_source", { journal_id: key, line_no: position, statement_id: key, line_id: key, amount_minor: minor }),
  table("JournalFile", "journal_file", {
    journal_id: key, profile: { type: "text", primary: true }, mapping_version: whole, content: text, content_hash: text, line_count: whole, debit_minor: minor, credit_minor: minor, written_at: instant, written_by: text,
  }),
];
