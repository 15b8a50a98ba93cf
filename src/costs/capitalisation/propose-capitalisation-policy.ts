import { Canonical } from "../../kernel/canonical";
import { hashOf } from "../../kernel/hash";
import { Refusal } from "../../kernel/refusal";
import { CapitalisationDocument, CapitalisationPolicy, CapitalisationPolicyInput, readCapitalisationPolicy } from "./capitalisation";

export interface CapitalisationPolicyPorts {
  readonly subject: string;
  /** True when the month is closed; it cannot close before this transaction ends. */
  isClosed(period: string): Promise<boolean>;
  /** Every version, oldest first; others who propose or approve wait until this transaction ends. */
  holdPolicies(): Promise<readonly CapitalisationPolicy[]>;
  savePolicy(document: CapitalisationDocument, documentHash: string): Promise<CapitalisationPolicy>;
  saveApproval(version: number): Promise<CapitalisationPolicy>;
  audit(action: "proposeCapitalisationPolicy" | "approveCapitalisationPolicy", before: CapitalisationPolicy | null, after: CapitalisationPolicy): Promise<void>;
}

/** Proposes what of implementation cost becomes an asset from a month on. The same again answers the newest version. */
export async function proposeCapitalisationPolicy(ports: CapitalisationPolicyPorts, input: CapitalisationPolicyInput): Promise<CapitalisationPolicy> {
  const document = readCapitalisationPolicy(input);
  await requireOpenFrom(ports, document);
  const documentHash = hashOf(document as unknown as Canonical);
  const newest = (await ports.holdPolicies()).at(-1) ?? null;
  if (newest?.documentHash === documentHash) return newest;
  const saved = await ports.savePolicy(document, documentHash);
  await ports.audit("proposeCapitalisationPolicy", newest, saved);
  return saved;
}

/** Approves a version; the proposer cannot (SAME_PERSON). Cost that was booked before keeps how it was treated. */
export async function approveCapitalisationPolicy(ports: CapitalisationPolicyPorts, version: number): Promise<CapitalisationPolicy> {
  const found = (await ports.holdPolicies()).find((each) => each.version === version);
  if (!found) throw new Refusal("NOT_FOUND", `There is no capitalisation policy version ${version}.`, ["version"]);
  if (found.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person approves what you proposed.", ["version"]);
  if (found.approvedBy !== null) return found;
  await requireOpenFrom(ports, found);
  const approved = await ports.saveApproval(version);
  await ports.audit("approveCapitalisationPolicy", found, approved);
  return approved;
}

async function requireOpenFrom(ports: CapitalisationPolicyPorts, { effectiveFrom }: CapitalisationDocument): Promise<void> {
  if (await ports.isClosed(effectiveFrom)) throw new Refusal("PERIOD_CLOSED", `${effectiveFrom} is closed: how its cost was treated stays. Take a later month.`, ["effectiveFrom"]);
}
