import { Database } from "../database.store";
import { Principal } from "../principal";
import { Scope } from "../scope";
import { ScopeResolver } from "../scope-resolver.store";
import { KeyCredentials, USE_NOTED_EVERY_MS, isGood, programmeOfKey, subjectOfKey } from "./api-key";
import { findApiKey } from "./api-keys.query";

/**
 * Whom a key speaks for, and null for one that is unknown, expired or revoked, without a difference. It is looked up every
 * time, so that a revoked key is refused at once. That it was used is noted, at most once a minute.
 */
export async function authenticateKey(database: Database, scopes: ScopeResolver, credentials: KeyCredentials, nowMs: number): Promise<Principal | null> {
  const programmeId = programmeOfKey(credentials.keyId);
  const programme = programmeId && (await scopes.programmeById(programmeId));
  if (!programme) return null;
  const scope: Scope = { principal: { subject: "authentication", role: "ADMIN", programme: programme.code, businessUnits: [] }, programme, reach: "programme", unitIds: [] };
  return database.withTenant(scope, async (tx) => {
    const found = await findApiKey(tx, { keyId: credentials.keyId });
    const good = isGood(credentials.secret, found?.secrets ?? [], nowMs);
    if (!found || !good || found.revocation) return null;
    const { key, lastUsedAt } = found;
    if (lastUsedAt === null || nowMs - lastUsedAt.getTime() >= USE_NOTED_EVERY_MS) {
      await tx.query(
        `insert into tenancy.api_key_use as u (programme_id, key_id, used_at) values ($1, $2, $3)
         on conflict on constraint api_key_use_pk do update set used_at = excluded.used_at where u.used_at < excluded.used_at`,
        [programme.id, key.keyId, new Date(nowMs)],
      );
    }
    return { subject: subjectOfKey(key.code), role: key.role, programme: programme.code, businessUnits: key.businessUnits, key: { keyId: key.keyId, datasets: key.datasets } };
  });
}
