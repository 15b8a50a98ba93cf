import { FactsInput, PartInput, PoolInput } from "../../src/allocation/methods/facts-input";
import { Refusal } from "../../src/kernel/refusal";
import { divided, facts, pool } from "../support/method-facts";

const DRIVERS = { calls: { a: 1, b: 2 }, none: { a: 0 }, signed: { a: -1, b: 2 } };
const CALLS: PartInput = { method: "PROPORTIONAL", driver: "calls" };
const part = (input: Record<string, unknown>, rest: Partial<PoolInput> = {}): FactsInput => facts(["a", "b"], DRIVERS, [pool("p", 100, input as unknown as PartInput, rest)]);
const two = (first: PartInput, second: PartInput, rest: Partial<FactsInput> = {}): FactsInput => facts(["a", "b"], { ...DRIVERS, first: { p: 1, q: 1, a: 1 } }, [pool("p", 100, first), pool("q", 100, second)], rest);
const to = (code: string): PartInput => ({ method: "DIRECT", to: [code] });

describe("what cannot be divided is refused and says why", () => {
  test.each<[string, FactsInput, RegExp, string]>([
    ["a rule that names nobody",            part({ method: "EVEN", to: [] }), /names nobody/, "facts.pools.0.parts.0.to"],
    ["a rule that excludes everybody",      part({ method: "EVEN" }, { exclude: ["a", "b"] }), /excludes everybody/, "facts.pools.0.exclude"],
    ["a rule whose one name is excluded",   part({ method: "DIRECT", to: ["a"] }, { exclude: ["a"] }), /names nobody/, "facts.pools.0.parts.0"],
    ["a pool without a driver",             part({ method: "PROPORTIONAL" }), /without a driver/, "facts.pools.0.parts.0.driver"],
    ["a driver that is not given",          part({ method: "PROPORTIONAL", driver: "minutes" }), /no quantities of the driver minutes/, "facts.pools.0.parts.0.driver"],
    ["a driver without quantities",         facts(["a"], { calls: {} }, [pool("p", 1, CALLS)]), /has no quantities/, "facts.drivers.0.quantities"],
    ["an empty driver that may not be",     part({ method: "PROPORTIONAL", driver: "none", zeroDriver: "REFUSE" }), /is zero for everyone/, "facts.pools.0.parts.0"],
    ["quantities below zero",               part({ method: "PROPORTIONAL", driver: "signed" }), /below zero for a/, "facts.pools.0.parts.0"],
    ["a quantity of nobody",                facts(["a"], { calls: { z: 1 } }, [pool("p", 1, CALLS)]), /z stands neither/, "facts.drivers.0.quantities"],
    ["a cap below the minimum",             part(CALLS as never, { limits: [{ receiver: "a", minimum: "5", maximum: "4" }] }), /The cap of a \(4\) is below the minimum \(5\)/, "facts.pools.0.limits"],
    ["minimums above the pool",             part(CALLS as never, { limits: [{ minimum: "51" }] }), /sum to 102 minor units/, "facts.pools.0.limits"],
    ["shares below 100 %",                  part({ method: "FIXED_SHARES", shares: [{ to: "a", percent: "60" }, { to: "b", percent: "39.9" }] }), /make 999\/10 %, not 100 %/, "facts.pools.0.parts.0.shares"],
    ["fractions below one",                 part({ ...CALLS, fraction: "0.9" }), /sum to 9\/10, not to 1/, "facts.pools.0.parts"],
    ["weights that sum to nothing",         facts(["a"], {}, [pool("p", 1, CALLS)], { drivers: [{ code: "calls", weights: [{ unit: "CHAT", weight: "0" }], quantities: [{ of: "a", quantity: "1", unit: "CHAT" }] }] }), /weights of driver calls sum to nothing/, "facts.drivers.0.weights"],
    ["units that do not add up",            facts(["a"], {}, [pool("p", 1, CALLS)], { drivers: [{ code: "calls", quantities: [{ of: "a", quantity: "1", unit: "CHAT" }, { of: "a", quantity: "1", unit: "CALL" }] }] }), /give their weights/, "facts.drivers.0.weights"],
    ["tiers without rates",                 part({ method: "TIERS", driver: "calls", tiers: [{ rate: "0" }] }), /sum to nothing/, "facts.pools.0.parts.0.tiers"],
    ["tiers that go back",                  part({ method: "TIERS", driver: "calls", tiers: [{ upTo: "5", rate: "1" }, { upTo: "5", rate: "2" }, { rate: "3" }] }), /ends above the one before/, "facts.pools.0.parts.0.tiers"],
    ["a cycle without a rule of service",   two({ method: "PROPORTIONAL", driver: "first", to: ["q", "a"] }, to("p")), /p, q serve each other in a cycle/, "facts.services"],
    ["a pool that serves itself",           two({ method: "PROPORTIONAL", driver: "first", to: ["p", "a"] }, to("a")), /p serves itself/, "facts.services"],
    ["a closed pool that receives",         two(to("a"), to("p")), /q serves p, which is divided before it/, "facts.pools.1"],
    ["equations without one answer",        two(to("q"), to("p"), { services: "RECIPROCAL" }), /no one answer/, "facts.pools"],
    ["a circle that depends on amounts",    two(to("q"), { method: "RATE", driver: "first", rate: "1" }, { services: "RECIPROCAL" }), /q stands in a circle .* by RATE/, "facts.pools.1"],
    ["an order that forgets a pool",        two(to("a"), to("b"), { order: ["p"] }), /names every pool once/, "facts.order"],
    ["a fixed cost above the pool",         part({ method: "DUAL_RATE", driver: "calls", capacityDriver: "calls", fixedAmount: "101" }), /more than the 100/, "facts.pools.0.parts.0.fixedAmount"],
    ["a dual rate without its fixed leg",   part({ method: "DUAL_RATE", driver: "calls", capacityDriver: "calls" }), /either fixedAmount or fixedRate/, "facts.pools.0.parts.0"],
    ["a setting of another method",         part({ ...CALLS, capacity: "5" }), /capacity does not belong to PROPORTIONAL/, "facts.pools.0.parts.0.capacity"],
    ["a unit above itself",                 facts([{ code: "a", parent: "b" }, { code: "b", parent: "a" }], {}, [pool("p", 1, { method: "EVEN" })]), /stands above itself/, "facts.receivers"],
    ["a parent that is not there",          facts([{ code: "a", parent: "z" }], {}, [pool("p", 1, { method: "EVEN" })]), /z, the parent of a, is no receiver/, "facts.receivers"],
    ["a code twice",                        facts(["a", "p"], {}, [pool("p", 1, { method: "EVEN" })]), /code of a receiver, too/, "facts.pools.0.code"],
    ["half a yen",                          facts(["a"], {}, [pool("p", "0.5", { method: "EVEN" })]), /more decimals than JPY/, "facts.pools.0.amount"],
  ])("%s", (_, input, message, field) => {
    expect.assertions(3);
    try {
      divided(input);
    } catch (error) {
      expect([error instanceof Refusal, (error as Refusal).code]).toEqual([true, "BAD_USER_INPUT"]);
      expect((error as Refusal).message).toMatch(message);
      expect((error as Refusal).field?.join(".")).toBe(field);
    }
  });

  test("another currency and too much work have codes of their own", () => {
    const code = (input: FactsInput): string | undefined => { try { divided(input); } catch (error) { return (error as Refusal).code; } return undefined; };
    expect(code(part(CALLS as never, { currency: "EUR" }))).toBe("CURRENCY_MISMATCH");
    const ring = Array.from({ length: 65 }, (_, index) => `p${index}`);
    expect(code(facts(["a"], {}, ring.map((each, index) => pool(each, 1, { method: "EVEN", to: [ring[(index + 1) % ring.length]!, "a"] })), { services: "RECIPROCAL" }))).toBe("LIMIT_EXCEEDED");
    expect(code(facts(Array.from({ length: 2_000 }, (_, index) => `u${index}`), {}, Array.from({ length: 60 }, (_, index) => pool(`p${index}`, 1, { method: "EVEN" }))))).toBe("LIMIT_EXCEEDED");
  });
});
