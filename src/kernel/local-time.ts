import { Temporal } from "@js-temporal/polyfill";
import { Refusal } from "./refusal";

const IANA_ZONES: ReadonlySet<string> = new Set([...Intl.supportedValuesOf("timeZone"), "UTC"]);
const LOCAL = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?)$/;

const REGION_AND_PLACE = /^[A-Z][A-Za-z]+(?:\/[A-Z][A-Za-z0-9_+-]*){1,2}$/;

/** The list above knows one name per zone; the others (Asia/Kolkata beside Asia/Calcutta) only open when they are asked for. */
function opens(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** True for a name of the IANA time zone database. "FOO+99" and "UTC+5" are not: POSIX reads them as shifts. */
export function isTimeZone(name: string): boolean {
  return IANA_ZONES.has(name) || (name.length <= 64 && REGION_AND_PLACE.test(name) && !name.startsWith("Etc/") && opens(name));
}

/** The zone itself, or BAD_USER_INPUT. */
export function requireTimeZone(name: string, field: readonly string[] = ["timeZone"]): string {
  if (isTimeZone(name)) return name;
  throw new Refusal("BAD_USER_INPUT", `"${name.slice(0, 40)}" is not an IANA time zone. Use a name such as Europe/London or America/New_York.`, field);
}

/**
 * The instant of a local date and time without offset, in milliseconds since 1970.
 * A time that occurs twice (autumn) is the earlier of the two; one that does not exist (spring) is refused.
 */
export function localDateTimeToMs(text: string, timeZone: string): number {
  const match = LOCAL.exec(text.trim());
  if (!match) throw new Refusal("BAD_USER_INPUT", `"${text.slice(0, 40)}" is not a local date and time. Write 2025-10-31 09:15:00.`);
  const wallClock = `${match[1]}T${match[2]}`;
  let local: Temporal.PlainDateTime;
  try {
    local = Temporal.PlainDateTime.from(wallClock, { overflow: "reject" });
  } catch {
    throw new Refusal("BAD_USER_INPUT", `"${text.slice(0, 40)}" is not a date that exists.`);
  }
  const zoned = local.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  if (!zoned.toPlainDateTime().equals(local)) {
    throw new Refusal("BAD_USER_INPUT", `${text} does not exist in ${timeZone}: the clock jumped over it. Correct the time or send it with an offset.`);
  }
  return zoned.epochMilliseconds;
}

/** The day of an instant on the calendar of a time zone, "2025-10-31". */
export function localDay(ms: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}
