import { hashText } from "../kernel/hash";
import { Currency, toMoney } from "../kernel/money";
import { Proof, ProofNotes, TOLD_DIFFERENCES } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";
import { MappingDocument } from "./account-mapping";
import { Journal, hashJournal } from "./journal";
import { journalFaults } from "./journal-faults.query";
import { contentOf, filesOf, journalLinesOf } from "./journal.query";
import { hashOfMapping } from "./propose-account-mapping";

/** Proves that journals balance, post the statements of their months line by line, and that reversals take back what they name. */
export async function verifyJournals(tx: TenantTransaction, currency: Currency): Promise<Proof> {
  const { journals, lines, differing, first } = await journalFaults(tx, null, TOLD_DIFFERENCES);
  const money = (minor: string): string => toMoney(minor, currency).amount;
  return {
    name: "journals balance = statements", compared: `${journals} journals, ${lines} lines`, differing: Number(differing), notes: [],
    differences: first.map((fault) => `${fault.what}: stated ${money(fault.statedMinor)}, should be ${money(fault.expectedMinor)}`),
  };
}

/** Something with a hash that was stored, and the hash that it has now. */
export interface Hashed {
  readonly name: string;
  readonly stored: string;
  readonly computed: string;
}

/** The hash of a journal over its lines, and those of its files over their bytes; one of them is held in memory and not all. */
export async function hashesOf(tx: TenantTransaction, journal: Journal): Promise<Hashed[]> {
  const hashed: Hashed[] = [{ name: `journal ${journal.externalId}`, stored: journal.hash, computed: hashJournal({ ...journal, lines: await journalLinesOf(tx, journal.id) }) }];
  for (const file of (await filesOf(tx, [journal.id])).get(journal.id) ?? []) {
    hashed.push({ name: `${file.profile} file of ${journal.externalId}`, stored: file.contentHash, computed: hashText(await contentOf(tx, file)) });
  }
  return hashed;
}

/** Holds journals and their files against the hashes that were stored with them. */
export class JournalHashes {
  private journals = 0;
  private files = 0;
  private readonly notes = new ProofNotes();

  add(hashed: readonly Hashed[]): void {
    this.journals += 1;
    this.files += hashed.length - 1;
    for (const { name, stored, computed } of hashed) {
      if (stored !== computed) this.notes.differs(`${name}: hash ${stored.slice(0, 12)}…, what is stored hashes to ${computed.slice(0, 12)}…`);
    }
  }

  proof(): Proof {
    return this.notes.proof("journal hash = hash of its lines and files", `${this.journals} journals, ${this.files} files`);
  }
}

/** Proves that every account mapping still hashes to what was proposed, and that a second person approved it. */
export async function verifyAccountMappings(tx: TenantTransaction): Promise<Proof> {
  const notes = new ProofNotes();
  const mappings = await tx.query<{ version: number; document: MappingDocument; hash: string; from: string; proposedBy: string; approvedBy: string | null }>(
    `select m.version, m.document, m.document_hash as hash, m.effective_from as "from", m.proposed_by as "proposedBy", a.approved_by as "approvedBy" from journals.account_mapping m
       left join journals.account_mapping_approval a on a.programme_id = $1 and a.version = m.version where m.programme_id = $1 order by m.version`,
    [tx.scope.programme.id],
  );
  for (const { version, document, hash, from, proposedBy, approvedBy } of mappings) {
    if (hashOfMapping(document) !== hash) notes.differs(`account mapping ${version}: its text does not hash to what was stored`);
    if (document.effectiveFrom !== from) notes.differs(`account mapping ${version}: it takes effect in ${from}, its text says ${document.effectiveFrom}`);
    if (proposedBy === approvedBy) notes.differs(`account mapping ${version}: proposed and approved by ${proposedBy}`);
  }
  return notes.proof("account mapping hash = hash of its document", `${mappings.length} versions`);
}
