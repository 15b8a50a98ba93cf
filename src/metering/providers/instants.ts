import { parseInstant } from "../../kernel/instant";

const RFC_2822 = /^(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d{2}:\d{2}:\d{2}) (?:([+-]\d{2})(\d{2})|GMT|UTC|UT|Z)$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Milliseconds since 1970 of "Tue, 31 Aug 2010 20:36:28 +0000"; null for anything else and for days that do not exist. */
export function parseRfc2822(text: string): number | null {
  const match = RFC_2822.exec(text);
  if (!match) return null;
  const month = MONTHS.indexOf(match[2]!) + 1;
  const offset = match[5] === undefined ? "Z" : `${match[5]}:${match[6]}`;
  return month === 0 ? null : parseInstant(`${match[3]}-${String(month).padStart(2, "0")}-${match[1]!.padStart(2, "0")}T${match[4]}${offset}`);
}

/** ISO text in UTC with milliseconds, as events hold instants. */
export function isoOf(ms: number): string;
export function isoOf(ms: number | null): string | null;
export function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
