import { closeSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { choosePlace } from "./choose-place";
import { joinServer, type Cluster, type Share } from "./join-server";
import { signIn } from "./lease";
import { makeCluster, readSuperuserPassword } from "./make-cluster";
import { locateNativePackage } from "./native-package";
import { preparePrograms } from "./prepare-programs";
import { leaveServer } from "./stop-server";
import { adminUrlOf } from "./wait-until-ready";

const LONGEST_PAUSE_MS = 30_000;
const CALM_AFTER_MS = 60_000;

/** A PostgreSQL server that this process may use until it calls `stop`. */
export interface EmbeddedPostgres {
  /** Connection string of the superuser. Holds its password: not for logs. */
  adminUrl: string;
  /** Where data, log and password are. The given data folder, unless PostgreSQL's user cannot reach that. */
  stateDirectory: string;
  port: number;
  /** "attached" when a server of another process (or of an earlier start in this one) was joined. */
  startedAs: "started" | "attached";
  /**
   * Gives the server back. The last process to do so, or to die, shuts it down; this then waits until it is gone.
   * May be called twice. Throws when the server does not end in about a minute.
   */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that comes with the npm packages on a data folder, or joins the one that runs there, and resolves
 * when it accepts connections (on 127.0.0.1 only). The first start makes the database. A server that crashes is started
 * again on the same port while the process that started it lives. Throws an Error for people that says what to do.
 */
export async function startEmbeddedPostgres(options: { dataDirectory: string; log: (message: string) => void }): Promise<EmbeddedPostgres> {
  const { log } = options;
  const native = locateNativePackage();
  const place = choosePlace(options.dataDirectory, native.major);
  if (place.stateDirectory !== resolve(options.dataDirectory)) {
    log(`PostgreSQL cannot reach ${resolve(options.dataDirectory)} as an unprivileged user; its data is in ${place.stateDirectory}.`);
  }
  const programs = preparePrograms(native, place, log);
  await makeCluster(place, programs, log);
  const cluster: Cluster = { place, programs, password: readSuperuserPassword(place.clusterDirectory), log };
  const share = await joinServer(cluster);
  const signOut = signIn(place.clusterDirectory);
  const keeper = share.launched ? keepRunning(cluster, share) : { letGo: () => Promise.resolve(share) };
  let stopped: Promise<void> | undefined;
  return {
    adminUrl: adminUrlOf({ port: share.port, password: cluster.password }),
    stateDirectory: place.stateDirectory,
    port: share.port,
    startedAs: share.launched ? "started" : "attached",
    stop: () => (stopped ??= keeper.letGo().then((last) => leaveServer(place.clusterDirectory, last, signOut))),
  };
}

/**
 * Starts the server again whenever it crashes, and again when that fails (a full disk, say), with pauses that grow to half
 * a minute. `letGo` ends that and returns the share held last.
 */
function keepRunning(cluster: Cluster, first: Share): { letGo(): Promise<Share> } {
  let share = first;
  let wanted = true;
  let inRow = 0;
  let restarting: Promise<void> = Promise.resolve();

  const restart = async (): Promise<void> => {
    // A calm status means that somebody shut it down on purpose.
    if (!wanted || share.launched?.ended?.status === 0) return;
    cluster.log("PostgreSQL crashed; starting it again.");
    try {
      const next = await joinServer(cluster, share.port);
      closeSync(share.lease);
      share = next;
      cluster.log("PostgreSQL is back.");
      watch();
    } catch (error) {
      cluster.log(`${(error as Error).message} It is tried again.`);
      void soon();
    }
  };
  const soon = async (): Promise<void> => {
    inRow += 1;
    await pause(Math.min(50 * 2 ** inRow, LONGEST_PAUSE_MS), undefined, { ref: false });
    if (wanted) restarting = restart();
  };
  const watch = (): void => {
    const since = Date.now();
    void share.launched?.end.then(() => {
      if (Date.now() - since > CALM_AFTER_MS) inRow = 0;
      return soon();
    });
  };
  watch();
  return {
    letGo: async () => {
      wanted = false;
      await restarting;
      return share;
    },
  };
}
