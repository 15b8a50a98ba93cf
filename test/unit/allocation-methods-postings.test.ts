import { FactsInput, PartInput } from "../../src/allocation/methods/facts-input";
import { formatFraction } from "../../src/kernel/fraction";
import { Refusal } from "../../src/kernel/refusal";
import { divided, facts, pool, posted } from "../support/method-facts";

const by = (driver: string, rest: Partial<PartInput> = {}): PartInput => ({ method: "PROPORTIONAL", driver, ...rest });
const UNITS = ["east", "north", "west"];
const DRIVERS = { calls: { east: 50, north: 30, west: 20 }, none: { east: 0 }, some: { east: 3, north: 0 }, below: { east: -8, north: 2, west: -4 } };
const one = (amount: number, parts: PartInput | PartInput[], rest = {}): FactsInput => facts(UNITS, DRIVERS, [pool("p", amount, parts, rest)]);

/** Of a pool: what was posted to it, and each line as "receiver: minor units of what they were settled from, and exact". */
function ledgerOf(input: FactsInput, code: string): unknown {
  const { amountMinor, receivedMinor, received, lines } = divided(input).pools.find((each) => each.pool === code)!;
  return [Number(amountMinor), Number(receivedMinor), formatFraction(received), ...lines.map((line) => `${line.receiver}: ${line.amountMinor} of ${formatFraction(line.posted)}, ${formatFraction(line.exact)}`)];
}

const links = (input: FactsInput) => divided(input).chain.map(({ step, pool: from, to, part, leg, share, rate, amount }) => `${step} ${from} ${part ?? "-"} ${leg ?? "-"} -> ${to}: ${share ? formatFraction(share) : "-"}, ${rate ? formatFraction(rate) : "-"}, ${formatFraction(amount)}`);

describe("what is posted to a pool is settled from whole minor units, beside the exact amounts", () => {
  test("half a unit is received, a whole one is posted", () => {
    const input = facts(["a", "b"], { heads: { net: 1, a: 1 }, seats: { a: 1, b: 3 } }, [pool("desk", 101, by("heads")), pool("net", 50, by("seats"))]);
    expect(ledgerOf(input, "desk")).toEqual([101, 0, "0", "a: 51 of 101/2, 101/2"]);
    expect(ledgerOf(input, "net")).toEqual([50, 50, "101/2", "a: 25 of 25, 201/8", "b: 75 of 75, 603/8"]);
  });

  test("a third is received, nothing is posted", () => {
    const input = facts(["a", "b"], { heads: { net: 1, a: 2 }, seats: { b: 1 } }, [pool("desk", 1, by("heads")), pool("net", 0, by("seats"))]);
    expect(ledgerOf(input, "net")).toEqual([0, 0, "1/3", "b: 0 of 0, 1/3"]);
  });

  test("a charge and its credit are received, which cancel out, but not what was posted of them", () => {
    const input = facts(["a", "z"], { first: { net: 1, a: 1 }, second: { net: 1, z: 1 }, seats: { a: 1 } }, [pool("charge", 101, by("first")), pool("credit", -101, by("second")), pool("net", 10, by("seats"))]);
    expect(ledgerOf(input, "net")).toEqual([10, -1, "0", "a: 9 of 9, 10"]);
  });

  test("a pool that feeds a circle posts to it", () => {
    const input = facts(["a"], {}, [pool("first", 7, { method: "DIRECT", to: ["desk"] }), pool("desk", 100, { method: "EVEN", to: ["net", "a"] }), pool("net", 0, { method: "EVEN", to: ["desk", "a"] })], { services: "RECIPROCAL" });
    expect(ledgerOf(input, "desk")).toEqual([100, 7, "7", "a: 107 of 107, 107"]);
  });

  test("lines come in the order of codes", () => {
    expect(posted(one(10, [{ method: "DIRECT", to: ["west"], fraction: "0.5" }, { method: "DIRECT", to: ["east"], fraction: "0.5" }]))).toEqual({ p: { east: 5, west: 5 } });
    expect(divided(one(10, [{ method: "DIRECT", to: ["west"], fraction: "0.5" }, { method: "DIRECT", to: ["east"], fraction: "0.5" }])).pools[0]!.lines.map(({ receiver }) => receiver)).toEqual(["east", "west"]);
  });
});

describe("the chain", () => {
  test("has what limits moved, in the order of codes, and nobody who was not moved", () => {
    expect(links(one(1000, by("calls"), { limits: [{ receiver: "west", maximum: "120" }] }))).toEqual([
      "1 p 0 - -> east: 1/2, 10, 500", "1 p 0 - -> north: 3/10, 10, 300", "1 p 0 - -> west: 1/5, 10, 200",
      "1 p - LIMIT -> east: -, -, 50", "1 p - LIMIT -> north: -, -, 30", "1 p - LIMIT -> west: -, -, -80",
    ]);
    expect(links(one(1000, by("calls"), { limits: [{ receiver: "west", maximum: "120" }], spill: "PROGRAMME" })).slice(3)).toEqual(["1 p - LIMIT -> west: -, -, -80"]);
  });

  test("of a circle has the reciprocated amounts and their rates", () => {
    // desk = 100 + net / 3, net = 10 + desk / 2: desk = 124, net = 72.
    const input = facts(["a"], { n: { desk: 1, a: 2 } }, [pool("desk", 100, { method: "EVEN", to: ["net", "a"] }), pool("net", 10, by("n"))], { services: "RECIPROCAL" });
    expect(links(input)).toEqual(["1 desk 0 - -> a: 1/2, -, 62", "1 desk 0 - -> net: 1/2, -, 62", "1 net 0 - -> a: 2/3, 24, 48", "1 net 0 - -> desk: 1/3, 24, 24"]);
  });

  test("of a circle keeps with the programme what a pool of it keeps", () => {
    // Half of desk is kept: desk = 100 + net / 2, net = desk / 2, so desk = 400/3.
    const input = facts(["a"], {}, [pool("desk", 100, [{ method: "KEEP", fraction: "0.5" }, { method: "DIRECT", to: ["net"], fraction: "0.5" }]), pool("net", 0, { method: "EVEN", to: ["desk", "a"] })], { services: "RECIPROCAL" });
    const [desk] = divided(input).pools;
    expect([formatFraction(desk!.full), formatFraction(desk!.unallocated), Number(desk!.unallocatedMinor), desk!.reasons]).toEqual(["400/3", "200/3", 67, ["Kept by the programme."]]);
  });
});

describe("limits of a pool", () => {
  test.each<[string, FactsInput, string[]]>([
    ["no limits",                        one(10, by("calls")), []],
    ["limits that leave nothing",        one(10, by("calls"), { limits: [{ maximum: "9" }] }), []],
    ["caps that hold less",              one(10, by("calls"), { limits: [{ maximum: "3" }] }), ["Limits leave a difference with the programme."]],
    ["parts with the same reason",       one(10, [by("none", { fraction: "0.5" }), by("none", { fraction: "0.5" })], { limits: [{ receiver: "east", minimum: "3" }], spill: "PROGRAMME" }), ["Driver none is zero for everyone who may bear it.", "Limits leave a difference with the programme."]],
  ])("%s: the reasons of what is kept", (_, input, reasons) => {
    expect(divided(input).pools[0]!.reasons).toEqual(reasons);
  });

  // Scaled quantities below zero are credited at a rate, though the pool is a charge.
  const CREDITED: PartInput = { method: "RATE", driver: "below", rate: "10", negative: "STANDARD_SCALING" };

  test("hold for the size of what is borne, though the pool is a charge and its receivers are credited", () => {
    expect(posted(one(1000, CREDITED, { limits: [{ maximum: "90" }], spill: "PROGRAMME" }))).toEqual({ p: { east: -90, north: 0, west: -60, "-": 1150 } });
  });

  test("hold where somebody bears nothing", () => {
    expect(posted(one(10, by("some"), { limits: [{ receiver: "east", maximum: "9" }], spill: "EVEN" }))).toEqual({ p: { east: 9, north: 1 } });
  });

  test.each<[string, FactsInput, string]>([
    ["charges and credits at once", one(10, [{ ...CREDITED, fraction: "0.5" }, { method: "DIRECT", to: ["north"], fraction: "0.5" }], { limits: [{ maximum: "9" }] }), "BAD_USER_INPUT at facts.pools.0.limits: Limits of pool p do not go with charges and credits at once."],
    ["a circle", facts(["a"], {}, [pool("p", 1, { method: "EVEN", to: ["q", "a"] }, { limits: [{ receiver: "a", maximum: "9" }] }), pool("q", 1, { method: "EVEN", to: ["p", "a"] })], { services: "RECIPROCAL" }), "BAD_USER_INPUT at facts.pools.0: Pool p stands in a circle of pools and is divided within limits, which depends on the amount. Use a method with fixed proportions."],
  ])("do not go with %s", (_, input, expected) => {
    expect.assertions(1);
    try {
      divided(input);
    } catch (error) {
      const { code, field, message } = error as Refusal;
      expect(`${code} at ${field?.join(".")}: ${message}`).toBe(expected);
    }
  });
});
