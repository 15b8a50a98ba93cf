import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { Period, isClosed } from "../governance";
import { AcceptSilencePorts, acceptSilence } from "./deadlines/settle-statements";
import { Statement, StatementStatus } from "./statement";

const MOST_NAMED = 20;

export interface PostStatementsPorts extends AcceptSilencePorts {
  /** Holds the period for this transaction alone; NOT_FOUND when there is nothing in it. */
  lockPeriod(key: string): Promise<Period>;
  /** The newest version of every statement of the period, by code of the unit. */
  newestStatements(period: string): Promise<readonly Statement[]>;
  addEvents(statements: readonly Statement[], status: StatementStatus, reason: string | null): Promise<void>;
  audit(period: string, statements: readonly Statement[]): Promise<void>;
}

/**
 * Posts the statements of a period: from then on they stay as they are. What silence accepts by the rules is accepted
 * first. NOT_READY, with the units that it waits for, until
 * each of them is accepted or adjusted; posted already, it answers them.
 */
export async function postStatements(ports: PostStatementsPorts, input: { readonly period: string }): Promise<readonly Statement[]> {
  const key = requirePeriodKey(input.period);
  const period = await ports.lockPeriod(key);
  if (!isClosed(period)) throw new Refusal("PERIOD_OPEN", `${key} is ${period.status}. Close it and issue its statements first.`, ["period"]);
  let statements = await ports.newestStatements(key);
  if (statements.length === 0) throw new Refusal("NOT_READY", `No statements of ${key} were issued. Issue them first.`, ["period"]);
  if (await acceptSilence(ports, key, statements)) statements = await ports.newestStatements(key);
  const unposted = statements.filter(({ status }) => status !== "POSTED");
  if (unposted.length === 0) return statements;
  const waiting = unposted.filter(({ status }) => status !== "ACCEPTED" && status !== "ADJUSTED");
  if (waiting.length > 0) {
    const named = waiting.slice(0, MOST_NAMED).map(({ businessUnit, status }) => `${businessUnit} ${status}`).join(", ");
    const more = waiting.length > MOST_NAMED ? ` and ${waiting.length - MOST_NAMED} more` : "";
    throw new Refusal("NOT_READY", `${waiting.length} of ${statements.length} statements of ${key} are neither accepted nor adjusted: ${named}${more}.`, ["period"]);
  }
  await ports.addEvents(unposted, "POSTED", null);
  const posted = await ports.newestStatements(key);
  await ports.audit(key, unposted);
  return posted;
}
