/** What came of checking that two independent ways to a figure agree. It holds when nothing differs. */
export interface Proof {
  readonly name: string;
  /** What was compared, with counts, for people. */
  readonly compared: string;
  /** How many differences there are. */
  readonly differing: number;
  /** The first few of them, for people. */
  readonly differences: readonly string[];
  /** What is worth knowing and no fault. */
  readonly notes: readonly string[];
}

/** So many differences are told one by one; the others are counted. */
export const TOLD_DIFFERENCES = 5;

/** Collects differences one by one; keeps the first few and counts the rest. */
export class ProofNotes {
  private differing = 0;
  private readonly differences: string[] = [];
  private readonly notes: string[] = [];

  differs(difference: string): void {
    this.differing += 1;
    if (this.differences.length < TOLD_DIFFERENCES) this.differences.push(difference);
  }

  note(text: string): void {
    if (this.notes.length < TOLD_DIFFERENCES) this.notes.push(text);
  }

  proof(name: string, compared: string): Proof {
    return { name, compared, differing: this.differing, differences: this.differences, notes: this.notes };
  }
}
