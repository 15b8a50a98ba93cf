import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { EVENT_COLUMNS, StoredUsageEvent } from "../metering/usage-events.query";
import { TenantTransaction } from "../tenancy/database.store";
import { Correction, CorrectionKind, CorrectionStatus } from "./correction";
import { CORRECTION_COLUMNS, toCorrection } from "./correction.store";

export interface CorrectionsFilter {
  readonly kind?: readonly CorrectionKind[] | null;
  readonly status?: readonly CorrectionStatus[] | null;
  readonly proposedBy?: string | null;
}

/** Where a correction stands, from its newest step; see `statusOf`. */
const STATUS = `(select case when s.step in ('REVERT_REQUESTED', 'REVERT_REFUSED') then 'APPLIED' else s.step end
  from corrections.correction_step s where s.programme_id = c.programme_id and s.correction_id = c.id order by s.sequence desc limit 1)`;

/** Corrections in the order in which they were proposed. */
export async function listCorrections(tx: TenantTransaction, where: CorrectionsFilter, page: PageRequest): Promise<Page<Correction>> {
  const position = decodeCursor(page.after, ["instant", "uuid"]);
  const rows = await tx.query(
    `select ${CORRECTION_COLUMNS} from corrections.correction c
     where c.programme_id = $1 and ($2::text[] is null or c.kind = any($2)) and ($3::text[] is null or ${STATUS} = any($3)) and ($4::text is null or c.proposed_by = $4)
       and ($5::timestamptz is null or (c.proposed_at, c.id) > ($5, $6::uuid))
     order by c.proposed_at, c.id limit $7`,
    [tx.scope.programme.id, where.kind ?? null, where.status ?? null, where.proposedBy ?? null, position?.[0] ?? null, position?.[1] ?? null, page.first + 1],
  );
  return toPage(rows.map(toCorrection), page, ({ proposedAt, id }) => [proposedAt.toISOString(), id]);
}

/**
 * The legs of a correction in the order in which they were selected: each by the row that the correction wrote for it or,
 * before it is applied, by the row by which it counted. Of a backfill that is not applied there are none.
 */
export async function listCorrectionLegs(tx: TenantTransaction, correctionId: string, page: PageRequest): Promise<Page<StoredUsageEvent>> {
  const position = decodeCursor(page.after, ["sequence"]);
  const rows = await tx.query<StoredUsageEvent & { position: number }>(
    `select ${EVENT_COLUMNS}, l.position
     from corrections.correction_leg l
       left join corrections.correction_row r on r.programme_id = $1 and r.correction_id = l.correction_id and r.leg_key = l.leg_key
       join metering.usage_event e on e.programme_id = $1 and e.event_key = case when r.event_key is null then l.event_key else r.event_key end
       join metering.source s on s.programme_id = $1 and s.id = e.source_id
     where l.programme_id = $1 and l.correction_id = $2 and ($3::int is null or l.position > $3) order by l.position limit $4`,
    [tx.scope.programme.id, correctionId, position?.[0] ?? null, page.first + 1],
  );
  return toPage(rows, page, (row) => [String(row.position)]);
}

/**
 * The correction that each of some rows of usage is of; other rows are left out. Of a row that counts it is the newest one
 * that stands on its leg; of a row that counted once, the one that wrote it.
 */
export async function correctionsOfRows(tx: TenantTransaction, eventKeys: readonly string[]): Promise<Map<string, Correction>> {
  const rows = await tx.query<{ eventKey: string }>(
    `with asked as materialized (
       select e.event_key, e.leg_key, e.derived_from, exists (select from metering.usage_superseded x where x.programme_id = $1 and x.event_key = e.event_key) as superseded
       from metering.usage_event e where e.programme_id = $1 and e.event_key = any($2::uuid[])
     ), found as (
       select e.event_key, r.correction_id, null::timestamptz as applied_at from asked e join corrections.correction_row r on r.programme_id = $1 and r.event_key in (e.event_key, e.derived_from) where e.superseded
       union all
       select e.event_key, l.correction_id, s.recorded_at from asked e
         join corrections.correction_leg l on l.programme_id = $1 and l.leg_key = e.leg_key
         join corrections.correction_step s on s.programme_id = $1 and s.correction_id = l.correction_id and s.step = 'APPLIED'
       where not e.superseded and not exists (select from corrections.correction_step n where n.programme_id = $1 and n.correction_id = l.correction_id and n.step = 'REVERTED')
     )
     select distinct on (f.event_key) f.event_key as "eventKey", ${CORRECTION_COLUMNS}
     from found f join corrections.correction c on c.programme_id = $1 and c.id = f.correction_id
     order by f.event_key, f.applied_at desc`,
    [tx.scope.programme.id, eventKeys],
  );
  return new Map(rows.map((row) => [row.eventKey, toCorrection(row)]));
}
