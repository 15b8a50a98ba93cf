export const ACCRUAL_ROLES = ["BOOKS", "REVERSES", "MOVES", "ANSWERS"] as const;
export type AccrualRole = (typeof ACCRUAL_ROLES)[number];

/** How an amount came into the programme's currency; all null when it was sent in it. */
export interface CostConversion {
  /** Whole minor units of `originalCurrency`, as sent. */
  readonly originalAmountMinor: bigint | null;
  readonly originalCurrency: string | null;
  /** Plain decimal text: major units of the programme's currency for one of the original. */
  readonly rate: string | null;
  readonly rateKind: string | null;
  readonly rateDate: string | null;
  readonly rateSource: string | null;
  readonly rateRevision: number | null;
}

export const UNCONVERTED: CostConversion = { originalAmountMinor: null, originalCurrency: null, rate: null, rateKind: null, rateDate: null, rateSource: null, rateRevision: null };

/** One booked cost. Written once; a correction is another entry with the opposite sign. */
export interface CostEntry extends CostConversion {
  readonly id: string;
  readonly poolId: string;
  readonly periodKey: string;
  /** Whole minor units of `currency`, the programme's; credits are negative. */
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly externalId: string;
  readonly payloadHash: string;
  readonly description: string | null;
  readonly vendor: string | null;
  readonly invoice: string | null;
  readonly useCaseId: string | null;
  /** The unit whose usage it is, where a rating posted it, or that bore the accrual that it belongs to; null: whoever owned the use case when the month ended. */
  readonly businessUnitId: string | null;
  readonly recordedBy: string;
}
