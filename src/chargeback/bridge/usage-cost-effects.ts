import { compareCodes } from "../../kernel/apportion";
import { Fraction, ZERO, add, divide, fraction, multiply, roundHalfUp, subtract } from "../../kernel/fraction";

/** Rated usage cost of a use case in one period: what was used and what is charged for it. */
export interface UsageCost {
  readonly pool: string;
  readonly useCase: string;
  readonly vendor: string;
  readonly component: string;
  /** The line of the rate card; empty for cost that came with the usage. */
  readonly rateLine: string;
  /** What `quantity` counts; null where only the calls are known. */
  readonly unit: string | null;
  readonly quantity: Fraction;
  readonly calls: bigint;
  readonly amountMinor: bigint;
}

/** Quantity and price behind an effect; the price in exact minor units for one unit. */
export interface UsageBasis {
  readonly unit: string;
  readonly quantity: Fraction;
  readonly amountMinor: bigint;
  readonly rate: Fraction | null;
}

export interface UsageEffect {
  readonly kind: "USAGE_VOLUME" | "USAGE_RATE";
  readonly pool: string;
  readonly useCase: string;
  readonly vendor: string;
  readonly component: string;
  readonly rateLine: string;
  readonly amountMinor: bigint;
  readonly before: UsageBasis | null;
  readonly after: UsageBasis | null;
}

/**
 * Splits the change of usage cost: volume = (new - old quantity) x old rate, rounded half away from zero; rate is the rest,
 * which is (new - old rate) x new quantity. Line by line of the rate card where a line is on both sides; what is left is
 * compared per vendor and component. What is new or has ended is volume. Where the units differ, calls are counted; where
 * there is nothing to count on a side that costs, the change is not split and not among the effects.
 */
export function usageCostEffects(from: readonly UsageCost[], to: readonly UsageCost[]): UsageEffect[] {
  const groups = new Map<string, Compared>();
  const lineKey = (cost: UsageCost): string => JSON.stringify([cost.pool, cost.useCase, cost.vendor, cost.component, cost.rateLine]);
  const [old, now] = [new Set(from.map(lineKey)), new Set(to.map(lineKey))];
  const put = (side: "from" | "to", cost: UsageCost): void => {
    const both = old.has(lineKey(cost)) && now.has(lineKey(cost));
    const key = JSON.stringify([cost.pool, cost.useCase, cost.vendor, cost.component, both ? cost.rateLine : null]);
    const group = groups.get(key) ?? { first: cost, from: [], to: [] };
    groups.set(key, group);
    group[side].push(cost);
  };
  for (const cost of from) put("from", cost);
  for (const cost of to) put("to", cost);
  return [...groups].sort(([a], [b]) => compareCodes(a, b)).flatMap(([, group]) => effectsOf(group));
}

interface Compared { readonly first: UsageCost; readonly from: UsageCost[]; readonly to: UsageCost[] }

function effectsOf({ first, from, to }: Compared): UsageEffect[] {
  const unit = commonUnit([...from, ...to]);
  const [before, after] = [basisOf(from, unit), basisOf(to, unit)];
  const names = { pool: first.pool, useCase: first.useCase, vendor: first.vendor, component: first.component, rateLine: first.rateLine, before, after };
  const change = (after?.amountMinor ?? 0n) - (before?.amountMinor ?? 0n);
  const split = (volume: bigint): UsageEffect[] =>
    ([["USAGE_VOLUME", volume], ["USAGE_RATE", change - volume]] as const).flatMap(([kind, amountMinor]) => (amountMinor === 0n ? [] : [{ ...names, kind, amountMinor }]));
  if (before === null || after === null) return split(change);
  if (before.rate === null || after.rate === null) return [];
  return split(roundHalfUp(multiply(subtract(after.quantity, before.quantity), before.rate)));
}

/** The unit that everything is counted in; null where only calls can be compared. */
function commonUnit(costs: readonly UsageCost[]): string | null {
  const [first, ...others] = costs;
  return others.every(({ unit }) => unit === first!.unit) ? first!.unit : null;
}

function basisOf(costs: readonly UsageCost[], unit: string | null): UsageBasis | null {
  if (costs.length === 0) return null;
  const amountMinor = costs.reduce((sum, cost) => sum + cost.amountMinor, 0n);
  const quantity = unit === null ? fraction(costs.reduce((sum, { calls }) => sum + calls, 0n)) : costs.reduce((sum, cost) => add(sum, cost.quantity), ZERO);
  return { unit: unit ?? "CALL", quantity, amountMinor, rate: quantity.numerator === 0n ? null : divide(fraction(amountMinor), quantity) };
}
