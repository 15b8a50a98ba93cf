import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { Config } from "../src/app/config";
import { startEmbeddedPostgres } from "../src/app/embedded-postgres/start-embedded-postgres";
import { Installation, openInstallation } from "../src/app/installation";
import { DEFAULT_RATE_LIMITS } from "../src/app/rate-limits";
import { signToken } from "../src/app/token";
import { systemClock } from "../src/kernel/clock";
import { Role } from "../src/tenancy";
import { Child, startChild } from "./child-process";

/** The product, compiled. */
const MAIN = join(__dirname, "..", "src", "main.js");

/** An installation of its own to measure on: database, superuser, product server as another process. */
export interface Place {
  readonly installation: Installation;
  /** The superuser in the product's database, whom row-level security does not hold. */
  readonly admin: Pool;
  readonly adminUrl: string;
  /** The process that all processes of the database descend from. */
  readonly databasePid: number;
  startServer(): Promise<Child>;
  close(): Promise<void>;
}

/** A folder that the database's user may enter, and the way to be rid of it. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "apportion-bench-"));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts the product on a folder; `found` is its origin. */
export function startProduct(dataDirectory: string, demo: boolean): Promise<Child> {
  const environment = { APPORTION_DATA_DIR: dataDirectory, APPORTION_DEMO: demo ? "on" : "off", PORT: "0", LOG_LEVEL: "warn" };
  return startChild(MAIN, environment, /^Apportion answers on (\S+)\/graphql$/);
}

export async function openPlace(): Promise<Place> {
  const folder = temporaryFolder();
  const config: Config = { databaseUrl: null, migrationUrl: null, backupUrl: null, port: 0, host: "127.0.0.1", logLevel: "warn", dataDirectory: folder.path, demo: false, token: null, secretsKey: null, previousSecretsKey: null, rateLimits: DEFAULT_RATE_LIMITS };
  const installation = await openInstallation(config, () => undefined, "request");
  const embedded = await startEmbeddedPostgres({ dataDirectory: folder.path, log: () => undefined });
  const url = new URL(embedded.adminUrl);
  url.pathname = "/apportion";
  const admin = new Pool({ connectionString: url.href, max: 4 });
  const { rows } = await admin.query<{ data: string }>("select setting as data from pg_settings where name = 'data_directory'");
  const databasePid = Number(readFileSync(join(rows[0]!.data, "postmaster.pid"), "utf8").split("\n")[0]);
  return {
    installation,
    admin,
    adminUrl: url.href,
    databasePid,
    startServer: () => startProduct(folder.path, false),
    close: async () => {
      await admin.end();
      await installation.close();
      await embedded.stop();
      folder.remove();
    },
  };
}

/** A token for a programme of this installation. */
export function tokenFor(installation: Installation, subject: string, role: Role, programme: string, businessUnits: readonly string[] = []): string {
  return signToken(installation.token, { role, subject, programme, businessUnits, ttlSeconds: 86_400 }, systemClock);
}
