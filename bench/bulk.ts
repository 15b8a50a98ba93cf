import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Programme } from "../src/tenancy";
import { copyRows, storedRows } from "./copy-rows";
import { median, printFigure, printRatio, say, timed } from "./figures";
import { WORKLOADS, Workload, fullEvents } from "./full-event";
import { Place, temporaryFolder, tokenFor } from "./place";
import { familyMs, processorMs } from "./processor-time";
import { PROGRAMME, UNITS } from "./programme";
import { emptyUsage, wrongTotals } from "./recount";
import { sendUpload } from "./upload-client";

const ROUNDS = 3;
const CLIENTS = 4;
const COPY_COMMIT = 1_000;
const SOURCE = "voice://bench";
const CLI = join(__dirname, "..", "src", "cli", "apportion.js");

/** One way in: how the lines of a workload are cut, and how they are sent. Answers how many were accepted. */
interface Way {
  readonly name: string;
  readonly events: number;
  readonly commitSize: number;
  readonly bodies: number;
  readonly processes: number;
  readonly atLeast: number;
  readonly stretch: number;
  readonly isServed: boolean;
  send(bodies: readonly Buffer[]): Promise<number>;
}

/** Events a second through the bulk ways in, each against COPY of the same rows into the same table. */
export async function benchBulk(place: Place, _programme: Programme): Promise<void> {
  const server = await place.startServer();
  const folder = temporaryFolder();
  try {
    const token = tokenFor(place.installation, "bench-bulk", "INTEGRATION", PROGRAMME.code, UNITS);
    const post = (bodies: readonly Buffer[]): Promise<number> => sendUploads(server.found, token, bodies);
    const file = join(folder.path, "bench.ndjson");
    const ways: Way[] = [
      { name: "ndjson-requests", events: 60_000, commitSize: 1_000, bodies: 60, processes: 1, atLeast: 0.38, stretch: 0.42, isServed: true, send: post },
      { name: "ndjson-streams", events: 80_000, commitSize: 10_000, bodies: 4, processes: 1, atLeast: 0.42, stretch: 0.47, isServed: true, send: post },
      { name: "import", events: 160_000, commitSize: 10_000, bodies: 1, processes: 1, atLeast: 0.42, stretch: 0.47, isServed: false, send: () => importFile(place, file) },
    ];
    say("bulk: warming up");
    await post(bodiesOf(WORKLOADS[1]!, 20_000, 20, "warm"));
    for (const way of ways) {
      for (const workload of WORKLOADS) {
        const bodies = bodiesOf(workload, way.events, way.bodies, `${way.name}-${workload.name}`);
        if (!way.isServed) writeFileSync(file, bodies[0]!);
        await measure(place, server.pid, workload, way, bodies);
        if (!way.isServed) rmSync(file);
      }
    }
  } finally {
    await server.stop();
    folder.remove();
    await emptyUsage(place.admin);
  }
}

function bodiesOf(workload: Workload, events: number, bodies: number, prefix: string): Buffer[] {
  const lines = [...fullEvents(workload, events, prefix)].map((event) => `${JSON.stringify(event)}\n`);
  const size = events / bodies;
  return Array.from({ length: bodies }, (_, index) => Buffer.from(lines.slice(index * size, (index + 1) * size).join("")));
}

/** Sends the bodies over four connections; answers how many events were accepted. */
async function sendUploads(origin: string, token: string, bodies: readonly Buffer[]): Promise<number> {
  let next = 0;
  let accepted = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    for (let body = bodies[next++]; body; body = bodies[next++]) {
      const end = await sendUpload(origin, token, SOURCE, [body]);
      accepted += end.accepted;
    }
  }));
  return accepted;
}

/** Runs `apportion import usage` as a process of its own, its start included. */
async function importFile(place: Place, file: string): Promise<number> {
  // With a database that is named, settings of tokens are asked for, though nobody sends one here.
  const tokens = { APPORTION_JWT_ISSUER: "bench", APPORTION_JWT_AUDIENCE: "bench", APPORTION_JWT_SECRET: "only to be there: no token is read here" };
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: place.installation.apiUrl, LOG_LEVEL: "warn", ...tokens };
  const profile = (process.env.BENCH_NODE_ARGS ?? "").split(" ").filter((each) => each !== "");
  const { stdout } = await promisify(execFile)(process.execPath, ["--enable-source-maps", ...profile, CLI, "import", "usage", file, "--source", SOURCE, "--programme", PROGRAMME.code, "--json"], { env: environment });
  return (JSON.parse(stdout) as { accepted: number }).accepted;
}

async function measure(place: Place, serverPid: number, workload: Workload, way: Way, bodies: readonly Buffer[]): Promise<void> {
  const { events } = way;
  const rates: number[] = [], copy: number[] = [];
  const processor = { server: [] as number[], database: [] as number[] };
  const ingest = async (): Promise<number> => {
    await emptyUsage(place.admin);
    const before = { server: processorMs(serverPid), database: familyMs(place.databasePid) };
    let accepted = 0;
    const ms = await timed(async () => (accepted = await way.send(bodies)));
    processor.server.push(way.isServed ? perEvent(before.server, processorMs(serverPid), events) : NaN);
    processor.database.push(perEvent(before.database, familyMs(place.databasePid), events));
    if (accepted !== events) throw new Error(`${accepted} of ${events} events were accepted`);
    const wrong = await wrongTotals(place.admin);
    if (wrong > 0) throw new Error(`${wrong} totals differ from a recount`);
    return events / (ms / 1000);
  };
  await ingest();
  const { rows } = await place.admin.query<{ bytes: string }>("select pg_total_relation_size('metering.usage_event') as bytes");
  const commits = await storedRows(place.admin, COPY_COMMIT);
  const copyIn = async (): Promise<number> => {
    await emptyUsage(place.admin);
    const run = await copyRows(place.adminUrl, commits, CLIENTS);
    return events / ((await timed(run)) / 1000);
  };
  for (let round = 1; round <= ROUNDS; round += 1) {
    // COPY before and after: its mean stands for the same moment.
    const before = await copyIn();
    rates.push(await ingest());
    copy.push((before + (await copyIn())) / 2);
    say(`bulk ${way.name} ${workload.name} ${round}/${ROUNDS}: ${Math.round(rates.at(-1)!)}/s, COPY ${Math.round(copy.at(-1)!)}/s, ratio ${(rates.at(-1)! / copy.at(-1)!).toFixed(3)}`);
  }
  const setting = {
    workload: workload.name, tableRowsBefore: 0, events, tableMegabytesAfter: Math.round(Number(rows[0]!.bytes) / 1e6), commitSize: way.commitSize, copyCommitSize: COPY_COMMIT,
    clients: way.isServed ? CLIENTS : 1, copyClients: CLIENTS, processes: way.processes, bytesPerEvent: Math.round(bodies[0]!.length / (events / way.bodies)), totalsEqualRecount: true,
  };
  const cpu = Object.fromEntries(Object.entries(processor).map(([name, values]) => [name, Number(median(values).toPrecision(3))]));
  printFigure("bulk", way.name, "events/s", rates, setting);
  printFigure("bulk", "copy", "events/s", copy, setting);
  printRatio("bulk", `${way.name}-of-copy`, rates.map((value, index) => value / copy[index]!), { atLeast: way.atLeast, stretch: way.stretch }, { ...setting, processorMicrosPerEvent: cpu });
}

function perEvent(before: number | null, after: number | null, events: number): number {
  return before === null || after === null ? NaN : ((after - before) * 1000) / events;
}
