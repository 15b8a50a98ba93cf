import fc from "fast-check";
import { UsageEventResult, readBatch } from "../../src/metering/ingest/report-usage";
import { MOST_REASONS, OTHER_REASON, reasonOf, tallyDelivery } from "../../src/metering/sources/delivery";
import { LAG_BOUNDS, LAG_BUCKETS, percentileBounds, tallyLags } from "../../src/metering/sources/lag";

const NOW = Date.parse("2025-10-31T12:00:00.000Z");
const event = (eventId: string, more: object = {}): object => ({
  eventId, contactId: eventId, legId: eventId, useCase: "triage", channel: "VOICE", direction: "INBOUND", status: "COMPLETED", endedAt: "2025-10-31T11:59:00.000Z", connectedMs: 0, ...more,
});

describe("the tally of a delivery", () => {
  it("counts verdicts and reasons, and the lag of what was stored for the first time", () => {
    const batch = readBatch({ source: "s", events: [
      event("a"), event("b", { endedAt: "2025-10-31T10:00:00.000Z" }), event("c", { endedAt: "2025-10-31T12:00:02.000Z" }), event("dup", { endedAt: "2025-01-01T00:00:00Z" }), event("x", { connectedMs: -1 }), event("y", { colour: "red" }), event("z", { connectedMs: 0.5 }), event("moon"), event("a"),
    ] }, NOW);
    const verdict = (index: number, outcome: UsageEventResult["outcome"], more: Partial<UsageEventResult> = {}): UsageEventResult => ({ index, eventId: "", outcome, ...more });
    const results = [
      verdict(0, "ACCEPTED"), verdict(1, "HELD"), verdict(2, "SUPERSEDED"), verdict(3, "DUPLICATE"), ...batch.refused,
      verdict(7, "REJECTED", { code: "NOT_FOUND", about: "businessUnit" }), verdict(8, "DUPLICATE"),
    ];
    const { lag, ...rest } = tallyDelivery(batch, results);
    expect(rest).toEqual({
      counts: { ACCEPTED: 1, DUPLICATE: 2, SUPERSEDED: 1, CONFLICT: 0, REJECTED: 4, HELD: 1 },
      rejects: { "BAD_USER_INPUT/connectedMs": 2, "BAD_USER_INPUT/unknownField": 1, "NOT_FOUND/businessUnit": 1 },
      firstEndedAtMs: Date.parse("2025-10-31T10:00:00.000Z"), lastEndedAtMs: Date.parse("2025-10-31T12:00:02.000Z"),
    });
    expect(lag).toMatchObject({ minMs: -2_000, maxMs: 7_200_000, sumMs: 7_258_000n });
    expect(lag!.histogram.flatMap((count, bucket) => (count > 0 ? [[LAG_BOUNDS[bucket], count]] : []))).toEqual([[1_000, 1], [60_000, 1], [7_200_000, 1]]);
  });

  it("has no lag where nothing was stored", () => {
    const batch = readBatch({ source: "s", events: [event("a")] }, NOW);
    expect(tallyDelivery(batch, [{ index: 0, eventId: "a", outcome: "DUPLICATE" }])).toMatchObject({ firstEndedAtMs: null, lastEndedAtMs: null, lag: null, rejects: {} });
  });

  it("tells at most so many reasons apart, and loses no event", () => {
    const batch = readBatch({ source: "s", events: Array.from({ length: 100 }, () => null) }, NOW);
    const results = batch.refused.map((result, index): UsageEventResult => ({ ...result, code: "FORBIDDEN", about: `about-${index % 50}` }));
    const { rejects } = tallyDelivery(batch, results);
    expect(Object.keys(rejects).length).toBe(MOST_REASONS + 1);
    expect(rejects[OTHER_REASON]).toBe(100 - 2 * MOST_REASONS);
    expect(Object.values(rejects).reduce((sum, count) => sum + count, 0)).toBe(100);
  });

  it.each<[string, unknown]>([
    ["event", 7], ["contactId", event("a", { contactId: null })], ["eventId", event("")], ["channel", event("a", { channel: "FAX" })], ["type", event("a", { type: "leg" })],
    ["endedAt", event("a", { endedAt: "2025-10-31T12:05:00.001Z" })], ["unknownField", event("a", { colour: "red" })], ["unknownField", event("a", { flags: { bad: true } })], ["flags", event("a", { flags: 1 })],
    ["flags.optOut", event("a", { flags: { optOut: 1 } })], ["costItems", event("a", { costItems: [{ component: "LLM", basis: "SAID" }] })], ["costItems", event("a", { costItems: 1 })], ["attributes", event("a", { attributes: [] })],
    ["specVersion", event("a", { specVersion: "2.0" })], ["occurredAt", event("a", { occurredAt: "2025-10-31T12:05:00.001Z" })], ["test", event("a", { test: "no" })],
  ])("counts a fault under %s", (about, raw) => {
    const [refused] = readBatch({ source: "s", events: [raw] }, NOW).refused;
    expect(reasonOf(refused!)).toBe(`BAD_USER_INPUT/${about}`);
  });
});

describe("lag", () => {
  it("ends a bucket with its bound", () => {
    const histogramOf = (lag: number): number => tallyLags([lag])!.histogram.indexOf(1);
    LAG_BOUNDS.forEach((bound, bucket) => expect([histogramOf(bound), histogramOf(bound + 1)]).toEqual([bucket, bucket + 1]));
    expect([histogramOf(-300_000), histogramOf(0)]).toEqual([0, 0]);
    expect(tallyLags([])).toBeNull();
  });

  it("tells percentiles as bounds: nearest rank, as narrow as least and most allow", () => {
    const tally = tallyLags([...Array.from({ length: 94 }, () => 1_500), 40_000, ...Array.from({ length: 4 }, () => 3_000_000), 9_000_000_000])!;
    expect(percentileBounds(tally, 50)).toEqual({ atLeastMs: 1_500, atMostMs: 2_000 });
    expect(percentileBounds(tally, 95)).toEqual({ atLeastMs: 30_001, atMostMs: 60_000 });
    expect(percentileBounds(tally, 96)).toEqual({ atLeastMs: 1_800_001, atMostMs: 3_600_000 });
    expect(percentileBounds(tally, 100)).toEqual({ atLeastMs: 8_035_200_001, atMostMs: 9_000_000_000 });
  });

  it("holds the exact percentile within its bounds, whatever the lags, also of histograms added up", () => {
    const lags = fc.array(fc.oneof(fc.integer({ min: -300_000, max: 4_000 }), fc.integer({ min: 0, max: 100_000_000 }), fc.constantFrom(...LAG_BOUNDS), fc.constant(9_000_000_000)), { minLength: 1, maxLength: 60 });
    fc.assert(fc.property(lags, lags, fc.integer({ min: 1, max: 100 }), (one, other, percent) => {
      const [a, b] = [tallyLags(one)!, tallyLags(other)!];
      const both = { minMs: Math.min(a.minMs, b.minMs), maxMs: Math.max(a.maxMs, b.maxMs), histogram: Array.from({ length: LAG_BUCKETS }, (_, bucket) => a.histogram[bucket]! + b.histogram[bucket]!) };
      const sorted = [...one, ...other].sort((x, y) => x - y);
      const exact = sorted[Math.ceil((sorted.length * percent) / 100) - 1]!;
      const { atLeastMs, atMostMs } = percentileBounds(both, percent);
      expect(atLeastMs <= exact && exact <= atMostMs).toBe(true);
    }), { numRuns: 1_000, seed: 20251124 });
  });
});
