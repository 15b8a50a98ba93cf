import { formatUnits, requireDecimal } from "./decimal";
import { Refusal } from "./refusal";

/** An amount for reading: exact decimal text and an ISO 4217 code. */
export interface MoneyAmount {
  readonly amount: string;
  readonly currency: string;
}

/** A currency and the number of decimals of its minor unit (ISO 4217: JPY 0, USD 2, KWD 3). */
export interface Currency {
  readonly code: string;
  readonly exponent: number;
}

/** ISO 4217 exponents that are not 2. */
export const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, UYI: 0, VND: 0, VUV: 0,
  XAF: 0, XOF: 0, XPF: 0, BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3, CLF: 4, UYW: 4,
};

const KNOWN_CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** Posted amounts stay below this many minor units, so that a month of them fits a 64-bit sum. */
const LARGEST_AMOUNT_MINOR = 10n ** 17n;

/** The currency of an ISO 4217 code; null when there is none of that name. */
export function currencyOf(code: string): Currency | null {
  if (!KNOWN_CURRENCIES.has(code)) return null;
  return { code, exponent: EXPONENTS[code] ?? 2 };
}

/**
 * Decimal text as whole minor units. Refuses what is not a plain decimal, has more decimals than the currency, or
 * exceeds 10^17 minor units.
 */
export function toMinor(text: string, currency: Currency, field: readonly string[]): bigint {
  const { units, scale } = requireDecimal(text, field);
  const [scaled, divisor] = [units * 10n ** BigInt(currency.exponent), 10n ** BigInt(scale)];
  if (scaled % divisor !== 0n) {
    throw new Refusal("BAD_USER_INPUT", `${text} has more decimals than ${currency.code} has (${currency.exponent}). Round it before you book it.`, field);
  }
  const minor = scaled / divisor;
  if (minor >= LARGEST_AMOUNT_MINOR || minor <= -LARGEST_AMOUNT_MINOR) {
    throw new Refusal("BAD_USER_INPUT", `${text} is larger than an entry may be (10^17 minor units).`, field);
  }
  return minor;
}

/** Minor units as an amount with exactly the currency's decimals. */
export function toMoney(minor: bigint | string, currency: Currency): MoneyAmount {
  return { amount: formatUnits(BigInt(minor), currency.exponent), currency: currency.code };
}
