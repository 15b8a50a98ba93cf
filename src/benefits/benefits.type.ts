import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { CurrencyCodeScalar, DateScalar, DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { BENEFIT_KINDS, BenefitKind, CLAIM_STEPS, ClaimStep } from "./benefit";
import { CLAIM_STATUSES } from "./claims/claim";
import { TIERS } from "./claims/evidence-tier";
import { FIGURE_NAMES, FIGURE_SOURCES, METERED_FIGURES, METHODS, MISSED_CALL_MODES } from "./claims/figures";

export const BenefitKindEnum = enumOf(BENEFIT_KINDS);
registerEnumType(BenefitKindEnum, { name: "BenefitKind", description: "COST_REDUCTION: cost that fell. MARGIN: margin on orders that would not have come. OTHER_EBIT: bad debt and the like. NON_EBIT: below EBIT, a memo that no result holds, as interest on working capital." });
export const ClaimStepEnum = enumOf(CLAIM_STEPS);
registerEnumType(ClaimStepEnum, { name: "BenefitClaimStep", description: "The order of claims on one pool: DEMAND_AVOIDED, then CONTAINMENT of what demand remains, then HANDLING, then OTHER; within a step the benefit that was defined earlier." });
export const BenefitMethodEnum = enumOf(METHODS);
registerEnumType(BenefitMethodEnum, {
  name: "BenefitMethod",
  description: "How gross is worked out. UNIT_COST: DEMAND x UNIT_COST x INDEX - RESIDUAL_QUANTITY x RESIDUAL_UNIT_COST. HOLDOUT: (TREATED_RATE - HOLDOUT_RATE) x COHORT x UNIT_VALUE x MARGIN_RATE. MISSED_CALLS: DEALS x credited share x UNIT_VALUE x MARGIN_RATE. AMOUNT: AMOUNT. WORKING_CAPITAL, of a month: DAYS x DAILY_SALES x ANNUAL_RATE / 12.",
});
export const MissedCallModeEnum = enumOf(MISSED_CALL_MODES);
registerEnumType(MissedCallModeEnum, { name: "MissedCallMode", description: "Credited share of MISSED_CALLS. OVERFLOW: all. AI_FIRST: 1 - ANSWERED_BEFORE / OFFERED_BEFORE, the share of calls that was missed before." });
export const FigureNameEnum = enumOf(FIGURE_NAMES);
registerEnumType(FigureNameEnum, { name: "BenefitFigureName", description: "Money (UNIT_COST, RESIDUAL_UNIT_COST, UNIT_VALUE, AMOUNT, DAILY_SALES) is in major units of the programme's currency, rates are 0 to 1, an INDEX of 1.03 is 3 % of inflation; the rest are quantities. Several terms of one quantity add up." });
export const FigureSourceEnum = enumOf(FIGURE_SOURCES);
registerEnumType(FigureSourceEnum, { name: "BenefitFigureSource", description: "STATED with evidence, METERED of the use case and month, or of the locked BASELINE." });
export const MeteredFigureEnum = enumOf(METERED_FIGURES);
registerEnumType(MeteredFigureEnum, { name: "MeteredFigure", description: "Counted by metering of the use case in the month: connected CALLS, distinct CONTACTS, or distinct contacts with a leg of that outcome." });
export const EvidenceTierEnum = enumOf(TIERS);
registerEnumType(EvidenceTierEnum, { name: "EvidenceTier", description: "Confidence by evidence. A, randomised holdout: 0.95 to 1. B, before and after, normalised: 0.80 to 0.90. C, modelled: 0.50 to 0.70, and the best that a reconstructed baseline allows. D, asserted: 0." });
export const ClaimStatusEnum = enumOf(CLAIM_STATUSES);
registerEnumType(ClaimStatusEnum, { name: "BenefitClaimStatus", description: "PROPOSED waits for finance, SIGNED_OFF is recognised, REJECTED is not, SUPERSEDED was answered by a later version." });

@ObjectType("BaselineMeasure", { simpleResolvers: true, description: "One thing that was measured before the use case went live." })
export class BaselineMeasureType {
  @Field(() => String, { description: "What is measured; a code that claims name." }) metric: string;
  @Field(() => DecimalScalar, { description: "In `unit`; of money in major units." }) value: string;
  @Field(() => String, { description: "What it is counted in." }) unit: string;
  @Field(() => CurrencyCodeScalar, { nullable: true, description: "The programme's; null of what is no money." }) currency: string | null;
  @Field(() => String, { description: "The system or report that it was read from." }) source: string;
}

@ObjectType("Baseline", { simpleResolvers: true, description: "What was before a use case went live. Versions are never changed; claims are held against the newest locked one." })
export class BaselineType {
  @Field(() => String, { description: "Code of the use case." }) useCase: string;
  @Field(() => String, { description: "Code of the unit that owned it when this was captured." }) businessUnit: string;
  @Field(() => Int, { description: "Counts over the use case." }) version: number;
  @Field(() => DateScalar, { description: "First day that was measured." }) from: string;
  @Field(() => DateScalar, { description: "Last day that was measured; before the use case went live." }) to: string;
  @Field(() => DateScalar, { nullable: true, description: "The stated day of going live. What counts is this or the first day with usage, whichever is earlier." }) goLive: string | null;
  @Field(() => Boolean, { description: "Captured on the day of going live or later: claims are of tier C at best." }) reconstructed: boolean;
  @Field(() => [BaselineMeasureType], { description: "As they were captured." }) measures: BaselineMeasureType[];
  @Field(() => String, { description: "Where all of it stands written." }) evidence: string;
  @Field(() => String, { nullable: true, description: "Why a further version was captured; null of the first." }) reason: string | null;
  @Field(() => String, { description: "SHA-256 of use case, days, measures, evidence and flag." }) documentHash: string;
  @Field(() => String, { description: "Subject that captured it." }) capturedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was captured." }) capturedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject that locked it for finance; never who captured it. Null while claims cannot stand on it." }) lockedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was locked." }) lockedAt: Date | null;
}
export const BaselineConnection = connectionOf(BaselineType, "Baseline");

@ObjectType("BenefitPoolMaximum", { simpleResolvers: true, description: "What a pool may bring at most, from a month on." })
export class BenefitPoolMaximumType {
  @Field(() => Int, { description: "Counts over the pool." }) version: number;
  @Field(() => PeriodKeyScalar, { description: "First month that it holds for, until a later one begins." }) effectiveFrom: string;
  @Field(() => Money, { description: "Of one month: the sum of gross claims after elimination is never more." }) maximum: MoneyAmount;
  @Field(() => String, { description: "Where it comes from." }) evidence: string;
  @Field(() => String, { description: "Subject that set it." }) setBy: string;
  @Field(() => DateTimeScalar, { description: "When it was set." }) setAt: Date;
}

@ObjectType("BenefitPool", { simpleResolvers: true, description: "What can fall or be won once only, however many benefits claim it." })
export class BenefitPoolType {
  @Field(() => String, { description: "Unique in the programme." }) code: string;
  @Field(() => String, { description: "For people." }) name: string;
  @Field(() => [BenefitPoolMaximumType], { description: "Oldest first." }) maximums: BenefitPoolMaximumType[];
  @Field(() => String, { description: "Subject that defined it." }) definedBy: string;
}
export const BenefitPoolConnection = connectionOf(BenefitPoolType, "BenefitPool");

@ObjectType("ProjectShare", { simpleResolvers: true, description: "The part of a pool's benefit that is due to one project." })
export class ProjectShareType {
  @Field(() => String, { description: "Code of the project." }) project: string;
  @Field(() => DecimalScalar, { description: "0 to 1; those of a model are never above 1 together." }) share: string;
  @Field(() => String, { nullable: true, description: "As it was agreed." }) note: string | null;
}

@ObjectType("AttributionModel", { simpleResolvers: true, description: "Which projects a pool's benefit is due to, from a month on. Versions are never changed; only approved ones hold." })
export class AttributionModelType {
  @Field(() => Int, { description: "Counts over the programme." }) version: number;
  @Field(() => String, { description: "Code of the benefit pool." }) pool: string;
  @Field(() => PeriodKeyScalar, { description: "First month that it holds for, until a later one begins." }) effectiveFrom: string;
  @Field(() => [ProjectShareType], { description: "One per project." }) shares: ProjectShareType[];
  @Field(() => String, { description: "Where it was agreed." }) evidence: string;
  @Field(() => String, { description: "SHA-256 of pool, month, shares and evidence." }) documentHash: string;
  @Field(() => String, { description: "Subject that proposed it." }) proposedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was proposed." }) proposedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject of finance that agreed; never the proposer. Null while it does not hold." }) approvedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When finance agreed." }) approvedAt: Date | null;
}
export const AttributionModelConnection = connectionOf(AttributionModelType, "AttributionModel");

@ObjectType("BenefitPlan", { simpleResolvers: true, description: "Month m of use is planned to bring steady state x ramp[m], half away from zero to the minor unit; after the ramp its last step." })
export class BenefitPlanType {
  @Field(() => PeriodKeyScalar, { description: "The first month of the ramp." }) from: string;
  @Field(() => Money, { description: "Of one month, once it is used to the full." }) steadyState: MoneyAmount;
  @Field(() => [DecimalScalar], { description: "0 to 1, month by month." }) ramp: string[];
}

@ObjectType("Benefit", { simpleResolvers: true, description: "What a use case brings, as it was named; never changed." })
export class BenefitType {
  @Field(() => String, { description: "Unique in the programme." }) code: string;
  @Field(() => String, { description: "For people." }) name: string;
  @Field(() => String, { description: "Code of the use case." }) useCase: string;
  @Field(() => String, { description: "Code of the unit that owned it when this was named." }) businessUnit: string;
  @Field(() => BenefitKindEnum, { description: "Which line of a result it is." }) kind: BenefitKind;
  @Field(() => String, { description: "Code of the benefit pool that it claims on." }) pool: string;
  @Field(() => ClaimStepEnum, { description: "Its place in the order of claims." }) step: ClaimStep;
  @Field(() => String, { description: "Whose share of the attribution model counts." }) project: string;
  @Field(() => BenefitPlanType, { nullable: true, description: "Null where none was planned." }) plan: BenefitPlanType | null;
  @Field(() => String, { description: "Subject that named it." }) definedBy: string;
}
export const BenefitConnection = connectionOf(BenefitType, "Benefit");
