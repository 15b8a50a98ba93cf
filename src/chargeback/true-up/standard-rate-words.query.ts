import { AllocationRule, AllocationRun, displayQuantity } from "../../allocation";
import { decimalFraction } from "../../allocation/allocation-text";
import { policyStore } from "../../allocation/policy.store";
import { TenantTransaction } from "../../tenancy/database.store";

/** A use case's line of a pool, by codes. */
interface Cell { readonly pool: string | null; readonly businessUnit: string; readonly useCase: string | null }

/**
 * What the lines of a run at a standard rate say of themselves: quantity, rate and the version of the policy that states it. Null where
 * a pool is divided otherwise, or by more than one rate.
 */
export async function standardRateWords(tx: TenantTransaction, run: AllocationRun): Promise<(cell: Cell) => string | null> {
  const policy = await policyStore(tx).findPolicy(run.policyVersion);
  const rated = new Map((policy?.rules ?? []).filter(isStandardRate).map((rule) => [rule.pool, rule]));
  if (rated.size === 0) return () => null;
  const rows = await tx.query<{ pool: string; unit: string; useCase: string; driver: string; quantity: string }>(
    `select p.code as pool, u.code as unit, c.code as "useCase", l.driver, sum(l.driver_quantity) as quantity from allocation.line l
       join costs.cost_pool p on p.programme_id = $1 and p.id = l.pool_id and p.code = any($3)
       join tenancy.business_unit u on u.programme_id = $1 and u.id = l.business_unit_id
       join tenancy.use_case c on c.programme_id = $1 and c.id = l.use_case_id
     where l.programme_id = $1 and l.run_id = $2 and l.driver is not null group by 1, 2, 3, 4`,
    [tx.scope.programme.id, run.id, [...rated.keys()]],
  );
  const words = new Map(rows.map(({ pool, unit, useCase, driver, quantity }) => [keyOf({ pool, businessUnit: unit, useCase }), `${displayQuantity(driver, decimalFraction(quantity))} ${driver} at ${rateText(rated.get(pool)!)} (standard rate of policy version ${run.policyVersion})`]));
  return (cell) => words.get(keyOf(cell)) ?? null;
}

const keyOf = ({ pool, businessUnit, useCase }: Cell): string => JSON.stringify([pool, businessUnit, useCase]);

/** A pool charged as a whole at one rate, without limits that would move what the rate says. */
const isStandardRate = ({ parts, limits }: AllocationRule): boolean => parts.length === 1 && parts[0]!.method === "RATE" && (limits ?? []).length === 0;

function rateText({ parts: [part] }: AllocationRule): string {
  if (part!.rate === undefined) return "the tiers of its rule";
  const per = part!.ratePer ?? "1";
  return [part!.rate, part!.rateCurrency, per === "1" ? "each" : `per ${per}`].filter((each) => each !== undefined).join(" ");
}
