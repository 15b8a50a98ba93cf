import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureDatabaseRoles } from "../../src/app/database-roles";
import { EmbeddedPostgres, startEmbeddedPostgres } from "../../src/app/embedded-postgres/start-embedded-postgres";
import { migrate } from "../../src/app/migrate";

export const TEMPLATE = "apportion_template";
const PASSWORD = "test-only-password";

/** A PostgreSQL of the suite's own, with one migrated database that every test file clones. */
export interface Cluster {
  readonly adminUrl: string;
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly backupUrl: string;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const directory = mkdtempSync(join(tmpdir(), "apportion-test-"));
  // PostgreSQL may run as another user than the suite does.
  chmodSync(directory, 0o755);
  const embedded: EmbeddedPostgres = await startEmbeddedPostgres({ dataDirectory: directory, log: () => undefined });
  const urls = await ensureDatabaseRoles(embedded.adminUrl, { database: TEMPLATE, ownerRole: "apportion_owner", ownerPassword: PASSWORD, appRole: "apportion_app", appPassword: PASSWORD, backup: { role: "apportion_backup", password: PASSWORD } });
  await migrate(urls.ownerUrl, "apportion_app");
  return {
    adminUrl: embedded.adminUrl, ownerUrl: urls.ownerUrl, appUrl: urls.appUrl, backupUrl: urls.backupUrl!,
    stop: async () => {
      await embedded.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
