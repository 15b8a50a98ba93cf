/*
 * How shared cost is divided, written anew from the definitions and apart from the product's code: it imports nothing of it.
 * Exact rationals, the largest remainder at every level, ties to the code that sorts first.
 */

/** A leg that counts, as far as a division looks at it. */
export interface CountedLeg {
  readonly unit: string | null;
  readonly useCase: string | null;
  readonly channel: string;
  readonly connected: boolean;
  readonly ms: number;
  readonly contact: string;
  readonly resolved: boolean;
}

export interface RulePart {
  readonly fraction?: string;
  readonly driver: string;
  readonly channels?: ReadonlyArray<{ readonly channel: string; readonly weight: string }>;
  readonly minimumSeconds?: number;
  readonly incrementSeconds?: number;
}

export interface Rule {
  readonly pool: string;
  readonly zeroDriver?: string;
  readonly exclude?: readonly string[];
  readonly parts: readonly RulePart[];
}

/** Amounts by "unit/useCase", in minor units, and what nobody bears. */
export interface Division {
  readonly charges: ReadonlyMap<string, bigint>;
  readonly unallocated: bigint;
}

/** n/d, with d above zero and not in lowest terms. */
type Ratio = readonly [bigint, bigint];
const plus = ([a, b]: Ratio, [c, d]: Ratio): Ratio => (b === d ? [a + c, b] : [a * d + c * b, b * d]);
const times = ([a, b]: Ratio, [c, d]: Ratio): Ratio => [a * c, b * d];
const over = ([a, b]: Ratio, [c, d]: Ratio): Ratio => [a * d, b * c];
const isMore = ([a, b]: Ratio, [c, d]: Ratio): boolean => a * d > c * b;
const isZero = ([a]: Ratio): boolean => a === 0n;
const NOTHING: Ratio = [0n, 1n];

function decimal(text: string): Ratio {
  const [whole, part = ""] = text.split(".");
  return [BigInt(whole! + part), 10n ** BigInt(part.length)];
}

/** Quantities of a part: what each unit counts for, and how that splits over its use cases. */
interface Measured {
  readonly unit: ReadonlyMap<string, Ratio>;
  readonly useCase: ReadonlyMap<string, ReadonlyMap<string, Ratio>>;
}

/** Divides one pool. `prior` are the legs of the month before; `receivers` the use cases of each unit. */
export function divide(amount: bigint, rule: Rule | null, legs: readonly CountedLeg[], prior: readonly CountedLeg[], receivers: ReadonlyMap<string, readonly string[]>): Division {
  const unitShare = new Map<string, Ratio>();
  const useCaseShare = new Map<string, Map<string, Ratio>>();
  let idle: Ratio = rule === null ? [1n, 1n] : NOTHING;
  for (const part of rule?.parts ?? []) {
    const fraction = decimal(part.fraction ?? "1");
    const measured = measureOrFallBack(rule!, part, legs, prior, receivers);
    if (!measured) {
      idle = plus(idle, fraction);
      continue;
    }
    const total = sumOf(measured.unit.values());
    for (const [unit, quantity] of measured.unit) {
      const share = times(fraction, over(quantity, total));
      unitShare.set(unit, plus(unitShare.get(unit) ?? NOTHING, share));
      const inner = measured.useCase.get(unit)!;
      const innerTotal = sumOf(inner.values());
      const shares = useCaseShare.get(unit) ?? new Map<string, Ratio>();
      useCaseShare.set(unit, shares);
      for (const [useCase, part] of inner) shares.set(useCase, plus(shares.get(useCase) ?? NOTHING, times(share, over(part, innerTotal))));
    }
  }
  if (unitShare.size === 0) return { charges: new Map(), unallocated: amount };
  const claims = new Map(unitShare);
  if (!isZero(idle)) claims.set("\uffff nobody", idle);
  const units = largestRemainder(amount, claims);
  const charges = new Map<string, bigint>();
  for (const [unit, shares] of useCaseShare) {
    for (const [useCase, minor] of largestRemainder(units.get(unit)!, shares)) if (minor !== 0n) charges.set(`${unit}/${useCase}`, minor);
  }
  return { charges, unallocated: units.get("\uffff nobody") ?? 0n };
}

/** Every quantity that a rule's parts stand on, as text: two months with the same text are divided alike. */
export function driversAsText(rules: readonly Rule[], legs: readonly CountedLeg[]): string {
  const drivers = [...new Set(rules.flatMap(({ parts }) => parts.map((part) => [part.driver, part.minimumSeconds ?? 0, part.incrementSeconds ?? 60].join("/"))))].sort();
  const channels = ["VOICE", "CHAT", "SMS", "WEB", "EMAIL"];
  return JSON.stringify(drivers.map((key) => {
    const [driver, minimum, increment] = key.split("/");
    return [key, channels.map((channel) => {
      const { unit, useCase } = measure({ driver: driver!, minimumSeconds: Number(minimum), incrementSeconds: Number(increment), channels: [{ channel, weight: "1" }] }, [], legs);
      return [channel, [...unit].map(([code, ratio]) => [code, String(ratio)]).sort(), [...useCase].map(([code, inner]) => [code, [...inner].map(([name, ratio]) => [name, String(ratio)]).sort()]).sort()];
    })];
  }));
}

function measureOrFallBack(rule: Rule, part: RulePart, legs: readonly CountedLeg[], prior: readonly CountedLeg[], receivers: ReadonlyMap<string, readonly string[]>): Measured | null {
  const exclude = rule.exclude ?? [];
  let measured = measure(part, exclude, legs);
  if (measured.unit.size === 0 && rule.zeroDriver === "PRIOR_PERIOD") measured = measure(part, exclude, prior);
  if (measured.unit.size > 0) return measured;
  if (rule.zeroDriver !== "EVEN") return null;
  const bearing = [...receivers].filter(([unit, useCases]) => useCases.length > 0 && !exclude.includes(unit));
  if (bearing.length === 0) return null;
  return {
    unit: new Map(bearing.map(([unit]): [string, Ratio] => [unit, [1n, 1n]])),
    useCase: new Map(bearing.map(([unit, useCases]) => [unit, new Map(useCases.map((each): [string, Ratio] => [each, [1n, 1n]]))])),
  };
}

function measure(part: RulePart, exclude: readonly string[], legs: readonly CountedLeg[]): Measured {
  const weights = new Map((part.channels ?? [{ channel: "VOICE", weight: "1" }]).map(({ channel, weight }) => [channel, decimal(weight)]));
  const inner = new Map<string, Map<string, Ratio>>();
  const add = (unit: string, useCase: string, quantity: Ratio): void => {
    const useCases = inner.get(unit) ?? new Map<string, Ratio>();
    inner.set(unit, useCases);
    useCases.set(useCase, plus(useCases.get(useCase) ?? NOTHING, quantity));
  };
  const counts = (leg: CountedLeg): leg is CountedLeg & { unit: string; useCase: string } => leg.unit !== null && !exclude.includes(leg.unit) && !isZero(weights.get(leg.channel) ?? NOTHING);
  const bearing = legs.filter(counts);
  if (part.driver === "CONTACTS" || part.driver === "RESOLVED_CONTACTS") {
    const met = bearing.filter(({ resolved }) => part.driver === "CONTACTS" || resolved);
    const distinct = (keyOf: (leg: (typeof met)[number]) => string[]): string[][] => [...new Set(met.map((leg) => JSON.stringify([leg.contact, leg.channel, ...keyOf(leg)])))].map((text) => JSON.parse(text) as string[]);
    for (const [, channel, unit, useCase] of distinct(({ unit, useCase }) => [unit, useCase])) add(unit!, useCase!, weights.get(channel!)!);
    // Once in each use case, and once in the unit.
    const unit = new Map<string, Ratio>();
    for (const [, channel, code] of distinct((leg) => [leg.unit])) unit.set(code!, plus(unit.get(code!) ?? NOTHING, weights.get(channel!)!));
    return { unit, useCase: inner };
  }
  for (const leg of bearing) {
    const quantity = leg.connected ? quantityOf(part, leg.ms) : 0n;
    if (quantity > 0n) add(leg.unit, leg.useCase, times(weights.get(leg.channel)!, [quantity, 1n]));
  }
  return { unit: new Map([...inner].map(([unit, useCases]) => [unit, sumOf(useCases.values())])), useCase: inner };
}

function quantityOf(part: RulePart, ms: number): bigint {
  if (part.driver === "CALLS") return 1n;
  if (part.driver === "CONNECTED_SECONDS") return BigInt(ms);
  const increment = (part.incrementSeconds ?? 60) * 1_000;
  return BigInt(Math.max((part.minimumSeconds ?? 0) * 1_000, Math.ceil(ms / increment) * increment));
}

function sumOf(ratios: Iterable<Ratio>): Ratio {
  let sum = NOTHING;
  for (const ratio of ratios) sum = plus(sum, ratio);
  return sum;
}

/** Whole parts of an amount; what is left goes, one by one, to the largest remainders. A credit mirrors a charge. */
function largestRemainder(amount: bigint, claims: ReadonlyMap<string, Ratio>): Map<string, bigint> {
  const size = amount < 0n ? -amount : amount;
  const total = sumOf(claims.values());
  const parts = [...claims].map(([code, claim]) => {
    const [n, d] = over(times([size, 1n], claim), total);
    return { code, whole: n / d, rest: [n % d, d] as Ratio };
  });
  let left = size - parts.reduce((sum, { whole }) => sum + whole, 0n);
  const order = [...parts].sort((a, b) => (isMore(a.rest, b.rest) ? -1 : isMore(b.rest, a.rest) ? 1 : Buffer.compare(Buffer.from(a.code), Buffer.from(b.code))));
  for (const part of order) {
    if (left === 0n) break;
    part.whole += 1n;
    left -= 1n;
  }
  return new Map(parts.map(({ code, whole }) => [code, amount < 0n ? -whole : whole]));
}
