import { isLinear } from "../../src/allocation/methods/divide-part";
import { PartInput } from "../../src/allocation/methods/facts-input";
import { ALLOCATION_METHODS, Part } from "../../src/allocation/methods/method";
import { Fraction, formatFraction } from "../../src/kernel/fraction";
import { Refusal } from "../../src/kernel/refusal";
import { divided, facts, pool } from "../support/method-facts";

const DRIVERS = { calls: { a: 3, b: 1 }, seats: { a: 1, b: 1, x: 6 }, room: { a: 6, b: 2, x: 92 }, none: { a: 0 }, signed: { a: 8, b: -3 } };
const RECEIVERS = [{ code: "a", directCost: "3" }, { code: "b", directCost: "1" }, { code: "x", directCost: "0" }];
const text = (value: Fraction | null): string => (value ? formatFraction(value) : "-");

/** A divided part: its flows as "leg receiver: quantity/total of the driver, share, rate = amount", then what the programme keeps and bears, and why. */
function seen(amount: number, part: PartInput, exclude: string[] = ["x"]): unknown[] {
  const { chain, pools: [only] } = divided(facts(RECEIVERS, DRIVERS, [pool("p", amount, part, { exclude })]));
  const flows = chain.map((link) => `${link.leg ?? "-"} ${link.to}: ${text(link.quantity)}/${text(link.total)} ${link.driver ?? "-"}, ${text(link.share)}, ${text(link.rate)} = ${text(link.amount)}`);
  return [...flows, `kept ${text(only!.unallocated)}, borne ${text(only!.variance)}`, ...only!.reasons];
}

const EMPTY = "Driver none is zero for everyone who may bear it.";
const EXACT = "kept 0, borne 0";
const unrecovered = (amount: number): string => `The stated rates do not recover the amount exactly: the programme bears ${amount} minor units.`;
const TIERS = [{ upTo: "2", rate: "10" }, { rate: "5" }];
const capacity = (more: Partial<PartInput>): PartInput => ({ method: "PRACTICAL_CAPACITY", driver: "calls", ...more });
const commitment = (more: Partial<PartInput>): PartInput => ({ method: "COMMITMENT", driver: "calls", rate: "10", ...more });
const dual = (more: Partial<PartInput>): PartInput => ({ method: "DUAL_RATE", driver: "calls", capacityDriver: "seats", ...more });

describe("a part, with its legs and the reasons of what the programme keeps", () => {
  test.each<[string, number, PartInput, string[]]>([
    ["kept",                              100, { method: "KEEP" }, ["kept 100, borne 0", "Kept by the programme."]],
    ["nothing, kept",                     0,   { method: "KEEP" }, [EXACT]],
    ["even: no driver",                   100, { method: "EVEN" }, ["- a: -/- -, 1/2, - = 50", "- b: -/- -, 1/2, - = 50", EXACT]],
    ["agreed shares: no driver",          100, { method: "FIXED_SHARES", shares: [{ to: "a", percent: "100" }] }, ["- a: -/- -, 1, - = 100", EXACT]],
    ["direct cost",                       100, { method: "DIRECT_COST" }, ["- a: 3/4 DIRECT_COST, 3/4, 25 = 75", "- b: 1/4 DIRECT_COST, 1/4, 25 = 25", EXACT]],
    ["direct cost of nobody",             100, { method: "DIRECT_COST", to: ["x"] }, ["kept 100, borne 0", "Nobody who may bear it has direct cost."]],
    ["a driver",                          100, { method: "PROPORTIONAL", driver: "calls" }, ["- a: 3/4 calls, 3/4, 25 = 75", "- b: 1/4 calls, 1/4, 25 = 25", EXACT]],
    ["an empty driver",                   100, { method: "PROPORTIONAL", driver: "none" }, ["kept 100, borne 0", EMPTY]],
    ["tiers as a driver",                 70,  { method: "TIERS", driver: "calls", tiers: TIERS }, ["- a: 25/35 calls, 5/7, 2 = 50", "- b: 10/35 calls, 2/7, 2 = 20", EXACT]],
    ["tiers of an empty driver",          100, { method: "TIERS", driver: "none", tiers: TIERS }, ["kept 100, borne 0", EMPTY]],
    ["tiers of an empty driver, by cost", 100, { method: "TIERS", driver: "none", tiers: TIERS, zeroDriver: "DIRECT_COST" }, ["- a: -/- -, 3/4, - = 75", "- b: -/- -, 1/4, - = 25", EXACT]],
    ["a rate that recovers all",          40,  { method: "RATE", driver: "calls", rate: "10" }, ["CHARGE a: 3/4 calls, -, 10 = 30", "CHARGE b: 1/4 calls, -, 10 = 10", EXACT]],
    ["a rate of a credit",                -50, { method: "RATE", driver: "calls", rate: "10" }, ["CHARGE a: 3/4 calls, -, -10 = -30", "CHARGE b: 1/4 calls, -, -10 = -10", "kept 0, borne -10", unrecovered(-10)]],
    ["a rate by tiers",                   35,  { method: "RATE", driver: "calls", tiers: TIERS }, ["CHARGE a: 3/4 calls, -, - = 25", "CHARGE b: 1/4 calls, -, - = 10", EXACT]],
    ["a rate of what nobody used",        50,  { method: "RATE", driver: "none", rate: "10", zeroDriver: "EVEN" }, ["kept 0, borne 50", unrecovered(50)]],
    ["capacity, idle kept",               100, capacity({ capacity: "8" }), ["USED a: 3/4 calls, 3/4, 25/2 = 75/2", "USED b: 1/4 calls, 1/4, 25/2 = 25/2", "kept 50, borne 0", "Idle capacity, kept by the programme."]],
    ["capacity, idle by direct cost",     100, capacity({ capacity: "8", idle: "BY_DIRECT_COST" }), ["USED a: 3/4 calls, 3/4, 25/2 = 75/2", "USED b: 1/4 calls, 1/4, 25/2 = 25/2", "IDLE a: 3/4 DIRECT_COST, 3/4, 25/2 = 75/2", "IDLE b: 1/4 DIRECT_COST, 1/4, 25/2 = 25/2", EXACT]],
    ["capacity of who may bear it alone", 100, capacity({ driver: "calls", to: ["b"], capacityDriver: "seats" }), ["USED b: 1/1 calls, 1, 100 = 100", EXACT]],
    ["capacity summed over who may bear", 100, capacity({ capacityDriver: "room" }), ["USED a: 3/4 calls, 3/4, 25/2 = 75/2", "USED b: 1/4 calls, 1/4, 25/2 = 25/2", "kept 50, borne 0", "Idle capacity, kept by the programme."]],
    ["capacity used up leaves none idle", 100, capacity({ capacity: "4", idle: "EVEN" }), ["USED a: 3/4 calls, 3/4, 25 = 75", "USED b: 1/4 calls, 1/4, 25 = 25", EXACT]],
    ["nothing used of no capacity",       100, capacity({ driver: "none", capacityDriver: "none" }), ["kept 100, borne 0", "Idle capacity, kept by the programme."]],
    ["a commitment not used up",          100, commitment({}), ["USED a: 3/4 calls, 3/4, 10 = 30", "USED b: 1/4 calls, 1/4, 10 = 10", "kept 60, borne 0", "Unused commitment, kept by the programme."]],
    ["a commitment, credited",            -20, commitment({}), ["USED a: 3/4 calls, 3/4, -5 = -15", "USED b: 1/4 calls, 1/4, -5 = -5", EXACT]],
    ["a commitment that nobody used",     100, commitment({ driver: "none", zeroDriver: "EVEN" }), ["kept 100, borne 0", "Unused commitment, kept by the programme."]],
    ["dual: all of it fixed",             100, dual({ fixedAmount: "100" }), ["FIXED a: 1/2 seats, 1/2, 50 = 50", "FIXED b: 1/2 seats, 1/2, 50 = 50", "VARIABLE a: 3/4 calls, 3/4, 0 = 0", "VARIABLE b: 1/4 calls, 1/4, 0 = 0", EXACT]],
    ["dual: no seats, and no calls",      100, dual({ driver: "none", capacityDriver: "none", fixedAmount: "40" }), ["kept 100, borne 0", EMPTY]],
    ["dual: no calls",                    100, dual({ driver: "none", fixedAmount: "40" }), ["FIXED a: 1/2 seats, 1/2, 20 = 20", "FIXED b: 1/2 seats, 1/2, 20 = 20", "kept 60, borne 0", EMPTY]],
    ["dual: no seats",                    100, dual({ capacityDriver: "none", fixedAmount: "40" }), ["VARIABLE a: 3/4 calls, 3/4, 15 = 45", "VARIABLE b: 1/4 calls, 1/4, 15 = 15", "kept 40, borne 0", EMPTY]],
    ["dual: rates",                       100, dual({ fixedRate: "10", rate: "5" }), ["FIXED a: 1/2 seats, -, 10 = 10", "FIXED b: 1/2 seats, -, 10 = 10", "VARIABLE a: 3/4 calls, -, 5 = 15", "VARIABLE b: 1/4 calls, -, 5 = 5", "kept 0, borne 60", unrecovered(60)]],
    ["dual: a rate, and tiers",           55,  dual({ fixedRate: "10", tiers: TIERS }), ["FIXED a: 1/2 seats, -, 10 = 10", "FIXED b: 1/2 seats, -, 10 = 10", "VARIABLE a: 3/4 calls, -, - = 25", "VARIABLE b: 1/4 calls, -, - = 10", EXACT]],
    ["to date",                           100, { method: "CUMULATIVE", driver: "calls", prior: [{ receiver: "a", amount: "100" }, { receiver: "b", amount: "0" }] }, ["CUMULATIVE a: 3/4 calls, 3/4, 50 = 150", "CUMULATIVE b: 1/4 calls, 1/4, 50 = 50", "PRIOR a: -/- -, -, - = -100", EXACT]],
    ["to date, of what nobody used",      100, { method: "CUMULATIVE", driver: "none", prior: [] }, ["kept 100, borne 0", EMPTY]],
  ])("%s", (_, amount, part, expected) => {
    expect(seen(amount, part)).toEqual(expected);
  });

  test.each<[string, number, PartInput, string[], string]>([
    ["nobody may bear it",            100, { method: "EVEN", to: ["a"] }, ["a"], "BAD_USER_INPUT at facts.pools.0.parts.0: This part names nobody who may bear it. Name a receiver, or a pool that is still open, and look at exclude."],
    ["more is fixed than is divided", 100, dual({ fixedAmount: "101" }), [], "BAD_USER_INPUT at facts.pools.0.parts.0.fixedAmount: The fixed cost is 101 minor units, more than the 100 that are divided."],
    ["idle by seats below zero",      100, capacity({ capacity: "8", capacityDriver: "signed", idle: "BY_CAPACITY" }), [], "BAD_USER_INPUT at facts.pools.0.parts.0: Driver signed is below zero for b. Correct it, or say with negative: STANDARD_SCALING or UNSCALED what that means."],
  ])("is refused where %s", (_, amount, part, exclude, expected) => {
    expect.assertions(1);
    try {
      seen(amount, part, exclude);
    } catch (error) {
      const { code, field, message } = error as Refusal;
      expect(`${code} at ${field?.join(".")}: ${message}`).toBe(expected);
    }
  });

  test("only methods whose shares do not depend on the amount stand in a circle", () => {
    expect(ALLOCATION_METHODS.filter((method) => isLinear({ method } as Part))).toEqual(["DIRECT", "PROPORTIONAL", "FIXED_SHARES", "EVEN", "DIRECT_COST", "PRACTICAL_CAPACITY", "TIERS", "KEEP"]);
  });
});
