import { requireText } from "../kernel/code";
import { Currency, toMinor } from "../kernel/money";
import { Refusal } from "../kernel/refusal";

/** Up to where one person may correct alone. Both limits must hold. Versions are only ever added. */
export interface CorrectionRules {
  /** 0 until finance sets rules of its own. */
  readonly version: number;
  /** A correction of more legs needs a second person. */
  readonly mostLegs: number;
  /** A correction that moves more minor units of the programme's currency needs a second person. */
  readonly mostMinor: bigint;
}

/** Always two people: a correction has at least one leg. */
export const DEFAULT_CORRECTION_RULES: CorrectionRules = { version: 0, mostLegs: 0, mostMinor: 0n };

/** True when a correction of so many legs, moving so much, needs a second person. What could not be worked out is above every limit. */
export function needsSecondPerson(rules: CorrectionRules, legs: number, movedMinor: bigint | null): boolean {
  return legs > rules.mostLegs || movedMinor === null || movedMinor > rules.mostMinor;
}

export interface SetCorrectionRulesInput {
  readonly legs?: number | null;
  /** In the programme's currency. */
  readonly amount?: string | null;
  readonly reason: string;
}

export interface SetCorrectionRulesPorts {
  readonly currency: Currency;
  /** The rules in force, held until the transaction ends. */
  holdRules(): Promise<CorrectionRules>;
  saveRules(rules: CorrectionRules, reason: string): Promise<void>;
  audit(before: CorrectionRules, after: CorrectionRules, reason: string): Promise<void>;
}

/** Sets the limits from now on; what is left out stays as it is. The same limits again change nothing. */
export async function setCorrectionRules(ports: SetCorrectionRulesPorts, input: SetCorrectionRulesInput): Promise<CorrectionRules> {
  const reason = requireText(input.reason, ["reason"], 500);
  const { legs, amount } = input;
  if (legs !== undefined && legs !== null && (!Number.isSafeInteger(legs) || legs < 0)) throw new Refusal("BAD_USER_INPUT", "legs must be a whole number, 0 or more.", ["legs"]);
  const minor = amount === undefined || amount === null ? null : toMinor(amount, ports.currency, ["amount"]);
  if (minor !== null && minor < 0n) throw new Refusal("BAD_USER_INPUT", "amount must be 0 or more.", ["amount"]);
  const before = await ports.holdRules();
  const after: CorrectionRules = { version: before.version + 1, mostLegs: legs ?? before.mostLegs, mostMinor: minor ?? before.mostMinor };
  if (after.mostLegs === before.mostLegs && after.mostMinor === before.mostMinor) return before;
  await ports.saveRules(after, reason);
  await ports.audit(before, after, reason);
  return after;
}
