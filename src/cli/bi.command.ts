import { Command, InvalidArgumentError, Option } from "commander";
import { ensureBiLogin, ensureBiRole, dropBiLogin } from "../app/bi/bi-login";
import { ConfigError, readConfig } from "../app/config";
import { roleOf } from "../app/migrate";
import { urlFor } from "../app/role-tools";
import { RefreshedDataset, refreshViews } from "../exports/refresh-views.query";
import { systemClock } from "../kernel/clock";
import { BI_SCOPES, BiScope, grantBi, requireLogin, revokeBi } from "../tenancy";
import { grantBiPorts, revokeBiPorts } from "../tenancy/bi/bi-grant-ports.store";
import { listBiGrants } from "../tenancy/bi/bi-grants.query";
import { biRoleOf } from "../tenancy/reading-role";
import { UsageError } from "./exit-status";
import { print, say, table } from "./output";
import { CommonOptions, Session, recordAudit, withCommonOptions, withProgramme } from "./session";

interface AdminOptions extends CommonOptions {
  readonly adminUrl?: string;
  readonly login: string;
}

interface GrantOptions extends AdminOptions {
  readonly businessUnit?: readonly string[];
  readonly all?: boolean;
  readonly scope: readonly BiScope[];
  readonly newPassword?: boolean;
  readonly connections: number;
  readonly statementTimeout: number;
}

/** `bi`: logins of the database for tools that read SQL. A password is printed once, on standard output, and stored nowhere. */
export function registerBi(bi: Command): void {
  withAdminOptions(bi.command("grant"))
    .description("make a login that reads the views of schema bi, or change what it reads; its password is printed this once")
    .option("--business-unit <code...>", "units whose rows it reads")
    .option("--all", "every unit, and the programme's own figures: pools, journals, policy")
    .addOption(new Option("--scope <name...>", "which datasets: core, or with --all business cases, the programme's P&L, FOCUS, too").choices(BI_SCOPES).default(["core"]))
    .option("--new-password", "give a login that is there a new password")
    .option("--connections <number>", "how many at a time, 1 to 100", whole(100), 5)
    .option("--statement-timeout <seconds>", "longest statement, 1 to 3600", whole(3_600), 60)
    .action(async (options: GrantOptions) => {
      if ((options.businessUnit === undefined) === (options.all !== true)) throw new UsageError("Say what it reads: --business-unit <code...>, or --all.");
      requireLogin(options.login);
      await prepare(options);
      const { grant, password, url } = await withProgramme(options, async (session) => {
        const { adminUrl, group } = await administration(options, session);
        const answer = await session.database.withTenant(session.scope, async (tx) => {
          const grant = await grantBi(grantBiPorts(tx, recordAudit, systemClock), { login: options.login, businessUnits: options.all ? null : options.businessUnit!, scopes: options.scope });
          // Inside the transaction: when the role cannot be made, nothing is granted.
          const password = await ensureBiLogin(adminUrl, group, grant.login, { connections: options.connections, statementSeconds: options.statementTimeout }, options.newPassword === true);
          return { grant, password, url: password === null ? null : urlFor(session.installation.apiUrl, grant.login, password, databaseOf(session.installation.apiUrl)) };
        });
        if (answer.grant.scopes.some((scope) => scope !== "core")) await refresh(session);
        return answer;
      });
      say(`${grant.login} reads ${grant.businessUnits === null ? "every unit" : grant.businessUnits.join(", ")}: ${grant.scopes.join(", ")}.${password === null ? " It keeps its password." : " Keep the password: it is not shown again."}`);
      print(options, { login: grant.login, businessUnits: grant.businessUnits, scopes: grant.scopes, password, url }, url ?? grant.login);
    });
  withAdminOptions(bi.command("revoke"))
    .description("end a login with its sessions, at once; the role is removed")
    .requiredOption("--reason <text>", "why")
    .action(async (options: AdminOptions & { reason: string }) => {
      await prepare(options);
      const grant = await withProgramme(options, async (session) => {
        const { adminUrl, group } = await administration(options, session);
        return session.database.withTenant(session.scope, async (tx) => {
          const grant = await revokeBi(revokeBiPorts(tx, recordAudit, systemClock), options);
          await dropBiLogin(adminUrl, group, grant.login);
          return grant;
        });
      });
      print(options, { login: grant.login, status: "REVOKED" }, `${grant.login} is revoked`);
    });
  withCommonOptions(bi.command("refresh"))
    .description("work out anew what the views of scopes cases, programme and focus show; after a close, a signature, or by the clock")
    .action(async (options: CommonOptions) => {
      const datasets = await withProgramme(options, refresh);
      print(options, { datasets }, table(["dataset", "rows", "changed parts"], datasets.map(({ dataset, rows, changed }) => [dataset, String(rows), String(changed)])));
    });
  withCommonOptions(bi.command("list"))
    .description("the logins of the programme and what they read")
    .action(async (options: CommonOptions) => {
      const grants = await withProgramme(options, ({ database, scope }) => database.withTenant(scope, (tx) => listBiGrants(tx)));
      const rows = grants.map(({ login, businessUnits, scopes, ended }) => ({ login, businessUnits, scopes, status: ended ? "REVOKED" : "ACTIVE" }));
      print(options, rows, table(["login", "business units", "scopes", "status"], rows.map((row) => [row.login, row.businessUnits?.join(" ") ?? "all", row.scopes.join(" "), row.status])));
    });
}

/** Worked out as finance sees it, from one snapshot. */
function refresh({ database, scope }: Session): Promise<RefreshedDataset[]> {
  const asFinance = { ...scope, principal: { ...scope.principal, role: "FINANCE" as const } };
  return database.withTenant(asFinance, (tx) => refreshViews(tx, recordAudit, systemClock.now()), { statementTimeoutMs: 0, isolation: "REPEATABLE READ" });
}

function withAdminOptions(command: Command): Command {
  return withCommonOptions(command)
    .requiredOption("--login <name>", "the role of the database, for example retail_bi")
    .addOption(new Option("--admin-url <url>", "URL of a role that may CREATE ROLE; not needed for the embedded database").env("ADMIN_DATABASE_URL"));
}

/** Before the installation opens, and thereby migrates: the policies are written for the role that logins are members of. */
async function prepare({ adminUrl }: AdminOptions): Promise<void> {
  const { databaseUrl } = readConfig(process.env);
  if (databaseUrl === null) return;
  if (adminUrl === undefined) throw new ConfigError("A login is a role of the database: give the URL of one that may make roles as --admin-url or ADMIN_DATABASE_URL.");
  await ensureBiRole(adminUrl, biRoleOf(roleOf(databaseUrl)));
}

async function administration({ adminUrl: given }: AdminOptions, { installation, database, scope }: Session): Promise<{ adminUrl: string; group: string }> {
  const adminUrl = given ?? installation.adminUrl;
  if (adminUrl === null) throw new ConfigError("Give the URL of a role that may make roles as --admin-url.");
  const group = biRoleOf(roleOf(installation.apiUrl));
  const [ready] = await database.withTenant(scope, (tx) => tx.query<{ may: boolean }>("select coalesce(has_schema_privilege(r.oid, 'bi', 'USAGE'), false) as may from pg_catalog.pg_roles r where r.rolname = $1", [group]));
  if (!ready?.may) throw new ConfigError('The views are not set up for logins yet. Set APPORTION_MIGRATION_URL to the owner\'s URL, or run "apportion migrate".');
  return { adminUrl, group };
}

const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

function whole(most: number): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`Write a whole number from 1 to ${most}.`);
  };
}
