import { verifyCases } from "../business-cases/verify-cases.query";
import { listRuns } from "../allocation/run.store";
import { verifyConservation, verifyRunPools } from "../allocation/verify-conservation.query";
import { verifyPolicies } from "../allocation/verify-policies.query";
import { RunProofs, checkRun } from "../allocation/verify-runs.query";
import { verifyBenefits } from "../benefits/verify-benefits.query";
import { STATEMENT_STATUSES } from "../chargeback";
import { verifyRecoveries } from "../chargeback/true-up/verify-true-ups.query";
import { verifyRestatements } from "../chargeback/restatement/verify-restatements.query";
import { verifySilence } from "../chargeback/deadlines/verify-silence.query";
import { linesOf, listStatements } from "../chargeback/statement.query";
import { StatementHashes, verifyStatements } from "../chargeback/verify-statements.query";
import { verifyAccruals } from "../costs/accruals/verify-accruals.query";
import { ChainLink } from "../governance";
import { verifyAuditChain } from "../governance/verify-audit-chain.query";
import { verifyAdjustments, verifyClosedPeriods } from "../closing/verify-closed.query";
import { listJournals } from "../journals/journal.query";
import { JournalHashes, hashesOf, verifyAccountMappings, verifyJournals } from "../journals/verify-journals.query";
import { Proof } from "../kernel/proof";
import { verifyLegs } from "../metering/verify-legs.query";
import { verifyOwners } from "../metering/verify-owners.query";
import { verifyDailyTotals, verifyPeriodTotals } from "../metering/verify-totals.query";
import { readBenefits } from "../programme/read-benefits.query";
import { verifyProgrammePnl } from "../programme/reconciliation.query";
import { verifyRateCards, verifyRatingPostings, verifyRatingRuns, verifyVendorStatements } from "../rating/verify-rating.query";
import { Scope, programmeCurrency, requireWholeProgramme } from "../tenancy";
import { Database, TenantTransaction } from "../tenancy/database.store";

const RUNS_AT_ONCE = 20;
const STATEMENTS_AT_ONCE = 50;
const JOURNALS_AT_ONCE = 50;

/**
 * Proves a programme on its live data, figure by figure; each proof is handed out when it is made. Takes no lock that
 * holds anybody up, and no more memory than one run or one page of entries needs. The audit chain must also pass through
 * `anchors`, ends of it that were written down earlier. FORBIDDEN for a scope that does not reach the whole programme.
 */
export async function* verifyProgramme(database: Database, scope: Scope, anchors: readonly ChainLink[] = []): AsyncGenerator<Proof> {
  requireWholeProgramme(scope);
  const currency = programmeCurrency(scope.programme);
  // One snapshot per proof: figures that are compared must be of the same moment.
  const prove = <T>(work: (tx: TenantTransaction) => Promise<T>): Promise<T> => database.withTenant(scope, work, { statementTimeoutMs: 0, isolation: "REPEATABLE READ" });
  for (const proof of [verifyDailyTotals, verifyPeriodTotals, verifyLegs, verifyOwners]) yield await prove(proof);
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
  yield await prove(verifyRateCards);
  yield await prove(verifyRatingRuns);
  yield await prove(verifyRatingPostings);
  yield await prove(verifyVendorStatements);
  yield await prove(verifyClosedPeriods);
  yield await prove(verifyAdjustments);
  yield await prove(verifyAccruals);
  yield await prove(verifyRestatements);
  yield await prove((tx) => verifyRecoveries(tx, currency));
  yield await prove((tx) => verifyStatements(tx, currency));
  yield await prove(verifySilence);
  const hashes = new StatementHashes();
  for (let after: string | null = null, more = true; more; ) {
    const page = await prove(async (tx) => {
      const { edges, pageInfo } = await listStatements(tx, { period: null, unitIds: null, statuses: STATEMENT_STATUSES }, { first: STATEMENTS_AT_ONCE, after });
      return { statements: edges.map(({ node }) => node), lines: await linesOf(tx, edges.map(({ node }) => node.id)), pageInfo };
    });
    for (const statement of page.statements) hashes.add(statement, page.lines.get(statement.id) ?? []);
    [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
  }
  yield hashes.proof();
  yield await prove(verifyAccountMappings);
  yield await prove((tx) => verifyJournals(tx, currency));
  const journals = new JournalHashes();
  for (let after: string | null = null, more = true; more; ) {
    const page = await prove((tx) => listJournals(tx, null, { first: JOURNALS_AT_ONCE, after }));
    for (const { node } of page.edges) journals.add(await prove((tx) => hashesOf(tx, node)));
    [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
  }
  yield journals.proof();
  yield await prove(verifyCases);
  yield await prove((tx) => verifyBenefits(tx, currency));
  yield await prove((tx) => verifyProgrammePnl(tx, currency, readBenefits));
  yield* await prove((tx) => verifyAuditChain(tx, anchors));
}
