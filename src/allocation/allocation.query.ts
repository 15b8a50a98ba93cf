import { fraction, roundForDisplay, sum } from "../kernel/fraction";
import { TenantTransaction } from "../tenancy/database.store";
import { ownersAt } from "../tenancy/ownership.query";
import { UnitName, UseCaseName } from "../metering/questions/grouping.query";
import { CostPool } from "../costs";
import { SHARE_PLACES, amountText, quantityText, shareText } from "./allocation-text";
import { AllocationDriver } from "./policy";
import { NOT_ONE_DRIVER, NO_CHANNEL, NO_SHARE, SEVERAL_DRIVERS } from "./report-of-result";

export const ALLOCATION_DIMENSIONS = ["BUSINESS_UNIT", "USE_CASE", "POOL", "CHANNEL"] as const;
export type AllocationDimension = (typeof ALLOCATION_DIMENSIONS)[number];

/** Filter after its codes were found. */
export interface ResolvedAllocationWhere {
  readonly unitIds: readonly string[] | null;
  readonly useCaseIds: readonly string[] | null;
  readonly poolIds: readonly string[] | null;
  /** The instant whose owners everything is shown under; absent: the unit that was charged. */
  readonly ownersAt?: Date | null;
}

export interface AllocationRow {
  readonly businessUnit: UnitName | null;
  readonly useCase: UseCaseName | null;
  readonly pool: CostPool | null;
  readonly channel: string | null;
  readonly driverQuantity: string | null;
  readonly driverTotal: string | null;
  readonly share: string | null;
  /** Whole minor units, as text. */
  readonly amountMinor: string;
  readonly amount: { readonly amount: string; readonly currency: string };
  readonly missing: readonly string[];
}

type Raw = Record<string, string | null> & { readonly methods?: boolean };

/** Stored lines of a run, summed by the dimensions asked for. Nothing is divided here. */
export async function allocationByGroup(tx: TenantTransaction, runId: string, where: ResolvedAllocationWhere, groupBy: readonly AllocationDimension[], money: { code: string; exponent: number }): Promise<AllocationRow[]> {
  const units = groupBy.includes("BUSINESS_UNIT"), useCases = groupBy.includes("USE_CASE"), pools = groupBy.includes("POOL"), channels = groupBy.includes("CHANNEL");
  const shown = where.ownersAt ? "coalesce(w.business_unit_id, l.business_unit_id)" : "l.business_unit_id";
  const keys = [...(units ? [shown] : []), ...(useCases ? ["l.use_case_id"] : []), ...(pools ? ["l.pool_id"] : []), ...(channels ? ["l.channel"] : [])];
  // Whole units stand in a table of their own, with quantities that do not add up from their use cases (contacts).
  const wholeUnits = units && !useCases && !channels && where.useCaseIds === null && !where.ownersAt;
  const rows = await tx.prepared<Raw>(
    `select g.*
       ${units ? `, u.id as "unitId", u.code as "unitCode", u.name as "unitName", u.cost_centre as "costCentre", u.chargeback_mode as "chargebackMode"` : ""}
       ${useCases ? `, c.id as "useCaseId", c.code as "useCaseCode", c.name as "useCaseName"` : ""}
       ${pools ? `, p.id as "poolId", p.code as "poolCode", p.name as "poolName", p.kind as "poolKind"` : ""}
     from (
       select ${[...(units ? [`${shown} as business_unit_id`] : []), ...keys.slice(units ? 1 : 0), "sum(l.amount_minor) as amount", "sum(l.driver_quantity) as quantity", "min(l.driver) as driver", "max(l.driver) as driver2", "min(l.part) as part", "max(l.part) as part2"].join(", ")},
         count(distinct l.pool_id) as pools, count(*) filter (where l.driver is null) as undriven, count(*) filter (where l.share_denominator is null) as shareless, bool_or(l.exact_denominator is not null) as methods, min(l.driver_total) as total, max(l.driver_total) as total2,
         sum(l.share_numerator) as numerator, min(l.share_denominator) as denominator,
         case when min(l.share_denominator) <> max(l.share_denominator) then string_agg(l.share_numerator || '/' || l.share_denominator, ' ') end as shares
       from allocation.${wholeUnits ? "unit_share" : "line"} l ${where.ownersAt ? `left join (${ownersAt("$6")}) w on w.use_case_id = l.use_case_id` : ""}
       where l.programme_id = $1 and l.run_id = $2 and ($3::uuid[] is null or ${shown} = any($3))
         and ($4::uuid[] is null ${wholeUnits ? "" : "or l.use_case_id = any($4)"}) and ($5::uuid[] is null or l.pool_id = any($5))
       ${keys.length > 0 ? `group by ${keys.join(", ")}` : "having count(*) > 0"}
     ) g
     ${units ? "join tenancy.business_unit u on u.programme_id = $1 and u.id = g.business_unit_id" : ""}
     ${useCases ? "join tenancy.use_case c on c.programme_id = $1 and c.id = g.use_case_id" : ""}
     ${pools ? "join costs.cost_pool p on p.programme_id = $1 and p.id = g.pool_id" : ""}
     order by ${[...(units ? ['u.code collate "C"'] : []), ...(useCases ? ['c.code collate "C"'] : []), ...(pools ? ['p.code collate "C"'] : []), ...(channels ? ["g.channel"] : []), "g.amount"].join(", ")}`,
    [tx.scope.programme.id, runId, where.unitIds, where.useCaseIds, where.poolIds, ...(where.ownersAt ? [where.ownersAt] : [])],
  );
  // A use case that moved within the month has a line under each of its units, and a contact may stand in both.
  const exactQuantities = wholeUnits || (useCases && channels && !where.ownersAt);
  const shared: Shared = { units: new Map(), useCases: new Map(), pools: new Map(), totals: new Map() };
  return rows.map((row) => toRow(row, shared, money, exactQuantities));
}

/** What is the same in many rows, made once: names, and the texts of denominators. */
interface Shared { readonly units: Map<string, UnitName>; readonly useCases: Map<string, UseCaseName>; readonly pools: Map<string, CostPool>; readonly totals: Map<string, string> }

function once<V>(known: Map<string, V>, key: string | null | undefined, make: () => V): V | null {
  if (!key) return null;
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

const NOTHING_MISSING: readonly string[] = [];

function toRow(row: Raw, shared: Shared, money: { code: string; exponent: number }, exactQuantities: boolean): AllocationRow {
  const oneDriver = row.driver !== null && row.undriven === "0" && row.driver === row.driver2 && row.part === row.part2 && row.total === row.total2;
  const onePool = row.pools === "1";
  const addsUp = exactQuantities || !row.driver?.endsWith("CONTACTS");
  const driver = row.driver as AllocationDriver;
  return {
    businessUnit: once(shared.units, row.unitCode, () => ({ id: row.unitId!, code: row.unitCode!, name: row.unitName!, costCentre: row.costCentre ?? null, chargebackMode: row.chargebackMode! })),
    useCase: once(shared.useCases, row.useCaseCode, () => ({ id: row.useCaseId!, code: row.useCaseCode!, name: row.useCaseName! })),
    pool: once(shared.pools, row.poolCode, () => ({ id: row.poolId!, code: row.poolCode!, name: row.poolName!, kind: row.poolKind as CostPool["kind"] })),
    channel: row.channel || null,
    driverQuantity: onePool && oneDriver && addsUp ? quantityText(driver, row.quantity!) : null,
    driverTotal: onePool && oneDriver ? once(shared.totals, `${driver} ${row.total!}`, () => quantityText(driver, row.total!)) : null,
    share: onePool && row.shareless === "0" ? shareOf(row) : null,
    amountMinor: row.amount!,
    amount: { amount: amountText(row.amount!, money.exponent), currency: money.code },
    missing: onePool && oneDriver && addsUp && row.shareless === "0" && row.channel !== "" ? NOTHING_MISSING : whatIsMissing(row, onePool, oneDriver, addsUp),
  };
}

function whatIsMissing(row: Raw, onePool: boolean, oneDriver: boolean, addsUp: boolean): string[] {
  const missing: string[] = [];
  if (!onePool) missing.push("driverQuantity, driverTotal, share: several pools stand in this row; group by POOL.");
  else if (!oneDriver) missing.push(row.methods ? NOT_ONE_DRIVER : SEVERAL_DRIVERS);
  else if (!addsUp) missing.push("driverQuantity: contacts of use cases do not add up; see explainAllocation.");
  if (onePool && row.shareless !== "0") missing.push(NO_SHARE);
  if (row.channel === "") missing.push(NO_CHANNEL);
  return missing;
}

function shareOf(row: Raw): string {
  if (row.shares === null || row.shares === undefined) return shareText(row.numerator!, row.denominator!);
  return roundForDisplay(sum(row.shares.split(" ").map((share) => {
    const [numerator, denominator] = share.split("/");
    return fraction(BigInt(numerator!), BigInt(denominator!));
  })), SHARE_PLACES);
}

/** A pool of a run with its figures, in minor units. */
export interface RunPool {
  readonly pool: CostPool;
  readonly step: number;
  readonly amountMinor: bigint;
  readonly receivedMinor: bigint;
  readonly passedMinor: bigint;
  readonly allocatedMinor: bigint;
  readonly unallocatedMinor: bigint;
  readonly varianceMinor: bigint;
  readonly reason: string | null;
}

/** The pools of a run by code, as everybody who may read the run sees them. */
export async function runPools(tx: TenantTransaction, runId: string, poolIds: readonly string[] | null): Promise<RunPool[]> {
  const rows = await tx.query<Record<"id" | "code" | "name" | "amount" | "received" | "passed" | "allocated" | "unallocated" | "variance", string> & { kind: CostPool["kind"]; step: number | null; reason: string | null }>(
    `select p.id, p.code, p.name, p.kind, r.step, r.amount_minor as amount, r.received_minor as received, r.passed_minor as passed, r.allocated_minor as allocated, r.unallocated_minor as unallocated,
       r.variance_minor as variance, r.unallocated_reason as reason
     from allocation.run_pool r join costs.cost_pool p on p.programme_id = $1 and p.id = r.pool_id
     where r.programme_id = $1 and r.run_id = $2 and ($3::uuid[] is null or r.pool_id = any($3)) order by p.code collate "C"`,
    [tx.scope.programme.id, runId, poolIds],
  );
  return rows.map(({ id, code, name, kind, ...row }) => ({
    pool: { id, code, name, kind }, step: row.step ?? 1, amountMinor: BigInt(row.amount), receivedMinor: BigInt(row.received), passedMinor: BigInt(row.passed), allocatedMinor: BigInt(row.allocated),
    unallocatedMinor: BigInt(row.unallocated), varianceMinor: BigInt(row.variance), reason: row.reason,
  }));
}

/** Totals of the run's pools, as everybody who may read the run sees them, and how many units bear a part. A pool counts with what it received and without what it passed on. */
export async function runTotals(tx: TenantTransaction, runId: string, poolIds: readonly string[] | null): Promise<{ totalMinor: bigint; unallocatedMinor: bigint; varianceMinor: bigint; units: number }> {
  const [row] = await tx.query<{ total: string; unallocated: string; variance: string; units: string }>(
    `select coalesce(sum(amount_minor + received_minor - passed_minor), 0) as total, coalesce(sum(unallocated_minor), 0) as unallocated, coalesce(sum(variance_minor), 0) as variance,
       (select count(distinct business_unit_id) from allocation.unit_share s where s.programme_id = $1 and s.run_id = $2) as units
     from allocation.run_pool where programme_id = $1 and run_id = $2 and ($3::uuid[] is null or pool_id = any($3))`,
    [tx.scope.programme.id, runId, poolIds],
  );
  return { totalMinor: BigInt(row!.total), unallocatedMinor: BigInt(row!.unallocated), varianceMinor: BigInt(row!.variance), units: Number(row!.units) };
}
