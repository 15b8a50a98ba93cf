/*
 * A storm of real calls on a server of its own: twenty thousand events, shuffled, each sent twice, by eight clients at once
 * through POST /usage, while the server is killed without warning and started again. What was not answered is sent again.
 * It ends in exactly the totals that the file gives, reckoned here from the file alone.
 */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { ask, expect } from "./client.mjs";

const [file, port = "4098"] = process.argv.slice(2);
const PROGRAMME = "storm";
const EVENTS = 20_000, CLIENTS = 8, REQUEST_LINES = 500, SEED = 20251031;
/** The server is killed when so many requests were answered. */
const KILLS = [6, 25, 50];
const url = `http://127.0.0.1:${port}`;
const folder = mkdtempSync(join(tmpdir(), "apportion-storm-"));
chmodSync(folder, 0o755);
const environment = { ...process.env, APPORTION_DATA_DIR: folder, APPORTION_DEMO: "off", PORT: port, HOST: "127.0.0.1", LOG_LEVEL: "warn" };
delete environment.DATABASE_URL;
const cli = (...parameters) => execFileSync(process.execPath, ["dist/src/cli/apportion.js", ...parameters], { encoding: "utf8", env: environment, stdio: ["ignore", "pipe", "inherit"] }).trim();

/** The server as a process of its own, from the moment it answers. */
async function start() {
  const child = spawn(process.execPath, ["--enable-source-maps", "dist/src/main.js"], { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => line.startsWith("Apportion answers on") && resolve());
    void gone.then(() => reject(new Error("the server ended before it answered")));
  });
  return { end: (signal) => (child.kill(signal), gone) };
}

/** The rows of a CSV by column; cells may stand in quotes. */
function rowsOf(text) {
  const [header, ...lines] = text.split(/\r?\n/).filter((line) => line !== "").map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain));
  return lines.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index]])));
}

const SPOKEN = new Set(["Phone", "E-911", "Cell Phone", "911 Center"]);
const SUMMER_TIME = "-04:00"; // in New York until 2 November 2025, later than every call of the file
function callOf(row, source) {
  const ms = Number(row.phone_seconds || 0) * 1000;
  const startLocal = Date.parse(`${row.incident_start_at.replace(" ", "T")}Z`);
  const local = (instant) => new Date(instant).toISOString().replace("Z", SUMMER_TIME);
  const useCase = `${row.agency}.${row.problem}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const channel = SPOKEN.has(row.call_reception) ? "VOICE" : row.call_reception === "Text" ? "SMS" : "WEB";
  const data = { contactId: row.row_id, legId: row.row_id, businessUnit: row.agency, useCase, channel, direction: "INBOUND", status: "COMPLETED", connectedAt: local(startLocal), endedAt: local(startLocal + ms), connectedMs: ms };
  return { source, eventId: row.row_id, data, month: new Date(startLocal + ms).toISOString().slice(0, 7), isCall: channel === "VOICE" && ms > 0 };
}
/** What the calls of a unit's use case in a month come to, as text that compares. */
function totalsOf(calls) {
  const groups = new Map();
  for (const { data, month, isCall } of calls) {
    const key = `${data.businessUnit} ${data.useCase} ${month}`;
    const sums = groups.get(key) ?? { legs: 0, calls: 0, seconds: 0 };
    groups.set(key, { legs: sums.legs + 1, calls: sums.calls + (isCall ? 1 : 0), seconds: sums.seconds + (isCall ? data.connectedMs / 1000 : 0) });
  }
  return [...groups].map(([key, { legs, calls: spoken, seconds }]) => `${key}: ${legs} legs, ${spoken} calls, ${seconds} s`).sort();
}

/** Puts a list out of order, the same way for the same seed. */
function shuffle(list, seed) {
  let state = seed;
  const random = (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = random(last + 1);
    [list[last], list[other]] = [list[other], list[last]];
  }
  return list;
}

const rows = rowsOf(readFileSync(file, "utf8")).sort((a, b) => (a.incident_start_at < b.incident_start_at ? -1 : 1));
// The file has fewer: its first calls are reported by a second source, too, which makes them other events.
const events = [...rows.map((row) => callOf(row, "cad://alexandria")), ...rows.slice(0, EVENTS - rows.length).map((row) => callOf(row, "cad://second"))];
expect("events", events.length, EVENTS);
/** The first source speaks in bare events, the second in CloudEvents. */
const lineOf = ({ source, eventId, data }) => JSON.stringify(source === "cad://alexandria" ? { eventId, ...data } : { specversion: "1.0", id: eventId, source, type: "apportion.usage.leg_completed.v1", data });
const lines = shuffle([...events, ...events].map(lineOf), SEED);
const requests = Array.from({ length: Math.ceil(lines.length / REQUEST_LINES) }, (_, index) => lines.slice(index * REQUEST_LINES, (index + 1) * REQUEST_LINES));

let server = await start();
try {
  cli("programme", "create", "--code", PROGRAMME, "--name", "Storm", "--currency", "USD", "--time-zone", "America/New_York");
  const units = [...new Set(events.map(({ data }) => data.businessUnit))].sort();
  const token = (role, ...more) => cli("token", "--role", role, "--programme", PROGRAMME, ...more).split("\n").at(-1);
  const admin = token("admin"), finance = token("finance");
  for (const unit of units) await ask(url, admin, "mutation($input: CreateBusinessUnitInput!) { createBusinessUnit(input: $input) { userErrors { message } } }", { input: { code: unit, name: unit } });
  const sender = token("integration", ...units.flatMap((unit) => ["--business-unit", unit]));
  const owners = new Map(events.map(({ data }) => [data.useCase, data.businessUnit]));
  for (const [code, businessUnit] of owners) await ask(url, admin, "mutation($input: CreateUseCaseInput!) { createUseCase(input: $input) { userErrors { message } } }", { input: { code, name: code, businessUnit } });

  let answered = 0, again = 0, kills = 0;
  const outcomes = {};
  /** True when the whole answer came and says that it is whole. */
  const send = async (body) => {
    const response = await fetch(`${url}/usage?source=cad://alexandria`, { method: "POST", headers: { "content-type": "application/x-ndjson", authorization: `Bearer ${sender}` }, body });
    const text = await response.text();
    if (response.status === 503) return false;
    if (response.status !== 200) throw Object.assign(new Error(text), { isFinal: true });
    const results = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    const end = results.pop();
    if (!end.complete) return false;
    for (const { outcome } of results) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    return end.lines === REQUEST_LINES;
  };
  const client = async (first) => {
    for (let number = first; number < requests.length; number += CLIENTS) {
      const body = `${requests[number].join("\n")}\n`;
      for (;;) {
        const done = await send(body).catch((error) => (error.isFinal ? Promise.reject(error) : false));
        if (done) break;
        again += 1;
        await pause(100);
      }
      answered += 1;
    }
  };
  const killer = async () => {
    for (const after of KILLS) {
      while (answered < after) await pause(5);
      await server.end("SIGKILL");
      server = await start();
      kills += 1;
    }
  };
  await Promise.all([killer(), ...Array.from({ length: CLIENTS }, (_, first) => client(first))]);
  expect("server killed", kills, KILLS.length);
  console.log(`ok: ${again} requests were sent again; answers: ${JSON.stringify(outcomes)}`);
  expect("every line was answered as stored, one way or the other", (outcomes.ACCEPTED ?? 0) + (outcomes.DUPLICATE ?? 0), 2 * EVENTS);
  expect("no other answer", Object.keys(outcomes).sort(), ["ACCEPTED", "DUPLICATE"]);

  const { usage } = await ask(url, finance, "{ usage(where: {}, groupBy: [BUSINESS_UNIT, USE_CASE, MONTH]) { rows { businessUnit { code } useCase { code } bucket legs calls connectedSeconds } total { legs contacts } } }");
  const told = usage.rows.map((row) => `${row.businessUnit.code} ${row.useCase.code} ${row.bucket.slice(0, 7)}: ${row.legs} legs, ${row.calls} calls, ${row.connectedSeconds} s`).sort();
  const reckoned = totalsOf(events);
  const differing = [...told.filter((line) => !reckoned.includes(line)), ...reckoned.filter((line) => !told.includes(line))];
  expect(`differences in ${reckoned.length} totals by unit, use case and month`, differing, []);
  expect("legs and contacts", usage.total, { legs: EVENTS, contacts: EVENTS });
  const { october } = await ask(url, finance, '{ october: usage(where: { period: "2025-10" }, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } calls connectedSeconds } } }');
  const by = new Map(october.rows.map((row) => [row.businessUnit.code, [row.calls, row.connectedSeconds]]));
  expect("October", ["POLICE", "EMS", "FIRE"].map((unit) => by.get(unit)), [[3713, "1088542"], [1137, "303223"], [472, "93938"]]);
  cli("verify", "--programme", PROGRAMME);
  console.log("ok: verify");
} finally {
  await server.end("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}
