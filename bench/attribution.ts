import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { Programme } from "../src/tenancy";
import { bareQueries } from "./bare-queries";
import { fillMonth } from "./bulk-month";
import { startChild } from "./child-process";
import { Setting, printFigure, printRatio, say, timed } from "./figures";
import { ask, keepAlive, post } from "./http-client";
import { Place, tokenFor } from "./place";
import { PROGRAMME, bookCosts } from "./programme";

const ROUNDS = 5;
const CONNECTIONS = 8;
const SECONDS = 2;
/** Until code that runs often is compiled for it; a server has long passed that. */
const WARM_UP_SECONDS = 4;
const POOL = 12;

const QUERIES: Readonly<Record<string, string>> = {
  allocation: `query($period: PeriodKey!) { allocation(period: $period, groupBy: [BUSINESS_UNIT, USE_CASE, POOL]) {
    rows { businessUnit { code name } useCase { code name } pool { code name } driverQuantity driverTotal share amount { amount currency } } } }`,
  usage: `query($period: PeriodKey!) { usage(where: { period: $period }, groupBy: [BUSINESS_UNIT, USE_CASE]) {
    rows { businessUnit { code name } useCase { code name } calls connectedMs minutes contacts legs } } }`,
};
const BOUNDS: Readonly<Record<string, { atLeast: number; stretch: number }>> = { allocation: { atLeast: 0.8, stretch: 0.88 }, usage: { atLeast: 0.88, stretch: 0.92 } };

const BY_DAY = `query($period: PeriodKey!) { usage(where: { period: $period }, groupBy: [BUSINESS_UNIT, USE_CASE, DAY]) {
    rows { businessUnit { code name } useCase { code name } bucket calls connectedMs minutes legs } } }`;
const BY_DAY_ROUNDS = 15;
/** What an answer may take beyond twice its statement, in milliseconds. */
const BY_DAY_MORE_MS = 5;

type Target = Omit<Parameters<typeof autocannon>[0], "connections" | "duration">;
type Answer = Record<string, { rows: unknown[] }>;

/** Requests a second of the two questions behind a chargeback, against the same SQL behind plain HTTP. */
export async function benchAttribution(place: Place, programme: Programme, { large }: { readonly large: boolean }): Promise<void> {
  const [small, big] = large ? [1_000_000, 10_000_000] : [100_000, 1_000_000];
  const month = { small: "2025-05", big: "2025-07" };
  await fillMonth(place, programme, month.big, big);
  await fillMonth(place, programme, month.small, small);
  const { installation } = place;
  const folder = mkdtempSync(join(tmpdir(), "apportion-bench-"));
  const server = await place.startServer();
  const token = tokenFor(installation, "bench-finance", "FINANCE", PROGRAMME.code);
  for (const period of Object.values(month)) {
    await bookCosts(installation.database, programme, period);
    await ask(server.found, token, "mutation($period: PeriodKey!) { allocatePeriod(input: { period: $period }) { run { id } userErrors { message } } }", { period });
  }
  const queries = join(folder, "queries.json");
  writeFileSync(queries, JSON.stringify(await bareQueries(installation.database, programme, month.big)));
  const bare = await startChild(join(__dirname, "bare-server.js"), { BENCH_QUERIES: queries, BENCH_DATABASE: installation.apiUrl, BENCH_POOL: String(POOL) }, /^bare server on (\S+)$/);
  try {
    const product = (name: string, period: string): Target => ({
      url: `${server.found}/graphql`, method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ query: QUERIES[name]!, variables: { period } }),
    });
    for (const name of Object.keys(QUERIES)) {
      const answer = await ask<Answer>(server.found, token, QUERIES[name]!, { period: month.big });
      const setting = { rows: answer[name]!.rows.length, eventsInMonth: big, tableRows: small + big, connections: CONNECTIONS, pool: POOL, serverProcesses: 1 };
      await compare(name, setting, { api: product(name, month.big), bare: { url: `${bare.found}/${name}` }, small: product(name, month.small) }, small);
    }
    await byDay(server.found, bare.found, token, month.big, { eventsInMonth: big, tableRows: small + big });
  } finally {
    await bare.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(name: string, setting: { readonly eventsInMonth: number }, targets: Readonly<Record<"api" | "bare" | "small", Target>>, small: number): Promise<void> {
  for (const target of Object.values(targets)) await rate(target, WARM_UP_SECONDS);
  const rates: Record<keyof typeof targets, number[]> = { api: [], bare: [], small: [] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const key of ["api", "bare", "small"] as const) rates[key].push(await rate(targets[key], SECONDS));
    say(`attribution ${name} ${round}/${ROUNDS}: API ${rates.api.at(-1)!.toFixed(1)}/s, bare SQL ${rates.bare.at(-1)!.toFixed(1)}/s, month of ${small} events ${rates.small.at(-1)!.toFixed(1)}/s`);
  }
  printFigure("attribution", name, "requests/s", rates.api, setting);
  printFigure("attribution", `${name}-bare-sql`, "requests/s", rates.bare, setting);
  printRatio("attribution", `${name}-of-bare-sql`, rates.api.map((value, index) => value / rates.bare[index]!), BOUNDS[name]!, setting);
  printRatio("attribution", `${name}-slower-with-ten-times-the-events`, rates.api.map((value, index) => rates.small[index]! / value), { atMost: 1.2 }, { ...setting, eventsInSmallMonth: small });
}

/** One question after another on one connection: every day of a month for every use case, which are thousands of rows. */
async function byDay(api: string, bare: string, token: string, period: string, setting: Setting): Promise<void> {
  const agent = keepAlive(1);
  const times = { api: [] as number[], bare: [] as number[] };
  let rows = 0;
  for (let round = -5; round < BY_DAY_ROUNDS; round += 1) {
    const ofApi = await timed(async () => {
      rows = (await ask<Answer>(api, token, BY_DAY, { period }, agent)).usage!.rows.length;
    });
    const ofBare = await timed(() => post(`${bare}/usageByDay`, token, Buffer.from("{}"), agent));
    if (round < 0) continue;
    times.api.push(ofApi);
    times.bare.push(ofBare);
  }
  const under = { ...setting, rows, connections: 1 };
  printFigure("attribution", "usage-by-day", "ms", times.api, under);
  printFigure("attribution", "usage-by-day-bare-sql", "ms", times.bare, under);
  printRatio("attribution", `usage-by-day-of-twice-the-sql-and-${BY_DAY_MORE_MS}-ms`, times.api.map((ms, index) => ms / (2 * times.bare[index]! + BY_DAY_MORE_MS)), { atMost: 1 }, under);
}

async function rate(target: Target, seconds: number): Promise<number> {
  const result = await autocannon({ ...target, connections: CONNECTIONS, duration: seconds });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 200, ${result.errors} failed`);
  return result.requests.total / result.duration;
}
