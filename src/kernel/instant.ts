const INSTANT = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const END_OF_2199 = Date.UTC(2200, 0, 1);

/**
 * Milliseconds since 1970 of an RFC 3339 date-time with offset; anything below a millisecond is cut off.
 * Null when the text is not one, names a day that does not exist, or lies outside the years 1970 to 2199.
 */
export function parseInstant(text: string): number | null {
  if (text.length === 24) {
    const plain = parsePlain(text);
    if (plain !== null) return plain;
  }
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

/** The form in which instants nearly always come, "2025-10-31T09:15:00.000Z", without a regular expression; null leaves it to that. */
function parsePlain(text: string): number | null {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || text.charCodeAt(10) !== 84 || text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58 || text.charCodeAt(19) !== 46 || text.charCodeAt(23) !== 90) return null;
  const year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2), hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2), ms = digits(text, 20, 3);
  // Days 29 to 31 depend on the month, and a digit that is none counts as far below zero: both take the long way.
  if (!(year >= 1970 && year <= 2199 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59 && ms >= 0)) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

function digits(text: string, start: number, count: number): number {
  let value = 0;
  for (let index = start; index < start + count; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
