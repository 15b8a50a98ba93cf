import fc from "fast-check";
import { Meter, RateLimiter, networkOf } from "../../src/app/rate-limits";
import { LONGEST_SECONDS, MOST_UNITS, Quota, TokenBuckets } from "../../src/app/token-bucket";
import { Principal } from "../../src/tenancy";
import { FixedClock } from "../support/clock";

const T0 = Date.parse("2025-11-15T12:00:00Z");
const quotas = fc.record({ units: fc.integer({ min: 1, max: MOST_UNITS }), seconds: fc.integer({ min: 1, max: LONGEST_SECONDS }) });
/** Who asks for how much, so many milliseconds after the one before; a clock may be set back. */
const asking = fc.array(fc.record({ name: fc.constantFrom("a", "b"), share: fc.integer({ min: 0, max: 120 }), laterMs: fc.integer({ min: -2_000, max: 90_000 }) }), { maxLength: 60 });
const unitsOf = ({ units }: Quota, share: number): number => Math.floor((units * share) / 100);

/** The same in exact fractions: what is left in units, and nothing is ever forgotten. */
class Model {
  private readonly left = new Map<string, { ticks: bigint; atMs: number }>();
  constructor(private readonly quota: Quota) {}
  take(name: string, units: number, nowMs: number): boolean {
    const refillMs = BigInt(this.quota.seconds * 1_000);
    const full = BigInt(this.quota.units) * refillMs;
    const { ticks, atMs } = this.left.get(name) ?? { ticks: full, atMs: nowMs };
    const refilled = ticks + BigInt(Math.max(0, nowMs - atMs)) * BigInt(this.quota.units);
    const level = refilled > full ? full : refilled;
    const taken = BigInt(units) * refillMs <= level;
    this.left.set(name, { ticks: taken ? level - BigInt(units) * refillMs : level, atMs: nowMs });
    return taken;
  }
}

describe("a bucket", () => {
  it("admits what exact arithmetic admits, and forgets without a difference", () => {
    fc.assert(fc.property(quotas, asking, (quota, asks) => {
      const [buckets, model] = [new TokenBuckets(quota), new Model(quota)];
      let nowMs = T0;
      const answers = asks.map(({ name, share, laterMs }) => {
        nowMs += laterMs;
        return [buckets.take(name, unitsOf(quota, share), nowMs), model.take(name, unitsOf(quota, share), nowMs)];
      });
      expect(answers.map(([real]) => real)).toEqual(answers.map(([, expected]) => expected));
    }), { numRuns: 500 });
  });

  it("never admits more than it holds and what comes back in the time", () => {
    fc.assert(fc.property(quotas, asking, (quota, asks) => {
      const buckets = new TokenBuckets(quota);
      let [nowMs, passedMs, admitted] = [T0, 0n, 0n];
      for (const { share, laterMs } of asks) {
        nowMs += laterMs;
        passedMs += BigInt(Math.max(0, laterMs));
        if (buckets.take("a", unitsOf(quota, share), nowMs)) admitted += BigInt(unitsOf(quota, share));
      }
      const refillMs = BigInt(quota.seconds * 1_000);
      expect(admitted * refillMs <= BigInt(quota.units) * (refillMs + passedMs)).toBe(true);
    }));
  });

  it("has the units after the seconds that it named, not a second earlier, and is whole at the end", () => {
    fc.assert(fc.property(quotas, fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 5_000 }), (quota, used, share, laterMs) => {
      const bucket = (): TokenBuckets => {
        const made = new TokenBuckets(quota);
        made.take("a", unitsOf(quota, used), T0);
        return made;
      };
      const nowMs = T0 + laterMs;
      const wanted = Math.max(1, unitsOf(quota, share));
      const wait = bucket().secondsUntil("a", nowMs, wanted)!;
      const whole = bucket().secondsUntil("a", nowMs)!;
      expect([bucket().take("a", wanted, nowMs + wait * 1_000), wait > 0 && bucket().take("a", wanted, nowMs + (wait - 1) * 1_000), bucket().remaining("a", nowMs + whole * 1_000)]).toEqual([true, false, quota.units]);
    }));
  });

  it("takes nothing from who asks for too much, and what is left from who used it already", () => {
    const buckets = new TokenBuckets({ units: 100, seconds: 10 });
    expect([buckets.take("a", 60, T0), buckets.take("a", 41, T0), buckets.remaining("a", T0), buckets.secondsUntil("a", T0, 41), buckets.secondsUntil("a", T0, 101)]).toEqual([true, false, 40, 1, null]);
    buckets.spend("a", 70, T0);
    expect([buckets.remaining("a", T0), buckets.remaining("a", T0 + 99), buckets.remaining("a", T0 + 100), buckets.secondsUntil("a", T0)]).toEqual([0, 0, 1, 10]);
  });

  it("is remembered no longer than it takes to fill, and never with too many others", () => {
    const buckets = new TokenBuckets({ units: 10, seconds: 1 }, 100);
    for (let index = 0; index < 30; index += 1) buckets.take(`early ${index}`, 1, T0);
    buckets.take("late", 1, T0 + 1_000);
    expect(buckets.size).toBe(31);
    buckets.take("later", 1, T0 + 2_000);
    expect(buckets.size).toBe(2);
    for (let index = 0; index < 10_000; index += 1) buckets.take(`storm ${index}`, 10, T0 + 2_000);
    expect(buckets.size).toBeLessThanOrEqual(100);
    expect(buckets.take("storm 9999", 1, T0 + 2_000)).toBe(false);
    buckets.take("after a night", 1, T0 + 3_600_000);
    expect(buckets.size).toBe(1);
  });
});

describe("a meter", () => {
  const clock = new FixedClock(T0);
  const meterOf = (quota: Quota, principal: Partial<Principal> = {}): Meter => new RateLimiter({ principal: quota, anonymous: null }, clock).ofPrincipal({ subject: "ann", role: "FINANCE", programme: "acme", businessUnits: [], ...principal })!;

  it("says in structured fields what there is, what is left and when", () => {
    const meter = meterOf({ units: 1_000, seconds: 60 });
    expect(meter.take(50)).toBeNull();
    expect(meter.headers()).toEqual({ "ratelimit-policy": '"cost";q=1000;w=60;qu="cost"', "ratelimit": '"cost";r=950;t=3' });
    // The whole request is to fit when it comes again: 50 and 960, of which there are 950; but never more than there can be.
    expect([meter.take(951), meter.take(900)]).toEqual([3, null]);
    expect(meter.headers(7)).toMatchObject({ ratelimit: '"cost";r=50;t=7' });
    meter.atLeast(900);
    expect(meter.headers()).toMatchObject({ ratelimit: '"cost";r=50;t=57' });
    meter.atLeast(1_000);
    expect(meter.headers()).toMatchObject({ ratelimit: '"cost";r=0;t=60' });
  });

  it("is one for each person and key of a programme", () => {
    const limiter = new RateLimiter({ principal: { units: 1_000, seconds: 60 }, anonymous: null }, clock);
    const who: Array<Partial<Principal>> = [{}, { programme: "globex" }, { programme: null }, { subject: "ben" }, { key: { keyId: "ann", datasets: null } }, { key: { keyId: "k2", datasets: null } }, { subject: 'ann","' }];
    const take = (each: Partial<Principal>): number | null => limiter.ofPrincipal({ subject: "ann", role: "FINANCE", programme: "acme", businessUnits: [], ...each })!.take(1_000);
    expect(who.map(take)).toEqual(who.map(() => null));
    expect(who.map(take)).toEqual(who.map(() => 60));
    expect(take({ role: "AUDITOR" })).toBe(60);
    expect(new RateLimiter({ principal: null, anonymous: null }, clock).ofAddress("::1")).toBeNull();
  });

  it.each([
    ["192.0.2.7", "192.0.2.7"], ["::ffff:192.0.2.7", "192.0.2.7"], ["::1", "0:0:0:0::/64"], ["2001:db8:0:12::a", "2001:db8:0:12::/64"],
    ["2001:DB8:0000:0012:1:2:3:4", "2001:db8:0:12::/64"], ["2001:db8::5:6", "2001:db8:0:0::/64"], ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("%s is of the network %s", (address, network) => expect(networkOf(address)).toBe(network));
});
