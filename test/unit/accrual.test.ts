import { AccrualState, KnownAccrual, bearerOfInvoice, isDoubledBy, isMovedBy, requireSameCost, statusOf, wordsOf } from "../../src/costs";

const accrual: KnownAccrual = {
  id: "a-1", externalId: "expected", entryId: "e-1", poolId: "p-1", pool: "platform", useCaseId: null, useCase: null, periodKey: "2025-10", amountMinor: 9_000n, kind: "CHARGE", payloadHash: "h", reason: "no invoice yet", source: "order 7",
  renews: null, recordedBy: "fin", bearer: null, isMonthOpen: true, reversal: null, answers: [], renewedBy: null,
};
const taken = { entryId: "e-2", periodKey: "2025-11", cause: "CLOSE", bearer: null, isMoved: false } as const;
const retail = { id: "b-1", code: "retail" };

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

  it.each<[string, string, Partial<AccrualState>, boolean]>([
    ["of its own open month", "2025-10", {}, true],
    ["of an earlier month, which the close of the open month charges", "2025-09", {}, true],
    ["of the next month, where the close takes it back", "2025-11", {}, false],
    ["of its own month after the close", "2025-10", { isMonthOpen: false }, false],
    ["when it was taken back before", "2025-10", { reversal: taken }, false],
  ])("is taken back at once by an invoice %s", (_, invoicePeriod, state, expected) => {
    expect(isDoubledBy({ ...accrual, ...state }, invoicePeriod)).toBe(expected);
  });

  it.each<[string, string, Partial<AccrualState>, boolean]>([
    ["of its own closed month", "2025-10", { reversal: taken }, true],
    ["of an earlier month", "2025-09", { reversal: taken }, true],
    ["of the month where it was taken back", "2025-11", { reversal: taken }, false],
    ["that is the second of its month", "2025-10", { reversal: { ...taken, isMoved: true } }, false],
    ["of its month where an invoice took it back before the close", "2025-10", { reversal: { ...taken, periodKey: "2025-10", cause: "INVOICE" } }, false],
    ["of its open month", "2025-10", { isMonthOpen: true }, false],
  ])("is taken back in its own month instead by an invoice %s", (_, invoicePeriod, state, expected) => {
    expect(isMovedBy({ ...accrual, isMonthOpen: false, ...state }, invoicePeriod)).toBe(expected);
  });

  it.each<[string, string, Partial<KnownAccrual>, string | null]>([
    ["who was charged with it and given it back", "2025-11", { useCase: "triage", reversal: { ...taken, bearer: retail } }, "retail"],
    ["who bore what it renews", "2025-11", { useCase: "triage", bearer: retail }, "retail"],
    ["whoever owns the use case at the end of their common month", "2025-10", { useCase: "triage" }, null],
    ["all, on a shared pool", "2025-11", {}, null],
  ])("has its invoice borne by %s", (_, invoicePeriod, more, expected) => {
    expect(bearerOfInvoice({ ...accrual, ...more }, invoicePeriod)?.code ?? null).toBe(expected);
  });

  it("takes no invoice of a later month while it is open who bears it", () => {
    expect(() => bearerOfInvoice({ ...accrual, useCase: "triage" }, "2025-11")).toThrow(/^2025-10 is not closed: who bears accrual expected, .* Book the invoice in 2025-10, or after its close\.$/);
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
