import { Field, ID, InputType, Int, registerEnumType } from "type-graphql";
import { enumOf } from "../kernel/graph.type";
import { DateTimeScalar, DecimalScalar, JsonScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import type { Channel, Direction } from "../metering";
import {
  ChannelEnum, DirectionEnum, LegStatusEnum, OutcomeEnum, SentimentEnum, TokenUsageInput, TransportEnum, UsageEventInput, UsageFlagsInput, WritesInput,
} from "../metering/usage-input.type";
import { CORRECTION_KINDS, CorrectionKind } from "./correction";
import { CorrectionInput as CorrectionInputShape, CorrectionWhere as CorrectionWhereShape } from "./correction-input";

export const CorrectionKindEnum = enumOf(CORRECTION_KINDS);
registerEnumType(CorrectionKindEnum, {
  name: "CorrectionKind",
  description: "VOID: legs stop counting. AMEND: legs count with some fields set anew. BACKFILL: a batch of events that somebody vouches for counts. ATTRIBUTE: legs count under another use case.",
});

const optional = { nullable: true } as const;

@InputType({ description: "Which legs, of those that count by everything known now. Every condition given holds; at most 50,000 legs match, and something besides channel and direction narrows them." })
export class CorrectionWhere implements CorrectionWhereShape {
  @Field(() => PeriodKeyScalar, { nullable: true, description: "The period's own instants; not together with from and to." }) period?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Legs that ended at this instant or later." }) from?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Legs that ended before this instant." }) to?: Date | null;
  @Field(() => String, { nullable: true, description: "URI of the source that reported them." }) source?: string | null;
  @Field(() => [String], { nullable: true, description: "Codes of units that they count for; NOT_FOUND for one that does not exist." }) businessUnit?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Codes of use cases that they count for; NOT_FOUND for one that does not exist." }) useCase?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Unit codes as they were sent, known or not." }) reportedBusinessUnit?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Use case codes as they were sent, known or not." }) reportedUseCase?: string[] | null;
  @Field(() => [ChannelEnum], optional) channel?: Channel[] | null;
  @Field(() => [DirectionEnum], optional) direction?: Direction[] | null;
  @Field(() => [String], { nullable: true, description: "Providers as they were sent." }) provider?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: "True: only usage that stands under no use case." }) unattributed?: boolean | null;
  @Field(() => Boolean, { nullable: true, description: "True: tests alone. Left out or false: no tests." }) test?: boolean | null;
}

@InputType({ description: "Fields of the canonical usage event to set on every leg of an amendment. Left out: stays; null: emptied, where a field may be. Read and checked as ingest reads events, on every leg: one that breaks stops all." })
export class UsageEventPatchInput {
  @Field(() => ChannelEnum, optional) channel?: Channel;
  @Field(() => DirectionEnum, optional) direction?: Direction;
  @Field(() => LegStatusEnum, optional) status?: string;
  @Field(() => DateTimeScalar, optional) initiatedAt?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Null: never answered." }) connectedAt?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Decides the period, and which unit owned the use case." }) endedAt?: Date;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds, 0 to a week." }) connectedMs?: number;
  @Field(() => OutcomeEnum, optional) outcome?: string | null;
  @Field(() => Boolean, { nullable: true, description: "Null: unknown." }) resolved?: boolean | null;
  @Field(() => String, optional) provider?: string | null;
  @Field(() => Boolean, { nullable: true, description: "True: out of every total." }) test?: boolean;
  @Field(() => String, optional) campaignRunId?: string | null;
  @Field(() => String, optional) workflow?: string | null;
  @Field(() => String, optional) cohort?: string | null;
  @Field(() => String, optional) variant?: string | null;
  @Field(() => String, optional) parentLegId?: string | null;
  @Field(() => String, optional) providerRef?: string | null;
  @Field(() => String, { nullable: true, description: "The carrier's id of the same call." }) telephonyRef?: string | null;
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
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) queueMs?: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) aiMs?: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) humanMs?: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) holdMs?: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) wrapMs?: number | null;
  @Field(() => Int, optional) messages?: number | null;
  @Field(() => Int, optional) segments?: number | null;
  @Field(() => TokenUsageInput, { nullable: true, description: "Those that are given are set; null empties all." }) tokens?: TokenUsageInput | null;
  @Field(() => String, { nullable: true, description: "The provider's own words." }) endReasonRaw?: string | null;
  @Field(() => UsageFlagsInput, { nullable: true, description: "Those that are given are set; null empties all." }) flags?: UsageFlagsInput | null;
  @Field(() => DateTimeScalar, optional) disclosedAt?: Date | null;
  @Field(() => SentimentEnum, optional) sentiment?: string | null;
  @Field(() => Int, { nullable: true, description: "1 to 5." }) csat?: number | null;
  @Field(() => String, optional) intent?: string | null;
  @Field(() => WritesInput, { nullable: true, description: "Those that are given are set; null empties both." }) writes?: WritesInput | null;
  @Field(() => JsonScalar, { nullable: true, description: "At most 8 KB, no personal data." }) attributes?: Record<string, unknown> | null;
}

@InputType({ description: "What is wrong with the usage, and what holds instead." })
export class PreviewCorrectionInput implements CorrectionInputShape {
  @Field(() => CorrectionKindEnum) kind: CorrectionKind;
  @Field(() => [ID], { nullable: true, description: "Which legs (VOID, AMEND, ATTRIBUTE): 1 to 50,000 ids of usage events, or their eventId where only one source uses it. NOT_FOUND when one names nothing that counts." }) eventIds?: string[] | null;
  @Field(() => CorrectionWhere, { nullable: true, description: "Instead of eventIds: the legs that count and match now. NOT_FOUND when there are none." }) where?: CorrectionWhere | null;
  @Field(() => UsageEventPatchInput, { nullable: true, description: "AMEND: what is set." }) patch?: UsageEventPatchInput | null;
  @Field(() => String, { nullable: true, description: "ATTRIBUTE: code of the use case; the unit is the one that owned it when the leg ended." }) useCase?: string | null;
  @Field(() => String, { nullable: true, description: "BACKFILL: name of a batch that addToBackfill filled." }) backfill?: string | null;
}

@InputType({ description: "A correction with why, to be applied." })
export class ProposeCorrectionInput extends PreviewCorrectionInput {
  @Field(() => String, { description: "Why, at most 500 characters; kept with the correction and in the audit trail." }) reason: string;
  @Field(() => String, { nullable: true, description: "Text or the address of a document that proves it, at most 2,000 characters." }) evidence?: string | null;
  @Field(() => String, { nullable: true, description: "The same key again answers the correction that was made; CONFLICT with another content." }) idempotencyKey?: string | null;
}

@InputType()
export class AddToBackfillInput {
  @Field(() => String, { description: "Code of the batch, chosen by you; made when it is new." }) name: string;
  @Field(() => String, { description: "Who measured: a URI of at most 200 characters. One per batch." }) source: string;
  @Field(() => [UsageEventInput], { description: "1 to 5,000 events, one per leg. Call again for more: a batch holds up to 50,000." }) events: UsageEventInput[];
}

@InputType()
export class ApproveCorrectionInput {
  @Field(() => ID, { description: "Id of the correction." }) correction: string;
}

@InputType()
export class DecideCorrectionInput extends ApproveCorrectionInput {
  @Field(() => String, { description: "Why, at most 500 characters; kept with the correction and in the audit trail." }) reason: string;
}

@InputType()
export class SetCorrectionRulesInput {
  @Field(() => LongScalar, { nullable: true, description: "A correction of more legs needs a second person; as it is when left out." }) legs?: number | null;
  @Field(() => DecimalScalar, { nullable: true, description: "A correction that moves more needs a second person; in the programme's currency; as it is when left out." }) amount?: string | null;
  @Field(() => String, { description: "Why; kept in the audit trail." }) reason: string;
}
