import { Fraction, formatFraction, fraction, multiply } from "../kernel/fraction";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { CostPool } from "../costs";
import { UseCaseName } from "../metering/questions/grouping.query";
import { TenantTransaction } from "../tenancy/database.store";
import { AllocationRun } from "./allocate-period";
import { decimalFraction } from "./allocation-text";
import { displayQuantity } from "./driver";
import { AllocationDriver, AllocationPart } from "./policy";
import { policyStore } from "./policy.store";

/** How one amount came about, from the pool to the rounding unit. */
export interface AllocationExplanation {
  readonly pool: CostPool;
  readonly useCase: UseCaseName | null;
  readonly poolAmount: MoneyAmount;
  readonly driver: AllocationDriver;
  readonly driverQuantity: string;
  readonly driverTotal: string;
  readonly shareNumerator: string;
  readonly shareDenominator: string;
  readonly exactAmount: string;
  readonly adjustmentMinor: bigint;
  readonly amount: MoneyAmount;
  readonly policyVersion: number;
  readonly part: number;
  readonly partFraction: string;
  readonly run: AllocationRun;
  /** What the calls behind it are found by. */
  readonly basis: { readonly unitId: string; readonly useCaseId: string | null; readonly channels: readonly string[]; readonly contacts: boolean };
}

interface Row {
  readonly poolId: string; readonly poolCode: string; readonly poolName: string; readonly poolKind: CostPool["kind"]; readonly poolMinor: string;
  readonly useCaseId: string | null; readonly useCaseCode: string | null; readonly useCaseName: string | null;
  readonly part: number; readonly driver: AllocationDriver; readonly quantity: string; readonly total: string;
  readonly shares: string; readonly adjustment: string; readonly amount: string;
}

/** A unit's charge by pool and part; with a use case, that use case's. Pools that charge it nothing are left out. */
export async function explainAllocation(tx: TenantTransaction, run: AllocationRun, unitId: string, useCaseId: string | null, poolId: string | null, currency: Currency): Promise<AllocationExplanation[]> {
  const rows = useCaseId === null ? await unitRows(tx, run.id, unitId, poolId) : await useCaseRows(tx, run.id, unitId, useCaseId, poolId);
  await tx.setReach("programme");
  const rules = await policyStore(tx).rulesOf(run.policyVersion);
  await tx.setReach(tx.scope.reach);
  return rows.map((row) => {
    const part = rules.find((rule) => rule.pool === row.poolCode)?.parts[row.part];
    return toExplanation(row, run, unitId, currency, part);
  });
}

const POOL = `p.id as "poolId", p.code as "poolCode", p.name as "poolName", p.kind as "poolKind", rp.amount_minor as "poolMinor"`;

function unitRows(tx: TenantTransaction, runId: string, unitId: string, poolId: string | null): Promise<Row[]> {
  return tx.query<Row>(
    `select ${POOL}, null as "useCaseId", null as "useCaseCode", null as "useCaseName", s.part, s.driver, s.driver_quantity as quantity, s.driver_total as total,
       s.share_numerator || '/' || s.share_denominator as shares, s.adjustment_minor as adjustment, s.amount_minor as amount
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
    `select ${POOL}, c.id as "useCaseId", c.code as "useCaseCode", c.name as "useCaseName", l.part, l.driver, sum(l.driver_quantity) as quantity, max(l.driver_total) as total,
       string_agg(l.share_numerator || '/' || l.share_denominator, ' ') as shares, sum(l.adjustment_minor) as adjustment, sum(l.amount_minor) as amount
     from allocation.line l
       join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id
       join allocation.run_pool rp on rp.programme_id = $1 and rp.run_id = l.run_id and rp.pool_id = l.pool_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
     where l.programme_id = $1 and l.run_id = $2 and l.business_unit_id = $3 and l.use_case_id = $4 and ($5::uuid is null or l.pool_id = $5)
     group by p.id, p.code, p.name, p.kind, rp.amount_minor, c.id, c.code, c.name, l.part, l.driver
     order by p.code collate "C", l.part`,
    [tx.scope.programme.id, runId, unitId, useCaseId, poolId],
  );
}

function toExplanation(row: Row, run: AllocationRun, unitId: string, currency: Currency, part: AllocationPart | undefined): AllocationExplanation {
  const share = exactShare(row.shares);
  const minor = multiply(fraction(BigInt(row.poolMinor)), share);
  const cutOff = minor.numerator / minor.denominator;
  return {
    pool: { id: row.poolId, code: row.poolCode, name: row.poolName, kind: row.poolKind },
    useCase: row.useCaseId ? { id: row.useCaseId, code: row.useCaseCode!, name: row.useCaseName! } : null,
    poolAmount: toMoney(row.poolMinor, currency),
    driver: row.driver,
    driverQuantity: displayQuantity(row.driver, decimalFraction(row.quantity)),
    driverTotal: displayQuantity(row.driver, decimalFraction(row.total)),
    shareNumerator: share.numerator.toString(),
    shareDenominator: share.denominator.toString(),
    exactAmount: formatFraction(multiply(minor, fraction(1n, 10n ** BigInt(currency.exponent)))),
    adjustmentMinor: BigInt(row.amount) - cutOff,
    amount: toMoney(row.amount, currency),
    policyVersion: run.policyVersion,
    part: row.part,
    partFraction: part?.fraction ?? "1",
    run,
    basis: { unitId, useCaseId: row.useCaseId, channels: part?.channels.map(({ channel }) => channel) ?? ["VOICE"], contacts: row.driver.endsWith("CONTACTS") },
  };
}

function exactShare(shares: string): Fraction {
  let total = fraction(0n);
  for (const share of shares.split(" ")) {
    const [numerator, denominator] = share.split("/");
    total = fraction(total.numerator * BigInt(denominator!) + BigInt(numerator!) * total.denominator, total.denominator * BigInt(denominator!));
  }
  return total;
}
