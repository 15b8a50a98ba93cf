import { bearersOf, poolsNamedBy } from "../../src/allocation/methods/bearers";
import { FactsInput, PartInput, PoolInput } from "../../src/allocation/methods/facts-input";
import { readFacts } from "../../src/allocation/methods/read-facts";
import { serviceOrder } from "../../src/allocation/methods/service-order";
import { formatFraction } from "../../src/kernel/fraction";
import { facts, pool } from "../support/method-facts";

const UNITS: FactsInput["receivers"] = [{ code: "group", directCost: "1" }, { code: "b", parent: "group", directCost: "7" }, { code: "a", parent: "group" }, { code: "c" }];
const DRIVERS = {
  calls: { a: 1, net: 2, desk: 0, site: 0 }, signed: { a: -1, net: 0, desk: 3 }, level: { a: 0, net: 0, desk: 3 }, owned: { b: 4, site: 5 },
};
const by = (driver: string, rest: Partial<PartInput> = {}): PartInput => ({ method: "PROPORTIONAL", driver, ...rest });
const to = (...codes: string[]): PartInput => ({ method: "DIRECT", to: codes });
const among = (part: PartInput | PartInput[], rest: Partial<PoolInput> = {}, all: Partial<FactsInput> = {}) => readFacts(facts(UNITS, DRIVERS, [pool("site", 1, part, rest), pool("desk", 1, to("a")), pool("net", 1, to("a"))], all));

describe("the pools that a pool names", () => {
  const half = (part: PartInput): PartInput => ({ ...part, fraction: "0.5" });
  test.each<[string, PartInput | PartInput[], Partial<PoolInput>, string[]]>([
    ["directly",                                          { method: "EVEN", to: ["net", "c"] },                        {},                   ["net"]],
    ["by nothing: evenly over all receivers",             { method: "EVEN" },                                          {},                   []],
    ["by a share above zero",                             { method: "FIXED_SHARES", shares: [{ to: "net", percent: "0" }, { to: "desk", percent: "60" }, { to: "a", percent: "40" }] }, {}, ["desk"]],
    ["by a quantity above zero",                          by("calls"),                                                 {},                   ["net"]],
    ["by no quantity of zero, though the part allows it", by("calls", { to: ["net", "desk", "a"] }),                   {},                   ["net"]],
    ["but not what is excluded",                          by("calls"),                                                 { exclude: ["net"] }, []],
    ["but not what the part leaves out",                  by("calls", { to: ["a", "desk"] }),                          {},                   []],
    ["itself too",                                        by("owned"),                                                 {},                   ["site"]],
    ["where scaling raises a zero",                       by("signed", { negative: "STANDARD_SCALING" }),              {},                   ["desk", "net"]],
    ["where there is nothing to scale",                   by("level", { negative: "STANDARD_SCALING" }),               {},                   ["desk"]],
    ["where quantities stay as they are",                 by("signed", { negative: "UNSCALED" }),                      {},                   ["desk"]],
    ["by what was used and by what was reserved",         { method: "DUAL_RATE", driver: "calls", capacityDriver: "level", fixedAmount: "1" }, {}, ["desk", "net"]],
    ["in any of its parts",                               [half(to("desk")), half(by("owned"))],                       {},                   ["desk", "site"]],
    ["nowhere in what is kept",                           { method: "KEEP" },                                          {},                   []],
  ])("%s", (_, part, rest, expected) => {
    const read = among(part, rest, { services: "RECIPROCAL" });
    expect([...poolsNamedBy(read, read.pools[0]!)].sort()).toEqual(expected);
  });
});

describe("who may bear a part", () => {
  const POOLS = ["site", "desk", "net"];
  test.each<[FactsInput["services"], string[][]]>([
    // services         pools that may receive from the first, the second, the third
    [null,              [["desk", "net"], ["net"], []]],
    ["STEP_DOWN",       [["desk", "net"], ["net"], []]],
    ["RECIPROCAL",      [["desk", "net"], ["site", "net"], ["site", "desk"]]],
    ["DIRECT",          [[], [], []]],
  ])("with %s", (services, expected) => {
    const read = among({ method: "EVEN" }, {}, { services });
    expect(POOLS.map((_, position) => POOLS.filter(bearersOf(read, position, read.pools[0]!.parts[0]!).mayBear))).toEqual(expected);
  });

  test.each<[string, PartInput, Partial<PoolInput>, string[], string[]]>([
    // who                       part                              excluded              receivers       of a, b, group, c, net those that may bear
    ["units that none is below", { method: "EVEN" },               {},                   ["b", "a", "c"], ["a", "b", "group", "c", "net"]],
    ["not the excluded",         { method: "EVEN" },               { exclude: ["b", "net"] }, ["a", "c"], ["a", "group", "c"]],
    ["those named",              { method: "EVEN", to: ["c", "net"] }, {},               ["c"],           ["c", "net"]],
    ["the named, not excluded",  { method: "EVEN", to: ["c", "a"] }, { exclude: ["c"] }, ["a"],           ["a"]],
  ])("are %s", (_, part, rest, receivers, bearing) => {
    const read = among(part, rest);
    const bearers = bearersOf(read, 0, read.pools[0]!.parts[0]!);
    expect(bearers.receivers).toEqual(receivers);
    expect(["a", "b", "group", "c", "net"].filter(bearers.mayBear)).toEqual(bearing);
  });

  test("with their direct cost and the quantities of drivers", () => {
    const read = among(by("calls"));
    const { directCosts, quantities } = bearersOf(read, 0, read.pools[0]!.parts[0]!);
    expect([...directCosts].map(([code, cost]) => `${code} ${formatFraction(cost)}`)).toEqual(["group 1", "b 7", "a 0", "c 0"]);
    expect([...quantities("owned")].map(([code, quantity]) => `${code} ${formatFraction(quantity)}`)).toEqual(["b 4", "site 5"]);
  });
});

/** Pools that name each other as the lists say, in the order in which they are given; the groups that come out. */
function orderOf(names: string, services: FactsInput["services"] = "RECIPROCAL"): string {
  const named = names.split(" ").map((each) => each.split(":") as [string, string]);
  const drivers = Object.fromEntries(named.map(([code, targets]) => [`of-${code}`, Object.fromEntries([...[...targets].map((target) => [target, 1]), ["unit", 1]])]));
  const read = readFacts(facts(["unit"], drivers, named.map(([code]) => pool(code, 1, by(`of-${code}`))), { services }));
  return serviceOrder(read).map((group) => group.map((position) => read.pools[position]!.code).join("")).join(" ");
}

describe("the order of service", () => {
  test.each<[string, string, string]>([
    // case                                         pool:those that it serves       groups, those that serve first
    ["nobody serves",                               "a: b: c:",                     "a b c"],
    ["a chain as it is given",                      "a:b b:c c:",                   "a b c"],
    ["a chain from its end",                        "a: b:a c:b",                   "c b a"],
    ["who is served by two",                        "a:c b:c c:",                   "a b c"],
    ["who serves two",                              "a:bc b: c:",                   "a b c"],
    ["itself alone",                                "a:a b:",                       "a b"],
    ["two of three in a circle",                    "a:b b:ac c:",                  "ab c"],
    ["a circle after who serves it",                "a:b b:a c:a",                  "c ab"],
    ["two circles, of which one serves the other",  "a:b b:a c:da d:c",             "cd ab"],
    ["two circles that share a pool are one",       "a:b b:ac c:b",                 "abc"],
    ["all in a ring",                               "a:d b:a c:b d:c",              "abcd"],
    ["a long way back",                             "a:c b:a c:d d:b",              "abcd"],
  ])("%s", (_, names, expected) => {
    expect(orderOf(names)).toBe(expected);
  });

  test("does not depend on the order in which quantities come", () => {
    expect([orderOf("a: b: c:ab d:"), orderOf("a: b: c:ba d:")]).toEqual(["c b a d", "c b a d"]);
    expect([orderOf("a: b: c: d:abc"), orderOf("a: b: c: d:bca"), orderOf("a: b: c: d:cab")]).toEqual(["d c b a", "d c b a", "d c b a"]);
  });

  test.each([[null, "a:b b:c c:"], ["STEP_DOWN", "a:b b:a c:a"], ["DIRECT", "a:b b:a c:a"]] as const)("with %s is the one given", (services, names) => {
    expect(orderOf(names, services)).toBe("a b c");
  });
});
