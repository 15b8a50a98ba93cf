import { randomUUID } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { assertSafeApiRole } from "../../src/app/database-roles";
import { connect } from "../../src/app/data-source";
import { Programme } from "../../src/tenancy";
import { Database } from "../../src/tenancy/database.store";
import { READERS, readingRoleOf } from "../../src/tenancy/reading-role";
import { Scope } from "../../src/tenancy/scope";
import { BusinessUnitEntity } from "../../src/tenancy/tenancy.entity";
import { TestServer, startTestServer } from "../support/server";
import { createTwoProgrammes } from "../support/two-programmes";

const SCHEMAS = ["tenancy", "governance", "metering", "costs", "allocation", "chargeback", "corrections", "rating", "budgets", "benefits", "closing", "programme", "journals", "business_cases", "exports"];
/** Derived figures that follow the facts. Everything else is only ever added to. */
const UPDATABLE = ["exports.kept_rows", "governance.period", "metering.provider_refusal", "metering.telephony_call", "metering.usage_daily_total", "metering.usage_leg", "metering.usage_period_total"];

let server: TestServer;
let app: Client;
let programmes: Map<string, string>;
let units: Map<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  await createTwoProgrammes(server);
  app = new Client({ connectionString: server.installation.apiUrl });
  await app.connect();
  programmes = new Map((await server.sql<{ code: string; id: string }>("select code, id from tenancy.programme")).map(({ code, id }) => [code, id]));
  units = new Map((await server.sql<{ code: string; id: string }>("select p.code || '/' || u.code as code, u.id from tenancy.business_unit u join tenancy.programme p on p.id = u.programme_id")).map(({ code, id }) => [code, id]));
});
afterAll(async () => {
  await app.end();
  await server.close();
});

const asApp = async <Row = Record<string, string>>(sql: string, parameters: unknown[] = []): Promise<Row[]> => (await app.query(sql, parameters)).rows as Row[];

/** Runs in a transaction of the API's role with the tenant set, and rolls back. Answers the rows, or the SQLSTATE. */
async function within(tenant: { programme?: string; reach?: string; units?: string[] }, sql: string, parameters: unknown[] = []): Promise<Record<string, unknown>[] | string> {
  await app.query("begin");
  try {
    for (const [name, value] of [["app.programme", tenant.programme], ["app.reach", tenant.reach], ["app.units", tenant.units && `{${tenant.units.join(",")}}`]]) {
      if (value !== undefined) await app.query("select set_config($1, $2, true)", [name, value]);
    }
    return (await app.query(sql, parameters)).rows as Record<string, unknown>[];
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await app.query("rollback");
  }
}

const tables = (): Promise<Array<{ name: string }>> => asApp<{ name: string }>("select schemaname || '.' || tablename as name from pg_tables where schemaname = any($1) order by 1", [SCHEMAS]);

describe("the catalogue, as the API's role sees it", () => {
  it("is neither owner nor superuser, bypasses nothing and creates nothing", async () => {
    expect(await asApp("select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit from pg_roles where rolname = current_user")).toEqual([
      { rolname: "apportion_app", rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false, rolinherit: false },
    ]);
    expect(await asApp("select 1 from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = current_user and c.relpersistence = 'p'")).toEqual([]);
    expect(await asApp("select g.rolname, g.rolcanlogin, pg_has_role(g.oid, 'USAGE') as inherited from pg_auth_members m join pg_roles r on r.oid = m.member join pg_roles g on g.oid = m.roleid where r.rolname = current_user order by 1")).toEqual([
      { rolname: "apportion_case_reader", rolcanlogin: false, inherited: false }, { rolname: "apportion_programme_reader", rolcanlogin: false, inherited: false },
    ]);
    expect(await asApp("select nspname from pg_namespace where has_schema_privilege(oid, 'CREATE') and nspname !~ '^pg_temp'")).toEqual([]);
    expect(await asApp("select has_database_privilege(current_database(), 'CREATE') as may")).toEqual([{ may: false }]);
    await expect(assertSafeApiRole((sql) => asApp(sql))).resolves.toBeUndefined();
  });

  it("refuses to start as the owner or as an administrator", async () => {
    for (const url of [server.installation.ownerUrl!, Object.assign(new URL(process.env.TEST_ADMIN_URL!), { pathname: new URL(server.installation.apiUrl).pathname }).toString()]) {
      const client = new Client({ connectionString: url });
      await client.connect();
      await expect(assertSafeApiRole(async (sql) => (await client.query(sql)).rows as Record<string, unknown>[])).rejects.toThrow("row-level security would not hold");
      await client.end();
    }
  });

  it("has row-level security on, forced, on every table", async () => {
    const found = await asApp<{ name: string; tenant: boolean; on: boolean; forced: boolean }>(
      `select n.nspname || '.' || c.relname as name, c.relrowsecurity as on, c.relforcerowsecurity as forced,
         exists (select from pg_attribute a where a.attrelid = c.oid and a.attname in ('programme_id', 'business_unit_id') and not a.attisdropped) as tenant
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1) and c.relkind in ('r', 'p', 'm', 'v', 'f') order by 1`,
      [SCHEMAS],
    );
    expect(found.length).toBe((await tables()).length);
    expect(found.filter((table) => !table.on || !table.forced)).toEqual([]);
    expect(found.filter((table) => !table.tenant).map(({ name }) => name)).toEqual(["tenancy.programme"]);
  });

  it("has a condition on reading and on writing in every policy, and a policy for both on every table", async () => {
    const policies = await asApp<{ name: string; cmd: string; permissive: string; using: string | null; check: string | null }>(
      "select schemaname || '.' || tablename as name, cmd, permissive, qual as using, with_check as check from pg_policies where schemaname = any($1) and roles = '{public}' order by 1, 2", [SCHEMAS]);
    for (const { name } of await tables()) {
      const own = policies.filter((policy) => policy.name === name);
      const reads = own.filter(({ cmd }) => cmd === "ALL" || cmd === "SELECT"), writes = own.filter(({ cmd }) => cmd === "ALL" || cmd === "INSERT");
      expect([name, reads.length, writes.length]).toEqual([name, 1, 1]);
      for (const policy of reads) expect([name, /app\.(programme|reach)/.test(policy.using ?? "")]).toEqual([name, true]);
      for (const policy of writes) expect([name, /app\.(programme|reach)/.test(policy.check ?? "")]).toEqual([name, true]);
    }
  });

  it("has no function that runs as somebody else, no view, and no setting that is read without regard to its being empty", async () => {
    expect(await asApp("select n.nspname, p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prosecdef and n.nspname !~ '^(pg_|information_schema)'")).toEqual([]);
    expect(await asApp("select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1) and c.relkind in ('v', 'm')", [SCHEMAS])).toEqual([]);
    const [{ bare }] = (await asApp<{ bare: string }>("select count(*) as bare from pg_policies where schemaname = any($1) and coalesce(qual, '') || coalesce(with_check, '') ~ '(?<!NULLIF\\()current_setting'", [SCHEMAS])) as [{ bare: string }];
    expect(bare).toBe("0");
  });

  it("may add to facts and change only what is derived", async () => {
    const granted = await asApp<{ name: string; may: string }>(
      `select t.schemaname || '.' || t.tablename as name, string_agg(p, ' ' order by p) as may
       from pg_tables t cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
       where t.schemaname = any($1) and has_table_privilege(format('%I.%I', t.schemaname, t.tablename), p) group by 1 order by 1`, [SCHEMAS]);
    for (const { name, may } of granted) expect([name, may]).toEqual([name, UPDATABLE.includes(name) && name !== "governance.period" ? "INSERT SELECT UPDATE" : "INSERT SELECT"]);
    expect(granted.length).toBe((await tables()).length);
    expect(await asApp("select column_name as column from information_schema.column_privileges where grantee = current_user and privilege_type = 'UPDATE' and table_schema = 'metering' and table_name = 'provider_key'")).toEqual([{ column: "sealed" }]);
    const columns = await asApp<{ column: string }>("select table_name || '.' || column_name as column from information_schema.column_privileges where grantee = current_user and privilege_type = 'UPDATE' and table_schema = 'governance' order by 1");
    expect(columns.map(({ column }) => column)).toEqual(["audit_head.hash", "audit_head.sequence", ...["audit_head", "close_requested_at", "close_requested_by", "closed_at", "closed_by", "cutoff", "hash", "status"].map((column) => `period.${column}`)]);
  });
});

describe("what a transaction may touch", () => {
  it("nothing set is no row, in every table", async () => {
    const everything = { programme: programmes.get("acme"), reach: "programme" };
    for (const { name } of await tables()) {
      expect([name, await within({}, `select count(*) from ${name}`)]).toEqual([name, [{ count: "0" }]]);
      expect([name, await within({ programme: "", reach: "", units: [] }, `select count(*) from ${name}`)]).toEqual([name, [{ count: "0" }]]);
      expect([name, await within({ programme: randomUUID(), reach: "programme" }, `select count(*) from ${name}`)]).toEqual([name, [{ count: "0" }]]);
      const foreign = name === "tenancy.programme" ? "id" : "programme_id";
      expect([name, await within(everything, `select count(*) from ${name} where ${foreign} <> $1`, [programmes.get("acme")])]).toEqual([name, [{ count: "0" }]]);
    }
  });

  it("a unit's reach is its own rows wherever a row belongs to a unit", async () => {
    const retail = units.get("acme/retail")!;
    const own = { programme: programmes.get("acme"), reach: "units", units: [retail] };
    const belonging = await asApp<{ name: string }>("select table_schema || '.' || table_name as name from information_schema.columns where table_schema = any($1) and column_name = 'business_unit_id' order by 1", [SCHEMAS]);
    expect(belonging.map(({ name }) => name)).toEqual([
      "allocation.driver_quantity", "allocation.line", "allocation.unit_share", "benefits.baseline", "benefits.baseline_lock", "benefits.benefit", "benefits.claim", "benefits.claim_decision", "benefits.elimination", "budgets.alert", "budgets.alert_acknowledgement", "budgets.budget",
      "chargeback.adjustment_line", "chargeback.dispute", "chargeback.dispute_message", "chargeback.dispute_resolution", "chargeback.resolution", "chargeback.restatement_cell", "chargeback.statement", "chargeback.statement_event", "chargeback.statement_line", "chargeback.true_up_line", "costs.cost_entry",
      "metering.late_event", "metering.usage_daily_total", "metering.usage_event", "metering.usage_period_total", "metering.usage_superseded", "programme.statement_cell", "programme.unit_grant", "rating.line", "rating.posting", "tenancy.business_unit_closing", "tenancy.use_case_ownership",
    ]);
    // Booked cost, what a rating posted of it, and signed statements may name a unit and are finance's alone: they are among the hidden below.
    for (const { name } of belonging.filter((each) => !["costs.cost_entry", "rating.posting", "programme.statement_cell", "programme.unit_grant"].includes(each.name))) {
      expect([name, await within(own, `select count(*) from ${name} where business_unit_id is distinct from $1`, [retail])]).toEqual([name, [{ count: "0" }]]);
      const [all] = await server.sql<{ count: string }>(`select count(*) from ${name} where business_unit_id = $1`, [retail]);
      expect([name, await within(own, `select count(*) from ${name}`)]).toEqual([name, [all]]);
    }
    for (const hidden of ["governance.audit_entry", "governance.audit_head", "chargeback.programme_line", "benefits.pool", "benefits.pool_maximum", "benefits.attribution_model", "benefits.attribution_approval", "budgets.funding", "budgets.funding_approval", "budgets.model_component", "budgets.model_approval", "chargeback.restatement_request", "chargeback.restatement_pool", "chargeback.true_up", "chargeback.true_up_month", "chargeback.true_up_posting", "closing.close_rules", "closing.check_assignment", "closing.check_sign_off", "tenancy.ownership_change", "tenancy.business_unit_parent", "tenancy.api_key", "tenancy.api_key_secret", "tenancy.api_key_use", "tenancy.api_key_revocation", "tenancy.bi_grant", "exports.kept_rows", "allocation.run_inputs", "allocation.driver_booking", "allocation.booked_quantity", "metering.attribution_rule", "metering.attribution_rule_retirement", "costs.cost_entry", "costs.accrual", "costs.accrual_reversal", "costs.accrual_answer", "costs.capitalisation_policy", "costs.capitalisation_policy_approval", "costs.implementation_cost", "costs.asset", "costs.asset_retirement", "programme.plan", "programme.plan_approval", "programme.statement", "programme.statement_cell", "programme.statement_aggregate", "programme.unit_grant", "programme.unit_grant_end", "allocation.policy", "allocation.policy_approval", "metering.usage_leg", "metering.delivery", "metering.source_registration", "metering.source_rules", "metering.silence_acknowledgement",
      "journals.account_mapping", "journals.account_mapping_approval", "journals.journal", "journals.journal_file", "journals.journal_line", "journals.journal_line_source", "journals.journal_statement", "rating.rating_rules", "rating.rate_card", "rating.rate_card_approval", "rating.posting", "rating.vendor_statement", "rating.vendor_statement_line", "rating.variance_explanation"]) expect([hidden, await within(own, `select count(*) from ${hidden}`)]).toEqual([hidden, [{ count: "0" }]]);
  });

  it("a writer adds rows of its own units only", async () => {
    const programme = programmes.get("acme")!, retail = units.get("acme/retail")!;
    const ingest = { programme, reach: "ingest", units: [retail] };
    const copied = (await server.sql<{ columns: string }>("select string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns from information_schema.columns where table_schema = 'metering' and table_name = 'usage_event' and column_name not in ('event_key', 'leg_key', 'business_unit_id', 'programme_id')"))[0]!.columns;
    const event = (unit: string, into = programme): Promise<unknown> => within(ingest, `insert into metering.usage_event (programme_id, event_key, leg_key, business_unit_id, ${copied}) select $1, gen_random_uuid(), gen_random_uuid(), $2, ${copied} from metering.usage_event where business_unit_id = $3 limit 1`, [into, unit, retail]);
    expect(await event(retail)).toEqual([]);
    expect(await event(units.get("acme/claims")!)).toBe("42501");
    expect(await event(units.get("globex/freight")!)).toBe("42501");
    expect(await event(retail, programmes.get("globex"))).toBe("42501");
    const total = (unit: string, into = programme): Promise<unknown> => within(ingest, "insert into metering.usage_period_total (programme_id, business_unit_id, use_case_id, period_key) values ($1, $2, gen_random_uuid(), '2025-10')", [into, unit]);
    expect(await total(retail)).toEqual([]);
    expect(await total(units.get("acme/claims")!)).toBe("42501");
    expect(await total(retail, programmes.get("globex"))).toBe("42501");
    const daily = (unit: string): Promise<unknown> => within(ingest, "insert into metering.usage_daily_total (programme_id, business_unit_id, use_case_id, day, channel, direction, provider, outcome) values ($1, $2, gen_random_uuid(), '2025-10-10', 'VOICE', 'INBOUND', '', '')", [programme, unit]);
    expect(await daily(retail)).toEqual([]);
    expect(await daily(units.get("acme/claims")!)).toBe("42501");
    expect(await within(ingest, "update metering.usage_period_total set legs = legs + 1 where business_unit_id = $1 returning 1", [units.get("acme/claims")])).toEqual([]);
    expect(await within(ingest, "update metering.usage_period_total set business_unit_id = $1 where business_unit_id = $2", [units.get("acme/claims"), retail])).toBe("42501");
    const delivery = (tenant: Parameters<typeof within>[0], touched: string[], into = programme): Promise<unknown> =>
      within(tenant, "insert into metering.delivery (programme_id, source_id, received_at, subject, unit_ids, accepted, duplicate, superseded, conflict, rejected, held, rejects) values ($1, 1, now(), 'x', $2, 0, 1, 0, 0, 0, 0, '{}')", [into, touched]);
    for (const touched of [[retail], []]) expect(await delivery(ingest, touched)).toEqual([]);
    for (const touched of [[units.get("acme/claims")!], [retail, units.get("acme/claims")!]]) expect(await delivery(ingest, touched)).toBe("42501");
    expect(await delivery(ingest, [retail], programmes.get("globex"))).toBe("42501");
    expect(await delivery({ ...ingest, reach: "units" }, [retail])).toBe("42501");
    expect(await within(ingest, "select 1 from metering.delivery")).toEqual([]);
    expect(await within(ingest, "insert into metering.source_rules (programme_id, version, require_registered_sources, reason, set_by) values ($1, 1, false, 'x', 'x')", [programme])).toBe("42501");
    expect(await within(ingest, "insert into metering.source_registration (programme_id, source_id, version, name, owner, kind, status, registered_by, registered_at) select $1, id, 1, 'x', 'x', 'OTHER', 'ACTIVE', 'x', now() from metering.source", [programme])).toBe("42501");
    for (const reach of ["units", "nonsense", ""]) expect(await within({ ...ingest, reach }, "insert into tenancy.use_case (programme_id, id, code, name) values ($1, gen_random_uuid(), 'x', 'x')", [programme])).toBe("42501");
    expect(await within({ ...ingest, reach: "units" }, "insert into governance.audit_entry (programme_id, id, subject, role, action, subject_kind, subject_key) values ($1, gen_random_uuid(), 'x', 'x', 'x', 'x', 'x')", [programme])).toBe("42501");
  });

  it("a unit accepts and disputes what is its own, and does nothing else to a statement", async () => {
    const programme = programmes.get("acme")!, retail = units.get("acme/retail")!;
    const own = { programme, reach: "units", units: [retail] };
    const of = async (unit: string): Promise<{ statement: string; line: string }> => (await server.sql<{ statement: string; line: string }>("select statement_id as statement, line_id as line from chargeback.statement_line where business_unit_id = $1 limit 1", [units.get(unit)]))[0]!;
    const [mine, theirs] = [await of("acme/retail"), await of("acme/claims")];
    const event = (statement: string, unit: string, status: string): Promise<unknown> => within(own, "insert into chargeback.statement_event (programme_id, statement_id, sequence, business_unit_id, status, subject) values ($1, $2, 99, $3, $4, 'x')", [programme, statement, unit, status]);
    for (const status of ["ACCEPTED", "DISPUTED"]) expect([status, await event(mine.statement, retail, status)]).toEqual([status, []]);
    for (const status of ["ISSUED", "ADJUSTED", "POSTED", "SUPERSEDED"]) expect([status, await event(mine.statement, retail, status)]).toEqual([status, "42501"]);
    expect(await event(theirs.statement, units.get("acme/claims")!, "ACCEPTED")).toBe("42501");
    // Another unit's statement under one's own name: the foreign key carries the unit.
    expect(await event(theirs.statement, retail, "ACCEPTED")).toBe("23503");
    const dispute = ({ statement, line }: typeof mine, tenant: Parameters<typeof within>[0]): Promise<unknown> => within(tenant, "insert into chargeback.dispute (programme_id, id, business_unit_id, statement_id, line_id, reason, evidence, payload_hash, raised_by) values ($1, gen_random_uuid(), $2, $3, $4, 'x', '[]', 'x', 'x')", [programme, retail, statement, line]);
    expect(await dispute(mine, own)).toEqual([]);
    expect(await dispute(theirs, own)).toBe("23503");
    expect(await dispute({ ...mine, line: theirs.line }, own)).toBe("23503");
    expect(await dispute(mine, { programme, reach: "programme" })).toBe("42501");
    // Nor does it call its own word silence, write as finance, or make the rules that it may read.
    expect(await within(own, "insert into chargeback.statement_event (programme_id, statement_id, sequence, business_unit_id, status, subject, reason, by_silence, disputable_until, rules_version) values ($1, $2, 98, $3, 'ACCEPTED', 'x', 'x', true, '2025-11-01', 1)", [programme, mine.statement, retail])).toBe("42501");
    const [raised] = await server.sql<{ id: string }>("insert into chargeback.dispute (programme_id, id, business_unit_id, statement_id, line_id, reason, evidence, payload_hash, raised_by) values ($1, gen_random_uuid(), $2, $3, $4, 'x', '[]', 'x', 'x') returning id", [programme, retail, mine.statement, mine.line]);
    const message = (side: string, tenant: Parameters<typeof within>[0]): Promise<unknown> => within(tenant, "insert into chargeback.dispute_message (programme_id, dispute_id, sequence, business_unit_id, side, text, evidence, payload_hash, written_by) values ($1, $4, 1, $2, $3, 'x', '[]', 'x', 'x')", [programme, retail, side, raised!.id]);
    expect([await message("UNIT", own), await message("FINANCE", own), await message("UNIT", { programme, reach: "programme" })]).toEqual([[], "42501", "42501"]);
    await server.sql("delete from chargeback.dispute where id = $1", [raised!.id]);
    expect(await within(own, "insert into chargeback.statement_rules (programme_id, version, silence, reason, set_by) values ($1, 1, 'WAITS', 'x', 'x')", [programme])).toBe("42501");
    for (const [table, columns, values] of [
      ["statement", "id, business_unit_id, period_key, version, mode, currency, total_minor, hash, issued_by", "gen_random_uuid(), $2, '2025-10', 1, 'SHOWBACK', 'USD', 0, 'x', 'x'"],
      ["statement_line", "statement_id, line_id, business_unit_id, position, kind, origin_period_key, amount_minor", "$3, gen_random_uuid(), $2, 99, 'RESOLUTION', '2025-10', 1"],
      ["resolution", "id, business_unit_id, statement_id, outcome, reason, payload_hash, resolved_by", "gen_random_uuid(), $2, $3, 'REJECTED', 'x', 'x', 'x'"],
      ["dispute_resolution", "dispute_id, business_unit_id, resolution_id", "$3, $2, $3"],
      ["programme_line", "resolution_id, position, amount_minor", "$3, 0, 1"],
    ]) {
      expect([table, await within(own, `with x as (select $2::uuid, $3::uuid) insert into chargeback.${table} (programme_id, ${columns}) select $1, ${values} from x`, [programme, retail, mine.statement])]).toEqual([table, "42501"]);
    }
  });

  it("no row is moved to, added to or linked with another programme", async () => {
    const acme = { programme: programmes.get("acme"), reach: "programme" };
    expect(await within(acme, "insert into tenancy.business_unit (programme_id, id, code, name) values ($1, gen_random_uuid(), 'x', 'x')", [programmes.get("globex")])).toBe("42501");
    expect(await within(acme, "insert into tenancy.programme (id, code, name, currency, time_zone) values (gen_random_uuid(), 'x', 'x', 'USD', 'UTC')")).toBe("42501");
    await server.sql("insert into metering.usage_leg (programme_id, leg_key, head_event_key) select programme_id, leg_key, event_key from metering.usage_event where programme_id = $1 and opens_leg limit 1", [programmes.get("acme")]);
    expect(await within(acme, "update metering.usage_leg set programme_id = $1", [programmes.get("globex")])).toBe("42501");
    // The foreign keys begin with the programme: another programme's row cannot be pointed at.
    expect(await within(acme, "insert into tenancy.use_case_ownership (programme_id, use_case_id, effective_from, business_unit_id) select programme_id, id, now(), $1 from tenancy.use_case limit 1", [units.get("globex/freight")])).toBe("23503");
    const [pool] = await server.sql<{ id: string }>("select id from costs.cost_pool where programme_id = $1 limit 1", [programmes.get("globex")]);
    expect(await within(acme, "insert into costs.cost_entry (programme_id, id, pool_id, period_key, amount_minor, currency, external_id, payload_hash, recorded_by) values ($1, gen_random_uuid(), $2, '2025-10', 1, 'USD', 'x', 'x', 'x')", [acme.programme, pool!.id])).toBe("23503");
    const loose = await server.sql<{ name: string }>(
      `select conrelid::regclass || ' ' || conname as name from pg_constraint c join pg_namespace n on n.oid = c.connamespace
       where contype = 'f' and n.nspname = any($1) and not (conkey[1] = (select attnum from pg_attribute where attrelid = conrelid and attname = 'programme_id'))`, [SCHEMAS]);
    expect(loose).toEqual([]);
  });

  it("a unit takes note of alerts on its own budgets, and does nothing else to a budget", async () => {
    const programme = programmes.get("acme")!, retail = units.get("acme/retail")!;
    const own = { programme, reach: "units", units: [retail] };
    const alertOf = async (unit: string): Promise<string> => (await server.sql<{ id: string }>("select id from budgets.alert where business_unit_id = $1 limit 1", [units.get(unit)]))[0]!.id;
    const note = (alert: string, unit: string | null): Promise<unknown> => within(own, "insert into budgets.alert_acknowledgement (programme_id, alert_id, business_unit_id, acknowledged_by) values ($1, $2, $3, 'x')", [programme, alert, unit]);
    const [mine, theirs] = [await alertOf("acme/retail"), await alertOf("acme/claims")];
    expect(await note(mine, retail)).toEqual([]);
    expect(await note(theirs, units.get("acme/claims")!)).toBe("42501");
    expect(await note(theirs, null)).toBe("42501");
    // Another unit's alert under one's own name: the foreign key carries the unit.
    expect(await note(theirs, retail)).toBe("23503");
    const [columns, values] = ["programme_id, id, business_unit_id, period_key, version, amount_minor, thresholds, set_by", "$1, gen_random_uuid(), $2, '2030-01', 1, 1, '{}', 'x'"];
    expect(await within(own, `insert into budgets.budget (${columns}) values (${values})`, [programme, retail])).toBe("42501");
    expect(await within({ programme, reach: "programme" }, `insert into budgets.budget (${columns}) values (${values})`, [programme, retail])).toEqual([]);
    for (const [column, value] of [["amount_minor", "-1"], ["volume_quantity", "'NaN'"], ["version", "0"]]) {
      const changed = `insert into budgets.budget (programme_id, id, business_unit_id, period_key, version, amount_minor, thresholds, set_by, volume_unit, volume_quantity, volume_rate)
        select $1, gen_random_uuid(), $2, '2030-01', x.version, x.amount_minor, '{}', 'x', 'CALL', x.volume_quantity, 1 from (select ${["version", "amount_minor", "volume_quantity"].map((name) => `${name === column ? value : "1"}::${name === "volume_quantity" ? "numeric" : "int"} as ${name}`).join(", ")}) x`;
      expect([column, await within({ programme, reach: "programme" }, changed, [programme, retail])]).toEqual([column, "23514"]);
    }
  });

  it("what is written stays: no update, delete or truncate of a fact", async () => {
    const everything = { programme: programmes.get("acme"), reach: "programme" };
    for (const { name } of await tables()) {
      const [column] = await asApp<{ column: string }>("select column_name as column from information_schema.columns where table_schema || '.' || table_name = $1 and column_name not in ('status', 'closed_at', 'cutoff', 'hash') order by ordinal_position limit 1", [name]);
      expect([name, await within(everything, `delete from ${name}`)]).toEqual([name, "42501"]);
      expect([name, await within(everything, `truncate ${name}`)]).toEqual([name, "42501"]);
      const changed = await within(everything, `update ${name} set ${column!.column} = ${column!.column} where false`);
      expect([name, changed]).toEqual([name, UPDATABLE.includes(name) && name !== "governance.period" ? [] : "42501"]);
    }
  });

  it("the database refuses figures that are none", async () => {
    const programme = programmes.get("acme")!;
    const [run] = await server.sql<{ id: string }>("select id from allocation.run where programme_id = $1", [programme]);
    const quantity = (text: string): Promise<unknown> => within({ programme, reach: "programme" }, "insert into allocation.driver_quantity (programme_id, run_id, driver_key, channel, business_unit_id, use_case_id, quantity) values ($1, $2, 'x', 'VOICE', $3, gen_random_uuid(), $4::numeric)", [programme, run!.id, units.get("acme/retail"), text]);
    expect(await quantity("1")).toEqual([]);
    for (const text of ["NaN", "Infinity", "-1", "-Infinity"]) expect([text, await quantity(text)]).toEqual([text, "23514"]);
  });
});

describe("connections that are used again", () => {
  it("never carry a tenant over: 500 transactions of two tenants over two connections, a tenth of them failing", async () => {
    const dataSource = await connect(server.installation.apiUrl, { purpose: "serve", poolSize: 2 }).initialize();
    const database = new Database(dataSource);
    const scope = (code: string, unit?: string): Scope => ({
      principal: { subject: "x", role: "FINANCE", programme: code, businessUnits: [] }, programme: { id: programmes.get(code)!, code, name: code, currency: "USD", timeZone: "UTC" } as Programme,
      reach: unit ? "units" : "programme", unitIds: unit ? [units.get(`${code}/${unit}`)!] : [],
    });
    const expected = { acme: ["claims", "retail", "support"], globex: ["claims", "customs", "freight", "harbour", "retail", "support"] };
    const tally = { foreign: 0, failed: 0, leftovers: 0, right: 0 };
    const transaction = async (index: number): Promise<void> => {
      const code = index % 2 === 0 ? ("acme" as const) : ("globex" as const);
      const narrow = index % 3 === 0;
      const outside = (await dataSource.query("select nullif(current_setting('app.programme', true), '') as programme, nullif(current_setting('app.reach', true), '') as reach, nullif(current_setting('app.units', true), '') as units, (select count(*) from tenancy.business_unit) as seen")) as Array<Record<string, unknown>>;
      if (JSON.stringify(outside) !== JSON.stringify([{ programme: null, reach: null, units: null, seen: "0" }])) tally.leftovers += 1;
      try {
        await database.withTenant(scope(code, narrow ? "retail" : undefined), async (tx) => {
          const rows = await tx.query<{ code: string; programme: string }>("select code, programme_id as programme from tenancy.business_unit order by code");
          if (rows.some(({ programme }) => programme !== programmes.get(code))) tally.foreign += 1;
          if (JSON.stringify(rows.map((row) => row.code)) === JSON.stringify(narrow ? ["retail"] : expected[code])) tally.right += 1;
          if (index % 10 === 7) throw new Error("stop here");
          if (index % 50 === 13) await tx.query("select 1 / 0");
        });
      } catch {
        tally.failed += 1;
      }
    };
    // Twenty at a time want the two connections; all at once the last would wait longer than the pool lets anybody wait.
    await Promise.all(Array.from({ length: 20 }, async (_, lane) => {
      for (let index = lane; index < 500; index += 20) await transaction(index);
    }));
    await database.close();
    expect(tally).toEqual({ foreign: 0, failed: 60, leftovers: 0, right: 500 });
  });

  it("a transaction without a tenant is not handed out", async () => {
    await expect(server.installation.database.withTenant(undefined as never, async () => 1)).rejects.toThrow("withTenant without a tenant");
    await expect(server.installation.database.withTenant({ programme: { id: "" } } as never, async () => 1)).rejects.toThrow("withTenant without a tenant");
  });

  it("nobody but an administrator finds or makes programmes", async () => {
    await expect(server.installation.database.withInstallation({ subject: "x", role: "FINANCE", programme: "acme", businessUnits: [] }, async () => 1)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("a report that is read under a role of its own", () => {
  const scope = (unit?: string): Scope => ({
    principal: { subject: "x", role: "FINANCE", programme: "acme", businessUnits: [] }, programme: { id: programmes.get("acme")!, code: "acme", name: "acme", currency: "USD", timeZone: "UTC" } as Programme,
    reach: unit ? "units" : "programme", unitIds: unit ? [units.get(`acme/${unit}`)!] : [],
  });
  const codeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: { driverError?: { code: string } }) => error.driverError?.code ?? error);

  it.each(READERS)("%s reads the ledgers of its tenant, writes nothing, and has nothing of what it does not need", async (reader) => {
    const { database } = server.installation;
    const asReader = (sql: string, unit?: string): Promise<unknown[]> => database.withTenant(scope(unit), (tx) => tx.readingAs(reader, () => tx.query(sql)));
    expect(await asReader("select code from tenancy.business_unit order by code", "retail")).toEqual([{ code: "retail" }]);
    expect(await asReader("select code from tenancy.business_unit order by code")).toEqual([{ code: "claims" }, { code: "retail" }, { code: "support" }]);
    expect(await codeOf(asReader("insert into costs.cost_pool select * from costs.cost_pool where false"))).toBe("42501");
    for (const table of ["metering.provider_key", "metering.usage_event", "governance.audit_entry", "journals.journal"]) expect([table, await codeOf(asReader(`select 1 from ${table}`))]).toEqual([table, "42501"]);
  });

  it("cases are read by the reader of cases, and by no other reader", async () => {
    const { database } = server.installation;
    for (const table of (await tables()).filter(({ name }) => name.startsWith("business_cases."))) {
      const read = (reader: (typeof READERS)[number]): Promise<unknown> => codeOf(database.withTenant(scope(), (tx) => tx.readingAs(reader, () => tx.query(`select 1 from ${table.name}`))));
      expect([table.name, await read("CASES"), await read("PROGRAMME")]).toEqual([table.name, null, "42501"]);
    }
  });

  it.each(READERS)("%s is given back whether the work succeeds, is refused or fails", async (reader) => {
    await server.installation.database.withTenant(scope(), async (tx) => {
      const me = async (): Promise<unknown> => (await tx.query("select current_user::text as me, session_user::text as login"))[0];
      const api = { me: "apportion_app", login: "apportion_app" };
      expect(await tx.readingAs(reader, me)).toEqual({ ...api, me: readingRoleOf("apportion_app", reader) });
      expect(await me()).toEqual(api);
      await expect(tx.readingAs(reader, async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
      expect(await me()).toEqual(api);
    });
    await expect(server.installation.database.withTenant(scope(), (tx) => tx.readingAs(reader, () => tx.query("select 1 / 0")))).rejects.toThrow("division by zero");
    expect(await asApp("select current_user::text as me")).toEqual([{ me: "apportion_app" }]);
  });
});

describe("the mapper", () => {
  it("keeps no cache, and a condition that is undefined throws instead of matching everything", async () => {
    const dataSource = connect(server.installation.apiUrl, { purpose: "serve", poolSize: 1 });
    expect(dataSource.options.cache).toBe(false);
    await dataSource.initialize();
    expect(dataSource.queryResultCache).toBeUndefined();
    const repository = dataSource.getRepository(BusinessUnitEntity);
    for (const code of [undefined, null]) {
      await expect(repository.find({ where: { code: code as never } })).rejects.toThrow();
      await expect(repository.findOneBy({ programmeId: programmes.get("acme"), code: code as never })).rejects.toThrow();
      await expect(repository.delete({ code: code as never })).rejects.toThrow();
    }
    await dataSource.destroy();
    const sources = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? sources(path) : path.endsWith(".ts") ? [path] : [];
    });
    const cached = sources(join(__dirname, "../../src")).filter((path) => /\.cache\(|cache: (true|\{|\d)/.test(readFileSync(path, "utf8")));
    expect(cached).toEqual([]);
  });
});
