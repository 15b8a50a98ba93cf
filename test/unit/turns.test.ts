import { TurnsByName } from "../../src/app/turns";

describe("turns by name", () => {
  it("run out for one name alone, pass on to whoever waits, and are forgotten with their last user", async () => {
    const turns = new TurnsByName(2);
    const [first, second] = [await turns.take("a", 10), await turns.take("a", 10)];
    expect([await turns.take("a", 10), await turns.take("b", 10)]).toEqual([null, expect.any(Function)]);
    const waiting = turns.take("a", 10_000);
    first!();
    first!();
    const third = await waiting;
    expect(third).toEqual(expect.any(Function));
    expect(await turns.take("a", 10)).toBeNull();
    second!();
    third!();
    expect([...(turns as unknown as { users: Map<string, unknown> }).users.keys()]).toEqual(["b"]);
  });
});
