import "reflect-metadata";
import { setTimeout as pause } from "node:timers/promises";
import { runCommand } from "../../src/cli/run-command";

/** What the process is asked to run, as a shell would say it. */
export interface CommandCall {
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How a command ended: its exit status, and what it wrote. */
export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** `open` is what would have kept a process of the command's own from ending. */
export type CommandAnswer = Ended & { readonly open: readonly string[] };

const PATIENCE_MS = 20_000;

/** Keeps what is written to a stream, until `release` answers it. */
function capture(stream: NodeJS.WriteStream): () => string {
  const kept: string[] = [];
  const write = stream.write;
  stream.write = ((chunk: string | Uint8Array) => kept.push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString()) > 0) as typeof stream.write;
  return () => {
    stream.write = write;
    return kept.join("");
  };
}

/** What keeps the process alive beyond what did before; connections that were just ended get the time to go. */
async function leftOpen(before: readonly string[]): Promise<string[]> {
  for (const startedMs = performance.now(); ; await pause(2)) {
    const open = process.getActiveResourcesInfo();
    for (const kind of before) if (open.includes(kind)) open.splice(open.indexOf(kind), 1);
    if (open.length === 0 || performance.now() - startedMs > PATIENCE_MS) return open;
  }
}

async function answer({ args, folder, environment }: CommandCall): Promise<CommandAnswer> {
  process.chdir(folder);
  process.env = { ...environment };
  process.exitCode = 0;
  // The first use of a stream opens it: where both are pipes they would count as left open by the first command.
  const [out, err] = [capture(process.stdout), capture(process.stderr)];
  const before = process.getActiveResourcesInfo();
  await runCommand([process.execPath, "apportion", ...args]);
  const [status, open] = [process.exitCode as number, await leftOpen(before)];
  process.exitCode = 0;
  return { status, out: out(), err: err(), open };
}

/** One process for many commands, one after the other: loading the program takes longer than most of them. */
let turn: Promise<unknown> = Promise.resolve();
process.on("message", (call: CommandCall) => void (turn = turn.then(async () => process.send!(await answer(call)))));
