import { fromNodeId, isUuid } from "../kernel/node-id";
import { pairKey } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { periodStore } from "../governance/period.store";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { holdUseCases } from "../tenancy/ownership.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { AttributeUsagePorts, CountingLeg } from "./attribute-usage";
import { holdLegs } from "./ingest/hold-legs.store";
import { recountLegs } from "./ingest/recount-legs.store";
import { COUNTED_TYPE } from "./ingest/restate-legs.store";
import { findCountingLegs, findLegKeys } from "./usage-events.query";
import { UsageWhere } from "./questions/usage-report";
import { fieldConditions, requireKnownPeriod, resolveUsageWhere } from "./questions/usage-where.query";

/** What `attributeUsage` needs, over one transaction. */
export function attributeUsagePorts(tx: TenantTransaction, record: RecordAudit): AttributeUsagePorts<UsageWhere> {
  const programmeId = tx.scope.programme.id;
  return {
    findUseCase: async (code) => {
      const useCase = (await tenancyStore(tx).findUseCase(code))?.useCase ?? null;
      if (useCase) await holdUseCases(tx, [useCase.id], "shared");
      return useCase;
    },
    findLegs: (ids) => findLegs(tx, ids),
    findUnattributed: async (where, source, most) => {
      // Units and use cases are compared as they were reported: that they are unknown is why the usage is here.
      const resolved = await resolveUsageWhere(tx, { ...where, businessUnit: null, useCase: null });
      if (resolved.period !== null) await requireKnownPeriod(tx, resolved.period);
      const parameters: unknown[] = [
        programmeId, resolved.period, where.from ?? null, where.to ?? null, resolved.channels, resolved.directions, where.useCase ?? null, where.businessUnit ?? null, most, source,
      ];
      const fields = fieldConditions(resolved, (value) => `$${parameters.push(value)}`).map((condition) => `and ${condition}`).join(" ");
      for (;;) {
        const found = await tx.query<{ legKey: string }>(unattributedLegs(fields), parameters);
        const legs = (await lockedHeads(tx, found.map(({ legKey }) => legKey))).filter((leg) => leg.useCaseId === null);
        // Somebody else may have moved all of them while we waited; then there may be others.
        if (legs.length > 0 || found.length === 0) return legs;
      }
    },
    holdPeriods: async (keys) => void (await periodStore(tx).hold(keys)),
    move: async (legs, useCase) => {
      const legKeys = legs.map((leg) => leg.legKey);
      await tx.query("update metering.usage_leg set override_use_case_id = $3 where programme_id = $1 and leg_key = any($2)", [programmeId, legKeys, useCase.id]);
      await recountLegs(tx, legKeys, { cause: "ATTRIBUTION" });
    },
    audit: (legs, useCase, reason) =>
      record(tx, {
        action: "attributeUsage", subjectKind: "UseCase", subjectKey: useCase.code, reason,
        before: { useCaseIds: [...new Set(legs.map((leg) => leg.useCaseId))] },
        after: { useCase: useCase.code, events: legs.length, eventIds: legs.slice(0, 100).map((leg) => leg.eventId) },
      }),
  };
}

const unattributedLegs = (fields: string): string => `
  select e.leg_key as "legKey"
  from metering.usage_event e
  where e.programme_id = $1 and e.business_unit_id is null and ${COUNTED_TYPE}
    and not exists (select from metering.usage_superseded x where x.programme_id = $1 and x.event_key = e.event_key)
    and ($2::text is null or e.period_key = $2) and ($3::timestamptz is null or e.ended_at >= $3) and ($4::timestamptz is null or e.ended_at < $4)
    and ($5::metering.channel[] is null or e.channel = any($5)) and ($6::metering.direction[] is null or e.direction = any($6))
    and ($7::text[] is null or e.reported_use_case = any($7)) and ($8::text[] is null or e.reported_business_unit = any($8))
    and ($10::text is null or e.source_id = (select s.id from metering.source s where s.programme_id = $1 and s.uri = $10)) ${fields}
  order by e.ended_at, e.event_key limit $9`;

/** Legs by opaque id or by event id; an event id is looked for under every source of the programme. */
async function findLegs(tx: TenantTransaction, ids: readonly string[]): Promise<CountingLeg[]> {
  const sources = await tx.query<{ uri: string }>("select uri from metering.source where programme_id = $1", [tx.scope.programme.id]);
  const keysOf = (id: string): string[] => {
    const node = fromNodeId(id);
    if (node?.type === "UsageEvent" && isUuid(node.key)) return [node.key.replaceAll("-", "")];
    return sources.map(({ uri }) => pairKey(uri, id.normalize("NFC")));
  };
  const asked = ids.map((id) => ({ id, keys: keysOf(id) }));
  const known = await findLegKeys(tx, asked.flatMap(({ keys }) => keys));
  const legKeys = asked.map(({ id, keys }) => {
    const found = keys.filter((key) => known.has(key));
    if (found.length > 1) throw new Refusal("CONFLICT", `Several sources use the event id ${id.slice(0, 80)}. Name the event by its id.`, ["eventIds"]);
    return found.length === 0 ? null : known.get(found[0]!)!;
  });
  const legs = await lockedHeads(tx, [...new Set(legKeys.flatMap((key) => key ?? []))]);
  const counting = new Set(legs.map((leg) => leg.legKey));
  if (legKeys.some((key) => key === null || !counting.has(key))) throw new Refusal("NOT_FOUND", "Some of these events do not exist or count no more. Nothing was moved.", ["eventIds"]);
  return legs;
}

/** The legs as they count now, held until the transaction ends: whoever moved them in between has then been seen. */
async function lockedHeads(tx: TenantTransaction, legKeys: readonly string[]): Promise<CountingLeg[]> {
  // The months first, as ingest does: whoever wants a month alone must not stand between the two.
  const months = await tx.query<{ period: string }>("select distinct period_key as period from metering.usage_event where programme_id = $1 and leg_key = any($2::uuid[]) and opens_leg", [tx.scope.programme.id, legKeys]);
  await periodStore(tx).hold(months.map(({ period }) => period));
  await holdLegs(tx, legKeys);
  return findCountingLegs(tx, legKeys);
}
