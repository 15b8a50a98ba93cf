import { fromNodeId, isUuid } from "../kernel/node-id";
import { pairKey } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { findLegKeys } from "../metering/usage-events.query";
import { holdLegs } from "../metering/ingest/hold-legs.store";
import { COUNTED_TYPE } from "../metering/ingest/restate-legs.store";
import { requireKnownPeriod, resolveUsageWhere } from "../metering/questions/usage-where.query";
import { periodStore } from "../governance/period.store";
import { TenantTransaction } from "../tenancy/database.store";
import { CorrectionWhere, LegSelection, MOST_LEGS, tooMany } from "./correction-input";
import { PatchedLeg } from "./patch";

/** A leg as it counts now, by everything known. */
export interface CountingLeg extends PatchedLeg {
  readonly periodKey: string;
  readonly useCaseId: string | null;
  /** The use case that somebody attributed it to by hand; null when nobody did. */
  readonly overrideUseCaseId: string | null;
}

/** The legs of a selection, held until the transaction ends. NOT_FOUND when one of the ids names nothing that counts, or nothing matches. */
export async function selectLegs(tx: TenantTransaction, selection: LegSelection): Promise<CountingLeg[]> {
  const legKeys = "eventIds" in selection ? await legsByIds(tx, selection.eventIds) : await legsWhere(tx, selection.where);
  const legs = await countingLegs(tx, legKeys);
  if (legs.length === legKeys.length && legs.length > 0) return legs;
  if ("eventIds" in selection) throw new Refusal("NOT_FOUND", "Some of these events do not exist or count no more. Nothing was corrected.", ["eventIds"]);
  // Whoever voided a leg between the search and the lock has taken it out of what matches.
  if (legs.length === 0) throw new Refusal("NOT_FOUND", "No leg that counts matches. Nothing was corrected.", ["where"]);
  return legs;
}

/**
 * The rows by which some legs count, the legs held until the transaction ends; legs that do not count are left out.
 * Whoever changed them before they were held has been seen.
 */
export async function countingLegs(tx: TenantTransaction, legKeys: readonly string[]): Promise<CountingLeg[]> {
  await holdLegs(tx, legKeys);
  return tx.query<CountingLeg>(
    `select l.leg_key as "legKey", e.event_key as "eventKey", e.event_id as "eventId", e.channel, e.direction, e.status, e.initiated_at as "initiatedAt", e.connected_at as "connectedAt",
       e.ended_at as "endedAt", e.connected_ms as "connectedMs", e.test, e.period_key as "periodKey", e.use_case_id as "useCaseId", l.override_use_case_id as "overrideUseCaseId"
     from metering.usage_leg l join metering.usage_event e on e.programme_id = $1 and e.event_key = l.head_event_key
     where l.programme_id = $1 and l.leg_key = any($2::uuid[]) and ${COUNTED_TYPE} order by l.leg_key`,
    [tx.scope.programme.id, legKeys],
  );
}

/** The legs of opaque ids or event ids, each once; an event id is looked for under every source of the programme. */
async function legsByIds(tx: TenantTransaction, ids: readonly string[]): Promise<string[]> {
  const sources = await tx.query<{ uri: string }>("select uri from metering.source where programme_id = $1", [tx.scope.programme.id]);
  const asked = ids.map((id) => ({ id, keys: keysOf(id, sources.map(({ uri }) => uri)) }));
  const known = await findLegKeys(tx, asked.flatMap(({ keys }) => keys));
  const legs = new Set<string>();
  for (const { id, keys } of asked) {
    const found = keys.filter((key) => known.has(key));
    if (found.length > 1) throw new Refusal("CONFLICT", `Several sources use the event id ${id.slice(0, 80)}. Name the event by its id.`, ["eventIds"]);
    if (found.length === 0) throw new Refusal("NOT_FOUND", "Some of these events do not exist or count no more. Nothing was corrected.", ["eventIds"]);
    legs.add(known.get(found[0]!)!);
  }
  return [...legs];
}

function keysOf(id: string, sources: readonly string[]): string[] {
  const node = fromNodeId(id);
  if (node?.type === "UsageEvent" && isUuid(node.key)) return [node.key.replaceAll("-", "")];
  return sources.map((uri) => pairKey(uri, id.normalize("NFC")));
}

/** The legs that count and match, oldest first; LIMIT_EXCEEDED when they are more than one correction may concern. */
async function legsWhere(tx: TenantTransaction, where: CorrectionWhere): Promise<string[]> {
  const { period, unitIds, useCaseIds, channels, directions } = await resolveUsageWhere(tx, { period: where.period, businessUnit: where.businessUnit, useCase: where.useCase, channel: where.channel, direction: where.direction });
  if (period !== null) await requireKnownPeriod(tx, period);
  const month = period === null ? null : await periodStore(tx).span(period);
  const rows = await tx.query<{ legKey: string }>(
    `select e.leg_key as "legKey" from metering.usage_event e
     where e.programme_id = $1 and ${COUNTED_TYPE} and e.test = $2
       and not exists (select from metering.usage_superseded x where x.programme_id = $1 and x.event_key = e.event_key)
       and ($3::text is null or e.period_key = $3) and ($4::timestamptz is null or e.ended_at >= $4) and ($17::timestamptz is null or e.ended_at < $17)
       and ($5::timestamptz is null or e.ended_at >= $5) and ($6::timestamptz is null or e.ended_at < $6)
       and ($7::text is null or e.source_id = (select s.id from metering.source s where s.programme_id = $1 and s.uri = $7))
       and ($8::uuid[] is null or e.business_unit_id = any($8)) and ($9::uuid[] is null or e.use_case_id = any($9))
       and ($10::text[] is null or e.reported_business_unit = any($10)) and ($11::text[] is null or e.reported_use_case = any($11))
       and ($12::metering.channel[] is null or e.channel = any($12)) and ($13::metering.direction[] is null or e.direction = any($13))
       and ($14::text[] is null or e.provider = any($14)) and (not $15 or e.business_unit_id is null)
     order by e.ended_at, e.event_key limit $16`,
    [
      tx.scope.programme.id, where.test ?? false, period, month?.from ?? null, where.from ?? null, where.to ?? null, where.source?.normalize("NFC") ?? null, unitIds, useCaseIds,
      where.reportedBusinessUnit ?? null, where.reportedUseCase ?? null, channels, directions, where.provider ?? null, where.unattributed ?? false, MOST_LEGS + 1, month?.to ?? null,
    ],
  );
  if (rows.length > MOST_LEGS) throw tooMany("where");
  return rows.map(({ legKey }) => legKey);
}
