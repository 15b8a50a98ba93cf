import { Refusal } from "../kernel/refusal";
import { parseInstant } from "../kernel/instant";
import { isDay, isPeriodKey } from "../kernel/period";
import { Column, Dataset, columnOf } from "./dataset";

export const FORMATS = ["csv", "json", "ndjson", "xlsx", "parquet"] as const;
export type Format = (typeof FORMATS)[number];

/** The most rows of a page: a page is held in memory, so that its answer can say where the next one begins. */
export const LARGEST_PAGE_ROWS = 50_000;

/** What is asked of a dataset. */
export interface ExportRequest {
  readonly dataset: Dataset;
  readonly format: Format;
  /** Half-open, days of the programme's calendar. */
  readonly from: string | null;
  readonly to: string | null;
  readonly columns: readonly Column[];
  /** Codes by column. */
  readonly filters: ReadonlyMap<string, readonly string[]>;
  /** Values of the key of the last row that was read. */
  readonly after: readonly string[] | null;
  readonly limit: number | null;
  readonly updatedSince: Date | null;
  readonly asOfRun: string | null;
  /** Decimals in JSON as numbers; text otherwise. */
  readonly decimalsAsNumbers: boolean;
  readonly bom: boolean;
}

/** A refusal that also says what there is. */
export class UnknownName extends Refusal {
  constructor(message: string, readonly known: readonly string[], field: string, code: "NOT_FOUND" | "BAD_USER_INPUT" = "BAD_USER_INPUT") {
    super(code, message, [field]);
  }
}

/** Parameters as they stand in a query: each may come several times. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

const OPTIONS = ["from", "to", "fields", "cursor", "limit", "updated_since", "as_of_run", "decimals", "bom"] as const;

/** Reads what is asked of a dataset; BAD_USER_INPUT names the parameter, what is wrong with it and what there is. */
export function readExportRequest(dataset: Dataset, format: Format, parameters: Parameters): ExportRequest {
  const known = parametersOf(dataset);
  const stranger = Object.keys(parameters).find((name) => !known.includes(name));
  if (stranger !== undefined) throw new UnknownName(`${dataset.name} has no parameter ${stranger.slice(0, 64)}.`, known, stranger.slice(0, 64));
  const from = readDay(parameters, "from"), to = readDay(parameters, "to");
  if (from !== null && to !== null && from > to) throw new Refusal("BAD_USER_INPUT", "from must not be after to: the range is half-open, from <= day < to.", ["from"]);
  const decimals = one(parameters, "decimals");
  if (decimals !== null && !["number", "string"].includes(decimals)) throw new UnknownName("decimals is number or string.", ["number", "string"], "decimals");
  const bom = one(parameters, "bom");
  if (bom !== null && !["0", "1"].includes(bom)) throw new UnknownName("bom is 0 or 1.", ["0", "1"], "bom");
  return {
    dataset, format, from, to,
    columns: readFields(dataset, listOf(parameters, "fields")),
    filters: new Map(dataset.filters.flatMap(({ column }) => (parameters[column] === undefined ? [] : [[column, readCodes(parameters, column)] as const]))),
    after: readCursor(dataset, one(parameters, "cursor")),
    limit: readLimit(one(parameters, "limit")),
    updatedSince: readUpdatedSince(one(parameters, "updated_since")),
    asOfRun: readRun(one(parameters, "as_of_run")),
    decimalsAsNumbers: decimals === "number",
    bom: bom === "1",
  };
}

/** The parameters that a dataset takes. */
export function parametersOf(dataset: Dataset): string[] {
  const options = OPTIONS.filter((name) => ({ from: dataset.time !== null, to: dataset.time !== null, updated_since: dataset.superseding !== null, as_of_run: dataset.asOfRun } as Record<string, boolean>)[name] ?? true);
  return [...options, ...dataset.filters.map(({ column }) => column)];
}

function one(parameters: Parameters, name: string): string | null {
  const value = parameters[name];
  if (value === undefined) return null;
  if (typeof value === "string" && value !== "") return value;
  throw new Refusal("BAD_USER_INPUT", `${name} is given once and not empty, or left out.`, [name]);
}

function listOf(parameters: Parameters, name: string): string[] | null {
  const value = parameters[name];
  if (value === undefined) return null;
  return [value].flat().flatMap((each) => each.split(",")).map((each) => each.trim()).filter((each) => each !== "");
}

function readCodes(parameters: Parameters, name: string): string[] {
  const codes = [...new Set(listOf(parameters, name) ?? [])];
  if (codes.length > 0 && codes.length <= 500) return codes.sort();
  throw new Refusal("BAD_USER_INPUT", `${name} names 1 to 500 codes, with commas between them, or is left out.`, [name]);
}

/** A day; what tools send for one (a month, a day, midnight with or without an offset) is taken, too. */
function readDay(parameters: Parameters, name: string): string | null {
  const value = one(parameters, name);
  if (value === null) return null;
  const text = value.replace(/[T ]00:00(:00(\.0+)?)?(Z|[+-]\d{2}:\d{2})?$/, "");
  if (isPeriodKey(text)) return `${text}-01`;
  if (isDay(text)) return text;
  throw new Refusal("BAD_USER_INPUT", `${name} is a day of the programme's calendar, for example 2025-10-01, or a month, 2025-10. from is in the range, to is not.`, [name]);
}

function readFields(dataset: Dataset, given: readonly string[] | null): Column[] {
  if (given === null) return [...dataset.columns];
  const names = dataset.columns.map(({ name }) => name);
  const unknown = given.find((each) => !names.includes(each));
  if (unknown !== undefined || given.length === 0) throw new UnknownName(unknown === undefined ? "fields names at least one column, or is left out." : `${dataset.name} has no column ${unknown.slice(0, 64)}.`, names, "fields");
  return [...new Set(given)].map((name) => columnOf(dataset, name));
}

function readLimit(given: string | null): number | null {
  if (given === null) return null;
  const limit = /^[1-9]\d{0,8}$/.test(given) ? Number(given) : 0;
  if (limit >= 1 && limit <= LARGEST_PAGE_ROWS) return limit;
  throw new Refusal("BAD_USER_INPUT", `limit is 1 to ${LARGEST_PAGE_ROWS} rows of a page. Leave it out for all rows in one answer.`, ["limit"]);
}

function readUpdatedSince(given: string | null): Date | null {
  if (given === null) return null;
  const ms = parseInstant(given);
  if (ms !== null) return new Date(ms);
  throw new Refusal("BAD_USER_INPUT", "updated_since is an instant, for example 2025-11-05T00:00:00Z.", ["updated_since"]);
}

function readRun(given: string | null): string | null {
  if (given === null || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(given)) return given;
  throw new Refusal("BAD_USER_INPUT", "as_of_run is an allocation_run_id of this dataset.", ["as_of_run"]);
}

/** Where a page ended, as an opaque text. */
export function encodePosition(dataset: Dataset, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([dataset.name, dataset.version, ...key]), "utf8").toString("base64url");
}

function readCursor(dataset: Dataset, given: string | null): string[] | null {
  if (given === null) return null;
  try {
    const [name, version, ...key] = JSON.parse(Buffer.from(given.slice(0, 4_000), "base64url").toString("utf8")) as unknown[];
    if (name === dataset.name && version === dataset.version && key.length === dataset.key.length && key.every((part, index) => typeof part === "string" && isPart(dataset, index, part))) return key as string[];
  } catch {
    // falls through: what is not JSON is no cursor of ours either
  }
  throw new Refusal("BAD_USER_INPUT", `cursor is not one of ${dataset.name}. Use the one that the last page's Link header gave.`, ["cursor"]);
}

function isPart(dataset: Dataset, index: number, part: string): boolean {
  const name = dataset.key[index]!;
  const { type } = columnOf(dataset, name);
  if (name === "period") return isPeriodKey(part);
  if (type === "date") return isDay(part);
  return type === "integer" ? /^\d{1,9}$/.test(part) : part.length <= 400 && !part.includes("\u0000");
}
