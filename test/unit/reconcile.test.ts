import fc from "fast-check";
import { BilledLine, OurCost, OurLeg, PricedCard, coverageOf, costsOfLeg, matchLegs, quantityOf, totalsByComponent, varianceByCause } from "../../src/rating";
import { Fraction, ONE, add, formatFraction, fraction, multiply, subtract, sum } from "../../src/kernel/fraction";

const card = (component: string, measure: PricedCard["measure"], rates: Record<string, Fraction>, stretch = ONE): PricedCard => ({ component, measure, rates: new Map(Object.entries(rates)), stretch });
/** A cent is the minor unit: 10 a minute, 3 a segment, 1 a token. */
const CARDS = new Map([[1, card("TELEPHONY", "TIME", { "": fraction(10n, 60_000n) })], [2, card("SMS", "SEGMENT", { "": fraction(3n) })], [3, card("LLM", "TOKEN", { "": fraction(1n) })]]);

const charge = (version: number, base: bigint, line = ""): OurLeg["charges"][number] => ({ version, line, base: fraction(base) });
/** A call of a minute, as it is billed. */
const leg = (ref: string, more: Partial<OurLeg> = {}): OurLeg => ({ refs: [ref], isCall: true, isMessage: false, charges: [charge(1, 60_000n)], items: [], ...more });
const sms = (ref: string, segments: bigint): OurLeg => leg(ref, { isCall: false, isMessage: true, charges: [charge(2, segments)] });
const stt = (amount: bigint): OurLeg["items"][number] => ({ component: "STT", amount: fraction(amount) });
const line = (callRef: string | null, component: string | null, amount: bigint, quantity?: string, unit = "MINUTE"): BilledLine => ({ callRef, component, amount: fraction(amount), quantity: quantityOf(quantity ?? null, unit) });

/** What the legs cost here, as a rating would sum it. */
function costsOf(legs: readonly OurLeg[], cards = CARDS, booked = 0n): OurCost[] {
  const found = legs.flatMap((each) => costsOfLeg(each, cards));
  return [
    ...found.map(({ component, amount, priced }) => ({ component, amount, quantity: priced && { measure: priced.measure, base: priced.billed } })),
    ...(booked === 0n ? [] : [{ component: null, quantity: null, amount: fraction(booked) }]),
  ];
}
function causesOf(bill: readonly BilledLine[], legs: readonly OurLeg[], booked = 0n): string[] {
  const matched = bill.some(({ callRef }) => callRef !== null) ? matchLegs(bill, legs, CARDS) : [];
  return varianceByCause(bill, costsOf(legs, CARDS, booked), matched).map(({ cause, component, legs: count, amount, refs }) => [cause, component ?? "-", count, formatFraction(amount), ...refs].join(" "));
}

describe("a bill held against our legs", () => {
  it.each<[string, BilledLine[], OurLeg[], string[]]>([
    ["as it should be", [line("a", "TELEPHONY", 10n, "1"), line("a", "STT", 4n)], [leg("a", { items: [stt(4n)] })], []],
    ["two components of a call are no double", [line("a", "STT", 4n), line("a", "TELEPHONY", 10n, "1")], [leg("a", { items: [stt(4n)] })], []],
    ["a component twice is", [line("a", "STT", 4n), line("a", "STT", 4n), line("a", "TELEPHONY", 10n)], [leg("a", { items: [stt(4n)] })], ["DOUBLED_LEG STT 1 4 a"]],
    ["one line for the whole call", [line("a", null, 14n)], [leg("a", { items: [stt(4n)] })], []],
    ["one line for the rest of a call", [line("a", "STT", 4n), line("a", null, 11n, "1")], [leg("a", { items: [stt(4n)] })], ["PRICE_CHANGE - 1 1 a"]],
    ["a line for a rest that there is not", [line("a", "TELEPHONY", 10n), line("a", null, 10n)], [leg("a")], ["DOUBLED_LEG - 1 10 a"]],
    ["a missing leg, a double and a price change", [line("a", null, 12n, "1"), line("b", null, 10n, "1"), line("b", null, 10n, "1"), line("x", null, 20n, "2")], [leg("a"), leg("b")], ["MISSING_LEG - 1 20 x", "DOUBLED_LEG - 1 10 b", "PRICE_CHANGE - 1 2 a"]],
    ["time that is rounded in another way, at another price", [line("a", "TELEPHONY", 30n, "2")], [leg("a")], ["ROUNDING TELEPHONY 1 10 a", "PRICE_CHANGE TELEPHONY 1 10 a"]],
    ["a component that only we know", [line("a", "TELEPHONY", 10n, "1")], [leg("a", { items: [stt(4n)] })], ["NOT_BILLED STT 1 -4 a"]],
    ["a component that only the vendor knows", [line("a", "TELEPHONY", 10n), line("a", "TTS", 7n)], [leg("a")], ["UNPRICED TTS 1 7 a"]],
    ["messages beside calls", [line("a", "TELEPHONY", 10n, "1"), line("m", "SMS", 6n, "2", "SEGMENT")], [leg("a"), sms("m", 2n)], []],
    ["a message that we never metered is no call", [line("m", "SMS", 6n), line("n", null, 2n, "1", "messages"), line("c", "TELEPHONY", 5n)], [], ["MISSING_LEG TELEPHONY 1 5 c", "MISSING_MESSAGE SMS 1 6 m", "MISSING_MESSAGE - 1 2 n"]],
    ["another count of segments", [line("m", "SMS", 9n, "3", "segments")], [sms("m", 2n)], ["QUANTITY SMS 1 3 m"]],
    ["messages as a sum, calls one by one", [line("a", "TELEPHONY", 10n, "1"), line(null, "SMS", 30n, "8", "SEGMENT")], [leg("a"), sms("m", 2n), sms("n", 4n)], ["QUANTITY SMS 0 6", "PRICE_CHANGE SMS 0 6"]],
    ["a call that no line holds", [line("a", "TELEPHONY", 10n)], [leg("a"), leg("b")], ["NOT_BILLED TELEPHONY 1 -10 b"]],
    ["sums alone, by component", [line(null, "TELEPHONY", 22n, "2"), line(null, "STT", 5n)], [leg("a", { items: [stt(4n)] }), leg("b")], ["PRICE_CHANGE TELEPHONY 0 2", "UNMATCHED STT 0 1"]],
    ["a sum of a component that nobody prices here", [line(null, "TELEPHONY", 10n, "1"), line(null, "TTS", 5n)], [leg("a")], ["UNPRICED TTS 0 5"]],
    ["nothing but a total", [line(null, null, 25n)], [leg("a"), sms("m", 2n)], ["UNMATCHED - 0 9"]],
    ["tokens", [line("t", "LLM", 500n, "500", "TOKEN")], [leg("t", { isCall: false, charges: [charge(3, 300n), charge(3, 100n), charge(3, 0n)] })], ["QUANTITY LLM 1 100 t"]],
    ["a call that never connected here", [line("a", null, 10n, "1")], [leg("a", { isCall: false, charges: [] })], ["UNPRICED - 1 10 a"]],
  ])("%s", (_, bill, legs, expected) => expect(causesOf(bill, legs)).toEqual(expected));

  it("compares what was booked by hand with what the bill names and nobody rates", () => {
    expect(causesOf([line("a", "TELEPHONY", 10n), line(null, "PLATFORM", 500n)], [leg("a")], 500n)).toEqual([]);
    expect(causesOf([line("a", "TELEPHONY", 10n), line(null, "PLATFORM", 510n)], [leg("a")], 500n)).toEqual(["UNMATCHED - 0 10"]);
  });

  it("counts lines, those that are known, and legs in none", () => {
    const legs = [leg("a", { items: [stt(4n)] }), leg("b"), leg("c")];
    expect(coverageOf(matchLegs([line("a", "TELEPHONY", 10n), line("x", "TELEPHONY", 1n), line(null, "TELEPHONY", -1n)], legs, CARDS))).toEqual({ vendorCalls: 2, matched: 1, oursWithout: 2 });
  });

  it("sums causes to the difference, and components to both totals, whatever is billed", () => {
    const components = fc.constantFrom<string | null>("TELEPHONY", "STT", "SMS", "TTS", null), refs = fc.constantFrom<string | null>("a", "b", "m", "x", null);
    const bills = fc.array(fc.tuple(refs, components, fc.bigInt(-50n, 90n), fc.constantFrom(undefined, "1", "2.5"), fc.constantFrom("MINUTE", "SEGMENT", "kWh")), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(bills, fc.bigInt(0n, 40n), fc.bigInt(0n, 30n), (lines, reported, booked) => {
      const bill = lines.map(([ref, component, amount, quantity, unit]) => line(ref, component, amount, quantity, unit));
      const legs = [leg("a", { items: [stt(reported)] }), leg("b", { charges: [charge(1, 120_000n)] }), sms("m", 3n), leg("z", { isCall: false, charges: [] })];
      const costs = costsOf(legs, CARDS, booked);
      const theirs = sum(bill.map(({ amount }) => amount)), ours = sum(costs.map(({ amount }) => amount));
      const causes = varianceByCause(bill, costs, matchLegs(bill, legs, CARDS));
      expect(formatFraction(sum(causes.map(({ amount }) => amount)))).toBe(formatFraction(subtract(theirs, ours)));
      const totals = totalsByComponent(bill, costs).reduce<[Fraction, Fraction]>(([a, b], each) => [add(a, each.ours), add(b, each.theirs)], [fraction(0n), fraction(0n)]);
      expect(totals.map(formatFraction)).toEqual([ours, theirs].map(formatFraction));
    }), { numRuns: 300 });
  });
});

describe("what a leg costs", () => {
  const tokens = card("LLM", "TOKEN", { in: fraction(2n), cached: fraction(2n), out: fraction(8n) });
  const whole = card("TELEPHONY", "TIME", { "": fraction(1n, 1_000n) }, fraction(6n, 5n));
  const cards = new Map([...CARDS, [4, tokens], [5, whole], [6, card("OTHER", null, { "": fraction(9n) })]]);
  const text = (each: OurLeg): string[] => costsOfLeg(each, cards).map(({ component, amount, priced }) => `${component} ${formatFraction(amount)}${priced ? ` = ${formatFraction(priced.billed)} ${priced.measure} x ${formatFraction(priced.rate)}` : ""}`);
  it.each<[string, Partial<OurLeg>, string[]]>([
    ["what a card charges", {}, ["TELEPHONY 10 = 60000 TIME x 1/6000"]],
    ["what came with it beside that", { items: [stt(4n), stt(1n)] }, ["TELEPHONY 10 = 60000 TIME x 1/6000", "STT 5"]],
    ["of one component both", { items: [{ component: "TELEPHONY", amount: fraction(4n) }] }, ["TELEPHONY 14"]],
    ["nothing where it is exempt, at the price that others have", { charges: [charge(1, 0n)] }, ["TELEPHONY 0 = 0 TIME x 1/6000"]],
    ["nothing where the whole line is", { charges: [charge(1, 0n, "unused")] }, ["TELEPHONY 0"]],
    ["its kinds of tokens, which have several prices", { charges: [charge(4, 10n, "in"), charge(4, 1n, "out")] }, ["LLM 28"]],
    ["kinds at one price, and none for kinds that it did not use", { charges: [charge(4, 10n, "in"), charge(4, 5n, "cached"), charge(4, 0n, "out")] }, ["LLM 30 = 15 TOKEN x 2"]],
    ["no price where all kinds are exempt", { charges: [charge(4, 0n, "in"), charge(4, 0n, "out")] }, ["LLM 0"]],
    ["its part of a month that is rounded as a whole", { charges: [charge(5, 50_000n)] }, ["TELEPHONY 60 = 60000 TIME x 1/1000"]],
    ["no quantity where the card counts in none", { charges: [charge(6, 2n)] }, ["OTHER 18"]],
  ])("%s", (_, more, expected) => expect(text(leg("a", more))).toEqual(expected));
});

it.each<[string | null, string | null, string | null]>([["2", "MINUTE", "TIME 120000"], ["2", "minutes", "TIME 120000"], ["1.5", "SECOND", "TIME 1500"], ["3", "Segments", "SEGMENT 3"], ["2", "TOKEN_1M", "TOKEN 2000000"], ["2", "GB", null], [null, "MINUTE", null], ["2", null, null]])(
  "%s %s counts %s", (quantity, unit, expected) => {
    const found = quantityOf(quantity, unit);
    expect(found && `${found.measure} ${formatFraction(multiply(found.base, ONE))}`).toBe(expected);
  });
