import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { draftName, removeAbandonedDrafts } from "./drafts";
import { makeFolder, requireTrustedFolder } from "./folders";
import type { NativePackage } from "./native-package";
import { makeProgramLinks } from "./program-links";
import { errno, trouble } from "./trouble";

/**
 * A copy of the programs that every user can read, made once per version; returns its folder.
 * A rename puts it in place whole, so two processes may copy at once and a killed one leaves nothing half done.
 * Throws when the copy that is there belongs to somebody else, or when it cannot be made.
 */
export function copyPrograms(native: NativePackage, home: string, log: (message: string) => void): string {
  makeFolder(home, 0o755);
  const place = join(home, `programs-${native.platform}-${native.version}`);
  const copy = join(place, "native");
  if (!existsSync(place)) {
    log(`Copying the PostgreSQL programs to ${place} (once).`);
    removeAbandonedDrafts(home);
    const draft = draftName(place);
    try {
      mkdirSync(draft);
      chmodSync(draft, 0o755);
      copyTree(native.directory, join(draft, "native"));
      makeProgramLinks(join(draft, "native"));
      renameSync(draft, place);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      if (errno(error) !== "ENOTEMPTY" && errno(error) !== "EEXIST") {
        throw trouble(`its programs cannot be copied to ${place} (${errno(error)}). Free or open that folder.`, error);
      }
    }
  }
  for (const folder of [place, copy]) requireTrustedFolder(folder, [process.getuid?.() ?? 0, 0]);
  return copy;
}

function copyTree(from: string, to: string): void {
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (!entry.name.endsWith(".a")) {
      copyFileSync(source, target, constants.COPYFILE_FICLONE);
      // Set, not kept: a strict umask at install time is one of the reasons to be here.
      chmodSync(target, basename(from) === "bin" || (statSync(source).mode & 0o100) !== 0 ? 0o755 : 0o644);
    }
  }
}
