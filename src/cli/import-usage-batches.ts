import { compileEventId, compileUsageMapping, UsageMapping } from "../metering/mapping/usage-mapping";
import { RejectedRow } from "./import-usage-rejects";
import { ImportProgress } from "./progress";
import { RowReader } from "./read-rows";

/** A stretch of the file: the events to push, with the rows they came from. */
export interface Batch {
  readonly events: Record<string, unknown>[];
  readonly rowNumbers: number[];
  /** Rows of the same stretch of the file that have no event. */
  readonly rejects: RejectedRow[];
}

/**
 * The rows of the reader, mapped, in batches of at most `batchSize` events and as many refused rows. Counts what it reads
 * and what the filters leave out into `tally`.
 */
export async function* batchesOf(reader: RowReader, mapping: UsageMapping, batchSize: number, tally: { read: number; filtered: number }, progress: ImportProgress): AsyncGenerator<Batch> {
  const map = compileUsageMapping(mapping);
  const eventIdOf = compileEventId(mapping);
  const empty = (): Batch => ({ events: [], rowNumbers: [], rejects: [] });
  let batch = empty();
  for await (const item of reader) {
    tally.read += 1;
    progress.report(reader.bytesRead, tally.read);
    const { rowNumber } = item;
    if ("error" in item) batch.rejects.push({ rowNumber, eventId: "", code: "BAD_USER_INPUT", message: item.error });
    else {
      const mapped = map(item.row);
      if (mapped.kind === "filtered") tally.filtered += 1;
      else if (mapped.kind === "rejected") batch.rejects.push({ rowNumber, eventId: eventIdOf(item.row), code: mapped.code, message: mapped.message });
      else {
        batch.events.push(mapped.event);
        batch.rowNumbers.push(rowNumber);
      }
    }
    if (batch.events.length < batchSize && batch.rejects.length < batchSize) continue;
    yield batch;
    batch = empty();
  }
  if (batch.events.length > 0 || batch.rejects.length > 0) yield batch;
}
