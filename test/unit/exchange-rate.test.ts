import fc from "fast-check";
import { ExchangeRate, ExchangeRateInput, convertMinor, missingRate, readExchangeRate } from "../../src/costs/exchange-rate";
import { currencyOf } from "../../src/kernel/money";
import { Refusal } from "../../src/kernel/refusal";

const USD = currencyOf("USD")!;
const input = (more: Partial<ExchangeRateInput> = {}): ExchangeRateInput => ({ from: "GBP", kind: "MONTH_END", date: "2025-10-31", rate: "1.31505", ...more });
const rateOf = (rate: string): ExchangeRate => ({ from: "GBP", to: "USD", kind: "MONTH_END", date: "2025-10-31", rate, source: "ECB", revision: 0 });

/** The rate, or code, place and sentence of the refusal. */
function read(more: Partial<ExchangeRateInput>): unknown {
  try {
    return readExchangeRate(input(more), USD, "ECB", ["rates", "3"]);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code} at ${error.field?.join(".")}: ${error.message}`;
  }
}

describe("a rate is read", () => {
  test.each<[string, Partial<ExchangeRateInput>, Partial<ExchangeRate>]>([
    ["as it is written",              {},                                       {}],
    ["without the zeros at its end",  { rate: "1.3150500" },                    {}],
    ["above zero, however little",    { rate: "0.00000001" },                   { rate: "0.00000001" }],
    ["of any day when it is daily",   { kind: "DAILY", date: "2025-10-15" },    { kind: "DAILY", date: "2025-10-15" }],
    ["of the leap day",               { date: "2024-02-29" },                   { date: "2024-02-29" }],
    ["with its revision",             { revision: 1_000_000 },                  { revision: 1_000_000 }],
    ["with no revision as the first", { revision: null },                       {}],
  ])("%s", (_, more, expected) => {
    expect(read(more)).toEqual({ ...rateOf("1.31505"), ...expected });
  });

  const rate = "rate must be a plain decimal number above zero.";
  const revision = "revision must be a whole number, 0 to 1,000,000.";
  test.each<[string, Partial<ExchangeRateInput>, string]>([
    ["of no currency",                { from: "gbp" },                          'from: "gbp" is not an ISO 4217 currency. Write its three capital letters.'],
    ["of a long word",                { from: "x".repeat(99) },                 'from: "xxxxxxxxxx" is not an ISO 4217 currency. Write its three capital letters.'],
    ["of the currency to itself",     { from: "USD" },                          "from: The programme is booked in USD: it needs no rate to itself."],
    ["of no day",                     { date: "2025-10-32" },                   'date: "2025-10-32" is not a day. Write it as 2025-10-31.'],
    ["of a long word for a day",      { kind: "DAILY", date: "d".repeat(99) },  `date: "${"d".repeat(20)}" is not a day. Write it as 2025-10-31.`],
    ["of the middle of a month",      { date: "2025-10-30" },                   "date: A MONTH_END rate is of the last day of its month: 2025-10-31."],
    ["of nothing",                    { rate: "0.000" },                        `rate: ${rate}`],
    ["below zero",                    { rate: "-1.3" },                         `rate: ${rate}`],
    ["that is no number",             { rate: "1,3" },                          `rate: ${rate}`],
    ["with a revision below zero",    { revision: -1 },                         `revision: ${revision}`],
    ["with half a revision",          { revision: 0.5 },                        `revision: ${revision}`],
    ["with too many revisions",       { revision: 1_000_001 },                  `revision: ${revision}`],
  ])("%s is refused", (_, more, expected) => {
    expect(read(more)).toBe(`BAD_USER_INPUT at rates.3.${expected}`);
  });

  test("a month without a rate says which one to book", () => {
    const { code, field, message } = missingRate("GBP", "USD", "2025-02", ["currency"]);
    expect([code, field, message]).toEqual(["CURRENCY_MISMATCH", ["currency"], "There is no GBP/USD rate of 2025-02-28. Cost of 2025-02 is converted at the MONTH_END rate of that day: book it with bookExchangeRates, or book the cost in USD."]);
  });
});

describe("an amount is converted to the nearest minor unit, halves away from zero", () => {
  test.each<[string, bigint, string, string, bigint]>([
    // from  minor units  rate            to      minor units
    ["GBP",  100n,        "1.31505",      "USD",  132n],
    ["GBP",  -100n,       "1.31505",      "USD",  -132n],
    ["GBP",  1n,          "0.5",          "USD",  1n],
    ["GBP",  -1n,         "0.5",          "USD",  -1n],
    ["GBP",  1n,          "0.499999999",  "USD",  0n],
    ["GBP",  3n,          "0.5",          "USD",  2n],
    ["GBP",  0n,          "1.31505",      "USD",  0n],
    // One yen and a half; a dollar again; and fils, of which a dinar has a thousand.
    ["USD",  1n,          "150",          "JPY",  2n],
    ["JPY",  150n,        "0.0066",       "USD",  99n],
    ["KWD",  1n,          "3.25",         "USD",  0n],
    ["KWD",  1_000n,      "3.25",         "USD",  325n],
    ["USD",  325n,        "0.3076923",    "KWD",  1_000n],
  ])("%s %s at %s is %s %s", (from, minor, rate, to, expected) => {
    expect(convertMinor(minor, currencyOf(from)!, rateOf(rate), currencyOf(to)!)).toBe(expected);
  });

  test("never half a minor unit off, and a credit mirrors its charge", () => {
    const currency = fc.constantFrom("JPY", "USD", "KWD").map((code) => currencyOf(code)!);
    fc.assert(fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), fc.bigInt(1n, 10n ** 9n), currency, currency, (minor, millionths, from, to) => {
      const rate = rateOf(`${millionths / 1_000_000n}.${String(millionths % 1_000_000n).padStart(6, "0")}`);
      const found = convertMinor(minor, from, rate, to);
      // Both sides in millionths of 10 ^ -exponents.
      const off = found * 1_000_000n * 10n ** BigInt(from.exponent) - minor * millionths * 10n ** BigInt(to.exponent);
      expect((off < 0n ? -off : off) * 2n <= 1_000_000n * 10n ** BigInt(from.exponent)).toBe(true);
      expect(convertMinor(-minor, from, rate, to)).toBe(-found);
    }), { numRuns: 300, seed: 20251101 });
  });
});
