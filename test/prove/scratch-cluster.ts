import { Client } from "pg";
import { TokenConfig } from "../../src/app/config";
import { Cluster, TEMPLATE, startCluster } from "../support/cluster";
import { TOKEN } from "../support/server";
import { Aftermath, lookAt } from "./aftermath";
import { Product, scratchFolder } from "./product";

/** A PostgreSQL of the proof's own with an empty, migrated product in it, which outlives the server. */
export interface ScratchCluster {
  readonly port: number;
  /** The administrator in the product's database. */
  readonly adminUrl: string;
  readonly cluster: Cluster;
  /** A server that reaches the database through a port, in a process of its own; not started yet. */
  product(databasePort?: number): Product;
  look(): Promise<Aftermath>;
  /** A connection of the administrator's own. */
  administrator(): Promise<Client>;
  close(): Promise<void>;
}

const onPort = (url: string, port: number): string => Object.assign(new URL(url), { port: String(port) }).href;

export async function openScratchCluster(): Promise<ScratchCluster> {
  const cluster = await startCluster();
  // In-process servers of the tests' support find it here.
  Object.assign(process.env, { TEST_ADMIN_URL: cluster.adminUrl, TEST_OWNER_URL: cluster.ownerUrl, TEST_APP_URL: cluster.appUrl, TEST_BACKUP_URL: cluster.backupUrl });
  const port = Number(new URL(cluster.adminUrl).port);
  const adminUrl = Object.assign(new URL(cluster.adminUrl), { pathname: `/${TEMPLATE}` }).href;
  const folder = scratchFolder();
  return {
    port, adminUrl, cluster,
    product: (databasePort = port) => new Product(folder.path, { DATABASE_URL: onPort(cluster.appUrl, databasePort), ...tokenSettings(TOKEN) }, TOKEN),
    look: () => lookAt(adminUrl, cluster.appUrl),
    administrator: async () => {
      const client = new Client({ connectionString: adminUrl });
      client.on("error", () => undefined);
      await client.connect();
      return client;
    },
    close: async () => {
      await cluster.stop();
      folder.remove();
    },
  };
}

function tokenSettings({ issuer, audience, key, maxAgeSeconds }: TokenConfig): Record<string, string> {
  return { APPORTION_JWT_ISSUER: issuer, APPORTION_JWT_AUDIENCE: audience, APPORTION_JWT_SECRET: key.kind === "secret" ? key.secret : "", APPORTION_JWT_MAX_AGE: String(maxAgeSeconds) };
}
