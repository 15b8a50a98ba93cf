import type { FastifyReply } from "fastify";
import { LineResult, Tally, countInto, emptyTally } from "../../metering";
import { SenderGone } from "./body-reader";

/** Longest wait for a client that does not take its answer, in milliseconds. */
const SLOW_READER_MS = 60_000;

/**
 * The answer to a stream: a line for each line that was sent, written as batches commit and no faster than the client
 * takes them, and a last one that says whether that was all. Nothing is sent before the first result.
 */
export class LineAnswer {
  readonly tally: Tally = emptyTally();
  private lines = 0;

  constructor(private readonly reply: FastifyReply) {}

  get hasBegun(): boolean {
    return this.reply.raw.headersSent;
  }

  async write(results: readonly LineResult[]): Promise<void> {
    countInto(this.tally, results);
    this.lines += results.length;
    await this.send(results.map((result) => `${JSON.stringify(result)}\n`).join(""));
  }

  /** The last line: complete, or why not and what to do. */
  async end(trouble: { readonly code: string; readonly message: string; readonly id?: string } | null): Promise<void> {
    const { raw } = this.reply;
    await this.send(`${JSON.stringify({ complete: trouble === null, lines: this.lines, ...this.tally, ...trouble })}\n`);
    await new Promise<void>((resolve) => {
      raw.once("close", resolve);
      raw.end(resolve);
    });
  }

  private async send(text: string): Promise<void> {
    const { raw } = this.reply;
    if (raw.destroyed) throw new SenderGone("the client hung up");
    if (!this.hasBegun) {
      this.reply.hijack();
      raw.writeHead(200, { ...(this.reply.getHeaders() as Record<string, string>), "content-type": "application/x-ndjson; charset=utf-8" });
    }
    if (!raw.write(text)) await this.drained();
  }

  private drained(): Promise<void> {
    const { raw } = this.reply;
    return new Promise((resolve, reject) => {
      const done = (error?: Error): void => {
        clearTimeout(timer);
        raw.off("drain", onDrain).off("close", onClose);
        if (error) reject(error);
        else resolve();
      };
      const onDrain = (): void => done();
      const onClose = (): void => done(new SenderGone("the client hung up"));
      const timer = setTimeout(() => {
        raw.destroy();
        done(new SenderGone("the client does not take its answer"));
      }, SLOW_READER_MS);
      raw.once("drain", onDrain).once("close", onClose);
    });
  }
}
