import { randomBytes, randomUUID } from "node:crypto";
import { Vault } from "../../kernel/vault";
import { invariant } from "../../kernel/refusal";
import { TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit } from "../../tenancy/request-context";
import { Provider } from "../providers/provider";
import { ProviderMapping } from "../providers/routes";
import { findSource } from "../sources/sources.query";
import { CheckRoutesPorts, ConnectProviderPorts } from "./connect-provider";
import { ProviderConnection, aboutKey } from "./connection";
import { findConnection, findConnectionOf, sealedKeys } from "./connections.query";
import { ResealPorts } from "./reseal-provider-keys";
import { NewKey, RotateProviderKeyPorts } from "./rotate-provider-key";
import { SetProviderRoutesPorts } from "./set-provider-routes";

/** What is asked of the vault when it is opened for whoever may write connections. */
export interface ConnectionTools {
  readonly record: RecordAudit;
  readonly vault: Vault;
  readonly nowMs: number;
}

/** What the audit trail keeps of a connection: never a secret. */
function inWords({ provider, source, name, businessUnits, keys, mappings }: ProviderConnection): Record<string, unknown> {
  return {
    provider, source, name, businessUnits, keys: keys.map(({ id, notBefore, endsAt }) => ({ id, notBefore: notBefore.toISOString(), endsAt: endsAt?.toISOString() ?? null })),
    routes: mappings.at(-1)?.routes.length ?? 0, mappingVersion: mappings.at(-1)?.version ?? 0,
  };
}

function codes(tx: TenantTransaction): CheckRoutesPorts {
  const ids = async (table: "business_unit" | "use_case", wanted: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const rows = await tx.query<{ id: string; code: string }>(`select id, code from tenancy.${table} where programme_id = $1 and code = any($2)`, [tx.scope.programme.id, wanted]);
    return new Map(rows.map(({ id, code }) => [code, id]));
  };
  return { unitIds: (wanted) => ids("business_unit", wanted), useCaseIds: (wanted) => ids("use_case", wanted) };
}

async function insertKey(tx: TenantTransaction, vault: Vault, connectionId: string, { notBefore, expiresAt, secret, idempotencyKey }: NewKey, madeAt: Date): Promise<void> {
  const id = randomUUID();
  await tx.query("insert into metering.provider_key (programme_id, id, connection_id, sealed, not_before, expires_at, idempotency_key, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)", [
    tx.scope.programme.id, id, connectionId, vault.seal(secret, aboutKey(tx.scope.programme.id, connectionId, id)), notBefore, expiresAt, idempotencyKey, tx.scope.principal.subject, madeAt,
  ]);
}

async function insertMapping(tx: TenantTransaction, connectionId: string, { version, routes, effectiveFromMs }: ProviderMapping, reason: string | null): Promise<void> {
  await tx.query("insert into metering.provider_mapping (programme_id, connection_id, version, routes, effective_from, reason, set_by) values ($1, $2, $3, $4::jsonb, $5, $6, $7)", [
    tx.scope.programme.id, connectionId, version, JSON.stringify(routes), new Date(effectiveFromMs), reason, tx.scope.principal.subject,
  ]);
}

async function holdsSecret(tx: TenantTransaction, { vault, nowMs }: ConnectionTools, connection: ProviderConnection, secret: string, how: "now" | "without an end"): Promise<boolean> {
  const keys = await sealedKeys(tx, connection.id);
  return keys.some(({ id, sealed, endsAt }) => (endsAt === null || (how === "now" && endsAt.getTime() > nowMs)) && vault.open(sealed, aboutKey(tx.scope.programme.id, connection.id, id)) === secret);
}

/** A secret of 32 random bytes, in the form that the provider's own have. */
function newSecret(provider: Provider): string {
  return provider === "openai-realtime" ? `whsec_${randomBytes(32).toString("base64")}` : randomBytes(32).toString("base64url");
}

/** What `connectProvider` needs, over one transaction. */
export function connectProviderPorts(tx: TenantTransaction, tools: ConnectionTools): ConnectProviderPorts {
  const now = new Date(tools.nowMs);
  return {
    ...codes(tx), newSecret,
    isRegisteredSource: async (uri) => ((await findSource(tx, uri))?.version ?? 0) > 0,
    findConnection: (provider, source) => findConnectionOf(tx, provider, source),
    holdsSecret: (connection, secret) => holdsSecret(tx, tools, connection, secret, "now"),
    save: async ({ provider, source, name, businessUnitIds, routes, secret, reason }) => {
      const id = randomUUID();
      await tx.query(
        `insert into metering.provider_connection (programme_id, id, provider, source_id, name, business_unit_ids, made_by, made_at)
         select $1, $2, $3, s.id, $5, $6::uuid[], $7, $8 from metering.source s where s.programme_id = $1 and s.uri = $4`,
        [tx.scope.programme.id, id, provider, source, name, businessUnitIds, tx.scope.principal.subject, now],
      );
      await insertKey(tx, tools.vault, id, { notBefore: now, expiresAt: null, secret, idempotencyKey: null }, now);
      await insertMapping(tx, id, { version: 1, routes, effectiveFromMs: 0 }, reason);
      const saved = await findConnection(tx, id);
      invariant(saved, "a connection that was just made is not there");
      return saved;
    },
    audit: (connection, routes, reason) => tools.record(tx, { action: "connectProvider", subjectKind: "ProviderConnection", subjectKey: connection.id, reason, after: { ...inWords(connection), routes } }),
  };
}

/** What `rotateProviderKey` and `revokeProviderKey` need, over one transaction. */
export function providerKeyPorts(tx: TenantTransaction, tools: ConnectionTools): RotateProviderKeyPorts {
  const programmeId = tx.scope.programme.id;
  return {
    nowMs: tools.nowMs, newSecret,
    find: (id) => findConnection(tx, id),
    findByIdempotencyKey: async (connection, idempotencyKey) =>
      (await tx.query("select 1 from metering.provider_key where programme_id = $1 and connection_id = $2 and idempotency_key = $3", [programmeId, connection.id, idempotencyKey])).length > 0,
    holdsSecret: (connection, secret) => holdsSecret(tx, tools, connection, secret, "without an end"),
    saveKey: (connection, key) => insertKey(tx, tools.vault, connection.id, key, new Date(tools.nowMs)),
    endKey: async (key, endsAt, reason) => {
      await tx.query("insert into metering.provider_key_end (programme_id, key_id, ends_at, reason, ended_by) values ($1, $2, $3, $4, $5) on conflict do nothing", [programmeId, key.id, endsAt, reason, tx.scope.principal.subject]);
    },
    audit: (action, before, after, reason) => tools.record(tx, { action, subjectKind: "ProviderConnection", subjectKey: after.id, reason, before: inWords(before), after: inWords(after) }),
  };
}

/** What `setProviderRoutes` needs, over one transaction. */
export function setProviderRoutesPorts(tx: TenantTransaction, record: RecordAudit, nowMs: number): SetProviderRoutesPorts {
  return {
    ...codes(tx), nowMs,
    find: (id) => findConnection(tx, id),
    saveMapping: (connection, mapping, reason) => insertMapping(tx, connection.id, mapping, reason),
    audit: (before, after, reason) =>
      record(tx, { action: "setProviderRoutes", subjectKind: "ProviderConnection", subjectKey: after.id, reason, before: { routes: before.mappings.at(-1)?.routes ?? [] }, after: { routes: after.mappings.at(-1)!.routes, version: after.mappings.at(-1)!.version } }),
  };
}

/** What `resealProviderKeys` needs, over one transaction. */
export function resealPorts(tx: TenantTransaction, record: RecordAudit): ResealPorts {
  const { id: programmeId, code } = tx.scope.programme;
  return {
    sealed: async () =>
      (await tx.query<{ id: string; connectionId: string; sealed: Buffer }>('select id, connection_id as "connectionId", sealed from metering.provider_key where programme_id = $1 order by id', [programmeId])).map(({ id, connectionId, sealed }) => ({ id, sealed, about: aboutKey(programmeId, connectionId, id) })),
    saveSealed: async ({ id, sealed: before }, sealed) => (await tx.query<{ id: string }>("with done as (update metering.provider_key set sealed = $3 where programme_id = $1 and id = $2 and sealed = $4 returning id) select id from done", [programmeId, id, sealed, before])).length > 0,
    audit: (tally) => record(tx, { action: "resealProviderKeys", subjectKind: "Programme", subjectKey: code, after: { ...tally } }),
  };
}

/** Counts a request that came without a good signature, by day and reason: one row for each, however many come. */
export async function countRefusal(tx: TenantTransaction, connectionId: string, reason: string, nowMs: number): Promise<void> {
  await tx.query(
    `insert into metering.provider_refusal (programme_id, connection_id, day, reason, count, last_at) values ($1, $2, ($4::timestamptz at time zone 'UTC')::date, $3, 1, $4)
     on conflict (programme_id, connection_id, day, reason) do update set count = provider_refusal.count + 1, last_at = excluded.last_at`,
    [tx.scope.programme.id, connectionId, reason, new Date(nowMs)],
  );
}
