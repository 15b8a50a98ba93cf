import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import type { Owner } from "./folders";
import { trouble } from "./trouble";

/**
 * Environment of every PostgreSQL program. Nothing is inherited but PATH: without a locale the database would become
 * SQL_ASCII, with one that is not installed it would not be made at all, and PG* or LD_* of the caller change behaviour.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

/** True when this process is root, under which PostgreSQL refuses to run. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The user to drop to when we are root: "postgres", else "nobody". Throws when the system has neither. */
export function unprivilegedUser(): Owner {
  const accounts = existsSync("/etc/passwd") ? readFileSync("/etc/passwd", "utf8").split("\n").map((line) => line.split(":")) : [];
  for (const wanted of ["postgres", "nobody"]) {
    const [, , uid, gid] = accounts.find(([name]) => name === wanted) ?? [];
    if (Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  throw trouble('it must not run as root, and /etc/passwd names neither "postgres" nor "nobody". Run as an ordinary user.');
}

/** The owner of data that exists already: the server must run as that user whoever we are. Undefined when there is none. */
export function ownerOfExisting(path: string): Owner | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

/** Throws when the user the server runs as has no name, which initdb demands. */
export function requireNamedUser(): void {
  if (isRoot()) return;
  try {
    userInfo();
  } catch (error) {
    throw trouble(`user id ${process.getuid?.()} has no entry in /etc/passwd, and PostgreSQL's initdb wants one. Add one.`, error);
  }
}

/** True when the user can get into the folder, or into the nearest folder above it that exists. Tried for real: modes alone miss access lists. */
export function canEnter(user: Owner, folder: string): boolean {
  let nearest = folder;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  const tried = spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", nearest], { ...user, cwd: "/", stdio: "ignore", env: serverEnvironment() });
  if (tried.error) {
    throw trouble(`this process is root but may not become user id ${user.uid} (${tried.error.message}). Run as an ordinary user.`, tried.error);
  }
  return tried.status === 0;
}
