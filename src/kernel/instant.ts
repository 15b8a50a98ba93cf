const INSTANT = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const END_OF_2199 = Date.UTC(2200, 0, 1);

/**
 * Milliseconds since 1970 of an RFC 3339 date-time with offset; anything below a millisecond is cut off.
 * Null when the text is not one, names a day that does not exist, or lies outside the years 1970 to 2199.
 */
export function parseInstant(text: string): number | null {
  const m = INSTANT.exec(text);
  if (!m) return null;
  const year = Number(m[1]), month = Number(m[2]), day = Number(m[3]);
  const hour = Number(m[4]), minute = Number(m[5]), second = Number(m[6]);
  if (year < 1970 || year > 2199 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null;
  const leap = month === 2 && ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0);
  if (day < 1 || day > DAYS_IN_MONTH[month - 1]! + (leap ? 1 : 0)) return null;
  const ms = m[7] ? Number(m[7].slice(0, 3).padEnd(3, "0")) : 0;
  const offsetHours = Number(m[9] ?? 0), offsetMinutes = Number(m[10] ?? 0);
  if (offsetHours > 18 || offsetMinutes > 59) return null;
  const offset = (offsetHours * 60 + offsetMinutes) * 60_000 * (m[8] === "-" ? -1 : 1);
  const instant = Date.UTC(year, month - 1, day, hour, minute, second, ms) - offset;
  return instant < 0 || instant >= END_OF_2199 ? null : instant;
}
