import fc from "fast-check";
import { formatUnits, parseDecimal, requireDecimal, trimDecimal } from "../../src/kernel/decimal";
import { Refusal } from "../../src/kernel/refusal";

const RUNS = { numRuns: 1_000, seed: 20251031 };
const NINES = (count: number): string => "9".repeat(count);

describe("plain decimals", () => {
  test.each<[string, bigint, number]>([
    // text                     units                          decimals
    ["0",                       0n,                            0],
    ["-0",                      0n,                            0],
    ["-0.00",                   0n,                            2],
    ["7",                       7n,                            0],
    ["+7",                      7n,                            0],
    ["007",                     7n,                            0],
    ["-12.50",                  -1250n,                        2],
    ["0.0000001",               1n,                            7],
    ["12345678901234567.89",    1234567890123456789n,          2],
    ["1.00000000000000000001",  100000000000000000001n,        20],
    [NINES(40),                 10n ** 40n - 1n,               0],
    [`-${NINES(40)}.${NINES(20)}`, -(10n ** 60n) + 1n,         20],
  ])("%s", (text, units, scale) => {
    expect(parseDecimal(text)).toEqual({ units, scale });
    expect(requireDecimal(text, ["amount"])).toEqual({ units, scale });
  });

  test.each([
    "", " ", " 1", "1 ", "1\n", "NaN", "Infinity", "-Infinity", "1e400", "1E2", "1e-7", "1,5", "1.500,00", "1 000", "1_000", "0x10", "0b1", "0o7", "1.", ".5", "-", "+", "--1",
    "+-1", "-.5", "1.2.3", "١٢", "１２", "½", "1\u0000", "1'000", "$1", "1%", "null", "true", NINES(41), `1.${"0".repeat(21)}`,
  ])("%j is none", (text) => {
    expect(parseDecimal(text)).toBeNull();
    expect(() => requireDecimal(text, ["rules", "0"])).toThrow(
      new Refusal("BAD_USER_INPUT", `"${text.slice(0, 40)}" is not a plain decimal number. Write digits with a dot, for example "1250.00".`),
    );
  });

  test("the refusal names the field and quotes 40 characters at most", () => {
    try {
      requireDecimal("x".repeat(10_000), ["rules", "0", "fraction"]);
      throw new Error("not refused");
    } catch (error) {
      expect(error).toMatchObject({ code: "BAD_USER_INPUT", field: ["rules", "0", "fraction"], message: `"${"x".repeat(40)}" is not a plain decimal number. Write digits with a dot, for example "1250.00".` });
    }
  });
});

describe("writing them", () => {
  test.each<[bigint, number, string]>([
    [0n,        0, "0"],
    [0n,        3, "0.000"],
    [5n,        0, "5"],
    [-5n,       0, "-5"],
    [5n,        1, "0.5"],
    [5n,        3, "0.005"],
    [-5n,       3, "-0.005"],
    [1000n,     3, "1.000"],
    [-123456n,  2, "-1234.56"],
    [10n ** 18n,2, "10000000000000000.00"],
  ])("%s with %s decimals is %s", (units, scale, text) => {
    expect(formatUnits(units, scale)).toBe(text);
  });

  test.each([
    ["12.500",  "12.5"],
    ["3.000",   "3"],
    ["100",     "100"],
    ["-0.10",   "-0.1"],
    ["10.01",   "10.01"],
    ["0.0",     "0"],
  ])("%s without trailing zeros is %s", (text, trimmed) => {
    expect(trimDecimal(text)).toBe(trimmed);
  });

  test("what was written reads back the same", () => {
    fc.assert(fc.property(fc.bigInt(-(10n ** 40n) + 1n, 10n ** 40n - 1n), fc.integer({ min: 0, max: 20 }), (units, scale) => {
      expect(parseDecimal(formatUnits(units, scale))).toEqual({ units, scale });
    }), RUNS);
  });

  test("trimming keeps the value", () => {
    fc.assert(fc.property(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.integer({ min: 0, max: 12 }), (units, scale) => {
      const trimmed = parseDecimal(trimDecimal(formatUnits(units, scale)))!;
      expect(trimmed.units * 10n ** BigInt(scale - trimmed.scale)).toBe(units);
      expect(trimmed.scale === 0 || trimmed.units % 10n !== 0n).toBe(true);
    }), RUNS);
  });
});
