import { CLAIM_STEPS, ClaimStep } from "../benefit";
import { LadderInputs, descend } from "../claims/ladder";

/** A signed claim on a pool. */
export interface PoolClaim extends Pick<LadderInputs, "share" | "confidence" | "cashableShare"> {
  readonly benefitId: string;
  readonly step: ClaimStep;
  readonly sequence: number;
  readonly grossMinor: bigint;
}

/** What of a claim the pool had left, and what is eliminated. `overlap + kept = gross` of a claim above zero. */
export interface Overlap {
  readonly benefitId: string;
  /** What earlier claims left of the pool's maximum. */
  readonly leftMinor: bigint;
  readonly keptGrossMinor: bigint;
  readonly overlapMinor: bigint;
  /** The overlap after the claim's own share, confidence and cashable share. */
  readonly cashableMinor: bigint;
  readonly nonCashableMinor: bigint;
}

export const inOrderOfClaims = <T extends Pick<PoolClaim, "step" | "sequence">>(claims: readonly T[]): T[] =>
  [...claims].sort((a, b) => CLAIM_STEPS.indexOf(a.step) - CLAIM_STEPS.indexOf(b.step) || a.sequence - b.sequence);

/**
 * Takes claims from a pool in their order until it is empty; what one claims beyond what is left is overlap, eliminated once
 * and after the same factors. What stays is the ladder of the gross that stays, so that the sum never exceeds the maximum. A
 * loss takes nothing and leaves no more room.
 */
export function eliminateOverlap(maximumMinor: bigint, claims: readonly PoolClaim[]): Overlap[] {
  let leftMinor = maximumMinor;
  return inOrderOfClaims(claims).map((claim) => {
    const before = leftMinor;
    // Stryker disable next-line EqualityOperator: a claim for just what is left exceeds it by nothing.
    const overlapMinor = claim.grossMinor > before ? claim.grossMinor - before : 0n;
    const keptGrossMinor = claim.grossMinor - overlapMinor;
    // Stryker disable next-line EqualityOperator: nothing kept takes nothing.
    if (keptGrossMinor > 0n) leftMinor -= keptGrossMinor;
    const [whole, kept] = [descend(claim.grossMinor, claim), descend(keptGrossMinor, claim)];
    return { benefitId: claim.benefitId, leftMinor: before, keptGrossMinor, overlapMinor, cashableMinor: whole.cashableMinor - kept.cashableMinor, nonCashableMinor: whole.nonCashableMinor - kept.nonCashableMinor };
  });
}
