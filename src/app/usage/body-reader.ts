import type { Readable } from "node:stream";
import { HttpRefusal } from "../http-manners";

/** The sender hung up: nobody is left to be told. */
export class SenderGone extends Error {}

/** How long a sender is waited for. */
export interface Patience {
  /** Between two pieces of the body, in milliseconds. */
  readonly idleMs: number;
  /** In sum, in milliseconds; every kilobyte that came adds a second. */
  readonly waitMs: number;
}

export const PATIENCE: Patience = { idleMs: 15_000, waitMs: 60_000 };

/**
 * The body of a request, piece by piece and no faster than it is taken. Only the time that is spent waiting for the sender
 * counts: one that is too slow is refused with 408. `interrupt` ends the reading from outside.
 */
export class BodyReader implements AsyncIterable<Buffer> {
  private failure: Error | null = null;
  private wake: (() => void) | null = null;
  private hasEnded = false;
  private bytes = 0;
  private waitedMs = 0;

  constructor(private readonly body: Readable, private readonly patience: Patience = PATIENCE) {
    body.on("readable", () => this.wake?.());
    body.once("end", () => {
      this.hasEnded = true;
      this.wake?.();
    });
    for (const event of ["error", "close"]) body.on(event, () => this.interrupt(new SenderGone("the sender hung up")));
  }

  /** Whoever reads gets this error instead of the next piece; a body that has come to its end is not taken back. */
  interrupt(error: Error): void {
    if (this.hasEnded) return;
    this.failure ??= error;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      if (this.failure !== null) throw this.failure;
      const chunk = this.body.read() as Buffer | null;
      if (chunk !== null) {
        this.bytes += chunk.length;
        yield chunk;
      } else if (this.hasEnded) return;
      else await this.more();
    }
  }

  private async more(): Promise<void> {
    const began = performance.now();
    const left = this.patience.waitMs + this.bytes - this.waitedMs;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(() => this.interrupt(TOO_SLOW), Math.max(0, Math.min(this.patience.idleMs, left)));
    });
    clearTimeout(timer);
    this.wake = null;
    this.waitedMs += performance.now() - began;
  }
}

const TOO_SLOW = new HttpRefusal(408, "TIMEOUT", "The body comes too slowly. Send it again, faster or in parts: what was stored before is not stored twice.");

/** The whole body; LIMIT_EXCEEDED when it is larger than `most` bytes. */
export async function readWhole(chunks: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > most) throw new HttpRefusal(413, "LIMIT_EXCEEDED", `A body of this type is at most ${most} bytes. Send it in parts, or as application/x-ndjson, which has no limit.`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
