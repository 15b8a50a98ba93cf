import fc from "fast-check";
import { MonthState, UsageCell, effectBetween } from "../../src/corrections/effect";

describe("an effect", () => {
  const month = (cells: Array<[string, string, bigint]>, unallocatedMinor: bigint, totalMinor: bigint, more: Partial<MonthState> = {}): MonthState =>
    ({ period: "2025-10", closed: false, usage: [], charged: { cells: cells.map(([businessUnit, useCase, amountMinor]) => ({ businessUnit, useCase, amountMinor })), totalMinor, unallocatedMinor }, missing: null, ...more });

  it("lists what differs, by code, and what moves", () => {
    const before = month([["b", "x", 70n], ["a", "y", 20n]], 10n, 100n, { usage: [{ businessUnit: null, useCase: null, legs: 1, calls: 0, connectedMs: 0, contacts: 1 }] });
    const after = month([["b", "x", 60n], ["a", "z", 35n]], 5n, 100n);
    expect(effectBetween([before], [after])).toEqual({
      movedMinor: "35",
      months: [{
        period: "2025-10", closed: false, missing: [], totalMinor: ["100", "100"], unallocatedMinor: ["10", "5"],
        usage: [{ businessUnit: null, useCase: null, legs: [1, 0], calls: [0, 0], connectedMs: [0, 0], contacts: [1, 0] }],
        money: [{ businessUnit: "a", useCase: "y", minor: ["20", "0"] }, { businessUnit: "a", useCase: "z", minor: ["0", "35"] }, { businessUnit: "b", useCase: "x", minor: ["70", "60"] }],
      }],
    });
  });

  it("leaves months out that do not change, and stops when money is made", () => {
    const same = month([["a", "x", 1n]], 0n, 1n);
    expect(effectBetween([same], [same])).toEqual({ months: [], movedMinor: "0" });
    expect(() => effectBetween([same], [month([["a", "x", 2n]], 0n, 1n)])).toThrow("makes or loses money in 2025-10");
  });

  it("pairs cells in the order of codes, usage of nobody last, and tells of usage that differs in any one figure", () => {
    const cell = (businessUnit: string | null, useCase: string | null, more: Partial<UsageCell> = {}): UsageCell => ({ businessUnit, useCase, legs: 2, calls: 2, connectedMs: 9, contacts: 2, ...more });
    const before = month([], 0n, 0n, { usage: [cell(null, null), cell("b", "x"), cell("a", "y"), cell("a", null), cell("c", "z")] });
    const after = month([], 0n, 0n, { usage: [cell("c", "z"), cell("b", "x", { contacts: 1 }), cell("a", "y", { connectedMs: 8 }), cell("a", null, { calls: 1 }), cell(null, null, { legs: 3 }), cell("d", "new")] });
    const [effect] = effectBetween([before], [after]).months;
    expect(effect!.usage.map(({ businessUnit, useCase, legs, calls, connectedMs, contacts }) => [businessUnit, useCase, legs, calls, connectedMs, contacts])).toEqual([
      ["a", "y", [2, 2], [2, 2], [9, 8], [2, 2]], ["a", null, [2, 2], [2, 1], [9, 9], [2, 2]], ["b", "x", [2, 2], [2, 2], [9, 9], [2, 1]], ["d", "new", [0, 2], [0, 2], [0, 9], [0, 2]], [null, null, [2, 3], [2, 2], [9, 9], [2, 2]],
    ]);
    expect([effect!.money, effectBetween([before], [after]).movedMinor]).toEqual([[], "0"]);
  });

  it("compares months with themselves alone", () => {
    expect(() => effectBetween([month([], 0n, 0n)], [month([], 0n, 0n, { period: "2025-11" })])).toThrow("two moments of different months");
  });

  it("is not known where a month is not", () => {
    const unknown = { ...month([], 0n, 0n), charged: null, missing: "no policy" };
    expect(effectBetween([unknown], [unknown])).toEqual({ movedMinor: null, months: [{ period: "2025-10", closed: false, usage: [], money: [], totalMinor: null, unallocatedMinor: null, missing: ["no policy"] }] });
    const known = month([["a", "x", 1n]], 0n, 1n), changed = month([["a", "y", 1n]], 0n, 1n);
    for (const [before, after] of [[known, unknown], [unknown, known]] as const) expect(effectBetween([before, known], [after, changed])).toMatchObject({ movedMinor: null, months: [{ money: [], totalMinor: null, missing: ["no policy"] }, { money: [{}, {}] }] });
  });

  it("tells each reason once", () => {
    const without = (missing: string): MonthState => ({ ...month([], 0n, 0n), charged: null, missing });
    expect(effectBetween([without("no policy")], [without("no rate")]).months[0]!.missing).toEqual(["no policy", "no rate"]);
    expect(effectBetween([without("no policy")], [without("no policy")]).months[0]!.missing).toEqual(["no policy"]);
  });

  it("moves as much up as down, whatever it does", () => {
    const amounts = fc.array(fc.bigInt({ min: -1_000n, max: 1_000n }), { minLength: 4, maxLength: 4 });
    fc.assert(fc.property(amounts, amounts, (first, second) => {
      const stateOf = (values: readonly bigint[]): MonthState => month([["a", "x", values[0]!], ["a", "y", values[1]!], ["b", "x", values[2]!]], 500n - values[0]! - values[1]! - values[2]!, 500n);
      const { movedMinor, months } = effectBetween([stateOf(first)], [stateOf(second)]);
      const down = [...(months[0]?.money ?? []).map(({ minor }) => minor), ...(months[0] ? [months[0].unallocatedMinor!] : [])].reduce((sum, [from, to]) => (BigInt(to) < BigInt(from) ? sum + BigInt(from) - BigInt(to) : sum), 0n);
      expect(movedMinor).toBe(String(down));
    }));
  });
});
