import { Canonical } from "../../kernel/canonical";
import { hashOf } from "../../kernel/hash";
import { Refusal } from "../../kernel/refusal";
import { CapitalisationDocument, CapitalisationPolicy, CapitalisationPolicyInput, capitalisationPolicyOf, readCapitalisationPolicy } from "./capitalisation";

export interface CapitalisationPolicyPorts {
  readonly subject: string;
  /** Closed months from one on, oldest first. */
  closedFrom(period: string): Promise<readonly string[]>;
  /** Every version, oldest first; others who propose or approve wait until this transaction ends. */
  holdPolicies(): Promise<readonly CapitalisationPolicy[]>;
  savePolicy(document: CapitalisationDocument, documentHash: string): Promise<CapitalisationPolicy>;
  saveApproval(version: number): Promise<CapitalisationPolicy>;
  audit(action: "proposeCapitalisationPolicy" | "approveCapitalisationPolicy", before: CapitalisationPolicy | null, after: CapitalisationPolicy): Promise<void>;
}

/** Proposes what of implementation cost becomes an asset from a month on. The same again answers the newest version. */
export async function proposeCapitalisationPolicy(ports: CapitalisationPolicyPorts, input: CapitalisationPolicyInput): Promise<CapitalisationPolicy> {
  const document = readCapitalisationPolicy(input);
  const documentHash = hashOf(document as unknown as Canonical);
  const policies = await ports.holdPolicies();
  const newest = policies.at(-1) ?? null;
  if (newest?.documentHash === documentHash) return newest;
  await requireUntreated(ports, document, policies);
  const saved = await ports.savePolicy(document, documentHash);
  await ports.audit("proposeCapitalisationPolicy", newest, saved);
  return saved;
}

/** Approves a version; the proposer cannot (SAME_PERSON). Cost that was booked before keeps how it was treated. */
export async function approveCapitalisationPolicy(ports: CapitalisationPolicyPorts, version: number): Promise<CapitalisationPolicy> {
  const policies = await ports.holdPolicies();
  const found = policies.find((each) => each.version === version);
  if (!found) throw new Refusal("NOT_FOUND", `There is no capitalisation policy version ${version}.`, ["version"]);
  if (found.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person approves what you proposed.", ["version"]);
  if (found.approvedBy !== null) return found;
  await requireUntreated(ports, found, policies);
  const approved = await ports.saveApproval(version);
  await ports.audit("approveCapitalisationPolicy", found, approved);
  return approved;
}

/** A closed month may get its first policy, under which nothing was booked; the one that it has stays. */
async function requireUntreated(ports: CapitalisationPolicyPorts, { effectiveFrom }: CapitalisationDocument, policies: readonly CapitalisationPolicy[]): Promise<void> {
  const treated = (await ports.closedFrom(effectiveFrom)).find((period) => capitalisationPolicyOf(policies, period) !== null);
  if (treated !== undefined) throw new Refusal("PERIOD_CLOSED", `${treated} is closed: how its cost was treated stays. Take a later month.`, ["effectiveFrom"]);
}
