import { CirclePool, solveCircle } from "../../src/allocation/methods/reciprocal";
import { Fraction, ONE, ZERO, formatFraction, fraction } from "../../src/kernel/fraction";
import { BrokenBelief, Refusal } from "../../src/kernel/refusal";

const of = (text: string): Fraction => {
  const [numerator, denominator = "1"] = text.split("/");
  return fraction(BigInt(numerator!), BigInt(denominator));
};
const circle = (code: string, shares: Record<string, string>): CirclePool => ({ code, shares: new Map(Object.entries(shares).map(([to, share]) => [to, of(share)])) });
const MUTUAL = [circle("desk", { net: "1/5", a: "3/10", b: "1/2" }), circle("net", { desk: "1/10", a: "3/5", b: "3/10" })];
const solve = (pools: readonly CirclePool[]) => solveCircle(pools, ["facts", "pools"]);

function refusal(pools: readonly CirclePool[]): string {
  try {
    solve(pools);
  } catch (error) {
    if (error instanceof Refusal) return `${error.code} at ${error.field?.join(".")}: ${error.message}`;
    throw error;
  }
  return "none";
}

describe("a circle of pools", () => {
  test.each([
    // desk = own + net / 10, net = own + desk / 5
    [["1000", "490"], ["52450/49", "34500/49"]],
    [["1/2", "1/3"],  ["80/147", "65/147"]],
    [["0", "0"],      ["0", "0"]],
  ])("with own costs of %j has reciprocated costs of %j", (own, expected) => {
    expect(solve(MUTUAL).reciprocated(own.map(of)).map(formatFraction)).toEqual(expected);
  });

  test("says where each pool's cost ends, and names nobody who gets none of it", () => {
    const ends = solve([circle("p", { q: "1/2", a: "1/2" }), circle("q", { b: "1" })]).ends.map((each) => [...each].map(([to, share]) => `${to} ${formatFraction(share)}`));
    expect(ends).toEqual([["a 1/2", "b 1/2"], ["b 1"]]);
  });

  test("that has no one answer is refused by its names", () => {
    expect(refusal([circle("p", { q: "1" }), circle("q", { p: "1" })])).toBe("BAD_USER_INPUT at facts.pools: The pools p, q pass all their cost round among themselves: the equations have no one answer. Let one of them serve a receiver.");
  });

  test("whose shares are not all of it is a broken belief", () => {
    expect(() => solve([circle("p", { a: "9/10" })])).toThrow(new BrokenBelief("cost that a circle of pools loses"));
  });

  /** Two pools with denominators of so many bits each, and so many places where their cost can end. */
  const wide = (bits: number, ends: number): CirclePool[] => ["p", "q"].map((code) => {
    const denominator = 1n << BigInt(bits - 1);
    const rest = Array.from({ length: ends - 2 }, (_, index) => [`c${index}`, ZERO] as const);
    return { code, shares: new Map([["a", fraction(1n, denominator)], ["b", fraction(denominator - 1n, denominator)], ...rest]) };
  });
  const ring = (length: number): CirclePool[] => Array.from({ length }, (_, index) => circle(`p${index}`, { [`p${(index + 1) % length}`]: "1/2", a: "1/2" }));

  test.each([
    ["so many pools",                      ring(64),                                                         ring(65)],
    ["so many bits",                       wide(1_500, 2),                                                   [...wide(1_500, 2), { code: "r", shares: new Map([["a", ONE]]) }]],
    ["so many ends for bits and pools",    wide(1_500, 4_000),                                               wide(1_500, 4_001)],
  ])("is solved up to %s, and refused beyond", (_, last, first) => {
    expect(solve(last).ends).toHaveLength(last.length);
    expect(refusal(first)).toBe(`LIMIT_EXCEEDED at facts.pools: A circle of ${first.length} pools with quantities of this many digits is too large to solve exactly. Round the quantities, or divide some pools before the others.`);
  });
});
