import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importUsage, ImportUsageOptions, PushVerdict } from "../../src/cli/import-usage";
import { csvLine } from "../../src/cli/import-usage-rejects";
import { createImportProgress, silentProgress } from "../../src/cli/progress";
import { parseUsageMapping } from "../../src/metering/mapping/usage-mapping";

const folder = mkdtempSync(join(tmpdir(), "import-usage-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mapping = parseUsageMapping({
  filter: [{ column: "kind", notIn: ["skip"] }],
  fields: { eventId: { column: "id" }, businessUnit: { column: "unit" }, endedAt: { column: "ended" }, connectedMs: { column: "ms" } },
});

type Verdict = Omit<PushVerdict, "index">;
type Push = ImportUsageOptions["push"];

/** A store that remembers ids; `verdicts` overrules it for single ids. */
function store(verdicts: Record<string, Verdict> = {}): { push: Push; batches: number[] } {
  const seen = new Set<string>();
  const batches: number[] = [];
  const push: Push = async (events) => {
    batches.push(events.length);
    await new Promise((done) => setTimeout(done, batches.length % 2 === 0 ? 1 : 8));
    return events.map((event, index) => {
      const id = String(event["eventId"]);
      const known = seen.has(id);
      seen.add(id);
      return { index, ...(verdicts[id] ?? { outcome: known ? "DUPLICATE" : "ACCEPTED" }) };
    });
  };
  return { push, batches };
}

let files = 0;
function fileOf(lines: readonly string[], header = "id,unit,ended,ms,kind"): string {
  const path = join(folder, `usage-${(files += 1)}.csv`);
  writeFileSync(path, [header, ...lines, ""].join("\n"));
  return path;
}
const row = (id: string | number, more: { unit?: string; ms?: string; kind?: string } = {}): string => `${id},${more.unit ?? "retail"},2025-10-01T00:00:00Z,${more.ms ?? "1000"},${more.kind ?? ""}`;

const run = (file: string, push: Push, more: Partial<ImportUsageOptions> = {}): ReturnType<typeof importUsage> =>
  importUsage({ file, mapping, source: "file://x", push, rejectsFile: `${file}.rejects`, progress: silentProgress, ...more });

test("counts every row once and writes what was refused, in the order of the file", async () => {
  const file = fileOf([row(1), row(2, { kind: "skip" }), row(3, { ms: "abc" }), '4,"broken', row(5), row(6), row("=7"), row(8), row(9), row(10, { unit: "Retail Bank" })]);
  const { push } = store({
    5: { outcome: "REJECTED", code: "NOT_FOUND", message: "There is no business unit retail." },
    6: { outcome: "HELD", code: "USE_CASE_MISSING" },
    "=7": { outcome: "CONFLICT", message: 'The same id came with "another" body.' },
    8: { outcome: "SUPERSEDED" },
    9: { outcome: "DUPLICATE" },
  });
  const rejectsFile = `${file}.rejects`;
  expect(await run(file, push, { batchSize: 2 })).toEqual({ read: 10, filtered: 1, accepted: 1, duplicate: 1, superseded: 1, conflict: 1, rejected: 4, held: 1, rejectsFile });
  expect(readFileSync(rejectsFile, "utf8").split("\n")).toEqual([
    "row,eventId,code,message",
    '4,3,BAD_USER_INPUT,"connectedMs (column ms): ""abc"" is not a whole number."',
    "5,,BAD_USER_INPUT,A quote is opened and not closed.",
    "6,5,NOT_FOUND,There is no business unit retail.",
    '8,\'=7,CONFLICT,"The same id came with ""another"" body."',
    '11,10,BAD_USER_INPUT,"businessUnit (column unit): ""Retail Bank"" is not a code. Say ""slug"": true, or translate it with ""map""."',
    "",
  ]);
});

test("a second run finds everything there and writes no rejects file", async () => {
  const file = fileOf(Array.from({ length: 25 }, (_, n) => row(n)));
  const { push, batches } = store();
  const none = { read: 25, filtered: 0, superseded: 0, conflict: 0, rejected: 0, held: 0, rejectsFile: null };
  expect(await run(file, push, { batchSize: 10 })).toEqual({ ...none, accepted: 25, duplicate: 0 });
  expect(await run(file, push, { batchSize: 10 })).toEqual({ ...none, accepted: 0, duplicate: 25 });
  expect(batches).toEqual([10, 10, 5, 10, 10, 5]);
  expect(existsSync(`${file}.rejects`)).toBe(false);
});

test("no more batches are under way than allowed", async () => {
  let underWay = 0, most = 0;
  const push: Push = async (events) => {
    most = Math.max(most, (underWay += 1));
    await new Promise((done) => setTimeout(done, 3));
    underWay -= 1;
    return events.map((_, index) => ({ index, outcome: "ACCEPTED" }));
  };
  await run(fileOf(Array.from({ length: 40 }, (_, n) => row(n))), push, { batchSize: 4, parallel: 3 });
  expect(most).toBe(3);
});

test("a push that fails ends the import with its error, after the batches under way", async () => {
  let pushes = 0, ended = 0, finished = 0;
  const push: Push = async (events) => {
    pushes += 1;
    if (pushes === 2) throw new Error("the line is down");
    await new Promise((done) => setTimeout(done, 10));
    finished += 1;
    return events.map((_, index) => ({ index, outcome: "ACCEPTED" }));
  };
  const file = fileOf(Array.from({ length: 100 }, (_, n) => row(n)));
  await expect(run(file, push, { batchSize: 5, progress: { report: () => undefined, end: () => void (ended += 1) } })).rejects.toThrow("the line is down");
  expect({ pushes, finished, ended }).toEqual({ pushes: 3, finished: 2, ended: 1 });
});

test("a push that does not answer for each event is not taken for success", async () => {
  await expect(run(fileOf([row(1), row(2)]), async () => [{ index: 0, outcome: "ACCEPTED" }])).rejects.toThrow("a push did not answer once for each event");
});

describe("nothing is pushed", () => {
  const push: Push = () => Promise.reject(new Error("pushed"));

  test("of a file that lacks columns", async () => {
    await expect(run(fileOf(["1,x"], "id,unit"), push)).rejects.toMatchObject({ code: "BAD_USER_INPUT", message: expect.stringMatching(/lacks "ended", "kind", "ms", which the mapping reads\. It has "id", "unit"\. Nothing was imported\.$/) as string });
  });

  test("of an NDJSON file whose rows lack a key", async () => {
    const file = join(folder, "x.ndjson");
    writeFileSync(file, '{"id":"1","unit":"retail"}\n{"id":"2","ended":null,"ms":null}\n');
    await expect(run(file, push)).rejects.toThrow('lacks "kind"');
  });

  test("of an empty file, and none of one with a header only", async () => {
    const empty = join(folder, "empty.csv");
    writeFileSync(empty, "");
    await expect(run(empty, push)).rejects.toThrow("the file is empty");
    expect(await run(fileOf([]), push)).toMatchObject({ read: 0, rejectsFile: null });
  });

  test("when the rejects could not be written, or would replace the file", async () => {
    const file = fileOf([row(1)]);
    await expect(run(file, push, { rejectsFile: join(folder, "none", "r.csv") })).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    await expect(run(file, push, { rejectsFile: file })).rejects.toThrow("would overwrite");
  });
});

test.each([
  [["a", "=1+1", "+1", "-1", "@x", "\tx"], "a,'=1+1,'+1,'-1,'@x,'\tx\n"],
  [['say "x"', "a,b", "a\nb", ""], '"say ""x""","a,b","a\nb",\n'],
])("cells %j are written %j", (cells, line) => expect(csvLine(cells)).toBe(line));

test("progress without a terminal is a line every five seconds", () => {
  const written: string[] = [];
  let nowMs = 0;
  const stream = { isTTY: false, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  const progress = createImportProgress(2000, stream, { now: () => nowMs });
  for (nowMs = 0; nowMs <= 10_000; nowMs += 1000) progress.report(nowMs / 10, nowMs);
  progress.end();
  expect(written).toEqual(["25 % | 5,000 rows | 1,000 rows/s | about 15 s left\n", "50 % | 10,000 rows | 1,000 rows/s | about 10 s left\n", "50 % | 10,000 rows | 909 rows/s\n"]);
});
