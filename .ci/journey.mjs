/* The README's one write and one read, against the server that it says to start, with the tokens that it prints. */
import { readFileSync } from "node:fs";
import { ask, expect } from "./client.mjs";

const [url, log] = process.argv.slice(2);
const tokens = new Map([...readFileSync(log, "utf8").matchAll(/^[A-Z_]+ \((demo-[a-z-]+)[^)]*\): (\S+)$/gm)].map((match) => [match[1], match[2]]));

expect("ready", (await fetch(`${url}/readyz`)).status, 200);
const input = {
  source: "readme://first-steps",
  events: [{ eventId: "first-call", contactId: "contact-1", legId: "leg-1", useCase: "order-status", channel: "VOICE", direction: "INBOUND", status: "COMPLETED", connectedAt: "2025-10-30T10:00:00Z", endedAt: "2025-10-30T10:01:30Z", connectedMs: 90000 }],
};
const push = () => ask(url, tokens.get("demo-integration"), "mutation($input: ReportUsageInput!) { reportUsage(input: $input) { results { outcome } userErrors { code } } }", { input });
expect("a call arrives", (await push()).reportUsage.results, [{ outcome: "ACCEPTED" }]);
expect("and again", (await push()).reportUsage.results, [{ outcome: "DUPLICATE" }]);
const { allocatePeriod } = await ask(url, tokens.get("demo-finance"), 'mutation { allocatePeriod(input: { period: "2025-10" }) { run { sequence status } userErrors { code message } } }');
expect("the month is divided anew", allocatePeriod.run, { sequence: 2, status: "FINAL" });
const { allocation } = await ask(url, tokens.get("demo-finance"), '{ allocation(period: "2025-10", groupBy: [BUSINESS_UNIT]) { rows { amount { amount } } total { amount } unallocated { amount } } }');
const cents = (amount) => BigInt(amount.replace(".", ""));
expect("rows + unallocated = total", String(allocation.rows.reduce((sum, row) => sum + cents(row.amount.amount), cents(allocation.unallocated.amount))), String(cents(allocation.total.amount)));
const { explainAllocation } = await ask(url, tokens.get("demo-business-unit"), '{ explainAllocation(period: "2025-10", businessUnit: "service", pool: "integration") { driver amount { amount } calls(first: 1) { edges { node { eventId } } } } }');
expect("a unit sees why", [explainAllocation[0].driver, explainAllocation[0].calls.edges.length], ["CONNECTED_SECONDS", 1]);
