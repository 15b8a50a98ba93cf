import { TenantTransaction } from "../../tenancy/database.store";
import { Attribution } from "../ingest/attribution";
import { KeyedEvent, ReadBatch, ReportUsagePorts } from "../ingest/report-usage";
import { Channel } from "../usage-event";
import { USAGE_EVENT_FIELDS } from "../usage-event-fields";
import { Applicant, SourceRefusal, isSelective, refusalOf } from "./admit-event";
import { insertDelivery } from "./delivery.store";
import { knownSource } from "./known-source.store";

/** What `reportUsage` asks of sources, over one transaction. */
export function sourceGate(tx: TenantTransaction): Pick<ReportUsagePorts, "admit" | "noteDelivery"> {
  return {
    admit: (batch, attributions) => admit(tx, batch, attributions),
    noteDelivery: (batch, results, kept) => insertDelivery(tx, batch, results, [...new Set(kept.flatMap((each) => (each.kind === "ATTRIBUTED" ? [each.businessUnitId] : [])))]),
  };
}

/**
 * Refuses what the source may not push. What is stored already is let through to be judged by its identity, so that a
 * retry is a DUPLICATE whatever became of its source since; but a token that may not push for it learns nothing of it.
 */
async function admit(tx: TenantTransaction, batch: ReadBatch, attributions: readonly Attribution[]): Promise<Array<SourceRefusal | null>> {
  const admission = { ...(await knownSource(tx, batch.source)), uri: batch.source, subject: tx.scope.principal.subject, nowMs: batch.receivedAtMs };
  if (!isSelective(admission)) return batch.sound.map(() => null);
  const refusals = batch.sound.map((event, position) => refusalOf(admission, applicant(event, attributions[position]!)));
  const doubtful = batch.sound.filter((_, position) => refusals[position] !== null && refusals[position]!.about !== "subject").map(({ eventKey }) => eventKey);
  if (doubtful.length === 0) return refusals;
  const stored = await tx.query<{ eventKey: string }>(`select replace(event_key::text, '-', '') as "eventKey" from metering.usage_event where programme_id = $1 and event_key = any($2::uuid[])`, [tx.scope.programme.id, doubtful]);
  const known = new Set(stored.map(({ eventKey }) => eventKey));
  return refusals.map((refusal, position) => (known.has(batch.sound[position]!.eventKey) ? null : refusal));
}

const CHANNEL = USAGE_EVENT_FIELDS.findIndex(({ name }) => name === "channel");

function applicant(event: KeyedEvent, attribution: Attribution): Applicant {
  const placed = attribution.kind === "ATTRIBUTED" ? attribution : null;
  return {
    type: event.type, channel: event.payload.split("\t", CHANNEL + 1)[CHANNEL] as Channel, endedAtMs: event.endedAtMs, businessUnit: event.businessUnit, useCase: event.useCase,
    businessUnitId: placed?.businessUnitId ?? null, useCaseId: placed?.useCaseId ?? null,
  };
}
