import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Refusal } from "../kernel/refusal";

/**
 * The path of a file that was named on the command line. npm runs scripts in the folder of the package, so a path is
 * taken from the folder where npm was called.
 */
export function pathOf(name: string): string {
  const { npm_lifecycle_event: script, INIT_CWD: calledIn } = process.env;
  return resolve(script === "apportion" && calledIn ? calledIn : process.cwd(), name);
}

/** The JSON of a file; BAD_USER_INPUT when it cannot be read or is not JSON. */
export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Refusal("BAD_USER_INPUT", `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`);
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new Refusal("BAD_USER_INPUT", `${path} is not JSON: ${(error as Error).message}`);
  }
}
