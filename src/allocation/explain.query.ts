import { Fraction, ZERO, add, divide, formatFraction, fraction, multiply } from "../kernel/fraction";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { CostPool } from "../costs";
import { UseCaseName } from "../metering/questions/grouping.query";
import { TenantTransaction } from "../tenancy/database.store";
import { AllocationRun } from "./allocate-period";
import { decimalFraction } from "./allocation-text";
import { displayQuantity } from "./driver";
import { ChainStep, StoredLink, chainOf, proportionalStep } from "./explain-chain";
import { AllocationMethod } from "./methods/method";
import { useCasePart } from "./method-inputs";
import { ALLOCATION_DRIVERS, AllocationDriver, AllocationPart, AllocationPolicy } from "./policy";
import { policyStore } from "./policy.store";
import { Split } from "./use-case-basis";

/** How one amount came about, from the pool to the rounding unit. */
export interface AllocationExplanation {
  readonly pool: CostPool;
  readonly useCase: UseCaseName | null;
  readonly poolAmount: MoneyAmount;
  /** From pools before it, as it was posted. */
  readonly receivedAmount: MoneyAmount;
  /** Null when the pool has parts by several methods. */
  readonly method: AllocationMethod | null;
  readonly driver: AllocationDriver | null;
  readonly bookedDriver: string | null;
  readonly driverQuantity: string | null;
  readonly driverTotal: string | null;
  readonly shareNumerator: string | null;
  readonly shareDenominator: string | null;
  readonly exactAmount: string;
  readonly adjustmentMinor: bigint;
  readonly amount: MoneyAmount;
  readonly policyVersion: number;
  readonly part: number;
  readonly partFraction: string;
  readonly chain: readonly ChainStep[];
  readonly split: UseCaseSplit | null;
  readonly missing: readonly string[];
  readonly run: AllocationRun;
  /** What the calls behind it are found by. */
  readonly basis: { readonly unitId: string; readonly useCaseId: string | null; readonly channels: readonly string[]; readonly contacts: boolean };
}

/** How a use case was told apart from the others of its unit. */
export interface UseCaseSplit {
  readonly by: Split;
  readonly driver: AllocationDriver | null;
  readonly bookedDriver: string | null;
  readonly quantity: string | null;
  readonly total: string | null;
}

interface Row {
  readonly poolId: string; readonly poolCode: string; readonly poolName: string; readonly poolKind: CostPool["kind"]; readonly poolMinor: string; readonly receivedMinor: string;
  readonly useCaseId: string | null; readonly useCaseCode: string | null; readonly useCaseName: string | null;
  readonly part: number; readonly driver: string | null; readonly quantity: string | null; readonly total: string | null;
  readonly shares: string | null; readonly exact: string | null; readonly adjustment: string; readonly amount: string;
  readonly split: Split | null; readonly splitDriver: string | null; readonly splitQuantity: string | null; readonly splitTotal: string | null;
  /** In the first row only: what went between pools and to the unit. */
  readonly links: readonly StoredLink[] | null;
}

/**
 * A unit's charge by pool and part (by pool alone where methods divided it); with a use case, that use case's. Pools that
 * charge it nothing are left out.
 */
export async function explainAllocation(tx: TenantTransaction, run: AllocationRun, unitId: string, useCaseId: string | null, poolId: string | null, currency: Currency): Promise<AllocationExplanation[]> {
  const rows = useCaseId === null ? await unitRows(tx, run.id, unitId, poolId) : await useCaseRows(tx, run.id, unitId, useCaseId, poolId);
  const narrow = tx.scope.reach !== "programme";
  if (narrow) await tx.setReach("programme");
  const policy = await policyStore(tx).findPolicy(run.policyVersion);
  if (narrow) await tx.setReach(tx.scope.reach);
  const links = rows[0]?.links ?? [];
  return rows.map((row) => toExplanation(row, run, unitId, currency, policy, links));
}

const POOL = `p.id as "poolId", p.code as "poolCode", p.name as "poolName", p.kind as "poolKind", rp.amount_minor as "poolMinor", rp.received_minor as "receivedMinor"`;

/** The chain as far as it explains the unit $3: flows between pools, and those to the unit. */
const LINKS = `case when row_number() over (order by p.code collate "C") = 1 then (
    select jsonb_agg(jsonb_build_object('step', s.step, 'pool', f.code, 'part', k.part, 'leg', k.leg, 'toPool', t.code, 'driver', k.driver, 'driverName', k.driver_name, 'quantity', k.quantity,
      'total', k.total, 'share', k.share, 'rate', k.rate, 'amount', k.amount) order by k.position)
    from allocation.chain_link k
      join allocation.run_pool s on s.programme_id = $1 and s.run_id = $2 and s.pool_id = k.pool_id
      join costs.cost_pool f on f.programme_id = $1 and f.id = k.pool_id
      left join costs.cost_pool t on t.programme_id = $1 and t.id = k.to_pool_id
    where k.programme_id = $1 and k.run_id = $2 and (k.to_unit_id is null or k.to_unit_id = $3)
  ) end as links`;

function unitRows(tx: TenantTransaction, runId: string, unitId: string, poolId: string | null): Promise<Row[]> {
  return tx.query<Row>(
    `select ${POOL}, null as "useCaseId", null as "useCaseCode", null as "useCaseName", s.part, s.driver, s.driver_quantity as quantity, s.driver_total as total,
       s.share_numerator || '/' || s.share_denominator as shares, s.exact_numerator || '/' || s.exact_denominator as exact, s.adjustment_minor as adjustment, s.amount_minor as amount,
       null as split, null as "splitDriver", null as "splitQuantity", null as "splitTotal", ${LINKS}
     from allocation.unit_share s
       join costs.cost_pool p on p.programme_id = $1 and p.id = s.pool_id
       join allocation.run_pool rp on rp.programme_id = $1 and rp.run_id = s.run_id and rp.pool_id = s.pool_id
     where s.programme_id = $1 and s.run_id = $2 and s.business_unit_id = $3 and ($4::uuid is null or s.pool_id = $4)
     order by p.code collate "C", s.part`,
    [tx.scope.programme.id, runId, unitId, poolId],
  );
}

function useCaseRows(tx: TenantTransaction, runId: string, unitId: string, useCaseId: string, poolId: string | null): Promise<Row[]> {
  return tx.query<Row>(
    `select ${POOL}, c.id as "useCaseId", c.code as "useCaseCode", c.name as "useCaseName", l.*, ${LINKS}
     from (
       select l.run_id, l.pool_id, l.use_case_id, l.part, l.driver, sum(l.driver_quantity) as quantity, max(l.driver_total) as total,
         string_agg(l.share_numerator || '/' || l.share_denominator, ' ') as shares, min(l.exact_numerator || '/' || l.exact_denominator) as exact, sum(l.adjustment_minor) as adjustment, sum(l.amount_minor) as amount,
         min(l.split) as split, min(l.split_driver) as "splitDriver", min(l.split_quantity) as "splitQuantity", min(l.split_total) as "splitTotal"
       from allocation.line l where l.programme_id = $1 and l.run_id = $2 and l.business_unit_id = $3 and l.use_case_id = $4 and ($5::uuid is null or l.pool_id = $5)
       group by l.run_id, l.pool_id, l.use_case_id, l.part, l.driver
     ) l
       join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
       join allocation.run_pool rp on rp.programme_id = $1 and rp.run_id = l.run_id and rp.pool_id = l.pool_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
     order by p.code collate "C", l.part`,
    [tx.scope.programme.id, runId, unitId, useCaseId, poolId],
  );
}

function toExplanation(row: Row, run: AllocationRun, unitId: string, currency: Currency, policy: AllocationPolicy | null, links: readonly StoredLink[]): AllocationExplanation {
  const rule = policy?.rules.find((each) => each.pool === row.poolCode);
  const byMethods = row.exact !== null;
  const part = byMethods && rule && rule.parts.length > 1 ? undefined : rule?.parts[row.part];
  const share = row.shares === null ? null : exactShare(row.shares);
  const minor = row.exact === null ? multiply(fraction(BigInt(row.poolMinor)), share!) : exactShare(row.exact);
  const major = fraction(1n, 10n ** BigInt(currency.exponent));
  const exactAmount = formatFraction(multiply(minor, major));
  const quantity = (driver: string | null, base: string | null): string | null => (driver === null || base === null ? null : displayQuantity(driver, decimalFraction(base)));
  const figures = { ...driverNames(row.driver), driverQuantity: quantity(row.driver, row.quantity), driverTotal: quantity(row.driver, row.total) };
  return {
    pool: { id: row.poolId, code: row.poolCode, name: row.poolName, kind: row.poolKind },
    useCase: row.useCaseId ? { id: row.useCaseId, code: row.useCaseCode!, name: row.useCaseName! } : null,
    poolAmount: toMoney(row.poolMinor, currency), receivedAmount: toMoney(row.receivedMinor, currency),
    method: byMethods ? (part?.method ?? null) : "PROPORTIONAL",
    ...figures,
    shareNumerator: share?.numerator.toString() ?? null, shareDenominator: share?.denominator.toString() ?? null,
    exactAmount,
    adjustmentMinor: BigInt(row.amount) - minor.numerator / minor.denominator,
    amount: toMoney(row.amount, currency),
    policyVersion: run.policyVersion, part: row.part, partFraction: part?.fraction ?? "1",
    chain: byMethods ? chainOf(row.poolCode, links, policy?.rules ?? [], major) : [proportionalStep(row.poolCode, row.part, figures, partShare(row, part), exactAmount)],
    split: row.split === null ? null : { by: row.split, ...driverNames(row.splitDriver), quantity: quantity(row.splitDriver, row.splitQuantity), total: quantity(row.splitDriver, row.splitTotal) },
    missing: whatIsMissing(row, part),
    run,
    basis: { unitId, useCaseId: row.useCaseId, ...callsBehind(byMethods ? (rule?.parts ?? []) : part ? [part] : [], policy) },
  };
}

function driverNames(name: string | null): { driver: AllocationDriver | null; bookedDriver: string | null } {
  const measured = ALLOCATION_DRIVERS.find((each) => each === name) ?? null;
  return { driver: measured, bookedDriver: measured === null ? name : null };
}

/** The share of the part, not of the pool: quantity / total where the driver adds up. */
function partShare({ quantity, total }: Row, part: AllocationPart | undefined): string | null {
  const [own, all] = [quantity, total].map((text) => (text === null ? ZERO : decimalFraction(text))) as [Fraction, Fraction];
  return part === undefined || all.numerator === 0n ? null : formatFraction(divide(own, all));
}

function whatIsMissing(row: Row, part: AllocationPart | undefined): string[] {
  const missing: string[] = [];
  if (row.exact !== null && part === undefined) missing.push("method: the pool has several parts; see chain.");
  if (row.driver === null) missing.push("driver, driverQuantity, driverTotal: no single driver says what is borne; see chain and split.");
  if (row.shares === null) missing.push("shareNumerator, shareDenominator: the pool with what it received is zero.");
  return missing;
}

/** The channels that a pool's measured drivers count, or what else told use cases apart. */
function callsBehind(parts: readonly AllocationPart[], policy: AllocationPolicy | null): { channels: readonly string[]; contacts: boolean } {
  const counted = parts.filter(({ driver }) => driver !== null);
  const measured = counted.length > 0 || !policy?.settings ? counted : [useCasePart(policy)];
  const channels = [...new Set(measured.flatMap((part) => part.channels.map(({ channel }) => channel)))];
  return { channels: channels.length > 0 ? channels : ["VOICE"], contacts: measured.some(({ driver }) => driver!.endsWith("CONTACTS")) };
}

function exactShare(shares: string): Fraction {
  let total = ZERO;
  for (const share of shares.split(" ")) {
    const [numerator, denominator] = share.split("/");
    total = add(total, fraction(BigInt(numerator!), BigInt(denominator!)));
  }
  return total;
}
