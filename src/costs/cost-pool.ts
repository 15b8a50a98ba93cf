export const COST_POOL_KINDS = ["PLATFORM_CONTRACT", "TELEPHONY", "INTEGRATION", "COMPLIANCE", "PROGRAMME_MANAGEMENT", "DIRECT", "OTHER"] as const;
export type CostPoolKind = (typeof COST_POOL_KINDS)[number];

/** Cost that belongs together and is divided by one rule. */
export interface CostPool {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly kind: CostPoolKind;
}

/** Direct cost goes to its use case and programme management stays with the programme: neither is divided. */
export function isShared(kind: CostPoolKind): boolean {
  return kind !== "DIRECT" && kind !== "PROGRAMME_MANAGEMENT";
}
