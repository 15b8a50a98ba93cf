import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyProgramme } from "../../src/app/verify";
import { importVendor } from "../../src/cli/import-vendor";
import { call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { BOOK as BOOK_COST, CREATE_POOL, rowCounts } from "../support/two-programmes";
import { programmeStore } from "../../src/tenancy/tenancy.store";
import { Scope } from "../../src/tenancy";

const BOOK = "mutation($input: BookVendorStatementInput!) { bookVendorStatement(input: $input) { duplicate vendorStatement { externalId total lineCount } userErrors { code message field } } }";
const RECONCILE = `query($vendor: String!) { reconciliation(period: "2025-10", vendor: $vendor) { calls meteredMinutes billedMinutes vendorMinutes ours { amount } vendorTotal { amount } variance { amount } tolerated settled
  coverage { vendorCalls matched oursWithout } causes { cause legs amount { amount } callRefs } alarms explanation { reason explainedBy } } }`;
const BY_COMPONENT = `query($vendor: String!) { reconciliation(period: "2025-10", vendor: $vendor) { basis ours { amount } vendorTotal { amount } variance { amount } settled alarms coverage { vendorCalls matched oursWithout }
  statements { externalId standing replaces replacedBy } crossChecks { kind total { amount } difference { amount } } causes { cause component legs exactAmount callRefs } components { component ours { amount } vendorTotal { amount } variance { amount } } } }`;
const EXPLAIN = "mutation($input: ExplainVarianceInput!) { explainVariance(input: $input) { reconciliation { settled explanation { reason explainedBy } } userErrors { code message } } }";
const CHECKS = "{ closeChecklist(period: \"2025-10\") { checks { check ok message } } }";

const PROPOSE = "mutation($input: ProposeRateCardInput!) { proposeRateCard(input: $input) { card { version } userErrors { code } } }";
const CARD = { vendor: "twilio", component: "TELEPHONY", unit: "MINUTE", currency: "USD", effectiveFrom: "2025-10", minimumSeconds: 60, incrementSeconds: 60, tiers: [{ price: "0.10" }], pool: "usage" };

let server: TestServer;
let finance: Actor;
let folder: string;

const spoke = (id: string, seconds: number): Record<string, unknown> => call(id, { provider: "twilio", providerRef: `CA-${id}`, connectedAt: null, connectedMs: seconds * 1_000 });
const line = (id: string, minutes: string, amount: string): Record<string, unknown> => ({ callRef: `CA-${id}`, quantity: minutes, unit: "MINUTE", amount });
const invoice = (externalId: string, lines: unknown[], more: Record<string, unknown> = {}): Record<string, unknown> => ({ vendor: "twilio", period: "2025-10", externalId, currency: "USD", lines, ...more });
const reconciled = async (vendor = "twilio") => (await must(finance, RECONCILE, { vendor })).reconciliation;
const byComponent = async (vendor: string) => (await must(finance, BY_COMPONENT, { vendor })).reconciliation;
const fault = async (input: Record<string, unknown>): Promise<{ code: string; message: string; field: string[] }> => (await finance.ask(BOOK, { input })).data.bookVendorStatement.userErrors[0];
const check = async (name: string) => (await must(finance, CHECKS)).closeChecklist.checks.find((each: { check: string }) => each.check === name);
const scope = async (): Promise<Scope> => {
  const programme = (await server.installation.database.withInstallation("authentication", (tx) => programmeStore(tx).listProgrammes())).find(({ code }) => code === "acme")!;
  return { principal: { subject: "cli", role: "ADMIN", programme: "acme", businessUnits: [] }, programme, reach: "programme", unitIds: [] };
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "apportion-vendor-"));
  server = await startTestServer();
  finance = server.as("FINANCE");
  await createAcme(server);
  for (const [code, kind] of [["usage", "DIRECT"], ["cloud", "PLATFORM_CONTRACT"]]) await must(finance, CREATE_POOL, { input: { code, name: code, kind } });
  await must(finance, PROPOSE, { input: CARD });
  await must(server.as("FINANCE", { subject: "controller" }), "mutation { approveRateCard(input: { version: 1 }) { userErrors { code } } }");
  await report(integration(server), [spoke("ok", 50), spoke("double", 61), spoke("price", 283), spoke("round", 61), spoke("ours", 59)]);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe("a vendor's month", () => {
  it("is rated before it closes", async () => {
    expect(await check("USAGE_RATED")).toMatchObject({ ok: false, message: "The usage of 2025-10 has not been rated. Run ratePeriod." });
    await must(finance, 'mutation { ratePeriod(input: { period: "2025-10" }) { userErrors { code } } }');
    expect(await check("USAGE_RATED")).toMatchObject({ ok: true });
    expect(await must(finance, RECONCILE, { vendor: "twilio" })).toEqual({ reconciliation: null });
  });

  it("tells a missing leg, a double and a price change apart, and the causes sum to the difference", async () => {
    const lines = [line("ok", "1", "0.10"), line("double", "2", "0.20"), line("double", "2", "0.20"), line("price", "5", "0.60"), line("round", "3", "0.30"), line("missing", "4", "0.40")];
    expect((await must(finance, BOOK, { input: invoice("INV-1", lines) })).bookVendorStatement).toEqual({ duplicate: false, vendorStatement: { externalId: "INV-1", total: "1.8", lineCount: 6 }, userErrors: [] });
    expect(await reconciled()).toEqual({
      calls: 5, meteredMinutes: "8.566666666667", billedMinutes: "11", vendorMinutes: "17", ours: { amount: "1.10" }, vendorTotal: { amount: "1.80" }, variance: { amount: "0.70" }, tolerated: false, settled: false,
      coverage: { vendorCalls: 6, matched: 5, oursWithout: 1 }, alarms: [], explanation: null,
      causes: [
        { cause: "MISSING_LEG", legs: 1, amount: { amount: "0.40" }, callRefs: ["CA-missing"] }, { cause: "DOUBLED_LEG", legs: 1, amount: { amount: "0.20" }, callRefs: ["CA-double"] },
        { cause: "NOT_BILLED", legs: 1, amount: { amount: "-0.10" }, callRefs: ["CA-ours"] }, { cause: "ROUNDING", legs: 1, amount: { amount: "0.10" }, callRefs: ["CA-round"] },
        { cause: "PRICE_CHANGE", legs: 1, amount: { amount: "0.10" }, callRefs: ["CA-price"] },
      ],
    });
  });

  it("is booked once; other content under its identity is CONFLICT, and a total that its lines do not make UNBALANCED", async () => {
    const same = [line("ok", "1.0", "0.1"), line("double", "2", "0.20"), line("double", "2", "0.20"), line("price", "5", "0.60"), line("round", "3", "0.30"), line("missing", "4", "0.40")];
    const before = await rowCounts(server);
    expect((await must(finance, BOOK, { input: invoice("INV-1", same, { total: "1.80" }) })).bookVendorStatement).toMatchObject({ duplicate: true });
    expect(await fault(invoice("INV-1", [line("ok", "1", "9")]))).toMatchObject({ code: "CONFLICT", field: ["externalId"] });
    expect(await fault(invoice("INV-2", same, { total: "1.79" }))).toMatchObject({ code: "UNBALANCED" });
    expect(await fault(invoice("INV-2", []))).toMatchObject({ code: "BAD_USER_INPUT" });
    expect(await fault(invoice("INV-1-AGAIN", [...same].reverse()))).toEqual({ code: "CONFLICT", field: ["externalId"], message: expect.stringContaining("charged exactly this as INV-1 already") });
    for (const role of ["BUSINESS_UNIT", "EXECUTIVE", "AUDITOR", "ADMIN"] as const) {
      const actor = server.as(role, { businessUnits: ["retail"] });
      expect((await actor.ask(BOOK, { input: invoice("INV-3", same) })).errors![0]!.extensions.code).toBe("FORBIDDEN");
      expect((await actor.ask(EXPLAIN, { input: { period: "2025-10", vendor: "twilio", reason: "x" } })).errors![0]!.extensions.code).toBe("FORBIDDEN");
    }
    expect((await finance.ask(EXPLAIN, { input: { period: "2025-10", vendor: "nobody", reason: "x" } })).data.explainVariance.userErrors[0].code).toBe("NOT_FOUND");
    expect(await rowCounts(server)).toEqual(before);
  });

  it("has three causes and no rest where three things went wrong", async () => {
    await report(integration(server), ["one", "two", "three"].map((id) => call(`v-${id}`, { provider: "vonage", providerRef: `V-${id}`, connectedAt: null, connectedMs: 50_000 })));
    await must(finance, PROPOSE, { input: { ...CARD, vendor: "vonage" } });
    await must(server.as("FINANCE", { subject: "controller" }), "mutation { approveRateCard(input: { version: 2 }) { userErrors { code } } }");
    const charged = (id: string, amount: string): Record<string, unknown> => ({ callRef: `V-${id}`, quantity: "1", unit: "MINUTE", amount });
    await must(finance, BOOK, { input: invoice("V-1", [charged("one", "0.10"), charged("two", "0.10"), charged("two", "0.10"), charged("three", "0.125"), charged("stranger", "0.10")], { vendor: "vonage" }) });
    const { variance, causes } = await byComponent("vonage");
    expect(causes).toEqual([
      { cause: "MISSING_LEG", component: null, legs: 1, exactAmount: "1/10", callRefs: ["V-stranger"] }, { cause: "DOUBLED_LEG", component: null, legs: 1, exactAmount: "1/10", callRefs: ["V-two"] },
      { cause: "PRICE_CHANGE", component: null, legs: 1, exactAmount: "1/40", callRefs: ["V-three"] },
    ]);
    expect(variance).toEqual({ amount: "0.23" }); // 0.525 against 0.30, to the cent
  });

  it("holds the close up until a person explains it, and again when the figures change", async () => {
    await must(finance, EXPLAIN, { input: { period: "2025-10", vendor: "vonage", reason: "A stranger's call" } });
    expect(await check("VENDORS_RECONCILED")).toMatchObject({ ok: false, message: expect.stringContaining("twilio is off by 0.70 USD") });
    const refused = await finance.ask('mutation { requestClose(input: { period: "2025-10" }) { period { status } userErrors { code message } } }');
    expect(refused.data.requestClose).toEqual({ period: null, userErrors: expect.arrayContaining([{ code: "NOT_READY", message: expect.stringContaining("twilio is off by 0.70 USD") }]) });
    expect((await must(finance, EXPLAIN, { input: { period: "2025-10", vendor: "twilio", reason: "Credit note asked for" } })).explainVariance.reconciliation).toEqual({ settled: true, explanation: { reason: "Credit note asked for", explainedBy: "test-finance" } });
    expect(await check("VENDORS_RECONCILED")).toMatchObject({ ok: true });
    await must(finance, BOOK, { input: invoice("CREDIT-1", [], { total: "-0.20" }) });
    expect(await check("VENDORS_RECONCILED")).toMatchObject({ ok: false, message: expect.stringContaining("twilio is off by 0.50 USD") });
    await must(finance, 'mutation { setRatingRules(input: { toleranceAmount: "0.50", reason: "small" }) { userErrors { code } } }');
    expect(await reconciled()).toMatchObject({ tolerated: true, settled: true, explanation: null });
  });

  it("counts what was booked of the vendor, and no posting of a rating twice", async () => {
    await must(finance, BOOK_COST, { input: { pool: "cloud", period: "2025-10", amount: "0.30", currency: "USD", externalId: "numbers", vendor: "twilio" } });
    await must(finance, BOOK_COST, { input: { pool: "cloud", period: "2025-10", amount: "7.00", currency: "USD", externalId: "elsewhere", vendor: "other" } });
    expect(await reconciled()).toMatchObject({ ours: { amount: "1.40" }, vendorTotal: { amount: "1.60" }, variance: { amount: "0.20" } });
  });

  it("raises an alarm where the statement's price is a unit off", async () => {
    await must(finance, BOOK, { input: invoice("CENTS", [{ quantity: "100", unit: "MINUTE", amount: "1000" }]) });
    expect((await reconciled()).alarms).toEqual([expect.stringContaining("more than a factor of 20 off card 1")]);
  });
});

describe("a bill by component", () => {
  const sent = (id: string, segments: number): Record<string, unknown> => call(id, { provider: "telnyx", providerRef: `SM-${id}`, channel: "SMS", connectedAt: null, connectedMs: 0, messages: 1, segments });
  const spoken = (id: string): Record<string, unknown> => call(id, { provider: "telnyx", providerRef: `TX-${id}`, connectedAt: null, connectedMs: 50_000, costItems: [{ component: "STT", amount: "0.04", currency: "USD", basis: "REPORTED" }] });
  const parts = [
    { callRef: "TX-t1", component: "TELEPHONY", quantity: "1", unit: "MINUTE", amount: "0.10" }, { callRef: "TX-t1", component: "STT", amount: "0.04" }, { callRef: "TX-t2", component: "TELEPHONY", quantity: "1", unit: "MINUTE", amount: "0.10" },
    { callRef: "SM-m1", component: "SMS", quantity: "2", unit: "SEGMENT", amount: "0.02" }, { callRef: "SM-m2", component: "SMS", quantity: "4", unit: "SEGMENT", amount: "0.04" }, { callRef: "SM-m9", component: "SMS", quantity: "1", unit: "SEGMENT", amount: "0.01" },
  ];

  it("is held against each component of a call, and messages against messages", async () => {
    await report(integration(server), [spoken("t1"), spoken("t2"), sent("m1", 2), sent("m2", 3)]);
    for (const [version, card] of [[3, { ...CARD, vendor: "telnyx" }], [4, { vendor: "telnyx", component: "SMS", unit: "SEGMENT", currency: "USD", effectiveFrom: "2025-10", tiers: [{ price: "0.01" }], pool: "usage" }]] as const) {
      await must(finance, PROPOSE, { input: card });
      await must(server.as("FINANCE", { subject: "controller" }), "mutation($version: Int!) { approveRateCard(input: { version: $version }) { userErrors { code } } }", { version });
    }
    await must(finance, BOOK, { input: invoice("T-1", parts, { vendor: "telnyx" }) });
    const found = await byComponent("telnyx");
    expect(found).toMatchObject({ ours: { amount: "0.33" }, vendorTotal: { amount: "0.31" }, variance: { amount: "-0.02" }, coverage: { vendorCalls: 6, matched: 5, oursWithout: 0 } });
    expect(found.causes).toEqual([
      { cause: "MISSING_MESSAGE", component: "SMS", legs: 1, exactAmount: "1/100", callRefs: ["SM-m9"] }, { cause: "NOT_BILLED", component: "STT", legs: 1, exactAmount: "-1/25", callRefs: ["TX-t2"] },
      { cause: "QUANTITY", component: "SMS", legs: 1, exactAmount: "1/100", callRefs: ["SM-m2"] },
    ]);
    expect(found.components.map(({ component, ours, vendorTotal, variance }: Record<string, { amount: string }>) => [component, ours!.amount, vendorTotal!.amount, variance!.amount])).toEqual([["SMS", "0.05", "0.07", "0.02"], ["STT", "0.08", "0.04", "-0.04"], ["TELEPHONY", "0.20", "0.20", "0.00"]]);
  });

  it("is held against the price of the day, of the kind of number, and of tokens, where a card changes within the month", async () => {
    const on = (id: string, day: string, more: Record<string, unknown> = {}): Record<string, unknown> => call(id, { provider: "sinch", providerRef: `SI-${id}`, connectedAt: null, endedAt: `2025-10-${day}T15:00:00.000Z`, connectedMs: 50_000, ...more });
    await report(integration(server), [on("s1", "10"), on("s2", "16"), on("s3", "20", { attributes: { numberType: "toll-free" } }), on("s4", "20", { tokens: { in: 500_000, out: 100_000 } })]);
    const priced = { ...CARD, vendor: "sinch", lines: [{ code: "free", attribute: "numberType", attributeValue: "toll-free" }] };
    const tokens = { vendor: "sinch", component: "LLM", unit: "TOKEN_1M", currency: "USD", effectiveFrom: "2025-10", pool: "usage", lines: [{ code: "in", tokenKind: "IN" }, { code: "out", tokenKind: "OUT" }], tiers: [{ price: "0", linePrices: [{ line: "in", price: "2" }, { line: "out", price: "8" }] }] };
    for (const input of [priced, { ...priced, firstDay: "2025-10-16", tiers: [{ price: "0.20", linePrices: [{ line: "free", price: "0.50" }] }] }, tokens]) {
      const { proposeRateCard } = await must(finance, PROPOSE, { input });
      await must(server.as("FINANCE", { subject: "controller" }), "mutation($version: Int!) { approveRateCard(input: { version: $version }) { userErrors { code } } }", { version: proposeRateCard.card.version });
    }
    const minute = (id: string, amount: string, quantity = "1"): Record<string, unknown> => ({ callRef: `SI-${id}`, component: "TELEPHONY", quantity, unit: "MINUTE", amount });
    const right = [minute("s1", "0.10"), minute("s2", "0.20"), minute("s3", "0.50"), minute("s4", "0.20"), { callRef: "SI-s4", component: "LLM", quantity: "600000", unit: "TOKEN", amount: "1.80" }];
    await must(finance, BOOK, { input: invoice("S-1", right, { vendor: "sinch" }) });
    expect(await byComponent("sinch")).toMatchObject({ ours: { amount: "2.80" }, vendorTotal: { amount: "2.80" }, causes: [], alarms: [] });
    // The price of the first half where the second has another, two minutes for one, and tokens that were counted otherwise.
    const wrong = [minute("s1", "0.10"), minute("s2", "0.10"), minute("s3", "1.00", "2"), minute("s4", "0.20"), { callRef: "SI-s4", component: "LLM", quantity: "650000", unit: "TOKEN", amount: "1.95" }];
    await must(finance, BOOK, { input: invoice("S-2", wrong, { vendor: "sinch", replaces: "S-1" }) });
    expect((await byComponent("sinch")).causes).toEqual([
      { cause: "ROUNDING", component: "TELEPHONY", legs: 1, exactAmount: "1/2", callRefs: ["SI-s3"] },
      { cause: "PRICE_CHANGE", component: "LLM", legs: 1, exactAmount: "3/20", callRefs: ["SI-s4"] }, { cause: "PRICE_CHANGE", component: "TELEPHONY", legs: 1, exactAmount: "-1/10", callRefs: ["SI-s2"] },
    ]);
  });

  it("is corrected by another one, which counts in its place; both are kept", async () => {
    const corrected = parts.map((each) => (each.callRef === "SM-m9" ? { ...each, amount: "0.03" } : each));
    const before = await rowCounts(server);
    for (const [input, code, field] of [
      [invoice("T-2", corrected, { vendor: "telnyx", replaces: "T-0" }), "NOT_FOUND", "replaces"], [invoice("T-2", corrected, { vendor: "twilio", replaces: "T-1" }), "NOT_FOUND", "replaces"],
      [invoice("T-2", corrected, { vendor: "telnyx", replaces: "T-2" }), "BAD_USER_INPUT", "replaces"], [invoice("T-2", corrected, { vendor: "telnyx", replaces: "T-1", period: "2025-09" }), "BAD_USER_INPUT", "replaces"],
      [invoice("T-2", parts, { vendor: "telnyx", replaces: "T-1" }), "CONFLICT", "externalId"],
    ] as const) expect([code, await fault(input)]).toEqual([code, expect.objectContaining({ code, field: [field] })]);
    expect(await rowCounts(server)).toEqual(before);
    const input = invoice("T-2", corrected, { vendor: "telnyx", replaces: "T-1" });
    await must(finance, BOOK, { input });
    expect((await must(finance, BOOK, { input })).bookVendorStatement.duplicate).toBe(true);
    expect((await must(finance, BOOK, { input: invoice("T-1", parts, { vendor: "telnyx" }) })).bookVendorStatement.duplicate).toBe(true);
    expect(await fault(invoice("T-3", [line("ok", "1", "1")], { vendor: "telnyx", replaces: "T-1" }))).toMatchObject({ code: "CONFLICT", message: expect.stringContaining("replaced by T-2") });
    expect(await byComponent("telnyx")).toMatchObject({ vendorTotal: { amount: "0.33" }, variance: { amount: "0.00" }, statements: [{ externalId: "T-1", standing: "REPLACED", replaces: null, replacedBy: "T-2" }, { externalId: "T-2", standing: "BASIS", replaces: "T-1", replacedBy: null }] });
    const { auditEntries } = await must(server.as("AUDITOR"), "{ auditEntries(first: 200) { edges { node { action subjectKey after } } } }");
    expect(auditEntries.edges.map(({ node }: { node: { subjectKey: string } }) => node).filter(({ subjectKey }: { subjectKey: string }) => subjectKey === "telnyx/T-2")).toMatchObject([{ action: "bookVendorStatement", after: expect.objectContaining({ replaces: "T-1" }) }]);
    expect((await must(finance, 'query($vendor: String) { vendorStatements(period: "2025-10", vendor: $vendor) { vendor externalId standing } }', { vendor: "telnyx" })).vendorStatements).toEqual([{ vendor: "telnyx", externalId: "T-1", standing: "REPLACED" }, { vendor: "telnyx", externalId: "T-2", standing: "BASIS" }]);
  });

  it("is never added to usage records of the same month: those are a cross-check", async () => {
    await must(finance, BOOK, { input: { ...invoice("records", [{ component: "TELEPHONY", quantity: "2", unit: "MINUTE", amount: "0.20" }], { vendor: "plivo" }), kind: "TWILIO_USAGE" } });
    expect(await byComponent("plivo")).toMatchObject({ basis: "TWILIO_USAGE", vendorTotal: { amount: "0.20" }, crossChecks: [] });
    await must(finance, BOOK, { input: invoice("bill", [{ component: "TELEPHONY", quantity: "2", unit: "MINUTE", amount: "0.90" }], { vendor: "plivo" }) });
    expect(await byComponent("plivo")).toMatchObject({
      basis: "INVOICE", vendorTotal: { amount: "0.90" }, variance: { amount: "0.90" }, statements: [{ externalId: "bill", standing: "BASIS" }, { externalId: "records", standing: "CROSS_CHECK" }],
      crossChecks: [{ kind: "TWILIO_USAGE", total: { amount: "0.20" }, difference: { amount: "-0.70" } }], alarms: [expect.stringContaining("its TWILIO_USAGE says 0.20 USD, its INVOICE 0.90 USD")],
    });
  });
});

describe("a vendor's file", () => {
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it("of Twilio usage records leaves sums of sums out", async () => {
    const record = (category: string, usage: string, price: string): Record<string, unknown> => ({ category, description: category, start_date: "2025-10-01", end_date: "2025-10-31", usage, usage_unit: "minutes", price, price_unit: "usd" });
    const name = file("usage.json", JSON.stringify({ usage_records: [record("calls", "17", "1.70"), record("calls-inbound", "10", "1.00"), record("calls-outbound", "7", "0.70"), record("totalprice", "17", "1.70")] }));
    const options = { file: name, kind: "twilio-usage" as const, vendor: "twilio-usage", period: "2025-10" };
    expect(await importVendor(server.installation.database, await scope(), options)).toMatchObject({ rows: 2, faults: [], statements: [{ externalId: "usage.json", total: "1.7", currency: "USD", duplicate: false }] });
    expect((await importVendor(server.installation.database, await scope(), options)).statements[0]!.duplicate).toBe(true);
    await expect(importVendor(server.installation.database, await scope(), { ...options, period: "2025-09" })).rejects.toMatchObject({ code: "BAD_USER_INPUT", message: expect.stringContaining("is not a day of 2025-09") });
  });

  it("of FOCUS rows books an entry per service that sum to the exact total, or names row, column and reason and books nothing", async () => {
    const header = "BilledCost,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargeDescription,ServiceName";
    const rows = ["0.004,USD,2025-10-01T00:00:00Z,Usage,a,Queue", "0.004,USD,2025-10-01T00:00:00Z,Usage,b,Queue", "1.1e-2,USD,2025-10-01T00:00:00Z,Usage,c,Compute", "-0.5,USD,2025-10-01T00:00:00Z,Credit,d,Compute"];
    const bad = file("bad.csv", [header, ...rows, "1;5,USD,2025-10-01T00:00:00Z,Usage,e,Queue", "1,XXQ,2025-10-01T00:00:00Z,Usage,e,Queue", "1,USD,October,Usage,e,Queue", "1,USD,2025-10-01T00:00:00Z,Gift,e,Queue"].join("\n"));
    const before = await rowCounts(server);
    const { faults, statements } = await importVendor(server.installation.database, await scope(), { file: bad, kind: "focus", vendor: "aws", pool: "cloud" });
    expect(statements).toEqual([]);
    expect(faults).toEqual([
      { row: 6, column: "BilledCost", reason: '"1;5" is no decimal number of the format' }, { row: 7, column: "BillingCurrency", reason: '"XXQ" is not an ISO 4217 currency' },
      { row: 8, column: "BillingPeriodStart", reason: '"October" is not a date such as 2025-10-01T00:00:00Z' }, { row: 9, column: "ChargeCategory", reason: '"Gift" is not one of Usage, Purchase, Tax, Credit, Adjustment' },
    ]);
    expect(await rowCounts(server)).toEqual(before);
    const good = file("good.csv", [header, ...rows].join("\n"));
    const summary = await importVendor(server.installation.database, await scope(), { file: good, kind: "focus", vendor: "aws", pool: "cloud" });
    expect(summary.statements).toMatchObject([{ externalId: "good.csv/2025-10/USD", total: "-0.481", lines: 4 }]);
    expect(summary.entries.map(({ externalId, amount }) => [externalId, amount])).toEqual([["focus/aws/good.csv/2025-10/USD/Queue", "0.01"], ["focus/aws/good.csv/2025-10/USD/Compute", "0.01"], ["focus/aws/good.csv/2025-10/USD/credit/Compute", "-0.50"]]);
    const kinds = (beginning: string) => server.sql(`select external_id as name, kind, amount_minor::int as minor from costs.cost_entry where starts_with(external_id, '${beginning}') order by 1`);
    expect(await kinds("focus/aws/good")).toEqual([["Compute", "CHARGE", 1], ["Queue", "CHARGE", 1], ["credit/Compute", "CREDIT", -50]].map(([name, kind, minor]) => ({ name: `focus/aws/good.csv/2025-10/USD/${name}`, kind, minor })));
    // As it was booked before credits stood apart: the same file finds its own entries and books nothing.
    const netted = [["Queue", "0.01"], ["Compute", "-0.49"]].map(([service, amount]) => ({ externalId: `focus/aws-before/good.csv/2025-10/USD/${service}`, amount, currency: "USD", description: `aws-before ${service}, from good.csv/2025-10/USD` }));
    for (const entry of netted) await must(finance, BOOK_COST, { input: { pool: "cloud", period: "2025-10", vendor: "aws-before", ...entry } });
    expect((await importVendor(server.installation.database, await scope(), { file: good, kind: "focus", vendor: "aws-before", pool: "cloud" })).entries).toEqual(netted.map(({ externalId, amount, currency }) => ({ externalId, amount, currency })));
    expect(await kinds("focus/aws-before/")).toHaveLength(2);
    expect(await reconciled("aws")).toMatchObject({ ours: { amount: "-0.48" }, vendorTotal: { amount: "-0.48" }, variance: { amount: "0.00" }, tolerated: true, settled: true });
  });

  it("that corrects another one takes back what that booked, so that no cost stands twice", async () => {
    const header = "BilledCost,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargeDescription,ServiceName";
    const row = (amount: string): string => `${amount},USD,2025-10-01T00:00:00Z,Usage,a,Queue`;
    const run = async (name: string, more: Record<string, unknown> = {}) => importVendor(server.installation.database, await scope(), { file: join(folder, name), kind: "focus", vendor: "azure", ...more });
    const credit = row("-1").replace("Usage", "Credit");
    file("first.csv", [header, row("4"), row("2"), credit].join("\n"));
    file("copy.csv", [header, credit, row("2"), row("4")].join("\n"));
    file("right.csv", [header, row("4"), row("1")].join("\n"));
    await run("first.csv", { pool: "cloud" });
    const before = await rowCounts(server);
    await expect(run("copy.csv", { pool: "cloud" })).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("as first.csv/2025-10/USD already") });
    await expect(run("right.csv", { replaces: "first.csv" })).rejects.toMatchObject({ code: "BAD_USER_INPUT", message: expect.stringContaining("--pool") });
    await expect(run("right.csv", { replaces: "none.csv", pool: "cloud" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await rowCounts(server)).toEqual(before);
    expect((await run("right.csv", { replaces: "first.csv", pool: "cloud" })).entries).toEqual([{ externalId: "replaced/focus/azure/first.csv/2025-10/USD/Queue", amount: "-6.00", currency: "USD" }, { externalId: "replaced/focus/azure/first.csv/2025-10/USD/credit/Queue", amount: "1.00", currency: "USD" }, { externalId: "focus/azure/right.csv/2025-10/USD/Queue", amount: "5.00", currency: "USD" }]);
    expect(await server.sql("select sum(amount_minor)::int as minor, count(*)::int from costs.cost_entry where vendor = 'azure' and kind = 'CREDIT'")).toEqual([{ minor: 0, count: 2 }]);
    const after = await rowCounts(server);
    await run("right.csv", { replaces: "first.csv", pool: "cloud" });
    await expect(run("first.csv", { pool: "cloud" })).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("was replaced by right.csv/2025-10/USD") });
    expect(await rowCounts(server)).toEqual(after);
    expect(await byComponent("azure")).toMatchObject({ basis: "FOCUS", ours: { amount: "5.00" }, vendorTotal: { amount: "5.00" }, variance: { amount: "0.00" }, settled: true });
  });

  it("of an invoice names the row whose component is none", async () => {
    const name = file("invoice.csv", "amount,currency,component,callRef\n1,USD,TELEPHONY,a\n2,USD,Telefon,b\n");
    const { faults, statements } = await importVendor(server.installation.database, await scope(), { file: name, kind: "invoice", vendor: "azure", period: "2025-10" });
    expect([faults, statements]).toEqual([[{ row: 3, column: "component", reason: expect.stringContaining('"Telefon" is not one of PLATFORM, TELEPHONY') }], []]);
  });

  it("leaves figures that verify proves", async () => {
    const proofs = [];
    for await (const proof of verifyProgramme(server.installation.database, await scope())) proofs.push(proof);
    expect(proofs.filter(({ differing }) => differing > 0)).toEqual([]);
    for (const name of ["rate card hash = hash of its document", "rating hash = hash of its lines", "posted usage cost = rated lines", "vendor statement hash = hash of its lines"]) expect(proofs.map((proof) => proof.name)).toContain(name);
    await server.sql("update rating.line set amount_minor = amount_minor + 1 where position = 1");
    const after = [];
    for await (const proof of verifyProgramme(server.installation.database, await scope())) after.push(proof);
    expect(after.filter(({ differing }) => differing > 0).map(({ name }) => name)).toEqual(["rating hash = hash of its lines", "posted usage cost = rated lines"]);
  });
});
