import fc from "fast-check";
import { amountText, decimalFraction, quantityText, shareText } from "../../src/allocation/allocation-text";
import { displayQuantity } from "../../src/allocation/driver";
import { ALLOCATION_DRIVERS } from "../../src/allocation/policy";
import { formatUnits } from "../../src/kernel/decimal";
import { roundForDisplay } from "../../src/kernel/fraction";

describe("figures of lines as text", () => {
  it.each<[string, number, string]>([
    ["0", 2, "0.00"], ["5", 2, "0.05"], ["-5", 2, "-0.05"], ["-1205", 2, "-12.05"], ["100", 0, "100"], ["-7", 0, "-7"], ["1234", 3, "1.234"], ["99999999999999999999", 2, "999999999999999999.99"],
  ])("%s minor units with %s decimals is %s", (minor, exponent, text) => {
    expect(amountText(minor, exponent)).toBe(text);
  });

  it.each<[string, string, string]>([
    ["1", "3", "0.333333333333"], ["2", "3", "0.666666666667"], ["0", "7", "0.000000000000"], ["7", "7", "1.000000000000"], ["1", "2000000000000", "0.000000000001"],
    ["1", "2000000000001", "0.000000000000"], ["9007199254", "9007199255", "0.999999999889"], ["871", "15082", "0.057750961411"],
  ])("%s of %s is %s", (numerator, denominator, text) => {
    expect(shareText(numerator, denominator)).toBe(text);
  });

  it.each<[(typeof ALLOCATION_DRIVERS)[number], string, string]>([
    ["CALLS", "617", "617"], ["CALLS", "617.5", "617.5"], ["CONTACTS", "0", "0"], ["CONNECTED_SECONDS", "125576193", "125576.193"], ["CONNECTED_SECONDS", "0.5", "0.0005"],
    ["BILLED_MINUTES", "120000", "2"], ["BILLED_MINUTES", "90000", "1.5"], ["BILLED_MINUTES", "1", "0.000016667"], ["BILLED_MINUTES", "999999999999999", "16666666666.66665"],
  ])("%s %s is %s", (driver, base, text) => {
    expect(quantityText(driver, base)).toBe(text);
  });

  it("say the same as exact arithmetic, for any figure", () => {
    const size = fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 6n }), fc.bigInt({ min: 0n, max: 2n ** 34n }), fc.bigInt({ min: 0n, max: 10n ** 16n }), fc.bigInt({ min: 0n, max: 10n ** 24n }));
    const places = fc.constantFrom("", ".5", ".25", ".001", ".333333333333");
    fc.assert(
      fc.property(size, size, places, fc.constantFrom(...ALLOCATION_DRIVERS), fc.constantFrom(0, 2, 3), fc.boolean(), (one, other, decimals, driver, exponent, negative) => {
        const [numerator, denominator] = one < other ? [one, other] : [other, one + 1n];
        expect(shareText(String(numerator), String(denominator))).toBe(roundForDisplay({ numerator, denominator }, 12));
        expect(quantityText(driver, `${one}${decimals}`)).toBe(displayQuantity(driver, decimalFraction(`${one}${decimals}`)));
        const minor = negative ? -one : one;
        expect(amountText(String(minor), exponent)).toBe(formatUnits(minor, exponent));
      }),
      { seed: 11, numRuns: 2_000 },
    );
  });
});
