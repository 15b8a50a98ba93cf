import { requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";
import { LockStatement, Statement, StatementStatus, requireStanding, requireStatement } from "./statement";

export interface AcceptStatementPorts {
  lockStatement: LockStatement;
  /** Adds to the history; answers the statement as it then stands. */
  addEvent(statement: Statement, status: StatementStatus, reason: string | null): Promise<Statement>;
  audit(before: Statement, after: Statement, note: string | null): Promise<void>;
}

/** A unit accepts what it is charged. CONFLICT while it disputes it; accepted already, it answers the statement as it stands. */
export async function acceptStatement(ports: AcceptStatementPorts, input: { readonly statement: string; readonly note?: string | null }): Promise<Statement> {
  const note = input.note ? requireText(input.note, ["note"], 1_000) : null;
  const statement = requireStatement(await ports.lockStatement(input.statement));
  requireStanding(statement);
  if (statement.status === "ACCEPTED") return statement;
  if (statement.status === "DISPUTED") throw new Refusal("CONFLICT", "This statement is disputed. It can be accepted once finance has resolved the dispute.", ["statement"]);
  const accepted = await ports.addEvent(statement, "ACCEPTED", note);
  await ports.audit(statement, accepted, note);
  return accepted;
}
