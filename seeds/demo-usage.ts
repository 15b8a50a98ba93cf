import { localDateTimeToMs } from "../src/kernel/local-time";
import { monthsApart } from "../src/kernel/period";
import { Contact, Draw, RawEvent, correctionOf, eventsOf, lateEvents } from "./demo-contact";
import { DEMO_FULL_FROM, DEMO_HOLIDAYS, DEMO_PILOT, DEMO_PROGRAMME, DEMO_RAMP, DEMO_SCALES, DEMO_STRAYS, DEMO_USE_CASES, DemoScale, DemoUseCase } from "./demo-programme";
import { randomFrom } from "./random";

const SEED = 20_250_401;
const HOUR_MS = 3_600_000;
const THOUSAND = 1_000;

/** Per mille of a working day's contacts, Sunday first: people call us on Mondays; we call nobody on a Sunday. */
const WEEK = { inbound: [260, 1_180, 1_060, 1_000, 980, 940, 420], outbound: [0, 1_050, 1_050, 1_000, 1_000, 900, 300] } as const;
/** Weight of each local hour. */
const HOURS = {
  inbound: [2, 1, 1, 1, 2, 3, 8, 25, 60, 95, 110, 105, 80, 75, 90, 85, 75, 60, 40, 25, 18, 12, 7, 4],
  outbound: [0, 0, 0, 0, 0, 0, 0, 0, 0, 80, 110, 110, 60, 60, 90, 95, 100, 110, 90, 40, 0, 0, 0, 0],
} as const;
/** Share of the contacts whose legs are answered by a later event: a corrected duration, or a void. */
const CORRECTED_PER_MILLE = 4;

/**
 * The usage of one month in the order of its days, the same every time. Corrections come after it, as they do in life.
 * Every month draws anew from a seed of its own, so that one can be told without the others.
 */
export function* demoUsage(period: string, scale: DemoScale): Generator<RawEvent> {
  const random = randomFrom(SEED + monthsApart(DEMO_FULL_FROM, period) * 7_919);
  const days = new Date(Date.UTC(Number(period.slice(0, 4)), Number(period.slice(5)), 0)).getUTCDate();
  const corrections: RawEvent[] = [];
  let number = 0;
  for (let day = 1; day <= days; day += 1) {
    const date = `${period}-${String(day).padStart(2, "0")}`;
    for (const useCase of DEMO_USE_CASES) {
      const count = contactsOn(date, period, useCase, scale, random);
      for (let index = 0; index < count; index += 1) {
        number += 1;
        const isStray = index === 0 && useCase.code === DEMO_STRAYS.useCase && day % DEMO_STRAYS.everyDays === 0;
        const contact: Contact = { id: `${period.replace("-", "")}-${String(number).padStart(7, "0")}`, period, useCase, reportedAs: isStray ? DEMO_STRAYS.reportedAs : useCase.code, atMs: instantOn(date, useCase, random) };
        const events = eventsOf(contact, random);
        yield* events;
        if (random(THOUSAND) < CORRECTED_PER_MILLE && !isStray) corrections.push(correctionOf(events[0]!, random));
      }
    }
  }
  yield* corrections;
}

/** Calls of the month that one system kept to itself and sends when the month is closed. */
export function demoLateUsage(period: string, useCase = "claims-intake"): RawEvent[] {
  return lateEvents(DEMO_USE_CASES.find(({ code }) => code === useCase)!, period, noonOf(`${period}-30`), randomFrom(SEED - 1));
}

/** Per mille of full use in a month. */
function useOf({ liveFrom }: DemoUseCase, period: string): number {
  const [sinceFull, sinceLive] = [monthsApart(DEMO_FULL_FROM, period), liveFrom === undefined ? null : monthsApart(liveFrom, period)];
  if (sinceLive === null && sinceFull < 0) return DEMO_PILOT.at(sinceFull)!;
  const age = sinceLive ?? sinceFull + DEMO_RAMP.length;
  return age < 0 ? 0 : age < DEMO_RAMP.length ? DEMO_RAMP[age]! : DEMO_RAMP.at(-1)! + 20 * (age - DEMO_RAMP.length + 1);
}

/** How many contacts a use case has on a day: whole, and on average what the data says. */
function contactsOn(date: string, period: string, useCase: DemoUseCase, scale: DemoScale, random: Draw): number {
  const use = useOf(useCase, period);
  if (use === 0) return 0;
  const weekday = DEMO_HOLIDAYS.has(date) ? 0 : new Date(`${date}T00:00:00Z`).getUTCDay();
  const rhythm = WEEK[useCase.outbound ? "outbound" : "inbound"][weekday]!;
  const noise = 920 + random(161);
  const perMille = Math.floor((useCase.contactsPerDay * use * rhythm) / (THOUSAND * THOUSAND) * noise * DEMO_SCALES[scale].perMille / THOUSAND);
  return Math.floor((perMille + random(THOUSAND)) / THOUSAND);
}

function instantOn(date: string, useCase: DemoUseCase, random: Draw): number {
  const weights = HOURS[useCase.outbound ? "outbound" : "inbound"];
  let left = random(weights.reduce((sum: number, weight) => sum + weight, 0));
  let hour = 0;
  while (left >= weights[hour]!) left -= weights[hour++]!;
  return noonOf(date) + (hour - 12) * HOUR_MS + random(HOUR_MS);
}

const noons = new Map<string, number>();

/** Noon of a day on the programme's clocks: days are told from there, because clocks change at night. */
function noonOf(date: string): number {
  let noon = noons.get(date);
  if (noon === undefined) {
    noon = localDateTimeToMs(`${date}T12:00:00`, DEMO_PROGRAMME.timeZone);
    noons.set(date, noon);
  }
  return noon;
}
