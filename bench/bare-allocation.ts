import { Client } from "pg";
import { Programme } from "../src/tenancy";

/** Every driver of the policy per use case and channel in one pass, and the contacts of whole units, as one would ask by hand. */
const DRIVERS = `
  select business_unit_id, use_case_id, channel, count(*) filter (where connected) as calls, sum(connected_ms) filter (where connected) as connected_ms,
    sum(greatest(60000, (connected_ms + 59999) / 60000 * 60000)) filter (where connected) as billed_ms, count(distinct contact_key) as contacts
  from (select e.*, status in ('COMPLETED', 'VOICEMAIL') and connected_ms > 0 as connected from metering.usage_event e
    where programme_id = $1 and period_key = $2 and business_unit_id is not null and not test and type in ('LEG_COMPLETED', 'LEG_UPDATED')
      and not exists (select from metering.usage_superseded x where x.programme_id = e.programme_id and x.event_key = e.event_key)) e
  group by 1, 2, 3`;
const UNIT_CONTACTS = `
  select business_unit_id, channel, count(distinct contact_key) as contacts from metering.usage_event e
  where programme_id = $1 and period_key = $2 and business_unit_id is not null and not test and type in ('LEG_COMPLETED', 'LEG_UPDATED')
    and not exists (select from metering.usage_superseded x where x.programme_id = e.programme_id and x.event_key = e.event_key)
  group by 1, 2`;

/** The same from the totals: what a policy that counts calls and seconds asks for. */
const TOTALS = `
  select business_unit_id, use_case_id, channel, sum(connected_legs) as calls, sum(connected_ms) as connected_ms from metering.usage_daily_total
  where programme_id = $1 and day >= to_date($2, 'YYYY-MM') and day < to_date($2, 'YYYY-MM') + interval '1 month' group by 1, 2, 3`;

/** What is asked by hand for a policy: everything of the rows, or calls and seconds of the totals. */
export const BY_HAND = { rows: [DRIVERS, UNIT_CONTACTS], totals: [TOTALS] } as const;

/** The tables of a run, whose rows are written again under a new one. */
const TABLES = ["run", "run_inputs", "run_pool", "chain_link", "driver_quantity", "unit_share", "line"];

/** Runs the aggregates and writes the lines of the newest run again, as the API's own role, in one transaction. */
export async function bareAllocation(url: string, programme: Programme, period: string, aggregates: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('app.programme', $1, true), set_config('app.reach', 'programme', true)", [programme.id]);
    for (const aggregate of aggregates) await client.query(aggregate, [programme.id, period]);
    const { rows } = await client.query<{ id: string }>("select id from allocation.run where programme_id = $1 and period_key = $2 order by sequence desc limit 1", [programme.id, period]);
    for (const table of TABLES) {
      const { rows: columns } = await client.query<{ name: string }>("select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum", [`allocation.${table}`]);
      const names = columns.map(({ name }) => name);
      const key = table === "run" ? "id" : "run_id";
      const values = names.map((name) => (name === key ? "md5($2::uuid::text || 'again')::uuid" : name === "sequence" ? "sequence + 1000000" : name));
      await client.query(`insert into allocation.${table} (${names.join(", ")}) select ${values.join(", ")} from allocation.${table} where programme_id = $1 and ${key} = $2`, [programme.id, rows[0]!.id]);
    }
    await client.query("commit");
  } finally {
    await client.end();
  }
}

/** Takes the rows away again, so that the product's next run finds what it left. */
export const FORGET = TABLES.slice().reverse().map((table) => `delete from allocation.${table} where ${table === "run" ? "sequence > 1000000" : "run_id in (select id from allocation.run where sequence > 1000000)"}`).join("; ");
