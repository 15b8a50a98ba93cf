import { setTimeout as pause } from "node:timers/promises";
import { serverAudits } from "graphql-http";
import { BODY_MS } from "../../src/app/http-server";
import { call, createAcme } from "../support/builders";
import { TestServer, startTestServer } from "../support/server";
import { rowCounts } from "../support/two-programmes";

/** What the audits only recommend (warn) or allow (notice) and this server does otherwise: a refused request is a 4xx for everybody. */
const OTHERWISE: readonly string[] = [
  "notice 5A70 MAY accept application/x-www-form-urlencoded formatted GET requests",
  "notice D6D5 MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json",
  "notice 6A70 MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json",
  "warn 572B SHOULD use 200 status code on document parsing failure when accepting application/json",
  "warn FDE2 SHOULD use 200 status code on document validation failure when accepting application/json",
  "warn 7B9B SHOULD use a status code of 200 on variable coercion failure when accepting application/json",
];

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
});
afterAll(() => server.close());

/** The status and the code of the first error; the body is at most `text`. */
async function send(init: { method?: string; path?: string; body?: string; headers?: Record<string, string>; role?: "FINANCE" | "INTEGRATION" | "ADMIN" }): Promise<[number, string | null]> {
  const { method = "POST", path = "/graphql", body, headers = { "content-type": "application/json" }, role = "FINANCE" } = init;
  const response = await fetch(server.url + path, { method, body, headers: { authorization: `Bearer ${server.as(role, { businessUnits: role === "INTEGRATION" ? ["retail"] : [] }).token}`, ...headers } });
  const text = await response.text();
  const parsed = (text.startsWith("{") ? JSON.parse(text) : {}) as { errors?: Array<{ extensions?: { code: string } }> };
  return [response.status, parsed.errors?.[0]?.extensions?.code ?? null];
}

const QUERY = "{ viewer { role } }";
const json = (value: unknown): string => JSON.stringify(value);
const MUTATION = 'mutation { createCostPool(input: { code: "p", name: "P", kind: OTHER }) { pool { code } userErrors { code } } }';
const REPORT = "mutation($input: ReportUsageInput!) { reportUsage(input: $input) { accepted userErrors { code } } }";

describe("GraphQL over HTTP", () => {
  it("passes every audit that is required", async () => {
    const fetchFn = (url: string, init: RequestInit = {}): Promise<Response> => fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${server.as("FINANCE").token}` } });
    const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn });
    const found: string[] = [];
    for (const audit of audits) {
      const result = await audit.fn();
      if (result.status !== "ok") found.push(`${result.status} ${result.id} ${result.name}`);
    }
    expect(audits.length).toBe(61);
    expect(found).toEqual(OTHERWISE);
  });

  it("asks for a token on every way in", async () => {
    for (const [method, path] of [["POST", "/graphql"], ["GET", `/graphql?query=${encodeURIComponent(QUERY)}`]] as const) {
      const response = await fetch(server.url + path, { method, headers: { "content-type": "application/json" }, body: method === "POST" ? json({ query: QUERY }) : undefined });
      expect([response.status, response.headers.get("www-authenticate"), response.headers.get("cache-control")]).toEqual([401, "Bearer", "no-store, private"]);
    }
  });

  it.each<[string, string, [number, string | null]]>([
    ["nothing", "", [400, "BAD_USER_INPUT"]],
    ["half of JSON", '{"query": "{ viewer', [400, "BAD_USER_INPUT"]],
    ["text that is no JSON", "query { viewer { role } }", [400, "BAD_USER_INPUT"]],
    ["null", "null", [400, "BAD_USER_INPUT"]],
    ["a number", "7", [400, "BAD_USER_INPUT"]],
    ["a batch", json([{ query: QUERY }, { query: QUERY }]), [400, "BAD_USER_INPUT"]],
    ["no query", json({ variables: {} }), [400, "BAD_USER_INPUT"]],
    ["a query that is a list", json({ query: [QUERY] }), [400, "BAD_USER_INPUT"]],
    ["variables that are a list", json({ query: QUERY, variables: [1] }), [400, "BAD_USER_INPUT"]],
    ["a persisted query", json({ extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } }), [400, "BAD_USER_INPUT"]],
    ["two operations and none chosen", json({ query: "query A { viewer { role } } query B { programme { code } }" }), [400, "BAD_USER_INPUT"]],
    ["an operation that is not there", json({ query: "query A { viewer { role } }", operationName: "B" }), [400, "BAD_USER_INPUT"]],
    ["fragments that spread each other", json({ query: "{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }" }), [400, "BAD_USER_INPUT"]],
    ["an unknown field", json({ query: "{ viewer { roles } }" }), [400, "BAD_USER_INPUT"]],
    ["a subscription", json({ query: "subscription { viewer { role } }" }), [400, "BAD_USER_INPUT"]],
    ["a field named like a property of every object", json({ query: "{ viewer { constructor __proto__ } }" }), [400, "BAD_USER_INPUT"]],
    ["1,001 tokens", json({ query: `{ ${"viewer { role } ".repeat(250)} }` }), [400, "BAD_USER_INPUT"]],
    ["21 things at once", json({ query: `{ ${Array.from({ length: 21 }, (_, index) => `a${index}: viewer { role }`).join(" ")} }` }), [413, "LIMIT_EXCEEDED"]],
    ["an operation of introspection", json({ query: "{ __schema { queryType { name } } }" }), [200, null]],
    ["what was meant", json({ query: QUERY }), [200, null]],
  ])("a body of %s", async (_, body, expected) => {
    expect(await send({ body })).toEqual(expected);
  });

  it.each<[string, Record<string, string>, string, number]>([
    ["text/plain", { "content-type": "text/plain" }, json({ query: QUERY }), 400],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, `query=${encodeURIComponent(QUERY)}`, 415],
    ["multipart", { "content-type": "multipart/form-data; boundary=x" }, "--x--", 415],
    ["application/graphql", { "content-type": "application/graphql" }, QUERY, 415],
    ["XML", { "content-type": "application/xml" }, "<query/>", 415],
    ["JSON in another alphabet, said plainly", { "content-type": "application/json; charset=utf-8" }, json({ query: QUERY }), 200],
  ])("content of type %s", async (_, headers, body, status) => {
    expect((await send({ headers, body }))[0]).toBe(status);
  });

  it("a GET asks and never changes", async () => {
    const before = await rowCounts(server);
    const get = (query: string, headers: Record<string, string> = { "apollo-require-preflight": "1" }): Promise<[number, string | null]> => send({ method: "GET", path: `/graphql?query=${encodeURIComponent(query)}`, headers });
    expect(await get(QUERY)).toEqual([200, null]);
    expect(await get(QUERY, {})).toEqual([400, "BAD_USER_INPUT"]);
    expect((await get(MUTATION))[0]).toBe(405);
    expect((await get(MUTATION, { "content-type": "application/json" }))[0]).toBe(405);
    expect((await get(MUTATION, {}))[0]).toBe(400);
    for (const method of ["PUT", "PATCH", "DELETE"]) expect((await send({ method, body: json({ query: QUERY }) }))[0]).toBe(404);
    expect(await rowCounts(server)).toEqual(before);
  });

  it("a query has 256 kB; only the variables of an ingest may have more", async () => {
    const padding = "x".repeat(256 * 1024);
    const event = call("large", { endReasonRaw: "x".repeat(400) });
    const events = Array.from({ length: 600 }, (_, index) => ({ ...event, eventId: `large-${index}` }));
    expect(json(events).length).toBeGreaterThan(256 * 1024);
    expect(await send({ body: json({ query: `${QUERY} #${padding}` }) })).toEqual([413, "LIMIT_EXCEEDED"]);
    expect(await send({ body: json({ query: QUERY, variables: { padding } }) })).toEqual([413, "LIMIT_EXCEEDED"]);
    expect(await send({ body: json({ query: `${REPORT} #${padding}`, variables: { input: { source: "test://x", events: [event] } } }), role: "INTEGRATION" })).toEqual([413, "LIMIT_EXCEEDED"]);
    expect(await send({ body: json({ query: `query Q { viewer { role } } ${REPORT.replace("mutation", "mutation M")}`, operationName: "M", variables: { input: { source: "test://x", events } } }), role: "INTEGRATION" })).toEqual([413, "LIMIT_EXCEEDED"]);
    expect(await send({ body: json({ query: REPORT, variables: { input: { source: "test://x", events } } }), role: "INTEGRATION" })).toEqual([200, null]);
    expect(await server.sql("select count(*) from metering.usage_event")).toEqual([{ count: "600" }]);
  });

  it("a text of nothing but comments is turned away before it is parsed", async () => {
    // Against a body of the same size whose text is short: a parser that made a token of every comment would take many times as long.
    const comments = "#\n".repeat(6_000_000);
    const least = async (body: () => string): Promise<number> => {
      const tries: number[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const text = body();
        const began = process.cpuUsage();
        expect(await send({ body: text })).toEqual([413, "LIMIT_EXCEEDED"]);
        tries.push(process.cpuUsage(began).user);
      }
      return Math.min(...tries);
    };
    const asVariables = await least(() => json({ query: QUERY, variables: { comments } }));
    expect(await least(() => json({ query: `${comments}${QUERY}` }))).toBeLessThan(3 * asVariables);
  });

  it("a body over the limit is cut off, and nobody waits for the rest of it", async () => {
    const [begun, ended] = [jest.spyOn(globalThis, "setTimeout"), jest.spyOn(globalThis, "clearTimeout")];
    expect(await send({ body: json({ query: REPORT, variables: { padding: "x".repeat(24 * 1024 * 1024) } }), role: "INTEGRATION" })).toEqual([413, "LIMIT_EXCEEDED"]);
    const waits = begun.mock.results.filter((_, index) => begun.mock.calls[index]![1] === BODY_MS).map(({ value }) => value as NodeJS.Timeout);
    expect(waits.length).toBe(1);
    const isWaiting = (): boolean => !ended.mock.calls.some(([timer]) => timer === waits[0]);
    for (let turn = 0; turn < 500 && isWaiting(); turn += 1) await pause(10);
    expect(isWaiting()).toBe(false);
    for (const spy of [begun, ended]) spy.mockRestore();
  });

  it("a batch written into the query instead of the variables is turned away when it is long", async () => {
    const literal = (count: number): string => `mutation { reportUsage(input: { source: "test://literal", events: [${Array.from({ length: count }, (_, index) => `{ eventId: "l-${index}", contactId: "c", legId: "l-${index}", useCase: "order-status", channel: VOICE, direction: INBOUND, status: COMPLETED, endedAt: "2025-10-10T14:00:00Z", connectedMs: 1000 }`).join(" ")}] }) { accepted results { outcome } userErrors { code } } }`;
    expect(await send({ body: json({ query: literal(100) }), role: "INTEGRATION" })).toEqual([400, "BAD_USER_INPUT"]);
    const few = await server.as("INTEGRATION", { businessUnits: ["retail"] }).ask(literal(2));
    expect(few.data).toEqual({ reportUsage: { accepted: 2, results: [{ outcome: "ACCEPTED" }, { outcome: "ACCEPTED" }], userErrors: [] } });
  });

  it("serves an explorer from its own origin, and nothing else of the disk", async () => {
    const page = await fetch(`${server.url}/explorer`);
    const html = await page.text();
    expect([page.status, page.url, page.headers.get("content-security-policy")]).toEqual([200, `${server.url}/explorer/`, expect.stringMatching(/^default-src 'none'; script-src 'self';.*connect-src 'self'/)]);
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    const scripts = [...html.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, name]) => name!);
    expect(scripts).toEqual(["polyfills.js", "main.js", "options.js"]);
    for (const script of scripts) {
      const asset = await fetch(`${server.url}/explorer/${script}`);
      expect([script, asset.status, asset.headers.get("content-type"), (await asset.text()).length > 100]).toEqual([script, 200, "text/javascript; charset=utf-8", true]);
    }
    expect(html).not.toContain("AltairGraphQL.init");
    for (const name of ["..%2f..%2fpackage.json", "%2e%2e/%2e%2e/package.json", "nothing.js"]) {
      const refused = await fetch(`${server.url}/explorer/${name}`);
      expect([name, refused.status, await refused.text()]).toEqual([name, 404, expect.stringContaining("There is nothing here.")]);
    }
    expect((await fetch(`${server.url}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query: "{ __schema { queryType { name } } }" }) })).status).toBe(401);
  });

  it("names of properties that every object has are only names", async () => {
    const body = '{"query":"{ viewer { role } }","variables":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}},"__proto__":{"polluted":true}}';
    expect(await send({ body })).toEqual([200, null]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    const answer = await server.as("INTEGRATION", { businessUnits: ["retail"] }).ask("mutation($input: ReportUsageInput!) { reportUsage(input: $input) { results { outcome } } }", { input: { source: "test://proto", events: [JSON.parse(`{"__proto__":{"polluted":true},${json(call("proto")).slice(1)}`)] } });
    expect(answer.data.reportUsage.results).toEqual([{ outcome: "REJECTED" }]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("what a page costs is known before it is read", async () => {
    const deep = await server.as("FINANCE").ask("{ usageEvents(where: {}, first: 500) { edges { node { id eventId source businessUnit { code name } useCase { code name } connectedMs } } } }");
    expect(deep.extensions).toEqual({ cost: { requested: 6_001, limit: 100_000 } });
    const wide = await server.as("FINANCE").ask(`{ ${Array.from({ length: 20 }, (_, index) => `a${index}: usageEvents(where: {}, first: 500) { edges { node { id eventId source revision period contactId legId channel direction status } } }`).join(" ")} }`);
    expect([wide.status, wide.errors![0]!.extensions.code]).toEqual([413, "LIMIT_EXCEEDED"]);
  });
});
