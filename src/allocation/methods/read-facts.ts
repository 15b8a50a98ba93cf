import { requireCode } from "../../kernel/code";
import { requireDecimal } from "../../kernel/decimal";
import { Fraction, ONE, ZERO, add, compare, formatFraction, fraction, fromDecimal, multiply, sum } from "../../kernel/fraction";
import { currencyOf, toMinor } from "../../kernel/money";
import { Refusal } from "../../kernel/refusal";
import { DriverInput, FactsInput, PoolInput } from "./facts-input";
import { FactPool, FactReceiver, Limit, MethodFacts } from "./method";
import { Names, atLeast, readPart, refuse, requireKnown } from "./read-part";

const MOST_RECEIVERS = 2_000;
const MOST_POOLS = 200;
const MOST_PARTS = 20;
/** Parts times those who may bear them: what a division works through at most. */
const MOST_WORK = 100_000;

/** The facts that an input stands for; a refusal names the fault and its place. */
export function readFacts(input: FactsInput): MethodFacts {
  const currency = currencyOf(input.currency);
  if (!currency) refuse(`${input.currency.slice(0, 8)} is not an ISO 4217 code.`, ["facts", "currency"]);
  const minorPerMajor = fraction(10n ** BigInt(currency.exponent));
  if (input.receivers.length === 0 || input.receivers.length > MOST_RECEIVERS) refuse(`There are 1 to ${MOST_RECEIVERS} receivers.`, ["facts", "receivers"]);
  if (input.pools.length === 0 || input.pools.length > MOST_POOLS) refuse(`There are 1 to ${MOST_POOLS} pools.`, ["facts", "pools"]);
  const receivers = readReceivers(input, minorPerMajor);
  const everybody = new Set(receivers.map(({ code }) => code));
  const known = new Set(everybody);
  input.pools.forEach(({ code }, index) => {
    const at = ["facts", "pools", String(index), "code"];
    if (known.has(requireCode(code, at))) refuse(`${code} is the code of ${everybody.has(code) ? "a receiver" : "another pool"}, too.`, at);
    known.add(code);
  });
  const drivers = new Map<string, ReadonlyMap<string, Fraction>>();
  (input.drivers ?? []).forEach((driver, index) => {
    const at = ["facts", "drivers", String(index)];
    if (drivers.has(requireCode(driver.code, [...at, "code"]))) refuse(`Driver ${driver.code} is given twice.`, [...at, "code"]);
    drivers.set(driver.code, readDriver(driver, known, at));
  });
  const names: Names = { drivers: new Set(drivers.keys()), receivers: everybody, everybody: known, minorPerMajor };
  const work = input.pools.reduce((all, { parts }) => all + parts.length, 0) * known.size;
  if (work > MOST_WORK) throw new Refusal("LIMIT_EXCEEDED", `Parts times those who may bear them are ${work}; the limit is ${MOST_WORK}. Divide in several calls.`, ["facts"]);
  const pools = input.pools.map((pool, index) => {
    const at = ["facts", "pools", String(index)];
    if (pool.currency && pool.currency !== currency.code) throw new Refusal("CURRENCY_MISMATCH", `Pool ${pool.code} is in ${pool.currency}, the facts are in ${currency.code}. Convert it first.`, [...at, "currency"]);
    return readPool(pool, toMinor(pool.amount, currency, [...at, "amount"]), receivers, names, at);
  });
  return {
    currency: currency.code, exponent: currency.exponent, receivers, drivers, services: input.services ?? null,
    pools: input.order ? inOrder(pools, input.order) : pools,
    parents: new Map(receivers.flatMap(({ code, parent }) => (parent === null ? [] : [[code, parent]]))),
  };
}

function readReceivers(input: FactsInput, minorPerMajor: Fraction): FactReceiver[] {
  const byCode = new Map<string, FactReceiver>();
  input.receivers.forEach(({ code, parent, directCost }, index) => {
    const at = ["facts", "receivers", String(index)];
    if (byCode.has(requireCode(code, [...at, "code"]))) refuse(`Receiver ${code} is given twice.`, [...at, "code"]);
    byCode.set(code, { code, parent: parent ?? null, directCost: directCost ? multiply(fromDecimal(requireDecimal(directCost, [...at, "directCost"])), minorPerMajor) : ZERO });
  });
  const rooted = new Set<string>();
  for (const { code } of byCode.values()) {
    const way = new Set<string>();
    for (let at: string | null = code; at !== null && !rooted.has(at); at = byCode.get(at)!.parent) {
      if (way.has(at)) refuse(`${at} stands above itself.`, ["facts", "receivers"]);
      way.add(at);
      const above: string | null = byCode.get(at)!.parent;
      if (above !== null && !byCode.has(above)) refuse(`${above.slice(0, 64)}, the parent of ${at}, is no receiver.`, ["facts", "receivers"]);
    }
    for (const each of way) rooted.add(each);
  }
  return [...byCode.values()];
}

/** Quantities with their weights: of several units only weighted ones add up. */
function readDriver(input: DriverInput, known: ReadonlySet<string>, path: readonly string[]): Map<string, Fraction> {
  const at = [...path, "quantities"];
  if (input.quantities.length === 0) refuse(`Driver ${input.code} has no quantities.`, at);
  const weights = new Map((input.weights ?? []).map(({ unit, weight }) => [unit, atLeast(weight, "zero", `The weight of ${unit.slice(0, 64)}`, [...path, "weights"])]));
  if (input.weights && [...weights.values()].every((weight) => weight.numerator === 0n)) refuse(`The weights of driver ${input.code} sum to nothing.`, [...path, "weights"]);
  if (weights.size !== (input.weights ?? []).length) refuse(`Driver ${input.code} weighs a unit twice.`, [...path, "weights"]);
  if (!input.weights && new Set(input.quantities.map(({ unit }) => unit ?? "")).size > 1) refuse(`Driver ${input.code} adds up different units: give their weights.`, [...path, "weights"]);
  const seen = new Set<string>();
  const sums = new Map<string, Fraction>();
  for (const { of, quantity, unit } of input.quantities) {
    requireKnown(of, known, at);
    const key = JSON.stringify([of, unit ?? ""]);
    if (seen.has(key)) refuse(`Driver ${input.code} names ${of} twice${unit ? ` for ${unit.slice(0, 64)}` : ""}.`, at);
    seen.add(key);
    const weight = input.weights ? weights.get(unit ?? "") : ONE;
    if (!weight) refuse(`Driver ${input.code} has no weight for the unit ${unit ? unit.slice(0, 64) : "that is left out"}.`, at);
    sums.set(of, add(sums.get(of) ?? ZERO, multiply(fromDecimal(requireDecimal(quantity, at)), weight)));
  }
  return sums;
}

/** A pool with its parts and limits; a refusal names its place below `path`. */
export function readPool(input: PoolInput, amountMinor: bigint, receivers: readonly FactReceiver[], names: Names, path: readonly string[]): FactPool {
  if (input.parts.length === 0 || input.parts.length > MOST_PARTS) refuse(`A pool has 1 to ${MOST_PARTS} parts.`, [...path, "parts"]);
  const parts = input.parts.map((part, index) => readPart(part, names, [...path, "parts", String(index)]));
  const total = sum(parts.map((part) => part.fraction));
  if (compare(total, ONE) !== 0) refuse(`The fractions of the parts of pool ${input.code} sum to ${formatFraction(total)}, not to 1.`, [...path, "parts"]);
  const exclude = new Set(input.exclude ?? []);
  for (const code of exclude) requireKnown(code, names.everybody, [...path, "exclude"]);
  if (parts.some((part) => part.method !== "KEEP") && [...names.everybody].every((code) => exclude.has(code) || code === input.code)) refuse(`Pool ${input.code} excludes everybody: it names nobody who may bear it.`, [...path, "exclude"]);
  const limits = readLimits(input, receivers, names, [...path, "limits"]);
  if (limits.size > 0 && parts.some((part) => part.method === "CUMULATIVE" || part.negative === "UNSCALED")) refuse("Limits do not go with CUMULATIVE or with UNSCALED quantities, which charge and credit at once.", [...path, "limits"]);
  return { code: input.code, amountMinor, parts, exclude, limits, spill: input.spill ?? "PROPORTIONAL", path };
}

/** Limits by receiver; one without a receiver is for everybody at the foot of the hierarchy who has none of their own. */
function readLimits(input: PoolInput, receivers: readonly FactReceiver[], names: Names, path: readonly string[]): Map<string, Limit> {
  const own = new Map<string | null, Limit>();
  for (const { receiver, minimum, maximum } of input.limits ?? []) {
    const bound = (text: string | null | undefined, name: string): Fraction | null => (text === null || text === undefined ? null : multiply(atLeast(text, "zero", name, path), names.minorPerMajor));
    const limit: Limit = { minimum: bound(minimum, "minimum"), maximum: bound(maximum, "maximum") };
    const who = receiver ?? null;
    if (who !== null) requireKnown(who, names.receivers, path);
    if (limit.minimum && limit.maximum && compare(limit.maximum, limit.minimum) < 0) refuse(`The cap of ${who ?? "everybody"} (${maximum}) is below the minimum (${minimum}).`, path);
    if (own.has(who)) refuse(`limits names ${who ?? "everybody"} twice.`, path);
    own.set(who, limit);
  }
  const general = own.get(null);
  const above = new Set(receivers.map(({ parent }) => parent));
  const excluded = new Set(input.exclude ?? []);
  const limits = new Map<string, Limit>();
  for (const { code } of receivers) {
    const limit = own.get(code) ?? (above.has(code) ? undefined : general);
    if (limit && !excluded.has(code)) limits.set(code, limit);
  }
  return limits;
}

function inOrder(pools: readonly FactPool[], order: readonly string[]): FactPool[] {
  const byCode = new Map(pools.map((pool) => [pool.code, pool]));
  const ordered = order.map((code) => byCode.get(code) ?? refuse(`order names ${code.slice(0, 64)}, which is no pool.`, ["facts", "order"]));
  if (new Set(order).size !== order.length || order.length !== pools.length) refuse("order names every pool once.", ["facts", "order"]);
  return ordered;
}
