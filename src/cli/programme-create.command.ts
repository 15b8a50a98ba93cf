import { Command } from "commander";
import { createProgramme } from "../tenancy";
import { createProgrammePorts } from "../tenancy/tenancy-ports.store";
import { print } from "./output";
import { administrator, recordAudit, withInstallation } from "./session";

interface ProgrammeOptions {
  readonly code: string;
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly subject?: string;
  readonly json?: boolean;
}

/** `programme create`: makes a programme; the same call again answers the one that is there. */
export function registerProgrammeCreate(programmes: Command): void {
  programmes
    .command("create")
    .description("make a programme; currency and time zone cannot be changed later")
    .requiredOption("--code <code>", "1 to 64 letters, digits, '.', '_' or '-'")
    .requiredOption("--name <name>", "its name for people")
    .requiredOption("--currency <code>", "ISO 4217, for example GBP")
    .requiredOption("--time-zone <zone>", "IANA name, for example Europe/London; months and days are those of this zone")
    .option("--subject <name>", "who acts, as the audit trail shows it (default: your user name)")
    .option("--json", "print JSON")
    .action(async (options: ProgrammeOptions) => {
      const principal = administrator(options.subject, null);
      const { code, name, currency, timeZone } = options;
      const programme = await withInstallation(({ database }) =>
        database.withInstallation(principal, (tx) => createProgramme(createProgrammePorts(tx, principal, recordAudit), { code, name, currency, timeZone })));
      print(options, { code: programme.code, name: programme.name, currency: programme.currency, timeZone: programme.timeZone }, `The programme ${programme.code} stands: ${programme.name}, ${programme.currency}, ${programme.timeZone}.`);
    });
}
