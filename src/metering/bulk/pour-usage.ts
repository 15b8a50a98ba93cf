import { BulkBatch, LineResult } from "./bulk-batch";
import { Conveyor } from "./conveyor";
import { readItem } from "./envelope";
import { BrokenLine, LineCutter } from "./lines";

/** A commit holds at most this many lines, */
export const MOST_LINES = 10_000;
/** and no more than this many characters of them, so that long lines take no more memory than short ones. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** A sender that trickles is answered at least this often. */
const WAIT_FOR_MORE_MS = 5_000;

export interface PourPorts {
  nowMs(): number;
  /** Stores a batch: one result for each of its lines, in order. What it throws ends the upload. */
  store(batch: BulkBatch): Promise<LineResult[]>;
  /** Takes the results of a batch that was stored; the next is not begun before the promise is kept. */
  answer(results: readonly LineResult[]): Promise<void>;
  /** Hears how many lines were read so far, now and then. */
  progress?(lines: number): void;
}

export interface PourOptions {
  /** Who measured the bare events; null when every line says so itself. */
  readonly source: string | null;
  /** Commits under way at the same time. With one, the first of two lines with one identity is always the one kept. */
  readonly parallel: number;
  /** Lines of a commit at most; 10,000 unless told. */
  readonly commitLines?: number;
}

/**
 * Reads NDJSON of any size and stores it in batches; blank lines are passed over, a line that cannot be read is refused
 * by its number and does not spoil the others. Holds `parallel` batches and the one that is being read. Answers how many
 * lines it answered. When reading or storing fails, what is under way is waited for and the failure thrown: lines without
 * an answer were not stored, or not surely so, and are to be sent again.
 */
export async function pourUsage(chunks: AsyncIterable<Buffer>, ports: PourPorts, options: PourOptions): Promise<number> {
  const { source, parallel, commitLines = MOST_LINES } = options;
  const cutter = new LineCutter();
  const conveyor = new Conveyor(ports.store, ports.answer, parallel);
  let answered = 0;
  let batch = new BulkBatch(ports.nowMs());
  const pass = async (): Promise<void> => {
    answered += batch.size;
    await conveyor.hand(batch);
    batch = new BulkBatch(ports.nowMs());
  };
  try {
    for await (const chunk of chunks) {
      for (const line of cutter.cut(chunk)) {
        addLine(batch, cutter.number, line, source);
        if (batch.size >= commitLines || batch.length >= MOST_CHARACTERS) await pass();
      }
      ports.progress?.(cutter.number);
      if (batch.size > 0 && conveyor.isIdle && ports.nowMs() - batch.nowMs > WAIT_FOR_MORE_MS) await pass();
    }
    for (const line of cutter.end()) addLine(batch, cutter.number, line, source);
    if (batch.size > 0) await pass();
    await conveyor.finish();
    ports.progress?.(cutter.number);
  } finally {
    await conveyor.settle();
  }
  return answered;
}

/** Reads a line into the batch. */
function addLine(batch: BulkBatch, number: number, line: string | BrokenLine, source: string | null): void {
  if (typeof line !== "string") return batch.refuse(number, "", line.fault);
  let item: unknown;
  try {
    item = JSON.parse(line);
  } catch {
    if (line.trim() !== "") batch.refuse(number, "", "The line is not JSON.");
    return;
  }
  const read = readItem(item, source);
  if ("fault" in read) batch.refuse(number, read.eventId, read.fault);
  else batch.add(number, read.source, read.event);
  batch.length += line.length;
}
