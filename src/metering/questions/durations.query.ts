import { TenantTransaction } from "../../tenancy/database.store";
import { DurationMeasure, PERCENTILES, averageText } from "./duration-measure";
import { GroupKeys, groupingOf } from "./grouping.query";
import { UsageDimension } from "./usage-report";
import { ResolvedUsageWhere, requireKnownPeriod } from "./usage-where.query";
import { MOST_ROWS, conditionsOf, relation, requireFewRows, whole } from "./usage.query";

type Row = Record<string, string | null>;

/** Durations of one group in whole milliseconds; null with a reason in `missing` where no leg carries the value. */
export class DurationGroup extends GroupKeys {
  readonly count: number;
  readonly sumMs: number | null;
  readonly minMs: number | null;
  readonly maxMs: number | null;
  readonly averageMs: string | null;
  readonly missing: readonly string[];
  readonly p50Ms: number | null;
  readonly p75Ms: number | null;
  readonly p90Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;

  constructor(row: Row, percentiles: ReadonlyArray<string> | null) {
    super(row);
    const figure = (text: string | null | undefined): number | null => (text ? whole(text) : null);
    this.count = whole(row.count!);
    this.sumMs = figure(row.sum);
    this.minMs = figure(row.min);
    this.maxMs = figure(row.max);
    this.averageMs = averageText(this.sumMs ?? 0, this.count);
    [this.p50Ms, this.p75Ms, this.p90Ms, this.p95Ms, this.p99Ms] = PERCENTILES.map((_, index) => figure(percentiles?.[index])) as [number | null, number | null, number | null, number | null, number | null];
    this.missing = this.count > 0 ? [] : ["sumMs, minMs, maxMs, averageMs and the percentiles: no leg here carries this duration."];
  }

  get averageNumerator(): number | null {
    return this.sumMs;
  }

  get averageDenominator(): number | null {
    return this.count === 0 ? null : this.count;
  }
}

const VALUES: Readonly<Record<DurationMeasure, string>> = {
  CONNECTED: "case when e.connected and e.channel = 'VOICE' then e.connected_ms end",
  QUEUE: "e.queue_ms", AI: "e.ai_ms", HUMAN: "e.human_ms", HOLD: "e.hold_ms", WRAP: "e.wrap_ms",
};

/** The rank of these hundredths times any count is rounded right, which is what makes percentile_disc exact. */
const FRACTIONS = PERCENTILES.map((hundredths) => `0.${hundredths}`).join(", ");

/**
 * How long legs lasted, by group, from the legs themselves: a percentile is the shortest duration that at least that
 * share of them does not exceed. Neither percentiles nor averages of groups are ever combined.
 */
export async function durationsByGroup(tx: TenantTransaction, where: ResolvedUsageWhere, groupBy: readonly UsageDimension[], measure: DurationMeasure): Promise<DurationGroup[]> {
  const parameters: unknown[] = [tx.scope.programme.id];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const zone = bind(tx.scope.programme.timeZone);
  const grouping = groupingOf("leg", groupBy, zone);
  const value = VALUES[measure];
  const conditions = await conditionsOf(tx, "leg", where, bind, zone);
  const rows = await tx.query<Row & { percentiles: string[] | null }>(
    `with g as (
       select ${[...grouping.columns, `count(${value}) as count`, `sum(${value}) as sum`, `min(${value}) as min`, `max(${value}) as max`].join(", ")},
         percentile_disc(array[${FRACTIONS}]) within group (order by ${value}) as percentiles
       from ${relation("leg", where)}
       where e.programme_id = $1 and $2::text is not null ${conditions}
       ${groupBy.length > 0 ? `group by ${groupBy.map((_, index) => index + 1).join(", ")}` : ""}
     )
     select ${["g.count", "g.sum", "g.min", "g.max", "g.percentiles", ...grouping.named].join(", ")}
     from g ${grouping.joins}
     order by ${[...grouping.order, "g.count"].join(", ")}
     limit ${MOST_ROWS + 1}`,
    parameters,
  );
  if (where.period !== null && rows.every((row) => row.count === "0")) await requireKnownPeriod(tx, where.period);
  requireFewRows(rows.length);
  return rows.map((row) => new DurationGroup(row, row.percentiles));
}
