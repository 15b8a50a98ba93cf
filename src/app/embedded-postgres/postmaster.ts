import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errno } from "./trouble";

/** A server process that runs on a data folder. */
export interface Postmaster {
  pid: number;
  port: number;
  /** True from the moment it was told to shut down. */
  stopping: boolean;
}

/** The live server of a data folder, or undefined. Its pid file alone proves nothing: the number may be dead, a zombie or reused. */
export function findPostmaster(dataDirectory: string): Postmaster | undefined {
  const lines = readPidFile(dataDirectory)?.split("\n") ?? [];
  const pid = Number(lines[0]);
  if (!(pid > 1) || !runsOn(pid, dataDirectory)) return undefined;
  return { pid, port: Number(lines[3]), stopping: (lines[7] ?? "").trim() === "stopping" };
}

/**
 * Removes a pid file that names no live server of this folder. PostgreSQL does so itself for a dead process, but takes
 * a zombie or a stranger with the same number for its own and refuses to start. Returns true when one was removed.
 */
export function removeStalePidFile(dataDirectory: string): boolean {
  const text = readPidFile(dataDirectory);
  if (text === undefined || findPostmaster(dataDirectory)) return false;
  // A server that starts at this very moment may have replaced it.
  if (readPidFile(dataDirectory) !== text) return false;
  rmSync(pidFile(dataDirectory), { force: true });
  return true;
}

/**
 * Ends the sessions of a server that was killed. They notice by themselves only when idle, and while one computes no new
 * server may start on the data. Does nothing beside a live server, or where processes cannot be listed by folder.
 */
export function endLeftovers(dataDirectory: string): void {
  if (!existsSync("/proc/self/stat") || findPostmaster(dataDirectory)) return;
  const folder = realpathSync(dataDirectory);
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      // The signal a living server sends to its sessions in an emergency: they leave without a word.
      if (command.startsWith("postgres: ") && readlinkSync(`/proc/${pid}/cwd`) === folder) process.kill(Number(pid), "SIGQUIT");
    } catch {
      // Gone meanwhile, or not ours to look at.
    }
  }
}

/** Path of the file in which a server writes its process id. */
export function pidFile(dataDirectory: string): string {
  return join(dataDirectory, "postmaster.pid");
}

function readPidFile(dataDirectory: string): string | undefined {
  try {
    return readFileSync(pidFile(dataDirectory), "utf8");
  } catch (error) {
    if (errno(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** True while a process is the server of a data folder; it removes its pid file a moment before it ends. */
export function runsOn(pid: number, dataDirectory: string): boolean {
  return existsSync("/proc/self/stat") ? runsOnByProc(pid, dataDirectory) : runsOnByPs(pid, dataDirectory);
}

function runsOnByProc(pid: number, dataDirectory: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may itself hold parentheses and blanks.
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    if (state === "Z" || state === "X") return false;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    if (!(command[0] ?? "").endsWith("postgres")) return false;
    // A server's working directory is its data folder, whatever name it was started under.
    return command.includes(dataDirectory) || readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDirectory);
  } catch {
    return false;
  }
}

function runsOnByPs(pid: number, dataDirectory: string): boolean {
  const listed = spawnSync("ps", ["-p", String(pid), "-o", "stat=,command="], { encoding: "utf8" }).stdout ?? "";
  return !/^\s*Z/.test(listed) && listed.includes("postgres") && listed.includes(dataDirectory);
}
