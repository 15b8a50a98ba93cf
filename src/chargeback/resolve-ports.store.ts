import { randomUUID } from "node:crypto";
import { formatUnits } from "../kernel/decimal";
import { invariant } from "../kernel/refusal";
import { costsStore } from "../costs/costs.store";
import { programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { inNote, subjectOf } from "./chargeback-ports.store";
import { disputesOf } from "./dispute.query";
import { disputeStore } from "./dispute.store";
import { ResolveDisputePorts } from "./resolve-dispute";
import { proveStatements } from "./statement-faults.query";
import { findStatement, linesOf, newestStatement } from "./statement.query";
import { statementStore } from "./statement.store";

const codes = (items: ReadonlyArray<{ readonly code: string }>): ReadonlySet<string> => new Set(items.map((item) => item.code));

/** What `resolveDispute` needs, over one transaction. */
export function resolveDisputePorts(tx: TenantTransaction, record: RecordAudit): ResolveDisputePorts {
  const store = statementStore(tx);
  const disputes = disputeStore(tx);
  const currency = programmeCurrency(tx.scope.programme);
  return {
    ...store,
    currency,
    newId: randomUUID,
    newestOf: (unit, period) => newestStatement(tx, unit, period),
    linesOf: async ({ id }) => (await linesOf(tx, [id])).get(id) ?? [],
    openDisputes: async ({ id }) => (await disputesOf(tx, [id])).filter((dispute) => dispute.resolution === null),
    findResolution: async (key) => {
      const found = await disputes.findResolution(key);
      const statement = found && (await findStatement(tx, found.statementId));
      return found && statement ? { payloadHash: found.payloadHash, statement } : null;
    },
    findUnitCodes: async (wanted) => codes(await tenancyStore(tx).findBusinessUnits(wanted)),
    findUseCaseCodes: async (wanted) => codes(await tenancyStore(tx).findUseCases(wanted)),
    findPoolCodes: async (wanted) => codes(await costsStore(tx).findPools(wanted)),
    saveResolution: disputes.saveResolution,
    saveVersions: async (successions) => {
      if (successions.length === 0) return;
      await store.saveDrafts(successions.map(({ draft }) => draft));
      await store.addEvents(successions.flatMap(({ before, draft, status, reason }) => [
        { statementId: before.id, status: "SUPERSEDED" as const, reason },
        { statementId: draft.id, status, reason },
      ]));
      const { periodKey } = successions[0]!.draft;
      invariant(successions.every(({ draft }) => draft.periodKey === periodKey), "a resolution over several months");
      await proveStatements(tx, periodKey);
    },
    audit: (before, after, { outcome, reason, disputes: resolved, programmeLines }, successions) =>
      record(tx, {
        action: "resolveDispute", subjectKind: "Statement", subjectKey: subjectOf(before), reason, before: { status: before.status, hash: before.hash, disputedLines: resolved.map(({ lineId }) => lineId) },
        after: {
          outcome, status: after.status, ...inNote(tx, successions.map(({ draft }) => draft)),
          programme: formatUnits(programmeLines.reduce((sum, line) => sum + line.amountMinor, 0n), currency.exponent),
        },
      }),
  };
}
