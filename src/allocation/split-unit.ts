import { apportion, compareCodes } from "../kernel/apportion";
import { Fraction, ZERO, add, divide, fraction, multiply, negate, subtract, sum } from "../kernel/fraction";
import { Refusal } from "../kernel/refusal";
import type { AllocationFacts } from "./allocate";
import { ChainLink } from "./methods/divide-facts";
import { ExactAmount, settle } from "./methods/settle";
import { PreparedDriver, PreparedFacts } from "./method-facts";

export const SPLITS = ["MEASURED", "BOOKED", "EVEN", "PRIOR", "SEVERAL"] as const;
/** What told the use cases of a unit apart: quantities, what they were charged before, several of these, or nothing. */
export type Split = (typeof SPLITS)[number];

/** A use case's part of what its unit bears of a pool. */
export interface UseCaseShare {
  readonly useCase: string;
  readonly amountMinor: bigint;
  readonly exact: Fraction;
  readonly split: Split;
  /** Name of the driver of the split; null when there was none, or several. */
  readonly splitDriver: string | null;
  /** Base units of the use case and of its unit, for that driver. */
  readonly splitQuantity: Fraction | null;
  readonly splitTotal: Fraction | null;
}

interface Basis { readonly split: Split; readonly driver: string | null; readonly weights: ReadonlyMap<string, Fraction>; readonly total: Fraction }

/**
 * Divides what a unit bears of a pool over its use cases. Each flow of the chain is told apart by what its own part
 * measured, else by the policy's driver for use cases, else evenly; what limits or rounding moved goes in the proportion
 * of the rest. Then largest remainder, as everywhere; a credit mirrors its charge.
 */
export function splitUnit(unit: string, pool: string, amountMinor: bigint, exact: Fraction, links: readonly ChainLink[], prepared: PreparedFacts, facts: AllocationFacts): UseCaseShare[] {
  const flows = links.filter(({ to, leg, amount }) => to === unit && leg !== "LIMIT" && amount.numerator !== 0n);
  const bases = flows.map((flow) => basisOf(unit, flow, prepared, facts));
  const amounts = new Map<string, Fraction>();
  flows.forEach(({ amount }, index) => spread(amounts, amount, bases[index]!));
  const rest = subtract(exact, sum(amounts.values()));
  if (rest.numerator !== 0n) {
    const basis = inProportion(amounts) ?? fallback(unit, prepared, facts);
    if (flows.length === 0) bases.push(basis);
    spread(amounts, rest, basis);
  }
  if (bases.length === 0) bases.push(fallback(unit, prepared, facts));
  const codes = [...new Set([...amounts.keys(), ...(amounts.size === 0 ? bases[0]!.weights.keys() : [])])].sort(compareCodes);
  const settled = nested(amountMinor, codes.map((code) => ({ code, exact: amounts.get(code) ?? ZERO })));
  const first = bases[0]!;
  const one = bases.every((each) => each.split === first.split && each.driver === first.driver && each.total === first.total);
  return codes.map((useCase, index) => ({
    useCase, amountMinor: settled[index]!, exact: amounts.get(useCase) ?? ZERO,
    split: one ? first.split : "SEVERAL", splitDriver: one ? first.driver : null,
    splitQuantity: one && first.driver !== null ? (first.weights.get(useCase) ?? ZERO) : null, splitTotal: one && first.driver !== null ? first.total : null,
  }));
}

/** The unit's posted amount in the proportion of the exact ones; charges beside credits, which have none, are each rounded by themselves. */
function nested(amountMinor: bigint, parts: readonly ExactAmount[]): bigint[] {
  const signs = new Set(parts.map(({ exact }) => exact.numerator).filter((each) => each !== 0n).map((each) => each > 0n));
  if (signs.size !== 1) return settle(amountMinor, parts);
  return apportion(amountMinor, parts.map(({ code, exact }) => ({ code, weight: exact.numerator < 0n ? negate(exact) : exact })));
}

function spread(amounts: Map<string, Fraction>, amount: Fraction, { weights, total }: Basis): void {
  for (const [useCase, weight] of weights) amounts.set(useCase, add(amounts.get(useCase) ?? ZERO, multiply(amount, divide(weight, total))));
}

function basisOf(unit: string, flow: ChainLink, prepared: PreparedFacts, facts: AllocationFacts): Basis {
  if (flow.leg === "PRIOR") {
    const since = prepared.rules.get(flow.pool)!.parts[flow.part!]!.since;
    const charged = facts.method!.priors.find((each) => each.pool === flow.pool && each.since === since)!.charges.filter((each) => each.businessUnit === unit);
    const weights = new Map(charged.map(({ useCase, minor }) => [useCase, fraction(BigInt(minor))]));
    return { split: "PRIOR", driver: null, weights, total: sum(weights.values()) };
  }
  const own = prepared.driverOf(flow.pool, flow.part!);
  for (const name of [flow.driver, own]) {
    const driver = name === null ? undefined : prepared.drivers.get(name);
    const basis = driver && byDriver(unit, driver);
    if (basis) return basis;
  }
  return fallback(unit, prepared, facts);
}

function byDriver(unit: string, driver: PreparedDriver): Basis | null {
  const weights = driver.useCases.get(unit);
  if (!weights || [...weights.values()].some((weight) => weight.numerator < 0n)) return null;
  const total = sum(weights.values());
  return total.numerator === 0n ? null : { split: driver.measured ? "MEASURED" : "BOOKED", driver: driver.name, weights, total };
}

/** The proportion of amounts of one sign; null when there is none. */
function inProportion(amounts: ReadonlyMap<string, Fraction>): Basis | null {
  const signs = new Set([...amounts.values()].filter(({ numerator }) => numerator !== 0n).map(({ numerator }) => numerator > 0n));
  return signs.size === 1 ? { split: "SEVERAL", driver: null, weights: new Map(amounts), total: sum(amounts.values()) } : null;
}

function fallback(unit: string, prepared: PreparedFacts, facts: AllocationFacts): Basis {
  const measured = byDriver(unit, prepared.useCaseDriver);
  if (measured) return measured;
  const owned = facts.receivers.get(unit) ?? [];
  if (owned.length === 0) throw new Refusal("NOT_READY", `Business unit ${unit} bears cost in ${facts.period} and owns no use case that could carry it. Give it one, or leave it out of the policy with exempt or exclude.`, ["period"]);
  return { split: "EVEN", driver: null, weights: new Map(owned.map((useCase) => [useCase, fraction(1n)])), total: fraction(BigInt(owned.length)) };
}
