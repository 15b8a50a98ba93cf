import { Column } from "../dataset";
import { RowWriter, Values, WriterOptions } from "./row-writer";

/** One object per line. */
export function ndjsonWriter(options: WriterOptions): RowWriter {
  const write = objectsOf(options);
  return { begin: () => "", rows: (batch) => batch.map((values) => `${write(values)}\n`).join(""), end: () => "" };
}

/** One list of flat objects. */
export function jsonWriter(options: WriterOptions): RowWriter {
  const write = objectsOf(options);
  let isFirst = true;
  return {
    begin: () => "[",
    rows: (batch) => {
      const text = batch.map((values) => `\n${write(values)}`).join(",");
      const joined = isFirst ? text : `,${text}`;
      isFirst = false;
      return joined;
    },
    end: () => "\n]\n",
  };
}

/** Digits are copied, never computed with. Whole numbers beyond 2^53 - 1 would not survive a reader and come as text. */
function objectsOf({ columns, decimalsAsNumbers }: WriterOptions): (values: Values) => string {
  const parts = columns.map((column, index) => ({ head: `${index === 0 ? "{" : ","}${JSON.stringify(column.name)}:`, write: valueOf(column, decimalsAsNumbers) }));
  return (values) => {
    let out = "";
    for (let index = 0; index < parts.length; index += 1) {
      const value = values[index]!;
      out += parts[index]!.head + (value === null ? "null" : parts[index]!.write(value));
    }
    return `${out}}`;
  };
}

const LARGEST_WHOLE = 9_007_199_254_740_991n;

function valueOf({ type }: Column, decimalsAsNumbers: boolean): (value: string) => string {
  if (type === "boolean" || (type === "decimal" && decimalsAsNumbers)) return (value) => value;
  if (type !== "integer") return (value) => JSON.stringify(value);
  return (value) => (value.length < 16 || (BigInt(value) <= LARGEST_WHOLE && BigInt(value) >= -LARGEST_WHOLE) ? value : JSON.stringify(value));
}
