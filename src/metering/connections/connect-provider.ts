import { requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { Provider } from "../providers/provider";
import { ProviderRoute, requireRoutes } from "../providers/routes";
import { requireSourceUri } from "../sources/source";
import { ProviderConnection, requireSecret } from "./connection";

export interface ConnectProviderInput {
  readonly provider: Provider;
  readonly source: string;
  readonly name: string;
  readonly businessUnits: readonly string[];
  readonly routes: readonly ProviderRoute[];
  /** The one that the provider gave; null: one is made. */
  readonly secret: string | null;
  readonly reason: string | null;
}

export interface NewConnection extends Pick<ConnectProviderInput, "provider" | "source" | "name"> {
  readonly businessUnitIds: readonly string[];
  readonly routes: readonly ProviderRoute[];
  readonly secret: string;
  readonly reason: string | null;
}

export interface CheckRoutesPorts {
  /** Ids of the codes that the programme knows. */
  unitIds(codes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  useCaseIds(codes: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface ConnectProviderPorts extends CheckRoutesPorts {
  isRegisteredSource(uri: string): Promise<boolean>;
  findConnection(provider: Provider, source: string): Promise<ProviderConnection | null>;
  /** True when this is the secret of a key of the connection that has not ended. */
  holdsSecret(connection: ProviderConnection, secret: string): Promise<boolean>;
  newSecret(provider: Provider): string;
  /** Saves the connection with its first key and its first mapping, which holds from the beginning of time. */
  save(connection: NewConnection): Promise<ProviderConnection>;
  audit(connection: ProviderConnection, routes: readonly ProviderRoute[], reason: string | null): Promise<void>;
}

const MOST_UNITS = 500;

/** NOT_FOUND for a code that the programme does not know. */
export async function requireKnownRoutes(ports: CheckRoutesPorts, routes: readonly ProviderRoute[]): Promise<ProviderRoute[]> {
  const sound = requireRoutes(routes);
  const units = [...new Set(sound.flatMap(({ businessUnit }) => businessUnit ?? []))], useCases = [...new Set(sound.flatMap(({ useCase }) => useCase ?? []))];
  const knownUnits = await ports.unitIds(units), knownUseCases = await ports.useCaseIds(useCases);
  for (const code of units) if (!knownUnits.has(code)) throw new Refusal("NOT_FOUND", `There is no business unit ${code.slice(0, 64)}.`, ["routes"]);
  for (const code of useCases) if (!knownUseCases.has(code)) throw new Refusal("NOT_FOUND", `There is no use case ${code.slice(0, 64)}.`, ["routes"]);
  return sound;
}

/**
 * Lets a provider send usage for a registered source. Answers the connection and, when a secret was made, that secret,
 * this once. Naturally idempotent: the same again answers what is there. NOT_FOUND for a source that nobody registered and
 * an unknown unit or use case; CONFLICT when the provider is connected for that source in another way.
 */
export async function connectProvider(ports: ConnectProviderPorts, input: ConnectProviderInput): Promise<{ connection: ProviderConnection; secret: string | null }> {
  const source = requireSourceUri(input.source, ["source"]);
  const name = requireText(input.name, ["name"]);
  const reason = input.reason === null ? null : requireText(input.reason, ["reason"], 500);
  const given = input.secret === null ? null : requireSecret(input.provider, input.secret);
  const codes = [...new Set(input.businessUnits)].sort();
  if (codes.length === 0) throw new Refusal("BAD_USER_INPUT", "businessUnits is empty: a connection writes for at least one.", ["businessUnits"]);
  if (codes.length > MOST_UNITS) throw new Refusal("LIMIT_EXCEEDED", `businessUnits holds ${codes.length} values, ${MOST_UNITS} are the most.`, ["businessUnits"]);
  const units = await ports.unitIds(codes);
  for (const code of codes) if (!units.has(code)) throw new Refusal("NOT_FOUND", `There is no business unit ${code.slice(0, 64)}.`, ["businessUnits"]);
  const routes = await requireKnownRoutes(ports, input.routes);
  if (!(await ports.isRegisteredSource(source))) throw new Refusal("NOT_FOUND", `There is no registered source ${source}. Register it with registerSource first.`, ["source"]);
  const existing = await ports.findConnection(input.provider, source);
  if (existing) return { connection: await sameAs(ports, existing, name, codes, routes, given), secret: null };
  const secret = given ?? ports.newSecret(input.provider);
  const connection = await ports.save({ provider: input.provider, source, name, businessUnitIds: codes.map((code) => units.get(code)!), routes, secret, reason });
  await ports.audit(connection, routes, reason);
  return { connection, secret: given === null ? secret : null };
}

async function sameAs(ports: ConnectProviderPorts, existing: ProviderConnection, name: string, units: readonly string[], routes: readonly ProviderRoute[], secret: string | null): Promise<ProviderConnection> {
  const conflict = (what: string, remedy: string): Refusal => new Refusal("CONFLICT", `${existing.provider} is connected for ${existing.source} already, with ${what}. ${remedy}`, ["source"]);
  if (existing.name !== name || JSON.stringify(existing.businessUnits) !== JSON.stringify(units)) throw conflict("another name or other units", "Connect it for another source.");
  if (JSON.stringify(existing.mappings[0]?.routes) !== JSON.stringify(routes)) throw conflict("other routes", "Change them with setProviderRoutes.");
  if (secret !== null && !(await ports.holdsSecret(existing, secret))) throw conflict("another secret", "Change it with rotateProviderKey.");
  return existing;
}
