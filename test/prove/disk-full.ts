import { execFileSync } from "node:child_process";
import { appendFileSync, chownSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { bookAndAgree, createAcme } from "../support/builders";
import { TEMPLATE } from "../support/cluster";
import { Aftermath, lookAtFolder, reportAftermath } from "./aftermath";
import { send, statusOf, until } from "./client";
import { leaveBehindNothing } from "./leftovers";
import { Load, MONTHS } from "./load";
import { Product, scratchFolder } from "./product";
import { Proof, Report, Tally } from "./report";
import { openScratchCluster } from "./scratch-cluster";

const QUESTIONS: readonly string[] = [
  "{ businessUnits(first: 10) { edges { node { code } } } }",
  `{ usage(where: { period: "${MONTHS[0]!}" }, groupBy: [BUSINESS_UNIT, USE_CASE]) { rows { legs contacts } total { legs } } }`,
  `{ usageEvents(where: { period: "${MONTHS[0]!}" }, first: 100) { edges { node { eventId } } } }`,
];

/**
 * The disk under the tables fills up, and then the disk under all of the database, its log of changes too. Writes are told
 * to come again, reads go on while the log has room, the server lives, and with space again nothing is missing.
 */
export const proveDiskFull: Proof = async ({ seed }, report) => {
  if (process.getuid?.() !== 0) return report.progress("not done: only root may mount a small disk");
  await tablesFull(seed, report);
  await everythingFull(seed, report);
};

/** The tables of the product on a disk of 100 MB; the log of changes has room. */
async function tablesFull(seed: number, report: Report): Promise<void> {
  const place = await openScratchCluster();
  const disk = mountDisk(100);
  const product = place.product();
  try {
    await moveTables(place.cluster.adminUrl, disk.path);
    await product.start();
    await createAcme(product.door);
    await bookAndAgree(product.door, { period: MONTHS[0]! });
    const load = new Load(product, { seed, senders: 3, batch: 500, restMs: 5 });
    await until("events", () => load.ledger.stored.size > 3_000);
    disk.fill(2);
    await until("a full disk", () => load.answers.of("ingest 503 UNAVAILABLE") > 20, 120_000);
    const before = load.ledger.stored.size;
    const reads = await readAll(product, 10);
    await pause(1_000);
    const write = await send(product.origin, product.sign("FINANCE"), "mutation { createCostPool(input: { code: \"while-full\", name: \"x\", kind: OTHER }) { pool { code } userErrors { code } } }", {});
    report.figure("tables-full-reads-answered", reads.of("200 OK"), "answers", { equals: 10 * QUESTIONS.length }, { answers: reads.asRecord() });
    report.figure("tables-full-server-lives", product.isAlive && (await statusOf(product.origin, "/livez")) === 200 ? 1 : 0, "yes", { equals: 1 });
    report.progress(`full: ${load.ledger.stored.size - before} events stored in a second, another write answered ${write.status} ${write.code}`);
    disk.free();
    const stored = load.ledger.stored.size;
    const freed = Date.now();
    await until("events again", () => load.ledger.stored.size > stored + 1_000);
    report.figure("tables-full-writes-again-after", Date.now() - freed, "ms", { atMost: 5_000 });
    await load.finish();
    report.none("tables-full-answers-that-should-not-be", load.unexpected(), { answers: load.answers.asRecord() });
    await product.stop();
    await judge(await place.look(), load, report);
  } finally {
    await product.kill();
    await place.close();
    disk.remove();
  }
}

/** The whole embedded database on a disk of 400 MB: PostgreSQL stops itself when its log of changes has no room. */
async function everythingFull(seed: number, report: Report): Promise<void> {
  const disk = mountDisk(400);
  const product = new Product(disk.path);
  try {
    await product.start();
    await createAcme(product.door);
    await bookAndAgree(product.door, { period: MONTHS[0]! });
    const load = new Load(product, { seed, senders: 3, batch: 200, restMs: 5, prefix: "all" });
    await until("events", () => load.ledger.stored.size > 2_000);
    // Less than the next piece of the log of changes takes, and enough for the tables until it is wanted.
    disk.fill(13);
    await until("a full disk", () => load.answers.of("ingest 503 UNAVAILABLE") > 50, 120_000);
    await pause(8_000);
    report.figure("all-full-log-without-room", panics(disk.path), "PANICs", { atLeast: 1 });
    report.figure("all-full-server-lives", product.isAlive && (await statusOf(product.origin, "/livez")) === 200 ? 1 : 0, "yes", { equals: 1 });
    disk.free();
    const stored = load.ledger.stored.size;
    const freed = Date.now();
    // PostgreSQL is started again by the server, whose pauses between attempts grow to half a minute.
    await until("events again", () => load.ledger.stored.size > stored + 200, 120_000);
    report.figure("all-full-writes-again-after", Date.now() - freed, "ms", { atMost: 45_000 });
    await load.finish();
    report.none("all-full-answers-that-should-not-be", load.unexpected(), { answers: load.answers.asRecord() });
    await product.stop();
    await judge(await lookAtFolder(disk.path), load, report);
  } finally {
    await product.kill();
    disk.remove();
  }
}

/** How often PostgreSQL stopped itself, by its own words. */
function panics(folder: string): number {
  const logs = join(folder, "pg18", "log");
  return readdirSync(logs).reduce((sum, name) => sum + (readFileSync(join(logs, name), "utf8").match(/PANIC: .*No space left/g) ?? []).length, 0);
}

async function judge(found: Aftermath, load: Load, report: Report): Promise<void> {
  await reportAftermath(found, load.ledger, report);
  await found.close();
}

async function readAll(product: Product, times: number): Promise<Tally> {
  const answers = new Tally();
  const token = product.sign("FINANCE");
  for (let round = 0; round < times; round += 1) {
    for (const question of QUESTIONS) {
      const { status, code } = await send(product.origin, token, question, {});
      answers.add(`${status} ${code}`);
    }
  }
  return answers;
}

/** Puts the tables of the product's database, which nobody uses yet, on a disk. */
async function moveTables(adminUrl: string, path: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ data: string }>("select setting as data from pg_settings where name = 'data_directory'");
    const owner = statSync(rows[0]!.data);
    mkdirSync(join(path, "tables"));
    chownSync(join(path, "tables"), owner.uid, owner.gid);
    await client.query(`create tablespace small location '${join(path, "tables")}'`);
    await client.query(`alter database ${TEMPLATE} set tablespace small`);
  } finally {
    await client.end();
  }
}

interface Disk {
  readonly path: string;
  /** Leaves so many megabytes free. */
  fill(leaveMegabytes: number): void;
  free(): void;
  remove(): void;
}

function mountDisk(megabytes: number): Disk {
  const folder = scratchFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=755`, "tmpfs", folder.path]);
  const unmount = leaveBehindNothing(() => {
    try {
      execFileSync("umount", ["-l", folder.path]);
    } finally {
      folder.remove();
    }
  });
  const ballast = join(folder.path, "ballast");
  return {
    path: folder.path,
    fill: (leave) => {
      const block = Buffer.alloc(262_144);
      const isRoomy = (): boolean => {
        const { bavail, bsize } = statfsSync(folder.path);
        return bavail * bsize > leave * 1_048_576;
      };
      try {
        while (isRoomy()) appendFileSync(ballast, block);
      } catch {
        // The database was quicker: it is full.
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove: unmount,
  };
}
