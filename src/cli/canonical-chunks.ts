import { isEnvelope } from "../metering";
import { UsageError } from "./exit-status";
import { ReadProgress, RowFormat, chain, fileChunks, formatOf, peek } from "./file-chunks";

/**
 * The bytes of a file of canonical events or CloudEvents, one to a line. UsageError when it cannot be read without a
 * mapping, or when its first event does not say who measured it and nobody else does: every line would be refused.
 */
export async function* canonicalChunks(path: string, format: RowFormat | undefined, source: string | null, progress: ReadProgress): AsyncGenerator<Buffer, void, undefined> {
  const { first, rest } = await peek(fileChunks(path, progress));
  const all = chain(first, rest);
  try {
    if ((format ?? formatOf(path, first)) === "csv") throw new UsageError("A CSV needs a mapping: say with --mapping how a row becomes a usage event.");
    if (source === null && isNameless(first)) throw new UsageError("The events do not say who measured them. Say it with --source; it is part of the identity of every event, so use the same one each time.");
    yield* all;
  } finally {
    await all.return(undefined);
  }
}

/** True when the first line is an event that names no source. */
function isNameless(first: Buffer): boolean {
  try {
    const event = JSON.parse(first.toString("utf8").trimStart().split("\n", 1)[0]!) as unknown;
    return typeof event === "object" && event !== null && !isEnvelope(event) && !("source" in event);
  } catch {
    return false; // the line is refused by its number
  }
}
