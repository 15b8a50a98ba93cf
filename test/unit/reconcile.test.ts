import fc from "fast-check";
import { BilledLine, OurCost, OurLeg, PricedCard, RateCard, coverageOf, costsOfLeg, matchLegs, quantityOf, totalsByComponent, varianceByCause } from "../../src/rating";
import { Fraction, ONE, add, formatFraction, fraction, multiply, subtract, sum } from "../../src/kernel/fraction";

const card = (component: string, unit: RateCard["unit"], rate: bigint, more: Partial<RateCard> = {}): PricedCard => ({
  card: {
    vendor: "v", component, unit, currency: "USD", effectiveFrom: "2025-10", effectiveTo: null, replaces: null, minimumSeconds: 60, incrementSeconds: 60, rounding: "PER_EVENT", tierMode: "GRADUATED", lines: [], tiers: [],
    minimumCommitment: null, exemptUnderSeconds: 0, exemptSpam: false, pool: "p", commitmentPool: null, note: null, version: 1, documentHash: "", proposedBy: "a", proposedAt: new Date(0), approvedBy: "b", approvedAt: new Date(0), ...more,
  },
  rates: new Map([["", fraction(rate)]]), stretch: ONE,
});
/** A cent is the minor unit: 10 a minute, 3 a segment, 2 a message. */
const CARDS = [card("TELEPHONY", "MINUTE", 10n), card("SMS", "SEGMENT", 3n), card("LLM", "TOKEN_1M", 1_000_000n)];

const leg = (ref: string, more: Partial<OurLeg> = {}): OurLeg => ({
  refs: [ref], direction: "INBOUND", isCall: true, isMessage: false, isSms: false, connectedMs: 50_000n, messages: null, segments: null, tokens: {}, resolved: false, spam: false, items: [], ...more,
});
const sms = (ref: string, segments: bigint): OurLeg => leg(ref, { isCall: false, isMessage: true, isSms: true, connectedMs: 0n, segments, messages: 1n });
const stt = (amount: bigint): OurLeg["items"][number] => ({ component: "STT", basis: "REPORTED", quantity: null, unit: null, amount: fraction(amount) });
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
    ["tokens", [line("t", "LLM", 500n, "500", "TOKEN")], [leg("t", { isCall: false, tokens: { IN: 400n } })], ["QUANTITY LLM 1 100 t"]],
    ["a call that never connected here", [line("a", null, 10n, "1")], [leg("a", { isCall: false, connectedMs: 0n })], ["UNPRICED - 1 10 a"]],
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
      const legs = [leg("a", { items: [stt(reported)] }), leg("b", { connectedMs: 61_000n }), sms("m", 3n), leg("z", { isCall: false })];
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
  const text = (each: OurLeg, cards = CARDS): string[] => costsOfLeg(each, cards).map(({ component, amount }) => `${component} ${formatFraction(amount)}`);
  it.each<[string, OurLeg, PricedCard[] | undefined, string[]]>([
    ["a reported amount, not the card", leg("a", { items: [{ ...stt(7n), component: "TELEPHONY" }] }), undefined, ["TELEPHONY 7"]],
    ["the card, not an estimate", leg("a", { items: [{ ...stt(7n), component: "TELEPHONY", basis: "ESTIMATED" }] }), undefined, ["TELEPHONY 10"]],
    ["of two bases the better", leg("a", { isCall: false, items: [stt(4n), { ...stt(9n), basis: "RATED" }, stt(1n)] }), undefined, ["STT 5"]],
    ["nothing for a short call", leg("a"), [card("TELEPHONY", "MINUTE", 10n, { exemptUnderSeconds: 51 })], ["TELEPHONY 0"]],
    ["a price for a call", leg("a"), [card("PLATFORM", "CALL", 5n)], ["PLATFORM 5"]],
    ["characters that came with it", leg("a", { items: [{ component: "TTS", basis: "REPORTED", quantity: "40", unit: "CHARACTER", amount: null }] }), [card("TTS", "CHARACTER", 2n)], ["TTS 80"]],
    ["a resolution", leg("a", { resolved: true }), [card("PLATFORM", "RESOLUTION", 99n)], ["PLATFORM 99"]],
    ["no fee", leg("a"), [card("PLATFORM", "MONTH", 99n)], []],
    ["a month that is rounded as a whole", leg("a"), [{ ...card("TELEPHONY", "MINUTE", 60n, { rounding: "PER_PERIOD" }), stretch: fraction(6n, 5n) }], ["TELEPHONY 60"]],
  ])("%s", (_, each, cards, expected) => expect(text(each, cards)).toEqual(expected));

  it("of messages goes by messages, of which there is one where nobody counted", () => {
    const cards = [card("SMS", "MESSAGE", 2n)];
    expect([text(sms("m", 5n), cards), text({ ...sms("m", 5n), messages: null }, cards), text({ ...sms("m", 5n), messages: 4n, isSms: false }, cards), text(leg("a"), cards)]).toEqual([["SMS 2"], ["SMS 2"], ["SMS 8"], []]);
  });
});

it.each<[string | null, string | null, string | null]>([["2", "MINUTE", "TIME 120000"], ["2", "minutes", "TIME 120000"], ["1.5", "SECOND", "TIME 1500"], ["3", "Segments", "SEGMENT 3"], ["2", "TOKEN_1M", "TOKEN 2000000"], ["2", "GB", null], [null, "MINUTE", null], ["2", null, null]])(
  "%s %s counts %s", (quantity, unit, expected) => {
    const found = quantityOf(quantity, unit);
    expect(found && `${found.measure} ${formatFraction(multiply(found.base, ONE))}`).toBe(expected);
  });
