import { Programme } from "../src/tenancy";
import { copyRows, storedRows } from "./copy-rows";
import { median, printFigure, printRatio, say, timed } from "./figures";
import { WORKLOADS, Workload, emptyFields, fullEvents } from "./full-event";
import { keepAlive, post } from "./http-client";
import { lockWaits } from "./lock-check";
import { Place, tokenFor } from "./place";
import { familyMs, processorMs } from "./processor-time";
import { PROGRAMME, UNITS } from "./programme";
import { emptyUsage, wrongTotals } from "./recount";

const ROUNDS = 3;
const CLIENTS = 4;
const BATCH = 1_000;
const BATCHES = 60;
const WARM_UP = 16;

const MUTATION = `mutation Report($input: ReportUsageInput!) {
  reportUsage(input: $input) { accepted held duplicate superseded conflict rejected userErrors { code message } results { index eventId outcome code } }
}`;

interface Answer { readonly data: { readonly reportUsage: { readonly accepted: number } } }

/** Events a second through the API against COPY of the same rows into the same table. */
export async function benchIngest(place: Place, programme: Programme): Promise<void> {
  const server = await place.startServer();
  try {
    const token = tokenFor(place.installation, "bench-ingest", "INTEGRATION", PROGRAMME.code, UNITS);
    const send = (bodies: readonly Buffer[]): Promise<number> => sendAll(`${server.found}/graphql`, token, bodies);
    say("ingest: warming up");
    await send(bodiesOf(WORKLOADS[1]!, WARM_UP, "warm"));
    for (const workload of WORKLOADS) await measure(place, server.pid, workload, send);
    await emptyUsage(place.admin);
    const { waits, stored } = await lockWaits(place, programme);
    printFigure("ingest", "lock-waits-of-another-unit", "waits", [waits], { atMost: 0, passes: waits === 0 && stored === BATCH, storedMeanwhile: stored, commitSize: BATCH });
  } finally {
    await server.stop();
    await emptyUsage(place.admin);
  }
}

function bodiesOf(workload: Workload, batches: number, prefix: string): Buffer[] {
  const events = [...fullEvents(workload, batches * BATCH, prefix)];
  const empty = emptyFields(events[0]!);
  if (empty.length > 0) throw new Error(`events without ${empty.join(", ")}`);
  return Array.from({ length: batches }, (_, batch) =>
    Buffer.from(JSON.stringify({ query: MUTATION, variables: { input: { source: "voice://bench", events: events.slice(batch * BATCH, (batch + 1) * BATCH) } } })));
}

/** Sends the batches over four connections that stay open; answers how many events were accepted. */
async function sendAll(url: string, token: string, bodies: readonly Buffer[]): Promise<number> {
  const agent = keepAlive(CLIENTS);
  let next = 0;
  let accepted = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    for (let body = bodies[next++]; body; body = bodies[next++]) {
      const answer = (await post(url, token, body, agent)) as unknown as Answer;
      accepted += answer.data.reportUsage.accepted;
    }
  }));
  agent.destroy();
  return accepted;
}

async function measure(place: Place, serverPid: number, workload: Workload, send: (bodies: readonly Buffer[]) => Promise<number>): Promise<void> {
  const bodies = bodiesOf(workload, BATCHES, workload.name);
  const events = BATCHES * BATCH;
  const api: number[] = [], copy: number[] = [];
  const processor: Record<"server" | "database" | "databaseOfCopy", number[]> = { server: [], database: [], databaseOfCopy: [] };
  const ingest = async (): Promise<number> => {
    await emptyUsage(place.admin);
    const before = { server: processorMs(serverPid), database: familyMs(place.databasePid) };
    let accepted = 0;
    const ms = await timed(async () => (accepted = await send(bodies)));
    processor.server.push(perEvent(before.server, processorMs(serverPid), events));
    processor.database.push(perEvent(before.database, familyMs(place.databasePid), events));
    if (accepted !== events) throw new Error(`${accepted} of ${events} events were accepted`);
    const wrong = await wrongTotals(place.admin);
    if (wrong > 0) throw new Error(`${wrong} totals differ from a recount`);
    return events / (ms / 1000);
  };
  await ingest();
  const commits = await storedRows(place.admin, BATCH);
  const copyIn = async (): Promise<number> => {
    await emptyUsage(place.admin);
    const run = await copyRows(place.adminUrl, commits, CLIENTS);
    const before = familyMs(place.databasePid);
    const ms = await timed(run);
    processor.databaseOfCopy.push(perEvent(before, familyMs(place.databasePid), events));
    const { rows } = await place.admin.query<{ stored: number }>("select count(*)::int as stored from metering.usage_event");
    if (rows[0]!.stored !== events) throw new Error(`COPY stored ${rows[0]!.stored} of ${events} rows`);
    return events / (ms / 1000);
  };
  for (let round = 1; round <= ROUNDS; round += 1) {
    // COPY before and after: its mean stands for the same moment.
    const before = await copyIn();
    api.push(await ingest());
    copy.push((before + (await copyIn())) / 2);
    say(`ingest ${workload.name} ${round}/${ROUNDS}: API ${Math.round(api.at(-1)!)}/s, COPY ${Math.round(copy.at(-1)!)}/s, ratio ${(api.at(-1)! / copy.at(-1)!).toFixed(3)}`);
  }
  const bodyBytes = Math.round(bodies[0]!.length / BATCH);
  const setting = { workload: workload.name, tableRows: 0, events, commitSize: BATCH, clients: CLIENTS, serverProcesses: 1, bytesPerEvent: bodyBytes, totalsEqualRecount: true };
  const cpu = Object.fromEntries(Object.entries(processor).map(([name, values]) => [name, Number(median(values).toPrecision(3))]));
  printFigure("ingest", "report-usage", "events/s", api, setting);
  printFigure("ingest", "copy", "events/s", copy, setting);
  printRatio("ingest", "report-usage-of-copy", api.map((value, index) => value / copy[index]!), { atLeast: 0.35, stretch: 0.4 }, { ...setting, processorMicrosPerEvent: cpu });
}

function perEvent(before: number | null, after: number | null, events: number): number {
  return before === null || after === null ? NaN : ((after - before) * 1000) / events;
}
