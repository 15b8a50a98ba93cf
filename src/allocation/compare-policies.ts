import { compareCodes } from "../kernel/apportion";
import { invariant } from "../kernel/refusal";
import { AllocationResult } from "./allocate";

/** A policy that a period was divided by, without storing anything. */
export interface Alternative {
  readonly version: number | null;
  readonly result: AllocationResult;
}

/** What a unit would bear under each alternative, in their order, and how much more that is than under the first. */
export interface ComparedUnit {
  readonly businessUnit: string;
  readonly amountsMinor: readonly bigint[];
  readonly differencesMinor: readonly bigint[];
}

/** What each unit would bear under each alternative. The programme's total is the same under all of them. */
export function compareAlternatives(alternatives: readonly Alternative[]): ComparedUnit[] {
  const first = alternatives[0];
  invariant(first && alternatives.every(({ result }) => result.totalMinor === first.result.totalMinor), "a policy moved the programme's total");
  const charged = alternatives.map(({ result }) => {
    const sums = new Map<string, bigint>();
    for (const { unitShares } of result.pools) for (const { businessUnit, amountMinor } of unitShares) sums.set(businessUnit, (sums.get(businessUnit) ?? 0n) + amountMinor);
    return sums;
  });
  return [...new Set(charged.flatMap((sums) => [...sums.keys()]))].sort(compareCodes).map((businessUnit) => {
    const amountsMinor = charged.map((sums) => sums.get(businessUnit) ?? 0n);
    return { businessUnit, amountsMinor, differencesMinor: amountsMinor.map((amount) => amount - amountsMinor[0]!) };
  });
}
