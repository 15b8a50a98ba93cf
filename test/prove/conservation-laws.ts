import { AllocationFacts, AllocationResult } from "../../src/allocation/allocate";
import { DividedPool, DivisionFacts, dividePool } from "../../src/allocation/divide-pool";
import { ChainLink, FactPoolResult, FactsResult, divideFacts } from "../../src/allocation/methods/divide-facts";
import { MethodFacts, Part } from "../../src/allocation/methods/method";
import { Fraction, ZERO, add, compare, formatFraction, fraction, multiply, subtract, sum } from "../../src/kernel/fraction";

/** Says what is wrong, where. */
export type Fault = (message: string) => void;

const total = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((all, each) => all + each, 0n);
const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Less than one minor unit apart. */
const near = (minor: bigint, exact: Fraction): boolean => abs(minor * exact.denominator - exact.numerator) < exact.denominator;

function equal(where: string, is: bigint | Fraction, should: bigint | Fraction, fault: Fault): void {
  const asFraction = (value: bigint | Fraction): Fraction => (typeof value === "bigint" ? fraction(value) : value);
  if (compare(asFraction(is), asFraction(should)) !== 0) fault(`${where}: ${formatFraction(asFraction(is))} instead of ${formatFraction(asFraction(should))}`);
}

function sumsBy<T>(items: Iterable<T>, keyOf: (item: T) => string, amountOf: (item: T) => Fraction): Map<string, Fraction> {
  const groups = new Map<string, Fraction[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), amountOf(item)]);
  return new Map([...groups].map(([key, amounts]) => [key, sum(amounts)]));
}

/** Nothing is made or lost: in no pool, in no hand-over between pools, in the whole; exactly and in minor units. */
export function factsAddUp(facts: MethodFacts, { pools, chain }: FactsResult, fault: Fault): void {
  for (const pool of pools) {
    const { pool: code, lines, passed, passedMinor, unallocated, unallocatedMinor, variance, varianceMinor, amountMinor, received, receivedMinor } = pool;
    equal(`${code}, minor`, total(lines.map((line) => line.amountMinor)) + passedMinor + unallocatedMinor + varianceMinor, amountMinor + receivedMinor, fault);
    equal(`${code}, exact`, sum([...lines.map((line) => line.exact), passed, unallocated, variance]), add(fraction(amountMinor), received), fault);
    if (lines.some(({ receiver }) => facts.pools.some((each) => each.code === receiver))) fault(`${code} charges a pool as if it were a receiver`);
  }
  equal("passed and received, minor", total(pools.map((pool) => pool.passedMinor)), total(pools.map((pool) => pool.receivedMinor)), fault);
  equal("passed and received, exact", sum(pools.map((pool) => pool.passed)), sum(pools.map((pool) => pool.received)), fault);
  equal("the programme, minor", borne(pools), total(facts.pools.map((pool) => pool.amountMinor)), fault);
  equal("the programme, exact", sum(pools.flatMap((pool) => [...pool.lines.map((line) => line.exact), pool.unallocated, pool.variance])), fraction(total(facts.pools.map((pool) => pool.amountMinor))), fault);
  chainTells(facts, pools, chain, fault);
  legsStayWithin(facts, pools, chain, fault);
}

/** What receivers and programme bear of all pools, in minor units. */
export function borne(pools: readonly FactPoolResult[]): bigint {
  return total(pools.flatMap((pool) => [...pool.lines.map((line) => line.amountMinor), pool.unallocatedMinor, pool.varianceMinor]));
}

/** The chain leads from every pool's full cost to every receiver's amount, to the last fraction. */
function chainTells(facts: MethodFacts, pools: readonly FactPoolResult[], chain: readonly ChainLink[], fault: Fault): void {
  const arrives = sumsBy(chain, ({ to }) => to, ({ amount }) => amount);
  for (const { pool, full, amountMinor } of pools) equal(`full cost of ${pool}`, full, add(fraction(amountMinor), arrives.get(pool) ?? ZERO), fault);
  const lines = sumsBy(pools.flatMap((pool) => pool.lines), ({ receiver }) => receiver, ({ exact }) => exact);
  for (const { code } of facts.receivers) equal(`the chain to ${code}`, arrives.get(code) ?? ZERO, lines.get(code) ?? ZERO, fault);
}

/** Neither what was used of capacity or commitment nor what was idle is more than the part of the pool, or of the other sign. */
function legsStayWithin(facts: MethodFacts, pools: readonly FactPoolResult[], chain: readonly ChainLink[], fault: Fault): void {
  const legs = sumsBy(chain.filter(({ leg }) => leg === "USED" || leg === "IDLE"), ({ pool, part, leg }) => JSON.stringify([pool, part, leg]), ({ amount }) => amount);
  for (const [key, amount] of legs) {
    const [code, part] = JSON.parse(key) as [string, number];
    const whole = multiply(pools.find(({ pool }) => pool === code)!.full, facts.pools.find((pool) => pool.code === code)!.parts[part]!.fraction);
    const [least, most] = whole.numerator < 0n ? [whole, ZERO] : [ZERO, whole];
    if (compare(amount, least) < 0 || compare(amount, most) > 0) fault(`${key} is ${formatFraction(amount)} of ${formatFraction(whole)}`);
  }
}

const KEEP: Part = {
  method: "KEEP", fraction: fraction(1n), to: null, driver: null, capacityDriver: null, shares: null, capacity: null, fixedAmount: null, fixedRate: null, rate: null, tiers: [], tierRule: "GRADUATED", idle: "KEEP",
  priorPool: null, prior: new Map(), zeroDriver: "UNALLOCATED", negative: "REFUSE",
};

/**
 * Every step alone, on the whole minor units that were posted to its pools, while all other pools are idle: it posts what
 * it posted, and everything posted, at every level of the hierarchy, is less than one minor unit from its exact amount.
 * Answers how many steps there are.
 */
export function stepsAreNear(facts: MethodFacts, { pools }: FactsResult, fault: Fault): number {
  const steps = new Map<number, FactPoolResult[]>();
  for (const pool of pools) steps.set(pool.step, [...(steps.get(pool.step) ?? []), pool]);
  for (const [step, members] of steps) {
    const [first] = members;
    // Nothing came from elsewhere, and nothing of it goes elsewhere: the step stands alone already.
    if (members.length === 1 && first!.receivedMinor === 0n && first!.received.numerator === 0n && first!.passed.numerator === 0n && first!.passedMinor === 0n) postsNear(facts, first!, fault);
    else stepIsNear(facts, step, members, fault);
  }
  return steps.size;
}

function stepIsNear(facts: MethodFacts, step: number, members: readonly FactPoolResult[], fault: Fault): void {
  const own = new Map(members.map((pool) => [pool.pool, pool.amountMinor + pool.receivedMinor]));
  const alone = divideFacts({ ...facts, pools: facts.pools.map((pool) => (own.has(pool.code) ? { ...pool, amountMinor: own.get(pool.code)! } : { ...pool, amountMinor: 0n, parts: [KEEP], limits: new Map() })) });
  for (const pool of alone.pools) {
    const was = members.find((each) => each.pool === pool.pool);
    if (was) {
      if (postedOf(pool) !== postedOf(was)) fault(`step ${step} alone posts ${postedOf(pool)} instead of ${postedOf(was)}`);
      postsNear(facts, pool, fault);
      continue;
    }
    // What several pools of a circle pass on is several figures.
    const { numerator, denominator } = pool.received;
    if (abs(pool.receivedMinor * denominator - numerator) >= denominator * BigInt(members.length)) fault(`step ${step} passes ${pool.receivedMinor} on to ${pool.pool} for ${formatFraction(pool.received)}`);
  }
}

function postedOf({ lines, passedMinor, unallocatedMinor, varianceMinor }: FactPoolResult): string {
  return JSON.stringify([lines.filter((line) => line.amountMinor !== 0n).map((line) => [line.receiver, String(line.amountMinor)]), [passedMinor, unallocatedMinor, varianceMinor].map(String)]);
}

function postsNear(facts: MethodFacts, pool: FactPoolResult, fault: Fault): void {
  if (!near(pool.unallocatedMinor, pool.unallocated)) fault(`${pool.pool} keeps ${pool.unallocatedMinor} for ${formatFraction(pool.unallocated)}`);
  if (!near(pool.varianceMinor, pool.variance)) fault(`${pool.pool} has a variance of ${pool.varianceMinor} for ${formatFraction(pool.variance)}`);
  for (const [code, { minor, exact }] of everyLevel(facts, pool)) if (!near(minor, exact)) fault(`${pool.pool} posts ${minor} to ${code} for ${formatFraction(exact)}`);
  if (facts.parents.size === 0) largestFirst(pool, fault);
}

/** What is posted to each unit by itself, and to it with all below it. */
function everyLevel(facts: MethodFacts, pool: FactPoolResult): Map<string, { minor: bigint; exact: Fraction }> {
  const levels = new Map<string, { minor: bigint; exact: Fraction }>();
  const note = (key: string, minor: bigint, exact: Fraction): void => {
    const known = levels.get(key);
    levels.set(key, known ? { minor: known.minor + minor, exact: add(known.exact, exact) } : { minor, exact });
  };
  for (const { receiver, amountMinor, exact } of pool.lines) {
    note(receiver, amountMinor, exact);
    if (facts.parents.size > 0) for (let at: string | undefined = receiver; at !== undefined; at = facts.parents.get(at)) note(`${at} and all below`, amountMinor, exact);
  }
  return levels;
}

/** Of lines of one sign nobody is rounded up before one who lost more, or as much and sorts first. */
function largestFirst(pool: FactPoolResult, fault: Fault): void {
  if (new Set(pool.lines.map(({ exact }) => exact.numerator < 0n)).size > 1) return;
  const judged = pool.lines.map(({ receiver, amountMinor, exact }) => {
    const cut = exact.numerator / exact.denominator;
    return { receiver, lost: subtract(exact, fraction(cut)), size: exact.numerator < 0n ? -1n : 1n, up: amountMinor !== cut };
  });
  for (const up of judged.filter((each) => each.up)) {
    for (const down of judged.filter((each) => !each.up)) {
      const order = compare(multiply(fraction(up.size), up.lost), multiply(fraction(up.size), down.lost));
      if (order < 0 || (order === 0 && Buffer.compare(Buffer.from(up.receiver), Buffer.from(down.receiver)) > 0)) fault(`${pool.pool} rounds ${up.receiver} up before ${down.receiver}`);
    }
  }
}

/** Every figure of a result as text, signs turned round where asked, lines and pools in their order. All are in lowest terms. */
export function figuresOf({ pools, chain }: FactsResult, sign = 1n): string {
  const exact = ({ numerator, denominator }: Fraction): string => `${sign * numerator}/${denominator}`;
  const minor = (value: bigint): string => String(sign * value);
  return JSON.stringify([
    pools.map((pool) => [
      pool.pool, pool.step, [pool.amountMinor, pool.receivedMinor, pool.passedMinor, pool.unallocatedMinor, pool.varianceMinor].map(minor), [pool.received, pool.passed, pool.unallocated, pool.variance, pool.full].map(exact),
      pool.lines.map((line) => [line.receiver, minor(line.amountMinor), exact(line.exact)]),
    ]),
    chain.map((link) => [link.pool, link.step, link.part, link.leg, link.to, exact(link.amount)].join(" ")).sort(),
  ]);
}

/** Pool = units + unallocated, unit = its use cases, use case = its parts and channels; each less than one minor unit from its exact share of the level above. */
export function monthAddsUp(month: AllocationFacts, result: AllocationResult, fault: Fault): void {
  for (const pool of result.pools) {
    equal(`${pool.pool}, lines`, total(pool.lines.map((line) => line.amountMinor)) + pool.unallocatedMinor, pool.amountMinor, fault);
    equal(`${pool.pool}, units`, total(pool.unitShares.map((share) => share.amountMinor)), pool.allocatedMinor, fault);
    const shared = sum(pool.lines.map((line) => line.share));
    equal(`${pool.pool}, shares of units`, sum(pool.unitShares.map((share) => share.share)), shared, fault);
    const idle = subtract(fraction(1n), shared);
    if (idle.numerator < 0n || (idle.numerator === 0n) !== (pool.unallocatedReason === null)) fault(`${pool.pool} leaves ${formatFraction(idle)} over: ${pool.unallocatedReason}`);
    const ofPool = fraction(pool.amountMinor);
    if (!near(pool.unallocatedMinor, multiply(ofPool, idle))) fault(`${pool.pool} keeps ${pool.unallocatedMinor} for ${formatFraction(multiply(ofPool, idle))}`);
    const units = grouped(pool.lines, (line) => line.businessUnit), useCases = grouped(pool.lines, (line) => JSON.stringify([line.businessUnit, line.useCase]));
    for (const [unit, { minor, share }] of units) if (!near(minor, multiply(ofPool, share))) fault(`${pool.pool} posts ${minor} to ${unit} for ${formatFraction(share)} of ${pool.amountMinor}`);
    const within = (name: string, minor: bigint, share: Fraction, above: { minor: bigint; share: Fraction }): void => {
      if (share.numerator !== 0n && !near(minor, fraction(above.minor * share.numerator * above.share.denominator, share.denominator * above.share.numerator))) fault(`${pool.pool} posts ${minor} of ${above.minor} to ${name}`);
    };
    for (const [name, each] of useCases) within(name, each.minor, each.share, units.get((JSON.parse(name) as string[])[0]!)!);
    for (const line of pool.lines) within(`${line.businessUnit} ${line.useCase} ${line.part} ${line.channel}`, line.amountMinor, line.share, useCases.get(JSON.stringify([line.businessUnit, line.useCase]))!);
  }
  equal("the programme", result.allocatedMinor + result.unallocatedMinor, total(month.pools.map((pool) => pool.amountMinor)), fault);
}

function grouped(lines: DividedPool["lines"], keyOf: (line: DividedPool["lines"][number]) => string): Map<string, { minor: bigint; share: Fraction }> {
  const groups = new Map<string, { minor: bigint; share: Fraction }>();
  for (const line of lines) {
    const { minor, share } = groups.get(keyOf(line)) ?? { minor: 0n, share: ZERO };
    groups.set(keyOf(line), { minor: minor + line.amountMinor, share: add(share, line.share) });
  }
  return groups;
}

/** The pools of a month divided one by one, without the hashes. */
export function dividedPools(month: AllocationFacts): DividedPool[] {
  const rules = new Map(month.policy!.rules.map((rule) => [rule.pool, rule]));
  const facts: DivisionFacts = { vector: (key) => month.drivers.get(key)!, priorVector: (key) => month.priorDrivers.get(key)!, receivers: month.receivers };
  return month.pools.map(({ code, amountMinor }) => dividePool(amountMinor, rules.get(code) ?? null, facts));
}

/** The month with every pool's sign turned round is the mirror image of it. */
export function monthMirrors(month: AllocationFacts, charge: AllocationResult, fault: Fault): void {
  const credit = dividedPools({ ...month, pools: charge.pools.map(({ pool, amountMinor }) => ({ code: pool, amountMinor: -amountMinor })) });
  credit.forEach((is, index) => {
    const was = charge.pools[index]!;
    const mirrors = is.lines.length === was.lines.length && is.lines.every((line, at) => {
      const of = was.lines[at]!;
      return line.part === of.part && line.businessUnit === of.businessUnit && line.useCase === of.useCase && line.channel === of.channel && line.amountMinor === -of.amountMinor && line.adjustmentMinor === -of.adjustmentMinor && compare(line.share, of.share) === 0;
    });
    if (!mirrors || is.unallocatedMinor !== -was.unallocatedMinor || is.unallocatedReason !== was.unallocatedReason) fault(`the credit of ${was.pool} does not mirror the charge: ${is.lines.map((line) => line.amountMinor).join(" ")} and ${was.lines.map((line) => line.amountMinor).join(" ")}`);
  });
}
