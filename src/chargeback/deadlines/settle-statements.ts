import { requirePeriodKey } from "../../kernel/period";
import { Refusal } from "../../kernel/refusal";
import { Period, isClosed } from "../../governance";
import { Statement } from "../statement";

/** A statement that silence accepts, and by which rule. */
export interface SilentStatement {
  readonly statement: Statement;
  readonly reason: string;
}

export interface AcceptSilencePorts {
  /** The day it is on the programme's calendar. */
  today(): Promise<string>;
  acceptSilent(silent: readonly SilentStatement[]): Promise<void>;
  auditSilence(period: string, silent: readonly SilentStatement[]): Promise<void>;
}

export interface SettleStatementsPorts extends AcceptSilencePorts {
  /** Holds the period for this transaction alone; NOT_FOUND when there is nothing in it. */
  lockPeriod(key: string): Promise<Period>;
  /** The newest version of every statement of the period, by code of the unit. */
  newestStatements(period: string): Promise<readonly Statement[]>;
}

/** Those that wait for a unit whose days are over, where the rules they were issued by take that for acceptance. */
export function silentStatements(statements: readonly Statement[], today: string): SilentStatement[] {
  return statements
    .filter(({ status, disputableUntil, acceptsBySilence }) => status === "ISSUED" && acceptsBySilence && disputableUntil !== null && today > disputableUntil)
    .map((statement) => ({ statement, reason: `Accepted by silence: not disputed until ${statement.disputableUntil} (rules of statements, version ${statement.rulesVersion})` }));
}

/** Writes down, as an event each, that silence accepts statements of a period that is held. False when there are none. */
export async function acceptSilence(ports: AcceptSilencePorts, period: string, statements: readonly Statement[]): Promise<boolean> {
  const silent = silentStatements(statements, await ports.today());
  if (silent.length === 0) return false;
  await ports.acceptSilent(silent);
  await ports.auditSilence(period, silent);
  return true;
}

/**
 * Accepts the statements of a period that were not disputed in time, where the rules say so: a fact with the rule as its
 * reason. Nothing happens by itself: whoever asks, or posts, writes it. Naturally idempotent; answers all of the period.
 */
export async function settleStatements(ports: SettleStatementsPorts, input: { readonly period: string }): Promise<readonly Statement[]> {
  const key = requirePeriodKey(input.period);
  const period = await ports.lockPeriod(key);
  if (!isClosed(period)) throw new Refusal("PERIOD_OPEN", `${key} is ${period.status}. Close it and issue its statements first.`, ["period"]);
  const statements = await ports.newestStatements(key);
  if (statements.length === 0) throw new Refusal("NOT_READY", `No statements of ${key} were issued. Issue them first.`, ["period"]);
  return (await acceptSilence(ports, key, statements)) ? ports.newestStatements(key) : statements;
}
