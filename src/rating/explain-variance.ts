import { requireText } from "../kernel/code";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { Reconciliation, VarianceExplanation } from "./reconciliation";

export interface ExplainVariancePorts {
  /** Holds the period; NOT_FOUND where nothing fell into it. */
  holdPeriod(key: string): Promise<void>;
  reconcile(period: string, vendor: string): Promise<Reconciliation | null>;
  saveExplanation(reconciliation: Reconciliation, reason: string): Promise<VarianceExplanation>;
  audit(explanation: VarianceExplanation): Promise<void>;
}

/** Explains the difference of a vendor's month as it stands now, so that the month may close. NOT_FOUND without a statement; the same words on the same figures change nothing. */
export async function explainVariance(ports: ExplainVariancePorts, input: { readonly period: string; readonly vendor: string; readonly reason: string }): Promise<Reconciliation> {
  const reason = requireText(input.reason, ["reason"], 2_000);
  const period = requirePeriodKey(input.period);
  await ports.holdPeriod(period);
  const found = await ports.reconcile(period, input.vendor);
  if (!found) throw new Refusal("NOT_FOUND", `${input.vendor.slice(0, 64)} has no statement of ${period}. Book it with bookVendorStatement.`, ["vendor"]);
  if (found.explanation?.reason === reason) return found;
  const explanation = await ports.saveExplanation(found, reason);
  await ports.audit(explanation);
  return { ...found, explanation };
}
