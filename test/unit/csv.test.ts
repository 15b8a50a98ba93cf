import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { CsvCell, csvRow } from "../../src/kernel/csv";

const rowOf = (...cells: CsvCell[]): string => csvRow(cells);

describe("a row of CSV", () => {
  it.each<[string, CsvCell, string]>([
    ["plain text", { text: "Telephony" }, "Telephony"],
    ["a comma", { text: "a,b" }, '"a,b"'],
    ["a quote", { text: 'say "x"' }, '"say ""x"""'],
    ["a line end", { text: "a\nb" }, '"a\nb"'],
    ["blanks around", { text: " a" }, '" a"'],
    ["nothing", { text: "" }, ""],
    ["a formula", { text: "=1+2" }, "'=1+2"],
    ["a sum", { text: "+1" }, "'+1"],
    ["a negative text", { text: "-1" }, "'-1"],
    ["an at", { text: "@SUM(A1)" }, "'@SUM(A1)"],
    ["a tab", { text: "\t1" }, `'\t1`],
    ["a carriage return", { text: "\r=1" }, `"'\r=1"`],
    ["a full-width sign", { text: "＝1" }, "'＝1"],
    ["blanks before a formula", { text: "  =1" }, "'  =1"],
    ["a negative figure", { figure: "-5.00" }, "-5.00"],
    ["a figure", { figure: "12.50" }, "12.50"],
  ])("writes %s", (_name, cell, expected) => {
    expect(rowOf(cell)).toBe(`${expected}\r\n`);
  });

  it("is read back as it was, but for the apostrophe before what looks like a formula", () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 2, maxLength: 6 }), (texts) => {
      const [read] = parse(csvRow(texts.map((text) => ({ text }))), { record_delimiter: "\r\n" }) as string[][];
      expect(read!.map((cell, index) => (cell === `'${texts[index]}` ? cell.slice(1) : cell))).toEqual(texts);
      for (const cell of read!) expect(cell).not.toMatch(/^[\s\u00a0\u3000]*[=+\-@＝＋－＠]/);
    }));
  });
});
