import fc from "fast-check";
import { randomFrom } from "../../seeds/random";
import { ALLOCATE, Door, UNITS, agree, integration, must, report as push } from "../support/builders";
import { BOOK, CREATE_POOL } from "../support/two-programmes";
import { TestServer, startTestServer } from "../support/server";
import { failedProofs } from "./aftermath";
import { BOOK_DRIVER, Overlaps, PLACE_UNIT, RawFacts, propose, readFacts, replay } from "./replay-facts";
import { Proof } from "./report";
import { openScratchCluster } from "./scratch-cluster";
import { BOOKINGS, METHODS, RULES, UNIT_CODES, UNIT_OF, closeMonth, inProgramme, makeProgramme } from "./small-programme";
import { Input, THREE_MONTHS, shuffled, usage } from "./usage-arbitrary";

const ROUNDS = 40;
const CODE = "replay";

/**
 * The raw facts of a programme with a past (usage of every kind, late, revised, voided and attributed; cost; booked drivers;
 * a hierarchy of units; new policies, proportional and by methods; runs and closes) are told again to an empty database. Every run and every closed month has the same hash, also when they
 * come in another order between the marks of the past, and when no month is divided but right before its close.
 */
export const proveReplay: Proof = async ({ seed, rounds }, report) => {
  const place = await openScratchCluster();
  try {
    const times = rounds ?? ROUNDS;
    const faults: string[] = [];
    const sums = { compared: 0, events: 0, runs: 0, runsByMethods: 0, closes: 0, adjustments: 0 };
    for (let round = 1; round <= times; round += 1) {
      const found = await replayOnce(seed + round);
      faults.push(...found.faults.map((fault) => `--seed ${seed + round - 1} --rounds 1: ${fault}`));
      for (const key of Object.keys(sums) as Array<keyof typeof sums>) sums[key] += found[key];
      if (round % 5 === 0 || round === times) report.progress(`${round}/${times} pasts told again, ${JSON.stringify(sums)}`);
    }
    report.figure("pasts", times, "programmes", {}, sums);
    report.figure("runs-by-methods", sums.runsByMethods, "runs", { atLeast: times * THREE_MONTHS.length });
    report.figure("late-facts-charged", sums.adjustments, "adjustments", times >= 5 ? { atLeast: 1 } : {});
    report.none("hashes-that-differ", faults);
  } finally {
    await place.close();
  }
};

export interface Replayed { readonly faults: string[]; readonly compared: number; readonly events: number; readonly runs: number; readonly runsByMethods: number; readonly closes: number; readonly adjustments: number }

/** Makes one past and tells it again twice, each time to a database that was empty. */
export async function replayOnce(seed: number): Promise<Replayed> {
  const random = randomFrom(seed);
  const server = await startTestServer();
  let facts: RawFacts;
  let adjustments = 0;
  const faults: string[] = [];
  try {
    await makePast(server, seed, random);
    facts = await readFacts(server, CODE);
    faults.push(...(await failedProofs(server.installation.database, CODE)));
    adjustments = (await server.sql("select 1 from chargeback.adjustment")).length;
  } finally {
    await server.close();
  }
  let compared = 0;
  for (const everyRun of [true, false]) {
    const empty = await startTestServer();
    try {
      empty.clock.set("2025-12-15T12:00:00.000Z");
      const again = await replay(await makeNames(empty), facts, everyRun, random);
      faults.push(...again.faults.map((fault) => `${everyRun ? "with every run" : "one run a month"}: ${fault}`), ...(await failedProofs(empty.installation.database, CODE)));
      compared += again.compared;
    } finally {
      await empty.close();
    }
  }
  const count = (kind: string): number => facts.marks.filter((mark) => mark.kind === kind).length;
  const runsByMethods = facts.marks.filter((mark) => mark.kind === "run" && mark.byMethods).length;
  if (runsByMethods < THREE_MONTHS.length) faults.push(`only ${runsByMethods} runs by methods are in this past`);
  return { faults, compared, adjustments, events: facts.events.length, runs: count("run"), runsByMethods, closes: count("close") };
}

/** The same names, without a single fact. */
async function makeNames(server: TestServer): Promise<Door> {
  const people = inProgramme(server, CODE);
  const ok = "userErrors { code message }";
  await must(server.as("ADMIN", { programme: null }), `mutation { createProgramme(input: { code: "${CODE}", name: "${CODE}", currency: "USD", timeZone: "America/New_York" }) { ${ok} } }`);
  await must(people.as("ADMIN"), `mutation { ${[...UNIT_CODES.map((unit) => `createBusinessUnit(input: { code: "${unit}", name: "${unit}" }) { ${ok} }`), ...Object.entries(UNIT_OF).map(([code, unit]) => `createUseCase(input: { code: "${code}", name: "${code}", businessUnit: "${unit}" }) { ${ok} }`)].map((text, index) => `m${index}: ${text}`).join(" ")} }`);
  for (const { pool } of RULES) await must(people.as("FINANCE"), CREATE_POOL, { input: { code: pool, name: pool, kind: "OTHER" } });
  await must(people.as("FINANCE"), CREATE_POOL, { input: { code: "licences", name: "licences", kind: "DIRECT" } });
  await must(people.as("FINANCE"), `mutation { setCloseRules(input: { unattributedThreshold: 1000000, reason: "strays are part of it" }) { ${ok} } }`);
  return people;
}

/** Three months of work, each closed with facts of all of them still to come, in an order out of the seed. */
async function makePast(server: TestServer, seed: number, random: (below: number) => number): Promise<void> {
  server.clock.set("2025-12-15T12:00:00.000Z");
  const people = await makeProgramme(server, CODE, THREE_MONTHS);
  const finance = people.as("FINANCE");
  await must(finance, CREATE_POOL, { input: { code: "licences", name: "licences", kind: "DIRECT" } });
  const [events] = fc.sample(usage({ months: THREE_MONTHS.length, fewestLegs: 25, mostLegs: 60 }), { seed, numRuns: 1 }) as [Input[]];
  const waiting = shuffled(events, random);
  const some = (most: number): Input[] => waiting.splice(0, 1 + random(most));
  let booked = 0;
  const overlaps: Overlaps = new Map([[THREE_MONTHS[0], 1]]);
  for (const booking of BOOKINGS) await must(finance, BOOK_DRIVER, { input: { ...booking, period: THREE_MONTHS[0], reason: "as counted" } });
  // Each month begins with another way to divide by methods; some change to proportions later. Before that each is divided once.
  for (const [index, effectiveFrom] of THREE_MONTHS.entries()) await propose(people, { effectiveFrom, ...METHODS[(seed + index) % METHODS.length]! }, overlaps);
  await push(integration(people, [...UNITS]), some(12), "prove://replay-0");
  for (const period of THREE_MONTHS) await must(finance, ALLOCATE, { input: { period } });
  const work = async (): Promise<void> => {
    const kind = random(13);
    if (kind < 5) await push(integration(people, [...UNITS]), some(12), `prove://replay-${random(2)}`).catch(rethrowUnlessEmpty);
    else if (kind < 7) await book(finance, booked += 1, random);
    else if (kind === 7) await must(finance, "mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed userErrors { code message } } }", { input: { where: { period: THREE_MONTHS[random(3)]! }, useCase: Object.keys(UNIT_OF)[random(4)]!, reason: "found out" } });
    else if (kind === 8) {
      const period = THREE_MONTHS[random(3)]!;
      overlaps.set(period, await agree(people, shuffled(RULES, random), period));
    } else if (kind < 11) {
      await unlessClosed(propose(people, { effectiveFrom: THREE_MONTHS[random(3)]!, ...METHODS[random(METHODS.length)]! }, overlaps));
    } else if (kind === 11) {
      const { quantities, ...booking } = BOOKINGS[random(BOOKINGS.length)]!;
      const more = (quantities as Array<Record<string, unknown>>).map((each) => ({ ...each, quantity: `${1 + random(9)}.${random(10)}` }));
      await unlessClosed(must(finance, BOOK_DRIVER, { input: { ...booking, quantities: more, period: THREE_MONTHS[random(3)]!, holds: random(2) === 0 ? "PERIOD_ONLY" : "UNTIL_REPLACED", reason: "counted again" } }));
      await unlessClosed(must(people.as("ADMIN"), PLACE_UNIT, { input: { businessUnit: "claims", parent: random(3) === 0 ? null : "retail", effectiveFrom: `${THREE_MONTHS[random(3)]!}-01`, reason: "reorganised" } }));
    } else for (const period of THREE_MONTHS) await finance.ask(ALLOCATE, { input: { period } });
  };
  for (const period of THREE_MONTHS) {
    for (let step = 3 + random(6); step > 0; step -= 1) await work();
    await closeMonth(people, period);
  }
  while (waiting.length > 0) await work();
}

/** Whoever reaches into a closed month is refused; that is part of the past. */
async function unlessClosed(asked: Promise<unknown>): Promise<void> {
  await asked.catch((error: unknown) => {
    if (!String(error).includes("PERIOD_CLOSED")) throw error;
  });
}

function rethrowUnlessEmpty(error: unknown): void {
  if (!/events is empty/.test(String(error))) throw error;
}

async function book(finance: ReturnType<Door["as"]>, number: number, random: (below: number) => number): Promise<void> {
  const direct = random(3) === 0;
  const input = { pool: direct ? "licences" : RULES[random(RULES.length)]!.pool, period: THREE_MONTHS[random(3)]!, amount: `${random(4) === 0 ? "-" : ""}${random(900)}.${10 + random(90)}`, currency: "USD", externalId: `entry-${number}`, ...(direct ? { useCase: Object.keys(UNIT_OF)[random(4)]! } : {}) };
  await must(finance, BOOK, { input });
}
