import { Refusal } from "../kernel/refusal";

/** A charge of a vendor, as any correction of one; or a service credit, which it grants for what it did not keep. */
export const COST_ENTRY_KINDS = ["CHARGE", "CREDIT"] as const;
export type CostEntryKind = (typeof COST_ENTRY_KINDS)[number];

/** BAD_USER_INPUT for a credit that does not lower cost. */
export function requireCreditLowers(kind: CostEntryKind, minor: bigint): void {
  if (kind === "CREDIT" && minor >= 0n) throw new Refusal("BAD_USER_INPUT", "A CREDIT lowers cost: its amount is negative. What takes a credit back is a CHARGE.", ["amount"]);
}

/** What is hashed of a kind: of a charge nothing, so that what was booked before there were kinds is still the same booking. */
export const hashedKind = (kind: CostEntryKind): "CREDIT" | undefined => (kind === "CREDIT" ? kind : undefined);

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
  /** Whole minor units of `currency`, the programme's; what lowers cost is negative. */
  readonly amountMinor: bigint;
  readonly currency: string;
  /** A CREDIT is negative; what takes one back is a CREDIT too, and positive. */
  readonly kind: CostEntryKind;
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
