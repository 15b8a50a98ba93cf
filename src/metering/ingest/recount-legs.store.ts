import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { ownerWhen } from "../../tenancy/ownership.query";
import { callsOf, carriedChanges } from "./carried-legs.store";
import { insertComposedRows } from "./compose-legs.store";
import { Composition, LegFacts, compositionOf } from "./leg-facets";
import { LegChange, Supersession, SupersessionCause, restateLegs } from "./restate-legs.store";

interface LegRow extends LegFacts {
  readonly legKey: string;
  readonly headEventKey: string | null;
  readonly periodKeys: string[];
}

export interface Recount {
  /** Why these legs count by another row from now on. */
  readonly cause: SupersessionCause;
  /** Stored rows that no total holds yet. */
  readonly uncounted?: readonly string[];
  /** Events that lost against the one that their leg stands on now, by the key of the leg. */
  readonly losers?: ReadonlyMap<string, ReadonlyArray<string>>;
}

/**
 * Works out anew what each of some legs counts by, from what usage_leg says of it (newest event of each facet, correction,
 * place, carrier); writes the composed row where one is needed, notes what is answered by it, and moves the totals by
 * exactly the difference. The caller holds the legs (`holdLegs`), has the reach of the whole programme, and has changed
 * what usage_leg says. Legs of closed periods are noted as late.
 */
export async function recountLegs(tx: TenantTransaction, legKeys: readonly string[], recount: Recount): Promise<void> {
  if (legKeys.length === 0) return;
  const legs = await legRows(tx, legKeys);
  // A row may end in another month than the one before it did: the figures of both change.
  await periodStore(tx).hold(legs.flatMap((leg) => leg.periodKeys));
  const targets = legs.map((leg) => ({ leg, composition: compositionOf(leg) }));
  const composed = targets.flatMap(({ composition }) => (composition?.isComposed ? [composition] : []));
  const composedKeys = await insertComposedRows(tx, composed);
  const keyOf = new Map<Composition, string>(composed.map((composition, index) => [composition, composedKeys[index]!]));

  const changes: LegChange[] = [];
  const supersessions: Supersession[] = [];
  for (const { leg, composition } of targets) {
    const toEventKey = composition === null ? null : (keyOf.get(composition) ?? composition.baseKey);
    const losers = recount.losers?.get(leg.legKey) ?? [];
    const byEventKey = toEventKey ?? leg.headEventKey;
    if (byEventKey !== null) {
      const cause = leg.isVoided && recount.cause === "REVISION" ? "VOID" : recount.cause;
      for (const eventKey of losers) if (eventKey !== byEventKey) supersessions.push({ eventKey, byEventKey, cause: leg.isVoided ? "VOID" : "REVISION" });
      if (leg.headEventKey !== null && leg.headEventKey !== toEventKey) supersessions.push({ eventKey: leg.headEventKey, byEventKey, cause });
      // While a person's word stands, the provider's newest counts no more by itself.
      if (leg.correctionEventKey !== null && leg.legEventKey !== null) supersessions.push({ eventKey: leg.legEventKey, byEventKey, cause: "CORRECTION" });
      // What a composed row stands on counts no more by itself.
      if (composition?.isComposed && composition.baseKey !== leg.headEventKey && !leg.isSuperseded) supersessions.push({ eventKey: composition.baseKey, byEventKey, cause: composition.useCaseId === null ? "FACET" : "ATTRIBUTION" });
    }
    if (toEventKey !== leg.headEventKey) changes.push({ legKey: leg.legKey, fromEventKey: leg.headEventKey, toEventKey });
  }
  await restateLegs(tx, changes, supersessions, [...(recount.uncounted ?? []), ...composedKeys]);
  // A carrier's leg counts again where the platform's leg that stood for it counts no more, and the other way round.
  await recountLegs(tx, await carriedChanges(tx, await callsOf(tx, legKeys)), { cause: "CARRIER" });
}

/** The row that a leg stands on is looked up by a case: coalesce counts as leaky, so that under row-level security every event of the programme would be compared for each leg; and one by one, because for some thousand the planner may read all events. */
function legRows(tx: TenantTransaction, legKeys: readonly string[]): Promise<LegRow[]> {
  return tx.query<LegRow>(
    `select l.leg_key as "legKey", l.head_event_key as "headEventKey", l.leg_event_key as "legEventKey", l.cost_event_key as "costEventKey", l.outcome_event_key as "outcomeEventKey",
       l.correction_event_key as "correctionEventKey", l.override_use_case_id as "overrideUseCaseId", l.carried_by as "carriedBy",
       b.type is not distinct from 'LEG_VOIDED' as "isVoided", x.event_key is not null as "isSuperseded",
       b.use_case_id is not null and b.business_unit_id is distinct from (${ownerWhen("b.use_case_id", "b.ended_at")}) as "isMoved", array_remove(array[b.period_key, h.period_key], null) as "periodKeys"
     from metering.usage_leg l
       left join lateral (
         select e.event_key, e.type, e.use_case_id, e.business_unit_id, e.ended_at, e.period_key from metering.usage_event e
         where e.programme_id = $1 and e.event_key = case when l.correction_event_key is null then l.leg_event_key else l.correction_event_key end offset 0) b on true
       left join lateral (select e.period_key from metering.usage_event e where e.programme_id = $1 and e.event_key = l.head_event_key offset 0) h on true
       left join metering.usage_superseded x on x.programme_id = $1 and x.event_key = b.event_key
     where l.programme_id = $1 and l.leg_key = any($2::uuid[])
     order by l.leg_key`,
    [tx.scope.programme.id, legKeys],
  );
}
