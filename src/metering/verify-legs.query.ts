import { Proof, TOLD_DIFFERENCES } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";

const STANDS = "not exists (select from metering.usage_superseded x where x.programme_id = e.programme_id and x.event_key = e.event_key)";

/** Rows that stand although they are not the head of their leg: a leg with two of them would count twice. */
const STANDING_BESIDE_HEAD = `
  select e.event_id, 'stands, and is not the head of its leg ' || e.leg_id as fault
  from metering.usage_event e left join metering.usage_leg l on l.programme_id = e.programme_id and l.leg_key = e.leg_key and l.head_event_key = e.event_key
  where e.programme_id = $1 and l.leg_key is null and ${STANDS}`;

/** Legs whose head is not there, belongs to another leg, is noted with another type or revision, or does not stand. */
const HEADS_THAT_FAIL = `
  select coalesce(e.event_id, l.head_event_key::text) as event_id,
    case when e.event_key is null then 'is the head of a leg and not stored'
      when e.type is distinct from l.head_type or e.revision <> l.head_revision then 'is the head of its leg, noted with another type or revision'
      else 'is the head of its leg ' || e.leg_id || ' and superseded' end as fault
  from metering.usage_leg l left join metering.usage_event e on e.programme_id = l.programme_id and e.event_key = l.head_event_key and e.leg_key = l.leg_key
  where l.programme_id = $1 and (e.event_key is null or e.type is distinct from l.head_type or e.revision <> l.head_revision or not (${STANDS}))`;

/** Proves that every leg has exactly one row that is not superseded, and that this row is its head. */
export async function verifyLegs(tx: TenantTransaction): Promise<Proof> {
  const [row] = await tx.query<{ rows: string; legs: string; differing: string; first: Array<{ event_id: string; fault: string }> }>(
    `with fault as materialized (${STANDING_BESIDE_HEAD} union all ${HEADS_THAT_FAIL})
     select (select count(*) from metering.usage_event where programme_id = $1) as rows, (select count(*) from metering.usage_leg where programme_id = $1) as legs,
       count(*) as differing, coalesce((select jsonb_agg(to_jsonb(f)) from (select * from fault order by event_id, fault limit ${TOLD_DIFFERENCES}) f), '[]') as first
     from fault`,
    [tx.scope.programme.id],
  );
  const { rows, legs, differing, first } = row!;
  return { name: "one row stands per leg: its head", compared: `${legs} legs, ${rows} rows`, differing: Number(differing), differences: first.map((each) => `${each.event_id} ${each.fault}`), notes: [] };
}
