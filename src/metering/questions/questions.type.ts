import { Field, ObjectType, registerEnumType } from "type-graphql";
import { enumOf } from "../../kernel/graph.type";
import { DateTimeScalar, DecimalScalar, LongScalar } from "../../kernel/scalars";
import { UsageGroupRow } from "../usage.type";
import { DURATION_MEASURES } from "./duration-measure";
import { PEAK_BUCKETS } from "./peaks.query";

export const DurationMeasureEnum = enumOf(DURATION_MEASURES);
registerEnumType(DurationMeasureEnum, {
  name: "DurationMeasure",
  description: "CONNECTED: connectedMs of calls (connected voice legs). QUEUE, AI, HUMAN, HOLD and WRAP: queueMs, aiMs, humanMs, holdMs and wrapMs of every leg that carries the value, connected or not, on any channel.",
});
export const PeakBucketEnum = enumOf(PEAK_BUCKETS);
registerEnumType(PeakBucketEnum, { name: "PeakBucket", description: "Hours, days, ISO weeks or months of the programme's time zone." });

@ObjectType({ simpleResolvers: true, description: "The most calls (connected voice legs) of a group that were connected at one instant. A call covers the instants from connectedAt (endedAt - connectedMs where it is absent, and never more than a week before endedAt) up to but not including endedAt." })
export class UsagePeakRow extends UsageGroupRow {
  @Field(() => LongScalar, { description: "Calls at once. Peaks of groups do not add up to that of the whole: they are reached at different instants." }) maximum: number;
  @Field(() => DateTimeScalar, { nullable: true, description: "The first instant of the range or bucket at which so many were connected; null when there was no call." }) reachedAt: Date | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds from reachedAt until fewer were connected, or until the range or bucket ended." }) heldMs: number | null;
  @Field(() => [String], { description: "Why a figure of this row is null." }) missing: string[];
}

@ObjectType({ simpleResolvers: true, description: "Peaks by group; a group or bucket without a call has no row." })
export class UsagePeakReport {
  @Field(() => [UsagePeakRow]) rows: UsagePeakRow[];
  @Field(() => UsagePeakRow, { description: "The peak over all calls that match, whatever their group and bucket." }) total: UsagePeakRow;
  @Field(() => DateTimeScalar, { description: "Recorded-at instant up to which facts are in." }) asOf: Date;
}

@ObjectType({ simpleResolvers: true, description: "How long the legs of a group lasted. Percentiles are exact, from the legs themselves: the shortest duration that at least so many in a hundred legs do not exceed. Null, with a reason in missing, where no leg carries the value." })
export class UsageDurationRow extends UsageGroupRow {
  @Field(() => LongScalar, { description: "Legs that carry the value; the other figures are theirs." }) count: number;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) sumMs: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) minMs: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) maxMs: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) p50Ms: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) p75Ms: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) p90Ms: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) p95Ms: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Milliseconds." }) p99Ms: number | null;
  @Field(() => DecimalScalar, { nullable: true, description: "Milliseconds, averageNumerator / averageDenominator rounded half up to three decimals for reading." }) averageMs: string | null;
  @Field(() => LongScalar, { nullable: true, description: "Of the exact average: milliseconds." }) averageNumerator: number | null;
  @Field(() => LongScalar, { nullable: true, description: "Of the exact average: legs." }) averageDenominator: number | null;
  @Field(() => [String], { description: "Why a figure of this row is null." }) missing: string[];
}

@ObjectType({ simpleResolvers: true, description: "Durations by group; a group without a leg has no row." })
export class UsageDurationReport {
  @Field(() => [UsageDurationRow]) rows: UsageDurationRow[];
  @Field(() => UsageDurationRow, { description: "Over all legs that match, from the legs themselves." }) total: UsageDurationRow;
  @Field(() => DateTimeScalar, { description: "Recorded-at instant up to which facts are in." }) asOf: Date;
}
