import { Clock } from "../../kernel/clock";
import { Refusal } from "../../kernel/refusal";
import { TenantTransaction } from "../database.store";
import { RecordAudit } from "../request-context";
import { tenancyStore } from "../tenancy.store";
import { BiGrant } from "./bi-grant";
import { listBiGrants } from "./bi-grants.query";
import { GrantBiPorts } from "./grant-bi";
import { RevokeBiPorts } from "./revoke-bi";

const shown = (grant: BiGrant | null): Record<string, unknown> | null => (grant ? { version: grant.version, businessUnits: grant.businessUnits ?? "ALL", scopes: grant.scopes, ended: grant.ended } : null);

/** What grantBi needs, over one transaction. */
export function grantBiPorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): GrantBiPorts {
  return {
    holdGrant: (login) => holdGrant(tx, login),
    knownUnits: async (codes) => new Set((await tenancyStore(tx).unitIds(codes)).keys()),
    saveGrant: (grant, reason) => saveGrant(tx, clock, grant, reason),
    audit: (grant, before) => record(tx, { action: "grantBi", subjectKind: "BiLogin", subjectKey: grant.login, before: shown(before), after: shown(grant) }),
  };
}

/** What revokeBi needs, over one transaction. */
export function revokeBiPorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): RevokeBiPorts {
  return {
    holdGrant: (login) => holdGrant(tx, login),
    saveGrant: (grant, reason) => saveGrant(tx, clock, grant, reason),
    audit: (grant, before, reason) => record(tx, { action: "revokeBi", subjectKind: "BiLogin", subjectKey: grant.login, reason, before: shown(before), after: shown(grant) }),
  };
}

/** One login at a time is changed: two changes at once would take the same version. */
async function holdGrant(tx: TenantTransaction, login: string): Promise<BiGrant | null> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 32))", [login]);
  return (await listBiGrants(tx, login))[0] ?? null;
}

async function saveGrant(tx: TenantTransaction, clock: Clock, grant: BiGrant, reason: string | null): Promise<void> {
  const ids = grant.businessUnits === null ? [] : [...(await tenancyStore(tx).unitIds(grant.businessUnits)).values()];
  const saved = await tx.query<{ login: string }>(
    `insert into tenancy.bi_grant (programme_id, login, version, whole_programme, business_unit_ids, scopes, ended, reason, recorded_at, recorded_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning login`,
    [tx.scope.programme.id, grant.login, grant.version, grant.businessUnits === null, ids, grant.scopes, grant.ended, reason, new Date(clock.now()), tx.scope.principal.subject],
  );
  // Logins belong to the whole server: another programme has this one, and its rows are not seen from here.
  if (saved.length === 0) throw new Refusal("CONFLICT", `"${grant.login}" is taken. Choose another login.`, ["login"]);
}
