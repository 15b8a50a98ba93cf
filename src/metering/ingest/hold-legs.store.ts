import { TenantTransaction } from "../../tenancy/database.store";

/**
 * Holds some legs until the transaction ends. A leg that only ever got one event has no row of its own until somebody
 * wants to change what it counts by: it is made here, from the event that opened the leg. They are locked in the order of
 * their keys, by a statement of its own: only the next one sees what whoever held the lock before has written.
 */
export async function holdLegs(tx: TenantTransaction, legKeys: readonly string[]): Promise<void> {
  if (legKeys.length === 0) return;
  const parameters = [tx.scope.programme.id, legKeys];
  await tx.query(
    `insert into metering.usage_leg (programme_id, leg_key, head_event_key, leg_event_key, cost_event_key, outcome_event_key)
     select e.programme_id, e.leg_key, case when e.facet = 'LEG' then e.event_key end, case when e.facet = 'LEG' then e.event_key end,
       case when e.facet = 'COST' then e.event_key end, case when e.facet = 'OUTCOME' then e.event_key end
     from metering.usage_event e where e.programme_id = $1 and e.opens_leg and e.leg_key = any($2::uuid[])
     order by e.leg_key
     on conflict do nothing`,
    parameters,
  );
  await tx.query("select 1 from metering.usage_leg where programme_id = $1 and leg_key = any($2::uuid[]) order by leg_key for update", parameters);
}
