import { Role } from "../tenancy";
import { Dataset } from "./dataset";
import { allocationLine } from "./datasets/allocation-line.query";
import { businessCasePeriod } from "./datasets/business-case-period.query";
import { costPoolPeriod } from "./datasets/cost-pool-period.query";
import { dimBusinessUnit, dimPeriod, dimPolicyVersion, dimUseCase } from "./datasets/dimensions.query";
import { journalLine } from "./datasets/journal-line.query";
import { ebitBridge, programmePnl } from "./datasets/programme.query";
import { statementLine } from "./datasets/statement-line.query";
import { usageDaily } from "./datasets/usage-daily.query";

/** Every dataset. A new one is a file and a line here. */
export const DATASETS: readonly Dataset[] = [allocationLine, usageDaily, costPoolPeriod, statementLine, journalLine, businessCasePeriod, programmePnl, ebitBridge, dimBusinessUnit, dimUseCase, dimPeriod, dimPolicyVersion];

/** The datasets that a role may export. */
export function datasetsOf(role: Role): readonly string[] {
  return DATASETS.filter(({ readers }) => readers.includes(role)).map(({ name }) => name);
}
