import { Command, InvalidArgumentError } from "commander";
import { KEY_ROLES, LONGEST_DAYS, LONGEST_OVERLAP_HOURS, MadeKey, Role, USUAL_DAYS, USUAL_OVERLAP_HOURS, bearerOf, createApiKey, isRole, revokeApiKey, rotateApiKey, statusOf } from "../tenancy";
import { datasetsOf } from "../exports/dataset-list.query";
import { systemClock } from "../kernel/clock";
import { createApiKeyPorts, revokeApiKeyPorts, rotateApiKeyPorts } from "../tenancy/keys/api-key-ports.store";
import { StoredApiKey, listApiKeys } from "../tenancy/keys/api-keys.query";
import { print, say, table } from "./output";
import { CommonOptions, recordAudit, withCommonOptions, withProgramme } from "./session";

interface CreateOptions extends CommonOptions {
  readonly role: Role;
  readonly businessUnit?: readonly string[];
  readonly dataset?: readonly string[];
  readonly description?: string;
  readonly days?: number;
}

interface RotateOptions extends CommonOptions {
  readonly overlapHours?: number;
  readonly days?: number;
}

/** `keys`: the keys of service accounts. A secret is printed once, on standard output, and stored as a hash. */
export function registerKeys(keys: Command): void {
  withCommonOptions(keys.command("create"))
    .description("make a key for a service account; its secret is printed this once")
    .argument("<code>", "name of the service account, for example power-bi")
    .requiredOption("--role <role>", `one of ${KEY_ROLES.join(", ")}, in any case`, readRole)
    .option("--business-unit <code...>", "units it may touch: for BUSINESS_UNIT, OPERATOR and INTEGRATION")
    .option("--dataset <name...>", "restricts it to exports of these")
    .option("--description <text>", "what it is for")
    .option("--days <number>", `life of the secret, 1 to ${LONGEST_DAYS} (default: ${USUAL_DAYS})`, readWhole)
    .action(async (code: string, options: CreateOptions) => show(options, await withProgramme(options, ({ database, scope }) => database.withTenant(scope, (tx) => createApiKey(createApiKeyPorts(tx, recordAudit, systemClock, datasetsOf), {
      code, role: options.role, description: options.description, businessUnits: options.businessUnit, datasets: options.dataset, expiresInDays: options.days,
    })))));
  withCommonOptions(keys.command("rotate"))
    .description("give a key a new secret, printed this once; the old one holds for the overlap")
    .argument("<code>", "code of the key")
    .option("--overlap-hours <number>", `how long the old secret is still good, 0 to ${LONGEST_OVERLAP_HOURS} (default: ${USUAL_OVERLAP_HOURS})`, readWhole)
    .option("--days <number>", `life of the new secret, 1 to ${LONGEST_DAYS} (default: ${USUAL_DAYS})`, readWhole)
    .action(async (code: string, options: RotateOptions) => show(options, await withProgramme(options, ({ database, scope }) => database.withTenant(scope, (tx) => rotateApiKey(rotateApiKeyPorts(tx, recordAudit, systemClock), { code, overlapHours: options.overlapHours, expiresInDays: options.days })))));
  withCommonOptions(keys.command("revoke"))
    .description("end a key with all its secrets, at once and for ever")
    .argument("<code>", "code of the key")
    .requiredOption("--reason <text>", "why")
    .action(async (code: string, options: CommonOptions & { reason: string }) => {
      const key = await withProgramme(options, ({ database, scope }) => database.withTenant(scope, (tx) => revokeApiKey(revokeApiKeyPorts(tx, recordAudit, systemClock), { code, reason: options.reason })));
      print(options, { code: key.code, keyId: key.keyId, status: "REVOKED" }, `${key.code} is revoked`);
    });
  withCommonOptions(keys.command("list"))
    .description("the keys of the programme, without their secrets")
    .action(async (options: CommonOptions) => {
      const found = await withProgramme(options, ({ database, scope }) => database.withTenant(scope, async (tx) => {
        const all: StoredApiKey[] = [];
        for (let after: string | null = null, more = true; more; ) {
          const page = await listApiKeys(tx, { first: 500, after });
          all.push(...page.edges.map(({ node }) => node));
          after = page.pageInfo.endCursor;
          more = page.pageInfo.hasNextPage;
        }
        return all;
      }));
      const rows = found.map(({ key, secrets, revocation, lastUsedAt }) => ({ code: key.code, keyId: key.keyId, role: key.role, businessUnits: key.businessUnits, datasets: key.datasets, status: statusOf(secrets, revocation, systemClock.now()), expiresAt: secrets[secrets.length - 1]!.expiresAt, lastUsedAt }));
      print(options, rows, table(["code", "role", "business units", "datasets", "status", "expires", "last used"], rows.map((row) => [row.code, row.role, row.businessUnits.join(" "), row.datasets?.join(" ") ?? "all of the role", row.status, day(row.expiresAt), row.lastUsedAt ? row.lastUsedAt.toISOString() : "never"])));
    });
}

const day = (at: Date): string => at.toISOString().slice(0, 10);

function show(options: CommonOptions, { key, credentials, expiresAt }: MadeKey): void {
  say(`${key.code} (${key.role}) until ${day(expiresAt)}. Keep the secret: it is not shown again.`);
  print(options, { code: key.code, ...credentials, bearerToken: bearerOf(credentials), expiresAt }, `${credentials.keyId}:${credentials.secret}`);
}

function readRole(text: string): Role {
  const role = text.toUpperCase().replace(/-/g, "_");
  if (isRole(role)) return role;
  throw new InvalidArgumentError(`Use one of ${KEY_ROLES.join(", ")}.`);
}

function readWhole(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a whole number.");
}
