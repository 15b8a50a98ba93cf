import { say } from "../../bench/figures";

/** What a figure must be for the proof to hold; none: it is only told. */
export interface Bound {
  readonly equals?: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** How a proof is run. */
export interface ProofOptions {
  readonly seed: number;
  /** How many rounds were asked for; null: as many as the proof wants. */
  readonly rounds: number | null;
}

export type Proof = (options: ProofOptions, report: Report) => Promise<void>;

/** Prints the figures of a proof, one line of JSON each, and remembers whether all of them passed. */
export class Report {
  failed = false;

  constructor(private readonly proof: string, private readonly seed: number) {}

  /** Prints a figure; one that leaves its bound fails the proof. Details go into the same line. */
  figure(name: string, value: number, unit: string, bound: Bound = {}, details: Readonly<Record<string, unknown>> = {}): void {
    const { equals = value, atMost = value, atLeast = value } = bound;
    const passes = value === equals && value <= atMost && value >= atLeast;
    if (!passes) this.failed = true;
    const judged = Object.keys(bound).length > 0 ? { ...bound, passes } : {};
    process.stdout.write(`${JSON.stringify({ proof: this.proof, figure: name, value: Number(value.toPrecision(6)), unit, ...judged, ...details, seed: this.seed })}\n`);
  }

  /** Prints how many faults were found, which must be none, and the first few of them. */
  none(name: string, faults: readonly string[], details: Readonly<Record<string, unknown>> = {}): void {
    this.figure(name, faults.length, "faults", { equals: 0 }, { ...details, ...(faults.length > 0 ? { first: faults.slice(0, 5) } : {}) });
  }

  /** Tells people how far it has come. */
  progress(message: string): void {
    say(`${this.proof}: ${message}`);
  }
}

/** Median, 99th percentile and largest of some durations, as details of a figure. */
export function spread(values: readonly number[]): { median: number; p99: number; max: number; count: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => Math.round(sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? 0);
  return { median: at(0.5), p99: at(0.99), max: at(1), count: sorted.length };
}

/** How often each word was said. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(word: string, times = 1): void {
    this.counts.set(word, (this.counts.get(word) ?? 0) + times);
  }

  of(word: string): number {
    return this.counts.get(word) ?? 0;
  }

  asRecord(): Record<string, number> {
    return Object.fromEntries([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
