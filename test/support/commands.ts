import { ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import type { CommandAnswer, CommandCall, Ended } from "./command-host";

export type { Ended } from "./command-host";

const CLI = resolve(__dirname, "../../dist/src/cli/apportion.js");
const HOST = resolve(__dirname, "../../dist/test/support/command-host.js");

/** The command line in a folder. */
export interface Commands {
  /** Runs a command in one process with the others, one at a time. Fails when it leaves anything open that would keep a process of its own from ending. */
  run(args: readonly string[], environment?: Record<string, string>): Promise<Ended>;
  /** Runs a command as a shell does, in a process of its own. */
  spawn(args: readonly string[], environment?: Record<string, string>): Promise<Ended>;
  end(): Promise<void>;
}

export function commandsIn(folder: string, environment: Record<string, string> = {}): Commands {
  let host: ChildProcess | undefined;
  const environmentOf = (more: Record<string, string>): Record<string, string> => ({ PATH: process.env.PATH!, HOME: folder, ...environment, ...more });
  return {
    run: (args, more = {}) => new Promise((done, fail) => {
      const running = (host ??= fork(HOST, [], { cwd: folder, execArgv: [], env: environmentOf({}) }));
      const told = `"apportion ${args.join(" ")}"`;
      const died = (status: number | null): void => fail(new Error(`${told} ended its process with ${status}`));
      running.once("exit", died);
      running.once("message", ({ open, ...ended }: CommandAnswer) => {
        running.off("exit", died);
        if (open.length > 0) fail(new Error(`${told} leaves open: ${open.join(", ")}`));
        else done(ended);
      });
      const call: CommandCall = { args, folder, environment: environmentOf(more) };
      running.send(call);
    }),
    spawn: (args, more = {}) => new Promise((done) => {
      execFile(process.execPath, [CLI, ...args], { cwd: folder, env: environmentOf(more) }, (error, out, err) => done({ status: error === null ? 0 : Number(error.code), out, err }));
    }),
    async end() {
      if (host === undefined || host.exitCode !== null) return;
      const ended = once(host, "exit");
      host.disconnect();
      await ended;
    },
  };
}
