import fc from "fast-check";
import { ExactAmount, rollUp, settle, settleHierarchy } from "../../src/allocation/methods/settle";
import { Fraction, formatFraction, fraction, subtract, sum } from "../../src/kernel/fraction";
import { BrokenBelief } from "../../src/kernel/refusal";

const RUNS = { numRuns: 80, seed: 20251031 };

const of = (text: string): Fraction => fraction(BigInt(text.split("/")[0]!), BigInt(text.split("/")[1] ?? 1));
/** "a:7/2 b:-5/2" as exact amounts. */
const amounts = (text: string): ExactAmount[] => text.split(" ").map((each) => ({ code: each.split(":")[0]!, exact: of(each.split(":")[1]!) }));
const turned = (each: ExactAmount): ExactAmount => ({ ...each, exact: fraction(-each.exact.numerator, each.exact.denominator) });

describe("settle: whole amounts from exact ones", () => {
  test.each<[string, bigint, string, string]>([
    // case                                                total  exact amounts                 posted
    ["whole amounts stay as they are",                      6n,   "a:1 b:2 c:3",                "1 2 3"],
    ["the largest remainder first",                         7n,   "a:7/2 b:21/10 c:7/5",        "4 2 1"],
    ["the largest remainder, whatever its code",            1n,   "a:1/5 b:1/5 c:3/5",          "0 0 1"],
    ["the largest remainder, wherever it stands",           1n,   "z:3/5 a:1/5 b:1/5",          "1 0 0"],
    ["the second largest before the third",                 2n,   "z:1/2 m:9/10 a:1/5 b:2/5",   "1 1 0 0"],
    ["ties to the code that sorts first",                   5n,   "a:5/3 b:5/3 c:5/3",          "2 2 1"],
    ["ties to it in whatever order they come",              5n,   "c:5/3 a:5/3 b:5/3",          "1 2 2"],
    ["ties byte by byte: upper case before lower",          1n,   "a:1/2 B:1/2",                "0 1"],
    ["a tie of unlike denominators is one",                 2n,   "b:3/2 a:3/6",                "1 1"],
    ["nearly a tie is none",                                1n,   "a:499999/1000000 b:500001/1000000", "0 1"],
    ["remainders of unlike denominators compare exactly",   1n,   "a:1/3 b:2/3",                "0 1"],
    ["nobody gets a unit who lost nothing",                 3n,   "a:1 b:1/2 c:3/2",            "1 1 1"],
    ["charges and credits at once",                         1n,   "a:7/2 b:-5/2",               "3 -2"],
    ["two credits that lost the same, and a charge",        2n,   "a:10/3 b:-2/3 c:-2/3",       "3 -1 0"],
    ["nothing to give",                                     0n,   "a:1/2 b:-1/2",               "0 0"],
    ["to the whole number above the sum",                   2n,   "a:2/3 b:2/3",                "1 1"],
    ["to the whole number below the sum",                   1n,   "a:2/3 b:2/3",                "1 0"],
    ["below the sum, where only the credit can give",       0n,   "a:1 b:-1/3",                 "1 -1"],
    ["no digit is lost above what a binary fraction holds", 9007199254740994n, "a:9007199254740993/2 b:9007199254740995/2", "4503599627370497 4503599627370497"],
  ])("%s", (_, total, exact, posted) => {
    expect(settle(total, amounts(exact)).join(" ")).toBe(posted);
    expect(settle(-total, amounts(exact).map(turned)).map((each) => -each).join(" ")).toBe(posted);
  });

  test("amounts that lie further off than one unit each are a broken belief", () => {
    expect(() => settle(3n, amounts("a:1/2 b:1/2"))).toThrow(new BrokenBelief("exact amounts that do not sum to what is settled"));
    expect(() => settle(1n, amounts("a:0 b:0"))).toThrow(BrokenBelief);
  });
});

describe("settle: a hierarchy from the top", () => {
  const tree = new Map([["x1", "x"], ["x2", "x"], ["x2a", "x2"], ["x2b", "x2"]]);
  const settled = (total: bigint, exact: string, parents: ReadonlyMap<string, string>): string => [...settleHierarchy(total, amounts(exact), parents)].map(([code, minor]) => `${code}:${minor}`).join(" ");

  test.each<[string, bigint, string, ReadonlyMap<string, string>, string]>([
    ["without one it is flat",                         100n, "x1:100/3 x2:100/3 y:100/3", new Map(),  "x1:34 x2:33 y:33"],
    ["two thirds are 67 for x, of which 34 and 33",    100n, "x1:100/3 x2:100/3 y:100/3", tree,       "x1:34 x2:33 y:33"],
    ["who stands alone at the top comes before those below others", 1n, "x1:1/4 x2:1/4 y:1/2", tree,  "x1:1 x2:0 y:0"],
    ["flat, the same goes to the largest",             1n,   "x1:1/4 x2:1/4 y:1/2",       new Map(),  "x1:0 x2:0 y:1"],
    ["three levels",                                   10n,  "x1:10/3 x2a:5/3 x2b:5/3 y:10/3", tree,  "x1:4 x2a:2 x2b:1 y:3"],
    ["what a unit bears itself stands beside those below it", 2n, "x:1/2 x1:1/2 y:1",     tree,       "x:1 x1:0 y:1"],
    ["and sorts as its own code",                      2n,   "m:1/2 a:1/2 y:1",           new Map([["a", "m"]]), "m:0 a:1 y:1"],
    ["a credit below a charge",                        0n,   "x1:5/2 x2:-3/2 y:-1",       tree,       "x1:2 x2:-1 y:-1"],
  ])("%s", (_, total, exact, parents, posted) => {
    expect(settled(total, exact, parents)).toBe(posted);
    expect([...settleHierarchy(-total, amounts(exact).map(turned), parents)].map(([code, minor]) => `${code}:${-minor}`).join(" ")).toBe(posted);
  });

  test("rolled up, each has its own amount and all below it", () => {
    const sums = rollUp(new Map(amounts("x:1/2 x1:1/3 x2a:1/6 y:5").map(({ code, exact }) => [code, exact])), tree);
    expect(Object.fromEntries([...sums].map(([code, exact]) => [code, formatFraction(exact)]))).toEqual({ x: "1", x1: "1/3", x2a: "1/6", x2: "1/6", y: "5" });
  });
});

describe("settle: for any amounts", () => {
  const exact = fc.array(fc.tuple(fc.integer({ min: -9_999, max: 9_999 }), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 8 });

  test("sums to the whole, each part less than one unit from its exact amount, at every level of a hierarchy", () => {
    fc.assert(fc.property(exact, (values) => {
      const claims = values.map(([numerator, denominator], index) => ({ code: `c${index}`, exact: fraction(BigInt(numerator), BigInt(denominator)) }));
      const rest = subtract(fraction(0n), sum(claims.map((claim) => claim.exact)));
      const all = [...claims, { code: "z", exact: rest }];
      const near = (part: bigint, exactly: Fraction): boolean => { const off = subtract(fraction(part), exactly); return off.numerator < off.denominator && -off.numerator < off.denominator; };
      const flat = settle(0n, all);
      expect(flat.reduce((a, b) => a + b, 0n)).toBe(0n);
      flat.forEach((part, index) => expect(near(part, all[index]!.exact)).toBe(true));
      const nested = settleHierarchy(0n, all, new Map(all.slice(1, -1).map(({ code }) => [code, "c0"])));
      all.forEach(({ code, exact: exactly }) => expect(near(nested.get(code)!, exactly)).toBe(true));
      expect([...nested.values()].reduce((a, b) => a + b, 0n)).toBe(0n);
    }), RUNS);
  });
});
