import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Money, Node, connectionOf, enumOf } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DateTimeScalar, DecimalScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { ExchangeRateType } from "../costs/exchange-rate.type";
import { BusinessUnitType, UseCaseType } from "../tenancy/tenancy.type";
import { COST_BASES } from "../metering";
import { CostComponentEnum } from "../metering/usage-input.type";
import { RateUnitEnum } from "./rate-card.type";
import { RATED_KINDS } from "./rate-usage";
import { RATING_METHODS } from "./rating-hash";
import { USAGE_COST_DIMENSIONS } from "./usage-cost";

export const UsageCostBasisEnum = enumOf(COST_BASES);
registerEnumType(UsageCostBasisEnum, { name: "UsageCostBasis", description: "Of one component of one leg one basis counts: REPORTED (the provider said it), before RATED (a rate card, or else the sender's rating), before ESTIMATED. They are never added for the same." });
export const UsageCostKindEnum = enumOf(RATED_KINDS);
registerEnumType(UsageCostKindEnum, { name: "UsageCostKind", description: "USAGE, caused by calls; FEE, per month or for concurrency; UNUSED_COMMITMENT, what a commitment left over." });
export const UsageCostDimensionEnum = enumOf(USAGE_COST_DIMENSIONS);
registerEnumType(UsageCostDimensionEnum, { name: "UsageCostDimension", description: "What usage cost is grouped by." });

export const RatingMethodEnum = enumOf(RATING_METHODS);
registerEnumType(RatingMethodEnum, { name: "RatingMethod", description: "NESTED_BY_CALL_OWNER: exact cost is divided by largest remainder over units, their use cases and their lines, and posted to the unit whose the calls were when they ended. UNNAMED: every earlier way; what it posted is charged to the owner of the use case at the month's end. An open month is rated anew in the way of today; a closed one keeps its own while its facts are the same." });

@ObjectType("RatingRun", { implements: Node, simpleResolvers: true, description: "A stored rating of a period: frozen, hashed, replayable." })
export class RatingRunType extends Node {
  @Field(() => PeriodKeyScalar, { description: "The month that it rates." }) period: string;
  @Field(() => Int, { description: "1 for the first run of the period; the newest is what is posted." }) sequence: number;
  @Field(() => DateTimeScalar, { description: "Facts recorded up to this instant are in." }) cutoff: Date;
  @Field(() => [Int], { description: "Versions of the rate cards in effect." }) cards: number[];
  @Field(() => [ExchangeRateType], { description: "The rates that it converted at." }) exchangeRates: ExchangeRateType[];
  @Field(() => Int, { description: "Version of ratingRules that it went by; 0: the defaults." }) rulesVersion: number;
  @Field(() => RatingMethodEnum, { description: "The way in which it was rated; part of inputHash." }) method: string;
  @Field(() => String, { description: "SHA-256 over the method, cards, usage, cost items and exchange rates, by code." }) inputHash: string;
  @Field(() => String, { description: "SHA-256 over every line with its exact amount." }) resultHash: string;
  @Field(() => DateTimeScalar, { description: "When it was stored." }) createdAt: Date;
  @Field(() => String, { description: "Subject of the token that rated." }) createdBy: string;
}

export const RatingRunConnection = connectionOf(RatingRunType, "RatingRun");

@InputType({ description: "Which ratings." })
export class RatingRunWhere {
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Of this month; of all when left out." }) period?: string | null;
}

@InputType({ description: "Which cost of a rated month; a code that is not yours is NOT_FOUND. What is left out narrows nothing." })
export class UsageCostWhere {
  @Field(() => PeriodKeyScalar, { description: "The month." }) period: string;
  @Field(() => ID, { nullable: true, description: "A rating of this month, the newest or an earlier one; NOT_FOUND for one of another month. When left out: see restated." }) run?: string | null;
  @Field(() => [String], { nullable: true, description: "Codes of the units whose the legs were when they ended." }) businessUnit?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Codes of use cases." }) useCase?: string[] | null;
  @Field(() => [String], { nullable: true, description: "As `provider` of the usage events names them." }) vendor?: string[] | null;
  @Field(() => [CostComponentEnum], { nullable: true, description: "Components." }) component?: string[] | null;
  @Field(() => [UsageCostBasisEnum], { nullable: true, description: "Who said what it costs." }) basis?: string[] | null;
  @Field(() => [UsageCostKindEnum], { nullable: true, description: "Usage, fees, unused commitments." }) kind?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: "True: of a closed month the newest rating, late usage included; otherwise what is in its figures." }) restated?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: "Stored lines summed by the dimensions asked for. A dimension that was not asked for is null." })
export class UsageCostRow {
  @Field(() => BusinessUnitType, { nullable: true, description: "The unit whose the legs were when they ended. Null also where usage is unattributed." }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true, description: "Null also where usage is unattributed." }) useCase: UseCaseType | null;
  @Field(() => String, { nullable: true, description: "As `provider` of the usage events names it." }) vendor: string | null;
  @Field(() => CostComponentEnum, { nullable: true, description: "What it is a cost of." }) component: string | null;
  @Field(() => UsageCostBasisEnum, { nullable: true, description: "Who said what it costs." }) basis: string | null;
  @Field(() => UsageCostKindEnum, { nullable: true, description: "Usage, fee or unused commitment." }) kind: string | null;
  @Field(() => LongScalar, { nullable: true, description: "Legs that cost something or were exempt; null where missing says so." }) calls: bigint | null;
  @Field(() => LongScalar, { nullable: true, description: "Legs that the card exempts; null where missing says so." }) exemptCalls: bigint | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds of these legs as they were." }) measuredMs: bigint | null;
  @Field(() => RateUnitEnum, { nullable: true, description: "Of measuredQuantity and billedQuantity." }) unit: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In units, as it was; to twelve decimals." }) measuredQuantity: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In units, after exemptions, minimum and increment; to twelve decimals." }) billedQuantity: string | null;
  @Field(() => String, { description: "In major units of the programme's currency: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
  @Field(() => Money, { description: "Whole minor units, by largest remainder: rows sum to the total." }) amount: MoneyAmount;
  @Field(() => [String], { description: "Why a figure of this row is null." }) missing: string[];
}

@ObjectType({ simpleResolvers: true, description: "What the usage of a month costs, as a rating stored it." })
export class UsageCostReport {
  @Field(() => RatingRunType, { description: "The rating whose lines these are." }) run: RatingRunType;
  @Field(() => [UsageCostRow], { description: "In the order of the dimensions asked for; one row when none was." }) rows: UsageCostRow[];
  @Field(() => Money, { description: "Sum of the rows." }) total: MoneyAmount;
  @Field(() => DateTimeScalar, { description: "Recorded-at cut-off." }) asOf: Date;
}

@InputType({ description: "The month to rate." })
export class RatePeriodInput {
  @Field(() => PeriodKeyScalar, { description: "NOT_FOUND where nothing fell into it." }) period: string;
}

@ObjectType({ simpleResolvers: true, description: "A cost entry that a rating made." })
export class RatingPostingType {
  @Field(() => UsageCostKindEnum, { description: "Usage, fee or unused commitment." }) kind: string;
  @Field(() => String, { description: "Code of the pool that it is booked to." }) pool: string;
  @Field(() => String, { nullable: true, description: "Code of the unit that is charged: whose the legs were when they ended. Null on shared pools." }) businessUnit: string | null;
  @Field(() => String, { nullable: true, description: "Code; null on shared pools." }) useCase: string | null;
  @Field(() => String, { description: "As `provider` of the usage events names it." }) vendor: string;
  @Field(() => CostComponentEnum, { description: "What it is a cost of." }) component: string;
  @Field(() => Money, { description: "In the programme's currency; negative where it takes back." }) amount: MoneyAmount;
  @Field(() => Boolean, { description: "The difference to what was posted before." }) isDifference: boolean;
}

@ObjectType({ simpleResolvers: true, description: "What a rating came to, or why there is none." })
export class RatePeriodPayload {
  @Field(() => RatingRunType, { nullable: true, description: "The rating; null where it was refused." }) run?: RatingRunType | null;
  @Field(() => [RatingPostingType], { description: "What this rating posted; nothing when the facts are those of the run that was there." }) postings: RatingPostingType[];
  @Field(() => [String], { description: "Prices out of all proportion: cents taken for dollars, minutes for seconds." }) alarms: string[];
  @Field(() => [UserError], { description: "Why it was refused." }) userErrors: UserError[];
}

@ObjectType("RatingRules", { simpleResolvers: true, description: "How the programme rates and what it tolerates of vendors." })
export class RatingRulesType {
  @Field(() => Int, { description: "0: finance has set none; the values are the defaults." }) version: number;
  @Field(() => String, { nullable: true, description: "Code of the DIRECT pool for cost that came with the usage where no card names one." }) reportedPool: string | null;
  @Field(() => Int, { description: "A vendor's total may be off by so many hundredths of a percent of itself, or by toleranceAmount, whichever is more." }) toleranceBasisPoints: number;
  @Field(() => Money, { description: "In the programme's currency." }) toleranceAmount: MoneyAmount;
  @Field(() => String, { description: "Cost of a month in another currency is converted at this kind of rate, of the month's last day." }) conversionRate: string;
}

@InputType({ description: "What is left out stays as it is." })
export class SetRatingRulesInput {
  @Field(() => String, { nullable: true, description: "Code of a DIRECT pool; as it is when left out." }) reportedPool?: string | null;
  @Field(() => Int, { nullable: true, description: "0 to 10,000." }) toleranceBasisPoints?: number | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In the programme's currency, 0 or more." }) toleranceAmount?: string | null;
  @Field(() => String, { description: "Why; kept in the audit trail." }) reason: string;
}

@ObjectType({ simpleResolvers: true, description: "The rules that hold now, or why they were not set." })
export class RatingRulesPayload {
  @Field(() => RatingRulesType, { nullable: true, description: "Null where they were refused." }) rules?: RatingRulesType | null;
  @Field(() => [UserError], { description: "Why they were refused." }) userErrors: UserError[];
}
