import fc from "fast-check";
import { AllocationFacts, AllocationResult, allocate, hashInputs } from "../../src/allocation";
import { DriverVector } from "../../src/allocation/driver";
import { MethodInputs } from "../../src/allocation/method-inputs";
import { PolicyInput, readPolicy } from "../../src/allocation/policy";
import { Refusal } from "../../src/kernel/refusal";

const NOTHING: MethodInputs = { parents: [], directCosts: [], booked: [], priors: [] };
const OWNERS = { retail: ["orders", "returns"], claims: ["triage"], support: ["helpdesk"] };

type Measured = Readonly<Record<string, number>>;

/** Seconds or calls by use case, on voice. */
function vector(measured: Measured, base: bigint): DriverVector {
  const unitOf = new Map(Object.entries(OWNERS).flatMap(([unit, useCases]) => useCases.map((useCase) => [useCase, unit] as const)));
  return { quantities: Object.entries(measured).map(([useCase, quantity]) => ({ businessUnit: unitOf.get(useCase)!, useCase, channel: "VOICE", quantity: BigInt(quantity) * base })), unitQuantities: null };
}

interface Given { readonly pools: Readonly<Record<string, number>>; readonly seconds?: Measured; readonly calls?: Measured; readonly booked?: Readonly<Record<string, Readonly<Record<string, string>>>>; readonly inputs?: Partial<MethodInputs>; readonly before?: Measured }

/** The facts of a month under a policy, as they would be gathered. */
function facts(policy: Omit<PolicyInput, "effectiveFrom">, given: Given): AllocationFacts {
  const document = readPolicy({ effectiveFrom: "2025-10", ...policy });
  const seconds = given.seconds ?? { orders: 60, returns: 20, triage: 30, helpdesk: 10 };
  const booked = Object.entries(given.booked ?? {}).map(([key, quantities]) => ({ key, quantities: Object.entries(quantities).map(([name, quantity]) => { const [of, useCase = null] = name.split("/"); return { of: of!, useCase, quantity }; }) }));
  const vectors = new Map([["CONNECTED_SECONDS", vector(seconds, 1000n)], ["CALLS", vector(given.calls ?? { orders: 1, returns: 1, triage: 1, helpdesk: 1 }, 1n)]]);
  return {
    period: "2025-10", currency: "USD", pools: Object.entries(given.pools).map(([code, minor]) => ({ code, amountMinor: BigInt(minor) })), policy: document,
    receivers: new Map(Object.entries(OWNERS)), drivers: new Map([...vectors, ["CONNECTED_SECONDS@2025-09", vector(given.seconds ?? { orders: 60 }, 1000n)]]),
    priorDrivers: new Map([["CONNECTED_SECONDS", vector(given.before ?? {}, 1000n)]]),
    ...(document.settings ? { method: { ...NOTHING, booked, ...given.inputs } } : {}),
  };
}

/** What each use case bears, in minor units, all pools together. */
function byUseCase(result: AllocationResult): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { lines } of result.pools) for (const { useCase, amountMinor } of lines) sums[useCase] = (sums[useCase] ?? 0) + Number(amountMinor);
  return sums;
}

const one = (part: object, given: Partial<Given> = {}, rule: object = {}): AllocationResult => allocate(facts({ rules: [{ pool: "p", parts: [part], ...rule }] } as never, { pools: { p: 1000 }, ...given }));
const BY_SECONDS = { driver: "CONNECTED_SECONDS" };

describe("one pool by each method, down to the use cases", () => {
  it.each<[string, object, Partial<Given>, Record<string, number>, number]>([
    ["fixed shares; retail's two by their seconds",  { method: "FIXED_SHARES", shares: [{ to: "retail", percent: "40" }, { to: "claims", percent: "60" }] }, {}, { orders: 300, returns: 100, triage: 600 }, 0],
    ["evenly, also where nothing was measured",      { method: "EVEN" }, { seconds: { orders: 3 } }, { orders: 333, triage: 334, helpdesk: 333 }, 0],
    ["to one unit, evenly over what it owns",        { method: "DIRECT", to: ["retail"] }, { seconds: {} }, { orders: 500, returns: 500 }, 0],
    ["headcount, then seconds within the unit",      { bookedDriver: "heads" }, { booked: { heads: { retail: "2", claims: "0.5" } } }, { orders: 600, returns: 200, triage: 200 }, 0],
    ["headcount booked by use case",                 { bookedDriver: "heads" }, { booked: { heads: { "retail/orders": "1", "retail/returns": "3", claims: "4" } } }, { orders: 125, returns: 375, triage: 500 }, 0],
    ["a stated rate a minute leaves a variance",     { method: "RATE", driver: "CONNECTED_SECONDS", rate: "0.05" }, {}, { orders: 300, returns: 100, triage: 150, helpdesk: 50 }, 400],
    ["a rate that recovers too much",                { method: "RATE", driver: "CONNECTED_SECONDS", rate: "0.10" }, {}, { orders: 600, returns: 200, triage: 300, helpdesk: 100 }, -200],
    ["dual rate: reserved lines, then use",          { method: "DUAL_RATE", driver: "CONNECTED_SECONDS", capacityDriver: "lines", fixedAmount: "4.00" }, { booked: { lines: { retail: "1", claims: "3" } } }, { orders: 375, returns: 125, triage: 450, helpdesk: 50 }, 0],
    ["practical capacity keeps what lay idle",       { method: "PRACTICAL_CAPACITY", driver: "CONNECTED_SECONDS", capacity: "240" }, {}, { orders: 250, returns: 83, triage: 125, helpdesk: 42 }, 500],
    ["capacity that was booked",                     { method: "PRACTICAL_CAPACITY", driver: "CONNECTED_SECONDS", capacityDriver: "lines", idle: "BY_CAPACITY" }, { booked: { lines: { retail: "240" } } }, { orders: 625, returns: 208, triage: 125, helpdesk: 42 }, 0],
    ["a commitment, the unused part evenly",         { method: "COMMITMENT", driver: "CONNECTED_SECONDS", rate: "0.05", idle: "EVEN" }, {}, { orders: 400, returns: 133, triage: 284, helpdesk: 183 }, 0],
    ["tiers",                                        { method: "TIERS", driver: "CALLS", tiers: [{ upTo: "1", rate: "1" }, { rate: "2" }] }, { calls: { orders: 1, triage: 3 } }, { orders: 167, triage: 833 }, 0],
    ["direct cost",                                  { method: "DIRECT_COST" }, { inputs: { directCosts: [{ businessUnit: "claims", minor: "100" }, { businessUnit: "support", minor: "300" }] } }, { triage: 250, helpdesk: 750 }, 0],
    ["kept by the programme",                        { method: "KEEP" }, {}, {}, 1000],
  ])("%s", (_, part, given, expected, unallocated) => {
    const result = one(part, given);
    expect(byUseCase(result)).toEqual(expected);
    expect([result.unallocatedMinor, result.totalMinor]).toEqual([BigInt(unallocated), 1000n]);
  });

  it("cumulative takes back and charges by use case what earlier months did otherwise", () => {
    const priors = [{ pool: "p", since: "2025-09", months: ["2025-09"], poolMinor: "500", charges: [{ businessUnit: "claims", useCase: "triage", minor: "500" }] }];
    const result = one({ method: "CUMULATIVE", driver: "CONNECTED_SECONDS", since: "2025-09" }, { seconds: { orders: 30, triage: 30 }, inputs: { priors } });
    expect(byUseCase(result)).toEqual({ orders: 750, triage: 250 });
    expect(result.pools[0]!.lines.map(({ useCase, byMethods }) => [useCase, byMethods!.split!.split])).toEqual([["triage", "SEVERAL"], ["orders", "MEASURED"]]);
  });

  it("limits cut and lift, and the use cases follow in their proportion", () => {
    const rule = { limits: [{ receiver: "retail", maximum: "4.00" }, { receiver: "support", minimum: "1.50" }] };
    expect(byUseCase(one(BY_SECONDS, {}, rule))).toEqual({ orders: 300, returns: 100, triage: 450, helpdesk: 150 });
    expect(byUseCase(one(BY_SECONDS, {}, { ...rule, spill: "PROGRAMME" }))).toEqual({ orders: 300, returns: 100, triage: 250, helpdesk: 150 });
  });

  it("the month before stands in for a driver that is zero", () => {
    const rule = { zeroDriver: "PRIOR_PERIOD", limits: [{ maximum: "99" }] };
    expect(byUseCase(one(BY_SECONDS, { seconds: {}, before: { triage: 3, helpdesk: 1 } }, rule))).toEqual({ triage: 750, helpdesk: 250 });
    expect(byUseCase(one(BY_SECONDS, { seconds: { orders: 1 }, before: { triage: 3 } }, rule))).toEqual({ orders: 1000 });
  });

  it.each([[["without", "with"]], [["with", "without"]]])("which month counts is decided for each pool by who bears it: %s", (order) => {
    const rules = order.map((pool) => ({ pool, parts: [BY_SECONDS], zeroDriver: "PRIOR_PERIOD", exclude: pool === "without" ? ["retail"] : [] }));
    const { pools } = allocate(facts({ services: "STEP_DOWN", rules } as never, { pools: { with: 700, without: 300 }, seconds: { orders: 1 }, before: { triage: 3 } }));
    expect(pools.map(({ pool, lines }) => [pool, lines.map(({ useCase, amountMinor }) => [useCase, amountMinor])])).toEqual([["with", [["orders", 700n]]], ["without", [["triage", 300n]]]]);
  });

  it("use cases that several parts tell apart by one driver, or by nothing, are told apart by that", () => {
    const parts = (...methods: object[]) => [{ pool: "p", parts: methods.map((method) => ({ ...method, fraction: "0.5" })) }];
    const split = (rules: object[], seconds: Measured) => allocate(facts({ rules } as never, { pools: { p: 1000 }, seconds })).pools[0]!.lines.map(({ useCase, byMethods }) => [useCase, byMethods!.split!.split, byMethods!.split!.splitDriver]);
    const toRetail = { method: "DIRECT", to: ["retail"] };
    expect(split(parts(BY_SECONDS, toRetail), { orders: 3, returns: 1 })).toEqual([["orders", "MEASURED", "CONNECTED_SECONDS"], ["returns", "MEASURED", "CONNECTED_SECONDS"]]);
    expect(split(parts(toRetail, { method: "EVEN", to: ["retail"] }), {})).toEqual([["orders", "EVEN", null], ["returns", "EVEN", null]]);
    expect(split(parts({ driver: "CALLS", to: ["retail"] }, toRetail), { orders: 3, returns: 1 })).toEqual([["orders", "SEVERAL", null], ["returns", "SEVERAL", null]]);
  });
});

describe("pools in sequence", () => {
  const rules = [{ pool: "desk", parts: [{ bookedDriver: "tickets" }] }, { pool: "voice", parts: [BY_SECONDS] }];
  const given = { pools: { desk: 1000, voice: 500 }, booked: { tickets: { voice: "3", retail: "1" } } };

  it("a step-down hands on what was posted, and the chain says what came from where", () => {
    const { pools, totalMinor, allocatedMinor } = allocate(facts({ services: "STEP_DOWN", rules } as never, given));
    expect(pools.map(({ pool, amountMinor, byMethods, allocatedMinor: allocated }) => [pool, amountMinor, byMethods!.step, byMethods!.receivedMinor, byMethods!.passedMinor, allocated])).toEqual([["desk", 1000n, 1, 0n, 750n, 250n], ["voice", 500n, 2, 750n, 0n, 1250n]]);
    expect([totalMinor, allocatedMinor]).toEqual([1500n, 1500n]);
    expect(pools[0]!.byMethods!.links.map(({ to, toPool, driverName, amount }) => [to, toPool, driverName, amount.numerator])).toEqual([["retail", false, "tickets", 250n], ["voice", true, "tickets", 750n]]);
  });

  it("a circle is solved at once, and its use cases are told apart by what the circle measured", () => {
    const circle = [{ pool: "desk", parts: [{ method: "FIXED_SHARES", shares: [{ to: "voice", percent: "50" }, { to: "support", percent: "50" }] }] }, { pool: "voice", parts: [{ method: "FIXED_SHARES", fraction: "0.5", shares: [{ to: "desk", percent: "100" }] }, { ...BY_SECONDS, fraction: "0.5" }] }];
    const result = allocate(facts({ services: "RECIPROCAL", rules: circle } as never, { pools: { desk: 900, voice: 600 } }));
    expect([result.totalMinor, result.allocatedMinor, result.unallocatedMinor]).toEqual([1500n, 1500n, 0n]);
    expect(byUseCase(result)).toEqual({ orders: 350, returns: 117, triage: 175, helpdesk: 858 });
  });

  it("a pool without a rule stays with the programme, one without cost receives", () => {
    const result = allocate(facts({ services: "STEP_DOWN", rules } as never, { ...given, pools: { desk: 1000, strange: 70 } }));
    expect(result.pools.map(({ pool, allocatedMinor, unallocatedMinor }) => [pool, allocatedMinor, unallocatedMinor])).toEqual([["desk", 250n, 0n], ["strange", 0n, 70n], ["voice", 750n, 0n]]);
  });

  it("settles from the top of a hierarchy down when the policy says so", () => {
    const even = { rules: [{ pool: "p", parts: [{ method: "EVEN" }] }] };
    const parents = [{ businessUnit: "retail", parent: "group" }, { businessUnit: "support", parent: "group" }];
    const flat = allocate(facts({ ...even, useCaseDriver: "CALLS" } as never, { pools: { p: 1 } }));
    const tall = allocate(facts({ ...even, hierarchy: true } as never, { pools: { p: 1 }, inputs: { parents } }));
    const units = (result: AllocationResult): unknown => result.pools[0]!.unitShares.map(({ businessUnit, amountMinor }) => [businessUnit, amountMinor]);
    expect(units(flat)).toEqual([["claims", 1n], ["retail", 0n], ["support", 0n]]);
    expect(units(tall)).toEqual([["claims", 0n], ["retail", 1n], ["support", 0n]]);
    expect(tall.inputHash).not.toBe(flat.inputHash);
  });
});

describe("laws", () => {
  const amount = fc.integer({ min: -100_000, max: 100_000 });
  const measured = fc.record({ orders: fc.nat(50), returns: fc.nat(50), triage: fc.nat(50), helpdesk: fc.nat(50) });
  const part = fc.constantFrom<object>(
    BY_SECONDS, { driver: "CALLS" }, { method: "EVEN" }, { method: "FIXED_SHARES", shares: [{ to: "retail", percent: "33.3" }, { to: "claims", percent: "66.7" }] }, { method: "RATE", driver: "CALLS", rate: "0.337" },
    { method: "PRACTICAL_CAPACITY", driver: "CALLS", capacity: "77", idle: "EVEN" }, { method: "COMMITMENT", driver: "CONNECTED_SECONDS", rate: "0.013", idle: "BY_USE" }, { bookedDriver: "heads" }, { method: "KEEP" },
  );
  const booked = { heads: { retail: "2", claims: "0.7", second: "1.1" } };

  it("lines + unallocated = what is booked, every unit is less than a minor unit from the exact one, and a credit mirrors its charge", () => {
    fc.assert(fc.property(amount, amount, measured, part, part, (p, second, seconds, a, b) => {
      const policy = { services: "STEP_DOWN", rules: [{ pool: "p", parts: [a] }, { pool: "second", parts: [b] }] } as never;
      const given = { pools: { p, second }, seconds, calls: seconds, booked };
      const result = allocate(facts(policy, given));
      expect(result.allocatedMinor + result.unallocatedMinor).toBe(BigInt(p + second));
      for (const { unitShares, allocatedMinor } of result.pools) {
        expect(unitShares.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(allocatedMinor);
        for (const { amountMinor, byMethods } of unitShares) {
          const off = amountMinor * byMethods!.exact.denominator - byMethods!.exact.numerator;
          expect((off < 0n ? -off : off) < byMethods!.exact.denominator).toBe(true);
        }
      }
      // Nothing is no credit: a stated rate charges for a pool of zero, too.
      fc.pre(result.pools.every(({ amountMinor, byMethods }) => amountMinor + byMethods!.receivedMinor !== 0n));
      const credit = allocate(facts(policy, { ...given, pools: { p: -p, second: -second } }));
      expect(byUseCase(credit)).toEqual(Object.fromEntries(Object.entries(byUseCase(result)).map(([useCase, minor]) => [useCase, minor === 0 ? 0 : -minor])));
    }), { numRuns: 150 });
  });

  it("proportional rules charge every use case the same, whether they stand in a policy by methods or not", () => {
    fc.assert(fc.property(amount, measured, fc.constantFrom("UNALLOCATED", "EVEN"), fc.boolean(), (p, seconds, zeroDriver, blend) => {
      const parts = blend ? [{ ...BY_SECONDS, fraction: "0.5" }, { driver: "CALLS", fraction: "0.5" }] : [BY_SECONDS];
      const policy = { rules: [{ pool: "p", parts, zeroDriver, exclude: ["support"] }] };
      const given = { pools: { p }, seconds, calls: { orders: 3, triage: 4 } };
      const plain = allocate(facts(policy as never, given));
      const methods = allocate(facts({ ...policy, services: "DIRECT" } as never, given));
      const spent = (result: AllocationResult): Record<string, number> => Object.fromEntries(Object.entries(byUseCase(result)).filter(([, minor]) => minor !== 0));
      expect(spent(methods)).toEqual(spent(plain));
      expect(methods.unallocatedMinor).toBe(plain.unallocatedMinor);
    }), { numRuns: 150 });
  });

  it("the order of facts does not matter, a booked quantity does", () => {
    const policy = { rules: [{ pool: "p", parts: [{ bookedDriver: "heads" }] }] } as never;
    const heads = { retail: "2", claims: "0.7" };
    const given = facts(policy, { pools: { p: 1000 }, booked: { heads } });
    const { quantities } = given.drivers.get("CONNECTED_SECONDS")!;
    const turned = { ...given, drivers: new Map([...given.drivers, ["CONNECTED_SECONDS", { quantities: [...quantities].reverse(), unitQuantities: null }]]) };
    expect(allocate(turned).resultHash).toBe(allocate(given).resultHash);
    expect(hashInputs(turned)).toBe(hashInputs(given));
    const other = facts(policy, { pools: { p: 1000 }, booked: { heads: { ...heads, claims: "0.8" } } });
    expect(hashInputs(other)).not.toBe(hashInputs(given));
  });
});

describe("what cannot be carried out is not ready, and says why", () => {
  it.each<[string, object, Partial<Given>, RegExp]>([
    ["a fixed cost above the pool", { method: "DUAL_RATE", driver: "CALLS", capacityDriver: "heads", fixedAmount: "99" }, { booked: { heads: { retail: "1" } } }, /The fixed cost is 9900 .* more than the 1000/],
    ["a driver that must not be zero", { ...BY_SECONDS, zeroDriver: "REFUSE" }, { seconds: {} }, /CONNECTED_SECONDS is zero for everyone/],
    ["a quantity below zero", { bookedDriver: "heads" }, { booked: { heads: { retail: "3", claims: "-1" } } }, /heads is below zero for claims/],
    ["a unit that owns nothing", { method: "DIRECT", to: ["attic"] }, {}, /attic, which the rule of p names, owns no use case in 2025-10/],
    ["a quantity of a unit that owns nothing", { bookedDriver: "heads" }, { booked: { heads: { retail: "1", attic: "2" } } }, /attic, which has a quantity of heads, owns no use case in 2025-10/],
  ])("%s", (_, part, given, message) => {
    const work = (): unknown => one(part, given);
    expect(work).toThrow(message);
    try { work(); } catch (error) { expect([(error as Refusal).code, (error as Refusal).field]).toEqual(["NOT_READY", ["period"]]); }
  });
});
