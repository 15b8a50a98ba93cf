import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Query, Resolver } from "type-graphql";
import { Refusal } from "../../kernel/refusal";
import { selects } from "../../kernel/selection";
import { Allow } from "../../tenancy/access";
import { TenantTransaction } from "../../tenancy/database.store";
import { RequestContext } from "../../tenancy/request-context";
import { UsageDimensionEnum, UsageWhere } from "../usage.type";
import { asOfUsage } from "./as-of.query";
import { DurationMeasure } from "./duration-measure";
import { durationsByGroup } from "./durations.query";
import { PeakBucket, PeakGroup, peaksByGroup } from "./peaks.query";
import { DurationMeasureEnum, PeakBucketEnum, UsageDurationReport, UsagePeakReport } from "./questions.type";
import { UsageDimension, isTimeDimension, requirePermittedQuestion, requireSoundQuestion } from "./usage-report";
import { ResolvedUsageWhere, resolveUsageWhere } from "./usage-where.query";

/** These questions read every leg of their range; rows and total are of one moment. */
const OPTIONS = { statementTimeoutMs: 20_000, isolation: "REPEATABLE READ" } as const;

@Resolver()
export class QuestionsResolver {
  @Allow("FINANCE", "BUSINESS_UNIT", "PROGRAMME_LEAD", "OPERATOR", "AUDITOR")
  @Query(() => UsagePeakReport, {
    description: "The most calls at once, by any mix of dimensions and by bucket. where.period, from and to name instants: at each of them every call counts that covers it, wherever it ended. A unit's token sees the peaks of its own calls; the programme lead names no unit. Executives and the steering group get none: at the instant of a peak a single unit may be calling. TIMEOUT for ranges of too many calls.",
  })
  async usagePeaks(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg("where", () => UsageWhere) where: UsageWhere,
    @Arg("groupBy", () => [UsageDimensionEnum], { description: "Without PERIOD, MONTH, WEEK, DAY and HOUR: those are buckets." }) groupBy: UsageDimension[],
    @Arg("bucket", () => PeakBucketEnum, { nullable: true, description: "A call counts in every bucket that it reaches into." }) bucket?: PeakBucket | null,
  ): Promise<UsagePeakReport> {
    if (groupBy.some(isTimeDimension)) throw new Refusal("BAD_USER_INPUT", "Peaks are not grouped by time: name HOUR, DAY, WEEK or MONTH as bucket.", ["groupBy"]);
    return ask<UsagePeakReport>(context, info, where, groupBy, async (tx, resolved, wanted) => {
      const rows = await peaksByGroup(tx, resolved, groupBy, bucket ?? null);
      const isTotal = groupBy.length === 0 && !bucket;
      const total = isTotal ? rows : wanted.total ? await peaksByGroup(tx, resolved, [], null) : [];
      return { rows, total: total[0] ?? new PeakGroup({}) };
    });
  }

  @Allow("FINANCE", "BUSINESS_UNIT", "PROGRAMME_LEAD", "OPERATOR", "AUDITOR")
  @Query(() => UsageDurationReport, {
    description: "How long legs lasted: count, sum, extremes, average and percentiles by any mix of dimensions. A unit's token sees its own legs; the programme lead names no unit. Executives and the steering group get none: the longest call is one unit's. TIMEOUT for ranges of too many legs.",
  })
  async usageDurations(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg("where", () => UsageWhere) where: UsageWhere,
    @Arg("groupBy", () => [UsageDimensionEnum]) groupBy: UsageDimension[],
    @Arg("measure", () => DurationMeasureEnum, { defaultValue: "CONNECTED" }) measure: DurationMeasure,
  ): Promise<UsageDurationReport> {
    return ask<UsageDurationReport>(context, info, where, groupBy, async (tx, resolved, wanted) => {
      const rows = await durationsByGroup(tx, resolved, groupBy, measure);
      const total = groupBy.length === 0 ? rows : wanted.total ? await durationsByGroup(tx, resolved, [], measure) : [];
      return { rows, total: total[0] };
    });
  }
}

/** What both questions have in common: what may be asked, of what, and as of when. */
async function ask<Report extends { asOf: Date }>(
  context: RequestContext, info: GraphQLResolveInfo, where: UsageWhere, groupBy: readonly UsageDimension[],
  answer: (tx: TenantTransaction, resolved: ResolvedUsageWhere, wanted: { readonly total: boolean }) => Promise<{ readonly rows: readonly unknown[]; readonly total: unknown }>,
): Promise<Report> {
  requireSoundQuestion(where, groupBy);
  if (where.ownership === "AS_IS") throw new Refusal("BAD_USER_INPUT", "Peaks and durations are those of the unit that was charged. Leave ownership out, or ask usage.", ["where", "ownership"]);
  requirePermittedQuestion(context.principal.role, where, groupBy);
  return context.withTenant(async (tx) => {
    const resolved = await resolveUsageWhere(tx, where);
    const report = await answer(tx, resolved, { total: selects(info, ["total"]) });
    return { ...report, asOf: await asOfUsage(tx, resolved, context.clock.now()) } as unknown as Report;
  }, OPTIONS);
}
