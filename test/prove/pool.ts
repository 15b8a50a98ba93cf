import { setTimeout as pause } from "node:timers/promises";
import { randomFrom } from "../../seeds/random";
import { REPORT, UNITS, bookAndAgree, call, createAcme } from "../support/builders";
import { Reply, send, statusOf, until } from "./client";
import { Proof, Tally, spread } from "./report";
import { openScratchCluster } from "./scratch-cluster";

const ROUNDS = 10;
const REQUESTS = 60;
/** Connections that the server keeps. */
const POOL = 12;
const QUESTIONS: readonly string[] = [
  "{ businessUnits(first: 10) { edges { node { code } } } }",
  '{ usage(where: { period: "2025-10" }, groupBy: [BUSINESS_UNIT]) { total { legs } } }',
];

interface Timed { readonly reply: Reply; readonly ms: number; readonly began: number }

/**
 * All connections of the server are held by statements that wait for somebody's lock. Whoever comes then is told within a
 * second to come again, whoever asks whether the server lives is answered at once, and when the lock goes so does the jam.
 */
export const provePool: Proof = async ({ seed, rounds }, report) => {
  const random = randomFrom(seed);
  const place = await openScratchCluster();
  const product = place.product();
  const blocker = await place.administrator();
  const turnedAway: number[] = [], lives: number[] = [], recoveries: number[] = [];
  const answers = new Tally();
  const wrong: string[] = [];
  try {
    await product.start();
    await createAcme(product.door);
    await bookAndAgree(product.door);
    const reader = product.sign("FINANCE");
    const writer = product.sign("INTEGRATION", { businessUnits: [...UNITS] });
    const ask = async (name: string): Promise<Timed> => {
      const began = performance.now();
      const question = random(3);
      const reply = question === 2
        ? await send(product.origin, writer, REPORT, { input: { source: "prove://pool", events: [call(name)] } })
        : await send(product.origin, reader, QUESTIONS[question]!, {});
      return { reply, ms: performance.now() - began, began };
    };
    // The first request of a kind compiles it.
    await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`warm-${index}`)));
    const times = rounds ?? ROUNDS;
    for (let round = 1; round <= times; round += 1) {
      await blocker.query("begin; lock table tenancy.business_unit in access exclusive mode");
      const held = Array.from({ length: POOL }, (_, index) => ask(`held-${round}-${index}`));
      await until("a full pool", async () => (await waiting(blocker)) >= POOL, 4_000);
      const probing = probe(product.origin, lives);
      const jammed = await Promise.all(Array.from({ length: REQUESTS }, async (_, index) => {
        await pause(random(500));
        return ask(`jam-${round}-${index}`);
      }));
      probing.stop();
      for (const { reply, ms } of jammed) {
        answers.add(`${reply.status} ${reply.code}`);
        turnedAway.push(ms);
        if (reply.status !== 503 || reply.code !== "UNAVAILABLE" || reply.retryAfter === null) wrong.push(`${reply.status} ${reply.code} retry-after ${reply.retryAfter} after ${Math.round(ms)} ms`);
      }
      await blocker.query("rollback");
      const freed = performance.now();
      await until("an answer again", async () => (await ask(`after-${round}`)).reply.status === 200, 10_000);
      recoveries.push(performance.now() - freed);
      for (const { reply } of await Promise.all(held)) answers.add(`held ${reply.status} ${reply.code}`);
      report.progress(`${round}/${times}: turned away after ${JSON.stringify(spread(turnedAway))} ms, /livez ${JSON.stringify(spread(lives))} ms, recovered after ${JSON.stringify(spread(recoveries))} ms`);
    }
    report.none("answers-but-503-with-retry-after", wrong, { answers: answers.asRecord() });
    report.figure("turned-away-after", spread(turnedAway).p99, "ms", { atMost: 1_000 }, spread(turnedAway));
    report.figure("livez-meanwhile", spread(lives).p99, "ms", { atMost: 100 }, spread(lives));
    report.figure("recovered-after", spread(recoveries).max, "ms", { atMost: 1_000 }, spread(recoveries));
  } finally {
    await blocker.end().catch(() => undefined);
    await product.kill();
    await place.close();
  }
};

async function waiting(blocker: { query(text: string): Promise<{ rows: Array<{ count: number }> }> }): Promise<number> {
  const { rows } = await blocker.query("select count(*)::int as count from pg_stat_activity where application_name = 'apportion' and wait_event_type = 'Lock'");
  return rows[0]!.count;
}

/** Asks every 20 ms whether the server lives. */
function probe(origin: string, into: number[]): { stop(): void } {
  let wanted = true;
  void (async () => {
    for (; wanted; await pause(20)) {
      const began = performance.now();
      into.push((await statusOf(origin, "/livez")) === 200 ? performance.now() - began : Infinity);
    }
  })();
  return { stop: () => void (wanted = false) };
}
