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
}

/** `init`: makes the database, its owner and the API's own role, and prints the two URLs that the product is run with. */
export function registerInit(program: Command): void {
  program
    .command("init")
    .description("make the database and its two roles; prints DATABASE_URL and APPORTION_MIGRATION_URL. Again: sets their passwords anew")
    .addOption(new Option("--admin-url <url>", "URL of a role that may CREATE ROLE and CREATE DATABASE").env("ADMIN_DATABASE_URL").makeOptionMandatory())
    .option("--database <name>", "the database", "apportion")
    .option("--owner-role <name>", "owns the tables and migrates", "apportion_owner")
    .option("--owner-password <password>", "(default: a generated one)")
    .option("--api-role <name>", "the role the API connects as; owns nothing", "apportion_app")
    .option("--api-password <password>", "(default: a generated one)")
    .option("--json", "print JSON")
    .action(async (options: InitOptions) => {
      const { ownerUrl, appUrl } = await ensureDatabaseRoles(options.adminUrl, {
        database: options.database,
        ownerRole: options.ownerRole,
        ownerPassword: options.ownerPassword ?? generatedPassword(),
        appRole: options.apiRole,
        appPassword: options.apiPassword ?? generatedPassword(),
      });
      print(options, { DATABASE_URL: appUrl, APPORTION_MIGRATION_URL: ownerUrl }, `DATABASE_URL=${appUrl}\nAPPORTION_MIGRATION_URL=${ownerUrl}`);
      say('The roles stand. Keep both lines with your secrets, set them, and run "apportion migrate".');
    });
}

function generatedPassword(): string {
  return randomBytes(24).toString("base64url");
}
