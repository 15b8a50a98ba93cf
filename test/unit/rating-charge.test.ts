import fc from "fast-check";
import { formatFraction, fraction, sum } from "../../src/kernel/fraction";
import { currencyOf } from "../../src/kernel/money";
import { RateCardDocument, RateCardInput, chargeOf, readRateCard, simulateCard, usageOfFacts } from "../../src/rating";

const card = (more: Partial<RateCardInput> = {}): RateCardDocument =>
  readRateCard({ vendor: "acme-voice", component: "PLATFORM", unit: "MINUTE", currency: "USD", effectiveFrom: "2025-10", tiers: [{ price: "0.06" }], pool: "usage", ...more });
const USD = currencyOf("USD")!;
const ONE = fraction(1n);
const minutes = (quantity: string, line = "") => ({ line, quantity });
const price = (document: RateCardDocument, facts: Array<{ line?: string; quantity?: string; seconds?: string; count?: number; useCase?: string; spam?: boolean }>) => simulateCard(usageOfFacts(document, facts), USD, ONE);

describe("worked figures", () => {
  const two = { tiers: [{ upTo: "100000", price: "0.08" }, { price: "0.07" }] };
  test.each<[string, RateCardInput["tierMode"], string, string, string]>([
    ["graduated: each band at its own rate",        "GRADUATED", "200000", "15000", "3/40"],
    ["all units at the band that is reached",       "ALL_UNITS", "200000", "14000", "7/100"],
    ["graduated, up to the bound",                  "GRADUATED", "100000", "8000",  "2/25"],
    ["all units, up to the bound, which is inside", "ALL_UNITS", "100000", "8000",  "2/25"],
    ["graduated, one beyond",                       "GRADUATED", "100001", "800007/100", "800007/10000100"],
    ["all units, one beyond",                       "ALL_UNITS", "100001", "700007/100", "7/100"],
  ])("%s", (_, tierMode, quantity, charge, rate) => {
    const month = price(card({ ...two, tierMode }), [{ quantity }]);
    expect([formatFraction(month.usage), formatFraction(chargeOf(card({ ...two, tierMode }), [{ line: "", base: fraction(BigInt(quantity) * 60_000n) }]).lines[0]!.rate!)]).toEqual([charge, rate]);
  });

  const volume: Partial<RateCardInput> = {
    lines: [{ code: "inbound", direction: "INBOUND" }, { code: "outbound", direction: "OUTBOUND" }, { code: "toll-free" }],
    tiers: [{ upTo: "500000", price: "0.0085", linePrices: [{ line: "outbound", price: "0.013" }, { line: "toll-free", price: "0.022" }] }, { price: "0.0080", linePrices: [{ line: "outbound", price: "0.013" }, { line: "toll-free", price: "0.022" }] }],
  };
  test("volume over all call types together, then the next 1,000 inbound: 6,508.00", () => {
    const facts = [minutes("200000", "inbound"), minutes("200000", "outbound"), minutes("100000", "toll-free")];
    expect(formatFraction(price(card(volume), facts).usage)).toBe("6500");
    expect(formatFraction(price(card(volume), [...facts, minutes("1000", "inbound")]).usage)).toBe("6508");
  });

  test("every tenant of a tiered month is charged the blended rate, whoever called first", () => {
    const first = price(card(two), [{ useCase: "a", quantity: "120000" }, { useCase: "b", quantity: "80000" }]);
    const last = price(card(two), [{ useCase: "b", quantity: "80000" }, { useCase: "a", quantity: "120000" }]);
    for (const month of [first, last]) expect(month.rows.map(({ useCase, exactAmount }) => [useCase, formatFraction(exactAmount)])).toEqual([["a", "9000"], ["b", "6000"]]);
  });

  test.each<[string, Array<{ seconds: string; count: number }>, Partial<RateCardInput>, string, string]>([
    ["150 s at 0.018/min per second after 10 s",  [{ seconds: "150", count: 1 }], { minimumSeconds: 10, tiers: [{ price: "0.018" }] }, "5/2", "9/200"],
    ["150 s at 0.003/min per second after 60 s",  [{ seconds: "150", count: 1 }], { minimumSeconds: 60, tiers: [{ price: "0.003" }] }, "5/2", "3/400"],
    ["80 s on two legs, 60/60",                   [{ seconds: "80", count: 2 }],  { minimumSeconds: 60, incrementSeconds: 60, tiers: [{ price: "0.0085" }] }, "4", "17/500"],
    ["10 s and 70 s, each rounded up first",      [{ seconds: "10", count: 1 }, { seconds: "70", count: 1 }], { minimumSeconds: 60, incrementSeconds: 60 }, "3", "9/50"],
    ["the same, rounded once for the month",      [{ seconds: "10", count: 1 }, { seconds: "70", count: 1 }], { minimumSeconds: 60, incrementSeconds: 60, rounding: "PER_PERIOD" }, "2", "3/25"],
    ["per second",                                [{ seconds: "283", count: 1 }], { unit: "SECOND", tiers: [{ price: "0.0003" }] }, "283", "849/10000"],
    ["per call",                                  [{ seconds: "283", count: 3 }], { unit: "CALL", tiers: [{ price: "0.25" }] }, "3", "3/4"],
  ])("%s", (_, facts, more, billed, usage) => {
    const month = price(card(more), facts);
    expect([formatFraction(month.billed), formatFraction(month.usage)]).toEqual([billed, usage]);
  });

  test("audio tokens: 600 in at 32 and 1,200 out at 64 for a million", () => {
    const tokens = card({ unit: "TOKEN_1M", component: "S2S", lines: [{ code: "in", tokenKind: "AUDIO_IN" }, { code: "out", tokenKind: "AUDIO_OUT" }], tiers: [{ price: "0", linePrices: [{ line: "in", price: "32" }, { line: "out", price: "64" }] }] });
    expect(formatFraction(price(tokens, [minutes("0.0006", "in"), minutes("0.0012", "out")]).usage)).toBe(formatFraction(fraction(192n + 768n, 10_000n)));
  });

  test("concurrency beyond what is included: 26 at once, 20 free, 8.00 each above", () => {
    const concurrency = card({ unit: "CONCURRENCY_MONTH", pool: "platform", tiers: [{ upTo: "20", price: "0" }, { price: "8" }] });
    expect(formatFraction(price(concurrency, [{ quantity: "26" }]).usage)).toBe("48");
  });
});

describe("commitment, exemption, rounding", () => {
  test.each<[string, string, string, string, string]>([
    ["used less: the rest is unused commitment", "100000", "5000", "5000", "10000.00"],
    ["used exactly",                             "200000", "10000", "0", "10000.00"],
    ["used more: nothing is left over",          "240000", "12000", "0", "12000.00"],
  ])("%s", (_, quantity, usage, shortfall, total) => {
    const month = price(card({ unit: "MESSAGE", tiers: [{ price: "0.05" }], minimumCommitment: "10000", commitmentPool: "unused" }), [{ quantity }]);
    expect([formatFraction(month.usage), formatFraction(month.shortfall), `${month.totalMinor / 100n}.${String(month.totalMinor % 100n).padStart(2, "0")}`]).toEqual([usage, shortfall, total]);
  });

  test("calls under ten seconds are exempt by their unrounded time; flagged spam too", () => {
    const month = price(card({ minimumSeconds: 60, incrementSeconds: 60, exemptUnderSeconds: 10, exemptSpam: true }), [{ seconds: "9.999", count: 8 }, { seconds: "10", count: 2 }, { seconds: "300", spam: true }]);
    expect([month.rows[0]!.calls, month.rows[0]!.exemptCalls, formatFraction(month.billed), formatFraction(month.usage)]).toEqual([11n, 9n, "2", "3/25"]);
  });

  test("rows always sum to the charge, rounded once", () => {
    const facts = fc.array(fc.record({ useCase: fc.constantFrom("a", "b", "c", "d"), seconds: fc.integer({ min: 0, max: 4_000 }).map(String), count: fc.integer({ min: 1, max: 500 }) }), { minLength: 1, maxLength: 30 });
    fc.assert(fc.property(facts, fc.constantFrom<RateCardInput["tierMode"]>("GRADUATED", "ALL_UNITS"), fc.constantFrom<RateCardInput["rounding"]>("PER_EVENT", "PER_PERIOD"), (given, tierMode, rounding) => {
      const document = card({ minimumSeconds: 30, incrementSeconds: 6, rounding, tierMode, exemptUnderSeconds: 5, tiers: [{ upTo: "100", price: "0.0857" }, { upTo: "1000", price: "0.0333" }, { price: "0.0111" }] });
      const month = price(document, given);
      expect(sum(month.rows.map(({ exactAmount }) => exactAmount))).toEqual(month.usage);
      expect(sum(month.rows.map(({ billed }) => billed))).toEqual(month.billed);
      expect(month.rows.reduce((total, { amountMinor }) => total + amountMinor, 0n)).toBe(month.totalMinor);
    }), { numRuns: 200 });
  });

  test("graduated charges do not fall with volume, and are never above all units of the first band", () => {
    const document = card({ unit: "MESSAGE", tiers: [{ upTo: "10", price: "0.5" }, { upTo: "20", price: "0.25" }, { price: "0.1" }] });
    fc.assert(fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 100 }), (quantity, more) => {
      const [less, all] = [price(document, [{ quantity: String(quantity) }]).usage, price(document, [{ quantity: String(quantity + more) }]).usage];
      expect(all.numerator * less.denominator > less.numerator * all.denominator && all.numerator * 2n <= BigInt(quantity + more) * all.denominator).toBe(true);
    }));
  });
});
