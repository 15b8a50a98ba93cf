import { isCode } from "../../kernel/code";
import { isUuid } from "../../kernel/node-id";
import { Refusal } from "../../kernel/refusal";
import { Vault } from "../../kernel/vault";
import { Scope } from "../../tenancy";
import { Provider } from "../providers/provider";
import { Placing } from "../providers/read-provider";
import { ProviderMapping } from "../providers/routes";

/** A provider that sends usage by itself: for one source, into some units of a programme. */
export interface ProviderConnection {
  readonly id: string;
  readonly provider: Provider;
  readonly source: string;
  readonly name: string;
  /** Codes of the units that it may write, in order. */
  readonly businessUnits: readonly string[];
  readonly businessUnitIds: readonly string[];
  readonly createdBy: string;
  readonly createdAt: Date;
  /** The oldest first. */
  readonly keys: readonly ProviderKey[];
  /** The oldest first. */
  readonly mappings: readonly ProviderMapping[];
  /** Requests that came without a good signature, and the last of them. */
  readonly refused: number;
  readonly lastRefusedAt: Date | null;
}

/** A key with which the provider signs. Its secret is not part of it. */
export interface ProviderKey {
  readonly id: string;
  readonly notBefore: Date;
  /** From this instant on it is worth nothing; null while no end is set. */
  readonly endsAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

export function isOpen({ notBefore, endsAt }: Pick<ProviderKey, "notBefore" | "endsAt">, nowMs: number): boolean {
  return notBefore.getTime() <= nowMs && (endsAt === null || nowMs < endsAt.getTime());
}

/** The opaque name of a connection, as URLs hold it: it leads to the programme, whose rows nobody sees without knowing it. */
export function connectionRef(programme: string, id: string): string {
  return Buffer.from(`${programme}/${id}`, "utf8").toString("base64url");
}

/** What an opaque name stands for; null when it is none of ours. */
export function readConnectionRef(ref: string): { readonly programme: string; readonly id: string } | null {
  const [programme, id, ...rest] = Buffer.from(ref.slice(0, 400), "base64url").toString("utf8").split("/");
  return rest.length === 0 && programme !== undefined && isCode(programme) && id !== undefined && isUuid(id) ? { programme, id } : null;
}

/** The id of a connection of this programme; NOT_FOUND for anything else, another programme's included. */
export function requireConnectionId(ref: string, programme: string): string {
  const found = readConnectionRef(ref);
  if (found?.programme === programme) return found.id;
  throw noConnection();
}

export const noConnection = (): Refusal => new Refusal("NOT_FOUND", "There is no such connection. providerConnections lists them.", ["connection"]);

/** Who pushes when a connection does, as sources and deliveries show it. */
export const subjectOf = (connection: Pick<ProviderConnection, "provider" | "id">): string => `provider/${connection.provider}/${connection.id}`;

/**
 * Where the records of a provider belong, whichever way they come: signed, with a token or as a file. Those of a connection's
 * source go by its routes into its units; of another source they go where their metadata says.
 */
export function placingOf(connection: ProviderConnection | null): Placing {
  return connection === null ? { mappings: [], units: null } : { mappings: connection.mappings, units: new Set(connection.businessUnits) };
}

/**
 * The scope in which somebody stores records of a connection's source: that connection's units, so that each record is held or
 * attributed as if the provider had sent it. FORBIDDEN for who may not write all of them.
 */
export function scopeOfConnection(scope: Scope, connection: ProviderConnection): Scope {
  const own = new Set(scope.unitIds);
  if (scope.reach !== "programme" && connection.businessUnitIds.some((id) => !own.has(id))) {
    throw new Refusal("FORBIDDEN", `${connection.provider} is connected for this source and writes for units that this token may not write. Use a token of all units of the connection, or a source of your own.`, ["source"]);
  }
  return { ...scope, reach: "ingest", unitIds: connection.businessUnitIds };
}

/** What a sealed key is about: no row of another key, connection or programme may stand in for it. */
export const aboutKey = (programmeId: string, connectionId: string, keyId: string): string => `provider-key/${programmeId}/${connectionId}/${keyId}`;

/** The vault, or NOT_READY with what to set. */
export function requireVault(vault: Vault | null): Vault {
  if (vault !== null) return vault;
  throw new Refusal("NOT_READY", "This installation has no key for keeping secrets: set APPORTION_SECRETS_KEY and start it anew.");
}

const WHSEC = /^(whsec_)?[A-Za-z0-9+/]{24,}={0,2}$/;

/** A secret as it may be kept: 16 to 500 printable ASCII characters; that of OpenAI is base64. BAD_USER_INPUT on `secret`, which it never quotes. */
export function requireSecret(provider: Provider, secret: string): string {
  if (!/^[\x21-\x7e]{16,500}$/.test(secret)) throw new Refusal("BAD_USER_INPUT", "secret must be 16 to 500 printable ASCII characters without spaces.", ["secret"]);
  if (provider === "openai-realtime" && !WHSEC.test(secret)) throw new Refusal("BAD_USER_INPUT", "secret must be the signing secret of OpenAI: whsec_ and base64.", ["secret"]);
  return secret;
}
