import { Database, TransactionOptions } from "../../tenancy/database.store";
import { Scope } from "../../tenancy";
import { LegsOfOthers } from "./legs-of-others";
import { ReadBatch, UsageEventResult, reportUsage } from "./report-usage";
import { usageStore } from "./usage.store";

/**
 * Stores a batch in a transaction of its own. When some of its events turn out to revise legs of units that the sender may
 * not write, it starts anew with those refused: they are rare, and looking for them first would cost every batch a query.
 */
export async function storeBatch(database: Database, scope: Scope, batch: ReadBatch, options: TransactionOptions): Promise<UsageEventResult[]> {
  const notYours = new Set<string>();
  for (;;) {
    try {
      return await database.withTenant(scope, (tx) => reportUsage(usageStore(tx), batch, notYours), options);
    } catch (error) {
      if (!(error instanceof LegsOfOthers) || error.eventKeys.every((key) => notYours.has(key))) throw error;
      for (const key of error.eventKeys) notYours.add(key);
    }
  }
}
