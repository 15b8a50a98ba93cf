/** What a figure was measured under: sizes, counts, rounds; printed beside it. */
export type Setting = Readonly<Record<string, unknown>>;

/** The middle one of some numbers, the mean of the middle two when they are even in number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Prints one figure as a line of JSON: its median is the value. */
export function printFigure(bench: string, figure: string, unit: string, values: readonly number[], setting: Setting = {}): void {
  const short = (value: number): number => Number(value.toPrecision(4));
  const summary = { rounds: values.length, min: short(Math.min(...values)), max: short(Math.max(...values)), median: short(median(values)) };
  process.stdout.write(`${JSON.stringify({ bench, figure, value: summary.median, unit, ...setting, ...summary })}\n`);
}

/** A figure with a bound that it is to keep; `passes` says whether its median does. */
export function printRatio(bench: string, figure: string, values: readonly number[], bound: { readonly atLeast?: number; readonly atMost?: number; readonly stretch?: number }, setting: Setting = {}): void {
  const value = median(values);
  const passes = (bound.atLeast === undefined || value >= bound.atLeast) && (bound.atMost === undefined || value <= bound.atMost);
  printFigure(bench, figure, "ratio", values, { ...bound, passes, ...setting });
}

/** Progress for people. */
export function say(message: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);
}

/** Milliseconds that a piece of work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}
