import { averageText } from "../../src/metering";

describe("an average of durations", () => {
  it.each<[number, number, string | null]>([
    [0, 0, null], [0, 3, "0"], [4, 3, "1.333"], [5, 3, "1.667"], [1, 2, "0.5"], [1, 2_000, "0.001"], [1, 2_001, "0"], [9_007_199_254_740_991, 1, "9007199254740991"], [9_007_199_254_740_991, 8, "1125899906842623.875"],
  ])("%s ms over %s is %s", (sumMs, count, text) => {
    expect(averageText(sumMs, count)).toBe(text);
  });
});
