import { requireText } from "../../kernel/code";
import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { Period } from "../../governance";
import { DutyCheckName } from "../close-check-names";
import { requireDueDays } from "../close-rules";
import { CheckAssignment } from "./close-duty";

export interface AssignCloseCheckInput {
  readonly check: DutyCheckName;
  readonly owner?: string | null;
  readonly dueDays?: number | null;
  readonly period?: string | null;
  readonly reason: string;
}

export interface AssignCloseCheckPorts {
  /** The period, held so that it cannot close before this transaction ends; null when no fact ever fell into it. */
  holdPeriod(key: string): Promise<Period | null>;
  /** The newest assignment of a check for a month, or (null) for every month; others are held back until the transaction ends. */
  holdAssignment(check: DutyCheckName, period: string | null): Promise<CheckAssignment | null>;
  saveAssignment(assignment: Omit<CheckAssignment, "by" | "at">): Promise<CheckAssignment>;
  audit(before: CheckAssignment | null, after: CheckAssignment): Promise<void>;
}

/**
 * Makes somebody answer for a check of the close, in one month or in every month that has nobody of its own; without an
 * owner nobody does any more. The same again changes nothing. NOT_FOUND for a month without facts, PERIOD_CLOSED for one
 * whose close is done.
 */
export async function assignCloseCheck(ports: AssignCloseCheckPorts, input: AssignCloseCheckInput): Promise<CheckAssignment> {
  const reason = requireText(input.reason, ["reason"], 500);
  const owner = input.owner === null || input.owner === undefined ? null : requireText(input.owner, ["owner"]);
  requireDueDays(input.dueDays);
  const dueDays = input.dueDays ?? null;
  if (owner === null && dueDays !== null) throw new Refusal("BAD_USER_INPUT", "dueDays belongs to an owner: name one, or leave it out.", ["dueDays"]);
  const period = input.period === null || input.period === undefined ? null : requirePeriodKey(input.period);
  if (period !== null) requireNotClosed(await ports.holdPeriod(period), period);
  const before = await ports.holdAssignment(input.check, period);
  if (before ? before.owner === owner && before.dueDays === dueDays : owner === null && period === null) {
    if (before) return before;
    throw new Refusal("NOT_FOUND", `Nobody answers for ${input.check}, so nobody can be taken off it.`, ["check"]);
  }
  const after = await ports.saveAssignment({ check: input.check, period, owner, dueDays, reason });
  await ports.audit(before, after);
  return after;
}

/** The period, when its checks still matter: NOT_FOUND or PERIOD_CLOSED otherwise. */
export function requireNotClosed(period: Period | null, key: string): Period {
  if (!period) throw new Refusal("NOT_FOUND", `There is nothing in ${key}: no usage and no cost.`, ["period"]);
  if (period.status === "CLOSED") throw new Refusal("PERIOD_CLOSED", `${key} is closed: who answers for its checks and who signed them off stays as it was.`, ["period"]);
  return period;
}
