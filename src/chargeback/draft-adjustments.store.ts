import { allocate } from "../allocation";
import { gatherFacts } from "../allocation/facts.query";
import { policyStore } from "../allocation/policy.store";
import { runStore } from "../allocation/run.store";
import { Scope } from "../tenancy";
import { Database, TenantTransaction } from "../tenancy/database.store";
import { AdjustmentDraft, draftAdjustment } from "./adjustment";
import { chargesOfAdjustments, chargesOfResult, chargesOfRun, directCharges, together } from "./charges.query";

/** A draft with what it stands on: the facts of its origin recorded in the half-open range [lateFrom, lateTo). */
export interface PendingAdjustment extends AdjustmentDraft {
  readonly runId: string | null;
  readonly inputHash: string;
  readonly lateFrom: Date;
  readonly lateTo: Date;
  readonly lateEvents: number;
  readonly lateCostEntries: number;
}

interface Origin { readonly key: string; readonly cutoff: Date; readonly lateFrom: Date }

/** A replay may scan a month of raw usage. */
const REPLAY_TIMEOUT_MS = 600_000;

/**
 * Works out what late facts change in each closed period: one draft per period that has any. First the periods concerned
 * are held for a moment, so that whoever is writing into them has ended and an instant can be named before which
 * everything is there; then each is divided anew by what was recorded before that instant, without holding anybody up.
 */
export async function draftAdjustments(database: Database, scope: Scope): Promise<PendingAdjustment[]> {
  const { origins, lateTo } = await database.withTenant(scope, settleLateFacts);
  const drafts: PendingAdjustment[] = [];
  for (const origin of origins) {
    drafts.push(await database.withTenant(scope, (tx) => draftFor(tx, origin, lateTo), { statementTimeoutMs: REPLAY_TIMEOUT_MS, isolation: "REPEATABLE READ" }));
  }
  return drafts;
}

async function settleLateFacts(tx: TenantTransaction): Promise<{ origins: Origin[]; lateTo: Date }> {
  const origins = await tx.query<Origin>(
    `select p.key, p.cutoff, l.late_from as "lateFrom"
     from governance.period p
       cross join lateral (select coalesce((select max(a.late_to) from chargeback.adjustment a where a.programme_id = $1 and a.origin_period_key = p.key), p.cutoff) as late_from) l
     where p.programme_id = $1 and p.status = 'CLOSED'
       and (exists (select from metering.late_event e where e.programme_id = $1 and e.period_key = p.key and e.recorded_at >= l.late_from)
         or exists (select from costs.cost_entry c where c.programme_id = $1 and c.period_key = p.key and c.recorded_at >= l.late_from))
     order by p.key`,
    [tx.scope.programme.id],
  );
  await tx.query("select 1 from governance.period where programme_id = $1 and key = any($2) order by key for update", [tx.scope.programme.id, origins.map(({ key }) => key)]);
  return { origins, lateTo: await instantAfterAll(tx) };
}

/**
 * An instant in whole milliseconds after everything that was recorded so far under the locks that are held; it has passed
 * when this returns, so that nothing recorded later can lie before it.
 */
export async function instantAfterAll(tx: TenantTransaction): Promise<Date> {
  const [row] = await tx.query<{ at: Date }>("select c.at, pg_sleep(0.002) from (select date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' as at) c");
  return row!.at;
}

async function draftFor(tx: TenantTransaction, origin: Origin, lateTo: Date): Promise<PendingAdjustment> {
  const run = await runStore(tx).latestRun(origin.key);
  const policy = run ? await policyStore(tx).findPolicy(run.policyVersion) : null;
  const replayed = allocate(await gatherFacts(tx, origin.key, policy, lateTo));
  const posted = [run ? await chargesOfRun(tx, run.id) : { pools: [], charges: [] }, await directCharges(tx, origin.key, origin.cutoff), await chargesOfAdjustments(tx, origin.key)];
  const [late] = await tx.query<{ events: string; entries: string }>(
    `select (select count(*) from metering.late_event where programme_id = $1 and period_key = $2 and recorded_at >= $3 and recorded_at < $4) as events,
       (select count(*) from costs.cost_entry where programme_id = $1 and period_key = $2 and recorded_at >= $3 and recorded_at < $4) as entries`,
    [tx.scope.programme.id, origin.key, origin.lateFrom, lateTo],
  );
  return {
    ...draftAdjustment(origin.key, together(...posted), together(chargesOfResult(replayed), await directCharges(tx, origin.key, lateTo, origin.cutoff))),
    runId: run?.id ?? null, inputHash: replayed.inputHash, lateFrom: origin.lateFrom, lateTo, lateEvents: Number(late!.events), lateCostEntries: Number(late!.entries),
  };
}
