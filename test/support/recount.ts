import { TestServer } from "./server";

/** One line per total that is not empty: programme, unit, use case, and what it is about. */
export interface Totals {
  readonly daily: string[];
  readonly period: string[];
}

const NAMES = `
  join tenancy.programme p on p.id = t.programme_id
  left join tenancy.business_unit u on u.programme_id = t.programme_id and u.id = t.business_unit_id
  left join tenancy.use_case c on c.programme_id = t.programme_id and c.id = t.use_case_id
  where p.code = $1 and (t.legs, t.connected_legs, t.connected_ms) <> (0, 0, 0)`;
const WHO = "coalesce(u.code, '-'), coalesce(c.code, '-')";

/** The totals as the product keeps them. */
export async function storedTotals(server: Pick<TestServer, "sql">, programme: string): Promise<Totals> {
  const lines = async (sql: string): Promise<string[]> => (await server.sql<{ line: string }>(sql, [programme])).map(({ line }) => line).sort();
  return {
    daily: await lines(`select concat_ws('|', ${WHO}, t.day, t.channel, t.direction, t.provider, t.outcome, t.legs, t.connected_legs, t.connected_ms) as line from metering.usage_daily_total t ${NAMES}`),
    period: await lines(`select concat_ws('|', ${WHO}, t.period_key, t.legs, t.connected_legs, t.connected_ms, t.contacts) as line from metering.usage_period_total t ${NAMES.replace("(0, 0, 0)", "(0, 0, 0) or (p.code = $1 and t.contacts <> 0)")}`),
  };
}

/** The same, counted anew from the events that nothing answers. Written apart from the product's own SQL. */
export async function recountedTotals(server: Pick<TestServer, "sql">, programme: string): Promise<Totals> {
  const events = await server.sql<{
    unit: string | null; use_case: string | null; day: string; period: string; channel: string; direction: string; provider: string | null; outcome: string | null; status: string; ms: string; contact: string;
  }>(
    `select u.code as unit, c.code as use_case, to_char(e.ended_at at time zone p.time_zone, 'YYYY-MM-DD') as day, to_char(e.ended_at at time zone p.time_zone, 'YYYY-MM') as period,
       e.channel, e.direction, e.provider, e.outcome, e.status, e.connected_ms as ms, s.uri || ' ' || e.contact_id as contact
     from metering.usage_event e join tenancy.programme p on p.id = e.programme_id join metering.source s on s.programme_id = e.programme_id and s.id = e.source_id
       left join tenancy.business_unit u on u.id = e.business_unit_id left join tenancy.use_case c on c.id = e.use_case_id
     where p.code = $1 and e.test = false and e.type in ('LEG_COMPLETED', 'LEG_UPDATED')
       and e.event_key not in (select x.event_key from metering.usage_superseded x where x.programme_id = p.id)`,
    [programme],
  );
  const daily = new Map<string, [number, number, number]>();
  const period = new Map<string, { legs: number; calls: number; ms: number; contacts: Set<string> }>();
  for (const event of events) {
    const voice = event.channel === "VOICE";
    const ms = Number(event.ms);
    const connected = voice ? ["COMPLETED", "VOICEMAIL"].includes(event.status) && ms > 0 : event.status === "COMPLETED";
    const who = `${event.unit ?? "-"}|${event.use_case ?? "-"}`;
    const day = `${who}|${event.day}|${event.channel}|${event.direction}|${event.provider ?? ""}|${event.outcome ?? ""}`;
    const [legs, calls, total] = daily.get(day) ?? [0, 0, 0];
    daily.set(day, [legs + 1, calls + (connected ? 1 : 0), total + (connected ? ms : 0)]);
    const month = period.get(`${who}|${event.period}`) ?? { legs: 0, calls: 0, ms: 0, contacts: new Set<string>() };
    month.legs += 1;
    if (connected && voice) {
      month.calls += 1;
      month.ms += ms;
    }
    month.contacts.add(event.contact);
    period.set(`${who}|${event.period}`, month);
  }
  return {
    daily: [...daily].map(([key, figures]) => `${key}|${figures.join("|")}`).sort(),
    period: [...period].map(([key, { legs, calls, ms, contacts }]) => `${key}|${legs}|${calls}|${ms}|${contacts.size}`).sort(),
  };
}
