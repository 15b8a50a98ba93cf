import type { Logger } from "pino";
import { Clock } from "../kernel/clock";
import { Refusal } from "../kernel/refusal";
import { KeySet, VerificationKey, readKeySet } from "./verification-key";

/** Least time from one look at the key set to the next, however many tokens name keys that nobody knows. */
export const LOOK_AGAIN_MS = 30_000;
/** From this age on the keys are looked at again beside the requests, which do not wait. */
export const REFRESH_MS = 300_000;
/** A request waits for keys of this age to be looked at again, unless the key server was just seen to be down. */
export const LARGEST_AGE_MS = 600_000;
/** How long known keys are accepted while the key server does not answer, from the last time that it did. */
export const LONGEST_OUTAGE_MS = 3_600_000;

/**
 * The keys that the issuer publishes, as they were last seen: a known key costs no look, one look runs at a time, and what
 * fails leaves the known keys as they are for a while.
 */
export class PublishedKeys {
  private set: KeySet = { keys: new Map(), skipped: [] };
  private seenAt: number | null = null;
  private lookedAt: number | null = null;
  private look: Promise<void> | null = null;
  private isFailing = false;

  constructor(private readonly download: () => Promise<string>, private readonly clock: Clock, private readonly log: Pick<Logger, "info" | "warn">) {}

  /** The key of that name; undefined when the issuer publishes none. UNAUTHENTICATED with the reason when that cannot be told. */
  async find(kid: string): Promise<VerificationKey | undefined> {
    const age = this.since(this.seenAt);
    if (age >= LARGEST_AGE_MS && !this.isKnownToBeDown()) await this.refresh();
    else if (age >= REFRESH_MS) void this.refresh();
    if (this.known(kid) === undefined) await this.refresh();
    const key = this.known(kid);
    if (key === undefined && this.isFailing) throw new Refusal("UNAUTHENTICATED", "The key of this token cannot be looked up: the issuer's published keys cannot be read at the moment. Send the token again in half a minute; if it goes on, the server's log says why.");
    return key;
  }

  /** Looks at the key set unless that was done just now. Never rejects: what went wrong is in the log. */
  refresh(): Promise<void> {
    if (this.look === null && this.since(this.lookedAt) >= LOOK_AGAIN_MS) {
      this.lookedAt = this.clock.now();
      this.look = this.read(this.lookedAt).finally(() => {
        this.look = null;
      });
    }
    return this.look ?? Promise.resolve();
  }

  private async read(startedAt: number): Promise<void> {
    try {
      const set = readKeySet(await this.download());
      this.tell(set);
      [this.set, this.seenAt, this.isFailing] = [set, startedAt, false];
    } catch (error) {
      this.isFailing = true;
      const until = this.seenAt === null ? null : new Date(this.seenAt + LONGEST_OUTAGE_MS).toISOString();
      this.log.warn({ reason: (error as Error).message, knownKeys: [...this.set.keys.keys()], acceptedUntil: until }, "APPORTION_JWKS_URL: the published keys could not be read; unknown keys are refused, known ones accepted for a while");
    }
  }

  private tell(set: KeySet): void {
    const isNew = this.seenAt === null || this.isFailing || textOf(set) !== textOf(this.set);
    if (!isNew) return;
    const keys = [...set.keys.keys()];
    if (set.skipped.length > 0) this.log.warn({ skipped: set.skipped }, "APPORTION_JWKS_URL: some published keys are not fit for checking tokens and left out");
    if (keys.length === 0) this.log.warn("APPORTION_JWKS_URL: no published key is fit, every token is refused");
    else this.log.info({ keys }, "APPORTION_JWKS_URL: the published keys were read");
  }

  private known(kid: string): VerificationKey | undefined {
    return this.since(this.seenAt) < LONGEST_OUTAGE_MS ? this.set.keys.get(kid) : undefined;
  }

  /** Seen so lately that busy servers look again beside their requests, while an idle one waits for its first look. */
  private isKnownToBeDown(): boolean {
    return this.isFailing && this.since(this.lookedAt) < 2 * LOOK_AGAIN_MS;
  }

  /** Either way: a clock that was set back must not keep keys for longer. */
  private since(at: number | null): number {
    return at === null ? Infinity : Math.abs(this.clock.now() - at);
  }
}

const textOf = (set: KeySet): string => JSON.stringify([[...set.keys].map(([kid, { key }]) => [kid, key.export({ format: "jwk" })]), set.skipped]);
