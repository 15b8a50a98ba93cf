import { Driver, Facts, Rule, SentEvent, Setting, monthOf } from "./model";

export type Random = (below: number) => number;
export const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!;

/** Pseudo-random whole numbers below a bound; the high bits of a 64-bit congruential generator, scrambled. */
export function randomOf(seed: number): Random {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n;
  const mask = (1n << 64n) - 1n;
  return (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & mask;
    const mixed = ((state >> 29n) ^ state) & mask;
    return Number((((mixed * 0xbf58476d1ce4e5b9n) & mask) >> 32n) * BigInt(below) >> 32n);
  };
}

const MONTHS = ["2025-09", "2025-10", "2025-11"] as const;
const CURRENCIES = [["USD", 2], ["JPY", 0], ["KWD", 3]] as const;
const DRIVERS: readonly Driver[] = ["CALLS", "CONNECTED_SECONDS", "CONTACTS"];

/** The programme of a seed. Codes are in no order that anybody could rely on. */
export function settingOf(seed: number, random: Random): Setting {
  const [currency, exponent] = pick(random, CURRENCIES);
  const months = MONTHS.slice(0, 2 + random(2));
  const units = ["z-retail", "Claims", "support", "a.ops"].slice(0, 2 + random(3));
  const unitOf = new Map<string, string>();
  for (let index = 0, count = 3 + random(4); index < count; index += 1) unitOf.set(`${pick(random, ["u", "U", "x", "B"])}${index}`, index < units.length ? units[index]! : pick(random, units));
  const sharedPools = ["platform", "Lines", "audit"].slice(0, 1 + random(3));
  const rulesOf = (): Rule[] => sharedPools.map((pool) => {
    const share = 1 + random(99);
    const parts = random(3) > 0 ? [{ driver: pick(random, DRIVERS), percent: 100 }] : [{ driver: pick(random, DRIVERS), percent: share }, { driver: pick(random, DRIVERS), percent: 100 - share }];
    return { pool, parts, zeroDriver: pick(random, ["UNALLOCATED", "EVEN", "PRIOR_PERIOD"] as const) };
  });
  const policies = [{ from: months[0]!, version: 1, rules: rulesOf() }];
  if (random(2) === 0) policies.push({ from: months[1]!, version: 2, rules: rulesOf() });
  return {
    programme: `sim-${seed}`, currency, exponent, timeZone: pick(random, ["UTC", "America/New_York", "Asia/Kolkata", "Europe/London"]),
    months, units, unitOf, sharedPools, directPool: "direct", policies,
  };
}

/** Makes usage up: new legs, transfers, revisions up and down, voids, tests, faults, and the same identity with other content. */
export class EventMaker {
  private count = 0;
  private readonly revisions = new Map<string, Set<number>>();

  constructor(private readonly setting: Setting, private readonly facts: Facts, private readonly random: Random) {}

  /** At most one event per leg, so that the order inside a batch decides nothing. */
  batch(nowMs: number): SentEvent[] {
    const events: SentEvent[] = [];
    for (let wanted = 1 + this.random(6); wanted > 0; wanted -= 1) {
      const kind = this.random(20);
      const known = this.facts.list.flatMap((fact) => (fact.kind === "event" ? [fact.event] : []));
      if (kind < 11 || known.length === 0) events.push(this.fresh(nowMs));
      else if (kind < 13) events.push(...this.transfer(nowMs));
      else if (kind < 19) events.push(this.revision(pick(this.random, known), nowMs));
      else events.push({ ...pick(this.random, known), connectedMs: 7_777_000 + this.random(100) });
    }
    const seen = new Set<string>();
    return events.filter(({ legId }) => !seen.has(legId) && seen.add(legId));
  }

  private fresh(nowMs: number): SentEvent {
    this.count += 1;
    const legId = `leg-${this.count}`;
    this.revisions.set(legId, new Set([10]));
    const channel = this.random(8) === 0 ? "CHAT" : "VOICE";
    return {
      eventId: `e-${this.count}`, legId, contactId: `c-${this.random(12)}`, revision: 10, type: "LEG_COMPLETED", ...this.place(), channel,
      status: pick(this.random, ["COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED", "VOICEMAIL", "NO_ANSWER", "BUSY"]),
      connectedMs: this.random(6) === 0 ? 0 : 1 + this.random(900_000), endedAt: this.ended(nowMs), test: this.random(25) === 0,
    };
  }

  /** One contact that two units touch. */
  private transfer(nowMs: number): SentEvent[] {
    const first = this.fresh(nowMs);
    const second = { ...this.fresh(nowMs), contactId: first.contactId, endedAt: first.endedAt, useCase: pick(this.random, [...this.setting.unitOf.keys()]), businessUnit: null };
    return [first, second];
  }

  private revision(of: SentEvent, nowMs: number): SentEvent {
    this.count += 1;
    const used = this.revisions.get(of.legId)!;
    let revision = of.revision;
    const isVoid = this.random(4) === 0;
    // A void may stand at the revision that it voids.
    if (!isVoid || this.random(3) > 0 || this.facts.list.some((fact) => fact.kind === "event" && fact.event.legId === of.legId && fact.event.type === "LEG_VOIDED")) {
      do revision = this.random(40);
      while (used.has(revision) && used.size < 40);
    }
    const lastWord = used.has(revision) ? (isVoid && revision === of.revision && !used.has(-revision - 1) ? revision : 40 + this.count) : revision;
    used.add(lastWord);
    if (isVoid) used.add(-lastWord - 1);
    const { random } = this;
    return {
      ...of, eventId: `e-${this.count}`, revision: lastWord, type: isVoid ? "LEG_VOIDED" : "LEG_UPDATED",
      ...(random(3) === 0 ? this.place() : {}), ...(random(8) === 0 ? { contactId: `c-${random(12)}` } : {}), ...(random(4) === 0 ? { endedAt: this.ended(nowMs) } : {}),
      connectedMs: random(5) === 0 ? 0 : 1 + random(900_000), status: random(4) === 0 ? "NO_ANSWER" : "COMPLETED", test: of.test ? random(2) === 0 : random(20) === 0,
    };
  }

  private place(): Pick<SentEvent, "businessUnit" | "useCase"> {
    const useCase = pick(this.random, [...this.setting.unitOf.keys()]);
    const kind = this.random(24);
    if (kind === 0) return { businessUnit: null, useCase: null };
    if (kind === 1) return { businessUnit: null, useCase: "no-such-case" };
    if (kind === 2) return { businessUnit: "nowhere", useCase };
    if (kind === 3) return { businessUnit: pick(this.random, this.setting.units), useCase };
    if (kind === 4) return { businessUnit: pick(this.random, this.setting.units), useCase: null };
    return { businessUnit: kind < 10 ? this.setting.unitOf.get(useCase)! : null, useCase };
  }

  /** Some instant of a month that has begun, often near one of its ends; now and then one that lies ahead. */
  private ended(nowMs: number): string {
    const { setting, random } = this;
    if (random(40) === 0) return new Date(nowMs + 300_001 + random(86_400_000)).toISOString();
    const begun = setting.months.filter((month) => month <= monthOf(nowMs, setting.timeZone));
    const start = Date.parse(`${pick(random, begun)}-01T00:00:00.000Z`);
    const from = random(5) === 0 ? start - 6 * 3_600_000 + random(12) * 3_600_000 : start + 86_400_000 + random(27 * 86_400_000);
    const instant = Math.min(from, nowMs);
    return new Date(monthOf(instant, setting.timeZone) < setting.months[0]! ? start + 43_200_000 : instant).toISOString();
  }
}
