import { parseDecimal } from "../../kernel/decimal";
import { fraction, fromDecimal, multiply } from "../../kernel/fraction";
import { Refusal } from "../../kernel/refusal";
import { Channel } from "../../metering";
import { AllocationFacts, PoolAmount, neededDrivers } from "../allocate";
import { DriverQuantity, DriverVector, basePerUnit, countsContacts } from "../driver";
import { AllocationDriver, PolicyDocument } from "../policy";

/** A planned quantity of a use case, in the driver's own unit. */
export interface PlannedQuantity {
  readonly useCase: string;
  readonly driver: AllocationDriver;
  readonly channel: Channel;
  readonly quantity: string;
}

/** A plan of shared cost. What is null is planned as it came; of what is given, that which is not named is planned at zero. */
export interface AllocationPlan {
  readonly pools: readonly PoolAmount[] | null;
  readonly quantities: readonly PlannedQuantity[] | null;
  readonly policy: PolicyDocument | null;
}

/**
 * The facts that a month would have been divided by according to plan. Quantities are of the units that own the use cases at
 * the end of the month; planned contacts of a unit are the sum over its use cases. `measured` holds what was used, by the
 * drivers of the planned policy, and what finance booked for it; BAD_USER_INPUT and NOT_FOUND name what of the quantities cannot be planned with.
 */
export function plannedFacts(actual: AllocationFacts, plan: AllocationPlan, measured: Pick<AllocationFacts, "drivers" | "priorDrivers" | "method">): AllocationFacts {
  const [pools, policy] = [plan.pools ?? actual.pools, plan.policy ?? actual.policy];
  const needed = neededDrivers(policy, pools);
  const planned = plan.quantities && baseQuantities(plan.quantities, actual.receivers);
  const vectors = (keys: readonly string[], from: ReadonlyMap<string, DriverVector>, literal: boolean): Map<string, DriverVector> =>
    new Map(keys.map((key) => [key, literal && planned ? vectorOf(key, planned) : from.get(key)!]));
  return { ...actual, method: policy?.settings ? measured.method : undefined, pools, policy, drivers: vectors(needed.period, measured.drivers, true), priorDrivers: vectors(needed.prior, measured.priorDrivers, false) };
}

type Base = DriverQuantity & { readonly driver: AllocationDriver };

function baseQuantities(quantities: readonly PlannedQuantity[], receivers: AllocationFacts["receivers"]): Base[] {
  const owners = new Map([...receivers].flatMap(([unit, useCases]) => useCases.map((useCase) => [useCase, unit] as const)));
  const seen = new Set<string>();
  return quantities.map(({ useCase, driver, channel, quantity }, index) => {
    const at = (field: string): string[] => ["plan", "quantities", String(index), field];
    const businessUnit = owners.get(useCase);
    if (businessUnit === undefined) throw new Refusal("NOT_FOUND", `There is no use case ${useCase.slice(0, 64)} at the end of this month.`, at("useCase"));
    if (seen.has(`${useCase}/${driver}/${channel}`)) throw new Refusal("BAD_USER_INPUT", `${driver} of ${useCase} by ${channel} is planned twice.`, at("useCase"));
    seen.add(`${useCase}/${driver}/${channel}`);
    const parsed = parseDecimal(quantity);
    const base = parsed && multiply(fromDecimal(parsed), fraction(basePerUnit(driver)));
    if (!base || base.numerator < 0n || base.denominator !== 1n) throw new Refusal("BAD_USER_INPUT", "A quantity is zero or more: whole calls and contacts, durations in whole milliseconds.", at("quantity"));
    return { businessUnit, useCase, channel, quantity: base.numerator, driver };
  });
}

/** A billed minute is planned as it is billed, whatever minimum and increment the rule has. */
function vectorOf(key: string, planned: readonly Base[]): DriverVector {
  const driver = key.split("/", 1)[0] as AllocationDriver;
  const quantities = planned.filter((each) => each.driver === driver && each.quantity > 0n).map(({ businessUnit, useCase, channel, quantity }) => ({ businessUnit, useCase, channel, quantity }));
  if (!countsContacts(driver)) return { quantities, unitQuantities: null };
  const units = new Map<string, { businessUnit: string; channel: string; quantity: bigint }>();
  for (const { businessUnit, channel, quantity } of quantities) {
    const unit = `${businessUnit}/${channel}`;
    units.set(unit, { businessUnit, channel, quantity: (units.get(unit)?.quantity ?? 0n) + quantity });
  }
  return { quantities, unitQuantities: [...units.values()] };
}
