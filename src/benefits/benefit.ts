import { requireCode, requireText } from "../kernel/code";
import { formatUnits, requireDecimal, trimDecimal } from "../kernel/decimal";
import { multiply, fraction, roundHalfUp } from "../kernel/fraction";
import { given } from "../kernel/given";
import { Currency, toMinor } from "../kernel/money";
import { requirePeriodKey } from "../kernel/period";
import { Refusal } from "../kernel/refusal";
import { BenefitMethod } from "./claims/figures";
import { decimalFraction } from "./claims/ladder";

export const BENEFIT_KINDS = ["COST_REDUCTION", "MARGIN", "OTHER_EBIT", "NON_EBIT"] as const;
/** NON_EBIT is told as a memo and never part of a result: interest on working capital stands below EBIT. */
export type BenefitKind = (typeof BENEFIT_KINDS)[number];

export const CLAIM_STEPS = ["DEMAND_AVOIDED", "CONTAINMENT", "HANDLING", "OTHER"] as const;
/** In which order benefits claim on one pool: what is avoided cannot be contained any more. */
export type ClaimStep = (typeof CLAIM_STEPS)[number];

/** Methods that may work out a benefit of each kind: revenue alone is none, it enters by its margin. */
export const METHODS_OF: Readonly<Record<BenefitKind, readonly BenefitMethod[]>> = {
  COST_REDUCTION: ["UNIT_COST", "AMOUNT"],
  MARGIN: ["HOLDOUT", "MISSED_CALLS"],
  OTHER_EBIT: ["AMOUNT", "UNIT_COST"],
  NON_EBIT: ["WORKING_CAPITAL", "AMOUNT"],
};

/** What a benefit is planned to bring: month m of use brings steady state x ramp[m], and after the ramp the last step of it. */
export interface BenefitPlan {
  readonly from: string;
  readonly steadyStateMinor: bigint;
  /** Plain decimal text, 1 is the steady state. */
  readonly ramp: readonly string[];
}

export interface BenefitDocument {
  readonly code: string;
  readonly name: string;
  /** Codes. */
  readonly useCase: string;
  readonly pool: string;
  readonly kind: BenefitKind;
  readonly step: ClaimStep;
  /** Which project's share of the pool's attribution model counts. */
  readonly project: string;
  readonly plan: BenefitPlan | null;
}

export interface Benefit extends BenefitDocument {
  readonly id: string;
  readonly useCaseId: string;
  readonly businessUnit: string;
  /** Counts over the programme; of benefits of one step the earlier one claims first. */
  readonly sequence: number;
  readonly definedBy: string;
  readonly definedAt: Date;
}

export interface BenefitInput {
  readonly code: string;
  readonly name: string;
  readonly useCase: string;
  readonly pool: string;
  readonly kind: BenefitKind;
  readonly step: ClaimStep;
  readonly project?: string | null;
  readonly plan?: { readonly from: string; readonly steadyState: string; readonly currency: string; readonly ramp: readonly string[] } | null;
}

export const VOICE_AI = "voice-ai";
const LONGEST_RAMP = 60;

/** The benefit that an input stands for; BAD_USER_INPUT or CURRENCY_MISMATCH names what is wrong. */
export function readBenefit(input: BenefitInput, currency: Currency): BenefitDocument {
  return {
    code: requireCode(input.code, ["code"]), name: requireText(input.name, ["name"]), useCase: input.useCase, pool: input.pool, kind: input.kind, step: input.step,
    project: requireCode(input.project ?? VOICE_AI, ["project"]), plan: given(input.plan) ? readPlan(input.plan, currency) : null,
  };
}

function readPlan({ from, steadyState, currency: code, ramp }: NonNullable<BenefitInput["plan"]>, currency: Currency): BenefitPlan {
  if (code !== currency.code) throw new Refusal("CURRENCY_MISMATCH", `Benefits are in the programme's currency, ${currency.code}. Convert the plan first.`, ["plan", "currency"]);
  const steadyStateMinor = toMinor(steadyState, currency, ["plan", "steadyState"]);
  if (steadyStateMinor < 0n) throw new Refusal("BAD_USER_INPUT", "A planned benefit is 0 or more.", ["plan", "steadyState"]);
  if (ramp.length === 0 || ramp.length > LONGEST_RAMP) throw new Refusal("BAD_USER_INPUT", `A ramp has 1 to ${LONGEST_RAMP} months; ["1"] is no ramp.`, ["plan", "ramp"]);
  const steps = ramp.map((text, index) => {
    const { units, scale } = requireDecimal(text, ["plan", "ramp", String(index)]);
    if (units < 0n || units > 10n ** BigInt(scale)) throw new Refusal("BAD_USER_INPUT", "A step of a ramp is 0 to 1: 0.3 for 30 % of the steady state.", ["plan", "ramp", String(index)]);
    return trimDecimal(formatUnits(units, scale));
  });
  return { from: requirePeriodKey(from, ["plan", "from"]), steadyStateMinor, ramp: steps };
}

/** Planned benefit of a month in minor units, half away from zero; null without a plan or before it begins. */
export function plannedMinor(plan: BenefitPlan | null, period: string): bigint | null {
  if (plan === null || period < plan.from) return null;
  const [months, first] = [period, plan.from].map((key) => Number(key.slice(0, 4)) * 12 + Number(key.slice(5))) as [number, number];
  const step = plan.ramp[Math.min(months - first, plan.ramp.length - 1)]!;
  return roundHalfUp(multiply(fraction(plan.steadyStateMinor), decimalFraction(step)));
}

/** True where two benefits say the same. */
export function sameBenefit(a: BenefitDocument, b: BenefitDocument): boolean {
  const text = ({ code, name, useCase, pool, kind, step, project, plan }: BenefitDocument): string => JSON.stringify([code, name, useCase, pool, kind, step, project, plan && [plan.from, String(plan.steadyStateMinor), plan.ramp]]);
  return text(a) === text(b);
}
