import { Refusal } from "../../kernel/refusal";
import { ApiKey, ApiKeyRevocation, ApiKeySecret, hashSecret } from "./api-key";
import { MadeKey, expiryOf } from "./create-api-key";

export interface RotateApiKeyInput {
  readonly code: string;
  /** How long the secrets before it are still good, in hours. */
  readonly overlapHours?: number | null;
  readonly expiresInDays?: number | null;
}

export interface RotateApiKeyPorts {
  now(): Date;
  newSecret(): string;
  /** The key of a code with its secrets, held until the transaction ends; null when there is none. */
  holdKey(code: string): Promise<{ readonly key: ApiKey; readonly secrets: readonly ApiKeySecret[]; readonly revocation: ApiKeyRevocation | null } | null>;
  saveSecret(key: ApiKey, secret: ApiKeySecret): Promise<void>;
  audit(key: ApiKey, secret: ApiKeySecret): Promise<void>;
}

export const LONGEST_OVERLAP_HOURS = 720;
export const USUAL_OVERLAP_HOURS = 24;

/** Gives a key a new secret, shown this once; those before it hold for the overlap and no longer. CONFLICT for a revoked key. */
export async function rotateApiKey(ports: RotateApiKeyPorts, input: RotateApiKeyInput): Promise<MadeKey> {
  const hours = input.overlapHours ?? USUAL_OVERLAP_HOURS;
  if (!Number.isInteger(hours) || hours < 0 || hours > LONGEST_OVERLAP_HOURS) throw new Refusal("BAD_USER_INPUT", `overlapHours must be 0 to ${LONGEST_OVERLAP_HOURS}.`, ["overlapHours"]);
  const now = ports.now();
  const expiresAt = expiryOf(now, input.expiresInDays);
  const found = await ports.holdKey(input.code);
  if (!found) throw noKey(input.code);
  if (found.revocation) throw new Refusal("CONFLICT", `The key ${input.code} was revoked. Make another one under another code.`, ["code"]);
  const secret = ports.newSecret();
  const stored: ApiKeySecret = { version: Math.max(...found.secrets.map(({ version }) => version)) + 1, secretHash: hashSecret(secret), expiresAt, previousUntil: new Date(now.getTime() + hours * 3_600_000) };
  await ports.saveSecret(found.key, stored);
  await ports.audit(found.key, stored);
  return { key: found.key, credentials: { keyId: found.key.keyId, secret }, expiresAt };
}

export const noKey = (code: string): Refusal => new Refusal("NOT_FOUND", `There is no key ${code.slice(0, 64)}.`, ["code"]);
