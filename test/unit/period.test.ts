import { isPeriodKey, monthsApart, monthsBetween, requirePeriodKey, shiftPeriod } from "../../src/kernel/period";
import { Refusal } from "../../src/kernel/refusal";

describe("periods", () => {
  test.each(["1970-01", "2024-02", "2025-10", "2025-12", "2199-12"])("%s is one", (key) => {
    expect(isPeriodKey(key)).toBe(true);
    expect(requirePeriodKey(key)).toBe(key);
  });

  test.each([
    "", "2025", "2025-0", "2025-00", "2025-13", "2025-1", "2025-010", "25-10", "02025-10", "2025/10", "2025-10-01", " 2025-10", "2025-10 ", "2025-10\n", "2025-10\u0000", "٢٠٢٥-١٠",
    "-2025-10", "1969-12", "2200-01", "0000-01", "October 2025",
  ])("%j is none", (key) => {
    expect(isPeriodKey(key)).toBe(false);
    expect(() => requirePeriodKey(key)).toThrow(new Refusal("BAD_USER_INPUT", `"${key.slice(0, 20)}" is not a period. Write year and month, for example 2025-10.`));
  });

  test("the refusal names the field", () => {
    const fieldOf = (work: () => unknown): unknown => {
      try {
        return work();
      } catch (error) {
        return (error as Refusal).field;
      }
    };
    expect(fieldOf(() => requirePeriodKey("x"))).toEqual(["period"]);
    expect(fieldOf(() => requirePeriodKey("x", ["effectiveFrom"]))).toEqual(["effectiveFrom"]);
  });

  test.each<[string, number, string]>([
    ["2025-10",  0,   "2025-10"],
    ["2025-10",  1,   "2025-11"],
    ["2025-12",  1,   "2026-01"],
    ["2025-01",  -1,  "2024-12"],
    ["2025-10",  -10, "2024-12"],
    ["2025-10",  27,  "2028-01"],
    ["2025-10",  -25, "2023-09"],
    ["2000-02",  12,  "2001-02"],
  ])("%s and %s months is %s", (key, count, shifted) => {
    expect(shiftPeriod(key, count)).toBe(shifted);
    expect(shiftPeriod(shifted, -count)).toBe(key);
    expect(monthsApart(key, shifted)).toBe(count);
  });

  test.each<[string, string, string[]]>([
    ["2025-10", "2025-10", ["2025-10"]],
    ["2025-11", "2026-02", ["2025-11", "2025-12", "2026-01", "2026-02"]],
    ["2025-10", "2025-09", []],
    ["2025-10", "2024-01", []],
  ])("from %s to %s are %j", (from, to, months) => expect(monthsBetween(from, to)).toEqual(months));
});
