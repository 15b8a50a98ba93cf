import { compareCodes } from "../kernel/apportion";
import { ZERO, add, roundForDisplay, sum } from "../kernel/fraction";
import { groupBy } from "../kernel/group-by";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { AllocationResult } from "./allocate";
import { Line, Share } from "./divide-pool";
import { displayQuantity } from "./driver";
import { AllocationRule } from "./policy";

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

type PooledLine = Line & { readonly pool: string; readonly driver: string | null };

export const SEVERAL_DRIVERS = "driverQuantity, driverTotal: the pool is divided by several drivers; see explainAllocation.";
export const NOT_ONE_DRIVER = "driverQuantity, driverTotal: no single driver says what is borne; see explainAllocation.";
export const NO_SHARE = "share: the pool with what it received is zero.";
export const NO_CHANNEL = "channel: the methods of this policy divide over use cases, not over channels.";

/** The driver that a share was made by: that of its part, or what the methods say. */
export function driverOf(rule: AllocationRule | null, share: Share): string | null {
  return share.byMethods ? share.byMethods.driver : rule!.parts[share.part]!.driver;
}

/** A result summed by dimensions, in the order of their codes: what a stored run answers, before it is stored. */
export function reportOfResult(result: AllocationResult, by: ResultDimensions, currency: Currency): ResultRow[] {
  const wholeUnits = by.businessUnit && !by.useCase && !by.channel;
  const lines = result.pools.flatMap((pool) =>
    (wholeUnits ? pool.unitShares : pool.lines).map((share): PooledLine => ({ useCase: "", channel: "", ...share, pool: pool.pool, driver: driverOf(pool.rule, share) })),
  );
  const groups = groupBy(lines, (line) => [by.businessUnit ? line.businessUnit : "", by.useCase ? line.useCase : "", by.pool ? line.pool : "", by.channel ? line.channel : ""].join("\u0000"));
  return [...groups].sort(([a], [b]) => compareCodes(a, b)).map(([, group]) => toRow(group, by, currency));
}

function toRow(group: readonly PooledLine[], by: ResultDimensions, currency: Currency): ResultRow {
  const first = group[0]!;
  const onePool = group.every((line) => line.pool === first.pool);
  const driver = onePool && group.every((line) => line.part === first.part && line.driver === first.driver) ? first.driver : null;
  const hasShare = onePool && (first.byMethods?.hasShare ?? true);
  const addsUp = (by.businessUnit && !by.useCase && !by.channel) || (by.useCase && by.channel) || !first.driver?.endsWith("CONTACTS");
  const missing: string[] = [];
  if (!onePool) missing.push("driverQuantity, driverTotal, share: several pools stand in this row; group by POOL.");
  else if (driver === null) missing.push(first.byMethods ? NOT_ONE_DRIVER : SEVERAL_DRIVERS);
  else if (!addsUp) missing.push("driverQuantity: contacts of use cases do not add up; see explainAllocation.");
  if (onePool && !hasShare) missing.push(NO_SHARE);
  if (by.channel && first.byMethods) missing.push(NO_CHANNEL);
  return {
    businessUnit: by.businessUnit ? first.businessUnit : null,
    useCase: by.useCase ? first.useCase : null,
    pool: by.pool ? first.pool : null,
    channel: by.channel && first.channel !== "" ? first.channel : null,
    driverQuantity: driver !== null && addsUp ? displayQuantity(driver, group.reduce((total, line) => add(total, line.driverQuantity), ZERO)) : null,
    driverTotal: driver !== null ? displayQuantity(driver, first.driverTotal) : null,
    share: hasShare ? roundForDisplay(sum(group.map((line) => line.share)), 12) : null,
    amount: toMoney(group.reduce((total, line) => total + line.amountMinor, 0n), currency),
    missing,
  };
}
