import { requireText } from "../kernel/code";
import { hashOf } from "../kernel/hash";
import { Refusal } from "../kernel/refusal";
import { Dispute, DisputeSide, readIdempotencyKey } from "./dispute";
import { Evidence, EvidenceInput, readEvidence } from "./evidence";
import { LockStatement, Statement, requireStatement } from "./statement";

const LONGEST_TEXT = 4_000;

export interface ReplyToDisputeInput {
  /** Opaque id of the statement. */
  readonly statement: string;
  /** Opaque id of the line that is disputed. */
  readonly line: string;
  readonly text: string;
  readonly evidence?: readonly EvidenceInput[] | null;
  readonly idempotencyKey?: string | null;
}

export interface NewMessage {
  readonly side: DisputeSide;
  readonly text: string;
  readonly evidence: readonly Evidence[];
  readonly idempotencyKey: string | null;
  readonly payloadHash: string;
}

export interface ReplyToDisputePorts {
  /** For whom the caller writes. */
  readonly side: DisputeSide;
  lockStatement: LockStatement;
  /** The id that an opaque line id stands for; null when it is none of ours. */
  lineIdOf(id: string): string | null;
  /** What was disputed in this version or an earlier one, oldest first. */
  disputesOf(statement: Statement): Promise<readonly Dispute[]>;
  findMessage(disputeId: string, side: DisputeSide, idempotencyKey: string): Promise<{ readonly payloadHash: string } | null>;
  saveMessage(statement: Statement, dispute: Dispute, message: NewMessage): Promise<void>;
  audit(statement: Statement, dispute: Dispute, message: NewMessage): Promise<void>;
}

/**
 * Either side writes to the other about a line that is disputed, until finance has resolved it (CONFLICT from then on). It
 * changes no status. Sent again under the same key it answers the statement.
 */
export async function replyToDispute(ports: ReplyToDisputePorts, input: ReplyToDisputeInput): Promise<Statement> {
  const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
  const text = requireText(input.text, ["text"], LONGEST_TEXT);
  const evidence = readEvidence(input.evidence, ["evidence"]);
  const statement = requireStatement(await ports.lockStatement(input.statement));
  const lineId = ports.lineIdOf(input.line);
  const disputes = (await ports.disputesOf(statement)).filter((each) => each.lineId === lineId);
  const newest = disputes.at(-1);
  if (!newest) throw new Refusal("NOT_FOUND", "This line of the statement was never disputed. Its unit may do so with disputeStatement.", ["line"]);
  const message: NewMessage = { side: ports.side, text, evidence, idempotencyKey, payloadHash: hashOf({ text, evidence }) };
  const earlier = idempotencyKey === null ? null : await ports.findMessage(newest.id, ports.side, idempotencyKey);
  if (earlier) {
    if (earlier.payloadHash !== message.payloadHash) throw new Refusal("CONFLICT", "This idempotencyKey was used for another message. Choose a new key.", ["idempotencyKey"]);
    return statement;
  }
  if (newest.resolution !== null) throw new Refusal("CONFLICT", "Finance has resolved this dispute. The unit may dispute the line again, with new reasons, while its days last.", ["line"]);
  await ports.saveMessage(statement, newest, message);
  await ports.audit(statement, newest, message);
  return statement;
}
