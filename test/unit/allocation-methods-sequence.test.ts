import { formatFraction } from "../../src/kernel/fraction";
import { FactsInput, PartInput } from "../../src/allocation/methods/facts-input";
import { divided, exactTotals, facts, pool, posted } from "../support/method-facts";

const by = (driver: string): PartInput => ({ method: "PROPORTIONAL", driver });
const shares = (percents: Record<string, number>): PartInput => ({ method: "FIXED_SHARES", shares: Object.entries(percents).map(([to, percent]) => ({ to, percent: String(percent) })) });

/** Two pools that serve each other: desk gives a fifth to net, net gives a tenth to desk. */
const mutual = (rest: Partial<FactsInput>): FactsInput =>
  facts(["a", "b"], {}, [pool("desk", 1000, shares({ net: 20, a: 30, b: 50 })), pool("net", 490, shares({ desk: 10, a: 60, b: 30 }))], rest);

const full = (input: FactsInput) => Object.fromEntries(divided(input).pools.map((each) => [each.pool, formatFraction(each.full)]));

describe("pools that serve each other", () => {
  test("directly: no pool receives, the shares of receivers keep their proportion", () => {
    expect(exactTotals(mutual({ services: "DIRECT" }))).toEqual({ a: "2105/3", b: "2365/3" });
    expect(posted(mutual({ services: "DIRECT" }))).toEqual({ desk: { a: 375, b: 625 }, net: { a: 327, b: 163 } });
  });

  test("stepping down in the given order: what is closed never receives", () => {
    const input = mutual({ services: "STEP_DOWN" });
    expect(full(input)).toEqual({ desk: "1000", net: "690" });
    expect(posted(input)).toEqual({ desk: { a: 300, b: 500 }, net: { a: 460, b: 230 } });
    expect(divided(input).chain.filter(({ to }) => to === "desk")).toEqual([]);
  });

  test("stepping down in a declared order", () => {
    const input = mutual({ services: "STEP_DOWN", order: ["net", "desk"] });
    expect(full(input)).toEqual({ net: "490", desk: "1049" });
    expect(exactTotals(input)).toEqual({ a: formatOf(294 * 8 + 1049 * 3, 8), b: formatOf(147 * 8 + 1049 * 5, 8) });
  });

  test("all at once: the reciprocated costs solve the equations exactly", () => {
    // desk = 1000 + net / 10, net = 490 + desk / 5: desk = 52450/49, net = 34500/49.
    const input = mutual({ services: "RECIPROCAL" });
    expect(full(input)).toEqual({ desk: "52450/49", net: "34500/49" });
    expect(exactTotals(input)).toEqual({ a: "5205/7", b: "5225/7" });
    expect(Object.values(posted(input)).map((lines) => lines.a! + lines.b!)).toEqual([1000, 490]);
  });

  test("use by itself is left out, whatever the rule", () => {
    for (const services of ["DIRECT", "STEP_DOWN", "RECIPROCAL"] as const) {
      expect(exactTotals(facts(["a", "b"], { kwh: { power: 40, a: 30, b: 30 } }, [pool("power", 100, by("kwh"))], { services }))).toEqual({ a: "50", b: "50" });
    }
  });

  test("a circle feeds a pool after it, which may have limits", () => {
    const input = facts(["a", "b"], { n: { a: 3, b: 1 } }, [
      pool("last", 0, by("n"), { limits: [{ receiver: "a", maximum: "500" }] }), pool("one", 600, shares({ two: 50, last: 50 })), pool("two", 300, shares({ one: 50, last: 50 })),
    ], { services: "RECIPROCAL" });
    expect(divided(input).pools.map(({ pool: code, step }) => [code, step])).toEqual([["one", 1], ["two", 1], ["last", 2]]);
    expect(posted(input).last).toEqual({ a: 500, b: 400 });
  });

  test("a pool without use is served all the same where scaling raises what it used above zero", () => {
    const input = (services: FactsInput["services"]): FactsInput => facts(["a", "b"], { signed: { net: 0, a: -2, b: 5 } }, [
      pool("net", 100, { method: "DIRECT", to: ["a"] }), pool("desk", 900, { ...by("signed"), negative: "STANDARD_SCALING" }),
    ], { services });
    expect(posted(input("RECIPROCAL"))).toEqual({ desk: { a: 0, b: 700 }, net: { a: 300 } });
    expect(() => divided(input(null))).toThrow("Pool desk serves net, which is divided before it");
  });

  test("without a rule of service pools pass on to those after them", () => {
    const input = facts(["a"], { heads: { net: 1, a: 1 } }, [pool("desk", 101, by("heads")), pool("net", 50, { method: "DIRECT", to: ["a"] })]);
    expect(posted(input)).toEqual({ desk: { a: 51 }, net: { a: 100 } });
    expect(exactTotals(input)).toEqual({ a: "151" });
  });

  test("fifty pools in one circle take less than a second", () => {
    const codes = Array.from({ length: 50 }, (_, index) => `p${index}`);
    const pools = codes.map((code, row) => pool(code, 1_000_003 + row, by(`d${row}`)));
    const drivers = Object.fromEntries(codes.map((_, row) => [`d${row}`, Object.fromEntries([...codes, "a", "b", "c"].map((to, column) => [to, ((row * 7919 + column * 104_729) % 9973) + 1]))]));
    const input = facts(["a", "b", "c"], drivers, pools, { services: "RECIPROCAL" });
    const before = process.cpuUsage();
    const { pools: results } = divided(input);
    const used = process.cpuUsage(before);
    expect(results.every(({ amountMinor, lines }) => lines.reduce((sum, line) => sum + line.amountMinor, 0n) === amountMinor)).toBe(true);
    expect((used.user + used.system) / 1e6).toBeLessThan(1);
  });
});

function formatOf(numerator: number, denominator: number): string {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const common = divisor(numerator, denominator);
  return denominator === common ? String(numerator / common) : `${numerator / common}/${denominator / common}`;
}
