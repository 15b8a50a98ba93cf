import { Command } from "commander";
import { requireVault } from "../metering";
import { OutputOptions, count, print, say } from "./output";
import { ProgrammeSeals, reseal } from "./reseal";
import { listProgrammes, withInstallation } from "./session";

const FAILED = 1;

interface ResealOptions extends OutputOptions {
  readonly dryRun?: boolean;
  readonly subject?: string;
}

/** `reseal`: seals stored secrets under APPORTION_SECRETS_KEY that are still under the previous key. Safe to repeat; ends with 1 when neither key opens some. */
export function registerReseal(program: Command): void {
  program
    .command("reseal")
    .description("seal stored secrets of voice providers under APPORTION_SECRETS_KEY that APPORTION_SECRETS_KEY_PREVIOUS still opens")
    .option("--dry-run", "only say how many")
    .option("--subject <name>", "who acts, as the audit trail shows it (default: your user name)")
    .option("--json", "print JSON")
    .action(async (options: ResealOptions) => {
      const isDryRun = options.dryRun === true;
      const programmes = await withInstallation(async (installation) => reseal(installation.database, await listProgrammes(installation), requireVault(installation.vault), { subject: options.subject, isDryRun }));
      const sumOf = (key: "current" | "resealed" | "unreadable"): number => programmes.reduce((sum, each) => sum + each[key], 0);
      const total = { current: sumOf("current"), resealed: sumOf("resealed"), unreadable: sumOf("unreadable") };
      print(options, { dryRun: isDryRun, ...total, programmes }, [...programmes.map((each) => inWords(each, isDryRun)), `in all: ${told(total, isDryRun)}`].join("\n"));
      if (total.unreadable === 0) return;
      say("Neither key opens some secrets: set APPORTION_SECRETS_KEY_PREVIOUS to the key that they were kept under, or give them anew with rotateProviderKey.");
      process.exitCode = FAILED;
    });
}

const inWords = ({ programme, ...tally }: ProgrammeSeals, isDryRun: boolean): string => `${programme}: ${told(tally, isDryRun)}`;

function told({ current, resealed, unreadable }: Omit<ProgrammeSeals, "programme">, isDryRun: boolean): string {
  return `${count(resealed)} ${isDryRun ? "to be sealed anew" : "sealed anew"}, ${count(current)} under the current key already, ${count(unreadable)} unreadable`;
}
