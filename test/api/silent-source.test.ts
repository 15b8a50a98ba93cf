import { ALLOCATE, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { rowCounts } from "../support/two-programmes";

const REQUEST = 'mutation { requestClose(input: { period: "2025-10" }) { period { status } missing { check message } userErrors { code } } }';
const CLOSE = 'mutation { closePeriod(input: { period: "2025-10" }) { period { status } missing { check } userErrors { code } } }';
const CHECK = '{ closeChecklist(period: "2025-10") { checks { check ok message } } }';
const ACKNOWLEDGE = "mutation($input: AcknowledgeSilenceInput!) { acknowledgeSilence(input: $input) { acknowledgement { source period coversUntil reason acknowledgedBy acknowledgedAt } userErrors { code message field } } }";
const PLATFORM = "test://source", CARRIER = "sip://carrier";

let server: TestServer;
let finance: Actor;

const leg = (id: string, endedAt: string): Record<string, unknown> => call(id, { connectedAt: null, connectedMs: 0, endedAt });
const register = async (uri: string, more: Record<string, unknown>): Promise<void> => void (await must(finance, "mutation($input: RegisterSourceInput!) { registerSource(input: $input) { userErrors { code message } } }", { input: { uri, name: uri, owner: "Voice team", kind: "CARRIER", ...more } }));
const heard = async (): Promise<{ ok: boolean; message: string }> => (await must(finance, CHECK)).closeChecklist.checks.find(({ check }: { check: string }) => check === "SOURCES_HEARD");
const acknowledge = async (input: Record<string, unknown> = {}) => (await finance.ask(ACKNOWLEDGE, { input: { source: PLATFORM, period: "2025-10", reason: "the line was down", ...input } })).data.acknowledgeSilence;

beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2025-11-15T12:00:00.000Z");
  finance = server.as("FINANCE");
  await createAcme(server);
  await bookAndAgree(server, { amount: "100.00", parts: [{ driver: "CALLS" }] });
  // October in New York: from the 1st at 04:00Z to 1 November at 04:00Z; a leg on every day but the 12th to the 14th.
  await report(integration(server), [call("call"), ...Array.from({ length: 31 }, (_, day) => day + 1).filter((day) => day < 12 || day > 14).map((day) => leg(`day-${day}`, `2025-10-${String(day).padStart(2, "0")}T16:00:00Z`))]);
});
afterAll(() => server.close());

test("a source without a rhythm holds nothing up", async () => {
  expect(await heard()).toEqual({ check: "SOURCES_HEARD", ok: true, message: "No source fell silent." });
});

test("a source that fell silent is named with its owner, before anybody closes", async () => {
  await register(PLATFORM, { expectedEverySeconds: 90_000, kind: "PLATFORM" });
  await must(finance, ALLOCATE, { input: { period: "2025-10" } });
  const message = "test://source (Voice team) was silent from 2025-10-11T16:00:00.000Z to 2025-10-15T16:00:00.000Z. Have what is missing sent, or take note of it with acknowledgeSilence.";
  expect(await heard()).toEqual({ check: "SOURCES_HEARD", ok: false, message });
  const { requestClose } = (await finance.ask(REQUEST)).data;
  expect(requestClose).toEqual({ period: null, missing: [{ check: "SOURCES_HEARD", message }], userErrors: [{ code: "NOT_READY" }] });
});

test("so is one of which nothing ever came, and one that stopped before the month was over; a retired one is not", async () => {
  await register(CARRIER, { expectedEverySeconds: 86_400 });
  expect((await heard()).message).toBe("sip://carrier (Voice team) was silent from 2025-10-01T04:00:00.000Z to 2025-11-01T04:00:00.000Z; test://source (Voice team) was silent from 2025-10-11T16:00:00.000Z to 2025-10-15T16:00:00.000Z. Have what is missing sent, or take note of it with acknowledgeSilence.");
  await report(integration(server), [leg("carrier", "2025-10-01T20:00:00Z"), leg("carrier-2", "2025-10-02T19:59:59Z"), leg("carrier-3", "2025-10-30T20:00:00Z")], CARRIER);
  expect((await heard()).message).toMatch(/^sip:\/\/carrier \(Voice team\) was silent from 2025-10-02T19:59:59\.000Z to 2025-10-30T20:00:00\.000Z and 1 more time; test/);
  await register(CARRIER, { expectedEverySeconds: 86_400, status: "RETIRED" });
  expect((await heard()).message).toMatch(/^test:\/\/source/);
});

test.each<[string, Record<string, unknown>, string, string]>([
  ["no reason", { reason: " " }, "BAD_USER_INPUT", "reason"],
  ["an empty month", { period: "2024-01" }, "NOT_FOUND", "period"],
  ["an unknown source", { source: "test://nobody" }, "NOT_FOUND", "source"],
  ["a source without a rhythm", { source: "test://loose" }, "NOT_FOUND", "source"],
])("an acknowledgement with %s changes nothing", async (_, input, code, field) => {
  await report(integration(server), [call("loose", { channel: "FAX" })], "test://loose");
  const before = await rowCounts(server);
  const { acknowledgement, userErrors } = await acknowledge(input);
  expect([acknowledgement, userErrors.map((error: { code: string; field: string[] }) => [error.code, error.field])]).toEqual([null, [[code, [field]]]]);
  expect(await rowCounts(server)).toEqual(before);
});

test("finance takes note of it, with a reason in the trail; the same again changes nothing", async () => {
  const expected = { source: PLATFORM, period: "2025-10", coversUntil: "2025-10-15T16:00:00.000Z", reason: "the line was down", acknowledgedBy: "test-finance", acknowledgedAt: "2025-11-15T12:00:00.000Z" };
  expect((await acknowledge()).acknowledgement).toEqual(expected);
  const before = await rowCounts(server);
  expect((await acknowledge({ reason: "once more" })).acknowledgement).toEqual(expected);
  expect(await rowCounts(server)).toEqual(before);
  expect(await heard()).toEqual({ check: "SOURCES_HEARD", ok: true, message: "Silences of sources, all acknowledged: 1." });
  const { auditEntries } = await must(finance, "{ auditEntries(first: 500) { edges { node { action subjectKey reason after } } } }");
  expect(auditEntries.edges.map((edge: { node: { action: string } }) => edge.node).filter(({ action }: { action: string }) => action === "acknowledgeSilence")).toEqual([
    { action: "acknowledgeSilence", subjectKey: PLATFORM, reason: "the line was down", after: { period: "2025-10", coversUntil: "2025-10-15T16:00:00.000Z", silences: 1, longest: [{ from: "2025-10-11T16:00:00.000Z", to: "2025-10-15T16:00:00.000Z" }] } },
  ]);
});

test("a silence that nobody has looked at yet holds the second person up", async () => {
  expect((await must(finance, REQUEST)).requestClose.period).toEqual({ status: "CLOSING" });
  await register(PLATFORM, { expectedEverySeconds: 43_200, activeDays: ["SATURDAY"], activeFrom: "00:00", activeTo: "12:00" });
  expect((await heard()).ok).toBe(true);
  await register(PLATFORM, { expectedEverySeconds: 21_600, activeDays: ["FRIDAY"], activeFrom: "12:01", activeTo: "24:00" });
  const { closePeriod } = (await server.as("FINANCE", { subject: "second-person" }).ask(CLOSE)).data;
  expect(closePeriod).toEqual({ period: null, missing: [{ check: "SOURCES_HEARD" }], userErrors: [{ code: "NOT_READY" }] });
  expect((await acknowledge()).acknowledgement.coversUntil).toBe("2025-11-01T04:00:00.000Z");
  expect((await must(server.as("FINANCE", { subject: "second-person" }), CLOSE)).closePeriod.period).toEqual({ status: "CLOSED" });
  expect((await acknowledge()).userErrors[0].code).toBe("PERIOD_CLOSED");
});
