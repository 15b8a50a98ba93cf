import { withinLimits } from "../../src/allocation/methods/limits";
import { Limit, NegativeDriverRule, SpillRule, Tier } from "../../src/allocation/methods/method";
import { priceByTiers } from "../../src/allocation/methods/price";
import { Bearers, Shares, byDirectCost, byDriver, even, fixedShares, magnitudeOf, proportional } from "../../src/allocation/methods/shares";
import { Fraction, ONE, ZERO, formatFraction, fraction } from "../../src/kernel/fraction";
import { Refusal } from "../../src/kernel/refusal";

const whole = (value: number): Fraction => fraction(BigInt(value));
const quantities = (of: Record<string, number>): Map<string, Fraction> => new Map(Object.entries(of).map(([code, value]) => [code, whole(value)]));
const shown = (amounts: Iterable<readonly [string, Fraction]>): Record<string, string> => Object.fromEntries([...amounts].map(([code, amount]) => [code, formatFraction(amount)]));
const sharesOf = ({ claimants }: Shares): string[] => claimants.map(({ to, share }) => `${to} ${formatFraction(share)}`);

/** The refusal of a division, as "CODE at field: message". */
function refusal(divide: () => unknown): string {
  try {
    divide();
  } catch (error) {
    if (error instanceof Refusal) return `${error.code} at ${error.field?.join(".")}: ${error.message}`;
    throw error;
  }
  return "none";
}

describe("limits", () => {
  /** "50-60": least and most; either may be missing. */
  const limitsOf = (texts: Record<string, string>): Map<string, Limit> => new Map(Object.entries(texts).map(([code, text]) => {
    const [minimum, maximum] = text.split("-").map((each) => (each === "" ? null : whole(Number(each))));
    return [code, { minimum: minimum!, maximum: maximum! }];
  }));

  test.each<[string, Record<string, number>, Record<string, string>, SpillRule, Record<string, string>, string]>([
    ["nobody outside",                                        { a: 60, b: 40 },        { a: "50-60", b: "40-" },  "PROPORTIONAL", { a: "60", b: "40" }, "0"],
    ["minimums of all there is",                              { a: 60, b: 40 },        { a: "50-", b: "50-" },    "PROPORTIONAL", { a: "50", b: "50" }, "0"],
    ["who bears nothing and has a cap alone stays out",       { a: 100, b: 20 },       { a: "-60", z: "-50" },    "EVEN",         { a: "60", b: "60" }, "0"],
    ["who bears nothing and must bear nothing stays out",     { a: 100, b: 20 },       { a: "-60", z: "0-50" },   "EVEN",         { a: "60", b: "60" }, "0"],
    ["who bears nothing and has a minimum is lifted",         { a: 80, b: 20 },        { z: "10-" },              "PROPORTIONAL", { a: "72", b: "18", z: "10" }, "0"],
    ["all at their caps, evenly",                             { a: 100 },              { a: "-60" },              "EVEN",         { a: "60" }, "40"],
    ["all at their caps, in proportion",                      { a: 100, b: 50 },       { a: "-60", b: "-50" },    "PROPORTIONAL", { a: "60", b: "50" }, "40"],
    ["a cap, and a minimum of who can take no proportion",    { a: 100 },              { a: "-60", z: "10-" },    "PROPORTIONAL", { a: "60", z: "10" }, "30"],
    ["minimums weigh more: the cap need not hold",            { a: 50, b: 30, c: 20 }, { a: "-48", c: "30-" },    "PROPORTIONAL", { a: "175/4", b: "105/4", c: "30" }, "0"],
    ["caps weigh more: the minimum need not hold",            { a: 50, b: 30, c: 20 }, { a: "-30", c: "21-" },    "PROPORTIONAL", { a: "30", b: "42", c: "28" }, "0"],
    ["both weigh the same: both hold",                        { a: 50, b: 30, c: 20 }, { a: "-45", c: "25-" },    "PROPORTIONAL", { a: "45", b: "30", c: "25" }, "0"],
    ["both weigh the same, evenly",                           { a: 50, b: 30, c: 20 }, { a: "-45", c: "25-" },    "EVEN",         { a: "45", b: "30", c: "25" }, "0"],
    ["a cap and a minimum that meet, of one without a share", { a: 100 },              { a: "-60", z: "40-" },    "PROPORTIONAL", { a: "60", z: "40" }, "0"],
    ["each on its own, the programme bears the rest",         { a: 50, b: 30, c: 20 }, { a: "-45", c: "28-" },    "PROGRAMME",    { a: "45", b: "30", c: "28" }, "-3"],
    ["nothing to divide",                                     { a: 0, b: 0 },          { a: "-5" },               "PROPORTIONAL", { a: "0", b: "0" }, "0"],
  ])("%s", (_, amounts, limits, spill, expected, left) => {
    for (const entries of [Object.entries(amounts), Object.entries(amounts).reverse()]) {
      const found = withinLimits(quantities(Object.fromEntries(entries)), limitsOf(limits), spill, []);
      expect([shown(found.amounts), formatFraction(found.left)]).toEqual([expected, left]);
    }
  });

  test("minimums above what there is are refused", () => {
    expect(refusal(() => withinLimits(quantities({ a: 99 }), limitsOf({ a: "50-", b: "50-" }), "EVEN", ["facts", "limits"]))).toBe(
      "BAD_USER_INPUT at facts.limits: The minimums sum to 100 minor units, more than the 99 there are. Lower them, or let the programme bear the lift with spill: PROGRAMME.",
    );
  });
});

describe("tiers", () => {
  const TIERS: Tier[] = [{ upTo: whole(10), rate: whole(5) }, { upTo: whole(20), rate: whole(3) }, { upTo: null, rate: whole(1) }];
  test.each([
    // quantity, band by band, all at the band reached
    [-1, 0,   0],
    [0,  0,   0],
    [1,  5,   5],
    [10, 50,  50],
    [11, 53,  33],
    [20, 80,  60],
    [21, 81,  21],
    [50, 110, 50],
  ])("%s cost %s band by band and %s at the band reached", (quantity, graduated, allUnits) => {
    expect([priceByTiers(whole(quantity), TIERS, "GRADUATED"), priceByTiers(whole(quantity), TIERS, "ALL_UNITS")]).toEqual([whole(graduated), whole(allUnits)]);
  });
});

describe("shares", () => {
  const NEGATIVE = { f: -1, e: -1, d: -1, c: -1, b: -1, a: -1, g: 9 };
  const bearers = (of: Record<string, number>, rest: Partial<Bearers> = {}): Bearers => ({ receivers: ["a", "b"], mayBear: (code) => code !== "x", directCosts: quantities({ a: 1, b: 3, c: -2 }), quantities: () => quantities(of), ...rest });
  const measured = (of: Record<string, number>, negative: NegativeDriverRule = "REFUSE"): Shares => byDriver("calls", bearers(of), negative, "UNALLOCATED", ["here"]);

  test("come in the order of codes, whatever the order of what is given", () => {
    expect(proportional(quantities({ b: 1, "1": 1, a: 2 }), "calls")).toMatchObject({ driver: "calls", total: whole(4) });
    expect(sharesOf(proportional(quantities({ b: 1, c: 1, a: 2 }), "calls"))).toEqual(["a 1/2", "b 1/4", "c 1/4"]);
    expect(even(["b", "a"])).toMatchObject({ driver: null, claimants: [{ to: "a" }, { to: "b" }] });
    expect(even([])).toEqual({ claimants: [], driver: null, total: ZERO });
  });

  test("agreed ones of who may not bear fall on the others", () => {
    expect(fixedShares(quantities({ a: 30, b: 30, x: 40 }), bearers({}))).toMatchObject({ driver: null, claimants: [{ to: "a", share: fraction(1n, 2n) }, { to: "b", share: fraction(1n, 2n) }] });
  });

  test("by direct cost leave out who has none, or a credit", () => {
    const found = byDirectCost(bearers({}, { receivers: ["a", "b", "c", "d"] }));
    expect([found.driver, sharesOf(found)]).toEqual(["DIRECT_COST", ["a 1/4", "b 3/4"]]);
  });

  test.each([
    ["UNALLOCATED", "calls", []],
    ["EVEN",        null,    ["a 1/2", "b 1/2"]],
    ["DIRECT_COST", null,    ["a 1/4", "b 3/4"]],
  ] as const)("an empty driver, %s; one that is not empty stays", (empty, driver, expected) => {
    const found = byDriver("calls", bearers({ a: 0, x: 5 }), "REFUSE", empty, []);
    expect([found.driver, sharesOf(found)]).toEqual([driver, expected]);
    const full = byDriver("calls", bearers({ a: 1, x: 5 }), "REFUSE", empty, []);
    expect([full.driver, sharesOf(full)]).toEqual(["calls", ["a 1"]]);
  });

  test.each<[string, Record<string, number>, string[]]>([
    ["above zero",                       { a: 5, b: -1, c: 0 },  ["a 6/7", "b 0", "c 1/7"]],
    ["zero: raised, not lowered",        { a: 5, b: -5, c: 0 },  ["a 2/3", "b 0", "c 1/3"]],
    ["below zero",                       { a: -5, b: 1, c: 0 },  ["a 6/7", "b 0", "c 1/7"]],
    ["below zero, the highest is zero",  { a: -5, b: -1, c: 0 }, ["a 5/6", "b 1/6", "c 0"]],
    ["below zero each: as they are",     { a: -3, b: -1 },       ["a 3/4", "b 1/4"]],
  ])("scaled where the sum is %s", (_, of, expected) => {
    expect(sharesOf(measured(of, "STANDARD_SCALING"))).toEqual(expected);
  });

  test("what is refused says so with a code, and names five at most", () => {
    expect(refusal(() => measured(NEGATIVE))).toBe("BAD_USER_INPUT at here: Driver calls is below zero for a, b, c, d, e. Correct it, or say with negative: STANDARD_SCALING or UNSCALED what that means.");
    expect(refusal(() => byDriver("calls", bearers({ a: 0 }), "REFUSE", "REFUSE", ["here"]))).toBe("BAD_USER_INPUT at here: Driver calls is zero for everyone who may bear this pool. Give quantities, or say with zeroDriver who bears it then.");
  });

  test("an amount of nothing is charged, not credited", () => {
    expect([magnitudeOf(ZERO), magnitudeOf(whole(-2)), magnitudeOf(whole(2))]).toEqual([{ magnitude: ZERO, sign: ONE }, { magnitude: whole(2), sign: whole(-1) }, { magnitude: whole(2), sign: ONE }]);
  });
});
