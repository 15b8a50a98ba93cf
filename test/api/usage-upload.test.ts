import { Agent } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync, deflateSync } from "node:zlib";
import Fastify from "fastify";
import { LINGER_MS, limitBodies } from "../../src/app/http-manners";
import { ROLES } from "../../src/tenancy";
import { REPORT, Reported, call, createAcme, integration, must } from "../support/builders";
import { EXPECTED_ACCESS } from "../support/expected-access";
import { Actor, TestServer, startTestServer } from "../support/server";
import { rowCounts } from "../support/two-programmes";
import { NDJSON, Uploaded, ndjson, openUpload, upload } from "../support/upload";

const SINGLE = "application/cloudevents+json";
const BATCH = "application/cloudevents-batch+json";
const TYPE = "apportion.usage.leg_completed.v1";

let server: TestServer;
let sender: Actor;
beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
  sender = integration(server);
});
afterAll(() => server.close());

const send = (body: string | Buffer, options: Parameters<typeof upload>[3] = {}): Promise<Uploaded> => upload(server.url, sender, body, options);

/** A CloudEvent around a call; `more` overrides its attributes, `data` its data. */
const cloud = (id: string, more: Record<string, unknown> = {}, data: Record<string, unknown> = {}): Record<string, unknown> => {
  const { eventId, ...rest } = call(id);
  return { specversion: "1.0", id: eventId, source: "cloud://a", type: TYPE, time: "2025-10-10T14:01:00.000Z", datacontenttype: "application/json", extension: "ignored", data: { ...rest, ...data }, ...more };
};
const text = (value: unknown): string => JSON.stringify(value);
const errorOf = ({ status, body }: Uploaded): [number, string, string] => [status, body.code, body.detail];

/** What is answered while nothing is stored. */
async function unchanged(act: () => Promise<Uploaded>): Promise<Uploaded> {
  const before = await rowCounts(server);
  const answer = await act();
  expect(await rowCounts(server)).toEqual(before);
  return answer;
}

describe("one CloudEvent", () => {
  const one = (event: unknown, headers: Record<string, string> = {}): Promise<Uploaded> => send(text(event), { path: "/usage", type: SINGLE, headers });

  it("is answered with its verdict, and a status that says the same", async () => {
    const first = await one(cloud("one"));
    expect([first.status, first.headers["content-type"], first.headers["cache-control"], first.text]).toEqual([200, "application/json; charset=utf-8", "no-store, private", '{"line":1,"eventId":"one","outcome":"ACCEPTED"}']);
    expect((await unchanged(() => one(cloud("one")))).body).toEqual({ line: 1, eventId: "one", outcome: "DUPLICATE" });
    const held = await one(cloud("one-held", {}, { useCase: "unheard-of" }));
    expect([held.status, held.body.outcome]).toEqual([200, "HELD"]);
    const other = await one(cloud("one", {}, { connectedMs: 1 }));
    expect([other.status, other.body.outcome, other.body.code]).toEqual([409, "CONFLICT", "CONFLICT"]);
    const bad = await unchanged(() => one(cloud("two", {}, { connectedMs: -1 })));
    expect([bad.status, bad.body]).toEqual([400, { line: 1, eventId: "two", outcome: "REJECTED", code: "BAD_USER_INPUT", message: "connectedMs must be a whole number from 0 to 604800000." }]);
    const elsewhere = await unchanged(() => one(cloud("two", {}, { businessUnit: "moon" })));
    expect([elsewhere.status, elsewhere.body]).toEqual([404, { line: 1, eventId: "two", outcome: "REJECTED", code: "NOT_FOUND", message: "There is no business unit moon that this token may write." }]);
  });

  it("is the same event as one that came through GraphQL", async () => {
    const { id, time, data } = cloud("both") as { id: string; time: string; data: object };
    const { reportUsage } = await must<{ reportUsage: Reported }>(sender, REPORT, { input: { source: "cloud://a", events: [{ ...data, eventId: id, type: "LEG_COMPLETED", occurredAt: time }] } });
    expect(reportUsage.results[0]!.outcome).toBe("ACCEPTED");
    expect((await one(cloud("both"))).body).toEqual({ line: 1, eventId: "both", outcome: "DUPLICATE" });
    expect((await one(cloud("both", { source: "cloud://b" }))).body.outcome).toBe("ACCEPTED");
  });

  it("may come with its attributes as headers", async () => {
    const binary = (more: Record<string, string> = {}): Promise<Uploaded> => {
      const headers = { "ce-specversion": "1.0", "ce-id": "bin%C3%A4r", "ce-source": "cloud://a", "ce-type": TYPE, "ce-time": "2025-10-10T14:01:00Z", ...more };
      const data = call("binary");
      delete data.eventId;
      return send(text(data), { path: "/usage", type: "application/json", headers });
    };
    expect((await binary()).body).toEqual({ line: 1, eventId: "binär", outcome: "ACCEPTED" });
    const other = await unchanged(() => binary({ "ce-specversion": "0.3" }));
    expect([other.status, other.body.message]).toEqual([400, 'specversion must be "1.0".']);
  });

  it("may be gzip, and as large as a line", async () => {
    const zipped = await send(gzipSync(text(cloud("zipped"))), { path: "/usage", type: SINGLE, headers: { "content-encoding": "gzip" } });
    expect([zipped.status, zipped.body.outcome]).toEqual([200, "ACCEPTED"]);
    const large = await unchanged(() => one({ ...cloud("large"), padding: "x".repeat(256 * 1024) }));
    expect(errorOf(large)).toEqual([413, "LIMIT_EXCEEDED", "A body of this type is at most 262144 bytes. Send it in parts, or as application/x-ndjson, which has no limit."]);
  });
});

describe("a list of CloudEvents", () => {
  const list = (events: unknown, headers: Record<string, string> = {}): Promise<Uploaded> => send(typeof events === "string" ? events : text(events), { path: "/usage", type: BATCH, headers });

  it("is answered one by one; a bad one does not spoil the others", async () => {
    const events = [cloud("l-1"), 7, cloud("l-2", { source: "cloud://b" }), { ...cloud("l-3"), specversion: undefined }, cloud("l-1"), cloud("l-4", {}, { useCase: null }), cloud("l-5", { id: undefined })];
    const answer = await list(events);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      results: [
        { line: 1, eventId: "l-1", outcome: "ACCEPTED" },
        { line: 2, eventId: "", outcome: "REJECTED", code: "BAD_USER_INPUT", message: "A CloudEvent must be an object." },
        { line: 3, eventId: "l-2", outcome: "ACCEPTED" },
        { line: 4, eventId: "l-3", outcome: "REJECTED", code: "BAD_USER_INPUT", message: 'specversion is missing: a CloudEvent says "1.0".' },
        { line: 5, eventId: "l-1", outcome: "DUPLICATE" },
        { line: 6, eventId: "l-4", outcome: "HELD", message: "Stored as unattributed: the use case is absent or unknown. Finance can attribute it." },
        { line: 7, eventId: "", outcome: "REJECTED", code: "BAD_USER_INPUT", message: "id is missing: it becomes the eventId." },
      ],
      complete: true, lines: 7, accepted: 2, duplicate: 1, superseded: 0, conflict: 0, rejected: 3, held: 1,
    });
    expect(await server.sql("select s.uri, count(*)::int from metering.usage_event e join metering.source s on s.id = e.source_id where event_id like 'l-%' group by 1 order by 1")).toEqual([{ uri: "cloud://a", count: 2 }, { uri: "cloud://b", count: 1 }]);
  });

  it.each<[string, string | Buffer, [number, string, string]]>([
    ["nothing", "", [400, "BAD_USER_INPUT", "The body is empty."]],
    ["half of JSON", "[{", [400, "BAD_USER_INPUT", "The body is not JSON."]],
    ["an object", "{}", [400, "BAD_USER_INPUT", "A batch is a JSON list of CloudEvents."]],
    ["an empty list", "[]", [400, "BAD_USER_INPUT", "The list of events is empty."]],
    ["5,001 events", text(Array(5_001).fill(0)), [413, "LIMIT_EXCEEDED", "A batch holds at most 5000 events; this one has 5001. Send it in parts, or as application/x-ndjson."]],
    ["what is no UTF-8", Buffer.from([0x5b, 0xff, 0x5d]), [400, "BAD_USER_INPUT", "The body is not UTF-8 text."]],
    ["more than 24 MB", `["${"x".repeat(24 * 1024 * 1024)}"]`, [413, "LIMIT_EXCEEDED", "A body of this type is at most 25165824 bytes. Send it in parts, or as application/x-ndjson, which has no limit."]],
  ])("of %s is refused whole", async (_, body, expected) => {
    expect(errorOf(await unchanged(() => send(body, { path: "/usage", type: BATCH })))).toEqual(expected);
  });
});

describe("what is no upload", () => {
  const event = ndjson([call("never")]);

  it.each<[string, Parameters<typeof upload>[3], [number, string, string]]>([
    ["no type", { type: null }, [415, "BAD_USER_INPUT", "Send usage as application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson; not as a body without a type."]],
    ["plain JSON", { type: "application/json" }, [415, "BAD_USER_INPUT", "Send usage as application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson; not as application/json."]],
    ["text", { type: "text/plain" }, [415, "BAD_USER_INPUT", "Send usage as application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson; not as text/plain."]],
    ["another alphabet", { type: `${NDJSON}; charset=iso-8859-1` }, [415, "BAD_USER_INPUT", "Usage is read as UTF-8. Send it in that alphabet."]],
    ["another compression", { headers: { "content-encoding": "br" } }, [415, "BAD_USER_INPUT", "Bodies are read as they are, or compressed with gzip."]],
    ["compressed twice", { headers: { "content-encoding": "gzip, gzip" } }, [415, "BAD_USER_INPUT", "Bodies are read as they are, or compressed with gzip."]],
    ["called gzip", { headers: { "content-encoding": "gzip" } }, [400, "BAD_USER_INPUT", "The gzip data is damaged or breaks off. Send it again whole: what was stored before is not stored twice."]],
    ["two sources", { path: "/usage?source=a&source=b" }, [400, "BAD_USER_INPUT", "source must be a URI of 1 to 200 characters, named once."]],
    ["an empty source", { path: "/usage?source=" }, [400, "BAD_USER_INPUT", "source must be a URI of 1 to 200 characters, named once."]],
    ["a long source", { path: `/usage?source=${"x".repeat(201)}` }, [400, "BAD_USER_INPUT", "source must be a URI of 1 to 200 characters, named once."]],
    ["a GET", { method: "GET", headers: { "content-length": "0" } }, [405, "BAD_USER_INPUT", "Usage is sent here with POST; ask for it at /graphql."]],
    ["a PUT", { method: "PUT" }, [405, "BAD_USER_INPUT", "Usage is sent here with POST; ask for it at /graphql."]],
  ])("%s is refused, and nothing changes", async (_, options, expected) => {
    const answer = await unchanged(() => send(options?.method === "GET" ? "" : event, options));
    expect(errorOf(answer)).toEqual(expected);
    expect(answer.headers["cache-control"]).toBe("no-store, private");
    if (expected[0] === 405) expect(answer.headers.allow).toBe("POST");
    if (expected[0] === 415) expect(answer.headers.accept ?? answer.headers["accept-encoding"] ?? "charset").toMatch(/ndjson|gzip|charset/);
  });

  it.each<[string, string | Buffer, Record<string, string>]>([
    ["nothing at all", "", {}],
    ["blank lines", "\n \r\n\n", {}],
    ["a byte order mark", "\ufeff", {}],
    ["an empty gzip", gzipSync(""), { "content-encoding": "gzip" }],
  ])("%s holds no event", async (_, body, headers) => {
    expect(errorOf(await unchanged(() => send(body, { headers })))).toEqual([400, "BAD_USER_INPUT", "The body holds no event."]);
  });

  it.each<[string, string, number]>([
    ["a list", BATCH, 2 * 1024 * 1024],
    ["a single event", SINGLE, 2 * 1024 * 1024],
    ["a stream of nothing but line ends", NDJSON, 64 * 1024 * 1024],
  ])("a gzip bomb in %s is put out", async (_, type, size) => {
    const bomb = gzipSync(Buffer.alloc(size, "\n"));
    expect(errorOf(await unchanged(() => send(bomb, { type, headers: { "content-encoding": "gzip" } }))).slice(0, 2)).toEqual([413, "LIMIT_EXCEEDED"]);
  });

  it("leaves the connection to the next request, once what came after the answer has come to its end", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const refused = openUpload(server.url, sender, { agent, headers: { "content-encoding": "br" } });
    refused.sent.write(event);
    expect((await refused.answer).status).toBe(415);
    refused.sent.end(event);
    await pause(LINGER_MS + 200);
    const next = openUpload(server.url, sender, { agent });
    next.sent.end(ndjson([call("after-a-refusal")]));
    expect([(await next.answer).end?.accepted, next.sent.reusedSocket]).toEqual([1, true]);
    agent.destroy();
  });

  it("deflate that calls itself gzip is refused", async () => {
    expect(errorOf(await send(deflateSync(event), { headers: { "content-encoding": "gzip" } }))[1]).toBe("BAD_USER_INPUT");
  });
});

describe("who may upload", () => {
  it.each(ROLES.map((role) => [role]))("%s, as reportUsage says", async (role) => {
    const expected = EXPECTED_ACCESS.get("Mutation.reportUsage")![role];
    const actor = server.as(role, { businessUnits: ["retail"] });
    const one = (): Promise<Uploaded> => upload(server.url, actor, ndjson([call(`by-${role}`)]));
    if (expected === "ACKS") return expect((await one()).end).toMatchObject({ complete: true, accepted: 1 });
    expect(errorOf(await unchanged(one))).toEqual([403, "FORBIDDEN", `The role ${role} may not use POST /usage.`]);
  });

  it("a token writes for its own units alone", async () => {
    const narrow = integration(server, ["retail"]);
    const answer = await upload(server.url, narrow, ndjson([call("own"), call("foreign", { useCase: "triage", businessUnit: "claims" }), call("nobody", { useCase: "triage" })]));
    expect(answer.results.map(({ outcome, code }) => [outcome, code])).toEqual([["ACCEPTED", undefined], ["REJECTED", "NOT_FOUND"], ["HELD", undefined]]);
    const lost = await unchanged(() => upload(server.url, server.as("INTEGRATION", { programme: "globex", businessUnits: ["retail"] }), ndjson([call("x")])));
    expect(errorOf(lost)).toEqual([403, "FORBIDDEN", "This token's programme does not exist here."]);
  });

  it("is asked before a byte of the body is read, and who has no token is not listened to", async () => {
    const { sent, answer } = openUpload(server.url, null, {});
    const ended = new Promise<void>((resolve) => sent.once("close", resolve));
    sent.on("error", () => undefined);
    sent.write("x");
    const refused = await answer;
    expect([refused.status, refused.headers["www-authenticate"], refused.headers["content-type"], refused.body.code]).toEqual([401, "Bearer", "application/problem+json; charset=utf-8", "UNAUTHENTICATED"]);
    // The body never ends; the connection does.
    const endless = setInterval(() => sent.write("x".repeat(1_000)), 50);
    await ended;
    clearInterval(endless);
  });
});

it("a body that is no upload has its time, too", async () => {
  const app = Fastify();
  limitBodies(app, "/usage", 100);
  app.post("/other", async (request) => request.body);
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const whole = await upload(url, null, '{"a":1}', { path: "/other", type: "application/json" });
  expect([whole.status, whole.body]).toEqual([200, { a: 1 }]);
  const { sent, answer } = openUpload(url, null, { path: "/other", type: "application/json" });
  const ended = new Promise<void>((resolve) => sent.once("close", resolve));
  sent.on("error", () => undefined).write("{");
  expect(errorOf(await answer)).toEqual([408, "TIMEOUT", "The body did not come in time. Send the request again."]);
  await ended;
  await app.close();
});

it("the page at / names it", async () => {
  expect(await (await fetch(server.url)).text()).toContain("POST /usage");
});
