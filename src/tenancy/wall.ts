import { Refusal } from "../kernel/refusal";

const TOO_LONG = "This took longer than a request may take. Ask for a shorter range or fewer groups.";

/** A statement or a request that took too long. */
export const tookTooLong = (): Refusal => new Refusal("TIMEOUT", TOO_LONG);

/**
 * How long a request may take in all, from when it is begun: then it is answered TIMEOUT, and what it still does ends with the statement
 * that runs. Work that states a time of its own for its statements has that from its beginning on. Before `within` nothing is limited.
 */
export class Wall {
  private isOver = false;
  private endsMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private end: (() => void) | null = null;

  constructor(private readonly ms: number) {}

  async within<T>(work: () => Promise<T>): Promise<T> {
    const over = new Promise<never>((_, reject) => {
      this.end = () => {
        this.isOver = true;
        reject(tookTooLong());
      };
    });
    this.extend(this.ms);
    try {
      return await Promise.race([work(), over]);
    } finally {
      clearTimeout(this.timer);
      this.end = null;
    }
  }

  /** Gives at least `ms` from now on. */
  extend(ms: number): void {
    const endsMs = performance.now() + ms;
    if (this.end === null || this.isOver || endsMs <= this.endsMs) return;
    this.endsMs = endsMs;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.end, ms);
  }

  /** TIMEOUT once the time is over. */
  check(): void {
    if (this.isOver) throw tookTooLong();
  }
}
