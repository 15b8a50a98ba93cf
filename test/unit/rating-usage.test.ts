import { currencyOf } from "../../src/kernel/money";
import { rateUsage } from "../../src/rating/rate-usage";
import { ItemCost, RatingFacts, UsageOfCard } from "../../src/rating/rating-facts";
import { RateCardInput, readRateCard } from "../../src/rating/read-rate-card";

const NOT_USED = { version: 1, documentHash: "", proposedBy: "a", proposedAt: new Date(0), approvedBy: "b", approvedAt: new Date(0) };
const used = (businessUnit: string, useCase: string, calls: string, line = "") => ({ businessUnit, useCase, line, calls, exemptCalls: "0", measuredMs: "0", measured: calls, billed: calls });
const cardOf = (more: Partial<RateCardInput>, usage: UsageOfCard["usage"]): UsageOfCard => ({
  card: { ...readRateCard({ vendor: "acme-voice", component: "PLATFORM", unit: "CALL", currency: "USD", effectiveFrom: "2025-10", tiers: [{ price: "0.005" }], pool: "usage", ...more }), ...NOT_USED }, usage, order: null,
});
const item = (amount: string, more: Partial<ItemCost> = {}): ItemCost => ({ vendor: "acme-voice", component: "PLATFORM", basis: "REPORTED", currency: "USD", businessUnit: "a", useCase: "a1", calls: "1", measuredMs: "0", amount, ...more });
const rated = (cards: UsageOfCard[], items: ItemCost[] = [], rates: RatingFacts["rates"] = []) => rateUsage({ period: "2025-10", currency: currencyOf("USD")!, cards, items, rates, rulesVersion: 0, reportedPool: "usage" });

describe("a commitment", () => {
  const month = (items: ItemCost[], calls = "0", rates: RatingFacts["rates"] = []) => {
    const { lines, totalMinor } = rated([cardOf({ tiers: [{ price: "1" }], minimumCommitment: "1000", commitmentPool: "unused" }, [used("a", "a1", calls)])], items, rates);
    return [lines.filter(({ kind }) => kind === "UNUSED_COMMITMENT").map(({ amountMinor }) => amountMinor), totalMinor];
  };
  const gbp = { from: "GBP", to: "USD", kind: "MONTH_END", date: "2025-10-31", rate: "1.25", source: "x", revision: 0 } as RatingFacts["rates"][number];

  test.each<[string, ItemCost[], string, bigint[], bigint]>([
    ["is filled by what the vendor reported",            [item("800")], "0",   [20_000n], 100_000n],
    ["and by rated usage beside it",                     [item("800")], "150", [5_000n],  100_000n],
    ["leaves nothing over where both reach it",          [item("800")], "200", [],        100_000n],
    ["leaves nothing over where the reports pass it",    [item("1200")], "0",  [],        120_000n],
    ["is not filled by what was only estimated",         [item("800", { basis: "ESTIMATED" })], "0", [100_000n], 180_000n],
    ["nor by another component or vendor",               [item("300", { component: "LLM" }), item("500", { vendor: "other" })], "0", [100_000n], 180_000n],
    ["is filled in another currency at the month's end", [item("640", { currency: "GBP" })], "0", [20_000n], 100_000n],
  ])("%s", (_, items, calls, unused, total) => expect(month(items, calls, [gbp])).toEqual([unused, total]));

  test("names the rate that is missing", () => expect(() => month([item("640", { currency: "GBP" })])).toThrow("There is no GBP/USD rate of 2025-10-31"));
});

describe("posted amounts", () => {
  const perUnit = (lines: ReturnType<typeof rated>["lines"]) => ["a", "b"].map((unit) => lines.filter(({ businessUnit }) => businessUnit === unit).map(({ amountMinor }) => amountMinor));

  test("are divided over units, then over their use cases: half a cent for each of eight is two cents for both units", () => {
    const usage = ["a", "b"].flatMap((unit) => ["1", "2", "3", "4"].map((each) => used(unit, `${unit}${each}`, "1")));
    expect(perUnit(rated([cardOf({}, usage)]).lines)).toEqual([[1n, 1n, 0n, 0n], [1n, 1n, 0n, 0n]]);
  });

  test("and a use case's over its lines, credits the other way round", () => {
    const usage = [used("a", "a1", "1", "in"), used("a", "a1", "1", "out"), used("b", "b1", "1", "in"), used("b", "b1", "1", "out")];
    const lines = [{ code: "in", direction: "INBOUND" as const }, { code: "out", direction: "OUTBOUND" as const }];
    expect(perUnit(rated([cardOf({ lines }, usage)]).lines)).toEqual([[1n, 0n], [1n, 0n]]);
    const credits = ["a", "b"].flatMap((unit) => ["1", "2"].map((each) => item("-0.005", { businessUnit: unit, useCase: `${unit}${each}` })));
    expect(perUnit(rated([], credits).lines)).toEqual([[-1n, 0n], [-1n, 0n]]);
  });

  test("of a unit without a charge are nothing", () => expect(perUnit(rated([cardOf({}, [used("a", "a1", "0"), used("b", "b1", "3")])]).lines)).toEqual([[0n], [2n]]));

  const half = (businessUnit: string, useCase: string, amount = "0.005", more: Partial<ItemCost> = {}) => item(amount, { businessUnit, useCase, ...more });
  test.each<[string, ItemCost[], string]>([
    // case                                                  cost                                                            posted, by unit and use case
    ["half a cent is one",                                   [half("a", "a1")],                                              "a1 1"],
    ["half a cent of a credit is one, too",                  [half("a", "a1", "-0.005")],                                    "a1 -1"],
    ["less than half is none",                               [half("a", "a1", "0.0049")],                                    "a1 0"],
    ["nothing is nothing",                                   [half("a", "a1", "0")],                                         "a1 0"],
    ["the unit that sorts first takes the cent of a tie",    [half("b", "b1"), half("a", "a1")],                             "a1 1, b1 0"],
    ["the use case that sorts first takes it",               [half("a", "a2"), half("a", "a1")],                             "a1 1, a2 0"],
    ["the larger remainder takes it before a tie",           [half("a", "a1", "0.004"), half("b", "b1", "0.006")],           "a1 0, b1 1"],
    ["a unit's cent stays with the unit",                    [half("a", "a1", "0.004"), half("a", "a2", "0.004"), half("b", "b1", "0.006")], "a1 1, a2 0, b1 0"],
    ["each vendor is rounded by itself",                     [half("a", "a1"), half("a", "a1", "0.005", { vendor: "other" })], "a1 1, a1 1"],
    ["each component",                                       [half("a", "a1"), half("a", "a1", "0.005", { component: "LLM" })], "a1 1, a1 1"],
    ["each basis",                                           [half("a", "a1"), half("a", "a1", "0.005", { basis: "ESTIMATED" })], "a1 1, a1 1"],
    ["charges and credits are rounded apart",                [half("a", "a1"), half("b", "b1", "-0.005")],                   "a1 1, b1 -1"],
    ["currencies of one use case settle ties by their code", [half("a", "a1", "0.008", { currency: "GBP" }), half("a", "a1", "0.010", { currency: "EUR" })], "a1 1, a1 1"],
  ])("%s", (_, items, posted) => {
    const rates = ["GBP", "EUR"].map((from) => ({ from, to: "USD", kind: "MONTH_END", date: "2025-10-31", rate: from === "GBP" ? "1.25" : "1", source: "x", revision: 0 }) as RatingFacts["rates"][number]);
    const { lines, totalMinor } = rated([], items, rates);
    const told = lines.map(({ useCase, amountMinor }) => `${useCase} ${amountMinor}`);
    expect(told.join(", ")).toBe(posted);
    expect(lines.reduce((all, { amountMinor }) => all + amountMinor, 0n)).toBe(totalMinor);
    expect(rated([], [...items].reverse(), rates).lines.map(({ useCase, amountMinor }) => `${useCase} ${amountMinor}`)).toEqual(told);
  });

  test("of one use case in two currencies: the cent of a tie goes to the one that sorts first", () => {
    const rates = ["GBP", "EUR"].map((from) => ({ from, to: "USD", kind: "MONTH_END", date: "2025-10-31", rate: "1", source: "x", revision: 0 }) as RatingFacts["rates"][number]);
    const { lines } = rated([], [half("a", "a1", "0.005", { currency: "GBP" }), half("a", "a1", "0.005", { currency: "EUR" })], rates);
    expect(lines.map(({ originalCurrency, amountMinor }) => [originalCurrency, amountMinor])).toEqual([["EUR", 1n], ["GBP", 0n]]);
  });

  test("fees and unused commitments are rounded apart from usage", () => {
    const usage = cardOf({ tiers: [{ price: "0.005" }], minimumCommitment: "0.01", commitmentPool: "unused" }, [used("a", "a1", "1")]);
    expect(rated([usage]).lines.map(({ kind, amountMinor }) => [kind, amountMinor]).sort()).toEqual([["UNUSED_COMMITMENT", 1n], ["USAGE", 1n]]);
  });
});
