import { Refusal } from "../kernel/refusal";
import { AllocationPolicy } from "./policy";

export interface ApprovePolicyPorts {
  readonly subject: string;
  findPolicy(version: number): Promise<AllocationPolicy | null>;
  /** Keeps the first approval when two arrive at once. */
  saveApproval(version: number, subject: string): Promise<AllocationPolicy>;
  audit(before: AllocationPolicy, after: AllocationPolicy): Promise<void>;
}

/** Approves a version. The proposer cannot (SAME_PERSON); approving again answers the policy as it stands. */
export async function approvePolicy(ports: ApprovePolicyPorts, version: number): Promise<AllocationPolicy> {
  const policy = await ports.findPolicy(version);
  if (!policy) throw new Refusal("NOT_FOUND", `There is no policy version ${version}.`, ["version"]);
  if (policy.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person approves what you proposed.", ["version"]);
  if (policy.approvedBy !== null) return policy;
  const approved = await ports.saveApproval(version, ports.subject);
  if (approved.approvedBy === ports.subject) await ports.audit(policy, approved);
  return approved;
}
