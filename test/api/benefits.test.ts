import { verifyBenefits } from "../../src/benefits/verify-benefits.query";
import { eliminations, memoBenefits, recognisedBenefits } from "../../src/benefits/recognised-benefits.query";
import { statementStore } from "../../src/programme/statement.store";
import { TenantTransaction } from "../../src/tenancy/database.store";
import { call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { rowCounts } from "../support/two-programmes";

const SEPTEMBER = "2026-09";
const OCTOBER = "2026-10";
const GBP = { code: "GBP", exponent: 2 };
const INPUTS: Readonly<Record<string, string>> = { signOffBenefit: "DecideBenefitInput", rejectBenefit: "DecideBenefitInput" };
const MADE: Readonly<Record<string, string>> = {
  captureBaseline: "baseline { version reconstructed lockedBy }", lockBaseline: "baseline { version lockedBy }", defineBenefitPool: "pool { code maximums { version maximum { amount } } }", defineBenefit: "benefit { code }",
  proposeAttributionModel: "model { version approvedBy }", approveAttributionModel: "model { version approvedBy }",
  ...Object.fromEntries(["claimBenefit", "signOffBenefit", "rejectBenefit"].map((verb) => [verb, "row { version status reconstructed gross { amount } attributed { amount } cashable { amount } nonCashable { amount } figures { name value usage { period useCase outcome field } } decision { recognisedIn recognisedCashable { amount } } }"])),
};
const LADDER = `query($from: PeriodKey!, $to: PeriodKey!, $where: BenefitLadderWhere) { benefitLadder(from: $from, to: $to, where: $where) { rows { benefit { code } businessUnit period version status counterfactual { amount } residual { amount } gross { amount } share
  confidence attributed { amount } cashable { amount } nonCashable { amount } overlap { amount } eliminatedCashable { amount } eliminatedNonCashable { amount } }
  total { cashable { amount } nonCashable { amount } eliminatedCashable { amount } recognised { amount } memo { amount } } plan { period planned { amount } actual { amount } } planned { amount } missing } }`;

let server: TestServer;
const finance = (subject = "finance"): Actor => server.as("FINANCE", { subject });
const unit = (code: string): Actor => server.as("BUSINESS_UNIT", { subject: `owner-of-${code}`, businessUnits: [code] });

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
async function say(actor: Actor, verb: string, input: Record<string, unknown>): Promise<any> {
  const type = INPUTS[verb] ?? `${verb[0]!.toUpperCase()}${verb.slice(1)}Input`;
  const answer = await actor.ask(`mutation($input: ${type}!) { ${verb}(input: $input) { ${MADE[verb]} userErrors { code message field } } }`, { input });
  if (answer.errors) throw new Error(answer.body.slice(0, 600));
  const { userErrors, ...made } = answer.data[verb];
  return userErrors.length > 0 ? `${userErrors[0].code} ${(userErrors[0].field ?? []).join(".")}` : Object.values(made)[0];
}
const inTenant = async <T>(work: (tx: TenantTransaction) => Promise<T>): Promise<T> => {
  const programme = (await server.installation.scopes.programme("acme"))!;
  return server.installation.database.withTenant({ principal: { subject: "test", role: "AUDITOR", programme: "acme", businessUnits: [] }, programme, reach: "programme", unitIds: [] }, work);
};
const baseline = (useCase: string, cost: string, more: Record<string, unknown> = {}) => ({ useCase, from: "2026-05-01", to: "2026-07-31", measures: [{ metric: "cost-per-contact", value: cost, unit: "GBP per contact", currency: "GBP", source: "cost accounting" }], evidence: "report 17", ...more });
const stated = (name: string, value: string) => ({ name, value, evidence: "report 18" });
const decide = (benefit: string, version = 1, period = SEPTEMBER) => ({ benefit, period, version });
const claim = (benefit: string, method: string, figures: unknown[], more: Record<string, unknown> = {}) => ({ benefit, period: SEPTEMBER, currency: "GBP", method, figures, tier: "B", confidence: "0.90", cashableShare: "0", ...more });
const U1 = claim("triage-cost", "UNIT_COST", [stated("DEMAND", "40000"), { name: "UNIT_COST", metric: "cost-per-contact" }, stated("INDEX", "1.03"), stated("RESIDUAL_QUANTITY", "12000"), stated("RESIDUAL_QUANTITY", "1000"), stated("RESIDUAL_UNIT_COST", "5.40")], { cashableShare: "0.60", ledgerLine: "6210 agency staff" });
const U2 = claim("orders-margin", "HOLDOUT", [stated("TREATED_RATE", "0.062"), stated("HOLDOUT_RATE", "0.022"), stated("COHORT", "25000"), stated("UNIT_VALUE", "80"), stated("MARGIN_RATE", "0.35")], { tier: "A", confidence: "0.95", cashableShare: "1", ledgerLine: "4000 sales" });
const U3 = claim("helpdesk-cost", "UNIT_COST", [stated("DEMAND", "10000"), { name: "UNIT_COST", metric: "cost-per-contact" }, stated("RESIDUAL_QUANTITY", "2500"), stated("RESIDUAL_UNIT_COST", "4.40")], { confidence: "0.80", cashableShare: "0.50", ledgerLine: "6220 collectors" });
const BAD_DEBT = claim("bad-debt", "AMOUNT", [stated("AMOUNT", "8000")], { confidence: "0.80", cashableShare: "1", ledgerLine: "6900 bad debt" });
const DSO = claim("dso", "WORKING_CAPITAL", [stated("DAYS", "1.5"), stated("DAILY_SALES", "200000"), stated("ANNUAL_RATE", "0.06")], { tier: "B", confidence: "0.80" });
const OWNERS = { triage: "claims", "order-status": "retail", helpdesk: "support" } as const;

beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2026-08-15T12:00:00Z");
  await createAcme(server, { currency: "GBP", timeZone: "Europe/London" });
});
afterAll(() => server.close());

describe("before anything is claimed", () => {
  it("a baseline is captured by the unit and locked by finance, and no benefit comes without one", async () => {
    const pool = (code: string, more: Record<string, unknown> = {}) => ({ code, name: `Pool ${code}`, effectiveFrom: SEPTEMBER, maximum: "156400.00", currency: "GBP", evidence: "cost centre 4711", ...more });
    for (const code of ["inbound", "orders", "collections", "overlap"]) expect(await say(finance(), "defineBenefitPool", pool(code))).toMatchObject({ code, maximums: [{ version: 1, maximum: { amount: "156400.00" } }] });
    for (const [more, refusal] of [[{ currency: "EUR" }, "CURRENCY_MISMATCH currency"], [{ maximum: "-1" }, "BAD_USER_INPUT maximum"]] as const) expect(await say(finance(), "defineBenefitPool", pool("another", more))).toBe(refusal);
    const benefit = { code: "triage-cost", name: "Calls that nobody takes", useCase: "triage", pool: "inbound", kind: "COST_REDUCTION", step: "CONTAINMENT", plan: { from: SEPTEMBER, steadyState: "20000.00", currency: "GBP", ramp: ["0.10", "0.30", "0.60", "0.85", "1"] } };
    expect(await say(unit("claims"), "defineBenefit", benefit)).toBe("NOT_READY useCase");
    for (const [useCase, owner] of Object.entries(OWNERS)) expect(await say(unit(owner), "captureBaseline", baseline(useCase, useCase === "helpdesk" ? "4.00" : "5.00"))).toEqual({ version: 1, reconstructed: false, lockedBy: null });
    expect(await say(unit("claims"), "captureBaseline", baseline("order-status", "1"))).toBe("NOT_FOUND useCase");
    expect(await say(finance(), "captureBaseline", baseline("helpdesk", "4.10"))).toBe("BAD_USER_INPUT reason");
    expect(await say(finance(), "captureBaseline", baseline("helpdesk", "4.10", { reason: "a second look" }))).toMatchObject({ version: 2 });
    expect(await say(finance("other"), "lockBaseline", { useCase: "helpdesk", version: 1 })).toBe("CONFLICT version");
    expect(await say(finance(), "lockBaseline", { useCase: "helpdesk", version: 2 })).toBe("SAME_PERSON version");
    expect(await say(unit("support"), "captureBaseline", baseline("helpdesk", "4.00", { reason: "it was right", evidence: "report 17, again" }))).toMatchObject({ version: 3 });
    for (const [useCase, version] of [["triage", 1], ["order-status", 1], ["helpdesk", 3]] as const) expect(await say(finance(), "lockBaseline", { useCase, version })).toEqual({ version, lockedBy: "finance" });
    expect(await say(unit("claims"), "defineBenefit", benefit)).toEqual({ code: "triage-cost" });
    expect(await say(unit("claims"), "defineBenefit", { ...benefit, step: "OTHER" })).toBe("CONFLICT code");
    const more = (code: string, useCase: keyof typeof OWNERS, of: string, kind: string, step: string, project = "voice-ai") => say(unit(OWNERS[useCase]), "defineBenefit", { code, name: code, useCase, pool: of, kind, step, project });
    await more("orders-margin", "order-status", "orders", "MARGIN", "OTHER");
    await more("helpdesk-cost", "helpdesk", "collections", "COST_REDUCTION", "CONTAINMENT");
    await more("bad-debt", "helpdesk", "collections", "OTHER_EBIT", "OTHER", "reminders");
    await more("dso", "helpdesk", "orders", "NON_EBIT", "OTHER");
    await more("calls-contained", "triage", "overlap", "COST_REDUCTION", "CONTAINMENT");
    await more("calls-avoided", "order-status", "overlap", "COST_REDUCTION", "DEMAND_AVOIDED");
  });

  it("finance agrees to who did it: shares never above 1, never the proposer alone", async () => {
    const model = (pool: string, shares: ReadonlyArray<readonly [string, string]>) => ({ pool, effectiveFrom: SEPTEMBER, shares: shares.map(([project, share]) => ({ project, share })), evidence: "minutes of June" });
    const lead = server.as("PROGRAMME_LEAD");
    expect(await say(lead, "proposeAttributionModel", model("inbound", [["voice-ai", "0.80"], ["ivr-redesign", "0.15"], ["web", "0.06"]]))).toBe("BAD_USER_INPUT shares");
    expect(await say(lead, "proposeAttributionModel", model("inbound", [["voice-ai", "0.80"], ["ivr-redesign", "0.15"], ["web", "0.05"]]))).toEqual({ version: 1, approvedBy: null });
    expect(await say(finance(), "proposeAttributionModel", model("orders", [["voice-ai", "1"]]))).toMatchObject({ version: 2 });
    expect(await say(finance(), "approveAttributionModel", { version: 2 })).toBe("SAME_PERSON version");
    expect(await say(finance(), "proposeAttributionModel", model("collections", [["voice-ai", "0.9"]]))).toMatchObject({ version: 3 });
    expect(await say(unit("claims"), "claimBenefit", U1)).toBe("NOT_FOUND period");
    server.clock.set("2026-10-02T12:00:00Z");
    const events = ["CONTAINED", "CONTAINED", "ESCALATED"].map((outcome, index) => call(`s-${index}`, { useCase: "triage", outcome, connectedAt: null, endedAt: "2026-09-10T10:00:00.000Z" }));
    await report(integration(server), [...events, call("other", { useCase: "returns", connectedAt: null, endedAt: "2026-09-11T10:00:00.000Z" }), call("oct", { connectedAt: null, endedAt: "2026-10-01T10:00:00.000Z" })]);
    expect(await say(unit("support"), "claimBenefit", BAD_DEBT)).toBe("NOT_READY period");
    expect(await say(finance("other"), "approveAttributionModel", { version: 3 })).toMatchObject({ approvedBy: "other" });
    expect(await say(unit("support"), "claimBenefit", BAD_DEBT)).toBe("NOT_READY benefit");
    expect(await say(finance(), "proposeAttributionModel", model("overlap", [["voice-ai", "0.8"]]))).toMatchObject({ version: 4 });
    for (const version of [1, 2, 4]) expect(await say(finance("other"), "approveAttributionModel", { version })).toEqual({ version, approvedBy: "other" });
  });
});

describe("September", () => {
  it("brings the worked figures to the penny, once finance signs", async () => {
    // Bad debt is half due to the reminders, out of a pool of its own.
    expect(await say(finance(), "defineBenefitPool", { code: "debts", name: "Bad debt", effectiveFrom: SEPTEMBER, maximum: "8000.00", currency: "GBP", evidence: "ledger 6900" })).toMatchObject({ code: "debts" });
    expect(await say(finance(), "proposeAttributionModel", { pool: "debts", effectiveFrom: SEPTEMBER, shares: [{ project: "voice-ai", share: "0.5" }], evidence: "minutes" })).toMatchObject({ version: 5 });
    await say(finance("other"), "approveAttributionModel", { version: 5 });
    await say(unit("support"), "defineBenefit", { code: "debts", name: "Less bad debt", useCase: "helpdesk", pool: "debts", kind: "OTHER_EBIT", step: "OTHER" });
    const claims: ReadonlyArray<readonly [string, Record<string, unknown>, string]> = [
      ["claims", U1, "135800.00 97776.00 58665.60 39110.40"], ["retail", U2, "28000.00 26600.00 26600.00 0.00"], ["support", U3, "29000.00 20880.00 10440.00 10440.00"], ["support", { ...BAD_DEBT, benefit: "debts" }, "8000.00 3200.00 3200.00 0.00"], ["support", DSO, "1500.00 1200.00 0.00 1200.00"],
    ];
    for (const [owner, input, figures] of claims) {
      const row = await say(unit(owner), "claimBenefit", input);
      expect([row.status, ...[row.gross, row.attributed, row.cashable, row.nonCashable].map(({ amount }) => amount)].join(" ")).toBe(`PROPOSED ${figures}`);
      expect(await inTenant((tx) => recognisedBenefits(tx, [SEPTEMBER]))).toHaveLength(Math.min(claims.findIndex(([, each]) => each === input), 4));
      expect(await say(finance(), "signOffBenefit", decide(input.benefit as string))).toMatchObject({ status: "SIGNED_OFF", decision: { recognisedIn: SEPTEMBER, recognisedCashable: row.cashable } });
    }
    const { benefitLadder } = await must(finance(), LADDER, { from: SEPTEMBER, to: SEPTEMBER });
    expect(benefitLadder.total).toEqual({ cashable: { amount: "98905.60" }, nonCashable: { amount: "49550.40" }, eliminatedCashable: { amount: "0.00" }, recognised: { amount: "98905.60" }, memo: { amount: "1200.00" } });
    expect(benefitLadder.missing).toEqual(["returns: no baseline is locked, none of its benefits counts."]);
    expect(benefitLadder.rows.find(({ benefit }: { benefit: { code: string } }) => benefit.code === "triage-cost")).toMatchObject({ counterfactual: { amount: "206000.00" }, residual: { amount: "70200.00" }, share: "0.8", confidence: "0.9" });
    const recognised = await inTenant(async (tx) => [await recognisedBenefits(tx, [SEPTEMBER]), await memoBenefits(tx, [SEPTEMBER])] as const);
    expect(recognised[0].map(({ useCase, kind, cashableMinor, nonCashableMinor }) => `${useCase} ${kind} ${cashableMinor} ${nonCashableMinor}`)).toEqual(["helpdesk OTHER_EBIT 320000 0", "helpdesk COST_REDUCTION 1044000 1044000", "order-status MARGIN 2660000 0", "triage COST_REDUCTION 5866560 3911040"]);
    expect(recognised[1].map(({ benefit, attributedMinor }) => [benefit, attributedMinor])).toEqual([["dso", 120_000n]]);
    expect((await must(finance(), LADDER, { from: SEPTEMBER, to: "2027-01", where: { benefit: ["triage-cost"] } })).benefitLadder).toMatchObject({ planned: { amount: "57000.00" }, plan: [{ planned: { amount: "2000.00" }, actual: { amount: "97776.00" } }, { planned: { amount: "6000.00" }, actual: null }, { period: "2026-11" }, { period: "2026-12" }, { planned: { amount: "20000.00" } }] });
  });

  it("counts what two use cases claim of one pool once: 177,000 of 156,400", async () => {
    const amount = (benefit: string, value: string) => claim(benefit, "AMOUNT", [stated("AMOUNT", value)], { cashableShare: "0.6", ledgerLine: "6210 agency staff" });
    await say(unit("claims"), "claimBenefit", amount("calls-contained", "156400"));
    await say(unit("retail"), "claimBenefit", amount("calls-avoided", "20600"));
    expect(await say(finance(), "signOffBenefit", decide("calls-contained"))).toMatchObject({ status: "SIGNED_OFF" });
    expect(await inTenant((tx) => eliminations(tx, [SEPTEMBER]))).toEqual([]);
    // What is avoided claims first, whoever was signed off first.
    await Promise.all([finance(), finance("other")].map((actor) => say(actor, "signOffBenefit", decide("calls-avoided"))));
    expect(await inTenant((tx) => eliminations(tx, [SEPTEMBER]))).toMatchObject([{ poolCode: "overlap", useCase: "triage", businessUnit: "claims", amountMinor: 889_920n, nonCashableMinor: 593_280n }]);
    expect(await inTenant((tx) => statementStore(tx).eliminatedOf(SEPTEMBER))).toEqual([{ line: "F_ELIMINATIONS", businessUnit: "claims", amountMinor: -889_920n }, { line: "MEMO_NON_CASHABLE", businessUnit: "claims", amountMinor: -593_280n }]);
    const { benefitPool } = await must(finance(), `{ benefitPool(code: "overlap", period: "${SEPTEMBER}") { periodStatus maximum { amount } kept { amount } overlap { amount } claims { benefit left { amount } kept { amount } overlap { amount } eliminatedCashable { amount } } } }`);
    expect(benefitPool).toEqual({ periodStatus: "OPEN", maximum: { amount: "156400.00" }, kept: { amount: "156400.00" }, overlap: { amount: "20600.00" }, claims: [
      { benefit: "calls-avoided", left: { amount: "156400.00" }, kept: { amount: "20600.00" }, overlap: { amount: "0.00" }, eliminatedCashable: { amount: "0.00" } },
      { benefit: "calls-contained", left: { amount: "135800.00" }, kept: { amount: "135800.00" }, overlap: { amount: "20600.00" }, eliminatedCashable: { amount: "8899.20" } }] });
    // A lower maximum or another model would undo what is signed off.
    expect(await say(finance(), "defineBenefitPool", { code: "overlap", name: "Pool overlap", effectiveFrom: SEPTEMBER, maximum: "1.00", currency: "GBP", evidence: "x" })).toBe("CONFLICT effectiveFrom");
    expect(await say(finance(), "proposeAttributionModel", { pool: "overlap", effectiveFrom: SEPTEMBER, shares: [{ project: "voice-ai", share: "1" }], evidence: "x" })).toBe("CONFLICT effectiveFrom");
  });

  it("draws figures from metering, says how to count them again, and signs nothing that usage has overtaken", async () => {
    const metered = (more: Record<string, unknown> = {}) => claim("triage-cost", "UNIT_COST", [{ name: "DEMAND", metered: "CALLS" }, { name: "UNIT_COST", metric: "cost-per-contact" }, { name: "RESIDUAL_QUANTITY", metered: "ESCALATED_CONTACTS" }, stated("RESIDUAL_UNIT_COST", "6")], { period: OCTOBER, ...more });
    const october = (id: string, outcome: string) => report(integration(server), [call(id, { useCase: "triage", outcome, connectedAt: null, endedAt: "2026-10-01T11:00:00.000Z" })]);
    await october("o-1", "CONTAINED");
    await october("o-2", "ESCALATED");
    const row = await say(unit("claims"), "claimBenefit", metered());
    expect(row).toMatchObject({ gross: { amount: "4.00" }, figures: [{ value: "2", usage: { period: OCTOBER, useCase: ["triage"], outcome: null, field: "calls" } }, { usage: null }, { value: "1", usage: { outcome: ["ESCALATED"], field: "contacts" } }, { usage: null }] });
    const { usage } = await must(finance(), "query($where: UsageWhere!) { usage(where: $where, groupBy: []) { total { contacts } } }", { where: { period: OCTOBER, useCase: ["triage"], outcome: ["ESCALATED"] } });
    expect(usage.total.contacts).toBe(1);
    await october("o-3", "ESCALATED");
    expect(await say(finance(), "signOffBenefit", decide("triage-cost", 1, OCTOBER))).toBe("CONFLICT version");
    const { explainBenefit } = await must(unit("claims"), `{ explainBenefit(benefit: "triage-cost", period: "${OCTOBER}") { steps { name formula } baseline { version lockedBy } model { version } recounts { name claimed now } } }`);
    expect(explainBenefit).toMatchObject({ steps: [{ formula: "2 x 5 = 10.00" }, { formula: "1 x 6 = 6.00" }, {}, {}, {}, {}], baseline: { version: 1, lockedBy: "finance" }, model: { version: 1 }, recounts: [{ claimed: "2", now: "3" }, { name: "RESIDUAL_QUANTITY", claimed: "1", now: "2" }] });
    expect(await say(finance(), "rejectBenefit", decide("triage-cost", 1, OCTOBER))).toBe("BAD_USER_INPUT note");
    expect(await say(finance(), "rejectBenefit", { ...decide("triage-cost", 1, OCTOBER), note: "count again" })).toMatchObject({ status: "REJECTED" });
    expect(await say(unit("claims"), "claimBenefit", metered({ revises: 1, reason: "counted again" }))).toMatchObject({ version: 2, gross: { amount: "3.00" } });
  });

  it("takes a late baseline only as reconstructed, and its claims as modelled", async () => {
    await say(finance(), "defineBenefitPool", { code: "returns", name: "Returns", effectiveFrom: SEPTEMBER, maximum: "10.00", currency: "GBP", evidence: "x" });
    expect(await say(unit("retail"), "captureBaseline", baseline("returns", "3"))).toBe("BAD_USER_INPUT reconstructed");
    expect(await say(unit("retail"), "captureBaseline", baseline("returns", "3", { to: "2026-09-11", reconstructed: true }))).toBe("BAD_USER_INPUT to");
    expect(await say(unit("retail"), "captureBaseline", baseline("returns", "3", { reconstructed: true }))).toMatchObject({ reconstructed: true });
    await say(finance(), "lockBaseline", { useCase: "returns", version: 1 });
    await say(unit("retail"), "defineBenefit", { code: "returns", name: "x", useCase: "returns", pool: "inbound", kind: "COST_REDUCTION", step: "OTHER" });
    const late = (more: Record<string, unknown>) => claim("returns", "AMOUNT", [stated("AMOUNT", "10")], more);
    expect(await say(unit("retail"), "claimBenefit", late({}))).toBe("BAD_USER_INPUT tier");
    expect(await say(finance(), "claimBenefit", late({ tier: "C", confidence: "0.7" }))).toMatchObject({ reconstructed: true, attributed: { amount: "5.60" } });
    expect(await say(finance(), "signOffBenefit", decide("returns"))).toBe("SAME_PERSON version");
  });

  it("is corrected in the first open month once it is closed, and itself never changes", async () => {
    await server.sql("update governance.period set status = 'CLOSED', closed_at = now(), cutoff = now() where key = $1", [SEPTEMBER]);
    const closed = JSON.stringify(await inTenant(async (tx) => [await recognisedBenefits(tx, [SEPTEMBER]), await eliminations(tx, [SEPTEMBER])]), (_, value) => (typeof value === "bigint" ? String(value) : value));
    const corrected = claim("calls-avoided", "AMOUNT", [stated("AMOUNT", "10300")], { cashableShare: "0.6", ledgerLine: "6210 agency staff", revises: 1, reason: "half of it was double" });
    expect(await say(unit("retail"), "claimBenefit", corrected)).toMatchObject({ version: 2, status: "PROPOSED" });
    // 10,300 x 0.8 x 0.9 x 0.6 = 4,449.60 less; the other claim has so much more room.
    expect(await say(finance(), "signOffBenefit", decide("calls-avoided", 2))).toMatchObject({ status: "SIGNED_OFF", cashable: { amount: "4449.60" }, decision: { recognisedIn: OCTOBER, recognisedCashable: { amount: "-4449.60" } } });
    expect(await inTenant((tx) => recognisedBenefits(tx, [OCTOBER]))).toMatchObject([{ originPeriod: SEPTEMBER, cashableMinor: -444_960n, nonCashableMinor: -296_640n }]);
    expect(await inTenant((tx) => eliminations(tx, [OCTOBER]))).toMatchObject([{ useCase: "triage", amountMinor: -444_960n, nonCashableMinor: -296_640n }]);
    expect(JSON.stringify(await inTenant(async (tx) => [await recognisedBenefits(tx, [SEPTEMBER]), await eliminations(tx, [SEPTEMBER])]), (_, value) => (typeof value === "bigint" ? String(value) : value))).toBe(closed);
    expect(await say(finance(), "proposeAttributionModel", { pool: "returns", effectiveFrom: SEPTEMBER, shares: [{ project: "x", share: "1" }], evidence: "x" })).toBe("PERIOD_CLOSED effectiveFrom");
  });
});

describe("who sees what", () => {
  it("a unit its own rows, the auditor all, and nobody else any money of a unit", async () => {
    const range = { from: SEPTEMBER, to: OCTOBER };
    const seen = (await must(unit("claims"), LADDER, range)).benefitLadder;
    expect(new Set(seen.rows.map(({ businessUnit }: { businessUnit: string }) => businessUnit))).toEqual(new Set(["claims"]));
    // 58,665.60 of triage and 156,400 x 0.8 x 0.9 x 0.6 = 67,564.80 of what both claimed.
    expect(seen.total.cashable.amount).toBe("126230.40");
    expect((await must(server.as("AUDITOR"), LADDER, range)).benefitLadder.rows.length).toBeGreaterThan(seen.rows.length);
    const before = await rowCounts(server);
    for (const role of ["EXECUTIVE", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "INTEGRATION", "ADMIN"] as const) expect((await server.as(role, { businessUnits: ["claims"] }).ask(LADDER, range)).errors![0]!.extensions.code).toBe("FORBIDDEN");
    expect((await unit("retail").ask(`{ explainBenefit(benefit: "triage-cost", period: "${SEPTEMBER}") { steps { name } } }`)).data).toEqual({ explainBenefit: null });
    for (const [input, refusal] of [[{ ...U1, period: OCTOBER }, "NOT_FOUND benefit"], [{ ...U2, currency: "USD" }, "CURRENCY_MISMATCH currency"], [{ ...U2, figures: [stated("TREATED_RATE", "-0.1")] }, "BAD_USER_INPUT figures.0.value"]] as const) expect(await say(unit("retail"), "claimBenefit", input)).toBe(refusal);
    expect(await rowCounts(server)).toEqual(before);
    expect(await server.sql("select action, count(*)::int as entries from governance.audit_entry where subject_kind in ('BenefitClaim', 'Baseline') group by 1 order by 1")).toEqual([{ action: "captureBaseline", entries: 6 }, { action: "claimBenefit", entries: 11 }, { action: "lockBaseline", entries: 4 }, { action: "rejectBenefit", entries: 1 }, { action: "signOffBenefit", entries: 8 }]);
  });

  it("and every row recomputes from what is stored, or the proof says which does not", async () => {
    const prove = () => inTenant((tx) => verifyBenefits(tx, GBP));
    expect(await prove()).toMatchObject({ differing: 0, compared: "11 rows of the ladder, 6 months of benefit pools, 11 baselines and attribution models" });
    for (const [change, undo, told] of [
      ["update benefits.claim set confidence = 0.85 where hash = (select hash from benefits.claim k join benefits.benefit b on b.id = k.benefit_id where b.code = 'debts')", "update benefits.claim set confidence = 0.8 where confidence = 0.85", "debts 2026-09 version 1: attributedMinor is stored as 320000 and recomputes to 340000"],
      ["update benefits.elimination set overlap_minor = overlap_minor + 1 where overlap_minor > 0", "update benefits.elimination set overlap_minor = overlap_minor - 1 where overlap_minor > 0", "overlap/2026-09: of calls-contained 1030001 is eliminated instead of 1030000"],
      ["update benefits.claim_decision set cashable_minor = cashable_minor - 1 where cashable_minor < 0", "update benefits.claim_decision set cashable_minor = cashable_minor + 1 where cashable_minor < 0", "calls-avoided 2026-09: sign-offs recognised 444959 and 296640, the version that holds says otherwise"],
    ] as const) {
      await server.sql(change);
      expect((await prove()).differences).toContain(told);
      await server.sql(undo);
    }
    expect((await prove()).differing).toBe(0);
  });
});
