import { randomBytes } from "node:crypto";
import { Command, Option } from "commander";
import { ensureDatabaseRoles } from "../app/database-roles";
import { OutputOptions, print, say } from "./output";

interface InitOptions extends OutputOptions {
  readonly adminUrl: string;
  readonly database: string;
  readonly ownerRole: string;
  readonly ownerPassword?: string;
  readonly apiRole: string;
  readonly apiPassword?: string;
  readonly backupRole?: string;
  readonly backupPassword?: string;
}

/** `init`: makes the database, its owner, the API's own role with its reading roles and the role for backups, and prints their URLs. */
export function registerInit(program: Command): void {
  program
    .command("init")
    .description("make the database and its roles; prints DATABASE_URL, APPORTION_MIGRATION_URL and APPORTION_BACKUP_URL. Again: adds the roles that are missing and sets the passwords anew")
    .addOption(new Option("--admin-url <url>", "URL of a role that may CREATE ROLE and CREATE DATABASE").env("ADMIN_DATABASE_URL").makeOptionMandatory())
    .option("--database <name>", "the database", "apportion")
    .option("--owner-role <name>", "owns the tables and migrates", "apportion_owner")
    .option("--owner-password <password>", "(default: a generated one)")
    .option("--api-role <name>", "the role the API connects as; owns nothing", "apportion_app")
    .option("--api-password <password>", "(default: a generated one)")
    .option("--backup-role <name>", "reads everything for backups, changes nothing (default: <database>_backup)")
    .option("--backup-password <password>", "(default: a generated one)")
    .option("--json", "print JSON")
    .action(async (options: InitOptions) => {
      const { ownerUrl, appUrl, backupUrl } = await ensureDatabaseRoles(options.adminUrl, {
        database: options.database,
        ownerRole: options.ownerRole,
        ownerPassword: options.ownerPassword ?? generatedPassword(),
        appRole: options.apiRole,
        appPassword: options.apiPassword ?? generatedPassword(),
        backup: { role: options.backupRole ?? `${options.database}_backup`, password: options.backupPassword ?? generatedPassword() },
      });
      const urls = { DATABASE_URL: appUrl, APPORTION_MIGRATION_URL: ownerUrl, ...(backupUrl === null ? {} : { APPORTION_BACKUP_URL: backupUrl }) };
      print(options, urls, Object.entries(urls).map(([name, url]) => `${name}=${url}`).join("\n"));
      if (backupUrl === null) say('There is no role for backups: it must have BYPASSRLS, which only a superuser gives (from PostgreSQL 16 on also a role that has it). Run "apportion init" again as one.');
      say('The roles stand. Keep the lines with your secrets, set the first two for the server, and run "apportion migrate".');
    });
}

function generatedPassword(): string {
  return randomBytes(24).toString("base64url");
}
