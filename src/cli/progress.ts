import { Presets, SingleBar } from "cli-progress";
import { Clock, systemClock } from "../kernel/clock";

/** What a long import tells the person who waits. */
export interface ImportProgress {
  /** Bytes and rows read since the start; may be called for every row. */
  report(bytesRead: number, rowsRead: number): void;
  /** The last word; also to be called when the import fails, so that the terminal is left in order. */
  end(): void;
}

/** Says nothing. */
export const silentProgress: ImportProgress = { report: () => undefined, end: () => undefined };

const REDRAW_MS = 100;
const LINE_EVERY_MS = 5_000;

/**
 * Progress of reading a file of `totalBytes` (0 when not known): rows per second, and the time left reckoned by bytes.
 * A bar on a terminal; elsewhere a plain line every five seconds and one at the end.
 */
export function createImportProgress(totalBytes: number, stream: NodeJS.WriteStream = process.stderr, clock: Clock = systemClock): ImportProgress {
  return stream.isTTY ? bar(totalBytes, stream, clock) : lines(totalBytes, stream, clock);
}

function bar(totalBytes: number, stream: NodeJS.WriteStream, clock: Clock): ImportProgress {
  const startedMs = clock.now();
  const drawn = new SingleBar({ stream, format: "{bar} {percentage} % | {rows} rows | {rate} rows/s | {eta_formatted} left", fps: 1000 / REDRAW_MS }, Presets.shades_classic);
  let last = { bytes: 0, rows: 0 };
  let updatedMs = startedMs;
  const update = (): void => drawn.update(Math.min(last.bytes, Math.max(totalBytes, 1)), { rows: count(last.rows), rate: count(rate(last.rows, clock.now() - startedMs)) });
  drawn.start(Math.max(totalBytes, 1), 0, { rows: "0", rate: "0" });
  return {
    report(bytes, rows) {
      last = { bytes, rows };
      if (clock.now() - updatedMs < REDRAW_MS) return;
      updatedMs = clock.now();
      update();
    },
    end() {
      update();
      drawn.stop();
    },
  };
}

function lines(totalBytes: number, stream: NodeJS.WriteStream, clock: Clock): ImportProgress {
  const startedMs = clock.now();
  let last = { bytes: 0, rows: 0 };
  let writtenMs = startedMs;
  const write = (isLast: boolean): void => {
    const elapsedMs = clock.now() - startedMs;
    const percent = totalBytes > 0 ? `${Math.min(100, Math.floor((last.bytes * 100) / totalBytes))} % | ` : "";
    const isTimeKnown = !isLast && totalBytes > 0 && last.bytes > 0;
    const left = isTimeKnown ? ` | about ${Math.ceil((elapsedMs * Math.max(totalBytes - last.bytes, 0)) / last.bytes / 1000)} s left` : "";
    stream.write(`${percent}${count(last.rows)} rows | ${count(rate(last.rows, elapsedMs))} rows/s${left}\n`);
  };
  return {
    report(bytes, rows) {
      last = { bytes, rows };
      if (clock.now() - writtenMs < LINE_EVERY_MS) return;
      writtenMs = clock.now();
      write(false);
    },
    end: () => write(true),
  };
}

function rate(rows: number, elapsedMs: number): number {
  return Math.round((rows * 1000) / Math.max(elapsedMs, 1));
}

function count(whole: number): string {
  return whole.toLocaleString("en-US");
}
