import { Refusal } from "../kernel/refusal";
import { RateCard } from "./rate-card";
import { requireFits } from "./rate-card-dates";

export interface ApproveRateCardPorts {
  readonly subject: string;
  findCard(version: number): Promise<RateCard | null>;
  /** Approved cards of a vendor's component; other proposals and approvals wait until this transaction ends. */
  approvedCards(vendor: string, component: string): Promise<readonly RateCard[]>;
  saveApproval(version: number): Promise<RateCard>;
  audit(before: RateCard, after: RateCard): Promise<void>;
}

/** Approves a card. The proposer cannot (SAME_PERSON); approving again answers the card as it stands; CONFLICT when another one took its months meanwhile. */
export async function approveRateCard(ports: ApproveRateCardPorts, version: number): Promise<RateCard> {
  const found = await ports.findCard(version);
  if (!found) throw new Refusal("NOT_FOUND", `There is no rate card version ${version}.`, ["version"]);
  if (found.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person approves what you proposed.", ["version"]);
  const approved = await ports.approvedCards(found.vendor, found.component);
  const already = approved.find((card) => card.version === version);
  if (already) return already;
  requireFits(found, approved);
  const after = await ports.saveApproval(version);
  await ports.audit(found, after);
  return after;
}
