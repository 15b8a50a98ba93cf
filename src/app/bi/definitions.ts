import { isComputed } from "../../exports/computed-dataset.query";
import { DATASETS } from "../../exports/dataset-list.query";
import { Dataset, columnCommentOf, commentOf, selectOf } from "../../exports";

/** Value of the newest grant of whoever asks; null when it has ended. Who asks is the database's word, which no setting changes. */
const granted = (column: string): string =>
  `(select case when not g.ended then g.${column} end from tenancy.bi_grant g where g.login = current_user::text order by g.version desc limit 1)`;

const inProgramme = `programme_id = ${granted("programme_id")}`;
const whole = granted("whole_programme");
const ofUnit = (column = "business_unit_id"): string => `${inProgramme} and (${whole} or ${column} = any (${granted("business_unit_ids")}::uuid[]))`;
const ofWhole = `${inProgramme} and ${whole}`;
/** Names of what stands in lines of the own units, and no others. */
const named = (sources: string): string => `${inProgramme} and (${whole} or id = any (array(${sources})))`;

/** Which rows of the tables behind the views a login sees, whatever it sets. A table without a rule is in no view. */
const RULES: Readonly<Record<string, string>> = {
  "tenancy.bi_grant": "login = current_user::text",
  "tenancy.programme": inProgramme.replace("programme_id =", "id ="),
  "tenancy.business_unit": ofUnit("id"),
  "tenancy.use_case_ownership": ofUnit(),
  "tenancy.use_case": named("select o.use_case_id from tenancy.use_case_ownership o"),
  "governance.period": inProgramme,
  "metering.usage_daily_total": ofUnit(),
  "costs.cost_pool": named("select l.pool_id from allocation.line l union select s.pool_id from chargeback.statement_line s"),
  "costs.cost_entry": ofWhole,
  "allocation.policy": ofWhole,
  "allocation.policy_approval": ofWhole,
  "allocation.run": inProgramme,
  "allocation.run_pool": ofWhole,
  "allocation.line": ofUnit(),
  "chargeback.restatement_request": ofWhole,
  "chargeback.statement": ofUnit(),
  "chargeback.statement_line": ofUnit(),
  "journals.journal": ofWhole,
  "journals.journal_line": ofWhole,
};

export const BI_TABLES: readonly string[] = Object.keys(RULES);

/** Datasets that are SQL of their own; those worked out by queries of the API have no view. */
export const VIEWED: readonly Dataset[] = DATASETS.filter((dataset) => !isComputed(dataset));
export const BI_VIEWS: readonly string[] = VIEWED.map(({ name }) => name);

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * The views, each column with its comment. They run as whoever asks: what is seen is decided by the tables' policies; a dataset that
 * no unit may export is empty to a login of units, also where its tables are not.
 */
export function viewStatements(): string[] {
  return VIEWED.flatMap((dataset) => [
    `create or replace view bi.${dataset.name} with (security_invoker = true, security_barrier = true) as ${dataset.readers.includes("BUSINESS_UNIT") ? selectOf(dataset) : `select * from (${selectOf(dataset)}) w where ${whole}`}`,
    `comment on view bi.${dataset.name} is ${literal(commentOf(dataset))}`,
    ...dataset.columns.map((column) => `comment on column bi.${dataset.name}.${column.name} is ${literal(columnCommentOf(column))}`),
  ]);
}

/**
 * The policies for the members of a role. Those of the API hold for everybody and believe settings, which anybody may set: the
 * restrictive one bounds them. `bi_reads` says the same once more, so that nothing opens when somebody drops the other.
 */
export function policyStatements(role: string): string[] {
  return Object.entries(RULES).flatMap(([table, rule]) => [
    `drop policy if exists bi_reads on ${table}`,
    `drop policy if exists bi_bounds on ${table}`,
    `create policy bi_reads on ${table} for select to "${role}" using (${rule})`,
    `create policy bi_bounds on ${table} as restrictive for all to "${role}" using (${rule}) with check (false)`,
  ]);
}
