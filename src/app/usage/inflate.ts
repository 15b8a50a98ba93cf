import { Readable, pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { Refusal } from "../../kernel/refusal";

/** How much may come out of how little: more than `ratio` times as much is a bomb, once it is more than `floorBytes`. */
export interface BombLimit {
  readonly ratio: number;
  readonly floorBytes: number;
}

const CHUNK_BYTES = 64 * 1024;
const FAULTS: ReadonlySet<string> = new Set(["Z_DATA_ERROR", "Z_BUF_ERROR"]);

/** What gzip made small, in chunks. LIMIT_EXCEEDED for a bomb, BAD_USER_INPUT for what is no gzip, is damaged or breaks off. */
export async function* inflated(chunks: AsyncIterable<Buffer>, limit: BombLimit | null): AsyncGenerator<Buffer, void, undefined> {
  let read = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      read += chunk.length;
      yield chunk;
    }
  };
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // The error reaches whoever reads on.
  pipeline(Readable.from(counted()), gunzip, () => undefined);
  let made = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      made += chunk.length;
      if (limit && made > limit.floorBytes && made > read * limit.ratio) throw new Refusal("LIMIT_EXCEEDED", `The gzip data holds more than ${limit.ratio} times its size. Send it as it is, without compression.`);
      yield chunk;
    }
  } catch (error) {
    if (!FAULTS.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw new Refusal("BAD_USER_INPUT", "The gzip data is damaged or breaks off. Send it again whole: what was stored before is not stored twice.");
  } finally {
    gunzip.destroy();
  }
}
