import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "./choose-place";
import { openPipe } from "./lease";
import { pidFile } from "./postmaster";
import { serverArguments } from "./server-settings";
import { serverEnvironment } from "./server-user";
import { trouble } from "./trouble";

const LAST_WORDS_MS = 20;

/** A server this process started. */
export interface Launched {
  /** This process's share in it: closing it, or dying, lets the watchdog stop the server when no other share is left. */
  lease: number;
  /** Set once the server has ended. */
  ended: { status: number | null; complaint: string } | undefined;
  /** Resolves when the server has ended. */
  end: Promise<void>;
}

/*
 * Both scripts ignore the signals that a terminal or a service manager sends to everybody at once: the program drains its
 * work first and then lets go. SIGINT is repeated because a server that is just starting may not listen for it yet.
 */
const RUN_AND_WATCH = `
trap '' HUP INT TERM
pidfile=$1; shift
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
(
  exec 2>/dev/null
  while read -r _; do :; done <&3
  exec 3<&-
  while :; do
    owner=; read -r owner <"$pidfile"
    case "$owner" in ""|"$server") ;; *) exit ;; esac
    kill -INT "$server" || exit
    sleep 1
  done
) &
watch=$!
exec 3<&-
wait "$server"
status=$?
kill -KILL "$watch" 2>/dev/null
exit $status`;

const WATCH_ONLY = `
trap '' HUP INT TERM
while read -r _; do :; done
exec </dev/null
while owner=; read -r owner <"$1" && [ "$owner" = "$2" ] && kill -INT "$2"; do sleep 1; done`;

/**
 * Starts the server and its watchdog in a session of their own. Does not wait until it is ready and does not keep this
 * process alive. Throws when the pipe cannot be made; a server that fails to start shows as `ended`.
 */
export function launchServer(place: Place, programs: string, port: number): Launched {
  const data = join(place.clusterDirectory, "data");
  const server = [join(programs, "postgres"), ...serverArguments(place.clusterDirectory, port)];
  return spawnOnPipe(place, RUN_AND_WATCH, [pidFile(data), ...server]);
}

/** Gives a live server whose watchdog was killed a new one; returns this process's share. */
export function watchServer(place: Place, pid: number): number {
  return spawnOnPipe(place, WATCH_ONLY, [pidFile(join(place.clusterDirectory, "data")), String(pid)]).lease;
}

function spawnOnPipe(place: Place, script: string, args: string[]): Launched {
  const { reading, writing } = openPipe(place.clusterDirectory, place.user);
  const child = spawn("/bin/sh", ["-c", script, "apportion-postgres", ...args], {
    ...place.user,
    cwd: "/",
    env: serverEnvironment(),
    detached: true,
    stdio: [reading, "ignore", "pipe"],
  });
  closeSync(reading);
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-8_000)));
  const launched: Launched = { lease: writing, ended: undefined, end: Promise.resolve() };
  launched.end = new Promise((done) => {
    const finish = (status: number | null, text: string): void => {
      launched.ended ??= { status, complaint: text };
      done();
    };
    child.once("error", (error) => finish(null, trouble(`/bin/sh does not start (${error.message}).`, error).message));
    // Not "close": sessions of a killed server keep the error stream open for as long as they go on computing.
    child.once("exit", (status) => setTimeout(() => finish(status, complaint.trim()), LAST_WORDS_MS));
  });
  child.unref();
  (child.stderr as unknown as { unref?: () => void } | null)?.unref?.();
  return launched;
}
