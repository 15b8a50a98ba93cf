import fc from "fast-check";
import { Fraction, add, compare, formatFraction, fraction, sum } from "../../src/kernel/fraction";
import { FactsInput, PartInput, PoolInput } from "../../src/allocation/methods/facts-input";
import { exactByReceiver } from "../../src/allocation/methods/divide-facts";
import { divided } from "../support/method-facts";

const RUNS = { numRuns: 80, seed: 20251031 };
const RECEIVERS = ["a", "b", "c", "d"];
const POOLS = ["p", "q", "r"];
const amount = fc.integer({ min: -100_000, max: 100_000 });
const quantity = fc.oneof(fc.constant("0"), fc.integer({ min: 0, max: 5_000 }).map((units) => (units / 4).toFixed(2)));

const part: fc.Arbitrary<PartInput> = fc.oneof<fc.Arbitrary<PartInput>[]>(
  fc.constantFrom<PartInput>(
    { method: "PROPORTIONAL", driver: "use" }, { method: "PROPORTIONAL", driver: "use", zeroDriver: "EVEN" }, { method: "EVEN" }, { method: "KEEP" }, { method: "DIRECT", to: ["b"] }, { method: "DIRECT_COST" },
    { method: "FIXED_SHARES", shares: [{ to: "a", percent: "33.3" }, { to: "d", percent: "66.7" }] },
    { method: "TIERS", driver: "use", tiers: [{ upTo: "100", rate: "3" }, { rate: "1" }] },
    { method: "PRACTICAL_CAPACITY", driver: "use", capacity: "3000" }, { method: "PRACTICAL_CAPACITY", driver: "use", capacityDriver: "seats", idle: "BY_CAPACITY" },
    { method: "COMMITMENT", driver: "use", rate: "7", idle: "EVEN" }, { method: "COMMITMENT", driver: "use", rate: "7" },
    { method: "RATE", driver: "use", rate: "3.5" }, { method: "DUAL_RATE", driver: "use", capacityDriver: "seats", fixedRate: "2" },
    { method: "CUMULATIVE", driver: "use", priorPool: "5000", prior: [{ receiver: "a", amount: "2500" }, { receiver: "c", amount: "1700" }] },
  ),
);
const pool = (code: string): fc.Arbitrary<PoolInput> => fc.record({ amount, first: part, second: part, split: fc.boolean(), exclude: fc.constantFrom([], ["c"]) }).map(({ amount: minor, first, second, split, exclude }) => ({
  code, amount: String(minor), exclude,
  parts: split ? [{ ...first, fraction: "0.3" }, { ...second, fraction: "0.7" }] : [first],
}));
const input: fc.Arbitrary<FactsInput> = fc.record({
  pools: fc.tuple(...POOLS.map(pool)),
  use: fc.array(quantity, { minLength: 7, maxLength: 7 }), seats: fc.array(quantity, { minLength: 4, maxLength: 4 }),
  services: fc.constantFrom<FactsInput["services"]>("DIRECT", "STEP_DOWN"), nested: fc.boolean(),
}).map(({ pools, use, seats, services, nested }) => ({
  currency: "JPY", pools, services,
  receivers: RECEIVERS.map((code, index) => ({ code, directCost: String(index * 10), parent: nested && code === "d" ? "a" : null })),
  drivers: [
    { code: "use", quantities: [...RECEIVERS, ...POOLS].map((of, index) => ({ of, quantity: use[index]! })) },
    { code: "seats", quantities: RECEIVERS.map((of, index) => ({ of, quantity: seats[index]! })) },
  ],
}));

const mirrored = (given: FactsInput): FactsInput => ({
  ...given,
  pools: given.pools.map((each) => ({
    ...each, amount: String(-Number(each.amount)),
    parts: each.parts.map((one) => ({ ...one, ...(one.prior ? { priorPool: "-5000", prior: one.prior.map(({ receiver, amount: charged }) => ({ receiver, amount: `-${charged}` })) } : {}) })),
  })),
});
const flip = (value: Fraction): string => formatFraction({ numerator: -value.numerator, denominator: value.denominator });
const shuffled = (given: FactsInput): FactsInput => ({ ...given, receivers: [...given.receivers].reverse(), drivers: given.drivers!.map((driver) => ({ ...driver, quantities: [...driver.quantities].reverse() })) });

describe("laws of every method", () => {
  test("nothing is lost: own + received = lines + passed + unallocated + variance, exactly and in minor units", () => {
    fc.assert(fc.property(input, (given) => {
      const result = divided(given);
      for (const each of result.pools) {
        expect(each.lines.reduce((all, line) => all + line.amountMinor, each.passedMinor + each.unallocatedMinor + each.varianceMinor)).toBe(each.amountMinor + each.receivedMinor);
        expect(compare(sum([...each.lines.map((line) => line.exact), each.passed, each.unallocated, each.variance]), add(fraction(each.amountMinor), each.received))).toBe(0);
      }
      const kept = sum(result.pools.map((each) => add(each.unallocated, each.variance)));
      const booked = fraction(result.pools.reduce((all, each) => all + each.amountMinor, 0n));
      expect(compare(add(sum(exactByReceiver(result).values()), kept), booked)).toBe(0);
      const flows = result.chain.filter(({ to }) => RECEIVERS.includes(to));
      expect(compare(sum(flows.map((flow) => flow.amount)), sum(exactByReceiver(result).values()))).toBe(0);
    }), RUNS);
  });

  test("a circle of pools loses nothing, and its reciprocated costs solve the equations", () => {
    const served = fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 6, maxLength: 6 }), { minLength: 3, maxLength: 3 });
    fc.assert(fc.property(served, fc.array(amount, { minLength: 3, maxLength: 3 }), (quantities, amounts) => {
      const everybody = [...POOLS, "a", "b", "c"];
      const result = divided({
        currency: "JPY", services: "RECIPROCAL", receivers: [{ code: "a" }, { code: "b" }, { code: "c" }],
        // Each serves a receiver, so that the equations have one answer.
        drivers: POOLS.map((code, row) => ({ code: `by-${code}`, quantities: everybody.map((of, column) => ({ of, quantity: String(quantities[row]![column]! + (of === "a" ? 1 : 0)) })) })),
        pools: POOLS.map((code, row) => ({ code, amount: String(amounts[row]), parts: [{ method: "PROPORTIONAL", driver: `by-${code}` }] })),
      });
      for (const each of result.pools) {
        expect(each.lines.reduce((all, line) => all + line.amountMinor, each.passedMinor)).toBe(each.amountMinor + each.receivedMinor);
        const incoming = sum(result.chain.filter(({ to }) => to === each.pool).map((link) => link.amount));
        expect(compare(each.full, add(fraction(each.amountMinor), incoming))).toBe(0);
      }
      const ends = sum(result.chain.filter(({ to }) => !POOLS.includes(to)).map((link) => link.amount));
      expect(compare(ends, fraction(BigInt(amounts.reduce((all, each) => all + each, 0))))).toBe(0);
    }), RUNS);
  });

  test("a credit is the mirror image of its charge", () => {
    fc.assert(fc.property(input, (given) => {
      const [charge, credit] = [divided(given), divided(mirrored(given))];
      expect(credit.pools.map((each) => each.lines.map((line) => [line.receiver, -line.amountMinor, flip(line.exact)]))).toEqual(charge.pools.map((each) => each.lines.map((line) => [line.receiver, line.amountMinor, formatFraction(line.exact)])));
      expect(credit.pools.map((each) => -each.unallocatedMinor)).toEqual(charge.pools.map((each) => each.unallocatedMinor));
    }), RUNS);
  });

  test("the order in which receivers and quantities are given does not matter", () => {
    fc.assert(fc.property(input, (given) => {
      const picture = (each: FactsInput) => divided(each).pools.map((one) => [one.pool, one.unallocatedMinor, one.varianceMinor, one.lines]);
      expect(picture(shuffled(given))).toEqual(picture(given));
    }), RUNS);
  });

  test("who measures the same pays the same, but for one minor unit", () => {
    fc.assert(fc.property(amount, quantity, fc.array(quantity, { minLength: 2, maxLength: 2 }), (minor, same, others) => {
      const result = divided({
        currency: "JPY", receivers: RECEIVERS.map((code) => ({ code })), pools: [{ code: "p", amount: String(minor), parts: [{ method: "PROPORTIONAL", driver: "use" }] }],
        drivers: [{ code: "use", quantities: RECEIVERS.map((of, index) => ({ of, quantity: [same, same, ...others][index]! })) }],
      }).pools[0]!;
      const line = (code: string) => result.lines.find(({ receiver }) => receiver === code);
      expect(line("a")?.exact).toEqual(line("b")?.exact);
      const difference = (line("a")?.amountMinor ?? 0n) - (line("b")?.amountMinor ?? 0n);
      expect(difference * difference <= 1n).toBe(true);
    }), RUNS);
  });

  test("limits hold for everyone, and what they leave is said", () => {
    const limits = fc.record({ minimum: fc.integer({ min: 0, max: 300 }), room: fc.integer({ min: 0, max: 1_000 }), spill: fc.constantFrom<PoolInput["spill"]>("PROPORTIONAL", "EVEN", "PROGRAMME") });
    fc.assert(fc.property(limits, fc.integer({ min: 1_200, max: 9_000 }), fc.array(quantity, { minLength: 4, maxLength: 4 }), ({ minimum, room, spill }, minor, use) => {
      const [result] = divided({
        currency: "JPY", receivers: RECEIVERS.map((code) => ({ code })), drivers: [{ code: "use", quantities: RECEIVERS.map((of, index) => ({ of, quantity: use[index]! })) }],
        pools: [{ code: "p", amount: String(minor), parts: [{ method: "PROPORTIONAL", driver: "use", zeroDriver: "EVEN" }], spill, limits: [{ minimum: String(minimum), maximum: String(minimum + room) }] }],
      }).pools;
      for (const { amountMinor } of result!.lines) expect(amountMinor >= BigInt(minimum) && amountMinor <= BigInt(minimum + room)).toBe(true);
      if (spill !== "PROGRAMME") expect(result!.unallocatedMinor >= 0n).toBe(true);
      expect(result!.lines.reduce((all, line) => all + line.amountMinor, result!.unallocatedMinor)).toBe(BigInt(minor));
    }), RUNS);
  });
});
