import "reflect-metadata";
import { Cluster, startCluster } from "./cluster";

declare global {
  var apportionTestCluster: Cluster | undefined;
}

/** One PostgreSQL for the whole run; test files find it through the environment. */
export default async function setup(): Promise<void> {
  const cluster = await startCluster();
  globalThis.apportionTestCluster = cluster;
  process.env.TEST_ADMIN_URL = cluster.adminUrl;
  process.env.TEST_OWNER_URL = cluster.ownerUrl;
  process.env.TEST_APP_URL = cluster.appUrl;
  process.env.TEST_BACKUP_URL = cluster.backupUrl;
}
