import fc from "fast-check";
import { AllocationFacts, PoolAmount, allocate, hashInputs, hashResult, neededDrivers } from "../../src/allocation/allocate";
import { DividedPool, DivisionFacts, Receivers, dividePool } from "../../src/allocation/divide-pool";
import { DriverVector, countsContacts, displayQuantity, driverKey } from "../../src/allocation/driver";
import { AllocationDriver, AllocationPart, AllocationRule, ZeroDriverRule } from "../../src/allocation/policy";
import { Fraction, add, formatFraction, fraction, multiply, sum, truncate } from "../../src/kernel/fraction";
import { currencyOf, toMinor, toMoney } from "../../src/kernel/money";
import { BrokenBelief } from "../../src/kernel/refusal";

/** The same months each time; thousands of others are drawn by the conservation proof, and tens of them notice every fault of the arithmetic. */
const RUNS = { numRuns: 300, seed: 20251031 };
const USD = currencyOf("USD")!;
const cents = (amount: string): bigint => toMinor(amount, USD, []);
const money = (minor: bigint): string => toMoney(minor, USD).amount;

const part = (driver: AllocationDriver, more: Partial<AllocationPart> = {}): AllocationPart => ({
  fraction: "1", driver, channels: [{ channel: "VOICE", weight: "1" }], minimumSeconds: 0, incrementSeconds: driver === "BILLED_MINUTES" ? 60 : 0, ...more,
});
const rule = (parts: readonly AllocationPart[], more: Partial<AllocationRule> = {}): AllocationRule => ({ pool: "platform", parts, zeroDriver: "UNALLOCATED", exclude: [], ...more });

/** "unit/use case/channel" and the quantity in base units; the channel is VOICE unless it is named. */
const vector = (quantities: Record<string, number>, units: Record<string, number> | null = null): DriverVector => ({
  quantities: Object.entries(quantities).map(([key, quantity]) => {
    const [businessUnit, useCase, channel] = key.split("/");
    return { businessUnit: businessUnit!, useCase: useCase!, channel: channel ?? "VOICE", quantity: BigInt(quantity) };
  }),
  unitQuantities: units && Object.entries(units).map(([key, quantity]) => {
    const [businessUnit, channel] = key.split("/");
    return { businessUnit: businessUnit!, channel: channel ?? "VOICE", quantity: BigInt(quantity) };
  }),
});

const NOTHING = vector({});
const facts = (drivers: Record<string, DriverVector>, more: { prior?: Record<string, DriverVector>; receivers?: Receivers } = {}): DivisionFacts => ({
  vector: (key) => drivers[key] ?? NOTHING,
  priorVector: (key) => {
    if (!more.prior) throw new Error("the month before was not asked for");
    return more.prior[key] ?? NOTHING;
  },
  receivers: more.receivers ?? new Map(),
});

/** "unit/use case/channel amount" of each line, with the part in front when there are several. */
const linesOf = (pool: DividedPool): string[] => pool.lines.map((line) => `${line.part} ${line.businessUnit}/${line.useCase}/${line.channel} ${money(line.amountMinor)}`);
const byUnit = (pool: DividedPool): Record<string, string> => {
  const totals = new Map<string, bigint>();
  for (const line of pool.lines) totals.set(line.businessUnit, (totals.get(line.businessUnit) ?? 0n) + line.amountMinor);
  return Object.fromEntries([...totals].map(([unit, minor]) => [unit, money(minor)]));
};

describe("September: 60,000.00 of shared platform cost", () => {
  const september = facts({
    CALLS: vector({ "service/triage": 40_000, "sales/follow-up": 25_000, "collections/reminders": 10_000 }),
    CONNECTED_SECONDS: vector({ "service/triage": 120_000 * 60_000, "sales/follow-up": 37_500 * 60_000, "collections/reminders": 42_500 * 60_000 }),
  });
  test.each<[string, AllocationPart[], string, string, string]>([
    // divided by                                 parts                                                                          service      sales        collections
    ["calls",                                     [part("CALLS")],                                                               "32000.00",  "20000.00",  "8000.00"],
    ["minutes",                                   [part("CONNECTED_SECONDS")],                                                   "36000.00",  "11250.00",  "12750.00"],
    ["half by calls, half by minutes",            [part("CALLS", { fraction: "0.5" }), part("CONNECTED_SECONDS", { fraction: "0.5" })], "34000.00",  "15625.00",  "10375.00"],
    ["three quarters by calls, one by minutes",   [part("CALLS", { fraction: "0.75" }), part("CONNECTED_SECONDS", { fraction: "0.25" })], "33000.00", "17812.50", "9187.50"],
  ])("by %s", (_, parts, service, sales, collections) => {
    const pool = dividePool(cents("60000.00"), rule(parts), september);
    expect(byUnit(pool)).toEqual({ service, sales, collections });
    expect([money(pool.allocatedMinor), money(pool.unallocatedMinor), pool.unallocatedReason]).toEqual(["60000.00", "0.00", null]);
    const credit = dividePool(cents("-60000.00"), rule(parts), september);
    expect(byUnit(credit)).toEqual({ service: `-${service}`, sales: `-${sales}`, collections: `-${collections}` });
  });

  test("the hybrid shows what each half brought", () => {
    const pool = dividePool(cents("60000.00"), rule([part("CALLS", { fraction: "0.5" }), part("CONNECTED_SECONDS", { fraction: "0.5" })]), september);
    expect(linesOf(pool)).toEqual([
      "0 collections/reminders/VOICE 4000.00", "1 collections/reminders/VOICE 6375.00",
      "0 sales/follow-up/VOICE 10000.00", "1 sales/follow-up/VOICE 5625.00",
      "0 service/triage/VOICE 16000.00", "1 service/triage/VOICE 18000.00",
    ]);
    expect(pool.lines.map((line) => formatFraction(line.share))).toEqual(["1/15", "17/160", "1/6", "3/32", "4/15", "3/10"]);
    expect(pool.unitShares.map((share) => `${share.part} ${share.businessUnit} ${formatFraction(share.driverQuantity)} of ${formatFraction(share.driverTotal)}: ${money(share.amountMinor)}`)).toEqual([
      "0 collections 10000 of 75000: 4000.00", "1 collections 2550000000 of 12000000000: 6375.00",
      "0 sales 25000 of 75000: 10000.00", "1 sales 2250000000 of 12000000000: 5625.00",
      "0 service 40000 of 75000: 16000.00", "1 service 7200000000 of 12000000000: 18000.00",
    ]);
  });
});

describe("October: 25,000.00 over police, EMS and fire", () => {
  const units = (police: number, ems: number, fire: number): DriverVector => vector({ "POLICE/calls": police, "EMS/calls": ems, "FIRE/calls": fire });
  test.each<[AllocationDriver, DriverVector, string, string, string]>([
    // driver              base units                                                          police       EMS         fire
    ["CALLS",              units(3_713, 1_137, 472),                                           "17441.75",  "5341.04",  "2217.21"],
    ["CONNECTED_SECONDS",  units(1_088_542_000, 303_223_000, 93_938_000),                      "18316.95",  "5102.35",  "1580.70"],
    ["BILLED_MINUTES",     units(19_980 * 60_000, 5_624 * 60_000, 1_800 * 60_000),             "18227.27",  "5130.64",  "1642.09"],
  ])("by %s", (driver, measured, police, ems, fire) => {
    const given = facts({ [driverKey(part(driver))]: measured });
    const pool = dividePool(cents("25000.00"), rule([part(driver)]), given);
    expect(byUnit(pool)).toEqual({ POLICE: police, EMS: ems, FIRE: fire });
    expect(pool.unallocatedMinor).toBe(0n);
    expect(byUnit(dividePool(cents("-25000.00"), rule([part(driver)]), given))).toEqual({ POLICE: `-${police}`, EMS: `-${ems}`, FIRE: `-${fire}` });
  });

  test("each line says how far it was rounded", () => {
    const pool = dividePool(cents("25000.00"), rule([part("CALLS")]), facts({ CALLS: units(3_713, 1_137, 472) }));
    expect(pool.lines.map((line) => [line.businessUnit, formatFraction(line.share), line.adjustmentMinor])).toEqual([["EMS", "379/1774", 1n], ["FIRE", "236/2661", 0n], ["POLICE", "3713/5322", 0n]]);
    expect(pool.unitShares.map((share) => [share.businessUnit, share.adjustmentMinor])).toEqual([["EMS", 1n], ["FIRE", 0n], ["POLICE", 0n]]);
  });
});

describe("nested rounding: units first, then their use cases, then channels", () => {
  test("each unit's amount is divided by itself", () => {
    const pool = dividePool(cents("100.00"), rule([part("CALLS")]), facts({ CALLS: vector({ "a/x": 1, "a/y": 1, "a/z": 1, "b/x": 3, "c/x": 1, "c/y": 2 }) }));
    expect(linesOf(pool)).toEqual(["0 a/x/VOICE 11.12", "0 a/y/VOICE 11.11", "0 a/z/VOICE 11.11", "0 b/x/VOICE 33.33", "0 c/x/VOICE 11.11", "0 c/y/VOICE 22.22"]);
    expect(byUnit(pool)).toEqual({ a: "33.34", b: "33.33", c: "33.33" });
  });

  test("a use case's amount is divided over parts before channels, ties to the earlier part", () => {
    const parts = [part("CALLS", { fraction: "0.5", channels: [{ channel: "VOICE", weight: "1" }, { channel: "CHAT", weight: "1" }] }), part("CONNECTED_SECONDS", { fraction: "0.5" })];
    const given = facts({ CALLS: vector({ "a/x/VOICE": 1, "a/x/CHAT": 1 }), CONNECTED_SECONDS: vector({ "a/x": 5_000 }) });
    expect(linesOf(dividePool(2n, rule(parts), given))).toEqual(["0 a/x/CHAT 0.01", "0 a/x/VOICE 0.00", "1 a/x/VOICE 0.01"]);
    expect(linesOf(dividePool(5n, rule(parts), given))).toEqual(["0 a/x/CHAT 0.01", "0 a/x/VOICE 0.01", "1 a/x/VOICE 0.03"]);
    expect(linesOf(dividePool(-5n, rule(parts), given))).toEqual(["0 a/x/CHAT -0.01", "0 a/x/VOICE -0.01", "1 a/x/VOICE -0.03"]);
  });

  test("part ten comes after part nine, in the lines and in a tie", () => {
    const parts = Array.from({ length: 11 }, (_, index) => part("CALLS", { fraction: index < 9 ? "0.05" : "0.275" }));
    const pool = dividePool(1n, rule(parts), facts({ CALLS: vector({ "a/x": 1 }) }));
    expect(pool.lines.map((line) => line.part)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(pool.lines.map((line) => line.amountMinor)).toEqual([0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 1n, 0n]);
  });

  test("lines stand by part, then by channel", () => {
    const parts = [part("CALLS", { fraction: "0.5" }), part("CALLS", { fraction: "0.5", channels: [{ channel: "CHAT", weight: "1" }] })];
    expect(linesOf(dividePool(3n, rule(parts), facts({ CALLS: vector({ "a/x/CHAT": 7, "a/x/VOICE": 1 }) })))).toEqual(["0 a/x/VOICE 0.02", "1 a/x/CHAT 0.01"]);
  });

  test("the channels of every part stand in order, whatever order they were measured in, and so do use cases", () => {
    const channels = [{ channel: "VOICE", weight: "1" }, { channel: "CHAT", weight: "1" }, { channel: "SMS", weight: "1" }] as const;
    const given = facts({ CALLS: vector({ "a/z/VOICE": 1, "a/y/VOICE": 1, "a/y/CHAT": 1, "a/y/SMS": 1, "a/x/VOICE": 1 }) });
    expect(linesOf(dividePool(10n, rule([part("CALLS", { fraction: "0.5", channels }), part("CALLS", { fraction: "0.5", channels })]), given))).toEqual([
      "0 a/x/VOICE 0.01", "1 a/x/VOICE 0.01", "0 a/y/CHAT 0.01", "0 a/y/SMS 0.01", "0 a/y/VOICE 0.01", "1 a/y/CHAT 0.01", "1 a/y/SMS 0.01", "1 a/y/VOICE 0.01", "0 a/z/VOICE 0.01", "1 a/z/VOICE 0.01",
    ]);
  });

  test("the idle part of a pool comes last in a tie", () => {
    const parts = [part("CALLS", { fraction: "0.5" }), part("CONTACTS", { fraction: "0.5" })];
    const pool = dividePool(1n, rule(parts), facts({ CALLS: vector({ "zulu/x": 1 }) }));
    expect([pool.allocatedMinor, pool.unallocatedMinor]).toEqual([1n, 0n]);
    expect(pool.unallocatedReason).toBe("CONTACTS is zero for everyone who bears this pool.");
  });

  test("a pool of nothing has lines of nothing", () => {
    const pool = dividePool(0n, rule([part("CALLS")]), facts({ CALLS: vector({ "a/x": 1, "b/x": 2 }) }));
    expect(linesOf(pool)).toEqual(["0 a/x/VOICE 0.00", "0 b/x/VOICE 0.00"]);
    expect(pool.lines.map((line) => formatFraction(line.share))).toEqual(["1/3", "2/3"]);
    expect([pool.allocatedMinor, pool.unallocatedMinor]).toEqual([0n, 0n]);
  });

  test("no cent is lost above what a binary fraction can hold", () => {
    const pool = dividePool(cents("999999999999999.99"), rule([part("CALLS")]), facts({ CALLS: vector({ "a/x": 1, "b/x": 1, "c/x": 1 }) }));
    expect(byUnit(pool)).toEqual({ a: "333333333333333.33", b: "333333333333333.33", c: "333333333333333.33" });
    expect(byUnit(dividePool(cents("-999999999999999.98"), rule([part("CALLS")]), facts({ CALLS: vector({ "a/x": 1, "b/x": 1, "c/x": 1 }) })))).toEqual({ a: "-333333333333333.33", b: "-333333333333333.33", c: "-333333333333333.32" });
  });
});

describe("a driver that is zero", () => {
  const receivers: Receivers = new Map([["ops", ["o1"]], ["cards", ["c1", "c2"]], ["retail", ["r1"]], ["empty", []]]);
  const prior = { CALLS: vector({ "cards/c1": 1, "retail/r1": 3 }) };
  const half = [part("CALLS", { fraction: "0.5" }), part("CONTACTS", { fraction: "0.5" })];
  const contacts = { CONTACTS: vector({ "retail/r1": 9 }, { retail: 9 }) };
  const reason = "CALLS is zero for everyone who bears this pool.";

  test.each<[string, ZeroDriverRule, DivisionFacts, Partial<AllocationRule>, string[], string, string | null]>([
    // case                              rule           facts                                                       more                                 lines                                                                                   left     why
    ["stays with the programme",         "UNALLOCATED", facts({}, { receivers }),                                   {},                                  [],                                                                                     "100.00",reason],
    ["even over units and use cases",    "EVEN",        facts({}, { receivers }),                                   {},                                  ["0 cards/c1/VOICE 16.67", "0 cards/c2/VOICE 16.67", "0 ops/o1/VOICE 33.33", "0 retail/r1/VOICE 33.33"], "0.00", null],
    ["even without the excluded",        "EVEN",        facts({}, { receivers }),                                   { exclude: ["cards"] },              ["0 ops/o1/VOICE 50.00", "0 retail/r1/VOICE 50.00"],                                    "0.00",  null],
    ["even, but everybody is excluded",  "EVEN",        facts({}, { receivers }),                                   { exclude: ["cards", "ops", "retail"] }, [],                                                                                 "100.00",reason],
    ["even, but there is nobody",        "EVEN",        facts({}),                                                  {},                                  [],                                                                                     "100.00",reason],
    ["even only when it is zero",        "EVEN",        facts({ CALLS: vector({ "ops/o1": 1 }) }, { receivers }),   {},                                  ["0 ops/o1/VOICE 100.00"],                                                              "0.00",  null],
    ["as in the month before",           "PRIOR_PERIOD",facts({}, { prior, receivers }),                            {},                                  ["0 cards/c1/VOICE 25.00", "0 retail/r1/VOICE 75.00"],                                  "0.00",  null],
    ["before, without the excluded",     "PRIOR_PERIOD",facts({}, { prior, receivers }),                            { exclude: ["cards"] },              ["0 retail/r1/VOICE 100.00"],                                                           "0.00",  null],
    ["the month before is zero too",     "PRIOR_PERIOD",facts({}, { prior: {}, receivers }),                        {},                                  [],                                                                                     "100.00",reason],
    ["before only when it is zero",      "PRIOR_PERIOD",facts({ CALLS: vector({ "ops/o1": 1 }) }),                  {},                                  ["0 ops/o1/VOICE 100.00"],                                                              "0.00",  null],
    ["half of the pool stays",           "UNALLOCATED", facts(contacts, { receivers }),                             { parts: half },                     ["1 retail/r1/VOICE 50.00"],                                                            "50.00", reason],
    ["half of the pool goes even",       "EVEN",        facts(contacts, { receivers }),                             { parts: half },                     ["0 cards/c1/VOICE 8.34", "0 cards/c2/VOICE 8.33", "0 ops/o1/VOICE 16.67", "0 retail/r1/VOICE 16.67", "1 retail/r1/VOICE 49.99"], "0.00", null],
    ["half as in the month before",      "PRIOR_PERIOD",facts(contacts, { prior }),                                 { parts: half },                     ["0 cards/c1/VOICE 12.50", "0 retail/r1/VOICE 37.50", "1 retail/r1/VOICE 50.00"],       "0.00",  null],
    ["two of three parts stay",          "UNALLOCATED", facts({ CONNECTED_SECONDS: vector({ "ops/o1": 1 }) }),       { parts: [part("CALLS", { fraction: "0.25" }), part("CONTACTS", { fraction: "0.25" }), part("CONNECTED_SECONDS", { fraction: "0.5" })] }, ["2 ops/o1/VOICE 50.00"], "50.00", "CALLS is zero for everyone who bears this pool; CONTACTS is zero for everyone who bears this pool."],
    ["both halves stay",                 "UNALLOCATED", facts({}, { receivers }),                                   { parts: half },                     [],                                                                                     "100.00","CALLS is zero for everyone who bears this pool; CONTACTS is zero for everyone who bears this pool."],
  ])("%s", (_, zeroDriver, given, more, lines, left, why) => {
    const pool = dividePool(cents("100.00"), rule([part("CALLS")], { zeroDriver, ...more }), given);
    expect(linesOf(pool)).toEqual(lines);
    expect([money(pool.unallocatedMinor), pool.unallocatedReason]).toEqual([left, why]);
    const credit = dividePool(cents("-100.00"), rule([part("CALLS")], { zeroDriver, ...more }), given);
    expect(credit.lines.map((line) => -line.amountMinor)).toEqual(pool.lines.map((line) => line.amountMinor));
    expect([credit.unallocatedMinor, credit.unallocatedReason]).toEqual([-pool.unallocatedMinor, why]);
  });

  test("measured zeros are as good as nothing measured", () => {
    const pool = dividePool(cents("100.00"), rule([part("CALLS")]), facts({ CALLS: vector({ "ops/o1": 0, "cards/c1": 0 }) }));
    expect([pool.lines.length, money(pool.unallocatedMinor), pool.unallocatedReason]).toEqual([0, "100.00", reason]);
  });

  test("even lines carry no quantity and stand on a channel that counts", () => {
    const channels = [{ channel: "VOICE", weight: "0" }, { channel: "SMS", weight: "2" }] as const;
    const pool = dividePool(cents("90.00"), rule([part("CALLS", { channels })], { zeroDriver: "EVEN" }), facts({}, { receivers }));
    expect(pool.lines.map((line) => line.channel)).toEqual(["SMS", "SMS", "SMS", "SMS"]);
    expect(pool.lines.map((line) => [formatFraction(line.driverQuantity), formatFraction(line.driverTotal)])).toEqual(Array.from({ length: 4 }, () => ["0", "0"]));
    expect(pool.unitShares.map((share) => [share.businessUnit, formatFraction(share.share), money(share.amountMinor)])).toEqual([["cards", "1/3", "30.00"], ["ops", "1/3", "30.00"], ["retail", "1/3", "30.00"]]);
  });

  test("a pool without a rule stays as it is", () => {
    const pool = dividePool(cents("-12.34"), null, facts({ CALLS: vector({ "ops/o1": 1 }) }));
    expect(pool).toEqual({ lines: [], unitShares: [], allocatedMinor: 0n, unallocatedMinor: -1234n, unallocatedReason: "The policy has no rule for this pool." });
  });
});

describe("who and what counts", () => {
  const calls = { CALLS: vector({ "ops/o1": 10, "cards/c1": 30, "retail/r1": 60 }) };
  test.each<[string, string[], Record<string, string>, string]>([
    // excluded                    who                   bears                                                          left
    ["nobody",                     [],                   { ops: "10.00", cards: "30.00", retail: "60.00" },             "0.00"],
    ["one unit",                   ["ops"],              { cards: "33.33", retail: "66.67" },                           "0.00"],
    ["a unit that never called",   ["moon"],             { ops: "10.00", cards: "30.00", retail: "60.00" },             "0.00"],
    ["everybody",                  ["ops", "cards", "retail"], {},                                                      "100.00"],
  ])("excluding %s", (_, exclude, expected, left) => {
    const pool = dividePool(cents("100.00"), rule([part("CALLS")], { exclude }), facts(calls));
    expect(byUnit(pool)).toEqual(expected);
    expect(money(pool.unallocatedMinor)).toBe(left);
  });

  const mixed = { CALLS: vector({ "ops/o1/VOICE": 100, "ops/o1/SMS": 100, "cards/c1/CHAT": 40, "cards/c1/SMS": 100 }) };
  test.each<[string, AllocationPart["channels"], string[]]>([
    ["voice alone",                    [{ channel: "VOICE", weight: "1" }],                                                                        ["0 ops/o1/VOICE 100.00"]],
    ["a message is a tenth of a call", [{ channel: "VOICE", weight: "1" }, { channel: "SMS", weight: "0.1" }],                                     ["0 cards/c1/SMS 8.33", "0 ops/o1/SMS 8.33", "0 ops/o1/VOICE 83.34"]],
    ["chat half, messages nothing",    [{ channel: "VOICE", weight: "1" }, { channel: "CHAT", weight: "0.5" }, { channel: "SMS", weight: "0" }],   ["0 cards/c1/CHAT 16.67", "0 ops/o1/VOICE 83.33"]],
    ["only the proportion counts",     [{ channel: "VOICE", weight: "20" }, { channel: "CHAT", weight: "10" }],                                    ["0 cards/c1/CHAT 16.67", "0 ops/o1/VOICE 83.33"]],
    ["a channel nobody used",          [{ channel: "EMAIL", weight: "1" }],                                                                        []],
  ])("%s", (_, channels, lines) => {
    const pool = dividePool(cents("100.00"), rule([part("CALLS", { channels })]), facts(mixed));
    expect(linesOf(pool)).toEqual(lines);
    expect(money(pool.unallocatedMinor)).toBe(lines.length === 0 ? "100.00" : "0.00");
  });

  test("weights show in quantity and total", () => {
    const channels = [{ channel: "VOICE", weight: "1" }, { channel: "SMS", weight: "0.1" }] as const;
    const [first] = dividePool(cents("100.00"), rule([part("CALLS", { channels })]), facts(mixed)).lines;
    expect([formatFraction(first!.driverQuantity), formatFraction(first!.driverTotal), formatFraction(first!.share)]).toEqual(["10", "120", "1/12"]);
  });

  test("a contact counts once in each unit it touched, however many of its use cases it touched", () => {
    const contacts = vector({ "ops/o1": 30, "ops/o2": 30, "cards/c1": 60 }, { ops: 40, cards: 60 });
    const pool = dividePool(cents("100.00"), rule([part("CONTACTS")]), facts({ CONTACTS: contacts }));
    expect(linesOf(pool)).toEqual(["0 cards/c1/VOICE 60.00", "0 ops/o1/VOICE 20.00", "0 ops/o2/VOICE 20.00"]);
    expect(pool.unitShares.map((share) => `${share.businessUnit} ${formatFraction(share.driverQuantity)} of ${formatFraction(share.driverTotal)}: ${formatFraction(share.share)}`)).toEqual(["cards 60 of 100: 3/5", "ops 40 of 100: 2/5"]);
    expect(pool.lines.map((line) => formatFraction(line.share))).toEqual(["3/5", "1/5", "1/5"]);
  });

  test("contacts of a channel without weight count in no unit, nor do those of the excluded", () => {
    const contacts = vector({ "ops/o1/VOICE": 10, "ops/o1/SMS": 90, "cards/c1/VOICE": 30, "retail/r1/VOICE": 500 }, { "ops/VOICE": 10, "ops/SMS": 90, "cards/VOICE": 30, "retail/VOICE": 500 });
    const pool = dividePool(cents("100.00"), rule([part("RESOLVED_CONTACTS")], { exclude: ["retail"] }), facts({ RESOLVED_CONTACTS: contacts }));
    expect(linesOf(pool)).toEqual(["0 cards/c1/VOICE 75.00", "0 ops/o1/VOICE 25.00"]);
  });

  test("contacts of a unit are weighed like those of its use cases", () => {
    const channels = [{ channel: "VOICE", weight: "1" }, { channel: "SMS", weight: "0.1" }] as const;
    const contacts = vector({ "ops/o1/VOICE": 10, "ops/o2/VOICE": 10, "ops/o1/SMS": 100, "cards/c1/SMS": 50 }, { "ops/VOICE": 15, "ops/SMS": 100, "cards/SMS": 50 });
    const pool = dividePool(cents("300.00"), rule([part("CONTACTS", { channels })]), facts({ CONTACTS: contacts }));
    expect(pool.unitShares.map((share) => `${share.businessUnit} ${formatFraction(share.driverQuantity)} of ${formatFraction(share.driverTotal)}`)).toEqual(["cards 5 of 30", "ops 25 of 30"]);
    expect(linesOf(pool)).toEqual(["0 cards/c1/SMS 50.00", "0 ops/o1/SMS 83.34", "0 ops/o1/VOICE 83.33", "0 ops/o2/VOICE 83.33"]);
  });

  test.each<[AllocationDriver, Fraction, string]>([
    ["CALLS",             fraction(3n),          "3"],
    ["CALLS",             fraction(3n, 10n),     "0.3"],
    ["CONNECTED_SECONDS", fraction(61_500n),     "61.5"],
    ["CONNECTED_SECONDS", fraction(60_000n),     "60"],
    ["BILLED_MINUTES",    fraction(120_000n),    "2"],
    ["BILLED_MINUTES",    fraction(20_000n),     "0.333333333"],
    ["CONTACTS",          fraction(2n, 3n),      "0.666666667"],
    ["RESOLVED_CONTACTS", fraction(0n),          "0"],
  ])("a quantity of %s reads in its own unit", (driver, base, shown) => {
    expect(displayQuantity(driver, base)).toBe(shown);
  });

  test.each([["CONTACTS", true], ["RESOLVED_CONTACTS", true], ["CONTACTS@VOICE", true], ["CALLS", false], ["CONTACTS_BOOKED", false], ["MY_CONTACTS", false], ["RESOLVED_CALLS", false]])("%s: a unit's figure is not the sum of its use cases: %s", (key, counts) => {
    expect(countsContacts(key)).toBe(counts);
  });

  test("what is divided by nothing that was measured names no driver", () => {
    expect(() => driverKey({ driver: null, minimumSeconds: 0, incrementSeconds: 0 })).toThrow(new BrokenBelief("a part that is divided by nothing that was measured"));
  });

  test("billed minutes of different plans are different drivers", () => {
    expect([part("CALLS"), part("BILLED_MINUTES"), part("BILLED_MINUTES", { minimumSeconds: 30, incrementSeconds: 6 })].map(driverKey)).toEqual(["CALLS", "BILLED_MINUTES/0/60", "BILLED_MINUTES/30/6"]);
  });
});

const UNITS = ["ops", "cards", "retail", "Zoo"];
const CHANNELS = ["VOICE", "SMS"] as const;
const DRIVERS = ["CALLS", "CONNECTED_SECONDS", "BILLED_MINUTES", "CONTACTS"] as const;
const FRACTIONS = [["1"], ["0.5", "0.5"], ["0.3", "0.7"], ["0.1", "0.2", "0.7"], ["0.33", "0.33", "0.34"]];

const anyQuantity = fc.oneof(fc.nat(3), fc.nat(1_000_000));
const anyVector: fc.Arbitrary<DriverVector> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...UNITS), fc.constantFrom("x", "y", "z"), fc.constantFrom(...CHANNELS), anyQuantity), { selector: ([unit, useCase, channel]) => `${unit}/${useCase}/${channel}`, maxLength: 8 })
  .map((rows) => vector(Object.fromEntries(rows.map(([unit, useCase, channel, quantity]) => [`${unit}/${useCase}/${channel}`, quantity]))));
/** Contacts: the unit's figure is at most the sum of its use cases, and at least the largest of them. */
const anyContacts: fc.Arbitrary<DriverVector> = anyVector.chain((each) => {
  const bounds = new Map<string, { least: bigint; most: bigint }>();
  for (const { businessUnit, channel, quantity } of each.quantities) {
    const { least, most } = bounds.get(`${businessUnit}/${channel}`) ?? { least: 0n, most: 0n };
    bounds.set(`${businessUnit}/${channel}`, { least: quantity > least ? quantity : least, most: most + quantity });
  }
  return fc.tuple(...[...bounds].map(([key, { least, most }]) => fc.bigInt(least, most).map((quantity) => ({ businessUnit: key.split("/")[0]!, channel: key.split("/")[1]!, quantity })))).map((unitQuantities) => ({ ...each, unitQuantities }));
});
const anyPart = (share: string): fc.Arbitrary<AllocationPart> =>
  fc.record({ driver: fc.constantFrom(...DRIVERS), voice: fc.constantFrom("1", "2.5"), sms: fc.constantFrom(null, "0", "0.1", "3") }).map(({ driver, voice, sms }) =>
    part(driver, { fraction: share, channels: [{ channel: "VOICE" as const, weight: voice }, ...(sms === null ? [] : [{ channel: "SMS" as const, weight: sms }])] }),
  );
const anyRule = (pool: string): fc.Arbitrary<AllocationRule> =>
  fc.constantFrom(...FRACTIONS).chain((shares) =>
    fc.record({ pool: fc.constant(pool), parts: fc.tuple(...shares.map(anyPart)), zeroDriver: fc.constantFrom("UNALLOCATED", "EVEN", "PRIOR_PERIOD" as const), exclude: fc.subarray(UNITS, { maxLength: 2 }) }),
  );
const anyReceivers: fc.Arbitrary<Receivers> = fc.subarray(UNITS).chain((units) => fc.tuple(...units.map((unit) => fc.subarray(["x", "y", "z"]).map((useCases) => [unit, useCases] as const))).map((pairs) => new Map(pairs)));
const anyDrivers = fc.tuple(anyVector, anyVector, anyVector, anyContacts).map((vectors) => new Map(DRIVERS.map((driver, index) => [driverKey(part(driver)), vectors[index]!])));
const anyAmount = fc.oneof(fc.bigInt(-9n, 9n), fc.bigInt(-(10n ** 7n), 10n ** 7n), fc.bigInt(-(10n ** 17n), 10n ** 17n));

const anyFacts: fc.Arbitrary<AllocationFacts> = fc.record({
  period: fc.constant("2025-10"),
  currency: fc.constant("USD"),
  pools: fc.tuple(anyAmount, anyAmount, anyAmount).map((amounts): PoolAmount[] => ["platform", "telephony", "unruled"].map((code, index) => ({ code, amountMinor: amounts[index]! }))),
  policy: fc.tuple(anyRule("platform"), anyRule("telephony")).map((rules) => ({ effectiveFrom: "2025-01", note: null, rules })),
  receivers: anyReceivers,
  drivers: anyDrivers,
  priorDrivers: anyDrivers,
});

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
/** True when the amount is less than one minor unit away from the exact fraction. */
const within = (amount: bigint, exact: Fraction): boolean => abs(amount * exact.denominator - exact.numerator) < exact.denominator;
const of = (amount: bigint, share: Fraction, whole: Fraction): Fraction => fraction(amount * share.numerator * whole.denominator, share.denominator * whole.numerator);
const total = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((all, each) => all + each, 0n);

/** Groups lines and keeps, for each group, what was posted and the exact share of the whole pool. */
function grouped(lines: DividedPool["lines"], key: (line: DividedPool["lines"][number]) => string): Map<string, { amount: bigint; share: Fraction }> {
  const groups = new Map<string, { amount: bigint; share: Fraction }>();
  for (const line of lines) {
    const group = groups.get(key(line)) ?? { amount: 0n, share: fraction(0n) };
    groups.set(key(line), { amount: group.amount + line.amountMinor, share: add(group.share, line.share) });
  }
  return groups;
}

describe("for any pools, rules and quantities", () => {
  test("lines and what is left make the pool, and the pools make the whole", () => {
    fc.assert(fc.property(anyFacts, (given) => {
      const result = allocate(given);
      for (const pool of result.pools) {
        expect(total(pool.lines.map((line) => line.amountMinor)) + pool.unallocatedMinor).toBe(pool.amountMinor);
        expect(total(pool.lines.map((line) => line.amountMinor))).toBe(pool.allocatedMinor);
        expect(pool.unallocatedReason === null).toBe(formatFraction(sum(pool.lines.map((line) => line.share))) === "1");
      }
      expect(result.totalMinor).toBe(total(given.pools.map((pool) => pool.amountMinor)));
      expect(result.allocatedMinor + result.unallocatedMinor).toBe(result.totalMinor);
    }), RUNS);
  });

  test("a unit's share is the sum of its lines, part by part", () => {
    fc.assert(fc.property(anyFacts, (given) => {
      for (const pool of allocate(given).pools) {
        const shares = new Map(pool.unitShares.map((share) => [`${share.part}/${share.businessUnit}`, { amount: share.amountMinor, share: share.share }]));
        expect(shares).toEqual(grouped(pool.lines, (line) => `${line.part}/${line.businessUnit}`));
        const [posted, exact, driven, ofParts]: [bigint[], bigint[], Fraction[], Fraction[]] = [[], [], [], []];
        for (const share of [...pool.unitShares, ...pool.lines]) {
          posted.push(share.amountMinor - share.adjustmentMinor);
          exact.push(truncate(multiply(fraction(pool.amountMinor), share.share)));
          if (share.driverTotal.numerator > 0n && !("useCase" in share)) {
            const ofPart = fraction(share.driverQuantity.numerator * share.driverTotal.denominator, share.driverQuantity.denominator * share.driverTotal.numerator);
            const [whole, decimals = ""] = pool.rule!.parts[share.part]!.fraction.split(".");
            driven.push(share.share);
            ofParts.push(multiply(ofPart, fraction(BigInt(whole! + decimals), 10n ** BigInt(decimals.length))));
          }
        }
        expect([posted, driven]).toEqual([exact, ofParts]);
      }
    }), RUNS);
  });

  test("units, use cases and lines each lie within one minor unit of their nested exact share", () => {
    fc.assert(fc.property(anyFacts, (given) => {
      for (const pool of allocate(given).pools) {
        const units = grouped(pool.lines, (line) => line.businessUnit);
        const useCases = grouped(pool.lines, (line) => `${line.businessUnit}/${line.useCase}`);
        const far = [...units].filter(([, { amount, share }]) => !within(amount, multiply(fraction(pool.amountMinor), share)));
        far.push(...[...useCases].filter(([key, { amount, share }]) => {
          const unit = units.get(key.split("/")[0]!)!;
          return !within(amount, of(unit.amount, share, unit.share));
        }));
        const farLines = pool.lines.filter((line) => {
          const useCase = useCases.get(`${line.businessUnit}/${line.useCase}`)!;
          return !within(line.amountMinor, of(useCase.amount, line.share, useCase.share));
        });
        expect([far, farLines]).toEqual([[], []]);
      }
    }), RUNS);
  });

  test("a credit is the mirror image of the charge", () => {
    fc.assert(fc.property(anyFacts, (given) => {
      const charge = allocate(given);
      const credit = allocate({ ...given, pools: given.pools.map((pool) => ({ ...pool, amountMinor: -pool.amountMinor })) });
      charge.pools.forEach((pool, index) => {
        const mirror = credit.pools[index]!;
        expect(mirror.lines).toEqual(pool.lines.map((line) => ({ ...line, amountMinor: -line.amountMinor, adjustmentMinor: -line.adjustmentMinor })));
        expect(mirror.unallocatedMinor).toBe(-pool.unallocatedMinor);
      });
    }), RUNS);
  });

  test("nobody pays without usage, unless the rule says even; the excluded never pay", () => {
    fc.assert(fc.property(anyFacts, (given) => {
      for (const pool of allocate(given).pools) {
        const wrong = pool.lines.filter((line) => {
          if (pool.rule!.exclude.includes(line.businessUnit)) return true;
          if (line.driverTotal.numerator > 0n) return line.driverQuantity.numerator <= 0n;
          return pool.rule!.zeroDriver !== "EVEN" || !given.receivers.get(line.businessUnit)!.includes(line.useCase);
        });
        expect(wrong).toEqual([]);
      }
    }), RUNS);
  });

  const reorder = <T>(items: readonly T[]): fc.Arbitrary<T[]> => fc.shuffledSubarray([...items], { minLength: items.length });
  const reorderVectors = (drivers: ReadonlyMap<string, DriverVector>): fc.Arbitrary<Map<string, DriverVector>> =>
    reorder([...drivers]).chain((entries) =>
      fc.tuple(...entries.map(([key, each]) => fc.tuple(reorder(each.quantities), each.unitQuantities ? reorder(each.unitQuantities) : fc.constant(null)).map(([quantities, unitQuantities]) => [key, { quantities, unitQuantities }] as const)))
    ).map((entries) => new Map(entries));
  const reordered = anyFacts.chain((given) =>
    fc.record({
      pools: reorder(given.pools),
      receivers: reorder([...given.receivers]).chain((entries) => fc.tuple(...entries.map(([unit, useCases]) => reorder(useCases).map((list) => [unit, list] as const)))).map((entries) => new Map(entries)),
      drivers: reorderVectors(given.drivers),
      priorDrivers: reorderVectors(given.priorDrivers),
    }).map((other): [AllocationFacts, AllocationFacts] => [given, { ...given, ...other }]),
  );

  test("the order in which facts come does not matter: same lines, same hashes", () => {
    fc.assert(fc.property(reordered, ([given, other]) => {
      const [first, second] = [allocate(given), allocate(other)];
      expect([second.inputHash, second.resultHash]).toEqual([first.inputHash, first.resultHash]);
      const bySortedLine = (pools: typeof first.pools): string[][] => pools.map((pool) => linesOf(pool).sort());
      expect(bySortedLine(second.pools)).toEqual(bySortedLine(first.pools));
    }), RUNS);
  });

  test("one more of anything is another input", () => {
    type Change = (given: AllocationFacts, at: number) => AllocationFacts | null;
    const more = (drivers: ReadonlyMap<string, DriverVector>, at: number, where: "quantities" | "unitQuantities"): Map<string, DriverVector> | null => {
      const places = [...drivers].flatMap(([key, each]) => (each[where] ?? []).map((_, index) => ({ key, index })));
      if (places.length === 0) return null;
      const { key, index } = places[at % places.length]!;
      return new Map([...drivers].map(([name, each]) => [name, name !== key ? each : { ...each, [where]: each[where]!.map((q, place) => (place === index ? { ...q, quantity: q.quantity + 1n } : q)) }]));
    };
    const changes: Record<string, Change> = {
      amount: (given, at) => ({ ...given, pools: given.pools.map((pool, index) => (index === at % given.pools.length ? { ...pool, amountMinor: pool.amountMinor + 1n } : pool)) }),
      pool: (given, at) => ({ ...given, pools: given.pools.filter((_, index) => index !== at % given.pools.length) }),
      quantity: (given, at) => { const drivers = more(given.drivers, at, "quantities"); return drivers && { ...given, drivers }; },
      unitQuantity: (given, at) => { const drivers = more(given.drivers, at, "unitQuantities"); return drivers && { ...given, drivers }; },
      priorQuantity: (given, at) => { const priorDrivers = more(given.priorDrivers, at, "quantities"); return priorDrivers && { ...given, priorDrivers }; },
      receiver: (given) => ({ ...given, receivers: new Map([...given.receivers, ["moon", ["base"]]]) }),
      period: (given) => ({ ...given, period: "2025-11" }),
      currency: (given) => ({ ...given, currency: "EUR" }),
      rule: (given) => ({ ...given, policy: { ...given.policy!, rules: given.policy!.rules.slice(1) } }),
      exclusion: (given) => ({ ...given, policy: { ...given.policy!, rules: given.policy!.rules.map((each) => ({ ...each, exclude: [...each.exclude, "moon"] })) } }),
    };
    fc.assert(fc.property(anyFacts, fc.constantFrom(...Object.keys(changes)), fc.nat(99), (given, name, at) => {
      const changed = changes[name]!(given, at);
      fc.pre(changed !== null);
      expect(hashInputs(changed!)).not.toBe(hashInputs(given));
      if (["amount", "pool", "period", "currency"].includes(name)) expect(allocate(changed!).resultHash).not.toBe(allocate(given).resultHash);
    }), RUNS);
  });
});

describe("an allocation", () => {
  const given: AllocationFacts = {
    period: "2025-10", currency: "USD",
    pools: [{ code: "telephony", amountMinor: 1_000n }, { code: "platform", amountMinor: 2_500_000n }],
    policy: { effectiveFrom: "2025-01", note: "agreed", rules: [rule([part("CALLS")]), rule([part("BILLED_MINUTES")], { pool: "idle", zeroDriver: "PRIOR_PERIOD" })] },
    receivers: new Map([["POLICE", ["calls"]]]),
    drivers: new Map([["CALLS", vector({ "POLICE/calls": 3_713, "EMS/calls": 1_137, "FIRE/calls": 472 })]]),
    priorDrivers: new Map(),
  };

  test("answers pools by code, with totals", () => {
    const result = allocate(given);
    expect(result.inputHash).toBe(hashInputs(given));
    expect(result.pools.map((pool) => [pool.pool, money(pool.allocatedMinor), money(pool.unallocatedMinor), pool.unallocatedReason])).toEqual([["platform", "25000.00", "0.00", null], ["telephony", "0.00", "10.00", "The policy has no rule for this pool."]]);
    expect([result.totalMinor, result.allocatedMinor, result.unallocatedMinor]).toEqual([2_501_000n, 2_500_000n, 1_000n]);
  });

  test("what the policy says about itself is not part of the input: a note changes no hash", () => {
    expect(allocate({ ...given, policy: { ...given.policy!, note: "other", effectiveFrom: "2025-02" } }).inputHash).toBe(allocate(given).inputHash);
  });

  test("its result hash is that of its lines, in whatever order they were kept", () => {
    const result = allocate(given);
    expect(hashResult("2025-10", "USD", [...result.pools].reverse().map((pool) => ({ ...pool, lines: [...pool.lines].reverse() })))).toBe(result.resultHash);
    const moved = result.pools.map((pool) => ({ ...pool, lines: pool.lines.map((line, index) => ({ ...line, amountMinor: line.amountMinor + (index === 0 ? 1n : index === 1 ? -1n : 0n) })) }));
    expect(hashResult("2025-10", "USD", moved)).not.toBe(result.resultHash);
  });

  test("without a policy nothing is divided", () => {
    expect(allocate({ ...given, policy: null })).toMatchObject({ allocatedMinor: 0n, unallocatedMinor: 2_501_000n });
  });

  test("asks only for the drivers of pools that are booked", () => {
    expect(neededDrivers(given.policy, given.pools)).toEqual({ period: ["CALLS"], prior: [] });
    expect(neededDrivers(given.policy, [{ code: "idle", amountMinor: 1n }, ...given.pools])).toEqual({ period: ["BILLED_MINUTES/0/60", "CALLS"], prior: ["BILLED_MINUTES/0/60"] });
    expect(neededDrivers(null, given.pools)).toEqual({ period: [], prior: [] });
  });

  test("a driver that was not measured is a broken belief, not a zero", () => {
    expect(() => allocate({ ...given, drivers: new Map() })).toThrow(new BrokenBelief("the driver CALLS of 2025-10 was not measured"));
    const fallsBack = { ...given, policy: { ...given.policy!, rules: [rule([part("CALLS")], { zeroDriver: "PRIOR_PERIOD" })] }, drivers: new Map([["CALLS", NOTHING]]) };
    expect(() => allocate(fallsBack)).toThrow(new BrokenBelief("the driver CALLS of 2025-09 was not measured"));
  });
});
