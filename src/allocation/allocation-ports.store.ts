import { formatUnits } from "../kernel/decimal";
import { requireOpen } from "../governance";
import { periodStore } from "../governance/period.store";
import { costsStore } from "../costs/costs.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { holdOwnership, tenancyStore } from "../tenancy/tenancy.store";
import { AllocatePeriodPorts } from "./allocate-period";
import { ApprovePolicyPorts } from "./approve-policy";
import { gatherFacts } from "./facts.query";
import { policyWorld } from "./policy-world.query";
import { policyStore } from "./policy.store";
import { ProposePolicyPorts } from "./propose-policy";
import { runStore } from "./run.store";

/** What `proposePolicy` needs, over one transaction. */
export function proposePolicyPorts(tx: TenantTransaction, record: RecordAudit): ProposePolicyPorts {
  return {
    ...policyStore(tx),
    subject: tx.scope.principal.subject,
    findPools: costsStore(tx).findPools,
    policyWorld: (document, period) => policyWorld(tx, document, period),
    isClosed: async (period) => (await periodStore(tx).find(period))?.status === "CLOSED",
    findUnitCodes: async (codes) => new Set((await tenancyStore(tx).findBusinessUnits(codes)).map((unit) => unit.code)),
    audit: (policy) =>
      record(tx, { action: "proposeAllocationPolicy", subjectKind: "AllocationPolicy", subjectKey: String(policy.version), reason: policy.note, after: { effectiveFrom: policy.effectiveFrom, documentHash: policy.documentHash, rules: policy.rules, ...(policy.settings ? { settings: policy.settings } : {}) } }),
  };
}

/** What `approvePolicy` needs, over one transaction. */
export function approvePolicyPorts(tx: TenantTransaction, record: RecordAudit): ApprovePolicyPorts {
  return {
    ...policyStore(tx),
    subject: tx.scope.principal.subject,
    audit: (before, after) =>
      record(tx, { action: "approveAllocationPolicy", subjectKind: "AllocationPolicy", subjectKey: String(after.version), before: { approvedBy: before.approvedBy }, after: { approvedBy: after.approvedBy, documentHash: after.documentHash } }),
  };
}

/** What `allocatePeriod` needs, over one transaction. */
export function allocatePeriodPorts(tx: TenantTransaction, record: RecordAudit): AllocatePeriodPorts {
  const { exponent, code } = programmeCurrency(tx.scope.programme);
  return {
    ...runStore(tx),
    approvedPolicy: policyStore(tx).approvedPolicy,
    gatherFacts: (period, policy) => gatherFacts(tx, period, policy),
    freeze: async (key) => {
      requireOpen(await periodStore(tx).lockAlone(key));
      await holdOwnership(tx, "alone");
      // Asked for after the lock: everything recorded up to here is committed, and nothing is added before we are done.
      const [row] = await tx.query<{ cutoff: Date }>("select date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' as cutoff");
      return row!.cutoff;
    },
    audit: (run, result, before) =>
      record(tx, {
        action: "allocatePeriod", subjectKind: "AllocationRun", subjectKey: `${run.periodKey}/${run.sequence}`,
        before: before && { sequence: before.sequence, resultHash: before.resultHash },
        after: {
          policyVersion: run.policyVersion, inputHash: run.inputHash, resultHash: run.resultHash, currency: code,
          total: formatUnits(result.totalMinor, exponent), allocated: formatUnits(result.allocatedMinor, exponent), unallocated: formatUnits(result.unallocatedMinor, exponent), ...(result.varianceMinor === 0n ? {} : { variance: formatUnits(result.varianceMinor, exponent) }),
        },
      }),
  };
}
