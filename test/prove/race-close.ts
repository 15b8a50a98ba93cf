import { setTimeout as pause } from "node:timers/promises";
import { randomFrom } from "../../seeds/random";
import { ALLOCATE, Door, REPORT, Reported, UNITS, call, must } from "../support/builders";
import { BOOK } from "../support/two-programmes";
import { TestServer, startTestServer } from "../support/server";
import { failedProofs } from "./aftermath";
import { CountedLeg, divide } from "./model-division";
import { Proof, Report, Tally } from "./report";
import { openScratchCluster } from "./scratch-cluster";
import { CLOSE_PERIOD, REQUEST_CLOSE, RULES, UNIT_OF, closeMonth, makeProgramme } from "./small-programme";

const ROUNDS = 1_000;
const MONTHS_OF_A_PROGRAMME = 24;
const MONTHS: readonly string[] = Array.from({ length: MONTHS_OF_A_PROGRAMME + 1 }, (_, index) => `${2022 + Math.floor(index / 12)}-${String(1 + (index % 12)).padStart(2, "0")}`);
const RULE = RULES.find(({ pool }) => pool === "platform")!;

/** Usage arrives while its month is closed: whatever is accepted is in the closed figures or is charged later, never neither. */
export const proveRaceClose: Proof = async ({ seed, rounds }, report) => {
  const place = await openScratchCluster();
  const server = await startTestServer();
  try {
    await raceClose(server, { seed, races: rounds ?? ROUNDS }, report);
  } finally {
    await server.close();
    await place.close();
  }
};

interface Sent { readonly period: string; readonly leg: CountedLeg }

/** Runs races of close against ingest in programmes of two years each, and holds every figure against the model. */
export async function raceClose(server: TestServer, { seed, races }: { readonly seed: number; readonly races: number }, report: Pick<Report, "figure" | "none" | "progress">): Promise<void> {
  const random = randomFrom(seed);
  const outcomes = new Tally();
  const faults: string[] = [];
  const lead = { ms: 0 };
  let accepted = 0, late = 0, programmes = 0;
  server.clock.set("2026-03-15T12:00:00.000Z");
  for (let done = 0; done < races;) {
    const code = `race-${seed}-${(programmes += 1)}`;
    const people = await makeProgramme(server, code, [MONTHS[0]!], ["platform"]);
    const sent = new Map<string, Sent>();
    let month = 0;
    for (; month < MONTHS_OF_A_PROGRAMME && done < races; month += 1) {
      await openMonth(people, code, MONTHS[month]!, sent, random);
      for (let closed = false; !closed;) {
        closed = await race(people, `${code}-${done}`, MONTHS[month]!, sent, random, outcomes, lead);
        done += 1;
        if (done % 100 === 0) report.progress(`${done}/${races} races, ${JSON.stringify(outcomes.asRecord())}`);
      }
    }
    // A quiet month charges what came too late for the last ones.
    await openMonth(people, code, MONTHS[month]!, sent, random);
    await closeMonth(people, MONTHS[month]!);
    const found = await judge(server, people, code, MONTHS.slice(0, month + 1), sent);
    faults.push(...found.faults, ...(await failedProofs(server.installation.database, code)));
    accepted += sent.size;
    late += found.late;
  }
  report.figure("races", races, "races", {}, { outcomes: outcomes.asRecord(), accepted, late, programmes });
  report.none("figures-that-differ", faults);
}

async function openMonth(people: Door, code: string, period: string, sent: Map<string, Sent>, random: (below: number) => number): Promise<void> {
  if (period !== MONTHS[0]) await must(people.as("FINANCE"), BOOK, { input: { pool: "platform", period, amount: AMOUNT, currency: "USD", externalId: `platform-${period}` } });
  await send(people, eventsOf(`${code}-${period}`, period, 5, random), sent);
}

/** What `makeProgramme` books on this pool in the first month. */
const AMOUNT = "1000.08";

/**
 * One attempt to close while others write; true when it closed. How much later the writers begin follows the outcomes: a
 * race in which one side always comes first proves nothing, so the two are kept as close together as the machine is fast.
 */
async function race(people: Door, name: string, period: string, sent: Map<string, Sent>, random: (below: number) => number, outcomes: Tally, lead: { ms: number }): Promise<boolean> {
  await must(people.as("FINANCE"), ALLOCATE, { input: { period } });
  const asked = (await people.as("FINANCE").ask(REQUEST_CLOSE, { input: { period } })).data.requestClose;
  if (asked.userErrors.length > 0) throw new Error(`requestClose ${period}: ${JSON.stringify(asked)}`);
  const writers = Array.from({ length: 2 + random(3) }, async (_, who) => {
    const batches = Array.from({ length: 1 + random(2) }, (__, number) => eventsOf(`${name}-${who}-${number}`, period, 1 + random(6), random));
    await pause(Math.max(0, lead.ms) + random(12));
    for (const batch of batches) await send(people, batch, sent);
  });
  await pause(Math.max(0, -lead.ms) + random(6));
  const { period: closed, userErrors } = (await people.as("FINANCE", { subject: "second-person" }).ask(CLOSE_PERIOD, { input: { period } })).data.closePeriod;
  await Promise.all(writers);
  lead.ms += closed ? -1 : 1;
  outcomes.add(closed ? "closed" : (userErrors[0].code as string));
  if (!closed && userErrors[0].code !== "NOT_READY") throw new Error(`closePeriod ${period}: ${JSON.stringify(userErrors)}`);
  return closed !== null;
}

interface Made { readonly input: Readonly<Record<string, unknown>>; readonly sent: Sent; readonly id: string }

function eventsOf(name: string, period: string, count: number, random: (below: number) => number): Made[] {
  return Array.from({ length: count }, (_, index) => {
    const useCase = Object.keys(UNIT_OF)[random(4)]!;
    const [id, contact, ms] = [`${name}-${index}`, `contact-${random(20)}`, 1_000 * (1 + random(300))];
    const input = call(id, { useCase, contactId: contact, connectedMs: ms, connectedAt: null, endedAt: `${period}-${10 + random(15)}T15:00:00.000Z` });
    return { id, input, sent: { period, leg: { unit: UNIT_OF[useCase]!, useCase, channel: "VOICE", connected: true, ms, contact, resolved: false } } };
  });
}

async function send(people: Door, made: readonly Made[], sent: Map<string, Sent>): Promise<void> {
  const { reportUsage } = await must<{ reportUsage: Reported }>(people.as("INTEGRATION", { businessUnits: [...UNITS] }), REPORT, { input: { source: "prove://race", events: made.map(({ input }) => input) } });
  if (reportUsage.accepted !== made.length) throw new Error(`not accepted: ${JSON.stringify(reportUsage.results)}`);
  for (const { id, sent: what } of made) sent.set(id, what);
}

/** Figures at the close, what was noted as late, and all that was charged for each month, against what was accepted. */
async function judge(server: TestServer, people: Door, code: string, months: readonly string[], sent: ReadonlyMap<string, Sent>): Promise<{ faults: string[]; late: number }> {
  const faults: string[] = [];
  const lateIds = new Set((await server.sql<{ id: string }>(
    "select e.event_id as id from metering.late_event l join metering.usage_event e on e.programme_id = l.programme_id and e.event_key = l.event_key where l.programme_id = (select id from tenancy.programme where code = $1)", [code],
  )).map(({ id }) => id));
  const charged = await chargesByMonth(server, code);
  for (const period of months) {
    const mine = [...sent].filter(([, each]) => each.period === period);
    const inTime = mine.filter(([id]) => !lateIds.has(id));
    const answer = await must(people.as("FINANCE"), `query($p: UsageWhere!, $r: UsageWhere!) { posted: usage(where: $p, groupBy: []) { total { legs connectedMs } } restated: usage(where: $r, groupBy: []) { total { legs connectedMs } } }`, { p: { period }, r: { period, view: "RESTATED" } });
    const total = (legs: ReadonlyArray<[string, Sent]>): string => JSON.stringify({ legs: legs.length, connectedMs: legs.reduce((sum, [, { leg }]) => sum + leg.ms, 0) });
    if (JSON.stringify(answer.posted.total) !== total(inTime)) faults.push(`${code} ${period} posted ${JSON.stringify(answer.posted.total)}, in time ${total(inTime)}`);
    if (JSON.stringify(answer.restated.total) !== total(mine)) faults.push(`${code} ${period} restated ${JSON.stringify(answer.restated.total)}, accepted ${total(mine)}`);
    const expected = divide(BigInt(AMOUNT.replace(".", "")), RULE, mine.map(([, { leg }]) => leg), [], new Map());
    const differing = [...new Set([...expected.charges.keys(), ...(charged.get(period)?.keys() ?? [])])].filter((key) => (expected.charges.get(key) ?? 0n) !== (charged.get(period)?.get(key) ?? 0n));
    for (const key of differing) faults.push(`${code} ${period} ${key}: charged ${charged.get(period)?.get(key) ?? 0n}, all that was accepted makes ${expected.charges.get(key) ?? 0n}`);
  }
  return { faults, late: lateIds.size };
}

/** What the run of each month and all adjustments of it charge, in minor units by "unit/useCase". */
async function chargesByMonth(server: TestServer, code: string): Promise<Map<string, Map<string, bigint>>> {
  const rows = await server.sql<{ period: string; key: string; minor: string }>(
    `with newest as (select distinct on (period_key) programme_id, id, period_key from allocation.run where programme_id = (select id from tenancy.programme where code = $1) order by period_key, sequence desc)
     select x.period, u.code || '/' || c.code as key, sum(x.minor) as minor
     from (
       select n.period_key as period, l.business_unit_id, l.use_case_id, l.amount_minor as minor from newest n join allocation.line l on l.programme_id = n.programme_id and l.run_id = n.id
       union all
       select a.origin_period_key, a.business_unit_id, a.use_case_id, a.amount_minor from chargeback.adjustment_line a where a.programme_id = (select id from tenancy.programme where code = $1)
     ) x join tenancy.business_unit u on u.id = x.business_unit_id join tenancy.use_case c on c.id = x.use_case_id
     group by 1, 2`,
    [code],
  );
  const months = new Map<string, Map<string, bigint>>();
  for (const { period, key, minor } of rows) months.set(period, (months.get(period) ?? new Map<string, bigint>()).set(key, BigInt(minor)));
  return months;
}
