import { GraphQLObjectType, getNamedType } from "graphql";
import { buildPublicSchema } from "../../src/app/schema";
import { FIELD_DIMENSIONS } from "../../src/metering";
import { Role } from "../../src/tenancy";
import { ALLOCATE, agree, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { EXPECTED_ACCESS } from "../support/expected-access";
import { Actor, TestServer, startTestServer } from "../support/server";
import { BOOK, CREATE_POOL, CREATE_UNIT, CREATE_USE_CASE, actorOf, idOf, inProgramme } from "../support/two-programmes";
import { PROPOSE_CASE, casePlan, claimBenefits } from "../support/two-programmes";
import { wholeSelection } from "../support/whole-selection";

const MARK = "CANARY";
const schema = buildPublicSchema();
const queries = (schema.getType("Query") as GraphQLObjectType).getFields();

let server: TestServer;
let ids: string[];

/** A call whose every text field carries the mark. */
const marked = (id: string, more: Record<string, unknown>): Record<string, unknown> => {
  const text = (name: string): string => `${MARK}-${name}-${id}`;
  return {
    ...call(text("event"), { contactId: text("contact"), legId: text("leg"), ...more }),
    parentLegId: text("parent"), campaignRunId: text("campaign"), workflow: text("workflow"), cohort: text("cohort"), variant: text("variant"), provider: text("provider"), providerRef: text("providerRef"),
    telephonyRef: text("telephony"), customerRef: text("customer"), agentId: text("agent"), agentVersion: text("agentVersion"), promptVersion: text("prompt"), model: text("model"), language: MARK, jurisdiction: MARK,
    endReasonRaw: text("reason"), intent: text("intent"), attributes: { note: text("attributes") },
  };
};

beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
  const admin = server.as("ADMIN");
  await must(admin, CREATE_UNIT, { input: { code: `${MARK}.unit`, name: `${MARK} unit`, costCentre: `${MARK}-1`, chargebackMode: "CHARGEBACK" } });
  await must(admin, CREATE_USE_CASE, { input: { code: `${MARK}.case`, name: `${MARK} case`, businessUnit: `${MARK}.unit` } });
  await report(integration(server), [call("own-1"), call("own-2"), call("own-3", { useCase: "triage" }), call("own-4", { useCase: "helpdesk" })]);
  await report(integration(server, [`${MARK}.unit`]), [
    marked("1", { useCase: `${MARK}.case`, businessUnit: `${MARK}.unit` }), marked("2", { useCase: `${MARK}.case`, connectedAt: "2025-10-10T14:00:30.000Z" }),
    marked("3", { useCase: `${MARK}.unknown` }), marked("4", { useCase: `${MARK}.case`, endedAt: "2025-09-10T14:00:00.000Z", connectedAt: null }),
  ], `${MARK}://source`);
  await bookAndAgree(server, { pool: "platform" });
  await must(server.as("FINANCE"), CREATE_POOL, { input: { code: "direct", name: "Direct", kind: "DIRECT" } });
  await must(server.as("FINANCE"), BOOK, { input: { pool: "direct", period: "2025-10", amount: "5.00", currency: "USD", externalId: `${MARK}-entry`, useCase: `${MARK}.case`, description: MARK, vendor: MARK, invoice: MARK } });
  await agree(server, [{ pool: "platform", parts: [{ driver: "CALLS" }] }]);
  await must(server.as("FINANCE"), ALLOCATE, { input: { period: "2025-10" } });
  await must(server.as("FINANCE"), "mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { userErrors { code } } }", { input: { eventIds: [`${MARK}-event-3`], useCase: `${MARK}.case`, reason: MARK } });
  await rateMarked();
  await disputeMarked();
  await postMarked();
  await investMarked();

  const globex = inProgramme(server, "globex");
  await createAcme(server, { code: "globex" });
  await must(globex.as("ADMIN"), CREATE_USE_CASE, { input: { code: `${MARK}.case`, name: MARK, businessUnit: "retail" } });
  await report(integration(globex), [marked("1", { useCase: `${MARK}.case`, businessUnit: "retail" }), marked("2", { useCase: "triage" }), marked("3", { useCase: "helpdesk" }), marked("4", { useCase: null })], `${MARK}://source`);
  await bookAndAgree(globex, { pool: `${MARK}.pool` });
  await must(globex.as("FINANCE"), ALLOCATE, { input: { period: "2025-10" } });

  const rows = await server.sql<{ id: string; type: string }>(`
    select id, 'BusinessUnit' as type from tenancy.business_unit union all select id, 'UseCase' from tenancy.use_case union all select id, 'Programme' from tenancy.programme
    union all select event_key, 'UsageEvent' from metering.usage_event union all select id, 'CostPool' from costs.cost_pool union all select id, 'CostEntry' from costs.cost_entry union all select id, 'AllocationRun' from allocation.run union all select id, 'RatingRun' from rating.run
    union all select id, 'Statement' from chargeback.statement union all select distinct line_id, 'StatementLine' from chargeback.statement_line`);
  ids = [...rows.map(({ id, type }) => idOf(type, id)), ...["1", "2", "3"].map((version) => idOf("AllocationPolicy", version)), idOf("Period", "2025-09"), idOf("Period", "2025-10")];
});
afterAll(() => server.close());

/** A rate card for what the marked unit used, and October rated by it. */
async function rateMarked(): Promise<void> {
  const input = { vendor: `${MARK}-provider-1`, component: "PLATFORM", unit: "MINUTE", currency: "USD", effectiveFrom: "2025-10", tiers: [{ price: "1" }], pool: "direct", note: MARK };
  await must(server.as("FINANCE"), "mutation($input: ProposeRateCardInput!) { proposeRateCard(input: $input) { userErrors { code message } } }", { input });
  await must(server.as("FINANCE", { subject: "controller" }), "mutation { approveRateCard(input: { version: 1 }) { userErrors { code message } } }");
  await must(server.as("FINANCE"), 'mutation { ratePeriod(input: { period: "2025-10" }) { userErrors { code message } } }');
}

/** A closed month in which the marked unit disputed its statement and finance moved some of it to retail. */
async function disputeMarked(): Promise<void> {
  const finance = server.as("FINANCE");
  for (const [useCase, externalId] of [["order-status", "august"], [`${MARK}.case`, `${MARK}-august`]]) await must(finance, BOOK, { input: { pool: "direct", period: "2025-08", amount: "5.00", currency: "USD", externalId, useCase } });
  await server.sql("update governance.period set status = 'CLOSED', closed_at = now(), cutoff = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' where key = '2025-08'");
  await must(finance, "mutation($input: IssueStatementsInput!) { issueStatements(input: $input) { userErrors { code } } }", { input: { period: "2025-08" } });
  const { statement } = await must(finance, `{ statement(businessUnit: "${MARK}.unit", period: "2025-08") { id lines { id } } }`);
  const unit = server.as("BUSINESS_UNIT", { businessUnits: [`${MARK}.unit`], subject: `${MARK}-head` });
  await must(unit, "mutation($input: DisputeStatementInput!) { disputeStatement(input: $input) { userErrors { code } } }", { input: { statement: statement.id, lines: [{ line: statement.lines[0].id, reason: MARK, evidence: [{ reference: `https://${MARK}`, text: MARK }] }] } });
  for (const [actor, text] of [[server.as("FINANCE", { subject: `${MARK}-desk` }), `${MARK}-question`], [unit, `${MARK}-reply`]] as const) await must(actor, "mutation($input: ReplyToDisputeInput!) { replyToDispute(input: $input) { userErrors { code message } } }", { input: { statement: statement.id, line: statement.lines[0].id, text, evidence: [{ reference: MARK }] } });
  const lines = [{ businessUnit: `${MARK}.unit`, useCase: `${MARK}.case`, amount: "-2.00", description: MARK }, { businessUnit: "retail", useCase: `${MARK}.case`, pool: "direct", amount: "1.00" }, { amount: "1.00", description: MARK }];
  await must(finance, "mutation($input: ResolveDisputeInput!) { resolveDispute(input: $input) { userErrors { code } } }", { input: { statement: statement.id, reason: MARK, lines } });
}

/** The journal of that month: what the marked unit is charged, on marked accounts. */
async function postMarked(): Promise<void> {
  const input = { effectiveFrom: "2025-08", note: MARK, entity: MARK, recovery: { account: `${MARK}-4900` }, rules: [{ debit: { account: `${MARK}-6100`, segments: [MARK] } }] };
  await must(server.as("FINANCE"), "mutation($input: ProposeAccountMappingInput!) { proposeAccountMapping(input: $input) { userErrors { code message } } }", { input });
  await must(server.as("FINANCE", { subject: "controller" }), "mutation { approveAccountMapping(input: { version: 1 }) { userErrors { code message } } }");
  await must(server.as("FINANCE"), 'mutation { generateJournal(input: { period: "2025-08", profile: GENERIC }) { userErrors { code message } } }');
}

/** A plan of the marked use case, and a benefit that it claims on a pool of its own. */
async function investMarked(): Promise<void> {
  await must(server.as("FINANCE"), PROPOSE_CASE, { input: { ...casePlan(`${MARK}.case`), sponsor: MARK, budgetHolder: MARK, problem: MARK, problemMetric: MARK } });
  await claimBenefits(server, [`${MARK}.case`], MARK, "2025-10");
}

/** Variables declared, arguments, their values, and what is selected when not everything is. */
type Form = [string, string, Record<string, unknown>, string?];

/** Every read that the table of roles allows, with every field, in each form that its arguments take. */
function reads(role: Role): Array<{ query: string; variables: Record<string, unknown> }> {
  const whole = (name: string): string => wholeSelection(schema, getNamedType(queries[name]!.type), role);
  const totals = EXPECTED_ACCESS.get("Query.usage")![role] === "TOTALS";
  // Every type at once would be a longer query than is taken, so an object is asked for as what its id says it is.
  const ofStatements = (type: string): string => wholeSelection(schema, schema.getType(type)!, role, ["AllocationExplanation"]);
  const explained = `lines { explanation { ${wholeSelection(schema, schema.getType("AllocationExplanation")!, role)} } }`;
  const bridged = wholeSelection(schema, schema.getType("ChargeBridge")!, role, ["Statement", "AllocationExplanation"]);
  const summed = wholeSelection(schema, schema.getType("StatementRollUp")!, role, ["Statement"]);
  const ofJournals = wholeSelection(schema, schema.getType("Journal")!, role, ["Statement", "StatementLine"]);
  const asWhat = (id: string): string => {
    const type = Buffer.from(id, "base64url").toString().split(":")[0]!;
    return `__typename ... on ${type} { ${ofStatements(type)} }`;
  };
  const forms: Record<string, Form[]> = {
    node: ids.map((id) => ["$id: ID!", "id: $id", { id }, asWhat(id)]),
    source: ["test://source", `${MARK}://source`].map((uri) => ["$uri: String!", "uri: $uri", { uri }]),
    corrections: [["", "first: 20", {}]],
    previewCorrection: [["$input: PreviewCorrectionInput!", "input: $input", { input: { kind: "VOID", where: { period: "2025-10" } } }]],
    correction: ids.filter((id) => Buffer.from(id, "base64url").toString().startsWith("Correction:")).map((id) => ["$id: ID!", "id: $id", { id }]),
    closeChecklist: [["$key: PeriodKey!", "period: $key", { key: "2025-10" }]],
    periodFigures: [["$key: PeriodKey!", "period: $key", { key: "2025-08" }]],
    previewRestatement: [["$key: PeriodKey!", "period: $key", { key: "2025-08" }]],
    periodCharges: [["$key: PeriodKey!", "period: $key", { key: "2025-08" }]],
    closePreview: [["$key: PeriodKey!", "period: $key", { key: "2025-10" }]],
    adjustments: [["$key: PeriodKey!", "period: $key", { key: "2025-10" }]],
    businessUnit: ["retail", "claims", `${MARK}.unit`].map((code) => ["$code: String!", "code: $code", { code }]),
    useCase: ["order-status", "triage", `${MARK}.case`].map((code) => ["$code: String!", "code: $code", { code }]),
    period: [["$key: PeriodKey!", "key: $key", { key: "2025-10" }], ["$key: PeriodKey!", "key: $key", { key: "2025-09" }]],
    usage: (totals ? [[], ["PERIOD"], ["MONTH"]] : [[], ["BUSINESS_UNIT", "USE_CASE", "CHANNEL", "DIRECTION", "PROVIDER", "OUTCOME", "DAY"], ["PROVIDER"], ["BUSINESS_UNIT", "USE_CASE", "PERIOD"], ["HOUR", "PROVIDER", "USE_CASE"], [...FIELD_DIMENSIONS]]).flatMap((groupBy) =>
      [{ period: "2025-10" }, {}].map((where) => ["$where: UsageWhere!, $groupBy: [UsageDimension!]!", "where: $where, groupBy: $groupBy", { where, groupBy }] as [string, string, Record<string, unknown>])),
    usagePeaks: [[], [...FIELD_DIMENSIONS, "PROVIDER"], ["USE_CASE"]].map((groupBy) => ["$groupBy: [UsageDimension!]!", "where: {}, groupBy: $groupBy, bucket: DAY", { groupBy }]),
    usageDurations: [[], [...FIELD_DIMENSIONS, "PROVIDER"], ["USE_CASE", "HOUR"], ["SOURCE"]].map((groupBy) => ["$groupBy: [UsageDimension!]!", "where: {}, groupBy: $groupBy", { groupBy }]),
    usageEvents: [{}, { period: "2025-10" }, { useCase: ["order-status"] }].map((where) => ["$where: UsageWhere!", "first: 100, where: $where", { where }]),
    allocation: (totals ? [[]] : [[], ["BUSINESS_UNIT", "USE_CASE", "POOL", "CHANNEL"], ["BUSINESS_UNIT", "POOL"], ["USE_CASE"]]).map((groupBy) => ["$groupBy: [AllocationDimension!]!", 'period: "2025-10", groupBy: $groupBy', { groupBy }]),
    explainAllocation: ["retail", "claims"].map((unit) => ["$unit: String!", 'period: "2025-10", businessUnit: $unit', { unit }]),
    allocationRunDiff: ids.filter((id) => Buffer.from(id, "base64url").toString().startsWith("AllocationRun:")).map((id) => ["$id: ID!", "from: $id, to: $id", { id }]),
    chargeBridge: ["retail", "claims", `${MARK}.unit`].map((unit) => ["$unit: String!", 'businessUnit: $unit, from: "2025-08", to: "2025-10"', { unit }, bridged]),
    planBridge: ["retail", `${MARK}.unit`].map((unit) => ["$unit: String!", 'businessUnit: $unit, period: "2025-10", plan: { pools: [{ pool: "platform", amount: "9" }] }', { unit }, bridged]),
    policyDiff: [["", "from: 1, to: 1", {}]],
    comparePolicies: [["$input: ComparePoliciesInput!", "input: $input", { input: { period: "2025-10", versions: [1] } }]],
    businessUnitHierarchy: [["$key: PeriodKey!", "period: $key, first: 100", { key: "2025-10" }]],
    businessCase: ["order-status", `${MARK}.case`].map((code) => ["$code: String!", "useCase: $code", { code }]),
    ebitBridge: [["", 'from: "2025-08", to: "2025-10"', {}]],
    explainBenefit: [["$code: String!", 'benefit: $code, period: "2025-10"', { code: `${MARK}.case-benefit` }]],
    benefitPool: [["$code: String!", 'code: $code, period: "2025-10"', { code: `${MARK}-savings` }]],
    previewTrueUp: [["$code: String!", 'pool: $code, from: "2025-08", to: "2025-08"', { code: `${MARK}.pool` }]],
    programmePlans: [["", "kind: BUDGET", {}], ["", "kind: FORECAST", {}]],
    statement: ["retail", "claims", `${MARK}.unit`].flatMap((unit) => [ofStatements("Statement"), explained].map((selection) => ["$unit: String!", 'businessUnit: $unit, period: "2025-08"', { unit }, selection] as Form)),
    statements: [{ period: "2025-08" }, { status: ["ISSUED", "SUPERSEDED"] }].map((where) => ["$where: StatementWhere", "first: 10, where: $where", { where }, `edges { cursor node { ${ofStatements("Statement")} } }`]),
    statementRollUp: ["retail", "claims", `${MARK}.unit`].map((unit) => ["$unit: String!", 'businessUnit: $unit, period: "2025-08"', { unit }, `${summed} units { statement { id total { amount } disputes { reason } } }`]),
    unmappedAccounts: [["$key: PeriodKey!", "period: $key", { key: "2025-08" }]],
    journal: ["acme-2025-08-J1", "acme-2025-08-J2"].map((id) => ["$id: String!", "externalId: $id", { id }, ofJournals]),
    journals: [["", "first: 10", {}, `edges { cursor node { ${ofJournals} } }`]],
    usageCost: [["$where: UsageCostWhere!", "where: $where, groupBy: [BUSINESS_UNIT, USE_CASE, VENDOR, COMPONENT]", { where: { period: "2025-10" } }]],
    ratingRuns: [["$where: RatingRunWhere", "first: 10, where: $where", { where: { period: "2025-10" } }]],
    explainUsageCost: [["$where: UsageCostWhere!", "where: $where", { where: { period: "2025-10" } }, "vendor amount { amount } useCase { code } remainder { name exactAmount } legs(first: 10) { edges { node { event { eventId provider } } } }"]],
    simulateRating: [["$input: SimulateRatingInput!", "input: $input", { input: { period: "2025-10", usageOfAll: true, card: { vendor: "acme-voice", component: "PLATFORM", unit: "MINUTE", currency: "USD", effectiveFrom: "2025-10", tiers: [{ price: "1" }], pool: "direct" } } }]],
    vendorStatements: [["$key: PeriodKey!", "period: $key", { key: "2025-10" }]],
    reconciliation: [["$key: PeriodKey!", 'period: $key, vendor: "acme-voice"', { key: "2025-10" }]],
    simulateAllocation: [["$input: SimulateAllocationInput!", "input: $input", { input: { period: "2025-10", groupBy: ["BUSINESS_UNIT", "USE_CASE", "POOL"] } }]],
  };
  return Object.keys(queries).filter((name) => EXPECTED_ACCESS.get(`Query.${name}`)![role] !== "FORBIDDEN").flatMap((name) => {
    const given = queries[name]!.args.flatMap(({ name: argument, type }) => (argument === "first" ? ["first: 100"] : String(type) === "PeriodKey!" ? [`${argument}: "2025-10"`] : []));
    const plain: Form[] = [["", given.join(", "), {}]];
    return (forms[name] ?? plain).map(([declared, given, variables, selection]) => ({
      query: `query${declared ? `(${declared})` : ""} { ${name}${given ? `(${given})` : ""} { ${selection ?? whole(name)} } }`, variables,
    }));
  });
}

/** Asks everything that the role may ask; answers where the mark was seen. What the request itself named does not count. */
async function seen(actor: Actor, role: Role): Promise<string[]> {
  const found: string[] = [];
  for (const { query, variables } of reads(role)) {
    const answer = await actor.ask(query, variables);
    expect([query.slice(0, 100), [200, 403, 404].includes(answer.status) || answer.body.slice(0, 300)]).toEqual([query.slice(0, 100), true]);
    let text = answer.body + JSON.stringify([...answer.headers]);
    for (const value of Object.values(variables)) if (typeof value === "string") text = text.replaceAll(value, "");
    if (text.includes(MARK)) found.push(`${query.slice(0, 120)} ${JSON.stringify(variables)}`);
  }
  return found;
}

describe("a mark in everything that another unit and another programme wrote", () => {
  it.each<[Role, string[]]>([["BUSINESS_UNIT", ["retail"]], ["BUSINESS_UNIT", ["claims", "support"]], ["OPERATOR", ["retail"]], ["EXECUTIVE", []], ["INTEGRATION", ["retail"]]])("is never seen by %s of %j", async (role, units) => {
    expect(await seen(server.as(role, { businessUnits: units }), role)).toEqual([]);
  });

  it("is seen by those who may: the scan is not blind", async () => {
    const finance = await seen(server.as("FINANCE"), "FINANCE");
    for (const name of ["businessUnits", "useCases", "usage(", "usagePeaks", "usageDurations", "usageEvents", "usageCost", "explainUsageCost", "rateCards", "unattributedUsage", "costEntries", "allocation(", "statement(", "statements(", "statementRollUp(", "businessCase", "benefits", "benefitPool(", "explainBenefit", "chargeBridge", "allocationRunDiff", "accountMappings", "journal(", "journals(", "auditEntries", "node"]) expect([name, finance.some((query) => query.includes(`{ ${name}`))]).toEqual([name, name !== "unattributedUsage"]);
    expect((await seen(server.as("BUSINESS_UNIT", { businessUnits: [`${MARK}.unit`] }), "BUSINESS_UNIT")).length).toBeGreaterThan(10);
  });

  it("is not seen by finance of a programme that holds none", async () => {
    await createAcme(server, { code: "initech" });
    expect(await seen(inProgramme(server, "initech").as("FINANCE"), "FINANCE")).toEqual([]);
  });

  it("is in no open route", async () => {
    for (const path of ["/", "/metrics", "/readyz", "/livez", "/schema.graphql", "/nothing"]) expect(await (await fetch(server.url + path)).text()).not.toContain(MARK);
  });
});

const USAGE = "usage(where: $where, groupBy: [BUSINESS_UNIT, USE_CASE]) { rows { businessUnit { code } useCase { code } legs contacts connectedMs } total { legs contacts } }";

describe("one request, several questions", () => {
  it("aliases and fragments answer what separate requests answer", async () => {
    const unit = server.as("BUSINESS_UNIT", { businessUnits: ["retail", "claims"] });
    const one = async (where: unknown): Promise<unknown> => (await must(unit, `query($where: UsageWhere!) { ${USAGE} }`, { where })).usage;
    const [retail, claims] = [{ businessUnit: ["retail"] }, { businessUnit: ["claims"] }];
    const together = await must(
      unit,
      `query($a: UsageWhere!, $b: UsageWhere!) { a: usage(where: $a, groupBy: [BUSINESS_UNIT, USE_CASE]) { ...all } ... on Query { b: usage(where: $b, groupBy: [BUSINESS_UNIT, USE_CASE]) { ... { ...all } } }
         x: businessUnit(code: "retail") { name } y: businessUnit(code: "claims") { name } z: businessUnit(code: "support") { name } }
       fragment all on UsageReport { rows { businessUnit { code } useCase { code } legs contacts connectedMs } total { legs contacts } }`,
      { a: retail, b: claims },
    );
    expect(together).toEqual({ a: await one(retail), b: await one(claims), x: { name: "Unit retail" }, y: { name: "Unit claims" }, z: null });
  });

  it("two tenants at once never get each other's rows, 200 rounds", async () => {
    const document = `query($where: UsageWhere!) { ${USAGE} businessUnits(first: 10) { edges { node { id code name } } } usageEvents(where: {}, first: 20) { edges { node { id eventId businessUnit { id } useCase { id name } } } } }`;
    const actors = [server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }), inProgramme(server, "globex").as("BUSINESS_UNIT", { businessUnits: ["retail"] }), server.as("FINANCE"), inProgramme(server, "globex").as("FINANCE")];
    const alone: string[] = [];
    for (const actor of actors) alone.push((await actor.ask(document, { where: {} })).body);
    expect(new Set(alone).size).toBe(4);
    let crossings = 0;
    for (let round = 0; round < 200; round += 1) {
      const together = await Promise.all(actors.map((actor) => actor.ask(document, { where: {} })));
      together.forEach((answer, index) => {
        if (answer.body !== alone[index]) crossings += 1;
      });
    }
    expect(crossings).toBe(0);
  });
});

describe("executives and the steering group", () => {
  const question = (where: unknown, groupBy: unknown): [string, Record<string, unknown>] => ["query($where: UsageWhere!, $groupBy: [UsageDimension!]!) { usage(where: $where, groupBy: $groupBy) { rows { bucket legs calls connectedMs } total { legs calls } } }", { where, groupBy }];
  const codeOf = async (actor: Actor, [query, variables]: [string, Record<string, unknown>]): Promise<string> => (await actor.ask(query, variables)).errors?.[0]?.extensions.code ?? "ANSWERED";

  it.each(["EXECUTIVE", "STEERING"] as const)("%s asks for nothing narrower than a month of the programme", async (role) => {
    const actor = actorOf(server, role);
    for (const groupBy of ["BUSINESS_UNIT", "USE_CASE", "CHANNEL", "DIRECTION", "PROVIDER", "OUTCOME", "WEEK", "DAY", "HOUR"]) expect([groupBy, await codeOf(actor, question({ period: "2025-10" }, [groupBy]))]).toEqual([groupBy, "FORBIDDEN"]);
    for (const where of [{ from: "2025-10-01T00:00:00Z" }, { to: "2025-11-01T00:00:00Z" }, { businessUnit: ["retail"] }, { businessUnit: [] }, { useCase: ["triage"] }, { channel: ["VOICE"] }, { direction: ["INBOUND"] }]) expect([where, await codeOf(actor, question(where, []))]).toEqual([where, "FORBIDDEN"]);
    expect(await codeOf(actor, question({ period: "2025-10" }, ["PERIOD"]))).toBe("ANSWERED");
    expect(await codeOf(actor, ["{ usage(where: {}, groupBy: []) { ...t } } fragment t on UsageReport { total { ... { many: contacts } } }", {}])).toBe("FORBIDDEN");
    const { usage } = await must(actor, '{ usage(where: { period: "2025-10" }, groupBy: []) { rows { legs } total { legs contacts } } }');
    expect(usage).toEqual({ rows: [{ legs: 7 }], total: { legs: 7, contacts: 7 } });
    // September was used by one unit alone: it is left out, and alone it is refused.
    expect((await must(actor, ...question({}, ["PERIOD"]))).usage).toEqual({ rows: [{ bucket: "2025-10-01T04:00:00.000Z", legs: 7, calls: 7, connectedMs: 420_000 }], total: { legs: 7, calls: 7 } });
    expect(await codeOf(actor, question({ period: "2025-09" }, []))).toBe("FORBIDDEN");
    for (const allocation of ['allocation(period: "2025-10", groupBy: [BUSINESS_UNIT])', 'allocation(period: "2025-10", groupBy: [POOL])', 'allocation(period: "2025-10", groupBy: [], where: {})']) expect(await codeOf(actor, [`{ ${allocation} { total { amount } } }`, {}])).toBe("FORBIDDEN");
  });

  it("a unit whose legs were all voided does not count towards the three", async () => {
    const small = inProgramme(server, "small");
    await createAcme(server, { code: "small" });
    const events = [call("a"), call("b", { useCase: "triage" }), call("c", { useCase: "helpdesk" })];
    await report(integration(small), events);
    const executive = small.as("EXECUTIVE");
    expect((await must(executive, ...question({ period: "2025-10" }, []))).usage.total.legs).toBe(3);
    await report(integration(small), ["b", "c"].map((id) => ({ ...events.find((event) => event.eventId === id), eventId: `${id}-void`, type: "LEG_VOIDED", revision: 1 })));
    expect(await codeOf(executive, question({ period: "2025-10" }, []))).toBe("FORBIDDEN");
    expect(await codeOf(executive, question({}, ["MONTH"]))).toBe("FORBIDDEN");
    expect(await codeOf(executive, ['{ usage(where: { period: "2025-10" }, groupBy: []) { rows { contacts } } }', {}])).toBe("FORBIDDEN");
  });

  it("an allocation that fewer than three units bear is refused", async () => {
    const pair = inProgramme(server, "pair");
    await createAcme(server, { code: "pair" });
    await report(integration(pair), [call("a"), call("b", { useCase: "triage" })]);
    await bookAndAgree(pair);
    await must(pair.as("FINANCE"), ALLOCATE, { input: { period: "2025-10" } });
    const query: [string, Record<string, unknown>] = ['{ allocation(period: "2025-10", groupBy: []) { total { amount } } }', {}];
    expect(await codeOf(pair.as("FINANCE"), query)).toBe("ANSWERED");
    expect(await codeOf(pair.as("EXECUTIVE"), query)).toBe("FORBIDDEN");
    expect(await codeOf(pair.as("STEERING"), query)).toBe("FORBIDDEN");
  });

  it("the programme lead sees use cases and no unit", async () => {
    const lead = server.as("PROGRAMME_LEAD");
    expect(await codeOf(lead, question({ businessUnit: ["retail"] }, []))).toBe("FORBIDDEN");
    expect(await codeOf(lead, question({}, ["USE_CASE", "BUSINESS_UNIT"]))).toBe("FORBIDDEN");
    const { usage } = await must(lead, '{ usage(where: { useCase: ["order-status"] }, groupBy: [USE_CASE]) { rows { useCase { code } businessUnit { code } legs } } }');
    expect(usage.rows).toEqual([{ useCase: { code: "order-status" }, businessUnit: null, legs: 2 }]);
  });

  it("an operator is held to the units of the token", async () => {
    const operator = server.as("OPERATOR", { businessUnits: ["claims"] });
    const { usage } = await must(operator, "{ usage(where: {}, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } legs } total { legs contacts } } }");
    expect(usage).toEqual({ rows: [{ businessUnit: { code: "claims" }, legs: 1 }], total: { legs: 1, contacts: 1 } });
    for (const query of ['{ allocation(period: "2025-10", groupBy: []) { total { amount } } }', '{ explainAllocation(period: "2025-10", businessUnit: "claims") { amount { amount } } }', "{ costEntries(first: 1) { edges { cursor } } }"]) expect(await codeOf(operator, [query, {}])).toBe("FORBIDDEN");
  });
});

describe("an integration", () => {
  it("reads its acks and its own name, nothing else", async () => {
    const actor = server.as("INTEGRATION", { businessUnits: ["retail"] });
    const { viewer } = await must(actor, "{ viewer { id subject role permissions } }");
    expect(viewer).toEqual({ id: "test-integration", subject: "test-integration", role: "INTEGRATION", permissions: ["Mutation.reportUsage", "Query.viewer"] });
    for (const query of ["{ viewer { programme { code } } }", "{ viewer { businessUnits { code } } }", "{ viewer { ...more } } fragment more on Viewer { programme { name } }", "query A { viewer { id } } query B { businessUnits(first: 1) { edges { cursor } } }"]) {
      const answer = await actor.ask(query);
      expect([query, answer.status === 400 || answer.errors![0]!.extensions.code === "FORBIDDEN"]).toEqual([query, true]);
    }
  });

  it("learns nothing of what another unit's integration sent under the same identity", async () => {
    const mine = server.as("INTEGRATION", { businessUnits: ["retail"] });
    const before = await server.sql("select count(*) from metering.usage_event");
    const [{ results }] = [await report(mine, [call(`${MARK}-event-1`, { connectedMs: 1 })], `${MARK}://source`)];
    expect(results).toEqual([{ index: 0, eventId: `${MARK}-event-1`, outcome: "CONFLICT", code: "CONFLICT", message: "This eventId was stored with other content; the first is kept. Send a correction as a new event with a higher revision." }]);
    expect(await server.sql("select count(*) from metering.usage_event")).toEqual(before);
  });

  it.each(["LEG_VOIDED", "LEG_UPDATED"])("cannot take or void another unit's leg with %s", async (type) => {
    const theirs = async (): Promise<unknown> => (await must(server.as("FINANCE"), "{ usage(where: {}, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } legs calls connectedMs } } }")).usage.rows;
    const before = await theirs();
    const answer = await report(server.as("INTEGRATION", { businessUnits: ["retail"] }), [call(`steal-${type}`, { type, revision: 9, legId: `${MARK}-leg-1` }), call(`fine-${type}`, { test: true })], `${MARK}://source`);
    expect(answer.results.map(({ outcome, code }) => [outcome, code])).toEqual([["REJECTED", "NOT_FOUND"], ["ACCEPTED", null]]);
    expect(await theirs()).toEqual(before);
    expect(await server.sql("select 1 from metering.usage_event where event_id = $1", [`steal-${type}`])).toEqual([]);
  });
});
