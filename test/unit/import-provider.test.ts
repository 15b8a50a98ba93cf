import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importUsage } from "../../src/cli/import-usage";
import { jsonElements } from "../../src/cli/json-elements";
import { silentProgress } from "../../src/cli/progress";
import { LineResult, Provider } from "../../src/metering";
import { retellCall, twilioCall } from "../support/provider-samples";

const folder = mkdtempSync(join(tmpdir(), "import-provider-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Imports a file into a memory of ids; answers the summary, the ids and the rejects. */
async function run(name: string, content: string, provider: Provider, seen = new Set<string>()) {
  const file = join(folder, name);
  writeFileSync(file, content);
  const result = await importUsage({
    file, mapping: null, source: "file://x", provider: { provider, placing: { mappings: [], units: null } }, nowMs: () => Date.parse("2025-11-15T12:00:00Z"), rejectsFile: `${file}.rejects`, progress: silentProgress, batchSize: 2,
    store: async (batch): Promise<LineResult[]> => {
      const parts = batch.read();
      return batch.results(parts, parts.map(({ batch: { sound, refused } }) => [...refused, ...sound.map(({ index, eventId }) => {
        const outcome = seen.has(eventId) ? ("DUPLICATE" as const) : ("ACCEPTED" as const);
        seen.add(eventId);
        return { index, eventId, outcome };
      })].sort((a, b) => a.index - b.index)));
    },
  });
  const { rejectsFile, ...summary } = result;
  return { summary, seen, rejects: rejectsFile === null ? "" : readFileSync(rejectsFile, "utf8") };
}
const none = { read: 0, filtered: 0, accepted: 0, duplicate: 0, superseded: 0, conflict: 0, rejected: 0, held: 0 };
const retell = (id: string, more: Record<string, unknown> = {}): string => JSON.stringify({ event: "call_ended", call: retellCall({ call_id: id, ...more }) });

test("NDJSON of webhooks: what is refused is told by its line, and a second import changes nothing", async () => {
  const lines = [retell("r1"), "", '{"event":"call_started","call":{}}', retell("r2", { duration_ms: "soon" }), "{", retell("r3")].join("\n");
  const first = await run("calls.ndjson", lines, "retell");
  expect(first.summary).toEqual({ ...none, read: 5, filtered: 1, accepted: 2, rejected: 2 });
  expect(first.rejects).toBe("row,eventId,code,message\n4,r2,BAD_USER_INPUT,call.duration_ms must be a whole number from 0 on; text came.\n5,,BAD_USER_INPUT,This is not JSON.\n");
  expect((await run("calls.ndjson", lines, "retell", first.seen)).summary).toEqual({ ...none, read: 5, filtered: 1, duplicate: 2, rejected: 2 });
});

test("a JSON list, or a page of one, as interfaces answer it", async () => {
  const calls = [twilioCall({ sid: "CA1" }), twilioCall({ sid: "CA2", status: "queued", end_time: null }), twilioCall({ sid: "CA3", price: "-1.5" })];
  const list = await run("list.json", JSON.stringify(calls, null, 2), "twilio");
  expect(list.summary).toEqual({ ...none, read: 3, filtered: 1, accepted: 2 });
  expect((await run("page.json", JSON.stringify({ calls, page: 0 }), "twilio", list.seen)).summary).toEqual({ ...none, read: 3, filtered: 1, duplicate: 2 });
  const broken = await run("broken.json", `[${JSON.stringify(calls[0])}, ${JSON.stringify(calls[2]).slice(0, -5)}`, "twilio");
  expect([broken.summary, broken.rejects.split("\n")[1]]).toEqual([{ ...none, read: 2, accepted: 1, rejected: 1 }, "2,,BAD_USER_INPUT,The file breaks off in the middle of an object."]);
});

test("a CSV whose columns are the fields, those of objects with a dot", async () => {
  const csv = ["sid,status,start_time,end_time,duration,price,price_unit,direction", 'CA1,completed,"Fri, 10 Oct 2025 14:00:00 +0000","Fri, 10 Oct 2025 14:01:20 +0000",80,-0.026,USD,inbound', "CA2,completed,x,soon,80,,,inbound"].join("\n");
  const { summary, rejects } = await run("calls.csv", csv, "twilio");
  expect([summary, rejects.split("\n")[1]]).toEqual([{ ...none, read: 2, accepted: 1, rejected: 1 }, '3,CA2,BAD_USER_INPUT,"end_time must be a date such as Fri, 31 Oct 2025 09:15:00 +0000; other text came."']);
  const nested = ["call_id,call_status,start_timestamp,end_timestamp,duration_ms,call_cost.combined_cost,metadata.use_case", "r1,ended,1760104800000,1760104860500,60500,12.5,order-status"].join("\n");
  expect((await run("retell.csv", nested, "retell")).summary).toEqual({ ...none, read: 1, accepted: 1 });
});

test("objects are cut out of any bytes, wherever these are cut themselves", async () => {
  const text = ' [ {"a":"}\\"]{"} ,\n{"b":[{"c":"\\\\"},[]]}\t] ';
  for (let size = 1; size <= text.length; size += 1) {
    const chunks = async function* (): AsyncGenerator<Buffer> {
      for (let start = 0; start < text.length; start += size) yield Buffer.from(text.slice(start, start + size));
    };
    const found: unknown[] = [];
    for await (const element of jsonElements(chunks())) found.push("text" in element ? JSON.parse(element.text.toString()) : element);
    expect(found).toEqual([{ a: '}"]{' }, { b: [{ c: "\\" }, []] }]);
  }
});
