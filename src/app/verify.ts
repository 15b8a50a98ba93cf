import { listRuns } from "../allocation/run.store";
import { verifyConservation, verifyRunPools } from "../allocation/verify-conservation.query";
import { verifyPolicies } from "../allocation/verify-policies.query";
import { RunProofs, checkRun } from "../allocation/verify-runs.query";
import { Proof } from "../kernel/proof";
import { verifyLegs } from "../metering/verify-legs.query";
import { verifyDailyTotals, verifyPeriodTotals } from "../metering/verify-totals.query";
import { Scope, programmeCurrency, requireWholeProgramme } from "../tenancy";
import { Database, TenantTransaction } from "../tenancy/database.store";

const RUNS_AT_ONCE = 20;

/**
 * Proves a programme on its live data, figure by figure; each proof is handed out when it is made. Takes no lock that
 * holds anybody up, and no more memory than one run needs. FORBIDDEN for a scope that does not reach the whole programme.
 */
export async function* verifyProgramme(database: Database, scope: Scope): AsyncGenerator<Proof> {
  requireWholeProgramme(scope);
  const currency = programmeCurrency(scope.programme);
  // One snapshot per proof: figures that are compared must be of the same moment.
  const prove = <T>(work: (tx: TenantTransaction) => Promise<T>): Promise<T> => database.withTenant(scope, work, { statementTimeoutMs: 0, isolation: "REPEATABLE READ" });
  for (const proof of [verifyDailyTotals, verifyPeriodTotals, verifyLegs]) yield await prove(proof);
  for (const proof of [verifyRunPools, verifyConservation]) yield await prove((tx) => proof(tx, currency));
  const runs = new RunProofs();
  for (let after: string[] | null = null; ; ) {
    const page = await prove((tx) => listRuns(tx, null, after, RUNS_AT_ONCE));
    for (const run of page) runs.add(await prove((tx) => checkRun(tx, run)));
    const last = page.at(-1);
    if (page.length < RUNS_AT_ONCE || !last) break;
    after = [last.position, last.id];
  }
  yield* runs.proofs();
  yield await prove(verifyPolicies);
}
