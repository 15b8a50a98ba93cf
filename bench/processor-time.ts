import { readFileSync, readdirSync } from "node:fs";

const TICK_MS = 10;

/** Processor time that a process used, in milliseconds; null where the system does not tell. */
export function processorMs(pid: number): number | null {
  const fields = statOf(pid);
  return fields === null ? null : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The same for a process, its living children and those that it has seen end. */
export function familyMs(pid: number): number | null {
  const fields = statOf(pid);
  if (fields === null) return null;
  let ticks = Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const child = statOf(Number(name));
    if (child?.[1] === String(pid)) ticks += Number(child[11]) + Number(child[12]);
  }
  return ticks * TICK_MS;
}

/** What a process holds in memory, in MB; null where the system does not tell. */
export function residentMb(pid: number): number | null {
  try {
    return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024);
  } catch {
    return null;
  }
}

/** The fields of /proc/<pid>/stat from the third on. */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
