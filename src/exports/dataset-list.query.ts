import { Role } from "../tenancy";
import { Dataset } from "./dataset";
import { allocationLine } from "./datasets/allocation-line.query";
import { businessCasePeriod } from "./datasets/business-case-period.query";
import { costPoolPeriod } from "./datasets/cost-pool-period.query";
import { dimBusinessUnit, dimPeriod, dimPolicyVersion, dimUseCase } from "./datasets/dimensions.query";
import { focusBillingPeriod, focusInvoiceDetail } from "./datasets/focus-invoices.query";
import { focusCostAndUsage } from "./datasets/focus.query";
import { journalLine } from "./datasets/journal-line.query";
import { ebitBridge, programmePnl } from "./datasets/programme.query";
import { statementLine } from "./datasets/statement-line.query";
import { usageDaily } from "./datasets/usage-daily.query";

/** Every dataset. A new one is a file and a line here. */
export const DATASETS: readonly Dataset[] = [allocationLine, usageDaily, costPoolPeriod, statementLine, journalLine, businessCasePeriod, programmePnl, ebitBridge, focusCostAndUsage, focusBillingPeriod, focusInvoiceDetail, dimBusinessUnit, dimUseCase, dimPeriod, dimPolicyVersion];

/** The datasets that a role may export. */
export function datasetsOf(role: Role): readonly string[] {
  return DATASETS.filter(({ readers }) => readers.includes(role)).map(({ name }) => name);
}
