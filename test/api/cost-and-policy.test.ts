import { ALLOCATE, agree, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, Answer, TestServer, startTestServer } from "../support/server";
import { CREATE_POOL, inProgramme, rowCounts } from "../support/two-programmes";

const BOOK = "mutation($input: BookCostInput!) { bookCost(input: $input) { entry { id amount { amount currency } period pool { code } useCase { code } externalId description vendor invoice recordedBy } userErrors { code field } } }";
const PROPOSE = "mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version status proposedBy approvedBy documentHash rules { pool zeroDriver exclude parts { fraction driver minimumSeconds incrementSeconds channels { channel weight } } } } userErrors { code field } } }";
const APPROVE = "mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { policy { version status proposedBy approvedBy } userErrors { code field } } }";
const REPORT = `query($period: PeriodKey!) { allocation(period: $period, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } amount { amount } } total { amount } allocated { amount } unallocated { amount } } }`;
const TRAIL = "{ auditEntries(first: 500) { edges { node { action subject role subjectKind subjectKey before after } } } }";

let server: TestServer;
let finance: Actor;

beforeAll(async () => {
  server = await startTestServer();
  finance = server.as("FINANCE");
  await createAcme(server);
  await must(finance, CREATE_POOL, { input: { code: "platform", name: "Platform", kind: "PLATFORM_CONTRACT" } });
  await must(finance, CREATE_POOL, { input: { code: "direct", name: "Direct", kind: "DIRECT" } });
  await must(finance, CREATE_POOL, { input: { code: "management", name: "Management", kind: "PROGRAMME_MANAGEMENT" } });
});
afterAll(() => server.close());

let booked = 0;
const input = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ pool: "platform", period: "2025-10", amount: "10.00", currency: "USD", externalId: `entry-${(booked += 1)}`, ...more });
const book = async (more: Record<string, unknown> = {}, actor = finance): Promise<Answer> => actor.ask(BOOK, { input: input(more) });
const verdict = (answer: Answer, field: string): unknown => {
  if (answer.errors) return `${answer.status} ${answer.errors[0]!.extensions.code}`;
  const [error] = (answer.data[field] as { userErrors: Array<{ code: string; field: string[] | null }> }).userErrors;
  return error ? `${error.code} ${error.field?.join(".") ?? ""}` : "DONE";
};

async function unchanged(work: () => Promise<unknown>): Promise<void> {
  const before = await rowCounts(server);
  await work();
  expect(await rowCounts(server)).toEqual(before);
}

/** A programme of its own with three units. */
async function programme(code: string, options: { currency?: string } = {}): Promise<TestServer> {
  await createAcme(server, { code, ...options });
  return inProgramme(server, code);
}

describe("an amount", () => {
  it.each<[string, unknown, string]>([
    ["NaN", "NaN", "400 BAD_USER_INPUT"], ["Infinity", "Infinity", "400 BAD_USER_INPUT"], ["an exponent", "1e400", "400 BAD_USER_INPUT"], ["a comma", "1,5", "400 BAD_USER_INPUT"], ["thousands marks", "1,000.00", "400 BAD_USER_INPUT"],
    ["hexadecimal", "0x10", "400 BAD_USER_INPUT"], ["nothing", "", "400 BAD_USER_INPUT"], ["a blank", " 1.00", "400 BAD_USER_INPUT"], ["only a dot", ".", "400 BAD_USER_INPUT"], ["two dots", "1.0.0", "400 BAD_USER_INPUT"],
    ["a JSON number", 10.5, "400 BAD_USER_INPUT"], ["digits of another script", "١٢", "400 BAD_USER_INPUT"], ["41 digits", "1".repeat(41), "400 BAD_USER_INPUT"],
    ["40 digits", "1".repeat(40), "BAD_USER_INPUT amount"], ["three decimals of a cent", "10.001", "BAD_USER_INPUT amount"], ["seven decimals", "0.0000001", "BAD_USER_INPUT amount"], ["10^17 cents", "1000000000000000.00", "BAD_USER_INPUT amount"], ["-10^17 cents", "-1000000000000000.00", "BAD_USER_INPUT amount"],
  ])("of %s is refused and nothing is written", async (_, amount, expected) => {
    await unchanged(async () => expect(verdict(await book({ amount, period: "2031-01" }), "bookCost")).toBe(expected));
  });

  it.each<[string, string, string]>([
    ["cents", "10.01", "10.01"], ["whole units", "7", "7.00"], ["more zeros than the currency has decimals", "1.500000", "1.50"], ["a credit", "-0.01", "-0.01"], ["minus zero", "-0.00", "0.00"], ["a plus sign", "+3.10", "3.10"], ["leading zeros", "0007.00", "7.00"],
    ["beyond the whole numbers of a float", "12345678901234.89", "12345678901234.89"], ["the largest", "999999999999999.99", "999999999999999.99"], ["the smallest", "-999999999999999.99", "-999999999999999.99"],
  ])("of %s is kept exactly", async (_, amount, expected) => {
    const answer = await book({ amount, period: "2024-01" });
    expect(answer.data.bookCost).toMatchObject({ entry: { amount: { amount: expected, currency: "USD" }, period: "2024-01", recordedBy: "test-finance" }, userErrors: [] });
  });

  it("has the decimals of its own currency: none in yen, three in dinars", async () => {
    for (const [currency, good, shown, bad] of [["JPY", "1500", "1500", "1500.5"], ["KWD", "1.234", "1.234", "1.2345"]] as const) {
      const of = await programme(`in-${currency.toLowerCase()}`, { currency });
      await must(of.as("FINANCE"), CREATE_POOL, { input: { code: "platform", name: "Platform", kind: "OTHER" } });
      expect((await book({ amount: good, currency }, of.as("FINANCE"))).data.bookCost).toMatchObject({ entry: { amount: { amount: shown, currency } } });
      expect(verdict(await book({ amount: bad, currency }, of.as("FINANCE")), "bookCost")).toBe("BAD_USER_INPUT amount");
      expect(verdict(await book({ amount: "1", currency: "USD" }, of.as("FINANCE")), "bookCost")).toBe("CURRENCY_MISMATCH currency");
    }
  });

  it("in a currency that is not the programme's, or none at all, is refused", async () => {
    await unchanged(async () => {
      expect(verdict(await book({ currency: "EUR" }), "bookCost")).toBe("CURRENCY_MISMATCH currency");
      for (const currency of ["usd", "US", "ZZZ", "", "US$"]) expect([currency, verdict(await book({ currency }), "bookCost")]).toEqual([currency, "400 BAD_USER_INPUT"]);
    });
  });
});

describe("a booking", () => {
  it("has one identity: again is the same entry, other content is a conflict", async () => {
    const first = input({ externalId: "invoice-1", description: "Café", vendor: "Vendor", invoice: "I-1" });
    const { bookCost } = await must(finance, BOOK, { input: first });
    await unchanged(async () => {
      for (const same of [{}, { amount: "10" }, { description: "Café".normalize("NFD") }, { externalId: " invoice-1 " }]) expect((await must(finance, BOOK, { input: { ...first, ...same } })).bookCost).toEqual(bookCost);
      for (const other of [{ amount: "10.01" }, { period: "2025-11" }, { description: null }, { vendor: "Another" }, { invoice: "I-2" }, { pool: "management" }]) expect([other, verdict(await finance.ask(BOOK, { input: { ...first, ...other } }), "bookCost")]).toEqual([other, "CONFLICT externalId"]);
    });
  });

  it("eight at once is one entry; eight with two contents is one of them", async () => {
    const same = input({ externalId: "at-once" });
    const answers = await Promise.all(Array.from({ length: 8 }, () => must(finance, BOOK, { input: same })));
    expect(new Set(answers.map((answer) => answer.bookCost.entry.id)).size).toBe(1);
    const rival = input({ externalId: "rivals" });
    const verdicts = (await Promise.all(Array.from({ length: 8 }, (_, index) => finance.ask(BOOK, { input: { ...rival, amount: index % 2 ? "1.00" : "2.00" } })))).map((answer) => verdict(answer, "bookCost"));
    expect(verdicts.sort()).toEqual([...Array.from({ length: 4 }, () => "CONFLICT externalId"), ...Array.from({ length: 4 }, () => "DONE")]);
    expect(await server.sql("select external_id, count(*) from costs.cost_entry where external_id in ('at-once', 'rivals') group by 1 order by 1")).toEqual([{ external_id: "at-once", count: "1" }, { external_id: "rivals", count: "1" }]);
    const { auditEntries } = await must(server.as("AUDITOR"), TRAIL);
    expect(auditEntries.edges.filter((edge: { node: { subjectKey: string } }) => ["at-once", "rivals"].includes(edge.node.subjectKey)).length).toBe(2);
  });

  it("into a DIRECT pool names the use case, into any other it must not", async () => {
    expect((await book({ pool: "direct", useCase: "triage" })).data.bookCost).toMatchObject({ entry: { pool: { code: "direct" }, useCase: { code: "triage" } }, userErrors: [] });
    await unchanged(async () => {
      expect(verdict(await book({ pool: "direct" }), "bookCost")).toBe("BAD_USER_INPUT useCase");
      expect(verdict(await book({ pool: "direct", useCase: "nothing" }), "bookCost")).toBe("NOT_FOUND useCase");
      expect(verdict(await book({ useCase: "triage" }), "bookCost")).toBe("BAD_USER_INPUT useCase");
      expect(verdict(await book({ pool: "management", useCase: "triage" }), "bookCost")).toBe("BAD_USER_INPUT useCase");
      expect(verdict(await book({ pool: "nothing" }), "bookCost")).toBe("NOT_FOUND pool");
      expect(verdict(await book({ externalId: "" }), "bookCost")).toBe("BAD_USER_INPUT externalId");
      expect(verdict(await book({ externalId: "x".repeat(201) }), "bookCost")).toBe("BAD_USER_INPUT externalId");
      expect(verdict(await book({ description: "a\u0000b" }), "bookCost")).toBe("BAD_USER_INPUT description");
      expect(verdict(await book({ vendor: "x".repeat(501) }), "bookCost")).toBe("BAD_USER_INPUT vendor");
      for (const period of ["2025-13", "2025-1", "2025", "0000-01", "2200-01", "2025-10-01"]) expect([period, verdict(await book({ period }), "bookCost")]).toEqual([period, "400 BAD_USER_INPUT"]);
    });
  });

  it("codes that are made eight times at once are made once", async () => {
    const admin = server.as("ADMIN");
    const lead = server.as("PROGRAMME_LEAD");
    const makers: Array<[string, () => Promise<Answer>]> = [
      ["createCostPool", () => finance.ask(CREATE_POOL, { input: { code: "eight", name: "Eight", kind: "OTHER" } })],
      ["createBusinessUnit", () => admin.ask("mutation { createBusinessUnit(input: { code: \"eight\", name: \"Eight\" }) { businessUnit { id } userErrors { code field } } }")],
      ["createUseCase", () => lead.ask("mutation { createUseCase(input: { code: \"eight\", name: \"Eight\", businessUnit: \"retail\" }) { useCase { id } userErrors { code field } } }")],
      ["createProgramme", () => server.as("ADMIN", { programme: null }).ask("mutation { createProgramme(input: { code: \"eight\", name: \"Eight\", currency: \"USD\", timeZone: \"UTC\" }) { programme { id } userErrors { code field } } }")],
      ["proposeAllocationPolicy", () => finance.ask(PROPOSE, { input: { effectiveFrom: "2031-01", idempotencyKey: "eight", rules: [{ pool: "platform", parts: [{ driver: "CALLS" }] }] } })],
    ];
    for (const [field, make] of makers) {
      const answers = await Promise.all(Array.from({ length: 8 }, make));
      expect([field, answers.map((answer) => verdict(answer, field))]).toEqual([field, Array.from({ length: 8 }, () => "DONE")]);
      expect([field, new Set(answers.map((answer) => JSON.stringify(answer.data))).size]).toEqual([field, 1]);
    }
    const { auditEntries } = await must(server.as("AUDITOR"), TRAIL);
    expect(auditEntries.edges.filter((edge: { node: { subjectKey: string } }) => edge.node.subjectKey === "eight").map((edge: { node: { action: string } }) => edge.node.action).sort()).toEqual(["createBusinessUnit", "createCostPool", "createUseCase"]);
  });

  it("other content under a code in use is a conflict", async () => {
    await unchanged(async () => {
      expect(verdict(await finance.ask(CREATE_POOL.replace("code message", "code field"), { input: { code: "platform", name: "Another", kind: "OTHER" } }), "createCostPool")).toBe("CONFLICT code");
      for (const code of ["", " ", "a b", "-a", "a/b", "x".repeat(65), "ä", "a\u0000"]) expect([code, verdict(await finance.ask(CREATE_POOL.replace("code message", "code field"), { input: { code, name: "N", kind: "OTHER" } }), "createCostPool")]).toEqual([code, "BAD_USER_INPUT code"]);
      for (const timeZone of ["FOO+99", "UTC+5", "", "Mars/Phobos", "x".repeat(10_240), "'; drop table x", "America/New_York\u0000"]) expect([timeZone.slice(0, 30), verdict(await server.as("ADMIN", { programme: null }).ask("mutation($input: CreateProgrammeInput!) { createProgramme(input: $input) { programme { code } userErrors { code field } } }", { input: { code: "zoned", name: "Zoned", currency: "USD", timeZone } }), "createProgramme")]).toEqual([timeZone.slice(0, 30), "BAD_USER_INPUT timeZone"]);
    });
  });
});

describe("a policy", () => {
  const rule = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ pool: "platform", parts: [{ driver: "CALLS" }], ...more });
  const propose = (rules: unknown[], more: Record<string, unknown> = {}): Promise<Answer> => finance.ask(PROPOSE, { input: { effectiveFrom: "2030-01", rules, ...more } });
  const fractions = (...parts: string[]): Record<string, unknown> => rule({ parts: parts.map((fraction) => ({ fraction, driver: "CALLS" })) });

  it("needs a second person", async () => {
    const { policy } = (await propose([rule()])).data.proposeAllocationPolicy as { policy: { version: number; status: string } };
    expect(policy).toMatchObject({ status: "PROPOSED", proposedBy: "test-finance", approvedBy: null });
    await unchanged(async () => expect(verdict(await finance.ask(APPROVE, { input: { version: policy.version } }), "approveAllocationPolicy")).toBe("SAME_PERSON version"));
    await unchanged(async () => expect(verdict(await finance.ask(APPROVE, { input: { version: 999 } }), "approveAllocationPolicy")).toBe("NOT_FOUND version"));
    const approvals = await Promise.all(["second", "third", "second", "third"].map((subject) => server.as("FINANCE", { subject }).ask(APPROVE, { input: { version: policy.version } })));
    const names = new Set(approvals.map((answer) => (answer.data.approveAllocationPolicy as { policy: { approvedBy: string } }).policy.approvedBy));
    expect(names.size).toBe(1);
    expect(["second", "third"]).toContain([...names][0]);
    const { auditEntries } = await must(server.as("AUDITOR"), TRAIL);
    const of = auditEntries.edges.map((edge: { node: { action: string; subject: string; subjectKey: string } }) => edge.node).filter(({ action, subjectKey }: { action: string; subjectKey: string }) => action.endsWith("AllocationPolicy") && subjectKey === String(policy.version));
    expect(of.map(({ action, subject }: { action: string; subject: string }) => [action, subject])).toEqual([["proposeAllocationPolicy", "test-finance"], ["approveAllocationPolicy", [...names][0]]]);
    await unchanged(async () => expect(verdict(await finance.ask(APPROVE, { input: { version: policy.version } }), "approveAllocationPolicy")).toBe("SAME_PERSON version"));
  });

  it.each<[string, () => unknown[], string]>([
    ["no rule", () => [], "BAD_USER_INPUT rules"],
    ["two rules for a pool", () => [rule(), rule()], "BAD_USER_INPUT rules.1.pool"],
    ["no part", () => [rule({ parts: [] })], "BAD_USER_INPUT rules.0.parts"],
    ["fractions below 1", () => [fractions("0.5", "0.4999999999")], "BAD_USER_INPUT rules.0.parts"],
    ["fractions above 1", () => [fractions("0.5", "0.6")], "BAD_USER_INPUT rules.0.parts"],
    ["a fraction of zero", () => [fractions("1", "0")], "BAD_USER_INPUT rules.0.parts.1.fraction"],
    ["a negative fraction", () => [fractions("1.5", "-0.5")], "BAD_USER_INPUT rules.0.parts.0.fraction"],
    ["increments of another driver", () => [rule({ parts: [{ driver: "CALLS", incrementSeconds: 60 }] })], "BAD_USER_INPUT rules.0.parts.0.incrementSeconds"],
    ["an increment of zero", () => [rule({ parts: [{ driver: "BILLED_MINUTES", incrementSeconds: 0 }] })], "BAD_USER_INPUT rules.0.parts.0.incrementSeconds"],
    ["a negative weight", () => [rule({ parts: [{ driver: "CONTACTS", channels: [{ channel: "CHAT", weight: "-1" }] }] })], "BAD_USER_INPUT rules.0.parts.0.channels"],
    ["weights that are all zero", () => [rule({ parts: [{ driver: "CONTACTS", channels: [{ channel: "CHAT", weight: "0" }] }] })], "BAD_USER_INPUT rules.0.parts.0.channels"],
    ["a channel twice", () => [rule({ parts: [{ driver: "CONTACTS", channels: [{ channel: "CHAT", weight: "1" }, { channel: "CHAT", weight: "1" }] }] })], "BAD_USER_INPUT rules.0.parts.0.channels"],
    ["no channel", () => [rule({ parts: [{ driver: "CONTACTS", channels: [] }] })], "BAD_USER_INPUT rules.0.parts.0.channels"],
    ["a pool that does not exist", () => [rule({ pool: "nothing" })], "NOT_FOUND rules.0.pool"],
    ["a pool that is never divided", () => [rule({ pool: "direct" })], "BAD_USER_INPUT rules.0.pool"],
    ["programme management", () => [rule({ pool: "management" })], "BAD_USER_INPUT rules.0.pool"],
    ["the exclusion of nobody", () => [rule({ exclude: ["nowhere"] })], "NOT_FOUND rules.0.exclude"],
  ])("with %s is refused and nothing is written", async (_, rules, expected) => {
    await unchanged(async () => expect(verdict(await propose(rules()), "proposeAllocationPolicy")).toBe(expected));
  });

  it("writes every default out, and a key makes a retry the same version", async () => {
    const key = { idempotencyKey: "once" };
    const first = (await propose([rule({ parts: [{ fraction: "0.50", driver: "BILLED_MINUTES" }, { fraction: "+0.5", driver: "CONTACTS", channels: [{ channel: "SMS", weight: "2.0" }, { channel: "VOICE", weight: "1" }] }], exclude: ["support", "support"] })], key)).data.proposeAllocationPolicy as { policy: { version: number; rules: unknown } };
    expect(first.policy.rules).toEqual([{
      pool: "platform", zeroDriver: "UNALLOCATED", exclude: ["support"],
      parts: [
        { fraction: "0.5", driver: "BILLED_MINUTES", minimumSeconds: 0, incrementSeconds: 60, channels: [{ channel: "VOICE", weight: "1" }] },
        { fraction: "0.5", driver: "CONTACTS", minimumSeconds: 0, incrementSeconds: 0, channels: [{ channel: "VOICE", weight: "1" }, { channel: "SMS", weight: "2" }] },
      ],
    }]);
    await unchanged(async () => {
      const again = (await propose([rule({ parts: [{ fraction: "0.5", driver: "BILLED_MINUTES", incrementSeconds: 60 }, { fraction: "0.5", driver: "CONTACTS", channels: [{ channel: "VOICE", weight: "1.0" }, { channel: "SMS", weight: "2" }] }], exclude: ["support"] })], key)).data.proposeAllocationPolicy;
      expect(again).toEqual({ ...first });
      expect(verdict(await propose([rule()], key), "proposeAllocationPolicy")).toBe("CONFLICT idempotencyKey");
    });
  });
});

describe("a division", () => {
  const amounts = async (of: TestServer, period = "2025-10"): Promise<unknown> => {
    await must(of.as("FINANCE"), ALLOCATE, { input: { period } });
    const { allocation } = await must(of.as("FINANCE"), REPORT, { period });
    return [Object.fromEntries(allocation.rows.map((row: { businessUnit: { code: string }; amount: { amount: string } }) => [row.businessUnit.code, row.amount.amount])), allocation.total.amount, allocation.allocated.amount, allocation.unallocated.amount];
  };
  const calls = [call("a"), call("b", { useCase: "triage", connectedMs: 30_000 }), call("c", { useCase: "helpdesk", connectedMs: 10_000 })];

  it("of a pool of zero gives everybody zero", async () => {
    const of = await programme("zero-pool");
    await report(integration(of), calls);
    await bookAndAgree(of, { amount: "0.00" });
    expect(await amounts(of)).toEqual([{ claims: "0.00", retail: "0.00", support: "0.00" }, "0.00", "0.00", "0.00"]);
  });

  it("of a credit is the mirror of the charge", async () => {
    const charge = await programme("charge"), credit = await programme("credit");
    for (const each of [charge, credit]) await report(integration(each), [call("a"), call("b", { useCase: "triage" }), call("c", { useCase: "helpdesk" })]);
    await bookAndAgree(charge, { amount: "0.05", parts: [{ driver: "CALLS" }] });
    await bookAndAgree(credit, { amount: "-0.05", parts: [{ driver: "CALLS" }] });
    expect(await amounts(charge)).toEqual([{ claims: "0.02", retail: "0.02", support: "0.01" }, "0.05", "0.05", "0.00"]);
    expect(await amounts(credit)).toEqual([{ claims: "-0.02", retail: "-0.02", support: "-0.01" }, "-0.05", "-0.05", "0.00"]);
  });

  it("of a charge and its credit is zero, and both entries stay", async () => {
    const of = await programme("both");
    await report(integration(of), calls);
    await bookAndAgree(of, { amount: "33.33" });
    await must(of.as("FINANCE"), BOOK, { input: { pool: "platform", period: "2025-10", amount: "-33.33", currency: "USD", externalId: "credit" } });
    expect(await amounts(of)).toEqual([{ claims: "0.00", retail: "0.00", support: "0.00" }, "0.00", "0.00", "0.00"]);
    expect((await must(of.as("FINANCE"), '{ costEntries(first: 10, where: { period: "2025-10" }) { edges { node { amount { amount } } } } }')).costEntries.edges.map((edge: { node: { amount: { amount: string } } }) => edge.node.amount.amount)).toEqual(["33.33", "-33.33"]);
  });

  it("without any usage stays with the programme, unless the rule says EVEN", async () => {
    const plain = await programme("idle"), even = await programme("idle-even");
    await bookAndAgree(plain, { amount: "100.00" });
    expect(await amounts(plain)).toEqual([{}, "100.00", "0.00", "100.00"]);
    await bookAndAgree(even, { amount: "100.00", rule: { zeroDriver: "EVEN" } });
    expect(await amounts(even)).toEqual([{ claims: "33.34", retail: "33.33", support: "33.33" }, "100.00", "100.00", "0.00"]);
  });

  it("falls back on the month before where the rule says so, and on nothing when that is empty too", async () => {
    const of = await programme("prior");
    await report(integration(of), calls.map((each) => ({ ...each, endedAt: "2025-09-10T14:01:00.000Z", connectedAt: null })));
    await bookAndAgree(of, { amount: "100.00", rule: { zeroDriver: "PRIOR_PERIOD" } });
    expect(await amounts(of)).toEqual([{ claims: "30.00", retail: "60.00", support: "10.00" }, "100.00", "100.00", "0.00"]);
    await must(of.as("FINANCE"), BOOK, { input: { pool: "platform", period: "2025-12", amount: "5.00", currency: "USD", externalId: "december" } });
    expect(await amounts(of, "2025-12")).toEqual([{}, "5.00", "0.00", "5.00"]);
    // As soon as there is usage of the month itself, that counts.
    await report(integration(of), [call("own", { useCase: "triage" })]);
    expect(await amounts(of)).toEqual([{ claims: "100.00" }, "100.00", "100.00", "0.00"]);
  });

  it("leaves out whom the rule excludes; when that is everybody, nobody pays", async () => {
    const of = await programme("exclusions");
    await report(integration(of), calls);
    await bookAndAgree(of, { amount: "100.00", rule: { exclude: ["retail"] } });
    expect(await amounts(of)).toEqual([{ claims: "75.00", support: "25.00" }, "100.00", "100.00", "0.00"]);
    await agree(of, [{ pool: "platform", parts: [{ driver: "CONNECTED_SECONDS" }], exclude: ["retail", "claims", "support"], zeroDriver: "EVEN" }]);
    expect(await amounts(of)).toEqual([{}, "100.00", "0.00", "100.00"]);
  });

  it("leaves direct cost and programme management out, and a pool without a rule with the programme", async () => {
    const of = await programme("kinds");
    await report(integration(of), calls);
    await bookAndAgree(of, { amount: "100.00" });
    for (const [code, kind, useCase] of [["extra", "OTHER", null], ["own", "DIRECT", "triage"], ["office", "PROGRAMME_MANAGEMENT", null]] as const) {
      await must(of.as("FINANCE"), CREATE_POOL, { input: { code, name: code, kind } });
      await must(of.as("FINANCE"), BOOK, { input: { pool: code, period: "2025-10", amount: "7.00", currency: "USD", externalId: code, useCase } });
    }
    expect(await amounts(of)).toEqual([{ claims: "30.00", retail: "60.00", support: "10.00" }, "107.00", "100.00", "7.00"]);
  });

  it("without an approved policy is not ready, also when one is only proposed", async () => {
    const of = await programme("not-ready");
    await report(integration(of), calls);
    await must(of.as("FINANCE"), CREATE_POOL, { input: { code: "platform", name: "Platform", kind: "OTHER" } });
    await must(of.as("FINANCE"), BOOK, { input: { pool: "platform", period: "2025-10", amount: "7.00", currency: "USD", externalId: "x" } });
    await must(of.as("FINANCE"), PROPOSE, { input: { effectiveFrom: "2025-10", rules: [{ pool: "platform", parts: [{ driver: "CALLS" }] }] } });
    await unchanged(async () => expect(verdict(await of.as("FINANCE").ask(ALLOCATE, { input: { period: "2025-10" } }), "allocatePeriod")).toBe("NOT_READY period"));
    await must(of.as("FINANCE", { subject: "second" }), APPROVE, { input: { version: 1 } });
    await unchanged(async () => {
      const draft = await must(of.as("FINANCE"), ALLOCATE, { input: { period: "2025-10", dryRun: true } });
      expect(draft.allocatePeriod.run).toMatchObject({ status: "DRAFT", sequence: 1 });
    });
    expect(await amounts(of)).toEqual([{ claims: "2.34", retail: "2.33", support: "2.33" }, "7.00", "7.00", "0.00"]);
  });

  it("every write stands in the audit trail once, in order, with who did it", async () => {
    const of = await programme("audited");
    await report(integration(of), calls);
    await bookAndAgree(of, { amount: "100.00" });
    await must(of.as("FINANCE"), ALLOCATE, { input: { period: "2025-10" } });
    await must(of.as("FINANCE"), ALLOCATE, { input: { period: "2025-10" } });
    const { auditEntries } = await must(of.as("AUDITOR"), TRAIL);
    const nodes = auditEntries.edges.map((edge: { node: Record<string, unknown> }) => edge.node);
    expect(nodes.map((node: Record<string, unknown>) => [node.action, node.subject, node.role, node.subjectKind, node.subjectKey])).toEqual([
      ["createProgramme", "test-admin", "ADMIN", "Programme", "audited"],
      ...["retail", "claims", "support"].map((unit) => ["createBusinessUnit", "test-admin", "ADMIN", "BusinessUnit", unit]),
      ...["order-status", "returns", "triage", "helpdesk"].map((useCase) => ["createUseCase", "test-admin", "ADMIN", "UseCase", useCase]),
      ["createCostPool", "test-finance", "FINANCE", "CostPool", "platform"],
      ["bookCost", "test-finance", "FINANCE", "CostEntry", "platform-2025-10"],
      ["proposeAllocationPolicy", "test-finance", "FINANCE", "AllocationPolicy", "1"],
      ["approveAllocationPolicy", "second-person", "FINANCE", "AllocationPolicy", "1"],
      ["allocatePeriod", "test-finance", "FINANCE", "AllocationRun", "2025-10/1"],
    ]);
    expect(nodes[9].after).toEqual({ pool: "platform", period: "2025-10", amount: "100.00", currency: "USD", vendor: null, invoice: null });
    expect(nodes[12].after).toMatchObject({ policyVersion: 1, currency: "USD", total: "100.00", allocated: "100.00", unallocated: "0.00" });
  });
});
