import { isComputed, overKeptRows } from "../../exports/computed-dataset.query";
import { DATASETS } from "../../exports/dataset-list.query";
import { BiScope } from "../../tenancy";
import { Dataset, columnCommentOf, commentOf, selectOf } from "../../exports";

/** Value of the newest grant of whoever asks; null when it has ended. Who asks is the database's word, which no setting changes. */
const granted = (column: string): string =>
  `(select case when not g.ended then g.${column} end from tenancy.bi_grant g where g.login = current_user::text order by g.version desc limit 1)`;

const inScope = (...scopes: readonly BiScope[]): string => `${granted("scopes")}::text[] && array[${scopes.map((scope) => `'${scope}'`).join(", ")}]`;
const inProgramme = `programme_id = ${granted("programme_id")}`;
const whole = granted("whole_programme");
const ofCore = `${inProgramme} and ${inScope("core")}`;
const ofUnit = (column = "business_unit_id"): string => `${ofCore} and (${whole} or ${column} = any (${granted("business_unit_ids")}::uuid[]))`;
const ofWhole = `${ofCore} and ${whole}`;
/** Names of what stands in lines of the own units, and no others. */
const named = (sources: string): string => `${ofCore} and (${whole} or id = any (array(${sources})))`;

const KEPT = DATASETS.filter(isComputed);
const KEPT_SCOPES = [...new Set(KEPT.map(({ scope }) => scope))];

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
  "allocation.run": ofCore,
  "allocation.run_pool": ofWhole,
  "allocation.line": ofUnit(),
  "chargeback.restatement_request": `${inProgramme} and ${whole} and ${inScope("core", "focus")}`,
  "chargeback.statement": ofUnit(),
  "chargeback.statement_line": ofUnit(),
  "journals.journal": ofWhole,
  "journals.journal_line": ofWhole,
  "exports.kept_rows": `${inProgramme} and ${whole} and (${KEPT_SCOPES.map((scope) => `(${inScope(scope)} and dataset in (${KEPT.filter((each) => each.scope === scope).map(({ name }) => `'${name}'`).join(", ")}))`).join(" or ")})`,
};

export const BI_TABLES: readonly string[] = Object.keys(RULES);

export const BI_VIEWS: readonly string[] = [...DATASETS.map(({ name }) => name), "freshness"];

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const FRESHNESS: ReadonlyArray<readonly [name: string, sql: string, words: string]> = [
  ["dataset", "k.dataset", "A dataset whose rows are kept for its view; every other view is of this moment."],
  ["refreshed_at", "k.refreshed_at", "The instant that its rows are of: the last refresh."],
];

/** What a login needs to see any row of a dataset: its scope, and the whole programme where no unit may export it; the rest is the tables' policies. */
const gateOf = ({ scope, readers }: Dataset): string => `${inScope(scope)}${scope === "core" && readers.includes("BUSINESS_UNIT") ? "" : ` and ${whole}`}`;

/**
 * The views, each column with its comment. They run as whoever asks: what is seen is decided by the tables' policies; a dataset
 * that is of another scope, or that no unit may export, is empty also where its tables are not.
 */
export function viewStatements(): string[] {
  return [
    ...DATASETS.flatMap((dataset) => view(dataset.name, `select * from (${selectOf(isComputed(dataset) ? overKeptRows(dataset) : dataset)}) w where ${gateOf(dataset)}`, commentOf(dataset, isComputed(dataset)), dataset.columns.map((column) => [column.name, columnCommentOf(column)]))),
    ...view("freshness", `select ${FRESHNESS.map(([name, sql]) => `${sql} as ${name}`).join(", ")} from exports.kept_rows k where k.part = ''`, "How old the rows are that are kept for views: one row is a dataset.", FRESHNESS.map(([name, , words]) => [name, words])),
  ];
}

const view = (name: string, select: string, comment: string, columns: ReadonlyArray<readonly [name: string, comment: string]>): string[] => [
  `create or replace view bi.${name} with (security_invoker = true, security_barrier = true) as ${select}`,
  `comment on view bi.${name} is ${literal(comment)}`,
  ...columns.map(([column, words]) => `comment on column bi.${name}.${column} is ${literal(words)}`),
];

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
