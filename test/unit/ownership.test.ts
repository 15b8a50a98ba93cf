import { UseCaseOwnership, movesOfMerge } from "../../src/tenancy";
import { AttributionRule, attribute, ruleAt } from "../../src/metering";

const day = (date: string): number => Date.parse(`${date}T00:00:00Z`);

describe("what a merge has to move", () => {
  const owns = (useCaseId: string, businessUnitId: string, from?: string): UseCaseOwnership => ({ useCaseId, businessUnitId, effectiveFromMs: from ? day(from) : -Infinity });
  const told = (ownerships: UseCaseOwnership[], from: string[] = ["a", "b"]): string[] =>
    movesOfMerge(ownerships, new Set(from), "into", day("2025-11-01")).map((move) => `${move.useCaseId} ${move.fromUnitId} ${new Date(move.effectiveFromMs).toISOString().slice(0, 10)}`);

  test.each<[string, UseCaseOwnership[], string[]]>([
    ["what the units own on the day",            [owns("x", "a"), owns("y", "b"), owns("z", "c")],                        ["x a 2025-11-01", "y b 2025-11-01"]],
    ["not what they owned before",               [owns("x", "a"), owns("x", "c", "2025-10-31")],                          []],
    ["what changes hands on the very day",       [owns("x", "c"), owns("x", "a", "2025-11-01")],                          ["x a 2025-11-01"]],
    ["what they were to get later",              [owns("x", "c"), owns("x", "a", "2025-12-01")],                          ["x a 2025-12-01"]],
    ["what goes away in between and comes back", [owns("x", "a"), owns("x", "c", "2025-12-01"), owns("x", "b", "2026-01-01")], ["x a 2025-11-01", "x b 2026-01-01"]],
    ["not what they were to give away later",    [owns("x", "a"), owns("x", "c", "2025-12-01")],                          ["x a 2025-11-01"]],
    ["nothing of nothing",                       [],                                                                      []],
    ["not what begins later with another",       [owns("x", "c", "2025-12-01")],                                          []],
  ])("%s", (_, ownerships, expected) => {
    expect(told(ownerships)).toEqual(expected);
    expect(told([...ownerships].reverse())).toEqual(expected);
  });
});

describe("which standing rule holds", () => {
  const rule = (version: number, from: string, more: Partial<AttributionRule> = {}): AttributionRule =>
    ({ version, reportedUseCase: "old", reportedBusinessUnit: null, source: null, useCaseId: `to-${version}`, effectiveFromMs: day(from), effectiveUntilMs: null, ...more });

  test.each<[string, AttributionRule[], string, string | null, string, string | null]>([
    ["none for another code",                       [rule(1, "2025-10-01")],                                                              "Old", null,     "2025-10-05", null],
    ["none before it begins",                       [rule(1, "2025-10-06")],                                                              "old", null,     "2025-10-05", null],
    ["from its first instant on",                   [rule(1, "2025-10-05")],                                                              "old", null,     "2025-10-05", "to-1"],
    ["the newest that has begun",                   [rule(1, "2025-10-01"), rule(2, "2025-09-01"), rule(3, "2025-10-06")],                "old", null,     "2025-10-05", "to-1"],
    ["the higher version from one instant",         [rule(1, "2025-10-01"), rule(2, "2025-10-01")],                                       "old", null,     "2025-10-05", "to-2"],
    ["any unit when it names none",                 [rule(1, "2025-10-01")],                                                              "old", "retail", "2025-10-05", "to-1"],
    ["not another unit when it names one",          [rule(1, "2025-10-01", { reportedBusinessUnit: "claims" })],                          "old", "retail", "2025-10-05", null],
    ["not no unit when it names one",               [rule(1, "2025-10-01", { reportedBusinessUnit: "claims" })],                          "old", null,     "2025-10-05", null],
    ["the unit before none, also when older",       [rule(1, "2025-10-02"), rule(2, "2025-10-01", { reportedBusinessUnit: "retail" })],   "old", "retail", "2025-10-05", "to-2"],
    ["the source before the unit",                  [rule(1, "2025-10-01", { source: "s" }), rule(2, "2025-10-01", { reportedBusinessUnit: "retail" })], "old", "retail", "2025-10-05", "to-1"],
    ["source and unit before the source",           [rule(1, "2025-10-01", { source: "s" }), rule(2, "2025-10-01", { source: "s", reportedBusinessUnit: "retail" })], "old", "retail", "2025-10-05", "to-2"],
    ["until the instant that it is retired from",   [rule(1, "2025-10-01", { effectiveUntilMs: day("2025-10-06") })],                     "old", null,     "2025-10-05", "to-1"],
    ["not from that instant on",                    [rule(1, "2025-10-01", { effectiveUntilMs: day("2025-10-05") })],                     "old", null,     "2025-10-05", null],
    ["a retired one does not bring back its elder", [rule(1, "2025-09-01"), rule(2, "2025-10-01", { effectiveUntilMs: day("2025-10-05") })], "old", null,  "2025-10-05", null],
    ["but leaves it to the less particular",        [rule(1, "2025-09-01"), rule(2, "2025-10-01", { source: "s", effectiveUntilMs: day("2025-10-05") })], "old", null, "2025-10-05", "to-1"],
  ])("%s", (_, rules, code, unit, at, expected) => {
    expect(ruleAt(rules, code, unit, day(at))?.useCaseId ?? null).toBe(expected);
    expect(ruleAt([...rules].reverse(), code, unit, day(at))?.useCaseId ?? null).toBe(expected);
  });

  test.each<[string, string | null, string, string[], string]>([
    ["goes where the rule says",                 null,     "old",     ["retail"],           "ATTRIBUTED"],
    ["also where another unit was sent",         "claims", "old",     ["retail", "claims"], "ATTRIBUTED"],
    ["but not where the sender may not write",   null,     "old",     ["claims"],           "HELD"],
    ["nor past a unit that the sender may not",  "claims", "old",     ["retail"],           "REFUSED"],
    ["a known code is no business of a rule",    null,     "known",   ["retail"],           "HELD"],
  ])("an unknown code %s", (_, businessUnit, useCase, own, kind) => {
    const directory = {
      unitIdByCode: new Map([["retail", "retail"], ["claims", "claims"]]), useCaseIdByCode: new Map([["known", "id-known"]]),
      ownerships: [{ useCaseId: "to-1", businessUnitId: "retail", effectiveFromMs: -Infinity }], rules: [rule(1, "2025-10-01"), rule(2, "2025-10-01", { reportedUseCase: "known", useCaseId: "to-1" })],
    };
    const answer = attribute({ businessUnit, useCase, endedAtMs: day("2025-10-05") }, directory, (id) => own.includes(id));
    expect(answer).toEqual(kind === "ATTRIBUTED" ? { kind, businessUnitId: "retail", useCaseId: "to-1" } : kind === "HELD" ? { kind, reason: "USE_CASE_UNKNOWN" } : expect.objectContaining({ kind }));
  });
});
