#!/usr/bin/env node
import "reflect-metadata";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { registerAllocate } from "./allocate.command";
import { registerBackup } from "./backup.command";
import { registerBudgets } from "./budgets.command";
import { registerClose } from "./close.command";
import { registerDoctor } from "./doctor.command";
import { exitStatus, sentenceOf } from "./exit-status";
import { registerExplain } from "./explain.command";
import { registerExport } from "./export.command";
import { registerImportCosts } from "./import-costs.command";
import { registerImportUsage } from "./import-usage.command";
import { registerImportVendor } from "./import-vendor.command";
import { registerInit } from "./init.command";
import { registerJournal } from "./journal.command";
import { registerKeys } from "./keys.command";
import { registerMigrate } from "./migrate.command";
import { registerProgrammeCreate } from "./programme-create.command";
import { registerReseal } from "./reseal.command";
import { registerRestore } from "./restore.command";
import { registerSeed } from "./seed.command";
import { registerStatements } from "./statements.command";
import { registerToken } from "./token.command";
import { registerVerify } from "./verify.command";

const EXIT_STATUSES = `
Exit status: 0 ok, 1 failed, 2 usage or configuration, 3 invalid input, 4 conflict (for example a closed period),
5 the database does not answer. Data goes to standard output, everything else to standard error.
The database is that of DATABASE_URL, or the embedded one under APPORTION_DATA_DIR.`;

/** The whole command line. Faults of usage are thrown, so that one place decides on the exit status. */
function commandLine(): Command {
  const program = new Command("apportion").description("What a voice-AI programme costs, divided exactly.").exitOverride().showHelpAfterError("(--help tells more)");
  program.version(packageVersion(), "--version", "print the version").addHelpText("after", EXIT_STATUSES);
  registerInit(program);
  registerMigrate(program);
  registerDoctor(program);
  registerSeed(program);
  registerProgrammeCreate(program.command("programme").description("programmes"));
  registerToken(program);
  registerKeys(program.command("keys").description("keys of service accounts"));
  const imports = program.command("import").description("bring in usage and costs from files");
  registerImportUsage(imports);
  registerImportCosts(imports);
  registerImportVendor(imports);
  registerAllocate(program);
  registerClose(program);
  registerExplain(program);
  registerStatements(program);
  registerBudgets(program);
  registerJournal(program);
  registerExport(program);
  registerVerify(program);
  registerBackup(program);
  registerRestore(program);
  registerReseal(program);
  return program;
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8")) as { version: string }).version;
}

/** Runs the command and sets the exit status; ends by itself, so that a pipe gets everything that was written. */
async function main(): Promise<void> {
  // Whoever reads our output may stop before its end, as `head` does.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  // The embedded server does not keep a process alive: waiting for its end alone would end this one, and with success.
  const awake = setInterval(() => undefined, 60_000);
  try {
    await commandLine().parseAsync(process.argv);
  } catch (error) {
    process.exitCode = exitStatus(error);
    const sentence = sentenceOf(error);
    if (sentence !== null) process.stderr.write(`apportion: ${sentence}\n`);
    if (process.exitCode === 1 && process.env.LOG_LEVEL === "debug") process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  } finally {
    clearInterval(awake);
  }
}

void main();
