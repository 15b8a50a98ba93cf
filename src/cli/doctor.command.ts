import { mkdirSync } from "node:fs";
import { Command } from "commander";
import { DataSource } from "typeorm";
import { Config, readConfig } from "../app/config";
import { connect } from "../app/data-source";
import { openDatabase } from "../app/installation";
import { systemClock } from "../kernel/clock";
import { Finding, checkBi, checkClock, checkColumns, checkDisk, checkMigrations, checkPublishedKeys, checkReadingRoles, checkRole, checkRowSecurity, checkVersion } from "./doctor-checks";
import { exitStatus, sentenceOf } from "./exit-status";
import { OutputOptions, print } from "./output";
import { logOf } from "./session";

const FAILED = 1;

/** `doctor`: looks at everything that an installation stands on and says what to do; changes nothing, not even migrates. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("look at configuration, published keys, database, roles, migrations, row-level security, disk and clock")
    .option("--json", "print JSON")
    .action(async (options: OutputOptions) => {
      const findings: Finding[] = [];
      const tell = (finding: Finding): void => {
        findings.push(finding);
        if (!options.json) print(options, finding, inWords(finding));
      };
      const status = await examine(tell);
      if (options.json) print(options, { ok: status === 0, findings }, "");
      process.exitCode = status;
    });
}

/** Tells each finding as it is made. Answers the exit status: that of what made going on senseless, else 1 when anything failed. */
async function examine(tell: (finding: Finding) => void): Promise<number> {
  let isWell = true;
  const note = (finding: Finding): void => {
    isWell &&= finding.ok;
    tell(finding.ok ? { name: finding.name, ok: true, found: finding.found } : finding);
  };
  let stage: Pick<Finding, "name" | "advice"> = { name: "configuration", advice: "Correct the environment; .env.example names every setting." };
  try {
    const config = readConfig(process.env);
    note({ name: "configuration", ok: true, found: config.databaseUrl === null ? `embedded database under ${config.dataDirectory}` : "DATABASE_URL" });
    if (config.token?.key.kind === "keySet") note(await checkPublishedKeys(config.token.key.url));
    stage = { name: "database" };
    await examineDatabase(config, note);
  } catch (error) {
    const status = exitStatus(error);
    note({ ...stage, ok: false, found: sentenceOf(error) ?? String(error) });
    return status;
  }
  return isWell ? 0 : FAILED;
}

async function examineDatabase(config: Config, note: (finding: Finding) => void): Promise<void> {
  if (config.databaseUrl === null) {
    mkdirSync(config.dataDirectory, { recursive: true });
    note(checkDisk(config.dataDirectory));
  }
  const urls = await openDatabase(config, logOf(config));
  try {
    await withConnection(urls.apiUrl, "serve", async (api) => {
      note({ name: "database", ok: true, found: "answers" });
      note(await checkVersion(api));
      note(await checkRole(api));
      note(await checkReadingRoles(api));
      if (urls.ownerUrl === null) note(await checkColumns(api));
      else note(await withConnection(urls.ownerUrl, "migrate", checkMigrations));
      note(await checkRowSecurity(api));
      note(await checkBi(api));
      note(await checkClock(api, systemClock));
    });
  } finally {
    await urls.stop();
  }
}

async function withConnection<T>(url: string, purpose: "serve" | "migrate", work: (database: DataSource) => Promise<T>): Promise<T> {
  const database = await connect(url, { purpose, poolSize: 1 }).initialize();
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}

function inWords({ name, ok, found, advice }: Finding): string {
  return `${ok ? "ok  " : "FAIL"}  ${name.padEnd(20)} ${found}${ok || !advice ? "" : `\n      ${advice}`}`;
}
