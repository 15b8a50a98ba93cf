import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { Refusal } from "../../kernel/refusal";
import { ConfigError } from "../config";
import { Table, readMigrations, readSequences, readTables } from "./catalogue";
import { withConnection } from "./connection";
import { readFigures } from "./figures";
import { Backup, TableFile, writeManifest } from "./manifest";

const NEWLINE = 10;

/**
 * Copies every table as it is at one moment into a new or empty folder, and says in a manifest what that was. Writers are
 * not held up. ConfigError when row-level security would hide rows from the role: its copy would be silently empty.
 * BAD_USER_INPUT when the folder is not empty. Whatever goes wrong, no half a backup is left behind.
 */
export async function takeBackup(backupUrl: string, folder: string, log: (message: string) => void): Promise<Backup> {
  return withConnection(backupUrl, async (client) => {
    await requireBypass(client);
    const made = prepareFolder(folder);
    const files: string[] = [];
    try {
      return await copyAll(client, folder, files, log);
    } catch (error) {
      for (const file of files) rmSync(join(folder, file), { force: true });
      if (made !== undefined) rmSync(made, { recursive: true, force: true });
      throw isDenied(error) ? new ConfigError(`The role for backups may not read everything (${error.message}). Run "apportion init" again: it grants what is missing.`, { cause: error }) : error;
    }
  });
}

async function requireBypass(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string; bypasses: boolean }>("select rolname::text as name, rolsuper or rolbypassrls as bypasses from pg_roles where rolname = current_user");
  if (rows[0]?.bypasses) return;
  throw new ConfigError(`"${rows[0]?.name}" must not make backups: row-level security holds for it, so that its copy would be empty without an error. Let APPORTION_BACKUP_URL name the role for backups ("apportion init" makes it).`);
}

/** Answers the first folder that had to be made, undefined when there was an empty one. What is in it is for its owner alone. */
function prepareFolder(folder: string): string | undefined {
  try {
    const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (readdirSync(folder).length === 0) return made;
  } catch (error) {
    throw new Refusal("BAD_USER_INPUT", `${folder} cannot be used as the folder of a backup (${(error as NodeJS.ErrnoException).code ?? "unknown"}). Name a new or empty one.`);
  }
  throw new Refusal("BAD_USER_INPUT", `${folder} is not empty. Name a new or empty folder: a backup is never written over.`);
}

async function copyAll(client: Client, folder: string, files: string[], log: (message: string) => void): Promise<Backup> {
  const found = await readTables(client);
  if (found.length === 0) throw new ConfigError('There are no tables in this database. Name another one, or run "apportion migrate".');
  // Should the role lose its privilege meanwhile, PostgreSQL fails the statement instead of leaving rows out.
  await client.query("begin isolation level repeatable read read only; set local row_security = off");
  // Before the first query, whose moment becomes the moment of the backup: until its end no table is changed or dropped.
  await client.query(`lock table ${found.map(({ name }) => name).join(", ")} in access share mode`);
  const { rows } = await client.query<{ takenAt: string; postgresql: string }>(`select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "takenAt", current_setting('server_version') as postgresql`);
  const [migrations, tables, figures] = [await readMigrations(client), await readTables(client), await readFigures(client)];
  if (JSON.stringify(tables) !== JSON.stringify(found)) throw new Refusal("CONFLICT", "The database was migrated while the backup began. Start it again.");
  const copied: TableFile[] = [];
  for (const table of tables) {
    const file = `${table.name.replace(/[^a-z0-9_.]/g, "_")}.copy`;
    files.push(file);
    const size = await copyTable(client, table, join(folder, file));
    copied.push({ name: table.name, file, columns: [...table.columns], ...size });
    log(`${table.name}: ${size.rows} rows`);
  }
  // Sequences know no snapshot: read last, they are never behind the rows.
  const sequences = await readSequences(client);
  await client.query("commit");
  return writeManifest(folder, { ...rows[0]!, migrations, tables: copied, sequences, figures: { runs: [...figures.runs], auditHeads: [...figures.auditHeads] } });
}

async function copyTable(client: Client, table: Table, path: string): Promise<Pick<TableFile, "rows" | "bytes" | "sha256">> {
  const hash = createHash("sha256");
  let [rows, bytes] = [0, 0];
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      // One line per row: COPY writes a newline inside a text as \n.
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) rows += 1;
      done(null, chunk);
    },
  });
  const source = client.query(copyTo(`copy ${table.name} (${table.columns.join(", ")}) to stdout`));
  await pipeline(source, measure, createWriteStream(path, { mode: 0o600, flags: "wx", flush: true }));
  return { rows, bytes, sha256: hash.digest("hex") };
}

const isDenied = (error: unknown): error is Error => error instanceof Error && (error as { code?: unknown }).code === "42501";
