/** Showback shows a unit its share; chargeback posts it. */
export const CHARGEBACK_MODES = ["SHOWBACK", "CHARGEBACK"] as const;
export type ChargebackMode = (typeof CHARGEBACK_MODES)[number];

/** A tenant. */
export interface BusinessUnit {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly costCentre: string | null;
  readonly chargebackMode: ChargebackMode;
}
