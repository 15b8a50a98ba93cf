import { requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { Period, isClosed } from "../../governance";
import { CostEntry } from "../cost-entry";
import { Accrual, KnownAccrual, ReversalCause, isDoubledBy, requireAccrual } from "./accrual";

export interface AnswerAccrualPorts {
  /** The period, held so that it cannot close before this transaction ends. */
  holdPeriod(key: string): Promise<Period>;
  /** Takes an accrual back in an open period: a cost entry of the opposite amount. */
  reverse(accrual: Accrual, intoPeriod: string, cause: ReversalCause): Promise<void>;
  saveInvoice(accrual: Accrual, entry: CostEntry): Promise<void>;
}

/** An invoice came for what was accrued. Where both would stand in the accrual's month, the accrual is taken back there and then. */
export async function answerAccrual(ports: AnswerAccrualPorts, accrual: KnownAccrual, entry: CostEntry): Promise<void> {
  const period = await ports.holdPeriod(accrual.periodKey);
  if (isDoubledBy(accrual, !isClosed(period), entry.periodKey)) await ports.reverse(accrual, accrual.periodKey, "INVOICE");
  await ports.saveInvoice(accrual, entry);
}

export interface ReleaseAccrualPorts extends Omit<AnswerAccrualPorts, "saveInvoice"> {
  findAccrual(externalId: string): Promise<KnownAccrual | null>;
  saveRelease(accrual: Accrual, reason: string): Promise<void>;
  audit(accrual: Accrual, reason: string): Promise<void>;
}

/**
 * Says that no invoice will come for an accrual, or that it was wrong. Of an open month it is taken back in that month. Released
 * already, it is answered as it is; CONFLICT when an invoice or another accrual has answered it.
 */
export async function releaseAccrual(ports: ReleaseAccrualPorts, input: { readonly accrual: string; readonly reason: string }): Promise<void> {
  const reason = requireText(input.reason, ["reason"], 500);
  const found = requireAccrual(await ports.findAccrual(input.accrual), input.accrual);
  const period = await ports.holdPeriod(found.periodKey);
  // Read again: what happened to it before the period was held has then been seen.
  const accrual = requireAccrual(await ports.findAccrual(input.accrual), input.accrual);
  if (accrual.answers.some(({ kind }) => kind === "RELEASE")) return;
  if (accrual.renewedBy !== null) throw new Refusal("CONFLICT", `Accrual ${accrual.externalId} was renewed by ${accrual.renewedBy}. Release that one.`, ["accrual"]);
  if (accrual.answers.length > 0) throw new Refusal("CONFLICT", `An invoice has come for accrual ${accrual.externalId}: there is nothing to release.`, ["accrual"]);
  if (accrual.reversal === null && !isClosed(period)) await ports.reverse(accrual, accrual.periodKey, "RELEASE");
  await ports.saveRelease(accrual, reason);
  await ports.audit(accrual, reason);
}
