import { BiScope, Role } from "../tenancy";

/** What a column holds. Every value travels as the text that the database gives, so that no digit is lost on the way. */
export type ColumnType = "text" | "date" | "instant" | "decimal" | "integer" | "boolean";

/** A column of a dataset. Its name and type never change; columns are only ever added, at the end. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** All digits, and those after the point, of a decimal. */
  readonly precision?: number;
  readonly scale?: number;
  /** What one of it is: a currency's major unit, seconds, calls. Null where it counts nothing. */
  readonly unit: string | null;
  readonly nullable: boolean;
  readonly description: string;
  /** The value, as SQL over `from`. */
  readonly sql: string;
}

/** What the codes of a filter are names of: one that does not exist, or is not the caller's, is refused. */
export type FilterKind = "businessUnit" | "useCase" | "pool" | "period";

/** A filter by codes; its parameter and its column have the same name. */
export interface Filter {
  readonly column: string;
  readonly of: FilterKind;
}

/** How rows that are not the newest any more are told; the names of columns. */
export interface Superseding {
  readonly recordedAt: string;
  readonly supersededAt: string;
}

/**
 * A flat table with one grain: the one description from which header, schema, dictionary, rows and filters come. A dataset of
 * months is read month by month: `from` then is FROM and WHERE for the month $2 of the programme $1.
 */
export interface Dataset {
  readonly name: string;
  /** Counts the changes of its columns; part of the ETag. */
  readonly version: number;
  readonly title: string;
  /** What one row is. */
  readonly grain: string;
  /** The operation of the API that answers the same rows. */
  readonly operation: string;
  /** Of those whom the operation answers: with every row, or with those that it answers them; never whoever only gets totals of these rows. */
  readonly readers: readonly Role[];
  /** The scope that a login of the database needs for its view. */
  readonly scope: BiScope;
  /** The column that from and to are about; null for a dataset without time. */
  readonly time: string | null;
  readonly byPeriod: boolean;
  readonly columns: readonly Column[];
  /** Columns that name one row, in the order of the rows. */
  readonly key: readonly string[];
  readonly filters: readonly Filter[];
  readonly superseding: Superseding | null;
  /** Whether one allocation run may be asked for ($3: its id, or null for the run that counts). */
  readonly asOfRun: boolean;
  readonly from: string;
  /** What else than its close decides on the rows of a closed month $2, as text: SQL over small tables. Null: nothing does. */
  readonly revision: string | null;
}

export const MONEY = { type: "decimal", precision: 28, scale: 4 } as const;

/** Places of quantities that may be weighted or booked with decimals. */
export const QUANTITY = { type: "decimal", precision: 38, scale: 12 } as const;

type Words = readonly [name: string, sql: string, description: string];

export const text = ([name, sql, description]: Words, nullable = false): Column => ({ name, type: "text", unit: null, nullable, description, sql });
export const date = ([name, sql, description]: Words, nullable = false): Column => ({ name, type: "date", unit: null, nullable, description, sql });
export const instant = ([name, sql, description]: Words, nullable = false): Column => ({ name, type: "instant", unit: null, nullable, description, sql });
export const whole = ([name, sql, description]: Words, unit: string | null, nullable = false): Column => ({ name, type: "integer", unit, nullable, description, sql });
export const decimal = ([name, sql, description]: Words, { precision, scale }: { readonly precision: number; readonly scale: number }, unit: string | null, nullable = false): Column =>
  ({ name, type: "decimal", precision, scale, unit, nullable, description, sql });

/** Marks, in SQL, minor units that are to be shown in the currency's major unit: replaced when the currency is known. */
export const minor = (sql: string): string => `money(${sql})`;
export const money = ([name, sql, description]: Words, nullable = false): Column => decimal([name, minor(sql), description], MONEY, "major unit of currency", nullable);

/** SQL with its amounts in the major unit of a currency with that many decimals; multiplying by a power of ten is exact. */
export function inMajorUnits(sql: string, exponent: number): string {
  const factor = exponent === 0 ? "1" : `0.${"0".repeat(exponent - 1)}1`;
  return sql.replaceAll("money(", `(${factor}::numeric * `);
}

/** The columns of a month, which is governance.period named `m`. */
export const PERIOD_COLUMNS: readonly Column[] = [
  text(["period", "m.key", "Year and month of the programme's calendar."]),
  date(["period_start", "to_date(m.key, 'YYYY-MM')", "First day of the month; from and to are about it, and it never changes."]),
  date(["period_end", "(to_date(m.key, 'YYYY-MM') + interval '1 month')::date", "First day after the month."]),
  text(["status", "case m.status when 'CLOSED' then 'final' else 'draft' end", "final in a closed month, which never changes; draft before."]),
];

/** Columns of a business unit named `u`. */
export const unitColumns = (nullable = false): Column[] => [
  text(["business_unit", "u.code", "Code of the business unit."], nullable),
  text(["business_unit_name", "u.name", "Its name."], nullable),
  text(["cost_centre", "u.cost_centre", "The cost centre that its chargeback is posted to."], true),
];

/** Columns of a use case named `c`. */
export const useCaseColumns = (nullable = false): Column[] => [
  text(["use_case", "c.code", "Code of the use case."], nullable),
  text(["use_case_name", "c.name", "Its name."], nullable),
];

/** Columns of a pool named `p`. */
export const poolColumns = (nullable = false): Column[] => [
  text(["pool", "p.code", "Code of the cost pool."], nullable),
  text(["pool_name", "p.name", "Its name."], nullable),
  text(["pool_kind", "p.kind", "What kind of cost it holds."], nullable),
];

export function columnOf(dataset: Dataset, name: string): Column {
  return dataset.columns.find((each) => each.name === name)!;
}
