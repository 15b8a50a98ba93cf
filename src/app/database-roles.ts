import { Client } from "pg";
import { SCHEMAS } from "../../migrations/grants";
import { READERS, biRoleOf, readingRoleOf } from "../tenancy/reading-role";
import { grantReading } from "./backup/backup-role";
import { ConfigError } from "./config";
import { one, quoteIdentifier, scramVerifier, urlFor, withClient } from "./role-tools";

/** Names and passwords of the product's roles, and of its database. */
export interface DatabaseRoleNames {
  database: string;
  ownerRole: string;
  ownerPassword: string;
  appRole: string;
  appPassword: string;
  /** Reads everything for backups, beyond row-level security, and changes nothing. Left out: no such role is made. */
  backup?: { role: string; password: string };
}

/** The schemas whose tables the API's role must never own. */
export const PRODUCT_SCHEMAS: readonly string[] = [...SCHEMAS, "bi", "migrations"];

// One number for all callers: two of them at once would both see that a role is missing.
const SETUP_LOCK = 4_170_339_201;

/**
 * Makes the database, the role that owns it, the role the API connects as and the roles it reads reports under, or brings
 * existing ones in line; may be run again at any time and then sets the passwords anew. The administrator needs CREATEROLE and CREATEDB, not superuser; for
 * the role for backups superuser or, from PostgreSQL 16 on, BYPASSRLS, and `backupUrl` is null when it has neither.
 * Returns connection strings. Throws an Error on a name or password that is not plain, on a database that is not UTF8,
 * and whatever PostgreSQL says when the administrator may not do this.
 */
export async function ensureDatabaseRoles(adminUrl: string, names: DatabaseRoleNames): Promise<{ ownerUrl: string; appUrl: string; backupUrl: string | null }> {
  const [database, owner, app] = [names.database, names.ownerRole, names.appRole].map(quoteIdentifier) as [string, string, string];
  const { backup } = names;
  const readers = READERS.map((reader) => readingRoleOf(names.appRole, reader));
  const bi = biRoleOf(names.appRole);
  [...readers, bi].forEach(quoteIdentifier);
  if (names.ownerRole === names.appRole) throw new Error("The owner's role and the API's role must differ: an owner is not held by row-level security.");
  if (backup && [names.ownerRole, names.appRole].includes(backup.role)) throw new Error("The role for backups must be one of its own: it steps around row-level security.");
  const urls = { ownerUrl: urlFor(adminUrl, names.ownerRole, names.ownerPassword, names.database), appUrl: urlFor(adminUrl, names.appRole, names.appPassword, names.database) };
  const admin = await withClient(adminUrl, async (client) => {
    await client.query("select pg_advisory_lock($1)", [SETUP_LOCK]);
    const me = await one<{ name: string; superuser: boolean; bypasses: boolean; version: number }>(client, "select current_user as name, rolsuper as superuser, rolbypassrls as bypasses, current_setting('server_version_num')::int as version from pg_roles where rolname = current_user");
    if (me.version < 150000) throw new Error(`PostgreSQL ${Math.floor(me.version / 10000)} is too old; 15 to 18 are supported.`);
    for (const name of readers) {
      if ([names.ownerRole, names.appRole, backup?.role].includes(name)) throw new Error(`The API reads reports under the role "${name}": it cannot be one of the others, too.`);
    }
    if ([names.ownerRole, names.appRole, backup?.role].includes(bi)) throw new Error(`Logins for BI tools are members of "${bi}": it cannot be one of the others, too.`);
    for (const name of [names.ownerRole, names.appRole, ...readers, bi, ...(backup ? [backup.role] : [])]) {
      if (name === me.name) throw new Error(`The administrator "${name}" must not be one of the product's own roles.`);
    }
    await ensureRole(client, names.ownerRole, names.ownerPassword, { inherit: true, bypass: false });
    await ensureRole(client, names.appRole, names.appPassword, { inherit: false, bypass: false });
    await leaveAllRoles(client, names.appRole, me.version, readers);
    for (const reader of readers) await ensureReadingRole(client, reader, names.appRole, me.version);
    await ensureRoleOfNobody(client, bi, me.version);
    const withBackup = backup !== undefined && (me.superuser || (me.bypasses && me.version >= 160000));
    if (withBackup) {
      await ensureRole(client, backup.role, backup.password, { inherit: false, bypass: true });
      await leaveAllRoles(client, backup.role, me.version);
    }
    if (!me.superuser) await mayBecome(client, owner, names.ownerRole, me.version);
    await ensureDatabase(client, names);
    // The privileges of a database are its owner's to give, and so they do not depend on who ran this.
    await client.query(`set role ${owner}`);
    await client.query(`revoke all on database ${database} from public`);
    await client.query(`revoke all on database ${database} from ${app}`);
    await client.query(`grant connect, temporary on database ${database} to ${app}`);
    if (withBackup) await client.query(`grant connect on database ${database} to ${quoteIdentifier(backup.role)}`);
    return { superuser: me.superuser, withBackup };
  });
  // Schema public of an upgraded database may belong to the superuser; of a new one it is the database owner's.
  await withClient(admin.superuser ? urlFor(adminUrl, undefined, undefined, names.database) : urls.ownerUrl, async (client) => {
    await client.query("select pg_advisory_lock($1)", [SETUP_LOCK]);
    const found = await client.query("select 1 from pg_namespace where nspname = 'public'");
    if (found.rowCount) await client.query(`revoke all on schema public from public, ${app}`);
    if (backup && admin.withBackup) await grantReading(client, names.ownerRole, backup.role, PRODUCT_SCHEMAS);
  });
  return { ...urls, backupUrl: backup && admin.withBackup ? urlFor(adminUrl, backup.role, backup.password, names.database) : null };
}

/**
 * Refuses a connection on which row-level security would not hold. `query` runs on that connection; `schemas` are the
 * product's. Throws an Error that lists every reason and says what to do.
 */
export async function assertSafeApiRole(
  query: (sql: string) => Promise<Array<Record<string, unknown>>>,
  schemas: readonly string[] = PRODUCT_SCHEMAS,
): Promise<void> {
  schemas.forEach(quoteIdentifier);
  const list = schemas.map((name) => `'${name}'`).join(", ");
  // Roles it could switch to count as much as the one it is: hence the walk through memberships, inherited or not.
  const found = await query(`
    with recursive reach as (
      select oid, rolname from pg_catalog.pg_roles where rolname in (session_user, current_user)
      union
      select r.oid, r.rolname from reach join pg_catalog.pg_auth_members m on m.member = reach.oid join pg_catalog.pg_roles r on r.oid = m.roleid
    ), schema as (
      select oid, nspname, nspowner from pg_catalog.pg_namespace where nspname in (${list})
    ), reason as (
      select rolname, 'is a superuser' as text from pg_catalog.pg_roles where rolsuper
      union all select rolname, 'has BYPASSRLS' from pg_catalog.pg_roles where rolbypassrls
      union all select rolname, 'has CREATEROLE' from pg_catalog.pg_roles where rolcreaterole
      union all select rolname, 'has REPLICATION' from pg_catalog.pg_roles where rolreplication
      union all select rolname, 'reaches the files or programs of the server' from pg_catalog.pg_roles
        where rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
      union all select pg_catalog.pg_get_userbyid(datdba), 'owns the database' from pg_catalog.pg_database where datname = current_database()
      union all select pg_catalog.pg_get_userbyid(nspowner), 'owns the schema ' || nspname from schema
      union all select pg_catalog.pg_get_userbyid(c.relowner), 'owns ' || count(*) || ' table(s) or other relations of schema ' || s.nspname
        from pg_catalog.pg_class c join schema s on s.oid = c.relnamespace group by c.relowner, s.nspname
      union all select rolname, 'may CREATE in the database' from reach where has_database_privilege(oid, current_database(), 'CREATE')
      union all select reach.rolname, 'may CREATE in schema ' || s.nspname from reach, schema s where has_schema_privilege(reach.oid, s.oid, 'CREATE')
    )
    select session_user::text as connected, reason.rolname::text as role, reason.text from reason join reach using (rolname) order by 2, 3`);
  if (found.length === 0) return;
  const connected = String(found[0]?.connected);
  const reasons = found.map(({ role, text }) => (role === connected ? `it ${String(text)}` : `it can act as "${String(role)}", which ${String(text)}`));
  throw new Error(
    `The API must not connect to the database as "${connected}", because row-level security would not hold: ${reasons.slice(0, 12).join("; ")}. ` +
      'Let DATABASE_URL name the API\'s own role ("apportion init" makes it) and APPORTION_MIGRATION_URL the owner.',
  );
}

/**
 * Throws a ConfigError that says what to do when the API's role, by default the one that `query` is connected as, cannot take
 * on the roles that reports are read under.
 */
export async function requireReadingRoles(query: (sql: string, values: unknown[]) => Promise<Array<Record<string, unknown>>>, apiRole?: string): Promise<void> {
  const [{ role, version }] = (await query("select coalesce($1, session_user::text) as role, current_setting('server_version_num')::int as version", [apiRole ?? null])) as [{ role: string; version: number }];
  const wanted = READERS.map((reader) => readingRoleOf(role, reader));
  const missing = await query(
    `select name from unnest($1::text[]) name
     where not exists (select from pg_catalog.pg_roles r where r.rolname = name and pg_has_role((select oid from pg_catalog.pg_roles where rolname = $2), r.oid, '${version >= 160000 ? "SET" : "MEMBER"}'))`,
    [wanted, role],
  );
  if (missing.length === 0) return;
  throw new ConfigError(
    `"${role}" cannot read reports as ${missing.map(({ name }) => `"${String(name)}"`).join(" and ")}. Run "apportion init" again with the names of this installation: ` +
      "it adds these roles and changes no data. Give it the passwords in use, too; it sets new ones otherwise and prints the URLs that hold from then on.",
  );
}

async function ensureRole(client: Client, name: string, password: string, { inherit, bypass }: { inherit: boolean; bypass: boolean }): Promise<void> {
  const role = quoteIdentifier(name);
  const refused = { rolsuper: "nosuperuser", rolcreatedb: "nocreatedb", rolcreaterole: "nocreaterole", rolreplication: "noreplication" };
  const known = await client.query("select * from pg_roles where rolname = $1", [name]);
  const inheritance = inherit ? "inherit" : "noinherit";
  const current = known.rows[0] as Record<string, unknown> | undefined;
  if (!current) {
    await client.query(`create role ${role} login ${inheritance} ${Object.values(refused).join(" ")} ${bypass ? "bypassrls" : "nobypassrls"} password '${scramVerifier(password)}'`);
    return;
  }
  // Only what differs: an administrator without superuser may not even mention some of these.
  const changes = Object.entries(refused).flatMap(([column, word]) => (current[column] ? [word] : []));
  if (current.rolbypassrls !== bypass) changes.push(bypass ? "bypassrls" : "nobypassrls");
  if (!current.rolcanlogin) changes.push("login");
  if (current.rolinherit !== inherit) changes.push(inheritance);
  await client.query(`alter role ${role} ${changes.join(" ")} password '${scramVerifier(password)}'`);
}

/** A role that nobody logs in as. The API's role takes it on for a transaction, and has none of its privileges before. */
async function ensureReadingRole(client: Client, name: string, appRole: string, version: number): Promise<void> {
  await ensureRoleOfNobody(client, name, version);
  const may = await one<{ may: boolean }>(client, `select pg_has_role($1::name, $2::name, '${version >= 160000 ? "SET" : "MEMBER"}') as may`, [appRole, name]);
  if (!may.may) await client.query(`grant ${quoteIdentifier(name)} to ${quoteIdentifier(appRole)} ${version >= 160000 ? "with inherit false, set true" : ""}`);
}

/** A role that nobody logs in as and that is a member of none. */
export async function ensureRoleOfNobody(client: Client, name: string, version: number): Promise<void> {
  const role = quoteIdentifier(name);
  const refused = { rolsuper: "nosuperuser", rolcreatedb: "nocreatedb", rolcreaterole: "nocreaterole", rolreplication: "noreplication", rolbypassrls: "nobypassrls", rolcanlogin: "nologin", rolinherit: "noinherit" };
  const current = (await client.query("select * from pg_roles where rolname = $1", [name])).rows[0] as Record<string, unknown> | undefined;
  if (!current) await client.query(`create role ${role} ${Object.values(refused).join(" ")}`);
  else {
    const changes = Object.entries(refused).flatMap(([column, word]) => (current[column] ? [word] : []));
    if (changes.length > 0) await client.query(`alter role ${role} ${changes.join(" ")}`);
  }
  await leaveAllRoles(client, name, version);
}

export async function leaveAllRoles(client: Client, name: string, version: number, except: readonly string[] = []): Promise<void> {
  const memberships = await client.query<{ role: string; grantor: string | null }>(
    `select quote_ident(r.rolname) as role, quote_ident(g.rolname) as grantor
     from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles u on u.oid = m.member left join pg_roles g on g.oid = m.grantor
     where u.rolname = $1 and not (r.rolname = any($2))`,
    [name, except],
  );
  for (const { role, grantor } of memberships.rows) {
    // From 16 on several roles may each have granted it; before, the one grant may name a role that is gone.
    const by = version >= 160000 && grantor !== null ? `granted by ${grantor}` : "";
    await client.query(`revoke ${role} from ${quoteIdentifier(name)} ${by}`);
  }
}

/** A database can only be given to a role that its maker could become; from 16 on making a role does not include that. */
async function mayBecome(client: Client, owner: string, ownerName: string, version: number): Promise<void> {
  const may = await one<{ may: boolean }>(client, `select pg_has_role(current_user, $1, '${version >= 160000 ? "SET" : "MEMBER"}') as may`, [ownerName]);
  if (!may.may) await client.query(`grant ${owner} to current_user`);
}

async function ensureDatabase(client: Client, names: DatabaseRoleNames): Promise<void> {
  const [database, owner] = [quoteIdentifier(names.database), quoteIdentifier(names.ownerRole)];
  const found = await client.query("select pg_get_userbyid(datdba) as owner, pg_encoding_to_char(encoding) as encoding from pg_database where datname = $1", [names.database]);
  const current = found.rows[0] as { owner: string; encoding: string } | undefined;
  if (!current) {
    await client.query(`create database ${database} owner ${owner} template template0 encoding 'UTF8'`);
    return;
  }
  if (current.encoding !== "UTF8") throw new Error(`The database "${names.database}" has the encoding ${current.encoding}; UTF8 is needed. Name another one.`);
  if (current.owner !== names.ownerRole) await client.query(`alter database ${database} owner to ${owner}`);
}
