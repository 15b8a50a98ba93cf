import type { FastifyRequest } from "fastify";
import { Clock } from "../../kernel/clock";
import { invariant, Refusal } from "../../kernel/refusal";
import { Vault } from "../../kernel/vault";
import { Placing, Provider, aboutKey, isOpen, isSource, placingOf, readConnectionRef, scopeOfConnection, subjectOf } from "../../metering";
import { SealedKey, findConnection, findConnectionOf, sealedKeys } from "../../metering/connections/connections.query";
import { countRefusal } from "../../metering/connections/connections.store";
import { Principal, Scope } from "../../tenancy";
import { Database } from "../../tenancy/database.store";
import { ScopeResolver } from "../../tenancy/scope-resolver.store";
import { HttpRefusal } from "../http-manners";
import { SignedRequest, checkSignature } from "./provider-signature";

export interface ProviderAccessParts {
  readonly database: Database;
  readonly scopes: ScopeResolver;
  readonly clock: Clock;
  readonly vault: Vault | null;
  readonly permissionsOf: (role: Principal["role"]) => readonly string[];
}

/** Who sends, for which source, and where what they send belongs. */
export interface Sender {
  readonly scope: Scope;
  readonly source: string;
  readonly placing: Placing;
  /** Refuses a request whose signature is not good; with a token there is none to look at. */
  requireSignature(request: SignedRequest): Promise<void>;
}

/** One answer for everything that is wrong with a signature, and for a connection that there is not. */
const unsigned = (): HttpRefusal => new HttpRefusal(401, "UNAUTHENTICATED", "The connection is not known here, or the signature is missing, wrong, older than 5 minutes or made with a key that does not hold now.");
const SEALED = new HttpRefusal(503, "UNAVAILABLE", "The keys of this connection cannot be read now. Send the same request again later.");
const OPERATION = "Mutation.reportUsage";

/** The sender of a request that names a connection; UNAUTHENTICATED when there is none, or it is of another provider. */
export async function senderByConnection(parts: ProviderAccessParts, provider: Provider, ref: string): Promise<Sender> {
  const named = readConnectionRef(ref);
  const programme = named && (await parts.scopes.programme(named.programme));
  if (!named || !programme) throw unsigned();
  const principal: Principal = { subject: subjectOf({ provider, id: named.id }), role: "INTEGRATION", programme: programme.code, businessUnits: [] };
  const nobody: Scope = { principal, programme, reach: "ingest", unitIds: [] };
  const found = await parts.database.withTenant(nobody, async (tx) => {
    const connection = await findConnection(tx, named.id);
    return connection && { connection, keys: await sealedKeys(tx, connection.id) };
  });
  if (!found || found.connection.provider !== provider) throw unsigned();
  const { connection, keys } = found;
  const scope: Scope = { principal: { ...principal, businessUnits: connection.businessUnits }, programme, reach: "ingest", unitIds: connection.businessUnitIds };
  return {
    scope, source: connection.source, placing: placingOf(connection),
    requireSignature: async (request) => {
      const nowMs = parts.clock.now();
      const finding = checkSignature(provider, request, secretsOf(parts.vault, keys.filter((key) => isOpen(key, nowMs)), programme.id, connection.id), nowMs);
      if (finding === "SIGNED") return;
      await parts.database.withTenant(nobody, (tx) => countRefusal(tx, connection.id, finding, nowMs));
      throw unsigned();
    },
  };
}

/** What is kept under a key that this installation does not have is no fault of the sender's, who is to come again. */
function secretsOf(vault: Vault | null, keys: readonly SealedKey[], programmeId: string, connectionId: string): string[] {
  const opened = keys.map(({ id, sealed }) => vault?.open(sealed, aboutKey(programmeId, connectionId, id)) ?? null);
  const secrets = opened.filter((secret): secret is string => secret !== null);
  if (keys.length > 0 && secrets.length === 0) throw SEALED;
  return secrets;
}

/** The sender of a request with a token: whoever may use reportUsage, for the source that the request names. Where the provider is connected for it, in that connection's units. */
export async function senderByToken(parts: ProviderAccessParts, provider: Provider, request: FastifyRequest, principal: Principal | undefined): Promise<Sender> {
  invariant(principal, "a request without a connection and without a token");
  if (!parts.permissionsOf(principal.role).includes(OPERATION)) throw new Refusal("FORBIDDEN", `The role ${principal.role} may not use POST /usage.`);
  const { source: named } = request.query as Record<string, unknown>;
  if (typeof named !== "string" || !isSource(named)) throw new Refusal("BAD_USER_INPUT", "Say with ?source=<uri> of 1 to 200 characters who measured this, or with ?connection= which connection sends.", ["source"]);
  const source = named.normalize("NFC");
  const own = await parts.scopes.resolve(principal);
  const scope: Scope = { ...own, reach: "ingest" };
  const connection = await parts.database.withTenant(scope, (tx) => findConnectionOf(tx, provider, source));
  return { scope: connection ? scopeOfConnection(own, connection) : scope, source, placing: placingOf(connection), requireSignature: async () => undefined };
}
