import { ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program of ours in a process of its own. */
export interface Child {
  readonly pid: number;
  /** What the awaited line of its output held. */
  readonly found: string;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 120_000;
const GONE_WITHIN_MS = 30_000;

/**
 * Starts a script of ours and resolves when a line of its output matches `ready`. Node runs as `npm start` runs it; the
 * environment is ours without settings of the product; BENCH_NODE_ARGS goes to node, for profiles.
 */
export function startChild(script: string, environment: Readonly<Record<string, string>>, ready: RegExp): Promise<Child> {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("APPORTION_") && name !== "DATABASE_URL"));
  const nodeArguments = (process.env.BENCH_NODE_ARGS ?? "").split(" ").filter((each) => each !== "");
  const child = spawn(process.execPath, ["--enable-source-maps", "--max-semi-space-size=64", ...nodeArguments, script], { env: { ...kept, ...environment }, stdio: ["ignore", "pipe", "inherit"] });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${script} was not ready in time`));
    }, READY_WITHIN_MS);
    child.once("error", reject);
    void gone.then(() => {
      clearTimeout(timer);
      reject(new Error(`${script} ended before it was ready`));
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const match = ready.exec(line);
      if (!match) return;
      clearTimeout(timer);
      resolve({ pid: child.pid!, found: match[1] ?? "", stop: () => stop(child, gone) });
    });
  });
}

async function stop(child: ChildProcess, gone: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), GONE_WITHIN_MS);
  await gone;
  clearTimeout(timer);
}
