import { formatUnits } from "../kernel/decimal";
import { periodStore } from "../governance/period.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { BookVendorStatementPorts } from "./book-vendor-statement";
import { ExplainVariancePorts } from "./explain-variance";
import { reconcile } from "./reconciliation.query";
import { vendorStatementStore } from "./vendor-statement.store";

/** What `bookVendorStatement` needs, over one transaction. */
export function bookVendorStatementPorts(tx: TenantTransaction, record: RecordAudit): BookVendorStatementPorts {
  return {
    ...vendorStatementStore(tx),
    holdPeriod: async (key) => void (await periodStore(tx).hold([key])),
    audit: ({ vendor, externalId, period, kind, total, currency, lineCount, payloadHash, replaces }) =>
      record(tx, { action: "bookVendorStatement", subjectKind: "VendorStatement", subjectKey: `${vendor}/${externalId}`, after: { period, kind, total, currency, lines: lineCount, payloadHash, ...(replaces === null ? {} : { replaces }) } }),
  };
}

/** What `explainVariance` needs, over one transaction. */
export function explainVariancePorts(tx: TenantTransaction, record: RecordAudit): ExplainVariancePorts {
  const { exponent, code } = programmeCurrency(tx.scope.programme);
  return {
    ...vendorStatementStore(tx),
    holdPeriod: async (key) => void (await periodStore(tx).lockAlone(key)),
    reconcile: (period, vendor) => reconcile(tx, period, vendor),
    audit: ({ vendor, periodKey, varianceMinor, figuresHash, reason }) =>
      record(tx, { action: "explainVariance", subjectKind: "Reconciliation", subjectKey: `${periodKey}/${vendor}`, reason, after: { variance: formatUnits(varianceMinor, exponent), currency: code, figuresHash } }),
  };
}
