import { randomUUID } from "node:crypto";
import { toMoney } from "../../kernel/money";
import { periodStore } from "../../governance/period.store";
import { programmeCurrency } from "../../tenancy";
import { TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit } from "../../tenancy/request-context";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { BookImplementationCostPorts } from "./book-implementation-cost";
import { capitalisationPolicyOf } from "./capitalisation";
import { capitalisationStore } from "./capitalisation.store";
import { CapitalisationPolicyPorts } from "./propose-capitalisation-policy";
import { AssetPorts } from "./put-in-service";

const findUseCase = (tx: TenantTransaction) => async (code: string) => (await tenancyStore(tx).findUseCase(code))?.useCase ?? null;

/** What proposing and approving a capitalisation policy need, over one transaction. */
export function capitalisationPolicyPorts(tx: TenantTransaction, record: RecordAudit): CapitalisationPolicyPorts {
  return {
    ...capitalisationStore(tx),
    subject: tx.scope.principal.subject,
    audit: (action, before, after) => record(tx, {
      action, subjectKind: "CapitalisationPolicy", subjectKey: String(after.version), reason: action === "proposeCapitalisationPolicy" ? after.note : null,
      before: action === "approveCapitalisationPolicy" ? { approvedBy: null } : before && { version: before.version, documentHash: before.documentHash },
      after: { framework: after.framework, effectiveFrom: after.effectiveFrom, treatments: after.treatments, documentHash: after.documentHash, approvedBy: after.approvedBy },
    }),
  };
}

/** What `bookImplementationCost` needs, over one transaction. */
export function bookImplementationCostPorts(tx: TenantTransaction, record: RecordAudit): BookImplementationCostPorts {
  const currency = programmeCurrency(tx.scope.programme);
  const store = capitalisationStore(tx);
  return {
    ...store,
    currency,
    newId: randomUUID,
    findUseCase: findUseCase(tx),
    holdPeriod: async (key) => void (await periodStore(tx).hold([key])),
    policyOf: async (period) => capitalisationPolicyOf(await store.policies(), period),
    audit: (cost, useCase) => record(tx, {
      action: "bookImplementationCost", subjectKind: "ImplementationCost", subjectKey: cost.externalId,
      after: { useCase: useCase.code, period: cost.periodKey, category: cost.category, treatment: cost.treatment, policyVersion: cost.policyVersion, ...toMoney(cost.amountMinor, currency), vendor: cost.vendor, invoice: cost.invoice },
    }),
  };
}

/** What putting an asset in service and retiring it need, over one transaction. */
export function assetPorts(tx: TenantTransaction, record: RecordAudit): AssetPorts {
  return {
    ...capitalisationStore(tx),
    newId: randomUUID,
    findUseCase: findUseCase(tx),
    audit: (action, useCase, { goLive, usefulMonths, contractMonths, retiredIn }, reason) =>
      record(tx, { action, subjectKind: "Asset", subjectKey: useCase.code, reason, after: { goLive, usefulMonths, contractMonths, retiredIn } }),
  };
}
