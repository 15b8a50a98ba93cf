import fc from "fast-check";
import { AssetFacts, amortise, knownFrom } from "../../src/costs/capitalisation/amortise";
import { shiftPeriod } from "../../src/kernel/period";

const asset = (amount: string, months: number, more: Partial<AssetFacts> = {}): AssetFacts => ({
  assetId: "a", useCaseId: "u", goLive: "2026-01", usefulMonths: months, knownFrom: "2026-01", costs: [{ period: "2025-10", knownFrom: "2025-10", amountMinor: BigInt(amount) }], retirement: null, ...more,
});
const range = (from: string, count: number): string[] => Array.from({ length: count }, (_, index) => shiftPeriod(from, index));
const inMonth = (facts: AssetFacts, period: string) => amortise([facts], [period])[0] ?? { amortisationMinor: 0n, impairmentMinor: 0n };

describe("straight-line amortisation", () => {
  it.each([["U1", "18000000", 36, 500_000n], ["U2", "7200000", 36, 200_000n], ["U3", "10800000", 36, 300_000n]])("%s: %s over %i months is the same every month and nothing before and after", (_, amount, months, monthly) => {
    const all = amortise([asset(amount, months)], range("2025-12", months + 2));
    expect(all.map(({ period }) => period)).toEqual(range("2026-01", months));
    expect(new Set(all.map(({ amortisationMinor }) => amortisationMinor))).toEqual(new Set([monthly]));
  });

  it("writes off what is left when the asset is retired: 108,000 after 10 months of 36 leaves 78,000", () => {
    const retired = asset("10800000", 36, { retirement: { period: "2026-10", knownFrom: "2026-10" } });
    const all = amortise([retired], range("2026-01", 40));
    expect(all.reduce((sum, { amortisationMinor }) => sum + amortisationMinor, 0n)).toBe(3_000_000n);
    expect(all.filter(({ impairmentMinor }) => impairmentMinor !== 0n)).toEqual([{ period: "2026-10", useCaseId: "u", assetId: "a", amortisationMinor: 300_000n, impairmentMinor: 7_800_000n }]);
  });

  it("catches up in the first open month what was put in service late, and leaves closed months as they were", () => {
    const late = asset("3600", 36, { knownFrom: "2026-04" });
    expect(range("2026-01", 5).map((period) => inMonth(late, period).amortisationMinor)).toEqual([0n, 0n, 0n, 400n, 100n]);
  });

  it("gives back what it took after the last month of use where the retirement was recorded late, and writes off the rest", () => {
    const late = asset("3600", 36, { retirement: { period: "2026-03", knownFrom: "2026-06" } });
    expect(range("2026-02", 7).map((period) => inMonth(late, period))).toMatchObject([
      { amortisationMinor: 100n, impairmentMinor: 0n }, { amortisationMinor: 100n, impairmentMinor: 0n }, { amortisationMinor: 100n, impairmentMinor: 0n }, { amortisationMinor: 100n, impairmentMinor: 0n },
      { amortisationMinor: -200n, impairmentMinor: 3_300n }, { amortisationMinor: 0n, impairmentMinor: 0n }, { amortisationMinor: 0n, impairmentMinor: 0n },
    ]);
  });

  it("rounds what is taken so far half away from zero, a credit as its charge, and answers months in order", () => {
    const all = (amount: string): bigint[] => amortise([asset(amount, 4)], range("2026-01", 4).reverse()).map(({ amortisationMinor }) => amortisationMinor);
    expect([all("10"), all("-10"), all("2")]).toEqual([[3n, 2n, 3n, 2n], [-3n, -2n, -3n, -2n], [1n, 1n]]);
    expect(amortise([asset("10", 4)], ["2026-03", "2026-01", "2026-02"]).map(({ period }) => period)).toEqual(["2026-01", "2026-02", "2026-03"]);
  });

  it("spreads a cost that comes after go-live over the months that are left, and takes one after their end at once", () => {
    const more = asset("1200", 12, { costs: [{ period: "2026-07", knownFrom: "2026-07", amountMinor: 600n }, { period: "2027-03", knownFrom: "2027-03", amountMinor: 70n }] });
    expect([inMonth(more, "2026-06"), inMonth(more, "2026-07"), inMonth(more, "2026-12"), inMonth(more, "2027-01"), inMonth(more, "2027-03")].map(({ amortisationMinor }) => amortisationMinor)).toEqual([0n, 100n, 100n, 0n, 70n]);
  });

  it("sums to everything capitalised, whatever came when, and no month depends on what it could not know", () => {
    const month = fc.integer({ min: 0, max: 30 }).map((shift) => shiftPeriod("2026-01", shift));
    const fact = fc.record({ period: month, late: fc.integer({ min: 0, max: 6 }), amountMinor: fc.bigInt({ min: -1_000_000_000n, max: 1_000_000_000n }) });
    fc.assert(fc.property(fc.array(fact, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 24 }), fc.option(fc.integer({ min: 0, max: 24 }), { nil: null }), fc.integer({ min: 0, max: 5 }), (facts, usefulMonths, retiredAfter, lateBy) => {
      const costs = facts.map(({ period, late, amountMinor }) => ({ period, knownFrom: shiftPeriod(period, late), amountMinor }));
      const end = retiredAfter === null ? null : shiftPeriod("2026-03", retiredAfter);
      const whole: AssetFacts = { assetId: "a", useCaseId: "u", goLive: "2026-03", usefulMonths, knownFrom: shiftPeriod("2026-03", lateBy), costs, retirement: end === null ? null : { period: end, knownFrom: end } };
      const months = range("2025-12", 90);
      const all = amortise([whole], months);
      expect(all.reduce((sum, each) => sum + each.amortisationMinor + each.impairmentMinor, 0n)).toBe(costs.reduce((sum, { amountMinor }) => sum + amountMinor, 0n));
      // A month's amount is the same when what later months know is left out.
      const some = shiftPeriod("2026-01", 9);
      expect(amortise([{ ...whole, costs: costs.filter(({ knownFrom: known }) => known <= some), retirement: end !== null && end <= some ? whole.retirement : null }], range("2025-12", 11))).toEqual(amortise([whole], range("2025-12", 11)));
    }), { numRuns: 200 });
  });

  it("knows a fact in its own month, or in the first that was not closed when it was recorded", () => {
    const cutOffs = [{ key: "2026-01", cutoff: new Date("2026-02-03T00:00:00Z") }, { key: "2026-02", cutoff: new Date("2026-03-03T00:00:00Z") }];
    const at = (period: string, recorded: string): string => knownFrom(period, new Date(recorded), cutOffs);
    expect([at("2026-01", "2026-02-02T23:59:59Z"), at("2026-01", "2026-02-03T00:00:00Z"), at("2025-11", "2026-03-03T00:00:00Z"), at("2026-05", "2026-03-04T00:00:00Z"), at("2025-11", "2026-01-01T00:00:00Z")]).toEqual(["2026-01", "2026-02", "2026-03", "2026-05", "2025-11"]);
  });
});
