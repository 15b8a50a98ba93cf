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
  readonly closedAt: Date | null;
  readonly cutoff: Date | null;
  readonly hash: string | null;
}

/** PERIOD_CLOSED when nothing may be booked into it any more. */
export function requireOpen(period: Pick<Period, "key" | "status">): void {
  if (period.status === "CLOSED") throw new Refusal("PERIOD_CLOSED", `${period.key} is closed. Book into the first open period.`, ["period"]);
}
