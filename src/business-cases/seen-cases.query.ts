import { asWhole } from "../budgets/month-facts.query";
import { TenantTransaction } from "../tenancy/database.store";
import { CaseRecord } from "./business-case";
import { CaseLedger, caseLedgers } from "./case-ledger.query";
import { caseStore } from "./case.store";
import { isGranted } from "./grant-case";

/** The case of a use case, if the caller may see it at that instant: a unit sees those of use cases that it owns now, an executive those that are granted. */
export async function seenCase(tx: TenantTransaction, useCase: string, at: Date): Promise<CaseRecord | null> {
  return (await grantedTo(tx, at))(useCase) ? caseStore(tx).find(useCase) : null;
}

/** Whether a grant lets the caller see a use case at an instant: executives need one, others are bounded by what they own. */
async function grantedTo(tx: TenantTransaction, at: Date): Promise<(useCase: string) => boolean> {
  const { role, subject } = tx.scope.principal;
  if (role !== "EXECUTIVE") return () => true;
  const grants = await caseStore(tx).grantsOf(subject);
  return (useCase) => isGranted(grants, subject, useCase, at);
}

/** Every case that the caller may see, with what the ledgers say of it, under the reader of cases. */
export async function seenCases(tx: TenantTransaction, nowMs: number): Promise<Array<readonly [CaseRecord, CaseLedger]>> {
  return tx.readingAs("CASES", async () => {
    const isSeen = await grantedTo(tx, new Date(nowMs));
    const records: CaseRecord[] = [];
    for (const { useCase } of await asWhole(tx, () => caseStore(tx).list())) {
      const record = isSeen(useCase) ? await caseStore(tx).find(useCase) : null;
      if (record) records.push(record);
    }
    const ledgers = await asWhole(tx, () => caseLedgers(tx, records, nowMs));
    return records.map((record, index) => [record, ledgers[index]!] as const);
  });
}
