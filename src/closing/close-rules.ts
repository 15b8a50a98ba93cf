import { requireText } from "../kernel/code";
import { Refusal } from "../kernel/refusal";

/** What becomes of a fact that comes for a closed month: the next close charges it, or the month itself is restated in a new version. */
export const LATE_FACT_RULES = ["ADJUSTMENT", "RESTATEMENT"] as const;
export type LateFactRule = (typeof LATE_FACT_RULES)[number];

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
  /** Checks are due so many days after the month's last day, where their owner was given no other day; null: whenever. */
  readonly dueDays: number | null;
  /** True: a check that nobody answers for holds the close up. */
  readonly requiresOwners: boolean;
  /** True: a check that nobody signed off, as it stands now, holds the close up. */
  readonly requiresSignOffs: boolean;
  /** What becomes of usage that comes late, and of its corrections, voids and attributions. */
  readonly lateUsage: LateFactRule;
  /** What becomes of cost that comes late. */
  readonly lateCost: LateFactRule;
  /** True: cost of the month that nobody funds holds the close up. */
  readonly blocksOnUnownedCost: boolean;
}

/** Nothing unattributed is tolerated; disputes and statements of earlier months do not hold a close up, nor do owners, signatures and cost without a funder. */
export const DEFAULT_CLOSE_RULES: CloseRules = {
  version: 0, unattributedThreshold: 0, blocksOnOpenDisputes: false, blocksOnUnissuedStatements: false, dueDays: null, requiresOwners: false, requiresSignOffs: false,
  lateUsage: "ADJUSTMENT", lateCost: "ADJUSTMENT", blocksOnUnownedCost: false,
};

const LATEST_DUE_DAY = 60;

export interface SetCloseRulesInput {
  readonly unattributedThreshold?: number | null;
  readonly blocksOnOpenDisputes?: boolean | null;
  readonly blocksOnUnissuedStatements?: boolean | null;
  readonly dueDays?: number | null;
  readonly requiresOwners?: boolean | null;
  readonly requiresSignOffs?: boolean | null;
  readonly lateUsage?: LateFactRule | null;
  readonly lateCost?: LateFactRule | null;
  readonly blocksOnUnownedCost?: boolean | null;
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
  requireDueDays(input.dueDays);
  const before = await ports.currentRules();
  const after: CloseRules = {
    version: before.version + 1,
    unattributedThreshold: threshold ?? before.unattributedThreshold,
    blocksOnOpenDisputes: input.blocksOnOpenDisputes ?? before.blocksOnOpenDisputes,
    blocksOnUnissuedStatements: input.blocksOnUnissuedStatements ?? before.blocksOnUnissuedStatements,
    dueDays: input.dueDays ?? before.dueDays,
    requiresOwners: input.requiresOwners ?? before.requiresOwners,
    requiresSignOffs: input.requiresSignOffs ?? before.requiresSignOffs,
    lateUsage: input.lateUsage ?? before.lateUsage,
    lateCost: input.lateCost ?? before.lateCost,
    blocksOnUnownedCost: input.blocksOnUnownedCost ?? before.blocksOnUnownedCost,
  };
  if (isSame(before, after)) return before;
  await ports.saveRules(after, reason);
  await ports.audit(before, after, reason);
  return after;
}

/** BAD_USER_INPUT for days that no check may be due after. */
export function requireDueDays(days: number | null | undefined): void {
  if (days === null || days === undefined || (Number.isInteger(days) && days >= 0 && days <= LATEST_DUE_DAY)) return;
  throw new Refusal("BAD_USER_INPUT", `dueDays must be a whole number of days after the end of the month, 0 to ${LATEST_DUE_DAY}.`, ["dueDays"]);
}

function isSame({ version: _before, ...before }: CloseRules, { version: _after, ...after }: CloseRules): boolean {
  return (Object.keys(after) as Array<keyof typeof after>).every((rule) => before[rule] === after[rule]);
}
