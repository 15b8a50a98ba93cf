import { ALLOCATE, call, createAcme, integration, must, report } from "../support/builders";
import { Actor, TestServer, startTestServer } from "../support/server";
import { verifyProgramme } from "../../src/app/verify";
import { CREATE_POOL } from "../support/two-programmes";

const PROPOSE = "mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version documentHash settings { services order hierarchy useCaseDriver exempt } rules { pool parts { method driver bookedDriver shares { to percent } } } } userErrors { code message field } } }";
const APPROVE = "mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { policy { status } userErrors { code message field } } }";
const BOOK_DRIVER = "mutation($input: BookDriverQuantitiesInput!) { bookDriverQuantities(input: $input) { booking { driver period version quantities { businessUnit useCase pool quantity } } userErrors { code message field } } }";
const REPORT = `query($period: PeriodKey!) { allocation(period: $period, groupBy: [BUSINESS_UNIT, USE_CASE, POOL, CHANNEL]) {
  run { id status policyVersion inputHash resultHash } rows { businessUnit { code } useCase { code } pool { code } channel driverQuantity driverTotal share amount { amount } missing }
  pools { pool { code } step amount { amount } received { amount } passed { amount } allocated { amount } unallocated { amount } variance { amount } reason }
  total { amount } allocated { amount } unallocated { amount } variance { amount } } }`;

let server: TestServer;
let finance: Actor;

beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
  finance = server.as("FINANCE");
  await report(integration(server), [
    call("a", { connectedMs: 60_000 }),
    call("b", { useCase: "returns", connectedMs: 20_000, endedAt: "2025-10-10T14:00:20.000Z" }),
    call("c", { useCase: "triage", connectedMs: 30_000, endedAt: "2025-10-10T14:00:30.000Z" }),
    call("d", { useCase: "helpdesk", connectedMs: 10_000, endedAt: "2025-10-10T14:00:10.000Z" }),
  ]);
  for (const [code, amount] of [["desk", "100.00"], ["platform", "1000.00"], ["licences", "90.00"]] as const) {
    await must(finance, CREATE_POOL, { input: { code, name: code, kind: "OTHER" } });
    await must(finance, "mutation($input: BookCostInput!) { bookCost(input: $input) { userErrors { code message } } }", { input: { pool: code, period: "2025-10", amount, currency: "USD", externalId: code } });
  }
});
afterAll(() => server.close());

/** Proposes as finance, approves as somebody else; answers the version. */
async function agreeOn(input: Record<string, unknown>): Promise<number> {
  const { proposeAllocationPolicy } = await must(finance, PROPOSE, { input: { effectiveFrom: "2025-10", ...input } });
  await must(server.as("FINANCE", { subject: "second-person" }), APPROVE, { input: { version: proposeAllocationPolicy.policy.version } });
  return proposeAllocationPolicy.policy.version as number;
}

const faults = async (): Promise<string[]> => {
  const scope = await server.installation.scopes.resolve({ subject: "test", role: "ADMIN", programme: "acme", businessUnits: [] });
  const found: string[] = [];
  for await (const proof of verifyProgramme(server.installation.database, scope)) if (proof.differing > 0) found.push(`${proof.name}: ${proof.differences.join("; ")}`);
  return found;
};

describe("a stored policy by methods", () => {
  it("is proposed, approved, run, reported and verified", async () => {
    await must(finance, BOOK_DRIVER, { input: { driver: "headcount", kind: "HEADCOUNT", unit: "people", period: "2025-10", holds: "UNTIL_REPLACED", reason: "HR", quantities: [
      { businessUnit: "retail", quantity: "3" }, { businessUnit: "claims", quantity: "1.5" }, { businessUnit: "support", quantity: "0.5" }, { pool: "platform", quantity: "5" }] } });
    await agreeOn({ services: "STEP_DOWN", rules: [
      { pool: "desk", parts: [{ method: "PROPORTIONAL", bookedDriver: "headcount" }] },
      { pool: "platform", parts: [{ driver: "CONNECTED_SECONDS" }] },
      { pool: "licences", parts: [{ method: "FIXED_SHARES", shares: [{ to: "retail", percent: "50" }, { to: "claims", percent: "25" }, { to: "support", percent: "25" }] }] },
    ] });
    const { allocatePeriod } = await must(finance, ALLOCATE, { input: { period: "2025-10" } });
    expect(allocatePeriod.run).toMatchObject({ sequence: 1, status: "FINAL" });
    const { allocation } = await must(finance, REPORT, { period: "2025-10" });
    console.log(JSON.stringify(allocation, null, 1));
    const { explainAllocation } = await must(server.as("BUSINESS_UNIT", { businessUnits: ["retail"] }), `{ explainAllocation(period: "2025-10", businessUnit: "retail", useCase: "returns") { pool { code } poolAmount { amount } receivedAmount { amount } method driver bookedDriver driverQuantity driverTotal shareNumerator shareDenominator exactAmount adjustmentMinor amount { amount } chain { step pool part method leg toPool driver bookedDriver quantity driverTotal share rate exactAmount } split { by driver bookedDriver quantity total } missing calls(first: 5) { edges { node { eventId } } } } }`);
    console.log(JSON.stringify(explainAllocation, null, 1));
    expect(await faults()).toEqual([]);
  });
});
