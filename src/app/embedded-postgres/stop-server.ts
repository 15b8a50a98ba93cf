import { closeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Share } from "./join-server";
import { openLease, othersSignedIn } from "./lease";
import { findPostmaster, runsOn } from "./postmaster";
import { trouble } from "./trouble";

const OTHERS_SHOW_AFTER_MS = 1_000;
const FAST_SHUTDOWN_MS = 60_000;
const GIVE_UP_MS = 75_000;

/**
 * Gives the share back. When it was the last one the watchdog shuts the server down fast (open transactions are rolled
 * back) and this waits until it is gone; while others use the server it returns at once. Throws when the server will not go.
 */
export async function leaveServer(clusterDirectory: string, share: Share, signOut: () => void): Promise<void> {
  const data = join(clusterDirectory, "data");
  const pid = findPostmaster(data)?.pid;
  closeSync(share.lease);
  signOut();
  if (pid === undefined || othersSignedIn(clusterDirectory)) return;
  const began = Date.now();
  let forced = false;
  while (runsOn(pid, data)) {
    const waited = Date.now() - began;
    // A process we cannot see (another container) may hold a share.
    if (waited > OTHERS_SHOW_AFTER_MS && isWatched(clusterDirectory)) return;
    if (waited > GIVE_UP_MS) throw trouble(`process ${pid} does not end. Look into ${clusterDirectory}/log.`);
    if (waited > FAST_SHUTDOWN_MS && !forced) {
      forced = true;
      // Immediate shutdown: nothing is lost, the next start recovers from the log of changes.
      process.kill(pid, "SIGQUIT");
    }
    await pause(20);
  }
  // The child does not hold this process open, so something must: else it ends here, before its caller is done.
  const awake = setInterval(() => undefined, GIVE_UP_MS);
  await share.launched?.end.finally(() => clearInterval(awake));
  clearInterval(awake);
}

function isWatched(clusterDirectory: string): boolean {
  const probe = openLease(clusterDirectory);
  if (probe === undefined) return false;
  closeSync(probe);
  return true;
}
