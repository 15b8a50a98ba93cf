export const COST_POOL_KINDS = ["PLATFORM_CONTRACT", "TELEPHONY", "INTEGRATION", "COMPLIANCE", "PROGRAMME_MANAGEMENT", "DIRECT", "OTHER", "UNUSED_COMMITMENT"] as const;
export type CostPoolKind = (typeof COST_POOL_KINDS)[number];

/** Cost that belongs together and is divided by one rule. */
export interface CostPool {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly kind: CostPoolKind;
}

/**
 * Direct cost goes to its use case and programme management stays with the programme: neither is divided. What was
 * committed to a vendor and not used may be divided, and stays with the programme when no rule of the policy names it.
 */
export function isShared(kind: CostPoolKind): boolean {
  return kind !== "DIRECT" && kind !== "PROGRAMME_MANAGEMENT";
}
