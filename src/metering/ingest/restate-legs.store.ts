import { TenantTransaction } from "../../tenancy/database.store";
import { NOBODY } from "../usage-event";

/** A leg whose counting event changes: from the one that counted to the one that counts from now on; null is none. */
export interface LegChange {
  readonly legKey: string;
  readonly fromEventKey: string | null;
  readonly toEventKey: string | null;
}

/** Why a row counts no more: a newer revision, a void, somebody said where it belongs, another facet came, a person corrected it, a platform's leg stands for it. */
export type SupersessionCause = "REVISION" | "VOID" | "ATTRIBUTION" | "FACET" | "CORRECTION" | "CARRIER";

/** An event that another one answers: it stays as it is and counts no more. */
export interface Supersession {
  readonly eventKey: string;
  readonly byEventKey: string;
  readonly cause: SupersessionCause;
}

/**
 * Makes other events of some legs count, in one go: notes what is superseded, moves the heads, and moves the totals by
 * exactly the difference. The totals of a closed period never move: what changes there is noted as late, for an adjustment.
 * `uncounted` are stored events that the totals do not hold yet. Runs with the reach of the whole programme, because a leg
 * may move between units; the caller has decided who may ask for that, and holds the periods.
 */
export async function restateLegs(tx: TenantTransaction, changes: readonly LegChange[], supersessions: readonly Supersession[], uncounted: readonly string[]): Promise<void> {
  const programmeId = tx.scope.programme.id;
  const all = [...new Set(changes.flatMap(({ fromEventKey, toEventKey }) => [fromEventKey ?? [], toEventKey ?? []].flat()))];
  const frozen = await inClosedPeriods(tx, all);
  const isOpen = (eventKey: string): boolean => !frozen.has(eventKey);
  const touched = all.filter(isOpen);
  if (touched.length > 0) {
    await tx.query(MAKE_PERIOD_CELLS, [programmeId, touched]);
    await tx.query(MAKE_DAILY_CELLS, [programmeId, touched]);
    await tx.query(LOCK_PERIOD_CELLS, [programmeId, touched]);
    await tx.query(MOVE_CONTACTS, [programmeId, touched, [...uncounted], -1]);
  }
  await tx.query(
    `insert into metering.usage_superseded (programme_id, event_key, business_unit_id, by_event_key, cause, recorded_at)
     select $1, s.event_key, e.business_unit_id, s.by_event_key, s.cause, clock_timestamp()
     from unnest($2::uuid[], $3::uuid[], $4::text[]) s (event_key, by_event_key, cause)
       join metering.usage_event e on e.programme_id = $1 and e.event_key = s.event_key and e.event_key = any($2::uuid[])
     on conflict do nothing`,
    [programmeId, supersessions.map((s) => s.eventKey), supersessions.map((s) => s.byEventKey), supersessions.map((s) => s.cause)],
  );
  if (changes.length === 0) return;
  if (frozen.size > 0) await noteLate(tx, changes, frozen);
  const from = changes.flatMap((change) => change.fromEventKey ?? []).filter(isOpen);
  const to = changes.flatMap((change) => change.toEventKey ?? []).filter(isOpen);
  await tx.query(MOVE_DAILY, [programmeId, from, to]);
  await tx.query(MOVE_PERIOD, [programmeId, from, to]);
  await tx.query(MOVE_CONTACTS, [programmeId, touched, [], 1]);
  await tx.query(
    "update metering.usage_leg l set head_event_key = c.event_key from unnest($2::uuid[], $3::uuid[]) c (leg_key, event_key) where l.programme_id = $1 and l.leg_key = any($2::uuid[]) and l.leg_key = c.leg_key",
    [programmeId, changes.map((change) => change.legKey), changes.map((change) => change.toEventKey)],
  );
}

/** The closed period of each of some events; those of other periods are left out. */
async function inClosedPeriods(tx: TenantTransaction, eventKeys: readonly string[]): Promise<Map<string, string>> {
  if (eventKeys.length === 0) return new Map();
  const rows = await tx.query<{ eventKey: string; periodKey: string }>(
    `select e.event_key as "eventKey", e.period_key as "periodKey" from metering.usage_event e
       join governance.period p on p.programme_id = e.programme_id and p.key = e.period_key and p.status = 'CLOSED'
     where e.programme_id = $1 and e.event_key = any($2::uuid[])`,
    [tx.scope.programme.id, eventKeys],
  );
  return new Map(rows.map((row) => [row.eventKey, row.periodKey]));
}

/** Notes, for each closed period that a change takes from or gives to, the event that made it. */
async function noteLate(tx: TenantTransaction, changes: readonly LegChange[], frozen: ReadonlyMap<string, string>): Promise<void> {
  const marks = changes.flatMap(({ fromEventKey, toEventKey }) =>
    [...new Set([fromEventKey, toEventKey].flatMap((key) => (key === null ? [] : (frozen.get(key) ?? []))))].map((period) => ({ period, eventKey: toEventKey ?? fromEventKey })),
  );
  await tx.query(
    `insert into metering.late_event (programme_id, period_key, event_key, business_unit_id)
     select $1, m.period_key, m.event_key, e.business_unit_id from unnest($2::text[], $3::uuid[]) m (period_key, event_key)
       join metering.usage_event e on e.programme_id = $1 and e.event_key = m.event_key
     order by m.period_key, m.event_key on conflict do nothing`,
    [tx.scope.programme.id, marks.map(({ period }) => period), marks.map(({ eventKey }) => eventKey)],
  );
}

const UNIT = `coalesce(e.business_unit_id, '${NOBODY}')`;
const USE_CASE = `coalesce(e.use_case_id, '${NOBODY}')`;
/**
 * The types that count, named one by one: of `<>` the planner may not look at the statistics under row-level security (it
 * is not leakproof), believes that no row is left where one type is all there is, and plans for that. LEG_RATED and
 * LEG_ANALYSED speak of a leg and are none; LEG_RATED is also what a leg counts by of which only the cost counts.
 */
export const COUNTED_TYPE = "e.type in ('LEG_COMPLETED', 'LEG_UPDATED')";
/** What goes into totals at all. */
const COUNTS = `not e.test and ${COUNTED_TYPE}`;
/** A leg that was connected: on voice it must have lasted, on other channels it must have been completed. */
export const CONNECTED = `(case when e.channel = 'VOICE' then e.status in ('COMPLETED', 'VOICEMAIL') and e.connected_ms > 0 else e.status = 'COMPLETED' end)`;

const MAKE_PERIOD_CELLS = `
  insert into metering.usage_period_total (programme_id, business_unit_id, use_case_id, period_key)
  select distinct $1::uuid, ${UNIT}, ${USE_CASE}, e.period_key from metering.usage_event e
  where e.programme_id = $1 and e.event_key = any($2) and ${COUNTS} order by 2, 3, 4
  on conflict do nothing`;

const MAKE_DAILY_CELLS = `
  insert into metering.usage_daily_total (programme_id, business_unit_id, use_case_id, day, channel, direction, provider, outcome)
  select distinct $1::uuid, ${UNIT}, ${USE_CASE}, e.day, e.channel, e.direction, coalesce(e.provider, ''), coalesce(e.outcome::text, '') from metering.usage_event e
  where e.programme_id = $1 and e.event_key = any($2) and ${COUNTS} order by 2, 3, 4, 5, 6, 7, 8
  on conflict do nothing`;

/** Materialized, as below: the events are looked up once, not once per total that the planner does not expect. */
const LOCK_PERIOD_CELLS = `
  with touched as materialized (
    select distinct ${UNIT} as unit, ${USE_CASE} as use_case, e.period_key from metering.usage_event e where e.programme_id = $1 and e.event_key = any($2)
  )
  select 1 from metering.usage_period_total t
  where t.programme_id = $1 and (t.business_unit_id, t.use_case_id, t.period_key) in (select unit, use_case, period_key from touched)
  order by t.business_unit_id, t.use_case_id, t.period_key for update`;

/** Adds ($4 = 1) or takes away ($4 = -1) the contacts of the touched events ($2) as they count now, without those of $3. */
const MOVE_CONTACTS = `
  with met as (
    select distinct e.contact_key, e.business_unit_id, e.use_case_id, e.period_key from metering.usage_event e
    where e.programme_id = $1 and e.event_key = any($2)
  ), counted as materialized (
    select coalesce(m.business_unit_id, '${NOBODY}') as unit, coalesce(m.use_case_id, '${NOBODY}') as use_case, m.period_key, count(*) * $4::int as contacts
    from met m
    where exists (
      select from metering.usage_event e
      where e.programme_id = $1 and e.contact_key = m.contact_key
        and e.business_unit_id is not distinct from m.business_unit_id and e.use_case_id is not distinct from m.use_case_id
        and e.period_key = m.period_key and ${COUNTS} and e.event_key <> all($3::uuid[])
        and not exists (select from metering.usage_superseded x where x.programme_id = $1 and x.event_key = e.event_key offset 0)
      offset 0)
    group by 1, 2, 3
  )
  update metering.usage_period_total t set contacts = t.contacts + c.contacts
  from counted c
  where t.programme_id = $1 and t.business_unit_id = c.unit and t.use_case_id = c.use_case and t.period_key = c.period_key`;

/** Signed rows: what stops counting ($2) and what starts ($3). Named twice, so that they are looked up by their keys and not among all events. */
const SIGNED = `
  select e.*, s.sign, ${CONNECTED} as connected
  from (select unnest($2::uuid[]) as event_key, -1 as sign union all select unnest($3::uuid[]), 1) s
    join metering.usage_event e on e.programme_id = $1 and e.event_key = s.event_key
  where e.event_key = any($2::uuid[] || $3::uuid[]) and ${COUNTS}`;

const MOVE_DAILY = `
  update metering.usage_daily_total t
  set legs = t.legs + m.legs, connected_legs = t.connected_legs + m.connected_legs, connected_ms = t.connected_ms + m.connected_ms
  from (
    select ${UNIT} as unit, ${USE_CASE} as use_case, day, channel, direction, coalesce(provider, '') as provider, coalesce(outcome::text, '') as outcome,
      sum(sign) as legs, coalesce(sum(sign) filter (where connected), 0) as connected_legs, coalesce(sum(sign * connected_ms) filter (where connected), 0) as connected_ms
    from (${SIGNED}) e group by 1, 2, 3, 4, 5, 6, 7
  ) m
  where t.programme_id = $1 and t.business_unit_id = m.unit and t.use_case_id = m.use_case and t.day = m.day
    and t.channel = m.channel and t.direction = m.direction and t.provider = m.provider and t.outcome = m.outcome`;

const MOVE_PERIOD = `
  update metering.usage_period_total t
  set legs = t.legs + m.legs, connected_legs = t.connected_legs + m.connected_legs, connected_ms = t.connected_ms + m.connected_ms
  from (
    select ${UNIT} as unit, ${USE_CASE} as use_case, period_key,
      sum(sign) as legs, coalesce(sum(sign) filter (where connected and channel = 'VOICE'), 0) as connected_legs,
      coalesce(sum(sign * connected_ms) filter (where connected and channel = 'VOICE'), 0) as connected_ms
    from (${SIGNED}) e group by 1, 2, 3
  ) m
  where t.programme_id = $1 and t.business_unit_id = m.unit and t.use_case_id = m.use_case and t.period_key = m.period_key`;
