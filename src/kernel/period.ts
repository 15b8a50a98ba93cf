import { Refusal } from "./refusal";

const PERIOD_KEY = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** True for a calendar month written "2025-10", years 1970 to 2199. */
export function isPeriodKey(text: string): boolean {
  const match = PERIOD_KEY.exec(text);
  return match !== null && Number(match[1]) >= 1970 && Number(match[1]) < 2200;
}

/** The key itself, or BAD_USER_INPUT. */
export function requirePeriodKey(text: string, field: readonly string[] = ["period"]): string {
  if (isPeriodKey(text)) return text;
  throw new Refusal("BAD_USER_INPUT", `"${text.slice(0, 20)}" is not a period. Write year and month, for example 2025-10.`, field);
}

/** The month `count` months after (before, when negative) the given one. */
export function shiftPeriod(key: string, count: number): string {
  const months = Number(key.slice(0, 4)) * 12 + Number(key.slice(5)) - 1 + count;
  return `${String(Math.floor(months / 12)).padStart(4, "0")}-${String((months % 12) + 1).padStart(2, "0")}`;
}

/** Months from one to another: 0 for the same, below it when the second comes first. */
export function monthsApart(from: string, to: string): number {
  return (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5)) - Number(from.slice(5));
}

/** The months from one to another, both counted; none when the second comes first. */
export function monthsBetween(from: string, to: string): string[] {
  return Array.from({ length: Math.max(0, monthsApart(from, to) + 1) }, (_, index) => shiftPeriod(from, index));
}

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** True for a day of the calendar written "2025-10-31", years 1970 to 2199. */
export function isDay(text: string): boolean {
  return DAY.test(text) && isPeriodKey(text.slice(0, 7)) && text <= lastDayOf(text.slice(0, 7));
}

/** The day after the given one, or before it. */
export function dayAfter(day: string): string {
  const month = day.slice(0, 7);
  return day === lastDayOf(month) ? `${shiftPeriod(month, 1)}-01` : `${month}-${String(Number(day.slice(8)) + 1).padStart(2, "0")}`;
}

export function dayBefore(day: string): string {
  const month = day.slice(0, 7);
  return day.endsWith("-01") ? lastDayOf(shiftPeriod(month, -1)) : `${month}-${String(Number(day.slice(8)) - 1).padStart(2, "0")}`;
}

/** Days of a month. */
export function daysOf(key: string): bigint {
  return BigInt(lastDayOf(key).slice(8));
}

/** The last day of a month, "2025-10-31". */
export function lastDayOf(key: string): string {
  const [year, month] = [Number(key.slice(0, 4)), Number(key.slice(5))];
  const days = month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return `${key}-${days}`;
}

/** The day that many days after a month's last one: "2025-11-05" for 5 days after "2025-10". */
export function dayAfterPeriod(key: string, days: number): string {
  const last = new Date(`${lastDayOf(key)}T00:00:00.000Z`);
  return new Date(last.getTime() + days * 86_400_000).toISOString().slice(0, 10);
}
