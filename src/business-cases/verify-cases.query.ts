import { hashOf } from "../kernel/hash";
import { Proof, ProofNotes } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";
import { approvedPlan } from "./business-case";
import { caseStore } from "./case.store";
import { releasedOf } from "./gates";
import { investmentOf } from "./plan";
import { canonicalPlan } from "./propose-case";

/** Every plan is the one that was hashed when it was proposed, was approved by somebody else, and released no more than it approves. */
export async function verifyCases(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const store = caseStore(tx);
  let plans = 0;
  const cases = await store.list();
  for (const { useCase } of cases) {
    const record = await store.find(useCase);
    if (!record) continue;
    for (const { version, plan, documentHash, proposedBy, approvedBy } of record.versions) {
      plans += 1;
      if (hashOf(canonicalPlan(plan)) !== documentHash) notes.differs(`version ${version} of the case of ${useCase} is not the one that was hashed`);
      if (approvedBy !== null && approvedBy === proposedBy) notes.differs(`version ${version} of the case of ${useCase} was approved by its proposer`);
    }
    const approved = approvedPlan(record);
    const [released, most] = [releasedOf(record.tranches), approved === null ? 0n : investmentOf(approved.plan)];
    if (released > most) notes.differs(`the case of ${useCase} released ${released} of ${most} minor units that are approved`);
    for (const { gate, requestedBy, releasedBy } of record.tranches) if (releasedBy !== null && releasedBy === requestedBy) notes.differs(`${gate} of the case of ${useCase} was released by who asked for it`);
  }
  return notes.proof("business cases", `${plans} plans of ${cases.length} cases with their hashes, approvals and releases`);
}
