import { Refusal } from "../../kernel/refusal";

export const ACCRUAL_STATUSES = ["ACCRUED", "REVERSED", "ANSWERED"] as const;
export type AccrualStatus = (typeof ACCRUAL_STATUSES)[number];

/** Why an accrual was taken back: its month closed, its invoice came before that, or finance released it. */
export const REVERSAL_CAUSES = ["CLOSE", "INVOICE", "RELEASE"] as const;
export type ReversalCause = (typeof REVERSAL_CAUSES)[number];

export const ACCRUAL_ANSWER_KINDS = ["INVOICE", "RELEASE"] as const;
export type AccrualAnswerKind = (typeof ACCRUAL_ANSWER_KINDS)[number];

/** Cost that is expected of a month and has no invoice yet. Written once; it is a cost entry of its month. */
export interface Accrual {
  readonly id: string;
  /** Its identity in the sender's books; unique in the programme for ever. */
  readonly externalId: string;
  readonly entryId: string;
  readonly poolId: string;
  readonly pool: string;
  readonly useCaseId: string | null;
  readonly useCase: string | null;
  readonly periodKey: string;
  /** Whole minor units of the programme's currency; an expected credit is negative. */
  readonly amountMinor: bigint;
  readonly payloadHash: string;
  readonly reason: string;
  readonly source: string;
  /** Id of the accrual that this one takes the place of. */
  readonly renews: string | null;
  readonly recordedBy: string;
}

/** An accrual taken back: an entry of the opposite amount. */
export interface AccrualReversal {
  readonly entryId: string;
  readonly periodKey: string;
  readonly cause: ReversalCause;
}

/** What came of an accrual so far. */
export interface AccrualState {
  readonly reversal: AccrualReversal | null;
  readonly answers: ReadonlyArray<{ readonly kind: AccrualAnswerKind }>;
  /** The accrual that took its place. */
  readonly renewedBy: string | null;
}

export type KnownAccrual = Accrual & AccrualState;

/** ACCRUED counts in its month; REVERSED was taken back and nothing has come of it; ANSWERED has an invoice, a successor or was released. */
export function statusOf({ reversal, answers, renewedBy }: AccrualState): AccrualStatus {
  if (answers.length > 0 || renewedBy !== null) return "ANSWERED";
  return reversal ? "REVERSED" : "ACCRUED";
}

/** The accrual of that name, or NOT_FOUND. */
export function requireAccrual(accrual: KnownAccrual | null, externalId: string): KnownAccrual {
  if (accrual) return accrual;
  throw new Refusal("NOT_FOUND", `There is no accrual ${externalId.slice(0, 80)}.`, ["accrual"]);
}

/** BAD_USER_INPUT for cost of another pool or use case than was accrued; CONFLICT when another accrual took its place. */
export function requireSameCost(accrual: KnownAccrual, poolId: string, useCaseId: string | null): void {
  if (accrual.poolId !== poolId || accrual.useCaseId !== useCaseId) {
    throw new Refusal("BAD_USER_INPUT", `Accrual ${accrual.externalId} is for ${accrual.pool}${accrual.useCase === null ? "" : `, use case ${accrual.useCase}`}. Name the accrual of this cost, or none.`, ["accrual"]);
  }
  if (accrual.renewedBy !== null) throw new Refusal("CONFLICT", `Accrual ${accrual.externalId} was renewed by ${accrual.renewedBy}. Name that one.`, ["accrual"]);
}

/**
 * True when an invoice takes the accrual back at once: its month still takes cost, and the invoice is of that month or an
 * earlier one, so that both would stand beside each other. Otherwise the close of its month does it.
 */
export function isDoubledBy(accrual: KnownAccrual, isMonthOpen: boolean, invoicePeriod: string): boolean {
  return accrual.reversal === null && isMonthOpen && invoicePeriod <= accrual.periodKey;
}

/** The words of an accrual's entry and of what takes it back. */
export const wordsOf = ({ externalId, reason }: Pick<Accrual, "externalId" | "reason">): string => `Accrual ${externalId}: ${reason}`.slice(0, 500);
export const wordsOfReversal = ({ externalId, periodKey }: Pick<Accrual, "externalId" | "periodKey">): string => `Reversal of accrual ${externalId} of ${periodKey}`;
