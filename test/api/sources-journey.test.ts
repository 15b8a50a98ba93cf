import { readBatch, reportUsage } from "../../src/metering";
import { usageStore } from "../../src/metering/ingest/usage.store";
import { LAG_METHOD } from "../../src/metering/sources/lag";
import { Scope } from "../../src/tenancy";
import { Reported, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { inProgramme, rowCounts } from "../support/two-programmes";

const REGISTER = "mutation($input: RegisterSourceInput!) { registerSource(input: $input) { source { uri version registered owner status silent } userErrors { code message field } } }";
const RULES = "mutation($input: SetSourceRulesInput!) { setSourceRules(input: $input) { rules { version requireRegisteredSources } userErrors { code message field } } }";
const COUNTS = "deliveries accepted duplicate superseded conflict rejected held";

let server: TestServer;
let finance: Actor;

beforeAll(async () => {
  server = await startTestServer();
  finance = server.as("FINANCE");
  await createAcme(server);
});
afterAll(() => server.close());
beforeEach(() => server.clock.set("2025-11-15T12:00:00.000Z"));

const register = async (uri: string, more: Record<string, unknown> = {}, actor = server.as("FINANCE")): Promise<Record<string, unknown>> =>
  (await must(actor, REGISTER, { input: { uri, name: `Source ${uri}`, owner: "Voice team", kind: "PLATFORM", ...more } })).registerSource.source;
const verdicts = (answer: Reported): string[] => answer.results.map(({ outcome, code }) => (code ? `${outcome} ${code}` : outcome));
const completeness = async (uri: string, selection: string, args = '(period: "2025-11")', actor = finance): Promise<Record<string, unknown>> =>
  (await must(actor, `query($uri: String!) { source(uri: $uri) { completeness${args} { ${selection} } } }`, { uri })).source.completeness;

describe("a source that nobody registered", () => {
  it("works, is shown as what it is, and every batch of it is counted", async () => {
    const uri = "test://unregistered";
    const batch = [
      call("a", { connectedAt: null, connectedMs: 0, endedAt: "2025-11-15T11:59:30.000Z" }), call("b", { useCase: "triage", connectedAt: null, endedAt: "2025-11-15T10:00:00.000Z" }),
      call("c", { useCase: "who-knows", connectedAt: null, endedAt: "2025-11-14T12:00:00.000Z" }), call("d", { channel: "FAX" }), call("e", { businessUnit: "nowhere" }), call("f", { colour: "red" }), call("g", { channel: "PIGEON" }),
    ];
    expect(verdicts(await report(integration(server), batch, uri))).toEqual(["ACCEPTED", "ACCEPTED", "HELD", "REJECTED BAD_USER_INPUT", "REJECTED NOT_FOUND", "REJECTED BAD_USER_INPUT", "REJECTED BAD_USER_INPUT"]);
    server.clock.set("2025-11-15T13:00:00.000Z");
    await report(integration(server), [...batch.slice(0, 3), call("a2", { legId: "leg-a", revision: 0, connectedAt: null, connectedMs: 0, endedAt: "2025-11-15T11:59:30.000Z" }), { ...batch[1], connectedMs: 9 }], uri);

    const seen = await must(finance, `query($uri: String!) { source(uri: $uri) { uri registered version owner kind status businessUnits lastSeenAt silent silentSince missing completeness(from: "2025-11-15T00:00:00Z", to: "2025-11-16T00:00:00Z") {
      from to asOf ${COUNTS} rejects { code about count } firstEndedAt lastEndedAt gaps { count } missing
      lag { events minMs maxMs totalMs p50 { atLeastMs atMostMs } p95 { atLeastMs atMostMs } p99 { atLeastMs atMostMs } method } } } }`, { uri });
    expect(seen.source).toEqual({
      uri, registered: false, version: 0, owner: null, kind: null, status: null, businessUnits: null, lastSeenAt: "2025-11-15T13:00:00.000Z", silent: null, silentSince: null, missing: ["No rhythm is expected of it: register expectedEverySeconds."],
      completeness: {
        from: "2025-11-15T00:00:00.000Z", to: "2025-11-16T00:00:00.000Z", asOf: "2025-11-15T13:00:00.000Z", deliveries: 2,
        accepted: 2, duplicate: 3, superseded: 1, conflict: 1, rejected: 4, held: 1,
        rejects: [{ code: "BAD_USER_INPUT", about: "channel", count: 2 }, { code: "BAD_USER_INPUT", about: "unknownField", count: 1 }, { code: "NOT_FOUND", about: "businessUnit", count: 1 }],
        firstEndedAt: "2025-11-14T12:00:00.000Z", lastEndedAt: "2025-11-15T11:59:30.000Z", gaps: null, missing: ["No rhythm is expected of it: register expectedEverySeconds."],
        lag: { events: 4, minMs: 30_000, maxMs: 86_400_000, totalMs: "97260000", p50: { atLeastMs: 3_600_001, atMostMs: 7_200_000 }, p95: { atLeastMs: 43_200_001, atMostMs: 86_400_000 }, p99: { atLeastMs: 43_200_001, atMostMs: 86_400_000 }, method: LAG_METHOD },
      },
    });
    // Half-open: the first batch came at noon, the second at one.
    expect(await completeness(uri, COUNTS, '(from: "2025-11-15T12:00:00Z", to: "2025-11-15T13:00:00Z")')).toEqual({ deliveries: 1, accepted: 2, duplicate: 0, superseded: 0, conflict: 0, rejected: 4, held: 1 });
    expect(await completeness(uri, `${COUNTS} rejects { count } lag { events } firstEndedAt missing`, '(period: "2025-09")')).toEqual({
      deliveries: 0, accepted: 0, duplicate: 0, superseded: 0, conflict: 0, rejected: 0, held: 0, rejects: [], lag: null, firstEndedAt: null,
      missing: ["Nothing was stored for the first time in this range, so there is no lag.", "No rhythm is expected of it: register expectedEverySeconds."],
    });
  });

  it("leaves a row also of a batch of which nothing is taken; one that is refused as a whole leaves none", async () => {
    const uri = "test://all-refused";
    await report(integration(server), [call("a", { channel: "FAX" })], uri);
    await integration(server).ask("mutation($input: ReportUsageInput!) { reportUsage(input: $input) { accepted } }", { input: { source: uri, events: [] } });
    expect(await completeness(uri, COUNTS)).toEqual({ deliveries: 1, accepted: 0, duplicate: 0, superseded: 0, conflict: 0, rejected: 1, held: 0 });
    expect(await server.sql("select subject, unit_ids, rejects, lag_histogram from metering.delivery d join metering.source s on s.id = d.source_id where uri = $1", [uri])).toEqual([{ subject: "test-integration", unit_ids: [], rejects: { "BAD_USER_INPUT/channel": 1 }, lag_histogram: null }]);
  });

  it("is refused once finance takes registered sources only, event by event, and taken when it is registered", async () => {
    const of = inProgramme(server, "strict");
    await createAcme(server, { code: "strict" });
    const [strict, actor] = [of.as("FINANCE"), integration(of)];
    await report(actor, [call("before")], "test://late-joiner");
    const set = async (requireRegisteredSources: boolean, reason = "to know who sends"): Promise<unknown> => (await must(strict, RULES, { input: { requireRegisteredSources, reason } })).setSourceRules.rules;
    expect(await set(false)).toEqual({ version: 0, requireRegisteredSources: false });
    expect(await set(true)).toEqual({ version: 1, requireRegisteredSources: true });
    expect(await set(true)).toEqual({ version: 1, requireRegisteredSources: true });
    const blank = (await strict.ask(RULES, { input: { requireRegisteredSources: false, reason: " " } })).data.setSourceRules;
    expect([blank.rules, blank.userErrors[0].code]).toEqual([null, "BAD_USER_INPUT"]);
    expect((await must(of.as("AUDITOR"), "{ sourceRules { version requireRegisteredSources } }")).sourceRules).toEqual({ version: 1, requireRegisteredSources: true });

    const before = await rowCounts(server);
    const refused = await report(actor, [call("before"), call("after"), call("broken", { channel: "FAX" })], "test://late-joiner");
    expect(verdicts(refused)).toEqual(["DUPLICATE", "REJECTED FORBIDDEN", "REJECTED BAD_USER_INPUT"]);
    expect(refused.results[1]!.message).toBe("The source test://late-joiner is not registered, and this programme takes usage from registered sources only. Ask finance to run registerSource, then send this again.");
    expect(await rowCounts(server)).toEqual(before);
    await register("test://late-joiner", {}, of.as("ADMIN"));
    expect(verdicts(await report(actor, [call("after")], "test://late-joiner"))).toEqual(["ACCEPTED"]);
    expect(await set(false, "enough")).toEqual({ version: 2, requireRegisteredSources: false });
    expect(verdicts(await report(actor, [call("x")], "test://anybody"))).toEqual(["ACCEPTED"]);
  });
});

describe("a registered source", () => {
  it("may push what it was registered for; the rest is refused event by event and nothing else is spoilt", async () => {
    const uri = "test://limited";
    await register(uri, { types: ["LEG_COMPLETED"], channels: ["VOICE"], businessUnits: ["retail"], useCases: ["order-status"], lateWindowDays: 40 });
    const before = await rowCounts(server);
    const recent = { connectedAt: null, connectedMs: 0, endedAt: "2025-11-10T14:00:00.000Z" };
    const bad = [
      call("type", { ...recent, type: "LEG_UPDATED" }), call("channel", { ...recent, channel: "CHAT" }), call("unit", { ...recent, useCase: "triage" }), call("case", { ...recent, useCase: "returns" }),
      call("late", { connectedAt: null, connectedMs: 0, endedAt: "2025-10-06T11:59:59.999Z" }), call("held-elsewhere", { ...recent, useCase: null, businessUnit: "claims" }),
    ];
    const refused = await report(integration(server), bad, uri);
    expect(refused.results.map(({ outcome, code, message }) => [outcome, code, message])).toEqual([
      ["REJECTED", "FORBIDDEN", "The source test://limited may not push LEG_UPDATED, only LEG_COMPLETED. Ask its owner, Voice team."],
      ["REJECTED", "FORBIDDEN", "The source test://limited may not push usage of CHAT, only of VOICE. Ask its owner, Voice team."],
      ["REJECTED", "FORBIDDEN", "The source test://limited may not push usage of this business unit. Ask its owner, Voice team."],
      ["REJECTED", "FORBIDDEN", "The source test://limited may not push usage of the use case returns. Ask its owner, Voice team."],
      ["REJECTED", "BAD_USER_INPUT", "endedAt lies more than 40 days back: later than that nothing is taken from the source test://limited. Ask its owner, Voice team."],
      ["REJECTED", "FORBIDDEN", "The source test://limited may not push usage of this business unit, claims. Ask its owner, Voice team."],
    ]);
    expect(await rowCounts(server)).toEqual(before);
    const mixed = await report(integration(server), [bad[0]!, call("good", recent), bad[1]!, call("just", { connectedAt: null, connectedMs: 0, endedAt: "2025-10-06T12:00:00.000Z" }), call("held", { ...recent, useCase: "who-knows" })], uri);
    expect(verdicts(mixed)).toEqual(["REJECTED FORBIDDEN", "ACCEPTED", "REJECTED FORBIDDEN", "ACCEPTED", "HELD"]);
    expect((await completeness(uri, "rejects { code about count }")).rejects).toEqual([
      { code: "FORBIDDEN", about: "businessUnit", count: 2 }, { code: "FORBIDDEN", about: "channel", count: 2 }, { code: "FORBIDDEN", about: "type", count: 2 }, { code: "BAD_USER_INPUT", about: "endedAt", count: 1 }, { code: "FORBIDDEN", about: "useCase", count: 1 },
    ]);
  });

  it("is suspended by a new version with before and after in the trail; what is stored still answers a retry, but only to who may push", async () => {
    const uri = "test://suspended";
    const bridge = server.as("INTEGRATION", { subject: "bridge", businessUnits: ["retail"] });
    expect(await register(uri, { subjects: ["bridge"] })).toMatchObject({ version: 1, status: "ACTIVE", registered: true });
    expect(verdicts(await report(bridge, [call("kept")], uri))).toEqual(["ACCEPTED"]);
    expect(await register(uri, { subjects: ["bridge"], status: "SUSPENDED", reason: "repeats itself" })).toMatchObject({ version: 2, status: "SUSPENDED" });
    expect(await register(uri, { subjects: ["bridge"], status: "SUSPENDED", reason: "again" })).toMatchObject({ version: 2 });
    expect(verdicts(await report(bridge, [call("kept"), call("kept", { connectedMs: 1 }), call("new")], uri))).toEqual(["DUPLICATE", "CONFLICT CONFLICT", "REJECTED FORBIDDEN"]);
    expect(verdicts(await report(integration(server), [call("kept"), call("new")], uri))).toEqual(["REJECTED FORBIDDEN", "REJECTED FORBIDDEN"]);
    const { auditEntries } = await must(server.as("AUDITOR"), "{ auditEntries(first: 500) { edges { node { action subject subjectKey reason before after } } } }");
    const trail = auditEntries.edges.map((edge: { node: { subjectKey: string; action: string } }) => edge.node).filter(({ subjectKey, action }: { subjectKey: string; action: string }) => subjectKey === uri && action === "registerSource");
    const content = { name: `Source ${uri}`, owner: "Voice team", contact: null, kind: "PLATFORM", types: null, channels: null, businessUnits: null, useCases: null, subjects: ["bridge"], expectedEverySeconds: null, activeDays: null, activeFrom: null, activeTo: null, expectedFrom: null, lateWindowDays: null };
    expect(trail).toEqual([
      { action: "registerSource", subject: "test-finance", subjectKey: uri, reason: null, before: null, after: { ...content, status: "ACTIVE" } },
      { action: "registerSource", subject: "test-finance", subjectKey: uri, reason: "repeats itself", before: { ...content, status: "ACTIVE" }, after: { ...content, status: "SUSPENDED" } },
    ]);
  });

  it("is refused with what does not exist, or makes no sense, and nothing changes", async () => {
    const before = [await rowCounts(server), await server.sql("select count(*) from metering.source")];
    const told = async (more: Record<string, unknown>): Promise<unknown> => {
      const { source, userErrors } = (await finance.ask(REGISTER, { input: { uri: "test://never", name: "n", owner: "o", kind: "FILE", ...more } })).data.registerSource;
      return [source, userErrors[0].code, userErrors[0].field];
    };
    expect(await told({ businessUnits: ["nowhere"] })).toEqual([null, "NOT_FOUND", ["businessUnits"]]);
    expect(await told({ useCases: ["nothing"] })).toEqual([null, "NOT_FOUND", ["useCases"]]);
    expect(await told({ activeFrom: "08:00", activeTo: "18:00" })).toEqual([null, "BAD_USER_INPUT", ["activeFrom"]]);
    for (const args of ['(period: "2025-10", from: "2025-10-01T00:00:00Z")', '(from: "2025-10-02T00:00:00Z", to: "2025-10-02T00:00:00Z")', '(from: "2025-10-02T00:00:00Z")']) {
      const answer = await finance.ask(`{ sources(first: 1) { edges { node { completeness${args} { deliveries } } } } }`);
      expect([args, answer.status, answer.errors![0]!.extensions.code]).toEqual([args, 400, "BAD_USER_INPUT"]);
    }
    const long = await finance.ask('{ sources(first: 1) { edges { node { completeness(from: "2025-01-01T00:00:00Z", to: "2025-04-04T00:00:00.001Z") { deliveries } } } } }');
    expect(long.errors![0]!.extensions.code).toBe("LIMIT_EXCEEDED");
    expect((await must(finance, '{ source(uri: "test://never") { uri } }')).source).toBeNull();
    expect([await rowCounts(server), await server.sql("select count(*) from metering.source")]).toEqual(before);
  });

  it("registered eight times at once is registered once", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => register("test://eight", { expectedEverySeconds: 3_600 })));
    expect(answers.map(({ version }) => version)).toEqual(Array(8).fill(1));
  });

  it("is silent when its rhythm has passed within its active hours, and not before", async () => {
    const uri = "test://office";
    const silent = async (): Promise<unknown> => (await must(server.as("FINANCE"), `{ source(uri: "${uri}") { silent silentSince lastSeenAt missing } }`)).source;
    server.clock.set("2025-11-14T20:00:00.000Z"); // Friday, three in the afternoon in New York
    await register(uri, { expectedEverySeconds: 7_200, activeDays: ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"], activeFrom: "09:00", activeTo: "16:00" });
    server.clock.set("2025-11-17T15:00:00.000Z"); // Monday at ten: an hour on Friday, an hour today
    expect(await silent()).toEqual({ silent: false, silentSince: null, lastSeenAt: null, missing: [] });
    server.clock.set("2025-11-17T15:00:00.001Z");
    expect(await silent()).toEqual({ silent: true, silentSince: "2025-11-14T20:00:00.000Z", lastSeenAt: null, missing: [] });
    await report(integration(server), [call("office", { channel: "FAX" })], uri);
    expect(await silent()).toEqual({ silent: false, silentSince: null, lastSeenAt: "2025-11-17T15:00:00.001Z", missing: [] });
    server.clock.set("2025-11-17T17:00:00.002Z");
    expect(await silent()).toEqual({ silent: true, silentSince: "2025-11-17T15:00:00.001Z", lastSeenAt: "2025-11-17T15:00:00.001Z", missing: [] });
    await register(uri, { expectedEverySeconds: 7_200, status: "RETIRED" });
    expect(await silent()).toMatchObject({ silent: false });
  });
});

describe("gaps", () => {
  it("are stretches without a leg, tests left out, from the begin of the range to its end or now", async () => {
    const uri = "test://gaps";
    await register(uri, { expectedEverySeconds: 86_400, expectedFrom: "2025-11-10T05:00:00Z" });
    const leg = (id: string, endedAt: string, more = {}): Record<string, unknown> => call(id, { connectedAt: null, connectedMs: 0, endedAt, ...more });
    await report(integration(server), [leg("a", "2025-11-09T05:00:00Z"), leg("b", "2025-11-10T06:00:00Z"), leg("t", "2025-11-11T12:00:00Z", { test: true }), leg("c", "2025-11-12T07:00:00Z"), leg("d", "2025-11-13T07:00:00Z")], uri);
    const gaps = { count: 2, longest: [{ from: "2025-11-13T07:00:00.000Z", to: "2025-11-15T12:00:00.000Z", activeMs: 190_800_000 }, { from: "2025-11-10T06:00:00.000Z", to: "2025-11-12T07:00:00.000Z", activeMs: 176_400_000 }] };
    expect(await completeness(uri, "from to gaps { count longest { from to activeMs } } missing")).toEqual({ from: "2025-11-01T04:00:00.000Z", to: "2025-12-01T05:00:00.000Z", gaps, missing: [] });
    expect(await completeness(uri, "from gaps { count }", "")).toEqual({ from: "2025-11-01T04:00:00.000Z", gaps: { count: 2 } });
    expect(await completeness(uri, "gaps { longest { from to } }", '(from: "2025-11-13T00:00:00Z", to: "2025-11-14T07:00:00.000Z")')).toEqual({ gaps: { longest: [] } });
    expect(await completeness(uri, "gaps { longest { from to } }", '(from: "2025-11-13T00:00:00Z", to: "2025-11-14T07:00:00.001Z")')).toEqual({ gaps: { longest: [{ from: "2025-11-13T07:00:00.000Z", to: "2025-11-14T07:00:00.001Z" }] } });
    expect(await completeness(uri, "gaps { count }", '(from: "2025-11-01T00:00:00Z", to: "2025-11-10T05:00:00Z")')).toEqual({ gaps: { count: 0 } });
    expect(await completeness(uri, "gaps { count }", '(period: "2026-01")')).toEqual({ gaps: { count: 0 } });
  });
});

describe("who reads", () => {
  it("all of a programme's sources by URI, page by page, and none of another's", async () => {
    const read = async (actor: Actor, first: number, after?: string): Promise<{ uris: string[]; next: string | null }> => {
      const { sources } = await must(actor, "query($first: Int!, $after: String) { sources(first: $first, after: $after) { edges { node { uri } } pageInfo { hasNextPage endCursor } } }", { first, after });
      return { uris: sources.edges.map((edge: { node: { uri: string } }) => edge.node.uri), next: sources.pageInfo.hasNextPage ? sources.pageInfo.endCursor : null };
    };
    const whole = (await read(server.as("AUDITOR"), 500)).uris;
    expect(whole).toEqual([...whole].sort());
    expect(whole).toContain("test://limited");
    const paged: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const { uris, next } = await read(server.as("ADMIN"), 3, after);
      paged.push(...uris);
      [after, more] = [next ?? undefined, next !== null];
    }
    expect(paged).toEqual(whole);
    expect((await read(inProgramme(server, "strict").as("FINANCE"), 500)).uris).toEqual(["test://anybody", "test://late-joiner"]);
  });
});

describe("one unit's ingest", () => {
  it("does not wait for another's that is still under way, of one registered source", async () => {
    const uri = "test://shared";
    await register(uri);
    await report(integration(server), [call("first"), call("second", { useCase: "triage" })], uri);
    const programme = (await server.installation.scopes.programme("acme"))!;
    const scopeOf = async (unit: string): Promise<Scope> => {
      const [row] = await server.sql<{ id: string }>("select id from tenancy.business_unit where programme_id = $1 and code = $2", [programme.id, unit]);
      return { principal: { subject: unit, role: "INTEGRATION", programme: "acme", businessUnits: [unit] }, programme, reach: "ingest", unitIds: [row!.id] };
    };
    const batch = (id: string, useCase: string): ReturnType<typeof readBatch> => readBatch({ source: uri, events: [call(id, { useCase })] }, server.clock.now());
    const { database } = server.installation;
    const [claims, retail] = [await scopeOf("claims"), await scopeOf("retail")];
    const outcomes = await database.withTenant(retail, async (tx) => {
      const [mine] = await reportUsage(usageStore(tx), batch("mine", "order-status"));
      const [theirs] = await database.withTenant(claims, (other) => reportUsage(usageStore(other), batch("theirs", "triage")), { statementTimeoutMs: 2_000 });
      return [mine!.outcome, theirs!.outcome];
    });
    expect(outcomes).toEqual(["ACCEPTED", "ACCEPTED"]);
    expect(await server.sql("select d.subject, u.code from metering.delivery d join metering.source s on s.id = d.source_id join tenancy.business_unit u on u.id = any(d.unit_ids) where s.uri = $1 and d.subject in ('claims', 'retail') order by 1", [uri])).toEqual([{ subject: "claims", code: "claims" }, { subject: "retail", code: "retail" }]);
  });
});
