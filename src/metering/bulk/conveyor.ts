/**
 * Batches on their way through a store to whoever waits for the answer: at most `parallel` under way, answered in the
 * order in which they were handed over. Whoever hands one over waits for a free place: that is the backpressure.
 */
export class Conveyor<Batch, Result> {
  private readonly underWay: Array<Promise<void>> = [];
  private readonly atWork = new Set<Promise<Result>>();

  constructor(
    private readonly store: (batch: Batch) => Promise<Result>,
    private readonly answer: (result: Result) => Promise<void>,
    private readonly parallel: number,
  ) {}

  /** True when nothing is under way. */
  get isIdle(): boolean {
    return this.underWay.length === 0;
  }

  /** Throws what made an earlier batch fail; then this one was not begun. */
  async hand(batch: Batch): Promise<void> {
    while (this.underWay.length >= this.parallel) await this.underWay[0];
    const before = this.underWay.at(-1) ?? Promise.resolve();
    const stored = this.store(batch).finally(() => this.atWork.delete(stored));
    this.atWork.add(stored);
    const answered = before.then(() => stored).then(this.answer).then(() => void this.underWay.shift());
    // Each is awaited in its turn; until then a failure must not end the process.
    for (const promise of [stored, answered]) promise.catch(() => undefined);
    this.underWay.push(answered);
  }

  /** Waits for the rest; throws what made one of them fail. */
  async finish(): Promise<void> {
    while (this.underWay.length > 0) await this.underWay[0];
  }

  /** Waits until nothing is at work any more, failed or not. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.underWay, ...this.atWork]);
  }
}
