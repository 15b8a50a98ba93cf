import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { invariant, Refusal } from "../kernel/refusal";
import { columnsOf, UsageMapping } from "../metering/mapping/usage-mapping";
import { BulkBatch, Conveyor, LineResult, MOST_LINES, countInto, emptyTally, isSource, pourUsage } from "../metering";
import { canonicalChunks } from "./canonical-chunks";
import { ProviderFile, providerBatches } from "./import-provider-batches";
import { batchesOf } from "./import-usage-batches";
import { rejectsFileAt } from "./import-usage-rejects";
import { ImportProgress } from "./progress";
import { readRows, RowFormat, RowReader } from "./read-rows";

export interface ImportUsageOptions {
  readonly file: string;
  /** Of the file; told from its name when left out. */
  readonly format?: RowFormat;
  /** How a row becomes an event; null for a file of canonical events or CloudEvents, one to a line. */
  readonly mapping: UsageMapping | null;
  /** Whose records the file holds, instead of a mapping. */
  readonly provider?: ProviderFile | null;
  /** Who measured; null only without a mapping, when every event says so itself. */
  readonly source: string | null;
  /** The moment against which events are judged. */
  readonly nowMs: () => number;
  /** Stores a batch and answers once for every line of it. What it throws ends the import. */
  readonly store: (batch: BulkBatch) => Promise<LineResult[]>;
  readonly rejectsFile: string;
  readonly progress: ImportProgress;
  /** Rows in a batch, which is a commit; 10,000 unless told. */
  readonly batchSize?: number;
  /** Batches under way at the same time; 2 unless told. */
  readonly parallel?: number;
}

/** Rows of the file (of a provider: events and records that hold none) by what became of them; `read` is the sum of the others. `rejectsFile` is null when none was written. */
export interface ImportSummary {
  readonly read: number;
  readonly filtered: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly superseded: number;
  readonly conflict: number;
  readonly rejected: number;
  readonly held: number;
  readonly rejectsFile: string | null;
}

/**
 * Imports a file as usage events. Safe to repeat: what has arrived before is counted as duplicate.
 *
 * A file that lacks a column of the mapping is refused before anything is stored. Rows that cannot be read or mapped, and
 * events that are rejected or conflict, are written to the rejects file in the order of the file; the others are not held
 * up by them. When storing fails the import stops, the batches under way are waited for, and the failure is thrown.
 */
export async function importUsage(options: ImportUsageOptions): Promise<ImportSummary> {
  await requireRejectsPlace(options.file, options.rejectsFile);
  if (options.source !== null && !isSource(options.source)) throw new Refusal("BAD_USER_INPUT", "The source must be a URI of 1 to 200 characters.", ["source"]);
  const tally = { read: 0, filtered: 0, ...emptyTally() };
  const rejects = rejectsFileAt(options.rejectsFile);
  const answer = async (results: readonly LineResult[]): Promise<void> => {
    countInto(tally, results);
    await rejects.write(results.filter(({ outcome }) => outcome === "REJECTED" || outcome === "CONFLICT").map(({ line, eventId, outcome, code, message }) => ({ rowNumber: line, eventId, code: code ?? outcome, message: message ?? "" })));
  };
  let rejectsFile: string | null = null;
  try {
    if (options.provider) await importRecords(options, options.provider, tally, answer);
    else if (options.mapping === null) tally.read = await pourFile(options, answer);
    else await importRows(options, options.mapping, tally, answer);
  } finally {
    options.progress.end();
    rejectsFile = await rejects.close();
  }
  const { read, ...parts } = tally;
  invariant(read === Object.values(parts).reduce((sum, part) => sum + part, 0), "rows read and rows accounted for differ");
  return { ...tally, rejectsFile };
}

type Answer = (results: readonly LineResult[]) => Promise<void>;

/** Lines as they are, the way that uploads go. */
function pourFile({ file, format, source, store, nowMs, progress, parallel = PARALLEL }: ImportUsageOptions, answer: Answer): Promise<number> {
  const read = { bytes: 0 };
  return pourUsage(canonicalChunks(file, format, source, read), { nowMs, store, answer, progress: (lines) => progress.report(read.bytes, lines) }, { source, parallel });
}

async function importRows(options: ImportUsageOptions, mapping: UsageMapping, tally: { read: number; filtered: number }, answer: Answer): Promise<void> {
  const { file, store, nowMs, progress, batchSize = MOST_LINES, parallel = PARALLEL } = options;
  invariant(options.source !== null, "rows without a source");
  const reader = readRows(file, options.format);
  const conveyor = new Conveyor(store, answer, parallel);
  try {
    await requireColumns(reader, mapping, file);
    for await (const batch of batchesOf(reader, { mapping, source: options.source, batchSize, nowMs }, tally, progress)) await conveyor.hand(batch);
    await conveyor.finish();
  } finally {
    await conveyor.settle();
    await reader.close();
  }
}

/** Records of a provider, as its webhooks send them. */
async function importRecords({ file, format, source, store, nowMs, progress, batchSize = MOST_LINES, parallel = PARALLEL }: ImportUsageOptions, provider: ProviderFile, tally: { read: number; filtered: number }, answer: Answer): Promise<void> {
  invariant(source !== null, "records without a source");
  const conveyor = new Conveyor(store, answer, parallel);
  try {
    for await (const batch of providerBatches({ file, format, provider, source, batchSize, nowMs }, tally, progress)) await conveyor.hand(batch);
    await conveyor.finish();
  } finally {
    await conveyor.settle();
  }
}

const PARALLEL = 2;
const LISTED_COLUMNS = 40;

async function requireColumns(reader: RowReader, mapping: UsageMapping, file: string): Promise<void> {
  const found = await reader.columns();
  const missing = columnsOf(mapping).filter((column) => !found.includes(column));
  if (missing.length === 0) return;
  throw new Refusal("BAD_USER_INPUT", `${file} lacks ${listed(missing)}, which the mapping reads. It has ${found.length === 0 ? "no columns" : listed(found)}. Nothing was imported.`);
}

function listed(columns: readonly string[]): string {
  const names = columns.slice(0, LISTED_COLUMNS).map((column) => JSON.stringify(column.slice(0, 60)));
  return names.join(", ") + (columns.length > LISTED_COLUMNS ? ` and ${columns.length - LISTED_COLUMNS} more` : "");
}

/** BAD_USER_INPUT when the rejects file cannot be written, which had better be known before the first push than after it. */
export async function requireRejectsPlace(file: string, rejectsFile: string): Promise<void> {
  if (resolve(file) === resolve(rejectsFile)) throw new Refusal("BAD_USER_INPUT", "The rejects file would overwrite the file that is imported.");
  await access(dirname(resolve(rejectsFile)), constants.W_OK).catch(() => {
    throw new Refusal("BAD_USER_INPUT", `The rejects file cannot be written to ${dirname(resolve(rejectsFile))}.`);
  });
}
