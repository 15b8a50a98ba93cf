import { Clock } from "../kernel/clock";
import { requirePeriodKey } from "../kernel/period";
import { KnownAccrual } from "../costs";
import { accrualStore, holdNextOpen } from "../costs/accruals/accrual.store";
import { Period } from "../governance";
import { auditStore } from "../governance/audit.store";
import { periodStore } from "../governance/period.store";
import { evaluateBudgets } from "../budgets";
import { evaluateBudgetsPorts } from "../budgets/budget-ports.store";
import { StaleDrafts, adjustmentStore } from "../chargeback/adjustment.store";
import { PendingAdjustment, draftAdjustments, instantAfterAll } from "../chargeback/draft-adjustments.store";
import { Scope } from "../tenancy";
import { Database, TenantTransaction } from "../tenancy/database.store";
import { holdOwnership } from "../tenancy/tenancy.store";
import { RecordAudit } from "../tenancy/request-context";
import { closeChecklist } from "./close-checklist";
import { closeFacts } from "./close-facts.query";
import { ClosePeriodPorts, RequestClosePorts, WithdrawClosePorts, closePeriod, requestClose, requireCloseable, withdrawClose } from "./close-period";
import { SetCloseRulesPorts } from "./close-rules";
import { closeRulesStore } from "./close-rules.store";
import { hashClosedFigures } from "./closed-figures";
import { closedFigures } from "./closed-figures.query";

/** Checking a month against its facts may scan its raw usage. */
const CLOSE_TIMEOUT_MS = 600_000;

/** A closed month is its own forecast, by whatever method. */
const FORECAST = "RUN_RATE_BUSINESS_DAYS";

/** What a verb of the close needs beside a transaction. */
export interface CloseTools {
  readonly database: Database;
  readonly scope: Scope;
  readonly clock: Clock;
  readonly record: RecordAudit;
}

/** Asks for the close of a period, in a transaction of its own. */
export function runRequestClose(tools: CloseTools, input: { readonly period: string }): Promise<Period> {
  return tools.database.withTenant(tools.scope, (tx) => requestClose(requestClosePorts(tx, tools), input), { statementTimeoutMs: CLOSE_TIMEOUT_MS });
}

/** Takes the request back, in a transaction of its own. */
export function runWithdrawClose(tools: CloseTools, input: { readonly period: string; readonly reason: string }): Promise<Period> {
  return tools.database.withTenant(tools.scope, (tx) => withdrawClose(withdrawClosePorts(tx, tools), input));
}

/**
 * Closes a period. What late facts changed in earlier months is worked out first, so that the month is locked no longer
 * than its own figures need; facts that come later still are left to the next month.
 */
export async function runClosePeriod(tools: CloseTools, input: { readonly period: string }): Promise<Period> {
  const { subject } = tools.scope.principal;
  await tools.database.withTenant(tools.scope, async (tx) => requireCloseable(await periodStore(tx).find(requirePeriodKey(input.period)), input.period, subject));
  for (;;) {
    const drafts = await draftAdjustments(tools.database, tools.scope, input.period);
    try {
      return await tools.database.withTenant(tools.scope, (tx) => closePeriod(closePeriodPorts(tx, tools, drafts), input), { statementTimeoutMs: CLOSE_TIMEOUT_MS });
    } catch (error) {
      // Another month closed in between and posted the same facts.
      if (!(error instanceof StaleDrafts)) throw error;
    }
  }
}

function requestClosePorts(tx: TenantTransaction, { clock, record }: CloseTools): RequestClosePorts {
  const { subject } = tx.scope.principal;
  return {
    subject,
    lockPeriod: async (key) => {
      const period = await periodStore(tx).lockAlone(key);
      await holdOwnership(tx, "alone");
      return period;
    },
    checklist: async (period) => closeChecklist(await closeFacts(tx, period, clock.now())),
    markRequested: (period) => periodStore(tx).markRequested(period.key, subject),
    audit: (action, period, reason) => record(tx, { action, subjectKind: "Period", subjectKey: period.key, reason, after: { status: period.status } }),
  };
}

function withdrawClosePorts(tx: TenantTransaction, tools: CloseTools): WithdrawClosePorts {
  return { ...requestClosePorts(tx, tools), markWithdrawn: (period) => periodStore(tx).markWithdrawn(period.key) };
}

/** What was accrued in the month that closes, and the month that takes it back; null when there is nothing. */
interface Standing { accruals: readonly KnownAccrual[]; next: Period | null }

const noted = ({ accruals, next }: Standing): Record<string, unknown> => (next === null ? {} : { accrualsReversed: accruals.map(({ externalId }) => externalId), reversedIn: next.key });

function closePeriodPorts(tx: TenantTransaction, tools: CloseTools, drafts: readonly PendingAdjustment[]): ClosePeriodPorts {
  const standing: Standing = { accruals: [], next: null };
  const budgets = evaluateBudgetsPorts(tx, tools.record, tools.clock, FORECAST);
  return {
    ...requestClosePorts(tx, tools),
    // The month that takes the reversals is held before the owners, as everybody holds months.
    lockPeriod: async (key) => {
      const period = await periodStore(tx).lockAlone(key);
      if (period.status === "CLOSING") standing.accruals = await accrualStore(tx).standing(key);
      if (standing.accruals.length > 0) standing.next = await holdNextOpen(tx, key);
      await holdOwnership(tx, "alone");
      return period;
    },
    reverseAccruals: async () => {
      if (standing.next) await accrualStore(tx).reverse(standing.accruals, standing.next.key, "CLOSE");
    },
    cutoff: () => instantAfterAll(tx),
    postAdjustments: (period) => adjustmentStore(tx).save(period.key, drafts),
    hashFigures: async (period) => hashClosedFigures(await closedFigures(tx, period.key, null)),
    audit: async (period, cutoff, hash) => {
      // Alerts are held before the end of the trail, as everybody holds them.
      await budgets.hold();
      await tools.record(tx, {
        action: "closePeriod", subjectKind: "Period", subjectKey: period.key, before: { status: period.status, requestedBy: period.closeRequestedBy },
        after: { status: "CLOSED", cutoff: cutoff.toISOString(), hash, adjustments: drafts.map(({ origin, resultHash }) => ({ origin, resultHash })), ...noted(standing) },
      });
      const head = await auditStore(tx).head();
      return head ? `${head.sequence}:${head.hash}` : "";
    },
    warnOfBudgets: async ({ key }) => {
      if ((await budgets.budgets(key)).length > 0) await evaluateBudgets(budgets, { period: key, method: FORECAST });
    },
    markClosed: (period, cutoff, hash, auditHead) => periodStore(tx).markClosed(period.key, { cutoff, hash, auditHead, by: tx.scope.principal.subject }),
  };
}

/** What `setCloseRules` needs, over one transaction. */
export function setCloseRulesPorts(tx: TenantTransaction, record: RecordAudit): SetCloseRulesPorts {
  const store = closeRulesStore(tx);
  return {
    currentRules: store.holdRules,
    saveRules: store.saveRules,
    audit: (before, after, reason) => record(tx, { action: "setCloseRules", subjectKind: "CloseRules", subjectKey: String(after.version), reason, before: { ...before }, after: { ...after } }),
  };
}
