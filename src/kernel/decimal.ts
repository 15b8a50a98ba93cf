import { Refusal } from "./refusal";

/** An exact decimal: `units` divided by ten to the power of `scale`. Never a binary floating-point number. */
export interface ExactDecimal {
  readonly units: bigint;
  readonly scale: number;
}

const PLAIN_DECIMAL = /^([+-])?(\d{1,40})(?:\.(\d{1,20}))?$/;

/**
 * Reads plain decimal text ("-12.50"): digits, at most one dot, no exponent, no thousands mark.
 * Returns null for anything else (NaN, 1e400, "1,5", hex, more than 40 + 20 digits).
 */
export function parseDecimal(text: string): ExactDecimal | null {
  const match = PLAIN_DECIMAL.exec(text);
  if (!match) return null;
  const fraction = match[3] ?? "";
  const magnitude = BigInt(match[2]! + fraction);
  return { units: match[1] === "-" ? -magnitude : magnitude, scale: fraction.length };
}

/** As `parseDecimal`, but refuses with BAD_USER_INPUT on `field`, quoting at most 40 characters of what came. */
export function requireDecimal(text: string, field: readonly string[]): ExactDecimal {
  const parsed = parseDecimal(text);
  if (parsed) return parsed;
  throw new Refusal("BAD_USER_INPUT", `"${text.slice(0, 40)}" is not a plain decimal number. Write digits with a dot, for example "1250.00".`, field);
}

/** `units / 10^scale` as plain text with exactly `scale` decimals. */
export function formatUnits(units: bigint, scale: number): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}`;
  return negative ? `-${text}` : text;
}

/** Plain text without trailing zeros: "12.500" becomes "12.5", "3.000" becomes "3". */
export function trimDecimal(text: string): string {
  if (!text.includes(".")) return text;
  return text.replace(/0+$/, "").replace(/\.$/, "");
}
