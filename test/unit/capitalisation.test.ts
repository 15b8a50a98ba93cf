import fc from "fast-check";
import { AssetFacts, amortise, knownFrom } from "../../src/costs";
import { readCapitalisationPolicy, IMPLEMENTATION_CATEGORIES, putInService, retireAsset, AssetPorts, Asset, bookImplementationCost, BookImplementationCostPorts, CapitalisationPolicy, ImplementationCost } from "../../src/costs";
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

describe("an asset", () => {
  const useCase = { id: "u", code: "triage", name: "Triage" };
  const ports = (found: Asset | null = null, closed: readonly string[] = []): AssetPorts & { readonly written: string[] } => {
    const written: string[] = [];
    return { written, newId: () => "new", findUseCase: async (code) => (code === "triage" ? useCase : null), holdAsset: async () => found, isClosed: async (period) => closed.includes(period), saveAsset: async () => void written.push("asset"), saveRetirement: async (_, period) => void written.push(period), audit: async (action) => void written.push(action) };
  };
  const known: Asset = { id: "a", useCaseId: "u", goLive: "2026-01", usefulMonths: 36, contractMonths: 36, retiredIn: null };
  const put = { useCase: "triage", goLive: "2026-01", usefulMonths: 36, contractMonths: 36 };

  it.each<[string, Partial<typeof put>, Asset | null, string, string]>([
    ["is not used for longer than the contract runs", { usefulMonths: 37 }, null, "BAD_USER_INPUT", "usefulMonths"], ["is not used for no month", { usefulMonths: 0 }, null, "BAD_USER_INPUT", "usefulMonths"],
    ["belongs to a use case that there is", { useCase: "nothing" }, null, "NOT_FOUND", "useCase"], ["keeps its terms", { usefulMonths: 24 }, known, "CONFLICT", "useCase"], ["begins in a month", { goLive: "2026-13" }, null, "BAD_USER_INPUT", "goLive"],
  ])("%s", async (_, more, found, code, field) => {
    const each = ports(found);
    await expect(putInService(each, { ...put, ...more })).rejects.toMatchObject({ code, field: [field] });
    expect(each.written).toEqual([]);
  });

  it("is put in service and retired once", async () => {
    const fresh = ports();
    expect(await putInService(fresh, put)).toEqual({ ...known, id: "new" });
    expect(fresh.written).toEqual(["asset", "putInService"]);
    expect(await putInService(ports(known), put)).toBe(known);
    const retiring = ports(known);
    expect(await retireAsset(retiring, { useCase: "triage", period: "2026-10", reason: "stopped" })).toEqual({ ...known, retiredIn: "2026-10" });
    expect(retiring.written).toEqual(["2026-10", "retireAsset"]);
    await expect(retireAsset(ports(known, ["2026-10"]), { useCase: "triage", period: "2026-10", reason: "stopped" })).rejects.toMatchObject({ code: "PERIOD_CLOSED" });
    await expect(retireAsset(ports(known), { useCase: "triage", period: "2025-12", reason: "stopped" })).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    await expect(retireAsset(ports({ ...known, retiredIn: "2026-09" }), { useCase: "triage", period: "2026-10", reason: "stopped" })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(retireAsset(ports(), { useCase: "triage", period: "2026-10", reason: "stopped" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("the firm's policy", () => {
  const treatments = IMPLEMENTATION_CATEGORIES.map((category) => ({ category, treatment: "EXPENSE" as const }));
  it("treats every category once", () => {
    expect(readCapitalisationPolicy({ framework: " IFRS ", effectiveFrom: "2026-01", treatments: [...treatments].reverse() })).toEqual({ framework: "IFRS", effectiveFrom: "2026-01", treatments, note: null });
    for (const wrong of [treatments.slice(1), [...treatments, treatments[0]!]]) expect(() => readCapitalisationPolicy({ framework: "IFRS", effectiveFrom: "2026-01", treatments: wrong })).toThrow(/PRELIMINARY must be treated once/);
  });

  const policy = { version: 3, treatments: [{ category: "CODING", treatment: "CAPITALISE" }] } as unknown as CapitalisationPolicy;
  const booking = { useCase: "triage", period: "2026-01", category: "CODING" as const, amount: "100.00", currency: "GBP", externalId: "x-1" };
  const ports = (more: Partial<BookImplementationCostPorts> = {}): BookImplementationCostPorts => ({
    currency: { code: "GBP", exponent: 2 }, newId: () => "new", findUseCase: async (code) => (code === "triage" ? { id: "u", code, name: code } : null), holdPeriod: async () => undefined, policyOf: async () => policy,
    findImplementationCost: async () => null, saveImplementationCost: async () => true, audit: async () => undefined, ...more,
  });

  it("decides what a cost becomes, and the same booking answers what is there", async () => {
    const booked = await bookImplementationCost(ports(), booking);
    expect(booked).toMatchObject({ treatment: "CAPITALISE", policyVersion: 3, amountMinor: 10_000n });
    const again = ports({ findImplementationCost: async (): Promise<ImplementationCost> => booked, policyOf: async () => null });
    expect(await bookImplementationCost(again, booking)).toBe(booked);
    await expect(bookImplementationCost(again, { ...booking, amount: "100.01" })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it.each<[string, Partial<typeof booking>, Partial<BookImplementationCostPorts>, string]>([
    ["without a policy", {}, { policyOf: async () => null }, "NOT_READY"], ["in another currency", { currency: "USD" }, {}, "CURRENCY_MISMATCH"], ["of nothing", { amount: "0" }, {}, "BAD_USER_INPUT"],
    ["of an unknown use case", { useCase: "nothing" }, {}, "NOT_FOUND"], ["with half a penny", { amount: "0.005" }, {}, "BAD_USER_INPUT"],
  ])("refuses a cost %s", async (_, more, other, code) => {
    await expect(bookImplementationCost(ports({ ...other, saveImplementationCost: () => Promise.reject(new Error("nothing may be written")) }), { ...booking, ...more })).rejects.toMatchObject({ code });
  });
});
