import { Client } from "pg";
import { Config } from "../../src/app/config";
import { connect } from "../../src/app/data-source";
import { startEmbeddedPostgres } from "../../src/app/embedded-postgres/start-embedded-postgres";
import { openDatabase } from "../../src/app/installation";
import { DEFAULT_RATE_LIMITS } from "../../src/app/rate-limits";
import { verifyProgramme } from "../../src/app/verify";
import { Scope } from "../../src/tenancy";
import { Database } from "../../src/tenancy/database.store";
import { ScopeResolver } from "../../src/tenancy/scope-resolver.store";
import { Ledger } from "./ledger";
import { Report } from "./report";

/** A database as its administrator sees it, and as the product does. */
export interface Aftermath {
  sql<Row>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** What `apportion verify` finds wrong with a programme. */
  failedProofs(programme: string): Promise<string[]>;
  close(): Promise<void>;
}

/** Looks at the embedded database of a folder whose server is gone; starts it when need be. */
export async function lookAtFolder(folder: string): Promise<Aftermath> {
  const config: Config = { databaseUrl: null, migrationUrl: null, backupUrl: null, port: 0, host: "127.0.0.1", logLevel: "error", dataDirectory: folder, demo: false, token: null, secretsKey: null, previousSecretsKey: null, rateLimits: DEFAULT_RATE_LIMITS };
  const embedded = await startEmbeddedPostgres({ dataDirectory: folder, log: () => undefined });
  const urls = await openDatabase(config, () => undefined);
  const found = await lookAt(Object.assign(new URL(embedded.adminUrl), { pathname: "/apportion" }).href, urls.apiUrl);
  return {
    ...found,
    close: async () => {
      await found.close();
      await urls.stop();
      await embedded.stop();
    },
  };
}

/** Looks at a database by the URLs of its administrator and of the product. */
export async function lookAt(adminUrl: string, apiUrl: string): Promise<Aftermath> {
  const client = new Client({ connectionString: adminUrl });
  client.on("error", () => undefined);
  await client.connect();
  const database = new Database(await connect(apiUrl, { purpose: "serve", poolSize: 2 }).initialize());
  return {
    sql: async <Row>(text: string, parameters: unknown[] = []) => (await client.query(text, parameters)).rows as Row[],
    failedProofs: async (code) => failedProofs(database, code),
    close: async () => {
      await database.close();
      await client.end();
    },
  };
}

/** The proofs of `apportion verify` that do not hold, each with its first differences. */
export async function failedProofs(database: Database, code: string): Promise<string[]> {
  const programme = await new ScopeResolver(database).programme(code);
  if (!programme) return [`there is no programme ${code}`];
  const scope: Scope = { principal: { subject: "proof", role: "ADMIN", programme: code, businessUnits: [] }, programme, reach: "programme", unitIds: [] };
  const failed: string[] = [];
  for await (const proof of verifyProgramme(database, scope)) if (proof.differing > 0) failed.push(`${proof.name}: ${proof.differing} of ${proof.compared}: ${proof.differences.join("; ")}`);
  return failed;
}

const RUNS_IN_HALF = `
  select 'run ' || r.id || ' without pools' as fault from allocation.run r where not exists (select from allocation.run_pool p where p.programme_id = r.programme_id and p.run_id = r.id)
  union all
  select 'run ' || p.run_id || ' has no lines' from allocation.run_pool p
    where p.allocated_minor <> 0 and not exists (select from allocation.line l where l.programme_id = p.programme_id and l.run_id = p.run_id)
  union all
  select 'run ' || p.run_id || ' lines ' || coalesce(l.amount, 0) || ' + unallocated ' || p.unallocated_minor || ' <> pool ' || p.amount_minor
    from allocation.run_pool p
      left join (select programme_id, run_id, pool_id, sum(amount_minor) as amount from allocation.line group by 1, 2, 3) l on l.programme_id = p.programme_id and l.run_id = p.run_id and l.pool_id = p.pool_id
    where coalesce(l.amount, 0) + p.unallocated_minor <> p.amount_minor`;

const FIGURES = `
  select e.period_key || ' ' || c.code as key, count(*)::int as legs, sum(e.connected_ms)::float8 as ms
  from metering.usage_event e join tenancy.use_case c on c.programme_id = e.programme_id and c.id = e.use_case_id
  where not exists (select from metering.usage_superseded x where x.programme_id = e.programme_id and x.event_key = e.event_key) group by 1`;

/** Each event of a closed month is either in its figures, by its cut-off, or noted as late: never both, never neither. */
const NEITHER_IN_NOR_LATE = `
  select e.period_key || ' ' || e.event_id as fault
  from metering.usage_event e join governance.period p on p.programme_id = e.programme_id and p.key = e.period_key and p.status = 'CLOSED'
    left join metering.late_event l on l.programme_id = e.programme_id and l.period_key = e.period_key and l.event_key = e.event_key
  where not e.test and (e.received_at < p.cutoff) = (l.event_key is not null)`;

/** Holds what was promised against what is there, and reports every difference. */
export async function reportAftermath(found: Aftermath, ledger: Ledger, report: Report, programme = "acme"): Promise<void> {
  const events = await found.sql<{ id: string; times: number }>("select event_id as id, count(*)::int as times from metering.usage_event group by 1");
  const times = new Map(events.map(({ id, times: count }) => [id, count]));
  report.none("acknowledged-events-lost", [...ledger.stored.keys()].filter((id) => !times.has(id)), { acknowledged: ledger.stored.size, stored: times.size });
  report.none("events-doubled", events.filter(({ times: count }) => count !== 1).map(({ id }) => id));
  report.none("events-nobody-sent", events.filter(({ id }) => !ledger.sent.has(id)).map(({ id }) => id));
  report.none("verdicts-that-should-not-be", [...ledger.verdicts.counts.keys()].filter((word) => word !== "ACCEPTED" && word !== "DUPLICATE"), { verdicts: ledger.verdicts.asRecord() });

  const expected = ledger.figures();
  const figures = new Map((await found.sql<{ key: string; legs: number; ms: number }>(FIGURES)).map(({ key, legs, ms }) => [key, { legs, ms }]));
  const keys = [...new Set([...expected.keys(), ...figures.keys()])];
  report.none("figures-that-differ", keys.filter((key) => JSON.stringify(expected.get(key)) !== JSON.stringify(figures.get(key))), { cells: keys.length });
  report.none("events-neither-closed-nor-late", (await found.sql<{ fault: string }>(NEITHER_IN_NOR_LATE)).map(({ fault }) => fault));

  const runs = new Map((await found.sql<{ id: string; hash: string }>(`select translate(encode(convert_to('AllocationRun:' || id, 'UTF8'), 'base64'), '+/=' || chr(10), '-_') as id, result_hash as hash from allocation.run`)).map(({ id, hash }) => [id, hash]));
  report.none("runs-lost-or-changed", [...ledger.runs].filter(([id, hash]) => runs.get(id) !== hash).map(([id]) => id), { acknowledged: ledger.runs.size, stored: runs.size });
  report.none("runs-in-half", (await found.sql<{ fault: string }>(RUNS_IN_HALF)).map(({ fault }) => fault));
  const closed = new Map((await found.sql<{ key: string; hash: string }>("select key, hash from governance.period where status = 'CLOSED'")).map(({ key, hash }) => [key, hash]));
  report.none("closes-lost-or-changed", [...ledger.closes].filter(([key, hash]) => (hash === "" ? !closed.has(key) : closed.get(key) !== hash)).map(([key]) => key), { acknowledged: ledger.closes.size, closed: closed.size });
  const statements = new Map((await found.sql<{ id: string; hash: string }>(`select translate(encode(convert_to('Statement:' || id, 'UTF8'), 'base64'), '+/=' || chr(10), '-_') as id, hash from chargeback.statement`)).map(({ id, hash }) => [id, hash]));
  report.none("statements-lost-or-changed", [...ledger.statements].filter(([id, hash]) => statements.get(id) !== hash).map(([id]) => id), { acknowledged: ledger.statements.size, stored: statements.size });
  report.none("proofs-that-fail", await found.failedProofs(programme));
}
