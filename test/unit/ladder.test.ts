import fc from "fast-check";
import { Claim } from "../../src/benefits/claims/claim";
import { BenefitMethod, Figure, FigureName } from "../../src/benefits/claims/figures";
import { LadderInputs, climb, creditedShare, decimalFraction, releasedCash, upliftOf } from "../../src/benefits/claims/ladder";
import { explainLadder } from "../../src/benefits/explain-ladder";
import { PoolClaim, eliminateOverlap } from "../../src/benefits/pools/overlap";
import { formatFraction } from "../../src/kernel/fraction";
import { BrokenBelief, Refusal } from "../../src/kernel/refusal";

const GBP = { code: "GBP", exponent: 2 };
const JPY = { code: "JPY", exponent: 0 };
const figure = (name: FigureName, value: string): Figure => ({ name, value, source: "STATED", evidence: "a paper", metered: null, metric: null });
const inputs = (method: BenefitMethod, figures: ReadonlyArray<readonly [FigureName, string]>, more: Partial<LadderInputs> = {}): LadderInputs =>
  ({ method, mode: null, figures: figures.map(([name, value]) => figure(name, value)), share: "1", confidence: "1", cashableShare: "1", ...more });
const amounts = (of: LadderInputs, currency = GBP): string => Object.values(climb(of, currency)).map((minor) => (minor === null ? "-" : String(minor))).join(" ");

/** "code at place: sentence" of what is refused. */
function refusal(work: () => unknown): string {
  try {
    return `taken: ${String(work())}`;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code} at ${error.field?.join(".")}: ${error.message}`;
  }
}

const U1 = inputs("UNIT_COST", [["DEMAND", "40000"], ["UNIT_COST", "5.00"], ["INDEX", "1.03"], ["RESIDUAL_QUANTITY", "12000"], ["RESIDUAL_QUANTITY", "1000"], ["RESIDUAL_UNIT_COST", "5.40"]], { share: "0.8", confidence: "0.9", cashableShare: "0.6" });
const U2 = inputs("HOLDOUT", [["TREATED_RATE", "0.062"], ["HOLDOUT_RATE", "0.022"], ["COHORT", "25000"], ["UNIT_VALUE", "80"], ["MARGIN_RATE", "0.35"]], { confidence: "0.95" });
const U3 = inputs("UNIT_COST", [["DEMAND", "10000"], ["UNIT_COST", "4.00"], ["RESIDUAL_QUANTITY", "2500"], ["RESIDUAL_UNIT_COST", "4.40"]], { share: "0.9", confidence: "0.8", cashableShare: "0.5" });
const BAD_DEBT = inputs("AMOUNT", [["AMOUNT", "8000"]], { share: "0.5", confidence: "0.8" });
const DSO = inputs("WORKING_CAPITAL", [["DAYS", "1.5"], ["DAILY_SALES", "200000"], ["ANNUAL_RATE", "0.06"]], { cashableShare: "0" });

describe("the ladder of September", () => {
  //                             counterfactual residual gross attributed cashable non-cashable, in pence
  it.each<[string, LadderInputs, string]>([
    ["U1 triage", U1, "20600000 7020000 13580000 9777600 5866560 3911040"],
    ["U2 follow-up, against a holdout", U2, "- - 2800000 2660000 2660000 0"],
    ["U3 collections", U3, "4000000 1100000 2900000 2088000 1044000 1044000"],
    ["U3 bad debt", BAD_DEBT, "- - 800000 320000 320000 0"],
    ["days of sales outstanding, a memo", DSO, "- - 150000 150000 0 150000"],
    ["a loss, which is not hidden", { ...U3, figures: U3.figures.map((each) => (each.name === "RESIDUAL_QUANTITY" ? figure(each.name, "10000") : each)) }, "4000000 4400000 -400000 -288000 -144000 -144000"],
  ])("%s", (_, of, expected) => expect(amounts(of)).toBe(expected));

  it("brings 98,905.60 of EBIT benefit in all, and 49,550.40 that no ledger shows", () => {
    const ladders = [U1, U2, U3, BAD_DEBT].map((of) => climb(of, GBP));
    expect(ladders.reduce((total, { cashableMinor }) => total + cashableMinor, 0n)).toBe(9_890_560n);
    expect(ladders.reduce((total, { nonCashableMinor }) => total + nonCashableMinor, 0n)).toBe(4_955_040n);
  });

  it("counts uplift, released cash and the credited share exactly", () => {
    expect(formatFraction(upliftOf(U2.figures)!)).toBe("1000");
    expect(formatFraction(releasedCash(DSO.figures)!)).toBe("300000");
    const before = [figure("ANSWERED_BEFORE", "75"), figure("OFFERED_BEFORE", "100")];
    expect([creditedShare("AI_FIRST", before), creditedShare("OVERFLOW", []), creditedShare(null, [])].map((share) => share && formatFraction(share))).toEqual(["1/4", "1", null]);
    expect(amounts(inputs("MISSED_CALLS", [["DEALS", "40"], ["UNIT_VALUE", "100"], ["MARGIN_RATE", "0.5"], ["ANSWERED_BEFORE", "75"], ["OFFERED_BEFORE", "100"]], { mode: "AI_FIRST" }))).toBe("- - 50000 50000 50000 0");
    expect(amounts(inputs("MISSED_CALLS", [["DEALS", "40"], ["UNIT_VALUE", "100"], ["MARGIN_RATE", "0.5"]], { mode: "OVERFLOW" }))).toBe("- - 200000 200000 200000 0");
    expect(formatFraction(creditedShare("AI_FIRST", [figure("ANSWERED_BEFORE", "100"), figure("OFFERED_BEFORE", "100")])!)).toBe("0");
  });

  it.each<[string, Figure[], string]>([
    ["no call rang before",              [figure("ANSWERED_BEFORE", "0"), figure("OFFERED_BEFORE", "0")],     "OFFERED_BEFORE is 0: without calls before there is no share of them that was missed."],
    ["it is not known what rang",        [figure("ANSWERED_BEFORE", "1")],                                    "OFFERED_BEFORE is 0: without calls before there is no share of them that was missed."],
    ["it is not known what was answered", [figure("OFFERED_BEFORE", "1")],                                    "OFFERED_BEFORE is 0: without calls before there is no share of them that was missed."],
    ["more was answered than rang",      [figure("ANSWERED_BEFORE", "100.5"), figure("OFFERED_BEFORE", "100")], "ANSWERED_BEFORE is more than OFFERED_BEFORE: no more can be answered than rang."],
  ])("has no credited share where %s", (_, before, expected) => {
    expect(refusal(() => creditedShare("AI_FIRST", before))).toBe(`BAD_USER_INPUT at figures: ${expected}`);
  });

  it("counts nothing of which a figure is missing", () => {
    for (const { name } of U2.figures.slice(0, 3)) expect(upliftOf(U2.figures.filter((each) => each.name !== name))).toBeNull();
    for (const { name } of DSO.figures.slice(0, 2)) expect(releasedCash(DSO.figures.filter((each) => each.name !== name))).toBeNull();
    expect(() => climb(inputs("AMOUNT", []), GBP)).toThrow(new BrokenBelief("a claim without AMOUNT"));
    expect(() => decimalFraction("half")).toThrow(new BrokenBelief("a stored factor that is not a decimal"));
  });

  it("rounds half a minor unit away from zero, once per step, in any currency", () => {
    expect(amounts(inputs("AMOUNT", [["AMOUNT", "0.005"]]))).toBe("- - 1 1 1 0");
    expect(amounts(inputs("AMOUNT", [["AMOUNT", "101"]], { share: "0.5", cashableShare: "0.5" }), JPY)).toBe("- - 101 51 26 25");
  });

  it("makes amounts below 10^17 minor units, benefits and losses alike", () => {
    const loss = (value: string): LadderInputs => inputs("HOLDOUT", [["TREATED_RATE", "0"], ["HOLDOUT_RATE", "1"], ["COHORT", "1"], ["UNIT_VALUE", value], ["MARGIN_RATE", "1"]]);
    const tooLarge = "BAD_USER_INPUT at figures: What these figures make is larger than an amount may be (10^17 minor units).";
    const [most, more] = ["999999999999999.99", "999999999999999.995"];
    expect([inputs("AMOUNT", [["AMOUNT", most]]), loss(most)].map((of) => climb(of, GBP).grossMinor)).toEqual([10n ** 17n - 1n, 1n - 10n ** 17n]);
    expect([inputs("AMOUNT", [["AMOUNT", more]]), loss(more)].map((of) => refusal(() => climb(of, GBP)))).toEqual([tooLarge, tooLarge]);
  });

  it("says every step in figures", () => {
    const claim = { ...U1, ...climb(U1, GBP), ledgerLine: "6210 agency" } as unknown as Claim;
    expect(explainLadder(claim, GBP).map(({ name, formula }) => `${name}: ${formula}`)).toEqual([
      "COUNTERFACTUAL: 40000 x 5.00 x 1.03 = 206000.00", "RESIDUAL: (12000 + 1000) x 5.40 = 70200.00", "GROSS: 206000.00 - 70200.00 = 135800.00", "ATTRIBUTED: 135800.00 x share 0.8 x confidence 0.9 = 97776.00",
      "CASHABLE: 97776.00 x 60 % on 6210 agency = 58665.60", "NON_CASHABLE: 97776.00 - 58665.60 = 39110.40",
    ]);
    expect(explainLadder({ ...U2, ...climb(U2, GBP), ledgerLine: null } as unknown as Claim, GBP).slice(0, 2).map(({ formula }) => formula)).toEqual(["(0.062 - 0.022) x 25000 = 1000", "1000 x 80 x 0.35 = 28000.00"]);
    expect(explainLadder({ ...DSO, ...climb(DSO, GBP), ledgerLine: null } as unknown as Claim, GBP)[1]!.formula).toBe("300000 x 0.06 / 12 = 1500.00");
  });

  it("adds up for any figures: cashable and not make attributed, and nothing is more than gross", () => {
    const factor = fc.integer({ min: 0, max: 1000 }).map((perMille) => (perMille === 1000 ? "1" : `0.${String(perMille).padStart(3, "0")}`));
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), factor, factor, factor, (minor, share, confidence, cashableShare) => {
      const ladder = climb(inputs("AMOUNT", [["AMOUNT", `${minor / 100n}.${String(minor % 100n).padStart(2, "0")}`]], { share, confidence, cashableShare }), GBP);
      expect(ladder.grossMinor).toBe(minor);
      expect(ladder.cashableMinor + ladder.nonCashableMinor).toBe(ladder.attributedMinor);
      expect(ladder.attributedMinor <= minor && ladder.cashableMinor <= ladder.attributedMinor && ladder.cashableMinor >= 0n).toBe(true);
    }));
  });
});

const claim = (benefitId: string, step: PoolClaim["step"], sequence: number, grossMinor: bigint, more: Partial<PoolClaim> = {}): PoolClaim => ({ benefitId, step, sequence, grossMinor, share: "0.8", confidence: "0.9", cashableShare: "0.6", ...more });

describe("claims on one pool", () => {
  const MAXIMUM = 15_640_000n;
  it("overlap once where both claim on the baseline's demand: 20,600 of 177,000, after the same factors", () => {
    expect(eliminateOverlap(MAXIMUM, [claim("U1", "CONTAINMENT", 1, 15_640_000n), claim("U2", "DEMAND_AVOIDED", 2, 2_060_000n)])).toEqual([
      { benefitId: "U2", leftMinor: MAXIMUM, keptGrossMinor: 2_060_000n, overlapMinor: 0n, cashableMinor: 0n, nonCashableMinor: 0n },
      // 20,600 x 0.8 x 0.9 = 14,832.00, of which 60 % is 8,899.20.
      { benefitId: "U1", leftMinor: 13_580_000n, keptGrossMinor: 13_580_000n, overlapMinor: 2_060_000n, cashableMinor: 889_920n, nonCashableMinor: 593_280n },
    ]);
  });

  it("leave nothing to eliminate where containment claims on what demand remains", () => {
    expect(eliminateOverlap(MAXIMUM, [claim("U1", "CONTAINMENT", 1, 13_580_000n), claim("U2", "DEMAND_AVOIDED", 2, 2_060_000n)]).map(({ overlapMinor, cashableMinor }) => [overlapMinor, cashableMinor])).toEqual([[0n, 0n], [0n, 0n]]);
  });

  it("go by the order in which benefits were defined within a step; a loss takes nothing and makes no room", () => {
    const found = eliminateOverlap(100n, [claim("b", "OTHER", 2, 80n), claim("a", "OTHER", 1, 50n), claim("loss", "HANDLING", 3, -30n)]);
    expect(found.map(({ benefitId, leftMinor, keptGrossMinor }) => [benefitId, leftMinor, keptGrossMinor])).toEqual([["loss", 100n, -30n], ["a", 100n, 50n], ["b", 50n, 50n]]);
  });

  it("never make more than the maximum, lose nothing, and do not depend on who was signed off first", () => {
    const step = fc.constantFrom("DEMAND_AVOIDED" as const, "CONTAINMENT" as const, "HANDLING" as const, "OTHER" as const);
    const any = fc.array(fc.record({ step, gross: fc.bigInt({ min: 0n, max: 10_000n }), share: fc.constantFrom("0", "0.33", "0.8", "1"), cashableShare: fc.constantFrom("0", "0.5", "1") }), { maxLength: 8 });
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 20_000n }), any, (maximum, made) => {
      const claims = made.map(({ step: of, gross, ...more }, index) => claim(String(index), of, index, gross, more));
      const found = eliminateOverlap(maximum, claims);
      expect(found.reduce((total, { keptGrossMinor }) => total + keptGrossMinor, 0n) <= maximum).toBe(true);
      let kept = 0n;
      for (const each of found) {
        const of = claims.find(({ benefitId }) => benefitId === each.benefitId)!;
        const ladder = climb(inputs("AMOUNT", [["AMOUNT", String(of.grossMinor)]], of), JPY);
        expect(each.keptGrossMinor + each.overlapMinor).toBe(of.grossMinor);
        expect(each.cashableMinor >= 0n && each.cashableMinor <= ladder.cashableMinor).toBe(true);
        kept += ladder.attributedMinor - each.cashableMinor - each.nonCashableMinor;
      }
      expect(kept <= maximum).toBe(true);
      expect(eliminateOverlap(maximum, [...claims].reverse())).toEqual(found);
    }));
  });
});
