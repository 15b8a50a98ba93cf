/**
 * Two reports must never read each other's tables: that of a business case and that of the programme's profit and loss.
 * Each is read under a role of the database that has no privilege on what belongs to the other.
 */
export const READERS = ["CASES", "PROGRAMME"] as const;
export type Reader = (typeof READERS)[number];

const SUFFIX: Readonly<Record<Reader, string>> = { CASES: "_case_reader", PROGRAMME: "_programme_reader" };

/** The role under which an API of this role reads: apportion_app reads cases as apportion_case_reader. */
export function readingRoleOf(apiRole: string, reader: Reader): string {
  return `${apiRole.replace(/_app$/, "")}${SUFFIX[reader]}`;
}

/** The same name as SQL, from the role that the connection logged in as. */
export function readingRoleSql(reader: Reader): string {
  return `pg_catalog.regexp_replace(session_user::text, '_app$', '') || '${SUFFIX[reader]}'`;
}

/** The role that every login for BI tools is a member of; it logs in nowhere, and its policies hold for its members alone. */
export function biRoleOf(apiRole: string): string {
  return `${apiRole.replace(/_app$/, "")}_bi`;
}
