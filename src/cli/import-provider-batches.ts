import { isUtf8 } from "node:buffer";
import { extname } from "node:path";
import { BulkBatch, Placing, Provider, parseExactJson, placed, readProvider } from "../metering";
import { RowFormat, chain, fileChunks, formatOf, peek } from "./file-chunks";
import { jsonElements } from "./json-elements";
import { ImportProgress } from "./progress";
import { csvRows } from "./read-rows-csv";
import { linesOf } from "./read-rows-ndjson";

/** Whose records a file holds, and where they belong. */
export interface ProviderFile {
  readonly provider: Provider;
  readonly placing: Placing;
}

export interface ProviderBatchOptions {
  readonly file: string;
  readonly format?: RowFormat;
  readonly provider: ProviderFile;
  /** Who measured. */
  readonly source: string;
  /** Events in a batch at most, give or take those of one record. */
  readonly batchSize: number;
  /** The moment against which events are judged. */
  readonly nowMs: () => number;
}

/** A record of the file, or why it cannot be read; `rowNumber` is its line, in a JSON list its place, counted from 1. */
type FileRecord = { readonly rowNumber: number; readonly record: unknown; readonly isText: boolean } | { readonly rowNumber: number; readonly error: string };

/** The records of a file as events, in batches. Counts events, and records that hold none, into `tally`. */
export async function* providerBatches(options: ProviderBatchOptions, tally: { read: number; filtered: number }, progress: ImportProgress): AsyncGenerator<BulkBatch> {
  const { provider, source, batchSize, nowMs } = options;
  const read = { bytes: 0 };
  let batch = new BulkBatch(nowMs());
  for await (const item of recordsOf(options, read)) {
    progress.report(read.bytes, tally.read);
    const { rowNumber } = item;
    if ("error" in item) {
      tally.read += 1;
      batch.refuse(rowNumber, "", item.error);
    } else {
      for (const each of readProvider(provider.provider, item.record, item.isText)) {
        tally.read += 1;
        if (each.kind === "ignored") tally.filtered += 1;
        else if (each.kind === "fault") batch.refuseOf(rowNumber, source, each.eventId, each.message, each.about);
        else batch.add(rowNumber, source, placed(each, provider.placing));
      }
    }
    if (batch.size < batchSize) continue;
    yield batch;
    batch = new BulkBatch(nowMs());
  }
  if (batch.size > 0) yield batch;
}

async function* recordsOf({ file, format }: ProviderBatchOptions, read: { bytes: number }): AsyncGenerator<FileRecord, void, undefined> {
  const { first, rest } = await peek(fileChunks(file, read));
  const all = chain(first, rest);
  try {
    if (format === undefined && isJson(file, first)) yield* fromJson(all);
    else if ((format ?? formatOf(file, first)) === "csv") yield* fromCsv(all);
    else yield* fromLines(all);
  } finally {
    await all.return(undefined);
  }
}

const isJson = (file: string, first: Buffer): boolean => extname(file.replace(/\.gz$/i, "")).toLowerCase() === ".json" || /^\s*\[/.test(first.toString("latin1", 0, 1024));

async function* fromJson(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRecord, void, undefined> {
  let rowNumber = 0;
  for await (const element of jsonElements(chunks)) {
    rowNumber += 1;
    yield "error" in element ? { rowNumber, error: element.error } : parsed(rowNumber, element.text);
  }
}

async function* fromLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRecord, void, undefined> {
  let rowNumber = 0;
  for await (const line of linesOf(chunks)) {
    rowNumber += 1;
    if (line === null) yield { rowNumber, error: "The line is longer than 1 MB. Save the records as a JSON list." };
    else if (line.toString("latin1").trim() !== "") yield parsed(rowNumber, line);
  }
}

function parsed(rowNumber: number, text: Buffer): FileRecord {
  if (!isUtf8(text)) return { rowNumber, error: "This is not UTF-8 text." };
  try {
    return { rowNumber, record: parseExactJson(text.toString("utf8")), isText: false };
  } catch {
    return { rowNumber, error: "This is not JSON." };
  }
}

async function* fromCsv(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileRecord, void, undefined> {
  for await (const row of csvRows(chunks)) {
    if ("columns" in row) continue;
    yield "error" in row ? row : { rowNumber: row.rowNumber, record: nested(row.row), isText: true };
  }
}

/** "call_cost.combined_cost" is the field combined_cost of the object call_cost. */
function nested(row: Readonly<Record<string, string>>): Record<string, unknown> {
  const groups = new Map<string, Array<[string, string]>>();
  const plain: Array<[string, unknown]> = [];
  for (const [name, value] of Object.entries(row)) {
    const dot = name.indexOf(".");
    if (dot <= 0) plain.push([name, value]);
    else if (value !== "") groups.set(name.slice(0, dot), [...(groups.get(name.slice(0, dot)) ?? []), [name.slice(dot + 1), value]]);
  }
  return Object.fromEntries([...plain, ...[...groups].map(([name, inner]): [string, unknown] => [name, nested(Object.fromEntries(inner))])]);
}
