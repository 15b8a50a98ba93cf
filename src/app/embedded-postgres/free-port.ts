import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { writeWhole } from "./folders";

/** The port this cluster used last when it is free, so that saved connections keep working; else any free one of 127.0.0.1. */
export async function choosePort(clusterDirectory: string): Promise<number> {
  const last = readPort(clusterDirectory);
  const chosen = last !== undefined && (await tryPort(last)) !== undefined ? last : await tryPort(0);
  if (chosen === undefined) throw new Error("127.0.0.1 has no free port.");
  if (chosen !== last) writeWhole(portPath(clusterDirectory), `${chosen}\n`, 0o644);
  return chosen;
}

/** True when nobody listens on the port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== undefined;
}

function readPort(clusterDirectory: string): number | undefined {
  try {
    const port = Number(readFileSync(portPath(clusterDirectory), "utf8"));
    return Number.isInteger(port) && port >= 1024 && port <= 65535 ? port : undefined;
  } catch {
    return undefined;
  }
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once("error", () => done(undefined));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address ? address.port : undefined));
    });
  });
}

function portPath(clusterDirectory: string): string {
  return join(clusterDirectory, "port");
}
