import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf, enumOf } from "../../kernel/graph.type";
import { DateTimeScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { UserError } from "../../kernel/user-error.type";
import { Channel, UsageEventType } from "../usage-event";
import { ChannelEnum, UsageEventTypeEnum } from "../usage-input.type";
import { SilenceAcknowledgement } from "./acknowledge-silence";
import { WEEKDAYS, Weekday } from "./active-hours";
import { SOURCE_KINDS, SOURCE_STATUSES, SourceKind, SourceStatus } from "./source";
import { SourceRules } from "./source-rules";

export const SourceKindEnum = enumOf(SOURCE_KINDS);
registerEnumType(SourceKindEnum, { name: "SourceKind", description: "PLATFORM leads the calls; CARRIER: a telephony carrier whose legs repeat calls that a platform reports, too; FILE: files that somebody imports; OTHER." });
export const SourceStatusEnum = enumOf(SOURCE_STATUSES);
registerEnumType(SourceStatusEnum, { name: "SourceStatus", description: "ACTIVE; SUSPENDED: nothing is taken from it for now, though its rhythm is still expected; RETIRED: nothing is taken from it or expected of it any more." });
export const WeekdayEnum = enumOf(WEEKDAYS);
registerEnumType(WeekdayEnum, { name: "Weekday", description: "A day of the week on the programme's clocks." });

@InputType({ description: "Everything that holds of a source from now on. What is left out is unlimited, not expected or unknown." })
export class RegisterSourceInput {
  @Field(() => String, { description: "As its events name it: 1 to 200 characters." }) uri: string;
  @Field(() => String, { description: "For people: 1 to 200 characters." }) name: string;
  @Field(() => String, { description: "The team or person that answers for it." }) owner: string;
  @Field(() => String, { nullable: true, description: "How to reach the owner." }) contact?: string | null;
  @Field(() => SourceKindEnum, { description: "What pushes." }) kind: SourceKind;
  @Field(() => SourceStatusEnum, { nullable: true, description: "ACTIVE when left out." }) status?: SourceStatus | null;
  @Field(() => [UsageEventTypeEnum], { nullable: true, description: "Event types that it may push; any when left out." }) types?: UsageEventType[] | null;
  @Field(() => [ChannelEnum], { nullable: true, description: "Channels that it may push usage of; any when left out." }) channels?: Channel[] | null;
  @Field(() => [String], { nullable: true, description: "Codes of the business units that it may push usage of, at most 500; any when left out. NOT_FOUND for an unknown one." }) businessUnits?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Codes of the use cases that it may push usage of, at most 500; any when left out. Unknown ones that it names are held as ever. NOT_FOUND for an unknown one here." }) useCases?: string[] | null;
  @Field(() => [String], { nullable: true, description: "Subjects of the tokens that may push for it; any when left out." }) subjects?: string[] | null;
  @Field(() => Int, { nullable: true, description: "Longest time in seconds, within its active hours, that may pass without a sign of life: 60 to 2,678,400 (31 days). Left out: no rhythm is expected." }) expectedEverySeconds?: number | null;
  @Field(() => [WeekdayEnum], { nullable: true, description: "Days on which the rhythm is expected; every day when left out." }) activeDays?: Weekday[] | null;
  @Field(() => String, { nullable: true, description: 'From this time of day on, on the programme\'s clocks: "08:00". Together with activeTo.' }) activeFrom?: string | null;
  @Field(() => String, { nullable: true, description: 'Until this time of day: "18:30", at most "24:00"; not after activeFrom: of the next day.' }) activeTo?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "The rhythm is expected from this instant on; always when left out." }) expectedFrom?: Date | null;
  @Field(() => Int, { nullable: true, description: "Events whose leg ended more than so many days of 24 hours ago are REJECTED: 1 to 3,660. Left out: none are." }) lateWindowDays?: number | null;
  @Field(() => String, { nullable: true, description: "Why; kept in the audit trail." }) reason?: string | null;
}

@InputType()
export class SetSourceRulesInput {
  @Field(() => Boolean, { description: "True: usage of a source that is not registered is REJECTED from now on." }) requireRegisteredSources: boolean;
  @Field(() => String, { description: "Why; kept in the audit trail." }) reason: string;
}

@InputType()
export class AcknowledgeSilenceInput {
  @Field(() => String, { description: "URI of the source." }) source: string;
  @Field(() => PeriodKeyScalar, { description: "The month in which it was silent." }) period: string;
  @Field(() => String, { description: "Why the month may close all the same; kept in the audit trail." }) reason: string;
}

@ObjectType("Source", { simpleResolvers: true, description: "Where usage comes from. It comes into being with its first push or with its registration, and its URI is its key." })
export class SourceType {
  @Field(() => String, { description: "As its events name it." }) uri: string;
  @Field(() => Boolean, { description: "False: it pushes, but nobody has said whose it is; what follows is null then." }) registered: boolean;
  @Field(() => Int, { description: "How often its registration was changed, from 1; 0 while it is not registered." }) version: number;
  @Field(() => String, { nullable: true }) name: string | null;
  @Field(() => String, { nullable: true, description: "The team or person that answers for it." }) owner: string | null;
  @Field(() => String, { nullable: true, description: "How to reach the owner." }) contact: string | null;
  @Field(() => SourceKindEnum, { nullable: true }) kind: SourceKind | null;
  @Field(() => SourceStatusEnum, { nullable: true }) status: SourceStatus | null;
  @Field(() => [UsageEventTypeEnum], { nullable: true, description: "Event types that it may push; null: any." }) types: readonly UsageEventType[] | null;
  @Field(() => [ChannelEnum], { nullable: true, description: "Channels that it may push usage of; null: any." }) channels: readonly Channel[] | null;
  @Field(() => [String], { nullable: true, description: "Codes of the business units that it may push usage of; null: any." }) businessUnits: readonly string[] | null;
  @Field(() => [String], { nullable: true, description: "Codes of the use cases that it may push usage of; null: any." }) useCases: readonly string[] | null;
  @Field(() => [String], { nullable: true, description: "Subjects of the tokens that may push for it; null: any." }) subjects: readonly string[] | null;
  @Field(() => Int, { nullable: true, description: "Longest time in seconds, within its active hours, that may pass without a sign of life; null: no rhythm is expected." }) expectedEverySeconds: number | null;
  @Field(() => [WeekdayEnum], { nullable: true, description: "Days on which the rhythm is expected; null: every day." }) activeDays: readonly Weekday[] | null;
  @Field(() => String, { nullable: true, description: "Time of day on the programme's clocks from which on the rhythm is expected; null: the whole day." }) activeFrom: string | null;
  @Field(() => String, { nullable: true, description: "Time of day until which the rhythm is expected; not after activeFrom: of the next day." }) activeTo: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "The rhythm is expected from this instant on; null: always." }) expectedFrom: Date | null;
  @Field(() => Int, { nullable: true, description: "Events whose leg ended more than so many days of 24 hours ago are REJECTED; null: none are." }) lateWindowDays: number | null;
  @Field(() => String, { nullable: true, description: "Subject that registered it as it is." }) registeredBy: string | null;
  @Field(() => DateTimeScalar, { nullable: true }) registeredAt: Date | null;
  @Field(() => DateTimeScalar, { description: "When it was first seen or registered." }) createdAt: Date;
  @Field(() => DateTimeScalar, { nullable: true, description: "When its last batch came, whatever became of it; null: none came since batches are noted." }) lastSeenAt: Date | null;
  @Field(() => Boolean, { nullable: true, description: "True: now, within its active hours, more time has passed since its last batch (or, without one, since it was to begin) than its rhythm allows. Null with a reason in missing where no rhythm is expected." }) silent: boolean | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "While it is silent: its last batch, or when it was to begin." }) silentSince: Date | null;
  @Field(() => [String], { description: "Why a figure cannot be given." }) missing: string[];
}

export const SourceConnection = connectionOf(SourceType, "Source");

@ObjectType("SourceRules", { simpleResolvers: true, description: "What finance asks of every source." })
export class SourceRulesType implements SourceRules {
  @Field(() => Int, { description: "0: finance has set none; the values are the defaults." }) version: number;
  @Field(() => Boolean, { description: "True: usage of a source that is not registered is REJECTED." }) requireRegisteredSources: boolean;
}

@ObjectType("SilenceAcknowledgement", { simpleResolvers: true, description: "Finance has looked at the silences of a source in a month, which no longer hold up its close." })
export class SilenceAcknowledgementType implements SilenceAcknowledgement {
  @Field(() => String, { description: "URI of the source." }) source: string;
  @Field(() => PeriodKeyScalar) period: string;
  @Field(() => DateTimeScalar, { description: "End of the last silence that it covers; one that goes on beyond is to be acknowledged anew." }) coversUntil: Date;
  @Field(() => String) reason: string;
  @Field(() => String, { description: "Subject that acknowledged." }) acknowledgedBy: string;
  @Field(() => DateTimeScalar) acknowledgedAt: Date;
}

@ObjectType({ simpleResolvers: true })
export class SourcePayload {
  @Field(() => SourceType, { nullable: true }) source?: SourceType | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class SourceRulesPayload {
  @Field(() => SourceRulesType, { nullable: true }) rules?: SourceRules | null;
  @Field(() => [UserError]) userErrors: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class AcknowledgeSilencePayload {
  @Field(() => SilenceAcknowledgementType, { nullable: true }) acknowledgement?: SilenceAcknowledgement | null;
  @Field(() => [UserError]) userErrors: UserError[];
}
