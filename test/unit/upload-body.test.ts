import { PassThrough } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { Turns } from "../../src/app/turns";
import { BodyReader, readWhole } from "../../src/app/usage/body-reader";
import { inflated } from "../../src/app/usage/inflate";

const TOO_SLOW = { status: 408, code: "TIMEOUT", message: "The body comes too slowly. Send it again, faster or in parts: what was stored before is not stored twice." };

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

describe("the body of an upload", () => {
  it("is read to its end", async () => {
    const body = new PassThrough();
    const read = textOf(new BodyReader(body));
    body.write("one ");
    await pause(5);
    body.end("two");
    expect(await read).toBe("one two");
  });

  it("is not waited for when nothing comes", async () => {
    const body = new PassThrough();
    body.write("x");
    await expect(textOf(new BodyReader(body, { idleMs: 20, waitMs: 60_000 }))).rejects.toMatchObject(TOO_SLOW);
  });

  it("is not waited for for ever when it trickles, and longer when it moves", async () => {
    const fed = async (piece: string): Promise<unknown> => {
      const body = new PassThrough();
      const feeding = setInterval(() => body.write(piece), 5);
      const ending = setTimeout(() => body.end(), 300);
      const result = await textOf(new BodyReader(body, { idleMs: 1_000, waitMs: 60 })).then((text) => text.length > 0, (error: unknown) => error);
      clearInterval(feeding);
      clearTimeout(ending);
      return result;
    };
    expect(await fed("x")).toMatchObject(TOO_SLOW);
    expect(await fed("x".repeat(1_000))).toBe(true);
  });

  it("does not count the time in which nobody takes it", async () => {
    const body = new PassThrough();
    const reader = new BodyReader(body, { idleMs: 20, waitMs: 60_000 })[Symbol.asyncIterator]();
    body.write("a");
    expect((await reader.next()).value?.toString()).toBe("a");
    await pause(60);
    body.end("b");
    expect((await reader.next()).value?.toString()).toBe("b");
    expect((await reader.next()).done).toBe(true);
  });

  it("can be interrupted, and its sender may hang up", async () => {
    const body = new PassThrough();
    const reader = new BodyReader(body);
    const read = textOf(reader);
    await pause(5);
    reader.interrupt(new Error("stop"));
    await expect(read).rejects.toThrow("stop");
    const other = new PassThrough();
    const cut = textOf(new BodyReader(other));
    other.write("half");
    await pause(5);
    other.destroy();
    await expect(cut).rejects.toThrow("the sender hung up");
  });

  it("has a largest size where it is read whole", async () => {
    const of = (text: string): BodyReader => {
      const body = new PassThrough();
      body.end(text);
      return new BodyReader(body);
    };
    expect((await readWhole(of("12345"), 5)).toString()).toBe("12345");
    await expect(readWhole(of("123456"), 5)).rejects.toMatchObject({ status: 413, code: "LIMIT_EXCEEDED" });
  });
});

describe("gzip", () => {
  const chunksOf = async function* (...chunks: Buffer[]): AsyncGenerator<Buffer> {
    yield* chunks;
  };
  const zipped = gzipSync("hello\n".repeat(100));
  const DAMAGED = { code: "BAD_USER_INPUT", message: "The gzip data is damaged or breaks off. Send it again whole: what was stored before is not stored twice." };

  it("is inflated, in as many members as it has", async () => {
    expect(await textOf(inflated(chunksOf(zipped.subarray(0, 7), zipped.subarray(7)), null))).toBe("hello\n".repeat(100));
    expect(await textOf(inflated(chunksOf(zipped, zipped), null))).toBe("hello\n".repeat(200));
  });

  it.each<[string, Buffer[]]>([
    ["nothing", []],
    ["text", [Buffer.from("{}")]],
    ["half of it", [zipped.subarray(0, 20)]],
    ["without its last byte", [zipped.subarray(0, -1)]],
    ["with a byte changed", [Buffer.concat([zipped.subarray(0, -6), Buffer.from([zipped.at(-6)! ^ 1]), zipped.subarray(-5)])]],
    ["with text behind it", [zipped, Buffer.from("{}\n")]],
  ])("%s is damaged", async (_, chunks) => {
    await expect(textOf(inflated(chunksOf(...chunks), null))).rejects.toMatchObject(DAMAGED);
  });

  it("is a bomb above its ratio, once it is above the floor", async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    await expect(textOf(inflated(chunksOf(bomb), { ratio: 100, floorBytes: 500_000 }))).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect((await textOf(inflated(chunksOf(bomb), { ratio: 100, floorBytes: 1_000_000 }))).length).toBe(1_000_000);
    expect((await textOf(inflated(chunksOf(bomb), { ratio: 2_000, floorBytes: 0 }))).length).toBe(1_000_000);
  });

  it("passes on what goes wrong before it", async () => {
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield zipped.subarray(0, 20);
      throw new Error("the sender hung up");
    };
    await expect(textOf(inflated(broken(), null))).rejects.toThrow("the sender hung up");
  });
});

describe("turns", () => {
  it("are taken by so many at a time, in order, and given back once", async () => {
    const turns = new Turns(2);
    const first = (await turns.take(0))!;
    await turns.take(0);
    const order: string[] = [];
    const third = turns.take(1_000).then((give) => (order.push("third"), give!));
    const fourth = turns.take(1_000).then(() => order.push("fourth"));
    first();
    first();
    const give = await third;
    await pause(5);
    expect(order).toEqual(["third"]);
    give();
    await fourth;
    expect(order).toEqual(["third", "fourth"]);
  });

  it("are not waited for for ever", async () => {
    const turns = new Turns(1);
    const first = (await turns.take(0))!;
    expect(await turns.take(10)).toBeNull();
    first();
    expect(await turns.take(0)).not.toBeNull();
  });
});
