import { randomUUID } from "node:crypto";
import { toMoney } from "../kernel/money";
import { periodStore } from "../governance/period.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { holdAccrual } from "./accruals/accrual-ports.store";
import { accrualStore } from "./accruals/accrual.store";
import { answerAccrual } from "./accruals/answer-accrual";
import { BookCostPorts } from "./book-cost";
import { BookExchangeRatesPorts } from "./book-exchange-rates";
import { CreateCostPoolPorts } from "./create-cost-pool";
import { costsStore } from "./costs.store";
import { exchangeRateStore } from "./exchange-rate.store";

/** What `createCostPool` needs, over one transaction. */
export function createCostPoolPorts(tx: TenantTransaction, record: RecordAudit): CreateCostPoolPorts {
  return {
    ...costsStore(tx),
    newId: randomUUID,
    audit: (pool) => record(tx, { action: "createCostPool", subjectKind: "CostPool", subjectKey: pool.code, after: { ...pool } }),
  };
}

/** What `bookCost` needs, over one transaction. */
export function bookCostPorts(tx: TenantTransaction, record: RecordAudit): BookCostPorts {
  const currency = programmeCurrency(tx.scope.programme);
  return {
    ...costsStore(tx),
    currency,
    subject: tx.scope.principal.subject,
    newId: randomUUID,
    findMonthEndRate: exchangeRateStore(tx).findMonthEndRate,
    findUseCase: async (code) => (await tenancyStore(tx).findUseCase(code))?.useCase ?? null,
    holdPeriod: async (key) => void (await periodStore(tx).hold([key])),
    holdAccrual: holdAccrual(tx),
    answerAccrual: (accrual, entry) => answerAccrual(accrualStore(tx), accrual, entry),
    audit: (entry, pool) =>
      record(tx, {
        action: "bookCost", subjectKind: "CostEntry", subjectKey: entry.externalId,
        after: { pool: pool.code, period: entry.periodKey, ...toMoney(entry.amountMinor, currency), ...(entry.kind === "CREDIT" ? { kind: entry.kind } : {}), vendor: entry.vendor, invoice: entry.invoice, ...(entry.rate === null ? {} : { original: { minor: String(entry.originalAmountMinor), currency: entry.originalCurrency }, rate: entry.rate, rateDate: entry.rateDate, rateKind: entry.rateKind }) },
      }),
  };
}

/** What `bookExchangeRates` needs, over one transaction. */
export function bookExchangeRatesPorts(tx: TenantTransaction, record: RecordAudit): BookExchangeRatesPorts {
  return {
    currency: programmeCurrency(tx.scope.programme),
    saveRates: exchangeRateStore(tx).saveRates,
    audit: (source, rates) => record(tx, { action: "bookExchangeRates", subjectKind: "ExchangeRate", subjectKey: source, after: { rates: rates.map(({ from, to, kind, date, rate, revision }) => ({ pair: `${from}/${to}`, kind, date, rate, revision })) } }),
  };
}
