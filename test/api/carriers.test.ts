import { Actor, TestServer, startTestServer } from "../support/server";
import { call, createAcme, integration, must, report } from "../support/builders";
import { recountedTotals, storedTotals } from "../support/recount";
import { inProgramme } from "../support/two-programmes";

const PLATFORM = "vapi://acme", CARRIER = "twilio://acme";
const REGISTER = "mutation($input: RegisterSourceInput!) { registerSource(input: $input) { source { kind } userErrors { code message } } }";
const FIGURES = `{ usage(where: { period: "2025-10" }, groupBy: [BUSINESS_UNIT, SOURCE]) { rows { businessUnit { code } source legs calls contacts connectedMs } total { legs calls contacts connectedMs } } }`;
const PLATFORM_ROW = { businessUnit: { code: "retail" }, source: PLATFORM, legs: 1, calls: 1, contacts: 1, connectedMs: 60_000 };
const CARRIER_ROW = { businessUnit: { code: "retail" }, source: CARRIER, legs: 1, calls: 1, contacts: 1, connectedMs: 62_000 };
const summed = (...rows: Array<typeof PLATFORM_ROW>): Record<string, unknown> => ({
  rows: rows.sort((a, b) => (a.source < b.source ? -1 : 1)),
  total: { legs: rows.length, calls: rows.length, contacts: rows.length, connectedMs: rows.reduce((sum, { connectedMs }) => sum + connectedMs, 0) },
});

describe("a platform's call over a carrier", () => {
  let root: TestServer;
  let server: TestServer;
  let programmes = 0;
  let programme: string;
  let finance: Actor;
  const register = (uri: string, kind: string): Promise<unknown> => must(finance, REGISTER, { input: { uri, name: uri, owner: "Telephony", kind } });
  const platform = (more: Record<string, unknown> = {}): Promise<unknown> => report(integration(server), [call("p1", { telephonyRef: "CA1", ...more })], PLATFORM);
  const carrier = (more: Record<string, unknown> = {}): Promise<unknown> => report(integration(server), [call("CA1", { telephonyRef: "CA1", connectedMs: 62_000, connectedAt: null, costItems: [{ component: "TELEPHONY", amount: "0.0260", currency: "USD", basis: "REPORTED" }], ...more })], CARRIER);
  const figures = async (): Promise<unknown> => {
    expect(await storedTotals(server, programme)).toEqual(await recountedTotals(server, programme));
    return (await must(finance, FIGURES)).usage;
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

  it.each([["the carrier first", [carrier, platform]], ["the platform first", [platform, carrier]]])("counts one call and one contact, %s", async (_name, order) => {
    await register(CARRIER, "CARRIER");
    for (const send of order) expect(await send()).toMatchObject({ accepted: 1 });
    expect(await figures()).toEqual(summed(PLATFORM_ROW));
    // What the carrier charged is kept: only its cost counts.
    expect(await server.sql(`select e.type, (e.cost_items)[1].amount::text as amount from metering.usage_leg l join metering.usage_event e on e.event_key = l.head_event_key where l.carried_by is not null and l.programme_id = (select id from tenancy.programme where code = $1)`, [programme])).toEqual([{ type: "LEG_RATED", amount: "0.0260" }]);
  });

  it("both sides at the same moment count once, twenty times", async () => {
    await register(CARRIER, "CARRIER");
    for (let round = 0; round < 20; round += 1) {
      const more = { legId: `leg-${round}`, contactId: `contact-${round}`, telephonyRef: `ref-${round}` };
      await Promise.all([platform({ ...more, eventId: `p-${round}` }), carrier({ ...more, eventId: `c-${round}` })]);
    }
    expect(await figures()).toMatchObject({ total: { legs: 20, calls: 20, contacts: 20, connectedMs: 1_200_000 } });
  });

  it("the carrier's leg counts where no platform reports the call, and again once the platform takes its own back", async () => {
    await register(CARRIER, "CARRIER");
    await carrier();
    expect(await figures()).toEqual(summed(CARRIER_ROW));
    await platform();
    expect(await figures()).toEqual(summed(PLATFORM_ROW));
    await platform({ eventId: "p1/void", type: "LEG_VOIDED", legId: "leg-p1", contactId: "contact-p1", revision: 1, telephonyRef: null });
    expect(await figures()).toEqual(summed(CARRIER_ROW));
    await platform({ eventId: "p1/again", type: "LEG_UPDATED", legId: "leg-p1", contactId: "contact-p1", revision: 2 });
    expect(await figures()).toEqual(summed(PLATFORM_ROW));
  });

  it("a source that is found to be a carrier later, and is none in the end", async () => {
    await platform();
    await carrier();
    expect(await figures()).toEqual(summed(PLATFORM_ROW, CARRIER_ROW));
    await register(CARRIER, "CARRIER");
    expect(await figures()).toEqual(summed(PLATFORM_ROW));
    await register(CARRIER, "PLATFORM");
    expect(await figures()).toEqual(summed(PLATFORM_ROW, CARRIER_ROW));
  });
});
