import { BulkBatch } from "../metering";
import { compileEventId, compileUsageMapping, UsageMapping } from "../metering/mapping/usage-mapping";
import { ImportProgress } from "./progress";
import { RowReader } from "./read-rows";

export interface BatchingOptions {
  readonly mapping: UsageMapping;
  /** Who measured. */
  readonly source: string;
  /** Rows in a batch at most. */
  readonly batchSize: number;
  /** The moment against which events are judged. */
  readonly nowMs: () => number;
}

/** The rows of the reader, mapped, in batches. Counts what it reads and what the filters leave out into `tally`. */
export async function* batchesOf(reader: RowReader, options: BatchingOptions, tally: { read: number; filtered: number }, progress: ImportProgress): AsyncGenerator<BulkBatch> {
  const map = compileUsageMapping(options.mapping);
  const eventIdOf = compileEventId(options.mapping);
  let batch = new BulkBatch(options.nowMs());
  for await (const item of reader) {
    tally.read += 1;
    progress.report(reader.bytesRead, tally.read);
    const { rowNumber } = item;
    if ("error" in item) batch.refuse(rowNumber, "", item.error);
    else {
      const mapped = map(item.row);
      if (mapped.kind === "filtered") tally.filtered += 1;
      else if (mapped.kind === "rejected") batch.refuse(rowNumber, eventIdOf(item.row), mapped.message, mapped.code);
      else batch.add(rowNumber, options.source, mapped.event);
    }
    if (batch.size < options.batchSize) continue;
    yield batch;
    batch = new BulkBatch(options.nowMs());
  }
  if (batch.size > 0) yield batch;
}
