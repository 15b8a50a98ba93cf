import { NOBODY } from "../usage-event";
import { PAYLOAD_COLUMNS } from "../usage-event-fields";
import { COUNTED_TYPE } from "./restate-legs.store";

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
const DERIVED = ["programme_id", "received_at", "day", "facet", "occurred_at", "opens_leg"];

const STAGED = STAGE_COLUMNS.filter((column) => column !== "index" && column !== "occurred_at");

export const CREATE_STAGE = `
  create temp table if not exists usage_stage as
    select 0 as index, ${STAGE_COLUMNS.slice(1).join(", ")} from metering.usage_event with no data`.replace(
  "usage_stage as",
  "usage_stage on commit delete rows as",
);

/** Staged events ($1 programme, $2 time zone) as rows; whoever inserts them in the order of their legs waits for others instead of deadlocking. */
const insertStaged = (opensLeg: boolean, where: string): string => `
    insert into metering.usage_event (${[...DERIVED, ...STAGED].join(", ")})
    select $1::uuid, clock_timestamp(), (s.ended_at at time zone $2)::date,
      case s.type when 'LEG_RATED' then 'COST'::metering.facet when 'LEG_ANALYSED' then 'OUTCOME'::metering.facet else 'LEG'::metering.facet end,
      case when s.occurred_at is null then s.ended_at else s.occurred_at end, ${opensLeg}, ${STAGED.map((column) => `s.${column}`).join(", ")}
    from usage_stage s ${where} order by s.leg_key, s.event_key
    on conflict do nothing`;

/** Of a staged event `s`: it speaks of the leg itself and counts. */
const STAGED_COUNTS = "not s.test and s.type in ('LEG_COMPLETED', 'LEG_UPDATED')";

/**
 * Stores the stage ($1 programme, $2 time zone, $3 closed periods, whose totals never change): events that open a leg
 * become rows and go into the totals. Answers the others, whose identity or whose leg stood there already: nothing of
 * them is stored yet.
 */
export const STORE_STAGE = `
  with fresh as (${insertStaged(true, "")}
    returning event_key, type, business_unit_id, use_case_id, period_key, day, channel, direction, provider, outcome, status, connected_ms, test
  ), counted as (
    select s.*, case when channel = 'VOICE' then status in ('COMPLETED', 'VOICEMAIL') and connected_ms > 0 else status = 'COMPLETED' end as connected
    from fresh s where ${STAGED_COUNTS} and s.period_key <> all ($3::text[])
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
  select s.index, s.event_key as "eventKey", s.leg_key as "legKey" from usage_stage s where s.event_key not in (select event_key from fresh)`;

/** Stores those of the staged events ($3) whose leg stood there already; answers them. What is left had its identity taken. */
export const STORE_FURTHER = `
  with further as (${insertStaged(false, "where s.event_key = any ($3::uuid[])")} returning event_key)
  select event_key as "eventKey" from further`;

/**
 * Adds the contacts that a unit's use case meets for the first time in a period ($1 programme, $2 staged events that
 * opened no leg, $3 those of them that were known, $4 closed periods). The rows of its totals are locked by the statement before, so nobody else
 * counts the same contact at the same time. Asked per contact through the contact index: `offset 0` keeps the planner
 * from turning that into a join, for which it would read the whole table, and `not in` is hashed once per batch. The keys
 * of the totals are worked out first: coalesce counts as leaky, so that a comparison with it could not use their index.
 */
export const COUNT_NEW_CONTACTS = `
  with met as (
    select distinct s.contact_key, s.business_unit_id, s.use_case_id, s.period_key from usage_stage s
    where ${STAGED_COUNTS} and s.event_key <> all ($2::uuid[]) and s.period_key <> all ($4::text[])
  ), first_met as materialized (
    select coalesce(m.business_unit_id, '${NOBODY}') as unit, coalesce(m.use_case_id, '${NOBODY}') as use_case, m.period_key, count(*) as contacts
    from met m
    where not exists (
      select from metering.usage_event e
      where e.programme_id = $1 and e.contact_key = m.contact_key
        and e.business_unit_id is not distinct from m.business_unit_id and e.use_case_id is not distinct from m.use_case_id
        and e.period_key = m.period_key and not e.test and ${COUNTED_TYPE}
        and e.event_key not in (select s.event_key from usage_stage s where s.event_key <> all ($3::uuid[]))
        and not exists (select from metering.usage_superseded x where x.programme_id = $1 and x.event_key = e.event_key offset 0)
      offset 0
    )
    group by 1, 2, 3
  )
  update metering.usage_period_total t set contacts = t.contacts + n.contacts
  from first_met n
  where t.programme_id = $1 and t.business_unit_id = n.unit and t.use_case_id = n.use_case and t.period_key = n.period_key`;

/**
 * Locks the totals that a batch with revisions may touch ($1 programme, $2 closed periods), its own and those of the legs
 * that it revises, in the order of their keys: two such batches then wait for each other instead of deadlocking.
 */
export const HOLD_TOTALS = `
  insert into metering.usage_period_total as t (programme_id, business_unit_id, use_case_id, period_key)
  select $1::uuid, c.unit, c.use_case, c.period_key
  from (
    select coalesce(s.business_unit_id, '${NOBODY}') as unit, coalesce(s.use_case_id, '${NOBODY}') as use_case, s.period_key
    from usage_stage s where ${STAGED_COUNTS}
    union
    select coalesce(e.business_unit_id, '${NOBODY}'), coalesce(e.use_case_id, '${NOBODY}'), e.period_key
    from usage_stage s
      join metering.usage_event o on o.programme_id = $1 and o.opens_leg and o.leg_key = s.leg_key
      left join metering.usage_leg l on l.programme_id = $1 and l.leg_key = s.leg_key
      join metering.usage_event e on e.programme_id = $1 and e.event_key = case when l.head_event_key is null then o.event_key else l.head_event_key end
    where not e.test and ${COUNTED_TYPE}
  ) c
  where c.period_key <> all ($2::text[])
  order by 2, 3, 4
  on conflict on constraint usage_period_total_pk do update set legs = t.legs`;

/** Notes which of the staged events ($2: those known before) ended in a closed period ($3): they call for an adjustment. Facets of a leg are noted where the leg is. */
export const NOTE_LATE = `
  insert into metering.late_event (programme_id, period_key, event_key, business_unit_id)
  select $1::uuid, s.period_key, s.event_key, s.business_unit_id from usage_stage s
  where not s.test and s.type not in ('LEG_RATED', 'LEG_ANALYSED') and s.period_key = any ($3::text[]) and s.event_key <> all ($2::uuid[])
  on conflict do nothing`;
