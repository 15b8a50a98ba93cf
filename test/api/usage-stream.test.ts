import { gzipSync } from "node:zlib";
import { setTimeout as pause } from "node:timers/promises";
import Fastify, { FastifyInstance } from "fastify";
import pino from "pino";
import { operationsOf } from "../../src/app/authorize";
import { buildPublicSchema } from "../../src/app/schema";
import { connect } from "../../src/app/data-source";
import { DEFAULT_RATE_LIMITS, RateLimiter } from "../../src/app/rate-limits";
import { buildServer } from "../../src/app/serve";
import { createAuthenticator } from "../../src/app/authenticator";
import { createTokenVerifier } from "../../src/app/token";
import { addUsageRoute } from "../../src/app/usage/usage-route";
import { Database } from "../../src/tenancy/database.store";
import { ScopeResolver } from "../../src/tenancy/scope-resolver.store";
import { call, createAcme, integration } from "../support/builders";
import { Cable, layCable } from "../support/cut-cable";
import { recountedTotals, storedTotals } from "../support/recount";
import { Actor, TOKEN, TestServer, startTestServer } from "../support/server";
import { OpenUpload, UploadResult, Uploaded, ndjson, openUpload, upload } from "../support/upload";

let server: TestServer;
let sender: Actor;
let quick: FastifyInstance;
/** The same route over the same data, with small commits and little patience, at the end of a cable. */
let quickUrl: string;
let cable: Cable;
let far: Database;
beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
  sender = integration(server);
  const { apiUrl, clock } = server.installation;
  cable = await layCable(Number(new URL(apiUrl).port));
  far = new Database(await connect(Object.assign(new URL(apiUrl), { port: String(cable.port) }).toString(), { purpose: "serve" }).initialize()).for("request");
  const schema = buildPublicSchema();
  quick = Fastify();
  addUsageRoute(quick, { database: far, scopes: new ScopeResolver(far), clock, limiter: new RateLimiter(DEFAULT_RATE_LIMITS, clock), authenticator: createAuthenticator({ verifier: createTokenVerifier(TOKEN, clock, { logger: pino({ level: "silent" }) }), database: far, scopes: new ScopeResolver(far), clock }), logger: pino({ level: "silent" }), permissionsOf: (role) => operationsOf(schema, role), patience: { idleMs: 2_000, waitMs: 60_000 }, commitLines: SMALL });
  quickUrl = await quick.listen({ port: 0, host: "127.0.0.1" });
});
afterAll(async () => {
  await quick.close();
  await far.close();
  await cable.close();
  await server.close();
});

const COMMIT = 10_000;
/** Of the second server, which has less patience. */
const SMALL = 300;
const NONE = { accepted: 0, duplicate: 0, superseded: 0, conflict: 0, rejected: 0, held: 0 };
const SEND_AGAIN = "Send the same request again in a moment: what was stored before is not stored twice.";
const send = (body: string | Buffer, options: Parameters<typeof upload>[3] = {}): Promise<Uploaded> => upload(server.url, sender, body, options);
const calls = (prefix: string, count: number): Array<Record<string, unknown>> => Array.from({ length: count }, (_, index) => call(`${prefix}-${index}`));
const problem = (status: number, code: string, detail: string): Record<string, unknown> => ({ type: "about:blank", title: code, status, detail, code });
const short = ({ line, eventId, outcome, message }: UploadResult): string => [line, eventId, outcome, ...(message ? [message] : [])].join(" ");

async function stored(prefix: string): Promise<number> {
  return (await server.sql<{ count: number }>("select count(*)::int as count from metering.usage_event where event_id like $1", [`${prefix}-%`]))[0]!.count;
}
async function expectTotalsOfRows(): Promise<void> {
  expect(await storedTotals(server, "acme")).toEqual(await recountedTotals(server, "acme"));
}
async function linesUntil(open: OpenUpload, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) lines.push((await open.nextLine())!);
  return lines;
}

it("answers line by line, whatever is the matter with some of them", async () => {
  const cloud = (id: string, source: string): string => {
    const data = call(id);
    delete data.eventId;
    return JSON.stringify({ specversion: "1.0", id, source, type: "apportion.usage.leg_completed.v1", data });
  };
  const lines: Array<string | Buffer> = [
    `\ufeff${JSON.stringify(call("mix-1"))}`, "", "   ", "{", cloud("mix-5", "cloud://x"), Buffer.from([0xff]), `"${"x".repeat(256 * 1024)}"`, JSON.stringify(call("mix-8", { source: "other://source" })),
    "7", JSON.stringify(call("mix-1")), JSON.stringify(call("mix-11", { colour: "red" })), cloud("mix-12", "cloud://y"), cloud("mix-5", "cloud://x"), JSON.stringify(call("mix-14")),
  ];
  const body = Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [Buffer.from(line)] : [Buffer.from("\r\n"), Buffer.from(line)])));
  const answer = await send(body);
  expect([answer.status, answer.headers["content-type"], answer.headers["cache-control"]]).toEqual([200, "application/x-ndjson; charset=utf-8", "no-store, private"]);
  expect(answer.results.map(short)).toEqual([
    "1 mix-1 ACCEPTED", "4  REJECTED The line is not JSON.", "5 mix-5 ACCEPTED", "6  REJECTED The line is not UTF-8 text.", "7  REJECTED The line is longer than 256 kB.",
    "8 mix-8 REJECTED The event names another source than the request does. Leave it out, or send the event in a request of its own.", "9  REJECTED An event must be an object.",
    "10 mix-1 DUPLICATE", '11 mix-11 REJECTED "colour" is not a field of a usage event.', "12 mix-12 ACCEPTED", "13 mix-5 DUPLICATE", "14 mix-14 ACCEPTED",
  ]);
  expect(answer.results.filter(({ outcome }) => outcome === "REJECTED").map(({ code }) => code)).toEqual(Array(6).fill("BAD_USER_INPUT"));
  expect(answer.end).toEqual({ complete: true, lines: 12, ...NONE, accepted: 4, duplicate: 2, rejected: 6 });
  const again = await send(gzipSync(body), { headers: { "content-encoding": "gzip" } });
  expect(again.end).toEqual({ complete: true, lines: 12, ...NONE, duplicate: 6, rejected: 6 });
  expect(await stored("mix")).toBe(4);
});

it("without a source in the request every line names its own", async () => {
  const answer = await send(ndjson([call("own-1", { source: "own://a" }), call("own-2")]), { path: "/usage" });
  expect(answer.results.map(short)).toEqual(["1 own-1 ACCEPTED", "2 own-2 REJECTED Nobody says who measured this. Name the source of the whole request (?source=<uri>), or send a CloudEvent."]);
});

it("a killed upload is finished by sending it again", async () => {
  const events = calls("killed", COMMIT + 3_000);
  const open = openUpload(server.url, sender);
  open.sent.write(ndjson(events.slice(0, COMMIT + 2_000)));
  const first = (await linesUntil(open, COMMIT)).map((line) => JSON.parse(line) as UploadResult);
  expect(new Set(first.map(({ outcome }) => outcome))).toEqual(new Set(["ACCEPTED"]));
  open.sent.destroy();
  expect(await open.answer.catch((error: Error) => error.message)).toBe("aborted");
  // What was never answered was not stored either, since its commit had not begun.
  expect(await stored("killed")).toBe(COMMIT);
  const again = await send(ndjson(events));
  expect(again.end).toEqual({ complete: true, lines: COMMIT + 3_000, ...NONE, duplicate: COMMIT, accepted: 3_000 });
  expect(again.results.map(({ line, eventId, outcome }) => [line, eventId, outcome])).toEqual(events.map(({ eventId }, index) => [index + 1, eventId, index < COMMIT ? "DUPLICATE" : "ACCEPTED"]));
  await expectTotalsOfRows();
});

it("gzip that breaks off is told after what was stored, and finished by sending it whole", async () => {
  const events = calls("cut", SMALL + 100);
  const zipped = gzipSync(ndjson(events));
  const answer = await upload(quickUrl, sender, zipped.subarray(0, zipped.length - 5), { headers: { "content-encoding": "gzip" } });
  expect([answer.status, answer.results.length]).toEqual([200, SMALL]);
  expect(answer.end).toEqual({ complete: false, lines: SMALL, ...NONE, accepted: SMALL, code: "BAD_USER_INPUT", message: "The gzip data is damaged or breaks off. Send it again whole: what was stored before is not stored twice." });
  expect(await stored("cut")).toBe(SMALL);
  expect((await send(zipped, { headers: { "content-encoding": "gzip" } })).end).toEqual({ complete: true, lines: SMALL + 100, ...NONE, duplicate: SMALL, accepted: 100 });
});

it("eight clients with the same lines store each once", async () => {
  const body = ndjson(calls("eight", 500));
  const answers = await Promise.all(Array.from({ length: 8 }, () => send(body)));
  expect(answers.map(({ end }) => [end!.complete, end!.accepted + end!.duplicate])).toEqual(Array(8).fill([true, 500]));
  expect(answers.reduce((sum, { end }) => sum + end!.accepted, 0)).toBe(500);
  expect(await stored("eight")).toBe(500);
  await expectTotalsOfRows();
});

it("a sender that trickles is answered after five seconds", async () => {
  const open = openUpload(server.url, sender);
  const wait = open.nextLine();
  open.sent.write(ndjson(calls("trickle", 1)));
  await pause(100);
  server.clock.set("2025-11-15T12:00:06Z");
  open.sent.write("\n");
  expect(JSON.parse((await wait)!)).toEqual({ line: 1, eventId: "trickle-0", outcome: "ACCEPTED" });
  open.sent.end(ndjson(calls("trickle", 2)));
  expect((await open.answer).end).toEqual({ complete: true, lines: 3, ...NONE, accepted: 2, duplicate: 1 });
});

describe("when the database goes away", () => {
  const GONE = { code: "UNAVAILABLE", message: `The database does not answer. ${SEND_AGAIN}` };
  const unplug = (): void => {
    cable.leadTo(null);
    cable.cut();
  };
  afterEach(() => cable.leadTo(Number(new URL(server.installation.apiUrl).port)));

  it("for a moment, nobody notices", async () => {
    await server.sql("begin");
    await server.sql("lock table metering.usage_event in access exclusive mode");
    const answer = upload(quickUrl, sender, ndjson(calls("moment", SMALL)));
    while ((await server.sql("select 1 from pg_locks where not granted and relation = 'metering.usage_event'::regclass")).length === 0) await pause(10);
    expect(cable.cut()).toBeGreaterThan(0);
    await server.sql("rollback");
    const { end } = await answer;
    expect([end!.complete, end!.lines, end!.accepted + end!.duplicate]).toEqual([true, SMALL, SMALL]);
    expect(await stored("moment")).toBe(SMALL);
  });

  it("in the middle, the last line says so", async () => {
    const events = calls("gone", SMALL + 100);
    const open = openUpload(quickUrl, sender);
    open.sent.write(ndjson(events.slice(0, SMALL)));
    await linesUntil(open, SMALL);
    unplug();
    open.sent.end(ndjson(events.slice(SMALL)));
    const answer = await open.answer;
    expect([answer.status, answer.results.length]).toEqual([200, SMALL]);
    expect(answer.end).toEqual({ complete: false, lines: SMALL, ...NONE, accepted: SMALL, ...GONE });
    expect((await send(ndjson(events))).end).toEqual({ complete: true, lines: SMALL + 100, ...NONE, duplicate: SMALL, accepted: 100 });
  });

  it("while the sender still sends, it is told at once", async () => {
    const open = openUpload(quickUrl, sender);
    open.sent.on("error", () => undefined);
    unplug();
    open.sent.write(ndjson(calls("early", SMALL)));
    const answer = await open.answer;
    expect([answer.status, answer.headers["retry-after"], answer.body]).toEqual([503, "1", problem(503, "UNAVAILABLE", GONE.message)]);
    open.sent.destroy();
    expect(await stored("early")).toBe(0);
  });
});

it("a server that shuts down ends an upload with what to do, and does not wait for its sender", async () => {
  const stopping = await buildServer(server.installation, pino({ level: "silent" }));
  const url = await stopping.http.listen({ port: 0, host: "127.0.0.1" });
  const events = calls("stop", COMMIT + 1_000);
  const open = openUpload(url, sender);
  const silent = openUpload(url, sender);
  silent.sent.write("{");
  open.sent.write(ndjson(events));
  await linesUntil(open, COMMIT);
  await stopping.close();
  const message = `The server is shutting down. ${SEND_AGAIN}`;
  expect((await open.answer).end).toEqual({ complete: false, lines: COMMIT, ...NONE, accepted: COMMIT, code: "UNAVAILABLE", message });
  const told = await silent.answer;
  expect([told.status, told.headers["retry-after"], told.body]).toEqual([503, "1", problem(503, "UNAVAILABLE", message)]);
  expect((await send(ndjson(events))).end).toEqual({ complete: true, lines: COMMIT + 1_000, ...NONE, duplicate: COMMIT, accepted: 1_000 });
  await expectTotalsOfRows();
});

it("a body that comes too slowly is refused, with what was stored before it", async () => {
  const message = "The body comes too slowly. Send it again, faster or in parts: what was stored before is not stored twice.";
  const silent = openUpload(quickUrl, sender);
  const slow = openUpload(quickUrl, sender);
  silent.sent.write("{");
  slow.sent.write(ndjson(calls("slow", SMALL + 1)));
  const told = await silent.answer;
  expect([told.status, told.body]).toEqual([408, problem(408, "TIMEOUT", message)]);
  expect((await slow.answer).end).toEqual({ complete: false, lines: SMALL, ...NONE, accepted: SMALL, code: "TIMEOUT", message });
  expect(await stored("slow")).toBe(SMALL);
  for (const { sent } of [silent, slow]) sent.on("error", () => undefined).destroy();
});
