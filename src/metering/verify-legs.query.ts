import { Proof, TOLD_DIFFERENCES } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";

const STANDS = "not exists (select from metering.usage_superseded x where x.programme_id = e.programme_id and x.event_key = e.event_key)";

/** The row that a leg counts by: what usage_leg says, and for a leg that never got a second event the one that opened it. */
const HEAD = `
  select o.leg_key, o.leg_id, case when l.leg_key is null then case when o.facet = 'LEG' then o.event_key end else l.head_event_key end as head_event_key
  from metering.usage_event o left join metering.usage_leg l on l.programme_id = o.programme_id and l.leg_key = o.leg_key
  where o.programme_id = $1 and o.opens_leg`;

/** Rows that stand although they are not the head of their leg: a leg with two of them would count twice. Late facets are rows beside it that never count. */
const STANDING_BESIDE_HEAD = `
  select e.event_id, 'stands, and is not the head of its leg ' || e.leg_id as fault
  from metering.usage_event e left join head h on h.leg_key = e.leg_key and h.head_event_key = e.event_key
  where e.programme_id = $1 and h.leg_key is null and (e.facet = 'LEG' or e.derived_from is not null) and ${STANDS}`;

/** Legs whose head is not there, belongs to another leg, or does not stand; and rows of legs that no event opened. */
const HEADS_THAT_FAIL = `
  select coalesce(e.event_id, h.head_event_key::text) as event_id,
    case when e.event_key is null then 'is the head of the leg ' || h.leg_id || ' and not stored' else 'is the head of its leg ' || e.leg_id || ' and superseded' end as fault
  from head h left join metering.usage_event e on e.programme_id = $1 and e.event_key = h.head_event_key and e.leg_key = h.leg_key
  where h.head_event_key is not null and (e.event_key is null or not (${STANDS}))
  union all
  select l.leg_key::text, 'is a leg that no event opened' from metering.usage_leg l where l.programme_id = $1 and not exists (select from head h where h.leg_key = l.leg_key)`;

/** Proves that every leg has exactly one row that is not superseded, and that this row is its head. */
export async function verifyLegs(tx: TenantTransaction): Promise<Proof> {
  const [row] = await tx.query<{ rows: string; legs: string; differing: string; first: Array<{ event_id: string; fault: string }> }>(
    `with head as materialized (${HEAD}), fault as materialized (${STANDING_BESIDE_HEAD} union all ${HEADS_THAT_FAIL})
     select (select count(*) from metering.usage_event where programme_id = $1) as rows, (select count(*) from head) as legs,
       count(*) as differing, coalesce((select jsonb_agg(to_jsonb(f)) from (select * from fault order by event_id, fault limit ${TOLD_DIFFERENCES}) f), '[]') as first
     from fault`,
    [tx.scope.programme.id],
  );
  const { rows, legs, differing, first } = row!;
  return { name: "one row stands per leg: its head", compared: `${legs} legs, ${rows} rows`, differing: Number(differing), differences: first.map((each) => `${each.event_id} ${each.fault}`), notes: [] };
}
