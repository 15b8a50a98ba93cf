import { AccrualState, KnownAccrual, isDoubledBy, requireSameCost, statusOf, wordsOf } from "../../src/costs";

const accrual: KnownAccrual = {
  id: "a-1", externalId: "expected", entryId: "e-1", poolId: "p-1", pool: "platform", useCaseId: null, useCase: null, periodKey: "2025-10", amountMinor: 9_000n, payloadHash: "h", reason: "no invoice yet", source: "order 7",
  renews: null, recordedBy: "fin", reversal: null, answers: [], renewedBy: null,
};
const taken = { entryId: "e-2", periodKey: "2025-11", cause: "CLOSE" } as const;

describe("an accrual", () => {
  it.each<[string, Partial<AccrualState>, string]>([
    ["counts in its month", {}, "ACCRUED"],
    ["was taken back and nothing came", { reversal: taken }, "REVERSED"],
    ["was taken back and its invoice came", { reversal: taken, answers: [{ kind: "INVOICE" }] }, "ANSWERED"],
    ["counts and its invoice of a later month came", { answers: [{ kind: "INVOICE" }] }, "ANSWERED"],
    ["was released", { reversal: taken, answers: [{ kind: "RELEASE" }] }, "ANSWERED"],
    ["was renewed", { reversal: taken, renewedBy: "expected-2" }, "ANSWERED"],
  ])("that %s", (_, state, status) => {
    expect(statusOf({ ...accrual, ...state })).toBe(status);
  });

  it.each<[string, boolean, string, Partial<AccrualState>, boolean]>([
    ["of its own open month", true, "2025-10", {}, true],
    ["of an earlier month, which the close of the open month charges", true, "2025-09", {}, true],
    ["of the next month, where the close takes it back", true, "2025-11", {}, false],
    ["of its own month after the close", false, "2025-10", {}, false],
    ["when it was taken back before", true, "2025-10", { reversal: taken }, false],
  ])("is taken back at once by an invoice %s", (_, isMonthOpen, invoicePeriod, state, expected) => {
    expect(isDoubledBy({ ...accrual, ...state }, isMonthOpen, invoicePeriod)).toBe(expected);
  });

  it("is answered by the same cost alone, and by its newest name", () => {
    expect(() => requireSameCost(accrual, "p-1", null)).not.toThrow();
    expect(() => requireSameCost(accrual, "p-2", null)).toThrow("Accrual expected is for platform. Name the accrual of this cost, or none.");
    expect(() => requireSameCost({ ...accrual, useCaseId: "u-1", useCase: "triage" }, "p-1", "u-2")).toThrow("Accrual expected is for platform, use case triage.");
    expect(() => requireSameCost({ ...accrual, renewedBy: "expected-2" }, "p-1", null)).toThrow("Accrual expected was renewed by expected-2. Name that one.");
  });

  it("is named in its entry, which is never too long", () => {
    expect(wordsOf(accrual)).toBe("Accrual expected: no invoice yet");
    expect(wordsOf({ externalId: "x".repeat(150), reason: "y".repeat(400) })).toHaveLength(500);
  });
});
