import { Fraction, divide, fraction } from "../kernel/fraction";
import { BudgetPlace } from "./budget";
import { BudgetRow, CostLine } from "./budget-report";

/** What a use case costs by its usage, in minor units per call and per minute; null where nothing was used. */
export interface UnitCost extends BudgetPlace {
  readonly calls: bigint;
  readonly connectedMs: bigint;
  /** Direct cost and the share of divided cost. */
  readonly allInMinor: bigint;
  readonly directMinor: bigint;
  readonly perCall: Fraction | null;
  readonly perMinute: Fraction | null;
  readonly directPerCall: Fraction | null;
  readonly directPerMinute: Fraction | null;
  readonly missing: readonly string[];
}

/** Cost over connected calls and over measured minutes (connectedMs / 60,000), all in and of the use case itself. */
export function unitCostOf(row: Pick<BudgetRow, "businessUnit" | "useCase" | "calls" | "connectedMs" | "actualMinor">, lines: readonly CostLine[]): UnitCost {
  const own = lines.filter(({ kind, useCase, businessUnit }) => kind === "DIRECT" && useCase === row.useCase && businessUnit === row.businessUnit);
  return over({ businessUnit: row.businessUnit, useCase: row.useCase, calls: row.calls, connectedMs: row.connectedMs, allInMinor: row.actualMinor, directMinor: own.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) });
}

/** The same over several use cases. */
export function totalOf(costs: readonly UnitCost[]): UnitCost {
  const sum = (pick: (cost: UnitCost) => bigint): bigint => costs.reduce((total, cost) => total + pick(cost), 0n);
  return over({ businessUnit: null, useCase: null, calls: sum((c) => c.calls), connectedMs: sum((c) => c.connectedMs), allInMinor: sum((c) => c.allInMinor), directMinor: sum((c) => c.directMinor) });
}

function over(figures: Pick<UnitCost, "businessUnit" | "useCase" | "calls" | "connectedMs" | "allInMinor" | "directMinor">): UnitCost {
  const per = (minor: bigint, quantity: Fraction): Fraction | null => (quantity.numerator === 0n ? null : divide(fraction(minor), quantity));
  const [calls, minutes] = [fraction(figures.calls), fraction(figures.connectedMs, 60_000n)];
  return {
    ...figures, perCall: per(figures.allInMinor, calls), perMinute: per(figures.allInMinor, minutes), directPerCall: per(figures.directMinor, calls), directPerMinute: per(figures.directMinor, minutes),
    missing: [...(figures.calls === 0n ? ["perCall, directPerCall: no call was connected."] : []), ...(figures.connectedMs === 0n ? ["perMinute, directPerMinute: nothing was used."] : [])],
  };
}
