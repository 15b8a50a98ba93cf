import { CloseFacts, closeChecklist, requireReady } from "../../src/closing";
import { hashClosedFigures } from "../../src/closing/closed-figures";
import { DEFAULT_CLOSE_RULES } from "../../src/closing/close-rules";

const ready: CloseFacts = {
  period: "2025-10", endsAtMs: 1_000, nowMs: 1_000, rules: DEFAULT_CLOSE_RULES, earlierOpen: [], unattributed: 0, lateUnattributed: 0, silentSources: [], acknowledgedSilences: 0, unrated: null, unsettledVendors: [], needsRun: true,
  poolsWithoutCost: [], poolsWithoutRule: [], run: { sequence: 1, isLatest: true, addsUp: true }, openDisputes: 0, unissuedMonths: [],
};

const missing = (facts: Partial<CloseFacts>): string[] => closeChecklist({ ...ready, ...facts }).filter(({ ok }) => !ok).map(({ check }) => check);

describe("the checklist of a close", () => {
  it.each<[string, Partial<CloseFacts>, string[]]>([
    ["nothing is missing", {}, []],
    ["the month ends in a millisecond", { nowMs: 999 }, ["MONTH_OVER"]],
    ["an earlier month is open", { earlierOpen: ["2025-09"] }, ["EARLIER_MONTHS_CLOSED"]],
    ["one leg more than tolerated is unattributed", { unattributed: 3, rules: { ...DEFAULT_CLOSE_RULES, unattributedThreshold: 2 } }, ["USAGE_ATTRIBUTED"]],
    ["as many as tolerated are", { unattributed: 2, rules: { ...DEFAULT_CLOSE_RULES, unattributedThreshold: 2 } }, []],
    ["a stray came late for an earlier month", { lateUnattributed: 1 }, ["USAGE_ATTRIBUTED"]],
    ["a source fell silent", { silentSources: [{ uri: "retell://org", owner: "Voice team", silences: 1, longest: { fromMs: 0, toMs: 1_000, activeMs: 1_000 } }] }, ["SOURCES_HEARD"]],
    ["a silence is acknowledged", { acknowledgedSilences: 1 }, []],
    ["its usage is not rated", { unrated: "The usage of 2025-10 has not been rated." }, ["USAGE_RATED"]],
    ["a vendor's total is off", { unsettledVendors: ["retell is off by 1.00 USD"] }, ["VENDORS_RECONCILED"]],
    ["a pool has no cost", { poolsWithoutCost: ["platform"] }, ["POOLS_HAVE_COST"]],
    ["a pool has no rule", { poolsWithoutRule: ["platform"] }, ["POOLS_HAVE_RULES"]],
    ["it was never allocated", { run: null }, ["RUN_LATEST"]],
    ["there is nothing to allocate", { run: null, needsRun: false }, []],
    ["facts came after the run", { run: { sequence: 2, isLatest: false, addsUp: true } }, ["RUN_LATEST"]],
    ["the run does not add up", { run: { sequence: 2, isLatest: true, addsUp: false } }, ["RUN_ADDS_UP"]],
    ["disputes are open and may be", { openDisputes: 1 }, []],
    ["disputes are open and may not be", { openDisputes: 1, rules: { ...DEFAULT_CLOSE_RULES, blocksOnOpenDisputes: true } }, ["DISPUTES_SETTLED"]],
    ["statements are missing and may be", { unissuedMonths: ["2025-09"] }, []],
    ["statements are missing and may not be", { unissuedMonths: ["2025-09"], rules: { ...DEFAULT_CLOSE_RULES, blocksOnUnissuedStatements: true } }, ["STATEMENTS_ISSUED"]],
  ])("when %s", (_, facts, expected) => {
    expect(missing(facts)).toEqual(expected);
  });

  it("names silent sources with their owner and the longest silence", () => {
    const silent = (uri: string, silences: number) => ({ uri, owner: "Voice team", silences, longest: { fromMs: 0, toMs: 3_600_000, activeMs: 3_600_000 } });
    const said = closeChecklist({ ...ready, silentSources: [silent("a", 1), silent("b", 2), silent("c", 3)] }).find(({ check }) => check === "SOURCES_HEARD")!.message;
    const hour = "(Voice team) was silent from 1970-01-01T00:00:00.000Z to 1970-01-01T01:00:00.000Z";
    expect(said).toBe(`a ${hour}; b ${hour} and 1 more time; c ${hour} and 2 more times. Have what is missing sent, or take note of it with acknowledgeSilence.`);
  });

  it("names everything at once, numbered, with what to do", () => {
    const checks = closeChecklist({ ...ready, unattributed: 2, poolsWithoutCost: ["platform"], run: null });
    expect(() => requireReady("2025-10", checks)).toThrow(
      "2025-10 cannot close yet. 1) 2 legs are unattributed, 0 are tolerated. See unattributedUsage; move them with attributeUsage. 2) No cost is booked in 2025-10 on platform. Book it with bookCost, 0 where there is none. 3) 2025-10 has not been allocated. Run allocatePeriod.",
    );
  });
});

describe("the hash of a closed month", () => {
  const figures: Parameters<typeof hashClosedFigures>[0] = {
    period: "2025-10", currency: "GBP", policyHash: "p", run: { inputHash: "i", resultHash: "r" },
    usage: [{ businessUnit: "a", useCase: "x", figures: ["1", "1", "60000", "1"] }, { businessUnit: "b", useCase: "y", figures: ["2", "1", "1", "2"] }],
    pools: [{ pool: "platform", amountMinor: "100" }], direct: [{ pool: "d", businessUnit: "a", useCase: "x", amountMinor: "5" }], adjustments: [{ origin: "2025-09", resultHash: "h" }],
  };

  it("does not depend on the order in which rows were read", () => {
    expect(hashClosedFigures({ ...figures, usage: [...figures.usage].reverse() })).toBe(hashClosedFigures(figures));
  });

  it.each<[string, Partial<typeof figures>]>([
    ["policy", { policyHash: "q" }], ["run", { run: { inputHash: "i", resultHash: "s" } }], ["no run", { run: null }], ["usage", { usage: figures.usage.slice(1) }],
    ["pools", { pools: [{ pool: "platform", amountMinor: "101" }] }], ["direct cost", { direct: [] }], ["adjustments", { adjustments: [] }], ["currency", { currency: "USD" }],
  ])("depends on the %s", (_, change) => {
    expect(hashClosedFigures({ ...figures, ...change })).not.toBe(hashClosedFigures(figures));
  });
});
