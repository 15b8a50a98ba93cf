import { allocate } from "../../src/allocation/allocate";
import { FactsResult } from "../../src/allocation/methods/divide-facts";
import { MethodFacts } from "../../src/allocation/methods/method";
import { divideFacts } from "../../src/allocation/methods/divide-facts";
import { readFacts } from "../../src/allocation/methods/read-facts";
import { fraction, subtract } from "../../src/kernel/fraction";
import { proveProgramme } from "../prove/conservation";
import { factsAddUp, figuresOf, monthAddsUp, monthMirrors, stepsAreNear } from "../prove/conservation-laws";
import { Dice, anyMonth, anyMonthGround } from "../prove/conservation-facts";
import { Tally } from "../prove/report";
import { facts, pool } from "../support/method-facts";

describe("the proof of conservation, in short", () => {
  test("holds for some generated programmes, most of which are divided", () => {
    const tally = new Tally(), faults: string[] = [];
    for (let seed = 1; seed <= 60; seed += 1) proveProgramme(seed, tally, faults);
    expect(faults).toEqual([]);
    expect(tally.of("divided")).toBeGreaterThan(45);
    expect(tally.of("months")).toBe(60);
  });
});

describe("the proof of conservation notices", () => {
  const given: MethodFacts = readFacts(facts(["a", "b", "c"], { calls: { a: 1, b: 2, c: 4, net: 2 } }, [
    pool("desk", 1000, { method: "PROPORTIONAL", driver: "calls" }), pool("net", 101, { method: "FIXED_SHARES", shares: [{ to: "a", percent: "50" }, { to: "b", percent: "50" }] }),
  ], { services: "STEP_DOWN" }));
  const result = divideFacts(given);
  const faultsOf = (changed: FactsResult): number => {
    let faults = 0;
    factsAddUp(given, changed, () => (faults += 1));
    stepsAreNear(given, changed, () => (faults += 1));
    return faults;
  };
  const withPool = (code: string, change: (pool: FactsResult["pools"][number]) => Partial<FactsResult["pools"][number]>): FactsResult => ({ ...result, pools: result.pools.map((each) => (each.pool === code ? { ...each, ...change(each) } : each)) });

  test("nothing in what is right", () => expect(faultsOf(result)).toBe(0));

  test.each<[string, FactsResult]>([
    ["a minor unit that is lost",             withPool("desk", ({ lines }) => ({ lines: lines.map((line, index) => (index === 0 ? { ...line, amountMinor: line.amountMinor - 1n } : line)) }))],
    ["a minor unit that is made",             withPool("net", ({ unallocatedMinor }) => ({ unallocatedMinor: unallocatedMinor + 1n }))],
    ["a minor unit at the wrong receiver",    withPool("net", ({ lines }) => ({ lines: lines.map((line, index) => ({ ...line, amountMinor: line.amountMinor + (index === 0 ? 1n : -1n) })) }))],
    ["a fraction that is lost",               withPool("desk", ({ lines }) => ({ lines: lines.map((line) => ({ ...line, exact: subtract(line.exact, fraction(1n, 10n ** 30n)) })) }))],
    ["cost passed on that nobody received",   withPool("net", ({ receivedMinor }) => ({ receivedMinor: receivedMinor - 1n, unallocatedMinor: -1n }))],
    ["a chain with a link left out",          { ...result, chain: result.chain.slice(1) }],
    ["a full cost that is not what came in",  withPool("net", ({ full }) => ({ full: subtract(full, fraction(1n, 9n)) }))],
  ])("%s", (_, changed) => {
    expect(faultsOf(changed)).toBeGreaterThan(0);
  });

  test("a figure that is not the mirror image", () => {
    expect(figuresOf(result, -1n)).not.toBe(figuresOf(result));
    expect(figuresOf(withPool("desk", ({ lines }) => ({ lines: [...lines].reverse() })))).not.toBe(figuresOf(result));
  });

  test("a month with a minor unit at the wrong unit, use case or line", () => {
    let noticed = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const dice = new Dice(seed);
      const month = anyMonth(dice, anyMonthGround(dice));
      const right = allocate(month);
      const at = right.pools.findIndex(({ lines, amountMinor }) => lines.length > 1 && amountMinor !== 0n);
      if (at < 0) continue;
      const wrong = { ...right, pools: right.pools.map((each, index) => (index !== at ? each : { ...each, lines: each.lines.map((line, number) => ({ ...line, amountMinor: line.amountMinor + (number === 0 ? 2n : number === 1 ? -2n : 0n) })) })) };
      const faults: string[] = [];
      monthAddsUp(month, wrong, (message) => faults.push(message));
      monthMirrors(month, wrong, (message) => faults.push(message));
      expect(faults).not.toEqual([]);
      noticed += 1;
    }
    expect(noticed).toBeGreaterThan(10);
  });
});
