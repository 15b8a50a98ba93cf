import { Dataset, PERIOD_COLUMNS, date, decimal, text, unitColumns, useCaseColumns, whole } from "../dataset";

/** Usage as posted, a day at a time. */
export const usageDaily: Dataset = {
  name: "usage_daily",
  version: 1,
  title: "Usage by day",
  grain: "business unit x use case x channel x day",
  operation: "Query.usage",
  scope: "core",
  readers: ["FINANCE", "BUSINESS_UNIT", "OPERATOR", "AUDITOR"],
  time: "day",
  byPeriod: true,
  asOfRun: false,
  superseding: null,
  columns: [
    date(["day", "e.day", "Day of the programme's time zone on which the legs ended."]),
    ...PERIOD_COLUMNS, ...unitColumns(true), ...useCaseColumns(true),
    text(["channel", "e.channel", "VOICE, CHAT, SMS, WEB or EMAIL."]),
    whole(["legs", "e.legs", "Legs that ended. A unit that is null holds what nobody is charged yet."], "legs"),
    whole(["calls", "e.calls", "Connected voice legs; the durations are theirs."], "calls"),
    whole(["connected_ms", "e.connected_ms", "Connected time of the calls."], "milliseconds"),
    decimal(["connected_seconds", "e.connected_ms * 0.001", "The same in seconds."], { precision: 28, scale: 3 }, "seconds"),
  ],
  key: ["period", "day", "business_unit", "use_case", "channel"],
  filters: [{ column: "business_unit", of: "businessUnit" }, { column: "use_case", of: "useCase" }, { column: "period", of: "period" }],
  from: `
    from governance.period m
      join (
        select t.business_unit_id, t.use_case_id, t.day, t.channel::text as channel, sum(t.legs) as legs,
          coalesce(sum(t.connected_legs) filter (where t.channel = 'VOICE'), 0) as calls, coalesce(sum(t.connected_ms) filter (where t.channel = 'VOICE'), 0) as connected_ms
        from metering.usage_daily_total t
        where t.programme_id = $1 and t.day >= to_date($2, 'YYYY-MM') and t.day < to_date($2, 'YYYY-MM') + interval '1 month' and t.legs > 0
        group by 1, 2, 3, 4
      ) e on true
      left join tenancy.business_unit u on u.programme_id = $1 and u.id = e.business_unit_id
      left join tenancy.use_case c on c.programme_id = $1 and c.id = e.use_case_id
    where m.programme_id = $1 and m.key = $2`,
  revision: null,
};
