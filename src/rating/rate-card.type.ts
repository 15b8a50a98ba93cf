import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf, enumOf } from "../kernel/graph.type";
import { CurrencyCodeScalar, DateTimeScalar, DecimalScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import type { Direction } from "../metering";
import { CostComponentEnum, DirectionEnum } from "../metering/usage-input.type";
import { RATE_UNITS, ROUNDING_STAGES, RateUnit, RoundingStage, TIER_MODES, TOKEN_KINDS, TierMode, TokenKind } from "./rate-card";

export const RateUnitEnum = enumOf(RATE_UNITS);
registerEnumType(RateUnitEnum, { name: "RateUnit", description: "What a price is of: billed minutes or seconds of connected voice, connected calls, messages, SMS segments, a million tokens, characters that a cost item without amount reports, resolved legs, a month, or the most calls at once in a month." });
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
  @Field(() => String, { description: "Code of a line of the card." }) line: string;
  @Field(() => DecimalScalar, { description: "Major units of the card's currency for one unit, 0 or more." }) price: string;
}

@InputType({ description: "A band of a month's volume, all lines counted together." })
export class RateTierInput {
  @Field(() => DecimalScalar, { nullable: true, description: "In units, inclusive; left out in the last tier only." }) upTo?: string | null;
  @Field(() => DecimalScalar, { description: "Major units of the card's currency for one unit, 0 or more; of every line without a price of its own." }) price: string;
  @Field(() => [RateLinePriceInput], { nullable: true }) linePrices?: RateLinePriceInput[] | null;
}

@InputType({ description: "Usage with prices of its own. What fits no line is charged at the tier's price." })
export class RateLineInput {
  @Field(() => String, { description: "Unique on the card." }) code: string;
  @Field(() => DirectionEnum, { nullable: true, description: "Legs of this direction; any when left out." }) direction?: Direction | null;
  @Field(() => TokenKindEnum, { nullable: true, description: "Of TOKEN_1M cards, and needed there." }) tokenKind?: TokenKind | null;
}

@InputType()
export class ProposeRateCardInput {
  @Field(() => String, { description: "As `provider` of the usage events names it." }) vendor: string;
  @Field(() => CostComponentEnum) component: string;
  @Field(() => RateUnitEnum) unit: RateUnit;
  @Field(() => CurrencyCodeScalar, { description: "Of the prices; another than the programme's is converted at the month's MONTH_END rate." }) currency: string;
  @Field(() => PeriodKeyScalar, { description: "First month. A card that overlaps another of its vendor and component, or leaves a month between, is CONFLICT." }) effectiveFrom: string;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Last month, inclusive; left out: until a later card begins." }) effectiveTo?: string | null;
  @Field(() => Int, { nullable: true, description: "Version of an approved card of the same months whose place this one takes." }) replaces?: number | null;
  @Field(() => Int, { nullable: true, description: "Seconds that a call is billed at least; 0 when left out." }) minimumSeconds?: number | null;
  @Field(() => Int, { nullable: true, description: "Seconds that a call is rounded up to a multiple of; 1 when left out." }) incrementSeconds?: number | null;
  @Field(() => RoundingStageEnum, { nullable: true, description: "PER_EVENT when left out." }) rounding?: RoundingStage | null;
  @Field(() => TierModeEnum, { nullable: true, description: "GRADUATED when left out." }) tierMode?: TierMode | null;
  @Field(() => [RateLineInput], { nullable: true }) lines?: RateLineInput[] | null;
  @Field(() => [RateTierInput], { description: "Rising; the last one open." }) tiers: RateTierInput[];
  @Field(() => DecimalScalar, { nullable: true, description: "Charged at least per month, in the card's currency. What usage, rated or reported by the vendor itself, leaves over goes to commitmentPool and is never direct usage." }) minimumCommitment?: string | null;
  @Field(() => Int, { nullable: true, description: "Calls of fewer seconds, by unrounded time, cost nothing." }) exemptUnderSeconds?: number | null;
  @Field(() => Boolean, { nullable: true, description: "Calls whose attributes hold \"spam\": true cost nothing." }) exemptSpam?: boolean | null;
  @Field(() => String, { description: "Code of the pool that the cost is booked to: DIRECT for usage, a shared one for MONTH and CONCURRENCY_MONTH." }) pool: string;
  @Field(() => String, { nullable: true, description: "Code of a pool of kind UNUSED_COMMITMENT; together with minimumCommitment." }) commitmentPool?: string | null;
  @Field(() => String, { nullable: true }) note?: string | null;
  @Field(() => String, { nullable: true, description: "A retry with the same key and content answers the same version." }) idempotencyKey?: string | null;
}

@InputType()
export class ApproveRateCardInput {
  @Field(() => Int) version: number;
}

@ObjectType({ simpleResolvers: true })
export class RateLinePrice {
  @Field(() => String, { description: "Code of the line." }) line: string;
  @Field(() => DecimalScalar, { description: "Major units of the card's currency for one unit." }) price: string;
}

@ObjectType({ simpleResolvers: true })
export class RateTierType {
  @Field(() => DecimalScalar, { nullable: true, description: "In units, inclusive; null in the last tier." }) upTo: string | null;
  @Field(() => DecimalScalar, { description: "Major units of the card's currency for one unit." }) price: string;
  @Field(() => [RateLinePrice]) linePrices: RateLinePrice[];
}

@ObjectType({ simpleResolvers: true })
export class RateLineType {
  @Field(() => String) code: string;
  @Field(() => DirectionEnum, { nullable: true, description: "Null: any." }) direction: string | null;
  @Field(() => TokenKindEnum, { nullable: true }) tokenKind: string | null;
}

@ObjectType("RateCard", { simpleResolvers: true, description: "What one vendor asks for one component, from a month on. Versions are never changed." })
export class RateCardType {
  @Field(() => Int) version: number;
  @Field(() => RateCardStatusEnum) status: string;
  @Field(() => String) vendor: string;
  @Field(() => CostComponentEnum) component: string;
  @Field(() => RateUnitEnum) unit: RateUnit;
  @Field(() => CurrencyCodeScalar) currency: string;
  @Field(() => PeriodKeyScalar) effectiveFrom: string;
  @Field(() => PeriodKeyScalar, { nullable: true, description: "Null: until a later card begins." }) effectiveTo: string | null;
  @Field(() => Int, { nullable: true, description: "Version whose place it takes." }) replaces: number | null;
  @Field(() => Int) minimumSeconds: number;
  @Field(() => Int, { description: "0: time is not what it charges." }) incrementSeconds: number;
  @Field(() => RoundingStageEnum) rounding: string;
  @Field(() => TierModeEnum) tierMode: string;
  @Field(() => [RateLineType]) lines: RateLineType[];
  @Field(() => [RateTierType]) tiers: RateTierType[];
  @Field(() => DecimalScalar, { nullable: true, description: "Charged at least per month, in the card's currency." }) minimumCommitment: string | null;
  @Field(() => Int) exemptUnderSeconds: number;
  @Field(() => Boolean) exemptSpam: boolean;
  @Field(() => String, { description: "Code of the pool." }) pool: string;
  @Field(() => String, { nullable: true, description: "Code of the pool for what a commitment leaves over." }) commitmentPool: string | null;
  @Field(() => String, { nullable: true }) note: string | null;
  @Field(() => String, { description: "SHA-256 of the document." }) documentHash: string;
  @Field(() => String) proposedBy: string;
  @Field(() => DateTimeScalar) proposedAt: Date;
  @Field(() => String, { nullable: true }) approvedBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) approvedAt: Date | null;
}

export const RateCardConnection = connectionOf(RateCardType, "RateCard");

@InputType({ description: "Which rate cards." })
export class RateCardWhere {
  @Field(() => String, { nullable: true }) vendor?: string | null;
  @Field(() => CostComponentEnum, { nullable: true }) component?: string | null;
}

@ObjectType({ simpleResolvers: true })
export class RateCardPayload {
  @Field(() => RateCardType, { nullable: true }) card?: RateCardType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
