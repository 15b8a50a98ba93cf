import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import pino from "pino";
import { buildServer } from "../../src/app/serve";
import { createAcme } from "../support/builders";
import { TestServer, startTestServer } from "../support/server";

const QUESTION = JSON.stringify({ query: "{ businessUnits(first: 10) { edges { node { code } } } }" });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await createAcme(server);
});
afterAll(() => server.close());

interface Answered { readonly status: number; readonly connection: string | undefined; readonly retryAfter: string | undefined; readonly body: unknown }

/** Asks on the connections of an agent, as a client that keeps them open does. */
function ask(url: string, agent: Agent): Promise<Answered> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${server.as("FINANCE").token}` };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/graphql`, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode!, connection: response.headers.connection, retryAfter: response.headers["retry-after"], body: JSON.parse(text) }));
    });
    sent.on("error", reject);
    sent.end(QUESTION);
  });
}

it("finishes what is under way, tells who comes on an open connection to come again, and does not wait for connections", async () => {
  const stopping = await buildServer(server.installation, pino({ level: "silent" }));
  const url = await stopping.http.listen({ port: 0, host: "127.0.0.1" });
  stopping.setReady(true);
  const keeping = new Agent({ keepAlive: true, maxSockets: 1 });
  const other = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await ask(url, keeping)).status).toBe(200);
  expect((await ask(url, other)).connection).toBe("keep-alive");

  await server.sql("begin");
  await server.sql("lock table tenancy.business_unit in access exclusive mode");
  const underWay = ask(url, keeping);
  const pipelined = ask(url, other);
  while ((await server.sql("select 1 from pg_locks where not granted")).length < 2) await pause(10);
  // Waits for its turn on the connection of the first.
  const next = ask(url, keeping).catch((error: NodeJS.ErrnoException) => error.code);
  const closed = stopping.close();
  await pause(50);
  await server.sql("rollback");

  const units = { data: { businessUnits: { edges: ["claims", "retail", "support"].map((code) => ({ node: { code } })) } } };
  expect(await underWay).toMatchObject({ status: 200, connection: "close", body: units });
  expect(await pipelined).toMatchObject({ status: 200, connection: "close", body: units });
  // The connection ended with the answer before it, so the client opens another one and nobody listens any more.
  expect(await next).toBe("ECONNREFUSED");
  await closed;
  keeping.destroy();
  other.destroy();
});
