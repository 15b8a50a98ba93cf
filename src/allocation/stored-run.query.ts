import { ZERO, fraction } from "../kernel/fraction";
import { shiftPeriod } from "../kernel/period";
import { TenantTransaction } from "../tenancy/database.store";
import { AllocationFacts, HashedPool, PoolAmount, neededDrivers } from "./allocate";
import { AllocationRun } from "./allocate-period";
import { DriverVector, countsContacts } from "./driver";
import { receiversAtEnd } from "./facts.query";
import { PolicyDocument } from "./policy";
import { figure, storedInputs, storedLinks } from "./run-methods.store";

/** The pools of a run with their stored lines, as the result hash takes them. */
export async function storedPools(tx: TenantTransaction, runId: string): Promise<HashedPool[]> {
  const pools = await tx.query<{ pool: string; amount: string; unallocated: string; step: number | null; received: string; passed: string; variance: string }>(
    `select p.code as pool, rp.amount_minor as amount, rp.unallocated_minor as unallocated, rp.step, rp.received_minor as received, rp.passed_minor as passed, rp.variance_minor as variance
     from allocation.run_pool rp join costs.cost_pool p on p.programme_id = $1 and p.id = rp.pool_id where rp.programme_id = $1 and rp.run_id = $2`,
    [tx.scope.programme.id, runId],
  );
  const lines = await tx.query<{ pool: string; part: number; unit: string; useCase: string; channel: string; numerator: string | null; denominator: string | null; amount: string; exact: string | null }>(
    `select p.code as pool, l.part, u.code as unit, c.code as "useCase", l.channel, l.share_numerator as numerator, l.share_denominator as denominator, l.amount_minor as amount, l.exact_numerator || '/' || l.exact_denominator as exact
     from allocation.line l
       join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
       join tenancy.business_unit u on u.programme_id = $1 and u.id = l.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
     where l.programme_id = $1 and l.run_id = $2`,
    [tx.scope.programme.id, runId],
  );
  const byPool = new Map<string, Array<HashedPool["lines"][number]>>(pools.map(({ pool }) => [pool, []]));
  for (const { pool, part, unit, useCase, channel, numerator, denominator, amount, exact } of lines) {
    const share = numerator === null || denominator === null ? ZERO : fraction(BigInt(numerator), BigInt(denominator));
    byPool.get(pool)?.push({ part, businessUnit: unit, useCase, channel, share, amountMinor: BigInt(amount), byMethods: exact === null ? undefined : { exact: figure(exact)! } });
  }
  const links = pools.some(({ step }) => step !== null) ? await storedLinks(tx, runId) : new Map<string, never[]>();
  return pools.map(({ pool, amount, unallocated, step, received, passed, variance }) => ({
    pool, amountMinor: BigInt(amount), unallocatedMinor: BigInt(unallocated), lines: byPool.get(pool)!,
    byMethods: step === null ? undefined : { step, receivedMinor: BigInt(received), passedMinor: BigInt(passed), varianceMinor: BigInt(variance), links: links.get(pool) ?? [] },
  }));
}

/** The facts that a run stood on, from what was kept of them: its pools, its driver snapshot, and who owned what at its cut-off. */
export async function storedFacts(tx: TenantTransaction, run: AllocationRun, policy: PolicyDocument, pools: readonly PoolAmount[]): Promise<AllocationFacts> {
  const rows = await tx.query<{ key: string; channel: string; unit: string; useCase: string | null; quantity: string }>(
    `select d.driver_key as key, d.channel, u.code as unit, c.code as "useCase", d.quantity
     from allocation.driver_quantity d
       join tenancy.business_unit u on u.programme_id = $1 and u.id = d.business_unit_id
       left join tenancy.use_case c on c.programme_id = $1 and c.id = d.use_case_id
     where d.programme_id = $1 and d.run_id = $2`,
    [tx.scope.programme.id, run.id],
  );
  const needed = neededDrivers(policy, pools);
  const vectors = (keys: readonly string[], prefix: string): Map<string, DriverVector> => {
    const found = new Map(keys.map((key) => [prefix + key, { key, quantities: [] as DriverVector["quantities"][number][], units: [] as NonNullable<DriverVector["unitQuantities"]>[number][] }]));
    for (const { key, channel, unit, useCase, quantity } of rows) {
      const vector = found.get(key);
      if (useCase === null) vector?.units.push({ businessUnit: unit, channel, quantity: BigInt(quantity) });
      else vector?.quantities.push({ businessUnit: unit, useCase, channel, quantity: BigInt(quantity) });
    }
    return new Map([...found.values()].map(({ key, quantities, units }) => [key, { quantities, unitQuantities: countsContacts(key) ? units : null }]));
  };
  return {
    period: run.periodKey, currency: run.currency, pools, policy,
    receivers: await receiversAtEnd(tx, run.periodKey, run.cutoff),
    drivers: vectors(needed.period, ""),
    priorDrivers: vectors(needed.prior, "prior:"),
    method: (await storedInputs(tx, run.id)) ?? undefined,
  };
}

/** How many facts that a run of this period could depend on were recorded at or after its cut-off, by what they are. */
export async function newerFacts(tx: TenantTransaction, run: AllocationRun): Promise<Readonly<Record<string, number>>> {
  const [row] = await tx.query<Record<string, string>>(
    `select
       (select count(*) from metering.usage_event e where e.programme_id = $1 and e.period_key = any($2) and e.received_at >= $3) as "usage rows",
       (select count(*) from metering.usage_superseded x join metering.usage_event e on e.programme_id = $1 and e.event_key = x.event_key
        where x.programme_id = $1 and x.recorded_at >= $3 and e.period_key = any($2)) as corrections,
       (select count(*) from costs.cost_entry c where c.programme_id = $1 and c.period_key = $4 and c.recorded_at >= $3) as "cost entries",
       (select count(*) from tenancy.use_case_ownership o where o.programme_id = $1 and o.created_at >= $3) as "owners of use cases",
       (select count(*) from tenancy.business_unit_parent o where o.programme_id = $1 and o.recorded_at >= $3) as "places in the hierarchy of units",
       (select count(*) from allocation.driver_booking b where b.programme_id = $1 and b.recorded_at >= $3 and b.period_key <= $4) as "booked drivers",
       (select count(*) from allocation.run r where r.programme_id = $1 and r.created_at >= $3 and r.period_key < $4) as "runs of earlier months"`,
    [tx.scope.programme.id, [run.periodKey, shiftPeriod(run.periodKey, -1)], run.cutoff, run.periodKey],
  );
  return Object.fromEntries(Object.entries(row!).flatMap(([what, number]) => (number === "0" ? [] : [[what, Number(number)]])));
}
