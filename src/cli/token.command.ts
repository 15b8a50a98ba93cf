import { Command, InvalidArgumentError } from "commander";
import { operatingSystemUser } from "../app/config";
import { Installation } from "../app/installation";
import { signToken } from "../app/token";
import { Programme, ROLES, Role, Scope, isBoundToUnits, isRole } from "../tenancy";
import { tenancyStore } from "../tenancy/tenancy.store";
import { UsageError } from "./exit-status";
import { print, say } from "./output";
import { administrator, chooseProgramme, listProgrammes, withInstallation } from "./session";

interface TokenOptions {
  readonly role: Role;
  readonly subject?: string;
  readonly businessUnit?: readonly string[];
  /** False: none at all. */
  readonly programme?: string | false;
  readonly ttl: number;
  readonly json?: boolean;
}

/** `token`: signs a token with the symmetric secret of the installation, or with the demo's own key. */
export function registerToken(program: Command): void {
  program
    .command("token")
    .description("sign a token; needs APPORTION_JWT_SECRET or the embedded database's own key")
    .requiredOption("--role <role>", `one of ${ROLES.join(", ")}, in any case`, readRole)
    .option("--subject <name>", "the person or system it is for (default: your user name)")
    .option("--business-unit <code...>", "units it may touch: for BUSINESS_UNIT, OPERATOR and INTEGRATION")
    .option("--programme <code>", "the programme; may be left out when there is only one")
    .option("--no-programme", "an administrator's token without a programme, for making new ones")
    .option("--ttl <time>", "how long it lives, for example 30m, 8h or 1d", readTtl, readTtl("8h"))
    .option("--json", "print JSON")
    .action(async (options: TokenOptions) => {
      const { role, businessUnit: units = [], ttl } = options;
      if (units.length > 0 && !isBoundToUnits(role)) throw new UsageError(`A token of the role ${role} is not bound to business units. Leave --business-unit out.`);
      const { token, programme } = await withInstallation(async (installation) => {
        const chosen = await programmeOf(installation, options);
        if (chosen) await warnOfUnits(installation, chosen, role, units);
        const subject = options.subject ?? operatingSystemUser();
        const signed = signToken(installation.token, { role, subject, programme: chosen?.code ?? null, businessUnits: units, ttlSeconds: ttl }, installation.clock);
        return { token: signed, programme: chosen?.code ?? null };
      });
      print(options, { token, role, programme, businessUnits: units, ttlSeconds: ttl }, token);
    });
}

async function programmeOf(installation: Installation, { role, programme }: TokenOptions): Promise<Programme | null> {
  if (programme === false) {
    if (role === "ADMIN") return null;
    throw new UsageError("Only a token of the role ADMIN may go without a programme.");
  }
  const programmes = await listProgrammes(installation);
  // Somebody has to be able to make the first programme.
  if (role === "ADMIN" && programme === undefined && programmes.length === 0) return null;
  return chooseProgramme(programmes, programme);
}

/** A token may be signed before its units are made, so a code that is not there is told and not refused. */
async function warnOfUnits(installation: Installation, programme: Programme, role: Role, units: readonly string[]): Promise<void> {
  if (!isBoundToUnits(role)) return;
  if (units.length === 0) return say(`This token names no business unit and so touches none. Add --business-unit.`);
  const scope: Scope = { principal: administrator(undefined, programme.code), programme, reach: "programme", unitIds: [] };
  const known = await installation.database.withTenant(scope, (tx) => tenancyStore(tx).unitIds(units));
  for (const code of units) if (!known.has(code)) say(`There is no business unit ${code} in ${programme.code} (yet).`);
}

function readRole(text: string): Role {
  const role = text.toUpperCase().replace(/-/g, "_");
  if (isRole(role)) return role;
  throw new InvalidArgumentError(`Use one of ${ROLES.join(", ")}.`);
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function readTtl(text: string): number {
  const match = /^([1-9]\d{0,6})([smhd])$/.exec(text);
  if (match) return Number(match[1]) * SECONDS[match[2]!]!;
  throw new InvalidArgumentError("Write a whole number and s, m, h or d, for example 8h.");
}
