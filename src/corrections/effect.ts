import { compareCodes } from "../kernel/apportion";
import { invariant } from "../kernel/refusal";

/** What counts of a use case in a month; null stands for usage that nobody is named for. Contacts are distinct. */
export interface UsageCell {
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly legs: number;
  readonly calls: number;
  readonly connectedMs: number;
  readonly contacts: number;
}

/** What a use case bears in a month, over all pools. */
export interface MoneyCell {
  readonly businessUnit: string;
  readonly useCase: string;
  readonly amountMinor: bigint;
}

/** A month as it is charged: cells + unallocated = total. */
export interface ChargedMonth {
  readonly cells: readonly MoneyCell[];
  readonly totalMinor: bigint;
  readonly unallocatedMinor: bigint;
}

/** A month as it stands at one moment; `charged` is null with the reason in `missing` when that cannot be worked out. */
export interface MonthState {
  readonly period: string;
  readonly closed: boolean;
  readonly usage: readonly UsageCell[];
  readonly charged: ChargedMonth | null;
  readonly missing: string | null;
}

/** A figure before and after a correction. Whole numbers. */
export type Pair = readonly [before: number, after: number];
/** Minor units before and after, as text: a document keeps them exactly. */
export type MinorPair = readonly [before: string, after: string];

export interface UsageEffect {
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly legs: Pair;
  readonly calls: Pair;
  readonly connectedMs: Pair;
  readonly contacts: Pair;
}

export interface MoneyEffect {
  readonly businessUnit: string;
  readonly useCase: string;
  readonly minor: MinorPair;
}

/** What a correction changes in a month: of an open one its allocation, of a closed one the adjustments that a later month charges. */
export interface MonthEffect {
  readonly period: string;
  readonly closed: boolean;
  readonly usage: readonly UsageEffect[];
  readonly money: readonly MoneyEffect[];
  readonly totalMinor: MinorPair | null;
  readonly unallocatedMinor: MinorPair | null;
  readonly missing: readonly string[];
}

/** What a correction changes: by month, unit and use case. Only what differs is listed. A plain document: no dates, no big integers. */
export interface CorrectionEffect {
  readonly months: readonly MonthEffect[];
  /** Minor units that move, as text; null when a month cannot be worked out. */
  readonly movedMinor: string | null;
}

/** The difference between two moments of the same months, which differ in one correction alone. Stops when money is made or lost. */
export function effectBetween(before: readonly MonthState[], after: readonly MonthState[]): CorrectionEffect {
  const months = after.map((month, index) => {
    const earlier = before[index]!;
    invariant(earlier.period === month.period, "two moments of different months");
    return monthEffect(earlier, month);
  });
  const moved = months.map(movedIn);
  return {
    months: months.filter(({ usage, money, missing }) => usage.length + money.length + missing.length > 0),
    movedMinor: moved.some((each) => each === null) ? null : String(moved.reduce<bigint>((sum, each) => sum + each!, 0n)),
  };
}

function monthEffect(before: MonthState, after: MonthState): MonthEffect {
  const usage = differing(before.usage, after.usage, (a, b): UsageEffect => {
    const { businessUnit, useCase } = (a ?? b)!;
    const pair = (pick: (cell: UsageCell) => number): Pair => [a ? pick(a) : 0, b ? pick(b) : 0];
    return { businessUnit, useCase, legs: pair((cell) => cell.legs), calls: pair((cell) => cell.calls), connectedMs: pair((cell) => cell.connectedMs), contacts: pair((cell) => cell.contacts) };
  }).filter(({ legs, calls, connectedMs, contacts }) => [legs, calls, connectedMs, contacts].some(([a, b]) => a !== b));
  const missing = [...new Set([before.missing, after.missing].flatMap((each) => each ?? []))];
  if (!before.charged || !after.charged) return { period: after.period, closed: after.closed, usage, money: [], totalMinor: null, unallocatedMinor: null, missing };
  const money = differing(before.charged.cells, after.charged.cells, (a, b): MoneyEffect => {
    const { businessUnit, useCase } = (a ?? b)!;
    return { businessUnit, useCase, minor: [String(a?.amountMinor ?? 0n), String(b?.amountMinor ?? 0n)] };
  }).filter(({ minor: [a, b] }) => a !== b);
  const effect: MonthEffect = {
    period: after.period, closed: after.closed, usage, money, missing,
    totalMinor: [String(before.charged.totalMinor), String(after.charged.totalMinor)],
    unallocatedMinor: [String(before.charged.unallocatedMinor), String(after.charged.unallocatedMinor)],
  };
  const shifted = money.reduce((sum, { minor }) => sum + differenceOf(minor), 0n) + differenceOf(effect.unallocatedMinor!);
  invariant(shifted === differenceOf(effect.totalMinor!), `the correction makes or loses money in ${after.period}`);
  return effect;
}

/** What a pair of minor units differs by. */
export function differenceOf([before, after]: MinorPair): bigint {
  return BigInt(after) - BigInt(before);
}

/** Everything that goes up, over use cases and what nobody bears; null when it is not known. */
function movedIn({ money, unallocatedMinor }: MonthEffect): bigint | null {
  if (unallocatedMinor === null) return null;
  return [...money.map(({ minor }) => minor), unallocatedMinor].reduce((sum, pair) => {
    const difference = differenceOf(pair);
    // Stryker disable next-line EqualityOperator: what does not differ adds nothing.
    return difference > 0n ? sum + difference : sum;
  }, 0n);
}

interface Named { readonly businessUnit: string | null; readonly useCase: string | null }

/** Pairs the cells of both sides by name, in the order of codes; nobody comes last. */
function differing<Cell extends Named, Effect>(before: readonly Cell[], after: readonly Cell[], pair: (before: Cell | null, after: Cell | null) => Effect): Effect[] {
  const key = ({ businessUnit, useCase }: Named): string => `${businessUnit ?? "\uffff"}\u0000${useCase ?? "\uffff"}`;
  const earlier = new Map(before.map((cell) => [key(cell), cell]));
  const later = new Map(after.map((cell) => [key(cell), cell]));
  return [...new Set([...earlier.keys(), ...later.keys()])].sort(compareCodes).map((each) => pair(earlier.get(each) ?? null, later.get(each) ?? null));
}
