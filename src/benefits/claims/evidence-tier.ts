import { formatUnits, requireDecimal, trimDecimal } from "../../kernel/decimal";
import { compare, fromDecimal } from "../../kernel/fraction";
import { Refusal } from "../../kernel/refusal";
import { BenefitMethod } from "./figures";
import { decimalFraction } from "./ladder";

export const TIERS = ["A", "B", "C", "D"] as const;
/** A: randomised holdout. B: before and after, normalised. C: modelled. D: asserted. */
export type EvidenceTier = (typeof TIERS)[number];

/** Least and greatest confidence of each tier. */
export const CONFIDENCE: Readonly<Record<EvidenceTier, readonly [string, string]>> = { A: ["0.95", "1.00"], B: ["0.80", "0.90"], C: ["0.50", "0.70"], D: ["0.00", "0.00"] };

/** The confidence as plain text; BAD_USER_INPUT where it is out of its tier, or the tier is not what the evidence is. */
export function requireConfidence(tier: EvidenceTier, text: string, method: BenefitMethod, reconstructed: boolean): string {
  const { units, scale } = requireDecimal(text, ["confidence"]);
  const [least, greatest] = CONFIDENCE[tier];
  const value = fromDecimal({ units, scale });
  if (compare(value, decimalFraction(least)) < 0 || compare(value, decimalFraction(greatest)) > 0) {
    throw new Refusal("BAD_USER_INPUT", least === greatest ? `What is only asserted (tier ${tier}) counts ${least}.` : `Confidence of tier ${tier} is ${least} to ${greatest}.`, ["confidence"]);
  }
  if (tier === "A" && method !== "HOLDOUT") throw new Refusal("BAD_USER_INPUT", "Tier A is a randomised holdout: claim it by the method HOLDOUT, or take another tier.", ["tier"]);
  if (reconstructed && tier !== "C" && tier !== "D") throw new Refusal("BAD_USER_INPUT", `The baseline is reconstructed after the use case went live: tier C at best, not ${tier}.`, ["tier"]);
  return trimDecimal(formatUnits(units, scale));
}
