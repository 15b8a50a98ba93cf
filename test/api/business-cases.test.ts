import { IMPLEMENTATION_CATEGORIES } from "../../src/costs";
import { ALLOCATE, agree, call, createAcme, exported, integration, must, mustEach, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";

const PROPOSE = "mutation($input: ProposeBusinessCaseInput!) { proposeBusinessCase(input: $input) { businessCase { version status documentHash } userErrors { code message field } } }";
const CASE = "query($useCase: String!, $version: Int) { businessCase(useCase: $useCase, version: $version) { version status gate approvedBy documentHash versions figures { metrics { npv { amount } irrPercent { value } paybackYears { value } discountedPaybackYears { value } roiPercent { value } profitabilityIndex { value } } sponsorBudget { amount } platformShare { amount } containment { factor npv { amount } } actual { period category amount { amount } } realisation { percent } funding { approved { amount } released { amount } committed { amount } spent { amount } room { amount } breaches } missing } } }";
const EVIDENCE: Record<string, readonly string[]> = {
  G0: ["PROBLEM_METRIC", "VOICE_TRAITS", "CASE_CLASS"], G1: ["FINANCE_POLICY", "PREREQUISITES", "CFO_UNIT_ECONOMICS", "CFO_PAYBACK", "CFO_RISK", "CFO_COMMERCIAL_AND_EXIT"],
};

const TREATMENTS = IMPLEMENTATION_CATEGORIES.map((category) => ({ category, treatment: category === "TRAINING" ? "EXPENSE" : "CAPITALISE" }));

let server: TestServer;
let finance: Actor;
let controller: Actor;
let retail: Actor;
let claims: Actor;

beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
  finance = server.as("FINANCE");
  controller = server.as("FINANCE", { subject: "second-person" });
  retail = server.as("BUSINESS_UNIT", { businessUnits: ["retail"] });
  claims = server.as("BUSINESS_UNIT", { businessUnits: ["claims"], subject: "of-claims" });
});
afterAll(() => server.close());

const plan = (more: Record<string, unknown> = {}): { input: Record<string, unknown> } => ({
  input: {
    useCase: "order-status", currency: "USD", startMonth: "2025-09", discountRatePercent: "8", sponsor: "Retail", budgetHolder: "Head of retail", problem: "Callers wait", problemMetric: "Seconds to answer",
    flows: [
      { period: "2025-09", category: "IMPLEMENTATION", amount: "180000" }, { period: "2026-09", category: "COST_REDUCTION", amount: "60000" },
      { period: "2027-09", category: "COST_REDUCTION", amount: "120000" }, { period: "2028-09", category: "COST_REDUCTION", amount: "140000" },
    ],
    ...more,
  },
});
const mutate = (actor: Actor, name: string, input: Record<string, unknown>): Promise<{ code: string | null; found: Record<string, unknown> }> =>
  actor.ask(`mutation($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${name.includes("Grant") || name.startsWith("grant") ? "grant { id }" : "businessCase { version status gate }"} userErrors { code message } } }`, { input })
    .then(({ data, errors }) => ({ code: errors?.[0]?.extensions.code ?? data[name].userErrors[0]?.code ?? null, found: data?.[name]?.businessCase ?? data?.[name]?.grant }));
const shown = async (actor: Actor, version?: number): Promise<Record<string, any> | null> => { // eslint-disable-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  const { data, errors } = await actor.ask(CASE, { useCase: "order-status", version });
  expect(errors).toBeUndefined();
  return data.businessCase;
};
/** The dataset holds what the API answers, of cases that the reader sees and of no other. */
const exportsWhatIsSeen = async (granted: Actor, isSeen: boolean): Promise<void> => {
  const file = "business_case_period.json?fields=period,use_case,category,plan_version,planned,actual,missing";
  const every = (await exported(server, finance, file)) as Array<Record<string, string | null>>;
  const whole = every.filter(({ use_case }) => use_case === "order-status");
  expect(new Set(every.map(({ use_case }) => use_case))).toEqual(new Set(["helpdesk", "order-status"]));
  const { plan: flows, actual } = (await must(finance, "{ businessCase(useCase: \"order-status\") { figures { plan { period category amount { amount } } actual { period category amount { amount } } } } }")).businessCase.figures;
  const figures = (column: string) => whole.filter((row) => row[column] !== null && row[column] !== "0.00").map((row) => ({ period: row.period, category: row.category, amount: { amount: row[column] } }));
  expect([figures("planned"), figures("actual")]).toEqual([expect.arrayContaining(flows), actual]);
  expect(figures("planned").length).toBe(flows.length);
  expect(new Set(whole.map(({ use_case, missing }) => `${use_case} ${missing?.slice(0, 9)}`))).toEqual(new Set(["order-status benefits:"]));
  expect(((await exported(server, retail, file)) as typeof whole).filter(({ use_case }) => use_case === "order-status")).toEqual(whole);
  expect(await exported(server, granted, file)).toEqual(isSeen ? whole : []);
  expect([await exported(server, claims, file), await exported(server, server.as("EXECUTIVE", { subject: "eva" }), file)]).toEqual([[], []]);
  for (const role of ["STEERING", "PROGRAMME_LEAD", "OPERATOR", "ADMIN"] as const) expect(await exported(server, server.as(role), file)).toBe(403);
};
const posted = async (): Promise<string> => JSON.stringify(await server.sql("select (select json_agg(e order by id) from costs.cost_entry e) as cost, (select json_agg(l) from chargeback.statement_line l) as lines, (select json_agg(p) from governance.period p) as periods"));

describe("a case held against the ledgers", () => {
  const MONTHS = ["2024-04", "2024-05", "2024-06", "2024-07", "2024-08", "2024-09"];
  const HELD = "{ businessCase(useCase: \"helpdesk\") { figures { actual { period category amount { amount } } outlook { period category amount { amount } } realisation { planned { amount } attributed { amount } percent } quarters { quarter attributed { amount } percent } funding { spent { amount } breaches } missing } } }";
  const cost = (period: string, category: string, amount: string): Record<string, unknown> => ({ useCase: "helpdesk", period, category, amount, currency: "USD", externalId: `${category}-${period}-${amount}` });
  const claim = (benefit: string, period: string, amount: string): Record<string, unknown> => ({ benefit, period, currency: "USD", method: benefit === "helpdesk-margin" ? "HOLDOUT" : "AMOUNT", tier: "C", confidence: "0.5", cashableShare: "0.5", ledgerLine: "6210", figures: benefit === "helpdesk-margin" ? ["TREATED_RATE", "HOLDOUT_RATE", "COHORT", "UNIT_VALUE", "MARGIN_RATE"].map((name) => ({ name, value: "1", evidence: "report" })) : [{ name: "AMOUNT", value: amount, evidence: "report" }] });
  const CLAIMS = [...MONTHS.map((period) => ({ benefit: "helpdesk-cost", period, amount: period === "2024-09" ? "1000" : "1600" })), { benefit: "triage-avoided", period: "2024-06", amount: "1000" }];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  const held = async (): Promise<any> => (await must(finance, HELD)).businessCase.figures;
  const flowsOf = (flows: Array<{ period: string; category: string; amount: { amount: string } }>, period: string): string[] => flows.filter((flow) => flow.period === period).map(({ category, amount }) => `${category} ${amount.amount}`);

  it("has the ledgers' implementation, charges and signed benefits, less what was eliminated of them", async () => {
    await mustEach(finance, "createCostPool", [{ code: "run", name: "Run", kind: "DIRECT" }, { code: "platform", name: "Platform", kind: "PLATFORM_CONTRACT" }]);
    await mustEach(finance, "bookCost", [...MONTHS.map((period) => ({ pool: "run", period, amount: "100", currency: "USD", externalId: `run-${period}`, useCase: "helpdesk" })), { pool: "platform", period: "2024-09", amount: "1000", currency: "USD", externalId: "platform" }]);
    await mustEach(finance, "proposeCapitalisationPolicy", [{ framework: "ASC 350-40", effectiveFrom: "2024-01", treatments: TREATMENTS }]);
    await mustEach(controller, "approveCapitalisationPolicy", [{ version: 1 }]);
    await mustEach(finance, "bookImplementationCost", [cost("2024-04", "CODING", "9000"), cost("2024-05", "TRAINING", "500")]);
    await mustEach(finance, "captureBaseline", ["helpdesk", "triage"].map((useCase) => ({ useCase, from: "2024-01-01", to: "2024-03-31", reconstructed: true, evidence: "report", measures: [{ metric: "contacts", value: "1", unit: "contacts", source: "report" }] })));
    await mustEach(controller, "lockBaseline", ["helpdesk", "triage"].map((useCase) => ({ useCase, version: 1 })));
    await mustEach(finance, "defineBenefitPool", [{ code: "contacts", name: "Contacts", effectiveFrom: "2024-04", maximum: "1800", currency: "USD", evidence: "report" }]);
    await mustEach(finance, "proposeAttributionModel", [{ pool: "contacts", effectiveFrom: "2024-04", shares: [{ project: "voice-ai", share: "1" }], evidence: "minutes" }]);
    await mustEach(controller, "approveAttributionModel", [{ version: 1 }]);
    const planned = (from: string): Record<string, unknown> => ({ from, steadyState: "1", currency: "USD", ramp: ["1"] });
    await mustEach(finance, "defineBenefit", [
      { code: "helpdesk-cost", name: "x", useCase: "helpdesk", pool: "contacts", kind: "COST_REDUCTION", step: "CONTAINMENT", plan: planned("2024-04") }, { code: "triage-avoided", name: "x", useCase: "triage", pool: "contacts", kind: "COST_REDUCTION", step: "DEMAND_AVOIDED" },
      { code: "helpdesk-margin", name: "x", useCase: "helpdesk", pool: "contacts", kind: "MARGIN", step: "OTHER", plan: planned("2024-09") },
    ]);
    await mustEach(finance, "claimBenefit", CLAIMS.map(({ benefit, period, amount }) => claim(benefit, period, amount)));
    await mustEach(controller, "signOffBenefit", CLAIMS.map(({ benefit, period }) => ({ benefit, period, version: 1 })), "DecideBenefitInput");
    await report(integration(server), [["helpdesk", 60_000], ["triage", 180_000]].map(([useCase, connectedMs]) => call(String(useCase), { useCase, connectedMs, connectedAt: null, endedAt: "2024-09-10T15:00:00.000Z" })));
    await agree(server, [{ pool: "platform", parts: [{ driver: "CONNECTED_SECONDS" }] }], "2024-09");
    await must(finance, ALLOCATE, { input: { period: "2024-09" } });
    await mustEach(finance, "proposeBusinessCase", [{ ...plan().input, useCase: "helpdesk", startMonth: "2024-04", flows: [{ period: "2024-04", category: "IMPLEMENTATION", amount: "10000" }, ...[...MONTHS, "2024-10"].flatMap((period) => [{ period, category: "COST_REDUCTION", amount: "1000" }, { period, category: "RUN_COST", amount: "90" }])] }]);
    await mustEach(controller, "approveBusinessCase", [{ useCase: "helpdesk", version: 1 }]);
    expect((await held()).realisation).toBeNull();
    await server.sql("update governance.period set status = 'CLOSED', closed_at = now(), cutoff = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' where key = any($1)", [MONTHS]);
    const { actual } = await held();
    // 1,600 x 0.5 is half cash. In June another use case claims 1,000 of the pool's 1,800 first: 800 of helpdesk's 1,600 are left.
    expect(MONTHS.map((period) => flowsOf(actual, period))).toEqual([
      ["IMPLEMENTATION 9000.00", "RUN_COST 100.00", "COST_REDUCTION 400.00"], ["IMPLEMENTATION 500.00", "RUN_COST 100.00", "COST_REDUCTION 400.00"], ["RUN_COST 100.00", "COST_REDUCTION 200.00"],
      ["RUN_COST 100.00", "COST_REDUCTION 400.00"], ["RUN_COST 100.00", "COST_REDUCTION 400.00"], ["RUN_COST 100.00", "PLATFORM_SHARE 250.00", "COST_REDUCTION 250.00"],
    ]);
  });

  it("tells realisation once finance has decided on everything that was due, and asks for a new approval after two quarters below 80 %", async () => {
    const before = await held();
    expect(before).toMatchObject({
      realisation: { planned: { amount: "6000.00" }, attributed: null, percent: null }, quarters: [{ quarter: "2024-Q2", attributed: { amount: "2000.00" }, percent: "66.67" }, { quarter: "2024-Q3", attributed: null, percent: null }],
      funding: { spent: { amount: "9500.00" }, breaches: ["OVER_RELEASED", "SPENT_BEFORE_APPROVAL"] }, missing: [expect.stringMatching(/^benefits: finance decided on no claim of a benefit of helpdesk for 2024-09,/)],
    });
    expect(["2024-08", "2024-09", "2024-10"].map((period) => flowsOf(before.outlook, period))).toEqual([["RUN_COST 100.00", "COST_REDUCTION 400.00"], ["RUN_COST 100.00", "PLATFORM_SHARE 250.00", "COST_REDUCTION 1000.00"], ["RUN_COST 90.00", "COST_REDUCTION 1000.00"]]);
    await mustEach(finance, "claimBenefit", [claim("helpdesk-margin", "2024-09", "1")]);
    await mustEach(controller, "rejectBenefit", [{ benefit: "helpdesk-margin", period: "2024-09", version: 1, note: "no holdout" }], "DecideBenefitInput");
    // What comes late for a closed month is spent at once and stands in no closed month's actual.
    await mustEach(finance, "bookImplementationCost", [cost("2024-04", "CODING", "250")]);
    const after = await held();
    expect(after).toMatchObject({
      realisation: { planned: { amount: "6000.00" }, attributed: { amount: "4100.00" }, percent: "68.33" }, quarters: [{ percent: "66.67" }, { quarter: "2024-Q3", attributed: { amount: "2100.00" }, percent: "70.00" }],
      funding: { spent: { amount: "9750.00" }, breaches: ["OVER_RELEASED", "SPENT_BEFORE_APPROVAL", "REAPPROVAL_NEEDED"] }, missing: [], actual: before.actual,
    });
    expect(["2024-09", "2024-10"].map((period) => flowsOf(after.outlook, period))).toEqual([["RUN_COST 100.00", "PLATFORM_SHARE 250.00", "COST_REDUCTION 250.00"], ["RUN_COST 90.00", "COST_REDUCTION 683.33"]]);
  });
});

describe("a case from its idea to its end", () => {
  it("is planned by its unit, approved by somebody of finance, and frozen", async () => {
    const { proposeBusinessCase } = await must(retail, PROPOSE, plan());
    expect(proposeBusinessCase.businessCase).toMatchObject({ version: 1, status: "DRAFT" });
    expect((await must(retail, PROPOSE, plan())).proposeBusinessCase.businessCase.version).toBe(1);
    expect((await mutate(retail, "bookCaseCommitment", { useCase: "order-status", externalId: "early", amount: "1", currency: "USD" })).code).toBe("NOT_READY");
    expect((await mutate(claims, "proposeBusinessCase", plan().input)).code).toBe("NOT_FOUND");
    expect((await mutate(finance, "proposeBusinessCase", plan({ currency: "GBP" }).input)).code).toBe("CURRENCY_MISMATCH");
    expect((await mutate(finance, "approveBusinessCase", { useCase: "order-status", version: 1 })).found).toMatchObject({ status: "APPROVED" });
    const before = (await shown(finance))!;
    expect(before).toMatchObject({
      version: 1, status: "APPROVED", approvedBy: "test-finance", versions: [1],
      figures: {
        metrics: { npv: { amount: "89572.73" }, irrPercent: { value: "30.30" }, paybackYears: { value: "2.00" }, discountedPaybackYears: { value: "2.19" }, roiPercent: { value: "77.8" }, profitabilityIndex: { value: "1.498" } },
        sponsorBudget: { amount: "180000.00" }, platformShare: { amount: "0.00" }, containment: [{ factor: "0.5", npv: { amount: "-45213.64" } }, { factor: "1", npv: { amount: "89572.73" } }, { factor: "2", npv: { amount: "359145.46" } }],
        actual: [], realisation: null, funding: { approved: { amount: "180000.00" }, released: { amount: "0.00" }, breaches: [] },
      },
    });
    // A new plan is a new version: the first answers as it did.
    expect((await mutate(finance, "proposeBusinessCase", plan({ discountRatePercent: "10" }).input)).code).toBe("BAD_USER_INPUT");
    expect((await mutate(finance, "proposeBusinessCase", plan({ discountRatePercent: "10", reason: "dearer money" }).input)).found).toMatchObject({ version: 2, status: "DRAFT" });
    expect((await mutate(finance, "approveBusinessCase", { useCase: "order-status", version: 2 })).code).toBe("SAME_PERSON");
    expect(await shown(finance)).toEqual({ ...before, versions: [1, 2] });
    expect((await mutate(controller, "approveBusinessCase", { useCase: "order-status", version: 2 })).found).toMatchObject({ status: "APPROVED" });
    expect(await shown(finance, 1)).toEqual({ ...before, versions: [1, 2], status: "SUPERSEDED" });
    expect(await shown(claims)).toBeNull();
  });

  it("gets its money gate by gate, by two people, and commits no more than that", async () => {
    const evidence = (gate: string): unknown => EVIDENCE[gate]!.map((item) => ({ item, reference: `paper ${item}` }));
    const ask = (gate: string, more: Record<string, unknown> = {}): Promise<{ code: string | null }> => mutate(retail, "requestTranche", { useCase: "order-status", gate, evidence: evidence(gate), ...more });
    expect((await ask("G1")).code).toBe("NOT_READY");
    expect((await ask("G0")).code).toBeNull();
    expect((await mutate(server.as("STEERING"), "releaseTranche", { useCase: "order-status", gate: "G0" })).found).toMatchObject({ gate: "G0" });
    expect((await ask("G1", { amount: "36000.01" })).code).toBe("LIMIT_EXCEEDED");
    expect((await ask("G1", { evidence: [] })).code).toBe("NOT_READY");
    expect((await ask("G1")).code).toBeNull();
    expect((await mutate(finance, "releaseTranche", { useCase: "order-status", gate: "G1" })).found).toMatchObject({ gate: "G1" });
    const commit = (externalId: string, amount: string, more: Record<string, unknown> = {}): Promise<{ code: string | null }> => mutate(retail, "bookCaseCommitment", { useCase: "order-status", externalId, amount, currency: "USD", ...more });
    expect([await commit("po-1", "30000"), await commit("po-1", "30000"), await commit("po-1", "1"), await commit("po-2", "6000.01"), await commit("po-3", "-1")].map(({ code }) => code)).toEqual([null, null, "CONFLICT", "LIMIT_EXCEEDED", "BAD_USER_INPUT"]);
    expect([await commit("call-off", "30000.01", { settles: "po-1" }), await commit("call-off", "10000", { settles: "po-1" }), await commit("x", "1", { settles: "po-9" })].map(({ code }) => code)).toEqual(["LIMIT_EXCEEDED", null, "NOT_FOUND"]);
    expect((await shown(retail))!.figures.funding).toEqual({ approved: { amount: "180000.00" }, released: { amount: "36000.00" }, committed: { amount: "20000.00" }, spent: { amount: "0.00" }, room: { amount: "16000.00" }, breaches: [] });
  });

  it("shows cost that the ledgers took although nothing was released for it", async () => {
    const run = (query: string, input: Record<string, unknown>, who = finance): Promise<unknown> => must(who, query, { input });
    await run("mutation($input: CreateCostPoolInput!) { createCostPool(input: $input) { userErrors { code message } } }", { code: "build", name: "Build", kind: "DIRECT" });
    await run("mutation($input: ProposeFundingInput!) { proposeFunding(input: $input) { userErrors { code message } } }", { useCase: "order-status", effectiveFrom: "2025-01", lines: [{ cost: "IMPLEMENTATION", funder: "SPONSOR", holder: "Head of retail", pools: ["build"] }] });
    await run("mutation($input: ApproveFundingInput!) { approveFunding(input: $input) { userErrors { code message } } }", { version: 1 }, controller);
    const book = (period: string, amount: string): Promise<unknown> => run("mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }", { pool: "build", period, amount, currency: "USD", externalId: `build-${period}`, useCase: "order-status" });
    await book("2025-07", "17000");
    expect((await shown(finance))!.figures.funding).toMatchObject({ spent: { amount: "17000.00" }, room: { amount: "-1000.00" }, breaches: ["OVER_RELEASED", "SPENT_BEFORE_APPROVAL"] });
    expect((await mutate(retail, "bookCaseCommitment", { useCase: "order-status", externalId: "po-4", amount: "0.01", currency: "USD" })).code).toBe("LIMIT_EXCEEDED");
    await server.sql("update governance.period set status = 'CLOSED', closed_at = now(), cutoff = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' where key = '2025-07'");
    await run("mutation($input: IssueStatementsInput!) { issueStatements(input: $input) { userErrors { code message } } }", { period: "2025-07" });
    expect((await shown(finance))!.figures).toMatchObject({ actual: [{ period: "2025-07", category: "IMPLEMENTATION", amount: { amount: "17000.00" } }], missing: [expect.stringContaining("benefits")] });
  });

  it("is seen by an executive while it is granted, and by nobody else of that role", async () => {
    const eve = server.as("EXECUTIVE", { subject: "eve" });
    const now = server.clock.now();
    const grant = (more: Record<string, unknown>): Promise<{ code: string | null; found: Record<string, unknown> }> =>
      mutate(finance, "grantBusinessCase", { useCase: "order-status", subject: "eve", from: new Date(now).toISOString(), to: new Date(now + 3_600_000).toISOString(), reason: "board", ...more });
    expect(await shown(eve)).toBeNull();
    expect((await grant({ subject: "test-finance" })).code).toBe("SAME_PERSON");
    expect((await grant({ to: new Date(now).toISOString() })).code).toBe("BAD_USER_INPUT");
    await grant({ useCase: "triage" });
    await grant({ from: new Date(now + 1).toISOString() });
    expect(await shown(eve)).toBeNull();
    const { found } = await grant({});
    expect((await shown(eve))!.figures.metrics.npv.amount).toBeDefined();
    expect(await shown(server.as("EXECUTIVE", { subject: "eva" }))).toBeNull();
    await exportsWhatIsSeen(eve, true);
    expect((await mutate(finance, "revokeBusinessCaseGrant", { grant: found.id, reason: "over" })).code).toBeNull();
    expect(await shown(eve)).toBeNull();
    await exportsWhatIsSeen(eve, false);
    const actions = await server.sql<{ action: string }>("select action from governance.audit_entry where subject_kind like 'BusinessCase%' order by sequence");
    expect(actions.map(({ action }) => action)).toEqual([
      "proposeBusinessCase", "approveBusinessCase", "proposeBusinessCase", "approveBusinessCase", "proposeBusinessCase", "approveBusinessCase", "requestTranche", "releaseTranche", "requestTranche", "releaseTranche", "bookCaseCommitment", "bookCaseCommitment",
      "grantBusinessCase", "grantBusinessCase", "grantBusinessCase", "revokeBusinessCaseGrant",
    ]);
  });

  it("ends, and changes no posted figure by a byte", async () => {
    const before = await posted();
    expect((await mutate(controller, "proposeBusinessCase", plan({ discountRatePercent: "99", reason: "gaming" }).input)).code).toBeNull();
    expect((await mutate(finance, "approveBusinessCase", { useCase: "order-status", version: 3 })).code).toBeNull();
    expect((await mutate(retail, "retireBusinessCase", { useCase: "order-status", reason: "replaced" })).found).toMatchObject({ status: "RETIRED" });
    expect((await mutate(retail, "proposeBusinessCase", plan({ reason: "again" }).input)).code).toBe("CONFLICT");
    expect((await mutate(retail, "bookCaseCommitment", { useCase: "order-status", externalId: "po-5", amount: "1", currency: "USD" })).code).toBe("CONFLICT");
    expect(await posted()).toBe(before);
  });

  it("keeps its money from the steering group and the programme lead, who see how it stands", async () => {
    for (const role of ["STEERING", "PROGRAMME_LEAD"] as const) {
      const { data } = await server.as(role).ask("{ businessCase(useCase: \"order-status\") { status gate gates { gate evidence { item } } } }");
      expect(data.businessCase).toMatchObject({ status: "RETIRED", gate: "G1", gates: [{ gate: "G0" }, { gate: "G1" }] });
      expect((await server.as(role).ask(CASE, { useCase: "order-status" })).errors![0]!.extensions.code).toBe("FORBIDDEN");
    }
  });
});
