import { TenantTransaction } from "../../tenancy/database.store";

/** What standard rates recovered of a pool in a month, in minor units: variance = recovered - cost, carried = variance - truedUp. */
export interface RecoveryVariance {
  readonly poolId: string;
  readonly pool: string;
  readonly period: string;
  /** False while the month is open: its newest run is not the last one. */
  readonly final: boolean;
  /** Version of the month's figures: 1 as it closed, one more for each restatement. */
  readonly figuresVersion: number;
  /** What the pool held, without what nobody bears of it for other reasons than its rate. */
  readonly costMinor: bigint;
  /** What units were charged of it. */
  readonly recoveredMinor: bigint;
  /** Over-recovery above zero, under-recovery below. */
  readonly varianceMinor: bigint;
  /** What of the variance true-ups have given back (above zero) or charged. */
  readonly truedUpMinor: bigint;
  readonly carriedMinor: bigint;
}

interface Row { readonly poolId: string; readonly pool: string; readonly period: string; readonly final: boolean; readonly figuresVersion: number; readonly cost: string; readonly unrecovered: string; readonly truedUp: string }

/** The newest run of each month from $2 to $3. The first parameter is the programme. */
const RUNS = `select distinct on (r.period_key) r.id, r.period_key, r.policy_version from allocation.run r where r.programme_id = $1 and r.period_key between $2 and $3 order by r.period_key, r.sequence desc`;

/**
 * Over- and under-recovery per pool and month, by month and code of the pool, from first to last month (both included): what the
 * newest run of the month recovered, with what its adjustments (whatever month they are about) and its restatements changed. Pools
 * that a standard rate charges or that have a variance; one pool alone when it is named.
 */
export async function recoveryVariances(tx: TenantTransaction, from: string, to: string, poolIds: readonly string[] | null): Promise<RecoveryVariance[]> {
  const rows = await tx.query<Row>(
    `with run as (${RUNS}), rated as (
       select distinct r.period_key, rule ->> 'pool' as pool from run r
         join allocation.policy p on p.programme_id = $1 and p.version = r.policy_version
         cross join lateral jsonb_array_elements(p.rules) rule cross join lateral jsonb_array_elements(rule -> 'parts') part
       where part ->> 'method' = 'RATE'
     ), figure as (
       select r.period_key, q.pool_id, q.amount_minor + q.received_minor - q.passed_minor - q.unallocated_minor + q.variance_minor as cost, q.variance_minor as unrecovered
       from run r join allocation.run_pool q on q.programme_id = $1 and q.run_id = r.id
       union all
       select q.period_key, q.pool_id, q.amount_minor - q.unallocated_minor + q.variance_minor, q.variance_minor from chargeback.adjustment_pool q where q.programme_id = $1 and q.period_key between $2 and $3
       union all
       select q.period_key, q.pool_id, q.after_minor - q.before_minor - q.after_unallocated_minor + q.before_unallocated_minor + q.after_variance_minor - q.before_variance_minor, q.after_variance_minor - q.before_variance_minor
       from chargeback.restatement_pool q where q.programme_id = $1 and q.period_key between $2 and $3
     ), sums as (
       select f.period_key, f.pool_id, sum(f.cost) as cost, sum(f.unrecovered) as unrecovered, bool_or(f.unrecovered <> 0) as varied from figure f group by 1, 2
     )
     select p.id as "poolId", p.code as pool, s.period_key as period, m.status = 'CLOSED' as final,
       coalesce((select max(x.version) from chargeback.restatement x where x.programme_id = $1 and x.period_key = s.period_key), 1) as "figuresVersion",
       s.cost, s.unrecovered, coalesce((select sum(x.variance_minor) from chargeback.true_up_month x where x.programme_id = $1 and x.pool_id = s.pool_id and x.period_key = s.period_key), 0) as "truedUp"
     from sums s
       join costs.cost_pool p on p.programme_id = $1 and p.id = s.pool_id
       join governance.period m on m.programme_id = $1 and m.key = s.period_key
     where (s.varied or exists (select from rated x where x.period_key = s.period_key and x.pool = p.code)) and ($4::uuid[] is null or s.pool_id = any($4))
     order by s.period_key, p.code collate "C"`,
    [tx.scope.programme.id, from, to, poolIds],
  );
  return rows.map(({ cost, unrecovered, truedUp, ...row }) => ({
    ...row, costMinor: BigInt(cost), recoveredMinor: BigInt(cost) - BigInt(unrecovered), varianceMinor: -BigInt(unrecovered), truedUpMinor: BigInt(truedUp), carriedMinor: -BigInt(unrecovered) - BigInt(truedUp),
  }));
}

/** What each use case was charged of a pool in closed months: by their runs, by adjustments that they carry, by restatements. */
export async function chargedOfPool(tx: TenantTransaction, poolId: string, periods: readonly string[]): Promise<Array<{ readonly businessUnit: string; readonly useCase: string; readonly chargedMinor: bigint }>> {
  const rows = await tx.query<{ businessUnit: string; useCase: string; charged: string }>(
    `select u.code as "businessUnit", c.code as "useCase", sum(x.amount) as charged from (
       select l.business_unit_id, l.use_case_id, l.amount_minor as amount
       from (select distinct on (r.period_key) r.id from allocation.run r where r.programme_id = $1 and r.period_key = any($3) order by r.period_key, r.sequence desc) r
         join allocation.line l on l.programme_id = $1 and l.run_id = r.id and l.pool_id = $2
       union all
       select l.business_unit_id, l.use_case_id, l.amount_minor from chargeback.adjustment_line l where l.programme_id = $1 and l.period_key = any($3) and l.pool_id = $2
       union all
       select l.business_unit_id, l.use_case_id, l.after_minor - l.before_minor from chargeback.restatement_cell l where l.programme_id = $1 and l.period_key = any($3) and l.pool_id = $2) x
       join tenancy.business_unit u on u.programme_id = $1 and u.id = x.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = x.use_case_id
     group by 1, 2 order by 1, 2`,
    [tx.scope.programme.id, poolId, periods],
  );
  return rows.map(({ charged, ...row }) => ({ ...row, chargedMinor: BigInt(charged) }));
}

/** What true-ups that months carry take out of the variances of earlier ones, in minor units: given back to units above zero. */
export interface ClearedVariance {
  /** The month that carries it. */
  readonly period: string;
  readonly number: number;
  readonly pool: string;
  /** Last month of those that it clears. */
  readonly originPeriod: string;
  readonly amountMinor: bigint;
}

/** By month that carries them and number. */
export async function clearedVariances(tx: TenantTransaction, periods: readonly string[]): Promise<ClearedVariance[]> {
  const rows = await tx.query<Omit<ClearedVariance, "amountMinor"> & { readonly amount: string }>(
    `select x.period_key as period, t.number, p.code as pool, t.to_period_key as "originPeriod", -t.amount_minor as amount
     from chargeback.true_up_posting x
       join chargeback.true_up t on t.programme_id = $1 and t.number = x.number
       join costs.cost_pool p on p.programme_id = $1 and p.id = t.pool_id
     where x.programme_id = $1 and x.period_key = any($2) order by x.period_key, t.number`,
    [tx.scope.programme.id, periods],
  );
  return rows.map(({ amount, ...row }) => ({ ...row, amountMinor: BigInt(amount) }));
}

/** Hashes of the true-ups that a month carries, in their order. */
export async function carriedTrueUps(tx: TenantTransaction, period: string): Promise<string[]> {
  const rows = await tx.query<{ hash: string }>(
    `select t.hash from chargeback.true_up_posting x join chargeback.true_up t on t.programme_id = $1 and t.number = x.number where x.programme_id = $1 and x.period_key = $2 order by t.number`,
    [tx.scope.programme.id, period],
  );
  return rows.map(({ hash }) => hash);
}
