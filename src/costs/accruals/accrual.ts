import { Refusal } from "../../kernel/refusal";
import { CostEntryKind } from "../cost-entry";

export const ACCRUAL_STATUSES = ["ACCRUED", "REVERSED", "ANSWERED"] as const;
export type AccrualStatus = (typeof ACCRUAL_STATUSES)[number];

/** Why an accrual was taken back: its month closed, its invoice came before that, or finance released it. */
export const REVERSAL_CAUSES = ["CLOSE", "INVOICE", "RELEASE"] as const;
export type ReversalCause = (typeof REVERSAL_CAUSES)[number];

export const ACCRUAL_ANSWER_KINDS = ["INVOICE", "RELEASE"] as const;
export type AccrualAnswerKind = (typeof ACCRUAL_ANSWER_KINDS)[number];

/** The unit that is charged with direct cost. */
export interface Bearer {
  readonly id: string;
  readonly code: string;
}

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
  /** Of its entries: a service credit that is expected, and what takes it back, are CREDIT. */
  readonly kind: CostEntryKind;
  readonly payloadHash: string;
  readonly reason: string;
  readonly source: string;
  /** Id of the accrual that this one takes the place of. */
  readonly renews: string | null;
  /** The unit that its entry names: of a renewal who bore what it renews. Null: whoever owns the use case when the month ends. */
  readonly bearer: Bearer | null;
  readonly recordedBy: string;
}

/** An accrual taken back: an entry of the opposite amount. */
export interface AccrualReversal {
  readonly entryId: string;
  readonly periodKey: string;
  readonly cause: ReversalCause;
  /** The unit that its entry names: after a close the one that the accrual was charged to; null on shared pools. */
  readonly bearer: Bearer | null;
  /** True when it was moved from `periodKey` to the accrual's own month. */
  readonly isMoved: boolean;
}

/** What came of an accrual so far. */
export interface AccrualState {
  /** True while its month still takes cost. */
  readonly isMonthOpen: boolean;
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
export function isDoubledBy(accrual: KnownAccrual, invoicePeriod: string): boolean {
  return accrual.reversal === null && accrual.isMonthOpen && invoicePeriod <= accrual.periodKey;
}

/**
 * The same after the close: what took the accrual back stands in a later month than the invoice, and moves to the accrual's own.
 * Both months are right then: the one holds what was invoiced, the other nothing of it.
 */
export function isMovedBy({ reversal, periodKey }: KnownAccrual, invoicePeriod: string): boolean {
  return reversal?.cause === "CLOSE" && !reversal.isMoved && invoicePeriod <= periodKey;
}

/**
 * The unit that the invoice of an accrual is charged to: the one that was charged with the accrual and is given it back, whoever
 * owns the use case by now. Null: it is charged as any direct cost. PERIOD_OPEN while that is not settled yet.
 */
export function bearerOfInvoice({ externalId, useCase, periodKey, bearer, reversal }: KnownAccrual, invoicePeriod: string): Bearer | null {
  if (reversal) return reversal.bearer;
  if (useCase !== null && bearer === null && invoicePeriod > periodKey) {
    throw new Refusal("PERIOD_OPEN", `${periodKey} is not closed: who bears accrual ${externalId}, and so its invoice, is whoever owns ${useCase} when it closes. Book the invoice in ${periodKey}, or after its close.`, ["accrual"]);
  }
  return bearer;
}

/** The words of an accrual's entry and of what takes it back. */
export const wordsOf = ({ externalId, reason }: Pick<Accrual, "externalId" | "reason">): string => `Accrual ${externalId}: ${reason}`.slice(0, 500);
export const wordsOfReversal = ({ externalId, periodKey }: Pick<Accrual, "externalId" | "periodKey">): string => `Reversal of accrual ${externalId} of ${periodKey}`;

/** What the entries of an accrual are called in the books: it, what took it back, and that moved into its month and out of the other. */
export const entryNames = (id: string) => ({ books: `accrual/${id}`, reverses: `accrual/${id}/reversal`, movedIn: `accrual/${id}/moved-in`, movedOut: `accrual/${id}/moved-out` }) as const;

/** True for a name that only an accrual gives an entry. */
export const isEntryName = (externalId: string): boolean => /^accrual\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\/|$)/.test(externalId);
