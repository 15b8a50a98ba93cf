import { ExactDecimal, formatUnits, trimDecimal } from "../../kernel/decimal";

/** A number of JSON that a binary number would not give back as it was written; `text` is what was written. */
export class ExactNumber {
  constructor(readonly text: string) {}
}

const MARK = "\u0000number";
/** Digits enough that a binary number might lose some. */
const MAY_LOSE_DIGITS = /\d[\d.]{15}/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON as `JSON.parse` reads it, except that numbers which would lose digits become an ExactNumber. Throws SyntaxError. */
export function parseExactJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  if (!MAY_LOSE_DIGITS.test(text)) return parsed;
  let isMarked = false;
  const marked = text.replace(STRING_OR_NUMBER, (token) => {
    if (survives(token)) return token;
    isMarked = true;
    return `{${JSON.stringify(MARK)}:"${token}"}`;
  });
  return isMarked ? JSON.parse(marked, (_key, value: unknown) => unmarked(value)) : parsed;
}

function survives(token: string): boolean {
  return token.startsWith('"') || token.replace(/\D/g, "").length <= 15 || String(Number(token)) === token;
}

function unmarked(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, MARK)) return value;
  return new ExactNumber(String((value as Record<string, unknown>)[MARK]));
}

const NUMBER = /^(-?)(\d{1,40})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,2}))?$/;
/** As many decimals as a cost item may have. */
const MOST_DECIMALS = 20;

/** The exact value of a number of JSON, by the shortest text that stands for it; null for what is too large or too small. */
export function exactOf(value: number | ExactNumber): ExactDecimal | null {
  return decimalOf(typeof value === "number" ? String(value) : value.text);
}

/** The exact value of decimal text, exponents included; null for anything else. */
export function decimalOf(text: string): ExactDecimal | null {
  const match = NUMBER.exec(text);
  if (!match) return null;
  const fraction = match[3] ?? "";
  const exponent = Number(match[4] ?? 0);
  const units = BigInt(match[2]! + fraction) * (match[1] === "-" ? -1n : 1n);
  const scale = fraction.length - exponent;
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

/** Divided by ten to the power of `places`: 2 turns cents into the major unit. */
export function shifted(decimal: ExactDecimal, places: number): ExactDecimal {
  return { units: decimal.units, scale: decimal.scale + places };
}

/** Plain text without trailing zeros. Beyond 20 decimals, the most that a cost item holds, it is rounded half away from zero. */
export function plainText(decimal: ExactDecimal): string {
  const over = decimal.scale - MOST_DECIMALS;
  const units = over > 0 ? divideHalfUp(decimal.units, 10n ** BigInt(over)) : decimal.units;
  return trimDecimal(formatUnits(units, Math.min(decimal.scale, MOST_DECIMALS)));
}

/** `decimal` x `factor`, rounded half away from zero to a whole number. */
export function wholeOf(decimal: ExactDecimal, factor = 1n): bigint {
  return divideHalfUp(decimal.units * factor, 10n ** BigInt(decimal.scale));
}

/** True when it has no fraction. */
export function isWhole(decimal: ExactDecimal): boolean {
  return decimal.units % 10n ** BigInt(decimal.scale) === 0n;
}

/** The exact sum. */
export function plus(a: ExactDecimal, b: ExactDecimal): ExactDecimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: a.units * 10n ** BigInt(scale - a.scale) + b.units * 10n ** BigInt(scale - b.scale), scale };
}

export const NOTHING: ExactDecimal = { units: 0n, scale: 0 };

/** The same with the other sign. */
export const negated = ({ units, scale }: ExactDecimal): ExactDecimal => ({ units: -units, scale });
/** The same without its sign. */
export const magnitude = ({ units, scale }: ExactDecimal): ExactDecimal => ({ units: units < 0n ? -units : units, scale });

function divideHalfUp(units: bigint, divisor: bigint): bigint {
  const positive = units < 0n ? -units : units;
  const rounded = (positive * 2n + divisor) / (divisor * 2n);
  return units < 0n ? -rounded : rounded;
}
