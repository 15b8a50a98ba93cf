import { requireText } from "../kernel/code";
import { Evidence } from "./evidence";

export const RESOLUTION_OUTCOMES = ["REJECTED", "ADJUSTED"] as const;
export type ResolutionOutcome = (typeof RESOLUTION_OUTCOMES)[number];

/** How finance answered disputes: with lines (ADJUSTED) or without (REJECTED). */
export interface Resolution {
  readonly id: string;
  readonly outcome: ResolutionOutcome;
  readonly reason: string;
  readonly resolvedBy: string;
  readonly resolvedAt: Date;
}

/** A unit's objection to one line. It stands for that line in every version of the statement. */
export interface Dispute {
  readonly id: string;
  readonly lineId: string;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /** What the line should be, in minor units; null when the unit did not say. */
  readonly expectedMinor: bigint | null;
  readonly raisedBy: string;
  readonly raisedAt: Date;
  /** The last day on which finance answers in time; null: none was named. */
  readonly answerBy: string | null;
  /** When that day is over; null: none was named. */
  readonly overdueFrom: Date | null;
  /** Past that day and not resolved. */
  readonly isOverdue: boolean;
  /** What both sides wrote about it since, oldest first. */
  readonly messages: readonly DisputeMessage[];
  /** Null while it is open. */
  readonly resolution: Resolution | null;
}

export const DISPUTE_SIDES = ["UNIT", "FINANCE"] as const;
export type DisputeSide = (typeof DISPUTE_SIDES)[number];

/** Something that one side wrote to the other about a dispute. Written once. */
export interface DisputeMessage {
  readonly side: DisputeSide;
  readonly text: string;
  readonly evidence: readonly Evidence[];
  readonly by: string;
  readonly at: Date;
}

/** The whole talk about a dispute: the objection, what was written since, and the answer that ends it. */
export function threadOf({ reason, evidence, raisedBy, raisedAt, messages, resolution }: Dispute): DisputeMessage[] {
  const answer = resolution === null ? [] : [{ side: "FINANCE" as const, text: resolution.reason, evidence: [], by: resolution.resolvedBy, at: resolution.resolvedAt }];
  return [{ side: "UNIT", text: reason, evidence, by: raisedBy, at: raisedAt }, ...messages, ...answer];
}

/** A dispute as it was known before an instant (null: now); null when it was not raised by then. */
export function disputeAsOf(dispute: Dispute, asOf: Date | null): Dispute | null {
  if (asOf === null) return dispute;
  if (dispute.raisedAt >= asOf) return null;
  const resolution = dispute.resolution !== null && dispute.resolution.resolvedAt < asOf ? dispute.resolution : null;
  const isOverdue = resolution === null && dispute.overdueFrom !== null && dispute.overdueFrom <= asOf;
  return { ...dispute, resolution, isOverdue, messages: dispute.messages.filter(({ at }) => at < asOf) };
}

/** A key under which a request may be sent again; BAD_USER_INPUT when it is blank or longer than 200 characters. */
export function readIdempotencyKey(key: string | null | undefined): string | null {
  return key === null || key === undefined ? null : requireText(key, ["idempotencyKey"]);
}
