import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { invariant, Refusal } from "../kernel/refusal";
import { columnsOf, UsageMapping } from "../metering/mapping/usage-mapping";
import { Batch, batchesOf } from "./import-usage-batches";
import { RejectedRow, rejectsFileAt } from "./import-usage-rejects";
import { ImportProgress } from "./progress";
import { readRows, RowFormat, RowReader } from "./read-rows";

/** The answer for one pushed event; `index` is its place in the batch. */
export interface PushVerdict {
  readonly index: number;
  readonly outcome: "ACCEPTED" | "DUPLICATE" | "SUPERSEDED" | "CONFLICT" | "REJECTED" | "HELD";
  readonly code?: string | null;
  readonly message?: string | null;
}

export interface ImportUsageOptions {
  readonly file: string;
  /** Of the file; told from its name when left out. */
  readonly format?: RowFormat;
  readonly mapping: UsageMapping;
  /** The source that the events are pushed under. */
  readonly source: string;
  /** Pushes one batch of that source and answers once for every event. What it throws ends the import. */
  readonly push: (events: Record<string, unknown>[]) => Promise<PushVerdict[]>;
  readonly rejectsFile: string;
  readonly progress: ImportProgress;
  /** Events in a batch; 1,000 unless told. */
  readonly batchSize?: number;
  /** Batches under way at the same time; 2 unless told. */
  readonly parallel?: number;
}

/** Rows of the file by what became of them; `read` is the sum of the others. `rejectsFile` is null when none was written. */
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

const OUTCOMES = { ACCEPTED: "accepted", DUPLICATE: "duplicate", SUPERSEDED: "superseded", CONFLICT: "conflict", REJECTED: "rejected", HELD: "held" } as const;

/**
 * Imports the rows of a file as usage events. Safe to repeat: what has arrived before is counted as duplicate.
 *
 * A file that lacks a column of the mapping is refused before anything is pushed. Rows that cannot be read or mapped, and
 * events that are rejected or conflict, are written to the rejects file in the order of the file; the others are not held
 * up by them. When a push fails the import stops, the batches under way are waited for, and the failure is thrown.
 */
export async function importUsage(options: ImportUsageOptions): Promise<ImportSummary> {
  const { file, mapping, push, progress, batchSize = 1000, parallel = 2 } = options;
  await requireRejectsPlace(file, options.rejectsFile);
  const tally = { read: 0, filtered: 0, accepted: 0, duplicate: 0, superseded: 0, conflict: 0, rejected: 0, held: 0 };
  const rejects = rejectsFileAt(options.rejectsFile);
  const reader = readRows(file, options.format);
  const underWay: Array<{ batch: Batch; verdicts: Promise<PushVerdict[]> }> = [];

  const settleFirst = async (): Promise<void> => {
    const { batch, verdicts } = underWay.shift()!;
    const problems = [...batch.rejects];
    for (const verdict of inOrder(await verdicts, batch.events.length)) {
      tally[OUTCOMES[verdict.outcome]] += 1;
      if (verdict.outcome === "REJECTED" || verdict.outcome === "CONFLICT") problems.push(asReject(batch, verdict));
    }
    tally.rejected += batch.rejects.length;
    await rejects.write(problems.sort((a, b) => a.rowNumber - b.rowNumber));
  };
  const send = async (batch: Batch): Promise<void> => {
    while (underWay.length >= parallel) await settleFirst();
    const verdicts = batch.events.length > 0 ? push(batch.events) : Promise.resolve([]);
    verdicts.catch(() => undefined); // it is awaited in its turn; until then a failure must not end the process
    underWay.push({ batch, verdicts });
  };

  let rejectsFile: string | null = null;
  try {
    await requireColumns(reader, mapping, file);
    for await (const batch of batchesOf(reader, mapping, batchSize, tally, progress)) await send(batch);
    while (underWay.length > 0) await settleFirst();
  } finally {
    await Promise.allSettled(underWay.map(({ verdicts }) => verdicts));
    await reader.close();
    progress.end();
    rejectsFile = await rejects.close();
  }
  const { read, ...parts } = tally;
  invariant(read === Object.values(parts).reduce((sum, part) => sum + part, 0), "rows read and rows accounted for differ");
  return { ...tally, rejectsFile };
}

function asReject(batch: Batch, { index, outcome, code, message }: PushVerdict): RejectedRow {
  return { rowNumber: batch.rowNumbers[index]!, eventId: String(batch.events[index]!["eventId"]), code: code ?? outcome, message: message ?? "" };
}

/** The verdicts by index; a batch that is not answered event by event is a broken belief, not a success. */
function inOrder(verdicts: readonly PushVerdict[], count: number): PushVerdict[] {
  const sorted = [...verdicts].sort((a, b) => a.index - b.index);
  invariant(sorted.length === count && sorted.every((verdict, index) => verdict.index === index), "a push did not answer once for each event");
  return sorted;
}

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
