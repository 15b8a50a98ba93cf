import { randomUUID } from "node:crypto";
import { TenantTransaction } from "../../tenancy/database.store";
import { PAYLOAD_COLUMNS } from "../usage-event-fields";

const KEPT = ["programme_id", "leg_key", "contact_key", "payload_hash", "period_key", "day", "duration_mismatch", "source_id", "facet", ...PAYLOAD_COLUMNS];

/**
 * Writes events anew under another use case and the unit that owned it when the leg ended: what was received stays as it
 * was. Answers the key of each copy by the key of the row it answers.
 */
export async function insertAttributionCopies(tx: TenantTransaction, wanted: ReadonlyArray<{ readonly rowKey: string; readonly useCaseId: string }>): Promise<Map<string, string>> {
  if (wanted.length === 0) return new Map();
  const copyKeys = wanted.map(() => randomUUID());
  await tx.query(
    `insert into metering.usage_event (event_key, received_at, business_unit_id, use_case_id, attribution_of, ${KEPT.join(", ")})
     select w.copy_key, clock_timestamp(), o.business_unit_id, w.use_case_id, coalesce(e.attribution_of, e.event_key), ${KEPT.map((column) => `e.${column}`).join(", ")}
     from unnest($2::uuid[], $3::uuid[], $4::uuid[]) w (row_key, copy_key, use_case_id)
       join metering.usage_event e on e.programme_id = $1 and e.event_key = w.row_key
       cross join lateral (
         select o.business_unit_id from tenancy.use_case_ownership o
         where o.programme_id = $1 and o.use_case_id = w.use_case_id and o.effective_from <= e.ended_at
         order by o.effective_from desc limit 1) o`,
    [tx.scope.programme.id, wanted.map((each) => each.rowKey), copyKeys, wanted.map((each) => each.useCaseId)],
  );
  return new Map(wanted.map((each, index) => [each.rowKey, copyKeys[index]!]));
}
