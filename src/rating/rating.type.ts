import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, DecimalScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { ExchangeRateType } from "../costs/exchange-rate.type";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { COST_BASES } from "../metering";
import { CostComponentEnum } from "../metering/usage-input.type";
import { RateUnitEnum } from "./rate-card.type";
import { RATED_KINDS } from "./rate-usage";
import { USAGE_COST_DIMENSIONS } from "./usage-cost";

export const UsageCostBasisEnum = enumOf(COST_BASES);
registerEnumType(UsageCostBasisEnum, { name: "UsageCostBasis", description: "Of one component of one leg one basis counts: REPORTED (the provider said it), before RATED (a rate card, or else the sender's rating), before ESTIMATED. They are never added for the same." });
export const UsageCostKindEnum = enumOf(RATED_KINDS);
registerEnumType(UsageCostKindEnum, { name: "UsageCostKind", description: "USAGE, caused by calls; FEE, per month or for concurrency; UNUSED_COMMITMENT, what a commitment left over." });
export const UsageCostDimensionEnum = enumOf(USAGE_COST_DIMENSIONS);
registerEnumType(UsageCostDimensionEnum, { name: "UsageCostDimension" });

@ObjectType("RatingRun", { simpleResolvers: true, description: "A stored rating of a period: frozen, hashed, replayable." })
export class RatingRunType {
  @Field(() => ID, { description: "Opaque and stable." }) id: string;
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => Int, { description: "1 for the first run of the period." }) sequence: number;
  @Field(() => DateTimeScalar, { description: "Facts recorded up to this instant are in." }) cutoff: Date;
  @Field(() => [Int], { description: "Versions of the rate cards in effect." }) cards: number[];
  @Field(() => [ExchangeRateType], { description: "The rates that it converted at." }) exchangeRates: ExchangeRateType[];
  @Field(() => Int, { description: "Of ratingRules." }) rulesVersion: number;
  @Field(() => String, { description: "SHA-256 over cards, usage, cost items and exchange rates, by code." }) inputHash: string;
  @Field(() => String, { description: "SHA-256 over every line with its exact amount." }) resultHash: string;
  @Field(() => DateTimeScalar) createdAt: Date;
  @Field(() => String, { description: "Subject of the token that rated." }) createdBy: string;
}

@InputType({ description: "Which cost of a rated month; a code that is not yours is NOT_FOUND." })
export class UsageCostWhere {
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => [String], { nullable: true }) businessUnit?: string[] | null;
  @Field(() => [String], { nullable: true }) useCase?: string[] | null;
  @Field(() => [String], { nullable: true }) vendor?: string[] | null;
  @Field(() => [CostComponentEnum], { nullable: true }) component?: string[] | null;
  @Field(() => [UsageCostBasisEnum], { nullable: true }) basis?: string[] | null;
  @Field(() => [UsageCostKindEnum], { nullable: true }) kind?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: "True: of a closed month the newest rating, late usage included; otherwise what is in its figures." }) restated?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: "Stored lines summed by the dimensions asked for. A dimension that was not asked for is null." })
export class UsageCostRow {
  @Field(() => BusinessUnitType, { nullable: true, description: "Null also where usage is unattributed." }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true, description: "Null also where usage is unattributed." }) useCase: UseCaseType | null;
  @Field(() => String, { nullable: true }) vendor: string | null;
  @Field(() => CostComponentEnum, { nullable: true }) component: string | null;
  @Field(() => UsageCostBasisEnum, { nullable: true }) basis: string | null;
  @Field(() => UsageCostKindEnum, { nullable: true }) kind: string | null;
  @Field(() => LongScalar, { nullable: true, description: "Legs that cost something or were exempt." }) calls: bigint | null;
  @Field(() => LongScalar, { nullable: true }) exemptCalls: bigint | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds of these legs as they were." }) measuredMs: bigint | null;
  @Field(() => RateUnitEnum, { nullable: true, description: "Of measuredQuantity and billedQuantity." }) unit: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In units, as it was; to twelve decimals." }) measuredQuantity: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In units, after exemptions, minimum and increment; to twelve decimals." }) billedQuantity: string | null;
  @Field(() => String, { description: "In major units of the programme's currency: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
  @Field(() => Money, { description: "Whole minor units, by largest remainder: rows sum to the total." }) amount: MoneyAmount;
  @Field(() => [String], { description: "Why a figure of this row is null." }) missing: string[];
}

@ObjectType({ simpleResolvers: true })
export class UsageCostReport {
  @Field(() => RatingRunType) run: RatingRunType;
  @Field(() => [UsageCostRow]) rows: UsageCostRow[];
  @Field(() => Money, { description: "Sum of the rows." }) total: MoneyAmount;
  @Field(() => DateTimeScalar, { description: "Recorded-at cut-off." }) asOf: Date;
}

@InputType()
export class RatePeriodInput {
  @Field(() => PeriodKeyScalar) period: string;
}

@ObjectType({ simpleResolvers: true, description: "A cost entry that a rating made." })
export class RatingPostingType {
  @Field(() => UsageCostKindEnum) kind: string;
  @Field(() => String, { description: "Code." }) pool: string;
  @Field(() => String, { nullable: true, description: "Code; null on shared pools." }) useCase: string | null;
  @Field(() => String) vendor: string;
  @Field(() => CostComponentEnum) component: string;
  @Field(() => Money) amount: MoneyAmount;
  @Field(() => Boolean, { description: "The difference to what was posted before." }) isDifference: boolean;
}

@ObjectType({ simpleResolvers: true })
export class RatePeriodPayload {
  @Field(() => RatingRunType, { nullable: true }) run?: RatingRunType | null;
  @Field(() => [RatingPostingType], { description: "What this rating posted; nothing when the facts are those of the run that was there." }) postings: RatingPostingType[];
  @Field(() => [String], { description: "Prices out of all proportion: cents taken for dollars, minutes for seconds." }) alarms: string[];
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType("RatingRules", { simpleResolvers: true, description: "How the programme rates and what it tolerates of vendors." })
export class RatingRulesType {
  @Field(() => Int, { description: "0: finance has set none; the values are the defaults." }) version: number;
  @Field(() => String, { nullable: true, description: "Code of the DIRECT pool for cost that came with the usage where no card names one." }) reportedPool: string | null;
  @Field(() => Int, { description: "A vendor's total may be off by so many hundredths of a percent of itself, or by toleranceAmount, whichever is more." }) toleranceBasisPoints: number;
  @Field(() => Money) toleranceAmount: MoneyAmount;
  @Field(() => String, { description: "Cost of a month in another currency is converted at this kind of rate, of the month's last day." }) conversionRate: string;
}

@InputType()
export class SetRatingRulesInput {
  @Field(() => String, { nullable: true, description: "Code of a DIRECT pool; as it is when left out." }) reportedPool?: string | null;
  @Field(() => Int, { nullable: true, description: "0 to 10,000." }) toleranceBasisPoints?: number | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In the programme's currency, 0 or more." }) toleranceAmount?: string | null;
  @Field(() => String, { description: "Why; kept in the audit trail." }) reason: string;
}

@ObjectType({ simpleResolvers: true })
export class RatingRulesPayload {
  @Field(() => RatingRulesType, { nullable: true }) rules?: RatingRulesType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

