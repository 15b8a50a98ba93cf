import { requireText } from "../kernel/code";
import { hashOf } from "../kernel/hash";
import { Currency, toMinor } from "../kernel/money";
import { Refusal } from "../kernel/refusal";
import { readIdempotencyKey } from "./dispute";
import { Evidence, EvidenceInput, readEvidence } from "./evidence";
import { LockStatement, Statement, StatementLine, StatementStatus, requireInTime, requireStanding, requireStatement } from "./statement";

export interface DisputeLineInput {
  /** Opaque id of the line. */
  readonly line: string;
  readonly reason: string;
  readonly amount?: string | null;
  readonly evidence?: readonly EvidenceInput[] | null;
}

export interface DisputeStatementInput {
  readonly statement: string;
  readonly lines: readonly DisputeLineInput[];
  readonly idempotencyKey?: string | null;
}

/** An objection that is about to be raised. */
export interface RaisedDispute {
  readonly id: string;
  readonly lineId: string;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  readonly expectedMinor: bigint | null;
}

export interface DisputeStatementPorts {
  readonly currency: Currency;
  /** The day it is on the programme's calendar. */
  today(): Promise<string>;
  newId(): string;
  lockStatement: LockStatement;
  findStatement(id: string): Promise<Statement | null>;
  /** The id that an opaque line id stands for; null when it is none of ours. */
  lineIdOf(id: string): string | null;
  linesOf(statement: Statement): Promise<readonly StatementLine[]>;
  /** Lines with a dispute that is not resolved, in this version or an earlier one. */
  openLines(statement: Statement): Promise<ReadonlySet<string>>;
  /** What the unit raised under a key before. */
  findRaised(statement: Statement, idempotencyKey: string): Promise<{ readonly statementId: string; readonly payloadHash: string } | null>;
  saveDisputes(statement: Statement, disputes: readonly RaisedDispute[], idempotencyKey: string | null, payloadHash: string): Promise<void>;
  addEvent(statement: Statement, status: StatementStatus, reason: string | null): Promise<Statement>;
  audit(before: Statement, after: Statement, disputes: readonly RaisedDispute[]): Promise<void>;
}

/**
 * A unit objects to lines of its statement, which is DISPUTED until finance resolves it. Possible until the
 * last day that the rules give it, and until the statement is posted: CONFLICT afterwards, and for a line whose dispute is still open. Sent again under the same key it answers the statement.
 */
export async function disputeStatement(ports: DisputeStatementPorts, input: DisputeStatementInput): Promise<Statement> {
  const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
  const read = readLines(ports, input.lines);
  const statement = requireStatement(await ports.lockStatement(input.statement));
  const payloadHash = hashOf({ statement: statement.id, lines: read.map(({ lineId, reason, evidence, expectedMinor }) => ({ lineId, reason, evidence, expectedMinor })) });
  const earlier = idempotencyKey === null ? null : await ports.findRaised(statement, idempotencyKey);
  if (earlier) {
    if (earlier.payloadHash !== payloadHash) throw new Refusal("CONFLICT", "This idempotencyKey was used for another dispute. Choose a new key.", ["idempotencyKey"]);
    return requireStatement(await ports.findStatement(earlier.statementId));
  }
  requireStanding(statement);
  requireInTime(statement, await ports.today());
  await requireUndisputed(ports, statement, read);
  const disputes = read.map(({ lineId, ...dispute }) => ({ ...dispute, lineId: lineId! }));
  await ports.saveDisputes(statement, disputes, idempotencyKey, payloadHash);
  const disputed = await ports.addEvent(statement, "DISPUTED", disputes[0]!.reason);
  await ports.audit(statement, disputed, disputes);
  return disputed;
}

type ReadLine = Omit<RaisedDispute, "lineId"> & { readonly lineId: string | null };

function readLines(ports: DisputeStatementPorts, lines: readonly DisputeLineInput[]): ReadLine[] {
  if (lines.length === 0) throw new Refusal("BAD_USER_INPUT", "Name at least one line and say what is wrong with it.", ["lines"]);
  const named = new Set<string>();
  return lines.map(({ line, reason, amount, evidence }, index) => {
    const field = (name: string): string[] => ["lines", String(index), name];
    const lineId = ports.lineIdOf(line);
    if (lineId !== null && named.has(lineId)) throw new Refusal("BAD_USER_INPUT", "The same line is named twice. Give one reason for each.", field("line"));
    if (lineId !== null) named.add(lineId);
    return {
      id: ports.newId(), lineId, reason: requireText(reason, field("reason"), 1_000),
      evidence: readEvidence(evidence, field("evidence")),
      expectedMinor: amount === null || amount === undefined ? null : toMinor(amount, ports.currency, field("amount")),
    };
  });
}

async function requireUndisputed(ports: DisputeStatementPorts, statement: Statement, read: readonly ReadLine[]): Promise<void> {
  const known = new Set((await ports.linesOf(statement)).map((line) => line.lineId));
  const open = await ports.openLines(statement);
  read.forEach(({ lineId }, index) => {
    if (lineId === null || !known.has(lineId)) throw new Refusal("NOT_FOUND", "There is no such line in this statement.", ["lines", String(index), "line"]);
    if (open.has(lineId)) throw new Refusal("CONFLICT", "This line is disputed already. Wait until finance has resolved it.", ["lines", String(index), "line"]);
  });
}
