import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { exitStatus, sentenceOf } from "./exit-status";

const EXIT_STATUSES = `
Exit status: 0 ok, 1 failed, 2 usage or configuration, 3 invalid input, 4 conflict (for example a closed period),
5 the database does not answer. Data goes to standard output, everything else to standard error.
The database is that of DATABASE_URL, or the embedded one under APPORTION_DATA_DIR.`;

type Register = (program: Command) => void;

/** What adds a command, by its first word. It is loaded when it is asked for: one command needs little of what all of them need. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  init: async () => (await import("./init.command.js")).registerInit,
  migrate: async () => (await import("./migrate.command.js")).registerMigrate,
  doctor: async () => (await import("./doctor.command.js")).registerDoctor,
  seed: async () => (await import("./seed.command.js")).registerSeed,
  programme: async () => {
    const { registerProgrammeCreate } = await import("./programme-create.command.js");
    return (program) => registerProgrammeCreate(program.command("programme").description("programmes"));
  },
  token: async () => (await import("./token.command.js")).registerToken,
  keys: async () => {
    const { registerKeys } = await import("./keys.command.js");
    return (program) => registerKeys(program.command("keys").description("keys of service accounts"));
  },
  bi: async () => {
    const { registerBi } = await import("./bi.command.js");
    return (program) => registerBi(program.command("bi").description("logins of the database for tools that read SQL"));
  },
  import: async () => {
    const [{ registerImportUsage }, { registerImportCosts }, { registerImportVendor }] = await Promise.all([import("./import-usage.command.js"), import("./import-costs.command.js"), import("./import-vendor.command.js")]);
    return (program) => {
      const imports = program.command("import").description("bring in usage and costs from files");
      for (const register of [registerImportUsage, registerImportCosts, registerImportVendor]) register(imports);
    };
  },
  allocate: async () => (await import("./allocate.command.js")).registerAllocate,
  close: async () => (await import("./close.command.js")).registerClose,
  explain: async () => (await import("./explain.command.js")).registerExplain,
  statements: async () => (await import("./statements.command.js")).registerStatements,
  statement: async () => (await import("./statement.command.js")).registerStatement,
  budgets: async () => (await import("./budgets.command.js")).registerBudgets,
  journal: async () => (await import("./journal.command.js")).registerJournal,
  export: async () => (await import("./export.command.js")).registerExport,
  verify: async () => (await import("./verify.command.js")).registerVerify,
  backup: async () => (await import("./backup.command.js")).registerBackup,
  restore: async () => (await import("./restore.command.js")).registerRestore,
  reseal: async () => (await import("./reseal.command.js")).registerReseal,
};

/** The command line with the command that the first word names, or with all of them: for help, and for a word that is none. Faults of usage are thrown, so that one place decides on the exit status. */
async function commandLine(words: readonly string[]): Promise<Command> {
  const program = new Command("apportion").description("What a voice-AI programme costs, divided exactly.").exitOverride().showHelpAfterError("(--help tells more)");
  program.version(packageVersion(), "--version", "print the version").addHelpText("after", EXIT_STATUSES);
  const named = Object.entries(COMMANDS).filter(([word]) => word === words[0]);
  for (const [, load] of named.length > 0 ? named : Object.entries(COMMANDS)) (await load())(program);
  return program;
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8")) as { version: string }).version;
}

/** Runs the command that `argv` names from its third word on, and sets the exit status of the process. Answers when it is done. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  // The embedded server does not keep a process alive: waiting for its end alone would end this one, and with success.
  const awake = setInterval(() => undefined, 60_000);
  try {
    await (await commandLine(argv.slice(2))).parseAsync(argv);
  } catch (error) {
    process.exitCode = exitStatus(error);
    const sentence = sentenceOf(error);
    if (sentence !== null) process.stderr.write(`apportion: ${sentence}\n`);
    if (process.exitCode === 1 && process.env.LOG_LEVEL === "debug") process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  } finally {
    clearInterval(awake);
  }
}
