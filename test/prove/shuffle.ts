import fc from "fast-check";
import { randomFrom } from "../../seeds/random";
import { ALLOCATE, Door, UNITS, integration, must, report as push } from "../support/builders";
import { recountedTotals, storedTotals } from "../support/recount";
import { TestServer, startTestServer } from "../support/server";
import { Proof } from "./report";
import { openScratchCluster } from "./scratch-cluster";
import { closeMonth, makeProgramme } from "./small-programme";
import { Input, Schedule, THREE_MONTHS, scheduleOf, usage } from "./usage-arbitrary";

const MONTHS = THREE_MONTHS.slice(0, 2);
const ROUNDS = 1_000;
/** Schedules of each set of events; the first is the plain one, which the others are held against. */
const SCHEDULES_OF_A_SET = 5;

/** Any order, split, repetition and interleaving of a set of events ends in the same totals, figures and hashes, to the byte. */
export const proveShuffle: Proof = async ({ seed, rounds }, report) => {
  const place = await openScratchCluster();
  const server = await startTestServer();
  try {
    const sets = Math.ceil((rounds ?? ROUNDS) / SCHEDULES_OF_A_SET);
    const counts = { schedules: 0, events: 0, told: 0 };
    const outcome = await shuffle(server, {
      seed, sets, schedules: SCHEDULES_OF_A_SET,
      onSchedule: (events) => {
        counts.schedules += 1;
        counts.events += events;
        if (counts.schedules - counts.told >= 100) report.progress(`${(counts.told = counts.schedules)} schedules`);
      },
    });
    report.figure("schedules", counts.schedules, "schedules", {}, { sets, eventsSent: counts.events });
    report.none("ends-that-differ", outcome === null ? [] : [outcome]);
  } finally {
    await server.close();
    await place.close();
  }
};

export interface ShuffleOptions {
  readonly seed: number;
  readonly sets: number;
  readonly schedules: number;
  onSchedule?(events: number): void;
}

/** Runs the property; answers the smallest counterexample in words, null when there is none. */
export async function shuffle(server: TestServer, { seed, sets, schedules, onSchedule }: ShuffleOptions): Promise<string | null> {
  let programmes = 0;
  server.clock.set("2025-12-15T12:00:00.000Z");
  const property = fc.asyncProperty(usage({ months: MONTHS.length, fewestLegs: 1, mostLegs: 14 }), fc.array(fc.nat(), { minLength: schedules - 1, maxLength: schedules - 1 }), async (events, seeds) => {
    let plain: string | null = null;
    for (const schedule of [{ lanes: [[events]] }, ...seeds.map((each) => scheduleOf(events, randomFrom(each)))]) {
      const end = await play(server, `shuffle-${seed}-${(programmes += 1)}`, schedule);
      onSchedule?.(schedule.lanes.flat(2).length);
      plain ??= end;
      if (end !== plain) throw new Error(`in order: ${plain}\nas scheduled: ${end}\nschedule: ${JSON.stringify(schedule.lanes.map((lane) => lane.map((batch) => batch.map(({ eventId }) => eventId))))}`);
    }
  });
  const details = await fc.check(property, { seed, numRuns: sets, endOnFailure: false });
  return details.failed ? `${String(details.errorInstance)}\nevents: ${JSON.stringify(details.counterexample)}` : null;
}

/** Sends a schedule into a programme of its own, closes both months and answers everything that can be seen of the end. */
async function play(server: TestServer, code: string, schedule: Schedule): Promise<string> {
  const people = await makeProgramme(server, code, MONTHS);
  await Promise.all(schedule.lanes.map((batches, lane) => send(people, batches, lane)));
  const [stored, recounted] = [await storedTotals(server, code), await recountedTotals(server, code)];
  if (JSON.stringify(stored) !== JSON.stringify(recounted)) throw new Error(`totals ${JSON.stringify(stored)} are not the events ${JSON.stringify(recounted)}`);
  const figures = await must(people.as("FINANCE"), `{ ${MONTHS.map((month, index) => `m${index}: usage(where: { period: "${month}" }, groupBy: [BUSINESS_UNIT, USE_CASE, CHANNEL]) { rows { businessUnit { code } useCase { code } channel legs calls connectedMs contacts } total { legs calls connectedMs contacts } }`).join(" ")} }`);
  const closed = [];
  for (const month of MONTHS) closed.push(await closeMonth(people, month));
  return JSON.stringify({ stored, figures, closed });
}

/** One lane: its batches one after the other, a run of a month thrown in here and there. */
async function send(people: Door, batches: ReadonlyArray<readonly Input[]>, lane: number): Promise<void> {
  for (const [number, batch] of batches.entries()) {
    const answer = await push(integration(people, [...UNITS]), [...batch], "prove://shuffle");
    const wrong = answer.results.filter(({ outcome }) => outcome === "CONFLICT" || outcome === "REJECTED");
    if (wrong.length > 0) throw new Error(`refused: ${JSON.stringify(wrong)}`);
    if ((lane + number) % 5 === 4) await must(people.as("FINANCE"), ALLOCATE, { input: { period: MONTHS[number % 2]! } });
  }
}

