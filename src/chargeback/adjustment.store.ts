import { invariant } from "../kernel/refusal";
import { TenantTransaction } from "../tenancy/database.store";
import { hashAdjustment } from "./adjustment";
import { PendingAdjustment } from "./draft-adjustments.store";
import { chargedUntil, holdLateFacts } from "./late-months.query";

/** A posted adjustment: what late facts of `originPeriodKey` changed, charged in `periodKey`. */
export interface StoredAdjustment {
  readonly periodKey: string;
  readonly originPeriodKey: string;
  readonly runId: string | null;
  readonly lateFrom: Date;
  readonly lateTo: Date;
  readonly lateEvents: string;
  readonly lateCostEntries: string;
  readonly resultHash: string;
  readonly recordedAt: Date;
}

export interface StoredAdjustmentLine {
  readonly poolId: string;
  readonly businessUnitId: string;
  readonly useCaseId: string;
  readonly amountMinor: string;
}

/** The drafts were worked out before somebody else posted theirs: work them out again. */
export class StaleDrafts extends Error {}

/** Posted adjustments: written once, with the close of the period that charges them. */
export function adjustmentStore(tx: TenantTransaction) {
  const programmeId = tx.scope.programme.id;
  return {
    save: (periodKey: string, drafts: readonly PendingAdjustment[]): Promise<void> => saveAdjustments(tx, periodKey, drafts),
    /** What is posted in a period, by origin. */
    list: (periodKey: string): Promise<StoredAdjustment[]> =>
      tx.query(
        `select period_key as "periodKey", origin_period_key as "originPeriodKey", run_id as "runId", late_from as "lateFrom", late_to as "lateTo", late_events as "lateEvents",
           late_cost_entries as "lateCostEntries", result_hash as "resultHash", recorded_at as "recordedAt"
         from chargeback.adjustment where programme_id = $1 and period_key = $2 order by origin_period_key`,
        [programmeId, periodKey],
      ),
    /** The lines that the caller may see, by pool, unit and use case. */
    lines: (periodKey: string, origin: string): Promise<StoredAdjustmentLine[]> =>
      tx.query(
        `select l.pool_id as "poolId", l.business_unit_id as "businessUnitId", l.use_case_id as "useCaseId", l.amount_minor as "amountMinor"
         from chargeback.adjustment_line l
           join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
           join tenancy.business_unit u on u.programme_id = $1 and u.id = l.business_unit_id
           join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
         where l.programme_id = $1 and l.period_key = $2 and l.origin_period_key = $3
         order by p.code collate "C", u.code collate "C", c.code collate "C"`,
        [programmeId, periodKey, origin],
      ),
  };
}

async function saveAdjustments(tx: TenantTransaction, periodKey: string, drafts: readonly PendingAdjustment[]): Promise<void> {
  const programmeId = tx.scope.programme.id;
  if (drafts.length > 0) await holdLateFacts(tx);
  for (const draft of drafts) {
    if ((await chargedUntil(tx, draft.origin))?.getTime() !== draft.lateFrom.getTime()) throw new StaleDrafts();
    invariant(hashAdjustment(draft.origin, draft) === draft.resultHash, "an adjustment that changed after it was drafted");
    await tx.query(
      `insert into chargeback.adjustment (programme_id, period_key, origin_period_key, run_id, late_from, late_to, late_events, late_cost_entries, input_hash, result_hash, recorded_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [programmeId, periodKey, draft.origin, draft.runId, draft.lateFrom, draft.lateTo, draft.lateEvents, draft.lateCostEntries, draft.inputHash, draft.resultHash, tx.scope.principal.subject],
    );
    const stored = await tx.query<{ pools: string }>(
      `with pool as (
         insert into chargeback.adjustment_pool (programme_id, period_key, origin_period_key, pool_id, amount_minor, allocated_minor, unallocated_minor, variance_minor)
         select $1, $2, $3, p.id, x.amount, x.amount - x.unallocated, x.unallocated, x.variance
         from unnest($4::text[], $5::bigint[], $6::bigint[], $7::bigint[]) x (code, amount, unallocated, variance) join costs.cost_pool p on p.programme_id = $1 and p.code = x.code
         returning pool_id)
       select count(*) as pools from pool`,
      [programmeId, periodKey, draft.origin, draft.pools.map(({ pool }) => pool), draft.pools.map((each) => String(each.amountMinor)), draft.pools.map((each) => String(each.unallocatedMinor)), draft.pools.map((each) => String(each.varianceMinor ?? 0n))],
    );
    const lines = await tx.query(
      `insert into chargeback.adjustment_line (programme_id, period_key, origin_period_key, pool_id, business_unit_id, use_case_id, amount_minor)
       select $1, $2, $3, p.id, u.id, c.id, x.amount
       from unnest($4::text[], $5::text[], $6::text[], $7::bigint[]) x (pool, unit, use_case, amount)
         join costs.cost_pool p on p.programme_id = $1 and p.code = x.pool
         join tenancy.business_unit u on u.programme_id = $1 and u.code = x.unit
         join tenancy.use_case c on c.programme_id = $1 and c.code = x.use_case
       returning 1`,
      [programmeId, periodKey, draft.origin, draft.charges.map((each) => each.pool), draft.charges.map((each) => each.businessUnit), draft.charges.map((each) => each.useCase), draft.charges.map((each) => String(each.amountMinor))],
    );
    invariant(stored[0]!.pools === String(draft.pools.length) && lines.length === draft.charges.length, "an adjustment names what does not exist");
  }
}
