import { SourceGapsType, SourceCompletenessType, SourceLagType } from "./completeness.type";
import { DeliveryFigures, NOTHING_DELIVERED } from "./completeness.query";
import { Stretch } from "./active-hours";
import { LAG_METHOD, LagTally, percentileBounds } from "./lag";
import { Silence, isSilent } from "./silence";
import { Source, SourceRegistration } from "./source";
import { SourceType } from "./sources.type";

const MOST_GAPS = 100;
const NO_RHYTHM = "No rhythm is expected of it: register expectedEverySeconds.";

const UNREGISTERED: { readonly [K in keyof SourceRegistration]: null } = {
  name: null, owner: null, contact: null, kind: null, status: null, types: null, channels: null, businessUnits: null, useCases: null, subjects: null,
  expectedEverySeconds: null, activeDays: null, activeFrom: null, activeTo: null, expectedFrom: null, lateWindowDays: null,
};

/** A source as it is answered, silent or not at this instant. */
export function toSource(source: Source, nowMs: number, timeZone: string): SourceType & Source {
  const { registration } = source;
  const shown = registration ?? UNREGISTERED;
  if (registration === null || registration.expectedEverySeconds === null) return { ...source, ...shown, registered: registration !== null, silent: null, silentSince: null, missing: [NO_RHYTHM] };
  const begins = (registration.expectedFrom ?? source.registeredAt!).getTime();
  const sinceMs = source.lastSeenAt === null ? begins : Math.max(source.lastSeenAt.getTime(), registration.expectedFrom?.getTime() ?? 0);
  const silent = registration.status !== "RETIRED" && isSilent(sinceMs, nowMs, { ...registration, expectedEverySeconds: registration.expectedEverySeconds }, timeZone);
  return { ...source, ...shown, registered: true, silent, silentSince: silent ? new Date(sinceMs) : null, missing: [] };
}

/** What came from a source in a range, with what its gaps are looked up by. */
export type CompletenessView = SourceCompletenessType & { readonly sourceId: number; readonly range: Stretch };

export function toCompleteness(source: Source, range: Stretch, found: DeliveryFigures | null, nowMs: number): CompletenessView {
  const { deliveries, counts, rejects, firstEndedAt, lastEndedAt, lag } = found ?? NOTHING_DELIVERED;
  const missing = [
    ...(lag === null ? ["Nothing was stored for the first time in this range, so there is no lag."] : []),
    ...(source.registration === null || source.registration.expectedEverySeconds === null ? [NO_RHYTHM] : []),
  ];
  return {
    sourceId: source.id, range, from: new Date(range.fromMs), to: new Date(range.toMs), asOf: new Date(nowMs), deliveries,
    accepted: counts.ACCEPTED, duplicate: counts.DUPLICATE, superseded: counts.SUPERSEDED, conflict: counts.CONFLICT, rejected: counts.REJECTED, held: counts.HELD,
    rejects, firstEndedAt, lastEndedAt, lag: lag && toLag(lag), missing,
  };
}

function toLag(lag: LagTally): SourceLagType {
  return {
    events: lag.histogram.reduce((sum, each) => sum + each, 0), minMs: lag.minMs, maxMs: lag.maxMs, totalMs: lag.sumMs.toString(),
    p50: percentileBounds(lag, 50), p95: percentileBounds(lag, 95), p99: percentileBounds(lag, 99), method: LAG_METHOD,
  };
}

export function toGaps(silences: readonly Silence[]): SourceGapsType {
  return { count: silences.length, longest: silences.slice(0, MOST_GAPS).map(({ fromMs, toMs, activeMs }) => ({ from: new Date(fromMs), to: new Date(toMs), activeMs })) };
}
