import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, closeSync, constants, existsSync, fchmodSync, fchownSync, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { errno, trouble } from "./trouble";

/** Who owns a folder or file. */
export interface Owner {
  uid: number;
  gid: number;
}

/**
 * Makes a folder and the missing ones above it, one by one: a recursive mkdir would give every one of them the leaf's
 * mode, and an unprivileged server could then not reach its own data. An existing folder is left as it is.
 */
export function makeFolder(path: string, mode: number, owner?: Owner): void {
  if (existsSync(path)) return;
  if (!existsSync(dirname(path))) makeFolder(dirname(path), 0o755);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (errno(error) === "EEXIST") return;
    throw trouble(`the folder ${path} cannot be made (${errno(error)}). Make it, or name another with APPORTION_DATA_DIR.`, error);
  }
  // The umask may have taken bits away that the server needs.
  chmodSync(path, mode);
  if (owner) chownSync(path, owner.uid, owner.gid);
}

/** Throws unless the path is a real folder of one of these users that nobody else may write to: its contents get executed. */
export function requireTrustedFolder(path: string, uids: readonly number[]): void {
  const found = lstatSync(path);
  if (!found.isDirectory()) throw trouble(`${path} is not a folder. Remove it.`);
  if (!uids.includes(found.uid)) throw trouble(`${path} belongs to user id ${found.uid}. Run as that user, or remove the folder.`);
  if ((found.mode & 0o022) !== 0) throw trouble(`other users may write to ${path}. Look who did, then "chmod go-w" it.`);
}

/**
 * Writes a small file so that a reader sees all of it or nothing, also after a power cut.
 * A new name and a rename never follow a link that somebody else put there.
 */
export function writeWhole(path: string, text: string, mode: number, owner?: Owner): void {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const file = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeSync(file, text);
    fchmodSync(file, mode);
    if (owner) fchownSync(file, owner.uid, owner.gid);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

/** Makes a rename inside this folder survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
