import fc from "fast-check";
import { AllocationFacts, allocate, neededDrivers } from "../../src/allocation/allocate";
import { BridgedShares, bridgeShares, chargesOf } from "../../src/allocation/bridge/bridge-shares";
import { diffRuns } from "../../src/allocation/bridge/diff-runs";
import { compareInputs } from "../../src/allocation/bridge/input-components";
import { keepOwners } from "../../src/allocation/bridge/keep-owners";
import { plannedFacts } from "../../src/allocation/bridge/planned-facts";
import { ComparedFacts } from "../../src/allocation/bridge/swap-facts";
import { DriverVector } from "../../src/allocation/driver";
import { AllocationDriver, AllocationPart, AllocationRule, ZERO_DRIVER_RULES } from "../../src/allocation/policy";
import { ZERO, compare, formatFraction, fraction, multiply, subtract, sum as addAll } from "../../src/kernel/fraction";

const RUNS = { numRuns: 40, seed: 20251101 };

const part = (driver: AllocationPart["driver"], more: Partial<AllocationPart> = {}): AllocationPart => ({ fraction: "1", driver, channels: [{ channel: "VOICE", weight: "1" }], minimumSeconds: 0, incrementSeconds: 0, ...more });
const rule = (pool: string, parts: AllocationPart[], more: Partial<AllocationRule> = {}): AllocationRule => ({ pool, parts, zeroDriver: "UNALLOCATED", exclude: [], ...more });

/** "unit/use case[/channel]" and its quantity. */
const vector = (quantities: Record<string, number>, units: Record<string, number> | null = null): DriverVector => ({
  quantities: Object.entries(quantities).map(([key, quantity]) => {
    const [businessUnit, useCase, channel = "VOICE"] = key.split("/");
    return { businessUnit: businessUnit!, useCase: useCase!, channel, quantity: BigInt(quantity) };
  }),
  unitQuantities: units && Object.entries(units).map(([businessUnit, quantity]) => ({ businessUnit, channel: "VOICE", quantity: BigInt(quantity) })),
});

interface Side { pools: Record<string, number>; rules?: AllocationRule[]; drivers: Record<string, DriverVector>; receivers?: Array<[string, string[]]>; period?: string }
const facts = ({ pools, rules = [rule("platform", [part("CALLS")])], drivers, receivers = [], period = "2025-09" }: Side): AllocationFacts => ({
  period, currency: "USD", pools: Object.entries(pools).map(([code, minor]) => ({ code, amountMinor: BigInt(minor) })), policy: { effectiveFrom: "2025-01", note: null, rules },
  receivers: new Map(receivers), drivers: new Map(Object.entries(drivers)), priorDrivers: new Map(),
});
const comparing = (from: AllocationFacts, to: AllocationFacts, measured: Record<string, DriverVector> = {}): ComparedFacts => ({ from, to, measured: { drivers: new Map(Object.entries(measured)), priorDrivers: new Map() } });
const told = ({ effects }: BridgedShares): string[] => effects.map(({ step, pool, useCase, amountMinor }) => `${step} ${pool}/${useCase} ${amountMinor}`);

const SEPTEMBER = { "service/triage": 40_000, "sales/follow-up": 25_000, "collections/reminders": 10_000 };
const MINUTES = { "service/triage": 120_000 * 60_000, "sales/follow-up": 37_500 * 60_000, "collections/reminders": 42_500 * 60_000 };

describe("the change of a unit's shared cost", () => {
  test.each([["service", "triage", 400_000n], ["sales", "follow-up", -875_000n], ["collections", "reminders", 475_000n]])("60,000.00 divided by minutes instead of calls is policy: %s", (unit, useCase, minor) => {
    const from = facts({ pools: { platform: 6_000_000 }, drivers: { CALLS: vector(SEPTEMBER) } });
    const to = facts({ pools: { platform: 6_000_000 }, rules: [rule("platform", [part("CONNECTED_SECONDS")])], drivers: { CONNECTED_SECONDS: vector(MINUTES) } });
    const bridged = bridgeShares(comparing(from, to, { CALLS: vector(SEPTEMBER) }), unit);
    expect(told(bridged)).toEqual([`POLICY platform/${useCase} ${minor}`]);
    expect(bridged.effects[0]!.before[0]!.driver + bridged.effects[0]!.after[0]!.driver).toBe("CALLSCONNECTED_SECONDS");
  });

  test("own use, the others' use and the cost of the pool, each at what was swapped before it", () => {
    const from = facts({ pools: { platform: 10_000 }, drivers: { CALLS: vector({ "a/x": 50, "b/y": 50 }) } });
    const to = facts({ pools: { platform: 12_000 }, drivers: { CALLS: vector({ "a/x": 150, "b/y": 150 }) }, period: "2025-10" });
    const bridged = bridgeShares(comparing(from, to), "a");
    // 100.00 x (150/200 - 50/100), 100.00 x (150/300 - 150/200), (120.00 - 100.00) x 150/300
    expect(told(bridged)).toEqual(["VOLUME platform/x 2500", "MIX platform/x -2500", "RATE platform/x 1000"]);
    const rates = bridged.effects.map(({ before, after }) => [before, after].map(([basis]) => [formatFraction(basis!.quantity), formatFraction(basis!.total), formatFraction(basis!.rate!)]));
    expect(rates).toEqual([[["50", "100", "100"], ["150", "200", "50"]], [["150", "200", "50"], ["150", "300", "100/3"]], [["150", "300", "100/3"], ["150", "300", "40"]]]);
  });

  test("a use case that moved is ownership, not use: by what it used while it was here", () => {
    const from = facts({ pools: { platform: 10_000 }, drivers: { CALLS: vector({ "retail/orders": 60, "retail/returns": 10, "claims/triage": 30 }) }, receivers: [["retail", ["orders", "returns"]], ["claims", ["triage"]]] });
    const to = facts({ pools: { platform: 10_000 }, drivers: { CALLS: vector({ "retail/orders": 60, "claims/returns": 20, "claims/triage": 30 }) }, receivers: [["retail", ["orders"]], ["claims", ["returns", "triage"]]] });
    expect(told(bridgeShares(comparing(from, to), "retail"))).toEqual(["OWNERSHIP platform/returns -1000", "MIX platform/orders -545"]);
    expect(told(bridgeShares(comparing(from, to), "claims"))).toEqual(["MIX platform/triage -273", "OWNERSHIP platform/returns 1818"]);
  });

  test("a use case that two units had is divided as they had it", () => {
    const earlier = new Map([["CALLS", vector({ "a/x": 1, "b/x": 2, "b/y": 5 })]]);
    const later = new Map([["CALLS", vector({ "b/x": 10, "b/y": 7, "b/new": 3 })], ["CONTACTS", vector({ "b/x": 4 }, { b: 4 })], ["CONNECTED_SECONDS", vector({ "b/x": 9 })]]);
    const kept = keepOwners(earlier, later);
    expect(kept.get("CALLS")!.quantities.map((q) => `${q.businessUnit}/${q.useCase} ${q.quantity}`)).toEqual(["b/y 7", "b/new 3", "a/x 3", "b/x 7"]);
    expect(kept.get("CONTACTS")).toBe(later.get("CONTACTS"));
    // By a driver that was not measured then, as it was by another one.
    expect(kept.get("CONNECTED_SECONDS")!.quantities.map((q) => `${q.businessUnit}/${q.useCase} ${q.quantity}`)).toEqual(["a/x 3", "b/x 6"]);
  });

  test("a pool of one month alone is cost, also when the old policy has no rule for it", () => {
    const from = facts({ pools: { platform: 10_000, old: 700 }, rules: [rule("platform", [part("CALLS")]), rule("old", [part("CALLS")])], drivers: { CALLS: vector({ "a/x": 50, "b/y": 50 }) } });
    const to = facts({ pools: { platform: 10_000, brand: 900 }, rules: [rule("platform", [part("CALLS")]), rule("brand", [part("CONNECTED_SECONDS")])], drivers: { CALLS: vector({ "a/x": 50, "b/y": 50 }), CONNECTED_SECONDS: vector({ "a/x": 2, "b/y": 1 }) } });
    const bridged = bridgeShares(comparing(from, to), "a");
    expect(told(bridged)).toEqual(["RATE brand/x 600", "RATE old/x -350"]);
    expect(bridged.effects.map(({ poolBefore, poolAfter }) => [poolBefore?.amountMinor ?? null, poolAfter?.amountMinor ?? null])).toEqual([[null, 900n], [700n, null]]);
  });

  test("a unit without a charge on one side, on both, and an unknown one", () => {
    const from = facts({ pools: { platform: 10_000 }, drivers: { CALLS: vector({ "b/y": 50 }) } });
    const to = facts({ pools: { platform: 10_000 }, drivers: { CALLS: vector({ "a/x": 50, "b/y": 50 }) } });
    expect(told(bridgeShares(comparing(from, to), "a"))).toEqual(["VOLUME platform/x 5000"]);
    expect(told(bridgeShares(comparing(to, from), "a"))).toEqual(["VOLUME platform/x -5000"]);
    expect(bridgeShares(comparing(from, to), "nobody")).toEqual({ from: [], to: [], effects: [] });
  });
});

describe("policies by methods", () => {
  const settings = { services: null, order: null, hierarchy: false, useCaseDriver: "CONNECTED_SECONDS" as const, exempt: [] };
  const receivers: Array<[string, string[]]> = [["a", ["x"]], ["b", ["y"]]];
  const seconds = { CONNECTED_SECONDS: vector({ "a/x": 1_000, "b/y": 1_000 }) };
  const heads = (a: string, b: string): AllocationFacts["method"] => ({ parents: [], directCosts: [], priors: [], booked: [{ key: "headcount", quantities: [{ of: "a", useCase: null, quantity: a }, { of: "b", useCase: null, quantity: b }] }] });
  const byHeads = (minor: number, a: string, b: string, more: Record<string, number> = {}): AllocationFacts => {
    const own = facts({ pools: { platform: minor, ...more }, rules: ["platform", ...Object.keys(more)].map((pool) => rule(pool, [{ ...part(null), channels: [], method: "PROPORTIONAL", bookedDriver: "headcount" }])), drivers: seconds, receivers });
    return { ...own, policy: { ...own.policy!, settings }, method: heads(a, b) };
  };

  test("what finance booked is use of whom it booked it for", () => {
    const bridged = bridgeShares(comparing(byHeads(10_000, "5", "5"), byHeads(12_000, "15", "15", { other: 300 })), "a");
    expect(told(bridged)).toEqual(["VOLUME platform/x 2500", "MIX platform/x -2500", "RATE other/x 150", "RATE platform/x 1000"]);
    expect(bridged.effects[0]!.before.map(({ driver, unitQuantity, total }) => [driver, formatFraction(unitQuantity), formatFraction(total)])).toEqual([["headcount", "5", "10"]]);
  });

  test("a new way of dividing is policy, whichever of the two ways it is", () => {
    const calls = facts({ pools: { platform: 10_000 }, drivers: { CALLS: vector({ "a/x": 25, "b/y": 75 }) }, receivers });
    expect(told(bridgeShares(comparing(calls, byHeads(10_000, "5", "5"), { CALLS: vector({ "a/x": 25, "b/y": 75 }) }), "a"))).toEqual(["POLICY platform/x 2500"]);
    expect(told(bridgeShares(comparing(byHeads(10_000, "5", "5"), calls, seconds), "a"))).toEqual(["POLICY platform/x -2500"]);
  });

  test("facts on the way that a method refuses are told with the next swap; the effects still make up the change", () => {
    const [from, to] = [byHeads(10_000, "5", "5"), byHeads(9_000, "1", "2")];
    const newcomer = { ...to, receivers: new Map([...to.receivers, ["c", ["z"]]]), method: { ...to.method!, booked: [{ key: "headcount", quantities: [...to.method!.booked[0]!.quantities, { of: "c", useCase: null, quantity: "6" }] }] } };
    const bridged = bridgeShares(comparing(from, newcomer), "a");
    expect([bridged.from[0]!.amountMinor, bridged.to[0]!.amountMinor]).toEqual([5_000n, 1_000n]);
    expect(bridged.effects.reduce((all, { amountMinor }) => all + amountMinor, 0n)).toBe(-4_000n);
  });
});

describe("a plan of a month", () => {
  const rules = [rule("platform", [part("CONTACTS", { fraction: "0.5" }), part("BILLED_MINUTES", { fraction: "0.5", minimumSeconds: 60, incrementSeconds: 60 })])];
  const actual = facts({ pools: { platform: 10_000 }, rules, drivers: { CONTACTS: vector({ "a/x": 3, "a/y": 3, "b/z": 5 }, { a: 4, b: 5 }), "BILLED_MINUTES/60/60": vector({ "a/x": 60_000, "b/z": 180_000 }) }, receivers: [["a", ["x", "y"]], ["b", ["z"]]] });
  const planned = (quantities: Array<[string, AllocationDriver, string]> | null, more: Partial<Parameters<typeof plannedFacts>[1]> = {}): AllocationFacts =>
    plannedFacts(actual, { pools: null, policy: null, quantities: quantities && quantities.map(([useCase, driver, quantity]) => ({ useCase, driver, quantity, channel: "VOICE" as const })), ...more }, actual);

  test("is the month itself where nothing else was planned", () => {
    expect(planned(null)).toEqual(actual);
    expect(planned(null, { pools: [{ code: "other", amountMinor: 7n }] })).toEqual({ ...actual, pools: [{ code: "other", amountMinor: 7n }], drivers: new Map(), priorDrivers: new Map() });
  });

  test("plans for the owners of the month's end: minutes as billed, contacts of a unit as the sum of its use cases, nothing where nothing is named", () => {
    const { drivers } = planned([["x", "CONTACTS", "2"], ["y", "CONTACTS", "1"], ["z", "BILLED_MINUTES", "1.5"], ["x", "CALLS", "9"]]);
    expect(drivers).toEqual(new Map([["CONTACTS", vector({ "a/x": 2, "a/y": 1 }, { a: 3 })], ["BILLED_MINUTES/60/60", vector({ "b/z": 90_000 })]]));
    expect(told(bridgeShares(comparing(planned([["x", "CONTACTS", "2"], ["z", "BILLED_MINUTES", "1.5"]]), actual), "b"))).toEqual(["VOLUME platform/z 3571", "MIX platform/z -2043"]);
  });

  test.each<[string, string, string]>([["nobody's", "1", "NOT_FOUND"], ["x", "-1", "BAD_USER_INPUT"], ["x", "0.0000001", "BAD_USER_INPUT"], ["x", "many", "BAD_USER_INPUT"]])("refuses %s %s", (useCase, quantity, code) => {
    expect(() => planned([[useCase, "BILLED_MINUTES", quantity]])).toThrow(expect.objectContaining({ code }));
  });
});

const UNITS = ["a", "b", "c"], CASES = ["u", "v", "w", "x"], CHANNELS = ["VOICE", "CHAT"] as const, DRIVERS = ["CALLS", "CONNECTED_SECONDS", "CONTACTS"] as const, POOLS = ["p", "q", "r"];

const vectorOf = (owners: readonly number[], contacts: boolean): fc.Arbitrary<DriverVector> =>
  fc.array(fc.record({ useCase: fc.integer({ min: 0, max: 3 }), channel: fc.constantFrom(...CHANNELS), quantity: fc.integer({ min: 1, max: 5_000 }) }), { maxLength: 8 }).map((rows) => {
    const cells = new Map(rows.map(({ useCase, channel, quantity }) => [`${UNITS[owners[useCase]!]}/${CASES[useCase]}/${channel}`, quantity]));
    const made = vector(Object.fromEntries(cells));
    if (!contacts) return made;
    const units = new Map<string, bigint>();
    for (const { businessUnit, channel, quantity } of made.quantities) units.set(`${businessUnit}/${channel}`, (units.get(`${businessUnit}/${channel}`) ?? 0n) + quantity);
    return { ...made, unitQuantities: [...units].map(([key, quantity]) => ({ businessUnit: key.split("/")[0]!, channel: key.split("/")[1]!, quantity: quantity === 1n ? 1n : quantity - 1n })) };
  });

const ruleOf = (pool: string): fc.Arbitrary<AllocationRule> =>
  fc.record({
    drivers: fc.array(fc.constantFrom(...DRIVERS), { minLength: 1, maxLength: 2 }), chat: fc.constantFrom("0.25", "1", "3"), zeroDriver: fc.constantFrom(...ZERO_DRIVER_RULES), exclude: fc.constantFrom<string[]>([], [], ["c"], ["b"]),
  }).map(({ drivers, chat, zeroDriver, exclude }) => rule(pool, drivers.map((driver) => part(driver, { fraction: drivers.length === 1 ? "1" : "0.5", channels: [{ channel: "VOICE", weight: "1" }, { channel: "CHAT", weight: chat }] })), { zeroDriver, exclude }));

interface Month { readonly facts: AllocationFacts; readonly all: { readonly drivers: ReadonlyMap<string, DriverVector>; readonly prior: ReadonlyMap<string, DriverVector> } }

const ownership = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 });
const month: fc.Arbitrary<Month> = ownership.chain(monthOf);
const steadyMonths = ownership.chain((owners) => fc.tuple(monthOf(owners), monthOf(owners)));

function monthOf(owners: readonly number[]): fc.Arbitrary<Month> {
  return fc.record({
    pools: fc.array(fc.record({ code: fc.constantFrom(...POOLS), minor: fc.integer({ min: -100_000, max: 1_000_000 }) }), { maxLength: 3 }),
    rules: fc.tuple(...POOLS.map((pool) => fc.option(ruleOf(pool), { freq: 5 }))),
    drivers: fc.tuple(...DRIVERS.map((driver) => vectorOf(owners, driver === "CONTACTS"))),
    prior: fc.tuple(...DRIVERS.map((driver) => vectorOf(owners, driver === "CONTACTS"))),
  }).map(({ pools, rules, drivers, prior }) => {
    const amounts = [...new Map(pools.map(({ code, minor }) => [code, { code, amountMinor: BigInt(minor) }])).values()];
    const policy = { effectiveFrom: "2025-01", note: null, rules: rules.flatMap((each) => each ?? []) };
    const all = { drivers: new Map(DRIVERS.map((driver, index) => [driver as string, drivers[index]!])), prior: new Map(DRIVERS.map((driver, index) => [driver as string, prior[index]!])) };
    const needed = neededDrivers(policy, amounts);
    const receivers = new Map(UNITS.map((unit, index) => [unit, CASES.filter((_, position) => owners[position] === index)] as const).filter(([, cases]) => cases.length > 0));
    const only = (vectors: ReadonlyMap<string, DriverVector>, keys: string[]) => new Map(keys.map((key) => [key, vectors.get(key)!]));
    return { all, facts: { period: "2025-09", currency: "USD", pools: amounts, policy, receivers, drivers: only(all.drivers, needed.period), priorDrivers: only(all.prior, needed.prior) } };
  });
}

/** As the database would give them: what the new month's own policy does not ask for is measured besides. */
function comparedMonths(from: Month, to: Month): ComparedFacts {
  const needed = neededDrivers(from.facts.policy, from.facts.pools);
  const missing = (keys: string[], has: ReadonlyMap<string, unknown>, all: ReadonlyMap<string, DriverVector>) => new Map(keys.filter((key) => !has.has(key)).map((key) => [key, all.get(key)!]));
  return { from: from.facts, to: to.facts, measured: { drivers: missing(needed.period, to.facts.drivers, to.all.drivers), priorDrivers: missing(needed.prior, to.facts.priorDrivers, to.all.prior) } };
}

const sum = (items: ReadonlyArray<{ readonly amountMinor: bigint }>): bigint => items.reduce((all, { amountMinor }) => all + amountMinor, 0n);

describe("whatever the facts are", () => {
  test("old charge + effects = new charge, for every unit, pool and use case", () => {
    fc.assert(fc.property(month, month, (old, now) => {
      for (const unit of UNITS) {
        const { from, to, effects } = bridgeShares(comparedMonths(old, now), unit);
        expect(from).toEqual(chargesOf(allocate(old.facts), unit));
        expect(to).toEqual(chargesOf(allocate(now.facts), unit));
        const cells = new Set([...from, ...to, ...effects].map(({ pool, useCase }) => `${pool}/${useCase}`));
        for (const cell of cells) {
          const own = <T extends { readonly pool: string; readonly useCase: string }>(all: readonly T[]): T[] => all.filter(({ pool, useCase }) => `${pool}/${useCase}` === cell);
          expect(sum(own(from)) + sum(own(effects))).toBe(sum(own(to)));
        }
      }
    }), RUNS);
  });

  test("the bases of an effect explain the amount before and after it: sum of rate x quantity, up to the rounding of two levels", () => {
    fc.assert(fc.property(month, month, (old, now) => {
      for (const unit of UNITS) {
        const { from, effects } = bridgeShares(comparedMonths(old, now), unit);
        const reached = new Map(from.map(({ pool, useCase, amountMinor }) => [`${pool}/${useCase}`, amountMinor]));
        for (const { pool, useCase, amountMinor, before, after } of effects) {
          const amount = reached.get(`${pool}/${useCase}`) ?? 0n;
          reached.set(`${pool}/${useCase}`, amount + amountMinor);
          for (const [bases, minor] of [[before, amount], [after, amount + amountMinor]] as const) {
            // An even share has no quantity to be explained by.
            if (bases.some(({ total }) => total.numerator === 0n)) continue;
            const exact = addAll(bases.map(({ rate, quantity }) => (rate === null ? ZERO : multiply(rate, quantity))));
            const off = subtract(exact, fraction(minor));
            expect(compare(multiply(off, off), fraction(4n))).toBeLessThan(0);
          }
        }
      }
    }), RUNS);
  });

  test("all units at once: causes make up the change, use and policy and owners only move cost", () => {
    fc.assert(fc.property(month, month, (old, now) => {
      const compared = comparedMonths(old, now);
      const { units, causes, before, after } = diffRuns(compared);
      for (const { fromMinor, toMinor, causes: own } of units) expect(fromMinor + sum(own)).toBe(toMinor);
      for (const { cause, amountMinor } of causes) {
        expect(sum(units.flatMap((unit) => unit.causes.filter((each) => each.cause === cause)))).toBe(amountMinor);
        expect(cause === "POOL_COST" ? after.totalMinor - before.totalMinor : 0n).toBe(amountMinor);
      }
    }), RUNS);
  });

  test("where no use case moved, volume and mix of a unit are its use, and the other effects are what they are for everybody", () => {
    fc.assert(fc.property(steadyMonths, ([old, now]) => {
      const compared = comparedMonths(old, now);
      const { units } = diffRuns(compared);
      for (const unit of UNITS) {
        const of = (steps: string[]): bigint => sum(bridgeShares(compared, unit).effects.filter(({ step }) => steps.includes(step)));
        const caused = (cause: string): bigint => sum(units.find(({ businessUnit }) => businessUnit === unit)?.causes.filter((each) => each.cause === cause) ?? []);
        expect([of(["VOLUME", "MIX"]), of(["RATE"]), of(["POLICY"]), of(["OWNERSHIP"])]).toEqual([caused("USAGE"), caused("POOL_COST"), caused("POLICY"), caused("OWNERSHIP")]);
      }
    }), RUNS);
  });

  test("a unit learns nothing but totals of the others: how their use is spread over them and their use cases changes no figure", () => {
    const open = ({ facts: { policy, ...rest }, all }: Month): Month => ({ all, facts: { ...rest, policy: { ...policy!, rules: policy!.rules.map((each) => ({ ...each, exclude: [] })) } } });
    /** The same totals by channel in the same places, all of it but one of each in the first. */
    const respread = (vectors: ReadonlyMap<string, DriverVector>): Map<string, DriverVector> => new Map([...vectors].map(([key, { quantities, unitQuantities }]): [string, DriverVector] => {
      if (unitQuantities !== null) return [key, { quantities, unitQuantities }];
      const others = (channel: string) => quantities.filter((each) => each.businessUnit !== "a" && each.channel === channel);
      return [key, { unitQuantities, quantities: quantities.map((each) => {
        if (each.businessUnit === "a") return each;
        const all = others(each.channel);
        return { ...each, quantity: all[0] === each ? all.reduce((total, { quantity }) => total + quantity, 0n) - BigInt(all.length - 1) : 1n };
      }) }];
    }));
    const seen = (compared: ComparedFacts): Map<string, string> => new Map(bridgeShares(compared, "a").effects.map(({ step, pool, useCase, before, after }) => [
      `${step} ${pool} ${useCase}`,
      JSON.stringify([before, after].map((bases) => bases.map(({ driver, quantity, unitQuantity, total, rate, poolMinor }) => [driver, ...[quantity, unitQuantity, total].map(formatFraction), rate && formatFraction(rate), String(poolMinor)]))),
    ]));
    let compared = 0;
    fc.assert(fc.property(month, month, (old, now) => {
      const facts = comparedMonths(open(old), open(now));
      const side = (each: AllocationFacts): AllocationFacts => ({ ...each, drivers: respread(each.drivers), priorDrivers: respread(each.priorDrivers) });
      const other = seen({ from: side(facts.from), to: side(facts.to), measured: { drivers: respread(facts.measured.drivers), priorDrivers: respread(facts.measured.priorDrivers) } });
      for (const [cell, told] of seen(facts)) {
        if (!other.has(cell)) continue; // Less than a minor unit: it depends on who rounds up.
        expect([cell, other.get(cell)]).toEqual([cell, told]);
        compared += 1;
      }
    }), RUNS);
    expect(compared).toBeGreaterThan(50);
  });

  test("nothing changed, nothing told; one thing changed, one effect told", () => {
    fc.assert(fc.property(month, month, (old, now) => {
      const steps = (to: AllocationFacts): string[] => [...new Set(bridgeShares(comparing(old.facts, to), "a").effects.map(({ step }) => step))];
      expect(steps(old.facts)).toEqual([]);
      expect(compareInputs(old.facts, old.facts, 2).filter(({ differs }) => differs)).toEqual([]);
      const ofUnit = (own: boolean): AllocationFacts => ({
        ...old.facts,
        drivers: new Map([...old.facts.drivers].map(([key, { quantities, unitQuantities }]) => {
          const more = <T extends { readonly businessUnit: string; readonly quantity: bigint }>(all: readonly T[]): T[] => all.map((each) => ((each.businessUnit === "a") === own ? { ...each, quantity: each.quantity * 3n + 1n } : each));
          return [key, { quantities: more(quantities), unitQuantities: unitQuantities && more(unitQuantities) }];
        })),
      });
      const only = (to: AllocationFacts, step: string): void => expect(steps(to).filter((each) => each !== step)).toEqual([]);
      only(ofUnit(true), "VOLUME");
      only(ofUnit(false), "MIX");
      only({ ...old.facts, pools: old.facts.pools.map(({ code, amountMinor }) => ({ code, amountMinor: amountMinor + 12_345n })) }, "RATE");
      only({ ...old.facts, receivers: now.facts.receivers }, "OWNERSHIP");
    }), RUNS);
  });
});

describe("the inputs of two runs", () => {
  test("name what differs, by component", () => {
    const from = facts({ pools: { platform: 10_000 }, drivers: { CALLS: vector({ "a/x": 50, "b/y": 5 }) }, receivers: [["a", ["x"]], ["b", ["y"]]] });
    const to = facts({ pools: { platform: 12_050, brand: 1 }, rules: [rule("platform", [part("CALLS", { fraction: "0.5" }), part("CALLS", { fraction: "0.5", channels: [{ channel: "CHAT", weight: "2" }] })], { exclude: ["b"], zeroDriver: "EVEN" })], drivers: { CALLS: vector({ "a/x": 51, "b/y": 5 }) }, receivers: [["a", ["x", "y"]]] });
    const compared = compareInputs(from, to, 2);
    expect(compared.flatMap(({ component, differs, differences, more }) => [`${component} ${differs} ${more}`, ...differences])).toEqual([
      "PERIOD false 0",
      "POOLS true 0", "brand: not there, now 0.01", "platform: 100.00, now 120.50",
      "DRIVERS true 0", "CALLS of a, x, VOICE: 50, now 51",
      "PRIOR_DRIVERS false 0",
      "POLICY true 0", "platform: CALLS, now 0.5 by CALLS + 0.5 by CALLS (CHAT x 2), without b, EVEN when zero",
      "OWNERS true 0", "y: b, now a",
      "METHOD_FACTS false 0",
    ]);
    expect(compared.every(({ fromHash, toHash, differs }) => (fromHash !== toHash) === differs && /^[0-9a-f]{64}$/.test(fromHash))).toBe(true);
  });

  test("tell a hundred differences and count the rest", () => {
    const many = (count: number): AllocationFacts => facts({ pools: Object.fromEntries(Array.from({ length: count }, (_, index) => [`pool-${index}`, index])), drivers: {}, rules: [] });
    const [, pools] = compareInputs(many(0), many(130), 2);
    expect([pools!.differences.length, pools!.more]).toEqual([100, 30]);
  });
});
