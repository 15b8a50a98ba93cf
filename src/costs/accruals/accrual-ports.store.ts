import { randomUUID } from "node:crypto";
import { toMoney } from "../../kernel/money";
import { invariant } from "../../kernel/refusal";
import { Period } from "../../governance";
import { periodStore } from "../../governance/period.store";
import { programmeCurrency } from "../../tenancy";
import { TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit } from "../../tenancy/request-context";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { costsStore } from "../costs.store";
import { KnownAccrual } from "./accrual";
import { accrualStore } from "./accrual.store";
import { ReleaseAccrualPorts } from "./answer-accrual";
import { BookAccrualPorts } from "./book-accrual";

const holdPeriod = (tx: TenantTransaction) => async (key: string): Promise<Period> => {
  const [period] = await periodStore(tx).hold([key]);
  invariant(period, "a period that was held is not there");
  return period;
};

/** What `bookAccrual` needs, over one transaction. */
export function bookAccrualPorts(tx: TenantTransaction, record: RecordAudit): BookAccrualPorts {
  const currency = programmeCurrency(tx.scope.programme);
  return {
    ...accrualStore(tx),
    currency,
    subject: tx.scope.principal.subject,
    newId: randomUUID,
    findPool: costsStore(tx).findPool,
    findUseCase: async (code) => (await tenancyStore(tx).findUseCase(code))?.useCase ?? null,
    holdPeriod: holdPeriod(tx),
    audit: ({ externalId, pool, useCase, periodKey, amountMinor, kind, reason, source }) =>
      record(tx, { action: "bookAccrual", subjectKind: "Accrual", subjectKey: externalId, reason, after: { pool, useCase, period: periodKey, ...toMoney(amountMinor, currency), ...(kind === "CREDIT" ? { kind } : {}), source } }),
  };
}

/** An accrual, read while its month is held: what happened to it before has then been seen. */
export const holdAccrual = (tx: TenantTransaction) => async (externalId: string): Promise<KnownAccrual | null> => {
  const { findAccrual } = accrualStore(tx);
  const found = await findAccrual(externalId);
  if (!found) return null;
  await periodStore(tx).hold([found.periodKey]);
  return findAccrual(externalId);
};

/** What `releaseAccrual` needs, over one transaction. */
export function releaseAccrualPorts(tx: TenantTransaction, record: RecordAudit): ReleaseAccrualPorts {
  return {
    ...accrualStore(tx),
    holdAccrual: holdAccrual(tx),
    audit: ({ externalId, pool, periodKey }, reason) => record(tx, { action: "releaseAccrual", subjectKind: "Accrual", subjectKey: externalId, reason, after: { pool, period: periodKey } }),
  };
}
