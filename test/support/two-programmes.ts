import { connectionRef } from "../../src/metering";
import { ALLOCATE, UNITS, bookAndAgree, call, createAcme, integration, must, report } from "./builders";
import { Actor, TestServer } from "./server";

/** The same server as seen by people of another programme. */
export function inProgramme(server: TestServer, programme: string): TestServer {
  return { ...server, as: (role, options) => server.as(role, { programme, ...options }) };
}

/** A name of everything that an argument may take: codes, ids and positions that belong together. */
export interface Names {
  readonly unit: string;
  readonly useCase: string;
  readonly pool: string;
  readonly period: string;
  readonly version: number;
  readonly run: string;
  readonly eventId: string;
  /** A provider's connection by its opaque name, and the id of its key. */
  readonly connection: string;
  readonly key: string;
  /** Opaque id of an alert on the unit's budget. */
  readonly alert: string;
  /** Opaque id of what lets an executive see the case of the first use case. */
  readonly grant: string;
  /** An accrual by its name. */
  readonly accrual: string;
  /** A closed month whose statements wait, and one whose statements are all accepted. */
  readonly statementPeriod: string;
  readonly acceptedPeriod: string;
  /** External id of the journal of the month whose statements wait. */
  readonly journal: string;
  /** A closed month that got cost since. */
  readonly latePeriod: string;
  /** Hash of the accepted month's statement of profit and loss, and a grant of a unit's column. */
  readonly pnlHash: string;
  readonly unitGrant: string;
  /** Opaque ids by type. */
  readonly nodes: Readonly<Record<string, string>>;
}

/** Opaque id of an object, as the API writes it. */
export const idOf = (type: string, key: string): string => Buffer.from(`${type}:${key}`).toString("base64url");

const NEVER = "00000000-0000-4000-8000-000000000000";

/** Names of nothing at all. */
export const MISSING: Names = {
  unit: "nowhere", useCase: "no-such-case", pool: "no-such-pool", period: "2019-07", version: 99, run: idOf("AllocationRun", NEVER), eventId: "never-sent", connection: connectionRef("acme", NEVER), key: NEVER, alert: idOf("BudgetAlert", NEVER), grant: idOf("BusinessCaseGrant", NEVER), accrual: "no-such-accrual", statementPeriod: "2019-07", acceptedPeriod: "2019-07", journal: "acme-2019-07-J1", latePeriod: "2019-07", pnlHash: "0".repeat(64), unitGrant: NEVER,
  nodes: Object.fromEntries([...["Programme", "BusinessUnit", "UseCase", "UsageEvent", "CostPool", "CostEntry", "AllocationRun", "RatingRun", "Statement", "StatementLine", "Correction"].map((type) => [type, idOf(type, NEVER)]), ["Period", idOf("Period", "2019-07")], ["AllocationPolicy", idOf("AllocationPolicy", "99")]]),
};

/** Two programmes with usage, cost, policies, a run, statements, a proposed correction and a batch to backfill (named like the pool) each. The second has codes, a month and a policy version that the first has not. */
export async function createTwoProgrammes(server: TestServer): Promise<{ own: Names; other: Names; foreign: Names }> {
  await createAcme(server);
  await fill(server, ["retail", "claims", "support"], ["order-status", "triage", "helpdesk"], "platform", "2025-10");
  await issueMonth(server, "acme", "platform-direct", ["order-status", "triage", "helpdesk"], "2025-08");
  await postMonth(server, "platform-direct", "2025-08");
  await acceptAll(server, [...UNITS], await issueMonth(server, "acme", "platform-direct", ["order-status"], "2025-07"));
  await closeAndBookLate(server, "2025-06");
  await carryVariance(server, "2025-05");
  const globex = inProgramme(server, "globex");
  await createAcme(server, { code: "globex" });
  const admin = globex.as("ADMIN");
  for (const unit of ["freight", "harbour", "customs"]) {
    await must(admin, CREATE_UNIT, { input: { code: unit, name: `Unit ${unit}` } });
    await must(admin, CREATE_USE_CASE, { input: { code: `${unit}-calls`, name: `Calls of ${unit}`, businessUnit: unit } });
  }
  await fill(globex, ["freight", "harbour", "customs"], ["freight-calls", "harbour-calls", "customs-calls"], "hangar", "2024-03");
  await issueMonth(globex, "globex", "hangar-direct", ["freight-calls", "harbour-calls"], "2024-02");
  await postMonth(globex, "hangar-direct", "2024-02");
  await must(globex.as("FINANCE"), "mutation($input: ProposeAttributionModelInput!) { proposeAttributionModel(input: $input) { userErrors { code message } } }", { input: { pool: "hangar-savings", effectiveFrom: "2030-01", shares: [{ project: "voice-ai", share: "0.7" }], evidence: "a paper" } });
  await must(globex.as("FINANCE"), "mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version } userErrors { code message } } }", { input: { effectiveFrom: "2030-01", rules: [{ pool: "hangar", parts: [{ driver: "CALLS" }] }] } });
  return {
    own: await namesOf(server, "acme", "retail", "order-status", "platform", "2025-10", 1, ["2025-08", "2025-07", "2025-06"]),
    other: await namesOf(server, "acme", "claims", "triage", "platform", "2025-10", 1, ["2025-08", "2025-07", "2025-06"]),
    foreign: await namesOf(server, "globex", "freight", "freight-calls", "hangar", "2024-03", 2, ["2024-02", "2024-01", "2023-12"]),
  };
}

export const CREATE_UNIT = "mutation($input: CreateBusinessUnitInput!) { createBusinessUnit(input: $input) { businessUnit { code } userErrors { code message } } }";
export const CREATE_USE_CASE = "mutation($input: CreateUseCaseInput!) { createUseCase(input: $input) { useCase { code } userErrors { code message } } }";
export const CREATE_POOL = "mutation($input: CreateCostPoolInput!) { createCostPool(input: $input) { pool { code } userErrors { code message } } }";
export const BOOK = "mutation($input: BookCostInput!) { bookCost(input: $input) { entry { id amount { amount currency } } userErrors { code message field } } }";

async function fill(server: TestServer, units: string[], useCases: string[], pool: string, period: string): Promise<void> {
  const day = `${period}-10T14`;
  const events = useCases.flatMap((useCase) => [
    call(`${useCase}-1`, { useCase, costItems: [{ component: "PLATFORM", amount: "1.00", currency: "USD", basis: "REPORTED" }], connectedAt: `${day}:00:00.000Z`, endedAt: `${day}:01:00.000Z` }),
    call(`${useCase}-2`, { useCase, connectedAt: `${day}:10:00.000Z`, endedAt: `${day}:11:00.000Z` }),
  ]);
  await report(integration(server, units), [...events, call(`held-${pool}`, { useCase: null, connectedAt: null, connectedMs: 0, status: "BUSY", endedAt: `${day}:30:00.000Z` })]);
  await bookAndAgree(server, { pool, period });
  await must(server.as("FINANCE"), CREATE_POOL, { input: { code: `${pool}-direct`, name: "Direct", kind: "DIRECT" } });
  await must(server.as("FINANCE"), BOOK, { input: { pool: `${pool}-direct`, period, amount: "12.00", currency: "USD", externalId: `direct-${period}`, useCase: useCases[0] } });
  await must(server.as("FINANCE"), "mutation($input: BookAccrualInput!) { bookAccrual(input: $input) { userErrors { code message } } }", { input: { pool, period, amount: "3.00", currency: "USD", externalId: `accrual-${pool}`, reason: "expected", source: "an order" } });
  await must(server.as("FINANCE"), "mutation($input: SetRatingRulesInput!) { setRatingRules(input: $input) { userErrors { code message } } }", { input: { reportedPool: `${pool}-direct`, reason: "because" } });
  await must(server.as("FINANCE"), "mutation($period: PeriodKey!) { ratePeriod(input: { period: $period }) { userErrors { code message } } }", { period });
  const card = { vendor: "acme-voice", component: "PLATFORM", unit: "MINUTE", currency: "USD", effectiveFrom: "2026-01", tiers: [{ price: "0.06" }], pool: `${pool}-direct` };
  await must(server.as("FINANCE"), "mutation($input: ProposeRateCardInput!) { proposeRateCard(input: $input) { userErrors { code message } } }", { input: card });
  await must(server.as("FINANCE"), "mutation($input: BookVendorStatementInput!) { bookVendorStatement(input: $input) { userErrors { code message } } }", { input: { vendor: "acme-voice", period, externalId: "nothing-due", currency: "USD", total: "0", lines: [] } });
  await must(server.as("FINANCE"), ALLOCATE, { input: { period } });
  const vouched = [call(`lost-${pool}`, { useCase: useCases[0], connectedAt: `${day}:00:00.000Z`, endedAt: `${day}:01:00.000Z` })];
  await must(server.as("FINANCE"), "mutation($input: AddToBackfillInput!) { addToBackfill(input: $input) { userErrors { code message } } }", { input: { name: pool, source: "test://source", events: vouched } });
  const amendment = { kind: "AMEND", eventIds: [`${useCases[0]}-2`], patch: { intent: "known" }, reason: "because" };
  await must(server.as("FINANCE"), "mutation($input: ProposeCorrectionInput!) { proposeCorrection(input: $input) { userErrors { code message } } }", { input: amendment });
  for (const businessUnit of units) await must(server.as("FINANCE"), "mutation($input: SetBudgetInput!) { setBudget(input: $input) { userErrors { code message } } }", { input: { businessUnit, period, amount: "1.00", currency: "USD" } });
  await must(server.as("FINANCE"), "mutation($period: PeriodKey!) { evaluateBudgets(input: { period: $period }) { userErrors { code message } } }", { period });
  await must(server.as("FINANCE"), "mutation($input: ProposeFundingInput!) { proposeFunding(input: $input) { userErrors { code message } } }", { input: { useCase: useCases[0], effectiveFrom: period, lines: [{ cost: "RUN", funder: "CX", holder: "Someone" }] } });
  await must(server.as("FINANCE"), "mutation { proposeBudgetModel(input: { component: PROGRAMME_PNL, statement: \"as in the paper\" }) { userErrors { code message } } }");
  for (const useCase of useCases) await must(server.as("FINANCE"), PROPOSE_CASE, { input: casePlan(useCase) });
  await must(server.as("FINANCE"), "mutation($input: RequestTrancheInput!) { requestTranche(input: $input) { userErrors { code message } } }", { input: trancheOf(useCases[0]!, "G0") });
  await must(server.as("FINANCE"), "mutation($input: GrantBusinessCaseInput!) { grantBusinessCase(input: $input) { userErrors { code message } } }", { input: { useCase: useCases[0], subject: "test-executive", from: "2000-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", reason: "board" } });
  await connectRetell(server, units[0]!, useCases[0]!);
  await claimBenefits(server, useCases.slice(0, 2), pool, period);
  await fillProgramme(server, units[0]!, useCases[0]!);
  await must(server.as("ADMIN"), "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { userErrors { code message } } }", { input: { code: `bi-${pool}`, role: "BUSINESS_UNIT", businessUnits: [units[0]] } });
}

/** A capitalisation policy in effect, an asset, a budget and groups that wait, and a grant. */
async function fillProgramme(server: TestServer, unit: string, useCase: string): Promise<void> {
  const finance = server.as("FINANCE");
  const treatments = ["PRELIMINARY", "CONFIGURATION", "CODING", "INTEGRATION", "DATA_CONVERSION", "TRAINING", "CHANGE_MANAGEMENT", "SUPPORT"].map((category) => ({ category, treatment: "CAPITALISE" }));
  await must(finance, "mutation($input: ProposeCapitalisationPolicyInput!) { proposeCapitalisationPolicy(input: $input) { userErrors { code message } } }", { input: { framework: "IFRS", effectiveFrom: "2020-01", treatments } });
  await must(server.as("FINANCE", { subject: "second-person" }), "mutation { approveCapitalisationPolicy(input: { version: 1 }) { userErrors { code message } } }");
  await must(finance, "mutation($input: PutInServiceInput!) { putInService(input: $input) { userErrors { code message } } }", { input: { useCase, goLive: "2025-10", usefulMonths: 12, contractMonths: 12 } });
  await must(finance, "mutation($input: ProposeProgrammePlanInput!) { proposeProgrammePlan(input: $input) { userErrors { code message } } }", { input: { kind: "BUDGET", currency: "USD", lines: [{ period: "2025-10", line: "A2_MARGIN", amount: "1.00" }] } });
  await must(finance, "mutation { proposeExecutiveGroups(input: { groups: [] }) { userErrors { code message } } }");
  await must(finance, "mutation($input: GrantUnitPnlInput!) { grantUnitPnl(input: $input) { userErrors { code message } } }", { input: { subject: "somebody", businessUnit: unit, from: "2031-01", to: "2031-12", reason: "because" } });
}

/** A baseline, a benefit and a claim of each use case, on one benefit pool with a model that two people agreed on. */
export async function claimBenefits(server: TestServer, useCases: string[], pool: string, period: string): Promise<void> {
  const say = async (verb: string, input: Record<string, unknown>, subject?: string): Promise<void> =>
    void (await must(server.as("FINANCE", { subject }), `mutation($input: ${verb[0]!.toUpperCase()}${verb.slice(1)}Input!) { ${verb}(input: $input) { userErrors { code message } } }`, { input }));
  await say("defineBenefitPool", { code: `${pool}-savings`, name: "Savings", effectiveFrom: period, maximum: "100.00", currency: "USD", evidence: "a paper" });
  await say("proposeAttributionModel", { pool: `${pool}-savings`, effectiveFrom: period, shares: [{ project: "voice-ai", share: "0.8" }], evidence: "a paper" });
  await say("approveAttributionModel", { version: 1 }, "second-person");
  for (const useCase of useCases) {
    await say("captureBaseline", { useCase, from: "2023-01-01", to: "2023-03-31", measures: [{ metric: "cost", value: "5", unit: "a call", currency: "USD", source: "a report" }], evidence: "a paper", reconstructed: true });
    await say("lockBaseline", { useCase, version: 1 }, "second-person");
    await say("defineBenefit", { code: `${useCase}-benefit`, name: "Fewer calls", useCase, pool: `${pool}-savings`, kind: "COST_REDUCTION", step: "CONTAINMENT" });
    await say("claimBenefit", { benefit: `${useCase}-benefit`, period, currency: "USD", method: "AMOUNT", figures: [{ name: "AMOUNT", value: "80", evidence: "a paper" }], tier: "C", confidence: "0.5", cashableShare: "0" });
  }
  await must(server.as("FINANCE", { subject: "second-person" }), "mutation($input: DecideBenefitInput!) { signOffBenefit(input: $input) { userErrors { code message } } }", { input: { benefit: `${useCases.at(-1)}-benefit`, period, version: 1 } });
}

export const PROPOSE_CASE = "mutation($input: ProposeBusinessCaseInput!) { proposeBusinessCase(input: $input) { businessCase { version status } userErrors { code message } } }";
export const casePlan = (useCase: string): Record<string, unknown> => ({
  useCase, currency: "USD", startMonth: "2027-01", discountRatePercent: "8", sponsor: "Sponsor", budgetHolder: "Holder", problem: "Problem", problemMetric: "Metric", flows: [{ period: "2027-01", category: "IMPLEMENTATION", amount: "1000" }],
});
export const trancheOf = (useCase: string, gate: "G0" | "G1"): Record<string, unknown> => ({
  useCase, gate, evidence: (gate === "G0" ? ["PROBLEM_METRIC", "VOICE_TRAITS", "CASE_CLASS"] : ["FINANCE_POLICY", "PREREQUISITES", "CFO_UNIT_ECONOMICS", "CFO_PAYBACK", "CFO_RISK", "CFO_COMMERCIAL_AND_EXIT"]).map((item) => ({ item, reference: "paper" })),
});

/** A source that a provider pushes to by itself. */
export async function connectRetell(server: TestServer, unit: string, useCase: string): Promise<void> {
  await must(server.as("ADMIN"), "mutation($input: RegisterSourceInput!) { registerSource(input: $input) { userErrors { code message } } }", { input: { uri: "retell://matrix", name: "Retell", owner: "Voice", kind: "PLATFORM" } });
  const input = { provider: "RETELL", source: "retell://matrix", name: "Retell", businessUnits: [unit], routes: [{ field: "agent_id", value: "agent_1", useCase }] };
  await must(server.as("ADMIN"), "mutation($input: ConnectProviderInput!) { connectProvider(input: $input) { userErrors { code message } } }", { input });
}

/** Direct cost of a month, closed behind the API's back so that no other month is concerned, and its statements. Units pay for it. Answers their ids. */
async function issueMonth(server: TestServer, programme: string, pool: string, useCases: string[], period: string): Promise<string[]> {
  await server.sql("update tenancy.business_unit set chargeback_mode = 'CHARGEBACK' where programme_id = (select id from tenancy.programme where code = $1)", [programme]);
  for (const useCase of useCases) await must(server.as("FINANCE"), BOOK, { input: { pool, period, amount: "3.00", currency: "USD", externalId: `${useCase}-${period}`, useCase } });
  await server.sql(
    "update governance.period set status = 'CLOSED', closed_at = now(), cutoff = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' where key = $1 and programme_id = (select id from tenancy.programme where code = $2)",
    [period, programme],
  );
  const { issueStatements } = await must(server.as("FINANCE"), "mutation($input: IssueStatementsInput!) { issueStatements(input: $input) { statements { id } userErrors { code message } } }", { input: { period } });
  return issueStatements.statements.map(({ id }: { id: string }) => id);
}

/** An account mapping that two people agreed on, and the journal of a month by it. */
async function postMonth(server: TestServer, pool: string, period: string): Promise<void> {
  const input = { effectiveFrom: "2024-01", recovery: { account: "4900" }, rules: [{ pool, debit: { account: "6100", costCentre: "CC1" } }] };
  await must(server.as("FINANCE"), "mutation($input: ProposeAccountMappingInput!) { proposeAccountMapping(input: $input) { userErrors { code message } } }", { input });
  await must(server.as("FINANCE", { subject: "second-person" }), "mutation { approveAccountMapping(input: { version: 1 }) { userErrors { code message } } }");
  await must(server.as("FINANCE"), "mutation($input: GenerateJournalInput!) { generateJournal(input: $input) { userErrors { code message } } }", { input: { period, profile: "GENERIC" } });
}

/** A month of direct cost, closed behind the API's back, with cost that came after that. */
async function closeAndBookLate(server: TestServer, period: string): Promise<void> {
  const book = (externalId: string): Promise<unknown> => must(server.as("FINANCE"), BOOK, { input: { pool: "platform-direct", period, amount: "2.00", currency: "USD", externalId, useCase: "order-status" } });
  await book("in-time");
  await server.sql("update governance.period set status = 'CLOSED', closed_at = now(), hash = repeat('0', 64), cutoff = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' where key = $1", [period]);
  await server.sql("select pg_sleep(0.002)");
  await book("late");
}

/** A month, closed behind the API's back, in which a standard rate recovered 0.05 more of the pool than it cost. */
async function carryVariance(server: TestServer, period: string): Promise<void> {
  await server.sql("insert into governance.period (programme_id, key, starts_at, ends_at, status, closed_at, hash, cutoff) select programme_id, $1, starts_at - interval '31 days', starts_at, status, closed_at, hash, cutoff from governance.period where key = '2025-06'", [period]);
  await server.sql("insert into chargeback.adjustment (programme_id, period_key, origin_period_key, late_from, late_to, late_events, late_cost_entries, input_hash, result_hash, recorded_by) select programme_id, $1, $1, cutoff, cutoff + interval '1 second', 1, 0, '', '', 'test' from governance.period where key = $1", [period]);
  await server.sql("insert into chargeback.adjustment_pool (programme_id, period_key, origin_period_key, pool_id, amount_minor, allocated_minor, unallocated_minor, variance_minor) select programme_id, $1, $1, id, 0, 5, -5, -5 from costs.cost_pool where code = 'platform'", [period]);
  await server.sql("insert into chargeback.adjustment_line (programme_id, period_key, origin_period_key, pool_id, business_unit_id, use_case_id, amount_minor) select p.programme_id, $1, $1, p.id, u.id, c.id, 5 from costs.cost_pool p join tenancy.business_unit u using (programme_id) join tenancy.use_case c using (programme_id) where (p.code, u.code, c.code) = ('platform', 'retail', 'order-status')", [period]);
}

async function acceptAll(server: TestServer, businessUnits: string[], statements: string[]): Promise<void> {
  for (const statement of statements) await must(server.as("BUSINESS_UNIT", { businessUnits }), "mutation($input: AcceptStatementInput!) { acceptStatement(input: $input) { userErrors { code message } } }", { input: { statement } });
}

async function namesOf(server: TestServer, programme: string, unit: string, useCase: string, pool: string, period: string, version: number, [statementPeriod, acceptedPeriod, latePeriod]: [string, string, string]): Promise<Names> {
  const one = async (sql: string, ...parameters: unknown[]): Promise<string> => {
    const [row] = await server.sql<{ id: string }>(`with p as (select id from tenancy.programme where code = $1) ${sql}`, [programme, ...parameters]);
    return row!.id;
  };
  const keys = {
    Programme: await one("select id from p"),
    BusinessUnit: await one("select id from tenancy.business_unit where programme_id = (select id from p) and code = $2", unit),
    UseCase: await one("select id from tenancy.use_case where programme_id = (select id from p) and code = $2", useCase),
    UsageEvent: await one("select event_key as id from metering.usage_event where programme_id = (select id from p) and event_id = $2", `${useCase}-1`),
    CostPool: await one("select id from costs.cost_pool where programme_id = (select id from p) and code = $2", pool),
    CostEntry: await one("select id from costs.cost_entry where programme_id = (select id from p) and external_id = $2", `${pool}-${period}`),
    AllocationRun: await one("select id from allocation.run where programme_id = (select id from p)"),
    RatingRun: await one("select id from rating.run where programme_id = (select id from p)"),
    Statement: await one("select s.id from chargeback.statement s join tenancy.business_unit u on u.id = s.business_unit_id where s.programme_id = (select id from p) and u.code = $2 and s.period_key = $3", unit, statementPeriod),
    StatementLine: await one("select l.line_id as id from chargeback.statement_line l join chargeback.statement s on s.id = l.statement_id join tenancy.business_unit u on u.id = s.business_unit_id where s.programme_id = (select id from p) and u.code = $2 and s.period_key = $3", unit, statementPeriod),
    Correction: await one("select id from corrections.correction where programme_id = (select id from p)"),
    Period: period,
    AllocationPolicy: String(version),
  };
  const connection = await one("select id from metering.provider_connection where programme_id = (select id from p)");
  const alert = await one("select a.id from budgets.alert a join tenancy.business_unit u on u.id = a.business_unit_id where a.programme_id = (select id from p) and u.code = $2 order by a.raised_at, a.id limit 1", unit);
  const grant = await one("select id from business_cases.case_grant where programme_id = (select id from p) limit 1");
  const key = await one("select id from metering.provider_key where programme_id = (select id from p)");
  const unitGrant = await one("select id from programme.unit_grant where programme_id = (select id from p)");
  const { programmePnl } = await must(inProgramme(server, programme).as("FINANCE"), "query($period: PeriodKey!) { programmePnl(from: $period, to: $period) { periods { hash } } }", { period: acceptedPeriod });
  const nodes = Object.fromEntries(Object.entries(keys).map(([type, key]) => [type, idOf(type, key)]));
  return { unit, useCase, pool, period, version, run: nodes.AllocationRun!, eventId: `${useCase}-1`, connection: connectionRef(programme, connection), key, alert: idOf("BudgetAlert", alert), grant: idOf("BusinessCaseGrant", grant), accrual: `accrual-${pool}`, statementPeriod, acceptedPeriod, pnlHash: programmePnl.periods[0].hash, unitGrant, journal: `${programme}-${statementPeriod}-J1`, latePeriod, nodes };
}

/**
 * How many rows each table of the product holds. That a source pushed is noted also when nothing of it is taken, so the
 * notes of deliveries and the names of sources stand apart from what a refusal must not change.
 */
export async function rowCounts(server: TestServer): Promise<Record<string, number>> {
  // Planned once: a plan for all tables takes longer than counting what is in them.
  if (!counted.has(server.sql)) {
    const tables = await server.sql<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('tenancy', 'governance', 'metering', 'costs', 'allocation', 'chargeback', 'corrections', 'closing', 'rating', 'budgets', 'benefits', 'programme', 'journals', 'business_cases') and (schemaname, tablename) not in (('metering', 'delivery'), ('metering', 'source')) order by 1",
    );
    // Starting workers takes longer than counting so few rows.
    await server.sql("set max_parallel_workers_per_gather = 0");
    await server.sql(`prepare row_counts as ${tables.map(({ name }) => `select '${name}' as name, count(*) as count from ${name}`).join(" union all ")}`);
    counted.add(server.sql);
  }
  const rows = await server.sql<{ name: string; count: string }>("execute row_counts");
  return Object.fromEntries(rows.map(({ name, count }) => [name, Number(count)]));
}

/** Sessions that have the plan. */
const counted = new WeakSet<TestServer["sql"]>();

/** Somebody's answer with the names that they gave taken out, so that two answers can be compared. */
export function withoutNames(body: string, names: Names): string {
  let text = body;
  const longestFirst = [...Object.values(names.nodes), names.run, names.connection, names.key, names.alert, names.grant, names.unit, names.useCase, names.pool, names.period, names.eventId, names.statementPeriod, names.acceptedPeriod, names.latePeriod, names.accrual, names.pnlHash, names.unitGrant].sort((a, b) => b.length - a.length);
  for (const name of longestFirst) text = text.replaceAll(name, "<name>");
  return text.replaceAll(`version ${names.version}`, "version <name>");
}

/** A token's holder with the units that its role is bound to. */
export function actorOf(server: TestServer, role: Parameters<TestServer["as"]>[0], units: string[] = ["retail"]): Actor {
  return server.as(role, { businessUnits: ["BUSINESS_UNIT", "OPERATOR", "INTEGRATION"].includes(role) ? units : [] });
}
