import { randomUUID } from "node:crypto";
import { formatUnits } from "../kernel/decimal";
import { newestStatements } from "../chargeback/statement.query";
import { costsStore } from "../costs/costs.store";
import { periodStore } from "../governance/period.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { accountMappingStore } from "./account-mapping.store";
import { ApproveAccountMappingPorts } from "./approve-account-mapping";
import { GenerateJournalPorts } from "./generate-journal";
import { postableCharges, unallocatedAmounts } from "./journal-charges.query";
import { proveJournals } from "./journal-faults.query";
import { journalLinesOf, newestJournals } from "./journal.query";
import { journalStore } from "./journal.store";
import { ProposeAccountMappingPorts } from "./propose-account-mapping";

/** What `proposeAccountMapping` needs, over one transaction. */
export function proposeAccountMappingPorts(tx: TenantTransaction, record: RecordAudit): ProposeAccountMappingPorts {
  return {
    ...accountMappingStore(tx),
    findPools: costsStore(tx).findPools,
    findUnitCodes: async (codes) => new Set((await tenancyStore(tx).findBusinessUnits(codes)).map(({ code }) => code)),
    audit: ({ version, effectiveFrom, entity, rules, profiles, documentHash, note }) =>
      record(tx, { action: "proposeAccountMapping", subjectKind: "AccountMapping", subjectKey: String(version), reason: note, after: { effectiveFrom, entity, rules: rules.length, profiles: profiles.map(({ profile }) => profile), documentHash } }),
  };
}

/** What `approveAccountMapping` needs, over one transaction. */
export function approveAccountMappingPorts(tx: TenantTransaction, record: RecordAudit): ApproveAccountMappingPorts {
  return {
    ...accountMappingStore(tx),
    subject: tx.scope.principal.subject,
    audit: (before, after) =>
      record(tx, { action: "approveAccountMapping", subjectKind: "AccountMapping", subjectKey: String(after.version), before: { approvedBy: before.approvedBy }, after: { approvedBy: after.approvedBy, documentHash: after.documentHash } }),
  };
}

/** What `generateJournal` needs, over one transaction. */
export function generateJournalPorts(tx: TenantTransaction, record: RecordAudit): GenerateJournalPorts {
  const { code: currency, exponent } = programmeCurrency(tx.scope.programme);
  const store = journalStore(tx);
  return {
    programme: tx.scope.programme.code,
    currency,
    exponent,
    newId: randomUUID,
    lockPeriod: periodStore(tx).lockAlone,
    newestStatements: (period) => newestStatements(tx, period),
    chargesOf: (statements) => postableCharges(tx, statements),
    unallocatedOf: (period) => unallocatedAmounts(tx, period),
    mappingOf: accountMappingStore(tx).mappingOf,
    findMapping: accountMappingStore(tx).findMapping,
    newestJournals: (period) => newestJournals(tx, period),
    linesOf: (journal) => journalLinesOf(tx, journal.id),
    saveJournals: async (drafts) => {
      await store.saveJournals(drafts);
      await proveJournals(tx, drafts[0]!.periodKey);
    },
    profilesOf: store.profilesOf,
    saveFile: store.saveFile,
    audit: (period, profile, made, written) =>
      record(tx, {
        action: "generateJournal", subjectKind: "Period", subjectKey: period,
        after: {
          profile, journals: made.map(({ externalId, version, kind, mappingVersion, lineCount, totalMinor, hash }) => ({ externalId, version, kind, mappingVersion, lines: lineCount, total: formatUnits(totalMinor, exponent), currency, hash })),
          files: written.map(({ lineCount, contentHash }) => ({ lines: lineCount, contentHash })),
        },
      }),
  };
}
