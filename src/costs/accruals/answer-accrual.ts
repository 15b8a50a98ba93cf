import { requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { CostEntry } from "../cost-entry";
import { Accrual, KnownAccrual, ReversalCause, isDoubledBy, isMovedBy, requireAccrual } from "./accrual";

export interface AnswerAccrualPorts {
  /** Those that an accrual took the place of, one after the other. */
  renewed(accrual: Accrual): Promise<readonly KnownAccrual[]>;
  /** Takes accruals back in a period: cost entries of the opposite amounts. */
  reverse(accruals: readonly Accrual[], intoPeriod: string, cause: ReversalCause): Promise<void>;
  /** Moves what took an accrual back to the accrual's own month: a cost entry in each. */
  moveReversal(accrual: KnownAccrual): Promise<void>;
  saveInvoice(accrual: Accrual, entry: CostEntry): Promise<void>;
}

/**
 * An invoice came for what was accrued; the accrual's month is held. Where it would stand beside the accrual, or beside one that
 * the accrual renewed, that is taken back in its own month: an invoice counts once, in the month that it is of.
 */
export async function answerAccrual(ports: AnswerAccrualPorts, accrual: KnownAccrual, entry: CostEntry): Promise<void> {
  for (const each of [accrual, ...(await ports.renewed(accrual))]) {
    if (isDoubledBy(each, entry.periodKey)) await ports.reverse([each], each.periodKey, "INVOICE");
    if (isMovedBy(each, entry.periodKey)) await ports.moveReversal(each);
  }
  await ports.saveInvoice(accrual, entry);
}

export interface ReleaseAccrualPorts extends Pick<AnswerAccrualPorts, "reverse"> {
  /** The accrual, read while its month is held so that it cannot close before this transaction ends. */
  holdAccrual(externalId: string): Promise<KnownAccrual | null>;
  saveRelease(accrual: Accrual, reason: string): Promise<void>;
  audit(accrual: Accrual, reason: string): Promise<void>;
}

/**
 * Says that no invoice will come for an accrual, or that it was wrong. Of an open month it is taken back in that month. Released
 * already, it is answered as it is; CONFLICT when an invoice or another accrual has answered it.
 */
export async function releaseAccrual(ports: ReleaseAccrualPorts, input: { readonly accrual: string; readonly reason: string }): Promise<void> {
  const reason = requireText(input.reason, ["reason"], 500);
  const accrual = requireAccrual(await ports.holdAccrual(input.accrual), input.accrual);
  if (accrual.answers.some(({ kind }) => kind === "RELEASE")) return;
  if (accrual.renewedBy !== null) throw new Refusal("CONFLICT", `Accrual ${accrual.externalId} was renewed by ${accrual.renewedBy}. Release that one.`, ["accrual"]);
  if (accrual.answers.length > 0) throw new Refusal("CONFLICT", `An invoice has come for accrual ${accrual.externalId}: there is nothing to release.`, ["accrual"]);
  if (accrual.reversal === null && accrual.isMonthOpen) await ports.reverse([accrual], accrual.periodKey, "RELEASE");
  await ports.saveRelease(accrual, reason);
  await ports.audit(accrual, reason);
}
