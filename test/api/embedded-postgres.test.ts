import { transformFileSync } from "@swc/core";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { assertSafeApiRole, ensureDatabaseRoles } from "../../src/app/database-roles";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "../../src/app/embedded-postgres/start-embedded-postgres";

const SOURCES = resolve(__dirname, "../../src/app/embedded-postgres");
const root = process.getuid?.() === 0;

let home: string;
let dataDirectory: string;
let said: string[] = [];

const start = (folder = dataDirectory): Promise<EmbeddedPostgres> => startEmbeddedPostgres({ dataDirectory: folder, log: (message) => said.push(message) });

async function ask<Row = Record<string, unknown>>(connectionString: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

function serverPid(folder = dataDirectory): number {
  return Number(readFileSync(join(folder, "pg18/data/postmaster.pid"), "utf8").split("\n")[0]);
}

async function until(holds: () => boolean, withinMs = 60_000): Promise<void> {
  for (const began = Date.now(); !holds(); await pause(20)) {
    if (Date.now() - began > withinMs) throw new Error("it did not happen in time");
  }
}

/** Another process that starts (or joins) the server and then waits to be killed. */
async function otherProcess(): Promise<ChildProcess & { startedAs: string }> {
  const compiled = join(home, "compiled");
  mkdirSync(compiled, { recursive: true });
  for (const name of readdirSync(SOURCES).filter((file) => file.endsWith(".ts"))) {
    const { code } = transformFileSync(join(SOURCES, name), { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } });
    writeFileSync(join(compiled, `${basename(name, ".ts")}.js`), code);
  }
  const script = `
    const { startEmbeddedPostgres } = require(${JSON.stringify(join(compiled, "start-embedded-postgres.js"))});
    startEmbeddedPostgres({ dataDirectory: ${JSON.stringify(dataDirectory)}, log() {} })
      .then((server) => { console.log(server.startedAs); setInterval(() => {}, 1000); }, (error) => { console.error(error); process.exit(1); });`;
  const child = spawn(process.execPath, ["-e", script], { env: { ...process.env, NODE_PATH: resolve(__dirname, "../../node_modules") }, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return Object.assign(child, { startedAs: line.toString().trim() });
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "apportion-embedded-"));
  // Root hands the server to another user, who must be able to get in.
  chmodSync(home, 0o755);
  dataDirectory = join(home, "project/.data");
});

beforeEach(() => (said = []));

afterAll(() => rmSync(home, { recursive: true, force: true }));

test("makes a UTF8 database with safe settings whatever the caller's environment says", async () => {
  const before = { ...process.env };
  delete process.env.LANG;
  Object.assign(process.env, { LC_ALL: "xx_YY.nowhere", PGDATA: "/nowhere", PGOPTIONS: "-c search_path=nowhere", PGSSLMODE: "require" });
  const server = await start().finally(() => (process.env = before));
  try {
    expect(server).toMatchObject({ startedAs: "started", stateDirectory: dataDirectory });
    const [settings] = await ask(
      server.adminUrl,
      `select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
         current_setting('full_page_writes') as pages, current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets,
         current_setting('timezone') as zone, current_setting('max_connections') as connections, current_setting('jit') as jit,
         (select datlocprovider::text || datlocale from pg_database where datname = 'template1') as locale`,
    );
    expect(settings).toEqual({ encoding: "UTF8", fsync: "on", commit: "on", pages: "on", listen: "127.0.0.1", sockets: "", zone: "UTC", connections: "60", jit: "off", locale: "bC.UTF-8" });
    expect(statSync(join(dataDirectory, "pg18/superuser-password")).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDirectory, "pg18/data")).mode & 0o777).toBe(0o700);
    await expect(ask(server.adminUrl.replace(/:[^:@]+@/, ":wrong@"), "select 1")).rejects.toMatchObject({ code: "28P01" });
  } finally {
    await server.stop();
  }
  expect(existsSync(join(dataDirectory, "pg18/data/postmaster.pid"))).toBe(false);
});

test("a second start joins the server, and only the last to leave stops it", async () => {
  const first = await start();
  const second = await start();
  expect(second).toMatchObject({ startedAs: "attached", port: first.port, adminUrl: first.adminUrl });
  await second.stop();
  expect(await ask(first.adminUrl, "select 1 as one")).toEqual([{ one: 1 }]);
  const third = await start();
  await first.stop();
  expect(await ask(third.adminUrl, "select 1 as one")).toEqual([{ one: 1 }]);
  await third.stop();
  await third.stop();
  // Nobody listens any more; the process itself may stay in the system's table until its parent has looked.
  await expect(ask(first.adminUrl, "select 1 as one")).rejects.toThrow("ECONNREFUSED");
});

test("of two starts at the same moment one starts the server and the other joins it", async () => {
  const both = await Promise.all([start(join(home, "race/.data")), start(join(home, "race/.data"))]);
  expect(both.map((server) => server.startedAs).sort()).toEqual(["attached", "started"]);
  await Promise.all(both.map((server) => server.stop()));
});

test("kill -9 of the process that started it: the server goes too, its data stays, the next start works", async () => {
  const child = await otherProcess();
  expect(child.startedAs).toBe("started");
  const joined = await start();
  expect(joined.startedAs).toBe("attached");
  await ask(joined.adminUrl, "create table kept (n int); insert into kept values (42)");
  await kill(child);
  await pause(300);
  expect(await ask(joined.adminUrl, "select n from kept")).toEqual([{ n: 42 }]);
  await joined.stop();

  const lonely = await otherProcess();
  await kill(lonely);
  const again = await start();
  expect(await ask(again.adminUrl, "select n from kept")).toEqual([{ n: 42 }]);
  await again.stop();

  const last = await otherProcess();
  const pid = serverPid();
  await kill(last);
  await until(() => !existsSync(`/proc/${pid}`) || !existsSync(join(dataDirectory, "pg18/data/postmaster.pid")));
});

test("a server that is killed comes back on its port with everything that was committed", async () => {
  const server = await start();
  await ask(server.adminUrl, "create table survived as select 7 as n");
  // Sessions that compute do not notice by themselves, and would keep the data locked.
  const busy = ask(server.adminUrl, "select count(*) from generate_series(1, 1000000000)").catch(() => undefined);
  await pause(200);
  process.kill(serverPid(), "SIGKILL");
  await until(() => said.includes("PostgreSQL is back."));
  await busy;
  expect(await ask(server.adminUrl, "select n from survived")).toEqual([{ n: 7 }]);
  await server.stop();
});

test.each(["dead", "foreign", "zombie"])("a pid file that names a %s process does not stop the start", async (kind) => {
  const stranger = spawn("/bin/sh", ["-c", "true & echo $!; exec sleep 30"], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(stranger.stdout, "data")) as [Buffer];
  const pid = { dead: 4_000_000, foreign: process.pid, zombie: Number(line.toString()) }[kind];
  writeFileSync(join(dataDirectory, "pg18/data/postmaster.pid"), `${pid}\n${dataDirectory}/pg18/data\n1700000000\n5432\n\n127.0.0.1\n\nready\n`);
  const server = await start();
  expect(server.startedAs).toBe("started");
  expect(said).toContain("Removed the pid file of a server that is gone.");
  await server.stop();
  await kill(stranger);
});

test("a database that was never finished is put aside and made anew", async () => {
  const folder = join(home, "half/.data");
  mkdirSync(join(folder, "pg18/data/base"), { recursive: true });
  const server = await start(folder);
  expect(await ask(server.adminUrl, "select 1 as one")).toEqual([{ one: 1 }]);
  expect(readdirSync(folder).filter((name) => name.startsWith("pg18.incomplete-"))).toHaveLength(1);
  await server.stop();
});

test("keeps its port, and takes another one when that is taken", async () => {
  const first = await start();
  await first.stop();
  const second = await start();
  expect(second.port).toBe(first.port);
  await second.stop();
  const stranger = createServer().listen(first.port, "127.0.0.1");
  await once(stranger, "listening");
  const third = await start();
  expect(third.port).not.toBe(first.port);
  await third.stop();
  stranger.close();
});

(root ? test : test.skip)("as root, a project nobody else can reach gets its data in a system folder, named in the log", async () => {
  const state = join(home, "system");
  const hidden = join(home, "hidden");
  mkdirSync(state);
  mkdirSync(hidden, { mode: 0o700 });
  const before = process.env.XDG_STATE_HOME;
  process.env.XDG_STATE_HOME = state;
  try {
    const server = await start(join(hidden, ".data"));
    expect(server.stateDirectory.startsWith(join(state, "apportion/"))).toBe(true);
    expect(said.some((message) => message.includes(server.stateDirectory))).toBe(true);
    expect(await ask(server.adminUrl, "select 1 as one")).toEqual([{ one: 1 }]);
    const { port } = server;
    await server.stop();
    const again = await start(join(hidden, ".data"));
    expect(again).toMatchObject({ port, stateDirectory: server.stateDirectory });
    await again.stop();
    chmodSync(join(state, "apportion"), 0o777);
    await expect(start(join(hidden, ".data"))).rejects.toThrow(/other users may write/);
  } finally {
    if (before === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = before;
  }
});

describe("database roles", () => {
  const names = { database: "apportion", ownerRole: "apportion_owner", ownerPassword: "owner-p@ss/word:1", appRole: "apportion_app", appPassword: "app-secret-1" };
  const on = (url: string) => (sql: string) => ask(url, sql);
  let server: EmbeddedPostgres;

  beforeAll(async () => void (server = await start()));
  afterAll(() => server.stop());

  test("are made, and brought in line again by a second run", async () => {
    await ensureDatabaseRoles(server.adminUrl, names);
    await ask(server.adminUrl, "alter role apportion_app createdb inherit; grant pg_monitor, apportion_owner to apportion_app; grant create on database apportion to apportion_app");
    const urls = await ensureDatabaseRoles(server.adminUrl, { ...names, appPassword: "another-secret-2" });
    const [role] = await ask(
      server.adminUrl,
      `select rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication, rolinherit, (select string_agg(roleid::regrole::text, ' ' order by 1) from pg_auth_members where member = r.oid) as memberships,
         left((select rolpassword from pg_authid a where a.oid = r.oid), 14) as stored from pg_roles r where rolname = 'apportion_app'`,
    );
    expect(role).toEqual({ rolsuper: false, rolcreatedb: false, rolcreaterole: false, rolbypassrls: false, rolreplication: false, rolinherit: false, memberships: "apportion_case_reader apportion_programme_reader", stored: "SCRAM-SHA-256$" });
    expect(await ask(urls.ownerUrl, "select pg_get_userbyid(datdba) as owner, pg_encoding_to_char(encoding) as encoding, current_user::text as me from pg_database where datname = current_database()")).toEqual([
      { owner: "apportion_owner", encoding: "UTF8", me: "apportion_owner" },
    ]);
    await ask(urls.appUrl, "create temporary table t (n int)");
    await expect(ask(urls.appUrl, "create table public.t (n int)")).rejects.toMatchObject({ code: "42501" });
    await expect(ask(urls.appUrl.replace("another-secret-2", "app-secret-1"), "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  test("can be made by an administrator who is no superuser", async () => {
    await ask(server.adminUrl, "create role manager login createrole createdb password 'manager-secret'");
    const adminUrl = server.adminUrl.replace(/\/\/[^@]+@/, "//manager:manager-secret@");
    const others = { ...names, database: "second", ownerRole: "second_owner", appRole: "second_app" };
    await ensureDatabaseRoles(adminUrl, others);
    const urls = await ensureDatabaseRoles(adminUrl, others);
    await ask(urls.ownerUrl, "create schema tenancy");
    await assertSafeApiRole(on(urls.appUrl));
  });

  test("may be asked for by several processes at once", async () => {
    const others = { ...names, database: "third", ownerRole: "third_owner", appRole: "third_app" };
    await Promise.all([1, 2, 3].map(() => ensureDatabaseRoles(server.adminUrl, others)));
  });

  test.each(["Apportion", "a b", 'a"b', "1a", "", "a".repeat(64)])("refuse the name %j", async (database) => {
    await expect(ensureDatabaseRoles(server.adminUrl, { ...names, database })).rejects.toThrow(/cannot be used as a name/);
  });

  test("only the API's own role is let in", async () => {
    const { ownerUrl, appUrl } = await ensureDatabaseRoles(server.adminUrl, names);
    await ask(ownerUrl, "create schema if not exists costs; create table if not exists costs.entry (n int)");
    await assertSafeApiRole(on(appUrl));
    await expect(assertSafeApiRole(on(server.adminUrl))).rejects.toThrow(/"postgres".*it is a superuser.*apportion init/s);
    await expect(assertSafeApiRole(on(ownerUrl))).rejects.toThrow(/owns 1 table\(s\).*of schema costs/s);
    await ask(server.adminUrl, "create role between; grant apportion_owner to between; grant between to apportion_app");
    await expect(assertSafeApiRole(on(appUrl))).rejects.toThrow(/act as "apportion_owner", which owns/);
    await ask(server.adminUrl, "revoke between from apportion_app; alter role apportion_app bypassrls");
    await expect(assertSafeApiRole(on(appUrl))).rejects.toThrow(/BYPASSRLS/);
    await ask(server.adminUrl, "alter role apportion_app nobypassrls");
    await ask(ownerUrl, "grant create on schema costs to apportion_app");
    await expect(assertSafeApiRole(on(appUrl))).rejects.toThrow(/may CREATE in schema costs/);
    await ask(ownerUrl, "revoke create on schema costs from apportion_app; grant create on database apportion to apportion_app");
    await expect(assertSafeApiRole(on(appUrl))).rejects.toThrow(/may CREATE in the database/);
    await ensureDatabaseRoles(server.adminUrl, names);
    await assertSafeApiRole(on(appUrl));
  });
});
