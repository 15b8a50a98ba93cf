/** Lets at most so many do something at the same time; the others wait in the order in which they came. */
export class Turns {
  private taken = 0;
  private readonly waiting: Array<() => void> = [];

  constructor(private readonly most: number) {}

  /** Takes a turn and answers how to give it back; null when none was free within `waitMs`. */
  take(waitMs: number): Promise<(() => void) | null> {
    if (this.taken < this.most) {
      this.taken += 1;
      return Promise.resolve(this.giver());
    }
    return new Promise((resolve) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve(this.giver());
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(begin), 1);
        resolve(null);
      }, waitMs);
      this.waiting.push(begin);
    });
  }

  /** Gives a turn back, once; whoever waits longest has it next. */
  private giver(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.waiting.shift();
      if (next) next();
      else this.taken -= 1;
    };
  }
}
