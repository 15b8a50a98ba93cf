import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { invariant } from "../kernel/refusal";
import { asNode } from "../governance/governance.resolver";
import { periodStore } from "../governance/period.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { costsStore } from "../costs/costs.store";
import { AllocationResult } from "./allocate";
import { AllocationRun } from "./allocate-period";
import { AllocationDimension, RunPool } from "./allocation.query";
import { AllocationPolicyType, AllocationPool, AllocationReport, AllocationRow, AllocationRunType } from "./allocation.type";
import { divideFacts } from "./methods/divide-facts";
import { FactsInput } from "./methods/facts-input";
import { reportFacts } from "./methods/facts-report";
import { readFacts } from "./methods/read-facts";
import { AllocationPolicy } from "./policy";
import { reportOfResult } from "./report-of-result";

/** A run with its period. */
export async function toRun(tx: TenantTransaction, run: AllocationRun): Promise<AllocationRunType> {
  const period = await periodStore(tx).find(run.periodKey);
  invariant(period, "a run without its period");
  return { ...run, period: asNode(period) };
}

/** A version with its status. */
export function toPolicy(policy: AllocationPolicy): AllocationPolicyType {
  return { ...policy, id: String(policy.version), status: policy.approvedBy === null ? "PROPOSED" : "APPROVED" } as AllocationPolicyType;
}

/** A result that was not stored, as a report. */
export async function reportFromResult(tx: TenantTransaction, result: AllocationResult, groupBy: readonly AllocationDimension[], asOf: Date, run: AllocationRunType | null): Promise<AllocationReport> {
  const currency = programmeCurrency(tx.scope.programme);
  const has = (dimension: AllocationDimension): boolean => groupBy.includes(dimension);
  const rows = reportOfResult(result, { businessUnit: has("BUSINESS_UNIT"), useCase: has("USE_CASE"), pool: has("POOL"), channel: has("CHANNEL") }, currency);
  const codes = (pick: "businessUnit" | "useCase"): string[] => [...new Set(rows.flatMap((row) => row[pick] ?? []))];
  const tenancy = tenancyStore(tx);
  const byCode = <T extends { readonly code: string }>(items: readonly T[]): Map<string, T> => new Map(items.map((item) => [item.code, item]));
  const units = byCode(await tenancy.findBusinessUnits(codes("businessUnit")));
  const useCases = byCode(await tenancy.findUseCases(codes("useCase")));
  const allPools = byCode(await costsStore(tx).findPools(result.pools.map(({ pool }) => pool)));
  return {
    run,
    rows: rows.map((row) => ({
      ...row,
      businessUnit: row.businessUnit === null ? null : (units.get(row.businessUnit) ?? null),
      useCase: row.useCase === null ? null : (useCases.get(row.useCase) ?? null),
      pool: row.pool === null ? null : (allPools.get(row.pool) ?? null),
      missing: [...row.missing],
    })) as AllocationRow[],
    total: toMoney(result.totalMinor, currency),
    allocated: toMoney(result.allocatedMinor, currency),
    unallocated: toMoney(result.unallocatedMinor, currency),
    variance: toMoney(result.varianceMinor, currency),
    pools: result.pools.map((each) => toPool({
      ...each, pool: allPools.get(each.pool)!, step: each.byMethods?.step ?? 1, receivedMinor: each.byMethods?.receivedMinor ?? 0n, passedMinor: each.byMethods?.passedMinor ?? 0n,
      varianceMinor: each.byMethods?.varianceMinor ?? 0n, reason: each.unallocatedReason,
    }, currency)),
    asOf,
  };
}

/** A pool of a run, in minor units. */
export function toPool(each: RunPool, currency: Currency): AllocationPool {
  const money = (minor: bigint): MoneyAmount => toMoney(minor, currency);
  return {
    pool: each.pool, step: each.step, reason: each.reason, amount: money(each.amountMinor), received: money(each.receivedMinor), passed: money(each.passedMinor),
    allocated: money(each.allocatedMinor), unallocated: money(each.unallocatedMinor), variance: money(each.varianceMinor),
  };
}

/** Literal facts divided, as a report. */
export function reportFromFacts(input: FactsInput, asOf: Date): AllocationReport {
  const facts = readFacts(input);
  const { receivers, pools, chain, totalMinor, allocatedMinor } = reportFacts(facts, divideFacts(facts));
  const money = (minor: bigint): MoneyAmount => toMoney(minor, { code: facts.currency, exponent: facts.exponent });
  return { run: null, rows: [], total: money(totalMinor), allocated: money(allocatedMinor), unallocated: money(totalMinor - allocatedMinor), variance: money(pools.reduce((sum, { varianceMinor }) => sum + BigInt(varianceMinor), 0n)), pools: [], asOf, simulation: { receivers, pools, chain } };
}
