import { periodStore } from "../../governance/period.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { insertAttributionCopies } from "./attribution-copy.store";
import { LegsOfOthers } from "./legs-of-others";
import { RevisionRank, winningRevision } from "./leg-revision";
import { LegChange, Supersession, restateLegs } from "./restate-legs.store";
import { UsageEventType } from "../usage-event";

interface Candidate extends RevisionRank {
  readonly legKey: string;
  /** The stored row that counts when this candidate wins. */
  readonly rowKey: string;
  readonly isHead: boolean;
}

interface CandidateRow {
  readonly legKey: string;
  readonly rowKey: string;
  readonly eventKey: string;
  readonly type: UsageEventType;
  readonly revision: string;
  readonly periodKey: string;
  readonly isHead: boolean;
  readonly overrideUseCaseId: string | null;
  /** Of a head: the unit that it was received for; null when it was for none. */
  readonly unitId: string | null;
}

/**
 * Decides between newly stored events and the heads of legs that were known already: the highest revision wins,
 * whatever the order of arrival. An attribution that somebody made by hand stays with the leg. Answers the keys of the
 * new events that lost. Throws LegsOfOthers when the sender may not write the unit that a leg was received for.
 */
export async function settleRevisions(tx: TenantTransaction, newEventKeys: readonly string[]): Promise<Set<string>> {
  await tx.setReach("programme");
  const rows = await candidates(tx, newEventKeys);
  requireOwnLegs(tx, rows);
  // A revision may end in another month than the leg did: the figures of both change.
  await periodStore(tx).hold(rows.map((row) => row.periodKey));
  const byLeg = new Map<string, CandidateRow[]>();
  for (const row of rows) byLeg.set(row.legKey, [...(byLeg.get(row.legKey) ?? []), row]);

  const changes: LegChange[] = [];
  const supersessions: Supersession[] = [];
  const kept: Array<{ rowKey: string; useCaseId: string }> = [];
  const lost = new Set<string>();
  for (const [legKey, leg] of byLeg) {
    const ranked: Candidate[] = leg.map((row) => ({ ...row, revision: BigInt(row.revision) }));
    const winner = winningRevision(ranked);
    const head = ranked.find((each) => each.isHead)!;
    for (const each of ranked) {
      if (each === winner) continue;
      supersessions.push({ eventKey: each.rowKey, byEventKey: winner.rowKey, cause: winner.type === "LEG_VOIDED" ? "VOID" : "REVISION" });
      if (!each.isHead) lost.add(each.eventKey);
    }
    if (winner.isHead) continue;
    changes.push({ legKey, fromEventKey: head.rowKey, toEventKey: winner.rowKey });
    const override = leg[0]!.overrideUseCaseId;
    if (override !== null) kept.push({ rowKey: winner.rowKey, useCaseId: override });
  }
  const copies = await insertAttributionCopies(tx, kept);
  for (const [rowKey, copyKey] of copies) supersessions.push({ eventKey: rowKey, byEventKey: copyKey, cause: "ATTRIBUTION" });
  const moved = changes.map((change) => ({ ...change, toEventKey: copies.get(change.toEventKey) ?? change.toEventKey }));
  await restateLegs(tx, moved, supersessions, [...newEventKeys, ...copies.values()]);
  if (tx.scope.reach !== "programme") await tx.setReach("ingest");
  return lost;
}

/** A source is only a name that anybody may send: what a leg was received for decides who may revise it. */
function requireOwnLegs(tx: TenantTransaction, rows: readonly CandidateRow[]): void {
  if (tx.scope.reach === "programme") return;
  const foreign = new Set(rows.filter((row) => row.isHead && row.unitId !== null && !tx.scope.unitIds.includes(row.unitId)).map((row) => row.legKey));
  if (foreign.size > 0) throw new LegsOfOthers(rows.filter((row) => !row.isHead && foreign.has(row.legKey)).map((row) => row.eventKey.replaceAll("-", "")));
}

/**
 * The heads of the legs concerned beside the new events. They are locked by a statement of its own: only the next one
 * sees what whoever held the lock before has written. The event that a head stands for is looked up by a case: coalesce
 * counts as leaky, so that under row-level security every event of the programme would be compared for each leg.
 */
async function candidates(tx: TenantTransaction, newEventKeys: readonly string[]): Promise<CandidateRow[]> {
  const parameters = [tx.scope.programme.id, newEventKeys];
  await tx.query(
    `select 1 from metering.usage_leg l
     where l.programme_id = $1 and l.leg_key in (select e.leg_key from metering.usage_event e where e.programme_id = $1 and e.event_key = any($2))
     order by l.leg_key for update`,
    parameters,
  );
  return tx.query<CandidateRow>(
    `with new_event as (
       select e.leg_key, e.event_key, e.type, e.revision, e.period_key from metering.usage_event e where e.programme_id = $1 and e.event_key = any($2)
     ), head as (
       select l.leg_key, l.head_event_key, l.override_use_case_id from metering.usage_leg l
       where l.programme_id = $1 and l.leg_key in (select leg_key from new_event)
     )
     select n.leg_key as "legKey", n.event_key as "rowKey", n.event_key as "eventKey", n.type, n.revision, n.period_key as "periodKey", false as "isHead",
       h.override_use_case_id as "overrideUseCaseId", null::uuid as "unitId"
     from new_event n join head h on h.leg_key = n.leg_key
     union all
     select h.leg_key, e.event_key, coalesce(e.attribution_of, e.event_key), e.type, e.revision, e.period_key, true, h.override_use_case_id,
       coalesce(o.business_unit_id, (select u.id from tenancy.business_unit u where u.programme_id = $1 and u.code = o.reported_business_unit))
     from head h join metering.usage_event e on e.programme_id = $1 and e.event_key = h.head_event_key
       join metering.usage_event o on o.programme_id = $1 and o.event_key = case when e.attribution_of is null then e.event_key else e.attribution_of end`,
    parameters,
  );
}
