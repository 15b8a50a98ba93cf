import { createHash } from "node:crypto";
import { biRoleOf } from "../../tenancy/reading-role";
import { BI_TABLES, BI_VIEWS, policyStatements, viewStatements } from "./definitions";

type Query = (sql: string, values?: unknown[]) => Promise<Array<Record<string, unknown>>>;

const SCHEMA_COMMENT = "Read-only views for BI tools; a login sees its own rows. Definition ";

/**
 * Writes the views and the policies of schema bi anew when they are not those of this version, and gives the logins' role exactly
 * what the views read; `query` runs in a transaction of the owner. Without that role, which "init" and "bi grant" make, there are
 * the views alone, and nobody may read them.
 */
export async function setUpBi(query: Query, apiRole: string): Promise<void> {
  const role = biRoleOf(apiRole);
  const hasRole = (await query("select from pg_catalog.pg_roles where rolname = $1", [role])).length > 0;
  const statements = [...viewStatements(), ...(hasRole ? policyStatements(role) : [])];
  const comment = `${SCHEMA_COMMENT}${createHash("sha256").update(JSON.stringify(statements)).digest("hex")}`;
  const [state] = await query(
    `select obj_description('bi'::regnamespace, 'pg_namespace') as comment, (select count(*)::int from pg_catalog.pg_views where schemaname = 'bi' and viewname = any($1)) as views,
       (select count(*)::int from pg_catalog.pg_policies where policyname in ('bi_reads', 'bi_bounds') and schemaname || '.' || tablename = any($2) and roles = array[$3::name]) as policies`,
    [BI_VIEWS, BI_TABLES, role],
  );
  if (state!.comment !== comment || state!.views !== BI_VIEWS.length || (hasRole && state!.policies !== 2 * BI_TABLES.length)) {
    for (const statement of statements) await query(statement);
    await query(`comment on schema bi is '${comment}'`);
  }
  if (hasRole) for (const statement of await grantStatements(query, role)) await query(statement);
}

/** Columns that the views read, table by table; the tables' schemas stay closed, so that nobody names a table. */
async function grantStatements(query: Query, role: string): Promise<string[]> {
  const read = await query(
    `select format('%I.%I', n.nspname, c.relname) as table, string_agg(distinct quote_ident(a.attname), ', ') as columns
     from pg_catalog.pg_rewrite r join pg_catalog.pg_class v on v.oid = r.ev_class join pg_catalog.pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refobjsubid > 0
       join pg_catalog.pg_class c on c.oid = d.refobjid and d.refclassid = 'pg_class'::regclass and c.oid <> v.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
     where v.relnamespace = 'bi'::regnamespace group by 1 order by 1`,
  );
  const stranger = read.find(({ table }) => !BI_TABLES.includes(String(table)));
  if (stranger) throw new Error(`A view of schema bi reads ${String(stranger.table)}, for which there is no rule in src/app/bi/definitions.ts.`);
  const [{ database }] = (await query("select quote_ident(current_database()) as database")) as [{ database: string }];
  return [
    ...BI_TABLES.map((table) => `revoke all on ${table} from "${role}"`),
    ...[...new Set(BI_TABLES.map((table) => table.split(".")[0]!))].map((schema) => `revoke all on schema ${schema} from "${role}"`),
    `revoke all on all tables in schema bi from "${role}"`,
    `grant connect on database ${database} to "${role}"`,
    `grant usage on schema bi to "${role}"`,
    ...BI_VIEWS.map((view) => `grant select on bi.${view} to "${role}"`),
    // What the policies themselves look up.
    `grant select (programme_id, login, version, whole_programme, business_unit_ids, scopes, ended) on tenancy.bi_grant to "${role}"`,
    ...read.map(({ table, columns }) => `grant select (${String(columns)}) on ${String(table)} to "${role}"`),
  ];
}

/**
 * Looks at schema bi as the API's role: how many views it has, which of them do not run as whoever asks, which tables do not
 * bound the logins' role, and how many logins there are.
 */
export async function examineBi(query: Query): Promise<{ readonly views: number; readonly open: readonly string[]; readonly logins: number }> {
  const [{ role }] = (await query("select session_user::text as role")) as [{ role: string }];
  const group = biRoleOf(role);
  const views = await query(
    `select format('bi.%I', c.relname) as name, c.relkind = 'v' and c.reloptions @> array['security_invoker=true', 'security_barrier=true'] as safe
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = 'bi' and c.relkind in ('v', 'm', 'r', 'f') order by 1`,
  );
  const tables = await query(
    `select t as name from unnest($1::text[]) t
     where exists (select from pg_catalog.pg_roles where rolname = $2) and not exists (
       select from pg_catalog.pg_policies p where p.schemaname || '.' || p.tablename = t and p.policyname = 'bi_bounds' and p.permissive = 'RESTRICTIVE' and p.roles = array[$2::name])`,
    [BI_TABLES, group],
  );
  const [{ logins }] = (await query("select count(*)::int as logins from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid where g.rolname = $1", [group])) as [{ logins: number }];
  return { views: views.length, open: [...views.filter(({ safe }) => safe !== true), ...tables].map(({ name }) => String(name)), logins };
}
