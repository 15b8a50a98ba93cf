import fc from "fast-check";
import {
  CASE_BENEFITS, CasePlanInput, CaseRecord, EVIDENCE_ITEMS, GATES, GATE_RULES, Planned, PlanVersion, Tranche, containmentCases, factsOf, figuresOf, investmentOf, isGranted, metricsOf, needsReapproval,
  attributedTo, outlookLines, readPlan, realisationByQuarter, realisationToDate, releaseTranche, requestTranche, scaled, shareOfGate, tornado,
} from "../../src/business-cases";
import { progressOf } from "../../src/business-cases/case-report";
import { Fraction, ONE, ZERO, divide, fraction, multiply, roundForDisplay } from "../../src/kernel/fraction";
import { Refusal } from "../../src/kernel/refusal";

const EIGHT = fraction(8n, 100n);
const percent = (value: Fraction | null, places = 2): string | null => value && roundForDisplay(multiply(value, fraction(100n)), places);
const pounds = (value: Fraction): string => roundForDisplay(divide(value, fraction(100n)), 2);
const input = (more: Partial<CasePlanInput> = {}): CasePlanInput => ({
  useCase: "triage", currency: "GBP", startMonth: "2025-04", discountRatePercent: "8", sponsor: "Service", budgetHolder: "Head of service", problem: "Callers wait", problemMetric: "Seconds to answer",
  flows: [
    { period: "2025-04", category: "IMPLEMENTATION", amount: "180000" }, { period: "2026-04", category: "COST_REDUCTION", amount: "60000" },
    { period: "2027-04", category: "COST_REDUCTION", amount: "120000" }, { period: "2028-04", category: "COST_REDUCTION", amount: "140000" },
  ],
  ...more,
});
const GBP = { code: "GBP", exponent: 2 };
const plan = (more: Partial<CasePlanInput> = {}): ReturnType<typeof readPlan> => readPlan(input(more), GBP);

describe("the worked example", () => {
  it("comes out by months, twelve of them to each of its years", () => {
    const { npv: net, irr: rate, paybackYears, discountedPaybackYears, roi: on, profitabilityIndex } = figuresOf(plan());
    expect([pounds(net), percent(rate.value), roundForDisplay(paybackYears.value!, 2), roundForDisplay(discountedPaybackYears.value!, 2), percent(on.value, 1), roundForDisplay(profitabilityIndex.value!, 3)]).toEqual(["89572.73", "30.30", "2.00", "2.19", "77.8", "1.498"]);
  });

  it("without an investment has no index", () => {
    expect(figuresOf(plan({ flows: [{ period: "2025-04", category: "RUN_COST", amount: "1" }] })).profitabilityIndex.reason).toBe("Nothing is invested.");
  });

  it("by days a leap year moves the rate a little", () => {
    expect(percent(figuresOf(plan()).xirr.value)).toBe("30.29");
  });
});

describe("sensitivity", () => {
  it("takes containment at half, all and twice of the plan, on the benefits that depend on it", () => {
    const cases = containmentCases(plan({ flows: [...input().flows, { period: "2026-04", category: "MARGIN", amount: "1080" }] }));
    // 269,572.73 of cost reduction at present value, 1,000.00 of margin that stays.
    expect(cases.map(({ factor, npv: net }) => [roundForDisplay(factor, 1), pounds(net)])).toEqual([["0.5", "-44213.64"], ["1.0", "90572.73"], ["2.0", "360145.46"]]);
  });

  it("turns one driver at a time, widest swing first", () => {
    const bars = tornado(plan({ flows: [...input().flows, { period: "2025-04", category: "PLATFORM_SHARE", amount: "1000" }] }), 20);
    expect(bars.map(({ driver }) => driver)).toEqual(["BENEFITS", "IMPLEMENTATION", "DISCOUNT_RATE", "PLATFORM_SHARE", "RUN_COST"]);
    expect(bars.slice(0, 2).map(({ npvAtLower, npvAtHigher, swing }) => [pounds(npvAtLower), pounds(npvAtHigher), pounds(swing)])).toEqual([["34658.18", "142487.27", "107829.09"], ["124572.73", "52572.73", "72000.00"]]);
    expect(bars.at(-1)!.swing).toEqual(ZERO);
  });

  it("is the plan itself at a factor of one", () => {
    const whole: Planned = plan();
    expect(metricsOf(factsOf(scaled(whole, CASE_BENEFITS, ONE)), EIGHT)).toEqual(figuresOf(whole));
  });
});

const refusal = (work: () => unknown): Refusal => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("a plan", () => {
  const flows = input().flows;
  it.each<[string, Partial<CasePlanInput>, string, string]>([
    ["another currency", { currency: "USD" }, "CURRENCY_MISMATCH", "currency"],
    ["a flow of another currency", { flows: [flows[0]!, { ...flows[1]!, currency: "USD" }] }, "CURRENCY_MISMATCH", "flows.1.currency"],
    ["a cost with a sign", { flows: [{ ...flows[0]!, amount: "-180000" }] }, "BAD_USER_INPUT", "flows.0.amount"],
    ["nothing", { flows: [{ ...flows[0]!, amount: "0.00" }] }, "BAD_USER_INPUT", "flows.0.amount"],
    ["half a penny", { flows: [{ ...flows[0]!, amount: "0.005" }] }, "BAD_USER_INPUT", "flows.0.amount"],
    ["the same twice", { flows: [flows[0]!, flows[0]!] }, "BAD_USER_INPUT", "flows.1"],
    ["a flow before the start", { startMonth: "2025-05" }, "BAD_USER_INPUT", "flows.0.period"],
    ["a flow after ten years", { flows: [{ ...flows[0]!, period: "2035-04" }] }, "BAD_USER_INPUT", "flows.0.period"],
    ["no flow", { flows: [] }, "BAD_USER_INPUT", "flows"],
    ["a rate below nothing", { discountRatePercent: "-1" }, "BAD_USER_INPUT", "discountRatePercent"],
    ["no budget holder", { budgetHolder: " " }, "BAD_USER_INPUT", "budgetHolder"],
    ["no problem metric", { problemMetric: "" }, "BAD_USER_INPUT", "problemMetric"],
  ])("refuses %s", (_, more, code, field) => {
    const { code: found, field: at } = refusal(() => plan(more));
    expect([found, at?.join(".")]).toEqual([code, field]);
  });

  it("is the same whatever order its flows come in", () => expect(plan({ flows: [...flows].reverse() })).toEqual(plan()));
});

describe("tranches", () => {
  it("release the approved investment between them, to the minor unit", () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (investment) => {
      let released = 0n;
      for (const gate of GATES) {
        released += shareOfGate(gate, investment, released);
        expect(released).toBeLessThanOrEqual(investment);
      }
      expect(released).toBe(investment);
    }));
    expect(GATES.reduce((total, gate) => total + GATE_RULES[gate].percent, 0n)).toBe(100n);
    expect(GATES.flatMap((gate) => GATE_RULES[gate].evidence)).toEqual(EVIDENCE_ITEMS);
    expect(shareOfGate("G1", 18_000_000n, 0n)).toBe(3_600_000n);
    // A smaller plan leaves nothing where more is released already.
    expect(shareOfGate("G2", 1_000n, 900n)).toBe(0n);
  });

  const version: PlanVersion = { version: 1, plan: plan(), documentHash: "x", proposedBy: "ann", proposedAt: new Date(0), approvedBy: "ben", approvedAt: new Date("2025-03-20T00:00:00Z") };
  const passed = (gate: Tranche["gate"], amountMinor: bigint): Tranche => ({ gate, amountMinor, evidence: [], planVersion: 1, requestedBy: "ann", requestedAt: new Date(0), releasedBy: "ben", releasedAt: new Date(0) });
  const record = (more: Partial<CaseRecord> = {}): CaseRecord => ({ useCaseId: "1", useCase: "triage", versions: [version], tranches: [passed("G0", 0n)], commitments: [], retirement: null, ...more });
  const ports = (of: CaseRecord, closed = 6): Parameters<typeof requestTranche>[0] => ({
    subject: "cid", role: "FINANCE", currency: GBP, holdCase: async () => of, closedMonthsFrom: async () => closed, audit: async () => undefined,
    saveTranche: async (_, tranche) => ({ ...tranche, requestedBy: "cid", requestedAt: new Date(0), releasedBy: null, releasedAt: null }), saveRelease: async (_, gate) => ({ ...of.tranches.find((each) => each.gate === gate)!, releasedBy: "cid", releasedAt: new Date(0) }),
  });
  const evidence = (gate: Tranche["gate"]): Array<{ item: (typeof EVIDENCE_ITEMS)[number]; reference: string }> => GATE_RULES[gate].evidence.map((item) => ({ item, reference: "paper" }));

  it.each<[string, CaseRecord, Parameters<typeof requestTranche>[1], string, number?]>([
    ["more than the gate's share", record(), { useCase: "triage", gate: "G1", evidence: evidence("G1"), amount: "36000.01" }, "LIMIT_EXCEEDED"],
    ["evidence left out", record(), { useCase: "triage", gate: "G1", evidence: evidence("G1").slice(1) }, "NOT_READY"],
    ["a gate before its turn", record(), { useCase: "triage", gate: "G2", evidence: evidence("G2") }, "NOT_READY"],
    ["no approved plan", record({ versions: [{ ...version, approvedBy: null, approvedAt: null }] }), { useCase: "triage", gate: "G1", evidence: evidence("G1") }, "NOT_READY"],
    ["a passed gate", record(), { useCase: "triage", gate: "G0", evidence: evidence("G0") }, "CONFLICT"],
    ["a retired case", record({ retirement: { reason: "over", retiredBy: "x", retiredAt: new Date(0) } }), { useCase: "triage", gate: "G1", evidence: evidence("G1") }, "CONFLICT"],
    ["benefits after five months", record({ tranches: GATES.slice(0, 4).map((gate) => passed(gate, 1n)) }), { useCase: "triage", gate: "G4", evidence: evidence("G4") }, "NOT_READY", 5],
    ["another currency", record(), { useCase: "triage", gate: "G1", evidence: evidence("G1"), amount: "1", currency: "USD" }, "CURRENCY_MISMATCH"],
  ])("are refused for %s", async (_, of, asked, code, closed = 6) => {
    await expect(requestTranche(ports(of, closed), asked)).rejects.toMatchObject({ code });
  });

  it("take two people, and the role that the gate names", async () => {
    const asked = await requestTranche(ports(record()), { useCase: "triage", gate: "G1", evidence: evidence("G1") });
    expect(asked.tranches.at(-1)).toMatchObject({ gate: "G1", amountMinor: 3_600_000n });
    await expect(releaseTranche(ports(asked), { useCase: "triage", gate: "G1" })).rejects.toMatchObject({ code: "SAME_PERSON" });
    const released = await releaseTranche({ ...ports(asked), subject: "dan" }, { useCase: "triage", gate: "G1" });
    expect(released.tranches.at(-1)!.releasedBy).not.toBeNull();
    const atThree = record({ tranches: [passed("G0", 0n), passed("G1", 1n), passed("G2", 1n), { ...passed("G3", 1n), releasedBy: null, releasedAt: null }] });
    await expect(releaseTranche({ ...ports(atThree), subject: "dan" }, { useCase: "triage", gate: "G3" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await releaseTranche({ ...ports(atThree), subject: "dan", role: "STEERING" }, { useCase: "triage", gate: "G3" })).tranches.at(-1)!.releasedBy).not.toBeNull();
  });

  it("do not outlive a plan that leaves less", async () => {
    const smaller = { ...version, version: 2, plan: plan({ flows: [{ period: "2025-04", category: "IMPLEMENTATION", amount: "100" }], reason: "less" }) };
    const asked = record({ versions: [version, smaller], tranches: [passed("G0", 0n), { ...passed("G1", 3_600_000n), releasedBy: null, releasedAt: null }] });
    await expect(releaseTranche({ ...ports(asked), subject: "dan" }, { useCase: "triage", gate: "G1" })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  });

  const nothing = { IMPLEMENTATION: 0n, RUN_COST: 0n, PLATFORM_SHARE: 0n, COST_REDUCTION: 0n, MARGIN: 0n, OTHER_EBIT: 0n };
  const month = (period: string, benefit: bigint, nonCashableMinor = 0n): Parameters<typeof outlookLines>[1][number] => ({ period, amounts: { ...nothing, RUN_COST: 500n, COST_REDUCTION: benefit }, nonCashableMinor, knowsBenefits: true });
  const steady = plan({ flows: ["2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10"].flatMap((period) => [{ period, category: "COST_REDUCTION" as const, amount: "10" }, { period, category: "RUN_COST" as const, amount: "4" }]) });
  const months = ["2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09"];

  it("show what ledgers could not refuse", () => {
    const facts = { months: [], spentMinor: 4_000_000n, firstSpend: "2025-03" as string | null };
    const at = (more: Partial<typeof facts>, of = record({ tranches: [passed("G0", 0n), passed("G1", 3_600_000n)] })): unknown => {
      const { funding } = progressOf(of, version, { ...facts, ...more }, (when) => when.toISOString().slice(0, 7));
      return [funding.roomMinor, funding.breaches];
    };
    expect(at({})).toEqual([-400_000n, ["OVER_RELEASED"]]);
    expect(at({ firstSpend: "2025-02", spentMinor: 3_600_000n })).toEqual([0n, ["SPENT_BEFORE_APPROVAL"]]);
    expect(at({ firstSpend: null, spentMinor: 0n }, record({ tranches: [passed("G1", 3_600_000n)], commitments: [{ externalId: "a", amountMinor: 600_000n, settles: null, description: null, bookedBy: "x", bookedAt: new Date(0) }] }))).toEqual([3_000_000n, []]);
  });

  it("an outlook is what was, and the rest of the plan as well as it has gone", () => {
    const actual = months.slice(0, 3).map((period) => month(period, 400n, 100n));
    const toDate = realisationToDate(steady, actual)!;
    expect([toDate.plannedMinor, toDate.attributedMinor, toDate.rate]).toEqual([3_000n, 1_500n, fraction(1n, 2n)]);
    const lines = outlookLines(steady, actual, toDate.rate);
    const of = (period: string): unknown => lines.filter((line) => line.period === period).map(({ category, amountMinor }) => [category, amountMinor]);
    // Cash alone of what was; what comes at half, its cost in full.
    expect([of("2025-04"), of("2025-10")]).toEqual([[["RUN_COST", 500n], ["COST_REDUCTION", 400n]], [["RUN_COST", 400n], ["COST_REDUCTION", 500n]]]);
    expect([outlookLines(steady, [], null), realisationToDate(steady, [])]).toEqual([steady.lines, null]);
  });

  it("what is not known is neither nothing nor a failure: the plan stands in for it", () => {
    const some = months.map((period) => ({ ...month(period, 100n), knowsBenefits: period !== "2025-05" }));
    expect(realisationToDate(steady, some)).toEqual({ quarter: null, plannedMinor: 6_000n, attributedMinor: null, rate: null });
    expect(realisationByQuarter(steady, some).map(({ quarter, attributedMinor, rate: found }) => [quarter, attributedMinor, percent(found)])).toEqual([["2025-Q2", null, null], ["2025-Q3", 300n, "10.00"]]);
    expect(needsReapproval(realisationByQuarter(steady, some))).toBe(false);
    const outlook = progressOf(record(), { ...version, plan: steady }, { months: some, spentMinor: 0n, firstSpend: null }, () => "2025-04").outlook.lines;
    expect(["2025-04", "2025-05", "2025-10"].map((of) => outlook.find(({ period, category }) => period === of && category === "COST_REDUCTION")!.amountMinor)).toEqual([100n, 1_000n, 1_000n]);
  });

  it("an overlap is borne by the use case whose claim was reduced, and what all keep is what was signed less what was eliminated", () => {
    const amount = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
    const row = fc.record({ period: fc.constantFrom("2025-04", "2025-05"), useCase: fc.constantFrom("triage", "helpdesk"), kind: fc.constantFrom(...CASE_BENEFITS), amountMinor: amount, nonCashableMinor: amount });
    fc.assert(fc.property(fc.array(row, { maxLength: 12 }), fc.array(row, { maxLength: 12 }), (signed, off) => {
      const places = ["2025-04", "2025-05"].flatMap((period) => ["triage", "helpdesk"].map((useCase) => ({ period, useCase, kept: attributedTo(useCase, period, signed.map(({ amountMinor, ...rest }) => ({ ...rest, cashableMinor: amountMinor })), off) })));
      const total = (rows: ReadonlyArray<{ amountMinor: bigint }>): bigint => rows.reduce((all, each) => all + each.amountMinor, 0n);
      const other = (rows: ReadonlyArray<{ nonCashableMinor: bigint }>): bigint => rows.reduce((all, each) => all + each.nonCashableMinor, 0n);
      for (const kind of CASE_BENEFITS) expect(places.reduce((all, { kept }) => all + kept.cashable[kind], 0n)).toBe(total(signed.filter((each) => each.kind === kind)) - total(off.filter((each) => each.kind === kind)));
      expect(places.reduce((all, { kept }) => all + kept.nonCashableMinor, 0n)).toBe(other(signed) - other(off));
      for (const { period, useCase, kept } of places) if (!off.some((each) => each.period === period && each.useCase === useCase)) expect(kept.nonCashableMinor).toBe(other(signed.filter((each) => each.period === period && each.useCase === useCase)));
    }), { numRuns: 60 });
  });

  it("two whole quarters in a row below 80 % ask for a new approval", () => {
    const rated = (first: bigint, second: bigint, some = months): boolean => needsReapproval(realisationByQuarter(steady, some.map((period, index) => month(period, index < 3 ? first : second))));
    expect([rated(799n, 799n), rated(800n, 799n), rated(799n, 800n), rated(0n, 0n), rated(0n, 0n, months.slice(0, 5))]).toEqual([true, false, false, true, false]);
    expect(realisationByQuarter(steady, months.map((period) => month(period, 900n))).map(({ quarter, rate: found }) => [quarter, percent(found)])).toEqual([["2025-Q2", "90.00"], ["2025-Q3", "90.00"]]);
  });
});

describe("a grant", () => {
  const at = (text: string): Date => new Date(text);
  const grant = { id: "1", useCase: "triage", subject: "eve", from: at("2025-10-01T00:00:00Z"), to: at("2025-11-01T00:00:00Z"), reason: "board", grantedBy: "fin", grantedAt: at("2025-09-01T00:00:00Z"), revokedBy: null, revokedAt: null };
  it.each([
    ["2025-09-30T23:59:59.999Z", "eve", "triage", false], ["2025-10-01T00:00:00Z", "eve", "triage", true], ["2025-10-31T23:59:59.999Z", "eve", "triage", true], ["2025-11-01T00:00:00Z", "eve", "triage", false],
    ["2025-10-10T00:00:00Z", "eva", "triage", false], ["2025-10-10T00:00:00Z", "eve", "other", false],
  ])("at %s to %s for %s: %s", (when, subject, useCase, expected) => expect(isGranted([grant], subject, useCase, at(when))).toBe(expected));
  it("does not outlive its revocation", () => expect(isGranted([{ ...grant, revokedBy: "fin", revokedAt: at("2025-10-02T00:00:00Z") }], "eve", "triage", at("2025-10-10T00:00:00Z"))).toBe(false));
});

it("what is approved to be invested is implementation alone", () => expect(investmentOf(plan())).toBe(18_000_000n));
