import { requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { ProviderMapping, ProviderRoute } from "../providers/routes";
import { CheckRoutesPorts, requireKnownRoutes } from "./connect-provider";
import { ProviderConnection, noConnection } from "./connection";

export interface SetProviderRoutesInput {
  readonly connectionId: string;
  readonly routes: readonly ProviderRoute[];
  /** Null: from now on. */
  readonly effectiveFrom: Date | null;
  readonly reason: string;
}

export interface SetProviderRoutesPorts extends CheckRoutesPorts {
  readonly nowMs: number;
  find(id: string): Promise<ProviderConnection | null>;
  saveMapping(connection: ProviderConnection, mapping: ProviderMapping, reason: string): Promise<void>;
  audit(before: ProviderConnection, after: ProviderConnection, reason: string): Promise<void>;
}

/**
 * Says anew where the legs of a connection belong that end from an instant on; the routes are all of them. Legs that ended
 * before keep to what held then, so that one that is sent again is the same event: what went astray is moved with
 * attributeUsage. The same routes again change nothing. NOT_FOUND for a connection, unit or use case that does not exist.
 */
export async function setProviderRoutes(ports: SetProviderRoutesPorts, input: SetProviderRoutesInput): Promise<ProviderConnection> {
  const connection = await ports.find(input.connectionId);
  if (!connection) throw noConnection();
  const reason = requireText(input.reason, ["reason"], 500);
  const routes = await requireKnownRoutes(ports, input.routes);
  const newest = connection.mappings.at(-1);
  if (newest && JSON.stringify(newest.routes) === JSON.stringify(routes) && (input.effectiveFrom === null || input.effectiveFrom.getTime() === newest.effectiveFromMs)) return connection;
  const effectiveFromMs = input.effectiveFrom?.getTime() ?? ports.nowMs;
  if (effectiveFromMs < ports.nowMs) throw new Refusal("BAD_USER_INPUT", "effectiveFrom lies in the past. Legs that have ended are moved with attributeUsage.", ["effectiveFrom"]);
  await ports.saveMapping(connection, { version: (newest?.version ?? 0) + 1, effectiveFromMs, routes }, reason);
  const changed = (await ports.find(connection.id))!;
  await ports.audit(connection, changed, reason);
  return changed;
}
