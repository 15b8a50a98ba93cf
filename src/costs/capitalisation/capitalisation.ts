import { requireText } from "../../kernel/code";
import { given } from "../../kernel/given";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";

export const IMPLEMENTATION_CATEGORIES = ["PRELIMINARY", "CONFIGURATION", "CODING", "INTEGRATION", "DATA_CONVERSION", "TRAINING", "CHANGE_MANAGEMENT", "SUPPORT"] as const;
/** What implementation cost was spent on. */
export type ImplementationCategory = (typeof IMPLEMENTATION_CATEGORIES)[number];

export const TREATMENTS = ["CAPITALISE", "EXPENSE"] as const;
export type Treatment = (typeof TREATMENTS)[number];

export interface CategoryTreatment {
  readonly category: ImplementationCategory;
  readonly treatment: Treatment;
}

/** The firm's own policy of what becomes an asset, from a month on. The product stores it and does not decide. */
export interface CapitalisationDocument {
  /** As the firm calls its accounting framework, for example "ASC 350-40". */
  readonly framework: string;
  readonly effectiveFrom: string;
  /** Every category once, in the order of IMPLEMENTATION_CATEGORIES. */
  readonly treatments: readonly CategoryTreatment[];
  readonly note: string | null;
}

export interface CapitalisationPolicy extends CapitalisationDocument {
  readonly version: number;
  readonly documentHash: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
}

export interface CapitalisationPolicyInput {
  readonly framework: string;
  readonly effectiveFrom: string;
  readonly treatments: readonly CategoryTreatment[];
  readonly note?: string | null;
}

/** The policy that an input stands for; BAD_USER_INPUT names the category that is left out or named twice. */
export function readCapitalisationPolicy(input: CapitalisationPolicyInput): CapitalisationDocument {
  const treatments = IMPLEMENTATION_CATEGORIES.map((category): CategoryTreatment => {
    const named = input.treatments.filter((each) => each.category === category);
    if (named.length !== 1) throw new Refusal("BAD_USER_INPUT", `${category} must be treated once; it is named ${named.length} times. Say CAPITALISE or EXPENSE for every category.`, ["treatments"]);
    return { category, treatment: named[0]!.treatment };
  });
  return { framework: requireText(input.framework, ["framework"]), effectiveFrom: requirePeriodKey(input.effectiveFrom, ["effectiveFrom"]), treatments, note: given(input.note) ? requireText(input.note, ["note"], 500) : null };
}

/** The approved policy in effect in a month; null: none. Of several from the same month the newest version. */
export function capitalisationPolicyOf(policies: readonly CapitalisationPolicy[], period: string): CapitalisationPolicy | null {
  let best: CapitalisationPolicy | null = null;
  for (const each of policies) {
    if (each.approvedBy === null || each.effectiveFrom > period) continue;
    if (best === null || each.effectiveFrom > best.effectiveFrom || (each.effectiveFrom === best.effectiveFrom && each.version > best.version)) best = each;
  }
  return best;
}
