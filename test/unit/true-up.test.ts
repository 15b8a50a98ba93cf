import fc from "fast-check";
import { AllocationFacts, allocate } from "../../src/allocation/allocate";
import { readPolicy } from "../../src/allocation/policy";
import { TrueUpMonth, draftTrueUp, hashTrueUp, requireCleared } from "../../src/chargeback/true-up/true-up";
import { BrokenBelief, Refusal } from "../../src/kernel/refusal";

const SPAN = { from: "2025-07", to: "2025-09" };
const month = (period: string, costMinor: bigint, recoveredMinor: bigint): TrueUpMonth => ({ period, figuresVersion: 1, costMinor, recoveredMinor, varianceMinor: recoveredMinor - costMinor });
const charged = (businessUnit: string, useCase: string, chargedMinor: bigint): { businessUnit: string; useCase: string; chargedMinor: bigint } => ({ businessUnit, useCase, chargedMinor });

describe("a standard rate of 0.32 a minute", () => {
  it("recovers 64,000 for 200,000 minutes of a pool of 60,000: an over-recovery of 4,000, given back as it was charged", () => {
    const minutes = { service: 120_000n, sales: 37_500n, collections: 42_500n };
    const policy = readPolicy({ effectiveFrom: "2025-09", rules: [{ pool: "platform", parts: [{ method: "RATE", driver: "CONNECTED_SECONDS", rate: "0.32", ratePer: "60" }] }] });
    const quantities = Object.entries(minutes).map(([businessUnit, of]) => ({ businessUnit, useCase: `${businessUnit}-calls`, channel: "VOICE", quantity: of * 60_000n }));
    const facts: AllocationFacts = {
      period: "2025-09", currency: "GBP", policy, pools: [{ code: "platform", amountMinor: 6_000_000n }], receivers: new Map(Object.keys(minutes).map((unit) => [unit, [`${unit}-calls`]])),
      drivers: new Map([["CONNECTED_SECONDS", { quantities, unitQuantities: null }]]), priorDrivers: new Map([["CONNECTED_SECONDS", { quantities: [], unitQuantities: null }]]), method: { booked: [], priors: [], parents: [], directCosts: [] },
    };
    const { pools: [pool], allocatedMinor, totalMinor, varianceMinor } = allocate(facts);
    const lines = pool!.lines.map(({ businessUnit, useCase, amountMinor }) => charged(businessUnit, useCase, amountMinor));
    expect(lines.map((line) => [line.businessUnit, line.chargedMinor])).toEqual([["collections", 1_360_000n], ["sales", 1_200_000n], ["service", 3_840_000n]]);
    expect([totalMinor, allocatedMinor, varianceMinor, allocatedMinor + varianceMinor]).toEqual([6_000_000n, 6_400_000n, -400_000n, totalMinor]);
    const draft = draftTrueUp("platform", { from: "2025-09", to: "2025-09" }, [month("2025-09", totalMinor, allocatedMinor)], lines);
    expect([draft.amountMinor, draft.lines.map((line) => [line.businessUnit, line.amountMinor])]).toEqual([-400_000n, [["collections", -85_000n], ["sales", -75_000n], ["service", -240_000n]]]);
  });
});

describe("a true-up", () => {
  it.each<[string, TrueUpMonth[], ReturnType<typeof charged>[], bigint, bigint[]]>([
    ["months that make up for each other give nothing back", [month("2025-07", 100n, 104n), month("2025-08", 100n, 96n)], [charged("a", "x", 200n)], 0n, []],
    ["under-recovery is charged, units before use cases", [month("2025-07", 10n, 3n)], [charged("a", "x", 1n), charged("a", "y", 1n), charged("b", "z", 1n)], 7n, [3n, 2n, 2n]],
    ["who was credited has no part in it", [month("2025-07", 0n, 9n)], [charged("a", "x", 10n), charged("b", "y", -1n)], -9n, [-9n]],
    ["credits are trued up like charges", [month("2025-07", -9n, -6n)], [charged("a", "x", -4n), charged("b", "y", -2n)], -3n, [-2n, -1n]],
    ["who was charged nothing has no part in it, not even a line", [month("2025-07", 9n, 0n)], [charged("a", "x", 10n), charged("b", "y", 0n)], 9n, [9n]],
  ])("%s", (_, months, charges, amount, lines) => {
    const draft = draftTrueUp("p", SPAN, months, charges);
    expect([draft.amountMinor, draft.lines.map(({ amountMinor }) => amountMinor)]).toEqual([amount, lines]);
  });

  it("has nobody to give back to where nobody was charged", () => {
    expect.assertions(1);
    try {
      draftTrueUp("p", SPAN, [month("2025-07", 5n, 0n)], []);
    } catch (error) {
      const { code, field, message } = error as Refusal;
      expect([code, field, message]).toEqual(["NOT_READY", ["from"], "Nobody was charged anything of p in these months: there is no proportion to give the variance back in. Choose a span in which it was charged."]);
    }
  });

  it("goes to those who were charged where charges and credits cancel out", () => {
    const { lines } = draftTrueUp("p", SPAN, [month("2025-07", 9n, 0n)], [charged("a", "x", -5n), charged("b", "y", 5n)]);
    expect(lines).toEqual([{ ...charged("b", "y", 5n), amountMinor: 9n }]);
  });

  it("has its lines in the order of codes, ties to the code that comes first", () => {
    const { lines } = draftTrueUp("p", SPAN, [month("2025-07", 5n, 0n)], [charged("b", "y", 1n), charged("b", "x", 1n), charged("a", "z", 1n), charged("a", "w", 1n)]);
    expect(lines.map(({ businessUnit, useCase, amountMinor }) => `${businessUnit}/${useCase} ${amountMinor}`)).toEqual(["a/w 2", "a/z 1", "b/x 1", "b/y 1"]);
  });

  it.each<[string, bigint, bigint, bigint]>([["that say another sum", 3n, 4n, -3n], ["that clear something else", 3n, 3n, -4n]])("stops at lines %s", (_, amount, said, variance) => {
    const lines = [{ ...charged("a", "x", 1n), amountMinor: amount }];
    expect(() => requireCleared({ lines, amountMinor: said, months: [month("2025-07", -variance, 0n)] })).toThrow(new BrokenBelief("a true-up leaves a variance over"));
  });

  it("leaves no variance, stays within a minor unit of each unit's exact share, mirrors its sign, and does not depend on the order", () => {
    const charges = fc.uniqueArray(fc.record({ businessUnit: fc.constantFrom("a", "b", "c"), useCase: fc.constantFrom("x", "y", "z"), chargedMinor: fc.bigInt({ min: 1n, max: 10n ** 12n }) }), { minLength: 1, maxLength: 9, selector: ({ businessUnit, useCase }) => `${businessUnit}/${useCase}` });
    fc.assert(fc.property(charges, fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), (each, variance) => {
      const draft = draftTrueUp("p", SPAN, [month("2025-07", 0n, variance)], each);
      const total = each.reduce((sum, { chargedMinor }) => sum + chargedMinor, 0n);
      expect(draft.lines.reduce((sum, { amountMinor }) => sum + amountMinor, variance)).toBe(0n);
      for (const unit of new Set(draft.lines.map(({ businessUnit }) => businessUnit))) {
        const own = draft.lines.filter(({ businessUnit }) => businessUnit === unit);
        const sum = (pick: (line: (typeof own)[number]) => bigint): bigint => own.reduce((all, line) => all + pick(line), 0n);
        const off = sum(({ amountMinor }) => amountMinor) * total + variance * sum(({ chargedMinor }) => chargedMinor);
        expect(off < total && -off < total).toBe(true);
      }
      expect(draftTrueUp("p", SPAN, [month("2025-07", 0n, -variance)], each).lines.map(({ amountMinor }) => -amountMinor)).toEqual(draft.lines.map(({ amountMinor }) => amountMinor));
      expect(draftTrueUp("p", SPAN, draft.months, [...each].reverse()).hash).toBe(draft.hash);
    }));
  });

  it("is known by its figures", () => {
    const draft = draftTrueUp("p", SPAN, [month("2025-07", 100n, 104n)], [charged("a", "x", 60n), charged("b", "y", 40n)]);
    const known = { pool: "p", ...SPAN, months: [month("2025-07", 100n, 104n)], lines: [{ ...charged("a", "x", 60n), amountMinor: -4n }] };
    expect(hashTrueUp(known)).toBe("d10f9635fc06a5555882c5a26f6a0c935b347b5b1a0e7839eb9947baac771cc4");
    const two = { ...draft, months: [month("2025-07", 100n, 104n), month("2025-08", 100n, 100n)], lines: [charged("a", "x", 30n), charged("a", "y", 30n), charged("b", "w", 40n)].map((each) => ({ ...each, amountMinor: -1n })) };
    expect(hashTrueUp({ ...two, months: [...two.months].reverse(), lines: [two.lines[2]!, two.lines[1]!, two.lines[0]!] })).toBe(hashTrueUp(two));
    const [line, ...others] = draft.lines;
    const changed = [...[{ businessUnit: "c" }, { useCase: "z" }, { chargedMinor: 1n }, { amountMinor: 1n }].map((each) => ({ lines: [{ ...line!, ...each }, ...others] })), { pool: "q" }, { from: "2025-06" }, { to: "2025-10" }, { months: [{ ...draft.months[0]!, figuresVersion: 2 }] }, { months: [{ ...draft.months[0]!, costMinor: 99n }] }, { lines: draft.lines.slice(1) }];
    expect(new Set([draft.hash, ...changed.map((each) => hashTrueUp({ ...draft, ...each }))]).size).toBe(changed.length + 1);
  });
});
