import { Scope } from "../../tenancy";
import { Database, TransactionOptions } from "../../tenancy/database.store";
import { ReadBatch } from "../ingest/report-usage";
import { storeBatch } from "../ingest/store-batch.store";
import { BulkBatch, LineResult } from "./bulk-batch";

/**
 * Stores a batch of lines, a transaction for each source: one result for each line, in order. `before` may make what the
 * events of a part need.
 */
export async function storeBulk(
  database: Database, scope: Scope, bulk: BulkBatch, options: TransactionOptions, before?: (batch: ReadBatch) => Promise<void>,
): Promise<LineResult[]> {
  const parts = bulk.read();
  const verdicts = [];
  for (const { batch } of parts) {
    await before?.(batch);
    verdicts.push(await storeBatch(database, scope, batch, options));
  }
  return bulk.results(parts, verdicts);
}
