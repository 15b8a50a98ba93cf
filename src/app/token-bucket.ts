/** So many units at most, and as many again in so many seconds. */
export interface Quota {
  readonly units: number;
  readonly seconds: number;
}

export const MOST_UNITS = 1_000_000_000;
export const LONGEST_SECONDS = 3_600;
const MOST_BUCKETS = 100_000;

/** `level` is what a bucket held at `atMs`, in units times milliseconds of the quota, so that every refill is a whole number. */
interface Bucket { level: number; atMs: number }

/**
 * One bucket of the same quota for each name. A name that is not known has a full one, so a bucket that nobody touched for as long
 * as a refill takes is forgotten without a difference: buckets stand in two generations, and the older one goes at every turn. Above
 * `most` names a turn comes early, which errs in favour of whoever asks. Levels stay below 2^53 for every quota within
 * MOST_UNITS and LONGEST_SECONDS: no figure here is ever rounded.
 */
export class TokenBuckets {
  private young = new Map<string, Bucket>();
  private old = new Map<string, Bucket>();
  private turnedMs = 0;
  private readonly refillMs: number;
  private readonly full: number;

  constructor(readonly quota: Quota, private readonly most: number = MOST_BUCKETS) {
    this.refillMs = quota.seconds * 1_000;
    this.full = quota.units * this.refillMs;
  }

  /** Takes all of `units` and answers true, or takes nothing and answers false. */
  take(name: string, units: number, nowMs: number): boolean {
    const bucket = this.at(name, nowMs);
    if (units * this.refillMs > bucket.level) return false;
    bucket.level -= units * this.refillMs;
    return true;
  }

  /** Takes `units`, or what is left of them: for what was used before its price was known. */
  spend(name: string, units: number, nowMs: number): void {
    const bucket = this.at(name, nowMs);
    bucket.level = Math.max(0, bucket.level - units * this.refillMs);
  }

  /** Whole units that are left. */
  remaining(name: string, nowMs: number): number {
    return Math.floor(this.at(name, nowMs).level / this.refillMs);
  }

  /** Whole seconds until there are `units`, the whole quota unless told; null for more than a bucket ever holds. */
  secondsUntil(name: string, nowMs: number, units: number = this.quota.units): number | null {
    if (units > this.quota.units) return null;
    const lacking = units * this.refillMs - this.at(name, nowMs).level;
    return lacking <= 0 ? 0 : Math.ceil(Math.ceil(lacking / this.quota.units) / 1_000);
  }

  /** Buckets that are remembered. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  private at(name: string, nowMs: number): Bucket {
    this.turn(nowMs);
    let bucket = this.young.get(name);
    if (bucket === undefined) {
      bucket = this.old.get(name) ?? { level: this.full, atMs: nowMs };
      this.old.delete(name);
      this.young.set(name, bucket);
    }
    // A clock that was set back refills nothing, and one that was set forward no more than everything.
    const elapsedMs = Math.min(Math.max(nowMs - bucket.atMs, 0), this.refillMs);
    bucket.level = Math.min(this.full, bucket.level + elapsedMs * this.quota.units);
    bucket.atMs = nowMs;
    return bucket;
  }

  private turn(nowMs: number): void {
    if (nowMs < this.turnedMs) this.turnedMs = nowMs;
    if (nowMs - this.turnedMs < this.refillMs && this.young.size < this.most / 2) return;
    this.old = nowMs - this.turnedMs < 2 * this.refillMs ? this.young : new Map();
    this.young = new Map();
    this.turnedMs = nowMs;
  }
}
