import { requireText } from "../kernel/code";
import { hashOf } from "../kernel/hash";
import { Refusal, invariant } from "../kernel/refusal";
import { Correction } from "./correction";
import { CorrectionInput, CorrectionRequest } from "./correction-input";
import { CorrectionRules, needsSecondPerson } from "./correction-rules";
import { canonicalPatch } from "./patch";
import { PlannedLeg, hashPlan } from "./plan";
import { Applied, PlannedChange } from "./planned-change";
import { CorrectionPreview } from "./preview-correction";

export interface ProposeCorrectionInput extends CorrectionInput {
  readonly reason: string;
  /** Text or the address of a document. */
  readonly evidence?: string | null;
  readonly idempotencyKey?: string | null;
}

/** What came in, after its words were read; the hash tells a retry from another proposal. */
export interface Proposal {
  readonly reason: string;
  readonly evidence: string | null;
  readonly idempotencyKey: string | null;
  readonly payloadHash: string;
}

/** The usage changed between the preview and the proposal: preview it again. */
export class StalePreview extends Error {}

export interface ProposeCorrectionPorts {
  newId(): string;
  /** An earlier correction under the key; other corrections of the programme are held back until the transaction ends. */
  findByIdempotencyKey(key: string | null): Promise<Correction | null>;
  isProposed(backfill: string): Promise<boolean>;
  plan(request: CorrectionRequest): Promise<PlannedChange>;
  currentRules(): Promise<CorrectionRules>;
  useCaseIdOf(code: string): Promise<string>;
  save(correction: Omit<Correction, "proposedBy" | "proposedAt" | "steps"> & { readonly idempotencyKey: string | null }, legs: readonly PlannedLeg[]): Promise<void>;
  markApplied(id: string, applied: Applied): Promise<void>;
  find(id: string): Promise<Correction | null>;
  audit(correction: Correction): Promise<void>;
}

/** Reads what a proposal says beside what it does. */
export function readProposal(input: ProposeCorrectionInput): Proposal {
  const reason = requireText(input.reason, ["reason"], 500);
  const evidence = input.evidence === null || input.evidence === undefined ? null : requireText(input.evidence, ["evidence"], 2_000);
  const idempotencyKey = input.idempotencyKey === null || input.idempotencyKey === undefined ? null : requireText(input.idempotencyKey, ["idempotencyKey"], 200);
  const { kind, eventIds, where, patch, useCase, backfill } = input;
  const content = JSON.parse(JSON.stringify({ kind, eventIds, where, patch, useCase, backfill })) as { readonly [key: string]: string };
  return { reason, evidence, idempotencyKey, payloadHash: hashOf({ reason, evidence, ...content }) };
}

/** The correction that a retry made before; CONFLICT when its key was used for another one. */
export function requireSameProposal(earlier: Correction, { payloadHash }: Proposal): Correction {
  if (earlier.payloadHash === payloadHash) return earlier;
  throw new Refusal("CONFLICT", "This idempotencyKey was used for another correction. Choose a new key.", ["idempotencyKey"]);
}

/**
 * Proposes what was previewed a moment ago. Within the limits of the rules it is applied at once; above them it waits for
 * a second person. Sent again under the same key it answers what was made. Throws StalePreview when the legs changed since.
 */
export async function proposeCorrection(ports: ProposeCorrectionPorts, proposal: Proposal, preview: CorrectionPreview): Promise<Correction> {
  const earlier = await ports.findByIdempotencyKey(proposal.idempotencyKey);
  if (earlier) return requireSameProposal(earlier, proposal);
  const { request, effect } = preview;
  if (request.kind === "BACKFILL" && (await ports.isProposed(request.backfill))) throw new Refusal("CONFLICT", `The batch ${request.backfill} is proposed already.`, ["backfill"]);
  const change = await ports.plan(request);
  const planHash = hashPlan(request.kind, change.content, change.legs);
  if (planHash !== preview.planHash) throw new StalePreview();
  const rules = await ports.currentRules();
  const movedMinor = effect.movedMinor === null ? null : BigInt(effect.movedMinor);
  const id = ports.newId();
  const second = needsSecondPerson(rules, change.legs.length, movedMinor);
  await ports.save({
    id, kind: request.kind, ...proposal, planHash, legs: change.legs.length, movedMinor, effect, needsSecondPerson: second, rulesVersion: rules.version,
    useCaseId: request.kind === "ATTRIBUTE" ? await ports.useCaseIdOf(request.useCase) : null,
    patch: request.kind === "AMEND" ? canonicalPatch(request.patch) : null,
    backfill: request.kind === "BACKFILL" ? request.backfill : null,
  }, change.legs);
  if (!second) await ports.markApplied(id, await change.apply());
  const made = await ports.find(id);
  invariant(made, "a correction that was just made is not there");
  await ports.audit(made);
  return made;
}
