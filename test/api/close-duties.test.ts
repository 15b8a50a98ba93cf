import { ALLOCATE, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";

const REQUEST = "mutation($input: PeriodInput!) { requestClose(input: $input) { period { status } missing { check message } userErrors { code } } }";
const CLOSE = "mutation($input: PeriodInput!) { closePeriod(input: $input) { period { status hash } missing { check } userErrors { code } } }";
const BOOK = "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }";
const EVENT = "event { kind check period owner dueDays by reason finding evidence } userErrors { code message field }";
const ASSIGN = `mutation($input: AssignCloseCheckInput!) { assignCloseCheck(input: $input) { ${EVENT} } }`;
const SIGN = `mutation($input: SignOffCloseCheckInput!) { signOffCloseCheck(input: $input) { ${EVENT} } }`;
const WITHDRAW = `mutation($input: WithdrawCloseSignOffInput!) { withdrawCloseSignOff(input: $input) { ${EVENT} } }`;
const RULES = "mutation($input: SetCloseRulesInput!) { setCloseRules(input: $input) { rules { version dueDays requiresOwners requiresSignOffs } userErrors { code } } }";
const CHECKLIST = "{ closeChecklist(period: \"2025-10\") { ready checks { check ok message owner dueOn overdue signOff { by note evidence isCurrent } } history { kind check period by owner reason } } }";
const LINES = "total { amount } lines { kind amount { amount } description pool { code } useCase { code }";
const ISSUE = `mutation($period: PeriodKey!) { issueStatements(input: { period: $period }) { statements { businessUnit { code } mode hash ${LINES} originPeriod { key } } } } }`;
const PREVIEW = `query($period: PeriodKey!) { closePreview(period: $period) { period { key status } ready balanced hash checks { check ok } legs { counted attributed unattributed }
  pools { pool { code } originPeriod booked { amount } received { amount } charged { amount } carried { amount } undivided { amount } }
  statements { businessUnit { code } status mode hash ${LINES} originPeriod } }
  units { businessUnit { code } allocated { amount } direct { amount } adjusted { amount } total { amount } }
  adjustments { originPeriod lateEvents lateCostEntries hash lines { pool { code } businessUnit { code } useCase { code } amount { amount } } } } }`;
const CHECKS = ["MONTH_OVER", "EARLIER_MONTHS_CLOSED", "USAGE_ATTRIBUTED", "SOURCES_HEARD", "USAGE_RATED", "VENDORS_RECONCILED", "ACCRUALS_ANSWERED", "LATE_FACTS_RESTATED", "POOLS_HAVE_COST", "POOLS_HAVE_RULES", "RUN_LATEST", "RUN_ADDS_UP", "DISPUTES_SETTLED", "STATEMENTS_ISSUED", "COST_FUNDED"];

let server: TestServer;
let finance: Actor, ann: Actor;

const codes = (answer: { userErrors: Array<{ code: string }> }): string[] => answer.userErrors.map(({ code }) => code);
const refusal = async (actor: Actor, operation: string, input: Record<string, unknown>): Promise<string[]> => codes(Object.values((await actor.ask(operation, { input })).data)[0] as { userErrors: Array<{ code: string }> });
const stored = (): Promise<unknown> => server.sql("select (select count(*) from closing.check_assignment) as assignments, (select count(*) from closing.check_sign_off) as signatures, (select count(*) from governance.audit_entry) as entries, (select array_agg(status order by key) from governance.period) as status");

interface Drafted { readonly status: string; readonly lines: ReadonlyArray<{ readonly kind: string; readonly originPeriod: string }> }

/** The statements of a month that was closed on the facts of a preview are its drafts, hash and all. */
async function issuesWhatWasDrafted({ statements }: { statements: Drafted[] }, period: string): Promise<void> {
  const issued = (await must(finance, ISSUE, { period })).issueStatements.statements as Array<{ lines: Array<{ originPeriod: { key: string } }> }>;
  expect(statements.map(({ status }) => status)).toEqual(issued.map(() => "DRAFT"));
  expect(issued.map((each) => ({ ...each, status: "DRAFT", lines: each.lines.map((line) => ({ ...line, originPeriod: line.originPeriod.key })) }))).toEqual(statements);
}

beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2025-11-04T12:00:00.000Z");
  finance = server.as("FINANCE");
  ann = server.as("FINANCE", { subject: "ann" });
  await createAcme(server);
  await bookAndAgree(server, { amount: "100.00" });
  await report(integration(server), [call("a"), call("b", { useCase: "triage" })]);
  await must(finance, ALLOCATE, { input: { period: "2025-10" } });
});
afterAll(() => server.close());

describe("owners, days and signatures of a close", () => {
  it("are shown and hold nothing up while the rules do not demand them", async () => {
    const { closeChecklist } = await must(finance, CHECKLIST);
    expect(closeChecklist.ready).toBe(true);
    expect(closeChecklist.checks.slice(-2).map(({ check, ok, message }: Record<string, unknown>) => [check, ok, message])).toEqual([
      ["OWNERS_ASSIGNED", true, "0 of 15 checks have an owner; none is demanded."], ["CHECKS_SIGNED_OFF", true, "0 of 15 checks are signed off; none has to be."],
    ]);
    expect(closeChecklist.history).toEqual([]);
  });

  it("refuse what makes no sense, and nothing changes", async () => {
    const before = await stored();
    const assign = (more: Record<string, unknown>): Record<string, unknown> => ({ check: "RUN_LATEST", owner: "ann", reason: "because", ...more });
    const sign = (more: Record<string, unknown>): Record<string, unknown> => ({ period: "2025-10", check: "RUN_LATEST", note: "seen", ...more });
    expect(await refusal(finance, ASSIGN, assign({ dueDays: 61 }))).toEqual(["BAD_USER_INPUT"]);
    expect(await refusal(finance, ASSIGN, assign({ dueDays: -1 }))).toEqual(["BAD_USER_INPUT"]);
    expect(await refusal(finance, ASSIGN, assign({ owner: " " }))).toEqual(["BAD_USER_INPUT"]);
    expect(await refusal(finance, ASSIGN, assign({ owner: null, dueDays: 3 }))).toEqual(["BAD_USER_INPUT"]);
    expect(await refusal(finance, ASSIGN, assign({ owner: null }))).toEqual(["NOT_FOUND"]);
    expect(await refusal(finance, ASSIGN, assign({ reason: "" }))).toEqual(["BAD_USER_INPUT"]);
    expect(await refusal(finance, ASSIGN, assign({ period: "2024-01" }))).toEqual(["NOT_FOUND"]);
    expect(await refusal(finance, SIGN, sign({ note: "" }))).toEqual(["BAD_USER_INPUT"]);
    expect(await refusal(finance, SIGN, sign({ evidence: Array(21).fill("https://x") }))).toEqual(["BAD_USER_INPUT"]);
    expect(await refusal(finance, SIGN, sign({ period: "2024-01" }))).toEqual(["NOT_FOUND"]);
    expect(await refusal(finance, WITHDRAW, { period: "2025-10", check: "RUN_LATEST", reason: "none there" })).toEqual(["NOT_FOUND"]);
    expect(await refusal(finance, RULES, { dueDays: 61, reason: "too late" })).toEqual(["BAD_USER_INPUT"]);
    for (const check of ["OWNERS_ASSIGNED", "CHECKS_SIGNED_OFF"]) expect((await finance.ask(SIGN, { input: sign({ check }) })).errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
    expect(await stored()).toEqual(before);
  });

  it("stop a close without them where the rules demand them, and let it through when all are there", async () => {
    expect((await must(finance, RULES, { input: { dueDays: 3, requiresOwners: true, requiresSignOffs: true, reason: "controls" } })).setCloseRules.rules).toEqual({ version: 1, dueDays: 3, requiresOwners: true, requiresSignOffs: true });
    const before = await stored();
    const { requestClose } = (await finance.ask(REQUEST, { input: { period: "2025-10" } })).data;
    expect([requestClose.period, codes(requestClose), requestClose.missing.map(({ check }: { check: string }) => check)]).toEqual([null, ["NOT_READY"], ["OWNERS_ASSIGNED", "CHECKS_SIGNED_OFF"]]);
    expect(await stored()).toEqual(before);

    for (const check of CHECKS) await must(finance, ASSIGN, { input: { check, owner: "ann", reason: "team of ann" } });
    const again = await must(finance, ASSIGN, { input: { check: "RUN_LATEST", owner: "ann", reason: "again" } });
    expect(again.assignCloseCheck.event).toMatchObject({ kind: "ASSIGNED", owner: "ann", period: null, reason: "team of ann" });
    await must(finance, ASSIGN, { input: { check: "RUN_LATEST", owner: "bob", dueDays: 10, period: "2025-10", reason: "ann is away" } });
    const checks = (await must(finance, CHECKLIST)).closeChecklist.checks.filter(({ check }: { check: string }) => ["RUN_ADDS_UP", "RUN_LATEST"].includes(check));
    expect(checks.map(({ owner, dueOn, overdue }: Record<string, unknown>) => [owner, dueOn, overdue])).toEqual([["bob", "2025-11-10", false], ["ann", "2025-11-03", true]]);

    expect(await refusal(ann, SIGN, { period: "2025-10", check: "RUN_LATEST", note: "mine no more" })).toEqual(["CONFLICT"]);
    for (const check of CHECKS) await must(check === "RUN_LATEST" ? server.as("FINANCE", { subject: "bob" }) : ann, SIGN, { input: { period: "2025-10", check, note: "looked through", evidence: [`https://books/${check}`] } });
    const signed = await stored();
    await must(ann, SIGN, { input: { period: "2025-10", check: "RUN_ADDS_UP", note: "looked through", evidence: ["https://books/RUN_ADDS_UP"] } });
    expect(await stored()).toEqual(signed);
    expect((await must(finance, CHECKLIST)).closeChecklist.ready).toBe(true);
  });

  it("do not count for what is found otherwise since, nor once they are taken back", async () => {
    await report(integration(server), [call("c", { useCase: "helpdesk" })]);
    expect(await refusal(server.as("FINANCE", { subject: "bob" }), SIGN, { period: "2025-10", check: "RUN_LATEST", note: "stale" })).toEqual(["NOT_READY"]);
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    const { requestClose } = (await finance.ask(REQUEST, { input: { period: "2025-10" } })).data;
    expect(requestClose.missing).toEqual([{ check: "CHECKS_SIGNED_OFF", message: "Signed off, but found otherwise since: RUN_LATEST. Have them signed with signOffCloseCheck." }]);
    await must(server.as("FINANCE", { subject: "bob" }), SIGN, { input: { period: "2025-10", check: "RUN_LATEST", note: "run 2" } });
    await must(ann, WITHDRAW, { input: { period: "2025-10", check: "POOLS_HAVE_COST", reason: "an invoice is missing" } });
    expect((await finance.ask(REQUEST, { input: { period: "2025-10" } })).data.requestClose.missing).toEqual([{ check: "CHECKS_SIGNED_OFF", message: "Not signed off: POOLS_HAVE_COST. Have them signed with signOffCloseCheck." }]);
    await must(ann, SIGN, { input: { period: "2025-10", check: "POOLS_HAVE_COST", note: "it was booked", evidence: ["invoice 7"] } });
  });
});

describe("a dry run of the close", () => {
  it("answers what the close then does, to the byte, and stores nothing", async () => {
    const before = await stored();
    const { closePreview } = await must(server.as("AUDITOR"), PREVIEW, { period: "2025-10" });
    expect(await stored()).toEqual(before);
    expect(closePreview).toMatchObject({ period: { key: "2025-10", status: "OPEN" }, ready: true, balanced: true, adjustments: [], legs: { counted: 3, attributed: 3, unattributed: 0 } });
    expect(closePreview.pools).toEqual([{ pool: { code: "platform" }, originPeriod: "2025-10", booked: { amount: "100.00" }, received: { amount: "0.00" }, charged: { amount: "100.00" }, carried: { amount: "0.00" }, undivided: { amount: "0.00" } }]);
    expect(closePreview.units.map((unit: { businessUnit: { code: string }; total: { amount: string } }) => [unit.businessUnit.code, unit.total.amount])).toEqual([["claims", "33.34"], ["retail", "33.33"], ["support", "33.33"]]);
    await must(finance, REQUEST, { input: { period: "2025-10" } });
    expect((await must(ann, CLOSE, { input: { period: "2025-10" } })).closePeriod.period).toEqual({ status: "CLOSED", hash: closePreview.hash });
    expect(closePreview.statements.map((draft: { total: { amount: string } }) => draft.total.amount)).toEqual(["33.34", "33.33", "33.33"]);
    await issuesWhatWasDrafted(closePreview, "2025-10");
  });

  it("is over after the close, as signatures are, and the history stays", async () => {
    const before = await stored();
    expect((await finance.ask(PREVIEW, { period: "2025-10" })).errors?.[0]?.extensions.code).toBe("PERIOD_CLOSED");
    expect((await must(finance, PREVIEW, { period: "2024-01" })).closePreview).toBeNull();
    expect(await refusal(ann, SIGN, { period: "2025-10", check: "RUN_ADDS_UP", note: "late" })).toEqual(["PERIOD_CLOSED"]);
    expect(await refusal(ann, WITHDRAW, { period: "2025-10", check: "RUN_ADDS_UP", reason: "late" })).toEqual(["PERIOD_CLOSED"]);
    expect(await refusal(ann, ASSIGN, { period: "2025-10", check: "RUN_ADDS_UP", owner: "ann", reason: "late" })).toEqual(["PERIOD_CLOSED"]);
    expect(await stored()).toEqual(before);
    const { checks, history } = (await must(server.as("AUDITOR"), CHECKLIST)).closeChecklist;
    expect(checks).toEqual([]);
    expect(history.slice(-3)).toEqual([
      { kind: "SIGNED", check: "RUN_LATEST", period: "2025-10", by: "bob", owner: null, reason: "run 2" },
      { kind: "WITHDRAWN", check: "POOLS_HAVE_COST", period: "2025-10", by: "ann", owner: null, reason: "an invoice is missing" },
      { kind: "SIGNED", check: "POOLS_HAVE_COST", period: "2025-10", by: "ann", owner: null, reason: "it was booked" },
    ]);
    expect(await server.sql("select action, count(*) from governance.audit_entry where subject_kind = 'CloseCheck' group by 1 order by 1")).toEqual([
      { action: "assignCloseCheck", count: "16" }, { action: "signOffCloseCheck", count: "17" }, { action: "withdrawCloseSignOff", count: "1" },
    ]);
  });

  it("tells of adjustments with their lines, and of cost that no run divides", async () => {
    server.clock.set("2025-12-04T12:00:00.000Z");
    [finance, ann] = [server.as("FINANCE"), server.as("FINANCE", { subject: "ann" })];
    await must(finance, RULES, { input: { requiresOwners: false, requiresSignOffs: false, reason: "a quiet month" } });
    await report(integration(server), [call("late", { useCase: "helpdesk" }), call("n", { connectedAt: "2025-11-05T15:00:00.000Z", endedAt: "2025-11-05T15:01:00.000Z" })]);
    await must(finance, BOOK, { input: { pool: "platform", period: "2025-10", amount: "4.00", currency: "USD", externalId: "late-invoice" } });
    await must(finance, BOOK, { input: { pool: "platform", period: "2025-11", amount: "10.00", currency: "USD", externalId: "november" } });
    const undivided = (await must(finance, PREVIEW, { period: "2025-11" })).closePreview;
    expect([undivided.ready, undivided.balanced]).toEqual([false, false]);
    expect(undivided.pools[0]).toEqual({ pool: { code: "platform" }, originPeriod: "2025-11", booked: { amount: "10.00" }, received: { amount: "0.00" }, charged: { amount: "0.00" }, carried: { amount: "0.00" }, undivided: { amount: "10.00" } });
    await must(finance, ALLOCATE, { input: { period: "2025-11" } });
    const before = await stored();
    const { closePreview } = await must(finance, PREVIEW, { period: "2025-11" });
    expect(await stored()).toEqual(before);
    expect([closePreview.ready, closePreview.balanced]).toEqual([true, true]);
    expect(closePreview.pools[1]).toEqual({ pool: { code: "platform" }, originPeriod: "2025-10", booked: { amount: "4.00" }, received: { amount: "0.00" }, charged: { amount: "4.00" }, carried: { amount: "0.00" }, undivided: { amount: "0.00" } });
    const [adjustment] = closePreview.adjustments;
    expect([adjustment.originPeriod, adjustment.lateEvents, adjustment.lateCostEntries]).toEqual(["2025-10", 1, 1]);
    await must(finance, REQUEST, { input: { period: "2025-11" } });
    expect((await must(ann, CLOSE, { input: { period: "2025-11" } })).closePeriod.period.hash).toBe(closePreview.hash);
    expect(closePreview.statements.flatMap(({ lines }: Drafted) => lines.map(({ kind }) => kind))).toContain("ADJUSTMENT");
    await issuesWhatWasDrafted(closePreview, "2025-11");
    const [posted] = (await must(finance, "{ adjustments(period: \"2025-11\") { hash lines { pool { code } businessUnit { code } useCase { code } amount { amount } } } }")).adjustments;
    expect(posted).toEqual({ hash: adjustment.hash, lines: adjustment.lines });
  });
});
