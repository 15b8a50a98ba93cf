import { replayOnce } from "../prove/replay";

it("the raw facts of a programme, told again to an empty database, give every run and every closed month the same hash", async () => {
  const { faults, ...counts } = await replayOnce(4);
  expect(faults).toEqual([]);
  expect(counts).toEqual({ compared: 12, adjustments: 3, events: 114, runs: 3, runsByMethods: 2, closes: 3 });
});
