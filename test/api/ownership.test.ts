import { verifyProgramme } from "../../src/app/verify";
import { Scope } from "../../src/tenancy";
import { holdUseCases } from "../../src/tenancy/ownership.store";
import { ALLOCATE, agree, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { recountedTotals, storedTotals } from "../support/recount";
import { Actor, TestServer, startTestServer } from "../support/server";
import { inProgramme, rowCounts } from "../support/two-programmes";

const CHANGE = "change { kind effectiveFrom reason movedLegs recordedBy moves { useCase { code } from { code } to { code } effectiveFrom } } userErrors { code message field }";
const MOVE = `mutation($input: MoveUseCaseInput!) { moveUseCase(input: $input) { ${CHANGE} } }`;
const MERGE = `mutation($input: MergeBusinessUnitsInput!) { mergeBusinessUnits(input: $input) { ${CHANGE} } }`;
const SPLIT = `mutation($input: SplitBusinessUnitInput!) { splitBusinessUnit(input: $input) { ${CHANGE} } }`;
const ATTRIBUTE = "mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed userErrors { code message } } }";
const PROPOSE = "mutation($input: ProposeCorrectionInput!) { proposeCorrection(input: $input) { correction { id } userErrors { code message } } }";
const APPROVE = "mutation($input: ApproveCorrectionInput!) { approveCorrection(input: $input) { correction { id } userErrors { code message } } }";

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

/** Moves the clock; tokens of before are of no use then. */
function setClock(iso: string): void {
  server.clock.set(iso);
  finance = server.as("FINANCE");
}

const at = (day: string, more: Record<string, unknown> = {}) => ({ connectedAt: `${day}T14:00:00.000Z`, endedAt: `${day}T14:01:00.000Z`, ...more });

/** Unit, use case and figures of a report, one line each. */
async function usage(actor: Actor, where: Record<string, unknown> = {}, groupBy = ["BUSINESS_UNIT", "USE_CASE"]): Promise<string[]> {
  const { usage: found } = await must(actor, "query($where: UsageWhere!, $groupBy: [UsageDimension!]!) { usage(where: $where, groupBy: $groupBy) { rows { businessUnit { code } useCase { code } legs connectedMs contacts } total { legs connectedMs contacts } } }", { where, groupBy });
  const line = (row: { businessUnit?: { code: string } | null; useCase?: { code: string } | null; legs: number; connectedMs: number; contacts: number }): string =>
    `${row.businessUnit?.code ?? "-"} ${row.useCase?.code ?? "-"} ${row.legs} ${row.connectedMs / 60_000} ${row.contacts}`;
  return [...found.rows.map(line), `total ${found.total.legs} ${found.total.connectedMs / 60_000} ${found.total.contacts}`];
}

async function failedProofs(): Promise<string[]> {
  const found = await server.installation.scopes.programme(programme);
  const scope: Scope = { principal: { subject: "proof", role: "ADMIN", programme, businessUnits: [] }, programme: found!, reach: "programme", unitIds: [] };
  const failed: string[] = [];
  for await (const proof of verifyProgramme(server.installation.database, scope)) if (proof.differing > 0) failed.push(`${proof.name}: ${JSON.stringify(proof)}`);
  return failed;
}

async function expectSound(): Promise<void> {
  expect(await failedProofs()).toEqual([]);
  expect(await storedTotals(server, programme)).toEqual(await recountedTotals(server, programme));
}

async function close(period: string): Promise<void> {
  await server.sql("update governance.period set status = 'CLOSED', closed_at = now(), cutoff = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' where key = $1 and programme_id = (select id from tenancy.programme where code = $2)", [period, programme]);
}

/** Asks for something that is refused, and proves that it left nothing behind. */
async function refused(query: string, input: Record<string, unknown>, actor = finance): Promise<string> {
  const before = await rowCounts(server);
  const answer = await actor.ask(query, { input });
  expect(answer.errors).toBeUndefined();
  const { change, userErrors } = Object.values(answer.data)[0] as { change: unknown; userErrors: Array<{ code: string; message: string; field: string[] }> };
  expect([change, userErrors.length]).toEqual([null, 1]);
  expect(await rowCounts(server)).toEqual(before);
  return `${userErrors[0]!.code} ${userErrors[0]!.field.join(".")}: ${userErrors[0]!.message}`;
}

describe("a use case goes to another unit", () => {
  it("from a day on: usage before stays, usage from its first instant on follows, totals and proofs hold", async () => {
    await report(integration(server), [
      call("before", { ...at("2025-10-09"), contactId: "ann" }),
      call("last-moment", { connectedAt: null, endedAt: "2025-10-10T03:59:59.999Z", contactId: "ann" }),
      call("first-moment", { connectedAt: null, endedAt: "2025-10-10T04:00:00.000Z", contactId: "ann" }),
      call("after", { ...at("2025-10-20"), contactId: "bob" }),
      call("other", { ...at("2025-10-20"), useCase: "returns" }),
    ]);
    const { moveUseCase } = await must(finance, MOVE, { input: { useCase: "order-status", businessUnit: "claims", effectiveFrom: "2025-10-10", reason: "the team moved" } });
    expect(moveUseCase.change).toEqual({
      kind: "MOVE", effectiveFrom: "2025-10-10T04:00:00.000Z", reason: "the team moved", movedLegs: 2, recordedBy: "test-finance",
      moves: [{ useCase: { code: "order-status" }, from: { code: "retail" }, to: { code: "claims" }, effectiveFrom: "2025-10-10T04:00:00.000Z" }],
    });
    expect(await usage(finance)).toEqual(["claims order-status 2 2 2", "retail order-status 2 2 1", "retail returns 1 1 1", "total 5 5 3"]);
    await report(integration(server), [call("late", { ...at("2025-10-12"), contactId: "cat" }), call("early", { ...at("2025-10-02"), contactId: "cat" })]);
    expect(await usage(finance)).toEqual(["claims order-status 3 3 3", "retail order-status 3 3 2", "retail returns 1 1 1", "total 7 7 4"]);
    await expectSound();
  });

  it("is seen as it was and as it is: only the grouping differs, distinct contacts are right", async () => {
    await report(integration(server), [call("1", { ...at("2025-10-09"), contactId: "ann" }), call("2", { ...at("2025-10-20"), contactId: "ann" }), call("3", { ...at("2025-10-20"), contactId: "bob", useCase: "triage" }), call("4", { ...at("2025-10-21"), useCase: "unknown", contactId: "cat" })]);
    await bookAndAgree(server, { amount: "100.00", parts: [{ driver: "CONTACTS" }] });
    await must(finance, MOVE, { input: { useCase: "order-status", businessUnit: "claims", effectiveFrom: "2025-10-10", reason: "moved" } });
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    const asWas = ["claims order-status 1 1 1", "claims triage 1 1 1", "retail order-status 1 1 1", "- - 1 1 1", "total 4 4 3"];
    const asIs = ["claims order-status 2 2 1", "claims triage 1 1 1", "- - 1 1 1", "total 4 4 3"];
    for (const where of [{}, { period: "2025-10" }, { from: "2025-10-01T04:00:00Z", to: "2025-11-01T04:00:00Z" }, { period: "2025-10", view: "RESTATED" }]) {
      expect(await usage(finance, where)).toEqual(asWas);
      expect(await usage(finance, { ...where, ownership: "AS_WAS" })).toEqual(asWas);
      expect(await usage(finance, { ...where, ownership: "AS_IS" })).toEqual(asIs);
    }
    expect(await usage(finance, { period: "2025-10", ownership: "AS_IS" }, ["BUSINESS_UNIT"])).toEqual(["claims - 3 3 2", "- - 1 1 1", "total 4 4 3"]);
    expect(await usage(finance, { ownership: "AS_IS", businessUnit: ["claims"] }, ["BUSINESS_UNIT"])).toEqual(["claims - 3 3 2", "total 3 3 2"]);
    expect(await usage(finance, { ownership: "AS_IS", businessUnit: ["retail"] }, ["BUSINESS_UNIT"])).toEqual(["total 0 0 0"]);
    // A unit sees what it was charged for, in either view, and never another's history.
    const retail = server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }), both = server.as("BUSINESS_UNIT", { businessUnits: ["retail", "claims"] });
    for (const ownership of ["AS_WAS", "AS_IS"]) expect(await usage(retail, { ownership })).toEqual(["retail order-status 1 1 1", "total 1 1 1"]);
    expect(await usage(server.as("BUSINESS_UNIT", { businessUnits: ["claims"] }), { ownership: "AS_IS" })).toEqual(["claims order-status 1 1 1", "claims triage 1 1 1", "total 2 2 2"]);
    expect(await usage(both, { ownership: "AS_IS" })).toEqual(["claims order-status 2 2 1", "claims triage 1 1 1", "total 3 3 2"]);
    await expect(usage(server.as("EXECUTIVE"), { period: "2025-10", ownership: "AS_IS" }, [])).rejects.toThrow("FORBIDDEN");
    for (const query of ["usageEvents(where: { ownership: AS_IS }, first: 1) { edges { cursor } }", "usagePeaks(where: { ownership: AS_IS }, groupBy: []) { asOf }", "usageDurations(where: { ownership: AS_IS }, groupBy: []) { asOf }"]) {
      expect((await finance.ask(`{ ${query} }`)).errors![0]!.extensions.code).toBe("BAD_USER_INPUT");
    }
    // Before the move takes effect "as it is" is as it was.
    setClock("2025-10-10T03:59:59.999Z");
    expect(await usage(finance, { ownership: "AS_IS" })).toEqual(["claims triage 1 1 1", "retail order-status 2 2 1", "- - 1 1 1", "total 4 4 3"]);
    await expectSound();
  });

  it("is allocated to whoever owned each leg, and shown as it was and as it is with the same amounts", async () => {
    await report(integration(server), [call("1", at("2025-10-09")), call("2", at("2025-10-20")), call("3", { ...at("2025-10-20"), useCase: "triage" })]);
    await bookAndAgree(server, { amount: "100.00", parts: [{ driver: "CALLS" }] });
    await must(finance, MOVE, { input: { useCase: "order-status", businessUnit: "claims", effectiveFrom: "2025-10-10", reason: "moved" } });
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    const allocation = async (actor: Actor, groupBy: string, where = ""): Promise<string[]> => {
      const { allocation: found } = await must(actor, `{ allocation(period: "2025-10", groupBy: [${groupBy}], where: { ${where} }) { rows { businessUnit { code } useCase { code } amount { amount } driverQuantity missing } allocated { amount } total { amount } } }`);
      return [...found.rows.map((row: { businessUnit: { code: string } | null; useCase: { code: string } | null; amount: { amount: string }; driverQuantity: string; missing: string[] }) => `${row.businessUnit?.code ?? "-"} ${row.useCase?.code ?? "-"} ${row.amount.amount} ${row.driverQuantity} ${row.missing.length}`), `${found.allocated.amount} of ${found.total.amount}`];
    };
    expect(await allocation(finance, "BUSINESS_UNIT")).toEqual(["claims - 66.67 2 0", "retail - 33.33 1 0", "100.00 of 100.00"]);
    expect(await allocation(finance, "BUSINESS_UNIT, USE_CASE")).toEqual(["claims order-status 33.34 1 0", "claims triage 33.33 1 0", "retail order-status 33.33 1 0", "100.00 of 100.00"]);
    expect(await allocation(finance, "BUSINESS_UNIT", "ownership: AS_IS")).toEqual(["claims - 100.00 3 0", "100.00 of 100.00"]);
    expect(await allocation(finance, "BUSINESS_UNIT, USE_CASE", "ownership: AS_IS")).toEqual(["claims order-status 66.67 2 0", "claims triage 33.33 1 0", "100.00 of 100.00"]);
    expect(await allocation(finance, "USE_CASE", "ownership: AS_IS, businessUnit: [\"claims\"]")).toEqual(["- order-status 66.67 2 0", "- triage 33.33 1 0", "100.00 of 100.00"]);
    expect(await allocation(finance, "BUSINESS_UNIT", "ownership: AS_IS, businessUnit: [\"retail\"]")).toEqual(["0.00 of 100.00"]);
    const retail = server.as("BUSINESS_UNIT", { businessUnits: ["retail"] });
    for (const ownership of ["AS_WAS", "AS_IS"]) expect(await allocation(retail, "BUSINESS_UNIT, USE_CASE", `ownership: ${ownership}`)).toEqual(["retail order-status 33.33 1 0", "33.33 of 100.00"]);
    await agree(server, [{ pool: "platform", parts: [{ driver: "CONTACTS" }] }]);
    await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    expect(await allocation(finance, "BUSINESS_UNIT", "ownership: AS_IS")).toEqual(["claims - 100.00 null 1", "100.00 of 100.00"]);
    await expectSound();
  });

  it("keeps what was attributed by hand in the use case it was put in, and moves it with that", async () => {
    await report(integration(server), [call("stays", at("2025-10-20")), call("held", { ...at("2025-10-20"), useCase: "unknown" }), call("plain", at("2025-10-21"))]);
    // What has a use case is moved by two people alone; one of those named holds up all of them.
    const before = [await rowCounts(server), await usage(finance)];
    const direct = (await finance.ask(ATTRIBUTE, { input: { eventIds: ["held", "stays", "plain"], useCase: "helpdesk", reason: "theirs" } })).data.attributeUsage;
    expect(direct).toEqual({ attributed: null, userErrors: [{ code: "CONFLICT", message: expect.stringMatching(/^These events have a use case already: (stays, plain|plain, stays)\. .*proposeCorrection, kind ATTRIBUTE\. Nothing was moved\.$/) }] });
    expect([await rowCounts(server), await usage(finance)]).toEqual(before);
    const { correction } = (await must(finance, PROPOSE, { input: { kind: "ATTRIBUTE", eventIds: ["stays"], useCase: "helpdesk", reason: "theirs" } })).proposeCorrection;
    await must(server.as("FINANCE", { subject: "second-person" }), APPROVE, { input: { correction: correction.id } });
    await must(finance, ATTRIBUTE, { input: { eventIds: ["held"], useCase: "order-status", reason: "old name" } });
    const { moveUseCase } = await must(finance, MOVE, { input: { useCase: "order-status", businessUnit: "claims", effectiveFrom: "2025-10-10", reason: "moved" } });
    expect(moveUseCase.change.movedLegs).toBe(2);
    expect(await usage(finance)).toEqual(["claims order-status 2 2 2", "support helpdesk 1 1 1", "total 3 3 3"]);
    await report(integration(server), [call("stays-2", { ...at("2025-10-20"), legId: "leg-stays", contactId: "contact-stays", revision: 1, connectedMs: 120_000, connectedAt: null })]);
    expect(await usage(finance)).toEqual(["claims order-status 2 2 2", "support helpdesk 1 2 1", "total 3 4 3"]);
    await expectSound();
  });

  it("takes late cost and outcome along, and lets the new owner revise what it was given", async () => {
    await report(integration(server, ["retail"]), [call("1", at("2025-10-20")), call("2", at("2025-10-20"))]);
    await must(finance, MOVE, { input: { useCase: "order-status", businessUnit: "claims", effectiveFrom: "2025-10-10", reason: "moved" } });
    const cost = { type: "LEG_RATED", costItems: [{ component: "TELEPHONY", amount: "0.10", currency: "USD", basis: "REPORTED" }] };
    await report(integration(server, ["claims"]), [call("1-cost", { ...at("2025-10-20"), legId: "leg-1", contactId: "contact-1", ...cost })]);
    const revised = call("2-b", { ...at("2025-10-20"), legId: "leg-2", contactId: "contact-2", revision: 1, connectedAt: null, connectedMs: 180_000 });
    expect((await report(integration(server, ["retail"]), [{ ...revised, eventId: "2-x" }])).results[0]).toMatchObject({ outcome: "REJECTED", code: "NOT_FOUND" });
    expect((await report(integration(server, ["claims"]), [revised])).accepted).toBe(1);
    expect(await usage(finance)).toEqual(["claims order-status 2 4 2", "total 2 4 2"]);
    await report(integration(server, ["claims"]), [call("1-void", { ...at("2025-10-20"), legId: "leg-1", contactId: "contact-1", type: "LEG_VOIDED", revision: 5 })]);
    expect(await usage(finance)).toEqual(["claims order-status 1 3 1", "total 1 3 1"]);
    await must(finance, MOVE, { input: { useCase: "order-status", businessUnit: "retail", effectiveFrom: "2025-10-10", reason: "back" } });
    expect(await usage(finance)).toEqual(["retail order-status 1 3 1", "total 1 3 1"]);
    await expectSound();
  });

  it("leaves nothing behind that comes in while it moves, and no unit waits for another's move", async () => {
    const batch = (client: number, useCase: string) => report(integration(server), Array.from({ length: 25 }, (_, index) => call(`${useCase}-${client}-${index}`, { ...at("2025-10-20"), useCase, contactId: `contact-${index}` })));
    const move = (useCase: string, businessUnit: string) => must(finance, MOVE, { input: { useCase, businessUnit, effectiveFrom: "2025-10-10", reason: "moved" } });
    await Promise.all([batch(1, "order-status"), batch(1, "triage"), move("order-status", "claims"), batch(2, "order-status"), batch(2, "triage"), move("triage", "support"), batch(3, "order-status"), batch(3, "triage")]);
    await Promise.all([batch(4, "order-status"), must(finance, MERGE, { input: { from: ["claims"], into: "support", effectiveFrom: "2025-10-10", reason: "merged" } }), batch(5, "order-status"), batch(4, "returns")]);
    expect(await usage(finance)).toEqual(["retail returns 25 25 25", "support order-status 125 125 25", "support triage 75 75 25", "total 225 225 25"]);
    await expectSound();
    // While a use case is held for a move, its own usage waits and nobody else's does.
    const scope = { ...(await server.installation.scopes.resolve({ subject: "mover", role: "FINANCE", programme, businessUnits: [] })) };
    const [order] = await server.sql<{ id: string }>("select c.id from tenancy.use_case c join tenancy.programme p on p.id = c.programme_id where p.code = $1 and c.code = 'order-status'", [programme]);
    let waiting: Promise<unknown> = Promise.resolve();
    let done = false;
    await server.installation.database.withTenant(scope, async (tx) => {
      await holdUseCases(tx, [order!.id], "alone");
      waiting = batch(6, "order-status").then(() => (done = true));
      expect((await batch(6, "returns")).accepted).toBe(25);
      expect(done).toBe(false);
    });
    await waiting;
    expect(done).toBe(true);
  });

  it("can be planned, answered by a later word from the same day, and taken back", async () => {
    await report(integration(server), [call("1", at("2025-11-10"))]);
    const move = (businessUnit: string, effectiveFrom: string) => must(finance, MOVE, { input: { useCase: "order-status", businessUnit, effectiveFrom, reason: "plan" } });
    await move("claims", "2025-12-01");
    expect(await usage(finance)).toEqual(["retail order-status 1 1 1", "total 1 1 1"]);
    await move("support", "2025-12-01");
    await move("claims", "2025-11-01");
    expect(await usage(finance)).toEqual(["claims order-status 1 1 1", "total 1 1 1"]);
    setClock("2025-12-01T12:00:00Z");
    await report(integration(server), [call("2", at("2025-11-30")), call("3", { connectedAt: null, endedAt: "2025-12-01T11:00:00Z" })]);
    expect(await usage(finance)).toEqual(["claims order-status 2 2 2", "support order-status 1 1 1", "total 3 3 3"]);
    expect((await move("retail", "2025-12-01")).moveUseCase.change.movedLegs).toBe(1);
    expect((await move("retail", "2025-11-01")).moveUseCase.change.movedLegs).toBe(2);
    expect(await usage(finance)).toEqual(["retail order-status 3 3 3", "total 3 3 3"]);
    const { useCases } = await must(finance, "{ useCases(where: { businessUnit: [\"retail\"] }, first: 10) { edges { node { code } } } }");
    expect(useCases.edges.map(({ node }: { node: { code: string } }) => node.code)).toEqual(["order-status", "returns"]);
    const { ownershipChanges } = await must(server.as("AUDITOR"), "{ ownershipChanges(first: 2, where: { useCase: \"order-status\", businessUnit: \"support\" }) { edges { node { kind movedLegs moves { from { code } to { code } } } cursor } pageInfo { hasNextPage endCursor } } }");
    expect(ownershipChanges.edges.map(({ node }: { node: unknown }) => node)).toEqual([
      { kind: "MOVE", movedLegs: 1, moves: [{ from: { code: "support" }, to: { code: "retail" } }] },
      { kind: "MOVE", movedLegs: 0, moves: [{ from: { code: "claims" }, to: { code: "support" } }] },
    ]);
    const rest = await must(finance, "query($after: String) { ownershipChanges(first: 3, after: $after) { edges { node { moves { to { code } } } } pageInfo { hasNextPage } } }", { after: ownershipChanges.pageInfo.endCursor });
    expect(rest.ownershipChanges).toEqual({ edges: [{ node: { moves: [{ to: { code: "claims" } }] } }], pageInfo: { hasNextPage: false } });
    await expectSound();
  });

  it("answers the same request once, and refuses another under its key", async () => {
    await report(integration(server), [call("1", at("2025-10-20"))]);
    const input = { useCase: "order-status", businessUnit: "claims", effectiveFrom: "2025-10-10", reason: "moved", idempotencyKey: "k-1" };
    const first = await must(finance, MOVE, { input });
    const before = await rowCounts(server);
    expect(await must(finance, MOVE, { input })).toEqual(first);
    expect(await must(finance, MOVE, { input: { ...input, idempotencyKey: null } })).toEqual(first);
    expect((await must(finance, MOVE, { input: { ...input, businessUnit: "support", useCase: "helpdesk", idempotencyKey: "k-2" } })).moveUseCase.change).toBeNull();
    expect(await rowCounts(server)).toEqual(before);
    expect(await refused(MOVE, { ...input, businessUnit: "support" })).toBe("CONFLICT idempotencyKey: This idempotencyKey was used for another change of owners. Choose a new key.");
    const eight = await Promise.all(Array.from({ length: 8 }, () => must(finance, MOVE, { input: { ...input, businessUnit: "support", idempotencyKey: "k-3" } })));
    expect(new Set(eight.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await rowCounts(server)).toMatchObject({ "tenancy.ownership_change": before["tenancy.ownership_change"]! + 1, "tenancy.use_case_ownership": before["tenancy.use_case_ownership"]! + 1 });
  });

  it("refuses what it must, and changes nothing", async () => {
    await report(integration(server), [call("1", at("2025-09-20")), call("2", at("2025-10-20"))]);
    await close("2025-09");
    const input = { useCase: "order-status", businessUnit: "claims", effectiveFrom: "2025-10-01", reason: "moved" };
    expect(await refused(MOVE, { ...input, effectiveFrom: "2025-09-30" })).toBe("PERIOD_CLOSED effectiveFrom: 2025-09 is closed: who was charged for it stays as it is. The earliest day is 2025-10-01.");
    expect(await refused(MOVE, { ...input, effectiveFrom: "2024-01-01" })).toBe("PERIOD_CLOSED effectiveFrom: 2025-09 is closed: who was charged for it stays as it is. The earliest day is 2025-10-01.");
    expect(await refused(MOVE, { ...input, useCase: "nothing" })).toBe("NOT_FOUND useCase: There is no use case nothing.");
    expect(await refused(MOVE, { ...input, businessUnit: "nobody" })).toBe("NOT_FOUND businessUnit: There is no business unit nobody.");
    expect(await refused(MOVE, { ...input, reason: " " })).toBe("BAD_USER_INPUT reason: reason must be 1 to 500 characters of text without control characters.");
    const malformed = await finance.ask(MOVE, { input: { ...input, effectiveFrom: "2025-10-32" } });
    expect(malformed.errors![0]!.extensions.code).toBe("BAD_USER_INPUT");
    expect((await must(finance, MOVE, { input })).moveUseCase.change.movedLegs).toBe(1);
    expect(await usage(finance)).toEqual(["claims order-status 1 1 1", "retail order-status 1 1 1", "total 2 2 2"]);
  });

  it("is written in the audit trail with who owned it before and after", async () => {
    await must(server.as("ADMIN"), MOVE, { input: { useCase: "order-status", businessUnit: "claims", effectiveFrom: "2025-11-01", reason: "moved" } });
    const { auditEntries } = await must(finance, "{ auditEntries(first: 100) { edges { node { action subjectKind subjectKey reason role before after } } } }");
    expect(auditEntries.edges.at(-1).node).toEqual({
      action: "moveUseCase", subjectKind: "UseCase", subjectKey: "order-status", reason: "moved", role: "ADMIN",
      before: { owners: [{ useCase: "order-status", businessUnit: "retail", effectiveFrom: "2025-11-01T04:00:00.000Z" }] },
      after: { effectiveFrom: "2025-11-01T04:00:00.000Z", moves: 1, movedLegs: 0, owners: [{ useCase: "order-status", businessUnit: "claims", effectiveFrom: "2025-11-01T04:00:00.000Z" }] },
    });
  });
});

describe("units are merged and split", () => {
  const merge = { from: ["retail", "claims"], into: "support", effectiveFrom: "2025-11-01", reason: "reorganised" };

  it("a merge takes every use case, what was planned too, and ends the units", async () => {
    setClock("2025-12-20T12:00:00Z");
    await report(integration(server), [call("1", at("2025-10-20")), call("2", { ...at("2025-11-20"), useCase: "triage" }), call("3", { ...at("2025-12-10"), useCase: "helpdesk" })]);
    await must(finance, MOVE, { input: { useCase: "helpdesk", businessUnit: "claims", effectiveFrom: "2025-12-01", reason: "plan" } });
    const { mergeBusinessUnits } = await must(finance, MERGE, { input: merge });
    const from = (day: string) => `${day}T0${day < "2025-11-02" ? 4 : 5}:00:00.000Z`;
    expect(mergeBusinessUnits.change).toEqual({
      kind: "MERGE", effectiveFrom: from("2025-11-01"), reason: "reorganised", movedLegs: 2, recordedBy: "test-finance",
      moves: [["helpdesk", "claims", "2025-12-01"], ["order-status", "retail", "2025-11-01"], ["returns", "retail", "2025-11-01"], ["triage", "claims", "2025-11-01"]].map(([useCase, unit, day]) => ({ useCase: { code: useCase }, from: { code: unit }, to: { code: "support" }, effectiveFrom: from(day!) })),
    });
    expect(await usage(finance)).toEqual(["retail order-status 1 1 1", "support helpdesk 1 1 1", "support triage 1 1 1", "total 3 3 3"]);
    expect(await usage(finance, { ownership: "AS_IS" }, ["BUSINESS_UNIT"])).toEqual(["support - 3 3 3", "total 3 3 3"]);
    const { businessUnit } = await must(finance, "{ businessUnit(code: \"retail\") { code closedFrom successor { code closedFrom } } }");
    expect(businessUnit).toEqual({ code: "retail", closedFrom: from("2025-11-01"), successor: { code: "support", closedFrom: null } });
    const own = await must(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }), "{ businessUnit(code: \"retail\") { closedFrom successor { code } } useCase(code: \"order-status\") { code } }");
    expect(own).toEqual({ businessUnit: { closedFrom: from("2025-11-01"), successor: null }, useCase: { code: "order-status" } });
    const before = await rowCounts(server);
    expect((await must(finance, MERGE, { input: { ...merge, from: ["claims", "retail"] } })).mergeBusinessUnits).toEqual(mergeBusinessUnits);
    expect(await rowCounts(server)).toEqual(before);
    await expectSound();
  });

  it("a merged unit takes nothing new", async () => {
    await must(finance, MERGE, { input: { ...merge, from: ["retail"] } });
    const closed = "retail was merged into another unit from 2025-11-01T04:00:00.000Z on and takes no use cases. Name its successor.";
    expect(await refused(MOVE, { useCase: "triage", businessUnit: "retail", effectiveFrom: "2025-12-01", reason: "back" })).toBe(`CONFLICT businessUnit: ${closed}`);
    expect(await refused(MERGE, { ...merge, from: ["claims"], into: "retail" })).toBe(`CONFLICT into: ${closed}`);
    expect(await refused(MERGE, { ...merge, from: ["retail"], into: "claims" })).toBe("CONFLICT from: retail was merged already, from 2025-11-01T04:00:00.000Z on. Leave it out of from, or name its successor.");
    const before = await rowCounts(server);
    const made = await server.as("ADMIN").ask("mutation($input: CreateUseCaseInput!) { createUseCase(input: $input) { useCase { code } userErrors { code message field } } }", { input: { code: "new-case", name: "New", businessUnit: "retail" } });
    expect(made.data.createUseCase).toEqual({ useCase: null, userErrors: [{ code: "CONFLICT", message: closed, field: ["businessUnit"] }] });
    expect(await rowCounts(server)).toEqual(before);
  });

  it("a merge refuses what it must, and changes nothing", async () => {
    await report(integration(server), [call("1", at("2025-10-20"))]);
    expect(await refused(MERGE, { ...merge, from: [] })).toContain("BAD_USER_INPUT from: from must name 1 to 100");
    expect(await refused(MERGE, { ...merge, from: ["retail", "retail"] })).toContain("BAD_USER_INPUT from: from must name 1 to 100");
    expect(await refused(MERGE, { ...merge, from: ["support"] })).toContain("BAD_USER_INPUT from: support cannot be merged into itself");
    expect(await refused(MERGE, { ...merge, from: ["retail", "nobody"] })).toBe("NOT_FOUND from: There is no business unit nobody.");
    expect(await refused(MERGE, { ...merge, into: "nobody" })).toBe("NOT_FOUND into: There is no business unit nobody.");
    await close("2025-10");
    expect(await refused(MERGE, { ...merge, effectiveFrom: "2025-10-15" })).toContain("PERIOD_CLOSED effectiveFrom: 2025-10 is closed");
  });

  it("statements go on for the months that a merged unit was charged, and end with it", async () => {
    await report(integration(server), [call("1", at("2025-10-20")), call("2", { ...at("2025-11-10"), useCase: "triage" })]);
    await must(finance, MERGE, { input: { ...merge, from: ["retail"] } });
    for (const period of ["2025-10", "2025-11"]) {
      await bookAndAgree(server, { period, amount: "10.00", pool: `pool-${period}` });
      await must(finance, ALLOCATE, { input: { period } });
      await close(period);
    }
    const issue = async (period: string): Promise<string[]> => {
      const { issueStatements } = await must(finance, "mutation($input: IssueStatementsInput!) { issueStatements(input: $input) { statements { businessUnit { code } total { amount } } userErrors { code message } } }", { input: { period } });
      return issueStatements.statements.map((each: { businessUnit: { code: string }; total: { amount: string } }) => `${each.businessUnit.code} ${each.total.amount}`);
    };
    expect(await issue("2025-10")).toEqual(["claims 0.00", "retail 10.00", "support 0.00"]);
    expect(await issue("2025-11")).toEqual(["claims 10.00", "support 0.00"]);
    expect(await issue("2025-11")).toEqual(["claims 10.00", "support 0.00"]);
  });

  it("a split makes a unit for some use cases, all or nothing", async () => {
    await report(integration(server), [call("1", at("2025-10-20")), call("2", { ...at("2025-10-20"), useCase: "returns" })]);
    const input = { from: "retail", into: { code: "reverse", name: "Reverse logistics", costCentre: "CC-9", chargebackMode: "CHARGEBACK" }, useCases: ["returns"], effectiveFrom: "2025-10-01", reason: "a team of its own" };
    expect(await refused(SPLIT, { ...input, useCases: ["returns", "triage"] })).toBe("CONFLICT useCases: triage does not belong to retail on 2025-10-01. Leave it out of useCases.");
    expect(await refused(SPLIT, { ...input, useCases: ["returns", "nothing"] })).toBe("NOT_FOUND useCases: There is no use case nothing.");
    expect(await refused(SPLIT, { ...input, useCases: [] })).toContain("BAD_USER_INPUT useCases: useCases must name 1 to 500");
    expect(await refused(SPLIT, { ...input, from: "nobody" })).toBe("NOT_FOUND from: There is no business unit nobody.");
    expect(await refused(SPLIT, { ...input, into: { ...input.into, code: "retail" } })).toBe("BAD_USER_INPUT into.code: The new unit needs a code of its own.");
    expect(await refused(SPLIT, { ...input, into: { code: "claims", name: "Other" } })).toContain("CONFLICT code: A business unit with the code claims exists and differs");
    const { splitBusinessUnit } = await must(finance, SPLIT, { input });
    expect(splitBusinessUnit.change).toMatchObject({ kind: "SPLIT", movedLegs: 1, moves: [{ useCase: { code: "returns" }, from: { code: "retail" }, to: { code: "reverse" } }] });
    const before = await rowCounts(server);
    expect((await must(finance, SPLIT, { input })).splitBusinessUnit).toEqual(splitBusinessUnit);
    expect(await rowCounts(server)).toEqual(before);
    expect(await usage(finance)).toEqual(["retail order-status 1 1 1", "reverse returns 1 1 1", "total 2 2 2"]);
    const { businessUnit } = await must(finance, "{ businessUnit(code: \"reverse\") { name costCentre chargebackMode } }");
    expect(businessUnit).toEqual({ name: "Reverse logistics", costCentre: "CC-9", chargebackMode: "CHARGEBACK" });
    await expectSound();
  });
});
