import { BulkBatch, LineResult, PourPorts, pourUsage } from "../../src/metering";

const NOW = Date.parse("2025-10-31T12:00:00.000Z");
const line = (number: number): string => `${JSON.stringify({ eventId: `e${number}`, contactId: "c", legId: `l${number}`, channel: "VOICE", direction: "INBOUND", status: "COMPLETED", endedAt: "2025-10-31T09:16:30.000Z", connectedMs: 0 })}\n`;
const lines = (count: number, first = 0): string => Array.from({ length: count }, (_, number) => line(first + number)).join("");

/** What the batches hold: every event accepted. */
function accepted(batch: BulkBatch): LineResult[] {
  const parts = batch.read();
  return batch.results(parts, parts.map(({ batch: { sound, refused } }) => [...refused, ...sound.map(({ index, eventId }) => ({ index, eventId, outcome: "ACCEPTED" as const }))]));
}

function ports(store: (batch: BulkBatch) => Promise<LineResult[]>) {
  const answered: LineResult[] = [];
  const all: PourPorts = { nowMs: () => NOW, store, answer: async (results) => void answered.push(...results) };
  return { all, answered };
}

test("a batch is a commit, and the next is read while it is stored: never more", async () => {
  let pieces = 0;
  const body = async function* (): AsyncGenerator<Buffer> {
    for (; pieces < 10; pieces += 1) yield Buffer.from(lines(2, pieces * 2));
  };
  const sizes: number[] = [];
  const waiting: Array<() => void> = [];
  const { all, answered } = ports(async (batch) => {
    sizes.push(batch.size);
    await new Promise<void>((resolve) => void waiting.push(resolve));
    return accepted(batch);
  });
  const poured = pourUsage(body(), all, { source: "test://a", parallel: 1, commitLines: 4 });
  const seen: number[][] = [];
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push([sizes.length, pieces, answered.length]);
    waiting.shift()!();
  }
  expect(await poured).toBe(20);
  // Stored, pieces taken, answered: one batch of two pieces at work, one that waits for it.
  expect(seen).toEqual([[1, 3, 0], [2, 5, 4], [3, 7, 8], [4, 9, 12], [5, 10, 16]]);
  expect(sizes).toEqual([4, 4, 4, 4, 4]);
  expect(answered.map(({ line: number }) => number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test("long lines make a commit of fewer", async () => {
  const long = line(0).replace('"c"', `"${"c".repeat(200 * 1024)}"`);
  const body = async function* (): AsyncGenerator<Buffer> {
    for (let count = 0; count < 100; count += 1) yield Buffer.from(long);
  };
  const sizes: number[] = [];
  const { all, answered } = ports(async (batch) => {
    sizes.push(batch.size);
    return accepted(batch);
  });
  await pourUsage(body(), all, { source: "test://a", parallel: 1 });
  expect(sizes).toEqual([82, 18]);
  expect([answered.length, answered[0]!.message]).toEqual([100, "contactId is longer than 200 characters."]);
});

test("a body that fails keeps what was answered, and says why", async () => {
  const body = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(lines(5));
    throw new Error("the line is down");
  };
  const { all, answered } = ports(async (batch) => accepted(batch));
  await expect(pourUsage(body(), all, { source: "test://a", parallel: 1, commitLines: 2 })).rejects.toThrow("the line is down");
  expect(answered.map(({ eventId }) => eventId)).toEqual(["e0", "e1", "e2", "e3"]);
});

test("a store that fails ends the reading", async () => {
  let pieces = 0;
  let isClosed = false;
  const body = async function* (): AsyncGenerator<Buffer> {
    try {
      for (; pieces < 1_000; pieces += 1) yield Buffer.from(lines(2));
    } finally {
      isClosed = true;
    }
  };
  const { all } = ports(() => Promise.reject(new Error("the database is down")));
  await expect(pourUsage(body(), all, { source: "test://a", parallel: 1, commitLines: 2 })).rejects.toThrow("the database is down");
  expect([pieces, isClosed]).toEqual([1, true]);
});

test("several sources in one batch are stored apart and answered in the order of the lines", async () => {
  const body = async function* (): AsyncGenerator<Buffer> {
    for (const [id, source] of [["1", "a"], ["2", "b"], ["3", "a"], ["1", "b"]]) yield Buffer.from(line(Number(id)).replace("{", `{"source":"${source}",`));
  };
  const seen: Array<[string, number]> = [];
  const { all, answered } = ports(async (batch) => {
    for (const part of batch.read()) seen.push([part.batch.source, part.batch.sound.length]);
    return accepted(batch);
  });
  expect(await pourUsage(body(), all, { source: null, parallel: 1 })).toBe(4);
  expect(seen).toEqual([["a", 2], ["b", 2]]);
  expect(answered.map(({ line: number, eventId }) => `${number} ${eventId}`)).toEqual(["1 e1", "2 e2", "3 e3", "4 e1"]);
});
