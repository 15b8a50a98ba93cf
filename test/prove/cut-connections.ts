import { setTimeout as pause } from "node:timers/promises";
import { randomFrom } from "../../seeds/random";
import { bookAndAgree, createAcme } from "../support/builders";
import { reportAftermath } from "./aftermath";
import { statusOf, until } from "./client";
import { CUTS, layCommitCable } from "./commit-cable";
import { Load, MONTHS } from "./load";
import { Proof } from "./report";
import { openScratchCluster } from "./scratch-cluster";

const ROUNDS = 1_000;
const BLACK_HOLE_MS = 30_000;
/** A database far away: 200 ms there and back. */
const ONE_WAY_MS = 100;
const FAR_MS = 15_000;

/**
 * Database connections are cut, half of them before COMMIT arrives and half after it was carried out and before the answer
 * is back, some anywhere; clients send again blindly. Then nothing passes for half a minute, and then everything passes slowly.
 * Every count is exact.
 */
export const proveCutConnections: Proof = async ({ seed, rounds }, report) => {
  const random = randomFrom(seed);
  const times = rounds ?? ROUNDS;
  const place = await openScratchCluster();
  const cable = await layCommitCable(place.port);
  const product = place.product(cable.port);
  try {
    await product.start();
    await createAcme(product.door);
    await bookAndAgree(product.door, { period: MONTHS[0]! });
    const load = new Load(product, { seed, senders: 4, batch: 10, restMs: 5 });
    const done = (): number => CUTS.reduce((sum, cut) => sum + cable.cuts.of(cut), 0);
    const pid = product.pid;
    cable.decide = (isCommit) => {
      if (done() >= times) return null;
      if (isCommit) return random(100) < 40 ? CUTS[random(2)]! : null;
      return random(300) === 0 ? "anywhere" : null;
    };
    for (let told = 0; done() < times; await pause(50)) {
      if (!product.isAlive) throw new Error(`the server ended: ${product.lastWords}`);
      if (done() - told >= 200) report.progress(`${(told = done())}/${times} cuts, ${load.ledger.stored.size} events acknowledged, ${load.ledger.closes.size} months closed`);
    }
    cable.decide = null;
    report.progress(`nothing passes for ${BLACK_HOLE_MS / 1000} s`);
    cable.setStalled(true);
    const lives: number[] = [];
    for (const began = Date.now(); Date.now() - began < BLACK_HOLE_MS; await pause(1_000)) {
      const asked = Date.now();
      lives.push((await statusOf(product.origin, "/livez")) === 200 ? Date.now() - asked : Infinity);
    }
    cable.setStalled(false);
    const freed = Date.now();
    await until("the server is ready again", async () => (await statusOf(product.origin, "/readyz")) === 200);
    report.figure("ready-after-the-black-hole", Date.now() - freed, "ms", {}, { heldUpMs: BLACK_HOLE_MS });
    report.figure("livez-in-the-black-hole", Math.max(...lives), "ms", { atMost: 1_000 });
    const before = load.ledger.stored.size;
    cable.setDelay(ONE_WAY_MS);
    await pause(FAR_MS);
    report.figure("events-over-a-long-way", load.ledger.stored.size - before, "events", { atLeast: 1 }, { seconds: FAR_MS / 1_000, roundTripMs: 2 * ONE_WAY_MS });
    cable.setDelay(0);
    await load.finish();
    report.figure("cuts", done(), "cuts", { atLeast: times }, { places: cable.cuts.asRecord(), answers: load.answers.asRecord() });
    report.figure("server-is-the-same-process", product.isAlive && product.pid === pid ? 1 : 0, "yes", { equals: 1 });
    report.none("answers-that-should-not-be", load.unexpected());
    await product.stop();
    const found = await place.look();
    await reportAftermath(found, load.ledger, report);
    await found.close();
  } finally {
    await product.kill();
    await cable.close();
    await place.close();
  }
};
