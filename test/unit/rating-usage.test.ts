import { currencyOf } from "../../src/kernel/money";
import { hashOf } from "../../src/kernel/hash";
import { fraction } from "../../src/kernel/fraction";
import { OurLeg, pricedCards } from "../../src/rating/leg-costs";
import { BilledLine, matchLegs } from "../../src/rating/match-legs";
import { plausibilityAlarms } from "../../src/rating/plausibility";
import { rateUsage, stretchesOf } from "../../src/rating/rate-usage";
import { ItemCost, RatingFacts, UsageOfCard } from "../../src/rating/rating-facts";
import { RATING_METHOD, hashFacts, standsOn } from "../../src/rating/rating-hash";
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

  test("names the rate that is missing", () => expect(() => month([item("640", { currency: "GBP" })])).toThrow(expect.objectContaining({ field: ["period"], message: expect.stringContaining("There is no GBP/USD rate of 2025-10-31") as string })));

  test("is nobody's charge where it was not used", () => {
    const { lines } = rated([cardOf({ minimumCommitment: "10", commitmentPool: "unused" }, [])]);
    expect(lines).toMatchObject([{ kind: "UNUSED_COMMITMENT", businessUnit: "", useCase: "", rateLine: "", pool: "unused", calls: 0n, amountMinor: 1_000n }]);
  });

  const fee = (more: Partial<RateCardInput> = {}) => cardOf({ unit: "MONTH", tiers: [{ price: "10" }], minimumCommitment: "100", commitmentPool: "unused", ...more }, [used("", "", "1")]);
  test.each<[string, UsageOfCard[], bigint[]]>([
    // of a fee of 10.00 that promises 100.00, with 50.00 reported   cards beside it                              unused
    ["is filled by reports where no card prices the usage",          [],                                          [4_000n]],
    ["is not where one does: that one's is",                         [cardOf({ minimumCommitment: "70", commitmentPool: "unused" }, [])], [9_000n, 2_000n]],
    ["also where that one promises nothing",                         [cardOf({}, [])],                            [9_000n]],
    ["is where the other card is of another vendor",                 [cardOf({ vendor: "other" }, [])],           [4_000n]],
    ["is where it is of another component",                          [cardOf({ component: "LLM" }, [])],          [4_000n]],
    ["is where it is a fee, too",                                    [cardOf({ unit: "CONCURRENCY_MONTH" }, [])], [4_000n]],
  ])("of a fee %s", (_, others, unused) => {
    for (const cards of [[fee(), ...others], [...others, fee()]]) {
      const { lines } = rated(cards, [item("50")]);
      expect(lines.flatMap(({ kind, amountMinor }) => (kind === "UNUSED_COMMITMENT" ? [amountMinor] : [])).sort((a, b) => (a > b ? -1 : 1))).toEqual(unused);
      expect(lines.filter(({ unit }) => unit === "MONTH").map(({ kind }) => kind).sort()).toEqual(["FEE", "UNUSED_COMMITMENT"]);
    }
  });
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
    ["what costs nothing stands with the charges",           [half("a", "a1", "0"), half("b", "b1"), half("c", "c1", "-0.005")], "a1 0, b1 1, c1 -1"],
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

  test.each<[string, UsageOfCard[], Array<[unknown, bigint]>]>([
    ["parts of the month, the first of them", ["2025-10-16", "2025-10-01"].map((first) => ({ ...cardOf({}, [used("a", "a1", "1")]), span: { first, last: first } })), [["2025-10-01", 1n], ["2025-10-16", 0n]]],
    ["fees, the unit that sorts first", (["MONTH", "CONCURRENCY_MONTH"] as const).map((unit) => cardOf({ unit }, [used("", "", "1")])), [["CONCURRENCY_MONTH", 1n], ["MONTH", 0n]]],
    ["usage that is counted in two ways, the card that comes first", (["MESSAGE", "CALL"] as const).map((unit) => cardOf({ unit }, [used("a", "a1", "1")])), [["MESSAGE", 1n], ["CALL", 0n]]],
  ])("of two %s takes the cent of a tie", (_, cards, posted) => {
    expect(rated(cards).lines.map(({ span, unit, amountMinor }) => [span?.first ?? unit, amountMinor])).toEqual(posted);
  });

  test("fees and unused commitments are rounded apart from usage", () => {
    const usage = cardOf({ tiers: [{ price: "0.005" }], minimumCommitment: "0.01", commitmentPool: "unused" }, [used("a", "a1", "1")]);
    expect(rated([usage]).lines.map(({ kind, amountMinor }) => [kind, amountMinor]).sort()).toEqual([["UNUSED_COMMITMENT", 1n], ["USAGE", 1n]]);
  });
});

describe("the order of use", () => {
  const lines = [{ code: "in", direction: "INBOUND" as const }, { code: "out", direction: "OUTBOUND" as const }];
  const tiers = [{ upTo: "1", price: "9", linePrices: [{ line: "in", price: "1" }, { line: "out", price: "2" }] }, { price: "9", linePrices: [{ line: "in", price: "0.1" }, { line: "out", price: "0.2" }] }];
  const month = (order: UsageOfCard["order"], usage = [used("a", "a1", "1", "in"), used("a", "a1", "1", "out")]) => rated([{ ...cardOf({ lines, tiers }, usage), order }]).lines.map(({ rateLine, amountMinor }) => [rateLine, amountMinor]);

  test("fills the bands, where it is known", () => {
    expect(month([{ line: "in", billed: "1" }, { line: "out", billed: "1" }])).toEqual([["in", 100n], ["out", 20n]]);
    expect(month([{ line: "out", billed: "1" }, { line: "in", billed: "1" }])).toEqual([["in", 10n], ["out", 200n]]);
  });

  test("does not know a line of which nothing was billed: that costs nothing", () => {
    expect(month([{ line: "in", billed: "1" }], [used("a", "a1", "1", "in"), used("a", "a1", "0", "out")])).toEqual([["in", 100n], ["out", 0n]]);
  });

  test("is that of the lines' codes, each added up, where it makes no difference", () => {
    const usage = [used("b", "b1", "3", "out"), used("a", "a1", "1", "in"), used("a", "a1", "0.5", "out")];
    expect(stretchesOf({ usage, order: null })).toEqual([{ line: "in", base: fraction(1n) }, { line: "out", base: fraction(7n, 2n) }]);
    expect(stretchesOf({ usage, order: [{ line: "out", billed: "2" }, { line: "in", billed: "1" }, { line: "out", billed: "1.5" }] })).toEqual([{ line: "out", base: fraction(2n) }, { line: "in", base: fraction(1n) }, { line: "out", base: fraction(3n, 2n) }]);
  });
});

describe("cost that came with the usage", () => {
  const [first, second] = [{ first: "2025-10-01", last: "2025-10-15" }, { first: "2025-10-16", last: "2025-10-31" }];
  const priced = (pool: string, more: Partial<RateCardInput> = {}, span?: typeof first): UsageOfCard => ({ ...cardOf({ pool, ...more }, []), ...(span && { span }) });

  test.each<[string, UsageOfCard[], Partial<ItemCost>, string]>([
    // goes to the pool of                          cards of the month                                                item                  pool
    ["the rules, without a card",                   [],                                                               {},                   "usage"],
    ["the card of its vendor and component",        [priced("telephony")],                                            {},                   "telephony"],
    ["the rules, where the vendor is another",      [priced("telephony", { vendor: "other" })],                       {},                   "usage"],
    ["the rules, where the component is another",   [priced("telephony", { component: "LLM" })],                      {},                   "usage"],
    ["the rules, where the card is a fee",          [priced("platform", { unit: "MONTH" })],                          {},                   "usage"],
    ["the card of its days",                        [priced("old", {}, first), priced("new", {}, second)],            { span: first },      "old"],
    ["the last card, where it is of no day",        [priced("old", {}, first), priced("new", {}, second)],            {},                   "new"],
    ["the last card that prices it, likewise",      [priced("new", {}, second), priced("platform", { unit: "MONTH" }), priced("llm", { component: "LLM" }), priced("x", { vendor: "other" })], {}, "new"],
    ["the rules, where its days have no card",      [priced("new", {}, second), priced("whole")],                      { span: first },      "usage"],
  ])("goes to the pool of %s", (_, cards, more, pool) => {
    expect(rated(cards, [item("1", more)]).lines).toMatchObject([{ kind: "USAGE", basis: "REPORTED", cardVersion: null, rateLine: "", unit: null, pool, calls: 1n, amountMinor: 100n }]);
  });
});

describe("the way of rating", () => {
  const facts: RatingFacts = { period: "2025-10", currency: currencyOf("USD")!, cards: [cardOf({}, [used("a", "a1", "2")])], items: [item("0.5")], rates: [], rulesVersion: 3, reportedPool: "usage" };
  const run = (method: "UNNAMED" | typeof RATING_METHOD) => ({ method, inputHash: hashFacts(facts, method) });
  const changed = { ...facts, items: [item("0.6")] };

  test("is part of what a run stands on, and before it had a name it was not", () => {
    const unnamed = { period: "2025-10", currency: "USD", reportedPool: "usage", cards: [{ document: "", usage: facts.cards[0]!.usage, order: null }], items: facts.items, rates: [] };
    expect(hashFacts(facts, "UNNAMED")).toBe(hashOf(unnamed as never));
    expect(hashFacts(facts)).toBe(hashOf({ ...unnamed, method: RATING_METHOD } as never));
    expect(rateUsage(facts).inputHash).toBe(hashFacts(facts, RATING_METHOD));
  });

  test.each<[string, ReturnType<typeof run>, RatingFacts, boolean, boolean]>([
    ["of today, the same facts",                   run(RATING_METHOD), facts,   false, true],  ["of today, other facts",                 run(RATING_METHOD), changed, false, false],
    ["an earlier one in an open month",            run("UNNAMED"),     facts,   false, false], ["an earlier one in a closed month",      run("UNNAMED"),     facts,   true,  true],
    ["an earlier one in a closed month, late facts", run("UNNAMED"),   changed, true,  false], ["of today in a closed month, late facts", run(RATING_METHOD), changed, true,  false],
  ])("%s", (_, stored, now, isClosed, stands) => expect(standsOn(stored, now, isClosed)).toBe(stands));
});

describe("days of a month", () => {
  const [first, second] = [{ first: "2025-10-01", last: "2025-10-10" }, { first: "2025-10-11", last: "2025-10-31" }];
  const spanned = (span: typeof first, more: Partial<RateCardInput>, usage: UsageOfCard["usage"]): UsageOfCard => ({ ...cardOf(more, usage), span });

  test("a fee is charged by them, whatever tiers it reached", () => {
    const fee = (unit: "MONTH" | "CONCURRENCY_MONTH", usage: string, tiers: RateCardInput["tiers"]) => rated([spanned(first, { unit, tiers, pool: "platform" }, [used("", "", usage)]), spanned(second, { unit, tiers, pool: "platform" }, [used("", "", usage)])]).lines.map(({ amountMinor }) => amountMinor);
    expect(fee("MONTH", "1", [{ price: "31" }])).toEqual([1_000n, 2_100n]);
    // 26 at once, 20 free, 8.00 each above: 48.00 a month.
    expect(fee("CONCURRENCY_MONTH", "26", [{ upTo: "20", price: "0" }, { price: "8" }])).toEqual([1_548n, 3_252n]);
  });

  test("each card fills its own tiers, and its own commitment by its days, reports included", () => {
    const more = { tiers: [{ upTo: "10", price: "2" }, { price: "1" }], minimumCommitment: "310", commitmentPool: "unused" };
    const { lines, totalMinor } = rated([spanned(first, more, [used("a", "a1", "15")]), spanned(second, more, [used("a", "a1", "12")])], [item("5", { span: first }), item("200", { span: second })]);
    expect(lines.filter(({ cardVersion }) => cardVersion !== null).map(({ kind, span, amountMinor }) => [kind, span!.first, amountMinor])).toEqual([
      ["UNUSED_COMMITMENT", "2025-10-01", 7_000n], ["USAGE", "2025-10-01", 2_500n], ["USAGE", "2025-10-11", 2_200n],
    ]);
    expect(totalMinor).toBe(7_000n + 2_500n + 2_200n + 20_500n);
  });
});

describe("our legs beside a vendor's calls", () => {
  const leg = (ref: string, charges: OurLeg["charges"], items: OurLeg["items"] = []): OurLeg => ({ refs: [ref], isCall: true, isMessage: false, charges, items });
  const billed = (callRef: string, ms: bigint, amount: bigint): BilledLine => ({ callRef, component: null, quantity: { measure: "TIME", base: fraction(ms) }, amount: fraction(amount) });
  const timed = (usage: string, more: Partial<RateCardInput> = {}) => pricedCards({ period: "2025-10", currency: currencyOf("USD")!, cards: [cardOf({ unit: "MINUTE", tiers: [{ price: "0.06" }], minimumSeconds: 60, incrementSeconds: 60, ...more }, [{ ...used("a", "a1", "2"), measured: usage, billed: usage }])], items: [], rates: [], rulesVersion: 0, reportedPool: null });
  const charge = (ms: bigint) => [{ version: 1, line: "", base: fraction(ms) }];
  const stt = (amount: bigint) => [{ component: "STT", amount: fraction(amount) }];

  test("add up to the rated line where the month is rounded as a whole", () => {
    // 10 s and 71 s are 2 minutes of the month: 0.12.
    const matched = matchLegs([billed("x", 10_000n, 1n)], [leg("x", charge(10_000n)), leg("y", charge(71_000n))], timed("81000", { rounding: "PER_PERIOD" }));
    expect(matched.map(({ kind, ours }) => [kind, ours])).toEqual([["BOTH", fraction(40n, 27n)], ["OURS_ONLY", fraction(284n, 27n)]]);
  });

  test("cost what their cards charge and what came with them, and a price of time is told only where that is all", () => {
    const [alone, both, none] = matchLegs(["a", "b", "c"].map((ref) => billed(ref, 60_000n, 6n)), [leg("a", charge(60_000n)), leg("b", charge(60_000n), stt(3n)), leg("c", [], stt(7n))], timed("60000"));
    expect([[alone!.ours, alone!.rate !== null, alone!.otherPrice], [both!.ours, both!.rate, both!.otherPrice], [none!.ours, none!.rate, none!.otherPrice]]).toEqual([[fraction(6n), true, false], [fraction(9n), null, true], [fraction(7n), null, true]]);
  });

  test("are priced by the card that each was charged by, of two in a month at its own price and of a fee's part of it not at all", () => {
    const half = (version: number, price: string, first: string, last: string, more: Partial<RateCardInput> = {}): UsageOfCard => {
      const of = cardOf({ unit: "MINUTE", tiers: [{ price }], ...more }, [{ ...used("a", "a1", "1"), measured: "60000", billed: "60000" }]);
      return { ...of, card: { ...of.card, version }, span: { first, last } };
    };
    const cards = pricedCards({ period: "2025-10", currency: currencyOf("USD")!, cards: [half(1, "0.06", "2025-10-01", "2025-10-15"), half(2, "0.12", "2025-10-16", "2025-10-31"), half(3, "31", "2025-10-01", "2025-10-15", { unit: "MONTH" })], items: [], rates: [], rulesVersion: 0, reportedPool: null });
    expect([...cards].map(([version, { measure, stretch, rates }]) => [version, measure, stretch, rates.get("")])).toEqual([[1, "TIME", fraction(1n), fraction(1n, 10_000n)], [2, "TIME", fraction(1n), fraction(1n, 5_000n)], [3, null, fraction(15n, 31n), fraction(3_100n)]]);
    expect(matchLegs([billed("a", 60_000n, 6n), billed("b", 60_000n, 6n)], [leg("a", charge(60_000n)), leg("b", [{ version: 2, line: "", base: fraction(60_000n) }])], cards).map(({ ours, otherPrice, otherQuantity }) => [ours, otherPrice, otherQuantity])).toEqual([[fraction(6n), false, false], [fraction(12n), true, false]]);
  });
});

describe("a reported price", () => {
  const reported = (amount: string, more: Partial<RateCardInput>, counted: string | undefined = "60000") =>
    plausibilityAlarms({ period: "2025-10", currency: currencyOf("USD")!, cards: [cardOf({ unit: "MINUTE", ...more }, [])], items: [item(amount, { counted })], rates: [], rulesVersion: 0, reportedPool: "usage" }).length;
  const lines = [{ code: "in", direction: "INBOUND" as const }, { code: "rest" }];
  const tiers = [{ price: "9", linePrices: [{ line: "in", price: "0.01" }, { line: "rest", price: "0.3" }] }];

  test.each<[string, string, Partial<RateCardInput>, number]>([
    ["in proportion to one of the lines", "0.25", { lines, tiers }, 0], ["in proportion to none of them", "30", { lines, tiers }, 1], ["to a price that no usage can have", "9", { lines, tiers }, 1], ["to a first tier that is free, of which nothing is said", "9", { tiers: [{ upTo: "300", price: "0" }, { price: "0.1" }] }, 0],
  ])("%s", (_, amount, more, count) => expect(reported(amount, more)).toBe(count));

  test.each<[NonNullable<RateCardInput["unit"]>, string, number]>([["SECOND", "1000", 1], ["CALL", "1", 1], ["MESSAGE", "1", 1], ["SEGMENT", "1", 1], ["TOKEN_1M", "1000000", 1], ["CHARACTER", "1", 1], ["RESOLUTION", "1", 1], ["MONTH", "1", 0], ["CONCURRENCY_MONTH", "1", 0]])(
    "of one %s, a hundred times the card's", (unit, counted, count) => {
      expect(reported("0.5", { unit }, counted)).toBe(count);
      expect(reported("0.1", { unit }, counted)).toBe(0);
      expect(reported("0.5", { unit }, "0")).toBe(0);
    });

  test("is told by what the card counts of these legs, upon which no rating stands", () => {
    const of = (counted: string): RatingFacts => ({ period: "2025-10", currency: currencyOf("USD")!, cards: [cardOf({ unit: "SEGMENT" }, [])], items: [item("0.5", { counted })], rates: [], rulesVersion: 0, reportedPool: "usage" });
    expect(plausibilityAlarms(of("1"))).toEqual(["acme-voice PLATFORM: reported at 0.500000 USD per SEGMENT, card 1 says 0.005000: more than a factor of 20 apart. Are cents taken for a major unit, or minutes for seconds?"]);
    expect(plausibilityAlarms(of("100"))).toEqual([]);
    expect(rateUsage(of("100"))).toEqual(rateUsage(of("1")));
  });
});
