import fc from "fast-check";
import { USAGE_DIMENSIONS, UsageDimension, isTimeDimension } from "../../src/metering";
import { call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { inProgramme, rowCounts } from "../support/two-programmes";
import { KEYS, ModelLeg, bucketOf, groupByArbitrary, grouped, keyOf, legsArbitrary, matching, peakOf, rangeOf, whereArbitrary } from "../support/usage-model";

let server: TestServer;
let finance: Actor;
const legs: ModelLeg[] = fc.sample(legsArbitrary, { seed: 20, numRuns: 1 })[0]!;

beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
  finance = server.as("FINANCE");
  for (const source of ["test://one", "test://two"]) await report(integration(server), legs.filter((leg) => leg.source === source).map((leg) => leg.event), source);
});
afterAll(() => server.close());

const NOT_TIME = USAGE_DIMENSIONS.filter((dimension) => !isTimeDimension(dimension));
type Row = Record<string, unknown>;

/** Rows by their group, what is left of them as the answer. */
function byGroup(rows: readonly Row[], figures: readonly string[]): Map<string, Row> {
  return new Map(rows.map((row) => {
    const answer = Object.fromEntries(figures.map((name) => [name, row[name]]));
    const key = Object.fromEntries(Object.entries(row).filter(([name]) => !figures.includes(name)));
    return [JSON.stringify(key), answer];
  }));
}

const endedIn = (all: readonly ModelLeg[], [from, to]: [number, number]): ModelLeg[] => all.filter((leg) => leg.endMs >= from && leg.endMs < to);
const sorted = (map: Map<string, unknown>): unknown[] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

describe("any question, against a model that counts by hand", () => {
  it("usage: legs, calls, durations and distinct contacts, by group and in total", async () => {
    const figuresOf = (group: readonly ModelLeg[]): Row => {
      const calls = group.filter((leg) => leg.connected);
      return { contacts: new Set(group.map((leg) => leg.contact)).size, legs: group.length, calls: calls.length, connectedMs: calls.reduce((sum, leg) => sum + leg.connectedMs, 0) };
    };
    const FIGURES = ["contacts", "legs", "calls", "connectedMs"];
    await fc.assert(
      fc.asyncProperty(whereArbitrary, groupByArbitrary(), fc.boolean(), async (where, groupBy, contacts) => {
        const asked = contacts ? FIGURES : FIGURES.slice(1);
        const { usage } = await must(finance, `query($where: UsageWhere!, $groupBy: [UsageDimension!]!) { usage(where: $where, groupBy: $groupBy) { rows { ${KEYS} ${asked.join(" ")} } total { ${FIGURES.join(" ")} } } }`, { where, groupBy });
        const found = endedIn(matching(legs, where), rangeOf(where));
        const pick = (row: Row): Row => Object.fromEntries(asked.map((name) => [name, row[name]]));
        const expected = new Map([...grouped(found, groupBy)].map(([key, group]) => [key, pick(figuresOf(group))]));
        expect(sorted(byGroup(usage.rows, asked))).toEqual(sorted(expected));
        expect(usage.total).toEqual(figuresOf(found));
      }),
      { seed: 4, numRuns: 80 },
    );
  });

  it("usagePeaks: by group and bucket and over everything", async () => {
    const FIGURES = ["maximum", "reachedAt", "heldMs"];
    await fc.assert(
      fc.asyncProperty(whereArbitrary, groupByArbitrary(NOT_TIME), fc.constantFrom(null, "HOUR", "DAY", "WEEK", "MONTH"), async (where, groupBy, bucket) => {
        const { usagePeaks } = await must(finance, `query($where: UsageWhere!, $groupBy: [UsageDimension!]!, $bucket: PeakBucket) { usagePeaks(where: $where, groupBy: $groupBy, bucket: $bucket) { rows { ${KEYS} ${FIGURES.join(" ")} } total { ${FIGURES.join(" ")} } } }`, { where, groupBy, bucket });
        const found = matching(legs, where);
        const range = rangeOf(where);
        const expected = new Map<string, unknown>();
        for (const group of grouped(found, groupBy).values()) {
          for (const [bucketMs, span] of bucket === null ? [[null, range] as const] : spansOf(group, bucket, range)) {
            const peak = peakOf(group, span);
            if (peak) expected.set(keyOf(group[0]!, groupBy, bucketMs), peak);
          }
        }
        expect(sorted(byGroup(usagePeaks.rows, FIGURES))).toEqual(sorted(expected));
        expect(usagePeaks.total).toEqual(peakOf(found, range) ?? { maximum: 0, reachedAt: null, heldMs: null });
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it("usageDurations: count, sum, extremes, average and percentiles", async () => {
    const figuresOf = (values: number[]): Row => {
      const [least, most, sum, n] = [Math.min(...values), Math.max(...values), values.reduce((total, value) => total + value, 0), values.length];
      const inOrder = [...values].sort((a, b) => a - b);
      const percentile = (hundredths: number): number | null => (n === 0 ? null : inOrder[Math.ceil((hundredths * n) / 100) - 1]!);
      return {
        count: n, sumMs: n ? sum : null, minMs: n ? least : null, maxMs: n ? most : null, p50Ms: percentile(50), p75Ms: percentile(75), p90Ms: percentile(90), p95Ms: percentile(95), p99Ms: percentile(99),
        averageNumerator: n ? sum : null, averageDenominator: n || null, missing: n ? [] : ["sumMs, minMs, maxMs, averageMs and the percentiles: no leg here carries this duration."],
      };
    };
    const FIGURES = Object.keys(figuresOf([]));
    await fc.assert(
      fc.asyncProperty(whereArbitrary, groupByArbitrary(), fc.constantFrom("CONNECTED", "QUEUE"), async (where, groupBy, measure) => {
        const { usageDurations } = await must(finance, `query($where: UsageWhere!, $groupBy: [UsageDimension!]!, $measure: DurationMeasure!) { usageDurations(where: $where, groupBy: $groupBy, measure: $measure) { rows { ${KEYS} ${FIGURES.join(" ")} } total { ${FIGURES.join(" ")} } } }`, { where, groupBy, measure });
        const found = endedIn(matching(legs, where), rangeOf(where));
        const valuesOf = (group: readonly ModelLeg[]): number[] => group.flatMap((leg) => (measure === "QUEUE" ? (leg.queueMs ?? []) : leg.connected ? leg.connectedMs : []));
        const groups = groupBy.length === 0 && found.length === 0 ? new Map([[JSON.stringify(Object.fromEntries(Object.keys(JSON.parse(keyOf(legs[0]!, [])) as Row).map((name) => [name, null]))), []]]) : grouped(found, groupBy);
        expect(sorted(byGroup(usageDurations.rows, FIGURES))).toEqual(sorted(new Map([...groups].map(([key, group]) => [key, figuresOf(valuesOf(group))]))));
        expect(usageDurations.total).toEqual(figuresOf(valuesOf(found)));
      }),
      { seed: 6, numRuns: 60 },
    );
  });
});

/** The buckets that a group's calls reach into, each with the part of it inside the range. */
function spansOf(group: readonly ModelLeg[], bucket: string, [from, to]: [number, number]): Array<[number, [number, number]]> {
  const starts = new Set<number>();
  for (const leg of group) for (let ms = leg.startMs; ms < leg.endMs; ms += 1_800_000) starts.add(bucketOf(bucket, ms));
  for (const leg of group) starts.add(bucketOf(bucket, leg.endMs - 1));
  const next = (start: number): number => bucketOf(bucket, start + { HOUR: 5_400_000, DAY: 36 * 3_600_000, WEEK: 10 * 86_400_000, MONTH: 40 * 86_400_000 }[bucket]!);
  return [...starts].flatMap((start): Array<[number, [number, number]]> => {
    const span: [number, number] = [Math.max(start, from), Math.min(next(start), to)];
    return span[0] < span[1] ? [[start, span]] : [];
  });
}

/** A call between two times of 10 October, "10:00" to "10:05". */
const between = (id: string, from: string, to: string, more: Row = {}): Row => {
  const [connectedAt, endedAt] = [from, to].map((time) => (time.includes("T") ? time : `2025-10-10T${time}:00.000Z`)) as [string, string];
  return call(id, { connectedAt, endedAt, connectedMs: Date.parse(endedAt) - Date.parse(connectedAt), ...more });
};

describe("calls at once", () => {
  const PEAKS = "query($where: UsageWhere!, $groupBy: [UsageDimension!]!, $bucket: PeakBucket) { usagePeaks(where: $where, groupBy: $groupBy, bucket: $bucket) { rows { businessUnit { code } bucket maximum reachedAt heldMs } total { maximum reachedAt heldMs missing } } }";
  let of: TestServer;
  beforeAll(async () => {
    await createAcme(server, { code: "peaks" });
    of = inProgramme(server, "peaks");
    await report(integration(of), [
      between("a", "10:00", "10:10"), between("b", "10:05", "10:15"), between("c", "10:10", "10:20", { useCase: "triage" }),
      between("over-midnight", "2025-11-01T03:50:00.000Z", "2025-11-01T04:10:00.000Z"), between("chat", "10:00", "10:20", { channel: "CHAT" }), between("test", "10:00", "10:20", { test: true }),
      between("missed", "10:06", "10:20", { status: "NO_ANSWER" }), between("voided", "10:06", "10:08"), { ...between("void", "10:06", "10:08"), legId: "leg-voided", contactId: "contact-voided", type: "LEG_VOIDED", revision: 1 },
    ]);
  });
  const peaks = async (actor: Actor, where: Row, groupBy: UsageDimension[] = [], bucket: string | null = null): Promise<{ rows: Row[]; total: Row }> => (await must(actor, PEAKS, { where, groupBy, bucket })).usagePeaks;
  const day = { from: "2025-10-10T04:00:00Z", to: "2025-10-11T04:00:00Z" };

  it("the programme's peak is that of its calls, not the sum of the units': one call ends in the instant in which the next begins", async () => {
    const { rows, total } = await peaks(of.as("FINANCE"), day, ["BUSINESS_UNIT"]);
    expect(rows).toEqual([
      { businessUnit: { code: "claims" }, bucket: null, maximum: 1, reachedAt: "2025-10-10T10:10:00.000Z", heldMs: 600_000 },
      { businessUnit: { code: "retail" }, bucket: null, maximum: 2, reachedAt: "2025-10-10T10:05:00.000Z", heldMs: 300_000 },
    ]);
    expect(total).toEqual({ maximum: 2, reachedAt: "2025-10-10T10:05:00.000Z", heldMs: 600_000, missing: [] });
  });

  it("a call is at once with others wherever it ends: it counts in both months, up to the end of the first", async () => {
    expect((await peaks(of.as("FINANCE"), { period: "2025-10" }, [], "DAY")).rows).toEqual([
      { businessUnit: null, bucket: "2025-10-10T04:00:00.000Z", maximum: 2, reachedAt: "2025-10-10T10:05:00.000Z", heldMs: 600_000 },
      { businessUnit: null, bucket: "2025-10-31T04:00:00.000Z", maximum: 1, reachedAt: "2025-11-01T03:50:00.000Z", heldMs: 600_000 },
    ]);
    expect((await peaks(of.as("FINANCE"), { period: "2025-11" })).rows).toEqual([{ businessUnit: null, bucket: null, maximum: 1, reachedAt: "2025-11-01T04:00:00.000Z", heldMs: 600_000 }]);
    expect((await must(of.as("FINANCE"), '{ usage(where: { period: "2025-10" }, groupBy: []) { total { calls } } }')).usage.total.calls).toBe(3);
  });

  it("a unit sees the peaks of its own calls", async () => {
    const { rows, total } = await peaks(of.as("BUSINESS_UNIT", { businessUnits: ["claims"] }), day, ["BUSINESS_UNIT"]);
    expect([rows.length, total]).toEqual([1, { maximum: 1, reachedAt: "2025-10-10T10:10:00.000Z", heldMs: 600_000, missing: [] }]);
    expect(await peaks(of.as("OPERATOR", { businessUnits: ["support"] }), day)).toEqual({ rows: [], total: { maximum: 0, reachedAt: null, heldMs: null, missing: ["reachedAt, heldMs: no call was connected."] } });
  });

  it.each<[string, Parameters<TestServer["as"]>[0], Row, UsageDimension[], string]>([
    ["time as a group", "FINANCE", {}, ["DAY"], "BAD_USER_INPUT"],
    ["a dimension twice", "FINANCE", {}, ["CHANNEL", "CHANNEL"], "BAD_USER_INPUT"],
    ["a period without facts", "FINANCE", { period: "2019-07" }, [], "NOT_FOUND"],
    ["an unknown unit", "FINANCE", { businessUnit: ["nowhere"] }, [], "NOT_FOUND"],
    ["a unit, by the programme lead", "PROGRAMME_LEAD", {}, ["BUSINESS_UNIT"], "FORBIDDEN"],
    ["a source, by the programme lead", "PROGRAMME_LEAD", {}, ["SOURCE"], "FORBIDDEN"],
    ["the whole month, by an executive", "EXECUTIVE", { period: "2025-10" }, [], "FORBIDDEN"],
    ["the whole month, by the steering group", "STEERING", { period: "2025-10" }, [], "FORBIDDEN"],
  ])("refuses %s, of durations too, and changes nothing", async (_, role, where, groupBy, code) => {
    const before = await rowCounts(server);
    expect((await of.as(role).ask(PEAKS, { where, groupBy })).errors?.[0]?.extensions.code).toBe(code);
    if (groupBy[0] !== "DAY") expect((await of.as(role).ask("query($where: UsageWhere!, $groupBy: [UsageDimension!]!) { usageDurations(where: $where, groupBy: $groupBy) { total { count } } }", { where, groupBy })).errors?.[0]?.extensions.code).toBe(code);
    expect(await rowCounts(server)).toEqual(before);
  });
});

describe("how long calls last", () => {
  it("percentiles are of the calls themselves: of groups they are not averaged", async () => {
    await createAcme(server, { code: "durations" });
    const of = inProgramme(server, "durations");
    const lasting = (id: string, seconds: number, useCase: string): Row => call(id, { useCase, connectedAt: null, connectedMs: seconds * 1_000, queueMs: seconds === 1 ? 250 : null });
    await report(integration(of), [...Array.from({ length: 19 }, (_, index) => lasting(`r-${index}`, index + 1, "returns")), lasting("t", 600, "triage"), call("chat", { channel: "CHAT", connectedAt: null, connectedMs: 0 })]);
    const DURATIONS = "query($measure: DurationMeasure! = CONNECTED) { usageDurations(where: {}, groupBy: [BUSINESS_UNIT, CHANNEL], measure: $measure) { rows { businessUnit { code } channel count p50Ms p95Ms averageMs missing } total { count sumMs minMs maxMs p50Ms p75Ms p90Ms p95Ms p99Ms averageMs averageNumerator averageDenominator } } }";
    const { rows, total } = (await must(of.as("FINANCE"), DURATIONS)).usageDurations;
    expect(rows).toEqual([
      { businessUnit: { code: "claims" }, channel: "VOICE", count: 1, p50Ms: 600_000, p95Ms: 600_000, averageMs: "600000", missing: [] },
      { businessUnit: { code: "retail" }, channel: "CHAT", count: 0, p50Ms: null, p95Ms: null, averageMs: null, missing: ["sumMs, minMs, maxMs, averageMs and the percentiles: no leg here carries this duration."] },
      { businessUnit: { code: "retail" }, channel: "VOICE", count: 19, p50Ms: 10_000, p95Ms: 19_000, averageMs: "10000", missing: [] },
    ]);
    expect(total).toEqual({ count: 20, sumMs: 790_000, minMs: 1_000, maxMs: 600_000, p50Ms: 10_000, p75Ms: 15_000, p90Ms: 18_000, p95Ms: 19_000, p99Ms: 600_000, averageMs: "39500", averageNumerator: 790_000, averageDenominator: 20 });
    const queue = (await must(of.as("FINANCE"), DURATIONS, { measure: "QUEUE" })).usageDurations;
    expect([queue.total.count, queue.total.p50Ms, queue.total.averageMs]).toEqual([1, 250, "250"]);
  });
});

describe("filters by fields", () => {
  it("hold for the list of legs and for attribution as they do for the report", async () => {
    await createAcme(server, { code: "filters" });
    const of = inProgramme(server, "filters");
    await report(integration(of), [call("en", { language: "en-US", useCase: null }), call("es", { language: "es-MX", useCase: null, agentVersion: "2" }), call("none", { useCase: null }), call("known", { language: "es-MX" })]);
    const eventIds = async (where: Row): Promise<string[]> => (await must(of.as("FINANCE"), "query($where: UsageWhere!) { usageEvents(where: $where, first: 10) { edges { node { eventId } } } }", { where })).usageEvents.edges.map(({ node }: { node: { eventId: string } }) => node.eventId).sort();
    expect(await eventIds({ language: ["es-MX"] })).toEqual(["es", "known"]);
    expect(await eventIds({ language: ["es-MX"], agentVersion: ["2"] })).toEqual(["es"]);
    expect(await eventIds({ language: [] })).toEqual([]);
    const { attributeUsage } = await must(of.as("FINANCE"), "mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed userErrors { code message } } }", { input: { where: { language: ["es-MX"] }, useCase: "triage", reason: "Spanish calls are claims" } });
    expect(attributeUsage.attributed).toBe(1);
    const { usage } = await must(of.as("FINANCE"), "{ usage(where: {}, groupBy: [USE_CASE, LANGUAGE]) { rows { useCase { code } language legs } } }");
    expect(usage.rows).toEqual([
      { useCase: { code: "order-status" }, language: "es-MX", legs: 1 }, { useCase: { code: "triage" }, language: "es-MX", legs: 1 },
      { useCase: null, language: "en-US", legs: 1 }, { useCase: null, language: null, legs: 1 },
    ]);
  });

  it.each(["EXECUTIVE", "STEERING"] as const)("%s gets none of them, nor any group but the month", async (role) => {
    const codeOf = async (where: Row, groupBy: UsageDimension[]): Promise<string> => (await server.as(role).ask("query($where: UsageWhere!, $groupBy: [UsageDimension!]!) { usage(where: $where, groupBy: $groupBy) { total { legs } } }", { where, groupBy })).errors?.[0]?.extensions.code ?? "ANSWERED";
    for (const dimension of USAGE_DIMENSIONS) expect([dimension, await codeOf({ period: "2025-10" }, [dimension])]).toEqual([dimension, dimension === "PERIOD" || dimension === "MONTH" ? "ANSWERED" : "FORBIDDEN"]);
    for (const field of ["provider", "outcome", "language", "agentVersion", "promptVersion", "campaignRun"]) for (const values of [[], [field === "outcome" ? "CONTAINED" : "x"]]) expect([field, await codeOf({ period: "2025-10", [field]: values }, [])]).toEqual([field, "FORBIDDEN"]);
  });

  it("the programme lead groups by what is no unit's and no source's", async () => {
    const codeOf = async (groupBy: UsageDimension[]): Promise<string> => (await server.as("PROGRAMME_LEAD").ask("query($groupBy: [UsageDimension!]!) { usage(where: {}, groupBy: $groupBy) { rows { legs } } }", { groupBy })).errors?.[0]?.extensions.code ?? "ANSWERED";
    for (const dimension of USAGE_DIMENSIONS) expect([dimension, await codeOf([dimension])]).toEqual([dimension, dimension === "BUSINESS_UNIT" || dimension === "SOURCE" ? "FORBIDDEN" : "ANSWERED"]);
  });
});
