import { Temporal } from "@js-temporal/polyfill";

/** Days of the week in ISO order. */
export const WEEKDAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** When a source is at work, on the programme's clocks. */
export interface ActiveHours {
  /** Null: every day. A window that passes midnight belongs to the day on which it begins. */
  readonly activeDays: readonly Weekday[] | null;
  /** "08:00"; null together with activeTo: the whole day. */
  readonly activeFrom: string | null;
  /** "18:30" or "24:00"; at or before activeFrom it is that of the next day. */
  readonly activeTo: string | null;
}

/** A half-open stretch of time, in milliseconds since 1970. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** True for a time of day as activeFrom takes it. */
export const isTimeOfDay = (text: string): boolean => TIME.test(text);
/** The same for activeTo, which may also be the end of the day. */
export const isEndOfHours = (text: string): boolean => text === "24:00" || TIME.test(text);

/**
 * The active hours between two instants, one stretch a day, in order and without overlap. A time of day that the clocks
 * jump over is the one as much later; one that occurs twice is the earlier.
 */
export function* activeStretches(range: Stretch, hours: ActiveHours, timeZone: string): Generator<Stretch> {
  if (range.toMs <= range.fromMs) return;
  if (hours.activeDays === null && hours.activeFrom === null) {
    yield range;
    return;
  }
  const days = hours.activeDays === null ? null : new Set(hours.activeDays.map((day) => WEEKDAYS.indexOf(day) + 1));
  const from = hours.activeFrom ?? "00:00";
  const to = hours.activeTo ?? "24:00";
  const endsNextDay = to === "24:00" || to <= from;
  const msOf = (date: Temporal.PlainDate, time: string): number => date.toZonedDateTime({ timeZone, plainTime: time === "24:00" ? "00:00" : time }).epochMilliseconds;
  // A window that began the day before may reach into the range.
  for (let date = Temporal.Instant.fromEpochMilliseconds(range.fromMs).toZonedDateTimeISO(timeZone).toPlainDate().subtract({ days: 1 }); ; date = date.add({ days: 1 })) {
    const startMs = msOf(date, from);
    if (startMs >= range.toMs) return;
    if (days !== null && !days.has(date.dayOfWeek)) continue;
    const fromMs = Math.max(startMs, range.fromMs);
    const toMs = Math.min(msOf(endsNextDay ? date.add({ days: 1 }) : date, to), range.toMs);
    if (fromMs < toMs) yield { fromMs, toMs };
  }
}

/** Tells how many active milliseconds lie between two instants; `stretches` in order and without overlap. */
export function activeMeter(stretches: readonly Stretch[]): (fromMs: number, toMs: number) => number {
  const before: number[] = [];
  let sum = 0;
  for (const { fromMs, toMs } of stretches) {
    before.push(sum);
    sum += toMs - fromMs;
  }
  const until = (ms: number): number => {
    let low = 0, high = stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (stretches[middle]!.fromMs < ms) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return 0;
    const last = stretches[low - 1]!;
    return before[low - 1]! + Math.min(ms, last.toMs) - last.fromMs;
  };
  return (fromMs, toMs) => until(toMs) - until(fromMs);
}
