import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import pino from "pino";
import { PolicyInput, approvePolicy, proposePolicy } from "../../src/allocation";
import { approvePolicyPorts, proposePolicyPorts } from "../../src/allocation/allocation-ports.store";
import { readConfig } from "../../src/app/config";
import { EmbeddedPostgres, startEmbeddedPostgres } from "../../src/app/embedded-postgres/start-embedded-postgres";
import { setBudget } from "../../src/budgets";
import { setBudgetPorts } from "../../src/budgets/budget-ports.store";
import { Installation, openInstallation } from "../../src/app/installation";
import { createTokenVerifier } from "../../src/app/token";
import { verifyProgramme } from "../../src/app/verify";
import { recordAudit } from "../../src/cli/session";
import { createCostPool } from "../../src/costs";
import { createCostPoolPorts } from "../../src/costs/costs-ports.store";
import { approveAccountMapping, proposeAccountMapping } from "../../src/journals";
import { approveAccountMappingPorts, proposeAccountMappingPorts } from "../../src/journals/journals-ports.store";
import { Scope } from "../../src/tenancy";
import { pdfPages } from "../support/pdf-text";
import { Commands, Ended, commandsIn } from "../support/commands";

const PERIOD = "2025-10";
const logger = pino({ level: "silent" });

let folder: string;
let server: EmbeddedPostgres;
let installation: Installation;
let commands: Commands;

const SIGNING = { APPORTION_JWT_ISSUER: "i", APPORTION_JWT_AUDIENCE: "a", APPORTION_JWT_SECRET: "0123456789abcdef0123456789abcdef" };
const elsewhere = (url: string): Record<string, string> => ({ DATABASE_URL: url, ...SIGNING });

/** Runs a command of the built command line in the test's folder on the database that its embedded server already has. */
const apportion = (args: readonly string[], environment = elsewhere(installation.apiUrl)): Promise<Ended> => commands.run(args, environment);
/** Runs one that is told of no database: it joins the embedded server by itself. */
const embedded = (args: readonly string[]): Promise<Ended> => commands.run(args, {});
/** As a shell does it: every exit status, and what goes through a pipe, is also seen from outside. */
const inItsOwnProcess = (args: readonly string[], environment?: Record<string, string>): Promise<Ended> => commands.spawn(args, environment);

function parsed<T>({ status, out, err }: Ended): T {
  expect({ status, err }).toMatchObject({ status: 0 });
  return JSON.parse(out) as T;
}

const json = async <T = Record<string, unknown>>(...args: string[]): Promise<T> => parsed(await apportion([...args, "--json"]));
const embeddedJson = async <T = Record<string, unknown>>(...args: string[]): Promise<T> => parsed(await embedded([...args, "--json"]));

function fileOf(name: string, lines: readonly string[]): string {
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  return name;
}

async function as(subject: string): Promise<Scope> {
  const programme = (await installation.scopes.programme("acme"))!;
  return { principal: { subject, role: "FINANCE", programme: "acme", businessUnits: [] }, programme, reach: "programme", unitIds: [] };
}

async function agreeOn(policy: PolicyInput): Promise<void> {
  const { version } = await installation.database.withTenant(await as("ann"), (tx) => proposePolicy(proposePolicyPorts(tx, recordAudit), policy, null));
  await installation.database.withTenant(await as("ben"), (tx) => approvePolicy(approvePolicyPorts(tx, recordAudit), version));
}

/** Changes stored figures as nobody but the administrator of the database could. */
async function tamper(sql: string): Promise<void> {
  expect(await administer(sql)).toBeGreaterThan(0);
}

/** Answers how many rows it was about; null when it was about none. */
async function administer(sql: string): Promise<number | null> {
  const client = new Client({ connectionString: server.adminUrl.replace(/\/[^/]*$/, "/apportion") });
  await client.connect();
  try {
    return (await client.query(sql)).rowCount;
  } finally {
    await client.end();
  }
}

async function unproved(): Promise<string[]> {
  const failed: string[] = [];
  for await (const proof of verifyProgramme(installation.database, await as("ann"))) if (proof.differing > 0) failed.push(proof.name);
  return failed;
}

const MAPPING = {
  source: "urn:acme:calls", timeZone: "Europe/London",
  filter: [{ column: "kind", in: ["call"] }],
  fields: {
    eventId: { column: "id" }, contactId: { column: "caller" }, businessUnit: { column: "unit", slug: true }, useCase: { join: ["unit", "topic"], slug: true },
    connectedAt: { column: "began", as: "localDateTime" }, connectedMs: { column: "seconds", multiply: 1000 }, endedAt: { from: "connectedAt", plusMs: "connectedMs" },
  },
};

const CALLS = [
  "id,caller,unit,topic,began,seconds,kind",
  "1,anna,Retail Bank,Card lost,2025-10-03 09:00:00,90,call",
  "2,ben,Retail Bank,Card lost,2025-10-03 10:00:00,30,call",
  "3,cleo,Claims,New claim,2025-10-04 11:00:00,120,call",
  "4,dora,Claims,Status,2025-10-31 23:59:00,61,call",
  "5,emil,Claims,Status,2025-10-05 11:00:00,60,memo",
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "apportion-cli-"));
  // PostgreSQL may run as another user than the suite does.
  chmodSync(folder, 0o755);
  fileOf("mapping.json", [JSON.stringify(MAPPING)]);
  // Held for the whole file, as a running API would: the commands join it.
  server = await startEmbeddedPostgres({ dataDirectory: join(folder, "data"), log: () => undefined });
  installation = await openInstallation(readConfig({ APPORTION_DATA_DIR: join(folder, "data") }), () => undefined);
  commands = commandsIn(folder, { APPORTION_DATA_DIR: join(folder, "data") });
});

afterAll(async () => {
  await commands?.end();
  await installation?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("before there is a programme", () => {
  test("a command that needs one says how to make it", async () => {
    const { status, err } = await apportion(["verify"]);
    expect(status).toBe(2);
    expect(err).toContain("apportion programme create");
  });

  test("an administrator gets a token that can make one; nobody else gets any", async () => {
    const { token } = await embeddedJson<{ token: string }>("token", "--role", "admin", "--subject", "ada");
    expect(await createTokenVerifier(installation.token, installation.clock, { logger }).verify(token)).toEqual({ subject: "ada", role: "ADMIN", programme: null, businessUnits: [] });
    expect((await apportion(["token", "--role", "finance"])).status).toBe(2);
  });

  test("programme create makes it once, and refuses another of that code", async () => {
    const create = (...more: string[]): string[] => ["programme", "create", "--code", "acme", "--name", "Acme", "--currency", "GBP", "--time-zone", "Europe/London", ...more];
    const programme = { code: "acme", name: "Acme", currency: "GBP", timeZone: "Europe/London" };
    expect(await json(...create())).toEqual(programme);
    expect(await json(...create())).toEqual(programme);
    expect(await apportion(create("--name", "Other"))).toMatchObject({ status: 4, out: "" });
    expect(await apportion(create("--code", "b", "--currency", "XXQ"))).toMatchObject({ status: 3, out: "" });
  });
});

describe("import usage", () => {
  const importCalls = (file: string, ...more: string[]): Promise<Ended> => apportion(["import", "usage", file, "--mapping", "mapping.json", "--json", ...more]);
  const none = { filtered: 0, accepted: 0, duplicate: 0, superseded: 0, conflict: 0, rejected: 0, held: 0, rejectsFile: null };

  test("without the units of the file every row is rejected, with its reason", async () => {
    const { status, out, err } = await importCalls(fileOf("calls.csv", CALLS));
    expect(status).toBe(3);
    const rejectsFile = join(folder, "calls.csv.rejected.csv");
    expect(JSON.parse(out)).toEqual({ ...none, read: 5, filtered: 1, rejected: 4, rejectsFile });
    expect(readFileSync(rejectsFile, "utf8").split("\n").slice(0, 2)).toEqual(["row,eventId,code,message", "2,1,NOT_FOUND,There is no business unit retail-bank that this token may write."]);
    expect(err).toContain(rejectsFile);
    rmSync(rejectsFile);
  });

  test("--create-missing makes them; a second import changes nothing", async () => {
    const first = await importCalls("calls.csv", "--create-missing");
    expect(first.status).toBe(0);
    expect(JSON.parse(first.out)).toEqual({ ...none, read: 5, filtered: 1, accepted: 4, created: { businessUnits: 2, useCases: 3 } });
    const second = await inItsOwnProcess(["import", "usage", "calls.csv", "--mapping", "mapping.json", "--json", "--create-missing"]);
    expect(second.status).toBe(0);
    expect(JSON.parse(second.out)).toEqual({ ...none, read: 5, filtered: 1, duplicate: 4, created: { businessUnits: 0, useCases: 0 } });
    expect(existsSync(join(folder, "calls.csv.rejected.csv"))).toBe(false);
  });

  test("a changed row and a broken one go to the file that --rejects names", async () => {
    fileOf("changed.csv", [CALLS[0]!, CALLS[1]!.replace(",90,", ",91,"), CALLS[2]!, "6,fritz,Claims,Status,2025-10-05 11:00:00,soon,call"]);
    const { status, out } = await importCalls("changed.csv", "--rejects", "why.csv");
    expect(status).toBe(3);
    expect(JSON.parse(out)).toEqual({ ...none, read: 3, duplicate: 1, conflict: 1, rejected: 1, rejectsFile: join(folder, "why.csv") });
    expect(readFileSync(join(folder, "why.csv"), "utf8")).toMatch(/^row,eventId,code,message\n2,1,CONFLICT,.*connected_ms.*\n4,6,BAD_USER_INPUT,.*"soon".*\n$/s);
  });

  test("the calls of a provider go the same way in, once", async () => {
    const call = { call_id: "r1", call_status: "ended", start_timestamp: 1762000000000, end_timestamp: 1762000060000, duration_ms: 60_000, call_cost: { product_costs: [{ product: "x_tts", cost: 1.5 }] } };
    writeFileSync(join(folder, "retell.json"), JSON.stringify([call, { ...call, call_id: "r2", duration_ms: "60000" }]));
    const importRetell = (): Promise<Ended> => apportion(["import", "usage", "retell.json", "--mapping", "retell", "--source", "retell://acme", "--json"]);
    expect(JSON.parse((await importRetell()).out)).toMatchObject({ ...none, read: 2, held: 1, rejected: 1, rejectsFile: join(folder, "retell.json.rejected.csv") });
    const second = await importRetell();
    expect([second.status, JSON.parse(second.out)]).toMatchObject([3, { ...none, read: 2, duplicate: 1, rejected: 1, rejectsFile: join(folder, "retell.json.rejected.csv") }]);
    rmSync(join(folder, "retell.json.rejected.csv"));
    expect(await apportion(["import", "usage", "retell.json", "--mapping", "retell"])).toMatchObject({ status: 2, err: expect.stringContaining("--source") as string });
  });

  test.each([
    ["a mapping that is not there", ["calls.csv", "--mapping", "none.json"], 3, "none.json"],
    ["a file that is not there", ["none.csv", "--mapping", "mapping.json"], 3, "none.csv"],
    ["no mapping", ["calls.csv"], 2, "--mapping"],
    ["an unknown programme", ["calls.csv", "--mapping", "mapping.json", "--programme", "nix"], 3, "There is acme"],
  ])("%s is told", async (_name, args, status, message) => {
    const ended = await apportion(["import", "usage", ...args]);
    expect(ended).toMatchObject({ status, out: "" });
    expect(ended.err).toContain(message);
  });
});

test("import costs books sound rows once and tells why it refused the others", async () => {
  await installation.database.withTenant(await as("ann"), (tx) => createCostPool(createCostPoolPorts(tx, recordAudit), { code: "platform", name: "Platform", kind: "PLATFORM_CONTRACT" }));
  fileOf("costs.csv", ["pool,period,amount,currency,externalId,vendor,note", `platform,${PERIOD},100.01,GBP,inv-1,Voice Ltd,x`, `cloud,${PERIOD},5,GBP,inv-2,,`, `platform,${PERIOD},5,EUR,inv-3,,`, `platform,${PERIOD},-0.01,GBP,inv-4,,`]);
  const first = await apportion(["import", "costs", "costs.csv", "--json"]);
  const rejectsFile = join(folder, "costs.csv.rejected.csv");
  expect({ status: first.status, summary: JSON.parse(first.out) as unknown }).toEqual({ status: 3, summary: { read: 4, booked: 2, duplicate: 0, rejected: 2, rejectsFile, ignored: ["note"] } });
  expect(readFileSync(rejectsFile, "utf8")).toMatch(/^row,externalId,code,message\n3,inv-2,NOT_FOUND,.*\n4,inv-3,CURRENCY_MISMATCH,.*\n$/);
  fileOf("credits.ndjson", [`{"pool":"platform","period":"${PERIOD}","amount":-0.01,"currency":"GBP","externalId":"inv-4"}`]);
  expect(await json("import", "costs", "credits.ndjson")).toMatchObject({ read: 1, booked: 0, duplicate: 1, rejected: 0 });
  const row = (id: string, amount: string, kind: string, category: string): string => `platform,2031-02,${amount},GBP,${id},${kind},${category}`;
  fileOf("kinds.csv", [
    "pool,period,amount,currency,externalId,kind,ChargeCategory", row("k-1", "-5", "CREDIT", ""), row("k-2", "-5", "", "Credit"), row("k-3", "-5", "", "Adjustment"), row("k-4", "-5", "", ""),
    row("k-5", "5", "", "Credit"), row("k-6", "-5", "credit", ""), row("k-7", "-5", "", "Gift"), row("k-8", "-5", "CHARGE", "Credit"),
  ]);
  expect(JSON.parse((await apportion(["import", "costs", "kinds.csv", "--json"])).out)).toMatchObject({ read: 8, booked: 4, rejected: 4, ignored: [] });
  expect(readFileSync(join(folder, "kinds.csv.rejected.csv"), "utf8").split("\n").slice(1, 5).map((line) => line.split(/,"?/).slice(1, 4).join())).toEqual([
    "k-5,BAD_USER_INPUT,A CREDIT lowers cost: its amount is negative. What takes a credit back is a CHARGE.", 'k-6,BAD_USER_INPUT,kind ""credit"" is not one of CHARGE', 'k-7,BAD_USER_INPUT,ChargeCategory ""Gift"" is not one of Usage',
    "k-8,BAD_USER_INPUT,kind CHARGE and ChargeCategory Credit say different things. Leave one of them out.",
  ]);
  expect(await installation.database.withTenant(await as("ann"), (tx) => tx.query("select external_id as id, kind from costs.cost_entry where starts_with(external_id, 'k-') order by 1"))).toEqual(["CREDIT", "CREDIT", "CHARGE", "CHARGE"].map((kind, index) => ({ id: `k-${index + 1}`, kind })));
});

describe("allocate and explain", () => {
  test("without an approved policy there is a conflict, and it says what is missing", async () => {
    expect(await apportion(["allocate", PERIOD])).toMatchObject({ status: 4, out: "", err: expect.stringContaining("No approved allocation policy") as string });
  });

  test("a period without facts is invalid input", async () => {
    expect(await apportion(["allocate", "2031-01"])).toMatchObject({ status: 3, out: "" });
    expect(await inItsOwnProcess(["allocate", "October"])).toMatchObject({ status: 3, out: "" });
    expect(await apportion(["explain", "2031-01", "--business-unit", "claims"])).toMatchObject({ status: 3, out: "" });
  });

  test("the pool is divided; the same facts answer the same run", async () => {
    await agreeOn({ effectiveFrom: PERIOD, rules: [{ pool: "platform", parts: [{ fraction: "0.5", driver: "CONNECTED_SECONDS" }, { fraction: "0.5", driver: "CONTACTS" }] }] });
    const dry = await json<{ run: { status: string; resultHash: string } }>("allocate", PERIOD, "--dry-run");
    expect(dry.run.status).toBe("DRAFT");
    const run = await json<{ run: { resultHash: string }; rows: Array<{ businessUnit: string; amount: { amount: string } }> }>("allocate", PERIOD);
    expect(run.run.resultHash).toBe(dry.run.resultHash);
    expect(run).toMatchObject({ total: { amount: "100.00", currency: "GBP" }, allocated: { amount: "100.00" }, unallocated: { amount: "0.00" } });
    // The call that ends at 0:00:01 on the first of November is not of October: 120 of 240 seconds, one of three contacts.
    expect(run.rows.map((row) => [row.businessUnit, row.amount.amount])).toEqual([["claims", "41.67"], ["retail-bank", "58.33"]]);
    expect(await json("allocate", PERIOD)).toEqual(run);
  });

  test("explain tells how an amount came about", async () => {
    expect(await json("explain", PERIOD, "--business-unit", "claims")).toEqual([
      expect.objectContaining({ pool: "platform", driver: "CONNECTED_SECONDS", driverQuantity: "120", driverTotal: "240", shareNumerator: "1", shareDenominator: "4", exactAmount: "25", adjustmentMinor: 0, amount: { amount: "25.00", currency: "GBP" } }),
      expect.objectContaining({ driver: "CONTACTS", driverQuantity: "1", driverTotal: "3", exactAmount: "50/3", adjustmentMinor: 1, amount: { amount: "16.67", currency: "GBP" } }),
    ]);
    const { out } = await apportion(["explain", PERIOD, "--business-unit", "claims", "--use-case", "claims.new-claim"]);
    expect(out).toContain("claims / claims.new-claim in 2025-10");
    expect(await apportion(["explain", PERIOD, "--business-unit", "nix"])).toMatchObject({ status: 3, out: "" });
  });
});

describe("verify", () => {
  test("proves everything, and says when newer facts wait", async () => {
    const { ok, proofs } = await json<{ ok: boolean; proofs: Array<{ ok: boolean }> }>("verify");
    expect({ ok, held: proofs.map((proof) => proof.ok) }).toEqual({ ok: true, held: Array(29).fill(true) });
    fileOf("late.csv", [CALLS[0]!, "7,gero,Claims,Status,2025-10-20 11:00:00,60,call"]);
    await json("import", "usage", "late.csv", "--mapping", "mapping.json");
    const { status, out } = await apportion(["verify"]);
    expect(status).toBe(0);
    expect(out).toContain("2025-10: newer facts exist (1 usage rows): allocate again");
    await json("allocate", PERIOD);
    expect((await apportion(["verify"])).out).not.toContain("newer facts");
  });

  test("fails, with 1, when a total was changed behind its back", async () => {
    await tamper("update metering.usage_period_total set contacts = contacts + 1 where legs = 2 and connected_ms = 120000");
    const { status, out } = await inItsOwnProcess(["verify"]);
    expect(status).toBe(1);
    expect(out).toMatch(/FAIL +period totals = usage rows .*\n +1 difference\(s\):\n +retail-bank retail-bank.card-lost 2025-10: contacts stored 3, counted 2\n/);
    await tamper("update metering.usage_period_total set contacts = contacts - 1 where legs = 2 and connected_ms = 120000");
    expect((await apportion(["verify"])).status).toBe(0);
  });

  test("--anchor proves that the audit chain still passes through an end that was printed before", async () => {
    const head = /audit chain +\d+ entries, head (\d+:[0-9a-f]{64})\n/.exec((await apportion(["verify"])).out)![1]!;
    await installation.database.withTenant(await as("ann"), (tx) => recordAudit(tx, { action: "test", subjectKind: "Test", subjectKey: "1" }));
    const kept = await apportion(["verify", "--anchor", head]);
    expect(kept.status).toBe(0);
    expect(kept.out).toMatch(/ok +audit chain passes through its anchors +1 of 1\n/);
    const [sequence, hash] = head.split(":");
    const other = `${sequence}:${"0".repeat(64)}`;
    const lost = await apportion(["verify", "--anchor", head, "--anchor", other, "--anchor", `9999:${hash}`]);
    expect(lost.status).toBe(1);
    expect(lost.out).toMatch(/FAIL +audit chain passes through its anchors +1 of 3\n +2 difference\(s\):\n/);
    expect(lost.out).toContain(`anchor ${sequence}: entry ${sequence} has the hash ${hash}, the anchor says ${"0".repeat(64)}`);
    expect(lost.out).toContain("anchor 9999: there is no entry 9999");
    for (const wrong of ["", "12", `${sequence}:abc`]) expect(await apportion(["verify", "--anchor", wrong])).toMatchObject({ status: 2, out: "", err: expect.stringContaining("Write the sequence, a colon and the 64 digits") as string });
  });

  const newest = "run_id = (select id from allocation.run where period_key = '2025-10' order by sequence desc limit 1)";
  const oneLine = `ctid = (select ctid from allocation.line where ${newest} order by use_case_id, part limit 1)`;
  const totals = ["daily totals = usage rows", "period totals = usage rows"];
  const runs = ["result hash = hash of the stored lines", "replay of the stored snapshot = run", "input hash = hash of the facts now"];
  test.each([
    ["a daily total", "update metering.usage_daily_total set connected_ms = connected_ms {+} 1000 where day = '2025-10-04'", "+", "-", [totals[0], runs[2]]],
    ["a call", "update metering.usage_event set connected_ms = connected_ms {+} 1000 where event_id = '3'", "+", "-", totals],
    ["the head of a leg", "update metering.usage_event set opens_leg = {+} where event_id = '3'", "false", "true", ["one row stands per leg: its head"]],
    ["a line", `update allocation.line set amount_minor = amount_minor {+} 1 where ${oneLine}`, "+", "-", ["lines + unallocated = pool, per run", runs[0]]],
    ["a booked cost", "update costs.cost_entry set amount_minor = amount_minor {+} 1 where external_id = 'inv-1'", "+", "-", ["pools of runs = costs at their cut-off", runs[2]]],
    ["a driver quantity", `update allocation.driver_quantity set quantity = quantity {+} 1 where ${newest} and driver_key = 'CONNECTED_SECONDS'`, "+", "-", [runs[1]]],
    ["an audit entry", "update governance.audit_entry set reason = {+} where sequence = 2", "'other'", "null", ["audit chain"]],
    ["a policy", "update allocation.policy set note = {+}", "'other'", "null", ["policy hash = hash of its document"]],
  ])("finds out about %s", async (_name, sql, there, back, expected) => {
    await tamper(sql.replace("{+}", there));
    try {
      expect(await unproved()).toEqual(expected);
    } finally {
      await tamper(sql.replace("{+}", back));
    }
    expect(await unproved()).toEqual([]);
  });
});

describe("budgets", () => {
  test("are held against what the month costs, and tell each threshold once", async () => {
    expect(await apportion(["budgets", "2031-01"])).toMatchObject({ status: 3, out: "", err: expect.stringContaining("There is nothing in 2031-01") as string });
    expect(await apportion(["budgets", PERIOD, "--method", "GUESS"])).toMatchObject({ status: 2, out: "" });
    expect(await apportion(["budgets", PERIOD, "--evaluate"])).toMatchObject({ status: 3, out: "", err: expect.stringContaining("There is no budget of 2025-10") as string });
    await installation.database.withTenant(await as("ann"), (tx) => setBudget(setBudgetPorts(tx, recordAudit), { businessUnit: "claims", period: PERIOD, amount: "1.00", currency: "GBP" }));
    const shown = await json<{ rows: Array<{ businessUnit: string; budget: unknown; actual: { amount: string }; forecast: unknown }>; alerts: Array<{ businessUnit: string; basis: string; threshold: number }> }>("budgets", PERIOD, "--evaluate");
    expect(shown.rows.map(({ businessUnit }) => businessUnit)).toEqual(["claims", "retail-bank"]);
    expect(shown.rows[0]).toMatchObject({ budget: { amount: "1.00", currency: "GBP" }, forecast: shown.rows[0]!.actual });
    expect(shown.alerts.map(({ businessUnit, basis, threshold }) => [businessUnit, basis, threshold])).toEqual([["claims", "ACTUAL", 80], ["claims", "ACTUAL", 100], ["claims", "FORECAST", 80], ["claims", "FORECAST", 100]]);
    const { out } = await apportion(["budgets", PERIOD, "--evaluate"]);
    expect(out).toMatch(/\nclaims +1\.00 +\d+\.\d\d +\d+\.\d\d +- +- +\d+\.\d\d\n/);
    expect(out).toMatch(/\nin GBP\n\nNothing new was reached\.\n$/);
  });
});

describe("close", () => {
  it("says what is missing, takes two people, and prints the head to be kept", async () => {
    const dry = await apportion(["close", PERIOD, "--dry-run"]);
    expect(dry).toMatchObject({ status: 0, err: "" });
    expect(dry.out.match(/^(ok|MISS) +\w+/gm)).toHaveLength(17);
    expect(await apportion(["close", "2031-01", "--dry-run"])).toMatchObject({ status: 3, out: "" });
    expect((await apportion(["close", PERIOD, "--subject", "ann"])).out).toMatch(/is CLOSING: ann asked for its close/);
    expect(await inItsOwnProcess(["close", PERIOD, "--subject", "ann"])).toMatchObject({ status: 4, out: "", err: expect.stringContaining("a second person must close it") as string });
    const closed = await json<{ status: string; closedBy: string; hash: string; auditHead: string }>("close", PERIOD, "--subject", "ben");
    expect(closed).toMatchObject({ status: "CLOSED", closedBy: "ben", hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(await apportion(["close", PERIOD, "--subject", "cid"])).toMatchObject({ status: 4, out: "", err: expect.stringContaining("is closed already") as string });
    expect(await apportion(["allocate", PERIOD])).toMatchObject({ status: 4, out: "" });
    expect((await apportion(["verify", "--anchor", closed.auditHead])).status).toBe(0);
  });
});

describe("statements", () => {
  interface Shown { readonly businessUnit: string; readonly status: string; readonly total: { amount: string }; readonly hash: string; readonly lines?: Array<{ kind: string; pool: string; useCase: string; amount: { amount: string } }> }

  test("are issued once the month is closed, shown as a table and line by line", async () => {
    expect(await apportion(["statements", "2031-01"])).toMatchObject({ status: 3, out: "" });
    expect(await apportion(["statements", "2031-01", "--issue"])).toMatchObject({ status: 3, out: "" });
    expect(await apportion(["statements", PERIOD, "--business-unit", "nix"])).toMatchObject({ status: 3, out: "", err: expect.stringContaining("There is no business unit nix") as string });
    expect((await apportion(["statements", PERIOD])).out).toContain("No statements of 2025-10 were issued.");
    expect(await json("statements", PERIOD)).toEqual([]);
    await tamper("update tenancy.business_unit set chargeback_mode = 'CHARGEBACK' where code = 'claims'");
    const issued = await json<Shown[]>("statements", PERIOD, "--issue");
    expect(issued.map(({ businessUnit, status }) => [businessUnit, status])).toEqual([["claims", "ISSUED"], ["retail-bank", "ISSUED"]]);
    expect(issued.reduce((sum, { total }) => sum + Number(total.amount.replace(".", "")), 0)).toBe(10_000);
    expect(await json("statements", PERIOD, "--issue")).toEqual(issued);
    expect(await json("statements", PERIOD)).toEqual(issued);
    // Without rules silence accepts nothing.
    expect(await json("statements", PERIOD, "--settle")).toEqual(issued);
    expect(await apportion(["statements", "2031-01", "--settle"])).toMatchObject({ status: 3, out: "" });
    const { out } = await apportion(["statements", PERIOD]);
    expect(out).toContain(issued[0]!.hash);
    expect(out).toMatch(/\ntotal 100.00 GBP\n$/);
    const [claims] = await json<Shown[]>("statements", PERIOD, "--business-unit", "claims");
    expect(claims).toMatchObject({ ...issued[0], lines: [{ kind: "ALLOCATION", pool: "platform", useCase: "claims.new-claim" }, { kind: "ALLOCATION", pool: "platform", useCase: "claims.status" }] });
    expect((await apportion(["statements", PERIOD, "--business-unit", "claims"])).out).toMatch(/\nALLOCATION +2025-10 +platform +claims.new-claim +\d+\.\d\d\n/);

    // On paper.
    const page = await apportion(["statement", PERIOD, "--business-unit", "claims", "--format", "html"]);
    expect([page.status, page.out.startsWith("<!doctype html>"), page.out.includes(issued[0]!.hash), page.out.includes("CHARGEBACK: charged to the unit and posted"), page.err]).toEqual([0, true, true, true, ""]);
    const file = join(folder, "claims.pdf");
    expect(await apportion(["statement", PERIOD, "--business-unit", "claims", "--statement-version", "1", "--output", file])).toMatchObject({ status: 0, out: "", err: expect.stringContaining(`version 1 in ${file}`) as string });
    expect(pdfPages(readFileSync(file)).flat()).toContain(issued[0]!.hash);
    expect(await apportion(["statement", PERIOD, "--business-unit", "nix", "--output", join(folder, "nix.pdf")])).toMatchObject({ status: 3, out: "", err: expect.stringContaining("There is no business unit nix") as string });
    expect(existsSync(join(folder, "nix.pdf"))).toBe(false);
    expect(await apportion(["statement", PERIOD, "--business-unit", "claims", "--statement-version", "2"])).toMatchObject({ status: 3, out: "", err: expect.stringContaining("The newest is 1.") as string });
    expect(await apportion(["statement", "2025-09", "--business-unit", "claims"])).toMatchObject({ status: 3, out: "", err: expect.stringContaining("No statement of claims for 2025-09 was issued.") as string });
    expect((await apportion(["statement", PERIOD, "--business-unit", "claims", "--format", "docx"])).status).toBe(2);
  });

  const proofs = ["statements = lines", "statement hash = hash of its lines"];
  test.each([
    ["a line", "update chargeback.statement_line set amount_minor = amount_minor {+} 1 where position = 0", "+", "-", proofs],
    ["a total", "update chargeback.statement set total_minor = total_minor {+} 1", "+", "-", [proofs[0]]],
    ["a mode", "update chargeback.statement set mode = {+} where business_unit_id = (select id from tenancy.business_unit where code = 'retail-bank')", "'CHARGEBACK'", "'SHOWBACK'", [proofs[1]]],
  ])("verify finds out about %s", async (_name, sql, there, back, expected) => {
    await tamper(sql.replace("{+}", there));
    try {
      expect(await unproved()).toEqual(expected);
    } finally {
      await tamper(sql.replace("{+}", back));
    }
    expect(await unproved()).toEqual([]);
  });
});

describe("journal", () => {
  const journal = (...args: string[]): Promise<Ended> => apportion(["journal", PERIOD, "--profile", "generic", ...args]);

  test("says which accounts are missing", async () => {
    expect(await journal("--check")).toMatchObject({ status: 4, out: expect.stringMatching(/^claims, pool platform, ALLOCATION: no account, \d+\.\d\d GBP\n$/) as string, err: expect.stringContaining("Charges of 2025-10 without an account: 1.") as string });
    expect(await journal()).toMatchObject({ status: 4, out: "", err: expect.stringContaining("No account mapping is approved for 2025-10") as string });
    const { version } = await installation.database.withTenant(await as("ann"), (tx) =>
      proposeAccountMapping(proposeAccountMappingPorts(tx, recordAudit), { effectiveFrom: PERIOD, recovery: { account: "4900" }, rules: [{ debit: { account: "6100", costCentre: "C1" } }] }, null));
    await installation.database.withTenant(await as("ben"), (tx) => approveAccountMapping(approveAccountMappingPorts(tx, recordAudit), version));
    expect(await journal("--check")).toMatchObject({ status: 0, out: "Every charge of 2025-10 has an account.\n" });
  });

  test("prints the file of the ERP, the same bytes each time, with its control totals", async () => {
    const first = await journal();
    expect(first).toMatchObject({ status: 0, out: expect.stringMatching(/^journal_id,line_no,[^\r]*\r\nacme-2025-10-J1,1,2025-10-31,2025-10,,6100,C1,,GBP,\d+\.\d\d,,ALLOCATION platform claims\.new-claim/) as string });
    expect(first.err).toMatch(/acme-2025-10-J1 {2}2025-10-31 {2}3 lines {2}debit (\d+\.\d\d) {2}credit \1 GBP {2}sha256 [0-9a-f]{64}\n$/);
    expect(await inItsOwnProcess(["journal", PERIOD, "--profile", "generic"])).toMatchObject({ status: 0, out: first.out });
    expect(await json("journal", PERIOD, "--profile", "NetSuite")).toMatchObject([{ externalId: "acme-2025-10-J1", kind: "POSTING", profile: "netsuite", control: { lines: 3, debit: { currency: "GBP" } } }]);
    expect(await journal("--out", "journals")).toMatchObject({ status: 0, out: expect.stringContaining("acme-2025-10-J1") as string });
    expect(readFileSync(join(folder, "journals", "acme-2025-10-J1.generic.csv"), "utf8")).toBe(first.out);
    expect(readFileSync(join(folder, "journals", "acme-2025-10-J1.generic.control.csv"), "utf8")).toContain(first.err.match(/sha256 ([0-9a-f]{64})/)![1]!);
    expect(await unproved()).toEqual([]);
  });

  test.each([[["--profile", "abacus"], 2, "There is no profile abacus. Known are generic, netsuite, oracle-fbdi, dynamics-365, sap-s4hana."], [[], 2, "--profile"], [["--profile", "generic", "--reversal"], 3, "Nothing was taken back"], [["--profile", "generic", "--posting-date", "2025-13-31"], 3, "is no posting date of 2025-10"], [["--profile", "oracle-fbdi"], 4, "needs LEDGER_ID"]])(
    "%j ends with %i", async (args, status, message) => {
      expect(await apportion(["journal", PERIOD, ...args])).toMatchObject({ status, out: "", err: expect.stringContaining(message) as string });
    });
});

describe("export and keys", () => {
  it("writes a dataset, and says how far it is", async () => {
    const lines = await apportion(["export", "journal_line", "--from", PERIOD, "--fields", "journal_id,debit,credit"]);
    expect(lines).toMatchObject({ status: 0, err: expect.stringMatching(/\d+ rows \| [\d,]+ rows\/s/) as string });
    const [header, ...rows] = lines.out.trimEnd().split("\r\n").map((line) => line.split(","));
    expect(header).toEqual(["journal_id", "debit", "credit"]);
    const minor = (column: number): bigint => rows.reduce((total, row) => total + BigInt(row[column]!.replace(".", "")), 0n);
    expect([rows.length > 1, minor(1) > 0n, minor(1)]).toEqual([true, true, minor(2)]);
    expect(await apportion(["export", "allocation_line", "--format", "parquet", "--output", "lines.parquet"])).toMatchObject({ status: 0, out: "", err: expect.stringMatching(/\d+ rows of allocation_line in lines\.parquet\n$/) as string });
    expect(readFileSync(join(folder, "lines.parquet")).subarray(0, 4).toString()).toBe("PAR1");
    expect(await apportion(["export", "allocation_line", "--output", "no-such-folder/lines.csv"])).toMatchObject({ status: 1, out: "", err: expect.stringMatching(/^apportion: ENOENT.*no-such-folder\/lines\.csv'\n$/m) as string });
    expect(await apportion(["export", "allocation_line", "--output", "lines.parquet", "--filter", "business_unit=nowhere"])).toMatchObject({ status: 3 });
    expect(readFileSync(join(folder, "lines.parquet")).subarray(0, 4).toString()).toBe("PAR1");
    expect(await apportion(["export", "nothing"])).toMatchObject({ status: 3, out: "", err: expect.stringContaining("Known are allocation_line, usage_daily") as string });
    expect(await apportion(["export", "allocation_line", "--filter", "business_unit=nowhere"])).toMatchObject({ status: 3, err: expect.stringContaining("There is no business unit nowhere.") as string });
  });

  it("makes, rotates and revokes keys", async () => {
    const made = await apportion(["keys", "create", "power-bi", "--role", "auditor", "--dataset", "allocation_line"]);
    expect(made).toMatchObject({ status: 0, out: expect.stringMatching(/^apk_[\w-]{32}:[\w-]{43}\n$/) as string, err: expect.stringContaining("it is not shown again") as string });
    const rotated = await json<{ keyId: string; secret: string; bearerToken: string }>("keys", "rotate", "power-bi", "--overlap-hours", "0");
    expect([`${rotated.keyId}.${rotated.secret}`, made.out.startsWith(rotated.keyId)]).toEqual([rotated.bearerToken, true]);
    expect(await apportion(["keys", "revoke", "power-bi", "--reason", "gone"])).toMatchObject({ status: 0, out: "power-bi is revoked\n" });
    expect(await json("keys", "list")).toMatchObject([{ code: "power-bi", role: "AUDITOR", datasets: ["allocation_line"], status: "REVOKED", lastUsedAt: null }]);
  });
});

describe("token", () => {
  test("of any role, in any case, for units of the only programme", async () => {
    const { token, ttlSeconds } = await embeddedJson<{ token: string; ttlSeconds: number }>("token", "--role", "business-unit", "--subject", "uma", "--business-unit", "claims", "--ttl", "30m");
    expect(await createTokenVerifier(installation.token, installation.clock, { logger }).verify(token)).toEqual({ subject: "uma", role: "BUSINESS_UNIT", programme: "acme", businessUnits: ["claims"] });
    expect(ttlSeconds).toBe(1800);
  });

  test("without --json it is the token and nothing else", async () => {
    const { out } = await inItsOwnProcess(["token", "--role", "Finance"]);
    expect(await createTokenVerifier(installation.token, installation.clock, { logger }).verify(out.trim())).toMatchObject({ role: "FINANCE", programme: "acme" });
  });

  test.each([
    [["--role", "king"], 2], [["--role", "finance", "--ttl", "soon"], 2], [["--role", "finance", "--business-unit", "claims"], 2], [["--role", "finance", "--ttl", "99d"], 3],
  ])("%j ends with %i", async (args, status) => {
    expect(await apportion(["token", ...args])).toMatchObject({ status, out: "" });
  });
});

describe("the whole", () => {
  test.each([[[]], [["dance"]], [["programme"]], [["verify", "--loud"]], [["seed", "--scale", "xl"]]])("usage error %j ends with 2", async (args) => {
    const { status, out, err } = await apportion(args);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).not.toBe("");
  });

  test("--help ends with 0, and the README names every command that it tells of, and no other", async () => {
    const { status, out } = await inItsOwnProcess(["--help"]);
    expect(status).toBe(0);
    expect(out).toContain("Exit status");
    const told = [...out.slice(out.indexOf("Commands:")).matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name!).filter((name) => name !== "help");
    expect(told.length).toBeGreaterThan(15);
    const chapter = readFileSync(join(__dirname, "../../README.md"), "utf8").split("## Command line")[1]!;
    const list = /^`[^]*?`\.(?= )/m.exec(chapter)![0];
    expect([...list.matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name!).sort()).toEqual([...told].sort());
  });

  test("a database that nobody answers for ends with 5, a wrong setting with 2", async () => {
    const nowhere = elsewhere("postgresql://x:y@127.0.0.1:1/apportion");
    expect(await inItsOwnProcess(["verify"], nowhere)).toMatchObject({ status: 5, out: "", err: expect.not.stringContaining("x:y") as string });
    expect((await apportion(["migrate"], nowhere)).status).toBe(2);
    expect((await apportion(["doctor"], nowhere)).status).toBe(5);
    expect((await inItsOwnProcess(["verify"], { APPORTION_NONSENSE: "1" })).status).toBe(2);
  });

  test("doctor finds a sound installation sound", async () => {
    const { ok, findings } = await embeddedJson<{ ok: boolean; findings: Array<{ name: string; ok: boolean }> }>("doctor");
    expect(findings.filter((finding) => !finding.ok)).toEqual([]);
    expect({ ok, names: findings.map(({ name }) => name) }).toEqual({
      ok: true,
      names: ["configuration", "disk", "database", "PostgreSQL version", "role of the API", "reading roles", "migrations", "row-level security", "BI views", "clock"],
    });
  });

  test("with published keys doctor looks at them, and no token is signed here", async () => {
    const published = { ...elsewhere(installation.apiUrl), APPORTION_JWT_SECRET: "", APPORTION_JWKS_URL: "http://127.0.0.1:1/keys" };
    const { status, out } = await apportion(["doctor"], published);
    expect([status, out.split("\n").filter((line) => line.startsWith("FAIL")).length, /FAIL +published keys/.test(out)]).toEqual([1, 1, true]);
    expect(await apportion(["token", "--role", "finance"], published)).toMatchObject({ status: 3, out: "", err: expect.stringContaining("tokens come from your identity provider") as string });
  });

  test("seed builds a second programme that verifies; from then on a command says which one it wants", async () => {
    expect(await embeddedJson("seed", "--scale", "s")).toMatchObject({ programme: "demo", scale: "s", legs: 4220, periods: ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10"] });
    expect(await embedded(["seed"])).toMatchObject({ status: 4, out: "", err: "apportion: The demo stands here at scale s. Keep that, or use another APPORTION_DATA_DIR for scale m.\n" });
    expect((await apportion(["verify", "--programme", "demo"])).status).toBe(0);
    expect(await apportion(["verify"])).toMatchObject({ status: 2, out: "", err: "apportion: There are several programmes. Say which with --programme: acme, demo.\n" });
  });

  test("init, migrate and doctor set up a database of one's own", async () => {
    const made = await apportion(["init", "--admin-url", server.adminUrl, "--database", "other", "--owner-role", "other_owner", "--api-role", "other_api"], {});
    expect(made.status).toBe(0);
    const [, apiUrl, ownerUrl] = /^DATABASE_URL=(.*)\nAPPORTION_MIGRATION_URL=(.*)\nAPPORTION_BACKUP_URL=.*\n$/.exec(made.out)!;
    expect((await apportion(["doctor"], elsewhere(apiUrl!))).out).toMatch(/FAIL +migrations/);
    const env = { ...elsewhere(apiUrl!), APPORTION_MIGRATION_URL: ownerUrl! };
    expect((await apportion(["migrate"], env)).out).toContain("applied Tenancy");
    expect((await apportion(["migrate"], env)).out).toBe("Up to date.\n");
    expect((await apportion(["doctor"], env)).status).toBe(0);
    // An installation from before the reading roles: told what to do, changed by nothing else, and well after it.
    await administer("revoke other_api_case_reader, other_api_programme_reader from other_api");
    const told = /"other_api" cannot read reports as "other_api_case_reader" and "other_api_programme_reader"\. Run "apportion init" again/;
    for (const command of ["migrate", "doctor"]) {
      const { status, out, err } = await apportion([command], env);
      expect([command, status, told.test(out + err)]).toEqual([command, command === "doctor" ? 1 : 2, true]);
    }
    const passwords = ["--owner-password", decodeURIComponent(new URL(ownerUrl!).password), "--api-password", decodeURIComponent(new URL(apiUrl!).password)];
    const again = await apportion(["init", "--admin-url", server.adminUrl, "--database", "other", "--owner-role", "other_owner", "--api-role", "other_api", ...passwords]);
    expect(again.out).toContain(`DATABASE_URL=${apiUrl}\nAPPORTION_MIGRATION_URL=${ownerUrl}\n`);
    expect((await apportion(["doctor"], env)).status).toBe(0);
    expect((await apportion(["doctor"], elsewhere(ownerUrl!))).out).toMatch(/FAIL +role of the API/);
    expect((await apportion(["verify"], elsewhere(ownerUrl!))).status).toBe(2);
    expect((await apportion(["verify"], elsewhere(apiUrl!.replace(/:[^:@]+@/, ":wrong-password@")))).status).toBe(2);
  });
});
