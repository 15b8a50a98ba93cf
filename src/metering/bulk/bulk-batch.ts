import { invariant } from "../../kernel/refusal";
import { BatchReader, ReadBatch, UsageEventResult } from "../ingest/report-usage";
import { INGEST_OUTCOMES, IngestOutcome } from "../usage-event";

/** What became of one line (or item of a list), counted from 1. */
export interface LineResult extends Omit<UsageEventResult, "index"> {
  readonly line: number;
}

/** The part of a batch that one source measured; `places` are the positions of its events in the batch. */
export interface BatchPart {
  readonly batch: ReadBatch;
  readonly places: readonly number[];
}

/**
 * Lines on their way to one commit: read and checked as they come, so that nothing but their rows is kept. A commit is of
 * one source; a batch in which several speak is stored in as many.
 */
export class BulkBatch {
  /** Characters of text that its lines had; says how much memory it may take. */
  length = 0;
  private readonly lines: number[] = [];
  private readonly refused = new Map<number, LineResult>();
  private readonly parts = new Map<string, { readonly reader: BatchReader; readonly places: number[] }>();

  /** `nowMs` is the moment against which its events are judged. */
  constructor(readonly nowMs: number) {}

  get size(): number {
    return this.lines.length;
  }

  add(line: number, source: string, event: unknown): void {
    this.readerOf(line, source).add(event);
  }

  /** A line that is refused before it is an event, though its source is known: that source is told of it. */
  refuseOf(line: number, source: string, eventId: string, message: string, about: string): void {
    this.readerOf(line, source).refuse(eventId, message, about);
  }

  private readerOf(line: number, source: string): BatchReader {
    let part = this.parts.get(source);
    if (part === undefined) {
      part = { reader: new BatchReader(source, this.nowMs), places: [] };
      this.parts.set(source, part);
    }
    part.places.push(this.lines.push(line) - 1);
    return part.reader;
  }

  refuse(line: number, eventId: string, message: string, code: LineResult["code"] = "BAD_USER_INPUT"): void {
    this.refused.set(this.lines.push(line) - 1, { line, eventId, outcome: "REJECTED", code, message });
  }

  /** One part for each source, in the order in which they came first. */
  read(): BatchPart[] {
    return [...this.parts.values()].map(({ reader, places }) => ({ batch: reader.batch(), places }));
  }

  /** One result for each line, in order, from the verdicts on each part. */
  results(parts: readonly BatchPart[], verdicts: ReadonlyArray<readonly UsageEventResult[]>): LineResult[] {
    const results = new Array<LineResult>(this.size);
    for (const [place, result] of this.refused) results[place] = result;
    parts.forEach(({ places }, number) => {
      invariant(verdicts[number]?.length === places.length, "a batch was not answered once for each event");
      for (const { index, eventId, outcome, code, message } of verdicts[number]!) {
        const place = places[index]!;
        results[place] = { line: this.lines[place]!, eventId, outcome, code, message };
      }
    });
    return results;
  }
}

/** How many lines got which verdict. */
export type Tally = Record<Lowercase<IngestOutcome>, number>;

export function emptyTally(): Tally {
  return Object.fromEntries(INGEST_OUTCOMES.map((outcome) => [outcome.toLowerCase(), 0])) as Tally;
}

export function countInto(tally: Tally, results: readonly LineResult[]): void {
  for (const { outcome } of results) tally[outcome.toLowerCase() as Lowercase<IngestOutcome>] += 1;
}
