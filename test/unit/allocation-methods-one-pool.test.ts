import { PartInput, PoolInput } from "../../src/allocation/methods/facts-input";
import { formatFraction } from "../../src/kernel/fraction";
import { divided, exactTotals, facts, pool, posted } from "../support/method-facts";

const UNITS = ["east", "north", "west"];
const DRIVERS = {
  calls: { east: 50, north: 30, west: 20 },
  seats: { east: 10, north: 10, west: 20 },
  none: { east: 0, north: 0, west: 0 },
  signed: { east: 8, north: -3, west: 5 },
  below: { east: -8, north: 2, west: -4 },
};
const one = (amount: number, parts: PartInput | PartInput[], rest: Partial<PoolInput> = {}) => facts(UNITS, DRIVERS, [pool("p", amount, parts, rest)]);

describe("one pool", () => {
  test.each<[string, number, PartInput | PartInput[], Record<string, number>]>([
    ["direct",                                100, { method: "DIRECT", to: ["west"] }, { west: 100 }],
    ["proportional",                          1000, { method: "PROPORTIONAL", driver: "calls" }, { east: 500, north: 300, west: 200 }],
    ["proportional, a credit mirrors",        -7, { method: "PROPORTIONAL", driver: "calls" }, { east: -4, north: -2, west: -1 }],
    ["proportional, the charge that it mirrors", 7, { method: "PROPORTIONAL", driver: "calls" }, { east: 4, north: 2, west: 1 }],
    ["proportional among some",               1000, { method: "PROPORTIONAL", driver: "calls", to: ["north", "west"] }, { north: 600, west: 400 }],
    ["half by calls, half by seats",          1000, [{ method: "PROPORTIONAL", driver: "calls", fraction: "0.5" }, { method: "PROPORTIONAL", driver: "seats", fraction: "0.5" }], { east: 375, north: 275, west: 350 }],
    ["fixed shares",                          1000, { method: "FIXED_SHARES", shares: [{ to: "east", percent: "12.5" }, { to: "west", percent: "87.5" }] }, { east: 125, west: 875 }],
    ["even",                                  100, { method: "EVEN" }, { east: 34, north: 33, west: 33 }],
    ["even, a credit mirrors",                -100, { method: "EVEN" }, { east: -34, north: -33, west: -33 }],
    ["kept",                                  100, { method: "KEEP" }, { "-": 100 }],
    ["an empty driver stays unallocated",     100, { method: "PROPORTIONAL", driver: "none" }, { "-": 100 }],
    ["an empty driver, even",                 99, { method: "PROPORTIONAL", driver: "none", zeroDriver: "EVEN" }, { east: 33, north: 33, west: 33 }],
    ["negative quantities as they are",       100, { method: "PROPORTIONAL", driver: "signed", negative: "UNSCALED" }, { east: 80, north: -30, west: 50 }],
    ["negative quantities, raised to zero",   190, { method: "PROPORTIONAL", driver: "signed", negative: "STANDARD_SCALING" }, { east: 110, north: 0, west: 80 }],
    ["a negative sum, lowered to zero",       160, { method: "PROPORTIONAL", driver: "below", negative: "STANDARD_SCALING" }, { east: 100, north: 0, west: 60 }],
    ["practical capacity, idle kept",         1000, { method: "PRACTICAL_CAPACITY", driver: "calls", capacity: "125" }, { east: 400, north: 240, west: 160, "-": 200 }],
    ["practical capacity, idle even",         1000, { method: "PRACTICAL_CAPACITY", driver: "calls", capacity: "200", idle: "EVEN" }, { east: 417, north: 317, west: 266 }],
    ["practical capacity, idle by use",       1000, { method: "PRACTICAL_CAPACITY", driver: "calls", capacity: "200", idle: "BY_USE" }, { east: 500, north: 300, west: 200 }],
    ["practical capacity, idle by seats",     1000, { method: "PRACTICAL_CAPACITY", driver: "calls", capacity: "200", capacityDriver: "seats", idle: "BY_CAPACITY" }, { east: 375, north: 275, west: 350 }],
    ["more used than the capacity",           1000, { method: "PRACTICAL_CAPACITY", driver: "calls", capacity: "50" }, { east: 500, north: 300, west: 200 }],
    ["nothing used of the capacity",          1000, { method: "PRACTICAL_CAPACITY", driver: "none", capacity: "50" }, { "-": 1000 }],
    ["a commitment not used up",              1000, { method: "COMMITMENT", driver: "calls", rate: "6" }, { east: 300, north: 180, west: 120, "-": 400 }],
    ["a commitment not used up, spread",      1000, { method: "COMMITMENT", driver: "calls", rate: "6", idle: "BY_USE" }, { east: 500, north: 300, west: 200 }],
    ["capacity whose use sums below zero",    1000, { method: "PRACTICAL_CAPACITY", driver: "below", negative: "STANDARD_SCALING", capacity: "50" }, { "-": 1000 }],
    ["a commitment whose use sums below zero", 1000, { method: "COMMITMENT", driver: "below", negative: "STANDARD_SCALING", rate: "6" }, { "-": 1000 }],
    ["the same, spread by use",               1000, { method: "COMMITMENT", driver: "below", negative: "STANDARD_SCALING", rate: "6", idle: "BY_USE" }, { east: 625, north: 0, west: 375 }],
    ["a commitment used up",                  1000, { method: "COMMITMENT", driver: "calls", rate: "25" }, { east: 500, north: 300, west: 200 }],
    ["a standard rate recovers too little",   1000, { method: "RATE", driver: "calls", rate: "9" }, { east: 450, north: 270, west: 180, "-": 100 }],
    ["a standard rate recovers too much",     1000, { method: "RATE", driver: "calls", rate: "11" }, { east: 550, north: 330, west: 220, "-": -100 }],
    ["a rate by tiers",                       1000, { method: "RATE", driver: "calls", tiers: [{ upTo: "30", rate: "10" }, { rate: "5" }] }, { east: 400, north: 300, west: 200, "-": 100 }],
    ["tiers, band by band",                   900, { method: "TIERS", driver: "calls", tiers: [{ upTo: "30", rate: "10" }, { rate: "5" }] }, { east: 400, north: 300, west: 200 }],
    ["tiers, all units at the band reached",  750, { method: "TIERS", driver: "calls", tierRule: "ALL_UNITS", tiers: [{ upTo: "30", rate: "10" }, { rate: "5" }] }, { east: 250, north: 300, west: 200 }],
    ["dual rate: fixed amount by seats",      1000, { method: "DUAL_RATE", driver: "calls", capacityDriver: "seats", fixedAmount: "400" }, { east: 400, north: 280, west: 320 }],
    ["dual rate, a credit mirrors",           -1000, { method: "DUAL_RATE", driver: "calls", capacityDriver: "seats", fixedAmount: "400" }, { east: -400, north: -280, west: -320 }],
    ["dual rate: both at rates",              1000, { method: "DUAL_RATE", driver: "calls", capacityDriver: "seats", fixedRate: "10", rate: "5" }, { east: 350, north: 250, west: 300, "-": 100 }],
    ["to date, less what was charged",        300, { method: "CUMULATIVE", driver: "calls", prior: [{ receiver: "east", amount: "400" }, { receiver: "west", amount: "300" }] }, { east: 100, north: 300, west: -100 }],
    ["to date, with what was kept before",    300, { method: "CUMULATIVE", driver: "calls", priorPool: "700", prior: [{ receiver: "east", amount: "400" }] }, { east: 100, north: 300, west: 200, "-": -300 }],
    ["to date, moved without new cost",       0, { method: "CUMULATIVE", driver: "calls", prior: [{ receiver: "east", amount: "100" }] }, { east: -50, north: 30, west: 20 }],
  ])("%s", (_, amount, parts, expected) => {
    expect(posted(one(amount, parts))).toEqual({ p: expected });
  });

  test.each<[string, Partial<PoolInput>, Record<string, number>]>([
    ["nobody at a limit",                 { limits: [{ maximum: "600" }] }, { east: 500, north: 300, west: 200 }],
    ["a cap, spilled in proportion",      { limits: [{ receiver: "east", maximum: "400" }] }, { east: 400, north: 360, west: 240 }],
    ["a cap, spilled evenly",             { limits: [{ receiver: "east", maximum: "400" }], spill: "EVEN" }, { east: 400, north: 350, west: 250 }],
    ["a cap, borne by the programme",     { limits: [{ receiver: "east", maximum: "400" }], spill: "PROGRAMME" }, { east: 400, north: 300, west: 200, "-": 100 }],
    ["a cap that the spill reaches, too", { limits: [{ maximum: "350" }] }, { east: 350, north: 350, west: 300 }],
    ["caps that hold less than the pool", { limits: [{ maximum: "300" }] }, { east: 300, north: 300, west: 300, "-": 100 }],
    ["a minimum, paid in proportion",     { limits: [{ receiver: "west", minimum: "280" }] }, { east: 450, north: 270, west: 280 }],
    ["a minimum, paid by the programme",  { limits: [{ receiver: "west", minimum: "280" }], spill: "PROGRAMME" }, { east: 500, north: 300, west: 280, "-": -80 }],
    ["both at once",                      { limits: [{ receiver: "west", minimum: "280" }, { receiver: "east", maximum: "410" }] }, { east: 410, north: 310, west: 280 }],
  ])("limits: %s, and a credit mirrors it", (_, rest, expected) => {
    const part: PartInput = { method: "PROPORTIONAL", driver: "calls" };
    expect(posted(one(1000, part, rest))).toEqual({ p: expected });
    expect(posted(one(-1000, part, rest))).toEqual({ p: Object.fromEntries(Object.entries(expected).map(([code, amount]) => [code, -amount])) });
  });

  test("a minimum of a pool that nobody bears is charged of a charge and credited of a credit", () => {
    const kept = (amount: number) => posted(one(amount, { method: "KEEP" }, { limits: [{ receiver: "west", minimum: "280" }], spill: "PROGRAMME" }));
    expect([kept(1000), kept(-1000)]).toEqual([{ p: { west: 280, "-": 720 } }, { p: { west: -280, "-": -720 } }]);
  });

  test("a minimum reaches who used nothing", () => {
    const input = facts(UNITS, { calls: { east: 3, north: 1 } }, [pool("p", 1000, { method: "PROPORTIONAL", driver: "calls" }, { limits: [{ minimum: "200" }] })]);
    expect(posted(input)).toEqual({ p: { east: 600, north: 200, west: 200 } });
  });

  test("units of different kinds count by their weights, and the rate is exact", () => {
    const input = facts(["bots", "desk"], {}, [pool("p", 100, { method: "PROPORTIONAL", driver: "load" })], {
      drivers: [{ code: "load", weights: [{ unit: "MINUTE", weight: "1" }, { unit: "CHAT", weight: "0.25" }], quantities: [{ of: "bots", quantity: "10", unit: "MINUTE" }, { of: "bots", quantity: "8", unit: "CHAT" }, { of: "desk", quantity: "3", unit: "MINUTE" }] }],
    });
    expect(exactTotals(input)).toEqual({ bots: "80", desk: "20" });
    expect(divided(input).chain.map(({ to, quantity, total, rate }) => [to, formatFraction(quantity!), formatFraction(total!), formatFraction(rate!)])).toEqual([["bots", "12", "15", "20/3"], ["desk", "3", "15", "20/3"]]);
  });

  test("direct cost may be finer than a minor unit and divides by its size", () => {
    const input = facts([{ code: "a", directCost: "1.5" }, { code: "b", directCost: "0.5" }, { code: "c" }], {}, [pool("p", 100, { method: "DIRECT_COST" })]);
    expect(posted(input)).toEqual({ p: { a: 75, b: 25 } });
  });

  test("a hierarchy is settled from the top, so that every level adds up", () => {
    const input = facts([{ code: "x" }, { code: "x1", parent: "x" }, { code: "x2", parent: "x" }, { code: "y" }], { n: { x1: 1, x2: 1, y: 1 } }, [pool("p", 100, { method: "PROPORTIONAL", driver: "n" })]);
    // Two thirds are 67 of 100 for x and 33 for y; the 67 are 34 and 33.
    expect(posted(input)).toEqual({ p: { x1: 34, x2: 33, y: 33 } });
  });
});
