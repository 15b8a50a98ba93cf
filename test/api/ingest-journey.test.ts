import fc from "fast-check";
import { REPORT, Reported, call, createAcme, integration, must, report } from "../support/builders";
import { recountedTotals, storedTotals } from "../support/recount";
import { TestServer, startTestServer } from "../support/server";
import { inProgramme, rowCounts } from "../support/two-programmes";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
});
afterAll(() => server.close());

type Event = Record<string, unknown>;
const verdicts = (answer: Reported): string[] => answer.results.map(({ outcome, code }) => (code ? `${outcome} ${code}` : outcome));
const counts = ({ accepted, duplicate, superseded, conflict, rejected, held }: Reported): Record<string, number> => ({ accepted, duplicate, superseded, conflict, rejected, held });
const NONE = { accepted: 0, duplicate: 0, superseded: 0, conflict: 0, rejected: 0, held: 0 };
const added = (answers: Reported[]): Record<string, number> => answers.map(counts).reduce((sum, each) => Object.fromEntries(Object.keys(NONE).map((key) => [key, sum[key]! + each[key]!])), NONE as Record<string, number>);
const chat = (id: string, more: Event = {}): Event => call(id, { channel: "CHAT", connectedAt: null, connectedMs: 0, ...more });

/** A programme of its own, so that its totals are known to the last leg. */
async function programme(code: string): Promise<TestServer> {
  await createAcme(server, { code });
  return inProgramme(server, code);
}

async function expectSoundTotals(code: string): Promise<void> {
  expect(await storedTotals(server, code)).toEqual(await recountedTotals(server, code));
}

const usageOf = async (of: TestServer, where: Event, groupBy: string[]): Promise<Array<Record<string, unknown>>> =>
  (await must(of.as("FINANCE"), "query($where: UsageWhere!, $groupBy: [UsageDimension!]!) { usage(where: $where, groupBy: $groupBy) { rows { businessUnit { code } useCase { code } bucket legs calls connectedMs contacts } } }", { where, groupBy })).usage.rows;

describe("one batch", () => {
  it("keeps good events between bad ones, in order, each with its own verdict", async () => {
    const of = await programme("order");
    const answer = await report(integration(of, ["retail"]), [
      call("good-1"), 7, "text", [], call("no-contact", { contactId: null }), call("good-2", { useCase: "returns" }), call("odd-channel", { channel: "FAX" }), call("unknown-field", { colour: "red" }),
      call("good-3", { useCase: null }), call("not-mine", { businessUnit: "claims", useCase: "triage" }), call("good-1"), call("good-1", { connectedMs: 5 }), call("early", { endedAt: "1970-01-01T00:00:00Z", connectedAt: null }),
      call("rated", { type: "LEG_RATED" }), call("good-4", { connectedMs: 61_001 }),
    ]);
    expect(answer.results.map(({ index }) => index)).toEqual(Array.from({ length: 15 }, (_, index) => index));
    expect(verdicts(answer)).toEqual([
      "ACCEPTED", "REJECTED BAD_USER_INPUT", "REJECTED BAD_USER_INPUT", "REJECTED BAD_USER_INPUT", "REJECTED BAD_USER_INPUT", "ACCEPTED", "REJECTED BAD_USER_INPUT", "REJECTED BAD_USER_INPUT",
      "HELD", "REJECTED NOT_FOUND", "DUPLICATE", "CONFLICT CONFLICT", "REJECTED BAD_USER_INPUT", "REJECTED BAD_USER_INPUT", "ACCEPTED",
    ]);
    expect(counts(answer)).toEqual({ accepted: 3, duplicate: 1, superseded: 0, conflict: 1, rejected: 9, held: 1 });
    expect(await server.sql("select event_id, duration_mismatch from metering.usage_event e join tenancy.programme p on p.id = e.programme_id where p.code = 'order' order by 1")).toEqual(
      [["good-1", false], ["good-2", false], ["good-3", false], ["good-4", true]].map(([event_id, duration_mismatch]) => ({ event_id, duration_mismatch })));
    await expectSoundTotals("order");
  });

  it.each<[string, Event]>([
    ["endedAt more than 5 minutes ahead", { endedAt: "2025-11-15T12:05:00.001Z" }],
    ["occurredAt more than 5 minutes ahead", { occurredAt: "2025-11-15T12:05:00.001Z" }],
    ["endedAt before connectedAt", { connectedAt: "2025-10-10T14:01:00.001Z" }],
    ["endedAt before initiatedAt", { initiatedAt: "2025-10-10T14:01:00.001Z" }],
    ["a leg longer than a week", { connectedMs: 604_800_001 }],
    ["a negative duration", { connectedMs: -1 }],
    ["half a millisecond", { connectedMs: 0.5 }],
    ["a duration beyond whole numbers", { connectedMs: 9_007_199_254_740_992 }],
    ["a duration as text", { connectedMs: "60000" }],
    ["a revision below 0", { revision: -1 }],
    ["an instant without offset", { endedAt: "2025-10-10T14:01:00" }],
    ["a day that does not exist", { endedAt: "2025-02-29T14:01:00Z", connectedAt: null }],
    ["a leap second", { endedAt: "2025-06-30T23:59:60Z", connectedAt: null }],
    ["an instant as a number", { endedAt: 1_760_104_860_000 }],
    ["an id of 10 kB", { eventId: "x".repeat(10_240) }],
    ["an empty id", { eventId: "" }],
    ["an id that is a number", { eventId: 7 }],
    ["a NUL in an id", { eventId: "a\u0000b" }],
    ["half of a surrogate pair", { contactId: "a\ud800" }],
    ["a line break in a leg", { legId: "a\nb" }],
    ["a contact of 201 characters", { contactId: "c".repeat(201) }],
    ["test as text", { test: "false" }],
    ["a type in small letters", { type: "leg_completed" }],
    ["attributes of more than 8 KB", { attributes: { text: "x".repeat(8_200) } }],
    ["money as a number", { costItems: [{ component: "LLM", basis: "REPORTED", amount: 0.1, currency: "USD" }] }],
    ["money with an exponent", { costItems: [{ component: "LLM", basis: "REPORTED", amount: "1e400", currency: "USD" }] }],
    ["money that is not a number", { costItems: [{ component: "LLM", basis: "REPORTED", amount: "NaN", currency: "USD" }] }],
    ["another version of the format", { specVersion: "2.0" }],
  ])("refuses an event with %s and stores nothing of it", async (_, fault) => {
    const before = await rowCounts(server);
    const answer = await report(integration(server), [call("faulty", fault)]);
    expect(verdicts(answer)).toEqual(["REJECTED BAD_USER_INPUT"]);
    expect(answer.results[0]!.message!.length).toBeLessThan(300);
    expect(await rowCounts(server)).toEqual(before);
  });

  it("takes what is just within the limits, byte for byte", async () => {
    const odd = "é😀‮​=cmd|' /C calc'!A0\\N\\t'\";--";
    const answer = await report(integration(server), [
      call("edge-1", { endedAt: "2025-11-15T12:05:00.000Z", connectedAt: "2025-11-15T12:05:00.000Z", connectedMs: 0, status: "NO_ANSWER" }), call("edge-2", { connectedMs: 604_800_000 }), call("x".repeat(200), { contactId: "c", legId: "l" }),
      call(odd, { contactId: odd, legId: odd, workflow: odd, attributes: { [odd]: odd } }), call("\\N"), call("-0", { revision: -0 }),
    ], "test://edges");
    expect(verdicts(answer)).toEqual(Array.from({ length: 6 }, () => "ACCEPTED"));
    const [row] = await server.sql("select contact_id, leg_id, workflow, attributes from metering.usage_event where event_id = $1", [odd.normalize("NFC")]);
    expect(row).toEqual({ contact_id: odd, leg_id: odd, workflow: odd, attributes: { [odd]: odd } });
    await expectSoundTotals("acme");
  });

  it("has 1 to 5,000 events and a source, or nothing happens", async () => {
    const before = await rowCounts(server);
    const refused = async (input: Event): Promise<unknown> => {
      const { data } = await integration(server).ask(REPORT, { input });
      return [data.reportUsage.results, data.reportUsage.userErrors[0].code, data.reportUsage.userErrors[0].field];
    };
    const nothing = await integration(server).ask(REPORT, { input: { source: "test://x", events: [call("a"), null] } });
    expect([nothing.status, nothing.errors![0]!.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    expect(await refused({ source: "test://x", events: [] })).toEqual([[], "BAD_USER_INPUT", ["events"]]);
    expect(await refused({ source: "test://x", events: Array.from({ length: 5_001 }, (_, index) => call(`many-${index}`)) })).toEqual([[], "LIMIT_EXCEEDED", ["events"]]);
    expect(await refused({ source: "", events: [call("a")] })).toEqual([[], "BAD_USER_INPUT", ["source"]]);
    expect(await refused({ source: "s".repeat(201), events: [call("a")] })).toEqual([[], "BAD_USER_INPUT", ["source"]]);
    expect(await refused({ source: "a\u0000b", events: [call("a")] })).toEqual([[], "BAD_USER_INPUT", ["source"]]);
    expect(await rowCounts(server)).toEqual(before);
  });

  it("of 5,000 is stored whole", async () => {
    const of = await programme("large");
    const answer = await report(integration(of), Array.from({ length: 5_000 }, (_, index) => call(`e-${index}`, { contactId: `c-${index % 100}`, useCase: index % 2 ? "triage" : "returns" })));
    expect(counts(answer)).toEqual({ ...NONE, accepted: 5_000 });
    expect((await storedTotals(server, "large")).period).toEqual(["claims|triage|2025-10|2500|2500|150000000|50", "retail|returns|2025-10|2500|2500|150000000|50"]);
  });
});

describe("one identity", () => {
  it("is an event, a source and a programme; separators and Unicode forms make no twins and no clashes", async () => {
    const actor = integration(server);
    expect(verdicts(await report(actor, [call("b:c", { legId: "l1" })], "a"))).toEqual(["ACCEPTED"]);
    expect(verdicts(await report(actor, [call("c", { legId: "l2" }), call("a:b", { legId: "l3" }), call("ab:", { legId: "l4" })], "a:b"))).toEqual(["ACCEPTED", "ACCEPTED", "ACCEPTED"]);
    expect(verdicts(await report(actor, [call("c", { legId: "l2" }), call("A:b", { legId: "l5" })], "a:b"))).toEqual(["DUPLICATE", "ACCEPTED"]);
    const composed = "café".normalize("NFC"), decomposed = "café".normalize("NFD");
    expect(composed).not.toBe(decomposed);
    expect(verdicts(await report(actor, [call(composed), call(decomposed)], "nf"))).toEqual(["ACCEPTED", "DUPLICATE"]);
    expect(verdicts(await report(actor, [call(decomposed)], "nf"))).toEqual(["DUPLICATE"]);
    const other = await programme("identity");
    expect(verdicts(await report(integration(other), [call(composed)], "nf"))).toEqual(["ACCEPTED"]);
  });

  it("with other content is a conflict that names the fields, keeps the first and is audited", async () => {
    const of = await programme("conflict");
    const actor = integration(of);
    const first = call("x", { provider: "retell", attributes: { a: 1, b: 2 } });
    expect(verdicts(await report(actor, [first]))).toEqual(["ACCEPTED"]);
    expect(verdicts(await report(actor, [{ ...first, attributes: { b: 2, a: 1 } }, { ...first, endedAt: "2025-10-10T16:01:00.000+02:00" }]))).toEqual(["DUPLICATE", "DUPLICATE"]);
    const [changed] = (await report(actor, [{ ...first, connectedMs: 59_000, provider: "vapi" }])).results;
    expect(changed).toEqual({ index: 0, eventId: "x", outcome: "CONFLICT", code: "CONFLICT", message: "This eventId was stored with other content (connected_ms, provider); the first is kept. Send a correction as a new event with a higher revision." });
    expect(await usageOf(of, {}, ["PROVIDER"])).toMatchObject([{ legs: 1, connectedMs: 60_000 }]);
    const { auditEntries } = await must(of.as("AUDITOR"), "{ auditEntries(first: 500) { edges { node { action subject role subjectKey reason after } } } }");
    expect(auditEntries.edges.map((edge: { node: unknown }) => edge.node).filter(({ action }: { action: string }) => action === "reportUsage")).toEqual([
      { action: "reportUsage", subject: "test-integration", role: "INTEGRATION", subjectKey: "test://source", reason: "same identity, other content: refused", after: { conflicts: 1, eventIds: ["x"] } },
    ]);
  });

  it("the same batch of 500 eight times at once is stored once", async () => {
    const of = await programme("eight");
    const batch = Array.from({ length: 500 }, (_, index) => call(`e-${index}`, { contactId: `c-${index % 50}`, connectedMs: 1_000 + index }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => report(integration(of), batch)));
    expect(added(answers)).toEqual({ ...NONE, accepted: 500, duplicate: 3_500 });
    expect((await storedTotals(server, "eight")).period).toEqual(["retail|order-status|2025-10|500|500|624750|50"]);
    await expectSoundTotals("eight");
  });

  it("two contents under the same ids, eight at once: one wins each id, exactly", async () => {
    const of = await programme("rivals");
    const batch = (connectedMs: number): Event[] => Array.from({ length: 200 }, (_, index) => call(`e-${index}`, { connectedMs }));
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => report(integration(of), index % 2 ? batch(60_000) : batch(30_000).reverse())));
    expect(added(answers)).toEqual({ ...NONE, accepted: 200, duplicate: 600, conflict: 800 });
    await expectSoundTotals("rivals");
    const again = await Promise.all([report(integration(of), batch(60_000)), report(integration(of), batch(30_000))]);
    expect(added(again)).toEqual({ ...NONE, duplicate: 200, conflict: 200 });
  });

  it("retries of many senders that share legs and contacts settle without a deadlock", async () => {
    const of = await programme("shared");
    const batch = (sender: number): Event[] => Array.from({ length: 60 }, (_, index) => call(`s${sender}-${index}`, { legId: `leg-${(index * 7 + sender * 13) % 60}`, revision: sender, type: "LEG_UPDATED", contactId: `c-${index % 5}`, useCase: ["order-status", "triage", "helpdesk"][(index + sender) % 3], connectedMs: 1_000 * (sender + 1) }));
    await Promise.all(Array.from({ length: 8 }, (_, sender) => report(integration(of), batch(sender))));
    await expectSoundTotals("shared");
    expect((await usageOf(of, {}, [])).map(({ legs, connectedMs }) => [legs, connectedMs])).toEqual([[60, 480_000]]);
  });
});

describe("revisions", () => {
  it("the highest counts, whatever came first; a void ends a leg, before it came or after", async () => {
    const of = await programme("revisions");
    const actor = integration(of);
    expect(verdicts(await report(actor, [call("a2", { legId: "a", revision: 2, connectedMs: 2_000 }), call("a1", { legId: "a", revision: 1, connectedMs: 1_000 })]))).toEqual(["ACCEPTED", "SUPERSEDED"]);
    expect(verdicts(await report(actor, [call("a3", { legId: "a", revision: 3, connectedMs: 3_000, type: "LEG_UPDATED" })]))).toEqual(["ACCEPTED"]);
    expect((await storedTotals(server, "revisions")).period).toEqual(["retail|order-status|2025-10|1|1|3000|1"]);
    expect(verdicts(await report(actor, [call("b-void", { legId: "b", revision: 5, type: "LEG_VOIDED" })]))).toEqual(["ACCEPTED"]);
    expect(verdicts(await report(actor, [call("b1", { legId: "b", revision: 4 }), call("b5", { legId: "b", revision: 5 })]))).toEqual(["SUPERSEDED", "SUPERSEDED"]);
    expect(verdicts(await report(actor, [call("a-void", { legId: "a", revision: 3, type: "LEG_VOIDED" })]))).toEqual(["ACCEPTED"]);
    expect(await storedTotals(server, "revisions")).toEqual({ daily: [], period: [] });
    expect(verdicts(await report(actor, [call("a4", { legId: "a", revision: 4, connectedMs: 4_000 })]))).toEqual(["ACCEPTED"]);
    expect((await storedTotals(server, "revisions")).period).toEqual(["retail|order-status|2025-10|1|1|4000|1"]);
    await expectSoundTotals("revisions");
  });

  it("a revision moves its leg to another use case, unit, day and month", async () => {
    const of = await programme("moves");
    const actor = integration(of);
    const contact = { contactId: "one person", legId: "m" };
    await report(actor, [call("m0", contact), call("stays", { contactId: "one person" })]);
    const steps: Array<[Event, string[]]> = [
      [{ useCase: "returns" }, ["retail|order-status|2025-10|1|1|60000|1", "retail|returns|2025-10|1|1|60000|1"]],
      [{ useCase: "triage" }, ["claims|triage|2025-10|1|1|60000|1", "retail|order-status|2025-10|1|1|60000|1"]],
      [{ useCase: "triage", endedAt: "2025-09-30T14:00:00.000Z", connectedAt: null }, ["claims|triage|2025-09|1|1|60000|1", "retail|order-status|2025-10|1|1|60000|1"]],
      [{ useCase: "order-status" }, ["retail|order-status|2025-10|2|2|120000|1"]],
      [{ channel: "CHAT", connectedMs: 0, connectedAt: null }, ["retail|order-status|2025-10|2|1|60000|1"]],
      [{ test: true }, ["retail|order-status|2025-10|1|1|60000|1"]],
      [{ useCase: null }, ["-|-|2025-10|1|1|60000|1", "retail|order-status|2025-10|1|1|60000|1"]],
      [{ status: "FAILED" }, ["retail|order-status|2025-10|2|1|60000|1"]],
    ];
    for (const [index, [change, expected]] of steps.entries()) {
      await report(actor, [call(`m${index + 1}`, { ...contact, revision: index + 1, type: "LEG_UPDATED", ...change })]);
      expect([change, (await storedTotals(server, "moves")).period]).toEqual([change, expected]);
      await expectSoundTotals("moves");
    }
  });

  it("shuffled, split, repeated and sent side by side they end in the same totals", async () => {
    const shape = fc.record({
      legs: fc.array(fc.array(fc.record({
        useCase: fc.constantFrom("order-status", "returns", "triage", "helpdesk", null), day: fc.integer({ min: 28, max: 33 }), ms: fc.integer({ min: 0, max: 90_000 }), contact: fc.integer({ min: 0, max: 3 }),
        channel: fc.constantFrom("VOICE", "CHAT"), kind: fc.constantFrom("LEG_UPDATED", "LEG_UPDATED", "LEG_VOIDED"), provider: fc.constantFrom("retell", null),
      }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 }),
      order: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
      split: fc.integer({ min: 1, max: 9 }),
    });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(shape, async ({ legs, order, split }) => {
        const events = legs.flatMap((revisions, leg) => revisions.map((revision, number) => call(`e-${leg}-${number}`, {
          legId: `leg-${leg}`, revision: number, type: revision.kind, contactId: `contact-${revision.contact}`, useCase: revision.useCase, channel: revision.channel, provider: revision.provider,
          endedAt: new Date(Date.UTC(2025, 8, revision.day, 14)).toISOString(), connectedAt: null, connectedMs: revision.ms,
        })));
        const ends: Array<Awaited<ReturnType<typeof storedTotals>>> = [];
        for (const way of ["in order", "shuffled"] as const) {
          const code = `p${runs}-${way === "in order" ? "a" : "b"}`;
          const of = await programme(code);
          const actor = integration(of);
          if (way === "in order") await report(actor, events);
          else {
            const shuffled = [...events, ...events.filter((_, index) => order[index % 60]! % 3 === 0)].map((event, index) => [order[(index * 7) % 60]! + index / 1_000, event] as const).sort((a, b) => a[0] - b[0]).map(([, event]) => event);
            const size = Math.max(1, Math.ceil(shuffled.length / split));
            const batches = Array.from({ length: Math.ceil(shuffled.length / size) }, (_, index) => shuffled.slice(index * size, (index + 1) * size));
            await Promise.all(batches.map((batch) => report(actor, batch)));
          }
          expect(await storedTotals(server, code)).toEqual(await recountedTotals(server, code));
          ends.push(await storedTotals(server, code));
        }
        runs += 1;
        // And both are what the highest revision of each leg says.
        const last = legs.map((revisions) => revisions[revisions.length - 1]!).filter(({ kind }) => kind !== "LEG_VOIDED");
        expect(ends[0]).toEqual(ends[1]);
        expect(ends[0]!.period.reduce((sum, line) => sum + Number(line.split("|")[3]), 0)).toBe(last.length);
        expect(ends[0]!.period.reduce((sum, line) => sum + Number(line.split("|")[5]), 0)).toBe(last.filter(({ channel }) => channel === "VOICE").reduce((sum, { ms }) => sum + ms, 0));
      }),
      { numRuns: 12, seed: 20_251_115, endOnFailure: true },
    );
  });

  it("tests are kept and count nowhere", async () => {
    const of = await programme("tests");
    expect(counts(await report(integration(of), [call("t1", { test: true }), chat("t2", { test: true, useCase: null, endedAt: "2025-10-10T15:00:00.000Z" })]))).toEqual({ ...NONE, accepted: 1, held: 1 });
    expect(await storedTotals(server, "tests")).toEqual({ daily: [], period: [] });
    expect(await usageOf(of, {}, ["BUSINESS_UNIT"])).toEqual([]);
    const { usageEvents } = await must(of.as("FINANCE"), "{ usageEvents(where: {}, first: 10) { edges { node { eventId test } } } }");
    expect(usageEvents.edges.map((edge: { node: unknown }) => edge.node)).toEqual([{ eventId: "t1", test: true }, { eventId: "t2", test: true }]);
  });
});

describe("whose usage it is", () => {
  const ATTRIBUTE = "mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed userErrors { code field } } }";
  const HELD = "{ unattributedUsage(first: 50) { edges { node { id eventId unattributedReason reportedUseCase reportedBusinessUnit businessUnit { code } } } } }";
  const held = async (of: TestServer): Promise<Array<{ id: string; eventId: string }>> => (await must(of.as("FINANCE"), HELD)).unattributedUsage.edges.map((edge: { node: unknown }) => edge.node);

  it("a unit that does not exist and one that is another's get the same answer; a unit that contradicts the owner is a fault", async () => {
    const mine = integration(server, ["retail"]);
    const of = async (event: Event): Promise<unknown> => (await report(mine, [call("unit", event)])).results[0];
    const foreign = await of({ businessUnit: "claims", useCase: "triage" });
    const missing = await of({ businessUnit: "nowhere", useCase: "triage" });
    expect(foreign).toEqual({ index: 0, eventId: "unit", outcome: "REJECTED", code: "NOT_FOUND", message: "There is no business unit claims that this token may write." });
    expect(JSON.stringify(missing).replace("nowhere", "claims")).toBe(JSON.stringify(foreign));
    expect(await of({ businessUnit: "claims", useCase: null })).toEqual(foreign);
    expect(await of({ businessUnit: "retail", useCase: "triage" })).toMatchObject({ outcome: "REJECTED", code: "BAD_USER_INPUT" });
    const none = await report(server.as("INTEGRATION"), [call("no-units")]);
    expect(verdicts(none)).toEqual(["HELD"]);
    // Somebody else's use case and an unknown one are held alike.
    const [theirs, unknown] = (await report(mine, [call("h1", { useCase: "triage" }), call("h2", { useCase: "never-heard-of" })])).results;
    expect({ ...theirs, eventId: "h2", index: 1 }).toEqual(unknown);
    expect(theirs).toMatchObject({ outcome: "HELD", code: null });
  });

  it("held usage is listed, attributed once, moves the totals, and later revisions stay where it was put", async () => {
    const of = await programme("held");
    const actor = integration(of);
    expect(counts(await report(actor, [call("u1", { useCase: null }), call("u2", { useCase: "unheard", contactId: "contact-u1", endedAt: "2025-10-10T14:01:01.000Z" }), call("u3")]))).toEqual({ ...NONE, accepted: 1, held: 2 });
    expect(await held(of)).toMatchObject([
      { eventId: "u1", unattributedReason: "USE_CASE_MISSING", reportedUseCase: null, reportedBusinessUnit: null, businessUnit: null },
      { eventId: "u2", unattributedReason: "USE_CASE_UNKNOWN", reportedUseCase: "unheard", reportedBusinessUnit: null, businessUnit: null },
    ]);
    expect((await storedTotals(server, "held")).period).toEqual(["-|-|2025-10|2|2|120000|1", "retail|order-status|2025-10|1|1|60000|1"]);
    const finance = of.as("FINANCE");
    const attribute = async (input: Event): Promise<unknown> => (await finance.ask(ATTRIBUTE, { input: { reason: "asked the unit", ...input } })).data.attributeUsage;
    const ids = new Map((await held(of)).map(({ eventId, id }) => [eventId, id]));
    expect(await attribute({ eventIds: ["u1", "never"], useCase: "triage" })).toEqual({ attributed: null, userErrors: [{ code: "NOT_FOUND", field: ["eventIds"] }] });
    expect(await attribute({ eventIds: [], useCase: "triage" })).toMatchObject({ userErrors: [{ code: "BAD_USER_INPUT" }] });
    expect(await attribute({ useCase: "triage" })).toMatchObject({ userErrors: [{ code: "BAD_USER_INPUT" }] });
    expect(await attribute({ eventIds: ["u1"], useCase: "triage", reason: " " })).toMatchObject({ userErrors: [{ code: "BAD_USER_INPUT", field: ["reason"] }] });
    expect((await held(of)).length).toBe(2);
    expect(await attribute({ eventIds: [ids.get("u1")], useCase: "triage" })).toEqual({ attributed: 1, userErrors: [] });
    expect(await attribute({ eventIds: [ids.get("u1"), "u1", "u1"], useCase: "triage" })).toEqual({ attributed: 0, userErrors: [] });
    expect(await attribute({ where: { useCase: ["unheard"] }, useCase: "helpdesk" })).toEqual({ attributed: 1, userErrors: [] });
    expect(await held(of)).toEqual([]);
    expect((await storedTotals(server, "held")).period).toEqual(["claims|triage|2025-10|1|1|60000|1", "retail|order-status|2025-10|1|1|60000|1", "support|helpdesk|2025-10|1|1|60000|1"]);
    await expectSoundTotals("held");
    // A retry, a correction and a void of what was moved.
    expect(verdicts(await report(actor, [call("u1", { useCase: null })]))).toEqual(["DUPLICATE"]);
    expect(verdicts(await report(integration(of, ["retail"]), [call("u1-r1", { legId: "leg-u1", contactId: "contact-u1", revision: 1, type: "LEG_UPDATED", useCase: null, connectedMs: 30_000 })]))).toEqual(["HELD"]);
    expect((await storedTotals(server, "held")).period).toEqual(["claims|triage|2025-10|1|1|30000|1", "retail|order-status|2025-10|1|1|60000|1", "support|helpdesk|2025-10|1|1|60000|1"]);
    expect(verdicts(await report(actor, [call("u2-void", { legId: "leg-u2", contactId: "contact-u1", revision: 1, type: "LEG_VOIDED", useCase: null })]))).toEqual(["HELD"]);
    expect((await storedTotals(server, "held")).period).toEqual(["claims|triage|2025-10|1|1|30000|1", "retail|order-status|2025-10|1|1|60000|1"]);
    await expectSoundTotals("held");
    const { auditEntries } = await must(finance, "{ auditEntries(first: 500) { edges { node { action reason subjectKey after } } } }");
    const moves = auditEntries.edges.map((edge: { node: { action: string } }) => edge.node).filter(({ action }: { action: string }) => action === "attributeUsage");
    expect(moves).toEqual([
      { action: "attributeUsage", reason: "asked the unit", subjectKey: "triage", after: { useCase: "triage", events: 1, eventIds: ["u1"] } },
      { action: "attributeUsage", reason: "asked the unit", subjectKey: "helpdesk", after: { useCase: "helpdesk", events: 1, eventIds: ["u2"] } },
    ]);
  });

  it("an event id that two sources use has to be named by its id", async () => {
    const of = await programme("sources");
    await report(integration(of), [call("same", { useCase: null })], "test://one");
    await report(integration(of), [call("same", { useCase: null })], "test://two");
    const { data } = await of.as("FINANCE").ask(ATTRIBUTE, { input: { eventIds: ["same"], useCase: "triage", reason: "x" } });
    expect(data.attributeUsage).toEqual({ attributed: null, userErrors: [{ code: "CONFLICT", field: ["eventIds"] }] });
    expect((await held(of)).length).toBe(2);
  });
});

describe("days and months of the programme's own clock", () => {
  const half = (from: string, count: number): Event[] => Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.parse(from) + index * 1_800_000).toISOString();
    return call(`${at}`, { connectedAt: null, endedAt: at, connectedMs: 1_000 });
  });

  it.each([["spring", "2025-03-09T05:00:00.000Z", 23, "2025-03"], ["autumn", "2025-11-02T04:00:00.000Z", 25, "2025-11"]] as const)("the day of %s on which the clock changes", async (name, from, hours, period) => {
    const of = await programme(`dst-${name}`);
    await report(integration(of), half(from, hours * 2));
    const byHour = await usageOf(of, { period }, ["HOUR"]);
    expect(byHour.map(({ bucket, legs }) => [bucket, legs])).toEqual(Array.from({ length: hours }, (_, hour) => [new Date(Date.parse(from) + hour * 3_600_000).toISOString(), 2]));
    for (const groupBy of ["DAY", "MONTH", "PERIOD"]) expect((await usageOf(of, { period }, [groupBy])).map(({ legs, calls, connectedMs }) => [legs, calls, connectedMs])).toEqual([[hours * 2, hours * 2, hours * 2_000]]);
    expect((await usageOf(of, { period }, ["DAY"]))[0]!.bucket).toBe(from);
    const range = { from, to: new Date(Date.parse(from) + hours * 3_600_000).toISOString() };
    expect((await usageOf(of, range, [])).map(({ legs }) => legs)).toEqual([hours * 2]);
    await expectSoundTotals(`dst-${name}`);
  });

  it("a month begins with its first instant and ends before the next one's", async () => {
    const of = await programme("months");
    const ends = ["2025-10-01T03:59:59.999Z", "2025-10-01T04:00:00.000Z", "2025-11-01T03:59:59.999Z", "2025-11-01T04:00:00.000Z"];
    await report(integration(of), ends.map((endedAt) => call(endedAt, { endedAt, connectedAt: null })));
    expect((await usageOf(of, {}, ["PERIOD"])).map(({ bucket, legs }) => [bucket, legs])).toEqual([["2025-09-01T04:00:00.000Z", 1], ["2025-10-01T04:00:00.000Z", 2], ["2025-11-01T04:00:00.000Z", 1]]);
    const legs = async (where: Event): Promise<unknown> => (await usageOf(of, where, [])).map((row) => row.legs);
    expect(await legs({ period: "2025-10" })).toEqual([2]);
    expect(await legs({ from: ends[1], to: ends[3] })).toEqual([2]);
    expect(await legs({ from: ends[0], to: ends[2] })).toEqual([2]);
    expect(await legs({ from: ends[0], to: ends[1] })).toEqual([1]);
    expect(await legs({ from: ends[3] })).toEqual([1]);
    expect(await legs({ to: ends[0] })).toEqual([]);
    const { periods } = await must(of.as("FINANCE"), "{ periods(first: 10) { edges { node { key from to } } } }");
    expect(periods.edges.map((edge: { node: unknown }) => edge.node)).toEqual([
      { key: "2025-09", from: "2025-09-01T04:00:00.000Z", to: "2025-10-01T04:00:00.000Z" }, { key: "2025-10", from: "2025-10-01T04:00:00.000Z", to: "2025-11-01T04:00:00.000Z" },
      { key: "2025-11", from: "2025-11-01T04:00:00.000Z", to: "2025-12-01T05:00:00.000Z" },
    ]);
    await expectSoundTotals("months");
  });
});
