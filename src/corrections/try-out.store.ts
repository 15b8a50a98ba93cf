import { Refusal } from "../kernel/refusal";
import { instantAfterAll } from "../chargeback/draft-adjustments.store";
import { TenantTransaction } from "../tenancy/database.store";
import { CorrectionEffect, effectBetween } from "./effect";
import { measureMonths, monthsThatFollow } from "./measure-months.query";
import { PlannedChange } from "./planned-change";

/** The most months that a correction may reach into: each is divided twice. */
const MOST_MONTHS = 24;

/** How a transaction for a trial is opened: one moment throughout, and a statement that does not end in this time is given up. */
export const TRIAL = { isolation: "REPEATABLE READ", statementTimeoutMs: 20_000 } as const;

/** Longest wait for a lock, in milliseconds: a trial rather gives up than queues. */
const LOCK_WAIT_MS = "2000";

/** Makes this transaction one of a trial: it waits for nobody for long, and what follows is taken back by `tryOut`. */
export async function prepareTrial(tx: TenantTransaction): Promise<void> {
  await tx.query("select set_config('lock_timeout', $1, true)", [LOCK_WAIT_MS]);
  await tx.query("savepoint trial");
}

/**
 * What a change planned after `prepareTrial` would do: it is applied, measured, and taken back, its plan too, before the
 * months are measured as they were. The locks that it takes go with it, so that ingest waits for no more than the change and the months that it reaches into.
 * The transaction sees one moment throughout: what others store meanwhile is in neither figure.
 */
export async function tryOut(tx: TenantTransaction, change: PlannedChange): Promise<CorrectionEffect> {
  const { periods } = await change.apply();
  if (periods.length > MOST_MONTHS) throw new Refusal("LIMIT_EXCEEDED", `This correction reaches into ${periods.length} months; at most ${MOST_MONTHS} at once. Narrow it.`);
  const months = [...new Set([...periods, ...(await monthsThatFollow(tx, periods))])].sort();
  const instant = await instantAfterAll(tx);
  const after = await measureMonths(tx, months, instant);
  await tx.query("rollback to savepoint trial");
  return effectBetween(await measureMonths(tx, months, instant), after);
}
