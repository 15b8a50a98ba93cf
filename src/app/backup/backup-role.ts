import type { Client } from "pg";

/**
 * Lets the role for backups read every table and sequence of the schemas, those that are there and those that the owner
 * will make; `client` is connected to the product's database as the owner or a superuser, `owner` and `role` are plain
 * role names, checked by the caller. Whatever PostgreSQL says when a table belongs to somebody else.
 */
export async function grantReading(client: Client, owner: string, role: string, schemas: readonly string[]): Promise<void> {
  for (const what of ["usage on schemas", "select on tables", "select on sequences"]) {
    await client.query(`alter default privileges for role "${owner}" grant ${what} to "${role}"`);
  }
  // Only what is missing: a grant writes, and the server that is starting beside us may be writing the same.
  const missing = await client.query<{ statement: string }>(
    `select format('grant usage on schema %I to %I', nspname, $2::text) as statement
     from pg_namespace where nspname = any($1) and not has_schema_privilege($2, oid, 'USAGE')
     union all
     select format('grant select on %s %I.%I to %I', case when c.relkind = 'S' then 'sequence' else 'table' end, n.nspname, c.relname, $2::text)
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and c.relkind in ('r', 'p', 'S') and not has_table_privilege($2, c.oid, 'SELECT')`,
    [schemas, role],
  );
  for (const { statement } of missing.rows) await client.query(statement);
}
