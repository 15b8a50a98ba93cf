import { EXPONENTS } from "../kernel/money";
import { Column, Dataset } from "./dataset";

/** Amounts are shown in the major unit of the programme's currency. */
const MINOR_UNIT = `case ${[...new Set(Object.values(EXPONENTS))].sort().map((exponent) => `when x.currency in (${Object.keys(EXPONENTS).filter((code) => EXPONENTS[code] === exponent).map((code) => `'${code}'`).join(", ")}) then ${unit(exponent)}`).join(" ")} else ${unit(2)} end`;

function unit(exponent: number): string {
  return exponent === 0 ? "1" : `0.${"0".repeat(exponent - 1)}1`;
}

const SQL_TYPES: Readonly<Record<Column["type"], string>> = { text: "text", date: "date", instant: "timestamptz", decimal: "numeric", integer: "bigint", boolean: "boolean" };

/** The type of a column in the database. */
export const sqlTypeOf = ({ type, precision, scale }: Column): string => (type === "decimal" ? `numeric(${precision}, ${scale})` : SQL_TYPES[type]);

/**
 * A dataset as the SELECT of a view: every programme, every month and, where rows are superseded, those that count. What an export
 * binds comes from the programme `g` and the month `m`, row by row; that is why what is joined is lateral.
 */
export function selectOf(dataset: Dataset): string {
  const bound = (sql: string): string => sql.replaceAll("$1", "g.id").replaceAll("$2", "m.key").replaceAll("$3", "null").replaceAll("$4", "g.currency").replaceAll("money(", "(g.minor_unit * ");
  const columns = dataset.columns.map((column) => `(${bound(column.sql)})::${sqlTypeOf(column)} as ${column.name}`);
  const from = bound(dataset.from).trim().replace(/^from /, `from (select x.id, x.currency, ${MINOR_UNIT} as minor_unit from tenancy.programme x) g cross join `).replaceAll("join (", "join lateral (");
  const counting = dataset.superseding === null ? "" : ` where d.${dataset.superseding.supersededAt} is null`;
  return `select ${dataset.columns.map(({ name }) => `d.${name}`).join(", ")} from (select ${columns.join(", ")} ${from}) d${counting}`;
}

/** What tools show beside the view. */
export function commentOf({ title, grain, superseding, scope }: Dataset, isKept: boolean): string {
  return `${title}: one row is ${grain}.${superseding === null ? "" : " Only rows that count: those superseded are left out."}${isKept ? " As of the last refresh, which bi.freshness tells." : ""} Scope ${scope}.`;
}

/** What tools show beside a column. */
export const columnCommentOf = ({ description, unit: of }: Column): string => (of === null ? description : `${description} Unit: ${of}.`);
