import { recordAudit } from "../../src/app/serve";
import { verifyProgramme } from "../../src/app/verify";
import { bindFacts } from "../../src/exports/computed-dataset.query";
import { ebitBridge, programmePnl } from "../../src/exports/datasets/programme.query";
import { refreshViews } from "../../src/exports/refresh-views.query";
import { shiftPeriod } from "../../src/kernel/period";
import { readBenefits } from "../../src/programme/read-benefits.query";
import { verifyProgrammePnl } from "../../src/programme/reconciliation.query";
import { ALLOCATE, Door, agree, call, createAcme, exported, integration, must, report } from "../support/builders";
import { Programme } from "../../src/tenancy";
import { Actor, TestServer, startTestServer } from "../support/server";
import { BOOK, CREATE_POOL, CREATE_UNIT, rowCounts } from "../support/two-programmes";

const PNL = `query($from: PeriodKey!, $to: PeriodKey!, $groupBy: [PnlDimension!], $scenario: PnlScenario! = ACTUAL, $live: Boolean! = false) { programmePnl(from: $from, to: $to, groupBy: $groupBy, scenario: $scenario, live: $live) {
  currency missing periods { period status source hash runHash policyVersion ratingHash capitalisationPolicyVersion signedVersion signedHash signedBy } rows { period businessUnit useCase group ebit { amount } missing lines { line amount { amount } } } } }`;
const BRIDGE = `query($from: PeriodKey!, $to: PeriodKey!, $kind: EbitBridgeKind!) { ebitBridge(from: $from, to: $to, kind: $kind) { fromLabel toLabel from { amount } to { amount } missing steps { line change { amount } running { amount } volume { amount } rate { amount } } } }`;
const RECONCILE = `query($period: PeriodKey!) { programmeReconciliation(period: $period) { holds changedSinceSigned missing checks { name left { amount } holds terms { name amount { amount } } } } }`;
const mutation = (name: string, made: string): string => `mutation($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${made} userErrors { code message field } } }`;
const SIGN = mutation("signProgrammePnl", "statement { version hash forExecutives signedBy }");
const GRANT = mutation("grantUnitPnl", "grant { id businessUnit from to revokedBy }");
const REVOKE = mutation("revokeUnitPnl", "grant { id revokedBy }");
const PLAN = mutation("proposeProgrammePlan", "plan { version approved lines { line amount { amount } } }");
const APPROVE_PLAN = mutation("approveProgrammePlan", "plan { version approved }");
const GROUPS = mutation("proposeExecutiveGroups", "scheme { version approved }");
const POLICY = mutation("proposeCapitalisationPolicy", "policy { version status }");
const APPROVE_POLICY = mutation("approveCapitalisationPolicy", "policy { version status }");
const IMPLEMENT = mutation("bookImplementationCost", "cost { treatment policyVersion amount { amount } }");
const SERVE = mutation("putInService", "asset { usefulMonths capitalised { amount } months { period amortisation { amount } impairment { amount } } }");
const RETIRE = mutation("retireAsset", "asset { retiredIn months { period amortisation { amount } impairment { amount } } }");

const OCTOBER = { from: "2025-10", to: "2025-10" };
/** The use cases of the worked example, with the units that own them. */
const USE_CASES = [["triage", "claims"], ["order-status", "retail"], ["helpdesk", "support"]] as const;

let server: TestServer;
let finance: Actor, controller: Actor, executive: Actor;

function comeIn(): void {
  finance = server.as("FINANCE");
  controller = server.as("FINANCE", { subject: "controller" });
  executive = server.as("EXECUTIVE", { subject: "chief" });
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
const pnl = async (actor: Actor, variables: Record<string, unknown> = {}): Promise<any> => (await must(actor, PNL, { ...OCTOBER, ...variables })).programmePnl;
const refused = async (actor: Actor, query: string, input: Record<string, unknown>): Promise<[string, string | undefined]> => {
  const answer = await actor.ask<Record<string, { userErrors: Array<{ code: string; field: string[] | null }> }>>(query, { input });
  const error = Object.values(answer.data)[0]!.userErrors[0];
  return [error?.code ?? "NOT REFUSED", error?.field?.join(".")];
};
type Row = { useCase: string | null; ebit: { amount: string } | null; missing: string[]; lines: Array<{ line: string; amount: { amount: string } | null }> };
const amountIn = (row: Row, line: string): string | null => row.lines.find((each) => each.line === line)!.amount?.amount ?? null;
const ebits = (rows: Row[]): Record<string, string | null> => Object.fromEntries(rows.map((row) => [row.useCase ?? "programme", amountIn(row, "PROGRAMME_EBIT")]));
const book = (pool: string, period: string, amount: string, externalId: string, more: Record<string, unknown> = {}) => must(finance, BOOK, { input: { pool, period, amount, currency: "USD", externalId, ...more } });

/** Some calls of a use case with so many minutes in all. */
const spoke = (useCase: string, calls: number, minutes: number, month = "10") => Array.from({ length: calls }, (_, index) => call(`${useCase}-${month}-${index}`, { useCase, provider: "retell", connectedAt: null, connectedMs: (minutes * 60_000) / calls, endedAt: `2025-${month}-20T15:00:00.000Z` }));
/** 24 : 15 : 6 calls with 120,000, 37,500 and 42,500 minutes, as 40,000 : 25,000 : 10,000 calls have. */
const october = () => [...spoke("triage", 24, 120_000), ...spoke("order-status", 15, 37_500), ...spoke("helpdesk", 6, 42_500)];
/** Each of them at once: nothing of one stands on another. */
const each = <T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<unknown> => Promise.all(items.map(act));

/** What each use case brings, as the worked example claims it. */
const CLAIMS: ReadonlyArray<{ benefit: string; useCase: string; kind: string; share: string; claim: Record<string, unknown> }> = [
  { benefit: "calls-contained", useCase: "triage", kind: "COST_REDUCTION", share: "0.80", claim: { method: "UNIT_COST", tier: "B", confidence: "0.90", cashableShare: "0.6", figures: [["DEMAND", "40000"], ["UNIT_COST", "5.00"], ["INDEX", "1.03"], ["RESIDUAL_QUANTITY", "12000"], ["RESIDUAL_QUANTITY", "1000"], ["RESIDUAL_UNIT_COST", "5.40"]] } },
  { benefit: "orders-won", useCase: "order-status", kind: "MARGIN", share: "1", claim: { method: "HOLDOUT", tier: "A", confidence: "0.95", cashableShare: "1", figures: [["TREATED_RATE", "0.062"], ["HOLDOUT_RATE", "0.022"], ["COHORT", "25000"], ["UNIT_VALUE", "80"], ["MARGIN_RATE", "0.35"]] } },
  { benefit: "calls-collected", useCase: "helpdesk", kind: "COST_REDUCTION", share: "0.90", claim: { method: "UNIT_COST", tier: "B", confidence: "0.80", cashableShare: "0.5", figures: [["DEMAND", "10000"], ["UNIT_COST", "4.00"], ["RESIDUAL_QUANTITY", "2500"], ["RESIDUAL_UNIT_COST", "4.40"]] } },
  { benefit: "bad-debt", useCase: "helpdesk", kind: "OTHER_EBIT", share: "0.50", claim: { method: "AMOUNT", tier: "B", confidence: "0.80", cashableShare: "1", figures: [["AMOUNT", "8000"]] } },
];

beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2025-09-15T12:00:00.000Z");
  comeIn();
  await createAcme(server);
  await each(USE_CASES, async ([useCase]) => {
    const input = { useCase, from: "2025-06-01", to: "2025-08-31", goLive: "2025-10-01", measures: [{ metric: "contacts", value: "1", unit: "contacts", source: "report" }], evidence: "report" };
    await must(finance, mutation("captureBaseline", "baseline { version }"), { input });
    await must(controller, mutation("lockBaseline", "baseline { version }"), { input: { useCase, version: 1 } });
  });
  server.clock.set("2025-12-15T12:00:00.000Z");
  comeIn();
  await each([["usage", "DIRECT"], ["opex", "DIRECT"], ["platform", "PLATFORM_CONTRACT"], ["telephony", "TELEPHONY"], ["integration", "INTEGRATION"], ["compliance", "COMPLIANCE"], ["office", "PROGRAMME_MANAGEMENT"]], ([code, kind]) => must(finance, CREATE_POOL, { input: { code, name: code, kind } }));
  expect((await report(integration(server), october())).accepted).toBe(45);
  for (const [component, price] of [["PLATFORM", "0.075"], ["TELEPHONY", "0.01"]]) {
    const { proposeRateCard } = await must(finance, mutation("proposeRateCard", "card { version }"), { input: { vendor: "retell", component, unit: "MINUTE", currency: "USD", effectiveFrom: "2025-10", minimumSeconds: 1, incrementSeconds: 1, tiers: [{ price }], pool: "usage" } });
    await must(controller, "mutation($version: Int!) { approveRateCard(input: { version: $version }) { userErrors { code message } } }", { version: proposeRateCard.card.version });
  }
  await each([["platform", "30000.00"], ["telephony", "6000.00"], ["integration", "14000.00"], ["compliance", "10000.00"], ["office", "11000.00"]], ([pool, amount]) => book(pool!, "2025-10", amount!, `${pool}-10`));
  await each([["triage", "2800.00"], ["order-status", "2500.00"], ["helpdesk", "3000.00"]], ([useCase, amount]) => book("opex", "2025-10", amount!, `opex-${useCase}`, { useCase }));
});
afterAll(() => server.close());

const categories = (capitalised: readonly string[]) => ["PRELIMINARY", "CONFIGURATION", "CODING", "INTEGRATION", "DATA_CONVERSION", "TRAINING", "CHANGE_MANAGEMENT", "SUPPORT"].map((category) => ({ category, treatment: capitalised.includes(category) ? "CAPITALISE" : "EXPENSE" }));
const close = async (door: Door, period: string): Promise<void> => {
  await must(door.as("FINANCE"), "mutation($period: PeriodKey!) { requestClose(input: { period: $period }) { missing { message } userErrors { code message } } }", { period });
  await must(door.as("FINANCE", { subject: "controller" }), "mutation($period: PeriodKey!) { closePeriod(input: { period: $period }) { userErrors { code message } } }", { period });
};
const divideBy = async (driver: string): Promise<void> => {
  await agree(server, ["platform", "telephony", "integration", "compliance"].map((pool) => ({ pool, parts: [{ driver }] })));
  await must(finance, ALLOCATE, { input: { period: "2025-10" } });
};

describe("capitalised cost", () => {
  it("follows the firm's policy that two people agreed on, and is in no pool", async () => {
    const cost = { useCase: "triage", period: "2025-10", category: "CODING", amount: "180000.00", currency: "USD", externalId: "build-triage", vendor: "builders", invoice: "7" };
    expect(await refused(finance, IMPLEMENT, cost)).toEqual(["NOT_READY", "period"]);
    expect((await must(finance, POLICY, { input: { framework: "ASC 350-40", effectiveFrom: "2025-10", treatments: categories(["CONFIGURATION", "CODING", "INTEGRATION"]) } })).proposeCapitalisationPolicy.policy).toEqual({ version: 1, status: "PROPOSED" });
    expect(await refused(finance, APPROVE_POLICY, { version: 1 })).toEqual(["SAME_PERSON", "version"]);
    await must(controller, APPROVE_POLICY, { input: { version: 1 } });
    const pools = await server.sql("select count(*) from costs.cost_entry");
    expect((await must(finance, IMPLEMENT, { input: cost })).bookImplementationCost.cost).toEqual({ treatment: "CAPITALISE", policyVersion: 1, amount: { amount: "180000.00" } });
    const before = await rowCounts(server);
    await must(finance, IMPLEMENT, { input: cost });
    expect(await refused(finance, IMPLEMENT, { ...cost, amount: "1.00" })).toEqual(["CONFLICT", "externalId"]);
    expect(await refused(finance, SERVE, { useCase: "triage", goLive: "2025-10", usefulMonths: 36, contractMonths: 24 })).toEqual(["BAD_USER_INPUT", "usefulMonths"]);
    expect(await rowCounts(server)).toEqual(before);
    await each([["order-status", "72000.00"], ["helpdesk", "108000.00"]], ([useCase, amount]) => must(finance, IMPLEMENT, { input: { ...cost, useCase, amount, externalId: `build-${useCase}` } }));
    await each(USE_CASES, ([useCase]) => must(finance, SERVE, { input: { useCase, goLive: "2025-10", usefulMonths: 36, contractMonths: 36 } }));
    expect(await server.sql("select count(*) from costs.cost_entry")).toEqual(pools);
    const { implementationAssets } = await must(finance, "{ implementationAssets { useCase { code } capitalised { amount } months { period amortisation { amount } } } }");
    expect(implementationAssets.map((asset: { useCase: { code: string }; months: Array<{ amortisation: { amount: string } }> }) => [asset.useCase.code, asset.months.length, asset.months[0]!.amortisation.amount, asset.months[35]!.amortisation.amount])).toEqual([["helpdesk", 36, "3000.00", "3000.00"], ["order-status", 36, "2000.00", "2000.00"], ["triage", 36, "5000.00", "5000.00"]]);
  });
});

describe("the statement of a month", () => {
  it("is null with what is missing until every input is there", async () => {
    const { rows, periods } = await pnl(finance);
    expect([rows[0].ebit, amountIn(rows[0], "D_AMORTISATION"), periods[0].runHash]).toEqual([null, "-10000.00", null]);
    expect(rows[0].missing).toEqual([expect.stringMatching(/^C, G, H: 2025-10 has shared cost and no allocation run/), expect.stringMatching(/^B1, B2, B3: rate cards are in effect/)]);
    await must(finance, "mutation { ratePeriod(input: { period: \"2025-10\" }) { userErrors { code message } } }");
    await divideBy("CONNECTED_SECONDS");
    await each(CLAIMS, async ({ benefit, useCase, kind, share }) => {
      await must(finance, mutation("defineBenefitPool", "pool { code }"), { input: { code: benefit, name: benefit, effectiveFrom: "2025-10", maximum: "500000.00", currency: "USD", evidence: "ledger" } });
      const { proposeAttributionModel } = await must(finance, mutation("proposeAttributionModel", "model { version }"), { input: { pool: benefit, effectiveFrom: "2025-10", shares: [{ project: "voice-ai", share }], evidence: "minutes" } });
      await must(controller, mutation("approveAttributionModel", "model { version }"), { input: { version: proposeAttributionModel.model.version } });
      await must(finance, mutation("defineBenefit", "benefit { code }"), { input: { code: benefit, name: benefit, useCase, pool: benefit, kind, step: "OTHER", plan: { from: "2025-10", steadyState: "1.00", currency: "USD", ramp: ["1"] } } });
    });
    expect((await pnl(finance)).rows[0].missing).toEqual(["helpdesk", "order-status", "triage"].map((useCase) => `A: ${useCase} defines a benefit and finance decided on no claim of it for 2025-10. Claim it and have it signed off or rejected.`));
    await each(CLAIMS, async ({ benefit, claim }) => {
      const figures = (claim.figures as string[][]).map(([name, value]) => ({ name, value, evidence: "ledger" }));
      await must(finance, mutation("claimBenefit", "row { version }"), { input: { benefit, period: "2025-10", currency: "USD", ledgerLine: "4711", ...claim, figures } });
      await must(controller, "mutation($input: DecideBenefitInput!) { signOffBenefit(input: $input) { userErrors { code message } } }", { input: { benefit, period: "2025-10", version: 1 } });
    });
    expect((await pnl(finance)).missing).toEqual([]);
  });

  it("is the worked one to the last digit, by use case and for the programme", async () => {
    const { rows, periods, currency } = await pnl(finance, { groupBy: ["USE_CASE"] });
    expect([currency, periods[0]]).toEqual(["USD", { period: "2025-10", status: "OPEN", source: "ACTUAL", hash: expect.stringMatching(/^[0-9a-f]{64}$/), runHash: expect.stringMatching(/^[0-9a-f]{64}$/), policyVersion: 1, ratingHash: expect.stringMatching(/^[0-9a-f]{64}$/), capitalisationPolicyVersion: 1, signedVersion: null, signedHash: null, signedBy: null }]);
    const [whole] = (await pnl(finance)).rows;
    const column = (useCase: string | null, lines: string[]): Array<string | null> => lines.map((line) => amountIn(rows.find((row: Row) => row.useCase === useCase), line));
    const lines = ["A_RECOGNISED_BENEFIT", "B1_VENDOR_USAGE", "B2_CARRIER_USAGE", "B4_CASE_OPEX", "C_SHARED", "EBITDA_CONTRIBUTION", "D_AMORTISATION", "EBIT_CONTRIBUTION"];
    expect(column("triage", lines)).toEqual(["58665.60", "-9000.00", "-1200.00", "-2800.00", "-36000.00", "9665.60", "-5000.00", "4665.60"]);
    expect(column("order-status", lines)).toEqual(["26600.00", "-2812.50", "-375.00", "-2500.00", "-11250.00", "9662.50", "-2000.00", "7662.50"]);
    expect(column("helpdesk", lines)).toEqual(["13640.00", "-3187.50", "-425.00", "-3000.00", "-12750.00", "-5722.50", "-3000.00", "-8722.50"]);
    expect(lines.map((line) => amountIn(whole, line))).toEqual(["98905.60", "-15000.00", "-2000.00", "-8300.00", "-60000.00", "13605.60", "-10000.00", "3605.60"]);
    expect(["C1_PLATFORM_CONTRACT", "C2_TELEPHONY", "C3_INTEGRATION", "C4_COMPLIANCE", "E_PROGRAMME_MANAGEMENT", "PROGRAMME_EBIT", "MEMO_NON_CASHABLE", "MEMO_ECONOMIC_VALUE", "MEMO_CAPEX_CASH", "MEMO_CUMULATIVE_INVESTMENT"].map((line) => amountIn(whole, line)))
      .toEqual(["-30000.00", "-6000.00", "-14000.00", "-10000.00", "-11000.00", "-7394.40", "49550.40", "42156.00", "360000.00", "404000.00"]);
    expect(["triage", "order-status", "helpdesk"].map((useCase) => column(useCase, ["MEMO_ECONOMIC_VALUE"])[0])).toEqual(["43776.00", "7662.50", "1717.50"]);
    expect(whole.ebit).toEqual({ amount: "-7394.40" });
    const proved = (await must(finance, RECONCILE, { period: "2025-10" })).programmeReconciliation;
    expect([proved.holds, proved.changedSinceSigned, proved.missing]).toEqual([true, null, []]);
    expect(proved.checks[0]).toEqual({ name: "shared cost of the programme = sum of unit charges + unallocated - over-recovery", left: { amount: "60000.00" }, holds: true, terms: [["charged to claims", "36000.00"], ["charged to retail", "11250.00"], ["charged to support", "12750.00"], ["unallocated", "0.00"], ["over-recovery", "0.00"]].map(([name, amount]) => ({ name, amount: { amount } })) });
  });

  it("by calls instead of minutes moves the units and never the programme", async () => {
    const before = await pnl(finance);
    await divideBy("CALLS");
    const after = await pnl(finance);
    expect(after.rows).toEqual(before.rows);
    expect(after.periods[0].hash).not.toBe(before.periods[0].hash);
    // 32,000, 20,000 and 8,000; four pools are rounded each by itself, which moves a cent between the first and the last code.
    expect(ebits((await pnl(finance, { groupBy: ["USE_CASE"] })).rows)).toEqual({ triage: "8665.59", "order-status": "-1087.50", helpdesk: "-3972.49", programme: "-11000.00" });
    await divideBy("CONNECTED_SECONDS");
    expect((await pnl(finance)).rows).toEqual(before.rows);
  });

  it("is no one's to write or to look into who may not", async () => {
    const before = await rowCounts(server);
    const lead = server.as("PROGRAMME_LEAD");
    for (const [actor, variables] of [[executive, { groupBy: ["USE_CASE"] }], [executive, { groupBy: ["BUSINESS_UNIT", "PERIOD"] }], [executive, { scenario: "BUDGET" }], [executive, { live: true }], [server.as("STEERING"), { groupBy: ["BUSINESS_UNIT"] }], [lead, { groupBy: ["USE_CASE"] }], [server.as("BUSINESS_UNIT", { businessUnits: ["claims"] }), {}]] as const) {
      expect((await actor.ask(PNL, { ...OCTOBER, ...variables })).errors![0]!.extensions.code).toBe("FORBIDDEN");
    }
    expect((await finance.ask(PNL, { from: "2025-10", to: "2025-09" })).errors![0]!.extensions.code).toBe("BAD_USER_INPUT");
    expect((await finance.ask(PNL, { ...OCTOBER, groupBy: ["GROUP", "USE_CASE"] })).errors![0]!.extensions.code).toBe("BAD_USER_INPUT");
    expect(await rowCounts(server)).toEqual(before);
  });
});

describe("plans", () => {
  const lines = [{ period: "2025-10", line: "A1_COST_REDUCTION", amount: "90000.00" }, { period: "2025-10", line: "B1_VENDOR_USAGE", volume: { unit: "MINUTE", quantity: "180000", rate: "0.080" } }, { period: "2025-10", line: "E_PROGRAMME_MANAGEMENT", overhead: { base: "5000.00", useCases: 3 } }];

  it("are agreed on by two people, with the signs of the statement, and frozen", async () => {
    expect(await refused(finance, PLAN, { kind: "BUDGET", currency: "USD", lines: [{ period: "2025-10", line: "B4_CASE_OPEX", amount: "1.00" }] })).toEqual(["BAD_USER_INPUT", "lines.0.amount"]);
    expect(await refused(finance, PLAN, { kind: "BUDGET", currency: "EUR", lines })).toEqual(["CURRENCY_MISMATCH", "currency"]);
    const plan = (await must(finance, PLAN, { input: { kind: "BUDGET", currency: "USD", lines } })).proposeProgrammePlan.plan;
    expect(plan).toEqual({ version: 1, approved: false, lines: [["A1_COST_REDUCTION", "90000.00"], ["B1_VENDOR_USAGE", "-14400.00"], ["E_PROGRAMME_MANAGEMENT", "-11000.00"]].map(([line, amount]) => ({ line, amount: { amount } })) });
    expect((await pnl(finance, { scenario: "BUDGET" })).rows[0]).toMatchObject({ ebit: null, missing: ["No programme budget is approved that covers 2025-10."] });
    expect(await refused(finance, APPROVE_PLAN, { kind: "BUDGET", version: 1 })).toEqual(["SAME_PERSON", "version"]);
    await must(controller, APPROVE_PLAN, { input: { kind: "BUDGET", version: 1 } });
    expect((await must(finance, PLAN, { input: { kind: "BUDGET", currency: "USD", lines } })).proposeProgrammePlan.plan.version).toBe(1);
    expect((await pnl(finance, { scenario: "BUDGET" })).rows[0].ebit).toEqual({ amount: "64600.00" });
  });

  it("lead to what came of them, exactly and in the order of the statement", async () => {
    const { ebitBridge } = await must(finance, BRIDGE, { ...OCTOBER, kind: "PLAN" });
    expect([ebitBridge.fromLabel, ebitBridge.from.amount, ebitBridge.toLabel, ebitBridge.to.amount, ebitBridge.steps.at(-1).running.amount]).toEqual(["BUDGET 1, 2025-10", "64600.00", "ACTUAL, 2025-10", "-7394.40", "-7394.40"]);
    expect(ebitBridge.steps.find(({ line }: { line: string }) => line === "B1_VENDOR_USAGE")).toEqual({ line: "B1_VENDOR_USAGE", change: { amount: "-600.00" }, running: expect.anything(), volume: { amount: "-1600.00" }, rate: { amount: "1000.00" } });
    expect((await must(finance, BRIDGE, { from: "2025-10", to: "2025-11", kind: "PERIOD" })).ebitBridge).toMatchObject({ to: null, steps: [], missing: ["2025-11 holds no usage and no cost."] });
  });
});

describe("a signed month", () => {
  it("is signed by somebody who did not close it, by the hash that was looked at, and then stays", async () => {
    const { hash } = (await pnl(finance)).periods[0];
    expect(await refused(controller, SIGN, { period: "2025-10", hash })).toEqual(["PERIOD_OPEN", "period"]);
    await close(server, "2025-10");
    const closed = await pnl(finance);
    expect(closed.periods[0]).toMatchObject({ status: "CLOSED", hash });
    const before = await rowCounts(server);
    expect(await refused(controller, SIGN, { period: "2025-10", hash })).toEqual(["SAME_PERSON", "period"]);
    expect(await refused(finance, SIGN, { period: "2025-10", hash: "0".repeat(64) })).toEqual(["CONFLICT", "hash"]);
    expect((await pnl(executive)).rows[0].missing).toEqual(["2025-10 is not signed."]);
    expect(await rowCounts(server)).toEqual(before);
    expect((await must(finance, SIGN, { input: { period: "2025-10", hash } })).signProgrammePnl.statement).toEqual({ version: 1, hash, forExecutives: true, signedBy: "test-finance" });
    expect((await must(finance, SIGN, { input: { period: "2025-10", hash } })).signProgrammePnl.statement.version).toBe(1);
    expect((await pnl(finance, { groupBy: ["USE_CASE"] })).rows).toEqual((await pnl(finance, { groupBy: ["USE_CASE"], live: true })).rows);
  });

  it("shows executives the programme's lines as finance has them, and none that tells few units", async () => {
    const [whole] = (await pnl(finance)).rows;
    const { rows: [seen], periods } = await pnl(executive);
    expect(seen).toMatchObject({ businessUnit: null, useCase: null, ebit: { amount: "-7394.40" } });
    const shown = seen.lines.filter(({ amount }: { amount: unknown }) => amount !== null);
    for (const { line, amount } of shown) expect([line, amount.amount]).toEqual([line, amountIn(whole, line)]);
    const names = shown.map(({ line }: { line: string }) => line);
    for (const line of ["A_RECOGNISED_BENEFIT", "B_DIRECT", "C_SHARED", "D_AMORTISATION", "EBIT_CONTRIBUTION", "E_PROGRAMME_MANAGEMENT"]) expect(names).toContain(line);
    // Margin and bad debt are of one unit each, non-cashable benefit of two.
    for (const line of ["A2_MARGIN", "A3_OTHER_EBIT", "MEMO_NON_CASHABLE", "MEMO_ECONOMIC_VALUE", "MEMO_CUMULATIVE_INVESTMENT"]) expect(names).not.toContain(line);
    expect(periods[0]).toMatchObject({ hash: null, signedHash: null, signedBy: null, signedVersion: 1 });
    const lead = (await pnl(server.as("PROGRAMME_LEAD"))).rows[0];
    expect([lead.ebit, lead.lines.some(({ line }: { line: string }) => /^A|EBIT|ECONOMIC/.test(line)), amountIn(lead, "C_SHARED")]).toEqual([null, false, "-60000.00"]);
  });

  it("is exported to everybody as the API answers it to them", async () => {
    const file = "programme_pnl.json?from=2025-10&to=2025-11&fields=scenario,source,line,amount,signed_version,status";
    const lines = async (actor: Actor, scenario = "ACTUAL") => (await pnl(actor, { scenario })).rows[0].lines.map(({ line, amount }: Row["lines"][number]) => [line, amount?.amount ?? null]);
    const rows = async (actor: Actor) => (await exported(server, actor, file)) as Array<Record<string, string | null>>;
    const whole = await rows(finance);
    for (const scenario of ["ACTUAL", "BUDGET", "OUTLOOK"]) expect(whole.filter((row) => row.scenario === scenario).map(({ line, amount }) => [line, amount])).toEqual(await lines(finance, scenario));
    expect(new Set(whole.map(({ source, signed_version, status }) => `${source} ${signed_version} ${status}`))).toEqual(new Set(["ACTUAL 1 final", "BUDGET 1 null final", "ACTUAL null final"]));
    for (const actor of [executive, server.as("STEERING"), server.as("PROGRAMME_LEAD")]) expect((await rows(actor)).map(({ scenario, line, amount }) => [scenario, line, amount])).toEqual((await lines(actor)).map((line: unknown[]) => ["ACTUAL", ...line]));
    expect(((await exported(server, executive, "programme_pnl.json?from=2025-11&to=2025-12")) as Array<Record<string, string | null>>).map(({ amount, missing }) => `${amount} ${missing}`)).toEqual(Array(31).fill("null 2025-11 is not signed."));
    expect(await exported(server, finance, "programme_pnl.json?from=2020-01")).toBe(400);
    for (const role of ["BUSINESS_UNIT", "OPERATOR", "ADMIN"] as const) expect(await exported(server, server.as(role, role === "BUSINESS_UNIT" ? { businessUnits: ["retail"] } : {}), file)).toBe(403);

    const bridges = (await exported(server, finance, "ebit_bridge.json?from=2025-10&to=2025-12")) as Array<Record<string, string | null>>;
    const { ebitBridge } = await must(finance, BRIDGE, { ...OCTOBER, kind: "PLAN" });
    expect(bridges.filter(({ period, kind }) => period === "2025-10" && kind === "PLAN").map((row) => ({ line: row.line, change: { amount: row.change }, running: { amount: row.running }, volume: row.volume_change && { amount: row.volume_change }, rate: row.rate_change && { amount: row.rate_change } }))).toEqual(ebitBridge.steps);
    expect(bridges.filter(({ period, kind }) => period === "2025-11" && kind === "PERIOD").map(({ step_no, line, from_amount, to_amount, missing }) => [Number(step_no), line, from_amount, to_amount, missing])).toEqual([[0, null, "-7394.40", null, "2025-11 holds no usage and no cost."]]);
    expect(await exported(server, executive, "ebit_bridge.json")).toBe(403);
  });

  it("is the same in the views for BI tools, signed and not, however many months are worked out at once", async () => {
    const [programme] = await server.sql<Programme>("select id, code, name, currency, time_zone as \"timeZone\" from tenancy.programme");
    const scope = { principal: { subject: "views", role: "FINANCE" as const, programme: programme!.code, businessUnits: [] }, programme: programme!, reach: "programme" as const, unitIds: [] };
    const nowMs = server.clock.now();
    await server.installation.database.withTenant(scope, async (tx) => {
      await refreshViews(tx, recordAudit, nowMs);
      for (const dataset of [programmePnl, ebitBridge]) {
        const whole = await dataset.facts(tx, { period: null, from: null, to: null, nowMs });
        const kept = await tx.query<{ part: string; facts: unknown[] }>("select part, facts from exports.kept_rows where dataset = $1 and part <> '' order by part, piece", [dataset.name]);
        const months = [...new Set(whole.map(({ period }) => period!))].sort();
        expect([dataset.name, kept.map(({ part }) => part)]).toEqual([dataset.name, months]);
        for (const { part, facts } of kept) {
          expect([part, facts]).toEqual([part, JSON.parse(bindFacts(whole.filter(({ period }) => period === part)))]);
          expect([part, await dataset.facts(tx, { period: null, from: `${part}-01`, to: `${shiftPeriod(part, 1)}-01`, nowMs })]).toEqual([part, whole.filter(({ period }) => period === part)]);
        }
      }
      const signed = await tx.query("select distinct k.part, f ->> 'signed_version' as version from exports.kept_rows k, jsonb_array_elements(k.facts) f where k.dataset = 'programme_pnl' and f ->> 'signed_version' is not null");
      expect(signed).toEqual([{ part: "2025-10", version: "1" }]);
    });
  });

  it("does not let one unit be granted where that would tell the other two", async () => {
    const before = await rowCounts(server);
    const grant = { subject: "chief", businessUnit: "claims", from: "2025-10", to: "2025-10", reason: "board" };
    expect(await refused(finance, GRANT, grant)).toEqual(["CONFLICT", "businessUnit"]);
    expect(await refused(finance, GRANT, { ...grant, businessUnit: "nowhere" })).toEqual(["NOT_FOUND", "businessUnit"]);
    expect(await refused(finance, GRANT, { ...grant, subject: "test-finance" })).toEqual(["SAME_PERSON", "subject"]);
    expect(await rowCounts(server)).toEqual(before);
  });

  it("keeps its figures when benefits, assets and groups come later, which the next month tells", async () => {
    const before = [await pnl(finance, { groupBy: ["USE_CASE"] }), await pnl(executive), await pnl(finance, { live: true })].map(({ rows, periods }) => JSON.stringify([rows, periods]));
    await must(server.as("ADMIN"), CREATE_UNIT, { input: { code: "legal", name: "Legal" } });
    await book("office", "2025-11", "1.00", "office-11");
    await must(finance, mutation("claimBenefit", "row { version }"), { input: { benefit: "bad-debt", period: "2025-10", currency: "USD", ledgerLine: "4711", method: "AMOUNT", tier: "B", confidence: "0.80", cashableShare: "1", figures: [{ name: "AMOUNT", value: "9000", evidence: "ledger" }], revises: 1, reason: "more" } });
    await must(controller, "mutation($input: DecideBenefitInput!) { signOffBenefit(input: $input) { userErrors { code message } } }", { input: { benefit: "bad-debt", period: "2025-10", version: 2 } });
    await must(finance, IMPLEMENT, { input: { useCase: "triage", period: "2025-10", category: "CODING", amount: "36.00", currency: "USD", externalId: "late" } });
    await must(finance, IMPLEMENT, { input: { useCase: "triage", period: "2025-10", category: "TRAINING", amount: "7.00", currency: "USD", externalId: "late-training" } });
    const after = [await pnl(finance, { groupBy: ["USE_CASE"] }), await pnl(executive), await pnl(finance, { live: true })].map(({ rows, periods }) => JSON.stringify([rows, periods]));
    expect(after).toEqual(before);
    const [november] = (await pnl(finance, { from: "2025-11", to: "2025-11" })).rows;
    // 36 over 36 months from October on, two of them by now; 1,000 x 0.5 x 0.8 more of bad debt; of November itself nothing is claimed yet.
    expect(["A3_OTHER_EBIT", "B5_IMPLEMENTATION_EXPENSED", "D_AMORTISATION", "MEMO_CAPEX_CASH"].map((line) => amountIn(november, line))).toEqual([null, "-7.00", "-10002.00", "36.00"]);
    expect((await must(finance, RECONCILE, { period: "2025-11" })).programmeReconciliation.checks[2]).toMatchObject({ holds: true, left: { amount: "400.00" }, terms: [{ name: "signed-off ladder rows", amount: { amount: "400.00" } }, { name: "eliminations" }] });
    expect((await must(finance, RECONCILE, { period: "2025-10" })).programmeReconciliation).toMatchObject({ holds: true, changedSinceSigned: false });
  });

  it("lets a view of a unit be granted for months to come, and ends it at once", async () => {
    const { grantUnitPnl: { grant } } = await must(finance, GRANT, { input: { subject: "chief", businessUnit: "claims", from: "2025-11", to: "2026-03", reason: "board" } });
    const november = { from: "2025-11", to: "2025-11", groupBy: ["BUSINESS_UNIT"] };
    expect((await pnl(executive, november)).rows.map(({ businessUnit }: { businessUnit: string }) => businessUnit)).toEqual([]);
    expect((await executive.ask(PNL, { ...OCTOBER, groupBy: ["BUSINESS_UNIT"] })).errors![0]!.extensions.code).toBe("FORBIDDEN");
    expect((await server.as("EXECUTIVE", { subject: "another" }).ask(PNL, november)).errors![0]!.extensions.code).toBe("FORBIDDEN");
    await must(finance, REVOKE, { input: { grant: grant.id, reason: "over" } });
    expect((await executive.ask(PNL, november)).errors![0]!.extensions.code).toBe("FORBIDDEN");
    expect((await must(finance, "{ unitPnlGrants { subject businessUnit revokedBy } }")).unitPnlGrants).toEqual([{ subject: "chief", businessUnit: "claims", revokedBy: "test-finance" }]);
    expect(await server.sql("select action from governance.audit_entry where subject_kind in ('UnitPnlGrant', 'ProgrammePnl') order by sequence")).toEqual(["signProgrammePnl", "grantUnitPnl", "revokeUnitPnl"].map((action) => ({ action })));
  });

  it("takes groups of three units and leaves out none or three", async () => {
    expect(await refused(finance, GROUPS, { groups: [{ code: "front", name: "Front", businessUnits: ["claims", "retail", "support"] }] })).toEqual(["BAD_USER_INPUT", "groups"]);
    expect(await refused(finance, GROUPS, { groups: [{ code: "front", name: "Front", businessUnits: ["claims", "retail"] }] })).toEqual(["BAD_USER_INPUT", "groups.0.businessUnits"]);
  });

  it("takes a retirement in the first open month: what is left is an impairment on its own line", async () => {
    const retired = (await must(finance, RETIRE, { input: { useCase: "helpdesk", period: "2025-11", reason: "stopped" } })).retireAsset.asset;
    expect([retired.retiredIn, retired.months.at(-1)]).toEqual(["2025-11", { period: "2025-11", amortisation: { amount: "3000.00" }, impairment: { amount: "102000.00" } }]);
    expect(await refused(finance, RETIRE, { useCase: "triage", period: "2025-10", reason: "stopped" })).toEqual(["PERIOD_CLOSED", "period"]);
    expect(amountIn((await pnl(finance, { from: "2025-11", to: "2025-11" })).rows[0], "I_IMPAIRMENT")).toBe("-102000.00");
  });
});

const auditor = (programme: string) => server.installation.scopes.resolve({ subject: "auditor", role: "AUDITOR", programme, businessUnits: [] });
const proved = async (programme: string) => server.installation.database.withTenant(await auditor(programme), (tx) => verifyProgrammePnl(tx, { code: "USD", exponent: 2 }, readBenefits));

describe("a business case", () => {
  it("that is planned anew, gamed or retired changes no signed and no posted figure by a byte", async () => {
    const books = async (): Promise<string> => JSON.stringify([
      ...(await Promise.all([
        pnl(finance, { to: "2025-11", groupBy: ["PERIOD", "USE_CASE"] }), pnl(finance, { to: "2025-11", groupBy: ["PERIOD", "USE_CASE"], live: true }), pnl(executive), pnl(finance, { scenario: "BUDGET" }),
        must(finance, RECONCILE, { period: "2025-10" }), must(finance, BRIDGE, { ...OCTOBER, kind: "PLAN" }),
      ])),
      await server.sql("select (select json_agg(s order by version) from programme.statement s) as signed, (select json_agg(c order by position) from programme.statement_cell c) as cells, (select json_agg(a order by group_code, line) from programme.statement_aggregate a) as aggregates, (select json_agg(e order by id) from costs.cost_entry e) as costs, (select json_agg(c order by benefit_id, version) from benefits.claim c) as claims"),
    ]);
    const before = await books();
    const flows = (benefit: string) => [{ period: "2025-10", category: "IMPLEMENTATION", amount: "180000" }, ...["2025-10", "2026-10"].map((period) => ({ period, category: "COST_REDUCTION", amount: benefit }))];
    const propose = (benefit: string, more: Record<string, unknown> = {}) => must(finance, mutation("proposeBusinessCase", "businessCase { version status }"), { input: { useCase: "triage", currency: "USD", startMonth: "2025-10", discountRatePercent: "8", sponsor: "Claims", budgetHolder: "Head of claims", problem: "Callers wait", problemMetric: "Seconds", flows: flows(benefit), ...more } });
    const approve = (version: number) => must(controller, mutation("approveBusinessCase", "businessCase { status }"), { input: { useCase: "triage", version } });
    const after: string[] = [];
    for (const act of [
      () => propose("200000"), () => approve(1), () => propose("999999999", { reason: "gaming", discountRatePercent: "0" }), () => approve(2), () => propose("1", { reason: "planned anew" }), () => approve(3),
      () => must(finance, mutation("retireBusinessCase", "businessCase { status }"), { input: { useCase: "triage", reason: "replaced" } }),
    ]) {
      after.push(Object.values(await act()).map((answer) => (answer as { businessCase: { status: string } }).businessCase.status).join());
      if (/APPROVED|RETIRED/.test(after.at(-1)!)) expect(await books()).toBe(before);
    }
    expect(after).toEqual(["DRAFT", "APPROVED", "DRAFT", "APPROVED", "DRAFT", "APPROVED", "RETIRED"]);
  });
});

describe("a standard rate", () => {
  const norm: Door = { as: (role, options = {}) => server.as(role, { ...options, programme: "norm" }) };
  const LINES = ["C1_PLATFORM_CONTRACT", "C_SHARED", "G_UNALLOCATED", "H_RECOVERY_VARIANCE", "PROGRAMME_EBIT"];
  const shown = async (from: string, to = from) => {
    const { rows, periods } = await pnl(norm.as("FINANCE"), { from, to });
    return { hash: periods[0].hash as string, lines: LINES.map((line) => amountIn(rows[0], line)) };
  };
  const shared = async (period: string) => {
    const { holds, checks } = (await must(norm.as("FINANCE"), RECONCILE, { period })).programmeReconciliation;
    return [holds, checks[0].left.amount, checks[0].terms.map(({ name, amount }: { name: string; amount: { amount: string } }) => `${name} ${amount.amount}`)];
  };
  const cost = (period: string, amount: string, externalId: string) => must(norm.as("FINANCE"), BOOK, { input: { pool: "platform", period, amount, currency: "USD", externalId } });
  const second = () => norm.as("FINANCE", { subject: "controller" });

  it("recovers 64,000 of 60,000: the 4,000 beyond cost stand in H, and the programme bears the cost", async () => {
    await createAcme(norm, { code: "norm" });
    await must(norm.as("FINANCE"), CREATE_POOL, { input: { code: "platform", name: "Platform", kind: "PLATFORM_CONTRACT" } });
    await must(norm.as("FINANCE"), POLICY, { input: { framework: "ASC 350-40", effectiveFrom: "2025-10", treatments: categories([]) } });
    await must(second(), APPROVE_POLICY, { input: { version: 1 } });
    await report(integration(norm), october());
    await cost("2025-10", "60000.00", "october");
    await agree(norm, [{ pool: "platform", parts: [{ method: "RATE", driver: "CONNECTED_SECONDS", rate: "0.32", ratePer: "60", rateCurrency: "USD" }] }]);
    await must(norm.as("FINANCE"), ALLOCATE, { input: { period: "2025-10" } });
    const open = await shown("2025-10");
    expect(open.lines).toEqual(["-64000.00", "-64000.00", "0.00", "4000.00", "-60000.00"]);
    await close(norm, "2025-10");
    expect(await shown("2025-10")).toEqual(open);
    expect(await shared("2025-10")).toEqual([true, "60000.00", ["charged to claims 38400.00", "charged to retail 12000.00", "charged to support 13600.00", "unallocated 0.00", "over-recovery -4000.00"]]);
  });

  it("is trued up by a later month: in its C and, the other way round, in its H, never in G", async () => {
    const before = await shown("2025-10");
    const span = { pool: "platform", from: "2025-10", to: "2025-10", reason: "end of quarter" };
    await must(norm.as("FINANCE"), mutation("proposeTrueUp", "trueUp { number }"), { input: span });
    expect((await must(second(), mutation("postTrueUp", "trueUp { period amount { amount } }"), { input: { number: 1 } })).postTrueUp.trueUp).toEqual({ period: "2025-11", amount: { amount: "-4000.00" } });
    // Nothing was used and nothing was booked in November by now.
    expect((await shown("2025-11")).lines).toEqual(["4000.00", "4000.00", "0.00", "-4000.00", "0.00"]);
    expect(await shared("2025-11")).toEqual([true, "0.00", ["charged to claims -2400.00", "charged to retail -750.00", "charged to support -850.00", "unallocated 0.00", "over-recovery 4000.00"]]);
    await report(integration(norm), spoke("helpdesk", 1, 10_000, "11"));
    await cost("2025-11", "5000.00", "november");
    await cost("2025-10", "100.00", "late for October");
    await must(norm.as("FINANCE"), ALLOCATE, { input: { period: "2025-11" } });
    await close(norm, "2025-11");
    // 3,200 recovered of 5,000, and nothing of October's 100 that came late.
    expect((await shown("2025-11")).lines).toEqual(["800.00", "800.00", "0.00", "-5900.00", "-5100.00"]);
    expect(await shared("2025-11")).toEqual([true, "5100.00", ["charged to claims -2400.00", "charged to retail -750.00", "charged to support 2350.00", "unallocated 0.00", "over-recovery 5900.00"]]);
    await cost("2025-11", "40.00", "late for November");
    await must(norm.as("FINANCE"), "mutation($input: RequestRestatementInput!) { requestRestatement(input: $input) { userErrors { code message } } }", { input: { period: "2025-11", reason: "an invoice came late" } });
    await must(second(), "mutation { restatePeriod(input: { period: \"2025-11\" }) { userErrors { code message } } }");
    expect((await shown("2025-11")).lines).toEqual(["800.00", "800.00", "0.00", "-5940.00", "-5140.00"]);
    expect((await shared("2025-11"))[0]).toBe(true);
    expect(await shown("2025-10")).toEqual(before);
    // Two months together: what is charged, what is still carried, and what was booked.
    const { recoveryVariance } = await must(norm.as("FINANCE"), "{ recoveryVariance(from: \"2025-10\", to: \"2025-11\") { carried { amount } } }");
    expect(recoveryVariance.map(({ carried }: { carried: { amount: string } }) => carried.amount)).toEqual(["0.00", "-1940.00"]);
    expect((await shown("2025-10", "2025-11")).lines).toEqual(["-63200.00", "-63200.00", "0.00", "-1940.00", "-65140.00"]);
    expect(await proved("norm")).toMatchObject({ differing: 0, compared: expect.stringMatching(/^2 closed months, /) });
  });
});

describe("the proofs", () => {
  const verified = async () => {
    for await (const proof of verifyProgramme(server.installation.database, await auditor("acme"))) if (proof.name.startsWith("programme P&L")) return proof;
    throw new Error("not proved");
  };

  it("hold over the ledgers and what was signed, and see a figure that was changed", async () => {
    expect(await verified()).toMatchObject({ differing: 0, compared: expect.stringMatching(/^1 closed months, 1 signed statements, /) });
    await server.sql("update programme.statement_aggregate set amount_minor = amount_minor + 1 where line = 'C_SHARED'");
    expect((await proved("acme")).differences[0]).toMatch(/executives' C_SHARED = finance's = sum of unit views: off by 0.01/);
    await server.sql("update programme.statement_aggregate set amount_minor = amount_minor - 1 where line = 'C_SHARED'");
    await server.sql("update programme.statement_cell set amount_minor = amount_minor + 1 where line = 'E_PROGRAMME_MANAGEMENT'");
    expect((await proved("acme")).differences.join(" ")).toMatch(/its stored figures are not those that were signed/);
    await server.sql("update programme.statement_cell set amount_minor = amount_minor - 1 where line = 'E_PROGRAMME_MANAGEMENT'");
  });

  it("are read under a role that reaches no business case and writes nothing", async () => {
    const programme = (await server.installation.scopes.programme("acme"))!;
    const scope = { principal: { subject: "x", role: "FINANCE" as const, programme: "acme", businessUnits: [] }, programme, reach: "programme" as const, unitIds: [] };
    const reading = (reader: "CASES" | "PROGRAMME", sql: string) => server.installation.database.withTenant(scope, (tx) => tx.readingAs(reader, () => tx.query(sql)));
    expect(await reading("PROGRAMME", "select count(*) from programme.statement")).toEqual([{ count: "1" }]);
    await expect(reading("CASES", "select count(*) from programme.statement")).rejects.toThrow(/permission denied/);
    await expect(reading("PROGRAMME", "delete from programme.unit_grant")).rejects.toThrow(/permission denied/);
  });
});
