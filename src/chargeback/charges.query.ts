import { AllocationResult } from "../allocation";
import { CostEntryKind } from "../costs";
import { TenantTransaction } from "../tenancy/database.store";
import { Charge, ChargedPool, Charges } from "./adjustment";

interface ChargeRow { readonly pool: string; readonly unit: string; readonly useCase: string; readonly amount: string }
interface PoolRow { readonly pool: string; readonly amount: string; readonly unallocated: string; readonly variance: string }

const toCharge = (row: ChargeRow): Charge => ({ pool: row.pool, businessUnit: row.unit, useCase: row.useCase, amountMinor: BigInt(row.amount) });
const toPool = (row: PoolRow): ChargedPool => ({ pool: row.pool, amountMinor: BigInt(row.amount), unallocatedMinor: BigInt(row.unallocated), ...(row.variance === "0" ? {} : { varianceMinor: BigInt(row.variance) }) });

const CODES = `
  join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
  join tenancy.business_unit u on u.programme_id = $1 and u.id = x.business_unit_id
  join tenancy.use_case c on c.programme_id = $1 and c.id = x.use_case_id`;

/** What a run charges, by pool and use case. A pool stands with what it received of others and without what it passed on to them. */
export async function chargesOfRun(tx: TenantTransaction, runId: string): Promise<Charges> {
  const parameters = [tx.scope.programme.id, runId];
  const charges = await tx.query<ChargeRow>(
    `select p.code as pool, u.code as unit, c.code as "useCase", sum(x.amount_minor) as amount from allocation.line x ${CODES}
     where x.programme_id = $1 and x.run_id = $2 group by 1, 2, 3 having sum(x.amount_minor) <> 0`,
    parameters,
  );
  const pools = await tx.query<PoolRow>(
    `select p.code as pool, x.amount_minor + x.received_minor - x.passed_minor as amount, x.unallocated_minor as unallocated, x.variance_minor as variance from allocation.run_pool x join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
     where x.programme_id = $1 and x.run_id = $2`,
    parameters,
  );
  return { charges: charges.map(toCharge), pools: pools.map(toPool) };
}

/**
 * Direct cost of a period, recorded before an instant (null: by now), charged to the unit that it names (rated usage: whose
 * the calls were when they ended), else to the unit that owned the use case when the period ended, as far as that was
 * recorded before `ownersBefore`; of a use case that is newer, to its first known owner. A use case that nobody owned then
 * leaves its cost unallocated. `kind` asks for entries of one kind alone.
 */
export async function directCharges(tx: TenantTransaction, period: string, recordedBefore: Date | null, ownersBefore: Date | null = recordedBefore, kind: CostEntryKind | null = null): Promise<Charges> {
  const rows = await tx.query<ChargeRow & { unit: string | null }>(
    `select p.code as pool, u.code as unit, c.code as "useCase", sum(e.amount_minor) as amount
     from costs.cost_entry e
       join costs.cost_pool p on p.programme_id = e.programme_id and p.id = e.pool_id and p.kind = 'DIRECT'
       join tenancy.use_case c on c.programme_id = e.programme_id and c.id = e.use_case_id
       join governance.period m on m.programme_id = e.programme_id and m.key = e.period_key
       left join lateral (
         select o.business_unit_id from tenancy.use_case_ownership o
         where e.business_unit_id is null and o.programme_id = e.programme_id and o.use_case_id = e.use_case_id and o.effective_from < m.ends_at and ($3::timestamptz is null or o.created_at < $3)
         order by coalesce(o.created_at < $4, true) desc, o.effective_from desc, o.version desc limit 1) o on true
       left join tenancy.business_unit u on u.programme_id = e.programme_id and u.id = coalesce(e.business_unit_id, o.business_unit_id)
     where e.programme_id = $1 and e.period_key = $2 and ($3::timestamptz is null or e.recorded_at < $3) and ($5::text is null or e.kind = $5)
     group by 1, 2, 3`,
    [tx.scope.programme.id, period, recordedBefore, ownersBefore, kind],
  );
  const pools = new Map<string, ChargedPool>();
  for (const row of rows) {
    const known = pools.get(row.pool) ?? { pool: row.pool, amountMinor: 0n, unallocatedMinor: 0n };
    const amount = BigInt(row.amount);
    pools.set(row.pool, { ...known, amountMinor: known.amountMinor + amount, unallocatedMinor: known.unallocatedMinor + (row.unit === null ? amount : 0n) });
  }
  return { pools: [...pools.values()], charges: rows.filter((row) => row.unit !== null && row.amount !== "0").map(toCharge) };
}

/** What adjustments posted so far have changed in a closed period. */
export async function chargesOfAdjustments(tx: TenantTransaction, origin: string): Promise<Charges> {
  const parameters = [tx.scope.programme.id, origin];
  const charges = await tx.query<ChargeRow>(
    `select p.code as pool, u.code as unit, c.code as "useCase", sum(x.amount_minor) as amount from chargeback.adjustment_line x ${CODES}
     where x.programme_id = $1 and x.origin_period_key = $2 group by 1, 2, 3`,
    parameters,
  );
  const pools = await tx.query<PoolRow>(
    `select p.code as pool, sum(x.amount_minor) as amount, sum(x.unallocated_minor) as unallocated, sum(x.variance_minor) as variance from chargeback.adjustment_pool x join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
     where x.programme_id = $1 and x.origin_period_key = $2 group by 1`,
    parameters,
  );
  return { charges: charges.map(toCharge), pools: pools.map(toPool) };
}

/** What restatements have changed in a closed period so far. */
export async function chargesOfRestatements(tx: TenantTransaction, period: string): Promise<Charges> {
  const parameters = [tx.scope.programme.id, period];
  const charges = await tx.query<ChargeRow>(
    `select p.code as pool, u.code as unit, c.code as "useCase", sum(x.after_minor - x.before_minor) as amount from chargeback.restatement_cell x ${CODES}
     where x.programme_id = $1 and x.period_key = $2 group by 1, 2, 3 having sum(x.after_minor - x.before_minor) <> 0`,
    parameters,
  );
  const pools = await tx.query<PoolRow>(
    `select p.code as pool, sum(x.after_minor - x.before_minor) as amount, sum(x.after_unallocated_minor - x.before_unallocated_minor) as unallocated, sum(x.after_variance_minor - x.before_variance_minor) as variance
     from chargeback.restatement_pool x join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id where x.programme_id = $1 and x.period_key = $2 group by 1`,
    parameters,
  );
  return { charges: charges.map(toCharge), pools: pools.map(toPool) };
}

/** What a result that was not stored would charge, by pool and use case. */
export function chargesOfResult(result: AllocationResult): Charges {
  const sums = new Map<string, Charge>();
  for (const { pool, lines } of result.pools) {
    for (const { businessUnit, useCase, amountMinor } of lines) {
      const key = [pool, businessUnit, useCase].join("\u0000");
      sums.set(key, { pool, businessUnit, useCase, amountMinor: (sums.get(key)?.amountMinor ?? 0n) + amountMinor });
    }
  }
  return { charges: [...sums.values()], pools: result.pools.map(({ pool, allocatedMinor, unallocatedMinor, byMethods }) => ({ pool, amountMinor: allocatedMinor + unallocatedMinor, unallocatedMinor, ...(byMethods?.varianceMinor ? { varianceMinor: byMethods.varianceMinor } : {}) })) };
}

/** Several charges of one month as one; their pools are different ones or add up. */
export function together(...all: readonly Charges[]): Charges {
  return { pools: all.flatMap(({ pools }) => pools), charges: all.flatMap(({ charges }) => charges) };
}
