import { Clock } from "../../kernel/clock";
import { TenantTransaction } from "../database.store";
import { RecordAudit } from "../request-context";
import { Role } from "../role";
import { tenancyStore } from "../tenancy.store";
import { ApiKey, ApiKeySecret, newKeyId, newSecret } from "./api-key";
import { findApiKey } from "./api-keys.query";
import { CreateApiKeyPorts } from "./create-api-key";
import { RevokeApiKeyPorts } from "./revoke-api-key";
import { RotateApiKeyPorts } from "./rotate-api-key";

/** What createApiKey needs, over one transaction. */
export function createApiKeyPorts(tx: TenantTransaction, record: RecordAudit, clock: Clock, datasetsOf: (role: Role) => readonly string[]): CreateApiKeyPorts {
  return {
    now: () => new Date(clock.now()),
    subject: () => tx.scope.principal.subject,
    newKeyId: () => newKeyId(tx.scope.programme.id),
    newSecret, datasetsOf,
    knownUnits: async (codes) => new Set((await tenancyStore(tx).unitIds(codes)).keys()),
    findByCode: async (code) => (await findApiKey(tx, { code }))?.key ?? null,
    saveKey: async (key, secret) => {
      await tx.query(
        "insert into tenancy.api_key (programme_id, key_id, code, description, role, business_units, datasets, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [tx.scope.programme.id, key.keyId, key.code, key.description, key.role, key.businessUnits, key.datasets, key.createdAt, key.createdBy],
      );
      await saveSecret(tx, key, secret, key.createdAt);
    },
    audit: (key, secret) => record(tx, { action: "createApiKey", subjectKind: "ApiKey", subjectKey: key.code, after: { ...key, expiresAt: secret.expiresAt } }),
  };
}

/** What rotateApiKey needs, over one transaction. */
export function rotateApiKeyPorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): RotateApiKeyPorts {
  return {
    now: () => new Date(clock.now()),
    newSecret,
    holdKey: (code) => holdKey(tx, code),
    saveSecret: (key, secret) => saveSecret(tx, key, secret, new Date(clock.now())),
    audit: (key, { version, expiresAt, previousUntil }) => record(tx, { action: "rotateApiKey", subjectKind: "ApiKey", subjectKey: key.code, after: { version, expiresAt, previousUntil } }),
  };
}

/** What revokeApiKey needs, over one transaction. */
export function revokeApiKeyPorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): RevokeApiKeyPorts {
  return {
    now: () => new Date(clock.now()),
    subject: () => tx.scope.principal.subject,
    holdKey: (code) => holdKey(tx, code),
    saveRevocation: async (key, { revokedAt, revokedBy, reason }) => void (await tx.query(
      "insert into tenancy.api_key_revocation (programme_id, key_id, reason, revoked_at, revoked_by) values ($1, $2, $3, $4, $5)", [tx.scope.programme.id, key.keyId, reason, revokedAt, revokedBy])),
    audit: (key, { reason, revokedAt }) => record(tx, { action: "revokeApiKey", subjectKind: "ApiKey", subjectKey: key.code, reason, after: { revokedAt } }),
  };
}

/** One key at a time is changed in a programme: two rotations at once would take the same version. */
async function holdKey(tx: TenantTransaction, code: string): ReturnType<RotateApiKeyPorts["holdKey"]> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 30))", [tx.scope.programme.id]);
  return findApiKey(tx, { code });
}

async function saveSecret(tx: TenantTransaction, key: ApiKey, secret: ApiKeySecret, at: Date): Promise<void> {
  await tx.query(
    "insert into tenancy.api_key_secret (programme_id, key_id, version, secret_hash, expires_at, previous_until, made_at, made_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    [tx.scope.programme.id, key.keyId, secret.version, secret.secretHash, secret.expiresAt, secret.previousUntil, at, tx.scope.principal.subject],
  );
}
