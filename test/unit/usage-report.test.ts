import fc from "fast-check";
import { fraction, roundForDisplay } from "../../src/kernel/fraction";
import { formatUnits, trimDecimal } from "../../src/kernel/decimal";
import { asMinutes, asSeconds, requirePermittedQuestion, requireSoundQuestion } from "../../src/metering";

describe("durations for reading", () => {
  it.each<[number, string, string]>([
    [0, "0", "0"],
    [1, "0.001", "0.000017"],
    [61_500, "61.5", "1.025"],
    [60_000, "60", "1"],
    [1_088_542_000, "1088542", "18142.366667"],
    [10, "0.01", "0.000167"],
    [9_007_199_254_740_991, "9007199254740.991", "150119987579.016517"],
  ])("%s ms", (ms, seconds, minutes) => {
    expect([asSeconds(ms), asMinutes(ms)]).toEqual([seconds, minutes]);
  });

  it("says the same as exact arithmetic, for any duration", () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeNat(), fc.nat()), (ms) => {
        expect(asSeconds(ms)).toBe(trimDecimal(formatUnits(BigInt(ms), 3)));
        expect(asMinutes(ms)).toBe(trimDecimal(roundForDisplay(fraction(BigInt(ms), 60_000n), 6)));
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });
});

describe("questions", () => {
  it.each<[string, Parameters<typeof requireSoundQuestion>]>([
    ["a period and a range", [{ period: "2025-10", from: new Date(0) }, []]],
    ["a range that ends before it begins", [{ from: new Date(1), to: new Date(0) }, []]],
    ["a dimension twice", [{}, ["CHANNEL", "CHANNEL"]]],
    ["two time dimensions", [{}, ["DAY", "HOUR"]]],
  ])("refuses %s", (_, question) => {
    expect(() => requireSoundQuestion(...question)).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
  });

  it.each<[string, Parameters<typeof requirePermittedQuestion>]>([
    ["an executive who groups by unit", ["EXECUTIVE", {}, ["BUSINESS_UNIT"]]],
    ["an executive who cuts a day out", ["EXECUTIVE", { from: new Date(0) }, []]],
    ["a programme lead who groups by unit", ["PROGRAMME_LEAD", {}, ["BUSINESS_UNIT"]]],
    ["a programme lead who filters by unit", ["PROGRAMME_LEAD", { businessUnit: ["a"] }, []]],
  ])("forbids %s", (_, question) => {
    expect(() => requirePermittedQuestion(...question)).toThrow(expect.objectContaining({ code: "FORBIDDEN" }));
  });
});
