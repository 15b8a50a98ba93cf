import { Refusal } from "../kernel/refusal";
import { Correction, LockCorrection, requireCorrection, requireStatus } from "./correction";
import { PlannedLeg, hashPlan } from "./plan";
import { Applied, PlannedChange } from "./planned-change";

export interface ApproveCorrectionPorts {
  readonly subject: string;
  lockCorrection: LockCorrection;
  legsOf(correction: Correction): Promise<readonly PlannedLeg[]>;
  /** The same change, worked out on the legs that were proposed, as they stand now. */
  replan(correction: Correction, legs: readonly PlannedLeg[]): Promise<PlannedChange>;
  markApplied(correction: Correction, applied: Applied): Promise<Correction>;
  audit(before: Correction, after: Correction): Promise<void>;
}

/**
 * A second person applies what was proposed. SAME_PERSON for the proposer; CONFLICT when it does not wait for that, or when
 * any of its legs changed since: what the proposer saw is then not what would happen.
 */
export async function approveCorrection(ports: ApproveCorrectionPorts, id: string): Promise<Correction> {
  const correction = requireCorrection(await ports.lockCorrection(id));
  requireStatus(correction, "PROPOSED", "there is nothing to approve.");
  if (correction.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "You proposed this correction: a second person must approve it.", ["correction"]);
  const legs = await ports.legsOf(correction);
  const change = await ports.replan(correction, legs);
  if (hashPlan(correction.kind, change.content, change.legs) !== correction.planHash) {
    throw new Refusal("CONFLICT", "The legs of this correction changed since it was proposed. Reject it, then preview and propose it anew.", ["correction"]);
  }
  const applied = await ports.markApplied(correction, await change.apply());
  await ports.audit(correction, applied);
  return applied;
}
