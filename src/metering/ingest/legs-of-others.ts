/** Some events revise legs that their sender may not write. Nothing of the batch is stored; it is judged anew without them. */
export class LegsOfOthers extends Error {
  constructor(readonly eventKeys: readonly string[]) {
    super("events for legs of units that the sender may not write");
    this.name = "LegsOfOthers";
  }
}
