import { TenantTransaction } from "../../tenancy/database.store";
import { Verdict } from "./report-usage";
import { PAYLOAD_COLUMNS } from "../usage-event-fields";

/**
 * Judges staged events whose identity is already stored: the same content is a DUPLICATE (a success), other content a
 * CONFLICT that names the differing fields, never their values. The first is kept. Of an event of units that the sender
 * may not write no fields are named: which of them differ would tell what they hold.
 */
export async function judgeKnownIdentities(tx: TenantTransaction, known: ReadonlyArray<{ readonly index: number; readonly eventKey: string }>): Promise<Map<number, Verdict>> {
  const rows = await tx.query<{ index: number; same: boolean }>(
    `select s.index, s.payload_hash = e.payload_hash as same
     from usage_stage s join metering.usage_event e on e.programme_id = $1 and e.event_key = s.event_key
     where s.event_key = any($2)`,
    [tx.scope.programme.id, known.map((each) => each.eventKey)],
  );
  const verdicts = new Map<number, Verdict>(rows.filter((row) => row.same).map((row) => [row.index, { outcome: "DUPLICATE" }]));
  const conflicts = rows.filter((row) => !row.same).map((row) => row.index);
  if (conflicts.length === 0) return verdicts;
  const differing = await tx.query<{ index: number; columns: string[] }>(
    `select s.index, array(
       select a.key from jsonb_each(to_jsonb(s)) a join jsonb_each(to_jsonb(e)) b on b.key = a.key
       where a.key = any($3) and a.value is distinct from b.value order by a.key) as columns
     from usage_stage s join metering.usage_event e on e.programme_id = $1 and e.event_key = s.event_key
     where s.index = any($2) and ($4::uuid[] is null or e.business_unit_id = any($4) or (e.business_unit_id is null and (e.reported_business_unit is null
       or e.reported_business_unit in (select u.code from tenancy.business_unit u where u.programme_id = $1 and u.id = any($4)))))`,
    [tx.scope.programme.id, conflicts, PAYLOAD_COLUMNS.filter((column) => column !== "occurred_at"), tx.scope.reach === "programme" ? null : tx.scope.unitIds],
  );
  const columns = new Map(differing.map((row) => [row.index, row.columns]));
  for (const index of conflicts) {
    const names = columns.get(index);
    const where = names ? ` (${names.join(", ") || "occurred_at"})` : "";
    verdicts.set(index, { outcome: "CONFLICT", code: "CONFLICT", message: `This eventId was stored with other content${where}; the first is kept. Send a correction as a new event with a higher revision.` });
  }
  return verdicts;
}
