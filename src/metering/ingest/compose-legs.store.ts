import { randomUUID } from "node:crypto";
import { TenantTransaction } from "../../tenancy/database.store";
import { ownerWhen } from "../../tenancy/ownership.query";
import { PAYLOAD_COLUMNS } from "../usage-event-fields";
import { Composition, OUTCOME_COLUMNS } from "./leg-facets";

const KEPT = ["programme_id", "leg_key", "contact_key", "payload_hash", "period_key", "day", "duration_mismatch", "source_id"];
/** Worked out below. */
const COMPOSED = new Set(["type", "cost_items"]);
const PAYLOAD = PAYLOAD_COLUMNS.filter((column) => !COMPOSED.has(column));

/** Late cost of a component takes the place of what the leg said of it; other components stay. */
const COST_ITEMS = `
  case when c.event_key is null then b.cost_items else (
    select array_agg(row(i.component, i.quantity, i.unit, i.amount, i.currency, i.basis)::metering.cost_item order by i.late, i.place)
    from (
      select n.*, true as late from unnest(c.cost_items) with ordinality n (component, quantity, unit, amount, currency, basis, place)
      union all
      select o.*, false from unnest(b.cost_items) with ordinality o (component, quantity, unit, amount, currency, basis, place)
      where o.component not in (select m.component from unnest(c.cost_items) m)
    ) i) end`;

/**
 * Writes the rows that some legs count by anew, from the rows that say it: what was received stays as it was. A leg
 * belongs to the unit that owned its use case when it ended, as it is known now; of a carried leg only the cost counts.
 * Answers the keys of the new rows, in order. The rows are named once more by their keys: otherwise the planner may read
 * every event of the programme for some thousand.
 */
export async function insertComposedRows(tx: TenantTransaction, wanted: readonly Composition[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  const keys = wanted.map(() => randomUUID());
  await tx.query(
    `insert into metering.usage_event (event_key, received_at, business_unit_id, use_case_id, derived_from, opens_leg, type, facet, cost_items, ${[...KEPT, ...PAYLOAD].join(", ")})
     select w.new_key, clock_timestamp(), p.business_unit_id, p.use_case_id,
       coalesce(b.derived_from, b.event_key), false, case when w.carried then 'LEG_RATED' else b.type end, case when w.carried then 'COST' else b.facet end, ${COST_ITEMS},
       ${[...KEPT.map((column) => `b.${column}`), ...PAYLOAD.map((column) => (OUTCOME_COLUMNS.has(column) ? `coalesce(o.${column}, b.${column})` : `b.${column}`))].join(", ")}
     from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::boolean[]) w (new_key, base_key, cost_key, outcome_key, use_case_id, carried)
       join metering.usage_event b on b.programme_id = $1 and b.event_key = w.base_key and b.event_key = any($3::uuid[])
       left join metering.usage_event c on c.programme_id = $1 and c.event_key = w.cost_key
       left join metering.usage_event o on o.programme_id = $1 and o.event_key = w.outcome_key
       cross join lateral (select case when w.use_case_id is null then b.use_case_id else w.use_case_id end as id) m
       cross join lateral (select m.id as use_case_id, (${ownerWhen("m.id", "b.ended_at")}) as business_unit_id) p
     where m.id is null or p.business_unit_id is not null`,
    [tx.scope.programme.id, keys, wanted.map((each) => each.baseKey), wanted.map((each) => each.costKey), wanted.map((each) => each.outcomeKey), wanted.map((each) => each.useCaseId), wanted.map((each) => each.carried)],
  );
  return keys;
}
