import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { connect } from "../../src/app/data-source";
import { ensureDatabaseRoles } from "../../src/app/database-roles";
import { EmbeddedPostgres, startEmbeddedPostgres } from "../../src/app/embedded-postgres/start-embedded-postgres";
import { migrate } from "../../src/app/migrate";
import { REPORT, Reported, call, createAcme, integration } from "../support/builders";
import { TEMPLATE } from "../support/cluster";
import { Cable, layCable } from "../support/cut-cable";
import { recountedTotals, storedTotals } from "../support/recount";
import { TestServer, startTestServer } from "../support/server";

const PASSWORD = "test-only-password";
const BATCH = 20;

let home: string;
let postgres: EmbeddedPostgres;
let cable: Cable;
let server: TestServer;
const crashes: unknown[] = [];
const noteCrash = (error: unknown): void => void crashes.push(error);

const onPort = (url: string, port: number): string => Object.assign(new URL(url), { port: String(port) }).toString();
const start = (): Promise<EmbeddedPostgres> => startEmbeddedPostgres({ dataDirectory: home, log: () => undefined });

/** SQL as the administrator, on a connection of its own that leads to the database directly. */
async function directly<Row = Record<string, unknown>>(text: string, parameters: unknown[] = []): Promise<Row[]> {
  const database = new URL(server.installation.apiUrl).pathname;
  const client = new Client({ connectionString: Object.assign(new URL(postgres.adminUrl), { pathname: database }).toString() });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text, parameters)).rows as Row[];
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  process.on("unhandledRejection", noteCrash);
  process.on("uncaughtException", noteCrash);
  home = mkdtempSync(join(tmpdir(), "apportion-outage-"));
  chmodSync(home, 0o755);
  postgres = await start();
  const urls = await ensureDatabaseRoles(postgres.adminUrl, { database: TEMPLATE, ownerRole: "apportion_owner", ownerPassword: PASSWORD, appRole: "apportion_app", appPassword: PASSWORD });
  await migrate(urls.ownerUrl, "apportion_app");
  cable = await layCable(postgres.port);
  process.env.TEST_ADMIN_URL = onPort(postgres.adminUrl, cable.port);
  process.env.TEST_OWNER_URL = onPort(urls.ownerUrl, cable.port);
  process.env.TEST_APP_URL = onPort(urls.appUrl, cable.port);
  server = await startTestServer({ work: "request" });
  await createAcme(server);
});
afterAll(async () => {
  await server.close();
  await cable.close();
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
  process.off("unhandledRejection", noteCrash);
  process.off("uncaughtException", noteCrash);
});

interface Load {
  /** Answers by status and code. */
  readonly answers: Map<string, number>;
  acknowledged: number;
  /** Verdicts of the answers that arrived. */
  readonly verdicts: Map<string, number>;
  /** Begins no more batches; every batch that was begun is sent again, blindly, until it is acknowledged. */
  finish(): Promise<void>;
}

const count = (map: Map<string, number>, key: string): unknown => map.set(key, (map.get(key) ?? 0) + 1);

/** Four senders that push batches one after the other. */
function load(name: string): Load {
  let wanted = true;
  const state = { answers: new Map<string, number>(), verdicts: new Map<string, number>(), acknowledged: 0 };
  const actor = integration(server);
  const sender = async (who: number): Promise<void> => {
    for (let batch = 0; wanted; batch += 1) {
      const events = Array.from({ length: BATCH }, (_, index) => call(`${name}-${who}-${batch}-${index}`, { contactId: `c-${index % 3}`, useCase: ["order-status", "triage", "helpdesk"][index % 3] }));
      for (;;) {
        const answer = await actor.ask<{ reportUsage: Reported } | null>(REPORT, { input: { source: "test://outage", events } });
        count(state.answers, `${answer.status} ${answer.errors?.[0]?.extensions.code ?? "OK"}`);
        if (answer.status === 503) {
          expect(answer.headers.get("retry-after")).toBe("1");
          await pause(20);
          continue;
        }
        if (answer.status !== 200) return;
        for (const { outcome } of answer.data!.reportUsage.results) count(state.verdicts, outcome);
        state.acknowledged += BATCH;
        break;
      }
    }
  };
  const senders = Promise.all([0, 1, 2, 3].map(sender));
  return Object.assign(state, {
    finish: async () => {
      wanted = false;
      await senders;
    },
  });
}

/** Everything that was acknowledged is there once, and the totals hold exactly that. */
async function expectNothingLost(name: string, pushed: Load): Promise<void> {
  expect([...pushed.answers.keys()].filter((key) => key !== "200 OK" && key !== "503 UNAVAILABLE")).toEqual([]);
  const [stored] = await directly<{ events: string; ids: string }>("select count(*) as events, count(distinct event_id) as ids from metering.usage_event where event_id like $1", [`${name}-%`]);
  expect(stored).toEqual({ events: String(pushed.acknowledged), ids: String(pushed.acknowledged) });
  expect([...pushed.verdicts.keys()].filter((key) => key !== "ACCEPTED" && key !== "DUPLICATE")).toEqual([]);
  expect((pushed.verdicts.get("ACCEPTED") ?? 0) + (pushed.verdicts.get("DUPLICATE") ?? 0)).toBe(pushed.acknowledged);
  const through: TestServer = { ...server, sql: directly };
  expect(await storedTotals(through, "acme")).toEqual(await recountedTotals(through, "acme"));
  expect(crashes).toEqual([]);
}

const ready = async (): Promise<number> => (await fetch(`${server.url}/readyz`)).status;

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const began = Date.now(); !(await holds()); await pause(50)) if (Date.now() - began > 60_000) throw new Error("it did not happen in time");
}

describe("a database that comes and goes", () => {
  it("sessions that are ended by the administrator, again and again", async () => {
    const pushed = load("terminate");
    let ended = 0;
    for (let round = 0; round < 30; round += 1) {
      await pause(40);
      ended += (await directly("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'apportion_app'")).length;
    }
    await pushed.finish();
    expect(ended).toBeGreaterThan(20);
    expect(pushed.answers.get("503 UNAVAILABLE")).toBeGreaterThan(0);
    await expectNothingLost("terminate", pushed);
  });

  it("connections that are cut anywhere, also between COMMIT and its answer", async () => {
    const pushed = load("cut");
    let ended = 0;
    for (let round = 0; round < 60; round += 1) {
      await pause(15 + (round * 7) % 23);
      ended += cable.cut();
    }
    await pushed.finish();
    expect(ended).toBeGreaterThan(40);
    await expectNothingLost("cut", pushed);
  });

  it("a server that is shut down and started again", async () => {
    const pushed = load("stop");
    await pause(300);
    cable.leadTo(null);
    await postgres.stop();
    await until(async () => (await ready()) === 503);
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    const began = Date.now();
    const read = await server.as("FINANCE").ask("{ businessUnits(first: 10) { edges { node { code } } } }");
    expect([read.status, read.errors!.map(({ message, extensions }) => [message, extensions.code])]).toEqual([503, [["The database does not answer. Send the same request again in a moment: what was stored before is not stored twice.", "UNAVAILABLE"]]]);
    expect(Date.now() - began).toBeLessThan(10_000);
    postgres = await start();
    cable.leadTo(postgres.port);
    await until(async () => (await ready()) === 200);
    await pause(300);
    await pushed.finish();
    expect(pushed.answers.get("503 UNAVAILABLE")).toBeGreaterThan(0);
    await expectNothingLost("stop", pushed);
  });

  it("a server that is killed and recovers by itself", async () => {
    const pushed = load("kill");
    await pause(300);
    process.kill(Number(readFileSync(join(postgres.stateDirectory, "pg18/data/postmaster.pid"), "utf8").split("\n")[0]), "SIGKILL");
    await until(async () => (await ready()) === 503);
    await until(async () => (await ready()) === 200);
    await pause(300);
    await pushed.finish();
    await expectNothingLost("kill", pushed);
  });

  it("a server that ends a session in the breath in which it opens it", async () => {
    const message = (type: string, body: Buffer): Buffer => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length + 4);
      return Buffer.concat([Buffer.from(type), length, body]);
    };
    const welcome = [message("R", Buffer.alloc(4)), message("Z", Buffer.from("I"))];
    const farewell = message("E", Buffer.from("SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"));
    const rude = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(Buffer.concat([...welcome, farewell])));
    });
    await new Promise<void>((resolve) => rude.listen(0, "127.0.0.1", resolve));
    const dataSource = connect(`postgres://nobody@127.0.0.1:${(rude.address() as AddressInfo).port}/nothing`, { purpose: "serve" });
    await expect(dataSource.initialize()).rejects.toThrow();
    await pause(100);
    expect(crashes).toEqual([]);
    await new Promise((resolve) => rude.close(resolve));
  });

  it("a pool whose connections are all taken says so within a second or two and recovers", async () => {
    const busy = await startTestServer({ poolSize: 2, work: "request" });
    await createAcme(busy);
    const blocker = new Client({ connectionString: busy.installation.ownerUrl! });
    await blocker.connect();
    await blocker.query("begin; lock table tenancy.business_unit in access exclusive mode");
    const finance = busy.as("FINANCE");
    const answers = await Promise.all(Array.from({ length: 6 }, () => finance.ask("{ businessUnits(first: 10) { edges { node { code } } } }")));
    expect(answers.map((answer) => `${answer.status} ${answer.errors![0]!.extensions.code}`).sort()).toEqual(["408 TIMEOUT", "408 TIMEOUT", "503 UNAVAILABLE", "503 UNAVAILABLE", "503 UNAVAILABLE", "503 UNAVAILABLE"]);
    await blocker.query("rollback");
    await blocker.end();
    expect((await finance.ask("{ businessUnits(first: 10) { edges { node { code } } } }")).data.businessUnits.edges.length).toBe(3);
    await busy.close();
  });
});
