import { TenantTransaction } from "../../tenancy/database.store";
import { ownerWhen } from "../../tenancy/ownership.query";
import { UsageEventType } from "../usage-event";
import { holdLegs } from "./hold-legs.store";
import { Facet } from "./leg-facets";
import { RevisionRank, winningRevision } from "./leg-revision";
import { LegsOfOthers } from "./legs-of-others";
import { recountLegs } from "./recount-legs.store";

interface RivalRow {
  readonly legKey: string;
  readonly eventKey: string;
  readonly facet: Facet;
  readonly type: UsageEventType;
  readonly revision: string;
  readonly isHead: boolean;
  /** A person corrected the leg: what its provider says of it and its outcome is kept without effect. */
  readonly isCorrected: boolean;
  /** Of a head of a leg itself: the unit of the use case that it was received for; null when it was for none. */
  readonly unitId: string | null;
}

const HEAD_COLUMN: Readonly<Record<Facet, string>> = { LEG: "leg_event_key", COST: "cost_event_key", OUTCOME: "outcome_event_key" };

/**
 * Decides between newly stored events and what is known of their legs: the highest revision of each facet wins, whatever
 * the order of arrival. What a person said of a leg stays with it. Answers the keys of the new events that lost. Throws
 * LegsOfOthers when the sender may not write the unit that a leg was received for.
 */
export async function settleRevisions(tx: TenantTransaction, events: ReadonlyArray<{ readonly eventKey: string; readonly legKey: string }>): Promise<Set<string>> {
  await tx.setReach("programme");
  const legKeys = [...new Set(events.map(({ legKey }) => legKey))];
  const newEventKeys = events.map(({ eventKey }) => eventKey);
  await holdLegs(tx, legKeys);
  const rows = await rivals(tx, legKeys, newEventKeys);
  requireOwnLegs(tx, rows);
  const byFacet = new Map<string, RivalRow[]>();
  for (const row of rows) {
    const key = `${row.legKey} ${row.facet}`;
    const known = byFacet.get(key);
    if (known) known.push(row);
    else byFacet.set(key, [row]);
  }

  const lost = new Set<string>();
  const losers = new Map<string, string[]>();
  const moved: Record<Facet, Array<{ legKey: string; eventKey: string }>> = { LEG: [], COST: [], OUTCOME: [] };
  for (const rivalsOfFacet of byFacet.values()) {
    const ranked: Array<RivalRow & RevisionRank> = rivalsOfFacet.map((row) => ({ ...row, revision: BigInt(row.revision) }) as never);
    const winner = winningRevision(ranked);
    const { legKey, facet } = winner;
    if (!winner.isHead) moved[facet].push({ legKey, eventKey: winner.eventKey });
    if (!winner.isHead && winner.isCorrected && facet !== "COST") lost.add(winner.eventKey);
    for (const each of ranked) {
      if (each === winner) continue;
      if (!each.isHead) lost.add(each.eventKey);
      // Events of other facets never count by themselves: there is nothing to take away.
      if (facet === "LEG") losers.set(legKey, [...(losers.get(legKey) ?? []), each.eventKey]);
    }
  }
  for (const facet of ["LEG", "COST", "OUTCOME"] as const) await moveHeads(tx, facet, moved[facet]);
  const revised = new Set(moved.LEG.map(({ legKey }) => legKey));
  const completed = new Set([...moved.COST, ...moved.OUTCOME].map(({ legKey }) => legKey).filter((legKey) => !revised.has(legKey)));
  // What lost is noted first: while contacts are counted anew, a row that nothing answers counts.
  await noteLosers(tx, [...losers].flatMap(([legKey, keys]) => (revised.has(legKey) ? [] : keys.map((eventKey) => ({ legKey, eventKey })))));
  await recountLegs(tx, [...revised], { cause: "REVISION", uncounted: newEventKeys, losers });
  await recountLegs(tx, [...completed], { cause: "FACET", uncounted: newEventKeys });
  if (tx.scope.reach !== "programme") await tx.setReach("ingest");
  return lost;
}

async function moveHeads(tx: TenantTransaction, facet: Facet, heads: ReadonlyArray<{ readonly legKey: string; readonly eventKey: string }>): Promise<void> {
  if (heads.length === 0) return;
  await tx.query(
    `update metering.usage_leg l set ${HEAD_COLUMN[facet]} = n.event_key from unnest($2::uuid[], $3::uuid[]) n (leg_key, event_key) where l.programme_id = $1 and l.leg_key = n.leg_key`,
    [tx.scope.programme.id, heads.map(({ legKey }) => legKey), heads.map(({ eventKey }) => eventKey)],
  );
}

/** Late revisions of legs that go on counting as they did: they are stored and answered by what counts. */
async function noteLosers(tx: TenantTransaction, losers: ReadonlyArray<{ readonly legKey: string; readonly eventKey: string }>): Promise<void> {
  if (losers.length === 0) return;
  await tx.query(
    `insert into metering.usage_superseded (programme_id, event_key, business_unit_id, by_event_key, cause, recorded_at)
     select $1, e.event_key, e.business_unit_id, l.head_event_key, case when h.type = 'LEG_VOIDED' then 'VOID' else 'REVISION' end, clock_timestamp()
     from unnest($2::uuid[], $3::uuid[]) n (leg_key, event_key)
       join metering.usage_event e on e.programme_id = $1 and e.event_key = n.event_key
       join metering.usage_leg l on l.programme_id = $1 and l.leg_key = n.leg_key
       join metering.usage_event h on h.programme_id = $1 and h.event_key = l.head_event_key
     on conflict do nothing`,
    [tx.scope.programme.id, losers.map(({ legKey }) => legKey), losers.map(({ eventKey }) => eventKey)],
  );
}

/** A source is only a name that anybody may send: the owner of what a leg was received for decides who may revise it. */
function requireOwnLegs(tx: TenantTransaction, rows: readonly RivalRow[]): void {
  if (tx.scope.reach === "programme") return;
  const foreign = new Set(rows.filter((row) => row.isHead && row.unitId !== null && !tx.scope.unitIds.includes(row.unitId)).map((row) => row.legKey));
  if (foreign.size > 0) throw new LegsOfOthers(rows.filter((row) => !row.isHead && foreign.has(row.legKey)).map((row) => row.eventKey.replaceAll("-", "")));
}

/** The new events, and for each of their legs the newest of every facet; the legs are held. */
function rivals(tx: TenantTransaction, legKeys: readonly string[], newEventKeys: readonly string[]): Promise<RivalRow[]> {
  return tx.query<RivalRow>(
    `select n.leg_key as "legKey", n.event_key as "eventKey", n.facet, n.type, n.revision, false as "isHead", l.correction_event_key is not null as "isCorrected", null::uuid as "unitId"
     from metering.usage_event n left join metering.usage_leg l on l.programme_id = $1 and l.leg_key = n.leg_key where n.programme_id = $1 and n.event_key = any($3::uuid[])
     union all
     select l.leg_key, h.event_key, h.facet, h.type, h.revision, true, l.correction_event_key is not null, case when h.facet = 'LEG' then
       coalesce((${ownerWhen("h.use_case_id", "h.ended_at")}), (select u.id from tenancy.business_unit u where u.programme_id = $1 and u.code = h.reported_business_unit)) end
     from metering.usage_leg l
       cross join lateral unnest(array[l.leg_event_key, l.cost_event_key, l.outcome_event_key]) k (event_key)
       join metering.usage_event h on h.programme_id = $1 and h.event_key = k.event_key
     where l.programme_id = $1 and l.leg_key = any($2::uuid[]) and h.event_key <> all($3::uuid[])`,
    [tx.scope.programme.id, legKeys, newEventKeys],
  );
}
