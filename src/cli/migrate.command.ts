import { Command } from "commander";
import { ConfigError, readConfig } from "../app/config";
import { openDatabase } from "../app/installation";
import { migrate, roleOf } from "../app/migrate";
import { OutputOptions, print } from "./output";
import { logOf } from "./session";

/** `migrate`: brings the database up to date as its owner. */
export function registerMigrate(program: Command): void {
  program
    .command("migrate")
    .description("bring the database up to date; needs APPORTION_MIGRATION_URL beside DATABASE_URL")
    .option("--json", "print JSON")
    .action(async (options: OutputOptions) => {
      const config = readConfig(process.env, { tokens: false });
      const urls = await openDatabase(config, logOf(config));
      try {
        if (urls.ownerUrl === null) throw new ConfigError("APPORTION_MIGRATION_URL is not set: only the owner of the tables can migrate.");
        const applied = await migrate(urls.ownerUrl, roleOf(urls.apiUrl));
        print(options, { applied }, applied.length === 0 ? "Up to date." : applied.map((name) => `applied ${name}`).join("\n"));
      } finally {
        await urls.stop();
      }
    });
}
