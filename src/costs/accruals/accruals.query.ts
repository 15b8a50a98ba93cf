import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { TenantTransaction } from "../../tenancy/database.store";
import { isMoved } from "./accrual.store";
import { CostEntryKind } from "../cost-entry";
import { AccrualAnswerKind, AccrualStatus, ReversalCause } from "./accrual";

/** An accrual as it is read, with what came of it. */
export interface StoredAccrual {
  readonly id: string;
  readonly externalId: string;
  readonly poolId: string;
  readonly useCaseId: string | null;
  readonly periodKey: string;
  readonly amountMinor: string;
  readonly kind: CostEntryKind;
  readonly reason: string;
  readonly source: string;
  readonly renews: string | null;
  readonly renewedBy: string | null;
  readonly status: AccrualStatus;
  readonly entryId: string;
  /** Sum of the invoices that answer it; null while there is none. */
  readonly invoicedMinor: string | null;
  readonly recordedAt: Date;
  readonly recordedBy: string;
  readonly reversal: { readonly entryId: string; readonly period: string; readonly isMoved: boolean; readonly cause: ReversalCause; readonly at: string; readonly by: string } | null;
  readonly answers: ReadonlyArray<{ readonly kind: AccrualAnswerKind; readonly entryId: string | null; readonly reason: string | null; readonly at: string; readonly by: string }>;
}

const ACCRUAL = `
  select x.*, case when jsonb_array_length(x.answers) > 0 or x."renewedBy" is not null then 'ANSWERED' when x.reversal is not null then 'REVERSED' else 'ACCRUED' end as status
  from (
    select a.id, a.external_id as "externalId", a.pool_id as "poolId", a.use_case_id as "useCaseId", a.period_key as "periodKey", a.amount_minor as "amountMinor", a.reason, a.source,
      (select e.kind from costs.cost_entry e where e.programme_id = $1 and e.id = a.entry_id) as kind,
      a.entry_id as "entryId", a.recorded_at as "recordedAt", a.recorded_by as "recordedBy",
      (select o.external_id from costs.accrual o where o.programme_id = $1 and o.id = a.renews) as renews,
      (select n.external_id from costs.accrual n where n.programme_id = $1 and n.renews = a.id) as "renewedBy",
      (select sum(e.amount_minor) from costs.accrual_answer w join costs.cost_entry e on e.programme_id = $1 and e.id = w.entry_id where w.programme_id = $1 and w.accrual_id = a.id) as "invoicedMinor",
      (select jsonb_build_object('entryId', r.entry_id, 'period', r.period_key, 'isMoved', ${isMoved("a")}, 'cause', r.cause, 'at', r.recorded_at, 'by', r.recorded_by) from costs.accrual_reversal r where r.programme_id = $1 and r.accrual_id = a.id) as reversal,
      coalesce((select jsonb_agg(jsonb_build_object('kind', w.kind, 'entryId', w.entry_id, 'reason', w.reason, 'at', w.recorded_at, 'by', w.recorded_by) order by w.recorded_at, w.id)
        from costs.accrual_answer w where w.programme_id = $1 and w.accrual_id = a.id), '[]') as answers
    from costs.accrual a where a.programme_id = $1) x`;

/** Accruals by month and name. */
export async function listAccruals(tx: TenantTransaction, where: { readonly period?: string | null; readonly poolIds?: readonly string[] | null; readonly statuses?: readonly AccrualStatus[] | null }, page: PageRequest): Promise<Page<StoredAccrual>> {
  const position = decodeCursor(page.after, ["text", "text"]);
  const rows = await tx.query<StoredAccrual>(
    `select * from (${ACCRUAL}) y where ($2::text is null or y."periodKey" = $2) and ($3::uuid[] is null or y."poolId" = any($3)) and ($4::text[] is null or y.status = any($4))
       and ($5::text is null or (y."periodKey", y."externalId" collate "C") > ($5, $6::text)) order by y."periodKey", y."externalId" collate "C" limit $7`,
    [tx.scope.programme.id, where.period ?? null, where.poolIds ?? null, where.statuses ?? null, position?.[0] ?? null, position?.[1] ?? null, page.first + 1],
  );
  return toPage(rows, page, (row) => [row.periodKey, row.externalId]);
}

/** One accrual by its name; null when there is none. */
export async function findStoredAccrual(tx: TenantTransaction, externalId: string): Promise<StoredAccrual | null> {
  const [row] = await tx.query<StoredAccrual>(`${ACCRUAL} where x."externalId" = $2`, [tx.scope.programme.id, externalId]);
  return row ?? null;
}
