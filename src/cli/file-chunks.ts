import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { inflated } from "../app/usage/inflate";
import { Refusal } from "../kernel/refusal";

export type RowFormat = "csv" | "ndjson";

/** How much of a file was read so far, as it lies on the disk. */
export interface ReadProgress {
  bytes: number;
}

export const CHUNK_BYTES = 256 * 1024;
const FORMATS: Readonly<Record<string, RowFormat>> = { ".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson" };

/**
 * The bytes of a file in chunks, inflated when it is gzip, without a byte order mark. BAD_USER_INPUT for a file that is
 * missing, empty, not UTF-8 at its start, or called .gz and not gzip.
 */
export async function* fileChunks(path: string, progress: ReadProgress): AsyncGenerator<Buffer, void, undefined> {
  const { first, rest } = await peek(rawChunks(path, progress), 2);
  const isGzip = first[0] === 0x1f && first[1] === 0x8b;
  if (!isGzip && extname(path).toLowerCase() === ".gz") throw new Refusal("BAD_USER_INPUT", `${path} is called .gz and is not gzip.`);
  const all = chain(first, rest);
  if (!isGzip) return yield* withoutMark(all, path);
  yield* withoutMark(inflated(all, null), path);
}

/** The format that a file's name or, without one, its first bytes tell. */
export function formatOf(path: string, first: Buffer): RowFormat {
  return FORMATS[extname(path.replace(/\.gz$/i, "")).toLowerCase()] ?? (/^\s*\{/.test(first.toString("latin1", 0, 1024)) ? "ndjson" : "csv");
}

/** The first chunk, of at least `least` bytes where there are so many, and the others. */
export async function peek(chunks: AsyncGenerator<Buffer, void, undefined>, least = 1): Promise<{ first: Buffer; rest: AsyncGenerator<Buffer, void, undefined> }> {
  let first: Buffer = Buffer.alloc(0);
  while (first.length < least) {
    const next = await chunks.next();
    if (next.done) break;
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
  }
  return { first, rest: chunks };
}

/** A chunk and those after it; lets go of them when not all are wanted. */
export async function* chain(first: Buffer, rest: AsyncGenerator<Buffer, void, undefined>): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* withoutMark(chunks: AsyncGenerator<Buffer, void, undefined>, path: string): AsyncGenerator<Buffer, void, undefined> {
  const { first, rest } = await peek(chunks, 3);
  const mark = first.toString("hex", 0, 3);
  if (mark.startsWith("fffe") || mark.startsWith("feff")) throw new Refusal("BAD_USER_INPUT", "The file is UTF-16. Save it as UTF-8.");
  if (first.toString("latin1").trim() === "" && first.length < CHUNK_BYTES) throw new Refusal("BAD_USER_INPUT", `${path}: the file is empty.`);
  yield* chain(mark === "efbbbf" ? first.subarray(3) : first, rest);
}

async function* rawChunks(path: string, progress: ReadProgress): AsyncGenerator<Buffer, void, undefined> {
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
