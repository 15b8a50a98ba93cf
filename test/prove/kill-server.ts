import { setTimeout as pause } from "node:timers/promises";
import { randomFrom } from "../../seeds/random";
import { bookAndAgree, createAcme } from "../support/builders";
import { lookAtFolder, reportAftermath } from "./aftermath";
import { KINDS, Load, MONTHS } from "./load";
import { Product, scratchFolder } from "./product";
import { Proof, Tally, spread } from "./report";

const ROUNDS = 100;
const READY_WITHIN_MS = 5_000;

/**
 * kill -9 of the server, the embedded database falling with it, in the middle of an ingest, an allocation or a close; one
 * in ten is killed once more while it starts. Afterwards everything that was acknowledged stands, once.
 */
export const proveKillServer: Proof = async ({ seed, rounds }, report) => {
  const random = randomFrom(seed);
  const folder = scratchFolder();
  const product = new Product(folder.path);
  const untilReady: number[] = [];
  const hit = new Tally();
  try {
    await product.start();
    await createAcme(product.door);
    await bookAndAgree(product.door, { period: MONTHS[0]! });
    const load = new Load(product, { seed });
    const times = rounds ?? ROUNDS;
    for (let round = 1; round <= times; round += 1) {
      await load.reach(KINDS[random(KINDS.length)]!);
      await pause(random(40));
      for (const kind of KINDS) if (load.underWay[kind] > 0) hit.add(kind);
      await product.kill();
      if (random(10) === 0) {
        await product.launch();
        await pause(random(1_500));
        await product.kill();
        hit.add("start");
      }
      const began = Date.now();
      await product.start();
      untilReady.push(Date.now() - began);
      if (round % 10 === 0 || round === times) report.progress(`${round}/${times} kills, ready again after ${JSON.stringify(spread(untilReady))} ms, ${load.ledger.stored.size} events acknowledged, ${load.ledger.closes.size} months closed`);
    }
    await load.finish();
    report.figure("kills", times, "kills", {}, { underWay: hit.asRecord(), answers: load.answers.asRecord() });
    report.figure("ready-again", spread(untilReady).max, "ms", { atMost: READY_WITHIN_MS }, spread(untilReady));
    report.figure("clean-stop", (await product.stop()) ?? -1, "exit code", { equals: 0 });
    report.none("answers-that-should-not-be", load.unexpected());
    const found = await lookAtFolder(folder.path);
    await reportAftermath(found, load.ledger, report);
    await found.close();
  } finally {
    await product.kill();
    folder.remove();
  }
};
