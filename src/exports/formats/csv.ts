import { csvText } from "../../kernel/csv";
import { RowWriter, WriterOptions } from "./row-writer";

/**
 * RFC 4180 in UTF-8: dot decimals without marks of thousands or a plus sign. Text is kept from being a formula, figures are not,
 * so that -5.00 stays a number. Null is an empty cell, empty text is "".
 */
export function csvWriter({ columns, bom }: WriterOptions): RowWriter {
  const isText = columns.map(({ type }) => type === "text");
  const width = columns.length;
  return {
    begin: () => `${bom ? "\ufeff" : ""}${columns.map(({ name }) => name).join(",")}\r\n`,
    rows: (batch) => {
      let out = "";
      for (const values of batch) {
        for (let index = 0; index < width; index += 1) {
          const value = values[index]!;
          if (index > 0) out += ",";
          if (value !== null) out += isText[index] ? csvText(value) : value;
        }
        out += "\r\n";
      }
      return out;
    },
    end: () => "",
  };
}
