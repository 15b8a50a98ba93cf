import { closeSync, existsSync, readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Place } from "./choose-place";
import { writeWhole } from "./folders";
import { choosePort, isFree } from "./free-port";
import { launchServer, watchServer, type Launched } from "./launch-server";
import { leaseHolds, openLease } from "./lease";
import { endLeftovers, findPostmaster, removeStalePidFile, type Postmaster } from "./postmaster";
import { lastLogLines } from "./server-settings";
import { trouble } from "./trouble";
import { waitUntilReady } from "./wait-until-ready";

const SETTLE_MS = 3_000;
const JOIN_WITHIN_MS = 120_000;
const LAUNCHES = 5;

/** Everything that stays the same while one cluster is in use. */
export interface Cluster {
  place: Place;
  programs: string;
  password: string;
  log: (message: string) => void;
}

/** This process's share in a running server. */
export interface Share {
  lease: number;
  port: number;
  /** Present when this process started the server. */
  launched: Launched | undefined;
}

/**
 * Joins the live server of the cluster, or starts one; resolves when it accepts connections. Of two processes that
 * start at once, one starts the server and the other joins it. A server that is shutting down is waited for.
 * `port` insists on a port. Throws an Error with the server's own words when it does not start.
 */
export async function joinServer(cluster: Cluster, port?: number): Promise<Share> {
  const folder = cluster.place.clusterDirectory;
  const data = join(folder, "data");
  const began = Date.now();
  let launches = 1;
  let oddSince: number | undefined;
  while (Date.now() - began < JOIN_WITHIN_MS) {
    const live = findPostmaster(data);
    let lease = openLease(folder);
    // A server without a watchdog, or the reverse, is normal for a moment while one starts or stops.
    const odd = (live !== undefined) !== (lease !== undefined);
    oddSince = odd ? (oddSince ?? Date.now()) : undefined;
    const settled = oddSince === undefined || Date.now() - oddSince > SETTLE_MS;
    if (live && lease === undefined && settled && !live.stopping) {
      cluster.log("PostgreSQL runs without its watchdog; it gets a new one.");
      lease = watchServer(cluster.place, live.pid);
    }
    if (live && lease !== undefined && (await answers(cluster, live, lease))) return { lease, port: live.port, launched: undefined };
    if (lease !== undefined) closeSync(lease);
    if (!live && settled) {
      if (lease !== undefined) requireSameMachine(folder);
      if (removeStalePidFile(data)) cluster.log("Removed the pid file of a server that is gone.");
      if (launches > LAUNCHES) throw trouble(`it ended right after each of ${LAUNCHES} starts. Look into ${folder}/log.`);
      const outcome = await launch(cluster, port);
      if (typeof outcome === "object") return outcome;
      if (outcome === "failed") launches += 1;
    }
    await pause(50);
  }
  throw trouble(`the server of ${data} has been starting or stopping for ${JOIN_WITHIN_MS / 1000} s. Look into ${folder}/log.`);
}

async function answers(cluster: Cluster, live: Postmaster, lease: number): Promise<boolean> {
  const data = join(cluster.place.clusterDirectory, "data");
  const address = { port: live.port, password: cluster.password, dataDirectory: data };
  const gone = (): boolean => !leaseHolds(lease) || findPostmaster(data)?.pid !== live.pid;
  return (await waitUntilReady(address, gone, cluster.log)) && !gone();
}

/** A share in a new server, or that it failed or was held up for a reason that may be gone at the next attempt. */
async function launch(cluster: Cluster, insisted: number | undefined): Promise<Share | "failed" | "held up"> {
  const { place, programs, password, log } = cluster;
  const port = insisted ?? (await choosePort(place.clusterDirectory));
  writeWhole(machinePath(place.clusterDirectory), machine(), 0o644);
  const launched = launchServer(place, programs, port);
  const address = { port, password, dataDirectory: join(place.clusterDirectory, "data") };
  try {
    if (await waitUntilReady(address, () => launched.ended !== undefined, log)) return { lease: launched.lease, port, launched };
  } catch (error) {
    closeSync(launched.lease);
    throw error;
  }
  closeSync(launched.lease);
  const complaint = launched.ended?.complaint ?? "";
  if (complaint.includes("shared memory block")) {
    endLeftovers(address.dataDirectory);
    return "held up";
  }
  // Another process of ours was quicker, or the port was taken meanwhile.
  const portTaken = !(await isFree(port));
  if (!complaint.includes("lock file") && !findPostmaster(address.dataDirectory) && !portTaken) {
    throw trouble(`it ended with ${launched.ended?.status}: ${[complaint, lastLogLines(place.clusterDirectory)].filter(Boolean).join("\n")}`);
  }
  await pause(portTaken && insisted !== undefined ? 2_000 : 200);
  return "failed";
}

/** A watchdog whose server cannot be seen: in another container over the same folder it guards a live server. */
function requireSameMachine(folder: string): void {
  const path = machinePath(folder);
  if (!existsSync(path) || readFileSync(path, "utf8") === machine()) return;
  throw trouble(`${folder} is in use by a server in another container. Stop that one, or name another folder with APPORTION_DATA_DIR.`);
}

function machinePath(folder: string): string {
  return join(folder, "started-in");
}

function machine(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return hostname();
  }
}
