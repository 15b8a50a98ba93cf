import { call, createAcme, integration, must, report } from "../support/builders";
import { recountedTotals, storedTotals } from "../support/recount";
import { Actor, TestServer, startTestServer } from "../support/server";
import { inProgramme, rowCounts } from "../support/two-programmes";

const RULE = "rule { version reportedUseCase reportedBusinessUnit source useCase { code } effectiveFrom effectiveUntil reason attributed recordedBy retiredBy retirementReason }";
const ATTRIBUTE = `mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed ${RULE} userErrors { code message field } } }`;
const RETIRE = `mutation($input: RetireAttributionRuleInput!) { retireAttributionRule(input: $input) { ${RULE} userErrors { code message field } } }`;

let root: TestServer;
let server: TestServer;
let finance: Actor;
let programmes = 0;
let programme: string;

beforeAll(async () => {
  root = await startTestServer();
});
afterAll(() => root.close());

/** Each journey plays in a programme of its own. */
beforeEach(async () => {
  programmes += 1;
  programme = `acme-${programmes}`;
  server = inProgramme(root, programme);
  server.clock.set("2025-11-15T12:00:00Z");
  await createAcme(server, { code: programme });
  finance = server.as("FINANCE");
});

const at = (day: string, more: Record<string, unknown> = {}) => ({ connectedAt: `${day}T14:00:00.000Z`, endedAt: `${day}T14:01:00.000Z`, useCase: "old-name", ...more });
const outcomes = async (events: unknown[], source?: string, units?: string[]): Promise<string[]> => (await report(integration(server, units), events, source)).results.map(({ outcome }) => outcome);

async function placed(): Promise<string[]> {
  const { usage } = await must(finance, "{ usage(where: {}, groupBy: [BUSINESS_UNIT, USE_CASE]) { rows { businessUnit { code } useCase { code } legs } } }");
  return usage.rows.map((row: { businessUnit: { code: string } | null; useCase: { code: string } | null; legs: number }) => `${row.businessUnit?.code ?? "-"} ${row.useCase?.code ?? "-"} ${row.legs}`);
}

/** Asks for something that is refused, and proves that it left nothing behind. */
async function refused(query: string, input: Record<string, unknown>): Promise<string> {
  const before = await rowCounts(server);
  const { userErrors } = Object.values((await finance.ask(query, { input })).data)[0] as { userErrors: Array<{ code: string; message: string; field: string[] }> };
  expect(userErrors.length).toBe(1);
  expect(await rowCounts(server)).toEqual(before);
  return `${userErrors[0]!.code} ${userErrors[0]!.field.join(".")}: ${userErrors[0]!.message}`;
}

describe("a standing rule about an unknown code", () => {
  it("holds from its day on, for what is held and for what arrives", async () => {
    expect(await outcomes([call("1", at("2025-10-09")), call("2", at("2025-10-10")), call("3", at("2025-10-20")), call("4", at("2025-10-20", { useCase: "Old-Name" }))])).toEqual(["HELD", "HELD", "HELD", "HELD"]);
    const input = { where: { useCase: ["old-name"] }, useCase: "order-status", effectiveFrom: "2025-10-10", reason: "renamed" };
    const first = (await must(finance, ATTRIBUTE, { input })).attributeUsage;
    const rule = {
      version: 1, reportedUseCase: "old-name", reportedBusinessUnit: null, source: null, useCase: { code: "order-status" }, effectiveFrom: "2025-10-10T04:00:00.000Z", effectiveUntil: null,
      reason: "renamed", attributed: 2, recordedBy: "test-finance", retiredBy: null, retirementReason: null,
    };
    expect(first).toEqual({ attributed: 2, rule, userErrors: [] });
    expect(await placed()).toEqual(["retail order-status 2", "- - 2"]);
    expect(await outcomes([call("5", at("2025-10-09")), call("6", at("2025-10-10")), call("7", at("2025-10-21", { businessUnit: "retail" })), call("8", at("2025-10-21", { businessUnit: "claims" }))])).toEqual(["HELD", "ACCEPTED", "ACCEPTED", "ACCEPTED"]);
    expect(await placed()).toEqual(["retail order-status 5", "- - 3"]);
    // Received under the rule, not moved afterwards: one row per leg, with the code that was sent.
    expect(await server.sql("select e.reported_use_case as code, e.derived_from as derived from metering.usage_event e join tenancy.programme p on p.id = e.programme_id where p.code = $1 and e.event_id = '6'", [programme])).toEqual([{ code: "old-name", derived: null }]);
    const before = await rowCounts(server);
    expect((await must(finance, ATTRIBUTE, { input })).attributeUsage).toEqual({ attributed: 0, rule, userErrors: [] });
    expect(await rowCounts(server)).toEqual(before);
    expect(await storedTotals(server, programme)).toEqual(await recountedTotals(server, programme));
    const { auditEntries } = await must(finance, "{ auditEntries(first: 100) { edges { node { action subjectKind subjectKey reason after } } } }");
    expect(auditEntries.edges.at(-1).node).toEqual({
      action: "attributeUsage", subjectKind: "AttributionRule", subjectKey: "1", reason: "renamed",
      after: { reportedUseCase: "old-name", reportedBusinessUnit: null, source: null, effectiveFrom: "2025-10-10T04:00:00.000Z", effectiveUntil: null, useCase: "order-status", attributed: 2 },
    });
  });

  it("is narrowed to a unit and a source, and the particular goes before the general", async () => {
    const rule = (useCase: string, more: Record<string, unknown> = {}, where: Record<string, unknown> = {}) => must(finance, ATTRIBUTE, { input: { where: { useCase: ["old-name"], ...where }, useCase, effectiveFrom: "2025-10-01", reason: "known", ...more } });
    await rule("triage", { source: "test://b" });
    expect(await outcomes([call("1", at("2025-10-09"))], "test://a")).toEqual(["HELD"]);
    expect(await outcomes([call("2", at("2025-10-09"))], "test://b")).toEqual(["ACCEPTED"]);
    await rule("returns", {}, { businessUnit: ["retail"] });
    expect(await outcomes([call("3", at("2025-10-09", { businessUnit: "retail" })), call("4", at("2025-10-09"))], "test://a")).toEqual(["ACCEPTED", "HELD"]);
    expect(await outcomes([call("5", at("2025-10-09", { businessUnit: "retail" }))], "test://b")).toEqual(["ACCEPTED"]);
    expect(await placed()).toEqual(["claims triage 2", "retail returns 1", "- - 2"]);
    expect((await rule("helpdesk")).attributeUsage.attributed).toBe(2);
    await rule("order-status", { effectiveFrom: "2025-10-10" });
    expect(await outcomes([call("6", at("2025-10-09")), call("7", at("2025-10-11"))], "test://a")).toEqual(["ACCEPTED", "ACCEPTED"]);
    expect(await placed()).toEqual(["claims triage 2", "retail order-status 1", "retail returns 1", "support helpdesk 3"]);
    const { attributionRules } = await must(server.as("AUDITOR"), "{ attributionRules(first: 3) { edges { node { version useCase { code } source reportedBusinessUnit attributed } } pageInfo { hasNextPage endCursor } } }");
    expect(attributionRules.edges.map(({ node }: { node: unknown }) => node)).toEqual([
      { version: 1, useCase: { code: "triage" }, source: "test://b", reportedBusinessUnit: null, attributed: 0 },
      { version: 2, useCase: { code: "returns" }, source: null, reportedBusinessUnit: "retail", attributed: 0 },
      { version: 3, useCase: { code: "helpdesk" }, source: null, reportedBusinessUnit: null, attributed: 2 },
    ]);
    const rest = await must(finance, "query($after: String) { attributionRules(first: 3, after: $after) { edges { node { version } } pageInfo { hasNextPage } } }", { after: attributionRules.pageInfo.endCursor });
    expect(rest.attributionRules).toEqual({ edges: [{ node: { version: 4 } }], pageInfo: { hasNextPage: false } });
  });

  it("gives a sender nothing that it may not write, follows the owner, and keeps what a revision says", async () => {
    await must(finance, ATTRIBUTE, { input: { where: { useCase: ["old-name"] }, useCase: "triage", effectiveFrom: "2025-10-01", reason: "known" } });
    expect(await outcomes([call("1", at("2025-10-09"))], undefined, ["retail"])).toEqual(["HELD"]);
    expect(await outcomes([call("2", at("2025-10-09"))], undefined, ["claims"])).toEqual(["ACCEPTED"]);
    const { unattributedQueue } = await must(finance, "{ unattributedQueue { rows { legs suggestedUseCase { code } suggestionReason suggestionExplanation } } }");
    expect(unattributedQueue.rows).toEqual([{ legs: 1, suggestedUseCase: { code: "triage" }, suggestionReason: "STANDING_RULE", suggestionExplanation: "A standing rule says that old-name means triage; the sender may not write there." }]);
    expect((await must(finance, ATTRIBUTE, { input: { where: { useCase: ["old-name"] }, useCase: "triage", effectiveFrom: "2025-10-01", reason: "known" } })).attributeUsage).toMatchObject({ attributed: 1, rule: { version: 1, attributed: 0 } });
    await must(finance, "mutation($input: MoveUseCaseInput!) { moveUseCase(input: $input) { userErrors { code message } } }", { input: { useCase: "triage", businessUnit: "support", effectiveFrom: "2025-10-05", reason: "moved" } });
    expect(await outcomes([call("3", at("2025-10-04")), call("4", at("2025-10-09"))])).toEqual(["ACCEPTED", "ACCEPTED"]);
    expect(await placed()).toEqual(["claims triage 1", "support triage 3"]);
    await must(finance, RETIRE, { input: { version: 1, reason: "over" } });
    expect(await outcomes([call("4-b", at("2025-10-09", { legId: "leg-4", contactId: "contact-4", revision: 1 }))])).toEqual(["ACCEPTED"]);
    expect(await placed()).toEqual(["claims triage 1", "support triage 3"]);
    expect(await storedTotals(server, programme)).toEqual(await recountedTotals(server, programme));
  });

  it("is retired from a day on, once", async () => {
    await must(finance, ATTRIBUTE, { input: { where: { useCase: ["old-name"] }, useCase: "triage", effectiveFrom: "2025-10-01", reason: "known" } });
    expect(await refused(RETIRE, { version: 1, effectiveUntil: "2025-09-30", reason: "over" })).toBe("BAD_USER_INPUT effectiveUntil: The rule begins later. The earliest day is that of 2025-10-01T04:00:00.000Z.");
    expect(await refused(RETIRE, { version: 2, reason: "over" })).toBe("NOT_FOUND version: There is no attribution rule of version 2.");
    expect(await refused(RETIRE, { version: 1, reason: "" })).toContain("BAD_USER_INPUT reason");
    const retired = (await must(finance, RETIRE, { input: { version: 1, effectiveUntil: "2025-10-10", reason: "over" } })).retireAttributionRule;
    expect(retired.rule).toMatchObject({ version: 1, effectiveUntil: "2025-10-10T04:00:00.000Z", retiredBy: "test-finance", retirementReason: "over" });
    const before = await rowCounts(server);
    expect((await must(finance, RETIRE, { input: { version: 1, effectiveUntil: "2025-10-10", reason: "again" } })).retireAttributionRule).toEqual(retired);
    expect((await must(finance, RETIRE, { input: { version: 1, reason: "again" } })).retireAttributionRule).toEqual(retired);
    expect(await rowCounts(server)).toEqual(before);
    expect(await refused(RETIRE, { version: 1, effectiveUntil: "2025-10-11", reason: "over" })).toBe("CONFLICT effectiveUntil: The rule of version 1 was retired already, from 2025-10-10T04:00:00.000Z on. Make a new rule with attributeUsage.");
    expect(await outcomes([call("1", at("2025-10-09")), call("2", at("2025-10-10"))])).toEqual(["ACCEPTED", "HELD"]);
    const again = (await must(finance, ATTRIBUTE, { input: { where: { useCase: ["old-name"] }, useCase: "triage", effectiveFrom: "2025-10-01", reason: "after all" } })).attributeUsage;
    expect(again).toMatchObject({ attributed: 1, rule: { version: 2, effectiveUntil: null } });
  });

  it("is refused where it would not be one, and nothing changes", async () => {
    await outcomes([call("1", at("2025-10-09"))]);
    const input = { where: { useCase: ["old-name"] }, useCase: "order-status", effectiveFrom: "2025-10-01", reason: "renamed" };
    expect(await refused(ATTRIBUTE, { ...input, where: { useCase: ["returns"] } })).toBe("CONFLICT where.useCase: returns is a use case itself. Leave effectiveFrom out to move what is unattributed under its name.");
    expect(await refused(ATTRIBUTE, { ...input, useCase: "nothing" })).toBe("NOT_FOUND useCase: There is no use case nothing.");
    expect(await refused(ATTRIBUTE, { ...input, where: { useCase: ["old-name", "other"] } })).toBe("BAD_USER_INPUT where.useCase: With effectiveFrom name exactly one reported code.");
    expect(await refused(ATTRIBUTE, { ...input, where: {} })).toBe("BAD_USER_INPUT where.useCase: With effectiveFrom name exactly one reported code.");
    expect(await refused(ATTRIBUTE, { ...input, where: { ...input.where, businessUnit: ["retail", "claims"] } })).toBe("BAD_USER_INPUT where.businessUnit: With effectiveFrom name one reported unit, or none.");
    expect(await refused(ATTRIBUTE, { ...input, where: { ...input.where, period: "2025-10" } })).toBe("BAD_USER_INPUT where.period: A standing rule is about reported codes: leave this out.");
    expect(await refused(ATTRIBUTE, { ...input, where: { ...input.where, provider: ["x"] } })).toBe("BAD_USER_INPUT where.provider: A standing rule is about reported codes: leave this out.");
    expect(await refused(ATTRIBUTE, { ...input, where: null, eventIds: ["1"] })).toBe("BAD_USER_INPUT where: With effectiveFrom give where, not eventIds.");
    expect(await refused(ATTRIBUTE, { ...input, effectiveFrom: null, where: null, eventIds: ["1"], source: "test://source" })).toBe("BAD_USER_INPUT source: source narrows where; leave it out beside eventIds.");
    expect(await refused(ATTRIBUTE, { ...input, reason: "" })).toContain("BAD_USER_INPUT reason");
    // Without a day it is not a rule; the source narrows it.
    expect((await must(finance, ATTRIBUTE, { input: { ...input, effectiveFrom: null, source: "test://elsewhere" } })).attributeUsage).toMatchObject({ attributed: 0, rule: null });
    expect((await must(finance, ATTRIBUTE, { input: { ...input, effectiveFrom: null, source: "test://source" } })).attributeUsage).toMatchObject({ attributed: 1, rule: null });
    expect(await outcomes([call("2", at("2025-10-09"))])).toEqual(["HELD"]);
  });

  it("leaves nothing held that comes in while it is made", async () => {
    const batch = (client: number) => report(integration(server), Array.from({ length: 20 }, (_, index) => call(`c${client}-${index}`, at("2025-10-20"))));
    const rule = () => must(finance, ATTRIBUTE, { input: { where: { useCase: ["old-name"] }, useCase: "order-status", effectiveFrom: "2025-10-01", reason: "renamed" } });
    await Promise.all([batch(1), batch(2), rule(), batch(3), batch(4), rule(), batch(5)]);
    expect(await placed()).toEqual(["retail order-status 100"]);
    expect(await storedTotals(server, programme)).toEqual(await recountedTotals(server, programme));
  });
});

describe("the unattributed queue", () => {
  const QUEUE = `query($where: UnattributedWhere) { unattributedQueue(where: $where) { rows {
    reason reportedUseCase reportedBusinessUnit source legs calls connectedMs oldestEndedAt newestEndedAt ageSeconds ageDays suggestedUseCase { code } suggestedBusinessUnit { code } suggestionReason suggestionExplanation
  } legs calls connectedMs asOf } }`;

  it("tells what waits, for how long, and where it probably belongs", async () => {
    await report(integration(server), [call("t1", at("2025-10-02", { useCase: "triage", contactId: "ann" }))], "test://a");
    await report(integration(server), [
      call("1", at("2025-11-14", { useCase: "Order_Status" })), call("2", at("2025-11-01", { useCase: "Order_Status" })),
      call("3", at("2025-11-15", { endedAt: "2025-11-15T11:59:59.000Z", connectedAt: null, useCase: null, contactId: "ann" })),
      call("4", at("2025-11-10", { useCase: "mystery", businessUnit: "claims", channel: "CHAT" })),
      call("5", at("2025-11-10", { useCase: "mystery", test: true })),
    ], "test://a");
    await report(integration(server), [call("6", at("2025-11-12", { useCase: "Order_Status" }))], "test://b");
    const { unattributedQueue } = await must(finance, QUEUE);
    const order = { reason: "USE_CASE_UNKNOWN", reportedUseCase: "Order_Status", reportedBusinessUnit: null, suggestedUseCase: { code: "order-status" }, suggestedBusinessUnit: { code: "retail" }, suggestionReason: "OTHER_PUNCTUATION", suggestionExplanation: "Order_Status is order-status with other punctuation." };
    expect(unattributedQueue).toEqual({
      rows: [
        { ...order, source: "test://a", legs: 2, calls: 2, connectedMs: 120_000, oldestEndedAt: "2025-11-01T14:01:00.000Z", newestEndedAt: "2025-11-14T14:01:00.000Z", ageSeconds: 1_202_340, ageDays: 13 },
        { reason: "USE_CASE_UNKNOWN", reportedUseCase: "mystery", reportedBusinessUnit: "claims", source: "test://a", legs: 1, calls: 0, connectedMs: 0, oldestEndedAt: "2025-11-10T14:01:00.000Z", newestEndedAt: "2025-11-10T14:01:00.000Z",
          ageSeconds: 424_740, ageDays: 4, suggestedUseCase: { code: "triage" }, suggestedBusinessUnit: { code: "claims" }, suggestionReason: "REPORTED_UNIT", suggestionExplanation: "triage is the only use case of the unit that was sent." },
        { ...order, source: "test://b", legs: 1, calls: 1, connectedMs: 60_000, oldestEndedAt: "2025-11-12T14:01:00.000Z", newestEndedAt: "2025-11-12T14:01:00.000Z", ageSeconds: 251_940, ageDays: 2 },
        { reason: "USE_CASE_MISSING", reportedUseCase: null, reportedBusinessUnit: null, source: "test://a", legs: 1, calls: 1, connectedMs: 60_000, oldestEndedAt: "2025-11-15T11:59:59.000Z", newestEndedAt: "2025-11-15T11:59:59.000Z",
          ageSeconds: 1, ageDays: 0, suggestedUseCase: { code: "triage" }, suggestedBusinessUnit: { code: "claims" }, suggestionReason: "SAME_CONTACTS", suggestionExplanation: "1 of 1 contacts looked at have another leg in triage." },
      ],
      legs: 5, calls: 4, connectedMs: 240_000, asOf: "2025-11-15T12:00:00.000Z",
    });
    // The word of a person goes before the looks of a code.
    await must(finance, ATTRIBUTE, { input: { where: { useCase: ["Order_Status"] }, source: "test://b", useCase: "returns", reason: "asked them" } });
    const rows = (await must(finance, QUEUE, { where: { source: ["test://a"], reportedUseCase: ["Order_Status"] } })).unattributedQueue.rows;
    expect(rows).toMatchObject([{ legs: 2, suggestedUseCase: { code: "returns" }, suggestionReason: "EARLIER_ATTRIBUTION", suggestionExplanation: "1 leg sent as Order_Status went to returns by hand." }]);
  });

  it("is narrowed by what was sent, when, and why; never applies a guess", async () => {
    await report(integration(server), [call("1", at("2025-10-10")), call("2", at("2025-11-10")), call("3", at("2025-11-10", { useCase: null })), call("4", at("2025-11-10", { businessUnit: "retail" }))]);
    const legs = async (where: Record<string, unknown>): Promise<number> => (await must(finance, QUEUE, { where })).unattributedQueue.legs;
    expect(await legs({})).toBe(4);
    expect(await legs({ period: "2025-11" })).toBe(3);
    expect(await legs({ from: "2025-10-10T14:01:00Z", to: "2025-11-10T14:01:00Z" })).toBe(1);
    expect(await legs({ reason: ["USE_CASE_MISSING"] })).toBe(1);
    expect(await legs({ reportedUseCase: ["old-name"] })).toBe(3);
    expect(await legs({ reportedBusinessUnit: ["retail"] })).toBe(1);
    expect(await legs({ source: ["test://nowhere"] })).toBe(0);
    for (const [where, code] of [[{ period: "2019-01" }, "NOT_FOUND"], [{ period: "2025-10", from: "2025-10-01T00:00:00Z" }, "BAD_USER_INPUT"], [{ from: "2025-10-02T00:00:00Z", to: "2025-10-01T00:00:00Z" }, "BAD_USER_INPUT"]] as const) {
      expect((await finance.ask(QUEUE, { where })).errors![0]!.extensions.code).toBe(code);
    }
    expect(await placed()).toEqual(["- - 4"]);
  });

  it("shows late cost and what came late for a closed month under the code that was sent", async () => {
    await report(integration(server), [call("1", at("2025-10-10"))]);
    await report(integration(server), [{ ...call("1-cost", at("2025-10-10", { legId: "leg-1", contactId: "contact-1", type: "LEG_RATED", costItems: [{ component: "TELEPHONY", amount: "0.10", currency: "USD", basis: "REPORTED" }] })) }]);
    await server.sql("update governance.period set status = 'CLOSED', closed_at = now(), cutoff = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' where programme_id = (select id from tenancy.programme where code = $1)", [programme]);
    await report(integration(server), [call("2", at("2025-10-11"))]);
    const { unattributedQueue } = await must(finance, "{ unattributedQueue { rows { reason reportedUseCase legs } } }");
    expect(unattributedQueue.rows).toEqual([{ reason: "USE_CASE_UNKNOWN", reportedUseCase: "old-name", legs: 2 }]);
  });
});
