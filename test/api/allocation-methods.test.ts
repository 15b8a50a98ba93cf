import { Client } from "pg";
import { verifyProgramme } from "../../src/app/verify";
import { ALLOCATE, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { CLOSE_PERIOD, REQUEST_CLOSE } from "../prove/small-programme";
import { CREATE_POOL } from "../support/two-programmes";

const PROPOSE = "mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version documentHash settings { services order hierarchy useCaseDriver exempt } rules { pool parts { method driver bookedDriver shares { to percent } } } } userErrors { code message field } } }";
const APPROVE = "mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { policy { status } userErrors { code message field } } }";
const BOOK_DRIVER = "mutation($input: BookDriverQuantitiesInput!) { bookDriverQuantities(input: $input) { booking { driver period version quantities { businessUnit useCase pool quantity } } userErrors { code message field } } }";
const REPORT = `query($period: PeriodKey!) { allocation(period: $period, groupBy: [BUSINESS_UNIT, USE_CASE, POOL, CHANNEL]) {
  run { id status policyVersion inputHash resultHash } rows { businessUnit { code } useCase { code } pool { code } channel driverQuantity driverTotal share amount { amount } missing }
  pools { pool { code } step amount { amount } received { amount } passed { amount } allocated { amount } unallocated { amount } variance { amount } reason }
  total { amount } allocated { amount } unallocated { amount } variance { amount } } }`;

let server: TestServer;
let finance: Actor;

beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2025-12-15T12:00:00.000Z");
  await createAcme(server);
  finance = server.as("FINANCE");
  await report(integration(server), [
    call("a", { connectedMs: 60_000 }),
    call("b", { useCase: "returns", connectedMs: 20_000, endedAt: "2025-10-10T14:00:20.000Z" }),
    call("c", { useCase: "triage", connectedMs: 30_000, endedAt: "2025-10-10T14:00:30.000Z" }),
    call("d", { useCase: "helpdesk", connectedMs: 10_000, endedAt: "2025-10-10T14:00:10.000Z" }),
  ]);
  for (const [code, amount] of [["desk", "100.00"], ["platform", "1000.00"], ["licences", "90.00"]] as const) {
    await must(finance, CREATE_POOL, { input: { code, name: code, kind: "OTHER" } });
    await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }", { input: { pool: code, period: "2025-10", amount, currency: "USD", externalId: code } });
  }
});
afterAll(() => server.close());

/** Proposes as finance, approves as somebody else; answers the version. */
async function agreeOn(input: Record<string, unknown>): Promise<number> {
  const { proposeAllocationPolicy } = await must(finance, PROPOSE, { input: { effectiveFrom: "2025-10", ...input } });
  await must(server.as("FINANCE", { subject: "second-person" }), APPROVE, { input: { version: proposeAllocationPolicy.policy.version } });
  return proposeAllocationPolicy.policy.version as number;
}

const faults = async (): Promise<string[]> => {
  const scope = await server.installation.scopes.resolve({ subject: "test", role: "ADMIN", programme: "acme", businessUnits: [] });
  const found: string[] = [];
  for await (const proof of verifyProgramme(server.installation.database, scope)) if (proof.differing > 0) found.push(`${proof.name}: ${proof.differences.join("; ")}`);
  return found;
};

/** Half of what the policy promises to one unit is booked so far: nothing can be divided yet, and whoever asks is told so. */
async function aMonthThatFillsUp(): Promise<void> {
  await agreeOn({ effectiveFrom: "2025-12", rules: [{ pool: "platform", limits: [{ receiver: "retail", minimum: "100.00" }], parts: [{ driver: "CONNECTED_SECONDS" }] }] });
  await report(integration(server), [call("z", { useCase: "triage", connectedMs: 40_000, connectedAt: null, endedAt: "2025-12-10T14:00:40.000Z" })]);
  await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }", { input: { pool: "platform", period: "2025-12", amount: "50.00", currency: "USD", externalId: "december" } });
  const { budgetReport } = await must(finance, '{ budgetReport(period: "2025-12", level: PROGRAMME, method: RUN_RATE_CALENDAR_DAYS) { remarks rows { actual { amount } } } }');
  expect(budgetReport).toEqual({ remarks: [expect.stringMatching(/^actual: allocation policy 4 cannot divide 2025-12 yet \(.+\); its shared cost stands with the programme\.$/)], rows: [{ actual: { amount: "50.00" } }] });
  const { previewCorrection } = await must(finance, "query($input: PreviewCorrectionInput!) { previewCorrection(input: $input) { legs effect { months { period missing } } } }", { input: { kind: "VOID", eventIds: ["z"] } });
  expect(previewCorrection).toEqual({ legs: 1, effect: { months: [{ period: "2025-12", missing: [expect.stringContaining("2025-12 cannot be divided yet: The minimums sum to 10000 minor units, more than the 5000 there are"), expect.stringContaining("more than the 0 there are")] }] } });
}

/** What every use case bears of both months, once they are divided as they stand. */
async function dividedAnew(): Promise<Record<string, Record<string, string>>> {
  const months: Record<string, Record<string, string>> = {};
  for (const period of ["2025-10", "2025-11"]) {
    await must(finance, ALLOCATE, { input: { period } });
    const { allocation } = await must(finance, "query($period: PeriodKey!) { allocation(period: $period, groupBy: [USE_CASE]) { rows { useCase { code } amount { amount } } } }", { period });
    months[period] = Object.fromEntries(allocation.rows.map((row: { useCase: { code: string }; amount: { amount: string } }) => [row.useCase.code, row.amount.amount]));
  }
  return months;
}

/** A correction of October moves what November charges to date: the preview says by how much, before October is divided anew. */
async function aCorrectionThatMovesLaterMonths(): Promise<void> {
  const change = { kind: "VOID", eventIds: ["d"] };
  const { previewCorrection } = await must(finance, "query($input: PreviewCorrectionInput!) { previewCorrection(input: $input) { effect { moved { amount } months { period missing money { useCases { useCase { code } amount { before { amount } after { amount } } } } } } } }", { input: change });
  const before = await dividedAnew();
  const { correction } = (await must(finance, "mutation($input: ProposeCorrectionInput!) { proposeCorrection(input: $input) { correction { id } userErrors { code message } } }", { input: { ...change, reason: "a test call" } })).proposeCorrection;
  await must(server.as("FINANCE", { subject: "second-person" }), "mutation($input: ApproveCorrectionInput!) { approveCorrection(input: $input) { userErrors { code message } } }", { input: { correction: correction.id } });
  const after = await dividedAnew();
  interface Month { readonly period: string; readonly missing: string[]; readonly money: Array<{ useCases: Array<{ useCase: { code: string }; amount: { before: { amount: string }; after: { amount: string } } }> }> }
  const shown = (previewCorrection.effect.months as Month[]).map(({ period, missing, money }) => [period, missing, money.flatMap(({ useCases }) => useCases.map(({ useCase, amount }) => [useCase.code, amount.before.amount, amount.after.amount])).sort()]);
  const differing = (period: string): string[][] => [...new Set([...Object.keys(before[period]!), ...Object.keys(after[period]!)])].map((useCase) => [useCase, before[period]![useCase] ?? "0.00", after[period]![useCase] ?? "0.00"]).filter(([, was, is]) => was !== is).sort();
  expect(shown).toEqual(["2025-10", "2025-11"].map((period) => [period, [], differing(period)]));
  expect(differing("2025-11").length).toBeGreaterThan(1);
  for (const subject of ["test-finance", "second-person"]) await must(server.as("FINANCE", { subject }), "mutation($input: DecideCorrectionInput!) { revertCorrection(input: $input) { userErrors { code message } } }", { input: { correction: correction.id, reason: "it was none" } });
  expect(await dividedAnew()).toEqual(before);
}

const DESK = { pool: "desk", parts: [{ bookedDriver: "headcount" }] };
const PLATFORM = { pool: "platform", parts: [{ driver: "CONNECTED_SECONDS" }] };
const LICENCES = { pool: "licences", parts: [{ method: "FIXED_SHARES", shares: [{ to: "retail", percent: "50" }, { to: "claims", percent: "25" }, { to: "support", percent: "25" }] }] };
const headcount = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  driver: "headcount", kind: "HEADCOUNT", unit: "people", period: "2025-10", holds: "UNTIL_REPLACED", reason: "as HR counts",
  quantities: [{ businessUnit: "retail", quantity: "3" }, { businessUnit: "claims", quantity: "1.50" }, { businessUnit: "support", quantity: "0.5" }, { pool: "platform", quantity: "5" }], ...more,
});

describe("quantities that finance books", () => {
  it("are versions of a month, carried forward where they say so, and never of two kinds", async () => {
    const book = async (more: Record<string, unknown> = {}): Promise<unknown> => {
      const { booking, userErrors } = (await finance.ask(BOOK_DRIVER, { input: headcount(more) })).data.bookDriverQuantities as { booking: { version: number } | null; userErrors: Array<{ code: string; field: string[] }> };
      return booking?.version ?? `${userErrors[0]!.code} ${userErrors[0]!.field.join(".")}`;
    };
    expect([await book({ quantities: [{ businessUnit: "retail", quantity: "1" }] }), await book(), await book()]).toEqual([1, 2, 2]);
    expect(await book({ period: "2025-12", holds: "PERIOD_ONLY", quantities: [{ businessUnit: "retail", quantity: "9" }] })).toBe(1);
    const inForce = async (period: string): Promise<unknown> => {
      const { driverQuantities } = await must(server.as("AUDITOR"), "query($where: DriverQuantitiesWhere) { driverQuantities(first: 5, where: $where) { edges { node { period version quantities { businessUnit pool quantity } } } } }", { where: { inForceIn: period } });
      return driverQuantities.edges.map(({ node }: { node: { period: string; version: number; quantities: unknown[] } }) => [node.period, node.version, node.quantities.length]);
    };
    expect([await inForce("2025-09"), await inForce("2025-11"), await inForce("2025-12"), await inForce("2026-01")]).toEqual([[], [["2025-10", 2, 4]], [["2025-12", 1, 1]], [["2025-10", 2, 4]]]);
    expect(await Promise.all([
      book({ unit: "heads" }), book({ driver: "CALLS" }), book({ quantities: [{ businessUnit: "attic", quantity: "1" }] }), book({ quantities: [{ pool: "attic", quantity: "1" }] }), book({ quantities: [{ quantity: "1" }] }),
      book({ quantities: [{ businessUnit: "claims", useCase: "returns", quantity: "1" }] }), book({ quantities: [{ businessUnit: "retail", quantity: "1" }, { businessUnit: "retail", useCase: "returns", quantity: "1" }] }),
      book({ quantities: [{ businessUnit: "retail", quantity: "1" }, { businessUnit: "retail", quantity: "2" }] }),
    ])).toEqual(["CONFLICT unit", "BAD_USER_INPUT driver", "NOT_FOUND quantities", "NOT_FOUND quantities", "BAD_USER_INPUT quantities.0", "NOT_FOUND quantities", "BAD_USER_INPUT quantities.1.useCase", "BAD_USER_INPUT quantities.1"]);
  });
});

describe("a policy by methods that could not be carried out", () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ["pools that serve each other in a cycle", { rules: [DESK, { pool: "platform", parts: [{ method: "FIXED_SHARES", shares: [{ to: "desk", percent: "10" }, { to: "retail", percent: "90" }] }] }] }, "BAD_USER_INPUT services", /in a cycle/],
    ["a closed pool that receives", { services: "STEP_DOWN", rules: [PLATFORM, { pool: "licences", parts: [{ method: "DIRECT", to: ["platform"] }] }] }, "BAD_USER_INPUT rules.1.parts.0.to", /platform is closed when licences/],
    ["a pool that serves one before it", { rules: [PLATFORM, DESK] }, "BAD_USER_INPUT rules.1", /a closed pool never receives/],
    ["shares that do not make 100", { rules: [{ pool: "desk", parts: [{ method: "FIXED_SHARES", shares: [{ to: "retail", percent: "99.9" }] }] }] }, "BAD_USER_INPUT rules.0.parts.0.shares", /make 999\/10 %/],
    ["a unit that no rule reaches", { rules: [{ pool: "desk", parts: [{ method: "DIRECT", to: ["retail"] }] }] }, "BAD_USER_INPUT rules", /No rule reaches the business unit claims/],
    ["a rule that names nobody", { rules: [{ pool: "desk", parts: [{ method: "EVEN", to: [] }] }] }, "BAD_USER_INPUT rules.0.parts.0.to", /names nobody/],
    ["an unknown unit", { rules: [{ pool: "desk", parts: [{ method: "DIRECT", to: ["attic"] }] }] }, "NOT_FOUND rules.0.parts.0.to", /no business unit or shared pool attic/],
    ["an unknown unit that is exempt", { exempt: ["attic"], rules: [PLATFORM] }, "NOT_FOUND exempt", /attic/],
    ["a pool without a rule that receives", { rules: [{ pool: "desk", parts: [{ method: "FIXED_SHARES", shares: [{ to: "licences", percent: "100" }] }] }] }, "BAD_USER_INPUT rules.0.parts.0.shares", /licences has no rule/],
    ["a pool without a driver", { rules: [{ pool: "desk", parts: [{ method: "RATE", rate: "1" }] }] }, "BAD_USER_INPUT rules.0.parts.0.driver", /without a driver/],
    ["a driver without quantities", { rules: [{ pool: "desk", parts: [{ bookedDriver: "seats" }] }] }, "NOT_FOUND rules.0.parts.0.bookedDriver", /seats has no quantities in 2025-10/],
    ["a cap below its minimum", { rules: [{ ...PLATFORM, limits: [{ minimum: "5", maximum: "4" }] }] }, "BAD_USER_INPUT rules.0.limits", /below the minimum/],
    ["weights that sum to nothing", { rules: [{ pool: "desk", parts: [{ method: "TIERS", driver: "CALLS", tiers: [{ rate: "0" }] }] }] }, "BAD_USER_INPUT rules.0.parts.0.tiers", /sum to nothing/],
    ["a setting of another method", { rules: [{ pool: "desk", parts: [{ method: "EVEN", rate: "1" }] }] }, "BAD_USER_INPUT rules.0.parts.0.rate", /does not belong to EVEN/],
    ["an order that leaves a pool out", { order: ["desk"], rules: [DESK, PLATFORM] }, "BAD_USER_INPUT order", /every pool/],
    ["a limit in a circle", { services: "RECIPROCAL", rules: [DESK, { pool: "platform", limits: [{ maximum: "9" }], parts: [{ method: "DIRECT", to: ["desk"] }] }] }, "BAD_USER_INPUT rules.1", /stands in a circle/],
  ])("%s is refused", async (_, input, where, message) => {
    const { policy, userErrors } = (await finance.ask(PROPOSE, { input: { effectiveFrom: "2025-10", ...input } })).data.proposeAllocationPolicy as { policy: unknown; userErrors: Array<{ code: string; field: string[]; message: string }> };
    expect(userErrors.map(({ code, field }) => `${code} ${field.join(".")}`)).toEqual([where]);
    expect(userErrors[0]!.message).toMatch(message);
    expect(policy).toBeNull();
  });
});

describe("a stored policy by methods", () => {
  it("is agreed on, run, reported and proven; the same facts answer the same run", async () => {
    expect(await agreeOn({ services: "STEP_DOWN", rules: [DESK, PLATFORM, LICENCES] })).toBe(1);
    const first = (await must(finance, ALLOCATE, { input: { period: "2025-10" } })).allocatePeriod.run;
    expect((await must(finance, ALLOCATE, { input: { period: "2025-10" } })).allocatePeriod.run).toEqual(first);
    const { allocation } = await must(finance, REPORT, { period: "2025-10" });
    const row = (each: Record<string, { code: string; amount: string }>): unknown[] => [each.businessUnit!.code, each.useCase!.code, each.pool!.code, each.amount!.amount, each.driverQuantity, each.driverTotal];
    expect(allocation.rows.map(row)).toEqual([
      ["claims", "triage", "desk", "15.00", null, null], ["claims", "triage", "licences", "22.50", null, null], ["claims", "triage", "platform", "262.50", "30", "120"],
      ["retail", "order-status", "desk", "22.50", null, null], ["retail", "order-status", "licences", "33.75", null, null], ["retail", "order-status", "platform", "525.00", "60", "120"],
      ["retail", "returns", "desk", "7.50", null, null], ["retail", "returns", "licences", "11.25", null, null], ["retail", "returns", "platform", "175.00", "20", "120"],
      ["support", "helpdesk", "desk", "5.00", null, null], ["support", "helpdesk", "licences", "22.50", null, null], ["support", "helpdesk", "platform", "87.50", "10", "120"],
    ]);
    expect(allocation.rows[0]).toMatchObject({ channel: null, share: "0.150000000000", missing: [expect.stringContaining("no single driver"), expect.stringContaining("not over channels")] });
    const pool = (each: Record<string, { code: string; amount: string }>): unknown[] => [each.pool!.code, each.step, ...["amount", "received", "passed", "allocated", "unallocated"].map((name) => each[name]!.amount)];
    expect(allocation.pools.map(pool)).toEqual([["desk", 1, "100.00", "0.00", "50.00", "50.00", "0.00"], ["licences", 3, "90.00", "0.00", "0.00", "90.00", "0.00"], ["platform", 2, "1000.00", "50.00", "0.00", "1050.00", "0.00"]]);
    expect(allocation).toMatchObject({ total: { amount: "1190.00" }, allocated: { amount: "1190.00" }, unallocated: { amount: "0.00" }, variance: { amount: "0.00" } });
    expect(await faults()).toEqual([]);
  });

  it("is explained from the line through the chain of pools to the calls, in five statements", async () => {
    const ask = `{ explainAllocation(period: "2025-10", businessUnit: "retail", useCase: "returns", pool: "platform") { pool { code } poolAmount { amount } receivedAmount { amount } method driver bookedDriver driverQuantity driverTotal
      shareNumerator shareDenominator exactAmount adjustmentMinor amount { amount } policyVersion chain { step pool part method leg toPool driver bookedDriver quantity driverTotal share exactAmount } split { by driver quantity total } missing } }`;
    const statements = jest.spyOn(Client.prototype, "query");
    const { explainAllocation } = await must(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }), ask);
    const texts = statements.mock.calls.map(([query]) => (typeof query === "string" ? query : (query as unknown as { text: string }).text)).filter((text) => /chain_link|allocation\.|set_config|tenancy\.|costs\./.test(text) && !/^(start|commit)/i.test(text) && !text.includes("as scope"));
    statements.mockRestore();
    expect(texts.filter((text) => /allocation\./.test(text)).length).toBe(3);
    expect(texts.length).toBeLessThanOrEqual(5);
    expect(explainAllocation).toEqual([{
      pool: { code: "platform" }, poolAmount: { amount: "1000.00" }, receivedAmount: { amount: "50.00" }, method: "PROPORTIONAL", driver: "CONNECTED_SECONDS", bookedDriver: null, driverQuantity: "20", driverTotal: "120",
      shareNumerator: "1", shareDenominator: "6", exactAmount: "175", adjustmentMinor: 0, amount: { amount: "175.00" }, policyVersion: 1, missing: [],
      chain: [
        { step: 1, pool: "desk", part: 0, method: "PROPORTIONAL", leg: null, toPool: "platform", driver: null, bookedDriver: "headcount", quantity: "5", driverTotal: "10", share: "1/2", exactAmount: "50" },
        { step: 2, pool: "platform", part: 0, method: "PROPORTIONAL", leg: null, toPool: null, driver: "CONNECTED_SECONDS", bookedDriver: null, quantity: "80", driverTotal: "120", share: "2/3", exactAmount: "700" },
      ],
      split: { by: "MEASURED", driver: "CONNECTED_SECONDS", quantity: "20", total: "80" },
    }]);
    const { explainAllocation: [called] } = await must(finance, '{ explainAllocation(period: "2025-10", businessUnit: "retail", useCase: "returns", pool: "platform") { calls(first: 9) { edges { node { eventId connectedMs } } } } }');
    expect(called.calls.edges).toEqual([{ node: { eventId: "b", connectedMs: 20_000 } }]);
  });

  it("leads from a call back up to every amount that it is behind, and to no other", async () => {
    const walk = `{ businessUnits(first: 9) { edges { node { code } } } usageEvents(first: 50, where: { period: "2025-10" }) { edges { node { eventId businessUnit { code } useCase { code } charges { pool { code } useCase { code } amount { amount } } } } } }`;
    type Up = { eventId: string; businessUnit: { code: string } | null; useCase: { code: string } | null; charges: Array<{ pool: { code: string } }> };
    const { businessUnits, usageEvents } = await must(finance, walk);
    const events = usageEvents.edges.map(({ node }: { node: Up }) => node) as Up[];
    const up = events.flatMap(({ eventId, charges }) => charges.map(({ pool }) => `${eventId} ${pool.code}`));
    const down: string[] = [];
    for (const { node: unit } of businessUnits.edges) {
      for (const useCase of new Set(events.filter((each) => each.businessUnit?.code === unit.code).map((each) => each.useCase!.code))) {
        const { explainAllocation } = await must(finance, `{ explainAllocation(period: "2025-10", businessUnit: "${unit.code}", useCase: "${useCase}") { pool { code } calls(first: 50) { edges { node { eventId } } } } }`);
        for (const { pool, calls } of explainAllocation) down.push(...calls.edges.map(({ node }: { node: Up }) => `${node.eventId} ${pool.code}`));
      }
    }
    expect(up.length).toBeGreaterThan(events.length);
    expect(up.sort()).toEqual(down.sort());
    const returned = events.find(({ eventId }) => eventId === "b")!;
    expect(returned.charges).toEqual([
      { pool: { code: "desk" }, useCase: { code: "returns" }, amount: { amount: "7.50" } }, { pool: { code: "licences" }, useCase: { code: "returns" }, amount: { amount: "11.25" } },
      { pool: { code: "platform" }, useCase: { code: "returns" }, amount: { amount: "175.00" } },
    ]);
  });

  it("shows a unit its own flows and those between pools, never another unit's", async () => {
    const [unit] = await server.sql<{ id: string; programme: string }>("select id, programme_id as programme from tenancy.business_unit where code = 'retail'");
    const scope = await server.installation.scopes.resolve({ subject: "test", role: "BUSINESS_UNIT", programme: "acme", businessUnits: ["retail"] });
    const seen = await server.installation.database.withTenant(scope, (tx) => tx.query<{ to: string | null }>("select distinct to_unit_id as to from allocation.chain_link"));
    expect(seen.map(({ to }) => to).sort()).toEqual([unit!.id, null]);
    const [all] = await server.sql<{ units: string }>("select count(distinct to_unit_id) as units from allocation.chain_link");
    expect(all!.units).toBe("3");
  });

  it("is told apart from another version in words, and compared with it in money; the total never moves", async () => {
    const { proposeAllocationPolicy } = await must(finance, PROPOSE, { input: { effectiveFrom: "2025-10", replaces: 1, services: "STEP_DOWN", exempt: ["support"], rules: [DESK, { ...PLATFORM, limits: [{ receiver: "retail", maximum: "500" }], spill: "PROGRAMME" }] } });
    expect(proposeAllocationPolicy.policy.version).toBe(2);
    const { policyDiff } = await must(server.as("AUDITOR"), "{ policyDiff(from: 1, to: 2) { differences { change pool part field before after text } } }");
    expect(policyDiff.differences.map(({ text }: { text: string }) => text)).toEqual([
      "policy, exempt: added: support", "rule of licences: removed: fraction 1, method FIXED_SHARES, shares percent 50, to retail; percent 25, to claims; percent 25, to support",
      "rule of platform, limits: added: maximum 500, receiver retail", "rule of platform, spill: added: PROGRAMME",
    ]);
    const { comparePolicies } = await must(finance, `query($input: ComparePoliciesInput!) { comparePolicies(input: $input) { alternatives { version inEffect total { amount } allocated { amount } unallocated { amount } } rows { businessUnit { code } amounts { amount } differences { amount } } } }`,
      { input: { period: "2025-10", versions: [2], policy: { effectiveFrom: "2025-10", rules: [{ pool: "platform", parts: [{ driver: "CALLS" }] }] } } });
    expect(comparePolicies).toEqual({
      alternatives: [
        { version: 1, inEffect: true, total: { amount: "1190.00" }, allocated: { amount: "1190.00" }, unallocated: { amount: "0.00" } },
        { version: 2, inEffect: false, total: { amount: "1190.00" }, allocated: { amount: "834.45" }, unallocated: { amount: "355.55" } },
        { version: null, inEffect: false, total: { amount: "1190.00" }, allocated: { amount: "1000.00" }, unallocated: { amount: "190.00" } },
      ],
      rows: [
        { businessUnit: { code: "claims" }, amounts: [{ amount: "300.00" }, { amount: "302.87" }, { amount: "250.00" }], differences: [{ amount: "0.00" }, { amount: "2.87" }, { amount: "-50.00" }] },
        { businessUnit: { code: "retail" }, amounts: [{ amount: "775.00" }, { amount: "531.58" }, { amount: "500.00" }], differences: [{ amount: "0.00" }, { amount: "-243.42" }, { amount: "-275.00" }] },
        { businessUnit: { code: "support" }, amounts: [{ amount: "115.00" }, { amount: "0.00" }, { amount: "250.00" }], differences: [{ amount: "0.00" }, { amount: "-115.00" }, { amount: "135.00" }] },
      ],
    });
    const overlapping = (await finance.ask(PROPOSE, { input: { effectiveFrom: "2025-10", services: "DIRECT", rules: [PLATFORM] } })).data.proposeAllocationPolicy as { userErrors: unknown[] };
    expect(overlapping.userErrors).toEqual([expect.objectContaining({ code: "CONFLICT", field: ["effectiveFrom"] })]);
  });

  it("smooths months out by what was charged before, along a hierarchy of units", async () => {
    const PLACE = "mutation($input: PlaceBusinessUnitInput!) { placeBusinessUnit(input: $input) { place { businessUnit { code } parent { code } } userErrors { code field } } }";
    const place = async (businessUnit: string, parent: string | null): Promise<unknown> => ((await finance.ask(PLACE, { input: { businessUnit, parent, effectiveFrom: "2025-11-01", reason: "reorganised" } })).data.placeBusinessUnit as { userErrors: unknown[] }).userErrors;
    expect([await place("claims", "retail"), await place("claims", "retail"), await place("retail", "claims"), await place("retail", "attic")]).toEqual([[], [], [{ code: "BAD_USER_INPUT", field: ["parent"] }], [{ code: "NOT_FOUND", field: ["parent"] }]]);
    const { businessUnitHierarchy } = await must(finance, '{ businessUnitHierarchy(period: "2025-11", first: 2) { edges { node { businessUnit { code } parent { code } } } pageInfo { hasNextPage } } }');
    expect(businessUnitHierarchy).toEqual({ edges: [{ node: { businessUnit: { code: "claims" }, parent: { code: "retail" } } }, { node: { businessUnit: { code: "retail" }, parent: null } }], pageInfo: { hasNextPage: true } });
    await report(integration(server), [call("n", { useCase: "triage", connectedMs: 40_000, connectedAt: null, endedAt: "2025-11-10T14:00:40.000Z" })]);
    await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }", { input: { pool: "platform", period: "2025-11", amount: "350.00", currency: "USD", externalId: "november" } });
    expect(await agreeOn({ effectiveFrom: "2025-11", hierarchy: true, rules: [{ pool: "platform", parts: [{ method: "CUMULATIVE", driver: "CONNECTED_SECONDS", since: "2025-10" }] }] })).toBe(3);
    await must(finance, ALLOCATE, { input: { period: "2025-11" } });
    const { allocation } = await must(finance, REPORT, { period: "2025-11" });
    // 1,050.00 + 350.00 over 160 seconds, less what October charged.
    expect(allocation.rows.map((each: Record<string, { code: string; amount: string }>) => [each.useCase!.code, each.amount!.amount])).toEqual([["triage", "350.00"]]);
    const { explainAllocation } = await must(finance, '{ explainAllocation(period: "2025-11", businessUnit: "claims") { method amount { amount } exactAmount chain { leg quantity driverTotal exactAmount driverText } calls(first: 5) { edges { node { eventId } } } } }');
    expect(explainAllocation).toEqual([{
      method: "CUMULATIVE", amount: { amount: "350.00" }, exactAmount: "350", calls: { edges: [{ node: { eventId: "n" } }] },
      chain: [{ leg: "CUMULATIVE", quantity: "70", driverTotal: "160", exactAmount: "1225/2", driverText: "CONNECTED_SECONDS@2025-10" }, { leg: "PRIOR", quantity: null, driverTotal: null, exactAmount: "-525/2", driverText: null }],
    }]);
    expect(await faults()).toEqual([]);
    // A corrected booking changes what October stands on: its run is no longer the newest word.
    await must(finance, BOOK_DRIVER, { input: headcount({ quantities: [{ businessUnit: "retail", quantity: "1" }, { businessUnit: "claims", quantity: "1" }, { pool: "platform", quantity: "2" }] }) });
    const again = (await must(finance, ALLOCATE, { input: { period: "2025-10" } })).allocatePeriod.run;
    expect(again.sequence).toBe(2);
    const { allocationRuns } = await must(finance, '{ allocationRuns(first: 5, where: { period: "2025-10" }) { edges { node { sequence status } } } }');
    expect(allocationRuns.edges.map(({ node }: { node: unknown }) => node)).toEqual([{ sequence: 1, status: "SUPERSEDED" }, { sequence: 2, status: "FINAL" }]);
    expect(await faults()).toEqual([]);
    await aCorrectionThatMovesLaterMonths();
    expect(await faults()).toEqual([]);
  });

  it("closes; then neither booking, policy nor hierarchy reaches the month, and what comes late is an adjustment by the same methods", async () => {
    const close = async (period: string): Promise<void> => {
      await must(finance, ALLOCATE, { input: { period } });
      await must(finance, REQUEST_CLOSE, { input: { period } });
      await must(server.as("FINANCE", { subject: "second-person" }), CLOSE_PERIOD, { input: { period } });
    };
    const { closePreview } = await must(finance, '{ closePreview(period: "2025-10") { balanced pools { pool { code } booked { amount } received { amount } charged { amount } carried { amount } undivided { amount } } } }');
    expect([closePreview.balanced, closePreview.pools.map(({ pool, ...amounts }: { pool: { code: string } }) => [pool.code, ...Object.values(amounts).map((each) => (each as { amount: string }).amount)])]).toEqual([
      true, [["desk", "100.00", "-50.00", "50.00", "0.00", "0.00"], ["licences", "90.00", "0.00", "90.00", "0.00", "0.00"], ["platform", "1000.00", "50.00", "1050.00", "0.00", "0.00"]],
    ]);
    await close("2025-10");
    const refusal = async (mutation: string, input: Record<string, unknown>): Promise<unknown> => Object.values((await finance.ask<Record<string, { userErrors: Array<{ code: string; field: string[] }> }>>(mutation, { input })).data)[0]!.userErrors.map(({ code, field }) => `${code} ${field.join(".")}`);
    expect(await refusal(BOOK_DRIVER, headcount())).toEqual(["PERIOD_CLOSED period"]);
    expect(await refusal(PROPOSE, { effectiveFrom: "2025-10", services: "DIRECT", rules: [PLATFORM] })).toEqual(["PERIOD_CLOSED effectiveFrom"]);
    expect(await refusal("mutation($input: PlaceBusinessUnitInput!) { placeBusinessUnit(input: $input) { userErrors { code field } } }", { businessUnit: "support", parent: "retail", effectiveFrom: "2025-10-01", reason: "late" })).toEqual(["PERIOD_CLOSED effectiveFrom"]);
    await report(integration(server), [call("late", { useCase: "helpdesk", connectedMs: 40_000, connectedAt: null, endedAt: "2025-10-11T14:00:40.000Z" })]);
    await close("2025-11");
    const { adjustments } = await must(finance, '{ adjustments(period: "2025-11") { originPeriod { key } lines { businessUnit { code } pool { code } amount { amount } } } }');
    expect(adjustments.map((each: { originPeriod: { key: string } }) => each.originPeriod.key)).toEqual(["2025-10"]);
    const moved = (adjustments[0].lines as Array<{ businessUnit: { code: string }; pool: { code: string }; amount: { amount: string } }>).map((line) => [line.pool.code, line.businessUnit.code, line.amount.amount]);
    // 1,050.00 over 160 seconds instead of 120; desk and licences do not go by seconds.
    expect(moved.filter(([pool]) => pool === "platform")).toEqual([["platform", "claims", "-65.62"], ["platform", "retail", "-131.25"], ["platform", "retail", "-43.75"], ["platform", "support", "240.62"]]);
    expect(await faults()).toEqual([]);
    // Late cost of a pool that passes half of it on stands on both pools, and is charged once.
    await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }", { input: { pool: "desk", period: "2025-10", amount: "10.00", currency: "USD", externalId: "late-desk" } });
    await must(finance, "mutation($input: RequestRestatementInput!) { requestRestatement(input: $input) { userErrors { code } } }", { input: { period: "2025-10", reason: "one more invoice" } });
    const { restatePeriod } = await must(server.as("FINANCE", { subject: "second-person" }), 'mutation { restatePeriod(input: { period: "2025-10" }) { figures { versions { pools { pool { code } before { amount } after { amount } } } } userErrors { code } } }');
    expect(restatePeriod.figures.versions[0].pools.map((each: Record<string, { code: string; amount: string }>) => [each.pool!.code, each.before!.amount, each.after!.amount])).toEqual([["desk", "50.00", "55.00"], ["licences", "90.00", "90.00"], ["platform", "1050.00", "1055.00"]]);
    expect(await faults()).toEqual([]);
    await aMonthThatFillsUp();
    // Its policy promises 100.00; a late credit leaves less. The month is closed: its units keep what they were charged, the credit stays with the programme, and the next month closes.
    await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }", { input: { pool: "platform", period: "2025-12", amount: "50.00", currency: "USD", externalId: "december-rest" } });
    server.clock.set("2026-02-15T12:00:00.000Z");
    finance = server.as("FINANCE");
    await close("2025-12");
    await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }", { input: { pool: "platform", period: "2025-12", amount: "-10.00", currency: "USD", externalId: "december-credit" } });
    await report(integration(server), [call("january", { connectedAt: null, connectedMs: 1_000, endedAt: "2026-01-10T14:00:00.000Z" })]);
    await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }", { input: { pool: "platform", period: "2026-01", amount: "200.00", currency: "USD", externalId: "january" } });
    await close("2026-01");
    const january = await must(finance, '{ adjustments(period: "2026-01") { originPeriod { key } lateCostEntries lines { amount { amount } } } }');
    expect(january.adjustments).toEqual([{ originPeriod: { key: "2025-12" }, lateCostEntries: 1, lines: [] }]);
    expect(await server.sql("select amount_minor, unallocated_minor from chargeback.adjustment_pool where period_key = '2026-01'")).toEqual([{ amount_minor: "-1000", unallocated_minor: "-1000" }]);
    expect(await faults()).toEqual([]);
    await server.sql("update chargeback.restatement_pool set after_minor = after_minor + 1 where pool_id = (select id from costs.cost_pool where code = 'desk')");
    expect((await faults()).join("\n")).toContain("late cost of 2025-10 on the pools that pass cost on: booked 1000, in adjustments and restatements 1001 minor units");
  });
});
