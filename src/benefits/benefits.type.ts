import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { CurrencyCodeScalar, DateScalar, DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { PeriodStatus } from "../governance";
import { PeriodStatusEnum } from "../governance/governance.type";
import { OutcomeEnum } from "../metering/usage-input.type";
import { BENEFIT_KINDS, BenefitKind, CLAIM_STEPS, ClaimStep } from "./benefit";
import { CLAIM_STATUSES, ClaimStatus } from "./claims/claim";
import { EvidenceTier, TIERS } from "./claims/evidence-tier";
import { BenefitMethod, FIGURE_NAMES, FIGURE_SOURCES, FigureName, FigureSource, METERED_FIGURES, METHODS, MISSED_CALL_MODES, MeteredFigure, MissedCallMode } from "./claims/figures";

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

@ObjectType({ simpleResolvers: true, description: "The filter of `usage` and `usageEvents` that counts this figure again." })
export class BenefitUsageFilter {
  @Field(() => PeriodKeyScalar, { description: "where.period" }) period: string;
  @Field(() => [String], { description: "where.useCase" }) useCase: string[];
  @Field(() => [OutcomeEnum], { nullable: true, description: "where.outcome; null: any." }) outcome: string[] | null;
  @Field(() => String, { description: "The field of the report: calls or contacts." }) field: string;
}

@ObjectType({ simpleResolvers: true, description: "A figure that a benefit is worked out from, and where it is from." })
export class BenefitFigure {
  @Field(() => FigureNameEnum, { description: "Its part in the method." }) name: FigureName;
  @Field(() => DecimalScalar, { description: "Exact; stored when it was claimed." }) value: string;
  @Field(() => FigureSourceEnum, { description: "Where it is from." }) source: FigureSource;
  @Field(() => String, { nullable: true, description: "Where a stated figure stands written." }) evidence: string | null;
  @Field(() => MeteredFigureEnum, { nullable: true, description: "What metering counted; null of others." }) metered: MeteredFigure | null;
  @Field(() => String, { nullable: true, description: "Metric of the baseline; null of others." }) metric: string | null;
  @Field(() => BenefitUsageFilter, { nullable: true, description: "How to count it again, down to the calls; null of what metering did not count." }) usage: BenefitUsageFilter | null;
}

@ObjectType({ simpleResolvers: true, description: "What finance decided of a claim." })
export class BenefitDecision {
  @Field(() => String, { description: "Subject; never the claimant." }) decidedBy: string;
  @Field(() => DateTimeScalar, { description: "When." }) decidedAt: Date;
  @Field(() => String, { nullable: true, description: "As finance wrote it; always of a rejection." }) note: string | null;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "The month whose result holds it: its own or, where that was closed, the first open one. Null of a rejection." }) recognisedIn: string | null;
  @Field(() => Money, { description: "Cashable benefit that this sign-off added to what was recognised before; 0 of a rejection." }) recognisedCashable: MoneyAmount;
  @Field(() => Money, { description: "Non-cashable benefit that it added." }) recognisedNonCashable: MoneyAmount;
}

@ObjectType("BenefitLadderRow", { simpleResolvers: true, description: "A benefit of a month, step by step as it is stored. Amounts are rounded to the minor unit once per step, half away from zero." })
export class BenefitLadderRowType {
  @Field(() => ID, { description: "Opaque and stable." }) id: string;
  @Field(() => BenefitType, { description: "What is claimed." }) benefit: BenefitType;
  @Field(() => String, { description: "Code of the unit that owned the use case when the month ended." }) businessUnit: string;
  @Field(() => PeriodKeyScalar, { description: "The month in which it came about." }) period: string;
  @Field(() => Int, { description: "Counts over benefit and month." }) version: number;
  @Field(() => ClaimStatusEnum, { description: "Only SIGNED_OFF is recognised." }) status: ClaimStatus;
  @Field(() => BenefitMethodEnum, { description: "How gross is worked out." }) method: BenefitMethod;
  @Field(() => MissedCallModeEnum, { nullable: true, description: "Of MISSED_CALLS alone." }) mode: MissedCallMode | null;
  @Field(() => [BenefitFigure], { description: "What it is worked out from." }) figures: BenefitFigure[];
  @Field(() => Int, { description: "Version of the locked baseline." }) baselineVersion: number;
  @Field(() => Boolean, { description: "The baseline was captured after the use case went live." }) reconstructed: boolean;
  @Field(() => Money, { nullable: true, description: "Today's demand at the baseline's unit cost and the index; null where a control group is the counterfactual, or the amount is stated." }) counterfactual: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "What people still cost; null with the counterfactual." }) residual: MoneyAmount | null;
  @Field(() => Money, { description: "Counterfactual - residual, or as the method says. Below 0 where it became dearer." }) gross: MoneyAmount;
  @Field(() => Int, { description: "Version of the attribution model that gave the share." }) modelVersion: number;
  @Field(() => DecimalScalar, { description: "Share of the benefit's project, 0 to 1." }) share: string;
  @Field(() => EvidenceTierEnum, { description: "How good the evidence is." }) tier: EvidenceTier;
  @Field(() => DecimalScalar, { description: "Within the range of its tier." }) confidence: string;
  @Field(() => Money, { description: "Gross x share x confidence." }) attributed: MoneyAmount;
  @Field(() => DecimalScalar, { description: "0 to 1; above 0 only with a ledger line." }) cashableShare: string;
  @Field(() => String, { nullable: true, description: "The line of the ledger that shows it." }) ledgerLine: string | null;
  @Field(() => Money, { description: "Attributed x cashable share." }) cashable: MoneyAmount;
  @Field(() => Money, { description: "Attributed - cashable: capacity that is used for something else." }) nonCashable: MoneyAmount;
  @Field(() => Money, { nullable: true, description: "Gross that earlier claims on the pool left no room for; null of what is not signed off." }) overlap: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "Cashable of the overlap, taken off once." }) eliminatedCashable: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "Non-cashable of the overlap." }) eliminatedNonCashable: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "Planned for the month; null without a plan." }) planned: MoneyAmount | null;
  @Field(() => String, { nullable: true, description: "As the claimant wrote it." }) note: string | null;
  @Field(() => String, { nullable: true, description: "Why it was claimed anew; null of the first version." }) reason: string | null;
  @Field(() => String, { description: "SHA-256 over figures, factors and steps; no ids, clocks or persons." }) hash: string;
  @Field(() => String, { description: "Subject of the claimant." }) proposedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was claimed." }) proposedAt: Date;
  @Field(() => BenefitDecision, { nullable: true, description: "Null while finance has not decided." }) decision: BenefitDecision | null;
}

@ObjectType({ simpleResolvers: true, description: "Sums over the rows that are signed off. What is below EBIT is in memo alone." })
export class BenefitLadderTotal {
  @Field(() => Money, { description: "Kept for audit: what was claimed." }) gross: MoneyAmount;
  @Field(() => Money, { description: "Cashable + non-cashable, before elimination." }) attributed: MoneyAmount;
  @Field(() => Money, { description: "Before elimination." }) cashable: MoneyAmount;
  @Field(() => Money, { description: "Before elimination." }) nonCashable: MoneyAmount;
  @Field(() => Money, { description: "Taken off cashable, once." }) eliminatedCashable: MoneyAmount;
  @Field(() => Money, { description: "Taken off non-cashable, once." }) eliminatedNonCashable: MoneyAmount;
  @Field(() => Money, { description: "Recognised in EBIT: cashable - eliminated." }) recognised: MoneyAmount;
  @Field(() => Money, { description: "Attributed benefit below EBIT." }) memo: MoneyAmount;
}

@ObjectType({ simpleResolvers: true, description: "A month of a benefit's plan beside what finance signed off." })
export class BenefitPlanMonth {
  @Field(() => String, { description: "Code of the benefit." }) benefit: string;
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => Money, { description: "Steady state x the ramp's step." }) planned: MoneyAmount;
  @Field(() => Money, { nullable: true, description: "Attributed after elimination; null where nothing is signed off." }) actual: MoneyAmount | null;
}

@ObjectType({ simpleResolvers: true, description: "The attribution ladder of benefits by month of origin." })
export class BenefitLadder {
  @Field(() => [BenefitLadderRowType], { description: "By month, benefit and version." }) rows: BenefitLadderRowType[];
  @Field(() => BenefitLadderTotal, { description: "Of the rows that are signed off." }) total: BenefitLadderTotal;
  @Field(() => [BenefitPlanMonth], { description: "Of benefits with a plan, by benefit and month." }) plan: BenefitPlanMonth[];
  @Field(() => Money, { description: "Sum of `plan`." }) planned: MoneyAmount;
  @Field(() => [String], { description: "Use cases without a locked baseline: none of their benefits counts." }) missing: string[];
  @Field(() => DateTimeScalar, { description: "When this was read." }) asOf: Date;
}

@ObjectType({ simpleResolvers: true, description: "A signed-off claim in its place in the order of claims." })
export class BenefitPoolClaim {
  @Field(() => String, { description: "Code of the benefit." }) benefit: string;
  @Field(() => String, { description: "Code of the use case." }) useCase: string;
  @Field(() => ClaimStepEnum, { description: "Its place in the order." }) step: ClaimStep;
  @Field(() => Money, { description: "What it claims." }) gross: MoneyAmount;
  @Field(() => Money, { description: "What earlier claims left of the maximum." }) left: MoneyAmount;
  @Field(() => Money, { description: "Gross - overlap." }) kept: MoneyAmount;
  @Field(() => Money, { description: "What goes beyond what was left." }) overlap: MoneyAmount;
  @Field(() => Money, { description: "Cashable of the overlap, after the claim's own factors." }) eliminatedCashable: MoneyAmount;
  @Field(() => Money, { description: "Non-cashable of the overlap." }) eliminatedNonCashable: MoneyAmount;
}

@ObjectType({ simpleResolvers: true, description: "What is claimed on a pool in a month, and what of it is eliminated." })
export class BenefitPoolReport {
  @Field(() => BenefitPoolType, { description: "The pool." }) pool: BenefitPoolType;
  @Field(() => PeriodKeyScalar, { description: "The month of origin." }) period: string;
  @Field(() => PeriodStatusEnum, { nullable: true, description: "Null where nothing fell into the month yet." }) periodStatus: PeriodStatus | null;
  @Field(() => Money, { nullable: true, description: "Null where none holds for the month." }) maximum: MoneyAmount | null;
  @Field(() => AttributionModelType, { nullable: true, description: "The model that holds; null where none is agreed." }) model: AttributionModelType | null;
  @Field(() => [BenefitPoolClaim], { description: "In the order of claims." }) claims: BenefitPoolClaim[];
  @Field(() => Money, { description: "Sum of what is kept; never more than the maximum." }) kept: MoneyAmount;
  @Field(() => Money, { description: "Sum of overlaps." }) overlap: MoneyAmount;
}

@ObjectType("BenefitStep", { simpleResolvers: true, description: "One rung of the ladder." })
export class BenefitStepType {
  @Field(() => String, { description: "COUNTERFACTUAL, RESIDUAL, UPLIFT, CREDITED_SHARE, RELEASED_CASH, GROSS, ATTRIBUTED, CASHABLE or NON_CASHABLE." }) name: string;
  @Field(() => String, { description: "The formula with its figures in place, and what they make." }) formula: string;
  @Field(() => Money, { nullable: true, description: "Null where the step makes a quantity or a share." }) amount: MoneyAmount | null;
  @Field(() => DecimalScalar, { nullable: true, description: "To 6 places, for reading; null where the step makes money." }) quantity: string | null;
}

@ObjectType({ simpleResolvers: true, description: "What metering counts now beside what was claimed." })
export class BenefitRecount {
  @Field(() => FigureNameEnum, { description: "The figure." }) name: FigureName;
  @Field(() => DecimalScalar, { description: "As it was claimed." }) claimed: string;
  @Field(() => DecimalScalar, { description: "As the usage report counts it now; of a closed month as posted." }) now: string;
}

@ObjectType({ simpleResolvers: true, description: "A row of the ladder drilled down to its figures." })
export class BenefitExplanation {
  @Field(() => BenefitLadderRowType, { description: "The row." }) row: BenefitLadderRowType;
  @Field(() => [BenefitStepType], { description: "From the figures down." }) steps: BenefitStepType[];
  @Field(() => BaselineType, { description: "What it is held against." }) baseline: BaselineType;
  @Field(() => AttributionModelType, { description: "What its share is from." }) model: AttributionModelType;
  @Field(() => [BenefitRecount], { description: "Of its metered figures." }) recounts: BenefitRecount[];
}
