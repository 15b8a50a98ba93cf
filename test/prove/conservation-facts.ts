import { AllocationFacts } from "../../src/allocation/allocate";
import { DriverQuantity, DriverVector, driverKey } from "../../src/allocation/driver";
import { FactsInput, PartInput, PoolInput } from "../../src/allocation/methods/facts-input";
import { ALLOCATION_METHODS, AllocationMethod } from "../../src/allocation/methods/method";
import { ALLOCATION_DRIVERS, AllocationPart, AllocationRule, ZERO_DRIVER_RULES } from "../../src/allocation/policy";
import { formatUnits } from "../../src/kernel/decimal";
import { CHANNELS } from "../../src/metering";

/** A repeatable source of choices; neighbouring seeds have nothing in common (SplitMix32). */
export class Dice {
  constructor(private state: number) {}

  below(most: number): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return Number((BigInt((mixed ^ (mixed >>> 15)) >>> 0) * BigInt(most)) >> 32n);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True in so many of a hundred throws. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  some<T>(items: readonly T[], percent = 50): T[] {
    return items.filter(() => this.chance(percent));
  }

  shuffled<T>(items: readonly T[]): T[] {
    const mixed = [...items];
    for (let last = mixed.length - 1; last > 0; last -= 1) {
      const other = this.below(last + 1);
      [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
    }
    return mixed;
  }

  whole(digits: number): bigint {
    let value = 0n;
    for (let left = this.between(1, digits); left > 0; left -= 1) value = value * 10n + BigInt(this.below(10));
    return value;
  }
}

const LINEAR: readonly AllocationMethod[] = ["DIRECT", "PROPORTIONAL", "PROPORTIONAL", "FIXED_SHARES", "EVEN", "DIRECT_COST", "PRACTICAL_CAPACITY", "TIERS", "KEEP"];
const DRIVERS = ["use", "seats", "signed", "empty", "mixed"] as const;
const EXPONENTS = { JPY: 0, USD: 2, KWD: 3 } as const;

/** What pools cost and who there is: what stays the same when the policy changes. */
export interface Ground {
  readonly currency: keyof typeof EXPONENTS;
  readonly receivers: FactsInput["receivers"];
  readonly drivers: NonNullable<FactsInput["drivers"]>;
  readonly amounts: ReadonlyMap<string, bigint>;
}

/** An amount of a few minor units, a usual one, or one of 17 digits; charges and credits. */
function anyAmount(dice: Dice): bigint {
  const magnitude = dice.whole(dice.pick([1, 1, 6, 9, 16]));
  return dice.chance(25) ? -magnitude : magnitude;
}

function anyQuantity(dice: Dice, mayBeNegative: boolean): string {
  if (dice.chance(20)) return "0";
  const text = formatUnits(dice.whole(dice.pick([1, 1, 3, 3, 11])), dice.pick([0, 0, 0, 2]));
  return mayBeNegative && dice.chance(35) ? `-${text}` : text;
}

export function anyGround(dice: Dice): Ground {
  const codes = Array.from({ length: dice.chance(1) ? dice.between(9, 24) : dice.between(1, 5) }, (_, index) => `${dice.pick(["u", "U", "unit-", "0"])}${index}`);
  const nested = dice.chance(45);
  const receivers = codes.map((code, index) => ({ code, directCost: dice.chance(70) ? formatUnits(dice.whole(7), dice.pick([0, 2, 5])) : null, parent: nested && index > 0 && dice.chance(60) ? codes[dice.below(index)]! : null }));
  const pools = Array.from({ length: dice.chance(5) ? dice.between(4, 6) : dice.between(1, 3) }, (_, index) => `pool-${index}`);
  const everybody = [...codes, ...pools];
  const quantities = (of: readonly string[], next: () => string): Array<{ of: string; quantity: string }> => of.map((code) => ({ of: code, quantity: next() }));
  const drivers = [
    { code: "use", quantities: quantities(everybody, () => anyQuantity(dice, false)) },
    { code: "seats", quantities: quantities(dice.chance(50) ? codes : [...codes.slice(0, 1), ...dice.some(codes.slice(1))], () => anyQuantity(dice, false)) },
    { code: "signed", quantities: quantities(everybody, () => anyQuantity(dice, true)) },
    { code: "empty", quantities: quantities(codes, () => "0") },
    {
      code: "mixed", weights: [{ unit: "MINUTE", weight: "1" }, { unit: "CHAT", weight: dice.pick(["0", "0.25", "0.333"]) }],
      quantities: codes.flatMap((of) => ["MINUTE", "CHAT"].map((unit) => ({ of, unit, quantity: anyQuantity(dice, false) }))),
    },
  ];
  return { currency: dice.pick(["JPY", "USD", "KWD"] as const), receivers, drivers, amounts: new Map(pools.map((code) => [code, dice.chance(5) ? 0n : anyAmount(dice)])) };
}

/** Any policy over given pools, quantities and receivers: methods, blends, limits, sequences. Some of them are refused. */
export function anyFacts(dice: Dice, ground: Ground): FactsInput {
  const { currency, receivers, drivers } = ground;
  const codes = receivers.map(({ code }) => code), pools = [...ground.amounts.keys()];
  const services = dice.pick([null, "DIRECT", "STEP_DOWN", "STEP_DOWN", "RECIPROCAL", "RECIPROCAL"] as const);
  const order = services === "STEP_DOWN" && dice.chance(50) ? dice.shuffled(pools) : null;
  const written = pools.map((code, position): PoolInput => {
    // A pool that serves no pool is never in a circle: there every method and limit may stand.
    const servesNobody = services === "RECIPROCAL" && dice.chance(25);
    const barred = services === null ? pools.slice(0, position + 1) : servesNobody ? pools : [];
    const free = services !== "RECIPROCAL" || servesNobody;
    const limited = free && dice.chance(20);
    const fractions = dice.pick([["1"], ["1"], ["0.5", "0.5"], ["0.3", "0.7"], ["0.001", "0.333", "0.666"]]);
    const exclude = [...new Set([...barred, ...(dice.chance(25) ? dice.some(codes, 30) : [])])];
    const open = [...codes, ...(servesNobody ? [] : pools.slice(position + 1))].filter((each) => !exclude.includes(each));
    const amount = ground.amounts.get(code)!;
    const context = { dice, open: open.length > 0 ? open : codes, codes, limited, exponent: EXPONENTS[currency], amount };
    return {
      code, amount: formatUnits(amount, EXPONENTS[currency]), exclude,
      parts: fractions.map((fraction) => anyPart(dice.pick(free ? ALLOCATION_METHODS : LINEAR), fraction, context)),
      ...(limited ? { limits: anyLimits(dice, codes, amount, EXPONENTS[currency]), spill: dice.pick(["PROPORTIONAL", "EVEN", "PROGRAMME"] as const) } : {}),
    };
  });
  return { currency, receivers, drivers, pools: written, services, order };
}

interface Context {
  readonly dice: Dice;
  readonly open: readonly string[];
  readonly codes: readonly string[];
  readonly limited: boolean;
  readonly exponent: number;
  readonly amount: bigint;
}

function anyPart(wanted: AllocationMethod, fraction: string, { dice, open, codes, limited, exponent, amount }: Context): PartInput {
  const method = limited && wanted === "CUMULATIVE" ? "PROPORTIONAL" : wanted;
  const driver = dice.pick(dice.chance(70) ? ["use", "mixed"] : DRIVERS);
  const scales = ["STANDARD_SCALING", "STANDARD_SCALING", ...(!limited && (method === "PROPORTIONAL" || method === "CUMULATIVE") ? ["UNSCALED" as const] : [])] as const;
  const by = { driver, negative: driver === "signed" ? dice.pick(scales) : null, zeroDriver: dice.pick(["UNALLOCATED", "UNALLOCATED", "EVEN", "DIRECT_COST"] as const), to: dice.chance(15) ? atLeastOne(dice, open) : null };
  const rate = (): string => formatUnits(1n + dice.whole(4), dice.pick([0, 1, 4]));
  const tiers = (): NonNullable<PartInput["tiers"]> => {
    let upTo = 0n;
    return [...Array.from({ length: dice.below(4) }, () => ({ upTo: String((upTo += 1n + dice.whole(4))), rate: rate() })), { rate: rate() }];
  };
  const tierRule = dice.pick(["GRADUATED", "ALL_UNITS"] as const);
  const idle = dice.pick(["KEEP", "EVEN", "BY_USE", "BY_CAPACITY", "BY_DIRECT_COST"] as const);
  const start = { method, fraction };
  switch (method) {
    case "DIRECT": return { ...start, to: [dice.pick(open)] };
    case "EVEN": return { ...start, to: dice.chance(60) ? atLeastOne(dice, open) : null };
    case "DIRECT_COST": return { ...start, to: dice.chance(30) ? atLeastOne(dice, open) : null };
    case "KEEP": return start;
    case "FIXED_SHARES": return { ...start, shares: anyShares(dice, open) };
    case "PROPORTIONAL": return { ...start, ...by };
    case "TIERS": return { ...start, ...by, tiers: tiers(), tierRule };
    case "RATE": return { ...start, ...by, ...(dice.chance(50) ? { rate: rate() } : { tiers: tiers(), tierRule }) };
    case "PRACTICAL_CAPACITY": return { ...start, ...by, idle, ...(dice.chance(50) ? { capacity: String(1n + dice.whole(8)) } : {}), capacityDriver: "seats" };
    case "COMMITMENT": return { ...start, ...by, idle, capacityDriver: "seats", rate: rate() };
    case "DUAL_RATE": {
      const fixed = dice.chance(50) ? { fixedRate: rate() } : { fixedAmount: formatUnits(((amount < 0n ? -amount : amount) * BigInt(dice.below(30))) / 100n, exponent + 3) };
      const variable = dice.pick([{}, { rate: rate() }, { tiers: tiers(), tierRule }]);
      return { ...start, ...by, capacityDriver: "seats", ...fixed, ...variable };
    }
    case "CUMULATIVE": return {
      ...start, ...by, prior: dice.some(codes).map((receiver) => ({ receiver, amount: formatUnits(anyAmount(dice), exponent) })), priorPool: dice.chance(60) ? formatUnits(anyAmount(dice), exponent) : null,
    };
  }
}

function atLeastOne(dice: Dice, items: readonly string[]): string[] {
  const some = dice.some(items);
  return some.length > 0 ? some : [dice.pick(items)];
}

/** Percentages of three decimals that make a hundred; some of them are zero. */
function anyShares(dice: Dice, open: readonly string[]): NonNullable<PartInput["shares"]> {
  let left = 100_000;
  const to = dice.shuffled(atLeastOne(dice, open));
  return to.map((code, index) => {
    const part = index === to.length - 1 ? left : dice.below(left + 1);
    left -= part;
    return { to: code, percent: formatUnits(BigInt(part), 3) };
  });
}

function anyLimits(dice: Dice, codes: readonly string[], amount: bigint, exponent: number): NonNullable<PoolInput["limits"]> {
  const magnitude = amount < 0n ? -amount : amount;
  const part = (percent: number): bigint => (magnitude * BigInt(percent)) / BigInt(100 * codes.length);
  return [null, ...dice.some(codes, 30)].map((receiver) => {
    const minimum = part(dice.below(60));
    return { receiver, minimum: dice.chance(50) ? formatUnits(minimum, exponent) : null, maximum: dice.chance(70) ? formatUnits(minimum + part(dice.below(150)), exponent) : null };
  });
}

/** The same facts in another order: receivers, quantities, names and limits, but not the pools, whose order is a policy. */
export function inOtherOrder(dice: Dice, facts: FactsInput): FactsInput {
  return {
    ...facts, receivers: dice.shuffled(facts.receivers),
    drivers: dice.shuffled(facts.drivers!).map((driver) => ({ ...driver, quantities: dice.shuffled(driver.quantities), weights: driver.weights && dice.shuffled(driver.weights) })),
    pools: facts.pools.map((pool) => ({
      ...pool, exclude: dice.shuffled(pool.exclude!), limits: pool.limits && dice.shuffled(pool.limits),
      parts: pool.parts.map((part) => ({ ...part, to: part.to && dice.shuffled(part.to), shares: part.shares && dice.shuffled(part.shares), prior: part.prior && dice.shuffled(part.prior) })),
    })),
  };
}

/** The same facts with every amount's sign turned round. */
export function mirrored(facts: FactsInput): FactsInput {
  const turned = (text: string): string => (text.startsWith("-") ? text.slice(1) : `-${text}`);
  return {
    ...facts,
    pools: facts.pools.map((pool) => ({
      ...pool, amount: turned(pool.amount),
      parts: pool.parts.map((part) => ({ ...part, priorPool: part.priorPool && turned(part.priorPool), prior: part.prior?.map(({ receiver, amount }) => ({ receiver, amount: turned(amount) })) })),
    })),
  };
}

/** Who there is in a month, and what its shared pools cost: what stays the same when the policy changes. */
export type MonthGround = Pick<AllocationFacts, "receivers" | "pools">;

export function anyMonthGround(dice: Dice): MonthGround {
  const units = Array.from({ length: dice.between(1, 4) }, (_, index) => `${dice.pick(["u", "U", "unit-", "0"])}${index}`);
  return {
    receivers: new Map(units.map((unit) => [unit, Array.from({ length: dice.below(4) }, (_, index) => `${unit}-${index}`)])),
    pools: Array.from({ length: dice.between(1, 2) }, (_, index) => ({ code: `pool-${index}`, amountMinor: dice.chance(5) ? 0n : anyAmount(dice) })),
  };
}

/** A month of a ground with any policy, and what was measured for its drivers in it and in the month before. */
export function anyMonth(dice: Dice, { receivers, pools: booked }: MonthGround): AllocationFacts {
  const units = [...receivers.keys()], pools = booked.map(({ code }) => code);
  const rules = pools.slice(0, dice.chance(85) ? pools.length : 1).map((pool): AllocationRule => anyRule(dice, pool, units));
  const vectors = (): Map<string, DriverVector> => {
    const found = new Map<string, DriverVector>();
    for (const part of rules.flatMap(({ parts }) => parts)) if (!found.has(driverKey(part))) found.set(driverKey(part), anyVector(dice, units, part));
    return found;
  };
  return {
    period: "2025-10", currency: "USD", receivers, pools: booked, policy: { effectiveFrom: "2025-01", note: null, rules }, drivers: vectors(), priorDrivers: vectors(),
  };
}

function anyRule(dice: Dice, pool: string, units: readonly string[]): AllocationRule {
  const fractions = dice.pick([["1"], ["0.5", "0.5"], ["0.3", "0.7"], ["0.33", "0.33", "0.34"], ["0.00000000000000000001", "0.99999999999999999999"]]);
  return { pool, zeroDriver: dice.pick(ZERO_DRIVER_RULES), exclude: dice.chance(25) ? dice.some(units, 30) : [], parts: fractions.map((fraction) => anyMeasuredPart(dice, fraction)) };
}

function anyMeasuredPart(dice: Dice, fraction: string): AllocationPart {
  const driver = dice.pick(ALLOCATION_DRIVERS);
  const channels = [dice.pick(CHANNELS), ...dice.some(CHANNELS, 25)].map((channel, index) => ({ channel, weight: index === 0 ? dice.pick(["1", "2.5", "0.333"]) : dice.pick(["0", "0.1", "1", "3"]) }));
  const billed = driver === "BILLED_MINUTES";
  return { fraction, driver, channels: channels.filter(({ channel }, index) => channels.findIndex((each) => each.channel === channel) === index), minimumSeconds: billed ? dice.pick([0, 30]) : 0, incrementSeconds: billed ? dice.pick([1, 60]) : 0 };
}

/** Quantities by unit, use case and channel, sometimes none at all; contacts count once in their unit. */
function anyVector(dice: Dice, units: readonly string[], part: AllocationPart): DriverVector {
  const contacts = part.driver!.endsWith("CONTACTS");
  if (dice.chance(20)) return { quantities: [], unitQuantities: contacts ? [] : null };
  const quantities = units.flatMap((businessUnit) => [0, 1, 2].flatMap((index) => dice.some(CHANNELS, 25).map((channel): DriverQuantity => ({
    businessUnit, useCase: `${businessUnit}-${index}`, channel, quantity: dice.chance(15) ? 0n : dice.whole(dice.pick([1, 4, 10])),
  }))));
  if (!contacts) return { quantities, unitQuantities: null };
  const bounds = new Map<string, { businessUnit: string; channel: string; least: bigint; most: bigint }>();
  for (const { businessUnit, channel, quantity } of quantities) {
    const { least, most } = bounds.get(`${businessUnit} ${channel}`) ?? { least: 0n, most: 0n };
    bounds.set(`${businessUnit} ${channel}`, { businessUnit, channel, least: quantity > least ? quantity : least, most: most + quantity });
  }
  return { quantities, unitQuantities: [...bounds.values()].map(({ businessUnit, channel, least, most }) => ({ businessUnit, channel, quantity: least + ((most - least) * BigInt(dice.below(101))) / 100n })) };
}

export function monthInOtherOrder(dice: Dice, month: AllocationFacts): AllocationFacts {
  const vectors = (drivers: ReadonlyMap<string, DriverVector>): Map<string, DriverVector> =>
    new Map(dice.shuffled([...drivers]).map(([key, { quantities, unitQuantities }]) => [key, { quantities: dice.shuffled(quantities), unitQuantities: unitQuantities && dice.shuffled(unitQuantities) }]));
  return {
    ...month, pools: dice.shuffled(month.pools), drivers: vectors(month.drivers), priorDrivers: vectors(month.priorDrivers),
    receivers: new Map(dice.shuffled([...month.receivers]).map(([unit, useCases]) => [unit, dice.shuffled(useCases)])),
  };
}
