import fc from "fast-check";
import { Fraction, ONE, ZERO, add, ceiling, compare, divide, formatFraction, fraction, fromDecimal, gcd, multiply, negate, roundForDisplay, roundHalfUp, scale, subtract, sum, truncate } from "../../src/kernel/fraction";
import { parseDecimal } from "../../src/kernel/decimal";
import { BrokenBelief } from "../../src/kernel/refusal";

const RUNS = { numRuns: 1_000, seed: 20251031 };

const of = (text: string): Fraction => {
  const [numerator, denominator] = text.split("/");
  return fraction(BigInt(numerator!), BigInt(denominator ?? "1"));
};

describe("fractions", () => {
  test.each([
    ["6/4",    "3/2"],
    ["-6/4",   "-3/2"],
    ["6/-4",   "-3/2"],
    ["-6/-4",  "3/2"],
    ["0/5",    "0"],
    ["0/-5",   "0"],
    ["8/4",    "2"],
    ["7",      "7"],
    ["1000000000000000000000/3000000000000000000000", "1/3"],
  ])("%s in lowest terms is %s", (given, lowest) => {
    expect(formatFraction(of(given))).toBe(lowest);
    expect(of(given).denominator > 0n).toBe(true);
  });

  test("denominator zero is a broken belief", () => {
    expect(() => fraction(1n, 0n)).toThrow(new BrokenBelief("a fraction with denominator zero"));
  });

  test("gcd of long numbers is Euclid's, step by step", () => {
    const euclid = (a: bigint, b: bigint): bigint => (b === 0n ? a : euclid(b, a % b));
    const long = fc.tuple(fc.integer({ min: 100, max: 900 }), fc.bigInt({ min: 0n, max: 1n << 900n })).map(([bits, value]) => value & ((1n << BigInt(bits)) - 1n));
    fc.assert(fc.property(long, long, long, (a, b, common) => {
      expect(gcd(a * common, -b * common)).toBe(euclid(a * common, b * common));
      expect(gcd(a + 1n, a)).toBe(1n);
      expect(gcd(a, a)).toBe(a);
    }), { numRuns: 300, seed: 20251031 });
  });

  test.each<[bigint, bigint, bigint]>([[12n, 18n, 6n], [-12n, 18n, 6n], [12n, -18n, 6n], [0n, 7n, 7n], [7n, 0n, 7n], [0n, 0n, 0n], [17n, 5n, 1n]])("gcd of %s and %s is %s", (a, b, divisor) => {
    expect(gcd(a, b)).toBe(divisor);
  });

  test.each([
    // a       b        a + b     a x b     a against b
    ["1/2",    "1/3",   "5/6",    "1/6",    1],
    ["1/3",    "1/2",   "5/6",    "1/6",    -1],
    ["1/2",    "-1/2",  "0",      "-1/4",   1],
    ["2/7",    "3/7",   "5/7",    "6/49",   -1],
    ["-1/2",   "-1/3",  "-5/6",   "1/6",    -1],
    ["2/4",    "1/2",   "1",      "1/4",    0],
    ["0",      "5",     "5",      "0",      -1],
    ["2/3",    "9/4",   "35/12",  "3/2",    -1],
  ])("%s and %s", (a, b, total, product, order) => {
    expect(formatFraction(add(of(a), of(b)))).toBe(total);
    expect(formatFraction(multiply(of(a), of(b)))).toBe(product);
    expect(scale(of(a), of(b))).toEqual(multiply(of(a), of(b)));
    expect(formatFraction(subtract(add(of(a), of(b)), of(b)))).toBe(formatFraction(of(a)));
    expect(divide(multiply(of(a), of(b)), of(b))).toEqual(of(a));
    expect(add(of(a), negate(of(a))).numerator).toBe(0n);
    expect(compare(of(a), of(b))).toBe(order);
  });

  test("a sum of none is zero, ten tenths are one", () => {
    expect([ZERO, ONE]).toEqual([fraction(0n), fraction(1n)]);
    expect(formatFraction(sum([]))).toBe("0");
    expect(formatFraction(sum(Array.from({ length: 10 }, () => of("1/10"))))).toBe("1");
  });

  test.each([
    ["halves, thirds and sixths",           ["1/2", "1/3", "1/6"],          "1"],
    ["a denominator that comes again",      ["1/4", "1/6", "1/4", "1/6"],   "5/6"],
    ["denominators that share a divisor",   ["5/12", "7/18"],               "29/36"],
    ["charges and credits",                 ["7/3", "-7/3", "-1/9", "2"],   "17/9"],
  ])("the sum of %s", (_, given, total) => {
    expect(formatFraction(sum(given.map(of)))).toBe(total);
    expect(sum(given.map(of))).toEqual(given.map(of).reduce(add));
  });

  test("a fraction that is not in lowest terms is told in them, and rounds as it would in them", () => {
    const loose = [{ numerator: 6n, denominator: 4n }, { numerator: 6n, denominator: 3n }, { numerator: 0n, denominator: 5n }];
    expect(loose.map(formatFraction)).toEqual(["3/2", "2", "0"]);
    expect(loose.map(ceiling)).toEqual([2n, 2n, 0n]);
    expect(loose.map(roundHalfUp)).toEqual([2n, 2n, 0n]);
  });

  test.each<[string, bigint, bigint]>([
    // value   nearest, halves away from zero   next whole number at or above
    ["0",      0n,                              0n],
    ["1/3",    0n,                              1n],
    ["1/2",    1n,                              1n],
    ["2/3",    1n,                              1n],
    ["1",      1n,                              1n],
    ["3/2",    2n,                              2n],
    ["5/2",    3n,                              3n],
    ["49/100", 0n,                              1n],
    ["-1/3",   0n,                              0n],
    ["-1/2",   -1n,                             0n],
    ["-2/3",   -1n,                             0n],
    ["-1",     -1n,                             -1n],
    ["-3/2",   -2n,                             -1n],
    ["-5/2",   -3n,                             -2n],
    ["18014398509481985/2", 9007199254740993n,  9007199254740993n],
  ])("%s rounds to %s, up to %s", (value, nearest, above) => {
    expect(roundHalfUp(of(value))).toBe(nearest);
    expect(ceiling(of(value))).toBe(above);
  });

  test.each([["0.1", "1/10"], ["-12.50", "-25/2"], ["3.000", "3"], ["0.333", "333/1000"]])("%s is exactly %s", (text, exact) => {
    expect(formatFraction(fromDecimal(parseDecimal(text)!))).toBe(exact);
  });

  test.each<[string, bigint]>([["7/2", 3n], ["-7/2", -3n], ["1/3", 0n], ["-1/3", 0n], ["6/3", 2n], ["-6/3", -2n]])("%s cut off towards zero is %s", (text, whole) => {
    expect(truncate(of(text))).toBe(whole);
  });

  test.each<[string, number, string]>([
    ["1/3",   2, "0.33"],
    ["2/3",   2, "0.67"],
    ["1/2",   0, "1"],
    ["-1/2",  0, "-1"],
    ["5/2",   0, "3"],
    ["1/200", 2, "0.01"],
    ["-1/200",2, "-0.01"],
    ["1/201", 2, "0.00"],
    ["7",     3, "7.000"],
  ])("%s with %s decimals reads %s: half away from zero", (text, places, shown) => {
    expect(roundForDisplay(of(text), places)).toBe(shown);
  });

  const any = fc.tuple(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.bigInt(1n, 10n ** 9n)).map(([n, d]) => fraction(n, d));

  test("sums and products keep their laws, always in lowest terms", () => {
    fc.assert(fc.property(any, any, any, (a, b, c) => {
      expect(add(add(a, b), c)).toEqual(add(a, add(b, c)));
      expect(multiply(a, add(b, c))).toEqual(add(multiply(a, b), multiply(a, c)));
      expect(compare(add(a, c), add(b, c))).toBe(compare(a, b));
      const total = add(a, b);
      expect(gcd(total.numerator, total.denominator)).toBe(1n);
    }), RUNS);
  });
});
