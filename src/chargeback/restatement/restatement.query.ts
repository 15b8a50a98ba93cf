import { TenantTransaction } from "../../tenancy/database.store";
import { ownerAtEnd } from "../../tenancy/ownership.query";
import { RestatedCell, RestatedPool } from "./restatement";

/** A restatement as it is read. */
export interface StoredRestatement {
  readonly periodKey: string;
  readonly version: number;
  readonly lateFrom: Date;
  readonly lateTo: Date;
  readonly lateEvents: string;
  readonly lateCostEntries: string;
  readonly previousHash: string;
  readonly hash: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly restatedBy: string;
  readonly restatedAt: Date;
}

type Ids = { readonly poolId: string; readonly businessUnitId: string; readonly useCaseId: string };
type Text<T> = { readonly [Key in keyof T]: T[Key] extends bigint ? string : T[Key] };

/** Versions of the figures of closed months, oldest first: of one month, or (null) of all. */
export function listRestatements(tx: TenantTransaction, period: string | null): Promise<StoredRestatement[]> {
  return tx.query(
    `select period_key as "periodKey", version, late_from as "lateFrom", late_to as "lateTo", late_events as "lateEvents", late_cost_entries as "lateCostEntries", previous_hash as "previousHash", hash, reason,
       requested_by as "requestedBy", requested_at as "requestedAt", restated_by as "restatedBy", restated_at as "restatedAt"
     from chargeback.restatement where programme_id = $1 and ($2::text is null or period_key = $2) order by period_key, version`,
    [tx.scope.programme.id, period],
  );
}

/** The cells of a version that the caller may see, by code. */
export async function restatedCells(tx: TenantTransaction, period: string, version: number): Promise<Array<RestatedCell & Ids>> {
  const rows = await tx.query<Text<RestatedCell> & Ids>(
    `select p.code as pool, u.code as "businessUnit", c.code as "useCase", x.pool_id as "poolId", x.business_unit_id as "businessUnitId", x.use_case_id as "useCaseId",
       x.before_minor as "beforeMinor", x.cost_minor as "costMinor", x.usage_minor as "usageMinor", x.after_minor as "afterMinor"
     from chargeback.restatement_cell x
       join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
       join tenancy.business_unit u on u.programme_id = $1 and u.id = x.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = x.use_case_id
     where x.programme_id = $1 and x.period_key = $2 and x.version = $3 order by p.code collate "C", u.code collate "C", c.code collate "C"`,
    [tx.scope.programme.id, period, version],
  );
  return rows.map((row) => ({ ...row, beforeMinor: BigInt(row.beforeMinor), costMinor: BigInt(row.costMinor), usageMinor: BigInt(row.usageMinor), afterMinor: BigInt(row.afterMinor) }));
}

/** The pools of a version, by code. */
export async function restatedPools(tx: TenantTransaction, period: string, version: number): Promise<Array<RestatedPool & Pick<Ids, "poolId">>> {
  const rows = await tx.query<Text<Required<RestatedPool>> & Pick<Ids, "poolId">>(
    `select p.code as pool, x.pool_id as "poolId", x.before_minor as "beforeMinor", x.before_unallocated_minor as "beforeUnallocatedMinor", x.after_minor as "afterMinor", x.after_unallocated_minor as "afterUnallocatedMinor",
       x.before_variance_minor as "beforeVarianceMinor", x.after_variance_minor as "afterVarianceMinor"
     from chargeback.restatement_pool x join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
     where x.programme_id = $1 and x.period_key = $2 and x.version = $3 order by p.code collate "C"`,
    [tx.scope.programme.id, period, version],
  );
  return rows.map((row) => ({
    ...row, beforeMinor: BigInt(row.beforeMinor), beforeUnallocatedMinor: BigInt(row.beforeUnallocatedMinor), afterMinor: BigInt(row.afterMinor), afterUnallocatedMinor: BigInt(row.afterUnallocatedMinor),
    beforeVarianceMinor: BigInt(row.beforeVarianceMinor), afterVarianceMinor: BigInt(row.afterVarianceMinor),
  }));
}

/** What a use case bears of a pool for a month: what the close froze, and what was posted for it since. */
export interface ChargeRow extends Ids {
  readonly postedMinor: string;
  readonly adjustedMinor: string;
  readonly restatedMinor: string;
  readonly truedUpMinor: string;
}

/**
 * What a closed month caused, cell by cell, as it was known at an instant (exclusive): its run and direct cost as the close froze
 * them, the adjustments that later months charged for it, its restatements, and the true-ups of spans that end with it. These are
 * the lines of statements that name it as their month of origin, but for resolutions.
 */
export function chargesOfPeriod(tx: TenantTransaction, period: string, asOf: Date): Promise<ChargeRow[]> {
  return tx.query(
    `with m as (select key, ends_at, cutoff from governance.period where programme_id = $1 and key = $2), charge as (
       select x.pool_id, x.business_unit_id, x.use_case_id, x.amount_minor as posted, 0::bigint as adjusted, 0::bigint as restated, 0::bigint as trued_up from m
         join lateral (select r.id from allocation.run r where r.programme_id = $1 and r.period_key = m.key order by r.sequence desc limit 1) r on true
         join allocation.line x on x.programme_id = $1 and x.run_id = r.id
       union all
       select e.pool_id, o.business_unit_id, e.use_case_id, e.amount_minor, 0, 0, 0 from m
         join costs.cost_entry e on e.programme_id = $1 and e.period_key = m.key and e.recorded_at < m.cutoff
         join costs.cost_pool p on p.programme_id = $1 and p.id = e.pool_id and p.kind = 'DIRECT'
         left join lateral (select coalesce(e.business_unit_id, (${ownerAtEnd("e.use_case_id", "m.ends_at", "m.cutoff")})) as business_unit_id) o on true
       union all
       select x.pool_id, x.business_unit_id, x.use_case_id, 0, x.amount_minor, 0, 0 from chargeback.adjustment_line x
         join chargeback.adjustment a on a.programme_id = $1 and a.period_key = x.period_key and a.origin_period_key = x.origin_period_key
       where x.programme_id = $1 and x.origin_period_key = $2 and a.recorded_at < $3
       union all
       select x.pool_id, x.business_unit_id, x.use_case_id, 0, 0, x.after_minor - x.before_minor, 0 from chargeback.restatement_cell x
         join chargeback.restatement r on r.programme_id = $1 and r.period_key = x.period_key and r.version = x.version
       where x.programme_id = $1 and x.period_key = $2 and r.restated_at < $3
       union all
       select t.pool_id, x.business_unit_id, x.use_case_id, 0, 0, 0, x.amount_minor from chargeback.true_up_line x
         join chargeback.true_up t on t.programme_id = $1 and t.number = x.number
         join chargeback.true_up_posting g on g.programme_id = $1 and g.number = x.number
       where x.programme_id = $1 and t.to_period_key = $2 and g.posted_at < $3
     )
     select x.pool_id as "poolId", x.business_unit_id as "businessUnitId", x.use_case_id as "useCaseId", sum(x.posted) as "postedMinor", sum(x.adjusted) as "adjustedMinor", sum(x.restated) as "restatedMinor", sum(x.trued_up) as "truedUpMinor"
     from charge x
       join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id
       join tenancy.business_unit u on u.programme_id = $1 and u.id = x.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = x.use_case_id
     group by 1, 2, 3, p.code, u.code, c.code having sum(abs(x.posted)) + sum(abs(x.adjusted)) + sum(abs(x.restated)) + sum(abs(x.trued_up)) > 0
     order by p.code collate "C", u.code collate "C", c.code collate "C"`,
    [tx.scope.programme.id, period, asOf],
  );
}
