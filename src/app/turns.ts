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

/** The same for each of many names apart: one that takes long holds nobody of another name up. Keeps nothing of a name that nobody uses. */
export class TurnsByName {
  private readonly users = new Map<string, { readonly turns: Turns; count: number }>();

  constructor(private readonly most: number) {}

  /** As `Turns.take`, among those of this name. */
  async take(name: string, waitMs: number): Promise<(() => void) | null> {
    const user = this.users.get(name) ?? { turns: new Turns(this.most), count: 0 };
    this.users.set(name, user);
    user.count += 1;
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      user.count -= 1;
      if (user.count === 0) this.users.delete(name);
    };
    const giveBack = await user.turns.take(waitMs);
    if (giveBack === null) {
      leave();
      return null;
    }
    return () => {
      giveBack();
      leave();
    };
  }
}
