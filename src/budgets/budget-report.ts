import { compareCodes } from "../kernel/apportion";
import { Fraction, ONE, divide, fraction, fromDecimal, multiply } from "../kernel/fraction";
import { parseDecimal } from "../kernel/decimal";
import { Currency } from "../kernel/money";
import { PeriodStatus } from "../governance";
import { Budget, BudgetLevel, BudgetPlace, VolumeUnit, levelOf, rateMinor } from "./budget";
import { ForecastFactor, ForecastMethod, MonthProgress, WeekdayProfile, forecastFactor } from "./forecast";
import { VarianceParts, splitVariance } from "./variance";

/** One amount of a month: whom it burdens (null: the programme itself) and the pool that it comes from. */
export interface CostLine extends BudgetPlace {
  readonly pool: string | null;
  /** DIRECT: of the use case itself. SHARED: its share of divided cost. PROGRAMME: what no unit bears. */
  readonly kind: "DIRECT" | "SHARED" | "PROGRAMME";
  readonly amountMinor: bigint;
}

/** Connected voice calls and their measured milliseconds. */
export interface PlaceUsage extends BudgetPlace {
  readonly calls: bigint;
  readonly connectedMs: bigint;
}

/** What happened in a month, wholly; who may see what of it is decided afterwards. */
export interface MonthFacts {
  readonly period: string;
  /** Null where nothing fell into the month yet. */
  readonly status: PeriodStatus | null;
  readonly currency: Currency;
  readonly lines: readonly CostLine[];
  readonly usage: readonly PlaceUsage[];
  readonly progress: MonthProgress;
  /** Weekdays of the closed months before, by use case. */
  readonly profiles: ReadonlyArray<BudgetPlace & WeekdayProfile>;
  /** What of the month is not known yet, in words. */
  readonly remarks: readonly string[];
}

/** A place in a month: what it was to cost, what it cost, what it will have cost. Null is unknown, with the reason in `missing`. */
export interface BudgetRow extends BudgetPlace {
  readonly budget: Budget | null;
  readonly actualMinor: bigint;
  readonly calls: bigint;
  readonly connectedMs: bigint;
  readonly varianceMinor: bigint | null;
  readonly parts: VarianceParts | null;
  /** Minor units per unit of the volume; null without volume or usage. */
  readonly actualRate: Fraction | null;
  readonly forecast: Fraction | null;
  readonly forecastMethod: ForecastMethod;
  /** Of the level below: their sum, and how many there are. */
  readonly innerBudgetsMinor: bigint | null;
  readonly innerBudgets: number;
  readonly missing: readonly string[];
}

const keyOf = ({ businessUnit, useCase }: BudgetPlace): string => JSON.stringify([businessUnit, useCase]);

/** The place that something of a finer place counts for at a level; null: for none. */
function placeAt(level: BudgetLevel, { businessUnit, useCase }: BudgetPlace): BudgetPlace | null {
  if (level === "PROGRAMME") return { businessUnit: null, useCase: null };
  if (businessUnit === null) return null;
  if (level === "BUSINESS_UNIT") return { businessUnit, useCase: null };
  return useCase === null ? null : { businessUnit, useCase };
}

const sumOf = <T>(items: readonly T[], pick: (item: T) => bigint): bigint => items.reduce((sum, item) => sum + pick(item), 0n);

/** How much of a volume was used: minutes exact, or calls. */
export function quantityOf(unit: VolumeUnit, usage: Pick<PlaceUsage, "calls" | "connectedMs">): Fraction {
  return unit === "CALL" ? fraction(usage.calls) : fraction(usage.connectedMs, 60_000n);
}

/** Rows of a level by code: every place that has a budget, cost or usage. `budgets` are the newest versions of the month, of every level. */
export function budgetRows(level: BudgetLevel, facts: MonthFacts, budgets: readonly Budget[], method: ForecastMethod): BudgetRow[] {
  const places = new Map<string, BudgetPlace>();
  const note = (place: BudgetPlace | null): void => void (place && places.set(keyOf(place), place));
  if (level === "PROGRAMME") note({ businessUnit: null, useCase: null });
  for (const each of [...budgets, ...facts.lines, ...facts.usage]) note(placeAt(level, each));
  const below = level === "PROGRAMME" ? "BUSINESS_UNIT" : "USE_CASE";
  const found: Found = {
    budgets: byPlace(level, budgets.filter((each) => levelOf(each) === level)), inner: byPlace(level, level === "USE_CASE" ? [] : budgets.filter((each) => levelOf(each) === below)),
    lines: byPlace(level, facts.lines), usage: byPlace(level, facts.usage), profiles: byPlace(level, facts.profiles),
  };
  return [...places.values()]
    .sort((a, b) => compareCodes(a.businessUnit ?? "", b.businessUnit ?? "") || compareCodes(a.useCase ?? "", b.useCase ?? ""))
    .map((place) => rowOf(place, facts, found, method));
}

/** What a place has of something. */
type At<T> = (place: BudgetPlace) => readonly T[];

interface Found { readonly budgets: At<Budget>; readonly inner: At<Budget>; readonly lines: At<CostLine>; readonly usage: At<PlaceUsage>; readonly profiles: At<WeekdayProfile> }

/** Puts things of finer places where they count at a level, once for all rows: a large month has thousands of both. */
function byPlace<T extends BudgetPlace>(level: BudgetLevel, items: readonly T[]): At<T> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const at = placeAt(level, item);
    if (at === null) continue;
    const group = groups.get(keyOf(at));
    if (group) group.push(item);
    else groups.set(keyOf(at), [item]);
  }
  return (place) => groups.get(keyOf(place)) ?? [];
}

function rowOf(place: BudgetPlace, facts: MonthFacts, found: Found, method: ForecastMethod): BudgetRow {
  const budget = found.budgets(place)[0] ?? null;
  const actualMinor = sumOf(found.lines(place), (line) => line.amountMinor);
  const used = found.usage(place);
  const [calls, connectedMs] = [sumOf(used, (each) => each.calls), sumOf(used, (each) => each.connectedMs)];
  const { parts, actualRate, missing } = split(budget, actualMinor, { calls, connectedMs }, facts.currency);
  const carried = carriedOn(facts, method, found.profiles(place));
  const inner = found.inner(place);
  return {
    ...place, budget, actualMinor, calls, connectedMs, varianceMinor: budget && actualMinor - budget.amountMinor, parts, actualRate,
    forecast: carried.factor && multiply(fraction(actualMinor), carried.factor), forecastMethod: method,
    innerBudgetsMinor: inner.length === 0 ? null : sumOf(inner, (each) => each.amountMinor), innerBudgets: inner.length,
    missing: [...(budget ? [] : [`budget, variance: none is set for ${facts.period}.`]), ...missing, ...(carried.missing === null ? [] : [carried.missing])],
  };
}

function split(budget: Budget | null, amountMinor: bigint, used: Pick<PlaceUsage, "calls" | "connectedMs">, currency: Currency): { parts: VarianceParts | null; actualRate: Fraction | null; missing: string[] } {
  if (budget === null) return { parts: null, actualRate: null, missing: [] };
  if (budget.volume === null) return { parts: null, actualRate: null, missing: ["volumeVariance, rateVariance: the budget is an amount without a volume."] };
  const quantity = quantityOf(budget.volume.unit, used);
  const parts = splitVariance({ amountMinor: budget.amountMinor, quantity: fromDecimal(parseDecimal(budget.volume.quantity)!), rateMinor: rateMinor(budget.volume, currency) }, { amountMinor, quantity });
  if (quantity.numerator === 0n) return { parts, actualRate: null, missing: ["actualRate: nothing was used."] };
  return { parts, actualRate: divide(fraction(amountMinor), quantity), missing: [] };
}

/** What the cost so far is multiplied by; a closed month is not carried on. */
function carriedOn(facts: MonthFacts, method: ForecastMethod, profiles: readonly WeekdayProfile[]): ForecastFactor {
  if (facts.status === "CLOSED") return { factor: ONE, missing: null };
  if (facts.status === null) return { factor: null, missing: `forecast: nothing fell into ${facts.period} yet.` };
  const first = profiles[0];
  const profile = first ? { days: first.days, used: first.used.map((_, day) => sumOf(profiles, (each) => each.used[day]!)) } : null;
  return forecastFactor(method, facts.progress, profile);
}
