import { Command } from "commander";
import { readBackup } from "../app/backup/manifest";
import { requireOwnLevel, restoreBackup } from "../app/backup/restore-backup";
import { ConfigError, readConfig } from "../app/config";
import { openDatabase } from "../app/installation";
import { migrate, roleOf } from "../app/migrate";
import { describeBackup } from "./describe-backup";
import { OutputOptions, print, say } from "./output";
import { pathOf } from "./paths";
import { logOf } from "./session";

/** `restore`: puts a backup into a database without data, all of it or nothing. */
export function registerRestore(program: Command): void {
  program
    .command("restore <folder>")
    .description("put a backup into a database without data; needs APPORTION_MIGRATION_URL beside DATABASE_URL")
    .option("--json", "print JSON")
    .action(async (folder: string, options: OutputOptions) => {
      const config = readConfig(process.env, { tokens: false });
      // Before anything is started or migrated: every byte of the backup, and whether this version can take it.
      const backup = await readBackup(pathOf(folder));
      requireOwnLevel(backup);
      const urls = await openDatabase(config, logOf(config));
      try {
        if (urls.ownerUrl === null) throw new ConfigError("APPORTION_MIGRATION_URL is not set: only the owner of the tables can restore.");
        await migrate(urls.ownerUrl, roleOf(urls.apiUrl));
        await restoreBackup(urls.ownerUrl, backup, logOf(config));
        print(options, ...describeBackup(backup));
        say('Rows, run hashes and audit heads are those of the backup. Now prove the figures: "apportion verify".');
      } finally {
        await urls.stop();
      }
    });
}
