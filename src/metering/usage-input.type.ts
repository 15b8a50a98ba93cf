import { Field, InputType, Int, registerEnumType } from "type-graphql";
import { enumOf } from "../kernel/graph.type";
import { CurrencyCodeScalar, DateTimeScalar, DecimalScalar, JsonScalar, LongScalar } from "../kernel/scalars";
import { CHANNELS, COST_BASES, COST_COMPONENTS, DIRECTIONS, LEG_STATUSES, OUTCOMES, SENTIMENTS, TRANSPORTS, UNATTRIBUTED_REASONS, USAGE_EVENT_TYPES } from "./usage-event";

export const UsageEventTypeEnum = enumOf(USAGE_EVENT_TYPES);
registerEnumType(UsageEventTypeEnum, { name: "UsageEventType", description: "COMPLETED, UPDATED and VOIDED speak of the leg itself; RATED of its late cost, ANALYSED of its late outcome." });
export const ChannelEnum = enumOf(CHANNELS);
registerEnumType(ChannelEnum, { name: "Channel" });
export const TransportEnum = enumOf(TRANSPORTS);
registerEnumType(TransportEnum, { name: "Transport" });
export const DirectionEnum = enumOf(DIRECTIONS);
registerEnumType(DirectionEnum, { name: "Direction" });
export const LegStatusEnum = enumOf(LEG_STATUSES);
registerEnumType(LegStatusEnum, { name: "LegStatus" });
export const OutcomeEnum = enumOf(OUTCOMES);
registerEnumType(OutcomeEnum, { name: "Outcome" });
export const SentimentEnum = enumOf(SENTIMENTS);
registerEnumType(SentimentEnum, { name: "Sentiment" });
export const CostComponentEnum = enumOf(COST_COMPONENTS);
registerEnumType(CostComponentEnum, { name: "CostComponent", description: "What a cost or a price is for." });
export const CostBasisEnum = enumOf(COST_BASES);
registerEnumType(CostBasisEnum, { name: "CostBasis", description: "REPORTED by the provider, RATED by a rate card, or an ESTIMATE; never added twice." });
export const UnattributedReasonEnum = enumOf(UNATTRIBUTED_REASONS);
registerEnumType(UnattributedReasonEnum, { name: "UnattributedReason" });

const optional = { nullable: true } as const;

@InputType({ description: "Tokens that a leg used." })
export class TokenUsageInput {
  @Field(() => LongScalar, optional) in?: number | null;
  @Field(() => LongScalar, optional) out?: number | null;
  @Field(() => LongScalar, optional) cached?: number | null;
  @Field(() => LongScalar, optional) audioIn?: number | null;
  @Field(() => LongScalar, optional) audioOut?: number | null;
}

@InputType({ description: "What happened in a leg; absent means unknown." })
export class UsageFlagsInput {
  @Field(() => Boolean, optional) humanRequested?: boolean | null;
  @Field(() => Boolean, optional) optOut?: boolean | null;
  @Field(() => Boolean, optional) distress?: boolean | null;
  @Field(() => Boolean, optional) disclosed?: boolean | null;
  @Field(() => Boolean, optional) consent?: boolean | null;
  @Field(() => Boolean, optional) voicemail?: boolean | null;
  @Field(() => Boolean, optional) complaint?: boolean | null;
}

@InputType({ description: "Writes to other systems that a leg needed and that succeeded." })
export class WritesInput {
  @Field(() => Int, optional) required?: number | null;
  @Field(() => Int, optional) succeeded?: number | null;
}

@InputType({ description: "Cost of one component of a leg." })
export class CostItemInput {
  @Field(() => CostComponentEnum) component: string;
  @Field(() => DecimalScalar, optional) quantity?: string | null;
  @Field(() => String, { nullable: true, description: "MINUTE, SECOND, TOKEN_1M and the like." }) unit?: string | null;
  @Field(() => DecimalScalar, optional) amount?: string | null;
  @Field(() => CurrencyCodeScalar, { nullable: true, description: "Required beside amount." }) currency?: string | null;
  @Field(() => CostBasisEnum) basis: string;
}

@InputType({
  description:
    "The canonical usage event: one per revision of a leg; a contact groups legs. Each event is judged on its own: a fault rejects the event, not the batch. Instants are RFC 3339 with offset, durations whole milliseconds.",
})
export class UsageEventInput {
  @Field(() => String, { description: "Stable over deliveries, at most 200 characters. (source, eventId) is unique for ever." }) eventId: string;
  @Field(() => UsageEventTypeEnum, { defaultValue: "LEG_COMPLETED" }) type: string;
  @Field(() => LongScalar, { defaultValue: 0, description: "The highest revision of a leg wins, whatever the order of arrival." }) revision: number;
  @Field(() => String, { nullable: true, description: "Code of the unit. Must be yours and must own the use case." }) businessUnit?: string | null;
  @Field(() => String, { nullable: true, description: "Code of the use case. Absent or unknown: the event is HELD as unattributed." }) useCase?: string | null;
  @Field(() => String) contactId: string;
  @Field(() => String) legId: string;
  @Field(() => ChannelEnum) channel: string;
  @Field(() => DirectionEnum) direction: string;
  @Field(() => LegStatusEnum) status: string;
  @Field(() => DateTimeScalar, optional) initiatedAt?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Null when never answered." }) connectedAt?: Date | null;
  @Field(() => DateTimeScalar, { description: "Decides the period. At most 5 minutes ahead of the server." }) endedAt: Date;
  @Field(() => LongScalar, { description: "Milliseconds, 0 to a week. More than a second off the timestamps is kept and flagged." }) connectedMs: number;
  @Field(() => OutcomeEnum, optional) outcome?: string | null;
  @Field(() => Boolean, { nullable: true, description: "Null until known." }) resolved?: boolean | null;
  @Field(() => String, optional) provider?: string | null;
  @Field(() => Boolean, { defaultValue: false, description: "Out of every total." }) test: boolean;
  @Field(() => String, { nullable: true, description: '"1.0".' }) specVersion?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "endedAt when absent." }) occurredAt?: Date | null;
  @Field(() => String, optional) campaignRunId?: string | null;
  @Field(() => String, optional) workflow?: string | null;
  @Field(() => String, optional) cohort?: string | null;
  @Field(() => String, optional) variant?: string | null;
  @Field(() => String, optional) parentLegId?: string | null;
  @Field(() => String, optional) providerRef?: string | null;
  @Field(() => String, { nullable: true, description: "The carrier's id of the same call." }) telephonyRef?: string | null;
  @Field(() => String, { nullable: true, description: "Pseudonym (HMAC), at most 200 characters. What looks like a telephone number in clear (7 to 15 digits, however spelt) is refused." }) customerRef?: string | null;
  @Field(() => String, optional) agentId?: string | null;
  @Field(() => String, optional) agentVersion?: string | null;
  @Field(() => String, optional) promptVersion?: string | null;
  @Field(() => String, optional) model?: string | null;
  @Field(() => TransportEnum, optional) transport?: string | null;
  @Field(() => String, { nullable: true, description: "BCP 47." }) language?: string | null;
  @Field(() => String, { nullable: true, description: "ISO 3166-1 alpha-2." }) country?: string | null;
  @Field(() => String, { nullable: true, description: "ISO 3166-2." }) jurisdiction?: string | null;
  @Field(() => DateTimeScalar, optional) handoffRequestedAt?: Date | null;
  @Field(() => DateTimeScalar, optional) humanConnectedAt?: Date | null;
  @Field(() => LongScalar, optional) queueMs?: number | null;
  @Field(() => LongScalar, optional) aiMs?: number | null;
  @Field(() => LongScalar, optional) humanMs?: number | null;
  @Field(() => LongScalar, optional) holdMs?: number | null;
  @Field(() => LongScalar, optional) wrapMs?: number | null;
  @Field(() => Int, optional) messages?: number | null;
  @Field(() => Int, optional) segments?: number | null;
  @Field(() => TokenUsageInput, optional) tokens?: TokenUsageInput | null;
  @Field(() => String, { nullable: true, description: "The provider's own words." }) endReasonRaw?: string | null;
  @Field(() => UsageFlagsInput, optional) flags?: UsageFlagsInput | null;
  @Field(() => DateTimeScalar, optional) disclosedAt?: Date | null;
  @Field(() => SentimentEnum, optional) sentiment?: string | null;
  @Field(() => Int, { nullable: true, description: "1 to 5." }) csat?: number | null;
  @Field(() => String, optional) intent?: string | null;
  @Field(() => WritesInput, optional) writes?: WritesInput | null;
  @Field(() => [CostItemInput], optional) costItems?: CostItemInput[] | null;
  @Field(() => JsonScalar, { nullable: true, description: "At most 8 KB, no personal data." }) attributes?: Record<string, unknown> | null;
}

