import { shuffle } from "../prove/shuffle";
import { startTestServer } from "../support/server";

it("any order, split, repetition and interleaving of usage ends in the same totals, figures and hashes", async () => {
  const server = await startTestServer();
  try {
    expect(await shuffle(server, { seed: 7, sets: 6, schedules: 4 })).toBeNull();
  } finally {
    await server.close();
  }
});
