import { compareCodes } from "../kernel/apportion";
import { hashOf } from "../kernel/hash";
import { invariant } from "../kernel/refusal";

/** What a use case of a unit bears of a pool, in minor units. */
export interface Charge {
  readonly pool: string;
  readonly businessUnit: string;
  readonly useCase: string;
  readonly amountMinor: bigint;
}

/** What a pool holds and what of it is carried by nobody, in minor units. */
export interface ChargedPool {
  readonly pool: string;
  readonly amountMinor: bigint;
  readonly unallocatedMinor: bigint;
  /** The part of unallocatedMinor that standard rates did not recover (above zero) or recovered beyond the pool; left out: nothing. */
  readonly varianceMinor?: bigint;
}

/** The charges of a month: charges + unallocated = amount, for every pool. */
export interface Charges {
  readonly pools: readonly ChargedPool[];
  readonly charges: readonly Charge[];
}

/**
 * What late facts change in a closed month, to be posted in a later one: the month divided anew with them, less all that
 * was posted for it so far. Late usage alone moves nothing between pools, so its lines sum to zero; late cost sums to that cost.
 */
export interface AdjustmentDraft extends Charges {
  readonly origin: string;
  readonly resultHash: string;
}

/** Replayed less posted, without zeros, in the order of codes. */
export function draftAdjustment(origin: string, posted: Charges, replayed: Charges): AdjustmentDraft {
  const charges = difference(posted.charges, replayed.charges, (each) => [each.pool, each.businessUnit, each.useCase], (each, sign) => [sign * each.amountMinor])
    .map(({ key: [pool, businessUnit, useCase], figures: [amountMinor] }) => ({ pool: pool!, businessUnit: businessUnit!, useCase: useCase!, amountMinor: amountMinor! }));
  const moved = new Set(charges.map(({ pool }) => pool));
  const pools = difference(posted.pools, replayed.pools, (each) => [each.pool], (each, sign) => [sign * each.amountMinor, sign * each.unallocatedMinor, sign * (each.varianceMinor ?? 0n)], (key) => moved.has(key[0]!))
    .map(({ key: [pool], figures: [amountMinor, unallocatedMinor, varianceMinor] }) => ({ pool: pool!, amountMinor: amountMinor!, unallocatedMinor: unallocatedMinor!, ...(varianceMinor === 0n ? {} : { varianceMinor: varianceMinor! }) }));
  requireConservation({ pools, charges });
  return { origin, pools, charges, resultHash: hashAdjustment(origin, { pools, charges }) };
}

/** Cost that a pool has of its own, in minor units. */
type BookedPool = Pick<ChargedPool, "pool" | "amountMinor">;

/**
 * The charges of a run beside late cost that nobody can be charged: what its pools hold more (or less) than the run divided
 * is carried by nobody.
 */
export function withUndivided(charged: Charges, divided: readonly BookedPool[], booked: readonly BookedPool[]): Charges {
  const late = difference(divided, booked, ({ pool }) => [pool], ({ amountMinor }, sign) => [sign * amountMinor]);
  return { charges: charged.charges, pools: [...charged.pools, ...late.map(({ key: [pool], figures: [amountMinor] }) => ({ pool: pool!, amountMinor: amountMinor!, unallocatedMinor: amountMinor! }))] };
}

/** SHA-256 over codes and amounts; recomputed from stored lines it must be the same. */
export function hashAdjustment(origin: string, { pools, charges }: Charges): string {
  return hashOf({
    origin,
    pools: sorted(pools.map((each) => [each.pool, String(each.amountMinor), String(each.unallocatedMinor), ...(each.varianceMinor ? [String(each.varianceMinor)] : [])])),
    lines: sorted(charges.map((each) => [each.pool, each.businessUnit, each.useCase, String(each.amountMinor)])),
  });
}

/** Stops when the charges and what is carried by nobody do not make up every pool, exactly. */
export function requireConservation({ pools, charges }: Charges): void {
  const sums = new Map<string, bigint>();
  for (const { pool, amountMinor } of charges) sums.set(pool, (sums.get(pool) ?? 0n) + amountMinor);
  for (const { pool, amountMinor, unallocatedMinor } of pools) {
    invariant((sums.get(pool) ?? 0n) + unallocatedMinor === amountMinor, `charges and unallocated do not make the pool ${pool}`);
    sums.delete(pool);
  }
  invariant([...sums.values()].every((sum) => sum === 0n), "charges of a pool that is not there");
}

interface Keyed { readonly key: readonly string[]; readonly figures: readonly bigint[] }

function difference<T>(
  posted: readonly T[], replayed: readonly T[], keyOf: (each: T) => readonly string[], signed: (each: T, sign: bigint) => readonly bigint[],
  keep?: (key: readonly string[]) => boolean,
): Keyed[] {
  const cells = new Map<string, { key: readonly string[]; figures: bigint[] }>();
  const add = (each: T, sign: bigint): void => {
    const key = keyOf(each);
    const figures = signed(each, sign);
    const cell = cells.get(key.join("\u0000"));
    if (cell) figures.forEach((figure, index) => (cell.figures[index]! += figure));
    else cells.set(key.join("\u0000"), { key, figures: [...figures] });
  };
  for (const each of posted) add(each, -1n);
  for (const each of replayed) add(each, 1n);
  return [...cells.values()].filter(({ key, figures }) => keep?.(key) || figures.some((figure) => figure !== 0n)).sort((a, b) => compareKeys(a.key, b.key));
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [index, text] of a.entries()) {
    const order = compareCodes(text, b[index]!);
    if (order !== 0) return order;
  }
  return 0;
}

const sorted = (tuples: readonly string[][]): string[][] => [...tuples].sort(compareKeys);
