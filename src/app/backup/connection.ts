import { Client } from "pg";
import { Refusal } from "../../kernel/refusal";

const LOCK_NOT_AVAILABLE = "55P03";

/** The longest that PostgreSQL can count, some 24 days. */
const LONGEST_MS = 2_147_483_647;

/** No default of the role, the database or the URL may end a long copy or change its text. */
const SETTINGS = `set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set lock_timeout = '5s';
  set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres'; set extra_float_digits = 3; set bytea_output = 'hex'`;

/** Connects, does the work and lets go. CONFLICT when somebody else holds the tables for longer than five seconds. */
export async function withConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  // The limit of a statement is what it was when the statement began: the one that lifts it would itself be ended by a
  // short one of the role or the database. What comes with the connection goes before those.
  const client = new Client({ connectionString: url, application_name: "apportion-backup", connectionTimeoutMillis: 15_000, statement_timeout: LONGEST_MS });
  // A connection that breaks between two queries must fail the next one, not the process.
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query(SETTINGS);
    return await work(client);
  } catch (error) {
    if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
    throw new Refusal("CONFLICT", "Somebody else is using the tables, or is migrating the database. Try again when that has ended.");
  } finally {
    await client.end().catch(() => undefined);
  }
}
