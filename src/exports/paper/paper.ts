/** What the cells of a column hold. Figures are exact decimal text; an exact figure may be a fraction "n/d". */
export type PaperColumnType = "text" | "decimal" | "integer" | "exact" | "date";

export interface PaperColumn {
  readonly title: string;
  readonly type: PaperColumnType;
}

/** Null: there is nothing to say in this cell. */
export type PaperRow = ReadonlyArray<string | null>;

/** A table under a heading. */
export interface PaperTable {
  /** Also the name of the sheet in a workbook: at most 31 letters, digits and blanks. */
  readonly title: string;
  /** What stands above the table; null: nothing. */
  readonly words: string | null;
  readonly columns: readonly PaperColumn[];
  readonly rows: readonly PaperRow[];
  /** The last row, which sums the others; null where nothing is summed. */
  readonly total: PaperRow | null;
  /** What is said instead of a table without rows. */
  readonly empty: string;
}

/** A document before it is HTML, PDF or a workbook: the same words and figures in each of them. */
export interface PaperDocument {
  readonly title: string;
  /** What tells it apart from its like; of the file, without its ending. */
  readonly subject: string;
  readonly fileName: string;
  /** What every page names, so that it is known where a sheet of paper belongs. */
  readonly mark: string;
  /** The instant that the document is dated by, as ISO 8601; never the one at which it is printed. */
  readonly dated: string;
  readonly facts: ReadonlyArray<readonly [name: string, value: string]>;
  readonly tables: readonly PaperTable[];
  readonly notes: readonly string[];
}

/** Controls, marks that turn the direction of writing around, and halves of a pair: what nobody sees and what may deceive. Line ends and tabs are none. */
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|\p{Surrogate}/gu;

/** Text for a person's eyes: what cannot be seen is seen as U+FFFD. */
export const visible = (text: string): string => text.replace(/\r\n?/g, "\n").replace(UNPRINTABLE, "\ufffd");

/** A copy of which every text can be seen. Titles and words of our own pass through unchanged. */
export function printable(document: PaperDocument): PaperDocument {
  const cells = (row: PaperRow): PaperRow => row.map((cell) => (cell === null ? null : visible(cell)));
  return {
    ...document, title: visible(document.title), subject: visible(document.subject),
    facts: document.facts.map(([name, value]) => [name, visible(value)]),
    tables: document.tables.map((table) => ({ ...table, words: table.words === null ? null : visible(table.words), rows: table.rows.map(cells), total: table.total && cells(table.total) })),
    notes: document.notes.map(visible),
  };
}
