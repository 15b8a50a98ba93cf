/* Real calls, imported through the command line, divided three ways through the API; every figure to the cent. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, expect } from "./client.mjs";

const [url, file] = process.argv.slice(2);
const PROGRAMME = "alexandria";
const folder = mkdtempSync(join(tmpdir(), "apportion-real-"));
const mapping = join(folder, "mapping.json");
writeFileSync(mapping, JSON.stringify({
  source: "cad://alexandria",
  timeZone: "America/New_York",
  filter: [{ column: "call_reception", in: ["Phone", "E-911", "Cell Phone", "911 Center"] }, { column: "phone_seconds", greaterThan: "0" }],
  fields: {
    eventId: { column: "row_id" },
    businessUnit: { column: "agency" },
    useCase: { join: ["agency", "problem"], separator: ".", slug: true },
    connectedAt: { column: "incident_start_at", as: "localDateTime" },
    connectedMs: { column: "phone_seconds", multiply: 1000 },
    endedAt: { from: "connectedAt", plusMs: "connectedMs" },
    channel: { column: "call_reception", map: { Text: "SMS" }, default: "VOICE" },
    status: { value: "COMPLETED" },
  },
}));
const cli = (...parameters) => execFileSync("npm", ["run", "-s", "apportion", "--", ...parameters], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
const token = (role, subject, ...units) => cli("token", "--role", role, "--subject", subject, "--programme", PROGRAMME, ...units.flatMap((unit) => ["--business-unit", unit])).split("\n").at(-1);

cli("programme", "create", "--code", PROGRAMME, "--name", "City of Alexandria", "--currency", "USD", "--time-zone", "America/New_York");
const imported = () => JSON.parse(cli("import", "usage", file, "--mapping", mapping, "--programme", PROGRAMME, "--create-missing", "--json"));
const first = imported();
expect("nothing is rejected", [first.rejected, first.conflict, first.held], [0, 0, 0]);
const second = imported();
expect("importing again changes nothing", [second.accepted, second.duplicate], [0, first.accepted]);

const finance = token("finance", "finance-1");
const controller = token("finance", "finance-2");
const units = ["POLICE", "EMS", "FIRE"];
const unitTokens = units.map((unit) => token("business_unit", `owner-${unit}`, unit));

const { usage } = await ask(url, finance, '{ usage(where: { period: "2025-10" }, groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } calls connectedSeconds } total { calls connectedSeconds } } }');
const by = new Map(usage.rows.map((row) => [row.businessUnit.code, row]));
expect("calls", [...units.map((unit) => by.get(unit).calls), usage.total.calls], [3713, 1137, 472, 5322]);
expect("seconds", [...units.map((unit) => by.get(unit).connectedSeconds), usage.total.connectedSeconds], ["1088542", "303223", "93938", "1485703"]);

const PAYLOAD = "userErrors { code message }";
await ask(url, finance, `mutation { createCostPool(input: { code: "platform", name: "Platform", kind: PLATFORM_CONTRACT }) { ${PAYLOAD} } }`);
await ask(url, finance, `mutation { bookCost(input: { pool: "platform", period: "2025-10", amount: "25000.00", currency: "USD", externalId: "platform-2025-10" }) { ${PAYLOAD} } }`);

const golden = [
  ["calls", { driver: "CALLS" }, ["17441.75", "5341.04", "2217.21"]],
  ["connected seconds", { driver: "CONNECTED_SECONDS" }, ["18316.95", "5102.35", "1580.70"]],
  ["billed 60/60 minutes", { driver: "BILLED_MINUTES", minimumSeconds: 60, incrementSeconds: 60 }, ["18227.27", "5130.64", "1642.09"]],
];
for (const [name, part, amounts] of golden) {
  const { proposeAllocationPolicy } = await ask(url, finance, `mutation($input: ProposeAllocationPolicyInput!) { proposeAllocationPolicy(input: $input) { policy { version } ${PAYLOAD} } }`, { input: { effectiveFrom: "2025-10", rules: [{ pool: "platform", parts: [part] }] } });
  await ask(url, controller, `mutation($input: ApproveAllocationPolicyInput!) { approveAllocationPolicy(input: $input) { ${PAYLOAD} } }`, { input: { version: proposeAllocationPolicy.policy.version } });
  cli("allocate", "2025-10", "--programme", PROGRAMME);
  const query = '{ allocation(period: "2025-10", groupBy: [BUSINESS_UNIT]) { rows { businessUnit { code } amount { amount } } total { amount } unallocated { amount } } }';
  const { allocation } = await ask(url, finance, query);
  const amountOf = (report, unit) => report.rows.find((row) => row.businessUnit.code === unit)?.amount.amount;
  expect(`by ${name}, to finance`, units.map((unit) => amountOf(allocation, unit)), amounts);
  expect("total and unallocated", [allocation.total.amount, allocation.unallocated.amount], ["25000.00", "0.00"]);
  const own = await Promise.all(unitTokens.map((each) => ask(url, each, query)));
  expect(`by ${name}, to each unit alone`, own.map(({ allocation: report }) => report.rows.map((row) => [row.businessUnit.code, row.amount.amount])), units.map((unit, index) => [[unit, amounts[index]]]));
}
const plan = { vendor: "anybody", component: "TELEPHONY", unit: "MINUTE", currency: "USD", effectiveFrom: "2025-10", minimumSeconds: 60, incrementSeconds: 60, tiers: [{ price: "0.01" }], pool: "usage" };
const { simulateRating } = await ask(url, finance, "query($input: SimulateRatingInput!) { simulateRating(input: $input) { measuredQuantity billedQuantity total { amount } } }", { input: { card: plan, period: "2025-10", usageOfAll: true } });
expect("billed 60/60 minutes and their price", [simulateRating.billedQuantity, simulateRating.total.amount], ["27404", "274.04"]);

cli("verify", "--programme", PROGRAMME);
console.log("ok: verify");
