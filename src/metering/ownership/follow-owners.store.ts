import { TenantTransaction } from "../../tenancy/database.store";
import { OWNERSHIP_SPANS } from "../../tenancy/ownership.query";
import { insertAttributionCopies } from "../ingest/attribution-copy.store";
import { restateLegs } from "../ingest/restate-legs.store";

/** Legs that are moved at a time: enough that a round trip costs nothing, few enough that a statement stays short. */
const LEGS_AT_ONCE = 10_000;

interface StrayLeg { readonly legKey: string; readonly eventKey: string; readonly useCaseId: string }

/**
 * Brings usage of some use cases that ended at or after an instant to the unit that owned its use case when it ended:
 * each leg is written anew, and the totals move by the difference. A leg stays in the use case it is in, also one that was
 * put there by hand. Answers how many legs moved. The caller holds the use cases and the months concerned, none of which
 * is closed.
 */
export async function followOwners(tx: TenantTransaction, useCaseIds: readonly string[], from: Date): Promise<number> {
  if (useCaseIds.length === 0) return 0;
  const found = await strayLegs(tx, useCaseIds, from, null);
  let moved = 0;
  for (let start = 0; start < found.length; start += LEGS_AT_ONCE) {
    const legKeys = found.slice(start, start + LEGS_AT_ONCE).map(({ legKey }) => legKey);
    // Locked first and read afterwards: a revision that came in between has then been seen.
    await tx.query("select 1 from metering.usage_leg where programme_id = $1 and leg_key = any($2::uuid[]) order by leg_key for update", [tx.scope.programme.id, legKeys]);
    const legs = await strayLegs(tx, useCaseIds, from, legKeys);
    await moveLegs(tx, legs);
    moved += legs.length;
  }
  return moved;
}

async function moveLegs(tx: TenantTransaction, legs: readonly StrayLeg[]): Promise<void> {
  const copies = await insertAttributionCopies(tx, legs.map((leg) => ({ rowKey: leg.eventKey, useCaseId: leg.useCaseId })));
  const changes = legs.map((leg) => ({ legKey: leg.legKey, fromEventKey: leg.eventKey, toEventKey: copies.get(leg.eventKey)! }));
  await restateLegs(tx, changes, changes.map((change) => ({ eventKey: change.fromEventKey, byEventKey: change.toEventKey, cause: "ATTRIBUTION" as const })), [...copies.values()]);
}

/**
 * Legs that stand under another unit than the one that owned their use case when they ended; of these legs, or of all. The
 * units that ever owned the use cases are named so that the rows are found by unit and end.
 */
function strayLegs(tx: TenantTransaction, useCaseIds: readonly string[], from: Date, legKeys: readonly string[] | null): Promise<StrayLeg[]> {
  const ofLegs = legKeys === null ? "" : "and l.leg_key = any($4::uuid[])";
  return tx.query<StrayLeg>(
    `with span as materialized (select s.* from (${OWNERSHIP_SPANS}) s where s.use_case_id = any($2::uuid[]) and s.effective_until > $3)
     select l.leg_key as "legKey", e.event_key as "eventKey", e.use_case_id as "useCaseId"
     from metering.usage_leg l
       join metering.usage_event e on e.programme_id = $1 and e.event_key = l.head_event_key
       join span s on s.use_case_id = e.use_case_id and e.ended_at >= s.effective_from and e.ended_at < s.effective_until
     where l.programme_id = $1 and e.use_case_id = any($2::uuid[]) and e.ended_at >= $3
       and e.business_unit_id = any(array(select o.business_unit_id from tenancy.use_case_ownership o where o.programme_id = $1 and o.use_case_id = any($2::uuid[])))
       and e.business_unit_id <> s.business_unit_id and e.type <> 'LEG_VOIDED' ${ofLegs}
     order by l.leg_key`,
    [tx.scope.programme.id, useCaseIds, from, ...(legKeys === null ? [] : [legKeys])],
  );
}
