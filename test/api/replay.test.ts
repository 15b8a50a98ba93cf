import { replayOnce } from "../prove/replay";

it("the raw facts of a programme, told again to an empty database, give every run and every closed month the same hash", async () => {
  const { faults, ...counts } = await replayOnce(11);
  expect(faults).toEqual([]);
  expect(counts).toEqual({ compared: 16, adjustments: 3, events: 106, runs: 7, runsByMethods: 4, closes: 3 });
});
