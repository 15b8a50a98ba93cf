import { DEMO_PERIODS, DEMO_USE_CASES, DemoUseCase } from "./demo-programme";
import { randomFrom } from "./random";

const DAY_MS = 86_400_000;
const SEED = 20_250_901;

/** Two months of calls of realistic shape: many short ones, busy weekdays and hours, some unanswered, a few unattributed. */
export function* demoUsage(): Generator<Record<string, unknown>> {
  const random = randomFrom(SEED);
  let number = 0;
  for (const period of DEMO_PERIODS) {
    const start = Date.parse(`${period}-01T00:00:00Z`);
    const days = new Date(Date.UTC(Number(period.slice(0, 4)), Number(period.slice(5)), 0)).getUTCDate();
    for (let day = 0; day < days; day += 1) {
      const weekend = [0, 6].includes(new Date(start + day * DAY_MS).getUTCDay());
      for (const useCase of DEMO_USE_CASES) {
        const calls = weekend ? Math.floor(useCase.callsPerDay / 3) : useCase.callsPerDay + random(5);
        for (let call = 0; call < calls; call += 1) yield demoCall(useCase, start + day * DAY_MS, (number += 1), random);
      }
    }
  }
}

function demoCall(useCase: DemoUseCase, day: number, number: number, random: (below: number) => number): Record<string, unknown> {
  // Two draws added make a hump around the middle of the working day.
  const initiated = day + (8 * 3600 + random(5 * 3600) + random(5 * 3600)) * 1000;
  const answered = random(100) >= (useCase.outbound ? 30 : 4);
  const seconds = answered ? 5 + Math.floor((useCase.meanSeconds * (random(1000) + random(1000)) * (random(1000) + 200)) / 700_000) : 0;
  const connected = initiated + (4 + random(20)) * 1000;
  const contained = random(100) < 65;
  const id = String(number).padStart(6, "0");
  const known = number % 997 !== 0;
  return {
    eventId: `call-${id}/completed`,
    contactId: `contact-${id}`,
    legId: `call-${id}`,
    useCase: known ? useCase.code : `${useCase.code}-pilot`,
    channel: "VOICE",
    direction: useCase.outbound ? "OUTBOUND" : "INBOUND",
    status: answered ? "COMPLETED" : "NO_ANSWER",
    initiatedAt: new Date(initiated).toISOString(),
    ...(answered ? { connectedAt: new Date(connected).toISOString() } : {}),
    endedAt: new Date(answered ? connected + seconds * 1000 : initiated + 30_000).toISOString(),
    connectedMs: seconds * 1000,
    provider: "demo-voice",
    language: "en-GB",
    ...(answered ? { outcome: contained ? "CONTAINED" : "ESCALATED", resolved: contained && random(100) < 92 } : {}),
  };
}
