/** One booked cost. Written once; a correction is another entry with the opposite sign. */
export interface CostEntry {
  readonly id: string;
  readonly poolId: string;
  readonly periodKey: string;
  /** Whole minor units of `currency`; credits are negative. */
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly externalId: string;
  readonly payloadHash: string;
  readonly description: string | null;
  readonly vendor: string | null;
  readonly invoice: string | null;
  readonly useCaseId: string | null;
  readonly recordedBy: string;
}
