import { reportUsage, readBatch } from "../src/metering";
import { usageStore } from "../src/metering/ingest/usage.store";
import { Programme } from "../src/tenancy";
import { ScopeResolver } from "../src/tenancy/scope-resolver.store";
import { fullEvents } from "./full-event";
import { Place } from "./place";
import { PROGRAMME, UNITS, USE_CASES } from "./programme";

const SOURCE = "voice://bench";
const WAITS = "select count(*)::int as waits from pg_locks where not granted";

/**
 * Holds the transaction of one unit's ingest open and stores events of another unit beside it, of the same source, day
 * and period. Answers how often somebody waited for a lock and how many events the other unit could store meanwhile.
 */
export async function lockWaits(place: Place, programme: Programme): Promise<{ waits: number; stored: number }> {
  const { database } = place.installation;
  const scopes = new ScopeResolver(database);
  const ingest = async (unit: number, prefix: string, meanwhile: () => Promise<void>): Promise<number> => {
    const code = UNITS[unit]!;
    const scope = { ...(await scopes.resolve({ subject: `ingest-${code}`, role: "INTEGRATION", programme: PROGRAMME.code, businessUnits: [code] })), programme, reach: "ingest" as const };
    const events = [...fullEvents({ name: prefix, units: 1, days: 1, ordered: true }, 1_000, prefix)].map((event, index) => ({ ...event, businessUnit: code, useCase: USE_CASES[unit * 4 + (index % 4)]! }));
    return database.withTenant(scope, async (tx) => {
      const results = await reportUsage(usageStore(tx), readBatch({ source: SOURCE, events }, Date.now()));
      await meanwhile();
      return results.filter(({ outcome }) => outcome === "ACCEPTED").length;
    }, { statementTimeoutMs: 10_000 });
  };
  // The first batch of all makes source and period, which every later one shares.
  await ingest(0, "lock-first", async () => undefined);
  let waits = 0;
  let stored = 0;
  await ingest(0, "lock-held", async () => {
    const other = ingest(1, "lock-other", async () => undefined);
    let done = false;
    void other.finally(() => (done = true)).catch(() => undefined);
    while (!done) {
      const { rows } = await place.admin.query<{ waits: number }>(WAITS);
      waits += rows[0]!.waits;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    stored = await other;
  });
  return { waits, stored };
}
