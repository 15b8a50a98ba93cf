import { isCleanText, requireText } from "../../kernel/code";
import { Refusal } from "../../kernel/refusal";
import { UseCase } from "../../tenancy";
import { AttributeUsageInput, AttributeUsagePorts, CountingLeg } from "../attribute-usage";
import { UsageWhere } from "../questions/usage-report";
import { RuleKey, StoredRule } from "./attribution-rule";

export interface AttributeFromPorts extends Omit<AttributeUsagePorts<UsageWhere>, "findLegs" | "audit"> {
  /** First instant of a day in the programme's zone. */
  startOfDay(date: string): Promise<Date>;
  /** Holds the standing rules for this transaction alone: what arrives meanwhile waits and goes by them. */
  holdRules(): Promise<void>;
  /** The newest rule of this key from exactly this instant on; null when there is none. */
  findRule(key: RuleKey, from: Date): Promise<StoredRule | null>;
  saveRule(key: RuleKey, useCase: UseCase, from: Date, reason: string, attributed: number): Promise<StoredRule>;
  audit(rule: StoredRule, useCase: UseCase, attributed: number, reason: string): Promise<void>;
}

/** Legs that are moved at a time. */
const LEGS_AT_ONCE = 10_000;

/**
 * Makes a standing rule: an unknown code, reported by any unit and source or by the ones named, means a use case from a
 * day on. It holds for what is unattributed already and ended from then on, and for what arrives later. Answers how many
 * legs went there now. The same request again answers the rule that stands, and takes along what has been held since.
 */
export async function attributeFrom(ports: AttributeFromPorts, input: AttributeUsageInput<UsageWhere> & { readonly effectiveFrom: string }): Promise<{ attributed: number; rule: StoredRule }> {
  const reason = requireText(input.reason, ["reason"], 500);
  const key = readKey(input);
  await ports.holdRules();
  if (await ports.findUseCase(key.reportedUseCase)) {
    throw new Refusal("CONFLICT", `${key.reportedUseCase.slice(0, 64)} is a use case itself. Leave effectiveFrom out to move what is unattributed under its name.`, ["where", "useCase"]);
  }
  const useCase = await ports.findUseCase(input.useCase);
  if (!useCase) throw new Refusal("NOT_FOUND", `There is no use case ${input.useCase.slice(0, 64)}.`, ["useCase"]);
  const from = await ports.startOfDay(input.effectiveFrom);
  const where = { useCase: [key.reportedUseCase], businessUnit: key.reportedBusinessUnit === null ? null : [key.reportedBusinessUnit], from };
  let attributed = 0;
  for (;;) {
    const legs: readonly CountingLeg[] = await ports.findUnattributed(where, key.source, LEGS_AT_ONCE);
    if (legs.length === 0) break;
    await ports.holdPeriods(legs.map((leg) => leg.periodKey));
    await ports.move(legs, useCase);
    attributed += legs.length;
  }
  const standing = await ports.findRule(key, from);
  if (standing && standing.useCaseId === useCase.id && standing.effectiveUntilMs === null) {
    if (attributed > 0) await ports.audit(standing, useCase, attributed, reason);
    return { attributed, rule: standing };
  }
  const rule = await ports.saveRule(key, useCase, from, reason, attributed);
  await ports.audit(rule, useCase, attributed, reason);
  return { attributed, rule };
}

function readKey(input: AttributeUsageInput<UsageWhere>): RuleKey {
  const { where, source = null } = input;
  const refuse = (message: string, field: string): never => {
    throw new Refusal("BAD_USER_INPUT", message, ["where", field]);
  };
  if (input.eventIds || !where) throw new Refusal("BAD_USER_INPUT", "With effectiveFrom give where, not eventIds.", ["where"]);
  if (where.useCase?.length !== 1) refuse("With effectiveFrom name exactly one reported code.", "useCase");
  if (where.businessUnit && where.businessUnit.length !== 1) refuse("With effectiveFrom name one reported unit, or none.", "businessUnit");
  const others = Object.entries(where).find(([field, value]) => field !== "useCase" && field !== "businessUnit" && value !== null && value !== undefined);
  if (others) refuse("A standing rule is about reported codes: leave this out.", others[0]);
  const [reportedUseCase, reportedBusinessUnit] = [where.useCase![0]!, where.businessUnit?.[0] ?? null];
  if (reportedUseCase.length > 200 || !isCleanText(reportedUseCase)) refuse("The reported code must be 1 to 200 characters of text.", "useCase");
  if (reportedBusinessUnit !== null && (reportedBusinessUnit.length > 200 || !isCleanText(reportedBusinessUnit))) refuse("The reported unit must be 1 to 200 characters of text.", "businessUnit");
  return { reportedUseCase, reportedBusinessUnit, source: source === null ? null : requireText(source, ["source"]) };
}
