import { verifyProgramme } from "../../src/app/verify";
import { Scope } from "../../src/tenancy";
import { bookAndAgree, call, createAcme, integration, must, report, ALLOCATE } from "../support/builders";
import { TestServer, startTestServer } from "../support/server";
import { inProgramme } from "../support/two-programmes";

const ATTRIBUTE = "mutation($input: AttributeUsageInput!) { attributeUsage(input: $input) { attributed userErrors { code message } } }";

let root: TestServer;
let server: TestServer;
let programmes = 0;
let programme: string;

beforeAll(async () => {
  root = await startTestServer();
});
afterAll(() => root.close());

/** Each race is run in a programme of its own. */
beforeEach(async () => {
  programmes += 1;
  programme = `acme-${programmes}`;
  server = inProgramme(root, programme);
  await createAcme(server, { code: programme });
});

/** Names of the proofs that do not hold. */
async function failedProofs(): Promise<string[]> {
  const found = await server.installation.scopes.programme(programme);
  const scope: Scope = { principal: { subject: "proof", role: "ADMIN", programme, businessUnits: [] }, programme: found!, reach: "programme", unitIds: [] };
  const failed: string[] = [];
  for await (const proof of verifyProgramme(server.installation.database, scope)) if (proof.differing > 0) failed.push(`${proof.name}: ${JSON.stringify(proof)}`);
  return failed;
}

describe("at the same moment", () => {
  it("moves each leg once, however many say where it belongs", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `held-${index}`);
    await report(integration(server), ids.map((id) => call(id, { useCase: "unknown" })));
    const finance = server.as("FINANCE");
    const targets = ["order-status", "triage", "helpdesk", "returns"];
    const moved = await Promise.all(targets.map((useCase) => must(finance, ATTRIBUTE, { input: { where: { period: "2025-10" }, useCase, reason: "found out" } })));
    expect(moved.reduce((sum, each) => sum + each.attributeUsage.attributed, 0)).toBe(20);
    const { usage } = await must(finance, `{ usage(where: { period: "2025-10" }, groupBy: []) { total { legs calls contacts } } }`);
    expect(usage.total).toEqual({ legs: 20, calls: 20, contacts: 20 });
    expect(await failedProofs()).toEqual([]);
  });

  it("settles revisions of the same legs from many clients to the highest", async () => {
    const legs = Array.from({ length: 20 }, (_, index) => index);
    const useCases = ["order-status", "returns", "triage", "helpdesk"];
    await report(integration(server), legs.map((leg) => call(`r0-${leg}`, { legId: `leg-${leg}`, contactId: `contact-${leg % 7}` })));
    const revisions = Array.from({ length: 8 }, (_, index) => index + 1);
    const outcomes = await Promise.all(
      revisions.map((revision) =>
        report(integration(server), legs.map((leg) => call(`r${revision}-${leg}`, { legId: `leg-${leg}`, contactId: `contact-${leg % 7}`, revision, useCase: useCases[revision % 4], connectedMs: revision * 1_000, connectedAt: null }))),
      ),
    );
    expect(outcomes.reduce((sum, each) => sum + each.accepted + each.superseded, 0)).toBe(160);
    const { usage } = await must(server.as("FINANCE"), `{ usage(where: { period: "2025-10" }, groupBy: [USE_CASE]) { rows { useCase { code } legs connectedMs contacts } total { contacts } } }`);
    expect(usage).toEqual({ rows: [{ useCase: { code: "order-status" }, legs: 20, connectedMs: 160_000, contacts: 7 }], total: { contacts: 7 } });
    expect(await failedProofs()).toEqual([]);
  });

  it("keeps every proof while usage, corrections and runs interleave", async () => {
    await report(integration(server), [call("seed")]);
    await bookAndAgree(server, { amount: "1234.56", parts: [{ fraction: "0.5", driver: "CALLS" }, { fraction: "0.5", driver: "CONTACTS" }] });
    const push = (client: number) => report(integration(server), Array.from({ length: 50 }, (_, index) => call(`c${client}-${index}`, { useCase: ["order-status", "triage", "nobody"][(client + index) % 3], legId: `leg-${index}`, revision: client })));
    await Promise.all([1, 2, 3, 4].flatMap((client) => [push(client), must(server.as("FINANCE"), ALLOCATE, { input: { period: "2025-10" } }), push(client), must(server.as("FINANCE"), ATTRIBUTE, { input: { where: { period: "2025-10" }, useCase: "helpdesk", reason: "found out" } })]));
    await must(server.as("FINANCE"), ALLOCATE, { input: { period: "2025-10" } });
    expect(await failedProofs()).toEqual([]);
  });
});
