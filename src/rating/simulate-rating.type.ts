import { Field, InputType, Int, ObjectType } from "type-graphql";
import { Money } from "../kernel/graph.type";
import { MoneyAmount } from "../kernel/money";
import { DecimalScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { ProposeRateCardInput, RateUnitEnum } from "./rate-card.type";

@InputType({ description: "Calls of one length, or a quantity in the card's units." })
export class RatingFactInput {
  @Field(() => String, { nullable: true, description: "A label; amounts are told by it." }) useCase?: string | null;
  @Field(() => String, { nullable: true, description: "Code of a line of the card." }) line?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Of each call, in whole milliseconds; for cards per MINUTE, SECOND or CALL." }) seconds?: string | null;
  @Field(() => LongScalar, { nullable: true, description: "How many calls; 1 when left out." }) count?: number | null;
  @Field(() => Boolean, { nullable: true, description: "Flagged as spam: exempt where the card says so; false when left out." }) spam?: boolean | null;
  @Field(() => DecimalScalar, { nullable: true, description: "In the card's units, already billed." }) quantity?: string | null;
}

@InputType({ description: "A card (literal, or a version) over literal facts, or over the usage of a month. Stores nothing." })
export class SimulateRatingInput {
  @Field(() => ProposeRateCardInput, { nullable: true, description: "A literal card; or cardVersion." }) card?: ProposeRateCardInput | null;
  @Field(() => Int, { nullable: true, description: "A stored card, proposed or approved; or card." }) cardVersion?: number | null;
  @Field(() => [RatingFactInput], { nullable: true, description: "1 to 1,000; graduated tiers fill in this order. Or period." }) facts?: RatingFactInput[] | null;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "The month whose usage is rated, as if the card were in effect on all its days. Or facts." }) period?: string | null;
  @Field(() => [String], { nullable: true, description: "With period: whose usage, by provider; the card's vendor's when left out." }) usageOf?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: "With period: everybody's usage, without a provider too." }) usageOfAll?: boolean | null;
  @Field(() => DecimalScalar, { nullable: true, description: "So many times the usage, 0 or more; 1 when left out. Every call grows by it, so that bands fill over the whole volume in the order of use." }) volume?: string | null;
}

@ObjectType({ simpleResolvers: true, description: "What a use case would be charged." })
export class SimulatedRatingRow {
  @Field(() => String, { nullable: true, description: "Code or label; null where there is none." }) useCase: string | null;
  @Field(() => LongScalar, { description: "Before `volume`." }) calls: bigint;
  @Field(() => LongScalar, { description: "Before `volume`." }) exemptCalls: bigint;
  @Field(() => DecimalScalar, { description: "In units, as it was; to twelve decimals." }) measuredQuantity: string;
  @Field(() => DecimalScalar, { description: "In units, after exemptions, minimum and increment; to twelve decimals." }) billedQuantity: string;
  @Field(() => String, { description: "Major units of the card's currency: a whole number, or a fraction n/d in lowest terms." }) exactAmount: string;
  @Field(() => Money, { description: "In the card's currency, by largest remainder." }) amount: MoneyAmount;
}

@ObjectType({ simpleResolvers: true, description: "What a card would charge. charge = max(usage, commitment)." })
export class SimulatedRating {
  @Field(() => RateUnitEnum, { description: "Of the quantities." }) unit: string;
  @Field(() => [SimulatedRatingRow], { description: "By use case." }) rows: SimulatedRatingRow[];
  @Field(() => DecimalScalar, { description: "In units, as it was; to twelve decimals." }) measuredQuantity: string;
  @Field(() => DecimalScalar, { description: "In units, billed; to twelve decimals." }) billedQuantity: string;
  @Field(() => Money, { description: "In the card's currency: what the rows sum to." }) usageCharge: MoneyAmount;
  @Field(() => Money, { description: "In the card's currency: what a commitment leaves over; never direct usage." }) unusedCommitment: MoneyAmount;
  @Field(() => Money, { description: "In the card's currency." }) total: MoneyAmount;
  @Field(() => String, { description: "Major units of the card's currency: a whole number, or a fraction n/d in lowest terms." }) exactTotal: string;
  @Field(() => String, { nullable: true, description: "Price of one billed unit on the average, exact; null where nothing is billed." }) blendedRate: string | null;
  @Field(() => Money, { nullable: true, description: "The total in the programme's currency, at the month's MONTH_END rate." }) totalInProgrammeCurrency: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "With period: what the same usage costs by the cards and reports of that month, the card's component alone." }) actual: MoneyAmount | null;
  @Field(() => Money, { nullable: true, description: "totalInProgrammeCurrency less actual." }) difference: MoneyAmount | null;
  @Field(() => [String], { description: "Why a figure is null." }) missing: string[];
}
