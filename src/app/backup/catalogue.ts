import type { Client } from "pg";
import { PRODUCT_SCHEMAS } from "../database-roles";

/** A foreign key, and the table that it points to. Names are quoted and qualified as SQL wants them. */
export interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly to: string;
}

/** A table as the database's catalogue knows it; new tables are found here, nowhere are they listed by hand. */
export interface Table {
  readonly name: string;
  /** Columns that hold something of their own: generated ones are left out. */
  readonly columns: readonly string[];
  /** Row-level security holds for its owner, too. */
  readonly forced: boolean;
  /** Those that are checked row by row, to other tables. */
  readonly foreignKeys: readonly ForeignKey[];
}

// What was applied is a statement about the database that is restored into, so it is compared and never copied.
const COPIED_SCHEMAS = PRODUCT_SCHEMAS.filter((schema) => schema !== "migrations");

/** Every table of the product, by name. */
export async function readTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select format('%I.%I', n.nspname, c.relname) as name, c.relforcerowsecurity as forced,
       array(select quote_ident(a.attname) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
       (select coalesce(json_agg(json_build_object('table', format('%I.%I', n.nspname, c.relname), 'name', quote_ident(k.conname), 'to', format('%I.%I', tn.nspname, t.relname)) order by k.conname), '[]')
        from pg_constraint k join pg_class t on t.oid = k.confrelid join pg_namespace tn on tn.oid = t.relnamespace
        where k.conrelid = c.oid and k.contype = 'f' and not k.condeferrable and k.confrelid <> c.oid) as "foreignKeys"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and c.relkind = 'r' order by n.nspname collate "C", c.relname collate "C"`,
    [COPIED_SCHEMAS],
  );
  return rows;
}

/** Sequences, and the number that each would give next. */
export async function readSequences(client: Client): Promise<Array<{ name: string; next: string }>> {
  const { rows } = await client.query<{ name: string; step: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name, s.seqincrement::text as step
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_sequence s on s.seqrelid = c.oid
     where n.nspname = any($1) order by n.nspname collate "C", c.relname collate "C"`,
    [COPIED_SCHEMAS],
  );
  const sequences: Array<{ name: string; next: string }> = [];
  for (const { name, step } of rows) {
    const found = await client.query<{ next: string }>(`select (last_value + case when is_called then ${step} else 0 end)::text as next from ${name}`);
    sequences.push({ name, next: found.rows[0]!.next });
  }
  return sequences;
}

/** Names of the migrations that were applied; none when there never was one. */
export async function readMigrations(client: Client): Promise<string[]> {
  const known = await client.query<{ there: boolean }>("select to_regclass('migrations.applied') is not null as there");
  if (!known.rows[0]!.there) return [];
  return (await client.query<{ name: string }>(`select name from migrations.applied order by name collate "C"`)).rows.map(({ name }) => name);
}

/**
 * The order in which tables can be filled so that what a foreign key points to is there first, and the keys for which no
 * order does (tables that point to each other): those have to be checked at the end.
 */
export function loadingOrder(tables: readonly Table[]): { order: Table[]; late: ForeignKey[] } {
  const order: Table[] = [];
  const late: ForeignKey[] = [];
  const waiting = new Map(tables.map((table) => [table.name, table]));
  while (waiting.size > 0) {
    const left = [...waiting.values()];
    const next = left.find(({ foreignKeys }) => foreignKeys.every(({ to }) => !waiting.has(to))) ?? left[0]!;
    late.push(...next.foreignKeys.filter(({ to }) => waiting.has(to)));
    order.push(next);
    waiting.delete(next.name);
  }
  return { order, late };
}
