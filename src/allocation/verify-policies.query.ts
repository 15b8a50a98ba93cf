import { Proof, ProofNotes } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";
import { hashPolicy } from "./policy";
import { policyStore } from "./policy.store";

const PAGE = 100;

/** Proves that every policy document still hashes to what was approved, and that a second person approved it. */
export async function verifyPolicies(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  let versions = 0;
  for (let after: string | null = null; ; ) {
    const page = await policyStore(tx).list({ first: PAGE, after });
    for (const { node } of page.edges) {
      const { version, documentHash, proposedBy, approvedBy } = node;
      const computed = hashPolicy(node);
      if (computed !== documentHash) notes.differs(`version ${version}: stored hash ${documentHash.slice(0, 12)}…, its text hashes to ${computed.slice(0, 12)}…`);
      if (approvedBy === proposedBy) notes.differs(`version ${version}: proposed and approved by ${proposedBy}`);
      versions += 1;
    }
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  return notes.proof("policy hash = hash of its document", `${versions} versions`);
}
