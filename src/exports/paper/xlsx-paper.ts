import { zipSync } from "fflate";
import { invariant } from "../../kernel/refusal";
import { NEVER, SHEET_HEAD, STYLE, XLSX_CAVEAT, columnNames, figureCell, textCell, wordCell, dateCell, writeFrame } from "../formats/xlsx";
import { PaperColumn, PaperDocument, PaperRow, PaperTable } from "./paper";

/** A workbook with a sheet for the statement's head and one for each table. Figures are numbers with all their digits, text is inert, there is no formula. */
export function xlsxPaper(document: PaperDocument): Uint8Array {
  const sheets = [{ title: "Statement", content: headSheet(document) }, ...document.tables.map((table) => ({ title: table.title, content: tableSheet(table) }))];
  invariant(new Set(sheets.map(({ title }) => title)).size === sheets.length && sheets.every(({ title }) => /^[A-Za-z0-9 ]{1,31}$/.test(title)), "sheets of a workbook without names of their own");
  const files: Record<string, Uint8Array> = {};
  const write = (name: string, content: string): void => void (files[name] = Buffer.from(content, "utf8"));
  sheets.forEach(({ content }, index) => write(`xl/worksheets/sheet${index + 1}.xml`, content));
  writeFrame(write, sheets.map(({ title }) => title));
  return zipSync(files, { level: 6, mtime: NEVER });
}

/** What the format holds in a cell. */
const LONGEST_CELL = 32_767;

function headSheet({ title, subject, facts, notes }: PaperDocument): string {
  const lines: ReadonlyArray<readonly [string, string]> = [[title, subject], ...facts, ["", ""], ...[...notes, XLSX_CAVEAT].map((note) => ["", note] as const)];
  const rows = lines.map(([name, value], index) => `<row r="${index + 1}">${name === "" ? "" : textCell(`A${index + 1}`, name, STYLE.header)}${value === "" ? "" : words(`B${index + 1}`, value)}</row>`);
  return `${SHEET_HEAD}<cols><col min="1" max="1" width="28" customWidth="1"/><col min="2" max="2" width="110" customWidth="1"/></cols><sheetData>${rows.join("")}</sheetData></worksheet>`;
}

/** Header first, so that the sheet can be sorted and filtered; what stands above the table on paper follows below it. */
function tableSheet({ columns, rows, total, words: said, empty }: PaperTable): string {
  const names = columnNames(columns.length);
  const all = [...rows, ...(total === null ? [] : [total])];
  const below = [rows.length === 0 ? empty : null, said].flatMap((each) => (each === null || each === "" ? [] : [each]));
  const header = `<row r="1">${columns.map(({ title }, index) => textCell(`${names[index]}1`, title, STYLE.header)).join("")}</row>`;
  const body = all.map((row, index) => `<row r="${index + 2}">${row.map((value, column) => cell(`${names[column]}${index + 2}`, columns[column]!, value)).join("")}</row>`);
  const remarks = below.map((text, index) => `<row r="${all.length + 3 + index}">${words(`A${all.length + 3 + index}`, text)}</row>`);
  const widths = columns.map((column, index) => `<col min="${index + 1}" max="${index + 1}" width="${widthOf(column, all, index)}" customWidth="1"/>`);
  return `${SHEET_HEAD}<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join("")}</cols><sheetData>${header}${body.join("")}${remarks.join("")}</sheetData></worksheet>`;
}

const PLAIN_FIGURE = /^-?[0-9]+(\.[0-9]+)?$/;

/** Exact figures that are no decimal are text: a spreadsheet would make a date of 1/3. */
function cell(place: string, { type }: PaperColumn, value: string | null): string {
  if (value === null) return "";
  if (type === "date") return dateCell(place, value);
  return type !== "text" && PLAIN_FIGURE.test(value) ? figureCell(place, value) : words(place, value);
}

const words = (place: string, value: string): string => wordCell(place, value.length > LONGEST_CELL ? `${value.slice(0, LONGEST_CELL - 1).replace(/\p{Surrogate}$/u, "")}…` : value);

function widthOf({ title }: PaperColumn, rows: readonly PaperRow[], index: number): number {
  return rows.reduce((widest, row) => Math.max(widest, Math.min(row[index]?.length ?? 0, 60)), Math.max(title.length, 8)) + 2;
}
