import fc from "fast-check";
import { currencyOf } from "../../src/kernel/money";
import { CostLine, FundingArrangement, FundingInput, ModelVersion, arrangementOf, commitmentUses, missingComponents, readFunding, reportFunding, unownedInWords } from "../../src/budgets";
import { RateCard, RatedLine } from "../../src/rating";

const arrangement = (more: Partial<FundingArrangement> = {}): FundingArrangement => ({
  version: 1, useCase: "triage", effectiveFrom: "2026-01", note: null, documentHash: "h", proposedBy: "a", proposedAt: new Date(0), approvedBy: "b", approvedAt: new Date(0),
  lines: [{ cost: "PLATFORM", funder: "IT", holder: "CIO", pools: [] }, { cost: "IMPLEMENTATION", funder: "SPONSOR", holder: "COO", pools: ["build"] }, { cost: "RUN", funder: "CX", holder: "CXO", pools: [] }], ...more,
});
const line = (more: Partial<CostLine> = {}): CostLine => ({ businessUnit: "service", useCase: "triage", pool: "platform", kind: "SHARED", amountMinor: 100n, ...more });

describe("who funds a month", () => {
  it("is told by use case, kind of cost and function; what nobody funds stands apart", () => {
    const programme = arrangement({ version: 2, useCase: null, lines: [{ cost: "PROGRAMME", funder: "FINANCE", holder: "CFO", pools: [] }] });
    const report = reportFunding("2026-09", [
      line(), line({ pool: "telephony", amountMinor: 5n }), line({ kind: "DIRECT", pool: "build", amountMinor: 40n }), line({ kind: "DIRECT", pool: "usage", amountMinor: 7n }), line({ useCase: "hotline", amountMinor: 11n }),
      line({ businessUnit: null, useCase: null, kind: "PROGRAMME", amountMinor: 3n }), line({ businessUnit: null, useCase: "triage", kind: "PROGRAMME", amountMinor: -1n }), line({ useCase: null, pool: null, amountMinor: 2n }),
    ], [arrangement(), programme]);
    expect(report.rows.map((row) => [row.useCase, row.cost, row.funder, row.holder, row.arrangement, row.amountMinor])).toEqual([
      [null, "PROGRAMME", "FINANCE", "CFO", 2, 2n], [null, "PLATFORM", null, null, null, 2n], ["hotline", "PLATFORM", null, null, null, 11n],
      ["triage", "PLATFORM", "IT", "CIO", 1, 105n], ["triage", "IMPLEMENTATION", "SPONSOR", "COO", 1, 40n], ["triage", "RUN", "CX", "CXO", 1, 7n],
    ]);
    expect(report.funders).toEqual([{ funder: "IT", amountMinor: 105n }, { funder: "CX", amountMinor: 7n }, { funder: "FINANCE", amountMinor: 2n }, { funder: "SPONSOR", amountMinor: 40n }]);
    expect([report.unownedMinor, report.totalMinor]).toEqual([13n, 167n]);
    expect(unownedInWords(report, String)).toBe("Nobody funds 2 PLATFORM of service, 11 PLATFORM of hotline. Say who with proposeFunding and approveFunding.");
    expect(unownedInWords(reportFunding("2026-09", [line()], [arrangement()]), String)).toBeNull();
    expect(unownedInWords(reportFunding("2026-09", [line({ useCase: "hotline" }), line({ useCase: "hotline", amountMinor: -100n })], []), String)).toBeNull();
  });

  it("adds up whatever is arranged: funders + unowned = total", () => {
    const lines = fc.array(fc.record({ businessUnit: fc.constantFrom("service", null), useCase: fc.constantFrom("triage", "hotline", null), pool: fc.constantFrom("platform", "build", null), kind: fc.constantFrom("DIRECT", "SHARED", "PROGRAMME") as fc.Arbitrary<CostLine["kind"]>, amountMinor: fc.bigInt({ min: -1000n, max: 1000n }) }), { maxLength: 30 });
    fc.assert(fc.property(lines, fc.subarray([arrangement(), arrangement({ version: 2, useCase: "hotline" }), arrangement({ version: 3, useCase: null, lines: [{ cost: "PROGRAMME", funder: "FINANCE", holder: "CFO", pools: [] }] })]), (given, approved) => {
      const report = reportFunding("2026-09", given, approved);
      expect(report.funders.reduce((sum, { amountMinor }) => sum + amountMinor, report.unownedMinor)).toBe(report.totalMinor);
      expect(report.totalMinor).toBe(given.reduce((sum, { amountMinor }) => sum + amountMinor, 0n));
    }));
  });

  it("is what was arranged last for the month, and before the first arrangement nobody", () => {
    const all = [arrangement(), arrangement({ version: 2, effectiveFrom: "2026-06" }), arrangement({ version: 3, effectiveFrom: "2026-03" }), arrangement({ version: 4, effectiveFrom: "2026-06" }), arrangement({ version: 5, useCase: "hotline" })];
    expect(["2025-12", "2026-01", "2026-03", "2026-05", "2026-06", "2030-01"].map((month) => arrangementOf(all, "triage", month)?.version ?? null)).toEqual([null, 1, 3, 3, 4, 4]);
    expect(arrangementOf(all, null, "2026-09")).toBeNull();
  });
});

describe("an arrangement that is read", () => {
  const it1 = { cost: "RUN", funder: "CX", holder: "CXO" } as const;
  it.each<[string, Partial<FundingInput>, string]>([
    ["nothing", { lines: [] }, "lines"], ["a cost twice", { lines: [it1, it1] }, "lines.1.cost"], ["the programme's cost with a use case", { lines: [{ ...it1, cost: "PROGRAMME" }] }, "lines.0.cost"], ["a use case's cost without one", { useCase: null, lines: [it1] }, "lines.0.cost"],
    ["implementation without pools", { lines: [{ ...it1, cost: "IMPLEMENTATION" }] }, "lines.0.pools"], ["pools of something else", { lines: [{ ...it1, pools: ["build"] }] }, "lines.0.pools"], ["no holder", { lines: [{ ...it1, holder: " " }] }, "lines.0.holder"], ["no month", { effectiveFrom: "soon" }, "effectiveFrom"],
  ])("with %s is refused", (_, more, field) => {
    let refusal: { code?: string; field?: readonly string[] } = {};
    try { readFunding({ useCase: "triage", effectiveFrom: "2026-01", lines: [it1], ...more }); } catch (error) { refusal = error as typeof refusal; }
    expect([refusal.code, refusal.field?.join(".")]).toEqual(["BAD_USER_INPUT", field]);
  });
});

describe("the budget model", () => {
  it("is agreed when two people agreed on each of its three components", () => {
    const version = (component: ModelVersion["component"], approvedBy: string | null): ModelVersion => ({ version: 1, component, statement: "s", proposedBy: "a", proposedAt: new Date(0), approvedBy, approvedAt: null });
    expect(missingComponents([])).toEqual(["SHARED_PLATFORM", "USE_CASE_INVESTMENT", "PROGRAMME_PNL"]);
    expect(missingComponents([version("SHARED_PLATFORM", "b"), version("PROGRAMME_PNL", "b"), version("USE_CASE_INVESTMENT", null)])).toEqual(["USE_CASE_INVESTMENT"]);
    expect(missingComponents([version("SHARED_PLATFORM", "b"), version("PROGRAMME_PNL", "b"), version("USE_CASE_INVESTMENT", "b"), version("PROGRAMME_PNL", null)])).toEqual([]);
  });
});

describe("a commitment", () => {
  const card = (more: Partial<RateCard> = {}): RateCard => ({ version: 1, vendor: "retell", component: "PLATFORM", currency: "USD", minimumCommitment: "100.00", effectiveTo: null, ...more }) as RateCard;
  const rated = (kind: RatedLine["kind"], amountMinor: bigint): RatedLine => ({ vendor: "retell", component: "PLATFORM", kind, amountMinor, cardVersion: 1 }) as RatedLine;
  const uses = (used: bigint, more: Partial<RateCard> = {}, rates = new Map<string, string>()) => commitmentUses("2025-10", [{ card: card(more), span: null }], [rated("USAGE", used), { ...rated("USAGE", 99_999n), vendor: "bland" }], rates, currencyOf("USD")!);

  it.each([[8_999n, []], [9_000n, []], [9_001n, ["EXPAND"]], [15_000n, ["EXPAND"]]])("of which %s of 10,000 minor units is used prompts %j", (used, prompts) => expect(uses(used)[0]!.prompts).toEqual(prompts));
  it.each([[null, []], ["2026-02", []], ["2026-01", ["RENEW"]], ["2025-10", ["RENEW"]]])("whose card ends with %s prompts %j", (effectiveTo, prompts) => expect(uses(1n, { effectiveTo })[0]!.prompts).toEqual(prompts));

  it("of a card that is in effect on some days only is that part of it, filled by what that card rated", () => {
    const span = { first: "2025-10-01", last: "2025-10-15" };
    const [use] = commitmentUses("2025-10", [{ card: card({ minimumCommitment: "310.00" }), span }], [rated("USAGE", 14_000n), { ...rated("USAGE", 500n), cardVersion: null }, { ...rated("USAGE", 700n), cardVersion: 2 }], new Map(), currencyOf("USD")!);
    expect(use).toMatchObject({ committed: { numerator: 15_000n, denominator: 1n }, usedMinor: 14_000n, prompts: ["EXPAND"], missing: [expect.stringContaining("reported itself is left out")] });
  });

  it("in another currency is converted at the rating's rate, and unknown without one", () => {
    expect(uses(9_100n, { currency: "EUR" }, new Map([["EUR", "2"]]))[0]).toMatchObject({ committed: { numerator: 20_000n, denominator: 1n }, utilisation: { numerator: 91n, denominator: 200n }, prompts: [] });
    expect(uses(9_100n, { currency: "EUR" })[0]).toMatchObject({ committed: null, utilisation: null, missing: [expect.stringContaining("no rate of EUR")] });
    expect(uses(1n, { minimumCommitment: "0" })[0]).toMatchObject({ utilisation: null, prompts: [], missing: ["utilisation: nothing is committed."] });
    expect(uses(1n, { minimumCommitment: null })).toEqual([]);
  });
});
