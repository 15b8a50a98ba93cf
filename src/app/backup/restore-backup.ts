import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { migrations } from "../../../migrations";
import { BrokenBelief, Refusal } from "../../kernel/refusal";
import { Table, loadingOrder, readMigrations, readSequences, readTables } from "./catalogue";
import { withConnection } from "./connection";
import { countRows, readFigures } from "./figures";
import { Backup, Manifest } from "./manifest";

/** CONFLICT unless this version of the product has the very migrations that the backup was made with. */
export function requireOwnLevel({ manifest }: Backup): void {
  requireSameLevel(manifest, migrations.map(({ name }) => name), "this version of the product");
}

/**
 * Puts a backup that `readBackup` found whole into an empty, migrated database, as its owner and in one transaction: all
 * of it, or nothing. Proves before the end that rows, run hashes and audit heads are those of the manifest. CONFLICT when
 * the database is not empty, of another migration level, or when somebody else uses its tables.
 */
export async function restoreBackup(ownerUrl: string, backup: Backup, log: (message: string) => void): Promise<void> {
  await withConnection(ownerUrl, async (client) => {
    await client.query("begin");
    try {
      await fill(client, backup, log);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      throw error;
    }
  });
}

async function fill(client: Client, { folder, manifest }: Backup, log: (message: string) => void): Promise<void> {
  const tables = await readTables(client);
  requireSameLevel(manifest, await readMigrations(client), "the database");
  requireSameNames(manifest, tables, await readSequences(client));
  // Forced row-level security holds for the owner, too. It is lifted inside this transaction alone, which locks the
  // tables to its end: nobody else ever sees them without it.
  const forced = tables.filter((table) => table.forced).map(({ name }) => name);
  for (const { name } of tables) {
    await client.query(`lock table ${name} in access exclusive mode`);
    if (forced.includes(name)) await client.query(`alter table ${name} no force row level security`);
    await requireEmpty(client, name);
  }
  const { order, late } = loadingOrder(tables);
  await client.query("set constraints all deferred");
  for (const { table, name } of late) await client.query(`alter table ${table} alter constraint ${name} deferrable initially deferred`);
  for (const { name } of order) {
    const { file, columns, rows } = manifest.tables.find((table) => table.name === name)!;
    await pipeline(createReadStream(join(folder, file)), client.query(copyFrom(`copy ${name} (${columns.join(", ")}) from stdin`)));
    log(`${name}: ${rows} rows`);
  }
  for (const { name, next } of manifest.sequences) await client.query(`alter sequence ${name} restart with ${next}`);
  await client.query("set constraints all immediate");
  for (const { table, name } of late) await client.query(`alter table ${table} alter constraint ${name} not deferrable`);
  await requireFigures(client, manifest);
  for (const name of forced) await client.query(`alter table ${name} force row level security`);
  // Without statistics the first questions would be answered by plans for empty tables.
  await client.query(`analyze ${tables.map(({ name }) => name).join(", ")}`);
}

function requireSameLevel(manifest: Manifest, present: readonly string[], where: string): void {
  const missing = manifest.migrations.filter((name) => !present.includes(name));
  const more = present.filter((name) => !manifest.migrations.includes(name));
  if (missing.length === 0 && more.length === 0) return;
  const difference = [missing.length > 0 ? `lacks ${missing.join(", ")}` : "", more.length > 0 ? `also has ${more.join(", ")}` : ""].filter(Boolean).join(" and ");
  throw new Refusal("CONFLICT", `The backup is of another migration level: ${where} ${difference}. Restore it with the version that made it, then bring the database up to date with "apportion migrate".`);
}

/** Every name that comes from the manifest and goes into SQL is one that the database itself has. */
function requireSameNames(manifest: Manifest, tables: readonly Table[], sequences: ReadonlyArray<{ readonly name: string }>): void {
  const inTables = (all: ReadonlyArray<{ readonly name: string; readonly columns: readonly string[] }>): string[] => all.map(({ name, columns }) => `${name} (${[...columns].sort().join(", ")})`);
  const there = [...inTables(manifest.tables), ...manifest.sequences.map(({ name }) => name)];
  const here = [...inTables(tables), ...sequences.map(({ name }) => name)];
  const odd = [...there.filter((name) => !here.includes(name)), ...here.filter((name) => !there.includes(name))];
  if (odd.length > 0) throw new Refusal("CONFLICT", `Backup and database differ in ${odd[0]}, although they are of one migration level. Somebody changed one of them by hand.`);
}

async function requireEmpty(client: Client, name: string): Promise<void> {
  const { rowCount } = await client.query(`select from ${name} limit 1`);
  if (rowCount) throw new Refusal("CONFLICT", `The database is not empty: ${name} holds rows. A backup is only restored into a new one, and never over data.`);
}

/** Compares what the database now says of itself with what it said when the backup was made. */
async function requireFigures(client: Client, manifest: Manifest): Promise<void> {
  const counts = await countRows(client, manifest.tables);
  for (const { name, rows } of manifest.tables) if (counts.get(name) !== rows) throw new BrokenBelief(`Nothing was restored: ${name} came to ${counts.get(name)} rows, and the backup counted ${rows}.`);
  const figures = await readFigures(client);
  for (const kind of ["runs", "auditHeads"] as const) {
    if (JSON.stringify(figures[kind]) !== JSON.stringify(manifest.figures[kind])) throw new BrokenBelief(`Nothing was restored: the ${kind === "runs" ? "hashes of the runs" : "heads of the audit trail"} are not those of the manifest.`);
  }
}
