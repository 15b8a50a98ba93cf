import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, connectionOf, enumOf } from "../../kernel/graph.type";
import { MoneyAmount } from "../../kernel/money";
import { CurrencyCodeScalar, DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import { UseCaseType } from "../../tenancy/tenancy.type";
import { UseCase } from "../../tenancy";
import { IMPLEMENTATION_CATEGORIES, ImplementationCategory, TREATMENTS, Treatment } from "./capitalisation";

export const ImplementationCategoryEnum = enumOf(IMPLEMENTATION_CATEGORIES);
registerEnumType(ImplementationCategoryEnum, {
  name: "ImplementationCategory",
  description: "What implementation cost was spent on. PRELIMINARY: choice of vendor, feasibility. CONFIGURATION, CODING, INTEGRATION: the development stage. DATA_CONVERSION, TRAINING, CHANGE_MANAGEMENT. SUPPORT: after go-live, prompt tuning among it.",
});
export const TreatmentEnum = enumOf(TREATMENTS);
registerEnumType(TreatmentEnum, { name: "CapitalisationTreatment", description: "CAPITALISE: it becomes an asset and reaches EBIT as amortisation. EXPENSE: it reaches EBIT at once." });
export const CapitalisationStatusEnum = enumOf(["PROPOSED", "APPROVED"] as const);
registerEnumType(CapitalisationStatusEnum, { name: "CapitalisationPolicyStatus", description: "APPROVED by a second person, or PROPOSED and without effect." });

@ObjectType("CategoryTreatment", { simpleResolvers: true, description: "How cost of one category is treated." })
export class CategoryTreatmentType {
  @Field(() => ImplementationCategoryEnum, { description: "The category." }) category: ImplementationCategory;
  @Field(() => TreatmentEnum, { description: "What the firm's policy says." }) treatment: Treatment;
}

@ObjectType("CapitalisationPolicy", { simpleResolvers: true, description: "The firm's own policy of what becomes an asset. The product stores it and does not decide. Versions are never changed." })
export class CapitalisationPolicyType {
  @Field(() => Int, { description: "Counts over the programme." }) version: number;
  @Field(() => CapitalisationStatusEnum, { description: "Only APPROVED counts." }) status: string;
  @Field(() => String, { description: "As the firm calls its accounting framework." }) framework: string;
  @Field(() => PeriodKeyScalar, { description: "First month whose cost it treats." }) effectiveFrom: string;
  @Field(() => [CategoryTreatmentType], { description: "Every category once." }) treatments: CategoryTreatmentType[];
  @Field(() => String, { nullable: true, description: "As the proposer wrote it." }) note: string | null;
  @Field(() => String, { description: "SHA-256 of framework, month, treatments and note." }) documentHash: string;
  @Field(() => String, { description: "Subject of the token that proposed it." }) proposedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was proposed." }) proposedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject that approved it; never the proposer." }) approvedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was approved." }) approvedAt: Date | null;
}

@ObjectType("ImplementationCost", { simpleResolvers: true, description: "Implementation cost of a use case: apart from shared cost, in no pool and never divided." })
export class ImplementationCostType {
  @Field(() => String, { description: "The sender's name of it; unique in the programme." }) externalId: string;
  @Field(() => UseCaseType, { nullable: true, description: "Whose it is." }) useCase: UseCase | null;
  @Field(() => PeriodKeyScalar, { description: "Month of the cost." }) period: string;
  @Field(() => ImplementationCategoryEnum, { description: "What it was spent on." }) category: ImplementationCategory;
  @Field(() => TreatmentEnum, { description: "As the policy in effect in its month said when it was booked." }) treatment: Treatment;
  @Field(() => Int, { description: "Version of that policy." }) policyVersion: number;
  @Field(() => Money, { description: "Positive is cost; a credit is negative." }) amount: MoneyAmount;
  @Field(() => String, { nullable: true, description: "As it was sent." }) description: string | null;
  @Field(() => String, { nullable: true, description: "As it was sent." }) vendor: string | null;
  @Field(() => String, { nullable: true, description: "As it was sent." }) invoice: string | null;
  @Field(() => String, { description: "Subject of the token that booked it." }) recordedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was booked." }) recordedAt: Date;
}

export const ImplementationCostConnection = connectionOf(ImplementationCostType, "ImplementationCost");

@ObjectType("AssetMonth", { simpleResolvers: true, description: "What a month takes to profit of an asset. A closed month's amounts never change." })
export class AssetMonthType {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => Money, { description: "Straight-line: capitalised / useful months, cumulative amounts rounded half away from zero, so that the months sum to the asset; with what came late for closed months in the first open one." }) amortisation: MoneyAmount;
  @Field(() => Money, { description: "What was not amortised when the asset was retired." }) impairment: MoneyAmount;
}

@ObjectType("Asset", { simpleResolvers: true, description: "A use case's capitalised implementation cost in service." })
export class AssetType {
  @Field(() => ID, { description: "Names it in this programme." }) id: string;
  @Field(() => UseCaseType, { nullable: true, description: "Whose it is." }) useCase: UseCase | null;
  @Field(() => PeriodKeyScalar, { description: "First month of amortisation." }) goLive: string;
  @Field(() => Int, { description: "Months over which it is amortised." }) usefulMonths: number;
  @Field(() => Int, { description: "Months of the arrangement with the vendor, renewals that are reasonably certain among them." }) contractMonths: number;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Last month of use; null while it is in use." }) retiredIn: string | null;
  @Field(() => Money, { description: "Everything capitalised so far." }) capitalised: MoneyAmount;
  @Field(() => [AssetMonthType], { description: "Every month with an amount from go-live to the end of the useful months or the retirement." }) months: AssetMonthType[];
}

@InputType({ description: "How cost of one category is treated." })
export class CategoryTreatmentInput {
  @Field(() => ImplementationCategoryEnum, { description: "The category." }) category: ImplementationCategory;
  @Field(() => TreatmentEnum, { description: "CAPITALISE or EXPENSE." }) treatment: Treatment;
}

@InputType({ description: "The firm's policy of what becomes an asset." })
export class ProposeCapitalisationPolicyInput {
  @Field(() => String, { description: "As the firm calls its accounting framework, at most 200 characters." }) framework: string;
  @Field(() => PeriodKeyScalar, { description: "First month that it holds for; no closed month that has a policy." }) effectiveFrom: string;
  @Field(() => [CategoryTreatmentInput], { description: "Every category exactly once." }) treatments: CategoryTreatmentInput[];
  @Field(() => String, { nullable: true, description: "At most 500 characters." }) note?: string | null;
}

@InputType({ description: "Which version to approve." })
export class ApproveCapitalisationPolicyInput {
  @Field(() => Int, { description: "Of the policy." }) version: number;
}

@InputType({ description: "An implementation cost. Idempotent by externalId." })
export class BookImplementationCostInput {
  @Field(() => String, { description: "Code." }) useCase: string;
  @Field(() => PeriodKeyScalar, { description: "Month of the cost. Of a closed one the first open month takes it to profit." }) period: string;
  @Field(() => ImplementationCategoryEnum, { description: "What it was spent on." }) category: ImplementationCategory;
  @Field(() => DecimalScalar, { description: "Positive is cost; a credit is negative." }) amount: string;
  @Field(() => CurrencyCodeScalar, { description: "The programme's own; CURRENCY_MISMATCH otherwise." }) currency: string;
  @Field(() => String, { description: "The sender's name of it; unique in the programme for ever." }) externalId: string;
  @Field(() => String, { nullable: true, description: "At most 500 characters." }) description?: string | null;
  @Field(() => String, { nullable: true, description: "At most 500 characters." }) vendor?: string | null;
  @Field(() => String, { nullable: true, description: "At most 500 characters." }) invoice?: string | null;
}

@InputType({ description: "When a use case's capitalised cost goes live and over how many months it is amortised." })
export class PutInServiceInput {
  @Field(() => String, { description: "Code." }) useCase: string;
  @Field(() => PeriodKeyScalar, { description: "First month of amortisation." }) goLive: string;
  @Field(() => Int, { description: "1 to 600, and not longer than the contract." }) usefulMonths: number;
  @Field(() => Int, { description: "Months of the arrangement with the vendor, renewals that are reasonably certain among them." }) contractMonths: number;
}

@InputType({ description: "The end of a use case's asset." })
export class RetireAssetInput {
  @Field(() => String, { description: "Code." }) useCase: string;
  @Field(() => PeriodKeyScalar, { description: "Last month of use; not a closed one." }) period: string;
  @Field(() => String, { description: "Why, at most 500 characters." }) reason: string;
}

@InputType({ description: "Which implementation cost." })
export class ImplementationCostWhere {
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Of this month." }) period?: string | null;
  @Field(() => String, { nullable: true, description: "Of this use case; NOT_FOUND for an unknown code." }) useCase?: string | null;
}

@ObjectType({ simpleResolvers: true, description: "What came of it." })
export class CapitalisationPolicyPayload {
  @Field(() => CapitalisationPolicyType, { nullable: true, description: "The policy as it stands." }) policy?: CapitalisationPolicyType;
  @Field(() => [UserError], { description: "Why nothing happened." }) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "What came of it." })
export class ImplementationCostPayload {
  @Field(() => ImplementationCostType, { nullable: true, description: "The cost as it is booked." }) cost?: ImplementationCostType;
  @Field(() => [UserError], { description: "Why nothing happened." }) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "What came of it." })
export class AssetPayload {
  @Field(() => AssetType, { nullable: true, description: "The asset as it stands." }) asset?: AssetType;
  @Field(() => [UserError], { description: "Why nothing happened." }) userErrors: UserError[];
}
