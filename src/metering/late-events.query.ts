import { Page, PageRequest, decodeCursor, toPage } from "../kernel/paging";
import { TenantTransaction } from "../tenancy/database.store";
import { EVENT_COLUMNS, StoredUsageEvent } from "./usage-events.query";

/** The events that changed a closed period after its cut-off, noted in the half-open range of instants, in the order in which they ended. */
export async function listLateEvents(tx: TenantTransaction, period: string, from: Date, to: Date, page: PageRequest): Promise<Page<StoredUsageEvent>> {
  const position = decodeCursor(page.after, ["instant", "uuid"]);
  const rows = await tx.query<StoredUsageEvent & { position: string }>(
    `select ${EVENT_COLUMNS}, to_char(e.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as position
     from metering.late_event l
       join metering.usage_event e on e.programme_id = $1 and e.event_key = l.event_key
       join metering.source s on s.programme_id = $1 and s.id = e.source_id
     where l.programme_id = $1 and l.period_key = $2 and l.recorded_at >= $3 and l.recorded_at < $4
       and ($5::timestamptz is null or (e.ended_at, e.event_key) > ($5, $6::uuid))
     order by e.ended_at, e.event_key limit $7`,
    [tx.scope.programme.id, period, from, to, position?.[0] ?? null, position?.[1] ?? null, page.first + 1],
  );
  return toPage(rows, page, (row) => [row.position, row.id]);
}
