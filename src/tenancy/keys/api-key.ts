import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { Role } from "../role";

/** How a service account presents itself: a role and its reach under one id, with secrets that can be exchanged. The secrets are no part of it. */
export interface ApiKey {
  /** Opaque; the user name of Basic. It leads to the programme, whose rows nobody sees without knowing it. */
  readonly keyId: string;
  /** Name of the service account, unique in the programme for ever. */
  readonly code: string;
  readonly description: string | null;
  readonly role: Role;
  /** Codes of the units it may touch; empty for roles that are not bound to units. */
  readonly businessUnits: readonly string[];
  /** The datasets it may export, and then nothing else; null: all that its role may read. */
  readonly datasets: readonly string[] | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** A secret as it is stored. */
export interface ApiKeySecret {
  /** 1 for the first. */
  readonly version: number;
  /** SHA-256 of the secret. It has 256 random bits, so that nothing slower would protect it better. */
  readonly secretHash: string;
  /** From this instant on it is worth nothing. */
  readonly expiresAt: Date;
  /** What the secrets before it are still good for at the longest; null for the first. */
  readonly previousUntil: Date | null;
}

export interface ApiKeyRevocation {
  readonly revokedAt: Date;
  readonly revokedBy: string;
  readonly reason: string;
}

export const API_KEY_STATUSES = ["ACTIVE", "EXPIRED", "REVOKED"] as const;
export type ApiKeyStatus = (typeof API_KEY_STATUSES)[number];

/** Everything that a key may be given: people administer. */
export const KEY_ROLES: readonly Role[] = ["FINANCE", "BUSINESS_UNIT", "EXECUTIVE", "INTEGRATION", "PROGRAMME_LEAD", "STEERING", "OPERATOR", "AUDITOR"];

/** The last use is noted when the one noted before is older than this: no write for every request. */
export const USE_NOTED_EVERY_MS = 60_000;

const PREFIX = "apk_";
const ID = /^apk_[A-Za-z0-9_-]{32}$/;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

export function newKeyId(programmeId: string): string {
  return `${PREFIX}${Buffer.concat([Buffer.from(programmeId.replaceAll("-", ""), "hex"), randomBytes(8)]).toString("base64url")}`;
}

/** The programme that a key id leads to; null for what is no key id. */
export function programmeOfKey(keyId: string): string | null {
  if (!ID.test(keyId)) return null;
  const hex = Buffer.from(keyId.slice(PREFIX.length), "base64url").toString("hex").slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex");
}

/** What is presented: id and secret. */
export interface KeyCredentials { readonly keyId: string; readonly secret: string }

/** The text of a bearer token that holds a key. */
export const bearerOf = ({ keyId, secret }: KeyCredentials): string => `${keyId}.${secret}`;

/** True for a bearer token that claims to hold a key. */
export const isKeyBearer = (token: string): boolean => token.startsWith(PREFIX);

/** Key id and secret of a bearer token; null when it is not of that form. */
export function readBearer(token: string): KeyCredentials | null {
  const dot = token.indexOf(".");
  return dot < 0 ? null : checked(token.slice(0, dot), token.slice(dot + 1));
}

/** Key id and secret of what stands behind "Basic"; null when it is not of that form. */
export function readBasic(encoded: string): KeyCredentials | null {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? null : checked(text.slice(0, colon), text.slice(colon + 1));
}

const checked = (keyId: string, secret: string): KeyCredentials | null => (ID.test(keyId) && SECRET.test(secret) ? { keyId, secret } : null);

/** The instant from which a secret is worth nothing: its own end, or what a later one left it. `secrets` are those of one key. */
export function endOf(secret: ApiKeySecret, secrets: readonly ApiKeySecret[]): Date {
  const ends = secrets.flatMap((each) => (each.version > secret.version && each.previousUntil ? [each.previousUntil.getTime()] : []));
  return new Date(Math.min(secret.expiresAt.getTime(), ...ends));
}

/** True when one of the secrets that hold now is this one. Every stored secret is compared, and each in constant time. */
export function isGood(secret: string, secrets: readonly ApiKeySecret[], nowMs: number): boolean {
  const given = Buffer.from(hashSecret(secret), "hex");
  let good = false;
  // Of a key that does not exist as much is compared as of one that does.
  for (const each of secrets.length > 0 ? secrets : [NOBODYS]) {
    const same = timingSafeEqual(given, Buffer.from(each.secretHash, "hex"));
    if (same && nowMs < endOf(each, secrets).getTime()) good = true;
  }
  return good;
}

const NOBODYS: ApiKeySecret = { version: 1, secretHash: "0".repeat(64), expiresAt: new Date(0), previousUntil: null };

/** How a key stands. The end of the newest secret is the key's. */
export function statusOf(secrets: readonly ApiKeySecret[], revocation: ApiKeyRevocation | null, nowMs: number): ApiKeyStatus {
  if (revocation) return "REVOKED";
  return secrets.some((each) => nowMs < endOf(each, secrets).getTime()) ? "ACTIVE" : "EXPIRED";
}

/** The subject under which a key acts. */
export const subjectOfKey = (code: string): string => `key:${code}`;
