import { verifyProgramme } from "../../src/app/verify";
import { RecordAudit } from "../../src/tenancy/request-context";
import { BuiltDemo, demoScaleFound, seedDemo } from "../../seeds/demo";
import { DEMO_CLOSED_PERIODS, DEMO_DISPUTE, DEMO_LATE_PERIOD, DEMO_OPEN_PERIOD, DEMO_PERIODS, DEMO_PROGRAMME, DEMO_RESTATED, DEMO_STRAYS, DemoScale } from "../../seeds/demo-programme";
import { DEMO_QUARTER } from "../../seeds/demo-quarter";
import { must } from "../support/builders";
import { Actor, TestServer, recordAudit, startTestServer } from "../support/server";

let whole: TestServer;
let broken: TestServer;
let built: BuiltDemo;
let finance: Actor;

const seed = (server: TestServer, record: RecordAudit = recordAudit, scale: DemoScale = "s"): Promise<BuiltDemo> =>
  seedDemo({ database: server.installation.database, record, scale, clock: server.clock, say: () => undefined });

beforeAll(async () => {
  [whole, broken] = await Promise.all([startTestServer(), startTestServer()]);
  built = await seed(whole);
  finance = whole.as("FINANCE", { programme: DEMO_PROGRAMME.code });
});

afterAll(async () => {
  await Promise.all([whole?.close(), broken?.close()]);
});

/** The months with what fixes them: equal hashes mean equal figures. */
async function months(server: TestServer): Promise<unknown> {
  const { periods } = await must(server.as("FINANCE", { programme: DEMO_PROGRAMME.code }), "{ periods(first: 20) { edges { node { key status hash closeRequestedBy closedBy } } } }");
  return periods.edges;
}

const TOLD = "select period_key, version, status, total_minor, hash from chargeback.statement s join lateral (select status from chargeback.statement_event e where e.statement_id = s.id order by sequence desc limit 1) e on true order by period_key, hash";

const DONE = "select subject, action, count(*) from governance.audit_entry group by 1, 2 order by 1, 2";

test("nine months are closed by two people, one is open with its strays", async () => {
  expect(built).toEqual({ programme: "demo", scale: "s", legs: 4220 });
  expect(await months(whole)).toMatchObject(DEMO_PERIODS.map((key) => ({ node: key === DEMO_OPEN_PERIOD ? { key, status: "OPEN", hash: null } : { key, status: "CLOSED", closeRequestedBy: "demo-finance", closedBy: "demo-controller" } })));
  const { unattributedUsage } = await must(finance, "{ unattributedUsage(first: 100) { edges { node { endedAt reportedUseCase } } } }");
  expect(unattributedUsage.edges.map(({ node }: { node: { endedAt: string; reportedUseCase: string } }) => [node.endedAt.slice(0, 7), node.reportedUseCase])).toEqual(Array(6).fill([DEMO_OPEN_PERIOD, DEMO_STRAYS.reportedAs]));
});

test("its runs have the hashes that they always had: what is recorded beside the facts since enters none", async () => {
  expect(await whole.sql("select distinct on (period_key) period_key as period, input_hash as input, result_hash as result from allocation.run where period_key in ('2025-04', '2025-09') order by period_key, sequence desc")).toEqual([
    { period: "2025-04", input: "ed4d33436e0048fca50ca15f02c73c64a12bf3c23d563b9e3909d0a48127d3fa", result: "a61691d8701bf576b7b04f1c6229d6b8063a0f5a36c53de85f757c6485b81583" },
    { period: "2025-09", input: "dad208f7fd37aec306e439a13c7b92702f5e80585d4b8851d1fe1a778b75b7c6", result: "ba37539321ab003d7cb109da36188636e77cc592678258d9588d0468e9ac9be6" },
  ]);
});

test("what came late for a closed month is charged in the next one and moves money, but makes none", async () => {
  const { adjustments } = await must(finance, '{ adjustments(period: "2025-08") { originPeriod { key } lateEvents lines { amount { amount } } } }');
  expect(adjustments).toMatchObject([{ originPeriod: { key: DEMO_LATE_PERIOD }, lateEvents: 12 }]);
  const minor = adjustments[0].lines.map((line: { amount: { amount: string } }) => BigInt(line.amount.amount.replace(".", "")));
  expect([minor.length, minor.reduce((sum: bigint, each: bigint) => sum + each, 0n)]).toEqual([26, 0n]);
});

test("April's messaging is borne by nobody; the policy changes in July and in August", async () => {
  const of = async (period: string): Promise<unknown[]> => {
    const { allocation } = await must(finance, `{ allocation(period: "${period}", groupBy: [POOL]) { run { policyVersion } unallocated { amount } rows { pool { code } } } }`);
    return [allocation.run.policyVersion, allocation.unallocated.amount, allocation.rows.length];
  };
  expect([await of("2025-04"), await of("2025-07"), await of("2025-08")]).toEqual([[1, "1200.00", 4], [2, "-145.50", 5], [3, "-470.50", 5]]);
});

test("a statement was disputed and half of it given back at the programme's cost", async () => {
  const { statement } = await must(finance, `{ statement(businessUnit: "${DEMO_DISPUTE.businessUnit}", period: "${DEMO_DISPUTE.period}") {
    version status restatementVersion disputes { outcome raisedBy resolution { programmeLines { amount { amount } } } } lines { kind amount { amount } } } }`);
  expect(statement).toMatchObject({ version: 3, status: "POSTED", restatementVersion: 2, disputes: [{ outcome: "ADJUSTED", raisedBy: "demo-business-unit", resolution: { programmeLines: [{ amount: { amount: "310.00" } }] } }] });
  expect(statement.lines.filter(({ kind }: { kind: string }) => kind === "RESOLUTION")).toEqual([{ kind: "RESOLUTION", amount: { amount: "-310.00" } }]);
});

test("statements are posted up to August and wait for two units in September", async () => {
  const rows = await whole.sql<{ period_key: string; status: string }>(TOLD);
  const count = (period: string, status: string): number => rows.filter((row) => row.period_key === period && row.status === status).length;
  expect(DEMO_CLOSED_PERIODS.map((period) => count(period, "POSTED"))).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 0]);
  expect([count("2025-09", "ACCEPTED"), count("2025-09", "ISSUED"), count("2025-08", "SUPERSEDED")]).toEqual([3, 2, 6]);
});

test("finance signed what use cases brought month by month; October waits", async () => {
  const { benefitLadder } = await must(finance, '{ benefitLadder(from: "2025-01", to: "2025-10") { rows { period status reconstructed benefit { kind } cashable { amount } eliminatedCashable { amount } } total { recognised { amount } } missing } }');
  const count = (period: string, status: string): number => benefitLadder.rows.filter((row: { period: string; status: string }) => row.period === period && row.status === status).length;
  expect(DEMO_PERIODS.map((period) => [count(period, "SIGNED_OFF"), count(period, "PROPOSED")])).toEqual([[7, 0], [7, 0], [7, 0], [7, 0], [7, 0], [9, 0], [9, 0], [11, 0], [11, 0], [0, 11]]);
  const minor = ({ amount }: { amount: string }): bigint => BigInt(amount.replace(".", ""));
  const signed = benefitLadder.rows.filter(({ status, benefit }: { status: string; benefit: { kind: string } }) => status === "SIGNED_OFF" && benefit.kind !== "NON_EBIT");
  const recognised = signed.reduce((total: bigint, row: { cashable: { amount: string }; eliminatedCashable: { amount: string } }) => total + minor(row.cashable) - minor(row.eliminatedCashable), 0n);
  expect([benefitLadder.missing, benefitLadder.rows.some(({ reconstructed }: { reconstructed: boolean }) => reconstructed), minor(benefitLadder.total.recognised), recognised > 0n]).toEqual([[], false, recognised, true]);
});

test("the programme's statement is signed month by month and proves itself; October is open", async () => {
  const { programmePnl } = await must(finance, '{ programmePnl(from: "2025-01", to: "2025-10", groupBy: [PERIOD]) { missing periods { period signedVersion } rows { period ebit { amount } } } }');
  expect(programmePnl.periods.map(({ signedVersion }: { signedVersion: number | null }) => signedVersion)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, null]);
  expect(programmePnl.rows.slice(0, 9).every(({ ebit }: { ebit: unknown }) => ebit !== null)).toBe(true);
  // October's claims wait for finance: its benefit, and with it its EBIT, is not known yet.
  expect([programmePnl.rows[9].ebit, programmePnl.missing.every((each: string) => /^A: .* for 2025-10/.test(each))]).toEqual([null, true]);
  for (const period of ["2025-01", "2025-04", "2025-09", "2025-10"]) expect([period, (await must(finance, `{ programmeReconciliation(period: "${period}") { holds changedSinceSigned } }`)).programmeReconciliation]).toEqual([period, { holds: true, changedSinceSigned: period === "2025-10" ? null : false }]);
  const executive = (await must(whole.as("EXECUTIVE", { programme: "demo" }), '{ programmePnl(from: "2025-07", to: "2025-09") { rows { ebit { amount } } } }')).programmePnl.rows[0].ebit.amount;
  expect(executive).toBe((await must(finance, '{ programmePnl(from: "2025-07", to: "2025-09") { rows { ebit { amount } } } }')).programmePnl.rows[0].ebit.amount);
});

describe("three quarters can be read", () => {
  const quarters = ["2025-Q1", "2025-Q2", "2025-Q3"];
  const MONTHS = "rows { period ebit { amount } lines { line amount { amount } } }";

  test("of the programme: plan, actual and outlook, and each quarter is the sum of its months", async () => {
    const of = async (scenario: string, from: string, to: string): Promise<Array<{ period: string | null; ebit: Amount | null; lines: Array<{ line: string; amount: Amount | null }> }>> =>
      (await must(finance, `{ programmePnl(from: "${from}", to: "${to}", scenario: ${scenario}, groupBy: [${from === to ? "" : "PERIOD"}]) { ${MONTHS} } }`)).programmePnl.rows;
    const [plan, actual, outlook] = [await of("BUDGET", "2025-01", "2025-12"), await of("ACTUAL", "2025-01", "2025-12"), await of("OUTLOOK", "2025-01", "2025-12")];
    expect([plan, outlook].map((rows) => rows.filter(({ ebit }) => ebit !== null).length)).toEqual([12, 12]);
    expect(outlook.slice(0, 9)).toEqual(actual.slice(0, 9));
    expect(actual.slice(9).map(({ ebit }) => ebit)).toEqual([null, null, null]);
    const forecast = "33000 11500 3800 -4500 -34000 -7400 -11000 -6500 -1200 -8000 -11000".split(" ").reduce((total, each) => total + BigInt(each) * 100n, 0n);
    expect(outlook.slice(9).map(({ ebit }) => minor(ebit!))).toEqual([forecast, forecast, forecast]);
    for (const [index, [from, to]] of [["2025-01", "2025-03"], ["2025-04", "2025-06"], ["2025-07", "2025-09"]].entries()) {
      const [quarter] = (await must(finance, `{ programmePnl(from: "${from}", to: "${to}") { ${MONTHS} } }`)).programmePnl.rows as typeof actual;
      const months = actual.slice(index * 3, index * 3 + 3);
      for (const { line, amount } of quarter!.lines.filter(({ line: each }) => each !== "MEMO_CUMULATIVE_INVESTMENT")) expect([line, minor(amount!)]).toEqual([line, sum(months, (month) => month.lines.find((each) => each.line === line)!.amount)]);
    }
  });

  test("of six business cases: money of each went out by gate, after approval; one does not bring what was planned and asks to be approved anew", async () => {
    for (const useCase of ["inbound-triage", "appointment-scheduling", "outbound-follow-up", "payment-reminders", "order-status", "claims-intake"]) {
      const { businessCase } = await must(finance, `{ businessCase(useCase: "${useCase}") { status gate figures { missing plan { period category amount { amount } } actual { period category amount { amount } } outlook { period category amount { amount } }
        quarters { quarter planned { amount } attributed { amount } } metrics { npv { amount } } funding { room { amount } breaches } } } }`);
      const { figures } = businessCase as { figures: Record<"plan" | "actual" | "outlook", Array<{ period: string; category: string; amount: Amount }>> & { quarters: Array<{ quarter: string; planned: Amount; attributed: Amount }>; funding: { room: Amount; breaches: string[] }; missing: string[] } };
      const known = useCase === "claims-intake" ? quarters.slice(2) : quarters;
      expect([businessCase.status, businessCase.gate, figures.missing, figures.quarters.map(({ quarter }) => quarter), minor(figures.funding.room) > 0n]).toEqual(["APPROVED", "G3", [], known, true]);
      for (const { quarter, planned } of figures.quarters) {
        const isOf = ({ period, category }: { period: string; category: string }): boolean => `${period.slice(0, 4)}-Q${Math.ceil(Number(period.slice(5)) / 3)}` === quarter && ["COST_REDUCTION", "MARGIN", "OTHER_EBIT"].includes(category);
        expect(minor(planned)).toBe(sum(figures.plan.filter(isOf), ({ amount }) => amount));
      }
      const misses = useCase === "outbound-follow-up";
      expect([useCase, figures.funding.breaches, figures.quarters.slice(-2).every(({ planned, attributed }) => minor(attributed) * 5n < minor(planned) * 4n)]).toEqual([useCase, misses ? ["REAPPROVAL_NEEDED"] : [], misses]);
      const by = (flows: typeof figures.plan): string[] => flows.map(({ period, category, amount }) => `${period} ${category} ${amount.amount}`).sort();
      expect(by(figures.outlook.filter(({ period }) => period < DEMO_OPEN_PERIOD))).toEqual(by(figures.actual));
      expect([figures.plan, figures.outlook].map((flows) => new Set(flows.map(({ period }) => period)).size)).toEqual([36, 36]);
    }
  });
});

test("its source is registered with an owner and a rhythm, and was never silent", async () => {
  const { source } = await must(finance, '{ source(uri: "demo://voice-platform") { owner kind expectedEverySeconds completeness(from: "2025-08-01T00:00:00Z", to: "2025-10-31T00:00:00Z") { gaps { count } } } }');
  expect(source).toEqual({ owner: "Platform team", kind: "PLATFORM", expectedEverySeconds: 172_800, completeness: { gaps: { count: 0 } } });
});

interface Amount { readonly amount: string }
interface Line { readonly kind: string; readonly originPeriod: { readonly key: string } | string; readonly amount: Amount }
interface StatementOf { readonly businessUnit: { readonly code: string }; readonly mode: string; readonly version: number; readonly total: Amount; readonly lines: Line[] }
interface JournalLine { readonly account: string; readonly businessUnit: { readonly code: string } | null; readonly debit: Amount | null; readonly credit: Amount | null }
interface Journal { readonly externalId: string; readonly kind: string; readonly hash: string; readonly outdated: boolean; readonly debit: Amount & { currency: string }; readonly credit: Amount & { currency: string }; readonly files: Array<{ path: string; contentHash: string }>; readonly lines: { readonly edges: Array<{ node: JournalLine }> } }

const minor = ({ amount }: Amount): bigint => BigInt(amount.replace(".", ""));
const sum = <T>(each: readonly T[], pick: (one: T) => Amount | null): bigint => each.reduce((total, one) => total + (pick(one) === null ? 0n : minor(pick(one)!)), 0n);
const nodesOf = <T>({ edges }: { edges: Array<{ node: T }> }): T[] => edges.map(({ node }) => node);
const statementsOf = async (period: string): Promise<StatementOf[]> =>
  nodesOf((await must(finance, "query($period: PeriodKey!) { statements(first: 20, where: { period: $period }) { edges { node { businessUnit { code } mode version total { amount } lines { kind originPeriod { key } amount { amount } } } } } }", { period })).statements);

describe("the third quarter", () => {
  test("is signed check by check by who answers for each, two people in all, and warns of budgets once per threshold", async () => {
    const { closeChecklist } = await must(finance, '{ closeChecklist(period: "2025-09") { history { kind check period by owner evidence } } }');
    const signed = (closeChecklist.history as Array<{ kind: string; check: string; period: string | null; by: string; owner: string | null; evidence: string[] }>).filter(({ kind, period }) => kind === "SIGNED" && period === "2025-09");
    const owners = new Map((closeChecklist.history as typeof signed).filter(({ kind }) => kind === "ASSIGNED").map(({ check, owner }) => [check, owner]));
    expect([signed.length, new Set(signed.map(({ by }) => by)).size, signed.every(({ check, by, evidence }) => owners.get(check) === by && evidence.length === 1)]).toEqual([15, 2, true]);
    const alerts = nodesOf<{ period: string; businessUnit: string; basis: string; threshold: number }>((await must(finance, "{ budgetAlerts(first: 50) { edges { node { period businessUnit basis threshold } } } }")).budgetAlerts);
    expect(new Set(alerts.map((alert) => JSON.stringify(alert))).size).toBe(alerts.length);
    expect(new Set(alerts.map(({ period }) => period))).toEqual(new Set(DEMO_QUARTER));
  });

  test("adds up, month by month: booked = charged + carried, statements = run + direct cost + adjustments + restatement", async () => {
    for (const period of DEMO_QUARTER) {
      const { allocation, costEntries, adjustments, periodFigures } = await must(finance, `query($period: PeriodKey!) {
        allocation(period: $period, groupBy: [POOL]) { total { amount } allocated { amount } unallocated { amount } variance { amount } }
        costEntries(first: 50, where: { period: $period }) { edges { node { pool { kind } amount { amount } } } }
        adjustments(period: $period) { lines { amount { amount } } }
        periodFigures(period: $period) { versions { cells { difference { amount } } } } }`, { period });
      const booked = nodesOf<{ pool: { kind: string }; amount: Amount }>(costEntries);
      const ofKind = (...kinds: string[]): bigint => sum(booked.filter(({ pool }) => kinds.includes(pool.kind)), ({ amount }) => amount);
      expect(minor(allocation.total)).toBe(sum(booked, ({ amount }) => amount) - ofKind("DIRECT", "PROGRAMME_MANAGEMENT"));
      expect([minor(allocation.allocated) + minor(allocation.unallocated), minor(allocation.variance)]).toEqual([minor(allocation.total), minor(allocation.unallocated)]);
      const statements = await statementsOf(period);
      const charged = (kind: string): bigint => sum(statements.flatMap(({ lines }) => lines).filter((line) => line.kind === kind), ({ amount }) => amount);
      const restated = (periodFigures.versions as Array<{ cells: Array<{ difference: Amount }> }>).flatMap(({ cells }) => cells);
      expect(["ALLOCATION", "DIRECT", "ADJUSTMENT", "RESTATEMENT"].map(charged)).toEqual([
        minor(allocation.allocated), ofKind("DIRECT"), sum((adjustments as Array<{ lines: Array<{ amount: Amount }> }>).flatMap(({ lines }) => lines), ({ amount }) => amount), sum(restated, ({ difference }) => difference),
      ]);
      for (const { total, lines } of statements) expect(minor(total)).toBe(sum(lines, ({ amount }) => amount));
    }
  });

  test("took its accrual back, and its invoice answered it: nothing is left of either but the invoice", async () => {
    const { accruals, costEntries } = await must(finance, `{ accruals(first: 5) { edges { node { period status amount { amount } reversal { period amount { amount } } invoiced { amount } variance { amount } } } }
      costEntries(first: 50, where: { period: "2025-08", pool: ["integration"] }) { edges { node { amount { amount } } } } }`);
    expect(nodesOf(accruals)).toEqual([{ period: "2025-07", status: "ANSWERED", amount: { amount: "1800.00" }, reversal: { period: "2025-08", amount: { amount: "-1800.00" } }, invoiced: { amount: "1860.00" }, variance: { amount: "60.00" } }]);
    expect(nodesOf<{ amount: Amount }>(costEntries).map(({ amount }) => amount.amount).sort()).toEqual(["-1800.00", "14000.00", "1860.00"]);
  });

  test("restated August by two people: old, new and the difference by cause, cell by cell; what was posted stays", async () => {
    const { periodFigures, periods, posted, restated } = await must(finance, `{ periods(first: 20) { edges { node { key hash } } }
      periodFigures(period: "2025-08") { status versions { version previousHash requestedBy restatedBy lateEvents lateCostEntries cells { useCase { code } before { amount } lateCost { amount } lateUsage { amount } after { amount } difference { amount } } pools { before { amount } after { amount } } } }
      posted: statement(businessUnit: "service", period: "2025-08", view: POSTED) { version total { amount } lines { id amount { amount } } }
      restated: statement(businessUnit: "service", period: "2025-08") { version status restatementVersion total { amount } lines { id kind amount { amount } } } }`);
    const [version] = periodFigures.versions;
    const cells = version.cells as Array<Record<"before" | "lateCost" | "lateUsage" | "after" | "difference", Amount> & { useCase: { code: string } }>;
    expect([periodFigures.status, periodFigures.versions.length]).toEqual(["RESTATED", 1]);
    expect(version).toMatchObject({ version: 2, previousHash: nodesOf<{ key: string; hash: string }>(periods).find(({ key }) => key === "2025-08")!.hash, requestedBy: "demo-finance", restatedBy: "demo-controller", lateEvents: 12, lateCostEntries: 0 });
    for (const { before, lateCost, lateUsage, after, difference } of cells) {
      expect([minor(before) + minor(lateCost) + minor(lateUsage), minor(before) + minor(difference)]).toEqual([minor(after), minor(after)]);
      expect(lateCost.amount).toBe("0.00");
    }
    expect([sum(cells, ({ difference }) => difference), sum(cells.filter(({ useCase }) => useCase.code === DEMO_RESTATED.useCase), ({ difference }) => difference) > 0n]).toEqual([0n, true]);
    expect(sum(version.pools as Array<{ before: Amount }>, ({ before }) => before)).toBe(sum(version.pools as Array<{ after: Amount }>, ({ after }) => after));
    expect([posted.version, restated.version, restated.status, restated.restatementVersion]).toEqual([1, 2, "POSTED", 2]);
    const known = new Set((posted.lines as Array<{ id: string }>).map(({ id }) => id));
    const added = (restated.lines as Array<{ id: string; kind: string; amount: Amount }>).filter(({ id }) => !known.has(id));
    expect([new Set(added.map(({ kind }) => kind)), minor(posted.total) + sum(added, ({ amount }) => amount)]).toEqual([new Set(["RESTATEMENT"]), minor(restated.total)]);
  });

  test("trued its standard rate up into October: nothing is carried, and every month is what statements charge for it", async () => {
    const { recoveryVariance, trueUps, closePreview } = await must(finance, `{ recoveryVariance(from: "2025-07", to: "2025-09") { pool { code } cost { amount } recovered { amount } variance { amount } truedUp { amount } carried { amount } }
      trueUps(first: 5) { edges { node { status period amount { amount } proposedBy postedBy lines { amount { amount } } } } }
      closePreview(period: "2025-10") { balanced units { businessUnit { code } total { amount } } statements { businessUnit { code } status total { amount } lines { kind originPeriod amount { amount } } } } }`);
    const months = recoveryVariance as Array<Record<"cost" | "recovered" | "variance" | "truedUp" | "carried", Amount>>;
    expect(months.map(({ cost, recovered, variance, truedUp, carried }) => [minor(recovered) - minor(cost) - minor(variance), minor(variance) - minor(truedUp), minor(carried)])).toEqual(Array(3).fill([0n, 0n, 0n]));
    const [trueUp] = nodesOf<{ amount: Amount; lines: Array<{ amount: Amount }> }>(trueUps);
    expect(trueUp).toMatchObject({ status: "POSTED", period: DEMO_OPEN_PERIOD, proposedBy: "demo-finance", postedBy: "demo-controller" });
    expect([minor(trueUp!.amount), sum(trueUp!.lines, ({ amount }) => amount)]).toEqual([-sum(months, ({ variance }) => variance), -sum(months, ({ variance }) => variance)]);
    const drafts = closePreview.statements as StatementOf[];
    expect([closePreview.balanced, drafts.map(({ businessUnit, total }) => ({ businessUnit, total }))]).toEqual([true, closePreview.units]);
    const lines = [...(await Promise.all(DEMO_CLOSED_PERIODS.map(statementsOf))).flat(), ...drafts].flatMap((statement) => statement.lines).filter(({ kind }) => kind !== "RESOLUTION");
    expect(sum(lines.filter(({ kind }) => kind === "TRUE_UP"), ({ amount }) => amount)).toBe(minor(trueUp!.amount));
    for (const period of DEMO_CLOSED_PERIODS) {
      const { periodCharges } = await must(finance, "query($period: PeriodKey!) { periodCharges(period: $period) { restated { amount } rows { trueUps { amount } } } }", { period });
      expect(minor(periodCharges.restated)).toBe(sum(lines.filter(({ originPeriod }) => (typeof originPeriod === "string" ? originPeriod : originPeriod.key) === period), ({ amount }) => amount));
      expect(sum(periodCharges.rows as Array<{ trueUps: Amount }>, ({ trueUps: each }) => each)).toBe(period === "2025-09" ? minor(trueUp!.amount) : 0n);
    }
  });

  test("is in the ledger: journals balance and are the statements and the variance; exported again, each is the same bytes with the same id", async () => {
    const audited = (): Promise<unknown> => whole.sql("select count(*) from governance.audit_entry");
    const before = await audited();
    for (const period of DEMO_CLOSED_PERIODS) {
      const journals = async (): Promise<Journal[]> => nodesOf((await must(finance, `query($period: PeriodKey!) { journals(first: 10, where: { period: $period }) { edges { node { externalId kind hash outdated debit { amount currency } credit { amount currency }
        files { path contentHash } lines(first: 200) { edges { node { account businessUnit { code } debit { amount } credit { amount } } } } } } } }`, { period })).journals);
      const bytes = async (made: readonly Journal[]): Promise<string[]> => Promise.all(made.flatMap(({ files }) => files).map(async ({ path }) => (await fetch(whole.url + path, { headers: { authorization: `Bearer ${finance.token}` } })).text()));
      const [made, key] = [await journals(), `demo-${period}`];
      expect(made.map(({ externalId }) => externalId).sort()).toEqual(period === DEMO_RESTATED.period ? [`${key}-J1`, `${key}-J1R`, `${key}-J2`] : [`${key}-J1`]);
      const lines = made.flatMap((journal) => nodesOf(journal.lines));
      for (const { debit, credit } of made) expect(debit).toEqual(credit);
      expect([sum(lines, ({ debit }) => debit), new Set(made.map(({ debit }) => debit.currency))]).toEqual([sum(lines, ({ credit }) => credit), new Set(["GBP"])]);
      const net = (of: readonly JournalLine[]): bigint => sum(of, ({ debit }) => debit) - sum(of, ({ credit }) => credit);
      for (const { businessUnit, mode, total } of await statementsOf(period)) {
        const posted = lines.filter((line) => line.businessUnit?.code === businessUnit.code && ["6100", "6200"].includes(line.account));
        expect([businessUnit.code, net(posted)]).toEqual([businessUnit.code, mode === "CHARGEBACK" ? minor(total) : 0n]);
      }
      const { recoveryVariance } = await must(finance, "query($period: PeriodKey!) { recoveryVariance(from: $period, to: $period) { variance { amount } } }", { period });
      expect(net(lines.filter(({ account }) => account === "1480"))).toBe(-sum(recoveryVariance as Array<{ variance: Amount }>, ({ variance }) => variance));
      const [files, again] = [await bytes(made), (await must(finance, "mutation($period: PeriodKey!) { generateJournal(input: { period: $period, profile: GENERIC }) { journals { externalId hash } userErrors { code } } }", { period })).generateJournal];
      expect([files.every((file) => file.length > 0), again.userErrors]).toEqual([true, []]);
      for (const { externalId, hash } of again.journals as Journal[]) expect(made.find((journal) => journal.externalId === externalId)!.hash).toBe(hash);
      expect([await journals(), await bytes(made)]).toEqual([made, files]);
    }
    expect(await audited()).toEqual(before);
  });
});

test("every figure is proven", async () => {
  const programme = (await whole.installation.scopes.programme(DEMO_PROGRAMME.code))!;
  const scope = { principal: { subject: "test", role: "AUDITOR" as const, programme: programme.code, businessUnits: [] }, programme, reach: "programme" as const, unitIds: [] };
  const differing: string[] = [];
  for await (const proof of verifyProgramme(whole.installation.database, scope)) if (proof.differing > 0) differing.push(proof.name);
  expect(differing).toEqual([]);
});

test("built, it is left alone: the same again records nothing", async () => {
  const entries = async (): Promise<unknown> => whole.sql("select count(*) from governance.audit_entry");
  const before = await entries();
  expect(await seed(whole)).toEqual(built);
  expect(await entries()).toEqual(before);
});

test("at another scale it is refused", async () => {
  await expect(seed(whole, recordAudit, "m")).rejects.toMatchObject({ code: "CONFLICT", message: "The demo stands here at scale s. Keep that, or use another APPORTION_DATA_DIR for scale m." });
  expect(await demoScaleFound({ database: whole.installation.database })).toBe("s");
  expect(await demoScaleFound({ database: broken.installation.database })).toBeNull();
});

test("broken off again and again, it is finished by the next start and no different", async () => {
  let timesBroken = 0;
  for (let done = false; !done; ) {
    let left = 85;
    const record: RecordAudit = async (tx, note) => {
      if (left === 0) throw new Error("broken off");
      left -= 1;
      await recordAudit(tx, note);
    };
    done = await seed(broken, record).then(() => true, (error: Error) => {
      expect(error.message).toBe("broken off");
      timesBroken += 1;
      return false;
    });
  }
  expect(timesBroken).toBe(7);
  expect(await months(broken)).toEqual(await months(whole));
  expect(await broken.sql(TOLD)).toEqual(await whole.sql(TOLD));
  expect(await broken.sql(DONE)).toEqual(await whole.sql(DONE));
});
