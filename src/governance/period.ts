import { Refusal } from "../kernel/refusal";

export const PERIOD_STATUSES = ["OPEN", "CLOSING", "CLOSED"] as const;
export type PeriodStatus = (typeof PERIOD_STATUSES)[number];

/** A calendar month of the programme's time zone: half-open instants. */
export interface Period {
  readonly key: string;
  readonly status: PeriodStatus;
  /** First instant of the month. */
  readonly from: Date;
  /** First instant after the month. */
  readonly to: Date;
  /** Subject that asked for the close; null while nobody has. */
  readonly closeRequestedBy: string | null;
  readonly closeRequestedAt: Date | null;
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  /** Facts recorded before this instant are in the closed figures; null until closed. */
  readonly cutoff: Date | null;
  readonly hash: string | null;
  /** "sequence:hash" of the audit trail when the period was closed. */
  readonly auditHead: string | null;
}

/** True when a fact of this period comes too late for its figures and is charged as an adjustment in a later one. */
export function isClosed(period: Pick<Period, "status">): boolean {
  return period.status === "CLOSED";
}

/** PERIOD_CLOSED when its figures are final. */
export function requireOpen(period: Pick<Period, "key" | "status">): void {
  if (period.status === "CLOSED") throw new Refusal("PERIOD_CLOSED", `${period.key} is closed: its figures are final. What comes in for it now is charged as an adjustment in the next month that closes.`, ["period"]);
}
