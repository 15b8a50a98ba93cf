import { Command } from "commander";
import { Config, operatingSystemUser, readConfig } from "../app/config";
import { Installation, openInstallation } from "../app/installation";
import { auditStore } from "../governance/audit.store";
import { Refusal } from "../kernel/refusal";
import { Principal, Programme, Scope } from "../tenancy";
import { Database } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { programmeStore } from "../tenancy/tenancy.store";
import { UsageError } from "./exit-status";
import { say } from "./output";

/** Options of every command that acts on the data of a programme. */
export interface CommonOptions {
  readonly programme?: string;
  readonly subject?: string;
  readonly json?: boolean;
}

/** An installation, and the whole of one programme seen by its administrator. */
export interface Session {
  readonly installation: Installation;
  readonly database: Database;
  readonly scope: Scope;
}

/** The audit trail, as every verb records in it. */
export const recordAudit: RecordAudit = (tx, note) => auditStore(tx).record(note);

/** Adds the options that commands on the data of a programme share. */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--programme <code>", "the programme; may be left out when there is only one")
    .option("--subject <name>", "who acts, as the audit trail shows it (default: your user name)")
    .option("--json", "print JSON");
}

/** The principal of the command line: whoever is logged in, as administrator. */
export function administrator(subject: string | undefined, programme: string | null): Principal {
  return { subject: subject ?? operatingSystemUser(), role: "ADMIN", programme, businessUnits: [] };
}

/** What the installation says while it opens; silent when LOG_LEVEL asks for less than info. */
export function logOf(config: Config): (message: string) => void {
  return ["fatal", "error", "warn", "silent"].includes(config.logLevel) ? () => undefined : say;
}

/** Opens the configured installation, does the work and lets go of it; a database that others use stays up. */
export async function withInstallation<T>(work: (installation: Installation) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const installation = await openInstallation(config, logOf(config));
  try {
    return await work(installation);
  } finally {
    await installation.close();
  }
}

/** As `withInstallation`, inside the programme that the options name; without a name there must be exactly one. */
export function withProgramme<T>(options: CommonOptions, work: (session: Session) => Promise<T>): Promise<T> {
  return withInstallation(async (installation) => {
    const programme = chooseProgramme(await listProgrammes(installation), options.programme);
    const scope: Scope = { principal: administrator(options.subject, programme.code), programme, reach: "programme", unitIds: [] };
    return work({ installation, database: installation.database, scope });
  });
}

/** Every programme of the installation, by code. */
export function listProgrammes(installation: Installation): Promise<Programme[]> {
  return installation.database.withInstallation("authentication", (tx) => programmeStore(tx).listProgrammes());
}

/** The programme of that code (NOT_FOUND when there is none), or the only one (UsageError when there is not one only). */
export function chooseProgramme(programmes: readonly Programme[], code: string | undefined): Programme {
  const codes = programmes.map((programme) => programme.code).join(", ");
  if (code !== undefined) {
    const found = programmes.find((programme) => programme.code === code);
    if (found) return found;
    throw new Refusal("NOT_FOUND", `There is no programme ${code.slice(0, 64)}. ${codes === "" ? "None has been made yet." : `There is ${codes}.`}`, ["programme"]);
  }
  if (programmes.length === 1) return programmes[0]!;
  if (programmes.length === 0) throw new UsageError('There is no programme yet. Make one with "apportion programme create".');
  throw new UsageError(`There are several programmes. Say which with --programme: ${codes}.`);
}
