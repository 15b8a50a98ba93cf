import { requireText } from "../../kernel/code";

/** What finance asks of every source. Versions are only ever added. */
export interface SourceRules {
  /** 0 until finance sets rules of its own. */
  readonly version: number;
  /** True: usage of a source that is not registered is refused. */
  readonly requireRegisteredSources: boolean;
}

/** Whoever may push may push for any source. */
export const DEFAULT_SOURCE_RULES: SourceRules = { version: 0, requireRegisteredSources: false };

export interface SetSourceRulesInput {
  readonly requireRegisteredSources: boolean;
  readonly reason: string;
}

export interface SetSourceRulesPorts {
  currentRules(): Promise<SourceRules>;
  saveRules(rules: SourceRules, reason: string): Promise<void>;
  audit(before: SourceRules, after: SourceRules, reason: string): Promise<void>;
}

/** Sets the rules from now on; what was taken before stays. The same rules again change nothing. */
export async function setSourceRules(ports: SetSourceRulesPorts, input: SetSourceRulesInput): Promise<SourceRules> {
  const reason = requireText(input.reason, ["reason"], 500);
  const before = await ports.currentRules();
  if (before.requireRegisteredSources === input.requireRegisteredSources) return before;
  const after = { version: before.version + 1, requireRegisteredSources: input.requireRegisteredSources };
  await ports.saveRules(after, reason);
  await ports.audit(before, after, reason);
  return after;
}
