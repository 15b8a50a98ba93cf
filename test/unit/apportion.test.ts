import fc from "fast-check";
import { Claim, apportion, compareCodes, sortByCode } from "../../src/kernel/apportion";
import { Fraction, fraction } from "../../src/kernel/fraction";
import { BrokenBelief } from "../../src/kernel/refusal";

const RUNS = { numRuns: 1_000, seed: 20251031 };

const weight = (text: string): Fraction => {
  const [numerator, denominator] = text.split("/");
  return { numerator: BigInt(numerator!), denominator: BigInt(denominator ?? "1") };
};

/** "a:3 b:1" as claims. */
const claimsOf = (text: string): Claim[] =>
  text.split(" ").map((each) => {
    const [code, share] = each.split(":");
    return { code: code!, weight: weight(share!) };
  });

const split = (total: bigint | string, claims: string): string => apportion(BigInt(total), claimsOf(claims)).join(" ");

describe("who gets what", () => {
  test.each([
    // total                   claims (code:weight)          parts, in the order of the claims
    ["1000000",                "a:1 b:1 c:1",                "333334 333333 333333"],
    ["2",                      "a:1 b:1 c:1",                "1 1 0"],
    ["100",                    "a:1 b:2 c:7",                "10 20 70"],
    ["5",                      "a:3 b:1",                    "4 1"],
    ["-5",                     "a:3 b:1",                    "-4 -1"],
    ["5",                      "a:7 b:3",                    "4 1"],
    ["-5",                     "a:7 b:3",                    "-4 -1"],
    ["5",                      "a:3 b:7",                    "2 3"],
    ["-5",                     "a:3 b:7",                    "-2 -3"],
    ["1",                      "a:1 b:3",                    "0 1"],
    ["-1",                     "a:1 b:3",                    "0 -1"],
    ["10",                     "a:1/3 b:1/6 c:1/2",          "3 2 5"],
    ["10",                     "a:1/3 b:1/7 c:11/21",        "3 2 5"],
    ["7",                      "a:0 b:5 c:0",                "0 7 0"],
    ["0",                      "a:1 b:2",                    "0 0"],
    ["0",                      "a:0 b:2",                    "0 0"],
    ["1",                      "a:1",                        "1"],
    ["-1",                     "a:1/9",                      "-1"],
    ["123456789",              "a:5/7",                      "123456789"],
    // seats of a parliament of 323 by Hamilton's method: the largest remainders take what the quotas leave
    ["323",                    "a:5670 b:3850 c:2420 d:2300","129 87 55 52"],
    // huge: no digit is lost above 2^53
    ["1000000000000000",       "a:1 b:1 c:1",                "333333333333334 333333333333333 333333333333333"],
    ["9007199254740993",       "a:1 b:1",                    "4503599627370497 4503599627370496"],
    ["99999999999999999",      "a:1 b:2",                    "33333333333333333 66666666666666666"],
    ["-1000000000000000000000","a:2 b:1",                    "-666666666666666666667 -333333333333333333333"],
    ["3",                      "a:1000000000000000001 b:1000000000000000000", "2 1"],
    ["3",                      "a:1000000000000000000 b:1000000000000000001", "1 2"],
    // tiny weights beside large ones still add up
    ["1000000",                "a:1 b:999999999999",         "0 1000000"],
    ["1",                      "a:1/1000000000000 b:1/1000000000001", "1 0"],
  ])("%s over %s is %s", (total, claims, parts) => {
    expect(split(total, claims)).toBe(parts);
  });

  test("10,000.00 over three equal units is 3,333.34, 3,333.33 and 3,333.33", () => {
    expect(apportion(1_000_000n, claimsOf("west:1 east:1 north:1")).map(String)).toEqual(["333333", "333334", "333333"]);
  });

  test("there must be somebody to divide by, and nobody counts below zero", () => {
    expect(() => apportion(1n, [])).toThrow(new BrokenBelief("nothing to divide by: all weights are zero"));
    expect(() => apportion(0n, claimsOf("a:0 b:0"))).toThrow(new BrokenBelief("nothing to divide by: all weights are zero"));
    expect(() => apportion(1n, claimsOf("a:-1 b:2"))).toThrow(new BrokenBelief("a negative weight"));
  });
});

describe("equal remainders go to the code that sorts first, byte by byte", () => {
  // one unit over equal claims goes to the first of the order; all codes in that order
  test.each([
    ["digits as text, not as numbers",            ["10", "100", "9"]],
    ["digits, then upper case, then lower case",  ["7", "Z", "a"]],
    ["case is not folded",                        ["B", "a", "b"]],
    ["a prefix before what it begins",            ["sales", "sales-1", "sales1"]],
    ["hyphen, dot, underscore",                   ["a-b", "a.b", "a_b"]],
    ["an accent after z, not beside its letter",  ["zebra", "état"]],
    ["no sharp s as ss",                          ["ss", "st", "ß"]],
    ["composed and decomposed are two codes",     ["e\u0301", "\u00e9"]],
    ["beyond the basic plane comes last",         ["\ufb01", "\uffff", "\u{1f600}"]],
    ["Cyrillic a is not Latin a",                 ["a", "b", "\u0430"]],
    ["Turkish dotless i after every ASCII letter",["I", "i", "z", "\u0131"]],
  ])("%s", (_, codes) => {
    expect([...codes].sort(compareCodes)).toEqual(codes);
    expect([...codes].reverse().sort(compareCodes)).toEqual(codes);
    for (let units = 1; units < codes.length; units += 1) {
      const backwards = [...codes].reverse();
      const parts = apportion(BigInt(units), backwards.map((code) => ({ code, weight: fraction(1n) })));
      const winners = backwards.filter((_code, index) => parts[index] === 1n);
      expect(winners.reverse()).toEqual(codes.slice(0, units));
      expect(apportion(BigInt(-units), backwards.map((code) => ({ code, weight: fraction(1n) })))).toEqual(parts.map((part) => -part));
    }
  });

  test.each([
    // total  claims                      parts: a larger remainder beats an earlier code
    ["1",     "a:49 b:51",                "0 1"],
    ["1",     "z:51 a:49",                "1 0"],
    ["2",     "z:5 m:9 a:2 b:4",          "1 1 0 0"],
    ["1",     "a:1 b:1",                  "1 0"],
    ["1",     "b:1 a:1",                  "0 1"],
    ["3",     "d:1 c:1 b:1 a:1",          "0 1 1 1"],
    ["5",     "a:1/4 b:1/2 c:1/4",        "1 3 1"],
    ["6",     "c:1/4 b:1/2 a:1/4",        "1 3 2"],
    ["2",     "b:1/3 a:1/3 c:1/3",        "1 1 0"],
    ["3",     "a:1/2 b:1/6 c:1/6 d:1/6",  "2 1 0 0"],
  ])("%s over %s is %s", (total, claims, parts) => {
    expect(split(total, claims)).toBe(parts);
  });

  test("sorting leaves the list as it was", () => {
    const list = [{ code: "b" }, { code: "B" }, { code: "a" }];
    expect(sortByCode(list)).toEqual([{ code: "B" }, { code: "a" }, { code: "b" }]);
    expect(list).toEqual([{ code: "b" }, { code: "B" }, { code: "a" }]);
  });

  test("a code equals itself alone", () => {
    expect(compareCodes("a", "a")).toBe(0);
    expect(compareCodes("a", "b")).toBe(-1);
    expect(compareCodes("b", "a")).toBe(1);
  });

  test("any two codes compare as their bytes do", () => {
    const unit = fc.constantFrom("", "a", "b", "\ud7ff", "\ud800", "\udbff", "\udc00", "\udfff", "\ue000", "\ufb01", "\uffff");
    const text = fc.array(unit, { maxLength: 4 }).map((units) => units.join(""));
    fc.assert(fc.property(text, text, (a, b) => expect(compareCodes(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))), RUNS);
  });
});

describe("for any total and any claims", () => {
  const code = fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 });
  const weights = fc.record({ numerator: fc.oneof(fc.bigInt(0n, 3n), fc.bigInt(0n, 10n ** 15n)), denominator: fc.oneof(fc.constant(1n), fc.bigInt(1n, 10n ** 6n)) });
  const claims = fc
    .uniqueArray(fc.record({ code, weight: weights }), { minLength: 1, maxLength: 12, selector: (claim) => claim.code })
    .filter((list) => list.some((claim) => claim.weight.numerator > 0n));
  const total = fc.oneof(fc.bigInt(-20n, 20n), fc.bigInt(-(10n ** 6n), 10n ** 6n), fc.bigInt(-(10n ** 20n), 10n ** 20n));

  /** Weights as whole numbers over the product of all denominators: another road than the one under test. */
  const whole = (list: readonly Claim[]): bigint[] => {
    const product = list.reduce((all, claim) => all * claim.weight.denominator, 1n);
    return list.map((claim) => (claim.weight.numerator * product) / claim.weight.denominator);
  };
  const abs = (value: bigint): bigint => (value < 0n ? -value : value);

  test("the parts make the total", () => {
    fc.assert(fc.property(total, claims, (amount, list) => {
      expect(apportion(amount, list).reduce((sum, part) => sum + part, 0n)).toBe(amount);
    }), RUNS);
  });

  test("each part lies within one unit of its exact share", () => {
    fc.assert(fc.property(total, claims, (amount, list) => {
      const exact = whole(list);
      const all = exact.reduce((sum, each) => sum + each, 0n);
      apportion(amount, list).forEach((part, index) => expect(abs(part * all - amount * exact[index]!) < all).toBe(true));
    }), RUNS);
  });

  test("whoever is rounded up has the larger remainder, or the earlier code at the same", () => {
    fc.assert(fc.property(total, claims, (amount, list) => {
      const exact = whole(list);
      const all = exact.reduce((sum, each) => sum + each, 0n);
      const parts = apportion(amount, list);
      const judged = list.map((claim, index) => {
        const share = abs(amount) * exact[index]!;
        return { code: Buffer.from(claim.code, "utf8"), remainder: share % all, up: abs(parts[index]!) - share / all };
      });
      for (const up of judged.filter((each) => each.up === 1n)) {
        for (const down of judged.filter((each) => each.up === 0n)) {
          expect(up.remainder > down.remainder || (up.remainder === down.remainder && Buffer.compare(up.code, down.code) < 0)).toBe(true);
        }
      }
    }), RUNS);
  });

  test("the order of the claims does not matter", () => {
    const shuffled = claims.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(fc.property(total, shuffled, (amount, [list, other]) => {
      const byCode = (order: readonly Claim[]) => new Map(apportion(amount, order).map((part, index) => [order[index]!.code, part]));
      expect(byCode(other)).toEqual(byCode(list));
    }), RUNS);
  });

  test("a credit is the mirror image of the charge", () => {
    fc.assert(fc.property(total, claims, (amount, list) => {
      expect(apportion(-amount, list)).toEqual(apportion(amount, list).map((part) => -part));
    }), RUNS);
  });

  test("only the proportions count", () => {
    fc.assert(fc.property(total, claims, fc.bigInt(1n, 10n ** 9n), fc.bigInt(1n, 10n ** 9n), (amount, list, up, down) => {
      const scaled = list.map(({ code: name, weight: { numerator, denominator } }) => ({ code: name, weight: { numerator: numerator * up, denominator: denominator * down } }));
      expect(apportion(amount, scaled)).toEqual(apportion(amount, list));
    }), RUNS);
  });
});
