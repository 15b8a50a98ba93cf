import { verifyProgramme } from "../../src/app/verify";
import { unallocatedAmounts } from "../../src/journals/journal-charges.query";
import { Scope } from "../../src/tenancy";
import { ALLOCATE, bookAndAgree, call, createAcme, exported, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { CREATE_POOL } from "../support/two-programmes";

const CLOSE = "mutation($input: PeriodInput!) { closePeriod(input: $input) { period { status hash } missing { check } userErrors { code message } } }";
const REQUEST_CLOSE = "mutation($input: PeriodInput!) { requestClose(input: $input) { missing { check message } userErrors { code } } }";
const BOOK = "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }";
const RULES = "mutation($input: SetCloseRulesInput!) { setCloseRules(input: $input) { rules { lateUsage lateCost } userErrors { code } } }";
const CELLS = "cells { pool { code } businessUnit { code } useCase { code } before { amount } lateCost { amount } lateUsage { amount } after { amount } difference { amount } } pools { pool { code } before { amount } after { amount } }";
const FIGURES = `figures { status reason requestedBy versions { version previousHash hash reason requestedBy restatedBy lateEvents lateCostEntries ${CELLS} } } userErrors { code message field }`;
const REQUEST = `mutation($input: RequestRestatementInput!) { requestRestatement(input: $input) { ${FIGURES} } }`;
const WITHDRAW = `mutation($input: RequestRestatementInput!) { withdrawRestatement(input: $input) { ${FIGURES} } }`;
const RESTATE = `mutation($input: RestatePeriodInput!) { restatePeriod(input: $input) { ${FIGURES} } }`;
const PREVIEW = `{ previewRestatement(period: "2025-10") { lateEvents lateCostEntries ${CELLS} } }`;
const CHARGES = "query($asOf: DateTime) { periodCharges(period: \"2025-10\", asOf: $asOf) { version hash posted { amount } restated { amount } rows { businessUnit { code } posted { amount } adjusted { amount } restatements { amount } restated { amount } } } }";
const STATEMENT = "query($unit: String!, $view: FiguresView! = RESTATED, $asOf: DateTime) { statement(businessUnit: $unit, period: \"2025-10\", view: $view, asOf: $asOf) { id version status total { amount } hash previousHash restatementVersion issuedAt lines { id kind amount { amount } description useCase { code } originPeriod { key } } } }";
const POSTED = `{ period(key: "2025-10") { status hash cutoff closedAt } allocation(period: "2025-10", groupBy: [BUSINESS_UNIT, USE_CASE, POOL]) { run { id resultHash } rows { businessUnit { code } useCase { code } amount { amount } share driverQuantity } total { amount } asOf }
  usage(where: { period: "2025-10" }, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } legs connectedMs contacts } } }`;

let server: TestServer;
let finance: Actor, second: Actor;
let beforeLate: string, posted: unknown, postedStatements: unknown[];
let versionTwo: { hash: string };

const UNITS = ["claims", "retail", "support"];
const unit = (code: string): Actor => server.as("BUSINESS_UNIT", { businessUnits: [code] });
const now = async (): Promise<string> => (await server.sql<{ at: Date }>("select date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' as at, pg_sleep(0.002)"))[0]!.at.toISOString();
const book = (externalId: string, period: string, amount: string) => must(finance, BOOK, { input: { pool: "platform", period, amount, currency: "USD", externalId } });
const statements = async (view = "RESTATED", asOf: string | null = null) => Promise.all(UNITS.map(async (code) => (await must(finance, STATEMENT, { unit: code, view, asOf })).statement));
const perUnit = (cells: Array<Record<string, { code?: string; amount?: string }>>, ...fields: string[]) => cells.map((cell) => [cell.businessUnit!.code, ...fields.map((field) => cell[field]!.amount)]);
const stored = (): Promise<unknown> => server.sql(`select (select count(*) from chargeback.restatement) as versions, (select count(*) from chargeback.restatement_request) as requests, (select count(*) from chargeback.restatement_cell) as cells,
  (select count(*) from chargeback.statement) as statements, (select count(*) from chargeback.statement_event) as events, (select count(*) from chargeback.adjustment) as adjustments, (select count(*) from governance.audit_entry) as noted`);

async function scopeOfAll(): Promise<Scope> {
  const programme = (await server.installation.scopes.programme("acme"))!;
  return { principal: { subject: "auditor", role: "AUDITOR", programme: "acme", businessUnits: [] }, programme, reach: "programme", unitIds: [] };
}

async function refused(operation: string, input: Record<string, unknown>, who = finance): Promise<string> {
  const before = await stored();
  const answer = Object.values((await who.ask(operation, { input })).data)[0] as { userErrors: Array<{ code: string }> };
  expect(await stored()).toEqual(before);
  expect(answer.userErrors).toHaveLength(1);
  return answer.userErrors[0]!.code;
}

async function close(period: string): Promise<void> {
  await must(finance, ALLOCATE, { input: { period } });
  await must(finance, REQUEST_CLOSE, { input: { period } });
  await must(second, CLOSE, { input: { period } });
}

beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2026-03-15T12:00:00.000Z");
  finance = server.as("FINANCE");
  second = server.as("FINANCE", { subject: "second-person" });
  await createAcme(server);
  await bookAndAgree(server, { amount: "100.00" });
  const later = (id: string, month: string): Record<string, unknown> => call(id, { connectedAt: `${month}-05T15:00:00.000Z`, endedAt: `${month}-05T15:01:00.000Z` });
  await report(integration(server), [call("a"), call("b", { useCase: "triage" }), later("n", "2025-11"), later("d", "2025-12")]);
  await close("2025-10");
  await must(finance, "mutation { issueStatements(input: { period: \"2025-10\" }) { userErrors { code } } }");
  for (const each of await statements()) await must(unit(each.lines.length === 0 ? "support" : each.lines[0].useCase.code === "triage" ? "claims" : "retail"), "mutation($input: AcceptStatementInput!) { acceptStatement(input: $input) { userErrors { code } } }", { input: { statement: each.id } });
  await must(finance, "mutation { postStatements(input: { period: \"2025-10\" }) { userErrors { code } } }");
  beforeLate = await now();
  posted = await must(finance, POSTED);
  postedStatements = await statements();
});
afterAll(() => server.close());

describe("restating a closed month", () => {
  it("refuses an open month, no reason, nothing that came, and what nobody asked for; nothing changes", async () => {
    expect(await refused(REQUEST, { period: "2025-10", reason: "nothing came" })).toBe("CONFLICT");
    await report(integration(server), [call("late", { useCase: "helpdesk" })]);
    await book("late-invoice", "2025-10", "20.00");
    expect(await refused(REQUEST, { period: "2025-10", reason: " " })).toBe("BAD_USER_INPUT");
    expect(await refused(REQUEST, { period: "2025-11", reason: "too early" })).toBe("PERIOD_OPEN");
    expect(await refused(REQUEST, { period: "2024-01", reason: "never was" })).toBe("NOT_FOUND");
    expect(await refused(RESTATE, { period: "2025-10" }, second)).toBe("NOT_READY");
    expect(await refused(RESTATE, { period: "2025-11" }, second)).toBe("PERIOD_OPEN");
    expect(await refused(RESTATE, { period: "2024-01" }, second)).toBe("NOT_FOUND");
    expect((await must(finance, "{ periodFigures(period: \"2025-10\") { status } open: periodFigures(period: \"2025-11\") { status } }"))).toEqual({ periodFigures: { status: "POSTED" }, open: null });
  });

  it("holds the next close up where the programme restates what came", async () => {
    expect((await must(finance, RULES, { input: { lateUsage: "RESTATEMENT", reason: "policy of the group" } })).setCloseRules.rules).toEqual({ lateUsage: "RESTATEMENT", lateCost: "ADJUSTMENT" });
    await book("november", "2025-11", "10.00");
    await must(finance, ALLOCATE, { input: { period: "2025-11" } });
    expect((await finance.ask(REQUEST_CLOSE, { input: { period: "2025-11" } })).data.requestClose.missing).toEqual([
      { check: "LATE_FACTS_RESTATED", message: "2025-10 got facts after the close that are to be restated. Ask with requestRestatement; a second person runs restatePeriod." },
    ]);
  });

  it("takes a reason and two people, and can be taken back before", async () => {
    const asked = (await must(finance, REQUEST, { input: { period: "2025-10", reason: "the support line was missing" } })).requestRestatement.figures;
    expect(asked).toMatchObject({ status: "REOPENED", reason: "the support line was missing", requestedBy: "test-finance", versions: [] });
    await must(second, WITHDRAW, { input: { period: "2025-10", reason: "not yet" } });
    expect(await refused(RESTATE, { period: "2025-10" }, second)).toBe("NOT_READY");
    await must(finance, REQUEST, { input: { period: "2025-10", reason: "the support line was missing" } });
    expect(await refused(RESTATE, { period: "2025-10" })).toBe("SAME_PERSON");
    const before = await stored();
    const { previewRestatement } = await must(finance, PREVIEW);
    expect(await stored()).toEqual(before);

    // Eight at once make one version.
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => server.as("FINANCE", { subject: `second-${index}` }).ask(RESTATE, { input: { period: "2025-10" } })));
    expect(answers.filter(({ data }) => data.restatePeriod.userErrors.length === 0)).toHaveLength(1);
    const { status, versions } = (await must(server.as("AUDITOR"), `{ periodFigures(period: "2025-10") { status versions { version previousHash hash reason requestedBy lateEvents lateCostEntries ${CELLS} } } }`)).periodFigures;
    expect([status, versions.length]).toEqual(["RESTATED", 1]);
    expect(versions[0]).toMatchObject({ version: 2, previousHash: (posted as { period: { hash: string } }).period.hash, reason: "the support line was missing", requestedBy: "test-finance", ...previewRestatement });
    expect(perUnit(versions[0].cells, "before", "lateCost", "lateUsage", "after", "difference")).toEqual([
      ["claims", "50.00", "10.00", "-20.00", "40.00", "-10.00"], ["retail", "50.00", "10.00", "-20.00", "40.00", "-10.00"], ["support", "0.00", "0.00", "40.00", "40.00", "40.00"],
    ]);
    expect(versions[0].pools).toEqual([{ pool: { code: "platform" }, before: { amount: "100.00" }, after: { amount: "120.00" } }]);
    versionTwo = versions[0];
    expect(await server.sql("select action, count(*) from governance.audit_entry where action like '%estate%' group by 1 order by 1")).toEqual([{ action: "requestRestatement", count: "2" }, { action: "restatePeriod", count: "1" }, { action: "withdrawRestatement", count: "1" }]);
  });

  it("leaves what was posted as it is, to the byte, and shows both views", async () => {
    expect(await must(finance, POSTED)).toEqual(posted);
    expect((await statements("POSTED")).map((each) => ({ ...each, status: "POSTED" }))).toEqual(postedStatements);
    const restated = await statements();
    expect(restated.map((each) => [each.version, each.status, each.total.amount, each.restatementVersion])).toEqual([[2, "ISSUED", "40.00", 2], [2, "ISSUED", "40.00", 2], [2, "ISSUED", "40.00", 2]]);
    expect(restated[1].lines.at(-1)).toMatchObject({ kind: "RESTATEMENT", amount: { amount: "-10.00" }, originPeriod: { key: "2025-10" }, description: "Restated in version 2: before 50.00, late cost 10.00, late usage and corrections -20.00" });
    expect((await must(unit("retail"), STATEMENT, { unit: "retail" })).statement).toEqual(restated[1]);
    const { periodCharges } = await must(finance, CHARGES);
    expect([periodCharges.version, periodCharges.hash, periodCharges.posted.amount, periodCharges.restated.amount]).toEqual([2, versionTwo.hash, "100.00", "120.00"]);
    expect(perUnit(periodCharges.rows, "posted", "adjusted", "restatements", "restated")).toEqual([["claims", "50.00", "0.00", "-10.00", "40.00"], ["retail", "50.00", "0.00", "-10.00", "40.00"], ["support", "0.00", "0.00", "40.00", "40.00"]]);
  });

  it("is a correction on an invoice of its own to FOCUS, under the method that divided it", async () => {
    const focus = (await exported(server, finance, "focus_cost_and_usage.json?from=2025-10&to=2025-11")) as Array<Record<string, string | null>>;
    const told = (kind: string) => focus.filter(({ x_Kind }) => x_Kind === kind).map(({ x_BusinessUnit, BilledCost, ChargeClass, InvoiceId }) => [x_BusinessUnit, BilledCost, ChargeClass, InvoiceId]);
    expect(told("ALLOCATION")).toEqual([["claims", "50.00", null, "acme-2025-10"], ["retail", "50.00", null, "acme-2025-10"]]);
    expect(told("RESTATEMENT")).toEqual([["claims", "-10.00", "Correction", "acme-2025-10-restated"], ["retail", "-10.00", "Correction", "acme-2025-10-restated"], ["support", "40.00", "Correction", "acme-2025-10-restated"]]);
    expect(new Set(focus.map(({ AllocatedMethodId }) => AllocatedMethodId))).toEqual(new Set(["policy-1:platform"]));
    const details = (await exported(server, finance, "focus_invoice_detail.json?from=2025-10&to=2025-11")) as Array<Record<string, string | null>>;
    expect(details.map(({ InvoiceId, BilledCost, ReferenceInvoiceId }) => [InvoiceId, BilledCost, ReferenceInvoiceId])).toEqual([["acme-2025-10", "100.00", null], ["acme-2025-10-restated", "20.00", "acme-2025-10"]]);
  });

  it("is in what the month cost and in why a charge changes", async () => {
    const actual = async (level: string) => (await must(finance, "query($level: BudgetLevel!) { budgetReport(period: \"2025-10\", level: $level, method: RUN_RATE_CALENDAR_DAYS) { rows { businessUnit { code } actual { amount } } } }", { level })).budgetReport.rows.map((row: { businessUnit: { code: string } | null; actual: { amount: string } }) => [row.businessUnit?.code ?? null, row.actual.amount]);
    expect([await actual("PROGRAMME"), await actual("BUSINESS_UNIT")]).toEqual([[[null, "120.00"]], UNITS.map((code) => [code, "40.00"])]);
    const { chargeBridge } = await must(unit("retail"), "{ chargeBridge(businessUnit: \"retail\", from: \"2025-10\", to: \"2025-11\") { from { charge { amount } } change { amount } effects { kind amount { amount } parts { originPeriod sentence } } } }");
    expect([chargeBridge.from.charge.amount, chargeBridge.effects.filter(({ kind }: { kind: string }) => kind === "RESTATEMENT")]).toEqual(["40.00", [
      { kind: "RESTATEMENT", amount: { amount: "10.00" }, parts: [{ originPeriod: "2025-10", sentence: expect.stringContaining("-10.00 USD by a restatement with what came late for 2025-10 in 2025-10 does not come again") }] },
    ]]);
    expect(chargeBridge.effects.reduce((sum: number, { amount }: { amount: { amount: string } }) => sum + Math.round(Number(amount.amount) * 100), 0)).toBe(Math.round(Number(chargeBridge.change.amount) * 100));
  });

  it("answers what was known on an earlier day", async () => {
    const { periodCharges } = await must(finance, CHARGES, { asOf: beforeLate });
    expect([periodCharges.version, periodCharges.restated.amount, perUnit(periodCharges.rows, "restated")]).toEqual([1, "100.00", [["claims", "50.00"], ["retail", "50.00"]]]);
    expect((await must(finance, CHARGES, { asOf: "2020-01-01T00:00:00.000Z" })).periodCharges).toBeNull();
    expect((await statements("RESTATED", beforeLate)).map((each) => each.version)).toEqual([1, 1, 1]);
    const legs = async (asOf: string | null, view: string) => (await must(finance, "query($asOf: DateTime, $view: UsageView) { usage(where: { period: \"2025-10\", view: $view }, groupBy: [BUSINESS_UNIT], asOf: $asOf) { total { legs contacts } } }", { asOf, view })).usage.total;
    expect([await legs(beforeLate, "RESTATED"), await legs(null, "RESTATED"), await legs(await now(), "RESTATED"), await legs(await now(), "POSTED")]).toEqual([{ legs: 2, contacts: 2 }, { legs: 3, contacts: 3 }, { legs: 3, contacts: 3 }, { legs: 2, contacts: 2 }]);
    expect((await server.as("EXECUTIVE").ask(`{ usage(where: { period: "2025-10" }, groupBy: [], asOf: "${beforeLate}") { total { legs } } }`)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    const run = async (asOf: string) => (await must(finance, `{ allocation(period: "2025-10", groupBy: [], asOf: "${asOf}") { run { resultHash } } }`)).allocation;
    expect([await run("2020-01-01T00:00:00.000Z"), (await run(beforeLate)).run.resultHash]).toEqual([null, (posted as { allocation: { run: { resultHash: string } } }).allocation.run.resultHash]);
    expect((await finance.ask(`{ allocation(period: "2025-10", groupBy: [], asOf: "${beforeLate}", run: "x") { asOf } }`)).errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });

  it("is not charged again by the next close, and comes after adjustments without doubling them", async () => {
    await close("2025-11");
    expect((await must(finance, "{ adjustments(period: \"2025-11\") { hash } }")).adjustments).toEqual([]);
    await must(finance, RULES, { input: { lateUsage: "ADJUSTMENT", reason: "back again" } });
    await book("late-again", "2025-10", "6.00");
    await book("december", "2025-12", "10.00");
    await close("2025-12");
    expect((await must(finance, "{ adjustments(period: \"2025-12\") { lateEvents lateCostEntries lines { amount { amount } } } }")).adjustments).toEqual([{ lateEvents: 0, lateCostEntries: 1, lines: [{ amount: { amount: "2.00" } }, { amount: { amount: "2.00" } }, { amount: { amount: "2.00" } }] }]);
    const [, mine] = await statements();
    await must(unit("retail"), "mutation($input: DisputeStatementInput!) { disputeStatement(input: $input) { userErrors { code } } }", { input: { statement: mine.id, lines: [{ line: mine.lines[0].id, reason: "too much" }] } });
    await book("late-for-ever", "2025-10", "3.00");
    // Nobody bears it: no rule divides it.
    await must(finance, CREATE_POOL, { input: { code: "idle", name: "Idle", kind: "UNUSED_COMMITMENT" } });
    await must(finance, BOOK, { input: { pool: "idle", period: "2025-10", amount: "5.00", currency: "USD", externalId: "late-idle" } });
    await must(finance, REQUEST, { input: { period: "2025-10", reason: "one more invoice" } });
    const { versions } = (await must(second, RESTATE, { input: { period: "2025-10" } })).restatePeriod.figures;
    expect(versions.map((each: Record<string, unknown>) => [each.version, each.previousHash])).toEqual([[2, (posted as { period: { hash: string } }).period.hash], [3, versionTwo.hash]]);
    expect(perUnit(versions[1].cells, "before", "lateCost", "lateUsage", "after")).toEqual(UNITS.map((code) => [code, "42.00", "1.00", "0.00", "43.00"]));
    expect((await statements()).map((each) => [each.version, each.status, each.total.amount])).toEqual([[3, "ISSUED", "41.00"], [3, "DISPUTED", "41.00"], [3, "ISSUED", "41.00"]]);
    const { periodCharges } = await must(finance, CHARGES);
    expect(perUnit(periodCharges.rows.slice(1, 2), "posted", "adjusted", "restatements", "restated")).toEqual([["retail", "50.00", "2.00", "-9.00", "43.00"]]);
    expect(periodCharges.restated.amount).toBe("129.00");
    expect(await must(finance, POSTED)).toEqual(posted);
    expect((await must(finance, PREVIEW)).previewRestatement).toBeNull();
    // A journal of the month carries it, too.
    expect(await server.installation.database.withTenant(await scopeOfAll(), (tx) => unallocatedAmounts(tx, "2025-10"))).toEqual([{ kind: "UNALLOCATED", pool: "idle", originPeriod: "2025-10", runId: expect.any(String), amountMinor: 500n }]);
  });

  it("is proved: figures, chain, statements, and that every late cent was charged once", async () => {
    const scope = await scopeOfAll();
    const wrong = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const proof of verifyProgramme(server.installation.database, scope)) if (proof.differing > 0) found.push(`${proof.name}: ${proof.differences.join("; ")}`);
      return found;
    };
    expect(await wrong()).toEqual([]);
    await server.sql("update chargeback.restatement_cell set usage_minor = usage_minor + 1, after_minor = after_minor + 1 where version = 2 and before_minor = 0");
    const [restatements, ...others] = (await wrong()).reverse();
    expect([restatements, ...others].join("\n")).toMatch(/2025-10 version 2: hash [0-9a-f]{12}…, its figures hash to/);
    expect([restatements, ...others].join("\n")).toContain("cells and unallocated do not make the pool platform");
    await server.sql("update chargeback.restatement_cell set usage_minor = usage_minor - 1, after_minor = after_minor - 1 where version = 2 and before_minor = 0");
    await server.sql("update chargeback.restatement set previous_hash = repeat('0', 64) where version = 3");
    expect((await wrong()).join("\n")).toContain("2025-10 version 3: it does not follow version 2");
  });
});
