import { Client } from "pg";
import { PostgresQueryRunner } from "typeorm/driver/postgres/PostgresQueryRunner";
import { ALLOCATE, bookAndAgree, call, createAcme, integration, must, report } from "../support/builders";
import { TestServer, startTestServer } from "../support/server";

/*
 * Statements per request, transaction control and tenant setting left out. A figure that grows with the page would be a
 * query per row.
 */
const TABLE: ReadonlyArray<[string, string, number]> = [
  ["usage by unit and use case", `{ usage(where: { period: "2025-10" }, groupBy: [BUSINESS_UNIT, USE_CASE]) { rows { businessUnit { code } useCase { code } calls contacts } } }`, 1],
  ["a page of events with units and use cases", `{ usageEvents(where: { period: "2025-10" }, first: 50) { edges { node { eventId businessUnit { code } useCase { code } } } } }`, 3],
  ["allocation lines", `{ allocation(period: "2025-10", groupBy: [BUSINESS_UNIT, USE_CASE, POOL]) { rows { businessUnit { code } useCase { code } pool { code } amount { amount } } } }`, 2],
  ["cost entries with their pools", `{ costEntries(first: 50) { edges { node { pool { code } amount { amount } } } } }`, 2],
  ["explanations with their calls", `{ explainAllocation(period: "2025-10", businessUnit: "retail") { amount { amount } calls(first: 50) { edges { node { eventId useCase { code } } } } } }`, 6],
  ["a page of statements with units and months", `{ statements(first: 50) { edges { node { businessUnit { code } period { key } status total { amount } } } } }`, 3],
  ["statements with their lines, history and disputes", `{ statements(first: 50) { edges { node { lines { useCase { code } pool { code } originPeriod { key } run { sequence } amount { amount } dispute { reason } } history { status } disputes { reason } versions { version } } } } }`, 10],
];

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
  const useCases = ["order-status", "returns", "triage", "helpdesk"];
  await report(integration(server), Array.from({ length: 120 }, (_, index) => call(`call-${index}`, { useCase: useCases[index % 4] })));
  await bookAndAgree(server);
  await must(server.as("FINANCE"), ALLOCATE, { input: { period: "2025-10" } });
  await server.sql("update governance.period set status = 'CLOSED', closed_at = now(), cutoff = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' where key = '2025-10'");
  await must(server.as("FINANCE"), "mutation($input: IssueStatementsInput!) { issueStatements(input: $input) { statements { id } userErrors { code message } } }", { input: { period: "2025-10" } });
});
afterAll(() => server.close());

describe("statements per request", () => {
  it.each(TABLE)("%s", async (_, query, expected) => {
    const finance = server.as("FINANCE");
    await must(finance, query);
    const statements: string[] = [];
    const original = PostgresQueryRunner.prototype.query;
    const spy = jest.spyOn(PostgresQueryRunner.prototype, "query").mockImplementation(function (this: PostgresQueryRunner, ...parameters: Parameters<typeof original>) {
      statements.push(parameters[0]);
      return original.apply(this, parameters) as never;
    });
    // Prepared statements go past the runner, to the connection itself.
    const client = Client.prototype as unknown as { query(...parameters: unknown[]): unknown };
    const unseen = client.query;
    const prepared = jest.spyOn(client, "query").mockImplementation(function (this: Client, ...parameters: unknown[]) {
      const [config] = parameters as [{ name?: string; text: string } | string];
      if (typeof config === "object" && config.name) statements.push(config.text);
      return unseen.apply(this, parameters);
    });
    await must(finance, query);
    prepared.mockRestore();
    spy.mockRestore();
    const asked = statements.filter((text) => !/^(start transaction|commit|select set_config)/i.test(text.trim()));
    expect([asked.length, asked.map((text) => text.trim().slice(0, 60))]).toEqual([expected, asked.map((text) => text.trim().slice(0, 60))]);
  });
});
