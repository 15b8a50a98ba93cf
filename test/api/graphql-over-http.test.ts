import { Socket, connect as openSocket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { serverAudits } from "graphql-http";
import pino from "pino";
import { BODY_MS } from "../../src/app/http-server";
import { RunningServer, ServerLimits, buildServer } from "../../src/app/serve";
import { call, createAcme } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
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
    // One part without a price does not let the others through without one.
    const page = "{ edges { node { id eventId source revision period contactId legId channel direction status } } }";
    const unpriced = await server.as("FINANCE").ask(`query($n: Int = 1) { small: businessUnits(first: $n) { edges { cursor } } ${Array.from({ length: 19 }, (_, index) => `a${index}: usageEvents(where: {}, first: 500) ${page}`).join(" ")} }`, { n: null });
    expect([unpriced.status, unpriced.data, unpriced.errors!.map(({ message, extensions }) => [message, extensions.code])]).toEqual([400, undefined, [['Argument "first" of non-null type "Int!" must not be null.', "BAD_USER_INPUT"]]]);
  });

  it.each<[string, string, [number, string]]>([
    ["50,000 aliases", `{ ${Array.from({ length: 50_000 }, (_, index) => `a${index}:viewer{role}`).join(" ")} }`, [413, "LIMIT_EXCEEDED"]],
    ["300 aliases of a field that is not there", `{ ${Array.from({ length: 300 }, (_, index) => `a${index}: nothing`).join(" ")} }`, [400, "BAD_USER_INPUT"]],
    ["20,000 fields that are the same", `{ viewer { ${"role ".repeat(20_000)} } }`, [400, "BAD_USER_INPUT"]],
    ["900 fields that are the same", `{ viewer { ${"role ".repeat(900)} } }`, [400, "BAD_USER_INPUT"]],
    ["5,000 directives", `{ viewer ${"@include(if: true) ".repeat(5_000)} { role } }`, [400, "BAD_USER_INPUT"]],
    ["150 directives", `{ viewer ${"@include(if: true) ".repeat(150)} { role } }`, [400, "BAD_USER_INPUT"]],
    ["300 directives that are none", `{ viewer ${"@bomb ".repeat(300)} { role } }`, [400, "BAD_USER_INPUT"]],
    ["20,000 lists in each other", `{ usage(where: { businessUnit: ${"[".repeat(20_000)}${"]".repeat(20_000)} }, groupBy: []) { asOf } }`, [400, "BAD_USER_INPUT"]],
    ["450 lists in each other", `{ usage(where: { businessUnit: ${"[".repeat(450)}"x"${"]".repeat(450)} }, groupBy: []) { asOf } }`, [400, "BAD_USER_INPUT"]],
    ["50 levels", `{ businessUnits(first: 1) { edges { node { ${"successor { ".repeat(50)} code ${"} ".repeat(50)} } } } }`, [413, "LIMIT_EXCEEDED"]],
    ["50 levels of fragments", `{ businessUnits(first: 1) { edges { node { ...f0 } } } } ${Array.from({ length: 50 }, (_, index) => `fragment f${index} on BusinessUnit { successor { ${index < 49 ? `...f${index + 1}` : "code"} } }`).join(" ")}`, [413, "LIMIT_EXCEEDED"]],
    ["fragments that double twenty times", `{ viewer { ...d0 } } ${Array.from({ length: 20 }, (_, index) => `fragment d${index} on Viewer { ${index < 19 ? `...d${index + 1} ...d${index + 1}` : "role"} }`).join(" ")}`, [413, "LIMIT_EXCEEDED"]],
    ["a name of 200 kB", `{ ${"x".repeat(200_000)} }`, [400, "BAD_USER_INPUT"]],
  ])("a bomb of %s is refused in short", async (_, query, expected) => {
    const response = await fetch(`${server.url}/graphql`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${server.as("FINANCE").token}` }, body: json({ query }) });
    const text = await response.text();
    expect([response.status, (JSON.parse(text) as { errors?: Array<{ extensions: { code: string } }> }).errors?.[0]!.extensions.code ?? ""]).toEqual(expected);
    expect(text.length).toBeLessThan(1_024);
  });

  it("a value that is long does not hide what is wrong with it", async () => {
    const { status, errors } = await server.as("FINANCE").ask("mutation($input: CreateCostPoolInput!) { createCostPool(input: $input) { userErrors { code } } }", { input: { name: "x".repeat(10_000), kind: "OTHER" } });
    expect([status, errors!.map(({ message }) => [message.length, message.slice(0, 37), message.slice(-59)])]).toEqual([400, [[307, 'Variable "$input" got invalid value {', '; Field "code" of required type "String!" was not provided.']]]);
  });

  it("who is not signed in learns the same of every question, and who is gets no hints", async () => {
    const questions = [QUERY, "{ viewer { roles } }", "{ __schema { queryType { name } } }", "{ nothing", "mutation { createCostPool { x } }"];
    for (const headers of [{} as Record<string, string>, { authorization: "Bearer nothing" }]) {
      const answers = new Set<string>();
      for (const query of questions) {
        const response = await fetch(`${server.url}/graphql`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: json({ query }) });
        answers.add(`${response.status} ${await response.text()}`);
      }
      expect([...answers]).toEqual(['401 {"errors":[{"message":"A valid token is needed: send Authorization: Bearer <token>.","extensions":{"code":"UNAUTHENTICATED"}}]}']);
    }
    for (const query of ["{ viewr { role } }", "{ viewer { rol } }", "{ businessUnit(cod: 1) { code } }", "mutation { bookCosts { x } }", "{ usage(where: { perod: 1 }, groupBy: [DAYS]) { asOf } }"]) {
      const { status, body } = await server.as("FINANCE").ask(query);
      expect([query, status, /did you mean/i.test(body)]).toEqual([query, 400, false]);
    }
  });
});

describe("what one asker may use", () => {
  const small: RunningServer[] = [];
  /** Servers over the same data: with little for everybody, and with little time and no rates. */
  let url: string, hasty: string;
  beforeAll(async () => {
    const limited = async (limits: Partial<ServerLimits>): Promise<string> => {
      const running = await buildServer(server.installation, pino({ level: "silent" }), limits);
      small.push(running);
      running.setReady(true);
      return running.http.listen({ port: 0, host: "127.0.0.1" });
    };
    url = await limited({ rateLimits: { principal: { units: 20_000, seconds: 60 }, anonymous: { units: 3, seconds: 60 } } });
    hasty = await limited({ wallMs: 200, rateLimits: { principal: null, anonymous: null } });
  });
  afterAll(async () => {
    for (const running of small) await running.close();
  });

  const asked = async (url: string, actor: Actor | null, path: string, init: { method?: string; body?: string; headers?: Record<string, string> } = {}): Promise<Response> =>
    fetch(url + path, { ...init, headers: { ...(actor ? { authorization: `Bearer ${actor.token}` } : {}), ...init.headers } });
  const ask = (url: string, actor: Actor | null, query: string): Promise<Response> => asked(url, actor, "/graphql", { method: "POST", headers: { "content-type": "application/json" }, body: json({ query }) });
  /** A page of 500 that costs 6,001, so often. */
  const pages = (count: number): string => `{ ${Array.from({ length: count }, (_, index) => `p${index}: usageEvents(where: {}, first: 500) { edges { node { id eventId source businessUnit { code name } useCase { code name } connectedMs } } }`).join(" ")} }`;
  const limit = (response: Response): Array<string | null> => ["ratelimit-policy", "ratelimit", "retry-after"].map((name) => response.headers.get(name));
  const later = (seconds: number): void => server.clock.set(new Date(server.clock.now() + seconds * 1_000).toISOString());
  const POLICY = '"cost";q=20000;w=60;qu="cost"';
  const ANONYMOUS = '"anonymous";q=3;w=60';

  it("is what the questions cost, and comes back; a neighbour has their own", async () => {
    const [ann, ben] = [server.as("FINANCE", { subject: "ann" }), server.as("FINANCE", { subject: "ben" })];
    const first = await ask(url, ann, pages(1));
    expect([first.status, ...limit(first)]).toEqual([200, POLICY, '"cost";r=13999;t=19', null]);
    // Two in one request cost what two requests do.
    expect(limit(await ask(url, ann, pages(2)))).toEqual([POLICY, '"cost";r=1997;t=55', null]);
    const refused = await ask(url, ann, pages(1));
    expect([refused.status, ...limit(refused)]).toEqual([429, POLICY, '"cost";r=1947;t=13', "13"]);
    expect(await refused.json()).toEqual({
      errors: [{ message: "Too much at once: you have 20000 units of cost in 60 s. Send the same request again in 13 s. Smaller pages and fewer fields cost less, and a batch of usage costs no more than one event.", extensions: { code: "LIMIT_EXCEEDED" } }],
      extensions: { cost: { requested: 6_001, limit: 20_000 } },
    });
    expect((await ask(url, ann, QUERY)).status).toBe(200);
    expect(limit(await ask(url, ben, QUERY))).toEqual([POLICY, '"cost";r=19950;t=1', null]);
    // The same name in another programme, which there is not: a fault, charged to nobody else.
    expect((await ask(url, server.as("FINANCE", { subject: "ann", programme: "globex" }), "{ programme { code } }")).headers.get("ratelimit")).toBe('"cost";r=19000;t=3');
    later(14);
    expect((await ask(url, ann, pages(1))).status).toBe(200);
    // What costs more than there ever is would be waited for without an end.
    const never = await ask(url, ben, pages(4));
    expect([never.status, never.headers.get("retry-after"), await never.json()]).toEqual([413, null, { errors: [{ message: "This query costs 24004; the limit is 20000. Ask for smaller pages or fewer fields.", extensions: { code: "LIMIT_EXCEEDED" } }], extensions: { cost: { requested: 24_004, limit: 20_000 } } }]);
  });

  it("is used up by faults, and then nothing of a request is read", async () => {
    const carol = server.as("FINANCE", { subject: "carol" });
    const faults: number[] = [];
    const bad = [json([{ query: QUERY }]), "{", json({ query: "{ nothing }" }), json({ query: "{ viewer" })];
    for (let turn = 0; turn < 21; turn += 1) faults.push((await asked(url, carol, "/graphql", { method: "POST", headers: { "content-type": "application/json" }, body: bad[turn % bad.length]! })).status);
    expect(faults).toEqual([...new Array<number>(20).fill(400), 429]);
    // On every road, whatever it brings, in the form of that road.
    const large = "x".repeat(1024 * 1024);
    const roads: Array<[string, string, Record<string, string>, string | undefined]> = [
      ["POST", "/graphql", { "content-type": "application/json" }, large], ["POST", "/usage", { "content-type": "application/x-ndjson" }, large], ["POST", "/usage/retell?source=test://x", { "content-type": "application/json" }, "{}"],
      ["GET", `/graphql?query=${encodeURIComponent(QUERY)}`, { "apollo-require-preflight": "1" }, undefined], ["GET", "/export", {}, undefined], ["GET", "/export/usage_daily.csv", {}, undefined],
      ["GET", "/journals/acme-2025-10-J1/generic.csv", {}, undefined], ["GET", "/statement/x.pdf", {}, undefined],
    ];
    for (const [method, path, headers, body] of roads) {
      const response = await asked(url, carol, path, { method, headers, body });
      const isGraphQL = path.startsWith("/graphql");
      const told = (await response.json()) as { errors?: Array<{ extensions: { code: string } }>; code?: string; status?: number };
      expect([path, response.status, response.headers.get("content-type"), Number(response.headers.get("retry-after")) > 0, isGraphQL ? told.errors![0]!.extensions.code : told.code, told.status]).toEqual(
        [path, 429, isGraphQL ? "application/json; charset=utf-8" : "application/problem+json; charset=utf-8", true, "LIMIT_EXCEEDED", isGraphQL ? undefined : 429]);
    }
    later(60);
    const export_ = await asked(url, carol, "/export/usage_daily.csv?from=2025-10&to=2025-11");
    expect([export_.status, ...limit(export_)]).toEqual([200, POLICY, '"cost";r=19000;t=3', null]);
    const sent = await asked(url, server.as("INTEGRATION", { businessUnits: ["retail"] }), "/usage?source=test://limits", { method: "POST", headers: { "content-type": "application/x-ndjson" }, body: `${json(call("limits-1"))}\n${json(call("limits-2"))}\n` });
    expect([sent.status, ...limit(sent), (await sent.text()).split("\n").length]).toEqual([200, POLICY, '"cost";r=19950;t=1', null, 4]);
  });

  it("without a token is counted by address, and never against who has one", async () => {
    const [dora, nobody] = [server.as("FINANCE", { subject: "dora" }), server.withToken("nothing")];
    const statuses = [await ask(url, null, QUERY), await asked(url, nobody, "/export/usage_daily.csv"), await asked(url, null, "/schema.graphql"), await ask(url, nobody, QUERY), await asked(url, null, "/statement/x.pdf"), await asked(url, null, "/")];
    expect(statuses.map((response) => [response.status, ...limit(response)])).toEqual([
      [401, ANONYMOUS, '"anonymous";r=2;t=20', null], [401, ANONYMOUS, '"anonymous";r=1;t=40', null], [200, ANONYMOUS, '"anonymous";r=0;t=60', null],
      [429, ANONYMOUS, '"anonymous";r=0;t=20', "20"], [429, ANONYMOUS, '"anonymous";r=0;t=20', "20"], [429, ANONYMOUS, '"anonymous";r=0;t=20', "20"],
    ]);
    expect([(await ask(url, dora, QUERY)).status, (await asked(url, null, "/livez")).status, (await asked(url, null, "/readyz")).status, (await asked(url, null, "/metrics")).status]).toEqual([200, 200, 200, 200]);
    later(20);
    expect((await ask(url, null, QUERY)).status).toBe(401);
  });

  it("can be switched off", async () => {
    for (const actor of [server.as("FINANCE"), null]) expect(limit(await ask(hasty, actor, QUERY))).toEqual([null, null, null]);
  });

  it("ends with the time of a request, and the connection is as it was", async () => {
    const finance = server.as("FINANCE");
    const UNITS = "{ businessUnits(first: 10) { edges { node { code } } } }";
    await server.sql("begin");
    await server.sql("lock table tenancy.business_unit in access exclusive mode");
    const late = await ask(hasty, finance, UNITS);
    expect([late.status, ((await late.json()) as { errors: unknown[] }).errors]).toEqual([408, [expect.objectContaining({ message: "This took longer than a request may take. Ask for a shorter range or fewer groups.", extensions: { code: "TIMEOUT" } })]]);
    await server.sql("rollback");
    const again = await ask(server.url, finance, UNITS);
    expect([again.status, ((await again.json()) as { data: { businessUnits: { edges: unknown[] } } }).data.businessUnits.edges.length]).toEqual([200, 3]);
  });

  it("two thousand connections that say nothing hold nobody up, and are not waited for for ever", async () => {
    const [port, sockets] = [Number(new URL(url).port), [] as Socket[]];
    for (let batch = 0; batch < 20; batch += 1) await Promise.all(Array.from({ length: 100 }, () => new Promise<void>((resolve, reject) => sockets.push(openSocket(port, "127.0.0.1", resolve).on("error", reject)))));
    // Half of them have begun a head that they do not end.
    for (const socket of sockets.slice(0, 1_000)) socket.write("POST /graphql HTTP/1.1\r\nhost: x\r\n");
    expect((await ask(url, server.as("FINANCE", { subject: "emil" }), QUERY)).status).toBe(200);
    expect([sockets.length, small[0]!.http.server.headersTimeout]).toEqual([2_000, 15_000]);
    for (const socket of sockets) socket.destroy();
  });

  it.each<[string, string, number, string]>([
    ["GET", "/export", 401, "UNAUTHENTICATED"], ["GET", "/export/usage_daily.csv", 401, "UNAUTHENTICATED"], ["GET", "/export/usage_daily/schema", 401, "UNAUTHENTICATED"], ["GET", "/journals/x/generic.csv", 401, "UNAUTHENTICATED"],
    ["GET", "/statement/x.pdf", 401, "UNAUTHENTICATED"], ["POST", "/usage", 401, "UNAUTHENTICATED"], ["POST", "/usage/retell", 401, "UNAUTHENTICATED"], ["POST", "/usage/retell?connection=x", 401, "UNAUTHENTICATED"],
    ["POST", "/usage/nobody", 404, "NOT_FOUND"], ["GET", "/usage", 405, "BAD_USER_INPUT"], ["GET", "/nothing", 404, "NOT_FOUND"], ["GET", "/explorer/nothing.js", 404, "NOT_FOUND"],
  ])("%s %s is refused with a problem", async (method, path, status, code) => {
    const response = await fetch(server.url + path, { method });
    expect([response.status, response.headers.get("content-type"), await response.json()]).toEqual([status, "application/problem+json; charset=utf-8", { type: "about:blank", title: code, status, detail: expect.any(String), code }]);
  });
});
