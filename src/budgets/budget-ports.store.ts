import { formatUnits } from "../kernel/decimal";
import { Clock } from "../kernel/clock";
import { Currency } from "../kernel/money";
import { receiversAtEnd } from "../allocation/facts.query";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { AcknowledgeAlertPorts } from "./acknowledge-alert";
import { BudgetAlert } from "./alert";
import { alertStore } from "./alert.store";
import { Budget, BudgetPlace } from "./budget";
import { budgetStore } from "./budget.store";
import { EvaluateBudgetsPorts } from "./evaluate-budgets";
import { ForecastMethod } from "./forecast";
import { asWhole, monthFacts } from "./month-facts.query";
import { SetBudgetPorts } from "./set-budget";

/** How the audit trail names a place in a month; "-" stands for all of what comes before it. */
const keyOf = ({ businessUnit, useCase }: BudgetPlace, period: string): string => [period, businessUnit ?? "-", useCase ?? "-"].join("/");

function inNote({ version, amountMinor, volume, thresholds }: Budget, { exponent, code }: Currency): Record<string, unknown> {
  return { version, amount: formatUnits(amountMinor, exponent), currency: code, volume, thresholds };
}

/** What `setBudget` needs, over one transaction. */
export function setBudgetPorts(tx: TenantTransaction, record: RecordAudit): SetBudgetPorts {
  const tenancy = tenancyStore(tx);
  const currency = programmeCurrency(tx.scope.programme);
  return {
    ...budgetStore(tx),
    currency,
    isUnit: async (code) => (await tenancy.findBusinessUnits([code])).length > 0,
    isUseCase: async (code) => (await tenancy.findUseCases([code])).length > 0,
    ownerOf: async (useCase, period) => [...(await receiversAtEnd(tx, period))].find(([, useCases]) => useCases.includes(useCase))?.[0] ?? null,
    audit: (before, after) => record(tx, { action: "setBudget", subjectKind: "Budget", subjectKey: keyOf(after, after.period), reason: after.reason, before: before && inNote(before, currency), after: inNote(after, currency) }),
  };
}

const alertInNote = ({ businessUnit, useCase, basis, threshold, amountMinor, budgetVersion }: BudgetAlert, exponent: number): Record<string, unknown> =>
  ({ businessUnit, useCase, basis, threshold, amount: formatUnits(amountMinor, exponent), budgetVersion });

/** What `evaluateBudgets` needs, over one transaction. */
export function evaluateBudgetsPorts(tx: TenantTransaction, record: RecordAudit, clock: Clock, method: ForecastMethod): EvaluateBudgetsPorts {
  const { exponent } = programmeCurrency(tx.scope.programme);
  return {
    ...alertStore(tx),
    budgets: budgetStore(tx).budgetsOf,
    monthFacts: (period) => monthFacts(tx, period, clock.now(), method),
    audit: (period, by, raised) => record(tx, { action: "evaluateBudgets", subjectKind: "Period", subjectKey: period, after: { method: by, alerts: raised.map((alert) => alertInNote(alert, exponent)) } }),
  };
}

/** What `acknowledgeBudgetAlert` needs, over one transaction. A unit reads nothing of the audit trail, but what it does is written there. */
export function acknowledgeAlertPorts(tx: TenantTransaction, record: RecordAudit): AcknowledgeAlertPorts {
  const { exponent } = programmeCurrency(tx.scope.programme);
  return {
    ...alertStore(tx),
    audit: (alert) => asWhole(tx, () => record(tx, { action: "acknowledgeBudgetAlert", subjectKind: "BudgetAlert", subjectKey: `${keyOf(alert, alert.period)}/${alert.basis}/${alert.threshold}`, reason: alert.note, after: alertInNote(alert, exponent) })),
  };
}
