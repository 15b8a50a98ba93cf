import { verifyProgramme } from "../../src/app/verify";
import { RecordAudit } from "../../src/tenancy/request-context";
import { BuiltDemo, demoScaleFound, seedDemo } from "../../seeds/demo";
import { DEMO_CLOSED_PERIODS, DEMO_DISPUTE, DEMO_LATE_PERIOD, DEMO_OPEN_PERIOD, DEMO_PERIODS, DEMO_PROGRAMME, DEMO_STRAYS, DemoScale } from "../../seeds/demo-programme";
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

test("six months are closed by two people, one is open with its strays", async () => {
  expect(built).toEqual({ programme: "demo", scale: "s", legs: 4022 });
  expect(await months(whole)).toMatchObject(DEMO_PERIODS.map((key) => ({ node: key === DEMO_OPEN_PERIOD ? { key, status: "OPEN", hash: null } : { key, status: "CLOSED", closeRequestedBy: "demo-finance", closedBy: "demo-controller" } })));
  const { unattributedUsage } = await must(finance, "{ unattributedUsage(first: 100) { edges { node { endedAt reportedUseCase } } } }");
  expect(unattributedUsage.edges.map(({ node }: { node: { endedAt: string; reportedUseCase: string } }) => [node.endedAt.slice(0, 7), node.reportedUseCase])).toEqual(Array(6).fill([DEMO_OPEN_PERIOD, DEMO_STRAYS.reportedAs]));
});

test("what came late for a closed month is charged in the next one and moves money, but makes none", async () => {
  const { adjustments } = await must(finance, '{ adjustments(period: "2025-08") { originPeriod { key } lateEvents lines { amount { amount } } } }');
  expect(adjustments).toMatchObject([{ originPeriod: { key: DEMO_LATE_PERIOD }, lateEvents: 12 }]);
  const minor = adjustments[0].lines.map((line: { amount: { amount: string } }) => BigInt(line.amount.amount.replace(".", "")));
  expect([minor.length, minor.reduce((sum: bigint, each: bigint) => sum + each, 0n)]).toEqual([26, 0n]);
});

test("April's messaging is borne by nobody; the policy changes in August", async () => {
  const of = async (period: string): Promise<unknown[]> => {
    const { allocation } = await must(finance, `{ allocation(period: "${period}", groupBy: [POOL]) { run { policyVersion } unallocated { amount } rows { pool { code } } } }`);
    return [allocation.run.policyVersion, allocation.unallocated.amount, allocation.rows.length];
  };
  expect([await of("2025-04"), await of("2025-07"), await of("2025-08")]).toEqual([[1, "1200.00", 4], [1, "0.00", 5], [2, "0.00", 5]]);
});

test("a statement was disputed and half of it given back at the programme's cost", async () => {
  const { statement } = await must(finance, `{ statement(businessUnit: "${DEMO_DISPUTE.businessUnit}", period: "${DEMO_DISPUTE.period}") {
    version status disputes { outcome raisedBy resolution { programmeLines { amount { amount } } } } lines { kind amount { amount } } } }`);
  expect(statement).toMatchObject({ version: 2, status: "POSTED", disputes: [{ outcome: "ADJUSTED", raisedBy: "demo-business-unit", resolution: { programmeLines: [{ amount: { amount: "310.00" } }] } }] });
  expect(statement.lines.filter(({ kind }: { kind: string }) => kind === "RESOLUTION")).toEqual([{ kind: "RESOLUTION", amount: { amount: "-310.00" } }]);
});

test("statements are posted up to August and wait for two units in September", async () => {
  const rows = await whole.sql<{ period_key: string; status: string }>(TOLD);
  const count = (period: string, status: string): number => rows.filter((row) => row.period_key === period && row.status === status).length;
  expect(DEMO_CLOSED_PERIODS.map((period) => count(period, "POSTED"))).toEqual([5, 5, 5, 5, 5, 0]);
  expect([count("2025-09", "ACCEPTED"), count("2025-09", "ISSUED"), count("2025-08", "SUPERSEDED")]).toEqual([3, 2, 1]);
});

test("finance signed what use cases brought month by month; October waits", async () => {
  const { benefitLadder } = await must(finance, '{ benefitLadder(from: "2025-04", to: "2025-10") { rows { period status reconstructed benefit { kind } cashable { amount } eliminatedCashable { amount } } total { recognised { amount } } missing } }');
  const count = (period: string, status: string): number => benefitLadder.rows.filter((row: { period: string; status: string }) => row.period === period && row.status === status).length;
  expect(DEMO_PERIODS.map((period) => [count(period, "SIGNED_OFF"), count(period, "PROPOSED")])).toEqual([[7, 0], [7, 0], [9, 0], [9, 0], [11, 0], [11, 0], [0, 11]]);
  const minor = ({ amount }: { amount: string }): bigint => BigInt(amount.replace(".", ""));
  const signed = benefitLadder.rows.filter(({ status, benefit }: { status: string; benefit: { kind: string } }) => status === "SIGNED_OFF" && benefit.kind !== "NON_EBIT");
  const recognised = signed.reduce((total: bigint, row: { cashable: { amount: string }; eliminatedCashable: { amount: string } }) => total + minor(row.cashable) - minor(row.eliminatedCashable), 0n);
  expect([benefitLadder.missing, benefitLadder.rows.some(({ reconstructed }: { reconstructed: boolean }) => reconstructed), minor(benefitLadder.total.recognised), recognised > 0n]).toEqual([[], false, recognised, true]);
});

test("the programme's statement is signed month by month and proves itself; October is open", async () => {
  const { programmePnl } = await must(finance, '{ programmePnl(from: "2025-04", to: "2025-10", groupBy: [PERIOD]) { missing periods { period signedVersion } rows { period ebit { amount } } } }');
  expect(programmePnl.periods.map(({ signedVersion }: { signedVersion: number | null }) => signedVersion)).toEqual([1, 1, 1, 1, 1, 1, null]);
  expect(programmePnl.rows.slice(0, 6).every(({ ebit }: { ebit: unknown }) => ebit !== null)).toBe(true);
  // October's claims wait for finance: its benefit, and with it its EBIT, is not known yet.
  expect([programmePnl.rows[6].ebit, programmePnl.missing.every((each: string) => /^A: .* for 2025-10/.test(each))]).toEqual([null, true]);
  for (const period of ["2025-04", "2025-09", "2025-10"]) expect([period, (await must(finance, `{ programmeReconciliation(period: "${period}") { holds changedSinceSigned } }`)).programmeReconciliation]).toEqual([period, { holds: true, changedSinceSigned: period === "2025-10" ? null : false }]);
  const executive = (await must(whole.as("EXECUTIVE", { programme: "demo" }), '{ programmePnl(from: "2025-07", to: "2025-09") { rows { ebit { amount } } } }')).programmePnl.rows[0].ebit.amount;
  expect(executive).toBe((await must(finance, '{ programmePnl(from: "2025-07", to: "2025-09") { rows { ebit { amount } } } }')).programmePnl.rows[0].ebit.amount);
});

test("its source is registered with an owner and a rhythm, and was never silent", async () => {
  const { source } = await must(finance, '{ source(uri: "demo://voice-platform") { owner kind expectedEverySeconds completeness(from: "2025-08-01T00:00:00Z", to: "2025-10-31T00:00:00Z") { gaps { count } } } }');
  expect(source).toEqual({ owner: "Platform team", kind: "PLATFORM", expectedEverySeconds: 172_800, completeness: { gaps: { count: 0 } } });
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
    let left = 65;
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
  expect(timesBroken).toBe(6);
  expect(await months(broken)).toEqual(await months(whole));
  expect(await broken.sql(TOLD)).toEqual(await whole.sql(TOLD));
  expect(await broken.sql(DONE)).toEqual(await whole.sql(DONE));
});
