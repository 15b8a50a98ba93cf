import { ALLOCATE, agree, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, Answer, TestServer, startTestServer } from "../support/server";
import { BOOK, CREATE_POOL } from "../support/two-programmes";

const FAULTS = "userErrors { code message field }";
const PERIOD = (name: string): string => `mutation($period: PeriodKey!) { ${name}(input: { period: $period }) { ${FAULTS} } }`;
const BASIS = "{ driver quantity unitQuantity total cost { amount } rate }";
const AMOUNTS = "from { amount } to { amount } change { amount } effects { kind amount { amount } }";
const BRIDGE = `query($unit: String!, $from: PeriodKey!, $to: PeriodKey!) { chargeBridge(businessUnit: $unit, from: $from, to: $to) {
  businessUnit { code } from { period { key } source charge { amount } statement { version total { amount } } run { policyVersion } } to { period { key } source charge { amount } statement { version } run { policyVersion } }
  change { amount currency } sentence order missing
  effects { kind amount { amount } sentence parts { pool { code } useCase { code } originPeriod amount { amount } sentence before ${BASIS} after ${BASIS} } }
  byPool { pool { code } useCase { code } ${AMOUNTS} } byUseCase { pool { code } useCase { code } ${AMOUNTS} } } }`;
const DIFF = `query($from: ID!, $to: ID!) { allocationRunDiff(from: $from, to: $to) { from { id sequence } to { id sequence } order change { amount } causes { cause amount { amount } }
  rows { businessUnit { code } from { amount } to { amount } change { amount } causes { cause amount { amount } } } inputs { component differs fromHash toHash differences more } } }`;

interface Amount { readonly amount: string }
interface Effect { readonly kind: string; readonly amount: Amount }
interface Row { readonly pool: { code: string } | null; readonly useCase: { code: string } | null; readonly from: Amount; readonly to: Amount; readonly change: Amount; readonly effects: Effect[] }
interface Part { readonly pool: { code: string } | null; readonly useCase: { code: string } | null; readonly originPeriod: string | null; readonly amount: Amount; readonly sentence: string; readonly before: unknown[]; readonly after: unknown[] }
interface Bridge {
  readonly from: { charge: Amount; source: string; statement: { version: number; total: Amount } | null }; readonly to: { charge: Amount; source: string };
  readonly change: Amount; readonly sentence: string; readonly missing: string[]; readonly effects: Array<Effect & { sentence: string; parts: Part[] }>; readonly byPool: Row[]; readonly byUseCase: Row[];
}
interface Diff { readonly change: Amount; readonly causes: Array<{ cause: string; amount: Amount }>; readonly rows: Array<{ businessUnit: { code: string } | null; from: Amount; to: Amount; change: Amount; causes: Array<{ cause: string; amount: Amount }> }>; readonly inputs: Array<{ component: string; differs: boolean; fromHash: string; toHash: string; differences: string[] }> }

let server: TestServer;
let finance: Actor;
const runs: Record<string, string> = {};
const unit = (code: string): Actor => server.as("BUSINESS_UNIT", { businessUnits: [code], subject: `head-of-${code}` });
const cents = ({ amount }: Amount): bigint => BigInt(amount.replace(".", ""));
const sum = (amounts: readonly Amount[]): bigint => amounts.reduce((all, amount) => all + cents(amount), 0n);

/** So many calls of a minute each; those of order-status are acme-voice's. */
async function calls(month: string, useCases: Record<string, number>, more: Record<string, unknown> = {}): Promise<void> {
  const events = Object.entries(useCases).flatMap(([useCase, count]) => Array.from({ length: count }, (_, index) => call(`${month}-${useCase}-${index}`, {
    useCase, connectedAt: `${month}-10T14:00:00.000Z`, endedAt: `${month}-10T14:01:00.000Z`, ...(useCase === "order-status" ? { provider: "acme-voice" } : {}), ...more,
  })));
  await report(integration(server), events);
}

const book = (pool: string, period: string, amount: string, useCase?: string): Promise<unknown> => must(finance, BOOK, { input: { pool, period, amount, currency: "USD", externalId: `${pool}-${period}-${amount}`, useCase } });

async function card(price: string, effectiveFrom: string): Promise<void> {
  const input = { vendor: "acme-voice", component: "PLATFORM", unit: "MINUTE", currency: "USD", effectiveFrom, tiers: [{ price }], pool: "usage" };
  const { proposeRateCard } = await must(finance, `mutation($input: ProposeRateCardInput!) { proposeRateCard(input: $input) { card { version } ${FAULTS} } }`, { input });
  await must(server.as("FINANCE", { subject: "second-person" }), `mutation($version: Int!) { approveRateCard(input: { version: $version }) { ${FAULTS} } }`, { version: proposeRateCard.card.version });
}

async function allocate(period: string): Promise<string> {
  await must(finance, PERIOD("ratePeriod"), { period });
  return (await must(finance, ALLOCATE, { input: { period } })).allocatePeriod.run.id as string;
}

async function closeMonth(period: string): Promise<string> {
  const run = await allocate(period);
  await must(finance, PERIOD("requestClose"), { period });
  await must(server.as("FINANCE", { subject: "second-person" }), PERIOD("closePeriod"), { period });
  return run;
}

const bridge = async (code: string, from: string, to: string, actor = finance): Promise<Bridge> => (await must(actor, BRIDGE, { unit: code, from, to })).chargeBridge as Bridge;
const diff = async (from: string, to: string): Promise<Diff> => (await must(finance, DIFF, { from, to })).allocationRunDiff as Diff;
const told = ({ effects }: Bridge): string[] => effects.flatMap(({ kind, parts }) => parts.map((part) => [kind, part.pool?.code ?? "-", part.useCase?.code ?? "-", ...(part.originPeriod ? [part.originPeriod] : []), part.amount.amount].join(" ")));
const refusal = ({ data, errors }: Answer): string => `${errors?.[0]?.extensions.code} at ${(errors?.[0]?.extensions.field as string[] | undefined)?.join(".")}: ${errors?.[0]?.message}${data?.chargeBridge ? " but answered" : ""}`;

function requireExact(answered: Bridge): void {
  expect(cents(answered.to.charge) - cents(answered.from.charge)).toBe(cents(answered.change));
  expect(sum(answered.effects.map(({ amount }) => amount))).toBe(cents(answered.change));
  for (const { amount, parts } of answered.effects) expect(sum(parts.map((part) => part.amount))).toBe(cents(amount));
  for (const rows of [answered.byPool, answered.byUseCase]) {
    expect([sum(rows.map(({ from }) => from)), sum(rows.map(({ to }) => to))]).toEqual([cents(answered.from.charge), cents(answered.to.charge)]);
    for (const { from, to, change, effects } of rows) expect([cents(from) + sum(effects.map(({ amount }) => amount)), cents(to) - cents(from)]).toEqual([cents(to), cents(change)]);
  }
}

/*
 * August   100.00 by calls: order-status 2, triage 1, helpdesk 1. Usage of 1.00 a minute; 10.00 booked directly.
 * September 120.00: order-status 4, returns 1 (new), triage 2, helpdesk 1. Usage 0.75 a minute; 12.50 booked directly. A late
 *          call of helpdesk in August. Claims disputes and gets 7.50 back.
 * October  120.00 by seconds now, open: as September, but helpdesk 4 minutes, and returns went over to claims.
 */
beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2025-11-15T12:00:00.000Z");
  finance = server.as("FINANCE");
  await createAcme(server);
  await calls("2025-08", { "order-status": 2, triage: 1, helpdesk: 1 });
  await bookAndAgree(server, { period: "2025-08", amount: "100.00", parts: [{ driver: "CALLS" }] });
  for (const code of ["usage", "direct"]) await must(finance, CREATE_POOL, { input: { code, name: code, kind: "DIRECT" } });
  await card("1", "2025-08");
  await card("0.75", "2025-09");
  await book("direct", "2025-08", "10.00", "order-status");
  runs.august = await closeMonth("2025-08");
  await must(finance, PERIOD("issueStatements"), { period: "2025-08" });

  await calls("2025-09", { "order-status": 4, returns: 1, triage: 2, helpdesk: 1 });
  await report(integration(server), [call("late", { useCase: "helpdesk", connectedAt: "2025-08-20T14:00:00.000Z", endedAt: "2025-08-20T14:01:00.000Z" })]);
  await book("platform", "2025-09", "120.00");
  await book("direct", "2025-09", "12.50", "order-status");
  runs.september = await closeMonth("2025-09");
  await must(finance, PERIOD("issueStatements"), { period: "2025-09" });
  const { statement } = await must(unit("claims"), '{ statement(businessUnit: "claims", period: "2025-09") { id lines { id kind } } }');
  const line = statement.lines.find(({ kind }: { kind: string }) => kind === "ALLOCATION").id;
  await must(unit("claims"), `mutation($input: DisputeStatementInput!) { disputeStatement(input: $input) { ${FAULTS} } }`, { input: { statement: statement.id, lines: [{ line, reason: "Twice" }] } });
  const lines = [{ businessUnit: "claims", useCase: "triage", pool: "platform", amount: "-7.50" }, { amount: "7.50" }];
  await must(finance, `mutation($input: ResolveDisputeInput!) { resolveDispute(input: $input) { ${FAULTS} } }`, { input: { statement: statement.id, reason: "Agreed", lines } });

  await must(finance, `mutation($input: MoveUseCaseInput!) { moveUseCase(input: $input) { ${FAULTS} } }`, { input: { useCase: "returns", businessUnit: "claims", effectiveFrom: "2025-10-01", reason: "reorganised" } });
  await agree(server, [{ pool: "platform", parts: [{ driver: "CONNECTED_SECONDS" }] }], "2025-10");
  await calls("2025-10", { "order-status": 4, returns: 1, triage: 2 });
  await calls("2025-10", { helpdesk: 1 }, { connectedMs: 240_000, endedAt: "2025-10-10T14:04:00.000Z" });
  await book("platform", "2025-10", "120.00");
  runs.october = await allocate("2025-10");
});
afterAll(() => server.close());

describe("why did my bill go up?", () => {
  it("growth, a dearer pool, cheaper usage and a late call, each by itself", async () => {
    const answered = await bridge("retail", "2025-08", "2025-09", unit("retail"));
    requireExact(answered);
    expect(answered).toMatchObject({ from: { source: "STATEMENT", charge: { amount: "62.00" }, statement: { version: 1, total: { amount: "62.00" } } }, to: { source: "STATEMENT", charge: { amount: "80.50" } }, change: { amount: "18.50", currency: "USD" }, missing: [] });
    expect(told(answered)).toEqual([
      "VOLUME platform order-status 7.14", "VOLUME platform returns 14.29", "MIX platform order-status -7.14", "MIX platform returns -1.79", "RATE platform order-status 10.00", "RATE platform returns 2.50",
      "USAGE_VOLUME usage order-status 2.00", "USAGE_RATE usage order-status -1.00", "DIRECT direct order-status 2.50", "ADJUSTMENT platform order-status 2025-08 -10.00",
    ]);
    expect(answered.sentence).toBe("retail is charged 80.50 USD in 2025-09, 18.50 USD more than in 2025-08: own use +21.43 USD, the use of the others -8.93 USD, the cost of the pools +12.50 USD, usage that is paid for directly +2.00 USD, the price of usage -1.00 USD, other direct cost +2.50 USD, adjustments for earlier months -10.00 USD.");
    const [volume, mix, rate, , usage] = answered.effects;
    expect(volume!.sentence).toBe("Own use: +21.43 USD, most of it in platform / returns (+14.29 USD).");
    expect(volume!.parts[0]).toMatchObject({
      sentence: "order-status used 4 calls (before 2) of platform.",
      before: [{ driver: "CALLS", quantity: "2", unitQuantity: "2", total: "4", cost: { amount: "100.00" }, rate: "25" }], after: [{ driver: "CALLS", quantity: "4", unitQuantity: "5", total: "7", cost: { amount: "100.00" }, rate: "100/7" }],
    });
    expect([mix!.parts[0]!.sentence, rate!.parts[0]!.sentence]).toEqual(["The others who bear platform used 3 calls (before 2).", "platform cost 120.00 USD, before 100.00 USD."]);
    expect(usage).toMatchObject({ kind: "USAGE_RATE", parts: [{ before: [{ driver: "MINUTE", quantity: "2", unitQuantity: null, total: null, cost: { amount: "2.00" }, rate: "1" }], after: [{ driver: "MINUTE", quantity: "4", cost: { amount: "3.00" }, rate: "3/4" }] }] });
    expect(answered.byUseCase.map(({ useCase, pool, from, to }) => [useCase!.code, pool, from.amount, to.amount])).toEqual([["order-status", null, "62.00", "65.50"], ["returns", null, "0.00", "15.00"]]);
    expect(answered.byPool.map(({ pool, change }) => [pool!.code, change.amount])).toEqual([["direct", "2.50"], ["platform", "15.00"], ["usage", "1.00"]]);
  });

  it("another policy is measured by the old drivers too; a use case that left takes what it was; what came once does not come again", async () => {
    const answered = await bridge("retail", "2025-09", "2025-10", unit("retail"));
    requireExact(answered);
    expect(told(answered)).toEqual(["POLICY platform order-status -16.36", "OWNERSHIP platform returns -15.00", "DIRECT direct order-status -12.50", "ADJUSTMENT platform order-status 2025-08 10.00"]);
    expect(answered.effects.flatMap(({ parts }) => parts.map(({ sentence }) => sentence))).toEqual([
      "platform is divided by CONNECTED_SECONDS, before by CALLS.", "returns counts here with 0 calls (before 1) of platform, by who owned which use case.", "Direct cost of direct / order-status: 0.00 USD, before 12.50 USD.",
      "platform / order-status: -10.00 USD for what came late for 2025-08 in 2025-09 does not come again.",
    ]);
    expect(answered).toMatchObject({ to: { source: "OPEN_PERIOD", charge: { amount: "46.64" }, statement: null, run: { policyVersion: 2 } }, missing: ["2025-10 is not closed: adjustments for earlier months, disputes, and what was recorded after its run are not in it."] });
  });

  it("a resolved dispute and a use case that came, seen by the unit that it came to", async () => {
    const answered = await bridge("claims", "2025-09", "2025-10", unit("claims"));
    requireExact(answered);
    // 120.00 x 2/8; then by seconds 120/660, and 180/660 with returns.
    expect(told(answered)).toEqual(["POLICY platform triage -8.18", "OWNERSHIP platform returns 10.91", "ADJUSTMENT platform triage 2025-08 5.00", "RESOLUTION platform triage 2025-09 7.50"]);
    expect(answered.from).toMatchObject({ charge: { amount: "17.50" }, statement: { version: 2 } });
    requireExact(await bridge("claims", "2025-08", "2025-10"));
    requireExact(await bridge("support", "2025-08", "2025-09"));
  });

  it("finance and audit see the same of any unit, in the same words", async () => {
    for (const code of ["retail", "claims", "support"]) {
      const own = await bridge(code, "2025-08", "2025-10", unit(code));
      requireExact(own);
      expect(await bridge(code, "2025-08", "2025-10")).toEqual(own);
      expect(await bridge(code, "2025-08", "2025-10", server.as("AUDITOR"))).toEqual(own);
      const others = { retail: ["claims", "triage", "helpdesk", "support"], claims: ["retail", "order-status", "helpdesk", "support"], support: ["retail", "order-status", "claims", "triage", "returns"] }[code]!;
      expect(others.filter((name) => JSON.stringify(own).includes(name))).toEqual([]);
    }
  });

  it("a unit that is charged nothing has nothing to explain", async () => {
    await must(server.as("ADMIN"), `mutation($input: CreateBusinessUnitInput!) { createBusinessUnit(input: $input) { ${FAULTS} } }`, { input: { code: "newcomer", name: "New" } });
    expect(await bridge("newcomer", "2025-08", "2025-09")).toMatchObject({ change: { amount: "0.00" }, effects: [], byPool: [], byUseCase: [], sentence: "newcomer is charged 0.00 USD in 2025-09, as much as in 2025-08." });
  });

  it("somebody else's bill does not exist, and other roles may not ask", async () => {
    const other = await unit("retail").ask(BRIDGE, { unit: "claims", from: "2025-08", to: "2025-09" });
    const missing = await unit("retail").ask(BRIDGE, { unit: "nowhere", from: "2025-08", to: "2025-09" });
    expect([refusal(other), refusal(missing)]).toEqual(["NOT_FOUND at businessUnit: There is no business unit claims.", "NOT_FOUND at businessUnit: There is no business unit nowhere."]);
    expect(other.body.replaceAll("claims", "nowhere").replace(/"extensions":\{"cost".*$/, "")).toBe(missing.body.replace(/"extensions":\{"cost".*$/, ""));
    for (const role of ["EXECUTIVE", "STEERING", "PROGRAMME_LEAD", "ADMIN"] as const) expect((await server.as(role).ask(BRIDGE, { unit: "retail", from: "2025-08", to: "2025-09" })).errors![0]!.extensions.code).toBe("FORBIDDEN");
    expect((await unit("retail").ask(DIFF, { from: runs.august, to: runs.september })).errors![0]!.extensions.code).toBe("FORBIDDEN");
  });

  it.each([
    [{ from: "2025-09", to: "2025-09" }, "BAD_USER_INPUT at to: from and to are both 2025-09. Name two months."],
    [{ from: "2025-10", to: "2025-09" }, "BAD_USER_INPUT at from: from is 2025-10 and to is 2025-09. Name the earlier month as from."],
    [{ from: "2025-09", to: "2031-01" }, "NOT_FOUND at to: There is nothing in 2031-01: no usage and no cost."],
    [{ from: "2019-01", to: "2025-09" }, "NOT_FOUND at from: There is nothing in 2019-01: no usage and no cost."],
    [{ from: "2025-09", to: "2025-11" }, "NOT_READY at to: 2025-11 is OPEN and has no run yet. Finance runs allocatePeriod first."],
  ])("refuses %j", async (months, expected) => {
    await book("platform", "2025-11", "1.00");
    expect(refusal(await finance.ask(BRIDGE, { unit: "retail", ...months }))).toBe(expected);
  });
});

describe("plan against actual", () => {
  const PLAN = BRIDGE.replace("$from: PeriodKey!, $to: PeriodKey!", "$period: PeriodKey!, $plan: ChargePlanInput!").replace("chargeBridge(businessUnit: $unit, from: $from, to: $to)", "chargeBridge: planBridge(businessUnit: $unit, period: $period, plan: $plan)");
  const against = async (plan: Record<string, unknown>, code = "retail"): Promise<Bridge> => (await must(finance, PLAN, { unit: code, period: "2025-09", plan })).chargeBridge as Bridge;
  const september = { pools: [{ pool: "platform", amount: "100.00" }], quantities: [{ useCase: "order-status", driver: "CALLS", quantity: "4" }, { useCase: "triage", driver: "CALLS", quantity: "4" }] };

  it("what was planned of pools and use, what was not planned, and what is never planned", async () => {
    const answered = await against({ ...september, direct: [{ useCase: "order-status", pool: "usage", amount: "3.60", vendor: "acme-voice", component: "PLATFORM", unit: "MINUTE", quantity: "4.5" }] });
    requireExact(answered);
    // 100.00: 4 of 8 calls; 4 and 1 of 9 with own use; 4 and 1 of 8 with all; then 120.00.
    expect(told(answered)).toEqual([
      "VOLUME platform order-status -5.55", "VOLUME platform returns 11.11", "MIX platform order-status 5.55", "MIX platform returns 1.39", "RATE platform order-status 10.00", "RATE platform returns 2.50",
      "USAGE_VOLUME usage order-status -0.40", "USAGE_RATE usage order-status -0.20", "DIRECT direct order-status 12.50", "ADJUSTMENT platform order-status 2025-08 -10.00",
    ]);
    expect(answered).toMatchObject({ from: { source: "PLAN", charge: { amount: "53.60" }, statement: null, run: null }, to: { source: "STATEMENT", charge: { amount: "80.50" } } });
    expect(answered.sentence).toMatch(/^retail is charged 80\.50 USD in 2025-09, 26\.90 USD more than in the plan: own use \+5\.56 USD, /);
    expect(answered.effects[0]!.parts.map(({ sentence }) => sentence)).toEqual(["order-status used 4 calls (as planned) of platform.", "returns used 1 calls (planned 0) of platform."]);
  });

  it("what is left out was planned as it came; another policy is one effect", async () => {
    expect(told(await against({ pools: [{ pool: "platform", amount: "120" }] }))).toEqual(["ADJUSTMENT platform order-status 2025-08 -10.00"]);
    const policy = { effectiveFrom: "2025-09", rules: [{ pool: "platform", parts: [{ driver: "CONTACTS" }], exclude: ["support"] }] };
    expect(told(await against({ policy }, "claims"))).toEqual(["POLICY platform triage -4.29", "ADJUSTMENT platform triage 2025-08 -5.00", "RESOLUTION platform triage 2025-09 -7.50"]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{}, "BAD_USER_INPUT at plan: The plan is empty. Give pools, quantities, policy or direct."],
    [{ pools: [{ pool: "direct", amount: "1" }] }, "BAD_USER_INPUT at plan.pools.0.pool: direct is not divided. Plan direct cost under direct."],
    [{ pools: [{ pool: "platform", amount: "1" }, { pool: "platform", amount: "1" }] }, "BAD_USER_INPUT at plan.pools.1.pool: platform is planned twice."],
    [{ pools: [{ pool: "platform", amount: "1.001" }] }, "BAD_USER_INPUT at plan.pools.0.amount: 1.001 has more decimals than USD has (2). Round it before you book it."],
    [{ quantities: [{ useCase: "nothing", driver: "CALLS", quantity: "1" }] }, "NOT_FOUND at plan.quantities.0.useCase: There is no use case nothing at the end of this month."],
    [{ quantities: [{ useCase: "triage", driver: "CALLS", quantity: "0.5" }] }, "BAD_USER_INPUT at plan.quantities.0.quantity: A quantity is zero or more: whole calls and contacts, durations in whole milliseconds."],
    [{ quantities: [{ useCase: "triage", driver: "CALLS", quantity: "-1" }] }, "BAD_USER_INPUT at plan.quantities.0.quantity: A quantity is zero or more: whole calls and contacts, durations in whole milliseconds."],
    [{ quantities: [1, 2].map(() => ({ useCase: "triage", driver: "CALLS", quantity: "1" })) }, "BAD_USER_INPUT at plan.quantities.1.useCase: CALLS of triage by VOICE is planned twice."],
    [{ direct: [{ useCase: "order-status", pool: "platform", amount: "1" }] }, "BAD_USER_INPUT at plan.direct.0.pool: platform is no DIRECT pool. Plan shared cost under pools."],
    [{ direct: [{ useCase: "triage", pool: "direct", amount: "1" }] }, "NOT_FOUND at plan.direct.0.useCase: There is no use case triage."],
    [{ direct: [{ useCase: "order-status", pool: "direct", amount: "1", vendor: "acme-voice" }] }, "BAD_USER_INPUT at plan.direct.0.quantity: Give vendor, component, unit and quantity together, or none of them."],
    [{ policy: { effectiveFrom: "2025-09", rules: [{ pool: "nothing", parts: [{ driver: "CALLS" }] }] } }, "NOT_FOUND at rules.0.pool: There is no cost pool nothing."],
  ])("refuses %j", async (plan, expected) => {
    expect(refusal(await finance.ask(PLAN, { unit: "retail", period: "2025-09", plan }))).toBe(expected);
  });

  it("a unit may not ask: what it plans for others would tell it of them", async () => {
    expect((await unit("retail").ask(PLAN, { unit: "retail", period: "2025-09", plan: september })).errors![0]!.extensions.code).toBe("FORBIDDEN");
  });
});

describe("what changed between two runs?", () => {
  it("nothing between a run and itself", async () => {
    const same = await diff(runs.september!, runs.september!);
    expect(same).toMatchObject({ change: { amount: "0.00" }, causes: ["USAGE", "POOL_COST", "POLICY", "OWNERSHIP"].map((cause) => ({ cause, amount: { amount: "0.00" } })) });
    expect([same.rows.flatMap(({ causes }) => causes), same.inputs.filter(({ differs, fromHash, toHash }) => differs || fromHash !== toHash)]).toEqual([[], []]);
  });

  it("cost booked later, a call that came late, and another policy, each by itself", async () => {
    await book("platform", "2025-10", "12.00");
    await calls("2025-10", { "order-status": 5 });
    const second = await allocate("2025-10");
    const late = await diff(runs.october!, second);
    // 120.00: seconds 240, 180, 240 of 660, now 300, 180, 240 of 720; then 132.00.
    expect(late.rows.map(({ businessUnit, from, to, causes }) => [businessUnit?.code ?? null, from.amount, to.amount, ...causes.map(({ cause, amount }) => `${cause} ${amount.amount}`)])).toEqual([
      ["claims", "32.73", "33.00", "USAGE -2.73", "POOL_COST 3.00"], ["retail", "43.64", "55.00", "USAGE 6.36", "POOL_COST 5.00"], ["support", "43.63", "44.00", "USAGE -3.63", "POOL_COST 4.00"],
    ]);
    expect(late).toMatchObject({ change: { amount: "12.00" }, causes: [{ cause: "USAGE", amount: { amount: "0.00" } }, { cause: "POOL_COST", amount: { amount: "12.00" } }, { cause: "POLICY" }, { cause: "OWNERSHIP" }] });
    expect(late.inputs.filter(({ differs }) => differs).map(({ component, differences }) => [component, differences])).toEqual([["POOLS", ["platform: 120.00, now 132.00"]], ["DRIVERS", ["CONNECTED_SECONDS of retail, order-status, VOICE: 240, now 300"]]]);
    expect(late.inputs.every(({ differs, fromHash, toHash }) => differs === (fromHash !== toHash))).toBe(true);

    // By another rule and without support; a pool that no rule divides stays with the programme.
    await agree(server, [{ pool: "platform", parts: [{ driver: "CALLS" }], exclude: ["support"] }], "2025-10");
    await must(finance, CREATE_POOL, { input: { code: "orphan", name: "Orphan", kind: "OTHER" } });
    await book("orphan", "2025-10", "5.00");
    const policy = await diff(second, await allocate("2025-10"));
    expect(policy.rows.map(({ businessUnit, change, causes }) => [businessUnit?.code ?? null, change.amount, ...causes.map(({ cause }) => cause)])).toEqual([["claims", "16.50", "POLICY"], ["retail", "27.50", "POLICY"], ["support", "-44.00", "POLICY"], [null, "5.00", "POOL_COST"]]);
    expect(policy.inputs.filter(({ differs }) => differs).map(({ component }) => component)).toEqual(["POOLS", "DRIVERS", "POLICY"]);
    expect(policy.inputs.find(({ component }) => component === "POLICY")!.differences).toEqual(["platform: CONNECTED_SECONDS, now CALLS, without support"]);
  });

  it("two months", async () => {
    const months = await diff(runs.august!, runs.october!);
    expect(sum(months.rows.map(({ change }) => change))).toBe(cents(months.change));
    for (const { cause, amount } of months.causes) expect(sum(months.rows.flatMap(({ causes }) => causes.filter((each) => each.cause === cause).map((each) => each.amount)))).toBe(cents(amount));
    // Returns is new in October: nobody used it in August, so it is use and no move.
    expect(months.rows.flatMap(({ causes }) => causes.map(({ cause }) => cause)).filter((cause) => cause === "OWNERSHIP")).toEqual([]);
    // 120.00 by seconds: 300, 120, 240 of 660 as if returns had stayed, 240, 180, 240 as it is. A cent of support's went to retail, whose code comes first.
    expect((await diff(runs.september!, runs.october!)).rows.map(({ businessUnit, causes }) => [businessUnit!.code, causes.filter(({ cause }) => cause === "OWNERSHIP").map(({ amount }) => amount.amount)])).toEqual([["claims", ["10.91"]], ["retail", ["-10.90"]], ["support", ["-0.01"]]]);
  });

  it("an id that is no run's is not found", async () => {
    for (const id of ["nonsense", Buffer.from("AllocationRun:------------------------------------").toString("base64url"), Buffer.from("Statement:00000000-0000-4000-8000-000000000000").toString("base64url")]) {
      expect(refusal(await finance.ask(DIFF, { from: runs.august, to: id }))).toBe("NOT_FOUND at to: There is no such run. Take an id of allocationRuns.");
      expect(refusal(await finance.ask(DIFF, { from: id, to: runs.august }))).toBe("NOT_FOUND at from: There is no such run. Take an id of allocationRuns.");
    }
  });
});

describe("a month that closes", () => {
  it("is explained by what the close froze, and the same by its statement", async () => {
    await agree(server, ["platform", "orphan"].map((pool) => ({ pool, parts: [{ driver: "CALLS" }] })), "2025-10");
    await closeMonth("2025-10");
    const frozen = await bridge("retail", "2025-09", "2025-10", unit("retail"));
    requireExact(frozen);
    expect(frozen).toMatchObject({ to: { source: "CLOSED_PERIOD", statement: null, run: { policyVersion: 4 } }, missing: [] });
    await must(finance, PERIOD("issueStatements"), { period: "2025-10" });
    const stated = await bridge("retail", "2025-09", "2025-10", unit("retail"));
    expect(stated).toEqual({ ...frozen, to: { ...frozen.to, source: "STATEMENT", statement: { version: 1 } } });
  });
});
