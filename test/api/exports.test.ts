import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, strFromU8 } from "fflate";
import { parse } from "csv-parse/sync";
import { Client } from "pg";
import { BI_TABLES } from "../../src/app/bi/definitions";
import { DATASETS } from "../../src/exports/dataset-list.query";
import { call, createAcme, ALLOCATE, bookAndAgree, integration, must, report } from "../support/builders";
import { Commands, commandsIn } from "../support/commands";
import { exampleStatements } from "../support/examples";
import { Actor, TestServer, startTestServer } from "../support/server";
import { BOOK, CREATE_POOL } from "../support/two-programmes";

const SCOPES = ["core", "cases", "programme", "focus"];

const KEY = "apiKey { code keyId role businessUnits datasets status secretVersion expiresAt overlapEndsAt lastUsedAt revokedAt revokedBy revokedReason }";
const CREATE = `mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { ${KEY} secret bearerToken userErrors { code message field } } }`;
const ROTATE = `mutation($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { ${KEY} secret bearerToken userErrors { code message field } } }`;
const REVOKE = `mutation($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { ${KEY} userErrors { code message field } } }`;
const PROPOSE_CASE = "mutation($input: ProposeBusinessCaseInput!) { proposeBusinessCase(input: $input) { userErrors { code message } } }";
const CASE = {
  useCase: "order-status", currency: "USD", startMonth: "2025-10", discountRatePercent: "8", sponsor: "Retail", budgetHolder: "Head of retail", problem: "Callers wait", problemMetric: "Seconds to answer",
  flows: [{ period: "2025-10", category: "IMPLEMENTATION", amount: "180000" }, { period: "2026-10", category: "COST_REDUCTION", amount: "260000" }],
};
const FORMULA = '=HYPERLINK("http://x.test","y")';

interface Made { readonly apiKey: Record<string, unknown> & { keyId: string }; readonly secret: string; readonly bearerToken: string }

let server: TestServer;
let admin: Actor;

beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2025-12-15T12:00:00.000Z");
  admin = server.as("ADMIN");
  await createAcme(server);
  const seconds = (id: string, useCase: string, count: number, day = "2025-10-10", more = {}) =>
    call(id, { useCase, connectedAt: `${day}T14:00:00.000Z`, endedAt: new Date(Date.parse(`${day}T14:00:00.000Z`) + count * 1000).toISOString(), connectedMs: count * 1000, ...more });
  await report(integration(server), [
    seconds("a", "order-status", 60), seconds("b", "triage", 30), seconds("c", "returns", 10), seconds("d", "order-status", 20, "2025-10-11"), seconds("e", "order-status", 40, "2025-11-03"),
    call("f", { useCase: "triage", channel: "CHAT", connectedAt: null, connectedMs: 0, status: "COMPLETED", endedAt: "2025-10-12T14:00:00.000Z" }),
  ]);
  await bookAndAgree(server, { amount: "100.01" });
  const finance = server.as("FINANCE");
  await must(finance, CREATE_POOL, { input: { code: "direct", name: FORMULA, kind: "DIRECT" } });
  for (const [externalId, useCase, amount] of [["d-1", "triage", "12.50"], ["d-2", "order-status", "-5.00"]]) await must(finance, BOOK, { input: { pool: "direct", period: "2025-10", amount, currency: "USD", externalId, useCase } });
  // A first run that counts no more.
  await must(finance, ALLOCATE, { input: { period: "2025-10" } });
  await must(finance, BOOK, { input: { pool: "platform", period: "2025-10", amount: "-0.01", currency: "USD", externalId: "credit" } });
  await must(finance, ALLOCATE, { input: { period: "2025-10" } });
  await must(finance, "mutation { requestClose(input: { period: \"2025-10\" }) { userErrors { code message } } }");
  await must(server.as("FINANCE", { subject: "second-person" }), "mutation { closePeriod(input: { period: \"2025-10\" }) { userErrors { code message } } }");
  await must(finance, "mutation { issueStatements(input: { period: \"2025-10\" }) { userErrors { code message } } }");
});
afterAll(() => server.close());

const get = (path: string, authorization: string, headers: Record<string, string> = {}): Promise<Response> => fetch(`${server.url}${path}`, { headers: { authorization, ...headers } });
const bearer = (actor: Actor): string => `Bearer ${actor.token}`;
const basic = ({ apiKey, secret }: Made): string => `Basic ${Buffer.from(`${apiKey.keyId}:${secret}`).toString("base64")}`;
const finance = (): string => bearer(server.as("FINANCE"));
const text = async (path: string, who = finance()): Promise<string> => {
  const response = await get(path, who);
  expect([path, response.status]).toEqual([path, 200]);
  return response.text();
};
const rows = async (path: string, who = finance()): Promise<Array<Record<string, string>>> => parse(await text(path, who), { columns: true, relax_quotes: false }) as Array<Record<string, string>>;
const sum = (amounts: readonly string[]): string => {
  const minor = amounts.reduce((total, each) => total + BigInt(each.replace(".", "")), 0n).toString();
  return minor.length > 2 ? `${minor.slice(0, -2)}.${minor.slice(-2)}` : minor;
};
const problem = async (path: string, who = finance()): Promise<Record<string, unknown>> => {
  const response = await get(path, who);
  expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  return (await response.json()) as Record<string, unknown>;
};

describe("keys of service accounts", () => {
  const make = async (input: Record<string, unknown>): Promise<Made> => (await must(admin, CREATE, { input })).createApiKey as Made;
  const CSV = "/export/dim_business_unit.csv?fields=business_unit";

  it("read what their role reads, by Bearer everywhere and by Basic on exports, and decide nothing", async () => {
    const key = await make({ code: "retail-bi", role: "BUSINESS_UNIT", businessUnits: ["retail"], description: "Power BI" });
    expect(key.apiKey).toMatchObject({ code: "retail-bi", role: "BUSINESS_UNIT", businessUnits: ["retail"], datasets: null, status: "ACTIVE", secretVersion: 1, expiresAt: "2026-03-15T12:00:00.000Z", overlapEndsAt: null, lastUsedAt: null });
    expect(await text(CSV, basic(key))).toBe("business_unit\r\nretail\r\n");
    expect(await text(CSV, `Bearer ${key.bearerToken}`)).toBe("business_unit\r\nretail\r\n");
    const withKey = server.withToken(key.bearerToken);
    expect((await withKey.ask("{ viewer { subject role } }")).data).toEqual({ viewer: { subject: "key:retail-bi", role: "BUSINESS_UNIT" } });
    const accept = await withKey.ask("mutation { acceptStatement(input: { statement: \"x\" }) { userErrors { code } } }");
    expect([accept.status, accept.errors?.[0]?.extensions.code]).toEqual([403, "FORBIDDEN"]);
    // A browser sends Basic by itself: it opens exports alone.
    const posted = await fetch(`${server.url}/graphql`, { method: "POST", headers: { authorization: basic(key), "content-type": "application/json" }, body: "{\"query\":\"{ viewer { role } }\"}" });
    expect(posted.status).toBe(401);
  });

  it("of an integration push usage", async () => {
    const { bearerToken } = await make({ code: "gateway", role: "INTEGRATION", businessUnits: ["retail"] });
    const pushed = await fetch(`${server.url}/usage?source=test://keyed`, { method: "POST", headers: { authorization: `Bearer ${bearerToken}`, "content-type": "application/x-ndjson" }, body: `${JSON.stringify(call("keyed", { endedAt: "2025-11-10T14:01:00.000Z", connectedAt: "2025-11-10T14:00:00.000Z" }))}\n` });
    expect([pushed.status, await pushed.text()]).toEqual([200, expect.stringContaining("ACCEPTED")]);
    expect((await get(CSV, `Bearer ${bearerToken}`)).status).toBe(403);
  });

  it("made for some datasets export those and do nothing else", async () => {
    const key = await make({ code: "auditor-only-months", role: "AUDITOR", datasets: ["dim_period"] });
    expect((await get("/export/dim_period.csv", basic(key))).status).toBe(200);
    expect(await problem("/export/allocation_line.csv", basic(key))).toMatchObject({ status: 403, code: "FORBIDDEN", detail: "This key was not made for allocation_line." });
    expect((await server.withToken(key.bearerToken).ask("{ viewer { role } }")).status).toBe(403);
    const refused = await admin.ask(CREATE, { input: { code: "too-much", role: "BUSINESS_UNIT", businessUnits: ["retail"], datasets: ["journal_line"] } });
    expect(refused.data.createApiKey).toMatchObject({ apiKey: null, secret: null, userErrors: [{ code: "BAD_USER_INPUT", field: ["datasets"] }] });
  });

  it("are rotated with an overlap and revoked at once, and every refusal is the same", async () => {
    const first = await make({ code: "loader", role: "FINANCE", expiresInDays: 10 });
    const second = (await must(admin, ROTATE, { input: { code: "loader", overlapHours: 2, expiresInDays: 20 } })).rotateApiKey as Made;
    expect(second.apiKey).toMatchObject({ keyId: first.apiKey.keyId, secretVersion: 2, overlapEndsAt: "2025-12-15T14:00:00.000Z", expiresAt: "2026-01-04T12:00:00.000Z" });
    const status = async (key: Made): Promise<number> => (await get(CSV, basic(key))).status;
    expect([await status(first), await status(second)]).toEqual([200, 200]);
    server.clock.set("2025-12-15T14:00:00.000Z");
    expect([await status(first), await status(second)]).toEqual([401, 200]);
    const overlapped = await (await get(CSV, basic(first))).text();
    server.clock.set("2026-01-04T12:00:00.000Z");
    const expired = await (await get(CSV, basic(second))).text();
    server.clock.set("2025-12-15T12:00:00.000Z");
    const unknown = await (await get(CSV, basic({ ...second, apiKey: { keyId: `apk_${"A".repeat(32)}` } }))).text();
    const wrong = await (await get(CSV, basic({ ...second, secret: "A".repeat(43) }))).text();
    await must(admin, REVOKE, { input: { code: "loader", reason: "left" } });
    const revoked = await (await get(CSV, basic(second))).text();
    expect(await status(second)).toBe(401);
    expect(new Set([overlapped, expired, unknown, wrong, revoked]).size).toBe(1);
    expect((await admin.ask(ROTATE, { input: { code: "loader" } })).data.rotateApiKey.userErrors).toMatchObject([{ code: "CONFLICT" }]);
    expect((await admin.ask(CREATE, { input: { code: "loader", role: "FINANCE" } })).data.createApiKey.userErrors).toMatchObject([{ code: "CONFLICT", field: ["code"] }]);
  });

  it("note their last use at most once a minute, and no secret is kept anywhere", async () => {
    const key = await make({ code: "noted", role: "FINANCE" });
    const used = async (at: string): Promise<unknown> => {
      server.clock.set(at);
      await text(CSV, basic(key));
      return (await server.sql("select used_at, xmin::text as version from tenancy.api_key_use where key_id = $1", [key.apiKey.keyId]))[0];
    };
    const noted = await used("2025-12-16T12:00:00.000Z");
    expect(noted).toMatchObject({ used_at: new Date("2025-12-16T12:00:00.000Z") });
    expect(await used("2025-12-16T12:00:59.999Z")).toEqual(noted);
    expect(await used("2025-12-16T12:01:00.000Z")).toMatchObject({ used_at: new Date("2025-12-16T12:01:00.000Z") });
    server.clock.set("2025-12-15T12:00:00.000Z");
    const kept = await server.sql<{ row: string }>("select row_to_json(s)::text as row from tenancy.api_key_secret s union all select row_to_json(k)::text from tenancy.api_key k union all select row_to_json(e)::text from governance.audit_entry e where subject_kind = 'ApiKey'");
    expect(kept.filter(({ row }) => row.includes(key.secret))).toEqual([]);
    const actions = await server.sql("select action, count(*)::int as count from governance.audit_entry where subject_kind = 'ApiKey' group by 1 order by 1");
    expect(actions).toEqual([{ action: "createApiKey", count: 5 }, { action: "revokeApiKey", count: 1 }, { action: "rotateApiKey", count: 1 }]);
    const { edges } = (await must(server.as("AUDITOR"), "{ apiKeys(first: 10) { edges { node { code status revokedReason } } } }")).apiKeys;
    expect(edges.map(({ node }: { node: { code: string; status: string } }) => `${node.code} ${node.status}`)).toEqual(["auditor-only-months ACTIVE", "gateway ACTIVE", "loader REVOKED", "noted ACTIVE", "retail-bi ACTIVE"]);
  });
});

describe("every format", () => {
  it("reads back exactly the totals of the API", async () => {
    const { allocation } = await must(server.as("FINANCE"), "{ allocation(period: \"2025-10\", groupBy: [BUSINESS_UNIT, USE_CASE]) { allocated { amount } rows { businessUnit { code } useCase { code } amount { amount } driverQuantity share } } }");
    const expected = allocation.rows.map((row: Record<string, { code: string; amount: string } | string>) => [(row.businessUnit as { code: string }).code, (row.useCase as { code: string }).code, (row.amount as { amount: string }).amount, row.driverQuantity, row.share]);
    const csv = await rows("/export/allocation_line.csv?from=2025-10&to=2025-11");
    expect(csv.map((row) => [row.business_unit, row.use_case, row.amount, row.driver_quantity, row.share])).toEqual(expected);
    expect(sum(csv.map(({ amount }) => amount!))).toBe(allocation.allocated.amount);
    const ndjson = (await text("/export/allocation_line.ndjson?from=2025-10&to=2025-11")).trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(ndjson.map(({ amount }) => amount)).toEqual(csv.map(({ amount }) => amount));
    expect(JSON.parse(await text("/export/allocation_line.json?from=2025-10&to=2025-11"))).toEqual(ndjson);
    expect(await text("/export/allocation_line.json?decimals=number&fields=amount,rule_version&business_unit=claims&from=2025-10&to=2025-11")).toBe('[\n{"amount":25.00,"rule_version":1}\n]\n');

    const { parquetReadObjects } = await import("hyparquet");
    const file = await (await get("/export/allocation_line.parquet?from=2025-10&to=2025-11", finance())).arrayBuffer();
    const parquet = await parquetReadObjects({ file });
    expect(parquet.map(({ business_unit, use_case, period_start, run_sequence, superseded_at }) => [business_unit, use_case, (period_start as Date).toISOString().slice(0, 10), run_sequence, superseded_at])).toEqual(csv.map((row) => [row.business_unit, row.use_case, "2025-10-01", 2n, null]));
    expect(parquet.map(({ amount }) => (amount as number).toFixed(2))).toEqual(csv.map(({ amount }) => amount));

    const workbook = unzipSync(new Uint8Array(await (await get("/export/allocation_line.xlsx?from=2025-10&to=2025-11&fields=amount,use_case", finance())).arrayBuffer()));
    const sheet = strFromU8(workbook["xl/worksheets/sheet1.xml"]!);
    expect([...sheet.matchAll(/<c r="A\d+"><v>([^<]*)<\/v>/g)].map(([, figure]) => figure)).toEqual(csv.map(({ amount }) => amount));
    expect(strFromU8(workbook["xl/worksheets/sheet2.xml"]!)).toContain("15 significant digits");
  });

  it("keeps formulas inert and figures numbers", async () => {
    const path = "/export/statement_line.csv?fields=pool_name,amount&pool=direct";
    expect(await text(path)).toBe(`pool_name,amount\r\n"'=HYPERLINK(""http://x.test"",""y"")",12.50\r\n"'=HYPERLINK(""http://x.test"",""y"")",-5.00\r\n`);
    expect((await text(`${path}&bom=1`)).charCodeAt(0)).toBe(0x70);
    expect(new Uint8Array(await (await get(`${path}&bom=1`, finance())).arrayBuffer()).slice(0, 3)).toEqual(new Uint8Array([0xef, 0xbb, 0xbf]));
    const sheet = strFromU8(unzipSync(new Uint8Array(await (await get(path.replace(".csv", ".xlsx"), finance())).arrayBuffer()))["xl/worksheets/sheet1.xml"]!);
    expect(sheet).toContain('<c r="A3" s="3" t="inlineStr"><is><t xml:space="preserve">=HYPERLINK(&quot;http://x.test&quot;,&quot;y&quot;)</t></is></c><c r="B3"><v>-5.00</v></c>');
    expect(sheet).not.toContain("<f>");
  });

  it("has the same header and schema for an empty range", async () => {
    for (const { name, time, columns } of DATASETS) {
      const range = time === null ? "" : "?from=2031-01-01&to=2031-01-01";
      const schema = (await (await get(`/export/${name}/schema`, finance())).json()) as { columns: Array<{ name: string; type: string; description: string }> };
      expect(schema.columns.map((each) => each.name)).toEqual(columns.map((each) => each.name));
      expect((await text(`/export/${name}.csv${range}`)).split("\r\n")[0]).toBe(columns.map((each) => each.name).join(","));
    }
    const { parquetReadObjects } = await import("hyparquet");
    const empty = await (await get("/export/allocation_line.parquet?from=2031-01", finance())).arrayBuffer();
    expect(await parquetReadObjects({ file: empty })).toEqual([]);
    expect(await text("/export/allocation_line.json?from=2031-01")).toBe("[\n]\n");
  });
});

describe("what is asked", () => {
  it("reads every dataset, and they agree with each other", async () => {
    const days = await rows("/export/usage_daily.csv?from=2025-10-10&to=2025-10-12");
    expect(days.map(({ day, business_unit, use_case, channel, legs, calls, connected_seconds }) => [day, business_unit, use_case, channel, legs, calls, connected_seconds])).toEqual([
      ["2025-10-10", "claims", "triage", "VOICE", "1", "1", "30.000"], ["2025-10-10", "retail", "order-status", "VOICE", "1", "1", "60.000"], ["2025-10-10", "retail", "returns", "VOICE", "1", "1", "10.000"],
      ["2025-10-11", "retail", "order-status", "VOICE", "1", "1", "20.000"],
    ]);
    expect((await rows("/export/usage_daily.csv")).map(({ day, status }) => `${day} ${status}`)).toContain("2025-11-03 draft");
    expect((await rows("/export/cost_pool_period.csv?period=2025-10")).map(({ pool, booked, divided, allocated, unallocated, run_sequence }) => [pool, booked, divided, allocated, unallocated, run_sequence])).toEqual([["direct", "7.50", "", "", "", "2"], ["platform", "100.00", "100.00", "100.00", "0.00", "2"]]);
    expect(sum((await rows("/export/statement_line.csv")).map(({ amount }) => amount!))).toBe("107.50");
    expect(await rows("/export/journal_line.csv")).toEqual([]);
    expect((await rows("/export/dim_use_case.csv")).map(({ use_case, business_unit }) => [use_case, business_unit])).toEqual([["helpdesk", "support"], ["order-status", "retail"], ["returns", "retail"], ["triage", "claims"]]);
    expect((await rows("/export/dim_period.csv")).map(({ period, period_status, status, cutoff }) => [period, period_status, status, cutoff === ""])).toEqual([["2025-10", "CLOSED", "final", false], ["2025-11", "OPEN", "draft", true]]);
    expect((await rows("/export/dim_policy_version.csv")).map(({ rule_version, policy_status, approved_by }) => [rule_version, policy_status, approved_by])).toEqual([["1", "APPROVED", "second-person"]]);
  });

  it("writes closed months as FOCUS does", async () => {
    const all = await rows("/export/focus_cost_and_usage.csv");
    expect(Object.keys(all[0]!).findIndex((name) => name.startsWith("x_"))).toBe(Object.keys(all[0]!).filter((name) => !name.startsWith("x_")).length);
    expect(all.map((row) => [row.AllocatedResourceId, row.AllocatedMethodDetails, row.SubAccountId, row.BilledCost, row.PricingQuantity, row.ContractedUnitPrice])).toEqual([
      ["bu-claims/triage", '{"Elements":[{"AllocatedRatio":0.250000000}]}', "", "25.00", "2500", "0.01"],
      ["bu-retail/order-status", '{"Elements":[{"AllocatedRatio":0.666700000}]}', "", "66.67", "6667", "0.01"],
      ["bu-retail/returns", '{"Elements":[{"AllocatedRatio":0.083300000}]}', "", "8.33", "833", "0.01"],
      ["", "", "bu-claims", "12.50", "1250", "0.01"],
      ["", "", "bu-retail", "-5.00", "-500", "0.01"],
    ]);
    expect(sum(all.map(({ BilledCost }) => BilledCost!))).toBe(sum((await rows("/export/statement_line.csv")).map(({ amount }) => amount!)));
    for (const row of all) {
      expect(BigInt(row.PricingQuantity!) * BigInt(row.ContractedUnitPrice!.replace(".", ""))).toBe(BigInt(row.ContractedCost!.replace(".", "")));
      expect([row.EffectiveCost, row.ListCost, row.ContractedCost]).toEqual(Array(3).fill(row.BilledCost));
      expect([row.BillingPeriodStart, row.BillingPeriodEnd, row.ChargePeriodStart, row.ChargeClass]).toEqual(["2025-10-01T04:00:00Z", "2025-11-01T04:00:00Z", "2025-10-01T04:00:00Z", ""]);
      expect(row.AllocatedMethodId).toBe(row.x_Kind === "ALLOCATION" ? "policy-1:platform" : "");
      const [tags, allocated] = [row.Tags, row.AllocatedTags || "{}"].map((json) => JSON.parse(json!) as Record<string, string>);
      expect(Object.keys(allocated!).filter((name) => name in tags!)).toEqual([]);
    }
    expect((await rows("/export/focus_billing_period.csv")).map(({ x_Period, BillingPeriodStatus }) => [x_Period, BillingPeriodStatus])).toEqual([["2025-10", "Closed"], ["2025-11", "Open"]]);
    expect((await rows("/export/focus_invoice_detail.csv")).map(({ InvoiceId, ChargeCategory, BilledCost, InvoiceIssueStatus }) => [InvoiceId, ChargeCategory, BilledCost, InvoiceIssueStatus])).toEqual([["acme-2025-10", "Usage", "107.50", "Issued"]]);
    expect((await get("/export/focus_cost_and_usage.csv?from=2025-10&to=2025-11", finance())).headers.get("etag")).toMatch(/^"/);
    expect((await get("/export/focus_cost_and_usage.csv", bearer(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] })))).status).toBe(403);
  });

  it("goes on from page to page, and an interrupted one resumes", async () => {
    const whole = await text("/export/usage_daily.csv");
    let path: string | null = "/export/usage_daily.csv?limit=2";
    const pages: string[] = [];
    while (path !== null) {
      const page: Response = await get(path, finance());
      const [header, ...lines] = (await page.text()).split("\r\n");
      if (pages.length === 0) pages.push(`${header}\r\n`);
      pages.push(lines.join("\r\n"));
      path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1] ?? null;
    }
    expect(pages.length).toBe(1 + Math.ceil((whole.split("\r\n").length - 2) / 2));
    expect(pages.join("")).toBe(whole);
  });

  it("tells what was superseded, and reads one run", async () => {
    const changed = await rows("/export/allocation_line.csv?updated_since=2020-01-01T00:00:00Z&fields=run_sequence,superseded_by_run_id,allocation_run_id,amount");
    const [old, current] = [changed.filter((row) => row.run_sequence === "1"), changed.filter((row) => row.run_sequence === "2")];
    expect(new Set(old.map((row) => row.superseded_by_run_id))).toEqual(new Set([current[0]!.allocation_run_id]));
    expect(current.every((row) => row.superseded_by_run_id === "")).toBe(true);
    const one = await rows(`/export/allocation_line.csv?as_of_run=${old[0]!.allocation_run_id}&fields=run_sequence,superseded_by_run_id,allocation_run_id,amount`);
    expect(one).toEqual(old);
    expect([sum(old.map(({ amount }) => amount!)), sum(current.map(({ amount }) => amount!))]).toEqual(["100.01", "100.00"]);
  });

  it("is the same bytes for ever in closed months, and known ones are not sent again", async () => {
    for (const path of ["/export/allocation_line.parquet", "/export/allocation_line.xlsx", "/export/statement_line.csv", "/export/usage_daily.ndjson"]) {
      const closed = `${path}?from=2025-10-01&to=2025-11-01`;
      const [first, second] = [await get(closed, finance()), await get(closed, finance())];
      const etag = first.headers.get("etag")!;
      expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
      expect(second.headers.get("etag")).toBe(etag);
      expect(Buffer.from(await first.arrayBuffer()).equals(Buffer.from(await second.arrayBuffer()))).toBe(true);
      const again = await get(closed, finance(), { "if-none-match": etag });
      expect([again.status, await again.text()]).toEqual([304, ""]);
      // What somebody else may see is another thing, and an open month has no tag.
      expect((await get(closed, bearer(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] })))).headers.get("etag")).not.toBe(etag);
      expect((await get(`${path}?from=2025-10-01`, finance())).headers.get("etag")).toBeNull();
    }
  });

  it("is refused with what there is", async () => {
    expect(await problem("/export/nothing.csv")).toMatchObject({ status: 404, code: "NOT_FOUND", known: expect.arrayContaining(["allocation_line", "dim_period"]) });
    expect(await problem("/export/allocation_line.pdf")).toMatchObject({ status: 404, known: expect.arrayContaining(["allocation_line.csv", "allocation_line.parquet"]) });
    expect(await problem("/export/allocation_line.csv?fields=amount,wrong")).toMatchObject({ status: 400, parameter: "fields", known: expect.arrayContaining(["amount"]) });
    expect(await problem("/export/usage_daily.csv?updated_since=2025-01-01T00:00:00Z")).toMatchObject({ status: 400, parameter: "updated_since", known: expect.arrayContaining(["from", "business_unit"]) });
    expect(await problem("/export/allocation_line.csv?business_unit=retail,nowhere")).toMatchObject({ status: 404, detail: "There is no business unit nowhere." });
    expect(await problem("/export/allocation_line.csv?business_unit=claims", bearer(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] })))).toMatchObject({ status: 404, detail: "There is no business unit claims." });
    expect(await problem("/export/allocation_line.csv?cursor=abc")).toMatchObject({ status: 400, parameter: "cursor" });
    for (const [parameter, value] of [["from", "2025-02-30"], ["limit", "0"], ["limit", "50001"], ["as_of_run", "x"], ["decimals", "float"], ["bom", "yes"]]) expect(await problem(`/export/allocation_line.csv?${parameter}=${value}`)).toMatchObject({ status: 400, parameter });
    expect((await get("/export/allocation_line.csv", "Bearer nothing")).headers.get("www-authenticate")).toContain("Basic");
  });
});

describe("views for BI tools", () => {
  let folder: string, commands: Commands;
  const clients: Client[] = [];
  const databaseOf = (): string => new URL(server.installation.apiUrl).pathname.slice(1);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "apportion-bi-"));
    commands = commandsIn(folder, {
      DATABASE_URL: server.installation.apiUrl, APPORTION_MIGRATION_URL: server.installation.ownerUrl!, ADMIN_DATABASE_URL: process.env.TEST_ADMIN_URL!, LOG_LEVEL: "warn",
      APPORTION_JWT_ISSUER: "i", APPORTION_JWT_AUDIENCE: "a", APPORTION_JWT_SECRET: "0123456789abcdef0123456789abcdef",
    });
    // As "init" leaves a database of its own: nobody is let in by being anybody.
    await server.sql(`revoke all on database ${databaseOf()} from public`);
    // A second programme, and a journal of the first, which no login of a unit may see.
    await server.sql("insert into tenancy.programme (id, code, name, currency, time_zone) values ('00000000-0000-4000-8000-000000000001', 'globex', 'Globex', 'JPY', 'UTC')");
    await server.sql("insert into tenancy.business_unit (programme_id, id, code, name) values ('00000000-0000-4000-8000-000000000001', gen_random_uuid(), 'freight', 'Freight')");
    await server.sql("insert into governance.period (programme_id, key, starts_at, ends_at) values ('00000000-0000-4000-8000-000000000001', '2025-10', '2025-10-01Z', '2025-11-01Z')");
    await server.sql("set session_replication_role = replica");
    await server.sql(`with j as (
        insert into journals.journal (programme_id, id, external_id, period_key, version, kind, mapping_version, currency, posting_date, source_hash, line_count, total_minor, hash, generated_by)
        select id, gen_random_uuid(), 'J-1', '2025-10', 1, 'POSTING', 1, 'USD', '2025-10-31', 'x', 2, 1250, 'x', 'x' from tenancy.programme where code = 'acme' returning programme_id, id
      ) insert into journals.journal_line (programme_id, journal_id, line_no, account, segments, debit_minor, credit_minor, description)
      select j.programme_id, j.id, n, '4711', '{}', case n when 1 then 1250 else 0 end, case n when 2 then 1250 else 0 end, 'x' from j, generate_series(1, 2) n`);
    await server.sql("set session_replication_role = origin");
    await must(server.as("FINANCE"), PROPOSE_CASE, { input: CASE });
  });
  afterAll(async () => {
    for (const client of clients) await client.end().catch(() => undefined);
    await commands.end();
    rmSync(folder, { recursive: true, force: true });
    await server.sql("drop role if exists bi_test_metabase");
  });

  const grant = async (login: string, ...more: string[]): Promise<{ password: string | null; url: string | null }> => {
    const { status, out, err } = await commands.run(["bi", "grant", "--programme", "acme", "--login", login, "--json", ...more]);
    expect({ status, err }).toMatchObject({ status: 0 });
    return JSON.parse(out) as { password: string | null; url: string | null };
  };
  const connected = async (url: string): Promise<Client> => {
    const client = new Client({ connectionString: url });
    client.on("error", () => undefined);
    clients.push(client);
    await client.connect();
    return client;
  };
  /** The rows, or the SQLSTATE. */
  const attempt = async (client: Client, sql: string): Promise<unknown> => client.query(sql).then(({ rows }) => rows as unknown, (error: { code: string }) => error.code);

  type Dataset = (typeof DATASETS)[number];
  const plain = (value: unknown): string | null => (value === null ? null : String(value).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, ""));
  const valueOf = ({ name, type }: Dataset["columns"][number]): string => (type === "instant" ? `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` : `${name}::text`);
  const lines = (dataset: Dataset, all: ReadonlyArray<Record<string, unknown>>): string[] => all.map((row) => JSON.stringify(dataset.columns.map(({ name, type }) => (type === "decimal" || type === "integer" ? plain(row[name]) : row[name])))).sort();
  const viewed = async (client: Client, dataset: Dataset): Promise<string[]> => lines(dataset, (await client.query(`select ${dataset.columns.map((column) => `${valueOf(column)} as "${column.name}"`).join(", ")} from bi.${dataset.name}`)).rows as Array<Record<string, unknown>>);
  const everything = async (client: Client): Promise<Record<string, string[]>> => {
    const all: Record<string, string[]> = {};
    for (const dataset of DATASETS) all[dataset.name] = await viewed(client, dataset);
    return all;
  };
  /** What the exports give to somebody, empty where they refuse. */
  const exported = async (actor: Actor): Promise<Record<string, string[]>> => Object.fromEntries(await Promise.all(DATASETS.map(async (dataset) => {
    const answer = await get(`/export/${dataset.name}.json`, bearer(actor));
    return [dataset.name, answer.status === 403 ? [] : lines(dataset, (await answer.json()) as Array<Record<string, unknown>>)] as const;
  })));

  let retail: Client, own: Record<string, string[]>, retailUrl: string;

  it("show a login the rows that the exports and the API show, and explain every column", async () => {
    const made = await grant("bi_test_retail", "--business-unit", "retail");
    retailUrl = made.url!;
    retail = await connected(retailUrl);
    own = await everything(retail);
    expect(own).toEqual({ ...(await exported(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }))), business_case_period: [] });
    expect(Object.entries(own).filter(([, all]) => all.length === 0).map(([name]) => name).sort()).toEqual(["business_case_period", "cost_pool_period", "dim_policy_version", "ebit_bridge", "focus_billing_period", "focus_cost_and_usage", "focus_invoice_detail", "journal_line", "programme_pnl"]);
    const { allocation } = await must(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }), "{ allocation(period: \"2025-10\", groupBy: [BUSINESS_UNIT]) { rows { amount { amount } } } }");
    expect((await retail.query("select trim_scale(sum(amount))::text as amount from allocation_line where period = '2025-10'")).rows.map(({ amount }) => plain(amount))).toEqual(allocation.rows.map((row: { amount: { amount: string } }) => plain(row.amount.amount)));

    const whole = await connected((await grant("bi_test_finance", "--all", "--scope", ...SCOPES, "--connections", "1", "--statement-timeout", "7")).url!);
    const all = await everything(whole);
    expect(all).toEqual(await exported(server.as("FINANCE")));
    expect(Object.values(all).filter((each) => each.length === 0)).toEqual([]);
    for (const { place, sql } of exampleStatements()) expect([place, await attempt(whole, sql)]).toEqual([place, expect.any(Array)]);
    expect((await whole.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "7s" }]);
    expect((await whole.query("show default_transaction_read_only")).rows).toEqual([{ default_transaction_read_only: "on" }]);
    await expect(connected((await grant("bi_test_finance", "--all", "--scope", ...SCOPES, "--connections", "1", "--new-password")).url!)).rejects.toMatchObject({ code: "53300" });
    expect(await server.sql("select c.relname, a.attname from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 where c.relnamespace = 'bi'::regnamespace and (obj_description(c.oid) is null or col_description(c.oid, a.attnum) is null or not c.reloptions @> array['security_invoker=true', 'security_barrier=true'])")).toEqual([]);
    expect((await server.sql<{ comment: string }>("select col_description('bi.usage_daily'::regclass, attnum) as comment from pg_attribute where attrelid = 'bi.usage_daily'::regclass and attname = 'connected_ms'"))[0]).toEqual({ comment: "Connected time of the calls. Unit: milliseconds." });
  });

  it("are granted by scope, are those of the last refresh where queries work them out, and tell when that was", async () => {
    const finance = await exported(server.as("FINANCE"));
    const scoped = await connected((await grant("bi_test_scoped", "--all", "--scope", "cases")).url!);
    for (const scopes of [["cases"], ["programme"], ["focus"], ["core"], ["cases", "focus"]]) {
      await grant("bi_test_scoped", "--all", "--scope", ...scopes);
      expect([scopes, await everything(scoped)]).toEqual([scopes, Object.fromEntries(DATASETS.map(({ name, scope }) => [name, scopes.includes(scope) ? finance[name] : []]))]);
      const kept = { cases: ["business_case_period"], programme: ["ebit_bridge", "programme_pnl"], focus: ["focus_cost_and_usage", "focus_invoice_detail"], core: [] as string[] };
      expect((await scoped.query("select dataset from bi.freshness order by 1")).rows.map(({ dataset }) => dataset as string)).toEqual(scopes.flatMap((scope) => kept[scope as keyof typeof kept]));
    }
    await grant("bi_test_scoped", "--all", "--scope", "cases");

    // A plan that comes later is seen after the next refresh, and a refresh that finds nothing new leaves no trace.
    const cases = DATASETS.find(({ name }) => name === "business_case_period")!;
    const before = await viewed(scoped, cases);
    await must(server.as("FINANCE"), PROPOSE_CASE, { input: { ...CASE, useCase: "returns" } });
    expect(await viewed(scoped, cases)).toEqual(before);
    const refresh = async (): Promise<Record<string, number>> => {
      const { status, out } = await commands.run(["bi", "refresh", "--programme", "acme", "--json"]);
      expect(status).toBe(0);
      return Object.fromEntries((JSON.parse(out) as { datasets: Array<{ dataset: string; changed: number }> }).datasets.map(({ dataset, changed }) => [dataset, changed]));
    };
    expect(await refresh()).toEqual({ business_case_period: 1, programme_pnl: 0, ebit_bridge: 0, focus_cost_and_usage: 0, focus_invoice_detail: 0 });
    const after = await viewed(scoped, cases);
    expect(after).toEqual((await exported(server.as("FINANCE"))).business_case_period);
    expect(after.length).toBeGreaterThan(before.length);
    const [{ told }] = (await scoped.query<{ told: boolean }>("select refreshed_at > now() - interval '5 minutes' as told from bi.freshness")).rows as [{ told: boolean }];
    expect(told).toBe(true);
    const entries = (): Promise<unknown> => server.sql("select count(*)::int as count from governance.audit_entry where action = 'refreshBi'");
    const written = await entries();
    expect(new Set(Object.values(await refresh()))).toEqual(new Set([0]));
    expect(await entries()).toEqual(written);
    // What is no more is shown no more.
    await server.sql("insert into exports.kept_rows select programme_id, dataset, 'no-such-case', 0, facts, hash, refreshed_at from exports.kept_rows where dataset = 'business_case_period' and part = 'returns'");
    expect((await viewed(scoped, cases)).length).toBeGreaterThan(after.length);
    expect((await refresh()).business_case_period).toBe(1);
    expect(await viewed(scoped, cases)).toEqual(after);
    expect(await commands.run(["bi", "revoke", "--programme", "acme", "--login", "bi_test_scoped", "--reason", "left"])).toMatchObject({ status: 0 });
  });

  it("show nothing more whatever a login sets, calls or becomes", async () => {
    const units = (await server.sql<{ ids: string }>("select array_agg(id)::text as ids from tenancy.business_unit"))[0]!.ids;
    for (const programme of await server.sql<{ id: string }>("select id from tenancy.programme order by code")) {
      for (const reach of ["programme", "installation", "units", "ingest"]) {
        for (const [name, value] of [["app.programme", programme.id], ["app.reach", reach], ["app.units", units]]) expect(await attempt(retail, `set ${name} = '${value}'`)).toEqual([]);
        expect(await everything(retail)).toEqual(own);
      }
    }
    expect(await attempt(retail, "select count(*)::int as count from set_config('app.reach', 'programme', false) r, lateral (select business_unit from bi.allocation_line where r is not null) l where business_unit <> 'retail'")).toEqual([{ count: 0 }]);
    for (const role of ["apportion_app", "apportion_owner", "apportion_bi", "apportion_case_reader", "apportion_programme_reader", "apportion_backup", "bi_test_finance"]) {
      expect([role, await attempt(retail, `set role ${role}`)]).toEqual([role, "42501"]);
      expect([role, await attempt(retail, `set session authorization ${role}`)]).toEqual([role, "42501"]);
    }
    expect(await attempt(retail, "set row_security = off")).toEqual([]);
    expect(await attempt(retail, "select 1 from bi.allocation_line")).toBe("42501");
    await attempt(retail, "reset row_security");
    for (const setting of ["default_transaction_read_only = off", "search_path = pg_temp, public, tenancy, allocation", "session_replication_role = replica", "statement_timeout = 0"]) await attempt(retail, `set ${setting}`);
    for (const make of ["create temp table period (key text)", "create function pg_temp.x() returns text language sql as 'select 1'", "create table public.x ()", "create view bi.x as select 1", "create schema x", "do $$ begin create temp table y (); end $$"]) expect([make, await attempt(retail, make)]).toEqual([make, "42501"]);
    expect(await everything(retail)).toEqual(own);
  });

  it("cannot be written, and the tables behind them not be read", async () => {
    for (const { name } of DATASETS) {
      const { rows: [column] } = await retail.query<{ name: string }>("select attname as name from pg_attribute where attrelid = $1::regclass and attnum = 1", [`bi.${name}`]);
      for (const write of [`delete from bi.${name}`, `update bi.${name} set ${column!.name} = null`, `insert into bi.${name} (${column!.name}) values (null)`, `truncate bi.${name}`]) expect([write, ["42501", "42809", "55000"].includes(String(await attempt(retail, write)))]).toEqual([write, true]);
    }
    const tables = await server.sql<{ name: string }>("select schemaname || '.' || tablename as name from pg_tables where schemaname !~ '^(pg_|information_schema)' order by 1");
    for (const { name } of tables) for (const sql of [`select from ${name}`, `delete from ${name}`, `select * from ${name}`]) expect([sql, await attempt(retail, sql)]).toEqual([sql, "42501"]);

    // The second wall: were the schemas open and whole tables granted, the rows would still be bounded.
    const schemas = [...new Set(BI_TABLES.map((table) => table.split(".")[0]))].join(", ");
    await server.sql(`grant usage on schema ${schemas} to apportion_bi`);
    await server.sql(`grant select on ${BI_TABLES.join(", ")} to apportion_bi`);
    const [{ id }] = (await server.sql<{ id: string }>("select id from tenancy.business_unit where code = 'retail'")) as [{ id: string }];
    for (const table of BI_TABLES) {
      const [seen] = (await retail.query<{ count: string }>(`select count(*) from ${table}`)).rows;
      const key = { "tenancy.business_unit": "id", "tenancy.use_case_ownership": "business_unit_id", "metering.usage_daily_total": "business_unit_id", "allocation.line": "business_unit_id", "chargeback.statement": "business_unit_id", "chargeback.statement_line": "business_unit_id" }[table];
      const condition = key !== undefined ? `${key} = '${id}'` : { "tenancy.bi_grant": "login = 'bi_test_retail'", "tenancy.programme": "code = 'acme'", "tenancy.use_case": "code in ('order-status', 'returns')", "governance.period": "programme_id <> '00000000-0000-4000-8000-000000000001'", "allocation.run": "true", "costs.cost_pool": "true" }[table] ?? "false";
      expect([table, seen]).toEqual([table, (await server.sql(`select count(*) from ${table} where ${condition}`))[0]]);
    }
  });

  it("follow SET ROLE, and give a role that only inherits nothing", async () => {
    await server.sql("create role bi_test_metabase login inherit password 'metabase-secret'");
    await server.sql("grant bi_test_retail to bi_test_metabase with inherit true, set true");
    const metabase = await connected(Object.assign(new URL(retailUrl), { username: "bi_test_metabase", password: "metabase-secret" }).toString());
    for (const { name } of DATASETS) expect([name, await attempt(metabase, `select from bi.${name}`)]).toEqual([name, []]);
    await metabase.query("set role bi_test_retail");
    expect(await everything(metabase)).toEqual(own);
  });

  it("are granted once, changed by granting anew, and revoked with the role", async () => {
    const versions = (): Promise<unknown> => server.sql("select version, whole_programme as whole, cardinality(business_unit_ids) as units, ended from tenancy.bi_grant where login = 'bi_test_retail' order by 1");
    expect(await grant("bi_test_retail", "--business-unit", "retail")).toMatchObject({ password: null, url: null });
    expect(await versions()).toEqual([{ version: 1, whole: false, units: 1, ended: false }]);
    // What somebody opened by hand is closed again.
    expect(await attempt(retail, "select from allocation.line")).toBe("42501");
    await grant("bi_test_retail", "--business-unit", "retail", "claims");
    expect(await everything(retail)).toEqual({ ...(await exported(server.as("BUSINESS_UNIT", { businessUnits: ["retail", "claims"] }))), business_case_period: [] });

    const refused = async (status: number, words: string, ...args: string[]): Promise<void> => expect(await commands.run(["bi", args[0]!, "--programme", "acme", ...args.slice(1)])).toMatchObject({ status, err: expect.stringContaining(words) });
    await refused(4, "was not made here", "grant", "--login", "apportion_app", "--all");
    await refused(4, "is taken", "grant", "--login", "bi_test_retail", "--all", "--programme", "globex");
    await refused(3, "There is no business unit nowhere", "grant", "--login", "bi_test_other", "--business-unit", "nowhere");
    await refused(3, "cannot be a login", "grant", "--login", "Robert; drop", "--all");
    for (const scope of ["cases", "programme", "focus"]) await refused(3, `The scope ${scope} is the whole programme's`, "grant", "--login", "bi_test_other", "--business-unit", "retail", "--scope", scope);
    await refused(2, "--business-unit <code...>, or --all", "grant", "--login", "bi_test_other");
    await refused(3, "was never granted", "revoke", "--login", "bi_test_other", "--reason", "x");
    expect(await server.sql("select rolname from pg_roles where rolname like 'bi\\_test\\_%' order by 1")).toEqual([{ rolname: "bi_test_finance" }, { rolname: "bi_test_metabase" }, { rolname: "bi_test_retail" }]);

    for (const login of ["bi_test_retail", "bi_test_finance", "bi_test_retail"]) expect(await commands.run(["bi", "revoke", "--programme", "acme", "--login", login, "--reason", "left"])).toMatchObject({ status: 0, out: `${login} is revoked\n` });
    await expect(retail.query("select 1")).rejects.toThrow();
    await expect(connected(retailUrl)).rejects.toMatchObject({ code: "28P01" });
    expect(await server.sql("select rolname from pg_roles where rolname like 'bi\\_test\\_%'")).toEqual([{ rolname: "bi_test_metabase" }]);
    expect(await versions()).toEqual([{ version: 1, whole: false, units: 1, ended: false }, { version: 2, whole: false, units: 2, ended: false }, { version: 3, whole: false, units: 0, ended: true }]);
    expect(await server.sql("select action, subject_key as login, count(*)::int as count from governance.audit_entry where subject_kind = 'BiLogin' group by 1, 2 order by 1, 2")).toEqual([
      { action: "grantBi", login: "bi_test_finance", count: 1 }, { action: "grantBi", login: "bi_test_retail", count: 2 }, { action: "grantBi", login: "bi_test_scoped", count: 6 },
      { action: "revokeBi", login: "bi_test_finance", count: 1 }, { action: "revokeBi", login: "bi_test_retail", count: 1 }, { action: "revokeBi", login: "bi_test_scoped", count: 1 },
    ]);
    const listed = await commands.run(["bi", "list", "--programme", "acme"]);
    expect(listed.out.split("\n").slice(1, 4).map((line) => line.trim().split(/ +/))).toEqual([["bi_test_finance", ...SCOPES, "REVOKED"], ["bi_test_retail", "core", "REVOKED"], ["bi_test_scoped", "cases", "REVOKED"]]);
  });
});
