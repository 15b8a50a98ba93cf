import { requireText } from "../kernel/code";

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
  /** Links or references, as the unit gave them. */
  readonly evidence: readonly string[];
  /** What the line should be, in minor units; null when the unit did not say. */
  readonly expectedMinor: bigint | null;
  readonly raisedBy: string;
  readonly raisedAt: Date;
  /** Null while it is open. */
  readonly resolution: Resolution | null;
}

/** A key under which a request may be sent again; BAD_USER_INPUT when it is blank or longer than 200 characters. */
export function readIdempotencyKey(key: string | null | undefined): string | null {
  return key === null || key === undefined ? null : requireText(key, ["idempotencyKey"]);
}
