import { verifyProgramme } from "../../src/app/verify";
import { Scope } from "../../src/tenancy";
import { ALLOCATE, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";

const REQUEST = "mutation($input: PeriodInput!) { requestClose(input: $input) { missing { check message } userErrors { code message } } }";
const CLOSE = "mutation($input: PeriodInput!) { closePeriod(input: $input) { period { status hash } missing { check message } userErrors { code message } } }";
const BOOK = "mutation($input: BookCostInput!) { bookCost(input: $input) { entry { externalId } userErrors { code message field } } }";
const ACCRUAL = "externalId status period amount { amount currency } reversal { period cause amount { amount } } answers { kind reason } renews renewedBy invoiced { amount } variance { amount }";
const ACCRUE = `mutation($input: BookAccrualInput!) { bookAccrual(input: $input) { accrual { ${ACCRUAL} } userErrors { code message field } } }`;
const RELEASE = `mutation($input: ReleaseAccrualInput!) { releaseAccrual(input: $input) { accrual { ${ACCRUAL} } userErrors { code message field } } }`;
const ACCRUALS = `query($where: AccrualWhere) { accruals(first: 50, where: $where) { edges { node { ${ACCRUAL} pool { code } useCase { code } reason source recordedBy } } } }`;
const ENTRIES = "query($period: PeriodKey!) { costEntries(first: 50, where: { period: $period }) { edges { node { amount { amount } description accrual { externalId role } } } } }";
const POOL = "mutation($input: CreateCostPoolInput!) { createCostPool(input: $input) { userErrors { code } } }";

let server: TestServer;
let finance: Actor, second: Actor;

const expected = (externalId: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({ pool: "platform", period: "2025-10", amount: "90.00", currency: "USD", externalId, reason: "the invoice is late", source: "order 7", ...more });
const accrue = async (externalId: string, more: Record<string, unknown> = {}) => (await must(finance, ACCRUE, { input: expected(externalId, more) })).bookAccrual.accrual;
const book = (externalId: string, period: string, amount: string, more: Record<string, unknown> = {}) => must(finance, BOOK, { input: { pool: "platform", period, amount, currency: "USD", externalId, ...more } });
const entries = async (period: string) => (await must(finance, ENTRIES, { period })).costEntries.edges.map(({ node }: { node: { amount: { amount: string }; accrual: { externalId: string; role: string } | null } }) => [node.amount.amount, node.accrual && `${node.accrual.role} ${node.accrual.externalId}`]);
const accrual = async (name: string) => (await must(finance, ACCRUALS)).accruals.edges.map(({ node }: { node: { externalId: string } }) => node).find(({ externalId }: { externalId: string }) => externalId === name);
const total = async (period: string): Promise<string> => (await must(finance, `{ allocation(period: "${period}", groupBy: []) { total { amount } } }`)).allocation.total.amount;
const stored = (): Promise<unknown> => server.sql("select (select count(*) from costs.accrual) as accruals, (select count(*) from costs.accrual_reversal) as reversals, (select count(*) from costs.accrual_answer) as answers, (select count(*) from costs.cost_entry) as entries, (select count(*) from governance.audit_entry) as noted, (select count(*) from governance.period) as periods");

async function refused(operation: string, input: Record<string, unknown>, who = finance): Promise<{ code: string; message: string; field: string[] | null }> {
  const before = await stored();
  const answer = Object.values((await who.ask(operation, { input })).data)[0] as { userErrors: Array<{ code: string; message: string; field: string[] | null }> };
  expect(await stored()).toEqual(before);
  expect(answer.userErrors).toHaveLength(1);
  return answer.userErrors[0]!;
}

async function close(period: string): Promise<string> {
  await must(finance, ALLOCATE, { input: { period } });
  await must(finance, REQUEST, { input: { period } });
  return (await must(second, CLOSE, { input: { period } })).closePeriod.period.hash;
}

beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2026-02-15T12:00:00.000Z");
  finance = server.as("FINANCE");
  second = server.as("FINANCE", { subject: "second-person" });
  await createAcme(server);
  await bookAndAgree(server, { amount: "10.00" });
  await must(finance, POOL, { input: { code: "licences", name: "Licences", kind: "DIRECT" } });
  const later = (id: string, month: string): Record<string, unknown> => call(id, { connectedAt: `${month}-05T15:00:00.000Z`, endedAt: `${month}-05T15:01:00.000Z` });
  await report(integration(server), [call("a"), call("b", { useCase: "triage" }), later("n", "2025-11"), later("d", "2025-12")]);
});
afterAll(() => server.close());

describe("an accrual", () => {
  it("counts as cost of its month, once however often it is sent", async () => {
    expect(await accrue("late-platform")).toEqual({
      externalId: "late-platform", status: "ACCRUED", period: "2025-10", amount: { amount: "90.00", currency: "USD" }, reversal: null, answers: [], renews: null, renewedBy: null, invoiced: null, variance: null,
    });
    await accrue("late-licence", { pool: "licences", useCase: "triage", amount: "7.00" });
    const before = await stored();
    const again = await Promise.all(Array.from({ length: 4 }, () => accrue("late-platform")));
    expect(again.map(({ externalId }) => externalId)).toEqual(Array(4).fill("late-platform"));
    expect(await stored()).toEqual(before);
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    expect(await total("2025-10")).toBe("100.00");
    expect(await entries("2025-10")).toEqual([["10.00", null], ["90.00", "BOOKS late-platform"], ["7.00", "BOOKS late-licence"]]);
  });

  it.each<[string, string, Record<string, unknown>, string, string]>([
    ["other content under its name", ACCRUE, expected("late-platform", { amount: "91.00" }), "CONFLICT", "externalId"],
    ["another currency", ACCRUE, expected("x", { currency: "EUR" }), "CURRENCY_MISMATCH", "currency"],
    ["nothing", ACCRUE, expected("x", { amount: "0.00" }), "BAD_USER_INPUT", "amount"],
    ["a credit that raises cost", ACCRUE, expected("x", { kind: "CREDIT" }), "BAD_USER_INPUT", "amount"],
    ["more decimals than there are", ACCRUE, expected("x", { amount: "1.001" }), "BAD_USER_INPUT", "amount"],
    ["no reason", ACCRUE, expected("x", { reason: " " }), "BAD_USER_INPUT", "reason"],
    ["no source", ACCRUE, expected("x", { source: "" }), "BAD_USER_INPUT", "source"],
    ["an unknown pool", ACCRUE, expected("x", { pool: "nowhere" }), "NOT_FOUND", "pool"],
    ["a use case on a shared pool", ACCRUE, expected("x", { useCase: "triage" }), "BAD_USER_INPUT", "useCase"],
    ["no use case on a direct pool", ACCRUE, expected("x", { pool: "licences" }), "BAD_USER_INPUT", "useCase"],
    ["an unknown one to renew", ACCRUE, expected("x", { period: "2025-11", renews: "nothing" }), "NOT_FOUND", "accrual"],
    ["one to renew that still counts", ACCRUE, expected("x", { period: "2025-11", renews: "late-platform" }), "PERIOD_OPEN", "renews"],
    ["one to renew of the same month", ACCRUE, expected("x", { renews: "late-platform" }), "BAD_USER_INPUT", "renews"],
    ["an unknown one to release", RELEASE, { accrual: "nothing", reason: "none" }, "NOT_FOUND", "accrual"],
    ["one to release without a reason", RELEASE, { accrual: "late-platform", reason: "" }, "BAD_USER_INPUT", "reason"],
    ["an invoice of an unknown one", BOOK, { pool: "platform", period: "2025-10", amount: "1.00", currency: "USD", externalId: "i", accrual: "nothing" }, "NOT_FOUND", "accrual"],
    ["a booking under the name of an accrual's entry", BOOK, { pool: "platform", period: "2025-10", amount: "1.00", currency: "USD", externalId: "accrual/00000000-0000-4000-8000-000000000000/reversal" }, "BAD_USER_INPUT", "externalId"],
    ["an invoice on another pool", BOOK, { pool: "platform", period: "2025-10", amount: "1.00", currency: "USD", externalId: "i", accrual: "late-licence" }, "BAD_USER_INPUT", "accrual"],
  ])("refuses %s, and nothing changes", async (_, operation, input, code, field) => {
    const fault = await refused(operation, input);
    expect([fault.code, fault.field?.[0]]).toEqual([code, field]);
  });

  it("is taken back in its open month when its invoice comes there, or when it is released", async () => {
    await accrue("early", { amount: "5.00" });
    await accrue("wrong", { amount: "4.00" });
    await book("early-invoice", "2025-10", "6.00", { accrual: "early" });
    await book("early-invoice", "2025-10", "6.00", { accrual: "early" });
    expect(await accrual("early")).toMatchObject({ status: "ANSWERED", reversal: { period: "2025-10", cause: "INVOICE", amount: { amount: "-5.00" } }, answers: [{ kind: "INVOICE" }], invoiced: { amount: "6.00" }, variance: { amount: "1.00" } });
    const released = (await must(finance, RELEASE, { input: { accrual: "wrong", reason: "it was cancelled" } })).releaseAccrual.accrual;
    expect(released).toMatchObject({ status: "ANSWERED", reversal: { period: "2025-10", cause: "RELEASE" }, answers: [{ kind: "RELEASE", reason: "it was cancelled" }], invoiced: null });
    const before = await stored();
    await must(finance, RELEASE, { input: { accrual: "wrong", reason: "again" } });
    expect(await stored()).toEqual(before);
    expect((await refused(RELEASE, { accrual: "early", reason: "too late" })).code).toBe("CONFLICT");
    await accrue("no-credit", { amount: "-3.00", kind: "CREDIT" });
    await must(finance, RELEASE, { input: { accrual: "no-credit", reason: "the vendor kept what it promised" } });
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    expect(await total("2025-10")).toBe("106.00");
    expect(await server.sql("select kind, amount_minor::int as minor from costs.cost_entry where kind <> 'CHARGE' order by 2")).toEqual([{ kind: "CREDIT", minor: -300 }, { kind: "CREDIT", minor: 300 }]);
  });

  it("is taken back by the close in the next open month, as the preview said, and moves no closed figure", async () => {
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    const { closePreview } = await must(finance, "{ closePreview(period: \"2025-10\") { hash balanced reversals { accrual pool useCase period amount { amount } } } }");
    expect(closePreview.reversals).toEqual([
      { accrual: "late-licence", pool: "licences", useCase: "triage", period: "2025-11", amount: { amount: "-7.00" } }, { accrual: "late-platform", pool: "platform", useCase: null, period: "2025-11", amount: { amount: "-90.00" } },
    ]);
    expect(await close("2025-10")).toBe(closePreview.hash);
    expect(await entries("2025-11")).toEqual([["-7.00", "REVERSES late-licence"], ["-90.00", "REVERSES late-platform"]]);
    expect(await accrual("late-platform")).toMatchObject({ status: "REVERSED", reversal: { period: "2025-11", cause: "CLOSE", amount: { amount: "-90.00" } } });
    expect(await total("2025-10")).toBe("106.00");
    expect((await refused(ACCRUE, expected("x"))).code).toBe("PERIOD_CLOSED");
    const [noted] = await server.sql<{ after: Record<string, unknown> }>("select after from governance.audit_entry where action = 'closePeriod'");
    expect(noted!.after).toMatchObject({ accrualsReversed: ["late-licence", "late-platform"], reversedIn: "2025-11" });
  });

  it("holds the next close up until something comes of it: its invoice counts once, in whichever month", async () => {
    await book("november", "2025-11", "20.00");
    await must(finance, ALLOCATE, { input: { period: "2025-11" } });
    const { requestClose } = (await finance.ask(REQUEST, { input: { period: "2025-11" } })).data;
    expect(requestClose.missing).toEqual([{ check: "ACCRUALS_ANSWERED", message: "Accrual late-licence of 2025-10 on licences (7.00 USD); Accrual late-platform of 2025-10 on platform (90.00 USD): taken back, and no invoice has come. Book it with bookCost (accrual), accrue it again with bookAccrual (renews), or say with releaseAccrual that none will come." }]);
    // One invoice of the next month, one of the closed month itself, which an adjustment charges.
    await book("licence-invoice", "2025-11", "8.00", { pool: "licences", useCase: "triage", accrual: "late-licence" });
    await accrue("late-platform-2", { period: "2025-11", renews: "late-platform", amount: "95.00" });
    expect((await refused(BOOK, { pool: "platform", period: "2025-11", amount: "1.00", currency: "USD", externalId: "i", accrual: "late-platform" })).message).toContain("renewed by late-platform-2");
    expect((await refused(ACCRUE, expected("x", { period: "2025-12", renews: "late-platform" }))).code).toBe("CONFLICT");
    expect((await refused(RELEASE, { accrual: "late-platform", reason: "x" })).code).toBe("CONFLICT");
    const hash = (await must(finance, "{ period(key: \"2025-10\") { hash } }")).period.hash;
    await close("2025-11");
    expect(await total("2025-11")).toBe("25.00");
    await book("platform-invoice", "2025-10", "97.00", { accrual: "late-platform-2" });
    await book("december", "2025-12", "30.00");
    await close("2025-12");
    expect(await accrual("late-platform-2")).toMatchObject({ status: "ANSWERED", renews: "late-platform", invoiced: { amount: "97.00" }, variance: { amount: "2.00" }, reversal: { period: "2025-12", cause: "CLOSE" } });
    expect((await must(finance, "{ period(key: \"2025-10\") { hash } }")).period.hash).toBe(hash);
    // Everything that was ever charged on the platform is what was ever invoiced: 10 + 6 + 20 + 30 + 97.
    const [charged] = await server.sql<{ minor: string }>(
      `select (select sum(s.amount_minor) from allocation.run_pool s join (select distinct on (period_key) id from allocation.run order by period_key, sequence desc) r on r.id = s.run_id)
            + (select sum(amount_minor) from chargeback.adjustment_pool a join costs.cost_pool p on p.id = a.pool_id and p.code = 'platform') as minor`);
    expect(charged!.minor).toBe("16300");
  });

  it("belongs to who bore it after the use case has moved, and an invoice counts in its own month alone, whichever is restated", async () => {
    const direct = (externalId: string, amount: string, more: Record<string, unknown> = {}) => accrue(externalId, { pool: "licences", useCase: "returns", period: "2026-01", amount, ...more });
    const invoice = (accrualName: string, period: string, amount: string) => book(`${accrualName}-invoice`, period, amount, { pool: "licences", useCase: "returns", accrual: accrualName });
    const borne = async (period: string, view: string) => (await must(finance, `{ periodCharges(period: "${period}") { rows { pool { code } businessUnit { code } ${view} { amount } } } }`)).periodCharges.rows
      .filter(({ pool }: { pool: { code: string } }) => pool.code === "licences").map((row: Record<string, { code: string; amount: string }>) => [row.businessUnit!.code, row[view]!.amount]);
    await must(finance, "mutation { setCloseRules(input: { lateCost: RESTATEMENT, reason: \"policy of the group\" }) { userErrors { code } } }");
    await report(integration(server), ["2026-01", "2026-02"].map((month) => call(month, { connectedAt: `${month}-05T15:00:00.000Z`, endedAt: `${month}-05T15:01:00.000Z` })));
    await book("january", "2026-01", "10.00");
    await accrue("shared", { period: "2026-01", amount: "50.00" });
    for (const [name, amount] of [["next", "12.00"], ["none", "3.00"], ["again", "5.00"], ["late", "8.00"]] as const) await direct(name, amount);
    await must(finance, "mutation { moveUseCase(input: { useCase: \"returns\", businessUnit: \"claims\", effectiveFrom: \"2026-02-01\", reason: \"reorganised\" }) { userErrors { code message } } }");
    expect(await refused(BOOK, { pool: "licences", useCase: "returns", period: "2026-02", amount: "13.00", currency: "USD", externalId: "i", accrual: "next" })).toEqual({
      code: "PERIOD_OPEN", field: ["accrual"], message: "2026-01 is not closed: who bears accrual next, and so its invoice, is whoever owns returns when it closes. Book the invoice in 2026-01, or after its close.",
    });
    await close("2026-01");
    expect([await total("2026-01"), await borne("2026-01", "posted")]).toEqual(["60.00", [["retail", "28.00"]]]);

    await invoice("next", "2026-02", "13.00");
    await must(finance, RELEASE, { input: { accrual: "none", reason: "cancelled" } });
    await direct("again-2", "6.00", { period: "2026-02", renews: "again" });
    await invoice("late", "2026-01", "9.00");
    await book("shared-invoice", "2026-01", "57.00", { accrual: "shared" });
    await book("february", "2026-02", "20.00");
    expect((await entries("2026-01")).slice(6)).toEqual([["9.00", "ANSWERS late"], ["-8.00", "MOVES late"], ["57.00", "ANSWERS shared"], ["-50.00", "MOVES shared"]]);
    expect((await entries("2026-02")).filter(([, role]: [string, string | null]) => role?.startsWith("MOVES"))).toEqual([["8.00", "MOVES late"], ["50.00", "MOVES shared"]]);
    expect((await must(finance, "{ accruals(first: 50, where: { period: \"2026-01\" }) { edges { node { externalId reversal { period movedTo } } } } }")).accruals.edges.map(({ node: { externalId, reversal } }: { node: { externalId: string; reversal: Record<string, string> } }) => [externalId, reversal.period, reversal.movedTo]))
      .toEqual([["again", "2026-02", null], ["late", "2026-02", "2026-01"], ["next", "2026-02", null], ["none", "2026-02", null], ["shared", "2026-02", "2026-01"]]);

    await must(finance, "mutation { requestRestatement(input: { period: \"2026-01\", reason: \"invoices came\" }) { userErrors { code message } } }");
    const { figures } = (await must(second, "mutation { restatePeriod(input: { period: \"2026-01\" }) { figures { versions { pools { pool { code } before { amount } after { amount } } } } userErrors { code message } } }")).restatePeriod;
    expect(figures.versions[0].pools).toEqual([{ pool: { code: "licences" }, before: { amount: "28.00" }, after: { amount: "29.00" } }, { pool: { code: "platform" }, before: { amount: "60.00" }, after: { amount: "67.00" } }]);
    expect(await borne("2026-01", "restated")).toEqual([["retail", "29.00"]]);
    server.clock.set("2026-03-15T12:00:00.000Z");
    [finance, second] = [server.as("FINANCE"), server.as("FINANCE", { subject: "second-person" })];
    await close("2026-02");
    // - 12 + 13, - 3, - 5 + 6, - 8 + 8.
    expect([await total("2026-02"), await borne("2026-02", "posted")]).toEqual(["20.00", [["retail", "-1.00"]]]);
    await invoice("again-2", "2026-03", "7.00");
    expect(await server.sql("select e.amount_minor::int as minor, u.code from costs.cost_entry e left join tenancy.business_unit u on u.id = e.business_unit_id where e.period_key = '2026-03' order by 1")).toEqual([{ minor: -600, code: "retail" }, { minor: 700, code: "retail" }]);
  });

  it("is listed by month, pool and how it stands", async () => {
    const names = async (where: Record<string, unknown>): Promise<string[]> => (await must(server.as("AUDITOR"), ACCRUALS, { where })).accruals.edges.map(({ node }: { node: { externalId: string } }) => node.externalId);
    expect(await names({ period: "2025-10" })).toEqual(["early", "late-licence", "late-platform", "no-credit", "wrong"]);
    expect(await names({ pool: ["licences"], period: "2025-10" })).toEqual(["late-licence"]);
    expect(await names({ status: ["REVERSED", "ACCRUED"] })).toEqual([]);
    expect((await finance.ask(ACCRUALS, { where: { pool: ["nowhere"] } })).errors?.[0]?.extensions.code).toBe("NOT_FOUND");
  });

  it("proves: what was accrued is booked, and taken back once to the cent", async () => {
    const programme = (await server.installation.scopes.programme("acme"))!;
    const scope: Scope = { principal: { subject: "auditor", role: "AUDITOR", programme: "acme", businessUnits: [] }, programme, reach: "programme", unitIds: [] };
    const wrong = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const proof of verifyProgramme(server.installation.database, scope)) if (proof.differing > 0) found.push(`${proof.name}: ${proof.differences.join()}`);
      return found;
    };
    expect(await wrong()).toEqual([]);
    const spoilt = async (entry: string, change: string): Promise<string> => {
      const where = `where external_id = (select 'accrual/' || a.id || '${entry.slice(entry.indexOf("/"))}' from costs.accrual a where a.external_id = '${entry.split("/")[0]}')`;
      const [kept] = await server.sql<{ minor: string; unit: string; kind: string }>(`select amount_minor as minor, business_unit_id as unit, kind from costs.cost_entry ${where}`);
      await server.sql(`update costs.cost_entry set ${change} ${where}`);
      const found = (await wrong()).join();
      await server.sql(`update costs.cost_entry set kind = '${kept!.kind}', amount_minor = ${kept!.minor}, business_unit_id = ${kept!.unit ? `'${kept!.unit}'` : "null"} ${where}`);
      return found;
    };
    const claims = "business_unit_id = (select id from tenancy.business_unit where code = 'claims')";
    expect(await spoilt("again-2/reversal", claims)).toContain("accrual again-2 of 2026-02: one unit bore it and another was given it back in 2026-03");
    await server.sql("update costs.cost_entry set business_unit_id = (select id from tenancy.business_unit where code = 'claims') where external_id = 'again-2-invoice'");
    expect(await wrong()).toEqual(["accruals = their entries and reversals: accrual again-2 of 2026-02: 1 of its invoices are charged to another unit than it was"]);
    await server.sql("update costs.cost_entry set business_unit_id = (select id from tenancy.business_unit where code = 'retail') where external_id = 'again-2-invoice'");
    expect(await spoilt("no-credit/reversal", "kind = 'CHARGE'")).toContain("accrual no-credit of 2025-10: -300 was accrued and 300 taken back, in minor units");
    expect(await spoilt("shared/moved-out", "kind = 'CREDIT'")).toContain("-5000 was moved to 2026-01 and nothing out of 2026-02");
    expect(await spoilt("shared/moved-out", "amount_minor = amount_minor + 1")).toContain("accrual shared of 2026-01: -5000 was moved to 2026-01 and 5001 out of 2026-02, expected -5000 and 5000, in minor units");
    await server.sql("update costs.accrual set amount_minor = amount_minor + 1 where external_id = 'early'");
    expect(await wrong()).toEqual(["accruals = their entries and reversals: accrual early of 2025-10: its cost entry is not what was accrued,accrual early of 2025-10: 501 was accrued and -500 taken back, in minor units"]);
  });
});
