import { Client } from "pg";
import { pipeline } from "node:stream/promises";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { createHash } from "node:crypto";
import { AuditChain1760000000006 } from "../../migrations/0006-audit-chain";
import { connect } from "../../src/app/data-source";
import { verifyProgramme } from "../../src/app/verify";
import { ChainLink, anchorText } from "../../src/governance";
import { auditStore } from "../../src/governance/audit.store";
import { verifyAuditChain } from "../../src/governance/verify-audit-chain.query";
import { Proof } from "../../src/kernel/proof";
import { AuditNote, Scope } from "../../src/tenancy";
import { Database } from "../../src/tenancy/database.store";
import { bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { TestServer, startTestServer } from "../support/server";
import { BOOK, CREATE_UNIT, CREATE_USE_CASE, inProgramme } from "../support/two-programmes";

let server: TestServer;

async function open(): Promise<void> {
  server = await startTestServer({ poolSize: 20 });
  await createAcme(server);
}

/** A database of its own for each test of a group, or one for them all. */
function databasePerTest(): void {
  beforeEach(open);
  afterEach(() => server.close());
}
function oneDatabase(): void {
  beforeAll(open);
  afterAll(() => server.close());
}

const scopeOf = async (of: TestServer, programme = "acme"): Promise<Scope> =>
  ({ principal: { subject: "proof", role: "ADMIN", programme, businessUnits: [] }, programme: (await of.installation.scopes.programme(programme))!, reach: "programme", unitIds: [] });

/** The proofs of the audit chain: the chain itself, and its anchors when there are any. */
async function chainProofs(of = server, anchors: readonly ChainLink[] = [], programme = "acme"): Promise<Proof[]> {
  return of.installation.database.withTenant(await scopeOf(of, programme), (tx) => verifyAuditChain(tx, anchors), { isolation: "REPEATABLE READ" });
}

/** What verify says is wrong with the chain; empty when it holds. */
const faults = async (of = server, programme = "acme"): Promise<readonly string[]> => (await chainProofs(of, [], programme))[0]!.differences;

interface Row { readonly id: string; readonly sequence: string; readonly previous_hash: string; readonly hash: string; readonly action: string; readonly subject: string }

const rows = (programme = "acme"): Promise<Row[]> =>
  server.sql<Row>("select e.id, e.sequence, e.previous_hash, e.hash, e.action, e.subject from governance.audit_entry e join tenancy.programme p on p.id = e.programme_id where p.code = $1 order by e.sequence", [programme]);
const record = async (note: Partial<AuditNote>, of = server): Promise<void> =>
  of.installation.database.withTenant(await scopeOf(of), (tx) => auditStore(tx).record({ action: "test", subjectKind: "Test", subjectKey: "1", ...note }));

const HEAD = "{ auditHead { sequence hash } }";
const ENTRIES = "query($first: Int!, $after: String) { auditEntries(first: $first, after: $after) { edges { node { sequence action subjectKey previousHash hash before after } } pageInfo { hasNextPage endCursor } } }";

describe("the chain that the verbs leave", () => {
  databasePerTest();

  it("numbers the entries from 1, links each to the one before, and ends in its head", async () => {
    await bookAndAgree(server);
    const { auditEntries } = await must(server.as("AUDITOR"), ENTRIES, { first: 500 });
    const nodes = auditEntries.edges.map((edge: { node: Record<string, unknown> }) => edge.node) as Array<{ sequence: number; previousHash: string; hash: string; action: string }>;
    expect(nodes.map(({ action }) => action)).toEqual([
      "createProgramme", ...Array(3).fill("createBusinessUnit"), ...Array(4).fill("createUseCase"), "createCostPool", "bookCost", "proposeAllocationPolicy", "approveAllocationPolicy",
    ]);
    expect(nodes.map(({ sequence }) => sequence)).toEqual(nodes.map((_, index) => index + 1));
    expect(nodes.map(({ previousHash }) => previousHash)).toEqual(["0".repeat(64), ...nodes.slice(0, -1).map(({ hash }) => hash)]);
    const last = nodes.at(-1)!;
    expect((await must(server.as("FINANCE"), HEAD)).auditHead).toEqual({ sequence: last.sequence, hash: last.hash });
    expect(await chainProofs()).toEqual([{ name: "audit chain", compared: `12 entries, head 12:${last.hash}`, differing: 0, differences: [], notes: [] }]);
  });

  it("is proved by verify among everything else, with the anchors that it is given", async () => {
    const [fourth, last] = [(await rows())[3]!, (await rows()).at(-1)!];
    const proofs: Proof[] = [];
    for await (const proof of verifyProgramme(server.installation.database, await scopeOf(server), [{ sequence: 4, hash: fourth.hash }])) proofs.push(proof);
    expect(proofs.filter(({ name }) => name.startsWith("audit chain"))).toEqual([
      { name: "audit chain", compared: `8 entries, head 8:${last.hash}`, differing: 0, differences: [], notes: [] },
      { name: "audit chain passes through its anchors", compared: "1 of 1", differing: 0, differences: [], notes: [] },
    ]);
    expect(proofs.length).toBeGreaterThan(2);
  });

  it("is hashed over a text that anybody can write down from the database, without our code", async () => {
    await record({ reason: "Prüfung", before: { b: 1, aa: [1.5, "x"] }, after: {} });
    const [row] = await server.sql<Record<string, string | null>>(
      `select 'sequence=' || sequence as sequence, (extract(epoch from recorded_at) * 1000000)::bigint::text as micros, programme_id, id, previous_hash, hash, subject, role, action, subject_kind, subject_key, reason, before::text, after::text
       from governance.audit_entry order by programme_id, sequence desc limit 1`);
    const text = (value: string | null): string => (value === null ? "n;" : `s${Buffer.byteLength(value)}:${value};`);
    const parts: Array<[string, string]> = [
      ["action", text(row!.action!)], ["after", text(row!.after!)], ["before", text(row!.before!)], ["id", text(row!.id!)], ["previousHash", text(row!.previous_hash!)], ["programmeId", text(row!.programme_id!)], ["reason", text(row!.reason!)],
      ["recordedAtMicros", text(row!.micros!)], ["role", text(row!.role!)], ["sequence", `i${row!.sequence!.slice(9)};`], ["subject", text(row!.subject!)], ["subjectKey", text(row!.subject_key!)], ["subjectKind", text(row!.subject_kind!)],
    ];
    expect(row).toMatchObject({ before: '{"b": 1, "aa": [1.5, "x"]}', after: "{}", reason: "Prüfung" });
    expect(createHash("sha256").update(`m13:${parts.map(([key, value]) => text(key) + value).join("")}`).digest("hex")).toBe(row!.hash);
  });

  it("pages by sequence, and refuses a cursor that is none", async () => {
    const auditor = server.as("AUDITOR");
    const seen: number[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { auditEntries } = await must(auditor, ENTRIES, { first: 3, after }) as { auditEntries: { edges: Array<{ node: { sequence: number } }>; pageInfo: { hasNextPage: boolean; endCursor: string } } };
      seen.push(...auditEntries.edges.map(({ node }) => node.sequence));
      ({ hasNextPage: more, endCursor: after } = auditEntries.pageInfo);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const position of ['["0"]', '["-1"]', '["1.5"]', '["9999999999999999"]', '["1","x"]', "[1]"]) {
      const answer = await auditor.ask(ENTRIES, { first: 1, after: Buffer.from(position).toString("base64url") });
      expect([position, answer.status, answer.errors?.[0]?.extensions.code]).toEqual([position, 400, "BAD_USER_INPUT"]);
    }
  });

  it("is one per programme, and neither knows of the other", async () => {
    const before = await rows();
    const globex = inProgramme(server, "globex");
    await createAcme(server, { code: "globex" });
    expect(await rows()).toEqual(before);
    const other = await rows("globex");
    expect(other.map(({ sequence }) => sequence)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
    expect(other[0]!.previous_hash).toBe("0".repeat(64));
    expect(other.filter(({ hash }) => before.some((row) => row.hash === hash))).toEqual([]);
    expect((await must(globex.as("AUDITOR"), HEAD)).auditHead).toEqual({ sequence: 8, hash: other.at(-1)!.hash });
    expect((await must(server.as("AUDITOR"), HEAD)).auditHead).toEqual({ sequence: 8, hash: before.at(-1)!.hash });
    expect([await faults(), await faults(server, "globex")]).toEqual([[], []]);
  });

  it("has no head where nothing was ever recorded", async () => {
    await server.sql("insert into tenancy.programme (id, code, name, currency, time_zone) values (gen_random_uuid(), 'empty', 'Empty', 'USD', 'UTC')");
    expect((await must(inProgramme(server, "empty").as("AUDITOR"), HEAD)).auditHead).toBeNull();
    expect(await chainProofs(server, [], "empty")).toEqual([{ name: "audit chain", compared: "0 entries, head none", differing: 0, differences: [], notes: [] }]);
  });

  it("takes an entry from a writer of narrow reach, and leaves it narrow", async () => {
    const writer = integration(server, ["retail"]);
    await report(writer, [call("a")]);
    const answer = await report(writer, [call("a", { connectedMs: 59_000 }), call("b")]);
    expect(answer.results.map(({ outcome }) => outcome)).toEqual(["CONFLICT", "ACCEPTED"]);
    const last = (await rows()).at(-1)!;
    expect(last).toMatchObject({ sequence: "9", action: "reportUsage", subject: "test-integration" });
    expect(await faults()).toEqual([]);
  });

  it("has neither the entry nor the number of a transaction that was rolled back", async () => {
    const before = await rows();
    await expect(server.installation.database.withTenant(await scopeOf(server), async (tx) => {
      await auditStore(tx).record({ action: "test", subjectKind: "Test", subjectKey: "gone" });
      throw new Error("stop here");
    })).rejects.toThrow("stop here");
    expect(await rows()).toEqual(before);
    await record({});
    expect((await rows()).map(({ sequence }) => Number(sequence))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await faults()).toEqual([]);
  });
});

describe("what is recorded can be hashed again from what is read", () => {
  oneDatabase();

  const NOTES: ReadonlyArray<[string, Record<string, unknown>]> = [
    ["nested objects and lists", { a: { b: { c: [1, [2, { d: null }], []] } }, e: {}, f: [{}, { g: [] }] }],
    ["keys in another order than the database's", { zz: 1, b: 2, a: 3, aaa: 4, "": 5, "10": 6, "9": 7 }],
    ["numbers", { zero: 0, minus: -0, half: 0.5, third: 1 / 3, tiny: 1e-7, tinier: 5e-324, large: 2 ** 53, larger: 1e21, largest: 1.7976931348623157e308, negative: -123.456 }],
    ["decimals as text", { amount: "0.10", other: "1e400", more: "00012.3400" }],
    ["unicode", { "schlüssel": "Größe", "日本": "語", emoji: "👩‍👩‍👧", composed: "\u00e9", decomposed: "e\u0301", rtl: "שלום", zero: "a\u200bb", bom: "\ufeffx" }],
    ["characters that JSON escapes", { quote: '"', backslash: "\\", slash: "/", controls: "\u0001\b\f\n\r\t\u001f\u007f", line: "\u2028\u2029" }],
    ["what JSON leaves out or turns into something else", { gone: undefined, list: [undefined, () => 1], when: new Date(0), not: NaN, infinite: Infinity }],
    ["what looks like the canonical form", { "s1:a;": "m0:", n: "n;", "i1;": ["l0:", "t;"] }],
  ];

  it.each(NOTES)("%s", async (_, value) => {
    await record({ before: value, after: { inside: value }, reason: JSON.stringify(value), subjectKey: Object.keys(value).join(" ") });
    expect(await faults()).toEqual([]);
    const { auditEntries } = await must(server.as("AUDITOR"), ENTRIES, { first: 500 });
    expect(auditEntries.edges.at(-1).node).toMatchObject({ before: JSON.parse(JSON.stringify(value)), after: { inside: JSON.parse(JSON.stringify(value)) } });
  });

  it("an edit of the JSON that no program would notice is noticed", async () => {
    await record({ after: { amount: 9007199254740992 } });
    const { sequence } = (await rows()).at(-1)!;
    const write = (amount: string): Promise<unknown> => server.sql("update governance.audit_entry set after = $1 where sequence = $2", [`{"amount": ${amount}}`, sequence]);
    for (const edited of ["9007199254740993", "9007199254740992.0"]) {
      await write(edited);
      expect(await faults()).toEqual([expect.stringMatching(new RegExp(`^entry ${sequence} \\(.*: test of Test 1 by proof\\) was edited: its contents hash to `))]);
    }
    await write("9007199254740992");
    expect(await faults()).toEqual([]);
  });

  it("a text that cannot be stored is refused, and leaves no entry", async () => {
    const before = await rows();
    for (const note of [{ after: { text: "a\u0000" } }, { before: { "\u0000": 1 } }, { reason: "\u0000" }]) await expect(record(note)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    expect(await rows()).toEqual(before);
    expect(await faults()).toEqual([]);
  });

  it("the same after the rows went out of one database and into another", async () => {
    await bookAndAgree(server);
    const restored = await startTestServer();
    try {
      // Every table that the chain stands on, as a dump takes it out and a restore puts it in.
      for (const table of ["tenancy.programme", "governance.audit_entry", "governance.audit_head"]) await copyTable(server, restored, table);
      const [here, there] = [await chainProofs(server), await chainProofs(restored)];
      expect(there).toEqual(here);
      expect(here[0]!.differences).toEqual([]);
      const length = (await rows()).length;
      await record({ subjectKey: "afterwards" }, restored);
      expect((await chainProofs(restored))[0]).toMatchObject({ compared: expect.stringContaining(`${length + 1} entries, head ${length + 1}:`) as string, differences: [] });
    } finally {
      await restored.close();
    }
  });
});

/** Row by row in PostgreSQL's own text form, as pg_dump writes it. */
async function copyTable(from: TestServer, to: TestServer, table: string): Promise<void> {
  const clientOf = async (of: TestServer): Promise<Client> => {
    const url = new URL(process.env.TEST_ADMIN_URL!);
    url.pathname = new URL(of.installation.apiUrl).pathname;
    const client = new Client({ connectionString: url.toString() });
    await client.connect();
    return client;
  };
  const [source, target] = [await clientOf(from), await clientOf(to)];
  const { rows: columns } = await source.query<{ list: string }>("select string_agg(quote_ident(column_name), ', ' order by ordinal_position) as list from information_schema.columns where table_schema || '.' || table_name = $1", [table]);
  await pipeline(source.query(copyTo(`copy ${table} (${columns[0]!.list}) to stdout`)), target.query(copyFrom(`copy ${table} (${columns[0]!.list}) from stdin`)));
  await Promise.all([source.end(), target.end()]);
}

describe("whoever changes the trail in the database", () => {
  oneDatabase();
  beforeAll(() => server.sql("create table public.entries as select * from governance.audit_entry; create table public.heads as select * from governance.audit_head"));
  afterEach(() => server.sql("delete from governance.audit_entry; delete from governance.audit_head; insert into governance.audit_entry select * from public.entries; insert into governance.audit_head select * from public.heads"));

  const entry = (sequence: number, text: string): unknown => expect.stringMatching(new RegExp(`^entry ${sequence} \\([0-9a-f-]{36}: create\\w+ of \\w+ [\\w-]+ by test-admin\\) ${text}`));

  it.each<[string, string[], number, string]>([
    ["edits a role", ["update governance.audit_entry set role = 'FINANCE' where sequence = 4"], 4, "was edited: its contents hash to [0-9a-f]{64}, it was recorded with [0-9a-f]{64}$"],
    ["edits the time by a microsecond", ["update governance.audit_entry set recorded_at = recorded_at + interval '1 microsecond' where sequence = 2"], 2, "was edited"],
    ["puts the time before Christ", ["update governance.audit_entry set recorded_at = (to_char(recorded_at, 'YYYY-MM-DD HH24:MI:SS.US') || '+00 BC')::timestamptz where sequence = 3"], 3, "was edited"],
    ["takes the time away", ["update governance.audit_entry set recorded_at = 'infinity' where sequence = 3"], 3, "was edited"],
    ["edits two", ["update governance.audit_entry set reason = 'x' where sequence in (6, 3)"], 3, "was edited"],
    ["writes JSON null for none", ["update governance.audit_entry set before = 'null' where sequence = 5"], 5, "was edited"],
    ["deletes one", ["delete from governance.audit_entry where sequence = 4"], 5, "has a gap before it: entry 4 is missing$"],
    ["deletes the first two", ["delete from governance.audit_entry where sequence < 3"], 3, "has a gap before it: entries 1 to 2 are missing$"],
    ["deletes one and closes the gap", ["delete from governance.audit_entry where sequence = 4", "update governance.audit_entry set sequence = sequence + 1000 where sequence > 4", "update governance.audit_entry set sequence = sequence - 1001 where sequence > 1000"], 4, "was recorded as entry 5: entry 4 is missing before it$"],
    ["inserts one", [
      "update governance.audit_entry set sequence = sequence + 1000 where sequence > 3", "update governance.audit_entry set sequence = sequence - 999 where sequence > 1000",
      "insert into governance.audit_entry select (json_populate_record(e, json_build_object('id', gen_random_uuid(), 'sequence', 4, 'hash', repeat('a', 64), 'previous_hash', repeat('b', 64)))).* from governance.audit_entry e where sequence = 3",
    ], 4, "was inserted: [0-9a-f-]{36} is what follows entry 3$"],
    ["adds one at the end", ["insert into governance.audit_entry select (json_populate_record(e, json_build_object('id', gen_random_uuid(), 'sequence', 9, 'hash', repeat('a', 64), 'previous_hash', e.hash))).* from governance.audit_entry e where sequence = 8"], 9, "was inserted"],
    ["swaps two", ["update governance.audit_entry set sequence = 99 where sequence = 3", "update governance.audit_entry set sequence = 3 where sequence = 6", "update governance.audit_entry set sequence = 6 where sequence = 99"], 3, "was swapped: it was recorded as entry 6, and [0-9a-f-]{36} belongs here$"],
    ["swaps what two say", ["update governance.audit_entry a set subject_key = b.subject_key, after = b.after from governance.audit_entry b where a.programme_id = b.programme_id and (a.sequence, b.sequence) in ((3, 4), (4, 3))"], 3, "was edited"],
    ["cuts the tail off", ["delete from governance.audit_entry where sequence > 6"], 6, "is followed by nothing: entries 7 to 8 are missing, the tail was cut off$"],
    ["sets the head back", ["update governance.audit_head h set sequence = 6, hash = e.hash from governance.audit_entry e where e.programme_id = h.programme_id and e.sequence = 6"], 7, "stands behind the head of the chain, which is 6"],
    ["changes the head's hash", ["update governance.audit_head set hash = repeat('a', 64)"], 8, "was edited and hashed anew, or the head of the chain was"],
    ["deletes the head", ["delete from governance.audit_head"], 8, "is the last one there is, and the head of the chain was deleted$"],
  ])("%s: the first bad entry is named", async (_, statements, sequence, text) => {
    for (const statement of statements) await server.sql(statement);
    expect(await faults()).toEqual([entry(sequence, text)]);
  });

  it("cuts the tail off and sets the head back, or makes everything anew: only an anchor outside the database tells", async () => {
    const anchors = (await rows()).map((row) => ({ sequence: Number(row.sequence), hash: row.hash }));
    expect((await chainProofs(server, anchors)).map(({ differing }) => differing)).toEqual([0, 0]);
    await server.sql("delete from governance.audit_entry where sequence > 6");
    await server.sql("update governance.audit_head set sequence = 6, hash = $1", [anchors[5]!.hash]);
    expect(await chainProofs(server, [anchors[5]!, anchors[6]!])).toEqual([
      { name: "audit chain", compared: `6 entries, head 6:${anchors[5]!.hash}`, differing: 0, differences: [], notes: [] },
      { name: "audit chain passes through its anchors", compared: "1 of 2", differing: 1, differences: ["anchor 7: there is no entry 7; the chain ends at 6: its tail was cut off, or the anchor is of another programme"], notes: [] },
    ]);
    await server.sql("delete from governance.audit_entry");
    await server.sql("delete from governance.audit_head");
    for (let index = 0; index < 6; index += 1) await record({ subjectKey: `anew ${index}` });
    const [chain, anchored] = await chainProofs(server, [anchors[5]!]);
    const head = (await rows()).at(-1)!;
    expect(chain).toMatchObject({ compared: `6 entries, head 6:${head.hash}`, differing: 0 });
    expect(anchored!.differences).toEqual([`anchor 6: entry 6 has the hash ${head.hash}, the anchor says ${anchors[5]!.hash}: the chain was made anew up to there, or the anchor is of another programme`]);
  });

  it("takes the head away: nothing is recorded on top of it, and no verb goes through unrecorded", async () => {
    await server.sql("delete from governance.audit_head");
    const before = await server.sql("select count(*) from tenancy.business_unit");
    const answer = await server.as("ADMIN").ask(CREATE_UNIT, { input: { code: "unseen", name: "Unseen" } });
    expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([500, "INTERNAL"]);
    expect(await server.sql("select count(*) from tenancy.business_unit")).toEqual(before);
    expect((await rows()).length).toBe(8);
  });
});

describe("the role of the API", () => {
  oneDatabase();

  it("adds to the trail and can do nothing else to it", async () => {
    const app = new Client({ connectionString: server.installation.apiUrl });
    await app.connect();
    const [programme] = await server.sql<{ id: string }>("select id from tenancy.programme");
    const attempt = async (reach: string, sql: string): Promise<unknown> => {
      await app.query("begin");
      try {
        await app.query("select set_config('app.programme', $1, true), set_config('app.reach', $2, true)", [programme!.id, reach]);
        const { command, rowCount } = await app.query(sql);
        return `${command} ${rowCount}`;
      } catch (error) {
        return (error as { code: string }).code;
      } finally {
        await app.query("rollback");
      }
    };
    const table: ReadonlyArray<[string, string, unknown]> = [
      ["programme", "update governance.audit_entry set subject = 'eve'", "42501"],
      ["programme", "update governance.audit_entry set hash = hash where false", "42501"],
      ["programme", "delete from governance.audit_entry", "42501"],
      ["programme", "truncate governance.audit_entry", "42501"],
      ["programme", "delete from governance.audit_head", "42501"],
      ["programme", "truncate governance.audit_head", "42501"],
      ["programme", "update governance.audit_head set programme_id = gen_random_uuid()", "42501"],
      ["programme", "select from governance.audit_head", "SELECT 1"],
      ["units", "select from governance.audit_head", "SELECT 0"],
      ["units", "update governance.audit_head set sequence = 0", "UPDATE 0"],
      ["ingest", `insert into governance.audit_head (programme_id, sequence, hash) values ('${programme!.id}', 0, '')`, "42501"],
      // The database refuses a fork and a second entry of the same number.
      ["programme", "insert into governance.audit_entry select (json_populate_record(e, json_build_object('id', gen_random_uuid(), 'sequence', 99))).* from governance.audit_entry e where sequence = 4", "23505"],
      ["programme", "insert into governance.audit_entry select (json_populate_record(e, json_build_object('id', gen_random_uuid(), 'previous_hash', repeat('a', 64)))).* from governance.audit_entry e where sequence = 4", "23505"],
      ["programme", "insert into governance.audit_entry select (json_populate_record(e, json_build_object('id', gen_random_uuid(), 'previous_hash', repeat('a', 64), 'sequence', 0))).* from governance.audit_entry e where sequence = 4", "23514"],
    ];
    for (const [reach, sql, expected] of table) expect([reach, sql, await attempt(reach, sql)]).toEqual([reach, sql, expected]);
    await app.end();
    expect(await faults()).toEqual([]);
  });
});

describe("sixteen at once", () => {
  databasePerTest();

  it("leave one chain, without a fork and without a gap", async () => {
    await bookAndAgree(server);
    await report(integration(server), [call("known")]);
    const before = (await rows()).length;
    const writers = Array.from({ length: 16 }, (_, writer) => async (): Promise<void> => {
      const [admin, finance] = [server.as("ADMIN", { subject: `writer-${writer}` }), server.as("FINANCE", { subject: `writer-${writer}` })];
      await must(admin, CREATE_UNIT, { input: { code: `unit-${writer}`, name: "Unit" } });
      await must(admin, CREATE_USE_CASE, { input: { code: `case-${writer}`, name: "Case", businessUnit: `unit-${writer}` } });
      for (let index = 0; index < 4; index += 1) await must(finance, BOOK, { input: { pool: "platform", period: "2025-10", amount: "1.00", currency: "USD", externalId: `w-${writer}-${index}` } });
      await report(integration(server), [call("known", { connectedMs: 1_000 + writer })]);
    });
    await Promise.all(writers.map((write) => write()));
    const after = await rows();
    expect(after.length).toBe(before + 16 * 7);
    expect(after.map(({ sequence }) => Number(sequence))).toEqual(after.map((_, index) => index + 1));
    expect(after.slice(1).map(({ previous_hash }) => previous_hash)).toEqual(after.slice(0, -1).map(({ hash }) => hash));
    const times = await server.sql<{ ordered: boolean }>("select bool_and(later) as ordered from (select recorded_at >= lag(recorded_at, 1, '-infinity') over (order by sequence) as later from governance.audit_entry) t");
    expect(times).toEqual([{ ordered: true }]);
    expect(await faults()).toEqual([]);
  });

  it("begin a chain together", async () => {
    await server.sql("insert into tenancy.programme (id, code, name, currency, time_zone) values (gen_random_uuid(), 'fresh', 'Fresh', 'USD', 'UTC')");
    const scope = await scopeOf(server, "fresh");
    await Promise.all(Array.from({ length: 16 }, (_, index) => server.installation.database.withTenant(scope, (tx) => auditStore(tx).record({ action: "test", subjectKind: "Test", subjectKey: String(index) }))));
    expect((await rows("fresh")).map(({ sequence }) => Number(sequence))).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    expect(await faults(server, "fresh")).toEqual([]);
  });

  it("who waits for somebody's chain too long is told to try again, and nothing is stored", async () => {
    const impatient = connect(server.installation.apiUrl, { purpose: "serve", poolSize: 2 });
    Object.assign(impatient.options, { extra: { ...(impatient.options as { extra: object }).extra, lock_timeout: 100 } });
    const database = new Database(await impatient.initialize());
    const holder = await holdChain();
    await expect(recordAs(database, "waiter")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await holder.letGo("commit");
    await database.close();
    expect((await rows()).slice(8).map(({ subject }) => subject)).toEqual(["holder"]);
    expect(await faults()).toEqual([]);
  });

  it.each(["commit", "roll back"] as const)("who waits takes the time of the entry after the wait, also when the others %s", async (end) => {
    const holder = await holdChain();
    const waiter = recordAs(server.installation.database, "waiter");
    const waits = (): Promise<Array<{ waiting: boolean }>> => server.sql("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waiting");
    while (!(await waits())[0]!.waiting) await new Promise((resolve) => setTimeout(resolve, 10));
    const [released] = await server.sql<{ at: string }>("select clock_timestamp()::text as at");
    await holder.letGo(end);
    await waiter;
    expect((await rows()).slice(8).map(({ subject }) => subject)).toEqual(end === "commit" ? ["holder", "waiter"] : ["waiter"]);
    expect(await server.sql("select recorded_at > $1::timestamptz as after from governance.audit_entry where subject = 'waiter'", [released!.at])).toEqual([{ after: true }]);
    expect(await faults()).toEqual([]);
  });

  /** Records as another subject; the transaction ends at once. */
  async function recordAs(database: Database, subject: string, meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
    const scope = await scopeOf(server);
    await database.withTenant({ ...scope, principal: { ...scope.principal, subject } }, async (tx) => {
      await auditStore(tx).record({ action: "test", subjectKind: "Test", subjectKey: "1" });
      await meanwhile();
    });
  }

  /** A transaction that has recorded and does not end until it is told how. */
  async function holdChain(): Promise<{ letGo(end: "commit" | "roll back"): Promise<void> }> {
    let tell = (_end: string): void => undefined;
    const told = new Promise<string>((resolve) => { tell = resolve; });
    let ended: Promise<unknown> = Promise.resolve();
    await new Promise<void>((recorded) => {
      ended = recordAs(server.installation.database, "holder", async () => {
        recorded();
        if ((await told) !== "commit") throw new Error("rolled back");
      }).catch((error: Error) => expect(error.message).toBe("rolled back"));
    });
    return {
      letGo: async (end) => {
        tell(end);
        await ended;
      },
    };
  }
});

describe("the migration", () => {
  databasePerTest();

  it("chains what was recorded before, per programme and in the order it was recorded, and can be taken back", async () => {
    await createAcme(server, { code: "globex" });
    await record({ before: { b: 1, a: [1.5] }, after: { ü: "é" } });
    const owner = await connect(server.installation.ownerUrl!, { purpose: "migrate" }).initialize();
    const runner = owner.createQueryRunner();
    const columns = (): Promise<unknown> => server.sql("select table_name, column_name, is_nullable, data_type from information_schema.columns where table_schema = 'governance' and table_name like 'audit%' order by 1, 2");
    const indexes = (): Promise<unknown> => server.sql("select indexname, indexdef from pg_indexes where schemaname = 'governance' and tablename like 'audit%' order by 1");
    const chained = [await columns(), await indexes()];
    const migration = new AuditChain1760000000006();
    await runner.startTransaction();
    await migration.down(runner);
    await runner.commitTransaction();
    expect(await server.sql("select column_name from information_schema.columns where table_schema = 'governance' and table_name like 'audit%' and column_name in ('sequence', 'previous_hash', 'hash')")).toEqual([]);
    expect(await server.sql("select to_regclass('governance.audit_head') as head")).toEqual([{ head: null }]);
    // As before, except that the last recorded one is now the second.
    await server.sql("update governance.audit_entry set recorded_at = (select min(recorded_at) + interval '1 microsecond' from governance.audit_entry b where b.programme_id = governance.audit_entry.programme_id) where action = 'test'");
    const order = await server.sql<{ id: string }>("select id from governance.audit_entry where programme_id = (select id from tenancy.programme where code = 'acme') order by recorded_at, id");
    await runner.startTransaction();
    await migration.up(runner);
    await runner.commitTransaction();
    await owner.destroy();
    expect([await columns(), await indexes()]).toEqual(chained);
    await server.sql("grant select, insert, update (sequence, hash) on governance.audit_head to apportion_app");
    const now = await rows();
    expect(now.map(({ id }) => id)).toEqual(order.map(({ id }) => id));
    expect(now[1]!.action).toBe("test");
    const proofs = await chainProofs();
    expect(proofs[0]).toMatchObject({ compared: `9 entries, head ${anchorText({ sequence: 9, hash: now[8]!.hash })}`, differences: [] });
    await record({ subjectKey: "afterwards" });
    expect((await rows()).length).toBe(10);
    expect([await faults(), await faults(server, "globex")]).toEqual([[], []]);
  });
});
