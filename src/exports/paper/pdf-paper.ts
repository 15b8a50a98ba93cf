import { PaperDocument, PaperRow, PaperTable } from "./paper";
import { Face, PdfPages } from "./pdf-page";
import { columnWidths } from "./pdf-text";

const ROWS_OF_A_TURN = 20;
const TEXT = 8, TABLE = 6.8, GAP = 6, PADDING = 2.5;
/** Height of a line, of its size. */
const LEADING = 1.32;
/** A text column asks for no more than this, and is given no less than that. */
const WIDEST_TEXT = 230, LEAST_TEXT = 34;

/** A file of A4 pages: tables repeat their header, every page has its number and the hash. The same document is the same bytes. */
export async function pdfPaper(document: PaperDocument): Promise<Buffer> {
  const pages = new PdfPages(document, `${document.title}: ${document.subject}, ${document.mark}`);
  block(pages, document.title, "bold", 15);
  block(pages, document.subject, "plain", 10.5);
  pages.y += 6;
  writeFacts(pages, document.facts);
  for (const table of document.tables) await writeTable(pages, table);
  pages.y += 10;
  const missing = pages.replaced;
  const told = missing === 0 ? [] : [`Signs of this file that stand as \ufffd: ${missing}. Its font (DejaVu Sans) does not hold them, or they run from right to left; the HTML and the workbook of the same statement have them.`];
  for (const note of [...document.notes, ...told]) block(pages, note, "plain", 7);
  return pages.end();
}

/** Writes lines over the whole width, on as many pages as they need. */
function block(pages: PdfPages, text: string, face: Face, size: number): void {
  for (const line of pages.lines(text, face, size, pages.width)) {
    if (pages.room < size * LEADING) pages.turn();
    pages.write(line, pages.left, pages.y, face, size);
    pages.y += size * LEADING;
  }
}

function writeFacts(pages: PdfPages, facts: PaperDocument["facts"]): void {
  const names = Math.max(...facts.map(([name]) => pages.natural(name, "plain", TEXT))) + 14;
  for (const [name, value] of facts) {
    pages.lines(value, "bold", TEXT, pages.width - names).forEach((line, index) => {
      if (pages.room < TEXT * LEADING) pages.turn();
      if (index === 0) pages.write(name, pages.left, pages.y, "plain", TEXT);
      pages.write(line, pages.left + names, pages.y, "bold", TEXT);
      pages.y += TEXT * LEADING;
    });
  }
}

async function writeTable(pages: PdfPages, table: PaperTable): Promise<void> {
  const { title, words, columns, rows, total, empty } = table;
  pages.y += 14;
  // A heading does not stand alone at the end of a page.
  if (pages.room < 90) pages.turn();
  block(pages, title, "bold", 10.5);
  if (words !== null) block(pages, words, "plain", TEXT);
  if (rows.length === 0) return block(pages, empty, "plain", TEXT);
  const grid = new Grid(pages, table, columnWidths(columns.map((_, index) => naturalWidth(pages, table, index)), columns.map(({ type }) => type === "text" || type === "exact"), pages.width, LEAST_TEXT));
  grid.header();
  for (const [index, row] of rows.entries()) {
    grid.row(row, "plain");
    // A long statement takes a second: others have their turn meanwhile.
    if (index % ROWS_OF_A_TURN === ROWS_OF_A_TURN - 1) await new Promise((resolve) => setImmediate(resolve));
  }
  if (total !== null) grid.row(total, "bold");
}

function naturalWidth(pages: PdfPages, { columns, rows, total }: PaperTable, index: number): number {
  const { title, type } = columns[index]!;
  const isText = type === "text" || type === "exact";
  const heading = Math.max(...title.split(" ").map((word) => pages.natural(word, "bold", TABLE)));
  const cells = [...rows.map((row) => pages.natural(row[index] ?? "", "plain", TABLE)), pages.natural(total?.[index] ?? "", "bold", TABLE)];
  const widest = cells.reduce((most, each) => Math.max(most, each), heading) + GAP;
  return isText ? Math.min(widest, WIDEST_TEXT) : widest;
}

/** Rows in columns, over as many pages as they need. */
class Grid {
  private readonly lineHeight = TABLE * LEADING;

  constructor(private readonly pages: PdfPages, private readonly table: PaperTable, private readonly widths: readonly number[]) {}

  header(): void {
    const cells = this.table.columns.map(({ title }, index) => this.pages.lines(title, "bold", TABLE, this.widths[index]! - GAP));
    this.pages.y += PADDING;
    this.slice(cells, 0, Math.max(...cells.map((lines) => lines.length)), "bold");
    this.pages.rule(this.pages.y, 0.9, "#111111");
  }

  /** A row stays whole unless it is higher than what a page holds. */
  row(row: PaperRow, face: Face): void {
    const cells = row.map((value, index) => (value === null ? [] : this.pages.lines(value, face, TABLE, this.widths[index]! - GAP)));
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    const fits = (): number => Math.floor((this.pages.room - 2 * PADDING) / this.lineHeight);
    if (fits() < Math.min(height, 20)) this.newPage();
    for (let from = 0; from < height;) {
      if (fits() < 1) this.newPage();
      const count = Math.min(height - from, fits());
      this.pages.y += PADDING;
      this.slice(cells, from, count, face);
      from += count;
    }
    this.pages.rule(this.pages.y, 0.3, "#bbbbbb");
  }

  private newPage(): void {
    this.pages.turn();
    this.header();
  }

  private slice(cells: ReadonlyArray<readonly string[]>, from: number, count: number, face: Face): void {
    let x = this.pages.left;
    cells.forEach((lines, index) => {
      const right = this.table.columns[index]!.type === "text" ? undefined : x + this.widths[index]! - GAP;
      lines.slice(from, from + count).forEach((line, at) => this.pages.write(line, x, this.pages.y + at * this.lineHeight, face, TABLE, right));
      x += this.widths[index]!;
    });
    this.pages.y += count * this.lineHeight + PADDING;
  }
}
