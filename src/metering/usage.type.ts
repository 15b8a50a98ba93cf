import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Node, connectionOf, enumOf } from "../kernel/graph.type";
import { DateScalar, DateTimeScalar, DecimalScalar, JsonScalar, LongScalar, PeriodKeyScalar } from "../kernel/scalars";
import { UserError } from "../kernel/user-error.type";
import { Allow } from "../tenancy/access";
import type { OwnershipView } from "../tenancy";
import { BusinessUnitType, OwnershipViewEnum, UseCaseType } from "../tenancy/tenancy.type";
import { AttributionRuleType } from "./unattributed/attribution-rule.type";
import { INGEST_OUTCOMES } from "./usage-event";
import { ChannelEnum, DirectionEnum, LegStatusEnum, OutcomeEnum, SentimentEnum, TransportEnum, UnattributedReasonEnum, UsageEventInput, UsageEventTypeEnum } from "./usage-input.type";
import { CostItem, TokenUsage, UsageFlags, Writes } from "./usage-event-parts.type";
import { USAGE_DIMENSIONS, USAGE_VIEWS, UsageView, UsageWhere as UsageWhereShape } from "./questions/usage-report";
import type { Channel, Direction } from "./usage-event";

export const IngestOutcomeEnum = enumOf(INGEST_OUTCOMES);
registerEnumType(IngestOutcomeEnum, {
  name: "IngestOutcome",
  description: "ACCEPTED; DUPLICATE: the same again, nothing changed; SUPERSEDED: stored, but a newer revision counts; CONFLICT: same id, other content, refused; REJECTED: faulty; HELD: stored, unattributed.",
});
export const UsageDimensionEnum = enumOf(USAGE_DIMENSIONS);
export const UsageViewEnum = enumOf(USAGE_VIEWS);
registerEnumType(UsageViewEnum, { name: "UsageView", description: "POSTED: closed months as they were at their cut-off, the figures that were charged. RESTATED: with what arrived or was corrected since; the difference is charged as adjustments." });
registerEnumType(UsageDimensionEnum, { name: "UsageDimension", description: "At most one of PERIOD, MONTH, WEEK (ISO, from Monday), DAY and HOUR, in the programme's time zone: a repeated hour is two hours, a day of a changing clock has 23, 25 or as many as it has. The others are fields of a leg." });

@InputType()
export class ReportUsageInput {
  @Field(() => String, { description: "Who measured: a URI of at most 200 characters, for example retell://org_x." }) source: string;
  @Field(() => [UsageEventInput], { description: "1 to 5,000 events." }) events: UsageEventInput[];
}

@InputType({ description: "Which usage. All given conditions hold together; a code that is not yours is NOT_FOUND." })
export class UsageWhere implements UsageWhereShape {
  @Field(() => PeriodKeyScalar, { nullable: true, description: "The period's own instants; not together with from and to." }) period?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Legs that ended at or after this instant." }) from?: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Legs that ended before this instant." }) to?: Date | null;
  @Field(() => [String], { nullable: true }) businessUnit?: string[] | null;
  @Field(() => [String], { nullable: true }) useCase?: string[] | null;
  @Field(() => [ChannelEnum], { nullable: true }) channel?: Channel[] | null;
  @Field(() => [DirectionEnum], { nullable: true }) direction?: Direction[] | null;
  @Field(() => [String], { nullable: true, description: "Any of these, as they were sent; legs that name none do not match. The same for the fields that follow." }) provider?: string[] | null;
  @Field(() => [OutcomeEnum], { nullable: true }) outcome?: string[] | null;
  @Field(() => [String], { nullable: true, description: "BCP 47 tags, compared as they were sent." }) language?: string[] | null;
  @Field(() => [String], { nullable: true }) agentVersion?: string[] | null;
  @Field(() => [String], { nullable: true }) promptVersion?: string[] | null;
  @Field(() => [String], { nullable: true, description: "campaignRunId of the event." }) campaignRun?: string[] | null;
  @Field(() => UsageViewEnum, { nullable: true, description: "POSTED when left out." }) view?: UsageView | null;
  @Field(() => OwnershipViewEnum, { nullable: true, description: "AS_WAS when left out; AS_IS is for usage; usageEvents, usagePeaks and usageDurations refuse it with BAD_USER_INPUT. businessUnit filters by the unit that the view shows." }) ownership?: OwnershipView | null;
}

@InputType()
export class AttributeUsageInput {
  @Field(() => [ID], { nullable: true, description: "1 to 50,000 ids of usage events, or their eventId where only one source uses it. All or nothing: CONFLICT when one stands under another use case already (move it with proposeCorrection, kind ATTRIBUTE), NOT_FOUND when one names nothing that counts." }) eventIds?: string[] | null;
  @Field(() => UsageWhere, { nullable: true, description: "Instead of eventIds: unattributed usage that matches; businessUnit and useCase are compared as they were reported." }) where?: UsageWhere | null;
  @Field(() => String, { nullable: true, description: "With where: only usage of this source." }) source?: string | null;
  @Field(() => String, { description: "Code of the use case; the unit is the one that owned it when the leg ended." }) useCase: string;
  @Field(() => DateScalar, {
    nullable: true,
    description: "Makes a standing rule: from the first instant of this day of the programme's time zone the one code in where.useCase (sent with the one unit in where.businessUnit and from source, where given; nothing else in where) means useCase, for what is unattributed now and for what arrives later from senders that may write the owner's usage. CONFLICT when the code is a use case itself.",
  }) effectiveFrom?: string | null;
  @Field(() => String, { description: "Why; kept in the audit trail." }) reason: string;
}

@ObjectType({ simpleResolvers: true })
export class UsageEventResult {
  @Field(() => Int, { description: "Place in the batch, from 0." }) index: number;
  @Field(() => String) eventId: string;
  @Field(() => IngestOutcomeEnum) outcome: string;
  @Field(() => String, { nullable: true, description: "BAD_USER_INPUT, NOT_FOUND, CONFLICT, or FORBIDDEN for what the source may not push." }) code?: string | null;
  @Field(() => String, { nullable: true }) message?: string | null;
}

@ObjectType({ simpleResolvers: true, description: "One verdict per event, in the order sent, and how many of each." })
export class ReportUsagePayload {
  @Field(() => [UsageEventResult]) results: UsageEventResult[];
  @Field(() => Int) accepted: number;
  @Field(() => Int) duplicate: number;
  @Field(() => Int) superseded: number;
  @Field(() => Int) conflict: number;
  @Field(() => Int) rejected: number;
  @Field(() => Int) held: number;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class AttributeUsagePayload {
  @Field(() => Int, { nullable: true, description: "Legs that moved; 0 when all of them stood there already." }) attributed?: number | null;
  @Field(() => AttributionRuleType, { nullable: true, description: "The standing rule, with effectiveFrom; null without." }) rule?: AttributionRuleType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export abstract class UsageGroupRow {
  @Field(() => BusinessUnitType, { nullable: true, description: "Null where not asked for, and for unattributed usage." }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true, description: "Null where not asked for, and for unattributed usage." }) useCase: UseCaseType | null;
  @Field(() => ChannelEnum, { nullable: true }) channel: string | null;
  @Field(() => DirectionEnum, { nullable: true }) direction: string | null;
  @Field(() => String, { nullable: true, description: "As it was sent; null where not asked for, and where a leg does not name one. The same for the fields that follow." }) provider: string | null;
  @Field(() => OutcomeEnum, { nullable: true }) outcome: string | null;
  @Field(() => String, { nullable: true, description: "URI of the source that sent the event." }) source: string | null;
  @Field(() => String, { nullable: true, description: "agentId of the event." }) agent: string | null;
  @Field(() => String, { nullable: true }) agentVersion: string | null;
  @Field(() => String, { nullable: true }) promptVersion: string | null;
  @Field(() => String, { nullable: true }) model: string | null;
  @Field(() => String, { nullable: true, description: "BCP 47." }) language: string | null;
  @Field(() => String, { nullable: true, description: "ISO 3166-1." }) country: string | null;
  @Field(() => String, { nullable: true, description: "campaignRunId of the event." }) campaignRun: string | null;
  @Field(() => String, { nullable: true }) workflow: string | null;
  @Field(() => String, { nullable: true }) cohort: string | null;
  @Field(() => String, { nullable: true }) variant: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "First instant of the hour, day, week or month." }) bucket: Date | null;
}

@ObjectType({ simpleResolvers: true, description: "Figures of one group. calls are connected voice legs, the durations are theirs; tests, voided and superseded legs count nowhere." })
export class UsageRow extends UsageGroupRow {
  @Field(() => LongScalar, { description: "Distinct contacts. They do not add up over rows." }) contacts: number;
  @Field(() => LongScalar) legs: number;
  @Field(() => LongScalar) calls: number;
  @Field(() => LongScalar, { description: "Milliseconds." }) connectedMs: number;
  @Field(() => DecimalScalar, { description: "Seconds, exact." }) connectedSeconds: string;
  @Field(() => DecimalScalar, { description: "Measured minutes, rounded to six decimals for reading; connectedMs is exact." }) minutes: string;
}

@ObjectType({ simpleResolvers: true })
export class UsageReport {
  @Field(() => [UsageRow]) rows: UsageRow[];
  @Field(() => UsageRow) total: UsageRow;
  @Field(() => DateTimeScalar, { description: "Recorded-at instant up to which facts are in: of a closed month as posted its cut-off." }) asOf: Date;
}

@ObjectType("UsageEvent", { implements: Node, simpleResolvers: true, description: "A leg as it counts now: its highest revision, under the unit that it is attributed to." })
export class UsageEventType extends Node {
  @Field(() => String) eventId: string;
  @Field(() => String) source: string;
  @Field(() => String) specVersion: string;
  @Field(() => UsageEventTypeEnum) type: string;
  @Field(() => LongScalar) revision: number;
  @Field(() => DateTimeScalar) occurredAt: Date;
  @Field(() => DateTimeScalar, { description: "When it was stored, by the server's clock." }) receivedAt: Date;
  @Field(() => BusinessUnitType, { nullable: true, description: "Null while unattributed." }) businessUnit: BusinessUnitType | null;
  @Field(() => UseCaseType, { nullable: true, description: "Null while unattributed." }) useCase: UseCaseType | null;
  @Allow("FINANCE", "AUDITOR")
  @Field(() => String, { nullable: true, description: "The code that was sent." }) reportedBusinessUnit: string | null;
  @Allow("FINANCE", "AUDITOR")
  @Field(() => String, { nullable: true, description: "The code that was sent." }) reportedUseCase: string | null;
  @Field(() => UnattributedReasonEnum, { nullable: true }) unattributedReason: string | null;
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => String) contactId: string;
  @Field(() => String) legId: string;
  @Field(() => String, { nullable: true }) parentLegId: string | null;
  @Field(() => String, { nullable: true }) campaignRunId: string | null;
  @Field(() => String, { nullable: true }) workflow: string | null;
  @Field(() => String, { nullable: true }) cohort: string | null;
  @Field(() => String, { nullable: true }) variant: string | null;
  @Field(() => String, { nullable: true }) provider: string | null;
  @Field(() => String, { nullable: true }) providerRef: string | null;
  @Field(() => String, { nullable: true }) telephonyRef: string | null;
  @Field(() => String, { nullable: true }) agentId: string | null;
  @Field(() => String, { nullable: true }) agentVersion: string | null;
  @Field(() => String, { nullable: true }) promptVersion: string | null;
  @Field(() => String, { nullable: true }) model: string | null;
  @Field(() => ChannelEnum) channel: string;
  @Field(() => TransportEnum, { nullable: true }) transport: string | null;
  @Field(() => DirectionEnum) direction: string;
  @Field(() => String, { nullable: true }) language: string | null;
  @Field(() => String, { nullable: true }) country: string | null;
  @Field(() => String, { nullable: true }) jurisdiction: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) initiatedAt: Date | null;
  @Field(() => DateTimeScalar, { nullable: true }) connectedAt: Date | null;
  @Field(() => DateTimeScalar) endedAt: Date;
  @Field(() => LongScalar, { description: "Milliseconds." }) connectedMs: number;
  @Field(() => Boolean, { description: "connectedMs is more than a second off the timestamps." }) durationMismatch: boolean;
  @Field(() => LegStatusEnum) status: string;
  @Field(() => OutcomeEnum, { nullable: true }) outcome: string | null;
  @Field(() => Boolean, { nullable: true }) resolved: boolean | null;
  @Field(() => DateTimeScalar, { nullable: true }) handoffRequestedAt: Date | null;
  @Field(() => DateTimeScalar, { nullable: true }) humanConnectedAt: Date | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds; null when it was not measured. The same for the four that follow." }) queueMs: number | null;
  @Field(() => LongScalar, { nullable: true }) aiMs: number | null;
  @Field(() => LongScalar, { nullable: true }) humanMs: number | null;
  @Field(() => LongScalar, { nullable: true }) holdMs: number | null;
  @Field(() => LongScalar, { nullable: true }) wrapMs: number | null;
  @Field(() => Int, { nullable: true }) messages: number | null;
  @Field(() => Int, { nullable: true }) segments: number | null;
  @Field(() => TokenUsage, { nullable: true }) tokens: TokenUsage | null;
  @Field(() => String, { nullable: true, description: "The provider's own words." }) endReasonRaw: string | null;
  @Field(() => UsageFlags, { nullable: true }) flags: UsageFlags | null;
  @Field(() => DateTimeScalar, { nullable: true }) disclosedAt: Date | null;
  @Field(() => SentimentEnum, { nullable: true }) sentiment: string | null;
  @Field(() => Int, { nullable: true, description: "1 to 5." }) csat: number | null;
  @Field(() => String, { nullable: true }) intent: string | null;
  @Field(() => Writes, { nullable: true }) writes: Writes | null;
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Field(() => [CostItem], { nullable: true, description: "Cost by component as it is known now: late cost (LEG_RATED) takes the place of what the leg said of the same component. Null when none is known." }) costItems: CostItem[] | null;
  @Allow("FINANCE", "BUSINESS_UNIT", "AUDITOR")
  @Field(() => JsonScalar, { nullable: true }) attributes: Record<string, unknown> | null;
  @Field(() => Boolean) test: boolean;
}

export const UsageEventConnection = connectionOf(UsageEventType, "UsageEvent");
