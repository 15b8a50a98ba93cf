import fc from "fast-check";
import { FocusCharge, RATIO_SCALE, focusRows, isAllocated } from "../../src/exports/focus";

const charge = (more: Partial<FocusCharge> = {}): FocusCharge =>
  ({ kind: "ALLOCATION", pool: "platform", businessUnit: "retail", useCase: "returns", originPeriod: "2025-10", runId: "r", methodId: "policy-1:platform", amountMinor: 1n, ...more });

/** Splits as months have them: pools with parts of units and, of some, what nobody bears. */
const split = fc.record({
  pool: fc.constantFrom("platform", "telephony", "ai"), kind: fc.constantFrom("ALLOCATION" as const, "ADJUSTMENT" as const, "RESTATEMENT" as const), originPeriod: fc.constantFrom("2025-08", "2025-09"),
  parts: fc.array(fc.bigInt(-(10n ** 12n), 10n ** 12n), { minLength: 1, maxLength: 6 }), left: fc.bigInt(-1000n, 1000n),
}).map(({ pool, kind, originPeriod, parts, left }): FocusCharge[] => [
  ...parts.map((amountMinor, index) => charge({ pool, kind, originPeriod, businessUnit: `u${index % 3}`, useCase: `c${index}`, methodId: `policy-1:${pool}`, amountMinor })),
  charge({ pool, kind, originPeriod, businessUnit: null, useCase: null, methodId: `policy-1:${pool}`, amountMinor: left }),
]);
const months = fc.uniqueArray(split, { maxLength: 5, selector: ([first]) => [first!.pool, first!.kind, first!.originPeriod].join() }).map((all) => all.flat());

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, each) => total + each, 0n);
const byOrigin = <T extends { readonly originId: string }>(rows: readonly T[]): T[][] => [...new Set(rows.map(({ originId }) => originId))].map((id) => rows.filter(({ originId }) => originId === id));

describe("rows of FOCUS", () => {
  it("are parts that sum to their origin, without a row of the origin", () => {
    fc.assert(fc.property(months, (charges) => {
      const rows = focusRows(charges);
      expect(rows.length).toBe(charges.filter(({ amountMinor }) => amountMinor !== 0n).length);
      for (const parts of byOrigin(rows)) {
        const { pool, kind, originPeriod } = parts[0]!;
        expect(sum(parts.map(({ amountMinor }) => amountMinor))).toBe(sum(charges.filter((each) => each.pool === pool && each.kind === kind && each.originPeriod === originPeriod).map(({ amountMinor }) => amountMinor)));
        // What is no part's own is the origin's, in every part.
        expect(new Set(parts.map((part) => JSON.stringify([part.pool, part.kind, part.originPeriod, part.methodId, part.chargeClass, part.chargeCategory]))).size).toBe(1);
      }
    }));
  });

  it("have ratios from 0 to 1 that sum to 1 exactly over what units bear of an origin", () => {
    fc.assert(fc.property(months, (charges) => {
      for (const parts of byOrigin(focusRows(charges))) {
        const borne = parts.filter(isAllocated);
        expect(parts.filter((part) => !isAllocated(part)).map(({ ratio }) => ratio)).toEqual(parts.filter((part) => !isAllocated(part)).map(() => null));
        if (borne.length > 0) expect(sum(borne.map(({ ratio }) => ratio!))).toBe(10n ** BigInt(RATIO_SCALE));
        for (const { ratio } of borne) expect(ratio! >= 0n && ratio! <= 10n ** BigInt(RATIO_SCALE)).toBe(true);
      }
    }));
  });

  it("do not depend on the order of the charges", () => {
    fc.assert(fc.property(months, (charges) => expect(focusRows([...charges].reverse())).toEqual(focusRows(charges))));
  });

  it("tell thirds, remainders, direct cost and corrections", () => {
    const thirds = focusRows(["a", "b", "c"].map((useCase) => charge({ useCase })));
    expect(thirds.map(({ useCase, ratio }) => [useCase, ratio])).toEqual([["a", 333333334n], ["b", 333333333n], ["c", 333333333n]]);
    const rows = focusRows([
      charge({ kind: "TRUE_UP", methodId: null, originPeriod: "2025-09", amountMinor: -5n }), charge({ kind: "DIRECT", methodId: null, pool: "direct", runId: null }), charge(), charge({ businessUnit: null, useCase: null, amountMinor: 3n }),
      charge({ kind: "ADJUSTMENT", originPeriod: "2025-08", amountMinor: -2n }), charge({ useCase: "nothing", amountMinor: 0n }),
    ]);
    expect(rows.map(({ kind, businessUnit, ratio, chargeClass, chargeCategory, originId }) => [kind, businessUnit, ratio, chargeClass, chargeCategory, originId])).toEqual([
      ["ADJUSTMENT", "retail", 1000000000n, "Correction", "Usage", "2025-08/ADJUSTMENT/platform/policy-1:platform"],
      ["TRUE_UP", "retail", null, "Correction", "Adjustment", "2025-09/TRUE_UP/platform/direct"],
      ["ALLOCATION", "retail", 1000000000n, null, "Usage", "2025-10/ALLOCATION/platform/policy-1:platform"],
      ["ALLOCATION", null, null, null, "Usage", "2025-10/ALLOCATION/platform/policy-1:platform"],
      ["DIRECT", "retail", null, null, "Usage", "2025-10/DIRECT/direct/direct"],
    ]);
  });
});
