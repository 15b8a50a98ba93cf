import { statfsSync } from "node:fs";
import { DataSource } from "typeorm";
import { migrations } from "../../migrations";
import { examineBi } from "../app/bi/set-up-bi";
import { PRODUCT_SCHEMAS, assertSafeApiRole, requireReadingRoles } from "../app/database-roles";
import { downloadKeySet } from "../app/download-key-set";
import { readKeySet } from "../app/verification-key";
import { Clock } from "../kernel/clock";

/** One thing that was looked at. `advice` says what to do when it is not well. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly advice?: string;
}

const LEAST_FREE_BYTES = 1024 ** 3;
const MOST_SKEW_MS = 30_000;
const TENANT_SCHEMAS = PRODUCT_SCHEMAS.filter((schema) => schema !== "migrations");

/** Room on the disk that holds the embedded database. */
export function checkDisk(directory: string): Finding {
  const { bavail, bsize } = statfsSync(directory);
  const gigabytes = ((bavail * bsize) / 1024 ** 3).toFixed(1);
  return { name: "disk", ok: bavail * bsize >= LEAST_FREE_BYTES, found: `${gigabytes} GB free at ${directory}`, advice: "Make room: PostgreSQL stops when the disk is full." };
}

/** Whether the keys that tokens are checked with can be read where they are published, and which of them are fit. */
export async function checkPublishedKeys(url: string): Promise<Finding> {
  const advice = "Set APPORTION_JWKS_URL to the jwks_uri of your identity provider, which this machine must reach directly; it must publish an RSA key (RS256, at least 2048 bits) or a P-256 key (ES256) with a kid.";
  try {
    const { keys, skipped } = readKeySet(await downloadKeySet(url));
    return { name: "published keys", ok: keys.size > 0, found: [`${keys.size} fit for tokens`, ...skipped.map((each) => `left out ${each}`)].join("; "), advice };
  } catch (error) {
    return { name: "published keys", ok: false, found: (error as Error).message, advice };
  }
}

/** The server's version; 15 to 18 are supported. */
export async function checkVersion(database: DataSource): Promise<Finding> {
  const [row] = await database.query<Array<{ number: number; version: string }>>("select current_setting('server_version_num')::int as number, current_setting('server_version') as version");
  const major = Math.floor(row!.number / 10_000);
  return { name: "PostgreSQL version", ok: major >= 15 && major <= 18, found: row!.version, advice: "Use PostgreSQL 15 to 18." };
}

/** Whether row-level security holds for the role that the API connects as. */
export async function checkRole(database: DataSource): Promise<Finding> {
  const [row] = await database.query<Array<{ role: string }>>("select current_user::text as role");
  try {
    await assertSafeApiRole((sql) => database.query(sql));
    return { name: "role of the API", ok: true, found: `${row!.role} owns nothing and cannot step around row-level security` };
  } catch (error) {
    return { name: "role of the API", ok: false, found: row!.role, advice: (error as Error).message };
  }
}

/** Whether the API's role can take on the roles that reports are read under. */
export async function checkReadingRoles(database: DataSource): Promise<Finding> {
  try {
    await requireReadingRoles((sql, values) => database.query(sql, values));
    return { name: "reading roles", ok: true, found: "business cases and the programme's profit and loss are read apart" };
  } catch (error) {
    return { name: "reading roles", ok: false, found: "not complete", advice: (error as Error).message };
  }
}

/** Steps that the owner has not applied yet. */
export async function checkMigrations(owner: DataSource): Promise<Finding> {
  const [known] = await owner.query<Array<{ there: boolean }>>("select to_regclass('migrations.applied') is not null as there");
  const applied = known!.there ? await owner.query<Array<{ name: string }>>("select name from migrations.applied") : [];
  const names = new Set(applied.map(({ name }) => name));
  const missing = migrations.filter((migration) => !names.has(migration.name));
  const found = missing.length === 0 ? `${migrations.length} of ${migrations.length} steps applied` : `${missing.length} step(s) missing: ${missing.map(({ name }) => name).join(", ")}`;
  return { name: "migrations", ok: missing.length === 0, found, advice: 'Run "apportion migrate".' };
}

/** Without the owner's URL the list of steps cannot be read, so the columns that the product knows are looked for. */
export async function checkColumns(database: DataSource): Promise<Finding> {
  const rows = await database.query<Array<{ name: string }>>(
    `select n.nspname || '.' || c.relname || '.' || a.attname as name
     from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and a.attnum > 0 and not a.attisdropped`,
    [TENANT_SCHEMAS],
  );
  const there = new Set(rows.map(({ name }) => name));
  const wanted = database.entityMetadatas.flatMap(({ schema, tableName, columns }) => columns.map((column) => `${schema}.${tableName}.${column.databaseName}`));
  const missing = wanted.filter((name) => !there.has(name));
  const found = missing.length === 0 ? `${wanted.length} columns are there` : `${missing.length} column(s) missing, such as ${missing[0]}`;
  return { name: "migrations", ok: missing.length === 0, found, advice: 'Set APPORTION_MIGRATION_URL and run "apportion migrate".' };
}

/** Whether every table of the product is under row-level security that holds for its owner, too. */
export async function checkRowSecurity(database: DataSource): Promise<Finding> {
  const tables = await database.query<Array<{ name: string; forced: boolean }>>(
    `select n.nspname || '.' || c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1) and c.relkind in ('r', 'p') order by 1`,
    [TENANT_SCHEMAS],
  );
  const open = tables.filter(({ forced }) => !forced).map(({ name }) => name);
  const found = open.length > 0 ? `not forced on ${open.join(", ")}` : tables.length === 0 ? "there are no tables" : `forced on ${tables.length} of ${tables.length} tables`;
  return { name: "row-level security", ok: open.length === 0 && tables.length > 0, found, advice: open.length > 0 ? "Somebody changed a table by hand: alter table … enable row level security, force row level security." : 'Run "apportion migrate".' };
}

/** Whether the views for BI tools run as whoever asks, over tables that bound what a login sees. */
export async function checkBi(database: DataSource): Promise<Finding> {
  const { views, open, logins } = await examineBi((sql, values) => database.query(sql, values));
  const found = views === 0 ? "schema bi has no views" : open.length > 0 ? `not bounded: ${open.join(", ")}` : `${views} views, ${logins} login(s), bounded by their grants`;
  return { name: "BI views", ok: views > 0 && open.length === 0, found, advice: 'Run "apportion migrate": it writes views and policies anew. A view that somebody added to schema bi belongs into a schema of its own.' };
}

/** How far this clock and the database's are apart: tokens and the refusal of usage from the future depend on both. */
export async function checkClock(database: DataSource, clock: Clock): Promise<Finding> {
  const before = clock.now();
  const [row] = await database.query<Array<{ ms: string }>>("select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms");
  const apart = Math.abs(Number(row!.ms) - (before + clock.now()) / 2);
  return { name: "clock", ok: apart <= MOST_SKEW_MS, found: `${(apart / 1000).toFixed(1)} s beside the database's`, advice: "Set both machines by a time server." };
}
