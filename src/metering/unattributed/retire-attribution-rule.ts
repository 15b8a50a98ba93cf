import { requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { StoredRule } from "./attribution-rule";

export interface RetireAttributionRuleInput {
  readonly version: number;
  /** A day of the programme's zone; null: from now on. */
  readonly effectiveUntil?: string | null;
  readonly reason: string;
}

export interface RetireAttributionRulePorts {
  readonly nowMs: number;
  startOfDay(date: string): Promise<Date>;
  /** Holds the standing rules for this transaction alone. */
  holdRules(): Promise<void>;
  findVersion(version: number): Promise<StoredRule | null>;
  saveRetirement(rule: StoredRule, until: Date, reason: string): Promise<void>;
  audit(before: StoredRule, after: StoredRule, reason: string): Promise<void>;
}

/**
 * Ends a standing rule: legs that ended at or after the instant are held again when they arrive. What went by it stays.
 * The same request again answers the retired rule; another end is CONFLICT.
 */
export async function retireAttributionRule(ports: RetireAttributionRulePorts, input: RetireAttributionRuleInput): Promise<StoredRule> {
  const reason = requireText(input.reason, ["reason"], 500);
  await ports.holdRules();
  const rule = await ports.findVersion(input.version);
  if (!rule) throw new Refusal("NOT_FOUND", `There is no attribution rule of version ${input.version}.`, ["version"]);
  const asked = input.effectiveUntil ? await ports.startOfDay(input.effectiveUntil) : null;
  if (rule.effectiveUntilMs !== null) {
    if (asked === null || asked.getTime() === rule.effectiveUntilMs) return rule;
    throw new Refusal("CONFLICT", `The rule of version ${rule.version} was retired already, from ${new Date(rule.effectiveUntilMs).toISOString()} on. Make a new rule with attributeUsage.`, ["effectiveUntil"]);
  }
  if (asked !== null && asked.getTime() < rule.effectiveFromMs) throw new Refusal("BAD_USER_INPUT", `The rule begins later. The earliest day is that of ${new Date(rule.effectiveFromMs).toISOString()}.`, ["effectiveUntil"]);
  await ports.saveRetirement(rule, asked ?? new Date(Math.max(ports.nowMs, rule.effectiveFromMs)), reason);
  const retired = (await ports.findVersion(input.version))!;
  await ports.audit(rule, retired, reason);
  return retired;
}
