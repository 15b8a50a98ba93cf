import { ReadProgress, RowFormat, chain, fileChunks, formatOf, peek } from "./file-chunks";
import { csvRows } from "./read-rows-csv";
import type { ReadRow } from "./read-rows-item";
import { ndjsonRows } from "./read-rows-ndjson";

export type { ReadRow } from "./read-rows-item";

export type { RowFormat } from "./file-chunks";

/** The rows of one file, once, in order. */
export interface RowReader extends AsyncIterable<ReadRow> {
  /** Bytes read from the file so far, as it lies on the disk. */
  readonly bytesRead: number;
  /**
   * The columns of the file before any row is handed out: the header of a CSV; the keys found in the first rows of an
   * NDJSON file (up to 1,000 rows or 4 MB), because its rows need not be alike.
   */
  columns(): Promise<string[]>;
  /** Lets go of the file when not all rows are wanted. */
  close(): Promise<void>;
}

const AHEAD_ROWS = 1000;
const AHEAD_BYTES = 4 * 1024 * 1024;

/**
 * Streams the rows of a CSV or NDJSON file, gzip or not; memory does not grow with the file. The format is the one named,
 * else that of the file's extension, else "ndjson" when the first character is a brace. A row that cannot be read is an
 * item of its own and the rows after it still come. A file that is missing, empty, not UTF-8 at its start, or whose header names
 * a column twice is refused with BAD_USER_INPUT when the first row or the columns are asked for.
 */
export function readRows(path: string, format?: RowFormat): RowReader {
  const progress = { bytes: 0 };
  const rows = openRows(path, format, progress);
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

async function* openRows(path: string, format: RowFormat | undefined, progress: ReadProgress): Opened {
  const { first, rest } = await peek(fileChunks(path, progress));
  const all = chain(first, rest);
  try {
    yield* (format ?? formatOf(path, first)) === "csv" ? csvRows(all) : ndjsonRows(all);
  } finally {
    await all.return(undefined);
  }
}
