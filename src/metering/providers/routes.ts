import { isCode } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { ProviderLeg } from "./leg";

/** Says where legs belong of which a field of the provider has a value: by its name there, or "metadata.<key>". */
export interface ProviderRoute {
  readonly field: string;
  readonly value: string;
  readonly businessUnit: string | null;
  readonly useCase: string | null;
}

/** What holds of a connection's legs that ended at or after an instant, until the next version begins. */
export interface ProviderMapping {
  readonly version: number;
  readonly effectiveFromMs: number;
  readonly routes: readonly ProviderRoute[];
}

export const MOST_ROUTES = 1_000;
const FIELD = /^[A-Za-z][A-Za-z0-9_.:-]{0,99}$/;

/** Routes as they are kept: checked, each field and value once, in order. BAD_USER_INPUT or LIMIT_EXCEEDED on `routes`. */
export function requireRoutes(routes: readonly ProviderRoute[]): ProviderRoute[] {
  if (routes.length > MOST_ROUTES) throw new Refusal("LIMIT_EXCEEDED", `There are ${routes.length} routes, ${MOST_ROUTES} are the most.`, ["routes"]);
  const seen = new Set<string>();
  for (const { field, value, businessUnit, useCase } of routes) {
    if (!FIELD.test(field)) throw new Refusal("BAD_USER_INPUT", `"${field.slice(0, 60)}" is no name of a field. Use the provider's, for example agent_id, or metadata.<key>.`, ["routes"]);
    if (value.length === 0 || value.length > 200) throw new Refusal("BAD_USER_INPUT", `The value of ${field} must be 1 to 200 characters.`, ["routes"]);
    if (businessUnit === null && useCase === null) throw new Refusal("BAD_USER_INPUT", `The route for ${field} ${value.slice(0, 60)} leads nowhere: give a use case, a business unit or both.`, ["routes"]);
    if (seen.has(`${field}\n${value}`)) throw new Refusal("BAD_USER_INPUT", `There are two routes for ${field} ${value.slice(0, 60)}.`, ["routes"]);
    seen.add(`${field}\n${value}`);
  }
  const inOrder = [...routes].map(({ field, value, businessUnit, useCase }) => ({ field, value, businessUnit, useCase }));
  return inOrder.sort((a, b) => (`${a.field}\n${a.value}` < `${b.field}\n${b.value}` ? -1 : 1));
}

/** The mapping that holds for a leg that ended then: the newest that has begun. Null when there is none. */
export function mappingAt(mappings: readonly ProviderMapping[], endedAtMs: number): ProviderMapping | null {
  const begun = mappings.filter(({ effectiveFromMs }) => effectiveFromMs <= endedAtMs);
  return begun.reduce<ProviderMapping | null>((best, each) => (best === null || each.version > best.version ? each : best), null);
}

/** The codes that a leg is reported under; null for what is not known. */
export interface Placement {
  readonly businessUnit: string | null;
  readonly useCase: string | null;
}

/**
 * Where a leg belongs: by the first route that fits, in the order of its fields; else by the `business_unit` and `use_case`
 * of its metadata. A unit out of `units` (null: any) and what is no code are left out, so that the leg is held, not lost.
 */
export function placementOf(leg: ProviderLeg, routes: readonly ProviderRoute[], units: ReadonlySet<string> | null): Placement {
  const route = routes.find(({ field, value }) => valuesOf(leg, field).includes(value));
  const { businessUnit, useCase } = route ?? { businessUnit: codeIn(leg, "business_unit"), useCase: codeIn(leg, "use_case") };
  return { businessUnit: businessUnit !== null && (units === null || units.has(businessUnit)) ? businessUnit : null, useCase };
}

function valuesOf(leg: ProviderLeg, field: string): ReadonlyArray<string | null> {
  if (Object.hasOwn(leg.keys, field)) return leg.keys[field]!;
  const key = field.startsWith("metadata.") ? field.slice("metadata.".length) : null;
  const value = key !== null && Object.hasOwn(leg.metadata, key) ? leg.metadata[key] : null;
  return typeof value === "string" ? [value] : typeof value === "number" || typeof value === "boolean" ? [String(value)] : [];
}

function codeIn(leg: ProviderLeg, key: string): string | null {
  const value = Object.hasOwn(leg.metadata, key) ? leg.metadata[key] : null;
  return typeof value === "string" && isCode(value.trim()) ? value.trim() : null;
}
