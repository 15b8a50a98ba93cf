import { requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { Provider } from "../providers/provider";
import { ProviderConnection, ProviderKey, isOpen, noConnection, requireSecret } from "./connection";

export interface RotateProviderKeyInput {
  readonly connectionId: string;
  /** The one that the provider gave; null: one is made. */
  readonly secret: string | null;
  /** From when on the new key holds; null: from now on. */
  readonly notBefore: Date | null;
  readonly expiresAt: Date | null;
  /** How long the keys so far hold beside it. */
  readonly overlapSeconds: number;
  readonly idempotencyKey: string | null;
  readonly reason: string | null;
}

export interface NewKey {
  readonly notBefore: Date;
  readonly expiresAt: Date | null;
  readonly secret: string;
  readonly idempotencyKey: string | null;
}

export interface RotateProviderKeyPorts {
  readonly nowMs: number;
  find(id: string): Promise<ProviderConnection | null>;
  findByIdempotencyKey(connection: ProviderConnection, idempotencyKey: string): Promise<boolean>;
  holdsSecret(connection: ProviderConnection, secret: string): Promise<boolean>;
  newSecret(provider: Provider): string;
  saveKey(connection: ProviderConnection, key: NewKey): Promise<void>;
  endKey(key: ProviderKey, endsAt: Date, reason: string | null): Promise<void>;
  audit(action: string, before: ProviderConnection, after: ProviderConnection, reason: string | null): Promise<void>;
}

export const LONGEST_OVERLAP_SECONDS = 30 * 86_400;
const MOST_KEYS = 10;

/**
 * Gives a connection a further key; those so far end when the overlap after the new one's beginning is over. Answers the
 * connection and, when a secret was made, that secret, this once. A secret that it holds already in a key that does not
 * end, or an idempotencyKey that was used for it, changes nothing; one whose key is about to end gets a further key. NOT_FOUND for a connection that does not exist.
 */
export async function rotateProviderKey(ports: RotateProviderKeyPorts, input: RotateProviderKeyInput): Promise<{ connection: ProviderConnection; secret: string | null }> {
  const connection = await ports.find(input.connectionId);
  if (!connection) throw noConnection();
  const reason = input.reason === null ? null : requireText(input.reason, ["reason"], 500);
  const idempotencyKey = input.idempotencyKey === null ? null : requireText(input.idempotencyKey, ["idempotencyKey"]);
  const given = input.secret === null ? null : requireSecret(connection.provider, input.secret);
  const { overlapSeconds } = input;
  if (!Number.isSafeInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > LONGEST_OVERLAP_SECONDS) throw new Refusal("BAD_USER_INPUT", `overlapSeconds must be a whole number from 0 to ${LONGEST_OVERLAP_SECONDS}.`, ["overlapSeconds"]);
  const notBefore = input.notBefore ?? new Date(ports.nowMs);
  if (input.expiresAt !== null && (input.expiresAt <= notBefore || input.expiresAt.getTime() <= ports.nowMs)) throw new Refusal("BAD_USER_INPUT", "expiresAt must lie in the future and after notBefore.", ["expiresAt"]);
  if (idempotencyKey !== null && (await ports.findByIdempotencyKey(connection, idempotencyKey))) return { connection, secret: null };
  if (given !== null && (await ports.holdsSecret(connection, given))) return { connection, secret: null };
  const running = connection.keys.filter(({ endsAt }) => endsAt === null || endsAt.getTime() > ports.nowMs);
  if (running.length >= MOST_KEYS) throw new Refusal("LIMIT_EXCEEDED", `The connection has ${running.length} keys that have not ended, ${MOST_KEYS} are the most. Revoke some with revokeProviderKey.`, ["connection"]);
  const secret = given ?? ports.newSecret(connection.provider);
  await ports.saveKey(connection, { notBefore, expiresAt: input.expiresAt, secret, idempotencyKey });
  const endsAt = new Date(Math.max(notBefore.getTime() + overlapSeconds * 1000, ports.nowMs));
  for (const key of running) if (key.endsAt === null || key.endsAt > endsAt) await ports.endKey(key, endsAt, reason);
  const rotated = (await ports.find(connection.id))!;
  await ports.audit("rotateProviderKey", connection, rotated, reason);
  return { connection: rotated, secret: given === null ? secret : null };
}

export interface RevokeProviderKeyInput {
  readonly connectionId: string;
  readonly keyId: string;
  readonly reason: string;
}

/** Ends a key at once. One that has ended already stays as it is. NOT_FOUND for a connection or a key that does not exist. */
export async function revokeProviderKey(ports: Pick<RotateProviderKeyPorts, "nowMs" | "find" | "endKey" | "audit">, input: RevokeProviderKeyInput): Promise<ProviderConnection> {
  const connection = await ports.find(input.connectionId);
  if (!connection) throw noConnection();
  const reason = requireText(input.reason, ["reason"], 500);
  const key = connection.keys.find(({ id }) => id === input.keyId);
  if (!key) throw new Refusal("NOT_FOUND", "The connection has no such key. providerConnections lists them.", ["key"]);
  const now = new Date(ports.nowMs);
  if (!isOpen(key, ports.nowMs) && key.notBefore <= now) return connection;
  await ports.endKey(key, now, reason);
  const revoked = (await ports.find(connection.id))!;
  await ports.audit("revokeProviderKey", connection, revoked, reason);
  return revoked;
}
