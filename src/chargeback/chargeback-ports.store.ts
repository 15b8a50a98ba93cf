import { randomUUID } from "node:crypto";
import { formatUnits } from "../kernel/decimal";
import { periodStore } from "../governance/period.store";
import { AuditNote, programmeCurrency } from "../tenancy";
import { TenantTransaction } from "../tenancy/database.store";
import { findClosings } from "../tenancy/ownership.store";
import { RecordAudit } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { AcceptStatementPorts } from "./accept-statement";
import { DisputeStatementPorts } from "./dispute-statement";
import { disputesOf } from "./dispute.query";
import { AcceptSilencePorts, SettleStatementsPorts } from "./deadlines/settle-statements";
import { today } from "./deadlines/statement-rules.store";
import { disputeStore } from "./dispute.store";
import { ChargeableUnit, IssueStatementsPorts } from "./issue-statements";
import { PostStatementsPorts } from "./post-statements";
import { ReplyToDisputePorts } from "./reply-to-dispute";
import { Statement, StatementDraft } from "./statement";
import { chargedLines } from "./statement-charges.query";
import { proveStatements } from "./statement-faults.query";
import { findStatement, linesOf, newestStatements } from "./statement.query";
import { keyOf, statementStore } from "./statement.store";

const MOST_NOTED = 100;
const LONGEST_NOTED = 500;

/** How the audit trail names a version. */
export const subjectOf = ({ businessUnit, periodKey, version }: Pick<Statement, "businessUnit" | "periodKey" | "version">): string => `${periodKey}/${businessUnit}/${version}`;

/** What the audit trail says of versions. */
export function inNote(tx: TenantTransaction, statements: ReadonlyArray<Pick<StatementDraft, "businessUnit" | "version" | "totalMinor" | "hash">>): Record<string, unknown> {
  const { exponent, code } = programmeCurrency(tx.scope.programme);
  return {
    count: statements.length, currency: code, total: formatUnits(statements.reduce((sum, each) => sum + each.totalMinor, 0n), exponent),
    statements: statements.slice(0, MOST_NOTED).map(({ businessUnit, version, totalMinor, hash }) => ({ businessUnit, version, total: formatUnits(totalMinor, exponent), hash })),
  };
}

/** A unit reads nothing of the audit trail, but what it does is written there. */
async function recordForUnit(tx: TenantTransaction, record: RecordAudit, note: AuditNote): Promise<void> {
  await tx.setReach("programme");
  await record(tx, note);
  await tx.setReach(tx.scope.reach);
}

/** Every unit, and from when on it owned nothing. */
export async function chargeableUnits(tx: TenantTransaction): Promise<ChargeableUnit[]> {
  const units = await tenancyStore(tx).listBusinessUnits();
  const closedFrom = new Map((await findClosings(tx, units.map(({ id }) => id))).map((each) => [each.businessUnitId, each.closedFrom]));
  return units.map((unit) => ({ ...unit, closedFrom: closedFrom.get(unit.id) ?? null }));
}

/** What `issueStatements` needs, over one transaction. */
export function issueStatementsPorts(tx: TenantTransaction, record: RecordAudit): IssueStatementsPorts {
  const store = statementStore(tx);
  return {
    currency: tx.scope.programme.currency,
    newId: randomUUID,
    lockPeriod: periodStore(tx).lockAlone,
    newestStatements: (period) => newestStatements(tx, period),
    businessUnits: () => chargeableUnits(tx),
    chargedLines: (period) => chargedLines(tx, period),
    saveStatements: async (drafts, period) => {
      await store.saveDrafts(drafts);
      await store.addEvents(drafts.map(({ id }) => ({ statementId: id, status: "ISSUED", reason: null })));
      await proveStatements(tx, period);
    },
    audit: (period, drafts) => record(tx, { action: "issueStatements", subjectKind: "Period", subjectKey: period, after: inNote(tx, drafts) }),
  };
}

/** What `acceptStatement` needs, over one transaction. */
export function acceptStatementPorts(tx: TenantTransaction, record: RecordAudit): AcceptStatementPorts {
  return {
    ...statementStore(tx),
    audit: (before, after, note) =>
      recordForUnit(tx, record, {
        action: "acceptStatement", subjectKind: "Statement", subjectKey: subjectOf(after), reason: note, before: { status: before.status }, after: { status: after.status, hash: after.hash },
      }),
  };
}

/** What `disputeStatement` needs, over one transaction. */
export function disputeStatementPorts(tx: TenantTransaction, record: RecordAudit): DisputeStatementPorts {
  const currency = programmeCurrency(tx.scope.programme);
  return {
    ...statementStore(tx),
    ...disputeStore(tx),
    currency,
    today: () => today(tx),
    newId: randomUUID,
    findStatement: (id) => findStatement(tx, id),
    lineIdOf: (id) => keyOf("StatementLine", id),
    linesOf: async ({ id }) => (await linesOf(tx, [id])).get(id) ?? [],
    openLines: async ({ id }) => new Set((await disputesOf(tx, [id])).filter((dispute) => dispute.resolution === null).map((dispute) => dispute.lineId)),
    audit: (before, after, disputes) =>
      recordForUnit(tx, record, {
        action: "disputeStatement", subjectKind: "Statement", subjectKey: subjectOf(after), reason: disputes[0]?.reason ?? null, before: { status: before.status },
        after: {
          status: after.status,
          lines: disputes.slice(0, MOST_NOTED).map(({ lineId, reason, evidence, expectedMinor }) => ({ lineId, reason, evidence, expected: expectedMinor === null ? null : formatUnits(expectedMinor, currency.exponent) })),
        },
      }),
  };
}

/** What `replyToDispute` needs, over one transaction. */
export function replyToDisputePorts(tx: TenantTransaction, record: RecordAudit): ReplyToDisputePorts {
  return {
    ...statementStore(tx),
    ...disputeStore(tx),
    side: tx.scope.reach === "programme" ? "FINANCE" : "UNIT",
    lineIdOf: (id) => keyOf("StatementLine", id),
    disputesOf: ({ id }) => disputesOf(tx, [id]),
    audit: (statement, { lineId }, { side, text, evidence }) =>
      recordForUnit(tx, record, { action: "replyToDispute", subjectKind: "Statement", subjectKey: subjectOf(statement), after: { line: lineId, side, text: text.slice(0, LONGEST_NOTED), evidence } }),
  };
}

/** What accepting by silence needs, over one transaction. */
function acceptSilencePorts(tx: TenantTransaction, record: RecordAudit): AcceptSilencePorts {
  return {
    today: () => today(tx),
    acceptSilent: (silent) => statementStore(tx).addEvents(silent.map(({ statement, reason }) => ({ statementId: statement.id, status: "ACCEPTED", reason, bySilence: true }))),
    auditSilence: (period, silent) =>
      record(tx, {
        action: "settleStatements", subjectKind: "Period", subjectKey: period,
        after: { ...inNote(tx, silent.map(({ statement }) => statement)), reasons: [...new Set(silent.map(({ reason }) => reason))] },
      }),
  };
}

/** What `settleStatements` needs, over one transaction. */
export function settleStatementsPorts(tx: TenantTransaction, record: RecordAudit): SettleStatementsPorts {
  return { ...acceptSilencePorts(tx, record), lockPeriod: periodStore(tx).lockAlone, newestStatements: (period) => newestStatements(tx, period) };
}

/** What `postStatements` needs, over one transaction. */
export function postStatementsPorts(tx: TenantTransaction, record: RecordAudit): PostStatementsPorts {
  return {
    ...acceptSilencePorts(tx, record),
    lockPeriod: periodStore(tx).lockAlone,
    newestStatements: (period) => newestStatements(tx, period),
    addEvents: (statements, status, reason) => statementStore(tx).addEvents(statements.map(({ id }) => ({ statementId: id, status, reason }))),
    audit: (period, statements) => record(tx, { action: "postStatements", subjectKind: "Period", subjectKey: period, after: inNote(tx, statements) }),
  };
}
