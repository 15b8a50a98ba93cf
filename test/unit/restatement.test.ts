import fc from "fast-check";
import { RestatementVersion, Statement, StatementLine, hashRestatement, requireRestatable, requireWhole, restate, restateStatements } from "../../src/chargeback";
import { Charges } from "../../src/chargeback/adjustment";
import { currencyOf } from "../../src/kernel/money";

const charges = (cells: Record<string, bigint>, unallocated = 0n): Charges => ({
  charges: Object.entries(cells).map(([unit, amountMinor]) => ({ pool: "platform", businessUnit: unit, useCase: `${unit}-case`, amountMinor })),
  pools: [{ pool: "platform", amountMinor: Object.values(cells).reduce((sum, each) => sum + each, unallocated), unallocatedMinor: unallocated }],
});
const figures = restate(charges({ retail: 50n, claims: 50n }), charges({ retail: 60n, claims: 60n }), charges({ retail: 40n, claims: 40n, support: 40n }));

describe("a month worked out anew", () => {
  it("tells late cost from late usage, cell by cell", () => {
    expect(figures.cells.map((each) => [each.businessUnit, each.beforeMinor, each.costMinor, each.usageMinor, each.afterMinor])).toEqual([["claims", 50n, 10n, -20n, 40n], ["retail", 50n, 10n, -20n, 40n], ["support", 0n, 0n, 40n, 40n]]);
    expect(figures.pools).toEqual([{ pool: "platform", beforeMinor: 100n, beforeUnallocatedMinor: 0n, afterMinor: 120n, afterUnallocatedMinor: 0n }]);
  });

  it("makes up every pool and every difference, whatever came", () => {
    const cells = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }));
    const some = fc.tuple(cells, fc.bigInt({ min: -1000n, max: 1000n })).map(([each, unallocated]) => charges(each, unallocated));
    fc.assert(fc.property(some, some, some, (before, withCost, withBoth) => {
      const restated = restate(before, withCost, withBoth);
      requireWhole(restated);
      const sum = restated.cells.reduce((total, each) => total + each.costMinor + each.usageMinor, 0n);
      const of = (of_: Charges): bigint => of_.charges.reduce((total, each) => total + each.amountMinor, 0n);
      expect(sum).toBe(of(withBoth) - of(before));
    }));
  });

  it("stops when a pool is not made up", () => {
    expect(() => requireWhole({ ...figures, pools: [{ ...figures.pools[0]!, afterMinor: 121n }] })).toThrow("cells and unallocated do not make the pool platform");
    expect(() => requireWhole({ ...figures, cells: figures.cells.map((cell) => ({ ...cell, costMinor: cell.costMinor + 1n })) })).toThrow("causes do not make the difference");
  });

  it.each<[string, Partial<RestatementVersion>]>([["another version", { version: 3 }], ["another hash before it", { previousHash: "b" }], ["another amount", { cells: figures.cells.slice(1) }], ["another month", { period: "2025-09" }]])("has a hash that changes with %s, and not with the order", (_, other) => {
    const version: RestatementVersion = { period: "2025-10", version: 2, previousHash: "a", ...figures };
    expect(hashRestatement({ ...version, cells: [...figures.cells].reverse() })).toBe(hashRestatement(version));
    expect(hashRestatement({ ...version, ...other })).not.toBe(hashRestatement(version));
  });

  it("waits for a second person", () => {
    const request = { kind: "REQUESTED", reason: "x", by: "ann", at: new Date(0) } as const;
    expect(requireRestatable(request, "2025-10", "bob")).toBe(request);
    expect(() => requireRestatable(request, "2025-10", "ann")).toThrow("a second person must do it");
    for (const gone of [null, { ...request, kind: "WITHDRAWN" as const }, { ...request, kind: "RESTATED" as const }]) expect(() => requireRestatable(gone, "2025-10", "bob")).toThrow("Nobody has asked to restate 2025-10");
  });
});

describe("its statements", () => {
  const line: StatementLine = { lineId: "l", kind: "ALLOCATION", useCase: "retail-case", pool: "platform", originPeriod: "2025-10", run: { id: "r", resultHash: "h" }, resolutionId: null, amountMinor: 50n, description: null };
  const statement = (businessUnit: string, status: Statement["status"]): Statement => ({
    id: businessUnit, businessUnit, businessUnitId: businessUnit, periodKey: "2025-10", version: 1, newestVersion: 1, mode: "SHOWBACK", currency: "USD", totalMinor: 50n, hash: "h1", previousHash: null, resolutionId: null, status, issuedAt: new Date(0), issuedBy: "fin", disputableUntil: null, rulesVersion: null, acceptsBySilence: false, asOf: null,
  });
  let next = 0;
  const ports = { currency: currencyOf("USD")!, newId: () => `id-${(next += 1)}`, linesOf: async () => [line], findUnit: async (code: string) => ({ id: code, code, name: code, costCentre: null, chargebackMode: "CHARGEBACK" as const }) };

  it("follow the ones before them, a posted one too; what is disputed stays so, and a new unit gets its first", async () => {
    const restated = await restateStatements(ports, [statement("retail", "POSTED"), statement("claims", "DISPUTED"), statement("quiet", "ACCEPTED")], figures, "2025-10", 2);
    expect(restated.map(({ before, draft, status }) => [draft.businessUnit, before?.status, draft.version, status, draft.totalMinor, draft.previousHash, draft.mode, draft.restatementVersion])).toEqual([
      ["claims", "DISPUTED", 2, "DISPUTED", 40n, "h1", "SHOWBACK", 2], ["retail", "POSTED", 2, "ISSUED", 40n, "h1", "SHOWBACK", 2], ["support", undefined, 1, "ISSUED", 40n, null, "CHARGEBACK", 2],
    ]);
    expect(restated[1]!.draft.lines.map(({ kind, amountMinor, description }) => [kind, amountMinor, description])).toEqual([
      ["ALLOCATION", 50n, null], ["RESTATEMENT", -10n, "Restated in version 2: before 0.50, late cost 0.10, late usage and corrections -0.20"],
    ]);
  });
});
