import { Pool } from "pg";
import { NOBODY } from "../src/metering/usage-event";

const NAMES = `coalesce(e.business_unit_id, '${NOBODY}'), coalesce(e.use_case_id, '${NOBODY}')`;
const CONNECTED = `case when e.channel = 'VOICE' then e.status in ('COMPLETED', 'VOICEMAIL') and e.connected_ms > 0 else e.status = 'COMPLETED' end`;
const COUNTING = `metering.usage_event e where not e.test and e.type in ('LEG_COMPLETED', 'LEG_UPDATED')
  and not exists (select from metering.usage_superseded x where x.programme_id = e.programme_id and x.event_key = e.event_key)`;

/** The daily totals as the stored events themselves say them. */
const DAILY = `
  select e.programme_id, ${NAMES}, e.day, e.channel, e.direction, coalesce(e.provider, ''), coalesce(e.outcome::text, ''),
    count(*), count(*) filter (where ${CONNECTED}), coalesce(sum(e.connected_ms) filter (where ${CONNECTED}), 0)
  from ${COUNTING} group by 1, 2, 3, 4, 5, 6, 7, 8`;

const VOICE = `(${CONNECTED}) and e.channel = 'VOICE'`;
const PERIOD = `
  select e.programme_id, ${NAMES}, e.period_key, count(*), count(*) filter (where ${VOICE}), coalesce(sum(e.connected_ms) filter (where ${VOICE}), 0), count(distinct e.contact_key)
  from ${COUNTING} group by 1, 2, 3, 4`;

const differing = (table: string, recount: string): string =>
  `select count(*) as wrong from ((table ${table} except (${recount})) union all ((${recount}) except table ${table})) d`;

/** Rows of totals that are not what a recount of the events gives; none when all is well. */
export async function wrongTotals(admin: Pool): Promise<number> {
  const daily = await admin.query<{ wrong: string }>(differing("metering.usage_daily_total", DAILY));
  const period = await admin.query<{ wrong: string }>(differing("metering.usage_period_total", PERIOD));
  return Number(daily.rows[0]!.wrong) + Number(period.rows[0]!.wrong);
}

/** Writes the totals of everything stored, for events that were not stored by the product. */
export async function makeTotals(admin: Pool): Promise<void> {
  await admin.query("truncate metering.usage_daily_total, metering.usage_period_total");
  await admin.query(`insert into metering.usage_daily_total (programme_id, business_unit_id, use_case_id, day, channel, direction, provider, outcome, legs, connected_legs, connected_ms) ${DAILY}`);
  await admin.query(`insert into metering.usage_period_total (programme_id, business_unit_id, use_case_id, period_key, legs, connected_legs, connected_ms, contacts) ${PERIOD}`);
}

/** Leaves no usage, and nothing for a checkpoint to do in the middle of what comes next. */
export async function emptyUsage(admin: Pool): Promise<void> {
  await admin.query("truncate metering.usage_event, metering.usage_leg, metering.usage_superseded, metering.usage_daily_total, metering.usage_period_total, metering.delivery");
  await admin.query("checkpoint");
}
