import { verifyProgramme } from "../../src/app/verify";
import { Scope } from "../../src/tenancy";
import { bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { recountedTotals, storedTotals } from "../support/recount";
import { Actor, TestServer, startTestServer } from "../support/server";
import { inProgramme, rowCounts } from "../support/two-programmes";

const CHANGE = "{ before after difference }";
const MONEY = "{ before { amount } after { amount } difference { amount } }";
const EFFECT = `effect { moved { amount } months { period closed missing total ${MONEY} unallocated ${MONEY}
  usage { businessUnit { code } useCase { code } legs ${CHANGE} calls ${CHANGE} connectedMs ${CHANGE} contacts ${CHANGE} }
  money { businessUnit { code } amount ${MONEY} useCases { useCase { code } amount ${MONEY} } } } }`;
const PREVIEW = `query($input: PreviewCorrectionInput!) { previewCorrection(input: $input) { legs unchanged needsSecondPerson planHash leftOut { eventId outcome } ${EFFECT} } }`;
const CORRECTION = "id kind status reason evidence legCount needsSecondPerson planHash proposedBy revertRequestedBy useCase { code } steps { step subject reason } legs(first: 10) { edges { node { eventId type } } }";
const PROPOSE = `mutation($input: ProposeCorrectionInput!) { proposeCorrection(input: $input) { correction { ${CORRECTION} } leftOut { index eventId outcome code } userErrors { code message field } } }`;
const APPROVE = `mutation($input: ApproveCorrectionInput!) { approveCorrection(input: $input) { correction { ${CORRECTION} } userErrors { code message field } } }`;
const REJECT = `mutation($input: DecideCorrectionInput!) { rejectCorrection(input: $input) { correction { ${CORRECTION} } userErrors { code message field } } }`;
const REVERT = `mutation($input: DecideCorrectionInput!) { revertCorrection(input: $input) { correction { ${CORRECTION} } userErrors { code message field } } }`;
const BACKFILL = "mutation($input: AddToBackfillInput!) { addToBackfill(input: $input) { backfill { name source events } results { index eventId outcome code message } userErrors { code message field } } }";
const RULES = "mutation($input: SetCorrectionRulesInput!) { setCorrectionRules(input: $input) { rules { version legs amount { amount currency } } userErrors { code message field } } }";
const USAGE = "query($where: UsageWhere!) { usage(where: $where, groupBy: [USE_CASE]) { rows { useCase { code } legs calls connectedMs contacts } } }";

let whole: TestServer;
/** The same server, as seen by people of a programme of the test's own. */
let server: TestServer;
let code: string;
let finance: Actor, second: Actor;

/** Legs, calls, milliseconds and contacts of every use case. */
async function usage(where: Record<string, unknown> = { period: "2025-10" }): Promise<Record<string, number[]>> {
  const { rows } = (await must(finance, USAGE, { where })).usage;
  return Object.fromEntries(rows.map((row: { useCase: { code: string } | null; legs: number; calls: number; connectedMs: number; contacts: number }) => [row.useCase?.code ?? "-", [row.legs, row.calls, row.connectedMs, row.contacts]]));
}

const AS_SENT = { "order-status": [1, 1, 60_000, 1], triage: [1, 1, 60_000, 1], helpdesk: [1, 1, 120_000, 1] };

async function propose(input: Record<string, unknown>, actor: Actor = finance): Promise<{ id: string; status: string; legCount: number; planHash: string }> {
  return (await must(actor, PROPOSE, { input: { reason: "because", ...input } })).proposeCorrection.correction;
}

async function apply(input: Record<string, unknown>): Promise<string> {
  const { id } = await propose(input);
  await must(second, APPROVE, { input: { correction: id } });
  return id;
}

async function revert(correction: string): Promise<void> {
  await must(finance, REVERT, { input: { correction, reason: "was right after all" } });
  await must(second, REVERT, { input: { correction, reason: "agreed" } });
}

/** Every proof of the programme holds; while no month is closed, the totals are also what its rows add up to, counted apart from the product. */
async function expectProved(noneClosed = true): Promise<void> {
  const programme = (await server.installation.scopes.programme(code))!;
  const scope: Scope = { principal: { subject: "auditor", role: "AUDITOR", programme: code, businessUnits: [] }, programme, reach: "programme", unitIds: [] };
  const failed: string[] = [];
  for await (const { name, differing, differences } of verifyProgramme(server.installation.database, scope)) if (differing > 0) failed.push(`${name}: ${differences.join()}`);
  expect(failed).toEqual([]);
  if (noneClosed) expect(await storedTotals(server, code)).toEqual(await recountedTotals(server, code));
}

const change = (before: number, after: number) => ({ before, after, difference: after - before });
const money = (before: string, after: string, difference: string) => ({ before: { amount: before }, after: { amount: after }, difference: { amount: difference } });

let programmes = 0;

beforeAll(async () => {
  whole = await startTestServer();
  whole.clock.set("2025-12-15T12:00:00.000Z");
});
afterAll(() => whole.close());

beforeEach(async () => {
  code = `acme-${(programmes += 1)}`;
  server = inProgramme(whole, code);
  finance = server.as("FINANCE");
  second = server.as("FINANCE", { subject: "second-person" });
  await createAcme(server, { code });
  await bookAndAgree(server, { amount: "100.00" });
  await report(integration(server), [call("a"), call("b", { useCase: "triage" }), call("c", { useCase: "helpdesk", connectedMs: 120_000, endedAt: "2025-10-10T14:02:00.000Z" })]);
});

describe("a preview", () => {
  it("says per unit what a void does to usage and money, exactly, and leaves nothing behind", async () => {
    const before = await rowCounts(server);
    const { previewCorrection } = await must(finance, PREVIEW, { input: { kind: "VOID", eventIds: ["c"] } });
    expect(previewCorrection).toEqual({
      legs: 1, unchanged: 0, needsSecondPerson: true, planHash: expect.stringMatching(/^[0-9a-f]{64}$/), leftOut: [],
      effect: {
        moved: { amount: "50.00" },
        months: [{
          period: "2025-10", closed: false, missing: [], total: money("100.00", "100.00", "0.00"), unallocated: money("0.00", "0.00", "0.00"),
          usage: [{ businessUnit: { code: "support" }, useCase: { code: "helpdesk" }, legs: change(1, 0), calls: change(1, 0), connectedMs: change(120_000, 0), contacts: change(1, 0) }],
          money: [
            { businessUnit: { code: "claims" }, amount: money("25.00", "50.00", "25.00"), useCases: [{ useCase: { code: "triage" }, amount: money("25.00", "50.00", "25.00") }] },
            { businessUnit: { code: "retail" }, amount: money("25.00", "50.00", "25.00"), useCases: [{ useCase: { code: "order-status" }, amount: money("25.00", "50.00", "25.00") }] },
            { businessUnit: { code: "support" }, amount: money("50.00", "0.00", "-50.00"), useCases: [{ useCase: { code: "helpdesk" }, amount: money("50.00", "0.00", "-50.00") }] },
          ],
        }],
      },
    });
    expect(await rowCounts(server)).toEqual(before);
    expect(await usage()).toEqual(AS_SENT);
    await expectProved();
  });

  it("shows both months when a leg ends in another one, and that nobody bears what has no driver left", async () => {
    const input = { kind: "AMEND", eventIds: ["a", "b", "c"], patch: { connectedAt: "2025-09-10T14:00:00.000Z", endedAt: "2025-09-10T14:01:00.000Z" } };
    const { effect } = (await must(finance, PREVIEW, { input })).previewCorrection;
    expect(effect.moved).toEqual({ amount: "100.00" });
    expect(effect.months.map((month: { period: string; usage: Array<{ legs: unknown }> }) => [month.period, month.usage.map(({ legs }) => legs)])).toEqual([
      ["2025-09", [change(0, 1), change(0, 1), change(0, 1)]],
      ["2025-10", [change(1, 0), change(1, 0), change(1, 0)]],
    ]);
    expect(effect.months[1].unallocated).toEqual(money("0.00", "100.00", "100.00"));
    expect((await must(finance, "{ periods(first: 9) { edges { node { key } } } }")).periods.edges).toEqual([{ node: { key: "2025-10" } }]);
  });

  it("says that money is not known where a month has cost and no policy, and asks for a second person then", async () => {
    await must(finance, RULES, { input: { legs: 100, amount: "1000.00", reason: "small ones alone" } });
    await report(integration(server), [call("s", { connectedAt: "2025-09-10T14:00:00.000Z", endedAt: "2025-09-10T14:01:00.000Z" })]);
    await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code } } }", { input: { pool: "platform", period: "2025-09", amount: "10.00", currency: "USD", externalId: "september" } });
    const { previewCorrection } = await must(finance, PREVIEW, { input: { kind: "VOID", eventIds: ["s"] } });
    expect([previewCorrection.needsSecondPerson, previewCorrection.effect.moved, previewCorrection.effect.months[0].missing]).toEqual([true, null, [expect.stringMatching(/No approved allocation policy.*2025-09/)]]);
    expect((await must(finance, PREVIEW, { input: { kind: "VOID", eventIds: ["a"] } })).previewCorrection.needsSecondPerson).toBe(false);
  });
});

describe("a trial", () => {
  it("gives up rather than queues while somebody else holds what it needs", async () => {
    await server.sql("begin");
    await server.sql("select 1 from metering.usage_period_total where programme_id = (select id from tenancy.programme where code = $1) for update", [code]);
    const before = await rowCounts(server);
    const answer = await finance.ask(PREVIEW, { input: { kind: "VOID", eventIds: ["c"] } });
    await server.sql("rollback");
    expect([answer.status, answer.errors![0]!.extensions.code]).toEqual([503, "UNAVAILABLE"]);
    expect(await rowCounts(server)).toEqual(before);
    expect((await must(finance, PREVIEW, { input: { kind: "VOID", eventIds: ["c"] } })).previewCorrection.legs).toBe(1);
  });
});

describe("whatever comes in whatever order", () => {
  it.each([1, 2])("totals are what counts, one row stands per leg, and taken back everything is as it was sent (seed %i)", async (seed) => {
    let state = seed;
    const pick = <T>(items: readonly T[]): T => items[(state = (state * 48_271) % 2_147_483_647) % items.length]!;
    await must(finance, RULES, { input: { legs: 1_000, amount: "1000000.00", reason: "one person suffices here" } });
    const legs = ["a", "b", "c"], useCases = ["order-status", "returns", "triage", "helpdesk"];
    const applied: string[] = [];
    let sent = 0;
    const again = (type: string, more: Record<string, unknown> = {}): Promise<unknown> => {
      const leg = pick(legs);
      sent += 1;
      return report(integration(server), [call(`again-${sent}`, { legId: `leg-${leg}`, contactId: `contact-${leg}`, type, revision: sent, connectedMs: 1_000 * sent, useCase: pick([...useCases, "nowhere"]), ...more })]);
    };
    const correct = async (input: Record<string, unknown>): Promise<void> => {
      const { data } = await finance.ask(PROPOSE, { input: { reason: "because", ...input } });
      const { correction, userErrors } = data.proposeCorrection;
      if (correction) applied.push(correction.id);
      else expect(["NOT_FOUND", "CONFLICT"]).toContain(userErrors[0].code);
    };
    const takeBack = async (): Promise<void> => {
      if (applied.length > 0) await must(finance, REVERT, { input: { correction: applied.pop(), reason: "because" } });
    };
    const steps: ReadonlyArray<() => Promise<unknown>> = [
      () => again("LEG_UPDATED"), () => again("LEG_UPDATED", { test: true }), () => again("LEG_VOIDED"), () => again("LEG_ANALYSED", { outcome: "ESCALATED" }),
      () => again("LEG_RATED", { costItems: [{ component: "LLM", amount: "0.10", currency: "USD", basis: "REPORTED" }] }),
      () => correct({ kind: "VOID", eventIds: [pick(legs)] }), () => correct({ kind: "AMEND", eventIds: [pick(legs)], patch: { connectedMs: 500 * (sent + 1), channel: pick(["VOICE", "CHAT"]) } }),
      () => correct({ kind: "AMEND", where: { period: "2025-10" }, patch: { provider: pick(["retell", "vapi"]) } }), () => correct({ kind: "ATTRIBUTE", eventIds: [pick(legs)], useCase: pick(useCases) }),
      takeBack, takeBack,
    ];
    for (let step = 0; step < 40; step += 1) await pick(steps)();
    await expectProved();
    while (applied.length > 0) await takeBack();
    await expectProved();
    // The same facts in a programme that nobody corrected count the same.
    const kept = await server.sql<{ event_id: string; leg_id: string; contact_id: string; type: string; revision: string; connected_ms: string; reported_use_case: string; outcome: string | null; test: boolean; ended_at: Date }>(
      "select * from metering.usage_event where programme_id = (select id from tenancy.programme where code = $1) and derived_from is null order by received_at", [code],
    );
    const plain = inProgramme(whole, `${code}-plain`);
    await createAcme(plain, { code: `${code}-plain` });
    await report(integration(plain), kept.map((row) => call(row.event_id, {
      legId: row.leg_id, contactId: row.contact_id, type: row.type, revision: Number(row.revision), connectedMs: Number(row.connected_ms), useCase: row.reported_use_case, outcome: row.outcome, test: row.test, endedAt: row.ended_at.toISOString(),
    })));
    expect(await storedTotals(plain, `${code}-plain`)).toEqual(await storedTotals(server, code));
  });
});

describe("a correction", () => {
  it("waits for a second person, counts, and wins over what the provider sends until it is reverted", async () => {
    const proposed = (await must(finance, PROPOSE, { input: { kind: "AMEND", eventIds: ["c"], patch: { connectedMs: 60_000, endedAt: "2025-10-10T14:01:00.000Z", outcome: "CONTAINED" }, reason: "the gateway counted twice", evidence: "https://tickets/17" } })).proposeCorrection.correction;
    expect(proposed).toEqual({
      id: expect.any(String), kind: "AMEND", status: "PROPOSED", reason: "the gateway counted twice", evidence: "https://tickets/17", legCount: 1, needsSecondPerson: true, planHash: expect.any(String),
      proposedBy: "test-finance", revertRequestedBy: null, useCase: null, steps: [{ step: "PROPOSED", subject: "test-finance", reason: "the gateway counted twice" }],
      legs: { edges: [{ node: { eventId: "c", type: "LEG_COMPLETED" } }] },
    });
    expect(await usage()).toEqual(AS_SENT);
    const approved = (await must(second, APPROVE, { input: { correction: proposed.id } })).approveCorrection.correction;
    expect([approved.status, approved.steps.map(({ step, subject }: { step: string; subject: string }) => [step, subject])]).toEqual(["APPLIED", [["PROPOSED", "test-finance"], ["APPLIED", "second-person"]]]);
    const amended = { ...AS_SENT, helpdesk: [1, 1, 60_000, 1] };
    expect(await usage()).toEqual(amended);
    const { usageEvents } = await must(finance, `{ usageEvents(where: { useCase: ["helpdesk"] }, first: 5) { edges { node { eventId type connectedMs outcome durationMismatch correction { id reason proposedBy } } } } }`);
    expect(usageEvents.edges).toEqual([{ node: { eventId: "c", type: "LEG_UPDATED", connectedMs: 60_000, outcome: "CONTAINED", durationMismatch: false, correction: { id: proposed.id, reason: "the gateway counted twice", proposedBy: "test-finance" } } }]);

    const revision = call("c-2", { legId: "leg-c", contactId: "contact-c", useCase: "helpdesk", type: "LEG_UPDATED", revision: 5, connectedMs: 30_000, endedAt: "2025-10-10T14:00:30.000Z" });
    expect((await report(integration(server), [revision])).results[0]!.outcome).toBe("SUPERSEDED");
    expect(await usage()).toEqual(amended);
    await expectProved();

    await revert(proposed.id);
    expect(await usage()).toEqual({ ...AS_SENT, helpdesk: [1, 1, 30_000, 1] });
    await expectProved();
    const { correction } = await must(finance, `query($id: ID!) { correction(id: $id) { status steps { step subject } } node(id: $id) { __typename } }`, { id: proposed.id });
    expect(correction).toEqual({ status: "REVERTED", steps: [["PROPOSED", "test-finance"], ["APPLIED", "second-person"], ["REVERT_REQUESTED", "test-finance"], ["REVERTED", "second-person"]].map(([step, subject]) => ({ step, subject })) });
    const { auditEntries } = await must(finance, "{ auditEntries(first: 500) { edges { node { action subject subjectKind } } } }");
    expect(auditEntries.edges.map(({ node }: { node: { action: string; subject: string; subjectKind: string } }) => node).filter(({ subjectKind }: { subjectKind: string }) => subjectKind === "Correction")).toEqual(
      [["proposeCorrection", "test-finance"], ["approveCorrection", "second-person"], ["revertCorrection", "test-finance"], ["revertCorrection", "second-person"]].map(([action, subject]) => ({ action, subject, subjectKind: "Correction" })),
    );
  });

  it("is applied at once within both limits, and waits above either", async () => {
    expect((await must(finance, RULES, { input: { legs: 1, amount: "30.00", reason: "small ones alone" } })).setCorrectionRules.rules).toEqual({ version: 1, legs: 1, amount: { amount: "30.00", currency: "USD" } });
    // Without a: 0, 60 and 120 of 180 seconds bear 0, 33.33 and 66.67: 25.00 move. Without c 50.00 do.
    expect((await propose({ kind: "VOID", eventIds: ["a"] })).status).toBe("APPLIED");
    expect((await propose({ kind: "VOID", eventIds: ["c"] })).status).toBe("PROPOSED");
    expect((await propose({ kind: "AMEND", eventIds: ["b", "c"], patch: { intent: "none" } })).status).toBe("PROPOSED");
    expect(await usage()).toEqual({ triage: [1, 1, 60_000, 1], helpdesk: [1, 1, 120_000, 1] });
    const same = (await must(finance, RULES, { input: { legs: 1, reason: "again" } })).setCorrectionRules.rules;
    expect(same.version).toBe(1);
    await expectProved();
  });

  it("voids by where, within a limit, and answers the same to a retry", async () => {
    const input = { kind: "VOID", where: { period: "2025-10", useCase: ["triage", "helpdesk"], channel: ["VOICE"] }, reason: "test calls", idempotencyKey: "k-1" };
    const first = (await must(finance, PROPOSE, { input })).proposeCorrection.correction;
    expect(first.legCount).toBe(2);
    await must(second, APPROVE, { input: { correction: first.id } });
    const again = (await must(finance, PROPOSE, { input })).proposeCorrection.correction;
    expect([again.id, again.status]).toEqual([first.id, "APPLIED"]);
    const other = (await finance.ask(PROPOSE, { input: { ...input, reason: "another" } })).data.proposeCorrection;
    expect(other.userErrors[0]).toMatchObject({ code: "CONFLICT", field: ["idempotencyKey"] });
    expect(await usage()).toEqual({ "order-status": AS_SENT["order-status"] });
    await expectProved();
    await revert(first.id);
    expect(await usage()).toEqual(AS_SENT);
    await expectProved();
  });

  it("attributes in bulk, for later revisions too, and takes that back", async () => {
    await report(integration(server), [call("h-1", { useCase: "old-name" }), call("h-2", { useCase: "old-name", connectedMs: 30_000, endedAt: "2025-10-10T14:00:30.000Z" })]);
    const where = { unattributed: true, reportedUseCase: ["old-name"] };
    const { previewCorrection } = await must(finance, PREVIEW, { input: { kind: "ATTRIBUTE", where, useCase: "returns" } });
    // 60, 60 and 120 of 240 seconds become 60, 90, 60 and 120 of 330.
    expect(previewCorrection.effect.months[0].money.map(({ businessUnit, amount }: { businessUnit: { code: string }; amount: { difference: { amount: string } } }) => [businessUnit.code, amount.difference.amount])).toEqual([["claims", "-6.82"], ["retail", "20.46"], ["support", "-13.64"]]);
    const id = await apply({ kind: "ATTRIBUTE", where, useCase: "returns" });
    expect(await usage()).toEqual({ ...AS_SENT, returns: [2, 2, 90_000, 2] });
    await report(integration(server), [call("h-3", { legId: "leg-h-2", contactId: "contact-h-2", useCase: "old-name", type: "LEG_UPDATED", revision: 1, connectedMs: 20_000, endedAt: "2025-10-10T14:00:20.000Z" })]);
    expect(await usage()).toEqual({ ...AS_SENT, returns: [2, 2, 80_000, 2] });
    await expectProved();
    await revert(id);
    expect(await usage()).toEqual({ ...AS_SENT, "-": [2, 2, 80_000, 2] });
    await expectProved();
  });
});

describe("a backfill", () => {
  const SOURCE = "test://source";
  const add = async (name: string, events: unknown[], source = SOURCE) => (await must(finance, BACKFILL, { input: { name, source, events } })).addToBackfill;

  it("is filled over several calls, counts when it is approved, and is reverted as a whole", async () => {
    const first = await add("outage", [call("x-1"), call("a"), call("x-2", { legId: "leg-b" }), call("x-3", { useCase: "nowhere" }), call("x-4", { connectedMs: -1 }), call("x-5", { type: "LEG_VOIDED" }), call("x-6", { businessUnit: "claims" }), call("x-7", { legId: "leg-x-1" })]);
    expect(first.results.map(({ eventId, outcome, code }: { eventId: string; outcome: string; code: string | null }) => [eventId, outcome, code])).toEqual([
      ["x-1", "ACCEPTED", null], ["a", "DUPLICATE", null], ["x-2", "CONFLICT", "CONFLICT"], ["x-3", "HELD", null], ["x-4", "REJECTED", "BAD_USER_INPUT"], ["x-5", "REJECTED", "BAD_USER_INPUT"],
      ["x-6", "REJECTED", "BAD_USER_INPUT"], ["x-7", "CONFLICT", "CONFLICT"],
    ]);
    const again = await add("outage", [call("x-1"), call("x-1b", { useCase: "helpdesk", connectedMs: 120_000, endedAt: "2025-10-10T14:02:00.000Z", costItems: [{ component: "LLM", amount: "0.5", currency: "USD", basis: "REPORTED" }], attributes: { a: [1, "ä\\n"] }, endReasonRaw: "back\\slash" })]);
    expect([again.backfill, again.results.map(({ outcome }: { outcome: string }) => outcome)]).toEqual([{ name: "outage", source: SOURCE, events: 3 }, ["DUPLICATE", "ACCEPTED"]]);
    expect(await usage()).toEqual(AS_SENT);

    const { id, legCount } = await propose({ kind: "BACKFILL", backfill: "outage" });
    expect(legCount).toBe(3);
    expect((await finance.ask(BACKFILL, { input: { name: "outage", source: SOURCE, events: [call("x-8")] } })).data.addToBackfill.userErrors[0].code).toBe("CONFLICT");
    await must(second, APPROVE, { input: { correction: id } });
    const filled = { "order-status": [2, 2, 120_000, 2], triage: AS_SENT.triage, helpdesk: [2, 2, 240_000, 2], "-": [1, 1, 60_000, 1] };
    expect(await usage()).toEqual(filled);
    await expectProved();
    expect(await server.sql("select attributes, end_reason_raw, cost_items::text as items from metering.usage_event where event_id = 'x-1b'")).toEqual([{ attributes: { a: [1, "ä\\n"] }, end_reason_raw: "back\\slash", items: `{"(LLM,,,0.5,USD,REPORTED)"}` }]);

    // The provider comes round: what it sends is kept beside, whatever it says.
    expect((await report(integration(server), [call("x-1", { connectedMs: 45_000, endedAt: "2025-10-10T14:00:45.000Z" })])).results[0]!.outcome).toBe("SUPERSEDED");
    expect(await usage()).toEqual(filled);
    await revert(id);
    expect(await usage()).toEqual({ ...AS_SENT, "order-status": [2, 2, 105_000, 2] });
    await expectProved();
    // Those that nobody sent may be vouched for again; what is sent anew counts as sent.
    expect((await add("outage-2", [call("x-1b", { useCase: "helpdesk" }), call("x-1")])).results.map(({ outcome }: { outcome: string }) => outcome)).toEqual(["ACCEPTED", "DUPLICATE"]);
    expect((await report(integration(server), [call("x-3", { useCase: "returns" })])).results[0]!.outcome).toBe("ACCEPTED");
    expect(await usage()).toEqual({ ...AS_SENT, "order-status": [2, 2, 105_000, 2], returns: [1, 1, 60_000, 1] });
    await expectProved();
  });

  it("leaves out what came in before it was proposed, and is not approved when more comes in after", async () => {
    await add("late", [call("y-1"), call("y-2")]);
    await report(integration(server), [call("y-1")]);
    const { proposeCorrection } = await must(finance, PROPOSE, { input: { kind: "BACKFILL", backfill: "late", reason: "lost" } });
    expect([proposeCorrection.correction.legCount, proposeCorrection.leftOut]).toEqual([1, [{ index: 0, eventId: "y-1", outcome: "DUPLICATE", code: null }]]);
    await report(integration(server), [call("y-2")]);
    const before = await rowCounts(server);
    const { approveCorrection } = (await second.ask(APPROVE, { input: { correction: proposeCorrection.correction.id } })).data;
    expect([approveCorrection.correction, approveCorrection.userErrors[0].code]).toEqual([null, "CONFLICT"]);
    expect(await rowCounts(server)).toEqual(before);
  });
});

describe("in a closed month", () => {
  const month = "2025-10";
  const step = (name: string, made: string): string => `mutation($input: PeriodInput!) { ${name}(input: $input) { ${made} userErrors { code message } } }`;
  const close = async (period: string): Promise<void> => {
    await must(finance, "mutation($input: AllocatePeriodInput!) { allocatePeriod(input: $input) { userErrors { code message } } }", { input: { period } });
    await must(finance, step("requestClose", "period { key }"), { input: { period } });
    await must(second, step("closePeriod", "period { key }"), { input: { period } });
  };

  it("a correction changes nothing closed, and becomes the adjustment that its preview showed", async () => {
    await close(month);
    const { previewCorrection } = await must(finance, PREVIEW, { input: { kind: "VOID", eventIds: ["c"] } });
    const [effect] = previewCorrection.effect.months;
    expect([effect.period, effect.closed, effect.total, previewCorrection.effect.moved]).toEqual([month, true, money("100.00", "100.00", "0.00"), { amount: "50.00" }]);
    expect(effect.money.map(({ businessUnit, amount }: { businessUnit: { code: string }; amount: { difference: { amount: string } } }) => [businessUnit.code, amount.difference.amount])).toEqual([["claims", "25.00"], ["retail", "25.00"], ["support", "-50.00"]]);
    await apply({ kind: "VOID", eventIds: ["c"] });
    expect(await usage()).toEqual(AS_SENT);
    expect(await usage({ period: month, view: "RESTATED" })).toEqual({ "order-status": AS_SENT["order-status"], triage: AS_SENT.triage });
    const posted = await must(finance, `{ usageEvents(where: { useCase: ["helpdesk"] }, first: 5) { edges { node { eventId correction { id } } } } }`);
    expect(posted.usageEvents.edges).toEqual([{ node: { eventId: "c", correction: null } }]);

    await report(integration(server), [call("n", { connectedAt: "2025-11-05T15:00:00.000Z", endedAt: "2025-11-05T15:01:00.000Z" })]);
    await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code } } }", { input: { pool: "platform", period: "2025-11", amount: "10.00", currency: "USD", externalId: "november" } });
    await close("2025-11");
    const { adjustments } = await must(finance, `{ adjustments(period: "2025-11") { originPeriod { key } lines { businessUnit { code } amount { amount } } } }`);
    expect(adjustments).toEqual([{ originPeriod: { key: month }, lines: [["claims", "25.00"], ["retail", "25.00"], ["support", "-50.00"]].map(([unit, amount]) => ({ businessUnit: { code: unit }, amount: { amount } })) }]);
    await expectProved(false);
    // Charged by now: to take it back moves the same money the other way.
    const id = (await must(finance, "{ corrections(first: 5) { edges { node { id } } } }")).corrections.edges[0].node.id;
    await revert(id);
    const again = (await must(finance, PREVIEW, { input: { kind: "AMEND", eventIds: ["c"], patch: { test: true } } })).previewCorrection.effect.months[0];
    expect(again.money.map(({ amount }: { amount: unknown }) => amount)).toEqual([money("25.00", "50.00", "25.00"), money("25.00", "50.00", "25.00"), money("50.00", "0.00", "-50.00")]);
  });
});

describe("what a correction refuses, with nothing changed", () => {
  type Refused = { code: string; field: string[] | null; message: string };
  const refused = async (actor: Actor, query: string, input: Record<string, unknown>): Promise<[string, string | null]> => {
    const before = await rowCounts(server);
    const { data } = await actor.ask(query, { input });
    const [{ code: refusal, field }] = (Object.values(data)[0] as { userErrors: Refused[] }).userErrors as [Refused];
    expect(await rowCounts(server)).toEqual(before);
    return [refusal, field && field.join(".")];
  };
  const proposal = (input: Record<string, unknown>): Promise<[string, string | null]> => refused(finance, PROPOSE, { reason: "because", ...input });

  it("in what is asked for", async () => {
    await report(integration(server), [call("a")], "test://other");
    const bad: Array<[Record<string, unknown>, [string, string | null]]> = [
      [{ kind: "VOID", eventIds: ["never-sent"] }, ["NOT_FOUND", "eventIds"]],
      [{ kind: "VOID", eventIds: ["b", Buffer.from("UsageEvent:00000000-0000-4000-8000-000000000000").toString("base64url")] }, ["NOT_FOUND", "eventIds"]],
      [{ kind: "VOID", eventIds: ["a"] }, ["CONFLICT", "eventIds"]],
      [{ kind: "VOID", where: { period: "2025-10", channel: ["SMS"] } }, ["NOT_FOUND", "where"]],
      [{ kind: "VOID", where: { period: "2019-01" } }, ["NOT_FOUND", "where.period"]],
      [{ kind: "VOID", where: { useCase: ["nowhere"] } }, ["NOT_FOUND", "where.useCase"]],
      [{ kind: "VOID", where: {} }, ["BAD_USER_INPUT", "where"]],
      [{ kind: "VOID", eventIds: new Array(50_001).fill("b") }, ["LIMIT_EXCEEDED", "eventIds"]],
      [{ kind: "VOID", eventIds: ["b"], reason: " " }, ["BAD_USER_INPUT", "reason"]],
      [{ kind: "AMEND", eventIds: ["b"], patch: { endedAt: "2025-10-10T13:00:00.000Z" } }, ["BAD_USER_INPUT", "patch"]],
      [{ kind: "AMEND", eventIds: ["b"], patch: { connectedMs: -5 } }, ["BAD_USER_INPUT", "patch"]],
      [{ kind: "AMEND", eventIds: ["b"], patch: { connectedMs: 700_000_000 } }, ["BAD_USER_INPUT", "patch"]],
      [{ kind: "AMEND", eventIds: ["b"], patch: { status: null } }, ["BAD_USER_INPUT", "patch.status"]],
      [{ kind: "AMEND", eventIds: ["b", "c"], patch: { channel: "VOICE", direction: "INBOUND" } }, ["CONFLICT", "patch"]],
      [{ kind: "ATTRIBUTE", eventIds: ["b"], useCase: "nowhere" }, ["NOT_FOUND", "useCase"]],
      [{ kind: "ATTRIBUTE", eventIds: ["b"], useCase: "triage" }, ["CONFLICT", "useCase"]],
      [{ kind: "BACKFILL", backfill: "nowhere" }, ["NOT_FOUND", "backfill"]],
    ];
    for (const [input, expected] of bad) expect([input, await proposal(input)]).toEqual([input, expected]);
    const unknown = await finance.ask(PROPOSE, { input: { kind: "AMEND", eventIds: ["b"], patch: { useCase: "returns" }, reason: "because" } });
    expect([unknown.status, unknown.errors![0]!.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    expect((await finance.ask(PREVIEW, { input: { kind: "VOID", eventIds: ["never-sent"] } })).errors![0]!.extensions.code).toBe("NOT_FOUND");
    expect(await refused(finance, RULES, { legs: -1, reason: "because" })).toEqual(["BAD_USER_INPUT", "legs"]);
    expect(await refused(finance, RULES, { amount: "0.001", reason: "because" })).toEqual(["BAD_USER_INPUT", "amount"]);
    expect(await refused(finance, BACKFILL, { name: "no name", source: "s", events: [call("z")] })).toEqual(["BAD_USER_INPUT", "name"]);
    expect(await refused(finance, BACKFILL, { name: "empty", source: "s", events: [] })).toEqual(["BAD_USER_INPUT", "events"]);
    expect(await refused(finance, BACKFILL, { name: "large", source: "s", events: new Array(5_001).fill(call("z")) })).toEqual(["LIMIT_EXCEEDED", "events"]);
  });

  it("in who does it, and when", async () => {
    const { id } = await propose({ kind: "AMEND", eventIds: ["b"], patch: { connectedMs: 30_000 } });
    const NOBODYS = Buffer.from("Correction:00000000-0000-4000-8000-000000000000").toString("base64url");
    const reason = "because";
    expect(await refused(finance, APPROVE, { correction: id })).toEqual(["SAME_PERSON", "correction"]);
    expect(await refused(second, APPROVE, { correction: NOBODYS })).toEqual(["NOT_FOUND", "correction"]);
    expect(await refused(second, APPROVE, { correction: "nonsense" })).toEqual(["NOT_FOUND", "correction"]);
    expect(await refused(second, REVERT, { correction: id, reason })).toEqual(["CONFLICT", "correction"]);
    await must(second, APPROVE, { input: { correction: id } });
    expect(await refused(second, APPROVE, { correction: id })).toEqual(["CONFLICT", "correction"]);
    expect(await refused(second, REJECT, { correction: id, reason })).toEqual(["CONFLICT", "correction"]);
    await must(finance, REVERT, { input: { correction: id, reason } });
    expect(await refused(finance, REVERT, { correction: id, reason })).toEqual(["SAME_PERSON", "correction"]);
    // A refused revert is asked for anew.
    await must(second, REJECT, { input: { correction: id, reason: "it stands" } });
    await must(second, REVERT, { input: { correction: id, reason } });
    await must(finance, REVERT, { input: { correction: id, reason } });
    expect(await refused(second, REVERT, { correction: id, reason })).toEqual(["CONFLICT", "correction"]);

    const rejected = await propose({ kind: "VOID", eventIds: ["c"] });
    await must(finance, REJECT, { input: { correction: rejected.id, reason: "taken back" } });
    expect(await refused(second, APPROVE, { correction: rejected.id })).toEqual(["CONFLICT", "correction"]);
    expect(await usage()).toEqual(AS_SENT);
    const statuses = (await must(finance, "query($where: CorrectionsWhere) { corrections(first: 10, where: $where) { edges { node { status } } } }", { where: { status: ["REJECTED", "REVERTED"] } })).corrections.edges;
    expect(statuses.map(({ node }: { node: { status: string } }) => node.status)).toEqual(["REVERTED", "REJECTED"]);
  });

  it("once its legs changed, and in another order than they were made", async () => {
    const stale = await propose({ kind: "VOID", eventIds: ["b"] });
    await report(integration(server), [call("b-2", { legId: "leg-b", contactId: "contact-b", useCase: "triage", type: "LEG_UPDATED", revision: 1, connectedMs: 59_000 })]);
    expect(await refused(second, APPROVE, { correction: stale.id })).toEqual(["CONFLICT", "correction"]);

    const first = await apply({ kind: "AMEND", eventIds: ["c"], patch: { connectedMs: 60_000 } });
    const later = await apply({ kind: "AMEND", where: { useCase: ["helpdesk"], period: "2025-10" }, patch: { connectedMs: 90_000, provider: "retell" } });
    expect(await refused(finance, REVERT, { correction: first, reason: "because" })).toEqual(["CONFLICT", "correction"]);
    await revert(later);
    expect((await usage()).helpdesk).toEqual([1, 1, 60_000, 1]);
    const { usageEvents } = await must(finance, `{ usageEvents(where: { useCase: ["helpdesk"] }, first: 5) { edges { node { provider correction { id } } } } }`);
    expect(usageEvents.edges).toEqual([{ node: { provider: null, correction: { id: first } } }]);
    await expectProved();
    await revert(first);
    expect((await usage()).helpdesk).toEqual([1, 1, 120_000, 1]);

    const placed = await apply({ kind: "ATTRIBUTE", eventIds: ["c"], useCase: "returns" });
    // One person cannot move on what two have placed; another correction can.
    const direct = await finance.ask("mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed userErrors { code field } } }", { input: { eventIds: ["c"], useCase: "triage", reason: "rather" } });
    expect(direct.data.attributeUsage).toEqual({ attributed: null, userErrors: [{ code: "CONFLICT", field: ["eventIds"] }] });
    await apply({ kind: "ATTRIBUTE", eventIds: ["c"], useCase: "triage" });
    expect(await refused(finance, REVERT, { correction: placed, reason: "because" })).toEqual(["CONFLICT", "correction"]);
    await expectProved();
  });
});
