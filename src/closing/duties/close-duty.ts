import { dayAfterPeriod } from "../../kernel/period";
import { DutyCheckName } from "../close-check-names";
import { CloseRules } from "../close-rules";

/** Somebody was made to answer for a check, in one month or (null) in every month that has nobody of its own. */
export interface CheckAssignment {
  readonly check: DutyCheckName;
  readonly period: string | null;
  /** Subject of a token; null: nobody any more. */
  readonly owner: string | null;
  /** Days after the month's last day; null: as the close rules say. */
  readonly dueDays: number | null;
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
}

export const SIGN_OFF_KINDS = ["SIGNED", "WITHDRAWN"] as const;
export type SignOffKind = (typeof SIGN_OFF_KINDS)[number];

/** Somebody signed a check of a month off, or took that back. What was signed is the finding, in its words. */
export interface CheckSignOff {
  readonly check: DutyCheckName;
  readonly period: string;
  readonly kind: SignOffKind;
  readonly finding: string;
  readonly note: string;
  readonly evidence: readonly string[];
  readonly by: string;
  readonly at: Date;
}

/** What was assigned and signed for a month, oldest first. */
export interface CloseDuties {
  readonly assignments: readonly CheckAssignment[];
  readonly signOffs: readonly CheckSignOff[];
}

export const NO_DUTIES: CloseDuties = { assignments: [], signOffs: [] };

/** Who answers for a check of a month, until which day, and how it stands signed. */
export interface Duty {
  readonly owner: string | null;
  readonly dueOn: string | null;
  readonly signOff: CheckSignOff | null;
}

/** The duty of a check: the month's own assignment before the one for every month, the newest of each; the newest signature that was not taken back. */
export function dutyOf(check: DutyCheckName, period: string, rules: Pick<CloseRules, "dueDays">, { assignments, signOffs }: CloseDuties): Duty {
  const newest = (of: string | null): CheckAssignment | undefined => assignments.filter((each) => each.check === check && each.period === of).at(-1);
  const assigned = newest(period) ?? newest(null);
  const dueDays = assigned?.dueDays ?? rules.dueDays;
  const signed = signOffs.filter((each) => each.check === check && each.period === period).at(-1);
  return { owner: assigned?.owner ?? null, dueOn: dueDays === null ? null : dayAfterPeriod(period, dueDays), signOff: signed?.kind === "SIGNED" ? signed : null };
}
