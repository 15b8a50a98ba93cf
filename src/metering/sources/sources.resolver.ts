import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { Page, requirePageSize } from "../../kernel/paging";
import { Refusal } from "../../kernel/refusal";
import { DateTimeScalar, PeriodKeyScalar } from "../../kernel/scalars";
import { payload } from "../../kernel/user-error.type";
import { periodStore } from "../../governance/period.store";
import { Allow } from "../../tenancy/access";
import { RequestContext } from "../../tenancy/request-context";
import { acknowledgeSilence } from "./acknowledge-silence";
import { Stretch } from "./active-hours";
import { SourceCompletenessType, SourceGapsType } from "./completeness.type";
import { registerSource } from "./register-source";
import { Source } from "./source";
import { SourceRules, setSourceRules } from "./source-rules";
import { acknowledgeSilencePorts, registerSourcePorts, setSourceRulesPorts } from "./sources-ports.store";
import { CompletenessView, toCompleteness, toGaps, toSource } from "./sources-view.type";
import { loadDeliveries, loadMonth, loadSilences } from "./sources.loader";
import { currentSourceRules, findSource, listSources } from "./sources.query";
import { AcknowledgeSilenceInput, AcknowledgeSilencePayload, RegisterSourceInput, SetSourceRulesInput, SourceConnection, SourcePayload, SourceRulesPayload, SourceRulesType, SourceType } from "./sources.type";

/** A batch mixes units, so what became of it is nobody's who may see only some of them. */
const READS_SOURCES = ["FINANCE", "AUDITOR", "ADMIN"] as const;
const LONGEST_RANGE_DAYS = 93;
/** Of one statement: usage that is stored may count otherwise once its source is a carrier. */
const REGISTER_TIMEOUT_MS = 60_000;
/** Looking for silences in a month may scan its raw usage: longer than a read of the API may take. */
const SCAN_TIMEOUT_MS = 60_000;

@Resolver()
export class SourcesResolver {
  @Allow(...READS_SOURCES)
  @Query(() => SourceConnection, { description: "Where usage comes from, by URI: registered sources, and those that push without being registered." })
  async sources(@Ctx() context: RequestContext, @Arg("first", () => Int) first: number, @Arg("after", () => String, { nullable: true }) after?: string): Promise<Page<SourceType>> {
    const page = { first: requirePageSize(first), after };
    const { edges, pageInfo } = await context.withTenant((tx) => listSources(tx, page));
    const view = await viewOf(context);
    return { edges: edges.map(({ node, cursor }) => ({ node: view(node), cursor })), pageInfo };
  }

  @Allow(...READS_SOURCES)
  @Query(() => SourceType, { nullable: true, description: "Null when it was neither seen nor registered." })
  async source(@Ctx() context: RequestContext, @Arg("uri", () => String) uri: string): Promise<SourceType | null> {
    const found = await context.withTenant((tx) => findSource(tx, uri.normalize("NFC")));
    return found && (await viewOf(context))(found);
  }

  @Allow(...READS_SOURCES)
  @Query(() => SourceRulesType, { description: "What finance asks of every source." })
  async sourceRules(@Ctx() context: RequestContext): Promise<SourceRules> {
    return context.withTenant((tx) => currentSourceRules(tx));
  }

  @Allow("FINANCE", "ADMIN")
  @Mutation(() => SourcePayload, { description: "Registers a source, or says anew what holds of it from now on: the input is the whole registration. The same again changes nothing. NOT_FOUND for an unknown unit or use case." })
  async registerSource(@Ctx() context: RequestContext, @Arg("input", () => RegisterSourceInput) input: RegisterSourceInput): Promise<SourcePayload> {
    return payload(async () => {
      const source = await context.withTenant((tx) => registerSource(registerSourcePorts(tx, context.record, context.clock), input), { statementTimeoutMs: REGISTER_TIMEOUT_MS });
      return { source: (await viewOf(context))(source) };
    });
  }

  @Allow("FINANCE")
  @Mutation(() => SourceRulesPayload, { description: "Sets what is asked of every source from now on; the same again changes nothing." })
  async setSourceRules(@Ctx() context: RequestContext, @Arg("input", () => SetSourceRulesInput) input: SetSourceRulesInput): Promise<SourceRulesPayload> {
    return payload(async () => ({ rules: await context.withTenant((tx) => setSourceRules(setSourceRulesPorts(tx, context.record), input)) }));
  }

  @Allow("FINANCE")
  @Mutation(() => AcknowledgeSilencePayload, { description: "Takes note that a source was silent in a month, which may close then. Naturally idempotent. NOT_FOUND when it was not silent, PERIOD_CLOSED when it is too late." })
  async acknowledgeSilence(@Ctx() context: RequestContext, @Arg("input", () => AcknowledgeSilenceInput) input: AcknowledgeSilenceInput): Promise<AcknowledgeSilencePayload> {
    return payload(async () => ({
      acknowledgement: await context.withTenant((tx) => acknowledgeSilence(acknowledgeSilencePorts(tx, context.record, context.clock), input), { statementTimeoutMs: SCAN_TIMEOUT_MS }),
    }));
  }
}

async function viewOf(context: RequestContext): Promise<(source: Source) => SourceType & Source> {
  const { programme } = await context.scope();
  return (source) => toSource(source, context.clock.now(), programme.timeZone);
}

@Resolver(() => SourceType)
export class SourceFieldResolver {
  @FieldResolver(() => SourceCompletenessType, { description: "What came from it in a month, or from an instant to another (93 days at most); in the month that is now when neither is given." })
  async completeness(
    @Root() source: Source,
    @Ctx() context: RequestContext,
    @Arg("period", () => PeriodKeyScalar, { nullable: true }) period?: string | null,
    @Arg("from", () => DateTimeScalar, { nullable: true }) from?: Date | null,
    @Arg("to", () => DateTimeScalar, { nullable: true }) to?: Date | null,
  ): Promise<CompletenessView> {
    const range = await rangeOf(context, period ?? null, from ?? null, to ?? null);
    return toCompleteness(source, range, await loadDeliveries(context, source.id, range), context.clock.now());
  }
}

async function rangeOf(context: RequestContext, period: string | null, from: Date | null, to: Date | null): Promise<Stretch> {
  if (from === null && to === null) return period === null ? currentMonth(context) : loadMonth(context, period);
  if (period !== null || from === null || to === null) throw new Refusal("BAD_USER_INPUT", "Ask for a period, or for from and to together.", ["period"]);
  const range = { fromMs: from.getTime(), toMs: to.getTime() };
  if (range.fromMs >= range.toMs) throw new Refusal("BAD_USER_INPUT", "from must lie before to.", ["from"]);
  if (range.toMs - range.fromMs > LONGEST_RANGE_DAYS * 86_400_000) throw new Refusal("LIMIT_EXCEEDED", `From from to to there are more than ${LONGEST_RANGE_DAYS} days. Ask for a shorter range.`, ["from"]);
  return range;
}

async function currentMonth(context: RequestContext): Promise<Stretch> {
  const now = context.clock.now();
  const [month] = await context.withTenant((tx) => periodStore(tx).boundaries(now, now));
  return month!;
}

@Resolver(() => SourceCompletenessType)
export class SourceCompletenessFieldResolver {
  @FieldResolver(() => SourceGapsType, { nullable: true, description: "Silences of the source, told by when its legs ended, tests left out. Null with a reason in missing where no rhythm is expected." })
  async gaps(@Root() { sourceId, range }: CompletenessView, @Ctx() context: RequestContext): Promise<SourceGapsType | null> {
    const silences = await loadSilences(context, sourceId, range);
    return silences && toGaps(silences);
  }
}
