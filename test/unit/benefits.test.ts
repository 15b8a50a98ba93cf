import {
  Baseline, Benefit, BenefitPlan, Claim, EvidenceTier, FigureInput, FigureName, METHODS_OF, BenefitMethod, claimBenefit, ClaimBenefitInput, ClaimBenefitPorts, isLate, liveFrom,
  lockedBaseline, maximumOf, modelOf, plannedMinor, readAttribution, readBaseline, readBenefit, readFigureInputs, requireConfidence, statusOf,
} from "../../src/benefits";
import { requireRange } from "../../src/benefits/ladder-report";

const GBP = { code: "GBP", exponent: 2 };

describe("claims on one pool", () => {
  it("are held against the maximum that began last, and by the model that finance agreed to", () => {
    const maximums = [["2026-01", 1, 100n], ["2026-03", 2, 300n], ["2026-03", 3, 400n]].map(([effectiveFrom, version, maximumMinor]) => ({ effectiveFrom, version, maximumMinor, evidence: "", setBy: "", setAt: new Date(0) })) as never[];
    expect(["2025-12", "2026-02", "2026-03"].map((period) => maximumOf({ maximums }, period)?.maximumMinor ?? null)).toEqual([null, 100n, 400n]);
    const model = (version: number, effectiveFrom: string, approvedBy: string | null) => ({ version, pool: "calls", effectiveFrom, approvedBy }) as never;
    expect([modelOf([model(1, "2026-01", "x"), model(2, "2026-02", null)], "calls", "2026-05"), modelOf([model(1, "2026-01", "x")], "other", "2026-05")].map((found) => found?.version ?? null)).toEqual([1, null]);
  });
});

describe("a plan", () => {
  const plan: BenefitPlan = { from: "2026-11", steadyStateMinor: 2_000_000n, ramp: ["0.1", "0.3", "0.6", "0.85", "1"] };
  it("of 20,000 a month makes 57,000 over the five months of its ramp, and the steady state after it", () => {
    const months = requireRange("2026-10", "2027-04").map((period) => plannedMinor(plan, period));
    expect(months).toEqual([null, 200_000n, 600_000n, 1_200_000n, 1_700_000n, 2_000_000n, 2_000_000n]);
    expect(months.slice(1, 6).reduce<bigint>((total, minor) => total + minor!, 0n)).toBe(5_700_000n);
    expect(plannedMinor(null, "2026-11")).toBeNull();
  });
  it.each([["2026-02", "2026-01", "BAD_USER_INPUT"], ["2020-01", "2025-01", "LIMIT_EXCEEDED"]])("asks for no months from %s to %s", (from, to, code) => {
    let refused: unknown;
    try { requireRange(from, to); } catch (error) { refused = error; }
    expect(refused).toMatchObject({ code });
  });
});

const codeOf = (work: () => unknown): string => {
  try { work(); } catch (error) { return `${(error as { code: string }).code} ${((error as { field?: string[] }).field ?? []).join(".")}`; }
  return "taken";
};

describe("what is refused", () => {
  const model = (shares: ReadonlyArray<readonly [string, string]>) => () => readAttribution({ pool: "calls", effectiveFrom: "2026-09", shares: shares.map(([project, share]) => ({ project, share })), evidence: "minutes" });
  it.each<[string, () => unknown, string]>([
    ["shares that make 1", model([["voice-ai", "0.80"], ["ivr", "0.15"], ["web", "0.05"]]), "taken"],
    ["shares over 1", model([["voice-ai", "0.80"], ["ivr", "0.20000001"]]), "BAD_USER_INPUT shares"],
    ["a share over 1", model([["voice-ai", "1.01"]]), "BAD_USER_INPUT shares.0.share"],
    ["a share below 0", model([["voice-ai", "-0.1"]]), "BAD_USER_INPUT shares.0.share"],
    ["a project twice", model([["voice-ai", "0.1"], ["voice-ai", "0.1"]]), "BAD_USER_INPUT shares.1.project"],
    ["no project", model([]), "BAD_USER_INPUT shares"],
  ])("%s", (_, work, expected) => expect(codeOf(work)).toBe(expected));

  it.each<[EvidenceTier, string, BenefitMethod, boolean, string]>([
    ["A", "0.95", "HOLDOUT", false, "taken"], ["A", "1", "HOLDOUT", false, "taken"], ["A", "0.94", "HOLDOUT", false, "BAD_USER_INPUT confidence"], ["A", "0.95", "UNIT_COST", false, "BAD_USER_INPUT tier"], ["B", "0.90", "UNIT_COST", false, "taken"],
    ["B", "0.91", "UNIT_COST", false, "BAD_USER_INPUT confidence"], ["C", "0.5", "AMOUNT", true, "taken"], ["B", "0.8", "AMOUNT", true, "BAD_USER_INPUT tier"], ["D", "0", "AMOUNT", true, "taken"], ["D", "0.1", "AMOUNT", false, "BAD_USER_INPUT confidence"],
  ])("tier %s at %s by %s, reconstructed %s", (tier, confidence, method, reconstructed, expected) => expect(codeOf(() => requireConfidence(tier, confidence, method, reconstructed))).toBe(expected));

  const stated = (name: FigureName, value: string): FigureInput => ({ name, value, evidence: "a paper" });
  const unitCost = [stated("DEMAND", "1"), stated("UNIT_COST", "1"), stated("RESIDUAL_QUANTITY", "1"), stated("RESIDUAL_UNIT_COST", "1")];
  it.each<[string, Parameters<typeof readFigureInputs>, string]>([
    ["all of unit cost", ["UNIT_COST", null, unitCost], "taken"], ["two terms of a quantity", ["UNIT_COST", null, [...unitCost, stated("RESIDUAL_QUANTITY", "2")]], "taken"], ["two unit costs", ["UNIT_COST", null, [...unitCost, stated("UNIT_COST", "2")]], "BAD_USER_INPUT figures.4.name"],
    ["a figure too few", ["UNIT_COST", null, unitCost.slice(1)], "BAD_USER_INPUT figures"], ["a figure of another method", ["AMOUNT", null, [stated("AMOUNT", "1"), stated("COHORT", "1")]], "BAD_USER_INPUT figures.1.name"],
    ["a wrong sign", ["AMOUNT", null, [stated("AMOUNT", "-1")]], "BAD_USER_INPUT figures.0.value"], ["no evidence", ["AMOUNT", null, [{ name: "AMOUNT", value: "1" }]], "BAD_USER_INPUT figures.0.evidence"],
    ["two sources", ["AMOUNT", null, [{ ...stated("AMOUNT", "1"), metric: "x" }]], "BAD_USER_INPUT figures.0"], ["a percentage for a rate", ["HOLDOUT", null, [stated("TREATED_RATE", "6.2")]], "BAD_USER_INPUT figures.0.value"],
    ["the baseline's demand", ["UNIT_COST", null, [{ name: "DEMAND", metric: "calls" }]], "BAD_USER_INPUT figures.0.metric"], ["a metered amount", ["AMOUNT", null, [{ name: "AMOUNT", metered: "CALLS" }]], "BAD_USER_INPUT figures.0.metered"],
    ["an index of 0", ["UNIT_COST", null, [...unitCost, stated("INDEX", "0")]], "BAD_USER_INPUT figures.4.value"], ["missed calls without a mode", ["MISSED_CALLS", null, []], "BAD_USER_INPUT mode"],
    ["calls before of overflow", ["MISSED_CALLS", "OVERFLOW", [stated("DEALS", "1"), stated("UNIT_VALUE", "1"), stated("MARGIN_RATE", "1"), stated("OFFERED_BEFORE", "1")]], "BAD_USER_INPUT figures.3.name"],
    ["AI first without the calls before", ["MISSED_CALLS", "AI_FIRST", [stated("DEALS", "1"), stated("UNIT_VALUE", "1"), stated("MARGIN_RATE", "1")]], "BAD_USER_INPUT figures"],
  ])("figures: %s", (_, given, expected) => expect(codeOf(() => readFigureInputs(...given))).toBe(expected));

  const baselineInput = (more: Record<string, unknown> = {}, measure: Record<string, unknown> = {}) => ({ useCase: "triage", from: "2026-01-01", to: "2026-03-31", measures: [{ metric: "cost", value: "5.00", unit: "GBP a call", currency: "GBP", source: "a report", ...measure }], evidence: "a paper", ...more });
  it.each<[string, ReturnType<typeof baselineInput>, string]>([
    ["as it should be", baselineInput(), "taken"], ["backwards", baselineInput({ to: "2025-12-31" }), "BAD_USER_INPUT to"], ["of no day", baselineInput({ from: "2026-02-30" }), "BAD_USER_INPUT from"], ["in another currency", baselineInput({}, { currency: "EUR" }), "CURRENCY_MISMATCH measures.0.currency"],
    ["below 0", baselineInput({}, { value: "-5" }), "BAD_USER_INPUT measures.0.value"], ["of nothing", baselineInput({ measures: [] }), "BAD_USER_INPUT measures"],
  ])("a baseline %s", (_, input, expected) => expect(codeOf(() => readBaseline(input as never, GBP))).toBe(expected));

  const benefitInput = (plan: Record<string, unknown>) => ({ code: "b", name: "b", useCase: "triage", pool: "calls", kind: "MARGIN" as const, step: "OTHER" as const, plan: { from: "2026-09", steadyState: "1", currency: "GBP", ramp: ["1"], ...plan } });
  it.each<[Record<string, unknown>, string]>([[{}, "taken"], [{ currency: "USD" }, "CURRENCY_MISMATCH plan.currency"], [{ steadyState: "-1" }, "BAD_USER_INPUT plan.steadyState"], [{ ramp: [] }, "BAD_USER_INPUT plan.ramp"], [{ ramp: ["0.5", "30"] }, "BAD_USER_INPUT plan.ramp.1"]])("a plan with %j", (plan, expected) =>
    expect(codeOf(() => readBenefit(benefitInput(plan), GBP))).toBe(expected));
});

describe("a baseline", () => {
  it("is late on the day of going live, stated or used, whichever is earlier", () => {
    expect([liveFrom("2026-04-02", "2026-04-01"), liveFrom(null, null), liveFrom("2026-04-02", null)]).toEqual(["2026-04-01", null, "2026-04-02"]);
    expect([isLate({ goLive: null }, "2026-04-01", "2026-04-01"), isLate({ goLive: null }, "2026-03-31", "2026-04-01"), isLate({ goLive: "2026-03-01" }, "2026-03-31", null), isLate({ goLive: null }, "2026-03-31", null)]).toEqual([true, false, true, false]);
  });
  it("holds in its newest locked version", () => {
    const version = (number: number, lockedBy: string | null) => ({ version: number, lockedBy }) as Baseline;
    expect([lockedBaseline([version(2, "x"), version(1, "x"), version(3, null)])?.version, lockedBaseline([version(1, null)])]).toEqual([2, null]);
  });
});

describe("a claim", () => {
  const baseline = { version: 1, useCase: "triage", reconstructed: false, goLive: null, capturedOn: "2026-03-31", lockedBy: "x", measures: [{ metric: "cost", value: "5", unit: "a call", currency: "GBP", source: "" }, { metric: "calls", value: "44000", unit: "calls", currency: null, source: "" }] } as unknown as Baseline;
  const benefit = { id: "b", code: "triage-cost", useCase: "triage", kind: "COST_REDUCTION", pool: "calls", project: "voice-ai" } as unknown as Benefit;
  const ports = (more: Partial<ClaimBenefitPorts> = {}): ClaimBenefitPorts => ({
    currency: GBP, hold: async () => undefined, findBenefit: async () => benefit, holdMonth: async () => true, ownerAtEnd: async () => "service", firstUsage: async () => "2026-04-01", baselinesOf: async () => [baseline],
    findPool: async () => ({ maximums: [{ effectiveFrom: "2026-01", version: 1, maximumMinor: 1n }] }) as never, models: async () => [{ version: 3, pool: "calls", effectiveFrom: "2026-01", approvedBy: "x", shares: [{ project: "voice-ai", share: "0.8" }] }] as never,
    measure: async () => "40000", versionsOf: async () => [], saveClaim: async (document, ladder, { hash, version, reason, businessUnit }) => ({ ...document, ...ladder, hash, version, reason, businessUnit, decision: null }) as unknown as Claim, audit: async () => undefined, ...more,
  });
  const input = (more: Partial<ClaimBenefitInput> = {}): ClaimBenefitInput => ({
    benefit: "triage-cost", period: "2026-09", currency: "GBP", method: "UNIT_COST", tier: "B", confidence: "0.90", cashableShare: "0.60", ledgerLine: "6210 agency",
    figures: [{ name: "DEMAND", metered: "CALLS" }, { name: "UNIT_COST", metric: "cost" }, { name: "RESIDUAL_QUANTITY", value: "13000", evidence: "x" }, { name: "RESIDUAL_UNIT_COST", value: "5.4", evidence: "x" }], ...more,
  });

  it("takes its figures from metering, the baseline and statements, and its share from the model", async () => {
    expect(await claimBenefit(ports(), input())).toMatchObject({ share: "0.8", confidence: "0.9", modelVersion: 3, baselineVersion: 1, counterfactualMinor: 20_000_000n, residualMinor: 7_020_000n, version: 1, figures: [{ value: "40000", source: "METERED", metered: "CALLS" }, { value: "5", source: "BASELINE", metric: "cost" }, { source: "STATED" }, { source: "STATED" }] });
  });

  const figures = (name: FigureName, more: Partial<FigureInput>) => input().figures.map((each) => (each.name === name ? { name, ...more } : each));
  const earlier = { version: 1, benefit: "triage-cost", period: "2026-09", hash: "other", decision: null } as unknown as Claim;
  it.each<[string, Partial<ClaimBenefitInput>, Partial<ClaimBenefitPorts>, string]>([
    ["in another currency", { currency: "EUR" }, {}, "CURRENCY_MISMATCH"], ["of nothing known", {}, { findBenefit: async () => null }, "NOT_FOUND"], ["of a month that nothing fell into", {}, { holdMonth: async () => false }, "NOT_FOUND"],
    ["without a locked baseline", {}, { baselinesOf: async () => [{ ...baseline, lockedBy: null }] }, "NOT_READY"], ["without a maximum", {}, { findPool: async () => ({ maximums: [] }) as never }, "NOT_READY"], ["without an agreed model", {}, { models: async () => [] }, "NOT_READY"],
    ["of a project without a share", {}, { models: async () => [{ version: 3, pool: "calls", effectiveFrom: "2026-01", approvedBy: "x", shares: [{ project: "ivr", share: "1" }] }] as never }, "NOT_READY"],
    ["cashable without a ledger line", { ledgerLine: null }, {}, "BAD_USER_INPUT"], ["cashable above all of it", { cashableShare: "1.1" }, {}, "BAD_USER_INPUT"], ["cashable below EBIT", { method: "AMOUNT", figures: [{ name: "AMOUNT", value: "1", evidence: "x" }] }, { findBenefit: async () => ({ ...benefit, kind: "NON_EBIT" }) }, "BAD_USER_INPUT"],
    ["by a method of another kind", { method: "HOLDOUT", figures: [["TREATED_RATE", "1"], ["HOLDOUT_RATE", "1"], ["COHORT", "1"], ["UNIT_VALUE", "1"], ["MARGIN_RATE", "1"]].map(([name, value]) => ({ name: name as FigureName, value, evidence: "x" })) }, {}, "BAD_USER_INPUT"],
    ["of a metric that is no money", { figures: figures("UNIT_COST", { metric: "calls" }) }, {}, "BAD_USER_INPUT"], ["of a quantity that is money", { figures: figures("RESIDUAL_QUANTITY", { metric: "cost" }) }, {}, "BAD_USER_INPUT"], ["of a metric that is not there", { figures: figures("UNIT_COST", { metric: "none" }) }, {}, "NOT_FOUND"],
    ["that revises nothing", { revises: 1 }, {}, "NOT_FOUND"], ["that differs from the newest", {}, { versionsOf: async () => [earlier] }, "CONFLICT"], ["that says no reason", { revises: 1 }, { versionsOf: async () => [earlier] }, "BAD_USER_INPUT"],
    ["of tier B where usage came before the baseline", {}, { firstUsage: async () => "2026-03-30" }, "BAD_USER_INPUT"],
  ])("%s is refused", async (_, more, changed, code) => {
    await expect(claimBenefit(ports({ ...changed, saveClaim: async () => { throw new Error("saved"); } }), input(more))).rejects.toMatchObject({ code });
  });

  it("is answered as it is, and revised with a reason", async () => {
    const first = await claimBenefit(ports(), input());
    expect(await claimBenefit(ports({ versionsOf: async () => [first] }), input({ confidence: "0.9" }))).toBe(first);
    expect(await claimBenefit(ports({ versionsOf: async () => [first] }), input({ confidence: "0.8", revises: 1, reason: "less sure" }))).toMatchObject({ version: 2, reason: "less sure" });
  });

  it("stands by what finance decided", () => {
    const of = (version: number, decision: "SIGNED_OFF" | "REJECTED" | null) => ({ version, decision: decision && { decision } }) as Claim;
    const all = [of(1, "SIGNED_OFF"), of(2, "REJECTED"), of(3, null), of(4, "SIGNED_OFF"), of(5, null)];
    expect(all.map((each) => statusOf(each, all))).toEqual(["SUPERSEDED", "REJECTED", "SUPERSEDED", "SIGNED_OFF", "PROPOSED"]);
    expect(Object.keys(METHODS_OF)).toEqual(["COST_REDUCTION", "MARGIN", "OTHER_EBIT", "NON_EBIT"]);
  });
});
