import { periodStore } from "../governance/period.store";
import { compareCodes } from "../kernel/apportion";
import { groupBy } from "../kernel/group-by";
import { TenantTransaction } from "../tenancy/database.store";
import { parentsAt } from "../tenancy/hierarchy.store";
import type { AllocationResult } from "./allocate";
import { bookedInForce } from "./drivers/driver-booking.query";
import { BookedQuantities, MethodInputs, NeededInputs, PriorCharges } from "./method-inputs";

/** Months that were just divided, by their keys: they count as they came out, not as their newest runs have them. */
export type MonthsInstead = ReadonlyMap<string, AllocationResult>;

/** The facts that a policy by methods asks for beside what was measured, in the order of their codes. */
export async function methodInputs(tx: TenantTransaction, period: string, needed: NeededInputs, receivers: ReadonlyMap<string, readonly string[]>, recordedBefore: Date | null, instead: MonthsInstead = new Map()): Promise<MethodInputs> {
  const priors: PriorCharges[] = [];
  for (const { pool, since } of needed.priors) priors.push(withResults(await priorCharges(tx, period, pool, since, [...instead.keys()]), period, instead));
  return {
    parents: needed.hierarchy ? await parentsAt(tx, (await periodStore(tx).span(period)).to) : [],
    directCosts: needed.directCosts ? await directCosts(tx, period, receivers, recordedBefore) : [],
    booked: await bookedQuantities(tx, period, needed.booked, priors),
    priors,
  };
}

/** What the newest runs of the months from one to before another charged of a pool, by use case. A month that was divided counts, also when it held nothing of the pool. */
async function priorCharges(tx: TenantTransaction, period: string, pool: string, since: string, without: readonly string[]): Promise<PriorCharges> {
  const runs = await tx.query<{ id: string; period: string; minor: string }>(
    `select distinct on (r.period_key) r.id, r.period_key as period, coalesce(rp.allocated_minor + rp.unallocated_minor, 0) as minor
     from allocation.run r
       join costs.cost_pool p on p.programme_id = $1 and p.code = $2
       left join allocation.run_pool rp on rp.programme_id = $1 and rp.run_id = r.id and rp.pool_id = p.id
     where r.programme_id = $1 and r.period_key >= $3 and r.period_key < $4 and r.period_key <> all($5)
       and r.sequence = (select max(n.sequence) from allocation.run n where n.programme_id = $1 and n.period_key = r.period_key)
     order by r.period_key`,
    [tx.scope.programme.id, pool, since, period, without],
  );
  const charges = await tx.query<{ businessUnit: string; useCase: string; minor: string }>(
    `select u.code as "businessUnit", c.code as "useCase", sum(l.amount_minor)::text as minor
     from allocation.line l
       join costs.cost_pool p on p.programme_id = $1 and p.code = $2 and p.id = l.pool_id
       join tenancy.business_unit u on u.programme_id = $1 and u.id = l.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
     where l.programme_id = $1 and l.run_id = any($3::uuid[]) group by 1, 2 having sum(l.amount_minor) <> 0 order by u.code collate "C", c.code collate "C"`,
    [tx.scope.programme.id, pool, runs.map(({ id }) => id)],
  );
  return { pool, since, months: runs.map((run) => run.period), poolMinor: String(runs.reduce((sum, { minor }) => sum + BigInt(minor), 0n)), charges };
}

/** The same with the months among them that were just divided. */
function withResults(stored: PriorCharges, period: string, instead: MonthsInstead): PriorCharges {
  const added = [...instead].filter(([month]) => month >= stored.since && month < period);
  if (added.length === 0) return stored;
  const pools = added.flatMap(([, { pools: divided }]) => divided.filter(({ pool }) => pool === stored.pool));
  const lines = [...stored.charges.map((charge) => ({ ...charge, amountMinor: BigInt(charge.minor) })), ...pools.flatMap((pool) => pool.lines)];
  const charges = [...groupBy(lines, ({ businessUnit }) => businessUnit)].sort(([a], [b]) => compareCodes(a, b)).flatMap(([businessUnit, own]) =>
    [...groupBy(own, ({ useCase }) => useCase)].sort(([a], [b]) => compareCodes(a, b)).map(([useCase, each]) => ({ businessUnit, useCase, minor: String(each.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)) })));
  return {
    ...stored,
    months: [...stored.months, ...added.map(([month]) => month)].sort(),
    poolMinor: String(pools.reduce((sum, { allocatedMinor, unallocatedMinor }) => sum + allocatedMinor + unallocatedMinor, BigInt(stored.poolMinor))),
    charges: charges.filter(({ minor }) => minor !== "0"),
  };
}

/** Direct cost of the period by the unit that it is charged to: the one that the entry names (rated usage), else the owner of its use case when the period ends. */
async function directCosts(tx: TenantTransaction, period: string, receivers: ReadonlyMap<string, readonly string[]>, recordedBefore: Date | null): Promise<MethodInputs["directCosts"]> {
  const rows = await tx.query<{ businessUnit: string | null; useCase: string; minor: string }>(
    `select u.code as "businessUnit", c.code as "useCase", sum(e.amount_minor)::text as minor
     from costs.cost_entry e
       join costs.cost_pool p on p.programme_id = $1 and p.id = e.pool_id and p.kind = 'DIRECT'
       join tenancy.use_case c on c.programme_id = $1 and c.id = e.use_case_id
       left join tenancy.business_unit u on u.programme_id = $1 and u.id = e.business_unit_id
       left join governance.period m on m.programme_id = $1 and m.key = e.period_key
     where e.programme_id = $1 and e.period_key = $2 and e.recorded_at < coalesce($3::timestamptz, m.cutoff, 'infinity') group by 1, 2`,
    [tx.scope.programme.id, period, recordedBefore],
  );
  const isOf = (unit: string, useCases: readonly string[]) => (row: (typeof rows)[number]): boolean => (row.businessUnit === null ? useCases.includes(row.useCase) : row.businessUnit === unit);
  return [...receivers].map(([businessUnit, useCases]) => ({ businessUnit, minor: rows.filter(isOf(businessUnit, useCases)).reduce((sum, { minor }) => sum + BigInt(minor), 0n) }))
    .filter(({ minor }) => minor !== 0n).map(({ businessUnit, minor }) => ({ businessUnit, minor: String(minor) }));
}

/** A driver with `@` is added up over the months that count: for headcount that makes person-months. */
async function bookedQuantities(tx: TenantTransaction, period: string, keys: readonly string[], priors: readonly PriorCharges[]): Promise<BookedQuantities[]> {
  const found: BookedQuantities[] = [];
  for (const key of keys) {
    const [driver, since] = key.split("@") as [string, string | undefined];
    const months = [...(priors.find((each) => each.since === since)?.months ?? []), period];
    const quantities: Array<BookedQuantities["quantities"][number]> = [];
    for (const month of since === undefined ? [period] : months) quantities.push(...((await bookedInForce(tx, driver, month))?.quantities ?? []));
    found.push({ key, quantities });
  }
  return found;
}
