import { Page, PageRequest, decodeCursor, toPage } from "../../kernel/paging";
import { TenantTransaction } from "../../tenancy/database.store";
import { Provider } from "../providers/provider";
import { ProviderMapping } from "../providers/routes";
import { ProviderConnection, ProviderKey } from "./connection";

/** When key `k` ends: by its own expiry, or earlier. */
const ENDS_AT = "least(k.expires_at, (select min(e.ends_at) from metering.provider_key_end e where e.programme_id = $1 and e.key_id = k.id))";

const CONNECTIONS = `
  select c.id, c.provider, s.uri as source, c.name, c.business_unit_ids as "businessUnitIds", c.made_by as "createdBy", c.made_at as "createdAt",
    (select coalesce(array_agg(u.code order by u.code collate "C"), '{}') from tenancy.business_unit u where u.programme_id = $1 and u.id = any(c.business_unit_ids)) as "businessUnits",
    (select coalesce(json_agg(json_build_object('id', k.id, 'notBefore', k.not_before, 'endsAt', ${ENDS_AT}, 'createdBy', k.made_by, 'createdAt', k.made_at) order by k.made_at, k.not_before, k.id), '[]')
     from metering.provider_key k where k.programme_id = $1 and k.connection_id = c.id) as keys,
    (select coalesce(json_agg(json_build_object('version', m.version, 'effectiveFromMs', (extract(epoch from m.effective_from) * 1000)::bigint, 'routes', m.routes) order by m.version), '[]')
     from metering.provider_mapping m where m.programme_id = $1 and m.connection_id = c.id) as mappings,
    coalesce(r.refused, 0)::bigint as refused, r.last_refused_at as "lastRefusedAt"
  from metering.provider_connection c
    join metering.source s on s.programme_id = $1 and s.id = c.source_id
    left join lateral (select sum(x.count) as refused, max(x.last_at) as last_refused_at from metering.provider_refusal x where x.programme_id = $1 and x.connection_id = c.id) r on true
  where c.programme_id = $1`;

type Row = Omit<ProviderConnection, "keys" | "refused"> & { readonly keys: ReadonlyArray<Record<keyof ProviderKey, string>>; readonly mappings: readonly ProviderMapping[]; readonly refused: string };

function toConnection({ keys, refused, mappings, ...row }: Row): ProviderConnection {
  return {
    ...row, refused: Number(refused),
    // The database keeps objects in an order of its own; routes are compared as text.
    mappings: mappings.map(({ routes, ...rest }) => ({ ...rest, routes: routes.map(({ field, value, businessUnit, useCase }) => ({ field, value, businessUnit, useCase })) })),
    keys: keys.map((key) => ({ id: key.id, notBefore: new Date(key.notBefore), endsAt: key.endsAt === null ? null : new Date(key.endsAt), createdBy: key.createdBy, createdAt: new Date(key.createdAt) })),
  };
}

/** Connections by the URI of their source, then by provider. */
export async function listConnections(tx: TenantTransaction, page: PageRequest): Promise<Page<ProviderConnection>> {
  const position = decodeCursor(page.after, ["text", "text"]);
  const rows = await tx.query<Row>(
    `${CONNECTIONS} and ($2::text is null or (s.uri collate "C", c.provider collate "C") > ($2, $3)) order by s.uri collate "C", c.provider collate "C" limit $4`,
    [tx.scope.programme.id, position?.[0] ?? null, position?.[1] ?? null, page.first + 1],
  );
  return toPage(rows.map(toConnection), page, ({ source, provider }) => [source, provider]);
}

/** One connection; null when the programme has none of that id. */
export async function findConnection(tx: TenantTransaction, id: string): Promise<ProviderConnection | null> {
  const [row] = await tx.query<Row>(`${CONNECTIONS} and c.id = $2`, [tx.scope.programme.id, id]);
  return row ? toConnection(row) : null;
}

/** How a provider is connected for a source; null when it is not. */
export async function findConnectionOf(tx: TenantTransaction, provider: Provider, source: string): Promise<ProviderConnection | null> {
  const [row] = await tx.query<Row>(`${CONNECTIONS} and c.provider = $2 and s.uri = $3`, [tx.scope.programme.id, provider, source]);
  return row ? toConnection(row) : null;
}

/** A key as it is kept. */
export interface SealedKey extends Pick<ProviderKey, "id" | "notBefore" | "endsAt"> {
  readonly sealed: Buffer;
}

/** The keys of a connection with their sealed secrets. */
export async function sealedKeys(tx: TenantTransaction, connectionId: string): Promise<SealedKey[]> {
  return tx.query<SealedKey>(`select k.id, k.sealed, k.not_before as "notBefore", ${ENDS_AT} as "endsAt" from metering.provider_key k where k.programme_id = $1 and k.connection_id = $2`, [tx.scope.programme.id, connectionId]);
}
