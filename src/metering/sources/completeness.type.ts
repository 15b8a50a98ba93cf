import { Field, Int, ObjectType } from "type-graphql";
import { DateTimeScalar, DecimalScalar, LongScalar } from "../../kernel/scalars";
import { RejectCount } from "./completeness.query";
import { LagBounds } from "./lag";

@ObjectType("RejectCount", { simpleResolvers: true, description: "Rejected events of one reason." })
export class RejectCountType implements RejectCount {
  @Field(() => String, { description: "BAD_USER_INPUT, NOT_FOUND, FORBIDDEN or CONFLICT." }) code: string;
  @Field(() => String, { description: 'What they were rejected for: a field of the event, "unknownField", "event", "source" (suspended, retired, not registered), "subject" (the token may not push for it), or "other" for what is beyond the reasons that are told apart.' }) about: string;
  @Field(() => LongScalar, { description: "Events." }) count: number;
}

@ObjectType("LagBounds", { simpleResolvers: true, description: "Bounds between which a percentile lies, both inclusive, in milliseconds." })
export class LagBoundsType implements LagBounds {
  @Field(() => LongScalar) atLeastMs: number;
  @Field(() => LongScalar) atMostMs: number;
}

@ObjectType("SourceLag", { simpleResolvers: true, description: "Time from the end of a leg to the arrival of its event, of events that were stored for the first time; below 0 where the sender's clock is ahead." })
export class SourceLagType {
  @Field(() => LongScalar, { description: "How many events it is of." }) events: number;
  @Field(() => LongScalar, { description: "Milliseconds, exact." }) minMs: number;
  @Field(() => LongScalar, { description: "Milliseconds, exact." }) maxMs: number;
  @Field(() => DecimalScalar, { description: "Milliseconds of all events together, exact." }) totalMs: string;
  @Field(() => LagBoundsType) p50: LagBounds;
  @Field(() => LagBoundsType) p95: LagBounds;
  @Field(() => LagBoundsType) p99: LagBounds;
  @Field(() => String, { description: "How the percentiles are found." }) method: string;
}

@ObjectType("SourceGap", { simpleResolvers: true, description: "A stretch in which no leg of the source ended, longer within its active hours than its rhythm allows." })
export class SourceGapType {
  @Field(() => DateTimeScalar, { description: "End of the leg before, or where the range begins." }) from: Date;
  @Field(() => DateTimeScalar, { description: "End of the leg after, or where the range ends, which is now at the latest." }) to: Date;
  @Field(() => LongScalar, { description: "Milliseconds of it within the active hours." }) activeMs: number;
}

@ObjectType("SourceGaps", { simpleResolvers: true })
export class SourceGapsType {
  @Field(() => Int, { description: "How many there are in the range." }) count: number;
  @Field(() => [SourceGapType], { description: "The longest first, by active time; at most 100." }) longest: SourceGapType[];
}

@ObjectType("SourceCompleteness", { simpleResolvers: true, description: "What came from a source in a half-open range of instants. Counts are of events by when they were received; gaps are told by when legs ended." })
export class SourceCompletenessType {
  @Field(() => DateTimeScalar, { description: "First instant of the range." }) from: Date;
  @Field(() => DateTimeScalar, { description: "First instant after it." }) to: Date;
  @Field(() => DateTimeScalar, { description: "Recorded-at instant up to which facts are in." }) asOf: Date;
  @Field(() => LongScalar, { description: "Batches." }) deliveries: number;
  @Field(() => LongScalar) accepted: number;
  @Field(() => LongScalar, { description: "Sent again." }) duplicate: number;
  @Field(() => LongScalar, { description: "Stored; a newer revision counts." }) superseded: number;
  @Field(() => LongScalar, { description: "Known identity, other content: refused." }) conflict: number;
  @Field(() => LongScalar) rejected: number;
  @Field(() => LongScalar, { description: "Stored, unattributed." }) held: number;
  @Field(() => [RejectCountType], { description: "The most frequent reason first; they sum to rejected." }) rejects: readonly RejectCount[];
  @Field(() => DateTimeScalar, { nullable: true, description: "Earliest end of a leg that was stored from these batches; null when none was." }) firstEndedAt: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: "Latest end of a leg that was stored from these batches; null when none was." }) lastEndedAt: Date | null;
  @Field(() => SourceLagType, { nullable: true, description: "Null with a reason in missing when nothing was stored for the first time." }) lag: SourceLagType | null;
  @Field(() => [String], { description: "Why a figure cannot be given." }) missing: string[];
}
