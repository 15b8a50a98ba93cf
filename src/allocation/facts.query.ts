import { periodStore } from "../governance/period.store";
import { firstInstantOf } from "../kernel/local-days";
import { requirePeriodKey, shiftPeriod } from "../kernel/period";
import { poolAmounts } from "../costs/costs.query";
import { isShared } from "../costs";
import { NOBODY } from "../metering";
import { COUNTING_EVENTS, countingBefore } from "../metering/questions/counting-events.query";
import { TenantTransaction } from "../tenancy/database.store";
import { AllocationFacts, PoolAmount, neededDrivers } from "./allocate";
import { DriverVector } from "./driver";
import { PriorCharges, neededInputs } from "./method-inputs";
import { MonthsInstead, methodInputs } from "./method-inputs.query";
import { PolicyDocument } from "./policy";

/**
 * Everything that the division of a period depends on, read in one transaction. A closed period is read as it was posted,
 * unless `recordedBefore` is given: then usage and cost count as far as they were recorded before that instant, late ones
 * too, which is what an adjustment is worked out from. Earlier months count as their newest runs posted them, or as `instead`
 * has them divided.
 */
export async function gatherFacts(tx: TenantTransaction, period: string, policy: PolicyDocument | null, recordedBefore: Date | null = null, instead: MonthsInstead = new Map()): Promise<AllocationFacts> {
  const [closed] = await tx.query<{ cutoff: Date | null }>("select cutoff from governance.period where programme_id = $1 and key = $2", [tx.scope.programme.id, period]);
  const pools: PoolAmount[] = (await poolAmounts(tx, requirePeriodKey(period), recordedBefore))
    .filter((pool) => isShared(pool.kind))
    .map((pool) => ({ code: pool.code, amountMinor: BigInt(pool.amountMinor) }));
  if (policy?.settings) pools.push(...policy.rules.filter(({ pool }) => !pools.some(({ code }) => code === pool)).map(({ pool }) => ({ code: pool, amountMinor: 0n })));
  const needed = neededDrivers(policy, pools);
  const receivers = await receiversAtEnd(tx, period, closed?.cutoff ?? null);
  const inputs = policy?.settings ? await methodInputs(tx, period, neededInputs(policy), receivers, recordedBefore, instead) : null;
  return {
    period,
    currency: tx.scope.programme.currency,
    pools,
    policy,
    receivers,
    drivers: await measureDrivers(tx, period, needed.period, recordedBefore, inputs?.priors ?? []),
    priorDrivers: await measureDrivers(tx, shiftPeriod(period, -1), needed.prior, null, []),
    ...(inputs ? { method: inputs } : {}),
  };
}

/** Units and the use cases that they own when the period ends, as far as that was recorded before an instant (null: by now). */
export async function receiversAtEnd(tx: TenantTransaction, period: string, recordedBefore: Date | null = null): Promise<Map<string, string[]>> {
  const rows = await tx.query<{ unit: string; useCase: string }>(
    `select u.code as unit, c.code as "useCase"
     from (
       select distinct on (o.use_case_id) o.use_case_id, o.business_unit_id from tenancy.use_case_ownership o
       where o.programme_id = $1 and o.effective_from < ${firstInstantOf("(to_date($2, 'YYYY-MM') + interval '1 month')", "$3")}
         and ($4::timestamptz is null or o.created_at < $4)
       order by o.use_case_id, o.effective_from desc, o.version desc
     ) o join tenancy.business_unit u on u.programme_id = $1 and u.id = o.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = o.use_case_id
     order by u.code collate "C", c.code collate "C"`,
    [tx.scope.programme.id, period, tx.scope.programme.timeZone, recordedBefore],
  );
  const receivers = new Map<string, string[]>();
  for (const { unit, useCase } of rows) receivers.set(unit, [...(receivers.get(unit) ?? []), useCase]);
  return receivers;
}

/** What was measured of some drivers in a period: as posted, or as it was recorded before an instant. */
export async function measureDrivers(tx: TenantTransaction, period: string, keys: readonly string[], recordedBefore: Date | null, priors: readonly PriorCharges[]): Promise<Map<string, DriverVector>> {
  const found = new Map<string, DriverVector>();
  for (const key of keys) {
    const [measured, since] = key.split("@") as [string, string | undefined];
    const months = [await vector(tx, period, measured, recordedBefore)];
    // Earlier months count as they are posted; of those only the ones that were divided at all.
    for (const month of priors.find((each) => each.since === since)?.months ?? []) months.push(await vector(tx, month, measured, null));
    found.set(key, months.length === 1 ? months[0]! : addVectors(months));
  }
  return found;
}

/** Quantities of several months added up; contacts are then those of each month. */
function addVectors(months: readonly DriverVector[]): DriverVector {
  const added = <T extends { readonly businessUnit: string; readonly useCase?: string; readonly channel: string; readonly quantity: bigint }>(rows: readonly T[]): T[] => {
    const sums = new Map<string, T>();
    for (const row of rows) {
      const key = [row.businessUnit, row.useCase ?? "", row.channel].join("/");
      sums.set(key, { ...row, quantity: row.quantity + (sums.get(key)?.quantity ?? 0n) });
    }
    return [...sums.values()];
  };
  const units = months.flatMap(({ unitQuantities }) => unitQuantities ?? []);
  return { quantities: added(months.flatMap(({ quantities }) => quantities)), unitQuantities: months[0]!.unitQuantities === null ? null : added(units) };
}

interface QuantityRow { readonly businessUnit: string; readonly useCase: string; readonly channel: string; readonly quantity: string }

async function vector(tx: TenantTransaction, period: string, key: string, recordedBefore: Date | null): Promise<DriverVector> {
  const [driver, minimum, increment] = key.split("/");
  if (driver === "CALLS" || driver === "CONNECTED_SECONDS") {
    const calls = driver === "CALLS";
    if (recordedBefore === null) return additive(await fromTotals(tx, period, calls ? "connected_legs" : "connected_ms"));
    return additive(await fromRows(tx, period, recordedBefore, calls ? "1" : "connected_ms"));
  }
  if (driver === "BILLED_MINUTES") return additive(await billed(tx, period, recordedBefore, BigInt(minimum!) * 1000n, BigInt(increment!) * 1000n));
  const resolved = driver === "RESOLVED_CONTACTS";
  const [quantities, unitQuantities] = [await contacts(tx, period, recordedBefore, resolved, true), await contacts(tx, period, recordedBefore, resolved, false)];
  return { quantities: quantities.map(toQuantity), unitQuantities: unitQuantities.map(toQuantity) };
}

function additive(rows: readonly QuantityRow[]): DriverVector {
  return { quantities: rows.map(toQuantity), unitQuantities: null };
}

function toQuantity(row: QuantityRow): { businessUnit: string; useCase: string; channel: string; quantity: bigint } {
  return { ...row, quantity: BigInt(row.quantity) };
}

const NAMED = (inner: string): string => `
  with q as materialized (${inner})
  select u.code as "businessUnit", c.code as "useCase", q.channel::text as channel, q.quantity
  from q
    join tenancy.business_unit u on u.programme_id = $1 and u.id = q.business_unit_id
    join tenancy.use_case c on c.programme_id = $1 and c.id = q.use_case_id
  where q.quantity > 0 order by u.code collate "C", c.code collate "C", q.channel`;

function fromTotals(tx: TenantTransaction, period: string, figure: "connected_legs" | "connected_ms"): Promise<QuantityRow[]> {
  return tx.query(
    NAMED(`
      select business_unit_id, use_case_id, channel, sum(${figure})::bigint as quantity from metering.usage_daily_total
      where programme_id = $1 and business_unit_id <> '${NOBODY}' and day >= to_date($2, 'YYYY-MM') and day < to_date($2, 'YYYY-MM') + interval '1 month'
      group by 1, 2, 3`),
    [tx.scope.programme.id, period],
  );
}

/** The month ($2) from its first instant ($4) to that of the next ($5), so that its rows are found by when they ended; the period decides. */
const IN_MONTH = `e.programme_id = $1 and e.business_unit_id is not null and e.period_key = $2 and $3::timestamptz is not distinct from $3
      and e.ended_at >= $4 and e.ended_at < $5`;

/** What IN_MONTH speaks of, in its order. */
async function monthParameters(tx: TenantTransaction, period: string, recordedBefore: Date | null): Promise<unknown[]> {
  const { from, to } = await periodStore(tx).span(period);
  return [tx.scope.programme.id, period, recordedBefore, from, to];
}

/** The rows that count, as posted or ($3) by what was recorded before an instant. */
const rowsOf = (recordedBefore: Date | null): string => (recordedBefore === null ? COUNTING_EVENTS : countingBefore("$3"));

async function fromRows(tx: TenantTransaction, period: string, recordedBefore: Date, figure: "1" | "connected_ms"): Promise<QuantityRow[]> {
  return tx.query(
    NAMED(`
      select business_unit_id, use_case_id, channel, sum(${figure})::bigint as quantity
      from ${rowsOf(recordedBefore)}
      where ${IN_MONTH} and e.connected
      group by 1, 2, 3`),
    await monthParameters(tx, period, recordedBefore),
  );
}

/** Sum over calls of max(minimum, ceil(ms / increment) x increment), in milliseconds. */
async function billed(tx: TenantTransaction, period: string, recordedBefore: Date | null, minimumMs: bigint, incrementMs: bigint): Promise<QuantityRow[]> {
  return tx.query(
    NAMED(`
      select business_unit_id, use_case_id, channel, sum(greatest($6::bigint, (connected_ms + $7::bigint - 1) / $7 * $7))::bigint as quantity
      from ${rowsOf(recordedBefore)}
      where ${IN_MONTH} and e.connected
      group by 1, 2, 3`),
    [...(await monthParameters(tx, period, recordedBefore)), minimumMs.toString(), incrementMs.toString()],
  );
}

/** Distinct contacts per use case and channel, or per unit and channel. */
async function contacts(tx: TenantTransaction, period: string, recordedBefore: Date | null, resolved: boolean, perUseCase: boolean): Promise<QuantityRow[]> {
  return tx.query(
    `with q as materialized (
       select business_unit_id, ${perUseCase ? "use_case_id" : "null::uuid as use_case_id"}, channel, count(distinct contact_key) as quantity
       from ${rowsOf(recordedBefore)}
       where ${IN_MONTH} ${resolved ? "and e.resolved" : ""}
       group by 1, 2, 3
     )
     select u.code as "businessUnit", ${perUseCase ? "c.code" : "''"} as "useCase", q.channel::text as channel, q.quantity
     from q join tenancy.business_unit u on u.programme_id = $1 and u.id = q.business_unit_id
       ${perUseCase ? "join tenancy.use_case c on c.programme_id = $1 and c.id = q.use_case_id" : ""}
     order by 1, 2, 3`,
    await monthParameters(tx, period, recordedBefore),
  );
}
