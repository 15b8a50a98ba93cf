import { TenantTransaction } from "../../tenancy/database.store";
import { ownerWhen } from "../../tenancy/ownership.query";
import { holdLegs } from "../ingest/hold-legs.store";
import { recountLegs } from "../ingest/recount-legs.store";

/** Legs that are moved at a time: enough that a round trip costs nothing, few enough that a statement stays short. */
const LEGS_AT_ONCE = 10_000;

/**
 * Brings usage of some use cases that ended at or after an instant to the unit that owned its use case when it ended:
 * each leg is written anew, and the totals move by the difference. A leg stays in the use case it is in, also one that was
 * put there by hand. Answers how many legs moved. The caller holds the use cases and the months concerned, none of which
 * is closed.
 */
export async function followOwners(tx: TenantTransaction, useCaseIds: readonly string[], from: Date): Promise<number> {
  if (useCaseIds.length === 0) return 0;
  const found = await strayLegs(tx, useCaseIds, from);
  let moved = 0;
  for (let start = 0; start < found.length; start += LEGS_AT_ONCE) {
    const legKeys = found.slice(start, start + LEGS_AT_ONCE);
    await holdLegs(tx, legKeys);
    // Asked again under the lock: a revision that came in between may have taken a leg elsewhere.
    const held = await strayLegs(tx, useCaseIds, from, legKeys);
    await recountLegs(tx, held, { cause: "ATTRIBUTION" });
    moved += held.length;
  }
  return moved;
}

/**
 * Legs that stand under another unit than the one that owned their use case when they ended, in the order of their keys; of
 * these legs, or of all. All are found by unit and end, wherefore the units that ever owned the use cases are named; some by
 * the rows that they stand on, one by one.
 */
async function strayLegs(tx: TenantTransaction, useCaseIds: readonly string[], from: Date, legKeys: readonly string[] | null = null): Promise<string[]> {
  const events = legKeys === null ? "metering.usage_event e" : `(
    select e.* from metering.usage_leg l join metering.usage_event e on e.programme_id = $1 and e.event_key = l.head_event_key
    where l.programme_id = $1 and l.leg_key = any($4::uuid[]) offset 0) e`;
  const ofUnits = legKeys === null ? "and e.business_unit_id = any(array(select o.business_unit_id from tenancy.use_case_ownership o where o.programme_id = $1 and o.use_case_id = any($2::uuid[])))" : "";
  const rows = await tx.query<{ legKey: string }>(
    `select e.leg_key as "legKey"
     from ${events}
     where e.programme_id = $1 and e.use_case_id = any($2::uuid[]) and e.ended_at >= $3 and e.business_unit_id <> (${ownerWhen("e.use_case_id", "e.ended_at")}) ${ofUnits}
       and (e.facet = 'LEG' or e.derived_from is not null) and e.type <> 'LEG_VOIDED'
       and not exists (select from metering.usage_superseded x where x.programme_id = $1 and x.event_key = e.event_key)
     order by e.leg_key`,
    [tx.scope.programme.id, useCaseIds, from, ...(legKeys === null ? [] : [legKeys])],
  );
  return rows.map(({ legKey }) => legKey);
}
