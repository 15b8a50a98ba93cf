import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import jwt from "jsonwebtoken";
import pino from "pino";
import { buildServer } from "../../src/app/serve";
import { createVault } from "../../src/app/vault";
import { importUsage } from "../../src/cli/import-usage";
import { silentProgress } from "../../src/cli/progress";
import { providerFile } from "../../src/cli/provider-file";
import { reseal } from "../../src/cli/reseal";
import { connectionRef } from "../../src/metering";
import { storeBulk } from "../../src/metering/bulk/store-bulk.store";
import { programmeStore } from "../../src/tenancy/tenancy.store";
import { createAcme, integration, must } from "../support/builders";
import { retellCall, twilioCallback, vapiReport } from "../support/provider-samples";
import { TestServer, startTestServer } from "../support/server";
import { inProgramme, rowCounts } from "../support/two-programmes";

const CONNECT = "mutation($input: ConnectProviderInput!) { connectProvider(input: $input) { connection { connection path subject keys { id status } } secret userErrors { code message field } } }";
const CONNECTION = "{ providerConnections(first: 20) { edges { node { connection provider source businessUnits refusedRequests lastRefusedAt routesVersion routes { field value useCase } keys { id status notBefore endsAt } } } } }";
const WORDS = ["twilio", "amazon-connect", "genesys", "vapi", "retell", "bland", "livekit", "openai-realtime", "elevenlabs"] as const;
type Name = (typeof WORDS)[number];

interface Connected { readonly path: string; readonly connection: string; readonly secret: string; readonly key: string }
interface Answered { readonly status: number; readonly body: { results?: Array<Record<string, unknown>>; code?: string; [key: string]: unknown }; readonly headers: Headers }

const folder = mkdtempSync(join(tmpdir(), "apportion-webhooks-"));
let server: TestServer;
const connected = new Map<Name, Connected>();
const NOW = Date.parse("2025-11-15T12:00:00Z");

beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
  for (const name of WORDS) connected.set(name, await connect(server, name, { routes: [{ field: "agent_id", value: "agent_routed", useCase: "returns" }, { field: "account_sid", value: "AC0001", useCase: "order-status" }] }));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function connect(at: TestServer, name: Name, more: Record<string, unknown> = {}): Promise<Connected> {
  const admin = at.as("ADMIN");
  const source = (more.source as string | undefined) ?? `${name}://acme`;
  await must(admin, "mutation($input: RegisterSourceInput!) { registerSource(input: $input) { userErrors { code message } } }", { input: { uri: source, name, owner: "Voice", kind: "PLATFORM" } });
  const { connectProvider } = await must(admin, CONNECT, { input: { provider: name.toUpperCase().replace("-", "_"), source, name, businessUnits: ["retail"], ...more } });
  const { connection, path, keys } = connectProvider.connection;
  return { path, connection, secret: connectProvider.secret ?? (more.secret as string), key: keys[0].id };
}

async function post(path: string, body: string | Buffer, headers: Record<string, string> = {}, url = server.url): Promise<Answered> {
  const response = await fetch(url + path, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
  return { status: response.status, body: (await response.json()) as Answered["body"], headers: response.headers };
}

const hmac = (algorithm: string, secret: string | Buffer, text: string, encoding: "hex" | "base64"): string => createHmac(algorithm, secret).update(text).digest(encoding);

/** The headers with which each provider signs a body, by its documentation. */
const SIGN: Record<Name, (secret: string, body: string, path: string, atMs: number) => Record<string, string>> = {
  twilio: (secret, body, path) => {
    const fields = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => key + value).join("");
    return { "content-type": "application/x-www-form-urlencoded", "x-forwarded-host": "voice.example.com", "x-twilio-signature": hmac("sha1", secret, `https://voice.example.com${path}${fields}`, "base64") };
  },
  "amazon-connect": (secret) => ({ "x-amz-firehose-access-key": secret }),
  genesys: (secret) => ({ "x-apportion-key": secret }),
  vapi: (secret) => ({ "x-vapi-secret": secret }),
  retell: (secret, body, _path, atMs) => ({ "x-retell-signature": `v=${atMs},d=${hmac("sha256", secret, body + atMs, "hex")}` }),
  bland: (secret, body) => ({ "x-webhook-signature": hmac("sha256", secret, body, "hex") }),
  livekit: (secret, body, _path, atMs) => ({
    "content-type": "application/webhook+json",
    authorization: jwt.sign({ sha256: createHash("sha256").update(body).digest("base64"), iss: "APIkey", nbf: atMs / 1000, exp: atMs / 1000 + 300 }, secret, { algorithm: "HS256", noTimestamp: true }),
  }),
  "openai-realtime": (secret, body, _path, atMs) => ({
    "webhook-id": "wh_1", "webhook-timestamp": String(atMs / 1000), "webhook-signature": `v1,AAAA v1,${hmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"), `wh_1.${atMs / 1000}.${body}`, "base64")}`,
  }),
  elevenlabs: (secret, body, _path, atMs) => ({ "elevenlabs-signature": `t=${atMs / 1000},v0=${hmac("sha256", secret, `${atMs / 1000}.${body}`, "hex")}` }),
};

/** A body of each provider that makes one leg. */
const BODIES: Record<Name, string> = {
  twilio: new URLSearchParams(twilioCallback()).toString(),
  "amazon-connect": JSON.stringify({ requestId: "req-1", timestamp: 1760105300000, records: [{ data: Buffer.from(JSON.stringify({ ContactId: "c-1", Channel: "VOICE", InitiationMethod: "INBOUND", ConnectedToSystemTimestamp: "2025-10-10T14:00:00Z", DisconnectTimestamp: "2025-10-10T14:01:00Z", LastUpdateTimestamp: "2025-10-10T14:02:00Z", Attributes: { use_case: "order-status" } })).toString("base64") }] }),
  genesys: JSON.stringify({ conversationId: "g-1", conversationEnd: "2025-10-10T14:01:00Z", participants: [{ purpose: "customer", attributes: { use_case: "order-status" }, sessions: [{ sessionId: "s-1", mediaType: "voice", segments: [{ segmentType: "interact", segmentStart: "2025-10-10T14:00:00Z", segmentEnd: "2025-10-10T14:01:00Z" }] }] }] }),
  vapi: JSON.stringify(vapiReport()),
  retell: JSON.stringify({ event: "call_ended", call: retellCall() }),
  bland: JSON.stringify({ call_id: "b-1", call_length: 1, started_at: "2025-10-10T14:00:00Z", end_at: "2025-10-10T14:01:00Z", price: 0.09, metadata: { use_case: "order-status" } }),
  livekit: JSON.stringify({ event: "participant_left", id: "EV_1", createdAt: "1760104860", room: { sid: "RM_1", name: "r" }, participant: { sid: "PA_1", joinedAt: "1760104800", kind: "SIP", metadata: '{"use_case":"order-status"}' } }),
  "openai-realtime": JSON.stringify({ type: "response.done", session_id: "sess_1", occurred_at: "2025-10-10T14:01:00Z", response: { id: "resp_1", metadata: { use_case: "order-status" }, usage: { input_tokens: 10, output_tokens: 5 } } }),
  elevenlabs: JSON.stringify({ type: "post_call_transcription", event_timestamp: 1760104900, data: { conversation_id: "conv_1", agent_id: "a", status: "done", metadata: { start_time_unix_secs: 1760104800, call_duration_secs: 60, cost: 531, phone_call: { direction: "inbound" } }, conversation_initiation_client_data: { dynamic_variables: { use_case: "order-status" } } } }),
};

const signed = (name: Name, body = BODIES[name], atMs = NOW, by = connected.get(name)!): Promise<Answered> => post(by.path, body, SIGN[name](by.secret, body, by.path, atMs));

/** What is answered while nothing is stored: refusals are counted, and a leg that may be revised is noted as one. */
async function unchanged(act: () => Promise<Answered>): Promise<Answered> {
  const counts = async (): Promise<Record<string, number>> => ({ ...(await rowCounts(server)), "metering.provider_refusal": 0, "metering.usage_leg": 0 });
  const before = await counts();
  const answer = await act();
  expect(await counts()).toEqual(before);
  return answer;
}
const codeOf = ({ status, body }: Answered): [number, string | undefined] => [status, body.code];
const UNSIGNED = [401, "UNAUTHENTICATED"];

describe.each(WORDS)("%s", (name) => {
  it("is taken with its own signature, once; anything else is refused and counted", async () => {
    const first = await signed(name);
    expect([first.status, first.body.results?.map(({ outcome }) => outcome), first.headers.get("cache-control")]).toEqual([200, ["ACCEPTED"], "no-store, private"]);
    expect((await unchanged(() => signed(name))).body).toMatchObject({ duplicate: 1, accepted: 0, complete: true });
    const { path, secret } = connected.get(name)!;
    const other = name === "openai-realtime" ? "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=" : "another secret of 32 characters!";
    const refusals = [
      () => post(path, BODIES[name], name === "twilio" ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      () => post(path, BODIES[name], SIGN[name](other, BODIES[name], path, NOW)),
      ...(["amazon-connect", "genesys", "vapi"].includes(name) ? [] : [() => post(path, BODIES[name] + (name === "twilio" ? "&X=1" : " "), SIGN[name](secret, BODIES[name], path, NOW))]),
      ...(["retell", "elevenlabs", "livekit", "openai-realtime"].includes(name) ? [-300_001, 300_001].map((off) => () => signed(name, BODIES[name], NOW + Math.sign(off) * 301_000)) : []),
    ];
    for (const refusal of refusals) expect(codeOf(await unchanged(refusal))).toEqual(UNSIGNED);
    const { providerConnections } = await must(server.as("AUDITOR"), CONNECTION);
    expect(providerConnections.edges.find(({ node }: { node: { source: string } }) => node.source === `${name}://acme`).node).toMatchObject({ refusedRequests: refusals.length, lastRefusedAt: "2025-11-15T12:00:00.000Z", businessUnits: ["retail"] });
    if (name === "amazon-connect") expect(first.body).toMatchObject({ requestId: "req-1", timestamp: 1760105300000 });
  });
});

describe("what is stored", () => {
  const stored = (eventId: string): Promise<Array<Record<string, unknown>>> =>
    server.sql("select (select code from tenancy.use_case u where u.id = use_case_id) as use_case, connected_ms::int as ms, provider, attributes, (cost_items)[1].amount::text as amount, (cost_items)[1].unit as unit from metering.usage_event where event_id = $1", [eventId]);
  const call = (more: Record<string, unknown>): string => JSON.stringify({ event: "call_ended", call: retellCall(more) });

  it("is the money that was charged: cents of Retell, dollars of Vapi, credits without money", async () => {
    expect(await stored("call_r1/call_ended")).toEqual([{ use_case: "order-status", ms: 60_500, provider: "retell", attributes: { agentName: "Front desk" }, amount: "0.015125", unit: "SECOND" }]);
    expect(await stored("vapi-1/end-of-call-report")).toMatchObject([{ amount: "0.0151" }]);
    expect(await stored("conv_1/post_call_transcription")).toMatchObject([{ amount: null, unit: "CREDIT" }]);
  });

  it.each<[string, string, Record<string, unknown>, string | null, string]>([
    ["where a route says", "p1", { agent_id: "agent_routed" }, "returns", "ACCEPTED"],
    ["where its metadata says", "p2", { metadata: { use_case: "order-status" } }, "order-status", "ACCEPTED"],
    ["nowhere yet, without either", "p3", { metadata: {} }, null, "HELD"],
    ["nowhere yet, when it names a use case of units that are not the connection's", "p4", { metadata: { business_unit: "claims", use_case: "triage" } }, null, "HELD"],
    ["nowhere yet, when it names no code", "p5", { metadata: { use_case: ["x"] } }, null, "HELD"],
    ["with a field that is new", "p6", { brand_new: { deep: [1, 2] } }, "order-status", "ACCEPTED"],
  ])("%s (%s)", async (_, id, more, useCase, outcome) => {
    const answer = await signed("retell", call({ call_id: id, ...more }));
    expect([answer.status, answer.body.results![0]!.outcome]).toEqual([200, outcome]);
    expect((await stored(`${id}/call_ended`))[0]).toMatchObject({ use_case: useCase, ...(id === "p6" ? { attributes: { raw: { brand_new: { deep: [1, 2] } } } } : {}) });
  });

  it("not what changed its type: that is refused by name, and counted for the source", async () => {
    const answer = await unchanged(() => signed("retell", call({ call_id: "p7", duration_ms: "60500" })));
    expect([answer.status, answer.body.results]).toEqual([400, [{ line: 1, eventId: "p7", outcome: "REJECTED", code: "BAD_USER_INPUT", message: "call.duration_ms must be a whole number from 0 on; text came." }]]);
    const { source } = await must(server.as("FINANCE"), '{ source(uri: "retell://acme") { completeness(from: "2025-11-15T00:00:00Z", to: "2025-11-16T00:00:00Z") { rejects { code about count } } } }');
    expect(source.completeness.rejects).toEqual([{ code: "BAD_USER_INPUT", about: "call.duration_ms", count: 1 }]);
  });

  it("one answer for what says nothing of a call, for other content and for what cannot be read", async () => {
    const started = await unchanged(() => signed("retell", JSON.stringify({ event: "call_started", call: retellCall() })));
    expect([started.status, started.body.ignored, started.body.results]).toEqual([200, 1, []]);
    expect((await signed("retell", call({ disconnection_reason: "agent_hangup" }))).status).toBe(409);
    expect(codeOf(await unchanged(() => signed("retell", "{")))).toEqual([400, "BAD_USER_INPUT"]);
    const one = connected.get("vapi")!;
    expect((await post(one.path, gzipSync(BODIES.vapi), { "x-vapi-secret": one.secret, "content-encoding": "gzip" })).body).toMatchObject({ duplicate: 1 });
    expect((await post(one.path, BODIES.vapi, { "x-vapi-signature": hmac("sha256", one.secret, BODIES.vapi, "hex") })).body).toMatchObject({ duplicate: 1 });
    const { path, secret } = connected.get("twilio")!;
    const json = JSON.stringify({ CallSid: "CA0002", CallStatus: "ringing" });
    const url = `${path}&bodySHA256=${createHash("sha256").update(json).digest("hex")}`;
    const address = new URL(server.url + url);
    expect((await post(url, json, { "x-twilio-signature": hmac("sha1", secret, `http://${address.host}${url}`, "base64") })).body).toMatchObject({ ignored: 1 });
  });
});

describe("connections", () => {
  const admin = (): ReturnType<TestServer["as"]> => server.as("ADMIN");
  const rotate = (input: Record<string, unknown>): Promise<{ rotateProviderKey: { secret: string; connection: { keys: Array<{ id: string; status: string; endsAt: string | null }> } } }> =>
    must(admin(), "mutation($input: RotateProviderKeyInput!) { rotateProviderKey(input: $input) { secret connection { keys { id status endsAt } } userErrors { code message } } }", { input });

  it("of another programme, of another provider or of nobody are all the same: not known here", async () => {
    const globex = inProgramme(server, "globex");
    await createAcme(server, { code: "globex" });
    const theirs = await connect(globex, "retell", {});
    const { path, connection, secret } = connected.get("retell")!;
    const body = BODIES.retell;
    const tries: Array<[string, string]> = [
      [theirs.path, secret], [path, theirs.secret], [`/usage/bland?connection=${connection}`, secret], ["/usage/retell?connection=nonsense", secret], ["/usage/retell?connection=", secret],
      [`/usage/retell?connection=${connectionRef("globex", Buffer.from(connection, "base64url").toString().split("/")[1]!)}`, secret], [`/usage/retell?connection=${connectionRef("acme", "00000000-0000-4000-8000-000000000000")}`, secret],
    ];
    const answers = [];
    for (const [where, key] of tries) answers.push(await unchanged(() => post(where, body, SIGN.retell(key, body, where, NOW))));
    expect(answers.map(codeOf)).toEqual(tries.map(() => UNSIGNED));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect((await signed("retell", body, NOW, theirs)).body.results).toMatchObject([{ outcome: "ACCEPTED" }]);
    expect(await server.sql("select count(*)::int as count from metering.usage_event where event_id = 'call_r1/call_ended'")).toEqual([{ count: 2 }]);
  });

  it("send as much as one of them may, of which nobody who only knows them uses anything up", async () => {
    const limited = await buildServer(server.installation, pino({ level: "silent" }), { rateLimits: { principal: { units: 1_000, seconds: 60 }, anonymous: { units: 2, seconds: 60 } } });
    const url = await limited.http.listen({ port: 0, host: "127.0.0.1" });
    const send = (name: "retell" | "bland", secret = connected.get(name)!.secret): Promise<Answered> => post(connected.get(name)!.path, BODIES[name], SIGN[name](secret, BODIES[name], connected.get(name)!.path, NOW), url);
    const told = ({ status, headers }: Answered): unknown[] => [status, ...["ratelimit", "retry-after", "content-type"].map((name) => headers.get(name))];
    const [json, problem] = ["application/json; charset=utf-8", "application/problem+json; charset=utf-8"];
    for (const expected of [[401, '"anonymous";r=1;t=30', null, problem], [401, '"anonymous";r=0;t=60', null, problem], [429, '"anonymous";r=0;t=30', "30", problem]]) expect(told(await send("retell", "not the secret of this connection"))).toEqual(expected);
    const statuses: number[] = [];
    for (let turn = 0; turn < 20; turn += 1) statuses.push((await send("retell")).status);
    expect(statuses).toEqual(new Array(20).fill(200));
    const refused = await unchanged(() => send("retell"));
    expect([...told(refused), refused.body.code]).toEqual([429, '"cost";r=0;t=3', "3", problem, "LIMIT_EXCEEDED"]);
    expect(told(await send("bland"))).toEqual([200, '"cost";r=950;t=3', null, json]);
    await limited.close();
  });

  it("change their key with an overlap, ahead of time, and at once", async () => {
    const { connection, secret: old, key } = connected.get("retell")!;
    const body = BODIES.retell, path = connected.get("retell")!.path;
    const by = async (secret: string): Promise<number> => (await post(path, body, SIGN.retell(secret, body, path, server.clock.now()))).status;
    const { rotateProviderKey } = await rotate({ connection, notBefore: "2025-11-15T13:00:00Z", overlapSeconds: 3_600, idempotencyKey: "november" });
    const fresh = rotateProviderKey.secret;
    expect(rotateProviderKey.connection.keys.map(({ status, endsAt }) => [status, endsAt])).toEqual([["ACTIVE", "2025-11-15T14:00:00.000Z"], ["PENDING", null]]);
    expect((await rotate({ connection, idempotencyKey: "november" })).rotateProviderKey).toMatchObject({ secret: null });
    const seen = [];
    for (const time of ["2025-11-15T12:30:00Z", "2025-11-15T13:30:00Z", "2025-11-15T14:00:00Z"]) {
      server.clock.set(time);
      seen.push([await by(old), await by(fresh)]);
    }
    expect(seen).toEqual([[200, 401], [200, 200], [401, 200]]);
    const revoke = (which: string): Promise<unknown> => must(admin(), "mutation($input: RevokeProviderKeyInput!) { revokeProviderKey(input: $input) { connection { keys { status } } userErrors { code message } } }", { input: { connection, key: which, reason: "leaked" } });
    await revoke(rotateProviderKey.connection.keys[1]!.id);
    expect(await by(fresh)).toBe(401);
    const before = await rowCounts(server);
    await revoke(key);
    expect(await rowCounts(server)).toEqual(before);
    await rotate({ connection, secret: old, overlapSeconds: 0 });
    expect(await by(old)).toBe(200);
    server.clock.set("2025-11-15T12:00:00Z");
  });

  it("never show a secret again: not in an answer, the audit trail or the tables", async () => {
    const given = "a secret that Vapi was given, long enough".replaceAll(" ", "-");
    const made = await connect(server, "vapi", { source: "vapi://second", secret: given });
    const all = await server.sql<{ text: string }>("select coalesce(string_agg(e.before::text || e.after::text, ''), '') as text from governance.audit_entry e union all select string_agg(encode(sealed, 'escape'), '') from metering.provider_key");
    const text = JSON.stringify(all) + (await admin().ask(CONNECTION)).body;
    for (const secret of [given, ...[...connected.values()].map((each) => each.secret)]) expect(text.includes(secret)).toBe(false);
    const { data } = await admin().ask(CONNECT, { input: { provider: "VAPI", source: "vapi://second", name: "vapi", businessUnits: ["retail"], secret: given } });
    expect(data.connectProvider).toMatchObject({ secret: null, connection: { connection: made.connection }, userErrors: [] });
    for (const [more, code] of [[{ secret: "another-secret-of-some-length" }, "CONFLICT"], [{ businessUnits: ["claims"] }, "CONFLICT"], [{ source: "vapi://unregistered" }, "NOT_FOUND"], [{ secret: "short" }, "BAD_USER_INPUT"], [{ routes: [{ field: "agent_id", value: "x" }] }, "BAD_USER_INPUT"]] as const) {
      const refused = await admin().ask(CONNECT, { input: { provider: "VAPI", source: "vapi://second", name: "vapi", businessUnits: ["retail"], ...more } });
      expect([more, refused.data.connectProvider.userErrors[0]?.code]).toEqual([more, code]);
    }
  });

  it("take new routes for legs that end from then on; one that is sent again is the same event", async () => {
    const { connection } = connected.get("retell")!;
    const set = (input: Record<string, unknown>): Promise<{ setProviderRoutes: { connection: { routesVersion: number } } }> =>
      must(admin(), "mutation($input: SetProviderRoutesInput!) { setProviderRoutes(input: $input) { connection { routesVersion } userErrors { code message } } }", { input: { connection, reason: "new agent", ...input } });
    const routes = [{ field: "agent_id", value: "agent_routed", useCase: "order-status" }];
    expect((await set({ routes })).setProviderRoutes.connection.routesVersion).toBe(2);
    expect((await set({ routes })).setProviderRoutes.connection.routesVersion).toBe(2);
    expect((await unchanged(() => signed("retell", JSON.stringify({ event: "call_ended", call: retellCall({ call_id: "p1", agent_id: "agent_routed" }) })))).body).toMatchObject({ duplicate: 1 });
    const late = retellCall({ call_id: "r1", agent_id: "agent_routed", start_timestamp: NOW + 60_000, end_timestamp: NOW + 120_000, metadata: {} });
    expect((await signed("retell", JSON.stringify({ event: "call_ended", call: late }))).body).toMatchObject({ accepted: 1 });
    expect(await server.sql("select u.code from metering.usage_event e join tenancy.use_case u on u.id = e.use_case_id where event_id = 'r1/call_ended'")).toEqual([{ code: "order-status" }]);
  });
});

describe("the same record, signed, with a token and from a file", () => {
  const ALL = ["retail", "claims"];
  const records = (prefix: string): Array<[string, Record<string, unknown>, string]> => [
    [`${prefix}1`, { agent_id: "agent_routed" }, "ACCEPTED"], [`${prefix}2`, { metadata: { use_case: "order-status" } }, "ACCEPTED"], [`${prefix}3`, { metadata: { business_unit: "claims", use_case: "triage" } }, "HELD"],
    [`${prefix}4`, { metadata: { use_case: "triage" } }, "HELD"], [`${prefix}5`, { metadata: { business_unit: "nowhere", use_case: "none" } }, "HELD"], [`${prefix}6`, { metadata: {} }, "HELD"],
  ];
  const bodyOf = ([id, more]: [string, Record<string, unknown>, string]): Record<string, unknown> => ({ event: "call_ended", call: retellCall({ call_id: id, ...more }) });
  const outcomesOf = (answer: Answered): unknown[] => answer.body.results!.map(({ outcome }) => outcome);
  const WAYS: Record<string, (prefix: string) => Promise<unknown[]>> = {
    signed: async (prefix) => outcomesOf(await signed("retell", JSON.stringify(records(prefix).map(bodyOf)))),
    token: async (prefix) => outcomesOf(await post("/usage/retell?source=retell://acme", JSON.stringify(records(prefix).map(bodyOf)), { authorization: `Bearer ${integration(server, ALL).token}` })),
    file: async (prefix) => {
      const file = join(folder, `${prefix}.ndjson`);
      writeFileSync(file, records(prefix).map((record) => JSON.stringify(bodyOf(record))).join("\n"));
      const { database } = server.installation;
      const programme = (await database.withInstallation("authentication", (tx) => programmeStore(tx).listProgrammes())).find(({ code }) => code === "acme")!;
      const own = await providerFile(database, { principal: { subject: "cli", role: "ADMIN", programme: "acme", businessUnits: [] }, programme, reach: "programme", unitIds: [] }, "retell", "retell://acme");
      const outcomes: unknown[] = [];
      await importUsage({
        file, mapping: null, source: "retell://acme", provider: own.file, nowMs: () => NOW, rejectsFile: `${file}.rejects`, progress: silentProgress,
        store: async (batch) => {
          const results = await storeBulk(database, own.scope, batch, { statementTimeoutMs: 0 });
          outcomes.push(...results.map(({ outcome }) => outcome));
          return results;
        },
      });
      return outcomes;
    },
  };

  it.each(Object.keys(WAYS))("first %s, is placed as the connection says, and a duplicate by every other way", async (first) => {
    const prefix = `way-${first}-`;
    expect(await WAYS[first]!(prefix)).toEqual(records(prefix).map(([, , outcome]) => outcome));
    const before = await rowsOfUsage();
    for (const [name, way] of Object.entries(WAYS)) expect([name, await way(prefix)]).toEqual([name, records(prefix).map(() => "DUPLICATE")]);
    expect(await rowsOfUsage()).toEqual(before);
  });
  const rowsOfUsage = (): Promise<unknown[]> => server.sql("select event_id, business_unit_id, use_case_id from metering.usage_event where event_id like 'way-%' order by 1");

  it("needs a token of every unit of the connection", async () => {
    const refused = await unchanged(() => post("/usage/retell?source=retell://acme", JSON.stringify(bodyOf(records("x")[0]!)), { authorization: `Bearer ${integration(server, ["claims"]).token}` }));
    expect([codeOf(refused), refused.body.detail]).toEqual([[403, "FORBIDDEN"], expect.stringContaining("writes for units that this token may not write")]);
  });
});

describe("the key for secrets", () => {
  const OLD = "secrets of the test suite, 32 bytes and more", NEW = "another key for secrets, 32 bytes and more";
  const under = async (key: string, previous: string | null, isDryRun = false): Promise<Array<[string, number, number, number]>> => {
    const { database } = server.installation;
    const programmes = await database.withInstallation("authentication", (tx) => programmeStore(tx).listProgrammes());
    return (await reseal(database, programmes, createVault(key, previous), { subject: "operator", isDryRun })).map(({ programme, current, resealed, unreadable }) => [programme, current, resealed, unreadable]);
  };

  it("changes without a secret that changes: what the previous one opens is sealed anew, and told", async () => {
    const keys = new Map((await server.sql<{ programme: string; count: number }>("select p.code as programme, count(*)::int as count from metering.provider_key k join tenancy.programme p on p.id = k.programme_id group by 1")).map(({ programme, count }) => [programme, count]));
    const each = (tally: (count: number) => [number, number, number]): Array<[string, number, number, number]> => [...keys].sort().map(([programme, count]) => [programme, ...tally(count)]);
    const before = await rowCounts(server);
    const sealed = (): Promise<unknown[]> => server.sql("select id, sealed from metering.provider_key order by 1");
    const first = await sealed();
    expect(await under("a key that nobody ever had, 32 bytes", null)).toEqual(each((count) => [0, 0, count]));
    expect(await under(NEW, OLD, true)).toEqual(each((count) => [0, count, 0]));
    expect([await sealed(), await rowCounts(server)]).toEqual([first, before]);
    expect(await under(NEW, OLD)).toEqual(each((count) => [0, count, 0]));
    expect(await under(NEW, OLD)).toEqual(each((count) => [count, 0, 0]));
    expect(await under(NEW, null)).toEqual(each((count) => [count, 0, 0]));
    expect(codeOf(await signed("bland"))).toEqual([503, "UNAVAILABLE"]);
    expect(await under(OLD, NEW)).toEqual(each((count) => [0, count, 0]));
    expect((await signed("bland")).body).toMatchObject({ duplicate: 1 });
    const entries = await server.sql("select e.subject, e.after from governance.audit_entry e join tenancy.programme p on p.id = e.programme_id where e.action = 'resealProviderKeys' and p.code = 'acme'");
    expect(entries).toEqual([0, 0].map(() => ({ subject: "operator", after: { current: 0, resealed: keys.get("acme"), unreadable: 0 } })));
    expect(await server.sql("select count(*)::int as count from metering.provider_key")).toEqual([{ count: before["metering.provider_key"] }]);
  });
});

describe("without a connection", () => {
  it("a record goes where its metadata says; a token refuses units that are not its own", async () => {
    const body = JSON.stringify({ event: "call_ended", call: retellCall({ call_id: "alone", metadata: { business_unit: "claims", use_case: "triage" } }) });
    const by = (units: string[]): Promise<Answered> => post("/usage/retell?source=retell://alone", body, { authorization: `Bearer ${integration(server, units).token}` });
    expect((await by(["retail"])).body.results).toMatchObject([{ outcome: "REJECTED", code: "NOT_FOUND" }]);
    expect((await by(["claims"])).body.results).toMatchObject([{ outcome: "ACCEPTED" }]);
  });

  it("a token of an integration sends for the source that it names", async () => {
    const actor = integration(server, ["retail"]);
    const send = (path: string, token = actor.token): Promise<Answered> => post(path, JSON.stringify([retellCall({ call_id: "t1" }), retellCall({ call_id: "t2", call_status: "ongoing", end_timestamp: null })]), { authorization: `Bearer ${token}` });
    expect((await send("/usage/retell?source=retell://poller")).body).toMatchObject({ accepted: 1, ignored: 1 });
    expect((await unchanged(() => send("/usage/retell?source=retell://poller"))).body).toMatchObject({ duplicate: 1 });
    expect(codeOf(await unchanged(() => send("/usage/retell")))).toEqual([400, "BAD_USER_INPUT"]);
    expect(codeOf(await unchanged(() => send("/usage/retell?source=a", server.as("FINANCE").token)))).toEqual([403, "FORBIDDEN"]);
    expect(codeOf(await unchanged(() => send("/usage/retell?source=a", "nonsense")))).toEqual(UNSIGNED);
    expect(codeOf(await unchanged(() => send("/usage/skype?source=a")))).toEqual([404, "NOT_FOUND"]);
    expect((await fetch(`${server.url}/usage/retell`)).status).toBe(405);
  });
});
