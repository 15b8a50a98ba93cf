import { randomUUID } from "node:crypto";
import { Client } from "pg";
import pino from "pino";
import { TokenConfig } from "../../src/app/config";
import { connect } from "../../src/app/data-source";
import { Installation } from "../../src/app/installation";
import { buildServer, recordAudit } from "../../src/app/serve";
import { signToken } from "../../src/app/token";
import { createVault } from "../../src/app/vault";
import { Role } from "../../src/tenancy";
import { Database } from "../../src/tenancy/database.store";
import { ScopeResolver } from "../../src/tenancy/scope-resolver.store";
import { FixedClock } from "./clock";
import { TEMPLATE } from "./cluster";

export const TOKEN: TokenConfig = { issuer: "test-issuer", audience: "test-audience", key: { kind: "secret", secret: "a secret of the test suite, 32 bytes and more" }, maxAgeSeconds: 43_200 };

/** What a request answered. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly data: T;
  readonly errors: ReadonlyArray<{ message: string; path?: unknown; extensions: { code: string; [key: string]: unknown } }> | undefined;
  readonly extensions: Record<string, unknown> | undefined;
  readonly headers: Headers;
  readonly body: string;
}

/** Somebody with a token. */
export interface Actor {
  readonly token: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  ask<T = any>(query: string, variables?: Record<string, unknown>): Promise<Answer<T>>;
}

export interface TestServer {
  readonly url: string;
  readonly clock: FixedClock;
  readonly installation: Installation;
  /** SQL as the database's administrator: sees everything, for preparing and checking. */
  sql<Row = Record<string, unknown>>(text: string, parameters?: unknown[]): Promise<Row[]>;
  as(role: Role, options?: { subject?: string; programme?: string | null; businessUnits?: string[] }): Actor;
  withToken(token: string | null): Actor;
  close(): Promise<void>;
}

/**
 * The real server over a database of its own, cloned from the migrated template. It waits for connections as a job
 * does, and long for queries, for a busy machine is no fault of what is tested; `work: "request"` has the product's own patience.
 */
export async function startTestServer(options: { poolSize?: number; work?: "request" | "job" } = {}): Promise<TestServer> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await administer(process.env.TEST_ADMIN_URL!, `create database ${name} template ${TEMPLATE} owner apportion_owner`);
  const apiUrl = inDatabase(process.env.TEST_APP_URL!, name);
  await administer(inDatabase(process.env.TEST_ADMIN_URL!, name), `grant connect, temporary on database ${name} to apportion_app`);
  const dataSource = await connect(apiUrl, { purpose: "serve", poolSize: options.poolSize ?? 10 }).initialize();
  const database = new Database(dataSource).for(options.work ?? "job");
  const clock = new FixedClock();
  const installation: Installation = { database, scopes: new ScopeResolver(database), clock, token: TOKEN, vault: createVault("secrets of the test suite, 32 bytes and more"), apiUrl, ownerUrl: inDatabase(process.env.TEST_OWNER_URL!, name), adminUrl: null, close: () => database.close() };
  const server = await buildServer(installation, pino({ level: process.env.TEST_LOG ?? "silent" }), options.work === "request" ? {} : { wallMs: 120_000 });
  const url = await server.http.listen({ port: 0, host: "127.0.0.1" });
  server.setReady(true);
  const admin = new Client({ connectionString: inDatabase(process.env.TEST_ADMIN_URL!, name) });
  // A test may take the database away.
  admin.on("error", () => undefined);
  await admin.connect();
  const withToken = (token: string | null): Actor => ({ token: token ?? "", ask: (query, variables) => ask(url, token, query, variables) });
  return {
    url, clock, installation,
    sql: async <Row>(text: string, parameters: unknown[] = []) => (await admin.query(text, parameters)).rows as Row[],
    as: (role, { subject = `test-${role.toLowerCase()}`, programme = "acme", businessUnits = [] } = {}) =>
      withToken(signToken(TOKEN, { role, subject, programme, businessUnits, ttlSeconds: 3_600 }, clock)),
    withToken,
    close: async () => {
      await server.close();
      await installation.close();
      await admin.end().catch(() => undefined);
      await administer(process.env.TEST_ADMIN_URL!, `drop database ${name} with (force)`);
    },
  };
}

export { recordAudit };

async function ask<T>(url: string, token: string | null, query: string, variables?: Record<string, unknown>): Promise<Answer<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const body = await response.text();
  const parsed = JSON.parse(body) as { data: T; errors?: Answer["errors"]; extensions?: Record<string, unknown> };
  return { status: response.status, data: parsed.data, errors: parsed.errors, extensions: parsed.extensions, headers: response.headers, body };
}

function inDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
