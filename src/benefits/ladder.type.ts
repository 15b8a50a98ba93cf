import { Field, ID, Int, ObjectType } from "type-graphql";
import { Money } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { PeriodStatus } from "../governance";
import { PeriodStatusEnum } from "../governance/governance.type";
import { OutcomeEnum } from "../metering/usage-input.type";
import { ClaimStep } from "./benefit";
import { AttributionModelType, BaselineType, BenefitMethodEnum, BenefitPoolType, BenefitType, ClaimStatusEnum, ClaimStepEnum, EvidenceTierEnum, FigureNameEnum, FigureSourceEnum, MeteredFigureEnum, MissedCallModeEnum } from "./benefits.type";
import { ClaimStatus } from "./claims/claim";
import { EvidenceTier } from "./claims/evidence-tier";
import { BenefitMethod, FigureName, FigureSource, MeteredFigure, MissedCallMode } from "./claims/figures";

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
