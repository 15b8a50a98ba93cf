import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "./choose-place";
import { draftName, removeAbandonedDrafts } from "./drafts";
import { makeFolder, requireTrustedFolder, syncFolder, writeWhole, type Owner } from "./folders";
import { requireNamedUser, serverEnvironment } from "./server-user";
import { errno, trouble } from "./trouble";

/**
 * Makes the data folder, the log folder and a random superuser password, unless a finished set is there.
 * All of it is made under another name and renamed into place: whatever was interrupted is started over, the password
 * always belongs to the data, and of two processes that start at once one wins and the other uses its result.
 */
export async function makeCluster(place: Place, programs: string, log: (message: string) => void): Promise<void> {
  const { clusterDirectory, stateDirectory, user } = place;
  makeFolder(stateDirectory, 0o755);
  removeAbandonedDrafts(stateDirectory);
  if (existsSync(clusterDirectory)) {
    requireTrustedFolder(clusterDirectory, user ? [0, user.uid] : [process.getuid?.() ?? 0]);
    if (existsSync(join(clusterDirectory, "complete"))) return;
    // Moved, not removed: we did not leave it like this, so somebody may still want what is in it.
    const aside = `${clusterDirectory}.incomplete-${Date.now()}`;
    renameSync(clusterDirectory, aside);
    log(`${clusterDirectory} was not complete; it is now ${aside} and a new database is made.`);
  }
  requireNamedUser();
  log(`Making a new database in ${clusterDirectory}.`);
  const draft = draftName(clusterDirectory);
  try {
    await fill(draft, programs, user);
    renameSync(draft, clusterDirectory);
    syncFolder(stateDirectory);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (errno(error) !== "ENOTEMPTY" && errno(error) !== "EEXIST") throw error;
  }
}

/** The superuser's password of a finished cluster. Throws when this user may not read it. */
export function readSuperuserPassword(clusterDirectory: string): string {
  try {
    return readFileSync(join(clusterDirectory, "superuser-password"), "utf8").trim();
  } catch (error) {
    throw trouble(`${clusterDirectory} was made by another user (${errno(error)}). Run as that user.`, error);
  }
}

async function fill(draft: string, programs: string, user: Owner | undefined): Promise<void> {
  // Only what the server itself writes belongs to its user: it must not be able to swap files that root reads or writes.
  makeFolder(draft, user ? 0o711 : 0o700);
  for (const name of ["data", "log"]) makeFolder(join(draft, name), 0o700, user);
  makeFolder(join(draft, "holders"), 0o755);
  const password = join(draft, "superuser-password");
  writeWhole(password, `${randomBytes(24).toString("hex")}\n`, 0o600, user);
  await initdb(programs, join(draft, "data"), password, user);
  if (user) chownSync(password, 0, 0);
  writeWhole(join(draft, "complete"), "", 0o644);
}

function initdb(programs: string, data: string, passwordFile: string, user: Owner | undefined): Promise<void> {
  const settings = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=scram-sha-256"];
  const args = ["-D", data, "-U", "postgres", `--pwfile=${passwordFile}`, ...settings, "--no-instructions"];
  return new Promise((done, fail) => {
    const child = spawn(join(programs, "initdb"), args, { ...user, cwd: "/", env: serverEnvironment(), stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    child.once("error", (error) => fail(trouble(`initdb does not start (${error.message}).`, error)));
    child.once("close", (code, signal) => {
      if (code === 0) done();
      else fail(trouble(`initdb ended with ${code ?? signal}: ${complaint.trim()}.`));
    });
  });
}
