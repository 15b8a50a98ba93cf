import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf, enumOf } from "../kernel/graph.type";
import { CurrencyCodeScalar, DateScalar, DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import type { Direction } from "../metering";
import { CostComponentEnum, DirectionEnum } from "../metering/usage-input.type";
import { RATE_UNITS, ROUNDING_STAGES, RateUnit, RoundingStage, TIER_MODES, TOKEN_KINDS, TierMode, TokenKind } from "./rate-card";

export const RateUnitEnum = enumOf(RATE_UNITS);
registerEnumType(RateUnitEnum, { name: "RateUnit", description: "What a price is of: billed minutes or seconds of connected voice, connected calls, messages, SMS segments, a million tokens, characters that a cost item reports, resolved legs, a month (times `quantity`), or the most calls at once in a month." });
export const TierModeEnum = enumOf(TIER_MODES);
registerEnumType(TierModeEnum, { name: "TierMode", description: "GRADUATED: each band at its own price. ALL_UNITS: every unit at the price of the band that the month reaches." });
export const RoundingStageEnum = enumOf(ROUNDING_STAGES);
registerEnumType(RoundingStageEnum, { name: "RoundingStage", description: "PER_EVENT: minimum and increment apply to every call. PER_PERIOD: once to the sum of the month. Money is never rounded before it is posted." });
export const TokenKindEnum = enumOf(TOKEN_KINDS);
registerEnumType(TokenKindEnum, { name: "TokenKind", description: "The fields of `tokens` of a usage event." });
export const RateCardStatusEnum = enumOf(["PROPOSED", "APPROVED"] as const);
registerEnumType(RateCardStatusEnum, { name: "RateCardStatus", description: "PROPOSED rates nothing until a second person approves it." });

@InputType({ description: "The price of one line in a tier." })
export class RateLinePriceInput {
  @Field(() => String, { description: "Code of a line of the card; BAD_USER_INPUT for one that it does not have." }) line: string;
  @Field(() => DecimalScalar, { description: "Major units of the card's currency for one unit, 0 or more." }) price: string;
}

@InputType({ description: "A band of a month's volume, all lines counted together." })
export class RateTierInput {
  @Field(() => DecimalScalar, { nullable: true, description: "In units, inclusive, above the tier before; left out in the last tier only." }) upTo?: string | null;
  @Field(() => DecimalScalar, { description: "Major units of the card's currency for one unit, 0 or more; of every line without a price of its own." }) price: string;
  @Field(() => [RateLinePriceInput], { nullable: true, description: "Prices of lines in this tier, one each; none when left out." }) linePrices?: RateLinePriceInput[] | null;
}

@InputType({ description: "Usage with prices of its own. What fits no line is charged at the tier's price. A leg that fits several lines is on one that names its attribute, else on one that names its direction, else on one that names neither." })
export class RateLineInput {
  @Field(() => String, { description: "Unique on the card." }) code: string;
  @Field(() => DirectionEnum, { nullable: true, description: "Legs of this direction; any when left out." }) direction?: Direction | null;
  @Field(() => TokenKindEnum, { nullable: true, description: "Of TOKEN_1M cards, and needed there." }) tokenKind?: TokenKind | null;
  @Field(() => String, { nullable: true, description: "Legs whose `attributes` have this name, for example numberType; together with attributeValue, not on TOKEN_1M cards." }) attribute?: string | null;
  @Field(() => String, { nullable: true, description: "What the attribute says, as text, for example toll-free." }) attributeValue?: string | null;
}

@InputType({ description: "What one vendor asks for one component. Usage has one card of a vendor and component on every day; a fee per MONTH and one per CONCURRENCY_MONTH may stand beside it." })
export class ProposeRateCardInput {
  @Field(() => String, { description: "As `provider` of the usage events names it; 1 to 64 characters." }) vendor: string;
  @Field(() => CostComponentEnum, { description: "What is priced; BAD_USER_INPUT for one that is not in the list." }) component: string;
  @Field(() => RateUnitEnum, { description: "What a price is of." }) unit: RateUnit;
  @Field(() => CurrencyCodeScalar, { description: "Of the prices; another than the programme's is converted at the month's MONTH_END rate." }) currency: string;
  @Field(() => PeriodKeyScalar, { description: "First month. A card that overlaps another of its vendor and component, or leaves days between, is CONFLICT." }) effectiveFrom: string;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Last month, inclusive; left out: until a later card begins." }) effectiveTo?: string | null;
  @Field(() => DateScalar, { nullable: true, description: "First day within effectiveFrom, in the programme's time zone; its first when left out. A leg is charged by the card of the day on which it ended, tiers fill by what ended on the card's own days, and a fee or a commitment of a part of a month is charged by its days." }) firstDay?: string | null;
  @Field(() => DateScalar, { nullable: true, description: "Last day within effectiveTo, inclusive; its last when left out." }) lastDay?: string | null;
  @Field(() => Int, { nullable: true, description: "Version of an approved card of the same days whose place this one takes." }) replaces?: number | null;
  @Field(() => Int, { nullable: true, description: "Seconds that a call is billed at least, 0 to 86,400; 0 when left out. MINUTE and SECOND only." }) minimumSeconds?: number | null;
  @Field(() => Int, { nullable: true, description: "Seconds that a call is rounded up to a multiple of, 1 to 86,400; 1 when left out. MINUTE and SECOND only." }) incrementSeconds?: number | null;
  @Field(() => RoundingStageEnum, { nullable: true, description: "PER_EVENT when left out. MINUTE and SECOND only." }) rounding?: RoundingStage | null;
  @Field(() => TierModeEnum, { nullable: true, description: "GRADUATED when left out." }) tierMode?: TierMode | null;
  @Field(() => [RateLineInput], { nullable: true, description: "At most 20; none when left out, and none on MONTH and CONCURRENCY_MONTH cards." }) lines?: RateLineInput[] | null;
  @Field(() => [RateTierInput], { description: "1 to 50, rising; the last one open." }) tiers: RateTierInput[];
  @Field(() => DecimalScalar, { nullable: true, description: "Of MONTH: how many are charged for each month, for example numbers rented; above 0, 1 when left out." }) quantity?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Charged at least per month, in the card's currency; of a part of a month by its days. What usage, rated or reported by the vendor itself, leaves over goes to commitmentPool and is never direct usage." }) minimumCommitment?: string | null;
  @Field(() => Int, { nullable: true, description: "Calls of fewer seconds, by unrounded time, cost nothing; 0 to 86,400." }) exemptUnderSeconds?: number | null;
  @Field(() => Boolean, { nullable: true, description: "Calls whose attributes hold \"spam\": true cost nothing." }) exemptSpam?: boolean | null;
  @Field(() => String, { description: "Code of the pool that the cost is booked to: DIRECT for usage, a shared one for MONTH and CONCURRENCY_MONTH." }) pool: string;
  @Field(() => String, { nullable: true, description: "Code of a pool of kind UNUSED_COMMITMENT; together with minimumCommitment." }) commitmentPool?: string | null;
  @Field(() => String, { nullable: true, description: "For people; at most 2,000 characters." }) note?: string | null;
  @Field(() => String, { nullable: true, description: "A retry with the same key and content answers the same version; other content is CONFLICT." }) idempotencyKey?: string | null;
}

@InputType({ description: "A proposed card to approve." })
export class ApproveRateCardInput {
  @Field(() => Int, { description: "Version of the card; NOT_FOUND where there is none." }) version: number;
}

@ObjectType({ simpleResolvers: true, description: "The price of one line in a tier." })
export class RateLinePrice {
  @Field(() => String, { description: "Code of the line." }) line: string;
  @Field(() => DecimalScalar, { description: "Major units of the card's currency for one unit." }) price: string;
}

@ObjectType({ simpleResolvers: true, description: "A band of a month's volume, all lines counted together." })
export class RateTierType {
  @Field(() => DecimalScalar, { nullable: true, description: "In units, inclusive; null in the last tier." }) upTo: string | null;
  @Field(() => DecimalScalar, { description: "Major units of the card's currency for one unit; of lines without a price of their own." }) price: string;
  @Field(() => [RateLinePrice], { description: "Prices of lines in this tier." }) linePrices: RateLinePrice[];
}

@ObjectType({ simpleResolvers: true, description: "Usage with prices of its own." })
export class RateLineType {
  @Field(() => String, { description: "Unique on the card." }) code: string;
  @Field(() => DirectionEnum, { nullable: true, description: "Null: any." }) direction: string | null;
  @Field(() => TokenKindEnum, { nullable: true, description: "Null except on TOKEN_1M cards." }) tokenKind: string | null;
  @Field(() => String, { nullable: true, description: "Name of an attribute of the leg; null: whatever its attributes." }) attribute: string | null;
  @Field(() => String, { nullable: true, description: "What the attribute says." }) attributeValue: string | null;
}

@ObjectType("RateCard", { simpleResolvers: true, description: "What one vendor asks for one component, from a day on. Versions are never changed." })
export class RateCardType {
  @Field(() => Int, { description: "1 for the programme's first card; counts the cards of all vendors." }) version: number;
  @Field(() => RateCardStatusEnum, { description: "Whether a second person has approved it." }) status: string;
  @Field(() => String, { description: "As `provider` of the usage events names it." }) vendor: string;
  @Field(() => CostComponentEnum, { description: "What is priced." }) component: string;
  @Field(() => RateUnitEnum, { description: "What a price is of." }) unit: RateUnit;
  @Field(() => CurrencyCodeScalar, { description: "Of the prices and the commitment." }) currency: string;
  @Field(() => PeriodKeyScalar, { description: "First month." }) effectiveFrom: string;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Last month, inclusive. Null: until a later card begins." }) effectiveTo: string | null;
  @Field(() => DateScalar, { description: "First day in effect, in the programme's time zone." }) firstDay: string;
  @Field(() => DateScalar, { nullable: true, description: "Last day in effect, inclusive. Null: until a later card begins." }) lastDay: string | null;
  @Field(() => Int, { nullable: true, description: "Version whose place it takes." }) replaces: number | null;
  @Field(() => Int, { description: "Seconds that a call is billed at least." }) minimumSeconds: number;
  @Field(() => Int, { description: "Seconds that a call is rounded up to a multiple of. 0: time is not what it charges." }) incrementSeconds: number;
  @Field(() => RoundingStageEnum, { description: "What minimum and increment apply to." }) rounding: string;
  @Field(() => TierModeEnum, { description: "What a tier's price is of." }) tierMode: string;
  @Field(() => [RateLineType], { description: "Usage with prices of its own; empty where one price is for all." }) lines: RateLineType[];
  @Field(() => [RateTierType], { description: "Rising; the last one is open." }) tiers: RateTierType[];
  @Field(() => DecimalScalar, { nullable: true, description: "Of MONTH: how many are charged for each month; null on other cards." }) quantity: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Charged at least per month, in the card's currency; of a part of a month by its days. Null: none." }) minimumCommitment: string | null;
  @Field(() => Int, { description: "Calls of fewer seconds, by unrounded time, cost nothing; 0: none." }) exemptUnderSeconds: number;
  @Field(() => Boolean, { description: "Calls whose attributes hold \"spam\": true cost nothing." }) exemptSpam: boolean;
  @Field(() => String, { description: "Code of the pool that the cost is booked to." }) pool: string;
  @Field(() => String, { nullable: true, description: "Code of the pool for what a commitment leaves over; null without one." }) commitmentPool: string | null;
  @Field(() => String, { nullable: true, description: "For people." }) note: string | null;
  @Field(() => String, { description: "SHA-256 of the document." }) documentHash: string;
  @Field(() => String, { description: "Subject of the token that proposed it." }) proposedBy: string;
  @Field(() => DateTimeScalar, { description: "When it was proposed." }) proposedAt: Date;
  @Field(() => String, { nullable: true, description: "Subject of the token that approved it, another than the proposer's; null: nobody yet." }) approvedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "When it was approved; null: not yet." }) approvedAt: Date | null;
}

export const RateCardConnection = connectionOf(RateCardType, "RateCard");

@InputType({ description: "Which rate cards." })
export class RateCardWhere {
  @Field(() => String, { nullable: true, description: "Of this vendor; of all when left out." }) vendor?: string | null;
  @Field(() => CostComponentEnum, { nullable: true, description: "Of this component; of all when left out." }) component?: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The card that was proposed or approved, or why not." })
export class RateCardPayload {
  @Field(() => RateCardType, { nullable: true, description: "Null where it was refused." }) card?: RateCardType | null;
  @Field(() => [String], { description: "Prices more than a factor of 20 off those of the card before it: cents taken for dollars, minutes for seconds. They hold nothing up." }) alarms: string[];
  @Field(() => [UserError], { description: "Why it was refused." }) userErrors: UserError[];
}
