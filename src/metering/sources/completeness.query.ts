import { TenantTransaction } from "../../tenancy/database.store";
import { INGEST_OUTCOMES, IngestOutcome } from "../usage-event";
import { Stretch } from "./active-hours";
import { LAG_BUCKETS, LagTally } from "./lag";

/** Rejected events of one reason. */
export interface RejectCount {
  readonly code: string;
  readonly about: string;
  readonly count: number;
}

/** What a source delivered in a range, added up over its batches. */
export interface DeliveryFigures {
  readonly deliveries: number;
  readonly counts: Readonly<Record<IngestOutcome, number>>;
  /** The most frequent first. */
  readonly rejects: readonly RejectCount[];
  /** Of the legs that were stored for the first time; null when there was none. */
  readonly firstEndedAt: Date | null;
  readonly lastEndedAt: Date | null;
  readonly lag: LagTally | null;
}

export const NOTHING_DELIVERED: DeliveryFigures = {
  deliveries: 0, counts: Object.fromEntries(INGEST_OUTCOMES.map((outcome) => [outcome, 0])) as Record<IngestOutcome, number>, rejects: [], firstEndedAt: null, lastEndedAt: null, lag: null,
};

const IN_RANGE = "programme_id = $1 and source_id = any($2::integer[]) and received_at >= $3 and received_at < $4";
const buckets = Array.from({ length: LAG_BUCKETS }, (_, index) => `sum(lag_histogram[${index + 1}])`).join(", ");

type Sums = Record<Lowercase<IngestOutcome>, string> & {
  readonly sourceId: number; readonly deliveries: string; readonly firstEndedAt: Date | null; readonly lastEndedAt: Date | null;
  readonly minMs: string | null; readonly maxMs: string | null; readonly sumMs: string | null; readonly histogram: readonly string[];
};

/** What came from sources in a half-open range of instants, by id of the source; none for a source that delivered nothing. */
export async function deliveryFigures(tx: TenantTransaction, sourceIds: readonly number[], range: Stretch): Promise<ReadonlyMap<number, DeliveryFigures>> {
  const parameters = [tx.scope.programme.id, sourceIds, new Date(range.fromMs), new Date(range.toMs)];
  const sums = await tx.query<Sums>(
    `select source_id as "sourceId", count(*) as deliveries, ${INGEST_OUTCOMES.map((outcome) => `sum(${outcome.toLowerCase()}) as ${outcome.toLowerCase()}`).join(", ")},
       min(first_ended_at) as "firstEndedAt", max(last_ended_at) as "lastEndedAt", min(lag_min_ms) as "minMs", max(lag_max_ms) as "maxMs", sum(lag_sum_ms)::text as "sumMs",
       array[${buckets}]::text[] as histogram
     from metering.delivery where ${IN_RANGE} group by 1`,
    parameters,
  );
  const rejects = await tx.query<{ sourceId: number; reason: string; count: string }>(
    `select source_id as "sourceId", r.key as reason, sum(r.value::bigint) as count
     from metering.delivery cross join lateral jsonb_each_text(rejects) r where ${IN_RANGE} and rejected > 0
     group by 1, 2 order by 1, 3 desc, r.key collate "C"`,
    parameters,
  );
  return new Map(sums.map((row) => [row.sourceId, toFigures(row, rejects.filter(({ sourceId }) => sourceId === row.sourceId))]));
}

function toFigures(row: Sums, rejects: ReadonlyArray<{ readonly reason: string; readonly count: string }>): DeliveryFigures {
  return {
    deliveries: Number(row.deliveries),
    counts: Object.fromEntries(INGEST_OUTCOMES.map((outcome) => [outcome, Number(row[outcome.toLowerCase() as Lowercase<IngestOutcome>])])) as Record<IngestOutcome, number>,
    rejects: rejects.map(({ reason, count }) => ({ code: reason.slice(0, reason.indexOf("/")), about: reason.slice(reason.indexOf("/") + 1), count: Number(count) })),
    firstEndedAt: row.firstEndedAt, lastEndedAt: row.lastEndedAt,
    lag: row.minMs === null ? null : { minMs: Number(row.minMs), maxMs: Number(row.maxMs), sumMs: BigInt(row.sumMs!), histogram: row.histogram.map(Number) },
  };
}
