import { lstatSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { errno } from "./trouble";

interface Link {
  source: string;
  target: string;
}

/**
 * Makes the library links that an npm package cannot carry; its install script would, but scripts are often switched off.
 * Returns false when the folder may not be written to.
 */
export function makeProgramLinks(nativeDirectory: string): boolean {
  for (const { source, target } of listLinks(nativeDirectory)) {
    const link = join(dirname(nativeDirectory), target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      // Another process of ours may be doing the same.
      if (errno(error) !== "EEXIST") return false;
    }
  }
  return true;
}

function listLinks(nativeDirectory: string): Link[] {
  try {
    return JSON.parse(readFileSync(join(nativeDirectory, "pg-symlinks.json"), "utf8")) as Link[];
  } catch (error) {
    // Platforms whose libraries need no links ship no list.
    if (errno(error) === "ENOENT") return [];
    throw error;
  }
}
