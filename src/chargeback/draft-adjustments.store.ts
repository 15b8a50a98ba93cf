import { AllocationFacts, AllocationPolicy, AllocationRun, allocate, hashInputs } from "../allocation";
import { gatherFacts } from "../allocation/facts.query";
import { policyStore } from "../allocation/policy.store";
import { runStore } from "../allocation/run.store";
import { storedFacts, storedPools } from "../allocation/stored-run.query";
import { poolAmounts } from "../costs/costs.query";
import { periodStore } from "../governance/period.store";
import { Refusal } from "../kernel/refusal";
import { Scope } from "../tenancy";
import { Database, TenantTransaction } from "../tenancy/database.store";
import { AdjustmentDraft, Charges, draftAdjustment, withUndivided } from "./adjustment";
import { chargesOfAdjustments, chargesOfRestatements, chargesOfResult, chargesOfRun, directCharges, together } from "./charges.query";
import { Origin, monthsWithLateFacts } from "./late-months.query";

/** A draft with what it stands on: the facts of its origin recorded in the half-open range [lateFrom, lateTo). */
export interface PendingAdjustment extends AdjustmentDraft {
  readonly runId: string | null;
  readonly inputHash: string;
  readonly lateFrom: Date;
  readonly lateTo: Date;
  readonly lateEvents: number;
  readonly lateCostEntries: number;
}

/** A replay may scan a month of raw usage. */
const REPLAY_TIMEOUT_MS = 600_000;

/**
 * Works out what late facts change in each closed month before the one that is to charge them: one draft per month that has
 * any. Each is first held for a moment, so that whoever is writing into it has ended and an instant can be named before
 * which everything is there; then it is divided anew by what was recorded before that instant, without holding anybody up.
 */
export async function draftAdjustments(database: Database, scope: Scope, before: string): Promise<PendingAdjustment[]> {
  const drafts: PendingAdjustment[] = [];
  for (const origin of await database.withTenant(scope, (tx) => monthsWithLateFacts(tx, { before }))) {
    const lateTo = await namedInstant(database, scope, origin.key);
    drafts.push(await database.withTenant(scope, (tx) => draftFor(tx, origin, lateTo), { statementTimeoutMs: REPLAY_TIMEOUT_MS, isolation: "REPEATABLE READ" }));
  }
  return drafts;
}

/** An instant before which everything of a month is there: whoever is writing into it is waited for. */
export function namedInstant(database: Database, scope: Scope, period: string): Promise<Date> {
  return database.withTenant(scope, async (tx) => {
    await periodStore(tx).lockAlone(period);
    return instantAfterAll(tx);
  });
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
  const { run, inputHash, charges } = await replay(tx, origin, lateTo);
  return { ...draftAdjustment(origin.key, await postedSoFar(tx, origin, run), charges), ...(await lateRange(tx, origin, lateTo)), runId: run?.id ?? null, inputHash };
}

/** All that is charged for a closed month by now: its run, what no policy divides, and what was adjusted and restated since. */
export async function postedSoFar(tx: TenantTransaction, origin: Origin, run: AllocationRun | null): Promise<Charges> {
  return together(
    run ? await chargesOfRun(tx, run.id) : { pools: [], charges: [] }, await chargesBeside(tx, origin.key, origin.cutoff, origin.cutoff),
    await chargesOfAdjustments(tx, origin.key), await chargesOfRestatements(tx, origin.key),
  );
}

/** From where to where facts are late, and how many of them there are. */
export async function lateRange(tx: TenantTransaction, { key, lateFrom }: Origin, lateTo: Date): Promise<Pick<PendingAdjustment, "lateFrom" | "lateTo" | "lateEvents" | "lateCostEntries">> {
  const [late] = await tx.query<{ events: string; entries: string }>(
    `select (select count(*) from metering.late_event where programme_id = $1 and period_key = $2 and recorded_at >= $3 and recorded_at < $4) as events,
       (select count(*) from costs.cost_entry where programme_id = $1 and period_key = $2 and recorded_at >= $3 and recorded_at < $4) as entries`,
    [tx.scope.programme.id, key, lateFrom, lateTo],
  );
  return { lateFrom, lateTo, lateEvents: Number(late!.events), lateCostEntries: Number(late!.entries) };
}

/**
 * What a closed month is charged once everything recorded before an instant is in: its run, what adjustments have changed
 * since, and what the next one would. Two of these differ in what the facts between them do to that adjustment.
 */
export async function chargesWithLateFacts(tx: TenantTransaction, closed: Pick<Origin, "key" | "cutoff">, recordedBefore: Date): Promise<Charges> {
  return (await replay(tx, closed, recordedBefore)).charges;
}

/** The month divided anew by what was recorded before an instant, by the policy that it was closed with. */
async function replay(tx: TenantTransaction, origin: Pick<Origin, "key" | "cutoff">, lateTo: Date): Promise<{ readonly run: AllocationRun | null; readonly inputHash: string; readonly charges: Charges }> {
  const { run, policy } = await closedWith(tx, origin);
  const { inputHash, charges } = await divideAnew(tx, run, await factsWith(tx, origin, lateTo, run, policy));
  return { run, inputHash, charges: together(charges, await chargesBeside(tx, origin.key, lateTo, origin.cutoff)) };
}

/**
 * The same in two steps: first with the cost as it is known at `lateTo` and the usage as it was at `lateFrom`, then with both.
 * What moves in the first was caused by cost, in the second by usage.
 */
export async function replayInSteps(tx: TenantTransaction, origin: Origin, lateTo: Date): Promise<{ readonly run: AllocationRun | null; readonly inputHash: string; readonly withCost: Charges; readonly withBoth: Charges }> {
  const { run, policy } = await closedWith(tx, origin);
  const [before, after] = [await factsWith(tx, origin, origin.lateFrom, run, policy), await factsWith(tx, origin, lateTo, run, policy)];
  const beside = await chargesBeside(tx, origin.key, lateTo, origin.cutoff);
  const withCost = await divideAnew(tx, run, { ...after, drivers: new Map([...after.drivers, ...before.drivers]) });
  const withBoth = await divideAnew(tx, run, after);
  return { run, inputHash: withBoth.inputHash, withCost: together(withCost.charges, beside), withBoth: together(withBoth.charges, beside) };
}

/**
 * The policy of a closed month stays, and may refuse what came late: a minimum above a pool that a late credit made smaller, a
 * driver that is zero by now. Such facts must not hold up every later close: units keep what the run charged them, and late
 * cost stays with the programme.
 */
async function divideAnew(tx: TenantTransaction, run: AllocationRun | null, facts: AllocationFacts): Promise<{ readonly inputHash: string; readonly charges: Charges }> {
  try {
    const result = allocate(facts);
    return { inputHash: result.inputHash, charges: chargesOfResult(result) };
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "NOT_READY") throw error;
    const booked = facts.pools.map(({ code, amountMinor }) => ({ pool: code, amountMinor }));
    const charges = run ? withUndivided(await chargesOfRun(tx, run.id), await storedPools(tx, run.id), booked) : withUndivided({ pools: [], charges: [] }, [], booked);
    return { inputHash: hashInputs(facts), charges };
  }
}

async function closedWith(tx: TenantTransaction, origin: Pick<Origin, "key" | "cutoff">): Promise<{ readonly run: AllocationRun | null; readonly policy: AllocationPolicy | null }> {
  const run = await runStore(tx).latestRun(origin.key);
  return { run, policy: run ? await policyStore(tx).findPolicy(run.policyVersion) : await policyAtClose(tx, origin) };
}

/** Of a month that closed without a run: the policy that had been approved by then. */
async function policyAtClose(tx: TenantTransaction, origin: Pick<Origin, "key" | "cutoff">): Promise<AllocationPolicy | null> {
  const policy = await policyStore(tx).approvedPolicy(origin.key);
  return policy?.approvedAt && policy.approvedAt < origin.cutoff ? policy : null;
}

/** The facts of a closed month with the late ones; what its run took from the month before stays as the run kept it. */
async function factsWith(tx: TenantTransaction, origin: Pick<Origin, "key">, lateTo: Date, run: AllocationRun | null, policy: AllocationPolicy | null): Promise<AllocationFacts> {
  const facts = await gatherFacts(tx, origin.key, policy, lateTo);
  if (!run || !policy || facts.priorDrivers.size === 0) return facts;
  const kept = await storedFacts(tx, run, policy, (await storedPools(tx, run.id)).map(({ pool, amountMinor }) => ({ code: pool, amountMinor })));
  return { ...facts, priorDrivers: new Map([...facts.priorDrivers, ...kept.priorDrivers]) };
}

/** What no policy divides: direct cost, and what the programme carries itself. */
async function chargesBeside(tx: TenantTransaction, period: string, recordedBefore: Date, ownersBefore: Date): Promise<Charges> {
  const carried = (await poolAmounts(tx, period, recordedBefore)).filter(({ kind }) => kind === "PROGRAMME_MANAGEMENT");
  const pools = carried.map(({ code, amountMinor }) => ({ pool: code, amountMinor: BigInt(amountMinor), unallocatedMinor: BigInt(amountMinor) }));
  return together(await directCharges(tx, period, recordedBefore, ownersBefore), { pools, charges: [] });
}
