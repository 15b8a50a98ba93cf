import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { TenantTransaction } from "../tenancy/database.store";
import { AccrualRole, CostEntryKind } from "./cost-entry";
import { CostPool, CostPoolKind } from "./cost-pool";

/** A cost entry as it is read. */
export interface StoredCostEntry {
  readonly id: string;
  readonly poolId: string;
  readonly periodKey: string;
  readonly amountMinor: string;
  readonly currency: string;
  readonly kind: CostEntryKind;
  readonly externalId: string;
  readonly description: string | null;
  readonly vendor: string | null;
  readonly invoice: string | null;
  readonly useCaseId: string | null;
  readonly businessUnitId: string | null;
  readonly recordedAt: Date;
  readonly recordedBy: string;
  readonly originalAmountMinor: string | null;
  readonly originalCurrency: string | null;
  readonly rate: string | null;
  readonly rateKind: string | null;
  readonly rateDate: string | null;
  readonly rateSource: string | null;
  readonly rateRevision: number | null;
  /** Recorded after the close of its period: charged as an adjustment in the next month that closes. */
  readonly late: boolean;
  /** The accrual that it books, takes back, moves or answers; null for most entries. */
  readonly accrual: { readonly externalId: string; readonly role: AccrualRole } | null;
}

const ENTRY = `id, pool_id as "poolId", period_key as "periodKey", amount_minor as "amountMinor", currency, kind, external_id as "externalId",
  original_amount_minor as "originalAmountMinor", original_currency as "originalCurrency", trim_scale(exchange_rate)::text as rate, exchange_rate_kind as "rateKind",
  exchange_rate_date as "rateDate", exchange_rate_source as "rateSource", exchange_rate_revision as "rateRevision",
  description, vendor, invoice, use_case_id as "useCaseId", business_unit_id as "businessUnitId", recorded_at as "recordedAt", recorded_by as "recordedBy",
  coalesce((select recorded_at >= m.cutoff from governance.period m where m.programme_id = cost_entry.programme_id and m.key = cost_entry.period_key), false) as late,
  (select jsonb_build_object('externalId', a.external_id, 'role', x.role) from (
     select id as accrual_id, 'BOOKS' as role from costs.accrual where programme_id = cost_entry.programme_id and entry_id = cost_entry.id
     union all select accrual_id, 'REVERSES' from costs.accrual_reversal where programme_id = cost_entry.programme_id and entry_id = cost_entry.id
     union all select id, 'MOVES' from costs.accrual where cost_entry.external_id like 'accrual/%/moved-%' and programme_id = cost_entry.programme_id and id::text = split_part(cost_entry.external_id, '/', 2)
     union all select accrual_id, 'ANSWERS' from costs.accrual_answer where programme_id = cost_entry.programme_id and entry_id = cost_entry.id) x
     join costs.accrual a on a.programme_id = cost_entry.programme_id and a.id = x.accrual_id) as accrual`;

/** Pools by code. */
export async function listCostPools(tx: TenantTransaction, page: PageRequest): Promise<Page<CostPool>> {
  const position = decodeCursor(page.after, ["text"]);
  const rows = await tx.query<CostPool>(
    `select id, code, name, kind from costs.cost_pool where programme_id = $1 and ($2::text is null or code collate "C" > $2) order by code collate "C" limit $3`,
    [tx.scope.programme.id, position?.[0] ?? null, page.first + 1],
  );
  return toPage(rows, page, (row) => [row.code]);
}

/** Entries in the order in which they were recorded. */
export async function listCostEntries(tx: TenantTransaction, where: { readonly period?: string | null; readonly poolIds?: readonly string[] | null }, page: PageRequest): Promise<Page<StoredCostEntry>> {
  const position = decodeCursor(page.after, ["instant", "uuid"]);
  const rows = await tx.query<StoredCostEntry & { position: string }>(
    `select ${ENTRY}, to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position from costs.cost_entry
     where programme_id = $1 and ($2::text is null or period_key = $2) and ($3::uuid[] is null or pool_id = any($3))
       and ($4::timestamptz is null or (recorded_at, id) > ($4, $5::uuid))
     order by recorded_at, id limit $6`,
    [tx.scope.programme.id, where.period ?? null, where.poolIds ?? null, position?.[0] ?? null, position?.[1] ?? null, page.first + 1],
  );
  return toPage(rows, page, (row) => [row.position, row.id]);
}

export async function findCostEntry(tx: TenantTransaction, id: string): Promise<StoredCostEntry | null> {
  const [row] = await tx.query<StoredCostEntry>(`select ${ENTRY} from costs.cost_entry where programme_id = $1 and id = $2`, [tx.scope.programme.id, id]);
  return row ?? null;
}

/**
 * What each pool holds in a period, in minor units; pools without entries in it are left out. Counts what was recorded
 * before an instant: by default a closed period's cut-off, so that its figures stay; of an open one everything.
 */
export function poolAmounts(tx: TenantTransaction, period: string, recordedBefore: Date | null = null): Promise<Array<{ id: string; code: string; name: string; kind: CostPoolKind; amountMinor: string }>> {
  return tx.query(
    `select p.id, p.code, p.name, p.kind, sum(e.amount_minor) as "amountMinor"
     from costs.cost_entry e join costs.cost_pool p on p.programme_id = e.programme_id and p.id = e.pool_id
       join governance.period m on m.programme_id = e.programme_id and m.key = e.period_key
     where e.programme_id = $1 and e.period_key = $2 and (coalesce($3, m.cutoff) is null or e.recorded_at < coalesce($3, m.cutoff))
     group by p.id, p.code, p.name, p.kind order by p.code collate "C"`,
    [tx.scope.programme.id, period, recordedBefore],
  );
}

/** Entries whose externalId begins with a text, in its order; amounts in the programme's currency. */
export async function entriesBeginningWith(tx: TenantTransaction, beginning: string): Promise<Array<{ readonly externalId: string; readonly pool: string; readonly period: string; readonly amountMinor: string; readonly kind: CostEntryKind }>> {
  return tx.query(
    `select c.external_id as "externalId", p.code as pool, c.period_key as period, c.amount_minor as "amountMinor", c.kind
     from costs.cost_entry c join costs.cost_pool p on p.programme_id = $1 and p.id = c.pool_id
     where c.programme_id = $1 and starts_with(c.external_id, $2) order by c.external_id collate "C"`,
    [tx.scope.programme.id, beginning],
  );
}
