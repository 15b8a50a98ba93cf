import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { LONGEST_LEG_MS } from "../usage-event";
import { GroupKeys, bucketKey, bucketStart, groupingOf } from "./grouping.query";
import { TimeDimension, UsageDimension } from "./usage-report";
import { ResolvedUsageWhere, requireKnownPeriod } from "./usage-where.query";
import { MOST_ROWS, attributesOf, instant, relation, requireFewRows, whole } from "./usage.query";

type Row = Record<string, string | null>;

export const PEAK_BUCKETS = ["HOUR", "DAY", "WEEK", "MONTH"] as const satisfies readonly TimeDimension[];
export type PeakBucket = (typeof PEAK_BUCKETS)[number];

/** The most calls of one group that were connected at the same instant. */
export class PeakGroup extends GroupKeys {
  readonly maximum: number;
  readonly reachedAt: Date | null;
  readonly heldMs: number | null;
  readonly missing: readonly string[];

  constructor(row: Row) {
    super(row);
    this.maximum = whole(row.maximum ?? "0");
    this.reachedAt = row.reachedAt ? new Date(row.reachedAt) : null;
    this.heldMs = row.heldMs ? whole(row.heldMs) : null;
    this.missing = this.maximum > 0 ? [] : ["reachedAt, heldMs: no call was connected."];
  }
}

const LONGEST = `interval '${LONGEST_LEG_MS / 1_000} seconds'`;
/** When a call began; at most as long before its end as a leg may last, so that no range has to look further. */
const BEGAN = `greatest(coalesce(e.connected_at, e.ended_at - e.connected_ms * interval '1 millisecond'), e.ended_at - ${LONGEST})`;

/** No bucket is shorter: steps of this length touch every one of them. */
const STEP: Readonly<Record<PeakBucket, string>> = { HOUR: "15 minutes", DAY: "12 hours", WEEK: "12 hours", MONTH: "12 hours" };
/** Lets the starts and ends of some 200,000 calls be put in order without a file. */
const SORT_MEMORY = "32MB";
const LAST_INSTANT = "interval '1 microsecond'";

/**
 * How many calls were connected at once, at most: by a sweep over all their starts and ends, so that the peak of a whole
 * is that of its legs and not a sum of peaks. The range is one of instants: at each of them every call counts that covers
 * it, also one that began before the range or ends after it. What starts and ends at the same instant is taken together.
 * The legs are put in order once, and what follows keeps it: only the instants at which the most is reached or left go on.
 */
export async function peaksByGroup(tx: TenantTransaction, where: ResolvedUsageWhere, groupBy: readonly UsageDimension[], bucket: PeakBucket | null): Promise<PeakGroup[]> {
  const parameters: unknown[] = [tx.scope.programme.id];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const zone = bind(tx.scope.programme.timeZone);
  const grouping = groupingOf("leg", bucket ? [...groupBy, bucket] : groupBy, zone);
  const keys = groupBy.map((_, index) => grouping.names[index]!);
  const columns = grouping.columns.slice(0, groupBy.length);
  const month = where.period === null ? null : await periodStore(tx).span(where.period);
  const from = bound(month?.from.getTime() ?? where.fromMs, bind), to = bound(month?.to.getTime() ?? where.toMs, bind);
  const within = [
    ...attributesOf(tx, "leg", where, bind), "e.connected", "e.channel = 'VOICE'", "t.began < e.ended_at",
    ...(from ? [`e.ended_at > ${from}`] : []), ...(to ? [`t.began < ${to}`, `e.ended_at < ${to} + ${LONGEST}`] : []),
  ];
  const group = [...keys, ...(bucket ? ['"bucketKey"'] : [])];
  const list = (...more: string[]): string => [...group, ...more].join(", ");
  const apart = group.length > 0 ? `partition by ${group.join(", ")}` : "";
  await tx.query(`select set_config('work_mem', '${SORT_MEMORY}', true)`);
  const rows = await tx.query<Row>(
    `with leg as materialized (
       select ${[...columns, `greatest(t.began, ${from ?? "'-infinity'"}) as began`, `least(e.ended_at, ${to ?? "'infinity'"}) as ended`].join(", ")}
       from ${relation("leg", where)} cross join lateral (select ${BEGAN} as began) t
       where e.programme_id = $1 and $2::text is not null ${within.map((condition) => `and ${condition}`).join(" ")}
     ), ${bucket ? cutIntoBuckets(keys, bucket, zone) : "piece as (select * from leg)"}, level as (
       select ${list("at", `sum(step) over (${apart} order by at) as calls`)}
       from (select ${list("began as at", "1 as step")} from piece union all select ${list("ended", "-1")} from piece) edge
     ), turn as (
       select ${list("at", "calls", "before")}
       from (select level.*, lag(calls, 1, 0::bigint) over (${apart} order by at) as before, max(calls) over (${apart}) as most from level) known
       where (calls = most) <> (before = most)
     ), g as (
       select ${list("at", "until", "calls")}
       from (select turn.*, lead(at) over swept as until, row_number() over swept as place from turn window swept as (${apart} order by at)) held where place = 1
     )
     select ${["g.calls as maximum", 'g.at as "reachedAt"', '(extract(epoch from g.until - g.at) * 1000)::bigint as "heldMs"', ...grouping.named].join(", ")}
     from g ${grouping.joins}
     order by ${[...grouping.order, "g.calls"].join(", ")}
     limit ${MOST_ROWS + 1}`,
    parameters,
  );
  if (rows.length === 0 && where.period !== null) await requireKnownPeriod(tx, where.period);
  requireFewRows(rows.length);
  return rows.map((row) => new PeakGroup(row));
}

function bound(ms: number | null, bind: (value: unknown) => string): string | null {
  return ms === null ? null : `${bind(instant(ms))}::timestamptz`;
}

/** Cuts calls where one bucket ends and the next begins, so that each counts in every bucket that it reaches into. Most lie in one. */
function cutIntoBuckets(keys: readonly string[], bucket: PeakBucket, zone: string): string {
  const named = keys.map((key) => `${key}, `).join("");
  return `keyed as materialized (
       select leg.*, ${bucketKey(bucket, "began", zone)} as "bucketKey", ${bucketKey(bucket, `(ended - ${LAST_INSTANT})`, zone)} as "lastKey" from leg
     ), piece as (
       select ${named}"bucketKey", began, ended from keyed where "bucketKey" = "lastKey"
       union all
       select ${named}b."bucketKey", greatest(began, b.first), least(ended, b.next)
       from keyed cross join lateral (
         select k."bucketKey", k.first, coalesce(lead(k.first) over (order by k.first), 'infinity') as next
         from (
           select p."bucketKey", ${bucketStart(bucket, 'p."bucketKey"', zone)} as first
           from (select distinct ${bucketKey(bucket, "i.at", zone)} as "bucketKey"
             from (select generate_series(began, ended, interval '${STEP[bucket]}') as at union all select ended - ${LAST_INSTANT}) i where i.at < ended) p
         ) k
       ) b
       where keyed."bucketKey" <> keyed."lastKey"
     )`;
}
