import { Refusal } from "../kernel/refusal";
import { AccountMapping } from "./account-mapping";

export interface ApproveAccountMappingPorts {
  readonly subject: string;
  findMapping(version: number): Promise<AccountMapping | null>;
  saveApproval(version: number): Promise<AccountMapping>;
  audit(before: AccountMapping, after: AccountMapping): Promise<void>;
}

/** Approves a version. The proposer cannot (SAME_PERSON); approving again answers the mapping as it stands. Journals that are made stay as they are. */
export async function approveAccountMapping(ports: ApproveAccountMappingPorts, version: number): Promise<AccountMapping> {
  const mapping = await ports.findMapping(version);
  if (!mapping) throw new Refusal("NOT_FOUND", `There is no account mapping version ${version}.`, ["version"]);
  if (mapping.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person approves what you proposed.", ["version"]);
  if (mapping.approvedBy !== null) return mapping;
  const approved = await ports.saveApproval(version);
  await ports.audit(mapping, approved);
  return approved;
}
