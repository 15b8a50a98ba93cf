import fc from "fast-check";
import { BrokenLine, LONGEST_LINE_BYTES, LineCutter } from "../../src/metering";

/** The lines of a body that comes in these chunks, each with its number. */
function linesOf(...chunks: Array<string | Buffer>): Array<[number, string]> {
  const cutter = new LineCutter();
  const found: Array<[number, string]> = [];
  const take = (line: string | BrokenLine): unknown => found.push([cutter.number, typeof line === "string" ? line : `! ${line.fault}`]);
  for (const chunk of chunks) for (const line of cutter.cut(Buffer.from(chunk))) take(line);
  for (const line of cutter.end()) take(line);
  return found;
}

const TOO_LONG = "! The line is longer than 256 kB.";
const NOT_UTF8 = "! The line is not UTF-8 text.";
const most = "x".repeat(LONGEST_LINE_BYTES);
const long = `${most}x`;

test.each<[string, Array<string | Buffer>, Array<[number, string]>]>([
  ["nothing", [], []],
  ["an empty chunk", [""], []],
  ["one line", ["a\n"], [[1, "a"]]],
  ["without its end", ["a"], [[1, "a"]]],
  ["in pieces", ["a", "b", "\n", "c"], [[1, "ab"], [2, "c"]]],
  ["empty ones are counted", ["\n\na\n\nb"], [[3, "a"], [5, "b"]]],
  ["CRLF", ["a\r\nb\r", "\n"], [[1, "a\r"], [2, "b\r"]]],
  ["a byte order mark", ["\ufeffa\nb"], [[1, "a"], [2, "b"]]],
  ["one in pieces", [Buffer.from([0xef]), Buffer.from([0xbb, 0xbf, 0x61])], [[1, "a"]]],
  ["one that is not at the start", ["a\n\ufeffb"], [[1, "a"], [2, "\ufeffb"]]],
  ["nothing but one", ["\ufeff"], []],
  ["a character cut in two", [Buffer.from("ä\n").subarray(0, 1), Buffer.from("ä\n").subarray(1)], [[1, "ä"]]],
  ["what is no UTF-8", [Buffer.from([0x61, 0x0a, 0xff, 0x0a, 0x0a, 0x62])], [[1, "a"], [2, NOT_UTF8], [4, "b"]]],
  ["an honest replacement character", ["\ufffd\nb"], [[1, "\ufffd"], [2, "b"]]],
  ["as long as may be", [`${most}\nb`], [[1, most], [2, "b"]]],
  ["too long", [`${long}\nb`], [[1, TOO_LONG], [2, "b"]]],
  ["too long in bytes", [`${"ä".repeat(LONGEST_LINE_BYTES / 2)}x\nb`], [[1, TOO_LONG], [2, "b"]]],
  ["too long in pieces", ["a\n", most, "x", "x", "\nb\n"], [[1, "a"], [2, TOO_LONG], [3, "b"]]],
  ["too long to the end", [most, "x"], [[1, TOO_LONG]]],
  ["too long and no UTF-8", [Buffer.concat([Buffer.from(long), Buffer.from([0xff, 0x0a, 0x62])])], [[1, TOO_LONG], [2, "b"]]],
])("%s", (_, chunks, expected) => {
  expect(linesOf(...chunks)).toEqual(expected);
});

test("however the body is cut, its lines are the same", () => {
  const line = fc.constantFrom("", "a", "\r", "ä", "\ufffd", "\ud83d\ude00 smile", "x".repeat(50));
  const body = fc.array(line).map((lines) => Buffer.from(lines.join("\n")));
  fc.assert(fc.property(body, fc.array(fc.nat(40)), (whole, sizes) => {
    const chunks: Buffer[] = [];
    let start = 0;
    for (const size of sizes) chunks.push(whole.subarray(start, (start += size)));
    chunks.push(whole.subarray(start));
    const expected = whole.toString("utf8").split("\n").flatMap((text, index): Array<[number, string]> => (text === "" ? [] : [[index + 1, text]]));
    expect(linesOf(...chunks)).toEqual(expected);
  }), { numRuns: 500, seed: 20251031 });
});

test("of a line without end nothing is kept", () => {
  const cutter = new LineCutter();
  const chunk = Buffer.alloc(64 * 1024, "x");
  for (let count = 0; count < 1_000; count += 1) expect([...cutter.cut(chunk)]).toEqual([]);
  expect((cutter as unknown as { kept: Buffer[] }).kept).toEqual([]);
  expect([...cutter.cut(Buffer.from("\nb\n"))]).toEqual([{ fault: "The line is longer than 256 kB." }, "b"]);
  expect(cutter.number).toBe(2);
});
