import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { Refusal } from "../kernel/refusal";
import { csvRows } from "./read-rows-csv";
import type { ReadRow } from "./read-rows-item";
import { ndjsonRows } from "./read-rows-ndjson";

export type { ReadRow } from "./read-rows-item";

export type RowFormat = "csv" | "ndjson";

/** The rows of one file, once, in order. */
export interface RowReader extends AsyncIterable<ReadRow> {
  /** Bytes read from the file so far. */
  readonly bytesRead: number;
  /**
   * The columns of the file before any row is handed out: the header of a CSV; the keys found in the first rows of an
   * NDJSON file (up to 1,000 rows or 4 MB), because its rows need not be alike.
   */
  columns(): Promise<string[]>;
  /** Lets go of the file when not all rows are wanted. */
  close(): Promise<void>;
}

const CHUNK_BYTES = 256 * 1024;
const AHEAD_ROWS = 1000;
const AHEAD_BYTES = 4 * 1024 * 1024;
const FORMATS: Readonly<Record<string, RowFormat>> = { ".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson" };

/**
 * Streams the rows of a CSV or NDJSON file; memory does not grow with the file. The format is the one named, else that
 * of the file's extension, else "ndjson" when the first character is a brace. A row that cannot be read is an item of
 * its own and the rows after it still come. A file that is missing, empty, not UTF-8 at its start, or whose header names
 * a column twice is refused with BAD_USER_INPUT when the first row or the columns are asked for.
 */
export function readRows(path: string, format?: RowFormat): RowReader {
  const progress = { bytes: 0 };
  const rows = openRows(path, format ?? FORMATS[extname(path).toLowerCase()], progress);
  const ahead: ReadRow[] = [];
  const known = new Set<string>();
  const lookAhead = async (): Promise<void> => {
    for (;;) {
      const next = await rows.next();
      if (next.done) return;
      if ("columns" in next.value) {
        next.value.columns.forEach((column) => known.add(column));
        return;
      }
      ahead.push(next.value);
      if ("row" in next.value) for (const column of Object.keys(next.value.row)) known.add(column);
      if (ahead.length >= AHEAD_ROWS || progress.bytes > AHEAD_BYTES) return;
    }
  };
  let looked: Promise<void> | undefined;
  return {
    get bytesRead() {
      return progress.bytes;
    },
    columns: async () => {
      await (looked ??= lookAhead());
      return [...known];
    },
    close: async () => void (await rows.return(undefined)),
    async *[Symbol.asyncIterator]() {
      try {
        await (looked ??= lookAhead());
        while (ahead.length > 0) yield ahead.shift()!;
        for await (const item of rows) if (!("columns" in item)) yield item;
      } finally {
        await rows.return(undefined);
      }
    },
  };
}

type Opened = AsyncGenerator<ReadRow | { readonly columns: readonly string[] }, void, undefined>;

async function* openRows(path: string, format: RowFormat | undefined, progress: { bytes: number }): Opened {
  const chunks = fileChunks(path, progress);
  try {
    const first = await withoutMark(chunks);
    if (first.toString("latin1").trim() === "" && first.length < CHUNK_BYTES) throw new Refusal("BAD_USER_INPUT", `${path}: the file is empty.`);
    const all = (async function* () {
      yield first;
      yield* chunks;
    })();
    const isJson = /^\s*\{/.test(first.toString("latin1", 0, 1024));
    yield* (format ?? (isJson ? "ndjson" : "csv")) === "csv" ? csvRows(all) : ndjsonRows(all);
  } finally {
    await chunks.return(undefined);
  }
}

/** The first chunk without its byte order mark. */
async function withoutMark(chunks: AsyncGenerator<Buffer, void, undefined>): Promise<Buffer> {
  let first = Buffer.alloc(0);
  while (first.length < 3) {
    const next = await chunks.next();
    if (next.done) break;
    first = Buffer.concat([first, next.value]);
  }
  const mark = first.toString("hex", 0, 3);
  if (mark.startsWith("fffe") || mark.startsWith("feff")) throw new Refusal("BAD_USER_INPUT", "The file is UTF-16. Save it as UTF-8.");
  return mark === "efbbbf" ? first.subarray(3) : first;
}

async function* fileChunks(path: string, progress: { bytes: number }): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      progress.bytes += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") throw new Refusal("BAD_USER_INPUT", `There is no file ${path}.`);
    if (code === "EISDIR") throw new Refusal("BAD_USER_INPUT", `${path} is a folder, not a file.`);
    if (code === "EACCES") throw new Refusal("BAD_USER_INPUT", `${path} may not be read by this user.`);
    throw error;
  }
}
