import { readCapitalisationPolicy, IMPLEMENTATION_CATEGORIES, putInService, retireAsset, AssetPorts, Asset, bookImplementationCost, BookImplementationCostPorts, CapitalisationPolicy, ImplementationCost } from "../../src/costs";

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
