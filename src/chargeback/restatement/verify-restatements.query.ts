import { Proof, ProofNotes } from "../../kernel/proof";
import { TenantTransaction } from "../../tenancy/database.store";
import { hashRestatement, requireWhole } from "./restatement";
import { listRestatements, restatedCells, restatedPools } from "./restatement.query";

/** Proves that every version of a closed month hashes to what was kept, follows the one before it, and makes up every pool before and after. */
export async function verifyRestatements(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const closes = new Map((await tx.query<{ key: string; hash: string }>("select key, hash from governance.period where programme_id = $1 and status = 'CLOSED'", [tx.scope.programme.id])).map(({ key, hash }) => [key, hash]));
  const versions = await listRestatements(tx, null);
  const newest = new Map<string, { version: number; hash: string }>();
  for (const { periodKey, version, previousHash, hash } of versions) {
    const name = `${periodKey} version ${version}`;
    const before = newest.get(periodKey) ?? { version: 1, hash: closes.get(periodKey) };
    if (version !== before.version + 1 || previousHash !== before.hash) notes.differs(`${name}: it does not follow version ${before.version}`);
    const figures = { pools: await restatedPools(tx, periodKey, version), cells: await restatedCells(tx, periodKey, version) };
    const now = hashRestatement({ period: periodKey, version, previousHash, ...figures });
    if (now !== hash) notes.differs(`${name}: hash ${hash.slice(0, 12)}…, its figures hash to ${now.slice(0, 12)}…`);
    try {
      requireWhole(figures);
    } catch (error) {
      notes.differs(`${name}: ${(error as Error).message}`);
    }
    newest.set(periodKey, { version, hash });
  }
  return notes.proof("restated months = hash of their figures, in one chain", `${versions.length} restatements`);
}
