import { strFromU8, unzipSync } from "fflate";
import { verifyProgramme } from "../../src/app/verify";
import { openDisputeCount, unissuedPeriods } from "../../src/chargeback/statements.query";
import { Scope } from "../../src/tenancy";
import { ALLOCATE, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { pdfPages } from "../support/pdf-text";
import { Actor, Answer, TestServer, startTestServer } from "../support/server";
import { BOOK, CREATE_POOL, CREATE_UNIT, CREATE_USE_CASE, inProgramme } from "../support/two-programmes";

const FAULTS = "userErrors { code message field }";
const HEAD = "id version mode status total { amount currency } hash previousHash businessUnit { code } period { key status }";
const LINES = "lines { id kind useCase { code } pool { code } originPeriod { key } run { id resultHash } amount { amount currency } description }";
const ISSUE = `mutation($input: IssueStatementsInput!) { issueStatements(input: $input) { statements { ${HEAD} } ${FAULTS} } }`;
const POST = `mutation($input: PostStatementsInput!) { postStatements(input: $input) { statements { ${HEAD} } ${FAULTS} } }`;
const ACCEPT = `mutation($input: AcceptStatementInput!) { acceptStatement(input: $input) { statement { ${HEAD} } ${FAULTS} } }`;
const DISPUTE = `mutation($input: DisputeStatementInput!) { disputeStatement(input: $input) { statement { ${HEAD} } ${FAULTS} } }`;
const RESOLVE = `mutation($input: ResolveDisputeInput!) { resolveDispute(input: $input) { statement { ${HEAD} ${LINES} } ${FAULTS} } }`;
const ONE = `query($unit: String!, $period: PeriodKey!) { statement(businessUnit: $unit, period: $period) { ${HEAD} ${LINES} } }`;
const REQUEST_CLOSE = `mutation($input: PeriodInput!) { requestClose(input: $input) { period { status } ${FAULTS} } }`;
const CLOSE = `mutation($input: PeriodInput!) { closePeriod(input: $input) { period { status } ${FAULTS} } }`;
const PERIOD = "2025-10";

interface Line { readonly id: string; readonly kind: string; readonly useCase: { code: string } | null; readonly pool: { code: string } | null; readonly amount: { amount: string }; readonly description: string | null }
interface Seen { readonly id: string; readonly version: number; readonly status: string; readonly hash: string; readonly previousHash: string | null; readonly total: { amount: string }; readonly lines: Line[] }

let root: TestServer;
let server: TestServer;
let finance: Actor;
let programme: string;
const unit = (code: string): Actor => server.as("BUSINESS_UNIT", { businessUnits: [code], subject: `head-of-${code}` });

async function closeMonth(period: string): Promise<void> {
  await must(finance, ALLOCATE, { input: { period } });
  await must(finance, REQUEST_CLOSE, { input: { period } });
  await must(server.as("FINANCE", { subject: "second-person" }), CLOSE, { input: { period } });
}

const statementOf = async (code: string, actor = finance, period = PERIOD): Promise<Seen> => (await must(actor, ONE, { unit: code, period })).statement as Seen;
const lineOf = async (code: string, kind: string): Promise<Line> => (await statementOf(code)).lines.find((line) => line.kind === kind)!;
const short = (line: Line): string[] => [line.kind, line.useCase?.code ?? "-", line.pool?.code ?? "-", line.amount.amount];

interface Printed { readonly status: number; readonly headers: Headers; readonly bytes: Buffer; readonly text: string }

/** A statement on paper, as somebody fetches it; `known` is the tag that they have already. */
async function print(actor: Actor, file: string, known?: string): Promise<Printed> {
  const response = await fetch(`${server.url}/statement/${file}`, { headers: { authorization: `Bearer ${actor.token}`, ...(known === undefined ? {} : { "if-none-match": known }) } });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString("utf8") };
}

/** The cells of a page's table under a heading, row by row. */
function printedTable(page: string, heading: string): string[][] {
  const section = page.split(`<h2>${heading}</h2>`)[1]!.split("</section>")[0]!;
  return [...section.matchAll(/<tr>(<td.*?)<\/tr>/g)].map(([, row]) => [...row!.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell!));
}

/** SQL over the rows of the programme that is played in, whose id is $1. */
async function ownSql<Row>(text: string): Promise<Row[]> {
  const [own] = await server.sql<{ id: string }>("select id from tenancy.programme where code = $1", [programme]);
  return server.sql<Row>(text, [own!.id]);
}

/** How many rows the programme has in the room, table by table, and what its trail notes: what a refusal must leave alone. */
async function rows(): Promise<Record<string, string>> {
  const [row] = await ownSql<Record<string, string>>(
    `select ${["statement", "statement_line", "statement_event", "statement_rules", "dispute", "dispute_message", "resolution", "dispute_resolution", "programme_line", "adjustment", "adjustment_line"].map((table) => `(select count(*) from chargeback.${table} where programme_id = $1) as ${table}`).join(", ")},
       (select count(*) from governance.audit_entry where programme_id = $1) as audited`,
  );
  return row!;
}

async function failedProofs(): Promise<string[]> {
  const failed: string[] = [];
  for await (const proof of verifyProgramme(server.installation.database, await wholeScope())) if (proof.differing > 0) failed.push(`${proof.name}: ${proof.differences.join("; ")}`);
  return failed;
}

async function wholeScope(): Promise<Scope> {
  const found = await server.installation.scopes.programme(programme);
  return { principal: { subject: "proof", role: "ADMIN", programme, businessUnits: [] }, programme: found!, reach: "programme", unitIds: [] };
}

/** The one user error of a mutation, as "CODE at field: message"; what it made must be null and nothing may have changed. */
async function refused(actor: Actor, query: string, input: unknown): Promise<string> {
  const before = await rows();
  const answer: Answer = await actor.ask(query, { input });
  expect(answer.errors).toBeUndefined();
  const [{ userErrors, ...made }] = Object.values(answer.data) as [{ userErrors: Array<{ code: string; message: string; field: string[] | null }> }];
  expect([userErrors.length, Object.values(made)]).toEqual([1, [null]]);
  expect(await rows()).toEqual(before);
  return `${userErrors[0]!.code} at ${userErrors[0]!.field?.join(".")}: ${userErrors[0]!.message}`;
}

beforeAll(async () => {
  root = await startTestServer();
  root.clock.set("2025-12-15T12:00:00.000Z");
});
afterAll(() => root.close());

/** A programme of its own with October of four units: 100.00 by seconds, some direct cost, one unit that used nothing; cards pays, the others are shown. */
async function playIn(code: string): Promise<void> {
  programme = code;
  server = inProgramme(root, code);
  finance = server.as("FINANCE");
  await createAcme(server, { code });
  const admin = server.as("ADMIN");
  await must(admin, CREATE_UNIT, { input: { code: "cards", name: "Cards", chargebackMode: "CHARGEBACK" } });
  await must(admin, CREATE_USE_CASE, { input: { code: "card-lost", name: "Card lost", businessUnit: "cards" } });
  await report(integration(server, ["retail", "claims", "cards"]), [
    call("a"), call("b", { useCase: "triage", connectedMs: 30_000, endedAt: "2025-10-10T14:00:30.000Z" }), call("c", { useCase: "card-lost", connectedMs: 10_000, endedAt: "2025-10-10T14:00:10.000Z" }),
  ]);
  await bookAndAgree(server, { amount: "100.00" });
  await must(finance, CREATE_POOL, { input: { code: "direct", name: "Direct", kind: "DIRECT" } });
  for (const [externalId, useCase, amount] of [["d-1", "triage", "12.50"], ["d-2", "order-status", "5.00"], ["d-3", "order-status", "-5.00"]]) {
    await must(finance, BOOK, { input: { pool: "direct", period: PERIOD, amount, currency: "USD", externalId, useCase } });
  }
}

// What follows one another in a programme goes on from what came before.
describe("issuing", () => {
  beforeAll(() => playIn("issuing"));

  it("refuses an open month and a month without facts", async () => {
    expect(await refused(finance, ISSUE, { period: PERIOD })).toBe("PERIOD_OPEN at period: 2025-10 is OPEN: its figures may still change. Close it first.");
    expect(await refused(finance, ISSUE, { period: "2031-01" })).toBe("NOT_FOUND at period: There is nothing in 2031-01: no usage and no cost.");
    expect(await refused(finance, POST, { period: PERIOD })).toBe("PERIOD_OPEN at period: 2025-10 is OPEN. Close it and issue its statements first.");
  });

  it("eight callers at once make one set", async () => {
    await closeMonth(PERIOD);
    const answers = await Promise.all(Array.from({ length: 8 }, () => must(finance, ISSUE, { input: { period: PERIOD } })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.issueStatements.statements))).size).toBe(1);
    expect(await rows()).toMatchObject({ statement: "4", statement_line: "4", statement_event: "4" });
    const [noted] = await ownSql<{ count: string }>("select count(*) from governance.audit_entry where programme_id = $1 and action = 'issueStatements'");
    expect(noted!.count).toBe("1");
  });

  it("gives every unit of a closed month a statement of what was allocated and booked directly", async () => {
    const { issueStatements } = await must(finance, ISSUE, { input: { period: PERIOD } });
    expect(issueStatements.statements.map((each: { businessUnit: { code: string }; mode: string; status: string; version: number; total: unknown }) => [each.businessUnit.code, each.mode, each.status, each.version, each.total])).toEqual([
      ["cards", "CHARGEBACK", "ISSUED", 1, { amount: "10.00", currency: "USD" }],
      ["claims", "SHOWBACK", "ISSUED", 1, { amount: "42.50", currency: "USD" }],
      ["retail", "SHOWBACK", "ISSUED", 1, { amount: "60.00", currency: "USD" }],
      ["support", "SHOWBACK", "ISSUED", 1, { amount: "0.00", currency: "USD" }],
    ]);
    const claims = (await must(unit("claims"), ONE, { unit: "claims", period: PERIOD })).statement;
    const { allocation } = await must(finance, `{ allocation(period: "2025-10", groupBy: []) { run { id resultHash } } }`);
    expect(claims.lines).toEqual([
      { id: expect.any(String), kind: "ALLOCATION", useCase: { code: "triage" }, pool: { code: "platform" }, originPeriod: { key: PERIOD }, run: allocation.run, amount: { amount: "30.00", currency: "USD" }, description: null },
      { id: expect.any(String), kind: "DIRECT", useCase: { code: "triage" }, pool: { code: "direct" }, originPeriod: { key: PERIOD }, run: null, amount: { amount: "12.50", currency: "USD" }, description: null },
    ]);
    expect(claims).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/), previousHash: null, period: { key: PERIOD, status: "CLOSED" } });
    expect((await statementOf("retail")).lines.map(short)).toEqual([["ALLOCATION", "order-status", "platform", "60.00"]]);
    expect((await statementOf("support")).lines).toEqual([]);
    expect(await failedProofs()).toEqual([]);
  });

  it("charges what late facts changed in an earlier month, as adjustments", async () => {
    await report(integration(server), [call("late", { useCase: "helpdesk", connectedMs: 100_000, endedAt: "2025-10-10T14:01:40.000Z" })]);
    await must(finance, BOOK, { input: { pool: "direct", period: PERIOD, amount: "2.00", currency: "USD", externalId: "late-1", useCase: "triage" } });
    await must(finance, BOOK, { input: { pool: "platform", period: "2025-11", amount: "0.00", currency: "USD", externalId: "nothing" } });
    await closeMonth("2025-11");
    const { issueStatements } = await must(finance, `mutation($input: IssueStatementsInput!) { issueStatements(input: $input) { statements { businessUnit { code } total { amount } ${LINES} } ${FAULTS} } }`, { input: { period: "2025-11" } });
    const found = Object.fromEntries(issueStatements.statements.map((each: { businessUnit: { code: string }; total: { amount: string }; lines: Array<Line & { originPeriod: { key: string } }> }) => [each.businessUnit.code, [each.total.amount, ...each.lines.map((line) => [...short(line), line.originPeriod.key, line.description])]]));
    const text = "Late usage and cost of 2025-10";
    expect(found).toEqual({
      cards: ["-5.00", ["ADJUSTMENT", "card-lost", "platform", "-5.00", PERIOD, text]],
      claims: ["-13.00", ["ADJUSTMENT", "triage", "direct", "2.00", PERIOD, text], ["ADJUSTMENT", "triage", "platform", "-15.00", PERIOD, text]],
      retail: ["-30.00", ["ADJUSTMENT", "order-status", "platform", "-30.00", PERIOD, text]],
      support: ["50.00", ["ADJUSTMENT", "helpdesk", "platform", "50.00", PERIOD, text]],
    });
    // October's own statements stay as they were issued.
    expect((await statementOf("retail")).total.amount).toBe("60.00");
    expect(await failedProofs()).toEqual([]);
  });

  it("prints a statement with what explains it, in three formats, held against the month before, and writes nothing", async () => {
    const claims = unit("claims");
    const [october, november] = [await statementOf("claims"), await statementOf("claims", finance, "2025-11")];
    const before = await rows();
    const page = await print(claims, `${november.id}.html`);
    expect([page.status, page.headers.get("content-type"), page.headers.get("content-disposition")]).toEqual([200, "text/html; charset=utf-8", 'inline; filename="statement-claims-2025-11-v1.html"']);
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/);
    expect([page.headers.get("x-content-type-options"), page.headers.get("cache-control"), page.headers.get("vary")]).toEqual(["nosniff", "private, no-cache", "authorization"]);
    expect(printedTable(page.text, "Lines").map((row) => [row[1], row[2], row.at(-1)])).toEqual([["ADJUSTMENT", PERIOD, "2.00"], ["ADJUSTMENT", PERIOD, "-15.00"], ["", "", "-13.00"]]);
    expect(printedTable(page.text, "Against the month before")).toEqual([
      ["Use case triage (triage)", "Direct (direct)", "12.50", "2.00", "-10.50"], ["Use case triage (triage)", expect.stringMatching(/\(platform\)$/), "30.00", "-15.00", "-45.00"], ["Total", "", "42.50", "-13.00", "-55.50"],
    ]);
    const effects = printedTable(page.text, "What made the difference");
    const { chargeBridge } = await must(claims, '{ chargeBridge(businessUnit: "claims", from: "2025-10", to: "2025-11") { sentence effects { kind sentence amount { amount } } } }');
    expect(effects).toEqual([...chargeBridge.effects.map((effect: { kind: string; sentence: string; amount: { amount: string } }) => [effect.kind, effect.sentence, effect.amount.amount]), ["Total", "", "-55.50"]]);
    expect(page.text).toContain(chargeBridge.sentence);

    const first = await print(claims, `${october.id}.html`);
    expect(first.text).toContain("There was no statement of the month before when this one was issued.");
    expect(printedTable(first.text, "How shares came about").map((row) => row.slice(3, 13))).toEqual([["100.00", "0.00", "CONNECTED_SECONDS", "30", "100", "3/10", "30.00000000", "0", "30.00", "1"]]);
    const pdf = await print(claims, `${october.id}.pdf`);
    expect([pdf.status, pdf.headers.get("content-type"), pdf.bytes.subarray(0, 5).toString()]).toEqual([200, "application/pdf", "%PDF-"]);
    expect(pdfPages(pdf.bytes).flat()).toEqual(expect.arrayContaining(["Chargeback statement", october.hash, "3/10", "30.00", "12.50", "42.50"]));
    const workbook = unzipSync((await print(claims, `${october.id}.xlsx`)).bytes);
    expect([...strFromU8(workbook["xl/worksheets/sheet3.xml"]!).matchAll(/<c r="J\d+"><v>([^<]*)</g)].map(([, value]) => value)).toEqual(["30.00", "12.50", "42.50"]);

    // Finance and audit read the same bytes; asked again nothing is sent.
    for (const format of ["html", "pdf", "xlsx"]) {
      const [own, audited] = [await print(claims, `${october.id}.${format}`), await print(server.as("AUDITOR"), `${october.id}.${format}`)];
      expect([format, audited.bytes.equals(own.bytes), audited.headers.get("etag")]).toEqual([format, true, own.headers.get("etag")]);
      expect(own.headers.get("etag")).toMatch(/^"[0-9a-f]{64}"$/);
      const again = await print(claims, `${october.id}.${format}`, own.headers.get("etag")!);
      expect([again.status, again.bytes.length, again.headers.get("etag")]).toEqual([304, 0, own.headers.get("etag")]);
    }
    // By the id that a dataset names, too.
    const key = Buffer.from(october.id, "base64url").toString().split(":")[1]!;
    expect((await print(claims, `${key}.html`)).text).toBe(first.text);
    expect((await print(unit("retail"), `${key}.html`)).status).toBe(404);
    expect(await rows()).toEqual(before);
  });

  it("prints to nobody what the API does not tell them: another's and none are one answer", async () => {
    const claims = await statementOf("claims");
    const none = Buffer.from("Statement:00000000-0000-4000-8000-000000000000").toString("base64url");
    const before = await rows();
    for (const id of [claims.id, none, "nonsense", claims.lines[0]!.id, `${claims.id}.pdf`]) {
      for (const format of ["html", "pdf", "xlsx"]) {
        const { status, text, headers } = await print(unit("retail"), `${id}.${format}`, "*");
        expect([id, status, JSON.parse(text), headers.get("etag")]).toEqual([id, 404, { type: "about:blank", title: "NOT_FOUND", status: 404, detail: "There is no such statement.", code: "NOT_FOUND", parameter: "statement" }, null]);
      }
    }
    for (const role of ["EXECUTIVE", "INTEGRATION", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "ADMIN"] as const) {
      const { status, text } = await print(server.as(role, { businessUnits: ["claims"] }), `${claims.id}.pdf`);
      expect([role, status, text.includes("FORBIDDEN")]).toEqual([role, 403, true]);
    }
    expect((await print(server.withToken("nonsense"), `${claims.id}.pdf`)).status).toBe(401);
    expect(await print(unit("claims"), `${claims.id}.docx`)).toMatchObject({ status: 404, text: expect.stringContaining("html, pdf, xlsx") });
    expect((await print(server.as("FINANCE", { programme: "issuing-not" }), `${claims.id}.pdf`)).status).not.toBe(200);
    expect(await rows()).toEqual(before);
  });

  it("answers what is there when issued again; a unit that came later gets none", async () => {
    const first = (await must(finance, ISSUE, { input: { period: PERIOD } })).issueStatements.statements;
    await must(server.as("ADMIN"), CREATE_UNIT, { input: { code: "latecomer", name: "Late" } });
    const before = await rows();
    expect((await must(finance, ISSUE, { input: { period: PERIOD } })).issueStatements.statements).toEqual(first);
    expect(await rows()).toEqual(before);
    expect(await statementOf("latecomer")).toBeNull();
  });
});

describe("a unit and its statement", () => {
  beforeAll(async () => {
    await playIn("units");
    await closeMonth(PERIOD);
    await must(finance, ISSUE, { input: { period: PERIOD } });
  });

  it("everything about a charge is one query away", async () => {
    const { statement } = await must(unit("claims"), `{ statement(businessUnit: "claims", period: "2025-10") { status history { status subject reason } disputes { reason } versions { version } supersededBy { id }
      lines { kind explanation { driver driverQuantity driverTotal shareNumerator shareDenominator amount { amount } calls(first: 5) { edges { node { eventId connectedMs } } } } dispute { reason } } } }`);
    expect(statement).toEqual({
      status: "ISSUED", history: [{ status: "ISSUED", subject: "test-finance", reason: null }], disputes: [], versions: [{ version: 1 }], supersededBy: null,
      lines: [
        { kind: "ALLOCATION", dispute: null, explanation: [{ driver: "CONNECTED_SECONDS", driverQuantity: "30", driverTotal: "100", shareNumerator: "3", shareDenominator: "10", amount: { amount: "30.00" }, calls: { edges: [{ node: { eventId: "b", connectedMs: 30_000 } }] } }] },
        { kind: "DIRECT", dispute: null, explanation: [] },
      ],
    });
  });

  it("sees its own alone, by every road", async () => {
    const claims = await statementOf("claims");
    const retail = unit("retail");
    expect(await statementOf("claims", retail)).toBeNull();
    expect((await must(retail, "query($id: ID!) { node(id: $id) { id } }", { id: claims.id })).node).toBeNull();
    expect((await must(retail, "query($id: ID!) { node(id: $id) { id } }", { id: claims.lines[0]!.id })).node).toBeNull();
    expect((await must(unit("claims"), "query($id: ID!) { node(id: $id) { id ... on StatementLine { amount { amount } } } }", { id: claims.lines[0]!.id })).node).toEqual({ id: claims.lines[0]!.id, amount: { amount: "30.00" } });
    const list = async (actor: Actor, where?: unknown): Promise<string[]> => (await must(actor, "query($where: StatementWhere) { statements(first: 10, where: $where) { edges { node { businessUnit { code } } } } }", { where })).statements.edges.map((edge: { node: { businessUnit: { code: string } } }) => edge.node.businessUnit.code);
    expect(await list(retail)).toEqual(["retail"]);
    expect(await list(server.as("AUDITOR"))).toEqual(["cards", "claims", "retail", "support"]);
    expect((await retail.ask('{ statements(first: 1, where: { businessUnit: ["claims"] }) { edges { cursor } } }')).errors![0]!.extensions.code).toBe("NOT_FOUND");
    const NONE = "NOT_FOUND at statement: There is no such statement.";
    for (const id of [claims.id, "nonsense", Buffer.from("Statement:00000000-0000-4000-8000-000000000000").toString("base64url"), claims.lines[0]!.id]) {
      expect(await refused(retail, ACCEPT, { statement: id })).toBe(NONE);
      expect(await refused(retail, DISPUTE, { statement: id, lines: [{ line: claims.lines[0]!.id, reason: "not mine" }] })).toBe(NONE);
    }
    expect(await refused(finance, RESOLVE, { statement: "nonsense", reason: "x", lines: [] })).toBe(NONE);
  });

  it("pages through statements in the order of month, unit and version", async () => {
    const page = (after: string | null): Promise<Answer["data"]> => must(finance, "query($after: String) { statements(first: 3, after: $after, where: { period: \"2025-10\", status: [ISSUED] }) { edges { node { businessUnit { code } } cursor } pageInfo { hasNextPage endCursor } } }", { after });
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as asked for
    const [first, second] = [(await page(null)) as any, (await page(((await page(null)) as any).statements.pageInfo.endCursor)) as any];
    expect([first, second].map(({ statements }) => [statements.edges.map((edge: { node: { businessUnit: { code: string } } }) => edge.node.businessUnit.code), statements.pageInfo.hasNextPage])).toEqual([[["cards", "claims", "retail"], true], [["support"], false]]);
    expect((await must(finance, "{ statements(first: 3, where: { status: [POSTED, SUPERSEDED] }) { edges { cursor } } }")).statements.edges).toEqual([]);
  });

  it("refuses an objection that says nothing, too much, or of nothing", async () => {
    const claims = unit("claims");
    const { id: statement, lines: [line] } = await statementOf("claims");
    const retailLine = (await statementOf("retail")).lines[0]!.id;
    const one = (more: object): unknown => ({ statement, lines: [{ line: line!.id, reason: "too high", ...more }] });
    expect(await refused(claims, DISPUTE, { statement, lines: [] })).toBe("BAD_USER_INPUT at lines: Name at least one line and say what is wrong with it.");
    expect(await refused(claims, DISPUTE, one({ reason: "  " }))).toBe("BAD_USER_INPUT at lines.0.reason: lines.0.reason must be 1 to 1000 characters of text without control characters.");
    expect(await refused(claims, DISPUTE, one({ evidence: [{ reference: "x".repeat(501) }] }))).toMatch(/^BAD_USER_INPUT at lines.0.evidence.0.reference: .*1 to 500 characters/);
    expect(await refused(claims, DISPUTE, one({ evidence: Array(21).fill({ text: "x" }) }))).toBe("BAD_USER_INPUT at lines.0.evidence: At most 20 pieces of evidence at a time.");
    expect(await refused(claims, DISPUTE, one({ amount: "1.005" }))).toMatch(/^BAD_USER_INPUT at lines.0.amount: 1.005 has more decimals than USD/);
    expect(await refused(claims, DISPUTE, one({ line: "nonsense" }))).toBe("NOT_FOUND at lines.0.line: There is no such line in this statement.");
    expect(await refused(claims, DISPUTE, { statement, lines: [{ line: line!.id, reason: "a" }, { line: retailLine, reason: "b" }] })).toBe("NOT_FOUND at lines.1.line: There is no such line in this statement.");
    expect(await refused(claims, DISPUTE, { statement, lines: [{ line: line!.id, reason: "a" }, { line: line!.id, reason: "b" }] })).toBe("BAD_USER_INPUT at lines.1.line: The same line is named twice. Give one reason for each.");
    expect(await refused(claims, DISPUTE, { ...(one({}) as object), idempotencyKey: " " })).toMatch(/^BAD_USER_INPUT at idempotencyKey/);
  });

  it("accepts once, with a note, and is answered the same again", async () => {
    const { id } = await statementOf("claims");
    const accepted = (await must(unit("claims"), ACCEPT, { input: { statement: id, note: "Agreed with the desk" } })).acceptStatement.statement;
    expect(accepted).toMatchObject({ id, status: "ACCEPTED", version: 1 });
    const before = await rows();
    expect((await must(unit("claims"), ACCEPT, { input: { statement: id } })).acceptStatement.statement).toEqual(accepted);
    expect(await rows()).toEqual(before);
    const { statement } = await must(finance, `{ statement(businessUnit: "claims", period: "2025-10") { history { status subject reason } } }`);
    expect(statement.history.at(-1)).toEqual({ status: "ACCEPTED", subject: "head-of-claims", reason: "Agreed with the desk" });
    const [noted] = await ownSql("select subject, role, action, subject_key, reason, before, after ->> 'status' as after from governance.audit_entry where programme_id = $1 order by sequence desc limit 1");
    expect(noted).toEqual({ subject: "head-of-claims", role: "BUSINESS_UNIT", action: "acceptStatement", subject_key: "2025-10/claims/1", reason: "Agreed with the desk", before: { status: "ISSUED" }, after: "ACCEPTED" });
  });

  it("objects with evidence; the statement waits for finance and the same line is not disputed twice", async () => {
    const claims = unit("claims");
    const { id: statement, lines: [line, direct] } = await statementOf("claims");
    const input = { statement, lines: [{ line: line!.id, reason: "Calls of retail are in it", amount: "20.00", evidence: [{ reference: "https://desk/1", sha256: "a".repeat(64) }, { text: "ticket 7" }] }], idempotencyKey: "objection-1" };
    expect((await must(claims, DISPUTE, { input })).disputeStatement.statement).toMatchObject({ id: statement, status: "DISPUTED", version: 1 });
    const before = await rows();
    expect((await must(claims, DISPUTE, { input: { ...input, lines: [{ ...input.lines[0], amount: "20" }] } })).disputeStatement.statement).toMatchObject({ id: statement, status: "DISPUTED" });
    expect(await rows()).toEqual(before);
    expect(await refused(claims, DISPUTE, { ...input, lines: [{ ...input.lines[0], amount: "21.00" }] })).toBe("CONFLICT at idempotencyKey: This idempotencyKey was used for another dispute. Choose a new key.");
    expect(await refused(claims, DISPUTE, { ...input, idempotencyKey: "objection-2" })).toBe("CONFLICT at lines.0.line: This line is disputed already. Wait until finance has resolved it.");
    expect(await refused(claims, ACCEPT, { statement })).toBe("CONFLICT at statement: This statement is disputed. It can be accepted once finance has resolved the dispute.");
    // Another line may be added while the first waits.
    await must(claims, DISPUTE, { input: { statement, lines: [{ line: direct!.id, reason: "Not ours" }] } });
    const seen = (await must(claims, `{ statement(businessUnit: "claims", period: "2025-10") { status disputes { reason evidence { reference sha256 text } expected { amount } raisedBy outcome line { id } resolution { reason } } lines { dispute { reason } } } }`)).statement;
    expect(seen).toEqual({
      status: "DISPUTED",
      disputes: [
        { reason: "Calls of retail are in it", evidence: [{ reference: "https://desk/1", sha256: "a".repeat(64), text: null }, { reference: null, sha256: null, text: "ticket 7" }], expected: { amount: "20.00" }, raisedBy: "head-of-claims", outcome: "OPEN", line: { id: line!.id }, resolution: null },
        { reason: "Not ours", evidence: [], expected: null, raisedBy: "head-of-claims", outcome: "OPEN", line: { id: direct!.id }, resolution: null },
      ],
      lines: [{ dispute: { reason: "Calls of retail are in it" } }, { dispute: { reason: "Not ours" } }],
    });
    await server.installation.database.withTenant(await wholeScope(), async (tx) => {
      expect([await openDisputeCount(tx, "2025-11"), await openDisputeCount(tx, PERIOD), await unissuedPeriods(tx, "2026-01")]).toEqual([{ open: 2, overdue: 0 }, { open: 0, overdue: 0 }, []]);
    });
  });

  it("accepting and objecting at once end in one order, and the objection stands", async () => {
    const { id: statement, lines: [line] } = await statementOf("retail");
    const [accepted, disputed] = await Promise.all([
      unit("retail").ask(ACCEPT, { input: { statement } }), unit("retail").ask(DISPUTE, { input: { statement, lines: [{ line: line!.id, reason: "too high" }] } }),
    ]);
    expect(disputed.data.disputeStatement.userErrors).toEqual([]);
    expect(accepted.data.acceptStatement.userErrors.map(({ code }: { code: string }) => code)).toEqual(accepted.data.acceptStatement.statement ? [] : ["CONFLICT"]);
    const { history } = (await must(finance, `{ statement(businessUnit: "retail", period: "2025-10") { history { status } } }`)).statement;
    expect(history.map(({ status }: { status: string }) => status)).toEqual(accepted.data.acceptStatement.statement ? ["ISSUED", "ACCEPTED", "DISPUTED"] : ["ISSUED", "DISPUTED"]);
  });
});

describe("finance and a dispute", () => {
  const moves = [
    { businessUnit: "claims", useCase: "triage", pool: "platform", amount: "-10.00", description: "Calls of retail" },
    { businessUnit: "retail", useCase: "order-status", pool: "platform", amount: "7.50", description: "Calls that claims was charged for" },
    { amount: "2.50" },
  ];
  let claims: Seen;

  const dispute = () => must(unit("claims"), DISPUTE, { input: { statement: claims.id, lines: [{ line: claims.lines[0]!.id, reason: "Calls of retail are in it" }] } });
  const objectIn = async (code: string): Promise<void> => {
    await playIn(code);
    await closeMonth(PERIOD);
    await must(finance, ISSUE, { input: { period: PERIOD } });
    claims = await statementOf("claims");
    await must(unit("retail"), ACCEPT, { input: { statement: (await statementOf("retail")).id } });
    await dispute();
  };
  const resolve = (more: object = {}): object => ({ statement: claims.id, reason: "Two thirds of it is right", lines: moves, ...more });

  describe("that is wrong", () => {
    beforeAll(() => objectIn("rejecting"));

    it("refuses what does not add up or names what is not there", async () => {
      const line = (index: number, more: object): object[] => moves.map((each, at) => (at === index ? { ...each, ...more } : each));
      expect(await refused(finance, RESOLVE, resolve({ lines: line(2, { amount: "2.49" }) }))).toBe("UNBALANCED at lines: The lines sum to -0.01 USD, not to zero. What one gives, another or the programme takes.");
      expect(await refused(finance, RESOLVE, resolve({ lines: moves.slice(0, 1) }))).toMatch(/^UNBALANCED at lines: The lines sum to -10.00 USD/);
      expect(await refused(finance, RESOLVE, resolve({ lines: [{ businessUnit: "retail", amount: "1.00" }, { amount: "-1.00" }] }))).toMatch(/^BAD_USER_INPUT at lines: None of the lines is on claims/);
      expect(await refused(finance, RESOLVE, resolve({ lines: line(2, { amount: "0.00" }) }))).toBe("BAD_USER_INPUT at lines.2.amount: A line of zero moves nothing. Leave it out.");
      expect(await refused(finance, RESOLVE, resolve({ lines: line(1, { amount: "7.505" }) }))).toMatch(/^BAD_USER_INPUT at lines.1.amount: 7.505 has more decimals/);
      expect(await refused(finance, RESOLVE, resolve({ lines: line(1, { businessUnit: "moon" }) }))).toBe("NOT_FOUND at lines.1.businessUnit: There is no business unit moon.");
      expect(await refused(finance, RESOLVE, resolve({ lines: line(1, { useCase: "moon" }) }))).toBe("NOT_FOUND at lines.1.useCase: There is no use case moon.");
      expect(await refused(finance, RESOLVE, resolve({ lines: line(0, { pool: "moon" }) }))).toBe("NOT_FOUND at lines.0.pool: There is no cost pool moon.");
      expect(await refused(finance, RESOLVE, resolve({ reason: " " }))).toMatch(/^BAD_USER_INPUT at reason/);
      expect(await refused(finance, RESOLVE, resolve({ lines: line(1, { description: "x".repeat(501) }) }))).toMatch(/^BAD_USER_INPUT at lines.1.description/);
      await must(server.as("ADMIN"), CREATE_UNIT, { input: { code: "latecomer", name: "Late" } });
      expect(await refused(finance, RESOLVE, resolve({ lines: line(1, { businessUnit: "latecomer" }) }))).toBe("NOT_FOUND at lines.1.businessUnit: latecomer has no statement of 2025-10: it came after the month was closed.");
      expect(await refused(finance, RESOLVE, resolve({ statement: (await statementOf("cards")).id }))).toBe("CONFLICT at statement: The statement of cards for 2025-10 has no open dispute: there is nothing to resolve.");
    });

    it("rejects without lines: the version stays and waits again", async () => {
      const rejected = (await must(finance, RESOLVE, { input: resolve({ lines: [], reason: "The calls are yours" }) })).resolveDispute.statement;
      expect(rejected).toMatchObject({ id: claims.id, version: 1, status: "ISSUED", hash: claims.hash, lines: claims.lines });
      expect(await rows()).toMatchObject({ statement: "4", resolution: "1", programme_line: "0" });
      expect(await refused(finance, RESOLVE, resolve({ lines: [] }))).toMatch(/^CONFLICT at statement: .*nothing to resolve/);
      // The line may be disputed anew, also after the statement was accepted.
      await must(unit("claims"), ACCEPT, { input: { statement: claims.id } });
      expect((await must(unit("claims"), DISPUTE, { input: { statement: claims.id, lines: [{ line: claims.lines[0]!.id, reason: "Look again" }] } })).disputeStatement.statement.status).toBe("DISPUTED");
      const { disputes } = (await must(finance, `{ statement(businessUnit: "claims", period: "2025-10") { disputes { reason outcome } } }`)).statement;
      expect(disputes).toEqual([{ reason: "Calls of retail are in it", outcome: "REJECTED" }, { reason: "Look again", outcome: "OPEN" }]);
    });

    it("answers only what it names: what was disputed meanwhile is not settled with it", async () => {
      const answered = [claims.lines[0]!.id];
      await must(unit("claims"), DISPUTE, { input: { statement: claims.id, lines: [{ line: claims.lines[1]!.id, reason: "And this one" }] } });
      const before = await rows();
      expect(await refused(finance, RESOLVE, { statement: claims.id, reason: "no", lines: [], disputedLines: answered })).toMatch(/^CONFLICT at disputedLines: Open are disputes of 2 lines/);
      expect(await rows()).toEqual(before);
      const both = claims.lines.map(({ id }) => id);
      expect((await must(finance, RESOLVE, { input: { statement: claims.id, reason: "no", lines: [], disputedLines: both } })).resolveDispute.statement.status).toBe("ISSUED");
    });

    it("two different resolutions at once: one stands, the other finds nothing to resolve", async () => {
      await dispute();
      const before = await rows();
      const answers = await Promise.all([resolve(), resolve({ lines: [], reason: "No" })].map((input) => finance.ask(RESOLVE, { input })));
      const codes = answers.map(({ data }) => data.resolveDispute.userErrors[0]?.code ?? "done").sort();
      expect(codes).toEqual(["CONFLICT", "done"]);
      const after = await rows();
      expect(["resolution", "dispute_resolution"].map((table) => Number(after[table]) - Number(before[table]))).toEqual([1, 1]);
      expect(await failedProofs()).toEqual([]);
    });
  });

  describe("that is right", () => {
    beforeAll(() => objectIn("moving"));

    it("answers the same resolution under the same key, and makes one of two at once", async () => {
      const answers = await Promise.all([1, 2].map(() => finance.ask(RESOLVE, { input: resolve({ idempotencyKey: "answer-1" }) })));
      expect(answers.map(({ data }) => data.resolveDispute.userErrors)).toEqual([[], []]);
      expect(answers[0]!.data.resolveDispute.statement).toEqual(answers[1]!.data.resolveDispute.statement);
      expect(await rows()).toMatchObject({ statement: "6", resolution: "1", dispute_resolution: "1", programme_line: "1" });
      expect(await refused(finance, RESOLVE, resolve({ idempotencyKey: "answer-1", reason: "Another" }))).toBe("CONFLICT at idempotencyKey: This idempotencyKey was used for another resolution. Choose a new key.");
    });

    it("moves cost to whom it belongs, in new versions that hold the old lines", async () => {
      const resolved = (await must(finance, RESOLVE, { input: resolve({ idempotencyKey: "answer-1" }) })).resolveDispute.statement as Seen;
      expect(resolved).toMatchObject({ version: 2, status: "ADJUSTED", total: { amount: "32.50" }, previousHash: claims.hash });
      expect(resolved.hash).not.toBe(claims.hash);
      expect(resolved.lines.slice(0, 2)).toEqual(claims.lines);
      expect(resolved.lines.slice(2).map((line) => [...short(line), line.description])).toEqual([["RESOLUTION", "triage", "platform", "-10.00", "Calls of retail"]]);
      const retail = await statementOf("retail", unit("retail"));
      expect(retail).toMatchObject({ version: 2, status: "ISSUED", total: { amount: "67.50" } });
      expect(retail.lines.map(short)).toEqual([["ALLOCATION", "order-status", "platform", "60.00"], ["RESOLUTION", "order-status", "platform", "7.50"]]);
      expect(await statementOf("cards")).toMatchObject({ version: 1, total: { amount: "10.00" } });
      expect(await statementOf("claims")).toEqual(resolved);

      const old = (await must(unit("claims"), `query($id: ID!) { node(id: $id) { ... on Statement { ${HEAD} ${LINES} supersededBy { id version } versions { version status hash } history { status subject reason } disputes { outcome resolution { outcome reason resolvedBy } } } } }`, { id: claims.id })).node;
      expect(old).toMatchObject({
        id: claims.id, version: 1, status: "SUPERSEDED", hash: claims.hash, total: { amount: "42.50" }, lines: claims.lines, supersededBy: { id: resolved.id, version: 2 },
        versions: [{ version: 1, status: "SUPERSEDED", hash: claims.hash }, { version: 2, status: "ADJUSTED", hash: resolved.hash }],
        history: [
          { status: "ISSUED", subject: "test-finance", reason: null }, { status: "DISPUTED", subject: "head-of-claims", reason: "Calls of retail are in it" },
          { status: "SUPERSEDED", subject: "test-finance", reason: "Two thirds of it is right" },
        ],
        disputes: [{ outcome: "ADJUSTED", resolution: { outcome: "ADJUSTED", reason: "Two thirds of it is right", resolvedBy: "test-finance" } }],
      });
      const programme = (await must(finance, `{ statement(businessUnit: "claims", period: "2025-10") { disputes { resolution { programmeLines { useCase { code } amount { amount } description } } } } }`)).statement;
      expect(programme.disputes[0].resolution.programmeLines).toEqual([{ useCase: null, amount: { amount: "2.50" }, description: "Resolution of a dispute" }]);
      expect((await unit("claims").ask(`{ statement(businessUnit: "claims", period: "2025-10") { disputes { resolution { programmeLines { description } } } } }`)).errors![0]!.extensions.code).toBe("FORBIDDEN");
      // Retail learns nothing of the objection of claims.
      expect((await must(unit("retail"), `{ statement(businessUnit: "retail", period: "2025-10") { disputes { reason } history { reason } } }`)).statement).toEqual({ disputes: [], history: [{ reason: "Cost moved by the resolution of a dispute" }] });
      expect(await failedProofs()).toEqual([]);
      const listed = (await must(finance, "{ statements(first: 10, where: { status: [SUPERSEDED] }) { edges { node { version businessUnit { code } } } } }")).statements.edges;
      expect(listed).toEqual(["claims", "retail"].map((code) => ({ node: { version: 1, businessUnit: { code } } })));
    });

    it("prints each version: the chain of hashes, the answer of finance, and who superseded whom", async () => {
      const [old, now] = [await print(unit("claims"), `${claims.id}.html`), await print(unit("claims"), `${(await statementOf("claims")).id}.html`)];
      expect(old.text).toContain("1, superseded: the newest is 2");
      expect([printedTable(old.text, "Hash chain").length, printedTable(now.text, "Hash chain").map((row) => [row[0], row[3], row[5]])]).toEqual([1, [["1", "42.50", ""], ["2", "32.50", claims.hash]]]);
      expect(printedTable(now.text, "Lines").map((row) => [row[1], row[7], row[8], row[9]])).toEqual([["ALLOCATION", "", "ADJUSTED", "30.00"], ["DIRECT", "", "", "12.50"], ["RESOLUTION", "Calls of retail", "", "-10.00"], ["", "", "", "32.50"]]);
      expect(printedTable(now.text, "What was written").map((row) => row.slice(2))).toEqual([["UNIT", "head-of-claims", "Calls of retail are in it"], ["FINANCE", "test-finance", "Two thirds of it is right"]]);
      // What the programme bears of it, and the objection of another unit, are told to neither.
      expect(now.text).not.toContain(">2.50<");
      const retail = await print(unit("retail"), `${(await statementOf("retail")).id}.html`);
      expect([retail.status, retail.text.includes("Calls of retail are in it"), retail.text.includes("head-of-claims")]).toEqual([200, false, false]);
    });

    it("a superseded version takes nothing more and names the newer one", async () => {
      const SUPERSEDED = "CONFLICT at statement: Version 1 of the statement of claims for 2025-10 was superseded by version 2. Take that one.";
      expect(await refused(unit("claims"), ACCEPT, { statement: claims.id })).toBe(SUPERSEDED);
      expect(await refused(unit("claims"), DISPUTE, { statement: claims.id, lines: [{ line: claims.lines[0]!.id, reason: "again" }] })).toBe(SUPERSEDED);
      expect(await refused(finance, RESOLVE, resolve({ reason: "again" }))).toBe(SUPERSEDED);
    });

    it("the line that a resolution made can be disputed in its turn", async () => {
      const moved = await lineOf("retail", "RESOLUTION");
      const retail = await statementOf("retail");
      await must(unit("retail"), DISPUTE, { input: { statement: retail.id, lines: [{ line: moved.id, reason: "Not ours either" }] } });
      const back = (await must(finance, RESOLVE, { input: { statement: retail.id, reason: "Agreed", lines: [{ businessUnit: "retail", useCase: "order-status", pool: "platform", amount: "-7.50" }, { amount: "7.50" }] } })).resolveDispute.statement;
      expect(back).toMatchObject({ version: 3, total: { amount: "60.00" } });
      expect(await failedProofs()).toEqual([]);
    });
  });

  it("an objection of the unit that takes the cost stays open in its new version", async () => {
    await objectIn("taking");
    const retail = await statementOf("retail");
    await must(unit("retail"), DISPUTE, { input: { statement: retail.id, lines: [{ line: retail.lines[0]!.id, reason: "Ours is wrong too" }] } });
    await must(finance, RESOLVE, { input: resolve() });
    const now = await statementOf("retail");
    expect(now).toMatchObject({ version: 2, status: "DISPUTED" });
    expect((await must(finance, RESOLVE, { input: { statement: now.id, reason: "Half", lines: [{ businessUnit: "retail", amount: "-1.00" }, { amount: "1.00" }] } })).resolveDispute.statement).toMatchObject({ version: 3, status: "ADJUSTED", total: { amount: "66.50" } });
    expect(await failedProofs()).toEqual([]);
  });
});

describe("posting", () => {
  it("waits for every unit, then nothing changes any more", async () => {
    await playIn("posting");
    await closeMonth(PERIOD);
    expect(await refused(finance, POST, { period: PERIOD })).toBe("NOT_READY at period: No statements of 2025-10 were issued. Issue them first.");
    await must(finance, ISSUE, { input: { period: PERIOD } });
    const claims = await statementOf("claims");
    for (const code of ["cards", "retail"]) await must(unit(code), ACCEPT, { input: { statement: (await statementOf(code)).id } });
    await must(unit("claims"), DISPUTE, { input: { statement: claims.id, lines: [{ line: claims.lines[0]!.id, reason: "too high" }] } });
    expect(await refused(finance, POST, { period: PERIOD })).toBe("NOT_READY at period: 2 of 4 statements of 2025-10 are neither accepted nor adjusted: claims DISPUTED, support ISSUED.");
    await must(finance, RESOLVE, { input: { statement: claims.id, reason: "Goodwill", lines: [{ businessUnit: "claims", amount: "-0.01" }, { amount: "0.01" }] } });
    await must(unit("support"), ACCEPT, { input: { statement: (await statementOf("support")).id } });
    const posted = (await must(finance, POST, { input: { period: PERIOD } })).postStatements.statements;
    expect(posted.map((each: { businessUnit: { code: string }; status: string; total: { amount: string } }) => [each.businessUnit.code, each.status, each.total.amount])).toEqual([["cards", "POSTED", "10.00"], ["claims", "POSTED", "42.49"], ["retail", "POSTED", "60.00"], ["support", "POSTED", "0.00"]]);
    const before = await rows();
    expect((await must(finance, POST, { input: { period: PERIOD } })).postStatements.statements).toEqual(posted);
    expect(await rows()).toEqual(before);
    const now = await statementOf("claims");
    const POSTED = "CONFLICT at statement: The statement of claims for 2025-10 is posted and stays as it is.";
    expect(await refused(unit("claims"), ACCEPT, { statement: now.id })).toBe(POSTED);
    expect(await refused(unit("claims"), DISPUTE, { statement: now.id, lines: [{ line: now.lines[0]!.id, reason: "too late" }] })).toBe(POSTED);
    expect(await refused(finance, RESOLVE, { statement: now.id, reason: "x", lines: [] })).toBe(POSTED);
    expect((await must(finance, ISSUE, { input: { period: PERIOD } })).issueStatements.statements).toEqual(posted);
    expect(await failedProofs()).toEqual([]);
  });
});

describe("deadlines", () => {
  const RULES = `mutation($input: SetStatementRulesInput!) { setStatementRules(input: $input) { rules { version disputeDays answerDays silence } ${FAULTS} } }`;
  const SETTLE = `mutation($input: SettleStatementsInput!) { settleStatements(input: $input) { statements { ${HEAD} } ${FAULTS} } }`;
  const REPLY = `mutation($input: ReplyToDisputeInput!) { replyToDispute(input: $input) { statement { status } ${FAULTS} } }`;
  const STANDING = "status disputableUntil acceptsBySilence history { status subject reason bySilence } disputes { outcome answerBy isOverdue thread { side by text evidence { reference sha256 text } } } versions { version status } supersededBy { version } lines { dispute { outcome } }";
  const known = async (asOf: string | null, code = "claims", actor = finance) => (await must(actor, `query($code: String!, $asOf: DateTime) { statement(businessUnit: $code, period: "2025-10", asOf: $asOf) { ${STANDING} } }`, { code, asOf })).statement;
  const standing = (made: { statements: Array<{ businessUnit: { code: string }; status: string }> }): string[] => made.statements.map(({ businessUnit, status }) => `${businessUnit.code} ${status}`);
  /** An instant after everything so far and before everything that follows. */
  const instant = async (): Promise<string> => {
    const [row] = await server.sql<{ at: Date }>("select date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' as at");
    await server.sql("select pg_sleep(0.01)");
    return row!.at.toISOString();
  };
  /** Lets days go by for what was written: rows are only ever added, so nobody but the administrator can. */
  const passDays = (days: number): Promise<unknown> => ownSql(`with event as (update chargeback.statement_event set disputable_until = disputable_until - ${days} where programme_id = $1) update chargeback.dispute set answer_by = answer_by - ${days} where programme_id = $1`);

  it("end a unit's days, name finance's, and let silence accept as a fact; what was known on a day stays known", async () => {
    await playIn("deadlines");
    const rules = { disputeDays: 14, answerDays: 7, silence: "ACCEPTS", reason: "policy of the group" };
    expect(await refused(finance, RULES, { ...rules, disputeDays: null })).toBe("BAD_USER_INPUT at silence: Silence can only accept after a deadline. Set disputeDays, or let silence be WAITS.");
    expect((await must(finance, RULES, { input: rules })).setStatementRules.rules).toEqual({ version: 1, disputeDays: 14, answerDays: 7, silence: "ACCEPTS" });
    expect((await must(unit("claims"), "{ statementRules { version } }")).statementRules).toEqual({ version: 1 });
    expect(await refused(finance, SETTLE, { period: PERIOD })).toBe("PERIOD_OPEN at period: 2025-10 is OPEN. Close it and issue its statements first.");
    await closeMonth(PERIOD);
    expect(await refused(finance, SETTLE, { period: PERIOD })).toBe("NOT_READY at period: No statements of 2025-10 were issued. Issue them first.");
    await must(finance, ISSUE, { input: { period: PERIOD } });
    const [{ day, answer }] = await ownSql<{ day: string; answer: string }>("select ((issued_at at time zone 'America/New_York')::date + 14)::text as day, ((issued_at at time zone 'America/New_York')::date + 7)::text as answer from chargeback.statement where programme_id = $1 limit 1") as [{ day: string; answer: string }];
    expect(await known(null)).toMatchObject({ status: "ISSUED", disputableUntil: day, acceptsBySilence: true });
    const afterIssue = await instant();

    const claims = await statementOf("claims");
    const line = claims.lines[0]!.id;
    await must(unit("claims"), DISPUTE, { input: { statement: claims.id, lines: [{ line, reason: "Calls of retail are in it", evidence: [{ reference: "https://desk/1", sha256: "a".repeat(64) }] }] } });
    await must(finance, REPLY, { input: { statement: claims.id, line, text: "Which calls?", idempotencyKey: "k" } });
    const duringTalk = await instant();
    const reply = { statement: claims.id, line, text: "Those of the second week", evidence: [{ text: "list of the desk" }], idempotencyKey: "k" };
    await Promise.all([1, 2].map(() => must(unit("claims"), REPLY, { input: reply })));
    expect(await refused(unit("claims"), REPLY, { ...reply, text: "Others" })).toBe("CONFLICT at idempotencyKey: This idempotencyKey was used for another message. Choose a new key.");
    expect(await refused(unit("retail"), REPLY, { ...reply, idempotencyKey: null })).toBe("NOT_FOUND at statement: There is no such statement.");
    expect(await refused(finance, REPLY, { ...reply, line: claims.lines[1]!.id, idempotencyKey: null })).toMatch(/^NOT_FOUND at line: This line of the statement was never disputed/);
    const nothing = { reference: null, sha256: null, text: null };
    const thread = [
      { side: "UNIT", by: "head-of-claims", text: "Calls of retail are in it", evidence: [{ ...nothing, reference: "https://desk/1", sha256: "a".repeat(64) }] }, { side: "FINANCE", by: "test-finance", text: "Which calls?", evidence: [] },
      { side: "UNIT", by: "head-of-claims", text: "Those of the second week", evidence: [{ ...nothing, text: "list of the desk" }] },
    ];
    expect((await known(null, "claims", unit("claims"))).disputes).toEqual([{ outcome: "OPEN", answerBy: answer, isOverdue: false, thread }]);

    await passDays(14);
    expect(standing((await must(finance, SETTLE, { input: { period: PERIOD } })).settleStatements)).toEqual(["cards ISSUED", "claims DISPUTED", "retail ISSUED", "support ISSUED"]);
    expect((await known(null)).disputes[0].isOverdue).toBe(true);
    await passDays(1);
    const retail = await statementOf("retail");
    const [{ ended }] = await ownSql<{ ended: string }>("select max(disputable_until)::text as ended from chargeback.statement_event where programme_id = $1") as [{ ended: string }];
    const late = { statement: retail.id, lines: [{ line: retail.lines[0]!.id, reason: "too high" }] };
    expect(await refused(unit("retail"), DISPUTE, late)).toBe(`CONFLICT at statement: The statement of retail for 2025-10 could be disputed until ${ended}. Tell finance: what is wrong in 2025-10 is corrected by a later month's adjustment or by restating it, and a new version may be disputed again.`);
    const settled = (await must(finance, SETTLE, { input: { period: PERIOD } })).settleStatements;
    expect(standing(settled)).toEqual(["cards ACCEPTED", "claims DISPUTED", "retail ACCEPTED", "support ACCEPTED"]);
    const before = await rows();
    expect((await must(finance, SETTLE, { input: { period: PERIOD } })).settleStatements).toEqual(settled);
    expect(await rows()).toEqual(before);
    expect((await known(null, "retail")).history.at(-1)).toEqual({ status: "ACCEPTED", subject: "test-finance", reason: `Accepted by silence: not disputed until ${ended} (rules of statements, version 1)`, bySilence: true });
    expect(await refused(unit("retail"), DISPUTE, late)).toMatch(/^CONFLICT at statement: .* could be disputed until/);

    // New rules do not reach back; a rejected dispute and a new version open the days anew.
    await must(finance, RULES, { input: { disputeDays: 30, silence: "ACCEPTS", reason: "longer" } });
    await must(finance, RESOLVE, { input: { statement: claims.id, reason: "Two cents of it", lines: [{ businessUnit: "claims", amount: "-0.02" }, { businessUnit: "retail", amount: "0.02" }] } });
    const afterAnswer = await instant();
    const [{ anew }] = await ownSql<{ anew: string }>("select ((issued_at at time zone 'America/New_York')::date + 30)::text as anew from chargeback.statement where programme_id = $1 order by issued_at desc limit 1") as [{ anew: string }];
    expect([await known(null), await known(null, "retail"), await known(null, "cards")].map(({ status, disputableUntil }) => [status, disputableUntil])).toEqual([["ADJUSTED", anew], ["ISSUED", anew], ["ACCEPTED", ended]]);
    expect(await refused(finance, REPLY, { ...reply, text: "One more thing", idempotencyKey: null })).toMatch(/^CONFLICT at line: Finance has resolved this dispute/);
    expect(await refused(finance, POST, { period: PERIOD })).toBe("NOT_READY at period: 1 of 4 statements of 2025-10 are neither accepted nor adjusted: retail ISSUED.");
    await passDays(31);
    expect(standing((await must(finance, POST, { input: { period: PERIOD } })).postStatements)).toEqual(["cards POSTED", "claims POSTED", "retail POSTED", "support POSTED"]);
    expect((await known(null, "retail")).history.map(({ status, bySilence }: { status: string; bySilence: boolean }) => [status, bySilence])).toEqual([["ISSUED", false], ["ACCEPTED", true], ["POSTED", false]]);

    const then = async (asOf: string) => {
      const { status, history, disputes, versions, supersededBy, lines } = await known(asOf);
      return [status, history.length, disputes.map(({ outcome, isOverdue, thread: talk }: { outcome: string; isOverdue: boolean; thread: unknown[] }) => [outcome, isOverdue, talk.length]), versions.map((each: { version: number; status: string }) => `${each.version} ${each.status}`), supersededBy, lines[0].dispute];
    };
    expect(await then(afterIssue)).toEqual(["ISSUED", 1, [], ["1 ISSUED"], null, null]);
    expect(await then(duringTalk)).toEqual(["DISPUTED", 2, [["OPEN", true, 2]], ["1 DISPUTED"], null, { outcome: "OPEN" }]);
    expect(await then(afterAnswer)).toEqual(["ADJUSTED", 1, [["ADJUSTED", false, 4]], ["1 SUPERSEDED", "2 ADJUSTED"], null, { outcome: "ADJUSTED" }]);
    const listed = async (asOf: string | null): Promise<string[]> => (await must(finance, "query($where: StatementWhere) { statements(first: 9, where: $where) { edges { node { businessUnit { code } status } } } }", { where: { period: PERIOD, asOf } })).statements.edges.map(({ node }: { node: { businessUnit: { code: string }; status: string } }) => `${node.businessUnit.code} ${node.status}`);
    expect(await listed(duringTalk)).toEqual(["cards ISSUED", "claims DISPUTED", "retail ISSUED", "support ISSUED"]);
    expect(await listed("2000-01-01T00:00:00Z")).toEqual([]);
    expect((await ownSql<{ action: string }>("select action from governance.audit_entry where programme_id = $1 and action in ('setStatementRules', 'replyToDispute', 'settleStatements') order by sequence")).map(({ action }) => action)).toEqual(["setStatementRules", "replyToDispute", "replyToDispute", "settleStatements", "setStatementRules", "settleStatements"]);
    expect(await failedProofs()).toEqual([]);
    await ownSql("update chargeback.statement_event set disputable_until = '2100-01-01' where programme_id = $1 and by_silence and business_unit_id = (select id from tenancy.business_unit where programme_id = $1 and code = 'cards')");
    expect(await failedProofs()).toEqual([expect.stringMatching(/^silence = days over, by the rules: statement of cards for 2025-10 version 1: accepted by silence on .*, and it could be disputed until/)]);
  });
});

describe("a parent unit", () => {
  const ROLL_UP = "query($unit: String!, $period: PeriodKey!, $view: FiguresView, $asOf: DateTime) { statementRollUp(businessUnit: $unit, period: $period, view: $view, asOf: $asOf) { total { amount } chargeback { amount } showback { amount } kinds { kind amount { amount } } units { businessUnit { code } parent depth own { amount } total { amount } statement { status } } } }";
  const place = (businessUnit: string, parent: string, effectiveFrom: string) => must(server.as("ADMIN"), "mutation($input: PlaceBusinessUnitInput!) { placeBusinessUnit(input: $input) { userErrors { code message } } }", { input: { businessUnit, parent, effectiveFrom, reason: "reorganised" } });
  const rolled = async (code: string, period: string, more: Record<string, unknown> = {}, actor = finance) => (await must(actor, ROLL_UP, { unit: code, period, ...more })).statementRollUp;

  it("sums its own statement and those below it as of each month, once each, for whom may see them all", async () => {
    await playIn("parents");
    for (const code of ["service", "sales"]) await must(server.as("ADMIN"), CREATE_UNIT, { input: { code, name: code } });
    for (const [below, above] of [["claims", "service"], ["cards", "service"], ["support", "claims"], ["retail", "sales"]] as const) await place(below, above, "2025-10-01");
    await place("claims", "sales", "2025-11-01");
    await must(finance, BOOK, { input: { pool: "direct", period: "2025-11", amount: "8.00", currency: "USD", externalId: "n-1", useCase: "triage" } });
    await must(finance, BOOK, { input: { pool: "platform", period: "2025-11", amount: "0.00", currency: "USD", externalId: "nothing" } });
    await closeMonth(PERIOD);
    expect(await rolled("service", PERIOD)).toMatchObject({ total: { amount: "0.00" }, kinds: [] });
    await must(finance, ISSUE, { input: { period: PERIOD } });
    await report(integration(server), [call("late", { useCase: "helpdesk", connectedMs: 100_000, endedAt: "2025-10-10T14:01:40.000Z" })]);
    await closeMonth("2025-11");
    await must(finance, ISSUE, { input: { period: "2025-11" } });
    const claims = await statementOf("claims");
    await must(unit("claims"), DISPUTE, { input: { statement: claims.id, lines: [{ line: claims.lines[0]!.id, reason: "not ours" }] } });
    await must(finance, RESOLVE, { input: { statement: claims.id, reason: "Right", lines: [{ businessUnit: "claims", amount: "-2.50" }, { businessUnit: "cards", amount: "2.50" }] } });

    const october = await rolled("service", PERIOD);
    expect(october).toMatchObject({
      total: { amount: "52.50" }, chargeback: { amount: "12.50" }, showback: { amount: "40.00" },
      kinds: [{ kind: "ALLOCATION", amount: { amount: "40.00" } }, { kind: "DIRECT", amount: { amount: "12.50" } }, { kind: "RESOLUTION", amount: { amount: "0.00" } }],
    });
    const short = (found: { units: Array<{ businessUnit: { code: string }; parent: string | null; depth: number; own: { amount: string }; total: { amount: string } }> }) => found.units.map(({ businessUnit, parent, depth, own, total }) => [businessUnit.code, parent, depth, own.amount, total.amount]);
    expect(short(october)).toEqual([["service", null, 0, "0.00", "52.50"], ["cards", "service", 1, "12.50", "12.50"], ["claims", "service", 1, "40.00", "40.00"], ["support", "claims", 2, "0.00", "0.00"]]);
    expect(short(await rolled("sales", PERIOD))).toEqual([["sales", null, 0, "0.00", "60.00"], ["retail", "sales", 1, "60.00", "60.00"]]);
    // From November on claims stands below sales, with what stands below it; October stays as it was.
    expect(short(await rolled("service", "2025-11"))).toEqual([["service", null, 0, "0.00", "-5.00"], ["cards", "service", 1, "-5.00", "-5.00"]]);
    expect(short(await rolled("sales", "2025-11"))).toEqual([["sales", null, 0, "0.00", "13.00"], ["claims", "sales", 1, "-7.00", "43.00"], ["support", "claims", 2, "50.00", "50.00"], ["retail", "sales", 1, "-30.00", "-30.00"]]);
    expect((await rolled("sales", "2025-11")).kinds).toEqual([{ kind: "DIRECT", amount: { amount: "8.00" } }, { kind: "ADJUSTMENT", amount: { amount: "5.00" } }]);

    const token = (...businessUnits: string[]): Actor => server.as("BUSINESS_UNIT", { businessUnits });
    expect(await rolled("service", PERIOD, {}, token("service", "cards", "claims", "support"))).toEqual(october);
    const refusal = (await token("service", "claims").ask(ROLL_UP, { unit: "service", period: PERIOD })).errors![0]!;
    expect([refusal.extensions.code, refusal.message]).toEqual(["FORBIDDEN", "2 of 4 units of service are not in your token. Use one that names them all, or ask finance for the sum."]);
    expect(await rolled("service", PERIOD, {}, token("claims"))).toBeNull();
    expect(short(await rolled("claims", PERIOD, {}, token("claims", "support")))).toEqual([["claims", null, 0, "40.00", "40.00"], ["support", "claims", 1, "0.00", "0.00"]]);
    expect([await rolled("nowhere", PERIOD), await rolled("service", "2025-12"), await rolled("service", "2031-01")]).toEqual([null, null, null]);
    expect((await rolled("service", PERIOD, { asOf: "2000-01-01T00:00:00Z" })).total.amount).toBe("0.00");
  });
});
