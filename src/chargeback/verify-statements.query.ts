import { Currency, toMoney } from "../kernel/money";
import { Proof, ProofNotes, TOLD_DIFFERENCES } from "../kernel/proof";
import { TenantTransaction } from "../tenancy/database.store";
import { Statement, StatementLine, hashStatement } from "./statement";
import { statementFaults } from "./statement-faults.query";

/** Proves that statements charge what was allocated, booked and adjusted, and that resolutions sum to zero. */
export async function verifyStatements(tx: TenantTransaction, currency: Currency): Promise<Proof> {
  const { statements, lines, differing, first } = await statementFaults(tx, null, TOLD_DIFFERENCES);
  const money = (minor: string): string => toMoney(minor, currency).amount;
  return {
    name: "statements = lines", compared: `${statements} versions of statements, ${lines} lines`, differing: Number(differing), notes: [],
    differences: first.map((fault) => `${fault.what}: stated ${money(fault.statedMinor)}, should be ${money(fault.expectedMinor)}`),
  };
}

/** Recomputes the hashes of statements one by one, so that a page of them is held in memory and not all. */
export class StatementHashes {
  private statements = 0;
  private lines = 0;
  private readonly notes = new ProofNotes();
  private previous: Statement | null = null;

  /** Statements come by period, unit and version, each version after the one that it follows. */
  add(statement: Statement, lines: readonly StatementLine[]): void {
    const { businessUnit, periodKey, version, hash, previousHash } = statement;
    this.statements += 1;
    this.lines += lines.length;
    const name = `statement of ${businessUnit} for ${periodKey} version ${version}`;
    const computed = hashStatement({ ...statement, lines });
    if (computed !== hash) this.notes.differs(`${name}: hash ${hash.slice(0, 12)}…, its lines hash to ${computed.slice(0, 12)}…`);
    const before = this.previous?.businessUnit === businessUnit && this.previous.periodKey === periodKey ? this.previous : null;
    if ((before?.hash ?? null) !== previousHash || version !== (before?.version ?? 0) + 1) this.notes.differs(`${name}: it does not follow the version before it`);
    this.previous = statement;
  }

  proof(): Proof {
    return this.notes.proof("statement hash = hash of its lines", `${this.statements} versions of statements, ${this.lines} lines`);
  }
}
