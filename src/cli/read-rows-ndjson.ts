import { isUtf8 } from "node:buffer";
import type { ReadRow } from "./read-rows-item";

const LONGEST_LINE_BYTES = 1024 * 1024;
const DEEPEST = 20;
const LF = 10;

/**
 * The rows of an NDJSON file: one JSON object a line, blank lines passed over. Objects inside are flattened with dots
 * ("caller.language") and also stand whole, as JSON text, under their own name; lists stand as JSON text, null as "".
 * Numbers keep the digits they were written with. A line that is no object, or over 1 MB, is an error of its own.
 */
export async function* ndjsonRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<ReadRow, void, undefined> {
  let rowNumber = 0;
  for await (const line of linesOf(chunks)) {
    rowNumber += 1;
    if (line === null) yield { rowNumber, error: "The line is longer than 1 MB." };
    else if (!isUtf8(line)) yield { rowNumber, error: "The line is not UTF-8 text." };
    else {
      const text = line.toString("utf8").trim();
      if (text !== "") yield rowOf(text, rowNumber);
    }
  }
}

/** Lines without their end; null for one that is too long to be kept. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null, void, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (part: Buffer): void => {
    length += part.length;
    if (length > LONGEST_LINE_BYTES) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const take = (): Buffer | null => {
    const line = length > LONGEST_LINE_BYTES ? null : parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      keep(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
  if (length > 0) yield take();
}

function rowOf(text: string, rowNumber: number): ReadRow {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
    if (MAY_LOSE_DIGITS.test(text)) parsed = JSON.parse(text.replace(STRING_OR_NUMBER, (token) => (wasExact(token) ? token : `"${token}"`)));
  } catch (error) {
    return { rowNumber, error: `The line is not JSON: ${(error as Error).message.slice(0, 120)}` };
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return { rowNumber, error: "The line is not a JSON object." };
  const row: Record<string, string> = {};
  const fault = flatten(parsed as Record<string, unknown>, "", 1, row);
  return fault === null ? { rowNumber, row } : { rowNumber, error: fault };
}

/** A number of more than 15 digits may not come back from a binary number as it was written: it is kept as text. */
const MAY_LOSE_DIGITS = /\d[\d.]{15}/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function wasExact(token: string): boolean {
  return token.startsWith('"') || token.replace(/\D/g, "").length <= 15 || String(Number(token)) === token;
}

function flatten(from: Readonly<Record<string, unknown>>, prefix: string, depth: number, into: Record<string, string>): string | null {
  if (depth > DEEPEST) return `The objects of the line are nested more than ${DEEPEST} deep.`;
  for (const [key, value] of Object.entries(from)) {
    const name = prefix + key;
    if (Object.hasOwn(into, name)) return `The line has two values for ${JSON.stringify(name.slice(0, 80))}.`;
    into[name] = textOf(value);
    if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
    const fault = flatten(value as Record<string, unknown>, `${name}.`, depth + 1, into);
    if (fault !== null) return fault;
  }
  return null;
}

function textOf(value: unknown): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
