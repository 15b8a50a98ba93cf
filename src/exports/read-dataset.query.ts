import { createHash } from "node:crypto";
import { Refusal } from "../kernel/refusal";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { bindFacts, isComputed } from "./computed-dataset.query";
import { Column, Dataset, FilterKind, columnOf, inMajorUnits } from "./dataset";
import { ExportRequest } from "./export-request";

/** Rows of one round trip: what is in memory of an export at any moment. */
export const BATCH_ROWS = 2_000;

/** Values as the database writes them; null where there is none. */
export type Row = ReadonlyArray<string | null>;

/** What is read in which order, and whether it is the same for ever. */
export interface ExportPlan {
  readonly request: ExportRequest;
  /** The months that are read one after the other; null for a dataset that is read whole. */
  readonly periods: readonly string[] | null;
  /** A strong tag when every month in the range is closed; null otherwise. */
  readonly etag: string | null;
  /** The rows of a dataset that is worked out and read whole, before the first byte is answered; null otherwise. */
  readonly facts: string | null;
  readonly nowMs: number;
}

const TABLES: Readonly<Record<FilterKind, readonly [sql: string, words: string]>> = {
  businessUnit: ["select code from tenancy.business_unit where programme_id = $1 and code = any($2)", "business unit"],
  useCase: ["select code from tenancy.use_case where programme_id = $1 and code = any($2)", "use case"],
  pool: ["select code from costs.cost_pool where programme_id = $1 and code = any($2)", "pool"],
  period: ["select key as code from governance.period where programme_id = $1 and key = any($2)", "period"],
};

/**
 * Looks at names and months only: what is asked for exists, and which months are in the range. NOT_FOUND for a code that is
 * none or not the caller's.
 */
export async function planExport(tx: TenantTransaction, request: ExportRequest, formatVersion: number, nowMs: number): Promise<ExportPlan> {
  const { dataset } = request;
  for (const { column, of } of dataset.filters) {
    const codes = request.filters.get(column);
    if (!codes) continue;
    const [sql, words] = TABLES[of];
    const found = new Set((await tx.query<{ code: string }>(sql, [tx.scope.programme.id, codes])).map(({ code }) => code));
    const missing = codes.find((code) => !found.has(code));
    if (missing !== undefined) throw new Refusal("NOT_FOUND", `There is no ${words} ${missing.slice(0, 64)}.`, [column]);
  }
  const asOfRun = request.asOfRun === null ? null : await periodOfRun(tx, request.asOfRun);
  if (!dataset.byPeriod) return { request, periods: null, etag: null, facts: await factsOf(tx, request, null, nowMs), nowMs };
  const only = request.filters.get("period") ?? null;
  // The first and the last month of the range, whole: the days inside them are chosen row by row.
  const months = await tx.query<{ key: string; status: string; hash: string | null; revision: string | null }>(
    `select m.key, m.status, m.hash, ${dataset.revision === null ? "null" : `(${dataset.revision.replaceAll("$2", "m.key")})`} as revision from governance.period m
     where m.programme_id = $1 and ($2::text is null or m.key >= $2) and ($3::text is null or to_date(m.key, 'YYYY-MM') < $3::date)
       and ($4::text[] is null or m.key = any($4)) and ($5::text is null or m.key = $5) order by m.key`,
    [tx.scope.programme.id, request.from?.slice(0, 7) ?? null, request.to, only, asOfRun],
  );
  const isFinal = months.length > 0 && request.updatedSince === null && months.every(({ status }) => status === "CLOSED");
  const from = request.after?.[0];
  return {
    request,
    periods: months.map(({ key }) => key).filter((key) => from === undefined || key >= from),
    etag: isFinal ? tagOf(tx, request, formatVersion, months.map(({ key, hash, revision }) => [key, hash, revision])) : null,
    facts: null,
    nowMs,
  };
}

async function factsOf(tx: TenantTransaction, { dataset, from, to }: ExportRequest, period: string | null, nowMs: number): Promise<string | null> {
  return isComputed(dataset) ? bindFacts(await dataset.facts(tx, { period, from, to, nowMs })) : null;
}

async function periodOfRun(tx: TenantTransaction, run: string): Promise<string> {
  const [found] = await tx.query<{ period: string }>("select period_key as period from allocation.run where programme_id = $1 and id = $2", [tx.scope.programme.id, run]);
  if (found) return found.period;
  throw new Refusal("NOT_FOUND", "There is no such allocation run.", ["as_of_run"]);
}

/** Names everything that the bytes depend on: the same tag is the same bytes. */
function tagOf(tx: TenantTransaction, request: ExportRequest, formatVersion: number, months: unknown): string {
  const { dataset, format, from, to, columns, filters, after, limit, asOfRun, decimalsAsNumbers, bom } = request;
  const { programme, reach, unitIds } = tx.scope;
  const parts = [formatVersion, dataset.name, dataset.version, format, from, to, columns.map(({ name }) => name), [...filters], after, limit, asOfRun, decimalsAsNumbers, bom, programme.id, programme.currency, reach, [...unitIds].sort(), months];
  return `"${createHash("sha256").update(JSON.stringify(parts)).digest("hex")}"`;
}

/**
 * Reads the rows of a plan in the order of the dataset's key, through a cursor of the server, and hands them on in batches; what
 * `take` awaits holds the next round trip back. Answers the key of the last row when a limit cut the rest off.
 */
export async function readRows(tx: TenantTransaction, plan: ExportPlan, take: (rows: readonly Row[]) => Promise<void>): Promise<readonly string[] | null> {
  const { request, periods, nowMs } = plan;
  const { dataset } = request;
  const width = request.columns.length;
  const keys = dataset.key.length;
  const wanted = request.limit === null ? null : request.limit + 1;
  let read = 0;
  let last: readonly string[] | null = null;
  for (const period of periods ?? [null]) {
    const facts = plan.facts ?? (await factsOf(tx, request, period, nowMs));
    const { sql, parameters } = statementOf(tx, request, period, facts);
    const connection = await tx.connection();
    await connection.query({ text: `declare export_rows no scroll cursor for ${sql}`, values: [...parameters] });
    for (;;) {
      const size = wanted === null ? BATCH_ROWS : Math.min(BATCH_ROWS, wanted - read);
      const { rows } = (await connection.query({ text: `fetch ${size} from export_rows`, rowMode: "array" })) as unknown as { rows: Array<Array<string | null>> };
      const surplus = request.limit !== null && read + rows.length > request.limit;
      const kept = surplus ? rows.slice(0, request.limit - read) : rows;
      read += rows.length;
      if (kept.length > 0) last = kept[kept.length - 1]!.slice(width, width + keys) as string[];
      if (kept.length > 0) await take(kept);
      if (surplus) return last;
      if (rows.length < size) break;
    }
    await connection.query("close export_rows");
  }
  return null;
}

/** The select of one month, or of a dataset that is read whole; `facts` are those of a dataset that is worked out. Everything from outside is bound. */
export function statementOf(tx: TenantTransaction, request: ExportRequest, period: string | null, facts: string | null = null): { readonly sql: string; readonly parameters: readonly unknown[] } {
  const { dataset } = request;
  const { code, exponent } = programmeCurrency(tx.scope.programme);
  const parameters: unknown[] = facts !== null ? [facts] : dataset.byPeriod ? [tx.scope.programme.id, period] : [tx.scope.programme.id];
  if (dataset.asOfRun) parameters.push(request.asOfRun);
  if (dataset.columns.some(({ sql }) => sql.includes("$4"))) parameters.push(code);
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const conditions: string[] = [];
  if (dataset.time !== null && request.from !== null) conditions.push(`d.${dataset.time} >= ${bind(request.from)}::date`);
  if (dataset.time !== null && request.to !== null) conditions.push(`d.${dataset.time} < ${bind(request.to)}::date`);
  for (const [column, codes] of request.filters) conditions.push(`d.${column} = any(${bind(codes)}::text[])`);
  if (dataset.superseding !== null) conditions.push(newest(dataset, request, bind));
  const keys = dataset.key.map((name) => orderOf(columnOf(dataset, name)));
  if (request.after !== null && (period === null || period === request.after[0])) {
    conditions.push(`(${keys.join(", ")}) > (${request.after.map((part, index) => `${bind(part)}::${typeOf(columnOf(dataset, dataset.key[index]!))}`).join(", ")})`);
  }
  const inner = dataset.columns.map(({ name, sql }) => `${inMajorUnits(sql, exponent)} as ${name}`).join(", ");
  const outer = [...request.columns.map(asText), ...dataset.key.map((name) => `coalesce(d.${name}::text, '')`)].join(", ");
  return {
    sql: `select ${outer} from (select ${inner} ${dataset.from}) d ${conditions.length > 0 ? `where ${conditions.join(" and ")}` : ""} order by ${keys.join(", ")}`,
    parameters,
  };
}

/** The rows that count, those of one run, or what was recorded or superseded since an instant. */
function newest(dataset: Dataset, { updatedSince, asOfRun }: ExportRequest, bind: (value: unknown) => string): string {
  const { recordedAt, supersededAt } = dataset.superseding!;
  if (updatedSince !== null) {
    const since = bind(updatedSince);
    return `(d.${recordedAt} >= ${since}::timestamptz or d.${supersededAt} >= ${since}::timestamptz)`;
  }
  return asOfRun === null ? `d.${supersededAt} is null` : "true";
}

const orderOf = ({ name, type }: Column): string => (type === "text" ? `coalesce(d.${name}, '') collate "C"` : `d.${name}`);
const typeOf = ({ type }: Column): string => ({ text: "text", date: "date", integer: "bigint" } as Record<string, string>)[type] ?? "text";

function asText({ name, type }: Column): string {
  if (type === "instant") return `to_char(d.${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return `d.${name}::text`;
}
