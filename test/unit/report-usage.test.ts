import fc from "fast-check";
import { pairKey } from "../../src/kernel/hash";
import { Refusal } from "../../src/kernel/refusal";
import { Attribution } from "../../src/metering/ingest/attribution";
import { ReportUsagePorts, UsageEventResult, Verdict, readBatch, reportUsage } from "../../src/metering/ingest/report-usage";

const RUNS = { numRuns: 1_000, seed: 20251031 };
const NOW = Date.parse("2025-10-31T12:00:00.000Z");
const SOURCE = "retell://org";

const event = (eventId: string, more: object = {}) => ({
  eventId, contactId: eventId, legId: eventId, useCase: "triage", channel: "VOICE", direction: "INBOUND", status: "COMPLETED", endedAt: "2025-10-31T09:16:30.000Z", connectedMs: 0, ...more,
});

const ATTRIBUTED: Attribution = { kind: "ATTRIBUTED", businessUnitId: "unit", useCaseId: "use-case" };
const HELD: Attribution = { kind: "HELD", reason: "USE_CASE_MISSING" };
const NOT_YOURS: Attribution = { kind: "REFUSED", code: "NOT_FOUND", message: "There is no business unit moon that this token may write." };

/** A store in memory: the first payload of an identity is kept. Events for the unit "moon" are refused, those without use case held. */
function memory() {
  const kept = new Map<string, string>();
  const calls: string[] = [];
  const ports: ReportUsagePorts = {
    attribute: async (events) => {
      calls.push(`attribute ${events.map((each) => each.index).join(" ")}`);
      return events.map((each) => (each.businessUnit === "moon" ? NOT_YOURS : each.useCase === null ? HELD : ATTRIBUTED));
    },
    store: async (source, events, attributions) => {
      calls.push(`store ${source}: ${events.map((each, position) => `${each.index}=${attributions[position]!.kind}`).join(" ")}`);
      return events.map((each, position): Verdict => {
        const known = kept.get(each.eventKey);
        if (known === undefined) {
          kept.set(each.eventKey, each.payload);
          return { outcome: attributions[position]!.kind === "HELD" ? "HELD" : "ACCEPTED" };
        }
        return known === each.payload ? { outcome: "DUPLICATE" } : { outcome: "CONFLICT", code: "CONFLICT", message: "kept" };
      });
    },
    admit: async (batch) => batch.sound.map(() => null),
    noteDelivery: async () => undefined,
  };
  const send = async (...events: unknown[]): Promise<UsageEventResult[]> => reportUsage(ports, readBatch({ source: SOURCE, events }, NOW));
  return { kept, calls, send };
}

const told = (results: readonly UsageEventResult[]): string[] => results.map((result) => `${result.index} ${result.eventId} ${result.outcome}${result.code ? ` ${result.code}` : ""}`);

describe("reading a batch", () => {
  const refusal = (source: string, events: readonly unknown[]): string => {
    try {
      readBatch({ source, events }, NOW);
      return "sound";
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return `${error.code} ${error.field?.join(".")}: ${error.message}`;
    }
  };
  const many = (count: number): unknown[] => Array.from({ length: count }, () => null);
  const BAD_SOURCE = "BAD_USER_INPUT source: source must be a URI of 1 to 200 characters.";

  test.each<[string, string, readonly unknown[], string]>([
    ["no source",                    "",                          [event("a")], BAD_SOURCE],
    ["a source of 201 characters",   "x".repeat(201),             [event("a")], BAD_SOURCE],
    ["a source of 200 characters",   "x".repeat(200),             [event("a")], "sound"],
    ["200 characters once composed", "e\u0301".repeat(200),       [event("a")], "sound"],
    ["201 characters once composed", "\u0958".repeat(101),        [event("a")], BAD_SOURCE],
    ["NUL in the source",            "retell://\u0000",           [event("a")], BAD_SOURCE],
    ["a line break in the source",   "retell://a\nb",             [event("a")], BAD_SOURCE],
    ["half a pair in the source",    "retell://\ud83d",           [event("a")], BAD_SOURCE],
    ["no events",                    SOURCE,                      [],           "BAD_USER_INPUT events: events is empty."],
    ["5,000 events",                 SOURCE,                      many(5_000),  "sound"],
    ["5,001 events",                 SOURCE,                      many(5_001),  "LIMIT_EXCEEDED events: A batch holds at most 5000 events; this one has 5001. Send it in parts."],
  ])("%s", (_, source, events, expected) => {
    expect(refusal(source, events)).toBe(expected);
  });

  test("sound events in order, repeats beside their first, the others refused in their places", () => {
    const batch = readBatch({ source: SOURCE, events: [event("b"), null, event("a"), event("b", { connectedMs: 1 }), { eventId: "bad" }, event("b")] }, NOW);
    expect([batch.source, batch.size]).toEqual([SOURCE, 6]);
    expect(batch.sound.map((each) => [each.index, each.eventId, each.eventKey])).toEqual([[0, "b", pairKey(SOURCE, "b")], [2, "a", pairKey(SOURCE, "a")]]);
    expect(batch.repeats.map(({ event: repeat, first }) => [repeat.index, first.index])).toEqual([[3, 0], [5, 0]]);
    expect(batch.refused).toEqual([
      { index: 1, eventId: "", outcome: "REJECTED", code: "BAD_USER_INPUT", message: "An event must be an object." },
      { index: 4, eventId: "bad", outcome: "REJECTED", code: "BAD_USER_INPUT", message: "contactId is missing." },
    ]);
  });

  test("ids and sources are compared composed", () => {
    const [composed, decomposed] = ["Caf\u00e9", "Cafe\u0301"];
    const batch = readBatch({ source: decomposed!, events: [event(composed!), event(decomposed!)] }, NOW);
    expect(batch.source).toBe(composed);
    expect(batch.sound.map((each) => each.eventKey)).toEqual([pairKey(composed!, composed!)]);
    expect(batch.repeats).toHaveLength(1);
  });

  test("one id from two sources is two identities", () => {
    const keyFrom = (source: string): string => readBatch({ source, events: [event("a")] }, NOW).sound[0]!.eventKey;
    expect(keyFrom("retell://one")).not.toBe(keyFrom("retell://two"));
  });

  test.each<[string, unknown, string]>([
    ["text",               { eventId: "x" },                  "x"],
    ["10 kB of it",        { eventId: "x".repeat(10_240) },   "x".repeat(200)],
    ["a number",           { eventId: 7 },                    ""],
    ["none",               {},                                ""],
    ["not even an object", "x",                               ""],
    ["nothing at all",     undefined,                         ""],
  ])("a refused event is named by its id where there is one: %s", (_, raw, eventId) => {
    expect(readBatch({ source: SOURCE, events: [raw] }, NOW).refused[0]!.eventId).toBe(eventId);
  });
});

describe("reporting a batch", () => {
  const REPEAT_DIFFERS = { outcome: "CONFLICT", code: "CONFLICT", message: "The same eventId was sent with different content; the first is kept." };

  test("one verdict for each event, in the order sent; a bad one does not spoil the good ones", async () => {
    const { send, calls } = memory();
    const results = await send(event("a"), { eventId: "bad" }, event("b", { useCase: null }), event("c", { businessUnit: "moon" }), 7, event("d"));
    expect(told(results)).toEqual(["0 a ACCEPTED", "1 bad REJECTED BAD_USER_INPUT", "2 b HELD", "3 c REJECTED NOT_FOUND", "4  REJECTED BAD_USER_INPUT", "5 d ACCEPTED"]);
    expect(results[3]!.message).toBe(NOT_YOURS.message);
    expect(calls).toEqual(["attribute 0 2 3 5", "store retell://org: 0=ATTRIBUTED 2=HELD 5=ATTRIBUTED"]);
  });

  test("a batch without one sound event stores nothing", async () => {
    const { send, calls } = memory();
    expect(told(await send({ eventId: "bad" }, event("c", { businessUnit: "moon" })))).toEqual(["0 bad REJECTED BAD_USER_INPUT", "1 c REJECTED NOT_FOUND"]);
    expect(calls).toEqual(["attribute 1"]);
  });

  test("a retry answers DUPLICATE and changes nothing", async () => {
    const { send, kept } = memory();
    await send(event("a"), event("b"));
    const before = [...kept];
    expect(told(await send(event("b"), event("a", { endedAt: "2025-10-31T10:16:30+01:00" })))).toEqual(["0 b DUPLICATE", "1 a DUPLICATE"]);
    expect([...kept]).toEqual(before);
  });

  const first = event("a");
  const other = event("a", { connectedMs: 5 });
  const elsewhere = { businessUnit: "moon" };
  test.each<[string, unknown[], string[]]>([
    // case                                             batch                                              verdicts on a fresh store
    ["the same twice",                                  [first, first],                                    ["ACCEPTED", "DUPLICATE"]],
    ["the same in another form",                        [first, event("a", { revision: 0, test: null })],  ["ACCEPTED", "DUPLICATE"]],
    ["the same three times",                            [first, first, first],                             ["ACCEPTED", "DUPLICATE", "DUPLICATE"]],
    ["other content",                                   [first, other],                                    ["ACCEPTED", "CONFLICT CONFLICT"]],
    ["other content, then the first again",             [first, other, first],                             ["ACCEPTED", "CONFLICT CONFLICT", "DUPLICATE"]],
    ["a held one again",                                [event("a", { useCase: null }), event("a", { useCase: null })], ["HELD", "DUPLICATE"]],
    ["a refused one again",                             [event("a", elsewhere), event("a", elsewhere)],    ["REJECTED NOT_FOUND", "REJECTED NOT_FOUND"]],
    ["a refused one, then other content",               [event("a", elsewhere), first],                    ["REJECTED NOT_FOUND", "REJECTED CONFLICT"]],
    ["a broken one does not take the identity",         [{ ...first, connectedMs: -1 }, first],            ["REJECTED BAD_USER_INPUT", "ACCEPTED"]],
    ["a broken one after it",                           [first, { ...first, connectedMs: -1 }],            ["ACCEPTED", "REJECTED BAD_USER_INPUT"]],
  ])("one identity within a batch: %s", async (_, events, verdicts) => {
    const { send, kept } = memory();
    const results = await send(...events);
    expect(results.map((result) => `${result.outcome}${result.code ? ` ${result.code}` : ""}`)).toEqual(verdicts);
    expect(results.map((result) => [result.index, result.eventId])).toEqual(events.map((_event, index) => [index, "a"]));
    expect(kept.size).toBe(verdicts.some((verdict) => verdict === "ACCEPTED" || verdict === "HELD") ? 1 : 0);
  });

  test("a repeat of what conflicts with the stored event conflicts too", async () => {
    const { send, kept } = memory();
    await send(first);
    const before = [...kept];
    expect(told(await send(other, other))).toEqual(["0 a CONFLICT CONFLICT", "1 a CONFLICT CONFLICT"]);
    expect(await send(first, other)).toEqual([{ index: 0, eventId: "a", outcome: "DUPLICATE" }, { index: 1, eventId: "a", ...REPEAT_DIFFERS }]);
    expect([...kept]).toEqual(before);
  });

  test("what a repeat is told", async () => {
    expect((await memory().send(first, other))[1]).toEqual({ index: 1, eventId: "a", ...REPEAT_DIFFERS });
    expect((await memory().send(event("a", elsewhere), first))[1]).toEqual({ index: 1, eventId: "a", outcome: "REJECTED", code: "CONFLICT", about: "eventId", message: "The same eventId stands in this batch twice with different content." });
  });
});

describe("batches shuffled, split and repeated", () => {
  const events = Array.from({ length: 12 }, (_, index) => (index % 4 === 3 ? event(`e${index}`, { useCase: null }) : event(`e${index}`, { connectedMs: index })));
  const broken = { eventId: "broken" };
  const schedule = fc.array(fc.array(fc.constantFrom(...events, broken), { minLength: 1, maxLength: 10 }), { maxLength: 5 })
    .chain((batches) => fc.shuffledSubarray(events, { minLength: events.length }).map((rest) => [...batches, rest]));

  test("leave the same store and one acceptance for each event", async () => {
    const straight = memory();
    await straight.send(...events);
    await fc.assert(fc.asyncProperty(schedule, async (batches) => {
      const { send, kept } = memory();
      const taken: string[] = [];
      for (const batch of batches) {
        const results = await send(...batch);
        expect(results.map((result) => [result.index, result.eventId])).toEqual(batch.map((each, index) => [index, each.eventId]));
        for (const result of results) if (result.outcome === "ACCEPTED" || result.outcome === "HELD") taken.push(result.eventId);
        for (const [index, each] of batch.entries()) expect(results[index]!.outcome === "REJECTED").toBe(each === broken);
      }
      expect(taken.sort()).toEqual(events.map((each) => each.eventId).sort());
      expect(new Map([...kept].sort())).toEqual(new Map([...straight.kept].sort()));
    }), RUNS);
  });
});
