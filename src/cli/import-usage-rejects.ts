import { FileHandle, open } from "node:fs/promises";

/** A row that was not taken in, and why. */
export interface RejectedRow {
  readonly rowNumber: number;
  /** What identifies the row in the sender's books; "" when that could not be read. */
  readonly eventId: string;
  readonly code: string;
  readonly message: string;
}

/** The CSV of rejected rows; there is no file until the first of them. */
export interface RejectsFile {
  /** Appends the rows. Not to be called again before the promise is kept. */
  write(rows: readonly RejectedRow[]): Promise<void>;
  /** The path when something has been written, else null. */
  close(): Promise<string | null>;
}

/** A rejects file at `path`: header `row,eventId,code,message`, with `identity` in the place of eventId. What stood there before is replaced by the first row. */
export function rejectsFileAt(path: string, identity = "eventId"): RejectsFile {
  let file: FileHandle | null = null;
  return {
    async write(rows) {
      if (rows.length === 0) return;
      const isNew = file === null;
      file ??= await open(path, "w");
      const lines = rows.map((row) => csvLine([String(row.rowNumber), row.eventId, row.code, row.message]));
      await file.appendFile((isNew ? csvLine(["row", identity, "code", "message"]) : "") + lines.join(""));
    },
    async close() {
      await file?.close();
      return file === null ? null : path;
    },
  };
}

/** One CSV line. Spreadsheets run a cell that starts like a formula, so such a cell gets an apostrophe in front. */
export function csvLine(cells: readonly string[]): string {
  const safe = cells.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell));
  return `${safe.map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell)).join(",")}\n`;
}
