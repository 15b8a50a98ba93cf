import { ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TokenConfig } from "../../src/app/config";
import { ownToken } from "../../src/app/installation";
import { signToken } from "../../src/app/token";
import { systemClock } from "../../src/kernel/clock";
import { Role } from "../../src/tenancy";
import { Door } from "../support/builders";
import { Actor, Answer } from "../support/server";
import { send, statusOf } from "./client";
import { leaveBehindNothing } from "./leftovers";

const MAIN = join(__dirname, "..", "..", "src", "main.js");
const READY_WITHIN_MS = 120_000;
const GONE_WITHIN_MS = 90_000;

/** A folder that the database's user may enter; gone with `remove`, or when the proofs end. */
export function scratchFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "apportion-prove-"));
  chmodSync(path, 0o755);
  return { path, remove: leaveBehindNothing(() => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })) };
}

/** The product as `npm start` runs it, on a folder: started, killed, stopped and started again on one port. */
export class Product {
  private child: ChildProcess | null = null;
  private gone: Promise<number | null> = Promise.resolve(null);
  private complaints = "";
  origin = "";

  /** Without settings of a database it runs the embedded one on the folder. */
  constructor(readonly folder: string, private readonly settings: Readonly<Record<string, string>> = {}, private readonly token: TokenConfig | null = null) {}

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The last it said on standard error. */
  get lastWords(): string {
    return this.complaints.slice(-4_000);
  }

  /** Starts the process, without waiting until it is ready. */
  async launch(): Promise<void> {
    if (this.origin === "") this.origin = `http://127.0.0.1:${await freePort()}`;
    const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("APPORTION_") && name !== "DATABASE_URL"));
    const environment = { ...kept, APPORTION_DATA_DIR: this.folder, APPORTION_DEMO: "off", PORT: new URL(this.origin).port, LOG_LEVEL: "error", ...this.settings };
    const child = spawn(process.execPath, ["--enable-source-maps", MAIN], { env: environment, stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.on("data", (chunk: Buffer) => (this.complaints = (this.complaints + chunk.toString()).slice(-20_000)));
    const end = leaveBehindNothing(() => void child.kill("SIGKILL"));
    this.child = child;
    this.gone = new Promise((resolve) => child.once("exit", (code) => {
      end();
      resolve(code);
    }));
  }

  /** Waits until it answers that it is ready; throws with its own words when it ends before. */
  async ready(): Promise<void> {
    for (const began = Date.now(); (await statusOf(this.origin, "/readyz")) !== 200; await new Promise((resolve) => setTimeout(resolve, 5))) {
      if (!this.isAlive) throw new Error(`the server ended before it was ready: ${this.lastWords}`);
      if (Date.now() - began > READY_WITHIN_MS) throw new Error(`the server was not ready in time: ${this.lastWords}`);
    }
  }

  async start(): Promise<void> {
    await this.launch();
    await this.ready();
  }

  /** kill -9; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.child?.kill("SIGKILL");
    await this.gone;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Waits until it has ended by itself and answers its exit code; null when a signal ended it. */
  ended(): Promise<number | null> {
    return this.gone;
  }

  /** Ends it cleanly and answers its exit code; kills it when it does not go. */
  async stop(): Promise<number | null> {
    if (!this.isAlive) return this.gone;
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.child?.kill("SIGKILL"), GONE_WITHIN_MS);
    const code = await this.gone;
    clearTimeout(timer);
    return code;
  }

  sign(role: Role, options: { subject?: string; programme?: string | null; businessUnits?: string[] } = {}): string {
    const { subject = `prove-${role.toLowerCase()}`, programme = "acme", businessUnits = [] } = options;
    return signToken(this.token ?? ownToken(this.folder), { role, subject, programme, businessUnits, ttlSeconds: 43_200 }, systemClock);
  }

  /** The same doors that the builders of the tests use. */
  get door(): Door {
    return {
      as: (role, options): Actor => {
        const token = this.sign(role, options);
        return { token, ask: (query, variables) => this.ask(token, query, variables) };
      },
    };
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- proofs read what they asked for
  private async ask<T = any>(token: string, query: string, variables: unknown): Promise<Answer<T>> {
    const { status, body, data } = await send(this.origin, token, query, variables);
    if (status === 0) throw new Error(`no answer: ${body}`);
    const { errors, extensions } = JSON.parse(body) as Pick<Answer, "errors" | "extensions">;
    return { status, body, data: data as T, errors, extensions, headers: new Headers() };
  }
}

/** A port that nobody listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
