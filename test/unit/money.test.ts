import fc from "fast-check";
import { currencyOf, toMinor, toMoney } from "../../src/kernel/money";
import { Refusal } from "../../src/kernel/refusal";

const RUNS = { numRuns: 1_000, seed: 20251031 };

/** The minor units, or code and sentence of the refusal. */
function minor(text: string, currency: string): string {
  try {
    return toMinor(text, currencyOf(currency)!, ["amount"]).toString();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.field).toEqual(["amount"]);
    return `${error.code}: ${error.message}`;
  }
}

const tooManyDecimals = (text: string, currency: string, decimals: number): string => `BAD_USER_INPUT: ${text} has more decimals than ${currency} has (${decimals}). Round it before you book it.`;
const tooLarge = (text: string): string => `BAD_USER_INPUT: ${text} is larger than an entry may be (10^17 minor units).`;
const notPlain = (text: string): string => `BAD_USER_INPUT: "${text.slice(0, 40)}" is not a plain decimal number. Write digits with a dot, for example "1250.00".`;

describe("currencies", () => {
  test.each([
    ["USD", 2], ["EUR", 2], ["GBP", 2], ["JPY", 0], ["KRW", 0], ["CLP", 0], ["ISK", 0], ["XOF", 0], ["KWD", 3], ["BHD", 3], ["TND", 3],
  ])("%s has %s decimals", (code, exponent) => {
    expect(currencyOf(code)).toEqual({ code, exponent });
  });

  test.each(["", "US", "USDX", "usd", "Usd", "ZZZ", "US1", "£", "EUR ", " EUR", "EUR\n", "__proto__", "XXX"])("%j is none", (code) => {
    expect(currencyOf(code)).toBeNull();
  });
});

describe("amounts become whole minor units, exactly or not at all", () => {
  test.each([
    // text                          currency  minor units, or the refusal
    ["10000",                        "USD",    "1000000"],
    ["10000.00",                     "USD",    "1000000"],
    ["10000.0000000",                "USD",    "1000000"],
    ["0.01",                         "USD",    "1"],
    ["0.1",                          "USD",    "10"],
    ["-0.01",                        "USD",    "-1"],
    ["+3",                           "USD",    "300"],
    ["-0",                           "USD",    "0"],
    ["-0.00",                        "USD",    "0"],
    ["0.07",                         "USD",    "7"],
    ["1.005",                        "USD",    tooManyDecimals("1.005", "USD", 2)],
    ["0.001",                        "USD",    tooManyDecimals("0.001", "USD", 2)],
    ["-0.001",                       "USD",    tooManyDecimals("-0.001", "USD", 2)],
    ["1500",                         "JPY",    "1500"],
    ["1500.00",                      "JPY",    "1500"],
    ["1500.5",                       "JPY",    tooManyDecimals("1500.5", "JPY", 0)],
    ["1.234",                        "KWD",    "1234"],
    ["-1.2",                         "KWD",    "-1200"],
    ["1.2345",                       "KWD",    tooManyDecimals("1.2345", "KWD", 3)],
    ["1.2340",                       "KWD",    "1234"],
    ["90071992547409.93",            "USD",    "9007199254740993"],
    ["999999999999999.99",           "USD",    "99999999999999999"],
    ["-999999999999999.99",          "USD",    "-99999999999999999"],
    ["1000000000000000.00",          "USD",    tooLarge("1000000000000000.00")],
    ["-1000000000000000",            "USD",    tooLarge("-1000000000000000")],
    ["100000000000000000",           "JPY",    tooLarge("100000000000000000")],
    ["99999999999999999",            "JPY",    "99999999999999999"],
    ["9".repeat(40),                 "USD",    tooLarge("9".repeat(40))],
    ["9".repeat(41),                 "USD",    notPlain("9".repeat(41))],
    ["NaN",                          "USD",    notPlain("NaN")],
    ["Infinity",                     "USD",    notPlain("Infinity")],
    ["1e400",                        "USD",    notPlain("1e400")],
    ["1e-7",                         "USD",    notPlain("1e-7")],
    ["1,5",                          "USD",    notPlain("1,5")],
    ["1,000.00",                     "USD",    notPlain("1,000.00")],
    ["0x1F",                         "USD",    notPlain("0x1F")],
    ["$5",                           "USD",    notPlain("$5")],
    ["",                             "USD",    notPlain("")],
  ])("%s %s is %s", (text, currency, expected) => {
    expect(minor(text, currency)).toBe(expected);
  });

  test.each<[bigint | string, string, string]>([
    // minor units        currency  as text
    [0n,                  "USD",    "0.00"],
    [1n,                  "USD",    "0.01"],
    [-1n,                 "USD",    "-0.01"],
    [1000000n,            "USD",    "10000.00"],
    ["333334",            "USD",    "3333.34"],
    [1500n,               "JPY",    "1500"],
    [-5n,                 "JPY",    "-5"],
    [1234n,               "KWD",    "1.234"],
    [-7n,                 "KWD",    "-0.007"],
    ["99999999999999999", "USD",    "999999999999999.99"],
  ])("%s of %s reads %s", (units, code, amount) => {
    expect(toMoney(units, currencyOf(code)!)).toEqual({ amount, currency: code });
  });

  test("every amount reads back as itself", () => {
    const currency = fc.constantFrom("JPY", "USD", "KWD").map((code) => currencyOf(code)!);
    fc.assert(fc.property(fc.bigInt(-(10n ** 17n) + 1n, 10n ** 17n - 1n), currency, (units, its) => {
      expect(toMinor(toMoney(units, its).amount, its, ["amount"])).toBe(units);
    }), RUNS);
  });
});
