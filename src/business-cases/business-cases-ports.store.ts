import { Clock } from "../kernel/clock";
import { formatUnits } from "../kernel/decimal";
import { fromNodeId, isUuid } from "../kernel/node-id";
import { asWhole } from "../budgets/month-facts.query";
import { programmeCurrency } from "../tenancy";
import { AuditNote } from "../tenancy/audit-note";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { ApproveCasePorts } from "./approve-case";
import { PlanVersion } from "./business-case";
import { implementationSpent } from "./case-ledger.query";
import { caseStore } from "./case.store";
import { CommitFundsPorts } from "./commit-funds";
import { GrantCasePorts } from "./grant-case";
import { investmentOf } from "./plan";
import { ProposeCasePorts } from "./propose-case";
import { TranchePorts } from "./release-tranche";
import { RetireCasePorts } from "./retire-case";

/** How grants are named to callers. */
export const GRANT_TYPE = "BusinessCaseGrant";

function basics(tx: TenantTransaction, record: RecordAudit) {
  const currency = programmeCurrency(tx.scope.programme);
  const planInNote = ({ version, documentHash, plan, approvedBy }: PlanVersion): Record<string, unknown> => ({ version, documentHash, investment: formatUnits(investmentOf(plan), currency.exponent), currency: currency.code, approvedBy });
  return {
    currency, planInNote,
    subject: tx.scope.principal.subject,
    amount: (minor: bigint): string => formatUnits(minor, currency.exponent),
    // A unit reads nothing of the audit trail, but what it does is written there.
    note: (note: AuditNote): Promise<void> => asWhole(tx, () => record(tx, note)),
  };
}

export function proposeCasePorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): ProposeCasePorts {
  const { note, planInNote, ...own } = basics(tx, record);
  const store = caseStore(tx);
  return { ...own, ...store, savePlan: (before, plan, documentHash) => store.savePlan(before, plan, documentHash, new Date(clock.now())), audit: (before, after) => note({ action: "proposeBusinessCase", subjectKind: "BusinessCase", subjectKey: after.plan.useCase, reason: after.plan.reason, before: before && planInNote(before), after: planInNote(after) }) };
}

export function approveCasePorts(tx: TenantTransaction, record: RecordAudit, clock: Clock): ApproveCasePorts {
  const { note, planInNote, ...own } = basics(tx, record);
  const store = caseStore(tx);
  return { ...own, ...store, saveApproval: (found, version) => store.saveApproval(found, version, new Date(clock.now())), audit: (before, after) => note({ action: "approveBusinessCase", subjectKind: "BusinessCase", subjectKey: after.plan.useCase, before: planInNote(before), after: planInNote(after) }) };
}

export function retireCasePorts(tx: TenantTransaction, record: RecordAudit): RetireCasePorts {
  const { note, ...own } = basics(tx, record);
  return { ...own, ...caseStore(tx), audit: ({ useCase }, { reason }) => note({ action: "retireBusinessCase", subjectKind: "BusinessCase", subjectKey: useCase, reason, after: { retired: true } }) };
}

export function tranchePorts(tx: TenantTransaction, record: RecordAudit): TranchePorts {
  const { note, amount, ...own } = basics(tx, record);
  return {
    ...own, ...caseStore(tx), role: tx.scope.principal.role,
    audit: (action, { useCase }, tranche) => note({ action, subjectKind: "BusinessCaseTranche", subjectKey: `${useCase}/${tranche.gate}`, after: { amount: amount(tranche.amountMinor), planVersion: tranche.planVersion, evidence: tranche.evidence, releasedBy: tranche.releasedBy } }),
  };
}

export function commitFundsPorts(tx: TenantTransaction, record: RecordAudit): CommitFundsPorts {
  const { note, amount, ...own } = basics(tx, record);
  return {
    ...own, ...caseStore(tx), spentMinor: (of) => asWhole(tx, () => implementationSpent(tx, of)),
    audit: ({ useCase }, { externalId, amountMinor, settles, description }) => note({ action: "bookCaseCommitment", subjectKind: "BusinessCaseCommitment", subjectKey: `${useCase}/${externalId}`, after: { amount: amount(amountMinor), settles, description } }),
  };
}

export function grantCasePorts(tx: TenantTransaction, record: RecordAudit): GrantCasePorts {
  const { note, subject } = basics(tx, record);
  const store = caseStore(tx);
  return {
    subject, findCase: store.findUseCase, saveGrant: store.saveGrant, saveRevocation: store.saveRevocation,
    findGrant: async (id) => {
      const named = fromNodeId(id);
      return named?.type === GRANT_TYPE && isUuid(named.key) ? store.findGrant(named.key) : null;
    },
    audit: (action, grant, reason) => note({ action, subjectKind: "BusinessCaseGrant", subjectKey: grant.id, reason, after: { useCase: grant.useCase, subject: grant.subject, from: grant.from.toISOString(), to: grant.to.toISOString(), revokedBy: grant.revokedBy } }),
  };
}
