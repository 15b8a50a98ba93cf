import { requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";

/** What finance tolerates when a month closes. Versions are only ever added. */
export interface CloseRules {
  /** 0 until finance sets rules of its own. */
  readonly version: number;
  /** So many legs may stay unattributed. */
  readonly unattributedThreshold: number;
  /** True: an open dispute on an earlier month's statement holds the close up. */
  readonly blocksOnOpenDisputes: boolean;
  /** True: an earlier month whose statements were not issued holds the close up. */
  readonly blocksOnUnissuedStatements: boolean;
}

/** Nothing unattributed is tolerated; disputes and statements of earlier months do not hold a close up. */
export const DEFAULT_CLOSE_RULES: CloseRules = { version: 0, unattributedThreshold: 0, blocksOnOpenDisputes: false, blocksOnUnissuedStatements: false };

export interface SetCloseRulesInput {
  readonly unattributedThreshold?: number | null;
  readonly blocksOnOpenDisputes?: boolean | null;
  readonly blocksOnUnissuedStatements?: boolean | null;
  readonly reason: string;
}

export interface SetCloseRulesPorts {
  /** The rules in force, held until the transaction ends. */
  currentRules(): Promise<CloseRules>;
  saveRules(rules: CloseRules, reason: string): Promise<void>;
  audit(before: CloseRules, after: CloseRules, reason: string): Promise<void>;
}

/** Sets the rules from now on; what is left out stays as it is. The same rules again change nothing. */
export async function setCloseRules(ports: SetCloseRulesPorts, input: SetCloseRulesInput): Promise<CloseRules> {
  const reason = requireText(input.reason, ["reason"], 500);
  const threshold = input.unattributedThreshold;
  if (threshold !== undefined && threshold !== null && (!Number.isSafeInteger(threshold) || threshold < 0)) throw new Refusal("BAD_USER_INPUT", "unattributedThreshold must be a whole number of legs, 0 or more.", ["unattributedThreshold"]);
  const before = await ports.currentRules();
  const after: CloseRules = {
    version: before.version + 1,
    unattributedThreshold: threshold ?? before.unattributedThreshold,
    blocksOnOpenDisputes: input.blocksOnOpenDisputes ?? before.blocksOnOpenDisputes,
    blocksOnUnissuedStatements: input.blocksOnUnissuedStatements ?? before.blocksOnUnissuedStatements,
  };
  const same = after.unattributedThreshold === before.unattributedThreshold && after.blocksOnOpenDisputes === before.blocksOnOpenDisputes && after.blocksOnUnissuedStatements === before.blocksOnUnissuedStatements;
  if (same) return before;
  await ports.saveRules(after, reason);
  await ports.audit(before, after, reason);
  return after;
}
