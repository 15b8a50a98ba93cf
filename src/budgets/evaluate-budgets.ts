import { fraction, roundHalfUp } from "../kernel/fraction";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { AlertBasis, AlertDraft, BudgetAlert, reachedThresholds } from "./alert";
import { BUDGET_LEVELS, Budget } from "./budget";
import { BudgetRow, MonthFacts, budgetRows } from "./budget-report";
import { ForecastMethod } from "./forecast";

export interface EvaluateBudgetsPorts {
  /** Others who evaluate wait until this transaction ends. */
  hold(): Promise<void>;
  monthFacts(period: string): Promise<MonthFacts>;
  /** The newest versions of a month, of every level. */
  budgets(period: string): Promise<readonly Budget[]>;
  /** Stores the alerts that were never raised before; answers those. */
  raise(drafts: readonly AlertDraft[]): Promise<readonly BudgetAlert[]>;
  audit(period: string, method: ForecastMethod, raised: readonly BudgetAlert[]): Promise<void>;
}

/** What thresholds a row has reached, by what it cost and by what it will have cost. */
export function dueAlerts(row: BudgetRow): AlertDraft[] {
  const { budget, forecast } = row;
  if (budget === null) return [];
  const drafts = (basis: AlertBasis, cost: NonNullable<BudgetRow["forecast"]>): AlertDraft[] =>
    reachedThresholds(budget.thresholds, budget.amountMinor, cost).map((threshold) => ({
      businessUnit: row.businessUnit, useCase: row.useCase, period: budget.period, budgetId: budget.id, budgetVersion: budget.version, budgetMinor: budget.amountMinor, basis, threshold, amountMinor: roundHalfUp(cost),
    }));
  return [...drafts("ACTUAL", fraction(row.actualMinor)), ...(forecast === null ? [] : drafts("FORECAST", forecast))];
}

/**
 * Holds a month's cost and its forecast against every budget and raises an alert for each threshold that is reached for the
 * first time. A threshold is told once per place, month and basis, whatever is corrected or revised afterwards; evaluating
 * again raises nothing and leaves no trace. NOT_FOUND for a month without budgets.
 */
export async function evaluateBudgets(ports: EvaluateBudgetsPorts, input: { readonly period: string; readonly method: ForecastMethod }): Promise<readonly BudgetAlert[]> {
  const period = requirePeriodKey(input.period);
  await ports.hold();
  const budgets = await ports.budgets(period);
  if (budgets.length === 0) throw new Refusal("NOT_FOUND", `There is no budget of ${period}. Set one with setBudget.`, ["period"]);
  const facts = await ports.monthFacts(period);
  const drafts = BUDGET_LEVELS.flatMap((level) => budgetRows(level, facts, budgets, input.method)).flatMap(dueAlerts);
  const raised = await ports.raise(drafts);
  if (raised.length > 0) await ports.audit(period, input.method, raised);
  return raised;
}
