/**
 * The simulation's own reckoning of usage and shares, written without the code that it judges: every figure is counted
 * anew from the list of facts as it stood at some moment, and shares are fractions of whole numbers.
 */
export interface SentEvent {
  readonly eventId: string;
  readonly legId: string;
  readonly contactId: string;
  readonly revision: number;
  readonly type: "LEG_COMPLETED" | "LEG_UPDATED" | "LEG_VOIDED";
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly channel: "VOICE" | "CHAT";
  readonly status: string;
  readonly connectedMs: number;
  readonly endedAt: string;
  readonly test: boolean;
}

export type Fact =
  | { readonly kind: "event"; readonly event: SentEvent; readonly period: string; readonly useCase: string | null }
  | { readonly kind: "attribution"; readonly legId: string; readonly useCase: string }
  | { readonly kind: "cost"; readonly externalId: string; readonly pool: string; readonly period: string; readonly amount: bigint; readonly useCase: string | null };

export type Driver = "CALLS" | "CONNECTED_SECONDS" | "CONTACTS";
export interface Part { readonly driver: Driver; readonly percent: number }
export interface Rule { readonly pool: string; readonly parts: readonly Part[]; readonly zeroDriver: "UNALLOCATED" | "EVEN" | "PRIOR_PERIOD" }

/** What a seed's programme consists of. */
export interface Setting {
  readonly programme: string;
  readonly currency: string;
  readonly exponent: number;
  readonly timeZone: string;
  readonly months: readonly string[];
  readonly units: readonly string[];
  readonly unitOf: ReadonlyMap<string, string>;
  readonly sharedPools: readonly string[];
  readonly directPool: string;
  /** By the first month that they hold for; the last that began holds. */
  readonly policies: ReadonlyArray<{ readonly from: string; readonly version: number; readonly rules: readonly Rule[] }>;
}

export interface Leg { readonly event: SentEvent; readonly period: string; readonly useCase: string | null; readonly receivedFor: string | null }
export interface Figures { legs: number; calls: number; ms: number; readonly contacts: Set<string> }
type Ratio = readonly [bigint, bigint];

/** Everything that was ever recorded, in order. A moment is a count of facts. */
export class Facts {
  readonly list: Fact[] = [];

  constructor(readonly setting: Setting) {}

  get now(): number {
    return this.list.length;
  }

  stored(eventId: string): SentEvent | null {
    for (const fact of this.list) if (fact.kind === "event" && fact.event.eventId === eventId) return fact.event;
    return null;
  }

  /** The revision of each leg that counts, and where it belongs. */
  legs(moment = this.now): Map<string, Leg> {
    const legs = new Map<string, Leg>();
    const byHand = new Map<string, string>();
    for (const fact of this.list.slice(0, moment)) {
      if (fact.kind === "attribution") byHand.set(fact.legId, fact.useCase);
      if (fact.kind !== "event") continue;
      const before = legs.get(fact.event.legId);
      if (!before || outranks(fact.event, before.event)) {
        const owner = fact.useCase === null ? null : this.setting.unitOf.get(fact.useCase)!;
        legs.set(fact.event.legId, { event: fact.event, period: fact.period, useCase: fact.useCase, receivedFor: owner ?? fact.event.businessUnit });
      }
    }
    for (const [legId, useCase] of byHand) legs.set(legId, { ...legs.get(legId)!, useCase });
    return legs;
  }

  /** Legs that go into totals at all. */
  private counting(period: string, moment: number): Leg[] {
    return [...this.legs(moment).values()].filter((leg) => leg.period === period && !leg.event.test && leg.event.type !== "LEG_VOIDED");
  }

  /** Usage by use case; "" is unattributed. */
  usage(period: string, moment: number): Map<string, Figures> {
    const rows = new Map<string, Figures>();
    for (const { event, useCase } of this.counting(period, moment)) {
      const row = rows.get(useCase ?? "") ?? { legs: 0, calls: 0, ms: 0, contacts: new Set<string>() };
      rows.set(useCase ?? "", row);
      row.legs += 1;
      row.contacts.add(event.contactId);
      if (event.channel !== "VOICE" || !isConnected(event)) continue;
      row.calls += 1;
      row.ms += event.connectedMs;
    }
    return rows;
  }

  /** What each pool holds, by pool; pools without an entry are left out. */
  booked(period: string, moment: number): Map<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const fact of this.list.slice(0, moment)) {
      if (fact.kind === "cost" && fact.period === period) sums.set(fact.pool, (sums.get(fact.pool) ?? 0n) + fact.amount);
    }
    return sums;
  }

  /** Direct cost by pool and use case. */
  direct(period: string, moment: number): Map<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const fact of this.list.slice(0, moment)) {
      if (fact.kind === "cost" && fact.period === period && fact.useCase !== null) addTo(sums, `${fact.pool} ${fact.useCase}`, fact.amount);
    }
    return sums;
  }

  /** What a driver measured: by use case and channel, and by unit and channel where that is not the sum. */
  measured(period: string, driver: Driver, moment: number): { cells: Map<string, bigint>; units: Map<string, bigint> } {
    const cells = new Map<string, bigint>();
    const units = new Map<string, bigint>();
    const met = new Set<string>();
    for (const { event, useCase } of this.counting(period, moment)) {
      if (useCase === null) continue;
      const cell = `${useCase} ${event.channel}`, unit = `${this.setting.unitOf.get(useCase)!} ${event.channel}`;
      if (driver === "CONTACTS") {
        for (const [sums, key] of [[cells, cell], [units, unit]] as const) {
          if (met.has(`${key} ${event.contactId}`)) continue;
          met.add(`${key} ${event.contactId}`);
          addTo(sums, key, 1n);
        }
      } else if (isConnected(event)) {
        const quantity = driver === "CALLS" ? 1n : BigInt(event.connectedMs);
        if (quantity === 0n) continue;
        addTo(cells, cell, quantity);
        addTo(units, unit, quantity);
      }
    }
    return { cells, units };
  }

  /** An amount over the use cases by a rule: by largest remainder over the units, then over each unit's use cases. */
  divide(amount: bigint, rule: Rule | null, period: string, moment: number, momentBefore: number): Map<string, bigint> {
    const shares = new Map<string, Ratio>();
    let idle = 0;
    for (const part of rule?.parts ?? []) {
      const found = this.sharesOf(part.driver, period, moment) ?? (rule!.zeroDriver === "PRIOR_PERIOD" ? this.sharesOf(part.driver, monthBefore(period), momentBefore) : rule!.zeroDriver === "EVEN" ? this.evenShares() : null);
      if (found === null) idle += part.percent;
      for (const [useCase, [over, under]] of found ?? []) shares.set(useCase, plus(shares.get(useCase) ?? [0n, 1n], [over * BigInt(part.percent), under * 100n]));
    }
    if (shares.size === 0) return new Map();
    const perUnit = new Map<string, Ratio>();
    for (const [useCase, share] of shares) perUnit.set(this.setting.unitOf.get(useCase)!, plus(perUnit.get(this.setting.unitOf.get(useCase)!) ?? [0n, 1n], share));
    // What an idle part leaves is carried by nobody; it comes after every code.
    const claims = [...perUnit, ...(idle > 0 ? [["\u{10ffff}", [BigInt(idle), 100n]] as const] : [])];
    const lines = new Map<string, bigint>();
    for (const [unit, unitAmount] of largestRemainder(amount, claims)) {
      const own = [...shares].filter(([useCase]) => this.setting.unitOf.get(useCase) === unit);
      if (own.length > 0) for (const [useCase, part] of largestRemainder(unitAmount, own)) lines.set(useCase, part);
    }
    return lines;
  }

  private sharesOf(driver: Driver, period: string, moment: number): Map<string, Ratio> | null {
    const { cells, units } = this.measured(period, driver, moment);
    const voice = (sums: Map<string, bigint>): Array<[string, bigint]> => [...sums].filter(([key]) => key.endsWith(" VOICE")).map(([key, quantity]) => [key.split(" ")[0]!, quantity]);
    const total = voice(units).reduce((sum, [, quantity]) => sum + quantity, 0n);
    if (total === 0n) return null;
    const shares = new Map<string, Ratio>();
    for (const [unit, quantity] of voice(units)) {
      const own = voice(cells).filter(([useCase]) => this.setting.unitOf.get(useCase) === unit);
      const within = own.reduce((sum, [, each]) => sum + each, 0n);
      for (const [useCase, each] of own) shares.set(useCase, [quantity * each, total * within]);
    }
    return shares;
  }

  private evenShares(): Map<string, Ratio> {
    const useCases = [...this.setting.unitOf];
    const units = new Set(useCases.map(([, unit]) => unit));
    return new Map(useCases.map(([useCase, unit]) => [useCase, [1n, BigInt(units.size * useCases.filter(([, other]) => other === unit).length)]]));
  }
}

/** Hamilton's method over exact fractions; ties go to the code that is bytewise first; a credit mirrors the charge. */
export function largestRemainder(amount: bigint, claims: ReadonlyArray<readonly [string, Ratio]>): Map<string, bigint> {
  const [sumOver, sumUnder] = claims.reduce<Ratio>((sum, [, share]) => plus(sum, share), [0n, 1n]);
  const size = amount < 0n ? -amount : amount;
  const rows = claims.map(([code, [over, under]]) => {
    const numerator = size * over * sumUnder, denominator = under * sumOver;
    return { code, whole: numerator / denominator, rest: numerator % denominator, denominator };
  });
  let left = size - rows.reduce((sum, row) => sum + row.whole, 0n);
  rows.sort((a, b) => {
    const difference = b.rest * a.denominator - a.rest * b.denominator;
    return difference > 0n ? 1 : difference < 0n ? -1 : Buffer.compare(Buffer.from(a.code), Buffer.from(b.code));
  });
  for (const row of rows) {
    if (left > 0n) row.whole += 1n;
    left -= 1n;
  }
  return new Map(rows.map(({ code, whole }) => [code, amount < 0n ? -whole : whole]));
}

export function addTo(sums: Map<string, bigint>, key: string, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}

export function monthBefore(period: string): string {
  const [year, month] = period.split("-").map(Number) as [number, number];
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, "0")}`;
}

/** The month that an instant falls into, on a zone's own calendar. */
export function monthOf(instant: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit" }).formatToParts(instant);
  return `${parts.find(({ type }) => type === "year")!.value}-${parts.find(({ type }) => type === "month")!.value}`;
}

function plus([a, b]: Ratio, [c, d]: Ratio): Ratio {
  return reduced(a * d + c * b, b * d);
}

function reduced(over: bigint, under: bigint): Ratio {
  let [a, b] = [over, under];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? [0n, 1n] : [over / a, under / a];
}

const outranks = (one: SentEvent, other: SentEvent): boolean => one.revision > other.revision || (one.revision === other.revision && one.type === "LEG_VOIDED");

const isConnected = ({ channel, status, connectedMs }: SentEvent): boolean => (channel === "VOICE" ? (status === "COMPLETED" || status === "VOICEMAIL") && connectedMs > 0 : status === "COMPLETED");
