import { compareCodes } from "../kernel/apportion";
import { ZERO, add, roundForDisplay, sum } from "../kernel/fraction";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { AllocationResult } from "./allocate";
import { Line } from "./divide-pool";
import { displayQuantity } from "./driver";
import { AllocationDriver } from "./policy";

/** One group of a result that was not stored; codes stand for what they name. */
export interface ResultRow {
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly pool: string | null;
  readonly channel: string | null;
  readonly driverQuantity: string | null;
  readonly driverTotal: string | null;
  readonly share: string | null;
  readonly amount: MoneyAmount;
  readonly missing: readonly string[];
}

export interface ResultDimensions {
  readonly businessUnit: boolean;
  readonly useCase: boolean;
  readonly pool: boolean;
  readonly channel: boolean;
}

type PooledLine = Line & { readonly pool: string; readonly driver: AllocationDriver };

/** A result summed by dimensions, in the order of their codes: what a stored run answers, before it is stored. */
export function reportOfResult(result: AllocationResult, by: ResultDimensions, currency: Currency): ResultRow[] {
  const wholeUnits = by.businessUnit && !by.useCase && !by.channel;
  const lines = result.pools.flatMap((pool) =>
    (wholeUnits ? pool.unitShares : pool.lines).map((share): PooledLine => ({ useCase: "", channel: "", ...share, pool: pool.pool, driver: pool.rule!.parts[share.part]!.driver })),
  );
  const groups = new Map<string, PooledLine[]>();
  for (const line of lines) {
    const key = [by.businessUnit ? line.businessUnit : "", by.useCase ? line.useCase : "", by.pool ? line.pool : "", by.channel ? line.channel : ""].join("\u0000");
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  return [...groups].sort(([a], [b]) => compareCodes(a, b)).map(([, group]) => toRow(group, by, currency));
}

function toRow(group: readonly PooledLine[], by: ResultDimensions, currency: Currency): ResultRow {
  const first = group[0]!;
  const onePool = group.every((line) => line.pool === first.pool);
  const oneDriver = onePool && group.every((line) => line.part === first.part);
  const addsUp = (by.businessUnit && !by.useCase && !by.channel) || (by.useCase && by.channel) || !first.driver.endsWith("CONTACTS");
  const missing: string[] = [];
  if (!onePool) missing.push("driverQuantity, driverTotal, share: several pools stand in this row; group by POOL.");
  else if (!oneDriver) missing.push("driverQuantity, driverTotal: the pool is divided by several drivers; see explainAllocation.");
  else if (!addsUp) missing.push("driverQuantity: contacts of use cases do not add up; see explainAllocation.");
  return {
    businessUnit: by.businessUnit ? first.businessUnit : null,
    useCase: by.useCase ? first.useCase : null,
    pool: by.pool ? first.pool : null,
    channel: by.channel ? first.channel : null,
    driverQuantity: oneDriver && addsUp ? displayQuantity(first.driver, group.reduce((total, line) => add(total, line.driverQuantity), ZERO)) : null,
    driverTotal: oneDriver ? displayQuantity(first.driver, first.driverTotal) : null,
    share: onePool ? roundForDisplay(sum(group.map((line) => line.share)), 12) : null,
    amount: toMoney(group.reduce((total, line) => total + line.amountMinor, 0n), currency),
    missing,
  };
}
