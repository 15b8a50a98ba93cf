import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReadRow, readRows, RowFormat } from "../../src/cli/read-rows";

const folder = mkdtempSync(join(tmpdir(), "read-rows-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Rows as "line: cells" and errors as "line! reason". */
async function read(name: string, content: string | Buffer, format?: RowFormat): Promise<string[]> {
  const shown: string[] = [];
  for await (const item of readRows(write(name, content), format)) shown.push(show(item));
  return shown;
}
const show = (item: ReadRow): string => ("row" in item ? `${item.rowNumber}: ${Object.values(item.row).join("|")}` : `${item.rowNumber}! ${item.error}`);

const OPENED = "A quote is opened and not closed.";
const CLOSED = "A quote is closed in the middle of a value, or never. Quotes inside a quoted value are doubled.";
const MIDDLE = "A quote stands in the middle of a value. Put the whole value in quotes and double the quotes inside.";

describe("CSV", () => {
  test.each<[string, string | Buffer, string[]]>([
    ["plain rows",                     "a,b\n1,2\n3,4\n",                       ["2: 1|2", "3: 3|4"]],
    ["no line end at the end",         "a,b\n1,2",                              ["2: 1|2"]],
    ["a header and nothing else",      "a,b\n",                                 []],
    ["a byte order mark",              "\ufeffa,b\n1,2\n",                      ["2: 1|2"]],
    ["CRLF",                           "a,b\r\n1,2\r\n3,4\r\n",                 ["2: 1|2", "3: 3|4"]],
    ["CR",                             "a,b\r1,2\r3,4\r",                       ["2: 1|2", "3: 3|4"]],
    ["line ends of both kinds",        "a,b\n1,2\r\n3,4\n",                     ["2: 1|2", "3: 3|4"]],
    ["quotes",                         'a,b\n"x, y","say ""hi"""\n',            ['2: x, y|say "hi"']],
    ["a line break in a value",        'a,b\n"x\r\ny",2\n3,4\n',                ["2: x\r\ny|2", "4: 3|4"]],
    ["blank lines",                    "a,b\n\n1,2\n\n",                        ["3: 1|2"]],
    ["spaces kept in values",          "a , b\n 1 ,2\n",                        ["2:  1 |2"]],
    ["too few columns",                "a,b\n1\n3,4\n",                         ["2! The row has 1 columns; the header has 2.", "3: 3|4"]],
    ["too many columns",               "a,b\n1,2,3\n3,4\n",                     ["2! The row has 3 columns; the header has 2.", "3: 3|4"]],
    ["text after a closing quote",     'a,b\n"x"y,2\n3,4\n',                    [`2! ${CLOSED}`, "3: 3|4"]],
    ["a quote in the middle",          'a,b\n5" pipe,2\n3,4\n',                 [`2! ${MIDDLE}`, "3: 3|4"]],
    ["an open quote to the end",       'a,b\n1,"x\n3,4\n5,6\n',                 [`2! ${OPENED}`, "3: 3|4", "4: 5|6"]],
    ["an open quote before another",   'a,b\n1,"x\n3,"y"\n5,6\n',               [`2! ${CLOSED}`, '3: 3|y', "4: 5|6"]],
    ["text that is not UTF-8",         Buffer.from("a,b\n1,caf\xe9\n3,caf\u00c3\u00a9\n", "latin1"), ["2! The row is not UTF-8 text.", "3: 3|café"]],
  ])("%s", async (_name, content, expected) => expect(await read("x.csv", content)).toEqual(expected));

  test.each<[string, string | Buffer, string]>([
    ["an empty file",             "",                                 "the file is empty"],
    ["blank lines only",          "\n \n",                            "the file is empty"],
    ["a mark and nothing else",   "\ufeff",                           "the file is empty"],
    ["a column named twice",      "a,b,a\n1,2,3\n",                   'The header names the column "a" twice.'],
    ["a broken header",           'a,"b\n1,2\n',                      "The header (line 1) cannot be read: A quote is opened and not closed."],
    ["UTF-16",                    Buffer.from("\ufeffa,b\n", "utf16le"), "The file is UTF-16. Save it as UTF-8."],
  ])("%s is refused", async (_name, content, reason) => {
    await expect(read("x.csv", content)).rejects.toMatchObject({ code: "BAD_USER_INPUT", message: expect.stringContaining(reason) as string });
  });

  test("the columns are known before the first row, and the bytes at the end", async () => {
    const reader = readRows(write("x.csv", "a,b\n"));
    expect(await reader.columns()).toEqual(["a", "b"]);
    const items: ReadRow[] = [];
    for await (const item of reader) items.push(item);
    expect(items).toEqual([]);
    expect(reader.bytesRead).toBe(4);
    await reader.close();
  });

  test("a file of many blocks keeps its rows and line numbers, with a broken row and one of 3 MB between", async () => {
    const row = (n: number): string => `${n},"${"x".repeat(50)}\n${n}"\n`;
    let content = "a,b\n";
    for (let n = 1; n <= 9000; n += 1) content += row(n);
    content += `bad,"x"y\n${"z".repeat(3 * 1024 * 1024)}\n`;
    for (let n = 9001; n <= 18000; n += 1) content += row(n);
    let next = 1;
    const errors: string[] = [];
    for await (const item of readRows(write("big.csv", content))) {
      if ("error" in item) errors.push(show(item));
      else {
        expect(item.row["a"]).toBe(String(next));
        expect(item.rowNumber).toBe(next <= 9000 ? 2 * next : 2 * next + 2);
        next += 1;
      }
    }
    expect(next).toBe(18001);
    expect(errors).toEqual([`18002! ${CLOSED}`, "18003! The row is longer than 1 MB; is a quote not closed?"]);
  });

  test("a quote that is never closed costs one row of a large file", async () => {
    const lines = Array.from({ length: 60_000 }, (_, n) => (n === 100 ? '100,"open' : `${n},${"y".repeat(40)}`));
    const shown = await read("open.csv", `a,b\n${lines.join("\n")}\n`);
    expect(shown.length).toBe(60_000);
    expect(shown.filter((text) => text.includes("!"))).toEqual(["102! The row is longer than 1 MB; is a quote not closed?"]);
  });

  test("a file that is not there, or a folder, is refused", async () => {
    await expect(readRows(join(folder, "none.csv")).columns()).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    await expect(readRows(folder, "csv").columns()).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
  });
});

describe("NDJSON", () => {
  test("flattens objects, keeps lists as JSON and numbers as written; a bad line does not stop the rest", async () => {
    const content = ['{"a":1,"b":{"c":"x","d":{"e":null}},"l":[1,2]}', "{bad", "", "[1]", '{"id":12345678901234567890,"n":0.12345678901234567891,"t":true}', '{"a.b":1,"a":{"b":2}}'].join("\n");
    const items: ReadRow[] = [];
    for await (const item of readRows(write("x.ndjson", content))) items.push(item);
    expect(items).toEqual([
      { rowNumber: 1, row: { a: "1", b: '{"c":"x","d":{"e":null}}', "b.c": "x", "b.d": '{"e":null}', "b.d.e": "", l: "[1,2]" } },
      { rowNumber: 2, error: expect.stringContaining("The line is not JSON") as string },
      { rowNumber: 4, error: "The line is not a JSON object." },
      { rowNumber: 5, row: { id: "12345678901234567890", n: "0.12345678901234567891", t: "true" } },
      { rowNumber: 6, error: 'The line has two values for "a.b".' },
    ]);
  });

  test("a line over 1 MB and one nested too deep are errors of their own", async () => {
    const deep = `${'{"a":'.repeat(30)}1${"}".repeat(30)}`;
    const shown = await read("x.jsonl", `{"a":"${"x".repeat(1024 * 1024)}"}\n${deep}\n{"a":"ok"}\n`);
    expect(shown).toEqual(["1! The line is longer than 1 MB.", "2! The objects of the line are nested more than 20 deep.", "3: ok"]);
  });

  test("is known by its first character when the name does not tell, and its columns by its first rows", async () => {
    const reader = readRows(write("rows.txt", '\ufeff {"a":1}\n{"b":{"c":2}}\n'));
    expect(await reader.columns()).toEqual(["a", "b", "b.c"]);
    expect(await read("rows.txt", '{"a":1}\n')).toEqual(["1: 1"]);
    expect(await read("rows2.txt", "a\n1\n")).toEqual(["2: 1"]);
  });
});
