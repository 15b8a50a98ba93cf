import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { importUsage, ImportUsageOptions } from "../../src/cli/import-usage";
import { csvLine } from "../../src/cli/import-usage-rejects";
import { createImportProgress, silentProgress } from "../../src/cli/progress";
import { LineResult, UsageEventResult } from "../../src/metering";
import { parseUsageMapping } from "../../src/metering/mapping/usage-mapping";

const folder = mkdtempSync(join(tmpdir(), "import-usage-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mapping = parseUsageMapping({
  filter: [{ column: "kind", notIn: ["skip"] }],
  fields: { eventId: { column: "id" }, businessUnit: { column: "unit" }, endedAt: { column: "ended" }, connectedMs: { column: "ms" } },
});

type Verdict = Omit<UsageEventResult, "index" | "eventId">;
type Store = ImportUsageOptions["store"];

/** Judges every event of a batch; those that are refused as they stand keep their verdict. */
async function judged(batch: Parameters<Store>[0], judge: (eventId: string) => Verdict): Promise<LineResult[]> {
  const parts = batch.read();
  return batch.results(parts, parts.map(({ batch: { sound, refused } }) => [...refused, ...sound.map(({ index, eventId }) => ({ index, eventId, ...judge(eventId) }))]));
}

/** A store that remembers ids; `verdicts` overrules it for single ids. */
function memory(verdicts: Record<string, Verdict> = {}): { store: Store; batches: number[] } {
  const seen = new Set<string>();
  const batches: number[] = [];
  const store: Store = async (batch) => {
    batches.push(batch.size);
    await new Promise((done) => setTimeout(done, batches.length % 2 === 0 ? 1 : 8));
    return judged(batch, (id) => {
      const known = seen.has(id);
      seen.add(id);
      return verdicts[id] ?? { outcome: known ? "DUPLICATE" : "ACCEPTED" };
    });
  };
  return { store, batches };
}

let files = 0;
function fileOf(lines: readonly string[], header = "id,unit,ended,ms,kind"): string {
  const path = join(folder, `usage-${(files += 1)}.csv`);
  writeFileSync(path, [header, ...lines, ""].join("\n"));
  return path;
}
const row = (id: string | number, more: { unit?: string; ms?: string; kind?: string } = {}): string => `${id},${more.unit ?? "retail"},2025-10-01T00:00:00Z,${more.ms ?? "1000"},${more.kind ?? ""}`;

const run = (file: string, store: Store, more: Partial<ImportUsageOptions> = {}): ReturnType<typeof importUsage> =>
  importUsage({ file, mapping, source: "file://x", nowMs: () => Date.parse("2025-11-01T00:00:00Z"), store, rejectsFile: `${file}.rejects`, progress: silentProgress, ...more });

test("counts every row once and writes what was refused, in the order of the file", async () => {
  const file = fileOf([row(1), row(2, { kind: "skip" }), row(3, { ms: "abc" }), '4,"broken', row(5), row(6), row("=7"), row(8), row(9), row(10, { unit: "Retail Bank" })]);
  const { store } = memory({
    5: { outcome: "REJECTED", code: "NOT_FOUND", message: "There is no business unit retail." },
    6: { outcome: "HELD", message: "The use case is absent." },
    "=7": { outcome: "CONFLICT", message: 'The same id came with "another" body.' },
    8: { outcome: "SUPERSEDED" },
    9: { outcome: "DUPLICATE" },
  });
  const rejectsFile = `${file}.rejects`;
  expect(await run(file, store, { batchSize: 2 })).toEqual({ read: 10, filtered: 1, accepted: 1, duplicate: 1, superseded: 1, conflict: 1, rejected: 4, held: 1, rejectsFile });
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
  const { store, batches } = memory();
  const none = { read: 25, filtered: 0, superseded: 0, conflict: 0, rejected: 0, held: 0, rejectsFile: null };
  expect(await run(file, store, { batchSize: 10 })).toEqual({ ...none, accepted: 25, duplicate: 0 });
  expect(await run(file, store, { batchSize: 10 })).toEqual({ ...none, accepted: 0, duplicate: 25 });
  expect(batches).toEqual([10, 10, 5, 10, 10, 5]);
  expect(existsSync(`${file}.rejects`)).toBe(false);
});

test("no more batches are under way than allowed", async () => {
  let underWay = 0, most = 0;
  const store: Store = async (batch) => {
    most = Math.max(most, (underWay += 1));
    await new Promise((done) => setTimeout(done, 3));
    underWay -= 1;
    return judged(batch, () => ({ outcome: "ACCEPTED" }));
  };
  await run(fileOf(Array.from({ length: 40 }, (_, n) => row(n))), store, { batchSize: 4, parallel: 3 });
  expect(most).toBe(3);
});

test("a store that fails ends the import with its error, after the batches under way", async () => {
  let begun = 0, ended = 0, finished = 0;
  const store: Store = async (batch) => {
    begun += 1;
    if (begun === 2) throw new Error("the line is down");
    await new Promise((done) => setTimeout(done, 10));
    finished += 1;
    return judged(batch, () => ({ outcome: "ACCEPTED" }));
  };
  const file = fileOf(Array.from({ length: 100 }, (_, n) => row(n)));
  await expect(run(file, store, { batchSize: 5, progress: { report: () => undefined, end: () => void (ended += 1) } })).rejects.toThrow("the line is down");
  expect({ begun, finished, ended }).toEqual({ begun: 3, finished: 2, ended: 1 });
});

test("a store that does not answer for each event is not taken for success", async () => {
  const store: Store = async (batch) => batch.results(batch.read(), [[{ index: 0, eventId: "1", outcome: "ACCEPTED" }]]);
  await expect(run(fileOf([row(1), row(2)]), store)).rejects.toThrow("a batch was not answered once for each event");
});

describe("canonical events, one to a line, need no mapping", () => {
  const event = (id: string, more: object = {}): string => JSON.stringify({ eventId: id, contactId: id, legId: id, channel: "VOICE", direction: "INBOUND", status: "COMPLETED", endedAt: "2025-10-01T00:00:00Z", connectedMs: 1, ...more });
  const cloud = (id: string): string => JSON.stringify({ specversion: "1.0", id, source: "cloud://a", type: "apportion.usage.leg_completed.v1", data: JSON.parse(event(id)) as unknown });
  const written = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const counted = { filtered: 0, duplicate: 0, superseded: 0, conflict: 0, held: 0 };
  const lines = [event("1"), cloud("2"), "", "{", event("3", { connectedMs: -1 }), event("4", { source: "file://y" }), event("5", { source: "file://x" })];

  test.each<[string, string | Buffer]>([
    ["canonical.ndjson", lines.join("\n")],
    ["canonical.jsonl.gz", gzipSync(lines.join("\n"))],
    ["gzip-without-its-name.ndjson", gzipSync(lines.join("\n"))],
    ["canonical.txt", `\ufeff${lines.join("\r\n")}\r\n`],
  ])("%s", async (name, content) => {
    const { store } = memory();
    const file = written(name, content);
    expect(await run(file, store, { mapping: null })).toEqual({ ...counted, read: 6, accepted: 3, rejected: 3, rejectsFile: `${file}.rejects` });
    expect(readFileSync(`${file}.rejects`, "utf8").split("\n")).toEqual([
      "row,eventId,code,message", "4,,BAD_USER_INPUT,The line is not JSON.", "5,3,BAD_USER_INPUT,connectedMs must be a whole number from 0 to 604800000.",
      '6,4,BAD_USER_INPUT,"The event names another source than the request does. Leave it out, or send the event in a request of its own."', "",
    ]);
  });

  test("a mapped CSV may be gzip, too", async () => {
    const { store } = memory();
    expect(await run(written("mapped.csv.gz", gzipSync(["id,unit,ended,ms,kind", row(1), row(2)].join("\n"))), store)).toMatchObject({ read: 2, accepted: 2 });
  });

  test.each<[string, string, string | Buffer, string | null, string]>([
    ["a CSV", "plain.csv", "a,b\n", "file://x", "A CSV needs a mapping"],
    ["events that nobody measured", "nameless.ndjson", `\n${event("1")}\n`, null, "Say it with --source"],
    ["a source that is none", "sourced.ndjson", event("1"), "x".repeat(201), "The source must be a URI"],
    ["what is called gzip and is not", "false.ndjson.gz", event("1"), "file://x", "is called .gz and is not gzip"],
    ["an empty gzip", "empty.ndjson.gz", gzipSync(""), "file://x", "the file is empty"],
    ["gzip that breaks off", "cut.ndjson.gz", gzipSync(event("1").repeat(99)).subarray(0, 60), "file://x", "The gzip data is damaged or breaks off"],
  ])("%s is refused before anything is stored", async (_, name, content, source, message) => {
    const { store, batches } = memory();
    await expect(run(written(name, content), store, { mapping: null, source })).rejects.toThrow(message);
    expect(batches).toEqual([]);
  });

  test("who measured may be said by each event alone", async () => {
    const { store } = memory();
    expect(await run(written("own.ndjson", [cloud("1"), event("2", { source: "file://z" }), event("3")].join("\n")), store, { mapping: null, source: null })).toMatchObject({ read: 3, accepted: 2, rejected: 1 });
  });
});

describe("nothing is stored", () => {
  const store: Store = () => Promise.reject(new Error("stored"));

  test("of a file that lacks columns", async () => {
    await expect(run(fileOf(["1,x"], "id,unit"), store)).rejects.toMatchObject({ code: "BAD_USER_INPUT", message: expect.stringMatching(/lacks "ended", "kind", "ms", which the mapping reads\. It has "id", "unit"\. Nothing was imported\.$/) as string });
  });

  test("of an NDJSON file whose rows lack a key", async () => {
    const file = join(folder, "x.ndjson");
    writeFileSync(file, '{"id":"1","unit":"retail"}\n{"id":"2","ended":null,"ms":null}\n');
    await expect(run(file, store)).rejects.toThrow('lacks "kind"');
  });

  test("of an empty file, and none of one with a header only", async () => {
    const empty = join(folder, "empty.csv");
    writeFileSync(empty, "");
    await expect(run(empty, store)).rejects.toThrow("the file is empty");
    expect(await run(fileOf([]), store)).toMatchObject({ read: 0, rejectsFile: null });
  });

  test("when the rejects could not be written, or would replace the file", async () => {
    const file = fileOf([row(1)]);
    await expect(run(file, store, { rejectsFile: join(folder, "none", "r.csv") })).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    await expect(run(file, store, { rejectsFile: file })).rejects.toThrow("would overwrite");
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
