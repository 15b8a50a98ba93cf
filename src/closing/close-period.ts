import { requireText } from "../kernel/code";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { Period } from "../governance";
import { CloseCheck, requireReady } from "./close-checklist";

export interface RequestClosePorts {
  readonly subject: string;
  /** The period for this transaction alone; NOT_FOUND when no fact ever fell into it. */
  lockPeriod(key: string): Promise<Period>;
  checklist(period: Period): Promise<readonly CloseCheck[]>;
  /** OPEN becomes CLOSING. */
  markRequested(period: Period): Promise<Period>;
  audit(action: "requestClose" | "withdrawClose", period: Period, reason: string | null): Promise<void>;
}

/**
 * Asks for the close of a month: OPEN becomes CLOSING. NOT_READY with everything that is missing. Naturally idempotent: a
 * request that stands is answered as it is, whoever made it. Facts still come in until the close itself.
 */
export async function requestClose(ports: RequestClosePorts, input: { readonly period: string }): Promise<Period> {
  const period = await ports.lockPeriod(requirePeriodKey(input.period));
  if (period.status === "CLOSED") throw alreadyClosed(period);
  if (period.status === "CLOSING") return period;
  requireReady(period.key, await ports.checklist(period));
  const requested = await ports.markRequested(period);
  await ports.audit("requestClose", requested, null);
  return requested;
}

export interface WithdrawClosePorts extends Pick<RequestClosePorts, "lockPeriod" | "audit"> {
  /** CLOSING becomes OPEN. */
  markWithdrawn(period: Period): Promise<Period>;
}

/** Takes a request to close back: CLOSING becomes OPEN. An open month is answered as it is. */
export async function withdrawClose(ports: WithdrawClosePorts, input: { readonly period: string; readonly reason: string }): Promise<Period> {
  const reason = requireText(input.reason, ["reason"], 500);
  const period = await ports.lockPeriod(requirePeriodKey(input.period));
  if (period.status === "CLOSED") throw alreadyClosed(period);
  if (period.status === "OPEN") return period;
  const open = await ports.markWithdrawn(period);
  await ports.audit("withdrawClose", open, reason);
  return open;
}

export interface ClosePeriodPorts extends Pick<RequestClosePorts, "subject" | "lockPeriod" | "checklist"> {
  /** An instant after every fact of the period that is in; asked for under the lock. */
  cutoff(): Promise<Date>;
  /** Posts in this period what late facts changed in earlier ones. */
  postAdjustments(period: Period): Promise<void>;
  /** SHA-256 of the figures as they are now, adjustments posted in the period among them. */
  hashFigures(period: Period): Promise<string>;
  /** Takes back, in the next open period, what was accrued in this one. */
  reverseAccruals(period: Period): Promise<void>;
  /** Records the close in the audit trail; answers the trail's head, "sequence:hash". */
  audit(period: Period, cutoff: Date, hash: string): Promise<string>;
  /** Tells what thresholds of budgets the closed month reached, where it has any. */
  warnOfBudgets(period: Period): Promise<void>;
  /** CLOSING becomes CLOSED, for ever. */
  markClosed(period: Period, cutoff: Date, hash: string, auditHead: string): Promise<Period>;
}

/**
 * Closes a month that somebody else asked to close: CLOSING becomes CLOSED, with a cut-off and the hash of its figures,
 * which never change again. PERIOD_OPEN when nobody asked, SAME_PERSON for who did, PERIOD_CLOSED when it is done, NOT_READY
 * when something changed since.
 */
export async function closePeriod(ports: ClosePeriodPorts, input: { readonly period: string }): Promise<Period> {
  const period = requireCloseable(await ports.lockPeriod(requirePeriodKey(input.period)), input.period, ports.subject);
  requireReady(period.key, await ports.checklist(period));
  const cutoff = await ports.cutoff();
  await ports.postAdjustments(period);
  const hash = await ports.hashFigures(period);
  await ports.reverseAccruals(period);
  const auditHead = await ports.audit(period, cutoff, hash);
  const closed = await ports.markClosed(period, cutoff, hash, auditHead);
  await ports.warnOfBudgets(closed);
  return closed;
}

/** The period, when it waits for this person to close it: NOT_FOUND, PERIOD_CLOSED, PERIOD_OPEN or SAME_PERSON otherwise. */
export function requireCloseable(period: Period | null, key: string, subject: string): Period {
  if (!period) throw new Refusal("NOT_FOUND", `There is nothing in ${key}: no usage and no cost.`, ["period"]);
  if (period.status === "CLOSED") throw alreadyClosed(period);
  if (period.status === "OPEN") throw new Refusal("PERIOD_OPEN", `Nobody has asked to close ${period.key}. Run requestClose first; a second person closes.`, ["period"]);
  if (period.closeRequestedBy === subject) throw new Refusal("SAME_PERSON", `You asked for the close of ${period.key}: a second person must close it.`, ["period"]);
  return period;
}

function alreadyClosed(period: Period): Refusal {
  return new Refusal("PERIOD_CLOSED", `${period.key} is closed already${period.closedAt ? `, since ${period.closedAt.toISOString()}` : ""}. What comes in for it now is charged in the next month that closes.`, ["period"]);
}
