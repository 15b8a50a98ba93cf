import { createAcme, call, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { BOOK, CREATE_POOL, rowCounts } from "../support/two-programmes";

const PROPOSE = "mutation($input: ProposeRateCardInput!) { proposeRateCard(input: $input) { card { version status proposedBy documentHash } userErrors { code message field } } }";
const APPROVE = "mutation($version: Int!) { approveRateCard(input: { version: $version }) { card { version status approvedBy } userErrors { code message } } }";
const RATE = "mutation($period: PeriodKey!) { ratePeriod(input: { period: $period }) { run { sequence cards inputHash resultHash exchangeRates { from rate date kind } } postings { kind pool useCase vendor component isDifference amount { amount } } alarms userErrors { code message } } }";
const COST = `query($where: UsageCostWhere!, $groupBy: [UsageCostDimension!]!) { usageCost(where: $where, groupBy: $groupBy) { run { sequence } total { amount }
  rows { businessUnit { code } useCase { code } vendor component basis kind calls exemptCalls measuredMs unit measuredQuantity billedQuantity exactAmount amount { amount } missing } } }`;
const EXPLAIN = `query($where: UsageCostWhere!) { explainUsageCost(where: $where) { basis useCase { code } card { version } rateLine calls billedQuantity blendedRate originalCurrency exactAmount amount { amount }
  legs(first: 10) { edges { node { event { eventId } billedSeconds exempt exactAmount } } } } }`;
const SIMULATE = "query($input: SimulateRatingInput!) { simulateRating(input: $input) { unit measuredQuantity billedQuantity usageCharge { amount } unusedCommitment { amount } total { amount currency } exactTotal blendedRate actual { amount } difference { amount } totalInProgrammeCurrency { amount currency } missing rows { useCase calls exemptCalls billedQuantity amount { amount } } } }";
const RATES = "mutation($input: BookExchangeRatesInput!) { bookExchangeRates(input: $input) { rates { from rate revision } userErrors { code message field } } }";
const ENTRIES = "{ costEntries(first: 100, where: { period: \"2025-10\" }) { edges { node { externalId pool { code } useCase { code } amount { amount currency } originalAmount { amount currency } exchangeRate { rate kind date source } late } } } }";

let server: TestServer;
let finance: Actor;
let controller: Actor;

const card = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ vendor: "retell", component: "PLATFORM", unit: "MINUTE", currency: "USD", effectiveFrom: "2025-10", minimumSeconds: 60, incrementSeconds: 60, tiers: [{ price: "0.07" }], pool: "usage", ...more });
const agree = async (more: Record<string, unknown> = {}): Promise<number> => {
  const { proposeRateCard } = await must(finance, PROPOSE, { input: card(more) });
  await must(controller, APPROVE, { version: proposeRateCard.card.version });
  return proposeRateCard.card.version;
};
const spoke = (id: string, seconds: number, more: Record<string, unknown> = {}): Record<string, unknown> => call(id, { provider: "retell", connectedAt: null, connectedMs: seconds * 1_000, ...more });
const rate = async (period = "2025-10") => (await must(finance, RATE, { period })).ratePeriod;
const cost = async (groupBy: string[], where: Record<string, unknown> = {}, actor = finance) => (await must(actor, COST, { where: { period: "2025-10", ...where }, groupBy })).usageCost;
const item = (component: string, amount: string, basis: string, currency = "USD"): Record<string, unknown> => ({ component, amount, basis, currency });

beforeAll(async () => {
  server = await startTestServer();
  finance = server.as("FINANCE");
  controller = server.as("FINANCE", { subject: "controller" });
  await createAcme(server);
  for (const [code, kind] of [["usage", "DIRECT"], ["platform", "PLATFORM_CONTRACT"], ["unused", "UNUSED_COMMITMENT"]]) await must(finance, CREATE_POOL, { input: { code, name: code, kind } });
});
afterAll(() => server.close());

describe("a month without a rate card", () => {
  const check = async (period = "2025-09") => (await must(finance, `{ closeChecklist(period: "${period}") { checks { check ok message } } }`)).closeChecklist.checks.find((each: { check: string }) => each.check === "USAGE_RATED");
  const september = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => spoke(id, 60, { endedAt: "2025-09-10T14:00:00.000Z", ...more });

  it("holds nothing up where the programme does not rate or nothing came with its cost, and else says what is missing", async () => {
    await report(integration(server), [september("no-cost", { costItems: [{ component: "PLATFORM", quantity: "3", unit: "CREDIT", basis: "REPORTED" }, item("LLM", "0", "RATED")] }), september("test", { test: true, costItems: [item("PLATFORM", "0.05", "REPORTED")] })]);
    expect(await check()).toMatchObject({ ok: true });
    await report(integration(server), [september("costs", { costItems: [item("PLATFORM", "0.05", "REPORTED")] })]);
    expect(await check()).toMatchObject({ ok: true });
    await must(finance, 'mutation { setRatingRules(input: { toleranceAmount: "0.01", reason: "it rates" }) { userErrors { code } } }');
    expect(await check()).toMatchObject({ ok: false, message: "Usage of 2025-09 came with its cost, and nothing says where that goes. Approve a rate card, or name a DIRECT pool with setRatingRules (reportedPool). Run ratePeriod." });
    await report(integration(server), [september("august", { endedAt: "2025-08-10T14:00:00.000Z", costItems: [item("LLM", "0", "RATED")] }), september("august-test", { endedAt: "2025-08-10T14:00:00.000Z", test: true, costItems: [item("LLM", "1", "RATED")] })]);
    expect(await check("2025-08")).toMatchObject({ ok: true });
  });
});

describe("a rate card", () => {
  it("needs two people, and months have one price", async () => {
    const { proposeRateCard } = await must(finance, PROPOSE, { input: card({ idempotencyKey: "first" }) });
    expect(proposeRateCard.card).toMatchObject({ version: 1, status: "PROPOSED", proposedBy: "test-finance" });
    expect((await must(finance, PROPOSE, { input: card({ idempotencyKey: "first" }) })).proposeRateCard.card.version).toBe(1);
    const before = await rowCounts(server);
    expect((await finance.ask(APPROVE, { version: 1 })).data.approveRateCard.userErrors[0].code).toBe("SAME_PERSON");
    expect((await finance.ask(PROPOSE, { input: card({ idempotencyKey: "first", pool: "platform" }) })).data.proposeRateCard.userErrors[0].code).toBe("CONFLICT");
    for (const [more, code, field] of [
      [{ pool: "platform" }, "BAD_USER_INPUT", "pool"], [{ pool: "nowhere" }, "NOT_FOUND", "pool"], [{ unit: "MONTH", minimumSeconds: null, incrementSeconds: null }, "BAD_USER_INPUT", "pool"],
      [{ minimumCommitment: "5", commitmentPool: "platform" }, "BAD_USER_INPUT", "commitmentPool"], [{ tiers: [{ price: "-1" }] }, "BAD_USER_INPUT", "tiers.0.price"], [{ replaces: 9 }, "NOT_FOUND", "replaces"],
    ] as Array<[Record<string, unknown>, string, string]>) {
      const [error] = (await finance.ask(PROPOSE, { input: card(more) })).data.proposeRateCard.userErrors;
      expect([error.code, error.field.join(".")]).toEqual([code, field]);
    }
    expect(await rowCounts(server)).toEqual(before);
    expect((await must(controller, APPROVE, { version: 1 })).approveRateCard.card).toEqual({ version: 1, status: "APPROVED", approvedBy: "controller" });
    expect((await must(controller, APPROVE, { version: 1 })).approveRateCard.card.approvedBy).toBe("controller");
    expect((await finance.ask(PROPOSE, { input: card() })).data.proposeRateCard.userErrors[0].code).toBe("CONFLICT");
  });

  it.each(["BUSINESS_UNIT", "EXECUTIVE", "INTEGRATION", "OPERATOR", "AUDITOR", "ADMIN"] as const)("is not for %s to propose, approve or rate by, and nothing changes", async (role) => {
    const before = await rowCounts(server);
    const actor = server.as(role, { businessUnits: ["retail"] });
    for (const [query, variables] of [[PROPOSE, { input: card({ effectiveFrom: "2026-01" }) }], [APPROVE, { version: 1 }], [RATE, { period: "2025-10" }], [RATES, { input: { source: "x", rates: [] } }]] as const) {
      expect((await actor.ask(query, variables)).errors![0]!.extensions.code).toBe("FORBIDDEN");
    }
    expect(await rowCounts(server)).toEqual(before);
  });
});

describe("a rated month", () => {
  it("bills every call, posts direct cost to the cent and explains it down to the call", async () => {
    await report(integration(server), [spoke("a", 5), spoke("b", 61), spoke("c", 283, { useCase: "triage" }), spoke("t", 500, { test: true }), spoke("n", 0, { status: "BUSY" }), call("other", { provider: "elsewhere" })]);
    const { run, postings } = await rate();
    expect([run.sequence, run.cards]).toEqual([1, [1]]);
    expect(postings.map((each: { useCase: string; amount: { amount: string } }) => [each.useCase, each.amount.amount])).toEqual([["order-status", "0.21"], ["triage", "0.35"]]);
    expect(await cost(["USE_CASE"])).toEqual({ run: { sequence: 1 }, total: { amount: "0.56" }, rows: [
      { businessUnit: null, useCase: { code: "order-status" }, vendor: null, component: null, basis: null, kind: null, calls: 2, exemptCalls: 0, measuredMs: 66_000, unit: "MINUTE", measuredQuantity: "1.1", billedQuantity: "3", exactAmount: "21/100", amount: { amount: "0.21" }, missing: [] },
      { businessUnit: null, useCase: { code: "triage" }, vendor: null, component: null, basis: null, kind: null, calls: 1, exemptCalls: 0, measuredMs: 283_000, unit: "MINUTE", measuredQuantity: "4.716666666667", billedQuantity: "5", exactAmount: "7/20", amount: { amount: "0.35" }, missing: [] },
    ] });
    const { explainUsageCost } = await must(finance, EXPLAIN, { where: { period: "2025-10", useCase: ["order-status"] } });
    expect(explainUsageCost).toEqual([{
      basis: "RATED", useCase: { code: "order-status" }, card: { version: 1 }, rateLine: null, calls: 2, billedQuantity: "3", blendedRate: "7/100", originalCurrency: "USD", exactAmount: "21/100", amount: { amount: "0.21" },
      legs: { edges: [{ node: { event: { eventId: "a" }, billedSeconds: "60", exempt: false, exactAmount: "7/100" } }, { node: { event: { eventId: "b" }, billedSeconds: "120", exempt: false, exactAmount: "7/50" } }] },
    }].map((each) => expect.objectContaining({ ...each, legs: { edges: expect.arrayContaining(each.legs.edges) } })));
  });

  it("is the same run for the same facts, for eight callers at once too", async () => {
    const before = await rowCounts(server);
    const runs = await Promise.all(Array.from({ length: 8 }, () => rate()));
    expect(new Set(runs.map(({ run }) => run.sequence))).toEqual(new Set([1]));
    expect(runs.flatMap(({ postings }) => postings)).toEqual([]);
    expect(await rowCounts(server)).toEqual(before);
  });

  it("posts late usage as the difference, and takes back what counts no more", async () => {
    await report(integration(server), [spoke("late", 1), spoke("c", 283, { useCase: "triage", eventId: "c-2", revision: 1, connectedMs: 60_000, type: "LEG_UPDATED" })]);
    const { run, postings } = await rate();
    expect([run.sequence, postings.map((each: { useCase: string; isDifference: boolean; amount: { amount: string } }) => [each.useCase, each.amount.amount, each.isDifference])]).toEqual([2, [["order-status", "0.07", true], ["triage", "-0.28", true]]]);
    const entries = (await must(finance, ENTRIES)).costEntries.edges.map(({ node }: { node: { externalId: string; amount: { amount: string } } }) => [node.externalId, node.amount.amount]);
    expect(entries).toEqual([
      ["rating/2025-10/1/USAGE/retell/PLATFORM/usage/order-status/retail", "0.21"], ["rating/2025-10/1/USAGE/retell/PLATFORM/usage/triage/claims", "0.35"],
      ["rating/2025-10/2/USAGE/retell/PLATFORM/usage/order-status/retail", "0.07"], ["rating/2025-10/2/USAGE/retell/PLATFORM/usage/triage/claims", "-0.28"],
    ].sort());
  });

  it("is seen by a unit as far as it is its own", async () => {
    const unit = server.as("BUSINESS_UNIT", { businessUnits: ["retail"] });
    expect((await cost(["USE_CASE"], {}, unit)).rows.map((row: { useCase: { code: string }; amount: { amount: string } }) => [row.useCase.code, row.amount.amount])).toEqual([["order-status", "0.28"]]);
    expect((await unit.ask(COST, { where: { period: "2025-10", useCase: ["triage"] }, groupBy: [] })).errors![0]!.extensions.code).toBe("NOT_FOUND");
    expect((await must(unit, EXPLAIN, { where: { period: "2025-10" } })).explainUsageCost.map(({ useCase }: { useCase: { code: string } }) => useCase.code)).toEqual(["order-status"]);
    expect(await must(finance, "{ usageCost(where: { period: \"2025-11\" }, groupBy: []) { total { amount } } }")).toEqual({ usageCost: null });
  });

  it("counts one basis of a component of a leg: reported, before rated, before estimated; late cost too", async () => {
    await report(integration(server), [
      spoke("r1", 60, { useCase: "returns", costItems: [item("PLATFORM", "0.0512", "REPORTED"), item("PLATFORM", "9", "RATED"), item("PLATFORM", "8", "ESTIMATED"), item("LLM", "0.003", "ESTIMATED"), item("LLM", "0.004", "RATED")] }),
      spoke("r2", 60, { useCase: "returns", costItems: [item("PLATFORM", "7", "RATED")] }),
      spoke("r3", 60, { useCase: "returns", costItems: [item("LLM", "0.001", "ESTIMATED")] }),
    ]);
    const before = await rowCounts(server);
    expect((await finance.ask(RATE, { period: "2025-10" })).data.ratePeriod.userErrors[0]).toMatchObject({ code: "NOT_READY", message: expect.stringContaining("retell reports cost of LLM") });
    expect(await rowCounts(server)).toEqual(before);
    await must(finance, "mutation { setRatingRules(input: { reportedPool: \"usage\", reason: \"cost with the calls\" }) { rules { version reportedPool } userErrors { code } } }");
    await rate();
    await report(integration(server), [spoke("r3", 60, { useCase: "returns", eventId: "r3-cost", type: "LEG_RATED", revision: 1, costItems: [item("PLATFORM", "0.02", "REPORTED")] })]);
    await rate();
    expect((await cost(["COMPONENT", "BASIS"], { useCase: ["returns"] })).rows.map((row: Record<string, unknown>) => [row.component, row.basis, row.calls, row.exactAmount])).toEqual([
      ["LLM", "ESTIMATED", 1, "1/1000"], ["LLM", "RATED", 1, "1/250"], ["PLATFORM", "RATED", 1, "7/100"], ["PLATFORM", "REPORTED", 2, "89/1250"],
    ]);
  });

  it("converts at the month-end rate, and says which rate is missing", async () => {
    await agree({ vendor: "gb-voice", currency: "GBP", tiers: [{ price: "1.00" }], minimumCommitment: "10", commitmentPool: "unused" });
    await report(integration(server), [spoke("gb", 150, { useCase: "helpdesk", provider: "gb-voice" })]);
    const before = await rowCounts(server);
    expect((await finance.ask(RATE, { period: "2025-10" })).data.ratePeriod.userErrors[0]).toMatchObject({ code: "CURRENCY_MISMATCH", message: expect.stringContaining("There is no GBP/USD rate of 2025-10-31") });
    const foreign = { pool: "platform", period: "2025-10", amount: "1000.00", currency: "GBP", externalId: "contract" };
    expect((await finance.ask(BOOK, { input: foreign })).data.bookCost.userErrors[0]).toMatchObject({ code: "CURRENCY_MISMATCH", message: expect.stringContaining("GBP/USD rate of 2025-10-31") });
    expect(await rowCounts(server)).toEqual(before);
    const gbp = { from: "GBP", kind: "MONTH_END", date: "2025-10-31", rate: "1.3150" };
    expect((await must(finance, RATES, { input: { source: "ECB", rates: [gbp] } })).bookExchangeRates.rates).toEqual([{ from: "GBP", rate: "1.315", revision: 0 }]);
    await must(finance, RATES, { input: { source: "ECB", rates: [gbp] } });
    expect((await finance.ask(RATES, { input: { source: "ECB", rates: [{ ...gbp, rate: "1.4" }] } })).data.bookExchangeRates.userErrors[0].code).toBe("CONFLICT");
    await must(finance, BOOK, { input: foreign });
    expect((await must(finance, ENTRIES)).costEntries.edges.map(({ node }: { node: Record<string, unknown> }) => node).find((node: Record<string, unknown>) => node.externalId === "contract")).toMatchObject({
      amount: { amount: "1315.00", currency: "USD" }, originalAmount: { amount: "1000.00", currency: "GBP" }, exchangeRate: { rate: "1.315", kind: "MONTH_END", date: "2025-10-31", source: "ECB" },
    });
    const { run, postings } = await rate();
    expect(run.exchangeRates).toEqual([{ from: "GBP", rate: "1.315", date: "2025-10-31", kind: "MONTH_END" }]);
    // 3 minutes at 1.00 are 3.945 dollars; what the 10 pounds leave over are 9.205.
    expect(postings.map((each: Record<string, unknown> & { amount: { amount: string } }) => [each.kind, each.pool, each.useCase, each.amount.amount])).toEqual([["UNUSED_COMMITMENT", "unused", null, "9.21"], ["USAGE", "usage", "helpdesk", "3.95"]]);
    await must(finance, RATES, { input: { source: "ECB", rates: [{ ...gbp, rate: "1.4", revision: 1 }] } });
    expect((await rate()).postings.map((each: Record<string, unknown> & { amount: { amount: string } }) => each.amount.amount)).toEqual(["0.59", "0.25"]);
  });

  it("charges the characters that items count, whatever amount came with them, and leaves the cost of other legs as it came", async () => {
    await agree({ vendor: "eleven", component: "TTS", unit: "CHARACTER", minimumSeconds: null, incrementSeconds: null, tiers: [{ price: "0.001" }] });
    const by = (id: string, ...costItems: unknown[]): Record<string, unknown> => spoke(id, 60, { provider: "eleven", useCase: "returns", costItems });
    const characters = { unit: "CHARACTER", quantity: "300" };
    await report(integration(server), [
      by("ch-sum", item("TTS", "0.25", "RATED")), by("ch-rated", { ...item("TTS", "9", "RATED"), ...characters }, { component: "TTS", basis: "ESTIMATED", ...characters }),
      by("ch-alone", { ...item("TTS", "9", "RATED"), ...characters }), by("ch-bare", { component: "TTS", basis: "ESTIMATED", ...characters }), by("ch-reported", { ...item("TTS", "0.5", "REPORTED"), ...characters }), by("ch-llm", item("LLM", "0.125", "RATED")),
    ]);
    await rate();
    expect((await cost(["COMPONENT", "BASIS"], { vendor: ["eleven"] })).rows.map((row: Record<string, unknown>) => [row.component, row.basis, row.calls, row.exactAmount])).toEqual([
      ["LLM", "RATED", 1, "1/8"], ["TTS", "RATED", 4, "23/20"], ["TTS", "REPORTED", 1, "1/2"],
    ]);
  });

  it("raises an alarm where cents were taken for dollars", async () => {
    await report(integration(server), [spoke("cents", 60, { useCase: "returns", costItems: [item("PLATFORM", "70", "REPORTED")] })]);
    expect((await rate()).alarms).toEqual([expect.stringMatching(/^retell PLATFORM: reported at 23\.357067 USD per MINUTE, card 1 says 0\.070000: more than a factor of 20 apart/)]);
  });

  it("fills the tiers of several prices in the order of use and blends them", async () => {
    const lines = [{ code: "inbound", direction: "INBOUND" }, { code: "outbound", direction: "OUTBOUND" }];
    await agree({ vendor: "twilio", component: "TELEPHONY", lines, tiers: [{ upTo: "3", price: "9", linePrices: [{ line: "inbound", price: "0.01" }, { line: "outbound", price: "0.02" }] }, { price: "9", linePrices: [{ line: "inbound", price: "0.005" }, { line: "outbound", price: "0.02" }] }] });
    const at = (minute: number): Record<string, unknown> => ({ provider: "twilio", endedAt: `2025-10-11T14:0${minute}:00.000Z` });
    await report(integration(server), [spoke("t1", 60, at(1)), spoke("t2", 120, { ...at(2), direction: "OUTBOUND", useCase: "triage" }), spoke("t3", 60, at(3)), spoke("t4", 30, { ...at(4), useCase: "triage" })]);
    await rate();
    const { explainUsageCost } = await must(finance, EXPLAIN, { where: { period: "2025-10", vendor: ["twilio"] } });
    expect(explainUsageCost.map((each: Record<string, unknown> & { useCase: { code: string } }) => [each.useCase.code, each.rateLine, each.billedQuantity, each.blendedRate, each.exactAmount])).toEqual([
      ["triage", "inbound", "1", "1/150", "1/150"], ["triage", "outbound", "2", "1/50", "1/25"], ["order-status", "inbound", "2", "1/150", "1/75"],
    ]);
  });
});

describe("what if", () => {
  it("a literal card over literal calls: the worked figures", async () => {
    const plan = async (minimumSeconds: number, incrementSeconds: number) => (await must(finance, SIMULATE, { input: { card: card({ minimumSeconds, incrementSeconds, unit: "SECOND", tiers: [{ price: "0.001" }] }), facts: ["5", "61", "80", "283"].map((seconds) => ({ useCase: seconds, seconds })) } })).simulateRating.rows.map((row: { billedQuantity: string }) => row.billedQuantity);
    expect(await plan(60, 60)).toEqual(["300", "60", "120", "120"]);
    expect(await plan(30, 6)).toEqual(["288", "30", "66", "84"]);
    const tiers = [{ upTo: "100000", price: "0.08" }, { price: "0.07" }];
    const total = async (tierMode: string) => (await must(finance, SIMULATE, { input: { card: card({ tierMode, tiers }), facts: [{ quantity: "200000" }] } })).simulateRating;
    expect(await total("GRADUATED")).toMatchObject({ usageCharge: { amount: "15000.00" }, blendedRate: "3/40" });
    expect(await total("ALL_UNITS")).toMatchObject({ usageCharge: { amount: "14000.00" }, blendedRate: "7/100" });
    expect((await must(finance, SIMULATE, { input: { card: card({ minimumCommitment: "20000", commitmentPool: "unused", tiers }), facts: [{ quantity: "200000" }] } })).simulateRating).toMatchObject({ usageCharge: { amount: "15000.00" }, unusedCommitment: { amount: "5000.00" }, total: { amount: "20000.00" } });
  });

  it("another plan, vendor or volume over a month's own calls, beside what it costs; and stores nothing", async () => {
    const before = await rowCounts(server);
    const ask = async (more: Record<string, unknown>) => (await must(finance, SIMULATE, { input: { card: card({ vendor: "another", minimumSeconds: 1, incrementSeconds: 1 }), period: "2025-10", usageOf: ["twilio"], ...more } })).simulateRating;
    expect(await ask({})).toMatchObject({ measuredQuantity: "4.5", billedQuantity: "4.5", total: { amount: "0.32" }, rows: [{ useCase: "order-status", calls: 2 }, { useCase: "triage", calls: 2 }] });
    expect(await ask({ volume: "10" })).toMatchObject({ billedQuantity: "45", total: { amount: "3.15" } });
    expect((await must(finance, SIMULATE, { input: { card: card({ vendor: "twilio", component: "TELEPHONY" }), period: "2025-10" } })).simulateRating).toMatchObject({ billedQuantity: "5", total: { amount: "0.35" }, actual: { amount: "0.06" }, difference: { amount: "0.29" } });
    expect((await finance.ask(SIMULATE, { input: { cardVersion: 99, facts: [{ quantity: "1" }] } })).errors![0]!.extensions.code).toBe("NOT_FOUND");
    expect((await finance.ask(SIMULATE, { input: { card: card(), facts: [{ seconds: "0.0001" }] } })).errors![0]!.extensions.code).toBe("BAD_USER_INPUT");
    expect((await server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }).ask(SIMULATE, { input: { card: card(), facts: [] } })).errors![0]!.extensions.code).toBe("FORBIDDEN");
    expect(await rowCounts(server)).toEqual(before);
  });
});

describe("a closed month that was rated", () => {
  const check = async () => (await must(finance, '{ closeChecklist(period: "2025-11") { checks { check ok message } } }')).closeChecklist.checks.find((each: { check: string }) => each.check === "USAGE_RATED");

  it("is named by the next close when usage came late, until it is rated again; its closed figures stay", async () => {
    await report(integration(server), [spoke("november", 60, { endedAt: "2025-11-10T14:00:00.000Z" })]);
    await must(finance, RATES, { input: { source: "ECB", rates: [{ from: "GBP", kind: "MONTH_END", date: "2025-11-30", rate: "1.3" }] } });
    await rate();
    await rate("2025-11");
    await server.sql("update governance.period set status = 'CLOSED', closed_at = now(), cutoff = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' where key = '2025-10'");
    expect(await check()).toMatchObject({ ok: true });
    await report(integration(server), [spoke("after-the-close", 60)]);
    expect(await check()).toMatchObject({ ok: false, message: expect.stringMatching(/^2025-10 is closed and got usage since: Facts changed after rating \d+\. Run ratePeriod\.$/) });
    const { postings } = await rate();
    expect(postings.map((each: { useCase: string; isDifference: boolean; amount: { amount: string } }) => [each.useCase, each.amount.amount, each.isDifference])).toEqual([["order-status", "0.07", true]]);
    expect((await must(finance, ENTRIES)).costEntries.edges.filter(({ node }: { node: { late: boolean } }) => node.late).map(({ node }: { node: { amount: { amount: string } } }) => node.amount.amount)).toEqual(["0.07"]);
    expect(await check()).toMatchObject({ ok: true });
  });
});
