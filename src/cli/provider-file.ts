import { Provider, placingOf, scopeOfConnection } from "../metering";
import { findConnectionOf } from "../metering/connections/connections.query";
import { Scope } from "../tenancy";
import { Database } from "../tenancy/database.store";
import { ProviderFile } from "./import-provider-batches";

/** How a file of a provider's records is read and stored: where the provider is connected for that source, as if it had sent them itself. */
export async function providerFile(database: Database, scope: Scope, provider: Provider, source: string): Promise<{ readonly file: ProviderFile; readonly scope: Scope }> {
  const connection = await database.withTenant(scope, (tx) => findConnectionOf(tx, provider, source.normalize("NFC")));
  return { file: { provider, placing: placingOf(connection) }, scope: connection ? scopeOfConnection(scope, connection) : scope };
}
