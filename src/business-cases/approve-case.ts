import { Refusal } from "../kernel/refusal";
import { CasePorts, CaseRecord, PlanVersion, holdExisting, requireRunning } from "./business-case";
import { releasedOf } from "./gates";
import { investmentOf } from "./plan";

export interface ApproveCasePorts extends CasePorts {
  saveApproval(record: CaseRecord, version: number): Promise<PlanVersion>;
  audit(before: PlanVersion, after: PlanVersion): Promise<void>;
}

/**
 * Approves the newest version of a plan, which is frozen from then on. The proposer cannot (SAME_PERSON); approving again
 * answers it as it stands. CONFLICT for an older version, and for an investment below what is released already.
 */
export async function approveCase(ports: ApproveCasePorts, input: { readonly useCase: string; readonly version: number }): Promise<{ record: CaseRecord; version: PlanVersion }> {
  const record = await holdExisting(ports, input.useCase);
  const found = record.versions.find(({ version }) => version === input.version);
  if (!found) throw new Refusal("NOT_FOUND", `The case of ${record.useCase} has no version ${input.version}.`, ["version"]);
  if (found.approvedBy !== null) return { record, version: found };
  if (found.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "Somebody else approves what you proposed.", ["version"]);
  requireRunning(record);
  if (record.versions.at(-1) !== found) throw new Refusal("CONFLICT", `Version ${record.versions.at(-1)!.version} was proposed since. Approve that one.`, ["version"]);
  if (investmentOf(found.plan) < releasedOf(record.tranches)) throw new Refusal("CONFLICT", "More than this plan's investment is released already. Propose one that covers it.", ["version"]);
  const approved = await ports.saveApproval(record, found.version);
  await ports.audit(found, approved);
  return { record: { ...record, versions: record.versions.map((each) => (each === found ? approved : each)) }, version: approved };
}
