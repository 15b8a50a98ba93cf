import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { Client } from "pg";

const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/;

/** What the server stores for a password. Made here, so that the password itself never travels or shows in a server's log. */
export function scramVerifier(password: string): string {
  // Beyond ASCII, programs differ in how they normalise before hashing.
  if (!/^[\x21-\x7e]{8,}$/.test(password)) throw new Error("A database password needs at least 8 printable ASCII characters without blanks.");
  const [salt, iterations] = [randomBytes(16), 4096];
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const storedKey = createHash("sha256").update(createHmac("sha256", salted).update("Client Key").digest()).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

export function quoteIdentifier(name: string): string {
  if (!IDENTIFIER.test(name)) throw new Error(`"${name.slice(0, 80)}" cannot be used as a name in the database: small letters, digits and underscores, at most 63, and no digit first.`);
  return `"${name}"`;
}

/** The administrator's address with another database and, when given, another user. */
export function urlFor(adminUrl: string, user: string | undefined, password: string | undefined, database: string): string {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/]*)@)?([^/?]*)(?:\/[^?]*)?(\?.*)?$/.exec(adminUrl);
  if (!parts) throw new Error("The administrator's URL is not of the form postgresql://user:password@host:port/database.");
  const [, credentials = "", host = "", search = ""] = parts;
  const query = new URLSearchParams(search);
  for (const key of ["database", "dbname", ...(user === undefined ? [] : ["user", "password"])]) query.delete(key);
  const as = user === undefined ? credentials : `${user}:${encodeURIComponent(password ?? "")}`;
  return `postgresql://${as}@${host}/${database}${query.size > 0 ? `?${query.toString()}` : ""}`;
}

export async function one<Row extends object>(client: Client, sql: string, values: unknown[] = []): Promise<Row> {
  const [row] = (await client.query<Row>(sql, values)).rows;
  if (!row) throw new Error("PostgreSQL gave no row where there must be one.");
  return row;
}

export async function withClient<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 15_000 });
  // A connection that breaks between two queries must fail the next one, not the process.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
