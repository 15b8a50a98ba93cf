import { Fraction, ZERO, fraction, gcd } from "../../kernel/fraction";
import { Refusal, invariant } from "../../kernel/refusal";
import { solveLinear } from "../../kernel/linear-system";

/** Pools of a circle, bits of their denominators together, and these times the places where cost can end: the time grows with each. */
const MOST_POOLS = 64;
const MOST_BITS = 3_000;
const MOST_WORK = 24_000_000;

/** A pool of a circle: where its cost goes, as fractions of it. They sum to one. */
export interface CirclePool {
  readonly code: string;
  readonly shares: ReadonlyMap<string, Fraction>;
}

/** A solved circle of pools that serve each other. */
export interface SolvedCircle {
  /** The cost of each pool with what it received of the others: own cost in, reciprocated cost out. */
  reciprocated(own: readonly Fraction[]): Fraction[];
  /** Where one unit of a pool's own cost ends, outside the circle. The fractions sum to one. */
  readonly ends: ReadonlyArray<ReadonlyMap<string, Fraction>>;
}

/**
 * Solves x = own + (what the others pass on of x) for all pools at once, over whole numbers without rounding. Each pool's
 * shares are brought to a common denominator, so that the matrix is whole; its inverse then serves any own cost.
 */
export function solveCircle(pools: readonly CirclePool[], path: readonly string[]): SolvedCircle {
  const inside = new Map(pools.map((pool, index) => [pool.code, index]));
  const denominators = pools.map((pool) => commonDenominator(pool.shares.values()));
  requireManageable(pools, denominators, path);
  const scaled = (from: number, share: Fraction): bigint => share.numerator * (denominators[from]! / share.denominator);
  const matrix = pools.map((_, row) => pools.map((pool, column) => {
    const passed = scaled(column, pool.shares.get(pools[row]!.code) ?? ZERO);
    return (row === column ? denominators[column]! : 0n) - passed;
  }));
  const identity = pools.map((_, row) => pools.map((__, column) => (row === column ? 1n : 0n)));
  const solved = solveLinear(matrix, identity);
  if (solved === null) throw new Refusal("BAD_USER_INPUT", `The pools ${pools.map((pool) => pool.code).join(", ")} pass all their cost round among themselves: the equations have no one answer. Let one of them serve a receiver.`, path);
  const { numerators, denominator } = solved;
  const ends = pools.map((_, origin) => {
    const sums = new Map<string, bigint>();
    pools.forEach((pool, via) => {
      const weight = numerators[via]![origin]!;
      if (weight === 0n) return;
      for (const [to, share] of pool.shares) if (!inside.has(to)) sums.set(to, (sums.get(to) ?? 0n) + weight * scaled(via, share));
    });
    invariant([...sums.values()].reduce((all, each) => all + each, 0n) === denominator, "cost that a circle of pools loses");
    return new Map([...sums].map(([to, numerator]) => [to, fraction(numerator, denominator)]));
  });
  return {
    ends,
    reciprocated: (own) => {
      const common = commonDenominator(own);
      const whole = own.map((each) => each.numerator * (common / each.denominator));
      return pools.map((_, row) => fraction(denominators[row]! * whole.reduce((all, each, column) => all + each * numerators[row]![column]!, 0n), common * denominator));
    },
  };
}

function requireManageable(pools: readonly CirclePool[], denominators: readonly bigint[], path: readonly string[]): void {
  const bits = denominators.reduce((all, each) => all + each.toString(2).length, 0);
  const ends = new Set(pools.flatMap(({ shares }) => [...shares.keys()])).size;
  if (pools.length > MOST_POOLS || bits > MOST_BITS || bits * ends * pools.length > MOST_WORK) {
    throw new Refusal("LIMIT_EXCEEDED", `A circle of ${pools.length} pools with quantities of this many digits is too large to solve exactly. Round the quantities, or divide some pools before the others.`, path);
  }
}

function commonDenominator(fractions: Iterable<Fraction>): bigint {
  let common = 1n;
  for (const { denominator } of fractions) common *= denominator / gcd(common, denominator);
  return common;
}
