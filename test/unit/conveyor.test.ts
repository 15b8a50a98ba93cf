import { Conveyor } from "../../src/metering";

/** A store whose batches are done when the test says so. */
function byHand() {
  const open = new Map<string, { done: () => void; fail: (error: Error) => void }>();
  const log: string[] = [];
  const store = (batch: string): Promise<string> => new Promise((resolve, reject) => {
    log.push(`store ${batch}`);
    open.set(batch, { done: () => resolve(batch), fail: reject });
  });
  const answer = async (result: string): Promise<void> => void log.push(`answer ${result}`);
  return { open, log, store, answer };
}
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("no more than so many are under way; the answers keep the order", async () => {
  const { open, log, store, answer } = byHand();
  const conveyor = new Conveyor(store, answer, 2);
  expect(conveyor.isIdle).toBe(true);
  await conveyor.hand("a");
  await conveyor.hand("b");
  let handed = false;
  const third = conveyor.hand("c").then(() => (handed = true));
  open.get("b")!.done();
  await breathe();
  expect([handed, log]).toEqual([false, ["store a", "store b"]]);
  open.get("a")!.done();
  await third;
  await breathe();
  expect(log).toEqual(["store a", "store b", "answer a", "store c", "answer b"]);
  open.get("c")!.done();
  await conveyor.finish();
  expect([conveyor.isIdle, log.at(-1)]).toEqual([true, "answer c"]);
});

test("an answer that is not taken holds up the next batch", async () => {
  const { open, log, store } = byHand();
  let take: () => void = () => undefined;
  const conveyor = new Conveyor(store, () => new Promise<void>((resolve) => (take = resolve)), 1);
  await conveyor.hand("a");
  open.get("a")!.done();
  let handed = false;
  const second = conveyor.hand("b").then(() => (handed = true));
  await breathe();
  expect([handed, log]).toEqual([false, ["store a"]]);
  take();
  await second;
  expect(log).toEqual(["store a", "store b"]);
});

test("a failure reaches whoever hands over next, and settling waits for what is at work", async () => {
  const { open, log, store, answer } = byHand();
  const conveyor = new Conveyor(store, answer, 2);
  await conveyor.hand("a");
  await conveyor.hand("b");
  open.get("a")!.fail(new Error("the line is down"));
  await expect(conveyor.hand("c")).rejects.toThrow("the line is down");
  await expect(conveyor.finish()).rejects.toThrow("the line is down");
  let settled = false;
  const settling = conveyor.settle().then(() => (settled = true));
  await breathe();
  expect(settled).toBe(false);
  open.get("b")!.done();
  await settling;
  expect(log).toEqual(["store a", "store b"]);
});
