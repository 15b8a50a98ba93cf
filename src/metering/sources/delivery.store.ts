import { TenantTransaction } from "../../tenancy/database.store";
import { ReadBatch, UsageEventResult } from "../ingest/report-usage";
import { tallyDelivery } from "./delivery";
import { sourceIdOf } from "./known-source.store";

const INSERT_DELIVERY = `
  insert into metering.delivery (programme_id, source_id, received_at, subject, unit_ids, accepted, duplicate, superseded, conflict, rejected, held, rejects,
    first_ended_at, last_ended_at, lag_min_ms, lag_max_ms, lag_sum_ms, lag_histogram)
  values ($1, $2, $3, $4, $5::uuid[], $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, $15, $16, $17, $18::integer[])`;

const instant = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

/** Adds the row of a batch that was delivered: one statement, and no row that another batch writes, too. */
export async function insertDelivery(tx: TenantTransaction, batch: ReadBatch, results: readonly UsageEventResult[], unitIds: readonly string[]): Promise<void> {
  const { counts, rejects, firstEndedAtMs, lastEndedAtMs, lag } = tallyDelivery(batch, results);
  await tx.prepared(INSERT_DELIVERY, [
    tx.scope.programme.id, await sourceIdOf(tx, batch.source), new Date(batch.receivedAtMs), tx.scope.principal.subject, unitIds,
    counts.ACCEPTED, counts.DUPLICATE, counts.SUPERSEDED, counts.CONFLICT, counts.REJECTED, counts.HELD, JSON.stringify(rejects),
    instant(firstEndedAtMs), instant(lastEndedAtMs), lag?.minMs ?? null, lag?.maxMs ?? null, lag?.sumMs.toString() ?? null, lag?.histogram ?? null,
  ]);
}
