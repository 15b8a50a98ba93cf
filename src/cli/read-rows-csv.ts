import { isUtf8 } from "node:buffer";
import { CsvError, parse } from "csv-parse/sync";
import { Refusal } from "../kernel/refusal";
import type { ReadRow } from "./read-rows-item";

/** No row, quoted line breaks included, is longer than this; an open quote is looked for no further. */
export const LONGEST_ROW_BYTES = 1024 * 1024;

interface Parsed {
  readonly records: Array<{ readonly values: string[]; readonly end: number }>;
  /** The reason why the text after the last record is no record. */
  readonly trouble: CsvError | null;
}

/**
 * The rows of a CSV (RFC 4180; lines may end in LF, CRLF or CR), after one item with the columns of its header.
 *
 * The file is parsed in blocks of whole lines, so that a row that is broken costs its first line only: the parser starts
 * afresh on the next. A stream through the parser would read on inside the open quote and lose the rows it passes over.
 */
export async function* csvRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<ReadRow | { readonly columns: readonly string[] }, void, undefined> {
  let header: string[] | null = null;
  let line = 1;
  let kept: Buffer = Buffer.alloc(0);

  function* rowsOf(block: Buffer, isLast: boolean): Generator<ReadRow | { readonly columns: readonly string[] }, void, undefined> {
    let rest = block;
    while (rest.length > 0) {
      const { records, trouble } = parseBlock(rest);
      const soundText = isUtf8(rest);
      for (const { values } of records) {
        const rowNumber = line;
        line += 1 + lineBreaksIn(values);
        if (values.length === 1 && values[0] === "") continue;
        if (header === null) yield { columns: (header = headerOf(values)) };
        else yield rowOf(header, values, rowNumber, soundText);
      }
      rest = rest.subarray(records.at(-1)?.end ?? 0);
      if (trouble === null) break;
      if (trouble.code === "CSV_QUOTE_NOT_CLOSED" && !isLast && rest.length <= LONGEST_ROW_BYTES) {
        kept = rest;
        return;
      }
      if (header === null) throw new Refusal("BAD_USER_INPUT", `The header (line ${line}) cannot be read: ${reasonOf(trouble.code)}`);
      yield { rowNumber: line, error: reasonOf(trouble.code) };
      line += 1;
      rest = rest.subarray(firstLineEnd(rest) ?? rest.length);
    }
    kept = Buffer.alloc(0);
  }

  let isPassingOver = false;
  for await (const chunk of chunks) {
    let window: Buffer = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk;
    if (isPassingOver) {
      const lineEnd = firstLineEnd(window);
      if (lineEnd === null) continue;
      isPassingOver = false;
      line += 1;
      window = window.subarray(lineEnd);
    }
    const end = lastLineEnd(window);
    kept = window;
    if (end === 0) {
      if (window.length <= LONGEST_ROW_BYTES) continue;
      if (header === null) throw new Refusal("BAD_USER_INPUT", "The header is longer than 1 MB: this is not a CSV.");
      yield { rowNumber: line, error: reasonOf("CSV_MAX_RECORD_SIZE") };
      isPassingOver = true;
      kept = Buffer.alloc(0);
      continue;
    }
    yield* rowsOf(window.subarray(0, end), false);
    kept = Buffer.concat([kept, window.subarray(end)]);
  }
  yield* rowsOf(kept, true);
  if (header === null) throw new Refusal("BAD_USER_INPUT", "the file is empty: it has no header.");
}

function parseBlock(block: Buffer): Parsed {
  const records: Parsed["records"] = [];
  try {
    parse(block, {
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      max_record_size: LONGEST_ROW_BYTES,
      on_record: (values: string[], { bytes_records: end }) => {
        records.push({ values, end });
        return null;
      },
    });
    return { records, trouble: null };
  } catch (error) {
    if (error instanceof CsvError) return { records, trouble: error };
    throw error;
  }
}

function headerOf(values: readonly string[]): string[] {
  const names = values.map((name) => name.trim());
  const twice = names.find((name, index) => name !== "" && names.indexOf(name) !== index);
  if (twice !== undefined) throw new Refusal("BAD_USER_INPUT", `The header names the column ${JSON.stringify(twice)} twice.`);
  return names;
}

function rowOf(header: readonly string[], values: readonly string[], rowNumber: number, soundText: boolean): ReadRow {
  if (values.length !== header.length) return { rowNumber, error: `The row has ${values.length} columns; the header has ${header.length}.` };
  if (!soundText && values.some((value) => value.includes("\ufffd"))) return { rowNumber, error: "The row is not UTF-8 text." };
  const row: Record<string, string> = {};
  for (let index = 0; index < header.length; index += 1) row[header[index]!] = values[index]!;
  return { rowNumber, row };
}

const REASONS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "A quote is opened and not closed.",
  CSV_INVALID_CLOSING_QUOTE: "A quote is closed in the middle of a value, or never. Quotes inside a quoted value are doubled.",
  INVALID_OPENING_QUOTE: "A quote stands in the middle of a value. Put the whole value in quotes and double the quotes inside.",
  CSV_MAX_RECORD_SIZE: "The row is longer than 1 MB; is a quote not closed?",
};

function reasonOf(code: string): string {
  return REASONS[code] ?? `The row is not CSV (${code}).`;
}

function lineBreaksIn(values: readonly string[]): number {
  let count = 0;
  for (const value of values) if (value.includes("\n") || value.includes("\r")) count += value.match(/\r\n|\n|\r/g)!.length;
  return count;
}

const CR = 13, LF = 10;

function firstLineEnd(text: Buffer): number | null {
  const lf = text.indexOf(LF), cr = text.indexOf(CR);
  if (lf < 0 && cr < 0) return null;
  if (cr >= 0 && (lf < 0 || cr < lf)) return text[cr + 1] === LF ? cr + 2 : cr + 1;
  return lf + 1;
}

/** Where the last whole line ends; 0 for none. A CR at the very end may be half of a CRLF and is left for the next block. */
function lastLineEnd(text: Buffer): number {
  const lf = text.lastIndexOf(LF);
  return lf >= 0 ? lf + 1 : text.subarray(0, -1).lastIndexOf(CR) + 1;
}
