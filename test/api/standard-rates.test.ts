import { PostgresQueryRunner } from "typeorm/driver/postgres/PostgresQueryRunner";
import { verifyProgramme } from "../../src/app/verify";
import { ALLOCATE, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { CLOSE_PERIOD, REQUEST_CLOSE } from "../prove/small-programme";
import { BOOK, CREATE_POOL } from "../support/two-programmes";

const FAULTS = "userErrors { code message field }";
const PROPOSE_POLICY = `mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version rules { parts { method rate ratePer rateCurrency } } } ${FAULTS} } }`;
const TRUE_UP = "number status from to amount { amount } period proposedBy postedBy months { period figuresVersion variance { amount } } lines { businessUnit { code } useCase { code } charged { amount } amount { amount } }";
const PROPOSE = `mutation($input: ProposeTrueUpInput!) { proposeTrueUp(input: $input) { trueUp { ${TRUE_UP} } ${FAULTS} } }`;
const POST = `mutation($input: PostTrueUpInput!) { postTrueUp(input: $input) { trueUp { ${TRUE_UP} } ${FAULTS} } }`;
const PREVIEW = "query($pool: String!, $from: PeriodKey!, $to: PeriodKey!) { previewTrueUp(pool: $pool, from: $from, to: $to) { hash amount { amount } months { period cost { amount } recovered { amount } variance { amount } } lines { businessUnit { code } amount { amount } } } }";
const STATEMENT = "query($unit: String!, $period: PeriodKey!) { statement(businessUnit: $unit, period: $period) { total { amount } lines { kind amount { amount } description originPeriod { key } explanation { method driverQuantity policyVersion chain { rate quantity } calls(first: 5) { edges { node { eventId } } } } } } }";
const RATE = { pool: "platform", parts: [{ method: "RATE", driver: "CONNECTED_SECONDS", rate: "0.32", ratePer: "60", rateCurrency: "USD" }] };

let server: TestServer;
let finance: Actor;
let second: Actor;

const book = (period: string, amount: string): Promise<unknown> => must(finance, BOOK, { input: { pool: "platform", period, amount, currency: "USD", externalId: `platform-${period}-${amount}` } });
const used = (id: string, useCase: string, minutes: number, month: string): Record<string, unknown> => call(id, { useCase, connectedAt: null, connectedMs: minutes * 60_000, endedAt: `2025-${month}-10T20:00:00.000Z` });
const quarter = (month: string): Array<Record<string, unknown>> => [used(`r${month}`, "order-status", 120, month), used(`c${month}`, "triage", 37.5, month), used(`s${month}`, "helpdesk", 42.5, month)];
const refusal = async (actor: Actor, query: string, variables: Record<string, unknown>): Promise<string> => {
  const { errors, data } = await actor.ask<Record<string, { userErrors: Array<{ code: string; field: string[] }> }>>(query, variables);
  return errors ? errors[0]!.extensions.code : Object.values(data)[0]!.userErrors.map(({ code, field }) => `${code} ${field.join(".")}`).join();
};
const close = async (period: string): Promise<void> => {
  await must(finance, ALLOCATE, { input: { period } });
  await must(finance, REQUEST_CLOSE, { input: { period } });
  await must(second, CLOSE_PERIOD, { input: { period } });
  await must(finance, `mutation { issueStatements(input: { period: "${period}" }) { ${FAULTS} } }`);
};
const variances = async (): Promise<string[]> => {
  const { recoveryVariance } = await must(finance, '{ recoveryVariance(from: "2025-10", to: "2025-12") { pool { code } period final figuresVersion cost { amount } recovered { amount } variance { amount } truedUp { amount } carried { amount } } }');
  return (recoveryVariance as Array<Record<string, { amount?: string; code?: string } | string | boolean | number>>).map((row) => Object.values(row).map((each) => (typeof each === "object" ? (each.amount ?? each.code) : each)).join(" "));
};
const journal = async (period: string): Promise<string[]> => {
  const { generateJournal } = await must(finance, `mutation($input: GenerateJournalInput!) { generateJournal(input: $input) { journals { externalId } ${FAULTS} } }`, { input: { period, profile: "GENERIC" } });
  const found = await must(finance, "query($id: String!) { journal(externalId: $id) { debit { amount } credit { amount } lines(first: 50) { edges { node { account kind businessUnit { code } debit { amount } credit { amount } } } } } }", { id: generateJournal.journals.at(-1).externalId });
  expect(found.journal.debit).toEqual(found.journal.credit);
  type Line = { account: string; kind: string | null; businessUnit: { code: string } | null; debit: { amount: string } | null; credit: { amount: string } | null };
  return found.journal.lines.edges.map(({ node }: { node: Line }) => [node.account, node.kind ?? "-", node.businessUnit?.code ?? "-", node.debit ? `Dr ${node.debit.amount}` : `Cr ${node.credit!.amount}`].join(" "));
};
const faults = async (): Promise<string[]> => {
  const scope = await server.installation.scopes.resolve({ subject: "test", role: "ADMIN", programme: "acme", businessUnits: [] });
  const found: string[] = [];
  for await (const proof of verifyProgramme(server.installation.database, scope)) if (proof.differing > 0) found.push(`${proof.name}: ${proof.differences.join("; ")}`);
  return found;
};

/** The worked figures in hundredths: 200 minutes at 0.32 recover 64.00 of a cost of 60.00. */
beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2026-01-15T12:00:00.000Z");
  finance = server.as("FINANCE");
  second = server.as("FINANCE", { subject: "second-person" });
  await createAcme(server);
  await server.sql("update tenancy.business_unit set chargeback_mode = 'CHARGEBACK', cost_centre = upper(code)");
  await must(finance, CREATE_POOL, { input: { code: "platform", name: "Platform", kind: "PLATFORM_CONTRACT" } });
  await report(integration(server), [...quarter("10"), ...quarter("11"), used("d", "order-status", 10, "12")]);
  await book("2025-10", "60.00");
  await book("2025-11", "70.01");
  await book("2025-12", "10.00");
});
afterAll(() => server.close());

describe("a standard rate", () => {
  it("is agreed on by two people and refused where it makes no sense", async () => {
    const propose = (more: object): Promise<string> => refusal(finance, PROPOSE_POLICY, { input: { effectiveFrom: "2025-10", rules: [{ pool: "platform", parts: [{ ...RATE.parts[0], ...more }] }] } });
    const at = (field: string): string => `rules.0.parts.0.${field}`;
    expect([await propose({ rate: "0" }), await propose({ rate: "-0.32" }), await propose({ ratePer: "0" }), await propose({ rateCurrency: "EUR" }), await propose({ rate: undefined })]).toEqual([
      `BAD_USER_INPUT ${at("rate")}`, `BAD_USER_INPUT ${at("rate")}`, `BAD_USER_INPUT ${at("ratePer")}`, `CURRENCY_MISMATCH ${at("rateCurrency")}`, expect.stringContaining("BAD_USER_INPUT"),
    ]);
    const { policy } = (await must(finance, PROPOSE_POLICY, { input: { effectiveFrom: "2025-10", rules: [RATE] } })).proposeAllocationPolicy;
    expect(policy).toEqual({ version: 1, rules: [{ parts: [{ method: "RATE", rate: "0.32", ratePer: "60", rateCurrency: "USD" }] }] });
    const approve = `mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { ${FAULTS} } }`;
    expect(await refusal(finance, approve, { input: { version: 1 } })).toBe("SAME_PERSON version");
    await must(second, approve, { input: { version: 1 } });
    expect(await refusal(finance, PROPOSE_POLICY, { input: { effectiveFrom: "2025-10", rules: [RATE] } })).toBe("CONFLICT effectiveFrom");
  });

  it("charges rate x quantity whatever the pool costs, says so on the statement, and carries the difference", async () => {
    await close("2025-10");
    const { allocation } = await must(finance, '{ allocation(period: "2025-10", groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } amount { amount } } total { amount } allocated { amount } unallocated { amount } variance { amount } } }');
    expect(allocation).toEqual({
      rows: [["claims", "12.00"], ["retail", "38.40"], ["support", "13.60"]].map(([code, amount]) => ({ businessUnit: { code }, amount: { amount } })),
      total: { amount: "60.00" }, allocated: { amount: "64.00" }, unallocated: { amount: "-4.00" }, variance: { amount: "-4.00" },
    });
    const { statement } = await must(finance, STATEMENT, { unit: "claims", period: "2025-10" });
    expect(statement.lines).toEqual([{
      kind: "ALLOCATION", amount: { amount: "12.00" }, originPeriod: { key: "2025-10" }, description: "2250 CONNECTED_SECONDS at 0.32 USD per 60 (standard rate of policy version 1)",
      explanation: [{ method: "RATE", driverQuantity: "2250", policyVersion: 1, chain: [{ rate: "2/375", quantity: "2250" }], calls: { edges: [{ node: { eventId: "c10" } }] } }],
    }]);
    expect(await refusal(finance, PROPOSE_POLICY, { input: { effectiveFrom: "2025-10", replaces: 1, rules: [RATE] } })).toBe("PERIOD_CLOSED effectiveFrom");
    expect(await faults()).toEqual([]);
  });

  it("charges late usage at the rate, too, and the difference is carried by the month that charges it", async () => {
    await report(integration(server), [used("late", "helpdesk", 2, "10")]);
    expect(await refusal(finance, PREVIEW, { pool: "platform", from: "2025-10", to: "2025-11" })).toBe("PERIOD_OPEN");
    await close("2025-11");
    expect((await variances()).slice(0, 2)).toEqual(["platform 2025-10 true 1 60.00 64.00 4.00 0.00 4.00", "platform 2025-11 true 1 70.01 64.64 -5.37 0.00 -5.37"]);
    expect(await server.sql("select amount_minor, unallocated_minor, variance_minor from chargeback.adjustment_pool")).toEqual([{ amount_minor: "0", unallocated_minor: "-64", variance_minor: "-64" }]);
    expect(await faults()).toEqual([]);
  });
});

describe("a true-up", () => {
  const span = { pool: "platform", from: "2025-10", to: "2025-11" };
  const lines = [["claims", "triage", "24.00", "0.25"], ["retail", "order-status", "76.80", "0.82"], ["support", "helpdesk", "27.84", "0.30"]];

  it("gives back what closed months carry together, in the proportion in which they were charged", async () => {
    const { previewTrueUp } = await must(server.as("AUDITOR"), PREVIEW, span);
    expect([previewTrueUp.amount.amount, previewTrueUp.months.map((month: Record<string, { amount: string }>) => month.variance!.amount), previewTrueUp.lines.map((line: Record<string, { code: string; amount: string }>) => [line.businessUnit!.code, line.amount!.amount])]).toEqual([
      "1.37", ["4.00", "-5.37"], lines.map(([unit, , , amount]) => [unit, amount]),
    ]);
    expect(await Promise.all([
      refusal(finance, PREVIEW, { ...span, from: "2025-12" }), refusal(finance, PREVIEW, { ...span, to: "2025-12" }), refusal(finance, PREVIEW, { ...span, pool: "attic" }), refusal(finance, PROPOSE, { input: { ...span, reason: " " } }),
    ])).toEqual(["BAD_USER_INPUT", "PERIOD_OPEN", "NOT_FOUND", "BAD_USER_INPUT reason"]);
  });

  it("is proposed by one person and posted by another, each month once, into the first open month", async () => {
    const propose = async (): Promise<Record<string, unknown>> => (await must(finance, PROPOSE, { input: { ...span, reason: "end of quarter" } })).proposeTrueUp.trueUp;
    expect(await propose()).toMatchObject({ number: 1, status: "PROPOSED", amount: { amount: "1.37" }, period: null, months: [], lines: [] });
    expect(await propose()).toMatchObject({ number: 1 });
    expect([await refusal(finance, POST, { input: { number: 1 } }), await refusal(second, POST, { input: { number: 7 } })]).toEqual(["SAME_PERSON number", "NOT_FOUND number"]);
    const post = async (): Promise<Record<string, unknown>> => (await must(second, POST, { input: { number: 1 } })).postTrueUp.trueUp;
    const posted = await post();
    expect(posted).toMatchObject({ number: 1, status: "POSTED", period: "2025-12", proposedBy: "test-finance", postedBy: "second-person", months: [{ period: "2025-10", figuresVersion: 1 }, { period: "2025-11", figuresVersion: 1 }] });
    expect((posted.lines as Array<Record<string, { code: string; amount: string }>>).map(({ businessUnit, useCase, charged, amount }) => [businessUnit!.code, useCase!.code, charged!.amount, amount!.amount])).toEqual(lines);
    expect(await post()).toEqual(posted);
    expect(await refusal(finance, PROPOSE, { input: { ...span, from: "2025-11", reason: "again" } })).toBe("CONFLICT from");
    expect(await server.sql("select action, subject from governance.audit_entry where action like '%TrueUp' order by sequence")).toEqual([{ action: "proposeTrueUp", subject: "test-finance" }, { action: "postTrueUp", subject: "second-person" }]);
    const { trueUps } = await must(finance, "{ trueUps(first: 5) { edges { node { number status } } } }");
    expect(trueUps.edges).toEqual([{ node: { number: 1, status: "POSTED" } }]);
  });

  it("stands on the statements of the month that carries it, and its journal clears the variance account", async () => {
    const { closePreview } = await must(finance, 'mutation($input: AllocatePeriodInput!) { allocatePeriod(input: $input) { userErrors { code } } }', { input: { period: "2025-12" } }).then(() => must(finance, '{ closePreview(period: "2025-12") { balanced hash units { businessUnit { code } adjusted { amount } } pools { originPeriod charged { amount } carried { amount } } } }'));
    expect(closePreview).toMatchObject({
      balanced: true, units: [["claims", "0.25"], ["retail", "0.82"], ["support", "0.30"]].map(([code, amount]) => ({ businessUnit: { code }, adjusted: { amount } })),
      pools: [{ originPeriod: "2025-12", charged: { amount: "3.20" }, carried: { amount: "6.80" } }, { originPeriod: "2025-11", charged: { amount: "1.37" }, carried: { amount: "-1.37" } }],
    });
    await close("2025-12");
    expect(await server.sql("select hash from governance.period where key = '2025-12'")).toEqual([{ hash: closePreview.hash }]);
    const { statement } = await must(finance, STATEMENT, { unit: "support", period: "2025-12" });
    expect(statement).toMatchObject({ total: { amount: "0.30" }, lines: [{ kind: "TRUE_UP", amount: { amount: "0.30" }, originPeriod: { key: "2025-11" }, description: "Under-recovery charged: standard rates of 2025-10 to 2025-11, true-up 1", explanation: [] }] });
    expect(await variances()).toEqual(["platform 2025-10 true 1 60.00 64.00 4.00 4.00 0.00", "platform 2025-11 true 1 70.01 64.64 -5.37 -5.37 0.00", "platform 2025-12 true 1 10.00 3.20 -6.80 0.00 -6.80"]);
    const mapping = { effectiveFrom: "2025-01", recovery: { account: "4900" }, rules: [{ debit: { account: "6100" } }, { kind: "VARIANCE", debit: { account: "1890" } }] };
    const { version } = (await must(finance, `mutation($input: ProposeAccountMappingInput!) { proposeAccountMapping(input: $input) { mapping { version } ${FAULTS} } }`, { input: mapping })).proposeAccountMapping.mapping;
    await must(second, `mutation($input: ApproveAccountMappingInput!) { approveAccountMapping(input: $input) { ${FAULTS} } }`, { input: { version } });
    expect(await journal("2025-10")).toEqual(["6100 ALLOCATION claims Dr 12.00", "6100 ALLOCATION retail Dr 38.40", "6100 ALLOCATION support Dr 13.60", "1890 VARIANCE - Cr 4.00", "4900 - - Cr 64.00", "4900 - - Dr 4.00"]);
    expect((await journal("2025-11")).filter((line) => line.startsWith("1890"))).toEqual(["1890 VARIANCE - Cr 0.64", "1890 VARIANCE - Dr 6.01"]);
    expect((await journal("2025-12")).filter((line) => / (VARIANCE|TRUE_UP) /.test(line))).toEqual(["6100 TRUE_UP claims Dr 0.25", "6100 TRUE_UP retail Dr 0.82", "6100 TRUE_UP support Dr 0.30", "1890 VARIANCE - Dr 6.80", "1890 VARIANCE - Cr 1.37"]);
    expect(await faults()).toEqual([]);
  });

  it("takes a restated month again for what the restatement changed, and for no more", async () => {
    await book("2025-11", "1.00");
    await must(finance, `mutation { requestRestatement(input: { period: "2025-11", reason: "an invoice came late" }) { ${FAULTS} } }`);
    await must(second, `mutation { restatePeriod(input: { period: "2025-11" }) { ${FAULTS} } }`);
    expect((await variances())[1]).toBe("platform 2025-11 true 2 71.01 64.64 -6.37 -5.37 -1.00");
    const { number } = (await must(finance, PROPOSE, { input: { ...span, from: "2025-11", reason: "a late invoice" } })).proposeTrueUp.trueUp;
    expect((await must(second, POST, { input: { number } })).postTrueUp.trueUp).toMatchObject({ number: 2, amount: { amount: "1.00" }, period: "2026-01", months: [{ period: "2025-11", figuresVersion: 2, variance: { amount: "-1.00" } }] });
    expect((await variances())[1]).toBe("platform 2025-11 true 2 71.01 64.64 -6.37 -6.37 0.00");
    // However many are on the page, their months and their lines are one query each.
    const asked = jest.spyOn(PostgresQueryRunner.prototype, "query");
    const { trueUps } = await must(finance, `{ trueUps(first: 5) { edges { node { ${TRUE_UP} } } } }`);
    const texts = asked.mock.calls.map(([text]) => text).filter((text) => /from chargeback\.true_up_(month|line)/.test(text));
    asked.mockRestore();
    expect([texts.length, trueUps.edges.map(({ node }: { node: { months: unknown[]; lines: unknown[] } }) => [node.months.length, node.lines.length])]).toEqual([2, [[2, 3], [1, 3]]]);
    expect((await journal("2025-11")).filter((line) => line.startsWith("1890"))).toEqual(["1890 VARIANCE - Cr 0.64", "1890 VARIANCE - Dr 6.01", "1890 VARIANCE - Dr 1.00"]);
    expect(await faults()).toEqual([]);
  });

  it("is seen through when it was tampered with", async () => {
    await server.sql("update chargeback.true_up_line set amount_minor = amount_minor + 1 where charged_minor = 2400");
    const told = (await faults()).join("\n");
    expect(told).toContain("true-up 1: a true-up leaves a variance over");
    expect(told).toContain("TRUE_UP of claims 2025-12 pool platform");
    await server.sql("update chargeback.true_up_line set amount_minor = amount_minor - 1 where charged_minor = 2400");
    await server.sql("update chargeback.true_up_month set variance_minor = variance_minor + 100 where period_key = '2025-10'");
    expect((await faults()).join("\n")).toContain("platform 2025-10: trued up by number 1, and -1.00 of its variance is still carried");
  });
});
