import { requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";
import { Correction, LockCorrection, openRevertRequest, requireCorrection, requireStatus } from "./correction";
import { CorrectionRules, needsSecondPerson } from "./correction-rules";
import { PlannedLeg } from "./plan";

export interface RevertCorrectionPorts {
  readonly subject: string;
  lockCorrection: LockCorrection;
  legsOf(correction: Correction): Promise<readonly PlannedLeg[]>;
  currentRules(): Promise<CorrectionRules>;
  /** How many of its legs a correction that was applied later stands on. */
  legsCorrectedSince(correction: Correction): Promise<number>;
  /** How many of its legs stand otherwise than it left them, by what somebody did without a correction. */
  legsMovedSince(correction: Correction): Promise<number>;
  /** Makes its legs count as they would without it. */
  takeBack(correction: Correction, legs: readonly PlannedLeg[]): Promise<void>;
  addStep(correction: Correction, step: "REVERT_REQUESTED" | "REVERTED", reason: string): Promise<Correction>;
  audit(before: Correction, after: Correction, reason: string): Promise<void>;
}

/**
 * Takes an applied correction back as a whole: its legs count as they would without it, by new rows. Above the limits of
 * the rules the first person asks for it and another one does it. CONFLICT when it is not applied, or when later ones
 * stand on its legs: those are reverted first.
 */
export async function revertCorrection(ports: RevertCorrectionPorts, input: { readonly correction: string; readonly reason: string }): Promise<Correction> {
  const reason = requireText(input.reason, ["reason"], 500);
  const correction = requireCorrection(await ports.lockCorrection(input.correction));
  requireStatus(correction, "APPLIED", "there is nothing to revert.");
  const later = await ports.legsCorrectedSince(correction);
  if (later > 0) throw new Refusal("CONFLICT", `A later correction stands on ${later} of its legs. Revert that one first.`, ["correction"]);
  const moved = await ports.legsMovedSince(correction);
  if (moved > 0) throw new Refusal("CONFLICT", `${moved} of its legs were attributed anew since. Attribute them as they should be instead.`, ["correction"]);
  const request = openRevertRequest(correction.steps);
  const second = needsSecondPerson(await ports.currentRules(), correction.legs, correction.movedMinor);
  if (second && request?.subject === ports.subject) throw new Refusal("SAME_PERSON", "You asked for this revert: a second person must do it.", ["correction"]);
  const asks = second && !request;
  if (!asks) await ports.takeBack(correction, await ports.legsOf(correction));
  const after = await ports.addStep(correction, asks ? "REVERT_REQUESTED" : "REVERTED", reason);
  await ports.audit(correction, after, reason);
  return after;
}
