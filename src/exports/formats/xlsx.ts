import { Zip, ZipDeflate, strToU8 } from "fflate";
import { withoutFormula } from "../../kernel/csv";
import { Column } from "../dataset";
import { RowWriter, Values, WriterOptions } from "./row-writer";

/** Rows of a sheet, its header among them: what the format can hold. */
const SHEET_ROWS = 1_048_576;
const DAY_MS = 86_400_000;
/** Day 0 of a workbook. */
const EPOCH_MS = Date.UTC(1899, 11, 30);
/** The oldest date that a zip can hold, so that the same rows are the same bytes. */
export const NEVER = new Date(1980, 0, 1);

export const XLSX_CAVEAT = "The cells hold every digit of a figure. A spreadsheet computes with binary numbers of about 15 significant digits: sums of longer figures are rounded by the program that opens this file. CSV, NDJSON and Parquet are exact throughout.";

export const STYLE = { plain: 0, header: 1, date: 2, inert: 3 } as const;

/** A workbook, written as it comes: a sheet of rows (a further one when it is full) and one that says what to know of figures. */
export function xlsxWriter({ columns, title }: WriterOptions): RowWriter {
  let pieces: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    pieces.push(chunk);
  });
  const taken = (): Uint8Array => {
    const all = Buffer.concat(pieces);
    pieces = [];
    return all;
  };
  const open = (name: string): ZipDeflate => {
    const file = new ZipDeflate(name, { level: 6 });
    file.mtime = NEVER;
    zip.add(file);
    return file;
  };
  const write = (name: string, content: string): void => void open(name).push(strToU8(content), true);
  const names = columnNames(columns.length);
  const cells = columns.map(cellOf);
  const header = `<row r="1">${columns.map(({ name }, index) => textCell(`${names[index]}1`, name, STYLE.header)).join("")}</row>`;
  let sheets = 0;
  let row = 0;
  let sheet: ZipDeflate | null = null;
  const beginSheet = (): void => {
    sheets += 1;
    row = 1;
    sheet = open(`xl/worksheets/sheet${sheets}.xml`);
    sheet.push(strToU8(`${SHEET_HEAD}<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>${header}`));
  };
  const endSheet = (): void => void sheet!.push(strToU8("</sheetData></worksheet>"), true);
  const rowText = (values: Values): string => {
    let out = `<row r="${row}">`;
    for (let index = 0; index < cells.length; index += 1) {
      const value = values[index]!;
      if (value !== null) out += cells[index]!(`${names[index]}${row}`, value);
    }
    return `${out}</row>`;
  };
  return {
    begin: () => {
      beginSheet();
      return taken();
    },
    rows: (batch) => {
      let out = "";
      for (const values of batch) {
        if (row === SHEET_ROWS) {
          sheet!.push(strToU8(out));
          out = "";
          endSheet();
          beginSheet();
        }
        row += 1;
        out += rowText(values);
      }
      sheet!.push(strToU8(out));
      return taken();
    },
    end: () => {
      endSheet();
      const titles = [...Array.from({ length: sheets }, (_, index) => (index === 0 ? title : `${title} (${index + 1})`)), "About"];
      write(`xl/worksheets/sheet${titles.length}.xml`, aboutSheet(title, columns));
      writeFrame(write, titles);
      zip.end();
      return taken();
    },
  };
}

export const SHEET_HEAD = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`;

/** What surrounds the sheets. It comes last, when it is known how many there are. */
export function writeFrame(write: (name: string, content: string) => void, titles: readonly string[]): void {
  const xml = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n`;
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const relationships = (all: ReadonlyArray<readonly [kind: string, target: string]>): string =>
    `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all.map(([kind, target], index) => `<Relationship Id="rId${index + 1}" Type="${office}/${kind}" Target="${target}"/>`).join("")}</Relationships>`;
  const sheets = titles.map((_, index) => `worksheets/sheet${index + 1}.xml`);
  write("xl/styles.xml", `${xml}${STYLES}`);
  write("xl/workbook.xml", `${xml}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${office}"><sheets>${titles.map((name, index) => `<sheet name="${escaped(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join("")}</sheets></workbook>`);
  write("xl/_rels/workbook.xml.rels", relationships([...sheets.map((target) => ["worksheet", target] as const), ["styles", "styles.xml"]]));
  write("_rels/.rels", relationships([["officeDocument", "xl/workbook.xml"]]));
  const parts = [["/xl/workbook.xml", `${types}.sheet.main+xml`], ["/xl/styles.xml", `${types}.styles+xml`], ...sheets.map((name) => [`/xl/${name}`, `${types}.worksheet+xml`])];
  write("[Content_Types].xml", `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${parts.map(([name, type]) => `<Override PartName="${name}" ContentType="${type}"/>`).join("")}</Types>`);
}

const STYLES = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2"><font/><font><b/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

function aboutSheet(title: string, columns: readonly Column[]): string {
  const lines = [[title, ""], ["Figures", XLSX_CAVEAT], ["", ""], ...columns.map(({ name, unit, description }) => [name, unit === null ? description : `${description} (${unit})`])];
  return `${SHEET_HEAD}<cols><col min="1" max="1" width="30" customWidth="1"/><col min="2" max="2" width="120" customWidth="1"/></cols><sheetData>${lines.map(([name, words], index) => `<row r="${index + 1}">${textCell(`A${index + 1}`, name!, STYLE.header)}${textCell(`B${index + 1}`, words!, STYLE.plain)}</row>`).join("")}</sheetData></worksheet>`;
}

function cellOf({ type }: Column): (place: string, value: string) => string {
  if (type === "decimal" || type === "integer") return figureCell;
  if (type === "date") return dateCell;
  if (type === "boolean") return (place, value) => `<c r="${place}" t="b"><v>${value === "true" ? 1 : 0}</v></c>`;
  return wordCell;
}

export const figureCell = (place: string, value: string): string => `<c r="${place}"><v>${value}</v></c>`;

export const dateCell = (place: string, value: string): string => `<c r="${place}" s="${STYLE.date}"><v>${(Date.parse(`${value}T00:00:00.000Z`) - EPOCH_MS) / DAY_MS}</v></c>`;

/** Text that looks like a formula is marked as text, as a person does with an apostrophe: it stays so when the cell is edited. */
export const wordCell = (place: string, value: string): string => textCell(place, value, withoutFormula(value) === value ? STYLE.plain : STYLE.inert);

export const textCell = (place: string, value: string, style: number): string => `<c r="${place}"${style === STYLE.plain ? "" : ` s="${style}"`} t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;

const SIGNS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;" };

/** Text for XML; what XML cannot hold becomes U+FFFD. */
function escaped(value: string): string {
  return value.replace(/[&<>"\r]/g, (sign) => SIGNS[sign]!).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}

export function columnNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => (index < 26 ? "" : String.fromCharCode(64 + Math.floor(index / 26))) + String.fromCharCode(65 + (index % 26)));
}
