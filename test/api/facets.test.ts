import { Actor, TestServer, startTestServer } from "../support/server";
import { call, createAcme, integration, must, report } from "../support/builders";
import { recountedTotals, storedTotals } from "../support/recount";
import { inProgramme } from "../support/two-programmes";

const LEG = `query($where: UsageWhere!) { usageEvents(where: $where, first: 10) { edges { node {
  legId eventId outcome resolved sentiment csat connectedMs businessUnit { code } flags { optOut } writes { required succeeded } costItems { component amount currency basis quantity unit } } } } }`;
const FIGURES = `{ usage(where: { period: "2025-10" }, groupBy: [BUSINESS_UNIT, OUTCOME]) { rows { businessUnit { code } outcome legs calls connectedMs contacts } total { legs contacts } } }`;

const rated = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  call(`${id}/rated`, { type: "LEG_RATED", legId: `leg-${id}`, contactId: `contact-${id}`, costItems: [{ component: "TELEPHONY", amount: "0.0130", currency: "USD", basis: "REPORTED" }], ...more });
const analysed = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  call(`${id}/analysed`, { type: "LEG_ANALYSED", legId: `leg-${id}`, contactId: `contact-${id}`, outcome: "CONTAINED", resolved: true, sentiment: "POSITIVE", ...more });

describe("late cost and late outcomes", () => {
  let root: TestServer;
  let server: TestServer;
  let programmes = 0;
  let programme: string;
  let finance: Actor;
  const gateway = (): Actor => integration(server);
  const leg = async (id: string): Promise<Record<string, unknown> | undefined> => {
    const { usageEvents } = await must(finance, LEG, { where: { period: "2025-10" } });
    return usageEvents.edges.map((edge: { node: Record<string, unknown> }) => edge.node).find((node: Record<string, unknown>) => node.legId === `leg-${id}`);
  };

  beforeAll(async () => {
    root = await startTestServer();
  });
  afterAll(() => root.close());

  beforeEach(async () => {
    programmes += 1;
    programme = `acme-${programmes}`;
    server = inProgramme(root, programme);
    await createAcme(server, { code: programme });
    finance = server.as("FINANCE");
  });

  it("a leg, its cost and its outcome come in any order and count once", async () => {
    const events = [call("a", { outcome: "ESCALATED", flags: { optOut: true }, costItems: [{ component: "LLM", quantity: "2", unit: "TOKEN_1M", amount: "0.40", currency: "USD", basis: "REPORTED" }, { component: "TELEPHONY", amount: "9", currency: "USD", basis: "ESTIMATED" }] }), rated("a"), analysed("a")];
    const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    const seen = [];
    for (const [number, order] of orders.entries()) {
      const period = { where: { period: "2025-10" } };
      const source = `test://order-${number}`;
      for (const index of order) expect((await report(gateway(), [events[index]], source)).results[0]).toMatchObject({ outcome: "ACCEPTED" });
      expect((await report(gateway(), events, source)).duplicate).toBe(3);
      seen.push((await must(finance, LEG, period)).usageEvents.edges.length);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    const { usageEvents } = await must(finance, LEG, { where: { period: "2025-10" } });
    for (const { node } of usageEvents.edges) {
      expect(node).toEqual({
        legId: "leg-a", eventId: "a", outcome: "CONTAINED", resolved: true, sentiment: "POSITIVE", csat: null, connectedMs: 60_000, businessUnit: { code: "retail" }, flags: { optOut: true }, writes: null,
        costItems: [{ component: "LLM", amount: "0.40", currency: "USD", basis: "REPORTED", quantity: "2", unit: "TOKEN_1M" }, { component: "TELEPHONY", amount: "0.0130", currency: "USD", basis: "REPORTED", quantity: null, unit: null }],
      });
    }
    expect((await must(finance, FIGURES)).usage).toEqual({ rows: [{ businessUnit: { code: "retail" }, outcome: "CONTAINED", legs: 6, calls: 6, connectedMs: 360_000, contacts: 6 }], total: { legs: 6, contacts: 6 } });
  });

  it("the highest revision of each facet wins, and a newer leg keeps them", async () => {
    await report(gateway(), [call("a"), analysed("a", { revision: 5 }), rated("a", { revision: 2 })]);
    const late = await report(gateway(), [analysed("a", { eventId: "a/older", revision: 4, outcome: "ABANDONED" }), rated("a", { eventId: "a/dearer", revision: 3, costItems: [{ component: "TELEPHONY", amount: "0.0260", currency: "USD", basis: "REPORTED" }] })]);
    expect(late.results.map(({ outcome }) => outcome)).toEqual(["SUPERSEDED", "ACCEPTED"]);
    await report(gateway(), [call("a2", { eventId: "a/corrected", legId: "leg-a", contactId: "contact-a", type: "LEG_UPDATED", revision: 1, connectedMs: 90_000, outcome: "ESCALATED" })]);
    expect(await leg("a")).toMatchObject({ eventId: "a/corrected", connectedMs: 90_000, outcome: "CONTAINED", costItems: [{ component: "TELEPHONY", amount: "0.0260" }] });
    expect((await must(finance, FIGURES)).usage.total).toEqual({ legs: 1, contacts: 1 });
  });

  it("a voided leg has neither; facets of a leg that never came count nowhere", async () => {
    await report(gateway(), [call("a"), analysed("a"), rated("a"), call("a/void", { type: "LEG_VOIDED", legId: "leg-a", contactId: "contact-a", revision: 9 }), rated("ghost"), analysed("ghost")]);
    expect((await must(finance, LEG, { where: { period: "2025-10" } })).usageEvents.edges).toEqual([]);
    expect((await must(finance, FIGURES)).usage).toEqual({ rows: [], total: { legs: 0, contacts: 0 } });
    expect((await must(finance, "{ unattributedUsage(first: 5) { edges { node { id } } } }")).unattributedUsage.edges).toEqual([]);
  });

  it("late cost without a use case belongs to the leg's unit, and waits for a leg that is held", async () => {
    await report(gateway(), [call("a"), rated("a", { useCase: null }), call("held", { useCase: "nobody-knows" }), analysed("held", { useCase: null })]);
    expect(await leg("a")).toMatchObject({ businessUnit: { code: "retail" }, costItems: [{ amount: "0.0130" }] });
    await must(finance, `mutation { attributeUsage(input: { eventIds: ["held"], useCase: "triage", reason: "renamed" }) { attributed userErrors { code message } } }`);
    expect(await leg("held")).toMatchObject({ businessUnit: { code: "claims" }, outcome: "CONTAINED" });
  });

  it("what carries nothing is refused, and another unit's leg is not there", async () => {
    await report(gateway(), [call("a")]);
    const refused = await report(gateway(), [rated("a", { costItems: [] }), analysed("a", { outcome: null, resolved: null, sentiment: null })]);
    expect(refused.results.map(({ outcome, message }) => [outcome, message])).toEqual([
      ["REJECTED", "LEG_RATED carries the late cost of a leg: costItems are missing."],
      ["REJECTED", "LEG_ANALYSED carries the late outcome of a leg: outcome, resolved, flags, sentiment, csat, intent and writes are all missing."],
    ]);
    expect((await report(integration(server, ["claims"]), [rated("a", { useCase: null })])).results[0]).toMatchObject({ outcome: "REJECTED", code: "NOT_FOUND" });
    expect(await leg("a")).toMatchObject({ costItems: null, outcome: null });
  });

  it("a late revision of one leg keeps no contact where another leg left", async () => {
    const same = { contactId: "contact-c" };
    await report(gateway(), [call("a", { ...same, useCase: "helpdesk" }), call("b", { ...same, useCase: "helpdesk", type: "LEG_VOIDED", revision: 5 })]);
    const moved = await report(gateway(), [
      call("a/moved", { ...same, legId: "leg-a", type: "LEG_UPDATED", revision: 1, useCase: "order-status" }),
      call("b/late", { ...same, legId: "leg-b", type: "LEG_UPDATED", revision: 1, useCase: "helpdesk" }),
    ]);
    expect(moved.results.map(({ outcome }) => outcome)).toEqual(["ACCEPTED", "SUPERSEDED"]);
    expect(await storedTotals(server, programme)).toEqual(await recountedTotals(server, programme));
    expect((await must(finance, FIGURES)).usage.rows).toMatchObject([{ businessUnit: { code: "retail" }, contacts: 1 }]);
  });

  it("operators read no money", async () => {
    const operator = server.as("OPERATOR", { businessUnits: ["retail"] });
    expect((await operator.ask(`{ usageEvents(where: { period: "2025-10" }, first: 1) { edges { node { costItems { amount } } } } }`)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  });
});
