import { Proof, TOLD_DIFFERENCES } from "../kernel/proof";
import { Currency, toMoney } from "../kernel/money";
import { COST_POOL_KINDS, isShared } from "../costs";
import { TenantTransaction } from "../tenancy/database.store";

interface PoolFault {
  readonly run: string; readonly pool: string;
  readonly pool_minor: string; readonly line_minor: string; readonly unit_minor: string; readonly unallocated_minor: string; readonly booked_minor: string;
  /** Passed on less received. */
  readonly handed_on_minor: string;
  /** Amounts of units that are a minor unit or more away from the exact ones. */
  readonly astray: string;
}

/**
 * Proves, for every run and pool, that lines + unallocated + what was passed on = own cost + what was received, also by unit
 * shares; that what the pools of a run pass on is what they receive; and that no unit's amount by methods is a minor unit off.
 */
export async function verifyConservation(tx: TenantTransaction, currency: Currency): Promise<Proof> {
  const [row] = await tx.query<{ pools: string; lines: string; differing: string; first: PoolFault[] }>(
    `with line as (
       select run_id, pool_id, sum(amount_minor) as amount, count(*) as lines from allocation.line where programme_id = $1 group by 1, 2
     ), unit as (
       select run_id, pool_id, sum(amount_minor) as amount, count(*) filter (where abs(amount_minor * exact_denominator - exact_numerator) >= exact_denominator) as astray
       from allocation.unit_share where programme_id = $1 group by 1, 2
     ), pool as materialized (
       select r.period_key || '/' || r.sequence as run, p.code as pool, rp.amount_minor as pool_minor, rp.allocated_minor, rp.unallocated_minor, rp.passed_minor - rp.received_minor as handed_on_minor,
         sum(rp.passed_minor - rp.received_minor) over (partition by rp.run_id) as lost_minor, coalesce(u.astray, 0) as astray, coalesce(l.amount, 0) as line_minor, coalesce(u.amount, 0) as unit_minor, coalesce(l.lines, 0) as lines
       from allocation.run_pool rp
         join allocation.run r on r.programme_id = rp.programme_id and r.id = rp.run_id
         join costs.cost_pool p on p.programme_id = rp.programme_id and p.id = rp.pool_id
         left join line l on l.run_id = rp.run_id and l.pool_id = rp.pool_id
         left join unit u on u.run_id = rp.run_id and u.pool_id = rp.pool_id
       where rp.programme_id = $1
     ), fault as materialized (
       select * from pool where line_minor + unallocated_minor + handed_on_minor <> pool_minor or unit_minor <> line_minor or allocated_minor <> line_minor or lost_minor <> 0 or astray > 0
     )
     select (select count(*) from pool) as pools, (select coalesce(sum(lines), 0) from pool) as lines, (select count(*) from fault) as differing,
       coalesce((select jsonb_agg(to_jsonb(f)) from (select run, pool, pool_minor::text, line_minor::text, unit_minor::text, unallocated_minor::text, handed_on_minor::text, astray::text from fault order by run, pool limit ${TOLD_DIFFERENCES}) f), '[]') as first`,
    [tx.scope.programme.id],
  );
  const { pools, lines, differing, first } = row!;
  const money = (minor: string): string => toMoney(minor, currency).amount;
  return {
    name: "lines + unallocated = pool, per run", compared: `${pools} pools of runs, ${lines} lines`, differing: Number(differing), notes: [],
    differences: first.map((f) => `run ${f.run} pool ${f.pool}: lines ${money(f.line_minor)} + unallocated ${money(f.unallocated_minor)}, pool ${money(f.pool_minor)}, unit shares ${money(f.unit_minor)}${f.handed_on_minor === "0" ? "" : `, passed on less received ${money(f.handed_on_minor)}`}${f.astray === "0" ? "" : `, ${f.astray} amounts a minor unit or more from the exact ones`}`),
  };
}

/** A pool that only receives stands in a run without any cost booked into it. */
const DIFFERS = (pool: string): string => `${pool}.amount_minor is distinct from ${pool}.amount and not (${pool}.amount is null and ${pool}.amount_minor = 0)`;

/** Proves, for every run, that its pools held what had been booked into them up to its cut-off; both directions. */
export async function verifyRunPools(tx: TenantTransaction, currency: Currency): Promise<Proof> {
  const [row] = await tx.query<{ pools: string; differing: string; first: PoolFault[] }>(
    `with booked as (
       select r.id as run_id, e.pool_id, sum(e.amount_minor) as amount
       from allocation.run r
         join costs.cost_entry e on e.programme_id = r.programme_id and e.period_key = r.period_key and e.recorded_at < r.cutoff
         join costs.cost_pool p on p.programme_id = e.programme_id and p.id = e.pool_id and p.kind = any($2)
       where r.programme_id = $1 group by 1, 2
     ), pool as materialized (
       select run_id, pool_id, s.amount_minor, b.amount from (select run_id, pool_id, amount_minor from allocation.run_pool where programme_id = $1) s full join booked b using (run_id, pool_id)
     )
     select count(*) as pools, count(*) filter (where ${DIFFERS("x")}) as differing,
       coalesce((select jsonb_agg(to_jsonb(f)) from (
         select r.period_key || '/' || r.sequence as run, p.code as pool, coalesce(d.amount_minor, 0)::text as pool_minor, coalesce(d.amount, 0)::text as booked_minor
         from pool d join allocation.run r on r.programme_id = $1 and r.id = d.run_id join costs.cost_pool p on p.programme_id = $1 and p.id = d.pool_id
         where ${DIFFERS("d")} order by 1, 2 limit ${TOLD_DIFFERENCES}) f), '[]') as first
     from pool x`,
    [tx.scope.programme.id, COST_POOL_KINDS.filter(isShared)],
  );
  const { pools, differing, first } = row!;
  const money = (minor: string): string => toMoney(minor, currency).amount;
  return {
    name: "pools of runs = costs at their cut-off", compared: `${pools} pools of runs`, differing: Number(differing), notes: [],
    differences: first.map((f) => `run ${f.run} pool ${f.pool}: stored ${money(f.pool_minor)}, booked ${money(f.booked_minor)}`),
  };
}
