import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { makeFolder, requireTrustedFolder, type Owner } from "./folders";
import { canEnter, isRoot, ownerOfExisting, unprivilegedUser } from "./server-user";
import { trouble } from "./trouble";

/** Where the database lives, and as whom it runs. */
export interface Place {
  stateDirectory: string;
  /** One folder per major version of PostgreSQL, so that a new major never touches the data of an old one. */
  clusterDirectory: string;
  /** Undefined when the server runs as we do. */
  user: Owner | undefined;
  /** A folder for a copy of the programs, made when asked for: the package's own folder may be unreadable or read-only. */
  programsHome(): string;
}

/**
 * Decides on the place. An ordinary user keeps everything under the data folder. Root must hand the server to another
 * user; where that user cannot reach the data folder (a project under /root), a system folder keyed by its path is used.
 * Throws an Error that says what to do when there is no such folder or it cannot be trusted.
 */
export function choosePlace(dataDirectory: string, major: number): Place {
  const wanted = resolve(dataDirectory);
  const cluster = `pg${major}`;
  if (!isRoot()) {
    return { stateDirectory: wanted, clusterDirectory: join(wanted, cluster), user: undefined, programsHome: () => wanted };
  }
  const user = ownerOfExisting(join(wanted, cluster, "data")) ?? unprivilegedUser();
  if (canEnter(user, wanted)) {
    return { stateDirectory: wanted, clusterDirectory: join(wanted, cluster), user, programsHome: () => systemFolder(user) };
  }
  const system = systemFolder(user);
  const state = join(system, createHash("sha256").update(realPath(wanted)).digest("hex").slice(0, 16));
  return {
    stateDirectory: state,
    clusterDirectory: join(state, cluster),
    user: ownerOfExisting(join(state, cluster, "data")) ?? user,
    programsHome: () => system,
  };
}

/** The data folder may not exist yet, but links above it must not give one project two databases. */
function realPath(path: string): string {
  if (existsSync(path) || path === dirname(path)) return realpathSync(path);
  return join(realPath(dirname(path)), path.slice(dirname(path).length));
}

function systemFolder(user: Owner): string {
  const homes = [process.env.XDG_STATE_HOME, "/var/lib", "/usr/local/var", "/srv"].filter(
    (home): home is string => home !== undefined && isAbsolute(home) && existsSync(home),
  );
  for (const home of homes) {
    const folder = join(home, "apportion");
    if (!existsSync(folder) && !writable(home)) continue;
    // In a folder of somebody else, ours could be swapped for another.
    const above = statSync(home);
    if (above.uid !== 0 || (above.mode & 0o022) !== 0 || !canEnter(user, home)) continue;
    makeFolder(folder, 0o755);
    requireTrustedFolder(folder, [0]);
    if (canEnter(user, folder) && writable(folder)) return folder;
  }
  throw trouble(
    `user id ${user.uid}, which it must run as, cannot reach the project, and none of ${homes.join(", ")} can hold its files. ` +
      "Name a folder that every user can reach with APPORTION_DATA_DIR, or run as an ordinary user.",
  );
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
