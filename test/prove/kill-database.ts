import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { startEmbeddedPostgres } from "../../src/app/embedded-postgres/start-embedded-postgres";
import { randomFrom } from "../../seeds/random";
import { bookAndAgree, createAcme } from "../support/builders";
import { lookAtFolder, reportAftermath } from "./aftermath";
import { statusOf, until } from "./client";
import { KINDS, Load, MONTHS } from "./load";
import { Product, scratchFolder } from "./product";
import { Proof, Tally, spread } from "./report";

const ROUNDS = 40;
/** The server waits longer before each restart in a row, until a minute was calm; nobody waits that long here. */
const POSTMASTERS_A_LIFE = 6;

/**
 * kill -9 of a session of the embedded database or of all of it, under load. The server lives on, asks clients to come
 * again, and is back without anybody's help: PostgreSQL restarts itself after a session, the server restarts PostgreSQL.
 */
export const proveKillDatabase: Proof = async ({ seed, rounds }, report) => {
  const random = randomFrom(seed);
  const folder = scratchFolder();
  const product = new Product(folder.path);
  const untilReady: Record<"session" | "all", number[]> = { session: [], all: [] };
  const hit = new Tally();
  let died = 0;
  try {
    await product.start();
    await createAcme(product.door);
    await bookAndAgree(product.door, { period: MONTHS[0]! });
    const load = new Load(product, { seed });
    const times = rounds ?? ROUNDS;
    let postmasters = 0;
    for (let round = 1; round <= times; round += 1) {
      if (postmasters === POSTMASTERS_A_LIFE) {
        await product.stop();
        await product.start();
        postmasters = 0;
      }
      const pid = product.pid;
      await load.reach(KINDS[random(KINDS.length)]!);
      await pause(random(30));
      for (const kind of KINDS) if (load.underWay[kind] > 0) hit.add(kind);
      const target = random(4) === 0 ? "all" : "session";
      const began = Date.now();
      if (target === "all") {
        postmasters += 1;
        const killed = postmasterOf(folder.path);
        process.kill(killed, "SIGKILL");
        await until("another database process", () => postmasterOf(folder.path) !== killed, 30_000);
      } else await killSession(folder.path, random);
      await until("the server is ready again", async () => (await statusOf(product.origin, "/readyz")) === 200, 60_000);
      untilReady[target].push(Date.now() - began);
      if (!product.isAlive || product.pid !== pid) died += 1;
      if (round % 10 === 0 || round === times) report.progress(`${round}/${times}, ready again after ${JSON.stringify({ session: spread(untilReady.session), all: spread(untilReady.all) })} ms, ${load.ledger.stored.size} events acknowledged`);
      await pause(random(400));
    }
    await load.finish();
    report.figure("kills", times, "kills", {}, { underWay: hit.asRecord(), answers: load.answers.asRecord() });
    report.figure("server-died", died, "times", { equals: 0 });
    report.figure("ready-after-a-session", spread(untilReady.session).max, "ms", { atMost: 10_000 }, spread(untilReady.session));
    report.figure("ready-after-all", spread(untilReady.all).max, "ms", { atMost: 15_000 }, spread(untilReady.all));
    report.none("answers-that-should-not-be", load.unexpected());
    report.figure("clean-stop", (await product.stop()) ?? -1, "exit code", { equals: 0 });
    const found = await lookAtFolder(folder.path);
    await reportAftermath(found, load.ledger, report);
    await found.close();
  } finally {
    await product.kill();
    folder.remove();
  }
};

function postmasterOf(folder: string): number {
  try {
    return Number(readFileSync(join(folder, "pg18", "data", "postmaster.pid"), "utf8").split("\n")[0]);
  } catch {
    return 0;
  }
}

/** kill -9 of one of the processes that serve the product's connections. */
async function killSession(folder: string, random: (below: number) => number): Promise<void> {
  const embedded = await startEmbeddedPostgres({ dataDirectory: folder, log: () => undefined });
  const client = new Client({ connectionString: embedded.adminUrl });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("select pid from pg_stat_activity where usename = 'apportion_app' order by state = 'active' desc, pid limit 3");
    if (rows.length === 0) throw new Error("the product has no session to kill");
    process.kill(rows[random(rows.length)]!.pid, "SIGKILL");
  } finally {
    await client.end().catch(() => undefined);
    await embedded.stop();
  }
}
