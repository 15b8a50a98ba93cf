import { costsStore } from "../../costs/costs.store";
import { TenantTransaction } from "../../tenancy/database.store";
import { RecordAudit } from "../../tenancy/request-context";
import { tenancyStore } from "../../tenancy/tenancy.store";
import { budgetStore } from "../budget.store";
import { ModelPorts, missingComponents } from "./budget-model";
import { FundingPorts } from "./fund-use-case";
import { fundingStore } from "./funding.store";

/** What `proposeFunding` and `approveFunding` need, over one transaction. */
export function fundingPorts(tx: TenantTransaction, record: RecordAudit): FundingPorts {
  const store = fundingStore(tx);
  return {
    subject: tx.scope.principal.subject,
    holdPeriod: budgetStore(tx).holdPeriod,
    isUseCase: async (code) => (await tenancyStore(tx).findUseCases([code])).length > 0,
    findPools: costsStore(tx).findPools,
    holdArrangements: store.holdArrangements,
    missingComponents: async () => missingComponents(await store.models()),
    save: store.saveFunding,
    saveApproval: store.approveFunding,
    audit: (action, before, after) => record(tx, {
      action, subjectKind: "Funding", subjectKey: String(after.version), reason: action === "proposeFunding" ? after.note : null,
      before: action === "approveFunding" ? { approvedBy: null } : before && { version: before.version, documentHash: before.documentHash },
      after: { useCase: after.useCase, effectiveFrom: after.effectiveFrom, lines: after.lines, documentHash: after.documentHash, approvedBy: after.approvedBy },
    }),
  };
}

/** What `proposeBudgetModel` and `approveBudgetModel` need, over one transaction. */
export function modelPorts(tx: TenantTransaction, record: RecordAudit): ModelPorts {
  const store = fundingStore(tx);
  return {
    subject: tx.scope.principal.subject,
    holdVersions: store.holdVersions,
    save: store.saveModel,
    saveApproval: store.approveModel,
    audit: (action, before, after) => record(tx, {
      action, subjectKind: "BudgetModel", subjectKey: String(after.version), before: before && { version: before.version, statement: before.statement, approvedBy: before.approvedBy },
      after: { component: after.component, statement: after.statement, approvedBy: after.approvedBy },
    }),
  };
}
