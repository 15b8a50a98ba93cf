import { requireCode, requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { isBoundToUnits, Role } from "../role";
import { ApiKey, ApiKeySecret, KEY_ROLES, KeyCredentials, hashSecret } from "./api-key";

export interface CreateApiKeyInput {
  readonly code: string;
  readonly description?: string | null;
  readonly role: Role;
  readonly businessUnits?: readonly string[] | null;
  readonly datasets?: readonly string[] | null;
  readonly expiresInDays?: number | null;
}

export interface CreateApiKeyPorts {
  now(): Date;
  subject(): string;
  newKeyId(): string;
  newSecret(): string;
  /** The datasets that a role may export. */
  datasetsOf(role: Role): readonly string[];
  /** Codes of these that are units of the programme. */
  knownUnits(codes: readonly string[]): Promise<ReadonlySet<string>>;
  findByCode(code: string): Promise<ApiKey | null>;
  saveKey(key: ApiKey, secret: ApiKeySecret): Promise<void>;
  audit(key: ApiKey, secret: ApiKeySecret): Promise<void>;
}

/** A key and what is shown of it this once. */
export interface MadeKey { readonly key: ApiKey; readonly credentials: KeyCredentials; readonly expiresAt: Date }

const DAY_MS = 86_400_000;
export const LONGEST_DAYS = 366;
export const USUAL_DAYS = 90;

/** Makes a key for a service account and answers its secret, this once. CONFLICT for a code that was ever given: rotate that key. */
export async function createApiKey(ports: CreateApiKeyPorts, input: CreateApiKeyInput): Promise<MadeKey> {
  const code = requireCode(input.code, ["code"]);
  const description = input.description ? requireText(input.description, ["description"], 500) : null;
  if (!KEY_ROLES.includes(input.role)) throw new Refusal("BAD_USER_INPUT", `A key cannot have the role ${input.role}: people administer. Use one of ${KEY_ROLES.join(", ")}.`, ["role"]);
  const businessUnits = await requireUnits(ports, input.role, input.businessUnits ?? []);
  const datasets = requireDatasets(ports, input.role, input.datasets ?? null);
  const expiresAt = expiryOf(ports.now(), input.expiresInDays);
  if (await ports.findByCode(code)) throw new Refusal("CONFLICT", `A key with the code ${code} exists. Rotate it for a new secret, or choose another code: one that was revoked is not given again.`, ["code"]);
  const secret = ports.newSecret();
  const key: ApiKey = { keyId: ports.newKeyId(), code, description, role: input.role, businessUnits, datasets, createdAt: ports.now(), createdBy: ports.subject() };
  const stored: ApiKeySecret = { version: 1, secretHash: hashSecret(secret), expiresAt, previousUntil: null };
  await ports.saveKey(key, stored);
  await ports.audit(key, stored);
  return { key, credentials: { keyId: key.keyId, secret }, expiresAt };
}

/** When a secret made now ends; BAD_USER_INPUT for a life that is not 1 to 366 days. */
export function expiryOf(now: Date, days: number | null | undefined): Date {
  const given = days ?? USUAL_DAYS;
  if (!Number.isInteger(given) || given < 1 || given > LONGEST_DAYS) throw new Refusal("BAD_USER_INPUT", `expiresInDays must be 1 to ${LONGEST_DAYS}. Rotate the key before it ends.`, ["expiresInDays"]);
  return new Date(now.getTime() + given * DAY_MS);
}

async function requireUnits(ports: CreateApiKeyPorts, role: Role, given: readonly string[]): Promise<string[]> {
  const units = [...new Set(given)].sort();
  if (!isBoundToUnits(role)) {
    if (units.length > 0) throw new Refusal("BAD_USER_INPUT", `The role ${role} is not bound to business units. Leave businessUnits out, or use BUSINESS_UNIT.`, ["businessUnits"]);
    return [];
  }
  if (units.length === 0 || units.length > 500) throw new Refusal("BAD_USER_INPUT", `A key of the role ${role} names 1 to 500 business units.`, ["businessUnits"]);
  const known = await ports.knownUnits(units);
  const unknown = units.find((each) => !known.has(each));
  if (unknown !== undefined) throw new Refusal("NOT_FOUND", `There is no business unit ${unknown.slice(0, 64)}.`, ["businessUnits"]);
  return units;
}

function requireDatasets(ports: CreateApiKeyPorts, role: Role, given: readonly string[] | null): string[] | null {
  if (given === null) return null;
  const readable = ports.datasetsOf(role);
  const foreign = given.find((each) => !readable.includes(each));
  if (foreign !== undefined || given.length === 0) {
    const fault = foreign === undefined ? "A key without any dataset reads nothing." : `The role ${role} exports no dataset ${foreign.slice(0, 64)}.`;
    throw new Refusal("BAD_USER_INPUT", `${fault} ${readable.length > 0 ? `It may have ${readable.join(", ")}.` : "It exports none: leave datasets out."}`, ["datasets"]);
  }
  return [...new Set(given)].sort();
}
