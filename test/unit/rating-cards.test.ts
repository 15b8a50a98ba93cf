import { Refusal } from "../../src/kernel/refusal";
import { RateCardDocument, RateCardInput, alarmsOfCard, cardsOfMonth, isImplausible, readRateCard, requireFits, shareOf } from "../../src/rating";
import { formatFraction, fraction } from "../../src/kernel/fraction";

const input = (more: Partial<RateCardInput> = {}): RateCardInput => ({ vendor: "acme-voice", component: "PLATFORM", unit: "MINUTE", currency: "USD", effectiveFrom: "2025-10", tiers: [{ price: "0.06" }], pool: "usage", ...more });

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code} at ${error.field?.join(".")}: ${error.message}`;
  }
  return "no fault";
}

describe("a rate card that is refused says what is wrong and what to do", () => {
  test.each<[string, Partial<RateCardInput>, string]>([
    ["a component nobody knows",    { component: "COFFEE" },                                                    "BAD_USER_INPUT at component: There is no component COFFEE. Choose one of PLATFORM, TELEPHONY, STT, LLM, TTS, S2S, ANALYSIS, TRANSFER, SMS, OTHER."],
    ["a currency nobody knows",     { currency: "GPB" },                                                        'BAD_USER_INPUT at currency: "GPB" is not an ISO 4217 currency. Write its three capital letters.'],
    ["a negative price",            { tiers: [{ price: "-0.01" }] },                                            "BAD_USER_INPUT at tiers.0.price: price is negative (-0.01). A credit is a cost entry of its own; a price is 0 or more."],
    ["no price at all",             { tiers: [] },                                                              "BAD_USER_INPUT at tiers: A card has 1 to 50 tiers."],
    ["a last tier with an end",     { tiers: [{ upTo: "100", price: "1" }] },                                   "BAD_USER_INPUT at tiers.0.upTo: The last tier must be open: leave its upTo out, so that no volume is without a price."],
    ["an open tier in the middle",  { tiers: [{ price: "1" }, { price: "2" }] },                                "BAD_USER_INPUT at tiers.0.upTo: Only the last tier is open. Say up to where this one reaches."],
    ["tiers out of order",          { tiers: [{ upTo: "100", price: "1" }, { upTo: "50", price: "2" }, { price: "3" }] }, "BAD_USER_INPUT at tiers.1.upTo: Tiers rise: this one ends at 50, not above the one before. Put them in order."],
    ["the same tier twice",         { tiers: [{ upTo: "100", price: "1" }, { upTo: "100", price: "2" }, { price: "3" }] }, "BAD_USER_INPUT at tiers.1.upTo: Tiers rise: this one ends at 100, not above the one before. Put them in order."],
    ["a price of no line",          { tiers: [{ price: "1", linePrices: [{ line: "x", price: "1" }] }] },       "BAD_USER_INPUT at tiers.0.linePrices.0.line: The card has no line x. Add it to lines."],
    ["an end before the beginning", { effectiveTo: "2025-09" },                                                 "BAD_USER_INPUT at effectiveTo: The card ends (2025-09) before it begins (2025-10)."],
    ["a commitment without a pool", { minimumCommitment: "10" },                                                "BAD_USER_INPUT at commitmentPool: minimumCommitment and commitmentPool come together: name the pool that takes what the commitment leaves over, or neither."],
    ["an increment of nothing",     { incrementSeconds: 0 },                                                    "BAD_USER_INPUT at incrementSeconds: incrementSeconds must be whole seconds, 1 to 86400."],
    ["an increment of calls",       { unit: "CALL", incrementSeconds: 6 },                                      "BAD_USER_INPUT at incrementSeconds: incrementSeconds belongs to MINUTE and SECOND only. Leave it out."],
    ["two lines of one direction",  { lines: [{ code: "a", direction: "INBOUND" }, { code: "b", direction: "INBOUND" }] }, "BAD_USER_INPUT at lines.1: Two lines have the same direction INBOUND. Keep one."],
    ["tokens of no kind",           { unit: "TOKEN_1M", lines: [{ code: "a" }] },                               "BAD_USER_INPUT at lines.0.tokenKind: A line of a card per TOKEN_1M names its tokenKind."],
    ["a first day elsewhere",       { firstDay: "2025-11-16" },                                                 "BAD_USER_INPUT at firstDay: firstDay must be a day of 2025-10, the month that the card begins in, for example 2025-10-16."],
    ["a first day that is none",    { firstDay: "2025-10-32" },                                                 "BAD_USER_INPUT at firstDay: firstDay must be a day of 2025-10, the month that the card begins in, for example 2025-10-16."],
    ["a last day without a month",  { lastDay: "2025-10-16" },                                                  "BAD_USER_INPUT at lastDay: lastDay is a day of effectiveTo: say the month that the card ends in, too."],
    ["a last day elsewhere",        { effectiveTo: "2025-12", lastDay: "2025-11-16" },                          "BAD_USER_INPUT at lastDay: lastDay must be a day of 2025-12, the month that the card ends in, for example 2025-12-15."],
    ["a last day before the first", { effectiveTo: "2025-10", firstDay: "2025-10-16", lastDay: "2025-10-15" },  "BAD_USER_INPUT at lastDay: The card ends (2025-10-15) before it begins (2025-10-16)."],
    ["so many minutes",             { quantity: "3" },                                                          "BAD_USER_INPUT at quantity: quantity belongs to MONTH: what a card per MINUTE charges is counted. Leave it out."],
    ["no numbers rented",           { unit: "MONTH", quantity: "0" },                                           "BAD_USER_INPUT at quantity: quantity must be a plain decimal number above 0: how many the vendor charges each month."],
    ["half an attribute",           { lines: [{ code: "a", attribute: "numberType" }] },                        "BAD_USER_INPUT at lines.0.attribute: attribute and attributeValue come together: name the attribute of the leg and what it says, or neither."],
    ["an attribute of tokens",      { unit: "TOKEN_1M", lines: [{ code: "a", tokenKind: "IN", attribute: "a", attributeValue: "b" }] }, "BAD_USER_INPUT at lines.0.attribute: A line of a card per TOKEN_1M names tokens, not attributes. Leave attribute out."],
    ["two lines of everything",     { lines: [{ code: "a" }, { code: "b" }] },                                  "BAD_USER_INPUT at lines.1: Two lines have the same everything that no other line says. Keep one."],
    ["a price in words",            { tiers: [{ price: "cheap" }] },                                            'BAD_USER_INPUT at tiers.0.price: price must be a plain decimal number, for example "0.0085".'],
  ])("%s", (_, more, fault) => expect(faultOf(() => readRateCard(input(more)))).toBe(fault));
});

describe("months have one price", () => {
  const dated = (version: number, effectiveFrom: string, effectiveTo: string | null, replaces: number | null = null) => ({ vendor: "acme-voice", component: "PLATFORM", unit: "MINUTE" as const, version, effectiveFrom, effectiveTo, replaces });
  const card = (effectiveFrom: string, effectiveTo: string | null = null, replaces: number | null = null): RateCardDocument => readRateCard(input({ effectiveFrom, effectiveTo, replaces }));

  test.each<[string, RateCardDocument, Array<ReturnType<typeof dated>>, string]>([
    ["the first card",                      card("2025-10"),            [],                                    "no fault"],
    ["a later card ends an open one",       card("2025-12"),            [dated(1, "2025-10", null)],           "no fault"],
    ["right after one that ends",           card("2025-12"),            [dated(1, "2025-10", "2025-11")],      "no fault"],
    ["right before one that begins",        card("2025-08", "2025-09"), [dated(1, "2025-10", null)],           "no fault"],
    ["open before one that begins",         card("2025-08"),            [dated(1, "2025-10", null)],           "no fault"],
    ["the same month",                      card("2025-10"),            [dated(1, "2025-10", null)],           "CONFLICT at effectiveFrom: acme-voice PLATFORM has card 1 in 2025-10 (from 2025-10 on): two prices for one month. Begin later, or say that this one replaces it."],
    ["inside one that ends",                card("2025-11"),            [dated(1, "2025-10", "2025-12")],      "CONFLICT at effectiveFrom: acme-voice PLATFORM has card 1 in 2025-11 (2025-10 to 2025-12): two prices for one month. Begin later, or say that this one replaces it."],
    ["over the next one",                   card("2025-08", "2025-10"), [dated(1, "2025-10", null)],           "CONFLICT at effectiveTo: acme-voice PLATFORM has card 1 from 2025-10 on: two prices for one month. End before it."],
    ["a gap before",                        card("2026-02"),            [dated(1, "2025-10", "2025-12")],      "CONFLICT at effectiveFrom: Card 1 of acme-voice PLATFORM ends with 2025-12: 2026-01 would have no price. Begin with that month."],
    ["a gap after",                         card("2025-07", "2025-08"), [dated(1, "2025-10", null)],           "CONFLICT at effectiveTo: Card 1 of acme-voice PLATFORM begins with 2025-10: 2025-09 would have no price. End with 2025-09, or leave effectiveTo out."],
    ["in the place of another",             card("2025-10", null, 1),   [dated(1, "2025-10", null)],           "no fault"],
    ["in the place of one that is gone",    card("2025-10", null, 1),   [dated(1, "2025-10", null), dated(2, "2025-10", null, 1)], "NOT_FOUND at replaces: There is no approved card 1 of acme-voice PLATFORM that stands. Name one, or leave replaces out."],
    ["in the place of other months",        card("2025-11", null, 1),   [dated(1, "2025-10", null)],           "BAD_USER_INPUT at effectiveFrom: A card that replaces another has the same months: from 2025-10 on."],
  ])("%s", (_, next, approved, fault) => expect(faultOf(() => requireFits(next, approved))).toBe(fault));

  test("of a day: a card that begins or ends within a month", () => {
    const days = (more: Partial<RateCardInput>): RateCardDocument => readRateCard(input(more));
    const until15 = { ...dated(1, "2025-09", "2025-10"), lastDay: "2025-10-15" };
    expect(faultOf(() => requireFits(days({ firstDay: "2025-10-16" }), [dated(1, "2025-09", null)]))).toBe("no fault");
    expect(faultOf(() => requireFits(days({ firstDay: "2025-10-16" }), [until15]))).toBe("no fault");
    expect(faultOf(() => requireFits(days({ firstDay: "2025-10-15" }), [until15]))).toBe("CONFLICT at firstDay: acme-voice PLATFORM has card 1 in 2025-10-15 (2025-09 to 2025-10-15): two prices for one day. Begin later, or say that this one replaces it.");
    expect(faultOf(() => requireFits(days({ firstDay: "2025-10-18" }), [until15]))).toBe("CONFLICT at firstDay: Card 1 of acme-voice PLATFORM ends with 2025-10-15: 2025-10-16 would have no price. Begin with that day.");
    expect(faultOf(() => requireFits(days({ effectiveTo: "2025-10", lastDay: "2025-10-15" }), [{ ...dated(1, "2025-10", null), firstDay: "2025-10-18" }]))).toBe("CONFLICT at lastDay: Card 1 of acme-voice PLATFORM begins with 2025-10-18: 2025-10-16 would have no price. End with 2025-10-17, or leave effectiveTo out.");
    expect(faultOf(() => requireFits(days({ effectiveTo: "2025-10", lastDay: "2025-10-20" }), [{ ...dated(1, "2025-10", null), firstDay: "2025-10-18" }]))).toBe("CONFLICT at lastDay: acme-voice PLATFORM has card 1 from 2025-10-18 on: two prices for one day. End before it.");
    expect(faultOf(() => requireFits(days({ firstDay: "2025-10-18", replaces: 1 }), [until15]))).toBe("BAD_USER_INPUT at effectiveFrom: A card that replaces another has the same days: 2025-09 to 2025-10-15.");
    expect(days({ firstDay: "2025-10-01", effectiveTo: "2025-11", lastDay: "2025-11-30" })).toEqual(days({ effectiveTo: "2025-11" }));
  });

  test("a fee stands beside the price of usage", () => {
    expect(faultOf(() => requireFits(readRateCard(input({ unit: "MONTH" })), [dated(1, "2025-10", null)]))).toBe("no fault");
    expect(faultOf(() => requireFits(readRateCard(input({ unit: "SECOND" })), [dated(1, "2025-10", null)]))).toMatch(/^CONFLICT/);
  });

  test("the cards of a month with their days", () => {
    const cards = [dated(1, "2025-08", null), { ...dated(2, "2025-10", null), firstDay: "2025-10-16" }, { ...dated(3, "2025-12", "2026-02"), firstDay: "2025-12-31", lastDay: "2026-02-27" }];
    const of = (month: string) => cardsOfMonth(cards, month).map(({ card: { version }, span }) => `${version} ${span ? `${span.first} to ${span.last}` : "whole"}`);
    expect(["2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"].map(of)).toEqual([
      ["1 whole"], ["1 2025-10-01 to 2025-10-15", "2 2025-10-16 to 2025-10-31"], ["2 whole"], ["2 2025-12-01 to 2025-12-30", "3 2025-12-31 to 2025-12-31"], ["3 whole"], ["3 2026-02-01 to 2026-02-27"], [],
    ]);
    expect(["2025-10", "2025-12", "2026-02"].map((month) => cardsOfMonth(cards, month).map(({ span }) => formatFraction(shareOf(span))))).toEqual([["15/31", "16/31"], ["30/31", "1/31"], ["27/28"]]);
  });

  test("the card of a month", () => {
    const cards = [dated(1, "2025-08", "2025-09"), dated(2, "2025-10", null), dated(3, "2025-12", null), dated(4, "2025-10", null, 2)];
    expect(["2025-07", "2025-08", "2025-10", "2025-11", "2025-12", "2026-05"].map((month) => cardsOfMonth(cards, month).map(({ card: { version }, span }) => [version, span]))).toEqual([[], [[1, null]], [[4, null]], [[4, null]], [[3, null]], [[3, null]]]);
  });
});

describe("a price out of all proportion", () => {
  test.each<[string, bigint, bigint, boolean]>([
    ["a cent more", 7n, 6n, false], ["twenty times is a price", 120n, 6n, false], ["more than twenty times is a unit", 121n, 6n, true], ["cents taken for dollars", 600n, 6n, true],
    ["a twentieth is a price", 6n, 120n, false], ["less than a twentieth", 6n, 121n, true], ["nothing says nothing", 0n, 6n, false],
  ])("%s", (_, price, reference, alarm) => expect(isImplausible(fraction(price), fraction(reference))).toBe(alarm));
});

describe("a card beside the one before it", () => {
  const priced = (version: number, more: Partial<RateCardInput>) => ({ ...readRateCard(input(more)), version });
  const alarms = (more: Partial<RateCardInput>, before: ReturnType<typeof priced>[] = [priced(1, { effectiveFrom: "2025-08", tiers: [{ price: "0.07" }] })]) => alarmsOfCard(readRateCard(input(more)), before);
  test.each<[string, Partial<RateCardInput>, number]>([
    ["a price that rose", { tiers: [{ price: "0.14" }] }, 0], ["cents taken for dollars", { tiers: [{ price: "7" }] }, 1], ["dollars taken for cents", { tiers: [{ price: "0.0007" }] }, 1],
    ["the same per second", { unit: "SECOND", tiers: [{ price: "0.00117" }] }, 0], ["minutes taken for seconds", { unit: "SECOND", tiers: [{ price: "0.07" }] }, 1],
    ["another currency says nothing", { currency: "JPY", tiers: [{ price: "10" }] }, 0], ["another unit says nothing", { unit: "CALL", tiers: [{ price: "10" }] }, 0], ["a card of before it", { effectiveFrom: "2025-07", tiers: [{ price: "7" }] }, 0],
  ])("%s", (_, more, count) => expect(alarms(more)).toHaveLength(count));
  test("names line, prices and card", () => {
    const lines = [{ code: "in", direction: "INBOUND" as const }];
    expect(alarms({ lines, tiers: [{ price: "0.07", linePrices: [{ line: "in", price: "8.5" }] }] })).toEqual([
      "acme-voice PLATFORM on line in: 8.500000 USD per MINUTE, card 1 before it says 0.070000: more than a factor of 20 apart. Are cents taken for a major unit, or minutes for seconds?",
    ]);
    expect(alarms({ replaces: 1, tiers: [{ price: "7" }] }, [priced(1, { tiers: [{ price: "0.07" }] })])).toHaveLength(1);
  });
});
