import { Command, Option } from "commander";
import { BUDGET_LEVELS, BudgetAlert, BudgetLevel, BudgetRow, FORECAST_METHODS, ForecastMethod, budgetRows, evaluateBudgets } from "../budgets";
import { evaluateBudgetsPorts } from "../budgets/budget-ports.store";
import { budgetStore } from "../budgets/budget.store";
import { monthFacts } from "../budgets/month-facts.query";
import { systemClock } from "../kernel/clock";
import { roundHalfUp } from "../kernel/fraction";
import { Currency, toMoney } from "../kernel/money";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { print, table } from "./output";
import { CommonOptions, recordAudit, withCommonOptions, withProgramme } from "./session";

interface BudgetsOptions extends CommonOptions {
  readonly evaluate?: boolean;
  readonly level: BudgetLevel;
  readonly method: ForecastMethod;
}

interface Shown {
  readonly rows: readonly BudgetRow[];
  /** Raised now; null when nobody asked. */
  readonly alerts: readonly BudgetAlert[] | null;
  readonly currency: Currency;
}

/** `budgets`: a month's budgets held against its cost; raises the alerts that are due when asked. */
export function registerBudgets(program: Command): void {
  withCommonOptions(program.command("budgets"))
    .description("a month's budgets held against its cost and its forecast")
    .argument("<period>", "year and month, for example 2025-10")
    .option("--evaluate", "raise an alert for every threshold that is reached for the first time")
    .addOption(new Option("--level <level>", "what the rows stand for").choices(BUDGET_LEVELS).default("BUSINESS_UNIT"))
    .addOption(new Option("--method <method>", "how an open month is carried on to its end").choices(FORECAST_METHODS).default("RUN_RATE_BUSINESS_DAYS"))
    .action(async (key: string, options: BudgetsOptions) => {
      const period = requirePeriodKey(key);
      const shown = await withProgramme(options, async ({ database, scope }): Promise<Shown> => database.withTenant(scope, async (tx) => {
        const alerts = options.evaluate ? await evaluateBudgets(evaluateBudgetsPorts(tx, recordAudit, systemClock, options.method), { period, method: options.method }) : null;
        const facts = await monthFacts(tx, period, systemClock.now(), options.method);
        const budgets = await budgetStore(tx).budgetsOf(period);
        if (facts.status === null && budgets.length === 0) throw new Refusal("NOT_FOUND", `There is nothing in ${period}: no usage, no cost and no budget.`, ["period"]);
        return { rows: budgetRows(options.level, facts, budgets, options.method), alerts, currency: facts.currency };
      }, { statementTimeoutMs: 0 }));
      print(options, asJson(period, shown), inWords(shown));
    });
}

function asJson(period: string, { rows, alerts, currency }: Shown): unknown {
  const money = (minor: bigint | null): unknown => (minor === null ? null : toMoney(minor, currency));
  return {
    period,
    rows: rows.map(({ businessUnit, useCase, budget, actualMinor, varianceMinor, parts, forecast, forecastMethod, missing }) => ({
      businessUnit, useCase, budgetVersion: budget?.version ?? null, budget: money(budget?.amountMinor ?? null), actual: money(actualMinor), variance: money(varianceMinor),
      volumeVariance: money(parts?.volumeMinor ?? null), rateVariance: money(parts?.rateMinor ?? null), forecast: money(forecast && roundHalfUp(forecast)), forecastMethod, missing,
    })),
    ...(alerts && { alerts: alerts.map(({ businessUnit, useCase, basis, threshold, amountMinor, budgetMinor }) => ({ businessUnit, useCase, basis, threshold, amount: money(amountMinor), budget: money(budgetMinor) })) }),
  };
}

function inWords({ rows, alerts, currency }: Shown): string {
  const amount = (minor: bigint | null): string => (minor === null ? "-" : toMoney(minor, currency).amount);
  const figures = ["budget", "actual", "variance", "volume", "rate", "forecast"];
  const lines = rows.map(({ businessUnit, useCase, budget, actualMinor, varianceMinor, parts, forecast }) => [
    businessUnit ?? "programme", useCase ?? "", amount(budget?.amountMinor ?? null), amount(actualMinor), amount(varianceMinor), amount(parts?.volumeMinor ?? null), amount(parts?.rateMinor ?? null), amount(forecast && roundHalfUp(forecast)),
  ]);
  const raised = alerts?.map(({ businessUnit, useCase, basis, threshold, amountMinor, budgetMinor }) => `${useCase ?? businessUnit ?? "the programme"}: ${basis} ${amount(amountMinor)} reached ${threshold} % of ${amount(budgetMinor)}`);
  return [table(["business unit", "use case", ...figures], lines, figures), `in ${currency.code}`, ...(raised ? ["", ...(raised.length > 0 ? raised : ["Nothing new was reached."])] : [])].join("\n");
}
