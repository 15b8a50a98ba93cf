import { Command } from "commander";
import { takeBackup } from "../app/backup/take-backup";
import { ConfigError, readConfig } from "../app/config";
import { openDatabase } from "../app/installation";
import { describeBackup } from "./describe-backup";
import { OutputOptions, print, say } from "./output";
import { pathOf } from "./paths";
import { logOf } from "./session";

/** `backup`: copies every table, as it is at one moment, into a folder; ends with 2 when the role would not see everything. */
export function registerBackup(program: Command): void {
  program
    .command("backup <folder>")
    .description("copy all data, as it is at one moment, into a new or empty folder; needs APPORTION_BACKUP_URL beside DATABASE_URL")
    .option("--json", "print JSON")
    .action(async (folder: string, options: OutputOptions) => {
      const config = readConfig(process.env, { tokens: false });
      const urls = await openDatabase(config, logOf(config));
      try {
        if (urls.backupUrl === null) throw new ConfigError('APPORTION_BACKUP_URL is not set: only the role for backups sees everything. "apportion init" makes it.');
        const backup = await takeBackup(urls.backupUrl, pathOf(folder), logOf(config));
        print(options, ...describeBackup(backup));
        say("It holds personal data and no passwords or keys: keep it like the database, and the digest of the manifest somewhere else.");
      } finally {
        await urls.stop();
      }
    });
}
