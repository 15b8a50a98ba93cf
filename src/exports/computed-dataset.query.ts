import { dayBefore, monthsBetween } from "../kernel/period";
import { TenantTransaction } from "../tenancy/database.store";
import { Column, Dataset } from "./dataset";
import { SQL_TYPES } from "./dataset-view";

/** Values of a row by the names of its columns: amounts in minor units, whole numbers and decimals as text. Left out: null. */
export type Fact = Readonly<Record<string, string | null | undefined>>;

/** What rows are asked for: days, half-open, or the month of a dataset that is read by month. */
export interface FactsQuestion {
  readonly period: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly nowMs: number;
}

/** A dataset whose rows are worked out by the queries that answer its operation, instead of by SQL of its own. */
export interface ComputedDataset extends Dataset {
  /** The column that names the part which a row is kept under for the view: its month, its use case. */
  readonly part: string;
  facts(tx: TenantTransaction, question: FactsQuestion): Promise<readonly Fact[]>;
}

export const isComputed = (dataset: Dataset): dataset is ComputedDataset => "facts" in dataset;

const recordset = (facts: string, columns: readonly Column[]): string => `jsonb_to_recordset(${facts}) as x(${columns.map(({ name, type }) => `${name} ${SQL_TYPES[type]}`).join(", ")})`;

/** FROM of a dataset that is worked out: its facts, which are bound as one value. */
export const fromFacts = (columns: readonly Column[]): string => `from ${recordset("$1::jsonb", columns)}`;

/** The same dataset over the rows that are kept of it for its view. */
export const overKeptRows = (dataset: ComputedDataset): Dataset =>
  ({ ...dataset, from: `from exports.kept_rows k cross join lateral ${recordset("k.facts", dataset.columns)} where k.programme_id = $1 and k.dataset = '${dataset.name}'` });

/** Facts as they are bound: names without quotes are small letters to the database. */
export const bindFacts = (facts: readonly Fact[]): string => JSON.stringify(facts.map((fact) => Object.fromEntries(Object.entries(fact).map(([name, value]) => [name.toLowerCase(), value]))));

/** The value of a column as its fact has it. */
export const fact = (name: string, description: string): readonly [string, string, string] => [name, `x.${name}`, description];

/** Months, first to last, that a question is about; without a beginning or an end from the first and to the newest month that there is. */
export async function monthsAsked(tx: TenantTransaction, { from, to }: FactsQuestion): Promise<string[]> {
  const [known] = await tx.query<{ first: string | null; last: string | null }>("select min(key) as first, max(key) as last from governance.period where programme_id = $1", [tx.scope.programme.id]);
  const first = from?.slice(0, 7) ?? known!.first;
  const last = to === null ? known!.last : dayBefore(to).slice(0, 7);
  return first === null || last === null ? [] : monthsBetween(first, last);
}
