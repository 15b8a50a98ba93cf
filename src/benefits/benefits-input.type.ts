import { Field, InputType, Int, ObjectType } from "type-graphql";
import { CurrencyCodeScalar, DateScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { BenefitKind, ClaimStep } from "./benefit";
import {
  AttributionModelType, BaselineType, BenefitKindEnum, BenefitMethodEnum, BenefitPoolType, BenefitType, ClaimStepEnum, EvidenceTierEnum, FigureNameEnum, MeteredFigureEnum, MissedCallModeEnum,
} from "./benefits.type";
import { EvidenceTier } from "./claims/evidence-tier";
import { BenefitMethod, FigureName, MeteredFigure, MissedCallMode } from "./claims/figures";
import { BenefitLadderRowType } from "./ladder.type";

@InputType({ description: "Which use cases' baselines." })
export class BaselineWhere {
  @Field(() => [String], { nullable: true, description: "Codes; NOT_FOUND for one that is not yours." }) useCase?: string[] | null;
}

@InputType({ description: "Which benefits." })
export class BenefitWhere {
  @Field(() => [String], { nullable: true, description: "Codes of use cases; NOT_FOUND for one that is not yours." }) useCase?: string[] | null;
  @Field(() => String, { nullable: true, description: "Code of a benefit pool." }) pool?: string | null;
}

@InputType({ description: "Which rows of the ladder." })
export class BenefitLadderWhere {
  @Field(() => [String], { nullable: true, description: "Codes of use cases; NOT_FOUND for one that is not yours." }) useCase?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Codes of benefits." }) benefit?: string[] | null;
}

@InputType()
export class BaselineMeasureInput {
  @Field(() => String, { description: "A code, once in the baseline." }) metric: string;
  @Field(() => DecimalScalar, { description: "0 or more; of money in major units." }) value: string;
  @Field(() => String, { description: "What it is counted in, 1 to 100 characters." }) unit: string;
  @Field(() => CurrencyCodeScalar, { nullable: true, description: "Of money: the programme's, CURRENCY_MISMATCH for another. Left out of quantities and rates." }) currency?: string | null;
  @Field(() => String, { description: "The system or report that it was read from." }) source: string;
}

@InputType()
export class CaptureBaselineInput {
  @Field(() => String, { description: "Code of a use case of yours." }) useCase: string;
  @Field(() => DateScalar, { description: "First day that was measured; three months and more are advised." }) from: string;
  @Field(() => DateScalar, { description: "Last day that was measured: over by now, and before the use case went live." }) to: string;
  @Field(() => DateScalar, { nullable: true, description: "The day it goes or went live, where usage does not say it." }) goLive?: string | null;
  @Field(() => [BaselineMeasureInput], { description: "1 to 50." }) measures: BaselineMeasureInput[];
  @Field(() => String, { description: "Where it stands written, 1 to 500 characters." }) evidence: string;
  @Field(() => Boolean, { defaultValue: false, description: "Required to be true once the use case is live; caps its claims at tier C." }) reconstructed: boolean;
  @Field(() => String, { nullable: true, description: "Why a further version is captured; required then." }) reason?: string | null;
}

@InputType()
export class LockBaselineInput {
  @Field(() => String, { description: "Code of the use case." }) useCase: string;
  @Field(() => Int, { description: "The newest version." }) version: number;
}

@ObjectType({ simpleResolvers: true })
export class BaselinePayload {
  @Field(() => BaselineType, { nullable: true, description: "As it stands; null when refused." }) baseline?: BaselineType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@InputType()
export class DefineBenefitPoolInput {
  @Field(() => String, { description: "A code." }) code: string;
  @Field(() => String, { description: "For people; stays." }) name: string;
  @Field(() => PeriodKeyScalar, { description: "First month of this maximum; PERIOD_CLOSED for a closed one, CONFLICT where claims from it on are signed off." }) effectiveFrom: string;
  @Field(() => DecimalScalar, { description: "What may fall or be won at most in one month, 0 or more." }) maximum: string;
  @Field(() => CurrencyCodeScalar, { description: "The programme's; CURRENCY_MISMATCH for another." }) currency: string;
  @Field(() => String, { description: "Where it comes from, 1 to 500 characters." }) evidence: string;
}

@ObjectType({ simpleResolvers: true })
export class BenefitPoolPayload {
  @Field(() => BenefitPoolType, { nullable: true, description: "As it stands; null when refused." }) pool?: BenefitPoolType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@InputType()
export class BenefitPlanInput {
  @Field(() => PeriodKeyScalar, { description: "The first month of the ramp." }) from: string;
  @Field(() => DecimalScalar, { description: "Of one month, 0 or more." }) steadyState: string;
  @Field(() => CurrencyCodeScalar, { description: "The programme's; CURRENCY_MISMATCH for another." }) currency: string;
  @Field(() => [DecimalScalar], { description: "1 to 60 steps of 0 to 1: [0.1, 0.3, 0.6, 0.85, 1]." }) ramp: string[];
}

@InputType()
export class DefineBenefitInput {
  @Field(() => String, { description: "A code." }) code: string;
  @Field(() => String, { description: "For people." }) name: string;
  @Field(() => String, { description: "Code of a use case of yours with a locked baseline; NOT_READY without one." }) useCase: string;
  @Field(() => String, { description: "Code of the benefit pool." }) pool: string;
  @Field(() => BenefitKindEnum, { description: "Which line of a result it is." }) kind: BenefitKind;
  @Field(() => ClaimStepEnum, { description: "Its place in the order of claims." }) step: ClaimStep;
  @Field(() => String, { defaultValue: "voice-ai", description: "Whose share of the attribution model counts." }) project: string;
  @Field(() => BenefitPlanInput, { nullable: true, description: "What it is planned to bring." }) plan?: BenefitPlanInput | null;
}

@ObjectType({ simpleResolvers: true })
export class BenefitPayload {
  @Field(() => BenefitType, { nullable: true, description: "As it stands; null when refused." }) benefit?: BenefitType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@InputType()
export class ProjectShareInput {
  @Field(() => String, { description: "A code, once in the model." }) project: string;
  @Field(() => DecimalScalar, { description: "0 to 1." }) share: string;
  @Field(() => String, { nullable: true, description: "1 to 500 characters." }) note?: string | null;
}

@InputType()
export class ProposeAttributionModelInput {
  @Field(() => String, { description: "Code of the benefit pool." }) pool: string;
  @Field(() => PeriodKeyScalar, { description: "First month that it holds for; PERIOD_CLOSED for a closed one, CONFLICT where claims from it on are signed off." }) effectiveFrom: string;
  @Field(() => [ProjectShareInput], { description: "Together at most 1." }) shares: ProjectShareInput[];
  @Field(() => String, { description: "Where it was agreed, 1 to 500 characters." }) evidence: string;
}

@InputType()
export class ApproveAttributionModelInput {
  @Field(() => Int, { description: "Of the model; SAME_PERSON for its proposer." }) version: number;
}

@ObjectType({ simpleResolvers: true })
export class AttributionModelPayload {
  @Field(() => AttributionModelType, { nullable: true, description: "As it stands; null when refused." }) model?: AttributionModelType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@InputType({ description: "Exactly one of value, metered and metric." })
export class BenefitFigureInput {
  @Field(() => FigureNameEnum, { description: "Its part in the method." }) name: FigureName;
  @Field(() => DecimalScalar, { nullable: true, description: "0 or more, exact; with evidence." }) value?: string | null;
  @Field(() => String, { nullable: true, description: "Where a stated value stands written, 1 to 500 characters." }) evidence?: string | null;
  @Field(() => MeteredFigureEnum, { nullable: true, description: "A quantity that metering counts of the use case in the month." }) metered?: MeteredFigure | null;
  @Field(() => String, { nullable: true, description: "A metric of the locked baseline; never for DEMAND." }) metric?: string | null;
}

@InputType()
export class ClaimBenefitInput {
  @Field(() => String, { description: "Code of a benefit whose use case is yours when the month ends." }) benefit: string;
  @Field(() => PeriodKeyScalar, { description: "The month in which it came about. Of a closed one, finance recognises it in the first open month." }) period: string;
  @Field(() => CurrencyCodeScalar, { description: "Of every figure that is money: the programme's, CURRENCY_MISMATCH for another." }) currency: string;
  @Field(() => BenefitMethodEnum, { description: "Must fit the benefit's kind." }) method: BenefitMethod;
  @Field(() => MissedCallModeEnum, { nullable: true, description: "Of MISSED_CALLS, and only there." }) mode?: MissedCallMode | null;
  @Field(() => [BenefitFigureInput], { description: "What the method needs." }) figures: BenefitFigureInput[];
  @Field(() => EvidenceTierEnum, { description: "A only by HOLDOUT; C at best on a reconstructed baseline." }) tier: EvidenceTier;
  @Field(() => DecimalScalar, { description: "Within the range of the tier." }) confidence: string;
  @Field(() => DecimalScalar, { description: "0 to 1; above 0 only with ledgerLine, and 0 below EBIT." }) cashableShare: string;
  @Field(() => String, { nullable: true, description: "The line of the ledger that shows it: a cost that fell, a hire or a contract avoided." }) ledgerLine?: string | null;
  @Field(() => String, { nullable: true, description: "1 to 500 characters." }) note?: string | null;
  @Field(() => Int, { nullable: true, description: "The version that this one answers: the newest, CONFLICT for another. Left out for the first." }) revises?: number | null;
  @Field(() => String, { nullable: true, description: "Why it is claimed anew; required with `revises`." }) reason?: string | null;
}

@InputType()
export class DecideBenefitInput {
  @Field(() => String, { description: "Code of the benefit." }) benefit: string;
  @Field(() => PeriodKeyScalar, { description: "The month of the claim." }) period: string;
  @Field(() => Int, { description: "Its newest version; SAME_PERSON for who claimed it." }) version: number;
  @Field(() => String, { nullable: true, description: "1 to 500 characters; required of a rejection." }) note?: string | null;
}

@ObjectType({ simpleResolvers: true })
export class BenefitClaimPayload {
  @Field(() => BenefitLadderRowType, { nullable: true, description: "As it stands; null when refused." }) row?: BenefitLadderRowType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
