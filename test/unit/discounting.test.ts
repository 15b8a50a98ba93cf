import fc from "fast-check";
import { Flow, PLACES, StepsPerYear, discount, factorOfZero, inOrder, presentValue, stepFactor } from "../../src/business-cases/discounting";
import { discountedPayback, irr, metricsOf, npv, payback, profitabilityIndex, roi } from "../../src/business-cases/metrics";
import { Fraction, ONE, ZERO, add, compare, divide, fraction, multiply, roundForDisplay, roundHalfUp, sum } from "../../src/kernel/fraction";

const EIGHT = fraction(8n, 100n);
/** Pounds a year, as minor units. */
const yearly = (...pounds: number[]): Flow[] => pounds.map((each, at) => ({ at, minor: BigInt(each) * 100n }));
const TEXTBOOK = yearly(-180_000, 60_000, 120_000, 140_000);
const percent = (value: Fraction | null, places = 2): string | null => value && roundForDisplay(multiply(value, fraction(100n)), places);
const pounds = (value: Fraction): string => roundForDisplay(divide(value, fraction(100n)), 2);

describe("the worked example", () => {
  it("comes out to the last digit, by years", () => {
    expect(discount(TEXTBOOK, stepFactor(EIGHT, 1)).slice(1).map(({ scaled: worth }) => pounds(fraction(worth, 10n ** 50n)))).toEqual(["55555.56", "102880.66", "111136.51"]);
    expect(pounds(npv(TEXTBOOK, EIGHT, 1))).toBe("89572.73");
    expect(percent(irr(TEXTBOOK, 1).value)).toBe("30.30");
    expect(roundForDisplay(payback(TEXTBOOK, 1).value!, 2)).toBe("2.00");
    expect(roundForDisplay(discountedPayback(TEXTBOOK, EIGHT, 1).value!, 2)).toBe("2.19");
    expect(percent(roi(32_000_000n, 18_000_000n).value, 1)).toBe("77.8");
  });
});

describe("all figures of a plan", () => {
  it("are those of its flows: by months, by days, and of its parts", () => {
    const months = TEXTBOOK.map(({ at, minor }) => ({ at: 12 * at, minor }));
    const days = TEXTBOOK.map(({ at, minor }) => ({ at: 365 * at, minor }));
    const all = metricsOf({ net: months, netByDay: days, investment: [{ at: 0, minor: 18_000_000n }], benefitsMinor: 32_000_000n, costsMinor: 18_000_000n }, EIGHT);
    expect([pounds(all.npv), percent(all.irr.value), percent(all.xirr.value), percent(all.roi.value, 1)]).toEqual(["89572.73", "30.30", "30.30", "77.8"]);
    expect([all.paybackYears, all.discountedPaybackYears, all.profitabilityIndex].map(({ value }) => roundForDisplay(value!, 3))).toEqual(["2.000", "2.194", "1.498"]);
  });
});

describe("a step factor", () => {
  it.each<[string, StepsPerYear, string]>([
    ["8/100",   12,   "99360710198829404251540595854635752350680414606441"],
    ["8/100",   365,  "99978917006025974265268750866017821371765562058535"],
    ["100/1",   12,   "68072737975097880429258883328426290207954214841261"],
    ["-1/2",    12,   "105946309435929526456182529494634170077920431749419"],
    ["-1/2",    1,    "200000000000000000000000000000000000000000000000000"],
    ["0/1",     365,  "100000000000000000000000000000000000000000000000000"],
  ])("of %s a year in %i steps is the root of the year, to 48 decimals, and stays as it was", (rate, steps, expected) => {
    const [numerator, denominator] = rate.split("/").map(BigInt) as [bigint, bigint];
    const factor = stepFactor(fraction(numerator, denominator), steps);
    expect(String(factor)).toBe(expected);
    // A hundred of the last decimals more and less stand on either side of the root.
    const scale = 10n ** BigInt(PLACES);
    const yearly = (denominator * scale ** BigInt(steps)) / (denominator + numerator);
    expect((factor - 100n) ** BigInt(steps) <= yearly && yearly <= (factor + 100n) ** BigInt(steps)).toBe(true);
  });

  const ONE_STEP = 10n ** BigInt(PLACES);
  const [HALF, MORE] = [ONE_STEP / 2n, (ONE_STEP * 3n) / 2n];
  it.each<[string, Flow[], bigint, bigint, bigint | null]>([
    // An outlay of 100 that comes back a step later is worth nothing at a factor of one, a loan just so.
    ["at the lower end, an outlay",     yearly(-100, 100),  ONE_STEP,      MORE,          ONE_STEP],
    ["at the lower end, a loan",        yearly(100, -100),  ONE_STEP,      MORE,          ONE_STEP],
    ["at the upper end, an outlay",     yearly(-100, 100),  HALF,          ONE_STEP,      ONE_STEP],
    ["at the upper end, a loan",        yearly(100, -100),  HALF,          ONE_STEP,      ONE_STEP],
    ["in the middle, an outlay",        yearly(-100, 100),  HALF,          MORE,          ONE_STEP],
    ["in the middle, a loan",           yearly(100, -100),  HALF,          MORE,          ONE_STEP],
    ["off the middle, an outlay",       yearly(-100, 100),  HALF,          2n * ONE_STEP, ONE_STEP],
    ["off the middle, a loan",          yearly(100, -200),  ONE_STEP / 4n, ONE_STEP,      HALF],
    ["nowhere: worth more at both",     yearly(100, 100),   HALF,          MORE,          null],
    ["nowhere: worth less at both",     yearly(-100, -100), HALF,          MORE,          null],
    ["above both",                      yearly(-100, 50),   HALF,          MORE,          null],
    ["below both",                      yearly(-100, 500),  HALF,          MORE,          null],
  ])("at which nothing is left lies %s", (_, flows, low, high, expected) => {
    expect(factorOfZero(flows, low, high)).toBe(expected);
  });

  it("is asked of flows in order, those of a moment together and without those that are nothing", () => {
    expect(inOrder([{ at: 3, minor: 5n }, { at: 1, minor: 7n }, { at: 2, minor: 0n }, { at: 3, minor: -2n }, { at: 4, minor: 9n }, { at: 4, minor: -9n }])).toEqual([{ at: 1, minor: 7n }, { at: 3, minor: 3n }]);
  });
});

describe("a figure that is not defined says why", () => {
  it.each([
    ["no flows", yearly(), "There are no flows."], ["only cost", yearly(-5, -5), "never change sign"], ["only benefit", yearly(5, 5), "never change sign"],
    ["two rates: 25 % and 400 %", yearly(-400, 2_500, -2_500), "change sign 2 times: more than one rate"],
    ["two rates of which one is nothing: 0 % and 30 %", yearly(-100, 230, -130), "change sign 2 times: more than one rate"],
    ["a rate beyond all bounds", yearly(-1, 20_000), "The rate lies below -99.99 % or above 1,000,000 % a year."],
    ["three changes", yearly(-1_000, 3_600, -4_310, 1_716), "change sign 3 times"],
  ])("IRR of %s", (_, flows, reason) => {
    expect(irr(flows, 1)).toEqual({ value: null, reason: expect.stringContaining(reason), warning: null });
  });

  it("one rate above zero is given with a warning where the sums change sign once", () => {
    const rate = irr(yearly(-100, 230, -20), 1);
    expect([percent(rate.value), rate.warning]).toEqual(["120.95", expect.stringContaining("only rate above zero")]);
  });

  it("sums that come to nothing on their way change no sign", () => {
    const rate = irr(yearly(-100, 150, -50, 20), 1);
    expect([percent(rate.value), rate.warning]).toEqual(["22.51", expect.stringContaining("change sign 3 times: this is the only rate above zero")]);
  });

  it("a loss has a rate below zero", () => expect(percent(irr(yearly(-100, 50), 1).value)).toBe("-50.00"));

  it("payback, ROI and index", () => {
    expect([payback(yearly(-100, 50), 1).reason, payback(yearly(100, -50), 1).reason, payback([], 1).reason]).toEqual(["It is not paid back within the plan.", "Nothing is paid before money comes in: there is nothing to pay back.", "There are no flows."]);
    expect(roi(5n, 0n).reason).toBe("Nothing is spent.");
    expect(profitabilityIndex(fraction(5n), ZERO)).toEqual({ value: null, reason: "Nothing is invested.", warning: null });
    expect(profitabilityIndex(fraction(5n), fraction(10n)).value).toEqual(fraction(3n, 2n));
    // Paid back to the last penny, and not a penny more.
    expect([payback(yearly(-100, 100), 1).value, payback(yearly(0, -100, 100), 1).value, payback(yearly(-100, 99), 1).value]).toEqual([fraction(1n), fraction(2n), null]);
    expect(payback(yearly(-100, 40, 80), 1).value).toEqual(fraction(7n, 4n));
  });
});

const flow = fc.record({ at: fc.integer({ min: 0, max: 60 }), minor: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }) });
const rate = fc.integer({ min: 0, max: 10_000 }).map((each) => fraction(BigInt(each), 10_000n));

describe("laws", () => {
  it("by years the present value is the exact sum of fractions, to the minor unit", () => {
    fc.assert(fc.property(fc.array(flow, { maxLength: 12 }), rate, (flows, r) => {
      const power = (base: Fraction, n: number): Fraction => Array.from({ length: n }).reduce<Fraction>((product) => multiply(product, base), ONE);
      const exact = sum(flows.map(({ at, minor }) => divide(fraction(minor), power(add(ONE, r), at))));
      expect(compare(add(exact, multiply(npv(flows, r, 1), fraction(-1n))), fraction(1n, 10n ** 20n))).toBeLessThan(0);
      expect(compare(add(exact, multiply(npv(flows, r, 1), fraction(-1n))), fraction(-1n, 10n ** 20n))).toBeGreaterThan(0);
    }), { numRuns: 60 });
  });

  it("nothing is left at the internal rate of return", () => {
    fc.assert(fc.property(fc.bigInt({ min: 1n, max: 10n ** 9n }), fc.array(fc.record({ at: fc.integer({ min: 1, max: 60 }), minor: fc.bigInt({ min: 1n, max: 10n ** 8n }) }), { minLength: 1, maxLength: 8 }), (outlay, income) => {
      const flows = [{ at: 0, minor: -outlay }, ...income];
      const found = irr(flows, 12).value;
      fc.pre(found !== null && compare(found, fraction(-9n, 10n)) > 0 && compare(found, fraction(100n)) < 0);
      expect(roundHalfUp(multiply(npv(flows, found, 12), fraction(1_000n)))).toBe(0n);
    }), { numRuns: 25 });
  });

  it("a higher rate makes income worth less, and a rate of nothing changes nothing", () => {
    fc.assert(fc.property(fc.array(flow.map(({ at, minor }) => ({ at, minor: minor < 0n ? -minor : minor })), { maxLength: 8 }), rate, rate, (flows, a, b) => {
      const [low, high] = compare(a, b) < 0 ? [a, b] : [b, a];
      expect(compare(npv(flows, high, 12), npv(flows, low, 12))).toBeLessThanOrEqual(0);
      expect(npv(flows, ZERO, 12)).toEqual(fraction(flows.reduce((total, { minor }) => total + minor, 0n)));
    }), { numRuns: 40 });
  });

  it("twelve monthly steps make a year, and 365 days do", () => {
    fc.assert(fc.property(rate, (r) => {
      for (const steps of [12, 365] as const) {
        const gap = add(presentValue([{ at: steps, minor: 10n ** 12n }], stepFactor(r, steps)), multiply(presentValue([{ at: 1, minor: 10n ** 12n }], stepFactor(r, 1)), fraction(-1n)));
        expect(roundHalfUp(multiply(gap, fraction(10n ** 9n)))).toBe(0n);
      }
    }), { numRuns: 20 });
  });

  it("a discounted payback is never earlier than a plain one", () => {
    const income = fc.record({ at: fc.integer({ min: 1, max: 60 }), minor: fc.bigInt({ min: 1n, max: 10n ** 6n }) });
    fc.assert(fc.property(fc.bigInt({ min: 1n, max: 10n ** 6n }), fc.array(income, { minLength: 1, maxLength: 10 }), rate, (outlay, more, r) => {
      const flows = [{ at: 0, minor: -outlay }, ...more];
      const [plain, later] = [payback(flows, 12), discountedPayback(flows, r, 12)];
      if (later.value === null) expect(later.reason).toBe("It is not paid back within the plan.");
      else expect(compare(later.value, plain.value!)).toBeGreaterThanOrEqual(0);
    }), { numRuns: 60 });
  });
});
