import { Programme } from "../src/tenancy";
import { say } from "./figures";
import { Place } from "./place";
import { makeTotals } from "./recount";

/**
 * Events of one month ($2), as many as $3: $5 use cases of unlike volume, seven contacts to ten legs, one contact in
 * ten calling a second use case of the same unit.
 */
const LEGS = `
  with owned as materialized (
    select row_number() over (order by c.code) - 1 as number, c.id as use_case_id, o.business_unit_id
    from tenancy.use_case c join tenancy.use_case_ownership o on o.programme_id = c.programme_id and o.use_case_id = c.id where c.programme_id = $1
  ), leg as (
    select n, floor(n * 0.7)::bigint as contact, abs(hashint8(n)) as h, abs(hashint8(floor(n * 0.7)::bigint)) as hc from generate_series(1, $3::bigint) n
  ), placed as (
    select l.*, (floor($5::int * power((hc % 10007) / 10007.0, 1.5))::int / 4) * 4 + (case when h % 10 = 0 then h / 10 % 4 else hc / 10007 % 4 end) as use_case,
      to_timestamp($2, 'YYYY-MM') + ((h % 2588400) || ' seconds')::interval as ended_at, (case when h % 20 = 0 then 0 else 3000 + h / 7 % 600000 end)::bigint as connected_ms
    from leg l
  )`;

const EVENTS = `${LEGS}
  insert into metering.usage_event (programme_id, event_key, leg_key, contact_key, payload_hash, received_at, period_key, day, business_unit_id, use_case_id, duration_mismatch, source_id,
    spec_version, event_id, type, facet, revision, occurred_at, contact_id, leg_id, provider, channel, direction, language, initiated_at, connected_at, ended_at, connected_ms, status, outcome, resolved, test, opens_leg)
  select $1, md5($2 || 'e' || n)::uuid, md5($2 || 'l' || n)::uuid, md5($2 || 'c' || contact)::uuid, decode(md5('p' || n), 'hex'), now(), to_char(p.ended_at at time zone $4, 'YYYY-MM'),
    (p.ended_at at time zone $4)::date, o.business_unit_id, o.use_case_id, false, 1, '1.0', $2 || '-e-' || n, 'LEG_COMPLETED', 'LEG', 0, p.ended_at, $2 || '-c-' || contact, $2 || '-l-' || n, 'voice-platform',
    'VOICE', (case when use_case % 2 = 0 then 'INBOUND' else 'OUTBOUND' end)::metering.direction, 'en-GB', p.ended_at - interval '8 seconds' - connected_ms * interval '1 millisecond',
    case when connected_ms > 0 then p.ended_at - connected_ms * interval '1 millisecond' end, p.ended_at, connected_ms,
    (case when connected_ms > 0 then 'COMPLETED' else 'NO_ANSWER' end)::metering.leg_status, (case when connected_ms > 0 then (array['CONTAINED', 'ESCALATED', 'ABANDONED'])[1 + h % 3] end)::metering.outcome, h % 3 = 0, false, true
  from placed p join owned o on o.number = p.use_case`;

/** The daily totals that such events leave behind. */
const TOTALS = `${LEGS}
  insert into metering.usage_daily_total (programme_id, business_unit_id, use_case_id, day, channel, direction, provider, outcome, legs, connected_legs, connected_ms)
  select $1, o.business_unit_id, o.use_case_id, (p.ended_at at time zone $4)::date, 'VOICE', (case when use_case % 2 = 0 then 'INBOUND' else 'OUTBOUND' end)::metering.direction, 'voice-platform',
    case when connected_ms > 0 then (array['CONTAINED', 'ESCALATED', 'ABANDONED'])[1 + h % 3] else '' end, count(*), count(*) filter (where connected_ms > 0), coalesce(sum(connected_ms) filter (where connected_ms > 0), 0)
  from placed p join owned o on o.number = p.use_case where to_char(p.ended_at at time zone $4, 'YYYY-MM') = $2 group by 2, 3, 4, 6, 8`;

const PERIOD = `
  insert into governance.period (programme_id, key, starts_at, ends_at)
  values ($1, $2, to_date($2, 'YYYY-MM')::timestamp at time zone $3, (to_date($2, 'YYYY-MM') + interval '1 month') at time zone $3) on conflict do nothing`;

/** Fills a month with events, in one statement instead of through the API, unless it holds that many already. */
export async function fillMonth(place: Place, programme: Programme, period: string, events: number, useCases = 200): Promise<void> {
  const { rows } = await place.admin.query<{ stored: number }>("select count(*)::int as stored from metering.usage_event where programme_id = $1 and period_key = $2", [programme.id, period]);
  if (rows[0]!.stored >= events * 0.99) return;
  say(`filling ${period} with ${events} events`);
  await place.admin.query(PERIOD, [programme.id, period, programme.timeZone]);
  await place.admin.query(EVENTS, [programme.id, period, events, programme.timeZone, useCases]);
  await makeTotals(place.admin);
  await place.admin.query("vacuum (analyze) metering.usage_event");
  await place.admin.query("vacuum (analyze) metering.usage_daily_total");
  await place.admin.query("vacuum (analyze) metering.usage_period_total");
  await place.admin.query("checkpoint");
}

/** The same month as its daily totals have it, for what reads nothing else: seconds instead of minutes. */
export async function fillTotals(place: Place, programme: Programme, period: string, events: number, useCases: number): Promise<void> {
  say(`filling the totals of ${period} with ${events} events`);
  await place.admin.query(PERIOD, [programme.id, period, programme.timeZone]);
  await place.admin.query(TOTALS, [programme.id, period, events, programme.timeZone, useCases]);
  await place.admin.query("vacuum (analyze) metering.usage_daily_total");
  await place.admin.query("checkpoint");
}
