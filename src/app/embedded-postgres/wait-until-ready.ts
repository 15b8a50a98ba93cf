import { realpathSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { trouble } from "./trouble";

const READY_WITHIN_MS = 180_000;
const SAY_AFTER_MS = 5_000;

/** Where the server answers, and on what data. */
export interface Address {
  port: number;
  password: string;
  dataDirectory: string;
}

/**
 * Resolves true when a real connection works, false when `gone()` says that the server ended first. Recovery after a
 * crash can take minutes and is announced in the log. Throws when the time is up or the password is refused.
 */
export async function waitUntilReady(address: Address, gone: () => boolean, log: (message: string) => void): Promise<boolean> {
  const began = Date.now();
  let said = false;
  for (let delay = 10; ; delay = Math.min(delay * 1.5, 250)) {
    // Asked before the attempt: if it ended meanwhile, another program may answer on its port.
    if (gone()) return false;
    const refusal = await tryConnection(address);
    if (refusal === undefined) return true;
    if (refusal.code === "28P01" && (await stillThere(gone))) throw trouble("the data and the password beside it do not belong together. Restore both from one backup, or remove both.", refusal);
    const waited = Date.now() - began;
    if (waited > READY_WITHIN_MS) throw trouble(`it did not accept connections within ${READY_WITHIN_MS / 1000} s (${refusal.message}).`, refusal);
    if (waited > SAY_AFTER_MS && !said) {
      said = true;
      log(`PostgreSQL is not ready yet (${refusal.message}); waiting.`);
    }
    await pause(delay);
  }
}

/** A refused password may come from a stranger on the port that ours could not get; then ours ends within a moment. */
async function stillThere(gone: () => boolean): Promise<boolean> {
  await pause(1_000);
  return !gone();
}

/** The administrator's connection string. */
export function adminUrlOf({ port, password }: Pick<Address, "port" | "password">): string {
  return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

async function tryConnection({ port, password, dataDirectory }: Address): Promise<(Error & { code?: string }) | undefined> {
  // Spelled out in full: PG* variables of the caller would fill every gap.
  const client = new Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres", password, ssl: false, options: "", connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    // A copied data folder has the same password and port: make sure that it is ours that answers.
    const { rows } = await client.query<{ folder: string }>("select current_setting('data_directory') as folder");
    const folder = rows[0]?.folder ?? "";
    return realpathSync(folder) === realpathSync(dataDirectory) ? undefined : new Error(`a server of ${folder} answers on port ${port}`);
  } catch (error) {
    return error as Error & { code?: string };
  } finally {
    await client.end().catch(() => undefined);
  }
}
