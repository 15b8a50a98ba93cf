import { textOf } from "../../kernel/utf8";

/** No line is longer than this, in bytes; an event with everything that it may hold fits several times. */
export const LONGEST_LINE_BYTES = 256 * 1024;

/** Stands for a line that cannot be read as text. */
export interface BrokenLine {
  readonly fault: string;
}

const LF = 10;
const TOO_LONG: BrokenLine = { fault: `The line is longer than ${LONGEST_LINE_BYTES / 1024} kB.` };
const NOT_UTF8: BrokenLine = { fault: "The line is not UTF-8 text." };
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Cuts chunks of bytes into lines of text, in order; `number` is that of the line handed out last, counted from 1. Lines
 * end in LF or CRLF (the CR is left at the end), the last one may lack it; empty ones are counted and not handed out; a
 * byte order mark at the start is passed over.
 * Keeps no more than one line: of one that is too long nothing but its length.
 */
export class LineCutter {
  number = 0;
  private kept: Buffer[] = [];
  private keptBytes = 0;
  private isStart = true;

  /** The lines that end in this chunk. */
  *cut(chunk: Buffer): Generator<string | BrokenLine, void, undefined> {
    let rest = chunk;
    if (this.keptBytes > LONGEST_LINE_BYTES) {
      const end = rest.indexOf(LF);
      if (end < 0) return;
      yield this.passOver();
      rest = rest.subarray(end + 1);
    }
    const last = rest.lastIndexOf(LF);
    if (last >= 0) {
      yield* this.linesOf(this.take(rest.subarray(0, last)));
      rest = rest.subarray(last + 1);
    }
    this.keep(rest);
  }

  /** What stands after the last line end. */
  *end(): Generator<string | BrokenLine, void, undefined> {
    if (this.keptBytes > LONGEST_LINE_BYTES) yield this.passOver();
    else if (this.keptBytes > 0) yield* this.linesOf(this.take(Buffer.alloc(0)));
  }

  private keep(part: Buffer): void {
    if (part.length === 0) return;
    this.keptBytes += part.length;
    if (this.keptBytes > LONGEST_LINE_BYTES) this.kept = [];
    else this.kept.push(part);
  }

  private passOver(): BrokenLine {
    this.keptBytes = 0;
    this.isStart = false;
    this.number += 1;
    return TOO_LONG;
  }

  /** What was kept and this, as one; empties what was kept. */
  private take(part: Buffer): Buffer {
    const whole = this.kept.length === 0 ? part : Buffer.concat([...this.kept, part]);
    this.kept = [];
    this.keptBytes = 0;
    const hasMark = this.isStart && whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf;
    this.isStart = false;
    return hasMark ? whole.subarray(3) : whole;
  }

  /** Decodes a block of whole lines at once, which costs a fraction of doing so line by line. */
  private *linesOf(block: Buffer): Generator<string | BrokenLine, void, undefined> {
    const text = textOf(block);
    // The decoder's mark for a broken character: an honest one is rare, so both are looked at closely.
    if (text.includes("\ufffd")) return yield* this.judgedLinesOf(block);
    for (let start = 0; start <= text.length; ) {
      const found = text.indexOf("\n", start);
      const end = found < 0 ? text.length : found;
      this.number += 1;
      const line = end === start ? "" : text.slice(start, end);
      // A character has at most three bytes for each of its units.
      if (line !== "") yield line.length * 3 > LONGEST_LINE_BYTES && Buffer.byteLength(line, "utf8") > LONGEST_LINE_BYTES ? TOO_LONG : line;
      start = end + 1;
    }
  }

  private *judgedLinesOf(block: Buffer): Generator<string | BrokenLine, void, undefined> {
    for (let start = 0; start <= block.length; ) {
      const found = block.indexOf(LF, start);
      const end = found < 0 ? block.length : found;
      this.number += 1;
      if (end > start) yield end - start > LONGEST_LINE_BYTES ? TOO_LONG : strictly(block.subarray(start, end));
      start = end + 1;
    }
  }
}

function strictly(bytes: Buffer): string | BrokenLine {
  try {
    return STRICT.decode(bytes);
  } catch {
    return NOT_UTF8;
  }
}
