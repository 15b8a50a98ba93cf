import { CommanderError } from "commander";
import { ConfigError } from "../app/config";
import { exitStatusOf } from "../app/refusals";

/** The command line was not understood, or leaves open which programme is meant; the message says what to write. */
export class UsageError extends Error {}

const USAGE = 2;
const UNREACHABLE = 5;

const NO_CONNECTION: ReadonlySet<string> = new Set([
  "ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "57P01", "57P02", "57P03", "53300",
]);
const WRONG_ADDRESS: ReadonlySet<string> = new Set(["28000", "28P01", "3D000", "ERR_INVALID_URL"]);
const SAYS_NO_CONNECTION = /timeout expired|connection timeout|Connection terminated|the database system is/i;

/** What a command ended with: 0 ok, 1 failed, 2 usage or configuration, 3 invalid input, 4 conflict, 5 unreachable. */
export function exitStatus(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (error instanceof UsageError || error instanceof ConfigError) return USAGE;
  if (isUnreachable(error)) return UNREACHABLE;
  if (isWrongAddress(error)) return USAGE;
  return exitStatusOf(error);
}

/** The sentence for the person at the terminal; null when it has been told already. */
export function sentenceOf(error: unknown): string | null {
  if (error instanceof CommanderError) return null;
  const first = causes(error).find((cause) => cause.message !== "");
  const message = first?.message ?? String(error);
  if (isUnreachable(error)) return `The database does not answer (${message}). Does it run, and does DATABASE_URL name it?`;
  if (isWrongAddress(error)) return `The database turned us away: ${message}. Correct DATABASE_URL or APPORTION_MIGRATION_URL; "apportion init" makes both.`;
  return message;
}

/** True when nobody answered at the address of the database. */
export function isUnreachable(error: unknown): boolean {
  return causes(error).some(({ code, message }) => NO_CONNECTION.has(code) || code.startsWith("08") || (code === "" && SAYS_NO_CONNECTION.test(message)));
}

function isWrongAddress(error: unknown): boolean {
  return causes(error).some(({ code }) => WRONG_ADDRESS.has(code));
}

/** The error with everything that it wraps: a refused connection to a name with two addresses is a bundle of errors. */
function causes(error: unknown): Array<{ readonly code: string; readonly message: string }> {
  const found: Array<{ code: string; message: string }> = [];
  const seen = new Set<unknown>();
  const visit = (each: unknown): void => {
    if (!(each instanceof Error) || seen.has(each)) return;
    seen.add(each);
    const { code, errors, driverError, cause } = each as Error & { code?: unknown; errors?: unknown; driverError?: unknown };
    found.push({ code: typeof code === "string" ? code : "", message: each.message });
    for (const inner of [...(Array.isArray(errors) ? (errors as unknown[]) : []), driverError, cause]) visit(inner);
  };
  visit(error);
  return found;
}
