import { Refusal } from "../../kernel/refusal";
import { DraftTrueUpPorts, TrueUp, workOutTrueUp } from "./propose-true-up";
import { TrueUpDraft } from "./true-up";

export interface PostTrueUpPorts extends DraftTrueUpPorts {
  readonly subject: string;
  findTrueUp(number: number): Promise<TrueUp | null>;
  /**
   * The first month after one that is not closed, held open, with whoever else changes what closed months charge held back, until
   * this transaction ends.
   */
  holdCarrier(after: string): Promise<string>;
  savePosting(trueUp: TrueUp, draft: TrueUpDraft, period: string): Promise<TrueUp>;
  audit(before: TrueUp, after: TrueUp, draft: TrueUpDraft): Promise<void>;
}

/**
 * Posts a true-up that somebody else proposed: its lines stand in the first open month. SAME_PERSON for who proposed it, CONFLICT when
 * the figures have changed since. Naturally idempotent: posted already, it is answered as it is.
 */
export async function postTrueUp(ports: PostTrueUpPorts, input: { readonly number: number }): Promise<TrueUp> {
  const asked = await ports.findTrueUp(input.number);
  if (!asked) throw new Refusal("NOT_FOUND", "There is no such true-up.", ["number"]);
  if (asked.proposedBy === ports.subject) throw new Refusal("SAME_PERSON", "A second person posts what you proposed.", ["number"]);
  const period = await ports.holdCarrier(asked.to);
  const proposal = (await ports.findTrueUp(input.number))!;
  if (proposal.postedAt !== null) return proposal;
  const { draft } = await workOutTrueUp(ports, proposal);
  if (draft.hash !== proposal.hash) throw new Refusal("CONFLICT", `What ${proposal.pool} recovered from ${proposal.from} to ${proposal.to} has changed since true-up ${proposal.number} was proposed. Propose it again.`, ["number"]);
  const posted = await ports.savePosting(proposal, draft, period);
  await ports.audit(proposal, posted, draft);
  return posted;
}
