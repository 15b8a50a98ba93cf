import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "./choose-place";
import { copyPrograms } from "./copy-programs";
import type { NativePackage } from "./native-package";
import { makeProgramLinks } from "./program-links";
import { serverEnvironment } from "./server-user";
import { errno, trouble } from "./trouble";

interface Trial {
  works: boolean;
  /** True when a readable copy could help. */
  denied: boolean;
  reason: string;
}

/**
 * The folder with `initdb` and `postgres`, tried as the user that will run them. They are copied when the package's own
 * folder is read-only and lacks its links, or is out of that user's reach. Throws an Error that says what to do otherwise.
 */
export function preparePrograms(native: NativePackage, place: Place, log: (message: string) => void): string {
  const linked = makeProgramLinks(native.directory);
  const first = tryProgram(native.directory, place);
  if (first.works) return join(native.directory, "bin");
  if (linked && !first.denied) throw explain(native, first);
  const copy = copyPrograms(native, place.programsHome(), log);
  const second = tryProgram(copy, place);
  if (second.works) return join(copy, "bin");
  throw explain(native, second);
}

function tryProgram(nativeDirectory: string, place: Place): Trial {
  const program = join(nativeDirectory, "bin", "postgres");
  const run = spawnSync(program, ["--version"], { ...place.user, cwd: "/", env: serverEnvironment(), encoding: "utf8", timeout: 30_000 });
  if (run.error) return { works: false, denied: errno(run.error) === "EACCES", reason: `${program}: ${errno(run.error) ?? run.error.message}` };
  const reason = `${run.stderr ?? ""}`.trim() || `${program} ended with ${run.status ?? run.signal}`;
  return { works: run.status === 0, denied: reason.includes("Permission denied"), reason };
}

function explain(native: NativePackage, trial: Trial): Error {
  const program = join(native.directory, "bin", "postgres");
  if (!existsSync(program)) return trouble(`${program} is missing. Run "npm ci" again.`);
  // The kernel says "no such file" about the loader that the program names, not about the program.
  if (/ENOENT|GLIBC|not found/.test(trial.reason)) {
    return trouble(`its programs need glibc, which this system (Alpine?) lacks or has in an older version (${trial.reason}). Use a Debian, Ubuntu or Red Hat base.`);
  }
  if (trial.denied) return trouble(`its programs may not be executed (${trial.reason}). Is the folder mounted noexec?`);
  return trouble(`its programs do not run here (${trial.reason}). Was node_modules made on another kind of machine? Run "npm ci" on this one.`);
}
