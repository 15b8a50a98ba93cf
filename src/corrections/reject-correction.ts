import { requireText } from "../kernel/code";
import { Correction, LockCorrection, openRevertRequest, requireCorrection, requireStatus } from "./correction";

export interface RejectCorrectionPorts {
  lockCorrection: LockCorrection;
  addStep(correction: Correction, step: "REJECTED" | "REVERT_REFUSED", reason: string): Promise<Correction>;
  audit(before: Correction, after: Correction, reason: string): Promise<void>;
}

/**
 * Turns a proposal down, or a request to revert. Anybody of finance may, who made it too: then it is taken back. CONFLICT
 * when nothing waits.
 */
export async function rejectCorrection(ports: RejectCorrectionPorts, input: { readonly correction: string; readonly reason: string }): Promise<Correction> {
  const reason = requireText(input.reason, ["reason"], 500);
  const correction = requireCorrection(await ports.lockCorrection(input.correction));
  if (!openRevertRequest(correction.steps)) requireStatus(correction, "PROPOSED", "there is nothing to reject.");
  const rejected = await ports.addStep(correction, openRevertRequest(correction.steps) ? "REVERT_REFUSED" : "REJECTED", reason);
  await ports.audit(correction, rejected, reason);
  return rejected;
}
