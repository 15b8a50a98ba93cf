import { verifyProgramme } from "../../src/app/verify";
import { Scope } from "../../src/tenancy";
import { ALLOCATE, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, Answer, TestServer, startTestServer } from "../support/server";
import { BOOK, CREATE_POOL, CREATE_UNIT, CREATE_USE_CASE } from "../support/two-programmes";

const FAULTS = "userErrors { code message field }";
const JOURNAL = "externalId kind version mappingVersion postingDate lineCount debit { amount currency } credit { amount currency } hash reverses reversedBy outdated files { profile path lineCount debit { amount } credit { amount } contentHash }";
const LINES = "lines(first: 50) { edges { node { lineNo account costCentre entity intercompanyEntity segments debit { amount } credit { amount } kind businessUnit { code } useCase { code } pool { code } description } } }";
const PROPOSE = `mutation($input: ProposeAccountMappingInput!) { proposeAccountMapping(input: $input) { mapping { version status documentHash rules { pool businessUnit kind debit { account costCentre segments entity } credit { account } } profiles { profile constants { column value } } } ${FAULTS} } }`;
const APPROVE = `mutation($input: ApproveAccountMappingInput!) { approveAccountMapping(input: $input) { mapping { version status approvedBy } ${FAULTS} } }`;
const GENERATE = `mutation($input: GenerateJournalInput!) { generateJournal(input: $input) { journals { ${JOURNAL} } ${FAULTS} } }`;
const UNMAPPED = "query($period: PeriodKey!, $mapping: Int) { unmappedAccounts(period: $period, mapping: $mapping) { businessUnit pool kind missing lines amount { amount } } }";
const PERIOD = "2025-10";

interface File { readonly profile: string; readonly path: string; readonly lineCount: number; readonly contentHash: string; readonly debit: { amount: string } }
interface Made { readonly externalId: string; readonly kind: string; readonly hash: string; readonly files: File[]; readonly postingDate: string; readonly outdated: boolean; readonly reversedBy: string | null }
interface Line { readonly lineNo: number; readonly account: string; readonly costCentre: string | null; readonly debit: { amount: string } | null; readonly credit: { amount: string } | null; readonly kind: string | null; readonly businessUnit: { code: string } | null; readonly description: string }

let server: TestServer;
let finance: Actor;
let second: Actor;

async function rows(): Promise<Record<string, string>> {
  const tables = ["account_mapping", "account_mapping_approval", "journal", "journal_statement", "journal_line", "journal_line_source", "journal_file"];
  const [row] = await server.sql<Record<string, string>>(`select ${tables.map((table) => `(select count(*) from journals.${table}) as ${table}`).join(", ")}, (select count(*) from governance.audit_entry) as audited`);
  return row!;
}

async function refused(actor: Actor, query: string, input: unknown): Promise<string> {
  const before = await rows();
  const answer: Answer = await actor.ask(query, { input });
  expect(answer.errors).toBeUndefined();
  const [{ userErrors, ...made }] = Object.values(answer.data) as [{ userErrors: Array<{ code: string; message: string; field: string[] | null }> }];
  expect([userErrors.length, Object.values(made)]).toEqual([1, [null]]);
  expect(await rows()).toEqual(before);
  return `${userErrors[0]!.code} at ${userErrors[0]!.field?.join(".")}: ${userErrors[0]!.message}`;
}

async function unchanged<T>(work: () => Promise<T>): Promise<T> {
  const before = await rows();
  const made = await work();
  expect(await rows()).toEqual(before);
  return made;
}

async function failedProofs(): Promise<string[]> {
  const programme = await server.installation.scopes.programme("acme");
  const scope: Scope = { principal: { subject: "proof", role: "ADMIN", programme: "acme", businessUnits: [] }, programme: programme!, reach: "programme", unitIds: [] };
  const failed: string[] = [];
  for await (const proof of verifyProgramme(server.installation.database, scope)) if (proof.differing > 0) failed.push(proof.name);
  return failed;
}

const generate = async (more: Record<string, unknown> = {}, actor = finance): Promise<Made[]> => (await must(actor, GENERATE, { input: { period: PERIOD, profile: "GENERIC", ...more } })).generateJournal.journals as Made[];
const linesOf = async (externalId: string): Promise<Line[]> => (await must(finance, `query($id: String!) { journal(externalId: $id) { ${LINES} } }`, { id: externalId })).journal.lines.edges.map(({ node }: { node: Line }) => node);
const short = (line: Line): string => [line.lineNo, line.businessUnit?.code ?? "-", line.account, line.costCentre ?? "-", line.debit?.amount ?? "", line.credit?.amount ?? "", line.kind ?? "-"].join(" ");

async function approveNew(input: Record<string, unknown>): Promise<number> {
  const { version } = (await must(finance, PROPOSE, { input })).proposeAccountMapping.mapping;
  await must(second, APPROVE, { input: { version } });
  return version as number;
}

const get = (path: string, actor: Actor | null = finance, headers: Record<string, string> = {}): Promise<Response> => fetch(server.url + path, { headers: { ...(actor ? { authorization: `Bearer ${actor.token}` } : {}), ...headers } });

const RECOVERY = { account: "4900", costCentre: "CC-PLATFORM" };
const RULES = [{ debit: { account: "6100" } }, { kind: "DIRECT", debit: { account: "6200" } }, { businessUnit: "sales", debit: { account: "6100", costCentre: "S1", entity: "200" } }, { businessUnit: "sales", kind: "DIRECT", debit: { account: "6200", costCentre: "S1", entity: "200" } }];
const MAPPING = { effectiveFrom: "2025-01", entity: "100", recovery: RECOVERY, rules: RULES };

/** October: 100.00 by seconds over four units of whom cards and sales pay, direct cost of two, and a commitment that nobody used. */
beforeAll(async () => {
  server = await startTestServer();
  server.clock.set("2025-12-15T12:00:00.000Z");
  finance = server.as("FINANCE");
  second = server.as("FINANCE", { subject: "second-person" });
  await createAcme(server);
  const admin = server.as("ADMIN");
  for (const [code, costCentre] of [["cards", "C1"], ["sales", null]]) {
    await must(admin, CREATE_UNIT, { input: { code, name: code, chargebackMode: "CHARGEBACK", costCentre } });
    await must(admin, CREATE_USE_CASE, { input: { code: `${code}-calls`, name: code, businessUnit: code } });
  }
  await report(integration(server, ["retail", "cards", "sales"]), [
    call("a"), call("b", { useCase: "cards-calls", connectedMs: 30_000, endedAt: "2025-10-10T14:00:30.000Z" }), call("c", { useCase: "sales-calls", connectedMs: 10_000, endedAt: "2025-10-10T14:00:10.000Z" }),
  ]);
  await bookAndAgree(server, { amount: "100.00" });
  await must(finance, CREATE_POOL, { input: { code: "direct", name: "Direct", kind: "DIRECT" } });
  await must(finance, CREATE_POOL, { input: { code: "idle", name: "Idle", kind: "UNUSED_COMMITMENT" } });
  await must(finance, BOOK, { input: { pool: "idle", period: PERIOD, amount: "7.00", currency: "USD", externalId: "idle" } });
  for (const [externalId, useCase, amount] of [["d-1", "cards-calls", "12.50"], ["d-2", "sales-calls", "-2.00"], ["d-3", "order-status", "5.00"]]) await must(finance, BOOK, { input: { pool: "direct", period: PERIOD, amount, currency: "USD", externalId, useCase } });
});
afterAll(() => server.close());

describe("before there is anything to post", () => {
  it("an open month and one without statements have no journal", async () => {
    expect(await refused(finance, GENERATE, { period: PERIOD, profile: "GENERIC" })).toBe("PERIOD_OPEN at period: 2025-10 is OPEN: its figures may still change. Close it and issue its statements first.");
    expect((await finance.ask(UNMAPPED, { period: PERIOD })).errors![0]!.extensions.code).toBe("PERIOD_OPEN");
    expect(await refused(finance, GENERATE, { period: "2031-01", profile: "GENERIC" })).toBe("NOT_FOUND at period: There is nothing in 2031-01: no usage and no cost.");
    await must(finance, ALLOCATE, { input: { period: PERIOD } });
    await must(finance, `mutation { requestClose(input: { period: "${PERIOD}" }) { ${FAULTS} } }`);
    await must(second, `mutation { closePeriod(input: { period: "${PERIOD}" }) { ${FAULTS} } }`);
    expect(await refused(finance, GENERATE, { period: PERIOD, profile: "GENERIC" })).toBe("NOT_READY at period: No statements of 2025-10 were issued. Issue them first.");
    expect((await finance.ask(UNMAPPED, { period: PERIOD })).errors![0]!.extensions.code).toBe("NOT_READY");
    await must(finance, `mutation { issueStatements(input: { period: "${PERIOD}" }) { ${FAULTS} } }`);
  });

  it("without a mapping it says so, and what would need one", async () => {
    expect(await refused(finance, GENERATE, { period: PERIOD, profile: "GENERIC" })).toBe("NOT_READY at period: No account mapping is approved for 2025-10. Propose one with proposeAccountMapping and have a second person approve it.");
    expect((await must(finance, UNMAPPED, { period: PERIOD })).unmappedAccounts).toEqual([
      { businessUnit: "cards", pool: "direct", kind: "DIRECT", missing: ["account"], lines: 1, amount: { amount: "12.50" } }, { businessUnit: "cards", pool: "platform", kind: "ALLOCATION", missing: ["account"], lines: 1, amount: { amount: "30.00" } },
      { businessUnit: "sales", pool: "direct", kind: "DIRECT", missing: ["account"], lines: 1, amount: { amount: "-2.00" } }, { businessUnit: "sales", pool: "platform", kind: "ALLOCATION", missing: ["account"], lines: 1, amount: { amount: "10.00" } },
    ]);
  });
});

describe("the account mapping", () => {
  it("is proposed and approved by two persons; a retry makes no second one", async () => {
    const input = { ...MAPPING, rules: [{ pool: "platform", debit: { account: "6100" } }], idempotencyKey: "first" };
    const { mapping } = (await must(finance, PROPOSE, { input })).proposeAccountMapping;
    expect(mapping).toEqual({
      version: 1, status: "PROPOSED", documentHash: expect.stringMatching(/^[0-9a-f]{64}$/), profiles: [],
      rules: [{ pool: "platform", businessUnit: null, kind: null, debit: { account: "6100", costCentre: null, segments: [], entity: null }, credit: { account: "4900" } }],
    });
    expect(await unchanged(async () => (await must(finance, PROPOSE, { input })).proposeAccountMapping.mapping)).toEqual(mapping);
    expect(await refused(finance, PROPOSE, { ...input, entity: "900" })).toBe("CONFLICT at idempotencyKey: This idempotencyKey was used for another mapping. Choose a new key.");
    expect(await refused(finance, APPROVE, { version: 1 })).toBe("SAME_PERSON at version: A second person approves what you proposed.");
    expect(await refused(second, APPROVE, { version: 9 })).toBe("NOT_FOUND at version: There is no account mapping version 9.");
    expect((await must(second, APPROVE, { input: { version: 1 } })).approveAccountMapping.mapping).toEqual({ version: 1, status: "APPROVED", approvedBy: "second-person" });
    await unchanged(() => must(server.as("FINANCE", { subject: "third-person" }), APPROVE, { input: { version: 1 } }));
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["an overlap", { rules: [{ pool: "platform", debit: { account: "1" } }, { businessUnit: "cards", debit: { account: "2" } }] },
      "CONFLICT at rules.1: Rule 1 (pool platform) and rule 2 (unit cards) overlap and neither says more. Add a rule that names pool platform, unit cards."],
    ["a pool that is not there", { rules: [{ pool: "nix", debit: { account: "1" } }] }, "NOT_FOUND at rules.0.pool: There is no cost pool nix."],
    ["a unit that is not there", { rules: [{ debit: { account: "1" } }, { businessUnit: "nix", debit: { account: "1" } }] }, "NOT_FOUND at rules.1.businessUnit: There is no business unit nix."],
    ["a profile that would not balance", { profiles: [{ profile: "NETSUITE", constants: [{ column: "Journal Entry - Line: Debit", value: "1" }] }] },
      "UNBALANCED at profiles.0.constants.0.column: Journal Entry - Line: Debit says what is posted, line by line: with a constant in it the journal would not balance or not be found again."],
  ])("refuses %s", async (_name, more, expected) => {
    expect(await refused(finance, PROPOSE, { ...MAPPING, ...more })).toBe(expected);
  });

  it("names every account that is missing before it makes a journal", async () => {
    const missing = "cards, pool direct, DIRECT: no account; sales, pool direct, DIRECT: no account; sales, pool platform, ALLOCATION: no cost centre, neither in the rule nor of the unit";
    expect(await refused(finance, GENERATE, { period: PERIOD, profile: "GENERIC" })).toBe(`NOT_READY at period: Account mapping 1 does not say where all of 2025-10 goes: ${missing}.`);
    // A version can be tried before it is approved.
    await must(finance, PROPOSE, { input: MAPPING });
    expect((await must(finance, UNMAPPED, { period: PERIOD, mapping: 2 })).unmappedAccounts).toEqual([]);
    expect((await must(finance, UNMAPPED, { period: PERIOD })).unmappedAccounts).toHaveLength(3);
    expect((await finance.ask(UNMAPPED, { period: PERIOD, mapping: 99 })).errors![0]!.extensions.code).toBe("NOT_FOUND");
    await must(second, APPROVE, { input: { version: 2 } });
  });
});

describe("the journal of a closed month", () => {
  it("debits who pays, credits the programme, leaves out who is shown; eight at once make one", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => generate()));
    expect(new Set(answers.map((journals) => JSON.stringify(journals))).size).toBe(1);
    const amount = { amount: "54.50", currency: "USD" };
    expect(answers[0]).toEqual([{
      externalId: "acme-2025-10-J1", kind: "POSTING", version: 1, mappingVersion: 2, postingDate: "2025-10-31", lineCount: 7, debit: amount, credit: amount, hash: expect.stringMatching(/^[0-9a-f]{64}$/), reverses: null, reversedBy: null, outdated: false,
      files: [{ profile: "GENERIC", path: "/journals/acme-2025-10-J1/generic.csv", lineCount: 7, debit: { amount: "54.50" }, credit: { amount: "54.50" }, contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    }]);
    expect((await linesOf("acme-2025-10-J1")).map(short)).toEqual([
      "1 cards 6100 C1 30.00  ALLOCATION", "2 cards 6200 C1 12.50  DIRECT", "3 sales 6100 S1 10.00  ALLOCATION", "4 sales 6200 S1  2.00 DIRECT",
      "5 - 4900 CC-PLATFORM  42.50 -", "6 - 4900 CC-PLATFORM  10.00 -", "7 - 4900 CC-PLATFORM 2.00  -",
    ]);
    expect(await rows()).toMatchObject({ journal: "1", journal_statement: "2", journal_line: "7", journal_line_source: "8", journal_file: "1" });
    const [noted] = await server.sql<{ count: string }>("select count(*) from governance.audit_entry where action = 'generateJournal'");
    expect(noted!.count).toBe("1");
    expect(await failedProofs()).toEqual([]);
  });

  it("traces every line to the statement lines that it posts", async () => {
    const { journal } = await must(server.as("AUDITOR"), `{ journal(externalId: "acme-2025-10-J1") { period { key status } statements { businessUnit { code } version total { amount } } lines(first: 1, after: "${Buffer.from('["4"]').toString("base64url")}") { edges { node {
      lineNo kind statementLine { id } sources(first: 5) { edges { node { amount { amount } statementLine { kind useCase { code } amount { amount } } } } } } } pageInfo { hasNextPage } } } }`);
    expect(journal).toEqual({
      period: { key: PERIOD, status: "CLOSED" }, statements: [{ businessUnit: { code: "cards" }, version: 1, total: { amount: "42.50" } }, { businessUnit: { code: "sales" }, version: 1, total: { amount: "8.00" } }],
      lines: { pageInfo: { hasNextPage: true }, edges: [{ node: { lineNo: 5, kind: null, statementLine: null, sources: { edges: expect.arrayContaining([
        { node: { amount: { amount: "30.00" }, statementLine: { kind: "ALLOCATION", useCase: { code: "cards-calls" }, amount: { amount: "30.00" } } } },
        { node: { amount: { amount: "12.50" }, statementLine: { kind: "DIRECT", useCase: { code: "cards-calls" }, amount: { amount: "12.50" } } } },
      ]) } } }] },
    });
    const { journal: own } = await must(finance, '{ journal(externalId: "acme-2025-10-J1") { lines(first: 1) { edges { node { run { resultHash } statementLine { amount { amount } } } } } } }');
    expect(own.lines.edges[0].node).toEqual({ run: { resultHash: expect.any(String) }, statementLine: { amount: { amount: "30.00" } } });
  });

  it("stays as it is when the mapping of the month changes; other profiles read the mapping of today", async () => {
    const [first] = await generate();
    expect((await finance.ask(GENERATE, { input: { period: PERIOD, profile: "ORACLE_FBDI" } })).data.generateJournal.userErrors).toMatchObject([{ code: "NOT_READY", field: ["profile"], message: expect.stringContaining("needs LEDGER_ID") as string }]);
    const segments = ["{entity}", "{costCentre}", "{account}"];
    expect(await approveNew({
      ...MAPPING, recovery: { ...RECOVERY, account: "4999", segments }, rules: RULES.map((rule) => ({ ...rule, debit: { ...rule.debit, segments } })), profiles: [{ profile: "ORACLE_FBDI", constants: [{ column: "LEDGER_ID", value: "300" }] }],
    })).toBe(3);
    expect(await unchanged(() => generate())).toEqual([first]);
    expect(await refused(finance, GENERATE, { period: PERIOD, profile: "ORACLE_FBDI" })).toMatch(/^NOT_READY at profile: Oracle .* gives none for line 1, account 6100/);
    const [inNetSuite] = await generate({ profile: "NETSUITE" });
    expect(inNetSuite).toMatchObject({ externalId: first!.externalId, hash: first!.hash, files: [{ profile: "GENERIC" }, { profile: "NETSUITE" }] });
  });

  it("has one posting date, which is no day before the month", async () => {
    for (const [date, code] of [["2025-09-30", "BAD_USER_INPUT"], ["2025-11-03", "CONFLICT"]]) expect(await refused(finance, GENERATE, { period: PERIOD, profile: "GENERIC", postingDate: date })).toMatch(new RegExp(`^${code} at postingDate: `));
    expect((await finance.ask(GENERATE, { input: { period: PERIOD, profile: "GENERIC", postingDate: "2025-02-30" } })).errors![0]!.extensions.code).toBe("BAD_USER_INPUT");
    expect((await finance.ask(GENERATE, { input: { period: PERIOD, profile: "ABACUS" } })).errors![0]!.extensions.code).toBe("BAD_USER_INPUT");
    expect(await unchanged(() => generate({ postingDate: "2025-10-31" }))).toHaveLength(1);
  });
});

describe("the file", () => {
  it("is fetched with a token, byte for byte, with its hash as ETag", async () => {
    const [journal] = await generate();
    const { path, contentHash } = journal!.files[0]!;
    const first = await get(path);
    const text = await first.text();
    expect([first.status, first.headers.get("content-type"), first.headers.get("cache-control"), first.headers.get("etag"), first.headers.get("content-disposition")]).toEqual([
      200, "text/csv; charset=utf-8; header=present", "private, no-cache", `"${contentHash}"`, 'attachment; filename="acme-2025-10-J1.generic.csv"']);
    expect(text.split("\r\n")).toEqual([
      "journal_id,line_no,posting_date,period,entity,account,cost_centre,intercompany_entity,currency,debit,credit,description,reference,use_case,allocation_run_id",
      expect.stringMatching(/^acme-2025-10-J1,1,2025-10-31,2025-10,100,6100,C1,,USD,30\.00,,ALLOCATION platform cards-calls 2025-10,\w+,cards-calls,\w+$/), expect.stringMatching(/,6200,C1,,USD,12\.50,,/),
      expect.stringMatching(/^acme-2025-10-J1,3,2025-10-31,2025-10,200,6100,S1,100,USD,10\.00,,/), expect.stringMatching(/,200,6200,S1,100,USD,,2\.00,/), expect.stringMatching(/,100,4900,CC-PLATFORM,,USD,,42\.50,Recovery/),
      expect.stringMatching(/,100,4900,CC-PLATFORM,200,USD,,10\.00,Recovery/), expect.stringMatching(/,100,4900,CC-PLATFORM,200,USD,2\.00,,Given back/), "",
    ]);
    expect(await (await get(path, server.as("AUDITOR"))).text()).toBe(text);
    const again = await get(path, finance, { "if-none-match": `"x", "${contentHash}"` });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    const control = await get(path.replace(".csv", ".control.csv"));
    expect([control.status, control.headers.get("etag"), await control.text()]).toEqual([
      200, `"${contentHash}-control"`, `journal_id,profile,period,currency,line_count,debit_total,credit_total,sha256\r\nacme-2025-10-J1,GENERIC,2025-10,USD,7,54.50,54.50,${contentHash}\r\n`]);
  });

  it("is nobody else's, and what is not there is not found", async () => {
    const path = "/journals/acme-2025-10-J1/generic.csv";
    for (const [actor, status] of [[null, 401], [server.as("BUSINESS_UNIT", { businessUnits: ["cards"] }), 403], [server.as("EXECUTIVE"), 403], [server.as("ADMIN"), 403], [server.as("INTEGRATION", { businessUnits: ["cards"] }), 403]] as const) {
      const answer = await get(path, actor);
      expect([answer.status, (await answer.text()).includes("6100")]).toEqual([status, false]);
    }
    await createAcme(server, { code: "globex" });
    const theirs = await get(path, server.as("FINANCE", { programme: "globex" }));
    const nowhere = await get("/journals/acme-2031-01-J1/generic.csv");
    expect([theirs.status, await theirs.text()]).toEqual([404, await nowhere.text()]);
    for (const file of ["abacus.csv", "sap-s4hana.csv", "generic.txt", "generic.csv.csv", "..%2Fgeneric.csv"]) expect([file, (await get(`/journals/acme-2025-10-J1/${file}`)).status]).toEqual([file, 404]);
    expect((await must(server.as("FINANCE", { programme: "globex" }), '{ journal(externalId: "acme-2025-10-J1") { externalId } journals(first: 5) { edges { cursor } } }'))).toEqual({ journal: null, journals: { edges: [] } });
  });
});

describe("a statement that changes after its journal", () => {
  const NAMES = "externalId kind reverses reversedBy outdated";
  const all = async (): Promise<string[]> => (await must(finance, `{ journals(first: 10, where: { period: "${PERIOD}" }) { edges { node { ${NAMES} } } } }`)).journals.edges.map(({ node }: { node: Record<string, unknown> }) => Object.values(node).join(" "));

  const book = (externalId: string, pool: string, amount: string, useCase: string | null) => must(finance, BOOK, { input: { pool, period: PERIOD, amount, currency: "USD", externalId, useCase } });
  const restate = async (): Promise<void> => {
    await must(finance, `mutation { requestRestatement(input: { period: "${PERIOD}", reason: "came late" }) { ${FAULTS} } }`);
    await must(second, `mutation { restatePeriod(input: { period: "${PERIOD}" }) { ${FAULTS} } }`);
  };

  it("is told, then taken back whole and posted anew under ids of their own", async () => {
    const { statement } = await must(finance, `{ statement(businessUnit: "cards", period: "${PERIOD}") { id lines { id } } }`);
    await must(server.as("BUSINESS_UNIT", { businessUnits: ["cards"] }), `mutation($input: DisputeStatementInput!) { disputeStatement(input: $input) { ${FAULTS} } }`, { input: { statement: statement.id, lines: [{ line: statement.lines[0].id, reason: "too high" }] } });
    expect(await unchanged(() => generate())).toMatchObject([{ externalId: "acme-2025-10-J1", outdated: false }]);
    const lines = [{ businessUnit: "cards", useCase: "cards-calls", pool: "platform", amount: "-4.00", description: "=2+2 goodwill" }, { businessUnit: "retail", amount: "1.00" }, { amount: "3.00" }];
    await must(finance, `mutation($input: ResolveDisputeInput!) { resolveDispute(input: $input) { ${FAULTS} } }`, { input: { statement: statement.id, reason: "Agreed", lines } });
    expect(await all()).toEqual(["acme-2025-10-J1 POSTING   true"]);
    const journals = await generate({ postingDate: "2025-12-31" });
    expect(journals.map(({ externalId, kind, postingDate, outdated }) => [externalId, kind, postingDate, outdated])).toEqual([["acme-2025-10-J1R", "REVERSAL", "2025-12-31", false], ["acme-2025-10-J2", "POSTING", "2025-12-31", false]]);
    expect(await all()).toEqual(["acme-2025-10-J1 POSTING  acme-2025-10-J1R true", "acme-2025-10-J1R REVERSAL acme-2025-10-J1  false", "acme-2025-10-J2 POSTING   false"]);
    // On the accounts of the first one, which it takes back; the new one is on those of the mapping of today.
    expect((await linesOf("acme-2025-10-J1R")).map(short)).toEqual([
      "1 cards 6100 C1  30.00 ALLOCATION", "2 cards 6200 C1  12.50 DIRECT", "3 sales 6100 S1  10.00 ALLOCATION", "4 sales 6200 S1 2.00  DIRECT", "5 - 4900 CC-PLATFORM 42.50  -", "6 - 4900 CC-PLATFORM 10.00  -", "7 - 4900 CC-PLATFORM  2.00 -",
    ]);
    expect((await linesOf("acme-2025-10-J2")).map(short)).toEqual([
      "1 cards 6100 C1 30.00  ALLOCATION", "2 cards 6200 C1 12.50  DIRECT", "3 cards 6100 C1  4.00 RESOLUTION", "4 sales 6100 S1 10.00  ALLOCATION", "5 sales 6200 S1  2.00 DIRECT",
      "6 - 4999 CC-PLATFORM  42.50 -", "7 - 4999 CC-PLATFORM 4.00  -", "8 - 4999 CC-PLATFORM  10.00 -", "9 - 4999 CC-PLATFORM 2.00  -",
    ]);
    expect(await unchanged(() => generate())).toEqual(journals);
    expect(await (await get("/journals/acme-2025-10-J2/generic.csv")).text()).toContain(",4.00,'=2+2 goodwill,");
    // What is exported stays: the first one's file has the same bytes.
    expect(await (await get("/journals/acme-2025-10-J1/generic.csv")).text()).toContain("acme-2025-10-J1,5,2025-10-31,2025-10,100,4900");
    const oracle = await generate({ profile: "ORACLE_FBDI", postingDate: "2025-12-31" }).catch((error: Error) => error.message);
    expect(oracle).toContain("gives none for line 1"); // the reversal is on accounts without segments
    expect(await failedProofs()).toEqual([]);
  });

  it("a showback unit's change posts nothing", async () => {
    const { statement } = await must(finance, `{ statement(businessUnit: "retail", period: "${PERIOD}") { id lines { id } } }`);
    await must(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }), `mutation($input: DisputeStatementInput!) { disputeStatement(input: $input) { ${FAULTS} } }`, { input: { statement: statement.id, lines: [{ line: statement.lines[0].id, reason: "too high" }] } });
    await must(finance, `mutation($input: ResolveDisputeInput!) { resolveDispute(input: $input) { ${FAULTS} } }`, { input: { statement: statement.id, reason: "Agreed", lines: [{ businessUnit: "retail", amount: "-1.00" }, { amount: "1.00" }] } });
    expect(await unchanged(() => generate())).toMatchObject([{ externalId: "acme-2025-10-J1R" }, { externalId: "acme-2025-10-J2", outdated: false }]);
  });

  it("is mapped anew when asked to, and only where the accounts differ; what no unit bears is posted where a rule names it", async () => {
    expect(await unchanged(() => generate({ remap: true }))).toHaveLength(2);
    await approveNew({ ...MAPPING, rules: [...RULES, { pool: "idle", kind: "UNALLOCATED", debit: { account: "6990" } }] });
    expect(await unchanged(() => generate())).toHaveLength(2);
    const journals = await generate({ remap: true });
    expect(journals.map(({ externalId }) => externalId)).toEqual(["acme-2025-10-J2R", "acme-2025-10-J3"]);
    expect((await linesOf("acme-2025-10-J3")).map(short)).toEqual([
      "1 cards 6100 C1 30.00  ALLOCATION", "2 cards 6200 C1 12.50  DIRECT", "3 cards 6100 C1  4.00 RESOLUTION", "4 sales 6100 S1 10.00  ALLOCATION", "5 sales 6200 S1  2.00 DIRECT", "6 - 6990 - 7.00  UNALLOCATED",
      "7 - 4900 CC-PLATFORM  49.50 -", "8 - 4900 CC-PLATFORM 4.00  -", "9 - 4900 CC-PLATFORM  10.00 -", "10 - 4900 CC-PLATFORM 2.00  -",
    ]);
    expect(await failedProofs()).toEqual([]);
  });

  it("is posted anew with what a restatement changes, for a unit's first statement and what no unit bears, too; the first one keeps its bytes", async () => {
    const file = async (): Promise<string[]> => {
      const answer = await get("/journals/acme-2025-10-J1/generic.csv");
      return [answer.headers.get("etag")!, await answer.text()];
    };
    const first = await file();
    await must(server.as("ADMIN"), CREATE_UNIT, { input: { code: "fresh", name: "fresh", chargebackMode: "CHARGEBACK", costCentre: "F1" } });
    await must(server.as("ADMIN"), CREATE_USE_CASE, { input: { code: "fresh-calls", name: "fresh", businessUnit: "fresh" } });
    await book("d-late", "direct", "5.00", "fresh-calls");
    await restate();
    expect((await all()).slice(-2)).toEqual(["acme-2025-10-J2R REVERSAL acme-2025-10-J2  false", "acme-2025-10-J3 POSTING   true"]);

    await report(integration(server, ["fresh"]), [call("late", { useCase: "fresh-calls", connectedMs: 100_000, endedAt: "2025-10-10T14:01:40.000Z" })]);
    await book("p-late", "platform", "20.00", null);
    await book("i-late", "idle", "3.00", null);
    // The programme's own cost is never divided: it is not posted when it comes late either.
    await must(finance, CREATE_POOL, { input: { code: "office", name: "Office", kind: "PROGRAMME_MANAGEMENT" } });
    await book("o-late", "office", "50.00", null);
    await restate();
    const standing = (await linesOf("acme-2025-10-J3")).map(short);
    const journals = await generate();
    expect(journals.map(({ externalId, outdated, files: [made] }) => [externalId, outdated, made!.debit.amount])).toEqual([["acme-2025-10-J3R", false, "65.50"], ["acme-2025-10-J4", false, "149.50"]]);
    expect((await linesOf("acme-2025-10-J3R")).map(({ debit, credit, ...line }) => short({ ...line, debit: credit, credit: debit }))).toEqual(standing);
    const posted = await linesOf("acme-2025-10-J4");
    expect(posted.map(short)).toEqual([
      "1 cards 6100 C1 30.00  ALLOCATION", "2 cards 6200 C1 12.50  DIRECT", "3 cards 6100 C1  4.00 RESOLUTION", "4 cards 6100 C1  12.00 RESTATEMENT", "5 fresh 6100 F1 5.00  RESTATEMENT", "6 fresh 6100 F1 60.00  RESTATEMENT",
      "7 sales 6100 S1 10.00  ALLOCATION", "8 sales 6200 S1  2.00 DIRECT", "9 sales 6100 S1  4.00 RESTATEMENT", "10 - 6990 - 7.00  UNALLOCATED", "11 - 6990 - 3.00  UNALLOCATED",
      "12 - 4900 CC-PLATFORM  117.50 -", "13 - 4900 CC-PLATFORM 16.00  -", "14 - 4900 CC-PLATFORM  10.00 -", "15 - 4900 CC-PLATFORM 6.00  -",
    ]);
    const cents = (amount: { amount: string } | null): bigint => BigInt((amount?.amount ?? "0.00").replace(".", ""));
    for (const unit of ["cards", "fresh", "sales"]) {
      const { statement } = await must(finance, `{ statement(businessUnit: "${unit}", period: "${PERIOD}") { total { amount } } }`);
      const own = posted.filter(({ businessUnit }) => businessUnit?.code === unit);
      expect([unit, own.reduce((sum, { debit, credit }) => sum + cents(debit) - cents(credit), 0n)]).toEqual([unit, cents(statement.total)]);
    }
    const control = await (await get("/journals/acme-2025-10-J4/generic.control.csv")).text();
    expect(control).toContain("acme-2025-10-J4,GENERIC,2025-10,USD,15,149.50,149.50,");
    expect(await file()).toEqual(first);
    expect(await unchanged(() => generate())).toEqual(journals);
    expect(await failedProofs()).toEqual([]);
  });

  it("what no unit bears makes it outdated where its mapping names it, and nowhere else: what is told is what is done", async () => {
    const standing = await generate();
    await must(finance, CREATE_POOL, { input: { code: "spare", name: "Spare", kind: "UNUSED_COMMITMENT" } });
    await book("s-late", "spare", "9.00", null);
    await restate();
    expect((await all()).at(-1)).toBe("acme-2025-10-J4 POSTING   false");
    expect(await unchanged(() => generate())).toEqual(standing);
    await book("i-later", "idle", "2.00", null);
    await restate();
    expect((await all()).at(-1)).toBe("acme-2025-10-J4 POSTING   true");
    expect((await generate()).map(({ externalId, outdated }) => [externalId, outdated])).toEqual([["acme-2025-10-J4R", false], ["acme-2025-10-J5", false]]);
    expect((await linesOf("acme-2025-10-J5")).filter(({ kind }) => kind === "UNALLOCATED").map(short)).toEqual(["10 - 6990 - 7.00  UNALLOCATED", "11 - 6990 - 3.00  UNALLOCATED", "12 - 6990 - 2.00  UNALLOCATED"]);
    // A mapping that names more is not followed until it is asked for; then what it named is what counts.
    await approveNew({ ...MAPPING, rules: [...RULES, { kind: "UNALLOCATED", debit: { account: "6990" } }] });
    expect((await all()).at(-1)).toBe("acme-2025-10-J5 POSTING   false");
    await unchanged(() => generate());
    expect((await generate({ remap: true })).map(({ externalId, outdated }) => [externalId, outdated])).toEqual([["acme-2025-10-J5R", false], ["acme-2025-10-J6", false]]);
    expect((await linesOf("acme-2025-10-J6")).filter(({ kind }) => kind === "UNALLOCATED").map(({ pool, debit }: Line & { pool?: { code: string } }) => [pool?.code, debit?.amount])).toEqual([["idle", "7.00"], ["idle", "3.00"], ["idle", "2.00"], ["spare", "9.00"]]);
    expect(await failedProofs()).toEqual([]);
  });
});

describe("verify", () => {
  const [BALANCE, HASH] = ["journals balance = statements", "journal hash = hash of its lines and files"];
  it.each<[string, string, string, string[]]>([
    ["an amount", "update journals.journal_line set debit_minor = debit_minor {+} 1 where line_no = 1 and journal_id = (select id from journals.journal where external_id = 'acme-2025-10-J3')", "- +", [BALANCE!, HASH!]],
    ["an account of a reversal", "update journals.journal_line set account = {+} where line_no = 1 and journal_id = (select id from journals.journal where external_id = 'acme-2025-10-J1R')", "'x' '6100'", [BALANCE!, HASH!]],
    ["a source", "update journals.journal_line_source set amount_minor = amount_minor {+} 1 where line_no = 1 and journal_id = (select id from journals.journal where external_id = 'acme-2025-10-J3')", "+ -", [BALANCE!]],
    ["a total", "update journals.journal set total_minor = total_minor {+} 1 where external_id = 'acme-2025-10-J3'", "+ -", [BALANCE!]],
    ["a file", "update journals.journal_file set content = replace(content, {+}) where profile = 'NETSUITE'", "'Oct','Nov' 'Nov','Oct'", [HASH!]],
    ["a mapping", "update journals.account_mapping set effective_from = {+} where version = 1", "'2024-01' '2025-01'", ["account mapping hash = hash of its document"]],
  ])("finds out about %s", async (_name, sql, change, expected) => {
    const [there, back] = change.split(" ") as [string, string];
    await server.sql(sql.replace("{+}", there));
    expect(await failedProofs()).toEqual(expected);
    await server.sql(sql.replace("{+}", back));
    expect(await failedProofs()).toEqual([]);
  });
});
