import { requireDecimal } from "../../kernel/decimal";
import { fraction, fromDecimal } from "../../kernel/fraction";
import { Currency, toMinor } from "../../kernel/money";
import { Refusal } from "../../kernel/refusal";
import { PoolAmount } from "../../allocation";
import { CostPool, isShared } from "../../costs";
import { ChargedAmount } from "./charge-bridge";
import { UsageCost } from "./usage-cost-effects";

/** Planned cost of a pool. */
export interface PlannedPool {
  readonly pool: string;
  readonly amount: string;
}

/** Planned direct cost of a use case; with vendor, component, unit and quantity it can be held against rated usage. */
export interface PlannedDirect {
  readonly useCase: string;
  readonly pool: string;
  readonly amount: string;
  readonly vendor?: string | null;
  readonly component?: string | null;
  readonly unit?: string | null;
  readonly quantity?: string | null;
}

type Pools = ReadonlyMap<string, CostPool>;

/** The shared pools of a plan in minor units; NOT_FOUND for a pool that there is not, BAD_USER_INPUT for one that is not divided or named twice. */
export function plannedPools(planned: readonly PlannedPool[], pools: Pools, currency: Currency): PoolAmount[] {
  const seen = new Set<string>();
  return planned.map(({ pool, amount }, index) => {
    const at = (field: string): string[] => ["plan", "pools", String(index), field];
    if (!isShared(requirePool(pools, pool, at("pool")).kind)) throw new Refusal("BAD_USER_INPUT", `${pool} is not divided. Plan direct cost under direct.`, at("pool"));
    if (seen.has(pool)) throw new Refusal("BAD_USER_INPUT", `${pool} is planned twice.`, at("pool"));
    seen.add(pool);
    return { code: pool, amountMinor: toMinor(amount, currency, at("amount")) };
  });
}

/** The direct cost of a plan as lines and as usage behind them. The same refusals, and NOT_FOUND for a use case that is not among `useCases`. */
export function plannedDirect(planned: readonly PlannedDirect[], pools: Pools, useCases: ReadonlySet<string>, period: string, currency: Currency): { readonly lines: ChargedAmount[]; readonly usage: UsageCost[] } {
  const lines: ChargedAmount[] = [];
  const usage: UsageCost[] = [];
  planned.forEach(({ useCase, pool, amount, vendor, component, unit, quantity }, index) => {
    const at = (field: string): string[] => ["plan", "direct", String(index), field];
    if (requirePool(pools, pool, at("pool")).kind !== "DIRECT") throw new Refusal("BAD_USER_INPUT", `${pool} is no DIRECT pool. Plan shared cost under pools.`, at("pool"));
    if (!useCases.has(useCase)) throw new Refusal("NOT_FOUND", `There is no use case ${useCase.slice(0, 64)}.`, at("useCase"));
    const amountMinor = toMinor(amount, currency, at("amount"));
    lines.push({ kind: "DIRECT", pool, useCase, originPeriod: period, amountMinor });
    const told = [vendor, component, unit, quantity].filter((each) => each !== null && each !== undefined).length;
    if (told === 0) return;
    if (told < 4) throw new Refusal("BAD_USER_INPUT", "Give vendor, component, unit and quantity together, or none of them.", at("quantity"));
    const planned = fromDecimal(requireDecimal(quantity!, at("quantity")));
    if (planned.numerator < 0n) throw new Refusal("BAD_USER_INPUT", "quantity must be zero or more.", at("quantity"));
    usage.push({ pool, useCase, vendor: vendor!, component: component!, rateLine: "", unit: unit!, quantity: fraction(planned.numerator, planned.denominator), calls: 0n, amountMinor });
  });
  return { lines, usage };
}

function requirePool(pools: Pools, code: string, field: string[]): CostPool {
  const pool = pools.get(code);
  if (!pool) throw new Refusal("NOT_FOUND", `There is no cost pool ${code.slice(0, 64)}.`, field);
  return pool;
}
