import { setTimeout as pause } from "node:timers/promises";
import pino from "pino";
import { connect } from "../../src/app/data-source";
import { RunningServer, buildServer } from "../../src/app/serve";
import { Database } from "../../src/tenancy/database.store";
import { ScopeResolver } from "../../src/tenancy/scope-resolver.store";
import { TestServer, startTestServer } from "../support/server";
import { Reply, send } from "./client";

/** A server that can be shot and started again on its database, on a clock and with a chance of the simulation's own. */
export class World {
  private front: { server: RunningServer; database: Database; url: string } | null = null;

  private constructor(readonly base: TestServer, private readonly chance: () => number) {}

  static async open(chance: () => number): Promise<World> {
    const world = new World(await startTestServer({ poolSize: 2 }), chance);
    await world.start();
    return world;
  }

  get database(): Database {
    return this.front!.database;
  }

  private async start(): Promise<void> {
    const database = new Database(await connect(this.base.installation.apiUrl, { purpose: "serve", poolSize: 4 }).initialize(), this.chance);
    const server = await buildServer({ ...this.base.installation, database, scopes: new ScopeResolver(database) }, pino({ level: "silent" }));
    const url = await server.http.listen({ port: 0, host: "127.0.0.1" });
    server.setReady(true);
    this.front = { server, database, url };
  }

  /** Ends every connection to the database wherever it stands, leaves the server for dead and starts another one. */
  async kill(): Promise<void> {
    const { server, database } = this.front!;
    await this.base.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'apportion_app'");
    server.http.server.closeAllConnections();
    await server.close().catch(() => undefined);
    await database.close().catch(() => undefined);
    await this.start();
  }

  /** Sends until an answer comes that is not a request to come again. */
  async ask(token: string, query: string, variables: unknown): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      const reply = await send(this.front!.url, token, query, variables);
      if (reply.status === 200 && !["UNAVAILABLE", "TIMEOUT"].includes(reply.code)) return reply;
      if (attempt > 40) throw new Error(`no answer after ${attempt} attempts, last ${reply.status} ${reply.body.slice(0, 500)}`);
      await pause(10 * attempt);
    }
  }

  /** Sends and goes away before the answer; what became of it nobody knows. */
  async askAndLeave(token: string, query: string, variables: unknown, afterMs: number): Promise<void> {
    const gone = new AbortController();
    const sent = fetch(`${this.front!.url}/graphql`, { method: "POST", signal: gone.signal, headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ query, variables }) }).then((response) => response.text(), () => "");
    await pause(afterMs);
    gone.abort();
    await sent.catch(() => "");
  }

  async close(): Promise<void> {
    await this.front?.server.close();
    await this.front?.database.close();
    await this.base.close();
  }
}
