import { randomBytes } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const ABANDONED_AFTER_MS = 10 * 60_000;
const DRAFT = /\.making-[0-9a-f]{12}$/;

/** A name of its own for a folder that will be renamed to `path` when it is finished. */
export function draftName(path: string): string {
  return `${path}.making-${randomBytes(6).toString("hex")}`;
}

/** Removes drafts that a killed process left in the folder. */
export function removeAbandonedDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!DRAFT.test(name)) continue;
    const path = join(folder, name);
    // By age and not by process id: another container may be at work in a shared folder.
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > ABANDONED_AFTER_MS) rmSync(path, { recursive: true, force: true });
  }
}
