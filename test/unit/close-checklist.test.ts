import { CheckAssignment, CheckSignOff, CloseFacts, CloseRules, DUTY_CHECKS, DutyCheckName, NO_DUTIES, closeChecklist, requireReady } from "../../src/closing";
import { ControlFigures, isBalanced, poolControls, unitControls } from "../../src/closing/preview/close-preview";
import { hashClosedFigures } from "../../src/closing/closed-figures";
import { DEFAULT_CLOSE_RULES } from "../../src/closing/close-rules";

const ready: CloseFacts = {
  period: "2025-10", endsAtMs: 1_000, nowMs: 1_000, today: "2025-11-01", rules: DEFAULT_CLOSE_RULES, duties: NO_DUTIES, earlierOpen: [], unattributed: 0, lateUnattributed: 0, silentSources: [], acknowledgedSilences: 0, unrated: null, unsettledVendors: [], unansweredAccruals: [], unrestated: [], needsRun: true,
  poolsWithoutCost: [], poolsWithoutRule: [], run: { sequence: 1, isLatest: true, addsUp: true }, openDisputes: 0, overdueDisputes: 0, unissuedMonths: [], unownedCost: null,
};

const everyCheck = DUTY_CHECKS;
const at = new Date(0);
const assigned = (check: DutyCheckName, more: Partial<CheckAssignment> = {}): CheckAssignment => ({ check, period: null, owner: "ann", dueDays: null, reason: "because", by: "finance", at, ...more });
const found = new Map(closeChecklist(ready).map(({ check, message }) => [check, message]));
const signed = (check: DutyCheckName, more: Partial<CheckSignOff> = {}): CheckSignOff => ({ check, period: "2025-10", kind: "SIGNED", finding: found.get(check)!, note: "seen", evidence: [], by: "ann", at, ...more });

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
    ["an accrual was taken back and nothing came", { unansweredAccruals: ["Accrual a of 2025-09 on platform (1.00 USD)"] }, ["ACCRUALS_ANSWERED"]],
    ["a closed month is to be restated", { unrestated: ["2025-09"] }, ["LATE_FACTS_RESTATED"]],
    ["a pool has no cost", { poolsWithoutCost: ["platform"] }, ["POOLS_HAVE_COST"]],
    ["a pool has no rule", { poolsWithoutRule: ["platform"] }, ["POOLS_HAVE_RULES"]],
    ["it was never allocated", { run: null }, ["RUN_LATEST"]],
    ["there is nothing to allocate", { run: null, needsRun: false }, []],
    ["facts came after the run", { run: { sequence: 2, isLatest: false, addsUp: true } }, ["RUN_LATEST"]],
    ["the run does not add up", { run: { sequence: 2, isLatest: true, addsUp: false } }, ["RUN_ADDS_UP"]],
    ["disputes are open and may be", { openDisputes: 1 }, []],
    ["disputes are open and may not be", { openDisputes: 1, rules: { ...DEFAULT_CLOSE_RULES, blocksOnOpenDisputes: true } }, ["DISPUTES_SETTLED"]],
    ["some cost has no funder", { unownedCost: "Nobody funds 1.00 RUN of triage." }, ["COST_FUNDED"]],
    ["statements are missing and may be", { unissuedMonths: ["2025-09"] }, []],
    ["statements are missing and may not be", { unissuedMonths: ["2025-09"], rules: { ...DEFAULT_CLOSE_RULES, blocksOnUnissuedStatements: true } }, ["STATEMENTS_ISSUED"]],
  ])("when %s", (_, facts, expected) => {
    expect(missing(facts)).toEqual(expected);
  });

  it.each([
    [{ openDisputes: 2 }, "2 disputes of earlier months are open."],
    [{ openDisputes: 2, overdueDisputes: 1 }, "2 disputes of earlier months are open, the answer to 1 of them is overdue."],
    [{ openDisputes: 2, overdueDisputes: 2, rules: { ...DEFAULT_CLOSE_RULES, blocksOnOpenDisputes: true } }, "2 disputes of earlier months are open, the answer to 2 of them is overdue. Settle them with resolveDispute."],
  ])("says which disputes wait for finance: %j", (facts, message) => {
    expect(closeChecklist({ ...ready, ...facts }).find(({ check }) => check === "DISPUTES_SETTLED")!.message).toBe(message);
  });

  it.each<[string, Partial<CloseRules>, readonly CheckAssignment[], readonly CheckSignOff[], string[]]>([
    ["nothing is demanded", {}, [], [], []],
    ["owners are demanded and nobody answers", { requiresOwners: true }, [], [], ["OWNERS_ASSIGNED"]],
    ["every check has an owner, one of them for this month alone", { requiresOwners: true }, [...everyCheck.slice(1).map((check) => assigned(check)), assigned("MONTH_OVER", { period: "2025-10" })], [], []],
    ["an owner was assigned for another month", { requiresOwners: true }, [...everyCheck.slice(1).map((check) => assigned(check)), assigned("MONTH_OVER", { period: "2025-09" })], [], ["OWNERS_ASSIGNED"]],
    ["a check was taken from its owner for this month", { requiresOwners: true }, [...everyCheck.map((check) => assigned(check)), assigned("RUN_LATEST", { period: "2025-10", owner: null })], [], ["OWNERS_ASSIGNED"]],
    ["signatures are demanded and one is missing", { requiresSignOffs: true }, [], everyCheck.slice(1).map((check) => signed(check)), ["CHECKS_SIGNED_OFF"]],
    ["all of them are signed off", { requiresSignOffs: true }, [], everyCheck.map((check) => signed(check)), []],
    ["a signature was taken back", { requiresSignOffs: true }, [], [...everyCheck.map((check) => signed(check)), signed("RUN_LATEST", { kind: "WITHDRAWN" })], ["CHECKS_SIGNED_OFF"]],
    ["what was signed is not what is found", { requiresSignOffs: true }, [], [...everyCheck.slice(1).map((check) => signed(check)), signed("MONTH_OVER", { finding: "2025-10 is nearly over." })], ["CHECKS_SIGNED_OFF"]],
  ])("of owners and signatures, when %s", (_, rules, assignments, signOffs, expected) => {
    expect(missing({ rules: { ...DEFAULT_CLOSE_RULES, ...rules }, duties: { assignments, signOffs } })).toEqual(expected);
  });

  it("tells missing signatures and stale ones apart", () => {
    const signOffs = [...everyCheck.slice(2).map((check) => signed(check)), signed("EARLIER_MONTHS_CLOSED", { finding: "else" })];
    const check = closeChecklist({ ...ready, rules: { ...DEFAULT_CLOSE_RULES, requiresSignOffs: true }, duties: { assignments: [], signOffs } }).at(-1)!;
    expect(check.message).toBe("Not signed off: MONTH_OVER. Signed off, but found otherwise since: EARLIER_MONTHS_CLOSED. Have them signed with signOffCloseCheck.");
  });

  it.each<[string, number | null, number | null, string, Partial<CloseFacts>, string | null, boolean]>([
    ["no day was set", null, null, "2030-01-01", { run: null }, null, false],
    ["the rules' day is today", 3, null, "2025-11-03", { run: null }, "2025-11-03", false],
    ["it was yesterday", 3, null, "2025-11-04", { run: null }, "2025-11-03", true],
    ["it was yesterday, and the check is met", 3, null, "2025-11-04", {}, "2025-11-03", false],
    ["the owner has a day of their own, over a month's end", 3, 40, "2025-11-04", { run: null }, "2025-12-10", false],
    ["it is the last day itself", 0, null, "2025-11-01", { run: null }, "2025-10-31", true],
  ])("is due in time when %s", (_, ruleDays, ownDays, today, facts, dueOn, overdue) => {
    const check = closeChecklist({ ...ready, ...facts, today, rules: { ...DEFAULT_CLOSE_RULES, dueDays: ruleDays }, duties: { assignments: [assigned("RUN_LATEST", { dueDays: ownDays })], signOffs: [] } }).find((each) => each.check === "RUN_LATEST")!;
    expect([check.owner, check.dueOn, check.overdue]).toEqual(["ann", dueOn, overdue]);
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
    pools: [{ pool: "platform", amountMinor: "100" }], direct: [{ pool: "d", businessUnit: "a", useCase: "x", amountMinor: "5" }], adjustments: [{ origin: "2025-09", resultHash: "h" }], trueUps: [],
  };

  it("does not depend on the order in which rows were read", () => {
    expect(hashClosedFigures({ ...figures, usage: [...figures.usage].reverse() })).toBe(hashClosedFigures(figures));
  });

  it.each<[string, Partial<typeof figures>]>([
    ["policy", { policyHash: "q" }], ["run", { run: { inputHash: "i", resultHash: "s" } }], ["no run", { run: null }], ["usage", { usage: figures.usage.slice(1) }],
    ["pools", { pools: [{ pool: "platform", amountMinor: "101" }] }], ["direct cost", { direct: [] }], ["adjustments", { adjustments: [] }], ["true-ups", { trueUps: ["t"] }], ["currency", { currency: "USD" }],
  ])("depends on the %s", (_, change) => {
    expect(hashClosedFigures({ ...figures, ...change })).not.toBe(hashClosedFigures(figures));
  });
});

describe("the control totals of a close", () => {
  const figures: ControlFigures = {
    period: "2025-10",
    booked: [{ pool: "platform", kind: "PLATFORM_CONTRACT", amountMinor: 100n }, { pool: "licences", kind: "DIRECT", amountMinor: 7n }, { pool: "office", kind: "PROGRAMME_MANAGEMENT", amountMinor: 50n }, { pool: "ruleless", kind: "OTHER", amountMinor: 3n }],
    received: [],
    run: { pools: [{ pool: "platform", unallocatedMinor: 10n }], charges: [{ pool: "platform", businessUnit: "b", amountMinor: 60n }, { pool: "platform", businessUnit: "a", amountMinor: 30n }] },
    direct: { pools: [{ pool: "licences", unallocatedMinor: 0n }], charges: [{ pool: "licences", businessUnit: "a", amountMinor: 7n }] },
    adjustments: [{ origin: "2025-09", pools: [{ pool: "platform", amountMinor: 0n, unallocatedMinor: 0n }], charges: [{ pool: "platform", businessUnit: "a", amountMinor: -5n }, { pool: "platform", businessUnit: "c", amountMinor: 5n }] }],
  };

  it("account for every pool, and say what is on nobody", () => {
    expect(poolControls(figures).map((each) => [each.originPeriod, each.pool, each.bookedMinor, each.chargedMinor, each.carriedMinor, each.undividedMinor])).toEqual([
      ["2025-10", "platform", 100n, 90n, 10n, 0n], ["2025-10", "licences", 7n, 7n, 0n, 0n], ["2025-10", "office", 50n, 0n, 50n, 0n], ["2025-10", "ruleless", 3n, 0n, 0n, 3n], ["2025-09", "platform", 0n, 0n, 0n, 0n],
    ]);
  });

  it("follow cost from pool to pool, also into one that nothing is booked on", () => {
    const passing: ControlFigures = {
      period: "2025-10", booked: [{ pool: "desk", kind: "OTHER", amountMinor: 100n }], received: [{ pool: "desk", kind: "OTHER", amountMinor: -60n }, { pool: "platform", kind: "PLATFORM_CONTRACT", amountMinor: 60n }],
      run: { pools: [{ pool: "desk", unallocatedMinor: 0n }, { pool: "platform", unallocatedMinor: 5n }], charges: [{ pool: "desk", businessUnit: "a", amountMinor: 40n }, { pool: "platform", businessUnit: "b", amountMinor: 55n }] },
      direct: { pools: [], charges: [] }, adjustments: [],
    };
    expect(poolControls(passing).map((each) => [each.pool, each.bookedMinor, each.receivedMinor, each.chargedMinor, each.carriedMinor, each.undividedMinor])).toEqual([["desk", 100n, -60n, 40n, 0n, 0n], ["platform", 0n, 60n, 55n, 5n, 0n]]);
    // Booked after the run: on nobody until it is divided again.
    expect(poolControls({ ...passing, booked: [{ ...passing.booked[0]!, amountMinor: 101n }] }).map(({ undividedMinor }) => undividedMinor)).toEqual([1n, 0n]);
  });

  it("sum by unit to what the pools charge", () => {
    const units = unitControls(figures);
    expect(units.map((each) => [each.businessUnit, each.allocatedMinor, each.directMinor, each.adjustedMinor])).toEqual([["a", 30n, 7n, -5n], ["b", 60n, 0n, 0n], ["c", 0n, 0n, 5n]]);
    const charged = poolControls(figures).reduce((sum, each) => sum + each.chargedMinor, 0n);
    expect(units.reduce((sum, each) => sum + each.allocatedMinor + each.directMinor + each.adjustedMinor, 0n)).toBe(charged);
  });

  it("hold only when nothing is on nobody and every leg is in the totals", () => {
    const whole = poolControls({ ...figures, booked: figures.booked.slice(0, 3) });
    expect(isBalanced(whole, { counted: 5n, attributed: 3n, unattributed: 2n })).toBe(true);
    expect(isBalanced(whole, { counted: 6n, attributed: 3n, unattributed: 2n })).toBe(false);
    expect(isBalanced(poolControls(figures), { counted: 5n, attributed: 5n, unattributed: 0n })).toBe(false);
  });
});
