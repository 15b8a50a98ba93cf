import { ALLOCATE, agree, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { BOOK, CREATE_POOL, rowCounts } from "../support/two-programmes";

const SET = "mutation($input: SetBudgetInput!) { setBudget(input: $input) { budget { level businessUnit useCase version amount { amount currency } volume { unit quantity rate } thresholds reason setBy } userErrors { code message field } } }";
const EVALUATE = "mutation($input: EvaluateBudgetsInput!) { evaluateBudgets(input: $input) { alerts { id level businessUnit useCase basis threshold amount { amount } budget { amount } budgetVersion } userErrors { code message } } }";
const ALERTS = "query($where: BudgetAlertWhere) { budgetAlerts(first: 100, where: $where) { edges { node { id businessUnit useCase basis threshold acknowledgedBy note } } } }";
const ACKNOWLEDGE = "mutation($alert: ID!, $note: String) { acknowledgeBudgetAlert(input: { alert: $alert, note: $note }) { alert { acknowledgedBy note } userErrors { code field } } }";
const REPORT = `query($period: PeriodKey!, $level: BudgetLevel!, $method: ForecastMethod!, $where: BudgetReportWhere) { budgetReport(period: $period, level: $level, method: $method, where: $where) { periodStatus elapsedDays remarks
  rows { businessUnit { code } useCase { code } budget { version amount { amount } } actual { amount } variance { amount } direction volumeVariance { amount } rateVariance { amount } exactRateVariance actualQuantity actualRate usedPercent
    forecast { amount } exactForecast forecastVariance { amount } innerBudgets { amount } notHandedOn { amount } missing } } }`;
const UNIT_COSTS = `query($period: PeriodKey!) { unitCosts(period: $period) { periodStatus rows { useCase { code } calls allIn { amount } direct { amount } perCall perMinute directPerCall directPerMinute missing } total { calls allIn { amount } perCall } } }`;
const FUNDING = "{ fundingReport(period: \"2025-10\") { rows { businessUnit { code } useCase { code } cost funder holder arrangement amount { amount } } funders { funder amount { amount } } unowned { amount } unownedReason total { amount } platformSharedFrom missing } }";
const PROPOSE_FUNDING = "mutation($input: ProposeFundingInput!) { proposeFunding(input: $input) { funding { version status } userErrors { code message field } } }";
const APPROVE_FUNDING = "mutation($version: Int!) { approveFunding(input: { version: $version }) { funding { version status approvedBy } userErrors { code message } } }";
const PROPOSE_MODEL = "mutation($input: ProposeBudgetModelInput!) { proposeBudgetModel(input: $input) { version { version status } userErrors { code } } }";
const APPROVE_MODEL = "mutation($version: Int!) { approveBudgetModel(input: { version: $version }) { version { status approvedBy } userErrors { code } } }";

let server: TestServer;
let finance: Actor;
let controller: Actor;
let claims: Actor;

const triage = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ businessUnit: "claims", useCase: "triage", period: "2025-10", currency: "USD", volume: { unit: "MINUTE", quantity: "180000", rate: "0.080" }, thresholds: [80, 100, 120], ...more });
const setBudget = async (input: Record<string, unknown>, actor = finance) => (await actor.ask(SET, { input })).data.setBudget;
const evaluate = async (period = "2025-10", method = "RUN_RATE_BUSINESS_DAYS") => (await must(finance, EVALUATE, { input: { period, method } })).evaluateBudgets.alerts;
const told = (alerts: Array<{ businessUnit: string | null; useCase: string | null; basis: string; threshold: number }>) => alerts.map(({ businessUnit, useCase, basis, threshold }) => `${useCase ?? businessUnit ?? "programme"} ${basis} ${threshold}`).sort();
const reportOf = async (level: string, period = "2025-10", actor = finance, more: Record<string, unknown> = {}) => (await must(actor, REPORT, { period, level, method: "RUN_RATE_BUSINESS_DAYS", ...more })).budgetReport;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
const rowOf = (found: { rows: any[] }, code: string | null): any => found.rows.find((row) => (row.useCase ?? row.businessUnit)?.code === (code ?? undefined));
const book = (pool: string, period: string, amount: string, externalId: string, more: Record<string, unknown> = {}) => must(finance, BOOK, { input: { pool, period, amount, currency: "USD", externalId, ...more } });

beforeAll(async () => {
  server = await startTestServer();
  finance = server.as("FINANCE");
  controller = server.as("FINANCE", { subject: "controller" });
  claims = server.as("BUSINESS_UNIT", { businessUnits: ["claims"] });
  await createAcme(server);
  for (const [code, kind] of [["usage", "DIRECT"], ["build", "DIRECT"], ["platform", "PLATFORM_CONTRACT"]]) await must(finance, CREATE_POOL, { input: { code, name: code, kind } });
  // 200,000 minutes of triage, all on a Monday; a little of two other units.
  const long = Array.from({ length: 20 }, (_, index) => call(`long-${index}`, { useCase: "triage", connectedAt: null, connectedMs: 600_000_000, endedAt: "2025-10-20T15:00:00.000Z" }));
  await report(integration(server), [...long, call("short", { useCase: "order-status", endedAt: "2025-10-07T15:00:00.000Z", connectedAt: null }), call("help", { useCase: "helpdesk", endedAt: "2025-10-21T15:00:00.000Z", connectedAt: null })]);
  await book("usage", "2025-10", "15000.00", "usage-october", { useCase: "triage" });
});
afterAll(() => server.close());

describe("a budget", () => {
  it("of 180,000 min x 0.080 against 200,000 min x 0.075 is off by 600: 1,600 adverse by volume, 1,000 favourable by rate", async () => {
    expect(await setBudget(triage())).toEqual({
      budget: { level: "USE_CASE", businessUnit: "claims", useCase: "triage", version: 1, amount: { amount: "14400.00", currency: "USD" }, volume: { unit: "MINUTE", quantity: "180000", rate: "0.08" }, thresholds: [80, 100, 120], reason: null, setBy: "test-finance" }, userErrors: [],
    });
    expect(rowOf(await reportOf("USE_CASE"), "triage")).toEqual({
      businessUnit: { code: "claims" }, useCase: { code: "triage" }, budget: { version: 1, amount: { amount: "14400.00" } }, actual: { amount: "15000.00" }, variance: { amount: "600.00" }, direction: "ADVERSE",
      volumeVariance: { amount: "1600.00" }, rateVariance: { amount: "-1000.00" }, exactRateVariance: "-1000", actualQuantity: "200000.000000", actualRate: "0.075000", usedPercent: "104.17",
      forecast: { amount: "15000.00" }, exactForecast: "15000", forecastVariance: { amount: "600.00" }, innerBudgets: null, notHandedOn: null, missing: [],
    });
  });

  it("is answered as it is when it is set again, by eight at once too, and keeps its versions", async () => {
    const before = await rowCounts(server);
    const again = await Promise.all(Array.from({ length: 8 }, () => setBudget(triage())));
    expect(new Set(again.map(({ budget }) => budget.version))).toEqual(new Set([1]));
    expect(await rowCounts(server)).toEqual(before);
    for (const [businessUnit, amount] of [["claims", "20000.00"], ["retail", "100.00"], [null, "16000.00"]]) expect((await setBudget({ businessUnit, period: "2025-10", currency: "USD", amount })).userErrors).toEqual([]);
    const revised = await Promise.all(["21000.00", "22000.00", "23000.00"].map((amount) => setBudget({ businessUnit: "claims", period: "2025-10", currency: "USD", amount, revises: 1, reason: "more calls" })));
    expect(revised.flatMap(({ userErrors }) => userErrors.map(({ code }: { code: string }) => code))).toEqual(["CONFLICT", "CONFLICT"]);
    const versions = (await must(claims, "{ budgets(first: 50) { edges { node { businessUnit useCase version reason } } } }")).budgets.edges.map(({ node }: { node: unknown }) => node);
    expect(versions).toEqual([
      { businessUnit: "claims", useCase: null, version: 1, reason: null }, { businessUnit: "claims", useCase: null, version: 2, reason: "more calls" }, { businessUnit: "claims", useCase: "triage", version: 1, reason: null },
    ]);
    await must(finance, SET, { input: { businessUnit: "claims", period: "2025-10", currency: "USD", amount: "20000.00", revises: 2, reason: "as before" } });
    expect(await server.sql("select subject_key, reason, before ->> 'version' as before, after ->> 'amount' as after from governance.audit_entry where action = 'setBudget' order by sequence desc limit 1")).toEqual([{ subject_key: "2025-10/claims/-", reason: "as before", before: "2", after: "20000.00" }]);
    expect(rowOf(await reportOf("BUSINESS_UNIT"), "claims")).toMatchObject({ budget: { version: 3 }, innerBudgets: { amount: "14400.00" }, notHandedOn: { amount: "5600.00" } });
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ["in another currency", { currency: "EUR" }, "CURRENCY_MISMATCH", "currency"], ["below zero", { volume: null, amount: "-1.00" }, "BAD_USER_INPUT", "amount"], ["with thresholds out of order", { thresholds: [100, 80] }, "BAD_USER_INPUT", "thresholds"],
    ["of an unknown unit", { businessUnit: "nowhere" }, "NOT_FOUND", "businessUnit"], ["of an unknown use case", { useCase: "nothing" }, "NOT_FOUND", "useCase"], ["of a use case of another unit", { businessUnit: "retail" }, "BAD_USER_INPUT", "useCase"],
    ["that is set and differs", { thresholds: [90] }, "CONFLICT", "revises"], ["revised without a reason", { thresholds: [90], revises: 1 }, "BAD_USER_INPUT", "reason"], ["with a text that cannot be stored", { thresholds: [90], revises: 1, reason: "a\u0000b" }, "BAD_USER_INPUT", "reason"],
  ])("%s is refused, and nothing changes", async (_, more, code, field) => {
    const before = await rowCounts(server);
    const { budget, userErrors } = await setBudget(triage(more));
    expect([budget, userErrors[0].code, userErrors[0].field.join(".")]).toEqual([null, code, field]);
    expect(await rowCounts(server)).toEqual(before);
  });

  it.each(["BUSINESS_UNIT", "EXECUTIVE", "INTEGRATION", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR", "ADMIN"] as const)("is not for %s to set, evaluate or fund, and nothing changes", async (role) => {
    const before = await rowCounts(server);
    const actor = server.as(role, { businessUnits: ["claims"] });
    for (const [query, variables] of [[SET, { input: triage({ thresholds: [90], revises: 1, reason: "x" }) }], [EVALUATE, { input: { period: "2025-10" } }], [PROPOSE_FUNDING, { input: { effectiveFrom: "2025-10", lines: [] } }], [APPROVE_FUNDING, { version: 1 }], [APPROVE_MODEL, { version: 1 }]] as const) {
      expect((await actor.ask(query, variables)).errors![0]!.extensions.code).toBe("FORBIDDEN");
    }
    expect(await rowCounts(server)).toEqual(before);
  });
});

describe("thresholds", () => {
  it("are told once, by eight at once too, and a correction or a revision tells none twice", async () => {
    const first = (await Promise.all(Array.from({ length: 8 }, () => evaluate()))).flat();
    // 15,000.00: 104 % of triage's 14,400, 75 % of claims' 20,000, 94 % of the programme's 16,000. October is over: its forecast is its actual.
    expect(told(first)).toEqual(["programme ACTUAL 80", "programme FORECAST 80", "triage ACTUAL 100", "triage ACTUAL 80", "triage FORECAST 100", "triage FORECAST 80"]);
    expect(first.find(({ useCase, basis, threshold }: { useCase: string; basis: string; threshold: number }) => useCase === "triage" && basis === "ACTUAL" && threshold === 100)).toMatchObject({ level: "USE_CASE", amount: { amount: "15000.00" }, budget: { amount: "14400.00" }, budgetVersion: 1 });
    const before = await rowCounts(server);
    expect(await evaluate()).toEqual([]);
    expect(await rowCounts(server)).toEqual(before);
    await book("usage", "2025-10", "-10000.00", "credit", { useCase: "triage" });
    expect(await evaluate()).toEqual([]);
    await book("usage", "2025-10", "10000.00", "credit-back", { useCase: "triage" });
    expect(await evaluate()).toEqual([]);
    await must(finance, SET, { input: triage({ thresholds: [80, 104, 120], revises: 1, reason: "an early word" }) });
    expect(told(await evaluate())).toEqual(["triage ACTUAL 104", "triage FORECAST 104"]);
    expect(await server.sql("select count(*) from governance.audit_entry where action = 'evaluateBudgets'")).toEqual([{ count: "2" }]);
    expect((await finance.ask(EVALUATE, { input: { period: "2025-12" } })).data.evaluateBudgets).toMatchObject({ alerts: [], userErrors: [{ code: "NOT_FOUND" }] });
  });

  it("are seen and taken note of by whose they are, once", async () => {
    const all = (await must(finance, ALERTS)).budgetAlerts.edges.map(({ node }: { node: { id: string } }) => node);
    const own = (await must(claims, ALERTS, { where: { acknowledged: false } })).budgetAlerts.edges.map(({ node }: { node: { id: string; useCase: string } }) => node);
    expect([all.length, own.length, new Set(own.map(({ useCase }: { useCase: string }) => useCase))]).toEqual([8, 6, new Set(["triage"])]);
    const before = await rowCounts(server);
    const foreign = all.find(({ businessUnit }: { businessUnit: string | null }) => businessUnit === null);
    for (const [actor, alert] of [[server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }), own[0].id], [claims, foreign.id], [claims, "bm9uc2Vuc2U"]] as const) expect((await actor.ask(ACKNOWLEDGE, { alert })).data.acknowledgeBudgetAlert).toEqual({ alert: null, userErrors: [{ code: "NOT_FOUND", field: ["alert"] }] });
    expect(await rowCounts(server)).toEqual(before);
    const taken = await Promise.all([must(claims, ACKNOWLEDGE, { alert: own[0].id, note: "we know" }), must(finance, ACKNOWLEDGE, { alert: own[0].id, note: "we know" })]);
    expect(new Set(taken.map(({ acknowledgeBudgetAlert }) => acknowledgeBudgetAlert.alert.acknowledgedBy)).size).toBe(1);
    expect((await must(claims, ALERTS, { where: { acknowledged: true } })).budgetAlerts.edges.map(({ node }: { node: { id: string; note: string } }) => [node.id, node.note])).toEqual([[own[0].id, "we know"]]);
    expect(await server.sql("select count(*) from governance.audit_entry where action = 'acknowledgeBudgetAlert'")).toEqual([{ count: "1" }]);
  });
});

describe("a month", () => {
  it("stands with the programme until a policy divides it, and everything adds up", async () => {
    await book("platform", "2025-10", "300.01", "platform-october");
    expect((await reportOf("PROGRAMME")).remarks).toEqual(["actual: no approved allocation policy is in effect in 2025-10; its shared cost stands with the programme."]);
    expect(rowOf(await reportOf("PROGRAMME"), null)).toMatchObject({ actual: { amount: "15300.01" }, innerBudgets: { amount: "20100.00" }, notHandedOn: { amount: "-4100.00" } });
    await agree(server, [{ pool: "platform", parts: [{ driver: "CALLS" }] }]);
    // 22 calls: 20 of triage, one each of order-status and helpdesk.
    const units = await reportOf("BUSINESS_UNIT");
    expect(units.rows.map((row: { businessUnit: { code: string }; actual: { amount: string } }) => [row.businessUnit.code, row.actual.amount])).toEqual([["claims", "15272.73"], ["retail", "13.64"], ["support", "13.64"]]);
    expect((await reportOf("PROGRAMME")).remarks).toEqual([]);
    expect(rowOf(await reportOf("PROGRAMME"), null).actual.amount).toBe("15300.01");
  });

  it("costs so much a call and a minute, and nothing is divided by nothing", async () => {
    await book("usage", "2025-10", "5.00", "usage-returns", { useCase: "returns" });
    const { rows, total } = (await must(finance, UNIT_COSTS, { period: "2025-10" })).unitCosts;
    expect(rows).toEqual([
      { useCase: { code: "triage" }, calls: 20, allIn: { amount: "15272.73" }, direct: { amount: "15000.00" }, perCall: "763.636500", perMinute: "0.076364", directPerCall: "750.000000", directPerMinute: "0.075000", missing: [] },
      { useCase: { code: "order-status" }, calls: 1, allIn: { amount: "13.64" }, direct: { amount: "0.00" }, perCall: "13.640000", perMinute: "13.640000", directPerCall: "0.000000", directPerMinute: "0.000000", missing: [] },
      { useCase: { code: "returns" }, calls: 0, allIn: { amount: "5.00" }, direct: { amount: "5.00" }, perCall: null, perMinute: null, directPerCall: null, directPerMinute: null, missing: ["perCall, directPerCall: no call was connected.", "perMinute, directPerMinute: nothing was used."] },
      { useCase: { code: "helpdesk" }, calls: 1, allIn: { amount: "13.64" }, direct: { amount: "0.00" }, perCall: "13.640000", perMinute: "13.640000", directPerCall: "0.000000", directPerMinute: "0.000000", missing: [] },
    ]);
    expect(total).toEqual({ calls: 22, allIn: { amount: "15305.01" }, perCall: "695.682273" });
    expect((await must(claims, UNIT_COSTS, { period: "2025-10" })).unitCosts.rows).toEqual([rows[0]]);
    expect((await finance.ask(UNIT_COSTS, { period: "2025-01" })).errors![0]!.extensions.code).toBe("NOT_FOUND");
  });

  it("is seen by a unit as its own rows, by executives as one figure of at least three units", async () => {
    expect((await reportOf("USE_CASE", "2025-10", claims)).rows).toEqual((await reportOf("USE_CASE")).rows.filter(({ businessUnit }: { businessUnit: { code: string } }) => businessUnit.code === "claims"));
    expect((await reportOf("PROGRAMME", "2025-10", claims)).rows).toEqual([]);
    expect((await claims.ask(REPORT, { period: "2025-10", level: "USE_CASE", method: "RUN_RATE_BUSINESS_DAYS", where: { businessUnit: ["retail"] } })).errors![0]!.extensions.code).toBe("NOT_FOUND");
    expect((await finance.ask(REPORT, { period: "2025-10", level: "BUSINESS_UNIT", method: "RUN_RATE_BUSINESS_DAYS", where: { useCase: ["triage"] } })).errors![0]!.extensions.code).toBe("BAD_USER_INPUT");
    const executive = server.as("EXECUTIVE");
    expect(rowOf(await reportOf("PROGRAMME", "2025-10", executive), null)).toMatchObject({ actual: { amount: "15305.01" }, variance: { amount: "-694.99" }, innerBudgets: null, missing: expect.arrayContaining([expect.stringContaining("at least 3 business units")]) });
    for (const [level, period] of [["BUSINESS_UNIT", "2025-10"], ["USE_CASE", "2025-10"]]) expect((await executive.ask(REPORT, { period, level, method: "RUN_RATE_BUSINESS_DAYS" })).errors![0]!.extensions.code).toBe("FORBIDDEN");
    expect((await finance.ask(REPORT, { period: "2025-01", level: "PROGRAMME", method: "RUN_RATE_BUSINESS_DAYS" })).errors![0]!.extensions.code).toBe("NOT_FOUND");
  });

  it("that is closed is what its statements charge, also after a dispute moved something, and takes no other budget", async () => {
    const open = await reportOf("USE_CASE");
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    const rule = (on: boolean) => must(finance, `mutation { setCloseRules(input: { blocksOnUnownedCost: ${on}, reason: "tried out" }) { rules { blocksOnUnownedCost } userErrors { code } } }`);
    await rule(true);
    const { requestClose } = (await finance.ask("mutation { requestClose(input: { period: \"2025-10\" }) { missing { check message } userErrors { code } } }")).data;
    expect(requestClose).toMatchObject({ userErrors: [{ code: "NOT_READY" }], missing: [{ check: "COST_FUNDED", message: "Nobody funds 272.73 PLATFORM of triage, 15000.00 RUN of triage, 13.64 PLATFORM of order-status, 5.00 RUN of returns, 13.64 PLATFORM of helpdesk. Say who with proposeFunding and approveFunding." }] });
    await rule(false);
    await must(finance, SET, { input: { businessUnit: "support", period: "2025-10", currency: "USD", amount: "13.64", thresholds: [100, 101] } });
    await must(finance, "mutation { requestClose(input: { period: \"2025-10\" }) { userErrors { code message } } }");
    await must(controller, "mutation { closePeriod(input: { period: \"2025-10\" }) { userErrors { code message } } }");
    const amounts = (found: { rows: Array<{ useCase: { code: string }; actual: { amount: string } }> }) => found.rows.map(({ useCase, actual }) => [useCase.code, actual.amount]);
    expect(told((await must(finance, ALERTS, { where: { businessUnit: ["support"] } })).budgetAlerts.edges.map(({ node }: { node: object }) => node))).toEqual(["support ACTUAL 100", "support FORECAST 100"]);
    expect(amounts(await reportOf("USE_CASE"))).toEqual(amounts(open));
    await book("usage", "2025-10", "77.00", "late", { useCase: "triage" });
    await report(integration(server), [call("late-call", { useCase: "helpdesk", endedAt: "2025-10-21T15:00:00.000Z", connectedAt: null })]);
    expect(amounts(await reportOf("USE_CASE"))).toEqual(amounts(open));
    expect(await evaluate()).toEqual([]);
    const before = await rowCounts(server);
    expect((await setBudget(triage({ thresholds: [50], revises: 2, reason: "too late" }))).userErrors[0].code).toBe("PERIOD_CLOSED");
    expect(await rowCounts(server)).toEqual(before);
    const { issueStatements } = await must(finance, "mutation { issueStatements(input: { period: \"2025-10\" }) { statements { id total { amount } businessUnit { code } lines { id useCase { code } pool { code } amount { amount } } } userErrors { code } } }");
    const units = await reportOf("BUSINESS_UNIT");
    for (const { businessUnit, total } of issueStatements.statements) expect(rowOf(units, businessUnit.code).actual).toEqual(total);
    const mine = issueStatements.statements.find(({ businessUnit }: { businessUnit: { code: string } }) => businessUnit.code === "claims");
    const line = mine.lines.find(({ pool }: { pool: { code: string } }) => pool.code === "platform");
    await must(claims, "mutation($input: DisputeStatementInput!) { disputeStatement(input: $input) { userErrors { code message } } }", { input: { statement: mine.id, lines: [{ line: line.id, reason: "not ours" }] } });
    await must(finance, "mutation($input: ResolveDisputeInput!) { resolveDispute(input: $input) { userErrors { code message } } }", { input: { statement: mine.id, reason: "granted", lines: [{ businessUnit: "claims", useCase: "triage", pool: "platform", amount: "-10.00" }, { useCase: "triage", pool: "platform", amount: "10.00" }] } });
    expect(rowOf(await reportOf("BUSINESS_UNIT"), "claims").actual.amount).toBe("15262.73");
    expect(rowOf(await reportOf("PROGRAMME"), null).actual.amount).toBe("15305.01");
    await must(finance, "mutation { requestRestatement(input: { period: \"2025-10\", reason: \"the invoice was late\" }) { userErrors { code message } } }");
    await must(controller, "mutation { restatePeriod(input: { period: \"2025-10\" }) { userErrors { code message } } }");
    // 300.01 x 20/23 and no longer 20/22, 77.00 more of its own, and what the dispute took away.
    expect([rowOf(await reportOf("BUSINESS_UNIT"), "claims").actual.amount, rowOf(await reportOf("PROGRAMME"), null).actual.amount]).toEqual(["15327.88", "15382.01"]);
  });

  it("that is open is carried on to its end by the method that is named", async () => {
    await book("usage", "2025-11", "1000.00", "usage-november", { useCase: "triage" });
    const forecast = async (method: string) => rowOf(await reportOf("USE_CASE", "2025-11", finance, { method }), "triage");
    // The fifteenth has begun: 14 days are over, 10 of 20 business days and two of four Mondays among them.
    expect((await reportOf("USE_CASE", "2025-11")).elapsedDays).toBe(14);
    expect(await forecast("RUN_RATE_BUSINESS_DAYS")).toMatchObject({ actual: { amount: "1000.00" }, forecast: { amount: "2000.00" }, exactForecast: "2000" });
    expect(await forecast("RUN_RATE_CALENDAR_DAYS")).toMatchObject({ forecast: { amount: "2142.86" }, exactForecast: "15000/7" });
    expect(await forecast("WEEKDAY_PROFILE")).toMatchObject({ forecast: { amount: "2000.00" } });
    await must(finance, SET, { input: { businessUnit: "claims", period: "2025-11", currency: "USD", amount: "2000.00" } });
    expect(told(await evaluate("2025-11"))).toEqual(["claims FORECAST 100", "claims FORECAST 80"]);
    server.clock.set("2025-11-02T12:00:00Z");
    const early = rowOf(await reportOf("USE_CASE", "2025-11", server.as("FINANCE")), "triage");
    expect(early).toMatchObject({ actual: { amount: "1000.00" }, forecast: null, missing: expect.arrayContaining(["forecast: no business day of 2025-11 is over yet."]) });
    server.clock.set("2025-11-15T12:00:00Z");
    await must(finance, SET, { input: { businessUnit: "claims", period: "2026-03", currency: "USD", amount: "5.00" } });
    expect(await reportOf("BUSINESS_UNIT", "2026-03")).toMatchObject({ periodStatus: null, rows: [{ actual: { amount: "0.00" }, forecast: null }] });
    expect((await must(finance, "{ periods(first: 50) { edges { node { key } } } }")).periods.edges.map(({ node }: { node: { key: string } }) => node.key)).toEqual(["2025-10", "2025-11"]);
  });
});

describe("who pays", () => {
  const lines = [{ cost: "PLATFORM", funder: "IT", holder: "CIO" }, { cost: "IMPLEMENTATION", funder: "SPONSOR", holder: "Head of claims", pools: ["build"] }, { cost: "RUN", funder: "CX", holder: "CX director" }];
  const propose = async (useCase: string | null, more: Record<string, unknown> = {}) => (await finance.ask(PROPOSE_FUNDING, { input: { useCase, effectiveFrom: "2025-11", lines, ...more } })).data.proposeFunding;
  const approve = async (version: number, actor = controller) => (await actor.ask(APPROVE_FUNDING, { version })).data.approveFunding;

  it("takes two people, never reaches into a closed month, and names what is wrong", async () => {
    const before = await rowCounts(server);
    for (const [useCase, more, code, field] of [
      ["triage", { effectiveFrom: "2025-10" }, "PERIOD_CLOSED", "effectiveFrom"], ["nothing", {}, "NOT_FOUND", "useCase"], [null, {}, "BAD_USER_INPUT", "lines.0.cost"], ["triage", { lines: [] }, "BAD_USER_INPUT", "lines"],
      ["triage", { lines: [{ ...lines[1], pools: ["platform"] }] }, "BAD_USER_INPUT", "lines.pools"], ["triage", { lines: [{ ...lines[1], pools: ["nowhere"] }] }, "NOT_FOUND", "lines.pools"],
    ] as Array<[string | null, Record<string, unknown>, string, string]>) {
      const { userErrors } = await propose(useCase, more);
      expect([userErrors[0].code, userErrors[0].field.join(".")]).toEqual([code, field]);
    }
    expect(await rowCounts(server)).toEqual(before);
    expect((await propose("triage")).funding).toEqual({ version: 1, status: "PROPOSED" });
    expect((await propose("triage")).funding).toEqual({ version: 1, status: "PROPOSED" });
    expect((await approve(1, finance)).userErrors[0].code).toBe("SAME_PERSON");
    expect((await approve(99)).userErrors[0].code).toBe("NOT_FOUND");
    expect((await approve(1)).funding).toEqual({ version: 1, status: "APPROVED", approvedBy: "controller" });
    expect((await approve(1, server.as("FINANCE", { subject: "third" }))).funding.approvedBy).toBe("controller");
  });

  it("for a second use case waits until all three components of the budget model are agreed", async () => {
    const { version } = (await propose("helpdesk")).funding;
    const model = async (component: string): Promise<void> => {
      const proposed = (await must(finance, PROPOSE_MODEL, { input: { component, statement: `${component} as in the paper` } })).proposeBudgetModel.version;
      expect((await finance.ask(APPROVE_MODEL, { version: proposed.version })).data.approveBudgetModel.userErrors[0].code).toBe("SAME_PERSON");
      await must(controller, APPROVE_MODEL, { version: proposed.version });
    };
    const refusal = async (): Promise<string> => (await approve(version)).userErrors[0].message.replace(/\. Propose.*/, "");
    expect(await refusal()).toBe("helpdesk is an expansion: it is funded when the budget model is agreed. Missing: SHARED_PLATFORM, USE_CASE_INVESTMENT, PROGRAMME_PNL");
    await model("SHARED_PLATFORM");
    await model("PROGRAMME_PNL");
    expect(await refusal()).toBe("helpdesk is an expansion: it is funded when the budget model is agreed. Missing: USE_CASE_INVESTMENT");
    expect((await must(server.as("STEERING"), "{ budgetModel { agreed missing versions { component status } } }")).budgetModel).toMatchObject({ agreed: false, missing: ["USE_CASE_INVESTMENT"], versions: [{ component: "SHARED_PLATFORM" }, { component: "PROGRAMME_PNL" }] });
    await model("USE_CASE_INVESTMENT");
    expect((await approve(version)).funding.status).toBe("APPROVED");
    // A use case that is funded already is no expansion when its arrangement changes, and the programme's own cost never is.
    const programme = (await propose(null, { lines: [{ cost: "PROGRAMME", funder: "FINANCE", holder: "CFO" }] })).funding.version;
    expect((await approve(programme)).funding.status).toBe("APPROVED");
  });

  it("is told by function to the cent, with what nobody funds", async () => {
    await book("build", "2025-11", "400.00", "build-november", { useCase: "triage" });
    await book("platform", "2025-11", "60.00", "platform-november");
    await book("usage", "2025-11", "8.00", "returns-november", { useCase: "returns" });
    await report(integration(server), [call("november", { useCase: "helpdesk", endedAt: "2025-11-05T15:00:00.000Z", connectedAt: null }), call("november-2", { useCase: "order-status", endedAt: "2025-11-05T15:00:00.000Z", connectedAt: null })]);
    const { fundingReport } = await must(finance, FUNDING.replace("2025-10", "2025-11"));
    expect(fundingReport.rows.map((row: Record<string, { code: string } & { amount: string }> & { cost: string; funder: string }) => [row.businessUnit?.code ?? null, row.useCase?.code ?? null, row.cost, row.funder, row.amount!.amount])).toEqual([
      ["claims", "triage", "IMPLEMENTATION", "SPONSOR", "400.00"], ["claims", "triage", "RUN", "CX", "1000.00"], ["retail", "order-status", "PLATFORM", null, "30.00"], ["retail", "returns", "RUN", null, "8.00"], ["support", "helpdesk", "PLATFORM", "IT", "30.00"],
    ]);
    expect(fundingReport).toMatchObject({
      funders: [{ funder: "IT", amount: { amount: "30.00" } }, { funder: "CX", amount: { amount: "1000.00" } }, { funder: "SPONSOR", amount: { amount: "400.00" } }], unowned: { amount: "38.00" }, total: { amount: "1468.00" },
      unownedReason: "Nobody funds 30.00 PLATFORM of order-status, 8.00 RUN of returns. Say who with proposeFunding and approveFunding.", platformSharedFrom: "2025-10-20",
    });
    // October is closed and nothing was arranged for it: nobody funds any of it, what the dispute left with the programme among it.
    expect((await must(server.as("AUDITOR"), FUNDING)).fundingReport).toMatchObject({ funders: [], unowned: { amount: "15382.01" }, total: { amount: "15382.01" } });
  });
});

describe("a commitment", () => {
  it("that is used by more than 90 % prompts to expand, and a card that ends to renew", async () => {
    const COMMITMENTS = "{ commitmentReport(period: \"2025-11\") { rows { vendor component card committed { amount } used { amount } unused { amount } utilisationPercent effectiveTo prompts missing } } }";
    expect((await must(finance, COMMITMENTS)).commitmentReport).toBeNull();
    await must(finance, CREATE_POOL, { input: { code: "unused", name: "Unused", kind: "UNUSED_COMMITMENT" } });
    const card = { vendor: "retell", component: "PLATFORM", unit: "MINUTE", currency: "USD", effectiveFrom: "2025-11", effectiveTo: "2026-01", minimumSeconds: 1, incrementSeconds: 1, tiers: [{ price: "0.07" }], pool: "usage", minimumCommitment: "100", commitmentPool: "unused" };
    const { proposeRateCard } = await must(finance, "mutation($input: ProposeRateCardInput!) { proposeRateCard(input: $input) { card { version } userErrors { code message } } }", { input: card });
    await must(controller, "mutation($version: Int!) { approveRateCard(input: { version: $version }) { userErrors { code } } }", { version: proposeRateCard.card.version });
    await report(integration(server), [call("committed", { useCase: "triage", provider: "retell", endedAt: "2025-11-05T15:00:00.000Z", connectedAt: null, connectedMs: 1_300 * 60_000 })]);
    await must(finance, "mutation { ratePeriod(input: { period: \"2025-11\" }) { userErrors { code message } } }");
    const expected = { rows: [{ vendor: "retell", component: "PLATFORM", card: 1, committed: { amount: "100.00" }, used: { amount: "91.00" }, unused: { amount: "9.00" }, utilisationPercent: "91.00", effectiveTo: "2026-01", prompts: ["EXPAND", "RENEW"], missing: [] }] };
    for (const role of ["FINANCE", "STEERING"] as const) expect((await must(server.as(role), COMMITMENTS)).commitmentReport).toEqual(expected);
  });
});
