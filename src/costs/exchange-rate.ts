import { formatUnits, parseDecimal, trimDecimal } from "../kernel/decimal";
import { fraction, fromDecimal, multiply, roundHalfUp } from "../kernel/fraction";
import { Currency, currencyOf } from "../kernel/money";
import { isDay, lastDayOf } from "../kernel/period";
import { Refusal } from "../kernel/refusal";

export const EXCHANGE_RATE_KINDS = ["DAILY", "MONTH_END"] as const;
export type ExchangeRateKind = (typeof EXCHANGE_RATE_KINDS)[number];

/** What one major unit of `from` is worth in major units of `to` on a day. Written once; a higher revision answers it. */
export interface ExchangeRate {
  readonly from: string;
  readonly to: string;
  readonly kind: ExchangeRateKind;
  /** "2025-10-31"; of MONTH_END the last day of its month. */
  readonly date: string;
  /** Plain decimal text above zero. */
  readonly rate: string;
  readonly source: string;
  readonly revision: number;
}

export interface ExchangeRateInput {
  readonly from: string;
  readonly kind: ExchangeRateKind;
  readonly date: string;
  readonly rate: string;
  readonly revision?: number | null;
}

/** The rate that an input stands for; BAD_USER_INPUT names what is wrong with it. */
export function readExchangeRate(input: ExchangeRateInput, to: Currency, source: string, path: readonly string[]): ExchangeRate {
  const refuse = (message: string, field: string): never => {
    throw new Refusal("BAD_USER_INPUT", message, [...path, field]);
  };
  if (!currencyOf(input.from)) refuse(`"${input.from.slice(0, 10)}" is not an ISO 4217 currency. Write its three capital letters.`, "from");
  if (input.from === to.code) refuse(`The programme is booked in ${to.code}: it needs no rate to itself.`, "from");
  const month = input.date.slice(0, 7);
  if (!isDay(input.date)) refuse(`"${input.date.slice(0, 20)}" is not a day. Write it as 2025-10-31.`, "date");
  if (input.kind === "MONTH_END" && input.date !== lastDayOf(month)) refuse(`A MONTH_END rate is of the last day of its month: ${lastDayOf(month)}.`, "date");
  const rate = parseDecimal(input.rate);
  if (!rate || rate.units <= 0n) return refuse("rate must be a plain decimal number above zero.", "rate");
  const revision = input.revision ?? 0;
  if (!Number.isSafeInteger(revision) || revision < 0 || revision > 1_000_000) refuse("revision must be a whole number, 0 to 1,000,000.", "revision");
  return { from: input.from, to: to.code, kind: input.kind, date: input.date, rate: trimDecimal(formatUnits(rate.units, rate.scale)), source, revision };
}

/**
 * Minor units of the rate's currency as minor units of the programme's: amount x rate, exact, then rounded to the nearest
 * minor unit, halves away from zero (a credit mirrors its charge).
 */
export function convertMinor(minor: bigint, from: Currency, rate: ExchangeRate, to: Currency): bigint {
  const exact = multiply(fraction(minor, 10n ** BigInt(from.exponent)), multiply(fromDecimal(parseDecimal(rate.rate)!), fraction(10n ** BigInt(to.exponent))));
  return roundHalfUp(exact);
}

/** The refusal where a cost of a month is in a currency that has no rate yet. */
export function missingRate(from: string, to: string, period: string, field: readonly string[]): Refusal {
  return new Refusal("CURRENCY_MISMATCH", `There is no ${from}/${to} rate of ${lastDayOf(period)}. Cost of ${period} is converted at the MONTH_END rate of that day: book it with bookExchangeRates, or book the cost in ${to}.`, field);
}
