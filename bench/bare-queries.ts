import { allocationByGroup } from "../src/allocation/allocation.query";
import { runStore } from "../src/allocation/run.store";
import { ANY_USAGE } from "../src/metering/questions/usage-where.query";
import { usageByGroup } from "../src/metering/questions/usage.query";
import { Programme } from "../src/tenancy";
import { Database, TenantTransaction } from "../src/tenancy/database.store";
import { BareQuery } from "./bare-server";
import { PROGRAMME, scopeOf } from "./programme";

/** The very statements that the product answers the questions with, taken from it as it runs them. */
export async function bareQueries(database: Database, programme: Programme, period: string): Promise<BareQuery[]> {
  const where = { ...ANY_USAGE, period };
  return database.withTenant(scopeOf(programme, "bench-finance", "FINANCE"), async (tx) => {
    const run = await runStore(tx).latestRun(period);
    if (!run) throw new Error(`there is no run of ${period}`);
    const record = async (name: string, work: (watched: TenantTransaction) => Promise<unknown[]>): Promise<BareQuery> => {
      const seen: Array<{ sql: string; parameters: readonly unknown[] }> = [];
      const watch = <Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> => {
        seen.push({ sql, parameters });
        return tx.query<Row>(sql, parameters);
      };
      const watched: TenantTransaction = { ...tx, query: watch, prepared: watch };
      const rows = await work(watched);
      if (seen.length !== 1 || rows.length === 0) throw new Error(`${name} ran ${seen.length} statements and found ${rows.length} rows`);
      return { name, ...seen[0]!, settings: [programme.id, "programme", "{}"] };
    };
    return [
      await record("allocation", (watched) => allocationByGroup(watched, run.id, { unitIds: null, useCaseIds: null, poolIds: null }, ["BUSINESS_UNIT", "USE_CASE", "POOL"], { code: PROGRAMME.currency, exponent: 2 })),
      await record("usage", (watched) => usageByGroup(watched, where, ["BUSINESS_UNIT", "USE_CASE"], { contacts: true, onlyGroups: false })),
      await record("usageByDay", (watched) => usageByGroup(watched, where, ["BUSINESS_UNIT", "USE_CASE", "DAY"], { contacts: false, onlyGroups: false })),
    ];
  });
}
