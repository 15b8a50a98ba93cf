import { NOBODY } from "../usage-event";
import { PAYLOAD_COLUMNS } from "../usage-event-fields";

/*
 * COPY into a table under row-level security is refused by PostgreSQL, so rows pass through a staging table of the
 * connection. Every insert is ordered by its key: two transactions that share keys then wait for each other instead of
 * deadlocking.
 */
export const STAGE_COLUMNS: readonly string[] = [
  "index", "event_key", "leg_key", "contact_key", "payload_hash", "period_key", "business_unit_id", "use_case_id",
  "unattributed_reason", "duration_mismatch", "source_id", ...PAYLOAD_COLUMNS,
];

/** Columns of metering.usage_event that the stage does not hold, and how they come about. */
const DERIVED = ["programme_id", "received_at", "day", "facet", "occurred_at"];

const STAGED = STAGE_COLUMNS.filter((column) => column !== "index" && column !== "occurred_at");

export const CREATE_STAGE = `
  create temp table if not exists usage_stage as
    select 0 as index, ${STAGE_COLUMNS.slice(1).join(", ")} from metering.usage_event with no data`.replace(
  "usage_stage as",
  "usage_stage on commit delete rows as",
);

const INSERTED = [...DERIVED, ...STAGED];

/**
 * Stores the stage ($1 programme, $2 time zone, $3 closed periods, whose totals never change): new identities become
 * rows, new legs get their head and go into the totals. Answers the staged events that need a second look: `known` ones, whose identity stood there already, and
 * those whose leg did.
 */
export const STORE_STAGE = `
  with fresh as (
    insert into metering.usage_event (${INSERTED.join(", ")})
    select $1::uuid, clock_timestamp(), (s.ended_at at time zone $2)::date, 'LEG', coalesce(s.occurred_at, s.ended_at), ${STAGED.map((column) => `s.${column}`).join(", ")}
    from usage_stage s order by s.event_key
    on conflict do nothing
    returning event_key, leg_key, contact_key, type, revision, business_unit_id, use_case_id, period_key, day, channel, direction, provider, outcome, status, connected_ms, test
  ), leg as (
    insert into metering.usage_leg (programme_id, leg_key, head_event_key, head_type, head_revision)
    select $1::uuid, leg_key, event_key, type, revision from fresh order by leg_key
    on conflict do nothing
    returning head_event_key
  ), counted as (
    select f.*, case when channel = 'VOICE' then status in ('COMPLETED', 'VOICEMAIL') and connected_ms > 0 else status = 'COMPLETED' end as connected
    from fresh f join leg l on l.head_event_key = f.event_key
    where not f.test and f.type <> 'LEG_VOIDED' and f.period_key <> all ($3::text[])
  ), daily as (
    insert into metering.usage_daily_total as t (programme_id, business_unit_id, use_case_id, day, channel, direction, provider, outcome, legs, connected_legs, connected_ms)
    select $1::uuid, coalesce(business_unit_id, '${NOBODY}'), coalesce(use_case_id, '${NOBODY}'), day, channel, direction, coalesce(provider, ''), coalesce(outcome::text, ''),
      count(*), count(*) filter (where connected), coalesce(sum(connected_ms) filter (where connected), 0)
    from counted group by 2, 3, 4, 5, 6, 7, 8 order by 2, 3, 4, 5, 6, 7, 8
    on conflict on constraint usage_daily_total_pk do update
      set legs = t.legs + excluded.legs, connected_legs = t.connected_legs + excluded.connected_legs, connected_ms = t.connected_ms + excluded.connected_ms
  ), monthly as (
    insert into metering.usage_period_total as t (programme_id, business_unit_id, use_case_id, period_key, legs, connected_legs, connected_ms)
    select $1::uuid, coalesce(business_unit_id, '${NOBODY}'), coalesce(use_case_id, '${NOBODY}'), period_key,
      count(*), count(*) filter (where connected and channel = 'VOICE'), coalesce(sum(connected_ms) filter (where connected and channel = 'VOICE'), 0)
    from counted group by 2, 3, 4 order by 2, 3, 4
    on conflict on constraint usage_period_total_pk do update
      set legs = t.legs + excluded.legs, connected_legs = t.connected_legs + excluded.connected_legs, connected_ms = t.connected_ms + excluded.connected_ms
  )
  select s.index, s.event_key as "eventKey", s.leg_key as "legKey", f.event_key is null as known
  from usage_stage s
    left join fresh f on f.event_key = s.event_key
    left join leg l on l.head_event_key = s.event_key
  where l.head_event_key is null`;

/**
 * Adds the contacts that a unit's use case meets for the first time in a period ($1 programme, $2 staged events whose
 * identity was known, $3 those whose leg was, $4 closed periods). The rows of its totals are locked by the statement before, so nobody else
 * counts the same contact at the same time. Asked per contact through the contact index: `offset 0` keeps the planner
 * from turning that into a join, for which it would read the whole table, and `not in` is hashed once per batch.
 */
export const COUNT_NEW_CONTACTS = `
  with met as (
    select distinct s.contact_key, s.business_unit_id, s.use_case_id, s.period_key from usage_stage s
    where not s.test and s.type <> 'LEG_VOIDED' and s.event_key <> all ($2::uuid[]) and s.event_key <> all ($3::uuid[])
      and s.period_key <> all ($4::text[])
  ), first_met as (
    select m.business_unit_id, m.use_case_id, m.period_key, count(*) as contacts
    from met m
    where not exists (
      select from metering.usage_event e
      where e.programme_id = $1 and e.contact_key = m.contact_key
        and e.business_unit_id is not distinct from m.business_unit_id and e.use_case_id is not distinct from m.use_case_id
        and e.period_key = m.period_key and not e.test and e.type <> 'LEG_VOIDED'
        and e.event_key not in (select s.event_key from usage_stage s where s.event_key <> all ($2::uuid[]))
        and not exists (select from metering.usage_superseded x where x.programme_id = $1 and x.event_key = e.event_key offset 0)
      offset 0
    )
    group by 1, 2, 3
  )
  update metering.usage_period_total t set contacts = t.contacts + n.contacts
  from first_met n
  where t.programme_id = $1 and t.business_unit_id = coalesce(n.business_unit_id, '${NOBODY}')
    and t.use_case_id = coalesce(n.use_case_id, '${NOBODY}') and t.period_key = n.period_key`;

/**
 * Locks the totals that a batch with revisions may touch ($1 programme, $2 closed periods), its own and those of the legs
 * that it revises, in the order of their keys: two such batches then wait for each other instead of deadlocking.
 */
export const HOLD_TOTALS = `
  insert into metering.usage_period_total as t (programme_id, business_unit_id, use_case_id, period_key)
  select $1::uuid, c.unit, c.use_case, c.period_key
  from (
    select coalesce(s.business_unit_id, '${NOBODY}') as unit, coalesce(s.use_case_id, '${NOBODY}') as use_case, s.period_key
    from usage_stage s where not s.test and s.type <> 'LEG_VOIDED'
    union
    select coalesce(e.business_unit_id, '${NOBODY}'), coalesce(e.use_case_id, '${NOBODY}'), e.period_key
    from usage_stage s
      join metering.usage_leg l on l.programme_id = $1 and l.leg_key = s.leg_key
      join metering.usage_event e on e.programme_id = $1 and e.event_key = l.head_event_key
    where not e.test and e.type <> 'LEG_VOIDED'
  ) c
  where c.period_key <> all ($2::text[])
  order by 2, 3, 4
  on conflict on constraint usage_period_total_pk do update set legs = t.legs`;

/** Notes which of the staged events ($2: those known before) ended in a closed period ($3): they call for an adjustment. */
export const NOTE_LATE = `
  insert into metering.late_event (programme_id, period_key, event_key, business_unit_id)
  select $1::uuid, s.period_key, s.event_key, s.business_unit_id from usage_stage s
  where not s.test and s.period_key = any ($3::text[]) and s.event_key <> all ($2::uuid[])
  on conflict do nothing`;
