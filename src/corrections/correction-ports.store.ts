import { randomUUID } from "node:crypto";
import { Clock } from "../kernel/clock";
import { formatUnits } from "../kernel/decimal";
import { fromNodeId, isUuid } from "../kernel/node-id";
import { Refusal, invariant } from "../kernel/refusal";
import { Scope, programmeCurrency } from "../tenancy";
import { Database, TenantTransaction } from "../tenancy/database.store";
import { RecordAudit } from "../tenancy/request-context";
import { tenancyStore } from "../tenancy/tenancy.store";
import { ApproveCorrectionPorts, approveCorrection } from "./approve-correction";
import { backfillStore } from "./backfill.store";
import { Correction, CorrectionStepName, LockCorrection, statusOf } from "./correction";
import { CorrectionInput } from "./correction-input";
import { SetCorrectionRulesPorts } from "./correction-rules";
import { correctionRulesStore, holdCorrections } from "./correction-rules.store";
import { correctionStore } from "./correction.store";
import { planCorrection, replanCorrection } from "./plan-correction.store";
import { CorrectionPreview, PreviewCorrectionPorts, previewCorrection } from "./preview-correction";
import { ProposeCorrectionInput, ProposeCorrectionPorts, StalePreview, proposeCorrection, readProposal, requireSameProposal } from "./propose-correction";
import { RejectCorrectionPorts, rejectCorrection } from "./reject-correction";
import { RevertCorrectionPorts, revertCorrection } from "./revert-correction";
import { legsCorrectedSince, legsMovedSince, takeBack } from "./take-back.store";
import { TRIAL, prepareTrial, tryOut } from "./try-out.store";

/** Writing tens of thousands of legs anew takes longer than a read may. */
const APPLY_TIMEOUT_MS = 60_000;
/** So often is a proposal previewed anew when usage of its legs comes in meanwhile. */
const MOST_PREVIEWS = 3;

/** What a verb of corrections needs beside a transaction. */
export interface CorrectionTools {
  readonly database: Database;
  readonly scope: Scope;
  readonly clock: Clock;
  readonly record: RecordAudit;
}

/** Shows what a correction would do, in a transaction that leaves nothing. */
export function runPreviewCorrection({ database, scope, clock }: CorrectionTools, input: CorrectionInput): Promise<CorrectionPreview> {
  return database.withTenant(scope, async (tx) => {
    await prepareTrial(tx);
    const ports: PreviewCorrectionPorts = {
      plan: (request) => planCorrection(tx, request, clock.now()),
      tryOut: (change) => tryOut(tx, change),
      currentRules: correctionRulesStore(tx).currentRules,
    };
    return previewCorrection(ports, input);
  }, TRIAL);
}

/** Previews, then proposes exactly that; when the legs changed in between it previews again. */
export async function runProposeCorrection(tools: CorrectionTools, input: ProposeCorrectionInput): Promise<{ correction: Correction; leftOut: CorrectionPreview["change"]["leftOut"] }> {
  const { database, scope } = tools;
  const proposal = readProposal(input);
  const { idempotencyKey } = proposal;
  const earlier = idempotencyKey === null ? null : await database.withTenant(scope, (tx) => correctionStore(tx).findByIdempotencyKey(idempotencyKey));
  if (earlier) return { correction: requireSameProposal(earlier, proposal), leftOut: [] };
  for (let attempt = 1; attempt <= MOST_PREVIEWS; attempt += 1) {
    const preview = await runPreviewCorrection(tools, input);
    try {
      const correction = await database.withTenant(scope, (tx) => proposeCorrection(proposePorts(tx, tools), proposal, preview), { statementTimeoutMs: APPLY_TIMEOUT_MS });
      return { correction, leftOut: preview.change.leftOut };
    } catch (error) {
      if (!(error instanceof StalePreview)) throw error;
    }
  }
  throw new Refusal("CONFLICT", "Usage of these legs keeps coming in. Preview and propose again when it has settled.");
}

/** A second person applies what was proposed, in a transaction of its own. */
export function runApproveCorrection(tools: CorrectionTools, id: string): Promise<Correction> {
  return tools.database.withTenant(tools.scope, (tx) => approveCorrection(approvePorts(tx, tools), id), { statementTimeoutMs: APPLY_TIMEOUT_MS });
}

/** Turns down what waits, in a transaction of its own. */
export function runRejectCorrection(tools: CorrectionTools, input: { readonly correction: string; readonly reason: string }): Promise<Correction> {
  return tools.database.withTenant(tools.scope, (tx) => rejectCorrection(rejectPorts(tx, tools), input));
}

/** Takes an applied correction back, or asks for it, in a transaction of its own. */
export function runRevertCorrection(tools: CorrectionTools, input: { readonly correction: string; readonly reason: string }): Promise<Correction> {
  return tools.database.withTenant(tools.scope, (tx) => revertCorrection(revertPorts(tx, tools), input), { statementTimeoutMs: APPLY_TIMEOUT_MS });
}

function proposePorts(tx: TenantTransaction, { clock, record }: CorrectionTools): ProposeCorrectionPorts {
  const store = correctionStore(tx);
  return {
    newId: randomUUID,
    findByIdempotencyKey: async (key) => {
      await holdCorrections(tx);
      return key === null ? null : store.findByIdempotencyKey(key);
    },
    isProposed: backfillStore(tx).isProposed,
    plan: (request) => planCorrection(tx, request, clock.now()),
    currentRules: correctionRulesStore(tx).currentRules,
    useCaseIdOf: async (code) => (await tenancyStore(tx).findUseCase(code))!.useCase.id,
    save: store.saveCorrection,
    markApplied: async (id, { rows }) => {
      await store.saveRows(id, rows);
      await store.addStep(id, "APPLIED", null);
    },
    find: store.findCorrection,
    audit: (correction) => record(tx, { ...note(tx, "proposeCorrection", null, correction), reason: correction.reason }),
  };
}

function approvePorts(tx: TenantTransaction, { clock, record }: CorrectionTools): ApproveCorrectionPorts {
  const store = correctionStore(tx);
  return {
    subject: tx.scope.principal.subject,
    lockCorrection: lockCorrection(tx),
    legsOf: ({ id }) => store.legsOf(id),
    replan: (correction, legs) => replanCorrection(tx, correction, legs, clock.now()),
    markApplied: async (correction, { rows }) => {
      await store.saveRows(correction.id, rows);
      return addStep(tx)(correction, "APPLIED", null);
    },
    audit: (before, after) => record(tx, note(tx, "approveCorrection", before, after)),
  };
}

function rejectPorts(tx: TenantTransaction, { record }: CorrectionTools): RejectCorrectionPorts {
  return { lockCorrection: lockCorrection(tx), addStep: addStep(tx), audit: (before, after, reason) => record(tx, { ...note(tx, "rejectCorrection", before, after), reason }) };
}

function revertPorts(tx: TenantTransaction, { record }: CorrectionTools): RevertCorrectionPorts {
  return {
    subject: tx.scope.principal.subject,
    lockCorrection: lockCorrection(tx),
    legsOf: ({ id }) => correctionStore(tx).legsOf(id),
    currentRules: correctionRulesStore(tx).currentRules,
    legsCorrectedSince: ({ id }) => legsCorrectedSince(tx, id),
    legsMovedSince: (correction) => legsMovedSince(tx, correction),
    takeBack: (correction, legs) => takeBack(tx, correction, legs),
    addStep: addStep(tx),
    audit: (before, after, reason) => record(tx, { ...note(tx, "revertCorrection", before, after), reason }),
  };
}

const lockCorrection = (tx: TenantTransaction): LockCorrection => async (id) => {
  const node = fromNodeId(id);
  if (node?.type !== "Correction" || !isUuid(node.key)) return null;
  await holdCorrections(tx);
  return correctionStore(tx).findCorrection(node.key);
};

const addStep = (tx: TenantTransaction) => async ({ id }: Correction, step: CorrectionStepName, reason: string | null): Promise<Correction> => {
  const store = correctionStore(tx);
  await store.addStep(id, step, reason);
  const after = await store.findCorrection(id);
  invariant(after, "a correction that was locked is gone");
  return after;
};

/** What the audit trail says of a correction. */
function note(tx: TenantTransaction, action: string, before: Correction | null, after: Correction) {
  const { exponent, code } = programmeCurrency(tx.scope.programme);
  const moved = after.movedMinor === null ? null : formatUnits(after.movedMinor, exponent);
  return {
    action, subjectKind: "Correction", subjectKey: after.id, before: before && { status: statusOf(before.steps), steps: before.steps.map(({ step }) => step) },
    after: {
      status: statusOf(after.steps), steps: after.steps.map(({ step }) => step), kind: after.kind, legs: after.legs, moved, currency: code, planHash: after.planHash,
      evidence: after.evidence, patch: after.patch, backfill: after.backfill, useCaseId: after.useCaseId, rulesVersion: after.rulesVersion,
    },
  };
}

/** What `setCorrectionRules` needs, over one transaction. */
export function setCorrectionRulesPorts(tx: TenantTransaction, record: RecordAudit): SetCorrectionRulesPorts {
  const store = correctionRulesStore(tx);
  const currency = programmeCurrency(tx.scope.programme);
  const inNote = ({ version, mostLegs, mostMinor }: Awaited<ReturnType<typeof store.currentRules>>) => ({ version, legs: mostLegs, amount: formatUnits(mostMinor, currency.exponent), currency: currency.code });
  return {
    currency,
    holdRules: async () => {
      await holdCorrections(tx);
      return store.currentRules();
    },
    saveRules: store.saveRules,
    audit: (before, after, reason) => record(tx, { action: "setCorrectionRules", subjectKind: "CorrectionRules", subjectKey: String(after.version), reason, before: inNote(before), after: inNote(after) }),
  };
}
