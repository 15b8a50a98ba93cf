import { GraphQLObjectType, isObjectType } from "graphql";
import { buildPublicSchema } from "../../src/app/schema";
import { IMPLEMENTATION_CATEGORIES } from "../../src/costs";
import { DATASETS } from "../../src/exports/dataset-list.query";
import { ROLES, Role } from "../../src/tenancy";
import { call } from "../support/builders";
import { EXPECTED_ACCESS, EXPECTED_EXPORTS, EXPECTED_FIELDS, EXPECTED_NODES, Verdict } from "../support/expected-access";
import { Answer, TestServer, startTestServer } from "../support/server";
import { MISSING, Names, PROPOSE_CASE, actorOf, casePlan, createTwoProgrammes, inProgramme, rowCounts, trancheOf, withoutNames } from "../support/two-programmes";

/** Which names an argument is filled with: one's own, another unit's, nobody's, or another programme's. */
type Kind = "own" | "other" | "missing" | "foreign";

interface Question {
  readonly operation: string;
  readonly label: string;
  readonly query: string;
  readonly variables: (names: Names) => Record<string, unknown>;
  /** What the argument belongs to: a unit's are hidden from other units, a programme's from other programmes. */
  readonly belongsTo: "unit" | "programme" | "nobody";
  /** Says more than whole months of the whole programme. */
  readonly narrow?: boolean;
  /** Speaks of business units. */
  readonly byUnit?: boolean;
  /** A name that nothing has answers an empty list. */
  readonly emptyWhenMissing?: boolean;
  /** Type of the object that `node` is asked for. */
  readonly nodeType?: string;
  /** Asking it with one's own names would change the data for the questions after it. */
  readonly changes?: boolean;
}

const ask = (operation: string, label: string, belongsTo: Question["belongsTo"], query: string, variables: Question["variables"] = () => ({}), more: Partial<Question> = {}): Question =>
  ({ operation, label, belongsTo, query, variables, ...more });

const cursor = (...position: string[]): string => Buffer.from(JSON.stringify(position)).toString("base64url");
const WHERE_UNIT = { narrow: true, byUnit: true };
const EVENTS = "edges { node { id eventId businessUnit { code } useCase { code } } cursor } pageInfo { endCursor }";
const QUEUE = "rows { reason reportedUseCase reportedBusinessUnit source legs suggestedUseCase { code } suggestedBusinessUnit { code } suggestionReason } legs";
const OWNERS = "edges { node { kind reason movedLegs recordedBy moves { useCase { code } from { code } to { code closedFrom successor { code } } } } cursor }";
const STATEMENT = "id status businessUnit { code } total { amount } lines { id useCase { code } pool { code } amount { amount } } history { status subject } disputes { reason } versions { id }";
const BRIDGE = "sentence change { amount } businessUnit { code } effects { kind sentence amount { amount } parts { pool { code } useCase { code } sentence after { quantity unitQuantity total rate } } } byUseCase { useCase { code } from { amount } to { amount } } missing";
const PLAN = `query($unit: String!, $period: PeriodKey!, $plan: ChargePlanInput!) { planBridge(businessUnit: $unit, period: $period, plan: $plan) { ${BRIDGE} } }`;
const planned = (more: Record<string, unknown>): Record<string, unknown> => ({ unit: "retail", period: "2025-10", plan: { pools: [{ pool: "platform", amount: "1" }] }, ...more });
const ALLOCATION = "rows { businessUnit { code } useCase { code } pool { code } amount { amount } driverQuantity driverTotal } total { amount } allocated { amount } run { id }";
const simulated = (more: Record<string, unknown>): Record<string, unknown> => ({ input: { period: "2025-10", groupBy: ["BUSINESS_UNIT"], ...more } });

const BOOKING = { driver: "headcount", kind: "HEADCOUNT", unit: "people", period: "2027-01", holds: "PERIOD_ONLY", reason: "because" };
const rateCard = (pool: string): Record<string, unknown> => ({ vendor: "acme-voice", component: "PLATFORM", unit: "MINUTE", currency: "USD", effectiveFrom: "2027-01", tiers: [{ price: "0.06" }], pool });

const BUDGET_REPORT = "rows { businessUnit { code } useCase { code } actual { amount } budget { amount { amount } setBy } forecast { amount } missing } remarks";

const JOURNAL = "externalId debit { amount } lines(first: 5) { edges { node { businessUnit { code } useCase { code } pool { code } debit { amount } sources(first: 5) { edges { node { amount { amount } } } } } } } files { path } statements { id }";

const PNL = "rows { period businessUnit useCase group ebit { amount } lines { line amount { amount } } missing } periods { hash signedBy } missing";

const accounts = (rule: Record<string, unknown>): Record<string, unknown> => ({ effectiveFrom: "2027-01", recovery: { account: "4900" }, rules: [{ ...rule, debit: { account: "6100" } }] });

const PREVIEW = "query($input: PreviewCorrectionInput!) { previewCorrection(input: $input) { legs leftOut { eventId } effect { months { usage { businessUnit { code } useCase { code } } money { businessUnit { code } } } } } }";

const QUERIES: readonly Question[] = [
  ask("Query.viewer", "no argument", "nobody", "{ viewer { id subject role permissions } }"),
  ask("Query.programme", "no argument", "nobody", "{ programme { id code name } }"),
  ask("Query.apiKeys", "after", "nobody", "query($after: String) { apiKeys(first: 50, after: $after) { edges { node { code keyId businessUnits lastUsedAt } } } }", () => ({ after: cursor("a") })),
  ask("Query.businessUnits", "no argument", "nobody", "{ businessUnits(first: 50) { edges { node { id code name } } } }"),
  ask("Query.businessUnits", "after", "nobody", "query($after: String) { businessUnits(first: 50, after: $after) { edges { node { id code name } } } }", (names) => ({ after: cursor(names.unit) })),
  ask("Query.businessUnit", "code", "unit", "query($code: String!) { businessUnit(code: $code) { id code name } }", (names) => ({ code: names.unit })),
  ask("Query.useCases", "no argument", "nobody", "{ useCases(first: 50) { edges { node { id code name } } } }"),
  ask("Query.useCases", "where.businessUnit", "unit", "query($where: UseCaseWhere) { useCases(first: 50, where: $where) { edges { node { id code } } } }", (names) => ({ where: { businessUnit: [names.unit] } })),
  ask("Query.useCase", "code", "unit", "query($code: String!) { useCase(code: $code) { id code name } }", (names) => ({ code: names.useCase })),
  ask("Query.periods", "after", "nobody", "query($after: String) { periods(first: 50, after: $after) { edges { node { key status } } } }", () => ({ after: cursor("2000-01") })),
  ask("Query.period", "key", "programme", "query($key: PeriodKey!) { period(key: $key) { id key status from to } }", (names) => ({ key: names.period })),
  ...[...EXPECTED_NODES.keys()].map((type) =>
    ask("Query.node", type, ["BusinessUnit", "UseCase", "UsageEvent", "Statement", "StatementLine"].includes(type) ? "unit" : "programme", "query($id: ID!) { node(id: $id) { __typename id } }", (names) => ({ id: names.nodes[type] }), { nodeType: type }),
  ),
  ask("Query.usage", "where.period", "programme", "query($where: UsageWhere!) { usage(where: $where, groupBy: []) { rows { legs calls contacts } total { legs calls } } }", (names) => ({ where: { period: names.period } })),
  ask("Query.usage", "where.businessUnit", "unit", "query($where: UsageWhere!) { usage(where: $where, groupBy: []) { rows { legs } } }", (names) => ({ where: { businessUnit: [names.unit] } }), WHERE_UNIT),
  ask("Query.usage", "where.businessUnit, a list that ends badly", "unit", "query($where: UsageWhere!) { usage(where: $where, groupBy: []) { rows { legs } } }", (names) => ({ where: { businessUnit: ["retail", names.unit] } }), WHERE_UNIT),
  ask("Query.usage", "where.useCase", "unit", "query($where: UsageWhere!) { usage(where: $where, groupBy: [USE_CASE]) { rows { useCase { code } legs } } }", (names) => ({ where: { useCase: [names.useCase] } }), { narrow: true }),
  ask("Query.usage", "groupBy BUSINESS_UNIT", "nobody", "{ usage(where: {}, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } legs contacts } total { legs } } }", undefined, WHERE_UNIT),
  ask("Query.usagePeaks", "where.period", "programme", "query($where: UsageWhere!) { usagePeaks(where: $where, groupBy: []) { rows { maximum reachedAt } total { maximum } } }", (names) => ({ where: { period: names.period } })),
  ask("Query.usagePeaks", "where.businessUnit", "unit", "query($where: UsageWhere!) { usagePeaks(where: $where, groupBy: [], bucket: DAY) { rows { maximum } } }", (names) => ({ where: { businessUnit: [names.unit] } }), WHERE_UNIT),
  ask("Query.usagePeaks", "where.useCase", "unit", "query($where: UsageWhere!) { usagePeaks(where: $where, groupBy: [USE_CASE]) { rows { useCase { code } maximum } } }", (names) => ({ where: { useCase: [names.useCase] } }), { narrow: true }),
  ask("Query.usagePeaks", "groupBy BUSINESS_UNIT", "nobody", "{ usagePeaks(where: {}, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } maximum } } }", undefined, WHERE_UNIT),
  ask("Query.usageDurations", "where.period", "programme", "query($where: UsageWhere!) { usageDurations(where: $where, groupBy: []) { rows { count p50Ms } total { count } } }", (names) => ({ where: { period: names.period } })),
  ask("Query.usageDurations", "where.businessUnit", "unit", "query($where: UsageWhere!) { usageDurations(where: $where, groupBy: []) { rows { count } } }", (names) => ({ where: { businessUnit: [names.unit] } }), WHERE_UNIT),
  ask("Query.usageDurations", "where.useCase", "unit", "query($where: UsageWhere!) { usageDurations(where: $where, groupBy: [USE_CASE]) { rows { useCase { code } count } } }", (names) => ({ where: { useCase: [names.useCase] } }), { narrow: true }),
  ask("Query.usageDurations", "groupBy BUSINESS_UNIT", "nobody", "{ usageDurations(where: {}, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } count } } }", undefined, WHERE_UNIT),
  ask("Query.usageEvents", "where.period", "programme", `query($where: UsageWhere!) { usageEvents(where: $where, first: 50) { ${EVENTS} } }`, (names) => ({ where: { period: names.period } })),
  ask("Query.usageEvents", "where.businessUnit", "unit", `query($where: UsageWhere!) { usageEvents(where: $where, first: 50) { ${EVENTS} } }`, (names) => ({ where: { businessUnit: [names.unit] } })),
  ask("Query.usageEvents", "where.useCase", "unit", `query($where: UsageWhere!) { usageEvents(where: $where, first: 50) { ${EVENTS} } }`, (names) => ({ where: { useCase: [names.useCase] } })),
  ask("Query.usageEvents", "after", "nobody", `query($after: String) { usageEvents(where: {}, first: 50, after: $after) { ${EVENTS} } }`, (names) => ({ after: cursor("2000-01-01T00:00:00.000Z", Buffer.from(names.nodes.UsageEvent!, "base64url").toString().slice(11)) })),
  ask("Query.unattributedUsage", "no argument", "nobody", `{ unattributedUsage(first: 50) { ${EVENTS} } }`),
  ask("Query.sources", "after", "nobody", "query($after: String) { sources(first: 50, after: $after) { edges { node { uri owner silent completeness { deliveries rejects { about } gaps { count } } } } } }", () => ({ after: cursor("a") })),
  ask("Query.source", "uri", "nobody", "query($uri: String!) { source(uri: $uri) { uri registered completeness(period: \"2025-10\") { accepted lag { maxMs } } } }", () => ({ uri: "test://source" })),
  ask("Query.sourceRules", "no argument", "nobody", "{ sourceRules { version requireRegisteredSources } }"),
  ask("Query.providerConnections", "after", "nobody", "query($after: String) { providerConnections(first: 50, after: $after) { edges { node { connection source businessUnits subject keys { id status } routes { useCase } } } } }", () => ({ after: cursor("a", "a") })),
  ask("Query.attributionRules", "no argument", "nobody", "{ attributionRules(first: 50) { edges { node { version reportedUseCase useCase { code } } } } }"),
  ask("Query.unattributedQueue", "no argument", "nobody", `{ unattributedQueue { ${QUEUE} } }`),
  ask("Query.unattributedQueue", "where.period", "programme", `query($where: UnattributedWhere) { unattributedQueue(where: $where) { ${QUEUE} } }`, (names) => ({ where: { period: names.period } })),
  ask("Query.ownershipChanges", "no argument", "nobody", `{ ownershipChanges(first: 50) { ${OWNERS} } }`),
  ask("Query.ownershipChanges", "where.useCase", "programme", `query($where: OwnershipChangeWhere) { ownershipChanges(first: 50, where: $where) { ${OWNERS} } }`, (names) => ({ where: { useCase: names.useCase } })),
  ask("Query.ownershipChanges", "where.businessUnit", "programme", `query($where: OwnershipChangeWhere) { ownershipChanges(first: 50, where: $where) { ${OWNERS} } }`, (names) => ({ where: { businessUnit: names.unit } })),
  ask("Query.usage", "where.ownership", "nobody", "{ usage(where: { ownership: AS_IS }, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } legs contacts } total { legs } } }", undefined, WHERE_UNIT),
  ask("Query.allocation", "where.ownership", "nobody", `{ allocation(period: "2025-10", groupBy: [BUSINESS_UNIT, USE_CASE], where: { ownership: AS_IS }) { ${ALLOCATION} } }`, undefined, WHERE_UNIT),
  ask("Query.exchangeRates", "no argument", "nobody", "{ exchangeRates(first: 50) { edges { node { from rate } } } }"),
  ask("Query.rateCards", "after", "nobody", "query($after: String) { rateCards(first: 50, after: $after) { edges { node { version vendor pool } } } }", () => ({ after: cursor("1") })),
  ask("Query.usageCost", "where.useCase", "unit", "query($where: UsageCostWhere!) { usageCost(where: $where, groupBy: [USE_CASE]) { rows { useCase { code } amount { amount } } } }", (names) => ({ where: { period: "2025-10", useCase: [names.useCase] } }), { narrow: true }),
  ask("Query.usageCost", "where.businessUnit", "unit", "query($where: UsageCostWhere!) { usageCost(where: $where, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } amount { amount } } } }", (names) => ({ where: { period: "2025-10", businessUnit: [names.unit] } }), WHERE_UNIT),
  ask("Query.explainUsageCost", "where.useCase", "unit", "query($where: UsageCostWhere!) { explainUsageCost(where: $where) { amount { amount } legs(first: 5) { edges { node { event { eventId } } } } } }", (names) => ({ where: { period: "2025-10", useCase: [names.useCase] } })),
  ask("Query.simulateRating", "period", "programme", "query($input: SimulateRatingInput!) { simulateRating(input: $input) { total { amount } rows { useCase } } }", (names) => ({ input: { period: names.period, usageOfAll: true, card: rateCard("platform-direct") } })),
  ask("Query.ratingRuns", "where.period", "programme", "query($where: RatingRunWhere) { ratingRuns(first: 50, where: $where) { edges { node { id sequence resultHash } } } }", (names) => ({ where: { period: names.period } }), { emptyWhenMissing: true }),
  ask("Query.usageCost", "where.run", "programme", "query($where: UsageCostWhere!) { usageCost(where: $where, groupBy: []) { run { id } } }", (names) => ({ where: { period: names.period, run: names.nodes.RatingRun } })),
  ask("Query.explainUsageCost", "where.run", "programme", "query($where: UsageCostWhere!) { explainUsageCost(where: $where) { vendor amount { amount } } }", (names) => ({ where: { period: names.period, run: names.nodes.RatingRun } })),
  ask("Query.ratingRules", "no argument", "nobody", "{ ratingRules { version reportedPool } }"),
  ask("Query.vendorStatements", "period", "nobody", "query($period: PeriodKey!) { vendorStatements(period: $period) { vendor total } }", () => ({ period: "2025-10" })),
  ask("Query.reconciliation", "period", "programme", "query($period: PeriodKey!) { reconciliation(period: $period, vendor: \"acme-voice\") { vendor variance { amount } } }", (names) => ({ period: names.period })),
  ask("Query.budgets", "where.businessUnit", "unit", "query($where: BudgetWhere) { budgets(first: 50, where: $where) { edges { node { businessUnit amount { amount } } } } }", (names) => ({ where: { businessUnit: [names.unit] } })),
  ask("Query.budgets", "after", "nobody", "query($after: String) { budgets(first: 50, after: $after) { edges { node { businessUnit useCase amount { amount } } } } }", () => ({ after: cursor("2000-01", "", "", "1") })),
  ask("Query.budgetReport", "period", "programme", `query($period: PeriodKey!) { budgetReport(period: $period, level: PROGRAMME) { ${BUDGET_REPORT} } }`, (names) => ({ period: names.period })),
  ask("Query.budgetReport", "level BUSINESS_UNIT", "nobody", `{ budgetReport(period: "2025-10") { ${BUDGET_REPORT} } }`, undefined, WHERE_UNIT),
  ask("Query.budgetReport", "where.businessUnit", "unit", `query($where: BudgetReportWhere) { budgetReport(period: "2025-10", where: $where) { ${BUDGET_REPORT} } }`, (names) => ({ where: { businessUnit: [names.unit] } }), WHERE_UNIT),
  ask("Query.budgetReport", "where.useCase", "unit", `query($where: BudgetReportWhere) { budgetReport(period: "2025-10", level: USE_CASE, where: $where) { ${BUDGET_REPORT} } }`, (names) => ({ where: { useCase: [names.useCase] } }), { narrow: true }),
  ask("Query.unitCosts", "period", "programme", "query($period: PeriodKey!) { unitCosts(period: $period) { rows { businessUnit { code } useCase { code } allIn { amount } perCall } total { allIn { amount } } } }", (names) => ({ period: names.period })),
  ask("Query.unitCosts", "where.useCase", "unit", "query($where: BudgetReportWhere) { unitCosts(period: \"2025-10\", where: $where) { rows { useCase { code } allIn { amount } } total { calls } } }", (names) => ({ where: { useCase: [names.useCase] } })),
  ask("Query.budgetAlerts", "where.businessUnit", "unit", "query($where: BudgetAlertWhere) { budgetAlerts(first: 50, where: $where) { edges { node { id businessUnit amount { amount } } } } }", (names) => ({ where: { businessUnit: [names.unit] } })),
  ask("Query.budgetAlerts", "after", "nobody", "query($after: String) { budgetAlerts(first: 50, after: $after) { edges { node { id businessUnit useCase } } } }", () => ({ after: cursor("2000-01-01T00:00:00.000Z", "00000000-0000-4000-8000-000000000000") })),
  ask("Query.fundingReport", "period", "programme", "query($period: PeriodKey!) { fundingReport(period: $period) { rows { useCase { code } funder amount { amount } } unowned { amount } total { amount } platformSharedFrom } }", (names) => ({ period: names.period })),
  ask("Query.fundingArrangements", "after", "nobody", "query($after: String) { fundingArrangements(first: 50, after: $after) { edges { node { version useCase lines { cost funder holder } } } } }"),
  ask("Query.businessCase", "useCase", "unit", "query($useCase: String!) { businessCase(useCase: $useCase) { version status gate sponsor gates { gate } } }", (names) => ({ useCase: names.useCase }), { narrow: true }),
  ask("Query.businessCaseGrants", "after", "nobody", "query($after: String) { businessCaseGrants(first: 50, after: $after) { edges { node { id useCase subject } } } }", () => ({ after: cursor("2000-01-01T00:00:00.000Z", "00000000-0000-4000-8000-000000000000") })),
  ask("Query.budgetModel", "no argument", "nobody", "{ budgetModel { agreed missing versions { component statement } } }"),
  ask("Query.programmePnl", "no grouping", "nobody", `{ programmePnl(from: "2025-07", to: "2025-10") { ${PNL} } }`),
  ask("Query.programmePnl", "groupBy GROUP", "nobody", `{ programmePnl(from: "2025-07", to: "2025-10", groupBy: [PERIOD, GROUP]) { ${PNL} } }`),
  ask("Query.programmePnl", "groupBy BUSINESS_UNIT", "nobody", `{ programmePnl(from: "2025-07", to: "2025-10", groupBy: [BUSINESS_UNIT]) { ${PNL} } }`, undefined, WHERE_UNIT),
  ask("Query.programmePnl", "groupBy USE_CASE", "nobody", `{ programmePnl(from: "2025-07", to: "2025-10", groupBy: [USE_CASE]) { ${PNL} } }`, undefined, WHERE_UNIT),
  ask("Query.programmePnl", "scenario", "nobody", `{ programmePnl(from: "2025-07", to: "2025-10", scenario: OUTLOOK) { ${PNL} } }`, undefined, { narrow: true }),
  ask("Query.programmePnl", "live", "nobody", `{ programmePnl(from: "2025-07", to: "2025-10", live: true) { ${PNL} } }`, undefined, { narrow: true }),
  ask("Query.ebitBridge", "no name", "nobody", "{ ebitBridge(from: \"2025-07\", to: \"2025-10\") { from { amount } to { amount } steps { line } missing } }"),
  ask("Query.programmeReconciliation", "period", "programme", "query($period: PeriodKey!) { programmeReconciliation(period: $period) { holds checks { name terms { name } } } }", (names) => ({ period: names.period })),
  ask("Query.programmePlans", "kind", "nobody", "{ programmePlans(kind: BUDGET) { version lines { line } } }"),
  ask("Query.executiveGroups", "no argument", "nobody", "{ executiveGroups { version groups { code businessUnits } } }"),
  ask("Query.unitPnlGrants", "no argument", "nobody", "{ unitPnlGrants { id subject businessUnit } }"),
  ask("Query.capitalisationPolicies", "no argument", "nobody", "{ capitalisationPolicies { version framework } }"),
  ask("Query.implementationCosts", "where.useCase", "programme", "query($where: ImplementationCostWhere) { implementationCosts(first: 50, where: $where) { edges { node { externalId } } } }", (names) => ({ where: { useCase: names.useCase } })),
  ask("Query.implementationAssets", "no argument", "nobody", "{ implementationAssets { id useCase { code } months { period } } }"),
  ask("Query.commitmentReport", "period", "programme", "query($period: PeriodKey!) { commitmentReport(period: $period) { rows { vendor prompts } } }", (names) => ({ period: names.period })),
  ask("Query.baselines", "where.useCase", "unit", "query($where: BaselineWhere) { baselines(first: 50, where: $where) { edges { node { useCase measures { metric value } lockedBy } } } }", (names) => ({ where: { useCase: [names.useCase] } })),
  ask("Query.baselines", "after", "nobody", "query($after: String) { baselines(first: 50, after: $after) { edges { node { useCase businessUnit } } } }", () => ({ after: cursor("a", "1") })),
  ask("Query.benefits", "where.useCase", "unit", "query($where: BenefitWhere) { benefits(first: 50, where: $where) { edges { node { code useCase pool } } } }", (names) => ({ where: { useCase: [names.useCase] } })),
  ask("Query.benefits", "after", "nobody", "query($after: String) { benefits(first: 50, after: $after) { edges { node { code useCase } } } }", () => ({ after: cursor("a") })),
  ask("Query.benefitPools", "after", "nobody", "query($after: String) { benefitPools(first: 50, after: $after) { edges { node { code maximums { maximum { amount } } } } } }", () => ({ after: cursor("a") })),
  ask("Query.benefitPool", "code", "programme", "query($code: String!) { benefitPool(code: $code, period: \"2025-10\") { pool { code } claims { benefit gross { amount } } } }", (names) => ({ code: `${names.pool}-savings` })),
  ask("Query.attributionModels", "after", "nobody", "query($after: String) { attributionModels(first: 50, after: $after) { edges { node { version pool shares { project share } } } } }"),
  ask("Query.benefitLadder", "where.useCase", "unit", "query($where: BenefitLadderWhere) { benefitLadder(from: \"2025-10\", to: \"2025-10\", where: $where) { rows { businessUnit benefit { code } attributed { amount } } missing } }", (names) => ({ where: { useCase: [names.useCase] } })),
  ask("Query.benefitLadder", "no argument", "nobody", "{ benefitLadder(from: \"2024-01\", to: \"2025-12\", allVersions: true) { rows { businessUnit benefit { code useCase } status } total { attributed { amount } } missing } }"),
  ask("Query.explainBenefit", "benefit", "unit", "query($benefit: String!, $period: PeriodKey!) { explainBenefit(benefit: $benefit, period: $period) { row { benefit { code } } steps { formula } baseline { useCase } model { pool } } }", (names) => ({ benefit: `${names.useCase}-benefit`, period: names.period })),
  ask("Query.costPools", "after", "nobody", "query($after: String) { costPools(first: 50, after: $after) { edges { node { id code name kind } } } }", () => ({ after: cursor("a") })),
  ask("Query.accruals", "where.pool", "programme", "query($where: AccrualWhere) { accruals(first: 50, where: $where) { edges { node { externalId amount { amount } pool { code } useCase { code } } } } }", (names) => ({ where: { pool: [names.pool] } })),
  ask("Query.costEntries", "where.pool", "programme", "query($where: CostEntryWhere) { costEntries(first: 50, where: $where) { edges { node { id amount { amount } pool { code } useCase { code } } } } }", (names) => ({ where: { pool: [names.pool] } })),
  ask("Query.costEntries", "where.period", "programme", "query($where: CostEntryWhere) { costEntries(first: 50, where: $where) { edges { node { id amount { amount } } } } }", (names) => ({ where: { period: names.period } }), { emptyWhenMissing: true }),
  ask("Query.allocationPolicies", "no argument", "nobody", "{ allocationPolicies(first: 50) { edges { node { id version status rules { pool exclude } } } } }"),
  ask("Query.allocationRuns", "where.period", "programme", "query($where: AllocationRunWhere) { allocationRuns(first: 50, where: $where) { edges { node { id sequence resultHash } } } }", (names) => ({ where: { period: names.period } }), { emptyWhenMissing: true }),
  ask("Query.allocation", "period", "programme", `query($period: PeriodKey!) { allocation(period: $period, groupBy: []) { ${ALLOCATION} } }`, (names) => ({ period: names.period })),
  ask("Query.allocation", "run", "programme", `query($run: ID) { allocation(period: "2025-10", run: $run, groupBy: []) { ${ALLOCATION} } }`, (names) => ({ run: names.run })),
  ask("Query.allocation", "where.businessUnit", "unit", `query($where: AllocationWhere) { allocation(period: "2025-10", groupBy: [BUSINESS_UNIT], where: $where) { ${ALLOCATION} } }`, (names) => ({ where: { businessUnit: [names.unit] } }), WHERE_UNIT),
  ask("Query.allocation", "where.useCase", "unit", `query($where: AllocationWhere) { allocation(period: "2025-10", groupBy: [], where: $where) { ${ALLOCATION} } }`, (names) => ({ where: { useCase: [names.useCase] } }), { narrow: true }),
  ask("Query.allocation", "where.pool", "programme", `query($where: AllocationWhere) { allocation(period: "2025-10", groupBy: [], where: $where) { ${ALLOCATION} } }`, (names) => ({ where: { pool: [names.pool] } }), { narrow: true }),
  ask("Query.allocation", "groupBy everything", "nobody", `{ allocation(period: "2025-10", groupBy: [BUSINESS_UNIT, USE_CASE, POOL, CHANNEL]) { ${ALLOCATION} } }`, undefined, WHERE_UNIT),
  ask("Query.explainAllocation", "businessUnit", "unit", "query($unit: String!) { explainAllocation(period: \"2025-10\", businessUnit: $unit) { amount { amount } calls(first: 5) { edges { node { eventId } } } } }", (names) => ({ unit: names.unit })),
  ask("Query.explainAllocation", "useCase", "unit", "query($useCase: String) { explainAllocation(period: \"2025-10\", businessUnit: \"retail\", useCase: $useCase) { amount { amount } } }", (names) => ({ useCase: names.useCase })),
  ask("Query.explainAllocation", "pool", "programme", "query($pool: String) { explainAllocation(period: \"2025-10\", businessUnit: \"retail\", pool: $pool) { amount { amount } } }", (names) => ({ pool: names.pool })),
  ask("Query.explainAllocation", "run", "programme", "query($run: ID) { explainAllocation(period: \"2025-10\", businessUnit: \"retail\", run: $run) { amount { amount } } }", (names) => ({ run: names.run })),
  ask("Query.explainAllocation", "period", "programme", "query($period: PeriodKey!) { explainAllocation(period: $period, businessUnit: \"retail\") { amount { amount } } }", (names) => ({ period: names.period })),
  ask("Query.simulateAllocation", "period", "programme", `query($input: SimulateAllocationInput!) { simulateAllocation(input: $input) { ${ALLOCATION} } }`, (names) => simulated({ period: names.period })),
  ask("Query.simulateAllocation", "policy.rules.pool", "programme", `query($input: SimulateAllocationInput!) { simulateAllocation(input: $input) { ${ALLOCATION} } }`, (names) => simulated({ policy: { effectiveFrom: "2025-10", rules: [{ pool: names.pool, parts: [{ driver: "CALLS" }] }] } })),
  ask("Query.simulateAllocation", "policy.rules.exclude", "programme", `query($input: SimulateAllocationInput!) { simulateAllocation(input: $input) { ${ALLOCATION} } }`, (names) => simulated({ policy: { effectiveFrom: "2025-10", rules: [{ pool: "platform", parts: [{ driver: "CALLS" }], exclude: [names.unit] }] } })),
  ask("Query.closeChecklist", "period", "programme", "query($period: PeriodKey!) { closeChecklist(period: $period) { period { key } ready checks { check ok message } } }", (names) => ({ period: names.period })),
  ask("Query.driverQuantities", "where.driver", "nobody", "query($where: DriverQuantitiesWhere) { driverQuantities(first: 50, where: $where) { edges { node { driver quantities { businessUnit pool } } } } }", () => ({ where: { driver: "headcount" } })),
  ask("Query.policyDiff", "from", "nobody", "{ policyDiff(from: 1, to: 1) { differences { pool text } } }"),
  ask("Query.comparePolicies", "period", "programme", "query($input: ComparePoliciesInput!) { comparePolicies(input: $input) { alternatives { version total { amount } } rows { businessUnit { code } amounts { amount } } } }", (names) => ({ input: { period: names.period } })),
  ask("Query.comparePolicies", "policy.rules.pool", "programme", "query($input: ComparePoliciesInput!) { comparePolicies(input: $input) { rows { businessUnit { code } } } }", (names) => ({ input: { period: "2025-10", policy: { effectiveFrom: "2027-01", rules: [{ pool: names.pool, parts: [{ method: "EVEN" }] }] } } })),
  ask("Query.businessUnitHierarchy", "period", "nobody", '{ businessUnitHierarchy(period: "2025-10", first: 50) { edges { node { businessUnit { id code } parent { code } } } } }'),
  ask("Query.closePreview", "period", "programme", "query($period: PeriodKey!) { closePreview(period: $period) { period { key } hash units { businessUnit { code } total { amount } } adjustments { lines { businessUnit { code } } } } }", (names) => ({ period: names.period })),
  ask("Query.periodFigures", "period", "programme", "query($period: PeriodKey!) { periodFigures(period: $period) { status versions { version cells { businessUnit { code } after { amount } } } } }", (names) => ({ period: names.latePeriod })),
  ask("Query.recoveryVariance", "pool", "programme", "query($pool: [String!]) { recoveryVariance(from: \"2025-05\", to: \"2025-12\", pool: $pool) { pool { code } period carried { amount } } }", (names) => ({ pool: [names.pool] })),
  ask("Query.previewTrueUp", "pool", "programme", "query($pool: String!) { previewTrueUp(pool: $pool, from: \"2025-05\", to: \"2025-05\") { amount { amount } lines { businessUnit { code } useCase { code } amount { amount } } } }", (names) => ({ pool: names.pool })),
  ask("Query.trueUps", "after", "nobody", "query($after: String) { trueUps(first: 50, after: $after) { edges { node { number lines { businessUnit { code } } } } } }", () => ({ after: cursor("1") })),
  ask("Query.previewRestatement", "period", "programme", "query($period: PeriodKey!) { previewRestatement(period: $period) { lateCostEntries cells { businessUnit { code } after { amount } } } }", (names) => ({ period: names.latePeriod })),
  ask("Query.periodCharges", "period", "programme", "query($period: PeriodKey!) { periodCharges(period: $period) { rows { businessUnit { code } restated { amount } } } }", (names) => ({ period: names.latePeriod })),
  ask("Query.closeRules", "no argument", "nobody", "{ closeRules { version unattributedThreshold } }"),
  ask("Query.adjustments", "period", "programme", `query($period: PeriodKey!) { adjustments(period: $period) { lines { businessUnit { code } amount { amount } } events(first: 5) { ${EVENTS} } } }`, (names) => ({ period: names.period }), { emptyWhenMissing: true }),
  ask("Query.allocationRunDiff", "from", "programme", "query($run: ID!, $own: ID!) { allocationRunDiff(from: $run, to: $own) { rows { businessUnit { code } change { amount } } inputs { differences } } }", (names) => ({ run: names.run, own: OWN.run })),
  ask("Query.allocationRunDiff", "to", "programme", "query($run: ID!, $own: ID!) { allocationRunDiff(from: $own, to: $run) { rows { businessUnit { code } change { amount } } inputs { differences } } }", (names) => ({ run: names.run, own: OWN.run })),
  ask("Query.chargeBridge", "businessUnit", "unit", `query($unit: String!) { chargeBridge(businessUnit: $unit, from: "2025-07", to: "2025-08") { ${BRIDGE} } }`, (names) => ({ unit: names.unit })),
  ask("Query.chargeBridge", "businessUnit, with a run", "unit", `query($unit: String!) { chargeBridge(businessUnit: $unit, from: "2025-08", to: "2025-10") { ${BRIDGE} } }`, (names) => ({ unit: names.unit })),
  ask("Query.chargeBridge", "from", "programme", `query($period: PeriodKey!) { chargeBridge(businessUnit: "retail", from: $period, to: "2025-10") { ${BRIDGE} } }`, (names) => ({ period: names.statementPeriod })),
  ask("Query.planBridge", "businessUnit", "programme", PLAN, (names) => planned({ unit: names.unit })),
  ask("Query.planBridge", "period", "programme", PLAN, (names) => planned({ period: names.period })),
  ask("Query.planBridge", "plan.pools", "programme", PLAN, (names) => planned({ plan: { pools: [{ pool: names.pool, amount: "1" }] } })),
  ask("Query.planBridge", "plan.quantities", "programme", PLAN, (names) => planned({ plan: { quantities: [{ useCase: names.useCase, driver: "CALLS", quantity: "1" }] } })),
  ask("Query.planBridge", "plan.direct", "programme", PLAN, (names) => planned({ plan: { direct: [{ useCase: names.useCase, pool: "platform-direct", amount: "1" }] } })),
  ask("Query.statement", "businessUnit", "unit", `query($unit: String!) { statement(businessUnit: $unit, period: "2025-08") { ${STATEMENT} } }`, (names) => ({ unit: names.unit })),
  ask("Query.statement", "period", "programme", `query($period: PeriodKey!) { statement(businessUnit: "retail", period: $period) { ${STATEMENT} } }`, (names) => ({ period: names.statementPeriod })),
  ask("Query.statements", "where.businessUnit", "unit", `query($where: StatementWhere) { statements(first: 50, where: $where) { edges { node { ${STATEMENT} } } } }`, (names) => ({ where: { businessUnit: [names.unit] } })),
  ask("Query.statements", "where.period", "programme", `query($where: StatementWhere) { statements(first: 50, where: $where) { edges { node { ${STATEMENT} } } } }`, (names) => ({ where: { period: names.statementPeriod } }), { emptyWhenMissing: true }),
  ask("Query.statements", "after", "nobody", `query($after: String) { statements(first: 50, after: $after) { edges { node { ${STATEMENT} } } } }`, () => ({ after: cursor("2000-01", "a", "1") })),
  ask("Query.statementRules", "no name", "nobody", "{ statementRules { version disputeDays answerDays silence } }"),
  ask("Query.statementRollUp", "businessUnit", "unit", `query($unit: String!) { statementRollUp(businessUnit: $unit, period: "2025-08") { total { amount } units { businessUnit { code } statement { ${STATEMENT} } } } }`, (names) => ({ unit: names.unit })),
  ask("Query.statementRollUp", "period", "programme", "query($period: PeriodKey!) { statementRollUp(businessUnit: \"retail\", period: $period) { total { amount } } }", (names) => ({ period: names.statementPeriod })),
  ask("Query.accountMappings", "after", "nobody", "query($after: String) { accountMappings(first: 50, after: $after) { edges { node { version rules { pool businessUnit debit { account } } } } } }", () => ({ after: cursor("1") })),
  ask("Query.unmappedAccounts", "period", "programme", "query($period: PeriodKey!) { unmappedAccounts(period: $period) { businessUnit pool amount { amount } } }", (names) => ({ period: names.statementPeriod })),
  ask("Query.journals", "where.period", "programme", `query($where: JournalWhere) { journals(first: 50, where: $where) { edges { node { ${JOURNAL} } } } }`, (names) => ({ where: { period: names.statementPeriod } }), { emptyWhenMissing: true }),
  ask("Query.journals", "after", "nobody", `query($after: String) { journals(first: 50, after: $after) { edges { node { ${JOURNAL} } } } }`, () => ({ after: cursor("2000-01", "1", "POSTING") })),
  ask("Query.journal", "externalId", "programme", `query($id: String!) { journal(externalId: $id) { ${JOURNAL} } }`, (names) => ({ id: names.journal })),
  ask("Query.corrections", "no argument", "nobody", "{ corrections(first: 50) { edges { node { id kind reason legs(first: 5) { edges { node { eventId } } } effect { months { money { businessUnit { code } } } } } } } }"),
  ask("Query.corrections", "after", "nobody", "query($after: String) { corrections(first: 50, after: $after) { edges { node { id } } } }", (names) => ({ after: cursor("2000-01-01T00:00:00.000Z", Buffer.from(names.nodes.Correction!, "base64url").toString().slice(11)) })),
  ask("Query.correction", "id", "programme", "query($id: ID!) { correction(id: $id) { id legs(first: 5) { edges { node { eventId } } } } }", (names) => ({ id: names.nodes.Correction })),
  ask("Query.correctionRules", "no argument", "nobody", "{ correctionRules { version legs } }"),
  ask("Query.previewCorrection", "eventIds, opaque", "programme", PREVIEW, (names) => ({ input: { kind: "VOID", eventIds: [names.nodes.UsageEvent] } })),
  ask("Query.previewCorrection", "eventIds, as sent", "programme", PREVIEW, (names) => ({ input: { kind: "VOID", eventIds: [names.eventId] } })),
  ask("Query.previewCorrection", "where.businessUnit", "programme", PREVIEW, (names) => ({ input: { kind: "VOID", where: { businessUnit: [names.unit] } } })),
  ask("Query.previewCorrection", "where.useCase", "programme", PREVIEW, (names) => ({ input: { kind: "VOID", where: { useCase: [names.useCase] } } })),
  ask("Query.previewCorrection", "where.period", "programme", PREVIEW, (names) => ({ input: { kind: "VOID", where: { period: names.period } } })),
  ask("Query.previewCorrection", "useCase", "programme", PREVIEW, (names) => ({ input: { kind: "ATTRIBUTE", where: { unattributed: true }, useCase: names.useCase } })),
  ask("Query.previewCorrection", "backfill", "programme", PREVIEW, (names) => ({ input: { kind: "BACKFILL", backfill: names.pool } })),
  ask("Query.auditEntries", "no argument", "nobody", "{ auditEntries(first: 500) { edges { node { id action subjectKey after } } } }"),
  ask("Query.auditHead", "no argument", "nobody", "{ auditHead { sequence hash } }"),
];

const mutation = (name: string, made: string): string => `mutation($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${made} userErrors { code message field } } }`;
const ofPeriod = (name: string): string => `mutation($input: PeriodInput!) { ${name}(input: $input) { period { key } userErrors { code message field } } }`;
const PROPOSE = "mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version } userErrors { code message field } } }";
const APPROVE = "mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { policy { version } userErrors { code message field } } }";
const REPORT = mutation("reportUsage", "results { index eventId outcome code message } accepted rejected held");
const PROPOSE_CORRECTION = mutation("proposeCorrection", "correction { id legs(first: 5) { edges { node { eventId } } } }");
const ATTRIBUTE = mutation("attributeUsage", "attributed");
const MOVED = "change { kind moves { useCase { code } from { code } to { code } } }";
const changes = { changes: true };
const DECIDE_BENEFIT = (verb: string): string => `mutation($input: DecideBenefitInput!) { ${verb}(input: $input) { row { version } userErrors { code message field } } }`;
const CONNECT = mutation("connectProvider", "connection { connection }");
/** Names of one's own, for what is not in question; known once they are made. */
const OWN = { connection: "", key: "", run: "" };
const REGISTER = mutation("registerSource", "source { uri }");
/** A source that was never heard of, though it should have been: whoever registers it must take note of that before October closes. */
const quiet = (more: Record<string, unknown>): Record<string, unknown> => ({ input: { uri: "test://quiet", name: "Quiet", owner: "Nobody", kind: "OTHER", expectedEverySeconds: 86_400, ...more } });

const MUTATIONS: readonly Question[] = [
  ask("Mutation.createProgramme", "code", "nobody", mutation("createProgramme", "programme { id code }"), () => ({ input: { code: "acme", name: "Acme voice", currency: "USD", timeZone: "America/New_York" } })),
  ask("Mutation.createBusinessUnit", "code", "nobody", mutation("createBusinessUnit", "businessUnit { id code }"), () => ({ input: { code: "brand-new", name: "Brand new" } }), changes),
  ask("Mutation.createUseCase", "businessUnit", "programme", mutation("createUseCase", "useCase { id code }"), (names) => ({ input: { code: "brand-new-case", name: "Brand new", businessUnit: names.unit } }), changes),
  ask("Mutation.reportUsage", "events.businessUnit", "unit", REPORT, (names) => ({ input: { source: "test://matrix", events: [call("matrix-1", { businessUnit: names.unit, useCase: names.useCase })] } }), changes),
  ask("Mutation.attributeUsage", "eventIds, opaque", "programme", ATTRIBUTE, (names) => ({ input: { eventIds: [names.nodes.UsageEvent], useCase: "order-status", reason: "because" } }), changes),
  ask("Mutation.attributeUsage", "eventIds, as sent", "programme", ATTRIBUTE, (names) => ({ input: { eventIds: [names.eventId], useCase: "order-status", reason: "because" } }), changes),
  ask("Mutation.attributeUsage", "useCase", "programme", ATTRIBUTE, (names) => ({ input: { eventIds: ["held-platform"], useCase: names.useCase, reason: "because" } }), changes),
  ask("Mutation.attributeUsage", "where.period", "programme", ATTRIBUTE, (names) => ({ input: { where: { period: names.period }, useCase: "returns", reason: "because" } }), changes),
  ask("Mutation.registerSource", "businessUnits", "programme", REGISTER, (names) => quiet({ businessUnits: [names.unit] }), changes),
  ask("Mutation.registerSource", "useCases", "programme", REGISTER, (names) => quiet({ useCases: [names.useCase] }), changes),
  ask("Mutation.connectProvider", "businessUnits", "programme", CONNECT, (names) => ({ input: { provider: "VAPI", source: "retell://matrix", name: "Vapi", businessUnits: [names.unit] } }), changes),
  ask("Mutation.connectProvider", "routes", "programme", CONNECT, (names) => ({ input: { provider: "BLAND", source: "retell://matrix", name: "Bland", businessUnits: ["retail"], routes: [{ field: "agent_id", value: "a", useCase: names.useCase }] } }), changes),
  ask("Mutation.setProviderRoutes", "connection", "programme", mutation("setProviderRoutes", "connection { connection }"), (names) => ({ input: { connection: names.connection, routes: [], reason: "because" } }), changes),
  ask("Mutation.setProviderRoutes", "routes", "programme", mutation("setProviderRoutes", "connection { connection }"), (names) => ({ input: { connection: OWN.connection, routes: [{ field: "agent_id", value: "b", useCase: names.useCase }], reason: "because" } }), changes),
  ask("Mutation.rotateProviderKey", "connection", "programme", mutation("rotateProviderKey", "connection { connection }"), (names) => ({ input: { connection: names.connection } }), changes),
  ask("Mutation.revokeProviderKey", "connection", "programme", mutation("revokeProviderKey", "connection { connection }"), (names) => ({ input: { connection: names.connection, key: OWN.key, reason: "because" } }), changes),
  ask("Mutation.revokeProviderKey", "key", "programme", mutation("revokeProviderKey", "connection { connection }"), (names) => ({ input: { connection: OWN.connection, key: names.key, reason: "because" } }), changes),
  ask("Mutation.acknowledgeSilence", "period", "programme", mutation("acknowledgeSilence", "acknowledgement { source }"), (names) => ({ input: { source: "test://quiet", period: names.period, reason: "because" } }), changes),
  ask("Mutation.setSourceRules", "no name", "nobody", mutation("setSourceRules", "rules { version }"), () => ({ input: { requireRegisteredSources: false, reason: "because" } }), changes),
  ask("Mutation.attributeUsage", "useCase, with effectiveFrom", "programme", ATTRIBUTE, (names) => ({ input: { where: { useCase: ["no-code-at-all"] }, useCase: names.useCase, effectiveFrom: "2025-10-01", reason: "because" } }), changes),
  ask("Mutation.retireAttributionRule", "version", "programme", mutation("retireAttributionRule", "rule { version }"), (names) => ({ input: { version: names.version, reason: "because" } }), changes),
  ask("Mutation.createCostPool", "code", "nobody", mutation("createCostPool", "pool { id code }"), () => ({ input: { code: "brand-new-pool", name: "Brand new", kind: "OTHER" } }), changes),
  ask("Mutation.bookCost", "pool", "programme", mutation("bookCost", "entry { id }"), (names) => ({ input: { pool: names.pool, period: "2025-10", amount: "1.00", currency: "USD", externalId: "matrix-pool" } }), changes),
  ask("Mutation.bookCost", "useCase", "programme", mutation("bookCost", "entry { id }"), (names) => ({ input: { pool: "platform-direct", period: "2025-10", amount: "1.00", currency: "USD", externalId: "matrix-case", useCase: names.useCase } }), changes),
  ask("Mutation.bookAccrual", "pool", "programme", mutation("bookAccrual", "accrual { externalId }"), (names) => ({ input: { pool: names.pool, period: "2025-10", amount: "1.00", currency: "USD", externalId: "matrix-accrual", reason: "because", source: "an order" } }), changes),
  ask("Mutation.bookAccrual", "useCase", "programme", mutation("bookAccrual", "accrual { externalId }"), (names) => ({ input: { pool: "platform-direct", period: "2025-10", amount: "1.00", currency: "USD", externalId: "matrix-accrual-case", useCase: names.useCase, reason: "because", source: "an order" } }), changes),
  ask("Mutation.releaseAccrual", "accrual", "programme", mutation("releaseAccrual", "accrual { externalId }"), (names) => ({ input: { accrual: names.accrual, reason: "because" } }), changes),
  ask("Mutation.bookExchangeRates", "no name", "nobody", mutation("bookExchangeRates", "rates { from }"), () => ({ input: { source: "matrix", rates: [{ from: "GBP", kind: "DAILY", date: "2025-10-10", rate: "1.3" }] } }), changes),
  ask("Mutation.proposeRateCard", "pool", "programme", mutation("proposeRateCard", "card { version }"), (names) => ({ input: rateCard(`${names.pool}-direct`) }), changes),
  ask("Mutation.approveRateCard", "version", "programme", mutation("approveRateCard", "card { version }"), (names) => ({ input: { version: names.version } }), changes),
  ask("Mutation.ratePeriod", "period", "programme", mutation("ratePeriod", "run { sequence }"), (names) => ({ input: { period: names.period } }), changes),
  ask("Mutation.setRatingRules", "reportedPool", "programme", mutation("setRatingRules", "rules { version }"), (names) => ({ input: { reportedPool: `${names.pool}-direct`, reason: "because" } }), changes),
  ask("Mutation.bookVendorStatement", "no name", "nobody", mutation("bookVendorStatement", "vendorStatement { vendor }"), () => ({ input: { vendor: "acme-voice", period: "2025-10", externalId: "matrix", currency: "USD", total: "0", lines: [] } }), changes),
  ask("Mutation.explainVariance", "period", "programme", mutation("explainVariance", "reconciliation { vendor }"), (names) => ({ input: { period: names.period, vendor: "acme-voice", reason: "because" } }), changes),
  ask("Mutation.captureBaseline", "useCase", "unit", mutation("captureBaseline", "baseline { useCase version }"), (names) => ({ input: { useCase: names.useCase, from: "2023-01-01", to: "2023-06-30", measures: [{ metric: "cost", value: "5", unit: "a call", currency: "USD", source: "x" }], evidence: "x", reconstructed: true, reason: "because" } }), changes),
  ask("Mutation.lockBaseline", "useCase", "programme", mutation("lockBaseline", "baseline { useCase version }"), (names) => ({ input: { useCase: names.useCase, version: 1 } }), changes),
  ask("Mutation.defineBenefitPool", "no name", "nobody", mutation("defineBenefitPool", "pool { code }"), () => ({ input: { code: "brand-new-savings", name: "x", effectiveFrom: "2027-01", maximum: "1.00", currency: "USD", evidence: "x" } }), changes),
  ask("Mutation.defineBenefit", "useCase", "unit", mutation("defineBenefit", "benefit { code }"), (names) => ({ input: { code: "brand-new-benefit", name: "x", useCase: names.useCase, pool: "platform-savings", kind: "MARGIN", step: "OTHER" } }), changes),
  ask("Mutation.defineBenefit", "pool", "programme", mutation("defineBenefit", "benefit { code }"), (names) => ({ input: { code: "brand-new-benefit-2", name: "x", useCase: "order-status", pool: `${names.pool}-savings`, kind: "MARGIN", step: "OTHER" } }), changes),
  ask("Mutation.proposeAttributionModel", "pool", "programme", mutation("proposeAttributionModel", "model { version }"), (names) => ({ input: { pool: `${names.pool}-savings`, effectiveFrom: "2027-01", shares: [{ project: "x", share: "1" }], evidence: "x" } }), changes),
  ask("Mutation.approveAttributionModel", "version", "programme", mutation("approveAttributionModel", "model { version }"), (names) => ({ input: { version: names.version } }), changes),
  ask("Mutation.signOffBenefit", "benefit", "programme", DECIDE_BENEFIT("signOffBenefit"), (names) => ({ input: { benefit: `${names.useCase}-benefit`, period: names.period, version: 1 } }), changes),
  ask("Mutation.claimBenefit", "benefit", "unit", mutation("claimBenefit", "row { version }"), (names) => ({ input: { benefit: `${names.useCase}-benefit`, period: "2025-10", currency: "USD", method: "AMOUNT", figures: [{ name: "AMOUNT", value: "70", evidence: "x" }], tier: "C", confidence: "0.5", cashableShare: "0", revises: 1, reason: "because" } }), changes),
  ask("Mutation.rejectBenefit", "benefit", "programme", DECIDE_BENEFIT("rejectBenefit"), (names) => ({ input: { benefit: `${names.useCase}-benefit`, period: names.period, version: 2, note: "because" } }), changes),
  ask("Mutation.setBudget", "businessUnit", "programme", mutation("setBudget", "budget { businessUnit version }"), (names) => ({ input: { businessUnit: names.unit, period: "2027-01", amount: "5.00", currency: "USD" } }), changes),
  ask("Mutation.setBudget", "useCase", "programme", mutation("setBudget", "budget { useCase version }"), (names) => ({ input: { businessUnit: "retail", useCase: names.useCase, period: "2027-01", amount: "5.00", currency: "USD" } }), changes),
  ask("Mutation.evaluateBudgets", "period", "programme", mutation("evaluateBudgets", "alerts { id }"), (names) => ({ input: { period: names.period } }), changes),
  ask("Mutation.acknowledgeBudgetAlert", "alert", "unit", mutation("acknowledgeBudgetAlert", "alert { id acknowledgedBy }"), (names) => ({ input: { alert: names.alert } }), changes),
  ask("Mutation.proposeFunding", "useCase", "programme", mutation("proposeFunding", "funding { version }"), (names) => ({ input: { useCase: names.useCase, effectiveFrom: "2027-01", lines: [{ cost: "RUN", funder: "IT", holder: "x" }] } }), changes),
  ask("Mutation.proposeFunding", "lines.pools", "programme", mutation("proposeFunding", "funding { version }"), (names) => ({ input: { useCase: "returns", effectiveFrom: "2027-01", lines: [{ cost: "IMPLEMENTATION", funder: "IT", holder: "x", pools: [`${names.pool}-direct`] }] } }), changes),
  ask("Mutation.approveFunding", "version", "programme", mutation("approveFunding", "funding { version }"), (names) => ({ input: { version: names.version } }), changes),
  ask("Mutation.proposeBusinessCase", "useCase", "unit", PROPOSE_CASE, (names) => ({ input: casePlan(names.useCase) }), changes),
  ask("Mutation.approveBusinessCase", "useCase", "programme", mutation("approveBusinessCase", "businessCase { version }"), (names) => ({ input: { useCase: names.useCase, version: 1 } }), changes),
  ask("Mutation.releaseTranche", "useCase", "programme", mutation("releaseTranche", "businessCase { gate }"), (names) => ({ input: { useCase: names.useCase, gate: "G0" } }), changes),
  ask("Mutation.requestTranche", "useCase", "unit", mutation("requestTranche", "businessCase { gate }"), (names) => ({ input: trancheOf(names.useCase, "G1") }), changes),
  ask("Mutation.releaseTranche", "useCase, with money", "programme", mutation("releaseTranche", "businessCase { gate }"), (names) => ({ input: { useCase: names.useCase, gate: "G1" } }), changes),
  ask("Mutation.bookCaseCommitment", "useCase", "unit", mutation("bookCaseCommitment", "businessCase { version }"), (names) => ({ input: { useCase: names.useCase, externalId: "matrix", amount: "1.00", currency: "USD" } }), changes),
  ask("Mutation.retireBusinessCase", "useCase", "unit", mutation("retireBusinessCase", "businessCase { version }"), (names) => ({ input: { useCase: names.useCase, reason: "because" } }), changes),
  ask("Mutation.grantBusinessCase", "useCase", "programme", mutation("grantBusinessCase", "grant { id }"), (names) => ({ input: { useCase: names.useCase, subject: "somebody", from: "2027-01-01T00:00:00Z", to: "2028-01-01T00:00:00Z", reason: "because" } }), changes),
  ask("Mutation.revokeBusinessCaseGrant", "grant", "programme", mutation("revokeBusinessCaseGrant", "grant { id }"), (names) => ({ input: { grant: names.grant, reason: "because" } }), changes),
  ask("Mutation.proposeBudgetModel", "no name", "nobody", mutation("proposeBudgetModel", "version { version }"), () => ({ input: { component: "SHARED_PLATFORM", statement: "x" } }), changes),
  ask("Mutation.approveBudgetModel", "version", "programme", mutation("approveBudgetModel", "version { version }"), (names) => ({ input: { version: names.version } }), changes),
  ask("Mutation.proposeProgrammePlan", "no name", "nobody", mutation("proposeProgrammePlan", "plan { version }"), () => ({ input: { kind: "FORECAST", currency: "USD", lines: [{ period: "2027-01", line: "A2_MARGIN", amount: "1.00" }] } }), changes),
  ask("Mutation.approveProgrammePlan", "version", "programme", mutation("approveProgrammePlan", "plan { version }"), (names) => ({ input: { kind: "BUDGET", version: names.version } }), changes),
  ask("Mutation.proposeExecutiveGroups", "no name", "nobody", mutation("proposeExecutiveGroups", "scheme { version }"), () => ({ input: { groups: [], note: "because" } }), changes),
  ask("Mutation.approveExecutiveGroups", "version", "programme", mutation("approveExecutiveGroups", "scheme { version }"), (names) => ({ input: { version: names.version } }), changes),
  ask("Mutation.grantUnitPnl", "businessUnit", "programme", mutation("grantUnitPnl", "grant { id }"), (names) => ({ input: { subject: "chief", businessUnit: names.unit, from: "2032-01", to: "2032-12", reason: "because" } }), changes),
  ask("Mutation.revokeUnitPnl", "grant", "programme", mutation("revokeUnitPnl", "grant { id }"), (names) => ({ input: { grant: names.unitGrant, reason: "because" } }), changes),
  ask("Mutation.signProgrammePnl", "period", "programme", mutation("signProgrammePnl", "statement { version }"), (names) => ({ input: { period: names.acceptedPeriod, hash: names.pnlHash } }), changes),
  ask("Mutation.proposeCapitalisationPolicy", "no name", "nobody", mutation("proposeCapitalisationPolicy", "policy { version }"), () => ({ input: { framework: "own", effectiveFrom: "2033-01", treatments: IMPLEMENTATION_CATEGORIES.map((category) => ({ category, treatment: "EXPENSE" })) } }), changes),
  ask("Mutation.approveCapitalisationPolicy", "version", "programme", mutation("approveCapitalisationPolicy", "policy { version }"), (names) => ({ input: { version: names.version } }), changes),
  ask("Mutation.bookImplementationCost", "useCase", "programme", mutation("bookImplementationCost", "cost { externalId }"), (names) => ({ input: { useCase: names.useCase, period: "2027-01", category: "CODING", amount: "1.00", currency: "USD", externalId: "matrix-implementation" } }), changes),
  ask("Mutation.putInService", "useCase", "programme", mutation("putInService", "asset { id }"), (names) => ({ input: { useCase: names.useCase, goLive: "2025-10", usefulMonths: 12, contractMonths: 12 } }), changes),
  ask("Mutation.retireAsset", "useCase", "programme", mutation("retireAsset", "asset { id }"), (names) => ({ input: { useCase: names.useCase, period: "2027-01", reason: "because" } }), changes),
  ask("Mutation.proposeAllocationPolicy", "rules.pool", "programme", PROPOSE, (names) => ({ input: { effectiveFrom: "2027-01", rules: [{ pool: names.pool, parts: [{ driver: "CALLS" }] }] } }), changes),
  ask("Mutation.proposeAllocationPolicy", "rules.exclude", "programme", PROPOSE, (names) => ({ input: { effectiveFrom: "2027-01", rules: [{ pool: "platform", parts: [{ driver: "CALLS" }], exclude: [names.unit] }] } }), changes),
  ask("Mutation.approveAllocationPolicy", "version", "programme", APPROVE, (names) => ({ input: { version: names.version } }), changes),
  ask("Mutation.allocatePeriod", "period", "programme", mutation("allocatePeriod", "run { id }"), (names) => ({ input: { period: names.period } }), changes),
  ask("Mutation.assignCloseCheck", "period", "programme", mutation("assignCloseCheck", "event { check owner }"), (names) => ({ input: { check: "RUN_LATEST", owner: "somebody", period: names.period, reason: "because" } }), changes),
  ask("Mutation.signOffCloseCheck", "period", "programme", mutation("signOffCloseCheck", "event { check by }"), (names) => ({ input: { check: "MONTH_OVER", period: names.period, note: "because" } }), changes),
  ask("Mutation.withdrawCloseSignOff", "period", "programme", mutation("withdrawCloseSignOff", "event { check by }"), (names) => ({ input: { check: "MONTH_OVER", period: names.period, reason: "because" } }), changes),
  ask("Mutation.requestRestatement", "period", "programme", mutation("requestRestatement", "figures { status }"), (names) => ({ input: { period: names.latePeriod, reason: "because" } }), changes),
  ask("Mutation.restatePeriod", "period", "programme", mutation("restatePeriod", "figures { status }"), (names) => ({ input: { period: names.latePeriod } }), changes),
  ask("Mutation.withdrawRestatement", "period", "programme", mutation("withdrawRestatement", "figures { status }").replace("WithdrawRestatementInput", "RequestRestatementInput"), (names) => ({ input: { period: names.latePeriod, reason: "because" } }), changes),
  ask("Mutation.withdrawClose", "period", "programme", mutation("withdrawClose", "period { key }"), (names) => ({ input: { period: names.period, reason: "because" } }), changes),
  ask("Mutation.requestClose", "period", "programme", ofPeriod("requestClose"), (names) => ({ input: { period: names.period } }), changes),
  ask("Mutation.closePeriod", "period", "programme", ofPeriod("closePeriod"), (names) => ({ input: { period: names.period } }), changes),
  ask("Mutation.setCloseRules", "no name", "nobody", mutation("setCloseRules", "rules { version }"), () => ({ input: { unattributedThreshold: 3, reason: "because" } }), changes),
  ask("Mutation.issueStatements", "period", "programme", mutation("issueStatements", "statements { id }"), (names) => ({ input: { period: names.statementPeriod } })),
  ask("Mutation.acceptStatement", "statement", "unit", mutation("acceptStatement", "statement { id }"), (names) => ({ input: { statement: names.nodes.Statement } }), changes),
  ask("Mutation.disputeStatement", "statement and line", "unit", mutation("disputeStatement", "statement { id }"), (names) => ({ input: { statement: names.nodes.Statement, lines: [{ line: names.nodes.StatementLine, reason: "because" }] } }), changes),
  ask("Mutation.replyToDispute", "statement and line", "unit", mutation("replyToDispute", "statement { id }"), (names) => ({ input: { statement: names.nodes.Statement, line: names.nodes.StatementLine, text: "because" } }), changes),
  ask("Mutation.setStatementRules", "no name", "nobody", mutation("setStatementRules", "rules { version }"), () => ({ input: { disputeDays: 14, silence: "WAITS", reason: "because" } }), changes),
  ask("Mutation.settleStatements", "period", "programme", mutation("settleStatements", "statements { id }"), (names) => ({ input: { period: names.statementPeriod } })),
  ask("Mutation.resolveDispute", "statement", "programme", mutation("resolveDispute", "statement { id }"), (names) => ({ input: { statement: names.nodes.Statement, reason: "because", lines: [] } }), changes),
  ask("Mutation.postStatements", "period", "programme", mutation("postStatements", "statements { id }"), (names) => ({ input: { period: names.acceptedPeriod } }), changes),
  ask("Mutation.proposeAccountMapping", "rules.pool", "programme", mutation("proposeAccountMapping", "mapping { version }"), (names) => ({ input: accounts({ pool: names.pool }) }), changes),
  ask("Mutation.proposeAccountMapping", "rules.businessUnit", "programme", mutation("proposeAccountMapping", "mapping { version }"), (names) => ({ input: accounts({ businessUnit: names.unit }) }), changes),
  ask("Mutation.approveAccountMapping", "version", "programme", mutation("approveAccountMapping", "mapping { version }"), (names) => ({ input: { version: names.version } }), changes),
  ask("Mutation.generateJournal", "period", "programme", mutation("generateJournal", "journals { externalId }"), (names) => ({ input: { period: names.statementPeriod, profile: "GENERIC" } })),
  ask("Mutation.addToBackfill", "events.businessUnit", "programme", mutation("addToBackfill", "results { eventId outcome code message }"), (names) => ({ input: { name: "matrix", source: "test://matrix", events: [call("vouched-1", { businessUnit: names.unit, useCase: names.useCase })] } }), changes),
  ask("Mutation.proposeCorrection", "eventIds", "programme", PROPOSE_CORRECTION, (names) => ({ input: { kind: "AMEND", eventIds: [names.eventId], patch: { intent: "known" }, reason: "because" } }), changes),
  ask("Mutation.proposeCorrection", "useCase", "programme", PROPOSE_CORRECTION, (names) => ({ input: { kind: "ATTRIBUTE", eventIds: ["triage-2"], useCase: names.useCase, reason: "because" } }), changes),
  ask("Mutation.proposeCorrection", "backfill", "programme", PROPOSE_CORRECTION, (names) => ({ input: { kind: "BACKFILL", backfill: names.pool, reason: "because" } }), changes),
  ask("Mutation.approveCorrection", "correction", "programme", mutation("approveCorrection", "correction { id }"), (names) => ({ input: { correction: names.nodes.Correction } }), changes),
  ask("Mutation.revertCorrection", "correction", "programme", mutation("revertCorrection", "correction { id }").replace("RevertCorrectionInput", "DecideCorrectionInput"), (names) => ({ input: { correction: names.nodes.Correction, reason: "because" } }), changes),
  ask("Mutation.rejectCorrection", "correction", "programme", mutation("rejectCorrection", "correction { id }").replace("RejectCorrectionInput", "DecideCorrectionInput"), (names) => ({ input: { correction: names.nodes.Correction, reason: "because" } }), changes),
  ask("Mutation.setCorrectionRules", "no name", "nobody", mutation("setCorrectionRules", "rules { version }"), () => ({ input: { legs: 3, reason: "because" } }), changes),
  ask("Mutation.bookDriverQuantities", "quantities.businessUnit", "programme", mutation("bookDriverQuantities", "booking { driver }"), (names) => ({ input: { ...BOOKING, quantities: [{ businessUnit: names.unit, quantity: "3" }] } }), changes),
  ask("Mutation.bookDriverQuantities", "quantities.pool", "programme", mutation("bookDriverQuantities", "booking { driver }"), (names) => ({ input: { ...BOOKING, quantities: [{ pool: names.pool, quantity: "3" }] } }), changes),
  ask("Mutation.createApiKey", "businessUnits", "programme", mutation("createApiKey", "apiKey { code } secret"), (names) => ({ input: { code: "brand-new-key", role: "BUSINESS_UNIT", businessUnits: [names.unit] } }), changes),
  ask("Mutation.rotateApiKey", "code", "programme", mutation("rotateApiKey", "apiKey { code } secret"), (names) => ({ input: { code: `bi-${names.pool}` } }), changes),
  ask("Mutation.revokeApiKey", "code", "programme", mutation("revokeApiKey", "apiKey { code }"), (names) => ({ input: { code: `bi-${names.pool}`, reason: "because" } }), changes),
  ask("Mutation.placeBusinessUnit", "businessUnit", "programme", mutation("placeBusinessUnit", "place { businessUnit { code } parent { code } }"), (names) => ({ input: { businessUnit: names.unit, parent: names.unit === "support" ? "claims" : "support", effectiveFrom: "2027-01-01", reason: "because" } }), changes),
  ask("Mutation.placeBusinessUnit", "parent", "programme", mutation("placeBusinessUnit", "place { businessUnit { code } parent { code } }"), (names) => ({ input: { businessUnit: names.unit === "claims" ? "support" : "claims", parent: names.unit, effectiveFrom: "2028-01-01", reason: "because" } }), changes),
  ask("Mutation.moveUseCase", "useCase", "programme", mutation("moveUseCase", MOVED), (names) => ({ input: { useCase: names.useCase, businessUnit: "retail", effectiveFrom: "2027-01-01", reason: "because" } }), changes),
  ask("Mutation.moveUseCase", "businessUnit", "programme", mutation("moveUseCase", MOVED), (names) => ({ input: { useCase: "helpdesk", businessUnit: names.unit, effectiveFrom: "2027-01-01", reason: "because" } }), changes),
  ask("Mutation.splitBusinessUnit", "from", "programme", mutation("splitBusinessUnit", MOVED), (names) => ({ input: { from: names.unit, into: { code: "brand-new-split", name: "Brand new" }, useCases: ["returns"], effectiveFrom: "2027-01-01", reason: "because" } }), changes),
  ask("Mutation.splitBusinessUnit", "useCases", "programme", mutation("splitBusinessUnit", MOVED), (names) => ({ input: { from: "retail", into: { code: "brand-new-split-2", name: "Brand new" }, useCases: [names.useCase], effectiveFrom: "2027-01-01", reason: "because" } }), changes),
  ask("Mutation.mergeBusinessUnits", "from", "programme", mutation("mergeBusinessUnits", MOVED), (names) => ({ input: { from: [names.unit], into: "support", effectiveFrom: "2027-01-01", reason: "because" } }), changes),
  ask("Mutation.mergeBusinessUnits", "into", "programme", mutation("mergeBusinessUnits", MOVED), (names) => ({ input: { from: ["claims"], into: names.unit === "retail" ? "support" : names.unit, effectiveFrom: "2027-01-01", reason: "because" } }), changes),
  ask("Mutation.proposeTrueUp", "pool", "programme", mutation("proposeTrueUp", "trueUp { number }"), (names) => ({ input: { pool: names.pool, from: "2025-05", to: "2025-05", reason: "because" } }), changes),
  ask("Mutation.postTrueUp", "number", "programme", mutation("postTrueUp", "trueUp { number lines { businessUnit { code } } }"), (names) => ({ input: { number: names.version } }), changes),
];

const schema = buildPublicSchema();
const rootFields = (name: string): string[] => Object.keys((schema.getType(name) as GraphQLObjectType).getFields()).map((field) => `${name}.${field}`);

let server: TestServer;
let names: Record<Kind, Names>;

beforeAll(async () => {
  server = await startTestServer();
  const { own, other, foreign } = await createTwoProgrammes(server);
  names = { own, other, foreign, missing: MISSING };
  Object.assign(OWN, { connection: own.connection, key: own.key, run: own.run });
});
afterAll(() => server.close());

describe("the table of roles", () => {
  it("knows every operation of the schema, and no other", () => {
    const operations = [...rootFields("Query"), ...rootFields("Mutation"), ...(schema.getSubscriptionType() ? rootFields("Subscription") : [])];
    expect([...EXPECTED_ACCESS.keys()].sort()).toEqual(operations.sort());
    expect([...new Set([...QUERIES, ...MUTATIONS].map(({ operation }) => operation))].sort()).toEqual(operations.sort());
  });

  it("knows every narrower field, and no other", () => {
    const ruled = Object.values(schema.getTypeMap()).flatMap((type) => {
      if (!isObjectType(type) || ["Query", "Mutation"].includes(type.name)) return [];
      return Object.values(type.getFields()).flatMap((field) => (field.extensions.allow ? [[`${type.name}.${field.name}`, [...(field.extensions.allow as Role[])].sort()]] : []));
    });
    expect(Object.fromEntries(ruled)).toEqual(Object.fromEntries([...EXPECTED_FIELDS].map(([field, roles]) => [field, [...roles].sort()])));
  });

  it("knows every type that node(id) answers", () => {
    expect([...EXPECTED_NODES.keys()].sort()).toEqual(schema.getPossibleTypes(schema.getType("Node") as never).map((type) => type.name).sort());
  });

  it.each(ROLES)("tells %s what it may call", async (role) => {
    const { data } = await actorOf(server, role).ask("{ viewer { permissions } }");
    expect(data.viewer.permissions).toEqual([...EXPECTED_ACCESS].filter(([, row]) => row[role] !== "FORBIDDEN").map(([operation]) => operation).sort());
  });
});

/** FORBIDDEN, ABSENT (as if there were no such thing), FOUND, or whatever else came, spelt out. */
function outcomeOf(answer: Answer, field: string): string {
  if (answer.errors) {
    const code = answer.errors[0]!.extensions.code;
    if (code === "FORBIDDEN") return answer.status === 403 && !answer.data?.[field] ? "FORBIDDEN" : `FORBIDDEN with ${answer.body}`;
    return code === "NOT_FOUND" && !answer.data?.[field] ? "ABSENT" : answer.body;
  }
  const value = answer.data[field] as { userErrors?: Array<{ code: string }>; results?: Array<{ outcome: string; code: string }> } | null;
  if (value === null) return "ABSENT";
  if (value.userErrors?.length) return value.userErrors[0]!.code === "NOT_FOUND" ? "ABSENT" : answer.body;
  if (value.results?.[0]?.outcome === "REJECTED") return value.results[0].code === "NOT_FOUND" ? "ABSENT" : answer.body;
  return "FOUND";
}

function expectedOutcome(question: Question, verdict: Verdict, role: Role, kind: Kind): string {
  if (verdict === "FORBIDDEN") return "FORBIDDEN";
  if (verdict === "TOTALS" && question.narrow) return "FORBIDDEN";
  if (verdict === "PER_USE_CASE" && question.byUnit) return "FORBIDDEN";
  if (question.nodeType && !EXPECTED_NODES.get(question.nodeType)!.includes(role)) return "ABSENT";
  if (question.belongsTo === "nobody" || kind === "own") return "FOUND";
  if (kind === "other") return question.belongsTo === "unit" && ["OWN", "ACKS", "GRANTED"].includes(verdict) ? "ABSENT" : "FOUND";
  return question.emptyWhenMissing ? "FOUND" : "ABSENT";
}

const kindsOf = (question: Question): Kind[] => (question.belongsTo === "nobody" ? ["own"] : question.belongsTo === "unit" ? ["own", "other", "missing", "foreign"] : ["own", "missing", "foreign"]);

/** Words that only the data of somebody else holds. */
const FOREIGN_WORDS = ["freight", "harbour", "customs", "hangar", "globex"];
const OTHER_WORDS = ["claims", "triage", "helpdesk"];

function expectNothingForeign(answer: Answer, asked: Names, verdict: Verdict): void {
  const seen = withoutNames(answer.body, asked) + JSON.stringify([...answer.headers]);
  const words = verdict === "OWN" || verdict === "TOTALS" || verdict === "ACKS" || verdict === "GRANTED" ? [...FOREIGN_WORDS, ...OTHER_WORDS] : FOREIGN_WORDS;
  const ids = Object.entries(names.foreign.nodes).flatMap(([type, id]) => (["Period", "AllocationPolicy"].includes(type) ? [] : [id]));
  expect([...words, ...ids].filter((each) => seen.includes(each))).toEqual([]);
}

describe.each(ROLES)("%s", (role) => {
  it("gets from every query what the table says", async () => {
    const actor = actorOf(server, role);
    const wrong: unknown[] = [];
    for (const question of QUERIES) {
      const verdict = EXPECTED_ACCESS.get(question.operation)![role];
      const absent = new Set<string>();
      for (const kind of kindsOf(question)) {
        const answer = await actor.ask(question.query, question.variables(names[kind]));
        const outcome = outcomeOf(answer, question.operation.split(".")[1]!);
        const expected = expectedOutcome(question, verdict, role, kind);
        if (outcome !== expected) wrong.push([question.operation, question.label, kind, expected, outcome]);
        if (outcome === "ABSENT" || kind === "missing" || kind === "foreign") absent.add(withoutNames(answer.body.replace(/"extensions":\{"cost".*$/, ""), names[kind]));
        expectNothingForeign(answer, names[kind], verdict);
        expect(answer.headers.get("cache-control")).toBe("no-store, private");
      }
      // What is somebody else's and what does not exist answer the same.
      if (absent.size > 1) wrong.push([question.operation, question.label, [...absent]]);
    }
    expect(wrong).toEqual([]);
  });

  it("changes nothing where the table says no, nor with names that are not its own", async () => {
    const actor = actorOf(server, role);
    const before = await rowCounts(server);
    const wrong: unknown[] = [];
    for (const question of MUTATIONS) {
      const verdict = EXPECTED_ACCESS.get(question.operation)![role];
      const absent = new Set<string>();
      for (const kind of kindsOf(question)) {
        const expected = expectedOutcome(question, verdict, role, kind);
        if (expected === "FOUND" && question.changes) continue;
        const answer = await actor.ask(question.query, question.variables(names[kind]));
        const outcome = outcomeOf(answer, question.operation.split(".")[1]!);
        if (outcome !== expected) wrong.push([question.operation, question.label, kind, expected, outcome]);
        if (outcome === "ABSENT") absent.add(withoutNames(answer.body.replace(/"extensions":\{"cost".*$/, ""), names[kind]));
        expectNothingForeign(answer, names[kind], verdict);
      }
      const after = await rowCounts(server);
      const changed = Object.keys(after).filter((table) => after[table] !== before[table]);
      if (changed.length > 0) wrong.push([question.operation, question.label, "changed", ...changed]);
      if (absent.size > 1) wrong.push([question.operation, question.label, [...absent]]);
    }
    expect(wrong).toEqual([]);
  });

  it("exports a dataset when the table gives it the rows, and its own rows only", async () => {
    const actor = actorOf(server, role);
    const wrong: unknown[] = [];
    for (const { name, operation } of DATASETS) {
      const verdict = EXPECTED_ACCESS.get(operation)![role];
      const response = await fetch(`${server.url}/export/${name}.ndjson`, { headers: { authorization: `Bearer ${actor.token}` } });
      const body = await response.text();
      const isReader = EXPECTED_EXPORTS.get(name)?.includes(role) ?? false;
      if (isReader && verdict === "FORBIDDEN") wrong.push([name, "more than the API", verdict]);
      if (response.status !== (isReader ? 200 : 403)) wrong.push([name, verdict, response.status, body.slice(0, 300)]);
      const words = verdict === "OWN" ? [...FOREIGN_WORDS, ...OTHER_WORDS] : FOREIGN_WORDS;
      if (words.some((word) => body.includes(word))) wrong.push([name, "leaks", body.slice(0, 300)]);
    }
    expect(wrong).toEqual([]);
  });

  it("may not select the narrower fields", async () => {
    const documents: Record<string, string> = {
      "Viewer.programme": "{ viewer { programme { code } } }",
      "Viewer.businessUnits": "{ viewer { ... on Viewer { businessUnits { code } } } }",
      "UsageEvent.reportedBusinessUnit": "query($id: ID!) { node(id: $id) { ... on UsageEvent { reportedBusinessUnit } } }",
      "Period.closeRequestedBy": "{ periods(first: 1) { edges { node { closeRequestedBy } } } }",
      "Period.closedBy": "{ period(key: \"2025-10\") { ...seen } } fragment seen on Period { closedBy }",
      "Period.auditHead": "{ period(key: \"2025-10\") { hidden: auditHead } }",
      "Adjustment.lateEvents": "{ adjustments(period: \"2025-10\") { lateEvents } }",
      "DisputeResolution.programmeLines": "{ statements(first: 1) { edges { node { disputes { resolution { programmeLines { description } } } } } } }",
      "BusinessCase.figures": "{ businessCase(useCase: \"order-status\") { figures { startMonth } } }",
      "Adjustment.hash": "{ adjustments(period: \"2025-10\") { hash } }",
      "Adjustment.lateCostEntries": "{ adjustments(period: \"2025-10\") { ... on Adjustment { lateCostEntries } } }",
      "UsageEvent.attributes": "query($id: ID!) { node(id: $id) { ... on UsageEvent { attributes } } }",
      "UsageEvent.costItems": "query($id: ID!) { node(id: $id) { ... on UsageEvent { costItems { component } } } }",
      "UsageEvent.correction": "query($id: ID!) { node(id: $id) { ... on UsageEvent { correction { id } } } }",
      "UsageEvent.charges": "query($id: ID!) { node(id: $id) { ... on UsageEvent { charges { amount { amount } } } } }",
      "UsageEvent.reportedUseCase": "query($id: ID!) { node(id: $id) { ...seen } } fragment seen on UsageEvent { hidden: reportedUseCase }",
    };
    const actor = actorOf(server, role);
    for (const [field, roles] of EXPECTED_FIELDS) {
      const answer = await actor.ask(documents[field]!, { id: names.own.nodes.UsageEvent });
      expect([field, answer.errors?.[0]?.extensions.code ?? "ALLOWED"]).toEqual([field, roles.includes(role) ? "ALLOWED" : "FORBIDDEN"]);
    }
  });
});

/** What another person must do than the one who asked for it. */
const SECOND_PERSON: ReadonlySet<string> = new Set(["Mutation.approveAttributionModel", "Mutation.lockBaseline", "Mutation.signOffBenefit", "Mutation.rejectBenefit", "Mutation.approveAccountMapping", "Mutation.approveAllocationPolicy", "Mutation.approveRateCard", "Mutation.closePeriod", "Mutation.restatePeriod", "Mutation.postTrueUp", "Mutation.approveCorrection", "Mutation.approveFunding", "Mutation.approveBudgetModel", "Mutation.approveBusinessCase", "Mutation.approveProgrammePlan", "Mutation.releaseTranche", "Mutation.approveExecutiveGroups", "Mutation.approveCapitalisationPolicy"]);

describe("who is allowed gets through", () => {
  it("with one's own names every mutation does what it says", async () => {
    const wrong: unknown[] = [];
    for (const question of MUTATIONS) {
      const roles = ROLES.filter((role) => EXPECTED_ACCESS.get(question.operation)![role] !== "FORBIDDEN");
      const actor = roles[0] === "FINANCE" && SECOND_PERSON.has(question.operation) ? server.as("FINANCE", { subject: "second-person" }) : actorOf(server, roles[0]!);
      const answer = await actor.ask(question.query, question.variables(names.own));
      if (outcomeOf(answer, question.operation.split(".")[1]!) !== "FOUND") wrong.push([question.operation, question.label, answer.body]);
    }
    expect(wrong).toEqual([]);
  });

  it("an administrator of one programme makes no other", async () => {
    const before = await rowCounts(server);
    const create = (programme: string | null, code: string): Promise<Answer> => server.as("ADMIN", { programme }).ask(MUTATIONS[0]!.query, { input: { code, name: "Another", currency: "USD", timeZone: "UTC" } });
    expect(outcomeOf(await create("acme", "another"), "createProgramme")).toBe("FORBIDDEN");
    expect(outcomeOf(await create("acme", "globex"), "createProgramme")).toBe("FORBIDDEN");
    expect(await rowCounts(server)).toEqual(before);
  });

  it("a token of a programme that does not exist, or of none, gets FORBIDDEN and the same words", async () => {
    const answer = await server.as("FINANCE", { programme: "nowhere" }).ask("{ programme { code } }");
    expect([answer.status, answer.errors![0]!.extensions.code]).toEqual([403, "FORBIDDEN"]);
    const none = await server.as("FINANCE", { programme: null }).ask("{ businessUnits(first: 1) { edges { cursor } } }");
    expect([none.status, none.errors![0]!.extensions.code]).toEqual([403, "FORBIDDEN"]);
  });

  it("units that a token names but that are another programme's give no access", async () => {
    const unit = server.as("BUSINESS_UNIT", { businessUnits: ["freight", "nowhere"] });
    const { data } = await unit.ask("{ viewer { businessUnits { code } } businessUnits(first: 10) { edges { node { code } } } usage(where: {}, groupBy: [BUSINESS_UNIT]) { rows { legs } total { legs contacts } } usageEvents(where: {}, first: 10) { edges { cursor } } }");
    expect(data).toEqual({ viewer: { businessUnits: [] }, businessUnits: { edges: [] }, usage: { rows: [], total: { legs: 0, contacts: 0 } }, usageEvents: { edges: [] } });
    const globex = await inProgramme(server, "globex").as("BUSINESS_UNIT", { businessUnits: ["freight"] }).ask("{ usage(where: {}, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } legs } } }");
    expect(globex.data.usage.rows).toEqual([{ businessUnit: { code: "freight" }, legs: 2 }]);
  });
});
