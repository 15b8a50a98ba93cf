import { compareCodes } from "../../kernel/apportion";
import { hashOf } from "../../kernel/hash";
import { invariant } from "../../kernel/refusal";
import { Charges } from "../adjustment";

/** What a use case of a unit bears of a pool before and after, in minor units: after = before + cost + usage. */
export interface RestatedCell {
  readonly pool: string;
  readonly businessUnit: string;
  readonly useCase: string;
  readonly beforeMinor: bigint;
  /** What late cost changed. */
  readonly costMinor: bigint;
  /** What late usage, corrections, voids and attributions changed. */
  readonly usageMinor: bigint;
  readonly afterMinor: bigint;
}

/** What a pool holds before and after, and what of it nobody bears. */
export interface RestatedPool {
  readonly pool: string;
  readonly beforeMinor: bigint;
  readonly beforeUnallocatedMinor: bigint;
  readonly afterMinor: bigint;
  readonly afterUnallocatedMinor: bigint;
  /** The parts of these that are a variance of standard rates; left out: nothing. */
  readonly beforeVarianceMinor?: bigint;
  readonly afterVarianceMinor?: bigint;
}

/** A closed month divided anew, held against what was charged for it: every cell and pool, changed or not. */
export interface RestatedFigures {
  readonly pools: readonly RestatedPool[];
  readonly cells: readonly RestatedCell[];
}

/** A version of a closed month's figures. The close made version 1; each one names the hash of the one before it. */
export interface RestatementVersion extends RestatedFigures {
  readonly period: string;
  readonly version: number;
  readonly previousHash: string;
}

type Amounts = ReadonlyMap<string, { readonly key: readonly [string, string, string]; readonly minor: bigint }>;

/** Holds what is charged so far against the month with the late cost, and with the late usage too. By code, without cells of nothing. */
export function restate(before: Charges, withCost: Charges, withBoth: Charges): RestatedFigures {
  const [posted, costed, both] = [cellsOf(before), cellsOf(withCost), cellsOf(withBoth)];
  const keys = new Map([...posted, ...costed, ...both].map(([id, { key }]) => [id, key]));
  const minor = (of: Amounts, id: string): bigint => of.get(id)?.minor ?? 0n;
  const cells = [...keys].map(([id, [pool, businessUnit, useCase]]): RestatedCell => {
    const [beforeMinor, costedMinor, afterMinor] = [minor(posted, id), minor(costed, id), minor(both, id)];
    return { pool, businessUnit, useCase, beforeMinor, costMinor: costedMinor - beforeMinor, usageMinor: afterMinor - costedMinor, afterMinor };
  }).filter(({ beforeMinor, costMinor, usageMinor, afterMinor }) => [beforeMinor, costMinor, usageMinor, afterMinor].some((each) => each !== 0n)).sort(byCode);
  const [was, is] = [poolsOf(before), poolsOf(withBoth)];
  const pools = [...new Set([...was.keys(), ...is.keys(), ...cells.map(({ pool }) => pool)])].sort(compareCodes).map((pool): RestatedPool => ({
    pool, beforeMinor: was.get(pool)?.amount ?? 0n, beforeUnallocatedMinor: was.get(pool)?.unallocated ?? 0n, afterMinor: is.get(pool)?.amount ?? 0n, afterUnallocatedMinor: is.get(pool)?.unallocated ?? 0n,
    ...(was.get(pool)?.variance || is.get(pool)?.variance ? { beforeVarianceMinor: was.get(pool)?.variance ?? 0n, afterVarianceMinor: is.get(pool)?.variance ?? 0n } : {}),
  }));
  requireWhole({ pools, cells });
  return { pools, cells };
}

/** Stops when cells and what nobody bears do not make every pool, before and after, exactly. */
export function requireWhole({ pools, cells }: RestatedFigures): void {
  for (const pool of pools) {
    const own = cells.filter((cell) => cell.pool === pool.pool);
    const sum = (pick: (cell: RestatedCell) => bigint): bigint => own.reduce((total, cell) => total + pick(cell), 0n);
    invariant(sum((cell) => cell.beforeMinor) + pool.beforeUnallocatedMinor === pool.beforeMinor && sum((cell) => cell.afterMinor) + pool.afterUnallocatedMinor === pool.afterMinor, `cells and unallocated do not make the pool ${pool.pool}`);
    invariant(own.every((cell) => cell.beforeMinor + cell.costMinor + cell.usageMinor === cell.afterMinor), `causes do not make the difference in the pool ${pool.pool}`);
  }
}

/** SHA-256 over codes, amounts, version and the hash before it: no ids, no clocks. */
export function hashRestatement({ period, version, previousHash, pools, cells }: RestatementVersion): string {
  return hashOf({
    period, version, previousHash,
    pools: [...pools].sort((a, b) => compareCodes(a.pool, b.pool)).map((each) => [each.pool, each.beforeMinor, each.beforeUnallocatedMinor, each.afterMinor, each.afterUnallocatedMinor, ...(each.beforeVarianceMinor || each.afterVarianceMinor ? [each.beforeVarianceMinor ?? 0n, each.afterVarianceMinor ?? 0n] : [])].map(String)),
    cells: [...cells].sort(byCode).map((each) => [each.pool, each.businessUnit, each.useCase, each.beforeMinor, each.costMinor, each.usageMinor, each.afterMinor].map(String)),
  });
}

/** What the statement of a unit takes over: its cells that changed. */
export function changedCells({ cells }: RestatedFigures): RestatedCell[] {
  return cells.filter(({ beforeMinor, afterMinor }) => beforeMinor !== afterMinor);
}

function byCode(a: RestatedCell, b: RestatedCell): number {
  return compareCodes(a.pool, b.pool) || compareCodes(a.businessUnit, b.businessUnit) || compareCodes(a.useCase, b.useCase);
}

function cellsOf({ charges }: Charges): Amounts {
  const cells = new Map<string, { key: readonly [string, string, string]; minor: bigint }>();
  for (const { pool, businessUnit, useCase, amountMinor } of charges) {
    const id = JSON.stringify([pool, businessUnit, useCase]);
    cells.set(id, { key: [pool, businessUnit, useCase], minor: (cells.get(id)?.minor ?? 0n) + amountMinor });
  }
  return cells;
}

interface PoolSums { readonly amount: bigint; readonly unallocated: bigint; readonly variance: bigint }

function poolsOf({ pools }: Charges): Map<string, PoolSums> {
  const sums = new Map<string, PoolSums>();
  for (const { pool, amountMinor, unallocatedMinor, varianceMinor = 0n } of pools) {
    const known = sums.get(pool) ?? { amount: 0n, unallocated: 0n, variance: 0n };
    sums.set(pool, { amount: known.amount + amountMinor, unallocated: known.unallocated + unallocatedMinor, variance: known.variance + varianceMinor });
  }
  return sums;
}
