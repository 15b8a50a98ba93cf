/** A cell of a CSV file. Figures are written as they are; text is kept from being taken for a formula. */
export type CsvCell = { readonly figure: string } | { readonly text: string };

/** What a spreadsheet takes for the beginning of a formula, full-width forms too, also behind blanks. */
const FORMULA = /^[\s\u00a0\u3000]*[=+\-@＝＋－＠]|^[\t\r\n]/;

/** Text with an apostrophe in front where a spreadsheet would compute it. */
export function withoutFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** A row of RFC 4180 with its line end. Only text is kept from being a formula: "-5.00" as a figure stays a number. */
export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map((cell) => quoted("figure" in cell ? cell.figure : withoutFormula(cell.text))).join(",")}\r\n`;
}

/** Text as a cell: kept from being a formula, and quoted where it must be; empty text is told from no value. */
export function csvText(text: string): string {
  return text === "" ? '""' : quoted(withoutFormula(text));
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
