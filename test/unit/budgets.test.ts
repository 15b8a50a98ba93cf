import fc from "fast-check";
import { add, compare, fraction, formatFraction, roundHalfUp } from "../../src/kernel/fraction";
import { currencyOf } from "../../src/kernel/money";
import {
  Budget, BudgetInput, BudgetRow, FORECAST_METHODS, MonthFacts, SetBudgetInput, SetBudgetPorts, WeekdayProfile, budgetRows, directionOf, dueAlerts, forecastFactor, progressAt, reachedThresholds, readFigures, setBudget, splitVariance, totalOf, unitCostOf,
  weekdaysOf,
} from "../../src/budgets";

const USD = currencyOf("USD")!;
const input = (more: Partial<BudgetInput> = {}): BudgetInput => ({ businessUnit: "service", period: "2026-09", currency: "USD", amount: "14400.00", ...more });
const budget = (more: Partial<Budget> = {}): Budget => ({ id: "b", businessUnit: "service", useCase: null, period: "2026-09", version: 1, amountMinor: 1_440_000n, volume: { unit: "MINUTE", quantity: "180000", rate: "0.080" }, thresholds: [80, 100], reason: null, setBy: "x", setAt: new Date(0), ...more });
const facts = (more: Partial<MonthFacts> = {}): MonthFacts => ({
  period: "2026-09", status: "OPEN", currency: USD, progress: { period: "2026-09", elapsedDays: 30 }, profiles: [], remarks: [],
  lines: [{ businessUnit: "service", useCase: "triage", pool: "usage", kind: "DIRECT", amountMinor: 1_500_000n }],
  usage: [{ businessUnit: "service", useCase: "triage", calls: 40_000n, connectedMs: 200_000n * 60_000n }], ...more,
});
const rowsOf = (level: Parameters<typeof budgetRows>[0], more: Partial<MonthFacts> = {}, budgets: readonly Budget[] = [budget()]): BudgetRow[] => budgetRows(level, facts(more), budgets, "RUN_RATE_CALENDAR_DAYS");

describe("a variance", () => {
  it("of 180,000 min x 0.080 against 200,000 min x 0.075 is 600 adverse: 1,600 adverse by volume, 1,000 favourable by rate", () => {
    const [row] = rowsOf("BUSINESS_UNIT");
    expect([row!.varianceMinor, directionOf(row!.varianceMinor!)]).toEqual([60_000n, "ADVERSE"]);
    expect([row!.parts!.volumeMinor, directionOf(row!.parts!.volumeMinor)]).toEqual([160_000n, "ADVERSE"]);
    expect([row!.parts!.rateMinor, directionOf(row!.parts!.rateMinor)]).toEqual([-100_000n, "FAVOURABLE"]);
    expect(formatFraction(row!.actualRate!)).toBe("15/2");
  });

  it.each([
    ["nothing was used", 0n, 0n, -1_440_000n, 0n, null], ["nothing was used and cost all the same", 0n, 500n, -1_440_000n, 500n, null],
    ["exactly as planned", 180_000n, 1_440_000n, 0n, 0n, "8"], ["half the volume at the planned rate", 90_000n, 720_000n, -720_000n, 0n, "8"], ["the planned volume at twice the rate", 180_000n, 2_880_000n, 0n, 1_440_000n, "16"],
    ["a credit", 180_000n, -1n, 0n, -1_440_001n, "-1/180000"],
  ])("when %s", (_, minutes, actual, volume, rate, actualRate) => {
    const [row] = rowsOf("BUSINESS_UNIT", { lines: [{ businessUnit: "service", useCase: "triage", pool: "usage", kind: "DIRECT", amountMinor: actual }], usage: [{ businessUnit: "service", useCase: "triage", calls: 1n, connectedMs: minutes * 60_000n }] });
    expect([row!.parts!.volumeMinor, row!.parts!.rateMinor, row!.varianceMinor]).toEqual([volume, rate, actual - 1_440_000n]);
    expect(row!.actualRate && formatFraction(row!.actualRate)).toEqual(actualRate);
    expect(row!.missing).toEqual(actualRate === null ? ["actualRate: nothing was used."] : []);
  });

  it("is volume + rate to the last minor unit, for any figures, and mirrors the formula of the actual rate", () => {
    const whole = fc.bigInt({ min: 0n, max: 10n ** 12n });
    fc.assert(fc.property(whole, whole, fc.bigInt({ min: 1n, max: 10n ** 9n }), whole, fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), (quantity, rate, scale, used, actual) => {
      const planned = { quantity: fraction(quantity, scale), rateMinor: fraction(rate, scale) };
      const amountMinor = roundHalfUp(fraction(quantity * rate, scale * scale));
      const parts = splitVariance({ amountMinor, ...planned }, { amountMinor: actual, quantity: fraction(used, 60_000n) });
      expect(parts.volumeMinor + parts.rateMinor).toBe(actual - amountMinor);
      // Exactly, the parts make actual - quantity x rate: what the budget's own rounding leaves is less than a minor unit.
      expect(compare(add(parts.volume, parts.rate), add(fraction(actual), fraction(-quantity * rate, scale * scale)))).toBe(0);
    }));
  });

  it("has no parts without a volume, and is unknown without a budget", () => {
    expect(rowsOf("BUSINESS_UNIT", {}, [budget({ volume: null })])[0]).toMatchObject({ varianceMinor: 60_000n, parts: null, missing: ["volumeVariance, rateVariance: the budget is an amount without a volume."] });
    expect(rowsOf("BUSINESS_UNIT", {}, [])[0]).toMatchObject({ budget: null, varianceMinor: null, parts: null, actualMinor: 1_500_000n, missing: ["budget, variance: none is set for 2026-09."] });
  });
});

describe("rows of a level", () => {
  const lines: MonthFacts["lines"] = [
    { businessUnit: "service", useCase: "triage", pool: "usage", kind: "DIRECT", amountMinor: 100n }, { businessUnit: "service", useCase: "triage", pool: "platform", kind: "SHARED", amountMinor: 50n },
    { businessUnit: "service", useCase: "hotline", pool: "platform", kind: "SHARED", amountMinor: 7n }, { businessUnit: "sales", useCase: "leads", pool: "platform", kind: "SHARED", amountMinor: 3n },
    { businessUnit: null, useCase: null, pool: "platform", kind: "PROGRAMME", amountMinor: 40n }, { businessUnit: "sales", useCase: null, pool: null, kind: "SHARED", amountMinor: -1n },
  ];

  it("sum to the programme, which also has what no unit bears", () => {
    const at = (level: Parameters<typeof budgetRows>[0]) => rowsOf(level, { lines }, []).map(({ businessUnit, useCase, actualMinor }) => [businessUnit, useCase, actualMinor]);
    expect(at("PROGRAMME")).toEqual([[null, null, 199n]]);
    expect(at("BUSINESS_UNIT")).toEqual([["sales", null, 2n], ["service", null, 157n]]);
    expect(at("USE_CASE")).toEqual([["sales", "leads", 3n], ["service", "hotline", 7n], ["service", "triage", 150n]]);
  });

  it("state what of a budget is handed on", () => {
    const budgets = [budget({ businessUnit: null, amountMinor: 5_000n }), budget({ amountMinor: 1_000n }), budget({ useCase: "triage", amountMinor: 700n }), budget({ useCase: "hotline", amountMinor: 400n })];
    expect(rowsOf("BUSINESS_UNIT", { lines: [], usage: [] }, budgets)[0]).toMatchObject({ innerBudgetsMinor: 1_100n, innerBudgets: 2 });
    expect(rowsOf("PROGRAMME", { lines: [], usage: [] }, budgets)[0]).toMatchObject({ innerBudgetsMinor: 1_000n, innerBudgets: 1 });
    expect(rowsOf("USE_CASE", { lines: [], usage: [] }, budgets).map((row) => [row.useCase, row.budget!.amountMinor, row.innerBudgetsMinor])).toEqual([["hotline", 400n, null], ["triage", 700n, null]]);
  });
});

describe("a forecast", () => {
  // November 2025 begins on a Saturday: 30 days, 20 of them business days.
  const profile: WeekdayProfile = { used: [40n, 40n, 40n, 40n, 40n, 10n, 10n], days: [4, 4, 4, 4, 4, 5, 5] };
  it.each([
    ["RUN_RATE_CALENDAR_DAYS", 0, null], ["RUN_RATE_CALENDAR_DAYS", 1, "30"], ["RUN_RATE_CALENDAR_DAYS", 7, "30/7"], ["RUN_RATE_CALENDAR_DAYS", 29, "30/29"], ["RUN_RATE_CALENDAR_DAYS", 30, "1"],
    ["RUN_RATE_BUSINESS_DAYS", 1, null], ["RUN_RATE_BUSINESS_DAYS", 2, null], ["RUN_RATE_BUSINESS_DAYS", 3, "20"], ["RUN_RATE_BUSINESS_DAYS", 9, "4"], ["RUN_RATE_BUSINESS_DAYS", 28, "1"],
    // Weights: 10 a business day, 2 a day of the weekend: 20 x 10 + 10 x 2 = 220 in all; two days of a weekend are 4.
    ["WEEKDAY_PROFILE", 2, "55"], ["WEEKDAY_PROFILE", 7, "110/27"], ["WEEKDAY_PROFILE", 30, "1"],
  ] as const)("by %s after %i days carries the cost on by %s", (method, elapsedDays, expected) => {
    const { factor, missing } = forecastFactor(method, { period: "2025-11", elapsedDays }, profile);
    expect(factor && formatFraction(factor)).toBe(expected);
    expect(missing === null).toBe(expected !== null);
  });

  it("is unknown without a profile, and for a month that has not begun", () => {
    for (const none of [null, { used: [0n, 0n, 0n, 0n, 0n, 0n, 0n], days: [4, 4, 4, 4, 4, 5, 5] }]) expect(forecastFactor("WEEKDAY_PROFILE", { period: "2025-11", elapsedDays: 5 }, none)).toMatchObject({ factor: null, missing: expect.stringContaining("no closed month with usage") });
    expect(forecastFactor("WEEKDAY_PROFILE", { period: "2025-11", elapsedDays: 2 }, { used: [5n, 5n, 5n, 5n, 5n, 0n, 0n], days: [4, 4, 4, 4, 4, 5, 5] })).toMatchObject({ factor: null, missing: expect.stringContaining("no weight") });
    expect(rowsOf("BUSINESS_UNIT", { status: null, lines: [], usage: [] })[0]).toMatchObject({ forecast: null, missing: expect.arrayContaining(["forecast: nothing fell into 2026-09 yet."]) });
  });

  it("of a closed month is its actual, whatever the day", () => {
    expect(rowsOf("BUSINESS_UNIT", { status: "CLOSED", progress: { period: "2026-09", elapsedDays: 3 } })[0]!.forecast).toEqual(fraction(1_500_000n));
  });

  it("is exact: 15,000.00 after 7 of 30 days", () => {
    expect(formatFraction(rowsOf("BUSINESS_UNIT", { progress: { period: "2026-09", elapsedDays: 7 } })[0]!.forecast!)).toBe("45000000/7");
  });

  it.each([
    ["2025-11-01T03:59:00Z", "America/New_York", "2025-10", 30], ["2025-11-01T04:00:00Z", "America/New_York", "2025-10", 31], ["2025-11-01T03:59:00Z", "America/New_York", "2025-11", 0], ["2025-10-15T12:00:00Z", "UTC", "2025-10", 14],
    ["2025-10-14T23:30:00Z", "Asia/Tokyo", "2025-10", 14], ["2024-03-01T00:00:00Z", "UTC", "2024-02", 29], ["2025-01-01T00:00:00Z", "UTC", "2025-12", 0],
  ])("at %s in %s has so many days of %s over: %i", (at, zone, period, expected) => expect(progressAt(period, Date.parse(at), zone)).toEqual({ period, elapsedDays: expected }));

  it("never lies below the cost so far, and reaches it at the end", () => {
    fc.assert(fc.property(fc.constantFrom(...FORECAST_METHODS), fc.integer({ min: 2020, max: 2040 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 31 }), fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 7, maxLength: 7 }), (method, year, month, day, used) => {
      const period = `${year}-${String(month).padStart(2, "0")}`;
      const days = weekdaysOf(period);
      const { factor } = forecastFactor(method, { period, elapsedDays: Math.min(day, days.length) }, { used, days: [4, 4, 4, 5, 4, 4, 4] });
      if (day >= days.length) expect(factor).toEqual(fraction(1n));
      else if (factor !== null) expect(compare(factor, fraction(1n))).toBeGreaterThanOrEqual(0);
      expect(days.length === new Date(Date.UTC(year, month, 0)).getUTCDate() && days[0] === (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7).toBe(true);
    }));
  });
});

describe("thresholds", () => {
  it.each([
    [0n, 100n, []], [79n, 100n, []], [80n, 100n, [80]], [99n, 100n, [80]], [100n, 100n, [80, 100]], [120n, 100n, [80, 100, 120]], [-500n, 100n, []], [0n, 0n, []], [1n, 0n, [80, 100, 120]],
  ])("a cost of %s of a budget of %s reaches %j", (cost, of, expected) => expect(reachedThresholds([80, 100, 120], of, fraction(cost))).toEqual(expected));

  it("are met by exact fractions: a hair below is below", () => {
    expect(reachedThresholds([80], 100n, fraction(8n * 10n ** 30n - 1n, 10n ** 29n))).toEqual([]);
    expect(reachedThresholds([80], 100n, fraction(8n * 10n ** 30n, 10n ** 29n))).toEqual([80]);
  });

  it("are told of the actual and of the forecast apart", () => {
    const [row] = rowsOf("BUSINESS_UNIT", { progress: { period: "2026-09", elapsedDays: 15 }, lines: [{ businessUnit: "service", useCase: "triage", pool: "usage", kind: "DIRECT", amountMinor: 750_000n }] });
    expect(dueAlerts(row!).map(({ basis, threshold, amountMinor }) => [basis, threshold, amountMinor])).toEqual([["FORECAST", 80, 1_500_000n], ["FORECAST", 100, 1_500_000n]]);
    expect(dueAlerts({ ...row!, budget: null })).toEqual([]);
  });
});

describe("a budget that is read", () => {
  it.each<[string, Partial<BudgetInput>, string, string]>([
    ["in another currency", { currency: "EUR" }, "CURRENCY_MISMATCH", "currency"], ["below zero", { amount: "-0.01" }, "BAD_USER_INPUT", "amount"], ["with too many decimals", { amount: "1.001" }, "BAD_USER_INPUT", "amount"],
    ["without amount and volume", { amount: null }, "BAD_USER_INPUT", "amount"], ["with an amount that is not quantity x rate", { volume: { unit: "MINUTE", quantity: "180000", rate: "0.081" } }, "BAD_USER_INPUT", "amount"],
    ["with a negative quantity", { volume: { unit: "CALL", quantity: "-1", rate: "1" } }, "BAD_USER_INPUT", "volume.quantity"], ["with a negative rate", { volume: { unit: "CALL", quantity: "1", rate: "-1" } }, "BAD_USER_INPUT", "volume.rate"],
    ["with a volume beyond all bounds", { amount: null, volume: { unit: "CALL", quantity: "9".repeat(40), rate: "9" } }, "BAD_USER_INPUT", "volume"],
    ["with thresholds out of order", { thresholds: [100, 80] }, "BAD_USER_INPUT", "thresholds"], ["with a threshold twice", { thresholds: [80, 80] }, "BAD_USER_INPUT", "thresholds"], ["with a threshold of 0", { thresholds: [0, 80] }, "BAD_USER_INPUT", "thresholds"],
    ["with a broken percentage", { thresholds: [80.5] }, "BAD_USER_INPUT", "thresholds"], ["with more thresholds than anybody reads", { thresholds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }, "BAD_USER_INPUT", "thresholds"], ["with a threshold above all bounds", { thresholds: [1_001] }, "BAD_USER_INPUT", "thresholds"],
  ])("%s is refused", (_, more, code, field) => {
    let refusal: { code?: string; field?: readonly string[] } = {};
    try { readFigures(input(more), USD); } catch (error) { refusal = error as typeof refusal; }
    expect([refusal.code, refusal.field?.join(".")]).toEqual([code, field]);
  });

  it("takes its amount from the volume, to the nearest minor unit, halves away from zero", () => {
    expect(readFigures(input({ amount: null, volume: { unit: "MINUTE", quantity: "180000", rate: "0.080" } }), USD)).toEqual({ amountMinor: 1_440_000n, volume: { unit: "MINUTE", quantity: "180000", rate: "0.08" }, thresholds: [80, 100] });
    expect(readFigures(input({ amount: null, volume: { unit: "CALL", quantity: "1", rate: "0.005" } }), USD).amountMinor).toBe(1n);
    expect(readFigures(input({ amount: "0.01", volume: { unit: "CALL", quantity: "1", rate: "0.005" }, thresholds: [] }), USD)).toMatchObject({ amountMinor: 1n, thresholds: [] });
  });
});

describe("setting a budget", () => {
  const ports = (status: "OPEN" | "CLOSED" | null, newest: Budget | null): SetBudgetPorts & { saved: unknown[] } => {
    const saved: unknown[] = [];
    return {
      saved, currency: USD, holdPeriod: async () => status, isUnit: async (code) => ["service", "sales"].includes(code), isUseCase: async (code) => code === "triage" || code === "orphan", ownerOf: async (useCase) => (useCase === "triage" ? "service" : null), newest: async () => newest,
      save: async (document, version, reason) => { saved.push([document.businessUnit, document.useCase, version, reason]); return { ...document, id: "n", version, reason, setBy: "x", setAt: new Date(0) }; }, audit: async (before, after) => void saved.push([before?.version ?? null, after.version]),
    };
  };
  const first = budget({ volume: null });

  it.each<[string, Partial<SetBudgetInput>, "OPEN" | "CLOSED" | null, Budget | null, string]>([
    ["of a unit that is not there", { businessUnit: "nowhere" }, null, null, "NOT_FOUND"], ["of a use case that is not there", { useCase: "nothing" }, null, null, "NOT_FOUND"], ["of a use case of another unit", { businessUnit: "sales", useCase: "triage" }, null, null, "BAD_USER_INPUT"],
    ["of a use case that nobody owns", { useCase: "orphan" }, null, null, "BAD_USER_INPUT"], ["of a use case without its unit", { businessUnit: null, useCase: "triage" }, null, null, "BAD_USER_INPUT"], ["of a closed month", {}, "CLOSED", null, "PERIOD_CLOSED"],
    ["of a month that is none", { period: "2026-13" }, null, null, "BAD_USER_INPUT"], ["that is set and differs", { amount: "1.00" }, "OPEN", first, "CONFLICT"], ["that somebody else revised", { amount: "1.00", revises: 1, reason: "x" }, "OPEN", { ...first, version: 2 }, "CONFLICT"],
    ["as a revision without a reason", { amount: "1.00", revises: 1 }, "OPEN", first, "BAD_USER_INPUT"], ["as a revision of nothing", { revises: 1, reason: "x" }, null, null, "NOT_FOUND"],
  ])("%s is refused, and nothing is written", async (_, more, status, newest, code) => {
    const used = ports(status, newest);
    await expect(setBudget(used, { ...input(), ...more })).rejects.toMatchObject({ code });
    expect(used.saved).toEqual([]);
  });

  it("answers what is set, and counts versions on", async () => {
    const used = ports("OPEN", first);
    expect(await setBudget(used, input())).toBe(first);
    expect(used.saved).toEqual([]);
    expect(await setBudget(used, { ...input({ amount: "1.00" }), revises: 1, reason: " more calls " })).toMatchObject({ version: 2, reason: "more calls", amountMinor: 100n });
    expect(used.saved).toEqual([["service", null, 2, "more calls"], [1, 2]]);
    expect(await setBudget(ports(null, null), { ...input({ businessUnit: null }), reason: "said for nothing" })).toMatchObject({ version: 1, reason: null, businessUnit: null });
  });
});

describe("unit costs", () => {
  it.each([
    ["54,000.00 over 40,000 calls and 120,000 minutes", 40_000n, 120_000n, 5_400_000n, "135", "45"], ["no call", 0n, 0n, 5_400_000n, null, null], ["a call of no length", 1n, 0n, 100n, "100", null], ["a credit", 2n, 4n, -100n, "-50", "-25"],
  ])("of %s", (_, calls, minutes, allIn, perCall, perMinute) => {
    const cost = unitCostOf({ businessUnit: "service", useCase: "triage", calls, connectedMs: minutes * 60_000n, actualMinor: allIn }, facts().lines);
    expect([cost.perCall && formatFraction(cost.perCall), cost.perMinute && formatFraction(cost.perMinute), cost.directMinor]).toEqual([perCall, perMinute, 1_500_000n]);
    expect(cost.missing.length).toBe([perCall, perMinute].filter((each) => each === null).length);
    expect(cost.directPerCall).toEqual(calls === 0n ? null : fraction(1_500_000n, calls));
    expect(totalOf([cost, cost])).toMatchObject({ useCase: null, calls: calls * 2n, allInMinor: allIn * 2n, perCall: cost.perCall, perMinute: cost.perMinute });
  });
});
