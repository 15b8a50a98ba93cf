import { AllocationPart, AllocationRule, PolicyDocument } from "./policy";

export const POLICY_CHANGES = ["ADDED", "REMOVED", "CHANGED"] as const;
export type PolicyChange = (typeof POLICY_CHANGES)[number];

/** One difference between two documents, in words. */
export interface PolicyDifference {
  readonly change: PolicyChange;
  /** Null: of the policy as a whole. */
  readonly pool: string | null;
  /** Position of the part in the rule; null: of the rule as a whole. */
  readonly part: number | null;
  /** Null: the whole rule or part. */
  readonly field: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly text: string;
}

/** What a proportional policy means by the settings that it does not write out. */
const PLAIN_SETTINGS: Readonly<Record<string, unknown>> = { services: null, order: null, hierarchy: false, useCaseDriver: "CONNECTED_SECONDS", exempt: [] };
const PART_DEFAULTS: Readonly<Record<string, unknown>> = { method: "PROPORTIONAL" };

/** The differences from one document to another: of the whole, then rule by rule in the order of the pools. */
export function diffPolicies(from: PolicyDocument, to: PolicyDocument): PolicyDifference[] {
  const whole = (document: PolicyDocument): Record<string, unknown> => ({ effectiveFrom: document.effectiveFrom, note: document.note, ...PLAIN_SETTINGS, ...document.settings });
  const pools = [...new Set([...from.rules, ...to.rules].map(({ pool }) => pool))].sort();
  return [...fields(whole(from), whole(to), null, null), ...pools.flatMap((pool) => diffRules(pool, ruleOf(from, pool), ruleOf(to, pool)))];
}

const ruleOf = (document: PolicyDocument, pool: string): AllocationRule | null => document.rules.find((rule) => rule.pool === pool) ?? null;

function diffRules(pool: string, before: AllocationRule | null, after: AllocationRule | null): PolicyDifference[] {
  if (before === null || after === null) return [difference(before === null ? "ADDED" : "REMOVED", pool, null, null, before && inWords(before.parts), after && inWords(after.parts))];
  const positions = Array.from({ length: Math.max(before.parts.length, after.parts.length) }, (_, index) => index);
  return [...fields({ ...before, parts: null }, { ...after, parts: null }, pool, null), ...positions.flatMap((part) => diffParts(pool, part, before.parts[part], after.parts[part]))];
}

function diffParts(pool: string, part: number, before: AllocationPart | undefined, after: AllocationPart | undefined): PolicyDifference[] {
  if (before === undefined || after === undefined) return [difference(before === undefined ? "ADDED" : "REMOVED", pool, part, null, before === undefined ? null : inWords(before), after === undefined ? null : inWords(after))];
  return fields({ ...PART_DEFAULTS, ...before }, { ...PART_DEFAULTS, ...after }, pool, part);
}

function fields(before: object, after: object, pool: string | null, part: number | null): PolicyDifference[] {
  const [old, now] = [before as Record<string, unknown>, after as Record<string, unknown>];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap((field) => {
    const [was, is] = [inWords(old[field]), inWords(now[field])];
    return was === is ? [] : [difference(was === null ? "ADDED" : is === null ? "REMOVED" : "CHANGED", pool, part, field, was, is)];
  });
}

function difference(change: PolicyChange, pool: string | null, part: number | null, field: string | null, before: string | null, after: string | null): PolicyDifference {
  const where = [pool === null ? "policy" : `rule of ${pool}`, ...(part === null ? [] : [`part ${part + 1}`]), ...(field === null ? [] : [field])].join(", ");
  const what = change === "ADDED" ? `added: ${after}` : change === "REMOVED" ? `removed: ${before}` : `${before} becomes ${after}`;
  return { change, pool, part, field, before, after, text: `${where}: ${what}` };
}

/** A value for people; null for nothing at all. */
function inWords(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.map((each) => inWords(each)).join("; ");
  if (typeof value !== "object") return String(value as string | number | boolean);
  // Sorted, because what was stored comes back in another order; zeros are seconds that do not apply.
  return Object.entries(value).filter(([, each]) => each !== 0).sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, each]) => (inWords(each) === null ? [] : [`${name} ${inWords(each)}`])).join(", ");
}
