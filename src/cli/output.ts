/** Where a command puts what it found: data on standard output, everything else on standard error. */
export interface OutputOptions {
  readonly json?: boolean;
}

/** Prints data: as one JSON document when asked for, else as the text. */
export function print(options: OutputOptions, data: unknown, text: string): void {
  process.stdout.write(`${options.json ? JSON.stringify(data, bigIntsAsText, 2) : text}\n`);
}

/** A line for the person at the terminal. */
export function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** Cells in columns under a header; columns named in `right` are aligned to the right. */
export function table(header: readonly string[], rows: ReadonlyArray<readonly string[]>, right: readonly string[] = []): string {
  const widths = header.map((name, index) => rows.reduce((widest, row) => Math.max(widest, row[index]!.length), name.length));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, index) => (right.includes(header[index]!) ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!))).join("  ").trimEnd();
  return [line(header), ...rows.map(line)].join("\n");
}

/** A whole number with thousands marks. */
export function count(whole: number): string {
  return whole.toLocaleString("en-US");
}

function bigIntsAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
