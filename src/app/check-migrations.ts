import "reflect-metadata";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataSource } from "typeorm";
import { SCHEMAS } from "../../migrations/grants";
import { connect } from "./data-source";
import { ensureDatabaseRoles } from "./database-roles";
import { startEmbeddedPostgres } from "./embedded-postgres/start-embedded-postgres";
import { migrate } from "./migrate";

/**
 * Migrates an empty database, compares every column with its entity, then takes every migration back and applies it
 * again. Exits 1 and names the differences.
 */
async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "apportion-check-"));
  chmodSync(directory, 0o755);
  const embedded = await startEmbeddedPostgres({ dataDirectory: directory, log: () => undefined });
  try {
    const password = "only-for-this-check";
    const urls = await ensureDatabaseRoles(embedded.adminUrl, { database: "apportion_check", ownerRole: "check_owner", ownerPassword: password, appRole: "check_app", appPassword: password });
    await migrate(urls.ownerUrl, "check_app");
    const dataSource = await connect(urls.ownerUrl, { purpose: "migrate" }).initialize();
    const differences = await columnDifferences(dataSource);
    const steps = dataSource.migrations.length;
    for (let step = 0; step < steps; step += 1) await dataSource.undoLastMigration();
    const left = (await dataSource.query("select nspname from pg_namespace where nspname = any($1)", [SCHEMAS])) as Array<{ nspname: string }>;
    differences.push(...left.map(({ nspname }) => `schema ${nspname} is still there after every migration was taken back`));
    await dataSource.destroy();
    await migrate(urls.ownerUrl, "check_app");
    for (const difference of differences) process.stderr.write(`${difference}\n`);
    if (differences.length > 0) process.exitCode = 1;
  } finally {
    await embedded.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Column by column: in one and not in the other, or nullable in one only, or of another type. */
async function columnDifferences(dataSource: DataSource): Promise<string[]> {
  const rows = (await dataSource.query(
    "select table_schema || '.' || table_name as table, column_name as column, is_nullable = 'YES' as nullable, data_type as type, udt_name as udt from information_schema.columns where table_schema = any($1)",
    [SCHEMAS],
  )) as Array<{ table: string; column: string; nullable: boolean; type: string; udt: string }>;
  const actual = new Map(rows.map((row) => [`${row.table}.${row.column}`, row]));
  const differences: string[] = [];
  for (const entity of dataSource.entityMetadatas) {
    for (const column of entity.columns) {
      const name = `${entity.schema}.${entity.tableName}.${column.databaseName}`;
      const found = actual.get(name);
      actual.delete(name);
      if (!found) differences.push(`${name} is in the entity only`);
      else if (found.nullable !== column.isNullable) differences.push(`${name} is nullable in ${found.nullable ? "the migration" : "the entity"} only`);
      else if (!sameType(String(column.type), column.isArray, found)) differences.push(`${name} is ${found.type} (${found.udt}) in the migration and ${String(column.type)} in the entity`);
    }
  }
  return [...differences, ...[...actual.keys()].map((name) => `${name} is in the migration only`)];
}

const NAMES: Readonly<Record<string, string>> = { timestamptz: "timestamp with time zone", enum: "USER-DEFINED" };

function sameType(entityType: string, isArray: boolean, found: { type: string }): boolean {
  return isArray ? found.type === "ARRAY" : (NAMES[entityType] ?? entityType) === found.type;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
