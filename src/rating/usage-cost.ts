import { compareCodes } from "../kernel/apportion";
import { Fraction, add, fraction } from "../kernel/fraction";
import { RatedLine } from "./rate-usage";

export const USAGE_COST_DIMENSIONS = ["BUSINESS_UNIT", "USE_CASE", "VENDOR", "COMPONENT", "BASIS", "KIND"] as const;
export type UsageCostDimension = (typeof USAGE_COST_DIMENSIONS)[number];

/** Lines summed by some dimensions; a dimension that was not asked for is null, a figure that does not make sense in the row too. */
export interface UsageCostGroup {
  readonly businessUnit: string | null;
  readonly useCase: string | null;
  readonly vendor: string | null;
  readonly component: string | null;
  readonly basis: string | null;
  readonly kind: string | null;
  readonly calls: bigint | null;
  readonly exemptCalls: bigint | null;
  readonly measuredMs: bigint | null;
  readonly unit: string | null;
  readonly measured: Fraction | null;
  readonly billed: Fraction | null;
  /** Minor units of the programme's currency. */
  readonly amount: Fraction;
  readonly amountMinor: bigint;
  readonly missing: readonly string[];
}

const PICK: Readonly<Record<UsageCostDimension, (line: RatedLine) => string>> = {
  BUSINESS_UNIT: (line) => line.businessUnit, USE_CASE: (line) => line.useCase, VENDOR: (line) => line.vendor, COMPONENT: (line) => line.component, BASIS: (line) => line.basis, KIND: (line) => line.kind,
};

/** Sums lines by the dimensions asked for, in the order of their codes. Nothing is rated here. */
export function groupUsageCost(lines: readonly RatedLine[], groupBy: readonly UsageCostDimension[]): UsageCostGroup[] {
  const groups = new Map<string, RatedLine[]>();
  for (const line of lines) {
    const key = JSON.stringify(groupBy.map((dimension) => PICK[dimension](line)));
    const known = groups.get(key);
    if (known) known.push(line);
    else groups.set(key, [line]);
  }
  return [...groups].sort(([a], [b]) => compareCodes(a, b)).map(([, members]) => toGroup(members, groupBy));
}

function toGroup(lines: readonly RatedLine[], groupBy: readonly UsageCostDimension[]): UsageCostGroup {
  const first = lines[0]!;
  const has = (dimension: UsageCostDimension): string | null => (groupBy.includes(dimension) ? PICK[dimension](first) : null);
  // A leg costs once per component: legs of two components are often the same legs.
  const oneComponent = lines.every(({ vendor, component }) => vendor === first.vendor && component === first.component);
  const oneUnit = first.unit !== null && lines.every(({ unit }) => unit === first.unit) && oneComponent;
  const total = (pick: (line: RatedLine) => bigint): bigint => lines.reduce((sum, line) => sum + pick(line), 0n);
  const exactly = (pick: (line: RatedLine) => Fraction): Fraction => lines.reduce((sum, line) => add(sum, pick(line)), fraction(0n));
  return {
    businessUnit: has("BUSINESS_UNIT"), useCase: has("USE_CASE"), vendor: has("VENDOR"), component: has("COMPONENT"), basis: has("BASIS"), kind: has("KIND"),
    calls: oneComponent ? total((line) => line.calls) : null, exemptCalls: oneComponent ? total((line) => line.exemptCalls) : null, measuredMs: oneComponent ? total((line) => line.measuredMs) : null,
    unit: oneUnit ? first.unit : null, measured: oneUnit ? exactly((line) => line.measured) : null, billed: oneUnit ? exactly((line) => line.billed) : null,
    amount: exactly((line) => line.amount), amountMinor: total((line) => line.amountMinor),
    missing: [
      ...(oneComponent ? [] : ["calls, exemptCalls, measuredMs: components of several vendors or kinds are charged for the same legs; group by VENDOR and COMPONENT."]),
      ...(oneUnit ? [] : ["unit, measuredQuantity, billedQuantity: not everything in this row is rated by one unit; group by VENDOR, COMPONENT and BASIS."]),
    ],
  };
}
