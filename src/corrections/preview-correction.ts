import { CorrectionInput, CorrectionRequest, readCorrectionInput } from "./correction-input";
import { CorrectionRules, needsSecondPerson } from "./correction-rules";
import { CorrectionEffect } from "./effect";
import { hashPlan } from "./plan";
import { PlannedChange } from "./planned-change";

/** What a correction would do, as the usage is now. */
export interface CorrectionPreview {
  readonly request: CorrectionRequest;
  readonly change: Pick<PlannedChange, "content" | "legs" | "unchanged" | "leftOut">;
  readonly planHash: string;
  readonly effect: CorrectionEffect;
  readonly rules: CorrectionRules;
  readonly needsSecondPerson: boolean;
}

export interface PreviewCorrectionPorts {
  /** Works a request out on the usage as it is; refuses what cannot be done. */
  plan(request: CorrectionRequest): Promise<PlannedChange>;
  /** What the change does to usage and money; nothing of it stays. */
  tryOut(change: PlannedChange): Promise<CorrectionEffect>;
  currentRules(): Promise<CorrectionRules>;
}

/** Shows what a correction would do, per unit, before anybody approves it. Changes nothing. */
export async function previewCorrection(ports: PreviewCorrectionPorts, input: CorrectionInput): Promise<CorrectionPreview> {
  const request = readCorrectionInput(input);
  const change = await ports.plan(request);
  const planHash = hashPlan(request.kind, change.content, change.legs);
  const effect = await ports.tryOut(change);
  const rules = await ports.currentRules();
  const movedMinor = effect.movedMinor === null ? null : BigInt(effect.movedMinor);
  return { request, change, planHash, effect, rules, needsSecondPerson: needsSecondPerson(rules, change.legs.length, movedMinor) };
}
