import { AllocationPolicy, AllocationRuleInput, PolicyDocument, PolicyInput, readPolicy } from "../../src/allocation/policy";
import { ApprovePolicyPorts, approvePolicy } from "../../src/allocation/approve-policy";
import { ProposePolicyPorts, proposePolicy } from "../../src/allocation/propose-policy";
import { CostPool } from "../../src/costs";
import { Refusal } from "../../src/kernel/refusal";

const byCalls = { driver: "CALLS" } as const;
const rule = (more: object = {}): AllocationRuleInput => ({ pool: "platform", parts: [byCalls], ...more });
const policy = (more: object = {}): PolicyInput => ({ effectiveFrom: "2025-10", rules: [rule()], ...more });
const part = (more: object): PolicyInput => policy({ rules: [rule({ parts: [{ driver: "CALLS", ...more }] })] });
const parts = (...list: object[]): PolicyInput => policy({ rules: [rule({ parts: list })] });

async function faultOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code} at ${error.field?.join(".")}: ${error.message}`;
  }
  return "no fault";
}

describe("a policy as it was meant", () => {
  test("every default is written out", () => {
    expect(readPolicy(policy())).toEqual({
      effectiveFrom: "2025-10",
      note: null,
      rules: [{
        pool: "platform",
        parts: [{ fraction: "1", driver: "CALLS", channels: [{ channel: "VOICE", weight: "1" }], minimumSeconds: 0, incrementSeconds: 0 }],
        zeroDriver: "UNALLOCATED",
        exclude: [],
      }],
    });
  });

  test("null means the default too", () => {
    const nulls = policy({ note: null, rules: [rule({ zeroDriver: null, exclude: null, parts: [{ driver: "CALLS", fraction: null, channels: null, minimumSeconds: null, incrementSeconds: null }] })] });
    expect(readPolicy(nulls)).toEqual(readPolicy(policy()));
  });

  test("billed minutes are rounded up to a minute unless it says otherwise", () => {
    const [bare, full] = readPolicy(parts({ driver: "BILLED_MINUTES", fraction: "0.5" }, { driver: "BILLED_MINUTES", fraction: "0.5", minimumSeconds: 30, incrementSeconds: 6 })).rules[0]!.parts;
    expect([bare!.minimumSeconds, bare!.incrementSeconds]).toEqual([0, 60]);
    expect([full!.minimumSeconds, full!.incrementSeconds]).toEqual([30, 6]);
  });

  test.each<[string, object]>([
    ["a day is the longest, none the shortest minimum", { driver: "BILLED_MINUTES", minimumSeconds: 0, incrementSeconds: 86_400 }],
    ["a day is the longest minimum",                    { driver: "BILLED_MINUTES", minimumSeconds: 86_400, incrementSeconds: 1 }],
  ])("%s", (_, given) => {
    expect(readPolicy(parts(given)).rules[0]!.parts[0]).toMatchObject(given);
  });

  test.each([
    // as it came                                              as it is kept
    [["0.50", "0.500"],                                        ["0.5", "0.5"]],
    [["+0.25", "00.75"],                                       ["0.25", "0.75"]],
    [["1.000"],                                                ["1"]],
    [["0.1", "0.2", "0.7"],                                    ["0.1", "0.2", "0.7"]],
    [["0.33333333333333333333", "0.66666666666666666667"],     ["0.33333333333333333333", "0.66666666666666666667"]],
  ])("fractions %j are %j", (given, kept) => {
    expect(readPolicy(parts(...given.map((fraction) => ({ driver: "CALLS", fraction })))).rules[0]!.parts.map(({ fraction }) => fraction)).toEqual(kept);
  });

  test("channels come in one order and their weights in one form", () => {
    const channels = [{ channel: "SMS", weight: "-0.0" }, { channel: "CHAT", weight: "0.250" }, { channel: "VOICE", weight: "+1.00" }];
    expect(readPolicy(part({ channels })).rules[0]!.parts[0]!.channels).toEqual([{ channel: "VOICE", weight: "1" }, { channel: "CHAT", weight: "0.25" }, { channel: "SMS", weight: "0" }]);
  });

  test("exclusions are sorted byte by byte and named once", () => {
    expect(readPolicy(policy({ rules: [rule({ exclude: ["retail", "Ops", "9north", "retail"] })] })).rules[0]!.exclude).toEqual(["9north", "Ops", "retail"]);
  });

  test("the note is text for people", () => {
    expect(readPolicy(policy({ note: "  Agreed in Cafe\u0301  " })).note).toBe("Agreed in Caf\u00e9");
    expect(readPolicy(policy({ note: "" })).note).toBeNull();
    expect(readPolicy(policy({ note: "x".repeat(2_000) })).note).toBe("x".repeat(2_000));
  });
});

describe("faults of a policy, each with its place", () => {
  const many = (count: number): AllocationRuleInput[] => Array.from({ length: count }, (_, index) => rule({ pool: `pool-${index}` }));
  const twenty = Array.from({ length: 20 }, () => ({ driver: "CALLS", fraction: "0.05" }));
  const second = (more: object): PolicyInput => policy({ rules: [rule(), rule({ pool: "telephony", ...more })] });

  test.each<[string, PolicyInput, string]>([
    ["no month",               policy({ effectiveFrom: "2025-13" }),                                 'effectiveFrom: "2025-13" is not a period. Write year and month, for example 2025-10.'],
    ["no rules",               policy({ rules: [] }),                                                "rules: A policy has 1 to 500 rules."],
    ["501 rules",              policy({ rules: many(501) }),                                         "rules: A policy has 1 to 500 rules."],
    ["two rules for a pool",   policy({ rules: [rule(), rule({ pool: "telephony" }), rule()] }),     "rules.2.pool: Pool platform has two rules."],
    ["a pool that is no code", second({ pool: "plat form" }),                                        "rules.1.pool: pool must be a code."],
    ["an empty pool",          second({ pool: "" }),                                                 "rules.1.pool: pool must be a code."],
    ["no parts",               second({ parts: [] }),                                                "rules.1.parts: A rule has 1 to 20 parts."],
    ["21 parts",               second({ parts: [...twenty, byCalls] }),                              "rules.1.parts: A rule has 1 to 20 parts."],
    ["less than one",          second({ parts: [{ ...byCalls, fraction: "0.5" }, { ...byCalls, fraction: "0.4" }] }), "rules.1.parts: The fractions of the parts of pool telephony sum to 9/10, not to 1."],
    ["more than one",          parts({ ...byCalls, fraction: "0.5" }, { ...byCalls, fraction: "0.6" }), "rules.0.parts: The fractions of the parts of pool platform sum to 11/10, not to 1."],
    ["three rounded thirds",   parts(...[1, 2, 3].map(() => ({ ...byCalls, fraction: "0.3333" }))),  "rules.0.parts: The fractions of the parts of pool platform sum to 9999/10000, not to 1."],
    ["two wholes",             parts(byCalls, byCalls),                                              "rules.0.parts: The fractions of the parts of pool platform sum to 2, not to 1."],
    ["a fraction of zero",     parts(byCalls, { ...byCalls, fraction: "0" }),                        "rules.0.parts.1.fraction: fraction must be above 0 and at most 1."],
    ["a fraction below zero",  part({ fraction: "-1" }),                                             "rules.0.parts.0.fraction: fraction must be above 0 and at most 1."],
    ["a fraction above one",   part({ fraction: "1.00000000000000000001" }),                         "rules.0.parts.0.fraction: fraction must be above 0 and at most 1."],
    ["a percentage",           part({ fraction: "50%" }),                                            "rules.0.parts.0.fraction: fraction must be above 0 and at most 1."],
    ["a decimal comma",        part({ fraction: "0,5" }),                                            "rules.0.parts.0.fraction: fraction must be above 0 and at most 1."],
    ["no number",              part({ fraction: "NaN" }),                                            "rules.0.parts.0.fraction: fraction must be above 0 and at most 1."],
    ["minimum of calls",       part({ minimumSeconds: 30 }),                                         "rules.0.parts.0.minimumSeconds: minimumSeconds belongs to BILLED_MINUTES only."],
    ["minimum zero of calls",  part({ minimumSeconds: 0 }),                                          "rules.0.parts.0.minimumSeconds: minimumSeconds belongs to BILLED_MINUTES only."],
    ["increment of seconds",   part({ driver: "CONNECTED_SECONDS", incrementSeconds: 60 }),          "rules.0.parts.0.incrementSeconds: incrementSeconds belongs to BILLED_MINUTES only."],
    ["a minimum below zero",   part({ driver: "BILLED_MINUTES", minimumSeconds: -1 }),               "rules.0.parts.0.minimumSeconds: minimumSeconds must be a day at most."],
    ["a minimum of two days",  part({ driver: "BILLED_MINUTES", minimumSeconds: 86_401 }),           "rules.0.parts.0.minimumSeconds: minimumSeconds must be a day at most."],
    ["an increment of zero",   part({ driver: "BILLED_MINUTES", incrementSeconds: 0 }),              "rules.0.parts.0.incrementSeconds: incrementSeconds must be a day at most and at least 1."],
    ["an increment too long",  part({ driver: "BILLED_MINUTES", incrementSeconds: 86_401 }),         "rules.0.parts.0.incrementSeconds: incrementSeconds must be a day at most and at least 1."],
    ["half a second",          part({ driver: "BILLED_MINUTES", minimumSeconds: 1.5 }),              "rules.0.parts.0.minimumSeconds: minimumSeconds must be a day at most."],
    ["seconds that are none",  part({ driver: "BILLED_MINUTES", incrementSeconds: NaN }),            "rules.0.parts.0.incrementSeconds: incrementSeconds must be a day at most and at least 1."],
    ["no channels",            part({ channels: [] }),                                               "rules.0.parts.0.channels: channels must not be empty; leave it out for VOICE."],
    ["a channel twice",        part({ channels: [{ channel: "SMS", weight: "1" }, { channel: "SMS", weight: "2" }] }), "rules.0.parts.0.channels: channels names SMS twice."],
    ["a weight below zero",    part({ channels: [{ channel: "SMS", weight: "-0.1" }] }),             "rules.0.parts.0.channels: The weight of SMS must be zero or more."],
    ["a weight in exponents",  part({ channels: [{ channel: "CHAT", weight: "1e3" }] }),             "rules.0.parts.0.channels: The weight of CHAT must be zero or more."],
    ["all weights zero",       part({ channels: [{ channel: "SMS", weight: "0" }, { channel: "CHAT", weight: "0.00" }] }), "rules.0.parts.0.channels: The weights of the channels are all zero."],
    ["a unit that is no code", second({ exclude: ["retail", "no code"] }),                           "rules.1.exclude: exclude holds codes of business units."],
    ["a note of blanks",       policy({ note: "   " }),                                              "note: note must be 1 to 2000 characters of text without control characters."],
    ["a note too long",        policy({ note: "x".repeat(2_001) }),                                  "note: note must be 1 to 2000 characters of text without control characters."],
  ])("%s", async (_, input, fault) => {
    expect(await faultOf(() => readPolicy(input))).toBe(`BAD_USER_INPUT at ${fault}`);
  });

  test("500 rules and 20 parts are allowed", () => {
    expect(readPolicy(policy({ rules: many(500) })).rules).toHaveLength(500);
    expect(readPolicy(policy({ rules: [rule({ parts: twenty })] })).rules[0]!.parts).toHaveLength(20);
  });
});

/** Policies in memory, and what was written to the audit trail. */
function ledger(subject: string, versions: AllocationPolicy[] = []) {
  const keys = new Map<string, AllocationPolicy>();
  const audited: string[] = [];
  const pools: CostPool[] = [
    { id: "1", code: "platform", name: "Platform", kind: "PLATFORM_CONTRACT" },
    { id: "2", code: "telephony", name: "Telephony", kind: "TELEPHONY" },
    { id: "3", code: "own", name: "Own", kind: "DIRECT" },
    { id: "4", code: "office", name: "Programme office", kind: "PROGRAMME_MANAGEMENT" },
  ];
  const units = new Set(["retail", "cards"]);
  const proposing = (who: string): ProposePolicyPorts => ({
    subject: who,
    findPools: async (codes) => pools.filter((pool) => codes.includes(pool.code)),
    findUnitCodes: async (codes) => new Set(codes.filter((code) => units.has(code))),
    policyWorld: async () => { throw new Error("a proportional policy is held against names alone"); },
    isClosed: async () => false,
    approvedPolicy: async () => null,
    findByIdempotencyKey: async (key) => keys.get(key) ?? null,
    savePolicy: async (document: PolicyDocument, documentHash, key) => {
      const saved = { ...document, version: versions.length + 1, documentHash, proposedBy: who, proposedAt: new Date(0), approvedBy: null, approvedAt: null };
      versions.push(saved);
      if (key !== null) keys.set(key, saved);
      return saved;
    },
    audit: async (saved) => void audited.push(`proposed ${saved.version} by ${saved.proposedBy}`),
  });
  const approving = (who: string): ApprovePolicyPorts => ({
    subject: who,
    findPolicy: async (version) => versions.find((each) => each.version === version) ?? null,
    saveApproval: async (version, by) => {
      const index = versions.findIndex((each) => each.version === version);
      versions[index] = { ...versions[index]!, approvedBy: by, approvedAt: new Date(1) };
      return versions[index]!;
    },
    audit: async (before, after) => void audited.push(`approved ${after.version}: ${before.approvedBy} then ${after.approvedBy}`),
  });
  return { versions, audited, propose: proposing(subject), approve: approving };
}

describe("proposing", () => {
  test("a proposal is stored under the next version, unapproved, and audited", async () => {
    const book = ledger("ana");
    const first = await proposePolicy(book.propose, policy(), null);
    const second = await proposePolicy(book.propose, policy(), null);
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(second).toMatchObject({ effectiveFrom: "2025-10", proposedBy: "ana", approvedBy: null, rules: readPolicy(policy()).rules });
    expect(first.documentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(book.audited).toEqual(["proposed 1 by ana", "proposed 2 by ana"]);
  });

  test.each<[string, object, string]>([
    ["a pool nobody knows",          { rules: [rule(), rule({ pool: "mystery" })] },                             "NOT_FOUND at rules.1.pool: There is no cost pool mystery."],
    ["a pool of direct cost",        { rules: [rule({ pool: "own" })] },                                         "BAD_USER_INPUT at rules.0.pool: own is DIRECT, which is never divided."],
    ["programme management",         { rules: [rule({ pool: "office" })] },                                      "BAD_USER_INPUT at rules.0.pool: office is PROGRAMME_MANAGEMENT, which is never divided."],
    ["a unit nobody knows",          { rules: [rule(), rule({ pool: "telephony", exclude: ["cards", "moon"] })] },"NOT_FOUND at rules.1.exclude: There is no business unit moon."],
    ["a document that is not sound", { rules: [] },                                                              "BAD_USER_INPUT at rules: A policy has 1 to 500 rules."],
  ])("%s is refused and nothing is stored", async (_, more, fault) => {
    const book = ledger("ana");
    expect(await faultOf(() => proposePolicy(book.propose, policy(more), "key-1"))).toBe(fault);
    expect(book.versions).toEqual([]);
    expect(book.audited).toEqual([]);
  });

  test("the same key and document again answer the first, in whatever form it was written", async () => {
    const book = ledger("ana");
    const first = await proposePolicy(book.propose, part({ fraction: "1" }), "key-1");
    for (const fraction of ["1", "1.00", "+1", "01.0", null]) expect(await proposePolicy(book.propose, part({ fraction }), "key-1")).toBe(first);
    expect(book.versions).toHaveLength(1);
    expect(book.audited).toEqual(["proposed 1 by ana"]);
  });

  test.each<[string, PolicyInput]>([
    ["another month",  policy({ effectiveFrom: "2025-11" })],
    ["another note",   policy({ note: "why" })],
    ["another driver", part({ driver: "CONTACTS" })],
    ["another rule",   policy({ rules: [rule(), rule({ pool: "telephony" })] })],
    ["an exclusion",   policy({ rules: [rule({ exclude: ["retail"] })] })],
  ])("the same key with %s is a conflict and the first is kept", async (_, other) => {
    const book = ledger("ana");
    const first = await proposePolicy(book.propose, policy(), "key-1");
    expect(await faultOf(() => proposePolicy(book.propose, other, "key-1"))).toBe("CONFLICT at idempotencyKey: This idempotencyKey was used for another policy. Choose a new key.");
    expect(book.versions).toEqual([first]);
    expect(book.audited).toEqual(["proposed 1 by ana"]);
    expect((await proposePolicy(book.propose, other, "key-2")).version).toBe(2);
  });
});

describe("approving", () => {
  test("a second person approves; the proposer cannot", async () => {
    const book = ledger("ana");
    await proposePolicy(book.propose, policy(), null);
    expect(await faultOf(() => approvePolicy(book.approve("ana"), 1))).toBe("SAME_PERSON at version: A second person approves what you proposed.");
    expect(book.versions[0]!.approvedBy).toBeNull();
    expect(book.audited).toEqual(["proposed 1 by ana"]);
    expect(await approvePolicy(book.approve("ben"), 1)).toMatchObject({ version: 1, proposedBy: "ana", approvedBy: "ben" });
    expect(book.audited).toEqual(["proposed 1 by ana", "approved 1: null then ben"]);
  });

  test("approving again answers what stands and is not audited", async () => {
    const book = ledger("ana");
    await proposePolicy(book.propose, policy(), null);
    const approved = await approvePolicy(book.approve("ben"), 1);
    expect(await approvePolicy(book.approve("ben"), 1)).toBe(approved);
    expect(await approvePolicy(book.approve("eva"), 1)).toBe(approved);
    expect(book.audited).toEqual(["proposed 1 by ana", "approved 1: null then ben"]);
  });

  test("a version that is not there", async () => {
    expect(await faultOf(() => approvePolicy(ledger("ana").approve("ben"), 7))).toBe("NOT_FOUND at version: There is no policy version 7.");
  });
});
