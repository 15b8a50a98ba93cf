import { MigrationExecutor } from "typeorm";
import { grantsFor } from "../../migrations/grants";
import { setUpBi } from "./bi/set-up-bi";
import { connect } from "./data-source";
import { requireReadingRoles } from "./database-roles";

/** Any number: it only has to be the same in every process that migrates. */
const MIGRATION_LOCK = 5_211_870_143;

/**
 * Brings the database up to date as its owner and gives the API's role and the logins for BI tools exactly the privileges they need. Processes that
 * start together wait for each other. Answers the names of what was applied. Throws, with nothing changed, when a reading
 * role is missing.
 */
export async function migrate(ownerUrl: string, apiRole: string): Promise<string[]> {
  const dataSource = connect(ownerUrl, { purpose: "migrate", poolSize: 2 });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await requireReadingRoles((sql, values) => runner.query(sql, values) as Promise<Array<Record<string, unknown>>>, apiRole);
    await runner.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await runner.query("create schema if not exists migrations");
    const applied = await new MigrationExecutor(dataSource, runner).executePendingMigrations();
    await runner.startTransaction();
    for (const statement of grantsFor(apiRole)) await runner.query(statement);
    await setUpBi((sql, values) => runner.query(sql, values) as Promise<Array<Record<string, unknown>>>, apiRole);
    await runner.commitTransaction();
    return applied.map((migration) => migration.name);
  } finally {
    await runner.query("select pg_advisory_unlock($1)", [MIGRATION_LOCK]).catch(() => undefined);
    await runner.release();
    await dataSource.destroy();
  }
}

/** The role that a connection URL logs in as. */
export function roleOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}
