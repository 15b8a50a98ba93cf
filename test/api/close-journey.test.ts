import { ALLOCATE, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { verifyProgramme } from "../../src/app/verify";
import { Scope } from "../../src/tenancy";
import { Actor, TestServer, startTestServer } from "../support/server";
import { inProgramme } from "../support/two-programmes";

const REQUEST = "mutation($input: PeriodInput!) { requestClose(input: $input) { period { key status closeRequestedBy } missing { check message } userErrors { code message field } } }";
const CLOSE = "mutation($input: PeriodInput!) { closePeriod(input: $input) { period { key status closedBy cutoff hash auditHead } missing { check } userErrors { code message field } } }";
const BOOK = "mutation($input: BookCostInput!) { bookCost(input: $input) { entry { id late period } userErrors { code message } } }";
const USAGE = "query($where: UsageWhere!) { usage(where: $where, groupBy: [BUSINESS_UNIT, USE_CASE]) { rows { businessUnit { code } useCase { code } legs calls connectedMs contacts } total { legs contacts } } }";
const ALLOCATION = `{ allocation(period: "2025-10", groupBy: [BUSINESS_UNIT, USE_CASE, POOL]) { run { id resultHash } rows { businessUnit { code } useCase { code } pool { code } amount { amount } share driverQuantity } total { amount } asOf } }`;
const ADJUSTMENTS = `query($period: PeriodKey!) { adjustments(period: $period) { originPeriod { key } run { id } lateEvents lateCostEntries hash lines { pool { code } businessUnit { code } useCase { code } amount { amount } } events(first: 10) { edges { node { eventId } } } } }`;
const COSTS = "{ costEntries(first: 100) { edges { node { externalId period late amount { amount } } } } }";

let root: TestServer;
let server: TestServer;
let programmes = 0;
let programme: string;
let finance: Actor, second: Actor;
const november = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  call(id, { connectedAt: "2025-11-05T15:00:00.000Z", endedAt: "2025-11-05T15:01:00.000Z", ...more });

async function book(pool: string, period: string, amount: string, externalId: string, more: Record<string, unknown> = {}): Promise<void> {
  await must(finance, BOOK, { input: { pool, period, amount, currency: "USD", externalId, ...more } });
}

async function close(period: string): Promise<{ hash: string; cutoff: string; auditHead: string }> {
  await must(finance, ALLOCATE, { input: { period } });
  await must(finance, REQUEST, { input: { period } });
  return (await must(second, CLOSE, { input: { period } })).closePeriod.period;
}

async function wholeScope(): Promise<Scope> {
  const found = (await server.installation.scopes.programme(programme))!;
  return { principal: { subject: "auditor", role: "AUDITOR", programme, businessUnits: [] }, programme: found, reach: "programme", unitIds: [] };
}

const codes = (answer: { userErrors: Array<{ code: string }> }): string[] => answer.userErrors.map(({ code }) => code);

/** SQL over the rows of the programme that is played in, whose id is $1. */
async function ownSql<Row = Record<string, unknown>>(text: string): Promise<Row[]> {
  const [own] = await server.sql<{ id: string }>("select id from tenancy.programme where code = $1", [programme]);
  return server.sql<Row>(text, [own!.id]);
}

beforeAll(async () => {
  root = await startTestServer();
});
afterAll(() => root.close());

/** Each journey plays in a programme of its own. */
beforeEach(async () => {
  programmes += 1;
  programme = `acme-${programmes}`;
  server = inProgramme(root, programme);
  server.clock.set("2025-12-15T12:00:00.000Z");
  finance = server.as("FINANCE");
  second = server.as("FINANCE", { subject: "second-person" });
  await createAcme(server, { code: programme });
  await bookAndAgree(server, { amount: "100.00" });
  await report(integration(server), [call("a"), call("b", { useCase: "triage" }), call("c", { useCase: "helpdesk", connectedMs: 120_000, endedAt: "2025-10-10T14:02:00.000Z" })]);
});

describe("closing a month", () => {
  it("takes two people, a cut-off and a hash, and leaves the audit head to be anchored", async () => {
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    const { requestClose } = await must(finance, REQUEST, { input: { period: "2025-10" } });
    expect(requestClose).toEqual({ period: { key: "2025-10", status: "CLOSING", closeRequestedBy: "test-finance" }, missing: [], userErrors: [] });
    expect((await must(finance, REQUEST, { input: { period: "2025-10" } })).requestClose.period.status).toBe("CLOSING");
    const { closePeriod } = await must(second, CLOSE, { input: { period: "2025-10" } });
    expect(closePeriod.period).toEqual({ key: "2025-10", status: "CLOSED", closedBy: "second-person", cutoff: expect.any(String), hash: expect.stringMatching(/^[0-9a-f]{64}$/), auditHead: expect.stringMatching(/^\d+:[0-9a-f]{64}$/) });
    const { auditHead } = await must(finance, "{ auditHead { sequence hash } }");
    expect(closePeriod.period.auditHead).toBe(`${auditHead.sequence}:${auditHead.hash}`);
  });

  it("says everything that is missing, and changes nothing", async () => {
    await report(integration(server), [call("stray", { useCase: "unknown" }), call("early", { connectedAt: null, endedAt: "2025-09-10T14:01:00.000Z" })]);
    await must(finance, "mutation($input: CreateCostPoolInput!) { createCostPool(input: $input) { userErrors { code } } }", { input: { code: "ruleless", name: "Without rule", kind: "OTHER" } });
    await book("ruleless", "2025-10", "1.00", "r-1");
    const before = await ownSql("select status, close_requested_by from governance.period where programme_id = $1 order by key");
    const { requestClose } = (await finance.ask(REQUEST, { input: { period: "2025-10" } })).data;
    expect(requestClose.period).toBeNull();
    expect(requestClose.missing.map(({ check }: { check: string }) => check)).toEqual(["EARLIER_MONTHS_CLOSED", "USAGE_ATTRIBUTED", "POOLS_HAVE_RULES", "RUN_LATEST"]);
    expect(codes(requestClose)).toEqual(["NOT_READY"]);
    expect(requestClose.userErrors[0].message).toMatch(/2025-09.*1 legs are unattributed, 0 are tolerated.*ruleless.*allocatePeriod/);
    expect(await ownSql("select status, close_requested_by from governance.period where programme_id = $1 order by key")).toEqual(before);
  });

  it("is not ready while a pool that the policy divides holds no cost, or facts came after the run, or the month is not over", async () => {
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    await report(integration(server), [call("later")]);
    const { requestClose } = (await finance.ask(REQUEST, { input: { period: "2025-10" } })).data;
    expect(requestClose.missing).toEqual([{ check: "RUN_LATEST", message: "Facts changed after run 1. Run allocatePeriod again." }]);
    await report(integration(server), [november("n-1")]);
    const checks = (await must(finance, `{ closeChecklist(period: "2025-11") { ready checks { check ok } } }`)).closeChecklist;
    expect(checks.ready).toBe(false);
    expect(checks.checks.filter(({ ok }: { ok: boolean }) => !ok).map(({ check }: { check: string }) => check)).toEqual(["EARLIER_MONTHS_CLOSED", "POOLS_HAVE_COST", "RUN_LATEST"]);
    server.clock.set("2025-11-20T12:00:00.000Z");
    const early = (await must(server.as("FINANCE"), `{ closeChecklist(period: "2025-11") { checks { check ok } } }`)).closeChecklist.checks;
    expect(early[0]).toEqual({ check: "MONTH_OVER", ok: false });
  });

  it.each<[string, () => Promise<unknown>, () => Actor, string, string]>([
    ["nobody asked", async () => must(finance, ALLOCATE, { input: { period: "2025-10" } }), () => second, CLOSE, "PERIOD_OPEN"],
    ["the same person closes", async () => { await must(finance, ALLOCATE, { input: { period: "2025-10" } }); await must(finance, REQUEST, { input: { period: "2025-10" } }); }, () => finance, CLOSE, "SAME_PERSON"],
    ["it is closed already", () => close("2025-10"), () => second, CLOSE, "PERIOD_CLOSED"],
    ["it is asked for after the close", () => close("2025-10"), () => finance, REQUEST, "PERIOD_CLOSED"],
    ["it is allocated after the close", () => close("2025-10"), () => finance, ALLOCATE, "PERIOD_CLOSED"],
    ["facts came after the request", async () => { await must(finance, ALLOCATE, { input: { period: "2025-10" } }); await must(finance, REQUEST, { input: { period: "2025-10" } }); await report(integration(server), [call("late")]); }, () => second, CLOSE, "NOT_READY"],
  ])("refuses when %s", async (_, prepare, who, operation, code) => {
    await prepare();
    const look = (): Promise<unknown> => ownSql("select * from governance.period p left join (select count(*) as entries from governance.audit_entry where programme_id = $1) a on true where p.programme_id = $1");
    const before = await look();
    const answer = Object.values((await who().ask(operation, { input: { period: "2025-10" } })).data)[0] as { userErrors: Array<{ code: string }> };
    expect(codes(answer)).toEqual([code]);
    expect(await look()).toEqual(before);
  });

  it("is not found for a month without facts", async () => {
    for (const operation of [REQUEST, CLOSE]) expect(codes(Object.values((await finance.ask(operation, { input: { period: "2024-01" } })).data)[0] as never)).toEqual(["NOT_FOUND"]);
    expect((await must(finance, `{ closeChecklist(period: "2024-01") { ready } }`)).closeChecklist).toBeNull();
  });

  it("closes a month with direct cost alone, which nothing divides", async () => {
    await must(finance, "mutation($input: CreateCostPoolInput!) { createCostPool(input: $input) { userErrors { code } } }", { input: { code: "licences", name: "Licences", kind: "DIRECT" } });
    await book("licences", "2025-08", "7.00", "licence", { useCase: "triage" });
    await must(finance, REQUEST, { input: { period: "2025-08" } });
    expect((await must(second, CLOSE, { input: { period: "2025-08" } })).closePeriod.period.status).toBe("CLOSED");
    expect((await must(server.as("AUDITOR"), `{ allocation(period: "2025-08", groupBy: []) { total { amount } } }`)).allocation).toBeNull();
  });

  it("can be withdrawn, with a reason", async () => {
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    await must(finance, REQUEST, { input: { period: "2025-10" } });
    const withdraw = (reason: string): Promise<{ data: { withdrawClose: { period: { status: string } | null; userErrors: Array<{ code: string }> } } }> =>
      second.ask("mutation($input: WithdrawCloseInput!) { withdrawClose(input: $input) { period { status closeRequestedBy } userErrors { code } } }", { input: { period: "2025-10", reason } });
    expect(codes((await withdraw(" ")).data.withdrawClose)).toEqual(["BAD_USER_INPUT"]);
    expect((await withdraw("a late invoice")).data.withdrawClose.period).toEqual({ status: "OPEN", closeRequestedBy: null });
    expect(codes((await second.ask(CLOSE, { input: { period: "2025-10" } })).data.closePeriod)).toEqual(["PERIOD_OPEN"]);
  });

  it("tolerates as many unattributed legs as finance says", async () => {
    await report(integration(server), [call("stray", { useCase: "unknown" })]);
    const rules = await must(finance, `mutation { setCloseRules(input: { unattributedThreshold: 1, reason: "one test number" }) { rules { version unattributedThreshold blocksOnOpenDisputes } userErrors { code } } }`);
    expect(rules.setCloseRules.rules).toEqual({ version: 1, unattributedThreshold: 1, blocksOnOpenDisputes: false });
    expect((await close("2025-10")).hash).toMatch(/^[0-9a-f]{64}$/);
    const refused = (await finance.ask(`mutation { setCloseRules(input: { unattributedThreshold: -1, reason: "x" }) { rules { version } userErrors { code } } }`)).data.setCloseRules;
    expect(codes(refused)).toEqual(["BAD_USER_INPUT"]);
    expect((await must(finance, "{ closeRules { version unattributedThreshold } }")).closeRules).toEqual({ version: 1, unattributedThreshold: 1 });
  });
});

describe("at the same moment", () => {
  it("eight requests and eight closes are one of each", async () => {
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    const requests = await Promise.all(Array.from({ length: 8 }, (_, index) => server.as("FINANCE", { subject: `asker-${index}` }).ask(REQUEST, { input: { period: "2025-10" } })));
    expect(new Set(requests.map(({ data }) => data.requestClose.period.closeRequestedBy)).size).toBe(1);
    const closes = await Promise.all(Array.from({ length: 8 }, (_, index) => server.as("FINANCE", { subject: `closer-${index}` }).ask(CLOSE, { input: { period: "2025-10" } })));
    expect(closes.filter(({ data }) => data.closePeriod.period?.status === "CLOSED")).toHaveLength(1);
    expect(closes.flatMap(({ data }) => codes(data.closePeriod))).toEqual(Array(7).fill("PERIOD_CLOSED"));
    expect(await ownSql("select action, count(*) from governance.audit_entry where programme_id = $1 and action in ('requestClose', 'closePeriod') group by 1 order by 1")).toEqual([{ action: "closePeriod", count: "1" }, { action: "requestClose", count: "1" }]);
  });

  it("ingest of the month that is locked waits, ingest of another does not", async () => {
    await report(integration(server), [november("n-0")]);
    await server.sql("begin");
    await ownSql("select 1 from governance.period where programme_id = $1 and key = '2025-10' for update");
    const held = report(integration(server), [call("waits")]);
    expect((await report(integration(server), [november("n-1")])).accepted).toBe(1);
    expect(await ownSql("select 1 from metering.usage_event where programme_id = $1 and event_id = 'waits'")).toEqual([]);
    await server.sql("rollback");
    expect((await held).accepted).toBe(1);
  });

  it("nothing that is sent while a month closes is lost or counted twice", async () => {
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    await must(finance, REQUEST, { input: { period: "2025-10" } });
    const sent = Array.from({ length: 12 }, (_, index) => report(integration(server), [call(`race-${index}`)]));
    const closing = second.ask(CLOSE, { input: { period: "2025-10" } });
    expect((await Promise.all(sent)).reduce((sum, { accepted }) => sum + accepted, 0)).toBe(12);
    const { closePeriod } = (await closing).data;
    const closed = closePeriod.period !== null;
    // An event that came first makes the run stale: the close says so, and the month stays open for all of them.
    if (!closed) expect(codes(closePeriod)).toEqual(["NOT_READY"]);
    const posted = (await must(finance, USAGE, { where: { period: "2025-10" } })).usage.total.legs;
    const [late] = await ownSql<{ count: string }>("select count(*) from metering.late_event where programme_id = $1");
    expect(posted + Number(late!.count)).toBe(15);
    expect((await must(finance, USAGE, { where: { period: "2025-10", view: "RESTATED" } })).usage.total.legs).toBe(15);
  });
});

describe("facts that come after the close", () => {
  const figures = async (): Promise<unknown> => [
    await must(finance, USAGE, { where: { period: "2025-10" } }), await must(finance, ALLOCATION),
    await must(finance, `{ usageEvents(where: { period: "2025-10" }, first: 50) { edges { node { eventId connectedMs } } } period(key: "2025-10") { status hash cutoff } }`),
    await must(finance, `{ explainAllocation(period: "2025-10", businessUnit: "retail") { amount { amount } exactAmount calls(first: 20) { edges { node { eventId } } } } }`),
    await must(finance, `query($where: UsageWhere!) { usage(where: $where, groupBy: [HOUR]) { rows { bucket legs contacts } } }`, { where: { period: "2025-10" } }),
  ];

  it("leave every closed figure as it is, and become one adjustment that sums to zero", async () => {
    await close("2025-10");
    const before = await figures();
    const late = await report(integration(server), [call("late-1", { useCase: "helpdesk" }), call("late-2", { useCase: "returns", connectedMs: 30_000, endedAt: "2025-10-10T14:02:00.000Z" })]);
    expect(late.accepted).toBe(2);
    expect(late.results[0]!.message).toMatch(/2025-10 is closed/);
    expect(await figures()).toEqual(before);
    expect((await must(finance, USAGE, { where: { period: "2025-10", view: "RESTATED" } })).usage.total).toEqual({ legs: 5, contacts: 5 });

    await report(integration(server), [november("n-1")]);
    await book("platform", "2025-11", "10.00", "platform-2025-11");
    await close("2025-11");
    expect(await figures()).toEqual(before);
    const { adjustments } = await must(finance, ADJUSTMENTS, { period: "2025-11" });
    // Seconds: retail 60, claims 60, support 120 of 240 were charged 25, 25, 50; with 30 more for returns and 60 for helpdesk they bear 90, 60, 180 of 330.
    expect(adjustments).toEqual([{
      originPeriod: { key: "2025-10" }, run: { id: expect.any(String) }, lateEvents: 2, lateCostEntries: 0, hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      lines: [
        { pool: { code: "platform" }, businessUnit: { code: "claims" }, useCase: { code: "triage" }, amount: { amount: "-6.82" } },
        { pool: { code: "platform" }, businessUnit: { code: "retail" }, useCase: { code: "order-status" }, amount: { amount: "-6.82" } },
        { pool: { code: "platform" }, businessUnit: { code: "retail" }, useCase: { code: "returns" }, amount: { amount: "9.09" } },
        { pool: { code: "platform" }, businessUnit: { code: "support" }, useCase: { code: "helpdesk" }, amount: { amount: "4.55" } },
      ],
      events: { edges: [{ node: { eventId: "late-1" } }, { node: { eventId: "late-2" } }] },
    }]);
    expect((await must(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }), `{ adjustments(period: "2025-11") { lines { businessUnit { code } amount { amount } } events(first: 5) { edges { node { eventId } } } } }`)).adjustments).toEqual([
      { lines: [{ businessUnit: { code: "retail" }, amount: { amount: "-6.82" } }, { businessUnit: { code: "retail" }, amount: { amount: "9.09" } }], events: { edges: [{ node: { eventId: "late-2" } }] } },
    ]);
    // The November run counts November alone.
    expect((await must(finance, USAGE, { where: { period: "2025-11" } })).usage.total).toEqual({ legs: 1, contacts: 1 });
  });

  it("are posted once: the next month carries only what came since", async () => {
    await close("2025-10");
    await report(integration(server), [call("late-1", { useCase: "helpdesk" })]);
    await report(integration(server), [november("n-1")]);
    await book("platform", "2025-11", "10.00", "platform-2025-11");
    await close("2025-11");
    await report(integration(server), [call("late-2", { useCase: "helpdesk" }), call("dec", { connectedAt: null, endedAt: "2025-12-05T15:01:00.000Z" })]);
    await book("platform", "2025-12", "10.00", "platform-2025-12");
    server.clock.set("2026-01-15T12:00:00.000Z");
    finance = server.as("FINANCE");
    second = server.as("FINANCE", { subject: "second-person" });
    await close("2025-12");
    const { adjustments } = await must(finance, ADJUSTMENTS, { period: "2025-12" });
    expect(adjustments.map((each: { originPeriod: { key: string }; lateEvents: number; events: unknown }) => [each.originPeriod.key, each.lateEvents, each.events])).toEqual([["2025-10", 1, { edges: [{ node: { eventId: "late-2" } }] }]]);
    const sums = await ownSql(`select origin_period_key, sum(amount_minor) as sum from chargeback.adjustment_line where programme_id = $1 group by 1`);
    expect(sums).toEqual([{ origin_period_key: "2025-10", sum: "0" }]);
    // All that was posted for October is October divided with everything: 60, 60 and 240 of 360 seconds; the two cents left over go to claims and retail.
    const [posted] = await ownSql<{ support: string }>(
      `select (select sum(amount_minor) from allocation.line l join allocation.run r on r.id = l.run_id and r.period_key = '2025-10' join tenancy.business_unit u on u.id = l.business_unit_id and u.code = 'support' where l.programme_id = $1)
            + (select sum(amount_minor) from chargeback.adjustment_line l join tenancy.business_unit u on u.id = l.business_unit_id and u.code = 'support' where l.programme_id = $1) as support`);
    expect(posted!.support).toBe("6666");
  });

  it("may correct, void and attribute what was closed", async () => {
    await must(finance, `mutation { setCloseRules(input: { unattributedThreshold: 1, reason: "known stray" }) { userErrors { code } } }`);
    await report(integration(server), [call("stray", { useCase: "unknown" })]);
    await close("2025-10");
    const before = await figures();
    await report(integration(server), [call("a-2", { legId: "leg-a", contactId: "contact-a", type: "LEG_UPDATED", revision: 1, connectedMs: 0, status: "NO_ANSWER", connectedAt: null }), call("b-void", { legId: "leg-b", contactId: "contact-b", useCase: "triage", type: "LEG_VOIDED", revision: 1 })]);
    await must(finance, `mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed userErrors { code } } }`, { input: { eventIds: ["stray"], useCase: "returns", reason: "it was theirs" } });
    expect(await figures()).toEqual(before);
    await report(integration(server), [november("n-1")]);
    await book("platform", "2025-11", "10.00", "platform-2025-11");
    await close("2025-11");
    expect(await figures()).toEqual(before);
    const { adjustments } = await must(finance, ADJUSTMENTS, { period: "2025-11" });
    expect(adjustments[0].lines.map((line: { useCase: { code: string }; amount: { amount: string } }) => [line.useCase.code, line.amount.amount])).toEqual([["triage", "-25.00"], ["order-status", "-25.00"], ["returns", "33.33"], ["helpdesk", "16.67"]]);
  });

  it("are not charged in a month before their own, and late strays hold up the next close", async () => {
    await close("2025-10");
    await report(integration(server), [call("late-1", { useCase: "helpdesk" }), call("old", { connectedAt: null, endedAt: "2025-08-10T14:01:00.000Z" })]);
    await must(finance, REQUEST, { input: { period: "2025-08" } });
    await must(second, CLOSE, { input: { period: "2025-08" } });
    expect((await must(finance, ADJUSTMENTS, { period: "2025-08" })).adjustments).toEqual([]);
    await report(integration(server), [november("n-1"), call("late-stray", { useCase: "unknown" })]);
    await book("platform", "2025-11", "10.00", "platform-2025-11");
    await must(finance, ALLOCATE, { input: { period: "2025-11" } });
    expect((await finance.ask(REQUEST, { input: { period: "2025-11" } })).data.requestClose.missing).toEqual([
      { check: "USAGE_ATTRIBUTED", message: "1 legs are unattributed (1 of them came late for earlier months), 0 are tolerated. See unattributedUsage; move them with attributeUsage." },
    ]);
    await must(finance, `mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed userErrors { code } } }`, { input: { eventIds: ["late-stray"], useCase: "returns", reason: "it was theirs" } });
    await close("2025-11");
    const [adjustment] = (await must(finance, ADJUSTMENTS, { period: "2025-11" })).adjustments;
    expect([adjustment.originPeriod.key, adjustment.lines.map((line: { useCase: { code: string } }) => line.useCase.code)]).toEqual(["2025-10", ["triage", "order-status", "returns"]]);
  });

  it("carry late cost of the programme itself, and charge a use case that is newer than the close", async () => {
    const pool = "mutation($input: CreateCostPoolInput!) { createCostPool(input: $input) { userErrors { code } } }";
    await must(finance, pool, { input: { code: "office", name: "Programme office", kind: "PROGRAMME_MANAGEMENT" } });
    await must(finance, pool, { input: { code: "licences", name: "Licences", kind: "DIRECT" } });
    await close("2025-10");
    await must(server.as("ADMIN"), "mutation($input: CreateUseCaseInput!) { createUseCase(input: $input) { userErrors { code } } }", { input: { code: "brand-new", name: "Brand new", businessUnit: "claims" } });
    await book("office", "2025-10", "50.00", "office-late");
    await book("licences", "2025-10", "7.00", "licence-late", { useCase: "brand-new" });
    await report(integration(server), [november("n-1")]);
    await book("platform", "2025-11", "10.00", "platform-2025-11");
    await close("2025-11");
    expect(await ownSql("select p.code, a.amount_minor, a.allocated_minor, a.unallocated_minor from chargeback.adjustment_pool a join costs.cost_pool p on p.id = a.pool_id where a.programme_id = $1 order by 1")).toEqual([
      { code: "licences", amount_minor: "700", allocated_minor: "700", unallocated_minor: "0" }, { code: "office", amount_minor: "5000", allocated_minor: "0", unallocated_minor: "5000" },
    ]);
    expect((await must(finance, ADJUSTMENTS, { period: "2025-11" })).adjustments[0].lines).toEqual([{ pool: { code: "licences" }, businessUnit: { code: "claims" }, useCase: { code: "brand-new" }, amount: { amount: "7.00" } }]);
    const proofs: string[] = [];
    for await (const proof of verifyProgramme(server.installation.database, await wholeScope())) if (proof.differing > 0) proofs.push(`${proof.name}: ${proof.differences.join()}`);
    expect(proofs).toEqual([]);
  });

  it("do not tell executives a unit's usage by the difference to what was posted", async () => {
    await close("2025-10");
    const answer = await server.as("EXECUTIVE").ask(`{ usage(where: { period: "2025-10", view: RESTATED }, groupBy: []) { total { legs } } }`);
    expect(answer.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    const posted = await must(server.as("EXECUTIVE"), `{ usage(where: { period: "2025-10" }, groupBy: []) { total { legs } asOf } period(key: "2025-10") { cutoff } }`);
    expect(posted.usage).toEqual({ total: { legs: 3 }, asOf: posted.period.cutoff });
  });

  it("charge late cost, shared and direct, and sum to it", async () => {
    await must(finance, "mutation($input: CreateCostPoolInput!) { createCostPool(input: $input) { userErrors { code } } }", { input: { code: "licences", name: "Licences", kind: "DIRECT" } });
    await close("2025-10");
    const before = await figures();
    await book("platform", "2025-10", "10.01", "late-invoice");
    await book("licences", "2025-10", "7.00", "late-licence", { useCase: "triage" });
    expect((await must(finance, COSTS)).costEntries.edges.map(({ node }: { node: unknown }) => node)).toEqual([
      { externalId: "platform-2025-10", period: "2025-10", late: false, amount: { amount: "100.00" } },
      { externalId: "late-invoice", period: "2025-10", late: true, amount: { amount: "10.01" } },
      { externalId: "late-licence", period: "2025-10", late: true, amount: { amount: "7.00" } },
    ]);
    await report(integration(server), [november("n-1")]);
    await book("platform", "2025-11", "10.00", "platform-2025-11");
    await close("2025-11");
    expect(await figures()).toEqual(before);
    const { adjustments } = await must(finance, ADJUSTMENTS, { period: "2025-11" });
    expect([adjustments[0].lateEvents, adjustments[0].lateCostEntries]).toEqual([0, 2]);
    expect(adjustments[0].lines.map((line: { pool: { code: string }; useCase: { code: string }; amount: { amount: string } }) => [line.pool.code, line.useCase.code, line.amount.amount])).toEqual([
      ["licences", "triage", "7.00"], ["platform", "triage", "2.50"], ["platform", "order-status", "2.50"], ["platform", "helpdesk", "5.01"],
    ]);
  });
});
