import { Clock } from "../kernel/clock";
import { Principal } from "../tenancy";
import { Quota, TokenBuckets } from "./token-bucket";

/** What one asker may use, in this process. Null: as much as there is. */
export interface RateLimits {
  /** Of a person or a key, in units of cost. */
  readonly principal: Quota | null;
  /** Of an address without a valid token, in requests. */
  readonly anonymous: Quota | null;
}

/**
 * A person or a key may spend a hundred of the costliest queries in a minute, or 200,000 small requests, over 3,000 a second for
 * as long as it likes: more than one process answers, so that honest work, however fast, is never held up, and whoever repeats what is
 * dear or faulty is.
 */
export const DEFAULT_RATE_LIMITS: RateLimits = { principal: { units: 10_000_000, seconds: 60 }, anonymous: { units: 6_000, seconds: 60 } };

/**
 * What is charged, in units of cost: a request at least, whatever it asks, and usage that is pushed no more than that, however much a
 * body holds; a file that is worked out; at least for a request that is refused for what is wrong with it.
 */
export const CHARGES = { request: 50, file: 1_000, fault: 1_000 } as const;

/** What a request is charged to. */
export class Meter {
  private charged = 0;

  constructor(private readonly buckets: TokenBuckets, private readonly name: string, readonly policy: "cost" | "anonymous", private readonly clock: Clock) {}

  get quota(): Quota {
    return this.buckets.quota;
  }

  /** Takes `units` and answers null, or takes nothing and answers how many seconds later this request, as a whole, will do; at least 1. */
  take(units: number): number | null {
    const nowMs = this.clock.now();
    if (this.buckets.take(this.name, units, nowMs)) {
      this.charged += units;
      return null;
    }
    return Math.max(1, this.buckets.secondsUntil(this.name, nowMs, Math.min(this.charged + units, this.quota.units))!);
  }

  /** Charges at least `units` in all, as far as there are any. */
  atLeast(units: number): void {
    if (this.charged >= units) return;
    this.buckets.spend(this.name, units - this.charged, this.clock.now());
    this.charged = units;
  }

  /** RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers: the quota, what is left, and in how many seconds it is whole again, or this request would do. */
  headers(waitSeconds: number | null = null): Record<string, string> {
    const nowMs = this.clock.now();
    const { units, seconds } = this.quota;
    const unit = this.policy === "cost" ? ';qu="cost"' : "";
    return {
      "ratelimit-policy": `"${this.policy}";q=${units};w=${seconds}${unit}`,
      "ratelimit": `"${this.policy}";r=${this.buckets.remaining(this.name, nowMs)};t=${waitSeconds ?? this.buckets.secondsUntil(this.name, nowMs)!}`,
    };
  }
}

/** The buckets of this process: one for each person or key of a programme, one for each address without a token. */
export class RateLimiter {
  private readonly principals: TokenBuckets | null;
  private readonly addresses: TokenBuckets | null;

  constructor({ principal, anonymous }: RateLimits, private readonly clock: Clock) {
    this.principals = principal && new TokenBuckets(principal);
    this.addresses = anonymous && new TokenBuckets(anonymous);
  }

  /** The most that one request may cost; null without a limit. */
  get mostCost(): number | null {
    return this.principals?.quota.units ?? null;
  }

  ofPrincipal({ subject, programme, key }: Principal): Meter | null {
    // JSON keeps the parts apart, whatever they hold.
    return this.principals && new Meter(this.principals, JSON.stringify([programme, key ? "key" : "subject", key?.keyId ?? subject]), "cost", this.clock);
  }

  ofAddress(address: string): Meter | null {
    return this.addresses && new Meter(this.addresses, networkOf(address), "anonymous", this.clock);
  }
}

/** Whoever has one IPv6 address has all of its /64. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("%")[0]!.split("::");
  const [before, after] = [head, tail ?? ""].map((part) => (part === "" ? [] : part.split(":"))) as [string[], string[]];
  const groups = tail === undefined ? before : [...before, ...new Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0"), ...after];
  return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
