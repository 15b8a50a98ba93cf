import { Fraction, ONE, add, divide, fraction, ZERO } from "../kernel/fraction";
import { lastDayOf } from "../kernel/period";

export const FORECAST_METHODS = ["RUN_RATE_BUSINESS_DAYS", "RUN_RATE_CALENDAR_DAYS", "WEEKDAY_PROFILE"] as const;
export type ForecastMethod = (typeof FORECAST_METHODS)[number];

/** So many closed months before the forecast one make a profile. */
export const PROFILE_MONTHS = 3;

/** A month and how many of its days are wholly over. */
export interface MonthProgress {
  readonly period: string;
  readonly elapsedDays: number;
}

/** What closed months used on each day of the week, Monday first, and how many such days they had. */
export interface WeekdayProfile {
  readonly used: readonly bigint[];
  readonly days: readonly number[];
}

/** What the cost so far is multiplied by to reach the end of the month; null with the reason. */
export type ForecastFactor = { readonly factor: Fraction; readonly missing: null } | { readonly factor: null; readonly missing: string };

const daysIn = (period: string): number => Number(lastDayOf(period).slice(8));

/** Days of the week of a month's days, Monday 0 to Sunday 6. */
export function weekdaysOf(period: string): number[] {
  const first = (new Date(Date.UTC(Number(period.slice(0, 4)), Number(period.slice(5)) - 1, 1)).getUTCDay() + 6) % 7;
  return Array.from({ length: daysIn(period) }, (_, index) => (first + index) % 7);
}

/** How far a month is at an instant, on the clock of a zone. The day that is under way is not over. */
export function progressAt(period: string, nowMs: number, timeZone: string): MonthProgress {
  const today = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(nowMs);
  const month = today.slice(0, 7);
  return { period, elapsedDays: month < period ? 0 : month > period ? daysIn(period) : Number(today.slice(8)) - 1 };
}

/**
 * How a month's cost so far is carried on to its end.
 *   RUN_RATE_BUSINESS_DAYS  cost so far / business days over x business days (Monday to Friday; holidays are not known)
 *   RUN_RATE_CALENDAR_DAYS  the same over all days
 *   WEEKDAY_PROFILE         cost so far / weight of the days over x weight of all days; a day weighs what its day of the week
 *                           used on average in the closed months of the profile
 * A month that is over is not carried on.
 */
export function forecastFactor(method: ForecastMethod, progress: MonthProgress, profile: WeekdayProfile | null): ForecastFactor {
  const weekdays = weekdaysOf(progress.period);
  if (progress.elapsedDays >= weekdays.length) return { factor: ONE, missing: null };
  if (progress.elapsedDays === 0) return { factor: null, missing: `forecast: no day of ${progress.period} is over yet.` };
  const weights = weightsOf(method, profile);
  if (weights === null) return { factor: null, missing: `forecast: the ${PROFILE_MONTHS} months before ${progress.period} hold no closed month with usage to take a profile from. Choose a run rate.` };
  const weigh = (days: readonly number[]): Fraction => days.reduce((sum, day) => add(sum, weights[day]!), ZERO);
  const over = weigh(weekdays.slice(0, progress.elapsedDays));
  if (over.numerator === 0n) return { factor: null, missing: method === "RUN_RATE_BUSINESS_DAYS" ? `forecast: no business day of ${progress.period} is over yet.` : `forecast: the days of ${progress.period} that are over have no weight in the profile.` };
  return { factor: divide(weigh(weekdays), over), missing: null };
}

function weightsOf(method: ForecastMethod, profile: WeekdayProfile | null): Fraction[] | null {
  if (method === "RUN_RATE_CALENDAR_DAYS") return Array.from({ length: 7 }, () => ONE);
  if (method === "RUN_RATE_BUSINESS_DAYS") return Array.from({ length: 7 }, (_, day) => (day < 5 ? ONE : ZERO));
  if (profile === null || profile.used.every((used) => used === 0n)) return null;
  return profile.used.map((used, day) => (profile.days[day] ? fraction(used, BigInt(profile.days[day])) : ZERO));
}
