import { receiversAtEnd } from "../../src/allocation/facts.query";
import { methodInputs } from "../../src/allocation/method-inputs.query";
import { verifyProgramme } from "../../src/app/verify";
import { Fraction, add, divide, formatFraction, fraction, sum } from "../../src/kernel/fraction";
import { costsOfLeg, hashFacts, pricedCards, rateUsage } from "../../src/rating";
import { findOurLegs } from "../../src/rating/our-legs.query";
import { gatherRatingFacts } from "../../src/rating/rating-facts.query";
import { Scope } from "../../src/tenancy";
import { ALLOCATE, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { CREATE_POOL, rowCounts } from "../support/two-programmes";

const PROPOSE = "mutation($input: ProposeRateCardInput!) { proposeRateCard(input: $input) { card { version firstDay lastDay quantity lines { code attribute attributeValue } } alarms userErrors { code message field } } }";
const APPROVE = "mutation($version: Int!) { approveRateCard(input: { version: $version }) { card { status } alarms userErrors { code message } } }";
const RATE = "mutation($period: PeriodKey!) { ratePeriod(input: { period: $period }) { run { id sequence method inputHash } postings { kind pool businessUnit useCase vendor component amount { amount } } alarms userErrors { code message } } }";
const MOVE = "mutation($input: MoveUseCaseInput!) { moveUseCase(input: $input) { change { movedLegs } userErrors { code message } } }";
const RUNS = "query($first: Int!, $after: String, $where: RatingRunWhere) { ratingRuns(first: $first, after: $after, where: $where) { edges { node { id period sequence method } } pageInfo { hasNextPage endCursor } } }";
const EXPLAIN = `query($where: UsageCostWhere!) { explainUsageCost(where: $where) { kind vendor component basis businessUnit { code } useCase { code } rateLine firstDay lastDay calls measuredQuantity billedQuantity blendedRate exactOriginalAmount exactAmount amount { amount } roundingAdjustment
  remainder { name exactAmount } legs(first: 100) { edges { node { event { eventId } billedSeconds billedQuantity exempt exactAmount } } } } }`;
const COST = "query($where: UsageCostWhere!) { usageCost(where: $where, groupBy: [BUSINESS_UNIT, USE_CASE]) { run { sequence } total { amount } rows { businessUnit { code } useCase { code } amount { amount } } } }";
const STATEMENT = 'query($unit: String!, $period: PeriodKey!) { statement(businessUnit: $unit, period: $period) { lines { kind useCase { code } pool { code } originPeriod { key } amount { amount } } total { amount } } }';
const SIMULATE = "query($input: SimulateRatingInput!) { simulateRating(input: $input) { billedQuantity usageCharge { amount } exactTotal blendedRate rows { useCase exactAmount } } }";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads what it asked for */
type Line = any;

let server: TestServer;
let finance: Actor;
let controller: Actor;

const card = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ vendor: "retell", component: "PLATFORM", unit: "MINUTE", currency: "USD", effectiveFrom: "2025-10", tiers: [{ price: "0.07" }], pool: "usage", ...more });
const agree = async (more: Record<string, unknown> = {}): Promise<Record<string, any>> => {
  const { proposeRateCard } = await must(finance, PROPOSE, { input: card(more) });
  await must(controller, APPROVE, { version: proposeRateCard.card.version });
  return proposeRateCard;
};
const at = (id: string, day: string, seconds: number, more: Record<string, unknown> = {}): Record<string, unknown> => call(id, { provider: "retell", connectedAt: null, endedAt: `${day}T17:00:00.000Z`, connectedMs: seconds * 1_000, ...more });
const rate = async (period: string) => (await must(finance, RATE, { period })).ratePeriod;
const explain = async (where: Record<string, unknown>): Promise<Line[]> => (await must(finance, EXPLAIN, { where })).explainUsageCost;
const exact = (text: string) => fraction(BigInt(text.split("/")[0]!), BigInt(text.split("/")[1] ?? 1));
const item = (component: string, amount: string, basis: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({ component, amount, basis, currency: "USD", ...more });
const eventsOf = (line: Line): string[] => line.legs.edges.map((edge: Line) => edge.node.event.eventId).sort();

/** Legs and remainder of every line make up the line, and lines and rounding the amounts, to the last digit. */
function expectAddsUp(lines: Line[]): void {
  for (const line of lines) {
    const parts = [...line.legs.edges.map((edge: Line) => edge.node.exactAmount), ...(line.remainder ? [line.remainder.exactAmount] : [])];
    expect([line.vendor, line.component, line.basis, formatFraction(parts.map(exact).reduce(add, fraction(0n)))]).toEqual([line.vendor, line.component, line.basis, line.exactOriginalAmount]);
    const cents = line.amount.amount.replace(".", "");
    expect(formatFraction(add(exact(line.exactAmount), exact(line.roundingAdjustment)))).toBe(formatFraction(divide(fraction(BigInt(cents)), fraction(100n))));
  }
}

/** What a vendor's bill is held against, leg by leg, makes up what is rated of it, component by component. */
async function expectLegsToMakeUp(period: string, vendors: string[]): Promise<void> {
  const cutoff = new Date("2100-01-01");
  const byComponent = (costs: ReadonlyArray<{ component: string; amount: Fraction }>): Record<string, string> =>
    Object.fromEntries([...new Set(costs.map(({ component }) => component))].sort().map((component) => [component, formatFraction(sum(costs.flatMap((each) => (each.component === component ? [each.amount] : []))))]));
  for (const vendor of vendors) {
    const [legs, lines] = await server.installation.database.withTenant(await scope(), async (tx) => {
      const facts = await gatherRatingFacts(tx, period, cutoff, vendor);
      const found = await findOurLegs(tx, { vendor, cutoff, facts, wanted: true });
      return [found.legs!.flatMap((leg) => costsOfLeg(leg, pricedCards(facts))), rateUsage(facts).lines.filter(({ kind }) => kind === "USAGE")];
    });
    expect(lines.length).toBeGreaterThan(0);
    expect([vendor, byComponent(legs)]).toEqual([vendor, byComponent(lines)]);
  }
}

async function scope(): Promise<Scope> {
  const programme = (await server.installation.scopes.programme("acme"))!;
  return { principal: { subject: "auditor", role: "AUDITOR", programme: "acme", businessUnits: [] }, programme, reach: "programme", unitIds: [] };
}

async function failedProofs(): Promise<string[]> {
  const failed: string[] = [];
  for await (const proof of verifyProgramme(server.installation.database, await scope())) if (proof.differing > 0) failed.push(`${proof.name}: ${JSON.stringify(proof)}`);
  return failed;
}

async function close(period: string): Promise<void> {
  await must(finance, ALLOCATE, { input: { period } });
  const { requestClose } = (await finance.ask("mutation($input: PeriodInput!) { requestClose(input: $input) { missing { check message } userErrors { code message } } }", { input: { period } })).data;
  expect([requestClose.missing, requestClose.userErrors]).toEqual([[], []]);
  await must(controller, "mutation($input: PeriodInput!) { closePeriod(input: $input) { period { status } userErrors { code message } } }", { input: { period } });
  await must(finance, "mutation($input: IssueStatementsInput!) { issueStatements(input: $input) { statements { id } userErrors { code message } } }", { input: { period } });
}

async function direct(unit: string, period: string): Promise<unknown[]> {
  const { statement } = await must(finance, STATEMENT, { unit, period });
  return (statement?.lines ?? []).filter((line: Line) => line.pool.code === "usage").map((line: Line) => [line.kind, line.useCase.code, line.originPeriod.key, line.amount.amount]);
}

beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2026-08-15T12:00:00.000Z");
  finance = server.as("FINANCE");
  controller = server.as("FINANCE", { subject: "controller" });
  await createAcme(server);
  for (const [code, kind] of [["usage", "DIRECT"], ["telephony", "TELEPHONY"], ["unused", "UNUSED_COMMITMENT"]]) await must(finance, CREATE_POOL, { input: { code, name: code, kind } });
  await bookAndAgree(server, { amount: "100.00", parts: [{ driver: "CALLS" }] });
  await must(finance, 'mutation { setRatingRules(input: { reportedPool: "usage", reason: "cost with the calls" }) { userErrors { code } } }');
});
afterAll(() => server.close());

describe("a use case that moved to another unit on the 15th", () => {
  const byOwner = async () => (await must(finance, COST, { where: { period: "2025-10" } })).usageCost.rows.map((row: Line) => [row.businessUnit.code, row.useCase.code, row.amount.amount]);

  it("is posted to each unit for its own calls, and follows where the move is only told after the rating", async () => {
    await agree();
    await report(integration(server), [at("o1", "2025-10-02", 60), at("o2", "2025-10-14", 90), at("o3", "2025-10-15", 30), at("o4", "2025-10-20", 600), at("o5", "2025-10-20", 60, { useCase: "returns" })]);
    expect((await rate("2025-10")).postings.map((each: Line) => [each.businessUnit, each.useCase, each.amount.amount])).toEqual([["retail", "order-status", "0.91"], ["retail", "returns", "0.07"]]);
    expect((await must(finance, MOVE, { input: { useCase: "order-status", businessUnit: "claims", effectiveFrom: "2025-10-15", reason: "the team moved" } })).moveUseCase.change.movedLegs).toBe(2);
    expect((await rate("2025-10")).postings.map((each: Line) => [each.businessUnit, each.useCase, each.amount.amount])).toEqual([["claims", "order-status", "0.74"], ["retail", "order-status", "-0.74"]]);
    expect(await byOwner()).toEqual([["claims", "order-status", "0.74"], ["retail", "order-status", "0.17"], ["retail", "returns", "0.07"]]);
    const entries = (await must(finance, '{ costEntries(first: 50, where: { pool: ["usage"] }) { edges { node { externalId businessUnit { code } useCase { code } amount { amount } } } } }')).costEntries.edges.map(({ node }: Line) => [node.businessUnit.code, node.externalId, node.amount.amount]);
    expect(entries).toContainEqual(["claims", "rating/2025-10/2/USAGE/retell/PLATFORM/usage/order-status/claims", "0.74"]);
    // To the unit that had it and lost it, its own calls alone.
    expect((await must(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }), EXPLAIN, { where: { period: "2025-10", useCase: null } })).explainUsageCost.flatMap(eventsOf)).toEqual(["o1", "o2", "o5"]);
  });

  it("is charged so in both statements; late calls and corrections of the closed month go to whose they were", async () => {
    await close("2025-10");
    expect([await direct("retail", "2025-10"), await direct("claims", "2025-10")]).toEqual([
      [["DIRECT", "order-status", "2025-10", "0.17"], ["DIRECT", "returns", "2025-10", "0.07"]], [["DIRECT", "order-status", "2025-10", "0.74"]],
    ]);
    const { periodCharges } = await must(finance, '{ periodCharges(period: "2025-10") { rows { pool { code } businessUnit { code } useCase { code } posted { amount } } } }');
    expect(periodCharges.rows.filter((row: Line) => row.pool.code === "usage").map((row: Line) => [row.businessUnit.code, row.useCase.code, row.posted.amount])).toEqual([["claims", "order-status", "0.74"], ["retail", "order-status", "0.17"], ["retail", "returns", "0.07"]]);
    // What a policy that divides by direct cost goes by.
    const { directCosts } = await server.installation.database.withTenant(await scope(), async (tx) => methodInputs(tx, "2025-10", { hierarchy: false, directCosts: true, booked: [], priors: [] }, await receiversAtEnd(tx, "2025-10"), null));
    expect(directCosts).toEqual([{ businessUnit: "claims", minor: "74" }, { businessUnit: "retail", minor: "24" }]);
    const late = await report(integration(server), [at("o6", "2025-10-14", 120), at("o7", "2025-10-16", 60), at("o4", "2025-10-20", 300, { eventId: "o4-2", revision: 1, type: "LEG_UPDATED" }), at("n1", "2025-11-03", 60, { useCase: "helpdesk" })]);
    expect(late.accepted).toBe(4);
    // 0.07 a minute: claims 0.035 + 0.35 + 0.07 instead of 0.735, retail 0.315 and 0.07 instead of 0.175 and 0.07.
    expect((await rate("2025-10")).postings.map((each: Line) => [each.businessUnit, each.useCase, each.amount.amount])).toEqual([["claims", "order-status", "-0.28"], ["retail", "order-status", "0.14"]]);
    await rate("2025-11");
    await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code } } }", { input: { pool: "platform", period: "2025-11", amount: "1.00", currency: "USD", externalId: "november" } });
    await close("2025-11");
    expect([await direct("retail", "2025-11"), await direct("claims", "2025-11"), await direct("support", "2025-11")]).toEqual([
      [["ADJUSTMENT", "order-status", "2025-10", "0.14"]], [["ADJUSTMENT", "order-status", "2025-10", "-0.28"]], [["DIRECT", "helpdesk", "2025-11", "0.07"]],
    ]);
    expect(await direct("claims", "2025-10")).toEqual([["DIRECT", "order-status", "2025-10", "0.74"]]);
    expect(await failedProofs()).toEqual([]);
  });

  it("was posted whole by an earlier way of rating: a closed month stays so, an open one is rated anew and posts the difference", async () => {
    await report(integration(server), [at("m1", "2025-12-02", 60, { useCase: "returns" }), at("m2", "2025-12-20", 600, { useCase: "returns" })]);
    await must(finance, MOVE, { input: { useCase: "returns", businessUnit: "support", effectiveFrom: "2025-12-15", reason: "the team moved" } });
    await rate("2025-12");
    // As an earlier release left it: postings without units, a rating without a name.
    const facts = await server.installation.database.withTenant(await scope(), (tx) => gatherRatingFacts(tx, "2025-12", new Date("2100-01-01")));
    await server.sql("update rating.run set method = 'UNNAMED', input_hash = $1 where period_key = '2025-12'", [hashFacts(facts, "UNNAMED")]);
    await server.sql("update rating.posting set business_unit_id = null where period_key = '2025-12'; update costs.cost_entry set business_unit_id = null where period_key = '2025-12'");
    await server.sql("update governance.period set status = 'CLOSED', closed_at = now(), cutoff = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' where key = '2025-12'");
    expect(await rate("2025-12")).toMatchObject({ run: { sequence: 1, method: "UNNAMED" }, postings: [] });
    await server.sql("update governance.period set status = 'OPEN', closed_at = null, cutoff = null where key = '2025-12'");
    const check = (await must(finance, '{ closeChecklist(period: "2025-12") { checks { check ok message } } }')).closeChecklist.checks.find((each: Line) => each.check === "USAGE_RATED");
    expect(check).toMatchObject({ ok: false, message: "Rating 1 was made in an earlier way (UNNAMED). Run ratePeriod." });
    const { run, postings } = await rate("2025-12");
    expect([run.sequence, run.method, postings.map((each: Line) => [each.businessUnit, each.useCase, each.amount.amount])]).toEqual([2, "NESTED_BY_CALL_OWNER", [["retail", "returns", "0.07"], ["support", "returns", "-0.07"]]]);
    expect((await rate("2025-12")).run.sequence).toBe(2);
    expect((await must(finance, RUNS, { first: 1, where: { period: "2025-12" } })).ratingRuns).toMatchObject({ edges: [{ node: { period: "2025-12", sequence: 1, method: "UNNAMED" } }], pageInfo: { hasNextPage: true } });
    expect(await failedProofs()).toEqual([]);
  });
});

describe("a line of a rated month", () => {
  it("drills down to legs that make it up, whatever it is rated by", async () => {
    const period = "2026-01", day = "2026-01-10";
    await agree({ vendor: "period", rounding: "PER_PERIOD", minimumSeconds: 60, incrementSeconds: 60, exemptUnderSeconds: 10, effectiveFrom: period });
    await agree({ vendor: "speech", component: "TTS", unit: "CHARACTER", effectiveFrom: period, tiers: [{ price: "0.001" }] });
    await agree({ vendor: "talk", component: "S2S", unit: "TOKEN_1M", effectiveFrom: period, lines: [{ code: "in", tokenKind: "AUDIO_IN" }, { code: "out", tokenKind: "AUDIO_OUT" }], tiers: [{ price: "0", linePrices: [{ line: "in", price: "32" }, { line: "out", price: "64" }] }] });
    await report(integration(server), [
      at("p1", day, 10, { provider: "period" }), at("p2", day, 71, { provider: "period" }), at("p3", day, 9, { provider: "period" }), at("p4", day, 7, { provider: "period", useCase: "triage" }), at("p5", day, 20, { provider: "period", useCase: "triage" }),
      at("e1", day, 60, { costItems: [item("LLM", "0.003", "ESTIMATED"), item("LLM", "0.004", "RATED"), item("TTS", "0.5", "ESTIMATED")] }),
      at("e2", day, 60, { costItems: [item("LLM", "0.001", "ESTIMATED"), item("PLATFORM", "9", "ESTIMATED"), item("PLATFORM", "0.05", "REPORTED")] }),
      at("e3", day, 60, { costItems: [item("PLATFORM", "9", "ESTIMATED"), item("PLATFORM", "8", "RATED"), item("TTS", "0.25", "REPORTED"), item("TTS", "0.125", "REPORTED"), item("TTS", "7", "RATED")] }),
      at("c1", day, 60, { provider: "speech", costItems: [{ component: "TTS", quantity: "300", unit: "CHARACTER", basis: "ESTIMATED" }] }), at("c2", day, 60, { provider: "speech", costItems: [item("TTS", "9", "RATED", { quantity: "5", unit: "CHARACTER" })] }),
      at("t1", day, 60, { provider: "talk", tokens: { audioIn: 600, audioOut: 1200 } }), at("t2", day, 60, { provider: "talk", tokens: { audioOut: 10 } }),
    ]);
    await rate(period);
    const lines = await explain({ period });
    expectAddsUp(lines);
    await expectLegsToMakeUp(period, ["period", "speech", "talk", "retell"]);
    const seen = Object.fromEntries(lines.map((line) => [`${line.vendor} ${line.component} ${line.basis} ${line.useCase.code}${line.rateLine ? ` ${line.rateLine}` : ""}`, [line.exactAmount, eventsOf(line), line.remainder]]));
    // 101 seconds of five calls are 2 minutes: 120/101 of the measured time, told apart as what rounding the month added.
    expect(seen).toEqual({
      "period PLATFORM RATED order-status": ["567/5050", ["p1", "p2", "p3"], { name: "PERIOD_ROUNDING", exactAmount: expect.any(String) }],
      "period PLATFORM RATED triage": ["14/505", ["p4", "p5"], { name: "PERIOD_ROUNDING", exactAmount: "133/30300" }],
      "retell LLM RATED order-status": ["1/250", ["e1"], null], "retell LLM ESTIMATED order-status": ["1/1000", ["e2"], null], "retell TTS ESTIMATED order-status": ["1/2", ["e1"], null],
      "retell TTS REPORTED order-status": ["3/8", ["e3"], null], "retell PLATFORM REPORTED order-status": ["1/20", ["e2"], null], "retell PLATFORM RATED order-status": ["7/50", ["e1", "e3"], null],
      "speech TTS RATED order-status": ["61/200", ["c1", "c2"], null], "talk S2S RATED order-status in": ["12/625", ["t1"], null], "talk S2S RATED order-status out": ["242/3125", ["t1", "t2"], null],
    });
  });

  it("is right in every unit: worked figures over real legs", async () => {
    const period = "2026-02", day = "2026-02-10";
    const of = (vendor: string, more: Record<string, unknown>) => agree({ vendor, effectiveFrom: period, ...more });
    await of("u-minute", { minimumSeconds: 60, incrementSeconds: 60, tiers: [{ price: "0.0085" }] });
    await of("u-second", { unit: "SECOND", minimumSeconds: 30, incrementSeconds: 6, tiers: [{ price: "0.0003" }] });
    await of("u-call", { unit: "CALL", exemptUnderSeconds: 10, exemptSpam: true, tiers: [{ price: "0.25" }] });
    await of("u-message", { component: "OTHER", unit: "MESSAGE", tiers: [{ price: "0.002" }] });
    await of("u-segment", { component: "SMS", unit: "SEGMENT", tiers: [{ price: "0.0079" }] });
    await of("u-token", { component: "LLM", unit: "TOKEN_1M", lines: [{ code: "in", tokenKind: "IN" }, { code: "cached", tokenKind: "CACHED" }, { code: "out", tokenKind: "OUT" }], tiers: [{ price: "0", linePrices: [{ line: "in", price: "4" }, { line: "cached", price: "0.40" }, { line: "out", price: "16" }] }] });
    await of("u-character", { component: "TTS", unit: "CHARACTER", tiers: [{ price: "0.00003" }] });
    await of("u-resolution", { component: "OTHER", unit: "RESOLUTION", tiers: [{ price: "0.99" }] });
    await of("u-number", { component: "TELEPHONY", unit: "MONTH", quantity: "12", tiers: [{ price: "2" }], pool: "telephony" });
    await of("u-number", { component: "TELEPHONY", unit: "CONCURRENCY_MONTH", tiers: [{ upTo: "2", price: "0" }, { price: "8" }], pool: "telephony" });
    await of("u-number", { component: "TELEPHONY", unit: "MINUTE", lines: [{ code: "inbound", direction: "INBOUND" }, { code: "toll-free", direction: "INBOUND", attribute: "numberType", attributeValue: "toll-free" }], tiers: [{ price: "0.013", linePrices: [{ line: "inbound", price: "0.0085" }, { line: "toll-free", price: "0.022" }] }] });
    const calls = (vendor: string) => [5, 61, 80, 283].map((seconds) => at(`${vendor}-${seconds}`, day, seconds, { provider: vendor }));
    const of1 = (vendor: string, id: string, more: Record<string, unknown>) => at(`${vendor}-${id}`, day, 0, { provider: vendor, ...more });
    await report(integration(server), [
      ...calls("u-minute"), ...calls("u-second"), ...calls("u-call"), at("u-call-spam", day, 300, { provider: "u-call", attributes: { spam: true } }),
      of1("u-message", "a", { channel: "CHAT", messages: 7 }), of1("u-message", "b", { channel: "WEB" }), of1("u-segment", "a", { channel: "SMS", segments: 3 }), of1("u-segment", "b", { channel: "SMS", segments: 2, status: "FAILED" }),
      of1("u-token", "a", { channel: "CHAT", tokens: { in: 1000000, cached: 500000, out: 250000 } }), of1("u-character", "a", { costItems: [{ component: "TTS", quantity: "1000", unit: "CHARACTER", basis: "REPORTED" }] }),
      at("u-resolution-a", day, 60, { provider: "u-resolution", resolved: true }), at("u-resolution-b", day, 60, { provider: "u-resolution", resolved: false }),
      ...["a", "b", "c"].map((id) => at(`u-number-${id}`, day, 60, { provider: "u-number" })), at("u-number-free", "2026-02-11", 600, { provider: "u-number", attributes: { numberType: "toll-free" } }), at("u-number-out", "2026-02-12", 60, { provider: "u-number", direction: "OUTBOUND" }),
    ]);
    await rate(period);
    const vendors = ["minute", "second", "call", "message", "segment", "token", "character", "resolution", "number"].map((unit) => `u-${unit}`);
    const lines = await explain({ period, vendor: vendors });
    expectAddsUp(lines);
    await expectLegsToMakeUp(period, vendors);
    expect(lines.map((line) => [line.vendor, line.kind, line.rateLine, line.billedQuantity, line.exactAmount]).sort()).toEqual([
      ["u-minute", "USAGE", null, "10", "17/200"], ["u-second", "USAGE", null, "468", "351/2500"], ["u-call", "USAGE", null, "3", "3/4"], ["u-message", "USAGE", null, "8", "2/125"], ["u-segment", "USAGE", null, "3", "237/10000"],
      ["u-token", "USAGE", "in", "1", "4"], ["u-token", "USAGE", "cached", "0.5", "1/5"], ["u-token", "USAGE", "out", "0.25", "4"], ["u-character", "USAGE", null, "1000", "3/100"], ["u-resolution", "USAGE", null, "1", "99/100"],
      ["u-number", "FEE", null, "12", "24"], ["u-number", "FEE", null, "3", "8"],
      ["u-number", "USAGE", "inbound", "3", "51/2000"], ["u-number", "USAGE", "toll-free", "10", "11/50"], ["u-number", "USAGE", null, "1", "13/1000"],
    ].sort());
    expect(lines.filter(({ kind }) => kind === "FEE").map(({ remainder }) => remainder)).toEqual([{ name: "FEE", exactAmount: "8" }, { name: "FEE", exactAmount: "24" }]);
  });
});

describe("cents taken for dollars", () => {
  it("raise an alarm in every unit that a card counts, in what came with the usage and in what the vendor bills", async () => {
    const period = "2026-03", day = "2026-03-10";
    const more: Record<string, Record<string, unknown>> = {
      MINUTE: { connectedMs: 60_000 }, SECOND: { connectedMs: 1_000 }, CALL: { connectedMs: 5_000 }, MESSAGE: { channel: "CHAT", messages: 1 }, SEGMENT: { channel: "SMS", segments: 1 },
      TOKEN_1M: { tokens: { in: 400_000, out: 350_000, cached: 250_000 } }, CHARACTER: {}, RESOLUTION: { connectedMs: 60_000, resolved: true },
    };
    for (const unit of Object.keys(more)) await agree({ vendor: unit, component: "OTHER", unit, effectiveFrom: period, tiers: [{ price: "0.02" }] });
    await agree({ vendor: "CALL", component: "OTHER", unit: "MONTH", effectiveFrom: period, pool: "telephony" });
    const leg = (unit: string, id: string, amount: string) => at(`${unit}-${id}`, day, 0, { provider: unit, ...more[unit], costItems: [item("OTHER", amount, "REPORTED", unit === "CHARACTER" ? { unit, quantity: "1" } : {})] });
    await report(integration(server), Object.keys(more).map((unit) => leg(unit, "a", "0.02")));
    expect((await rate(period)).alarms).toEqual([]);
    await report(integration(server), Object.keys(more).map((unit) => leg(unit, "b", "2.00")));
    const said = (await rate(period)).alarms.map((alarm: string) => /^(\S+ OTHER: reported at \S+ USD per \S+), card/.exec(alarm)![1]);
    expect(said).toEqual(Object.keys(more).sort().map((unit) => `${unit} OTHER: reported at 1.010000 USD per ${unit}`));
    const bill = (vendor: string, amount: string) => ({ vendor, period, externalId: `${vendor}-${amount}`, currency: "USD", lines: [{ component: "OTHER", quantity: "2", unit: vendor, amount }] });
    const alarms = async (vendor: string): Promise<string[]> => (await must(finance, 'query($vendor: String!) { reconciliation(period: "2026-03", vendor: $vendor) { alarms } }', { vendor })).reconciliation.alarms.filter((alarm: string) => alarm.includes("statement"));
    for (const [vendor, amount, expected] of [["SEGMENT", "0.04", []], ["TOKEN_1M", "4", [expect.stringContaining("TOKEN_1M OTHER: the statement's price per TOKEN_1M is more than a factor of 20 off card")]]] as const) {
      await must(finance, "mutation($input: BookVendorStatementInput!) { bookVendorStatement(input: $input) { userErrors { code } } }", { input: bill(vendor, amount) });
      expect(await alarms(vendor)).toEqual(expected);
    }
  });
});

describe("a price that changes within a month", () => {
  it("charges legs by the day on which they ended, fills each card's tiers by its own days, and fees and commitments by theirs", async () => {
    const period = "2026-06";
    const of = (more: Record<string, unknown>) => agree({ vendor: "shift", effectiveFrom: period, ...more });
    const tiers = (first: string, second: string) => [{ upTo: "2", price: first }, { price: second }];
    await of({ effectiveFrom: "2026-05", tiers: tiers("1", "0.5"), minimumCommitment: "30", commitmentPool: "unused" });
    expect((await of({ firstDay: "2026-06-16", tiers: tiers("200", "100"), minimumCommitment: "60", commitmentPool: "unused" }))).toMatchObject({ card: { firstDay: "2026-06-16", lastDay: null }, alarms: [expect.stringMatching(/^shift PLATFORM: 200\.000000 USD per MINUTE, card \d+ before it says 1\.000000: more than a factor of 20 apart/)] });
    await of({ unit: "MONTH", component: "TELEPHONY", quantity: "3", tiers: [{ price: "10" }], pool: "telephony", effectiveTo: period, lastDay: "2026-06-10" });
    await of({ unit: "MONTH", component: "TELEPHONY", quantity: "6", tiers: [{ price: "10" }], pool: "telephony", firstDay: "2026-06-11" });
    await report(integration(server), [
      at("s1", "2026-06-01", 60, { provider: "shift" }), at("s2", "2026-06-02", 120, { provider: "shift", useCase: "triage" }), at("s3", "2026-06-16", 180, { provider: "shift" }),
      // The last millisecond of the 15th and the first of the 16th in New York.
      at("s4", "2026-06-15", 60, { provider: "shift", useCase: "triage", endedAt: "2026-06-16T03:59:59.999Z" }), at("s5", "2026-06-16", 60, { provider: "shift", useCase: "triage", endedAt: "2026-06-16T04:00:00.000Z" }),
      at("s6", "2026-06-20", 60, { provider: "shift", costItems: [item("PLATFORM", "7", "REPORTED")] }), at("s7", "2026-06-03", 60, { provider: "shift", costItems: [item("PLATFORM", "3", "REPORTED")] }),
    ]);
    await rate(period);
    const lines = await explain({ period, vendor: ["shift"] });
    expectAddsUp(lines);
    await expectLegsToMakeUp(period, ["shift"]);
    const figures = lines.map((line) => [line.kind, line.basis, line.firstDay, line.useCase?.code ?? null, line.billedQuantity, line.exactAmount, eventsOf(line).join(" ")]);
    // 1 to 15 June: 4 minutes fill 2 at 1.00 and 2 at 0.50. From the 16th: 4 minutes fill 2 at 200 and 2 at 100. Commitments: half of 30 less 3 + 3, half of 60 is reached.
    expect(figures.sort()).toEqual([
      ["USAGE", "RATED", "2026-06-01", "order-status", "1", "3/4", "s1"], ["USAGE", "RATED", "2026-06-01", "triage", "3", "9/4", "s2 s4"],
      ["USAGE", "RATED", "2026-06-16", "order-status", "3", "450", "s3"], ["USAGE", "RATED", "2026-06-16", "triage", "1", "150", "s5"],
      ["USAGE", "REPORTED", "2026-06-01", "order-status", null, "3", "s7"], ["USAGE", "REPORTED", "2026-06-16", "order-status", null, "7", "s6"],
      ["UNUSED_COMMITMENT", "RATED", "2026-06-01", null, "0", "9", ""], ["FEE", "RATED", "2026-06-01", null, "1", "10", ""], ["FEE", "RATED", "2026-06-11", null, "4", "40", ""],
    ].sort());
    expect(await failedProofs()).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ["two cards of one day", { firstDay: "2026-06-16" }, "CONFLICT", "firstDay"], ["a day of another month", { firstDay: "2026-07-01" }, "BAD_USER_INPUT", "firstDay"], ["no day at all", { firstDay: "2026-06-31" }, "BAD_USER_INPUT", "firstDay"],
    ["an attribute that says nothing", { lines: [{ code: "a", attribute: "numberType" }] }, "BAD_USER_INPUT", "lines.0.attribute"], ["so many minutes", { quantity: "3" }, "BAD_USER_INPUT", "quantity"],
  ])("is refused for %s, and nothing changes", async (_, more, code, field) => {
    const before = await rowCounts(server);
    const answer = await finance.ask(PROPOSE, { input: card({ vendor: "shift", effectiveFrom: "2026-06", ...more }) });
    const [error] = answer.data?.proposeRateCard.userErrors ?? [{ code: answer.errors![0]!.extensions.code, field: [field] }];
    expect([error.code, error.field.join(".")]).toEqual([code, field]);
    expect(await rowCounts(server)).toEqual(before);
  });
});

describe("what if the volume were another", () => {
  it("fills bands over the whole volume in the order of use: every day grows by the same", async () => {
    const lines = [{ code: "inbound", direction: "INBOUND" }, { code: "outbound", direction: "OUTBOUND" }];
    const tiers = [{ upTo: "3", price: "9", linePrices: [{ line: "inbound", price: "0.01" }, { line: "outbound", price: "0.02" }] }, { price: "9", linePrices: [{ line: "inbound", price: "0.005" }, { line: "outbound", price: "0.004" }] }];
    await report(integration(server), [at("v1", "2026-07-01", 60, { provider: "vol" }), at("v2", "2026-07-02", 60, { provider: "vol", direction: "OUTBOUND", useCase: "triage" }), at("v3", "2026-07-03", 60, { provider: "vol" }), at("v4", "2026-07-04", 60, { provider: "vol", direction: "OUTBOUND", useCase: "triage" })]);
    const ask = async (volume: string) => (await must(finance, SIMULATE, { input: { card: card({ vendor: "vol", lines, tiers }), period: "2026-07", volume } })).simulateRating;
    expect([(await ask("1")).exactTotal, (await ask("1")).billedQuantity]).toEqual(["11/250", "4"]);
    // Twice: 2 in, 1 of 2 out, the other out, 2 in, 2 out: 0.02 + 0.02 + 0.004 + 0.01 + 0.008.
    expect(await ask("2")).toMatchObject({ exactTotal: "31/500", billedQuantity: "8", rows: [{ useCase: "order-status", exactAmount: "3/100" }, { useCase: "triage", exactAmount: "4/125" }] });
    expect((await ask("0.5")).exactTotal).toBe("3/100");
    expect((await ask("0")).exactTotal).toBe("0");
    // Tokens too: a leg's kinds in their order.
    await report(integration(server), [at("k1", "2026-07-01", 60, { provider: "tok", tokens: { in: 2000000, out: 1000000 } }), at("k2", "2026-07-02", 60, { provider: "tok", tokens: { in: 1000000 } })]);
    const tokens = { unit: "TOKEN_1M", component: "LLM", vendor: "tok", lines: [{ code: "in", tokenKind: "IN" }, { code: "out", tokenKind: "OUT" }], tiers: [{ upTo: "3", price: "0", linePrices: [{ line: "in", price: "4" }, { line: "out", price: "16" }] }, { price: "0", linePrices: [{ line: "in", price: "2" }, { line: "out", price: "8" }] }] };
    const total = async (volume: string) => (await must(finance, SIMULATE, { input: { card: card(tokens), period: "2026-07", volume } })).simulateRating.exactTotal;
    expect([await total("1"), await total("2")]).toEqual(["26", "34"]);
  });
});

describe("ratings as a list", () => {
  it("are paged in their order, found by id, and their lines read by run", async () => {
    const first = (await must(finance, RUNS, { first: 1, where: { period: "2025-10" } })).ratingRuns;
    const rest = (await must(finance, RUNS, { first: 100, after: first.pageInfo.endCursor, where: { period: "2025-10" } })).ratingRuns;
    expect([...first.edges, ...rest.edges].map(({ node }: Line) => node.sequence)).toEqual([1, 2, 3]);
    const { id } = first.edges[0].node;
    expect((await must(finance, "query($id: ID!) { node(id: $id) { __typename ... on RatingRun { sequence period } } }", { id })).node).toEqual({ __typename: "RatingRun", sequence: 1, period: "2025-10" });
    const { usageCost } = await must(finance, COST, { where: { period: "2025-10", run: id } });
    expect([usageCost.run.sequence, usageCost.total.amount, usageCost.rows.map((row: Line) => [row.businessUnit.code, row.amount.amount])]).toEqual([1, "0.98", [["retail", "0.91"], ["retail", "0.07"]]]);
    for (const [period, run] of [["2025-11", id], ["2025-10", "bm9uc2Vuc2U"]]) expect((await finance.ask(COST, { where: { period, run } })).errors![0]!.extensions.code).toBe("NOT_FOUND");
    expect((await server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }).ask(RUNS, { first: 1 })).errors![0]!.extensions.code).toBe("FORBIDDEN");
  });
});
