import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { TenantTransaction } from "../database.store";
import { ApiKey, ApiKeyRevocation, ApiKeySecret } from "./api-key";

/** A key with everything that is known of it. */
export interface StoredApiKey {
  readonly key: ApiKey;
  /** The oldest first. */
  readonly secrets: readonly ApiKeySecret[];
  readonly revocation: ApiKeyRevocation | null;
  readonly lastUsedAt: Date | null;
}

interface Row extends Omit<ApiKey, "keyId"> {
  readonly keyId: string;
  readonly secrets: ReadonlyArray<{ version: number; secretHash: string; expiresAt: string; previousUntil: string | null }>;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
  readonly revokedReason: string | null;
  readonly lastUsedAt: Date | null;
}

const KEY = `
  select k.key_id as "keyId", k.code, k.description, k.role, k.business_units as "businessUnits", k.datasets, k.created_at as "createdAt", k.created_by as "createdBy",
    (select jsonb_agg(jsonb_build_object('version', s.version, 'secretHash', s.secret_hash, 'expiresAt', s.expires_at, 'previousUntil', s.previous_until) order by s.version)
      from tenancy.api_key_secret s where s.programme_id = $1 and s.key_id = k.key_id) as secrets,
    r.revoked_at as "revokedAt", r.revoked_by as "revokedBy", r.reason as "revokedReason", u.used_at as "lastUsedAt"
  from tenancy.api_key k
    left join tenancy.api_key_revocation r on r.programme_id = $1 and r.key_id = k.key_id
    left join tenancy.api_key_use u on u.programme_id = $1 and u.key_id = k.key_id
  where k.programme_id = $1`;

async function keys(tx: TenantTransaction, condition: string, parameters: readonly unknown[]): Promise<StoredApiKey[]> {
  return (await tx.query<Row>(`${KEY} ${condition}`, [tx.scope.programme.id, ...parameters])).map(({ secrets, revokedAt, revokedBy, revokedReason, lastUsedAt, ...key }) => ({
    key,
    secrets: secrets.map((each) => ({ ...each, expiresAt: new Date(each.expiresAt), previousUntil: each.previousUntil === null ? null : new Date(each.previousUntil) })),
    revocation: revokedAt && { revokedAt, revokedBy: revokedBy!, reason: revokedReason! },
    lastUsedAt,
  }));
}

export async function findApiKey(tx: TenantTransaction, by: { readonly keyId: string } | { readonly code: string }): Promise<StoredApiKey | null> {
  return (await ("keyId" in by ? keys(tx, "and k.key_id = $2", [by.keyId]) : keys(tx, "and k.code = $2", [by.code])))[0] ?? null;
}

/** Keys by code, the revoked ones too. */
export async function listApiKeys(tx: TenantTransaction, page: PageRequest): Promise<Page<StoredApiKey>> {
  const position = decodeCursor(page.after, ["text"]);
  return toPage(await keys(tx, `and ($2::text is null or k.code collate "C" > $2) order by k.code collate "C" limit $3`, [position?.[0] ?? null, page.first + 1]), page, ({ key }) => [key.code]);
}
