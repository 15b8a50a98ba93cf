import fc from "fast-check";
import { USAGE_DIMENSIONS, UsageDimension } from "../../src/metering";

/** A leg as it was sent, with what a model needs to know of it. */
export interface ModelLeg {
  readonly event: Readonly<Record<string, unknown>>;
  readonly source: string;
  /** Its value in every dimension but the times, by the name of the row's field. */
  readonly values: Readonly<Record<string, string | null>>;
  readonly contact: string;
  readonly connected: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly connectedMs: number;
  readonly queueMs: number | null;
}

const HOUR = 3_600_000, DAY = 24 * HOUR;
/** New York in September and October 2025. */
const OFFSET = -4 * HOUR;
export const FROM = Date.parse("2025-09-29T04:00:00Z"), TO = Date.parse("2025-10-03T04:00:00Z");

const FIELDS: Readonly<Record<string, string>> = {
  BUSINESS_UNIT: "businessUnit", USE_CASE: "useCase", CHANNEL: "channel", DIRECTION: "direction", PROVIDER: "provider", OUTCOME: "outcome", SOURCE: "source", AGENT: "agent", AGENT_VERSION: "agentVersion",
  PROMPT_VERSION: "promptVersion", MODEL: "model", LANGUAGE: "language", COUNTRY: "country", CAMPAIGN_RUN: "campaignRun", WORKFLOW: "workflow", COHORT: "cohort", VARIANT: "variant",
};
/** What of a row names its group. */
export const KEYS = `businessUnit { code } useCase { code } ${Object.values(FIELDS).slice(2).join(" ")} bucket`;

const OWNERS: Readonly<Record<string, string>> = { "order-status": "retail", returns: "retail", triage: "claims", helpdesk: "support" };
const SENT_AS: Readonly<Record<string, string>> = { agent: "agentId", campaignRun: "campaignRunId" };

const few = (...values: string[]): fc.Arbitrary<string | null> => fc.constantFrom(null, ...values);

/** Legs of one instant-rich week: many begin and end at the same seconds, and contacts call everywhere. */
export const legsArbitrary: fc.Arbitrary<ModelLeg[]> = fc
  .array(
    fc.record({
      useCase: few("order-status", "returns", "triage", "helpdesk"), channel: fc.constantFrom("VOICE", "VOICE", "VOICE", "CHAT"), direction: fc.constantFrom("INBOUND", "OUTBOUND", "TRANSFER"),
      provider: few("retell", "vapi"), outcome: few("CONTAINED", "ESCALATED"), source: fc.constantFrom("test://one", "test://two"), agent: few("ava"), agentVersion: few("1", "2"), promptVersion: few("p1", "p2"),
      model: few("m"), language: few("en-US", "es-MX"), country: few("US", "MX"), campaignRun: few("run-1"), workflow: few("w"), cohort: few("a", "b"), variant: few("x"),
      status: fc.constantFrom("COMPLETED", "COMPLETED", "VOICEMAIL", "NO_ANSWER"), contact: fc.integer({ min: 1, max: 9 }), test: fc.constantFrom(false, false, false, false, false, true),
      end: fc.integer({ min: 0, max: (4 * DAY) / 600_000 }), lasts: fc.constantFrom(0, 600_000, 1_200_000, 5_400_000, 90_000_000), says: fc.boolean(), queueMs: fc.constantFrom(null, 0, 1_000, 30_000),
    }),
    { minLength: 150, maxLength: 150 },
  )
  .map((drawn) => drawn.map(({ source, contact, status, test, end, lasts, says, queueMs, ...values }, index) => {
    const endMs = FROM + end * 600_000;
    const connectedMs = status === "NO_ANSWER" || values.channel === "CHAT" ? 0 : lasts;
    const sent = Object.fromEntries(Object.entries(values).map(([name, value]) => [SENT_AS[name] ?? name, value]));
    const event = {
      ...sent, eventId: `e-${index}`, legId: `l-${index}`, contactId: `c-${contact}`, status, test, connectedMs, queueMs,
      connectedAt: connectedMs > 0 && says ? new Date(endMs - connectedMs).toISOString() : null, endedAt: new Date(endMs).toISOString(),
    };
    const connected = values.channel === "VOICE" && status !== "NO_ANSWER" && connectedMs > 0;
    return { event, source, values: { ...values, source, businessUnit: values.useCase === null ? null : OWNERS[values.useCase]! }, contact: `${source} c-${contact}`, connected, startMs: endMs - connectedMs, endMs, connectedMs, queueMs };
  }));

/** First instant of the bucket of an instant. */
export function bucketOf(dimension: string, ms: number): number {
  const local = ms + OFFSET;
  const day = Math.floor(local / DAY);
  if (dimension === "HOUR") return Math.floor(local / HOUR) * HOUR - OFFSET;
  if (dimension === "DAY") return day * DAY - OFFSET;
  // 1 January 1970 was a Thursday.
  if (dimension === "WEEK") return (day - ((day + 3) % 7)) * DAY - OFFSET;
  const date = new Date(day * DAY);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) - OFFSET;
}

export interface ModelWhere { readonly period?: string; readonly from?: string; readonly to?: string; readonly [field: string]: unknown }

/** A filter of the API, every kind of condition now and then. */
export const whereArbitrary: fc.Arbitrary<ModelWhere> = fc
  .record({
    range: fc.constantFrom<ModelWhere>({}, { period: "2025-09" }, { period: "2025-10" }, { from: "2025-09-30T13:20:00.000Z" }, { from: "2025-09-30T04:00:00.000Z", to: "2025-10-02T04:00:00.000Z" }, { to: "2025-10-01T12:35:00.000Z" }),
    fields: fc.constantFrom<ModelWhere>({}, {}, { businessUnit: ["retail", "support"] }, { useCase: ["returns", "triage"] }, { channel: ["VOICE"] }, { direction: ["TRANSFER", "INBOUND"] }, { provider: ["vapi"] }, { outcome: ["CONTAINED"] },
      { language: ["es-MX"], agentVersion: ["1", "2"] }, { promptVersion: ["p2"] }, { campaignRun: ["run-1"] }, { provider: ["retell", "vapi"], outcome: ["ESCALATED"] }, { language: [] }),
    view: fc.constantFrom<ModelWhere>({}, {}, { view: "RESTATED" }),
  })
  .map(({ range, fields, view }) => ({ ...range, ...fields, ...view }));

export const groupByArbitrary = (dimensions: readonly UsageDimension[] = USAGE_DIMENSIONS): fc.Arbitrary<UsageDimension[]> =>
  fc.uniqueArray(fc.constantFrom(...dimensions), { maxLength: 4, selector: (dimension) => (["PERIOD", "MONTH", "WEEK", "DAY", "HOUR"].includes(dimension) ? "TIME" : dimension) });

/** The instants of a filter. */
export function rangeOf(where: ModelWhere): [number, number] {
  if (where.period) return [Date.parse(`${where.period}-01T04:00:00Z`), Date.parse(where.period === "2025-09" ? "2025-10-01T04:00:00Z" : "2025-11-01T04:00:00Z")];
  return [where.from ? Date.parse(where.from) : -Infinity, where.to ? Date.parse(where.to) : Infinity];
}

/** Legs that count and match all but the time. */
export function matching(legs: readonly ModelLeg[], where: ModelWhere): ModelLeg[] {
  const fields = Object.entries(where).filter(([name]) => !["period", "from", "to", "view"].includes(name)) as Array<[string, string[]]>;
  return legs.filter((leg) => leg.event.test === false && fields.every(([name, values]) => leg.values[name] !== null && values.includes(leg.values[name]!)));
}

/** The group of a leg in the form of a row of the API. */
export function keyOf(leg: ModelLeg, groupBy: readonly string[], bucketMs: number | null = null): string {
  const row: Record<string, unknown> = {};
  for (const [dimension, field] of Object.entries(FIELDS)) {
    const value = groupBy.includes(dimension) ? leg.values[field]! : null;
    row[field] = ["businessUnit", "useCase"].includes(field) && value !== null ? { code: value } : value;
  }
  const time = groupBy.find((dimension) => !(dimension in FIELDS));
  const bucket = bucketMs ?? (time ? bucketOf(time, leg.endMs) : null);
  return JSON.stringify({ ...row, bucket: bucket === null ? null : new Date(bucket).toISOString() });
}

/** Legs by group. */
export function grouped(legs: readonly ModelLeg[], groupBy: readonly string[]): Map<string, ModelLeg[]> {
  const groups = new Map<string, ModelLeg[]>();
  for (const leg of legs) groups.set(keyOf(leg, groupBy), [...(groups.get(keyOf(leg, groupBy)) ?? []), leg]);
  return groups;
}

/** The most calls at once in a half-open range, looked for at every instant at which one begins; when, and for how long. */
export function peakOf(legs: readonly ModelLeg[], [from, to]: [number, number]): { maximum: number; reachedAt: string; heldMs: number } | null {
  const calls = legs.filter((leg) => leg.connected && leg.startMs < to && leg.endMs > from);
  const at = (ms: number): number => calls.filter((call) => call.startMs <= ms && ms < call.endMs).length;
  const starts = [...new Set(calls.map((call) => Math.max(call.startMs, from)))].sort((a, b) => a - b);
  const maximum = Math.max(0, ...starts.map(at));
  if (maximum === 0) return null;
  const reachedAt = starts.find((ms) => at(ms) === maximum)!;
  const ends = [...new Set([...calls.map((call) => Math.min(call.endMs, to)), ...starts, to])].filter((ms) => ms > reachedAt).sort((a, b) => a - b);
  const until = ends.find((ms) => ms === to || at(ms) < maximum)!;
  return { maximum, reachedAt: new Date(reachedAt).toISOString(), heldMs: until - reachedAt };
}
