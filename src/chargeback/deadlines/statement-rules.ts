import { requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";

/** What becomes of a statement that nobody disputes in time: it waits for its unit, or it is accepted. */
export const SILENCE_RULES = ["WAITS", "ACCEPTS"] as const;
export type SilenceRule = (typeof SILENCE_RULES)[number];

/** How long a unit may dispute a statement and finance take to answer. Versions are only ever added. */
export interface StatementRules {
  /** 0 until finance sets rules of its own. */
  readonly version: number;
  /** A statement may be disputed so many days after the day it is issued; null: until it is posted. */
  readonly disputeDays: number | null;
  /** Finance answers a dispute within so many days after the day it is raised; null: no day is named. */
  readonly answerDays: number | null;
  readonly silence: SilenceRule;
}

/** No days, and nothing is accepted by silence. */
export const DEFAULT_STATEMENT_RULES: StatementRules = { version: 0, disputeDays: null, answerDays: null, silence: "WAITS" };

const MOST_DAYS = 365;

export interface SetStatementRulesInput extends Omit<StatementRules, "version"> {
  readonly reason: string;
}

export interface SetStatementRulesPorts {
  /** The rules in force, held until the transaction ends. */
  holdRules(): Promise<StatementRules>;
  saveRules(rules: StatementRules, reason: string): Promise<void>;
  audit(before: StatementRules, after: StatementRules, reason: string): Promise<void>;
}

/**
 * Sets the rules for what is issued and disputed from now on, all of them at once; days that were given stay as they were
 * given. BAD_USER_INPUT for silence that accepts without a day until which one may speak. The same again changes nothing.
 */
export async function setStatementRules(ports: SetStatementRulesPorts, input: SetStatementRulesInput): Promise<StatementRules> {
  const reason = requireText(input.reason, ["reason"], 500);
  const [disputeDays, answerDays] = [readDays(input.disputeDays, "disputeDays"), readDays(input.answerDays, "answerDays")];
  if (input.silence === "ACCEPTS" && disputeDays === null) throw new Refusal("BAD_USER_INPUT", "Silence can only accept after a deadline. Set disputeDays, or let silence be WAITS.", ["silence"]);
  const before = await ports.holdRules();
  const after: StatementRules = { version: before.version + 1, disputeDays, answerDays, silence: input.silence };
  if (before.disputeDays === disputeDays && before.answerDays === answerDays && before.silence === input.silence) return before;
  await ports.saveRules(after, reason);
  await ports.audit(before, after, reason);
  return after;
}

function readDays(days: number | null | undefined, field: string): number | null {
  if (days === null || days === undefined) return null;
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw new Refusal("BAD_USER_INPUT", `${field} must be a whole number of days, 1 to ${MOST_DAYS}; left out, there is no deadline.`, [field]);
}
