import { createAcme, exported, must } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";

const PROPOSE = "mutation($input: ProposeBusinessCaseInput!) { proposeBusinessCase(input: $input) { businessCase { version status documentHash } userErrors { code message field } } }";
const CASE = "query($useCase: String!, $version: Int) { businessCase(useCase: $useCase, version: $version) { version status gate approvedBy documentHash versions figures { metrics { npv { amount } irrPercent { value } paybackYears { value } discountedPaybackYears { value } roiPercent { value } profitabilityIndex { value } } sponsorBudget { amount } platformShare { amount } containment { factor npv { amount } } actual { period category amount { amount } } realisation { percent } funding { approved { amount } released { amount } committed { amount } spent { amount } room { amount } breaches } missing } } }";
const EVIDENCE: Record<string, readonly string[]> = {
  G0: ["PROBLEM_METRIC", "VOICE_TRAITS", "CASE_CLASS"], G1: ["FINANCE_POLICY", "PREREQUISITES", "CFO_UNIT_ECONOMICS", "CFO_PAYBACK", "CFO_RISK", "CFO_COMMERCIAL_AND_EXIT"],
};

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
  const whole = (await exported(server, finance, file)) as Array<Record<string, string | null>>;
  const { plan: flows, actual } = (await must(finance, "{ businessCase(useCase: \"order-status\") { figures { plan { period category amount { amount } } actual { period category amount { amount } } } } }")).businessCase.figures;
  const figures = (column: string) => whole.filter((row) => row[column] !== null && row[column] !== "0.00").map((row) => ({ period: row.period, category: row.category, amount: { amount: row[column] } }));
  expect([figures("planned"), figures("actual")]).toEqual([expect.arrayContaining(flows), actual]);
  expect(figures("planned").length).toBe(flows.length);
  expect(new Set(whole.map(({ use_case, missing }) => `${use_case} ${missing?.slice(0, 9)}`))).toEqual(new Set(["order-status benefits:"]));
  expect(await exported(server, retail, file)).toEqual(whole);
  expect(await exported(server, granted, file)).toEqual(isSeen ? whole : []);
  expect([await exported(server, claims, file), await exported(server, server.as("EXECUTIVE", { subject: "eva" }), file)]).toEqual([[], []]);
  for (const role of ["STEERING", "PROGRAMME_LEAD", "OPERATOR", "ADMIN"] as const) expect(await exported(server, server.as(role), file)).toBe(403);
};
const posted = async (): Promise<string> => JSON.stringify(await server.sql("select (select json_agg(e order by id) from costs.cost_entry e) as cost, (select json_agg(l) from chargeback.statement_line l) as lines, (select json_agg(p) from governance.period p) as periods"));

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
      "proposeBusinessCase", "approveBusinessCase", "proposeBusinessCase", "approveBusinessCase", "requestTranche", "releaseTranche", "requestTranche", "releaseTranche", "bookCaseCommitment", "bookCaseCommitment",
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
