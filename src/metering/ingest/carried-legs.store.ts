import { TenantTransaction } from "../../tenancy/database.store";
import { holdLegs } from "./hold-legs.store";
import { COUNTED_TYPE } from "./restate-legs.store";

/** A stored event's leg and the carrier's id of the call that it was. */
export interface CalledLeg {
  readonly legKey: string;
  readonly telephonyRef: string;
}

/** Whoever changes which sources are carriers waits for usage under way, and usage that comes then sees the change. */
const HOLD_CARRIERS = (strength: "" | "_shared"): string => `select pg_advisory_xact_lock${strength}(hashtextextended($1 || '/carriers', 7))`;

const CARRIERS = `
  select r.source_id from (
    select distinct on (v.source_id) v.source_id, v.kind from metering.source_registration v where v.programme_id = $1 order by v.source_id, v.version desc) r
  where r.kind = 'CARRIER'`;

/**
 * Notes which telephone calls some legs of a source speak of, when the programme knows a carrier at all. Answers the legs
 * of carriers that count otherwise from now on (`carriedChanges`): the caller recounts them, with the reach of the whole
 * programme, which is set. Null when there was nothing to note.
 */
export async function linkCalls(tx: TenantTransaction, sourceId: number, legs: readonly CalledLeg[]): Promise<string[] | null> {
  if (legs.length === 0) return null;
  const programmeId = tx.scope.programme.id;
  await tx.prepared(HOLD_CARRIERS("_shared"), [programmeId]);
  const [known] = await tx.prepared<{ some: boolean }>(`select exists (${CARRIERS}) as some`, [programmeId]);
  if (!known!.some) return null;
  await tx.setReach("programme");
  await tx.query(
    `insert into metering.call_link (programme_id, telephony_ref, leg_key, source_id)
     select distinct $1::uuid, k.telephony_ref, k.leg_key, $4::integer from unnest($2::text[], $3::uuid[]) k (telephony_ref, leg_key) order by 2, 3 on conflict do nothing`,
    [programmeId, legs.map(({ telephonyRef }) => telephonyRef), legs.map(({ legKey }) => legKey), sourceId],
  );
  return carriedChanges(tx, [...new Set(legs.map(({ telephonyRef }) => telephonyRef))]);
}

/** The same for everything that is stored, when a source becomes a carrier or ceases to be one. */
export async function linkStoredCalls(tx: TenantTransaction, sourceId: number): Promise<string[]> {
  const programmeId = tx.scope.programme.id;
  await tx.query(HOLD_CARRIERS(""), [programmeId]);
  await tx.query(
    `insert into metering.call_link (programme_id, telephony_ref, leg_key, source_id)
     select distinct e.programme_id, e.telephony_ref, e.leg_key, e.source_id from metering.usage_event e
     where e.programme_id = $1 and e.telephony_ref is not null and e.derived_from is null order by 2, 3 on conflict do nothing`,
    [programmeId],
  );
  const refs = await tx.query<{ telephonyRef: string }>(`select distinct telephony_ref as "telephonyRef" from metering.call_link where programme_id = $1 and source_id = $2`, [programmeId, sourceId]);
  return carriedChanges(tx, refs.map(({ telephonyRef }) => telephonyRef));
}

/** The calls that some legs speak of, as far as they were noted. */
export async function callsOf(tx: TenantTransaction, legKeys: readonly string[]): Promise<string[]> {
  const refs = await tx.query<{ telephonyRef: string }>(`select distinct telephony_ref as "telephonyRef" from metering.call_link where programme_id = $1 and leg_key = any($2::uuid[])`, [tx.scope.programme.id, legKeys]);
  return refs.map(({ telephonyRef }) => telephonyRef);
}

/**
 * Decides anew, for some calls, which leg of a platform stands for each leg of a carrier: the one that counts, of several
 * the one with the smallest key. Says so in usage_leg and answers the legs for which that changed: they are held. The
 * calls are held first, so that of two transactions that bring the two sides of a call the second sees the first.
 */
export async function carriedChanges(tx: TenantTransaction, telephonyRefs: readonly string[]): Promise<string[]> {
  if (telephonyRefs.length === 0) return [];
  const parameters = [tx.scope.programme.id, telephonyRefs];
  await tx.query(
    `insert into metering.telephony_call as c (programme_id, telephony_ref) select $1::uuid, r from (select distinct r from unnest($2::text[]) r) k order by r
     on conflict on constraint telephony_call_pk do update set telephony_ref = c.telephony_ref`,
    parameters,
  );
  const found = await tx.query<{ legKey: string; by: string | null }>(
    `with carrier as materialized (${CARRIERS}), leg as materialized (
       select k.telephony_ref, k.leg_key, k.source_id in (select source_id from carrier) as is_carrier, l.carried_by, not e.test and ${COUNTED_TYPE} as counts
       from metering.call_link k
         join metering.usage_event o on o.programme_id = $1 and o.leg_key = k.leg_key and o.opens_leg
         left join metering.usage_leg l on l.programme_id = $1 and l.leg_key = k.leg_key
         join metering.usage_event e on e.programme_id = $1 and e.telephony_ref = k.telephony_ref and e.event_key = case when l.leg_key is null then o.event_key else l.head_event_key end
       where k.programme_id = $1 and k.telephony_ref = any($2::text[])
     ), side as (
       select p.telephony_ref, (array_agg(p.leg_key order by p.leg_key))[1] as leg_key from leg p where p.counts and not p.is_carrier group by 1
     )
     select c.leg_key as "legKey", case when c.is_carrier then s.leg_key end as by
     from leg c left join side s on s.telephony_ref = c.telephony_ref
     where c.carried_by is distinct from case when c.is_carrier then s.leg_key end
     order by c.leg_key`,
    parameters,
  );
  if (found.length === 0) return [];
  const legKeys = found.map(({ legKey }) => legKey);
  await holdLegs(tx, legKeys);
  await tx.query("update metering.usage_leg l set carried_by = n.by from unnest($2::uuid[], $3::uuid[]) n (leg_key, by) where l.programme_id = $1 and l.leg_key = n.leg_key", [parameters[0], legKeys, found.map(({ by }) => by)]);
  return legKeys;
}
