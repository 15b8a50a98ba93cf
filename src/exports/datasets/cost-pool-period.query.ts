import { Dataset, PERIOD_COLUMNS, money, poolColumns, text, whole } from "../dataset";

/** What each pool held in a month, and where it went. */
export const costPoolPeriod: Dataset = {
  name: "cost_pool_period",
  version: 1,
  title: "Cost pools by month",
  grain: "pool x period",
  operation: "Query.costEntries",
  scope: "core",
  readers: ["FINANCE", "AUDITOR"],
  time: "period_start",
  byPeriod: true,
  asOfRun: true,
  superseding: null,
  columns: [
    ...PERIOD_COLUMNS, ...poolColumns(),
    money(["booked", "coalesce(e.booked, 0)", "Cost booked on the pool; of a closed month what was booked before its close."]),
    money(["divided", "x.amount_minor", "What the run divided of it; null where no run did, as on DIRECT pools."], true),
    money(["received", "x.received_minor", "What other pools passed to it."], true),
    money(["passed", "x.passed_minor", "What it passed to other pools."], true),
    money(["allocated", "x.allocated_minor", "What units bear: divided + received - passed - unallocated."], true),
    money(["unallocated", "x.unallocated_minor", "What no unit bears."], true),
    text(["unallocated_reason", "x.unallocated_reason", "Why; null where nothing is unallocated."], true),
    money(["variance", "x.variance_minor", "What was charged over or under the cost at planned rates."], true),
    text(["currency", "$4::text", "ISO 4217."]),
    text(["allocation_run_id", "r.id", "The run that divided; null where none did."], true),
    whole(["run_sequence", "r.sequence", "Number of the run in its month, from 1."], null, true),
    whole(["rule_version", "r.policy_version", "Version of the allocation policy."], null, true),
  ],
  key: ["period", "pool"],
  filters: [{ column: "pool", of: "pool" }, { column: "period", of: "period" }],
  from: `
    from governance.period m
      join costs.cost_pool p on p.programme_id = $1
      left join (
        select e.pool_id, sum(e.amount_minor) as booked from costs.cost_entry e join governance.period k on k.programme_id = $1 and k.key = e.period_key
        where e.programme_id = $1 and e.period_key = $2 and (k.cutoff is null or e.recorded_at < k.cutoff) group by 1
      ) e on e.pool_id = p.id
      left join lateral (
        select r.id, r.sequence, r.policy_version from allocation.run r where r.programme_id = $1 and r.period_key = $2 and ($3::uuid is null or r.id = $3) order by r.sequence desc limit 1
      ) r on true
      left join allocation.run_pool x on x.programme_id = $1 and x.run_id = r.id and x.pool_id = p.id
    where m.programme_id = $1 and m.key = $2 and (e.pool_id is not null or x.pool_id is not null)`,
  revision: "select string_agg(x.id::text, ',' order by x.sequence) from allocation.run x where x.programme_id = $1 and x.period_key = $2",
};
