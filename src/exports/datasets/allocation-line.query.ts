import { Dataset, PERIOD_COLUMNS, QUANTITY, decimal, instant, money, poolColumns, text, unitColumns, useCaseColumns, whole } from "../dataset";

/** A stored quantity in the driver's own unit. */
const inItsUnit = (quantity: string): string =>
  `trim_scale(case l.driver when 'CONNECTED_SECONDS' then ${quantity} * 0.001 when 'BILLED_MINUTES' then round(${quantity} / 60000, 9) else round(${quantity}, 12) end)`;

/** Every share that a use case bears, down to the run. */
export const allocationLine: Dataset = {
  name: "allocation_line",
  version: 1,
  title: "Allocated cost",
  grain: "business unit x use case x pool x period x run",
  operation: "Query.allocation",
  scope: "core",
  readers: ["FINANCE", "BUSINESS_UNIT", "AUDITOR"],
  time: "period_start",
  byPeriod: true,
  asOfRun: true,
  superseding: { recordedAt: "recorded_at", supersededAt: "superseded_at" },
  columns: [
    ...PERIOD_COLUMNS, ...unitColumns(), ...useCaseColumns(), ...poolColumns(),
    text(["driver", "l.driver", "What divided the pool: CALLS, CONNECTED_SECONDS, BILLED_MINUTES, CONTACTS, RESOLVED_CONTACTS or a booked driver. Null where several did, or none."], true),
    decimal(["driver_quantity", inItsUnit("l.quantity"), "What the use case used, in the driver's unit. Null where several drivers divided the pool, and of contacts over several channels, which do not add up."], QUANTITY, "unit of driver", true),
    decimal(["driver_total", inItsUnit("l.total"), "What all used of it: the denominator, stored with the line. Null as driver is."], QUANTITY, "unit of driver", true),
    decimal(["share", "round(l.share, 12)", "Part of the pool, rounded to twelve places; the amount does not come from it. Null where the method has no share."], { precision: 20, scale: 12 }, "fraction of the pool", true),
    money(["amount", "l.amount", "What the use case bears. All lines of a run and what is unallocated make the pools exactly."]),
    text(["currency", "r.currency", "ISO 4217."]),
    text(["allocation_run_id", "r.id", "The run that divided."]),
    whole(["run_sequence", "r.sequence", "Number of the run in its month, from 1."], null),
    whole(["rule_version", "r.policy_version", "Version of the allocation policy."], null),
    instant(["recorded_at", "r.created_at", "When the run was made."]),
    text(["superseded_by_run_id", "r.next_id", "The run that counts instead; null for the one that counts."], true),
    instant(["superseded_at", "r.next_at", "Since when it counts no more; null while it counts."], true),
  ],
  key: ["period", "run_sequence", "business_unit", "use_case", "pool"],
  filters: [{ column: "business_unit", of: "businessUnit" }, { column: "use_case", of: "useCase" }, { column: "pool", of: "pool" }, { column: "period", of: "period" }],
  from: `
    from governance.period m
      join (
        select x.id, x.period_key, x.sequence, x.policy_version, x.currency, x.created_at, lead(x.id) over (order by x.sequence) as next_id, lead(x.created_at) over (order by x.sequence) as next_at
        from allocation.run x where x.programme_id = $1 and x.period_key = $2
      ) r on r.period_key = m.key and ($3::uuid is null or r.id = $3)
      join lateral (
        select l.business_unit_id, l.use_case_id, l.pool_id, sum(l.amount_minor) as amount,
          case when count(*) = count(l.driver) and min(l.driver) = max(l.driver) and min(l.part) = max(l.part) then min(l.driver) end as driver,
          case when count(*) = count(l.driver) and min(l.driver) = max(l.driver) and min(l.part) = max(l.part) and (count(*) = 1 or min(l.driver) not like '%CONTACTS') then sum(l.driver_quantity) end as quantity,
          case when count(*) = count(l.driver) and min(l.driver) = max(l.driver) and min(l.part) = max(l.part) and min(l.driver_total) = max(l.driver_total) then min(l.driver_total) end as total,
          case when count(*) = count(l.share_denominator) then sum(l.share_numerator / l.share_denominator) end as share
        from allocation.line l where l.programme_id = $1 and l.run_id = r.id group by 1, 2, 3
      ) l on true
      join tenancy.business_unit u on u.programme_id = $1 and u.id = l.business_unit_id
      join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
      join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
    where m.programme_id = $1 and m.key = $2`,
  revision: "select string_agg(x.id::text, ',' order by x.sequence) from allocation.run x where x.programme_id = $1 and x.period_key = $2",
};
