import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataSource } from "typeorm";
import { Clock, systemClock } from "../kernel/clock";
import { Vault } from "../kernel/vault";
import { Database } from "../tenancy/database.store";
import { ScopeResolver } from "../tenancy/scope-resolver.store";
import { Config, ConfigError, TokenConfig } from "./config";
import { connect } from "./data-source";
import { assertSafeApiRole, ensureDatabaseRoles, requireReadingRoles } from "./database-roles";
import { startEmbeddedPostgres } from "./embedded-postgres/start-embedded-postgres";
import { migrate, roleOf } from "./migrate";
import { createVault } from "./vault";

/** A running installation: its database, migrated, and the way to end it. */
export interface Installation {
  readonly database: Database;
  readonly scopes: ScopeResolver;
  readonly clock: Clock;
  readonly token: TokenConfig;
  /** Keeps the secrets of others; null without a key for that. */
  readonly vault: Vault | null;
  readonly apiUrl: string;
  readonly ownerUrl: string | null;
  /** Of a role that makes roles; known of the embedded database alone. */
  readonly adminUrl: string | null;
  close(): Promise<void>;
}

/** The URLs of a database: the API's own role, and the owner's and that of the role for backups where they are known. */
export interface DatabaseUrls {
  readonly apiUrl: string;
  readonly ownerUrl: string | null;
  readonly backupUrl: string | null;
  readonly adminUrl: string | null;
  stop(): Promise<void>;
}

/** The configured database, or the embedded one under the data directory, started when it does not run yet. */
export async function openDatabase(config: Config, log: (message: string) => void): Promise<DatabaseUrls> {
  if (config.databaseUrl !== null) return { apiUrl: config.databaseUrl, ownerUrl: config.migrationUrl, backupUrl: config.backupUrl, adminUrl: null, stop: async () => undefined };
  const embedded = await startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log });
  const secrets = readOrMake(join(config.dataDirectory, "database-roles.json"), () => JSON.stringify({ owner: secret(), app: secret() }));
  const { owner, app } = JSON.parse(secrets) as { owner: string; app: string };
  const backup = { role: "apportion_backup", password: readOrMake(join(config.dataDirectory, "backup-role-password"), secret) };
  const urls = await ensureDatabaseRoles(embedded.adminUrl, { database: "apportion", ownerRole: "apportion_owner", ownerPassword: owner, appRole: "apportion_app", appPassword: app, backup });
  return { apiUrl: urls.appUrl, ownerUrl: urls.ownerUrl, backupUrl: urls.backupUrl, adminUrl: embedded.adminUrl, stop: () => embedded.stop() };
}

/**
 * Opens the database, brings it up to date when the owner's URL is known, and connects as the API's role, for answering
 * requests or for a job. Throws ConfigError when that role could see past row-level security, or lacks its reading roles.
 */
export async function openInstallation(config: Config, log: (message: string) => void, work: "request" | "job" = "job"): Promise<Installation> {
  const urls = await openDatabase(config, log);
  try {
    const dataSource = await connect(urls.apiUrl, { purpose: "serve" }).initialize();
    try {
      // Before anything is granted to it: an owner named by mistake must not lose its own privileges.
      await assertSafeApiRole((sql) => dataSource.query(sql));
      await requireReadingRoles((sql, values) => dataSource.query(sql, values));
      if (urls.ownerUrl !== null) {
        const applied = await migrate(urls.ownerUrl, roleOf(urls.apiUrl));
        if (applied.length > 0) log(`migrated: ${applied.length} step(s)`);
      }
      await requireTables(dataSource);
    } catch (error) {
      await dataSource.destroy();
      throw new ConfigError(error instanceof Error ? error.message : String(error));
    }
    const database = new Database(dataSource).for(work);
    return {
      database,
      scopes: new ScopeResolver(database),
      clock: systemClock,
      token: config.token ?? ownToken(config.dataDirectory),
      vault: vaultOf(config),
      apiUrl: urls.apiUrl,
      ownerUrl: urls.ownerUrl,
      adminUrl: urls.adminUrl,
      close: async () => {
        await database.close();
        await urls.stop();
      },
    };
  } catch (error) {
    await urls.stop();
    throw error;
  }
}

/** A database that was not brought up to date would fail one request at a time: it fails the start instead. */
async function requireTables(dataSource: DataSource): Promise<void> {
  const wanted = dataSource.entityMetadatas.map((entity) => `${entity.schema}.${entity.tableName}`);
  const remedy = "Set APPORTION_MIGRATION_URL to its owner's URL, or run `npm run -s apportion -- migrate`.";
  let missing: Array<{ t: string }>;
  try {
    missing = (await dataSource.query("select t from unnest($1::text[]) t where to_regclass(t) is null", [wanted])) as Array<{ t: string }>;
  } catch (error) {
    throw new Error(`The API's role may not use the tables (${error instanceof Error ? error.message : String(error)}). ${remedy}`);
  }
  if (missing.length > 0) throw new Error(`The database is not up to date (${missing[0]!.t} is missing). ${remedy}`);
}

/** The key of an installation that was given none: made once, kept under the data directory, readable by its owner alone. */
export function ownToken(dataDirectory: string): TokenConfig {
  const key = readOrMake(join(dataDirectory, "token-secret"), () => randomBytes(48).toString("base64url"));
  return { issuer: "apportion-demo", audience: "apportion", key: { kind: "secret", secret: key.trim() }, maxAgeSeconds: 7 * 86_400 };
}

/** The vault under the configured key, or under one of its own beside an embedded database: that is the previous one of the first that is configured. */
export function vaultOf(config: Pick<Config, "secretsKey" | "previousSecretsKey" | "databaseUrl" | "dataDirectory">): Vault | null {
  const own = join(config.dataDirectory, "secrets-key");
  if (config.secretsKey !== null) return createVault(config.secretsKey, config.previousSecretsKey ?? (config.databaseUrl === null && existsSync(own) ? readFileSync(own, "utf8").trim() : null));
  if (config.databaseUrl !== null) return null;
  return createVault(readOrMake(own, () => randomBytes(48).toString("base64url")).trim());
}

const secret = (): string => randomBytes(24).toString("base64url");

function readOrMake(path: string, make: () => string): string {
  if (!existsSync(path)) {
    mkdirSync(join(path, ".."), { recursive: true });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, make(), { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, path);
  }
  return readFileSync(path, "utf8");
}
