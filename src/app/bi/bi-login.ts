import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { Refusal } from "../../kernel/refusal";
import { ensureRoleOfNobody, leaveAllRoles } from "../database-roles";
import { one, quoteIdentifier, scramVerifier, withClient } from "../role-tools";

/** What holds of a login beside its rows. It may set the times anew for itself; not its connections, and not its rows. */
export interface LoginLimits {
  readonly connections: number;
  readonly statementSeconds: number;
}

const IDLE_IN_TRANSACTION_SECONDS = 60;
const IDLE_SECONDS = 1_800;

/** Makes the role that logins are members of when it is not there. `adminUrl` is that of a role that may make roles. */
export function ensureBiRole(adminUrl: string, group: string): Promise<void> {
  return withClient(adminUrl, async (client) => {
    const found = await client.query("select from pg_roles where rolname = $1", [group]);
    if (!found.rowCount) await ensureRoleOfNobody(client, group, await versionOf(client));
  });
}

/**
 * Makes a login, or brings one that we made in line. Answers its password when it has got a new one: made now, or asked for.
 * CONFLICT when the name is that of a role that is not a login of ours.
 */
export function ensureBiLogin(adminUrl: string, group: string, login: string, limits: LoginLimits, withNewPassword: boolean): Promise<string | null> {
  return withClient(adminUrl, async (client) => {
    const role = quoteIdentifier(login), version = await versionOf(client);
    const ours = await isOurs(client, group, login);
    const password = ours && !withNewPassword ? null : randomBytes(24).toString("base64url");
    const secret = password === null ? "" : ` password '${scramVerifier(password)}'`;
    await client.query("begin");
    if (!ours) {
      await client.query(`create role ${role} login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls`);
      await client.query(`grant ${quoteIdentifier(group)} to ${role}${version >= 160000 ? " with inherit true, set false" : ""}`);
    }
    await leaveAllRoles(client, login, version, [group]);
    await client.query(`alter role ${role} login inherit connection limit ${limits.connections}${secret}`);
    const settings = { default_transaction_read_only: "on", statement_timeout: `${limits.statementSeconds}s`, idle_in_transaction_session_timeout: `${IDLE_IN_TRANSACTION_SECONDS}s`, idle_session_timeout: `${IDLE_SECONDS}s`, search_path: "bi" };
    for (const [name, value] of Object.entries(settings)) await client.query(`alter role ${role} set ${name} = '${value}'`);
    await client.query("commit");
    return password;
  });
}

/** Ends a login: its sessions and the role itself. Nothing happens when it is gone. CONFLICT when it holds something that is not ours. */
export function dropBiLogin(adminUrl: string, group: string, login: string): Promise<void> {
  return withClient(adminUrl, async (client) => {
    if (!(await isOurs(client, group, login))) return;
    const role = quoteIdentifier(login);
    try {
      await client.query(`alter role ${role} nologin`);
      const { superuser } = await one<{ superuser: boolean }>(client, "select rolsuper as superuser from pg_roles where rolname = current_user");
      // Sessions are ended by a superuser or by who has the role; whoever made it may give it to itself.
      if (!superuser) await client.query(`grant ${role} to current_user${(await versionOf(client)) >= 160000 ? " with inherit true" : ""}`);
      await client.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", [login]);
      await client.query(`drop role ${role}`);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "2BP01") throw error;
      throw new Refusal("CONFLICT", `"${login}" can no longer log in, but something that is not ours depends on it: ${(error as { detail?: string }).detail ?? ""} Take that back and revoke it again.`, ["login"]);
    }
  });
}

async function versionOf(client: Client): Promise<number> {
  return (await one<{ version: number }>(client, "select current_setting('server_version_num')::int as version")).version;
}

/** Whether it is there and a member of the group; CONFLICT when it is another's. */
async function isOurs(client: Client, group: string, login: string): Promise<boolean> {
  const { rows } = await client.query<{ ours: boolean }>(
    `select not r.rolsuper and not r.rolbypassrls and not r.rolcreaterole and not r.rolcreatedb and not r.rolreplication
       and exists (select from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid and g.rolname = $2) as ours
     from pg_roles r where r.rolname = $1`, [login, group]);
  if (rows.length === 0) return false;
  if (rows[0]!.ours) return true;
  throw new Refusal("CONFLICT", `The database has a role "${login}" that was not made here. Choose another login.`, ["login"]);
}
