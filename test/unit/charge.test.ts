import fc from "fast-check";
import { Stretch, billedMs, billedOfCall, chargeOf, dependsOnOrder } from "../../src/rating/charge";
import { RateCardDocument, RateTier } from "../../src/rating/rate-card";
import { ZERO, formatFraction, fraction } from "../../src/kernel/fraction";

/** "10:0.5 20:0.25 -:0.1" as tiers: up to 10 at 0.5 and so on. */
const tiersOf = (text: string): RateTier[] => text.split(" ").map((each) => ({ upTo: each.startsWith("-") ? null : each.split(":")[0]!, price: each.split(":")[1]!, linePrices: [] }));
const card = (more: Partial<RateCardDocument> = {}): RateCardDocument => ({
  vendor: "acme-voice", component: "PLATFORM", unit: "MESSAGE", currency: "USD", effectiveFrom: "2025-10", effectiveTo: null, replaces: null, minimumSeconds: 0, incrementSeconds: 0, rounding: "PER_EVENT", tierMode: "GRADUATED",
  lines: [], tiers: tiersOf("-:0.5"), minimumCommitment: null, exemptUnderSeconds: 0, exemptSpam: false, pool: "usage", commitmentPool: null, note: null, ...more,
});
/** "in:3 out:4" as stretches of base units, in their order. */
const used = (text: string): Stretch[] => text.split(" ").filter(Boolean).map((each) => ({ line: each.split(":")[0]!, base: fraction(BigInt(each.split(":")[1]!)) }));
const BANDS = tiersOf("10:0.5 20:0.25 -:0.1");
const priced = (document: RateCardDocument, stretches: string): string => chargeOf(document, used(stretches)).lines.map(({ line, quantity, charge, rate }) => `${line}:${formatFraction(quantity)} ${formatFraction(charge)} ${rate ? formatFraction(rate) : "-"}`).join(", ");

describe("billed milliseconds, by minimum and increment", () => {
  test.each<[string, bigint, number, number, bigint]>([
    // case                                          connected  minimum increment  billed
    ["one millisecond begins an increment",           1n,        0,      60,        60_000n],
    ["exactly one increment is one",                  60_000n,   0,      60,        60_000n],
    ["one millisecond more is two",                   60_001n,   0,      60,        120_000n],
    ["nothing connected is nothing without a minimum", 0n,       0,      60,        0n],
    ["nothing connected is the minimum",              0n,        30,     6,         30_000n],
    ["below the minimum is the minimum",              29_999n,   30,     6,         30_000n],
    ["above it the increments count",                 30_001n,   30,     6,         36_000n],
    ["a minimum that is no multiple stays as it is",  1_000n,    45,     6,         45_000n],
    ["no increment leaves the time as it is",         1_234n,    0,      0,         1_234n],
    ["no increment, but a minimum",                   1_234n,    10,     0,         10_000n],
  ])("%s", (_, connected, minimum, increment, billed) => expect(billedMs(connected, minimum, increment)).toBe(billed));

  // in seconds, by the plans that vendors sell
  //  plan     minimum increment  5 s  61 s  80 s  283 s
  test.each<[string, number, number, number, number, number, number]>([
    ["1/1",    1,      1,         5,   61,   80,   283],
    ["10/1",   10,     1,         10,  61,   80,   283],
    ["6/6",    6,      6,         6,   66,   84,   288],
    ["30/6",   30,     6,         30,  66,   84,   288],
    ["60/1",   60,     1,         60,  61,   80,   283],
    ["60/60",  60,     60,        60,  120,  120,  300],
  ])("%s", (_, minimum, increment, ...billed) => {
    expect([5, 61, 80, 283].map((seconds) => Number(billedMs(BigInt(seconds) * 1_000n, minimum, increment) / 1_000n))).toEqual(billed);
  });

  test("never less than the time or the minimum, less than an increment more, and a multiple where above the minimum", () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 604_800_000n }), fc.integer({ min: 0, max: 600 }), fc.integer({ min: 1, max: 600 }), (ms, minimum, increment) => {
      const billed = billedMs(ms, minimum, increment);
      const [least, step] = [BigInt(minimum) * 1_000n, BigInt(increment) * 1_000n];
      expect(billed >= ms && billed >= least && (billed === least || (billed % step === 0n && billed - ms < step))).toBe(true);
    }));
  });
});

describe("what a card bills a call", () => {
  const sixty = { minimumSeconds: 60, incrementSeconds: 60 };
  test.each<[string, Partial<RateCardDocument>, bigint, boolean, bigint, boolean]>([
    // case                                     card                                              connected  spam   billed     exempt
    ["rounded",                                 sixty,                                            61_000n,   false, 120_000n,  false],
    ["as it is where the month is rounded",     { ...sixty, rounding: "PER_PERIOD" },             61_000n,   false, 61_000n,   false],
    ["exempt below the bound",                  { ...sixty, exemptUnderSeconds: 10 },             9_999n,    false, 0n,        true],
    ["not exempt at the bound",                 { ...sixty, exemptUnderSeconds: 10 },             10_000n,   false, 60_000n,   false],
    ["nothing connected is below no bound",     sixty,                                            0n,        false, 60_000n,   false],
    ["spam costs where the card does not say",  sixty,                                            61_000n,   true,  120_000n,  false],
    ["spam is exempt where it does",            { ...sixty, exemptSpam: true },                   61_000n,   true,  0n,        true],
    ["and what is no spam is not",              { ...sixty, exemptSpam: true },                   61_000n,   false, 120_000n,  false],
  ])("%s", (_, more, connectedMs, spam, ms, exempt) => expect(billedOfCall(card(more), { connectedMs, spam })).toEqual({ ms, exempt }));
});

describe("the charge of a month", () => {
  test.each<[string, Partial<RateCardDocument>, string, string]>([
    // case                                                     card                                        used             line:quantity charge rate
    ["one price",                                               {},                                         ":3",            ":3 3/2 1/2"],
    ["nothing used",                                            { tiers: BANDS },                           "",              ""],
    ["a line on which nothing was billed has no rate",          {},                                         "in:0 out:2",    "in:0 0 -, out:2 1 1/2"],
    ["graduated, below the first bound",                        { tiers: BANDS },                           ":9",            ":9 9/2 1/2"],
    ["graduated, at the first bound",                           { tiers: BANDS },                           ":10",           ":10 5 1/2"],
    ["graduated, one beyond it",                                { tiers: BANDS },                           ":11",           ":11 21/4 21/44"],
    ["graduated, through all bands",                            { tiers: BANDS },                           ":30",           ":30 17/2 17/60"],
    ["all units, at the first bound",                           { tiers: BANDS, tierMode: "ALL_UNITS" },    ":10",           ":10 5 1/2"],
    ["all units, one beyond it",                                { tiers: BANDS, tierMode: "ALL_UNITS" },    ":11",           ":11 11/4 1/4"],
    ["all units, in the last band",                             { tiers: BANDS, tierMode: "ALL_UNITS" },    ":30",           ":30 3 1/10"],
    ["all units, the month's sum decides for every line",       { tiers: BANDS, tierMode: "ALL_UNITS" },    "in:6 out:6",    "in:6 3/2 1/4, out:6 3/2 1/4"],
    ["graduated, lines fill the bands in the order of use",     { tiers: BANDS },                           "in:8 out:4",    "in:8 4 1/2, out:4 3/2 3/8"],
    ["the other way round",                                     { tiers: BANDS },                           "out:4 in:8",    "out:4 2 1/2, in:8 7/2 7/16"],
    ["a line that is used again adds up",                       { tiers: BANDS },                           "in:8 out:4 in:8", "in:16 6 3/8, out:4 3/2 3/8"],
    ["a stretch that begins at a bound fills the next band",    { tiers: BANDS },                           "in:10 out:10",  "in:10 5 1/2, out:10 5/2 1/4"],
    ["a stretch across two bounds",                             { tiers: BANDS },                           "in:5 out:20",   "in:5 5/2 1/2, out:20 11/2 11/40"],
    ["minutes are milliseconds by sixty thousand",              { unit: "MINUTE" },                         ":90000",        ":3/2 3/4 1/2"],
  ])("%s", (_, more, stretches, lines) => expect(priced(card(more), stretches)).toBe(lines));

  test("a line's own price in each band", () => {
    const tiers: RateTier[] = [{ upTo: "10", price: "0.5", linePrices: [{ line: "out", price: "2" }] }, { upTo: null, price: "0.1", linePrices: [{ line: "out", price: "1" }] }];
    expect(priced(card({ tiers }), "in:8 out:4")).toBe("in:8 4 1/2, out:4 6 3/2");
  });

  test.each<[string, string | null, string, bigint, string, string]>([
    // case                                       commitment  used   reported  usage  left over
    ["no commitment",                             null,       ":4",  0n,       "2",   "0"],
    ["used less",                                 "5",        ":4",  0n,       "2",   "3"],
    ["used exactly",                              "2",        ":4",  0n,       "2",   "0"],
    ["used more",                                 "1",        ":4",  0n,       "2",   "0"],
    ["nothing used",                              "5",        "",    0n,       "0",   "5"],
    ["filled by what the vendor reported, too",   "5",        ":4",  2n,       "2",   "1"],
    ["which may pass it",                         "5",        ":4",  7n,       "2",   "0"],
  ])("%s", (_, minimumCommitment, stretches, reported, usage, shortfall) => {
    const month = chargeOf(card({ minimumCommitment }), used(stretches), fraction(reported));
    expect([month.usage, month.shortfall].map(formatFraction)).toEqual([usage, shortfall]);
  });

  test.each<[string, Partial<RateCardDocument>, string, string, string]>([
    // case                                         card                                                                                        used             stretch  quantity
    ["of calls: each is rounded before",            { unit: "MINUTE", incrementSeconds: 60 },                                                   ":90000",        "1",     "3/2"],
    ["of the month: rounded once",                  { unit: "MINUTE", incrementSeconds: 60, rounding: "PER_PERIOD" },                           ":90000",        "4/3",   "2"],
    ["of the month: over all its lines",            { unit: "MINUTE", incrementSeconds: 60, rounding: "PER_PERIOD" },                           "in:30000 out:60000", "4/3", "2"],
    ["of the month: seconds",                       { unit: "SECOND", incrementSeconds: 60, rounding: "PER_PERIOD" },                           ":90000",        "4/3",   "120"],
    ["of the month: what is not time is not rounded", { incrementSeconds: 60, rounding: "PER_PERIOD" },                                         ":90",           "1",     "90"],
    ["of the month: nothing stays nothing",         { unit: "MINUTE", minimumSeconds: 60, incrementSeconds: 60, rounding: "PER_PERIOD" },       ":0",            "1",     "0"],
  ])("rounding %s", (_, more, stretches, stretch, quantity) => {
    const month = chargeOf(card(more), used(stretches));
    expect([month.stretch, month.quantity].map(formatFraction)).toEqual([stretch, quantity]);
  });

  test("a fraction of a millisecond, which a spread month leaves, begins an increment", () => {
    const month = chargeOf(card({ unit: "SECOND", incrementSeconds: 1, rounding: "PER_PERIOD" }), [{ line: "", base: fraction(2_001n, 2n) }]);
    expect([month.quantity, month.stretch].map(formatFraction)).toEqual(["2", "4000/2001"]);
  });

  test("what nobody used costs nothing", () => expect(chargeOf(card({ tiers: BANDS }), [])).toMatchObject({ lines: [], quantity: ZERO, usage: ZERO, shortfall: ZERO }));
});

describe("the order of use decides", () => {
  const lines = [{ code: "out", direction: "OUTBOUND" as const, tokenKind: null }];
  test.each<[string, Partial<RateCardDocument>, boolean]>([
    ["where lines with prices of their own fill bands together", { lines, tiers: BANDS }, true],
    ["not with one price for each line",                         { lines }, false],
    ["not with one line",                                        { tiers: BANDS }, false],
    ["not where all units have one price",                       { lines, tiers: BANDS, tierMode: "ALL_UNITS" }, false],
  ])("%s", (_, more, depends) => expect(dependsOnOrder(card(more))).toBe(depends));
});
