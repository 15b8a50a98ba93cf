import { localDateTimeToMs } from "../../kernel/local-time";

const WHOLE_TO_SECONDS = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?$/;
const LAST_MS_OF_HOUR = 3_599_999;
const KEPT_HOURS = 20_000;

/**
 * A reader of local date-times in one zone: milliseconds since 1970, with the promises of `localDateTimeToMs`.
 * It remembers hours in which the clock did not change: asking the zone's rules takes about 70 microseconds, and a file
 * of a million rows covers far fewer hours than rows.
 */
export function localTimeReader(timeZone: string): (text: string) => number {
  const hours = new Map<string, number>();
  return (text) => {
    const match = WHOLE_TO_SECONDS.exec(text);
    if (!match) return localDateTimeToMs(text, timeZone);
    const hour = `${match[1]} ${match[2]}`;
    let start = hours.get(hour) ?? null;
    if (start === null) {
      start = plainHour(hour, timeZone);
      if (start === null) return localDateTimeToMs(text, timeZone);
      if (hours.size >= KEPT_HOURS) hours.clear();
      hours.set(hour, start);
    }
    return start + Number(match[3]) * 60_000 + Number(match[4]) * 1000 + Number((match[5] ?? "0").padEnd(3, "0"));
  };
}

/** Where the hour starts, or null when it is not sixty minutes in a row. */
function plainHour(hour: string, timeZone: string): number | null {
  try {
    const start = localDateTimeToMs(`${hour}:00:00.000`, timeZone);
    return localDateTimeToMs(`${hour}:59:59.999`, timeZone) - start === LAST_MS_OF_HOUR ? start : null;
  } catch {
    return null; // the whole text is asked instead, so that its own reason is told
  }
}
