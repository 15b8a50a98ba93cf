import { World } from "../prove/simulation-world";
import { live } from "../prove/simulation";

/** The first steps of a few fixed seeds; `npm run prove -- simulation` plays many more, and to their ends. */
describe("a programme's life beside a model of it", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open(() => 0.5);
  });
  afterAll(() => world.close());

  it.each([11, 12, 13, 14, 15])("seed %i: every verdict and every figure is the model's", async (seed) => {
    expect(await live(world, seed, 14)).toMatchObject({ steps: 14, difference: null });
  });
});
