import { requireDecimal } from "../../kernel/decimal";
import { Fraction, ONE, ZERO, compare, divide, formatFraction, fraction, fromDecimal, multiply, sum } from "../../kernel/fraction";
import { Refusal } from "../../kernel/refusal";
import { PartInput } from "./facts-input";
import { AllocationMethod, Part, Tier } from "./method";

/** The names that a part may use. */
export interface Names {
  readonly drivers: ReadonlySet<string>;
  readonly receivers: ReadonlySet<string>;
  /** Receivers and pools. */
  readonly everybody: ReadonlySet<string>;
  /** Major units to minor units. */
  readonly minorPerMajor: Fraction;
}

type Setting = Exclude<keyof PartInput, "method" | "fraction">;

/** What a method must be told, and what it may be told. */
const SETTINGS: Readonly<Record<AllocationMethod, { readonly must: readonly Setting[]; readonly may: readonly Setting[] }>> = {
  DIRECT: { must: ["to"], may: [] },
  PROPORTIONAL: { must: ["driver"], may: ["to", "zeroDriver", "negative"] },
  FIXED_SHARES: { must: ["shares"], may: [] },
  EVEN: { must: [], may: ["to"] },
  DIRECT_COST: { must: [], may: ["to"] },
  DUAL_RATE: { must: ["driver", "capacityDriver"], may: ["fixedAmount", "fixedRate", "rate", "tiers", "tierRule", "to", "zeroDriver", "negative"] },
  PRACTICAL_CAPACITY: { must: ["driver"], may: ["capacity", "capacityDriver", "idle", "to", "zeroDriver", "negative"] },
  COMMITMENT: { must: ["driver", "rate"], may: ["capacityDriver", "idle", "to", "zeroDriver", "negative"] },
  RATE: { must: ["driver"], may: ["rate", "ratePer", "tiers", "tierRule", "to", "zeroDriver", "negative"] },
  TIERS: { must: ["driver", "tiers"], may: ["tierRule", "to", "zeroDriver", "negative"] },
  CUMULATIVE: { must: ["driver"], may: ["prior", "priorPool", "to", "zeroDriver", "negative"] },
  KEEP: { must: [], may: [] },
};

/** A part with every default written out; BAD_USER_INPUT names the fault and its place. */
export function readPart(input: PartInput, names: Names, path: readonly string[]): Part {
  const { must, may } = SETTINGS[input.method];
  const given = (Object.keys(input) as Array<keyof PartInput>).filter((field) => input[field] !== null && input[field] !== undefined);
  for (const field of must) if (!given.includes(field)) refuse(field === "driver" ? "A pool without a driver cannot be divided: name the driver." : `${input.method} needs ${field}.`, [...path, field]);
  for (const field of given) if (field !== "method" && field !== "fraction" && !must.includes(field) && !may.includes(field)) refuse(`${field} does not belong to ${input.method}.`, [...path, field]);
  requireOne(input, path);

  const decimal = (field: "capacity" | "rate" | "ratePer" | "fixedRate" | "fixedAmount" | "fraction", least: "zero" | "above zero"): Fraction | null => {
    const text = input[field];
    return text === null || text === undefined ? null : atLeast(text, least, field, [...path, field]);
  };
  const minor = (amount: Fraction | null): Fraction | null => (amount === null ? null : multiply(amount, names.minorPerMajor));
  for (const field of ["driver", "capacityDriver"] as const) {
    const driver = input[field];
    if (driver && !names.drivers.has(driver)) refuse(`There are no quantities of the driver ${driver.slice(0, 64)}. Give it under drivers.`, [...path, field]);
  }
  const share = decimal("fraction", "above zero") ?? ONE;
  if (compare(share, ONE) > 0) refuse("fraction must be above 0 and at most 1.", [...path, "fraction"]);
  if (input.negative === "UNSCALED" && input.method !== "PROPORTIONAL" && input.method !== "CUMULATIVE") refuse(`UNSCALED does not go with ${input.method}: use STANDARD_SCALING.`, [...path, "negative"]);
  return {
    method: input.method, fraction: share,
    to: readTo(input, names, path),
    driver: input.driver ?? null, capacityDriver: input.capacityDriver ?? null,
    shares: readShares(input.shares, names, path),
    capacity: decimal("capacity", "above zero"),
    fixedAmount: minor(decimal("fixedAmount", "zero")), fixedRate: minor(decimal("fixedRate", "zero")), rate: perUnit(minor(decimal("rate", input.method === "COMMITMENT" ? "above zero" : "zero")), decimal("ratePer", "above zero")),
    tiers: readTiers(input, names, path), tierRule: input.tierRule ?? "GRADUATED",
    idle: input.idle ?? "KEEP",
    priorPool: input.priorPool ? wholeMinor(input.priorPool, names, [...path, "priorPool"]) : null,
    prior: readPrior(input.prior, names, path),
    zeroDriver: input.zeroDriver ?? "UNALLOCATED", negative: input.negative ?? "REFUSE",
  };
}

/** A rate that is stated for several units of the driver, for one of them. */
const perUnit = (rate: Fraction | null, units: Fraction | null): Fraction | null => (rate === null || units === null ? rate : divide(rate, units));

/** Settings of which a method takes exactly one, or one at most. */
function requireOne(input: PartInput, path: readonly string[]): void {
  const has = (field: Setting): boolean => input[field] !== null && input[field] !== undefined;
  if (input.method === "DUAL_RATE" && has("fixedAmount") === has("fixedRate")) refuse("DUAL_RATE takes either fixedAmount or fixedRate.", path);
  if (input.method === "RATE" && has("rate") === has("tiers")) refuse("RATE takes either rate or tiers.", path);
  if (has("ratePer") && !has("rate")) refuse("ratePer says what the rate is for: give it with rate.", [...path, "ratePer"]);
  if (has("rate") && has("tiers")) refuse("Give either rate or tiers.", path);
  if (input.method === "PRACTICAL_CAPACITY" && !has("capacity") && !has("capacityDriver")) refuse("PRACTICAL_CAPACITY needs capacity, or capacityDriver whose sum it is.", [...path, "capacity"]);
  if (input.idle === "BY_CAPACITY" && !has("capacityDriver")) refuse("BY_CAPACITY needs capacityDriver.", [...path, "capacityDriver"]);
}

function readTo(input: PartInput, names: Names, path: readonly string[]): string[] | null {
  if (input.to === null || input.to === undefined) return null;
  if (input.to.length === 0) refuse("This part names nobody who may bear it. Name a receiver or a pool.", [...path, "to"]);
  if (input.method === "DIRECT" && input.to.length !== 1) refuse("DIRECT goes to one receiver or pool.", [...path, "to"]);
  const known = [...new Set(input.to)];
  for (const code of known) requireKnown(code, names.everybody, [...path, "to"]);
  return known;
}

function readShares(shares: PartInput["shares"], names: Names, path: readonly string[]): Map<string, Fraction> | null {
  if (!shares) return null;
  const at = [...path, "shares"];
  const read = new Map<string, Fraction>();
  for (const { to, percent } of shares) {
    requireKnown(to, names.everybody, at);
    if (read.has(to)) refuse(`shares names ${to} twice.`, at);
    read.set(to, divide(atLeast(percent, "zero", `The share of ${to}`, at), fraction(100n)));
  }
  const total = sum(read.values());
  if (compare(total, ONE) !== 0) refuse(`The shares make ${formatFraction(multiply(total, fraction(100n)))} %, not 100 %.`, at);
  return read;
}

function readTiers(input: PartInput, names: Names, path: readonly string[]): Tier[] {
  if (!input.tiers) return [];
  const at = [...path, "tiers"];
  const tiers = input.tiers.map(({ upTo, rate }): Tier => ({
    upTo: upTo === null || upTo === undefined ? null : atLeast(upTo, "above zero", "upTo", at),
    rate: multiply(atLeast(rate, "zero", "rate", at), names.minorPerMajor),
  }));
  if (tiers.length === 0 || tiers.length > 50) refuse("There are 1 to 50 tiers.", at);
  tiers.forEach(({ upTo }, index) => {
    if ((upTo === null) !== (index === tiers.length - 1)) refuse("Every tier but the last ends somewhere (upTo); the last has no end.", at);
    const before = tiers[index - 1]?.upTo ?? ZERO;
    if (upTo !== null && compare(upTo, before) <= 0) refuse("Each tier ends above the one before it.", at);
  });
  if (tiers.every(({ rate }) => rate.numerator === 0n)) refuse("The rates of the tiers are all zero: weights that sum to nothing.", at);
  return tiers;
}

function readPrior(prior: PartInput["prior"], names: Names, path: readonly string[]): Map<string, Fraction> {
  const at = [...path, "prior"];
  const read = new Map<string, Fraction>();
  for (const { receiver, amount } of prior ?? []) {
    requireKnown(receiver, names.receivers, at);
    if (read.has(receiver)) refuse(`prior names ${receiver} twice.`, at);
    read.set(receiver, wholeMinor(amount, names, at));
  }
  return read;
}

function wholeMinor(text: string, names: Names, path: readonly string[]): Fraction {
  const minor = multiply(fromDecimal(requireDecimal(text, path)), names.minorPerMajor);
  if (minor.denominator !== 1n) refuse(`${text} has more decimals than the currency has.`, path);
  return minor;
}

export function requireKnown(code: string, known: ReadonlySet<string>, path: readonly string[]): void {
  if (!known.has(code)) refuse(`${code.slice(0, 64)} stands neither among those who bear cost nor, where one may be named, among the pools.`, path);
}

/** A decimal as an exact fraction, of zero or more, or above zero. */
export function atLeast(text: string, least: "zero" | "above zero", name: string, path: readonly string[]): Fraction {
  const value = fromDecimal(requireDecimal(text, path));
  if (value.numerator < 0n || (least === "above zero" && value.numerator === 0n)) refuse(`${name} must be ${least === "zero" ? "zero or more" : "above zero"}.`, path);
  return value;
}

export function refuse(message: string, field: readonly string[]): never {
  throw new Refusal("BAD_USER_INPUT", message, field);
}
