import { Statement } from "../chargeback";
import { grouped, linesOf } from "../chargeback/statement.query";
import { clearedVariances } from "../chargeback/true-up/recovery-variance.query";
import { TenantTransaction } from "../tenancy/database.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { CarriedKind } from "./account-mapping";
import { PostableCharge, UnallocatedAmount } from "./draft-journal";

/** The lines of statements, in the order of the statements, with the cost centre of their units. */
export async function postableCharges(tx: TenantTransaction, statements: readonly Statement[]): Promise<PostableCharge[]> {
  const lines = await linesOf(tx, statements.map(({ id }) => id));
  const costCentres = new Map((await tenancyStore(tx).listBusinessUnits()).map(({ code, costCentre }) => [code, costCentre]));
  return statements.flatMap(({ id, businessUnit }) =>
    (lines.get(id) ?? []).map(({ lineId, kind, useCase, pool, originPeriod, run, amountMinor, description }): PostableCharge => ({
      statementId: id, lineId, businessUnit, costCentre: costCentres.get(businessUnit) ?? null, kind, useCase, pool, originPeriod, runId: run?.id ?? null, amountMinor, description,
    })));
}

/** What no unit bears of the pools that a closed period divided, of what late facts changed in earlier ones, of what was restated, and what true-ups clear; of cost that is never divided nothing. */
export async function unallocatedAmounts(tx: TenantTransaction, period: string): Promise<UnallocatedAmount[]> {
  return (await unallocatedByMonth(tx, [period])).get(period) ?? [];
}

/** As `unallocatedAmounts`, of several periods. */
export async function unallocatedByMonth(tx: TenantTransaction, periods: readonly string[]): Promise<Map<string, UnallocatedAmount[]>> {
  const rows = await tx.query<{ period: string; kind: CarriedKind; pool: string; originPeriod: string; runId: string | null; amount: string }>(
    `select x.period, k.kind, p.code as pool, x.origin as "originPeriod", x.run_id as "runId", k.amount
     from (
       select r.period_key as period, r.period_key as origin, 1 as version, r.id as run_id, q.pool_id, q.unallocated_minor as unallocated, q.variance_minor as variance
       from (select distinct on (period_key) id, period_key from allocation.run where programme_id = $1 and period_key = any($2) order by period_key, sequence desc) r
         join allocation.run_pool q on q.programme_id = $1 and q.run_id = r.id
       union all
       select a.period_key, a.origin_period_key, 1, a.run_id, q.pool_id, q.unallocated_minor, q.variance_minor
       from chargeback.adjustment a
         join chargeback.adjustment_pool q on q.programme_id = $1 and q.period_key = a.period_key and q.origin_period_key = a.origin_period_key
       where a.programme_id = $1 and a.period_key = any($2)
       union all
       select r.period_key, r.period_key, r.version, r.run_id, q.pool_id, q.after_unallocated_minor - q.before_unallocated_minor, q.after_variance_minor - q.before_variance_minor
       from chargeback.restatement r
         join chargeback.restatement_pool q on q.programme_id = $1 and q.period_key = r.period_key and q.version = r.version
       where r.programme_id = $1 and r.period_key = any($2)) x
       join costs.cost_pool p on p.programme_id = $1 and p.id = x.pool_id and p.kind not in ('DIRECT', 'PROGRAMME_MANAGEMENT')
       cross join lateral (values ('UNALLOCATED', x.unallocated - x.variance), ('VARIANCE', x.variance)) k (kind, amount)
     where k.amount <> 0 order by p.code collate "C", x.origin, x.version, k.kind`,
    [tx.scope.programme.id, periods],
  );
  const cleared = (await clearedVariances(tx, periods)).filter(({ amountMinor }) => amountMinor !== 0n).map(({ period, pool, originPeriod, amountMinor }) => ({ period, kind: "VARIANCE" as const, pool, originPeriod, runId: null, amountMinor }));
  return grouped([...rows.map(({ amount, ...row }) => ({ ...row, amountMinor: BigInt(amount) })), ...cleared], ({ period }) => period, ({ period: _, ...row }) => row);
}
