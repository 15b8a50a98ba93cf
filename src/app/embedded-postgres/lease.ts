import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, closeSync, constants, existsSync, lstatSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Owner } from "./folders";
import { errno, trouble } from "./trouble";

/*
 * Who still needs the server? Every process that uses it holds the writing end of one named pipe, a watchdog beside the
 * server the reading end. The kernel closes the ends of a process however that dies, so the watchdog sees the end of the
 * pipe exactly when the last user is gone, and no number of a dead process can mislead it.
 */

/** Ends of the pipe for a new server: the watchdog inherits `reading`, this process keeps `writing`. */
export interface PipeEnds {
  reading: number;
  writing: number;
}

/** Opens both ends, making the pipe when it is missing. Throws when the file system cannot hold a named pipe. */
export function openPipe(clusterDirectory: string, owner: Owner | undefined): PipeEnds {
  const path = pipePath(clusterDirectory);
  if (!existsSync(path)) {
    const made = spawnSync("mkfifo", ["-m", "600", path], { encoding: "utf8" });
    if (made.error || (made.status !== 0 && !existsSync(path))) {
      throw trouble(`no named pipe can be made at ${path} (${made.error?.message ?? made.stderr.trim()}). Name a folder on a local disk with APPORTION_DATA_DIR.`);
    }
    if (owner) chownSync(path, owner.uid, owner.gid);
  }
  if (!lstatSync(path).isFIFO()) throw trouble(`${path} is not a named pipe. Remove it.`);
  // Read-write never blocks, and while it is open neither do the other two.
  const both = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const writing = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  closeSync(both);
  return { reading, writing };
}

/** Takes a share in a running server; undefined when no watchdog listens (any more). Throws when this user may not. */
export function openLease(clusterDirectory: string): number | undefined {
  try {
    return openSync(pipePath(clusterDirectory), constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    if (errno(error) === "ENXIO" || errno(error) === "ENOENT") return undefined;
    throw trouble(`${clusterDirectory} was made by another user (${errno(error)}). Run as that user.`, error);
  }
}

/** False when the watchdog left after the lease was opened: it had already decided to stop the server. */
export function leaseHolds(lease: number): boolean {
  try {
    writeSync(lease, "\n");
    return true;
  } catch (error) {
    if (errno(error) === "EPIPE") return false;
    // Full only when the watchdog is there but suspended.
    if (errno(error) === "EAGAIN") return true;
    throw error;
  }
}

/** Notes this process as a user of the server; returns what takes the note away. Only ever decides how long stop() waits. */
export function signIn(clusterDirectory: string): () => void {
  const note = join(clusterDirectory, "holders", `${process.pid}-${randomBytes(4).toString("hex")}`);
  writeFileSync(note, "", { flag: "wx" });
  return () => rmSync(note, { force: true });
}

/** True when another process (or another start in this one) is noted and alive. Removes the notes of dead ones. */
export function othersSignedIn(clusterDirectory: string): boolean {
  const folder = join(clusterDirectory, "holders");
  const notes = readdirSync(folder);
  const dead = notes.filter((note) => !alive(Number.parseInt(note, 10)));
  for (const note of dead) rmSync(join(folder, note), { force: true });
  return notes.length > dead.length;
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errno(error) === "EPERM";
  }
}

function pipePath(clusterDirectory: string): string {
  return join(clusterDirectory, "in-use");
}
