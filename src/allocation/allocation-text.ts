import { Fraction, fraction, roundForDisplay } from "../kernel/fraction";
import { displayQuantity } from "./driver";
import { AllocationDriver } from "./policy";

/*
 * Figures of stored lines as text, from the text that the database gives. A report has thousands of them, so whole
 * numbers below 2^53 are worked on as numbers (every step of which is exact); what is larger goes the way of big integers.
 */

/** Decimals of a share as it is shown; the exact one is in the explanation. */
export const SHARE_PLACES = 12;

const MILLION = 1_000_000;
/** A million times a number below this is still exact. */
const MILLIONFOLD = 9_007_199_254;
/** The same for a hundred thousand. */
const HUNDRED_THOUSANDFOLD = 90_071_992_547;

/** Whole minor units as decimal text with the currency's decimals: "-1205" with 2 is "-12.05". */
export function amountText(minor: string, exponent: number): string {
  if (exponent === 0) return minor;
  const negative = minor.charCodeAt(0) === 45;
  const digits = (negative ? minor.slice(1) : minor).padStart(exponent + 1, "0");
  const text = `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
  return negative ? `-${text}` : text;
}

/** A stored quantity (calls, contacts, milliseconds, weighted or not) in the driver's own unit, as `displayQuantity` shows it. */
export function quantityText(driver: AllocationDriver, base: string): string {
  const whole = plainWhole(base);
  if (whole < 0) return displayQuantity(driver, decimalFraction(base));
  if (driver === "CONNECTED_SECONDS") return decimalText(whole, 1_000, 3);
  if (driver !== "BILLED_MINUTES") return base;
  if (whole % 60_000 === 0) return String(whole / 60_000);
  if (whole >= HUNDRED_THOUSANDFOLD) return displayQuantity(driver, decimalFraction(base));
  // Thousand-millionths of a minute, rounded half up: ms * 10^9 / 60,000.
  return decimalText(quotient(whole * 100_000 + 3, 6), 1_000_000_000, 9);
}

/** A share with twelve decimals, rounded half up. */
export function shareText(numerator: string, denominator: string): string {
  const n = plainWhole(numerator), d = plainWhole(denominator);
  if (n < 0 || d <= 0 || n > d || d >= MILLIONFOLD) return roundForDisplay({ numerator: BigInt(numerator), denominator: BigInt(denominator) }, SHARE_PLACES);
  // Long division, six decimals at a time.
  const high = quotient(n * MILLION, d);
  const rest = n * MILLION - high * d;
  const low = quotient(rest * MILLION, d);
  const left = rest * MILLION - low * d;
  const units = high * MILLION + low + (left * 2 >= d ? 1 : 0);
  const digits = String(units).padStart(SHARE_PLACES + 1, "0");
  return `${digits.slice(0, -SHARE_PLACES)}.${digits.slice(-SHARE_PLACES)}`;
}

/** Decimal text of the database as an exact fraction. */
export function decimalFraction(text: string): Fraction {
  const dot = text.indexOf(".");
  if (dot < 0) return { numerator: BigInt(text), denominator: 1n };
  return fraction(BigInt(text.slice(0, dot) + text.slice(dot + 1)), 10n ** BigInt(text.length - dot - 1));
}

/** A whole number of at most fifteen digits, without a sign; -1 for any other text. */
function plainWhole(text: string): number {
  if (text.length > 15) return -1;
  const value = Number(text);
  return Number.isInteger(value) && value >= 0 && !text.includes(".") ? value : -1;
}

/** The whole part of a quotient of whole numbers; the remainder of numbers is exact, so the division is, too. */
function quotient(dividend: number, divisor: number): number {
  return (dividend - (dividend % divisor)) / divisor;
}

/** Whole units of 1 / `one` as decimal text without trailing zeros. */
function decimalText(units: number, one: number, places: number): string {
  const rest = units % one;
  return rest === 0 ? String(units / one) : `${(units - rest) / one}.${String(rest).padStart(places, "0").replace(/0+$/, "")}`;
}
