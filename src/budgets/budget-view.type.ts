import { Fraction, divide, formatFraction, fraction, multiply, roundForDisplay, roundHalfUp } from "../kernel/fraction";
import { Currency, MoneyAmount, toMoney } from "../kernel/money";
import { toNodeId } from "../kernel/node-id";
import { BusinessUnit, UseCase } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { tenancyStore } from "../tenancy/tenancy.store";
import { BudgetAlert } from "./alert";
import { ALERT_TYPE } from "./alert.store";
import { Budget, BudgetPlace, levelOf } from "./budget";
import { BudgetRow, quantityOf } from "./budget-report";
import type { BudgetAlertType, BudgetReportRow, BudgetType, UnitCostRow } from "./budget.type";
import { UnitCost } from "./unit-cost";
import { directionOf } from "./variance";

/** Decimals of unit costs and rates as they are shown. */
const RATE_PLACES = 6;

const money = (minor: bigint | null, currency: Currency): MoneyAmount | null => (minor === null ? null : toMoney(minor, currency));
const major = (minor: Fraction, currency: Currency): Fraction => divide(minor, fraction(10n ** BigInt(currency.exponent)));
const majorText = (minor: Fraction | null, currency: Currency): string | null => minor && formatFraction(major(minor, currency));
const rateText = (minor: Fraction | null, currency: Currency): string | null => minor && roundForDisplay(major(minor, currency), RATE_PLACES);

export function toBudgetView(budget: Budget, currency: Currency): BudgetType {
  const { businessUnit, useCase, period, version, volume, reason, setBy, setAt } = budget;
  return { level: levelOf(budget), businessUnit, useCase, period, version, amount: toMoney(budget.amountMinor, currency), volume, thresholds: [...budget.thresholds], reason, setBy, setAt };
}

export function toAlertView(alert: BudgetAlert, currency: Currency): BudgetAlertType {
  const { businessUnit, useCase, period, basis, threshold, budgetVersion, raisedAt, acknowledgedBy, acknowledgedAt, note } = alert;
  return {
    id: toNodeId(ALERT_TYPE, alert.id), level: levelOf(alert), businessUnit, useCase, period, basis, threshold, amount: toMoney(alert.amountMinor, currency), budget: toMoney(alert.budgetMinor, currency),
    budgetVersion, raisedAt, acknowledgedBy, acknowledgedAt, note,
  };
}

/** Units and use cases of places by code. */
export interface Places { unit(code: string | null): BusinessUnit | null; useCase(code: string | null): UseCase | null }

export async function placesOf(tx: TenantTransaction, rows: readonly BudgetPlace[]): Promise<Places> {
  const tenancy = tenancyStore(tx);
  const codes = (pick: (place: BudgetPlace) => string | null): string[] => [...new Set(rows.flatMap((row) => pick(row) ?? []))];
  const units = new Map((await tenancy.findBusinessUnits(codes(({ businessUnit }) => businessUnit))).map((unit) => [unit.code, unit]));
  const useCases = new Map((await tenancy.findUseCases(codes(({ useCase }) => useCase))).map((useCase) => [useCase.code, useCase]));
  return { unit: (code) => (code === null ? null : (units.get(code) ?? null)), useCase: (code) => (code === null ? null : (useCases.get(code) ?? null)) };
}

export function toReportRow(row: BudgetRow, currency: Currency, places: Places): BudgetReportRow {
  const { budget, parts, varianceMinor, innerBudgetsMinor } = row;
  const forecastMinor = row.forecast && roundHalfUp(row.forecast);
  return {
    businessUnit: places.unit(row.businessUnit), useCase: places.useCase(row.useCase), budget: budget && toBudgetView(budget, currency), actual: toMoney(row.actualMinor, currency),
    variance: money(varianceMinor, currency), direction: varianceMinor === null ? null : directionOf(varianceMinor),
    volumeVariance: money(parts && parts.volumeMinor, currency), rateVariance: money(parts && parts.rateMinor, currency), exactVolumeVariance: majorText(parts && parts.volume, currency), exactRateVariance: majorText(parts && parts.rate, currency),
    calls: row.calls, connectedMs: row.connectedMs, actualQuantity: budget?.volume ? roundForDisplay(quantityOf(budget.volume.unit, row), RATE_PLACES) : null, actualRate: rateText(row.actualRate, currency),
    usedPercent: budget === null || budget.amountMinor === 0n ? null : roundForDisplay(multiply(fraction(row.actualMinor, budget.amountMinor), fraction(100n)), 2),
    forecast: money(forecastMinor, currency), exactForecast: majorText(row.forecast, currency), forecastVariance: forecastMinor === null || budget === null ? null : toMoney(forecastMinor - budget.amountMinor, currency),
    innerBudgets: money(innerBudgetsMinor, currency), notHandedOn: budget === null || innerBudgetsMinor === null ? null : toMoney(budget.amountMinor - innerBudgetsMinor, currency),
    missing: [...row.missing, ...(budget?.amountMinor === 0n ? ["usedPercent: the budget is 0."] : [])],
  } as BudgetReportRow;
}

export function toUnitCostRow(cost: UnitCost, currency: Currency, places: Places): UnitCostRow {
  return {
    businessUnit: places.unit(cost.businessUnit), useCase: places.useCase(cost.useCase), calls: cost.calls, connectedMs: cost.connectedMs, allIn: toMoney(cost.allInMinor, currency), direct: toMoney(cost.directMinor, currency),
    perCall: rateText(cost.perCall, currency), perMinute: rateText(cost.perMinute, currency), directPerCall: rateText(cost.directPerCall, currency), directPerMinute: rateText(cost.directPerMinute, currency), missing: [...cost.missing],
  } as UnitCostRow;
}
