import { apportion, compareCodes } from "../kernel/apportion";
import { Fraction, ZERO, add, fraction, negate, scale, subtract, sum } from "../kernel/fraction";
import { Refusal } from "../kernel/refusal";
import type { AllocationFacts } from "./allocate";
import { ChainLink } from "./methods/divide-facts";
import { ExactAmount, settle } from "./methods/settle";
import { PreparedFacts } from "./method-facts";
import { Split, UseCaseBasis, basisBy } from "./use-case-basis";

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

/**
 * Divides what a unit bears of a pool over its use cases. Each flow of the chain is told apart by what its own part
 * measured, else by the policy's driver for use cases, else evenly; what limits or rounding moved goes in the proportion
 * of the rest. Then largest remainder, as everywhere; a credit mirrors its charge.
 */
export function splitUnit(unit: string, amountMinor: bigint, exact: Fraction, links: readonly ChainLink[], prepared: PreparedFacts, facts: AllocationFacts): UseCaseShare[] {
  const flows = links.filter(({ leg, amount }) => leg !== "LIMIT" && amount.numerator !== 0n);
  const bases = flows.length === 0 ? [fallback(unit, prepared, facts)] : flows.map((flow) => basisOf(unit, flow, prepared, facts));
  const first = bases[0]!;
  const one = bases.every((each) => each === first);
  const amounts = one && first.split !== "PRIOR" && (flows.length < 2 || sum(flows.map(({ amount }) => amount)).numerator !== 0n)
    ? spread(new Map(), exact, first) // in one proportion whatever limits or rounding moved
    : inParts(exact, flows, bases, () => fallback(unit, prepared, facts));
  const codes = [...amounts.keys()].sort(compareCodes);
  const settled = nested(amountMinor, codes.map((code) => ({ code, exact: amounts.get(code)! })));
  return codes.map((useCase, index) => ({
    useCase, amountMinor: settled[index]!, exact: amounts.get(useCase)!,
    split: one ? first.split : "SEVERAL", splitDriver: one ? first.driver : null,
    splitQuantity: one && first.driver !== null ? (first.weights.get(useCase) ?? ZERO) : null, splitTotal: one && first.driver !== null ? first.total : null,
  }));
}

/** Each flow by its own basis, and what they leave of the exact amount in the proportion of what they make together. */
function inParts(exact: Fraction, flows: readonly ChainLink[], bases: readonly UseCaseBasis[], otherwise: () => UseCaseBasis): Map<string, Fraction> {
  const amounts = new Map<string, Fraction>();
  flows.forEach(({ amount }, index) => spread(amounts, amount, bases[index]!));
  const rest = subtract(exact, sum(amounts.values()));
  return rest.numerator === 0n ? amounts : spread(amounts, rest, inProportion(amounts) ?? otherwise());
}

/** The unit's posted amount in the proportion of the exact ones; charges beside credits, which have none, are each rounded by themselves. */
function nested(amountMinor: bigint, parts: readonly ExactAmount[]): bigint[] {
  const signs = new Set(parts.map(({ exact }) => exact.numerator).filter((each) => each !== 0n).map((each) => each > 0n));
  if (signs.size !== 1) return settle(amountMinor, parts);
  return apportion(amountMinor, parts.map(({ code, exact }) => ({ code, weight: exact.numerator < 0n ? negate(exact) : exact })));
}

function spread(amounts: Map<string, Fraction>, amount: Fraction, { shares }: UseCaseBasis): Map<string, Fraction> {
  for (const [useCase, share] of shares) {
    const [known, part] = [amounts.get(useCase), scale(amount, share)];
    amounts.set(useCase, known ? add(known, part) : part);
  }
  return amounts;
}

function basisOf(unit: string, flow: ChainLink, prepared: PreparedFacts, facts: AllocationFacts): UseCaseBasis {
  if (flow.leg === "PRIOR") {
    const since = prepared.rules.get(flow.pool)!.parts[flow.part!]!.since;
    const charged = facts.method!.priors.find((each) => each.pool === flow.pool && each.since === since)!.charges.filter((each) => each.businessUnit === unit);
    return basisBy("PRIOR", null, new Map(charged.map(({ useCase, minor }) => [useCase, fraction(BigInt(minor))])))!;
  }
  const own = prepared.driverOf(flow.pool, flow.part!);
  for (const name of [flow.driver, own]) {
    const basis = name === null ? undefined : prepared.drivers.get(name)?.bases.get(unit);
    if (basis) return basis;
  }
  return fallback(unit, prepared, facts);
}

/** The proportion of amounts of one sign; null when there is none. */
function inProportion(amounts: ReadonlyMap<string, Fraction>): UseCaseBasis | null {
  const signs = new Set([...amounts.values()].filter(({ numerator }) => numerator !== 0n).map(({ numerator }) => numerator > 0n));
  return signs.size === 1 ? basisBy("SEVERAL", null, new Map(amounts)) : null;
}

function fallback(unit: string, prepared: PreparedFacts, facts: AllocationFacts): UseCaseBasis {
  const basis = prepared.fallback.get(unit);
  if (!basis) throw new Refusal("NOT_READY", `Business unit ${unit} bears cost in ${facts.period} and owns no use case that could carry it. Give it one, or leave it out of the policy with exempt or exclude.`, ["period"]);
  return basis;
}
