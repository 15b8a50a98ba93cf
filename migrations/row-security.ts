/*
 * The tenant of a transaction is set with set_config(..., true):
 *   app.programme  the programme's id
 *   app.reach      'programme' (every unit), 'units' (those in app.units), 'ingest' (may look up every usage row of the
 *                  programme, may add rows of its own units only) or 'installation' (may find and make programmes)
 *   app.units      the ids of the units, as a uuid[] literal
 * Nothing set means no rows. Each setting is read in a sub-select, so that it is evaluated once and not per row.
 */
const setting = (name: string): string => `(select nullif(current_setting('${name}', true), ''))`;

export const inProgramme = `programme_id = (${setting("app.programme")}::uuid)`;
export const reach = setting("app.reach");
export const wholeProgramme = `${reach} = 'programme'`;
export const ownUnit = `business_unit_id = any ((select nullif(current_setting('app.units', true), '')::uuid[])::uuid[])`;

/** Turns row-level security on, also for the table's owner. */
export const forceRowSecurity = (table: string): string =>
  `alter table ${table} enable row level security; alter table ${table} force row level security;`;

/** One policy for reading and writing alike. */
export const policy = (table: string, rule: string): string =>
  `${forceRowSecurity(table)} create policy tenant on ${table} using (${rule}) with check (${rule});`;
