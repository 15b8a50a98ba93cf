import fc from "fast-check";
import { FocusCharge, RATIO_SCALE, focusRows, isAllocated, partCredit, withCredits } from "../../src/exports/focus";

const charge = (more: Partial<FocusCharge> = {}): FocusCharge =>
  ({ kind: "ALLOCATION", pool: "platform", businessUnit: "retail", useCase: "returns", originPeriod: "2025-10", runId: "r", methodId: "policy-1:platform", amountMinor: 1n, isCredit: false, ...more });

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

  it("tell credits apart in proportion: charge and credit sum to the part, credits to what was granted, and no part turns to the other sign's side", () => {
    const amount = fc.bigInt(0n, 10n ** 12n);
    fc.assert(fc.property(fc.array(amount, { minLength: 1, maxLength: 6 }), amount, (amounts, credit) => {
      const parts = amounts.map((amountMinor, index) => charge({ useCase: `c${index}`, amountMinor }));
      const net = sum(amounts);
      const apart = partCredit(parts, { bookedMinor: net, creditedMinor: -credit });
      expect(sum(apart.filter(({ isCredit }) => isCredit).map(({ amountMinor }) => amountMinor))).toBe(net === 0n ? 0n : -credit);
      for (const { useCase, amountMinor } of parts) expect(sum(apart.filter((each) => each.useCase === useCase).map((each) => each.amountMinor))).toBe(amountMinor);
      expect(apart.every(({ isCredit, amountMinor }) => (isCredit ? amountMinor <= 0n : amountMinor >= 0n))).toBe(true);
    }));
  });

  it.each<[string, readonly bigint[], bigint, bigint, ReadonlyArray<readonly [bigint, boolean]>]>([
    ["a third each, the odd unit to the code that sorts first", [30n, 30n, 30n], 90n, -10n, [[34n, false], [-4n, true], [33n, false], [-3n, true], [33n, false], [-3n, true]]],
    ["of a pool that passes half of itself on, half", [25n, 25n], 100n, -20n, [[30n, false], [-5n, true], [30n, false], [-5n, true]]],
    ["of a pool that received of others, all, and no more", [75n, 75n], 100n, -20n, [[85n, false], [-10n, true], [85n, false], [-10n, true]]],
    ["of a month that is a credit altogether", [-30n, -10n], -40n, -80n, [[30n, false], [-60n, true], [10n, false], [-20n, true]]],
    ["not to who is credited in a month of charges", [-10n, 50n], 40n, -8n, [[-10n, false], [58n, false], [-8n, true]]],
    ["a credit that is taken back", [50n], 50n, 5n, [[45n, false], [5n, true]]],
    ["nothing where the month comes to nothing", [20n, -20n], 0n, -20n, [[20n, false], [-20n, false]]],
  ])("credit %s", (_, amounts, bookedMinor, creditedMinor, expected) => {
    const parts = amounts.map((amountMinor, index) => charge({ useCase: `c${index}`, amountMinor }));
    expect(partCredit(parts, { bookedMinor, creditedMinor }).map(({ amountMinor, isCredit }) => [amountMinor, isCredit])).toEqual(expected);
  });

  it("have credits as charges of their own, with ratios of their own", () => {
    const direct = charge({ kind: "DIRECT", methodId: null, pool: "direct", runId: null, amountMinor: 80n });
    const rows = focusRows([...partCredit([charge({ useCase: "a", amountMinor: 60n }), charge({ useCase: "b", amountMinor: 30n })], { bookedMinor: 90n, creditedMinor: -9n }), ...withCredits([direct], new Map([[direct, -20n]]))]);
    expect(rows.map(({ originId, useCase, amountMinor, ratio, chargeCategory, chargeClass }) => [originId, useCase, amountMinor, ratio, chargeCategory, chargeClass])).toEqual([
      ["2025-10/ALLOCATION/platform/policy-1:platform", "a", 66n, 666666667n, "Usage", null], ["2025-10/ALLOCATION/platform/policy-1:platform", "b", 33n, 333333333n, "Usage", null],
      ["2025-10/ALLOCATION/platform/policy-1:platform/credit", "a", -6n, 666666667n, "Credit", null], ["2025-10/ALLOCATION/platform/policy-1:platform/credit", "b", -3n, 333333333n, "Credit", null],
      ["2025-10/DIRECT/direct/direct", "returns", 100n, null, "Usage", null], ["2025-10/DIRECT/direct/direct/credit", "returns", -20n, null, "Credit", null],
    ]);
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
