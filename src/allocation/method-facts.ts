import { compareCodes } from "../kernel/apportion";
import { formatUnits, requireDecimal } from "../kernel/decimal";
import { Fraction, ONE, ZERO, add, fraction, fromDecimal, multiply } from "../kernel/fraction";
import { currencyOf } from "../kernel/money";
import { Refusal, invariant } from "../kernel/refusal";
import type { AllocationFacts } from "./allocate";
import { DriverVector, basePerUnit, weigh } from "./driver";
import { MethodInputs, bookedKey, fallsBack, measuredKey, useCasePart } from "./method-inputs";
import { PartInput, PoolInput } from "./methods/facts-input";
import { FactPool, FactReceiver, MethodFacts } from "./methods/method";
import { readPool } from "./methods/read-facts";
import { AllocationPart, AllocationRule } from "./policy";
import { Split, UseCaseBasis, basisBy } from "./use-case-basis";

/** A driver as the methods know it, with what it says of use cases. */
export interface PreparedDriver {
  /** AllocationDriver, or the code of a booked one. */
  readonly name: string;
  /** By unit, how it tells the use cases apart; absent where it says nothing of them. */
  readonly bases: ReadonlyMap<string, UseCaseBasis>;
}

/** The facts of a period in the form that the methods divide, and the way back from it. */
export interface PreparedFacts {
  readonly facts: MethodFacts;
  /** By the name that the methods know a driver by. */
  readonly drivers: ReadonlyMap<string, PreparedDriver>;
  readonly rules: ReadonlyMap<string, AllocationRule>;
  isPool(code: string): boolean;
  /** Names of a part's own driver, measured or booked; absent where it has none. */
  driverOf(pool: string, part: number): string | null;
  /** By unit, what tells its use cases apart where a method measured nothing; absent where it owns none. */
  readonly fallback: ReadonlyMap<string, UseCaseBasis>;
}

interface Collected { readonly prepared: PreparedDriver; readonly quantities: Map<string, Fraction> }

/** Reads the policy's rules as `methods` reads literal ones, over what was measured and booked in the period. */
export function prepareMethods(facts: AllocationFacts): PreparedFacts {
  const { policy, method: inputs } = facts;
  invariant(policy?.settings && inputs, "methods without their policy or facts");
  const currency = currencyOf(facts.currency);
  invariant(currency, "a programme without a currency");
  const rules = new Map(policy.rules.map((rule) => [rule.pool, rule]));
  const places = new Map(policy.rules.map((rule, index) => [rule.pool, ["rules", String(index)]]));
  const receivers = receiversOf(facts, inputs);
  const units = new Set(receivers.map(({ code }) => code));
  const poolCodes = poolsInOrder(facts.pools.map(({ code }) => code), policy.settings.order ?? policy.rules.map(({ pool }) => pool));
  const everybody = new Set([...units, ...poolCodes]);
  requireCarriers(facts, inputs, everybody);
  const drivers = collectDrivers(facts, inputs, everybody);
  const amounts = new Map(facts.pools.map(({ code, amountMinor }) => [code, amountMinor]));
  const names = { drivers: new Set(drivers.keys()), receivers: units, everybody, minorPerMajor: fraction(10n ** BigInt(currency.exponent)) };
  const pools = poolCodes.map((code): FactPool => {
    const rule = rules.get(code);
    return readPool(rule ? poolInput(rule, inputs, everybody, policy.settings!.exempt, currency.exponent) : { code, amount: "0", parts: [{ method: "KEEP" }] }, amounts.get(code) ?? 0n, receivers, names, places.get(code) ?? ["rules"]);
  });
  const ruled = new Set(poolCodes);
  return {
    isPool: (code) => ruled.has(code),
    rules, drivers: new Map([...drivers].map(([name, { prepared }]) => [name, prepared])),
    driverOf: (pool, part) => nameOfDriver(rules.get(pool)!, rules.get(pool)!.parts[part]!),
    fallback: fallbackOf(facts, drivers, useCasePart(policy)),
    facts: {
      currency: currency.code, exponent: currency.exponent, receivers, pools, services: policy.settings.services,
      drivers: new Map([...drivers].map(([name, { quantities }]) => [name, quantities])),
      parents: new Map(receivers.flatMap(({ code, parent }) => (parent === null ? [] : [[code, parent]]))),
    },
  };
}

/** Nothing is dropped: a unit that a rule or a booked quantity names can carry cost, or is left out in so many words. */
function requireCarriers({ policy, period }: AllocationFacts, inputs: MethodInputs, everybody: ReadonlySet<string>): void {
  const quantities = new Map(inputs.booked.map(({ key, quantities: rows }) => [key, rows.filter(({ quantity }) => !/^0*$/.test(quantity)).map(({ of }) => of)]));
  const { exempt, services } = policy!.settings!;
  for (const rule of policy!.rules) {
    const require = (code: string, why: string): void => {
      if (everybody.has(code) || exempt.includes(code) || rule.exclude.includes(code)) return;
      throw new Refusal("NOT_READY", `${code}, which ${why}, owns no use case in ${period} that could carry cost, and is no pool with a rule. Give it one, or leave it out with exempt or exclude.`, ["period"]);
    };
    for (const part of rule.parts) {
      for (const code of [...(part.to ?? []), ...(part.shares ?? []).map(({ to }) => to)]) require(code, `the rule of ${rule.pool} names`);
      for (const key of [part.bookedDriver === undefined ? null : bookedKey(part), part.capacityDriver ?? null]) {
        for (const code of key === null || services === "DIRECT" ? [] : (quantities.get(key) ?? [])) if (part.to === undefined || part.to.includes(code)) require(code, `has a quantity of ${key}`);
      }
    }
  }
}

/** Units that own a use case, that were measured or charged before, and those above them. */
function receiversOf(facts: AllocationFacts, inputs: MethodInputs): FactReceiver[] {
  const parents = new Map(inputs.parents.map(({ businessUnit, parent }) => [businessUnit, parent]));
  const directCosts = new Map(inputs.directCosts.map(({ businessUnit, minor }) => [businessUnit, fraction(BigInt(minor))]));
  const codes = new Set(facts.receivers.keys());
  for (const vector of [...facts.drivers.values(), ...facts.priorDrivers.values()]) for (const { businessUnit } of vector.quantities) codes.add(businessUnit);
  for (const { charges } of inputs.priors) for (const { businessUnit } of charges) codes.add(businessUnit);
  for (const code of [...codes]) for (let above = parents.get(code); above !== undefined && !codes.has(above); above = parents.get(above)) codes.add(above);
  return [...codes].sort(compareCodes).map((code) => ({ code, parent: parents.get(code) ?? null, directCost: directCosts.get(code) ?? ZERO }));
}

/** In the order of the rules or the one that was agreed; pools without a rule come last. */
function poolsInOrder(booked: readonly string[], ruled: readonly string[]): string[] {
  return [...ruled, ...booked.filter((code) => !ruled.includes(code)).sort(compareCodes)];
}

/** Readable, because refusals and reasons name a driver by it; different for all that is divided differently. */
function nameOfDriver(rule: AllocationRule, part: AllocationPart): string | null {
  if (part.bookedDriver !== undefined) return bookedKey(part);
  if (part.driver === null) return null;
  const plain = part.channels.length === 1 && part.channels[0]!.channel === "VOICE" && part.channels[0]!.weight === "1";
  const channels = plain ? "" : ` of ${part.channels.map(({ channel, weight }) => `${channel} x ${weight}`).join(", ")}`;
  // Which month counts hangs on who bears the pool, so rules that leave somebody out have a name of their own.
  const before = fallsBack(rule, part) ? ` or of the month before${rule.exclude.length > 0 ? `, for ${rule.pool}` : ""}` : "";
  return `${measuredKey(part)}${channels}${before}`;
}

function collectDrivers(facts: AllocationFacts, inputs: MethodInputs, everybody: ReadonlySet<string>): Map<string, Collected> {
  const found = new Map<string, Collected>(inputs.booked.map(({ key, quantities }) => [key, booked(key, quantities, everybody)]));
  for (const rule of facts.policy!.rules) {
    for (const part of rule.parts) {
      const name = nameOfDriver(rule, part);
      if (part.driver === null || found.has(name!)) continue;
      const now = measured(vectorOf(facts.drivers, measuredKey(part)), part);
      const bearing = [...now.quantities].some(([code, quantity]) => quantity.numerator !== 0n && !rule.exclude.includes(code) && !facts.policy!.settings!.exempt.includes(code));
      found.set(name!, fallsBack(rule, part) && !bearing ? measured(vectorOf(facts.priorDrivers, measuredKey(part)), part) : now);
    }
  }
  return found;
}

/** By the policy's driver for use cases where it measured something of a unit, else evenly over what the unit owns. */
function fallbackOf(facts: AllocationFacts, drivers: ReadonlyMap<string, Collected>, part: AllocationPart): Map<string, UseCaseBasis> {
  const { prepared } = drivers.get(measuredKey(part)) ?? measured(vectorOf(facts.drivers, measuredKey(part)), part);
  const even = [...facts.receivers].flatMap(([unit, owned]) => {
    const basis = basisBy("EVEN", null, new Map(owned.map((useCase) => [useCase, ONE])));
    return basis ? [[unit, basis] as const] : [];
  });
  return new Map([...even, ...prepared.bases]);
}

/** What the quantities of a driver say of the use cases of each unit: nothing where they sum to zero or one is below it. */
function basesBy(split: Split, name: string, useCases: Iterable<readonly [string, ReadonlyMap<string, Fraction>]>): Map<string, UseCaseBasis> {
  return new Map([...useCases].flatMap(([unit, weights]) => {
    const basis = [...weights.values()].some(({ numerator }) => numerator < 0n) ? null : basisBy(split, name, weights);
    return basis ? [[unit, basis] as const] : [];
  }));
}

function vectorOf(vectors: ReadonlyMap<string, DriverVector>, key: string): DriverVector {
  const vector = vectors.get(key);
  invariant(vector, `the driver ${key} was not measured`);
  return vector;
}

function measured(vector: DriverVector, part: AllocationPart): Collected {
  const name = part.driver!;
  const { byUnit } = weigh(vector, part, []);
  const perUnit = fraction(1n, basePerUnit(name));
  return {
    quantities: new Map([...byUnit].map(([unit, { quantity }]) => [unit, multiply(quantity, perUnit)])),
    prepared: { name, bases: basesBy("MEASURED", name, [...byUnit].map(([unit, { byUseCase }]) => [unit, new Map([...byUseCase].map(([useCase, { quantity }]) => [useCase, quantity]))])) },
  };
}

function booked(key: string, rows: MethodInputs["booked"][number]["quantities"], everybody: ReadonlySet<string>): Collected {
  const quantities = new Map<string, Fraction>();
  const useCases = new Map<string, Map<string, Fraction>>();
  for (const { of, useCase, quantity } of rows) {
    if (!everybody.has(of)) continue;
    const value = fromDecimal(requireDecimal(quantity, ["rules"]));
    quantities.set(of, add(quantities.get(of) ?? ZERO, value));
    if (useCase === null) continue;
    const own = useCases.get(of) ?? new Map<string, Fraction>();
    useCases.set(of, own.set(useCase, add(own.get(useCase) ?? ZERO, value)));
  }
  const name = key.split("@")[0]!;
  return { quantities, prepared: { name, bases: basesBy("BOOKED", name, useCases) } };
}

function poolInput(rule: AllocationRule, inputs: MethodInputs, everybody: ReadonlySet<string>, exempt: readonly string[], exponent: number): PoolInput {
  const major = (minor: string): string => formatUnits(BigInt(minor), exponent);
  const parts = rule.parts.map((part): PartInput => {
    const { method, fraction: share, to, shares, capacityDriver, capacity, fixedAmount, fixedRate, rate, ratePer, tiers, tierRule, idle, negative, since } = part;
    const driver = nameOfDriver(rule, part);
    const before = since === undefined ? undefined : inputs.priors.find((each) => each.pool === rule.pool && each.since === since);
    const prior = before && [...sumByUnit(before.charges)].map(([receiver, minor]) => ({ receiver, amount: major(String(minor)) }));
    const zeroDriver = part.zeroDriver ?? (driver !== null && rule.zeroDriver === "EVEN" ? ("EVEN" as const) : undefined);
    return { method: method!, fraction: share, driver, to, shares, capacityDriver, capacity, fixedAmount, fixedRate, rate, ratePer, tiers, tierRule, idle, negative, zeroDriver, prior, priorPool: before && major(before.poolMinor) };
  });
  const exclude = [...new Set([...rule.exclude, ...exempt])].filter((code) => everybody.has(code));
  return { code: rule.pool, amount: "0", parts, exclude, limits: rule.limits?.filter(({ receiver }) => receiver === null || everybody.has(receiver)), spill: rule.spill };
}

function sumByUnit(charges: MethodInputs["priors"][number]["charges"]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { businessUnit, minor } of charges) sums.set(businessUnit, (sums.get(businessUnit) ?? 0n) + BigInt(minor));
  return sums;
}

/** As a refusal of the period: what `methods` finds wrong with its facts is no fault of the request. */
export function asNotReady(error: unknown): unknown {
  return error instanceof Refusal && error.code === "BAD_USER_INPUT" ? new Refusal("NOT_READY", error.message, ["period"]) : error;
}
