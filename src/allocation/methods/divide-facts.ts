import { compareCodes } from "../../kernel/apportion";
import { Fraction, ONE, ZERO, add, fraction, multiply, scale, subtract, sum } from "../../kernel/fraction";
import { groupBy } from "../../kernel/group-by";
import { Refusal, invariant } from "../../kernel/refusal";
import { bearersOf } from "./bearers";
import { DividedPart, Flow, dividePart, isLinear, totalsOf } from "./divide-part";
import { withinLimits } from "./limits";
import { FactPool, MethodFacts } from "./method";
import { solveCircle } from "./reciprocal";
import { serviceOrder } from "./service-order";
import { settleHierarchy } from "./settle";
import { addTo, magnitudeOf } from "./shares";

/** One step of the chain: a flow with where it comes from. `part` is null for what limits moved. */
export interface ChainLink extends Flow {
  readonly step: number;
  readonly pool: string;
  readonly part: number | null;
}

export interface FactLine {
  readonly receiver: string;
  readonly amountMinor: bigint;
  readonly exact: Fraction;
  /** Of what was posted to the pool, in whole minor units: what the amount was settled from. */
  readonly posted: Fraction;
}

/** A divided pool. Own + received = lines + passed + unallocated + variance, in minor units and exactly. */
export interface FactPoolResult {
  readonly pool: string;
  readonly step: number;
  readonly amountMinor: bigint;
  readonly receivedMinor: bigint;
  readonly passedMinor: bigint;
  readonly unallocatedMinor: bigint;
  readonly varianceMinor: bigint;
  readonly received: Fraction;
  readonly passed: Fraction;
  readonly unallocated: Fraction;
  readonly variance: Fraction;
  /** Own cost and all that was received, in a circle too: the reciprocated cost. */
  readonly full: Fraction;
  readonly reasons: readonly string[];
  readonly lines: readonly FactLine[];
}

export interface FactsResult {
  readonly pools: readonly FactPoolResult[];
  readonly chain: readonly ChainLink[];
}

const UNALLOCATED = "\uffff";
const VARIANCE = "\uffff\uffff";

interface Ledger { readonly exact: Map<string, Fraction>; readonly minor: Map<string, bigint> }

/**
 * Divides pools of literal facts in their order, exactly, and beside that in whole minor units: each pool with what was
 * posted to it is settled over receivers, open pools and the programme, so that every step and every level adds up.
 */
export function divideFacts(facts: MethodFacts): FactsResult {
  const received: Ledger = { exact: new Map(), minor: new Map() };
  const pools: FactPoolResult[] = [];
  const chain: ChainLink[] = [];
  serviceOrder(facts).forEach((group, index) => {
    const divided = group.length === 1 ? divideAlone(facts, group[0]!, index + 1, received) : divideCircle(facts, group, index + 1, received);
    pools.push(...divided.pools);
    chain.push(...divided.chain);
  });
  // Stryker disable next-line all: the order of service refuses what would break it.
  invariant(pools.reduce((all, pool) => all + pool.passedMinor - pool.receivedMinor, 0n) === 0n, "cost that is passed to a closed pool");
  return { pools, chain };
}

/** Where an exact amount of a pool goes. */
interface Division {
  readonly links: ReadonlyArray<Omit<ChainLink, "step" | "pool">>;
  readonly totals: Map<string, Fraction>;
  readonly unallocated: Fraction;
  readonly variance: Fraction;
  readonly reasons: readonly string[];
}

function divideAlone(facts: MethodFacts, position: number, step: number, ledger: Ledger): FactsResult {
  const pool = facts.pools[position]!;
  const received = ledger.exact.get(pool.code) ?? ZERO;
  const receivedMinor = ledger.minor.get(pool.code) ?? 0n;
  const full = add(fraction(pool.amountMinor), received);
  const fullMinor = pool.amountMinor + receivedMinor;
  const exact = dividePool(facts, position, full);
  // What was posted to the pool is whole; by the same rule it is divided a second time, to be settled.
  // Stryker disable next-line ConditionalExpression: twice divided, the same amount gives the same; this is only quicker.
  const posted = received.numerator === 0n && receivedMinor === 0n ? exact : dividePool(facts, position, fraction(fullMinor));
  const result = post(facts, pool, step, { full, fullMinor, receivedMinor, received }, exact, posted, ledger);
  return { pools: [result], chain: exact.links.map((link) => ({ ...link, step, pool: pool.code })) };
}

function dividePool(facts: MethodFacts, position: number, amount: Fraction): Division {
  const pool = facts.pools[position]!;
  const parts = pool.parts.map((part, index): DividedPart & { index: number } => ({
    index, ...dividePart(multiply(amount, part.fraction), part, bearersOf(facts, position, part), [...pool.path, "parts", String(index)]),
  }));
  const links = parts.flatMap(({ index, flows }) => flows.map((flow) => ({ ...flow, part: index as number | null })));
  const totals = totalsOf(links);
  const limited = limit(facts, pool, amount, totals);
  for (const { to, amount: moved } of limited.moved) addTo(totals, to, moved);
  return {
    links: [...links, ...limited.moved], totals,
    unallocated: add(sum(parts.map((part) => part.unallocated)), limited.left),
    variance: sum(parts.map((part) => part.variance)),
    reasons: [...new Set([...parts.flatMap((part) => part.reasons), ...limited.reasons])],
  };
}

function limit(facts: MethodFacts, pool: FactPool, whole: Fraction, totals: Map<string, Fraction>): { moved: Array<Flow & { part: null }>; left: Fraction; reasons: string[] } {
  if (pool.limits.size === 0) return { moved: [], left: ZERO, reasons: [] };
  const path = [...pool.path, "limits"];
  const receivers = facts.receivers.filter(({ code }) => totals.has(code)).map(({ code }) => [code, totals.get(code)!] as const);
  const borne = sum(receivers.map(([, amount]) => amount));
  // Where nobody bears anything yet, a minimum is charged or credited as the pool is.
  const { sign } = magnitudeOf(borne.numerator === 0n ? whole : borne);
  const sized = new Map(receivers.map(([code, amount]) => [code, multiply(sign, amount)]));
  if ([...sized.values()].some((amount) => amount.numerator < 0n)) throw new Refusal("BAD_USER_INPUT", `Limits of pool ${pool.code} do not go with charges and credits at once.`, path);
  const { amounts, left } = withinLimits(sized, pool.limits, pool.spill, path);
  const moved = [...amounts].sort(([a], [b]) => compareCodes(a, b)).map(([to, amount]) => ({
    to, part: null, leg: "LIMIT" as const, driver: null, quantity: null, total: null, share: null, rate: null, amount: multiply(sign, subtract(amount, sized.get(to) ?? ZERO)),
  })).filter(({ amount }) => amount.numerator !== 0n);
  return { moved, left: multiply(sign, left), reasons: left.numerator === 0n ? [] : ["Limits leave a difference with the programme."] };
}

interface Whole { readonly full: Fraction; readonly fullMinor: bigint; readonly received: Fraction; readonly receivedMinor: bigint }

/** Settles a division over receivers, open pools and the programme, and hands on what the open pools get. */
function post(facts: MethodFacts, pool: FactPool, step: number, whole: Whole, exact: Pick<Division, "totals" | "unallocated" | "variance" | "reasons">, posted: Pick<Division, "totals" | "unallocated" | "variance">, ledger: Ledger): FactPoolResult {
  const claims = [...posted.totals].map(([code, amount]) => ({ code, exact: amount }));
  claims.push({ code: UNALLOCATED, exact: posted.unallocated }, { code: VARIANCE, exact: posted.variance });
  const settled = settleHierarchy(whole.fullMinor, claims, facts.parents);
  const isPool = new Set(facts.pools.map(({ code }) => code));
  let passed = ZERO;
  let passedMinor = 0n;
  const codes = [...new Set([...exact.totals.keys(), ...posted.totals.keys()])].sort(compareCodes);
  for (const code of codes) {
    if (!isPool.has(code)) continue;
    const amount = exact.totals.get(code) ?? ZERO;
    const minor = settled.get(code) ?? 0n;
    passed = add(passed, amount);
    passedMinor += minor;
    addTo(ledger.exact, code, amount);
    ledger.minor.set(code, (ledger.minor.get(code) ?? 0n) + minor);
  }
  const lines = codes.filter((code) => !isPool.has(code)).map((receiver) => ({ receiver, amountMinor: settled.get(receiver) ?? 0n, exact: exact.totals.get(receiver) ?? ZERO, posted: posted.totals.get(receiver) ?? ZERO }));
  const [unallocatedMinor, varianceMinor] = [settled.get(UNALLOCATED)!, settled.get(VARIANCE)!];
  // Stryker disable next-line all: it is settled over these claims.
  invariant(lines.reduce((all, line) => all + line.amountMinor, passedMinor + unallocatedMinor + varianceMinor) === whole.fullMinor, "what is posted does not make the pool");
  return {
    pool: pool.code, step, amountMinor: pool.amountMinor, receivedMinor: whole.receivedMinor, passedMinor, unallocatedMinor, varianceMinor, received: whole.received, passed,
    unallocated: exact.unallocated, variance: exact.variance, full: whole.full, reasons: exact.reasons, lines,
  };
}

/** Pools that serve each other, solved at once. Each one's own cost is settled over where it ends outside the circle. */
function divideCircle(facts: MethodFacts, group: readonly number[], step: number, ledger: Ledger): FactsResult {
  const one = group.map((position) => {
    const pool = facts.pools[position]!;
    const other = pool.parts.find((part) => !isLinear(part));
    if (other || pool.limits.size > 0) throw new Refusal("BAD_USER_INPUT", `Pool ${pool.code} stands in a circle of pools and is divided ${other ? `by ${other.method}` : "within limits"}, which depends on the amount. Use a method with fixed proportions.`, pool.path);
    return dividePool(facts, position, ONE);
  });
  const circle = solveCircle(group.map((position, index) => {
    const { totals, unallocated } = one[index]!;
    return { code: facts.pools[position]!.code, shares: new Map([...totals, [UNALLOCATED, unallocated]]) };
  }), ["facts", "pools"]);
  const wholes = group.map((position): Whole => {
    const { code, amountMinor } = facts.pools[position]!;
    const [received, receivedMinor] = [ledger.exact.get(code) ?? ZERO, ledger.minor.get(code) ?? 0n];
    return { received, receivedMinor, full: add(fraction(amountMinor), received), fullMinor: amountMinor + receivedMinor };
  });
  const full = circle.reciprocated(wholes.map((whole) => whole.full));
  const pools = group.map((position, index) => {
    const ends = (amount: Fraction): Pick<Division, "totals" | "unallocated" | "variance" | "reasons"> => {
      const totals = new Map([...circle.ends[index]!].map(([to, share]) => [to, scale(amount, share)]));
      const unallocated = totals.get(UNALLOCATED) ?? ZERO;
      totals.delete(UNALLOCATED);
      return { totals, unallocated, variance: ZERO, reasons: one[index]!.reasons };
    };
    const whole = wholes[index]!;
    return post(facts, facts.pools[position]!, step, { ...whole, full: full[index]! }, ends(whole.full), ends(fraction(whole.fullMinor)), ledger);
  });
  const chain = group.flatMap((position, index) => one[index]!.links.map((link) => ({
    ...link, step, pool: facts.pools[position]!.code, amount: scale(link.amount, full[index]!), rate: link.rate === null ? null : scale(link.rate, full[index]!),
  })));
  return { pools, chain };
}

/** What receivers bear of all pools, exact, by code. */
export function exactByReceiver(result: FactsResult): Map<string, Fraction> {
  const lines = groupBy(result.pools.flatMap((pool) => pool.lines), ({ receiver }) => receiver);
  return new Map([...lines].map(([code, own]) => [code, sum(own.map(({ exact }) => exact))]));
}
